//! Which crate may import which (invariants 1 and 3).
use super::Violation;
use super::tokens::{Path, paths};
use super::tree::Tree;

/// Messages and machines of one protocol family each.
pub(super) const CODECS: [&str; 9] = [
    "ip",
    "http",
    "sctp",
    "gtp",
    "diameter-s6a",
    "sigtran-map",
    "gsup",
    "gb-gmm",
    "provisioning",
];

/// For each crate, by folder, the crates of ours that it may import. `CODECS` in a list stands
/// for all codecs; `lab` may import everything and has no row, nor have the developer's tools.
const ARROWS: &[(&str, &[&str])] = &[
    ("wire", &[]),
    ("engine", &["wire"]),
    ("aka", &["wire"]),
    ("ip", &["wire", "engine"]),
    ("http", &["wire", "engine"]),
    ("sctp", &["wire", "engine"]),
    ("gtp", &["wire", "engine"]),
    ("diameter-s6a", &["wire", "engine"]),
    ("sigtran-map", &["wire", "engine"]),
    ("gsup", &["wire", "engine"]),
    ("gb-gmm", &["wire", "engine"]),
    ("provisioning", &["wire", "engine"]),
    ("hlr-auc", &["wire", "engine", "aka", ALL_CODECS]),
    ("m2me-ue", &["wire", "engine", "aka", ALL_CODECS]),
    ("sgsn-ggsn", &["wire", "engine", ALL_CODECS]),
    ("interconnect", &["wire", "engine", ALL_CODECS]),
    (
        "operators",
        &["wire", "engine", "aka", "hlr-auc", ALL_CODECS],
    ),
    ("store", &["wire", "engine", "hlr-auc", "operators"]),
    ("transport", &["wire", "engine"]),
    ("captures", &["wire", "aka", ALL_CODECS]),
];
const ALL_CODECS: &str = "CODECS";

/// Crates without a row: they may import all, and nobody may import them.
const AT_THE_TOP: [&str; 3] = ["lab", "xtask", "fuzz"];
/// What any crate may import for its tests.
const FOR_TESTS: [&str; 1] = ["xtask/oracle"];
/// Further imports for tests, one pair each, with the reason beside it.
const FOR_TESTS_OF: &[(&str, &str)] = &[
    // the records that a store keeps hold keys and sequence numbers
    ("store", "aka"),
    // the vectors of a third-party trace, from its key
    ("sigtran-map", "aka"),
];

/// Modules of codecs that hold machines: captures never sees them.
const MACHINES: [&str; 2] = ["machine", "stack"];
/// Nodes that ask a store, and their modules that a store sees: questions, answers, records.
const ASKING: [&str; 2] = ["hlr-auc", "operators"];
const QUESTIONS: [&str; 2] = ["records", "subscriber"];

/// The functions of operators, a module each: none imports another.
const FUNCTIONS: [&str; 8] = [
    "icf", "drf", "dpf", "sho", "pva", "ccif", "m2mes", "n3g_icp",
];

/// Each dependency on a crate of ours follows an arrow.
pub(super) fn dependencies(tree: &Tree, violations: &mut Vec<Violation>) {
    for package in &tree.packages {
        let folder = package.folder.as_str();
        if AT_THE_TOP.contains(&folder) || FOR_TESTS.contains(&folder) {
            continue;
        }
        let manifest = format!("{folder}/Cargo.toml");
        let at = |name: &str| tree.file(&manifest).map_or(1, |file| file.line_of(name));
        let row = ARROWS.iter().find(|(name, _)| *name == folder);
        if row.is_none() {
            violations.push(Violation {
                file: manifest.clone(),
                line: 1,
                rule: "arrows",
                found: format!("the crate {folder} has no row"),
                fix: "add what it may import to ARROWS in xtask/src/tidy/arrows.rs",
            });
        }
        for dependency in &package.dependencies {
            let Some(to) = dependency.folder.as_deref() else {
                continue;
            };
            let allowed = row.is_none_or(|(_, allowed)| may_import(allowed, to));
            let for_tests = FOR_TESTS.contains(&to) || FOR_TESTS_OF.contains(&(folder, to));
            if !(allowed || dependency.dev && for_tests) {
                let bare = dependency.name.trim_start_matches("fosterling-");
                violations.push(Violation {
                    file: manifest.clone(),
                    line: at(bare),
                    rule: "arrows",
                    found: format!("{folder} may not import {to}"),
                    fix: "arrows point downwards: move what both need into a crate below both",
                });
            }
        }
    }
}

fn may_import(allowed: &[&str], to: &str) -> bool {
    allowed.contains(&to) || (allowed.contains(&ALL_CODECS) && CODECS.contains(&to))
}

/// captures sees the messages of a codec, never its machines.
pub(super) fn captures_see_no_machine(tree: &Tree, violations: &mut Vec<Violation>) {
    for file in tree.rust_in("captures") {
        for path in paths(&file.tokens) {
            let [first, second, ..] = path.segments.as_slice() else {
                continue;
            };
            let inside =
                |machine: &str| path.segments[1..].iter().any(|segment| segment == machine);
            let brought_up = |codec: &str| {
                codec.replace('-', "_") == *first
                    && brought_up_from(tree, codec, &MACHINES).contains(second)
            };
            if MACHINES.into_iter().any(inside) || CODECS.into_iter().any(brought_up) {
                violations.push(file.violation(
                    path.line,
                    "captures",
                    format!("`{}` belongs to a machine", path.text()),
                    "dissect with the codec's messages; move what is missing there",
                ));
            }
        }
    }
}

/// A store sees the questions and the records of a node, never the node.
pub(super) fn stores_see_questions_only(tree: &Tree, violations: &mut Vec<Violation>) {
    for file in tree.rust_in("store") {
        for path in paths(&file.tokens) {
            let [first, second, ..] = path.segments.as_slice() else {
                continue;
            };
            let Some(node) = ASKING.iter().find(|node| node.replace('-', "_") == *first) else {
                continue;
            };
            let seen = QUESTIONS.contains(&second.as_str())
                || brought_up_from(tree, node, &QUESTIONS).contains(second);
            if !seen {
                violations.push(file.violation(
                    path.line,
                    "store",
                    format!("`{}` is neither a question nor a record", path.text()),
                    "a store sees what it is asked and what it keeps; move the type there",
                ));
            }
        }
    }
}

/// The names that a crate's lib.rs re-exports from its modules `modules`.
fn brought_up_from(tree: &Tree, folder: &str, modules: &[&str]) -> Vec<String> {
    let lib = tree.file(&format!("{folder}/src/lib.rs"));
    let paths = lib.map(|file| paths(&file.tokens)).unwrap_or_default();
    let from = |path: &Path| {
        let (last, before) = path.segments.split_last()?;
        let inside = before
            .iter()
            .any(|segment| modules.contains(&segment.as_str()));
        inside.then(|| last.clone())
    };
    paths.iter().filter_map(from).collect()
}

/// No function of the operators imports another.
pub(super) fn functions_stand_alone(tree: &Tree, violations: &mut Vec<Violation>) {
    for file in tree.rust_in("operators/src") {
        let rest = file.path.trim_start_matches("operators/src/");
        let own = rest.split(['/', '.']).next().unwrap_or_default();
        if !FUNCTIONS.contains(&own) {
            continue;
        }
        for path in paths(&file.tokens) {
            let mut segments = path.segments.iter().map(String::as_str);
            let outside = segments
                .next()
                .is_some_and(|first| first == "crate" || first == "super");
            let function = segments.find(|segment| *segment != "super");
            if outside && function.is_some_and(|f| f != own && FUNCTIONS.contains(&f)) {
                violations.push(file.violation(
                    path.line,
                    "functions",
                    format!("{own} imports `{}`", path.text()),
                    "functions meet on the wire only; move shared types into a module beside them",
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_codec_may_not_import_a_codec() {
        let tree = Tree::of(&[("gtp/Cargo.toml", "[dependencies]\nwire = 1\nhttp = 1\n")])
            .with("gtp", &["/wire", "/http", "bytes"]);
        assert_eq!(tree.broken(dependencies), ["gtp/Cargo.toml:3"]);
    }

    #[test]
    fn a_node_may_not_import_transport_nor_a_store() {
        let tree = Tree::default()
            .with("sgsn-ggsn", &["/gtp", "/gb-gmm", "/transport"])
            .with("m2me-ue", &["/aka", "/store"]);
        assert_eq!(
            tree.broken(dependencies),
            ["m2me-ue/Cargo.toml:1", "sgsn-ggsn/Cargo.toml:1"]
        );
    }

    #[test]
    fn nobody_may_import_lab_but_lab_imports_all() {
        let tree = Tree::default()
            .with("transport", &["/lab"])
            .with("lab", &["/transport", "/store"]);
        assert_eq!(tree.broken(dependencies), ["transport/Cargo.toml:1"]);
    }

    #[test]
    fn tests_may_import_the_oracle() {
        let tree = Tree::default().with("gtp", &["dev:/xtask/oracle"]);
        assert!(tree.broken(dependencies).is_empty());
        let tree = Tree::default().with("gtp", &["/xtask/oracle"]);
        assert_eq!(tree.broken(dependencies).len(), 1);
        let tree = Tree::default().with("store", &["dev:/aka", "/hlr-auc"]);
        assert!(tree.broken(dependencies).is_empty());
        let tree = Tree::default().with("gtp", &["dev:/captures"]);
        assert_eq!(tree.broken(dependencies).len(), 1);
    }

    #[test]
    fn a_new_crate_needs_a_row() {
        let tree = Tree::default().with("helpers", &[]);
        assert_eq!(tree.broken(dependencies), ["helpers/Cargo.toml:1"]);
    }

    #[test]
    fn a_machine_in_captures() {
        let text = "use gtp::msg::Header;\nuse gb_gmm::{msg::ns, sm::machine};\nfn f() { ip::stack::x() }\n\
                    use diameter_s6a::{Pdu, Peer};\nuse gb_gmm::sm;\nlet s = sm::machine::S;\nlet stack = 1;";
        let tree = Tree::of(&[
            ("captures/src/read.rs", text),
            (
                "diameter-s6a/src/lib.rs",
                "pub use msg::Pdu;\npub use machine::{Peer, route::Route};",
            ),
            ("lab/src/a.rs", "use gtp::machine;"),
        ]);
        let broken = tree.broken(captures_see_no_machine);
        let lines = [2, 3, 4, 6].map(|line| format!("captures/src/read.rs:{line}"));
        assert_eq!(broken, lines);
    }

    #[test]
    fn a_node_in_a_store() {
        let text =
            "use hlr_auc::{Ask, Hlr};\nuse hlr_auc::records::Reserved;\nuse hlr_auc::hlr::Config;";
        let tree = Tree::of(&[
            ("store/src/memory.rs", text),
            (
                "hlr-auc/src/lib.rs",
                "pub use hlr::Hlr;\npub use records::{Answer, Ask};",
            ),
        ]);
        let broken = tree.broken(stores_see_questions_only);
        assert_eq!(broken, ["store/src/memory.rs:1", "store/src/memory.rs:3"]);
    }

    #[test]
    fn a_function_that_imports_another() {
        let tree = Tree::of(&[
            (
                "operators/src/drf.rs",
                "use crate::sho::Policy;\nuse crate::body::Sho;",
            ),
            (
                "operators/src/dpf/session.rs",
                "use super::state;\nuse crate::dpf::x;\nuse super::super::pva::y;",
            ),
            ("operators/src/lib.rs", "pub use crate::sho::Policy;"),
        ]);
        let broken = tree.broken(functions_stand_alone);
        assert_eq!(
            broken,
            ["operators/src/dpf/session.rs:3", "operators/src/drf.rs:1"]
        );
    }
}
