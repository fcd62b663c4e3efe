//! Pure nodes and what runs them.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod rng;
mod time;
mod timers;

pub use rng::Rng;
pub use time::{Now, Time, Utc};
pub use timers::Timers;
