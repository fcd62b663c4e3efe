//! Where a mobile is.
use crate::{Field, Gen, Plmn, Reader, Result, Value};
use bytes::BytesMut;
use serde_json::{Value as Json, json};
use std::fmt;

/// Routing area identification, TS 24.008 10.5.5.15: PLMN, LAC, RAC in six octets, kept as they
/// came (a mobile without a valid one sends a deleted LAC or no PLMN).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rai(pub [u8; 6]);

impl Rai {
    /// From its parts.
    pub fn new(plmn: Plmn, lac: u16, rac: u8) -> Self {
        let ([a, b, c], [d, e]) = (plmn.octets(), lac.to_be_bytes());
        Self([a, b, c, d, e, rac])
    }

    /// The network; `None` where its digits are not digits.
    pub fn plmn(&self) -> Option<Plmn> {
        let [a, b, c, ..] = self.0;
        Plmn::from_octets([a, b, c])
    }

    /// Location area code.
    pub fn lac(&self) -> u16 {
        let [_, _, _, d, e, _] = self.0;
        u16::from_be_bytes([d, e])
    }

    /// Routing area code.
    pub fn rac(&self) -> u8 {
        let [.., rac] = self.0;
        rac
    }
}

/// `MCC-MNC-LAC-RAC`.
impl fmt::Display for Rai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.plmn() {
            Some(p) => write!(f, "{p}-{}-{}", self.lac(), self.rac()),
            None => crate::Hex(self.0).fmt(f),
        }
    }
}

impl fmt::Debug for Rai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Value for Rai {
    fn write(&self, w: &mut BytesMut) {
        w.extend_from_slice(&self.0);
    }
    fn json(&self) -> Json {
        match self.plmn() {
            Some(p) => json!({ "plmn": p.to_string(), "lac": self.lac(), "rac": self.rac() }),
            None => Json::String(self.to_string()),
        }
    }
}

impl Field for Rai {
    #[inline]
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.array()?))
    }
    fn sample(g: &mut Gen) -> Self {
        Self(std::array::from_fn(|_| g.next() as u8))
    }
}
