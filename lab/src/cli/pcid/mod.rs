//! `pcid`: what is done with provisional identities.
mod books;
mod issue;
mod plan;
mod stock;

use super::Failure;
use crate::exit::Exit;

/// Plans, issues and keeps provisional identities (PCIDs).
///
/// Those that work on a store take the configuration of the registration operator's daemons: the
/// CCIF's range and keys, the ICF's store. The daemon that has the store is not running then.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  fosterling pcid plan --devices 100000 --session-time 90s --arrival-rate 500 --blocking 0.01
  fosterling pcid issue ro.toml --batch b-1 --count 20 --out batches
  fosterling pcid import ro.toml batches/b-1.icf.json
  fosterling pcid list ro.toml";

#[derive(Debug, clap::Subcommand)]
enum Command {
    Plan(plan::Args),
    Issue(issue::IssueArgs),
    Import(issue::ImportArgs),
    Release(stock::ReleaseArgs),
    List(stock::ListArgs),
    Show(stock::ShowArgs),
}

pub(super) fn pcid(args: &Args) -> Result<Exit, Failure> {
    match &args.command {
        Command::Plan(a) => plan::plan(a),
        Command::Issue(a) => issue::issue(a),
        Command::Import(a) => issue::import(a),
        Command::Release(a) => stock::release(a),
        Command::List(a) => stock::list(a),
        Command::Show(a) => stock::show(a),
    }
}
