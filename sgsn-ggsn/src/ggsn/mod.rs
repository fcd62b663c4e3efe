//! Gateway GPRS support node: TS 29.060 towards SGSNs, TS 29.061 towards packet data networks.
//!
//! A PDP context gets an address of its APN's pool and may talk to whom the APN allows; what it
//! sends to others is dropped in the forwarding table and counted. Start and Stop of each context
//! are reported by RADIUS accounting; an APN can make contexts wait for the answer.
//!
//! Left out: secondary contexts (answered with "Service not supported"), PPP and IPv6 contexts
//! ("Unknown PDP address or PDP type"), network-requested activation.
mod accounting;
mod config;
mod pco;
mod pdp;
mod pool;

pub use config::{Accounting, ApnConfig, Config, Report};
pub use pool::Pool;

use accounting::{Notice, Reporter};
use engine::{
    Event, FastPath, Framing, Input, Link, Node, Now, Outputs, Port, PortSpec, Rng, Time,
};
use gtp::{
    machine::{
        forward::Table,
        path::{self, Output, Paths, RequestId},
        tunnel::{Contexts, PdpContext, Teids},
    },
    msg::{Message, Pdu},
};
use std::{convert::Infallible, net::IpAddr, sync::Arc};
use wire::Imsi;

/// GTP-C, UDP 2123.
pub const GTP_C: Port = Port(1);
/// GTP-U, UDP 2152.
pub const GTP_U: Port = Port(2);
/// The packet data networks, raw IP.
pub const GI: Port = Port(3);
/// RADIUS accounting, UDP to 1813.
pub const AAA: Port = Port(4);

const PORTS: &[PortSpec] = &[
    PortSpec {
        port: GTP_C,
        name: "gtp-c",
        framing: Framing::Datagram,
    },
    PortSpec {
        port: GTP_U,
        name: "gtp-u",
        framing: Framing::Datagram,
    },
    PortSpec {
        port: GI,
        name: "gi",
        framing: Framing::Datagram,
    },
    PortSpec {
        port: AAA,
        name: "aaa",
        framing: Framing::Datagram,
    },
];

/// What an operator can tell a GGSN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// End all contexts of a subscriber: the SGSN is asked to delete them.
    Release(Imsi),
}

/// What the GGSN keeps of a context besides.
#[derive(Debug, Clone, PartialEq)]
struct Extra {
    /// Place of its APN in the configuration.
    apn: usize,
    since: Time,
    /// The request that waits for the accounting server.
    waiting: Option<RequestId>,
    /// True from the Start on.
    reported: bool,
    msisdn: Option<String>,
    selection_mode: u8,
    rat: Option<u8>,
    /// What its request is told of name servers.
    pco: Option<wire::Pco>,
}

type Context = PdpContext<Extra>;

/// A gateway GPRS support node.
#[derive(Debug)]
pub struct Ggsn {
    config: Config,
    allowed: Vec<Arc<[engine::Prefix]>>,
    pools: Vec<Pool>,
    control: Paths<u32>,
    user: Paths<u32>,
    teids: Teids,
    contexts: Contexts<Extra>,
    table: Table,
    reporter: Option<Reporter>,
    charging_id: u32,
}

impl Ggsn {
    /// A GGSN that has not started yet. `rng` is its own.
    pub fn new(config: Config, rng: &Rng) -> Self {
        let paths = |paths: path::Config| path::Config {
            t3: config.t3,
            n3: config.n3,
            echo: config.echo,
            ..paths
        };
        let control = paths(path::Config::control(config.restart_counter));
        let user = paths(path::Config::user());
        let mut start = rng.stream("charging");
        let reporter = config
            .accounting
            .as_ref()
            .map(|a| Reporter::new(a, config.address, start.u32() as u8));
        let table = Table::new(GTP_U, GI, config.address.into());
        let guarded = config.guards_tunnels;
        Self {
            allowed: config
                .apns
                .iter()
                .map(|a| a.allowed.clone().into())
                .collect(),
            pools: config.apns.iter().map(|a| Pool::new(a.pool)).collect(),
            control: Paths::new(control, rng.stream("gtp-c")),
            user: Paths::new(user, rng.stream("gtp-u")),
            teids: match guarded {
                true => Teids::new(rng.stream("teid")),
                false => Teids::in_order(),
            },
            contexts: Contexts::default(),
            table: match guarded {
                true => table,
                false => table.unguarded(),
            },
            reporter,
            charging_id: start.u32(),
            config,
        }
    }

    /// How many contexts there are, those that wait for accounting included.
    pub fn contexts(&self) -> usize {
        self.contexts.len()
    }

    /// The address of a subscriber's context.
    pub fn address_of(&self, imsi: Imsi, nsapi: u8) -> Option<IpAddr> {
        let context = self.contexts.get(self.contexts.find(imsi, nsapi)?)?;
        Some(context.address)
    }

    /// The forwarding table: what was carried, what was dropped and why.
    pub fn forwarding(&self) -> &Table {
        &self.table
    }

    fn is_stranger(&self, peer: IpAddr) -> bool {
        let known = self.config.peers.as_ref();
        known.is_some_and(|known| !known.iter().any(|p| p.contains(peer)))
    }

    /// The context of a control TEID and an NSAPI, for whoever holds its other end. To others it is
    /// not there: a TEID that was guessed looks like one that nobody has.
    fn held_by(&self, peer: IpAddr, teid: u32, nsapi: u8) -> Option<&Context> {
        let known = self.contexts.get(teid).filter(|c| c.nsapi == nsapi);
        known.filter(|c| c.remote.control == peer || !self.config.guards_tunnels)
    }

    /// Does what the small machines want done, until none wants anything.
    fn settle(&mut self, now: Now, out: &mut Outputs<Infallible>) {
        loop {
            if let Some(o) = self.control.poll() {
                self.on_path(now, GTP_C, o, out);
            } else if let Some(o) = self.user.poll() {
                self.on_path(now, GTP_U, o, out);
            } else if let Some((notice, answered)) = self.reporter.as_mut().and_then(Reporter::poll)
            {
                self.on_reported(now, notice, answered, out);
            } else if let Some((server, bytes)) =
                self.reporter.as_mut().and_then(Reporter::transmit)
            {
                out.datagram(AAA, server, bytes);
            } else {
                return;
            }
        }
    }

    fn on_path(&mut self, now: Now, port: Port, o: Output<u32>, out: &mut Outputs<Infallible>) {
        match o {
            Output::Send { to, bytes } => out.datagram(port, to, bytes),
            Output::Request { id, message } => self.on_request(now, port, id, message, out),
            Output::Notice { from, message } => self.on_notice(now, from.ip(), &message, out),
            // a Delete of ours: answered or not, the context goes
            Output::Answer { tag, .. } | Output::NoAnswer { tag, .. } => {
                self.remove(now, tag, "released", out);
            }
            Output::Restarted { peer, counter } => {
                let e = Event::new("gtp.peer_restarted");
                out.trace(e.with("peer", peer).with("counter", counter));
                self.lose(now, peer, "peer restarted", out);
            }
            Output::Down { peer } => {
                out.trace(Event::new("gtp.path_down").with("peer", peer));
                self.lose(now, peer, "path down", out);
            }
            Output::Up { peer } => out.trace(Event::new("gtp.path_up").with("peer", peer)),
            Output::Bad { from, error } => {
                out.count("gtp.unreadable");
                let e = Event::new("gtp.unreadable").with("peer", from.ip());
                out.trace(e.with("error", error));
            }
            Output::Discarded(reason) => out.count(reason),
        }
    }

    fn on_request(
        &mut self,
        now: Now,
        port: Port,
        id: RequestId,
        message: Message,
        out: &mut Outputs<Infallible>,
    ) {
        let teid = message.header.teid;
        match message.pdu {
            Pdu::CreatePdpContextRequest(m) if port == GTP_C => self.create(now, id, teid, m, out),
            Pdu::UpdatePdpContextRequest(m) if port == GTP_C => {
                self.update(now, id, teid, &m, out);
            }
            Pdu::DeletePdpContextRequest(m) if port == GTP_C => self.delete(now, id, teid, &m, out),
            // between SGSNs, or of services that a GGSN need not have: without an answer
            _ => out.count("gtp.request_not_ours"),
        }
    }

    fn on_notice(&mut self, now: Now, peer: IpAddr, m: &Message, out: &mut Outputs<Infallible>) {
        match &m.pdu {
            // TS 29.060 7.3.7: the peer does not know the tunnel any more
            Pdu::ErrorIndication(e) => {
                let lost = match self.config.guards_tunnels {
                    true => self.contexts.by_remote_data(peer, e.teid_data),
                    false => self.contexts.by_remote_teid(e.teid_data),
                };
                match lost {
                    Some(teid) => self.remove(now, teid, "error indication", out),
                    None => out.count("gtp.error_indication_of_nothing"),
                }
            }
            _ => out.count("gtp.notice"),
        }
    }

    fn lose(&mut self, now: Now, peer: IpAddr, why: &'static str, out: &mut Outputs<Infallible>) {
        for teid in self.contexts.of_peer(peer) {
            self.remove(now, teid, why, out);
        }
    }

    fn on_reported(
        &mut self,
        now: Now,
        notice: Notice,
        answered: bool,
        out: &mut Outputs<Infallible>,
    ) {
        if !answered {
            out.count("radius.unanswered");
        }
        if let Notice::Start(teid) = notice {
            self.reported(now, teid, answered, out);
        }
    }

    fn release(&mut self, now: Now, imsi: Imsi) {
        let all = self.contexts.iter().filter(|c| c.imsi == imsi);
        let all: Vec<_> = all
            .map(|c| (c.local.teid_control, c.remote, c.nsapi))
            .collect();
        for (ours, remote, nsapi) in all {
            let request = gtp::msg::DeletePdpContextRequest::teardown(nsapi);
            let theirs = remote.teid_control;
            self.control
                .request(now.mono, remote.control, theirs, request, ours);
        }
    }
}

impl Node for Ggsn {
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
        match input {
            Input::Start => {
                if let Some(r) = &mut self.reporter {
                    r.on(now);
                }
            }
            Input::Stop => {
                if let Some(r) = &mut self.reporter {
                    r.off(now);
                }
                for (reason, n) in self.table.counters() {
                    let e = Event::new("gtpu.dropped").with("reason", reason);
                    out.trace(e.with("packets", n));
                }
            }
            Input::Recv {
                link, from, bytes, ..
            } => {
                let gn = link == Link::from(GTP_C) || link == Link::from(GTP_U);
                if gn && self.is_stranger(from.ip()) {
                    out.count("gtp.stranger");
                } else if link == Link::from(GTP_C) {
                    self.control.receive(now.mono, from, &bytes);
                } else if link == Link::from(GTP_U) {
                    self.user.receive(now.mono, from, &bytes);
                } else if link == Link::from(AAA)
                    && let Some(r) = &mut self.reporter
                    && let Err(dropped) = r.receive(now.mono, from, &bytes)
                {
                    out.count(dropped.name());
                }
            }
            Input::Timer => {
                self.control.timer(now.mono);
                self.user.timer(now.mono);
                if let Some(r) = &mut self.reporter {
                    r.timer(now.mono);
                }
            }
            Input::Command(Command::Release(imsi)) => self.release(now, imsi),
            Input::Up { .. } | Input::Down { .. } | Input::Full(_) | Input::Room(_) => {}
            Input::Answer(_, never) => match never {},
        }
        self.settle(now, out);
    }

    fn due(&self) -> Option<Time> {
        let reporter = self.reporter.as_ref().and_then(Reporter::due);
        [self.control.due(), self.user.due(), reporter]
            .into_iter()
            .flatten()
            .min()
    }

    fn fast_path(&mut self) -> Option<&mut dyn FastPath> {
        Some(&mut self.table)
    }
}
