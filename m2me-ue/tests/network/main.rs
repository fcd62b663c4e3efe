//! The machine in the virtual network, against a whole network in one node.
#![allow(clippy::unwrap_used)]
mod net;
mod stories;
mod world;
