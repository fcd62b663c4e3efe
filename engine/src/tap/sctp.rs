//! SCTP as its capture shows it, where the kernel carries it: the chunks that must have been
//! there (RFC 9260 3.3), with tags and numbers that tell associations apart.
use super::{Fate, Record, Sender, Tap, key};
use crate::Now;
use bytes::BytesMut;
use std::{collections::BTreeMap, net::SocketAddr};
use wire::net::{self, sctp_chunk};

/// An association; of each direction the lower address's first.
#[derive(Debug, Default)]
pub(super) struct Association {
    /// The tag that packets to this side bear.
    tag: [u32; 2],
    tsn: [u32; 2],
    ssn: [BTreeMap<u16, u16>; 2],
}

/// Octets of a message in one DATA chunk: Ethernet's MTU without IP, SCTP and chunk headers.
const PIECE: usize = 1452;
/// Window and streams that are announced.
const WINDOW: u32 = 106_496;
const STREAMS: u16 = 16;
/// A cookie of the shape that a kernel makes; nobody checks this one.
const COOKIE: [u8; 16] = *b"kernel's cookie.";

/// Chunk types.
mod chunk {
    pub const DATA: u8 = 0;
    pub const INIT: u8 = 1;
    pub const INIT_ACK: u8 = 2;
    pub const SACK: u8 = 3;
    pub const ABORT: u8 = 6;
    pub const SHUTDOWN: u8 = 7;
    pub const SHUTDOWN_ACK: u8 = 8;
    pub const COOKIE_ECHO: u8 = 10;
    pub const COOKIE_ACK: u8 = 11;
    pub const SHUTDOWN_COMPLETE: u8 = 14;
}

/// One packet of an association: who sends, to whom, under which tag, with which chunk.
struct One<'a> {
    way: (SocketAddr, SocketAddr),
    tag: u32,
    kind: u8,
    flags: u8,
    value: &'a [&'a [u8]],
}

impl Tap {
    /// An association made from `from` to `to`: INIT, INIT ACK, COOKIE ECHO, COOKIE ACK.
    pub fn sctp_opened(
        &mut self,
        now: Now,
        sender: Sender,
        (from, to): (SocketAddr, SocketAddr),
        sink: &mut dyn FnMut(&Record<'_>),
    ) {
        self.opened = self.opened.wrapping_add(1);
        let n = self.opened.wrapping_mul(0x0101_0101);
        let a = Association {
            tag: [n, !n],
            tsn: [n.rotate_left(8), n.rotate_left(16)],
            ssn: Default::default(),
        };
        let (mine, other) = sides(from, to);
        let init = |side: usize| {
            let mut v = Vec::with_capacity(16);
            v.extend(a.tag[side].to_be_bytes());
            v.extend(WINDOW.to_be_bytes());
            v.extend(STREAMS.to_be_bytes());
            v.extend(STREAMS.to_be_bytes());
            v.extend(a.tsn[side].to_be_bytes());
            v
        };
        let (there, back) = (init(mine), init(other));
        // the state cookie, parameter type 7
        let cookie = [0, 7, 0, 4 + COOKIE.len() as u8];
        let (to_mine, to_other) = (a.tag[mine], a.tag[other]);
        self.associations.insert(key(from, to), a);
        let all: [(bool, u32, u8, &[&[u8]]); 4] = [
            (true, 0, chunk::INIT, &[&there]),
            (false, to_mine, chunk::INIT_ACK, &[&back, &cookie, &COOKIE]),
            (true, to_other, chunk::COOKIE_ECHO, &[&COOKIE]),
            (false, to_mine, chunk::COOKIE_ACK, &[]),
        ];
        for (forth, tag, kind, value) in all {
            let way = if forth { (from, to) } else { (to, from) };
            let one = One {
                way,
                tag,
                kind,
                flags: 0,
                value,
            };
            self.association(now, sender, &one, sink);
        }
    }

    /// A message on an association: DATA in as many pieces as it takes, and its SACK. The number
    /// of the last piece's record.
    pub fn sctp_message(
        &mut self,
        now: Now,
        sender: Sender,
        (from, to): (SocketAddr, SocketAddr),
        (stream, ppid): (u16, u32),
        octets: &[u8],
        sink: &mut dyn FnMut(&Record<'_>),
    ) -> u64 {
        let (mine, other) = sides(from, to);
        let Some(a) = self.associations.get_mut(&key(from, to)) else {
            // closed from the other side already: what is still said goes nowhere
            return self.count;
        };
        let (to_mine, to_other) = (a.tag[mine], a.tag[other]);
        let next = a.ssn[mine].entry(stream).or_default();
        let ssn = *next;
        *next = ssn.wrapping_add(1);
        let mut tsn = a.tsn[mine];
        let pieces = octets.len().div_ceil(PIECE).max(1);
        a.tsn[mine] = tsn.wrapping_add(pieces as u32);
        let mut id = self.count;
        for n in 0..pieces {
            let start = n * PIECE;
            let piece = &octets[start..octets.len().min(start + PIECE)];
            // B on the first piece, E on the last
            let flags = u8::from(n == 0) << 1 | u8::from(n + 1 == pieces);
            let one = One {
                way: (from, to),
                tag: to_other,
                kind: chunk::DATA,
                flags,
                value: &[
                    &tsn.to_be_bytes(),
                    &stream.to_be_bytes(),
                    &ssn.to_be_bytes(),
                    &ppid.to_be_bytes(),
                    piece,
                ],
            };
            id = self.association(now, sender, &one, sink);
            tsn = tsn.wrapping_add(1);
        }
        let sack = One {
            way: (to, from),
            tag: to_mine,
            kind: chunk::SACK,
            flags: 0,
            value: &[
                &tsn.wrapping_sub(1).to_be_bytes(),
                &WINDOW.to_be_bytes(),
                &[0; 4],
            ],
        };
        self.association(now, sender, &sack, sink);
        id
    }

    /// An association that `from` shuts down, or breaks off. False where there is none.
    pub(super) fn sctp_closed(
        &mut self,
        now: Now,
        sender: Sender,
        (from, to): (SocketAddr, SocketAddr),
        abort: bool,
        sink: &mut dyn FnMut(&Record<'_>),
    ) -> bool {
        let Some(a) = self.associations.remove(&key(from, to)) else {
            return false;
        };
        let (mine, other) = sides(from, to);
        let seen = a.tsn[other].wrapping_sub(1).to_be_bytes();
        let all: &[(bool, u8, &[&[u8]])] = if abort {
            &[(true, chunk::ABORT, &[])]
        } else {
            &[
                (true, chunk::SHUTDOWN, &[&seen]),
                (false, chunk::SHUTDOWN_ACK, &[]),
                (true, chunk::SHUTDOWN_COMPLETE, &[]),
            ]
        };
        for &(forth, kind, value) in all {
            let (way, tag) = if forth {
                ((from, to), a.tag[other])
            } else {
                ((to, from), a.tag[mine])
            };
            let one = One {
                way,
                tag,
                kind,
                flags: 0,
                value,
            };
            self.association(now, sender, &one, sink);
        }
        true
    }

    fn association(
        &mut self,
        now: Now,
        sender: Sender,
        one: &One<'_>,
        sink: &mut dyn FnMut(&Record<'_>),
    ) -> u64 {
        let chunk = |w: &mut BytesMut| sctp_chunk(w, one.kind, one.flags, one.value);
        let build = |w: &mut BytesMut, id| net::sctp(w, one.way, id, one.tag, chunk);
        self.record((now, sender), one.way.0.ip(), Fate::Sent, build, sink)
    }
}

/// The sender's side and the other one.
fn sides(from: SocketAddr, to: SocketAddr) -> (usize, usize) {
    if from < to { (0, 1) } else { (1, 0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::net::{Packet, checksums_hold, sctp_checksum_holds, sctp_chunks};

    #[test]
    fn an_association_reads_as_one() {
        let (a, b) = (
            "127.0.2.1:49152".parse().unwrap(),
            "127.0.3.1:3868".parse().unwrap(),
        );
        let mut tap = Tap::default();
        let mut kinds = Vec::new();
        let mut message = Vec::new();
        let mut sink = |r: &Record<'_>| {
            assert!(checksums_hold(r.packet).unwrap());
            let p = Packet::read(r.packet).unwrap();
            assert!(sctp_checksum_holds(p.payload));
            let (_, _, chunks) = sctp_chunks(p.payload).unwrap();
            let c = chunks[0];
            kinds.push((c.kind, c.flags));
            if c.kind == 0 && p.from == "127.0.2.1".parse::<std::net::IpAddr>().unwrap() {
                message.extend_from_slice(&c.value[12..]);
            }
        };
        let sender = Sender {
            node: 0,
            port: "s6d",
        };
        let now = Now::default();
        tap.sctp_opened(now, sender, (a, b), &mut sink);
        tap.sctp_message(now, sender, (a, b), (1, 46), &[7; 3001], &mut sink);
        tap.sctp_message(now, sender, (b, a), (1, 46), b"answer", &mut sink);
        tap.closed(now, sender, (a, b), false, &mut sink);
        // DATA with B, neither, E; DATA with both
        let data = [(0, 2), (0, 0), (0, 1), (3, 0), (0, 3), (3, 0)];
        let mut all = vec![(1, 0), (2, 0), (10, 0), (11, 0)];
        all.extend(data);
        all.extend([(7, 0), (8, 0), (14, 0)]);
        assert_eq!(kinds, all);
        assert_eq!(message, [7; 3001]);
    }
}
