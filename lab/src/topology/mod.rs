//! Topology: which operator hosts which function (R42 to R46).
pub mod file;
mod layout;
pub mod svg;

pub use layout::Layout;

use crate::places::{Role, Site, Spot};
use wire::Plmn;

/// All operators and what each hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topology {
    /// The operators.
    pub operators: Vec<Operator>,
}

/// An operator: a subnet of its own, whose functions are hosts there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Its name.
    pub name: String,
    /// Its PLMNs; none for one without a network.
    pub plmns: Vec<Plmn>,
    /// Third octet of its addresses.
    pub subnet: u8,
    /// What it hosts.
    pub functions: Vec<Function>,
}

/// A function at an operator.
///
/// The first ICF, DRF, DPF, CCIF and GGSN of a registration operator make the first registration
/// operator, whoever hosts them; the second ones the second; home operators' HLR, SHO and GGSN
/// alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Its kind.
    pub role: Role,
    /// Its own PLMN, where it is not the first of its operator's: a guest keeps its own.
    pub plmn: Option<Plmn>,
}

impl Default for Topology {
    /// Every operator is one of its own.
    fn default() -> Self {
        Layout::USUAL.topology()
    }
}

impl Topology {
    /// Where every function stands: number, operator, PLMN and address.
    pub fn spots(&self) -> Vec<Spot> {
        let mut all: Vec<Spot> = Vec::new();
        for (operator, o) in self.operators.iter().enumerate() {
            for f in &o.functions {
                let same = all.iter().filter(|s| s.site.role == f.role);
                let n = same.fold(0, |n: u8, _| n.saturating_add(1));
                let guests = all
                    .iter()
                    .filter(|s| s.operator == operator && s.site.role == f.role);
                let beside = guests.fold(0, |n: u8, _| n.saturating_add(100));
                all.push(Spot {
                    site: Site { role: f.role, n },
                    operator,
                    plmn: f.plmn.or_else(|| o.plmns.first().copied()),
                    host: [o.subnet, f.role.host(o.subnet).wrapping_add(beside)],
                });
            }
        }
        // the order of the ladder's columns, whoever hosts what
        let place = |role| Role::all().position(|r| r == role);
        all.sort_by_key(|s| (place(s.site.role), s.site.n));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_keep_their_plmn_and_have_addresses_of_their_host() {
        let t = Layout {
            ro_at_vno: true,
            pva_at_sho: true,
            ..Layout::USUAL
        }
        .topology();
        let spots = t.spots();
        let of = |role| spots.iter().find(|s| s.site == Site::from(role)).unwrap();
        assert_eq!(of(Role::Sgsn).host, [2, 1]);
        assert_eq!(of(Role::Icf).host, [2, 31]);
        assert_eq!(of(Role::Icf).operator, of(Role::Sgsn).operator);
        assert_eq!(
            of(Role::Icf).plmn.map(|p| p.to_string()),
            Some("999-01".into())
        );
        assert_eq!(of(Role::Pva).host, [4, 61]);
        assert_eq!(of(Role::Dpf).plmn, of(Role::Drf).plmn);
    }

    #[test]
    fn no_two_functions_share_an_address() {
        for bits in 0..32_u8 {
            let bit = |n: u8| bits >> n & 1 == 1;
            for (vnos, ros, shos) in [(1, 1, 1), (2, 2, 2), (3, 3, 3)] {
                let t = Layout {
                    ro_at_vno: bit(0),
                    pva_at_sho: bit(1),
                    dpf_at_sho: bit(2),
                    sho_at_vno: bit(3),
                    ggsn_at_vno: bit(4),
                    vnos,
                    ros,
                    shos,
                    ..Layout::USUAL
                }
                .topology();
                let mut hosts: Vec<_> = t.spots().iter().map(|s| s.host).collect();
                let all = hosts.len();
                hosts.sort_unstable();
                hosts.dedup();
                assert_eq!(hosts.len(), all, "{t:?}");
            }
        }
    }
}
