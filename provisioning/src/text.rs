//! Octets and times as text: base64 (RFC 4648 4 and 5), hex, RFC 3339; and their serde forms.
use engine::Utc;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Octets as base64 with padding (RFC 4648 4).
pub fn base64(octets: &[u8]) -> String {
    encode(octets, STANDARD, true)
}

/// Octets as base64url without padding (RFC 4648 5).
pub fn base64url(octets: &[u8]) -> String {
    encode(octets, URL, false)
}

/// Octets from base64 with padding; white space between characters is skipped; `None` for anything else.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let dense: Vec<u8> = text.bytes().filter(|c| !c.is_ascii_whitespace()).collect();
    if !dense.len().is_multiple_of(4) {
        return None;
    }
    let pad = dense.iter().rev().take_while(|c| **c == b'=').count();
    if pad > 2 {
        return None;
    }
    decode(dense.get(..dense.len().checked_sub(pad)?)?, STANDARD)
}

/// Octets from base64url without padding; `None` for anything else.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    decode(text.as_bytes(), URL)
}

/// Octets as lower-case hex.
pub fn hex(octets: &[u8]) -> String {
    octets.iter().map(|o| format!("{o:02x}")).collect()
}

/// Octets from hex of either case; `None` for anything else.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |c: u8| char::from(c).to_digit(16);
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| match pair {
            [a, b] => u8::try_from(digit(*a)?.wrapping_mul(16).wrapping_add(digit(*b)?)).ok(),
            _ => None,
        })
        .collect()
}

fn encode(octets: &[u8], alphabet: &[u8; 64], pad: bool) -> String {
    let mut out = String::with_capacity(octets.len().div_ceil(3).saturating_mul(4));
    for chunk in octets.chunks(3) {
        let n = chunk.iter().fold(0u32, |n, o| n << 8 | u32::from(*o))
            << 8u32.wrapping_mul(3u32.wrapping_sub(chunk.len() as u32));
        for i in 0..4u32 {
            let six = (n >> 18u32.wrapping_sub(i.wrapping_mul(6)) & 63) as usize;
            if i as usize <= chunk.len() {
                out.push(char::from(*alphabet.get(six).unwrap_or(&b'=')));
            } else if pad {
                out.push('=');
            }
        }
    }
    out
}

fn decode(text: &[u8], alphabet: &[u8; 64]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len().div_ceil(4).saturating_mul(3));
    for chunk in text.chunks(4) {
        let mut n = 0u32;
        for c in chunk {
            n = n << 6 | u32::try_from(alphabet.iter().position(|a| a == c)?).ok()?;
        }
        // a lone character carries no octet; bits behind the last octet are 0
        let (octets, rest) = match chunk.len() {
            4 => (3, 0),
            3 => (2, 2),
            2 => (1, 4),
            _ => return None,
        };
        if n & (1u32.wrapping_shl(rest).wrapping_sub(1)) != 0 {
            return None;
        }
        let be = (n >> rest).to_be_bytes();
        out.extend_from_slice(be.get(4usize.wrapping_sub(octets)..)?);
    }
    Some(out)
}

/// Octets that stand in JSON as base64 with padding.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct B64(pub Vec<u8>);

impl fmt::Debug for B64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} octets", self.0.len())
    }
}

impl From<Vec<u8>> for B64 {
    fn from(v: Vec<u8>) -> Self {
        Self(v)
    }
}

impl Serialize for B64 {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&base64(&self.0))
    }
}

impl<'de> Deserialize<'de> for B64 {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        from_base64(&text)
            .map(Self)
            .ok_or_else(|| D::Error::custom("not base64"))
    }
}

/// A SHA-256 hash; in JSON 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Sha256(pub [u8; 32]);

impl Sha256 {
    /// The hash of `octets`.
    pub fn of(octets: &[u8]) -> Self {
        use sha2::Digest;
        Self(sha2::Sha256::digest(octets).into())
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Sha256 {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        from_hex(&text)
            .and_then(|v| v.try_into().ok())
            .map(Self)
            .ok_or_else(|| D::Error::custom("not 64 hex digits"))
    }
}

/// 16 octets that nobody may read in a log: K, OPc. In JSON 32 hex digits, which only ever travel sealed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Secret16(pub [u8; 16]);

impl fmt::Debug for Secret16 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl Serialize for Secret16 {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for Secret16 {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        from_hex(&text)
            .and_then(|v| v.try_into().ok())
            .map(Self)
            .ok_or_else(|| D::Error::custom("not 32 hex digits"))
    }
}

/// Text that nobody may read in a log: DM secrets.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretText(pub String);

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// A moment to the second; in JSON RFC 3339 in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Stamp(pub u64);

impl From<Utc> for Stamp {
    fn from(t: Utc) -> Self {
        Self(t.secs())
    }
}

impl From<Stamp> for Utc {
    fn from(t: Stamp) -> Self {
        Self::from_secs(t.0)
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match rasn::types::UtcTime::from_timestamp(self.0 as i64, 0) {
            Some(t) => write!(f, "{t:?}"),
            None => f.write_str("out of range"),
        }
    }
}

impl fmt::Debug for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        rasn::types::GeneralizedTime::parse_from_rfc3339(&text)
            .ok()
            .and_then(|t| u64::try_from(t.timestamp()).ok())
            .map(Self)
            .ok_or_else(|| D::Error::custom("not an RFC 3339 time"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_vectors_of_rfc_4648() {
        for (plain, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), text);
            assert_eq!(from_base64(text).unwrap(), plain.as_bytes());
            let bare = text.trim_end_matches('=');
            assert_eq!(base64url(plain.as_bytes()), bare);
            assert_eq!(from_base64url(bare).unwrap(), plain.as_bytes());
        }
        assert_eq!(base64url(&[0xfb, 0xff]), "-_8");
        for bad in ["Zg=", "Z", "Zh==", "Zg==Zg==", "Z-==", "===="] {
            assert_eq!(from_base64(bad), None, "{bad}");
        }
        assert_eq!(from_base64url("Zh"), None);
    }

    #[test]
    fn times_and_hex_as_text() {
        assert_eq!(Stamp(1_767_225_601).to_string(), "2026-01-01T00:00:01Z");
        let t: Stamp = serde_json::from_str("\"2026-01-01T01:00:01+01:00\"").unwrap();
        assert_eq!(t, Stamp(1_767_225_601));
        assert!(serde_json::from_str::<Stamp>("\"yesterday\"").is_err());
        assert_eq!(from_hex("00fF"), Some(vec![0, 255]));
        assert_eq!((from_hex("0"), from_hex("0g")), (None, None));
        assert!(!format!("{:?}", Secret16([7; 16])).contains('7'));
        assert!(!format!("{:?}", SecretText("abc".into())).contains("abc"));
    }
}
