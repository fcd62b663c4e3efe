//! Builds the world of a scenario: every node with its settings, its addresses and its keys, all
//! from one source of randomness.
mod home;
mod makings;
mod n3g;
mod registration;
mod rogue;
mod secrets;
mod signalling;
mod visited;

use crate::{
    build,
    carriers::Carriers,
    nodes::{AnyCommand, AnyNode},
    places::{Places, Role, Site},
    run::{Order, Setting, Subject, counted, secrets::Secret},
    scenarios::{Scenario, Twist},
};
use engine::{Placed, Rng, Utc};
use makings::Makings;
pub(crate) use makings::{OPERATIONAL_APN, REGISTRATION_APN, host};
use operators::{icf, pva, sho};
use sgsn_ggsn::sgsn;
use std::rc::Rc;
use store::Memory;

/// A world that is ready to run.
pub struct World {
    /// Its nodes.
    pub nodes: Vec<Placed<AnyNode>>,
    /// What its HLRs ask.
    pub store: Memory,
    /// What is told to whom, and when.
    pub orders: Vec<Order>,
    /// What it is about.
    pub subject: Subject,
    /// Who is where.
    pub places: Places,
    /// What carries its connections.
    pub layers: Rc<Carriers>,
    /// What nobody may read in what it leaves behind.
    pub secrets: Vec<Secret>,
    /// Makes a node anew, for another life of it: the second is 1.
    pub remake: Box<Remake>,
}

/// By the node's number and that of its life.
pub type Remake = dyn Fn(usize, u32) -> Placed<AnyNode>;

impl World {
    /// The world of `scenario` as it is at `now`.
    ///
    /// # Panics
    /// Where the lab's own certificates cannot be made: a mistake in the program.
    pub fn build(scenario: &Scenario, setting: Setting, rng: &Rng, now: Utc) -> Self {
        let m = Makings::new(setting, scenario, rng, now);
        let mut w = Self {
            layers: Rc::new(m.carriers()),
            nodes: Vec::new(),
            store: Memory::new(),
            orders: Vec::new(),
            subject: m.subject(),
            places: m.places.clone(),
            secrets: m.secrets(),
            remake: Box::new(|_, _| unreachable!("set at the end")),
        };
        let mut sites = Vec::new();
        // the order of the ladder's columns
        for spot in m.places.spots() {
            // somebody else's stands there
            let theirs = match spot.site.role {
                Role::Stp => m.setting.stp.is_some(),
                Role::Sgsn | Role::RoGgsn | Role::ShoGgsn => m.stock,
                _ => false,
            };
            if !theirs {
                w.place(m.node(spot.site, 0));
                sites.push(spot.site);
            }
        }
        for (when, n, order) in m.batches() {
            w.order(when, (Role::Ccif, n), order);
        }
        if scenario.twist == Twist::RevokedCredential {
            let tre_id = m.machine(0).tre;
            let revoke = pva::Command::Revoke { tre_id, reason: 1 };
            w.order(vec![made(0)], (Role::Pva, 0), AnyCommand::Pva(revoke));
        }
        if scenario.twist == Twist::OcspDown {
            let down = AnyCommand::Pva(pva::Command::OcspDown);
            w.order(vec![made(0)], (Role::Pva, 0), down);
        }
        if scenario.twist == Twist::ShoDown {
            let down = AnyCommand::Sho(sho::Command::Down(true));
            w.order(vec![made(0)], (Role::Sho, 0), down);
        }
        if scenario.twist == Twist::Decommission {
            let gone = AnyCommand::Sho(sho::Command::Decommission(m.machine(0).id));
            let operates = vec!["event.m2me.operational".to_owned()];
            w.order(operates, (Role::Sho, 0), gone);
        }
        if scenario.twist == Twist::PvaDown {
            let down = AnyCommand::Pva(pva::Command::Down(true));
            w.order(vec![made(0)], (Role::Pva, 0), down);
        }
        if scenario.twist == Twist::Quarantine {
            let apart = icf::Command::Quarantine(w.subject.pcids[0]);
            w.order(vec![made(0)], (Role::Icf, 0), AnyCommand::Icf(apart));
        }
        if scenario.twist == Twist::ReissuedPcid {
            let release = icf::Command::Release(w.subject.pcids[0]);
            let when = vec!["event.m2me.attached".to_owned()];
            w.order(when, (Role::Icf, 0), AnyCommand::Icf(release));
        }
        if scenario.twist == Twist::RoguePeer {
            let pull = sgsn::Command::Pull(w.subject.pcids[0]);
            w.order(vec![made(0)], (Role::Sgsn, 0), AnyCommand::Sgsn(pull));
        }
        if scenario.twist == Twist::HlrGone {
            w.order(vec!["isd.taken".into()], (Role::Icf, 0), None);
        }
        for n in m.places.all(Role::Rogue) {
            for (when, command) in m.rogue_orders() {
                w.order(when, (Role::Rogue, n), AnyCommand::Rogue(command));
            }
        }
        for (when, Site { role, n }) in m.victims() {
            w.order(when, (role, n), None);
        }
        for n in m.places.all(Role::M2me) {
            for (when, command) in m.device_orders(n) {
                w.order(when, (Role::M2me, n), AnyCommand::M2me(command));
            }
        }
        w.remake = Box::new(move |i, life| m.node(sites[i], life));
        w
    }

    fn place(&mut self, p: Placed<AnyNode>) {
        self.nodes.push(p);
    }

    /// Once these facts are seen the node is told, or where there is nothing to tell ends.
    fn order(
        &mut self,
        when: Vec<String>,
        (role, n): (Role, u8),
        command: impl Into<Option<AnyCommand>>,
    ) {
        let command = command.into();
        let name = Site { role, n }.to_string();
        if let Some(node) = self.nodes.iter().position(|x| x.name == name) {
            self.orders.push(Order {
                when,
                node,
                command,
            });
        }
    }
}

impl Makings {
    /// The node of a function, in its first life or a later one.
    fn node(&self, site: Site, life: u32) -> Placed<AnyNode> {
        let (n, name) = (site.n, site.to_string());
        // nobody draws the same lots in another life
        let own = self.rng.stream(&name);
        let who = &build::Who {
            name: &name,
            rng: match life {
                0 => own,
                life => own.stream(&format!("life {life}")),
            },
        };
        // TS 23.007 18: the restart counter
        let restart = u8::try_from(life % 256).unwrap_or_default();
        match site.role {
            Role::M2me => self.device(n, who),
            Role::Sgsn => build::sgsn(&self.sgsn(n), restart, who),
            Role::Icf => build::icf(&self.icf(n), who),
            Role::Drf => build::drf(&self.drf(n), who),
            Role::Dpf => build::dpf(&self.dpf(n), who),
            Role::RoGgsn => build::ggsn(&self.ro_ggsn(n), restart.wrapping_add(1), who),
            Role::Hlr => build::hlr(&self.home(n), who).0,
            Role::Sho => build::sho(&self.sho(n), who),
            Role::ShoGgsn => build::ggsn(&self.sho_ggsn(n), restart.wrapping_add(1), who),
            Role::Pva => build::pva(&self.pva(), who),
            Role::Ccif => build::ccif(&self.ccif(n), who),
            Role::Stp => build::stp(&self.stp(), who),
            Role::GsupProxy => build::gsup_proxy(&self.gsup_proxy(n), who),
            Role::N3g => build::n3g(&self.n3g(), who),
            Role::Aaa => build::aaa(&self.aaa(), who),
            Role::Rogue => self.rogue(n, who),
            Role::Dra | Role::Outside => build::dra(&self.agent(n), who),
        }
    }
}

/// The fact that the `n`th CCIF has made its machines.
fn made(n: u8) -> String {
    counted("event.m2mes.made", n)
}
