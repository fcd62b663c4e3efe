//! Who watches a run, and who leads it.
use crate::{Event, Now, Time, tap::Record};
use std::collections::BTreeMap;

/// Sees every packet and every event of a run in one order, and decides what happens next.
/// The virtual network and the driver on sockets ask it alike.
pub trait Director<C> {
    /// A packet was sent.
    fn packet(&mut self, record: &Record<'_>);

    /// A node told something.
    fn event(&mut self, now: Now, node: usize, event: &Event);

    /// Asked after every round, until it says [`Directive::Wait`].
    fn next(&mut self, now: Now) -> Directive<C>;

    /// When it wants to be asked although nothing happens.
    fn due(&self) -> Option<Time> {
        None
    }

    /// A person wants the run to end.
    fn interrupted(&mut self) {}

    /// The system wants the run to end.
    fn terminated(&mut self) {
        self.interrupted();
    }

    /// A line of secrets (NSS key log) that opens packets yet to come: for captures that are
    /// meant to hold it, and for nothing else.
    fn secret(&mut self, line: &str) {
        let _ = line;
    }

    /// The counters of a node, at the end.
    fn counters(&mut self, node: usize, counters: &BTreeMap<&'static str, u64>) {
        let _ = (node, counters);
    }
}

/// What happens next.
#[derive(Debug)]
pub enum Directive<C> {
    /// Go on.
    Wait,
    /// Tell a node.
    Command(usize, C),
    /// A node loses its life: no leave taken, its connections reset.
    Kill(usize),
    /// A node that was killed begins another life, with nothing but what it has kept. In the
    /// virtual network, where [`crate::sim::Sim::revive_by`] says how; elsewhere that is a new process.
    Revive(usize),
    /// The run is over: nodes take leave, then it ends.
    Stop,
}

/// Serves the questions of nodes: a store. It may answer at once or later.
pub trait Serve<A, R> {
    /// Takes the questions of one round.
    fn submit(&mut self, asks: &mut dyn Iterator<Item = (usize, crate::AskId, A)>);

    /// Gives the answers that are ready: node, question, answer.
    fn ready(&mut self) -> Option<(usize, crate::AskId, R)>;

    /// Keeps what a node wants kept, all of it or nothing: [`crate::Outputs::keep`] and
    /// [`crate::Outputs::forget`]. A store that keeps nothing says that it did.
    ///
    /// # Errors
    /// Nothing was kept: whoever runs the node ends it before any of its words have left.
    fn keep(
        &mut self,
        node: usize,
        rows: &mut dyn Iterator<Item = (String, Option<Vec<u8>>)>,
    ) -> std::io::Result<()> {
        let _ = node;
        rows.for_each(drop);
        Ok(())
    }

    /// Shows all that a node has kept, by key.
    ///
    /// # Errors
    /// It cannot be read.
    fn kept(&mut self, node: usize, see: &mut dyn FnMut(&str, &[u8])) -> std::io::Result<()> {
        let _ = (node, see);
        Ok(())
    }

    /// A store that answers later calls `wake`, from a thread of its own, each time that answers
    /// have become ready: whoever waits then asks [`Serve::ready`] until there is none. It is set
    /// once, before the first question. A store that answers at once calls nobody.
    fn wake_by(&mut self, wake: std::sync::Arc<dyn Fn() + Send + Sync>) {
        let _ = wake;
    }
}

/// The store of nodes that ask nothing.
#[derive(Debug, Default, Clone, Copy)]
pub struct NoStore;

/// A node takes back what it has kept: before its [`crate::Input::Start`].
///
/// # Errors
/// The store cannot be read, or the node cannot read what stands there.
pub fn recall<N: crate::Node>(
    node: &mut N,
    number: usize,
    store: &mut impl Serve<N::Ask, N::Answer>,
) -> std::io::Result<()> {
    let mut wrong = None;
    store.kept(number, &mut |key, octets| {
        if wrong.is_none()
            && let Err(why) = node.recall(key, octets)
        {
            wrong = Some(format!("{key}: {why}"));
        }
    })?;
    match wrong {
        None => Ok(()),
        Some(why) => Err(std::io::Error::new(std::io::ErrorKind::InvalidData, why)),
    }
}

impl<A, R> Serve<A, R> for NoStore {
    fn submit(&mut self, asks: &mut dyn Iterator<Item = (usize, crate::AskId, A)>) {
        asks.for_each(drop);
    }
    fn ready(&mut self) -> Option<(usize, crate::AskId, R)> {
        None
    }
}
