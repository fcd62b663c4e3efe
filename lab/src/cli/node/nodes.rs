//! The nodes of a daemon, by the sections of its configuration.
use super::{Failure, store::Stores};
use crate::{
    build::{self, Health, Who},
    config::{
        Loaded, RoleName,
        roles::Config,
        sections::{self, Network},
    },
    nodes::{AnyCommand, AnyNode},
};
use engine::{Placed, Rng};
use m2me_ue::Command;
use std::{net::Ipv4Addr, path::PathBuf, rc::Rc, time::Duration};

/// What is done with a node by itself.
pub(super) struct Task {
    /// The node.
    pub(super) node: usize,
    /// What it is told.
    pub(super) commands: Rc<dyn Fn() -> Vec<AnyCommand>>,
    /// Whether it is told so at the start.
    pub(super) at_start: bool,
    /// After which of its events it is told so again.
    pub(super) after: &'static [&'static str],
    /// And how long after.
    pub(super) again: Option<Duration>,
}

/// Nodes that are ready to run.
pub(super) struct Made {
    /// The nodes with their roles.
    pub(super) placed: Vec<(RoleName, Placed<AnyNode>)>,
    /// Where their records are.
    pub(super) store: Stores,
    /// What is done with them.
    pub(super) tasks: Vec<Task>,
}

/// Makes the nodes of these roles.
pub(super) fn make(loaded: &Loaded, roles: &[RoleName]) -> Result<Made, Failure> {
    let there = loaded.roles();
    for role in roles {
        if !there.contains(role) {
            let names: Vec<&str> = there.iter().map(|r| r.name()).collect();
            return Err(Failure::Settings {
                what: format!("{} has no section [{}]", loaded.name, role.name()),
                help: format!(
                    "it has {}; `fosterling config schema {}` shows what to write",
                    names.join(", "),
                    role.name()
                ),
            });
        }
    }
    inner_networks(&loaded.config, roles)?;
    let mut maker = Maker {
        rng: Rng::from_seed(transport::seed()?),
        folder: PathBuf::from(&loaded.name)
            .parent()
            .map(PathBuf::from)
            .unwrap_or_default(),
        made: Made {
            placed: Vec::new(),
            store: Stores::default(),
            tasks: Vec::new(),
        },
    };
    for role in roles {
        maker.role(&loaded.config, *role)?;
    }
    Ok(maker.made)
}

/// Whoever is on the RO's Gi network reaches the others: in this process, or by a tunnel.
fn inner_networks(c: &Config, roles: &[RoleName]) -> Result<(), Failure> {
    let gi = c
        .ggsn
        .as_ref()
        .filter(|g| matches!(g.network, Network::Ro(_)));
    let members = [
        (
            RoleName::Ggsn,
            "ggsn.tunnel",
            gi.map(|g| g.tunnel.is_some()),
        ),
        (
            RoleName::Drf,
            "drf.inner.tunnel",
            c.drf.as_ref().map(|d| d.inner.tunnel.is_some()),
        ),
        (
            RoleName::Dpf,
            "dpf.inner.tunnel",
            c.dpf.as_ref().map(|d| d.inner.tunnel.is_some()),
        ),
    ];
    let here: Vec<_> = members
        .iter()
        .filter(|m| roles.contains(&m.0))
        .filter_map(|m| Some((m.1, m.2?)))
        .collect();
    let all = here.len() == members.len();
    match here.iter().find(|m| !m.1) {
        Some((key, _)) if !all => Err(Failure::Settings {
            what: format!("no packet of a device gets here: there is no `{key}`"),
            help: format!(
                "run `fosterling node ggsn drf dpf` in one process, or add a table [{key}]"
            ),
        }),
        _ => Ok(()),
    }
}

struct Maker {
    rng: Rng,
    folder: PathBuf,
    made: Made,
}

impl Maker {
    fn add(
        &mut self,
        role: RoleName,
        name: &str,
        build: impl FnOnce(&Who<'_>) -> Placed<AnyNode>,
    ) -> usize {
        let who = Who {
            name,
            rng: self.rng.stream(name),
        };
        self.made.placed.push((role, build(&who)));
        self.made.placed.len() - 1
    }

    /// The number of this start, where it is kept.
    fn restart(
        &self,
        role: &str,
        address: Ipv4Addr,
        folder: &Option<PathBuf>,
    ) -> Result<u8, Failure> {
        let Some(folder) = folder else { return Ok(1) };
        let folder = self.folder.join(folder);
        std::fs::create_dir_all(&folder).map_err(|e| Failure::file(&folder, e))?;
        store::restart_counter(folder.join(format!("{role}-{address}.restart"))).map_err(unkept)
    }

    fn task(
        &mut self,
        node: usize,
        after: &'static [&'static str],
        at_start: bool,
        again: Option<Duration>,
        commands: impl Fn() -> Vec<AnyCommand> + 'static,
    ) {
        self.made.tasks.push(Task {
            node,
            commands: Rc::new(commands),
            at_start,
            after,
            again,
        });
    }

    fn role(&mut self, c: &Config, role: RoleName) -> Result<(), Failure> {
        match role {
            RoleName::M2me => {
                if let Some(m) = &c.m2me {
                    self.machines(m)?;
                }
            }
            RoleName::Sgsn => {
                if let Some(s) = &c.sgsn {
                    let restart = self.restart("sgsn", s.address, &s.state)?;
                    self.add(role, "SGSN", |w| build::sgsn(s, restart, w));
                }
            }
            RoleName::Ggsn => {
                if let Some(g) = &c.ggsn {
                    let restart = self.restart("ggsn", g.address, &g.state)?;
                    self.add(role, "GGSN", |w| build::ggsn(g, restart, w));
                }
            }
            RoleName::Hlr => {
                if let Some(h) = &c.hlr {
                    let mut subscribers = Vec::new();
                    let node = self.add(role, "HLR", |w| {
                        let (placed, there) = build::hlr(h, w);
                        subscribers = there;
                        placed
                    });
                    self.records(node, "hlr", &h.store, subscribers)?;
                }
            }
            RoleName::Icf => {
                if let Some(i) = &c.icf {
                    let node = self.add(role, "ICF", |w| build::icf(i, w));
                    self.records(node, "icf", &i.store, Vec::new())?;
                }
            }
            RoleName::Drf => {
                if let Some(d) = &c.drf {
                    let node = self.add(role, "DRF", |w| build::drf(d, w));
                    self.keeps(node, "drf", &d.store)?;
                }
            }
            RoleName::Dpf => {
                if let Some(d) = &c.dpf {
                    let node = self.add(role, "DPF", |w| build::dpf(d, w));
                    self.keeps(node, "dpf", &d.store)?;
                }
            }
            RoleName::Sho => {
                if let Some(s) = &c.sho {
                    let node = self.add(role, "SHO", |w| build::sho(s, w));
                    self.keeps(node, "sho", &s.store)?;
                }
            }
            RoleName::Pva => {
                if let Some(p) = &c.pva {
                    let node = self.add(role, "PVA", |w| build::pva(p, w));
                    self.keeps(node, "pva", &p.store)?;
                }
            }
            RoleName::Ccif => {
                if let Some(i) = c.ccif.clone() {
                    let node = self.add(role, "CCIF", |w| build::ccif(&i, w));
                    self.keeps(node, "ccif", &i.store)?;
                    let again = Some(i.again.0);
                    let make = !i.device.is_empty();
                    let order = move || vec![build::ccif_order(&i, "b-0000000000000001")];
                    self.task(node, &["m2mes.failed"], make, again, order);
                }
            }
            RoleName::Dra => {
                if let Some(d) = &c.dra {
                    self.add(role, "DRA", |w| build::dra(d, w));
                }
            }
            RoleName::GsupProxy => {
                if let Some(p) = &c.gsup_proxy {
                    self.add(role, "GSUP", |w| build::gsup_proxy(p, w));
                }
            }
            RoleName::N3g => {
                if let Some(n) = &c.n3g {
                    self.add(role, "N3G", |w| build::n3g(n, w));
                }
            }
            RoleName::Aaa => {
                if let Some(a) = &c.aaa {
                    self.add(role, "AAA", |w| build::aaa(a, w));
                }
            }
            RoleName::Stp => {
                if let Some(s) = &c.stp {
                    self.add(role, "STP", |w| build::stp(s, w));
                }
            }
        }
        Ok(())
    }

    fn machines(&mut self, m: &crate::config::roles::visited::M2me) -> Result<(), Failure> {
        for (i, d) in m.device.iter().enumerate() {
            let n = u16::try_from(i).unwrap_or(u16::MAX);
            let name = match m.device.len() {
                1 => "M2ME".to_owned(),
                _ => format!("M2ME-{}", i + 1),
            };
            let node = self.add(RoleName::M2me, &name, |w| {
                build::m2me(m, n, d, Health::default(), w)
            });
            self.keeps(node, &format!("m2me {}", d.id), &m.store)?;
            let again = m.again.0.map(|s| s.0);
            self.task(
                node,
                &["m2me.failed", "m2me.refused"],
                m.power_on,
                again,
                || {
                    let all = [Command::PowerOff, Command::PowerOn];
                    all.map(AnyCommand::M2me).into()
                },
            );
        }
        Ok(())
    }

    fn keeps(&mut self, node: usize, name: &str, place: &sections::Store) -> Result<(), Failure> {
        let opened = self.made.store.open(node, name, place);
        opened.map(drop).map_err(unkept)
    }

    fn records(
        &mut self,
        node: usize,
        name: &str,
        place: &sections::Store,
        there: Vec<hlr_auc::Subscriber>,
    ) -> Result<(), Failure> {
        self.made
            .store
            .open_records(node, name, place, there)
            .map_err(unkept)
    }
}

fn unkept(e: store::Error) -> Failure {
    Failure::Machine {
        what: e.to_string(),
        help: "one process at a time may have the file; a folder has to be there".into(),
    }
}
