//! What stands on the wire: header, elements, messages, causes.
//!
//! ```
//! use gtp::msg::{EchoRequest, Message, Pdu};
//! let bytes = Message::request(0x0102, 0, EchoRequest { private: None, other: Default::default() }).bytes();
//! assert_eq!(bytes[..], [0x32, 1, 0, 4, 0, 0, 0, 0, 1, 2, 0, 0]);
//! let back = Message::read(&bytes)?;
//! assert_eq!((back.header.sequence(), back.pdu.name()), (Some(0x0102), "EchoRequest"));
//! # Ok::<(), wire::Error>(())
//! ```
mod cause;
mod elements;
pub mod foreign;
mod frame;
mod header;
mod messages;
mod values;

pub use cause::{Cause, cause_of};
pub use elements::{ELEMENTS, Form, Proto, id, info};
pub use frame::{Message, kind, name};
pub use header::{Extension, Flags, Header};
pub use messages::*;
pub use values::*;
