//! Values of MAP, TS 29.002 17.7.8.
use bytes::{BufMut, BytesMut};
use serde_json::{Value as Json, json};
use std::{fmt, net::IpAddr};
use wire::{Digits, Field, Gen, Hex, Kind, Octets, Reader, Result, Value, tbcd};

/// IMSI in telephony BCD.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Imsi(pub wire::Imsi);

impl From<wire::Imsi> for Imsi {
    fn from(imsi: wire::Imsi) -> Self {
        Self(imsi)
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

impl Value for Imsi {
    fn write(&self, w: &mut BytesMut) {
        tbcd::write(self.0.digits(), w);
    }
}

impl Field for Imsi {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        let (at, n) = (*r, r.left());
        let octets = r.rest();
        let digits = tbcd::read(octets);
        // no more fillers than one, so that it is written back as it came
        let whole = |d: &Digits| d.len().div_ceil(2) == n;
        let imsi = digits.filter(whole).and_then(wire::Imsi::new);
        imsi.map(Self).ok_or_else(|| match n {
            3..=8 => at.error(Kind::BadValue(octets.last().copied().unwrap_or(0).into())),
            _ => at.error(Kind::BadLength(n)),
        })
    }
    fn sample(g: &mut Gen) -> Self {
        let n = g.below(10).saturating_add(5);
        // the first digit makes six of them at least
        let digits = (0..n).try_fold(Digits::default().push(9).unwrap_or_default(), |d, _| {
            d.push(g.below(10) as u8)
        });
        let imsi = digits.and_then(wire::Imsi::new);
        Self(imsi.unwrap_or_else(|| Self::sample(g).0))
    }
}

/// AddressString and ISDN-AddressString: nature and plan of the number, its digits; kept as it came.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressString(pub Octets);

impl AddressString {
    /// An international number of the ISDN plan (E.164).
    pub fn international(digits: &Digits) -> Self {
        let mut w = BytesMut::new();
        w.put_u8(0x91);
        tbcd::write(digits, &mut w);
        Self(w.freeze().into())
    }

    /// Nature of the number: 1 international, 2 national.
    pub fn nature(&self) -> Option<u8> {
        self.0.first().map(|b| b.wrapping_shr(4) & 7)
    }

    /// Numbering plan: 1 E.164, 6 E.212, 7 E.214.
    pub fn plan(&self) -> Option<u8> {
        self.0.first().map(|b| b & 15)
    }

    /// Its digits; `None` where they are none, or more than 16.
    pub fn digits(&self) -> Option<Digits> {
        tbcd::read(self.0.get(1..)?)
    }
}

impl fmt::Display for AddressString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.digits(), self.nature()) {
            (Some(d), Some(1)) => write!(f, "+{d}"),
            (Some(d), _) => d.fmt(f),
            _ => write!(f, "0x{}", self.0),
        }
    }
}

impl fmt::Debug for AddressString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Value for AddressString {
    fn write(&self, w: &mut BytesMut) {
        self.0.write(w);
    }
    fn json(&self) -> Json {
        match self.digits() {
            Some(d) => {
                json!({ "nature": self.nature(), "plan": self.plan(), "digits": d.to_string() })
            }
            None => self.0.json(),
        }
    }
}

impl Field for AddressString {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        let n = r.left();
        if !(1..=20).contains(&n) {
            return Err(r.error(Kind::BadLength(n)));
        }
        Ok(Self(r.rest_bytes().into()))
    }
    fn sample(g: &mut Gen) -> Self {
        let n = g.below(15);
        let digits = (0..n).try_fold(Digits::default(), |d, _| d.push(g.below(10) as u8));
        Self::international(&digits.unwrap_or_default())
    }
}

/// GSN-Address: type and length of an IP address in an octet, the address, TS 23.003 5.1.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GsnAddress(pub Octets);

impl GsnAddress {
    /// The address; `None` where its octets are none.
    pub fn ip(&self) -> Option<IpAddr> {
        let (head, rest) = self.0.split_first()?;
        let address = Reader::new(rest).all::<IpAddr>().ok()?;
        let matches = (address.is_ipv4() && *head == 0x04) || (address.is_ipv6() && *head == 0x50);
        matches.then_some(address)
    }
}

impl From<IpAddr> for GsnAddress {
    fn from(a: IpAddr) -> Self {
        let mut w = BytesMut::new();
        w.put_u8(if a.is_ipv4() { 0x04 } else { 0x50 });
        a.write(&mut w);
        Self(w.freeze().into())
    }
}

impl fmt::Display for GsnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ip() {
            Some(a) => a.fmt(f),
            None => write!(f, "0x{}", self.0),
        }
    }
}

impl fmt::Debug for GsnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Value for GsnAddress {
    fn write(&self, w: &mut BytesMut) {
        self.0.write(w);
    }
}

impl Field for GsnAddress {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        let n = r.left();
        if !(5..=17).contains(&n) {
            return Err(r.error(Kind::BadLength(n)));
        }
        Ok(Self(r.rest_bytes().into()))
    }
    fn sample(g: &mut Gen) -> Self {
        IpAddr::sample(g).into()
    }
}

/// A PLMN, three octets as TS 24.008 10.5.1.3 has them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PlmnId(pub Hex<3>);

impl PlmnId {
    /// The network; `None` where the octets are none.
    pub fn plmn(&self) -> Option<wire::Plmn> {
        wire::Plmn::from_octets(self.0.0)
    }
}

impl From<wire::Plmn> for PlmnId {
    fn from(p: wire::Plmn) -> Self {
        Self(Hex(p.octets()))
    }
}

impl fmt::Display for PlmnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.plmn() {
            Some(p) => p.fmt(f),
            None => write!(f, "0x{}", self.0),
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
        self.0.write(w);
    }
}

impl Field for PlmnId {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(Hex::read(r)?))
    }
    fn sample(g: &mut Gen) -> Self {
        Self(Hex::sample(g))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_imsi_of_any_length_and_no_other_octets() {
        for (octets, text) in [
            (
                &[0x64, 0x00, 0x40, 0x01, 0, 0, 0x01, 0xf1][..],
                "460004100000101",
            ),
            (&[0x00, 0x01, 0x21], "001012"),
        ] {
            let imsi = Reader::new(octets).all::<Imsi>().unwrap();
            assert_eq!(imsi.to_string(), text);
            let mut w = BytesMut::new();
            imsi.write(&mut w);
            assert_eq!(w, octets);
        }
        for bad in [
            &[0x64, 0x00, 0x40, 0xff][..],
            &[0x64, 0xa0, 0x40],
            &[0x64],
            &[0; 9],
        ] {
            assert!(Reader::new(bad).all::<Imsi>().is_err(), "{bad:02x?}");
        }
    }

    #[test]
    fn addresses() {
        let gsn = Reader::new(&[4, 192, 169, 100, 1])
            .all::<GsnAddress>()
            .unwrap();
        assert_eq!(
            gsn,
            GsnAddress::from("192.169.100.1".parse::<IpAddr>().unwrap())
        );
        assert_eq!(gsn.to_string(), "192.169.100.1");
        let v6 = GsnAddress::from("2001:db8::1".parse::<IpAddr>().unwrap());
        assert_eq!((v6.0[0], v6.to_string().as_str()), (0x50, "2001:db8::1"));
        let number = AddressString::international(&Digits::new("861370800").unwrap());
        assert_eq!(number.to_string(), "+861370800");
        assert_eq!(number.0[..], [0x91, 0x68, 0x31, 0x07, 0x08, 0xf0]);
    }
}
