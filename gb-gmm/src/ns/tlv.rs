//! The frame of an element on the Gb interface: type, length indicator, value (TS 48.016 10.1.2,
//! TS 48.018 11.3.1).
//!
//! The length indicator is one octet with its top bit set (up to 127) or two octets without
//! (up to 32767). A sender may take the long form for a short value; the flag keeps that.
use bytes::{BufMut, BytesMut};
use wire::{Reader, Result, Value};

/// The flag of an element whose length stands in two octets although one would do.
pub const LONG: u8 = 1;

/// Which length indicator to expect for an element: a guess that only saves moving octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A value that mostly is short.
    Short,
    /// A value that mostly is longer than 127 octets.
    Long,
}

/// Takes the length indicator: flags and length.
#[inline]
pub(crate) fn length(r: &mut Reader<'_>) -> Result<(u8, usize)> {
    let first = r.u8()?;
    if first & 0x80 != 0 {
        return Ok((0, usize::from(first & 0x7f)));
    }
    let n = usize::from(u16::from_be_bytes([first, r.u8()?]));
    Ok((if n < 128 { LONG } else { 0 }, n))
}

/// Appends length indicator and value.
#[inline]
pub(crate) fn put(form: Form, flags: u8, body: &dyn Value, w: &mut BytesMut) {
    let start = w.len();
    let two = form == Form::Long || flags & LONG != 0;
    w.put_bytes(0, if two { 2 } else { 1 });
    let from = w.len();
    body.write(w);
    let n = w.len().saturating_sub(from);
    let long = n > 127 || flags & LONG != 0;
    match (two, long) {
        (false, true) => {
            w.put_u8(0);
            w.copy_within(from..from.saturating_add(n), from.saturating_add(1));
        }
        (true, false) => {
            w.copy_within(from..from.saturating_add(n), from.saturating_sub(1));
            w.truncate(w.len().saturating_sub(1));
        }
        _ => {}
    }
    let octets = (n as u16 & 0x7fff).to_be_bytes();
    let head = if long {
        w.get_mut(start..start.saturating_add(2))
    } else {
        w.get_mut(start..start.saturating_add(1))
    };
    match head {
        Some([a, b]) => [*a, *b] = octets,
        Some([a]) => *a = 0x80 | n as u8,
        _ => {}
    }
}

/// Implements [`wire::Framing`] for a protocol whose elements are all of this kind.
macro_rules! framing {
    ($proto:ident) => {
        impl ::wire::Framing for $proto {
            type Form = $crate::ns::tlv::Form;
            const BAD_OPTIONAL: ::wire::table::Policy = ::wire::table::Policy::Keep;
            #[inline]
            fn next<'a>(
                r: &mut ::wire::Reader<'a>,
                _: &[::wire::Slot<Self::Form>],
            ) -> ::wire::Result<::wire::Element<'a>> {
                let at = r.at();
                let key = u64::from(r.u8()?);
                let named = |e: ::wire::Error| e.within(key, ::wire::table::name::<Self>(key));
                let (flags, n) = $crate::ns::tlv::length(r).map_err(named)?;
                let body = r.sub(n).map_err(named)?;
                Ok(::wire::Element {
                    key,
                    flags,
                    at,
                    body,
                })
            }
            #[inline]
            fn put(key: u64, flags: u8, body: &dyn ::wire::Value, w: &mut ::bytes::BytesMut) {
                ::bytes::BufMut::put_u8(w, key as u8);
                let form = info(key).map_or($crate::ns::tlv::Form::Short, |i| i.form);
                $crate::ns::tlv::put(form, flags, body, w);
            }
            fn info(key: u64) -> Option<&'static ::wire::Info<Self::Form>> {
                info(key)
            }
        }
    };
}
pub(crate) use framing;
