//! A home operator's policy as a file (R41): rules, the first that fits counts.
//!
//! ```toml
//! [[rule]]
//! name = "repair what measures wrong"
//! outcome = "remediate"
//! validation = ["integrity"]
//!
//! [[rule]]
//! name = "meters at home"
//! outcome = "allow"
//! device_type = "meter-1"
//! visited = ["001-01"]
//! location = ["001"]
//! tre_version = "1.0"
//! at_most = 3
//! pcid_age = "1h"
//! ```
use crate::{
    build::plmn_text,
    config::{
        Mistakes, Overlay, Trouble,
        declare::{Reader, Scalar, Setting, Shape, settings},
        read_as,
        roles::home,
        value::{Data, Origin, Value},
    },
};
use operators::sho::{Rule, Validation};
use std::{fs, path::Path};

settings! {
    /// A policy.
    File {
        /// Its rules, in the order in which they are tried.
        rep rule: home::Rule;
    }
}

/// A policy in a file of its own, named in a configuration.
#[derive(Debug, Clone)]
pub struct PolicyFile(pub Vec<Rule>);

impl Setting for PolicyFile {
    fn shape() -> Shape {
        Shape::Scalar(Scalar {
            json: "string",
            words: "the name of a file of rules",
            example: "\"policy.toml\"",
            choices: &[],
        })
    }

    fn read(value: &Value, r: &mut Reader<'_>) -> Option<Self> {
        let Data::Text(name) = &value.data else {
            r.complain(
                &value.origin,
                "this is no file's name",
                "here",
                "write it in quotes",
            );
            return None;
        };
        match load(&r.path(name)) {
            Ok(rules) => Some(Self(rules)),
            Err(Trouble::File(path, why)) => {
                let what = format!("{} cannot be read: {why}", path.display());
                r.complain(&value.origin, what, "here", "name a file of rules");
                None
            }
            Err(Trouble::Wrong(m)) => {
                for line in m.lines() {
                    let fix = "`fosterling policy check` shows the place";
                    r.complain(&value.origin, line, "in this file", fix);
                }
                None
            }
        }
    }
}

/// Reads a policy.
///
/// # Errors
/// The file cannot be read, or all of its mistakes.
pub fn load(path: &Path) -> Result<Vec<Rule>, Trouble> {
    let text = fs::read_to_string(path).map_err(|e| Trouble::File(path.to_owned(), e))?;
    read(&path.display().to_string(), &text).map_err(|m| Trouble::Wrong(Box::new(m)))
}

/// Reads a policy from its text.
///
/// # Errors
/// All of its mistakes.
pub fn read(name: &str, text: &str) -> Result<Vec<Rule>, Mistakes> {
    let none = Overlay::default();
    let (file, _) = read_as((name, text), text, Path::new(""), &none, check)?;
    Ok(file.rule.iter().map(rule).collect())
}

/// A rule as the SHO takes it.
pub fn rule(r: &home::Rule) -> Rule {
    let mut rule = Rule::new(&r.name, r.outcome);
    rule.device_type = r.device_type.clone();
    let visited = r.visited.as_ref();
    rule.visited = visited.map(|v| v.iter().map(|p| plmn_text(*p)).collect());
    let location = r.location.as_ref();
    rule.location = location.map(|l| l.iter().map(|m| m.0.clone()).collect());
    rule.validation = r.validation.clone();
    rule.tre_version = r.tre_version.clone();
    rule.at_most = r.at_most;
    rule.pcid_age = r.pcid_age.map(|s| s.secs());
    rule
}

/// Complains of rules that can mean nothing, or not what they say.
fn check(f: &File, tree: &Value, r: &mut Reader<'_>) {
    let whole = &tree.origin;
    let place = |i: usize, key: &str| -> Origin {
        let n = i.to_string();
        let found = tree.at(&["rule", n.as_str(), key]);
        let found = found.or_else(|| tree.at(&["rule", n.as_str()]));
        found.map_or(whole, |v| &v.origin).clone()
    };
    if f.rule.is_empty() {
        let fix = "write a [[rule]] with `name` and `outcome`";
        r.complain(whole, "there is no rule: every device is denied", "", fix);
    }
    let mut all: Option<&str> = None;
    for (i, x) in f.rule.iter().enumerate() {
        if let Some(first) = all.filter(|_| x.validation.is_none()) {
            let what = format!(
                "{:?} is never reached: {first:?} fits whatever comes",
                x.name
            );
            let fix = "put the rule without conditions last";
            r.complain(&place(i, "name"), what, "this one", fix);
        }
        if f.rule.iter().take(i).any(|o| o.name == x.name) {
            let what = format!("two rules are called {:?}", x.name);
            let fix = "decisions are told by a rule's name: give each its own";
            r.complain(&place(i, "name"), what, "the second", fix);
        }
        let bad = |v: &&Validation| **v != Validation::Good;
        let failed = x.validation.iter().flatten().find(bad);
        if let Some(v) = failed.filter(|_| x.outcome.provisions()) {
            let what = format!("{} after a validation that says {v}", x.outcome);
            let fix =
                "after a no of validation nothing is provisioned (R23): write deny or remediate";
            r.complain(&place(i, "outcome"), what, "here", fix);
        }
        if x.validation.as_ref().is_some_and(Vec::is_empty) {
            let fix = "name results, or leave the key out: it means a good one";
            r.complain(&place(i, "validation"), "no result fits", "here", fix);
        }
        // without conditions it fits whatever validation has let through; one for what it has not may
        // stand anywhere
        if rule(x) == Rule::new(&x.name, x.outcome) {
            all = all.or(Some(&x.name));
        }
    }
}
