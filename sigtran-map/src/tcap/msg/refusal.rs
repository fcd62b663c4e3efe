//! What is said about octets that cannot be read, Q.774 3.2.2 and 3.3.3.
use super::{Component, GeneralProblem, PAbortCause, component::Problem};
use crate::ber::tlv::Tlv;
use bytes::Bytes;
use wire::{Error, Kind, Reader};

/// The cause with which a message is aborted, reading which led to `e`.
pub fn p_abort(e: &Error) -> PAbortCause {
    match e.kind {
        // an element that should be there, or that is not of its type
        Kind::Missing | Kind::BadLength(_) => PAbortCause::IncorrectTransactionPortion,
        Kind::TooMany | Kind::TooDeep => PAbortCause::ResourceLimitation,
        _ => PAbortCause::BadlyFormattedTransactionPortion,
    }
}

/// Whom an unreadable message can be told about: the sender's identifier where the message has one,
/// and ours. A message without the first cannot be answered (Q.774 3.3.3.1).
pub fn identifiers(octets: &Bytes) -> (Option<super::TransactionId>, Option<super::TransactionId>) {
    let mut found = (None, None);
    let Ok(t) = Tlv::take(&mut Reader::new(octets)) else {
        return found;
    };
    let mut r = t.body;
    while let Ok(t) = Tlv::take(&mut r) {
        match t.tag {
            0x48 => found.0 = t.body.all().ok(),
            0x49 => found.1 = t.body.all().ok(),
            _ => {}
        }
    }
    found
}

/// The problem of a component that an end point could not read.
pub fn problem(tag: u64, octets: &Bytes) -> Problem {
    Problem::General(match Component::read(tag, Reader::new(octets)) {
        Ok(_) => GeneralProblem::UnrecognizedComponent,
        Err(e) => match e.kind {
            Kind::Missing | Kind::BadValue(_) | Kind::BadLength(_) => {
                GeneralProblem::MistypedComponent
            }
            _ => GeneralProblem::BadlyStructuredComponent,
        },
    })
}
