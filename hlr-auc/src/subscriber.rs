//! A subscriber's record.
mod octets;

use aka::{Algorithm, Amf, IndTable, K, OperatorCode, Profile};
use diameter_s6a::msg::{
    AccessRestrictionData, ErrorDiagnostic, FeatureList1, RatType, SubscriptionData,
    TerminalInformation,
};
use engine::Utc;
use std::{collections::BTreeSet, time::Duration};
use wire::{Apn, Digits, Imsi, Plmn, QosProfile};

/// All that the home network knows of a subscriber. Keys are shown by no `Debug`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// Who it is.
    pub imsi: Imsi,
    /// Authentication: which functions.
    pub algorithm: Algorithm,
    /// Authentication: the subscriber's key.
    pub k: K,
    /// Authentication: OP, OPc, TOP or TOPc.
    pub operator_code: OperatorCode,
    /// Authentication management field of its vectors.
    pub amf: Amf,
    /// How its sequence numbers are made (TS 33.102 C.1).
    pub profile: Profile,
    /// SEQ_HE: SEQ of the last vector.
    pub seq: u64,
    /// Which serving node holds which IND.
    pub indices: IndTable,
    /// Telephone number.
    pub msisdn: Option<Digits>,
    /// The APNs that it may use; none means no packet subscription.
    pub contexts: Vec<PdpSubscription>,
    /// True where it may use E-UTRAN as well, with the same APNs.
    pub eps: bool,
    /// True where its card is a SIM: it is authenticated by GSM triplets only.
    pub sim: bool,
    /// Accesses that it may not use.
    pub access_restriction: AccessRestrictionData,
    /// What else its subscription has, as it is told to serving nodes: bit rates, barring, zones,
    /// charging, location services, trace and so on (TS 29.272 7.3.2). A PDP-Context or an
    /// APN-Configuration in it adds to the subscription of the same Context-Identifier. What the
    /// fields of this record say goes before it.
    pub service: SubscriptionData,
    /// Where it may be served.
    pub roaming: Roaming,
    /// Whether it is served at all.
    pub standing: Standing,
    /// Not served before this moment.
    pub valid_from: Option<Utc>,
    /// Not served from this moment on.
    pub valid_until: Option<Utc>,
    /// Temporary access: for so long after each update of location, then the HLR cancels.
    pub lifetime: Option<Duration>,
    /// Who serves it now.
    pub serving: Option<ServingNode>,
    /// Its equipment, as the node that serves it has told.
    pub terminal: Option<TerminalInformation>,
    /// Purged by the node that serves it: gone from there, but the keys and numbers are kept.
    pub purged: bool,
}

/// A subscription to one APN (TS 29.272 7.3.74).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PdpSubscription {
    /// Context-Identifier.
    pub id: u32,
    /// The access point name, without operator identifier.
    pub apn: Apn,
    /// Organisation and number of the PDP type, TS 29.002: 0xf1 0x21 is IPv4.
    pub pdp_type: [u8; 2],
    /// Quality of service.
    pub qos: QosProfile,
    /// Allocation/retention priority, 1 to 3.
    pub priority: u8,
}

impl PdpSubscription {
    /// IPv4 on `apn` with a background profile.
    pub fn ipv4(id: u32, apn: Apn) -> Self {
        Self {
            id,
            apn,
            pdp_type: [0xf1, 0x21],
            qos: QosProfile::background_64k(),
            priority: 2,
        }
    }
}

/// Where a subscriber may be served.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Roaming {
    /// Everywhere.
    #[default]
    Anywhere,
    /// In these networks only.
    Only(BTreeSet<Plmn>),
}

impl Roaming {
    /// Whether the network `visited` may serve; one that cannot be read may not, where any is
    /// excluded.
    pub fn allows(&self, visited: Option<Plmn>) -> bool {
        match (self, visited) {
            (Self::Anywhere, _) => true,
            (Self::Only(list), Some(p)) => list.contains(&p),
            (Self::Only(_), None) => false,
        }
    }
}

/// Whether an identity is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Standing {
    /// It is.
    #[default]
    Active,
    /// It is known, and nobody is told so: as if it were unknown.
    Quarantined,
    /// It is known, and its services are barred.
    Barred,
    /// It is known, and its platform has yet to be validated: there are no vectors until then (R61).
    Unvalidated,
}

/// The node that serves a subscriber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServingNode {
    /// Its Origin-Host.
    pub host: String,
    /// Its Origin-Realm.
    pub realm: String,
    /// The network that it said it is in.
    pub plmn: Option<Plmn>,
    /// True for an MME (S6a), false for an SGSN (S6d).
    pub mme: bool,
}

impl Subscriber {
    /// A subscriber of MILENAGE with the constants of its specification, SQN profile 2 (counted),
    /// and no APN yet.
    pub fn new(imsi: Imsi, k: K, operator_code: OperatorCode) -> Self {
        Self {
            imsi,
            algorithm: Algorithm::default(),
            k,
            operator_code,
            amf: [0x80, 0],
            profile: Profile::PROFILE_2,
            seq: 0,
            indices: IndTable::new(&Profile::PROFILE_2),
            msisdn: None,
            contexts: Vec::new(),
            eps: false,
            sim: false,
            access_restriction: AccessRestrictionData(0),
            service: SubscriptionData::default(),
            roaming: Roaming::Anywhere,
            standing: Standing::Active,
            valid_from: None,
            valid_until: None,
            lifetime: None,
            serving: None,
            terminal: None,
            purged: false,
        }
    }

    /// With an IPv4 subscription to `apn` more.
    #[must_use]
    pub fn with_apn(mut self, apn: Apn) -> Self {
        let id = self.contexts.len() as u32 + 1;
        self.contexts.push(PdpSubscription::ipv4(id, apn));
        self
    }

    /// Whether the node of this Origin-Host serves the subscriber.
    pub fn is_served_by(&self, host: &str) -> bool {
        let serving = self.serving.as_ref();
        serving.is_some_and(|n| n.host.eq_ignore_ascii_case(host))
    }

    /// Whether the record is within its time.
    pub fn is_valid(&self, now: Utc) -> bool {
        self.valid_from.is_none_or(|t| t <= now) && self.valid_until.is_none_or(|t| now < t)
    }

    /// Whether the subscriber may use this access.
    pub fn may_use(&self, rat: RatType) -> bool {
        let no = self.access_restriction;
        match rat {
            RatType::Utran => !no.utran(),
            RatType::Geran => !no.geran(),
            RatType::Gan => !no.gan(),
            RatType::HspaEvolution => !no.i_hspa(),
            RatType::Eutran => !no.wb_eutran(),
            RatType::EutranNbIot => !no.nb_iot(),
            _ => true,
        }
    }

    /// Why a node that supports no more than `features` may not serve: it could not hold the barring
    /// that the subscription has (TS 29.272 5.2.1.1.3, 7.3.128).
    pub fn barred_at(&self, features: &FeatureList1) -> Option<ErrorDiagnostic> {
        let odb = self.service.operator_determined_barring.unwrap_or_default();
        let all = odb.all_packet_services() || self.standing == Standing::Barred;
        if all && !features.odb_all_apn() {
            Some(ErrorDiagnostic::OdbAllApn)
        } else if odb.hplmn_ap() && !features.odb_hplmn_apn() {
            Some(ErrorDiagnostic::OdbHplmnApn)
        } else if odb.vplmn_ap() && !features.odb_vplmn_apn() {
            Some(ErrorDiagnostic::OdbVplmnApn)
        } else {
            None
        }
    }

    /// How long after `now` access ends: the lifetime, or the record's own end where that is sooner.
    pub fn lease(&self, now: Utc) -> Option<Duration> {
        let rest = self
            .valid_until
            .map(|t| Duration::from_nanos(t.0.saturating_sub(now.0)));
        [self.lifetime, rest].into_iter().flatten().min()
    }
}
