//! The values of BSSGP elements that are more than a number.
use crate::llc::frame::Sapi;
use bytes::{Bytes, BytesMut};
use std::fmt;
use wire::{Digits, Field, Gen, Hex, Imsi, Rai, Reader, Result, Value, tbcd};

wire::code_points! {
    /// Cause, TS 48.018 11.3.8.
    pub struct Cause(u8) {
        ProcessorOverload = 0x00, "Processor overload";
        EquipmentFailure = 0x01, "Equipment failure";
        TransitNetworkFailure = 0x02, "Transit network service failure";
        CapacityModified = 0x03, "Network service transmission capacity modified";
        UnknownMs = 0x04, "Unknown MS";
        BvciUnknown = 0x05, "BVCI unknown";
        CellCongestion = 0x06, "Cell traffic congestion";
        SgsnCongestion = 0x07, "SGSN congestion";
        OmIntervention = 0x08, "O&M intervention";
        BvciBlocked = 0x09, "BVCI blocked";
        PfcCreateFailure = 0x0a, "PFC create failure";
        SemanticallyIncorrectPdu = 0x20, "Semantically incorrect PDU";
        InvalidMandatoryInformation = 0x21, "Invalid mandatory information";
        MissingMandatoryIe = 0x22, "Missing mandatory IE";
        MissingConditionalIe = 0x23, "Missing conditional IE";
        UnexpectedConditionalIe = 0x24, "Unexpected conditional IE";
        ConditionalIeError = 0x25, "Conditional IE error";
        PduNotCompatible = 0x26, "PDU not compatible with the protocol state";
        ProtocolError = 0x27, "Protocol error - unspecified";
        FeatureSet = 0x28, "PDU not compatible with the feature set";
    }
}

wire::code_points! {
    /// Radio cause, TS 48.018 11.3.32.
    pub struct RadioCause(u8) {
        ContactLost = 0, "Radio contact lost with the MS";
        LinkQuality = 1, "Radio link quality insufficient to continue communication";
        CellReselection = 2, "Cell reselection ordered";
        ReselectionPrepare = 3, "Cell reselection prepare";
        ReselectionFailure = 4, "Cell reselection failure";
    }
}

wire::code_points! {
    /// Flush action, TS 48.018 11.3.13.
    pub struct FlushAction(u8) {
        Deleted = 0, "LLC-PDU(s) deleted";
        Transferred = 1, "LLC-PDU(s) transferred";
    }
}

/// Temporary logical link identity, TS 23.003 2.6; printed in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tlli(pub u32);

impl Tlli {
    /// All ones: no TLLI.
    pub const NONE: Self = Self(u32::MAX);

    /// The local TLLI of a P-TMSI: used in the routing area that gave it.
    pub fn local(ptmsi: u32) -> Self {
        Self(ptmsi | 0xc000_0000)
    }

    /// The foreign TLLI of a P-TMSI: used in another routing area.
    pub fn foreign(ptmsi: u32) -> Self {
        Self((ptmsi & 0x3fff_ffff) | 0x8000_0000)
    }

    /// A random TLLI, of 27 random bits: for a mobile without P-TMSI.
    pub fn random(bits: u32) -> Self {
        Self((bits & 0x07ff_ffff) | 0x7800_0000)
    }
}

impl fmt::Display for Tlli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#010x}", self.0)
    }
}

impl fmt::Debug for Tlli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Value for Tlli {
    #[inline]
    fn write(&self, w: &mut BytesMut) {
        self.0.write(w);
    }
}

impl Field for Tlli {
    #[inline]
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.u32()?))
    }
    fn sample(g: &mut Gen) -> Self {
        Self(g.next() as u32)
    }
}

/// Cell identifier, TS 48.018 11.3.9: routing area and cell identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellId {
    /// The routing area.
    pub rai: Rai,
    /// The cell in it.
    pub ci: u16,
}

impl fmt::Display for CellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.rai, self.ci)
    }
}

impl Value for CellId {
    fn write(&self, w: &mut BytesMut) {
        self.rai.write(w);
        self.ci.write(w);
    }
}

impl Field for CellId {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self {
            rai: Rai::read(r)?,
            ci: r.u16()?,
        })
    }
    fn sample(g: &mut Gen) -> Self {
        Self {
            rai: Rai::sample(g),
            ci: Field::sample(g),
        }
    }
}

wire::bits! {
    /// The third octet of the QoS profile, TS 48.018 11.3.28.
    pub struct QosFlags(u8) {
        granularity: u8 [7..=6], "peak bit rate granularity";
        no_command: bool [5..=5], "C/R: no LLC frame with ACK or SACK";
        data: bool [4..=4], "T: the SDU contains data";
        unacknowledged: bool [3..=3], "A: radio interface uses RLC without acknowledgement";
        precedence: u8 [2..=0], "precedence";
    }
}

/// QoS profile, TS 48.018 11.3.28.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Qos {
    /// Peak bit rate in the unit that the granularity says; 0: best effort.
    pub peak: u16,
    /// The rest.
    pub flags: QosFlags,
}

impl Qos {
    /// Best effort for a UI frame: data on the user SAPIs, signalling on the others.
    pub fn of(llc: &[u8]) -> Self {
        let user = llc.first().is_some_and(|b| Sapi(b & 15).is_user());
        let flags = QosFlags(0)
            .with_no_command(true)
            .with_data(user)
            .with_precedence(2);
        Self { peak: 0, flags }
    }
}

impl fmt::Display for Qos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "peak bit rate: {}, {}", self.peak, self.flags)
    }
}

impl Value for Qos {
    #[inline]
    fn write(&self, w: &mut BytesMut) {
        self.peak.write(w);
        self.flags.write(w);
    }
}

impl Field for Qos {
    #[inline]
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self {
            peak: r.u16()?,
            flags: QosFlags(r.u8()?),
        })
    }
    fn sample(g: &mut Gen) -> Self {
        Self {
            peak: Field::sample(g),
            flags: Field::sample(g),
        }
    }
}

/// A number in three octets: octets affected, TS 48.018 11.3.41.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct U24(pub u32);

impl fmt::Display for U24 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Value for U24 {
    fn write(&self, w: &mut BytesMut) {
        let [_, a, b, c] = self.0.to_be_bytes();
        w.extend_from_slice(&[a, b, c]);
    }
    fn json(&self) -> serde_json::Value {
        self.0.into()
    }
}

impl Field for U24 {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.u24()?))
    }
    fn sample(g: &mut Gen) -> Self {
        Self(g.next() as u32 & 0x00ff_ffff)
    }
}

/// IMSI as BSSGP carries it, TS 48.018 11.3.14: the mobile identity of TS 24.008 10.5.1.4, kept as
/// it came.
#[derive(Clone, PartialEq, Eq)]
pub struct ImsiIe(pub Bytes);

impl ImsiIe {
    /// The IMSI; `None` where the octets hold another identity, or no digits.
    pub fn imsi(&self) -> Option<Imsi> {
        let (first, rest) = self.0.split_first()?;
        if first & 7 != 1 {
            return None;
        }
        let mut d = Digits::new("")?.push(first >> 4)?;
        let odd = first & 8 != 0;
        for (n, b) in rest.iter().enumerate() {
            d = d.push(b & 0x0f)?;
            let last = n.saturating_add(1) == rest.len();
            if last && !odd {
                if b >> 4 != 0x0f {
                    return None;
                }
            } else {
                d = d.push(b >> 4)?;
            }
        }
        Imsi::new(d)
    }
}

impl From<&Imsi> for ImsiIe {
    fn from(imsi: &Imsi) -> Self {
        let mut digits = imsi.digits().iter();
        let odd = imsi.digits().len() % 2 == 1;
        let mut w = BytesMut::with_capacity(8);
        let first = digits.next().unwrap_or(0) << 4 | u8::from(odd) << 3 | 1;
        w.extend_from_slice(&[first]);
        let mut rest = Digits::default();
        for d in digits {
            rest = rest.push(d).unwrap_or(rest);
        }
        tbcd::write(&rest, &mut w);
        Self(w.freeze())
    }
}

impl fmt::Display for ImsiIe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.imsi() {
            Some(imsi) => write!(f, "{imsi}"),
            None => wire::Octets(self.0.clone()).fmt(f),
        }
    }
}

impl fmt::Debug for ImsiIe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Value for ImsiIe {
    fn write(&self, w: &mut BytesMut) {
        w.extend_from_slice(&self.0);
    }
}

impl Field for ImsiIe {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.rest_bytes()))
    }
    fn sample(g: &mut Gen) -> Self {
        let Hex(a) = Hex::<7>::sample(g);
        let mut w = BytesMut::from(&[0x29][..]);
        w.extend(a.iter().map(|b| (b & 0x77).min(0x99)));
        Self(w.freeze())
    }
}
