//! The shape of a file: its size, its documentation, no path of one machine.
use super::Violation;
use super::tree::Tree;

/// The most lines of a file that is not a table.
const LINES: usize = 800;
/// How a file begins that is nothing but a table.
const TABLE: &str = "//! Table:";
/// Folders that only one machine has.
const FOLDERS: [&str; 5] = ["work", "root", "tmp", "home", "farm"];

/// One concept per file.
pub(super) fn size(tree: &Tree, violations: &mut Vec<Violation>) {
    for file in tree.rust() {
        let lines = file.text.lines().count();
        if lines > LINES && !file.text.starts_with(TABLE) {
            violations.push(file.violation(
                LINES + 1,
                "size",
                format!("{lines} lines, more than {LINES}"),
                "split it by concept; a file that is only a table begins with `//! Table:`",
            ));
        }
    }
}

/// Each file says at its head what it is.
pub(super) fn module_doc(tree: &Tree, violations: &mut Vec<Violation>) {
    for file in tree.rust() {
        let mut lines = file.text.lines().map(str::trim_start);
        let first = lines.find(|line| !line.is_empty() && !line.starts_with("#!["));
        if !first.is_some_and(|line| line.starts_with("//!")) {
            violations.push(file.violation(
                1,
                "doc",
                "no module documentation",
                "begin with `//!`: what it is, which clause, what it leaves out",
            ));
        }
    }
}

/// No file names a folder of the machine on which it was written.
pub(super) fn machine_paths(tree: &Tree, violations: &mut Vec<Violation>) {
    for file in &tree.files {
        for (number, line) in file.lines() {
            if let Some(folder) = FOLDERS.iter().find(|folder| names(line, folder)) {
                violations.push(file.violation(
                    number,
                    "machine",
                    format!("a path below /{folder}"),
                    "take the path from an option, the workspace or, in tests, `tempfile`",
                ));
            }
        }
    }
}

/// Whether an absolute path below `folder` stands in the line.
fn names(line: &str, folder: &str) -> bool {
    let path = format!("/{folder}/");
    line.match_indices(&path).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || "_-./~$}>".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_too_long() {
        let long = format!("//! Long.\n{}", "fn f() {}\n".repeat(LINES));
        let table = format!("//! Table: causes.\n{}", "row!();\n".repeat(LINES));
        let just = format!("//! Just.\n{}", "fn f() {}\n".repeat(LINES - 1));
        let tree = Tree::of(&[
            ("gtp/src/a.rs", &long),
            ("gtp/src/b.rs", &table),
            ("gtp/src/c.rs", &just),
        ]);
        assert_eq!(tree.broken(size), ["gtp/src/a.rs:801"]);
    }

    #[test]
    fn a_file_without_documentation() {
        let tree = Tree::of(&[
            ("gtp/src/a.rs", "fn f() {}\n//! late\n"),
            ("gtp/src/b.rs", "#![deny(x)]\n\n//! Early.\n"),
            ("gtp/src/c.rs", ""),
        ]);
        assert_eq!(
            tree.broken(module_doc),
            ["gtp/src/a.rs:1", "gtp/src/c.rs:1"]
        );
    }

    #[test]
    fn a_path_of_one_machine() {
        for folder in FOLDERS {
            let text = format!("# a\nx = \"/{folder}/x\"\n");
            let tree = Tree::of(&[("docs/a.md", &text)]);
            assert_eq!(tree.broken(machine_paths), ["docs/a.md:2"], "{text}");
            let text = format!(
                "../{folder}/x target/{folder}/x https://a.example/{folder}/x $HOME/{folder}/x"
            );
            let tree = Tree::of(&[("docs/a.md", &text)]);
            assert!(tree.broken(machine_paths).is_empty(), "{text}");
        }
    }
}
