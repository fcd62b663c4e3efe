//! How many PCIDs a fleet needs: the source text's question of whether provisional identities use up
//! IMSIs. A PCID is in use from attach to release; a device that finds none free is turned away.
//!
//! | file | what |
//! |---|---|
//! | `traffic` | Erlang's and Engset's loss formulas |
//! | `fleet` | the same by simulation in virtual time, with a confidence interval |
//! | `plot` | both as a picture |
mod fleet;
mod plot;
mod traffic;

pub use fleet::{Estimate, simulate};
pub use plot::draw;
pub use traffic::{engset, erlang_b};

use engine::Rng;
use std::{fmt, time::Duration};

/// What is known of a fleet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fleet {
    /// Devices in all.
    pub devices: u64,
    /// How long a PCID is in use by one of them: from attach to release.
    pub session: Duration,
    /// Devices that are switched on for the first time, per hour.
    pub per_hour: f64,
    /// The share of devices that may be turned away at first, of 1.
    pub blocking: f64,
}

/// The largest pool that is looked at: all MSINs of a PLMN with a two-digit MNC would be 10^10.
const MOST: u32 = 1_000_000;

/// Why there is no plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Nobody, or nobody ever.
    Nothing,
    /// The share to be turned away is not between 0 and 1.
    Blocking,
    /// More identities than are looked at.
    TooMany,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("devices, session time and arrival rate must be above 0"),
            Self::Blocking => f.write_str("the blocking must be above 0 and below 1"),
            Self::TooMany => write!(f, "more than {MOST} PCIDs would be in use at a time"),
        }
    }
}

impl std::error::Error for Wrong {}

/// One size of the pool.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// PCIDs in the pool.
    pub pcids: u32,
    /// The share turned away by Erlang's formula, for endless many devices.
    pub erlang: f64,
    /// The same by Engset's, for this many.
    pub engset: f64,
    /// The same in simulated runs.
    pub simulated: Estimate,
}

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// PCIDs in use at a time on average, were there always one free: erlangs.
    pub offered: f64,
    /// The smallest pool that turns away no more than is allowed, by Erlang's formula.
    pub needed: u32,
    /// Sizes around it.
    pub rows: Vec<Row>,
}

impl Fleet {
    /// PCIDs in use at a time on average, were there always one free (erlangs).
    pub fn offered(&self) -> f64 {
        self.per_hour * self.session.as_secs_f64() / 3600.0
    }

    /// How many it needs; one seed gives one plan.
    ///
    /// # Errors
    /// What of it makes no sense.
    pub fn plan(&self, rng: &Rng) -> Result<Plan, Wrong> {
        let offered = self.offered();
        if self.devices == 0 || !offered.is_finite() || offered <= 0.0 {
            return Err(Wrong::Nothing);
        }
        if !(self.blocking > 0.0 && self.blocking < 1.0) {
            return Err(Wrong::Blocking);
        }
        let needed = traffic::needed(offered, self.blocking, MOST).ok_or(Wrong::TooMany)?;
        // no pool larger than the fleet is of use
        let needed = u64::from(needed).min(self.devices) as u32;
        let step = (needed / 12).max(1);
        let sizes = (-4_i64..=4).map(|k| i64::from(needed) + k * i64::from(step));
        let sizes = sizes.filter(|c| *c >= 1 && *c <= self.devices as i64);
        let rows = sizes
            .map(|c| {
                let pcids = c as u32;
                Row {
                    pcids,
                    erlang: erlang_b(offered, pcids),
                    engset: engset(offered, self.devices, pcids),
                    simulated: simulate(self, pcids, rng),
                }
            })
            .collect();
        Ok(Plan {
            offered,
            needed,
            rows,
        })
    }
}
