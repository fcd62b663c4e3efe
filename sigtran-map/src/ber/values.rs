//! Contents of the universal types, X.690 8.2 to 8.19.
use bytes::{BufMut, Bytes, BytesMut};
use serde_json::Value as Json;
use std::fmt;
use wire::{Field, Gen, Kind, Octets, Reader, Result, Value};

/// INTEGER and ENUMERATED, up to 32 bits, X.690 8.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Int(pub i32);

impl fmt::Display for Int {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Value for Int {
    fn write(&self, w: &mut BytesMut) {
        let octets = self.0.to_be_bytes();
        // the first octets are needless where they and the next bit are all sign
        let bits = self.0.unsigned_abs().wrapping_sub(u32::from(self.0 < 0));
        let spare = (bits.leading_zeros().saturating_sub(1) / 8) as usize;
        w.extend_from_slice(octets.get(spare.min(3)..).unwrap_or(&[]));
    }
    fn json(&self) -> Json {
        self.0.into()
    }
}

impl Field for Int {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        let (at, n) = (*r, r.left());
        let octets = r.rest();
        let sign = octets
            .first()
            .map_or(0, |b| if b & 0x80 == 0 { 0 } else { -1i32 });
        let v = octets
            .iter()
            .fold(sign, |v, b| v.wrapping_shl(8) | i32::from(*b));
        let mut least = BytesMut::new();
        Self(v).write(&mut least);
        if least != octets {
            return Err(at.error(Kind::BadLength(n)));
        }
        Ok(Self(v))
    }
    fn sample(g: &mut Gen) -> Self {
        Self((g.next() as i32).wrapping_shr(g.below(32) as u32))
    }
}

/// NULL: it is there or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Null;

impl fmt::Display for Null {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("yes")
    }
}

impl Value for Null {
    fn write(&self, _: &mut BytesMut) {}
    fn json(&self) -> Json {
        true.into()
    }
}

impl Field for Null {
    fn read(_: &mut Reader<'_>) -> Result<Self> {
        Ok(Self)
    }
    fn sample(_: &mut Gen) -> Self {
        Self
    }
}

/// BIT STRING: how many bits of the last octet are unused, and the octets.
#[derive(Clone, PartialEq, Eq)]
pub struct Bits {
    unused: u8,
    octets: Bytes,
}

impl Bits {
    /// So many octets whose last `unused` bits do not count.
    pub fn new(unused: u8, octets: &[u8]) -> Self {
        Self {
            unused: unused & 7,
            octets: Bytes::copy_from_slice(octets),
        }
    }

    /// Bit `n`, counted from 0, the most significant of the first octet.
    pub fn get(&self, n: usize) -> bool {
        let bit = 0x80u8.wrapping_shr((n & 7) as u32);
        let octet = self.octets.get(n / 8).copied();
        octet.is_some_and(|b| b & bit != 0)
    }
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Octets(self.octets.clone()).fmt(f)
    }
}

impl fmt::Debug for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({} unused)", self.unused)
    }
}

impl Value for Bits {
    fn write(&self, w: &mut BytesMut) {
        w.put_u8(self.unused);
        w.extend_from_slice(&self.octets);
    }
}

impl Field for Bits {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        let at = *r;
        let unused = r.u8()?;
        if unused > 7 {
            return Err(at.error(Kind::BadValue(unused.into())));
        }
        let octets = r.rest_bytes();
        Ok(Self { unused, octets })
    }
    fn sample(g: &mut Gen) -> Self {
        let octets = g.next().to_be_bytes();
        let n = g.below(3).saturating_add(1) as usize;
        Self::new(g.below(8) as u8, octets.get(..n).unwrap_or(&[]))
    }
}

/// OBJECT IDENTIFIER, kept as its octets, X.690 8.19.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Oid(pub Bytes);

impl Oid {
    /// From octets that live as long as the program.
    pub const fn of(octets: &'static [u8]) -> Self {
        Self(Bytes::from_static(octets))
    }
}

/// Dotted numbers.
impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut arc = 0u64;
        let mut first = true;
        for b in &self.0 {
            arc = arc.wrapping_shl(7) | u64::from(b & 0x7f);
            if b & 0x80 != 0 {
                continue;
            }
            if first {
                let top = (arc / 40).min(2);
                let second = arc.wrapping_sub(top.wrapping_mul(40));
                write!(f, "{top}.{second}")?;
            } else {
                write!(f, ".{arc}")?;
            }
            (first, arc) = (false, 0);
        }
        Ok(())
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Value for Oid {
    fn write(&self, w: &mut BytesMut) {
        w.extend_from_slice(&self.0);
    }
}

impl Field for Oid {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.rest_bytes()))
    }
    fn sample(g: &mut Gen) -> Self {
        let known: [&[u8]; 3] = [
            &[4, 0, 0, 1, 0, 14, 3],
            &[0, 17, 134, 5, 1, 1, 1],
            &[42, 134, 58, 0, 137, 97, 51, 1, 1, 1, 0, 1],
        ];
        Self(Bytes::copy_from_slice(
            g.pick(&known).copied().unwrap_or(&[]),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_in_their_fewest_octets() {
        for (v, octets) in [
            (0, &[0][..]),
            (127, &[0x7f]),
            (128, &[0, 0x80]),
            (-1, &[0xff]),
            (-128, &[0x80]),
            (-129, &[0xff, 0x7f]),
            (i32::MAX, &[0x7f, 0xff, 0xff, 0xff]),
            (i32::MIN, &[0x80, 0, 0, 0]),
        ] {
            let mut w = BytesMut::new();
            Int(v).write(&mut w);
            assert_eq!(w, octets, "{v}");
            assert_eq!(Reader::new(octets).all::<Int>(), Ok(Int(v)));
        }
        for bad in [
            &[][..],
            &[0, 5],
            &[0xff, 0x80],
            &[0, 0x80, 0, 0, 0],
            &[1, 2, 3, 4, 5],
        ] {
            let e = Reader::new(bad).all::<Int>().unwrap_err();
            assert_eq!(e.kind, Kind::BadLength(bad.len()));
        }
    }

    #[test]
    fn object_identifiers_as_people_write_them() {
        let text = |o: &'static [u8]| Oid::of(o).to_string();
        assert_eq!(text(&[4, 0, 0, 1, 0, 14, 3]), "0.4.0.0.1.0.14.3");
        assert_eq!(text(&[0, 17, 134, 5, 1, 1, 1]), "0.0.17.773.1.1.1");
        assert_eq!(text(&[42, 134, 58, 0, 137, 97, 51]), "1.2.826.0.1249.51");
        assert_eq!(text(&[0x88, 0x37]), "2.999");
    }
}
