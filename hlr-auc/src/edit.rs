//! Changes of a record that are more than where it is served.
use crate::subscriber::{PdpSubscription, Subscriber};
use diameter_s6a::msg::{
    AccessRestrictionData, AllApnConfigurationsIncluded, ApnConfiguration, ApnConfigurationProfile,
    Mip6AgentInfo, PdnGwAllocationType, SubscriptionData, TerminalInformation,
};
use wire::{Apn, Digits};

/// What a subscription is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Telephone number.
    pub msisdn: Option<Digits>,
    /// The APNs.
    pub contexts: Vec<PdpSubscription>,
    /// Whether E-UTRAN may be used.
    pub eps: bool,
    /// Accesses that may not.
    pub access_restriction: AccessRestrictionData,
    /// All else, see [`Subscriber::service`].
    pub service: SubscriptionData,
}

impl From<&Subscriber> for Subscription {
    fn from(s: &Subscriber) -> Self {
        Self {
            msisdn: s.msisdn,
            contexts: s.contexts.clone(),
            eps: s.eps,
            access_restriction: s.access_restriction,
            service: s.service.clone(),
        }
    }
}

/// The gateway that was chosen for an APN (TS 29.272 5.2.5.1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    /// Context-Identifier, where it was told.
    pub context: Option<u32>,
    /// The APN, where it was told.
    pub apn: Option<Apn>,
    /// The gateway's name or address.
    pub agent: Mip6AgentInfo,
}

/// A change of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// The subscription is this from now on.
    Subscription(Box<Subscription>),
    /// What the node `host` has told of the user; nothing changes where it does not serve it.
    Notified {
        /// The node.
        host: String,
        /// The equipment.
        terminal: Option<Box<TerminalInformation>>,
        /// A gateway.
        gateway: Option<Box<Gateway>>,
    },
}

impl Edit {
    /// Changes a record.
    pub fn apply(self, s: &mut Subscriber) {
        match self {
            Self::Subscription(new) => {
                s.msisdn = new.msisdn;
                s.contexts = new.contexts;
                s.eps = new.eps;
                s.access_restriction = new.access_restriction;
                s.service = new.service;
            }
            Self::Notified {
                host,
                terminal,
                gateway,
            } => {
                if !s.is_served_by(&host) {
                    return;
                }
                if let Some(t) = terminal {
                    s.terminal = Some(*t);
                }
                if let Some(g) = gateway {
                    keep(s, *g);
                }
            }
        }
    }
}

/// Keeps a gateway with the APN's subscription, so that the next serving node is told of it.
fn keep(s: &mut Subscriber, g: Gateway) {
    let name = |a: &Apn| a.text().map(|t| t.to_ascii_lowercase());
    let wanted = g.apn.as_ref().and_then(name);
    let mine = |c: &&PdpSubscription| match g.context {
        Some(id) => c.id == id,
        None => wanted.is_some() && name(&c.apn) == wanted,
    };
    let Some(id) = s.contexts.iter().find(mine).map(|c| c.id) else {
        return;
    };
    let profile =
        s.service
            .apn_configuration_profile
            .get_or_insert_with(|| ApnConfigurationProfile {
                context_identifier: id,
                additional_context_identifier: None,
                all_apn_configurations_included_indicator:
                    AllApnConfigurationsIncluded::AllApnConfigurationsIncluded,
                apn_configuration: vec![],
                other: Default::default(),
            });
    let list = &mut profile.apn_configuration;
    let at = list.iter().position(|c| c.context_identifier == id);
    let at = at.unwrap_or_else(|| {
        list.push(ApnConfiguration {
            context_identifier: id,
            ..Default::default()
        });
        list.len().saturating_sub(1)
    });
    if let Some(c) = list.get_mut(at) {
        c.mip6_agent_info = Some(g.agent);
        c.pdn_gw_allocation_type = Some(PdnGwAllocationType::Dynamic);
    }
}
