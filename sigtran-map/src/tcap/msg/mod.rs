//! TCAP messages, ITU-T Q.773 (06/97).
//!
//! | file | what | clause |
//! |---|---|---|
//! | [`transaction`] | the messages and their transaction identifiers | 4.2.1 |
//! | [`dialogue`] | which application context a dialogue has | 4.2.3 |
//! | [`component`] | operations, results, errors, rejections | 4.2.2 |
//! | `points`, `elements` | code points, elements | |
//! | [`refusal`] | what a message that cannot be read is answered with | Q.774 3.2.2, 3.3.3 |
//!
//! Parameters stay [`Any`](crate::ber::Any): which type they have, the operation tells.
pub mod component;
pub mod dialogue;
mod elements;
mod points;
pub mod refusal;
pub mod transaction;

pub use component::{
    Component, Components, Invoke, Reject, ResultParameter, ReturnError, ReturnResult,
};
pub use dialogue::{Aare, Aarq, Abrt, DialogueApdu, DialoguePortion};
pub use elements::Proto;
pub use points::*;
pub use transaction::{Abort, Begin, Continue, End, Message, Pdu, TransactionId, Unidirectional};
