//! Applications in the TRE: what arrives as a sealed object and a token becomes a [`Usim`], or
//! leaves nothing behind (R25, R30, R57, R58).
use super::{
    Change, Fault, Tre,
    state::{self, Operation},
};
use crate::usim::{self, Usim};
use bytes::Bytes;
use engine::Utc;
use provisioning::{
    mcim::{Mcim, Outcome, State},
    token::{Expected, Token},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// With whom the TRE talks, and when: what a token is held against.
#[derive(Debug, Clone, Copy)]
pub struct Session<'a> {
    /// Host of the DM server that has authenticated itself.
    pub dpf: &'a str,
    /// The calendar.
    pub now: Utc,
}

/// One package and what became of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct App {
    application: Option<String>,
    token: Option<String>,
    #[serde(with = "super::kept::octets")]
    sealed: Bytes,
    /// An object that may take the place of what is installed.
    #[serde(with = "super::kept::octets")]
    update: Bytes,
    state: State,
    #[serde(with = "super::kept::outcome")]
    result: Option<Outcome>,
    installed: Option<Installed>,
    /// What the token that was taken for the installation allows.
    granted: BTreeSet<String>,
    /// That token.
    spent: Option<String>,
    /// How the server calls the installation.
    correlator: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "Memory", try_from = "Memory")]
struct Installed {
    usim: Usim,
    profile: Profile,
    mcim: Mcim,
}

/// What of an application outlives a loss of power: its object, and the numbers that it has seen.
#[derive(Serialize, Deserialize)]
struct Memory {
    mcim: Mcim,
    seq_ms: Vec<u64>,
}

impl From<Installed> for Memory {
    fn from(i: Installed) -> Self {
        Self {
            seq_ms: i.usim.seq_ms().to_vec(),
            mcim: i.mcim,
        }
    }
}

impl TryFrom<Memory> for Installed {
    type Error = usim::Unusable;

    fn try_from(m: Memory) -> Result<Self, usim::Unusable> {
        let mut installed = Self::new(m.mcim)?;
        installed.usim.remember(m.seq_ms)?;
        Ok(installed)
    }
}

impl Installed {
    fn new(mcim: Mcim) -> Result<Self, usim::Unusable> {
        let keys = (&mcim.k.0, &mcim.opc.0);
        Ok(Self {
            usim: Usim::new(&mcim.imsi, keys, &mcim.algorithm, usim::Fault::None)?,
            profile: profile(&mcim),
            mcim,
        })
    }
}

/// What an MCIM says besides its keys (R58).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// `usim` or `isim`.
    pub application: String,
    /// Counts updates.
    pub version: u32,
    /// The IMSI's digits.
    pub imsi: String,
    /// The home network.
    pub hplmn: String,
    /// Networks to be preferred.
    pub plmns: Vec<String>,
    /// Networks that are forbidden.
    pub forbidden_plmns: Vec<String>,
    /// Access class.
    pub access_class: u8,
    /// The operational APN.
    pub apn: String,
    /// Address of the short message service centre.
    pub smsc: Option<String>,
    /// `pcid` or `previous`: where to go back to.
    pub fallback: String,
}

impl App {
    fn new() -> Self {
        Self {
            application: None,
            token: None,
            sealed: Bytes::new(),
            update: Bytes::new(),
            state: State::Created,
            result: None,
            installed: None,
            granted: BTreeSet::new(),
            spent: None,
            correlator: None,
        }
    }

    /// Its state.
    pub fn state(&self) -> State {
        self.state
    }

    /// The last result.
    pub fn result(&self) -> Option<Outcome> {
        self.result
    }

    /// `usim` or `isim`, as the server said or the object says.
    pub fn application(&self) -> Option<&str> {
        let said = self.application.as_deref();
        said.or(self.profile().map(|p| p.application.as_str()))
    }

    /// What the installed object says; none before.
    pub fn profile(&self) -> Option<&Profile> {
        self.installed.as_ref().map(|i| &i.profile)
    }

    /// True where a token waits to be used.
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// How the server calls its installation: later results of it are told under the same name.
    pub fn correlator(&self) -> Option<&str> {
        self.correlator.as_deref()
    }

    /// True where what waits is what is installed, under the token of that installation: the
    /// server has not heard of its result.
    fn is_repetition(&self) -> bool {
        let same = self.installed.is_some() && self.update == self.sealed;
        same && self.token.is_some() && self.token == self.spent
    }

    /// Octets of its sealed objects.
    pub fn octets(&self) -> usize {
        self.sealed.len().saturating_add(self.update.len())
    }

    /// The object that the next operation is about.
    fn object(&self) -> &Bytes {
        match self.update.is_empty() {
            true => &self.sealed,
            false => &self.update,
        }
    }

    /// Where a new object is kept.
    fn place(&mut self) -> &mut Bytes {
        match self.installed {
            Some(_) => &mut self.update,
            None => &mut self.sealed,
        }
    }

    #[cfg(test)]
    pub(super) fn object_for_tests(&self) -> Bytes {
        self.object().clone()
    }

    pub(super) fn usim_mut(&mut self) -> Option<&mut Usim> {
        self.installed.as_mut().map(|i| &mut i.usim)
    }
}

/// Why a node cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// No such package.
    Unknown,
    /// It exists already.
    Exists,
    /// The object does not fit what is left.
    Full,
    /// Not in this state.
    State,
    /// Neither `usim` nor `isim`.
    Application,
    /// No token of its home operator allows it.
    Token,
}

impl Tre {
    /// A node for a package.
    ///
    /// # Errors
    /// [`Refused::Exists`]; a deleted or failed one may be made again.
    pub fn create(&mut self, id: &str) -> Result<(), Refused> {
        match self.apps.get(id).map(App::state) {
            Some(State::Deleted | State::Failed) | None => {
                self.apps.insert(id.to_owned(), App::new());
                Ok(())
            }
            Some(_) => Err(Refused::Exists),
        }
    }

    /// Says what kind of application a package holds.
    ///
    /// # Errors
    /// An unknown package or kind; [`Refused::State`] once it is installed.
    pub fn set_application(&mut self, id: &str, kind: &str) -> Result<(), Refused> {
        let app = self.apps.get_mut(id).ok_or(Refused::Unknown)?;
        if !matches!(kind, "usim" | "isim") {
            return Err(Refused::Application);
        }
        if app.installed.is_some() {
            return Err(Refused::State);
        }
        app.application = Some(kind.to_owned());
        Ok(())
    }

    /// Keeps a token for the next operation on a package.
    ///
    /// # Errors
    /// An unknown package.
    pub fn set_token(&mut self, id: &str, token: &str) -> Result<(), Refused> {
        let app = self.apps.get_mut(id).ok_or(Refused::Unknown)?;
        app.token = Some(token.to_owned());
        Ok(())
    }

    /// Keeps a sealed object.
    ///
    /// # Errors
    /// An unknown package, one that takes no object any more, too many octets.
    pub fn set_package(&mut self, id: &str, sealed: impl Into<Bytes>) -> Result<(), Refused> {
        let free = self.free();
        let app = self.apps.get_mut(id).ok_or(Refused::Unknown)?;
        let to = state::next(app.state, Operation::Download).ok_or(Refused::State)?;
        let sealed = sealed.into();
        let place = app.place();
        if sealed.len() > free.saturating_add(place.len()) {
            return Err(Refused::Full);
        }
        *place = sealed;
        self.step(id, Operation::Download, to, None);
        Ok(())
    }

    /// Checks the token, opens the object, verifies and installs it; activates it too where the
    /// token says so. What fails leaves the TRE as it was, and the package `failed` unless an
    /// earlier version of it is installed. The same again changes nothing and has the same result.
    pub fn install(&mut self, id: &str, session: &Session<'_>) -> Outcome {
        if let Some(app) = self.apps.get_mut(id)
            && app.is_repetition()
        {
            app.update.clear();
            app.token = None;
            return match app.state {
                State::Active => Outcome::Active,
                _ => Outcome::Installed,
            };
        }
        match self.try_install(id, session) {
            Err(outcome) => {
                let Some(app) = self.apps.get_mut(id) else {
                    return outcome;
                };
                app.place().clear();
                let to = match app.installed {
                    Some(_) => app.state,
                    None => state::next(app.state, Operation::Fail).unwrap_or(app.state),
                };
                self.step(id, Operation::Fail, to, Some(outcome));
                outcome
            }
            Ok(()) => {
                let app = self.apps.get(id);
                let active = app.is_some_and(|a| a.state == State::Active);
                if active {
                    self.step(id, Operation::Install, State::Active, Some(Outcome::Active));
                    return Outcome::Active;
                }
                let to = app.and_then(|a| state::next(a.state, Operation::Install));
                let to = to.unwrap_or(State::Installed);
                self.step(id, Operation::Install, to, Some(Outcome::Installed));
                let granted = self.apps.get(id).map(|a| &a.granted);
                if granted.is_some_and(|g| g.contains(Operation::Activate.name())) {
                    return self.use_app(id);
                }
                Outcome::Installed
            }
        }
    }

    /// Makes an installed application the one in use. The token of its installation, or a new
    /// one, has to allow it.
    pub fn activate(&mut self, id: &str, session: &Session<'_>) -> Outcome {
        match self.permitted(id, Operation::Activate, session) {
            Ok(()) => self.use_app(id),
            Err(outcome) => self.refuse(id, outcome),
        }
    }

    /// Puts an application out of use: the provisional one serves again. A token has to allow it.
    pub fn deactivate(&mut self, id: &str, session: &Session<'_>) -> Outcome {
        let checked = self.permitted(id, Operation::Deactivate, session);
        let state = self.apps.get(id).map(App::state);
        let to = state.and_then(|s| state::next(s, Operation::Deactivate));
        match (checked, to) {
            (Err(outcome), _) => self.refuse(id, outcome),
            (Ok(()), None) => self.refuse(id, Outcome::Failed),
            (Ok(()), Some(to)) => {
                self.active = None;
                self.step(id, Operation::Deactivate, to, Some(Outcome::Installed));
                Outcome::Installed
            }
        }
    }

    /// Removes a package and its keys. What is in use is put out of use first, and what can be
    /// used is removed by a token of its home operator alone (T13); what serves nobody, because it
    /// was never installed, has failed or is superseded, by whoever keeps the tree tidy.
    ///
    /// # Errors
    /// An unknown package; [`Refused::Token`]; [`Refused::State`] for the one in use.
    pub fn delete(&mut self, id: &str, session: &Session<'_>) -> Result<(), Refused> {
        let app = self.apps.get(id).ok_or(Refused::Unknown)?;
        let usable = matches!(
            app.state,
            State::Installed | State::Active | State::Inactive
        );
        if usable && self.permitted(id, Operation::Delete, session).is_err() {
            return Err(Refused::Token);
        }
        let app = self.apps.get(id).ok_or(Refused::Unknown)?;
        let to = state::next(app.state, Operation::Delete).ok_or(Refused::State)?;
        let result = app.result;
        self.step(id, Operation::Delete, to, result);
        self.apps.remove(id);
        if self.previous.as_deref() == Some(id) {
            self.previous = None;
        }
        Ok(())
    }

    /// The application in use does not work: it has failed, and the one that its policy names is
    /// in use again, or the provisional one. Gives the failed package's id.
    pub fn roll_back(&mut self) -> Option<String> {
        let id = self.active.take()?;
        let previous = self.previous.take();
        let fallback = self.apps.get(&id).and_then(App::profile);
        let back = fallback.is_some_and(|p| p.fallback == "previous");
        if let Some(app) = self.apps.get_mut(&id) {
            app.installed = None;
            app.sealed = Bytes::new();
        }
        self.step(&id, Operation::Fail, State::Failed, Some(Outcome::Failed));
        if let Some(p) = previous.filter(|_| back) {
            self.use_app(&p);
        }
        Some(id)
    }

    /// The application in use has proved itself on the network: what it replaces is superseded.
    pub fn confirm(&mut self) {
        if let Some(previous) = self.previous.take()
            && let Some(app) = self.apps.get(&previous)
            && let Some(to) = state::next(app.state, Operation::Supersede)
        {
            let result = app.result;
            self.step(&previous, Operation::Supersede, to, result);
        }
    }

    /// Remembers how the server calls the installation of a package.
    pub(super) fn correlate(&mut self, id: &str, correlator: Option<&str>) {
        if let Some(app) = self.apps.get_mut(id) {
            app.correlator = correlator.map(str::to_owned);
        }
    }

    fn try_install(&mut self, id: &str, session: &Session<'_>) -> Result<(), Outcome> {
        let text = self.apps.get(id).and_then(|a| a.token.clone());
        let token = self.spend(id, Operation::Install, session)?;
        let sealed = self.apps.get(id).map(|a| a.object().clone());
        let sealed = sealed.filter(|s| !s.is_empty());
        let sealed = sealed.ok_or(Outcome::BadContents)?;
        let root = &self.config.operators;
        let mcim = Mcim::open(&sealed, self.key(), root, &self.config.m2me_id, session.now)
            .map_err(|e| Outcome::of_object(&e))?;
        // one SHO authorised it, another one made it
        if mcim.hplmn != token.iss {
            return Err(Outcome::BadSignature);
        }
        let app = self.apps.get(id).ok_or(Outcome::BadContents)?;
        let said = app.application.as_deref();
        let older = app.profile().is_some_and(|p| mcim.version <= p.version);
        let known = matches!(mcim.application.as_str(), "usim" | "isim");
        if mcim.id != id || older || !known || said.is_some_and(|s| s != mcim.application) {
            return Err(Outcome::BadContents);
        }
        let installed = Installed::new(mcim).map_err(|_| Outcome::BadContents)?;
        let broken = |f: &Fault| matches!(f, Fault::InstallFails);
        if self.config.faults.iter().any(broken) {
            return Err(Outcome::Failed);
        }
        if let Some(app) = self.apps.get_mut(id) {
            app.sealed = sealed;
            app.update.clear();
            app.granted = token.ops.into_iter().collect();
            app.spent = text;
            app.installed = Some(installed);
        }
        Ok(())
    }

    /// Takes the waiting token, if it is good for `operation`. A good one is good once.
    fn spend(
        &mut self,
        id: &str,
        operation: Operation,
        session: &Session<'_>,
    ) -> Result<Token, Outcome> {
        let app = self.apps.get_mut(id).ok_or(Outcome::BadContents)?;
        let text = app.token.take().ok_or(Outcome::TokenMissing)?;
        let expected = Expected {
            dpf: session.dpf,
            m2me_id: &self.config.m2me_id,
            tre_id: &self.config.id,
            pcid: &self.config.pcid.pcid,
            sealed: app.object(),
            operation: operation.name(),
        };
        let used = |jti: &str| self.used_tokens.contains(jti);
        let root = &self.config.operators;
        let token = Token::verify(&text, root, session.now, &expected, used)
            .map_err(|e| Outcome::of_token(&e))?;
        // what one SHO has installed no other one locks, takes away or replaces (T13)
        if app.profile().is_some_and(|p| p.hplmn != token.iss) {
            return Err(Outcome::TokenRefused);
        }
        self.used_tokens.insert(token.jti.clone());
        Ok(token)
    }

    fn permitted(
        &mut self,
        id: &str,
        operation: Operation,
        session: &Session<'_>,
    ) -> Result<(), Outcome> {
        let app = self.apps.get(id).ok_or(Outcome::BadContents)?;
        let open = |f: &Fault| matches!(f, Fault::Unguarded);
        if self.config.faults.iter().any(open) {
            return Ok(());
        }
        if app.token.is_some() {
            return self.spend(id, operation, session).map(|_| ());
        }
        match app.granted.contains(operation.name()) {
            true => Ok(()),
            false => Err(Outcome::TokenMissing),
        }
    }

    /// Puts an application to use, and out of use the one that was.
    fn use_app(&mut self, id: &str) -> Outcome {
        let app = self.apps.get(id);
        if app.is_some_and(|a| a.state == State::Active) {
            return Outcome::Active;
        }
        let to = app.and_then(|a| state::next(a.state, Operation::Activate));
        let Some(to) = to else {
            return self.refuse(id, Outcome::Failed);
        };
        self.previous = self.active.take();
        if let Some(old) = self.previous.clone() {
            let result = self.apps.get(&old).and_then(App::result);
            self.step(&old, Operation::Deactivate, State::Inactive, result);
        }
        self.active = Some(id.to_owned());
        self.step(id, Operation::Activate, to, Some(Outcome::Active));
        Outcome::Active
    }

    fn refuse(&mut self, id: &str, outcome: Outcome) -> Outcome {
        if let Some(app) = self.apps.get_mut(id) {
            app.result = Some(outcome);
        }
        outcome
    }

    fn step(&mut self, id: &str, operation: Operation, to: State, outcome: Option<Outcome>) {
        if let Some(app) = self.apps.get_mut(id) {
            app.state = to;
            app.result = outcome;
            self.results.push_back(Change {
                id: id.to_owned(),
                operation,
                state: to,
                outcome,
            });
        }
    }
}

fn profile(mcim: &Mcim) -> Profile {
    Profile {
        application: mcim.application.clone(),
        version: mcim.version,
        imsi: mcim.imsi.clone(),
        hplmn: mcim.hplmn.clone(),
        plmns: mcim.plmns.clone(),
        forbidden_plmns: mcim.forbidden_plmns.clone(),
        access_class: mcim.access_class,
        apn: mcim.apn.clone(),
        smsc: mcim.smsc.clone(),
        fallback: mcim.policy.fallback.clone(),
    }
}
