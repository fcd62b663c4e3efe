//! Legs: who talks to whom, each a file of its own and an interface in the merged capture.
use super::Role;

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
        "M2ME's BSS - SGSN: GMM, SM, SNDCP over LLC/BSSGP/NS; cell broadcast",
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
        "gsup",
        &[Role::Sgsn],
        &[Role::GsupProxy],
        "SGSN - proxy: GSUP",
    ),
    (
        "gsup-ro",
        &[Role::GsupProxy],
        &[Role::Icf],
        "GSUP proxy - ICF",
    ),
    (
        "gsup-sho",
        &[Role::GsupProxy],
        &[Role::Hlr],
        "GSUP proxy - SHO's HLR",
    ),
    (
        "m3ua-vno",
        &[Role::Sgsn],
        &[Role::Stp],
        "SGSN - STP: MAP over M3UA",
    ),
    (
        "m3ua-ro",
        &[Role::Stp],
        &[Role::Icf],
        "STP - ICF: MAP over M3UA",
    ),
    (
        "m3ua-sho",
        &[Role::Stp],
        &[Role::Hlr],
        "STP - SHO's HLR: MAP over M3UA",
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
        "icf-pva",
        &[Role::Icf],
        &[Role::Pva],
        "ICF - PVA: validation before there are vectors",
    ),
    (
        "ccif-icf",
        &[Role::Ccif],
        &[Role::Icf],
        "CCIF - ICF: import and return of PCIDs",
    ),
    (
        "ccif-dpf",
        &[Role::Ccif],
        &[Role::Dpf],
        "CCIF - DPF: device-management accounts",
    ),
    (
        "m2mes-ccif",
        &[Role::Ccif],
        &[Role::Ccif],
        "M2MES - CCIF: orders of PCIDs",
    ),
    (
        "m2mes-pva",
        &[Role::Ccif],
        &[Role::Pva],
        "M2MES - PVA: platform credentials",
    ),
    (
        "n3g-aaa",
        &[Role::N3g],
        &[Role::Aaa],
        "access gateway - its AAA server: RADIUS",
    ),
    (
        "rogue",
        &[Role::Rogue],
        &[
            Role::Sgsn,
            Role::RoGgsn,
            Role::ShoGgsn,
            Role::Icf,
            Role::Drf,
            Role::Dpf,
            Role::Hlr,
            Role::Sho,
            Role::Pva,
        ],
        "somebody who has no part in the procedure - whom he tries",
    ),
];

/// Raw-IP networks.
const NETS: &[(&str, &str)] = &[
    ("gi", "RO's GGSN - DRF and DPF: user packets"),
    ("gi-2", "second RO's GGSN - DRF and DPF: user packets"),
    ("gi-3", "third RO's GGSN - DRF and DPF: user packets"),
    ("gi-sho", "SHO's GGSN - its services: user packets"),
    ("gi-sho-2", "second SHO's GGSN - its services: user packets"),
    ("gi-sho-3", "third SHO's GGSN - its services: user packets"),
    (
        "line",
        "M2ME - access gateway without 3GPP radio: DHCP, user packets",
    ),
    ("line-2", "second M2ME - access gateway without 3GPP radio"),
    ("line-3", "third M2ME - access gateway without 3GPP radio"),
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

/// True for a network of users' packets behind a gateway.
pub fn is_behind_gateway(leg: Leg) -> bool {
    NETS.iter().any(|n| n.0 == leg.name)
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
    fn two_ends_make_a_leg_in_any_order() {
        assert_eq!(leg_between(Role::Icf, Role::Sgsn).name, "s6d-ro");
        assert_eq!(leg_between(Role::Sgsn, Role::Icf).name, "s6d-ro");
        assert_eq!(leg_between(Role::M2me, Role::Pva).name, "other");
    }
}
