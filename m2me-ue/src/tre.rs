//! A TRE in software (R59): one place for the platform key, the measurements, and the U(I)SIM
//! applications with their keys.
//!
//! [`boot`] measures and [`Tre::report`] attests; [`app`] takes MCIMs through the states of
//! [`state`]; [`tree`] shows all of it to device management. Keys come in by the factory
//! ([`Config`]) or sealed inside an MCIM; out come signatures and answers of the active [`Usim`].
pub mod app;
pub mod boot;
#[cfg(test)]
mod ddf;
pub(crate) mod kept;
pub mod state;
#[cfg(test)]
mod tests;
pub mod tree;

pub use app::{App, Profile, Session};
pub use boot::{Boot, Fault, Image, reference};

use crate::usim::{self, Unusable, Usim};
use engine::Utc;
use provisioning::{
    key::Key,
    mcim::{Outcome, State},
    measurement::Report,
    x509::Cert,
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt,
};

/// What the factory puts in.
#[derive(Debug, Clone)]
pub struct Config {
    /// Unique id of the TRE.
    pub id: String,
    /// Version of the TRE.
    pub version: String,
    /// The machine that it belongs to.
    pub m2me_id: String,
    /// The platform key.
    pub key: Key,
    /// The platform credential: X.509 for the platform key, DER.
    pub credential: Vec<u8>,
    /// The operators' root: every SHO's signature leads to it.
    pub operators: Cert,
    /// What runs on the platform.
    pub images: Vec<Image>,
    /// The provisional identity.
    pub pcid: provisioning::json::Entry,
    /// Octets for sealed objects.
    pub capacity: usize,
    /// What is wrong with the platform.
    pub faults: Vec<Fault>,
    /// What is wrong with the provisional application.
    pub usim_fault: usim::Fault,
}

/// The TRE.
pub struct Tre {
    config: Config,
    boot: Boot,
    counter: u64,
    first_nonce: Option<Vec<u8>>,
    pcid: Usim,
    apps: BTreeMap<String, App>,
    active: Option<String>,
    previous: Option<String>,
    used_tokens: BTreeSet<String>,
    results: VecDeque<Change>,
    remembered: Option<Remembered>,
    /// What failed in the last Atomic, of which nothing else is left.
    undone: Option<Outcome>,
}

/// What an Atomic goes back to. Used tokens stay used.
struct Remembered {
    apps: BTreeMap<String, App>,
    active: Option<String>,
    previous: Option<String>,
}

/// Something that an application went through: for observers and for the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The package.
    pub id: String,
    /// By which operation.
    pub operation: state::Operation,
    /// Its state now.
    pub state: State,
    /// With what result.
    pub outcome: Option<Outcome>,
}

impl fmt::Debug for Tre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tre")
            .field("id", &self.config.id)
            .field("counter", &self.counter)
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

impl Tre {
    /// A TRE as it leaves the factory, not yet started.
    ///
    /// # Errors
    /// Where the provisional identity cannot be an application.
    pub fn new(config: Config) -> Result<Self, Unusable> {
        let pcid = Usim::provisional(&config.pcid, config.usim_fault)?;
        Ok(Self {
            boot: Boot::measured(&[], &[]),
            config,
            counter: 0,
            first_nonce: None,
            pcid,
            apps: BTreeMap::new(),
            active: None,
            previous: None,
            used_tokens: BTreeSet::new(),
            results: VecDeque::new(),
            remembered: None,
            undone: None,
        })
    }

    /// Secure boot: counts the start, measures what runs.
    pub fn boot(&mut self) {
        self.counter = self.counter.saturating_add(1);
        self.boot = Boot::measured(&self.config.images, &self.config.faults);
    }

    /// Somebody changes a component's code; the next start measures it (R64).
    pub fn tamper(&mut self, component: &str) {
        boot::change(&mut self.config.images, component);
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.config.id
    }

    /// Its version.
    pub fn version(&self) -> &str {
        &self.config.version
    }

    /// The machine that it belongs to.
    pub fn m2me_id(&self) -> &str {
        &self.config.m2me_id
    }

    /// The provisional identity's digits.
    pub fn pcid(&self) -> &str {
        &self.config.pcid.pcid
    }

    /// The platform credential, DER.
    pub fn credential(&self) -> &[u8] {
        &self.config.credential
    }

    /// What the last start measured.
    pub fn measurements(&self) -> &Boot {
        &self.boot
    }

    /// How often it was started.
    pub fn starts(&self) -> u64 {
        self.counter
    }

    /// The signed measurement report over `nonce`.
    ///
    /// # Errors
    /// Only where the report cannot be written.
    pub fn report(&mut self, nonce: &[u8], now: Utc) -> provisioning::Result<String> {
        let first = self.first_nonce.get_or_insert_with(|| nonce.to_vec());
        let has = |wanted: fn(&Fault) -> bool| self.config.faults.iter().any(wanted);
        let nonce = match has(|f| matches!(f, Fault::Replay)) {
            true => &first[..],
            false => nonce,
        };
        let counter = match has(|f| matches!(f, Fault::CounterBack)) {
            true => 0,
            false => self.counter,
        };
        let mut report = Report::new(
            (&self.config.id, &self.config.m2me_id),
            &self.config.version,
            nonce,
            now.secs(),
            counter,
            self.boot.log.clone(),
        );
        report.register = self.boot.register;
        report.sign(self.key())
    }

    /// The application of a package, or the provisional one: whichever the machine is attached with.
    pub fn usim(&mut self, package: Option<&str>) -> &mut Usim {
        let app = package.and_then(|id| self.apps.get_mut(id));
        match app.and_then(App::usim_mut) {
            Some(usim) => usim,
            None => &mut self.pcid,
        }
    }

    /// The active SHO's application; none while the provisional one is in use.
    pub fn active(&self) -> Option<(&str, &Profile)> {
        let id = self.active.as_ref()?;
        Some((id, self.apps.get(id)?.profile()?))
    }

    /// The applications by their packages' ids.
    pub fn apps(&self) -> &BTreeMap<String, App> {
        &self.apps
    }

    /// Octets left for sealed objects.
    pub fn free(&self) -> usize {
        let used: usize = self.apps.values().map(App::octets).sum();
        self.config.capacity.saturating_sub(used)
    }

    /// The next thing that an application went through.
    pub fn poll(&mut self) -> Option<Change> {
        self.results.pop_front()
    }

    /// Remembers the applications as they are.
    pub fn begin(&mut self) {
        self.undone = None;
        self.remembered = Some(Remembered {
            apps: self.apps.clone(),
            active: self.active.clone(),
            previous: self.previous.clone(),
        });
    }

    /// What was done since [`Tre::begin`] holds.
    pub fn commit(&mut self) {
        self.remembered = None;
    }

    /// The applications as they were at [`Tre::begin`]; false where nothing was remembered.
    pub fn undo(&mut self) -> bool {
        let Some(r) = self.remembered.take() else {
            return false;
        };
        let results = self.apps.values().filter_map(App::result);
        self.undone = results.filter(|o| !o.is_success()).last();
        (self.apps, self.active, self.previous) = (r.apps, r.active, r.previous);
        true
    }

    /// What failed in the last Atomic, if it was undone for that.
    pub fn undone(&self) -> Option<Outcome> {
        self.undone
    }

    /// True between [`Tre::begin`] and its end.
    pub fn is_atomic(&self) -> bool {
        self.remembered.is_some()
    }

    /// The key that its memory is sealed to: the one it was made with, whatever it signs with.
    pub(crate) fn memory_key(&self) -> &Key {
        &self.config.key
    }

    fn key(&self) -> &Key {
        let other = self.config.faults.iter().find_map(|f| match f {
            Fault::OtherKey(key) => Some(key),
            _ => None,
        });
        other.unwrap_or(&self.config.key)
    }
}
