//! Error bodies: problem details of RFC 9457.
use crate::measurement::Failing;
use serde::{Deserialize, Serialize};

/// The kinds, each with its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the table in docs/interfaces.md says when each is used
pub enum Kind {
    Malformed,
    Source,
    Challenge,
    Policy,
    Validation,
    NoSho,
    Unknown,
    Ambiguous,
    Duplicate,
    Exhausted,
    Large,
    MediaType,
    Token,
    Unavailable,
}

const KINDS: [(Kind, u16, &str, &str); 14] = [
    (Kind::Malformed, 400, "malformed", "Malformed request"),
    (Kind::Source, 403, "source", "Not your PCID"),
    (Kind::Challenge, 403, "challenge", "Challenge not valid"),
    (Kind::Policy, 403, "policy", "Refused by policy"),
    (Kind::Validation, 403, "validation", "Platform not valid"),
    (Kind::NoSho, 404, "no-sho", "No home operator"),
    (Kind::Unknown, 404, "unknown", "Not known"),
    (
        Kind::Ambiguous,
        409,
        "ambiguous",
        "More than one home operator",
    ),
    (Kind::Duplicate, 409, "duplicate", "Exists already"),
    (Kind::Exhausted, 409, "exhausted", "Range used up"),
    (Kind::Large, 413, "large", "Body too large"),
    (
        Kind::MediaType,
        415,
        "media-type",
        "Media type not supported",
    ),
    (Kind::Token, 403, "token", "Security token refused"),
    (Kind::Unavailable, 503, "unavailable", "Not available now"),
];

const PREFIX: &str = "urn:fosterling:problem:";

impl Kind {
    fn row(self) -> (u16, &'static str, &'static str) {
        KINDS
            .iter()
            .find(|k| k.0 == self)
            .map_or((500, "", ""), |k| (k.1, k.2, k.3))
    }

    /// Its HTTP status.
    pub fn status(self) -> u16 {
        self.row().0
    }
}

/// An error body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `urn:fosterling:problem:` and the kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// In words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What exactly.
    #[serde(default)]
    pub detail: String,
    /// The entry in the log of whoever decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// `deny`, `limited` or `remediate`, for `policy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// What is not as it should be, for `validation`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failing: Vec<Failing>,
    /// The PCIDs that it is about, for `duplicate`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pcids: Vec<String>,
    /// When to try again, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl Problem {
    /// One of `kind`.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let (status, name, title) = kind.row();
        Self {
            kind: format!("{PREFIX}{name}"),
            title: title.to_owned(),
            status,
            detail: detail.into(),
            decision: None,
            outcome: None,
            failing: Vec::new(),
            pcids: Vec::new(),
            retry_after: None,
        }
    }

    /// With the id of the decision behind it.
    #[must_use]
    pub fn decided(mut self, decision: impl Into<String>) -> Self {
        self.decision = Some(decision.into());
        self
    }

    /// Its kind, where it is one of ours.
    pub fn known(&self) -> Option<Kind> {
        let name = self.kind.strip_prefix(PREFIX)?;
        KINDS.iter().find(|k| k.2 == name).map(|k| k.0)
    }
}

impl From<&crate::Error> for Problem {
    /// A body that could not be read or believed: 400.
    fn from(e: &crate::Error) -> Self {
        Self::new(Kind::Malformed, e.to_string())
    }
}
