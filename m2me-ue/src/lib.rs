//! The machine: trusted environment, USIM, radio side, IP stack, DM client.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod radio;
pub mod tre;
pub mod user;
pub mod usim;
