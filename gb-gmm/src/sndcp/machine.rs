//! Segments of N-PDUs in unacknowledged mode, TS 44.065 6.7: made, and put together.
//!
//! The standard has no timer and no bound for N-PDUs of which a segment was lost; ours are in
//! [`Limits`].
use super::msg::{First, Sequence, SnPdu, put};
use bytes::{Bytes, BytesMut};
use engine::{Time, Timers};
use std::{collections::BTreeMap, time::Duration};

/// A segment number has four bits.
const SEGMENTS: usize = 16;
/// Octets of header in front of a first and of a later segment.
const FIRST: usize = 4;
const LATER: usize = 3;

/// Bounds of reassembly.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How many N-PDUs of one mobile may be incomplete at once; the oldest is given up.
    pub open: usize,
    /// How long an N-PDU is waited for.
    pub wait: Duration,
    /// The longest N-PDU in octets (N-PDUs of 1502 octets must pass, TS 44.065 6.7.1).
    pub longest: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            open: 8,
            wait: Duration::from_secs(10),
            longest: 8000,
        }
    }
}

/// What was thrown away, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Cut short, acknowledged mode, compressed, or an NSAPI that the standard reserves.
    pub malformed: u64,
    /// A segment that had come before, or does not fit what came.
    pub duplicate: u64,
    /// N-PDUs given up with segments missing.
    pub incomplete: u64,
    /// N-PDUs that grew too long.
    pub too_long: u64,
}

/// An N-PDU that does not fit 16 segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong {
    /// The most that would.
    pub most: usize,
}

impl std::fmt::Display for TooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the N-PDU is longer than {} octets", self.most)
    }
}

impl std::error::Error for TooLong {}

#[derive(Debug, Default)]
struct Open {
    parts: BTreeMap<u8, Bytes>,
    last: Option<u8>,
    octets: usize,
}

/// SNDCP of one mobile, either side.
#[derive(Debug, Default)]
pub struct Sndcp {
    limits: Limits,
    next: [u16; 16],
    open: BTreeMap<(u8, u16), Open>,
    timers: Timers<(u8, u16)>,
    counters: Counters,
}

impl Sndcp {
    /// With other bounds than the default's.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// What was thrown away.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// When [`timeout`](Self::timeout) wants to be called.
    pub fn due(&self) -> Option<Time> {
        self.timers.due()
    }

    /// Gives up the N-PDUs that were waited for too long.
    pub fn timeout(&mut self, now: Time) {
        while let Some(key) = self.timers.pop(now) {
            if self.open.remove(&key).is_some() {
                self.counters.incomplete = self.counters.incomplete.saturating_add(1);
            }
        }
    }

    /// Forgets a PDP context: numbering and what was incomplete.
    pub fn release(&mut self, nsapi: u8) {
        if let Some(n) = self.next.get_mut(usize::from(nsapi & 15)) {
            *n = 0;
        }
        let timers = &mut self.timers;
        self.open.retain(|key, _| {
            let keep = key.0 != nsapi;
            if !keep {
                timers.stop(key);
            }
            keep
        });
    }

    /// Cuts an N-PDU into SN-UNITDATA PDUs of at most `n201_u` octets.
    ///
    /// # Errors
    /// Where it needs more than 16.
    pub fn unitdata(
        &mut self,
        nsapi: u8,
        npdu: &[u8],
        n201_u: usize,
    ) -> Result<Vec<Bytes>, TooLong> {
        let one = n201_u.saturating_sub(FIRST).max(1);
        let later = n201_u.saturating_sub(LATER).max(1);
        let most = later
            .saturating_mul(SEGMENTS.saturating_sub(1))
            .saturating_add(one);
        if npdu.len() > most {
            return Err(TooLong { most });
        }
        let mut number = 0;
        if let Some(n) = self.next.get_mut(usize::from(nsapi & 15)) {
            number = *n;
            *n = n.wrapping_add(1) & 0x0fff;
        }
        let (mut rest, mut segment) = (npdu, 0u8);
        let mut out = Vec::with_capacity(1);
        loop {
            let first = segment == 0;
            let room = if first { one } else { later };
            let (part, tail) = rest.split_at_checked(room).unwrap_or((rest, &[]));
            let head = First(0)
                .with_first(first)
                .with_unitdata(true)
                .with_more(!tail.is_empty())
                .with_nsapi(nsapi);
            let mut w = BytesMut::with_capacity(part.len().saturating_add(FIRST));
            let sequence = Sequence::Unitdata {
                segment,
                npdu: number,
            };
            put(&mut w, head, first.then_some(0), sequence, part);
            out.push(w.freeze());
            if tail.is_empty() {
                return Ok(out);
            }
            rest = tail;
            segment = segment.saturating_add(1);
        }
    }

    /// An SN-PDU of the peer: NSAPI and N-PDU, where it completes one. Segments may come in any
    /// order.
    pub fn receive(&mut self, now: Time, octets: &Bytes) -> Option<(u8, Bytes)> {
        let Ok(pdu) = SnPdu::parse(octets) else {
            return lost(&mut self.counters.malformed);
        };
        let Sequence::Unitdata { segment, npdu } = pdu.sequence else {
            return lost(&mut self.counters.malformed);
        };
        let (nsapi, more) = (pdu.first.nsapi(), pdu.first.more());
        let wrong = nsapi < 5 || pdu.first.x() || pdu.first.first() != (segment == 0);
        if wrong || pdu.compression.is_some_and(|c| c != 0) {
            return lost(&mut self.counters.malformed);
        }
        // the one that counts: an N-PDU in one piece
        if segment == 0 && !more && !self.open.contains_key(&(nsapi, npdu)) {
            return Some((nsapi, pdu.data));
        }
        self.keep(now, (nsapi, npdu), segment, more, pdu.data)
    }

    fn keep(
        &mut self,
        now: Time,
        key: (u8, u16),
        segment: u8,
        more: bool,
        data: Bytes,
    ) -> Option<(u8, Bytes)> {
        if !self.open.contains_key(&key) {
            self.make_room();
            self.timers.start(key, now + self.limits.wait);
        }
        let open = self.open.entry(key).or_default();
        let beyond = open.last.is_some_and(|last| segment > last || !more);
        let before = !more && open.parts.keys().next_back().is_some_and(|n| *n > segment);
        if open.parts.contains_key(&segment) || beyond || before {
            return lost(&mut self.counters.duplicate);
        }
        if !more {
            open.last = Some(segment);
        }
        open.octets = open.octets.saturating_add(data.len());
        open.parts.insert(segment, data);
        if open.octets > self.limits.longest {
            self.close(&key);
            return lost(&mut self.counters.too_long);
        }
        let last = open.last?;
        if open.parts.len() <= usize::from(last) {
            return None;
        }
        let mut whole = BytesMut::with_capacity(open.octets);
        for part in open.parts.values() {
            whole.extend_from_slice(part);
        }
        self.close(&key);
        Some((key.0, whole.freeze()))
    }

    /// Where too many are open, the one that ends first is given up.
    fn make_room(&mut self) {
        while self.open.len() >= self.limits.open.max(1) {
            let Some(key) = self.timers.due().and_then(|at| self.timers.pop(at)) else {
                return;
            };
            self.open.remove(&key);
            self.counters.incomplete = self.counters.incomplete.saturating_add(1);
        }
    }

    fn close(&mut self, key: &(u8, u16)) {
        self.open.remove(key);
        self.timers.stop(key);
    }
}

fn lost<T>(counter: &mut u64) -> Option<T> {
    *counter = counter.saturating_add(1);
    None
}
