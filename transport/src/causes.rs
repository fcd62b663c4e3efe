//! Which recorded packet it is that a socket brings: what the kernel carries has no number, so it is
//! known again by its flow, its order and its octets.
use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
};

/// Source and destination.
type Flow = (SocketAddr, SocketAddr);

/// Packets and octets sent and not yet seen to arrive; those for other programs are forgotten when
/// there are too many.
#[derive(Debug, Default)]
pub(crate) struct Causes {
    datagrams: BTreeMap<Flow, VecDeque<(u64, u64)>>,
    streams: BTreeMap<Flow, Stream>,
}

#[derive(Debug, Default)]
struct Stream {
    sent: u64,
    came: u64,
    /// Where the octets of a record end.
    records: VecDeque<(u64, u64)>,
}

/// What is remembered of a flow.
const MOST: usize = 1024;

impl Causes {
    /// A datagram went out, recorded as `id`.
    pub(crate) fn datagram_sent(&mut self, flow: Flow, octets: &[u8], id: u64) {
        let sent = self.datagrams.entry(flow).or_default();
        sent.push_back((mark(octets), id));
        if sent.len() > MOST {
            sent.pop_front();
        }
    }

    /// A datagram came in: its record, where we have sent it.
    pub(crate) fn datagram_came(&mut self, flow: Flow, octets: &[u8]) -> Option<u64> {
        let sent = self.datagrams.get_mut(&flow)?;
        let mark = mark(octets);
        let at = sent.iter().position(|s| s.0 == mark)?;
        // what was sent before it and has not come is lost
        sent.drain(..=at).next_back().map(|s| s.1)
    }

    /// Octets went out on a connection; the last of them stand in record `id`.
    pub(crate) fn octets_sent(&mut self, flow: Flow, n: usize, id: u64) {
        let s = self.streams.entry(flow).or_default();
        s.sent += n as u64;
        s.records.push_back((s.sent, id));
        if s.records.len() > MOST {
            s.records.pop_front();
        }
    }

    /// Octets came in on a connection: the record of the last of them, where we have sent it.
    pub(crate) fn octets_came(&mut self, flow: Flow, n: usize) -> Option<u64> {
        let s = self.streams.get_mut(&flow)?;
        s.came += n as u64;
        while let Some((end, id)) = s.records.front().copied() {
            if end >= s.came {
                return Some(id);
            }
            s.records.pop_front();
        }
        None
    }

    /// A connection is gone.
    pub(crate) fn forget(&mut self, (a, b): Flow) {
        self.streams.remove(&(a, b));
        self.streams.remove(&(b, a));
    }
}

/// Enough to tell datagrams of one flow apart: length, and FNV-1a of the first octets.
fn mark(octets: &[u8]) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ octets.len() as u64;
    octets.iter().take(96).fold(start, |h, b| {
        (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_datagrams_are_passed_over_and_octets_found_by_their_place() {
        let flow = (
            "127.0.0.1:1".parse().unwrap(),
            "127.0.0.2:2".parse().unwrap(),
        );
        let mut c = Causes::default();
        for (i, d) in [b"a", b"b", b"c"].into_iter().enumerate() {
            c.datagram_sent(flow, d, i as u64);
        }
        assert_eq!(c.datagram_came(flow, b"b"), Some(1));
        assert_eq!(c.datagram_came(flow, b"a"), None);
        assert_eq!(c.datagram_came(flow, b"c"), Some(2));
        c.octets_sent(flow, 10, 7);
        c.octets_sent(flow, 5, 8);
        assert_eq!(c.octets_came(flow, 4), Some(7));
        assert_eq!(c.octets_came(flow, 6), Some(7));
        assert_eq!(c.octets_came(flow, 1), Some(8));
        c.forget(flow);
        assert_eq!(c.octets_came(flow, 4), None);
    }
}
