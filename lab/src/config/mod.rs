//! Configuration of daemons: what a file, the environment and the command line say, as one.
//!
//! | file | what |
//! |---|---|
//! | [`declare`] | sections are declared: each key once, with type, default and words |
//! | [`roles`], [`sections`] | the declarations |
//! | [`types`] | single values: addresses, identities, keys |
//! | [`value`] | the tree of what is given, each value with its origin |
//! | [`complaint`] | mistakes, with their places |
//! | `check` | values that contradict each other |
//! | [`show`], [`schema`] | what is in force, and what could be said |
//! | [`keys`] | keys and certificates for a lab |
//!
//! Defaults < file < environment (`FOSTERLING_A__B`) < `--set a.b=c`.
mod check;
pub mod complaint;
pub mod declare;
pub mod keys;
mod mask;
pub mod roles;
pub mod schema;
pub mod sections;
pub mod show;
pub mod types;
pub mod value;

pub use complaint::{Complaint, Mistakes};
pub use roles::{Config, RoleName};

use declare::{Reader, Setting, fill};
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use value::{Data, Origin, Table, Value};

/// The prefix of variables of the environment; two underscores stand for a dot.
pub const PREFIX: &str = "FOSTERLING_";

/// What is said beside the file.
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    /// Variables of the environment, by name.
    pub variables: Vec<(String, String)>,
    /// `--set`, as given.
    pub set: Vec<String>,
}

impl Overlay {
    /// The environment of this process, with what the command line sets.
    pub fn of_process(set: &[String]) -> Self {
        Self {
            variables: std::env::vars().filter(|(k, _)| is_key(k)).collect(),
            set: set.to_vec(),
        }
    }
}

/// Variables without a dot in their key are for commands.
fn is_key(variable: &str) -> bool {
    let key = variable.strip_prefix(PREFIX);
    key.is_some_and(|k| k.contains("__"))
}

/// A configuration that was read and holds together.
#[derive(Debug)]
pub struct Loaded {
    /// What it says.
    pub config: Config,
    /// The same as a tree, defaults filled in.
    pub tree: Value,
    /// The file's text.
    pub text: String,
    /// The file's name, as it was given.
    pub name: String,
}

/// Why a configuration cannot be used.
#[derive(Debug)]
pub enum Trouble {
    /// The file cannot be read.
    File(PathBuf, io::Error),
    /// It is wrong.
    Wrong(Box<Mistakes>),
}

/// Reads a configuration.
///
/// # Errors
/// The file cannot be read, or all of its mistakes.
pub fn load(path: &Path, overlay: &Overlay) -> Result<Loaded, Trouble> {
    let text = fs::read_to_string(path).map_err(|e| Trouble::File(path.to_owned(), e))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = path.display().to_string();
    read(&name, text, folder, overlay).map_err(|m| Trouble::Wrong(Box::new(m)))
}

/// Reads a configuration from its text; files that it names count from `folder`.
///
/// # Errors
/// All of its mistakes.
pub fn read(
    name: &str,
    text: String,
    folder: &Path,
    overlay: &Overlay,
) -> Result<Loaded, Mistakes> {
    let shown = mask::masked(&text);
    let (config, tree) = read_as((name, &shown), &text, folder, overlay, check::check)?;
    Ok(Loaded {
        config,
        tree,
        name: name.to_owned(),
        text,
    })
}

/// Reads a file of any declared form: what it says, and the same as a tree with defaults filled in.
/// `shown` is what its mistakes are shown in: its text, without secrets. `check` complains of values
/// that contradict each other.
///
/// # Errors
/// All of its mistakes.
pub fn read_as<T: Setting>(
    (name, shown): (&str, &str),
    text: &str,
    folder: &Path,
    overlay: &Overlay,
    check: impl FnOnce(&T, &Value, &mut Reader<'_>),
) -> Result<(T, Value), Mistakes> {
    let mistakes = |all| Mistakes::new(name, shown, all);
    let mut tree = Table::parse(text).map_err(|e| mistakes(vec![not_toml(&e)]))?;
    let mut r = Reader::new(folder);
    overlay.put(&mut tree, &mut r);
    fill(&mut tree, &T::shape());
    let said = T::read(&tree, &mut r);
    if let Some(said) = &said {
        check(said, &tree, &mut r);
    }
    match (said, r.complaints.is_empty()) {
        (Some(said), true) => Ok((said, tree)),
        _ => Err(mistakes(r.complaints)),
    }
}

fn not_toml(e: &toml::de::Error) -> Complaint {
    Complaint {
        what: format!("this is not TOML: {}", e.message().replace('\n', ", ")),
        label: "here".into(),
        at: Origin::File(e.span().unwrap_or(0..0)),
        fix: "text stands in quotes, tables in [brackets], and each key once".into(),
    }
}

impl Overlay {
    fn put(&self, tree: &mut Value, r: &mut Reader<'_>) {
        for (name, text) in &self.variables {
            let key = name.strip_prefix(PREFIX).unwrap_or(name);
            let key = key.to_ascii_lowercase().replace("__", ".");
            put(tree, &key, text, &Origin::Variable(name.clone()), r);
        }
        for s in &self.set {
            match s.split_once('=') {
                Some((key, text)) => {
                    let key = key.trim();
                    put(tree, key, text.trim(), &Origin::Set(key.to_owned()), r);
                }
                None => {
                    let at = Origin::Set(s.clone());
                    r.complain(&at, "there is no value", "", "write it as --set KEY=VALUE");
                }
            }
        }
    }
}

fn put(tree: &mut Value, key: &str, text: &str, at: &Origin, r: &mut Reader<'_>) {
    let path: Vec<&str> = key.split('.').collect();
    let value = Value::given(text, at).map_err(|e| e.message().to_owned());
    let done = match (value, &mut tree.data) {
        (Ok(v), Data::Table(t)) => t.put(&path, v),
        (Err(why), _) => Err(why),
        (Ok(_), _) => Ok(()),
    };
    if let Err(why) = done {
        let fix = "keys are those of the file, with dots between; \
                   `fosterling config schema` lists them";
        r.complain(at, why, "", fix);
    }
}

impl Loaded {
    /// The roles that it has a section for.
    pub fn roles(&self) -> Vec<RoleName> {
        let there = |r: &RoleName| self.tree.at(&[r.name()]).is_some();
        RoleName::ALL.into_iter().filter(there).collect()
    }
}
