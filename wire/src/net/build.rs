//! Builds packets: what the kernel puts around our payloads, for captures and raw-IP links.
use super::{packet::sum, proto};
use bytes::{BufMut, BytesMut};
use std::net::{IpAddr, SocketAddr};

/// Flags of a TCP segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TcpFlags(pub u8);

#[allow(missing_docs)]
impl TcpFlags {
    pub const FIN: Self = Self(0x01);
    pub const SYN: Self = Self(0x02);
    pub const RST: Self = Self(0x04);
    pub const PSH: Self = Self(0x08);
    pub const ACK: Self = Self(0x10);

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True where all flags of `other` are set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// Appends an IP packet: header, then what `body` writes; lengths and header checksum right.
///
/// `id` is IPv4's identification. Both addresses are of one family; a mixed pair is written as
/// IPv6 with the IPv4 one mapped.
pub fn ip_packet(
    w: &mut BytesMut,
    (from, to): (IpAddr, IpAddr),
    protocol: u8,
    id: u16,
    body: impl FnOnce(&mut BytesMut),
) {
    let start = w.len();
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            w.put_slice(&[0x45, 0, 0, 0]);
            w.put_u16(id);
            w.put_slice(&[0x40, 0, 64, protocol, 0, 0]);
            w.put_slice(&from.octets());
            w.put_slice(&to.octets());
            let head = w.len();
            body(w);
            let total = w.len().saturating_sub(start);
            patch(w, start.saturating_add(2), total as u16);
            let check = !sum(w.get(start..head).unwrap_or(&[]), 0);
            patch(w, start.saturating_add(10), check);
        }
        _ => {
            let v6 = |a: IpAddr| match a {
                IpAddr::V4(a) => a.to_ipv6_mapped().octets(),
                IpAddr::V6(a) => a.octets(),
            };
            w.put_slice(&[0x60, 0, 0, 0, 0, 0, protocol, 64]);
            w.put_slice(&v6(from));
            w.put_slice(&v6(to));
            let head = w.len();
            body(w);
            let len = w.len().saturating_sub(head);
            patch(w, start.saturating_add(4), len as u16);
        }
    }
}

/// Appends an IP packet with a UDP datagram.
pub fn udp(w: &mut BytesMut, from: SocketAddr, to: SocketAddr, id: u16, payload: &[u8]) {
    ip_packet(w, (from.ip(), to.ip()), proto::UDP, id, |w| {
        let start = w.len();
        w.put_u16(from.port());
        w.put_u16(to.port());
        w.put_u16(payload.len().saturating_add(8) as u16);
        w.put_u16(0);
        w.put_slice(payload);
        let check = match transport_sum(w, start, from.ip(), to.ip(), proto::UDP) {
            // 0 means "no checksum" in UDP
            0 => 0xffff,
            c => c,
        };
        patch(w, start.saturating_add(6), check);
    });
}

/// Appends an IP packet with a TCP segment; a SYN carries the maximum segment size `mss`.
pub fn tcp(
    w: &mut BytesMut,
    (from, to): (SocketAddr, SocketAddr),
    id: u16,
    (seq, ack): (u32, u32),
    flags: TcpFlags,
    mss: u16,
    payload: &[u8],
) {
    ip_packet(w, (from.ip(), to.ip()), proto::TCP, id, |w| {
        let start = w.len();
        let syn = flags.has(TcpFlags::SYN);
        w.put_u16(from.port());
        w.put_u16(to.port());
        w.put_u32(seq);
        w.put_u32(if flags.has(TcpFlags::ACK) { ack } else { 0 });
        w.put_u8(if syn { 0x60 } else { 0x50 });
        w.put_u8(flags.0);
        w.put_u16(0xffff);
        w.put_u32(0);
        if syn {
            w.put_slice(&[2, 4]);
            w.put_u16(mss);
        }
        w.put_slice(payload);
        let check = transport_sum(w, start, from.ip(), to.ip(), proto::TCP);
        patch(w, start.saturating_add(16), check);
    });
}

/// Appends an IP packet with an SCTP packet: common header with the verification tag `tag`, then
/// the chunks that `chunks` writes (see [`sctp_chunk`]); the checksum right.
pub fn sctp(
    w: &mut BytesMut,
    (from, to): (SocketAddr, SocketAddr),
    id: u16,
    tag: u32,
    chunks: impl FnOnce(&mut BytesMut),
) {
    ip_packet(w, (from.ip(), to.ip()), proto::SCTP, id, |w| {
        let start = w.len();
        w.put_u16(from.port());
        w.put_u16(to.port());
        w.put_u32(tag);
        w.put_u32(0);
        chunks(w);
        let crc = super::crc32c(w.get(start..).unwrap_or(&[])).to_le_bytes();
        let at = start.saturating_add(8);
        if let Some(to) = w.get_mut(at..at.saturating_add(4)) {
            to.copy_from_slice(&crc);
        }
    });
}

/// Appends an SCTP chunk with its padding, RFC 9260 3.2.
pub fn sctp_chunk(w: &mut BytesMut, kind: u8, flags: u8, value: &[&[u8]]) {
    let len = value.iter().fold(4usize, |n, v| n.saturating_add(v.len()));
    w.put_u8(kind);
    w.put_u8(flags);
    w.put_u16(len as u16);
    value.iter().for_each(|v| w.put_slice(v));
    w.put_bytes(0, len.next_multiple_of(4).saturating_sub(len));
}

/// The checksum over pseudo header and `w` from `start` on, its own field being 0.
fn transport_sum(w: &BytesMut, start: usize, from: IpAddr, to: IpAddr, protocol: u8) -> u16 {
    let part = w.get(start..).unwrap_or(&[]);
    !sum(part, super::packet::pseudo(from, to, protocol, part.len()))
}

fn patch(w: &mut BytesMut, at: usize, v: u16) {
    if let Some(to) = w.get_mut(at..at.saturating_add(2)) {
        to.copy_from_slice(&v.to_be_bytes());
    }
}
