//! The security token (R30): the SHO's signed word that this DPF may install this MCIM in this TRE.
use crate::{
    error::{Error, Result, other},
    jose,
    key::Key,
    text::Sha256,
    x509::{Cert, check_organization},
};
use engine::Utc;
use serde::{Deserialize, Serialize};

/// Its `typ`.
pub const TYPE: &str = "mcim-auth+jwt";
/// How far the clocks of SHO and TRE may be apart, seconds.
const SKEW: u64 = 60;

/// The claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// PLMN of the SHO.
    pub iss: String,
    /// Host of the DPF.
    pub aud: String,
    /// The M2ME.
    pub sub: String,
    /// Under which PCID it is provisioned.
    pub pcid: String,
    /// The TRE.
    pub tre: String,
    /// Once only: base64url of 16 random octets.
    pub jti: String,
    /// Issued, seconds since 1970.
    pub iat: u64,
    /// Good until, seconds since 1970.
    pub exp: u64,
    /// Hash of the sealed object.
    pub mcim: Sha256,
    /// What may be done with it: `install`, `activate`, ...
    pub ops: Vec<String>,
}

/// What the TRE compares a token with.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Host of the DPF whose session this is.
    pub dpf: &'a str,
    /// The own M2ME id.
    pub m2me_id: &'a str,
    /// The own TRE id.
    pub tre_id: &'a str,
    /// The PCID in use.
    pub pcid: &'a str,
    /// The sealed object that came.
    pub sealed: &'a [u8],
    /// What is asked for.
    pub operation: &'a str,
}

impl Token {
    /// Signs it with the SHO's key; `chain` leads to the operators' root.
    pub fn sign(&self, key: &Key, chain: &[Cert]) -> Result<String> {
        jose::sign(TYPE, self, key, None, chain)
    }

    /// Checks a token as the TRE must. `seen` says whether a `jti` was used before.
    ///
    /// # Errors
    /// Whatever fails first, in the order of `docs/interfaces.md` section 5.
    pub fn verify(
        text: &str,
        root: &Cert,
        now: Utc,
        expected: &Expected<'_>,
        seen: impl FnOnce(&str) -> bool,
    ) -> Result<Self> {
        let what = "security token";
        let (token, signer): (Self, Cert) = jose::parse(TYPE, text)?.verify_x5c(root, now)?;
        check_organization("operator in the signer's certificate", &signer, &token.iss)?;
        let same = |what, found: &str, wanted: &str| {
            if found == wanted {
                Ok(())
            } else {
                Err(other(what, found, wanted))
            }
        };
        same("audience", &token.aud, expected.dpf)?;
        same("M2ME", &token.sub, expected.m2me_id)?;
        same("TRE", &token.tre, expected.tre_id)?;
        same("PCID", &token.pcid, expected.pcid)?;
        if now.secs() >= token.exp {
            return Err(Error::Expired(what));
        }
        if token.iat > now.secs().saturating_add(SKEW) {
            return Err(Error::Early(what));
        }
        let hash = Sha256::of(expected.sealed);
        same("MCIM", &token.mcim.to_string(), &hash.to_string())?;
        if !token.ops.iter().any(|o| o == expected.operation) {
            return Err(other("operation", token.ops.join(" "), expected.operation));
        }
        if seen(&token.jti) {
            return Err(Error::Replayed(what));
        }
        Ok(token)
    }
}
