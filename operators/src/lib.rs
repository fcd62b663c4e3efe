//! The operators of remote provisioning as pure nodes, one module per function; none imports another.
//!
//! | module | function |
//! |---|---|
//! | [`drf`] | discovery and registration of the registration operator (steps 5 to 7) |
//! | [`sho`] | selected home operator: policy, subscriptions, authorisation (steps 7 to 11, 14) |
//! | [`pva`] | platform validation authority (steps 8 and 9) |
//!
//! `docs/interfaces.md` describes what they say to each other. No node keeps a question to a store:
//! what they know lives as long as they do.
#![allow(clippy::result_large_err)] // a refusal is made once per request, and passed up once

pub mod drf;
pub mod pva;
pub mod sho;

mod gi;
mod web;
