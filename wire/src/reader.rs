//! Takes octets apart, counts where it is, and never panics.
use crate::{Error, Field, Kind, Octets, Result};
use bytes::Bytes;

/// How deep elements may be nested. Real messages stay below six.
const DEPTH: u8 = 16;

/// A place in a PDU and the octets from there to the end of the present element.
///
/// Made with [`Reader::shared`] it hands out [`Bytes`] that share the PDU's memory;
/// made with [`Reader::new`] it copies where somebody asks for owned octets.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    buf: &'a [u8],
    at: usize,
    owner: Option<&'a Bytes>,
    depth: u8,
    strict: bool,
}

macro_rules! unsigned {
    ($($(#[$m:meta])* $name:ident: $t:ty, $n:literal;)*) => { $(
        $(#[$m])*
        #[inline]
        pub fn $name(&mut self) -> Result<$t> {
            let mut v: $t = 0;
            for b in self.array::<$n>()? {
                v = v.wrapping_shl(8) | <$t>::from(b);
            }
            Ok(v)
        }
    )* };
}

impl<'a> Reader<'a> {
    /// Reads `buf`; owned octets are copies.
    pub fn new(buf: &'a [u8]) -> Self {
        Self {
            buf,
            at: 0,
            owner: None,
            depth: 0,
            strict: false,
        }
    }

    /// Reads `pdu`; owned octets share its memory.
    pub fn shared(pdu: &'a Bytes) -> Self {
        Self {
            owner: Some(pdu),
            ..Self::new(pdu)
        }
    }

    /// The same reader for an end point: elements that nobody knows and that the sender marked as
    /// not to be skipped are errors. Relays and dissectors read without.
    #[must_use]
    pub fn strict(self) -> Self {
        Self {
            strict: true,
            ..self
        }
    }

    /// True for a reader of an end point, see [`Reader::strict`].
    pub fn is_strict(&self) -> bool {
        self.strict
    }

    /// The same reader, counting offsets from `at`: for a part whose head was read elsewhere.
    #[must_use]
    pub fn at_offset(self, at: usize) -> Self {
        Self { at, ..self }
    }

    /// Octets left.
    #[inline]
    pub fn left(&self) -> usize {
        self.buf.len()
    }

    /// True where nothing is left.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.buf.is_empty()
    }

    /// Offset from the start of the PDU.
    #[inline]
    pub fn at(&self) -> usize {
        self.at
    }

    /// The octets left, not taken.
    #[inline]
    pub fn peek(&self) -> &'a [u8] {
        self.buf
    }

    /// Takes `n` octets.
    #[inline]
    pub fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        let Some((head, tail)) = self.buf.split_at_checked(n) else {
            return Err(self.error(Kind::Truncated {
                need: n,
                have: self.buf.len(),
            }));
        };
        self.buf = tail;
        self.at = self.at.wrapping_add(n);
        Ok(head)
    }

    /// Takes `N` octets as an array.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let Some((head, tail)) = self.buf.split_first_chunk::<N>() else {
            return Err(self.error(Kind::Truncated {
                need: N,
                have: self.buf.len(),
            }));
        };
        self.buf = tail;
        self.at = self.at.wrapping_add(N);
        Ok(*head)
    }

    unsigned! {
        /// Takes one octet.
        u8: u8, 1;
        /// Takes two octets, most significant first.
        u16: u16, 2;
        /// Takes three octets, most significant first.
        u24: u32, 3;
        /// Takes four octets, most significant first.
        u32: u32, 4;
        /// Takes six octets, most significant first.
        u48: u64, 6;
        /// Takes eight octets, most significant first.
        u64: u64, 8;
    }

    /// Takes `n` octets as a reader of their own.
    #[inline]
    pub fn sub(&mut self, n: usize) -> Result<Self> {
        let at = self.at;
        Ok(Self {
            buf: self.take(n)?,
            at,
            ..*self
        })
    }

    /// A reader one level of nesting deeper; an error where no real message goes.
    pub(crate) fn deeper(&self) -> Result<Self> {
        if self.depth >= DEPTH {
            return Err(self.error(Kind::TooDeep));
        }
        Ok(Self {
            depth: self.depth.saturating_add(1),
            ..*self
        })
    }

    /// Takes all octets that are left.
    #[inline]
    pub fn rest(&mut self) -> &'a [u8] {
        let all = self.buf;
        self.at = self.at.wrapping_add(all.len());
        self.buf = &[];
        all
    }

    /// Takes all octets that are left as owned ones: shared with the PDU where it is owned.
    #[inline]
    pub fn rest_bytes(&mut self) -> Bytes {
        let all = self.rest();
        self.own(all)
    }

    /// Takes `n` octets as owned ones.
    #[inline]
    pub fn bytes(&mut self, n: usize) -> Result<Bytes> {
        let all = self.take(n)?;
        Ok(self.own(all))
    }

    /// `part` of the PDU as owned octets.
    #[inline]
    pub(crate) fn own(&self, part: &'a [u8]) -> Bytes {
        match self.owner {
            // an empty slice may point anywhere, and `slice_ref` asserts that it points inside
            _ if part.is_empty() => Bytes::new(),
            Some(owner) => owner.slice_ref(part),
            None => Bytes::copy_from_slice(part),
        }
    }

    /// Reads the whole of this reader as one `T`; octets left over are an error.
    #[inline]
    pub fn all<T: Field>(mut self) -> Result<T> {
        // one place for the result: a wide message is not moved
        let mut v = T::read(&mut self);
        if let (true, Err(e)) = (v.is_ok(), self.done()) {
            v = Err(e);
        }
        v
    }

    /// An error where octets are left.
    #[inline]
    pub fn done(&self) -> Result<()> {
        if self.buf.is_empty() {
            Ok(())
        } else {
            Err(self.error(Kind::Trailing(self.buf.len())))
        }
    }

    /// An error at this place, without a name yet.
    pub fn error(&self, kind: Kind) -> Error {
        Error::new(kind, self.at, "")
    }

    /// The octets left, kept as they are.
    pub fn octets(mut self) -> Octets {
        Octets(self.rest_bytes())
    }
}
