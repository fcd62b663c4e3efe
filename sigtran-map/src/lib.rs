//! MAP over TCAP, SCCP and M3UA: messages and machines.
//!
//! | module | what | standard |
//! |---|---|---|
//! | [`ber`] | elements of BER, under both | X.690 |
//! | [`m3ua`] | messages over SCTP | RFC 4666 |
//! | [`sccp`] | connectionless messages, addresses | Q.713 |
//! | [`tcap`] | transactions, dialogues, components | Q.771 to Q.775 |
//! | [`map`] | operations between SGSN and HLR | TS 29.002 |
//! | [`point`] | a signalling end point: M3UA and SCCP under the users of a node | |
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
pub mod ber;
pub mod m3ua;
pub mod map;
pub mod point;
pub mod sccp;
pub mod tcap;
