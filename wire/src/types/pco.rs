//! Protocol configuration options.
use crate::{Field, Gen, Octets, Reader, Result, Value};
use bytes::{BufMut, Bytes, BytesMut};
use serde_json::{Value as Json, json};
use std::fmt;

/// Protocol configuration options, TS 24.008 10.5.6.3; the octets are kept as they came.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pco(Bytes);

/// One protocol or container of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PcoItem {
    /// Protocol (0xc021 LCP, 0xc223 CHAP, 0xc023 PAP, 0x8021 IPCP) or container identifier.
    pub id: u16,
    /// Its contents.
    pub contents: Octets,
}

impl Pco {
    /// For PPP over IP: extension bit set, configuration protocol 0.
    pub fn new(items: &[PcoItem]) -> Self {
        let mut w = BytesMut::new();
        w.put_u8(0x80);
        for i in items {
            w.put_u16(i.id);
            let n = i.contents.len().min(255);
            w.put_u8(n as u8);
            w.extend_from_slice(i.contents.get(..n).unwrap_or(&[]));
        }
        Self(w.freeze())
    }

    /// Its items; ends with the error where they do not fill the octets.
    pub fn items(&self) -> impl Iterator<Item = Result<PcoItem>> + '_ {
        let mut r = Reader::shared(&self.0);
        let mut failed = r.u8().is_err();
        std::iter::from_fn(move || {
            if failed || r.is_empty() {
                return None;
            }
            let mut item = || {
                let id = r.u16()?;
                let n = r.u8()?;
                Ok(PcoItem {
                    id,
                    contents: Octets(r.bytes(usize::from(n))?),
                })
            };
            let item = item();
            failed = item.is_err();
            Some(item)
        })
    }
}

impl fmt::Display for Pco {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sep = "";
        for item in self.items() {
            match item {
                Ok(i) => write!(f, "{sep}{:#06x} {}", i.id, i.contents)?,
                Err(e) => write!(f, "{sep}({e})")?,
            }
            sep = ", ";
        }
        Ok(())
    }
}

impl fmt::Debug for Pco {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Value for Pco {
    fn write(&self, w: &mut BytesMut) {
        w.extend_from_slice(&self.0);
    }
    fn json(&self) -> Json {
        self.items()
            .map(|i| match i {
                Ok(i) => json!({ "id": i.id, "contents": i.contents.to_string() }),
                Err(e) => json!({ "error": e.to_string() }),
            })
            .collect()
    }
}

impl Field for Pco {
    #[inline]
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.rest_bytes()))
    }
    fn sample(g: &mut Gen) -> Self {
        let items: Vec<_> = (0..g.below(3))
            .map(|_| PcoItem {
                id: g.next() as u16,
                contents: Octets::sample(g),
            })
            .collect();
        Self::new(&items)
    }
}
