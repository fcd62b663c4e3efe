//! Time that is handed in: nothing of ours looks at a clock.
use std::{
    fmt,
    ops::{Add, Sub},
    time::Duration,
};

/// A point on the monotonic clock: nanoseconds since the run's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub u64);

/// A point on the calendar: nanoseconds since 1970-01-01 00:00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Utc(pub u64);

/// Both clocks at one moment. In virtual time the calendar is a fixed epoch plus the monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Now {
    /// The monotonic clock: for timers.
    pub mono: Time,
    /// The calendar: for certificates, tokens, captures.
    pub utc: Utc,
}

impl Now {
    /// The calendar at which every virtual run starts: 2026-01-01 00:00:00 UTC.
    pub const VIRTUAL_EPOCH: Utc = Utc(1_767_225_600_000_000_000);

    /// The moment `mono` of a virtual run.
    pub fn virtually(mono: Time) -> Self {
        Self {
            mono,
            utc: Utc(Self::VIRTUAL_EPOCH.0.saturating_add(mono.0)),
        }
    }
}

impl Utc {
    /// Whole seconds since 1970.
    pub fn secs(self) -> u64 {
        self.0 / 1_000_000_000
    }

    /// The moment `secs` seconds after 1970 began.
    pub fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000_000))
    }
}

impl Add<Duration> for Utc {
    type Output = Self;
    fn add(self, d: Duration) -> Self {
        Self(self.0.saturating_add(nanos(d)))
    }
}

impl Add<Duration> for Time {
    type Output = Self;
    fn add(self, d: Duration) -> Self {
        Self(self.0.saturating_add(nanos(d)))
    }
}

impl Sub for Time {
    type Output = Duration;
    /// How long after `earlier`; nothing where it is later.
    fn sub(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{:06}",
            self.0 / 1_000_000_000,
            self.0 / 1_000 % 1_000_000
        )
    }
}

fn nanos(d: Duration) -> u64 {
    u64::try_from(d.as_nanos()).unwrap_or(u64::MAX)
}
