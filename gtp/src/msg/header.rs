//! The header of GTPv1.
use bytes::{BufMut, BytesMut};
use wire::{Error, Kind, Octets, Reader, Result, with_len};

wire::bits! {
    /// First octet of the header, TS 29.060 6.
    pub struct Flags(u8) {
        version: u8 [7..=5], "version";
        protocol_type: bool [4..=4], "protocol type (GTP, not GTP')";
        extension: bool [2..=2], "extension header flag";
        sequence: bool [1..=1], "sequence number flag";
        npdu: bool [0..=0], "N-PDU number flag";
    }
}

impl Flags {
    /// Version 1, GTP, with a sequence number: every message of GTP-C.
    pub const CONTROL: Self = Self(0x32);
    /// Version 1, GTP, nothing optional: G-PDUs.
    pub const USER: Self = Self(0x30);
}

/// Header of a GTPv1 message, TS 29.060 6 and TS 29.281 5. The length is counted when it is
/// written; everything else is written back as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// First octet.
    pub flags: Flags,
    /// Message type, see [`super::kind`].
    pub kind: u8,
    /// Tunnel endpoint identifier of the receiver; 0 where there is none yet.
    pub teid: u32,
    /// Sequence number, N-PDU number and next extension header type as they stand on the wire where
    /// any of the three flags is set; only those whose flag is set mean anything.
    pub optional: (u16, u8, u8),
    /// The chain of extension headers without its first type: see [`Header::extensions`].
    pub chain: Octets,
}

/// An extension header, TS 29.060 6.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// Extension header type; bit 8 set: whoever receives it must understand it.
    pub kind: u8,
    /// Its contents, 4n - 2 octets.
    pub contents: Octets,
}

impl Extension {
    /// True where an end point that does not know it must refuse it, TS 29.060 6.1.
    pub fn must_be_understood(&self) -> bool {
        self.kind & 0x80 != 0
    }
}

impl Header {
    /// Of a message of GTP-C, or of one of GTP-U that carries a sequence number.
    pub fn control(kind: u8, teid: u32, sequence: u16) -> Self {
        Self {
            flags: Flags::CONTROL,
            kind,
            teid,
            optional: (sequence, 0, 0),
            chain: Octets::default(),
        }
    }

    /// Of a message of GTP-U without a sequence number.
    pub fn user(kind: u8, teid: u32) -> Self {
        Self {
            flags: Flags::USER,
            ..Self::control(kind, teid, 0)
        }
    }

    /// The sequence number, where there is one.
    pub fn sequence(&self) -> Option<u16> {
        self.flags.sequence().then_some(self.optional.0)
    }

    /// The N-PDU number, where there is one.
    pub fn npdu(&self) -> Option<u8> {
        self.flags.npdu().then_some(self.optional.1)
    }

    /// The extension headers, in order.
    pub fn extensions(&self) -> impl Iterator<Item = Extension> + '_ {
        let mut kind = if self.flags.extension() {
            self.optional.2
        } else {
            0
        };
        let mut r = Reader::shared(&self.chain.0);
        std::iter::from_fn(move || {
            let this = Some(kind).filter(|k| *k != 0)?;
            let (contents, next) = extension(&mut r).ok()?;
            kind = next;
            Some(Extension {
                kind: this,
                contents: contents.octets(),
            })
        })
    }

    /// With one more extension header at the end. Contents are filled up with zeros to 4n - 2
    /// octets, and cut at 1018.
    #[must_use]
    pub fn with_extension(mut self, kind: u8, contents: &[u8]) -> Self {
        let mut chain = BytesMut::from(self.chain.as_ref());
        match chain.last_mut() {
            Some(next) => *next = kind,
            None => self.optional.2 = kind,
        }
        self.flags = self.flags.with_extension(true);
        let contents = contents.get(..1018).unwrap_or(contents);
        let units = contents.len().saturating_add(2).div_ceil(4).max(1);
        let fill = units
            .saturating_mul(4)
            .saturating_sub(2)
            .saturating_sub(contents.len());
        chain.put_u8(units as u8);
        chain.extend_from_slice(contents);
        chain.put_bytes(0, fill.saturating_add(1));
        self.chain = chain.freeze().into();
        self
    }

    /// Reads a header; `r` is left at the body. A length that disagrees with the octets that came
    /// is an error, TS 29.060 11.1.2.
    pub fn read(r: &mut Reader<'_>) -> Result<Self> {
        let name = |e: Error| e.within(0, "GTP header");
        let at = r.at();
        let flags = Flags(r.u8().map_err(name)?);
        if flags.version() != 1 || !flags.protocol_type() {
            let kind = Kind::BadValue(flags.0.into());
            return Err(Error::new(kind, at, "GTP version"));
        }
        let kind = r.u8().map_err(name)?;
        let at = r.at();
        let length = usize::from(r.u16().map_err(name)?);
        let teid = r.u32().map_err(name)?;
        if length != r.left() {
            return Err(Error::new(length_kind(length, r.left()), at, "GTP length"));
        }
        let mut header = Self {
            flags,
            kind,
            teid,
            optional: (0, 0, 0),
            chain: Octets::default(),
        };
        if flags.0 & 7 != 0 {
            header.optional = (
                r.u16().map_err(name)?,
                r.u8().map_err(name)?,
                r.u8().map_err(name)?,
            );
        }
        if flags.extension() {
            let mut ahead = *r;
            let mut next = header.optional.2;
            while next != 0 {
                next = extension(&mut ahead)
                    .map_err(|e| e.within(0, "extension header"))?
                    .1;
            }
            let n = r.left().saturating_sub(ahead.left());
            header.chain = Octets(r.bytes(n)?);
        }
        Ok(header)
    }

    /// Appends the header and what `body` writes; the length says how much that was.
    pub fn write(&self, w: &mut BytesMut, body: impl FnOnce(&mut BytesMut)) {
        w.put_u8(self.flags.0);
        w.put_u8(self.kind);
        let at = w.len();
        with_len(2, w, |w| {
            w.put_u32(self.teid);
            if self.flags.0 & 7 != 0 {
                w.put_u16(self.optional.0);
                w.put_u8(self.optional.1);
                w.put_u8(self.optional.2);
            }
            w.extend_from_slice(&self.chain);
            body(w);
        });
        // the length does not count the TEID
        if let Some([a, b]) = w
            .get_mut(at..at.saturating_add(2))
            .and_then(|s| s.as_mut_array::<2>())
        {
            let n = u16::from_be_bytes([*a, *b]).saturating_sub(4);
            [*a, *b] = n.to_be_bytes();
        }
    }
}

/// Takes one extension header: its contents and the type of the next.
fn extension<'a>(r: &mut Reader<'a>) -> Result<(Reader<'a>, u8)> {
    let at = r.at();
    let n = usize::from(r.u8()?).saturating_mul(4);
    let n = n.checked_sub(2).ok_or(Error::new(
        Kind::BadLength(0),
        at,
        "extension header length",
    ))?;
    Ok((r.sub(n)?, r.u8()?))
}

fn length_kind(said: usize, came: usize) -> Kind {
    match came.checked_sub(said) {
        Some(more) => Kind::Trailing(more),
        None => Kind::Truncated {
            need: said,
            have: came,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_chained_filled_up_and_read_back() {
        let header = Header::user(255, 7)
            .with_extension(0x40, &[0x22, 0xb8])
            .with_extension(0xc0, &[1, 2, 3]);
        let mut w = BytesMut::new();
        header.write(&mut w, |w| w.put_slice(b"payload"));
        let octets = [
            0x34, 0xff, 0, 23, 0, 0, 0, 7, 0, 0, 0, 0x40, 1, 0x22, 0xb8, 0xc0, 2, 1, 2, 3, 0, 0, 0,
            0,
        ];
        assert_eq!(w[..24], octets);
        let mut r = Reader::new(&w);
        let back = Header::read(&mut r).unwrap();
        assert_eq!((&back, r.peek()), (&header, &b"payload"[..]));
        let kinds: Vec<_> = back
            .extensions()
            .map(|e| (e.kind, e.contents.len(), e.must_be_understood()))
            .collect();
        assert_eq!(kinds, [(0x40, 2, false), (0xc0, 6, true)]);
    }

    #[test]
    fn a_length_that_disagrees_is_an_error_with_a_place() {
        for (octets, kind) in [
            (
                &[0x30, 1, 0, 9, 0, 0, 0, 0, 1][..],
                Kind::Truncated { need: 9, have: 1 },
            ),
            (&[0x30, 1, 0, 0, 0, 0, 0, 0, 1], Kind::Trailing(1)),
        ] {
            let e = Header::read(&mut Reader::new(octets)).unwrap_err();
            assert_eq!((e.kind, e.at, e.field), (kind, 2, "GTP length"));
        }
        let e = Header::read(&mut Reader::new(&[0x48, 1, 0, 0, 0, 0, 0, 0])).unwrap_err();
        assert_eq!(e.field, "GTP version");
        let zero = [0x34, 255, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0x85, 0, 0, 0, 0];
        let e = Header::read(&mut Reader::new(&zero)).unwrap_err();
        assert_eq!((e.kind, e.at), (Kind::BadLength(0), 12));
    }
}
