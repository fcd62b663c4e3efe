//! What is said about a parameter that cannot be read, TS 29.002 7.3 and 15.6, Q.773 4.2.2.6.
use super::{ErrorCode, MapError};
use crate::tcap::msg::{
    InvokeProblem, ReturnErrorProblem, ReturnResultProblem, component::Problem,
};
use wire::{Error, Kind};

/// The answer to an invocation whose argument led to `e`: a rejection where its structure is not
/// the operation's, an error where a value in it cannot be ("formally correct but unexpected",
/// 7.6.1.4). What is missing by the rules of a procedure only, the procedure answers itself.
pub fn of_argument(e: &Error) -> Result<MapError, Problem> {
    match e.kind {
        Kind::BadValue(_) if !matches!(e.field, "parameter" | "element") => {
            Ok(ErrorCode::UnexpectedDataValue.into())
        }
        _ => Err(Problem::Invoke(InvokeProblem::MistypedParameter)),
    }
}

/// The rejection of a result that cannot be read.
pub fn of_result(_: &Error) -> Problem {
    Problem::Result(ReturnResultProblem::MistypedParameter)
}

/// The rejection of an error whose parameter cannot be read.
pub fn of_error(_: &Error) -> Problem {
    Problem::Error(ReturnErrorProblem::MistypedParameter)
}
