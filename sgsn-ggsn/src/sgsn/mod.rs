//! Serving GPRS support node: Gb towards mobiles, S6d, MAP or GSUP towards their home networks, Gn and Gp
//! towards GGSNs (TS 23.060, TS 24.008, TS 29.272, TS 29.060).
//!
//! Any mobile is served that its home network vouches for: the realm of its IMSI is asked for
//! vectors and subscription. A PDP context is created where the subscription has its APN, at the
//! GGSN that the table of gateways names.
//!
//! Left out: SMS, paging (a mobile is reached in the cell where it was heard last), hand-over of
//! contexts between SGSNs, ciphering, charging records.
pub mod causes;
pub mod cell;
mod config;
pub mod gsup;
mod home;
pub mod map;
mod mobile;
mod told;
mod tunnel;

pub use config::{Config, Gateway, Peer};

use diameter_s6a::{frame_len, machine::Endpoint};
use engine::{Event, Framing, Input, Link, Node, Now, Outputs, Port, PortSpec, Rng, Time, Timers};
use gb_gmm::{gmm::machine::Ptmsis, stack::SgsnStack};
use gtp::machine::{
    path::{self, Paths},
    tunnel::{Contexts, Teids},
};
use home::Ticket;
use mobile::Mobile;
use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
};
use tunnel::Tag;
use wire::Imsi;

/// Gb: NS over UDP 2157.
pub const GB: Port = Port(1);
/// S6d: Diameter to home networks, dialled.
pub const S6D: Port = Port(2);
/// GTP-C, UDP 2123.
pub const GTP_C: Port = Port(3);
/// GTP-U, UDP 2152.
pub const GTP_U: Port = Port(4);
/// GSUP to home networks, dialled; it is there where any is configured.
pub const GSUP: Port = Port(5);
/// M3UA to signalling gateways, dialled; it is there where any is configured.
pub const M3UA: Port = Port(6);
/// Cell broadcast, UDP 4729; it is there where a cell is configured.
pub const GSMTAP: Port = Port(7);

const PORTS: &[PortSpec] = &[
    PortSpec {
        port: GB,
        name: "gb",
        framing: Framing::Datagram,
    },
    PortSpec {
        port: S6D,
        name: "s6d",
        framing: Framing::By(frame_len),
    },
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
];

const BROADCAST: PortSpec = PortSpec {
    port: GSMTAP,
    name: "gsmtap",
    framing: Framing::Datagram,
};

/// What an operator tells an SGSN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Detach a mobile; it may attach again.
    Detach(Imsi),
    /// Ask the home network for a subscription that no mobile has shown: what a rogue does (T4).
    Pull(Imsi),
}

/// Number of a mobile inside the node.
type Id = u64;

/// What [`Node::handle`] writes to.
type Out = Outputs<Infallible>;

/// The node.
#[derive(Debug)]
pub struct Sgsn {
    config: Config,
    rng: Rng,
    gb: SgsnStack,
    mobiles: BTreeMap<Id, Mobile>,
    by_tlli: BTreeMap<u32, Id>,
    by_imsi: BTreeMap<Imsi, Id>,
    /// Mobiles whose first attach is under way.
    attaching: BTreeSet<Id>,
    ids: Id,
    ptmsis: Ptmsis,
    timers: Timers<Id>,
    peers: Vec<Connection>,
    gsup: Vec<gsup::Home>,
    map: Option<map::Door>,
    ports: Vec<PortSpec>,
    sessions: u32,
    /// End-to-end identifiers of requests that were redirected.
    redirected: BTreeSet<u32>,
    control: Paths<Tag>,
    user: Paths<()>,
    teids: Teids,
    contexts: Contexts<Id>,
    station: Option<cell::Station>,
}

/// A Diameter peer and the connection to it.
#[derive(Debug)]
struct Connection {
    peer: Peer,
    link: Option<Link>,
    endpoint: Option<Endpoint<Ticket>>,
}

impl Sgsn {
    /// An SGSN that serves nobody yet.
    pub fn new(config: Config, rng: Rng) -> Self {
        let paths = |c: path::Config| path::Config {
            t3: config.t3,
            n3: config.n3,
            ..c
        };
        let connection = |peer: &Peer| Connection {
            peer: peer.clone(),
            link: None,
            endpoint: None,
        };
        let door = |c: &map::Config| map::Door::new(c.clone(), config.patience, &rng);
        let map = config.map.as_ref().map(door);
        let m3ua = map.iter().flat_map(map::Door::ports).collect();
        let gsmtap = config.cell.iter().map(|_| BROADCAST).collect();
        Self {
            gb: SgsnStack::new(config.gb.clone()),
            mobiles: BTreeMap::new(),
            by_tlli: BTreeMap::new(),
            by_imsi: BTreeMap::new(),
            attaching: BTreeSet::new(),
            ids: 0,
            ptmsis: Ptmsis::default(),
            timers: Timers::default(),
            peers: config.peers.iter().map(connection).collect(),
            gsup: gsup::homes(&config.gsup),
            map,
            ports: [
                PORTS.to_vec(),
                gsup::ports(&config.gsup).to_vec(),
                m3ua,
                gsmtap,
            ]
            .concat(),
            sessions: 0,
            redirected: BTreeSet::new(),
            control: Paths::new(
                paths(path::Config::control(config.restart_counter)),
                rng.stream("gtp-c"),
            ),
            user: Paths::new(paths(path::Config::user()), rng.stream("gtp-u")),
            teids: match config.guards_tunnels {
                true => Teids::new(rng.stream("teid")),
                false => Teids::in_order(),
            },
            contexts: Contexts::default(),
            station: config.cell.as_ref().map(cell::Station::new),
            rng,
            config,
        }
    }

    /// How many mobiles are attached, or about to be.
    pub fn mobiles(&self) -> usize {
        self.mobiles.len()
    }

    /// How many PDP contexts are active.
    pub fn contexts(&self) -> usize {
        self.contexts.len()
    }

    /// True where the connection to a home network's peer, or an agent, can be used.
    pub fn reaches(&self, host: &str) -> bool {
        self.usable(host).is_some() || self.gsup_usable(host) || self.map_usable(host)
    }

    fn event(&self, id: Id, name: &'static str) -> Event {
        let imsi = self.mobiles.get(&id).and_then(|m| m.gmm.imsi());
        match imsi {
            Some(imsi) => Event::new(name).with("imsi", imsi),
            None => Event::new(name),
        }
    }
}

impl Node for Sgsn {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Command;

    fn ports(&self) -> &[PortSpec] {
        &self.ports
    }

    fn handle(&mut self, now: Now, input: Input<Infallible, Command>, out: &mut Out) {
        match input {
            Input::Start => {
                self.broadcast(now, out);
                self.dial(now, out);
                self.gsup_dial(now, out);
                self.with_point(now, out, |p, out| p.start(out));
            }
            Input::Stop => {
                self.leave(now, out);
                self.gsup_leave(now, out);
                self.with_point(now, out, |p, out| p.stop(now, out));
            }
            Input::Up { link, .. } if self.gsup_owns(link) => self.gsup_up(now, link, out),
            Input::Up { link, port, .. } if self.map_owns_port(port) => {
                self.with_point(now, out, |p, out| p.up(now, link, out));
            }
            Input::Up { link, .. } => self.peer_up(now, link, out),
            Input::Down { link, .. } if self.map_owns(link) => {
                self.with_point(now, out, |p, out| p.down(now, link, out));
            }
            Input::Down { link, .. } if self.gsup_owns(link) => self.gsup_down(now, link, out),
            Input::Down { link, .. } => self.peer_down(now, link, out),
            Input::Full(_) | Input::Room(_) => {}
            Input::Recv {
                link, from, bytes, ..
            } => {
                if link == GSMTAP.into() {
                    // a cell hears nobody on its broadcast channel
                    out.count("gsmtap: not for a cell");
                } else if link == GB.into() {
                    self.gb.datagram(now.mono, from, &bytes);
                } else if link == GTP_C.into() {
                    self.control.receive(now.mono, from, &bytes);
                    self.control_events(now, out);
                } else if link == GTP_U.into() {
                    self.user_plane(now, from, &bytes, out);
                } else if self.gsup_owns(link) {
                    self.gsup_received(now, link, &bytes, out);
                } else if self.map_owns(link) {
                    self.map_received(now, link, &bytes, out);
                } else {
                    self.peer_message(now, link, &bytes, out);
                }
            }
            Input::Timer => {
                if self.gb.due().is_some_and(|t| t <= now.mono) {
                    self.gb.timeout(now.mono);
                }
                if self.control.due().is_some_and(|t| t <= now.mono) {
                    self.control.timer(now.mono);
                    self.control_events(now, out);
                }
                if self.user.due().is_some_and(|t| t <= now.mono) {
                    self.user.timer(now.mono);
                    self.user_events(now, out);
                }
                self.broadcast(now, out);
                self.peer_timers(now, out);
                self.gsup_timers(now, out);
                self.map_timer(now, out);
                while let Some(id) = self.timers.pop(now.mono) {
                    self.mobile_timer(now, id, out);
                }
            }
            Input::Answer(_, never) => match never {},
            Input::Command(Command::Pull(imsi)) => self.pull(now, imsi, out),
            Input::Command(Command::Detach(imsi)) => match self.by_imsi.get(&imsi).copied() {
                Some(id) => self.detach(now, id, true, out),
                None => out.trace(Event::new("sgsn.not-attached").with("imsi", imsi)),
            },
        }
        // whatever it was, frames for base stations may wait now
        self.gb_events(now, out);
    }

    fn due(&self) -> Option<Time> {
        let peers = self.peers.iter().filter_map(|p| p.endpoint.as_ref()?.due());
        let own = [
            self.gb.due(),
            self.control.due(),
            self.user.due(),
            self.timers.due(),
            self.station.as_ref().and_then(cell::Station::due),
        ];
        let gsup = self.gsup.iter().filter_map(gsup::Home::due);
        let map = self.map.as_ref().and_then(map::Door::due);
        peers
            .chain(gsup)
            .chain(map)
            .chain(own.into_iter().flatten())
            .min()
    }
}
