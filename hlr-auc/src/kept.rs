//! How values stand in a store file: a format of our own, the same for all time.
//!
//! A struct is a list of rows: a tag of one octet, the length, the value. A row whose value has no
//! octets is left out, and one that is left out is read from no octets: that is `None`, 0, false,
//! the empty list. So a new field of such a type is one row more, and old records can be read. A
//! tag is never used again for something else; one that nobody knows was written by a newer
//! version, and the record is refused rather than cut.
//!
//! Numbers have their most significant octet first and no zeros in front; lengths have 7 bits to
//! the octet, the least significant first, and the top bit where more follows.
use std::{collections::BTreeSet, str::FromStr, time::Duration};
use wire::{Apn, Bytes, Digits, Imsi, Kind, Plmn, QosProfile, Reader, Result};

/// A value that stands in a store file.
pub(crate) trait Kept: Sized {
    /// Writes its octets, without their length.
    fn put(&self, to: &mut Vec<u8>);

    /// Reads it from exactly these octets.
    fn take(r: &mut Reader<'_>) -> Result<Self>;
}

/// Gives a struct its rows: tag and field. Each field has one, or it does not compile.
macro_rules! rows {
    ($name:ident { $($tag:literal $field:ident;)* }) => {
        impl $crate::kept::Kept for $name {
            fn put(&self, to: &mut Vec<u8>) {
                let Self { $($field),* } = self;
                $($crate::kept::put_row(to, $tag, $field);)*
            }

            fn take(r: &mut wire::Reader<'_>) -> wire::Result<Self> {
                $(let mut $field = None;)*
                while !r.is_empty() {
                    let tag = r.u8()?;
                    let mut value = $crate::kept::item(r)?;
                    match tag {
                        $($tag => $field = Some($crate::kept::whole(&mut value, $tag, stringify!($field))?),)*
                        _ => return Err(r.error(wire::Kind::Unknown).within(tag.into(), "a newer version's row")),
                    }
                }
                Ok(Self {
                    $($field: match $field {
                        Some(value) => value,
                        None => {
                            let mut nothing = wire::Reader::new(&[]).at_offset(r.at());
                            $crate::kept::whole(&mut nothing, $tag, stringify!($field))?
                        }
                    },)*
                })
            }
        }
    };
}
pub(crate) use rows;

/// Reads a row's value to its end.
pub(crate) fn whole<T: Kept>(r: &mut Reader<'_>, tag: u8, field: &'static str) -> Result<T> {
    let value = T::take(r).and_then(|value| r.done().map(|()| value));
    value.map_err(|e| e.within(tag.into(), field))
}

/// Writes a row, unless its value has no octets.
pub(crate) fn put_row(to: &mut Vec<u8>, tag: u8, value: &impl Kept) {
    let start = to.len();
    to.push(tag);
    put_item(to, value);
    if to.len() == start + 2 {
        to.truncate(start);
    }
}

/// Writes a value behind its length.
fn put_item(to: &mut Vec<u8>, value: &impl Kept) {
    let at = to.len();
    to.push(0);
    value.put(to);
    let mut n = to.len() - at - 1;
    let mut length = [0; 10];
    let mut used = 0;
    for octet in &mut length {
        *octet = (n & 0x7f) as u8;
        used += 1;
        n >>= 7;
        if n == 0 {
            break;
        }
        *octet |= 0x80;
    }
    to.splice(at..=at, length.into_iter().take(used));
}

/// The value behind the next length.
pub(crate) fn item<'a>(r: &mut Reader<'a>) -> Result<Reader<'a>> {
    let mut n = 0;
    for shift in [0, 7, 14, 21, 28] {
        let octet = r.u8()?;
        n |= usize::from(octet & 0x7f) << shift;
        if octet & 0x80 == 0 {
            return r.sub(n);
        }
    }
    Err(r.error(Kind::BadLength(n)))
}

macro_rules! number {
    ($($t:ty)*) => {$(
        impl Kept for $t {
            fn put(&self, to: &mut Vec<u8>) {
                let octets = self.to_be_bytes();
                to.extend(octets.into_iter().skip_while(|o| *o == 0));
            }

            fn take(r: &mut Reader<'_>) -> Result<Self> {
                let octets = r.rest();
                let mut number = [0; size_of::<$t>()];
                let Some(from) = number.len().checked_sub(octets.len()) else {
                    return Err(r.error(Kind::BadLength(octets.len())));
                };
                number.iter_mut().skip(from).zip(octets).for_each(|(n, o)| *n = *o);
                Ok(Self::from_be_bytes(number))
            }
        }
    )*};
}
number!(u8 u16 u32 u64 u128);

impl Kept for bool {
    fn put(&self, to: &mut Vec<u8>) {
        u8::from(*self).put(to);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self> {
        match u8::take(r)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(r.error(Kind::BadValue(other.into()))),
        }
    }
}

impl<const N: usize> Kept for [u8; N] {
    fn put(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(self);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self> {
        r.array()
    }
}

impl Kept for String {
    fn put(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(self.as_bytes());
    }

    fn take(r: &mut Reader<'_>) -> Result<Self> {
        let text = std::str::from_utf8(r.rest());
        text.map(str::to_owned)
            .map_err(|_| r.error(Kind::BadValue(0)))
    }
}

/// Values that stand as text.
macro_rules! text {
    ($($t:ty)*) => {$(
        impl Kept for $t {
            fn put(&self, to: &mut Vec<u8>) {
                self.to_string().put(to);
            }

            fn take(r: &mut Reader<'_>) -> Result<Self> {
                let text = String::take(r)?;
                Self::from_str(&text).map_err(|_| r.error(Kind::BadValue(0)))
            }
        }
    )*};
}
text!(Imsi Plmn);

impl Kept for Digits {
    fn put(&self, to: &mut Vec<u8>) {
        self.to_string().put(to);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self> {
        let text = String::take(r)?;
        Self::new(&text).ok_or_else(|| r.error(Kind::BadValue(0)))
    }
}

/// Values that stand as they do on the wire.
macro_rules! as_on_the_wire {
    ($($t:ty)*) => {$(
        impl Kept for $t {
            fn put(&self, to: &mut Vec<u8>) {
                let mut w = wire::BytesMut::new();
                wire::Value::write(self, &mut w);
                to.extend_from_slice(&w);
            }

            fn take(r: &mut Reader<'_>) -> Result<Self> {
                wire::Field::read(r)
            }
        }
    )*};
}
as_on_the_wire!(Apn);

impl Kept for QosProfile {
    fn put(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.0);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(Bytes::copy_from_slice(r.rest())))
    }
}

impl Kept for Duration {
    fn put(&self, to: &mut Vec<u8>) {
        self.as_nanos().put(to);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self> {
        let nanos = u128::take(r)?;
        let secs = u64::try_from(nanos / 1_000_000_000);
        let secs = secs.map_err(|_| r.error(Kind::BadValue(0)))?;
        Ok(Self::new(secs, (nanos % 1_000_000_000) as u32))
    }
}

impl Kept for engine::Utc {
    fn put(&self, to: &mut Vec<u8>) {
        self.0.put(to);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self> {
        u64::take(r).map(Self)
    }
}

/// One octet before the value tells it from none: a value may have no octets.
impl<T: Kept> Kept for Option<T> {
    fn put(&self, to: &mut Vec<u8>) {
        if let Some(value) = self {
            to.push(1);
            value.put(to);
        }
    }

    fn take(r: &mut Reader<'_>) -> Result<Self> {
        if r.is_empty() {
            return Ok(None);
        }
        match r.u8()? {
            1 => T::take(r).map(Some),
            other => Err(r.error(Kind::BadValue(other.into()))),
        }
    }
}

macro_rules! list {
    ($list:ident $(: $bound:ident)?, $insert:ident) => {
        impl<T: Kept $(+ $bound)?> Kept for $list<T> {
            fn put(&self, to: &mut Vec<u8>) {
                for value in self {
                    put_item(to, value);
                }
            }

            fn take(r: &mut Reader<'_>) -> Result<Self> {
                let mut list = Self::new();
                while !r.is_empty() {
                    list.$insert(whole(&mut item(r)?, 0, "")?);
                }
                Ok(list)
            }
        }
    };
}
list!(Vec, push);
list!(BTreeSet: Ord, insert);

macro_rules! tuple {
    ($($t:ident)*) => {
        #[allow(non_snake_case)]
        impl<$($t: Kept),*> Kept for ($($t,)*) {
            fn put(&self, to: &mut Vec<u8>) {
                let ($($t,)*) = self;
                $(put_item(to, $t);)*
            }

            fn take(r: &mut Reader<'_>) -> Result<Self> {
                Ok(($(whole::<$t>(&mut item(r)?, 0, "")?,)*))
            }
        }
    };
}
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
