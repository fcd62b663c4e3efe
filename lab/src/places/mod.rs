//! Who is where: loopback addresses of every operator, inner addresses, legs between them.
mod inner;
mod legs;

pub use inner::Inner;
pub use legs::{Leg, is_behind_gateway, leg_between, leg_of_net, legs};

use crate::topology::Topology;
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    rc::Rc,
};
use wire::Plmn;

/// A function of an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Role {
    M2me,
    Sgsn,
    Icf,
    Drf,
    Dpf,
    RoGgsn,
    Hlr,
    Sho,
    ShoGgsn,
    Pva,
    Ccif,
    Dra,
    Stp,
    GsupProxy,
    N3g,
    Aaa,
    Rogue,
    Outside,
}

/// Role; third octet of the operator that has it usually, and fourth octet there; name in ladders;
/// name in topology files; what it is.
const ROLES: &[(Role, u8, u8, &str, &str, &str)] = &[
    (
        Role::M2me,
        1,
        1,
        "M2ME",
        "m2me",
        "machine with its radio side",
    ),
    (Role::Sgsn, 2, 1, "SGSN", "sgsn", "visited network"),
    (
        Role::Icf,
        3,
        1,
        "ICF",
        "icf",
        "registration operator: HLR/AuC of PCIDs",
    ),
    (
        Role::Drf,
        3,
        2,
        "DRF",
        "drf",
        "registration operator: discovery and registration",
    ),
    (
        Role::Dpf,
        3,
        3,
        "DPF",
        "dpf",
        "registration operator: download and provisioning",
    ),
    (
        Role::RoGgsn,
        3,
        9,
        "GGSN-RO",
        "ggsn-ro",
        "registration operator: gateway",
    ),
    (
        Role::Hlr,
        4,
        1,
        "HLR",
        "hlr",
        "selected home operator: HLR/AuC",
    ),
    (
        Role::Sho,
        4,
        2,
        "SHO",
        "sho",
        "selected home operator: policy and subscriptions",
    ),
    (
        Role::ShoGgsn,
        4,
        9,
        "GGSN-SHO",
        "ggsn-sho",
        "selected home operator: gateway",
    ),
    (
        Role::Pva,
        6,
        1,
        "PVA",
        "pva",
        "platform validation authority",
    ),
    (
        Role::Ccif,
        7,
        1,
        "CCIF",
        "ccif",
        "credential issuer and equipment supplier",
    ),
    (
        Role::Dra,
        9,
        1,
        "DRA",
        "dra",
        "Diameter agent between the visited network and the others",
    ),
    (
        Role::Stp,
        9,
        2,
        "STP",
        "stp",
        "transfer point of SS7 signalling between the networks",
    ),
    (
        Role::GsupProxy,
        2,
        5,
        "GSUP",
        "gsup-proxy",
        "visited network: leads GSUP to the home networks",
    ),
    (
        Role::N3g,
        8,
        1,
        "N3G",
        "n3g",
        "provider without 3GPP radio: access gateway",
    ),
    (
        Role::Aaa,
        8,
        2,
        "AAA",
        "aaa",
        "provider without 3GPP radio: who is served",
    ),
    (
        Role::Rogue,
        8,
        9,
        "ROGUE",
        "rogue",
        "somebody who has no part in the procedure",
    ),
];

impl Role {
    fn row(self) -> Option<&'static (Self, u8, u8, &'static str, &'static str, &'static str)> {
        ROLES.iter().find(|r| r.0 == self)
    }

    /// Its name in ladders.
    pub fn name(self) -> &'static str {
        self.row().map_or("outside", |r| r.3)
    }

    /// Its name in topology files.
    pub fn word(self) -> &'static str {
        self.row().map_or("outside", |r| r.4)
    }

    /// What it is.
    pub fn what(self) -> &'static str {
        self.row().map_or("", |r| r.5)
    }

    /// Third octet of the operator that has it usually.
    pub fn home(self) -> u8 {
        self.row().map_or(255, |r| r.1)
    }

    /// Its fourth octet at the operator with this third octet: where it is a guest, a range of its
    /// own, told by the operator that has it usually.
    pub fn host(self, third: u8) -> u8 {
        let (home, fourth) = self.row().map_or((255, 254), |r| (r.1, r.2));
        match third % 10 == home {
            true => fourth,
            false => home.wrapping_mul(10).wrapping_add(fourth),
        }
    }

    /// All roles, in the order of a ladder's columns.
    pub fn all() -> impl Iterator<Item = Self> {
        ROLES.iter().map(|r| r.0)
    }
}

/// One of several functions of a kind: the first is number 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site {
    /// Its kind.
    pub role: Role,
    /// Its number.
    pub n: u8,
}

impl Site {
    /// Somebody who is no part of the run.
    pub const OUTSIDE: Self = Self {
        role: Role::Outside,
        n: 0,
    };
}

impl From<Role> for Site {
    /// The first of its kind.
    fn from(role: Role) -> Self {
        Self { role, n: 0 }
    }
}

impl fmt::Display for Site {
    /// As in ladders: `SGSN`, and the second one `SGSN-2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.role.name())?;
        match self.n {
            0 => Ok(()),
            n => write!(f, "-{}", u16::from(n) + 1),
        }
    }
}

/// Where a function stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Which function.
    pub site: Site,
    /// Its operator: number in the topology.
    pub operator: usize,
    /// Its PLMN, where it has one.
    pub plmn: Option<Plmn>,
    /// Third and fourth octet of its address.
    pub host: [u8; 2],
}

/// All addresses of a run: the whole of 127/8 is local on Linux, and the second octet is the run's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Second octet of every loopback address.
    pub net: u8,
    spots: Rc<[Spot]>,
}

impl Places {
    /// The places of a topology and of so many machines.
    pub fn new(net: u8, topology: &Topology, devices: u8) -> Self {
        let machines = (0..devices).map(|n| Spot {
            site: Site {
                role: Role::M2me,
                n,
            },
            operator: usize::MAX,
            plmn: None,
            host: [1, n.wrapping_add(1)],
        });
        Self {
            net,
            spots: machines.chain(topology.spots()).collect(),
        }
    }

    /// All functions.
    pub fn spots(&self) -> &[Spot] {
        &self.spots
    }

    /// Where a function stands.
    pub fn spot(&self, site: Site) -> Option<&Spot> {
        self.spots.iter().find(|s| s.site == site)
    }

    /// How many functions of a kind there are.
    pub fn count(&self, role: Role) -> u8 {
        let all = self.spots.iter().filter(|s| s.site.role == role);
        all.fold(0, |n, _| n.saturating_add(1))
    }

    /// The numbers of all functions of a kind.
    pub fn all(&self, role: Role) -> impl Iterator<Item = u8> + use<> {
        0..self.count(role)
    }

    /// The address of a function.
    pub fn ip(&self, site: impl Into<Site>) -> IpAddr {
        let [third, fourth] = self.spot(site.into()).map_or([255, 254], |s| s.host);
        Ipv4Addr::new(127, self.net, third, fourth).into()
    }

    /// The address of a function with a port.
    pub fn at(&self, site: impl Into<Site>, port: u16) -> SocketAddr {
        SocketAddr::new(self.ip(site), port)
    }

    /// Who has an address, outer or inner.
    pub fn site(&self, ip: IpAddr) -> Site {
        let IpAddr::V4(v4) = ip else {
            return Site::OUTSIDE;
        };
        match v4.octets() {
            [127, n, third, fourth] if n == self.net => {
                let found = self.spots.iter().find(|s| s.host == [third, fourth]);
                found.map_or(Site::OUTSIDE, |s| s.site)
            }
            _ => Inner::owner(v4),
        }
    }

    /// What has an address, outer or inner.
    pub fn role(&self, ip: IpAddr) -> Role {
        self.site(ip).role
    }

    /// True for two functions of one operator (R42 to R46).
    pub fn together(&self, a: Site, b: Site) -> bool {
        match (self.spot(a), self.spot(b)) {
            (Some(a), Some(b)) => a.operator == b.operator,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_found_by_its_address_and_nets_are_apart() {
        let usual = Topology::default();
        let (p, q) = (Places::new(0, &usual, 1), Places::new(9, &usual, 1));
        for s in p.spots() {
            assert_eq!(p.site(p.ip(s.site)), s.site);
            assert_eq!(q.site(p.ip(s.site)), Site::OUTSIDE);
        }
        assert_eq!(p.role("10.33.0.7".parse().unwrap()), Role::M2me);
        assert_eq!(p.ip(Role::Icf).to_string(), "127.0.3.1");
    }

    #[test]
    fn second_ones_are_named_and_unknown_ones_are_outside() {
        let second = Site {
            role: Role::Sgsn,
            n: 1,
        };
        assert_eq!(second.to_string(), "SGSN-2");
        assert_eq!(Site::from(Role::Sgsn).to_string(), "SGSN");
        let p = Places::new(0, &Topology::default(), 1);
        assert_eq!(p.spot(second), None);
        assert_eq!(p.role("127.0.77.1".parse().unwrap()), Role::Outside);
    }
}
