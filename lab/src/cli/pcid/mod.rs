//! `pcid`: what is done with provisional identities.
mod plan;

use super::Failure;
use crate::exit::Exit;

/// Plans provisional identities (PCIDs).
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  fosterling pcid plan --devices 100000 --session-time 90s --arrival-rate 500 --blocking 0.01
  fosterling pcid plan --devices 5000 --session-time 10min --arrival-rate 60 --blocking 0.001 --svg plan.svg";

#[derive(Debug, clap::Subcommand)]
enum Command {
    Plan(plan::Args),
}

pub(super) fn pcid(args: &Args) -> Result<Exit, Failure> {
    match &args.command {
        Command::Plan(a) => plan::plan(a),
    }
}
