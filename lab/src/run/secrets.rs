//! Whether a secret of the run stands in what the run leaves behind (T19): packets and the streams
//! that they make, their comments, the ladder, the verdict, the ground truth. Looked for as octets,
//! as hexadecimal digits of either case, and both of these in base64 at any of its three places.
use super::{Lead, report};
use captures::Reader;
use engine::{AskId, Serve};
use hlr_auc::{Answer, Ask, Records};
use provisioning::text::{base64, base64url, hex};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fmt,
    fs::{self, File},
    io,
    net::SocketAddr,
    path::Path,
    rc::Rc,
};
use store::Memory;
use wire::net::Packet;

/// What nobody may read in a capture, and whose it is.
#[derive(Clone)]
pub struct Secret {
    /// What it is and whose, for people.
    pub what: String,
    octets: Vec<u8>,
}

impl Secret {
    /// A secret of so many octets.
    pub fn new(what: impl Into<String>, octets: impl Into<Vec<u8>>) -> Self {
        Self {
            what: what.into(),
            octets: octets.into(),
        }
    }

    /// The private part of a key on P-256, out of its PKCS#8 form.
    pub fn key(what: impl Into<String>, pkcs8: &[u8]) -> Option<Self> {
        // ECPrivateKey (RFC 5915 3): OCTET STRING of 32 octets
        let at = pkcs8.windows(2).position(|w| w == [0x04, 0x20])?;
        let scalar = pkcs8.get(at + 2..at + 34)?;
        Some(Self::new(what, scalar))
    }

    /// All that it can look like.
    fn forms(&self) -> Vec<Vec<u8>> {
        let digits = hex(&self.octets);
        let upper = digits.to_ascii_uppercase();
        let plain = [self.octets.clone(), digits.into(), upper.into()];
        let coded = plain
            .iter()
            .flat_map(|p| (0..3).flat_map(|n| shifted(p, n)));
        plain.iter().cloned().chain(coded).collect()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

/// The characters of base64 that `octets` alone decide where `n` octets stand before them, in both
/// alphabets.
fn shifted(octets: &[u8], n: usize) -> [Vec<u8>; 2] {
    let padded = [&vec![0; n], octets].concat();
    let first = (n * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    let part = |text: String| {
        text.as_bytes()
            .get(first..last)
            .unwrap_or_default()
            .to_vec()
    };
    [part(base64(&padded)), part(base64url(&padded))]
}

/// Secrets that come up while a run goes on.
type Noted = Rc<RefCell<Vec<Secret>>>;

/// The store of a run, and the keys of subscribers that are put into it.
#[derive(Debug)]
pub struct Noting {
    inner: Memory,
    noted: Option<Noted>,
}

impl Noting {
    /// One that notes nothing.
    pub fn new(inner: Memory) -> Self {
        let noted = None;
        Self { inner, noted }
    }

    /// Notes keys from here on.
    pub fn note(&mut self) -> Rc<RefCell<Vec<Secret>>> {
        self.noted.get_or_insert_default().clone()
    }

    /// The records of the node with this number.
    pub fn records(&self, node: usize) -> Option<&Records> {
        self.inner.records(node)
    }

    fn look(&self, ask: &Ask) {
        let (Some(noted), Ask::Put(s) | Ask::Insert(s)) = (&self.noted, ask) else {
            return;
        };
        let of = |what: &str| format!("{what} of {}", s.imsi);
        let mut noted = noted.borrow_mut();
        noted.push(Secret::new(of("K"), s.k.expose()));
        if let aka::OperatorCode::Opc(opc) = &s.operator_code {
            noted.push(Secret::new(of("OPc"), *opc.0.expose()));
        }
    }
}

impl Serve<Ask, Answer> for Noting {
    fn submit(&mut self, asks: &mut dyn Iterator<Item = (usize, AskId, Ask)>) {
        let all: Vec<_> = asks.collect();
        all.iter().for_each(|a| self.look(&a.2));
        self.inner.submit(&mut all.into_iter());
    }

    fn ready(&mut self) -> Option<(usize, AskId, Answer)> {
        self.inner.ready()
    }

    fn keep(
        &mut self,
        node: usize,
        rows: &mut dyn Iterator<Item = (String, Option<Vec<u8>>)>,
    ) -> io::Result<()> {
        self.inner.keep(node, rows)
    }

    fn kept(&mut self, node: usize, see: &mut dyn FnMut(&str, &[u8])) -> io::Result<()> {
        self.inner.kept(node, see)
    }
}

/// Looks for secrets in a run.
#[derive(Debug, Default)]
pub struct Search {
    secrets: Vec<Secret>,
    noted: Noted,
    /// What each direction of each connection has carried, by leg.
    streams: BTreeMap<(&'static str, SocketAddr, SocketAddr), Vec<u8>>,
    packets: Vec<u8>,
    /// Comments and ground truth.
    texts: String,
}

impl Search {
    /// For these, and for those that are noted.
    pub fn new(secrets: Vec<Secret>, noted: Rc<RefCell<Vec<Secret>>>) -> Self {
        Self {
            secrets,
            noted,
            ..Self::default()
        }
    }

    /// Takes a packet.
    pub fn packet(&mut self, leg: &'static str, packet: &[u8], comment: &str) {
        self.packets.extend_from_slice(packet);
        self.text(comment);
        if let Some(Ok(s)) = Packet::read(packet).ok().and_then(|p| p.tcp()) {
            let stream = self.streams.entry((leg, s.from, s.to)).or_default();
            stream.extend_from_slice(s.payload);
        }
    }

    /// Takes a line.
    pub fn text(&mut self, line: &str) {
        self.texts.push_str(line);
        self.texts.push('\n');
    }

    /// All that it looks for.
    fn all(&self) -> Vec<Secret> {
        let noted = self.noted.borrow();
        self.secrets.iter().chain(noted.iter()).cloned().collect()
    }

    /// What stands in these octets.
    pub fn found(&self, octets: &[u8]) -> Vec<String> {
        let there = |s: &Secret| s.forms().iter().any(|f| contains(octets, f));
        let all = self.all().into_iter().filter(there);
        all.map(|s| s.what).collect()
    }

    /// What stands in a file, or in a stream that a capture holds.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn found_in(&self, file: &Path) -> io::Result<Vec<String>> {
        let mut found = self.found(&fs::read(file)?);
        if file.extension().is_some_and(|e| e == "pcapng") {
            let mut inner = Self::default();
            let frames = Reader::new(File::open(file)?).map_err(io::Error::other)?;
            for f in frames {
                let f = f.map_err(io::Error::other)?;
                inner.packet("", &f.data, &f.comments.concat());
            }
            found.extend(inner.streams.values().flat_map(|s| self.found(s)));
        }
        Ok(found)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.all().len()
    }
}

/// What a run that is over has told.
pub fn told(lead: &Lead) -> BTreeSet<String> {
    let Some(search) = &lead.observer.search else {
        return BTreeSet::new();
    };
    let ladder = lead.observer.ladder.text(false);
    let verdict = report::verdict(lead).to_string();
    let texts = [
        search.texts.as_bytes(),
        ladder.as_bytes(),
        verdict.as_bytes(),
    ];
    let streams = search.streams.values().map(Vec::as_slice);
    let all = texts
        .into_iter()
        .chain(streams)
        .chain([&search.packets[..]]);
    all.flat_map(|octets| search.found(octets)).collect()
}

/// Whether `part` stands in `all`; nothing is never there.
fn contains(all: &[u8], part: &[u8]) -> bool {
    let Some((first, _)) = part.split_first() else {
        return false;
    };
    let mut rest = all;
    while let Some(at) = rest.iter().position(|b| b == first) {
        rest = &rest[at..];
        if rest.starts_with(part) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_each_form_and_nowhere_else() {
        let octets: Vec<u8> = (0..16).map(|n| n * 15 + 7).collect();
        let search = Search::new(vec![Secret::new("K", octets.clone())], Default::default());
        let seen = |text: &[u8]| !search.found(text).is_empty();
        let digits = hex(&octets);
        for inside in [
            octets.clone(),
            digits.clone().into(),
            digits.to_uppercase().into(),
        ] {
            for n in 0..5 {
                let around = [&b"abcde"[..n], &inside, b"xyz"].concat();
                assert!(seen(&around));
                assert!(seen(base64(&around).as_bytes()), "{n}");
                assert!(seen(base64url(&around).as_bytes()), "{n}");
            }
        }
        assert!(!seen(&octets[1..]) && !seen(&digits.as_bytes()[1..]) && !seen(b""));
        assert!(!format!("{search:?}").contains(&digits));
    }
}
