//! Called and calling party address (Q.713 3.4).
use bytes::{BufMut, BytesMut};
use std::fmt;
use wire::{Digits, Octets, Reader, Result, tbcd};

/// Numbering plans of a global title (Q.713 3.4.2.3.3).
pub mod plan {
    /// Telephone numbers.
    pub const E164: u8 = 1;
    /// Mobile subscribers: an IMSI.
    pub const E212: u8 = 6;
    /// Mobile global titles: an IMSI whose network is written as a telephone number's beginning.
    pub const E214: u8 = 7;
}

/// Subsystem numbers (TS 23.003 8).
pub mod ssn {
    /// SCCP's own management.
    pub const MANAGEMENT: u8 = 1;
    /// HLR.
    pub const HLR: u8 = 6;
    /// SGSN.
    pub const SGSN: u8 = 149;
}

/// Nature of address: an international number (Q.713 3.4.2.3.1).
const INTERNATIONAL: u8 = 4;

/// A global title, by its indicator (Q.713 3.4.2.3). Encoding schemes 1 and 2 are BCD, odd and even.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum GlobalTitle {
    /// 0: there is none.
    #[default]
    None,
    /// 1: nature of address, with the mark of odd digits in bit 8.
    Nature(u8, Octets),
    /// 2: translation type.
    Translation(u8, Octets),
    /// 3: translation type, numbering plan and encoding scheme.
    Plan(u8, u8, Octets),
    /// 4: translation type, numbering plan and encoding scheme, nature of address.
    Full(u8, u8, u8, Octets),
    /// 5 to 15: kept as it came.
    Other(u8, Octets),
}

/// An address: any of point code, subsystem number and global title.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Address {
    /// Bit 8 of the indicator, for national use.
    pub national: bool,
    /// Routed on the subsystem number, else on the global title.
    pub on_ssn: bool,
    /// Point code: 14 bits, and two spare ones as they came.
    pub pc: Option<u16>,
    /// Subsystem number.
    pub ssn: Option<u8>,
    /// Global title.
    pub gt: GlobalTitle,
}

impl GlobalTitle {
    /// An international number of a numbering plan, in the form that mobile networks use: indicator
    /// 4, translation type 0 (TS 29.002 6.1.3).
    pub fn international(plan: u8, digits: &Digits) -> Self {
        Self::Full(
            0,
            plan.wrapping_shl(4) | scheme(digits),
            INTERNATIONAL,
            bcd(digits),
        )
    }

    /// The same title with other digits of another plan; `None` where it has no plan.
    pub fn rewritten(&self, plan: u8, digits: &Digits) -> Option<Self> {
        let both = plan.wrapping_shl(4) | scheme(digits);
        match self {
            Self::Plan(t, ..) => Some(Self::Plan(*t, both, bcd(digits))),
            Self::Full(t, _, n, _) => Some(Self::Full(*t, both, *n, bcd(digits))),
            _ => None,
        }
    }

    /// The digits of a number: `None` where it has none, more than 16, or others than decimal ones.
    pub fn number(&self) -> Option<Digits> {
        Digits::new(&self.digits()?)
    }

    /// The global title indicator.
    pub fn indicator(&self) -> u8 {
        match self {
            Self::None => 0,
            Self::Nature(..) => 1,
            Self::Translation(..) => 2,
            Self::Plan(..) => 3,
            Self::Full(..) => 4,
            Self::Other(n, _) => *n,
        }
    }

    /// The numbering plan.
    pub fn plan(&self) -> Option<u8> {
        match self {
            Self::Plan(_, p, _) | Self::Full(_, p, ..) => Some(p.wrapping_shr(4)),
            _ => None,
        }
    }

    /// The nature of address.
    pub fn nature(&self) -> Option<u8> {
        match self {
            Self::Nature(n, _) | Self::Full(_, _, n, _) => Some(n & 0x7f),
            _ => None,
        }
    }

    /// The digits in hexadecimal, where they are BCD.
    pub fn digits(&self) -> Option<String> {
        let (odd, d) = match self {
            Self::Nature(n, d) => (n & 0x80 != 0, d),
            Self::Plan(_, p, d) | Self::Full(_, p, _, d) => match p & 15 {
                1 => (true, d),
                2 => (false, d),
                _ => return None,
            },
            _ => return None,
        };
        let pairs = d.iter().flat_map(|b| [b & 15, b.wrapping_shr(4)]);
        let n = d.len().saturating_mul(2).saturating_sub(odd.into());
        let digits = pairs.take(n);
        Some(
            digits
                .filter_map(|d| char::from_digit(d.into(), 16))
                .collect(),
        )
    }
}

/// The encoding scheme of BCD: 1 for an odd number of digits, 2 for an even one.
fn scheme(digits: &Digits) -> u8 {
    if digits.len() & 1 == 1 { 1 } else { 2 }
}

/// BCD, low half first; an odd number of digits is filled with 0 (Q.713 3.4.2.3.1).
fn bcd(digits: &Digits) -> Octets {
    let mut w = BytesMut::new();
    tbcd::write(digits, &mut w);
    if digits.len() & 1 == 1
        && let Some(last) = w.last_mut()
    {
        *last &= 15;
    }
    w.freeze().into()
}

impl Address {
    /// Whoever has this international number in a numbering plan: SCCP finds the way.
    pub fn by_number(plan: u8, digits: &Digits, ssn: u8) -> Self {
        Self {
            ssn: Some(ssn),
            gt: GlobalTitle::international(plan, digits),
            ..Self::default()
        }
    }

    /// A subsystem of a signalling point.
    pub fn at(pc: u16, ssn: u8) -> Self {
        Self {
            on_ssn: true,
            pc: Some(pc),
            ssn: Some(ssn),
            ..Self::default()
        }
    }

    /// Reads an address, all that the reader has.
    ///
    /// # Errors
    /// It is shorter than its indicator says.
    pub fn read(r: &mut Reader<'_>) -> Result<Self> {
        let i = r.u8()?;
        let pc = match i & 1 {
            0 => None,
            _ => Some(u16::from_le_bytes(r.array()?)),
        };
        let ssn = match i & 2 {
            0 => None,
            _ => Some(r.u8()?),
        };
        let gt = match i.wrapping_shr(2) & 15 {
            0 => GlobalTitle::None,
            1 => GlobalTitle::Nature(r.u8()?, Octets(r.rest_bytes())),
            2 => GlobalTitle::Translation(r.u8()?, Octets(r.rest_bytes())),
            3 => GlobalTitle::Plan(r.u8()?, r.u8()?, Octets(r.rest_bytes())),
            4 => GlobalTitle::Full(r.u8()?, r.u8()?, r.u8()?, Octets(r.rest_bytes())),
            n => GlobalTitle::Other(n, Octets(r.rest_bytes())),
        };
        r.done()?;
        Ok(Self {
            national: i & 0x80 != 0,
            on_ssn: i & 0x40 != 0,
            pc,
            ssn,
            gt,
        })
    }

    /// Appends the address.
    pub fn write(&self, w: &mut BytesMut) {
        let bit = |set: bool, n| u8::from(set).wrapping_shl(n);
        let gti = (self.gt.indicator() & 15).wrapping_shl(2);
        let present = bit(self.pc.is_some(), 0) | bit(self.ssn.is_some(), 1);
        w.put_u8(bit(self.national, 7) | bit(self.on_ssn, 6) | gti | present);
        self.pc.iter().for_each(|pc| w.put_u16_le(*pc));
        self.ssn.iter().for_each(|ssn| w.put_u8(*ssn));
        let (head, digits): (&[u8], &[u8]) = match &self.gt {
            GlobalTitle::None => (&[], &[]),
            GlobalTitle::Nature(a, d) | GlobalTitle::Translation(a, d) => (&[*a], d),
            GlobalTitle::Plan(a, b, d) => (&[*a, *b], d),
            GlobalTitle::Full(a, b, c, d) => (&[*a, *b, *c], d),
            GlobalTitle::Other(_, d) => (&[], d),
        };
        w.put_slice(head);
        w.put_slice(digits);
    }
}

/// As people read it: `+99901123456 (E.214) SSN 6`, or `PC 2.1.4 SSN 149`.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        if let Some(digits) = self.gt.digits() {
            let sign = if self.gt.nature() == Some(INTERNATIONAL) {
                "+"
            } else {
                ""
            };
            write!(f, "{sign}{digits}")?;
            match self.gt.plan() {
                Some(plan::E164) | None => {}
                Some(plan::E212) => f.write_str(" (E.212)")?,
                Some(plan::E214) => f.write_str(" (E.214)")?,
                Some(p) => write!(f, " (plan {p})")?,
            }
            gap = " ";
        }
        if let Some(pc) = self.pc {
            let zone = pc.wrapping_shr(11) & 7;
            let area = pc.wrapping_shr(3) & 255;
            write!(f, "{gap}PC {zone}.{area}.{}", pc & 7)?;
            gap = " ";
        }
        match self.ssn {
            Some(ssn) => write!(f, "{gap}SSN {ssn}"),
            None => Ok(()),
        }
    }
}
