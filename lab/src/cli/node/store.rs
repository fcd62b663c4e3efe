//! Where the records of a daemon's HLRs are: in memory, or in a file each.
use crate::config::sections;
use engine::{AskId, Serve};
use hlr_auc::{Answer, Ask, Subscriber};
use std::{collections::BTreeMap, sync::Arc};
use store::{Memory, Redb};

/// The stores of all nodes of a process.
#[derive(Debug, Default)]
pub(super) struct Stores {
    memory: Memory,
    files: BTreeMap<usize, Redb>,
}

impl Stores {
    /// Gives the node with this number its store; `name` is its set of records in a file.
    pub(super) fn open(
        &mut self,
        node: usize,
        name: &str,
        place: &sections::Store,
        from_the_start: Vec<Subscriber>,
    ) -> Result<(), store::Error> {
        match place {
            sections::Store::Memory => {
                for s in from_the_start {
                    self.memory.put(node, s);
                }
            }
            sections::Store::File(path) => {
                let redb = Redb::create(path)?.with(node, name);
                // one that is there has spent sequence numbers: it stays as it is
                for s in from_the_start {
                    redb.ask(name, Ask::Insert(Box::new(s)));
                }
                self.files.insert(node, redb);
            }
        }
        Ok(())
    }
}

impl Serve<Ask, Answer> for Stores {
    fn submit(&mut self, asks: &mut dyn Iterator<Item = (usize, AskId, Ask)>) {
        for (node, id, ask) in asks {
            let mut one = std::iter::once((node, id, ask));
            match self.files.get_mut(&node) {
                Some(f) => f.submit(&mut one),
                None => self.memory.submit(&mut one),
            }
        }
    }

    fn ready(&mut self) -> Option<(usize, AskId, Answer)> {
        let file = self.files.values_mut().find_map(Serve::ready);
        file.or_else(|| self.memory.ready())
    }

    fn wake_by(&mut self, wake: Arc<dyn Fn() + Send + Sync>) {
        for f in self.files.values_mut() {
            f.wake_by(wake.clone());
        }
    }
}
