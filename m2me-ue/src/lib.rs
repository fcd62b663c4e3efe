//! The machine: trusted environment, USIM, radio side, IP stack, DM client, and the procedure that
//! takes it from a provisional identity to a home operator's.
//!
//! | module | what |
//! |---|---|
//! | [`tre`] | platform key, measurements, MCIMs and their states, the management tree |
//! | [`usim`] | an application and its answers |
//! | [`radio`] | base station and mobile on the Gb interface |
//! | [`user`] | IP and HTTP inside the PDP context |
//! | [`M2me`] | the node: all of it, and the procedure |
//!
//! Events (`out.trace`) tell each step: `m2me.power-on`, `search`, `network`, `no-network`,
//! `forbidden`, `cell`, `authenticated`, `mac-failure`,
//! `sync-failure`, `attached`, `attach-refused`, `pdp-active`, `pdp-refused`, `register`,
//! `referred`, `registered`, `refused`, `session`, `session-over`, `switch`, `operational`,
//! `fallback`, `retry`, `failed`, `detached`, `answered`, `unanswered`; and `tre.` with the state
//! that an MCIM has come to. `m2me.operational`, `m2me.refused` and `m2me.failed` are ends.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod config;
mod kept;
mod life;
mod line;
mod networks;
mod node;

mod provision;
mod push;
pub mod radio;
mod search;
pub mod tre;
pub mod user;
pub mod usim;

pub use config::{Command, Config, Goal, Times};
pub use node::{GB, GSMTAP, LINE, M2me};
