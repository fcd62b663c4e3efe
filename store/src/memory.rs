//! Subscriber records in memory: for runs that begin anew each time.
use engine::{AskId, Serve};
use hlr_auc::{Answer, Ask, Records, Subscriber};
use std::collections::{BTreeMap, VecDeque};

/// A store in memory for any number of HLRs, each with records of its own. Questions are answered
/// in the order in which they came, at once.
#[derive(Debug, Default)]
pub struct Memory {
    records: BTreeMap<usize, Records>,
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use aka::Opc;
    use engine::Utc;

    fn reserve(node: &str) -> Ask {
        Ask::Reserve {
            imsi: IMSI.parse().unwrap(),
            node: node.to_owned(),
            count: 2,
            resync: None,
            utc: Utc(0),
        }
    }

    const IMSI: &str = "999010000000001";

    #[test]
    fn numbers_are_given_once_and_each_node_has_its_own_records() {
        let code = Opc::from([2; 16]).into();
        let s = Subscriber::new(IMSI.parse().unwrap(), [1; 16].into(), code);
        let mut store = Memory::new();
        store.put(4, s);
        let asks = [
            (4, AskId(1), reserve("a")),
            (4, AskId(2), reserve("b")),
            (5, AskId(1), reserve("a")),
        ];
        store.submit(&mut asks.into_iter());
        let mut sqn = Vec::new();
        let mut unknown = 0;
        while let Some((node, _, answer)) = store.ready() {
            match answer {
                Answer::Reserved(Ok(r)) => sqn.extend(r.sqn),
                Answer::Reserved(Err(_)) => unknown += node,
                other => panic!("{other:?}"),
            }
        }
        let profile = aka::Profile::PROFILE_2;
        let seq: Vec<_> = sqn.iter().map(|s| profile.seq(*s)).collect();
        assert_eq!((seq, unknown), (vec![1, 2, 3, 4], 5));
        assert_eq!(profile.ind(sqn[0]), profile.ind(sqn[1]));
        assert_ne!(profile.ind(sqn[0]), profile.ind(sqn[2]));
    }
}
