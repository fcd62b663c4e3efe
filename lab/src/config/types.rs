//! The types of single values: addresses, identities, times, keys.
use super::declare::{Reader, Scalar, Setting, Shape};
use super::value::{Data, Value};
use engine::{Carrier, Prefix};
use provisioning::{
    json::Entry,
    key::{Key, PublicKey},
    text::from_base64,
    x509::Cert,
};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4},
    path::PathBuf,
    time::Duration,
};
use wire::{Apn, Digits, Imsi, Plmn};

/// A type that is read from text, or from a number, and said to be wrong in the same words always.
macro_rules! scalars {
    ($($ty:ty, $json:literal, $words:literal, $example:literal, $read:expr;)+) => {$(
        impl Setting for $ty {
            fn shape() -> Shape {
                Shape::Scalar(Scalar { json: $json, words: $words, example: $example, choices: &[] })
            }

            fn read(value: &Value, r: &mut Reader<'_>) -> Option<Self> {
                let read: fn(&Data) -> Option<Self> = $read;
                let found = read(&value.data);
                if let (None, Shape::Scalar(s)) = (&found, Self::shape()) {
                    r.not_a(value, &s);
                }
                found
            }
        }
    )+};
}

fn text(d: &Data) -> Option<&str> {
    match d {
        Data::Text(t) => Some(t),
        _ => None,
    }
}

/// Of the file an integer; of the environment or the command line its digits.
fn number<T: TryFrom<i64>>(d: &Data) -> Option<T> {
    let n = match d {
        Data::Integer(n) => *n,
        Data::Text(t) => t.parse().ok()?,
        _ => return None,
    };
    T::try_from(n).ok()
}

scalars! {
    bool, "boolean", "true or false", "true", |d| match d {
        Data::Flag(b) => Some(*b),
        d => text(d)?.parse().ok(),
    };
    i8, "integer", "a number from -128 to 127", "-70", number;
    u8, "integer", "a number from 0 to 255", "1", number;
    u16, "integer", "a number from 0 to 65535", "1", number;
    u32, "integer", "a number from 0 to 4294967295", "1", number;
    u64, "integer", "a number, 0 or more", "1", number;
    String, "string", "a string that is not empty", "\"name\"",
        |d| text(d).filter(|t| !t.trim().is_empty()).map(str::to_owned);
    PathBuf, "string", "a file's or folder's name", "\"folder/name\"",
        |d| text(d).filter(|t| !t.is_empty()).map(PathBuf::from);
    Plmn, "string", "a PLMN (MCC-MNC, with 3 and 2 or 3 digits)", "\"001-01\"",
        |d| text(d)?.parse().ok();
    Imsi, "string", "an IMSI (15 decimal digits at most, 6 at least)", "\"001010000000001\"",
        |d| text(d)?.parse().ok();
    Digits, "string", "a string of decimal digits, 16 at most", "\"001017000000010\"",
        |d| Digits::new(text(d)?);
    Apn, "string", "an access point name (labels of letters, digits and dashes)", "\"ro.m2m\"",
        |d| Apn::new(text(d)?);
    IpAddr, "string", "an IP address", "\"10.0.2.1\"", |d| text(d)?.parse().ok();
    Ipv4Addr, "string", "an IPv4 address", "\"10.0.2.1\"", |d| text(d)?.parse().ok();
    SocketAddr, "string", "an IP address with a port", "\"10.0.2.1:2157\"",
        |d| text(d)?.parse().ok().filter(|a: &SocketAddr| a.port() != 0);
    Prefix, "string", "a prefix (ADDRESS/LENGTH)", "\"10.33.0.0/16\"", |d| text(d)?.parse().ok();
    HostName, "string", "a host name (labels of letters, digits and dashes, with dots between)",
        "\"hlr.epc.mnc002.mcc999.3gppnetwork.org\"", |d| HostName::new(text(d)?);
    DeviceName, "string", "a network device's name (15 octets at most)", "\"tun-gi\"",
        |d| DeviceName::new(text(d)?);
    Mcc, "string", "an MCC (3 digits)", "\"001\"", |d| Mcc::new(text(d)?);
    Span, "string", "a time (a number with ms, s, min, h or d)", "\"5s\"", |d| Span::new(text(d)?);
}

/// A Diameter identity or realm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName(pub String);

impl HostName {
    fn new(text: &str) -> Option<Self> {
        let label = |l: &str| {
            let inner = |c: u8| c.is_ascii_alphanumeric() || c == b'-';
            (1..=63).contains(&l.len()) && l.bytes().all(inner) && !l.starts_with('-')
        };
        (text.len() <= 255 && text.split('.').all(label)).then(|| Self(text.to_owned()))
    }
}

/// The name of a network device, as the kernel takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceName(pub String);

impl DeviceName {
    fn new(text: &str) -> Option<Self> {
        let fits = |c: u8| c.is_ascii_graphic() && !matches!(c, b'/' | b':' | b'%');
        let is_name = (1..=15).contains(&text.len()) && text.bytes().all(fits);
        (is_name && !matches!(text, "." | "..")).then(|| Self(text.to_owned()))
    }
}

/// A mobile country code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mcc(pub String);

impl Mcc {
    fn new(text: &str) -> Option<Self> {
        let is = text.len() == 3 && text.bytes().all(|c| c.is_ascii_digit());
        is.then(|| Self(text.to_owned()))
    }
}

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

impl std::str::FromStr for Span {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text).ok_or("a time is a number with ms, s, min, h or d: 90s")
    }
}

impl Span {
    fn new(text: &str) -> Option<Self> {
        let end = text.find(|c: char| !c.is_ascii_digit())?;
        let (n, unit) = text.split_at(end);
        let millis: u64 = match unit.trim() {
            "ms" => 1,
            "s" => 1000,
            "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        let n: u64 = n.parse().ok()?;
        n.checked_mul(millis)
            .map(|n| Self(Duration::from_millis(n)))
    }

    /// In whole seconds.
    pub fn secs(self) -> u64 {
        self.0.as_secs()
    }
}

/// An address whose port is `P` unless another one is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct At<const P: u16>(pub SocketAddr);

impl<const P: u16> At<P> {
    /// The same address in IPv4.
    pub fn v4(self) -> SocketAddrV4 {
        match self.0 {
            SocketAddr::V4(a) => a,
            SocketAddr::V6(a) => SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, a.port()),
        }
    }
}

impl<const P: u16> Setting for At<P> {
    fn shape() -> Shape {
        let words = match P {
            80 => "an IP address, with a port or without (then 80)",
            1812 => "an IP address, with a port or without (then 1812)",
            1813 => "an IP address, with a port or without (then 1813)",
            2157 => "an IP address, with a port or without (then 2157)",
            3868 => "an IP address, with a port or without (then 3868)",
            4729 => "an IP address, with a port or without (then 4729)",
            4754 => "an IP address, with a port or without (then 4754)",
            9464 => "an IP address, with a port or without (then 9464)",
            _ => "an IP address, with a port or without (then 8080)",
        };
        Shape::Scalar(Scalar {
            json: "string",
            words,
            example: "\"10.0.2.1\"",
            choices: &[],
        })
    }

    fn read(value: &Value, r: &mut Reader<'_>) -> Option<Self> {
        let found = text(&value.data).and_then(|t| {
            let bare = t.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, P));
            let at = bare.or_else(|_| t.parse::<SocketAddr>()).ok()?;
            (at.port() != 0).then_some(Self(at))
        });
        if let (None, Shape::Scalar(s)) = (&found, Self::shape()) {
            r.not_a(value, &s);
        }
        found
    }
}

/// Octets that nobody may see, in hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Hex<const N: usize>(pub [u8; N]);

impl<const N: usize> fmt::Debug for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({N} secret octets)")
    }
}

impl<const N: usize> Setting for Hex<N> {
    fn shape() -> Shape {
        let (words, example) = match N {
            16 => (
                "a secret of 32 hexadecimal digits",
                "\"(32 hexadecimal digits)\"",
            ),
            _ => (
                "a secret of 64 hexadecimal digits",
                "\"(64 hexadecimal digits)\"",
            ),
        };
        Shape::Scalar(Scalar {
            json: "string",
            words,
            example,
            choices: &[],
        })
    }

    fn read(value: &Value, r: &mut Reader<'_>) -> Option<Self> {
        let what = match &value.data {
            Data::Text(t) => match t.parse::<aka::Secret<N>>() {
                Ok(s) => return Some(Self(*s.expose())),
                Err(_) if t.bytes().all(|b| b.is_ascii_hexdigit()) => {
                    format!("{} hexadecimal digits where {} are wanted", t.len(), 2 * N)
                }
                Err(_) => "this is not in hexadecimal digits".to_owned(),
            },
            other => format!("{} where hexadecimal digits are wanted", other.kind()),
        };
        let fix = format!(
            "write {} digits of 0-9 and a-f in quotes, without blanks",
            2 * N
        );
        r.complain(&value.origin, what, "this secret", fix);
        None
    }
}

/// A secret in text.
#[derive(Clone, PartialEq, Eq)]
pub struct Word(pub String);

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// A type that comes in PEM, or else as text that `read` understands; never repeated in a
/// complaint.
macro_rules! documents {
    ($($ty:ty, $words:literal, $fix:literal, $read:expr;)+) => {$(
        impl Setting for $ty {
            fn shape() -> Shape {
                Shape::Scalar(Scalar {
                    json: "string", words: $words, example: "\"...\"", choices: &[],
                })
            }

            fn read(value: &Value, r: &mut Reader<'_>) -> Option<Self> {
                let read: fn(&str) -> Option<Self> = $read;
                let found = text(&value.data).and_then(read);
                if found.is_none() {
                    let what = concat!("this is not ", $words);
                    r.complain(&value.origin, what, "here", $fix);
                }
                found
            }
        }
    )+};
}

documents! {
    Word, "a secret text", "write a text that is not empty in quotes",
        |t| (!t.is_empty()).then(|| Word(t.to_owned()));
    Key, "a private key on P-256 (PKCS#8 in PEM)",
        "`fosterling config keys` makes one; `openssl pkcs8 -topk8 -nocrypt` converts others",
        |t| pem(t, "PRIVATE KEY").find_map(|der| Key::from_pkcs8(&der).ok());
    Cert, "a certificate (X.509 in PEM)", "`fosterling config keys` makes one",
        |t| pem(t, "CERTIFICATE").find_map(|der| Cert::parse(&der).ok());
    Chain, "a chain of certificates (X.509 in PEM)", "put the holder's own certificate first",
        |t| Chain::parse(t);
    PublicKey, "a public key on P-256 (PEM, or a certificate in PEM)",
        "`fosterling config keys` makes one",
        |t| pem(t, "PUBLIC KEY").find_map(|der| PublicKey::from_spki_der(&der).ok())
            .or_else(|| pem(t, "CERTIFICATE").find_map(|der| Cert::parse(&der).ok()?.key().ok()));
    Entry, "the credentials of a PCID (JSON)", "`fosterling config keys` makes them",
        |t| serde_json::from_str(t).ok();
}

/// Certificates, the holder's own first.
#[derive(Debug, Clone)]
pub struct Chain(pub Vec<Cert>);

impl Chain {
    fn parse(text: &str) -> Option<Self> {
        let certs: Option<Vec<Cert>> = pem(text, "CERTIFICATE")
            .map(|der| Cert::parse(&der).ok())
            .collect();
        certs.filter(|c| !c.is_empty()).map(Self)
    }
}

/// The objects of one kind in PEM text (RFC 7468).
fn pem<'t>(text: &'t str, label: &str) -> impl Iterator<Item = Vec<u8>> + use<'t> {
    let begin = format!("-----BEGIN {label}-----");
    let end = format!("-----END {label}-----");
    let mut rest = text;
    std::iter::from_fn(move || {
        let from = rest.find(&begin)? + begin.len();
        let body = rest.get(from..)?;
        let to = body.find(&end)?;
        rest = body.get(to + end.len()..)?;
        let octets: String = body.get(..to)?.split_whitespace().collect();
        from_base64(&octets)
    })
}

/// An object as PEM text (RFC 7468).
pub fn to_pem(label: &str, der: &[u8]) -> String {
    let body = provisioning::text::base64(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in body.as_bytes().chunks(64) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

/// What carries the connections to a peer, or those that are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// This.
    Fixed(Carrier),
    /// What this machine offers, SCTP first.
    Auto,
}

super::declare::choices! {
    Transport, "a transport" {
        "tcp" => Transport::Fixed(Carrier::Tcp),
        "tls" => Transport::Fixed(Carrier::Tls),
        "sctp-udp" => Transport::Fixed(Carrier::SctpUdp),
        "sctp-raw" => Transport::Fixed(Carrier::SctpRaw),
        "sctp" => Transport::Fixed(Carrier::Sctp),
        "auto" => Transport::Auto,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_names_and_pem() {
        let ms = |t| Span::new(t).map(|s| s.0.as_millis());
        assert_eq!(ms("250ms"), Some(250));
        assert_eq!(ms("2 min"), Some(120_000));
        assert_eq!(
            (ms("5"), ms("s"), ms("-5s"), ms("1w")),
            (None, None, None, None)
        );
        assert_eq!(ms("99999999999999999999d"), None);
        assert!(HostName::new("hlr.example").is_some());
        assert!(DeviceName::new("tun-gi").is_some());
        assert!(
            DeviceName::new("tun%d").is_none() && DeviceName::new("a-name-too-long-").is_none()
        );
        assert!(HostName::new("a..b").is_none() && HostName::new("-a").is_none());
        let text = to_pem("X", &[7; 100]);
        assert_eq!(pem(&text, "X").next(), Some(vec![7; 100]));
        assert_eq!(pem(&text, "Y").next(), None);
    }
}
