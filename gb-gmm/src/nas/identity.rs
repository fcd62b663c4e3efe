//! Who a mobile is.
use bytes::{BufMut, BytesMut};
use serde_json::{Value as Json, json};
use std::fmt;
use wire::{Digits, Field, Gen, Imsi, Octets, Reader, Result, Value};

wire::code_points! {
    /// Type of identity, TS 24.008 10.5.1.4 and 10.5.5.9.
    pub struct IdentityType(u8) {
        NoIdentity = 0, "No identity";
        Imsi = 1, "IMSI";
        Imei = 2, "IMEI";
        Imeisv = 3, "IMEISV";
        Tmsi = 4, "TMSI/P-TMSI/M-TMSI";
        Tmgi = 5, "TMGI";
    }
}

/// Mobile identity, TS 24.008 10.5.1.4.
///
/// An encoding that is not the one that the standard gives for its meaning is kept as
/// [`MobileIdentity::Other`], so that every identity is written back as it came.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MobileIdentity {
    /// International mobile subscriber identity.
    Imsi(Imsi),
    /// Equipment identity, 15 digits.
    Imei(Digits),
    /// Equipment identity and software version, 16 digits.
    Imeisv(Digits),
    /// TMSI, P-TMSI or M-TMSI.
    Tmsi(u32),
    /// No identity, a TMGI, or octets that are no identity.
    Other(Octets),
}

impl MobileIdentity {
    /// No identity: what a mobile answers that does not have what it is asked for.
    pub fn none() -> Self {
        Self::Other(Octets::copy(&[0xf0]))
    }

    /// The type that its octets name.
    pub fn kind(&self) -> IdentityType {
        match self {
            Self::Imsi(_) => IdentityType::Imsi,
            Self::Imei(_) => IdentityType::Imei,
            Self::Imeisv(_) => IdentityType::Imeisv,
            Self::Tmsi(_) => IdentityType::Tmsi,
            Self::Other(o) => IdentityType(o.first().map_or(0, |b| b & 7)),
        }
    }

    /// The IMSI, where it is one.
    pub fn imsi(&self) -> Option<Imsi> {
        match self {
            Self::Imsi(i) => Some(*i),
            _ => None,
        }
    }

    /// The (P-)TMSI, where it is one.
    pub fn tmsi(&self) -> Option<u32> {
        match self {
            Self::Tmsi(t) => Some(*t),
            _ => None,
        }
    }

    fn parse(octets: &[u8]) -> Option<Self> {
        let (first, rest) = octets.split_first()?;
        if *first == 0xf4 {
            return Some(Self::Tmsi(u32::from_be_bytes(rest.try_into().ok()?)));
        }
        let mut digits = Digits::default().push(first.wrapping_shr(4))?;
        let nibbles = rest.iter().flat_map(|b| [b & 15, b.wrapping_shr(4)]);
        let odd = first & 8 != 0;
        let count = octets.len().wrapping_mul(2).wrapping_sub(2);
        let count = count.wrapping_add(usize::from(odd)).wrapping_sub(1);
        for n in nibbles.take(count) {
            digits = digits.push(n)?;
        }
        match first & 7 {
            1 => Imsi::new(digits).map(Self::Imsi),
            2 => Some(Self::Imei(digits)),
            3 => Some(Self::Imeisv(digits)),
            _ => None,
        }
    }
}

fn digits(kind: u8, d: &Digits, w: &mut BytesMut) {
    let odd = if d.len() & 1 == 1 { 8 } else { 0 };
    let mut all = d.iter();
    w.put_u8(all.next().unwrap_or(15).wrapping_shl(4) | odd | kind);
    while let Some(low) = all.next() {
        w.put_u8(all.next().unwrap_or(15).wrapping_shl(4) | low);
    }
}

impl fmt::Display for MobileIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Imsi(d) => write!(f, "IMSI {d}"),
            Self::Imei(d) => write!(f, "IMEI {d}"),
            Self::Imeisv(d) => write!(f, "IMEISV {d}"),
            Self::Tmsi(t) => write!(f, "TMSI {t:#010x}"),
            Self::Other(o) => write!(f, "{} {o}", self.kind()),
        }
    }
}

impl fmt::Debug for MobileIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Value for MobileIdentity {
    fn write(&self, w: &mut BytesMut) {
        match self {
            Self::Imsi(i) => digits(1, i.digits(), w),
            Self::Imei(d) => digits(2, d, w),
            Self::Imeisv(d) => digits(3, d, w),
            Self::Tmsi(t) => {
                w.put_u8(0xf4);
                w.put_u32(*t);
            }
            Self::Other(o) => o.write(w),
        }
    }
    fn json(&self) -> Json {
        match self {
            Self::Imsi(d) => json!({ "imsi": d.to_string() }),
            Self::Imei(d) => json!({ "imei": d.to_string() }),
            Self::Imeisv(d) => json!({ "imeisv": d.to_string() }),
            Self::Tmsi(t) => json!({ "tmsi": t }),
            Self::Other(o) => json!({ "type": self.kind().0, "octets": o.to_string() }),
        }
    }
}

impl Field for MobileIdentity {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        if r.is_empty() {
            return Err(r.error(wire::Kind::BadLength(0)));
        }
        let octets = Octets(r.rest_bytes());
        let Some(read) = Self::parse(&octets) else {
            return Ok(Self::Other(octets));
        };
        let mut again = BytesMut::new();
        read.write(&mut again);
        Ok(if again[..] == octets[..] {
            read
        } else {
            Self::Other(octets)
        })
    }
    fn sample(g: &mut Gen) -> Self {
        let mut digits = |n| {
            (0..n)
                .try_fold(Digits::default(), |d, _| d.push(g.below(10) as u8))
                .unwrap_or_default()
        };
        let (imsi, imei, imeisv) = (digits(15), digits(15), digits(16));
        match (g.below(5), Imsi::new(imsi)) {
            (0, Some(i)) => Self::Imsi(i),
            (1, _) => Self::Imei(imei),
            (2, _) => Self::Imeisv(imeisv),
            (3, _) => Self::none(),
            _ => Self::Tmsi(g.next() as u32),
        }
    }
}

/// Temporary logical link identities, TS 23.003 2.6.
pub mod tlli {
    /// Local: by a P-TMSI that is valid where the mobile is.
    pub fn local(ptmsi: u32) -> u32 {
        ptmsi | 0xc000_0000
    }
    /// Foreign: by a P-TMSI of another routing area.
    pub fn foreign(ptmsi: u32) -> u32 {
        ptmsi & 0x3fff_ffff | 0x8000_0000
    }
    /// Random: chosen by a mobile that has no P-TMSI; bits 31 to 27 are 01111.
    pub fn random(chance: u32) -> u32 {
        chance & 0x07ff_ffff | 0x7800_0000
    }
    /// True for a local or foreign one, made from a P-TMSI.
    pub fn is_local(tlli: u32) -> bool {
        tlli & 0xc000_0000 == 0xc000_0000
    }
    /// True for a foreign one.
    pub fn is_foreign(tlli: u32) -> bool {
        tlli & 0xc000_0000 == 0x8000_0000
    }
    /// True for a random one.
    pub fn is_random(tlli: u32) -> bool {
        tlli & 0xf800_0000 == 0x7800_0000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_of_the_standard_and_oddities() {
        let read = |b: &[u8]| Reader::new(b).all::<MobileIdentity>().unwrap();
        let imsi = [0x09, 0x10, 0x10, 0x21, 0x43, 0x65, 0x87, 0x09];
        assert_eq!(read(&imsi).to_string(), "IMSI 001011234567890");
        let even = [0x91, 0x99, 0x10, 0x21, 0x43, 0xf5];
        assert_eq!(read(&even).to_string(), "IMSI 9990112345");
        assert_eq!(
            read(&[0xf4, 0xc0, 0, 0, 1]),
            MobileIdentity::Tmsi(0xc000_0001)
        );
        assert_eq!(
            read(&[0x33, 0, 0, 0, 0, 0, 0, 0, 0xf0]).kind(),
            IdentityType::Imeisv
        );
        // filler nibble 0 instead of 1111: understood by nobody else either, but kept
        assert!(matches!(
            read(&[0x04, 1, 2, 3, 4]),
            MobileIdentity::Other(_)
        ));
        for b in [&[0x09u8, 0xaa][..], &[0xf0], &[0x14; 12], &[0x39; 3]] {
            let mut w = BytesMut::new();
            read(b).write(&mut w);
            assert_eq!(w, b);
        }
    }

    #[test]
    fn tlli_ranges() {
        assert_eq!(tlli::local(0xe012_3456), 0xe012_3456);
        assert_eq!(tlli::foreign(0xe012_3456), 0xa012_3456);
        assert_eq!(tlli::random(0xffff_ffff), 0x7fff_ffff);
        assert!(tlli::is_random(0x7800_0001) && !tlli::is_random(0x7000_0000));
        assert!(tlli::is_foreign(0xbfff_ffff) && tlli::is_local(0xc000_0000));
    }
}
