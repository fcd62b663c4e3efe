//! What is wrong with a configuration: each mistake with its place and what to do.
use super::value::Origin;
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use std::fmt;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// What is wrong.
    pub what: String,
    /// Words beside its place in the file.
    pub label: String,
    /// Where.
    pub at: Origin,
    /// What to do.
    pub fix: String,
}

/// A configuration that cannot be used: all of its mistakes.
#[derive(Debug)]
pub struct Mistakes {
    name: String,
    all: Vec<Mistake>,
}

#[derive(Debug)]
struct Mistake {
    complaint: Complaint,
    source: Option<NamedSource<String>>,
    place: String,
}

impl Mistakes {
    /// The mistakes in `text`, the file `name`, in the order of their places.
    pub fn new(name: &str, text: &str, mut all: Vec<Complaint>) -> Self {
        all.sort_by_key(|c| c.at.span().map_or((1, 0), |s| (0, s.start)));
        let mistake = |complaint: Complaint| {
            let span = complaint.at.span();
            let source = span
                .is_some()
                .then(|| NamedSource::new(name, text.to_owned()));
            let place = match (&complaint.at, span) {
                (_, Some(s)) => format!("{name}:{}", line_and_column(text, s.start)),
                (Origin::Variable(v), _) => v.clone(),
                (Origin::Set(k), _) => format!("--set {k}"),
                _ => name.to_owned(),
            };
            Mistake {
                complaint,
                source,
                place,
            }
        };
        Self {
            name: name.to_owned(),
            all: all.into_iter().map(mistake).collect(),
        }
    }

    /// Each as a line: place, what is wrong, what to do.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let line = |m: &Mistake| format!("{}: {}; {}", m.place, m.complaint.what, m.complaint.fix);
        self.all.iter().map(line)
    }
}

/// Line and column of an octet, both from 1.
pub(super) fn line_and_column(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
    format!("{line}:{column}")
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.all.len() {
            1 => write!(f, "{} cannot be used", self.name),
            n => write!(f, "{} cannot be used: {n} mistakes", self.name),
        }
    }
}

impl std::error::Error for Mistakes {}

impl Diagnostic for Mistakes {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.all.iter().map(|m| m as &dyn Diagnostic)))
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source {
            Some(_) => f.write_str(&self.complaint.what),
            None => write!(f, "{}: {}", self.place, self.complaint.what),
        }
    }
}

impl std::error::Error for Mistake {}

impl Diagnostic for Mistake {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.complaint.fix))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|s| s as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.complaint.at.span()?;
        let label = Some(self.complaint.label.clone());
        let label = LabeledSpan::new(label, span.start, span.len());
        Some(Box::new(std::iter::once(label)))
    }
}
