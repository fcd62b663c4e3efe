//! What a node keeps over a restart and a kill: tables of rows, each row JSON under the table's name
//! and its own, by [`Outputs::keep`]. A row is written when it was changed, before anything that
//! follows from the change leaves the node.
use crate::json;
use engine::Outputs;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::{BTreeMap, BTreeSet, btree_map};

/// A table of rows by name, all in memory, that is kept.
#[derive(Debug)]
pub struct Table<V> {
    name: &'static str,
    rows: BTreeMap<String, V>,
    /// Rows that differ from what is kept.
    changed: BTreeSet<String>,
}

impl<V> Table<V> {
    /// An empty table; `name` is its own among those of a node, for all time.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            rows: BTreeMap::new(),
            changed: BTreeSet::new(),
        }
    }

    /// A row.
    pub fn get(&self, row: &str) -> Option<&V> {
        self.rows.get(row)
    }

    /// A row, to be changed.
    pub fn get_mut(&mut self, row: &str) -> Option<&mut V> {
        let found = self.rows.get_mut(row)?;
        if !self.changed.contains(row) {
            self.changed.insert(row.to_owned());
        }
        Some(found)
    }

    /// A row, to be changed, made where there is none.
    pub fn entry(&mut self, row: &str, make: impl FnOnce() -> V) -> &mut V {
        self.changed.insert(row.to_owned());
        self.rows.entry(row.to_owned()).or_insert_with(make)
    }

    /// Puts a row in; gives that which stood there.
    pub fn insert(&mut self, row: impl Into<String>, value: V) -> Option<V> {
        let row = row.into();
        self.changed.insert(row.clone());
        self.rows.insert(row, value)
    }

    /// Takes a row out.
    pub fn remove(&mut self, row: &str) -> Option<V> {
        let gone = self.rows.remove(row)?;
        self.changed.insert(row.to_owned());
        Some(gone)
    }

    /// Takes all rows out that are not wanted any more.
    pub fn retain(&mut self, mut wanted: impl FnMut(&str, &V) -> bool) {
        let changed = &mut self.changed;
        self.rows.retain(|row, value| {
            let stays = wanted(row, value);
            if !stays {
                changed.insert(row.clone());
            }
            stays
        });
    }

    /// True where there is such a row.
    pub fn contains(&self, row: &str) -> bool {
        self.rows.contains_key(row)
    }

    /// All rows by name.
    pub fn iter(&self) -> btree_map::Iter<'_, String, V> {
        self.rows.iter()
    }

    /// All rows without their names.
    pub fn values(&self) -> btree_map::Values<'_, String, V> {
        self.rows.values()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True where there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl<V: Serialize + DeserializeOwned> Table<V> {
    /// Keeps what was changed since: at the end of each [`engine::Node::handle`].
    pub fn keep<A>(&mut self, out: &mut Outputs<A>) {
        while let Some(row) = self.changed.pop_first() {
            let key = format!("{}/{row}", self.name);
            match self.rows.get(&row) {
                Some(value) => out.keep(key, json::write(value)),
                None => out.forget(key),
            }
        }
    }
}

/// A table of any rows, to be filled.
pub trait Recall {
    /// Takes back a row of this table; `None` where it is another table's.
    fn recall(&mut self, key: &str, octets: &[u8]) -> Option<crate::Result<()>>;
}

impl<V: DeserializeOwned> Recall for Table<V> {
    fn recall(&mut self, key: &str, octets: &[u8]) -> Option<crate::Result<()>> {
        let row = key.strip_prefix(self.name)?.strip_prefix('/')?;
        Some(json::parse(octets).map(|value| {
            self.rows.insert(row.to_owned(), value);
        }))
    }
}

/// Gives a row to the table that it belongs to: all of [`engine::Node::recall`].
///
/// # Errors
/// No table is of that name, or it cannot read the row.
pub fn recall(key: &str, octets: &[u8], tables: &mut [&mut dyn Recall]) -> Result<(), String> {
    let found = tables.iter_mut().find_map(|t| t.recall(key, octets));
    let found = found.ok_or_else(|| "not a row of this role".to_owned())?;
    found.map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_is_kept_once_and_comes_back() {
        let mut table = Table::new("cases");
        let mut out = Outputs::<()>::default();
        table.insert("a", 1);
        table.insert("b", 2);
        *table.get_mut("a").unwrap() = 3;
        table.insert("c", 4);
        table.remove("c");
        table.keep(&mut out);
        let kept: Vec<_> = out.drain_kept().collect();
        let row = |k: &str, v: &str| (k.to_owned(), Some(v.as_bytes().to_vec()));
        let gone = ("cases/c".to_owned(), None);
        assert_eq!(kept, [row("cases/a", "3"), row("cases/b", "2"), gone]);
        table.keep(&mut out);
        assert_eq!(out.drain_kept().count(), 0);

        let (mut again, mut other) = (Table::<u32>::new("cases"), Table::<String>::new("case"));
        let mut both = |k, v: &[u8]| recall(k, v, &mut [&mut other, &mut again]);
        both("cases/a", b"3").unwrap();
        both("case/s", b"\"x\"").unwrap();
        assert!(both("casesa", b"3").unwrap_err().contains("not a row"));
        assert!(both("cases/b", b"{}").unwrap_err().contains("expected u32"));
        assert_eq!(again.iter().collect::<Vec<_>>(), [(&"a".to_owned(), &3)]);
        assert_eq!(other.get("s").unwrap(), "x");
        again.keep(&mut out);
        assert_eq!(out.drain_kept().count(), 0);
    }
}
