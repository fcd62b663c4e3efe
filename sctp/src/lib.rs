//! SCTP (RFC 9260) endpoints in user space: an [`engine::Layer`] over `dcsctp`, in UDP (RFC 6951) or
//! in raw IP.
//!
//! `dcsctp` knows one association: chunks, retransmission, congestion, reassembly. [`Endpoint`] adds
//! what makes a host of it: many associations at one address, stateless acceptance with signed
//! cookies, answers to strangers, limits, and the orderly ends that `dcsctp` leaves to its user.
//!
//! Not there: several addresses for one association, AUTH, ASCONF, ECN, path MTU discovery; partial
//! reliability is switched off.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

mod association;
mod config;
mod cookie;
mod counters;
mod endpoint;
mod packet;
mod seed;
mod strangers;

pub use config::Config;
pub use endpoint::Endpoint;
