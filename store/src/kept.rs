//! Octets by name: what other roles keep in a store file.
use crate::{Error, File, Why};
use redb::{TableDefinition, TableError};

/// A table of octets by key, in a store file. Each role has a table of its own, by name; what the
/// octets mean is its own affair.
#[derive(Debug, Clone)]
pub struct Kept {
    file: File,
    table: String,
}

type Definition<'a> = TableDefinition<'a, &'static str, &'static [u8]>;

impl Kept {
    /// The table `name` of a file: made at the first write.
    pub fn new(file: &File, name: &str) -> Self {
        Self {
            file: file.clone(),
            // apart from the tables of subscribers
            table: format!("kept:{name}"),
        }
    }

    /// What stands under `key`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.read(|table| Ok(table.get(key)?.map(|v| v.value().to_vec())))
            .map(Option::flatten)
    }

    /// Shows all that stands under keys that begin with `prefix`, by key.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn each(&self, prefix: &str, mut see: impl FnMut(&str, &[u8])) -> Result<(), Error> {
        let read = self.read(|table| {
            for row in table.range(prefix..)? {
                let (key, value) = row?;
                if !key.value().starts_with(prefix) {
                    break;
                }
                see(key.value(), value.value());
            }
            Ok(())
        });
        read.map(|_| ())
    }

    /// Puts values under their keys, and takes away what stands under those without one: all of it
    /// or nothing. When this returns, it is on the disk.
    ///
    /// # Errors
    /// The file cannot be written: nothing was changed.
    pub fn write<'a>(
        &self,
        changes: impl IntoIterator<Item = (&'a str, Option<&'a [u8]>)>,
    ) -> Result<(), Error> {
        let done = self.file.write(|transaction| {
            let mut table = transaction.open_table(Definition::new(&self.table))?;
            let mut changed = false;
            for (key, value) in changes {
                changed |= match value {
                    Some(value) => {
                        table.insert(key, value)?;
                        true
                    }
                    None => table.remove(key)?.is_some(),
                };
            }
            Ok(((), changed))
        });
        done.map_err(|why| self.file.error(why))
    }

    /// Reads the table; `None` where there is none yet.
    fn read<T>(
        &self,
        read: impl FnOnce(&redb::ReadOnlyTable<&'static str, &'static [u8]>) -> Result<T, redb::Error>,
    ) -> Result<Option<T>, Error> {
        let done: Result<_, Why> = self.file.read(|transaction| {
            match transaction.open_table(Definition::new(&self.table)) {
                Ok(table) => read(&table).map(Some),
                Err(TableError::TableDoesNotExist(_)) => Ok(None),
                Err(e) => Err(e.into()),
            }
        });
        done.map_err(|why| self.file.error(why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_there_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store");
        let file = File::create(&path).unwrap();
        let (pcids, cases) = (Kept::new(&file, "ccif"), Kept::new(&file, "pva"));
        assert_eq!(pcids.get("a/1").unwrap(), None);
        let all: [(&str, Option<&[u8]>); 3] =
            [("a/1", Some(b"x")), ("a/2", Some(b"")), ("b/1", Some(b"z"))];
        pcids.write(all).unwrap();
        cases.write([("a/1", Some(&b"other"[..]))]).unwrap();
        pcids
            .write([("b/1", None), ("a/2", Some(&b"y"[..]))])
            .unwrap();
        drop((file, pcids, cases));
        let file = File::open(&path).unwrap();
        let pcids = Kept::new(&file, "ccif");
        let mut seen = Vec::new();
        pcids
            .each("a/", |k, v| seen.push((k.to_owned(), v.to_vec())))
            .unwrap();
        let expected = [
            ("a/1".to_owned(), b"x".to_vec()),
            ("a/2".to_owned(), b"y".to_vec()),
        ];
        assert_eq!(seen, expected);
        assert_eq!(pcids.get("b/1").unwrap(), None);
        assert_eq!(
            Kept::new(&file, "pva").get("a/1").unwrap().unwrap(),
            b"other"
        );
    }
}
