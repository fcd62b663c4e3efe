//! Third-party judges are asked through one door, so that none is left out silently.
use super::Violation;
use super::lints::attributes;
use super::tokens::Kind;
use super::tree::Tree;

/// Where the door is, and the program, which tells what a machine offers.
const KNOWING: [&str; 2] = ["xtask", "lab/src/cli/doctor"];

/// Programs and places that tests reach through `oracle`.
const BEHIND: [&str; 2] = ["tshark", "FOSTERLING_SHARED"];

/// Tests start tshark and find third-party data through `oracle`.
pub(super) fn one_door(tree: &Tree, violations: &mut Vec<Violation>) {
    for file in tree
        .rust()
        .filter(|file| !KNOWING.iter().any(|folder| file.is_in(folder)))
    {
        for token in &file.tokens {
            let Kind::Text(text) = &token.kind else {
                continue;
            };
            if BEHIND.contains(&text.as_str()) || text.contains("../shared/") {
                violations.push(file.violation(
                    token.line,
                    "oracle",
                    format!("{text:?} beside the door"),
                    "ask `oracle::tshark` or `oracle::shared`, which name the test as run or not run",
                ));
            }
        }
    }
}

/// An ignored test belongs to another tier, and says so.
pub(super) fn ignored_with_reason(tree: &Tree, violations: &mut Vec<Violation>) {
    for file in tree.rust() {
        for attribute in attributes(file).filter(|attribute| attribute.head() == Some("ignore")) {
            if !attribute
                .texts()
                .any(|reason| reason.starts_with("peers: "))
            {
                violations.push(file.violation(
                    attribute.line,
                    "ignored",
                    "a test that no tier runs",
                    "mend it; a test against a real peer says `#[ignore = \"peers: …\"]`",
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tshark_beside_the_door() {
        let text = "fn f() {\n Command::new(\"tshark\");\n open(\"../../shared/captures/a\") }";
        let tree = Tree::of(&[
            ("gtp/tests/a.rs", text),
            ("xtask/oracle/src/a.rs", text),
            ("lab/src/cli/doctor/probe.rs", text),
            ("lab/src/run/a.rs", "fn f() { Command::new(\"tshark\"); }"),
        ]);
        let broken = tree.broken(one_door);
        assert_eq!(
            broken,
            ["gtp/tests/a.rs:2", "gtp/tests/a.rs:3", "lab/src/run/a.rs:1"]
        );
    }

    #[test]
    fn ignored_tests() {
        let text = "#[ignore]\n#[ignore = \"later\"]\n#[ignore = \"peers: osmo-sgsn\"]\nfn f() {}";
        let tree = Tree::of(&[("gtp/tests/a.rs", text)]);
        assert_eq!(
            tree.broken(ignored_with_reason),
            ["gtp/tests/a.rs:1", "gtp/tests/a.rs:2"]
        );
    }
}
