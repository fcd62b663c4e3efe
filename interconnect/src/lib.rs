//! Nodes between networks: Diameter agents, and later STP and GSUP proxy.
#![cfg_attr(test, allow(clippy::unwrap_used))]
