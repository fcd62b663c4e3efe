//! What a virtual run is told besides its nodes: its seed, and how its wires behave.
use crate::{Layers, Port};
use std::{collections::BTreeMap, rc::Rc, time::Duration};

/// How a wire treats what is sent on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wire {
    /// How long a packet travels.
    pub delay: Duration,
    /// Up to so much longer, by chance; datagrams overtake each other by it.
    pub jitter: Duration,
    /// Datagrams lost, of a thousand.
    pub loss: u16,
    /// Datagrams delivered twice, of a thousand.
    pub doubled: u16,
}

impl Default for Wire {
    fn default() -> Self {
        Self {
            delay: Duration::from_millis(1),
            jitter: Duration::ZERO,
            loss: 0,
            doubled: 0,
        }
    }
}

/// What a run can be told besides its nodes.
#[derive(Debug, Clone)]
pub struct Options {
    /// Decides all chance of the network.
    pub seed: u64,
    /// All wires that `wires` does not name.
    pub wire: Wire,
    /// Wires by the sending node and its port.
    pub wires: BTreeMap<(usize, Port), Wire>,
    /// How long nodes get to take leave.
    pub leave: Duration,
    /// Makes the SCTP endpoints of nodes that want them. TLS and the kernel's SCTP are plain
    /// streams here.
    pub layers: Option<Rc<dyn Layers>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            wire: Wire::default(),
            wires: BTreeMap::new(),
            leave: Duration::from_secs(2),
            layers: None,
        }
    }
}
