//! The Gb interface, bottom to top, as pure machines: network service ([`ns`]), BSSGP ([`bssgp`]),
//! LLC ([`llc`]), SNDCP ([`sndcp`]), GPRS mobility and session management ([`gmm`], [`sm`] over
//! [`nas`]); and what a cell broadcasts ([`broadcast`]). [`stack`] puts the lower layers together for nodes.
//!
//! **Contract**: octets from a peer lead to `Err` or to a counter and to nothing else; what was
//! read and not changed is written back to the same octets.
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

pub mod broadcast;
pub mod bssgp;
pub mod gmm;
pub mod llc;
pub mod nas;
pub mod ns;
pub mod sm;
pub mod sndcp;
pub mod stack;
