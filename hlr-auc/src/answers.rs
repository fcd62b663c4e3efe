//! How answers are put together.
use crate::records::Challenge;
use crate::rules::Refusal;
use crate::subscriber::{Standing, Subscriber};
use aka::Functions;
use diameter_s6a::machine::{Identity, peer::error_answer};
use diameter_s6a::msg::{
    AccessRestrictionData, AllApnConfigurationsIncluded, AllocationRetentionPriority, Ambr,
    ApnConfiguration, ApnConfigurationProfile, AuthSessionState, AuthenticationInfo,
    AuthenticationInformationAnswer, Avps, CompleteDataListIncluded, EUtranVector,
    EpsSubscribedQosProfile, ExperimentalResult, ExperimentalResultCode, GprsSubscriptionData,
    Message, NetworkAccessMode, OperatorDeterminedBarring, PdnType, PdpContext, Pdu, ProxyInfo,
    PuaFlags, PurgeUeAnswer, ResultCode, SubscriberStatus, SubscriptionData, TGPP, Tbcd, UlaFlags,
    UpdateLocationAnswer, UtranVector, VendorSpecificApplicationId, application, qos_subscribed,
};
use wire::{Octets, Text};

/// What all requests of S6a and S6d have in front.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'a> {
    pub session_id: &'a Text,
    pub origin_host: &'a Text,
    pub origin_realm: &'a Text,
    pub destination_host: Option<&'a Text>,
    pub destination_realm: &'a Text,
    pub user_name: &'a Text,
    pub proxy_info: &'a [ProxyInfo],
}

/// The front of a request that an HLR serves; `None` for others.
pub(crate) fn head(m: &Message) -> Option<Head<'_>> {
    macro_rules! of {
        ($($pdu:ident)*) => {
            match &m.pdu {
                $(Pdu::$pdu(r) => Some(Head {
                    session_id: &r.session_id,
                    origin_host: &r.origin_host,
                    origin_realm: &r.origin_realm,
                    destination_host: r.destination_host.as_ref(),
                    destination_realm: &r.destination_realm,
                    user_name: &r.user_name,
                    proxy_info: &r.proxy_info,
                }),)*
                _ => None,
            }
        };
    }
    of!(AuthenticationInformationRequest UpdateLocationRequest PurgeUeRequest)
}

/// What an answer tells: result code, experimental one, Failed-AVP.
type Results = (Option<ResultCode>, Option<ExperimentalResult>, Vec<Avps>);

fn results(r: Result<(), (Refusal, Option<Octets>)>) -> Results {
    match r {
        Ok(()) => (Some(ResultCode::Success), None, vec![]),
        Err((why, failed)) => {
            let failed = failed.map(Avps).into_iter().collect();
            match why {
                Refusal::Base(c) => (Some(c), None, failed),
                Refusal::Experimental(c) => (None, Some(experimental(c)), failed),
            }
        }
    }
}

fn experimental(code: ExperimentalResultCode) -> ExperimentalResult {
    ExperimentalResult {
        vendor_id: TGPP,
        experimental_result_code: code,
        other: Default::default(),
    }
}

/// The application, as every message of S6a names it (TS 29.272 7.1.8).
pub(crate) fn s6a() -> VendorSpecificApplicationId {
    VendorSpecificApplicationId {
        vendor_id: TGPP,
        auth_application_id: Some(application::S6A),
        acct_application_id: None,
        other: Default::default(),
    }
}

macro_rules! answer {
    ($name:ident, $local:expr, $head:expr, $results:expr, { $($field:ident: $value:expr),* $(,)? }) => {{
        let (result_code, experimental_result, failed_avp) = $results;
        $name {
            session_id: $head.session_id.clone(),
            vendor_specific_application_id: Some(s6a()),
            result_code,
            experimental_result,
            auth_session_state: Some(AuthSessionState::NoStateMaintained),
            origin_host: $local.origin_host(),
            origin_realm: $local.origin_realm(),
            failed_avp,
            proxy_info: $head.proxy_info.to_vec(),
            $($field: $value,)*
            ..Default::default()
        }
    }};
}

/// Refuses any request that an HLR serves.
pub(crate) fn refuse(
    local: &Identity,
    m: &Message,
    why: Refusal,
    failed: Option<Octets>,
) -> Option<Message> {
    let h = head(m)?;
    if let Refusal::Base(code) = why
        && code.is_protocol_error()
    {
        let mut e = error_answer(local, code, Some(h.session_id.clone()));
        e.proxy_info = h.proxy_info.to_vec();
        return Some(Message::answer(&m.header, e));
    }
    let results = results(Err((why, failed)));
    let pdu = match &m.pdu {
        Pdu::AuthenticationInformationRequest(_) => {
            answer!(AuthenticationInformationAnswer, local, h, results, {
                error_diagnostic: None,
                authentication_info: None,
            })
            .into()
        }
        Pdu::UpdateLocationRequest(_) => answer!(UpdateLocationAnswer, local, h, results, {
            error_diagnostic: None,
            ula_flags: None,
            subscription_data: None,
            reset_id: vec![],
        })
        .into(),
        _ => Pdu::PurgeUeAnswer(answer!(PurgeUeAnswer, local, h, results, {
            pua_flags: None,
        })),
    };
    Some(Message::answer(&m.header, pdu))
}

/// Authentication-Information-Answer with vectors, TS 29.272 5.2.3.1.3.
pub(crate) fn aia(local: &Identity, h: &Head<'_>, info: AuthenticationInfo) -> Pdu {
    answer!(AuthenticationInformationAnswer, local, h, results(Ok(())), {
        error_diagnostic: None,
        authentication_info: Some(info),
    })
    .into()
}

/// Update-Location-Answer, TS 29.272 5.2.1.1.3.
pub(crate) fn ula(local: &Identity, h: &Head<'_>, data: Option<SubscriptionData>) -> Pdu {
    answer!(UpdateLocationAnswer, local, h, results(Ok(())), {
        error_diagnostic: None,
        ula_flags: Some(UlaFlags(0).with_separation(true)),
        subscription_data: data,
        reset_id: vec![],
    })
    .into()
}

/// Purge-UE-Answer, TS 29.272 5.2.1.3.3: whether the node keeps the temporary identity reserved.
pub(crate) fn pua(local: &Identity, h: &Head<'_>, freeze: bool) -> Pdu {
    let flags = PuaFlags(0).with_freeze_p_tmsi(freeze);
    answer!(PurgeUeAnswer, local, h, results(Ok(())), { pua_flags: Some(flags) }).into()
}

/// Vectors for these challenges and numbers: the first `eutran` for an MME of `visited`, the rest
/// for an SGSN.
pub(crate) fn vectors(
    s: &Subscriber,
    functions: &Functions,
    challenges: &[Challenge],
    eutran: usize,
    visited: [u8; 3],
) -> AuthenticationInfo {
    let mut info = AuthenticationInfo {
        ..Default::default()
    };
    let [high, low] = s.amf;
    let all = challenges.len();
    for (i, (rand, sqn)) in challenges.iter().enumerate() {
        // TS 29.272 7.3.23: Item-Number tells their order where there are several
        let number = |first: usize, of: usize| {
            (of > 1).then(|| i.saturating_sub(first).saturating_add(1) as u32)
        };
        if i < eutran {
            // TS 33.401 6.1.1: the separation bit of AMF is 1 for E-UTRAN only
            let q = functions.quintuplet(rand, *sqn, [high | 0x80, low]);
            let v = q.eps(visited);
            info.e_utran_vector.push(EUtranVector {
                item_number: number(0, eutran),
                rand: v.rand.into(),
                xres: Octets::copy(&v.xres),
                autn: v.autn.into(),
                kasme: (*v.kasme.expose()).into(),
                other: Default::default(),
            });
        } else {
            let q = functions.quintuplet(rand, *sqn, [high & 0x7f, low]);
            info.utran_vector.push(UtranVector {
                item_number: number(eutran, all.saturating_sub(eutran)),
                rand: q.rand.into(),
                xres: Octets::copy(&q.xres),
                autn: q.autn.into(),
                confidentiality_key: (*q.ck.expose()).into(),
                integrity_key: (*q.ik.expose()).into(),
                other: Default::default(),
            });
        }
    }
    info
}

/// Subscription-Data, TS 29.272 7.3.2: for an SGSN its PDP contexts, for an MME the same as APN
/// configurations.
pub(crate) fn subscription_data(s: &Subscriber, mme: bool) -> SubscriptionData {
    let status = match s.standing {
        Standing::Barred => SubscriberStatus::OperatorDeterminedBarring,
        _ => SubscriberStatus::ServiceGranted,
    };
    SubscriptionData {
        subscriber_status: Some(status),
        msisdn: s.msisdn.as_ref().map(Tbcd::new),
        network_access_mode: Some(NetworkAccessMode::OnlyPacket),
        operator_determined_barring: (s.standing == Standing::Barred)
            .then(|| OperatorDeterminedBarring(0).with_all_packet_services(true)),
        access_restriction_data: Some(s.access_restriction)
            .filter(|a| *a != AccessRestrictionData(0)),
        ambr: mme.then(ambr),
        apn_configuration_profile: mme.then(|| apn_profile(s)),
        gprs_subscription_data: (!mme).then(|| gprs(s)),
        ..Default::default()
    }
}

fn gprs(s: &Subscriber) -> GprsSubscriptionData {
    let contexts = s.contexts.iter().map(|c| PdpContext {
        context_identifier: c.id,
        pdp_type: c.pdp_type.into(),
        qos_subscribed: qos_subscribed(c.priority, &c.qos),
        service_selection: c.apn.text().unwrap_or_default().into(),
        ..Default::default()
    });
    GprsSubscriptionData {
        complete_data_list_included_indicator: CompleteDataListIncluded::AllPdpContextsIncluded,
        pdp_context: contexts.collect(),
        other: Default::default(),
    }
}

fn apn_profile(s: &Subscriber) -> ApnConfigurationProfile {
    let configurations = s.contexts.iter().map(|c| ApnConfiguration {
        context_identifier: c.id,
        pdn_type: PdnType::IPv4,
        service_selection: c.apn.text().unwrap_or_default().into(),
        eps_subscribed_qos_profile: Some(EpsSubscribedQosProfile {
            // best effort
            qos_class_identifier: 9,
            allocation_retention_priority: AllocationRetentionPriority {
                priority_level: u32::from(c.priority),
                pre_emption_capability: None,
                pre_emption_vulnerability: None,
                other: Default::default(),
            },
            other: Default::default(),
        }),
        ambr: Some(ambr()),
        ..Default::default()
    });
    ApnConfigurationProfile {
        context_identifier: s.contexts.first().map_or(0, |c| c.id),
        additional_context_identifier: None,
        all_apn_configurations_included_indicator:
            AllApnConfigurationsIncluded::AllApnConfigurationsIncluded,
        apn_configuration: configurations.collect(),
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
