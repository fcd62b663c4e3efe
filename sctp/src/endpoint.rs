//! All associations of one address: which packet belongs to which, how new ones come about, what
//! strangers are told.
use crate::{
    association::{Association, Context, Fate, Key, socket},
    config::Config,
    cookie::{Signer, Verdict},
    counters::Counters,
    packet::{ChunkType, Packet, cause, u16_at, u32_at},
    seed::seed,
    strangers::{self, Limiter},
};
use bytes::Bytes;
use dcsctp::api::{DcSctpSocket, Options, SocketEvent};
use engine::{Flow, Layer, LayerOutput, Now, Rng, Time, Timers, Underlay, Why};
use std::{collections::BTreeMap, fmt, net::SocketAddr};

/// The first port that is given to connections of our own (RFC 6335 clause 6), and how many there
/// are.
const FIRST_DYNAMIC: u16 = 49152;
const DYNAMIC: u64 = 16384;
/// The smallest window that a peer may offer, RFC 9260 3.3.2.
const SMALLEST_WINDOW: u32 = 1500;

/// An SCTP endpoint: all associations of one address.
///
/// A flow that was closed may still give messages that were on their way; `Down` does not follow
/// it. A peer that begins anew is told as `Down` of the old flow and `Accepted` of a new one, for
/// what was sent on the old one and not acknowledged is lost with it.
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
            peer: std::net::Ipv4Addr::UNSPECIFIED.into(),
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

    /// Answers a packet that belongs to no association, within limits.
    fn answer(
        &mut self,
        now: Time,
        from: SocketAddr,
        octets: Option<Vec<u8>>,
        out: &mut Vec<LayerOutput>,
    ) {
        let Some(octets) = octets else { return };
        if self.limiter.admit(now, from.ip()) {
            let octets = octets.into();
            out.push(LayerOutput::Below { to: from, octets });
        } else {
            self.core.counters.count("answer to a stranger saved");
        }
    }

    fn out_of_the_blue(
        &mut self,
        now: Time,
        from: SocketAddr,
        packet: &Packet<'_>,
        out: &mut Vec<LayerOutput>,
    ) {
        self.core.counters.count("out of the blue");
        // a second address of a peer that we know by its first one: an ABORT would end that
        let of_ports = |peer: std::net::IpAddr| Key {
            local: packet.destination,
            remote: packet.source,
            peer,
        };
        let all = of_ports(std::net::Ipv4Addr::UNSPECIFIED.into())
            ..=of_ports(std::net::Ipv6Addr::from_bits(u128::MAX).into());
        let mut same_ports = self.by_key.range(all).map(|(_, flow)| flow);
        let known = same_ports.any(|flow| {
            let association = self.associations.get(flow);
            association.is_some_and(|a| a.tag() == packet.tag)
        });
        if known {
            self.core.counters.count("other address of a peer");
        } else {
            self.answer(now, from, strangers::answer(packet), out);
        }
    }

    /// An INIT is answered without keeping anything, RFC 9260 5.1.3.
    fn init(
        &mut self,
        now: Time,
        from: SocketAddr,
        packet: &Packet<'_>,
        out: &mut Vec<LayerOutput>,
    ) {
        let key = key(from, packet);
        let fixed = packet.first.value;
        // 3.3.2, 8.5.1 A: dropped, whatever else
        if packet.tag != 0 || !packet.alone || fixed.len() < 16 || u32_at(fixed, 0) == 0 {
            return self.core.counters.count("INIT malformed");
        }
        let refuse = |cause: u16| {
            let reply = packet.reply(u32_at(fixed, 0));
            Some(reply.cause(ChunkType::Abort, cause, &[]).seal())
        };
        let streams = (u16_at(fixed, 8), u16_at(fixed, 10));
        if streams.0 == 0 || streams.1 == 0 || u32_at(fixed, 4) < SMALLEST_WINDOW {
            self.core.counters.count("INIT invalid");
            return self.answer(now, from, refuse(cause::INVALID_MANDATORY_PARAMETER), out);
        }
        let flow = self.by_key.get(&key).copied();
        let association = flow.and_then(|flow| self.associations.get(&flow));
        // 5.2.1: INITs that crossed; 5.2.2: a peer that begins anew, which needs a listener again
        let crossed = association.is_some_and(Association::is_connecting);
        if !crossed && !self.listens(key.local) {
            self.core.counters.count("INIT refused: no listener");
            return self.answer(now, from, strangers::answer(packet), out);
        }
        if flow.is_none() && self.associations.len() >= self.core.config.associations {
            self.core
                .counters
                .count("INIT refused: too many associations");
            return self.answer(now, from, refuse(cause::OUT_OF_RESOURCE), out);
        }
        if !self.limiter.admit(now, from.ip()) {
            return self.core.counters.count("answer to a stranger saved");
        }
        if let Some(flow) = flow {
            self.with(now, flow, out, |a, cx| a.init(cx, from.port(), packet));
            return;
        }
        seed(&mut self.core.rng);
        let mut passing = socket(&self.core.options, key);
        passing.handle_input(packet.octets);
        while let Some(event) = passing.poll_event() {
            let SocketEvent::SendPacket(init_ack) = event else {
                self.core.counters.count("INIT malformed");
                continue;
            };
            if let Some(signed) = self.core.signer.sign(now, key, &init_ack) {
                let octets = signed.into();
                out.push(LayerOutput::Below { to: from, octets });
            }
        }
    }

    /// A COOKIE ECHO makes an association, RFC 9260 5.1.5 and 5.2.4.
    fn cookie_echo(
        &mut self,
        now: Time,
        from: SocketAddr,
        packet: &Packet<'_>,
        out: &mut Vec<LayerOutput>,
    ) {
        let key = key(from, packet);
        let flow = self.by_key.get(&key).copied();
        let octets = match self.core.signer.check(now, key, packet) {
            Verdict::Good(octets) => octets,
            Verdict::Forged => return self.core.counters.count("cookie forged"),
            // 5.2.4 D: an echo of the association that is there is never too old
            Verdict::Stale { packet: octets, .. } if self.is_tag_of(flow, packet.tag) => octets,
            Verdict::Stale { by, peer_tag, .. } => {
                self.core.counters.count("cookie stale");
                let micros = u32::try_from(by.as_micros()).unwrap_or(u32::MAX);
                let error = packet.reply(peer_tag);
                let error =
                    error.cause(ChunkType::Error, cause::STALE_COOKIE, &micros.to_be_bytes());
                return self.answer(now, from, Some(error.seal()), out);
            }
        };
        if let Some(flow) = flow {
            let fate = self.with(now, flow, out, |a, cx| {
                a.cookie_echo(cx, from.port(), &octets)
            });
            if fate != Fate::Restarted {
                return;
            }
            self.core.counters.count("peer began anew");
        }
        if !self.listens(key.local) || self.associations.len() >= self.core.config.associations {
            return self.core.counters.count("COOKIE ECHO refused");
        }
        let flow = self.next_flow();
        let cx = &mut self.core.context(now, out);
        match Association::accept(cx, key, flow, from.port(), &octets) {
            Some((association, fate)) => {
                self.insert(flow, association);
                if let Fate::Ended(why) = fate {
                    self.end(flow, why, out);
                }
            }
            None => self.core.counters.count("COOKIE ECHO refused"),
        }
    }

    fn is_tag_of(&self, flow: Option<Flow>, tag: u32) -> bool {
        let association = flow.and_then(|flow| self.associations.get(&flow));
        association.is_some_and(|a| a.tag() == tag)
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

/// The key of a packet's association.
fn key(from: SocketAddr, packet: &Packet<'_>) -> Key {
    Key {
        local: packet.destination,
        remote: packet.source,
        peer: from.ip(),
    }
}

impl Layer for Endpoint {
    fn below(&mut self, now: Now, from: SocketAddr, octets: &[u8], out: &mut Vec<LayerOutput>) {
        use ChunkType as C;
        let now = now.mono;
        let peers = &self.core.config.peers;
        if !(peers.is_empty() || peers.iter().any(|prefix| prefix.contains(from.ip()))) {
            return self.core.counters.count("source not allowed");
        }
        let packet = match Packet::read(octets) {
            Ok(packet) => packet,
            Err(reason) => return self.core.counters.count(reason),
        };
        if !strangers::is_unicast(from.ip()) || packet.source == 0 || packet.destination == 0 {
            return self.core.counters.count("address or port invalid");
        }
        if self.is_raw() && !self.owns(packet.destination) {
            return self.core.counters.count("port of others");
        }
        match packet.first.kind {
            C::Init => return self.init(now, from, &packet, out),
            C::CookieEcho => return self.cookie_echo(now, from, &packet, out),
            // RFC 9260 6.10
            C::InitAck | C::ShutdownComplete if !packet.alone => {
                return self.core.counters.count("chunks wrongly bundled");
            }
            _ => {}
        }
        // they stand first or nowhere: what is behind another chunk has not been looked at
        let first_only = [C::Init, C::InitAck, C::CookieEcho, C::ShutdownComplete];
        if packet.first.kind != C::InitAck
            && packet.first.kind != C::ShutdownComplete
            && first_only.into_iter().any(|kind| packet.has(kind))
        {
            return self.core.counters.count("chunks wrongly bundled");
        }
        let fate = match self.by_key.get(&key(from, &packet)) {
            Some(&flow) => self.with(now, flow, out, |a, cx| a.packet(cx, from.port(), &packet)),
            None => Fate::Stranger,
        };
        if fate == Fate::Stranger {
            self.out_of_the_blue(now, from, &packet, out);
        }
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
