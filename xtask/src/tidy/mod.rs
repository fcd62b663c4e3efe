//! `cargo xtask tidy`: the invariants of the workspace, each with the file, the line and the fix.
//!
//! Rules read a [`Tree`]: all text files, and the packages of `cargo metadata`. Their tests build
//! trees that violate them.
mod arrows;
mod links;
mod lints;
mod oracles;
mod purity;
mod shape;
mod tokens;
mod tree;
mod words;

use std::fmt;

use crate::shell::Result;
use crate::workspace::Workspace;
use tree::Tree;

/// One place that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    file: String,
    line: usize,
    rule: &'static str,
    found: String,
    fix: &'static str,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            rule,
            found,
            fix,
        } = self;
        write!(f, "{file}:{line}: {rule}: {found}\n    {fix}")
    }
}

/// A rule: reads the tree and adds what breaks it.
type Rule = fn(&Tree, &mut Vec<Violation>);

const RULES: &[Rule] = &[
    arrows::dependencies,
    arrows::captures_see_no_machine,
    arrows::stores_see_questions_only,
    arrows::functions_stand_alone,
    purity::sources,
    purity::dependencies,
    lints::no_unsafe,
    lints::manifests,
    lints::codecs_deny,
    lints::no_quiet_allow,
    oracles::one_door,
    oracles::ignored_with_reason,
    shape::size,
    shape::module_doc,
    shape::machine_paths,
    words::visited_network,
    links::code_map,
    links::documents,
];

/// Runs the command: whether no rule is broken.
pub(crate) fn command(workspace: &Workspace) -> Result<bool> {
    let tree = Tree::load(workspace)?;
    let violations = check(&tree, RULES);
    for violation in &violations {
        println!("{violation}");
    }
    let (files, rules) = (tree.files.len(), RULES.len());
    eprintln!(
        "tidy: {files} files, {rules} rules, {} violations",
        violations.len()
    );
    Ok(violations.is_empty())
}

fn check(tree: &Tree, rules: &[Rule]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for rule in rules {
        rule(tree, &mut violations);
    }
    violations.sort();
    violations.dedup();
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_says_where_what_and_how() {
        let violation = Violation {
            file: "gtp/src/lib.rs".into(),
            line: 7,
            rule: "purity",
            found: "`std::thread`".into(),
            fix: "pass it in",
        };
        let text = violation.to_string();
        assert_eq!(
            text,
            "gtp/src/lib.rs:7: purity: `std::thread`\n    pass it in"
        );
    }

    #[test]
    fn violations_come_in_order_and_once() {
        fn rule(_: &Tree, violations: &mut Vec<Violation>) {
            for line in [9, 3, 9] {
                violations.push(Violation {
                    file: "a".into(),
                    line,
                    rule: "r",
                    found: String::new(),
                    fix: "",
                });
            }
        }
        let lines: Vec<_> = check(&Tree::default(), &[rule, rule])
            .iter()
            .map(|v| v.line)
            .collect();
        assert_eq!(lines, [3, 9]);
    }

    #[test]
    fn a_clean_tree_has_no_violations() {
        let tree = Tree::of(&[("wire/src/lib.rs", "//! Octets.\n")]);
        assert_eq!(check(&tree, RULES), []);
    }
}
