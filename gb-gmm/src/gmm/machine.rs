//! The procedures of GMM, one side each: [`ms`] and [`net`]. Both are pure: time and chance are
//! handed in, messages and questions come out.
//!
//! Only GPRS attachment in A/Gb mode: no combined procedures, no service request by the mobile
//! (TS 24.008 4.7.13: Iu mode only), no paging.
pub mod ms;
pub mod net;
mod ptmsi;

pub use ptmsi::Ptmsis;

use std::time::Duration;

/// Timers of TS 24.008 tables 11.3 and 11.4, by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Timer {
    T3302,
    T3310,
    T3311,
    T3312,
    T3314,
    T3316,
    T3318,
    T3320,
    T3321,
    T3322,
    T3330,
    T3346,
    T3350,
    T3360,
    T3370,
    MobileReachable,
}

impl Timer {
    /// How long it runs where the network says nothing else.
    pub fn length(self) -> Duration {
        Duration::from_secs(match self {
            Self::T3302 => 12 * 60,
            Self::T3312 => 54 * 60,
            Self::MobileReachable => 58 * 60,
            Self::T3314 => 44,
            Self::T3316 => 30,
            Self::T3318 => 20,
            Self::T3310 | Self::T3311 | Self::T3320 | Self::T3321 | Self::T3330 => 15,
            Self::T3322 | Self::T3350 | Self::T3360 | Self::T3370 => 6,
            // chosen by whoever receives no value: TS 24.008 11.2.2 leaves 15 to 30 minutes
            Self::T3346 => 15 * 60,
        })
    }
}

/// How often a message is sent before its procedure is given up.
pub const ATTEMPTS: u8 = 5;

/// Hands a machine's timers to its user.
macro_rules! timed {
    () => {
        /// When the next timer ends.
        pub fn due(&self) -> Option<engine::Time> {
            self.timers.due()
        }

        fn start(&mut self, now: engine::Time, t: super::Timer) {
            self.timers.start(t, now + t.length());
        }
    };
}
use timed;

#[cfg(test)]
mod pair;
#[cfg(test)]
pub(crate) use pair::golden;
