//! Frames of IPA, the multiplex below: length in two octets, stream in one, then so many octets.
use super::Ccm;
use bytes::{BufMut, Bytes, BytesMut};
use wire::{Octets, Reader, Result};

/// The stream of connection management.
const CCM: u8 = 0xfe;
/// The stream of Osmocom's protocols; the next octet tells which.
const OSMO: u8 = 0xee;
/// GSUP among them.
const GSUP: u8 = 0x05;

/// What a frame carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A message of connection management.
    Ccm(Ccm),
    /// A message of GSUP, for [`Pdu::decode`](super::Pdu::decode).
    Gsup(Bytes),
    /// Something else.
    Other {
        /// The stream.
        stream: u8,
        /// What it carries.
        payload: Octets,
    },
}

/// The length of the frame that begins here, once that can be told: for
/// [`engine::Framing::By`].
///
/// # Errors
/// None: every length is one.
pub fn frame_len(octets: &[u8]) -> Result<Option<usize>> {
    let head = octets.first_chunk::<3>();
    Ok(head.map(|[a, b, _]| usize::from(u16::from_be_bytes([*a, *b])).saturating_add(3)))
}

impl Frame {
    /// Reads a frame, and all of it. Octets kept share its memory.
    pub fn read(frame: &Bytes) -> Result<Self> {
        let mut r = Reader::shared(frame);
        let n = r.u16().map_err(|e| e.within(0, "IPA length"))?;
        let stream = r.u8().map_err(|e| e.within(0, "IPA stream"))?;
        let mut payload = r.sub(n.into()).map_err(|e| e.within(0, "IPA payload"))?;
        r.done().map_err(|e| e.within(0, "IPA frame"))?;
        match (stream, payload.peek().first()) {
            (CCM, _) => {
                let ccm = Ccm::read(payload).map_err(|e| e.within(0, "CCM message"))?;
                Ok(Self::Ccm(ccm))
            }
            (OSMO, Some(&GSUP)) => {
                payload.u8()?;
                Ok(Self::Gsup(payload.rest_bytes()))
            }
            _ => Ok(Self::Other {
                stream,
                payload: payload.octets(),
            }),
        }
    }

    /// Appends the frame.
    pub fn write(&self, w: &mut BytesMut) {
        match self {
            Self::Ccm(m) => put(CCM, w, |w| m.write(w)),
            Self::Gsup(m) => Self::gsup(w, |w| w.put_slice(m)),
            Self::Other { stream, payload } => put(*stream, w, |w| w.put_slice(payload)),
        }
    }

    /// Appends a frame with the message of GSUP that `write` writes.
    pub fn gsup(w: &mut BytesMut, write: impl FnOnce(&mut BytesMut)) {
        put(OSMO, w, |w| {
            w.put_u8(GSUP);
            write(w);
        });
    }

    /// The frame's octets.
    pub fn bytes(&self) -> Bytes {
        let mut w = BytesMut::with_capacity(256);
        self.write(&mut w);
        w.freeze()
    }
}

impl From<Ccm> for Frame {
    fn from(m: Ccm) -> Self {
        Self::Ccm(m)
    }
}

/// The length counts what stands behind the stream.
fn put(stream: u8, w: &mut BytesMut, write: impl FnOnce(&mut BytesMut)) {
    let start = w.len();
    w.put_u16(0);
    w.put_u8(stream);
    write(w);
    let len = w.len().saturating_sub(start).saturating_sub(3) as u16;
    if let Some(to) = w.get_mut(start..start.saturating_add(2)) {
        to.copy_from_slice(&len.to_be_bytes());
    }
}
