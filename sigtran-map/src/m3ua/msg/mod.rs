//! What stands on the wire: common header, parameters, messages.
mod frame;
mod messages;
mod parameters;
mod values;

pub use frame::{Message, error_of, frame_len};
pub use messages::*;
pub use parameters::{ELEMENTS, Form, Proto, id, info};
pub use values::*;
