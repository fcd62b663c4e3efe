//! Which cause answers a request that cannot be read.
use super::{Cause, id};
use wire::{Error, Kind};

/// The cause that the sender of a request must be told when reading it ended in `error`, after
/// TS 24.008 8: who the message is about must be right, all else is conditional.
pub fn cause_of(error: &Error) -> Cause {
    match error.kind {
        Kind::Missing => Cause::InvalidMandatoryInformation,
        Kind::Unknown | Kind::TooDeep | Kind::TooMany => Cause::ProtocolErrorUnspecified,
        _ if error.key == id::Imsi => Cause::InvalidMandatoryInformation,
        _ if error.key == 0 => Cause::ProtocolErrorUnspecified,
        _ => Cause::ConditionalElementError,
    }
}
