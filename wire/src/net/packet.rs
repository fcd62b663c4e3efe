//! Reads packets.
use super::{TcpFlags, proto};
use crate::{Kind, Reader, Result};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// An IP packet, its extension headers skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Source.
    pub from: IpAddr,
    /// Destination.
    pub to: IpAddr,
    /// What the payload is.
    pub protocol: u8,
    /// Time to live, hop limit.
    pub ttl: u8,
    /// Identification, offset in octets, more to come: of a fragment.
    pub fragment: Option<(u32, usize, bool)>,
    /// Offset of the payload in the packet.
    pub head: usize,
    /// What is in it, without padding behind the packet.
    pub payload: &'a [u8],
}

/// A UDP datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UdpDatagram<'a> {
    /// Source.
    pub from: SocketAddr,
    /// Destination.
    pub to: SocketAddr,
    /// What is in it.
    pub payload: &'a [u8],
}

/// A TCP segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment<'a> {
    /// Source.
    pub from: SocketAddr,
    /// Destination.
    pub to: SocketAddr,
    /// Sequence number of the first octet.
    pub seq: u32,
    /// Acknowledgement number.
    pub ack: u32,
    /// Flags.
    pub flags: TcpFlags,
    /// What is in it.
    pub payload: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Reads an IPv4 or IPv6 packet.
    pub fn read(packet: &'a [u8]) -> Result<Self> {
        let mut r = Reader::new(packet);
        let first = r.u8()?;
        match first.wrapping_shr(4) {
            4 => Self::read_v4(r, first, packet.len()),
            6 => Self::read_v6(r),
            v => Err(crate::Error::new(Kind::BadValue(v.into()), 0, "IP version")),
        }
    }

    fn read_v4(mut r: Reader<'a>, first: u8, len: usize) -> Result<Self> {
        let head = usize::from(first & 15).saturating_mul(4);
        r.u8()?;
        let total = usize::from(r.u16()?);
        let id = r.u16()?;
        let frag = r.u16()?;
        let (ttl, protocol) = (r.u8()?, r.u8()?);
        r.u16()?;
        let (from, to) = (Ipv4Addr::from(r.array()?), Ipv4Addr::from(r.array()?));
        let bad = |kind| crate::Error::new(kind, 2, "IPv4 header");
        r.take(head.checked_sub(20).ok_or(bad(Kind::BadLength(head)))?)?;
        // 0 stands for "the card will fill it in" in captures of segmentation offload
        let total = if total == 0 { len } else { total };
        let body = total.checked_sub(head).ok_or(bad(Kind::BadLength(total)))?;
        let offset = usize::from(frag & 0x1fff).saturating_mul(8);
        let more = frag & 0x2000 != 0;
        Ok(Self {
            from: from.into(),
            to: to.into(),
            protocol,
            ttl,
            fragment: (more || offset > 0).then_some((id.into(), offset, more)),
            head,
            payload: r.take(body)?,
        })
    }

    fn read_v6(mut r: Reader<'a>) -> Result<Self> {
        r.take(3)?;
        let len = usize::from(r.u16()?);
        let (mut protocol, ttl) = (r.u8()?, r.u8()?);
        let (from, to) = (
            Ipv6Addr::from(r.array::<16>()?),
            Ipv6Addr::from(r.array::<16>()?),
        );
        let mut r = r.sub(len)?;
        let mut fragment = None;
        // hop-by-hop, routing, destination options; fragment
        while matches!(protocol, 0 | 43 | 60 | 44) {
            let this = protocol;
            protocol = r.u8()?;
            let n = r.u8()?;
            if this == 44 {
                let off = r.u16()?;
                let offset = usize::from(off & 0xfff8);
                fragment = Some((r.u32()?, offset, off & 1 != 0));
                if offset > 0 {
                    break;
                }
            } else {
                r.take(usize::from(n).saturating_mul(8).saturating_add(6))?;
            }
        }
        Ok(Self {
            from: from.into(),
            to: to.into(),
            protocol,
            ttl,
            fragment,
            head: r.at(),
            payload: r.rest(),
        })
    }

    /// The UDP datagram in it, where it is one.
    pub fn udp(&self) -> Option<Result<UdpDatagram<'a>>> {
        (self.protocol == proto::UDP).then(|| {
            let mut r = Reader::new(self.payload).at_offset(self.head);
            let (from, to) = (r.u16()?, r.u16()?);
            let len = usize::from(r.u16()?);
            r.u16()?;
            let n = len.checked_sub(8).ok_or(r.error(Kind::BadLength(len)))?;
            Ok(UdpDatagram {
                from: SocketAddr::new(self.from, from),
                to: SocketAddr::new(self.to, to),
                payload: r.take(n)?,
            })
        })
    }

    /// The TCP segment in it, where it is one.
    pub fn tcp(&self) -> Option<Result<Segment<'a>>> {
        (self.protocol == proto::TCP).then(|| {
            let mut r = Reader::new(self.payload).at_offset(self.head);
            let (from, to) = (r.u16()?, r.u16()?);
            let (seq, ack) = (r.u32()?, r.u32()?);
            let head = usize::from(r.u8()?.wrapping_shr(4)).saturating_mul(4);
            let flags = TcpFlags(r.u8()?);
            r.take(6)?;
            let options = head.checked_sub(20);
            r.take(options.ok_or(r.error(Kind::BadLength(head)))?)?;
            Ok(Segment {
                from: SocketAddr::new(self.from, from),
                to: SocketAddr::new(self.to, to),
                seq,
                ack,
                flags,
                payload: r.rest(),
            })
        })
    }
}

/// A chunk of an SCTP packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SctpChunk<'a> {
    /// Chunk type: 0 DATA, 64 I-DATA.
    pub kind: u8,
    /// Chunk flags: of DATA, 1 the last and 2 the first piece of a message.
    pub flags: u8,
    /// Its value.
    pub value: &'a [u8],
}

/// The ports and chunks of an SCTP packet.
pub fn sctp_chunks(packet: &[u8]) -> Result<(u16, u16, Vec<SctpChunk<'_>>)> {
    let mut r = Reader::new(packet);
    let (from, to) = (r.u16()?, r.u16()?);
    r.take(8)?;
    let mut chunks = Vec::new();
    while r.left() >= 4 {
        let (kind, flags, len) = (r.u8()?, r.u8()?, usize::from(r.u16()?));
        let n = len.checked_sub(4).ok_or(r.error(Kind::BadLength(len)))?;
        let value = r.take(n)?;
        let padding = len.next_multiple_of(4).saturating_sub(len);
        r.take(padding.min(r.left()))?;
        chunks.push(SctpChunk { kind, flags, value });
    }
    Ok((from, to, chunks))
}

/// The Internet checksum of `octets`.
pub fn checksum(octets: &[u8]) -> u16 {
    !sum(octets, 0)
}

/// Whether the checksums of an IP packet and of the UDP or TCP in it hold.
pub fn checksums_hold(packet: &[u8]) -> Result<bool> {
    let p = Packet::read(packet)?;
    let v4 = p.from.is_ipv4();
    if v4 && sum(packet.get(..p.head).unwrap_or(&[]), 0) != 0xffff {
        return Ok(false);
    }
    let whole = p.fragment.is_none();
    let unset = p.protocol == proto::UDP && p.payload.get(6..8) == Some(&[0, 0]);
    if whole && matches!(p.protocol, proto::UDP | proto::TCP) && !(unset && v4) {
        let start = pseudo(p.from, p.to, p.protocol, p.payload.len());
        return Ok(sum(p.payload, start) == 0xffff);
    }
    Ok(true)
}

pub(super) fn pseudo(from: IpAddr, to: IpAddr, protocol: u8, len: usize) -> u32 {
    let part = |a: IpAddr| match a {
        IpAddr::V4(a) => u32::from(sum(&a.octets(), 0)),
        IpAddr::V6(a) => u32::from(sum(&a.octets(), 0)),
    };
    let addresses = match (from, to) {
        (IpAddr::V4(_), IpAddr::V4(_)) | (IpAddr::V6(_), IpAddr::V6(_)) => {
            part(from).wrapping_add(part(to))
        }
        (IpAddr::V4(f), t) => part(f.to_ipv6_mapped().into()).wrapping_add(part(t)),
        (f, IpAddr::V4(t)) => part(f).wrapping_add(part(t.to_ipv6_mapped().into())),
    };
    addresses
        .wrapping_add(u32::from(protocol))
        .wrapping_add(len as u32)
}

/// The ones' complement sum of `octets` on top of `start`.
pub(super) fn sum(octets: &[u8], start: u32) -> u16 {
    let mut total = u64::from(start);
    let (pairs, odd) = octets.as_chunks::<2>();
    for p in pairs {
        total = total.wrapping_add(u64::from(u16::from_be_bytes(*p)));
    }
    if let [b] = odd {
        total = total.wrapping_add(u64::from(*b).wrapping_shl(8));
    }
    while total > 0xffff {
        total = (total & 0xffff).wrapping_add(total.wrapping_shr(16));
    }
    total as u16
}

#[cfg(test)]
mod tests {
    use super::super::{tcp, udp};
    use super::*;
    use bytes::BytesMut;

    #[test]
    fn what_is_built_is_read_and_its_checksums_hold() {
        for (from, to) in [
            ("127.0.1.1:2157", "127.0.2.1:2157"),
            ("[::1]:1", "[2001:db8::2]:2"),
        ] {
            let (from, to): (SocketAddr, SocketAddr) = (from.parse().unwrap(), to.parse().unwrap());
            for payload in [&b""[..], b"x", b"hello", &[0xff; 1400]] {
                let mut w = BytesMut::new();
                udp(&mut w, from, to, 7, payload);
                let p = Packet::read(&w).unwrap();
                let d = p.udp().unwrap().unwrap();
                assert_eq!((d.from, d.to, d.payload), (from, to, payload));
                assert!(checksums_hold(&w).unwrap());
                let mut w = BytesMut::new();
                let flags = TcpFlags::SYN.and(TcpFlags::ACK);
                tcp(&mut w, (from, to), 8, (1, 2), flags, 1460, payload);
                let s = Packet::read(&w).unwrap().tcp().unwrap().unwrap();
                assert_eq!((s.from, s.to, s.payload), (from, to, payload));
                assert_eq!((s.seq, s.ack, s.flags), (1, 2, flags));
                assert!(checksums_hold(&w).unwrap());
                let last = w.len() - 1;
                w[last] ^= 1;
                assert!(!checksums_hold(&w).unwrap());
            }
        }
    }

    #[test]
    fn every_truncation_is_an_error() {
        let mut w = BytesMut::new();
        udp(
            &mut w,
            "1.2.3.4:5".parse().unwrap(),
            "6.7.8.9:10".parse().unwrap(),
            1,
            b"payload",
        );
        for n in 0..w.len() {
            assert!(Packet::read(&w[..n]).is_err(), "{n}");
        }
    }
}
