//! What a table of peers is told.
use super::super::{Identity, Routes, Watchdog};
use engine::Port;
use std::{net::SocketAddr, time::Duration};

/// A peer of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerConfig {
    /// Its Origin-Host.
    pub host: String,
    /// Where it is dialled, one after the other; where there is none, it dials us.
    pub addresses: Vec<SocketAddr>,
    /// Among several for one realm those with the lowest number come first.
    pub priority: u16,
    /// How much of the requests it gets among those of one priority.
    pub weight: u16,
    /// How many requests may wait for its answers.
    pub pending: usize,
}

impl PeerConfig {
    /// A peer that dials us.
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            addresses: Vec::new(),
            priority: 0,
            weight: 1,
            pending: 4096,
        }
    }

    /// That is dialled there; it may dial us as well.
    #[must_use]
    pub fn at(mut self, address: SocketAddr) -> Self {
        self.addresses.push(address);
        self
    }

    /// With this priority.
    #[must_use]
    pub fn priority(self, priority: u16) -> Self {
        Self { priority, ..self }
    }

    /// With this weight.
    #[must_use]
    pub fn weight(self, weight: u16) -> Self {
        Self { weight, ..self }
    }
}

/// What a table of peers is told at its start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Who we are.
    pub identity: Identity,
    /// The port at which peers connect.
    pub listen: Option<Port>,
    /// The port from which they are dialled.
    pub dial: Option<Port>,
    /// The peers.
    pub peers: Vec<PeerConfig>,
    /// How many others may connect; where it is 0, they are told DIAMETER_UNKNOWN_PEER.
    pub others: usize,
    /// Which of them serve which realm.
    pub routes: Routes,
    /// Tw, see [`Watchdog::new`].
    pub tw: Duration,
    /// Tc: after how long a lost connection is dialled again.
    pub tc: Duration,
    /// How long connecting, capabilities exchange and leave-taking may last.
    pub patience: Duration,
    /// How long an answer may take.
    pub answer_time: Duration,
    /// How many requests may wait for answers, over all peers.
    pub pending: usize,
}

impl Config {
    /// Without peers and routes.
    pub fn new(identity: Identity) -> Self {
        Self {
            identity,
            listen: None,
            dial: None,
            peers: Vec::new(),
            others: 0,
            routes: Routes::default(),
            tw: Watchdog::TW_INIT,
            tc: Watchdog::TC,
            patience: Duration::from_secs(10),
            answer_time: Duration::from_secs(10),
            pending: 1 << 16,
        }
    }
}
