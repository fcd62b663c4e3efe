//! The Diameter header, RFC 6733 3.
use bytes::{BufMut, BytesMut};
use wire::{Error, Kind, Reader, Result};

/// The longest message that is taken, in octets: 256 KiB, far above any of S6a.
pub const MAX_MESSAGE: usize = 1 << 18;

/// Octets of a header.
pub(crate) const HEADER: usize = 20;

/// Bits of the command flags, RFC 6733 3.
pub mod flags {
    /// Request.
    pub const R: u8 = 0x80;
    /// Proxiable.
    pub const P: u8 = 0x40;
    /// Error.
    pub const E: u8 = 0x20;
    /// Potentially re-transmitted.
    pub const T: u8 = 0x10;
}

/// Command codes.
pub mod command {
    /// Capabilities-Exchange, RFC 6733 5.3.
    pub const CAPABILITIES_EXCHANGE: u32 = 257;
    /// Device-Watchdog, RFC 6733 5.5.
    pub const DEVICE_WATCHDOG: u32 = 280;
    /// Disconnect-Peer, RFC 6733 5.4.
    pub const DISCONNECT_PEER: u32 = 282;
    /// Update-Location, TS 29.272 7.2.3.
    pub const UPDATE_LOCATION: u32 = 316;
    /// Cancel-Location, TS 29.272 7.2.7.
    pub const CANCEL_LOCATION: u32 = 317;
    /// Authentication-Information, TS 29.272 7.2.5.
    pub const AUTHENTICATION_INFORMATION: u32 = 318;
    /// Insert-Subscriber-Data, TS 29.272 7.2.9.
    pub const INSERT_SUBSCRIBER_DATA: u32 = 319;
    /// Delete-Subscriber-Data, TS 29.272 7.2.11.
    pub const DELETE_SUBSCRIBER_DATA: u32 = 320;
    /// Purge-UE, TS 29.272 7.2.13.
    pub const PURGE_UE: u32 = 321;
    /// Reset, TS 29.272 7.2.15.
    pub const RESET: u32 = 322;
    /// Notify, TS 29.272 7.2.17.
    pub const NOTIFY: u32 = 323;
    /// ME-Identity-Check, TS 29.272 7.2.19.
    pub const ME_IDENTITY_CHECK: u32 = 324;

    /// The name of the commands with this code, without -Request or -Answer; also of the Gx and
    /// credit-control ones that are kept generically.
    pub fn name(code: u32) -> Option<&'static str> {
        Some(match code {
            257 => "Capabilities-Exchange",
            258 => "Re-Auth",
            265 => "AA",
            271 => "Accounting",
            272 => "Credit-Control",
            274 => "Abort-Session",
            275 => "Session-Termination",
            280 => "Device-Watchdog",
            282 => "Disconnect-Peer",
            316 => "Update-Location",
            317 => "Cancel-Location",
            318 => "Authentication-Information",
            319 => "Insert-Subscriber-Data",
            320 => "Delete-Subscriber-Data",
            321 => "Purge-UE",
            322 => "Reset",
            323 => "Notify",
            324 => "ME-Identity-Check",
            _ => return None,
        })
    }
}

/// The header of a message, all of it but version and length, which follow from the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Header {
    /// Command flags, reserved bits included: see [`flags`].
    pub flags: u8,
    /// Command code, 24 bits.
    pub command: u32,
    /// Application-ID.
    pub application: u32,
    /// Hop-by-Hop identifier: a hop's own, brought back by the answer.
    pub hop_by_hop: u32,
    /// End-to-End identifier: with Origin-Host it tells repeated requests.
    pub end_to_end: u32,
}

impl Header {
    /// True for a request.
    pub fn is_request(&self) -> bool {
        self.flags & flags::R != 0
    }

    /// True for an answer that tells a protocol error.
    pub fn is_error(&self) -> bool {
        self.flags & flags::E != 0
    }

    /// True for a request that may have been sent before.
    pub fn is_retransmitted(&self) -> bool {
        self.flags & flags::T != 0
    }

    /// The header of the answer to this request: R and T cleared, P kept, identifiers kept
    /// (RFC 6733 6.2).
    #[must_use]
    pub fn answer(&self) -> Self {
        Self {
            flags: self.flags & flags::P,
            ..*self
        }
    }

    /// Reads a header; the length that it tells comes beside it.
    ///
    /// # Errors
    /// Cut short, a version other than 1, a length that is too small, too large or no multiple of
    /// four.
    pub fn read(r: &mut Reader<'_>) -> Result<(Self, usize)> {
        let at = r.at();
        match Self::any_version(r)? {
            (1, header, len) => Ok((header, len)),
            (v, ..) => Err(Error::new(Kind::BadValue(v.into()), at, VERSION)),
        }
    }

    /// The header of a message that cannot be read, for the answer to it: also of one of another
    /// version, which has to be told so (DIAMETER_UNSUPPORTED_VERSION, RFC 6733 7.1.5). `None` where
    /// there is no whole header.
    pub fn of(message: &[u8]) -> Option<Self> {
        let (_, header, _) = Self::any_version(&mut Reader::new(message)).ok()?;
        Some(header)
    }

    fn any_version(r: &mut Reader<'_>) -> Result<(u8, Self, usize)> {
        let v = r.u8().map_err(|e| e.within(0, VERSION))?;
        let len = length(r)?;
        let mut rest = || -> Result<Self> {
            let flags = r.u8()?;
            Ok(Self {
                flags,
                command: r.u24()?,
                application: r.u32()?,
                hop_by_hop: r.u32()?,
                end_to_end: r.u32()?,
            })
        };
        let header = rest().map_err(|e| e.within(0, HEADER_NAME))?;
        Ok((v, header, len))
    }

    /// Appends the header of a message of `len` octets, header included.
    pub fn write(&self, len: usize, w: &mut BytesMut) {
        let len = u32::try_from(len).unwrap_or(u32::MAX) & 0x00ff_ffff;
        w.put_u32(0x0100_0000 | len);
        let command = self.command & 0x00ff_ffff;
        w.put_u32(u32::from(self.flags).wrapping_shl(24) | command);
        w.put_u32(self.application);
        w.put_u32(self.hop_by_hop);
        w.put_u32(self.end_to_end);
    }
}

/// How many octets the message at the front of `octets` has; `None` where its length has not come
/// yet. For `engine::Framing::By`. The version is not looked at: whoever speaks another one is to be
/// answered (RFC 6733 7.1.5), and its messages end where theirs say.
///
/// # Errors
/// A length that no message has: the stream cannot be trusted further.
pub fn frame_len(octets: &[u8]) -> Result<Option<usize>> {
    if octets.len() < 4 {
        return Ok(None);
    }
    let mut r = Reader::new(octets);
    r.u8()?;
    length(&mut r).map(Some)
}

fn length(r: &mut Reader<'_>) -> Result<usize> {
    let at = r.at();
    let len = r.u24().map_err(|e| e.within(0, LENGTH))? as usize;
    if !(HEADER..=MAX_MESSAGE).contains(&len) || len & 3 != 0 {
        return Err(Error::new(Kind::BadLength(len), at, LENGTH));
    }
    Ok(len)
}

pub(crate) const VERSION: &str = "Version";
pub(crate) const LENGTH: &str = "Message Length";
pub(crate) const HEADER_NAME: &str = "Diameter header";
pub(crate) const FLAGS: &str = "Command Flags";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_of_a_message_in_a_stream() {
        assert_eq!(frame_len(&[]), Ok(None));
        assert_eq!(frame_len(&[1, 0, 0]), Ok(None));
        assert_eq!(frame_len(&[1, 0, 1, 0x2c]), Ok(Some(300)));
        for bad in [[1, 0, 0, 16], [1, 0, 0, 21], [1, 0xff, 0xff, 0xfc]] {
            assert_eq!(frame_len(&bad).unwrap_err().field, LENGTH);
        }
        // another version, to be answered; the first octets of something that is not Diameter
        assert_eq!(frame_len(&[2, 0, 0, 20]), Ok(Some(20)));
        assert_eq!(frame_len(b"GET /").unwrap_err().field, LENGTH);
    }

    #[test]
    fn header_of_another_version() {
        let mut octets = vec![2, 0, 0, 20, 0xc0, 0, 1, 0x3e, 1, 0, 0, 0x23];
        octets.extend([0, 0, 0, 7, 0, 0, 0, 8]);
        let e = Header::read(&mut Reader::new(&octets)).unwrap_err();
        assert_eq!((e.field, e.kind, e.at), (VERSION, Kind::BadValue(2), 0));
        let h = Header::of(&octets).unwrap();
        assert_eq!((h.command, h.hop_by_hop, h.end_to_end), (318, 7, 8));
        assert_eq!(Header::of(&octets[..19]), None);
    }
}
