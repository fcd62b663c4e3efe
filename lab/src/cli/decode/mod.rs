//! `decode`: messages from hex, frames from captures.
mod file;
mod hex;
mod message;

use super::Failure;
use crate::exit::Exit;
use captures::{Layer, Way};
use clap::builder::{PossibleValue, PossibleValuesParser};
use serde_json::{Value as Json, json};

/// Prints messages readably: one given as hex, or all of a pcap or pcapng file.
///
/// With --as PROTOCOL the input is hex, from the command line or from stdin; blanks, colons,
/// dashes, 0x and lines that begin with # are skipped. Without it the input is a capture file
/// (- for stdin).
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Hex octets, or a capture file
    #[arg(value_name = "HEX|FILE")]
    input: Vec<String>,
    /// The input is one message of this protocol, as hex
    #[arg(long = "as", value_name = "PROTOCOL", value_parser = protocols())]
    protocol: Option<String>,
    /// Which way a message of the radio side goes [default: up, where that fails down]
    #[arg(long, requires = "protocol")]
    way: Option<WayArg>,
    /// As JSON: an object per line
    #[arg(long)]
    json: bool,
    /// Of a capture: every element of every message, and the frames' comments
    #[arg(long, short)]
    verbose: bool,
}

const EXAMPLES: &str = "\
Examples:
  fosterling decode 32 01 00 04 00 00 00 00 00 00 00 00 --as gtp
  fosterling decode --as diameter < air.hex
  fosterling decode 08 02 01 36 44 00 f1 10 00 01 01 --as gmm --way down
  fosterling decode fosterling-out/alt1/merged.pcapng
  fosterling decode -v --json capture.pcap";

/// Which way a message goes.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum WayArg {
    /// From the machine to the network
    Up,
    /// From the network to the machine
    Down,
}

impl From<WayArg> for Way {
    fn from(w: WayArg) -> Self {
        match w {
            WayArg::Up => Self::Up,
            WayArg::Down => Self::Down,
        }
    }
}

fn protocols() -> PossibleValuesParser {
    captures::SINGLES
        .iter()
        .map(|(name, text)| PossibleValue::new(*name).help(*text))
        .collect::<Vec<_>>()
        .into()
}

pub(super) fn decode(args: &Args) -> Result<Exit, Failure> {
    match &args.protocol {
        Some(p) => message::decode(p, args),
        None => file::decode(args),
    }
}

/// A message for a program.
fn object(l: &Layer) -> Json {
    match &l.body {
        Ok(body) => json!({ "protocol": l.protocol, "name": l.name, "message": body.json() }),
        Err(e) => json!({ "protocol": l.protocol, "name": l.name, "error": e }),
    }
}

/// A text, each line moved to the right.
fn indented(text: &str, by: usize) -> String {
    let pad = " ".repeat(by);
    let lines = text.lines().map(|l| format!("{pad}{l}\n"));
    lines.collect()
}

const BOLD: anstyle::Style = anstyle::Style::new().bold();
const DIM: anstyle::Style = anstyle::Style::new().dimmed();
const RED: anstyle::Style = anstyle::AnsiColor::Red.on_default();
