//! The stock visited network: Debian's osmo-sgsn and osmo-ggsn, untouched, in a network namespace of
//! their own, with their users' packets led to the registration operator's Gi network and nowhere
//! else (R2, R16).
//!
//! | file | what |
//! |---|---|
//! | `namespace` | a network namespace for this thread, addresses, routes, the wall |
//! | `program` | a program of others: started, waited for, ended |
//! | `settings` | what osmo-sgsn and osmo-ggsn are told |
//! | `gi` | user packets between the kernel's TUN devices and our nodes |
mod gi;
mod namespace;
mod program;
mod settings;

use crate::places::{Inner, Places, Role};
use namespace::Namespace;
use program::Program;
use std::{
    io,
    path::{Path, PathBuf},
};

/// The TUN device of our own, and those of osmo-ggsn for each kind of user.
const GI: &str = "gi0";
const RO_USERS: &str = "tun-ro";
const SHO_USERS: &str = "tun-sho";

/// Packages of Debian, and the program that each is wanted for.
const PROGRAMS: [(&str, &str); 4] = [
    ("osmo-sgsn", "osmo-sgsn"),
    ("osmo-ggsn", "osmo-ggsn"),
    ("ip", "iproute2"),
    ("nft", "nftables"),
];

/// What this machine lacks for it, and how to come by it.
pub fn lacks() -> Option<String> {
    let missing: Vec<&str> = PROGRAMS
        .iter()
        .filter(|p| program::find(p.0).is_none())
        .map(|p| p.1)
        .collect();
    if !missing.is_empty() {
        let all = missing.join(" ");
        return Some(format!(
            "{all}: not installed; `apt-get install --no-install-recommends {all}`"
        ));
    }
    match nix::unistd::geteuid().is_root() {
        true => None,
        false => Some("a network namespace and TUN devices take root: run it with sudo".into()),
    }
}

/// The visited network of others, from its start to its end.
#[derive(Debug)]
pub struct Stock {
    // dropped in this order: programs end before their namespace is left
    sgsn: Option<Program>,
    _ggsn: Program,
    _gi: gi::Bridge,
    _namespace: Namespace,
    places: Places,
    folder: PathBuf,
}

impl Stock {
    /// Enters a namespace and starts the gateway in it, behind the wall where there is one. `folder`
    /// takes configurations and logs.
    ///
    /// # Errors
    /// What the system refuses, or that the gateway does not come up.
    pub fn start(places: &Places, wall: bool, folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let namespace = Namespace::enter()?;
        let inner = Inner(0);
        let gi = gi::Bridge::new(
            GI,
            places.at(Role::RoGgsn, engine::GRE_UDP),
            &[
                (inner.drf(), places.at(Role::Drf, engine::GRE_UDP)),
                (inner.dpf(), places.at(Role::Dpf, engine::GRE_UDP)),
            ],
        )?;
        namespace.device(GI)?;
        // that SGSN has no setting for where it asks from
        namespace.source(places.ip(Role::GsupProxy), places.ip(Role::Sgsn))?;
        let text = settings::ggsn(places, folder);
        let ggsn = Program::start("osmo-ggsn", folder, &text)?;
        ggsn.ready(settings::GGSN_CONSOLE)?;
        if wall {
            namespace.wall(GI, RO_USERS, &[inner.drf(), inner.dpf()])?;
        }
        Ok(Self {
            sgsn: None,
            _ggsn: ggsn,
            _gi: gi,
            _namespace: namespace,
            places: places.clone(),
            folder: folder.to_owned(),
        })
    }

    /// Starts the SGSN, once the proxy that it asks listens.
    ///
    /// # Errors
    /// It does not come up.
    pub fn serve(&mut self, name: &str) -> io::Result<()> {
        let text = settings::sgsn(&self.places, name, &self.folder);
        let sgsn = Program::start("osmo-sgsn", &self.folder, &text)?;
        sgsn.ready(settings::SGSN_CONSOLE)?;
        self.sgsn = Some(sgsn);
        Ok(())
    }
}
