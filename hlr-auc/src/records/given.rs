//! What requests were given, kept for their repetitions: RFC 6733 3 (end-to-end identifier) and
//! appendix C. The answers themselves are kept by the HLR while it runs; this is what is left of
//! them in a store when it does not, so that a repetition spends no second sequence number.
use crate::kept::{Kept, rows};
use aka::{Rand, Sqn};
use diameter_s6a::machine::Duplicates;
use engine::Utc;
use std::{collections::VecDeque, time::Duration};
use wire::{Imsi, Reader, Result};

/// A request, as its sender repeats it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestId {
    /// Origin-Host, in lower case.
    pub origin: String,
    /// End-to-end identifier.
    pub end_to_end: u32,
    /// About whom: another subscriber's numbers are given to nobody, whatever the identifier.
    pub imsi: Imsi,
}

impl RequestId {
    /// The request of the host `origin` with this end-to-end identifier about `imsi`.
    pub fn new(origin: &str, end_to_end: u32, imsi: Imsi) -> Self {
        let origin = origin.to_ascii_lowercase();
        Self {
            origin,
            end_to_end,
            imsi,
        }
    }
}

/// A challenge and the sequence number that goes with it.
pub type Challenge = (Rand, Sqn);

/// What a request was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// When.
    pub at: Utc,
    /// Challenges and numbers, in order.
    pub challenges: Vec<Challenge>,
}

rows!(Given {
    1 at;
    2 challenges;
});

impl Given {
    /// As it stands in a store file.
    pub fn octets(&self) -> Vec<u8> {
        let mut to = Vec::with_capacity(64);
        self.put(&mut to);
        to
    }

    /// From a store file.
    ///
    /// # Errors
    /// What a newer version wrote, and what is no such thing.
    pub fn from_octets(octets: &[u8]) -> Result<Self> {
        Self::take(&mut Reader::new(octets))
    }
}

impl Kept for Sqn {
    fn put(&self, to: &mut Vec<u8>) {
        self.octets().put(to);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self> {
        r.array().map(Self::from_octets)
    }
}

/// The requests that were given something, in the order of time: the oldest are forgotten first.
#[derive(Debug, Clone)]
pub struct Ledger<K = RequestId> {
    order: VecDeque<(Utc, K)>,
    most: usize,
}

impl<K> Default for Ledger<K> {
    fn default() -> Self {
        Self::new(Self::MOST)
    }
}

impl<K> Ledger<K> {
    /// How long a request is remembered: as long as its identifier stays unique, and no longer.
    pub const KEEP: Duration = Duplicates::KEEP;

    /// Requests remembered at most: those of four minutes at a thousand a second.
    pub const MOST: usize = 1 << 18;

    /// An empty one that holds at most `most`.
    pub fn new(most: usize) -> Self {
        let order = VecDeque::new();
        Self { order, most }
    }

    /// A request was given something.
    pub fn push(&mut self, at: Utc, request: K) {
        self.order.push_back((at, request));
    }

    /// The next request that is to be forgotten, taken off.
    pub fn forget(&mut self, now: Utc) -> Option<K> {
        let (at, _) = self.order.front()?;
        let old = now.0.saturating_sub(at.0) >= Self::KEEP.as_nanos() as u64;
        let over = self.order.len() > self.most;
        (old || over)
            .then(|| self.order.pop_front())?
            .map(|(_, k)| k)
    }

    /// How many are remembered.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// True where none is.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}
