//! The files of a run. Nothing is touched before all addresses are taken; what is broken off is
//! valid all the same.
use crate::places::{self, Leg};
use captures::{Interface, Writer};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// What runs write.
const APPLICATION: &str = concat!("Fosterling ", env!("CARGO_PKG_VERSION"));

/// A file or folder that cannot be written.
#[derive(Debug)]
pub struct OutError {
    /// The file.
    pub path: PathBuf,
    /// Why not.
    pub why: io::Error,
}

impl std::fmt::Display for OutError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot write {}: {}", self.path.display(), self.why)
    }
}

impl std::error::Error for OutError {}

/// The open files of a run.
pub struct Out {
    dir: PathBuf,
    merged: Capture,
    interfaces: BTreeMap<&'static str, Interface>,
    legs: BTreeMap<&'static str, (Capture, Interface)>,
    truth: Text,
    count: u64,
    scenario: String,
    /// Secrets of TLS: legs that are captured later hold them too.
    secrets: String,
}

type Capture = (PathBuf, Writer<BufWriter<File>>);
type Text = (PathBuf, BufWriter<File>);

impl Out {
    /// Makes the folder and the files that are written from the start.
    ///
    /// # Errors
    /// The first file that cannot be made.
    pub fn create(dir: &Path, scenario: &str) -> Result<Self, OutError> {
        let legs_dir = dir.join("legs");
        fs::create_dir_all(&legs_dir).map_err(|why| fail(&legs_dir, why))?;
        // legs of an earlier run that this one does not have would mislead
        for entry in fs::read_dir(&legs_dir)
            .map_err(|why| fail(&legs_dir, why))?
            .flatten()
        {
            if entry.path().extension().is_some_and(|e| e == "pcapng") {
                fs::remove_file(entry.path()).map_err(|why| fail(&entry.path(), why))?;
            }
        }
        let mut merged = capture(&dir.join("merged.pcapng"), scenario)?;
        let mut interfaces = BTreeMap::new();
        for leg in places::legs() {
            let i = merged.1.interface(leg.name, leg.what);
            interfaces.insert(leg.name, i.map_err(|why| fail(&merged.0, why))?);
        }
        let path = dir.join("truth.jsonl");
        let truth = File::create(&path).map_err(|why| fail(&path, why))?;
        Ok(Self {
            dir: dir.to_owned(),
            merged,
            interfaces,
            legs: BTreeMap::new(),
            truth: (path, BufWriter::new(truth)),
            count: 0,
            scenario: scenario.to_owned(),
            secrets: String::new(),
        })
    }

    /// Where it all is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Writes a line of TLS secrets (NSS key log) to all captures, before the packets that it
    /// opens.
    ///
    /// # Errors
    /// The file that cannot be written.
    pub fn secret(&mut self, line: &str) -> Result<(), OutError> {
        let line = format!("{line}\n");
        self.secrets.push_str(&line);
        let legs = self.legs.values_mut().map(|l| &mut l.0);
        for (path, writer) in legs.chain([&mut self.merged]) {
            let written = writer.tls_secrets(&line);
            written.map_err(|why| fail(path, why))?;
        }
        Ok(())
    }

    /// Writes a packet to its leg, and to the merged capture where `merged`. Its number there.
    ///
    /// # Errors
    /// The file that cannot be written.
    pub fn packet(
        &mut self,
        leg: Leg,
        utc: u64,
        packet: &[u8],
        comment: &str,
        merged: bool,
    ) -> Result<Option<u64>, OutError> {
        if !self.legs.contains_key(leg.name) {
            let path = self.dir.join("legs").join(format!("{}.pcapng", leg.name));
            let mut c = capture(&path, &self.scenario)?;
            let i =
                c.1.interface(leg.name, leg.what)
                    .map_err(|why| fail(&path, why))?;
            if !self.secrets.is_empty() {
                let written = c.1.tls_secrets(&self.secrets);
                written.map_err(|why| fail(&path, why))?;
            }
            self.legs.insert(leg.name, (c, i));
        }
        if let Some((c, i)) = self.legs.get_mut(leg.name) {
            let written = c.1.packet(*i, utc, packet, Some(comment));
            written.map_err(|why| fail(&c.0, why))?;
        }
        if !merged {
            return Ok(None);
        }
        let i = match self.interfaces.get(leg.name) {
            Some(i) => *i,
            None => {
                let i = self.merged.1.interface(leg.name, leg.what);
                let i = i.map_err(|why| fail(&self.merged.0, why))?;
                self.interfaces.insert(leg.name, i);
                i
            }
        };
        let written = self.merged.1.packet(i, utc, packet, Some(comment));
        written.map_err(|why| fail(&self.merged.0, why))?;
        self.count += 1;
        Ok(Some(self.count))
    }

    /// Writes a line of ground truth.
    ///
    /// # Errors
    /// The file that cannot be written.
    pub fn truth(&mut self, line: &serde_json::Value) -> Result<(), OutError> {
        writeln!(self.truth.1, "{line}").map_err(|why| fail(&self.truth.0, why))
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// The file that cannot be written.
    pub fn file(&self, name: &str, text: &str) -> Result<(), OutError> {
        let path = self.dir.join(name);
        fs::write(&path, text).map_err(|why| fail(&path, why))
    }

    /// Hands all that was written to the system.
    ///
    /// # Errors
    /// The first file that cannot be written.
    pub fn flush(&mut self) -> Result<(), OutError> {
        let flushed = self.merged.1.flush();
        flushed.map_err(|why| fail(&self.merged.0, why))?;
        for (c, _) in self.legs.values_mut() {
            c.1.flush().map_err(|why| fail(&c.0, why))?;
        }
        self.truth.1.flush().map_err(|why| fail(&self.truth.0, why))
    }
}

fn capture(path: &Path, scenario: &str) -> Result<Capture, OutError> {
    let file = File::create(path).map_err(|why| fail(path, why))?;
    let comment = format!("scenario {scenario}");
    let w = Writer::new(BufWriter::new(file), APPLICATION, &comment);
    Ok((path.to_owned(), w.map_err(|why| fail(path, why))?))
}

fn fail(path: &Path, why: io::Error) -> OutError {
    OutError {
        path: path.to_owned(),
        why,
    }
}
