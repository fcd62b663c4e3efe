//! A signalling end point: M3UA associations with its gateways or with peers, and SCCP for the users
//! it has. A node with MAP owns one, gives it what concerns its connections, and takes messages of
//! its users out of it.
mod config;

pub use config::{Config, Gateway};

use crate::{
    m3ua::{
        PPID, frame_len,
        machine::{Asp, Output as AspOutput, Sgp, SgpConfig, SgpOutput, State},
        msg::{Data, Message as M3ua, Pdu, ProtocolData, Words},
    },
    sccp::{
        machine::{Event as SccpEvent, Local},
        msg::{Address, Message as Sccp, ReturnCause},
    },
};
use bytes::Bytes;
use engine::{Event as Trace, Framing, Link, Now, Outputs, Port, PortSpec, Rng, Time};
use std::collections::{BTreeSet, VecDeque};

/// Service indicator of SCCP (Q.704 14.2.1).
const SCCP: u8 = 3;
/// Management goes on stream 0, traffic on others (RFC 4666 1.4.7).
const MANAGEMENT: u16 = 0;
/// Streams of traffic, chosen by signalling link selection.
const STREAMS: u8 = 8;
/// Associations of peers at one time.
const PEERS: usize = 64;

/// What its users learn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A message.
    Unitdata {
        /// For whom.
        called: Address,
        /// From whom.
        calling: Address,
        /// The user's octets.
        data: Bytes,
    },
    /// A message that could not be delivered comes back.
    Returned {
        /// Why.
        cause: ReturnCause,
        /// For whom it was.
        called: Address,
        /// The user's octets, or the beginning of them.
        data: Bytes,
    },
    /// A gateway or peer, by its name, takes traffic.
    Open(String),
    /// It does not any more.
    Closed(String),
}

/// Which side of an association this is.
#[derive(Debug)]
enum Side {
    Asks(Asp),
    Answers(Sgp),
}

/// An association.
#[derive(Debug)]
struct Association {
    name: String,
    /// The signalling point at its other end.
    pc: u32,
    contexts: Vec<u32>,
    link: Option<Link>,
    side: Side,
    /// Dialled again then.
    redial: Option<Time>,
    /// The gateway that is dialled; none for one that was accepted.
    gateway: Option<usize>,
}

impl Association {
    fn is_active(&self) -> bool {
        let state = match &self.side {
            Side::Asks(a) => a.state(),
            Side::Answers(s) => s.state(),
        };
        self.link.is_some() && state == State::Active
    }
}

/// The end point.
#[derive(Debug)]
pub struct Point {
    config: Config,
    associations: Vec<Association>,
    local: Local,
    sls: u8,
    /// Signalling points that cannot be reached, as gateways have told.
    unavailable: BTreeSet<u32>,
    events: VecDeque<Event>,
}

impl Point {
    /// Without connections.
    pub fn new(config: Config, rng: &mut Rng) -> Self {
        let association = |(n, g): (usize, &Gateway)| Association {
            name: g.name.clone(),
            pc: g.pc,
            contexts: g.contexts.clone(),
            link: None,
            side: Side::Asks(Asp::new(g.asp(config.ack))),
            redial: None,
            gateway: Some(n),
        };
        let associations = config.gateways.iter().enumerate().map(association);
        Self {
            associations: associations.collect(),
            local: Local::new(config.users.clone(), rng.u32()),
            sls: rng.u32() as u8,
            unavailable: BTreeSet::new(),
            events: VecDeque::new(),
            config,
        }
    }

    /// How it is set up.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The ports that it needs: where it dials from, and where peers come in.
    pub fn ports(&self) -> Vec<PortSpec> {
        let spec = |port, name| PortSpec {
            port,
            name,
            framing: Framing::By(frame_len),
        };
        let dial = !self.config.gateways.is_empty();
        let dial = dial.then(|| spec(self.config.dial, "m3ua"));
        let listen = self.config.listen.map(|port| spec(port, "m3ua-in"));
        dial.into_iter().chain(listen).collect()
    }

    /// What its users learn next.
    pub fn poll(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Whether a connection is its own.
    pub fn owns(&self, link: Link) -> bool {
        self.at(link).is_some()
    }

    /// Whether a connection that comes up at `port` is for it.
    pub fn owns_port(&self, port: Port) -> bool {
        self.config.listen == Some(port)
            || port == self.config.dial && !self.config.gateways.is_empty()
    }

    /// Whether the gateway or peer of this name takes traffic.
    pub fn is_open(&self, name: &str) -> bool {
        let mut all = self.associations.iter();
        all.any(|a| a.name == name && a.is_active())
    }

    fn at(&self, link: Link) -> Option<usize> {
        self.associations.iter().position(|a| a.link == Some(link))
    }

    /// Dials all gateways.
    pub fn start<A>(&mut self, out: &mut Outputs<A>) {
        for n in 0..self.associations.len() {
            self.dial(n, out);
        }
    }

    fn dial<A>(&mut self, n: usize, out: &mut Outputs<A>) {
        let Some(a) = self.associations.get_mut(n) else {
            return;
        };
        a.redial = None;
        let gateway = a.gateway.and_then(|g| self.config.gateways.get(g));
        if let Some(g) = gateway {
            a.link = Some(out.connect(self.config.dial, g.address));
        }
    }

    /// Takes leave of all: traffic ends, then the process goes down (RFC 4666 4.3.4.2).
    pub fn stop<A>(&mut self, now: Now, out: &mut Outputs<A>) {
        for n in 0..self.associations.len() {
            if let Some(a) = self.associations.get_mut(n) {
                a.redial = None;
                if let Side::Asks(asp) = &mut a.side {
                    asp.leave();
                }
            }
            self.act(now, n, out);
        }
    }

    /// A connection is up, dialled or accepted at `port`.
    pub fn up<A>(&mut self, now: Now, link: Link, out: &mut Outputs<A>) {
        let n = match self.at(link) {
            Some(n) => n,
            None if self.associations.len() >= PEERS => {
                out.count("m3ua.too-many-peers");
                return out.close(link);
            }
            None => {
                self.associations.push(Association {
                    name: format!("peer {}", link.0),
                    pc: 0,
                    contexts: Vec::new(),
                    link: Some(link),
                    side: Side::Answers(Sgp::new(SgpConfig {
                        contexts: self.config.contexts.clone(),
                        ..SgpConfig::default()
                    })),
                    redial: None,
                    gateway: None,
                });
                self.associations.len().saturating_sub(1)
            }
        };
        if let Some(Association {
            side: Side::Asks(asp),
            ..
        }) = self.associations.get_mut(n)
        {
            asp.connected(now.mono);
        }
        self.act(now, n, out);
    }

    /// A connection is gone.
    pub fn down<A>(&mut self, now: Now, link: Link, out: &mut Outputs<A>) {
        let Some(n) = self.at(link) else { return };
        if let Some(a) = self.associations.get_mut(n) {
            a.link = None;
            match &mut a.side {
                Side::Asks(asp) => {
                    asp.lost();
                    a.redial = Some(now.mono + self.config.redial);
                }
                Side::Answers(sgp) => sgp.lost(),
            }
        }
        self.act(now, n, out);
        self.associations
            .retain(|a| a.gateway.is_some() || a.link.is_some());
    }

    /// A message on a connection.
    pub fn received<A>(&mut self, now: Now, link: Link, octets: &Bytes, out: &mut Outputs<A>) {
        let Some(n) = self.at(link) else {
            return out.count("m3ua.message-on-a-closed-link");
        };
        match self.associations.get_mut(n).map(|a| &mut a.side) {
            Some(Side::Asks(asp)) => asp.receive(now.mono, octets),
            Some(Side::Answers(sgp)) => sgp.receive(octets),
            None => {}
        }
        self.act(now, n, out);
    }

    /// When [`Point::timer`] is wanted.
    pub fn due(&self) -> Option<Time> {
        let of = |a: &Association| {
            let asp = match &a.side {
                Side::Asks(asp) => asp.due(),
                Side::Answers(_) => None,
            };
            [asp, a.redial].into_iter().flatten().min()
        };
        let links = self.associations.iter().filter_map(of);
        links.chain(self.local.due()).min()
    }

    /// [`Point::due`] has come.
    pub fn timer<A>(&mut self, now: Now, out: &mut Outputs<A>) {
        for n in 0..self.associations.len() {
            let Some(a) = self.associations.get_mut(n) else {
                return;
            };
            if let Side::Asks(asp) = &mut a.side {
                asp.expire(now.mono);
            }
            if a.redial.is_some_and(|t| t <= now.mono) {
                self.dial(n, out);
            }
            self.act(now, n, out);
        }
        while let Some(e) = self.local.timer(now.mono) {
            self.sccp(now, None, e, out);
        }
    }

    /// Sends octets of a user. Where no way is open they come back at once.
    pub fn send<A>(
        &mut self,
        now: Now,
        called: &Address,
        calling: &Address,
        data: &Bytes,
        out: &mut Outputs<A>,
    ) {
        let returned = |cause| Event::Returned {
            cause,
            called: called.clone(),
            data: data.clone(),
        };
        self.sls = self.sls.wrapping_add(1) & 15;
        let reachable = |pc| !self.unavailable.contains(&pc);
        let table = &self.config.translations;
        let found = table.translate(called, self.sls, reachable).ok();
        let pc = found.as_ref().map(|f| f.0.pc);
        let address = found.map_or_else(|| called.clone(), |f| f.1);
        let Some(n) = self.way(pc) else {
            return self.events.push_back(returned(ReturnCause::MtpFailure));
        };
        let Some(messages) = self.local.messages(&address, calling, false, data) else {
            let cause = ReturnCause::SegmentationFailure;
            return self.events.push_back(returned(cause));
        };
        for m in messages {
            self.transfer(n, &m, pc, out);
        }
        self.act(now, n, out);
    }

    /// An association that takes traffic for this point, or for its own: with the point itself where
    /// there is one, else with a gateway; several take turns.
    fn way(&self, pc: Option<u32>) -> Option<usize> {
        let open =
            |a: &Association| a.is_active() && !self.unavailable.contains(&pc.unwrap_or(a.pc));
        let of = |fits: &dyn Fn(&Association) -> bool| -> Vec<usize> {
            let all = self.associations.iter().enumerate();
            let all = all.filter(|(_, a)| open(a) && fits(a));
            all.map(|(n, _)| n).collect()
        };
        let direct = of(&|a| Some(a.pc) == pc);
        let open = match direct.is_empty() {
            true => of(&|_| true),
            false => direct,
        };
        let nth = usize::from(self.sls).checked_rem(open.len())?;
        open.get(nth).copied()
    }

    /// Sends a message of SCCP to the point at the other end, or back to `to`.
    fn transfer<A>(&mut self, n: usize, m: &Sccp, to: Option<u32>, out: &mut Outputs<A>) {
        let Some(a) = self.associations.get(n) else {
            return;
        };
        let data = Data {
            network_appearance: None,
            routing_context: (!a.contexts.is_empty()).then(|| Words(a.contexts.clone())),
            protocol_data: ProtocolData {
                opc: self.config.pc,
                dpc: to.unwrap_or(a.pc),
                si: SCCP,
                ni: self.config.network,
                mp: 0,
                sls: self.sls,
                data: m.bytes().into(),
            },
            correlation_id: None,
            other: Default::default(),
        };
        let octets = M3ua::from(Pdu::from(data)).bytes();
        let stream = 1 + u16::from(self.sls % STREAMS);
        match a.link {
            Some(link) => out.message_on(link, stream, PPID, octets),
            None => out.count("m3ua.no-link"),
        }
    }

    /// Does what an association wants.
    fn act<A>(&mut self, now: Now, n: usize, out: &mut Outputs<A>) {
        enum Want {
            Send(Bytes),
            State(State),
            Data(Data),
            Told(Pdu),
            Nothing,
        }
        loop {
            let Some(a) = self.associations.get_mut(n) else {
                return;
            };
            let want = match &mut a.side {
                Side::Asks(asp) => asp.poll().map(|o| match o {
                    AspOutput::Send(b) => Want::Send(b),
                    AspOutput::State(s) => Want::State(s),
                    AspOutput::Data(d) => Want::Data(d),
                    AspOutput::Told(p) => Want::Told(p),
                }),
                Side::Answers(sgp) => sgp.poll().map(|o| match o {
                    SgpOutput::Send(b) => Want::Send(b),
                    SgpOutput::State(s, _) => Want::State(s),
                    SgpOutput::Data(d) => Want::Data(d),
                    SgpOutput::Told(p) => Want::Told(p),
                    // a node that is no gateway knows of no other points
                    SgpOutput::Audit(_) => Want::Nothing,
                }),
            };
            match want {
                None => return,
                Some(Want::Nothing) => {}
                Some(Want::Send(octets)) => match a.link {
                    Some(link) => out.message_on(link, MANAGEMENT, PPID, octets),
                    None => out.count("m3ua.no-link"),
                },
                Some(Want::State(s)) => {
                    let name = a.name.clone();
                    let event = Trace::new("m3ua.state").with("peer", &name);
                    out.trace(event.with("state", format!("{s:?}")));
                    match s {
                        State::Active => self.events.push_back(Event::Open(name)),
                        State::Inactive | State::Down => self.events.push_back(Event::Closed(name)),
                    }
                }
                Some(Want::Told(pdu)) => self.told(&pdu, out),
                Some(Want::Data(d)) => self.data(now, n, d, out),
            }
        }
    }

    /// News of signalling points and of servers.
    fn told<A>(&mut self, pdu: &Pdu, out: &mut Outputs<A>) {
        match pdu {
            // the upper octet is a mask (3.4.1): single points are all that this end point uses
            Pdu::Unavailable(d) => self.unavailable.extend(&d.affected_point_code.0),
            Pdu::Available(d) => {
                let back = &d.affected_point_code.0;
                self.unavailable.retain(|pc| !back.contains(pc));
            }
            Pdu::Error(e) => {
                let event = Trace::new("m3ua.error").with("code", e.error_code);
                return out.trace(event);
            }
            Pdu::Notify(n) => {
                let event = Trace::new("m3ua.notify").with("status", n.status);
                return out.trace(event);
            }
            _ => {}
        }
        out.count("m3ua.news-of-points");
    }

    fn data<A>(&mut self, now: Now, n: usize, d: Data, out: &mut Outputs<A>) {
        let p = d.protocol_data;
        if p.si != SCCP {
            return out.count("m3ua.data-of-another-user");
        }
        if let Some(a) = self.associations.get_mut(n)
            && a.gateway.is_none()
        {
            // a peer that has dialled is the point that it sends from
            a.pc = p.opc;
            a.contexts = d.routing_context.map(|w| w.0).unwrap_or_default();
        }
        match Sccp::read(&p.data.0) {
            Ok(m) => {
                let event = self.local.receive(now.mono, m);
                self.sccp(now, Some((n, p.opc)), event, out);
            }
            Err(e) => {
                out.count("sccp.unreadable");
                out.trace(Trace::new("sccp.unreadable").with("why", e));
            }
        }
    }

    /// What SCCP has made of something; `from` is where it came from.
    fn sccp<A>(
        &mut self,
        _now: Now,
        from: Option<(usize, u32)>,
        event: SccpEvent,
        out: &mut Outputs<A>,
    ) {
        match event {
            SccpEvent::Unitdata(m) => self.events.push_back(Event::Unitdata {
                called: m.called,
                calling: m.calling,
                data: m.data.0,
            }),
            SccpEvent::Returned {
                cause,
                called,
                data,
            } => {
                let event = Trace::new("sccp.returned").with("cause", cause);
                out.trace(event.with("called", &called));
                let event = Event::Returned {
                    cause,
                    called,
                    data,
                };
                self.events.push_back(event);
            }
            SccpEvent::Send(m) => match from.or(self.way(None).map(|n| (n, 0))) {
                Some((n, 0)) => self.transfer(n, &m, None, out),
                Some((n, pc)) => self.transfer(n, &m, Some(pc), out),
                None => out.count("m3ua.no-link"),
            },
            SccpEvent::Dropped(why) => out.count(why),
        }
    }
}
