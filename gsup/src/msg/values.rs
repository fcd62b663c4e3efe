//! Values of elements that only GSUP has, or that it encodes in its own way.
use super::RatType;
use bytes::{BufMut, Bytes, BytesMut};
use std::fmt;
use wire::{Digits, Field, Gen, Hex, Kind, Octets, Reader, Result, Value, tbcd};

/// IMSI in at most eight octets, two digits each, F behind an odd number of them; the octets are
/// kept as they came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Imsi {
    len: u8,
    octets: [u8; 8],
}

impl Imsi {
    /// The IMSI; `None` where the octets are not 6 to 15 digits.
    pub fn imsi(&self) -> Option<wire::Imsi> {
        wire::Imsi::new(tbcd::read(self.used())?)
    }

    fn used(&self) -> &[u8] {
        self.octets.get(..self.len.into()).unwrap_or_default()
    }
}

impl From<wire::Imsi> for Imsi {
    fn from(imsi: wire::Imsi) -> Self {
        let mut to = Self {
            len: 0,
            octets: [0xff; 8],
        };
        let mut digits = imsi.digits().iter();
        for octet in &mut to.octets {
            let Some(low) = digits.next() else { break };
            *octet = digits.next().unwrap_or(15).wrapping_shl(4) | low;
            to.len = to.len.saturating_add(1);
        }
        to
    }
}

impl fmt::Display for Imsi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.imsi() {
            Some(imsi) => imsi.fmt(f),
            None => write!(f, "0x{}", Octets::copy(self.used())),
        }
    }
}

impl fmt::Debug for Imsi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Value for Imsi {
    #[inline]
    fn write(&self, w: &mut BytesMut) {
        w.extend_from_slice(self.used());
    }
}

impl Field for Imsi {
    #[inline]
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        let n = r.left();
        let mut octets = [0xff; 8];
        let Some(to) = octets.get_mut(..n) else {
            return Err(r.error(Kind::BadLength(n)));
        };
        to.copy_from_slice(r.rest());
        let imsi = Self {
            len: n as u8,
            octets,
        };
        match imsi.imsi() {
            Some(_) => Ok(imsi),
            None => Err(r.error(Kind::BadValue(u64::from_be_bytes(octets)))),
        }
    }
    fn sample(g: &mut Gen) -> Self {
        let n = g.below(10).saturating_add(6);
        let digits = (0..n).try_fold(Digits::default(), |d, _| d.push(g.below(10) as u8));
        match digits.and_then(wire::Imsi::new) {
            Some(imsi) => imsi.into(),
            None => Self {
                len: 0,
                octets: [0xff; 8],
            },
        }
    }
}

/// An element that says yes by being there; what it holds is kept. Osmocom's programs write nothing
/// into it and read anything; Wireshark takes it for malformed without an octet, so we write one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Present(pub Octets);

/// An ISDN address: an octet with type and plan of the number, then digits, TS 29.002 17.7.8.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Number(pub Octets);

/// The name of a node, as it gives it on its connection. Osmocom's programs end it with a NUL,
/// and that belongs to the name: without it nobody is found under it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Name(pub Octets);

/// A list of radio access technologies, an octet each.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RatTypes(pub Octets);

macro_rules! octets {
    ($($name:ident, |$v:ident, $f:ident| $show:expr, |$g:ident| $sample:expr;)*) => { $(
        impl fmt::Display for $name {
            fn fmt(&self, $f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let $v = self;
                $show
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Value for $name {
            #[inline]
            fn write(&self, w: &mut BytesMut) {
                self.0.write(w);
            }
        }

        impl Field for $name {
            #[inline]
            fn read(r: &mut Reader<'_>) -> Result<Self> {
                Ok(Self(Field::read(r)?))
            }
            fn sample($g: &mut Gen) -> Self {
                Self($sample)
            }
        }
    )* };
}

octets! {
    Present, |v, f| match v.0.as_ref() {
        [] | [1] => f.write_str("yes"),
        _ => write!(f, "yes (0x{})", v.0),
    }, |g| Octets::from(vec![1; g.below(2) as usize]);
    Number, |v, f| match v.digits() {
        Some(d) => write!(f, "{}{d}", if v.0.first() == Some(&0x91) { "+" } else { "" }),
        None => write!(f, "0x{}", v.0),
    }, |g| Octets::copy(&[0x91, 0x94, g.below(10) as u8, 0xf1]);
    Name, |v, f| write!(f, "{}", v.text()), |g| Name::new(&format!("SGSN-{}", g.below(100))).0;
    RatTypes, |v, f| {
        let mut sep = "";
        v.0.iter().try_for_each(|r| {
            write!(f, "{sep}{}", RatType(*r))?;
            sep = ", ";
            Ok(())
        })
    }, |g| Octets::copy(&[g.below(4) as u8]);
}

impl Present {
    /// The element, as we write it.
    pub const YES: Self = Self(Octets(Bytes::from_static(&[1])));
}

impl Number {
    /// An international number.
    pub fn international(digits: &Digits) -> Self {
        let mut w = BytesMut::with_capacity(9);
        w.put_u8(0x91);
        tbcd::write(digits, &mut w);
        Self(w.freeze().into())
    }

    /// Its digits; `None` where they are none.
    pub fn digits(&self) -> Option<Digits> {
        tbcd::read(self.0.get(1..)?)
    }
}

impl Name {
    /// A name as Osmocom's programs write it, with the NUL behind it.
    pub fn new(text: &str) -> Self {
        Self([text.as_bytes(), &[0]].concat().into())
    }

    /// The name for people, without the NUL; what is no text is escaped.
    pub fn text(&self) -> String {
        let octets = self.0.strip_suffix(&[0]).unwrap_or(&self.0);
        wire::Text(Bytes::copy_from_slice(octets)).to_string()
    }
}

/// The halves of a vector that a triplet has not.
impl super::AuthTuple {
    /// A GSM triplet.
    pub fn gsm(rand: [u8; 16], sres: [u8; 4], kc: [u8; 8]) -> Self {
        Self {
            rand: Hex(rand),
            sres: Some(Hex(sres)),
            kc: Some(Hex(kc)),
            ik: None,
            ck: None,
            autn: None,
            res: None,
            other: Default::default(),
        }
    }

    /// True where it has all that UMTS AKA needs.
    pub fn is_umts(&self) -> bool {
        self.autn.is_some() && self.res.is_some() && self.ck.is_some() && self.ik.is_some()
    }
}

impl super::PdpInfo {
    /// A subscription to an access point.
    pub fn new(context_id: u8, address: wire::PdpAddress, apn: wire::Apn) -> Self {
        Self {
            context_id: Some(context_id),
            address: Some(address),
            apn: Some(apn),
            qos: None,
            charging_characteristics: None,
            other: Default::default(),
        }
    }
}
