//! The Basic Encoding Rules, X.690 8, under TCAP and MAP.
//!
//! [`tlv`] takes elements apart and puts them together; it is the only file that sees `asn1-rs`.
//! A SEQUENCE is a message of `wire`'s tables: a slot names its tag, `opt imsi [ctx(0)]: Imsi`, so
//! that one tag can hold different types in different SEQUENCEs, and several slots of one tag are
//! filled in the order of arrival. The keys of the element tables are therefore plain numbers that
//! never stand on a wire.
//!
//! What BER leaves to its sender is kept as the flags of an element ([`tlv::Form`]): lengths in
//! more octets than needed, and the indefinite form. So what was read is written back to the same
//! octets. Not read: strings in constructed form (Q.773 and TS 29.002 have none so long), integers
//! with needless octets (X.690 8.3.2 forbids them).
mod any;
mod list;
pub mod tlv;
mod values;

pub use any::Any;
pub(crate) use list::item;
pub use list::{Item, List};
pub use values::{Bits, Int, Null, Oid};

/// The tags of universal types, X.680 8.6, as they stand on the wire.
pub mod tag {
    /// BOOLEAN.
    pub const BOOLEAN: u64 = 0x01;
    /// INTEGER.
    pub const INTEGER: u64 = 0x02;
    /// BIT STRING.
    pub const BITS: u64 = 0x03;
    /// OCTET STRING.
    pub const OCTETS: u64 = 0x04;
    /// NULL.
    pub const NULL: u64 = 0x05;
    /// OBJECT IDENTIFIER.
    pub const OID: u64 = 0x06;
    /// ENUMERATED.
    pub const ENUMERATED: u64 = 0x0a;
    /// EXTERNAL.
    pub const EXTERNAL: u64 = 0x28;
    /// SEQUENCE and SEQUENCE OF.
    pub const SEQUENCE: u64 = 0x30;
    /// Not a tag: the slot takes one element of any tag, with its tag and length (an open type).
    pub const ANY: u64 = 0xffff_ffff;

    /// Context-specific, primitive: `[n]` of a string, a number, NULL.
    pub const fn ctx(n: u64) -> u64 {
        numbered(0x80, n)
    }
    /// Context-specific, constructed: `[n]` of a SEQUENCE, or explicit.
    pub const fn con(n: u64) -> u64 {
        numbered(0xa0, n)
    }
    /// Application-wide, constructed.
    pub const fn app(n: u64) -> u64 {
        numbered(0x60, n)
    }
    const fn numbered(class: u64, n: u64) -> u64 {
        if n < 31 {
            class | n
        } else {
            (class | 31) << 8 | (n & 0x7f)
        }
    }
}

/// What the table says of an element's frame: nothing, it stands in the slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ber;

/// Implements [`wire::Framing`] for a protocol marker.
macro_rules! framing {
    ($(#[$m:meta])* $proto:ident) => {
        $(#[$m])*
        #[derive(Debug, Clone, Copy)]
        pub enum $proto {}
        impl wire::Framing for $proto {
            type Form = $crate::ber::Ber;
            // an element behind the known ones is an extension, whatever its tag
            const REPEATED: wire::table::Policy = wire::table::Policy::Keep;
            const BAD_OPTIONAL: wire::table::Policy = wire::table::Policy::Refuse;
            #[inline]
            fn next<'a>(
                r: &mut wire::Reader<'a>,
                slots: &[wire::Slot<$crate::ber::Ber>],
            ) -> wire::Result<wire::Element<'a>> {
                $crate::ber::tlv::next(r, slots)
            }
            #[inline]
            fn put(key: u64, flags: u8, v: &dyn wire::Value, w: &mut bytes::BytesMut) {
                $crate::ber::tlv::put(key, $crate::ber::tlv::Form(flags), w, |w| v.write(w));
            }
            // a tag means nothing outside of its SEQUENCE
            fn info(_: u64) -> Option<&'static wire::Info<$crate::ber::Ber>> {
                None
            }
        }
    };
}
pub(crate) use framing;
