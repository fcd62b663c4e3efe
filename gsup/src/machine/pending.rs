//! Requests that wait for their answers. GSUP has no number for a transaction: an answer belongs to
//! the procedure of its type for its subscriber. So of each procedure one request at a time is
//! under way for one subscriber, and others wait behind it.
use crate::msg::{Head, Imsi, Pdu};
use engine::{Time, Timers};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// Whom a procedure concerns, and which it is (the type without its last two bits).
type Key = (Imsi, u8);

/// The requests sent on one connection; `T` is whatever the sender wants back.
#[derive(Debug)]
pub struct Pending<T> {
    waiting: BTreeMap<Key, VecDeque<Waiting<T>>>,
    timers: Timers<Key>,
}

#[derive(Debug)]
struct Waiting<T> {
    ticket: T,
    request: Pdu,
    patience: Duration,
}

impl<T> Default for Pending<T> {
    fn default() -> Self {
        Self {
            waiting: BTreeMap::new(),
            timers: Timers::default(),
        }
    }
}

impl<T> Pending<T> {
    /// Takes a request; true where it is to be sent now, false where it waits its turn.
    pub fn push(
        &mut self,
        now: Time,
        imsi: Imsi,
        request: Pdu,
        ticket: T,
        patience: Duration,
    ) -> bool {
        let key = (imsi, request.code() & !3);
        let row = self.waiting.entry(key).or_default();
        row.push_back(Waiting {
            ticket,
            request,
            patience,
        });
        let first = row.len() == 1;
        if first {
            self.timers.start(key, now + patience);
        }
        first
    }

    /// Takes the request that this error or result belongs to, and the one whose turn it is then.
    pub fn answered(&mut self, now: Time, answer: &Head) -> Option<(T, Pdu, Option<&Pdu>)> {
        let key = (answer.imsi, answer.kind & !3);
        let done = self.waiting.get_mut(&key)?.pop_front()?;
        let next = self.turn(now, key);
        Some((done.ticket, done.request, next))
    }

    /// The next request whose time is up, taken off, and the one whose turn it is then.
    pub fn expired(&mut self, now: Time) -> Option<(T, Pdu, Option<&Pdu>)> {
        let key = self.timers.pop(now)?;
        let done = self.waiting.get_mut(&key)?.pop_front()?;
        let next = self.turn(now, key);
        Some((done.ticket, done.request, next))
    }

    /// All that waits, taken off.
    pub fn give_up(&mut self) -> impl Iterator<Item = (T, Pdu)> + use<T> {
        self.timers = Timers::default();
        let all = std::mem::take(&mut self.waiting);
        all.into_values().flatten().map(|w| (w.ticket, w.request))
    }

    /// When [`Pending::expired`] is wanted.
    pub fn due(&self) -> Option<Time> {
        self.timers.due()
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.waiting.values().map(VecDeque::len).sum()
    }

    /// True where none waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    fn turn(&mut self, now: Time, key: Key) -> Option<&Pdu> {
        let patience = self.waiting.get(&key)?.front().map(|w| w.patience);
        match patience {
            Some(patience) => self.timers.start(key, now + patience),
            None => {
                self.timers.stop(&key);
                self.waiting.remove(&key);
            }
        }
        Some(&self.waiting.get(&key)?.front()?.request)
    }
}
