//! LLC frames, TS 44.064 clause 6.
use super::fcs::fcs;
use bytes::{BufMut, Bytes, BytesMut};
use wire::{Error, Kind, Reader, Result};

/// N202: the octets of a layer-3 header that the FCS of an unprotected UI frame still covers
/// (TS 44.064 8.9.7).
pub const N202: usize = 4;

wire::code_points! {
    /// Service access point identifier, TS 44.064 6.2.3.
    pub struct Sapi(u8) {
        Gmm = 1, "GPRS mobility management";
        Tom2 = 2, "Tunnelling of messages 2";
        User3 = 3, "User data 3";
        User5 = 5, "User data 5";
        Sms = 7, "SMS";
        Tom8 = 8, "Tunnelling of messages 8";
        User9 = 9, "User data 9";
        User11 = 11, "User data 11";
    }
}

impl Sapi {
    /// True for the four that carry SNDCP.
    pub fn is_user(self) -> bool {
        matches!(self.0, 3 | 5 | 9 | 11)
    }

    /// N201-U without negotiation, in octets (TS 44.064 table 9).
    pub fn n201_u(self) -> u16 {
        match self.0 {
            1 => 400,
            2 | 7 | 8 => 270,
            _ => 500,
        }
    }
}

wire::code_points! {
    /// The function of an unnumbered frame, TS 44.064 6.4.1.
    pub struct Function(u8) {
        Dm = 0b0001, "DM";
        Disc = 0b0100, "DISC";
        Ua = 0b0110, "UA";
        Sabm = 0b0111, "SABM";
        Frmr = 0b1000, "FRMR";
        Xid = 0b1011, "XID";
        Null = 0b0000, "NULL";
    }
}

/// What kind of frame it is, with what its control field says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Unconfirmed information.
    Ui {
        /// N(U), 9 bits.
        nu: u16,
        /// E: the frame is ciphered.
        ciphered: bool,
        /// PM: the FCS covers all, not header and N202 octets alone.
        protected: bool,
        /// The two spare bits between format and N(U), as they came.
        spare: u8,
    },
    /// Unnumbered.
    U {
        /// P/F: an answer is wanted, or this is it.
        poll: bool,
        /// What it does.
        function: Function,
    },
    /// Confirmed information or supervisory: not taken part in; control octets stand in `info`.
    Confirmed,
}

/// A frame, its FCS checked and taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Command/response: a command of the SGSN and a response of the MS have it set.
    pub cr: bool,
    /// The two spare bits of the address, as they came.
    pub spare: u8,
    /// Who it is for.
    pub sapi: Sapi,
    /// Its control field.
    pub control: Control,
    /// What it carries.
    pub info: Bytes,
}

/// The name that a wrong FCS has in an [`Error`].
pub const FCS: &str = "FCS";

impl Frame {
    /// Takes a frame apart.
    ///
    /// # Errors
    /// Where it is cut short, is not LLC, or its FCS is wrong ([`is_fcs`]).
    pub fn parse(octets: &Bytes) -> Result<Self> {
        let mut r = Reader::shared(octets);
        let address = r.u8().map_err(|e| e.within(0, "address field"))?;
        if address & 0x80 != 0 {
            return Err(Error::new(
                Kind::BadValue(address.into()),
                0,
                "protocol discriminator",
            ));
        }
        let first = r.u8().map_err(|e| e.within(0, "control field"))?;
        let control = match first >> 5 {
            0b110 => {
                let second = r.u8().map_err(|e| e.within(0, "control field"))?;
                Control::Ui {
                    nu: u16::from(first & 7).wrapping_shl(6) | u16::from(second >> 2),
                    ciphered: second & 2 != 0,
                    protected: second & 1 != 0,
                    spare: (first >> 3) & 3,
                }
            }
            0b111 => Control::U {
                poll: first & 0x10 != 0,
                function: Function(first & 0x0f),
            },
            _ => {
                r = Reader::shared(octets);
                r.u8()?;
                Control::Confirmed
            }
        };
        let Some(n) = r.left().checked_sub(3) else {
            return Err(r.error(Kind::Truncated {
                need: 3,
                have: r.left(),
            }))
            .map_err(|e| e.within(0, FCS));
        };
        let head = r.at();
        let info = r.bytes(n)?;
        let end = covered(control, head, n);
        let sum = octets.get(..end).map(fcs);
        if sum != Some(r.array()?) {
            return Err(Error::new(Kind::BadValue(0), head.saturating_add(n), FCS));
        }
        Ok(Self {
            cr: address & 0x40 != 0,
            spare: (address >> 4) & 3,
            sapi: Sapi(address & 0x0f),
            control,
            info,
        })
    }

    /// The frame with its FCS.
    pub fn encode(&self) -> Bytes {
        let mut w = BytesMut::with_capacity(self.info.len().saturating_add(6));
        put(
            &mut w,
            self.cr,
            self.spare,
            self.sapi,
            self.control,
            &self.info,
        );
        w.freeze()
    }
}

/// Appends a frame with its FCS.
pub fn put(w: &mut BytesMut, cr: bool, spare: u8, sapi: Sapi, control: Control, info: &[u8]) {
    let start = w.len();
    w.put_u8((u8::from(cr) << 6) | ((spare & 3) << 4) | (sapi.0 & 0x0f));
    match control {
        Control::Ui {
            nu,
            ciphered,
            protected,
            spare,
        } => {
            w.put_u8(0xc0 | ((spare & 3) << 3) | (nu >> 6) as u8 & 7);
            w.put_u8(((nu & 0x3f) << 2) as u8 | (u8::from(ciphered) << 1) | u8::from(protected));
        }
        Control::U { poll, function } => {
            w.put_u8(0xe0 | (u8::from(poll) << 4) | (function.0 & 0x0f));
        }
        Control::Confirmed => {}
    }
    let head = w.len().saturating_sub(start);
    w.extend_from_slice(info);
    let end = start.saturating_add(covered(control, head, info.len()));
    let sum = w.get(start..end).map(fcs).unwrap_or_default();
    w.extend_from_slice(&sum);
}

/// True where a frame was refused for its FCS alone.
pub fn is_fcs(e: &Error) -> bool {
    e.field == FCS && matches!(e.kind, Kind::BadValue(_))
}

/// How many octets the FCS covers.
fn covered(control: Control, head: usize, info: usize) -> usize {
    match control {
        Control::Ui {
            protected: false, ..
        } => head.saturating_add(info.min(N202)),
        _ => head.saturating_add(info),
    }
}
