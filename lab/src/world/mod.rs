//! Builds the world of a scenario: every node with its settings, its addresses and its keys, all
//! from one source of randomness.
mod home;
mod makings;
mod registration;
mod signalling;
mod visited;

use crate::{
    build,
    carriers::Carriers,
    nodes::{AnyCommand, AnyNode},
    places::{Places, Role, Site},
    run::{Order, Setting, Subject, counted},
    scenarios::{Scenario, Twist},
};
use engine::{Placed, Rng, Utc};
use makings::Makings;
pub(crate) use makings::{OPERATIONAL_APN, REGISTRATION_APN, host};
use operators::pva;
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
}

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
        };
        // the order of the ladder's columns
        for spot in m.places.spots() {
            // somebody else's stands there
            let theirs = match spot.site.role {
                Role::Stp => m.setting.stp.is_some(),
                Role::Sgsn | Role::RoGgsn | Role::ShoGgsn => m.stock,
                _ => false,
            };
            if !theirs {
                w.place(m.node(spot.site));
            }
        }
        for n in m.places.all(Role::Ccif) {
            let order = build::ccif_order(&m.ccif(n), &format!("b-{:016}", u16::from(n) + 1));
            w.order(Vec::new(), (Role::Ccif, n), order);
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
        if scenario.twist == Twist::RoguePeer {
            let pull = sgsn::Command::Pull(w.subject.pcids[0]);
            w.order(vec![made(0)], (Role::Sgsn, 0), AnyCommand::Sgsn(pull));
        }
        if scenario.twist == Twist::HlrGone {
            w.order(vec!["isd.taken".into()], (Role::Icf, 0), None);
        }
        for n in m.places.all(Role::M2me) {
            for (when, command) in m.device_orders(n) {
                w.order(when, (Role::M2me, n), AnyCommand::M2me(command));
            }
        }
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
    /// The node of a function.
    fn node(&self, site: Site) -> Placed<AnyNode> {
        let (n, name) = (site.n, site.to_string());
        let who = &build::Who {
            name: &name,
            rng: self.rng.stream(&name),
        };
        match site.role {
            Role::M2me => self.device(n, who),
            Role::Sgsn => build::sgsn(&self.sgsn(n), 0, who),
            Role::Icf => build::icf(&self.icf(n), who),
            Role::Drf => build::drf(&self.drf(n), who),
            Role::Dpf => build::dpf(&self.dpf(n), who),
            Role::RoGgsn => build::ggsn(&self.ro_ggsn(n), 1, who),
            Role::Hlr => build::hlr(&self.home(n), who).0,
            Role::Sho => build::sho(&self.sho(n), who),
            Role::ShoGgsn => build::ggsn(&self.sho_ggsn(n), 1, who),
            Role::Pva => build::pva(&self.pva(), who),
            Role::Ccif => build::ccif(&self.ccif(n), who),
            Role::Stp => build::stp(&self.stp(), who),
            Role::GsupProxy => build::gsup_proxy(&self.gsup_proxy(n), who),
            Role::Dra | Role::Outside => build::dra(&self.agent(n), who),
        }
    }
}

/// The fact that the `n`th CCIF has made its machines.
fn made(n: u8) -> String {
    counted("event.m2mes.made", n)
}
