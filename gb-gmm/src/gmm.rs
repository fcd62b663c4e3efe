//! GPRS mobility management, TS 24.008 clauses 4 and 9.4.
mod cause;
mod element;
pub mod machine;
pub mod msg;
mod pdu;
mod value;

pub use cause::{Cause, cause};
pub use element::{ELEMENTS, Proto, id, info};
pub use pdu::Pdu;
pub use value::*;
