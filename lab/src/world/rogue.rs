//! Those who have no part in the procedure: where they stand, and what they are told.
use super::makings::{GB, HTTP, INNER_HTTP, Makings, RADIUS};
use crate::{
    build::Who,
    nodes::AnyNode,
    places::{Role, Site},
    rogue::{self, Rogue},
    scenarios::Twist,
};
use engine::{Attach, Placed, Prefix, Ways};
use std::net::SocketAddrV4;

impl Makings {
    /// The `n`th rogue.
    pub fn rogue(&self, n: u8, who: &Who<'_>) -> Placed<AnyNode> {
        let config = rogue::Config {
            address: self.v4(Role::Rogue, n),
            sgsn: self.ip(Role::Sgsn, 0),
            plmn: self.plmn(Role::Sgsn, 0),
            ggsn: self.ip(Role::RoGgsn, 0),
            icf: self.diameter_at(Role::Icf, 0).0,
            realm: self.plmn(Role::Icf, 0).realm(),
            accounting: self.at::<RADIUS>(Role::Drf, 0).0,
            http: [Role::Drf, Role::Dpf, Role::Sho, Role::Pva]
                .map(|role| self.at::<HTTP>(role, 0).0),
            inner: [Role::Drf, Role::Dpf]
                .map(|role| SocketAddrV4::new(self.inner(role, 0), INNER_HTTP)),
            apn: super::REGISTRATION_APN,
            // T16: the first stands where nobody knows him
            partner: n > 0 || self.twist != Twist::TunnelHijack,
            rng: who.rng.clone(),
        };
        let udp = |port| {
            let site = Site {
                role: Role::Rogue,
                n,
            };
            Attach::Udp(self.places.at(site, port))
        };
        let ports = vec![
            (rogue::GTP_C, udp(gtp::CONTROL_PORT)),
            (rogue::GTP_U, udp(gtp::USER_PORT)),
            (rogue::GB, udp(GB)),
            (rogue::AAA, udp(20_000)),
            (
                rogue::DIAMETER,
                Attach::Dial(config.address.into(), Ways::all(self.setting.carrier)),
            ),
            (rogue::HTTP, Attach::dial(config.address.into())),
        ];
        Placed::new(who.name, Rogue::new(config).into(), ports)
    }

    /// What rogues are told, and when.
    pub fn rogue_orders(&self) -> Vec<(Vec<String>, rogue::Command)> {
        match self.twist {
            Twist::TunnelHijack => {
                let when = vec!["event.m2me.pdp-active".into()];
                vec![(when, rogue::Command::Hijack(None))]
            }
            Twist::Malformed => {
                let when = vec!["event.m2me.attached".into()];
                vec![(when, rogue::Command::Bother)]
            }
            _ => Vec::new(),
        }
    }

    /// T17 with its countermeasure off: who reads what he cannot read is gone, as a program is whose
    /// decoder panics.
    pub fn victims(&self) -> Vec<(Vec<String>, Site)> {
        let tried = [
            Role::Sgsn,
            Role::RoGgsn,
            Role::Icf,
            Role::Drf,
            Role::Dpf,
            Role::Sho,
            Role::Pva,
        ];
        let tried = tried.into_iter().map(Site::from);
        let gone = self.twist == Twist::Malformed && self.weak(17);
        let fact = |site: Site| (vec![format!("rogue.tries.{site}")], site);
        tried.filter(|_| gone).map(fact).collect()
    }

    /// From whom a gateway takes GTP: from everybody, but where somebody tries it.
    pub fn gtp_peers(&self) -> Option<Vec<Prefix>> {
        let hosts = |role| self.places.all(role).map(move |n| self.ip(role, n));
        // T16: the second rogue is a serving node of a network with an agreement
        let known = hosts(Role::Sgsn).chain(hosts(Role::Rogue).skip(1));
        let tried = self.twist == Twist::TunnelHijack && !self.weak(16);
        tried.then(|| known.map(Prefix::host).collect())
    }
}
