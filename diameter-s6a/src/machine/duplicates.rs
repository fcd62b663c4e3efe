//! A repeated request gets the same answer and causes nothing twice: RFC 6733 3 (end-to-end
//! identifier) and appendix C. The T flag only warns; what counts is Origin-Host and end-to-end
//! identifier.
//!
//! Over a restart the answers are kept by whoever keeps [`Kept`] ones and gives them back. Requests
//! that were in work at that time are new again.
use crate::msg::Message;
use bytes::Bytes;
use engine::{Now, Time, Utc};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use wire::Text;

/// The requests of the last minutes and their answers.
#[derive(Debug)]
pub struct Duplicates {
    seen: BTreeMap<Key, Entry>,
    ends: BTreeSet<(Time, Key)>,
    keep: Duration,
    most: usize,
}

type Key = (Text, u32, u32);

#[derive(Debug)]
struct Entry {
    until: Time,
    answer: Option<Bytes>,
}

/// What is known of a request.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant)]
pub enum Seen {
    /// It is new, and from now on known.
    New,
    /// It came before and is still being worked on: drop this one, the answer will go out once.
    InWork,
    /// It was answered: this is the answer, with the new hop-by-hop identifier.
    Answered(Message),
}

/// An answer that was given, as a store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Origin-Host of the request.
    pub origin_host: Bytes,
    /// End-to-end identifier.
    pub end_to_end: u32,
    /// Command code.
    pub command: u32,
    /// Until when it is kept, on the calendar.
    pub until: Utc,
    /// The whole answer.
    pub answer: Bytes,
}

impl Default for Duplicates {
    fn default() -> Self {
        Self::new(Self::KEEP, 1 << 16)
    }
}

impl Duplicates {
    /// Four minutes: how long end-to-end identifiers stay unique (RFC 6733 3).
    pub const KEEP: Duration = Duration::from_secs(240);

    /// Keeps answers for `keep`, and at most `most` of them: no peer makes us keep more.
    pub fn new(keep: Duration, most: usize) -> Self {
        Self {
            seen: BTreeMap::new(),
            ends: BTreeSet::new(),
            keep: keep.max(Self::KEEP),
            most: most.max(1),
        }
    }

    /// Looks a request up, and remembers it.
    pub fn look(&mut self, now: Time, origin_host: &Text, request: &Message) -> Seen {
        self.forget_before(now);
        let h = &request.header;
        let key = (origin_host.clone(), h.end_to_end, h.command);
        match self.seen.get(&key).map(|e| &e.answer) {
            Some(Some(answer)) => {
                if let Ok(mut again) = Message::read(answer) {
                    again.header.hop_by_hop = h.hop_by_hop;
                    return Seen::Answered(again);
                }
            }
            Some(None) => return Seen::InWork,
            None => {}
        }
        self.insert(key, now + self.keep, None);
        Seen::New
    }

    /// Keeps the answer to a request.
    pub fn answered(&mut self, origin_host: &Text, answer: &Message) {
        let h = &answer.header;
        let key = (origin_host.clone(), h.end_to_end, h.command);
        if let Some(entry) = self.seen.get_mut(&key) {
            entry.answer = Some(answer.to_bytes());
        }
    }

    /// The answer that is kept for a request, for a store.
    pub fn kept(
        &self,
        now: Now,
        origin_host: &Text,
        end_to_end: u32,
        command: u32,
    ) -> Option<Kept> {
        let key = (origin_host.clone(), end_to_end, command);
        let (key, entry) = self.seen.get_key_value(&key)?;
        kept(now, key, entry)
    }

    /// All answers that are kept, oldest first, for a store.
    pub fn export(&self, now: Now) -> impl Iterator<Item = Kept> + '_ {
        let all = self.ends.iter();
        all.filter_map(move |(_, key)| kept(now, key, self.seen.get(key)?))
    }

    /// Takes answers back after a restart; those whose time is over are left out.
    pub fn import(&mut self, now: Now, all: impl IntoIterator<Item = Kept>) {
        for k in all {
            let left = Duration::from_nanos(k.until.0.saturating_sub(now.utc.0));
            if left.is_zero() {
                continue;
            }
            let key = (Text(k.origin_host), k.end_to_end, k.command);
            self.insert(key, now.mono + left.min(self.keep), Some(k.answer));
        }
    }

    /// How many are kept.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// True where none is kept.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    fn insert(&mut self, key: Key, until: Time, answer: Option<Bytes>) {
        while self.seen.len() >= self.most {
            let Some((_, key)) = self.ends.pop_first() else {
                break;
            };
            self.seen.remove(&key);
        }
        let entry = Entry { until, answer };
        if let Some(old) = self.seen.insert(key.clone(), entry) {
            self.ends.remove(&(old.until, key.clone()));
        }
        self.ends.insert((until, key));
    }

    fn forget_before(&mut self, now: Time) {
        while self.ends.first().is_some_and(|e| e.0 <= now) {
            if let Some((_, key)) = self.ends.pop_first() {
                self.seen.remove(&key);
            }
        }
    }
}

fn kept(now: Now, key: &Key, entry: &Entry) -> Option<Kept> {
    let (origin_host, end_to_end, command) = key;
    Some(Kept {
        origin_host: origin_host.0.clone(),
        end_to_end: *end_to_end,
        command: *command,
        until: now.utc + (entry.until - now.mono),
        answer: entry.answer.clone()?,
    })
}
