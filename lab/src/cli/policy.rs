//! `policy`: checks a home operator's rules, and says why a decision is what it is.
use super::Failure;
use crate::{exit::Exit, policy};
use clap::{
    Subcommand,
    builder::{PossibleValue, PossibleValuesParser},
};
use operators::sho::{self, Decision, Facts, Outcome, Validation};
use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    time::Duration,
};
use wire::Plmn;

/// Checks a home operator's rules, and says why a decision is what it is.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  fosterling policy check policy.toml
  fosterling policy explain policy.toml --device-type meter-1 --visited 001-01 --count 2
  fosterling policy decision d-0011223344556677 --sho 127.0.4.2:8080";

#[derive(Debug, Subcommand)]
enum Command {
    /// Says whether a file of rules can be used; each mistake with line, column and what to do
    Check {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Says which rule decides about a machine, and why those before it do not
    Explain {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        facts: Machine,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Looks a decision up at a SHO: the rule, and what it was decided by
    Decision {
        /// Its id
        #[arg(value_name = "ID")]
        id: String,
        /// The SHO's API
        #[arg(long, value_name = "ADDRESS:PORT")]
        sho: SocketAddr,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

/// What is known of a machine.
#[derive(Debug, clap::Args)]
struct Machine {
    /// Its type
    #[arg(long, value_name = "TYPE", default_value = "meter-1")]
    device_type: String,
    /// Its TRE's version
    #[arg(long, value_name = "VERSION", default_value = "1.0")]
    tre_version: String,
    /// The visited network, MCC-MNC; its MCC is the location
    #[arg(long, value_name = "PLMN")]
    visited: Option<Plmn>,
    /// How often it was provisioned before
    #[arg(long, value_name = "N", default_value_t = 0)]
    count: u32,
    /// Since how many seconds its PCID is attached
    #[arg(long, value_name = "SECONDS")]
    pcid_age: Option<u64>,
    /// What validation says
    #[arg(long, value_name = "RESULT", default_value = "good", value_parser = results())]
    validation: String,
}

fn results() -> PossibleValuesParser {
    let names = Validation::ALL.map(|v| PossibleValue::new(v.1));
    names.to_vec().into()
}

impl Machine {
    fn facts(&self) -> Facts {
        let result = Validation::ALL.iter().find(|v| v.1 == self.validation);
        Facts {
            device_type: self.device_type.clone(),
            tre_version: self.tre_version.clone(),
            visited: self.visited.map(crate::build::plmn_text),
            count: self.count,
            pcid_age: self.pcid_age,
            validation: result.map(|v| v.0).unwrap_or_default(),
        }
    }
}

pub(super) fn policy(args: &Args) -> Result<Exit, Failure> {
    let mut out = anstream::stdout().lock();
    match &args.command {
        Command::Check { file } => {
            let rules = policy::load(file).map_err(super::config::trouble)?;
            writeln!(out, "{}: good ({} rules)", file.display(), rules.len())?;
        }
        Command::Explain { file, facts, json } => {
            let rules = policy::load(file).map_err(super::config::trouble)?;
            explain(&rules, &facts.facts(), *json, &mut out)?;
        }
        Command::Decision { id, sho, json } => {
            let body = fetch(*sho, id)?;
            match (json, serde_json::from_str::<Decision>(&body)) {
                (false, Ok(d)) => tell(&d, &mut out)?,
                _ => writeln!(out, "{body}")?,
            }
        }
    }
    Ok(Exit::Good)
}

/// Every rule up to the one that decides, and the outcome.
fn explain(rules: &[sho::Rule], facts: &Facts, json: bool, out: &mut impl Write) -> io::Result<()> {
    let decides = sho::decide(rules, facts);
    let outcome = decides.map_or(Outcome::Deny, |r| r.outcome);
    let tried = rules.iter().take_while(|r| !r.misses(facts).is_empty());
    if json {
        let tried = tried.map(|r| serde_json::json!({ "rule": r.name, "misses": r.misses(facts) }));
        let all = serde_json::json!({
            "outcome": outcome, "rule": decides.map(|r| &r.name), "facts": facts,
            "tried": tried.collect::<Vec<_>>(),
        });
        return writeln!(out, "{all:#}");
    }
    for r in tried {
        writeln!(
            out,
            "{}: does not fit: {}",
            r.name,
            r.misses(facts).join("; ")
        )?;
    }
    match decides {
        Some(r) => writeln!(out, "{}: fits\n{outcome}", r.name),
        None => writeln!(out, "no rule fits\n{outcome}"),
    }
}

fn tell(d: &Decision, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{} of {}: {}", d.decision, d.at, d.outcome)?;
    writeln!(out, "because      {}", d.because)?;
    writeln!(out, "machine      {}", d.m2me_id)?;
    writeln!(out, "registration {}", d.registration)?;
    let Some(f) = &d.facts else { return Ok(()) };
    let text = |o: Option<String>| o.unwrap_or_else(|| "unknown".into());
    for (what, is) in [
        ("device type ", f.device_type.clone()),
        ("TRE version ", f.tre_version.clone()),
        ("visited     ", text(f.visited.clone())),
        ("location    ", text(f.country().map(str::to_owned))),
        ("validation  ", f.validation.to_string()),
        ("provisioned ", format!("{} times before", f.count)),
        ("PCID age    ", text(f.pcid_age.map(|s| format!("{s} s")))),
    ] {
        writeln!(out, "{what} {is}")?;
    }
    Ok(())
}

/// `GET /sho/decisions/{id}`.
fn fetch(sho: SocketAddr, id: &str) -> Result<String, Failure> {
    const PATIENCE: Duration = Duration::from_secs(5);
    let ask = || -> io::Result<String> {
        let mut c = TcpStream::connect_timeout(&sho, PATIENCE)?;
        c.set_read_timeout(Some(PATIENCE))?;
        let ask =
            format!("GET /sho/decisions/{id} HTTP/1.1\r\nHost: {sho}\r\nConnection: close\r\n\r\n");
        c.write_all(ask.as_bytes())?;
        let mut text = String::new();
        c.read_to_string(&mut text)?;
        Ok(text)
    };
    let usage = |what: String, help: &str| Failure::Usage {
        what,
        help: help.to_owned(),
    };
    if !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        let help = "it stands in the 403 of a refusal, and in the SHO's log: d- and 16 digits";
        return Err(usage(format!("{id:?} is no decision's id"), help));
    }
    let text = ask()?;
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
    match head.split(' ').nth(1) {
        Some("200") => Ok(body.to_owned()),
        _ => {
            let help = "the SHO that decided keeps its decisions, over restarts with `store`";
            Err(usage(format!("{sho} knows no decision {id}"), help))
        }
    }
}
