//! What the rules read: the text files of the workspace and its packages.
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::Violation;
use super::tokens::{Token, tokens};
use crate::shell::{Doing, Result};
use crate::workspace::{Package, Workspace};

/// Folders and files that are not sources.
const LEFT_OUT: [&str; 3] = [".git", "target", "fosterling-out"];
/// The tag that cargo puts into every target folder, wherever that is.
const CACHE_TAG: &str = "CACHEDIR.TAG";

/// The workspace as the rules see it.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// All text files, by path.
    pub(super) files: Vec<File>,
    /// The member packages.
    pub(super) packages: Vec<Package>,
    /// The paths of all files and folders, text or not.
    paths: BTreeSet<String>,
}

/// A text file.
#[derive(Debug)]
pub(super) struct File {
    /// Its path, relative to the workspace.
    pub(super) path: String,
    /// What stands in it.
    pub(super) text: String,
    /// Its tokens, if it is a Rust source.
    pub(super) tokens: Vec<Token>,
}

impl Tree {
    /// Reads the workspace from disk.
    pub(super) fn load(workspace: &Workspace) -> Result<Self> {
        let mut tree = Self {
            packages: workspace.packages.clone(),
            ..Self::default()
        };
        tree.read(&workspace.root, "")?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    fn read(&mut self, root: &Path, folder: &str) -> Result<()> {
        let place = root.join(folder);
        for entry in fs::read_dir(&place).doing(place.display())? {
            let entry = entry.doing(place.display())?;
            let kind = entry.file_type().doing(place.display())?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if LEFT_OUT.contains(&name.as_str()) {
                continue;
            }
            let path = if folder.is_empty() {
                name
            } else {
                format!("{folder}/{name}")
            };
            if kind.is_dir() && !entry.path().join(CACHE_TAG).exists() {
                self.paths.insert(path.clone());
                self.read(root, &path)?;
            } else if kind.is_file() {
                self.paths.insert(path.clone());
                let bytes = fs::read(entry.path()).doing(&path)?;
                if let Ok(text) = String::from_utf8(bytes) {
                    self.files.push(File::new(path, text));
                }
            }
        }
        Ok(())
    }

    /// Whether a file or a folder has this path.
    pub(super) fn exists(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    /// The text file with this path.
    pub(super) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The Rust sources.
    pub(super) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    /// The Rust sources below a folder (`gtp/src`).
    pub(super) fn rust_in(&self, folder: &str) -> impl Iterator<Item = &File> {
        self.rust().filter(move |file| file.is_in(folder))
    }
}

impl File {
    fn new(path: String, text: String) -> Self {
        let tokens = if path.ends_with(".rs") {
            tokens(&text)
        } else {
            Vec::new()
        };
        Self { path, text, tokens }
    }

    /// Whether the file lies below a folder.
    pub(super) fn is_in(&self, folder: &str) -> bool {
        let rest = self.path.strip_prefix(folder);
        rest.is_some_and(|rest| rest.starts_with('/'))
    }

    /// The folder at the top of the workspace in which the file lies: its crate.
    pub(super) fn crate_folder(&self) -> &str {
        self.path.split_once('/').map_or("", |(folder, _)| folder)
    }

    /// The lines, counted from one.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line))
    }

    /// The line of the first place where `text` stands; one, if it stands nowhere.
    pub(super) fn line_of(&self, text: &str) -> usize {
        self.lines()
            .find(|(_, line)| line.contains(text))
            .map_or(1, |(number, _)| number)
    }

    /// A violation in this file.
    pub(super) fn violation(
        &self,
        line: usize,
        rule: &'static str,
        found: impl Into<String>,
        fix: &'static str,
    ) -> Violation {
        Violation {
            file: self.path.clone(),
            line,
            rule,
            found: found.into(),
            fix,
        }
    }
}

#[cfg(test)]
impl Tree {
    /// A tree of these files, without packages.
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.files
                .push(File::new((*path).to_owned(), (*text).to_owned()));
            let mut parent = *path;
            tree.paths.insert(parent.to_owned());
            while let Some((folder, _)) = parent.rsplit_once('/') {
                tree.paths.insert(folder.to_owned());
                parent = folder;
            }
        }
        tree
    }

    /// Adds a package that depends on others; a name that begins with `dev:` is seen by tests
    /// only, one that begins with `/` is a member of the workspace.
    pub(super) fn with(mut self, folder: &str, dependencies: &[&str]) -> Self {
        let dependency = |name: &&str| {
            let bare = name.strip_prefix("dev:");
            let member = bare.unwrap_or(name).strip_prefix('/');
            crate::workspace::Dependency {
                name: member.or(bare).unwrap_or(name).to_owned(),
                folder: member.map(str::to_owned),
                dev: bare.is_some(),
            }
        };
        self.packages.push(Package {
            name: format!("fosterling-{folder}"),
            folder: folder.to_owned(),
            dependencies: dependencies.iter().map(dependency).collect(),
        });
        self
    }

    /// The places (`file:line`) at which one rule is broken.
    pub(super) fn broken(&self, rule: super::Rule) -> Vec<String> {
        let violations = super::check(self, &[rule]);
        violations
            .iter()
            .map(|v| format!("{}:{}", v.file, v.line))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_exist_as_well() {
        let tree = Tree::of(&[("a/b/c.rs", "")]);
        assert!(tree.exists("a/b/c.rs") && tree.exists("a/b") && tree.exists("a"));
        assert!(!tree.exists("b"));
    }

    #[test]
    fn below_a_folder_means_a_whole_name() {
        let tree = Tree::of(&[("gtp/src/lib.rs", ""), ("gtp2/src/lib.rs", "")]);
        assert_eq!(tree.rust_in("gtp").count(), 1);
    }

    #[test]
    fn target_folders_are_left_out() {
        let root = tempfile::tempdir().unwrap();
        for (file, text) in [
            ("a/lib.rs", "fn a() {}"),
            ("out/x.rs", ""),
            ("out/CACHEDIR.TAG", ""),
            ("target/y.rs", ""),
        ] {
            let file = root.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let mut tree = Tree::default();
        tree.read(root.path(), "").unwrap();
        let paths: Vec<_> = tree.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["a/lib.rs"]);
        assert_eq!(tree.files[0].tokens.len(), 6);
    }
}
