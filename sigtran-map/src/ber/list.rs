//! SEQUENCE OF, X.690 8.10: items one after the other.
use super::tlv::{Form, Tlv, put};
use bytes::BytesMut;
use serde_json::Value as Json;
use std::fmt;
use wire::{Field, Gen, Kind, Reader, Result, Value};

/// What can stand in a list: one type with its tag, or a CHOICE of several.
pub trait Item: Sized {
    /// From contents under a tag.
    ///
    /// # Errors
    /// As the contents, and for another tag.
    fn read(tag: u64, body: Reader<'_>) -> Result<Self>;
    /// What becomes of an item that cannot be read; by default the list cannot be read either.
    fn broken(e: wire::Error, t: &Tlv<'_>) -> Result<Self> {
        let _ = t;
        Err(e)
    }
    /// Its tag.
    fn tag(&self) -> u64;
    /// Its contents.
    fn body(&self) -> &dyn Value;
    /// Which alternative it is, where there are several.
    fn alternative(&self) -> Option<&'static str> {
        None
    }
    /// A sample.
    fn sample(g: &mut Gen) -> Self;
}

/// Items in the order in which they stand.
#[derive(Debug, Clone, PartialEq)]
pub struct List<T> {
    /// They.
    pub items: Vec<T>,
    /// How the lengths were written, where not as we would.
    forms: Option<Box<[Form]>>,
}

/// So many items are read whatever they take; more only where their octets are worth it.
const FEW: usize = 16;
/// How many octets of memory an octet of a list is worth.
const WORTH: usize = 10;

impl<T> Default for List<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        Self { items, forms: None }
    }
}

impl<T> std::ops::Deref for List<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T: Item> fmt::Display for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sep = "";
        for i in &self.items {
            write!(f, "{sep}")?;
            if let Some(name) = i.alternative() {
                write!(f, "{name}: ")?;
            }
            write!(f, "{}", i.body())?;
            sep = "\n";
        }
        Ok(())
    }
}

impl<T: Item> Value for List<T> {
    fn write(&self, w: &mut BytesMut) {
        let form = |n: usize| self.forms.as_ref().and_then(|f| f.get(n)).copied();
        for (n, i) in self.items.iter().enumerate() {
            put(i.tag(), form(n).unwrap_or_default(), w, |w| {
                i.body().write(w)
            });
        }
    }
    fn json(&self) -> Json {
        let one = |i: &T| match i.alternative() {
            None => i.body().json(),
            Some(name) => serde_json::json!({ name: i.body().json() }),
        };
        self.items.iter().map(one).collect()
    }
}

impl<T: Item> Field for List<T> {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        let octets = r.left();
        let mut count = 0usize;
        let mut look = *r;
        while !look.is_empty() {
            Tlv::take(&mut look)?;
            count = count.saturating_add(1);
        }
        if count > FEW && count.saturating_mul(size_of::<T>()) > octets.saturating_mul(WORTH) {
            return Err(r.error(Kind::TooMany));
        }
        let mut items = Vec::with_capacity(count);
        let mut forms = Vec::new();
        while !r.is_empty() {
            let t = Tlv::take(r)?;
            if t.form != Form::SHORTEST || !forms.is_empty() {
                forms.resize(items.len(), Form::SHORTEST);
                forms.push(t.form);
            }
            items.push(T::read(t.tag, t.body).or_else(|e| T::broken(e, &t))?);
        }
        let forms = (!forms.is_empty()).then(|| forms.into());
        Ok(Self { items, forms })
    }
    fn sample(g: &mut Gen) -> Self {
        let n = g.below(3).saturating_add(1);
        (0..n).map(|_| T::sample(g)).collect::<Vec<_>>().into()
    }
}

/// Makes a type an item of lists under one tag.
macro_rules! item {
    ($($t:ty = $tag:expr, $name:literal;)*) => { $(
        impl $crate::ber::Item for $t {
            fn read(tag: u64, body: wire::Reader<'_>) -> wire::Result<Self> {
                if tag != $tag {
                    return Err(body.error(wire::Kind::BadValue(tag)).within(tag, $name));
                }
                body.all().map_err(|e: wire::Error| e.within(tag, $name))
            }
            fn tag(&self) -> u64 {
                $tag
            }
            fn body(&self) -> &dyn wire::Value {
                self
            }
            fn sample(g: &mut wire::Gen) -> Self {
                wire::Field::sample(g)
            }
        }
    )* };
}
pub(crate) use item;
