//! An element of any type, kept with its identifier and length.
use super::tlv::{self, Form, Tlv};
use bytes::{Bytes, BytesMut};
use std::fmt;
use wire::{Error, Field, Gen, Octets, Reader, Result, Value};

/// An element whose type its place does not tell: the parameter of a component.
#[derive(Clone, Default)]
pub struct Any {
    octets: Bytes,
    /// Offset in the message that it was read from.
    at: u32,
}

impl Any {
    /// An element with this tag and value.
    pub fn new(tag: u64, value: &dyn Value) -> Self {
        Self::framed(tag, Form::SHORTEST, |w| value.write(w))
    }

    /// The same from contents that `body` writes, with their length in this form.
    pub fn framed(tag: u64, form: Form, body: impl FnOnce(&mut BytesMut)) -> Self {
        let mut w = BytesMut::new();
        tlv::put(tag, form, &mut w, body);
        Self {
            octets: w.freeze(),
            at: 0,
        }
    }

    /// Its octets: identifier, length, contents.
    pub fn octets(&self) -> &Bytes {
        &self.octets
    }

    /// Offset of its identifier in the message that it was read from.
    pub fn at(&self) -> usize {
        self.at as usize
    }

    /// The element, taken apart.
    ///
    /// # Errors
    /// There is none.
    pub fn tlv(&self) -> Result<Tlv<'_>> {
        let mut r = Reader::shared(&self.octets).at_offset(self.at());
        let t = Tlv::take(&mut r)?;
        r.done()?;
        Ok(t)
    }

    /// Its identifier.
    pub fn tag(&self) -> Option<u64> {
        self.tlv().ok().map(|t| t.tag)
    }

    /// Its value, where it has the tag `tag`.
    ///
    /// # Errors
    /// It has another tag, or its contents are no `T`; offsets count from the start of the message.
    pub fn read<T: Field>(&self, tag: u64, name: &'static str) -> Result<T> {
        let t = self.tlv()?;
        if t.tag != tag {
            let e = Error::new(wire::Kind::BadValue(t.tag), t.at, name);
            return Err(e.within(t.tag, name));
        }
        t.body.all().map_err(|e: Error| e.within(tag, name))
    }
}

/// The same octets, wherever they came from.
impl PartialEq for Any {
    fn eq(&self, other: &Self) -> bool {
        self.octets == other.octets
    }
}

impl fmt::Display for Any {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Octets(self.octets.clone()).fmt(f)
    }
}

impl fmt::Debug for Any {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Value for Any {
    fn write(&self, w: &mut BytesMut) {
        w.extend_from_slice(&self.octets);
    }
}

impl Field for Any {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self {
            at: r.at() as u32,
            octets: r.rest_bytes(),
        })
    }
    fn sample(g: &mut Gen) -> Self {
        Self::new(super::tag::SEQUENCE, &SampleBody::sample(g))
    }
}

/// Contents of a SEQUENCE with something in it.
struct SampleBody(Octets);

impl fmt::Display for SampleBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Value for SampleBody {
    fn write(&self, w: &mut BytesMut) {
        tlv::put(super::tag::OCTETS, Form::SHORTEST, w, |w| self.0.write(w));
    }
}

impl SampleBody {
    fn sample(g: &mut Gen) -> Self {
        Self(Octets::sample(g))
    }
}
