//! `topology`: who hosts what in a scenario, as text or drawn.
use super::Failure;
use crate::{
    exit::Exit,
    places::Places,
    scenarios,
    topology::{self, Topology, file::Plan, svg},
};
use clap::builder::{PossibleValue, PossibleValuesParser};
use std::{
    io::Write,
    path::{Path, PathBuf},
};

/// Shows which operator hosts which function in a scenario: their networks and addresses.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The scenario
    #[arg(default_value = "alt1", value_parser = names())]
    scenario: String,
    /// A topology of your own in place of a scenario's
    #[arg(long, value_name = "FILE", conflicts_with = "scenario")]
    file: Option<PathBuf>,
    /// Draw it into this file instead
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Second octet of every loopback address
    #[arg(long, value_name = "N", env = "FOSTERLING_NET", default_value_t = 0)]
    net: u8,
}

const EXAMPLES: &str = "\
Examples:
  fosterling topology one-operator
  fosterling topology two-vnos --svg two-vnos.svg
  fosterling topology --file mine.toml";

fn names() -> PossibleValuesParser {
    scenarios::all()
        .map(|s| PossibleValue::new(s.name))
        .collect::<Vec<_>>()
        .into()
}

pub(super) fn show(args: &Args) -> Result<Exit, Failure> {
    let Some(scenario) = scenarios::find(&args.scenario) else {
        return Ok(Exit::Usage);
    };
    let (topology, machines) = match &args.file {
        Some(file) => {
            let plan = load(file)?;
            (plan.topology, plan.machines)
        }
        None => {
            let layout = scenario.layout(scenario.signalling.unwrap_or_default());
            (layout.topology(), layout.devices)
        }
    };
    let places = Places::new(args.net, &topology, machines);
    if let Some(file) = &args.svg {
        std::fs::write(file, svg::draw(&topology, &places))?;
        return Ok(Exit::Good);
    }
    let mut out = anstream::stdout().lock();
    out.write_all(text(&topology, &places).as_bytes())?;
    Ok(Exit::Good)
}

/// Reads a topology of a file.
pub(super) fn load(file: &Path) -> Result<Plan, Failure> {
    topology::file::load(file).map_err(super::config::trouble)
}

/// A block per operator, a line per function.
fn text(topology: &Topology, places: &Places) -> String {
    let mut out = String::new();
    let spots = places.spots();
    for s in spots.iter().filter(|s| s.operator == usize::MAX) {
        out.push_str(&format!(
            "{:<10} {}\n",
            s.site.to_string(),
            places.ip(s.site)
        ));
    }
    for (i, o) in topology.operators.iter().enumerate() {
        let plmns: Vec<_> = o.plmns.iter().map(ToString::to_string).collect();
        out.push_str(format!("{} {}", o.name, plmns.join(", ")).trim_end());
        out.push('\n');
        for s in spots.iter().filter(|s| s.operator == i) {
            let (site, ip) = (s.site.to_string(), places.ip(s.site).to_string());
            let guest = s.plmn.filter(|p| !o.plmns.contains(p));
            let own = guest.map(|p| format!(" ({p})")).unwrap_or_default();
            out.push_str(&format!(
                "  {site:<10} {ip:<14} {}{own}\n",
                s.site.role.what()
            ));
        }
    }
    out
}
