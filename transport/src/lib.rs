//! Sockets and the clock: runs the same nodes on the real network that [`engine::sim`] runs in
//! virtual time.
//!
//! One thread, one loop: datagram sockets are read and written in batches by the loop itself,
//! connections by a small task each. What is recorded is what was sent, in the order of cause.
#![allow(clippy::disallowed_methods)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod causes;
mod connection;
mod datagram;
mod driver;
mod kernel;
pub mod tls;
mod tun;

pub use driver::{BindError, Driver, Options, calendar, seed};
pub use kernel::probe as probe_kernel_sctp;
