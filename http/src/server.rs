//! The server's side of one connection.
use crate::{Error, Limits, Method, Request, Response, head, parser::Parser};
use bytes::BytesMut;
use engine::Time;
use std::{collections::VecDeque, time::Duration};

/// How long a client may take for one request, from its first octet to its last.
pub const REQUEST_TIME: Duration = Duration::from_secs(20);
/// How long a connection stays open without a request.
pub const IDLE_TIME: Duration = Duration::from_secs(120);

/// A request's place among those of its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(u64);

/// The server's side of one connection. Requests come out in order; answers may be given in any
/// order and are written in the order of the requests.
#[derive(Debug)]
pub struct Connection {
    limits: Limits,
    parser: Parser<Request>,
    /// Requests not yet answered on the wire.
    waiting: VecDeque<Waiting>,
    first: u64,
    /// No more is read: the last answer closes the connection.
    last: bool,
    deadline: Time,
    /// Why the peer was refused, until it is asked for.
    refused: Option<Error>,
}

#[derive(Debug)]
struct Waiting {
    method: Method,
    close: bool,
    answer: Option<Response>,
}

impl Connection {
    /// A connection just accepted.
    pub fn new(now: Time, limits: Limits) -> Self {
        Self {
            limits,
            parser: Parser::default(),
            waiting: VecDeque::new(),
            first: 0,
            last: false,
            deadline: now + IDLE_TIME,
            refused: None,
        }
    }

    /// Takes octets; gives the requests that are whole now. What has to be said at once (100
    /// Continue, the answer to what is no request) goes to `w`.
    pub fn feed(&mut self, now: Time, octets: &[u8], w: &mut BytesMut) -> Vec<(Place, Request)> {
        let mut requests = Vec::new();
        if self.last {
            return requests;
        }
        if self.parser.is_idle() {
            self.deadline = now + REQUEST_TIME;
        }
        self.parser.push(octets);
        while !self.last {
            let limits = self.limits;
            match self.parser.next(&limits, |b| head::request(b, &limits)) {
                Ok(Some(_)) if self.waiting.len() >= limits.pipeline => {
                    self.refuse(Error::TooManyRequests, w);
                }
                Ok(Some(mut r)) => {
                    r.message.body = r.body;
                    let place = self.push(r.message.method.clone(), r.close);
                    self.last = r.close;
                    self.deadline = now + REQUEST_TIME;
                    requests.push((place, r.message));
                }
                Ok(None) => break,
                Err(e) => self.refuse(e, w),
            }
        }
        // an interim answer may not overtake those that are still owed
        if self.parser.expects() && self.waiting.is_empty() {
            w.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
        }
        requests
    }

    /// Answers a request; what can be written goes to `w`. An answer to a request that has one is
    /// dropped.
    pub fn answer(&mut self, now: Time, to: Place, response: Response, w: &mut BytesMut) {
        let n = to.0.checked_sub(self.first);
        let slot = n.and_then(|n| self.waiting.get_mut(usize::try_from(n).ok()?));
        if let Some(slot) = slot
            && slot.answer.is_none()
        {
            slot.answer = Some(response);
            self.flush(w);
        }
        if self.waiting.is_empty() && self.parser.is_idle() {
            self.deadline = now + IDLE_TIME;
        }
    }

    /// True where all is said: close the connection once it is sent.
    pub fn is_done(&self) -> bool {
        self.last && self.waiting.is_empty()
    }

    /// Why the peer was refused, told once.
    pub fn refused(&mut self) -> Option<Error> {
        self.refused.take()
    }

    /// When [`Connection::timeout`] is wanted; never while the client waits for us.
    pub fn due(&self) -> Option<Time> {
        (self.waiting.is_empty() && !self.last).then_some(self.deadline)
    }

    /// Ends a connection whose client is too slow: with 408 inside a request, else without a word.
    pub fn timeout(&mut self, now: Time, w: &mut BytesMut) {
        if self.due().is_some_and(|d| d <= now) {
            match self.parser.is_idle() {
                true => self.last = true,
                false => self.refuse(Error::Timeout, w),
            }
        }
    }

    fn push(&mut self, method: Method, close: bool) -> Place {
        let place = Place(self.first.saturating_add(self.waiting.len() as u64));
        self.waiting.push_back(Waiting {
            method,
            close,
            answer: None,
        });
        place
    }

    fn refuse(&mut self, e: Error, w: &mut BytesMut) {
        self.last = true;
        self.refused = Some(e);
        self.push(Method::GET, true);
        if let Some(slot) = self.waiting.back_mut() {
            let text = format!("{e}\n");
            slot.answer = Some(Response::new(e.status()).content("text/plain", text));
        }
        self.flush(w);
    }

    fn flush(&mut self, w: &mut BytesMut) {
        while let Some(Waiting {
            answer: Some(a),
            method,
            close,
        }) = self.waiting.front()
        {
            a.write(w, method, *close);
            self.waiting.pop_front();
            self.first = self.first.saturating_add(1);
        }
    }
}
