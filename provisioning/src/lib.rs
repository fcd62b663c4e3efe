//! What the provisioning legs say: JSON bodies, OMA-DM, MCIM, token, certificates.
//!
//! `docs/interfaces.md` is the description; here are the types that both sides of a leg use.
//!
//! | module | what |
//! |---|---|
//! | [`json`] | bodies of the HTTP/JSON legs |
//! | [`token`], [`measurement`], [`mcim`] | security token, measurement report, the MCIM object |
//! | [`credential`], [`x509`], [`ocsp`], [`pki`] | platform credentials and the lab's authorities |
//! | [`cms`], [`jose`], [`key`] | sealing and signing |
//! | [`kept`] | tables that a node keeps over a restart |
//!
//! Beside these: [`syncml`] and [`dm`], OMA-DM 1.2 with its representation and session machines;
//! [`bootstrap`], how a device comes by its account and is called.
//!
//! **Contract**: octets from a peer lead to `Err` and to nothing else. Nothing here looks at a
//! clock or draws randomness of its own; signatures are deterministic (RFC 6979), so that one seed
//! and one time give the same octets. `Debug` never shows a secret.
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

pub mod bootstrap;
pub mod cms;
pub mod credential;
pub mod dm;
mod error;
pub mod jose;
pub mod json;
pub mod kept;
pub mod key;
pub mod mcim;
pub mod measurement;
pub mod ocsp;
pub mod pki;
pub mod syncml;
pub mod text;
pub mod token;
pub mod x509;

pub use error::{Error, Result};
