//! `scenarios`: what can be run.
use super::{Failure, table};
use crate::{
    exit::Exit,
    scenarios::{self, Scenario},
};
use serde_json::{Value as Json, json};
use std::io::Write;

/// Lists the scenarios: what each shows, its requirements and threats, the rights it needs.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// As JSON: a list of objects
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  fosterling scenarios
  fosterling scenarios --json";

pub(super) fn list(args: &Args) -> Result<Exit, Failure> {
    let mut out = anstream::stdout().lock();
    if args.json {
        let all: Json = scenarios::all().map(object).collect();
        writeln!(out, "{all:#}")?;
        return Ok(Exit::Good);
    }
    let names = scenarios::all().map(|s| s.name.len()).max().unwrap_or(0);
    for s in scenarios::all() {
        let text = format!("{} ({})", s.text, scenarios::about(s));
        for line in table::row(&[(s.name, names), (&text, table::WIDTH - names - 2)], 0) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(Exit::Good)
}

fn object(s: &Scenario) -> Json {
    let named =
        |letter: char, n: &[u8]| -> Json { n.iter().map(|n| format!("{letter}{n}")).collect() };
    json!({
        "name": s.name,
        "text": s.text,
        "requirements": named('R', s.requirements),
        "threats": named('T', s.threats),
        "rights": s.rights,
    })
}
