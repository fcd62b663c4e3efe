//! The procedures between SGSN and HLR, TS 29.002 clauses 19, 20 and 25, one side each.
//!
//! | file | what | clause |
//! |---|---|---|
//! | [`service`] | dialogues in an application context, typed operations, refusals | 15 |
//! | [`sgsn`] | asks for vectors and location, takes subscriber data and cancellations | 19.1.1, 25.5 |
//! | [`hlr`] | answers these, inserts and deletes subscriber data, cancels | 19.1.1, 25.5 |
//!
//! A node gives each machine an address type of SCCP, and each request a token of its own that
//! comes back with the confirmation. A request of the peer has a [`Handle`]: it must be answered.
pub mod hlr;
pub mod service;
pub mod sgsn;

use super::msg::{
    AuthenticationQuintuplet, AuthenticationTriplet, Operation, Outcome, SendAuthenticationInfoRes,
    SendAuthenticationInfoV2Res,
};
use crate::tcap::{machine::DialogueId, msg::component::InvokeId};
pub use hlr::Hlr;
pub use service::{Failure, Service};
pub use sgsn::Sgsn;

/// A request of a peer that waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Handle {
    /// The dialogue that it came in.
    pub dialogue: DialogueId,
    /// Its identifier there.
    pub invoke: InvokeId,
    /// What it asks for.
    pub operation: Operation,
}

/// Authentication vectors of one kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Vectors {
    /// For GSM.
    Triplets(Vec<AuthenticationTriplet>),
    /// For UMTS.
    Quintuplets(Vec<AuthenticationQuintuplet>),
}

impl Vectors {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Self::Triplets(v) => v.len(),
            Self::Quintuplets(v) => v.len(),
        }
    }

    /// True for none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first `n`, taken off.
    fn split(&mut self, n: usize) -> Self {
        let n = n.min(self.len());
        match self {
            Self::Triplets(v) => Self::Triplets(v.drain(..n).collect()),
            Self::Quintuplets(v) => Self::Quintuplets(v.drain(..n).collect()),
        }
    }

    /// With those of another message behind; of another kind they are not taken.
    fn append(&mut self, more: Self) -> bool {
        match (self, more) {
            (Self::Triplets(v), Self::Triplets(mut m)) => v.append(&mut m),
            (Self::Quintuplets(v), Self::Quintuplets(mut m)) => v.append(&mut m),
            _ => return false,
        }
        true
    }

    /// As version 3 or 2 carries them; `None` for quintuplets in version 2.
    fn outcome(self, version: u8) -> Option<Outcome> {
        Some(match (self, version) {
            (Self::Triplets(v), 0..3) => SendAuthenticationInfoV2Res::from(v).into(),
            (Self::Triplets(v), _) => SendAuthenticationInfoRes::triplets(v).into(),
            (Self::Quintuplets(_), 0..3) => return None,
            (Self::Quintuplets(v), _) => SendAuthenticationInfoRes::quintuplets(v).into(),
        })
    }

    /// From a result; `None` where it holds none.
    fn of(outcome: Outcome) -> Option<Self> {
        match outcome {
            Outcome::SendAuthenticationInfoRes(r) => {
                let quintuplets = r.quintuplets.map(|v| Self::Quintuplets(v.items));
                quintuplets.or(r.triplets.map(|v| Self::Triplets(v.items)))
            }
            Outcome::SendAuthenticationInfoV2Res(v) => Some(Self::Triplets(v.items)),
            _ => None,
        }
    }
}
