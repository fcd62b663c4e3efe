//! GSMTAP version 2: the pseudo header in front of a block of the air interface, UDP 4729, as
//! libosmocore's `gsmtap.h` and Wireshark have it.
use bytes::{BufMut, BytesMut};
use wire::{Error, Kind, Reader, Result};

/// The UDP port.
pub const PORT: u16 = 4729;
/// Octets of the header without extensions.
pub const HEADER: usize = 16;
/// TDMA frames until their number begins again (TS 45.002 4.3.3).
pub const HYPERFRAME: u32 = 2_715_648;

const VERSION: u8 = 2;
/// Type: GSM Um interface.
const UM: u8 = 1;
/// Subtype: BCCH.
const BCCH: u8 = 1;
/// The ARFCN's flag of the direction.
const UPLINK: u16 = 0x4000;

/// The header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gsmtap {
    /// What follows: 1 for GSM Um.
    pub kind: u8,
    /// Which channel of that: 1 for the BCCH.
    pub channel: u8,
    /// Timeslot, 0 to 7.
    pub timeslot: u8,
    /// ARFCN, with flags for uplink and PCS band in its upper bits.
    pub arfcn: u16,
    /// Signal level in dBm.
    pub signal: i8,
    /// TDMA frame number.
    pub frame: u32,
}

impl Gsmtap {
    /// A block of a cell's BCCH.
    pub fn bcch(arfcn: u16, signal: i8, frame: u32) -> Self {
        Self {
            kind: UM,
            channel: BCCH,
            timeslot: 0,
            arfcn: arfcn & 0x03ff,
            signal,
            frame,
        }
    }

    /// True for a block that a cell broadcasts on its BCCH.
    pub fn is_bcch(&self) -> bool {
        (self.kind, self.channel) == (UM, BCCH) && self.arfcn & UPLINK == 0
    }

    /// Reads a header with its extensions, which are passed over.
    ///
    /// # Errors
    /// Another version, a header that is cut short or says that it is shorter than it can be.
    pub fn read(r: &mut Reader<'_>) -> Result<Self> {
        let at = r.at();
        let version = r.u8()?;
        if version != VERSION {
            let kind = Kind::BadValue(version.into());
            return Err(Error::new(kind, at, "GSMTAP version"));
        }
        let at = r.at();
        let words = usize::from(r.u8()?);
        let more = words.saturating_mul(4).checked_sub(HEADER);
        let Some(more) = more else {
            return Err(Error::new(
                Kind::BadLength(words),
                at,
                "GSMTAP header length",
            ));
        };
        let (kind, timeslot, arfcn) = (r.u8()?, r.u8()?, r.u16()?);
        let (signal, _snr) = (r.u8()? as i8, r.u8()?);
        let frame = r.u32()?;
        let channel = r.u8()?;
        let _antenna_subslot_reserved = r.take(3)?;
        r.take(more)?;
        Ok(Self {
            kind,
            channel,
            timeslot,
            arfcn,
            signal,
            frame,
        })
    }

    /// Appends the header.
    pub fn write(&self, w: &mut BytesMut) {
        w.put_slice(&[VERSION, (HEADER / 4) as u8, self.kind, self.timeslot]);
        w.put_u16(self.arfcn);
        w.put_i8(self.signal);
        w.put_u8(0);
        w.put_u32(self.frame);
        w.put_slice(&[self.channel, 0, 0, 0]);
    }
}
