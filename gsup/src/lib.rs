//! GSUP, the protocol of Osmocom's HLR, over IPA: messages and connections.
//!
//! [`msg`] is what stands on the wire: IPA's frames with their connection management (CCM), and
//! GSUP's elements and messages. [`machine`] is what the two ends of a connection do with it:
//! identities, keep-alive, requests and their answers.
//!
//! GSUP is not a standard. It is described by the manual of OsmoHLR (chapter "Generic Subscriber
//! Update Protocol") and carries what MAP carries between an SGSN and an HLR (TS 29.002 8), with the
//! causes of GMM (TS 24.008 10.5.5.14). Messages for short messages, supplementary services, equipment
//! identities and handover between MSCs are known by name; their elements are kept.
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

pub use msg::{Pdu, frame_len};

/// The TCP port of GSUP over IPA.
pub const PORT: u16 = 4222;
