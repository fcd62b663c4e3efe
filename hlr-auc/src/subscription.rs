//! Subscription-Data of a record (TS 29.272 7.3.2), and what of it a serving node must be told when
//! the record has changed.
use crate::subscriber::{PdpSubscription, Standing, Subscriber};
use diameter_s6a::msg::{
    AccessRestrictionData, AllApnConfigurationsIncluded, AllocationRetentionPriority, Ambr,
    ApnConfiguration, ApnConfigurationProfile, CompleteDataListIncluded, DsrFlags,
    EpsSubscribedQosProfile, Features, GprsSubscriptionData, NetworkAccessMode,
    OperatorDeterminedBarring, PdnType, PdpContext, QosClassIdentifier, RoamingRestricted,
    SubscriberStatus, SubscriptionData, Tbcd, WITHDRAWABLE, qos_subscribed,
};

/// For whom the data is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct For {
    /// An MME; else an SGSN.
    pub mme: bool,
    /// An SGSN that wants PDP contexts although there are APN configurations (ULR-Flags).
    pub gprs: bool,
    /// What it supports.
    pub features: Features,
}

/// Subscription-Data: for an MME APN configurations, for an SGSN PDP contexts, or APN configurations
/// where the subscriber has them.
pub(crate) fn subscription_data(s: &Subscriber, node: For) -> SubscriptionData {
    let own = &s.service;
    let mut barring = own.operator_determined_barring.unwrap_or_default();
    if s.standing == Standing::Barred {
        barring = barring.with_all_packet_services(true);
    }
    let barred = barring != OperatorDeterminedBarring(0) || own.hplmn_odb.is_some();
    let none = s.access_restriction == AccessRestrictionData(0);
    // TS 29.272 5.2.1.1.3: a node that does not know zones may not serve where they matter
    let zones = !own.regional_subscription_zone_code.is_empty();
    let restricted = zones && !node.features.list_1.reg_sub();
    let eps = node.mme || s.eps;
    SubscriptionData {
        subscriber_status: Some(match barred {
            true => SubscriberStatus::OperatorDeterminedBarring,
            false => SubscriberStatus::ServiceGranted,
        }),
        msisdn: s.msisdn.as_ref().map(Tbcd::new),
        network_access_mode: Some(
            own.network_access_mode
                .unwrap_or(NetworkAccessMode::OnlyPacket),
        ),
        operator_determined_barring: Some(barring).filter(|b| *b != OperatorDeterminedBarring(0)),
        access_restriction_data: (!none).then_some(s.access_restriction),
        ambr: eps.then(|| own.ambr.clone().unwrap_or_else(ambr)),
        apn_configuration_profile: eps.then(|| apn_profile(s)),
        gprs_subscription_data: (!node.mme && (node.gprs || !eps)).then(|| gprs(s)),
        roaming_restricted: restricted
            .then_some(RoamingRestricted::RoamingRestrictedDueToUnsupportedFeature),
        ..own.clone()
    }
}

fn gprs(s: &Subscriber) -> GprsSubscriptionData {
    let own = s.service.gprs_subscription_data.as_ref();
    let also = |id| own?.pdp_context.iter().find(|c| c.context_identifier == id);
    let contexts = s.contexts.iter().map(|c| PdpContext {
        context_identifier: c.id,
        pdp_type: c.pdp_type.into(),
        qos_subscribed: qos_subscribed(c.priority, &c.qos),
        service_selection: c.apn.text().unwrap_or_default().into(),
        ..also(c.id).cloned().unwrap_or_default()
    });
    GprsSubscriptionData {
        complete_data_list_included_indicator: CompleteDataListIncluded::AllPdpContextsIncluded,
        pdp_context: contexts.collect(),
        other: Default::default(),
    }
}

fn apn_profile(s: &Subscriber) -> ApnConfigurationProfile {
    let own = s.service.apn_configuration_profile.as_ref();
    let also = |id| {
        own?.apn_configuration
            .iter()
            .find(|c| c.context_identifier == id)
    };
    let configuration = |c: &PdpSubscription| {
        let also = also(c.id).cloned().unwrap_or_default();
        ApnConfiguration {
            context_identifier: c.id,
            pdn_type: pdn_type(c),
            service_selection: c.apn.text().unwrap_or_default().into(),
            eps_subscribed_qos_profile: Some(
                also.eps_subscribed_qos_profile
                    .clone()
                    .unwrap_or_else(|| best_effort(c)),
            ),
            ambr: Some(also.ambr.clone().unwrap_or_else(ambr)),
            ..also
        }
    };
    // the default APN: the one that is named, if the subscription has it, else the first
    let named = own.map(|p| p.context_identifier);
    let default = s
        .contexts
        .iter()
        .find(|c| Some(c.id) == named)
        .or(s.contexts.first());
    ApnConfigurationProfile {
        context_identifier: default.map_or(0, |c| c.id),
        additional_context_identifier: own.and_then(|p| p.additional_context_identifier),
        all_apn_configurations_included_indicator:
            AllApnConfigurationsIncluded::AllApnConfigurationsIncluded,
        apn_configuration: s.contexts.iter().map(configuration).collect(),
        other: Default::default(),
    }
}

/// TS 29.272 7.3.62, from the PDP type number of TS 29.060 7.7.27.
fn pdn_type(c: &PdpSubscription) -> PdnType {
    match c.pdp_type[1] {
        0x57 => PdnType::IPv6,
        0x8d => PdnType::IPv4v6,
        _ => PdnType::IPv4,
    }
}

fn best_effort(c: &PdpSubscription) -> EpsSubscribedQosProfile {
    EpsSubscribedQosProfile {
        qos_class_identifier: QosClassIdentifier::Qci9,
        allocation_retention_priority: AllocationRetentionPriority {
            priority_level: u32::from(c.priority),
            pre_emption_capability: None,
            pre_emption_vulnerability: None,
            other: Default::default(),
        },
        other: Default::default(),
    }
}

/// 1 Mbit/s both ways.
fn ambr() -> Ambr {
    Ambr {
        max_requested_bandwidth_ul: 1_000_000,
        max_requested_bandwidth_dl: 1_000_000,
        ..Default::default()
    }
}

/// What a serving node must be told when a subscription has changed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    /// What is new or another, for an Insert-Subscriber-Data-Request.
    pub insert: Option<SubscriptionData>,
    /// What is withdrawn, for a Delete-Subscriber-Data-Request: its kinds, and contexts.
    pub delete: Option<(DsrFlags, Vec<u32>)>,
}

/// From what a node was told to what it must know now (TS 29.272 5.2.2.1, 5.2.2.2).
pub(crate) fn difference(old: SubscriptionData, new: SubscriptionData) -> Difference {
    let mut flags = DsrFlags(0);
    let mut gone = Vec::new();
    let gprs = lists(
        old.gprs_subscription_data
            .as_ref()
            .map(|g| &g.pdp_context[..]),
        new.gprs_subscription_data
            .as_ref()
            .map(|g| &g.pdp_context[..]),
        |c| c.context_identifier,
    );
    let apns = lists(
        old.apn_configuration_profile
            .as_ref()
            .map(|p| &p.apn_configuration[..]),
        new.apn_configuration_profile
            .as_ref()
            .map(|p| &p.apn_configuration[..]),
        |c| c.context_identifier,
    );
    match &gprs {
        Lists { all: true, .. } => flags = flags.with_complete_pdp_contexts(true),
        Lists { gone: g, .. } if !g.is_empty() => {
            flags = flags.with_pdp_contexts(true);
            gone.extend(g);
        }
        _ => {}
    }
    match &apns {
        Lists { all: true, .. } => flags = flags.with_complete_apn_profile(true),
        Lists { gone: g, .. } if !g.is_empty() => {
            flags = flags.with_pdn_contexts(true);
            gone.extend(g);
        }
        _ => {}
    }
    gone.sort_unstable();
    gone.dedup();
    let default = |d: &SubscriptionData| {
        let p = d.apn_configuration_profile.as_ref();
        p.map(|p| (p.context_identifier, p.additional_context_identifier))
    };
    let profile = new
        .apn_configuration_profile
        .clone()
        .filter(|_| !apns.changed.is_empty() || default(&old) != default(&new));
    let contexts = new
        .gprs_subscription_data
        .clone()
        .filter(|_| !gprs.changed.is_empty());

    // all else, AVP by AVP
    let (before, after) = (old.members(), new.members());
    let another = after
        .iter()
        .filter(|(k, octets)| before.get(k) != Some(octets));
    let mut insert = SubscriptionData::of_members(another.map(|(_, octets)| octets));
    for key in before.keys().filter(|k| !after.contains_key(k)) {
        if let Some((_, with)) = WITHDRAWABLE.iter().find(|(k, _)| k == key) {
            flags = with(flags);
        }
    }
    if old.access_restriction_data.is_some() && new.access_restriction_data.is_none() {
        insert.access_restriction_data = Some(AccessRestrictionData(0));
    }
    // barring of any kind is complete, with the status beside it (TS 29.272 7.3.29)
    if insert.operator_determined_barring.is_some() || insert.hplmn_odb.is_some() {
        insert.subscriber_status = new.subscriber_status;
        insert.operator_determined_barring = new.operator_determined_barring;
        insert.hplmn_odb = new.hplmn_odb;
    }
    insert.gprs_subscription_data = contexts.map(|g| GprsSubscriptionData {
        complete_data_list_included_indicator:
            CompleteDataListIncluded::ModifiedAddedPdpContextsIncluded,
        pdp_context: gprs.changed,
        ..g
    });
    insert.apn_configuration_profile = profile.map(|p| ApnConfigurationProfile {
        all_apn_configurations_included_indicator:
            AllApnConfigurationsIncluded::ModifiedAddedApnConfigurationsIncluded,
        apn_configuration: apns.changed,
        ..p
    });
    Difference {
        insert: Some(insert).filter(|d| *d != SubscriptionData::default()),
        delete: (flags != DsrFlags(0)).then_some((flags, gone)),
    }
}

/// What became of a list of contexts.
struct Lists<T> {
    /// New or another.
    changed: Vec<T>,
    /// Gone, by identifier.
    gone: Vec<u32>,
    /// There were some, and all are gone.
    all: bool,
}

fn lists<T: Clone + PartialEq>(
    old: Option<&[T]>,
    new: Option<&[T]>,
    id: impl Fn(&T) -> u32,
) -> Lists<T> {
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let gone = old.iter().filter(|o| new.iter().all(|n| id(n) != id(o)));
    Lists {
        changed: new.iter().filter(|n| !old.contains(n)).cloned().collect(),
        gone: gone.map(&id).collect(),
        all: !old.is_empty() && new.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aka::Opc;
    use diameter_s6a::msg::FeatureList1;
    use wire::Apn;

    fn subscriber() -> Subscriber {
        let imsi = "999010000000001".parse().unwrap();
        Subscriber::new(imsi, [1; 16].into(), Opc::from([2; 16]).into())
            .with_apn(Apn::new("a").unwrap())
            .with_apn(Apn::new("b").unwrap())
    }

    const SGSN: For = For {
        mme: false,
        gprs: true,
        features: Features {
            list_1: FeatureList1(u32::MAX),
            list_2: diameter_s6a::msg::FeatureList2(0),
        },
    };

    #[test]
    fn nothing_changed_is_nothing_to_tell() {
        let d = subscription_data(&subscriber(), SGSN);
        let same = difference(d.clone(), d);
        assert_eq!((same.insert, same.delete), (None, None));
    }

    #[test]
    fn what_is_another_is_inserted_and_what_is_gone_is_deleted() {
        let mut s = subscriber();
        s.service.apn_oi_replacement = Some("x.mnc001.mcc999.gprs".into());
        s.service.regional_subscription_zone_code = vec![vec![0, 1].into()];
        s.access_restriction = AccessRestrictionData(0).with_utran(true);
        let old = subscription_data(&s, SGSN);
        s.service.apn_oi_replacement = None;
        s.service.subscribed_periodic_rau_tau_timer = Some(600);
        s.access_restriction = AccessRestrictionData(0);
        s.contexts.remove(0);
        s.contexts[0].priority = 1;
        let d = difference(old.clone(), subscription_data(&s, SGSN));
        let insert = d.insert.unwrap();
        assert_eq!(insert.subscribed_periodic_rau_tau_timer, Some(600));
        assert_eq!(
            insert.access_restriction_data,
            Some(AccessRestrictionData(0))
        );
        assert_eq!(insert.subscriber_status, None);
        assert!(insert.regional_subscription_zone_code.is_empty());
        let gprs = insert.gprs_subscription_data.unwrap();
        assert_eq!(gprs.pdp_context.len(), 1);
        assert_eq!(
            gprs.complete_data_list_included_indicator,
            CompleteDataListIncluded::ModifiedAddedPdpContextsIncluded
        );
        let (flags, contexts) = d.delete.unwrap();
        let want = DsrFlags(0)
            .with_apn_oi_replacement(true)
            .with_pdp_contexts(true);
        assert_eq!((flags, contexts), (want, vec![1]));
        // the last context: the whole list
        s.contexts.clear();
        let (flags, contexts) = difference(old, subscription_data(&s, SGSN)).delete.unwrap();
        assert!(flags.complete_pdp_contexts() && !flags.pdp_contexts());
        assert!(contexts.is_empty());
    }

    #[test]
    fn barring_is_told_whole() {
        let mut s = subscriber();
        let odb = OperatorDeterminedBarring(0).with_hplmn_ap(true);
        s.service.operator_determined_barring = Some(odb);
        let barred = subscription_data(&s, SGSN);
        s.service.operator_determined_barring = Some(odb.with_vplmn_ap(true));
        let more = subscription_data(&s, SGSN);
        let insert = difference(barred.clone(), more).insert.unwrap();
        assert_eq!(
            insert.subscriber_status,
            Some(SubscriberStatus::OperatorDeterminedBarring)
        );
        s.service.operator_determined_barring = None;
        let insert = difference(barred, subscription_data(&s, SGSN))
            .insert
            .unwrap();
        assert_eq!(
            insert.subscriber_status,
            Some(SubscriberStatus::ServiceGranted)
        );
        assert_eq!(insert.operator_determined_barring, None);
    }

    #[test]
    fn an_mme_gets_apn_configurations_with_what_is_told_of_them() {
        let mut s = subscriber();
        s.service.apn_configuration_profile = Some(ApnConfigurationProfile {
            context_identifier: 2,
            additional_context_identifier: None,
            all_apn_configurations_included_indicator: Default::default(),
            apn_configuration: vec![ApnConfiguration {
                context_identifier: 2,
                charging_characteristics: Some("0800".into()),
                ..Default::default()
            }],
            other: Default::default(),
        });
        let mme = For { mme: true, ..SGSN };
        let d = subscription_data(&s, mme);
        let profile = d.apn_configuration_profile.unwrap();
        assert_eq!(profile.context_identifier, 2);
        let [a, b] = &profile.apn_configuration[..] else {
            panic!()
        };
        assert_eq!(a.charging_characteristics, None);
        assert_eq!(b.charging_characteristics, Some("0800".into()));
        assert_eq!(&b.service_selection, "b");
        assert!(d.ambr.is_some() && d.gprs_subscription_data.is_none());
    }

    #[test]
    fn zones_restrict_a_node_that_does_not_know_them() {
        let mut s = subscriber();
        s.service.regional_subscription_zone_code = vec![vec![0, 1].into()];
        assert_eq!(subscription_data(&s, SGSN).roaming_restricted, None);
        let plain = For {
            features: Features::default(),
            ..SGSN
        };
        assert!(subscription_data(&s, plain).roaming_restricted.is_some());
    }
}
