//! Fields of a message (RFC 9110 5).
use bytes::{Bytes, BytesMut};
use std::fmt;

/// The fields of a message in their order; names without regard to case.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, Bytes)>);

impl Headers {
    /// The first field of this name, where it is text.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.all(name).next()?;
        std::str::from_utf8(value).ok()
    }

    /// The values of all fields of this name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Bytes> {
        let same = move |f: &&(String, Bytes)| f.0.eq_ignore_ascii_case(name);
        self.0.iter().filter(same).map(|f| &f.1)
    }

    /// True where a comma-separated field of this name has the element `token`, whatever its case.
    pub fn has(&self, name: &str, token: &str) -> bool {
        let is = |v: &[u8]| v.trim_ascii().eq_ignore_ascii_case(token.as_bytes());
        self.all(name).any(|v| v.split(|b| *b == b',').any(is))
    }

    /// Puts a field in place of all of its name. A name that is no token (RFC 9110 5.6.2) is not
    /// taken; control characters of a value become spaces: nobody writes fields of his own
    /// through a value.
    pub fn set(&mut self, name: &str, value: &str) {
        self.0.retain(|f| !f.0.eq_ignore_ascii_case(name));
        if !name.is_empty() && name.bytes().all(is_token) {
            let clean = |b: u8| if b.is_ascii_control() { b' ' } else { b };
            let value: Vec<u8> = value.trim().bytes().map(clean).collect();
            self.0.push((name.to_owned(), value.into()));
        }
    }

    /// All fields: name and value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Bytes)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v))
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A field as it came.
    pub(crate) fn push(&mut self, name: &str, value: &[u8]) {
        self.0
            .push((name.to_owned(), Bytes::copy_from_slice(value)));
    }

    /// Appends all fields but those that the writer of a message itself decides on.
    pub(crate) fn write(&self, w: &mut BytesMut) {
        for (name, value) in self.iter() {
            let ours = ["content-length", "transfer-encoding", "connection"];
            if !ours.iter().any(|o| name.eq_ignore_ascii_case(o)) {
                field(w, name, value);
            }
        }
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |v: &Bytes| v.escape_ascii().to_string();
        f.debug_map()
            .entries(self.iter().map(|(n, v)| (n, text(v))))
            .finish()
    }
}

/// Appends one field.
pub(crate) fn field(w: &mut BytesMut, name: &str, value: &[u8]) {
    w.extend_from_slice(name.as_bytes());
    w.extend_from_slice(b": ");
    w.extend_from_slice(value);
    w.extend_from_slice(b"\r\n");
}

/// `tchar` of RFC 9110 5.6.2.
pub(crate) fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_case_lists_and_no_injection() {
        let mut h = Headers::default();
        h.set("Connection", "Keep-Alive, Close");
        h.set("X-A", "one\r\nX-B: two");
        h.set("bad name", "v");
        h.set("", "v");
        assert!(h.has("connection", "close") && !h.has("connection", "clos"));
        assert_eq!(h.get("x-a"), Some("one  X-B: two"));
        h.set("x-A", "3");
        assert_eq!((h.len(), h.get("X-a")), (2, Some("3")));
    }
}
