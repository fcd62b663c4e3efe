//! System information types 3 and 13 (TS 44.018 9.1.35, 9.1.43a): where a cell is, and that it has
//! GPRS. Of the radio only what every cell has to say stands here, as constants; rest octets are in
//! CSN.1 over the padding 0x2b, against which L and H are told (TS 44.018 8.9).
use super::BLOCK;
use bytes::{BufMut, BytesMut};
use serde_json::{Value as Json, json};
use std::fmt;
use wire::{Error, Kind, Plmn, Reader, Result, Value};

/// Message type of system information 3.
pub const SI3: u8 = 0x1b;
/// Message type of system information 13.
pub const SI13: u8 = 0x00;

/// Protocol discriminator: radio resources management (TS 24.007 11.2.3.1.1).
const RR: u8 = 0x06;
const PADDING: u8 = 0x2b;

/// System information type 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Si3 {
    /// Cell identity.
    pub ci: u16,
    /// The network, of the location area identification.
    pub plmn: Plmn,
    /// Location area code.
    pub lac: u16,
    /// RA colour, 0 to 7, where the cell has GPRS.
    pub ra_colour: Option<u8>,
}

/// System information type 13.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Si13 {
    /// Routing area code.
    pub rac: u8,
}

/// L2 pseudo length (TS 44.018 10.5.2.19) and what every RR message begins with.
fn head(r: &mut Reader<'_>, kind: u8) -> Result<()> {
    let at = r.at();
    let octets: [u8; 3] = r.array()?;
    match octets {
        [_, RR, k] if k == kind => Ok(()),
        [_, _, k] => Err(Error::new(Kind::BadValue(k.into()), at, "message type")),
    }
}

/// Bits in CSN.1, over the padding.
struct Bits {
    octets: [u8; BLOCK],
    at: usize,
}

impl Bits {
    fn behind(octets: &[u8]) -> Self {
        let mut all = [PADDING; BLOCK];
        for (to, from) in all.iter_mut().zip(octets) {
            *to = *from;
        }
        Self {
            octets: all,
            at: octets.len().saturating_mul(8),
        }
    }

    /// The next `n` bits become these.
    fn put(&mut self, n: usize, value: u32) {
        for i in (0..n).rev() {
            let bit = value.checked_shr(i as u32).unwrap_or(0) & 1 != 0;
            self.bit(|_| bit);
        }
    }

    /// The next bits are L.
    fn low(&mut self, n: usize) {
        self.at = self.at.saturating_add(n);
    }

    /// The next bit is H.
    fn high(&mut self) {
        self.bit(|padding| !padding);
    }

    fn bit(&mut self, becomes: impl FnOnce(bool) -> bool) {
        let mask = 0x80u8 >> (self.at % 8);
        if let Some(o) = self.octets.get_mut(self.at / 8) {
            match becomes(PADDING & mask != 0) {
                true => *o |= mask,
                false => *o &= !mask,
            }
        }
        self.at = self.at.saturating_add(1);
    }

    /// The next `n` bits.
    fn take(&mut self, n: usize) -> u32 {
        (0..n).fold(0, |v, _| (v << 1) | u32::from(self.next().0))
    }

    /// True where the next bit is H.
    fn is_high(&mut self) -> bool {
        let (bit, padding) = self.next();
        bit != padding
    }

    fn next(&mut self) -> (bool, bool) {
        let mask = 0x80u8 >> (self.at % 8);
        let o = self.octets.get(self.at / 8).copied().unwrap_or(PADDING);
        self.at = self.at.saturating_add(1);
        (o & mask != 0, PADDING & mask != 0)
    }
}

impl Si3 {
    /// Reads a block.
    ///
    /// # Errors
    /// Cut short, another message, or a network whose digits are not digits.
    pub fn read(r: &mut Reader<'_>) -> Result<Self> {
        head(r, SI3)?;
        let ci = r.u16()?;
        let at = r.at();
        let plmn = Plmn::from_octets(r.array()?);
        let plmn = plmn.ok_or_else(|| Error::new(Kind::BadValue(0), at, "PLMN of the LAI"))?;
        let lac = r.u16()?;
        // control channel description, cell options, cell selection, RACH control
        r.take(9)?;
        let mut rest = Bits::behind(&[]);
        let octets: [u8; 4] = r.array()?;
        for (to, from) in rest.octets.iter_mut().zip(octets) {
            *to = from;
        }
        // TS 44.018 10.5.2.34: selection parameters, power offset, SI2ter and early classmark sending,
        // scheduling
        if rest.is_high() {
            rest.take(1 + 6 + 3 + 5);
        }
        if rest.is_high() {
            rest.take(2);
        }
        rest.take(2);
        if rest.is_high() {
            rest.take(3);
        }
        let ra_colour = rest.is_high().then(|| rest.take(3) as u8);
        Ok(Self {
            ci,
            plmn,
            lac,
            ra_colour,
        })
    }
}

impl fmt::Display for Si3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{} cell {}", self.plmn, self.lac, self.ci)
    }
}

impl Value for Si3 {
    fn write(&self, w: &mut BytesMut) {
        let mut m = BytesMut::with_capacity(BLOCK);
        // 18 octets before the rest octets count
        m.put_slice(&[18 << 2 | 1, RR, SI3]);
        m.put_u16(self.ci);
        m.put_slice(&self.plmn.octets());
        m.put_u16(self.lac);
        // control channel description (10.5.2.11): attach and detach allowed, CCCH with SDCCH,
        // 4 multiframes of paging, T3212 of 6 decihours
        m.put_slice(&[0x49, 0x02, 0x06]);
        // cell options (10.5.2.3): no power control indicator, DTX not used, radio link timeout 24
        m.put_u8(0x25);
        // cell selection (10.5.2.4): hysteresis 4 dB, lowest level -110 dBm
        m.put_slice(&[0x40, 0x00]);
        // RACH control (10.5.2.29): 4 retransmissions, no re-establishment, no emergency calls
        m.put_slice(&[0x99, 0x04, 0x00]);
        let mut bits = Bits::behind(&m);
        // selection parameters, power offset, SI2ter, early classmark sending, scheduling: none
        bits.low(5);
        match self.ra_colour {
            Some(colour) => {
                bits.high();
                bits.put(3, colour.into());
                // SI13 on the BCCH Norm
                bits.put(1, 0);
            }
            None => bits.low(1),
        }
        w.put_slice(&bits.octets);
    }

    fn json(&self) -> Json {
        json!({ "ci": self.ci, "plmn": self.plmn.to_string(), "lac": self.lac, "raColour": self.ra_colour })
    }
}

impl Si13 {
    /// Reads a block.
    ///
    /// # Errors
    /// Cut short, another message, or a cell whose routing area stands on the PBCCH.
    pub fn read(r: &mut Reader<'_>) -> Result<Self> {
        head(r, SI13)?;
        let at = r.at();
        let octets: [u8; 20] = r.array()?;
        let mut rest = Bits::behind(&[]);
        for (to, from) in rest.octets.iter_mut().zip(octets) {
            *to = from;
        }
        let none = |what| Error::new(Kind::Missing, at, what);
        // TS 44.018 10.5.2.37b
        if !rest.is_high() {
            return Err(none("SI13 rest octets"));
        }
        // BCCH change mark, SI change field
        rest.take(3 + 4);
        if rest.take(1) == 1 {
            // SI13 change mark; GPRS mobile allocation (TS 44.060 12.10a)
            rest.take(2);
            rest.take(6);
            mobile_allocation(&mut rest);
        }
        if rest.take(1) == 1 {
            return Err(none("routing area: it is on the PBCCH"));
        }
        Ok(Self {
            rac: rest.take(8) as u8,
        })
    }
}

/// HSN has been read: RFL numbers, then a bit map or ARFCN indices (TS 44.060 12.10a).
fn mobile_allocation(bits: &mut Bits) {
    while bits.take(1) == 1 && bits.at < BLOCK * 8 {
        bits.take(4);
    }
    if bits.take(1) == 0 {
        let n = bits.take(6).saturating_add(1);
        bits.take(n as usize);
    } else {
        while bits.take(1) == 1 && bits.at < BLOCK * 8 {
            bits.take(6);
        }
    }
}

impl fmt::Display for Si13 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "routing area {}", self.rac)
    }
}

impl Value for Si13 {
    fn write(&self, w: &mut BytesMut) {
        let mut bits = Bits::behind(&[1, RR, SI13]);
        bits.high();
        // BCCH change mark, SI change field; no mobile allocation; no PBCCH
        bits.put(3 + 4, 0);
        bits.put(1, 0);
        bits.put(1, 0);
        bits.put(8, self.rac.into());
        // SPGC_CCCH_SUP; PRIORITY_ACCESS_THR: packet access for all; NETWORK_CONTROL_ORDER: NC0
        bits.put(1, 0);
        bits.put(3, 6);
        bits.put(2, 0);
        // GPRS cell options (TS 44.060 12.24): network mode of operation II, T3168 and T3192 of 1 s,
        // no DRX timer, access bursts of 8 bits, acknowledgements of RLC blocks, BS_CV_MAX 15; no
        // PAN values, no extension
        bits.put(2, 1);
        bits.put(3, 1);
        bits.put(3, 1);
        bits.put(3, 0);
        bits.put(1, 0);
        bits.put(1, 1);
        bits.put(4, 15);
        bits.put(1, 0);
        bits.put(1, 0);
        // GPRS power control (TS 44.060 12.13): alpha 0, filters of 12.9 blocks, measured on the BCCH
        bits.put(4, 0);
        bits.put(5, 10);
        bits.put(5, 10);
        bits.put(1, 0);
        bits.put(4, 0);
        // SGSNR: the SGSN is of release 99 or later
        bits.high();
        bits.put(1, 1);
        w.put_slice(&bits.octets);
    }

    fn json(&self) -> Json {
        json!({ "rac": self.rac })
    }
}
