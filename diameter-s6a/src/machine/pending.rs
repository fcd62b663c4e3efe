//! Requests that wait for their answers, by hop-by-hop identifier (RFC 6733 6.2.1), and what is sent
//! again elsewhere (RFC 6733 5.5.4).
//!
//! They are kept as the octets that were sent: an agent knows no more of them, and an end point can
//! read them again.
use super::octets::retransmitted;
use crate::msg::Header;
use bytes::Bytes;
use engine::Time;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

/// How many requests that were given up are remembered, to tell late answers from foreign ones.
const REMEMBERED: usize = 1024;

/// The requests sent on one connection; `T` is whatever the sender wants back.
#[derive(Debug)]
pub struct Pending<T> {
    waiting: BTreeMap<u32, Waiting<T>>,
    ends: BTreeSet<(Time, u32)>,
    given_up: VecDeque<u32>,
}

#[derive(Debug)]
struct Waiting<T> {
    until: Time,
    header: Header,
    ticket: T,
    octets: Bytes,
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
            ends: BTreeSet::new(),
            given_up: VecDeque::new(),
        }
    }
}

impl<T> Pending<T> {
    /// A request with this header was sent as `octets`; after `patience` it is given up.
    pub fn sent(
        &mut self,
        now: Time,
        header: Header,
        octets: Bytes,
        ticket: T,
        patience: Duration,
    ) {
        let (hop, until) = (header.hop_by_hop, now + patience);
        let w = Waiting {
            until,
            header,
            ticket,
            octets,
        };
        if let Some(old) = self.waiting.insert(hop, w) {
            self.ends.remove(&(old.until, hop));
        }
        self.ends.insert((until, hop));
    }

    /// Takes the request that this answer belongs to.
    ///
    /// # Errors
    /// The answer is to be dropped and counted.
    pub fn answered(&mut self, answer: &Header) -> Result<(T, Bytes), Stray> {
        let hop = answer.hop_by_hop;
        let Some(w) = self.waiting.get(&hop) else {
            return Err(if self.given_up.contains(&hop) {
                Stray::Late
            } else {
                Stray::Unknown
            });
        };
        let what = |h: &Header| (h.command, h.application, h.end_to_end);
        if what(&w.header) != what(answer) {
            return Err(Stray::Mismatch);
        }
        self.ends.remove(&(w.until, hop));
        let w = self.waiting.remove(&hop).ok_or(Stray::Unknown)?;
        Ok((w.ticket, w.octets))
    }

    /// The next request whose time is up, taken off.
    pub fn expired(&mut self, now: Time) -> Option<(T, Bytes)> {
        while let Some((_, hop)) = self.ends.first().copied().filter(|e| e.0 <= now) {
            self.ends.pop_first();
            if let Some(w) = self.waiting.remove(&hop) {
                if self.given_up.len() >= REMEMBERED {
                    self.given_up.pop_front();
                }
                self.given_up.push_back(hop);
                return Some((w.ticket, w.octets));
            }
        }
        None
    }

    /// All that waits, taken off, with the T flag set: to be sent to another peer with new
    /// hop-by-hop and the same end-to-end identifiers (RFC 6733 5.5.4).
    pub fn failover(&mut self) -> Vec<(T, Bytes)> {
        self.ends.clear();
        let all = std::mem::take(&mut self.waiting).into_values();
        all.map(|w| (w.ticket, retransmitted(&w.octets))).collect()
    }

    /// When [`Pending::expired`] is wanted.
    pub fn due(&self) -> Option<Time> {
        self.ends.first().map(|e| e.0)
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
