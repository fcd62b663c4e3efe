//! What the documents name is there.
use super::Violation;
use super::tree::{File, Tree};

const README: &str = "README.md";

/// The README's code map names each crate, and nothing that is not there.
pub(super) fn code_map(tree: &Tree, violations: &mut Vec<Violation>) {
    let Some(readme) = tree.file(README) else {
        return;
    };
    let map: Vec<_> = section(readme, "code map");
    let Some((head, _)) = map.first() else {
        violations.push(readme.violation(
            1,
            "code map",
            "the README has no section \"Code map\"",
            "add it: a row for each folder, what lives there, what it may import",
        ));
        return;
    };
    let mut named = Vec::new();
    for (number, line) in &map {
        for path in quoted(line).filter(|text| is_path(text)) {
            let path = path.trim_end_matches('/');
            if !tree.exists(path) {
                violations.push(readme.violation(
                    *number,
                    "code map",
                    format!("{path} does not exist"),
                    "name what is there",
                ));
            }
            named.push(path);
        }
    }
    for package in &tree.packages {
        let top = package.folder.split('/').next().unwrap_or_default();
        if !named.contains(&package.folder.as_str()) && !named.contains(&top) {
            violations.push(readme.violation(
                *head,
                "code map",
                format!("{} is not named", package.folder),
                "add a row with its folder, as in `gtp/`",
            ));
        }
    }
}

/// Each link of a document to a file resolves.
pub(super) fn documents(tree: &Tree, violations: &mut Vec<Violation>) {
    for file in tree.files.iter().filter(|file| file.path.ends_with(".md")) {
        for (number, line) in prose(file) {
            for target in targets(line) {
                let resolved = resolve(&file.path, target);
                if !resolved
                    .as_ref()
                    .is_some_and(|path| path.is_empty() || tree.exists(path))
                {
                    violations.push(file.violation(
                        number,
                        "link",
                        format!("{target} does not resolve"),
                        "link to a file of this project by its path from here",
                    ));
                }
            }
        }
    }
}

/// The lines of the section whose heading contains `title`, up to the next heading of its level.
fn section<'a>(file: &'a File, title: &str) -> Vec<(usize, &'a str)> {
    let level = |line: &str| line.chars().take_while(|c| *c == '#').count();
    let mut lines = prose(file)
        .skip_while(|(_, line)| level(line) == 0 || !line.to_lowercase().contains(title));
    let Some(head) = lines.next() else {
        return Vec::new();
    };
    let own = level(head.1);
    let rest = lines.take_while(|(_, line)| level(line) == 0 || level(line) > own);
    std::iter::once(head).chain(rest).collect()
}

/// The lines outside of code blocks.
fn prose(file: &File) -> impl Iterator<Item = (usize, &str)> {
    let mut code = false;
    file.lines().filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    })
}

/// The texts between backticks.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// Whether a quoted text names a file or a folder of the project: `gtp/`, `gtp/src/lib.rs`.
fn is_path(text: &str) -> bool {
    let plain = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
    plain && text.contains('/') && !text.starts_with(['/', '.'])
}

/// The targets of links, without those to other hosts and to places in the same document.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let target = rest.split([')', ' ']).next()?.trim_matches(['<', '>']);
        let outside = target.contains("://") || target.starts_with("mailto:");
        (!outside && !target.starts_with('#') && !target.is_empty()).then_some(target)
    })
}

/// The path of a link's target, from the workspace; nothing where it leads out of it.
fn resolve(document: &str, target: &str) -> Option<String> {
    let target = target.split('#').next()?;
    let mut parts: Vec<_> = document.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_map_that_is_not_true() {
        let readme = "# F\n`gone/x`\n## Code map\n| `gtp/` | `gtp/src/lib.rs` |\n| `old/` | a |\n### More\n`gtp/src/none.rs` and `n/a b`\n## Next\n`gone/`\n";
        let tree = Tree::of(&[
            ("README.md", readme),
            ("gtp/src/lib.rs", ""),
            ("ip/src/lib.rs", ""),
        ])
        .with("gtp", &[])
        .with("ip", &[])
        .with("gtp/inner", &[]);
        assert_eq!(
            tree.broken(code_map),
            ["README.md:3", "README.md:5", "README.md:7"]
        );
    }

    #[test]
    fn a_readme_without_a_code_map() {
        let tree = Tree::of(&[("README.md", "# F\n")]);
        assert_eq!(tree.broken(code_map), ["README.md:1"]);
        assert!(Tree::default().broken(code_map).is_empty());
    }

    #[test]
    fn links_that_lead_nowhere() {
        let text = "[a](b.md) [c](../README.md#x) [d](#here) [e](https://a.example/x.md)\n\
                    [f](none.md)\n\
                    [g](../../outside.md)\n\
                    ```\n[h](none.md)\n```\n\
                    [i](../gtp/) [j](<b.md>) [k](b.md \"title\")\n";
        let tree = Tree::of(&[
            ("README.md", "[x](docs/a.md) [y](docs/c.md)"),
            ("docs/a.md", text),
            ("docs/b.md", ""),
            ("gtp/src/lib.rs", ""),
        ]);
        assert_eq!(
            tree.broken(documents),
            ["README.md:1", "docs/a.md:2", "docs/a.md:3"]
        );
    }
}
