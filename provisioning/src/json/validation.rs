//! Steps 8 to 10: SHO (or RO) to PVA.
use crate::{
    error::{Error, Result},
    jose,
    key::PublicKey,
    measurement::Failing,
    pki::Identity,
    text::{B64, Stamp},
};
use serde::{Deserialize, Serialize};

/// `typ` of a verdict's statement.
pub const VERDICT_TYPE: &str = "verdict+jwt";

/// `POST /pva/validations`, and `POST /drf/validations` through the RO.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidationRequest {
    /// Made by the SHO.
    pub validation: String,
    /// The machine.
    pub m2me_id: String,
    /// Its TRE.
    pub tre_id: String,
    /// The challenge's nonce.
    pub nonce: B64,
    /// The measurement report over it.
    pub report: String,
    /// True where the answer shall hold the platform credential (R40).
    #[serde(default)]
    pub want_credential: bool,
}

/// M2MES to ICF, `POST /icf/validations`: what a device measured at its first start, before its PCID
/// is good for anything (R61).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstStart {
    /// The PCID that was written into it.
    pub pcid: String,
    /// The machine.
    pub m2me_id: String,
    /// Its TRE.
    pub tre_id: String,
    /// The measurement report over the ICF's nonce.
    pub report: String,
}

/// The PVA's verdict, 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The validation.
    pub validation: String,
    /// The machine.
    pub m2me_id: String,
    /// Its TRE.
    pub tre_id: String,
    /// It is the TRE that it says, and the report is its own and fresh.
    pub authentic: bool,
    /// It measured what it should.
    pub integrity: bool,
    /// What is not as it should be.
    #[serde(default)]
    pub failing: Vec<Failing>,
    /// When.
    pub checked_at: Stamp,
    /// Until when it may be used.
    pub valid_until: Stamp,
    /// Platform credential, where wanted and known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<B64>,
    /// JWS by the PVA over all members above; empty until signed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub statement: String,
}

impl Verdict {
    /// True where the device is authentic and whole.
    pub fn is_positive(&self) -> bool {
        self.authentic && self.integrity
    }

    /// With the PVA's statement over it.
    pub fn signed(mut self, pva: &Identity) -> Result<Self> {
        self.statement.clear();
        self.statement = jose::sign(VERDICT_TYPE, &self, &pva.key, None, &pva.chain)?;
        Ok(self)
    }

    /// Checks statement, body, whether it answers `request`, and its time.
    pub fn verify(
        &self,
        request: &ValidationRequest,
        pva: &PublicKey,
        now: engine::Utc,
    ) -> Result<()> {
        let what = "verdict";
        let said: Self = jose::parse(VERDICT_TYPE, &self.statement)?.verify(pva)?;
        let body = Self {
            statement: String::new(),
            ..self.clone()
        };
        let about = (&said.validation, &said.m2me_id, &said.tre_id);
        if said != body || about != (&request.validation, &request.m2me_id, &request.tre_id) {
            return Err(Error::Signature(what));
        }
        if said.valid_until.0 < now.secs() {
            return Err(Error::Expired(what));
        }
        Ok(())
    }
}
