//! Who says what when: dialogues and invocations, ITU-T Q.771 and Q.774 (06/97).
//!
//! | file | what | clause |
//! |---|---|---|
//! | [`endpoint`] | dialogues of one SCCP user, both sides: what the user says | Q.774 3.3, 3.2.3 |
//! | `receive` | what the peer says | Q.774 3.3, 3.2.3 |
//! | [`invocation`] | operations of a dialogue: classes, identifiers, rejections | Q.774 3.2.1, 3.2.2 |
//!
//! Addresses are whatever SCCP has: the endpoint is generic over them.
pub mod endpoint;
pub mod invocation;
mod receive;

pub use endpoint::{Config, DialogueId, Endpoint, Event, Output, Refused};
pub use invocation::{Class, ComponentEvent, Request};
