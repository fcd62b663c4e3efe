//! What other people's captures hold besides GTPv1: GTPv0 (GSM 09.60), GTP' (TS 32.295), GTPv2
//! (TS 29.274). Read and written without loss, named, not taken apart.
use super::Message;
use bytes::{BufMut, Bytes, BytesMut};
use wire::{Error, Kind, Octets, Reader, Result, with_len};

/// A message of any version.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant)]
pub enum Any {
    /// GTPv1.
    V1(Message),
    /// GTPv0, or GTP' with the long header of version 0.
    V0(V0),
    /// GTP' with the short header.
    Prime(Prime),
    /// GTPv2.
    V2(V2),
}

/// A message with the header of GTPv0, GSM 09.60 6.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct V0 {
    /// First octet: version 0, protocol type, spare bits, SNN flag.
    pub flags: u8,
    /// Message type: as in GTPv1 where both have it.
    pub kind: u8,
    /// Sequence number.
    pub sequence: u16,
    /// Flow label.
    pub flow: u16,
    /// SNDCP N-PDU number and three spare octets.
    pub sndcp: [u8; 4],
    /// Tunnel identifier.
    pub tid: u64,
    /// Elements, or the user's packet.
    pub body: Octets,
}

/// A message with the short header of GTP', TS 32.295 6.1.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prime {
    /// First octet: version, protocol type 0, spare bits, header length flag.
    pub flags: u8,
    /// Message type.
    pub kind: u8,
    /// Sequence number.
    pub sequence: u16,
    /// Elements.
    pub body: Octets,
}

/// A message of GTPv2, TS 29.274 5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct V2 {
    /// First octet: version 2, piggybacking, TEID flag.
    pub flags: u8,
    /// Message type, of a numbering of its own.
    pub kind: u8,
    /// Tunnel endpoint identifier, where the flag says so.
    pub teid: Option<u32>,
    /// Sequence number and spare octet.
    pub sequence: u32,
    /// Elements.
    pub body: Octets,
    /// A message carried behind this one.
    pub piggybacked: Octets,
}

impl Any {
    /// Reads a datagram. On the port of GTP' (3386, also GTPv0's) `charging` is true: there,
    /// version 2 with protocol type 0 is GTP' and not GTPv2.
    pub fn read(datagram: &Bytes, charging: bool) -> Result<Self> {
        let mut r = Reader::shared(datagram);
        let flags = r.u8()?;
        let (version, gtp) = (flags.wrapping_shr(5), flags & 0x10 != 0);
        match (version, gtp) {
            (1, true) => Message::read(datagram).map(Self::V1),
            (0, true) => Self::v0(flags, r),
            // GTP' of version 0 has the long header unless the last bit says otherwise
            (0, false) if flags & 1 == 0 => Self::v0(flags, r),
            (0 | 1, false) => Self::prime(flags, r),
            (2, false) if charging => Self::prime(flags, r),
            (2, _) => Self::v2(flags, r),
            _ => Err(Error::new(Kind::BadValue(version.into()), 0, "GTP version")),
        }
        .map_err(|e| e.within(0, "GTP header"))
    }

    fn v0(flags: u8, mut r: Reader<'_>) -> Result<Self> {
        let kind = r.u8()?;
        let n = usize::from(r.u16()?);
        let (sequence, flow, sndcp, tid) = (r.u16()?, r.u16()?, r.array()?, r.u64()?);
        let body = r.bytes(n)?.into();
        r.done()?;
        Ok(Self::V0(V0 {
            flags,
            kind,
            sequence,
            flow,
            sndcp,
            tid,
            body,
        }))
    }

    fn prime(flags: u8, mut r: Reader<'_>) -> Result<Self> {
        let kind = r.u8()?;
        let n = usize::from(r.u16()?);
        let sequence = r.u16()?;
        let body = r.bytes(n)?.into();
        r.done()?;
        Ok(Self::Prime(Prime {
            flags,
            kind,
            sequence,
            body,
        }))
    }

    fn v2(flags: u8, mut r: Reader<'_>) -> Result<Self> {
        let kind = r.u8()?;
        let n = usize::from(r.u16()?);
        let mut inner = r.sub(n)?;
        let teid = match flags & 8 {
            0 => None,
            _ => Some(inner.u32()?),
        };
        let sequence = inner.u32()?;
        let body = inner.octets();
        let piggybacked = r.octets();
        if flags & 0x10 == 0 && !piggybacked.is_empty() {
            return Err(r.error(Kind::Trailing(piggybacked.len())));
        }
        Ok(Self::V2(V2 {
            flags,
            kind,
            teid,
            sequence,
            body,
            piggybacked,
        }))
    }

    /// Appends the message.
    pub fn write(&self, w: &mut BytesMut) {
        match self {
            Self::V1(m) => m.write(w),
            Self::V0(m) => {
                w.put_slice(&[m.flags, m.kind]);
                w.put_u16(m.body.len() as u16);
                w.put_u16(m.sequence);
                w.put_u16(m.flow);
                w.put_slice(&m.sndcp);
                w.put_u64(m.tid);
                w.put_slice(&m.body);
            }
            Self::Prime(m) => {
                w.put_slice(&[m.flags, m.kind]);
                w.put_u16(m.body.len() as u16);
                w.put_u16(m.sequence);
                w.put_slice(&m.body);
            }
            Self::V2(m) => {
                w.put_slice(&[m.flags, m.kind]);
                with_len(2, w, |w| {
                    if let Some(teid) = m.teid {
                        w.put_u32(teid);
                    }
                    w.put_u32(m.sequence);
                    w.put_slice(&m.body);
                });
                w.put_slice(&m.piggybacked);
            }
        }
    }

    /// The name of the message's type; `None` where it has none here (all of GTPv2's own).
    pub fn name(&self) -> Option<&'static str> {
        match self {
            Self::V1(m) => super::name(m.header.kind),
            Self::V0(V0 { kind, .. }) | Self::Prime(Prime { kind, .. }) => super::name(*kind),
            Self::V2(V2 { kind, .. }) => super::name(*kind).filter(|_| *kind <= 3),
        }
    }
}
