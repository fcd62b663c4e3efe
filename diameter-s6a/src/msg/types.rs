//! Value types that Diameter has of its own.
use super::framing::{AvpKind, Kinded, avps};
use bytes::{BufMut, BytesMut};
use serde_json::Value as Json;
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};
use wire::{Digits, Field, Gen, Hex, Kind, Octets, Plmn, Reader, Result, Text, Value, tbcd};

/// An address with its family, RFC 6733 4.3.1; 1 is IPv4, 2 is IPv6, other families are kept.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// Address family number.
    pub family: u16,
    /// The address' octets.
    pub octets: Octets,
}

impl Address {
    /// The IP address, where it is one.
    pub fn ip(&self) -> Option<IpAddr> {
        match (self.family, self.octets.len()) {
            (1, 4) => <[u8; 4]>::try_from(&self.octets[..])
                .ok()
                .map(|a| Ipv4Addr::from(a).into()),
            (2, 16) => <[u8; 16]>::try_from(&self.octets[..])
                .ok()
                .map(|a| Ipv6Addr::from(a).into()),
            _ => None,
        }
    }
}

impl From<IpAddr> for Address {
    fn from(a: IpAddr) -> Self {
        match a {
            IpAddr::V4(a) => Self {
                family: 1,
                octets: Octets::copy(&a.octets()),
            },
            IpAddr::V6(a) => Self {
                family: 2,
                octets: Octets::copy(&a.octets()),
            },
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ip() {
            Some(a) => a.fmt(f),
            None => write!(f, "family {}: {}", self.family, self.octets),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Value for Address {
    fn write(&self, w: &mut BytesMut) {
        w.put_u16(self.family);
        self.octets.write(w);
    }
}

impl Field for Address {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        let family = r.u16()?;
        match (family, r.left()) {
            (1, n) if n != 4 => Err(r.error(Kind::BadLength(n))),
            (2, n) if n != 16 => Err(r.error(Kind::BadLength(n))),
            _ => Ok(Self {
                family,
                octets: r.rest_bytes().into(),
            }),
        }
    }
    fn sample(g: &mut Gen) -> Self {
        IpAddr::sample(g).into()
    }
}

/// Seconds since 1900-01-01 00:00:00 UTC, RFC 6733 4.3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct DiameterTime(pub u32);

impl DiameterTime {
    /// Seconds from 1900 to 1970.
    const TO_UNIX: u64 = 2_208_988_800;

    /// Seconds since 1970; values below 2^31 belong to the era that begins in 2036 (RFC 5905 6).
    pub fn unix(self) -> u64 {
        let era = if self.0 & 0x8000_0000 == 0 {
            1 << 32
        } else {
            0u64
        };
        era.saturating_add(self.0.into())
            .saturating_sub(Self::TO_UNIX)
    }

    /// From seconds since 1970.
    pub fn from_unix(secs: u64) -> Self {
        Self(secs.saturating_add(Self::TO_UNIX) as u32)
    }
}

/// As RFC 3339 writes it.
impl fmt::Display for DiameterTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.unix();
        let (days, rest) = (secs / 86_400, secs % 86_400);
        let (y, m, d) = civil(days);
        let (h, min, s) = (rest / 3600, rest / 60 % 60, rest % 60);
        write!(f, "{y:04}-{m:02}-{d:02}T{h:02}:{min:02}:{s:02}Z")
    }
}

/// Year, month, day of the day so many days after 1970-01-01.
#[allow(clippy::arithmetic_side_effects)] // days < 2^33 / 86400
fn civil(days: u64) -> (u64, u64, u64) {
    // years begin in March, eras of 400 years
    let z = days + 719_468;
    let (era, doe) = (z / 146_097, z % 146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + u64::from(month <= 2);
    (year, month, doy - (153 * mp + 2) / 5 + 1)
}

impl Value for DiameterTime {
    fn write(&self, w: &mut BytesMut) {
        self.0.write(w);
    }
}

impl Field for DiameterTime {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.u32()?))
    }
    fn sample(g: &mut Gen) -> Self {
        Self(g.next() as u32)
    }
}

macro_rules! signed {
    ($($(#[$m:meta])* $name:ident($t:ident), $read:ident;)*) => { $(
        $(#[$m])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $t);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Value for $name {
            fn write(&self, w: &mut BytesMut) {
                self.0.cast_unsigned().write(w);
            }
            fn json(&self) -> Json {
                self.0.into()
            }
        }

        impl Field for $name {
            fn read(r: &mut Reader<'_>) -> Result<Self> {
                Ok(Self(r.$read()?.cast_signed()))
            }
            fn sample(g: &mut Gen) -> Self {
                Self(g.next() as $t)
            }
        }
    )* };
}
signed! {
    /// A signed number of 32 bits, RFC 6733 4.2.
    Integer32(i32), u32;
    /// A signed number of 64 bits, RFC 6733 4.2.
    Integer64(i64), u64;
}

/// A PLMN in three octets, TS 29.272 7.3.9, kept as it came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PlmnId(pub [u8; 3]);

impl PlmnId {
    /// The network; `None` where its digits are not digits.
    pub fn plmn(self) -> Option<Plmn> {
        Plmn::from_octets(self.0)
    }
}

impl From<Plmn> for PlmnId {
    fn from(p: Plmn) -> Self {
        Self(p.octets())
    }
}

impl fmt::Display for PlmnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.plmn() {
            Some(p) => p.fmt(f),
            None => Hex(self.0).fmt(f),
        }
    }
}

impl fmt::Debug for PlmnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Value for PlmnId {
    fn write(&self, w: &mut BytesMut) {
        w.extend_from_slice(&self.0);
    }
}

impl Field for PlmnId {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.array()?))
    }
    fn sample(g: &mut Gen) -> Self {
        Self(std::array::from_fn(|_| g.next() as u8))
    }
}

/// A number in telephony BCD, kept as it came: MSISDN (TS 29.329 6.3.2), SGSN-Number and the like.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tbcd(pub Octets);

impl Tbcd {
    /// From digits.
    pub fn new(d: &Digits) -> Self {
        let mut w = BytesMut::new();
        tbcd::write(d, &mut w);
        Self(w.freeze().into())
    }

    /// The digits, where they are digits.
    pub fn digits(&self) -> Option<Digits> {
        tbcd::read(&self.0)
    }
}

impl fmt::Display for Tbcd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.digits() {
            Some(d) => d.fmt(f),
            None => self.0.fmt(f),
        }
    }
}

impl fmt::Debug for Tbcd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Value for Tbcd {
    fn write(&self, w: &mut BytesMut) {
        self.0.write(w);
    }
}

impl Field for Tbcd {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.rest_bytes().into()))
    }
    fn sample(g: &mut Gen) -> Self {
        let n = g.below(15);
        let d = (0..n).try_fold(Digits::default(), |d, _| d.push(g.below(10) as u8));
        Self::new(&d.unwrap_or_default())
    }
}

/// AVPs of any kind, kept as octets: what Failed-AVP holds (RFC 6733 7.5), which may be broken on
/// purpose.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Avps(pub Octets);

impl fmt::Display for Avps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list: Result<Vec<_>> = avps(&self.0.0, 0).collect();
        match list {
            Ok(list) if !list.is_empty() => list
                .iter()
                .try_for_each(|a| write!(f, "\n  {}", a.to_string().replace('\n', "\n  "))),
            _ => self.0.fmt(f),
        }
    }
}

impl fmt::Debug for Avps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Value for Avps {
    fn write(&self, w: &mut BytesMut) {
        self.0.write(w);
    }
    fn json(&self) -> Json {
        let list: Result<Vec<_>> = avps(&self.0.0, 0).collect();
        match list {
            Ok(list) => list.iter().map(super::framing::Avp::json).collect(),
            Err(_) => self.0.json(),
        }
    }
}

impl Field for Avps {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.rest_bytes().into()))
    }
    fn sample(g: &mut Gen) -> Self {
        Self(Octets::sample(g))
    }
}

macro_rules! kinds {
    ($($t:ty: $kind:expr;)*) => { $(impl Kinded for $t { const KIND: AvpKind = $kind; })* };
}
kinds! {
    Octets: AvpKind::Octets;
    Text: AvpKind::Octets;
    Tbcd: AvpKind::Octets;
    Avps: AvpKind::Grouped;
    u32: AvpKind::Fixed(4);
    u64: AvpKind::Fixed(8);
    Integer32: AvpKind::Fixed(4);
    Integer64: AvpKind::Fixed(8);
    DiameterTime: AvpKind::Fixed(4);
    PlmnId: AvpKind::Fixed(3);
    Ipv4Addr: AvpKind::Fixed(4);
    Address: AvpKind::Address;
}
impl<const N: usize> Kinded for Hex<N> {
    const KIND: AvpKind = AvpKind::Fixed(N as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(
            DiameterTime::from_unix(1_767_225_600).to_string(),
            "2026-01-01T00:00:00Z"
        );
        // RFC 5905: the second era begins on 2036-02-07 06:28:16
        assert_eq!(DiameterTime(0).to_string(), "2036-02-07T06:28:16Z");
    }

    #[test]
    fn addresses_have_the_length_of_their_family() {
        let read = |b: &[u8]| Reader::new(b).all::<Address>();
        assert_eq!(
            read(&[0, 1, 127, 0, 3, 1]).unwrap().to_string(),
            "127.0.3.1"
        );
        assert!(read(&[0, 1, 127, 0, 3]).is_err());
        assert!(read(&[0, 2, 127, 0, 3, 1]).is_err());
        assert_eq!(read(&[0, 8, 0x94]).unwrap().to_string(), "family 8: 94");
    }
}
