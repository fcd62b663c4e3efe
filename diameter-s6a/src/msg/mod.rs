//! Octets of Diameter: header, AVPs, messages.
//!
//! | file | what |
//! |---|---|
//! | `header` | the 20 octets in front, and where a message ends in a stream |
//! | `framing` | how an AVP stands on the wire; the generic view of AVPs |
//! | `types` | value types that Diameter has of its own |
//! | `points`, `points_s6a`, `words` | result codes, enumerated values, flag words |
//! | [`avp`] | the table: a row per AVP of the base protocol and of S6a and S6d |
//! | `groups` | the grouped AVPs |
//! | `others` | AVPs of other applications, by name and type |
//! | `features` | what the bits of Feature-List mean on S6a and S6d |
//! | `base` | messages of RFC 6733 |
//! | `s6a` | messages of TS 29.272 |
//! | `qos` | the QoS of a subscription |
//! | `message` | header and body together |
//! | `refusal` | which result code a broken message is answered with |
//!
//! Padding is written as zeros whatever came (RFC 6733 4.1 has it ignored); all else is written back
//! as it came.
pub mod avp;
mod base;
mod features;
mod framing;
mod groups;
mod header;
mod message;
mod others;
mod points;
mod points_s6a;
mod qos;
mod refusal;
mod s6a;
mod types;
mod words;

pub use avp::id;
pub use base::*;
pub use features::{FeatureList1, FeatureList2, Features};
pub use framing::{Avp, AvpKind, Form, Proto, avps, flag, key, key_parts};
pub use groups::*;
pub use header::{Header, MAX_MESSAGE, command, flags, frame_len};
pub use message::{Message, Outcome, Pdu};
pub use others::{ELEMENTS as OTHER_ELEMENTS, SubscriptionId};
pub use points::*;
pub use points_s6a::*;
pub use qos::{qos_subscribed, subscribed_qos};
pub use refusal::{Refusal, refusal};
pub use s6a::*;
pub use types::{Address, Avps, DiameterTime, Integer32, Integer64, PlmnId, Tbcd};
pub use words::*;

/// Application identifiers.
pub mod application {
    /// Common messages, RFC 6733 2.4.
    pub const BASE: u32 = 0;
    /// Relays, RFC 6733 2.4.
    pub const RELAY: u32 = 0xffff_ffff;
    /// S6a and S6d, TS 29.272 7.1.8.
    pub const S6A: u32 = 16_777_251;
    /// S13, TS 29.272 7.1.8.
    pub const S13: u32 = 16_777_252;
    /// Gx, TS 29.212 5.1.
    pub const GX: u32 = 16_777_238;
}

/// The vendor of all AVPs of 3GPP, TS 29.230.
pub const TGPP: u32 = 10_415;
