//! Access point name.
use crate::{Field, Gen, Reader, Result, Value};
use bytes::{BufMut, Bytes, BytesMut};
use std::fmt;

/// An access point name as GTP, SM and DNS carry it: labels behind their lengths, TS 23.003 9.1.
///
/// The octets are kept as they came, well formed or not.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Apn(Bytes);

impl Apn {
    /// From dotted text; `None` where a label is empty or above 63 octets, or all are above 100.
    pub fn new(text: &str) -> Option<Self> {
        let mut w = BytesMut::new();
        for label in text.split('.') {
            if label.is_empty() || label.len() > 63 {
                return None;
            }
            w.put_u8(u8::try_from(label.len()).ok()?);
            w.put_slice(label.as_bytes());
        }
        (w.len() <= 100).then(|| Self(w.freeze()))
    }

    /// Dotted text; `None` where the octets are not labels.
    pub fn text(&self) -> Option<String> {
        let mut r = Reader::new(&self.0);
        let mut out = String::new();
        while !r.is_empty() {
            let n = r.u8().ok()?;
            let label = std::str::from_utf8(r.take(usize::from(n)).ok()?).ok()?;
            if label.is_empty() || label.contains('.') {
                return None;
            }
            if !out.is_empty() {
                out.push('.');
            }
            out.push_str(label);
        }
        Some(out)
    }

    /// The network identifier: the text without an operator identifier (`.mncNNN.mccMMM.gprs`),
    /// in lower case, for comparison.
    pub fn network_id(&self) -> Option<String> {
        let text = self.text()?.to_ascii_lowercase();
        let labels: Vec<&str> = text.split('.').collect();
        match labels.as_slice() {
            [ni @ .., mnc, mcc, "gprs"]
                if !ni.is_empty() && mnc.starts_with("mnc") && mcc.starts_with("mcc") =>
            {
                Some(ni.join("."))
            }
            _ => Some(text),
        }
    }
}

impl fmt::Display for Apn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text() {
            Some(t) => write!(f, "{}", t.escape_default()),
            None => crate::Octets(self.0.clone()).fmt(f),
        }
    }
}

impl fmt::Debug for Apn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Value for Apn {
    fn write(&self, w: &mut BytesMut) {
        w.extend_from_slice(&self.0);
    }
}

impl Field for Apn {
    #[inline]
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.rest_bytes()))
    }
    fn sample(g: &mut Gen) -> Self {
        let names = [
            "internet",
            "m2m.registration",
            "ims.mnc001.mcc001.gprs",
            "a.b.c",
        ];
        g.pick(&names)
            .and_then(|n| Self::new(n))
            .unwrap_or(Self(Bytes::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        let apn = Apn::new("m2m.registration").unwrap();
        let mut w = BytesMut::new();
        apn.write(&mut w);
        assert_eq!(&w[..], b"\x03m2m\x0cregistration");
        assert_eq!(Reader::new(&w).all::<Apn>().unwrap(), apn);
        let full = Apn::new("M2M.registration.mnc001.mcc999.gprs").unwrap();
        assert_eq!(full.network_id().as_deref(), Some("m2m.registration"));
        assert_eq!(Apn::new("a..b"), None);
        assert_eq!(
            Reader::new(&[5, b'a']).all::<Apn>().unwrap().to_string(),
            "0561"
        );
    }
}
