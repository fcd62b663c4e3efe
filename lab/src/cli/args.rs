//! What `fosterling run` was asked for.
use crate::{
    run::cut::Cut,
    scenarios::{Number, Signalling},
    topology::file::Plan,
};
use engine::Carrier;
use std::{net::SocketAddr, path::PathBuf};

/// A run that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunArgs {
    /// The scenario's name.
    pub scenario: String,
    /// All scenarios instead of that one: those with one of these numbers, or every one.
    pub all: Option<Vec<Number>>,
    /// The folder for its files; `None` for the usual one.
    pub out: Option<PathBuf>,
    /// Second octet of every loopback address.
    pub net: u8,
    /// In virtual time instead of on sockets.
    pub virtual_time: bool,
    /// What virtual runs draw their randomness from.
    pub seed: u64,
    /// Who hosts what, in place of the scenario's own.
    pub topology: Option<Plan>,
    /// Where a node loses its power.
    pub cut: Option<Cut>,
    /// What carries Diameter; `None` for the best that this machine has.
    pub transport: Option<Carrier>,
    /// How home networks are asked.
    pub signalling: Signalling,
    /// Whether captures hold the secrets of TLS.
    pub tls_secrets: bool,
    /// The threat whose countermeasure is switched off.
    pub weaken: Option<u8>,
    /// Where somebody else's Diameter agent stands.
    pub relay: Option<SocketAddr>,
    /// Where somebody else's transfer point stands.
    pub stp: Option<SocketAddr>,
    /// The verdict as JSON on stdout instead of ladder and table.
    pub json: bool,
    /// No ladder while it runs.
    pub quiet: bool,
}
