//! Subscriber records in memory: for runs that begin anew each time.
use engine::{AskId, Serve};
use hlr_auc::{Answer, Ask, Records, Subscriber};
use std::{
    collections::{BTreeMap, VecDeque},
    io,
};

/// A store in memory for any number of HLRs, each with records of its own. Questions are answered
/// in the order in which they came, at once.
#[derive(Debug, Default)]
pub struct Memory {
    records: BTreeMap<usize, Records>,
    /// What nodes keep besides.
    kept: BTreeMap<(usize, String), Vec<u8>>,
    ready: VecDeque<(usize, AskId, Answer)>,
}

impl Memory {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// The records of the node with this number.
    pub fn records(&self, node: usize) -> Option<&Records> {
        self.records.get(&node)
    }

    /// Puts a record in, before a run.
    pub fn put(&mut self, node: usize, s: Subscriber) {
        self.records.entry(node).or_default().put(s);
    }
}

impl Serve<Ask, Answer> for Memory {
    fn submit(&mut self, asks: &mut dyn Iterator<Item = (usize, AskId, Ask)>) {
        for (node, id, ask) in asks {
            let answer = self.records.entry(node).or_default().apply(ask);
            self.ready.push_back((node, id, answer));
        }
    }

    fn ready(&mut self) -> Option<(usize, AskId, Answer)> {
        self.ready.pop_front()
    }

    fn keep(
        &mut self,
        node: usize,
        rows: &mut dyn Iterator<Item = (String, Option<Vec<u8>>)>,
    ) -> io::Result<()> {
        for (key, octets) in rows {
            match octets {
                Some(octets) => self.kept.insert((node, key), octets),
                None => self.kept.remove(&(node, key)),
            };
        }
        Ok(())
    }

    fn kept(&mut self, node: usize, see: &mut dyn FnMut(&str, &[u8])) -> io::Result<()> {
        let rows = self.kept.range((node, String::new())..);
        for ((_, key), octets) in rows.take_while(|((n, _), _)| *n == node) {
            see(key, octets);
        }
        Ok(())
    }
}
