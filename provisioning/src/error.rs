//! Why something signed, sealed or certified is not believed.

/// The result of reading or checking.
pub type Result<T> = std::result::Result<T, Error>;

/// What was wrong with what. No variant carries a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The octets or the text do not have the form that the standard gives.
    #[error("{0} is malformed")]
    Malformed(&'static str),
    /// JSON that does not fit: where and why.
    #[error("{path}: {why}")]
    Json {
        /// The member, `tre.version`.
        path: String,
        /// What serde says.
        why: String,
    },
    /// A signature that does not hold.
    #[error("{0}: bad signature")]
    Signature(&'static str),
    /// An algorithm, parameter or critical extension that is not supported.
    #[error("{0}: algorithm or critical part not supported")]
    Unsupported(&'static str),
    /// Used before its time.
    #[error("{0} is not valid yet")]
    Early(&'static str),
    /// Used after its time.
    #[error("{0} has expired")]
    Expired(&'static str),
    /// Names somebody or something else than expected.
    #[error("{what} is {found:?}, expected {wanted:?}")]
    Other {
        /// The member that differs.
        what: &'static str,
        /// What stands there.
        found: String,
        /// What should.
        wanted: String,
    },
    /// Does not lead to the root that is trusted.
    #[error("{0} does not lead to a trusted root")]
    Chain(&'static str),
    /// Revoked, by OCSP.
    #[error("{0} is revoked")]
    Revoked(&'static str),
    /// The authority does not know it.
    #[error("{0} is unknown to its authority")]
    Unknown(&'static str),
    /// The authority gave no answer that counts: OCSP tryLater, unauthorized and the like.
    #[error("no status: {0}")]
    NoStatus(crate::ocsp::Failure),
    /// Seen before.
    #[error("{0} was seen before")]
    Replayed(&'static str),
    /// Not sealed to this key, or changed on its way.
    #[error("{0} is not sealed to this key, or was changed")]
    Sealed(&'static str),
}

/// An error that names what differs.
pub(crate) fn other(
    what: &'static str,
    found: impl Into<String>,
    wanted: impl Into<String>,
) -> Error {
    Error::Other {
        what,
        found: found.into(),
        wanted: wanted.into(),
    }
}
