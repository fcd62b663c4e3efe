//! SCTP associations: messages put together from their DATA chunks (RFC 9260 3.3.1, 6.9), each
//! seen once however often it is sent again.
use super::{Layer, Seen, ss7::Ss7, stream};
use bytes::{Bytes, BytesMut};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::{IpAddr, SocketAddr},
};
use wire::net::{SctpChunk, sctp_chunks};

/// All associations of one depth of tunnels, each direction apart.
#[derive(Default)]
pub(super) struct Associations {
    ways: BTreeMap<(SocketAddr, SocketAddr), Way>,
    ss7: Ss7,
}

/// One direction.
#[derive(Default)]
struct Way {
    /// Pieces of messages that are not whole yet, by TSN.
    pieces: BTreeMap<u32, Piece>,
    octets: usize,
    /// TSNs seen of late.
    seen: BTreeSet<u32>,
    order: VecDeque<u32>,
}

struct Piece {
    /// B: the first piece; E: the last one.
    first: bool,
    last: bool,
    octets: Bytes,
}

/// TSNs remembered, and octets kept of messages that are not whole.
const TSNS: usize = 4096;
const MOST: usize = 1 << 20;

/// What a chunk is, RFC 9260 3.2.
const KINDS: [(u8, &str); 15] = [
    (0, "DATA"),
    (1, "INIT"),
    (2, "INIT ACK"),
    (3, "SACK"),
    (4, "HEARTBEAT"),
    (5, "HEARTBEAT ACK"),
    (6, "ABORT"),
    (7, "SHUTDOWN"),
    (8, "SHUTDOWN ACK"),
    (9, "ERROR"),
    (10, "COOKIE ECHO"),
    (11, "COOKIE ACK"),
    (14, "SHUTDOWN COMPLETE"),
    (130, "RE-CONFIG"),
    (192, "FORWARD TSN"),
];

impl Associations {
    /// Takes the SCTP packet between two hosts.
    pub(super) fn take(
        &mut self,
        (from, to): (IpAddr, IpAddr),
        packet: &Bytes,
        nest: u8,
        seen: &mut Seen,
    ) {
        let Ok((from_port, to_port, chunks)) = sctp_chunks(packet) else {
            return;
        };
        let flow = (
            SocketAddr::new(from, from_port),
            SocketAddr::new(to, to_port),
        );
        let before = seen.layers.len();
        for chunk in &chunks {
            match chunk.kind {
                0 => {
                    let way = self.ways.entry(flow).or_default();
                    if let Some((ppid, message)) = way.data(chunk, packet) {
                        self.message(ppid, &message, (flow, nest), &mut seen.layers);
                    }
                }
                // a new association: its TSNs are others
                1 | 2 => {
                    self.ways.remove(&flow);
                }
                _ => {}
            }
        }
        if seen.layers.len() == before {
            let named = |c: &SctpChunk<'_>| {
                let name = KINDS.iter().find(|k| k.0 == c.kind);
                name.map_or("chunk", |k| k.1)
            };
            let names: Vec<_> = chunks.iter().map(named).collect();
            seen.carries = Some(format!("SCTP {}", names.join(", ")));
        }
    }
}

impl Associations {
    /// A message by its payload protocol identifier, or where that is 0 by the port.
    fn message(
        &mut self,
        ppid: u32,
        message: &Bytes,
        (flow, nest): ((SocketAddr, SocketAddr), u8),
        to: &mut Vec<Layer>,
    ) {
        let ports = [flow.0.port(), flow.1.port()];
        let is = |known: u32, port: u16| ppid == known || ppid == 0 && ports.contains(&port);
        if is(diameter_s6a::PPID, diameter_s6a::PORT) {
            to.push(stream::diameter_message(message, flow, nest));
        } else if is(sigtran_map::m3ua::PPID, sigtran_map::m3ua::PORT) {
            self.ss7.take(message, (flow, nest), to);
        }
    }
}

impl Way {
    /// Takes a DATA chunk: payload protocol identifier and message, where it is whole by it.
    fn data(&mut self, chunk: &SctpChunk<'_>, packet: &Bytes) -> Option<(u32, Bytes)> {
        let (head, octets) = chunk.value.split_at_checked(12)?;
        let word = |at: usize| {
            let four = head.get(at..at + 4).and_then(|b| b.try_into().ok());
            four.map(u32::from_be_bytes)
        };
        let (tsn, ppid) = (word(0)?, word(8)?);
        if !self.seen.insert(tsn) {
            return None;
        }
        self.order.push_back(tsn);
        if self.order.len() > TSNS
            && let Some(old) = self.order.pop_front()
        {
            self.seen.remove(&old);
        }
        let (first, last) = (chunk.flags & 2 != 0, chunk.flags & 1 != 0);
        let octets = packet.slice_ref(octets);
        if first && last {
            return Some((ppid, octets));
        }
        self.octets += octets.len();
        if self.octets > MOST {
            // a message whose other pieces were never captured
            self.pieces.clear();
            self.octets = octets.len();
        }
        let piece = Piece {
            first,
            last,
            octets,
        };
        self.pieces.insert(tsn, piece);
        self.whole(tsn).map(|m| (ppid, m))
    }

    /// The message that the piece with this TSN belongs to, where all of it is there.
    fn whole(&mut self, tsn: u32) -> Option<Bytes> {
        let mut start = tsn;
        while !self.pieces.get(&start)?.first {
            start = start.wrapping_sub(1);
        }
        let mut end = tsn;
        while !self.pieces.get(&end)?.last {
            end = end.wrapping_add(1);
        }
        let mut message = BytesMut::new();
        loop {
            let piece = self.pieces.remove(&start)?;
            self.octets -= piece.octets.len();
            message.extend_from_slice(&piece.octets);
            if start == end {
                return Some(message.freeze());
            }
            start = start.wrapping_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::net::sctp_chunk;

    #[test]
    fn pieces_out_of_order_and_twice_make_one_message() {
        let mut all = Associations::default();
        let ends = ("127.0.2.1".parse().unwrap(), "127.0.3.1".parse().unwrap());
        // a Diameter watchdog request without AVPs is 20 octets
        let dwr: Vec<u8> = [1, 0, 0, 20, 0x80, 0, 1, 24]
            .into_iter()
            .chain([0; 12])
            .collect();
        let packet = |tsn: u32, flags, piece: &[u8]| {
            let mut w = BytesMut::new();
            w.extend_from_slice(&[0x80, 0, 15, 28, 0, 0, 0, 1, 0, 0, 0, 0]);
            let ppid = 46u32.to_be_bytes();
            sctp_chunk(
                &mut w,
                0,
                flags,
                &[&tsn.to_be_bytes(), &[0; 4], &ppid, piece],
            );
            w.freeze()
        };
        let (one, two, three) = (
            packet(u32::MAX, 2, &dwr[..8]),
            packet(0, 0, &dwr[8..16]),
            packet(1, 1, &dwr[16..]),
        );
        let mut names = Vec::new();
        for p in [&three, &one, &one, &two, &two, &three] {
            let mut seen = Seen::default();
            all.take(ends, p, 0, &mut seen);
            names.push(seen.layers.first().map(|l| l.name.clone()));
        }
        let dwr = Some("DeviceWatchdogRequest".to_owned());
        let unreadable = Some("unreadable message".to_owned());
        assert!(names[3] == dwr || names[3] == unreadable, "{names:?}");
        assert_eq!(names.iter().flatten().count(), 1);
    }
}
