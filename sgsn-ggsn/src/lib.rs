//! The packet core: SGSN and GGSN.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod ggsn;
pub mod sgsn;
