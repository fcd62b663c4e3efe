//! Quality of service profile.
use crate::{Field, Gen, Reader, Result, Value, bits};
use bytes::{Bytes, BytesMut};
use serde_json::{Value as Json, json};
use std::fmt;

/// Quality of service, TS 24.008 10.5.6.5 from octet 3 on: 3 octets (R97/98), 11 or more (R99 on).
///
/// SM carries it as it is; GTP puts one octet of allocation/retention priority in front.
/// The octets are kept as they came; what an octet that is not there would say is `None`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QosProfile(pub Bytes);

impl QosProfile {
    /// Everything "subscribed": what a mobile asks for that leaves the choice to the network.
    pub fn subscribed() -> Self {
        Self(Bytes::from_static(&[0; 11]))
    }

    /// A background profile as an SGSN negotiates it for a small device: best effort delay,
    /// 64 kbit/s both ways.
    pub fn background_64k() -> Self {
        // delay 4, reliability 3; peak 1000 octets/s, precedence 2; mean best effort;
        // background, no order, erroneous SDUs not delivered; SDU 1500; 64 kbit/s up and down;
        // residual BER 1e-5, SDU error ratio 1e-4; no delay or priority; no guaranteed rates
        Self(Bytes::from_static(&[
            0x23, 0x12, 0x1f, 0x93, 0x96, 0x40, 0x40, 0x74, 0x00, 0x00, 0x00,
        ]))
    }

    fn bits(&self, octet: usize, hi: u32, lo: u32) -> Option<u8> {
        let b = self.0.get(octet.checked_sub(3)?)?;
        Some(bits::get(u64::from(*b), hi, lo) as u8)
    }

    /// Delay class.
    pub fn delay_class(&self) -> Option<u8> {
        self.bits(3, 5, 3)
    }
    /// Reliability class.
    pub fn reliability_class(&self) -> Option<u8> {
        self.bits(3, 2, 0)
    }
    /// Peak throughput class.
    pub fn peak_throughput(&self) -> Option<u8> {
        self.bits(4, 7, 4)
    }
    /// Precedence class.
    pub fn precedence(&self) -> Option<u8> {
        self.bits(4, 2, 0)
    }
    /// Mean throughput class.
    pub fn mean_throughput(&self) -> Option<u8> {
        self.bits(5, 4, 0)
    }
    /// Traffic class: 1 conversational, 2 streaming, 3 interactive, 4 background.
    pub fn traffic_class(&self) -> Option<u8> {
        self.bits(6, 7, 5)
    }
    /// Maximum bit rate uplink, kbit/s.
    pub fn max_uplink(&self) -> Option<u32> {
        self.bits(8, 7, 0).and_then(rate)
    }
    /// Maximum bit rate downlink, kbit/s.
    pub fn max_downlink(&self) -> Option<u32> {
        self.bits(9, 7, 0).and_then(rate)
    }
}

/// Bit rates of octets 8, 9, 12 and 13 in kbit/s; `None` for "subscribed" and reserved, 0 for 0xff.
fn rate(v: u8) -> Option<u32> {
    let v = u32::from(v);
    match v {
        0 => None,
        1..=0x3f => Some(v),
        0x40..=0x7f => Some(v.wrapping_sub(0x40).wrapping_mul(8).wrapping_add(64)),
        0x80..=0xfe => Some(v.wrapping_sub(0x80).wrapping_mul(64).wrapping_add(576)),
        _ => Some(0),
    }
}

impl fmt::Display for QosProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::Octets(self.0.clone()).fmt(f)
    }
}

impl fmt::Debug for QosProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Value for QosProfile {
    fn write(&self, w: &mut BytesMut) {
        w.extend_from_slice(&self.0);
    }
    fn json(&self) -> Json {
        json!({
            "octets": self.to_string(),
            "delay_class": self.delay_class(),
            "reliability_class": self.reliability_class(),
            "peak_throughput": self.peak_throughput(),
            "precedence": self.precedence(),
            "mean_throughput": self.mean_throughput(),
            "traffic_class": self.traffic_class(),
            "max_uplink_kbit_s": self.max_uplink(),
            "max_downlink_kbit_s": self.max_downlink(),
        })
    }
}

impl Field for QosProfile {
    #[inline]
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        if r.left() < 3 {
            return Err(r.error(crate::Kind::BadLength(r.left())));
        }
        Ok(Self(r.rest_bytes()))
    }
    fn sample(g: &mut Gen) -> Self {
        let n = *g.pick(&[3usize, 11, 12, 16]).unwrap_or(&11);
        Self((0..n).map(|_| g.next() as u8).collect::<Vec<_>>().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_the_background_profile() {
        let q = QosProfile::background_64k();
        assert_eq!((q.delay_class(), q.reliability_class()), (Some(4), Some(3)));
        assert_eq!(q.traffic_class(), Some(4));
        assert_eq!((q.max_uplink(), q.max_downlink()), (Some(64), Some(64)));
        assert_eq!(
            (rate(0x80), rate(0xfe), rate(0xff)),
            (Some(576), Some(8640), Some(0))
        );
    }
}
