//! `scenarios`: what can be run.
use super::{Failure, table};
use crate::{
    exit::Exit,
    scenario::{SCENARIOS, Scenario},
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
        let all: Json = SCENARIOS.iter().map(object).collect();
        writeln!(out, "{all:#}")?;
        return Ok(Exit::Good);
    }
    let names = SCENARIOS.iter().map(|s| s.name.len()).max().unwrap_or(0);
    for s in SCENARIOS {
        let mut about = vec![ranges('R', s.requirements)];
        if !s.threats.is_empty() {
            about.push(ranges('T', s.threats));
        }
        if !s.rights.is_empty() {
            about.push(format!("needs {}", s.rights));
        }
        let text = format!("{} ({})", s.text, about.join("; "));
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

/// Numbers as `R11-R13, R15`.
fn ranges(letter: char, numbers: &[u8]) -> String {
    let runs = numbers.chunk_by(|a, b| a.checked_add(1) == Some(*b));
    let texts = runs.filter_map(|run| match run {
        [] => None,
        [one] => Some(format!("{letter}{one}")),
        [first, .., last] => Some(format!("{letter}{first}-{letter}{last}")),
    });
    texts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_make_a_range() {
        assert_eq!(ranges('R', &[11, 12, 13, 15]), "R11-R13, R15");
        assert_eq!(ranges('T', &[]), "");
        assert_eq!(ranges('T', &[255, 1]), "T255, T1");
    }
}
