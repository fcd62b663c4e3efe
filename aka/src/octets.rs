//! A short octet string without heap, for outputs whose length is a parameter (RES, TUAK).

use core::fmt;
use core::ops::Deref;

/// Up to `MAX` octets in place. Reads as a slice; prints as hexadecimal digits.
#[derive(Clone, Copy)]
pub struct Octets<const MAX: usize> {
    len: u8,
    octets: [u8; MAX],
}

impl<const MAX: usize> Octets<MAX> {
    /// Copies `octets`; `None` when they are more than `MAX` (or than 255).
    #[must_use]
    pub fn new(octets: &[u8]) -> Option<Self> {
        let len = u8::try_from(octets.len()).ok()?;
        let mut all = [0; MAX];
        all.get_mut(..octets.len())?.copy_from_slice(octets);
        Some(Self { len, octets: all })
    }

    /// The first `len` octets of `octets`, at most all of them.
    pub(crate) const fn first(len: usize, octets: [u8; MAX]) -> Self {
        let len = if len < MAX { len } else { MAX };
        Self {
            len: len as u8,
            octets,
        }
    }
}

impl<const MAX: usize> Deref for Octets<MAX> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.octets
            .get(..usize::from(self.len))
            .unwrap_or(&self.octets)
    }
}

impl<const MAX: usize> PartialEq for Octets<MAX> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<const MAX: usize> Eq for Octets<MAX> {}

impl<const MAX: usize> fmt::Display for Octets<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl<const MAX: usize> fmt::Debug for Octets<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_part_of_the_value() {
        let four = Octets::<16>::new(&[1, 2, 3, 0]).unwrap();
        assert_eq!(&*four, [1, 2, 3, 0]);
        assert_ne!(four, Octets::new(&[1, 2, 3]).unwrap());
        assert_eq!(format!("{four:?}"), "01020300");
        assert!(Octets::<2>::new(&[0; 3]).is_none());
    }

    #[test]
    fn octets_after_the_end_do_not_count() {
        assert_eq!(Octets::first(1, [7, 8]), Octets::first(1, [7, 9]));
        assert_eq!(Octets::first(9, [7, 8]).len(), 2);
    }
}
