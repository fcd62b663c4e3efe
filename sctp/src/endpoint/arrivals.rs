//! Where a packet that arrives belongs, and how it makes an association, RFC 9260 clauses 5.1, 5.2
//! and 8.4.
use super::Endpoint;
use crate::{
    association::{Association, Fate, Key, socket},
    cookie::Verdict,
    packet::{ChunkType, Packet, cause, u16_at, u32_at},
    seed::seed,
    strangers,
};
use dcsctp::api::{DcSctpSocket, SocketEvent};
use engine::{Flow, LayerOutput, Time};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The smallest window that a peer may offer, RFC 9260 3.3.2.
const SMALLEST_WINDOW: u32 = 1500;

impl Endpoint {
    /// Takes a packet.
    pub(super) fn arrive(
        &mut self,
        now: Time,
        from: SocketAddr,
        octets: &[u8],
        out: &mut Vec<LayerOutput>,
    ) {
        use ChunkType as C;
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
            _ => {}
        }
        let fate = match self.by_key.get(&key(from, &packet)) {
            Some(&flow) => self.with(now, flow, out, |a, cx| a.packet(cx, from.port(), &packet)),
            None => Fate::Stranger,
        };
        if fate == Fate::Stranger {
            self.out_of_the_blue(now, from, &packet, out);
        }
    }

    /// Whether a stranger may be answered once more.
    fn admits(&mut self, now: Time, from: SocketAddr) -> bool {
        let admitted = self.limiter.admit(now, from.ip());
        if !admitted {
            self.core.counters.count("stranger left without an answer");
        }
        admitted
    }

    /// Answers a packet that belongs to no association, within limits.
    fn answer(&mut self, now: Time, from: SocketAddr, octets: Vec<u8>, out: &mut Vec<LayerOutput>) {
        if self.admits(now, from) {
            let octets = octets.into();
            out.push(LayerOutput::Below { to: from, octets });
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
        let Some(octets) = strangers::answer(packet) else {
            return;
        };
        if !self.admits(now, from) {
            return;
        }
        // a second address of a peer that we know by its first one: an ABORT would end that
        let of_ports = |peer: IpAddr| Key {
            local: packet.destination,
            remote: packet.source,
            peer,
        };
        let all = of_ports(Ipv4Addr::UNSPECIFIED.into())
            ..=of_ports(Ipv6Addr::from_bits(u128::MAX).into());
        let mut same_ports = self.by_key.range(all).map(|(_, flow)| *flow);
        if same_ports.any(|flow| self.is_tag_of(Some(flow), packet.tag)) {
            return self.core.counters.count("other address of a peer");
        }
        let octets = octets.into();
        out.push(LayerOutput::Below { to: from, octets });
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
        if packet.tag != 0 || fixed.len() < 16 || u32_at(fixed, 0) == 0 {
            return self.core.counters.count("INIT malformed");
        }
        let refuse = |cause: u16| {
            let reply = packet.reply(u32_at(fixed, 0));
            reply.cause(ChunkType::Abort, cause, &[]).seal()
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
            // 8.4, 3)
            let abort = packet
                .reply(u32_at(fixed, 0))
                .chunk(ChunkType::Abort, 0, &[]);
            return self.answer(now, from, abort.seal(), out);
        }
        if flow.is_none() && self.associations.len() >= self.core.config.associations {
            self.core
                .counters
                .count("INIT refused: too many associations");
            return self.answer(now, from, refuse(cause::OUT_OF_RESOURCE), out);
        }
        if !self.admits(now, from) {
            return;
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
                return self.answer(now, from, error.seal(), out);
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
}

/// The key of a packet's association.
fn key(from: SocketAddr, packet: &Packet<'_>) -> Key {
    Key {
        local: packet.destination,
        remote: packet.source,
        peer: from.ip(),
    }
}
