//! The usual topologies, in short: who is whose guest, and how many there are of each.
use super::{Function, Operator, Topology};
use crate::places::Role;
use wire::Plmn;

/// A topology by its differences from the one in which every operator stands alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The visited network is the registration operator as well (R42).
    pub ro_at_vno: bool,
    /// The home operator hosts the PVA (R43).
    pub pva_at_sho: bool,
    /// The home operator hosts the DPF (R44).
    pub dpf_at_sho: bool,
    /// The visited network is the home operator as well (R45).
    pub sho_at_vno: bool,
    /// The visited network hosts the gateway that leads to the registration operator (R46).
    pub ggsn_at_vno: bool,
    /// Visited networks.
    pub vnos: u8,
    /// Registration operators.
    pub ros: u8,
    /// Home operators.
    pub shos: u8,
    /// Machines: the first at the first visited network, with a PCID of the first registration
    /// operator, for the first home operator; the second at the second ones, and so on.
    pub devices: u8,
    /// Diameter agents between the visited networks and the others.
    pub agents: u8,
    /// Transfer points of SS7 signalling between them.
    pub stps: u8,
    /// Proxies of GSUP: each visited network's.
    pub proxies: u8,
    /// Third parties that issue PCIDs: for the first registration operator, the second, and so on.
    pub issuers: u8,
    /// Providers of first connectivity without 3GPP radio, each a gateway and an AAA server (R47).
    pub lines: u8,
    /// Those who have no part in the procedure, and try what they can.
    pub rogues: u8,
}

const fn plmn(mcc: u16, mnc: u16) -> Plmn {
    Plmn {
        mcc,
        mnc,
        mnc_digits: 2,
    }
}

impl Layout {
    /// One of each, each alone.
    pub const USUAL: Self = Self {
        ro_at_vno: false,
        pva_at_sho: false,
        dpf_at_sho: false,
        sho_at_vno: false,
        ggsn_at_vno: false,
        vnos: 1,
        ros: 1,
        shos: 1,
        devices: 1,
        agents: 0,
        stps: 0,
        proxies: 0,
        lines: 0,
        issuers: 0,
        rogues: 0,
    };

    /// Written out.
    pub fn topology(&self) -> Topology {
        let mut all: Vec<Operator> = Vec::new();
        let mut add = |kind: &str, n: u8, subnet: u8, plmns: Vec<Plmn>| {
            let name = match n {
                0 => kind.to_owned(),
                n => format!("{kind}-{}", u16::from(n) + 1),
            };
            all.push(Operator {
                name,
                plmns,
                subnet: subnet.saturating_add(n.saturating_mul(10)),
                functions: Vec::new(),
            });
            all.len() - 1
        };
        let tens = |n: u8| u16::from(n) * 10;
        let vnos: Vec<_> = (0..self.vnos)
            .map(|n| add("VNO", n, Role::Sgsn.home(), vec![plmn(1, 1 + tens(n))]))
            .collect();
        let at = |hosts: &[usize], n: u8| hosts.get(usize::from(n) % hosts.len().max(1)).copied();
        let ros: Vec<_> = (0..self.ros)
            .map(|n| match at(&vnos, n).filter(|_| self.ro_at_vno) {
                Some(host) => host,
                None => add("RO", n, Role::Icf.home(), vec![plmn(999, 1 + tens(n))]),
            })
            .collect();
        let shos: Vec<_> = (0..self.shos)
            .map(|n| match at(&vnos, n).filter(|_| self.sho_at_vno) {
                Some(host) => host,
                None => add("SHO", n, Role::Sho.home(), vec![plmn(999, 2 + tens(n))]),
            })
            .collect();
        let pva = match at(&shos, 0).filter(|_| self.pva_at_sho) {
            Some(host) => host,
            None => add("PVA", 0, Role::Pva.home(), Vec::new()),
        };
        let makers: Vec<_> = (0..self.ros)
            .map(|n| add("M2MES", n, Role::Ccif.home(), Vec::new()))
            .collect();
        let issuers: Vec<_> = (0..self.issuers)
            .map(|n| {
                let n = self.ros.saturating_add(n);
                add("CCIF", n, Role::Ccif.home(), Vec::new())
            })
            .collect();
        let agents: Vec<_> = (0..self.agents)
            .map(|n| add("IPX", n, Role::Dra.home(), vec![plmn(1, 1 + tens(n))]))
            .collect();
        let carriers: Vec<_> = (0..self.stps)
            .map(|n| add("SS7", n, Role::Stp.home(), vec![plmn(1, 1 + tens(n))]))
            .collect();
        let lines: Vec<_> = (0..self.lines)
            .map(|n| add("N3G-ICP", n, Role::N3g.home(), Vec::new()))
            .collect();
        let rogues: Vec<_> = (0..self.rogues)
            .map(|n| add("ROGUE", n, Role::Rogue.home(), vec![plmn(1, 9 + tens(n))]))
            .collect();
        let mut host = |operator: Option<usize>, role, plmn| {
            if let Some(o) = operator.and_then(|o| all.get_mut(o)) {
                o.functions.push(Function { role, plmn });
            }
        };
        for n in 0..self.vnos {
            host(at(&vnos, n), Role::Sgsn, None);
        }
        for n in 0..self.ros {
            let own = Some(plmn(999, 1 + tens(n)));
            let gateway = match self.ggsn_at_vno {
                true => at(&vnos, n),
                false => at(&ros, n),
            };
            let dpf = match self.dpf_at_sho {
                true => at(&shos, n),
                false => at(&ros, n),
            };
            host(at(&ros, n), Role::Icf, own);
            host(at(&ros, n), Role::Drf, own);
            host(dpf, Role::Dpf, own);
            host(gateway, Role::RoGgsn, own);
            host(at(&makers, n), Role::Ccif, own);
        }
        for n in 0..self.issuers {
            let ro = tens(n % self.ros.max(1));
            host(at(&issuers, n), Role::Ccif, Some(plmn(999, 1 + ro)));
        }
        for n in 0..self.shos {
            let own = Some(plmn(999, 2 + tens(n)));
            host(at(&shos, n), Role::Hlr, own);
            host(at(&shos, n), Role::Sho, own);
            host(at(&shos, n), Role::ShoGgsn, own);
        }
        host(Some(pva), Role::Pva, None);
        for n in 0..self.agents {
            host(at(&agents, n), Role::Dra, None);
        }
        for n in 0..self.proxies {
            host(at(&vnos, n), Role::GsupProxy, None);
        }
        for n in 0..self.stps {
            host(at(&carriers, n), Role::Stp, None);
        }
        for n in 0..self.lines {
            host(at(&lines, n), Role::N3g, None);
            host(at(&lines, n), Role::Aaa, None);
        }
        for n in 0..self.rogues {
            host(at(&rogues, n), Role::Rogue, None);
        }
        Topology { operators: all }
    }
}
