//! `cargo xtask ci`: every check in turn, up to the first that fails unless told to go on.
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Args;

use crate::shell::{Result, cargo, human, succeeds};
use crate::workspace::Workspace;
use crate::{deny, test, tidy, tools};

/// Options of `cargo xtask ci`.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Go on after a step that fails; the exit code still says so
    #[arg(long)]
    keep_going: bool,
}

/// What a step found.
enum Found {
    Good,
    Bad,
    NotRun,
    Tests(test::Report),
}

/// A step: its name, and what it does.
type Step = (&'static str, fn(&Workspace) -> Result<Found>);

/// The steps, cheap ones first as far as they do not wait for a build.
const STEPS: [Step; 7] = [
    ("fmt", |w| {
        check(cargo(&w.root).args(["fmt", "--all", "--check"]))
    }),
    ("clippy", |w| {
        check(cargo(&w.root).args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]))
    }),
    ("doc", |w| {
        let mut command = cargo(&w.root);
        command.env("RUSTDOCFLAGS", "-D warnings");
        check(command.args(["doc", "--workspace", "--no-deps"]))
    }),
    ("tidy", |w| {
        Ok(if tidy::command(w)? {
            Found::Good
        } else {
            Found::Bad
        })
    }),
    ("deny", |w| {
        Ok(match deny::run(w)? {
            deny::Outcome::Good => Found::Good,
            deny::Outcome::Bad => Found::Bad,
            deny::Outcome::NotRun => Found::NotRun,
        })
    }),
    ("bench --no-run", |w| {
        check(cargo(&w.root).args(["bench", "--workspace", "--no-run"]))
    }),
    ("test --peers", |w| {
        let options = test::Options {
            install: true,
            peers: true,
        };
        test::run(w, &options).map(Found::Tests)
    }),
];

/// Runs the steps: whether all were good.
pub(crate) fn command(workspace: &Workspace, options: &Options) -> Result<bool> {
    let mut table = Table::default();
    let mut tests = None;
    // clippy builds the tests too
    tools::see_to_openssl(true)?;
    for (name, step) in STEPS {
        eprintln!("\n== {name}");
        let begun = Instant::now();
        let found = step(workspace).unwrap_or_else(|fail| {
            eprintln!("xtask: {fail}");
            Found::Bad
        });
        let took = begun.elapsed();
        let (word, good) = match &found {
            Found::Good => ("ok", true),
            Found::NotRun => ("not run", true),
            Found::Tests(report) if report.good() => ("ok", true),
            Found::Bad | Found::Tests(_) => ("FAILED", false),
        };
        eprintln!("== {name}: {word} ({})", human(took));
        table.add(name, word, took);
        if let Found::Tests(report) = found {
            tests = Some(report);
        }
        if !good && !options.keep_going {
            break;
        }
    }
    println!("\n{}", table.text());
    // the last lines are the tests' own: third-party, then passed and failed
    if let Some(report) = &tests {
        println!("{report}");
    }
    Ok(table.good)
}

fn check(command: &mut Command) -> Result<Found> {
    Ok(if succeeds(command)? {
        Found::Good
    } else {
        Found::Bad
    })
}

/// The steps that were run, and their times.
struct Table {
    lines: Vec<String>,
    sum: Duration,
    good: bool,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            lines: Vec::new(),
            sum: Duration::ZERO,
            good: true,
        }
    }
}

impl Table {
    fn add(&mut self, name: &str, word: &str, took: Duration) {
        self.good &= word != "FAILED";
        self.sum += took;
        self.lines
            .push(format!("{name:<16} {word:<8} {:>12}", human(took)));
    }

    fn text(&self) -> String {
        let all = format!("{:<16} {:<8} {:>12}", "all", "", human(self.sum));
        format!("{}\n{all}", self.lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_fails_the_whole() {
        let mut table = Table::default();
        table.add("fmt", "ok", Duration::from_secs(1));
        table.add("deny", "not run", Duration::ZERO);
        assert!(table.good);
        table.add("clippy", "FAILED", Duration::from_secs(2));
        assert!(!table.good);
        assert!(table.text().ends_with("3.0 s"));
    }

    #[test]
    fn the_tests_come_last() {
        let names = STEPS.map(|(name, _)| name);
        assert_eq!(names.last(), Some(&"test --peers"));
    }
}
