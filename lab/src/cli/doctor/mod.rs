//! `doctor`: what this machine offers.
mod probe;
mod sockets;

use super::{Failure, table};
use crate::exit::Exit;
use probe::Finding;
use serde_json::{Value as Json, json};
use std::io::Write;

/// Says what this machine offers, what each thing is good for, and how to get it.
///
/// Ends with 4 where something that `fosterling run` needs is missing.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The net of the run whose addresses are tried
    #[arg(long, value_name = "N", env = "FOSTERLING_NET", default_value_t = 0)]
    net: u8,
    /// As JSON: a list of objects
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  fosterling doctor
  fosterling doctor --net 9 --json";

pub(super) fn examine(args: &Args) -> Result<Exit, Failure> {
    let mut findings = sockets::findings(args.net);
    findings.extend(probe::findings());
    let mut out = anstream::stdout().lock();
    if args.json {
        let all: Json = findings.iter().map(object).collect();
        writeln!(out, "{all:#}")?;
    } else {
        for f in &findings {
            print(f, &mut out)?;
        }
    }
    let missing: Vec<_> = findings.iter().filter(|f| f.needed && !f.there).collect();
    if missing.is_empty() {
        return Ok(Exit::Good);
    }
    let names: Vec<_> = missing.iter().map(|f| f.thing.as_str()).collect();
    drop(out);
    anstream::eprintln!("`fosterling run` lacks: {}", names.join(", "));
    Ok(Exit::Environment)
}

/// Widths of thing and answer.
const THING: usize = 24;
const ANSWER: usize = 3;

fn print(f: &Finding, out: &mut impl Write) -> std::io::Result<()> {
    let answer = if f.there { "yes" } else { "no" };
    let text = format!(
        "{}{}{}",
        f.detail,
        if f.detail.is_empty() { "" } else { "; " },
        f.advice
    );
    let rest = table::WIDTH - THING - ANSWER - 4;
    let lines = table::row(&[(&f.thing, THING), (answer, ANSWER), (&text, rest)], 0);
    let style = match (f.there, f.needed) {
        (true, _) => anstyle::AnsiColor::Green.on_default(),
        (false, true) => anstyle::AnsiColor::Red.on_default().bold(),
        (false, false) => anstyle::AnsiColor::Yellow.on_default(),
    };
    for line in lines {
        // only the answer is coloured
        let (thing, rest) = line.split_at(line.len().min(THING + 2));
        let (answer, rest) = rest.split_at(rest.len().min(ANSWER));
        writeln!(out, "{thing}{style}{answer}{style:#}{rest}")?;
    }
    Ok(())
}

fn object(f: &Finding) -> Json {
    json!({
        "thing": f.thing,
        "there": f.there,
        "needed": f.needed,
        "detail": f.detail,
        "advice": f.advice,
    })
}
