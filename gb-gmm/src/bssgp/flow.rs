//! Downlink flow control, TS 48.018 8.2: leaky buckets per mobile and per cell, and the bounded
//! queue in front of them. Nothing passes before the cell has said how much it takes.
use super::{
    msg::{FlowControlBvc, FlowControlMs},
    value::Tlli,
};
use bytes::Bytes;
use engine::Time;
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// A leaky bucket. Its level is kept in billionths of a bit, so that no time is rounded away.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    max: u64,
    rate: u64,
    level: u64,
    at: Time,
}

/// Billionths in one octet.
const OCTET: u64 = 8_000_000_000;

impl Bucket {
    /// `size` in octets, `rate` in bits a second; what it held before is kept.
    fn set(old: Option<&Self>, size: u64, rate: u64, now: Time) -> Self {
        Self {
            max: size.saturating_mul(OCTET),
            rate,
            level: old.map_or(0, |b| b.level(now)),
            at: now,
        }
    }

    fn level(&self, now: Time) -> u64 {
        let ns = u64::try_from((now - self.at).as_nanos()).unwrap_or(u64::MAX);
        self.level.saturating_sub(self.rate.saturating_mul(ns))
    }

    /// Nothing where `octets` may pass, else when they may; `None` for never.
    fn wait(&self, now: Time, octets: usize) -> Result<(), Option<Time>> {
        let want = self
            .level(now)
            .saturating_add((octets as u64).saturating_mul(OCTET));
        let Some(over) = want.checked_sub(self.max).filter(|n| *n > 0) else {
            return Ok(());
        };
        let fits = (octets as u64).saturating_mul(OCTET) <= self.max;
        // the next whole nanosecond
        let ns = over.checked_div(self.rate).filter(|_| fits);
        Err(ns.map(|ns| now + Duration::from_nanos(ns.saturating_add(1))))
    }

    fn take(&mut self, now: Time, octets: usize) {
        self.level = self
            .level(now)
            .saturating_add((octets as u64).saturating_mul(OCTET));
        self.at = now;
    }
}

/// Bounds of a cell's queue.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Octets that may wait.
    pub octets: usize,
    /// PDUs that may wait for one mobile.
    pub pdus: usize,
    /// Mobiles that are remembered.
    pub mobiles: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            octets: 1 << 20,
            pdus: 256,
            mobiles: 10_000,
        }
    }
}

/// What was thrown away, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// No room in the queue.
    pub full: u64,
    /// The PDU lifetime ended in the queue.
    pub expired: u64,
    /// Longer than a bucket ever takes.
    pub never: u64,
}

/// The queue is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

#[derive(Debug)]
struct Waiting {
    pdu: Bytes,
    octets: usize,
    until: Option<Time>,
}

#[derive(Debug, Default)]
struct Mobile {
    bucket: Option<Bucket>,
    /// The mobile was given a bucket of its own.
    own: bool,
    waiting: VecDeque<Waiting>,
}

/// The downlink of one cell.
#[derive(Debug, Default)]
pub struct Downlink {
    limits: Limits,
    cell: Option<Bucket>,
    each: (u64, u64),
    mobiles: BTreeMap<Tlli, Mobile>,
    /// Mobiles for which something waits, the next to be served first.
    order: VecDeque<Tlli>,
    octets: usize,
    wake: Option<Time>,
    counters: Counters,
}

impl Downlink {
    /// With these bounds.
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

    /// Octets that wait.
    pub fn waiting(&self) -> usize {
        self.octets
    }

    /// When [`pop`](Self::pop) may have something.
    pub fn due(&self) -> Option<Time> {
        self.wake
    }

    /// What the cell said.
    pub fn cell(&mut self, now: Time, m: &FlowControlBvc) {
        let unit = unit(m.granularity);
        let scaled = |n: u16| u64::from(n).saturating_mul(unit);
        self.cell = Some(Bucket::set(
            self.cell.as_ref(),
            scaled(m.bucket_size),
            scaled(m.leak_rate),
            now,
        ));
        self.each = (scaled(m.ms_bucket_size), scaled(m.ms_leak_rate));
        for mobile in self.mobiles.values_mut().filter(|m| !m.own) {
            mobile.bucket = Some(Bucket::set(
                mobile.bucket.as_ref(),
                self.each.0,
                self.each.1,
                now,
            ));
        }
        self.wake = Some(now);
    }

    /// What the cell said for one mobile; false where no more mobiles can be remembered.
    pub fn mobile(&mut self, now: Time, m: &FlowControlMs) -> bool {
        let unit = unit(m.granularity);
        let Some(mobile) = self.entry(m.tlli) else {
            return false;
        };
        mobile.own = true;
        mobile.bucket = Some(Bucket::set(
            mobile.bucket.as_ref(),
            u64::from(m.bucket_size).saturating_mul(unit),
            u64::from(m.leak_rate).saturating_mul(unit),
            now,
        ));
        self.wake = Some(now);
        true
    }

    /// A PDU for a mobile, with the length of its LLC-PDU, to be sent before `until`.
    ///
    /// # Errors
    /// Where there is no room.
    pub fn push(
        &mut self,
        now: Time,
        tlli: Tlli,
        pdu: Bytes,
        octets: usize,
        until: Option<Time>,
    ) -> Result<(), Full> {
        let most = self.limits.pdus;
        let room = self.octets.saturating_add(octets) <= self.limits.octets;
        let to = self.entry(tlli).filter(|m| room && m.waiting.len() < most);
        let Some(to) = to else {
            self.counters.full = self.counters.full.saturating_add(1);
            return Err(Full);
        };
        let first = to.waiting.is_empty();
        to.waiting.push_back(Waiting { pdu, octets, until });
        if first {
            self.order.push_back(tlli);
        }
        self.octets = self.octets.saturating_add(octets);
        self.wake = Some(now);
        Ok(())
    }

    /// The next PDU that may be sent now. Mobiles take turns.
    pub fn pop(&mut self, now: Time) -> Option<Bytes> {
        self.wake = None;
        let Some(cell) = &mut self.cell else {
            return None;
        };
        for _ in 0..self.order.len() {
            let tlli = self.order.pop_front()?;
            let Some(mobile) = self.mobiles.get_mut(&tlli) else {
                continue;
            };
            let bucket = mobile
                .bucket
                .get_or_insert_with(|| Bucket::set(None, self.each.0, self.each.1, now));
            while let Some(head) = mobile.waiting.front() {
                let octets = head.octets;
                let gone = if head.until.is_some_and(|t| t <= now) {
                    &mut self.counters.expired
                } else {
                    match bucket.wait(now, octets).and(cell.wait(now, octets)) {
                        Ok(()) => {
                            bucket.take(now, octets);
                            cell.take(now, octets);
                            self.octets = self.octets.saturating_sub(octets);
                            let pdu = mobile.waiting.pop_front()?.pdu;
                            if !mobile.waiting.is_empty() {
                                self.order.push_back(tlli);
                            }
                            self.wake = Some(now);
                            return Some(pdu);
                        }
                        Err(Some(at)) => {
                            // what expires first has to be thrown away in time
                            let at = head.until.map_or(at, |until| until.min(at));
                            self.wake = Some(self.wake.map_or(at, |w| w.min(at)));
                            break;
                        }
                        Err(None) => &mut self.counters.never,
                    }
                };
                *gone = gone.saturating_add(1);
                self.octets = self.octets.saturating_sub(octets);
                mobile.waiting.pop_front();
            }
            if !mobile.waiting.is_empty() {
                self.order.push_back(tlli);
            }
        }
        None
    }

    /// Throws away what waits for a mobile: how many PDUs, how many octets.
    pub fn flush(&mut self, tlli: Tlli) -> (usize, usize) {
        let Some(mobile) = self.mobiles.remove(&tlli) else {
            return (0, 0);
        };
        self.order.retain(|t| *t != tlli);
        let octets = mobile.waiting.iter().map(|w| w.octets).sum();
        self.octets = self.octets.saturating_sub(octets);
        (mobile.waiting.len(), octets)
    }

    /// A mobile's entry, where there is room for it: those for which nothing waits make room.
    fn entry(&mut self, tlli: Tlli) -> Option<&mut Mobile> {
        if self.mobiles.len() >= self.limits.mobiles && !self.mobiles.contains_key(&tlli) {
            self.mobiles.retain(|_, m| !m.waiting.is_empty());
            if self.mobiles.len() >= self.limits.mobiles {
                return None;
            }
        }
        Some(self.mobiles.entry(tlli).or_default())
    }
}

/// The unit of sizes (octets) and rates (bits a second), TS 48.018 11.3.102.
fn unit(granularity: Option<u8>) -> u64 {
    match granularity.unwrap_or(0) & 3 {
        0 => 100,
        1 => 1_000,
        2 => 10_000,
        _ => 100_000,
    }
}
