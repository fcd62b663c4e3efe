//! Diameter: base protocol (RFC 6733) and S6a/S6d (TS 29.272).
//!
//! [`msg`] is the wire: header, AVP table, messages. [`machine`] is what peers do with it, as small
//! machines that are given time, randomness and messages and give back what to send.
//!
//! Clause numbers of TS 29.272 are those of release 15, of the other specifications those of the
//! same release. Left out: TLS and DTLS (the transport's), accounting, end-to-end sessions with
//! state (S6a keeps none).
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

pub mod machine;
pub mod msg;

pub use msg::{Header, Message, Pdu, frame_len};

/// The port of Diameter over TCP and SCTP, RFC 6733 2.1.
pub const PORT: u16 = 3868;
/// The port of Diameter over TLS and DTLS, RFC 6733 2.1 (erratum 4803 writes 5868 for 5658).
pub const TLS_PORT: u16 = 5868;
/// SCTP payload protocol identifier of Diameter in clear, RFC 6733 2.1.
pub const PPID: u32 = 46;
/// SCTP payload protocol identifier of Diameter in DTLS, RFC 6733 2.1.
pub const PPID_DTLS: u32 = 47;
