//! Where a daemon's nodes keep what outlives them: in memory, or in files. Nodes that name one file
//! share it.
use crate::config::sections;
use engine::{AskId, Serve};
use hlr_auc::{Answer, Ask, Subscriber};
use std::{collections::BTreeMap, io, path::PathBuf, sync::Arc};
use store::{File, Kept, Memory, Redb};

/// The stores of all nodes of a process.
#[derive(Debug, Default)]
pub(super) struct Stores {
    memory: Memory,
    files: BTreeMap<PathBuf, File>,
    records: BTreeMap<usize, Redb>,
    kept: BTreeMap<usize, Kept>,
}

impl Stores {
    /// Gives the node with this number a place for what it keeps; `name` is its own in a file, for
    /// all time.
    pub(super) fn open(
        &mut self,
        node: usize,
        name: &str,
        place: &sections::Store,
    ) -> Result<Option<File>, store::Error> {
        let sections::Store::File(path) = place else {
            return Ok(None);
        };
        let file = match self.files.get(path) {
            Some(file) => file.clone(),
            None => {
                let file = File::create(path)?;
                self.files.insert(path.clone(), file.clone());
                file
            }
        };
        self.kept.insert(node, Kept::new(&file, name));
        Ok(Some(file))
    }

    /// The same for a node with an HLR: its records besides, some of them there from the start.
    pub(super) fn open_records(
        &mut self,
        node: usize,
        name: &str,
        place: &sections::Store,
        from_the_start: Vec<Subscriber>,
    ) -> Result<(), store::Error> {
        let Some(file) = self.open(node, name, place)? else {
            for s in from_the_start {
                self.memory.put(node, s);
            }
            return Ok(());
        };
        let redb = Redb::new(file)?.with(node, name);
        // one that is there has spent sequence numbers: it stays as it is
        for s in from_the_start {
            redb.ask(name, Ask::Insert(Box::new(s)));
        }
        self.records.insert(node, redb);
        Ok(())
    }
}

impl Serve<Ask, Answer> for Stores {
    fn submit(&mut self, asks: &mut dyn Iterator<Item = (usize, AskId, Ask)>) {
        for (node, id, ask) in asks {
            let mut one = std::iter::once((node, id, ask));
            match self.records.get_mut(&node) {
                Some(r) => r.submit(&mut one),
                None => self.memory.submit(&mut one),
            }
        }
    }

    fn ready(&mut self) -> Option<(usize, AskId, Answer)> {
        let file = self.records.values_mut().find_map(Serve::ready);
        file.or_else(|| self.memory.ready())
    }

    fn wake_by(&mut self, wake: Arc<dyn Fn() + Send + Sync>) {
        for r in self.records.values_mut() {
            r.wake_by(wake.clone());
        }
    }

    fn keep(
        &mut self,
        node: usize,
        rows: &mut dyn Iterator<Item = (String, Option<Vec<u8>>)>,
    ) -> io::Result<()> {
        let Some(kept) = self.kept.get(&node) else {
            // nobody would ask for it
            rows.for_each(drop);
            return Ok(());
        };
        let rows: Vec<_> = rows.collect();
        if rows.is_empty() {
            return Ok(());
        }
        let rows = rows.iter().map(|(key, row)| (&**key, row.as_deref()));
        kept.write(rows).map_err(io::Error::other)
    }

    fn kept(&mut self, node: usize, see: &mut dyn FnMut(&str, &[u8])) -> io::Result<()> {
        match self.kept.get(&node) {
            Some(kept) => kept.each("", see).map_err(io::Error::other),
            None => Ok(()),
        }
    }
}
