//! The tables of subscribers in a store file, as [`hlr_auc::records::apply`] wants them.
use hlr_auc::{
    Subscriber,
    records::{Given, Ledger, RequestId, Table},
};
use redb::{ReadTransaction, ReadableTable, StorageError, TableDefinition, WriteTransaction};
use std::sync::Arc;
use wire::Imsi;

/// Records, by the name of their set and the IMSI.
pub(crate) const SUBSCRIBERS: TableDefinition<'_, (&str, &str), &[u8]> =
    TableDefinition::new("subscribers");
/// What requests were given, by the name of the set, Origin-Host, end-to-end identifier and IMSI.
pub(crate) const GIVEN: TableDefinition<'_, (&str, &str, u32, &str), &[u8]> =
    TableDefinition::new("given");

/// The requests that a store file remembers, with the names of their sets.
pub(crate) type Remembered = Ledger<(Arc<str>, RequestId)>;

/// Why a question could not be answered.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// This record cannot be read; others can.
    Record,
    /// The file cannot be read or written.
    File(StorageError),
}

impl From<StorageError> for Trouble {
    fn from(e: StorageError) -> Self {
        Self::File(e)
    }
}

impl From<wire::Error> for Trouble {
    fn from(_: wire::Error) -> Self {
        Self::Record
    }
}

/// All sets of records, within one transaction.
pub(crate) struct Tables<'t> {
    subscribers: redb::Table<'t, (&'static str, &'static str), &'static [u8]>,
    given: redb::Table<'t, (&'static str, &'static str, u32, &'static str), &'static [u8]>,
    remembered: &'t mut Remembered,
    /// Whether anything was changed.
    pub(crate) changed: bool,
}

impl<'t> Tables<'t> {
    pub(crate) fn new(
        transaction: &'t WriteTransaction,
        remembered: &'t mut Remembered,
    ) -> Result<Self, redb::Error> {
        Ok(Self {
            subscribers: transaction.open_table(SUBSCRIBERS)?,
            given: transaction.open_table(GIVEN)?,
            remembered,
            changed: false,
        })
    }

    pub(crate) fn set<'a>(&'a mut self, name: &'a Arc<str>) -> Set<'a, 't> {
        Set { name, tables: self }
    }
}

/// One set of records: that of one HLR.
pub(crate) struct Set<'a, 't> {
    name: &'a Arc<str>,
    tables: &'a mut Tables<'t>,
}

impl Table for Set<'_, '_> {
    type Error = Trouble;

    fn get(&mut self, imsi: &Imsi) -> Result<Option<Subscriber>, Trouble> {
        let imsi = imsi.to_string();
        let octets = self.tables.subscribers.get((&**self.name, &*imsi))?;
        let record = octets.map(|o| Subscriber::from_octets(o.value()));
        Ok(record.transpose()?)
    }

    fn put(&mut self, s: Subscriber) -> Result<(), Trouble> {
        let (imsi, new) = (s.imsi.to_string(), s.octets());
        let key = (&**self.name, &*imsi);
        let same = self.tables.subscribers.get(key)?;
        if same.is_some_and(|old| old.value() == new) {
            return Ok(());
        }
        self.tables.subscribers.insert(key, &*new)?;
        self.tables.changed = true;
        Ok(())
    }

    fn remove(&mut self, imsi: &Imsi) -> Result<(), Trouble> {
        let imsi = imsi.to_string();
        let old = self.tables.subscribers.remove((&**self.name, &*imsi))?;
        self.tables.changed |= old.is_some();
        Ok(())
    }

    fn given(&mut self, request: &RequestId, now: engine::Utc) -> Result<Option<Given>, Trouble> {
        let Tables {
            given,
            remembered,
            changed,
            ..
        } = self.tables;
        while let Some((name, old)) = remembered.forget(now) {
            let imsi = old.imsi.to_string();
            given.remove((&*name, &*old.origin, old.end_to_end, &*imsi))?;
            *changed = true;
        }
        let imsi = request.imsi.to_string();
        let key = (&**self.name, &*request.origin, request.end_to_end, &*imsi);
        let octets = given.get(key)?;
        Ok(octets.map(|o| Given::from_octets(o.value())).transpose()?)
    }

    fn give(&mut self, request: RequestId, new: Given) -> Result<(), Trouble> {
        let imsi = request.imsi.to_string();
        let key = (&**self.name, &*request.origin, request.end_to_end, &*imsi);
        self.tables.given.insert(key, &*new.octets())?;
        self.tables.changed = true;
        let remembered = &mut self.tables.remembered;
        remembered.push(new.at, (self.name.clone(), request));
        Ok(())
    }
}

/// The record of a subscriber as of the last commit; `None` within where it cannot be read.
pub(crate) fn fetch(
    transaction: &ReadTransaction,
    name: &str,
    imsi: &Imsi,
) -> Result<Option<wire::Result<Subscriber>>, redb::Error> {
    let imsi = imsi.to_string();
    let octets = transaction.open_table(SUBSCRIBERS)?.get((name, &*imsi))?;
    Ok(octets.map(|o| Subscriber::from_octets(o.value())))
}

/// Each record of a set, by IMSI.
pub(crate) fn each(
    transaction: &ReadTransaction,
    name: &str,
    mut see: impl FnMut(wire::Result<Subscriber>),
) -> Result<(), redb::Error> {
    for row in transaction.open_table(SUBSCRIBERS)?.range((name, "")..)? {
        let (key, octets) = row?;
        if key.value().0 != name {
            break;
        }
        see(Subscriber::from_octets(octets.value()));
    }
    Ok(())
}

/// The names of the sets that hold records.
pub(crate) fn names(transaction: &ReadTransaction) -> Result<Vec<String>, redb::Error> {
    let subscribers = transaction.open_table(SUBSCRIBERS)?;
    let mut names: Vec<String> = Vec::new();
    // the first key behind those of the last name
    let mut from = String::new();
    while let Some(row) = subscribers.range((&*from, "")..)?.next() {
        let name = row?.0.value().0.to_owned();
        from = format!("{name}\0");
        names.push(name);
    }
    Ok(names)
}

/// What is remembered of earlier requests, in the order of time.
pub(crate) fn remembered(transaction: &ReadTransaction) -> Result<Remembered, redb::Error> {
    let mut all = Vec::new();
    let mut names: Vec<Arc<str>> = Vec::new();
    for row in transaction.open_table(GIVEN)?.iter()? {
        let (key, octets) = row?;
        let (name, origin, end_to_end, imsi) = key.value();
        if names.last().is_none_or(|last| **last != *name) {
            names.push(name.into());
        }
        let (Some(name), Ok(imsi)) = (names.last().cloned(), imsi.parse()) else {
            continue;
        };
        // what cannot be read is as old as can be
        let at = Given::from_octets(octets.value()).map_or(engine::Utc(0), |g| g.at);
        all.push((at, (name, RequestId::new(origin, end_to_end, imsi))));
    }
    all.sort_by_key(|(at, _)| *at);
    let mut remembered = Remembered::default();
    for (at, request) in all {
        remembered.push(at, request);
    }
    Ok(remembered)
}
