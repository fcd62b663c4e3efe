//! Packet data protocol address.
use crate::{Field, Gen, Reader, Result, Value};
use bytes::{BufMut, Bytes, BytesMut};
use serde_json::{Value as Json, json};
use std::{fmt, net::Ipv4Addr};

/// A PDP address as SM and GTP carry it, TS 24.008 10.5.6.4 and TS 29.060 7.7.27 (end user
/// address): organisation, type number, address (empty while it is to be assigned).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PdpAddress {
    /// Spare bits and organisation: 0 ETSI, 1 IETF. GTP sets the spare bits to 1 (0xf1), SM to 0.
    pub organisation: u8,
    /// PDP type number: 0x01 PPP (ETSI), 0x21 IPv4, 0x57 IPv6, 0x8d both (IETF).
    pub number: u8,
    /// The address, empty for a dynamic one.
    pub address: Bytes,
}

impl PdpAddress {
    /// IPv4, to be assigned where `address` is `None`; spare bits 0 (SM).
    pub fn ipv4(address: Option<Ipv4Addr>) -> Self {
        Self {
            organisation: 1,
            number: 0x21,
            address: address.map_or_else(Bytes::new, |a| Bytes::copy_from_slice(&a.octets())),
        }
    }

    /// The same as GTP writes it, spare bits 1.
    #[must_use]
    pub fn for_gtp(self) -> Self {
        Self {
            organisation: self.organisation | 0xf0,
            ..self
        }
    }

    /// The same as SM writes it, spare bits 0.
    #[must_use]
    pub fn for_sm(self) -> Self {
        Self {
            organisation: self.organisation & 0x0f,
            ..self
        }
    }

    /// True for IPv4.
    pub fn is_ipv4(&self) -> bool {
        (self.organisation & 15, self.number) == (1, 0x21)
    }

    /// The IPv4 address, where it is one and is given.
    pub fn ipv4_address(&self) -> Option<Ipv4Addr> {
        let octets: [u8; 4] = self.address.as_ref().try_into().ok()?;
        self.is_ipv4().then(|| octets.into())
    }
}

impl fmt::Display for PdpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.organisation & 15, self.number) {
            (0, 1) => f.write_str("PPP"),
            (1, 0x21) => f.write_str("IPv4"),
            (1, 0x57) => f.write_str("IPv6"),
            (1, 0x8d) => f.write_str("IPv4v6"),
            (o, n) => write!(f, "organisation {o} type {n:#04x}"),
        }?;
        match self.ipv4_address() {
            Some(a) => write!(f, " {a}"),
            None if self.address.is_empty() => f.write_str(" dynamic"),
            None => write!(f, " {}", crate::Octets(self.address.clone())),
        }
    }
}

impl fmt::Debug for PdpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Value for PdpAddress {
    fn write(&self, w: &mut BytesMut) {
        w.put_u8(self.organisation);
        w.put_u8(self.number);
        w.extend_from_slice(&self.address);
    }
    fn json(&self) -> Json {
        let address = match self.ipv4_address() {
            Some(a) => a.to_string(),
            None => crate::Octets(self.address.clone()).to_string(),
        };
        json!({ "organisation": self.organisation & 15, "number": self.number, "address": address })
    }
}

impl Field for PdpAddress {
    #[inline]
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self {
            organisation: r.u8()?,
            number: r.u8()?,
            address: r.rest_bytes(),
        })
    }
    fn sample(g: &mut Gen) -> Self {
        Self::ipv4(g.flip().then(|| Ipv4Addr::sample(g)))
    }
}
