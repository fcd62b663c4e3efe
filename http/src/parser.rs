//! From octets to whole messages, for either side.
use crate::{
    Error, Limits,
    head::{Head, Length},
};
use bytes::{Buf, Bytes, BytesMut};

/// Octets of one direction that are not yet a message.
#[derive(Debug)]
pub(crate) struct Parser<M> {
    buffer: BytesMut,
    state: State<M>,
}

#[derive(Debug)]
enum State<M> {
    Head,
    Body(Head<M>),
    Chunks(Head<M>, BytesMut, Chunk),
}

/// Where in a chunked body we are (RFC 9112 7.1).
#[derive(Debug, Clone, Copy)]
enum Chunk {
    Size,
    Data(usize),
    /// Octets of trailers so far.
    Trailers(usize),
}

/// A whole message.
#[derive(Debug)]
pub(crate) struct Whole<M> {
    pub message: M,
    pub body: Bytes,
    /// Nothing follows from this sender.
    pub close: bool,
}

impl<M> Default for Parser<M> {
    fn default() -> Self {
        Self {
            buffer: BytesMut::new(),
            state: State::Head,
        }
    }
}

impl<M> Parser<M> {
    pub(crate) fn push(&mut self, octets: &[u8]) {
        self.buffer.extend_from_slice(octets);
    }

    /// True between messages with nothing left over.
    pub(crate) fn is_idle(&self) -> bool {
        matches!(self.state, State::Head) && self.buffer.is_empty()
    }

    /// True where the sender of the present message waits for 100 (Continue); once per message.
    pub(crate) fn expects(&mut self) -> bool {
        let (State::Body(h) | State::Chunks(h, ..)) = &mut self.state else {
            return false;
        };
        std::mem::take(&mut h.expects) && self.buffer.is_empty()
    }

    /// The next message, its head read by `read`.
    pub(crate) fn next(
        &mut self,
        limits: &Limits,
        read: impl FnOnce(&[u8]) -> Result<Option<Head<M>>, Error>,
    ) -> Result<Option<Whole<M>>, Error> {
        if matches!(self.state, State::Head) {
            // RFC 9112 2.2: empty lines before a message are skipped
            while self.buffer.starts_with(b"\r\n") {
                self.buffer.advance(2);
            }
            if self.buffer.is_empty() {
                return Ok(None);
            }
            let Some(head) = read(&self.buffer)? else {
                return Ok(None);
            };
            self.buffer.advance(head.octets.min(self.buffer.len()));
            if matches!(head.length, Length::Fixed(n) if n > limits.body) {
                return Err(Error::BodyTooLarge);
            }
            self.state = match head.length {
                Length::Chunked => State::Chunks(head, BytesMut::new(), Chunk::Size),
                _ => State::Body(head),
            };
        }
        match std::mem::replace(&mut self.state, State::Head) {
            State::Body(head) => match head.length {
                Length::Fixed(n) if n <= self.buffer.len() => {
                    Ok(Some(whole(head, self.buffer.split_to(n).freeze())))
                }
                Length::UntilClose if self.buffer.len() > limits.body => Err(Error::BodyTooLarge),
                _ => {
                    self.state = State::Body(head);
                    Ok(None)
                }
            },
            State::Chunks(head, mut body, mut at) => loop {
                match chunk(&mut self.buffer, &mut body, at, limits)? {
                    Step::On(next) => at = next,
                    Step::End => return Ok(Some(whole(head, body.freeze()))),
                    Step::More => {
                        self.state = State::Chunks(head, body, at);
                        return Ok(None);
                    }
                }
            },
            State::Head => Ok(None),
        }
    }

    /// The connection has ended: a message that ends with it, if there is one.
    pub(crate) fn end(&mut self) -> Result<Option<Whole<M>>, Error> {
        match std::mem::replace(&mut self.state, State::Head) {
            State::Body(head) if head.length == Length::UntilClose => {
                Ok(Some(whole(head, self.buffer.split().freeze())))
            }
            State::Head if self.buffer.is_empty() => Ok(None),
            _ => Err(Error::Truncated),
        }
    }
}

fn whole<M>(head: Head<M>, body: Bytes) -> Whole<M> {
    Whole {
        message: head.message,
        body,
        close: head.close,
    }
}

enum Step {
    On(Chunk),
    More,
    End,
}

fn chunk(b: &mut BytesMut, body: &mut BytesMut, at: Chunk, limits: &Limits) -> Result<Step, Error> {
    match at {
        Chunk::Size => {
            let Some(line) = line(b, 256)? else {
                return Ok(Step::More);
            };
            // extensions are skipped (RFC 9112 7.1.1)
            let mut parts = line.as_ref().split(|b: &u8| *b == b';');
            let size = parts.next().unwrap_or(&[]);
            let size = size.trim_ascii_end();
            let hex = !size.is_empty() && size.len() <= 8 && size.iter().all(u8::is_ascii_hexdigit);
            let text = std::str::from_utf8(size).map_err(|_| Error::BadChunk)?;
            let n = usize::from_str_radix(text, 16).ok().filter(|_| hex);
            match n.ok_or(Error::BadChunk)? {
                0 => Ok(Step::On(Chunk::Trailers(0))),
                n if body.len().saturating_add(n) > limits.body => Err(Error::BodyTooLarge),
                n => Ok(Step::On(Chunk::Data(n))),
            }
        }
        Chunk::Data(n) => {
            let taken = n.min(b.len());
            body.extend_from_slice(&b.split_to(taken));
            let left = n.saturating_sub(taken);
            match b.get(..2) {
                _ if left > 0 => Ok(if taken > 0 {
                    Step::On(Chunk::Data(left))
                } else {
                    Step::More
                }),
                Some(b"\r\n") => {
                    b.advance(2);
                    Ok(Step::On(Chunk::Size))
                }
                None if b.is_empty() || b.starts_with(b"\r") => Ok(if taken > 0 {
                    Step::On(Chunk::Data(0))
                } else {
                    Step::More
                }),
                _ => Err(Error::BadChunk),
            }
        }
        Chunk::Trailers(octets) => match line(b, limits.head)? {
            None => Ok(Step::More),
            Some(l) if l.is_empty() => Ok(Step::End),
            Some(l) => match octets.saturating_add(l.len()).saturating_add(2) {
                n if n > limits.head => Err(Error::HeadTooLarge),
                n => Ok(Step::On(Chunk::Trailers(n))),
            },
        },
    }
}

/// A line that ends in CR LF, without its end. A bare line feed is no end.
fn line(b: &mut BytesMut, most: usize) -> Result<Option<BytesMut>, Error> {
    match b.iter().position(|b| *b == b'\n') {
        None if b.len() > most => Err(Error::BadChunk),
        None => Ok(None),
        Some(n) => {
            let mut l = b.split_to(n.saturating_add(1));
            match l.strip_suffix(b"\r\n").map(<[u8]>::len) {
                Some(n) if n <= most && !l.iter().take(n).any(|b| *b == b'\r') => {
                    l.truncate(n);
                    Ok(Some(l))
                }
                _ => Err(Error::BadChunk),
            }
        }
    }
}
