//! SN-DATA and SN-UNITDATA, TS 44.065 7.2.
use bytes::{BufMut, Bytes, BytesMut};
use wire::{Reader, Result};

wire::bits! {
    /// The first octet of an SN-PDU, TS 44.065 7.1.
    pub struct First(u8) {
        x: bool [7..=7], "X";
        first: bool [6..=6], "F: first segment";
        unitdata: bool [5..=5], "T: SN-UNITDATA";
        more: bool [4..=4], "M: not the last segment";
        nsapi: u8 [3..=0], "NSAPI";
    }
}

/// What the sequence octets say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sequence {
    /// SN-UNITDATA: segment (4 bits) and N-PDU number (12 bits).
    Unitdata {
        /// Segment number.
        segment: u8,
        /// N-PDU number.
        npdu: u16,
    },
    /// First segment of SN-DATA: N-PDU number.
    Data(u8),
    /// A later segment of SN-DATA: none.
    None,
}

/// An SN-PDU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnPdu {
    /// Flags and NSAPI.
    pub first: First,
    /// DCOMP and PCOMP, high and low half; first segments have them.
    pub compression: Option<u8>,
    /// Which N-PDU, which part of it.
    pub sequence: Sequence,
    /// The octets.
    pub data: Bytes,
}

impl SnPdu {
    /// Takes an SN-PDU apart.
    ///
    /// # Errors
    /// Where it is cut short.
    pub fn parse(octets: &Bytes) -> Result<Self> {
        let mut r = Reader::shared(octets);
        let named = |e: wire::Error| e.within(0, "SNDCP header");
        let first = First(r.u8().map_err(named)?);
        let compression = match first.first() {
            true => Some(r.u8().map_err(named)?),
            false => None,
        };
        let sequence = match (first.unitdata(), first.first()) {
            (true, _) => {
                let n = r.u16().map_err(named)?;
                Sequence::Unitdata {
                    segment: (n >> 12) as u8,
                    npdu: n & 0x0fff,
                }
            }
            (false, true) => Sequence::Data(r.u8().map_err(named)?),
            (false, false) => Sequence::None,
        };
        Ok(Self {
            first,
            compression,
            sequence,
            data: r.rest_bytes(),
        })
    }

    /// The whole SN-PDU.
    pub fn encode(&self) -> Bytes {
        let mut w = BytesMut::with_capacity(self.data.len().saturating_add(4));
        put(
            &mut w,
            self.first,
            self.compression,
            self.sequence,
            &self.data,
        );
        w.freeze()
    }
}

/// Appends an SN-PDU.
pub fn put(w: &mut BytesMut, first: First, comp: Option<u8>, sequence: Sequence, data: &[u8]) {
    w.put_u8(first.0);
    if let Some(c) = comp {
        w.put_u8(c);
    }
    match sequence {
        Sequence::Unitdata { segment, npdu } => {
            w.put_u16(u16::from(segment & 15) << 12 | npdu & 0x0fff);
        }
        Sequence::Data(n) => w.put_u8(n),
        Sequence::None => {}
    }
    w.extend_from_slice(data);
}
