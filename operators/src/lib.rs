//! The operators of remote provisioning as pure nodes, one module per function; none imports another.
//!
//! | module | function |
//! |---|---|
//! | [`ccif`] | credential issuing, and the supplier that makes devices (before step 1) |
//! | [`icf`] | initial connectivity: HLR and AuC of PCIDs (steps 2 to 5) |
//! | [`drf`] | discovery and registration of the registration operator (steps 5 to 7) |
//! | [`dpf`] | download and provisioning (steps 12 to 14) |
//! | [`sho`] | selected home operator: policy, subscriptions, authorisation (steps 7 to 11, 14) |
//! | [`home`] | the SHO's HLR with a door for new subscribers (step 11) |
//! | [`n3g`] | provider of first connectivity without 3GPP radio (R47) |
//! | [`pva`] | platform validation authority (steps 8 and 9) |
//!
//! `docs/interfaces.md` describes what they say to each other. The two HLRs keep their records in a
//! store, and what the others have to know after a restart is kept in tables (`provisioning::kept`).
#![allow(clippy::result_large_err)] // a refusal is made once per request, and passed up once

pub mod ccif;
pub mod dpf;
pub mod drf;
pub mod home;
pub mod icf;
pub mod n3g;
pub mod pva;
pub mod sho;

mod errands;
mod gi;
mod hss;
mod subscription;
mod web;
