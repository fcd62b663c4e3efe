//! `config`: checks, shows and explains configurations of daemons.
use super::Failure;
use crate::{
    config::{self, Loaded, Overlay, RoleName, schema, show},
    exit::Exit,
};
use clap::{
    Subcommand,
    builder::{PossibleValue, PossibleValuesParser},
};
use std::{
    io::Write,
    path::{Path, PathBuf},
};

/// Checks, shows and explains configurations of daemons; makes keys for a lab.
///
/// A file has a section for each role of its host. What is in force: defaults, then the file, then
/// the environment (FOSTERLING_SGSN__T3), then --set sgsn.t3=2s.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  fosterling config schema sgsn
  fosterling config check ro.toml
  fosterling config show ro.toml --set icf.watchdog=10s
  fosterling config keys --out keys --devices 2";

#[derive(Debug, Subcommand)]
enum Command {
    /// Says whether a file can be used; each mistake with line, column and what to do
    Check {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// A value that counts before that of file and environment
        #[arg(long, value_name = "KEY=VALUE")]
        set: Vec<String>,
    },
    /// Shows the values in force and where each came from; secrets are left out
    Show {
        /// A file, or a role for its defaults
        #[arg(value_name = "ROLE|FILE")]
        what: String,
        /// A value that counts before that of file and environment
        #[arg(long, value_name = "KEY=VALUE")]
        set: Vec<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Explains every key: type, default, what it is for
    Schema {
        /// Only this role's section
        #[arg(value_name = "ROLE", value_parser = role_names())]
        role: Option<String>,
        /// As a JSON schema
        #[arg(long)]
        json: bool,
    },
    Keys(super::config_keys::Args),
}

/// Roles as values that clap completes, lists and suggests.
pub(super) fn role_names() -> PossibleValuesParser {
    let value = |r: RoleName| PossibleValue::new(r.name()).help(r.what());
    RoleName::ALL.map(value).to_vec().into()
}

pub(super) fn config(args: &Args) -> Result<Exit, Failure> {
    let mut out = anstream::stdout().lock();
    match &args.command {
        Command::Check { file, set } => {
            let loaded = load(file, set)?;
            let roles: Vec<&str> = loaded.roles().iter().map(|r| r.name()).collect();
            writeln!(out, "{}: good ({})", file.display(), roles.join(", "))?;
        }
        Command::Show { what, set, json } => match RoleName::find(what) {
            Some(role) if !*json => lines(&show::of_role(role), &mut out)?,
            Some(role) => writeln!(out, "{:#}", schema::json(Some(role)))?,
            None => {
                let loaded = load(Path::new(what), set)?;
                match json {
                    true => writeln!(out, "{:#}", show::json(&loaded))?,
                    false => lines(&show::of_file(&loaded), &mut out)?,
                }
            }
        },
        Command::Schema { role, json } => {
            let role = role.as_deref().and_then(RoleName::find);
            match json {
                true => writeln!(out, "{:#}", schema::json(role))?,
                false => write!(out, "{}", schema::toml(role))?,
            }
        }
        Command::Keys(a) => return super::config_keys::keys(a),
    }
    Ok(Exit::Good)
}

/// A configuration with the environment and what the command line sets.
pub(super) fn load(file: &Path, set: &[String]) -> Result<Loaded, Failure> {
    config::load(file, &Overlay::of_process(set)).map_err(trouble)
}

/// What is told of a file that cannot be used.
pub(super) fn trouble(t: config::Trouble) -> Failure {
    match t {
        config::Trouble::File(path, why) => Failure::file(&path, why),
        config::Trouble::Wrong(m) => Failure::Config(m),
    }
}

fn lines(all: &[show::Line], out: &mut impl Write) -> Result<(), Failure> {
    let wide = |l: &&show::Line| l.origin.is_some() && l.toml.chars().count() <= 48;
    let width = all
        .iter()
        .filter(wide)
        .map(|l| l.toml.chars().count())
        .max();
    let width = width.unwrap_or(0);
    for l in all {
        match &l.origin {
            Some(o) => writeln!(out, "{:<width$}  # {o}", l.toml)?,
            None => writeln!(out, "{}", l.toml)?,
        }
    }
    Ok(())
}
