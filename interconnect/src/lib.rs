//! Nodes between networks, one module per node: [`dra`], the Diameter agent.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod dra;
