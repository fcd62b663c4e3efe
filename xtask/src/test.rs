//! `cargo xtask test`: all tests, what was not run and why, build time apart from test time.
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Args;
use oracle::tally::Tally;

use crate::shell::{Doing, Result, cargo, human, output_of, succeeds, tee};
use crate::tools;
use crate::workspace::Workspace;

/// Options of `cargo xtask test`.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Options {
    /// Install missing third-party tools first, and fail where one is missing then
    #[arg(long)]
    pub(crate) install: bool,
    /// Run the tests against real peers too (those with `#[ignore = "peers: …"]`); needs root
    #[arg(long)]
    pub(crate) peers: bool,
}

/// What a run of all tests gave.
#[derive(Debug)]
pub(crate) struct Report {
    counts: Counts,
    tally: Tally,
    build: Duration,
    tests: Duration,
    all_exited_well: bool,
}

/// Tests that passed and that failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
}

/// Runs the command: whether all tests passed.
pub(crate) fn command(workspace: &Workspace, options: &Options) -> Result<bool> {
    let report = run(workspace, options)?;
    println!("\n{report}");
    Ok(report.good())
}

/// Runs all tests.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<Report> {
    let install = tools::may_install(options.install);
    tools::see_to_tshark(install)?;
    if options.peers {
        tools::see_to_peers(install)?;
    }
    if oracle::shared_root().is_none() {
        eprintln!(
            "no third-party data in {} or ../shared: the tests that read it are named as not run",
            oracle::SHARED
        );
    }
    let runner = Runner {
        root: &workspace.root,
        tally: fresh_tally(&workspace.target)?,
        nextest: has_nextest(&workspace.root),
        require: install,
        peers: options.peers,
    };

    let begun = Instant::now();
    if !succeeds(&mut runner.build())? {
        return Err("the tests do not build".into());
    }
    let build = begun.elapsed();

    let mut counts = Counts::default();
    let mut all_exited_well = true;
    for mut command in [runner.tests(), runner.doc_tests()] {
        let (status, text) = tee(&mut command)?;
        counts.add(Counts::of_nextest(&text));
        counts.add(Counts::of_cargo_test(&text));
        all_exited_well &= status.success();
    }
    let tests = begun.elapsed().saturating_sub(build);

    let tally = Tally::read(&runner.tally).doing(runner.tally.display())?;
    if runner.tally.exists() {
        fs::remove_file(&runner.tally).doing(runner.tally.display())?;
    }
    Ok(Report {
        counts,
        tally,
        build,
        tests,
        all_exited_well,
    })
}

impl Report {
    /// Whether nothing failed.
    pub(crate) fn good(&self) -> bool {
        self.all_exited_well && self.counts.failed == 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "build: {}", human(self.build))?;
        writeln!(f, "tests: {}", human(self.tests))?;
        let mut not_run = 0;
        for (name, reason) in self.tally.not_run() {
            writeln!(f, "third-party: not run: {name}: {reason}")?;
            not_run += 1;
        }
        writeln!(
            f,
            "third-party: {} run, {not_run} not run",
            self.tally.run()
        )?;
        let failed = match self.counts.failed {
            0 if !self.all_exited_well => 1, // a runner that failed without a summary
            failed => failed,
        };
        write!(f, "{} passed, {failed} failed", self.counts.passed)
    }
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// The summary line of cargo-nextest:
    /// `Summary [   0.1s] 4 tests run: 2 passed (1 slow), 1 failed, 1 timed out, 3 skipped`.
    fn of_nextest(text: &str) -> Self {
        let mut counts = Self::default();
        let summary = text
            .lines()
            .rfind(|line| line.trim_start().starts_with("Summary ["));
        let parts = summary.and_then(|line| line.split_once(" run: "));
        for part in parts.map_or("", |(_, parts)| parts).split(", ") {
            let (number, word) = part.split_once(' ').unwrap_or_default();
            let number = number.parse().unwrap_or(0);
            match word {
                word if word.starts_with("passed") => counts.passed += number,
                word if word.starts_with("skipped") => {}
                _ => counts.failed += number,
            }
        }
        counts
    }

    /// The lines `test result: ok. 3 passed; 0 failed; …` of the standard test harness.
    fn of_cargo_test(text: &str) -> Self {
        let mut counts = Self::default();
        for line in text
            .lines()
            .filter(|line| line.starts_with("test result: "))
        {
            let (_, parts) = line.split_once(". ").unwrap_or_default();
            for part in parts.split("; ") {
                match part.split_once(' ') {
                    Some((number, "passed")) => counts.passed += number.parse().unwrap_or(0),
                    Some((number, "failed")) => counts.failed += number.parse().unwrap_or(0),
                    _ => {}
                }
            }
        }
        counts
    }
}

/// How the tests of this run are started.
struct Runner<'a> {
    root: &'a Path,
    tally: PathBuf,
    nextest: bool,
    require: bool,
    peers: bool,
}

impl Runner<'_> {
    fn build(&self) -> Command {
        let mut command = cargo(self.root);
        match self.nextest {
            true => command.args(["nextest", "run", "--workspace", "--no-run"]),
            false => command.args(["test", "--workspace", "--tests", "--no-run"]),
        };
        command
    }

    fn tests(&self) -> Command {
        let mut command = self.cargo();
        if self.nextest {
            command.args([
                "nextest",
                "run",
                "--workspace",
                "--no-fail-fast",
                "--no-tests=pass",
            ]);
            command.args(self.peers.then_some("--run-ignored=all"));
        } else {
            command.args(["test", "--workspace", "--tests", "--no-fail-fast"]);
            command.args(
                self.peers
                    .then_some(["--", "--include-ignored"])
                    .into_iter()
                    .flatten(),
            );
        }
        command
    }

    fn doc_tests(&self) -> Command {
        let mut command = self.cargo();
        command.args(["test", "--workspace", "--doc", "--no-fail-fast"]);
        command
    }

    fn cargo(&self) -> Command {
        let mut command = cargo(self.root);
        command.env(oracle::TALLY, &self.tally);
        if self.require {
            command.env(oracle::REQUIRE, "1");
        }
        command
    }
}

fn has_nextest(root: &Path) -> bool {
    output_of(cargo(root).args(["nextest", "--version"])).is_some()
}

/// The path of a tally that nothing has been written to.
fn fresh_tally(target: &Path) -> Result<PathBuf> {
    let folder = target.join("xtask");
    fs::create_dir_all(&folder).doing(folder.display())?;
    let file = folder.join(format!("tally-{}", std::process::id()));
    if file.exists() {
        fs::remove_file(&file).doing(file.display())?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextest_counts() {
        let text = "\
     Summary [   0.1s] 9 tests run: 9 passed, 0 skipped
     Summary [   0.1s] 5 tests run: 2 passed (1 slow), 1 failed, 1 exec failed, 1 timed out, 3 skipped
        FAIL [   0.0s] x
";
        let counts = Counts::of_nextest(text);
        assert_eq!((counts.passed, counts.failed), (2, 3));
        let one = Counts::of_nextest("  Summary [ 0.1s] 1 test run: 1 passed, 0 skipped\n");
        assert_eq!((one.passed, one.failed), (1, 0));
        assert_eq!(Counts::of_nextest("no summary"), Counts::default());
    }

    #[test]
    fn cargo_test_counts() {
        let text = "\
test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s
test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s
";
        let counts = Counts::of_cargo_test(text);
        assert_eq!((counts.passed, counts.failed), (5, 1));
    }

    fn report(failed: u64, all_exited_well: bool) -> Report {
        Report {
            counts: Counts { passed: 7, failed },
            tally: Tally::parse("run a\nnot-run b tshark is not installed\n"),
            build: Duration::from_secs(61),
            tests: Duration::from_secs(2),
            all_exited_well,
        }
    }

    #[test]
    fn the_report_ends_with_its_counts() {
        let good = report(0, true);
        assert!(good.good());
        let text = good.to_string();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "build: 1 min 01 s",
                "tests: 2.0 s",
                "third-party: not run: b: tshark is not installed",
                "third-party: 1 run, 1 not run",
                "7 passed, 0 failed",
            ]
        );
    }

    #[test]
    fn a_runner_that_fails_without_a_summary_is_a_failure() {
        let bad = report(0, false);
        assert!(!bad.good());
        assert!(bad.to_string().ends_with("7 passed, 1 failed"));
        assert!(!report(1, true).good());
    }

    #[test]
    fn required_tools_and_the_tally_reach_the_tests() {
        let runner = Runner {
            root: Path::new("."),
            tally: PathBuf::from("tally"),
            nextest: false,
            require: true,
            peers: true,
        };
        let command = runner.tests();
        let set = |name: &str| command.get_envs().any(|(n, v)| n == name && v.is_some());
        assert!(set(oracle::TALLY) && set(oracle::REQUIRE));
        assert_eq!(command.get_args().last().unwrap(), "--include-ignored");
    }
}
