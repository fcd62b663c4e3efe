//! STP: a signalling transfer point (Q.704, Q.714) whose signalling points are application servers
//! over M3UA (RFC 4666).
//!
//! | a message goes by | |
//! |---|---|
//! | destination point code | to the server of that code, unchanged |
//! | global title, where the code is the STP's own | by its table, sharing load by SLS |
//!
//! Where there is no way, the sender of a message gets it back with the cause (UDTS, XUDTS), or is
//! told that the point cannot be reached (DUNA).
mod config;

pub use config::{Config, ProcessConfig, ServerConfig};

use engine::{Event, Framing, Input, Link, Node, Now, Outputs, Port, PortSpec, Time};
use sigtran_map::{
    m3ua::{
        PPID, frame_len,
        machine::{Notice, Server, ServerState, Sgp, SgpConfig, SgpOutput, State},
        msg::{
            Available, Congestion, Data, Message as M3ua, Pdu, ProtocolData, Unavailable, Words,
        },
    },
    sccp::msg::{Head, Message as Sccp, ReturnCause, Unitdata},
};
use std::{collections::BTreeMap, convert::Infallible, net::SocketAddr};
use wire::Bytes;

/// Where processes connect.
pub const M3UA: Port = Port(0);

const PORTS: &[PortSpec] = &[PortSpec {
    port: M3UA,
    name: "m3ua",
    framing: Framing::By(frame_len),
}];

/// Service indicator of SCCP (Q.704 14.2.1).
const SCCP: u8 = 3;
/// Streams of traffic; management has stream 0 (RFC 4666 1.4.7).
const STREAMS: u8 = 8;

type Out = Outputs<Infallible>;

/// A process that is connected.
#[derive(Debug)]
struct Process {
    sgp: Sgp,
    /// The servers that it may serve, by their numbers.
    servers: Vec<usize>,
}

/// The node.
#[derive(Debug)]
pub struct Stp {
    config: Config,
    servers: Vec<Server>,
    processes: BTreeMap<Link, Process>,
}

impl Stp {
    /// A transfer point without connections.
    pub fn new(config: Config) -> Self {
        let servers = config.servers.iter().map(|s| Server::new(s.mode));
        Self {
            servers: servers.collect(),
            processes: BTreeMap::new(),
            config,
        }
    }

    /// Its servers and their states, to look at.
    pub fn servers(&self) -> impl Iterator<Item = (&str, ServerState)> {
        let both = self.config.servers.iter().zip(&self.servers);
        both.map(|(c, s)| (c.name.as_str(), s.state()))
    }

    fn up(&mut self, link: Link, peer: SocketAddr, out: &mut Out) {
        let known = |p: &&ProcessConfig| p.address == peer.ip();
        let Some(p) = self.config.processes.iter().find(known) else {
            out.trace(Event::new("stp.stranger").with("address", peer));
            return out.close(link);
        };
        let named = |s: &ServerConfig| p.servers.contains(&s.name);
        let all = self.config.servers.iter().enumerate();
        let mine: Vec<(usize, &ServerConfig)> = all.filter(|(_, s)| named(s)).collect();
        let process = Process {
            sgp: Sgp::new(SgpConfig {
                contexts: mine.iter().filter_map(|(_, s)| s.context).collect(),
                mode: mine.first().map(|(_, s)| s.mode),
                identified: p.identifier.is_some(),
            }),
            servers: mine.iter().map(|(n, _)| *n).collect(),
        };
        self.processes.insert(link, process);
    }

    fn down(&mut self, now: Now, link: Link, out: &mut Out) {
        if let Some(p) = self.processes.get_mut(&link) {
            p.sgp.lost();
        }
        self.act(now, link, out);
        self.processes.remove(&link);
    }

    /// Does what a process's side wants.
    fn act(&mut self, now: Now, link: Link, out: &mut Out) {
        while let Some(o) = self.processes.get_mut(&link).and_then(|p| p.sgp.poll()) {
            match o {
                SgpOutput::Send(octets) => out.message_on(link, 0, PPID, octets),
                SgpOutput::State(state, contexts) => self.state(now, link, state, &contexts, out),
                SgpOutput::Data(d) => self.data(now, link, d, out),
                SgpOutput::Audit(points) => self.audit(link, &points),
                SgpOutput::Told(pdu) => out.count(match pdu {
                    Pdu::Error(_) => "error of a process",
                    _ => "news of a process",
                }),
            }
        }
    }

    /// A process is in another state, for the servers of these routing contexts.
    fn state(&mut self, now: Now, link: Link, state: State, contexts: &[u32], out: &mut Out) {
        let Some(p) = self.processes.get(&link) else {
            return;
        };
        let wants = |n: &usize| {
            let context = self.config.servers.get(*n).and_then(|s| s.context);
            // going down is going down for all
            state == State::Down || context.is_none_or(|c| contexts.contains(&c))
        };
        let meant: Vec<usize> = p.servers.iter().copied().filter(wants).collect();
        for n in meant {
            let Some(server) = self.servers.get_mut(n) else {
                continue;
            };
            let before = server.state();
            server.process(now.mono, link.0, state);
            self.changed(now, n, before, out);
        }
    }

    /// Tells all whom a server's new state concerns, and sends what has waited for it.
    fn changed(&mut self, now: Now, n: usize, before: ServerState, out: &mut Out) {
        let (Some(server), Some(c)) = (self.servers.get_mut(n), self.config.servers.get(n)) else {
            return;
        };
        let after = server.state();
        let mut notices = Vec::new();
        while let Some(notice) = server.notice() {
            notices.push(notice);
        }
        let mut waited = Vec::new();
        while let Some(w) = server.waited() {
            waited.push(w);
        }
        let pc = c.pc;
        if after != before {
            let event = Event::new("stp.server").with("name", &c.name);
            out.trace(event.with("state", format!("{after:?}")));
        }
        for notice in notices {
            let (Notice::Status(k, _) | Notice::Overridden(k)) = notice;
            if let Some(p) = self.processes.get_mut(&Link(k)) {
                match notice {
                    Notice::Status(_, status) => p.sgp.notify(status),
                    Notice::Overridden(_) => p.sgp.overridden(),
                }
            }
            self.act(now, Link(k), out);
        }
        for (sls, octets) in waited {
            self.deliver(n, sls, octets, out);
        }
        let takes = |s| matches!(s, ServerState::Active | ServerState::Pending);
        if takes(before) != takes(after) {
            self.news(now, n, pc, takes(after), out);
        }
    }

    /// All others learn whether a point can be reached (RFC 4666 4.5.1).
    fn news(&mut self, now: Now, of: usize, pc: u32, reachable: bool, out: &mut Out) {
        let others: Vec<Link> = self
            .processes
            .iter()
            .filter(|(_, p)| p.sgp.state() != State::Down && !p.servers.contains(&of))
            .map(|(l, _)| *l)
            .collect();
        for link in others {
            if let Some(p) = self.processes.get_mut(&link) {
                p.sgp.send(point(pc, reachable));
            }
            self.act(now, link, out);
        }
    }

    /// DAUD: each point that is asked about (RFC 4666 4.5.3).
    fn audit(&mut self, link: Link, points: &[u32]) {
        for pc in points {
            let reachable = *pc == self.config.pc || self.takes(*pc);
            if let Some(p) = self.processes.get_mut(&link) {
                p.sgp.send(point(*pc, reachable));
            }
        }
    }

    fn server_of(&self, pc: u32) -> Option<usize> {
        self.config.servers.iter().position(|s| s.pc == pc)
    }

    fn takes(&self, pc: u32) -> bool {
        let server = self.server_of(pc).and_then(|n| self.servers.get(n));
        server.is_some_and(Server::takes)
    }

    /// A message of MTP3's user.
    fn data(&mut self, now: Now, link: Link, d: Data, out: &mut Out) {
        let p = d.protocol_data;
        if p.dpc != self.config.pc {
            // transfer: nothing of it changes but the routing context
            if !self.takes(p.dpc) {
                out.count("no way to a point");
                if let Some(process) = self.processes.get_mut(&link) {
                    process.sgp.send(point(p.dpc, false));
                }
                return;
            }
            return self.transfer(p, out);
        }
        if p.si != SCCP {
            return out.count("message of another user than SCCP");
        }
        match Sccp::read(&p.data.0) {
            Ok(Sccp::Unitdata(m)) => self.relay(now, &p, m, out),
            Ok(Sccp::Other(..)) => out.count("SCCP message of no use"),
            Err(e) => {
                out.count("SCCP message that cannot be read");
                out.trace(Event::new("stp.unreadable").with("why", e));
            }
        }
    }

    /// Finds the way of a message by its called address (Q.714 2.3).
    fn relay(&mut self, now: Now, p: &ProtocolData, mut m: Unitdata, out: &mut Out) {
        if m.called.on_ssn {
            // no subsystem is here, and the message is for this point
            return self.back(now, p, &m, ReturnCause::UnequippedUser, out);
        }
        if let Some(e) = &mut m.extended {
            // Q.714 2.3.1 4): a message that has gone round and round
            e.hops = e.hops.saturating_sub(1);
            if e.hops == 0 {
                return self.back(now, p, &m, ReturnCause::HopCounterViolation, out);
            }
        }
        let table = &self.config.translations;
        let state = |pc| self.server_of(pc).and_then(|n| self.servers.get(n));
        let active = |pc| state(pc).is_some_and(|s| s.state() == ServerState::Active);
        // whoever serves goes before whoever may come back within T(r)
        let found = table
            .translate(&m.called, p.sls, active)
            .or_else(|_| table.translate(&m.called, p.sls, |pc| self.takes(pc)));
        match found {
            Err(cause) => self.back(now, p, &m, cause, out),
            Ok((to, called)) => {
                m.called = called;
                let data = Sccp::Unitdata(m).bytes().into();
                out.count("message translated");
                self.transfer(
                    ProtocolData {
                        opc: self.config.pc,
                        dpc: to.pc,
                        data,
                        ..p.clone()
                    },
                    out,
                );
            }
        }
    }

    /// A message that has no way goes back to the point that it came from, where its sender wants
    /// that (Q.714 4.2).
    fn back(
        &mut self,
        _now: Now,
        p: &ProtocolData,
        m: &Unitdata,
        cause: ReturnCause,
        out: &mut Out,
    ) {
        let event = Event::new("stp.no-way").with("called", &m.called);
        out.trace(event.with("cause", cause));
        if matches!(m.head, Head::Return(_)) {
            return out.count("returned message without a way");
        }
        let Some(back) = m.returned(cause) else {
            return out.count("message without a way");
        };
        out.count("message sent back");
        self.transfer(
            ProtocolData {
                opc: self.config.pc,
                dpc: p.opc,
                data: Sccp::Unitdata(back).bytes().into(),
                ..p.clone()
            },
            out,
        );
    }

    /// Sends to the server of the destination.
    fn transfer(&mut self, p: ProtocolData, out: &mut Out) {
        let Some(n) = self.server_of(p.dpc) else {
            return out.count("no way to a point");
        };
        let context = self.config.servers.get(n).and_then(|s| s.context);
        let sls = p.sls;
        let data = Data {
            network_appearance: None,
            routing_context: context.map(|c| Words(vec![c])),
            protocol_data: p,
            correlation_id: None,
            other: Default::default(),
        };
        let octets = M3ua::from(Pdu::from(data)).bytes();
        self.deliver(n, sls, octets, out);
    }

    fn deliver(&mut self, n: usize, sls: u8, octets: Bytes, out: &mut Out) {
        let Some(server) = self.servers.get_mut(n) else {
            return;
        };
        let to = server.pick(sls);
        if to.is_empty() {
            if !server.wait(sls, octets) {
                out.count("message for a server that is gone");
            }
            return;
        }
        let stream = 1 + u16::from(sls % STREAMS);
        for k in to {
            out.message_on(Link(k), stream, PPID, octets.clone());
        }
    }

    /// The way to a process is full, or is not any more: the others are told (RFC 4666 4.5.4).
    fn congested(&mut self, now: Now, link: Link, full: bool, out: &mut Out) {
        let Some(p) = self.processes.get(&link) else {
            return;
        };
        let points: Vec<u32> = p
            .servers
            .iter()
            .filter_map(|n| self.config.servers.get(*n))
            .map(|s| s.pc)
            .collect();
        let others: Vec<Link> = self
            .processes
            .iter()
            .filter(|(l, p)| **l != link && p.sgp.state() == State::Active)
            .map(|(l, _)| *l)
            .collect();
        for other in others {
            if let Some(p) = self.processes.get_mut(&other) {
                p.sgp.send(Congestion {
                    network_appearance: None,
                    routing_context: None,
                    affected_point_code: Words(points.clone()),
                    concerned_destination: None,
                    // levels 0 to 3 (3.4.4)
                    congestion_indications: Some(full.into()),
                    info: None,
                    other: Default::default(),
                });
            }
            self.act(now, other, out);
        }
    }
}

/// DAVA or DUNA of a point.
fn point(pc: u32, reachable: bool) -> Pdu {
    let affected_point_code = Words(vec![pc]);
    match reachable {
        true => Available {
            network_appearance: None,
            routing_context: None,
            affected_point_code,
            info: None,
            other: Default::default(),
        }
        .into(),
        false => Unavailable {
            network_appearance: None,
            routing_context: None,
            affected_point_code,
            info: None,
            other: Default::default(),
        }
        .into(),
    }
}

impl Node for Stp {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Infallible;

    fn ports(&self) -> &[PortSpec] {
        PORTS
    }

    fn handle(&mut self, now: Now, input: Input<Infallible, Infallible>, out: &mut Out) {
        match input {
            Input::Up { link, peer, .. } => self.up(link, peer, out),
            Input::Down { link, .. } => self.down(now, link, out),
            Input::Full(link) => self.congested(now, link, true, out),
            Input::Room(link) => self.congested(now, link, false, out),
            Input::Recv { link, bytes, .. } => {
                match self.processes.get_mut(&link) {
                    Some(p) => p.sgp.receive(&bytes),
                    None => out.count("message on a closed link"),
                }
                self.act(now, link, out);
            }
            Input::Timer => {
                for n in 0..self.servers.len() {
                    let Some(server) = self.servers.get_mut(n) else {
                        return;
                    };
                    let before = server.state();
                    for _ in 0..server.expire(now.mono) {
                        out.count("message for a server that is gone");
                    }
                    self.changed(now, n, before, out);
                }
            }
            // its processes see the associations end
            Input::Start | Input::Stop => {}
            Input::Answer(_, never) | Input::Command(never) => match never {},
        }
    }

    fn due(&self) -> Option<Time> {
        self.servers.iter().filter_map(Server::due).min()
    }
}
