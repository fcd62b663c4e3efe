//! `config keys`: writes the keys and certificates of a lab.
use super::Failure;
use crate::{
    config::keys::{self, Lab},
    exit::Exit,
};
use engine::Rng;
use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    net::IpAddr,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};
use wire::Plmn;

/// Makes keys, certificates and PCIDs for a lab of several hosts
///
/// Carry each file to the hosts that the list names, and name it in their configurations. Private
/// keys and secrets are readable by their owner alone. Files that are there are not overwritten.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The folder for the files
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The same files for the same number, for tests; without it nobody can make them again
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How many machines get a PCID and a platform credential
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    devices: u32,
    /// The registration operator
    #[arg(long, value_name = "MCC-MNC", default_value = "999-01")]
    ro: Plmn,
    /// The home operator
    #[arg(long, value_name = "MCC-MNC", default_value = "999-02")]
    sho: Plmn,
    /// Where the status of platform credentials is asked: the PVA's `ocsp_uri`
    #[arg(long, value_name = "URI", default_value = "http://127.0.6.1:8080/ocsp")]
    ocsp: String,
    /// A certificate for TLS: of a host of this name with these addresses
    #[arg(long, value_name = "NAME=ADDRESS[,ADDRESS]", value_parser = tls_host)]
    tls: Vec<(String, Vec<IpAddr>)>,
}

/// A name with its addresses.
fn tls_host(text: &str) -> Result<(String, Vec<IpAddr>), String> {
    let (name, all) = text.split_once('=').ok_or("write it as NAME=ADDRESS")?;
    let one = |a: &str| a.parse().map_err(|_| format!("{a:?} is not an IP address"));
    let addresses: Result<_, String> = all.split(',').map(one).collect();
    Ok((name.to_owned(), addresses?))
}

const EXAMPLES: &str = "\
Examples:
  fosterling config keys --out keys
  fosterling config keys --out keys --devices 10 --ocsp http://10.0.6.1:8080/ocsp";

pub(super) fn keys(args: &Args) -> Result<Exit, Failure> {
    let rng = match args.seed {
        Some(n) => Rng::seed(n),
        None => Rng::from_seed(transport::seed()?),
    };
    let lab = Lab {
        ro: args.ro,
        sho: args.sho,
        ocsp_uri: args.ocsp.clone(),
        devices: args.devices,
        device_type: "meter-1".into(),
        version: "1.0".into(),
        tls: args.tls.clone(),
    };
    let made = keys::make(&lab, &rng, transport::calendar());
    let made = made.map_err(|e| Failure::Pipe(io::Error::other(e.to_string())))?;
    let mut out = anstream::stdout().lock();
    let width = made.iter().map(|m| m.name.len()).max().unwrap_or(0);
    for m in &made {
        let path = args.out.join(&m.name);
        write(&path, &m.text, m.secret).map_err(|e| Failure::file(&path, e))?;
        let secret = if m.secret { ", secret" } else { "" };
        writeln!(out, "{:<width$}  {}{secret}", m.name, m.whose)?;
    }
    Ok(Exit::Good)
}

/// A new file; of a secret one only its owner sees anything.
fn write(path: &Path, text: &str, secret: bool) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mode = if secret { 0o600 } else { 0o644 };
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(text.as_bytes())
}
