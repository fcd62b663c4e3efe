//! `node`: one role, or several, as a daemon.
mod capture;
mod director;
mod log;
mod nodes;
mod store;
mod watched;

use super::{Failure, config};
use crate::{
    admin,
    carriers::Carriers,
    config::{RoleName, sections::Tls, types::Chain},
    exit::Exit,
};
use director::Daemon;
use std::{net::TcpListener, path::PathBuf, rc::Rc};
use transport::{BindError, Driver};

/// Runs roles as a daemon, until SIGTERM.
///
/// The file says who they are, where they listen and whom they know; `fosterling config` explains
/// it. Roles of one operator may share a process, and then need no tunnel between them. SIGTERM
/// takes leave of peers, closes the store and ends with 0.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// What to be
    #[arg(value_name = "ROLE", required = true, value_parser = config::role_names())]
    roles: Vec<String>,
    /// The configuration
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// A value that counts before that of file and environment
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// A capture of all that is sent and received (pcapng)
    #[arg(long, value_name = "FILE")]
    capture: Option<PathBuf>,
    /// Log lines as JSON
    #[arg(long)]
    log_json: bool,
}

const EXAMPLES: &str = "\
Examples:
  fosterling node sgsn --config vno.toml
  fosterling node ggsn icf drf dpf --config ro.toml --capture ro.pcapng --set log.level=debug";

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let loaded = config::load(&args.config, &args.set)?;
    let mut roles: Vec<RoleName> = args
        .roles
        .iter()
        .filter_map(|r| RoleName::find(r))
        .collect();
    roles.sort();
    roles.dedup();
    log::start(loaded.config.log.as_ref(), args.log_json);
    let nodes::Made {
        placed,
        store,
        tasks,
    } = nodes::make(&loaded, &roles)?;
    let names: Vec<_> = placed
        .iter()
        .map(|(role, p)| (p.name.clone(), role.name()))
        .collect();
    let board = admin::Shared::new(names.clone());
    if let Some(a) = &loaded.config.admin {
        let at = a.listen.0;
        let taken = TcpListener::bind(at).and_then(|l| admin::serve(l, board.clone()));
        taken.map_err(|e| Failure::Machine {
            what: format!("tcp address {at} (admin port) cannot be taken: {e}"),
            help: "give `admin.listen` another address or port".into(),
        })?;
        if !at.ip().is_loopback() {
            tracing::warn!(
                "the admin port {at} can be reached from outside, and asks nobody who he is"
            );
        }
    }
    let mut layers = Carriers::default();
    if let Some(tls) = &loaded.config.tls {
        for (name, _) in &names {
            layers.identify(name, identity(tls)?);
        }
    }
    let watched = placed.into_iter().enumerate();
    let watched = watched
        .map(|(i, (_, p))| watched::watch(i, p, &board))
        .collect();
    let options = transport::Options {
        layers: Some(Rc::new(layers)),
        both_ways: true,
        sctp_addresses: loaded
            .config
            .sctp
            .as_ref()
            .map_or_else(Vec::new, |s| s.addresses.clone()),
        ..Default::default()
    };
    let driver = Driver::bind(watched, store, options).map_err(taken)?;
    // no file is touched before all addresses are taken
    let capture = args
        .capture
        .as_deref()
        .map(capture::Capture::create)
        .transpose();
    let capture = capture.map_err(|(path, why)| Failure::file(&path, why))?;
    let names: Vec<String> = names.into_iter().map(|n| n.0).collect();
    let mut daemon = Daemon::new(names, board, capture, tasks);
    driver.run(&mut daemon).map_err(|e| Failure::Machine {
        what: e.to_string(),
        help: "`fosterling config show` names the stores and where they come from".into(),
    })?;
    daemon.end()
}

/// Who the nodes of this process are on TLS.
fn identity(t: &Tls) -> Result<transport::tls::Identity, Failure> {
    let der = |all: &Chain| -> Vec<Vec<u8>> { all.0.iter().map(|c| c.der().to_vec()).collect() };
    let (chain, roots) = (der(&t.certificate), der(&t.roots));
    let wrong = |e: String| Failure::Settings {
        what: format!("[tls] cannot be used: {e}"),
        help: "certificate, key and roots belong together".into(),
    };
    let key = t.key.to_pkcs8().map_err(|e| wrong(e.to_string()))?;
    transport::tls::Identity::new(&chain, &key, &roots, false).map_err(|e| wrong(e.to_string()))
}

fn taken(e: BindError) -> Failure {
    Failure::Machine {
        what: e.to_string(),
        help: format!(
            "`ss -lnp` shows who has it; --set gives {} another one",
            e.node
        ),
    }
}
