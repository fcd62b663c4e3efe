//! A small Diameter network in virtual time: end points and agents on wires of 10 ms, what they are
//! told to do when, and what was seen, in words.
#![allow(dead_code)] // each test has a use for some of it
use diameter_s6a::{
    frame_len,
    machine::{
        Identity, Peers,
        octets::{Routing, refusal, renumbered},
        peers::{self, Happened, PeerConfig},
    },
    msg::{DisconnectCause, Message, ResultCode, application, flags, id},
};
use engine::{
    Attach, Directive, Director, Event, Framing, Input, NoStore, Node, Now, Outputs, Placed, Port,
    PortSpec, Rng, Time,
    sim::{Options, Sim},
    tap::Record,
};
use interconnect::dra::{self, Config, DIAL, DIAMETER, Dra};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use wire::{Bytes, Text, net::Packet};

/// The visited network's realm.
pub const VISITED: &str = "epc.mnc001.mcc001.3gppnetwork.org";
/// The home network's realm.
pub const HOME: &str = "epc.mnc001.mcc999.3gppnetwork.org";

/// Where the `n`th node of a story is.
pub fn at(n: u8) -> SocketAddr {
    SocketAddr::from(([127, 0, 9, n + 1], diameter_s6a::PORT))
}

/// A table of peers that does not wait long.
pub fn table(identity: Identity, peers: Vec<PeerConfig>) -> peers::Config {
    let identity = Identity {
        addresses: vec![[127, 0, 9, 1].into()],
        ..identity
    };
    peers::Config {
        peers,
        answer_time: Duration::from_secs(5),
        ..peers::Config::new(identity)
    }
}

/// A client or server: it sends what it is told to, and answers as it is told to.
pub struct End {
    peers: Peers<u32>,
    reply: Reply,
}

/// How an [`End`] answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// With this result code.
    Code(ResultCode),
    /// Not at all.
    Nothing,
    /// With these octets, numbered as the request was.
    Octets(Bytes),
    /// As a redirect agent: ask this host.
    Redirect(&'static str),
}

/// What a node of a story is told.
#[derive(Debug, Clone)]
pub enum Command {
    /// An end sends this request; its answer is named by the number.
    Ask(u32, Bytes),
    /// From now on it answers so.
    Reply(Reply),
    /// It, or an agent, takes leave.
    Leave(String, DisconnectCause),
    /// An agent, or an end, dials.
    Connect(String),
    /// The node dies.
    Kill,
}

/// Any node of a story.
#[allow(clippy::large_enum_variant)]
pub enum Party {
    /// An end point.
    End(End),
    /// An agent.
    Dra(Dra),
}

const PORTS: &[PortSpec] = &[
    PortSpec {
        port: DIAMETER,
        name: "diameter",
        framing: Framing::By(frame_len),
    },
    PortSpec {
        port: DIAL,
        name: "diameter-out",
        framing: Framing::By(frame_len),
    },
];

/// An end point.
pub fn end(mut config: peers::Config, rng: &Rng) -> Party {
    config.listen = Some(DIAMETER);
    config.dial = Some(DIAL);
    let rng = rng.stream(&config.identity.host);
    Party::End(End {
        peers: Peers::new(config, rng),
        reply: Reply::Code(ResultCode::Success),
    })
}

/// An agent.
pub fn agent(config: Config, rng: &Rng) -> Party {
    let rng = rng.stream(&config.peers.identity.host);
    Party::Dra(Dra::new(config, rng))
}

impl End {
    fn command(&mut self, now: Now, c: Command, out: &mut Outputs<Infallible>) {
        let find = |p: &Peers<u32>, host: &str| p.find(host.as_bytes()).unwrap();
        match c {
            Command::Ask(ticket, octets) => {
                let routing = Routing::read(&octets).unwrap();
                if let Err((n, verdict)) = self.peers.send(now, &routing, None, ticket, out) {
                    out.trace(
                        Event::new("not-sent")
                            .with("n", n)
                            .with("why", format!("{verdict:?}")),
                    );
                }
            }
            Command::Reply(r) => self.reply = r,
            Command::Leave(host, cause) => {
                let peer = find(&self.peers, &host);
                self.peers.leave(now, peer, cause, out);
            }
            Command::Connect(host) => {
                let peer = find(&self.peers, &host);
                self.peers.connect(now, peer, out);
            }
            Command::Kill => {}
        }
    }

    fn happened(&mut self, what: Happened<u32>, out: &mut Outputs<Infallible>) {
        match what {
            Happened::Opened(p) => {
                out.trace(Event::new("open").with("to", short(self.peers.host(p))));
            }
            Happened::Closed(p, why) => {
                let e = Event::new("closed").with("to", short(self.peers.host(p)));
                out.trace(e.with("why", format!("{why:?}")));
            }
            Happened::Request(from, octets) => {
                let routing = Routing::read(&octets).unwrap();
                let local = self.peers.identity().clone();
                let answer = match &self.reply {
                    Reply::Nothing => return,
                    Reply::Code(code) => refusal(&local, &routing, *code, |_| {}),
                    Reply::Octets(o) => out.write(|w| renumbered(o, routing.header.hop_by_hop, w)),
                    Reply::Redirect(to) => {
                        let code = ResultCode::RedirectIndication;
                        refusal(&local, &routing, code, |e| {
                            e.redirect_host = vec![Text::from(*to)];
                        })
                    }
                };
                self.peers.answer(from, answer, out);
            }
            Happened::Answer { ticket, answer } => {
                let m = Message::read(&answer).unwrap();
                let result = m.result().map_or("?".to_owned(), |r| r.to_string());
                let e = Event::new("answered").with("n", ticket);
                out.trace(e.with("result", result));
            }
            Happened::Unanswered { ticket, code, .. } => {
                let e = Event::new("unanswered").with("n", ticket);
                out.trace(e.with("code", code));
            }
        }
    }
}

impl Node for Party {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Command;

    fn ports(&self) -> &[PortSpec] {
        PORTS
    }

    fn handle(
        &mut self,
        now: Now,
        input: Input<Infallible, Command>,
        out: &mut Outputs<Infallible>,
    ) {
        match self {
            Self::End(end) => {
                end.peers.handle(now, &input, out);
                if let Input::Command(c) = input {
                    end.command(now, c, out);
                }
                while let Some(what) = end.peers.poll() {
                    end.happened(what, out);
                }
            }
            Self::Dra(dra) => {
                let input = match input {
                    Input::Start => Input::Start,
                    Input::Stop => Input::Stop,
                    Input::Timer => Input::Timer,
                    Input::Up { link, port, peer } => Input::Up { link, port, peer },
                    Input::Down { link, why } => Input::Down { link, why },
                    Input::Full(l) => Input::Full(l),
                    Input::Room(l) => Input::Room(l),
                    Input::Recv {
                        link,
                        from,
                        stream,
                        ppid,
                        bytes,
                    } => {
                        assert!((stream, ppid) == (0, diameter_s6a::PPID));
                        Input::Recv {
                            link,
                            from,
                            stream,
                            ppid,
                            bytes,
                        }
                    }
                    Input::Command(Command::Leave(host, cause)) => {
                        Input::Command(dra::Command::Leave(host, cause))
                    }
                    Input::Command(Command::Connect(host)) => {
                        Input::Command(dra::Command::Connect(host))
                    }
                    Input::Command(_) => panic!("an agent asks nothing"),
                    Input::Answer(_, never) => match never {},
                };
                dra.handle(now, input, out);
            }
        }
    }

    fn due(&self) -> Option<Time> {
        match self {
            Self::End(end) => end.peers.due(),
            Self::Dra(dra) => dra.due(),
        }
    }
}

/// What was seen of a story.
#[derive(Default)]
pub struct Seen {
    names: Vec<&'static str>,
    script: Vec<(Duration, usize, Command)>,
    end: Duration,
    stopped: bool,
    /// A line per message and event.
    pub lines: Vec<String>,
    /// All Diameter messages that were sent: by whom, to whom.
    pub messages: Vec<(usize, usize, Bytes)>,
    /// Each node's counters.
    pub counters: Vec<BTreeMap<&'static str, u64>>,
}

impl Seen {
    /// The lines that hold one of these words, base protocol left out unless asked for.
    pub fn text(&self, words: &[&str]) -> String {
        let wanted = |l: &&String| words.is_empty() || words.iter().any(|w| l.contains(w));
        let lines: Vec<_> = self.lines.iter().filter(wanted).cloned().collect();
        lines.join("\n")
    }

    /// Messages from one node to another, of this command.
    pub fn between(&self, from: usize, to: usize, command: u32) -> Vec<Bytes> {
        let of = |o: &Bytes| u32::from_be_bytes([0, o[5], o[6], o[7]]) == command;
        let all = self.messages.iter();
        all.filter(|m| (m.0, m.1) == (from, to) && of(&m.2))
            .map(|m| m.2.clone())
            .collect()
    }

    /// How often a node counted something.
    pub fn count(&self, node: usize, reason: &str) -> u64 {
        self.counters[node].get(reason).copied().unwrap_or(0)
    }

    fn node_at(&self, ip: IpAddr) -> usize {
        match ip {
            IpAddr::V4(a) => usize::from(a.octets()[3]) - 1,
            IpAddr::V6(_) => panic!("all addresses are IPv4"),
        }
    }
}

fn millis(now: Now) -> String {
    let ms = now.mono.0 / 1_000_000;
    format!("{:>3}.{:03}", ms / 1000, ms % 1000)
}

impl Director<Command> for Seen {
    fn packet(&mut self, r: &Record<'_>) {
        let p = Packet::read(r.packet).unwrap();
        let Some(tcp) = p.tcp() else { return };
        let payload = tcp.unwrap().payload;
        if payload.is_empty() {
            return;
        }
        let octets = Bytes::copy_from_slice(payload);
        let (from, to) = (self.node_at(p.from), self.node_at(p.to));
        assert_eq!(frame_len(&octets).unwrap(), Some(octets.len()));
        let line = match Message::read(&octets) {
            Ok(m) => {
                let t = if m.header.is_retransmitted() {
                    " T"
                } else {
                    ""
                };
                let result = m.result().map(|r| format!(" {r}")).unwrap_or_default();
                format!("{}{t}{result}", m.name())
            }
            Err(e) => format!("unreadable: {e}"),
        };
        self.lines.push(format!(
            "{} {} > {}: {line}",
            millis(r.now),
            self.names[from],
            self.names[to]
        ));
        self.messages.push((from, to, octets));
    }

    fn event(&mut self, now: Now, node: usize, e: &Event) {
        let line = format!("{} {} {e}", millis(now), self.names[node]);
        self.lines.push(line);
    }

    fn next(&mut self, now: Now) -> Directive<Command> {
        match self.script.first() {
            Some((t, _, _)) if now.mono >= Time(0) + *t => {
                let (_, node, command) = self.script.remove(0);
                match command {
                    Command::Kill => Directive::Kill(node),
                    c => Directive::Command(node, c),
                }
            }
            _ if now.mono >= Time(0) + self.end => Directive::Stop,
            _ => Directive::Wait,
        }
    }

    fn due(&self) -> Option<Time> {
        let next = self.script.first().map_or(self.end, |s| s.0);
        Some(Time(0) + next)
    }

    fn counters(&mut self, node: usize, counters: &BTreeMap<&'static str, u64>) {
        self.counters
            .resize(self.counters.len().max(node + 1), BTreeMap::new());
        self.counters[node] = counters.clone();
    }
}

/// Plays a story: nodes in their places, what they are told (milliseconds, node, command), and for
/// how many seconds.
pub fn play(
    nodes: Vec<(&'static str, Party)>,
    script: Vec<(u64, usize, Command)>,
    secs: u64,
) -> Seen {
    let mut seen = Seen {
        names: nodes.iter().map(|n| n.0).collect(),
        script: script
            .into_iter()
            .map(|(t, n, c)| (Duration::from_millis(t), n, c))
            .collect(),
        end: Duration::from_secs(secs),
        ..Seen::default()
    };
    let placed = nodes.into_iter().enumerate().map(|(n, (name, party))| {
        let here = at(n as u8);
        let ports: Vec<(Port, Attach)> = vec![
            (DIAMETER, Attach::listen(here)),
            (DIAL, Attach::dial(here.ip())),
        ];
        Placed::new(name, party, ports)
    });
    let options = Options {
        seed: 1,
        wire: engine::sim::Wire {
            delay: Duration::from_millis(10),
            ..Default::default()
        },
        ..Options::default()
    };
    Sim::new(placed.collect(), NoStore, options).run(&mut seen);
    seen
}

/// An AVP; `vendor` 0 for none.
pub fn avp(code: u32, vendor: u32, data: &[u8]) -> Vec<u8> {
    let head = if vendor == 0 { 8 } else { 12 };
    let mut flags = 0x40u32;
    if vendor != 0 {
        flags |= 0x80;
    }
    let mut w = code.to_be_bytes().to_vec();
    w.extend((flags << 24 | (head + data.len()) as u32).to_be_bytes());
    if vendor != 0 {
        w.extend(vendor.to_be_bytes());
    }
    w.extend(data);
    w.resize(w.len().next_multiple_of(4), 0);
    w
}

/// A request with these AVPs.
pub fn request(command: u32, application: u32, end_to_end: u32, avps: &[Vec<u8>]) -> Bytes {
    let body = avps.concat();
    let mut w = (0x0100_0000 | (20 + body.len()) as u32)
        .to_be_bytes()
        .to_vec();
    w.extend((u32::from(flags::R | flags::P) << 24 | command).to_be_bytes());
    for word in [application, 0, end_to_end] {
        w.extend(word.to_be_bytes());
    }
    w.extend(body);
    w.into()
}

/// What a request for vectors names: realm, host, IMSI.
#[derive(Debug, Clone, Copy, Default)]
pub struct To<'a> {
    /// Destination-Realm.
    pub realm: Option<&'a str>,
    /// Destination-Host.
    pub host: Option<&'a str>,
    /// User-Name.
    pub user: Option<&'a str>,
    /// Origin-Realm.
    pub from: Option<&'a str>,
}

/// An Authentication-Information-Request of an SGSN.
pub fn air(n: u32, to: To<'_>, more: &[Vec<u8>]) -> Bytes {
    let origin = to.from.unwrap_or(VISITED);
    let mut all = vec![
        avp(
            id::SessionId as u32,
            0,
            format!("sgsn.{VISITED};1;{n}").as_bytes(),
        ),
        avp(id::AuthSessionState as u32, 0, &[0, 0, 0, 1]),
        avp(
            id::OriginHost as u32,
            0,
            format!("sgsn.{VISITED}").as_bytes(),
        ),
        avp(id::OriginRealm as u32, 0, origin.as_bytes()),
    ];
    all.extend(
        to.host
            .map(|h| avp(id::DestinationHost as u32, 0, h.as_bytes())),
    );
    all.extend(
        to.realm
            .map(|r| avp(id::DestinationRealm as u32, 0, r.as_bytes())),
    );
    all.extend(to.user.map(|u| avp(id::UserName as u32, 0, u.as_bytes())));
    all.push(avp(id::VisitedPlmnId as u32, 10415, &[0x00, 0xf1, 0x10]));
    all.extend(more.iter().cloned());
    request(318, application::S6A, n, &all)
}

fn short(host: &str) -> &str {
    host.split('.').next().unwrap_or(host)
}
