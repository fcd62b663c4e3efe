//! Who is where: loopback addresses of every operator, inner addresses, legs between them.
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// All addresses of a run: the whole of 127/8 is local on Linux, and the second octet is the run's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// Second octet of every loopback address.
    pub net: u8,
}

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
    Outside,
}

/// Role, third and fourth octet, name in ladders, what it is.
const ROLES: &[(Role, u8, u8, &str, &str)] = &[
    (Role::M2me, 1, 1, "M2ME", "machine with its radio side"),
    (Role::Sgsn, 2, 1, "SGSN", "visited network"),
    (
        Role::Icf,
        3,
        1,
        "ICF",
        "registration operator: HLR/AuC of PCIDs",
    ),
    (
        Role::Drf,
        3,
        2,
        "DRF",
        "registration operator: discovery and registration",
    ),
    (
        Role::Dpf,
        3,
        3,
        "DPF",
        "registration operator: download and provisioning",
    ),
    (
        Role::RoGgsn,
        3,
        9,
        "GGSN-RO",
        "registration operator: gateway",
    ),
    (Role::Hlr, 4, 1, "HLR", "selected home operator: HLR/AuC"),
    (
        Role::Sho,
        4,
        2,
        "SHO",
        "selected home operator: policy and subscriptions",
    ),
    (
        Role::ShoGgsn,
        4,
        9,
        "GGSN-SHO",
        "selected home operator: gateway",
    ),
    (Role::Pva, 6, 1, "PVA", "platform validation authority"),
    (
        Role::Ccif,
        7,
        1,
        "CCIF",
        "credential issuer and equipment supplier",
    ),
    (
        Role::Dra,
        9,
        1,
        "DRA",
        "Diameter agent between the visited network and the others",
    ),
];

/// Inner addresses: who has them.
pub mod inner {
    use std::net::Ipv4Addr;
    /// The DRF on Gi.
    pub const DRF: Ipv4Addr = Ipv4Addr::new(10, 32, 0, 2);
    /// The DPF on Gi.
    pub const DPF: Ipv4Addr = Ipv4Addr::new(10, 32, 0, 3);
    /// A server of the SHO's network that answers whoever reaches it.
    pub const SERVICE: Ipv4Addr = Ipv4Addr::new(10, 35, 0, 2);
    /// First two octets of the devices' addresses in the RO's network.
    pub const RO_POOL: [u8; 2] = [10, 33];
    /// First two octets of the devices' addresses in the SHO's network.
    pub const SHO_POOL: [u8; 2] = [10, 34];
}

impl Places {
    /// The address of a role.
    pub fn ip(&self, role: Role) -> IpAddr {
        let (third, fourth) = ROLES
            .iter()
            .find(|r| r.0 == role)
            .map_or((255, 254), |r| (r.1, r.2));
        Ipv4Addr::new(127, self.net, third, fourth).into()
    }

    /// The address of a role with a port.
    pub fn at(&self, role: Role, port: u16) -> SocketAddr {
        SocketAddr::new(self.ip(role), port)
    }

    /// Who has an address, outer or inner.
    pub fn role(&self, ip: IpAddr) -> Role {
        let IpAddr::V4(v4) = ip else {
            return Role::Outside;
        };
        match v4.octets() {
            [127, n, third, fourth] if n == self.net => ROLES
                .iter()
                .find(|r| (r.1, r.2) == (third, fourth))
                .map_or(Role::Outside, |r| r.0),
            [a, b, ..] if [inner::RO_POOL, inner::SHO_POOL].contains(&[a, b]) => Role::M2me,
            _ if v4 == inner::DRF => Role::Drf,
            _ if v4 == inner::DPF => Role::Dpf,
            _ => Role::Outside,
        }
    }
}

impl Role {
    /// Its name in ladders.
    pub fn name(self) -> &'static str {
        ROLES
            .iter()
            .find(|r| r.0 == self)
            .map_or("outside", |r| r.3)
    }

    /// What it is.
    pub fn what(self) -> &'static str {
        ROLES.iter().find(|r| r.0 == self).map_or("", |r| r.4)
    }

    /// All roles, in the order of a ladder's columns.
    pub fn all() -> impl Iterator<Item = Self> {
        ROLES.iter().map(|r| r.0)
    }
}

/// A leg: a file of its own, an interface in the merged capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    /// File name and interface name.
    pub name: &'static str,
    /// Who talks to whom.
    pub what: &'static str,
}

/// The legs between real addresses: name, the two ends (any order), what goes over it.
const LEGS: &[(&str, &[Role], &[Role], &str)] = &[
    (
        "gb",
        &[Role::M2me],
        &[Role::Sgsn],
        "M2ME's BSS - SGSN: GMM, SM, SNDCP over LLC/BSSGP/NS",
    ),
    (
        "s6d-ro",
        &[Role::Sgsn],
        &[Role::Icf],
        "SGSN - ICF: Diameter S6d",
    ),
    (
        "s6d-dra",
        &[Role::Sgsn],
        &[Role::Dra],
        "SGSN - Diameter agent: S6d",
    ),
    (
        "dra-ro",
        &[Role::Dra],
        &[Role::Icf],
        "Diameter agent - ICF: S6d",
    ),
    (
        "dra-sho",
        &[Role::Dra],
        &[Role::Hlr],
        "Diameter agent - SHO's HLR: S6d",
    ),
    (
        "s6d-sho",
        &[Role::Sgsn],
        &[Role::Hlr],
        "SGSN - SHO's HLR: Diameter S6d",
    ),
    (
        "gp",
        &[Role::Sgsn],
        &[Role::RoGgsn, Role::ShoGgsn],
        "SGSN - GGSNs: GTPv1-C, GTP-U",
    ),
    (
        "aaa",
        &[Role::RoGgsn],
        &[Role::Drf],
        "RO's GGSN - DRF: RADIUS accounting",
    ),
    (
        "icf-drf",
        &[Role::Icf],
        &[Role::Drf],
        "ICF - DRF: hand-over of PCIDs",
    ),
    (
        "ro-sho",
        &[Role::Drf],
        &[Role::Sho],
        "DRF - SHO: registration",
    ),
    (
        "sho-pva",
        &[Role::Sho],
        &[Role::Pva],
        "SHO - PVA: validation, OCSP",
    ),
    (
        "ro-pva",
        &[Role::Drf],
        &[Role::Pva],
        "DRF - PVA: validation relayed for the SHO",
    ),
    (
        "dpf-sho",
        &[Role::Dpf],
        &[Role::Sho],
        "SHO - DPF: authorisation, report",
    ),
    (
        "sho-hlr",
        &[Role::Sho],
        &[Role::Hlr],
        "SHO - its HLR: subscribers",
    ),
    (
        "sho-icf",
        &[Role::Sho],
        &[Role::Icf],
        "SHO - ICF: release of PCIDs",
    ),
    (
        "ccif-icf",
        &[Role::Ccif],
        &[Role::Icf],
        "CCIF - ICF: import of PCIDs",
    ),
    (
        "ccif-dpf",
        &[Role::Ccif],
        &[Role::Dpf],
        "CCIF - DPF: device-management accounts",
    ),
    (
        "m2mes-pva",
        &[Role::Ccif],
        &[Role::Pva],
        "M2MES - PVA: platform credentials",
    ),
];

/// Raw-IP networks.
const NETS: &[(&str, &str)] = &[
    ("gi", "RO's GGSN - DRF and DPF: user packets"),
    ("gi-sho", "SHO's GGSN - its services: user packets"),
];

/// The leg of a packet between real addresses.
pub fn leg_between(a: Role, b: Role) -> Leg {
    let fits = |l: &&(&str, &[Role], &[Role], &str)| {
        (l.1.contains(&a) && l.2.contains(&b)) || (l.1.contains(&b) && l.2.contains(&a))
    };
    LEGS.iter().find(fits).map_or(
        Leg {
            name: "other",
            what: "what belongs to no leg",
        },
        |l| Leg {
            name: l.0,
            what: l.3,
        },
    )
}

/// The leg of a raw-IP network.
pub fn leg_of_net(net: &'static str) -> Leg {
    let what = NETS.iter().find(|n| n.0 == net).map_or("", |n| n.1);
    Leg { name: net, what }
}

/// All legs, in the order in which captures list them.
pub fn legs() -> impl Iterator<Item = Leg> {
    let real = LEGS.iter().map(|l| Leg {
        name: l.0,
        what: l.3,
    });
    real.chain(NETS.iter().map(|n| leg_of_net(n.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_found_by_its_address_and_nets_are_apart() {
        let (p, q) = (Places { net: 0 }, Places { net: 9 });
        for role in Role::all() {
            assert_eq!(p.role(p.ip(role)), role);
            assert_eq!(q.role(p.ip(role)), Role::Outside);
        }
        assert_eq!(p.role("10.33.0.7".parse().unwrap()), Role::M2me);
        assert_eq!(leg_between(Role::Icf, Role::Sgsn).name, "s6d-ro");
        assert_eq!(leg_between(Role::M2me, Role::Pva).name, "other");
    }
}
