//! Licences, duplicates and sources of the dependencies: cargo-deny with `deny.toml`.
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{Result, cargo, output_of, succeeds};
use crate::tools;
use crate::workspace::Workspace;

/// The version that CI installs.
const VERSION: &str = "0.20.2";
/// The oldest minor version of series 0 that reads our lock file and knows our licences.
const OLDEST: u32 = 18;

/// What became of the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing is violated.
    Good,
    /// Something is, and was printed.
    Bad,
    /// cargo-deny is missing and may not be installed.
    NotRun,
}

/// Runs cargo-deny; installs it first where that is allowed.
pub(crate) fn run(workspace: &Workspace) -> Result<Outcome> {
    let program = match find(&workspace.target) {
        Some(program) => program,
        None if tools::may_install(false) => install(workspace)?,
        None => {
            eprintln!(
                "cargo-deny is missing: licences and duplicates are not checked. To install it:"
            );
            eprintln!("  cargo install cargo-deny --locked");
            return Ok(Outcome::NotRun);
        }
    };
    let mut command = Command::new(program);
    command
        .args(["--all-features", "check", "--hide-inclusion-graph"])
        .args(["bans", "licenses", "sources"])
        .current_dir(&workspace.root);
    Ok(if succeeds(&mut command)? {
        Outcome::Good
    } else {
        Outcome::Bad
    })
}

/// A cargo-deny that is new enough: the user's, or the one installed here before.
fn find(target: &Path) -> Option<PathBuf> {
    [PathBuf::from("cargo-deny"), installed(target)]
        .into_iter()
        .find(|program| {
            let answer = output_of(Command::new(program).arg("--version"));
            answer.is_some_and(|answer| is_new_enough(&answer))
        })
}

/// Installs cargo-deny below the target folder, so that a kept target folder keeps it. Without
/// optimisation it is there in a third of the time and checks as fast as we need.
fn install(workspace: &Workspace) -> Result<PathBuf> {
    eprintln!("cargo-deny is missing: installing it");
    let tools = tools_folder(&workspace.target);
    let mut command = cargo(&workspace.root);
    command
        .args([
            "install",
            "cargo-deny",
            "--version",
            VERSION,
            "--locked",
            "--profile",
            "dev",
        ])
        .arg("--root")
        .arg(&tools)
        .env("CARGO_TARGET_DIR", tools.join("build"))
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", "0");
    let done = succeeds(&mut command)?;
    // what it was built from is large, and of no more use
    let _ = std::fs::remove_dir_all(tools.join("build"));
    if done {
        Ok(installed(&workspace.target))
    } else {
        Err("cargo-deny could not be installed".into())
    }
}

fn tools_folder(target: &Path) -> PathBuf {
    target.join("tools")
}

fn installed(target: &Path) -> PathBuf {
    tools_folder(target).join("bin").join("cargo-deny")
}

/// Whether `cargo-deny 0.20.2` is new enough.
fn is_new_enough(answer: &str) -> bool {
    let version = answer.split_whitespace().nth(1).unwrap_or_default();
    let mut numbers = version
        .split('.')
        .map(|number| number.parse::<u32>().unwrap_or(0));
    match (numbers.next(), numbers.next()) {
        (Some(0), Some(minor)) => minor >= OLDEST,
        (Some(major), _) => major > 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_versions_are_not_used() {
        assert!(is_new_enough("cargo-deny 0.20.2\n"));
        assert!(is_new_enough("cargo-deny 1.0.0"));
        assert!(!is_new_enough("cargo-deny 0.14.2"));
        assert!(!is_new_enough(""));
    }
}
