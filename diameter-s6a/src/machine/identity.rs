//! Who we are, and who may talk to us.
use crate::msg::{
    Address, CapabilitiesExchangeAnswer, CapabilitiesExchangeRequest, ResultCode,
    VendorSpecificApplicationId, application,
};
use std::{collections::BTreeSet, net::IpAddr};
use wire::Text;

/// An application that a peer speaks: authentication only, as S6a is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Application {
    /// The vendor that defined it; 0 for those of the IETF.
    pub vendor: u32,
    /// Application identifier.
    pub id: u32,
}

impl Application {
    /// S6a and S6d, TS 29.272 7.1.8.
    pub const S6A: Self = Self {
        vendor: crate::msg::TGPP,
        id: application::S6A,
    };
    /// What relays say that they speak, RFC 6733 2.4.
    pub const RELAY: Self = Self {
        vendor: 0,
        id: application::RELAY,
    };
}

/// Which peers may connect.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Known {
    /// Whoever comes.
    #[default]
    Anyone,
    /// These hosts, in lower case; others are told DIAMETER_UNKNOWN_PEER.
    Hosts(BTreeSet<String>),
}

/// What a node says of itself in a capabilities exchange (RFC 6733 5.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Origin-Host.
    pub host: String,
    /// Origin-Realm.
    pub realm: String,
    /// Host-IP-Address.
    pub addresses: Vec<IpAddr>,
    /// Vendor-Id: the maker of the node, 0 for none.
    pub vendor_id: u32,
    /// Product-Name.
    pub product_name: String,
    /// Origin-State-Id: grows with every restart.
    pub origin_state_id: Option<u32>,
    /// What it speaks.
    pub applications: Vec<Application>,
    /// Whom it lets in.
    pub known: Known,
}

impl Identity {
    /// A node of S6a or S6d.
    pub fn s6a(host: impl Into<String>, realm: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            realm: realm.into(),
            addresses: Vec::new(),
            vendor_id: 0,
            product_name: "Fosterling".to_owned(),
            origin_state_id: None,
            applications: vec![Application::S6A],
            known: Known::Anyone,
        }
    }

    /// A relay: it speaks whatever its peers speak (RFC 6733 2.8.1).
    pub fn relay(host: impl Into<String>, realm: impl Into<String>) -> Self {
        Self {
            applications: vec![Application::RELAY],
            ..Self::s6a(host, realm)
        }
    }

    /// Origin-Host as an AVP's value.
    pub fn origin_host(&self) -> Text {
        self.host.as_str().into()
    }

    /// Origin-Realm as an AVP's value.
    pub fn origin_realm(&self) -> Text {
        self.realm.as_str().into()
    }

    /// True where `host` is this node; names are compared without case (RFC 6733 4.3.1).
    pub fn is_host(&self, host: &Text) -> bool {
        same(host, &self.host)
    }

    /// True where `realm` is this node's.
    pub fn is_realm(&self, realm: &Text) -> bool {
        same(realm, &self.realm)
    }

    /// The capabilities exchange request.
    pub fn cer(&self) -> CapabilitiesExchangeRequest {
        let (auth, vendor_specific) = self.applications();
        CapabilitiesExchangeRequest {
            origin_host: self.origin_host(),
            origin_realm: self.origin_realm(),
            host_ip_address: self.addresses.iter().map(|a| Address::from(*a)).collect(),
            vendor_id: self.vendor_id,
            product_name: self.product_name.as_str().into(),
            origin_state_id: self.origin_state_id,
            supported_vendor_id: self.vendors(),
            auth_application_id: auth,
            inband_security_id: vec![],
            acct_application_id: vec![],
            vendor_specific_application_id: vendor_specific,
            firmware_revision: None,
            other: Default::default(),
        }
    }

    /// The capabilities exchange answer.
    pub fn cea(&self, result_code: ResultCode) -> CapabilitiesExchangeAnswer {
        let (auth, vendor_specific) = self.applications();
        CapabilitiesExchangeAnswer {
            result_code,
            origin_host: self.origin_host(),
            origin_realm: self.origin_realm(),
            host_ip_address: self.addresses.iter().map(|a| Address::from(*a)).collect(),
            vendor_id: self.vendor_id,
            product_name: self.product_name.as_str().into(),
            origin_state_id: self.origin_state_id,
            error_message: None,
            failed_avp: vec![],
            supported_vendor_id: self.vendors(),
            auth_application_id: auth,
            inband_security_id: vec![],
            acct_application_id: vec![],
            vendor_specific_application_id: vendor_specific,
            firmware_revision: None,
            other: Default::default(),
        }
    }

    /// Whether we share an application with a peer; relays share all (RFC 6733 5.3).
    pub(crate) fn common(&self, peer: &Remote) -> bool {
        self.is_relay() && !peer.applications.is_empty()
            || self.applications.iter().any(|a| peer.speaks(a.id))
    }

    /// True for a relay.
    pub fn is_relay(&self) -> bool {
        self.applications.contains(&Application::RELAY)
    }

    fn vendors(&self) -> Vec<u32> {
        let all: BTreeSet<u32> = self.applications.iter().map(|a| a.vendor).collect();
        all.into_iter().filter(|v| *v != 0).collect()
    }

    fn applications(&self) -> (Vec<u32>, Vec<VendorSpecificApplicationId>) {
        let (plain, specific): (Vec<&Application>, Vec<&Application>) =
            self.applications.iter().partition(|a| a.vendor == 0);
        let specific = specific.iter().map(|a| VendorSpecificApplicationId {
            vendor_id: a.vendor,
            auth_application_id: Some(a.id),
            acct_application_id: None,
            other: Default::default(),
        });
        (plain.iter().map(|a| a.id).collect(), specific.collect())
    }
}

/// What a peer said of itself in the capabilities exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// Origin-Host.
    pub host: Text,
    /// Origin-Realm.
    pub realm: Text,
    /// All applications that it speaks, for authentication or accounting, of a vendor or not.
    pub applications: Vec<u32>,
    /// Origin-State-Id: where it has grown, the peer has restarted.
    pub origin_state_id: Option<u32>,
}

impl Remote {
    /// True where the peer takes requests of this application: it says so, or is a relay.
    pub fn speaks(&self, application: u32) -> bool {
        let all = &self.applications;
        all.iter()
            .any(|a| *a == application || *a == application::RELAY)
    }
}

macro_rules! remote {
    ($($t:ty)*) => {
        $(impl From<&$t> for Remote {
            fn from(m: &$t) -> Self {
                let inner = m.vendor_specific_application_id.iter();
                let inner = inner.flat_map(|v| v.auth_application_id.into_iter().chain(v.acct_application_id));
                let plain = m.auth_application_id.iter().chain(&m.acct_application_id);
                Self {
                    host: m.origin_host.clone(),
                    realm: m.origin_realm.clone(),
                    applications: plain.copied().chain(inner).collect(),
                    origin_state_id: m.origin_state_id,
                }
            }
        })*
    };
}
remote! { CapabilitiesExchangeRequest CapabilitiesExchangeAnswer }

/// Whether a peer's name is `name`, without case.
pub(crate) fn same(theirs: &Text, name: &str) -> bool {
    theirs.0.eq_ignore_ascii_case(name.as_bytes())
}
