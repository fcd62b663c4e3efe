//! The MCIM object (R57, R58; "MID" in the change request): a U(I)SIM application with its
//! credentials, signed by the SHO and sealed to the TRE's platform key.
use crate::{
    cms,
    error::{Error, Result, other},
    key::{Key, PublicKey},
    text::{Secret16, Stamp},
    x509::{Cert, check_organization},
};
use engine::{Rng, Utc};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What the object holds. `Debug` does not show K and OPc.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mcim {
    /// The package's id, the name of its node in the device's tree.
    pub id: String,
    /// `usim` or `isim`.
    pub application: String,
    /// Counts updates of one package.
    pub version: u32,
    /// The new IMSI.
    pub imsi: String,
    /// K.
    pub k: Secret16,
    /// OPc.
    pub opc: Secret16,
    /// `milenage` or `tuak`.
    pub algorithm: String,
    /// Access class, 0 to 15 (TS 22.011 4.2).
    pub access_class: u8,
    /// The home PLMN.
    pub hplmn: String,
    /// PLMNs to be preferred.
    #[serde(default)]
    pub plmns: Vec<String>,
    /// PLMNs that are forbidden.
    #[serde(default)]
    pub forbidden_plmns: Vec<String>,
    /// The operational APN.
    pub apn: String,
    /// Address of the short message service centre.
    #[serde(default)]
    pub smsc: Option<String>,
    /// What may be done with it.
    pub policy: Policy,
}

/// The SHO's conditions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// For this machine only.
    pub m2me_id: String,
    /// The package that it replaces, where it is an update.
    #[serde(default)]
    pub replaces: Option<String>,
    /// What the device goes back to when it cannot attach: `pcid` or `previous`.
    pub fallback: String,
    /// Not to be installed after.
    #[serde(default)]
    pub not_after: Option<Stamp>,
}

/// States of an MCIM (R57).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Made by the SHO.
    Created,
    /// Sealed to a TRE.
    Sealed,
    /// In the device, not yet opened.
    Downloaded,
    /// In the TRE.
    Installed,
    /// In use.
    Active,
    /// In the TRE, not in use.
    Inactive,
    /// Replaced by a later version.
    Updated,
    /// Gone.
    Deleted,
    /// Not installed; what was done is rolled back.
    Failed,
}

impl State {
    const ALL: [(Self, &'static str); 9] = [
        (Self::Created, "created"),
        (Self::Sealed, "sealed"),
        (Self::Downloaded, "downloaded"),
        (Self::Installed, "installed"),
        (Self::Active, "active"),
        (Self::Inactive, "inactive"),
        (Self::Updated, "updated"),
        (Self::Deleted, "deleted"),
        (Self::Failed, "failed"),
    ];
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|s| s.0 == *self).map_or("", |s| s.1);
        f.write_str(name)
    }
}

impl FromStr for State {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let found = Self::ALL.iter().find(|s| s.1 == text);
        found.map(|s| s.0).ok_or(Error::Malformed("MCIM state"))
    }
}

wire::code_points! {
    /// Result of an operation on an MCIM: data of the Generic Alert, `Result` node, step 14's report.
    pub struct Outcome(u16) {
        Installed = 200, "installed";
        Active = 201, "installed and active";
        Deleted = 202, "deleted";
        TokenMissing = 401, "token missing";
        TokenRefused = 402, "token refused";
        TokenExpired = 403, "token expired";
        TokenReplayed = 404, "token replayed";
        WrongAudience = 405, "token for another audience or device";
        HashDiffers = 406, "hash differs from the token's";
        NotForThisTre = 410, "not sealed for this TRE";
        BadSignature = 411, "signature of the SHO bad";
        BadContents = 412, "contents bad";
        NoRoom = 413, "no room";
        Failed = 500, "installation failed, rolled back";
    }
}

impl Outcome {
    /// True for success.
    pub fn is_success(self) -> bool {
        (200..300).contains(&self.0)
    }

    /// What a token that was refused with `e` gives.
    pub fn of_token(e: &Error) -> Self {
        match e {
            Error::Expired("security token") => Self::TokenExpired,
            Error::Replayed(_) => Self::TokenReplayed,
            Error::Other { what: "MCIM", .. } => Self::HashDiffers,
            Error::Other {
                what: "audience" | "M2ME" | "TRE" | "PCID",
                ..
            } => Self::WrongAudience,
            _ => Self::TokenRefused,
        }
    }

    /// What an object that was refused with `e` gives.
    pub fn of_object(e: &Error) -> Self {
        match e {
            Error::Sealed(_) | Error::Malformed("sealed object") => Self::NotForThisTre,
            Error::Signature(_) | Error::Chain(_) | Error::Expired("signer's certificate") => {
                Self::BadSignature
            }
            _ => Self::BadContents,
        }
    }
}

impl Mcim {
    /// Signs it as the SHO (`chain` leads to the operators' root) and seals it to `tre`.
    pub fn seal(
        &self,
        key: &Key,
        chain: &[Cert],
        tre: &PublicKey,
        now: Utc,
        rng: &mut Rng,
    ) -> Result<Vec<u8>> {
        cms::seal(&self.sign(key, chain, now)?, tre, rng)
    }

    /// Signs it as the SHO: whoever sees it reads the keys. No TRE takes it so.
    pub fn sign(&self, key: &Key, chain: &[Cert], now: Utc) -> Result<Vec<u8>> {
        let text = serde_json::to_vec(self).map_err(|_| Error::Malformed("MCIM"))?;
        cms::sign(&text, key, chain, now)
    }

    /// Opens it with the TRE's key and checks signature, signer and conditions.
    pub fn open(sealed: &[u8], key: &Key, root: &Cert, m2me_id: &str, now: Utc) -> Result<Self> {
        let (text, signer) = cms::verify(&cms::open(sealed, key)?, root, now)?;
        let mcim: Self = crate::json::parse(&text)?;
        check_organization("operator in the signer's certificate", &signer, &mcim.hplmn)?;
        if mcim.policy.m2me_id != m2me_id {
            return Err(other("machine of the MCIM", mcim.policy.m2me_id, m2me_id));
        }
        if mcim.policy.not_after.is_some_and(|t| t.0 < now.secs()) {
            return Err(Error::Expired("MCIM"));
        }
        if mcim.access_class > 15 {
            return Err(Error::Malformed("access class"));
        }
        let digits = |s: &str| s.len() <= 15 && s.bytes().all(|c| c.is_ascii_digit());
        if !digits(&mcim.imsi) || !mcim.imsi.starts_with(&mcim.hplmn) {
            return Err(other("IMSI", mcim.imsi, mcim.hplmn));
        }
        Ok(mcim)
    }
}
