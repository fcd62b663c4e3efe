//! TCP streams put together again from what an observer saw.
use super::{Segment, TcpFlags};
use bytes::{Buf, Bytes, BytesMut};
use std::{collections::BTreeMap, net::SocketAddr};

/// One direction of a connection.
pub type Direction = (SocketAddr, SocketAddr);

/// The streams of all connections seen. Each direction holds what was not yet taken.
#[derive(Debug, Default)]
pub struct Streams(BTreeMap<Direction, Stream>);

#[derive(Debug, Default)]
struct Stream {
    next: Option<u32>,
    ready: BytesMut,
    early: BTreeMap<u32, Bytes>,
    finished: bool,
}

/// Octets kept of a direction that nobody takes from, or that has a hole.
const MOST: usize = 1 << 20;

impl Streams {
    /// Takes a segment; true where it brought octets that were not there before.
    pub fn take(&mut self, s: &Segment<'_>) -> bool {
        let stream = self.0.entry((s.from, s.to)).or_default();
        if s.flags.has(TcpFlags::SYN) {
            *stream = Stream {
                next: Some(s.seq.wrapping_add(1)),
                ..Stream::default()
            };
            return false;
        }
        if s.flags.has(TcpFlags::RST) || s.flags.has(TcpFlags::FIN) {
            stream.finished = true;
        }
        // an observer who came late starts where it is
        let next = *stream.next.get_or_insert(s.seq);
        if s.payload.is_empty() {
            return false;
        }
        let ahead = s.seq.wrapping_sub(next) as i32;
        if ahead > 0 {
            let kept: usize = stream.early.values().map(Bytes::len).sum();
            if kept.saturating_add(s.payload.len()) <= MOST {
                let payload = Bytes::copy_from_slice(s.payload);
                stream.early.entry(s.seq).or_insert(payload);
            }
            return false;
        }
        let new = stream.append(s.seq, s.payload);
        while let Some(seq) = stream.ripe() {
            if let Some(b) = stream.early.remove(&seq) {
                stream.append(seq, &b);
            }
        }
        new
    }

    /// What has come of a direction and was not taken.
    pub fn ready(&self, of: &Direction) -> &[u8] {
        self.0.get(of).map_or(&[], |s| &s.ready)
    }

    /// Takes `n` octets off a direction.
    pub fn consume(&mut self, of: &Direction, n: usize) -> Bytes {
        match self.0.get_mut(of) {
            Some(s) => {
                let n = n.min(s.ready.len());
                s.ready.copy_to_bytes(n)
            }
            None => Bytes::new(),
        }
    }

    /// True where the sender has closed the direction.
    pub fn finished(&self, of: &Direction) -> bool {
        self.0.get(of).is_some_and(|s| s.finished)
    }
}

impl Stream {
    fn append(&mut self, seq: u32, payload: &[u8]) -> bool {
        let next = self.next.unwrap_or(seq);
        let old = next.wrapping_sub(seq) as usize;
        let new = payload.get(old..).unwrap_or(&[]);
        self.next = Some(next.wrapping_add(new.len() as u32));
        if self.ready.len().saturating_add(new.len()) <= MOST {
            self.ready.extend_from_slice(new);
        }
        !new.is_empty()
    }

    /// An early piece that is early no more.
    fn ripe(&self) -> Option<u32> {
        let next = self.next?;
        let behind = |seq: &&u32| next.wrapping_sub(**seq) as i32 >= 0;
        self.early.keys().find(behind).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn out_of_order_doubled_and_late_observer() {
        let from = "1.1.1.1:1".parse().unwrap();
        let to = "2.2.2.2:2".parse().unwrap();
        let seg = |seq: u32, flags: TcpFlags, payload| Segment {
            from,
            to,
            seq,
            ack: 0,
            flags,
            payload,
        };
        let start = u32::MAX - 2;
        let mut s = Streams::default();
        s.take(&seg(start, TcpFlags::SYN, b""));
        assert!(!s.take(&seg(start.wrapping_add(4), TcpFlags::ACK, b"def")));
        assert!(s.take(&seg(start.wrapping_add(1), TcpFlags::ACK, b"abc")));
        assert!(!s.take(&seg(start.wrapping_add(1), TcpFlags::ACK, b"abc")));
        assert!(s.take(&seg(start.wrapping_add(6), TcpFlags::FIN, b"fgh")));
        assert_eq!(s.ready(&(from, to)), b"abcdefgh");
        assert_eq!(s.consume(&(from, to), 3), &b"abc"[..]);
        assert_eq!(s.ready(&(from, to)), b"defgh");
        assert!(s.finished(&(from, to)));
        let mut late = Streams::default();
        assert!(late.take(&seg(500, TcpFlags::ACK, b"xyz")));
        assert_eq!(late.ready(&(from, to)), b"xyz");
    }
}
