//! Bodies of the HTTP/JSON legs, `docs/interfaces.md` sections 1 to 4.
//!
//! Members that a receiver does not know are ignored; what is missing or ill-typed is an error
//! with the path of the member.
mod batch;
mod problem;
mod provisioning;
mod registration;
mod validation;

pub use batch::{
    Allowed, Batch, BatchRequest, Credentials, DmAccount, Entry, Import, Imported, IssueRequest,
    Issued, MANIFEST_TYPE, Manifest, PROOF_TYPE, Proof, Return,
};
pub use problem::{Kind, Problem};
pub use provisioning::{
    Advice, Advised, Authorisation, Authorised, DeviceOutcome, Package, PackageAnswer,
    PackageRequest, Release, Report, Seen, Source, Subscriber, Withdrawal,
};
pub use registration::{
    Access, Candidate, Challenge, ChallengeRequest, DpfAddress, PcidNotice, Referral, Registered,
    Registration, RoAddress, ShoAnswer, ShoRegistration, TreId,
};
pub use validation::{FirstStart, VERDICT_TYPE, ValidationRequest, Verdict};

use crate::error::{Error, Result};
use engine::Rng;
use serde::{Serialize, de::DeserializeOwned};

/// Media type of a body.
pub const TYPE: &str = "application/json";
/// Media type of an error body.
pub const PROBLEM_TYPE: &str = "application/problem+json";

/// Reads a body.
///
/// # Errors
/// [`Error::Json`] with the member's path.
pub fn parse<T: DeserializeOwned>(octets: &[u8]) -> Result<T> {
    let mut d = serde_json::Deserializer::from_slice(octets);
    let value = serde_path_to_error::deserialize(&mut d).map_err(|e| Error::Json {
        path: e.path().to_string(),
        // what serde quotes of the value could be a secret: keep the kind of error alone
        why: why(e.inner()),
    })?;
    d.end().map_err(|e| Error::Json {
        path: ".".to_owned(),
        why: why(&e),
    })?;
    Ok(value)
}

/// Writes a body.
pub fn write<T: Serialize>(body: &T) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_default()
}

/// A new identifier: `prefix`, a hyphen and 16 hex digits.
pub fn identifier(prefix: &str, rng: &mut Rng) -> String {
    format!("{prefix}-{:016x}", rng.u64())
}

fn why(e: &serde_json::Error) -> String {
    let text = e.to_string();
    match text.split_once(": ") {
        // "invalid type: string \"...\", expected u64 at line 1 column 5"
        Some((kind, rest)) if kind.starts_with("invalid") => match rest.rsplit_once("expected") {
            Some((_, expected)) => format!("{kind}, expected{expected}"),
            None => kind.to_owned(),
        },
        _ => text,
    }
}
