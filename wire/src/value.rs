//! The two halves of whatever stands on a wire, and the plainest kinds of it.
use crate::{Gen, Reader, Result};
use bytes::{BufMut, Bytes, BytesMut};
use serde_json::Value as Json;
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// The half that needs no type: enough to write, print and export a value.
pub trait Value: fmt::Display {
    /// Appends the value's octets.
    fn write(&self, w: &mut BytesMut);
    /// The value as JSON; its text unless something better is known.
    fn json(&self) -> Json {
        Json::String(self.to_string())
    }
}

/// The half that makes a value.
pub trait Field: Value + Sized {
    /// Reads a value. Kinds of variable length take all that the reader has.
    fn read(r: &mut Reader<'_>) -> Result<Self>;
    /// A value that could stand on a wire, for tests and load.
    fn sample(g: &mut Gen) -> Self;
}

macro_rules! uint {
    ($($t:ident),*) => { $(
        impl Value for $t {
            #[inline]
            fn write(&self, w: &mut BytesMut) {
                w.extend_from_slice(&self.to_be_bytes());
            }
            fn json(&self) -> Json {
                Json::from(*self)
            }
        }
        impl Field for $t {
            #[inline]
            fn read(r: &mut Reader<'_>) -> Result<Self> {
                r.$t()
            }
            fn sample(g: &mut Gen) -> Self {
                g.next() as Self
            }
        }
    )* };
}
uint!(u8, u16, u32, u64);

/// Octets kept as they came; text is hexadecimal.
#[derive(Clone, PartialEq, Eq, Default, PartialOrd, Ord, Hash)]
pub struct Octets(pub Bytes);

impl Octets {
    /// Copies `octets`.
    pub fn copy(octets: &[u8]) -> Self {
        Self(Bytes::copy_from_slice(octets))
    }
}

impl std::ops::Deref for Octets {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Bytes> for Octets {
    fn from(b: Bytes) -> Self {
        Self(b)
    }
}

impl From<Vec<u8>> for Octets {
    fn from(b: Vec<u8>) -> Self {
        Self(b.into())
    }
}

impl fmt::Display for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl fmt::Debug for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl Value for Octets {
    #[inline]
    fn write(&self, w: &mut BytesMut) {
        w.extend_from_slice(&self.0);
    }
}

impl Field for Octets {
    #[inline]
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.rest_bytes()))
    }
    fn sample(g: &mut Gen) -> Self {
        (0..g.below(12))
            .map(|_| g.next() as u8)
            .collect::<Vec<_>>()
            .into()
    }
}

/// Exactly `N` octets; text is hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hex<const N: usize>(pub [u8; N]);

impl<const N: usize> Default for Hex<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl<const N: usize> From<[u8; N]> for Hex<N> {
    fn from(a: [u8; N]) -> Self {
        Self(a)
    }
}

impl<const N: usize> fmt::Display for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl<const N: usize> fmt::Debug for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl<const N: usize> Value for Hex<N> {
    #[inline]
    fn write(&self, w: &mut BytesMut) {
        w.extend_from_slice(&self.0);
    }
}

impl<const N: usize> Field for Hex<N> {
    #[inline]
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.array()?))
    }
    fn sample(g: &mut Gen) -> Self {
        Self(std::array::from_fn(|_| g.next() as u8))
    }
}

/// Text as it came: UTF-8 where it is, escaped where it is not. Nothing is lost either way.
#[derive(Clone, PartialEq, Eq, Default, PartialOrd, Ord, Hash)]
pub struct Text(pub Bytes);

impl Text {
    /// The text, where it is UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl From<&str> for Text {
    fn from(s: &str) -> Self {
        Self(Bytes::copy_from_slice(s.as_bytes()))
    }
}

impl From<String> for Text {
    fn from(s: String) -> Self {
        Self(s.into())
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, s: &str) -> bool {
        self.0 == s.as_bytes()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_str() {
            Some(s) if !s.chars().any(char::is_control) => f.write_str(s),
            _ => write!(f, "{}", self.0.escape_ascii()),
        }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

impl Value for Text {
    #[inline]
    fn write(&self, w: &mut BytesMut) {
        w.extend_from_slice(&self.0);
    }
}

impl Field for Text {
    #[inline]
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.rest_bytes()))
    }
    fn sample(g: &mut Gen) -> Self {
        let letters = b"abcdefghijklmnopqrstuvwxyz0123456789.-";
        (0..g.below(20))
            .filter_map(|_| letters.get(g.below(38) as usize).map(|b| *b as char))
            .collect::<String>()
            .into()
    }
}

impl Value for Ipv4Addr {
    #[inline]
    fn write(&self, w: &mut BytesMut) {
        w.extend_from_slice(&self.octets());
    }
}

impl Field for Ipv4Addr {
    #[inline]
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(r.array()?.into())
    }
    fn sample(g: &mut Gen) -> Self {
        (g.next() as u32).into()
    }
}

/// An address of either family, told apart by its length: 4 or 16 octets.
impl Value for IpAddr {
    #[inline]
    fn write(&self, w: &mut BytesMut) {
        match self {
            Self::V4(a) => w.extend_from_slice(&a.octets()),
            Self::V6(a) => w.extend_from_slice(&a.octets()),
        }
    }
}

impl Field for IpAddr {
    #[inline]
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        match r.left() {
            4 => Ok(Ipv4Addr::from(r.array::<4>()?).into()),
            16 => Ok(Ipv6Addr::from(r.array::<16>()?).into()),
            n => Err(r.error(crate::Kind::BadLength(n))),
        }
    }
    fn sample(g: &mut Gen) -> Self {
        if g.below(4) == 0 {
            Ipv6Addr::from(u128::from(g.next())).into()
        } else {
            Ipv4Addr::sample(g).into()
        }
    }
}

/// Writes what `f` writes behind its length in `n` octets, most significant first.
pub fn with_len(n: usize, w: &mut BytesMut, f: impl FnOnce(&mut BytesMut)) {
    let start = w.len();
    w.put_bytes(0, n);
    f(w);
    let len = w.len().saturating_sub(start).saturating_sub(n);
    let octets = len.to_be_bytes();
    if let (Some(to), Some(from)) = (
        w.get_mut(start..start.saturating_add(n)),
        octets.get(octets.len().saturating_sub(n)..),
    ) {
        to.copy_from_slice(from);
    }
}

fn hex(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    octets.iter().try_for_each(|b| write!(f, "{b:02x}"))
}
