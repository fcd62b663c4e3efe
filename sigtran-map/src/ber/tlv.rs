//! Identifier, length, contents, X.690 8.1.
use super::{Ber, tag};
use asn1_rs::{Err as Failed, FromBer, Header, Length, Needed};
use bytes::{BufMut, BytesMut};
use wire::{Element, Error, Kind, Reader, Result, Slot};

/// How the length of an element is written, X.690 8.1.3: 0 in the fewest octets, 0x80 indefinite,
/// 0x80 + n in n octets behind the first although fewer would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Form(pub u8);

impl Form {
    /// In the fewest octets.
    pub const SHORTEST: Self = Self(0);
    /// Indefinite: the contents end with two zero octets.
    pub const INDEFINITE: Self = Self(0x80);
}

/// An element.
#[derive(Clone, Copy)]
pub struct Tlv<'a> {
    /// The octets of its identifier, as a number.
    pub tag: u64,
    /// How its length is written.
    pub form: Form,
    /// Offset of its identifier.
    pub at: usize,
    /// Its contents.
    pub body: Reader<'a>,
}

impl<'a> Tlv<'a> {
    /// Takes the next element.
    ///
    /// # Errors
    /// Identifier or length are none, or reach beyond what is left.
    pub fn take(r: &mut Reader<'a>) -> Result<Self> {
        let at = r.at();
        let head = Head::read(r.peek()).map_err(|kind| Error::new(kind, at, ""))?;
        if head.tag == 0 {
            // the end of contents, where nothing indefinite ends
            return Err(Error::new(Kind::BadValue(0), at, ""));
        }
        r.take(head.octets)?;
        let body = match head.length {
            Length::Definite(n) => r.sub(n)?,
            Length::Indefinite => {
                let body = r.sub(contents(*r)?)?;
                r.take(2)?;
                body
            }
        };
        Ok(Self {
            tag: head.tag,
            form: head.form(),
            at,
            body,
        })
    }
}

struct Head {
    tag: u64,
    length: Length,
    /// Octets of identifier and length.
    octets: usize,
    /// Octets of the identifier alone.
    tag_octets: usize,
}

impl Head {
    fn read(octets: &[u8]) -> std::result::Result<Self, Kind> {
        match Header::from_ber(octets) {
            Ok((rest, h)) => {
                let raw = h.raw_tag().unwrap_or(&[]);
                let shift = |t: u64, b: &u8| t.wrapping_shl(8) | u64::from(*b);
                Ok(Self {
                    tag: raw.iter().fold(0, shift),
                    length: h.length(),
                    octets: octets.len().saturating_sub(rest.len()),
                    tag_octets: raw.len(),
                })
            }
            Err(Failed::Incomplete(n)) => {
                let have = octets.len();
                let more = match n {
                    Needed::Size(n) => n.get(),
                    Needed::Unknown => 1,
                };
                let need = have.saturating_add(more);
                Err(Kind::Truncated { need, have })
            }
            // a tag number without end, a primitive of indefinite length, a length beyond all
            Err(_) => Err(Kind::BadValue(octets.first().copied().unwrap_or(0).into())),
        }
    }

    fn form(&self) -> Form {
        let octets = self.octets.saturating_sub(self.tag_octets);
        match self.length {
            Length::Indefinite => Form::INDEFINITE,
            Length::Definite(n) if octets == length_octets(n) => Form::SHORTEST,
            Length::Definite(_) => Form(0x80u8.saturating_add(octets.saturating_sub(1) as u8)),
        }
    }
}

/// How many octets there are in front of the end of contents that belongs to them.
fn contents(mut r: Reader<'_>) -> Result<usize> {
    let whole = r.left();
    let mut open = 0usize;
    loop {
        let have = whole.saturating_sub(r.left());
        if r.peek().starts_with(&[0, 0]) {
            if open == 0 {
                return Ok(have);
            }
            open = open.saturating_sub(1);
            r.take(2)?;
            continue;
        }
        let head = Head::read(r.peek()).map_err(|kind| r.error(kind))?;
        r.take(head.octets)?;
        match head.length {
            Length::Definite(n) => drop(r.take(n)?),
            Length::Indefinite => open = open.saturating_add(1),
        }
    }
}

/// Takes one element for a message with these slots. What no slot knows goes to the slot for
/// [`tag::ANY`] where there is one, with identifier and length.
pub fn next<'a>(r: &mut Reader<'a>, slots: &[Slot<Ber>]) -> Result<Element<'a>> {
    let mut whole = *r;
    let t = Tlv::take(r).map_err(|e| match e.field {
        "" => Error {
            field: "element",
            ..e
        },
        _ => e,
    })?;
    let takes = |tag| slots.iter().any(|s| s.key == tag);
    if takes(tag::ANY) && !takes(t.tag) {
        let octets = whole.left().saturating_sub(r.left());
        return Ok(Element {
            key: tag::ANY,
            flags: 0,
            at: t.at,
            body: whole.sub(octets)?,
        });
    }
    Ok(Element {
        key: t.tag,
        flags: t.form.0,
        at: t.at,
        body: t.body,
    })
}

/// Appends an element whose contents `body` writes; of [`tag::ANY`] these are all there is.
pub fn put(tag: u64, form: Form, w: &mut BytesMut, body: impl FnOnce(&mut BytesMut)) {
    if tag == tag::ANY {
        return body(w);
    }
    let zeros = (tag.leading_zeros() / 8).min(7) as usize;
    w.extend_from_slice(tag.to_be_bytes().get(zeros..).unwrap_or(&[]));
    if form == Form::INDEFINITE {
        w.put_u8(0x80);
        body(w);
        return w.put_u16(0);
    }
    let at = w.len();
    w.put_u8(0);
    body(w);
    let n = w.len().saturating_sub(at).saturating_sub(1);
    let asked = usize::from(form.0 & 0x7f);
    let octets = match length_octets(n).saturating_sub(1) {
        0 if form == Form::SHORTEST => 0,
        least => least.max(asked).min(126),
    };
    if octets == 0 {
        if let Some(b) = w.get_mut(at) {
            *b = n as u8;
        }
        return;
    }
    // make room for the octets behind the first
    w.put_bytes(0, octets);
    let from = at.saturating_add(1);
    let to = from.saturating_add(octets);
    w.copy_within(from..from.saturating_add(n), to);
    if let Some(head) = w.get_mut(at..to) {
        head.fill(0);
        let value = n.to_be_bytes();
        let low = head.iter_mut().rev().zip(value.iter().rev());
        low.take(octets).for_each(|(to, b)| *to = *b);
        if let Some(first) = head.first_mut() {
            *first = 0x80 | octets as u8;
        }
    }
}

/// The fewest octets in which the length `n` can be written.
fn length_octets(n: usize) -> usize {
    match n {
        0..=0x7f => 1,
        _ => {
            let bits = usize::BITS.saturating_sub(n.leading_zeros());
            (bits.div_ceil(8) as usize).saturating_add(1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::Octets;

    fn take(octets: &[u8]) -> Result<(u64, Form, Vec<u8>)> {
        let mut r = Reader::new(octets);
        let t = Tlv::take(&mut r)?;
        r.done()?;
        Ok((t.tag, t.form, t.body.peek().to_vec()))
    }

    #[test]
    fn forms_of_length_are_kept() {
        let long = [&[0x04, 0x82, 0x01, 0x00][..], &[7; 256]].concat();
        for (octets, tag, form, n) in [
            (&[0x04, 0x01, 9][..], 0x04, 0, 1),
            (&[0x04, 0x81, 0x01, 9], 0x04, 0x81, 1),
            (&[0x04, 0x84, 0, 0, 0, 1, 9], 0x04, 0x84, 1),
            (&[0x30, 0x80, 0x80, 0, 0x04, 1, 9, 0, 0], 0x30, 0x80, 5),
            (&[0xbf, 0x81, 0x01, 0x00], 0xbf8101, 0, 0),
            (&long, 0x04, 0, 256),
        ] {
            let (t, f, body) = take(octets).unwrap();
            assert_eq!((t, f.0, body.len()), (tag, form, n), "{octets:02x?}");
            let mut w = BytesMut::new();
            put(t, f, &mut w, |w| w.extend_from_slice(&body));
            assert_eq!(w, octets);
        }
    }

    /// `[0]` without contents is not an end of contents, an inner end is not the outer one.
    #[test]
    fn the_right_end_of_contents() {
        let octets = [
            0x30, 0x80, 0xa0, 0x80, 0x80, 0, 0, 0, 0x04, 2, 0, 0, 0, 0, 0x05, 0,
        ];
        let mut r = Reader::new(&octets);
        let t = Tlv::take(&mut r).unwrap();
        assert_eq!((t.body.left(), r.peek()), (10, &[0x05, 0][..]));
    }

    #[test]
    fn what_is_no_element_is_an_error_with_its_place() {
        for (octets, at) in [
            (&[][..], 0),
            (&[0x04], 1),
            (&[0x04, 5, 1], 2),
            (&[0x04, 0x80, 0, 0], 0),
            (&[0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 0),
            (&[0x04, 0xff, 0], 0),
            (&[0, 0], 0),
            (&[0x30, 0x80, 0x04, 1, 0], 5),
        ] {
            let e = take(octets).unwrap_err();
            assert!(e.at <= at, "{e}: {octets:02x?}");
        }
    }

    #[test]
    fn a_value_that_grew_gets_the_octets_it_needs() {
        let mut w = BytesMut::new();
        let v = Octets::from(vec![1; 300]);
        put(0x04, Form(0x81), &mut w, |w| w.extend_from_slice(&v));
        assert_eq!(w[..4], [0x04, 0x82, 0x01, 0x2c]);
    }
}
