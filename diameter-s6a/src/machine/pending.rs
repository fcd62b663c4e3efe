//! Requests that wait for their answers, by hop-by-hop identifier (RFC 6733 6.2.1), and what is sent
//! again elsewhere (RFC 6733 5.5.4).
use crate::msg::{Header, Message, flags};
use engine::{Time, Timers};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// How long a request that was given up is remembered, to tell late answers from foreign ones.
const REMEMBERED: usize = 1024;

/// The requests sent on one connection; `T` is whatever the sender wants back.
#[derive(Debug)]
pub struct Pending<T> {
    waiting: BTreeMap<u32, Waiting<T>>,
    timers: Timers<u32>,
    given_up: VecDeque<u32>,
}

#[derive(Debug)]
struct Waiting<T> {
    ticket: T,
    request: Message,
}

/// An answer that belongs to nothing that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stray {
    /// The request was given up before.
    Late,
    /// No such request was sent, or it was answered before.
    Unknown,
    /// The request was for another command, application or end-to-end identifier.
    Mismatch,
}

impl Stray {
    /// Under what it is counted.
    pub fn name(self) -> &'static str {
        match self {
            Self::Late => "answer late",
            Self::Unknown => "answer to nothing",
            Self::Mismatch => "answer of another command",
        }
    }
}

impl<T> Default for Pending<T> {
    fn default() -> Self {
        Self {
            waiting: BTreeMap::new(),
            timers: Timers::default(),
            given_up: VecDeque::new(),
        }
    }
}

impl<T> Pending<T> {
    /// A request was sent; after `patience` it is given up.
    pub fn sent(&mut self, now: Time, request: Message, ticket: T, patience: Duration) {
        let hop = request.header.hop_by_hop;
        self.timers.start(hop, now + patience);
        self.waiting.insert(hop, Waiting { ticket, request });
    }

    /// Takes the request that this answer belongs to.
    ///
    /// # Errors
    /// The answer is to be dropped and counted.
    pub fn answered(&mut self, answer: &Header) -> Result<(T, Message), Stray> {
        let hop = answer.hop_by_hop;
        let Some(w) = self.waiting.get(&hop) else {
            return Err(if self.given_up.contains(&hop) {
                Stray::Late
            } else {
                Stray::Unknown
            });
        };
        let sent = &w.request.header;
        if (sent.command, sent.application, sent.end_to_end)
            != (answer.command, answer.application, answer.end_to_end)
        {
            return Err(Stray::Mismatch);
        }
        self.timers.stop(&hop);
        match self.waiting.remove(&hop) {
            Some(w) => Ok((w.ticket, w.request)),
            None => Err(Stray::Unknown),
        }
    }

    /// The next request whose time is up, taken off.
    pub fn expired(&mut self, now: Time) -> Option<(T, Message)> {
        while let Some(hop) = self.timers.pop(now) {
            if let Some(w) = self.waiting.remove(&hop) {
                if self.given_up.len() >= REMEMBERED {
                    self.given_up.pop_front();
                }
                self.given_up.push_back(hop);
                return Some((w.ticket, w.request));
            }
        }
        None
    }

    /// All that waits, taken off, with the T flag set: to be sent to another peer with new
    /// hop-by-hop and the same end-to-end identifiers (RFC 6733 5.5.4).
    pub fn failover(&mut self) -> Vec<(T, Message)> {
        self.timers = Timers::default();
        let all = std::mem::take(&mut self.waiting);
        let all = all.into_values().map(|mut w| {
            w.request.header.flags |= flags::T;
            (w.ticket, w.request)
        });
        all.collect()
    }

    /// When [`Pending::expired`] is wanted.
    pub fn due(&self) -> Option<Time> {
        self.timers.due()
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// True where none waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
