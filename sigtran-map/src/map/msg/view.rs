//! A message of TCAP with MAP in it, as people and programs read it: parameters by their types.
use super::{Argument, Context, ErrorCode, ErrorParameter, Operation, Outcome};
use crate::{
    ber::{Any, Oid},
    tcap::msg::{Component, DialogueApdu, DialoguePortion, Message, Pdu},
};
use serde_json::{Map, Value as Json, json};
use std::fmt;
use wire::{Error, Value};

/// The message, for [`fmt::Display`] and [`View::json`].
#[derive(Debug, Clone, Copy)]
pub struct View<'a>(pub &'a Message);

/// A parameter by its type; one that nobody here knows, or that cannot be read, as it came.
enum Parameter<'a> {
    Argument(Box<Argument>),
    Outcome(Box<Outcome>),
    Error(Box<ErrorParameter>),
    Unknown(&'a Any),
    Broken(&'a Any, Error),
}

impl<'a> Parameter<'a> {
    fn of(c: &'a Component) -> Option<Self> {
        let (code, any) = match c {
            Component::Invoke(i) => (i.operation, i.parameter.as_ref()?),
            Component::ReturnResultLast(r) | Component::ReturnResultNotLast(r) => {
                let r = r.result.as_ref()?;
                (r.operation, r.parameter.as_ref()?)
            }
            Component::ReturnError(e) => (e.error, e.parameter.as_ref()?),
            Component::Reject(_) | Component::Other(..) => return None,
        };
        let Some(code) = code.and_then(|c| u8::try_from(c.0).ok()) else {
            return Some(Self::Unknown(any));
        };
        let known = |p: Parameter<'a>, other: bool| match other {
            true => Self::Unknown(any),
            false => p,
        };
        let read = match c {
            Component::Invoke(_) => Argument::of(code, any).map(|(p, _)| {
                let other = matches!(p, Argument::Other(..));
                known(Self::Argument(p.into()), other)
            }),
            Component::ReturnError(_) => ErrorParameter::of(code, any).map(|(p, _)| {
                let other = matches!(p, ErrorParameter::Other(..));
                known(Self::Error(p.into()), other)
            }),
            _ => Outcome::of(code, any).map(|(p, _)| {
                let other = matches!(p, Outcome::Other(..));
                known(Self::Outcome(p.into()), other)
            }),
        };
        Some(read.unwrap_or_else(|e| Self::Broken(any, e)))
    }

    fn json(&self) -> Json {
        match self {
            Self::Argument(p) => p.json(),
            Self::Outcome(p) => p.json(),
            Self::Error(p) => p.json(),
            Self::Unknown(p) => p.json(),
            Self::Broken(p, e) => json!({ "octets": p.json(), "error": e.to_string() }),
        }
    }
}

impl fmt::Display for Parameter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(p) => p.fmt(f),
            Self::Outcome(p) => p.fmt(f),
            Self::Error(p) => p.fmt(f),
            Self::Unknown(p) => p.fmt(f),
            Self::Broken(p, e) => write!(f, "{p}\n{e}"),
        }
    }
}

/// An application context by name, where it is one of MAP's.
fn context(oid: &Oid) -> String {
    Context::from_oid(oid).map_or_else(|| oid.to_string(), |c| c.to_string())
}

impl View<'_> {
    /// What the dialogue portion says, in words.
    fn dialogue(&self) -> Option<String> {
        let apdu: &DialogueApdu = self.0.dialogue().and_then(DialoguePortion::apdu)?;
        if let Some(r) = &apdu.request {
            return Some(format!("request, {}", context(&r.context.name)));
        }
        if let Some(r) = &apdu.response {
            let result = r.result.value;
            let why = match (&r.diagnostic.user, &r.diagnostic.provider) {
                (Some(u), _) => u.value.to_string(),
                (_, Some(p)) => p.value.to_string(),
                _ => String::new(),
            };
            let name = context(&r.context.name);
            return Some(format!("response, {name}, {result}, {why}"));
        }
        let abort = apdu.abort.as_ref()?;
        Some(format!("abort, {}", abort.source))
    }

    /// What a component does, in words: `invoke 1, sendAuthenticationInfo (56)`.
    fn component(c: &Component) -> String {
        let id = c
            .invoke_id()
            .map_or_else(String::new, |id| format!(" {id}"));
        let code = |c: crate::ber::Int| u8::try_from(c.0).ok();
        let what = match c {
            Component::Invoke(i) => i.operation.and_then(code).map(|c| Operation(c).to_string()),
            Component::ReturnResultLast(r) | Component::ReturnResultNotLast(r) => {
                let operation = r.result.as_ref().and_then(|r| r.operation);
                operation.and_then(code).map(|c| Operation(c).to_string())
            }
            Component::ReturnError(e) => e.error.and_then(code).map(|c| ErrorCode(c).to_string()),
            Component::Reject(r) => r.problem().map(|p| p.to_string()),
            Component::Other(tag, octets) => Some(format!("tag {tag:#x}, {octets}")),
        };
        let name = c.name();
        what.map_or_else(|| format!("{name}{id}"), |w| format!("{name}{id}, {w}"))
    }

    /// The message in a line: `Begin: invoke 1, sendAuthenticationInfo (56)`.
    pub fn summary(&self) -> String {
        let mut out = self.0.pdu.name().to_owned();
        for (i, c) in self.0.components().iter().enumerate() {
            out.push_str(if i == 0 { ": " } else { "; " });
            out.push_str(&Self::component(c));
        }
        out
    }

    /// The message as JSON.
    pub fn json(&self) -> Json {
        let mut out = Map::new();
        let mut put = |name: &str, v: Option<Json>| {
            if let Some(v) = v {
                out.insert(name.into(), v);
            }
        };
        put("name", Some(self.0.pdu.name().into()));
        put("otid", self.0.otid().map(|t| t.json()));
        put("dtid", self.0.dtid().map(|t| t.json()));
        put("dialogue", self.0.dialogue().map(Value::json));
        if let Pdu::Abort(a) = &self.0.pdu {
            put("p_abort", a.p_abort.map(|c| c.json()));
        }
        let component = |c: &Component| {
            json!({
                "name": c.name(),
                "invoke_id": c.invoke_id().map(|i| i.0),
                "what": Self::component(c),
                "parameter": Parameter::of(c).map(|p| p.json()),
            })
        };
        let all: Vec<Json> = self.0.components().iter().map(component).collect();
        put("components", (!all.is_empty()).then(|| all.into()));
        out.into()
    }
}

/// Name and identifiers in a line, then the dialogue portion and the components, inner ones set in.
impl fmt::Display for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.pdu.name())?;
        if let Some(t) = self.0.otid() {
            write!(f, " otid {t}")?;
        }
        if let Some(t) = self.0.dtid() {
            write!(f, " dtid {t}")?;
        }
        if let Pdu::Abort(a) = &self.0.pdu
            && let Some(cause) = a.p_abort
        {
            write!(f, "\n  p-abort: {cause}")?;
        }
        if let Some(d) = self.dialogue() {
            write!(f, "\n  dialogue: {d}")?;
        }
        for c in self.0.components() {
            write!(f, "\n  {}", Self::component(c))?;
            if let Some(p) = Parameter::of(c) {
                let text = p.to_string().replace('\n', "\n    ");
                write!(f, "\n    {text}")?;
            }
        }
        Ok(())
    }
}
