//! How an agent is set up.
use diameter_s6a::machine::{Identity, peers};
use std::collections::{BTreeMap, BTreeSet};
use wire::Text;

/// For which realms a peer may speak: what Origin-Realm its requests may have. Whoever lets one in
/// from another network holds it to what was agreed, or it gets vectors and profiles in the name of
/// others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Realms {
    /// All.
    #[default]
    Any,
    /// The one of its capabilities exchange.
    Own,
    /// These, in lower case.
    Only(BTreeSet<String>),
}

impl Realms {
    /// Only these.
    pub fn only<'a>(realms: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Only(realms.into_iter().map(str::to_ascii_lowercase).collect())
    }

    /// Whether a peer whose own realm is `own` may send a request from `origin`.
    pub(super) fn include(&self, own: Option<&Text>, origin: Option<&[u8]>) -> bool {
        match (self, origin) {
            (Self::Any, _) => true,
            (_, None) => false,
            (Self::Own, Some(o)) => own.is_some_and(|own| own.0.eq_ignore_ascii_case(o)),
            (Self::Only(all), Some(o)) => all.iter().any(|r| r.as_bytes().eq_ignore_ascii_case(o)),
        }
    }
}

/// What an agent is told at its start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its name, its peers, and which of them serve which realm; its ports are set by the node.
    pub peers: peers::Config,
    /// For which realms a peer may speak, by its host name in lower case.
    pub realms: BTreeMap<String, Realms>,
    /// The same for peers that are not named there.
    pub other_realms: Realms,
}

impl Config {
    /// A relay of this name, without peers and routes.
    pub fn new(host: impl Into<String>, realm: impl Into<String>) -> Self {
        Self {
            peers: peers::Config::new(Identity::relay(host, realm)),
            realms: BTreeMap::new(),
            other_realms: Realms::Any,
        }
    }

    /// With the realms for which a peer may speak.
    #[must_use]
    pub fn speaking(mut self, host: &str, realms: Realms) -> Self {
        self.realms.insert(host.to_ascii_lowercase(), realms);
        self
    }
}
