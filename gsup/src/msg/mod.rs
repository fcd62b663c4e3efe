//! What stands on the wire: IPA frames, GSUP elements and messages.
//!
//! ```
//! use gsup::msg::{Frame, Pdu, SendAuthInfoRequest};
//! let request = SendAuthInfoRequest::new("999010000000001".parse::<wire::Imsi>()?);
//! let bytes = Frame::Gsup(Pdu::from(request).bytes()).bytes();
//! assert_eq!(bytes[..5], [0, 12, 0xee, 0x05, 0x08]);
//! let Frame::Gsup(inner) = Frame::read(&bytes)? else { unreachable!() };
//! assert_eq!(Pdu::decode(&inner)?.name(), "SendAuthInfoRequest");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
mod ccm;
mod elements;
mod ipa;
mod make;
mod messages;
mod pdu;
mod points;
mod refusal;
mod values;

pub use ccm::{Ccm, Tag, Tags};
pub use elements::{ELEMENTS, Form, Proto, id, info};
pub use ipa::{Frame, frame_len};
pub use messages::*;
pub use pdu::{Head, Role, name};
pub use points::*;
pub use refusal::cause_of;
pub use values::*;
