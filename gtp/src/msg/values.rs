//! Values of elements that only GTP has, or that GTP encodes in its own way.
use bytes::{BufMut, BytesMut};
use serde_json::{Value as Json, json};
use std::fmt;
use wire::{Digits, Field, Gen, Hex, Octets, Plmn, QosProfile, Reader, Result, Value, tbcd};

wire::code_points! {
    /// RAT type, TS 29.060 7.7.50.
    pub struct RatType(u8) {
        Utran = 1, "UTRAN";
        Geran = 2, "GERAN";
        Wlan = 3, "WLAN";
        Gan = 4, "GAN";
        HspaEvolution = 5, "HSPA Evolution";
        Eutran = 6, "EUTRAN";
    }
}

wire::bits! {
    /// Selection mode, TS 29.060 7.7.12: 0 APN verified against the subscription, 1 given by the MS
    /// and not verified, 2 chosen by the network and not verified. GTP sets the spare bits to 1.
    pub struct SelectionMode(u8) { mode: u8 [1..=0], "selection mode"; }
}

impl SelectionMode {
    /// APN provided by MS or network, subscription verified.
    pub const SUBSCRIBED: Self = Self(0xfc);
    /// APN provided by the MS, subscription not verified.
    pub const MS_NOT_VERIFIED: Self = Self(0xfd);
    /// APN provided by the network, subscription not verified.
    pub const NETWORK_NOT_VERIFIED: Self = Self(0xfe);
}

wire::bits! {
    /// NSAPI, TS 29.060 7.7.17.
    pub struct Nsapi(u8) { nsapi: u8 [3..=0], "NSAPI"; }
}

wire::bits! {
    /// Teardown indicator, TS 29.060 7.7.16. GTP sets the spare bits to 1.
    pub struct TeardownInd(u8) { teardown: bool [0..=0], "teardown all contexts of this address"; }
}

impl TeardownInd {
    /// All contexts that share the address go.
    pub const YES: Self = Self(0xff);
    /// Only the context of the NSAPI goes.
    pub const NO: Self = Self(0xfe);
}

wire::bits! {
    /// Reordering required, TS 29.060 7.7.6. GTP sets the spare bits to 1.
    pub struct ReorderingRequired(u8) { required: bool [0..=0], "reordering required"; }
}

impl ReorderingRequired {
    /// Order does not matter.
    pub const NO: Self = Self(0xfe);
}

wire::bits! {
    /// Charging characteristics, TS 29.060 7.7.23 and TS 32.298.
    pub struct ChargingCharacteristics(u16) {
        profile: u8 [15..=12], "profile index";
        normal: bool [11..=11], "normal charging";
        prepaid: bool [10..=10], "prepaid charging";
        flat_rate: bool [9..=9], "flat rate charging";
        hot_billing: bool [8..=8], "charging by hot billing";
    }
}

/// IMSI in eight octets, TS 29.060 7.7.2; the octets are kept as they came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Imsi(pub [u8; 8]);

impl Imsi {
    /// The IMSI; `None` where the octets are not 6 to 15 digits and fillers behind them.
    pub fn imsi(&self) -> Option<wire::Imsi> {
        wire::Imsi::new(tbcd::read(&self.0)?)
    }
}

impl From<wire::Imsi> for Imsi {
    fn from(imsi: wire::Imsi) -> Self {
        let mut octets = [0xff; 8];
        let mut w = BytesMut::new();
        tbcd::write(imsi.digits(), &mut w);
        octets.iter_mut().zip(w.iter()).for_each(|(to, b)| *to = *b);
        Self(octets)
    }
}

impl fmt::Display for Imsi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.imsi() {
            Some(imsi) => imsi.fmt(f),
            None => write!(f, "0x{}", Hex(self.0)),
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
        w.extend_from_slice(&self.0);
    }
}

impl Field for Imsi {
    #[inline]
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.array()?))
    }
    fn sample(g: &mut Gen) -> Self {
        let n = g.below(10).saturating_add(6);
        let digits = (0..n).try_fold(Digits::default(), |d, _| d.push(g.below(10) as u8));
        match digits.and_then(wire::Imsi::new) {
            Some(imsi) => imsi.into(),
            None => Self([0xff; 8]),
        }
    }
}

/// Quality of service with its allocation/retention priority in front, TS 29.060 7.7.34.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qos {
    /// Allocation/retention priority: 1 highest, 3 lowest.
    pub priority: u8,
    /// The profile, as SM has it.
    pub profile: QosProfile,
}

impl fmt::Display for Qos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "priority {}, {}", self.priority, self.profile)
    }
}

impl Value for Qos {
    fn write(&self, w: &mut BytesMut) {
        w.put_u8(self.priority);
        self.profile.write(w);
    }
    fn json(&self) -> Json {
        json!({ "priority": self.priority, "profile": self.profile.json() })
    }
}

impl Field for Qos {
    #[inline]
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self {
            priority: r.u8()?,
            profile: Field::read(r)?,
        })
    }
    fn sample(g: &mut Gen) -> Self {
        Self {
            priority: g.below(4) as u8,
            profile: Field::sample(g),
        }
    }
}

macro_rules! octets {
    ($($(#[$m:meta])* $name:ident, |$v:ident, $f:ident| $show:expr, |$g:ident| $sample:expr;)*) => { $(
        $(#[$m])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub Octets);

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
    /// MSISDN, TS 29.060 7.7.33: an octet with type and plan of the number, then digits.
    Msisdn, |v, f| match v.digits() {
        Some(d) => write!(f, "{}{d}", if v.0.first() == Some(&0x91) { "+" } else { "" }),
        None => write!(f, "0x{}", v.0),
    }, |g| Octets::copy(&[0x91, 0x94, g.below(10) as u8, 0xf1]);

    /// IMEI or IMEISV, TS 29.060 7.7.53.
    ImeiSv, |v, f| match v.digits() {
        Some(d) => d.fmt(f),
        None => write!(f, "0x{}", v.0),
    }, |g| Octets::copy(&[0x53, 0x12, 0x34, 0x56, 0x78, 0x90, g.below(10) as u8, 0xf1]);

    /// User location information, TS 29.060 7.7.51.
    UserLocation, |v, f| match (v.geographic_type(), v.plmn(), v.codes()) {
        (Some(0), Some(p), Some((lac, ci))) => write!(f, "CGI {p}-{lac}-{ci}"),
        (Some(1), Some(p), Some((lac, sac))) => write!(f, "SAI {p}-{lac}-{sac}"),
        (Some(2), Some(p), Some((lac, rac))) => write!(f, "RAI {p}-{lac}-{}", rac >> 8),
        _ => write!(f, "0x{}", v.0),
    }, |g| {
        let mut w = vec![g.below(3) as u8, 0x00, 0xf1, 0x10];
        w.extend_from_slice(&(g.next() as u32).to_be_bytes());
        w.into()
    };

    /// G-PDU, TS 29.281 6: a user's packet.
    GPdu, |v, f| write!(f, "GPdu\n  {}", v.0), |g| Field::sample(g);
}

impl Msisdn {
    /// An international number.
    pub fn international(digits: &Digits) -> Self {
        let mut w = BytesMut::new();
        w.put_u8(0x91);
        tbcd::write(digits, &mut w);
        Self(w.freeze().into())
    }

    /// Its digits; `None` where they are none.
    pub fn digits(&self) -> Option<Digits> {
        tbcd::read(self.0.get(1..)?)
    }
}

impl ImeiSv {
    /// Its digits; `None` where they are none.
    pub fn digits(&self) -> Option<Digits> {
        tbcd::read(&self.0)
    }
}

impl UserLocation {
    /// A cell: PLMN, location area code, cell identity.
    pub fn cell(plmn: Plmn, lac: u16, cell: u16) -> Self {
        let mut w = BytesMut::new();
        w.put_u8(0);
        w.put_slice(&plmn.octets());
        w.put_u16(lac);
        w.put_u16(cell);
        Self(w.freeze().into())
    }

    /// 0 cell global identification, 1 service area identity, 2 routing area identification.
    pub fn geographic_type(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The network.
    pub fn plmn(&self) -> Option<Plmn> {
        Plmn::from_octets(self.0.get(1..4)?.try_into().ok()?)
    }

    /// Location area code, and cell identity, service area code or (in its first octet) routing area
    /// code.
    pub fn codes(&self) -> Option<(u16, u16)> {
        let octets: [u8; 4] = self.0.get(4..8)?.try_into().ok()?;
        let [a, b, c, d] = octets;
        Some((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])))
    }
}

/// Private extension, TS 29.060 7.7.46: somebody's number (IANA) and what it means to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateExtension {
    /// Extension identifier: private enterprise number.
    pub identifier: u16,
    /// Extension value.
    pub value: Octets,
}

impl fmt::Display for PrivateExtension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "enterprise {}, {}", self.identifier, self.value)
    }
}

impl Value for PrivateExtension {
    fn write(&self, w: &mut BytesMut) {
        w.put_u16(self.identifier);
        self.value.write(w);
    }
    fn json(&self) -> Json {
        json!({ "identifier": self.identifier, "value": self.value.json() })
    }
}

impl Field for PrivateExtension {
    #[inline]
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self {
            identifier: r.u16()?,
            value: Field::read(r)?,
        })
    }
    fn sample(g: &mut Gen) -> Self {
        Self {
            identifier: g.next() as u16,
            value: Field::sample(g),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imsi_of_any_length_keeps_its_fillers() {
        for digits in ["001010", "001010123456789", "12345678901234"] {
            let imsi: wire::Imsi = digits.parse().unwrap();
            let ie = Imsi::from(imsi);
            assert_eq!((ie.imsi(), ie.to_string().as_str()), (Some(imsi), digits));
        }
        assert_eq!(Imsi([0xff; 8]).imsi(), None);
    }

    #[test]
    fn texts() {
        let cell = UserLocation::cell("001-01".parse().unwrap(), 1, 2);
        assert_eq!(cell.to_string(), "CGI 001-01-1-2");
        let number = Msisdn::international(&Digits::new("49123").unwrap());
        assert_eq!(number.to_string(), "+49123");
        assert_eq!(SelectionMode::NETWORK_NOT_VERIFIED.mode(), 2);
    }
}
