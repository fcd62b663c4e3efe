//! Developer commands: `cargo xtask test`, `tidy`, `bench`, `ci`.
#![allow(clippy::disallowed_methods)]

mod bench;
mod ci;
mod deny;
mod shell;
mod test;
mod tidy;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::shell::Result;
use crate::workspace::Workspace;

/// Developer commands of Fosterling.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the tests, and name those that lack a third-party tool
    #[command(after_help = TEST_EXAMPLES)]
    Test(test::Options),
    /// Check the invariants of the workspace over its manifests and sources
    #[command(after_help = TIDY_EXAMPLES)]
    Tidy,
    /// Run benchmarks and print their figures in one table
    #[command(after_help = BENCH_EXAMPLES)]
    Bench(bench::Options),
    /// Run everything that must hold before a change lands
    #[command(after_help = CI_EXAMPLES)]
    Ci(ci::Options),
    /// Run a command and write its wall time and peak memory to a file
    #[command(hide = true)]
    Measure(bench::measure::Options),
}

const TEST_EXAMPLES: &str = "\
Examples:
  cargo xtask test             what this machine can run
  cargo xtask test --install   with the missing tools installed first (Debian, as root)";

const TIDY_EXAMPLES: &str = "\
Examples:
  cargo xtask tidy             one line per violation: file, line, rule, fix
  cargo xtask tidy && echo ok  exit code 1 where anything is violated";

const BENCH_EXAMPLES: &str = "\
Examples:
  cargo xtask bench            every group
  cargo xtask bench aka        authentication vectors only";

const CI_EXAMPLES: &str = "\
Examples:
  cargo xtask ci               the steps of .ci/run on this machine
  CI=true cargo xtask ci       with every missing tool installed first";

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = Workspace::load().and_then(|workspace| run(&cli.command, &workspace));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fail) => {
            eprintln!("xtask: {fail}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one command: whether all was well.
fn run(command: &Command, workspace: &Workspace) -> Result<bool> {
    match command {
        Command::Test(options) => test::command(workspace, options),
        Command::Tidy => tidy::command(workspace),
        Command::Bench(options) => bench::command(workspace, options),
        Command::Ci(options) => ci::command(workspace, options),
        Command::Measure(options) => bench::measure::command(options),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_two_examples() {
        for command in Cli::command()
            .get_subcommands()
            .filter(|c| !c.is_hide_set())
        {
            let help = command.get_after_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            let examples = help.lines().filter(|line| line.contains("cargo xtask "));
            assert_eq!(examples.count(), 2, "{}", command.get_name());
        }
    }
}
