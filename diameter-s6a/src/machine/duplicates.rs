//! A repeated request gets the same answer and causes nothing twice: RFC 6733 3 (end-to-end
//! identifier) and appendix C. The T flag only warns; what counts is Origin-Host and end-to-end
//! identifier.
use crate::msg::Message;
use engine::Time;
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};
use wire::Text;

/// The requests of the last minutes and their answers.
#[derive(Debug)]
pub struct Duplicates {
    seen: BTreeMap<Key, Option<Message>>,
    order: VecDeque<(Time, Key)>,
    keep: Duration,
    most: usize,
}

type Key = (Text, u32, u32);

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
            order: VecDeque::new(),
            keep: keep.max(Self::KEEP),
            most: most.max(1),
        }
    }

    /// Looks a request up, and remembers it.
    pub fn look(&mut self, now: Time, origin_host: &Text, request: &Message) -> Seen {
        self.forget_before(now);
        let h = &request.header;
        let key = (origin_host.clone(), h.end_to_end, h.command);
        match self.seen.get(&key) {
            Some(Some(answer)) => {
                let mut again = answer.clone();
                again.header.hop_by_hop = h.hop_by_hop;
                Seen::Answered(again)
            }
            Some(None) => Seen::InWork,
            None => {
                self.seen.insert(key.clone(), None);
                self.order.push_back((now, key));
                Seen::New
            }
        }
    }

    /// Keeps the answer to a request.
    pub fn answered(&mut self, origin_host: &Text, answer: &Message) {
        let h = &answer.header;
        let key = (origin_host.clone(), h.end_to_end, h.command);
        if let Some(kept) = self.seen.get_mut(&key) {
            *kept = Some(answer.clone());
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

    fn forget_before(&mut self, now: Time) {
        while let Some((at, _)) = self.order.front() {
            if now - *at < self.keep && self.order.len() < self.most {
                break;
            }
            if let Some((_, key)) = self.order.pop_front() {
                self.seen.remove(&key);
            }
        }
    }
}
