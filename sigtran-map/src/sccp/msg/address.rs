//! Called and calling party address (Q.713 3.4).
use bytes::{BufMut, BytesMut};
use wire::{Octets, Reader, Result};

/// A global title, by its indicator (Q.713 3.4.2.3). Encoding schemes 1 and 2 are BCD, odd and even.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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

impl Address {
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
