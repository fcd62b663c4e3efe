//! What each role is told: a section of the configuration each.
pub mod home;
pub mod n3g;
pub mod registration;
pub mod visited;

use super::{
    declare::settings,
    sections::{Admin, KernelSctp, Log, Tls},
};
use home::{Dra, GsupProxy, Hlr, Pva, Sho, Stp};
use n3g::{Aaa, N3g};
use registration::{Ccif, Dpf, Drf, Icf};
use visited::{Ggsn, M2me, Sgsn};

settings! {
    /// A configuration: a section for each role of this host, and what all of them share.
    Config {
        /// What the daemon says of itself.
        opt log: Log;
        /// Where it is watched; without it nowhere.
        opt admin: Admin;
        /// Who it is on TLS, where a transport is "tls".
        opt tls: Tls;
        /// What the kernel's SCTP is told, where a transport is "sctp".
        opt sctp: KernelSctp;
        /// Machines with their radio side.
        opt m2me: M2me;
        /// Serving node of a visited network.
        opt sgsn: Sgsn;
        /// Gateway of a registration or home operator.
        opt ggsn: Ggsn;
        /// HLR/AuC of a home operator.
        opt hlr: Hlr;
        /// HLR/AuC of PCIDs.
        opt icf: Icf;
        /// Discovery and registration.
        opt drf: Drf;
        /// Download and provisioning.
        opt dpf: Dpf;
        /// Policy and subscriptions of a home operator.
        opt sho: Sho;
        /// Platform validation authority.
        opt pva: Pva;
        /// Credential issuer with equipment supplier.
        opt ccif: Ccif;
        /// Diameter agent.
        opt dra: Dra;
        /// Transfer point of SS7 signalling.
        opt stp: Stp;
        /// Leads GSUP to many homes.
        opt gsup_proxy: GsupProxy;
        /// Access gateway without 3GPP radio.
        opt n3g: N3g;
        /// AAA server of an access gateway.
        opt aaa: Aaa;
    }
}

/// A role that a daemon can have, by the name of its section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RoleName {
    /// Machines.
    M2me,
    /// Serving node.
    Sgsn,
    /// Gateway.
    Ggsn,
    /// A home operator's HLR/AuC.
    Hlr,
    /// HLR/AuC of PCIDs.
    Icf,
    /// Discovery and registration.
    Drf,
    /// Download and provisioning.
    Dpf,
    /// A home operator's policy.
    Sho,
    /// Platform validation authority.
    Pva,
    /// Credential issuer.
    Ccif,
    /// Diameter agent.
    Dra,
    /// Transfer point.
    Stp,
    /// Leads GSUP to many homes.
    GsupProxy,
    /// Access gateway without 3GPP radio.
    N3g,
    /// Its AAA server.
    Aaa,
}

impl RoleName {
    /// All of them, in the order of the procedure's ladder.
    pub const ALL: [Self; 15] = [
        Self::M2me,
        Self::Sgsn,
        Self::Ggsn,
        Self::Hlr,
        Self::Icf,
        Self::Drf,
        Self::Dpf,
        Self::Sho,
        Self::Pva,
        Self::Ccif,
        Self::Dra,
        Self::Stp,
        Self::GsupProxy,
        Self::N3g,
        Self::Aaa,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::M2me => "m2me",
            Self::Sgsn => "sgsn",
            Self::Ggsn => "ggsn",
            Self::Hlr => "hlr",
            Self::Icf => "icf",
            Self::Drf => "drf",
            Self::Dpf => "dpf",
            Self::Sho => "sho",
            Self::Pva => "pva",
            Self::Ccif => "ccif",
            Self::Dra => "dra",
            Self::Stp => "stp",
            Self::GsupProxy => "gsup_proxy",
            Self::N3g => "n3g",
            Self::Aaa => "aaa",
        }
    }

    /// What it is, by the words of its section.
    pub fn what(self) -> &'static str {
        let row = Config::ROWS.iter().find(|r| r.key == self.name());
        row.and_then(|r| r.doc.first()).map_or("", |d| d.trim())
    }

    /// The role of this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.name() == name)
    }
}
