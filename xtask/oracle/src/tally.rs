//! The tally: one line for each test that asked for a third-party tool or for data.
//!
//! `run NAME` or `not-run NAME reason`; a name has no white space. Test processes append (one
//! write per line, so lines of several processes do not mix), `cargo xtask test` reads.
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// What all tests of one run wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    entries: BTreeMap<String, Option<String>>,
}

impl Tally {
    /// Reads a tally file; a file that is not there is an empty tally.
    pub fn read(file: &Path) -> io::Result<Self> {
        match fs::read_to_string(file) {
            Ok(text) => Ok(Self::parse(&text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    /// Reads the lines of a tally. A test that asked for two things, of which one was missing,
    /// did not run.
    pub fn parse(text: &str) -> Self {
        let mut tally = Self::default();
        for line in text.lines() {
            let mut words = line.splitn(3, ' ');
            match (words.next(), words.next(), words.next()) {
                (Some("run"), Some(name), _) => {
                    tally.entries.entry(name.to_owned()).or_insert(None);
                }
                (Some("not-run"), Some(name), reason) => {
                    let reason = reason.unwrap_or("no reason given").to_owned();
                    tally.entries.insert(name.to_owned(), Some(reason));
                }
                _ => {}
            }
        }
        tally
    }

    /// How many tests ran with all that they asked for.
    pub fn run(&self) -> usize {
        self.entries
            .values()
            .filter(|entry| entry.is_none())
            .count()
    }

    /// The tests that did not run, each with its reason.
    pub fn not_run(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries
            .iter()
            .filter_map(|(name, entry)| Some((name.as_str(), entry.as_deref()?)))
    }
}

/// Writes that the test `name` has what it asked for.
pub(crate) fn run(name: &str) {
    append(&format!("run {}\n", one_word(name)));
}

/// Writes that the test `name` lacks something.
pub(crate) fn not_run(name: &str, reason: &str) {
    let reason = reason.replace('\n', " ");
    append(&format!("not-run {} {reason}\n", one_word(name)));
}

fn append(line: &str) {
    let Some(file) = std::env::var_os(crate::TALLY) else {
        return;
    };
    let written = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&file)
        .and_then(|mut file| file.write_all(line.as_bytes()));
    if let Err(error) = written {
        panic!("{}: {}: {error}", crate::TALLY, file.display());
    }
}

fn one_word(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_lacked_one_thing_did_not_run() {
        let tally = Tally::parse("run a\nrun b\nnot-run b no tshark here\nrun b\nnot-run c\n");
        assert_eq!(tally.run(), 1);
        let not_run: Vec<_> = tally.not_run().collect();
        assert_eq!(not_run, [("b", "no tshark here"), ("c", "no reason given")]);
    }

    #[test]
    fn a_name_is_one_word() {
        assert_eq!(one_word("create PDP  context"), "create-PDP-context");
    }

    #[test]
    fn no_file_is_an_empty_tally() {
        let folder = tempfile::tempdir().unwrap();
        let tally = Tally::read(&folder.path().join("tally")).unwrap();
        assert_eq!(tally, Tally::default());
    }
}
