//! What stands on the wire: messages and addresses.
mod address;
mod message;

pub use address::{Address, GlobalTitle, plan, ssn};
pub use message::{Class, Extended, Head, Message, ReturnCause, Segmentation, Unitdata};
