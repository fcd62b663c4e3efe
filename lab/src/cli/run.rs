//! `run`: what the command line says of it.
use super::{Failure, args::RunArgs, topology};
use crate::{
    run::cut::Cut,
    scenarios::{self, Number, Signalling},
};
use clap::builder::{PossibleValue, PossibleValuesParser};
use engine::Carrier;
use std::{net::SocketAddr, path::PathBuf};

/// Runs a scenario: all parties, real wires, captures of every leg, a verdict.
///
/// On sockets of this machine (127.N.x.y, no rights needed), or in virtual time. Ends with 0 when
/// everything that the scenario promises was seen: a failure scenario promises its failure.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The scenario
    #[arg(default_value = "alt1", hide_default_value = false, value_parser = names())]
    scenario: String,
    /// Every scenario that can be run here, each into a folder of its own, with a table of verdicts
    #[arg(long, conflicts_with_all = ["scenario", "relay", "stp"])]
    all: bool,
    /// Of all scenarios those with one of these numbers, as R42,T6
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', requires = "all", value_parser = number)]
    only: Vec<Number>,
    /// Folder for captures, ladder and verdict [default: fosterling-out/SCENARIO]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Second octet of every loopback address: runs beside another one
    #[arg(long, value_name = "N", env = "FOSTERLING_NET", default_value_t = 0)]
    net: u8,
    /// In virtual time: no socket, and the same files for the same seed
    #[arg(long = "virtual")]
    virtual_time: bool,
    /// What a virtual run draws its randomness from
    #[arg(long, value_name = "N", default_value_t = 1, requires = "virtual_time")]
    seed: u64,
    /// Who hosts what, by a file: a topology of your own in place of the scenario's
    #[arg(long, value_name = "FILE", conflicts_with_all = ["all", "signalling", "relay", "stp"])]
    topology: Option<PathBuf>,
    /// A node loses its power after so many messages of the ladder, and has it again two seconds
    /// later, with nothing but what it keeps in its store
    #[arg(
        long,
        value_name = "NODE@N",
        requires = "virtual_time",
        conflicts_with = "all"
    )]
    cut: Option<Cut>,
    /// What carries Diameter: SCTP in UDP needs no rights, sctp-raw needs root, sctp the kernel's
    /// SCTP; auto takes the best that is there
    #[arg(long, value_name = "NAME", default_value = "sctp-udp", value_parser = transports())]
    transport: String,
    /// How home networks are asked: s6d is Diameter, map is MAP over M3UA through a transfer point,
    /// gsup is Osmocom's protocol through a proxy
    #[arg(long, value_name = "NAME", default_value = "s6d", value_parser = signallings())]
    signalling: String,
    /// Write the secrets of TLS into the captures, so that they open in Wireshark
    #[arg(long)]
    tls_secrets: bool,
    /// Switch off what is done against a threat: its scenario has to fail then
    #[arg(long, value_name = "THREAT", value_parser = threat)]
    weaken: Option<Number>,
    /// Reach the HLRs through another program's Diameter agent at this address, whose identity is
    /// relay.epc.mnc001.mcc001.3gppnetwork.org; the device is switched on once it has connected
    #[arg(long, value_name = "ADDRESS", conflicts_with = "virtual_time")]
    relay: Option<SocketAddr>,
    /// Reach the HLRs through another program's transfer point (M3UA) at this address: it has to know
    /// the points 201 at 127.N.2.1 (SGSN), 301 at 127.N.3.1 (ICF) and 401 at 127.N.4.1 (HLR)
    #[arg(long, value_name = "ADDRESS", conflicts_with = "virtual_time")]
    stp: Option<SocketAddr>,
    /// The verdict as JSON on stdout
    #[arg(long)]
    json: bool,
    /// No ladder while it runs
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  fosterling run
  fosterling run resync --net 9 --out resync
  fosterling run --transport tls --tls-secrets
  fosterling run wrong-key --virtual --seed 7
  fosterling run --virtual --cut DPF@40
  fosterling run --topology mine.toml
  fosterling run resync --signalling map
  fosterling run --all --virtual --only R15,T3 --weaken T3";

/// A number that some scenario has.
fn number(text: &str) -> Result<Number, String> {
    let number: Number = text.parse()?;
    match scenarios::all().any(|s| number.of(s)) {
        true => Ok(number),
        false => Err(format!(
            "no scenario is about {number}; `fosterling scenarios` lists them"
        )),
    }
}

/// A threat that some scenario is about.
fn threat(text: &str) -> Result<Number, String> {
    match number(text)? {
        n if n.letter == 'T' => Ok(n),
        n => Err(format!("{n} is no threat: T1 to T19 are")),
    }
}

/// Scenarios as values that clap completes, lists and suggests.
fn names() -> PossibleValuesParser {
    scenarios::all()
        .map(|s| PossibleValue::new(s.name).help(s.text))
        .collect::<Vec<_>>()
        .into()
}

/// The names of the ways to ask home networks.
fn signallings() -> PossibleValuesParser {
    let names = Signalling::ALL.iter().map(|s| s.0);
    names.collect::<Vec<_>>().into()
}

/// The carriers' names, and `auto`.
fn transports() -> PossibleValuesParser {
    let names = Carrier::ALL.iter().map(|c| c.0);
    names.chain(["auto"]).collect::<Vec<_>>().into()
}

impl TryFrom<Args> for RunArgs {
    type Error = Failure;

    fn try_from(a: Args) -> Result<Self, Failure> {
        let topology = a.topology.as_deref().map(topology::load).transpose()?;
        Ok(Self {
            topology,
            scenario: a.scenario,
            all: a.all.then_some(a.only),
            out: a.out,
            net: a.net,
            virtual_time: a.virtual_time,
            seed: a.seed,
            cut: a.cut,
            transport: Carrier::ALL
                .iter()
                .find(|c| c.0 == a.transport)
                .map(|c| c.1),
            signalling: Signalling::ALL
                .iter()
                .find(|s| s.0 == a.signalling)
                .map_or_else(Default::default, |s| s.1),
            tls_secrets: a.tls_secrets,
            relay: a.relay,
            stp: a.stp,
            weaken: a.weaken.map(|t| t.number),
            // a program that reads the verdict wants nothing else on stdout
            quiet: a.quiet || a.json,
            json: a.json,
        })
    }
}
