//! The common header (RFC 4666 3.1) and what stands behind it.
use super::{ErrorCode, Pdu};
use bytes::{BufMut, Bytes, BytesMut};
use wire::{Error, Kind, Reader, Result};

/// Octets of the common header.
const HEADER: usize = 8;

/// A message: its header says no more than class, type and length.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The header's reserved octet.
    pub reserved: u8,
    /// What it says.
    pub pdu: Pdu,
}

impl From<Pdu> for Message {
    fn from(pdu: Pdu) -> Self {
        Self { reserved: 0, pdu }
    }
}

impl Message {
    /// Reads a message, and all of it. Octets kept share its memory.
    ///
    /// # Errors
    /// Another version, a length that is not the message's, a parameter that is wrong or missing.
    pub fn read(octets: &Bytes) -> Result<Self> {
        let mut r = Reader::shared(octets);
        let field = |name| move |e: Error| e.within(0, name);
        let version = r.u8().map_err(field("Version"))?;
        if version != 1 {
            return Err(Error::new(Kind::BadValue(version.into()), 0, "Version"));
        }
        let reserved = r.u8().map_err(field("Reserved"))?;
        let code = r.u16().map_err(field("Message Class and Type"))?;
        let n = r.u32().map_err(field("Message Length"))? as usize;
        let Some(len) = n.checked_sub(HEADER) else {
            return Err(Error::new(Kind::BadLength(n), 4, "Message Length"));
        };
        let body = r.sub(len).map_err(field("Message Length"))?;
        r.done().map_err(field("Message Length"))?;
        Ok(Self {
            reserved,
            pdu: Pdu::read(code, body)?,
        })
    }

    /// What the peer is told of a message that has no table (RFC 4666 3.8.1).
    pub fn unsupported(&self) -> Option<ErrorCode> {
        match self.pdu {
            Pdu::Other(code, _) if matches!(code.wrapping_shr(8), 0..=4) => {
                Some(ErrorCode::UnsupportedMessageType)
            }
            Pdu::Other(..) => Some(ErrorCode::UnsupportedMessageClass),
            _ => None,
        }
    }

    /// Appends header and parameters.
    pub fn write(&self, w: &mut BytesMut) {
        let start = w.len();
        w.put_slice(&[1, self.reserved]);
        w.put_u16(self.pdu.code());
        w.put_u32(0);
        self.pdu.write(w);
        let n = w.len().saturating_sub(start) as u32;
        let at = start.saturating_add(4);
        if let Some(to) = w.get_mut(at..at.saturating_add(4)) {
            to.copy_from_slice(&n.to_be_bytes());
        }
    }

    /// The message's octets.
    pub fn bytes(&self) -> Bytes {
        let mut w = BytesMut::with_capacity(256);
        self.write(&mut w);
        w.freeze()
    }
}

/// The length of the message that begins here, once that can be told.
///
/// # Errors
/// The length is shorter than the header.
pub fn frame_len(octets: &[u8]) -> Result<Option<usize>> {
    let Some([_, _, _, _, a, b, c, d]) = octets.first_chunk::<HEADER>() else {
        return Ok(None);
    };
    let n = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
    if n < HEADER {
        return Err(Error::new(Kind::BadLength(n), 4, "Message Length"));
    }
    Ok(Some(n))
}

/// What the peer is told of a message that could not be read (RFC 4666 3.8.1).
pub fn error_of(e: &Error) -> ErrorCode {
    match e.kind {
        Kind::BadValue(_) if e.field == "Version" => ErrorCode::InvalidVersion,
        Kind::Missing => ErrorCode::MissingParameter,
        Kind::BadValue(_) => ErrorCode::InvalidParameterValue,
        Kind::Unknown => ErrorCode::UnexpectedParameter,
        _ if e.key != 0 => ErrorCode::ParameterFieldError,
        _ => ErrorCode::ProtocolError,
    }
}
