//! Strings of decimal digits: IMSI, PLMN, and the packed form in which most protocols carry them.
use std::{collections::BTreeMap, fmt, str::FromStr};

/// Up to 16 decimal digits, leading zeros kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Digits {
    len: u8,
    /// The first digit in the most significant nibble of the `len` used ones.
    packed: u64,
}

impl Digits {
    /// From decimal digits; `None` for other characters or more than 16.
    pub fn new(text: &str) -> Option<Self> {
        let mut d = Self::default();
        for c in text.chars() {
            d = d.push(u8::try_from(c.to_digit(10)?).ok()?)?;
        }
        Some(d)
    }

    /// With one more digit; `None` where it is above 9 or the 17th.
    #[must_use]
    pub fn push(self, digit: u8) -> Option<Self> {
        (digit < 10 && self.len < 16).then(|| Self {
            len: self.len.wrapping_add(1),
            packed: self.packed.wrapping_shl(4) | u64::from(digit),
        })
    }

    /// How many digits.
    pub fn len(&self) -> usize {
        usize::from(self.len)
    }

    /// True for no digits.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The digits, first to last.
    pub fn iter(&self) -> impl Iterator<Item = u8> + use<> {
        let Self { len, packed } = *self;
        (0..len).map(move |i| {
            let shift = u32::from(len.wrapping_sub(i).wrapping_sub(1)).wrapping_mul(4);
            (packed.wrapping_shr(shift) & 15) as u8
        })
    }

    /// The number that the digits `from..from + n` make; `None` where they are not there.
    pub fn number(&self, from: usize, n: usize) -> Option<u16> {
        let end = from.checked_add(n)?;
        (end <= self.len()).then(|| {
            let part = self.iter().skip(from).take(n);
            part.fold(0u16, |v, d| v.wrapping_mul(10).wrapping_add(u16::from(d)))
        })
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|d| write!(f, "{d}"))
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Telephony BCD: two digits per octet, the first in the low nibble, F as filler behind the last.
pub mod tbcd {
    use super::Digits;
    use bytes::{BufMut, BytesMut};

    /// Reads digits up to the first filler; `None` where a digit is above 9 or stands behind a filler.
    pub fn read(octets: &[u8]) -> Option<Digits> {
        let mut d = Digits::default();
        let mut filler = false;
        for nibble in octets.iter().flat_map(|b| [b & 15, b.wrapping_shr(4)]) {
            match nibble {
                15 => filler = true,
                _ if filler => return None,
                n => d = d.push(n)?,
            }
        }
        Some(d)
    }

    /// Appends digits, with a filler behind an odd number of them.
    pub fn write(d: &Digits, w: &mut BytesMut) {
        let mut digits = d.iter();
        while let Some(low) = digits.next() {
            let high = digits.next().unwrap_or(15);
            w.put_u8(high.wrapping_shl(4) | low);
        }
    }
}

/// International mobile subscriber identity, TS 23.003 2.2: 6 to 15 digits, MCC first.
///
/// A PCID has the same shape (TR 33.812), and is nothing else to a visited network.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Imsi(Digits);

impl Imsi {
    /// From digits; `None` below 6 or above 15.
    pub fn new(d: Digits) -> Option<Self> {
        (6..=15).contains(&d.len()).then_some(Self(d))
    }

    /// The digits.
    pub fn digits(&self) -> &Digits {
        &self.0
    }

    /// Mobile country code.
    pub fn mcc(&self) -> u16 {
        self.0.number(0, 3).unwrap_or(0)
    }

    /// The home network, by the table of MNC lengths; `None` where the table does not know the MCC.
    pub fn plmn(&self, lengths: &MncLengths) -> Option<Plmn> {
        let mnc_digits = lengths.of(&self.0)?;
        Some(Plmn {
            mcc: self.mcc(),
            mnc: self.0.number(3, usize::from(mnc_digits))?,
            mnc_digits,
        })
    }
}

impl FromStr for Imsi {
    type Err = &'static str;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Digits::new(s)
            .and_then(Self::new)
            .ok_or("an IMSI has 6 to 15 decimal digits")
    }
}

impl fmt::Display for Imsi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Imsi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A public land mobile network: MCC, MNC and how many digits the MNC has (01 is not 001).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Plmn {
    /// Mobile country code, 0 to 999.
    pub mcc: u16,
    /// Mobile network code.
    pub mnc: u16,
    /// 2 or 3.
    pub mnc_digits: u8,
}

impl Plmn {
    /// From its three octets, TS 24.008 10.5.1.3; `None` where a digit is above 9.
    pub fn from_octets([a, b, c]: [u8; 3]) -> Option<Self> {
        let digit = |n: u8| (n < 10).then_some(u16::from(n));
        let number = |hundreds: u16, tens: u16, ones: u16| {
            hundreds
                .wrapping_mul(100)
                .wrapping_add(tens.wrapping_mul(10))
                .wrapping_add(ones)
        };
        let mcc = number(digit(a & 15)?, digit(a.wrapping_shr(4))?, digit(b & 15)?);
        let (one, two) = (digit(c & 15)?, digit(c.wrapping_shr(4))?);
        let (mnc, mnc_digits) = match b.wrapping_shr(4) {
            15 => (number(0, one, two), 2),
            three => (number(one, two, digit(three)?), 3),
        };
        Some(Self {
            mcc,
            mnc,
            mnc_digits,
        })
    }

    /// Its three octets, TS 24.008 10.5.1.3.
    pub fn octets(&self) -> [u8; 3] {
        let digit = |v: u16, div: u16| v.checked_div(div).unwrap_or(0).wrapping_rem(10) as u8;
        let pair = |high: u8, low: u8| high.wrapping_shl(4) | low;
        let (one, two, three) = match self.mnc_digits {
            3 => (
                digit(self.mnc, 100),
                digit(self.mnc, 10),
                digit(self.mnc, 1),
            ),
            _ => (digit(self.mnc, 10), digit(self.mnc, 1), 15),
        };
        [
            pair(digit(self.mcc, 10), digit(self.mcc, 100)),
            pair(three, digit(self.mcc, 1)),
            pair(two, one),
        ]
    }

    /// The EPC realm of the network, TS 23.003 19.2.
    pub fn realm(&self) -> String {
        format!("epc.mnc{:03}.mcc{:03}.3gppnetwork.org", self.mnc, self.mcc)
    }
}

/// `MCC-MNC`.
impl fmt::Display for Plmn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = usize::from(self.mnc_digits);
        write!(f, "{:03}-{:0width$}", self.mcc, self.mnc)
    }
}

impl fmt::Debug for Plmn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Plmn {
    type Err = &'static str;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let wrong = "a PLMN is written MCC-MNC, with 3 and 2 or 3 digits";
        let (mcc, mnc) = s.split_once('-').ok_or(wrong)?;
        let (mcc, mnc) = (
            Digits::new(mcc).ok_or(wrong)?,
            Digits::new(mnc).ok_or(wrong)?,
        );
        match (mcc.len(), mnc.len()) {
            (3, n @ (2 | 3)) => Ok(Self {
                mcc: mcc.number(0, 3).ok_or(wrong)?,
                mnc: mnc.number(0, n).ok_or(wrong)?,
                mnc_digits: if n == 3 { 3 } else { 2 },
            }),
            _ => Err(wrong),
        }
    }
}

/// How many digits the MNCs of a country have: by table, never by guess.
///
/// Rows are prefixes of an IMSI (three digits for a whole country, more where a country mixes both
/// lengths); the longest that fits decides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MncLengths(BTreeMap<String, u8>);

impl MncLengths {
    /// A table with the test networks only: 001 and 999 with two digits.
    pub fn test_networks() -> Self {
        Self::default().with("001", 2).with("999", 2)
    }

    /// With a row more.
    #[must_use]
    pub fn with(mut self, prefix: &str, digits: u8) -> Self {
        self.0.insert(prefix.to_owned(), digits);
        self
    }

    fn of(&self, imsi: &Digits) -> Option<u8> {
        let text = imsi.to_string();
        (3..=text.len())
            .rev()
            .find_map(|n| text.get(..n).and_then(|p| self.0.get(p)).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plmn_octets_keep_the_number_of_mnc_digits() {
        for (text, octets) in [
            ("001-01", [0x00, 0xf1, 0x10]),
            ("999-02", [0x99, 0xf9, 0x20]),
            ("310-410", [0x13, 0x00, 0x14]),
            ("999-002", [0x99, 0x29, 0x00]),
        ] {
            let plmn: Plmn = text.parse().unwrap();
            assert_eq!(plmn.octets(), octets, "{text}");
            assert_eq!(Plmn::from_octets(octets), Some(plmn));
            assert_eq!(plmn.to_string(), text);
        }
        assert_eq!(Plmn::from_octets([0xff, 0xff, 0xff]), None);
    }

    #[test]
    fn home_network_by_the_longest_row() {
        let lengths = MncLengths::test_networks().with("405", 2).with("4058", 3);
        let plmn = |s: &str| {
            s.parse::<Imsi>()
                .unwrap()
                .plmn(&lengths)
                .map(|p| p.to_string())
        };
        assert_eq!(plmn("999010000000001").as_deref(), Some("999-01"));
        assert_eq!(plmn("405540000000001").as_deref(), Some("405-54"));
        assert_eq!(plmn("405840000000001").as_deref(), Some("405-840"));
        assert_eq!(plmn("262420000000001"), None);
        let ro = "999010000000001"
            .parse::<Imsi>()
            .unwrap()
            .plmn(&lengths)
            .unwrap();
        assert_eq!(ro.realm(), "epc.mnc001.mcc999.3gppnetwork.org");
    }

    #[test]
    fn tbcd_both_ways() {
        let d = Digits::new("001010123456789").unwrap();
        let mut w = bytes::BytesMut::new();
        tbcd::write(&d, &mut w);
        assert_eq!(w[..], [0x00, 0x01, 0x01, 0x21, 0x43, 0x65, 0x87, 0xf9]);
        assert_eq!(tbcd::read(&w), Some(d));
        assert_eq!(tbcd::read(&[0x1f]), None);
        assert_eq!(tbcd::read(&[0xa1]), None);
    }
}
