//! All associations of one address: which packet belongs to which, how new ones come about, what
//! strangers are told.
mod arrivals;

use crate::{
    association::{Association, Context, Fate, Key},
    config::Config,
    cookie::Signer,
    counters::Counters,
    strangers::Limiter,
};
use bytes::Bytes;
use dcsctp::api::Options;
use engine::{Flow, Layer, LayerOutput, Now, Rng, Time, Timers, Underlay, Why};
use std::{
    collections::BTreeMap,
    fmt,
    net::{Ipv4Addr, SocketAddr},
};

/// The first port that is given to connections of our own (RFC 6335 clause 6), and how many there
/// are.
const FIRST_DYNAMIC: u16 = 49152;
const DYNAMIC: u64 = 16384;

/// An SCTP endpoint: all associations of one address.
///
/// A flow that was closed may still give messages that were on their way; `Down` does not follow
/// it. A peer that begins anew is told as `Down` of the old flow and `Accepted` of a new one, for
/// what was sent on the old one and not acknowledged is lost with it. It can begin anew only where
/// we listen: on a port that was ours for one connection its INIT is refused.
pub struct Endpoint {
    associations: BTreeMap<Flow, Association>,
    by_key: BTreeMap<Key, Flow>,
    timers: Timers<Flow>,
    flows: u64,
    underlay: Underlay,
    limiter: Limiter,
    core: Core,
}

/// What associations share.
struct Core {
    config: Config,
    options: Options,
    signer: Signer,
    rng: Rng,
    counters: Counters,
}

impl Core {
    fn context<'a>(&'a mut self, now: Time, out: &'a mut Vec<LayerOutput>) -> Context<'a> {
        Context {
            now,
            config: &self.config,
            options: &self.options,
            signer: &self.signer,
            rng: &mut self.rng,
            counters: &mut self.counters,
            out,
        }
    }
}

impl Endpoint {
    /// An endpoint on `on`; all its randomness comes from `rng`.
    pub fn new(config: Config, on: &Underlay, mut rng: Rng) -> Self {
        Self {
            associations: BTreeMap::new(),
            by_key: BTreeMap::new(),
            timers: Timers::default(),
            flows: 0,
            underlay: on.clone(),
            limiter: Limiter::new(config.strangers_per_second, &mut rng),
            core: Core {
                options: config.options(),
                signer: Signer::new(on.at.ip(), config.cookie_life, &mut rng),
                config,
                rng,
                counters: Counters::default(),
            },
        }
    }

    /// How many associations there are, those that come up or take leave included.
    pub fn associations(&self) -> usize {
        self.associations.len()
    }

    fn is_raw(&self) -> bool {
        self.underlay.at.port() == 0
    }

    fn listens(&self, port: u16) -> bool {
        self.underlay.listen.contains(&port)
    }

    /// Whether a port is ours. On raw IP each packet comes to all endpoints of the host, those of
    /// others included.
    fn owns(&self, port: u16) -> bool {
        let first = Key {
            local: port,
            remote: 0,
            peer: Ipv4Addr::UNSPECIFIED.into(),
        };
        let mut from_there = self.by_key.range(first..);
        self.listens(port) || from_there.next().is_some_and(|(key, _)| key.local == port)
    }

    fn next_flow(&mut self) -> Flow {
        self.flows = self.flows.saturating_add(1);
        Flow(self.flows)
    }

    /// Runs one association and does what follows from its fate.
    fn with(
        &mut self,
        now: Time,
        flow: Flow,
        out: &mut Vec<LayerOutput>,
        call: impl FnOnce(&mut Association, &mut Context<'_>) -> Fate,
    ) -> Fate {
        let Some(association) = self.associations.get_mut(&flow) else {
            return Fate::Lives;
        };
        let fate = call(association, &mut self.core.context(now, out));
        match fate {
            Fate::Lives | Fate::Stranger => self.keep_time(flow),
            Fate::Ended(why) => self.end(flow, why, out),
            Fate::Restarted => self.end(flow, Why::Reset, out),
        }
        fate
    }

    fn keep_time(&mut self, flow: Flow) {
        let due = self.associations.get(&flow).and_then(Association::due);
        if due == self.timers.get(&flow) {
            return;
        }
        match due {
            Some(at) => self.timers.start(flow, at),
            None => {
                self.timers.stop(&flow);
            }
        }
    }

    fn end(&mut self, flow: Flow, why: Why, out: &mut Vec<LayerOutput>) {
        self.timers.stop(&flow);
        if let Some(association) = self.associations.remove(&flow) {
            self.by_key.remove(&association.key);
            if !association.is_closing() {
                out.push(LayerOutput::Down { flow, why });
            }
        }
    }

    fn insert(&mut self, flow: Flow, association: Association) {
        self.by_key.insert(association.key, flow);
        self.associations.insert(flow, association);
        self.keep_time(flow);
    }

    /// A local port for a connection to `to`; `None` where all are taken.
    fn local_port(&mut self, to: SocketAddr) -> Option<u16> {
        let free = |local: u16| {
            let key = Key {
                local,
                remote: to.port(),
                peer: to.ip(),
            };
            !self.by_key.contains_key(&key)
        };
        if let Some(port) = self.core.config.local_port.filter(|port| free(*port)) {
            return Some(port);
        }
        let start = self.core.rng.below(DYNAMIC);
        let port = |n: u64| FIRST_DYNAMIC.saturating_add((start.wrapping_add(n) % DYNAMIC) as u16);
        (0..DYNAMIC)
            .map(port)
            .find(|port| free(*port) && !self.listens(*port))
    }
}

impl Layer for Endpoint {
    fn below(&mut self, now: Now, from: SocketAddr, octets: &[u8], out: &mut Vec<LayerOutput>) {
        self.arrive(now.mono, from, octets, out);
    }

    fn connect(&mut self, now: Now, to: SocketAddr, out: &mut Vec<LayerOutput>) -> Flow {
        let now = now.mono;
        let flow = self.next_flow();
        let possible = to.port() != 0
            && to.is_ipv4() == self.underlay.at.is_ipv4()
            && self.associations.len() < self.core.config.associations;
        let local = if possible { self.local_port(to) } else { None };
        let Some(local) = local else {
            self.core.counters.count("connection not possible");
            let why = Why::Unreachable;
            out.push(LayerOutput::Down { flow, why });
            return flow;
        };
        let udp = if self.is_raw() {
            0
        } else {
            self.core.config.remote_udp
        };
        let key = Key {
            local,
            remote: to.port(),
            peer: to.ip(),
        };
        let cx = &mut self.core.context(now, out);
        let association = Association::connect(cx, key, flow, udp);
        self.insert(flow, association);
        flow
    }

    fn send(
        &mut self,
        now: Now,
        flow: Flow,
        to: (u16, u32),
        message: Bytes,
        out: &mut Vec<LayerOutput>,
    ) {
        self.with(now.mono, flow, out, |a, cx| a.send(cx, to, message));
    }

    fn close(&mut self, now: Now, flow: Flow, out: &mut Vec<LayerOutput>) {
        self.with(now.mono, flow, out, |a, cx| a.close(cx));
    }

    fn abort(&mut self, now: Now, flow: Flow, out: &mut Vec<LayerOutput>) {
        self.with(now.mono, flow, out, |a, cx| {
            a.abort_by_user(cx);
            Fate::Ended(Why::Closed)
        });
    }

    fn timer(&mut self, now: Now, out: &mut Vec<LayerOutput>) {
        while let Some(flow) = self.timers.pop(now.mono) {
            self.with(now.mono, flow, out, |a, cx| a.timer(cx));
        }
    }

    fn due(&self) -> Option<Time> {
        self.timers.due()
    }

    fn is_busy(&self) -> bool {
        !self.associations.is_empty()
    }

    fn counters(&self) -> Vec<(&'static str, u64)> {
        self.core.counters.all()
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("at", &self.underlay.at)
            .field("associations", &self.associations.len())
            .finish_non_exhaustive()
    }
}
