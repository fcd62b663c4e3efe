//! The command line: what there is to ask for, and who answers.
//!
//! Answers go to stdout, words for people to stderr; [`crate::exit::Exit`] lists the exit codes.
pub mod args;
mod config;
mod config_keys;
mod decode;
mod doctor;
mod failure;
mod manual;
mod node;
mod pcid;
mod policy;
mod run;
mod scenarios;
mod table;
mod topology;

pub use failure::Failure;

use crate::exit::Exit;
use clap::{
    CommandFactory, Parser, Subcommand,
    builder::styling,
    error::{ContextKind, ContextValue},
};
use std::{
    ffi::OsString,
    panic::{self, PanicHookInfo, UnwindSafe},
};

/// Emulates every network of remote M2M provisioning (3GPP TR 33.812) on real wires.
#[derive(Debug, Parser)]
#[command(name = "fosterling", version, about, after_help = EXAMPLES, after_long_help = long_help())]
#[command(
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
#[command(styles = STYLES, infer_subcommands = false)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Args),
    Scenarios(scenarios::Args),
    Topology(topology::Args),
    Pcid(pcid::Args),
    Policy(policy::Args),
    Decode(decode::Args),
    Doctor(doctor::Args),
    Node(node::Args),
    Config(config::Args),
    Completions(manual::CompletionsArgs),
    Man(manual::ManArgs),
}

const EXAMPLES: &str = "\
Examples:
  fosterling run
  fosterling decode 320100040000000000000000 --as gtp";

const STYLES: styling::Styles = styling::Styles::styled()
    .header(styling::AnsiColor::Green.on_default().bold())
    .usage(styling::AnsiColor::Green.on_default().bold())
    .literal(styling::AnsiColor::Cyan.on_default().bold())
    .placeholder(styling::AnsiColor::Cyan.on_default());

/// Examples and exit codes.
fn long_help() -> String {
    let codes = Exit::ALL.map(|e| format!("\n  {:>3}  {}", e.code(), e.text()));
    format!("{EXAMPLES}\n\nExit codes:{}", codes.concat())
}

/// The whole command line as clap knows it.
fn command() -> clap::Command {
    Cli::command()
}

/// Does what the command line asks for; `line` begins with the program's own name.
pub fn dispatch(line: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(line) {
        Ok(cli) => cli,
        Err(mut e) => {
            suggest(&mut e);
            // where not even that can be written, the exit code says it
            let _ = e.print();
            return match e.exit_code() {
                0 => Exit::Good,
                _ => Exit::Usage,
            };
        }
    };
    let outcome = match cli.command {
        Command::Run(a) => a.try_into().map(|a| crate::run::execute(&a)),
        Command::Scenarios(a) => scenarios::list(&a),
        Command::Topology(a) => topology::show(&a),
        Command::Pcid(a) => pcid::pcid(&a),
        Command::Policy(a) => policy::policy(&a),
        Command::Decode(a) => decode::decode(&a),
        Command::Doctor(a) => doctor::examine(&a),
        Command::Node(a) => node::run(&a),
        Command::Config(a) => config::config(&a),
        Command::Completions(a) => manual::completions(&a),
        Command::Man(a) => manual::man(&a),
    };
    outcome.unwrap_or_else(|f| f.tell())
}

/// Names the nearest of the values that there are, where clap finds none near enough: `gpt` for
/// `gtp` has all letters right.
fn suggest(e: &mut clap::Error) {
    let (Some(ContextValue::String(wrong)), Some(ContextValue::Strings(valid)), None) = (
        e.get(ContextKind::InvalidValue),
        e.get(ContextKind::ValidValue),
        e.get(ContextKind::SuggestedValue),
    ) else {
        return;
    };
    let distance = |v: &&String| strsim::damerau_levenshtein(wrong, v);
    let near = valid.iter().min_by_key(distance);
    if let Some(v) = near.filter(|v| distance(v) * 2 <= v.len().max(2)).cloned() {
        e.insert(ContextKind::SuggestedValue, ContextValue::String(v));
    }
}

/// Runs the program; a panic ends with a short message and [`Exit::Internal`].
pub fn guarded(program: impl FnOnce() -> Exit + UnwindSafe) -> Exit {
    panic::set_hook(Box::new(|p| anstream::eprintln!("{}", obituary(p))));
    panic::catch_unwind(program).unwrap_or(Exit::Internal)
}

/// What a person is told of a panic.
fn obituary(p: &PanicHookInfo<'_>) -> String {
    let why = p.payload_as_str().unwrap_or("no reason given");
    let place = p.location().map(|l| format!(" at {l}")).unwrap_or_default();
    format!(
        "fosterling: internal error: {why}{place}\n\
         This is a fault of the program, not of what it was given. Please report it with these \
         lines,\nthe command line, its input and what `fosterling --version` says: {}.",
        env!("CARGO_PKG_VERSION")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound_and_every_command_has_two_examples() {
        command().debug_assert();
        for c in command().get_subcommands() {
            let help = c.get_after_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            let examples = help.matches("\n  fosterling ").count();
            assert!(examples >= 2, "{}: {help}", c.get_name());
            assert!(c.get_about().is_some(), "{}", c.get_name());
        }
    }
}
