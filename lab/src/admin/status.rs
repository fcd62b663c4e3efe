//! What the nodes of a daemon have published.
use engine::Event;
use serde_json::{Value as Json, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// All nodes of a daemon.
#[derive(Debug)]
pub struct Board {
    started: Instant,
    nodes: Vec<Node>,
}

/// A node.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) role: &'static str,
    pub(super) counters: BTreeMap<&'static str, u64>,
    pub(super) events: BTreeMap<&'static str, u64>,
    /// What is there now, by kind.
    pub(super) present: BTreeMap<&'static str, BTreeSet<String>>,
}

/// A board that several threads look at.
#[derive(Debug, Clone)]
pub struct Shared(Arc<Mutex<Board>>);

/// What is there now, from neutral events: kind, the field that names one, the events that bring
/// it and those that take it away.
const PRESENT: &[(&str, &str, &[&str], &[&str])] = &[
    (
        "peers",
        "peer",
        &["s6d.open", "hlr.peer-open"],
        &["s6d.closed"],
    ),
    (
        "paths_down",
        "peer",
        &["sgsn.path-down", "gtp.path_down"],
        &["sgsn.path-up", "gtp.path_up"],
    ),
    (
        "subscribers",
        "imsi",
        &["sgsn.attached", "hlr.located", "m2me.attached"],
        &[
            "sgsn.detached",
            "sgsn.cancelled",
            "hlr.purged",
            "hlr.cancelled",
        ],
    ),
    ("contexts", "address", &["pdp.created"], &["pdp.deleted"]),
    ("pcids", "pcid", &["drf.pcid_attached"], &["drf.pcid_gone"]),
];

impl Board {
    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(super) fn uptime(&self) -> u64 {
        self.started.elapsed().as_secs()
    }

    /// Counters of a node, all of them.
    pub fn count(&mut self, node: usize, counters: &BTreeMap<&'static str, u64>) {
        if let Some(n) = self.nodes.get_mut(node) {
            n.counters.clone_from(counters);
        }
    }

    /// Something happened in a node.
    pub fn saw(&mut self, node: usize, event: &Event) {
        let Some(n) = self.nodes.get_mut(node) else {
            return;
        };
        *n.events.entry(event.name).or_default() += 1;
        for (kind, field, comes, goes) in PRESENT {
            let Some(who) = event.get(field) else {
                continue;
            };
            if comes.contains(&event.name) {
                n.present.entry(kind).or_default().insert(who.to_owned());
            } else if goes.contains(&event.name)
                && let Some(there) = n.present.get_mut(kind)
            {
                there.remove(who);
            }
        }
    }

    pub(super) fn json(&self) -> Json {
        let node = |n: &Node| {
            let count =
                |(k, v): (&&'static str, &BTreeSet<String>)| ((*k).to_owned(), json!(v.len()));
            let present: serde_json::Map<_, _> = n.present.iter().map(count).collect();
            json!({
                "name": n.name, "role": n.role, "present": present,
                "peers": n.present.get("peers"), "events": n.events, "counters": n.counters,
            })
        };
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "uptime_seconds": self.uptime(),
            "nodes": self.nodes.iter().map(node).collect::<Vec<_>>(),
        })
    }
}

impl Shared {
    /// A board of nodes with these names and roles.
    pub fn new(nodes: impl IntoIterator<Item = (String, &'static str)>) -> Self {
        let node = |(name, role)| Node {
            name,
            role,
            ..Default::default()
        };
        Self(Arc::new(Mutex::new(Board {
            started: Instant::now(),
            nodes: nodes.into_iter().map(node).collect(),
        })))
    }

    /// The board; whoever panicked with it in hand has left whole numbers.
    pub fn read(&self) -> MutexGuard<'_, Board> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_and_goes_is_counted() {
        let board = Shared::new([("SGSN".to_owned(), "sgsn")]);
        for (name, who) in [("s6d.open", "a"), ("s6d.open", "b"), ("s6d.closed", "a")] {
            board.read().saw(0, &Event::new(name).with("peer", who));
        }
        board.read().count(0, &BTreeMap::from([("gtp-c.bad", 3)]));
        let json = board.read().json();
        assert_eq!(json["nodes"][0]["peers"], json!(["b"]));
        assert_eq!(json["nodes"][0]["events"]["s6d.open"], 2);
        let text = super::super::metrics::text(&board.read());
        for line in [
            "fosterling_counter_total{node=\"SGSN\",name=\"gtp-c.bad\"} 3",
            "fosterling_event_total{node=\"SGSN\",name=\"s6d.open\"} 2",
            "fosterling_present{node=\"SGSN\",name=\"peers\"} 1",
            "# EOF",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
