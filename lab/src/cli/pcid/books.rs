//! The store files of ICF and CCIF, opened by hand: their daemons are not running then.
use super::super::{Failure, config};
use crate::config::{Loaded, roles::registration, sections::Store};
use engine::{Outputs, Utc};
use hlr_auc::{Answer, Ask, Subscriber};
use operators::{ccif, icf::life::Lives};
use std::path::{Path, PathBuf};
use store::{File, Kept, Redb};
use wire::Imsi;

/// A configuration, where it is and what counts before it.
#[derive(Debug, clap::Args)]
pub(super) struct From {
    /// The configuration of the registration operator's daemons
    #[arg(value_name = "CONFIG")]
    config: PathBuf,
    /// A value that counts before that of file and environment
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl From {
    pub(super) fn load(&self) -> Result<Loaded, Failure> {
        config::load(&self.config, &self.set)
    }
}

fn settings(what: String, help: &str) -> Failure {
    Failure::Settings {
        what,
        help: help.to_owned(),
    }
}

fn unkept(e: impl ToString) -> Failure {
    Failure::Machine {
        what: e.to_string(),
        help: "one process at a time may have the file: end the daemon first".into(),
    }
}

fn open(loaded: &Loaded, role: &str, place: &Store) -> Result<File, Failure> {
    match place {
        Store::File(path) => File::create(path).map_err(unkept),
        Store::Memory => Err(settings(
            format!("{}: `{role}.store` is \"memory\"", loaded.name),
            "name a file there: PCIDs that nobody keeps are gone with the process",
        )),
    }
}

fn section<'a, T>(loaded: &Loaded, role: &str, there: Option<&'a T>) -> Result<&'a T, Failure> {
    there.ok_or_else(|| {
        let what = format!("{} has no section [{role}]", loaded.name);
        settings(what, "`fosterling config schema` shows what to write")
    })
}

/// Writes what a part of a node wants kept.
fn write(kept: &Kept, mut out: Outputs<()>) -> Result<(), Failure> {
    let rows: Vec<_> = out.drain_kept().collect();
    let rows = rows.iter().map(|(key, row)| (&**key, row.as_deref()));
    kept.write(rows).map_err(unkept)
}

/// An ICF's store.
pub(super) struct Icf<'a> {
    /// Its section.
    pub(super) section: &'a registration::Icf,
    /// The lives of its PCIDs.
    pub(super) lives: Lives,
    redb: Redb,
    kept: Kept,
}

/// The name of an ICF's tables, the same as its daemon's.
const ICF: &str = "icf";

impl<'a> Icf<'a> {
    pub(super) fn open(loaded: &'a Loaded) -> Result<Self, Failure> {
        let section = section(loaded, ICF, loaded.config.icf.as_ref())?;
        let file = open(loaded, ICF, &section.store)?;
        let kept = Kept::new(&file, ICF);
        let mut lives = Lives::new(section.quarantine.map(|q| q.0));
        let mut wrong = None;
        let each = kept.each("life/", |key, row| {
            if !matches!(lives.table().recall(key, row), Some(Ok(()))) {
                wrong = Some(key.to_owned());
            }
        });
        each.map_err(unkept)?;
        if let Some(key) = wrong {
            return Err(unkept(format!("{key} in the store cannot be read")));
        }
        let redb = Redb::new(file).map_err(unkept)?.with(0, ICF);
        Ok(Self {
            section,
            lives,
            redb,
            kept,
        })
    }

    pub(super) fn ask(&self, ask: Ask) -> Result<Answer, Failure> {
        match self.redb.ask(ICF, ask) {
            Answer::Failed(why) => Err(unkept(why)),
            answer => Ok(answer),
        }
    }

    /// The record of a PCID.
    pub(super) fn find(&self, imsi: Imsi) -> Result<Option<Box<Subscriber>>, Failure> {
        match self.ask(Ask::Fetch(imsi))? {
            Answer::Subscriber(found) => Ok(found),
            _ => Ok(None),
        }
    }

    /// All records, by PCID.
    pub(super) fn all(&self) -> Result<Vec<Subscriber>, Failure> {
        let mut all = Vec::new();
        let mut wrong = 0;
        let each = self.redb.each(ICF, |s| match s {
            Ok(s) => all.push(s),
            Err(_) => wrong += 1,
        });
        each.map_err(unkept)?;
        match wrong {
            0 => Ok(all),
            n => Err(unkept(format!("{n} records in the store cannot be read"))),
        }
    }

    /// Keeps the lives, and the lifetimes of these.
    pub(super) fn keep(mut self, new: &[Subscriber]) -> Result<(), Failure> {
        let mut out = Outputs::default();
        let mut lifetimes = operators::icf::lifetimes();
        for s in new {
            let secs = s.lifetime.map_or(0, |l| l.as_secs());
            lifetimes.insert(s.imsi.to_string(), u32::try_from(secs).unwrap_or(u32::MAX));
        }
        self.lives.keep(&mut out);
        lifetimes.keep(&mut out);
        write(&self.kept, out)
    }
}

/// A CCIF's store.
pub(super) struct Ccif {
    pub(super) books: ccif::Books,
    kept: Kept,
}

impl Ccif {
    pub(super) fn open(loaded: &Loaded) -> Result<Self, Failure> {
        let section = section(loaded, "ccif", loaded.config.ccif.as_ref())?;
        let file = open(loaded, "ccif", &section.store)?;
        let kept = Kept::new(&file, "ccif");
        let rng = engine::Rng::from_seed(transport::seed()?);
        let mut books = ccif::Books::new(crate::build::ccif_config(section, rng));
        let mut wrong = None;
        let each = kept.each("", |key, row| {
            if let Err(e) = books.recall(key, row) {
                wrong = Some(format!("{key} in the store: {e}"));
            }
        });
        each.map_err(unkept)?;
        match wrong {
            Some(wrong) => Err(unkept(wrong)),
            None => Ok(Self { books, kept }),
        }
    }

    pub(super) fn keep(mut self) -> Result<(), Failure> {
        let mut out = Outputs::default();
        self.books.keep(&mut out);
        write(&self.kept, out)
    }
}

/// The time of day.
pub(super) fn now() -> engine::Now {
    let utc: Utc = transport::calendar();
    engine::Now {
        utc,
        ..Default::default()
    }
}

/// Says why the answer is no, and which numbers it is about.
pub(super) fn no(what: &str, numbers: &[String]) -> crate::exit::Exit {
    anstream::eprintln!("fosterling: {what}");
    for n in numbers {
        anstream::eprintln!("  {n}");
    }
    crate::exit::Exit::Failed
}

/// A file of JSON.
pub(super) fn save(path: &Path, body: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(body).map_err(|e| unkept(e.to_string()))?;
    std::fs::write(path, text + "\n").map_err(|e| Failure::file(path, e))
}
