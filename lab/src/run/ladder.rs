//! The ladder: application messages only, one line each, in the order of cause.
//!
//! Two runs with other times and other chances give one ladder, because a message's place is how
//! many messages led to it, not when it was sent.
use std::{collections::BTreeMap, fmt::Write as _};

/// A message of the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// The record that completes it.
    pub id: u64,
    /// The node that sent it.
    pub node: usize,
    /// How many messages led to it.
    pub depth: u32,
    /// The step of the procedure: `2`, or `-` outside of it.
    pub step: String,
    /// Who sent it.
    pub from: String,
    /// To whom.
    pub to: String,
    /// Its name.
    pub message: String,
    /// What matters in it.
    pub fields: Vec<Mark>,
}

/// A field that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// True where chance or the clock makes it: not compared between runs.
    pub random: bool,
}

/// Collects rungs and finds their places.
#[derive(Debug, Default)]
pub struct Ladder {
    rungs: Vec<Rung>,
    /// How many messages led to each record, itself counted.
    depths: BTreeMap<u64, u32>,
    /// The last depth that touched a node, for what a timer or a command makes.
    nodes: BTreeMap<usize, u32>,
}

impl Ladder {
    /// Takes a record that completes no message of the ladder, but may lead to one.
    pub fn pass(&mut self, id: u64, cause: Option<u64>, node: usize) {
        let depth = self.depth_of(cause, node);
        self.depths.insert(id, depth);
    }

    /// Takes a record that completes a message of the ladder, from `node` to `to` where that is a
    /// node.
    pub fn push(
        &mut self,
        mut rung: Rung,
        cause: Option<u64>,
        node: usize,
        to: Option<usize>,
    ) -> &Rung {
        let depth = self.depth_of(cause, node) + 1;
        rung.depth = depth;
        self.depths.insert(rung.id, depth);
        for touched in [Some(node), to].into_iter().flatten() {
            let last = self.nodes.entry(touched).or_default();
            *last = depth.max(*last);
        }
        self.rungs.push(rung);
        &self.rungs[self.rungs.len() - 1]
    }

    fn depth_of(&self, cause: Option<u64>, node: usize) -> u32 {
        let caused = cause.and_then(|c| self.depths.get(&c)).copied();
        caused.unwrap_or_else(|| self.nodes.get(&node).copied().unwrap_or(0))
    }

    /// How many messages there are.
    pub fn len(&self) -> usize {
        self.rungs.len()
    }

    /// True where there is no message yet.
    pub fn is_empty(&self) -> bool {
        self.rungs.is_empty()
    }

    /// All rungs in the order of cause.
    pub fn sorted(&self) -> Vec<&Rung> {
        let mut all: Vec<&Rung> = self.rungs.iter().collect();
        // of messages with equally many before them, each node's own stay in their order
        all.sort_by_key(|r| (r.depth, r.node, r.id));
        all
    }

    /// The ladder as text; without what chance makes where `blank`.
    pub fn text(&self, blank: bool) -> String {
        let mut out = head();
        for r in self.sorted() {
            out.push_str(&line(r, blank));
            out.push('\n');
        }
        out
    }
}

/// The ladder's first line.
pub fn head() -> String {
    "step from     to       message\n".into()
}

/// A rung in at most 100 columns.
pub fn line(r: &Rung, blank: bool) -> String {
    let mut out = format!("{:>4} {:<8} {:<8} {}", r.step, r.from, r.to, r.message);
    for m in &r.fields {
        let value = if blank && m.random { "*" } else { &m.value };
        let _ = write!(out, "  {}={value}", m.name);
    }
    if out.chars().count() > 100 {
        out = out.chars().take(99).collect();
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rung(id: u64, message: &str) -> Rung {
        let message = message.into();
        Rung {
            id,
            node: 0,
            depth: 0,
            step: "1".into(),
            from: "A".into(),
            to: "B".into(),
            message,
            fields: vec![],
        }
    }

    #[test]
    fn order_is_that_of_cause_not_of_time() {
        let names = |order: &[(u64, &str, Option<u64>)]| {
            let mut l = Ladder::default();
            for (id, name, cause) in order {
                match *name {
                    "ack" => l.pass(*id, *cause, 0),
                    _ => {
                        l.push(rung(*id, name), *cause, 0, None);
                    }
                }
            }
            l.sorted()
                .iter()
                .map(|r| r.message.clone())
                .collect::<Vec<_>>()
        };
        let a = names(&[
            (1, "ask", None),
            (2, "one", Some(1)),
            (3, "ack", Some(2)),
            (4, "two", Some(3)),
            (5, "side", Some(1)),
        ]);
        let b = names(&[
            (1, "ask", None),
            (2, "one", Some(1)),
            (3, "side", Some(1)),
            (4, "ack", Some(2)),
            (5, "two", Some(4)),
        ]);
        assert_eq!(a, ["ask", "one", "side", "two"]);
        assert_eq!(a, b);
    }

    #[test]
    fn lines_fit_and_random_fields_are_blanked() {
        let mut r = rung(1, "Attach Accept");
        r.fields.push(Mark {
            name: "p-tmsi",
            value: "c0ffee00".into(),
            random: true,
        });
        assert_eq!(
            line(&r, false),
            "   1 A        B        Attach Accept  p-tmsi=c0ffee00"
        );
        assert_eq!(
            line(&r, true),
            "   1 A        B        Attach Accept  p-tmsi=*"
        );
        r.message = "x".repeat(200);
        assert_eq!(line(&r, false).chars().count(), 100);
    }
}
