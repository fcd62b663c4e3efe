//! GPRS session management, TS 24.008 clauses 6 and 9.5.
mod cause;
mod element;
pub mod machine;
pub mod msg;
mod pdu;
mod value;

pub use cause::{Cause, cause};
pub use element::{ELEMENTS, Proto, id, info};
pub use pdu::{Message, Pdu};
pub use value::*;
