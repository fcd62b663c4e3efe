//! Neutral events: what happened inside a node that no packet shows.
use std::fmt;

/// Something that happened: a state reached, a refusal, a drop with its reason.
///
/// Names are dotted, part first (`gmm.registered`, `tre.installed`); keys never go in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub name: &'static str,
    /// Its particulars.
    pub fields: Vec<(&'static str, String)>,
}

impl Event {
    /// An event without particulars.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            fields: Vec::new(),
        }
    }

    /// With one more particular.
    #[must_use]
    pub fn with(mut self, field: &'static str, value: impl fmt::Display) -> Self {
        self.fields.push((field, value.to_string()));
        self
    }

    /// A particular.
    pub fn get(&self, field: &str) -> Option<&str> {
        let found = self.fields.iter().find(|f| f.0 == field);
        found.map(|f| f.1.as_str())
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        self.fields
            .iter()
            .try_for_each(|(k, v)| write!(f, " {k}={v}"))
    }
}
