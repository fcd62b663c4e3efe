//! Lints that must be on (invariant 4).
use super::Violation;
use super::arrows::CODECS;
use super::tokens::{Kind, Token};
use super::tree::{File, Tree};

/// The one crate with `unsafe`.
const UNSAFE: &str = "transport";

/// What bytes of a peer must never lead to.
const DENIED: [&str; 5] = [
    "unwrap_used",
    "expect_used",
    "panic",
    "indexing_slicing",
    "arithmetic_side_effects",
];

/// `unsafe` stands in transport only.
pub(super) fn no_unsafe(tree: &Tree, violations: &mut Vec<Violation>) {
    for file in tree.rust().filter(|file| file.crate_folder() != UNSAFE) {
        for token in file
            .tokens
            .iter()
            .filter(|token| token.word() == Some("unsafe"))
        {
            violations.push(file.violation(
                token.line,
                "unsafe",
                "`unsafe` outside transport",
                "move it into transport, behind a safe function",
            ));
        }
    }
}

/// Each package takes the lints of the workspace, which forbid `unsafe`.
pub(super) fn manifests(tree: &Tree, violations: &mut Vec<Violation>) {
    if let Some(root) = tree.file("Cargo.toml")
        && !root.text.contains("unsafe_code = \"forbid\"")
    {
        violations.push(root.violation(
            root.line_of("[workspace.lints.rust]"),
            "unsafe",
            "the workspace does not forbid `unsafe_code`",
            "say `unsafe_code = \"forbid\"` in [workspace.lints.rust]",
        ));
    }
    for package in tree
        .packages
        .iter()
        .filter(|package| package.folder != UNSAFE)
    {
        let Some(manifest) = tree.file(&format!("{}/Cargo.toml", package.folder)) else {
            continue;
        };
        let lines: Vec<_> = manifest.text.lines().map(str::trim).collect();
        if !lines
            .windows(2)
            .any(|pair| pair == ["[lints]", "workspace = true"])
        {
            violations.push(manifest.violation(
                1,
                "lints",
                format!("{} does not take the workspace's lints", package.folder),
                "add `[lints]` with `workspace = true`",
            ));
        }
    }
}

/// Codecs and wire deny what may panic.
pub(super) fn codecs_deny(tree: &Tree, violations: &mut Vec<Violation>) {
    for codec in CODECS.iter().chain(&["wire"]) {
        let Some(file) = tree.file(&format!("{codec}/src/lib.rs")) else {
            continue;
        };
        if file.tokens.is_empty() {
            continue; // a crate in which nothing stands yet
        }
        let denied: Vec<_> = attributes(file)
            .filter(|attribute| {
                attribute.inner && matches!(attribute.head(), Some("deny" | "forbid"))
            })
            .flat_map(|attribute| attribute.words())
            .collect();
        let missing: Vec<_> = DENIED
            .into_iter()
            .filter(|lint| !denied.contains(lint))
            .collect();
        if !missing.is_empty() {
            violations.push(file.violation(
                1,
                "codec",
                format!("lib.rs does not deny clippy's {}", missing.join(", ")),
                "add them to `#![deny(…)]` at the head of lib.rs",
            ));
        }
    }
}

/// Where a codec allows one of them, it says why. (Its tests allow them by `cfg_attr`.)
pub(super) fn no_quiet_allow(tree: &Tree, violations: &mut Vec<Violation>) {
    for codec in CODECS.iter().chain(&["wire"]) {
        for file in tree.rust_in(&format!("{codec}/src")) {
            for attribute in attributes(file) {
                let words = attribute.words();
                let allows = matches!(attribute.head(), Some("allow" | "expect"))
                    && words.iter().any(|word| DENIED.contains(word));
                let remark = file.text.lines().nth(attribute.last_line - 1);
                let reason =
                    words.contains(&"reason") || remark.is_some_and(|line| line.contains("// "));
                if allows && !reason {
                    violations.push(file.violation(
                        attribute.line,
                        "codec",
                        format!("`{}` without a reason", words.join(" ")),
                        "return an error instead; where it truly cannot fail, say why in a remark behind it",
                    ));
                }
            }
        }
    }
}

/// An attribute: `#[…]` or, inner, `#![…]`.
pub(super) struct Attribute<'a> {
    pub(super) inner: bool,
    pub(super) line: usize,
    /// The line on which it ends.
    pub(super) last_line: usize,
    pub(super) tokens: &'a [Token],
}

impl<'a> Attribute<'a> {
    /// Its first word.
    pub(super) fn head(&self) -> Option<&'a str> {
        self.tokens.first().and_then(Token::word)
    }

    /// All its words.
    pub(super) fn words(&self) -> Vec<&'a str> {
        self.tokens.iter().filter_map(Token::word).collect()
    }

    /// The texts in it.
    pub(super) fn texts(&self) -> impl Iterator<Item = &'a str> {
        self.tokens.iter().filter_map(|token| match &token.kind {
            Kind::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }
}

/// The attributes of a source.
pub(super) fn attributes(file: &File) -> impl Iterator<Item = Attribute<'_>> {
    let tokens = file.tokens.as_slice();
    (0..tokens.len()).filter_map(move |at| {
        let inner = tokens.get(at + 1).is_some_and(|token| token.is('!'));
        let open = at + 1 + usize::from(inner);
        if !tokens[at].is('#') || !tokens.get(open)?.is('[') {
            return None;
        }
        let mut depth = 0_usize;
        let length = tokens[open..].iter().position(|token| {
            depth += usize::from(token.is('['));
            depth -= usize::from(token.is(']'));
            depth == 0
        })?;
        Some(Attribute {
            inner,
            line: tokens[at].line,
            last_line: tokens[open + length].line,
            tokens: &tokens[open + 1..open + length],
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENY: &str = "//! x\n#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, \
        clippy::indexing_slicing, clippy::arithmetic_side_effects)]\nmod a;\n";

    #[test]
    fn unsafe_outside_transport() {
        let text = "//! unsafe\nfn f() { unsafe { g() } }";
        let tree = Tree::of(&[("ip/benches/a.rs", text), ("transport/src/a.rs", text)]);
        assert_eq!(tree.broken(no_unsafe), ["ip/benches/a.rs:2"]);
    }

    #[test]
    fn a_manifest_without_the_lints() {
        let tree = Tree::of(&[
            (
                "Cargo.toml",
                "[workspace]\n[workspace.lints.rust]\nunsafe_code = \"deny\"\n",
            ),
            ("gtp/Cargo.toml", "[lints]\nworkspace = true\n"),
            ("ip/Cargo.toml", "[package]\nworkspace = true\n"),
            ("transport/Cargo.toml", ""),
        ])
        .with("gtp", &[])
        .with("ip", &[])
        .with("transport", &[]);
        assert_eq!(tree.broken(manifests), ["Cargo.toml:2", "ip/Cargo.toml:1"]);
    }

    #[test]
    fn a_codec_that_denies_too_little() {
        let four = DENY.replace("clippy::panic, ", "");
        let tree = Tree::of(&[
            ("gtp/src/lib.rs", DENY),
            ("http/src/lib.rs", &four),
            ("ip/src/lib.rs", "//! Nothing yet.\n"),
            ("wire/src/lib.rs", "//! x\nmod a;\n"),
            ("lab/src/lib.rs", "//! x\nmod a;\n"),
        ]);
        assert_eq!(
            tree.broken(codecs_deny),
            ["http/src/lib.rs:1", "wire/src/lib.rs:1"]
        );
    }

    #[test]
    fn a_codec_that_allows_without_a_reason() {
        let tree = Tree::of(&[(
            "gtp/src/a.rs",
            "#![cfg_attr(test, allow(clippy::panic))]\n\
             #[allow(clippy::panic)]\n\
             fn f() {}\n\
             #[allow(clippy::panic, reason = \"cannot be\")]\n\
             #[expect(\n clippy::indexing_slicing,\n)]\n\
             #[allow(clippy::too_many_lines)]\n\
             #[allow(clippy::panic)] // known at build\n\
             fn g() {}",
        )]);
        assert_eq!(
            tree.broken(no_quiet_allow),
            ["gtp/src/a.rs:2", "gtp/src/a.rs:5"]
        );
    }
}
