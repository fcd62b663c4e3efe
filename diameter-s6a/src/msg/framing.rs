//! How an AVP stands on the wire (RFC 6733 4.1), and the view of AVPs that needs no message table.
use super::{avp, others};
use bytes::{BufMut, Bytes, BytesMut};
use serde_json::{Value as Json, json};
use std::fmt;
use wire::{
    Element, Error, Framing, Info, Kind, Octets, Reader, Result, Slot, Value, table::Policy,
};

/// Marks what belongs to Diameter.
#[derive(Debug, Clone, Copy)]
pub enum Proto {}

/// Bits of the AVP flags, RFC 6733 4.1.
pub mod flag {
    /// Vendor-specific: the vendor stands in the AVP.
    pub const V: u8 = 0x80;
    /// Mandatory: who does not know the AVP must refuse the message.
    pub const M: u8 = 0x40;
    /// Reserved for end-to-end security.
    pub const P: u8 = 0x20;
}

/// The key of an AVP: vendor in the upper half (0 for none), code in the lower.
pub const fn key(vendor: u32, code: u32) -> u64 {
    ((vendor as u64) << 32) | code as u64
}

/// Vendor and code of a key.
pub const fn key_parts(key: u64) -> (u32, u32) {
    ((key >> 32) as u32, key as u32)
}

/// What kind of value an AVP holds, RFC 6733 4.2 to 4.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AvpKind {
    /// Any octets, text included.
    Octets,
    /// Exactly so many octets.
    Fixed(u8),
    /// An address: family and at least four octets.
    Address,
    /// More AVPs.
    Grouped,
}

impl AvpKind {
    /// The fewest octets that a value of this kind has.
    pub const fn least(self) -> usize {
        match self {
            Self::Octets | Self::Grouped => 0,
            Self::Fixed(n) => n as usize,
            Self::Address => 6,
        }
    }
}

/// What the table says of an AVP's frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// The flags with which it is sent.
    pub flags: u8,
    /// What it holds.
    pub kind: AvpKind,
}

/// Which kind of AVP a value type makes.
pub(crate) trait Kinded {
    /// The kind.
    const KIND: AvpKind;
}

/// Marks types of exactly four octets: enumerated values and flag words.
macro_rules! fixed {
    ($($t:ty)*) => {
        $(impl $crate::msg::framing::Kinded for $t {
            const KIND: $crate::msg::AvpKind = $crate::msg::AvpKind::Fixed(4);
        })*
    };
}
pub(crate) use fixed;

/// Declares a table of AVPs: `Name = key, flags, Type, "Name", "clause";`.
macro_rules! table {
    ($($name:ident = $key:expr, $flags:expr, $t:ty, $text:literal, $spec:literal;)*) => {
        wire::elements! { Proto:
            $($name = $key, Form { flags: $flags, kind: <$t as Kinded>::KIND }, $t, $text, $spec;)*
        }
    };
}
pub(crate) use table;

/// Declares grouped AVPs: messages that stand in an AVP.
macro_rules! groups {
    ($($(#[$m:meta])* $msg:ident, $spec:literal { $($body:tt)* })*) => {
        wire::messages! { $($(#[$m])* #[derive(Eq)] $msg, $spec { $($body)* })* }
        $(impl $crate::msg::framing::Kinded for $msg {
            const KIND: $crate::msg::AvpKind = $crate::msg::AvpKind::Grouped;
        })*
    };
}
pub(crate) use groups;

impl Framing for Proto {
    type Form = Form;
    // RFC 6733 7.1.5: DIAMETER_AVP_OCCURS_TOO_MANY_TIMES
    const REPEATED: Policy = Policy::Refuse;
    const BAD_OPTIONAL: Policy = Policy::Refuse;

    #[inline]
    fn next<'a>(r: &mut Reader<'a>, _: &[Slot<Form>]) -> Result<Element<'a>> {
        let at = r.at();
        // a header that is cut off is an error of the AVP that it begins
        let here = |e: Error| Error { at, ..e };
        let code = r.u32().map_err(here)?;
        let word = r.u32().map_err(here)?;
        let flags = word.wrapping_shr(24) as u8;
        let len = (word & 0x00ff_ffff) as usize;
        let (vendor, head) = match flags & flag::V {
            0 => (0, 8),
            _ => (r.u32().map_err(here)?, 12),
        };
        let key = key(vendor, code);
        let name = |e: Error| e.within(key, wire::table::name::<Self>(key));
        let Some(n) = len.checked_sub(head) else {
            return Err(name(Error::new(Kind::BadLength(len), at, "")));
        };
        let body = r.sub(n).map_err(|e| name(Error { at, ..e }))?;
        r.take(padding(n)).map_err(|e| name(Error { at, ..e }))?;
        Ok(Element {
            key,
            flags,
            at,
            body,
        })
    }

    #[inline]
    fn put(key: u64, flags: u8, body: &dyn Value, w: &mut BytesMut) {
        let start = w.len();
        let (vendor, code) = key_parts(key);
        w.put_u32(code);
        w.put_u32(0);
        if flags & flag::V != 0 {
            w.put_u32(vendor);
        }
        body.write(w);
        let len = w.len().saturating_sub(start);
        let word = u32::from(flags).wrapping_shl(24) | (len as u32 & 0x00ff_ffff);
        let to = start.saturating_add(4)..start.saturating_add(8);
        if let Some(to) = w.get_mut(to) {
            to.copy_from_slice(&word.to_be_bytes());
        }
        w.put_bytes(0, padding(len));
    }

    #[inline]
    fn info(key: u64) -> Option<&'static Info<Form>> {
        avp::info(key).or_else(|| others::info(key))
    }

    #[inline]
    fn flags(key: u64) -> u8 {
        Self::info(key).map_or(0, |i| i.form.flags)
    }

    fn unknown(e: &Element<'_>) -> Result<()> {
        // RFC 6733 4.1: an AVP with the M bit that is not recognised leads to AVP_UNSUPPORTED; what
        // another application has is not recognised
        if e.flags & flag::M != 0 && avp::info(e.key).is_none() {
            return Err(Error::new(Kind::Unknown, e.at, ""));
        }
        Ok(())
    }
}

/// Octets of padding behind `n` octets.
pub(crate) const fn padding(n: usize) -> usize {
    n.wrapping_neg() & 3
}

/// An AVP on its own, as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Avp {
    /// Vendor and code, see [`key`].
    pub key: u64,
    /// Its flags.
    pub flags: u8,
    /// Offset of its first octet in the message.
    pub at: usize,
    /// Its value.
    pub data: Bytes,
}

impl Avp {
    /// AVP code.
    pub fn code(&self) -> u32 {
        key_parts(self.key).1
    }

    /// Vendor; 0 where the AVP has none.
    pub fn vendor(&self) -> u32 {
        key_parts(self.key).0
    }

    /// Its name, where the table has it.
    pub fn name(&self) -> Option<&'static str> {
        Proto::info(self.key).map(|i| i.name)
    }

    /// True where the table says that it holds AVPs.
    pub fn is_grouped(&self) -> bool {
        Proto::info(self.key).is_some_and(|i| i.form.kind == AvpKind::Grouped)
    }

    /// Its value by the type that the table gives; `None` for an unknown AVP or one whose octets
    /// are not of that type.
    pub fn value(&self) -> Option<Box<dyn Value>> {
        let read = Proto::info(self.key)?.read;
        read(Reader::shared(&self.data).at_offset(self.at)).ok()
    }

    /// As JSON: code, vendor, name, value.
    pub fn json(&self) -> Json {
        json!({
            "code": self.code(),
            "vendor": self.vendor(),
            "flags": self.flags,
            "name": self.name(),
            "value": self.value().map_or_else(|| Octets(self.data.clone()).json(), |v| v.json()),
        })
    }
}

/// Name and value in a line; groups go on below.
impl fmt::Display for Avp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name(), self.vendor()) {
            (Some(name), _) => write!(f, "{name:<28} ")?,
            (None, 0) => write!(f, "{:<28} ", format!("AVP {}", self.code()))?,
            (None, v) => write!(f, "{:<28} ", format!("AVP {} of vendor {v}", self.code()))?,
        }
        match self.value() {
            Some(v) => v.fmt(f),
            None => Octets(self.data.clone()).fmt(f),
        }
    }
}

impl fmt::Debug for Avp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The AVPs of `octets`, one after the other, whatever message they stand in; the first broken one
/// ends them. `at` is the offset of `octets` in the message.
pub fn avps(octets: &Bytes, at: usize) -> impl Iterator<Item = Result<Avp>> + use<'_> {
    wire::table::elements::<Proto>(Reader::shared(octets).at_offset(at)).map(|e| {
        e.map(|e| Avp {
            key: e.key,
            flags: e.flags,
            at: e.at,
            data: e.body.octets().0,
        })
    })
}
