//! What a daemon sends and receives, as a capture.
use crate::run::labels::{Rule, words};
use bytes::Bytes;
use captures::{Dissector, Interface, Writer};
use engine::tap::{Fate, Record};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufWriter},
    path::{Path, PathBuf},
};

const APPLICATION: &str = concat!("Fosterling ", env!("CARGO_PKG_VERSION"));

/// A capture that is being written: an interface for each port of each node.
pub(super) struct Capture {
    path: PathBuf,
    to: Writer<BufWriter<File>>,
    interfaces: BTreeMap<(usize, &'static str), (Interface, Dissector)>,
    trouble: Option<io::Error>,
}

impl Capture {
    /// Begins a file.
    pub(super) fn create(path: &Path) -> Result<Self, (PathBuf, io::Error)> {
        let fail = |e| (path.to_owned(), e);
        let file = BufWriter::new(File::create(path).map_err(fail)?);
        let to = Writer::new(file, APPLICATION, "daemon").map_err(fail)?;
        Ok(Self {
            path: path.to_owned(),
            to,
            interfaces: BTreeMap::new(),
            trouble: None,
        })
    }

    /// A packet was sent or received by the node of this name.
    pub(super) fn packet(&mut self, r: &Record<'_>, node: &str) {
        if self.trouble.is_none()
            && let Err(e) = self.write(r, node)
        {
            tracing::error!("{}: {e}: nothing more is captured", self.path.display());
            self.trouble = Some(e);
        }
    }

    fn write(&mut self, r: &Record<'_>, node: &str) -> io::Result<()> {
        let port = r.net.unwrap_or(r.port);
        let key = (r.node, port);
        if !self.interfaces.contains_key(&key) {
            let what = format!("{node}: port {port}");
            let i = self.to.interface(port, &what)?;
            self.interfaces.insert(key, (i, Dissector::default()));
        }
        let Some((i, dissector)) = self.interfaces.get_mut(&key) else {
            return Ok(());
        };
        let seen = dissector.packet(&Bytes::copy_from_slice(r.packet));
        let main = seen.layers.iter().find_map(|l| Some((l, Rule::of(l)?)));
        let mut comment = match (main, seen.layers.last()) {
            (Some((l, rule)), _) => {
                let label = rule.label(false);
                let text = words(&l.name);
                match label.requirement {
                    Some(n) => format!("[R{n} step {}] {text}", label.step),
                    None => format!("[set-up] {text}"),
                }
            }
            (None, Some(l)) => format!("[set-up] {}", words(&l.name)),
            (None, None) => seen.carries.clone().unwrap_or_default(),
        };
        if r.fate == Fate::Nobody {
            comment.push_str(" (nobody has this address)");
        }
        self.to.packet(*i, r.now.utc.0, r.packet, Some(&comment))
    }

    /// The file is whole.
    pub(super) fn finish(mut self) -> Result<(), (PathBuf, io::Error)> {
        let ended = match self.trouble.take() {
            Some(e) => Err(e),
            None => self.to.flush(),
        };
        ended.map_err(|e| (self.path, e))
    }

    /// Hands what was written to the system, so that a kill leaves a file that can be read.
    pub(super) fn flush(&mut self) {
        if self.trouble.is_none() {
            self.trouble = self.to.flush().err();
        }
    }
}
