//! A store file: a `redb` database that only one process holds at a time, with the version of what
//! stands in it.
use crate::table::{GIVEN, SUBSCRIBERS};
use redb::{
    Builder, Database, DatabaseError, ReadTransaction, ReadableDatabase, StorageError,
    TableDefinition, TableError, WriteTransaction, backends::FileBackend,
};
use std::{
    fmt, fs,
    io::{self, ErrorKind},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

/// The format that this version writes: which tables there are, and what their keys are.
pub(crate) const FORMAT: u64 = 1;
const ABOUT: TableDefinition<'_, &str, u64> = TableDefinition::new("fosterling");
const FORMAT_KEY: &str = "format";
/// Pages of the file that are kept in memory at most.
const CACHE: usize = 256 << 20;

/// An open store file. Clones are the same one.
#[derive(Clone)]
pub struct File(Arc<Shared>);

type Open = dyn Fn() -> Result<Database, Why> + Send + Sync;

struct Shared {
    path: PathBuf,
    /// Opens what is there.
    open: Box<Open>,
    /// `None` after a failure, until the file can be opened anew.
    database: RwLock<Option<Database>>,
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("File").field(&self.0.path).finish()
    }
}

/// What is wrong with a store file.
#[derive(Debug, thiserror::Error)]
#[error("the store {}: {why}", path.display())]
pub struct Error {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong.
#[derive(Debug, thiserror::Error)]
pub enum Why {
    /// Another process, or another part of this one, holds it.
    #[error("is in use: only one process at a time can hold it")]
    InUse,
    /// It is something else.
    #[error("is not a store of Fosterling")]
    Foreign,
    /// A newer version wrote it.
    #[error("was written by a newer version (format {0}; this one knows formats up to {FORMAT})")]
    Newer(u64),
    /// It is a store, and cannot be read.
    #[error("is damaged: {0}")]
    Damaged(String),
    /// There is no room for more.
    #[error("has no room: the disk is full")]
    Full,
    /// The operating system says no.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl Why {
    /// In a few words, for who asked a question.
    pub(crate) fn brief(&self) -> &'static str {
        match self {
            Self::Full => "the store's disk is full",
            Self::Damaged(_) => "the store is damaged",
            Self::InUse => "another process holds the store",
            Self::Foreign | Self::Newer(_) => "the store is another's",
            Self::Io(_) => "the store cannot be read or written",
        }
    }
}

impl From<redb::Error> for Why {
    fn from(e: redb::Error) -> Self {
        match e {
            redb::Error::Io(e) => match e.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                    Self::Full
                }
                _ => Self::Io(e),
            },
            redb::Error::DatabaseAlreadyOpen => Self::InUse,
            redb::Error::TableTypeMismatch { .. } | redb::Error::TableIsMultimap(_) => {
                Self::Foreign
            }
            e => Self::Damaged(e.to_string()),
        }
    }
}

impl File {
    /// Opens a store that is there.
    ///
    /// # Errors
    /// There is none, another process holds it, it is something else or damaged, a newer version
    /// wrote it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::at(path.as_ref(), false)
    }

    /// Opens a store, or makes an empty one that nobody but its owner can read: it holds keys.
    ///
    /// # Errors
    /// As [`File::open`], and where no file can be made.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::at(path.as_ref(), true)
    }

    fn at(path: &Path, create: bool) -> Result<Self, Error> {
        let new = path.to_owned();
        let first = load(path, create).and_then(ours);
        Self::over(path, first, move || load(&new, false).and_then(ours))
    }

    /// A store over the database `first`, which `open` opens again after a failure.
    fn over(
        path: &Path,
        first: Result<Database, Why>,
        open: impl Fn() -> Result<Database, Why> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let path = path.to_owned();
        match first {
            Ok(database) => Ok(Self(Arc::new(Shared {
                path,
                open: Box::new(open),
                database: RwLock::new(Some(database)),
            }))),
            Err(why) => Err(Error { path, why }),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Names the file in an error.
    pub(crate) fn error(&self, why: Why) -> Error {
        let path = self.0.path.clone();
        Error { path, why }
    }

    /// Reads from the last commit.
    pub(crate) fn read<T>(
        &self,
        read: impl FnOnce(&ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, Why> {
        let held = self.0.database.read();
        let held = held.unwrap_or_else(PoisonError::into_inner);
        let database = held.as_ref().ok_or_else(gone)?;
        let transaction = database.begin_read().map_err(redb::Error::from)?;
        Ok(read(&transaction)?)
    }

    /// Changes what `write` changes, all of it or nothing: when this returns, it is on the disk.
    /// Where `write` says that it changed nothing, the disk is left alone.
    pub(crate) fn write<T>(
        &self,
        write: impl FnOnce(&WriteTransaction) -> Result<(T, bool), redb::Error>,
    ) -> Result<T, Why> {
        let done = self.try_write(write);
        if done.is_err() {
            // after an error of its file a database refuses everything
            self.reopen();
        }
        done
    }

    fn try_write<T>(
        &self,
        write: impl FnOnce(&WriteTransaction) -> Result<(T, bool), redb::Error>,
    ) -> Result<T, Why> {
        let held = self.0.database.read();
        let held = held.unwrap_or_else(PoisonError::into_inner);
        let database = held.as_ref().ok_or_else(gone)?;
        let transaction = database.begin_write().map_err(redb::Error::from)?;
        let (value, changed) = write(&transaction)?;
        if changed {
            transaction.commit().map_err(redb::Error::from)?;
        } else {
            transaction.abort().map_err(redb::Error::from)?;
        }
        Ok(value)
    }

    /// Opens the file anew, as of its last commit.
    fn reopen(&self) {
        let held = self.0.database.write();
        let mut held = held.unwrap_or_else(PoisonError::into_inner);
        // the old one first: it holds the file's lock
        *held = None;
        *held = (self.0.open)().ok();
    }
}

fn gone() -> Why {
    Why::Io(io::Error::other("it could not be opened again"))
}

fn load(path: &Path, create: bool) -> Result<Database, Why> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(create).mode(0o600);
    let file = options.open(path)?;
    let new = file.metadata()?.len() == 0;
    let opened = FileBackend::new(file).and_then(|backend| {
        Builder::new()
            .set_cache_size(CACHE)
            .create_with_backend(backend)
    });
    let database = opened.map_err(|e| match e {
        DatabaseError::Storage(StorageError::Io(e)) if e.kind() == ErrorKind::InvalidData => {
            Why::Foreign
        }
        DatabaseError::UpgradeRequired(_) => Why::Foreign,
        e => redb::Error::from(e).into(),
    })?;
    if new {
        sync_directory(path)?;
    }
    Ok(database)
}

/// A database of ours, of a format that we know; an empty one becomes so.
fn ours(database: Database) -> Result<Database, Why> {
    match format(&database)? {
        Some(FORMAT) => {}
        None => begin(&database)?,
        Some(0) => return Err(Why::Foreign),
        Some(newer) => return Err(Why::Newer(newer)),
    }
    Ok(database)
}

/// The name of a new file is on the disk when its directory is.
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|p| !p.as_os_str().is_empty());
    fs::File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

/// The format of a store; `None` for a database without any table, 0 for one of somebody else.
fn format(database: &Database) -> Result<Option<u64>, redb::Error> {
    let transaction = database.begin_read()?;
    if transaction.list_tables()?.next().is_none() {
        return Ok(None);
    }
    match transaction.open_table(ABOUT) {
        Ok(about) => {
            let format = redb::ReadableTable::get(&about, FORMAT_KEY)?;
            Ok(Some(format.map_or(0, |f| f.value())))
        }
        Err(TableError::TableDoesNotExist(_)) => Ok(Some(0)),
        Err(e) => Err(e.into()),
    }
}

fn begin(database: &Database) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    transaction.open_table(ABOUT)?.insert(FORMAT_KEY, FORMAT)?;
    transaction.open_table(SUBSCRIBERS)?;
    transaction.open_table(GIVEN)?;
    Ok(transaction.commit()?)
}

#[cfg(test)]
mod tests;
