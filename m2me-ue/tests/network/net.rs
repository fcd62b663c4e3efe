//! SGSN, gateway, DRF and DPF in one node, as far as one machine needs them: the network's halves
//! of `gb-gmm` over Gb, a TCP/IP stack at the other end of the PDP context, HTTP on it.
use aka::{Functions, Profile, Quintuplet, SqnHe};
use bytes::{Bytes, BytesMut};
use engine::{Framing, Input, Node, Now, Outputs, Port, PortSpec, Rng, Time};
use gb_gmm::{
    bssgp::{sgsn, value::Tlli},
    gmm::{
        self, NetworkDetachType,
        machine::{
            Ptmsis,
            net::{self, Vector},
        },
    },
    llc::machine::Side,
    nas::Direction,
    sm::{self, machine::net as session},
    stack::{LogicalLink, SgsnConfig, SgsnOutput, SgsnStack, Up},
};
use http::{Limits, Request, Response, server};
use ip::stack::{Conn, Event as IpEvent, Options, Stack};
use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};
use wire::{Octets, PdpAddress, QosProfile, Rai, Reader};

pub const GB: Port = Port(1);
const PORTS: &[PortSpec] = &[PortSpec {
    port: GB,
    name: "gb",
    framing: Framing::Datagram,
}];

/// A subscriber at its home: keys, APN, and what the home says to its location.
pub struct Subscriber {
    pub functions: Functions,
    pub sqn: SqnHe,
    pub apn: String,
    pub address: Ipv4Addr,
    /// What the mobile is told instead of being served.
    pub refused: Option<gmm::Cause>,
}

/// What answers HTTP: the DRF and the DPF of a story.
pub trait Servers {
    /// The answer to a request that came to `to` from the inner address `from`.
    fn answer(&mut self, now: Now, to: Ipv4Addr, from: Ipv4Addr, request: &Request) -> Response;
}

pub struct Net {
    rng: Rng,
    gb: SgsnStack,
    peer: Option<(SocketAddr, u16, Rai)>,
    gmm: net::Machine,
    sm: session::Machine,
    link: Option<LogicalLink>,
    ptmsis: Ptmsis,
    pub subscribers: BTreeMap<String, Subscriber>,
    imsi: String,
    /// Active contexts: NSAPI to address.
    contexts: BTreeMap<u8, Ipv4Addr>,
    stack: Stack,
    reachable: BTreeSet<Ipv4Addr>,
    http: BTreeMap<Conn, server::Connection>,
    pub servers: Box<dyn Servers>,
    /// Octets changed, of a thousand messages on each layer.
    pub noise: u64,
    paging: bool,
    /// What happened, in order.
    pub log: Vec<String>,
}

/// What a story can tell the network.
#[derive(Debug)]
pub enum Command {
    /// Detach the machine.
    Detach(NetworkDetachType),
    /// Page it by its P-TMSI, or by its IMSI.
    Page(bool),
}

impl Net {
    pub fn new(own: &[Ipv4Addr], servers: Box<dyn Servers>, rng: Rng) -> Self {
        let mut stack = Stack::new(Now::default(), rng.stream("net stack"), Options::default());
        stack.set_addresses(own);
        stack.listen(80).unwrap();
        Self {
            gb: SgsnStack::new(SgsnConfig::default()),
            peer: None,
            gmm: net::Machine::new(net::Config::default()),
            sm: session::Machine::new(),
            link: None,
            ptmsis: Ptmsis::default(),
            subscribers: BTreeMap::new(),
            imsi: String::new(),
            contexts: BTreeMap::new(),
            stack,
            reachable: own.iter().copied().collect(),
            http: BTreeMap::new(),
            servers,
            noise: 0,
            paging: false,
            log: Vec::new(),
            rng,
        }
    }

    /// Other chance than the world's.
    pub fn reseed(&mut self, seed: u64) {
        self.rng = Rng::seed(seed);
    }

    fn gmm(&mut self, now: Now, input: net::In) {
        let mut outs = Vec::new();
        self.gmm
            .handle(now.mono, &mut self.rng, &mut self.ptmsis, input, &mut outs);
        for o in outs {
            match o {
                net::Out::Send { tlli, pdu } => self.downlink(now, Some(tlli), &pdu.encode()),
                net::Out::Identified(imsi) => self.imsi = imsi.to_string(),
                net::Out::AskVectors { imsi, resync } => {
                    self.imsi = imsi.to_string();
                    let answer = self.vectors(resync);
                    self.gmm(now, net::In::Vectors(answer));
                }
                net::Out::UpdateLocation(_) => {
                    let refused = self.subscribers[&self.imsi].refused;
                    self.gmm(now, net::In::Location(refused.map_or(Ok(()), Err)));
                }
                net::Out::Allocated(ptmsi) => {
                    if let Some(link) = &mut self.link {
                        link.assign(Tlli::local(ptmsi));
                    }
                }
                net::Out::Attached { imsi, .. } => {
                    self.log.push(format!("attached {imsi}"));
                    if let Some(link) = &mut self.link {
                        link.release_old();
                    }
                }
                net::Out::Detached(why) => {
                    self.log.push(format!("detached {why:?}"));
                    self.contexts.clear();
                    self.sm(now, session::In::Lost);
                }
                net::Out::Updated | net::Out::Status(_) => {}
            }
        }
    }

    fn vectors(&mut self, resync: Option<([u8; 16], [u8; 14])>) -> Result<Vec<Vector>, gmm::Cause> {
        let unknown = gmm::Cause::GprsAndNonGprsNotAllowed;
        let s = self.subscribers.get_mut(&self.imsi).ok_or(unknown)?;
        let profile = Profile::PROFILE_2;
        if let Some((rand, auts)) = resync {
            self.log.push("resynchronised".into());
            s.sqn
                .resynchronise(&profile, &s.functions, &rand, &auts, Duration::ZERO)
                .map_err(|_| gmm::Cause::NetworkFailure)?;
        }
        let sqn = s.sqn.next(&profile, 1, Duration::ZERO).unwrap();
        let v: Quintuplet = s.functions.quintuplet(&self.rng.array(), sqn, [0, 0]);
        Ok(vec![Vector {
            rand: v.rand,
            xres: Octets::copy(&v.xres),
            autn: Some(v.autn),
        }])
    }

    fn sm(&mut self, now: Now, input: session::In) {
        let mut outs = Vec::new();
        self.sm.handle(now.mono, input, &mut outs);
        for o in outs {
            match o {
                session::Out::Send(m) => self.downlink(now, None, &m.encode()),
                session::Out::Create { ti, nsapi, request } => {
                    let s = &self.subscribers[&self.imsi];
                    let asked = request.apn.as_ref().and_then(wire::Apn::text);
                    self.log
                        .push(format!("apn {}", asked.clone().unwrap_or_default()));
                    let answer = match asked == Some(s.apn.clone()) {
                        false => Err(sm::Cause::ServiceOptionNotSubscribed),
                        true => {
                            self.contexts.insert(nsapi, s.address);
                            Ok(session::Grant {
                                qos: QosProfile::background_64k(),
                                address: Some(PdpAddress::ipv4(Some(s.address))),
                                pco: None,
                                cause: None,
                            })
                        }
                    };
                    self.sm(now, session::In::Created { ti, answer });
                }
                session::Out::Delete { nsapi } => {
                    self.contexts.remove(&nsapi);
                    self.log.push("context deleted".into());
                }
                _ => {}
            }
        }
    }

    fn downlink(&mut self, now: Now, tlli: Option<u32>, message: &[u8]) {
        let message = self.noisy(message);
        let Some(link) = &mut self.link else { return };
        let frame = link.gmm(&message);
        let tlli = tlli.map_or(link.tlli(), Tlli);
        self.send(now, tlli, frame);
    }

    fn send(&mut self, now: Now, tlli: Tlli, frame: Bytes) {
        let (peer, bvci, _) = self.peer.unwrap();
        let sent = self.gb.downlink(now.mono, peer, bvci, tlli, None, frame);
        assert!(sent.is_ok() || self.noise > 0, "{sent:?}");
    }

    /// With one octet changed, cut off or doubled, where chance has it.
    fn noisy(&mut self, octets: &[u8]) -> Vec<u8> {
        let mut octets = octets.to_vec();
        if self.rng.below(1000) < self.noise && !octets.is_empty() {
            let at = self.rng.below(octets.len() as u64) as usize;
            match self.rng.below(4) {
                0 => octets.truncate(at),
                1 => octets.insert(at, octets[at]),
                _ => octets[at] = self.rng.u32() as u8,
            }
        }
        octets
    }

    fn uplink(&mut self, now: Now, tlli: Tlli, cell: Rai, llc: &Bytes) {
        if std::mem::take(&mut self.paging) {
            let known = if self.link.as_ref().map(LogicalLink::tlli) == Some(tlli) {
                "known"
            } else {
                "new"
            };
            self.log.push(format!("page answered under a {known} TLLI"));
        }
        let is_for = |l: &LogicalLink| l.tlli() == tlli || l.old_tlli() == Some(tlli);
        let known = self.link.as_ref().is_some_and(is_for);
        if !known {
            self.link = Some(LogicalLink::new(Side::Sgsn, tlli));
            self.gmm = net::Machine::new(net::Config::default());
            self.sm = session::Machine::new();
        }
        let Some(up) = self.link.as_mut().unwrap().receive(now.mono, llc) else {
            return;
        };
        match up {
            Up::Gmm(m) => {
                let r = Reader::shared(&m).strict();
                if m[0] & 15 == 10 {
                    self.sm(now, session::In::Recv(sm::Message::decode(r)));
                } else {
                    let pdu = gmm::Pdu::decode(Direction::Up, r);
                    let tlli = tlli.0;
                    self.gmm(now, net::In::Recv { tlli, cell, pdu });
                }
            }
            Up::Npdu { nsapi, packet } => {
                let source = Ipv4Addr::from(<[u8; 4]>::try_from(&packet[12..16]).unwrap());
                let to = Ipv4Addr::from(<[u8; 4]>::try_from(&packet[16..20]).unwrap());
                // the gateway's wall
                if self.contexts.get(&nsapi) == Some(&source) && self.reachable.contains(&to) {
                    self.stack.feed(now, packet);
                } else {
                    self.log.push(format!("dropped for {to}"));
                }
            }
            Up::Reply(frame) => self.send(now, tlli, frame),
            Up::Other(..) | Up::Negotiated(_) => {}
        }
    }

    fn inner(&mut self, now: Now) {
        self.stack.poll(now);
        while let Some(e) = self.stack.event() {
            match e {
                IpEvent::Accepted { conn, .. } => {
                    let c = server::Connection::new(now.mono, Limits::default());
                    self.http.insert(conn, c);
                }
                IpEvent::Recv(conn, bytes) => {
                    let Some((to, from)) = self.stack.ends(conn) else {
                        continue;
                    };
                    let Some(c) = self.http.get_mut(&conn) else {
                        continue;
                    };
                    let mut w = BytesMut::new();
                    for (place, request) in c.feed(now.mono, &bytes, &mut w) {
                        let answer = self.servers.answer(now, *to.ip(), *from.ip(), &request);
                        let line = format!("{} {}", request.method.as_str(), request.path());
                        self.log.push(format!("{line} {}", answer.status.0));
                        c.answer(now.mono, place, answer, &mut w);
                    }
                    let w = self.noisy(&w);
                    let sent = self.stack.send(conn, &w);
                    assert!(sent.is_ok() || self.noise > 0, "{sent:?}");
                }
                IpEvent::Closed(conn, _) => {
                    self.http.remove(&conn);
                }
                _ => {}
            }
        }
        self.stack.poll(now);
        while let Some(packet) = self.stack.packet() {
            let to = Ipv4Addr::from(<[u8; 4]>::try_from(&packet[16..20]).unwrap());
            let nsapi = self.contexts.iter().find(|c| *c.1 == to).map(|c| *c.0);
            if let (Some(nsapi), Some(link)) = (nsapi, &mut self.link) {
                let tlli = link.tlli();
                for frame in link.npdu(nsapi, &packet).unwrap() {
                    self.send(now, tlli, frame);
                }
            }
        }
    }

    fn serve(&mut self, now: Now, out: &mut Outputs<Infallible>) {
        loop {
            self.inner(now);
            let Some(o) = self.gb.poll() else { return };
            match o {
                SgsnOutput::Send(to, d) => {
                    let d = self.noisy(&d);
                    out.datagram(GB, to, d.into());
                }
                SgsnOutput::Event(
                    from,
                    sgsn::Event::Llc {
                        bvci,
                        tlli,
                        cell,
                        llc,
                    },
                ) => {
                    self.peer = Some((from, bvci, cell.rai));
                    self.uplink(now, tlli, cell.rai, &llc);
                }
                _ => {}
            }
        }
    }

    pub fn handle(
        &mut self,
        now: Now,
        input: Input<Infallible, Command>,
        out: &mut Outputs<Infallible>,
    ) {
        match input {
            Input::Recv { from, bytes, .. } => self.gb.datagram(now.mono, from, &bytes),
            Input::Timer => {
                self.gb.timeout(now.mono);
                self.gmm(now, net::In::Timer);
                self.sm(now, session::In::Timer);
                if let Some(link) = &mut self.link {
                    link.timeout(now.mono);
                }
            }
            Input::Command(Command::Detach(kind)) => {
                let cause = None;
                self.gmm(now, net::In::Detach { kind, cause });
            }
            Input::Command(Command::Page(by_ptmsi)) => {
                let (peer, bvci, _) = self.peer.unwrap();
                let ptmsi = self.gmm.ptmsi().filter(|_| by_ptmsi);
                let imsi = self.gmm.imsi().unwrap();
                self.paging = true;
                self.gb.page(now.mono, peer, bvci, &imsi, ptmsi);
            }
            _ => {}
        }
        self.serve(now, out);
    }

    pub fn due(&self) -> Option<Time> {
        let link = self.link.as_ref().and_then(LogicalLink::due);
        let all = [
            self.gb.due(),
            self.gmm.due(),
            self.sm.due(),
            self.stack.due(),
            link,
        ];
        all.into_iter().flatten().min()
    }
}

/// Either of the two nodes.
#[allow(clippy::large_enum_variant)] // two of them
pub enum Either {
    Machine(m2me_ue::M2me),
    Net(Net),
}

/// A command for either.
#[derive(Debug)]
pub enum Order {
    Machine(m2me_ue::Command),
    Net(Command),
}

impl Node for Either {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Order;

    fn ports(&self) -> &[PortSpec] {
        match self {
            Self::Machine(m) => m.ports(),
            Self::Net(_) => PORTS,
        }
    }

    fn handle(&mut self, now: Now, input: Input<Infallible, Order>, out: &mut Outputs<Infallible>) {
        match self {
            Self::Machine(m) => {
                if let Some(input) = input.narrow(Some, |o| match o {
                    Order::Machine(c) => Some(c),
                    Order::Net(_) => None,
                }) {
                    m.handle(now, input, out);
                }
            }
            Self::Net(n) => {
                if let Some(input) = input.narrow(Some, |o| match o {
                    Order::Net(c) => Some(c),
                    Order::Machine(_) => None,
                }) {
                    n.handle(now, input, out);
                }
            }
        }
    }

    fn due(&self) -> Option<Time> {
        match self {
            Self::Machine(m) => m.due(),
            Self::Net(n) => n.due(),
        }
    }
}
