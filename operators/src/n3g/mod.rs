//! N3G-ICP (R8, R47): a provider of first connectivity without 3GPP radio, WLAN or DSL. Each machine
//! is at a line of its own, a raw-IP link; DHCP gives it an address, and the gateway lets through
//! what is for the registration operator and nothing else. Where the provider wants to know whose
//! line it is, its [`aaa`] server is asked by RADIUS first: the user is the line, as access networks
//! have it, and what the machine is nobody asks here.
pub mod aaa;

use engine::{Event, Framing, Input, Node, Now, Outputs, Port, PortSpec, Prefix, Rng, Time};
use ip::{
    machine::{
        dhcp::{Pool, datagram},
        radius::{Client, Retry},
    },
    msg::{
        dhcp::{self, Message, MessageType},
        radius::{AccessRequest, Pdu, PortType, Secret},
    },
};
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};
use wire::{Bytes, net::Packet};

/// The raw-IP network of the registration operator.
pub const GI: Port = Port(1);
/// RADIUS, towards the AAA server; it is there where lines are authenticated.
pub const AAA: Port = Port(2);
/// The first line; each further one is the next port.
const LINES: u16 = 16;

/// The port of the `n`th line.
pub fn line(n: u16) -> Port {
    Port(LINES.saturating_add(n))
}

/// Clients of one line at a time: whoever says that he is more gets nothing.
const CLIENTS: usize = 4;

/// Who is asked whether a line is served.
#[derive(Debug, Clone)]
pub struct Radius {
    /// The server.
    pub server: SocketAddr,
    /// NAS-IP-Address.
    pub own: Ipv4Addr,
    /// What gateway and server share.
    pub secret: Secret,
    /// The password of the lines.
    pub password: Secret,
}

/// What a gateway is told at its start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its address towards the machines: their router and DHCP server.
    pub address: Ipv4Addr,
    /// The machines' addresses.
    pub pool: Prefix,
    /// How long they are theirs.
    pub lease: Duration,
    /// What may be reached: the registration operator's functions.
    pub allowed: Vec<Prefix>,
    /// The lines by their names.
    pub lines: Vec<String>,
    /// Who is asked; without it every line is served (unauthenticated access).
    pub radius: Option<Radius>,
    /// Randomness of its own.
    pub rng: Rng,
}

/// Whether a line is served.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Standing {
    /// Nobody has asked for an address.
    Idle,
    /// The server is asked; the message that waits for the answer.
    Asked(Message),
    /// It is served, until then where the server has said so.
    Served(Option<Time>),
}

#[derive(Debug)]
struct Line {
    name: String,
    standing: Standing,
    /// Hardware addresses that were heard on it.
    clients: Vec<[u8; 6]>,
}

/// The gateway.
#[derive(Debug)]
pub struct Gateway {
    config: Config,
    lines: Vec<Line>,
    pool: Pool,
    client: Option<Client<usize>>,
    ports: Vec<PortSpec>,
}

impl Gateway {
    /// A gateway that has given no address yet.
    pub fn new(config: Config) -> Self {
        let n = config.lines.len();
        let spec = |port, name| PortSpec {
            port,
            name,
            framing: Framing::Datagram,
        };
        let mut ports = vec![spec(GI, "gi")];
        ports.extend(config.radius.iter().map(|_| spec(AAA, "aaa")));
        ports.extend((0..n).map(|i| spec(line(i as u16), "line")));
        let client = config.radius.as_ref().map(|r| {
            let mut rng = config.rng.stream("identifier");
            let first = rng.u64() as u8;
            Client::new(r.server, r.secret.clone(), Retry::default(), first)
        });
        let line = |name: &String| Line {
            name: name.clone(),
            standing: Standing::Idle,
            clients: Vec::new(),
        };
        let most = n.saturating_mul(CLIENTS);
        Self {
            lines: config.lines.iter().map(line).collect(),
            pool: Pool::new(config.address, config.pool, config.lease, most),
            client,
            ports,
            config,
        }
    }

    /// A packet of a line.
    fn up(&mut self, now: Now, n: usize, packet: &Bytes, out: &mut Outputs<Infallible>) {
        let Ok(p) = Packet::read(packet) else {
            return out.count("n3g.malformed");
        };
        if let Some(Ok(udp)) = p.udp()
            && udp.to.port() == dhcp::PORTS.0
        {
            let message = Message::read(&Bytes::copy_from_slice(udp.payload));
            return match message {
                Ok(m) if m.is_request() => self.dhcp(now, n, &m, out),
                _ => out.count("n3g.malformed"),
            };
        }
        let Some(l) = self.lines.get(n) else { return };
        let IpAddr::V4(from) = p.from else {
            return out.count("n3g.wall");
        };
        // whoever has no lease, or another's address, gets no further; nor whoever wants elsewhere
        let owner = self.pool.owner(now.mono, from);
        let own = owner.is_some_and(|c| l.clients.contains(&c));
        if !own || !self.config.allowed.iter().any(|a| a.contains(p.to)) {
            return out.count("n3g.wall");
        }
        out.packet(GI, packet.clone());
    }

    /// A packet for a machine.
    fn down(&mut self, now: Now, packet: &Bytes, out: &mut Outputs<Infallible>) {
        let Ok(Packet {
            from,
            to: IpAddr::V4(to),
            ..
        }) = Packet::read(packet)
        else {
            return out.count("n3g.malformed");
        };
        if !self.config.allowed.iter().any(|a| a.contains(from)) {
            return out.count("n3g.wall");
        }
        let mut all = self.lines.iter();
        let owner = self.pool.owner(now.mono, to);
        let line_of = owner.and_then(|c| all.position(|l| l.clients.contains(&c)));
        match line_of {
            Some(n) => out.packet(line(n as u16), packet.clone()),
            None => out.count("n3g.nobody"),
        }
    }

    fn dhcp(&mut self, now: Now, n: usize, m: &Message, out: &mut Outputs<Infallible>) {
        let others = self.lines.iter().enumerate().filter(|(i, _)| *i != n);
        let elsewhere = others
            .map(|(_, l)| l)
            .any(|l| l.clients.contains(&m.hardware));
        let Some(l) = self.lines.get_mut(n) else {
            return;
        };
        // a hardware address is of one line: nobody gets another's lease by it
        let known = l.clients.contains(&m.hardware);
        if !known && l.clients.len() >= CLIENTS {
            l.clients.retain(|c| self.pool.holds(now.mono, c));
        }
        if elsewhere || (!known && l.clients.len() >= CLIENTS) {
            return out.count("n3g.foreign-client");
        }
        if !known {
            l.clients.push(m.hardware);
        }
        if matches!(l.standing, Standing::Served(Some(until)) if until <= now.mono) {
            l.standing = Standing::Idle;
        }
        match (&mut l.standing, m.kind) {
            (Standing::Served(_), _) => {}
            // the server takes its time: the last word of the client is answered
            (Standing::Asked(waits), MessageType::Discover) => {
                *waits = m.clone();
                return;
            }
            (Standing::Idle, MessageType::Discover) => {
                match (&self.config.radius, &mut self.client) {
                    (Some(r), Some(client)) => {
                        l.standing = Standing::Asked(m.clone());
                        let mut request =
                            AccessRequest::new(&l.name, r.own, n as u32, PortType::Ethernet);
                        request.calling_station_id = Some(hardware(&m.hardware).as_str().into());
                        let random = self.config.rng.array::<16>();
                        client.ask(now.mono, request, &r.password, random, n);
                        out.trace(Event::new("n3g.asks").with("line", &l.name));
                        return;
                    }
                    _ => l.standing = Standing::Served(None),
                }
            }
            // a line that is not served has no lease to ask for: it begins anew
            _ => return out.count("n3g.not-served"),
        }
        self.answer(now, n, m, out);
    }

    fn answer(&mut self, now: Now, n: usize, m: &Message, out: &mut Outputs<Infallible>) {
        let Some(l) = self.lines.get_mut(n) else {
            return;
        };
        let Some(a) = self.pool.answer(now.mono, m) else {
            if m.kind == MessageType::Release {
                l.clients.retain(|c| *c != m.hardware);
                out.trace(Event::new("n3g.released").with("line", &l.name));
            }
            return;
        };
        if a.kind == MessageType::Ack && m.client.is_unspecified() {
            let e = Event::new("n3g.leased").with("line", &l.name);
            out.trace(e.with("address", a.yours));
        }
        // RFC 2131 4.1: to the address it has, else to everybody where it wants so or is told no,
        // else to the one that it gets
        let to = match a.kind {
            MessageType::Nak => Ipv4Addr::BROADCAST,
            _ if !m.client.is_unspecified() => m.client,
            _ if m.broadcast => Ipv4Addr::BROADCAST,
            _ => a.yours,
        };
        let (server, client) = dhcp::PORTS;
        let packet = datagram((self.config.address, server), (to, client), &a);
        out.packet(line(n as u16), packet);
    }

    /// What the server has said of lines.
    fn decided(&mut self, now: Now, out: &mut Outputs<Infallible>) {
        while let Some((n, answer)) = self.client.as_mut().and_then(Client::poll) {
            let Some(l) = self.lines.get_mut(n) else {
                continue;
            };
            let Standing::Asked(waits) = std::mem::replace(&mut l.standing, Standing::Idle) else {
                continue;
            };
            let e = |name| Event::new(name).with("line", &l.name);
            match answer {
                Some(Pdu::AccessAccept(a)) => {
                    out.trace(e("n3g.accepted"));
                    let time = a.session_timeout.map(|s| Duration::from_secs(s.into()));
                    l.standing = Standing::Served(time.map(|t| now.mono + t));
                    self.answer(now, n, &waits, out);
                }
                // nothing is offered: who has no answer asks again, or goes elsewhere
                Some(_) => out.trace(e("n3g.refused")),
                None => out.trace(e("n3g.no-server")),
            }
        }
        let Some(client) = &mut self.client else {
            return;
        };
        let server = client.server();
        while let Some(octets) = client.transmit() {
            out.datagram(AAA, server, octets);
        }
    }
}

/// An Ethernet address as Calling-Station-Id (RFC 3580 3.21).
fn hardware(octets: &[u8; 6]) -> String {
    let all: Vec<_> = octets.iter().map(|o| format!("{o:02X}")).collect();
    all.join("-")
}

impl Node for Gateway {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Infallible;

    fn ports(&self) -> &[PortSpec] {
        &self.ports
    }

    fn handle(
        &mut self,
        now: Now,
        input: Input<Infallible, Infallible>,
        out: &mut Outputs<Infallible>,
    ) {
        match input {
            Input::Recv { link, bytes, .. } if link == GI.into() => self.down(now, &bytes, out),
            Input::Recv {
                link, from, bytes, ..
            } if link == AAA.into() => {
                if let Some(Err(dropped)) =
                    self.client.as_mut().map(|c| c.recv(now.mono, from, &bytes))
                {
                    out.count(dropped.name());
                }
            }
            Input::Recv { link, bytes, .. } => {
                let mut all = 0..self.lines.len();
                if let Some(n) = all.find(|n| link == line(*n as u16).into()) {
                    self.up(now, n, &bytes, out);
                }
            }
            Input::Timer => {
                if let Some(c) = &mut self.client {
                    c.timer(now.mono);
                }
            }
            _ => {}
        }
        self.decided(now, out);
    }

    fn due(&self) -> Option<Time> {
        self.client.as_ref().and_then(Client::due)
    }
}
