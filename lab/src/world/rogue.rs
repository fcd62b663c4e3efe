//! Those who have no part in the procedure: where they stand, and what they are told.
use super::makings::Makings;
use crate::{
    build::Who,
    nodes::AnyNode,
    places::{Role, Site},
    rogue::{self, Rogue},
    scenarios::Twist,
};
use engine::{Attach, Placed, Prefix};

impl Makings {
    /// The `n`th rogue.
    pub fn rogue(&self, n: u8, who: &Who<'_>) -> Placed<AnyNode> {
        let config = rogue::Config {
            address: self.v4(Role::Rogue, n),
            sgsn: self.ip(Role::Sgsn, 0),
            ggsn: self.ip(Role::RoGgsn, 0),
            drf: self.inner(Role::Drf, 0),
            apn: super::REGISTRATION_APN,
            // the first stands where nobody knows him
            partner: n > 0,
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
            _ => Vec::new(),
        }
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
