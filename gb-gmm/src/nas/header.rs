//! The first octets of a layer 3 message, TS 24.007 11.2.3.
use bytes::{BufMut, BytesMut};
use std::fmt;
use wire::{Kind, Reader, Result};

wire::code_points! {
    /// Protocol discriminator, TS 24.007 11.2.3.1.1.
    pub struct Pd(u8) {
        MobilityManagement = 5, "Mobility Management";
        GprsMobilityManagement = 8, "GPRS Mobility Management";
        ShortMessage = 9, "Short Message Service";
        GprsSessionManagement = 10, "GPRS Session Management";
        NonCallRelatedSs = 11, "non call related Supplementary Services";
    }
}

/// Which way a message goes: some types mean different things each way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// From the mobile to the network.
    Up,
    /// From the network to the mobile.
    Down,
}

/// Transaction identifier as it stands in a message, TS 24.007 11.2.3.1.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ti {
    /// The TI flag: false from the side that allocated the value, true to it.
    pub to_originator: bool,
    /// 0 to 6 in one octet, 7 to 127 with the extension octet.
    pub value: u8,
}

impl Ti {
    /// The same transaction seen from the other side: what an answer carries.
    #[must_use]
    pub fn reply(self) -> Self {
        Self {
            to_originator: !self.to_originator,
            ..self
        }
    }
}

impl fmt::Display for Ti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = if self.to_originator { "to" } else { "from" };
        write!(f, "{} ({way} its originator)", self.value)
    }
}

/// Protocol discriminator, what shares its octet, and the message type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// A protocol with a skip indicator, TS 24.007 11.2.3.1.2. Other than 0: ignore the message.
    Skip {
        /// The protocol.
        pd: Pd,
        /// The skip indicator.
        skip: u8,
        /// Message type.
        kind: u8,
    },
    /// A protocol with transactions.
    Transaction {
        /// The protocol.
        pd: Pd,
        /// The transaction.
        ti: Ti,
        /// Message type.
        kind: u8,
    },
}

impl Header {
    /// Reads a header.
    ///
    /// # Errors
    /// Too few octets, or a TI extension that does not say that it ends (TS 24.007 11.2.3.1.3).
    pub fn read(r: &mut Reader<'_>) -> Result<Self> {
        let named = |e: wire::Error| e.within(0, "header");
        let first = r.u8().map_err(named)?;
        let (pd, high) = (Pd(first & 15), first.wrapping_shr(4));
        if pd != Pd::GprsSessionManagement {
            return Ok(Self::Skip {
                pd,
                skip: high,
                kind: r.u8().map_err(named)?,
            });
        }
        let value = match high & 7 {
            7 => {
                let ext = r.u8().map_err(named)?;
                if ext & 0x80 == 0 || ext & 0x7f < 7 {
                    let kind = Kind::BadValue(ext.into());
                    return Err(r.error(kind).within(0, "transaction identifier"));
                }
                ext & 0x7f
            }
            n => n,
        };
        let ti = Ti {
            to_originator: high & 8 != 0,
            value,
        };
        let kind = r.u8().map_err(named)?;
        Ok(Self::Transaction { pd, ti, kind })
    }

    /// Appends a header.
    pub fn write(&self, w: &mut BytesMut) {
        match *self {
            Self::Skip { pd, skip, kind } => {
                w.put_u8(skip.wrapping_shl(4) | pd.0 & 15);
                w.put_u8(kind);
            }
            Self::Transaction { pd, ti, kind } => {
                let flag = if ti.to_originator { 0x80 } else { 0 };
                w.put_u8(flag | ti.value.min(7).wrapping_shl(4) | pd.0 & 15);
                if ti.value >= 7 {
                    w.put_u8(0x80 | ti.value);
                }
                w.put_u8(kind);
            }
        }
    }

    /// The protocol.
    pub fn pd(&self) -> Pd {
        match *self {
            Self::Skip { pd, .. } | Self::Transaction { pd, .. } => pd,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_transaction_identifiers() {
        for (ti, octets) in [
            (6, &[0xea, 0x55][..]),
            (7, &[0xfa, 0x87, 0x55]),
            (127, &[0xfa, 0xff, 0x55]),
        ] {
            let h = Header::Transaction {
                pd: Pd::GprsSessionManagement,
                ti: Ti {
                    to_originator: true,
                    value: ti,
                },
                kind: 0x55,
            };
            let mut w = BytesMut::new();
            h.write(&mut w);
            assert_eq!(w, octets);
            assert_eq!(Header::read(&mut Reader::new(octets)), Ok(h));
        }
        assert!(Header::read(&mut Reader::new(&[0x7a, 0x07, 0x41])).is_err());
    }
}
