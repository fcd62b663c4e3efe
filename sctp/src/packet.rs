//! An SCTP packet as far as an endpoint looks into it, RFC 9260 clause 3: common header, the types
//! of its chunks, and the few chunks that an endpoint writes itself. The rest is dcsctp's.
use wire::net::{crc32c, sctp_checksum_holds};

/// Octets of the common header.
pub(crate) const HEADER: usize = 12;
/// Octets of a chunk's type, flags and length; of a parameter's or a cause's type and length.
pub(crate) const CHUNK_HEADER: usize = 4;
/// The flag of ABORT and SHUTDOWN COMPLETE that says that the receiver's own tag is reflected.
pub(crate) const T: u8 = 1;

wire::code_points! {
    /// Chunk type, RFC 9260 3.2.
    pub struct ChunkType(u8) {
        Data = 0, "DATA";
        Init = 1, "INIT";
        InitAck = 2, "INIT ACK";
        Sack = 3, "SACK";
        Abort = 6, "ABORT";
        Shutdown = 7, "SHUTDOWN";
        ShutdownAck = 8, "SHUTDOWN ACK";
        Error = 9, "ERROR";
        CookieEcho = 10, "COOKIE ECHO";
        CookieAck = 11, "COOKIE ACK";
        ShutdownComplete = 14, "SHUTDOWN COMPLETE";
    }
}

/// Error causes that an endpoint sends, RFC 9260 3.3.10.
pub(crate) mod cause {
    pub(crate) const INVALID_STREAM: u16 = 1;
    pub(crate) const STALE_COOKIE: u16 = 3;
    pub(crate) const OUT_OF_RESOURCE: u16 = 4;
    pub(crate) const INVALID_MANDATORY_PARAMETER: u16 = 7;
}

/// A packet whose chunks are whole.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packet<'a> {
    pub(crate) octets: &'a [u8],
    pub(crate) source: u16,
    pub(crate) destination: u16,
    pub(crate) tag: u32,
    /// The first chunk.
    pub(crate) first: Chunk<'a>,
    /// True where there is no other.
    pub(crate) alone: bool,
    /// A bit for each chunk type below 64 that stands in it.
    kinds: u64,
}

/// A chunk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunk<'a> {
    pub(crate) kind: ChunkType,
    pub(crate) flags: u8,
    pub(crate) value: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Reads the header and walks the chunks, checksum first. The error is the reason for a counter.
    pub(crate) fn read(octets: &'a [u8]) -> Result<Self, &'static str> {
        if octets.len() < HEADER {
            return Err("packet too short");
        }
        if !sctp_checksum_holds(octets) {
            return Err("checksum wrong");
        }
        let mut chunks = Chunks(octets.get(HEADER..).unwrap_or_default());
        let first = chunks.next().ok_or("packet malformed")?;
        let mut kinds = first.bit();
        let mut alone = true;
        for chunk in &mut chunks {
            kinds |= chunk.bit();
            alone = false;
        }
        if !chunks.0.is_empty() {
            return Err("packet malformed");
        }
        Ok(Self {
            octets,
            source: u16_at(octets, 0),
            destination: u16_at(octets, 2),
            tag: u32_at(octets, 4),
            first,
            alone,
            kinds,
        })
    }

    /// Whether a chunk of this type stands in it.
    pub(crate) fn has(&self, kind: ChunkType) -> bool {
        kind.0 < 64 && self.kinds & 1u64.wrapping_shl(kind.0.into()) != 0
    }

    /// Its chunks.
    pub(crate) fn chunks(&self) -> Chunks<'a> {
        Chunks(self.octets.get(HEADER..).unwrap_or_default())
    }

    /// A packet back to its sender.
    pub(crate) fn reply(&self, tag: u32) -> Writer {
        Writer::new(self.destination, self.source, tag)
    }
}

impl Chunk<'_> {
    fn bit(&self) -> u64 {
        let kind = u32::from(self.kind.0);
        if kind < 64 {
            1u64.wrapping_shl(kind)
        } else {
            0
        }
    }
}

/// The chunks, or the parameters of a chunk read by [`parameters`], up to the first broken one;
/// what is left of it then stays.
#[derive(Debug, Clone)]
pub(crate) struct Chunks<'a>(&'a [u8]);

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;
    fn next(&mut self) -> Option<Chunk<'a>> {
        let [kind, flags, long, short, ..] = *self.0 else {
            return None;
        };
        let length = usize::from(u16::from_be_bytes([long, short]));
        let value = self.0.get(CHUNK_HEADER..length)?;
        // the last one's padding may be missing
        let next = length.next_multiple_of(4).min(self.0.len());
        self.0 = self.0.get(next..).unwrap_or_default();
        Some(Chunk {
            kind: ChunkType(kind),
            flags,
            value,
        })
    }
}

/// The two octets at `at`, 0 where they are not there.
pub(crate) fn u16_at(octets: &[u8], at: usize) -> u16 {
    array_at(octets, at).map_or(0, u16::from_be_bytes)
}

/// The four octets at `at`, 0 where they are not there.
pub(crate) fn u32_at(octets: &[u8], at: usize) -> u32 {
    array_at(octets, at).map_or(0, u32::from_be_bytes)
}

fn array_at<const N: usize>(octets: &[u8], at: usize) -> Option<[u8; N]> {
    octets.get(at..)?.first_chunk().copied()
}

/// Writes a packet.
#[derive(Debug)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn new(source: u16, destination: u16, tag: u32) -> Self {
        let mut octets = Vec::with_capacity(64);
        octets.extend(source.to_be_bytes());
        octets.extend(destination.to_be_bytes());
        octets.extend(tag.to_be_bytes());
        octets.extend([0; 4]);
        Self(octets)
    }

    /// Goes on after octets of a packet that are there already.
    pub(crate) fn after(octets: &[u8]) -> Self {
        Self(octets.to_vec())
    }

    /// Adds a chunk of `parts`, padded.
    pub(crate) fn chunk(self, kind: ChunkType, flags: u8, parts: &[&[u8]]) -> Self {
        self.tlv([kind.0, flags], parts)
    }

    /// Adds a chunk that holds one error cause.
    pub(crate) fn cause(self, kind: ChunkType, cause: u16, value: &[u8]) -> Self {
        let length = tlv_length(&[value]).to_be_bytes();
        self.chunk(kind, 0, &[&cause.to_be_bytes(), &length, value])
    }

    /// Adds a chunk or a parameter.
    pub(crate) fn tlv(mut self, head: [u8; 2], parts: &[&[u8]]) -> Self {
        self.0.extend(head);
        self.0.extend(tlv_length(parts).to_be_bytes());
        parts.iter().for_each(|part| self.0.extend(*part));
        self.0.resize(self.0.len().next_multiple_of(4), 0);
        self
    }

    /// Adds octets that are chunks or parameters already.
    pub(crate) fn raw(mut self, octets: &[u8]) -> Self {
        self.0.extend(octets);
        self
    }

    /// Sets the length of the first chunk to all that follows its beginning.
    pub(crate) fn first_chunk_is_all(mut self) -> Self {
        let length = u16::try_from(self.0.len().saturating_sub(HEADER)).unwrap_or(u16::MAX);
        if let Some(field) = self
            .0
            .get_mut(HEADER.saturating_add(2)..HEADER + CHUNK_HEADER)
        {
            field.copy_from_slice(&length.to_be_bytes());
        }
        self
    }

    /// The packet with its checksum.
    pub(crate) fn seal(mut self) -> Vec<u8> {
        const SUM: std::ops::Range<usize> = 8..HEADER;
        if let Some(field) = self.0.get_mut(SUM) {
            field.fill(0);
        }
        let sum = crc32c(&self.0).to_le_bytes();
        if let Some(field) = self.0.get_mut(SUM) {
            field.copy_from_slice(&sum);
        }
        self.0
    }
}

fn tlv_length(parts: &[&[u8]]) -> u16 {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    u16::try_from(length.saturating_add(CHUNK_HEADER)).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let octets = Writer::new(3868, 9, 0x0102_0304)
            .chunk(ChunkType::CookieAck, 0, &[])
            .chunk(ChunkType::Data, 3, &[b"ab", b"c"])
            .seal();
        let packet = Packet::read(&octets).unwrap();
        assert_eq!((packet.source, packet.destination), (3868, 9));
        assert_eq!((packet.tag, packet.alone), (0x0102_0304, false));
        assert!(packet.has(ChunkType::Data) && !packet.has(ChunkType::Init));
        let values: Vec<_> = packet.chunks().map(|c| (c.kind, c.value)).collect();
        let empty: &[u8] = &[];
        assert_eq!(
            values,
            [(ChunkType::CookieAck, empty), (ChunkType::Data, b"abc")]
        );
    }

    #[test]
    fn what_is_broken_is_refused() {
        let whole = Writer::new(1, 2, 3).chunk(ChunkType::Sack, 0, &[&[0; 12]]);
        let whole = whole.seal();
        let mut wrong = whole.clone();
        wrong[20] ^= 1;
        assert_eq!(Packet::read(&wrong).unwrap_err(), "checksum wrong");
        for cut in 0..whole.len() {
            let cut = &whole[..cut];
            assert!(Packet::read(cut).is_err());
            if cut.len() >= HEADER {
                let sealed = Writer::after(cut).seal();
                assert_eq!(Packet::read(&sealed).unwrap_err(), "packet malformed");
            }
        }
        // a length that does not cover its own header
        let short = Writer::after(&whole[..HEADER]).raw(&[0, 0, 0, 3]).seal();
        assert_eq!(Packet::read(&short).unwrap_err(), "packet malformed");
    }
}
