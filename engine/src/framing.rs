//! Puts messages together from what a stream brings.
use crate::Framing;
use bytes::{Bytes, BytesMut};
use wire::{Error, Kind};

/// The octets of one direction of a connection that are not yet a message.
#[derive(Debug)]
pub struct Deframer {
    framing: Framing,
    buffer: BytesMut,
}

/// The longest message that a stream may bring; no peer makes us keep more.
pub const LONGEST: usize = 1 << 20;

/// Room for one read.
const ROOM: usize = 16 << 10;

impl Deframer {
    /// An empty one.
    pub fn new(framing: Framing) -> Self {
        Self {
            framing,
            buffer: BytesMut::new(),
        }
    }

    /// The buffer that a transport reads into, with room for many messages: each read is a system
    /// call.
    pub fn buffer(&mut self) -> &mut BytesMut {
        let room = self.buffer.capacity().saturating_sub(self.buffer.len());
        if room < ROOM / 2 {
            self.buffer.reserve(ROOM);
        }
        &mut self.buffer
    }

    /// Takes octets as they came.
    pub fn push(&mut self, octets: &[u8]) {
        self.buffer.extend_from_slice(octets);
    }

    /// The next whole message. After an error the connection is of no more use.
    pub fn message(&mut self) -> Result<Option<Bytes>, Error> {
        if self.buffer.is_empty() {
            return Ok(None);
        }
        let Framing::By(length) = self.framing else {
            return Ok(Some(self.buffer.split().freeze()));
        };
        match length(&self.buffer)? {
            Some(n) if n == 0 || n > LONGEST => {
                Err(Error::new(Kind::BadLength(n), 0, "message length"))
            }
            Some(n) if n <= self.buffer.len() => Ok(Some(self.buffer.split_to(n).freeze())),
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_in_pieces_and_several_at_once() {
        let mut d = Deframer::new(Framing::By(|b| Ok(b.first().map(|n| usize::from(*n)))));
        d.push(&[3, 1]);
        assert_eq!(d.message().unwrap(), None);
        d.push(&[2, 2, 9, 4, 0]);
        assert_eq!(d.message().unwrap().unwrap(), &[3, 1, 2][..]);
        assert_eq!(d.message().unwrap().unwrap(), &[2, 9][..]);
        assert_eq!(d.message().unwrap(), None);
        d.push(&[0, 0, 0]);
        assert_eq!(d.message().unwrap().unwrap(), &[4, 0, 0, 0][..]);
        d.push(&[0]);
        assert!(d.message().is_err());
    }
}
