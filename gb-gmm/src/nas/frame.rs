//! Information elements, TS 24.007 11.2.1.1 and 11.2.4.
use bytes::{BufMut, BytesMut};
use wire::{Element, Error, Info, Kind, Reader, Result, Slot, Value};

/// How an element stands behind the positional part of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Type 1: IEI and value in the halves of one octet.
    Half,
    /// Type 2: the IEI is all there is.
    Flag,
    /// Type 3: IEI, then so many octets.
    Fixed(usize),
    /// Type 4: IEI, one octet of length.
    Long,
    /// Type 6: IEI, two octets of length.
    Longer,
}

/// In [`Element::flags`]: no slot knows this half octet.
const STRANGE_HALF: u8 = 1;
/// In [`Element::flags`]: no slot knows this element with a length.
const STRANGE_LONG: u8 = 2;

/// Takes one element. What `slots` does not know is one octet where bit 8 of its IEI is set, else
/// it has a length (TS 24.007 11.2.4).
pub fn next<'a>(r: &mut Reader<'a>, slots: &[Slot<Form>]) -> Result<Element<'a>> {
    let at = r.at();
    let iei = r.peek().first().copied().unwrap_or(0);
    let slot = slots.iter().find(|s| match s.info.form {
        Form::Half => s.key & 0xf0 == u64::from(iei & 0xf0) && iei & 0x80 != 0,
        _ => s.key & 0xff == u64::from(iei),
    });
    let (key, form, flags) = match slot {
        Some(s) => (s.key, s.info.form, 0),
        None if iei & 0x80 != 0 => (u64::from(iei & 0xf0), Form::Half, STRANGE_HALF),
        None => (u64::from(iei), Form::Long, STRANGE_LONG),
    };
    let body = match form {
        Form::Half => r.sub(1),
        Form::Flag => r.u8().and_then(|_| r.sub(0)),
        Form::Fixed(n) => r.u8().and_then(|_| r.sub(n)),
        Form::Long => {
            let n = r.u8().and_then(|_| r.u8());
            n.and_then(|n| r.sub(n.into()))
        }
        Form::Longer => {
            let n = r.u8().and_then(|_| r.u16());
            n.and_then(|n| r.sub(n.into()))
        }
    };
    let name = slot.map_or("unknown element", |s| s.info.name);
    Ok(Element {
        key,
        flags,
        at,
        body: body.map_err(|e| e.within(key, name))?,
    })
}

/// Appends one element; `info` is the protocol's row of it.
pub fn put(info: Option<&Info<Form>>, key: u64, flags: u8, v: &dyn Value, w: &mut BytesMut) {
    let form = match (flags, info) {
        (STRANGE_HALF, _) => Form::Half,
        (STRANGE_LONG, _) | (_, None) => Form::Long,
        (_, Some(info)) => info.form,
    };
    match form {
        Form::Half => {
            let at = w.len();
            v.write(w);
            if let Some(b) = w.get_mut(at) {
                *b = *b & 0x0f | (key as u8 & 0xf0);
            }
        }
        Form::Flag => w.put_u8(key as u8),
        Form::Fixed(_) => {
            w.put_u8(key as u8);
            v.write(w);
        }
        Form::Long => {
            w.put_u8(key as u8);
            wire::with_len(1, w, |w| v.write(w));
        }
        Form::Longer => {
            w.put_u8(key as u8);
            wire::with_len(2, w, |w| v.write(w));
        }
    }
}

/// An element that no slot takes is skipped, unless bits 5 to 8 of its IEI are 0: then its sender
/// wants it understood (TS 24.007 11.2.5).
pub fn unknown(e: &Element<'_>) -> Result<()> {
    if e.flags == STRANGE_LONG && e.key & 0xf0 == 0 {
        return Err(Error::new(Kind::Unknown, e.at, ""));
    }
    Ok(())
}

/// Implements [`wire::Framing`] for a protocol marker whose module holds its element table.
macro_rules! framing {
    ($proto:ident) => {
        /// The protocol's marker.
        pub enum $proto {}
        impl wire::Framing for $proto {
            type Form = $crate::nas::Form;
            // TS 24.008 8.6.3: an element that stands again is ignored
            const REPEATED: wire::table::Policy = wire::table::Policy::Keep;
            // TS 24.008 8.7.1: a broken optional element is as good as absent
            const BAD_OPTIONAL: wire::table::Policy = wire::table::Policy::Keep;
            fn next<'a>(
                r: &mut wire::Reader<'a>,
                slots: &[wire::Slot<$crate::nas::Form>],
            ) -> wire::Result<wire::Element<'a>> {
                $crate::nas::frame::next(r, slots)
            }
            fn put(key: u64, flags: u8, v: &dyn wire::Value, w: &mut bytes::BytesMut) {
                $crate::nas::frame::put(info(key), key, flags, v, w);
            }
            fn info(key: u64) -> Option<&'static wire::Info<$crate::nas::Form>> {
                info(key)
            }
            fn unknown(e: &wire::Element<'_>) -> wire::Result<()> {
                $crate::nas::frame::unknown(e)
            }
        }
    };
}
pub(crate) use framing;
