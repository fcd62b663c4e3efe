//! What stands on the wire: messages, addresses, segments.
mod address;
mod message;
mod segments;

pub use address::{Address, GlobalTitle, plan, ssn};
pub use message::{Class, Extended, Head, Message, ReturnCause, Segmentation, Unitdata};
pub use segments::{Segments, Taken};
