//! The procedures of SM, one side each: [`ms`] and [`net`], TS 24.008 6.1.3.
//!
//! Contexts are asked for by the mobile. Secondary and MBMS contexts, and contexts that the
//! network asks for, are refused by both sides in the standard's way.
pub mod ms;
pub mod net;

use std::time::Duration;

/// Timers of TS 24.008 tables 11.2c and 11.2d, by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Timer {
    T3380,
    T3390,
    T3395,
}

impl Timer {
    /// How long it runs.
    pub fn length(self) -> Duration {
        Duration::from_secs(match self {
            Self::T3380 => 30,
            Self::T3390 | Self::T3395 => 8,
        })
    }
}

/// How often a message is sent before its procedure is given up.
pub const ATTEMPTS: u8 = 5;

/// The NSAPIs that a context may have, TS 24.008 10.5.6.2.
pub const NSAPIS: std::ops::RangeInclusive<u8> = 5..=15;

#[cfg(test)]
mod pair;
