//! Errors and their parameters, TS 29.002 17.6.6 and 17.7.7.
use super::{
    elements::{Proto, id},
    operation::{mistyped, parameter},
    points::*,
};
use crate::ber::{Any, tag::*, tlv::Form};
use std::fmt;
use wire::Result;

wire::messages! {
    UnknownSubscriberParam, "TS 29.002 17.7.7" { opt extension [SEQUENCE]: Extension; opt diagnostic [ENUMERATED]: UnknownDiagnostic; }
    RoamingNotAllowedParam, "TS 29.002 17.7.7" { opt cause [ENUMERATED]: RoamingCause; opt extension [SEQUENCE]: Extension; opt additional [ctx(0)]: AdditionalRoaming; }
    ExtensibleSystemFailureParam, "TS 29.002 17.7.7" {
        opt resource [ENUMERATED]: Resource; opt extension [SEQUENCE]: Extension; opt additional [ctx(0)]: AdditionalResource; opt cause [ctx(1)]: FailureCause;
    }
    /// Of the errors whose parameter holds nothing but extensions.
    PlainParam, "TS 29.002 17.7.7" { opt extension [SEQUENCE]: Extension; }
}

/// Before version 3.
pub type SystemFailureV2Param = NetworkResource;
/// Where the cause stands alone.
pub type RoamingNotAllowedCauseParam = RoamingNotAllowedCause;

const fn code(error: ErrorCode, tag: u64) -> u64 {
    (error.0 as u64) << 32 | tag
}

wire::pdus! {
    /// The parameter of an error, by its code and the parameter's tag. Those of the other errors
    /// are [`ErrorParameter::Other`], or [`PlainParam`] where somebody wants to look inside.
    pub enum ErrorParameter(u64) {
        UnknownSubscriberParam = code(ErrorCode::UnknownSubscriber, SEQUENCE);
        RoamingNotAllowedParam = code(ErrorCode::RoamingNotAllowed, SEQUENCE);
        RoamingNotAllowedCauseParam = code(ErrorCode::RoamingNotAllowed, ENUMERATED);
        ExtensibleSystemFailureParam = code(ErrorCode::SystemFailure, SEQUENCE);
        SystemFailureV2Param = code(ErrorCode::SystemFailure, ENUMERATED);
    }
}
parameter!(ErrorParameter);

/// An error: its code, and its parameter where it has one.
#[derive(Debug, Clone, PartialEq)]
pub struct MapError {
    /// Which.
    pub code: ErrorCode,
    /// More about it.
    pub parameter: Option<ErrorParameter>,
}

impl From<ErrorCode> for MapError {
    fn from(code: ErrorCode) -> Self {
        Self {
            code,
            parameter: None,
        }
    }
}

impl MapError {
    /// Reads what a component of an error holds.
    ///
    /// # Errors
    /// The parameter is not what the error's should be.
    pub fn read(code: ErrorCode, parameter: Option<&Any>) -> Result<Self> {
        let read = |p: &Any| ErrorParameter::of(code.0, p).map(|p| p.0);
        let parameter = parameter.map(read).transpose()?;
        Ok(Self { code, parameter })
    }

    /// As [`MapError::read`], for an end point: errors whose parameters are known hold no others.
    ///
    /// # Errors
    /// As [`MapError::read`].
    pub fn expect(code: ErrorCode, parameter: Option<&Any>) -> Result<Self> {
        let e = Self::read(code, parameter)?;
        let typed = matches!(
            code,
            ErrorCode::UnknownSubscriber | ErrorCode::RoamingNotAllowed | ErrorCode::SystemFailure
        );
        match (&e.parameter, parameter) {
            (Some(ErrorParameter::Other(c, _)), Some(p)) if typed => Err(mistyped(*c, p)),
            _ => Ok(e),
        }
    }

    /// The parameter as a component carries it.
    pub fn any(&self) -> Option<Any> {
        let p = self.parameter.as_ref()?;
        Some(p.parameter(Form::SHORTEST))
    }

    /// The subscriber is not known to the HLR.
    pub fn unknown_subscriber(why: UnknownSubscriberDiagnostic) -> Self {
        let p = UnknownSubscriberParam {
            extension: None,
            diagnostic: Some(why),
            other: Default::default(),
        };
        Self {
            code: ErrorCode::UnknownSubscriber,
            parameter: Some(p.into()),
        }
    }

    /// The subscriber may not be where it is.
    pub fn roaming_not_allowed(why: RoamingNotAllowedCause) -> Self {
        let p = RoamingNotAllowedParam {
            cause: Some(why),
            extension: None,
            additional: None,
            other: Default::default(),
        };
        Self {
            code: ErrorCode::RoamingNotAllowed,
            parameter: Some(p.into()),
        }
    }

    /// Something failed; in version 2 the place stands alone.
    pub fn system_failure(version: u8, place: NetworkResource) -> Self {
        let parameter = if version < 3 {
            ErrorParameter::SystemFailureV2Param(place)
        } else {
            ExtensibleSystemFailureParam {
                resource: Some(place),
                extension: None,
                additional: None,
                cause: None,
                other: Default::default(),
            }
            .into()
        };
        Self {
            code: ErrorCode::SystemFailure,
            parameter: Some(parameter),
        }
    }
}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code.fmt(f)?;
        match &self.parameter {
            Some(p) => write!(f, ", {p}"),
            None => Ok(()),
        }
    }
}
