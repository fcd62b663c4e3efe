//! Octets to values and back.
//!
//! [`Reader`] takes octets apart and never panics; [`Error`] says what was wrong, where and in
//! which element; [`Value`] and [`Field`] are the two halves of everything that stands on a wire.
//! The macros [`elements!`], [`messages!`], [`pdus!`], [`bits!`] and [`code_points!`] turn one row
//! per element into struct, reading, writing, text, JSON, samples and the test of all that.
//!
//! Value types that several protocols share live here without their encodings ([`Imsi`] is
//! digits), or with the one encoding that they share ([`Apn`], [`QosProfile`], [`Pco`]). [`net`]
//! holds the headers of IP and of what runs over it.
//!
//! **Contract**: octets from a peer lead to `Err` and to nothing else; what was read and not
//! changed is written back to the same octets.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

pub mod bits;
mod check;
mod error;
mod generate;
mod macros;
pub mod net;
mod points;
mod reader;
pub mod table;
mod types;
mod value;

pub use bytes::{Bytes, BytesMut};
pub use check::{check, mutations};
pub use error::{Error, Kind, Result};
pub use generate::Gen;
pub use reader::Reader;
pub use table::{Element, Elements, Framing, Info, Other, Presence, Slot, Unknown};
pub use types::{
    apn::Apn,
    digits::{Digits, Imsi, MncLengths, Plmn, tbcd},
    mobility::Rai,
    pco::{Pco, PcoItem},
    pdp::PdpAddress,
    qos::QosProfile,
};
pub use value::{Field, Hex, Octets, Text, Value, with_len};

#[doc(hidden)]
pub mod reexport {
    pub use bytes::BytesMut;
    pub use pastey;
    pub use serde_json;
}
