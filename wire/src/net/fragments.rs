//! IP fragments put together again.
use super::Packet;
use bytes::{Bytes, BytesMut};
use std::{
    collections::{BTreeMap, VecDeque},
    net::IpAddr,
};

type Key = (IpAddr, IpAddr, u8, u32);

/// Datagrams of which not all fragments have come. Bounded: the oldest goes when there are too many.
#[derive(Debug, Default)]
pub struct Fragments {
    open: BTreeMap<Key, Open>,
    order: VecDeque<Key>,
}

#[derive(Debug, Default)]
struct Open {
    pieces: BTreeMap<usize, Bytes>,
    total: Option<usize>,
}

/// Datagrams kept while incomplete.
const MOST: usize = 256;
/// Pieces of one datagram: 64 KiB in pieces of 8 octets would be an attack.
const PIECES: usize = 256;

impl Fragments {
    /// Takes a packet; gives the payload of the whole datagram once all of it is there. A packet
    /// that is no fragment comes back at once.
    pub fn take(&mut self, p: &Packet<'_>) -> Option<Bytes> {
        let Some((id, offset, more)) = p.fragment else {
            return Some(Bytes::copy_from_slice(p.payload));
        };
        let key = (p.from, p.to, p.protocol, id);
        if !self.open.contains_key(&key) {
            self.order.push_back(key);
            if self.order.len() > MOST {
                let oldest = self.order.pop_front();
                oldest.and_then(|k| self.open.remove(&k));
            }
        }
        let open = self.open.entry(key).or_default();
        let end = offset.saturating_add(p.payload.len());
        if !more {
            open.total = Some(end);
        }
        if open.pieces.len() < PIECES && end <= 65_535 {
            let piece = Bytes::copy_from_slice(p.payload);
            open.pieces.entry(offset).or_insert(piece);
        }
        let total = open.total?;
        let mut whole = BytesMut::new();
        for (at, piece) in &open.pieces {
            // overlapping fragments: what came first in the datagram stays
            let skip = whole.len().checked_sub(*at)?;
            whole.extend_from_slice(piece.get(skip..).unwrap_or(&[]));
        }
        (whole.len() >= total).then(|| {
            self.open.remove(&key);
            self.order.retain(|k| *k != key);
            whole.split_to(total).freeze()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(offset: usize, more: bool, payload: &[u8]) -> Packet<'_> {
        Packet {
            from: "10.0.0.1".parse().unwrap(),
            to: "10.0.0.2".parse().unwrap(),
            protocol: 17,
            ttl: 64,
            fragment: Some((7, offset, more)),
            head: 20,
            payload,
        }
    }

    #[test]
    fn in_any_order_doubled_and_overlapping() {
        let mut f = Fragments::default();
        assert_eq!(f.take(&piece(8, false, b"IJ")), None);
        assert_eq!(f.take(&piece(8, false, b"IJ")), None);
        assert_eq!(
            f.take(&piece(0, true, b"ABCDEFGH")).unwrap(),
            &b"ABCDEFGHIJ"[..]
        );
        assert!(f.open.is_empty() && f.order.is_empty());
    }

    #[test]
    fn memory_is_bounded() {
        let mut f = Fragments::default();
        for id in 0..1000 {
            let mut p = piece(0, true, b"12345678");
            p.fragment = Some((id, 0, true));
            f.take(&p);
        }
        assert_eq!(f.open.len(), MOST);
    }
}
