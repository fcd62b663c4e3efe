//! Smaller values of TS 24.008 10.5.
use bytes::{BufMut, BytesMut};
use std::fmt;
use wire::{Field, Gen, Hex, Kind, Octets, Reader, Result, Value};

/// The value of a type 1 element: 0 to 15, without its IEI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Half(pub u8);

impl fmt::Display for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Value for Half {
    fn write(&self, w: &mut BytesMut) {
        w.put_u8(self.0 & 15);
    }
    fn json(&self) -> serde_json::Value {
        self.0.into()
    }
}

impl Field for Half {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.u8()? & 15))
    }
    fn sample(g: &mut Gen) -> Self {
        Self(g.below(16) as u8)
    }
}

/// The value of a type 2 element: it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Present;

impl fmt::Display for Present {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("present")
    }
}

impl Value for Present {
    fn write(&self, _: &mut BytesMut) {}
    fn json(&self) -> serde_json::Value {
        true.into()
    }
}

impl Field for Present {
    fn read(_: &mut Reader<'_>) -> Result<Self> {
        Ok(Self)
    }
    fn sample(_: &mut Gen) -> Self {
        Self
    }
}

wire::bits! {
    /// DRX parameter, TS 24.008 10.5.5.6.
    pub struct Drx(u16) {
        split_pg_cycle: u8 [15..=8], "SPLIT PG CYCLE code";
        cn_specific: u8 [7..=4], "CN specific DRX cycle length";
        split_on_ccch: bool [3..=3], "SPLIT on CCCH";
        non_drx_timer: u8 [2..=0], "non-DRX timer";
    }
}

/// Location area identification, TS 24.008 10.5.1.3: PLMN and LAC, as they came.
pub type Lai = Hex<5>;

/// MS network capability, TS 24.008 10.5.5.12: a bit string, kept as it came. A bit that is not
/// there is 0.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MsNetworkCapability(pub Octets);

impl MsNetworkCapability {
    /// What a small device of release 99 or later can do: GEA1 to GEA3, short messages over GPRS,
    /// UCS2 without preference.
    pub fn small_device() -> Self {
        Self(Octets::copy(&[0xe5, 0x60]))
    }

    fn bit(&self, octet: usize, bit: u32) -> bool {
        self.0.get(octet).is_some_and(|b| b >> bit & 1 == 1)
    }

    /// Whether the GPRS encryption algorithm `n` (1 to 7) is there.
    pub fn gea(&self, n: u8) -> bool {
        match n {
            1 => self.bit(0, 7),
            2..=7 => self.bit(1, u32::from(8u8.wrapping_sub(n))),
            _ => false,
        }
    }
    /// Mobile-terminated short messages over dedicated channels.
    pub fn sm_dedicated(&self) -> bool {
        self.bit(0, 6)
    }
    /// Mobile-terminated short messages over GPRS.
    pub fn sm_gprs(&self) -> bool {
        self.bit(0, 5)
    }
    /// No preference between the default alphabet and UCS2.
    pub fn ucs2(&self) -> bool {
        self.bit(0, 4)
    }
    /// Revision level indicator: release 99 or later, and so able to do UMTS authentication.
    pub fn r99(&self) -> bool {
        self.bit(0, 0)
    }
    /// Packet flow contexts.
    pub fn pfc(&self) -> bool {
        self.bit(1, 7)
    }
    /// Access to an EPC.
    pub fn epc(&self) -> bool {
        self.bit(2, 2)
    }
}

impl fmt::Display for MsNetworkCapability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for MsNetworkCapability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Value for MsNetworkCapability {
    fn write(&self, w: &mut BytesMut) {
        self.0.write(w);
    }
    fn json(&self) -> serde_json::Value {
        let gea: Vec<u8> = (1..=7).filter(|n| self.gea(*n)).collect();
        serde_json::json!({ "octets": self.to_string(), "gea": gea, "r99": self.r99() })
    }
}

impl Field for MsNetworkCapability {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        if r.is_empty() {
            return Err(r.error(Kind::BadLength(0)));
        }
        Octets::read(r).map(Self)
    }
    fn sample(g: &mut Gen) -> Self {
        let n = g.below(7).wrapping_add(2);
        Self((0..n).map(|_| g.next() as u8).collect::<Vec<_>>().into())
    }
}
