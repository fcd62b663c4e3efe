//! The measurement report (R59, R60): what a TRE measured at secure boot, signed by its platform
//! key over the challenge's nonce; and its comparison with the reference values.
use crate::{
    error::{Error, Result, other},
    jose,
    key::{Key, PublicKey},
    text::{Sha256, base64url},
};
use serde::{Deserialize, Serialize};
use sha2::Digest;

/// Its `typ`.
pub const TYPE: &str = "measurement+jwt";

/// One measured component; as a reference value, what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Its name.
    pub component: String,
    /// Its version.
    pub version: String,
    /// Hash of its code.
    pub sha256: Sha256,
}

/// The claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The TRE.
    pub iss: String,
    /// The M2ME.
    pub sub: String,
    /// The challenge's nonce, base64url.
    pub nonce: String,
    /// When, seconds since 1970.
    pub iat: u64,
    /// The TRE's version.
    pub tre_version: String,
    /// How often it has started.
    pub counter: u64,
    /// What was measured, in order.
    pub log: Vec<Component>,
    /// The register that the log was extended into.
    pub register: Sha256,
}

/// A component that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failing {
    /// Its name; `report` for the report as a whole.
    pub component: String,
    /// `measurement`, `missing`, `extra`, `rollback`, `replayed`, `stale`, `signature`,
    /// `unknown-tre`, `revoked`.
    pub reason: String,
}

impl Failing {
    /// From its two parts.
    pub fn new(component: impl Into<String>, reason: &str) -> Self {
        Self {
            component: component.into(),
            reason: reason.to_owned(),
        }
    }
}

/// The register after all of `log`, from 32 zero octets on.
pub fn register(log: &[Component]) -> Sha256 {
    log.iter().fold(Sha256::default(), |register, c| {
        let entry = sha2::Sha256::new()
            .chain_update(&c.component)
            .chain_update([0])
            .chain_update(&c.version)
            .chain_update([0])
            .chain_update(c.sha256.0)
            .finalize();
        let next = sha2::Sha256::new()
            .chain_update(register.0)
            .chain_update(entry);
        Sha256(next.finalize().into())
    })
}

impl Report {
    /// A report over `log`; its register is computed.
    pub fn new(
        (tre_id, m2me_id): (&str, &str),
        tre_version: &str,
        nonce: &[u8],
        iat: u64,
        counter: u64,
        log: Vec<Component>,
    ) -> Self {
        Self {
            iss: tre_id.to_owned(),
            sub: m2me_id.to_owned(),
            nonce: base64url(nonce),
            iat,
            tre_version: tre_version.to_owned(),
            counter,
            register: register(&log),
            log,
        }
    }

    /// Signs it with the platform key.
    pub fn sign(&self, key: &Key) -> Result<String> {
        jose::sign(TYPE, self, key, Some(&self.iss), &[])
    }

    /// The TRE that a report says it comes from, unchecked: to find its key.
    pub fn claimed_tre(text: &str) -> Result<String> {
        Ok(jose::parse(TYPE, text)?.claims::<Self>()?.iss)
    }

    /// Authenticity: signed by `key`, over `nonce`, of this TRE and M2ME, log and register agree.
    pub fn verify(
        text: &str,
        key: &PublicKey,
        nonce: &[u8],
        tre_id: &str,
        m2me_id: &str,
    ) -> Result<Self> {
        let report: Self = jose::parse(TYPE, text)?.verify(key)?;
        if report.nonce != base64url(nonce) {
            return Err(Error::Replayed("measurement report"));
        }
        if report.iss != tre_id {
            return Err(other("TRE", report.iss, tre_id));
        }
        if report.sub != m2me_id {
            return Err(other("M2ME", report.sub, m2me_id));
        }
        if register(&report.log) != report.register {
            return Err(Error::Malformed("measurement log"));
        }
        Ok(report)
    }

    /// Integrity: what differs from `reference`; `counter` is the highest seen so far.
    pub fn compare(&self, reference: &[Component], counter: u64) -> Vec<Failing> {
        let mut failing = Vec::new();
        if self.counter < counter {
            failing.push(Failing::new("report", "rollback"));
        }
        for r in reference {
            match self.log.iter().find(|c| c.component == r.component) {
                None => failing.push(Failing::new(&r.component, "missing")),
                Some(c) if older(&c.version, &r.version) => {
                    failing.push(Failing::new(&r.component, "rollback"));
                }
                Some(c) if c != r => failing.push(Failing::new(&r.component, "measurement")),
                Some(_) => {}
            }
        }
        for (i, c) in self.log.iter().enumerate() {
            let known = reference.iter().any(|r| r.component == c.component);
            let twice = self.log.iter().take(i).any(|b| b.component == c.component);
            if !known || twice {
                failing.push(Failing::new(&c.component, "extra"));
            }
        }
        failing
    }
}

/// True where version `a` is below `b`, number by number.
fn older(a: &str, b: &str) -> bool {
    let numbers = |v: &str| -> Vec<u64> { v.split('.').map(|n| n.parse().unwrap_or(0)).collect() };
    numbers(a) < numbers(b)
}
