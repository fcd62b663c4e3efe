//! What carries the signalling connections of a run: SCTP endpoints and TLS for the nodes that
//! want them.
use engine::{Carrier, Layer, Layers, Rng, Underlay};
use std::collections::BTreeMap;
use transport::tls;

/// Makes them.
#[derive(Debug, Default)]
pub struct Carriers {
    /// Who a node is on TLS, by the node's name.
    tls: BTreeMap<String, tls::Identity>,
}

impl Carriers {
    /// Gives a node its identity on TLS.
    pub fn identify(&mut self, node: &str, identity: tls::Identity) {
        self.tls.insert(node.to_owned(), identity);
    }
}

impl Layers for Carriers {
    fn sctp(&self, on: &Underlay, rng: Rng) -> Box<dyn Layer> {
        Box::new(sctp::Endpoint::new(sctp::Config::default(), on, rng))
    }

    fn tls(&self, node: &str, dialled: bool) -> Option<Box<dyn Layer>> {
        self.tls.get(node).map(|i| i.layer(dialled))
    }
}

/// Takes the best that this machine has: the kernel's SCTP, or SCTP in user space in UDP.
pub fn auto() -> Carrier {
    match transport::probe_kernel_sctp() {
        Ok(()) => Carrier::Sctp,
        Err(_) => Carrier::SctpUdp,
    }
}
