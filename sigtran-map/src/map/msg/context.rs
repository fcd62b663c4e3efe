//! Application contexts, TS 29.002 17.3: what a dialogue is for, and in which version.
use super::points::Operation;
use crate::ber::Oid;
use bytes::Bytes;
use std::{fmt, time::Duration};

wire::code_points! {
    /// What a dialogue is for, TS 29.002 17.3.3.
    pub struct ContextName(u8) {
        NetworkLocUp = 1, "networkLocUp";
        LocationCancellation = 2, "locationCancellation";
        Reset = 10, "reset";
        InfoRetrieval = 14, "infoRetrieval";
        SubscriberDataMngt = 16, "subscriberDataMngtStandAlone";
        MwdMngt = 24, "mwdMngt";
        MsPurging = 27, "msPurging";
        GprsLocationUpdate = 32, "gprsLocationUpdate";
    }
}

/// An application context: a name and a version.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Context {
    /// What for.
    pub name: ContextName,
    /// 1 to 4.
    pub version: u8,
}

/// itu-t identified-organization etsi mobileDomain gsm-Network application-context.
const PREFIX: [u8; 5] = [4, 0, 0, 1, 0];

impl Context {
    /// A context.
    pub const fn new(name: ContextName, version: u8) -> Self {
        Self { name, version }
    }

    /// From its object identifier; `None` where it is none of MAP's.
    pub fn from_oid(oid: &Oid) -> Option<Self> {
        match oid.0.strip_prefix(&PREFIX)? {
            [name @ 0..=0x7f, version @ 0..=0x7f] => Some(Self {
                name: ContextName(*name),
                version: *version,
            }),
            _ => None,
        }
    }

    /// Its object identifier.
    pub fn oid(&self) -> Oid {
        let [a, b, c, d, e] = PREFIX;
        Oid(Bytes::copy_from_slice(&[
            a,
            b,
            c,
            d,
            e,
            self.name.0,
            self.version,
        ]))
    }

    /// The same in another version.
    #[must_use]
    pub const fn version(self, version: u8) -> Self {
        Self { version, ..self }
    }

    /// The operations that the one who begins may invoke.
    pub fn operations(&self) -> &'static [Operation] {
        match self.name {
            ContextName::InfoRetrieval => &[Operation::SendAuthenticationInfo],
            ContextName::GprsLocationUpdate => &[Operation::UpdateGprsLocation],
            ContextName::LocationCancellation => &[Operation::CancelLocation],
            ContextName::MsPurging => &[Operation::PurgeMs],
            ContextName::SubscriberDataMngt => &[
                Operation::InsertSubscriberData,
                Operation::DeleteSubscriberData,
            ],
            ContextName::Reset => &[Operation::Reset],
            ContextName::MwdMngt => &[Operation::ReadyForSm],
            _ => &[],
        }
    }

    /// The operations that the other side may invoke.
    pub fn operations_back(&self) -> &'static [Operation] {
        match self.name {
            ContextName::GprsLocationUpdate => &[Operation::InsertSubscriberData],
            _ => &[],
        }
    }
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name.name() {
            Some(n) => write!(f, "{n}Context-v{}", self.version),
            None => write!(f, "context {} version {}", self.name.0, self.version),
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Operation {
    /// How long its invoker waits: all of these have timer m, 15 to 30 s (TS 29.002 17.1.2).
    pub fn timer(self) -> Duration {
        Duration::from_secs(30)
    }

    /// True where neither success nor failure is reported (class 4, Q.771 3.1.3.2).
    pub fn is_unanswered(self) -> bool {
        self == Self::Reset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_identifiers() {
        let c = Context::new(ContextName::InfoRetrieval, 3);
        assert_eq!(c.oid().to_string(), "0.4.0.0.1.0.14.3");
        assert_eq!(Context::from_oid(&c.oid()), Some(c));
        assert_eq!(c.to_string(), "infoRetrievalContext-v3");
        let cap = Oid::of(&[42, 134, 58, 0, 137, 97, 51, 1, 1, 1, 0, 1]);
        assert_eq!(Context::from_oid(&cap), None);
    }
}
