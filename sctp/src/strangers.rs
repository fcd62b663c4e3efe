//! Packets that belong to no association: "out of the blue", RFC 9260 8.4. How they are answered,
//! and how often.
use crate::packet::{ChunkType, Packet, T, u32_at};
use engine::{Rng, Time};
use std::{net::IpAddr, time::Duration};

/// The answer to a packet for which there is no association and, if it is an INIT, no listener.
/// `None`: it is dropped.
pub(crate) fn answer(packet: &Packet<'_>) -> Option<Vec<u8>> {
    use ChunkType as C;
    // 2) ABORT, 6) SHUTDOWN COMPLETE, 7) COOKIE ACK and ERROR are not answered
    let silent = [C::Abort, C::ShutdownComplete, C::CookieAck, C::Error];
    if silent.into_iter().any(|kind| packet.has(kind)) {
        return None;
    }
    let answer = if packet.first.kind == C::Init {
        // 3) refused: its own tag, not reflected
        let tag = u32_at(packet.first.value, 0);
        if tag == 0 || packet.tag != 0 {
            return None;
        }
        packet.reply(tag).chunk(C::Abort, 0, &[])
    } else if packet.has(C::ShutdownAck) {
        // 5) its SHUTDOWN COMPLETE was lost
        let reply = packet.reply(packet.tag);
        reply.chunk(C::ShutdownComplete, T, &[])
    } else {
        // 8)
        packet.reply(packet.tag).chunk(C::Abort, T, &[])
    };
    Some(answer.seal())
}

/// Whether an address is that of one host: 1) others are never answered.
pub(crate) fn is_unicast(address: IpAddr) -> bool {
    let broadcast = matches!(address, IpAddr::V4(a) if a.is_broadcast());
    !(broadcast || address.is_multicast() || address.is_unspecified())
}

/// Groups of source addresses.
const GROUPS: usize = 256;

/// How many answers strangers get. Fixed memory whoever asks: addresses fall into groups by a
/// secret, each group has its own allowance, so that one flooding address (or network that is
/// faked) does not silence us for all others.
#[derive(Debug)]
pub(crate) struct Limiter {
    salt: u64,
    /// Between two answers.
    interval: Duration,
    /// For each group, when its allowance is whole again.
    whole: Vec<Time>,
}

impl Limiter {
    pub(crate) fn new(per_second: u32, rng: &mut Rng) -> Self {
        Self {
            salt: rng.u64(),
            interval: Duration::from_secs(1)
                .checked_div(per_second)
                .unwrap_or(Duration::MAX),
            whole: vec![Time::default(); GROUPS],
        }
    }

    /// Takes one answer out of the group of `address`; false where nothing is left.
    pub(crate) fn admit(&mut self, now: Time, address: IpAddr) -> bool {
        let group = self.group(address);
        let Some(whole) = self.whole.get_mut(group) else {
            return false;
        };
        // a second's worth may be used at once
        let next = (*whole).max(now) + self.interval;
        let admitted = next - now <= Duration::from_secs(1);
        if admitted {
            *whole = next;
        }
        admitted
    }

    fn group(&self, address: IpAddr) -> usize {
        let mix = |h: u64, octet: &u8| (h ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3);
        let mixed = match address {
            IpAddr::V4(a) => a.octets().iter().fold(self.salt, mix),
            // the network: its hosts have 2^64 addresses each
            IpAddr::V6(a) => a.octets().iter().take(8).fold(self.salt, mix),
        };
        mixed.wrapping_shr(40) as usize % GROUPS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Writer;

    #[test]
    fn answers_of_8_4() {
        use ChunkType as C;
        let answered = |kinds: &[C], tag: u32| {
            let packet = Writer::new(7, 9, tag);
            let tag = [0, 0, 0, 5];
            let packet = kinds.iter().fold(packet, |p, c| p.chunk(*c, 0, &[&tag]));
            let octets = packet.seal();
            answer(&Packet::read(&octets).unwrap()).map(|octets| {
                let p = Packet::read(&octets).unwrap();
                assert_eq!((p.source, p.destination), (9, 7));
                (p.first.kind, p.first.flags, p.tag)
            })
        };
        assert_eq!(answered(&[C::Init], 0), Some((C::Abort, 0, 5)));
        assert_eq!(answered(&[C::Init], 1), None);
        assert_eq!(answered(&[C::Data], 8), Some((C::Abort, T, 8)));
        let complete = Some((C::ShutdownComplete, T, 8));
        assert_eq!(answered(&[C::ShutdownAck], 8), complete);
        for silent in [C::Abort, C::ShutdownComplete, C::CookieAck, C::Error] {
            assert_eq!(answered(&[C::Data, silent], 8), None);
        }
    }

    #[test]
    fn an_allowance_for_each_group() {
        let mut limiter = Limiter::new(100, &mut Rng::seed(1));
        let (a, b) = (
            "192.0.2.1".parse().unwrap(),
            "198.51.100.1".parse().unwrap(),
        );
        assert_ne!(limiter.group(a), limiter.group(b));
        let mut burst =
            |now: u64, from| (0..1000).filter(|_| limiter.admit(Time(now), from)).count();
        assert_eq!(burst(0, a), 100);
        assert_eq!(burst(0, b), 100);
        assert_eq!(burst(500_000_000, a), 50);
        assert_eq!(burst(9_000_000_000, a), 100);
    }
}
