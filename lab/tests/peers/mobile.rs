//! A mobile behind a base station of its own, with real USIMs, that goes round and round: attach,
//! PDP context, and back. It begins when it is told.
//!
//! Each round is the next USIM's. osmo-sgsn takes the result of a purge for one of the attach that
//! has followed it where both are of one IMSI, and no message tells the mobile that it has come.
//! With two in turn it has: the SGSN challenges the second by vectors that its HLR has sent on the
//! same connection after that result. And it hears only what is sent to a TLLI of its round: an SGSN
//! that has a late frame of the round before tells that TLLI, and not this mobile, to attach again.
use aka::{Functions, Outcome, SqnArray, usim};
use bytes::BytesMut;
use engine::{Event, Framing, Input, Now, Outputs, Port, PortSpec, Rng, Time};
use gb_gmm::{
    bssgp::{
        bss,
        value::{CellId, Tlli},
    },
    gmm::{self, machine::ms},
    llc::machine::Side,
    nas::{Direction, Header, Pd},
    ns,
    sm::{self, machine::ms as session},
    stack::{BssOutput, BssStack, LogicalLink, Up},
};
use std::net::{Ipv4Addr, SocketAddr};
use wire::net::{Packet, checksum, ip_packet};
use wire::{Apn, Bytes, Digits, Imsi, Octets, PdpAddress, QosProfile, Rai, Reader};

/// What a mobile is told at its start.
pub struct Config {
    /// Whose rounds they are, in turn, each with the sequence numbers that its USIM has seen.
    pub usims: Vec<(Imsi, SqnArray)>,
    pub sgsn: SocketAddr,
    pub rai: Rai,
    pub apn: &'static str,
    pub functions: Functions,
    pub rounds: usize,
    pub with: Use,
}

/// What it does with its context before it ends it.
pub enum Use {
    /// Nothing.
    Nothing,
    /// It sends ICMP echo requests of these sizes to this address, each as soon as the one before is
    /// answered, tells `ms.pinged` after the last, and ends the context when it is told to.
    Pings(Ipv4Addr, Vec<usize>),
}

/// The mobile. It tells `ms.active` of its first context, `ms.round` at the end of each, and `ms.done` after the last; what should not
/// happen is `ms.failed`.
pub struct Mobile {
    config: Config,
    rng: Rng,
    bss: BssStack,
    gmm: Vec<ms::Machine>,
    sm: session::Machine,
    link: LogicalLink,
    /// Those that it has sent with since its round began.
    tllis: Vec<u32>,
    round: usize,
    /// How often the context of this round was asked for.
    tries: usize,
    /// The cell is there.
    ready: bool,
    /// It was told to begin.
    told: bool,
    /// The address of its context, and how many of its echo requests were answered.
    active: Option<(Ipv4Addr, usize)>,
    /// Challenges that were not fresh.
    pub synch_failures: usize,
}

const NSAPI: u8 = 5;
const TRIES: usize = 10_000;

pub const PORTS: &[PortSpec] = &[PortSpec {
    port: Port(0),
    name: "gb",
    framing: Framing::Datagram,
}];

impl Mobile {
    pub fn new(config: Config) -> Self {
        let digits = |t| Digits::new(t).unwrap();
        let id = CellId {
            rai: config.rai,
            ci: 1,
        };
        let cell = bss::Cell { bvci: 2, id };
        let gmm = |(imsi, _): &(Imsi, SqnArray)| {
            let (imei, imeisv) = (digits("352099001761481"), digits("3520990017614823"));
            ms::Machine::new(ms::Config::small_device(*imsi, imei, imeisv))
        };
        Self {
            rng: Rng::seed(5),
            bss: BssStack::new(
                101,
                101,
                ns::machine::Config::default(),
                bss::Config::new(vec![cell]),
            ),
            gmm: config.usims.iter().map(gmm).collect(),
            sm: session::Machine::new(),
            link: LogicalLink::new(Side::Ms, Tlli(0)),
            tllis: Vec::new(),
            round: 0,
            tries: 0,
            ready: false,
            told: false,
            active: None,
            synch_failures: 0,
            config,
        }
    }

    /// The USIM whose round it is.
    fn turn(&self) -> usize {
        self.round % self.gmm.len()
    }

    fn gmm(&self) -> &ms::Machine {
        &self.gmm[self.turn()]
    }

    pub fn due(&self) -> Option<Time> {
        let all = [
            self.bss.due(),
            self.gmm().due(),
            self.sm.due(),
            self.link.due(),
        ];
        all.into_iter().flatten().min()
    }

    pub fn handle<A, B, C>(&mut self, now: Now, input: &Input<A, B>, out: &mut Outputs<C>) {
        let due = |t: Option<Time>| t.is_some_and(|t| t <= now.mono);
        match input {
            Input::Start => self.bss.start(now.mono),
            Input::Command(_) if self.active.is_some() => self.deactivate(now, out),
            Input::Command(_) => {
                self.told = true;
                self.begin(now, out);
            }
            Input::Recv { bytes, .. } => self.bss.datagram(now.mono, bytes),
            Input::Timer => {
                if due(self.bss.due()) {
                    self.bss.timeout(now.mono);
                }
                if due(self.link.due()) {
                    self.link.timeout(now.mono);
                }
                if due(self.gmm().due()) {
                    self.mobility(now, ms::In::Timer, out);
                }
                if due(self.sm.due()) {
                    self.session(now, session::In::Timer, out);
                }
            }
            _ => {}
        }
        self.pump(now, out);
    }

    fn pump<C>(&mut self, now: Now, out: &mut Outputs<C>) {
        while let Some(o) = self.bss.poll() {
            match o {
                BssOutput::Send(bytes) => out.datagram(Port(0), self.config.sgsn, bytes),
                BssOutput::Event(bss::Event::Ready { .. }) => {
                    self.ready = true;
                    self.begin(now, out);
                }
                BssOutput::Event(bss::Event::Llc { tlli, llc, .. }) => {
                    if !self.tllis.contains(&tlli.0) {
                        continue;
                    }
                    match self.link.receive(now.mono, &llc) {
                        Some(Up::Gmm(m)) => self.layer3(now, &m, out),
                        Some(Up::Npdu { packet, .. }) => self.packet(now, &packet, out),
                        Some(Up::Reply(frame)) => {
                            let tlli = self.gmm().tlli();
                            self.bss.uplink(now.mono, 2, Tlli(tlli), frame);
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
    }

    fn begin<C>(&mut self, now: Now, out: &mut Outputs<C>) {
        if self.ready && self.told && self.gmm().state() == ms::State::Deregistered {
            self.attach(now, out);
        }
    }

    fn attach<C>(&mut self, now: Now, out: &mut Outputs<C>) {
        self.mobility(now, ms::In::Attach(self.config.rai), out);
    }

    fn layer3<C>(&mut self, now: Now, m: &Bytes, out: &mut Outputs<C>) {
        match Header::read(&mut Reader::new(m)).map(|h| h.pd()) {
            Ok(Pd::GprsMobilityManagement) => {
                let pdu = gmm::Pdu::decode(Direction::Down, Reader::shared(m).strict());
                self.mobility(now, ms::In::Recv(pdu), out);
            }
            Ok(_) => {
                let m = sm::Message::decode(Reader::shared(m).strict());
                self.session(now, session::In::Recv(m), out);
            }
            Err(e) => failed(out, e),
        }
    }

    fn send(&mut self, now: Now, tlli: u32, message: &[u8]) {
        if !self.tllis.contains(&tlli) {
            self.tllis.push(tlli);
        }
        let frame = self.link.gmm(message);
        self.bss.uplink(now.mono, 2, Tlli(tlli), frame);
    }

    fn card(&mut self, rand: [u8; 16], autn: Option<[u8; 16]>) -> ms::UsimAnswer {
        let turn = self.turn();
        let Config {
            functions, usims, ..
        } = &mut self.config;
        let array = &mut usims[turn].1;
        let Some(autn) = autn else {
            return ms::UsimAnswer::GsmUnacceptable;
        };
        match usim::authenticate(functions, &rand, &autn, array) {
            Outcome::Accepted { res, .. } => ms::UsimAnswer::Res(Octets::copy(&res)),
            Outcome::MacFailure => ms::UsimAnswer::MacFailure,
            Outcome::SyncFailure { auts, .. } => {
                self.synch_failures += 1;
                ms::UsimAnswer::SynchFailure(auts)
            }
        }
    }

    fn mobility<C>(&mut self, now: Now, input: ms::In, out: &mut Outputs<C>) {
        let mut wants = vec![];
        let turn = self.turn();
        self.gmm[turn].handle(now.mono, &mut self.rng, input, &mut wants);
        for w in wants {
            match w {
                ms::Out::Send { tlli, pdu } => self.send(now, tlli, &pdu.encode()),
                ms::Out::AskUsim { rand, autn } => {
                    let answer = self.card(rand, autn);
                    self.mobility(now, ms::In::Usim(answer), out);
                }
                ms::Out::Tlli(t) => self.link.assign(Tlli(t)),
                ms::Out::Attached { .. } => self.activate(now, out),
                ms::Out::Detached { cause: None } => {
                    self.session(now, session::In::Lost, out);
                    self.round += 1;
                    self.tllis.clear();
                    self.tries = 0;
                    // TS 44.064 8.3: without a TLLI there is no logical link; the next one is new
                    self.link = LogicalLink::new(Side::Ms, Tlli(0));
                    out.trace(Event::new("ms.round").with("n", self.round));
                    if self.round < self.config.rounds {
                        self.begin(now, out);
                    } else {
                        let event = Event::new("ms.done").with("rounds", self.round);
                        out.trace(event.with("synch-failures", self.synch_failures));
                    }
                }
                ms::Out::Updated(_) | ms::Out::Standby => {}
                ms::Out::Status(cause) => out.trace(Event::new("ms.status").with("cause", cause)),
                other => failed(out, format!("{other:?}")),
            }
        }
    }

    fn activate<C>(&mut self, now: Now, out: &mut Outputs<C>) {
        self.tries += 1;
        let request = session::Request {
            apn: Apn::new(self.config.apn),
            qos: QosProfile::subscribed(),
            address: PdpAddress::ipv4(None),
            pco: None,
        };
        let mut wants = vec![];
        match self.sm.activate(now.mono, request, &mut wants) {
            Some(_) => self.session_out(now, wants, out),
            None => failed(out, "no transaction is free"),
        }
    }

    fn deactivate<C>(&mut self, now: Now, out: &mut Outputs<C>) {
        self.active = None;
        let cause = sm::Cause::RegularDeactivation;
        let deactivate = session::In::Deactivate {
            nsapi: NSAPI,
            cause,
        };
        self.session(now, deactivate, out);
    }

    /// The next echo request; after the last answer it is told.
    fn ping<C>(&mut self, now: Now, out: &mut Outputs<C>) {
        let (Use::Pings(to, sizes), Some((from, n))) = (&self.config.with, self.active) else {
            return;
        };
        let Some(size) = sizes.get(n) else {
            return out.trace(Event::new("ms.pinged").with("times", n));
        };
        let packet = echo(ECHO_REQUEST, (from, *to), n, *size);
        match self.link.npdu(NSAPI, &packet) {
            Ok(frames) => {
                let tlli = self.gmm().tlli();
                for frame in frames {
                    self.bss.uplink(now.mono, 2, Tlli(tlli), frame);
                }
            }
            Err(e) => failed(out, format!("{e:?}")),
        }
    }

    /// A packet of the network: the answer to the last echo request, octet by octet.
    fn packet<C>(&mut self, now: Now, packet: &[u8], out: &mut Outputs<C>) {
        let (Use::Pings(of, sizes), Some((own, n))) = (&self.config.with, &mut self.active) else {
            return;
        };
        let read = Packet::read(packet).map(|p| (p.from, p.payload.to_vec()));
        let Some(size) = sizes.get(*n) else { return };
        let expected = echo(ECHO_REPLY, (*of, *own), *n, *size);
        let body = Packet::read(&expected).map(|p| (p.from, p.payload.to_vec()));
        if read.is_err() || read.ok() != body.ok() {
            return failed(out, format!("not the answer: {packet:02x?}"));
        }
        *n += 1;
        self.ping(now, out);
    }

    fn session<C>(&mut self, now: Now, input: session::In, out: &mut Outputs<C>) {
        let mut wants = vec![];
        self.sm.handle(now.mono, input, &mut wants);
        self.session_out(now, wants, out);
    }

    fn session_out<C>(&mut self, now: Now, wants: Vec<session::Out>, out: &mut Outputs<C>) {
        for w in wants {
            match w {
                session::Out::Send(m) => {
                    let t = self.gmm().tlli();
                    self.send(now, t, &m.encode());
                }
                session::Out::Active(c) => {
                    if let (0, Some(a)) = (self.round, c.address.ipv4_address()) {
                        out.trace(Event::new("ms.active").with("address", a));
                    }
                    match (&self.config.with, c.address.ipv4_address()) {
                        (Use::Pings(..), Some(a)) => {
                            self.active = Some((a, 0));
                            self.ping(now, out);
                        }
                        _ => self.deactivate(now, out),
                    }
                }
                // osmo-sgsn accepts the attach before it has the subscription
                session::Out::Refused {
                    cause: sm::Cause::ServiceOptionNotSubscribed,
                    ..
                } if self.tries < TRIES => self.activate(now, out),
                session::Out::Inactive { cause: None, .. } => {
                    // the network took it for granted when the mobile left
                    if self.gmm().state() == ms::State::Registered {
                        self.mobility(now, ms::In::Detach { power_off: false }, out);
                    }
                }
                other => failed(out, format!("{other:?}")),
            }
        }
    }
}

const ECHO_REPLY: u8 = 0;
const ECHO_REQUEST: u8 = 8;

/// An ICMP echo message (RFC 792) of so many octets, IP header included.
fn echo(kind: u8, (from, to): (Ipv4Addr, Ipv4Addr), n: usize, size: usize) -> BytesMut {
    let mut message = vec![kind, 0, 0, 0, 0, 5, 0, n as u8];
    message.extend((message.len()..size - 20).map(|i| i as u8));
    let sum = checksum(&message).to_be_bytes();
    message[2..4].copy_from_slice(&sum);
    let mut packet = BytesMut::new();
    let body = |w: &mut BytesMut| w.extend_from_slice(&message);
    ip_packet(&mut packet, (from.into(), to.into()), 1, 0, body);
    packet
}

fn failed<C>(out: &mut Outputs<C>, why: impl ToString) {
    out.trace(Event::new("ms.failed").with("why", why.to_string()));
}
