//! Why octets could not be read: what, where, in which element.
use std::fmt;

/// The result of reading.
pub type Result<T> = std::result::Result<T, Error>;

/// What was wrong, at which octet of the PDU, in which element.
///
/// Small and `Copy`: it is made on hot paths. The innermost element that knows its name wins.
/// Each protocol maps it to the cause or result code that its peer must be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error {
    /// What was wrong.
    pub kind: Kind,
    /// Offset in octets from the start of the PDU.
    pub at: usize,
    /// The element's key in its protocol's table (0 where there is none): for Failed-AVP and the like.
    pub key: u64,
    /// The element's name, or what was being read.
    pub field: &'static str,
}

/// What was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Fewer octets than the element needs.
    Truncated {
        /// Octets needed.
        need: usize,
        /// Octets left.
        have: usize,
    },
    /// Octets left over behind the end of the value.
    Trailing(usize),
    /// A mandatory element is not there.
    Missing,
    /// An element that may stand once stands again.
    Repeated,
    /// A value that the standard does not allow here.
    BadValue(u64),
    /// A length that the standard does not allow here.
    BadLength(usize),
    /// An element that nobody knows and that may not be skipped.
    Unknown,
    /// Elements nested deeper than any real message.
    TooDeep,
    /// More elements than the octets that carry them can be worth.
    TooMany,
}

impl Error {
    /// An error at octet `at` in `field`.
    pub fn new(kind: Kind, at: usize, field: &'static str) -> Self {
        Self {
            kind,
            at,
            key: 0,
            field,
        }
    }

    /// The same error, named after the element `key` where no inner element gave its name.
    #[must_use]
    pub fn within(self, key: u64, field: &'static str) -> Self {
        if self.field.is_empty() {
            Self { key, field, ..self }
        } else if self.key == 0 {
            Self { key, ..self }
        } else {
            self
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.field.is_empty() {
            "the message"
        } else {
            self.field
        };
        match self.kind {
            Kind::Truncated { need, have } => {
                write!(f, "{what} is cut short: {need} octets needed, {have} left")?;
            }
            Kind::Trailing(n) => write!(f, "{n} octets left over behind {what}")?,
            Kind::Missing => write!(f, "{what} is missing")?,
            Kind::Repeated => write!(f, "{what} stands more than once")?,
            Kind::BadValue(v) => write!(f, "{what} has the value {v} ({v:#x}), not allowed here")?,
            Kind::BadLength(n) => write!(f, "{what} has the length {n}, not allowed here")?,
            Kind::Unknown => write!(f, "{what} is unknown and may not be skipped")?,
            Kind::TooDeep => write!(f, "{what} is nested too deep")?,
            Kind::TooMany => write!(f, "{what} repeats more often than its octets can be worth")?,
        }
        write!(f, ", at octet {}", self.at)
    }
}

impl std::error::Error for Error {}
