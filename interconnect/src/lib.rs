//! Nodes between networks, one module per node: [`dra`], the Diameter agent; [`stp`], the transfer
//! point of SS7 signalling.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod dra;
pub mod stp;
