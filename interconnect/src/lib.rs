//! Nodes between networks, one module per node: [`dra`], the Diameter agent; [`stp`], the transfer
//! point of SS7 signalling; [`gsup_proxy`], which leads GSUP to many homes.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod dra;
pub mod gsup_proxy;
pub mod stp;
