//! `pcid plan`: how many PCIDs a fleet needs.
use super::super::Failure;
use crate::{config::types::Span, exit::Exit};
use engine::Rng;
use operators::ccif::plan::{Fleet, Plan, draw};
use serde_json::json;
use std::{io::Write, path::PathBuf};

/// How many PCIDs a fleet needs, by Erlang's formula and by simulation
///
/// A PCID is in use from the attach to its release. Devices come at random, and one that finds no
/// PCID free is turned away: it tries again later. The formula holds for endless many devices; the
/// simulation shows how far chance may be away from it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Devices in all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    devices: u64,
    /// How long a device holds a PCID: 90s, 10min, 1h
    #[arg(long, value_name = "TIME", value_parser = time)]
    session_time: Span,
    /// Devices that are switched on for the first time, per hour
    #[arg(long, value_name = "PER_HOUR", value_parser = positive)]
    arrival_rate: f64,
    /// The share of them that may be turned away at first: 0.01 is one in a hundred
    #[arg(long, value_name = "SHARE", value_parser = share)]
    blocking: f64,
    /// What the simulation draws its randomness from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Draw it into this file as well
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// The plan as JSON on stdout
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  fosterling pcid plan --devices 100000 --session-time 90s --arrival-rate 500 --blocking 0.01
  fosterling pcid plan --devices 40 --session-time 1h --arrival-rate 6 --blocking 0.02 --json";

fn time(text: &str) -> Result<Span, String> {
    let span: Span = text.parse()?;
    match span.0.is_zero() {
        true => Err("a session takes some time".into()),
        false => Ok(span),
    }
}

fn positive(text: &str) -> Result<f64, String> {
    let n: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    match n.is_finite() && n > 0.0 {
        true => Ok(n),
        false => Err("it must be above 0".into()),
    }
}

fn share(text: &str) -> Result<f64, String> {
    let n = positive(text)?;
    match n < 1.0 {
        true => Ok(n),
        false => Err("a share is below 1: 0.01 is one in a hundred".into()),
    }
}

pub(super) fn plan(args: &Args) -> Result<Exit, Failure> {
    let fleet = Fleet {
        devices: args.devices,
        session: args.session_time.0,
        per_hour: args.arrival_rate,
        blocking: args.blocking,
    };
    let plan = match fleet.plan(&Rng::seed(args.seed)) {
        Ok(plan) => plan,
        Err(wrong) => {
            anstream::eprintln!("fosterling: {wrong}");
            return Ok(Exit::Usage);
        }
    };
    if let Some(file) = &args.svg {
        std::fs::write(file, draw(&fleet, &plan)).map_err(|e| Failure::file(file, e))?;
    }
    let text = match args.json {
        true => format!("{:#}\n", object(&fleet, &plan)),
        false => table(&fleet, &plan),
    };
    anstream::stdout().lock().write_all(text.as_bytes())?;
    Ok(Exit::Good)
}

/// Whether the fleet is so small that its size shows.
fn is_small(fleet: &Fleet, plan: &Plan) -> bool {
    fleet.devices < u64::from(plan.needed).saturating_mul(20)
}

fn table(fleet: &Fleet, plan: &Plan) -> String {
    let small = is_small(fleet, plan);
    let mut out = format!(
        "{} devices need {} PCIDs: {:.2} in use on average, at most {} of the devices turned away\n\n",
        fleet.devices, plan.needed, plan.offered, fleet.blocking
    );
    let engset = if small { "    Engset" } else { "" };
    out.push_str(&format!(
        "{:>8}  {:>9}{engset}  {:>9}  {}\n",
        "PCIDs", "Erlang B", "simulated", "within"
    ));
    for row in &plan.rows {
        let engset = match small {
            true => format!("  {:>8.5}", row.engset),
            false => String::new(),
        };
        let mark = if row.pcids == plan.needed { "  <" } else { "" };
        let s = row.simulated;
        out.push_str(&format!(
            "{:>8}  {:>9.5}{engset}  {:>9.5}  {:.5}{mark}\n",
            row.pcids, row.erlang, s.share, s.within
        ));
    }
    if small {
        out.push_str("\nEngset's formula counts the devices; Erlang's and the simulation take endless many.\n");
    }
    out
}

fn object(fleet: &Fleet, plan: &Plan) -> serde_json::Value {
    let rows = plan.rows.iter().map(|r| {
        json!({
            "pcids": r.pcids, "erlang_b": r.erlang, "engset": r.engset,
            "simulated": r.simulated.share, "within": r.simulated.within,
        })
    });
    json!({
        "devices": fleet.devices,
        "session_time": fleet.session.as_secs_f64(),
        "arrival_rate": fleet.per_hour,
        "blocking": fleet.blocking,
        "offered": plan.offered,
        "needed": plan.needed,
        "rows": rows.collect::<Vec<_>>(),
    })
}
