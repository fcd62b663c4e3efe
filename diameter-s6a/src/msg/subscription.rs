//! How a subscription is changed: what Insert-Subscriber-Data brings is put in, what
//! Delete-Subscriber-Data names is taken out (TS 29.272 5.2.2.1.2, 5.2.2.2.2).
use super::{
    AllApnConfigurationsIncluded, CompleteDataListIncluded, DsrFlags, SubscriptionData, avp::id,
    framing::avps,
};
use bytes::{Bytes, BytesMut};
use std::collections::BTreeMap;
use wire::{Reader, Value};

/// Says that a kind of data is withdrawn.
pub type Withdraw = fn(DsrFlags) -> DsrFlags;

/// The kinds of data that can be withdrawn, TS 29.272 7.3.25, contexts excepted. What is not among
/// them can only be changed.
pub const WITHDRAWABLE: &[(u64, Withdraw)] = &[
    (id::RegionalSubscriptionZoneCode, |f| {
        f.with_regional_subscription(true)
    }),
    (id::ChargingCharacteristics, |f| {
        f.with_charging_characteristics(true)
    }),
    (id::StnSr, |f| f.with_stn_sr(true)),
    (id::RoamingRestricted, |f| f.with_roaming_restricted(true)),
    (id::TraceData, |f| f.with_trace_data(true)),
    (id::CsgSubscriptionData, |f| f.with_csg(true)),
    (id::ApnOiReplacement, |f| f.with_apn_oi_replacement(true)),
    (id::LcsInfo, |f| f.with_gmlc_list(true).with_lcs(true)),
    (id::TeleserviceList, |f| f.with_sms(true)),
    (id::SubscribedPeriodicRauTauTimer, |f| {
        f.with_periodic_timer(true)
    }),
    (id::SubscribedVsrvcc, |f| f.with_vsrvcc(true)),
    (id::AMsisdn, |f| f.with_a_msisdn(true)),
    (id::ProseSubscriptionData, |f| f.with_prose(true)),
    (id::DlBufferingSuggestedPacketCount, |f| {
        f.with_dl_buffering(true)
    }),
    (id::ImsiGroupId, |f| f.with_imsi_group_id(true)),
    (id::MonitoringEventConfiguration, |f| {
        f.with_monitoring_events(true)
    }),
    (id::Msisdn, |f| f.with_msisdn(true)),
    (id::UeUsageType, |f| f.with_ue_usage_type(true)),
    (id::V2xSubscriptionData, |f| f.with_v2x(true)),
    (id::ExternalIdentifier, |f| f.with_external_identifier(true)),
    (id::AerialUeSubscriptionInformation, |f| {
        f.with_aerial_ue(true)
    }),
    (id::PagingTimeWindow, |f| f.with_paging_time_window(true)),
    (id::ActiveTime, |f| f.with_active_time(true)),
    (id::EDrxCycleLength, |f| f.with_edrx_cycle_length(true)),
    (id::ServiceGapTime, |f| f.with_service_gap_time(true)),
];

impl SubscriptionData {
    /// Its AVPs, contexts excepted, by key, each as octets.
    pub fn members(&self) -> BTreeMap<u64, Vec<u8>> {
        let mut w = BytesMut::new();
        Self {
            gprs_subscription_data: None,
            apn_configuration_profile: None,
            ..self.clone()
        }
        .write(&mut w);
        let octets: Bytes = w.freeze();
        let mut all: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
        let mut list = avps(&octets, 0).map_while(Result::ok).peekable();
        while let Some(a) = list.next() {
            let end = list.peek().map_or(octets.len(), |next| next.at);
            let whole = octets.get(a.at..end).unwrap_or_default();
            all.entry(a.key).or_default().extend_from_slice(whole);
        }
        all
    }

    /// The subscription of these AVPs; empty where they are none.
    pub fn of_members<'a>(members: impl IntoIterator<Item = &'a Vec<u8>>) -> Self {
        let mut w = BytesMut::new();
        for octets in members {
            w.extend_from_slice(octets);
        }
        let read = Reader::shared(&w.freeze()).all::<Self>();
        let mut data = read.unwrap_or_default();
        data.other.forget_order();
        data
    }

    /// Puts in what an Insert-Subscriber-Data-Request brings.
    pub fn merge(&mut self, new: &Self) {
        let mut all = self.members();
        // 7.3.29: barring is told whole, with the status beside it
        if new.subscriber_status.is_some() {
            all.remove(&id::OperatorDeterminedBarring);
            all.remove(&id::HplmnOdb);
        }
        all.extend(new.members());
        let (mut gprs, mut apns) = (
            self.gprs_subscription_data.take(),
            self.apn_configuration_profile.take(),
        );
        if let Some(new) = &new.gprs_subscription_data {
            let whole = new.complete_data_list_included_indicator
                == CompleteDataListIncluded::AllPdpContextsIncluded;
            let mut list = new.clone();
            let old = gprs.as_mut().filter(|_| !whole);
            let old = old.map(|g| std::mem::take(&mut g.pdp_context));
            list.pdp_context = merged(old, &new.pdp_context, |c| c.context_identifier);
            gprs = Some(list);
        }
        if let Some(new) = &new.apn_configuration_profile {
            let whole = new.all_apn_configurations_included_indicator
                == AllApnConfigurationsIncluded::AllApnConfigurationsIncluded;
            let mut list = new.clone();
            let old = apns.as_mut().filter(|_| !whole);
            let old = old.map(|p| std::mem::take(&mut p.apn_configuration));
            list.apn_configuration = merged(old, &new.apn_configuration, |c| c.context_identifier);
            apns = Some(list);
        }
        *self = Self {
            gprs_subscription_data: gprs,
            apn_configuration_profile: apns,
            ..Self::of_members(all.values())
        };
    }

    /// Takes out what a Delete-Subscriber-Data-Request names.
    pub fn withdraw(&mut self, flags: DsrFlags, contexts: &[u32]) {
        let mut all = self.members();
        for (key, with) in WITHDRAWABLE {
            if with(flags) == flags {
                all.remove(key);
            }
        }
        let (mut gprs, mut apns) = (
            self.gprs_subscription_data.take(),
            self.apn_configuration_profile.take(),
        );
        let kept = |id: u32| !contexts.contains(&id);
        if flags.complete_pdp_contexts() {
            gprs = None;
        } else if let Some(g) = gprs.as_mut().filter(|_| flags.pdp_contexts()) {
            g.pdp_context.retain(|c| kept(c.context_identifier));
        }
        if flags.complete_apn_profile() {
            apns = None;
        } else if let Some(p) = apns.as_mut().filter(|_| flags.pdn_contexts()) {
            p.apn_configuration.retain(|c| kept(c.context_identifier));
        }
        *self = Self {
            gprs_subscription_data: gprs,
            apn_configuration_profile: apns,
            ..Self::of_members(all.values())
        };
    }
}

/// Contexts of a list that was, where it counts on, with those that are new or another.
fn merged<T: Clone>(old: Option<Vec<T>>, new: &[T], id: impl Fn(&T) -> u32) -> Vec<T> {
    let mut list = old.unwrap_or_default();
    list.retain(|o| new.iter().all(|n| id(n) != id(o)));
    list.extend_from_slice(new);
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::msg::{
        GprsSubscriptionData, OperatorDeterminedBarring, PdpContext, SubscriberStatus,
    };

    fn contexts(all: bool, ids: &[u32]) -> SubscriptionData {
        SubscriptionData {
            gprs_subscription_data: Some(GprsSubscriptionData {
                complete_data_list_included_indicator: CompleteDataListIncluded(u32::from(!all)),
                pdp_context: ids
                    .iter()
                    .map(|id| PdpContext {
                        context_identifier: *id,
                        ..Default::default()
                    })
                    .collect(),
                other: Default::default(),
            }),
            ..Default::default()
        }
    }

    fn ids(d: &SubscriptionData) -> Vec<u32> {
        let list = d.gprs_subscription_data.iter().flat_map(|g| &g.pdp_context);
        list.map(|c| c.context_identifier).collect()
    }

    #[test]
    fn contexts_come_and_go() {
        let mut d = contexts(true, &[1, 2]);
        d.merge(&contexts(false, &[2, 3]));
        assert_eq!(ids(&d), [1, 2, 3]);
        d.withdraw(DsrFlags(0).with_pdp_contexts(true), &[2, 9]);
        assert_eq!(ids(&d), [1, 3]);
        d.withdraw(DsrFlags(0).with_pdn_contexts(true), &[1]);
        assert_eq!(ids(&d), [1, 3], "of the other list");
        d.merge(&contexts(true, &[7]));
        assert_eq!(ids(&d), [7]);
        d.withdraw(DsrFlags(0).with_complete_pdp_contexts(true), &[]);
        assert_eq!(d, SubscriptionData::default());
    }

    #[test]
    fn what_can_be_withdrawn_is_and_all_else_stays() {
        let mut g = wire::Gen::seed(5);
        let full = <SubscriptionData as wire::Field>::sample(&mut g);
        for (key, with) in WITHDRAWABLE {
            let mut d = full.clone();
            d.withdraw(with(DsrFlags(0)), &[]);
            let mut want = full.members();
            want.remove(key);
            assert_eq!(d.members(), want, "{key}");
        }
        let mut d = full.clone();
        d.merge(&SubscriptionData::default());
        assert_eq!(d, full);
    }

    #[test]
    fn granted_service_ends_all_barring() {
        let odb = OperatorDeterminedBarring(0).with_hplmn_ap(true);
        let mut d = SubscriptionData {
            subscriber_status: Some(SubscriberStatus::OperatorDeterminedBarring),
            operator_determined_barring: Some(odb),
            ..Default::default()
        };
        d.merge(&SubscriptionData {
            subscriber_status: Some(SubscriberStatus::ServiceGranted),
            ..Default::default()
        });
        assert_eq!(d.operator_determined_barring, None);
    }
}
