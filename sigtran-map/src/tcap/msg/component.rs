//! The component portion, Q.773 4.2.2: operations, their results and errors.
use super::elements::{Proto, id};
use super::points::*;
use crate::ber::{Any, Int, Item, List, tag::*, tlv::Tlv};
use bytes::BytesMut;
use serde_json::Value as Json;
use std::fmt;
use wire::{Error, Field, Gen, Reader, Result, Value};

wire::messages! {
    Invoke, "Q.773 4.2.2.1" {
        req invoke_id [INTEGER]: InvokeIdentifier; opt linked_id [ctx(0)]: LinkedId;
        opt operation [INTEGER]: LocalOperation; opt global_operation [OID]: GlobalOperation; opt parameter [ANY]: Parameter;
    }
    /// Last and not last alike.
    ReturnResult, "Q.773 4.2.2.1" { req invoke_id [INTEGER]: InvokeIdentifier; opt result [SEQUENCE]: ResultPart; }
    ResultParameter, "Q.773 4.2.2.1" {
        opt operation [INTEGER]: LocalOperation; opt global_operation [OID]: GlobalOperation; opt parameter [ANY]: Parameter;
    }
    ReturnError, "Q.773 4.2.2.1" {
        req invoke_id [INTEGER]: InvokeIdentifier; opt error [INTEGER]: LocalError; opt global_error [OID]: GlobalError;
        opt parameter [ANY]: Parameter;
    }
    /// Of invoke identifier and "not derivable" one stands there, of the problems one.
    Reject, "Q.773 4.2.2.1" {
        opt invoke_id [INTEGER]: InvokeIdentifier; opt not_derivable [NULL]: NotDerivable; opt general [ctx(0)]: General;
        opt of_invoke [ctx(1)]: OfInvoke; opt of_result [ctx(2)]: OfResult; opt of_error [ctx(3)]: OfError;
    }
}

/// Which of the components of a dialogue belong together: -128 to 127.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct InvokeId(pub i8);

impl fmt::Display for InvokeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Value for InvokeId {
    fn write(&self, w: &mut BytesMut) {
        w.extend_from_slice(&self.0.to_be_bytes());
    }
    fn json(&self) -> Json {
        self.0.into()
    }
}

impl Field for InvokeId {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.u8()? as i8))
    }
    fn sample(g: &mut Gen) -> Self {
        Self(g.next() as i8)
    }
}

/// A component by its tag.
#[derive(Debug, Clone, PartialEq)]
pub enum Component {
    /// Do this.
    Invoke(Invoke),
    /// It is done, and this is the (last part of the) result.
    ReturnResultLast(ReturnResult),
    /// It could not be done.
    ReturnError(ReturnError),
    /// A component that was not understood, or that came out of place.
    Reject(Reject),
    /// A part of the result; more follow.
    ReturnResultNotLast(ReturnResult),
    /// What is none of these, or, for an end point, cannot be read as what its tag says.
    Other(u64, wire::Octets),
}

impl Component {
    /// Reads contents by their tag.
    ///
    /// # Errors
    /// As the contents.
    pub fn read(tag: u64, r: Reader<'_>) -> Result<Self> {
        let named = |name| move |e: Error| e.within(tag, name);
        Ok(match tag {
            0xa1 => Self::Invoke(r.all().map_err(named("invoke"))?),
            0xa2 => Self::ReturnResultLast(r.all().map_err(named("returnResultLast"))?),
            0xa3 => Self::ReturnError(r.all().map_err(named("returnError"))?),
            0xa4 => Self::Reject(r.all().map_err(named("reject"))?),
            0xa7 => Self::ReturnResultNotLast(r.all().map_err(named("returnResultNotLast"))?),
            _ => Self::Other(tag, r.octets()),
        })
    }

    /// Its tag.
    pub fn tag(&self) -> u64 {
        match self {
            Self::Invoke(_) => 0xa1,
            Self::ReturnResultLast(_) => 0xa2,
            Self::ReturnError(_) => 0xa3,
            Self::Reject(_) => 0xa4,
            Self::ReturnResultNotLast(_) => 0xa7,
            Self::Other(t, _) => *t,
        }
    }

    /// Its name in the standard.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Invoke(_) => "invoke",
            Self::ReturnResultLast(_) => "returnResultLast",
            Self::ReturnError(_) => "returnError",
            Self::Reject(_) => "reject",
            Self::ReturnResultNotLast(_) => "returnResultNotLast",
            Self::Other(..) => "unknown component",
        }
    }

    /// Its invoke identifier.
    pub fn invoke_id(&self) -> Option<InvokeId> {
        match self {
            Self::Invoke(c) => Some(c.invoke_id),
            Self::ReturnResultLast(c) | Self::ReturnResultNotLast(c) => Some(c.invoke_id),
            Self::ReturnError(c) => Some(c.invoke_id),
            Self::Reject(c) => c.invoke_id,
            // what an end point could not read may still have one in front (Q.774 3.2.2.2)
            Self::Other(_, octets) => {
                let t = Tlv::take(&mut Reader::new(octets)).ok()?;
                (t.tag == INTEGER).then(|| t.body.all().ok()).flatten()
            }
        }
    }

    /// Do this operation.
    pub fn invoke(id: InvokeId, operation: i32, parameter: Option<Any>) -> Self {
        Self::Invoke(Invoke {
            invoke_id: id,
            linked_id: None,
            operation: Some(Int(operation)),
            global_operation: None,
            parameter,
            other: Default::default(),
        })
    }

    /// The result of an operation, with its code where it has a parameter (Q.773 4.2.2.1).
    pub fn result(id: InvokeId, operation: i32, parameter: Option<Any>) -> ReturnResult {
        ReturnResult {
            invoke_id: id,
            result: parameter.map(|p| ResultParameter {
                operation: Some(Int(operation)),
                global_operation: None,
                parameter: Some(p),
                other: Default::default(),
            }),
            other: Default::default(),
        }
    }

    /// An operation failed.
    pub fn error(id: InvokeId, error: i32, parameter: Option<Any>) -> Self {
        Self::ReturnError(ReturnError {
            invoke_id: id,
            error: Some(Int(error)),
            global_error: None,
            parameter,
            other: Default::default(),
        })
    }

    /// A component is refused.
    pub fn reject(id: Option<InvokeId>, problem: Problem) -> Self {
        let mut r = Reject {
            invoke_id: id,
            not_derivable: id.is_none().then_some(crate::ber::Null),
            general: None,
            of_invoke: None,
            of_result: None,
            of_error: None,
            other: Default::default(),
        };
        match problem {
            Problem::General(p) => r.general = Some(p),
            Problem::Invoke(p) => r.of_invoke = Some(p),
            Problem::Result(p) => r.of_result = Some(p),
            Problem::Error(p) => r.of_error = Some(p),
        }
        Self::Reject(r)
    }
}

/// Why a component is refused, Q.773 4.2.2.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// It cannot be read.
    General(GeneralProblem),
    /// It is an invocation that cannot be.
    Invoke(InvokeProblem),
    /// It is a result that cannot be.
    Result(ReturnResultProblem),
    /// It is an error that cannot be.
    Error(ReturnErrorProblem),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::General(p) => p.fmt(f),
            Self::Invoke(p) => p.fmt(f),
            Self::Result(p) => p.fmt(f),
            Self::Error(p) => p.fmt(f),
        }
    }
}

impl Reject {
    /// Why; `None` where it does not say.
    pub fn problem(&self) -> Option<Problem> {
        let result = || self.of_result.map(Problem::Result);
        let error = || self.of_error.map(Problem::Error);
        let of_invoke = self.of_invoke.map(Problem::Invoke);
        let general = self.general.map(Problem::General);
        general.or(of_invoke).or_else(result).or_else(error)
    }
}

/// The components of a message, in the order in which they stand.
pub type Components = List<Component>;

impl Item for Component {
    fn read(tag: u64, body: Reader<'_>) -> Result<Self> {
        Self::read(tag, body)
    }
    fn broken(e: Error, t: &Tlv<'_>) -> Result<Self> {
        if t.body.is_strict() {
            return Ok(Self::Other(t.tag, t.body.octets()));
        }
        Err(e)
    }
    fn tag(&self) -> u64 {
        self.tag()
    }
    fn body(&self) -> &dyn Value {
        match self {
            Self::Invoke(c) => c,
            Self::ReturnResultLast(c) | Self::ReturnResultNotLast(c) => c,
            Self::ReturnError(c) => c,
            Self::Reject(c) => c,
            Self::Other(_, c) => c,
        }
    }
    fn alternative(&self) -> Option<&'static str> {
        Some(self.name())
    }
    fn sample(g: &mut Gen) -> Self {
        match g.below(5) {
            0 => Self::Invoke(Invoke::sample(g)),
            1 => Self::ReturnResultLast(ReturnResult::sample(g)),
            2 => Self::ReturnError(ReturnError::sample(g)),
            3 => Self::Reject(Reject::sample(g)),
            _ => Self::ReturnResultNotLast(ReturnResult::sample(g)),
        }
    }
}
