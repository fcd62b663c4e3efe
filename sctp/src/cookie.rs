//! The state cookie, RFC 9260 5.1.3: dcsctp's own is plain text that anybody could write, so it
//! leaves with a trailer (when it was made, the peer's tag, a MAC over them, the addresses, the
//! ports and our tag) and comes back to dcsctp without it.
use crate::{
    association::Key,
    packet::{CHUNK_HEADER, ChunkType, HEADER, Packet, Writer, u16_at, u32_at},
};
use engine::{Rng, Time};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::{fmt, net::IpAddr, time::Duration};

/// Octets of the truncated HMAC-SHA-256.
const MAC: usize = 16;
/// Nanoseconds of the monotonic clock, the peer's tag, MAC.
const TRAILER: usize = 8 + 4 + MAC;
/// Where the parameters of an INIT ACK begin in its packet.
const PARAMETERS: usize = HEADER + CHUNK_HEADER + 16;
/// The parameter State Cookie, RFC 9260 3.3.3.1.
const STATE_COOKIE: u16 = 7;

/// Signs cookies and knows them again. The secret lives as long as the endpoint.
pub(crate) struct Signer {
    keyed: Hmac<Sha256>,
    own: IpAddr,
    life: Duration,
}

/// What a COOKIE ECHO is worth.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The packet as dcsctp wants it.
    Good(Vec<u8>),
    /// Ours, but too old.
    Stale {
        /// By how much.
        by: Duration,
        /// The tag that the peer's packets are expected with.
        peer_tag: u32,
        /// The packet as dcsctp wants it.
        packet: Vec<u8>,
    },
    /// Not ours, or not for this peer.
    Forged,
}

impl Signer {
    /// A signer for the endpoint at `own`, with a secret of its own.
    pub(crate) fn new(own: IpAddr, life: Duration, rng: &mut Rng) -> Self {
        let secret: [u8; 64] = rng.array();
        Self {
            keyed: Hmac::new(&secret.into()),
            own,
            life,
        }
    }

    /// The INIT ACK of dcsctp with the trailer; `None` where it has no cookie.
    pub(crate) fn sign(&self, now: Time, key: Key, init_ack: &[u8]) -> Option<Vec<u8>> {
        let (peer_tag, own_tag) = (u32_at(init_ack, 4), u32_at(init_ack, HEADER + CHUNK_HEADER));
        let mut at = PARAMETERS;
        let (cookie, after) = loop {
            let length = usize::from(u16_at(init_ack, at.checked_add(2)?));
            let parameter = init_ack.get(at..at.checked_add(length)?)?;
            let next = at.checked_add(length.next_multiple_of(4))?;
            let value = parameter.get(CHUNK_HEADER..)?;
            if u16_at(parameter, 0) == STATE_COOKIE {
                break (value, init_ack.get(next..).unwrap_or_default());
            }
            at = next;
        };
        let (made, tag) = (now.0.to_be_bytes(), peer_tag.to_be_bytes());
        let mac = self.mac(key, own_tag, &[cookie, &made, &tag]);
        let mac = mac.finalize().into_bytes();
        let mac = mac.get(..MAC)?;
        let signed = Writer::after(init_ack.get(..at)?)
            .tlv(STATE_COOKIE.to_be_bytes(), &[cookie, &made, &tag, mac])
            .raw(after)
            .first_chunk_is_all();
        Some(signed.seal())
    }

    /// Judges the packet, whose first chunk is a COOKIE ECHO: MAC, tag (RFC 9260 5.1.5, 1 to 3)
    /// and age (4).
    pub(crate) fn check(&self, now: Time, key: Key, packet: &Packet<'_>) -> Verdict {
        let echoed = packet.first.value;
        let parts = echoed.len().checked_sub(TRAILER).and_then(|cookie| {
            let (cookie, trailer) = echoed.split_at_checked(cookie)?;
            let (signed, mac) = trailer.split_at_checked(trailer.len().checked_sub(MAC)?)?;
            Some((cookie, signed, mac))
        });
        let Some((cookie, signed, mac)) = parts else {
            return Verdict::Forged;
        };
        let computed = self.mac(key, packet.tag, &[cookie, signed]);
        if computed.verify_truncated_left(mac).is_err() {
            return Verdict::Forged;
        }
        let made = signed.first_chunk().copied().map_or(0, u64::from_be_bytes);
        let length = CHUNK_HEADER.saturating_add(echoed.len());
        let after = HEADER.saturating_add(length.next_multiple_of(4));
        let stripped = Writer::after(packet.octets.get(..HEADER).unwrap_or_default())
            .chunk(ChunkType::CookieEcho, packet.first.flags, &[cookie])
            .raw(packet.octets.get(after..).unwrap_or_default())
            .seal();
        let by = (now - Time(made)).saturating_sub(self.life);
        if by.is_zero() {
            return Verdict::Good(stripped);
        }
        Verdict::Stale {
            by,
            peer_tag: u32_at(signed, 8),
            packet: stripped,
        }
    }

    fn mac(&self, key: Key, own_tag: u32, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = self.keyed.clone();
        for address in [self.own, key.peer] {
            match address {
                IpAddr::V4(a) => mac.update(&a.to_ipv6_mapped().octets()),
                IpAddr::V6(a) => mac.update(&a.octets()),
            }
        }
        mac.update(&key.local.to_be_bytes());
        mac.update(&key.remote.to_be_bytes());
        mac.update(&own_tag.to_be_bytes());
        parts.iter().for_each(|part| mac.update(part));
        mac
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer")
    }
}
