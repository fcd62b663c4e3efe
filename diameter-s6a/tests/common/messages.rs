//! Each message of TS 29.272 7.2 as one of a small network: an SGSN and an MME of 001-01 and an HLR
//! of 999-01.
use super::samples::{HOME, VISITED, hlr, sgsn};
use diameter_s6a::{machine::Identity, msg::*};
use wire::{Digits, Octets};

/// The MME.
fn mme() -> Identity {
    Identity::s6a(format!("mme.{VISITED}"), VISITED)
}

const IMSI: &str = "999010000000001";

fn is(application: u32) -> Option<VendorSpecificApplicationId> {
    Some(VendorSpecificApplicationId {
        vendor_id: TGPP,
        auth_application_id: Some(application),
        acct_application_id: None,
        other: Default::default(),
    })
}

/// A request of `$from`.
macro_rules! request {
    ($from:expr, $application:ident, $name:ident, { $($field:ident: $value:expr),* $(,)? }) => {{
        let mut m = Message::request(application::$application, $name {
            session_id: format!("{};1;7", $from.host).into(),
            vendor_specific_application_id: is(application::$application),
            auth_session_state: AuthSessionState::NoStateMaintained,
            origin_host: $from.origin_host(),
            origin_realm: $from.origin_realm(),
            $($field: $value,)*
            ..Default::default()
        });
        m.header.hop_by_hop = 0x0a0b_0c02;
        m.header.end_to_end = 0x1230_0002;
        m
    }};
}

/// `$from`'s answer to a request.
macro_rules! answer {
    ($from:expr, $to:expr, $name:ident, { $($field:ident: $value:expr),* $(,)? }) => {{
        let to: Message = $to;
        let session = to.json()["avps"]["session_id"].as_str().unwrap().to_owned();
        Message::answer(&to.header, $name {
            session_id: session.into(),
            vendor_specific_application_id: is(to.header.application),
            auth_session_state: Some(AuthSessionState::NoStateMaintained),
            origin_host: $from.origin_host(),
            origin_realm: $from.origin_realm(),
            $($field: $value,)*
            ..Default::default()
        })
    }};
}

const OK: Option<ResultCode> = Some(ResultCode::Success);

fn refused(code: ExperimentalResultCode) -> Option<ExperimentalResult> {
    Some(ExperimentalResult {
        vendor_id: TGPP,
        experimental_result_code: code,
        other: Default::default(),
    })
}

fn features() -> Vec<SupportedFeatures> {
    Features {
        list_1: FeatureList1(0).with_odb_all_apn(true).with_reg_sub(true),
        list_2: FeatureList2(0).with_reset_ids(true),
    }
    .avps()
}

/// From an MME: E-UTRAN vectors for now, others to keep, and a resynchronisation.
fn air() -> Message {
    request!(mme(), S6A, AuthenticationInformationRequest, {
        destination_realm: HOME.into(),
        user_name: IMSI.into(),
        supported_features: features(),
        requested_eutran_authentication_info: Some(RequestedAuthenticationInfo {
            number_of_requested_vectors: Some(2),
            immediate_response_preferred: Some(1),
            re_synchronization_info: Some(Octets::copy(&[0x5a; 30])),
            ..Default::default()
        }),
        requested_utran_geran_authentication_info: Some(RequestedUtranGeranAuthenticationInfo {
            number_of_requested_vectors: Some(1),
            ..Default::default()
        }),
        visited_plmn_id: PlmnId([0x00, 0xf1, 0x10]),
        air_flags: Some(AirFlags(0).with_send_ue_usage_type(true)),
    })
}

fn aia(info: AuthenticationInfo) -> Message {
    answer!(hlr(), air(), AuthenticationInformationAnswer, {
        result_code: OK,
        authentication_info: Some(info),
    })
}

fn eutran() -> Message {
    let vector = |n: u8| EUtranVector {
        item_number: Some(n.into()),
        rand: [n; 16].into(),
        xres: Octets::copy(&[0x40 + n; 8]),
        autn: [0x60 + n; 16].into(),
        kasme: [0x80 + n; 32].into(),
        other: Default::default(),
    };
    aia(AuthenticationInfo {
        e_utran_vector: vec![vector(1), vector(2)],
        ..Default::default()
    })
}

fn geran() -> Message {
    aia(AuthenticationInfo {
        geran_vector: vec![GeranVector {
            item_number: None,
            rand: [0x23; 16].into(),
            sres: [0x45; 4].into(),
            kc: [0x67; 8].into(),
            other: Default::default(),
        }],
        ..Default::default()
    })
}

fn no_vectors() -> Message {
    answer!(hlr(), air(), AuthenticationInformationAnswer, {
        experimental_result: refused(ExperimentalResultCode::AuthenticationDataUnavailable),
    })
}

fn ulr() -> Message {
    request!(mme(), S6A, UpdateLocationRequest, {
        destination_realm: HOME.into(),
        user_name: IMSI.into(),
        supported_features: features(),
        terminal_information: Some(TerminalInformation {
            imei: Some("35123456789012".into()),
            software_version: Some("01".into()),
            ..Default::default()
        }),
        rat_type: RatType::Eutran,
        ulr_flags: UlrFlags(0).with_s6a(true).with_initial_attach(true),
        ue_srvcc_capability: Some(UeSrvccCapability::NotSupported),
        visited_plmn_id: PlmnId([0x00, 0xf1, 0x10]),
        homogeneous_ims_voice: Some(Support::NotSupported),
        active_apn: vec![ActiveApn {
            context_identifier: 1,
            service_selection: Some("m2m.ro".into()),
            mip6_agent_info: Some(gateway()),
            ..Default::default()
        }],
        equivalent_plmn_list: Some(EquivalentPlmnList {
            visited_plmn_id: vec![PlmnId([0x00, 0xf1, 0x20])],
            ..Default::default()
        }),
    })
}

fn gateway() -> Mip6AgentInfo {
    Mip6AgentInfo {
        mip_home_agent_host: Some(MipHomeAgentHost {
            destination_realm: HOME.into(),
            destination_host: format!("pgw.{HOME}").into(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn ula() -> Message {
    answer!(hlr(), ulr(), UpdateLocationAnswer, {
        result_code: OK,
        supported_features: features(),
        ula_flags: Some(UlaFlags(0).with_separation(true)),
        subscription_data: Some(subscription()),
        reset_id: vec![Octets::copy(&[0, 1])],
    })
}

fn roaming() -> Message {
    answer!(hlr(), ulr(), UpdateLocationAnswer, {
        experimental_result: refused(ExperimentalResultCode::RoamingNotAllowed),
        error_diagnostic: Some(ErrorDiagnostic::OdbHplmnApn),
    })
}

/// A subscription with something of each kind.
fn subscription() -> SubscriptionData {
    let arp = AllocationRetentionPriority {
        priority_level: 8,
        pre_emption_capability: Some(PreEmptionCapability::Disabled),
        pre_emption_vulnerability: Some(PreEmptionVulnerability::Enabled),
        other: Default::default(),
    };
    let ambr = || Ambr {
        max_requested_bandwidth_ul: 50_000_000,
        max_requested_bandwidth_dl: 100_000_000,
        ..Default::default()
    };
    let apn = ApnConfiguration {
        context_identifier: 1,
        pdn_type: PdnType::IPv4v6,
        service_selection: "m2m.ro".into(),
        eps_subscribed_qos_profile: Some(EpsSubscribedQosProfile {
            qos_class_identifier: QosClassIdentifier::Qci9,
            allocation_retention_priority: arp,
            other: Default::default(),
        }),
        vplmn_dynamic_address_allowed: Some(VplmnDynamicAddressAllowed::NotAllowed),
        mip6_agent_info: Some(gateway()),
        pdn_gw_allocation_type: Some(PdnGwAllocationType::Static),
        charging_characteristics: Some("0800".into()),
        ambr: Some(ambr()),
        sipto_permission: Some(SiptoPermission::NotAllowed),
        lipa_permission: Some(LipaPermission::Prohibited),
        ..Default::default()
    };
    let digits = |d| Tbcd::new(&Digits::new(d).unwrap());
    SubscriptionData {
        subscriber_status: Some(SubscriberStatus::OperatorDeterminedBarring),
        msisdn: Some(digits("99901000001")),
        stn_sr: Some(digits("99901000009")),
        ics_indicator: Some(Indicator::False),
        network_access_mode: Some(NetworkAccessMode::OnlyPacket),
        operator_determined_barring: Some(OperatorDeterminedBarring(0).with_vplmn_ap(true)),
        hplmn_odb: Some(HplmnOdb(0).with_type_1(true)),
        regional_subscription_zone_code: vec![Octets::copy(&[0x12, 0x34])],
        access_restriction_data: Some(AccessRestrictionData(0).with_gan(true)),
        apn_oi_replacement: Some("mnc001.mcc999.gprs".into()),
        lcs_info: Some(LcsInfo {
            gmlc_number: vec![digits("99901000008")],
            lcs_privacy_exception: vec![LcsPrivacyException {
                ss_code: Octets::copy(&[0xb1]),
                ss_status: Octets::copy(&[0x05]),
                notification_to_ue_user: Some(NotificationToUeUser::LocationNotAllowed),
                external_client: vec![],
                plmn_client: vec![PlmnClient::AnonymousLocation],
                service_type: vec![],
                other: Default::default(),
            }],
            ..Default::default()
        }),
        teleservice_list: Some(TeleserviceList {
            ts_code: vec![Octets::copy(&[0x21])],
            ..Default::default()
        }),
        charging_characteristics: Some("0800".into()),
        ambr: Some(ambr()),
        apn_configuration_profile: Some(ApnConfigurationProfile {
            context_identifier: 1,
            additional_context_identifier: None,
            all_apn_configurations_included_indicator:
                AllApnConfigurationsIncluded::AllApnConfigurationsIncluded,
            apn_configuration: vec![apn],
            other: Default::default(),
        }),
        rat_frequency_selection_priority_id: Some(3),
        trace_data: Some(TraceData {
            trace_reference: Octets::copy(&[0x99, 0xf9, 0x10, 0, 0, 1]),
            trace_depth: TraceDepth::Minimum,
            trace_ne_type_list: Octets::copy(&[0, 0x80]),
            trace_interface_list: None,
            trace_event_list: Octets::copy(&[0; 9]),
            omc_id: None,
            trace_collection_entity: std::net::IpAddr::from([127, 0, 3, 8]).into(),
            mdt_configuration: None,
            other: Default::default(),
        }),
        csg_subscription_data: vec![CsgSubscriptionData {
            csg_id: 77,
            expiration_date: Some(DiameterTime::from_unix(1_767_225_600)),
            service_selection: vec![],
            visited_plmn_id: None,
            other: Default::default(),
        }],
        subscribed_periodic_rau_tau_timer: Some(3600),
        mps_priority: Some(MpsPriority(0).with_eps(true)),
        ue_usage_type: Some(1),
        ..Default::default()
    }
}

fn initial_attach() -> Message {
    request!(hlr(), S6A, CancelLocationRequest, {
        destination_host: mme().origin_host(),
        destination_realm: VISITED.into(),
        user_name: IMSI.into(),
        cancellation_type: CancellationType::InitialAttachProcedure,
        clr_flags: Some(ClrFlags(0).with_s6a(true).with_reattach_required(true)),
    })
}

fn cla() -> Message {
    answer!(mme(), initial_attach(), CancelLocationAnswer, { result_code: OK })
}

fn idr() -> Message {
    request!(hlr(), S6A, InsertSubscriberDataRequest, {
        destination_host: sgsn().origin_host(),
        destination_realm: VISITED.into(),
        user_name: IMSI.into(),
        subscription_data: SubscriptionData {
            subscriber_status: Some(SubscriberStatus::ServiceGranted),
            subscribed_periodic_rau_tau_timer: Some(1200),
            ..Default::default()
        },
        idr_flags: Some(
            IdrFlags(0)
                .with_t_ads_data(true)
                .with_eps_user_state(true)
                .with_eps_location_information(true)
                .with_local_time_zone(true)
        ),
    })
}

fn ida() -> Message {
    answer!(sgsn(), idr(), InsertSubscriberDataAnswer, {
        result_code: OK,
        ims_voice_over_ps_sessions_supported: Some(Support::NotSupported),
        last_ue_activity_time: Some(DiameterTime::from_unix(1_767_225_600)),
        rat_type: Some(RatType::Geran),
        eps_user_state: Some(EpsUserState {
            sgsn_user_state: Some(SgsnUserState {
                user_state: Some(UserState::ConnectedReachableForPaging),
                ..Default::default()
            }),
            ..Default::default()
        }),
        eps_location_information: Some(EpsLocationInformation {
            sgsn_location_information: Some(SgsnLocationInformation {
                cell_global_identity: Some(Octets::copy(&[0, 0xf1, 0x10, 0, 1, 0, 7])),
                routing_area_identity: Some(Octets::copy(&[0, 0xf1, 0x10, 0, 1, 1])),
                current_location_retrieved: Some(
                    CurrentLocationRetrieved::ActiveLocationRetrieval
                ),
                age_of_location_information: Some(0),
                ..Default::default()
            }),
            ..Default::default()
        }),
        local_time_zone: Some(LocalTimeZone {
            time_zone: "+01:00".into(),
            daylight_saving_time: DaylightSavingTime::NoAdjustment,
            other: Default::default(),
        }),
    })
}

fn ida_unknown() -> Message {
    answer!(sgsn(), idr(), InsertSubscriberDataAnswer, {
        experimental_result: refused(ExperimentalResultCode::UserUnknown),
    })
}

fn dsr() -> Message {
    request!(hlr(), S6A, DeleteSubscriberDataRequest, {
        destination_host: sgsn().origin_host(),
        destination_realm: VISITED.into(),
        user_name: IMSI.into(),
        dsr_flags: DsrFlags(0)
            .with_pdp_contexts(true)
            .with_stn_sr(true)
            .with_trace_data(true)
            .with_regional_subscription(true),
        context_identifier: vec![1, 2],
        regional_subscription_zone_code: vec![Octets::copy(&[0x12, 0x34])],
        trace_reference: Some(Octets::copy(&[0x99, 0xf9, 0x10, 0, 0, 1])),
    })
}

fn dsa() -> Message {
    answer!(sgsn(), dsr(), DeleteSubscriberDataAnswer, {
        result_code: OK,
        dsa_flags: Some(DsaFlags(0).with_network_node_area_restricted(true)),
    })
}

fn pur() -> Message {
    request!(sgsn(), S6A, PurgeUeRequest, {
        destination_realm: HOME.into(),
        user_name: IMSI.into(),
        pur_flags: Some(PurFlags(0).with_purged_in_sgsn(true)),
    })
}

fn pua() -> Message {
    answer!(hlr(), pur(), PurgeUeAnswer, {
        result_code: OK,
        pua_flags: Some(PuaFlags(0).with_freeze_p_tmsi(true)),
    })
}

fn rsr() -> Message {
    request!(hlr(), S6A, ResetRequest, {
        destination_host: sgsn().origin_host(),
        destination_realm: VISITED.into(),
        user_id: vec!["99901".into()],
        reset_id: vec![Octets::copy(&[0, 1])],
    })
}

fn rsa() -> Message {
    answer!(sgsn(), rsr(), ResetAnswer, { result_code: OK })
}

fn nor() -> Message {
    request!(mme(), S6A, NotifyRequest, {
        destination_realm: HOME.into(),
        user_name: IMSI.into(),
        terminal_information: Some(TerminalInformation {
            imei: Some("35123456789012".into()),
            software_version: Some("02".into()),
            ..Default::default()
        }),
        visited_plmn_id: Some(PlmnId([0x00, 0xf1, 0x10])),
        context_identifier: Some(1),
        service_selection: Some("m2m.ro".into()),
        mip6_agent_info: Some(gateway()),
        alert_reason: Some(AlertReason::UePresent),
        nor_flags: Some(NorFlags(0).with_ue_reachable_from_mme(true).with_s6a(true)),
        maximum_ue_availability_time: Some(DiameterTime::from_unix(1_767_225_600)),
    })
}

fn noa() -> Message {
    answer!(hlr(), nor(), NotifyAnswer, { result_code: OK })
}

fn not_serving() -> Message {
    answer!(hlr(), nor(), NotifyAnswer, {
        experimental_result: refused(ExperimentalResultCode::UnknownServingNode),
    })
}

fn ecr() -> Message {
    request!(mme(), S13, MeIdentityCheckRequest, {
        destination_realm: HOME.into(),
        terminal_information: TerminalInformation {
            imei: Some("35123456789012".into()),
            ..Default::default()
        },
        user_name: Some(IMSI.into()),
    })
}

fn eca() -> Message {
    answer!(hlr(), ecr(), MeIdentityCheckAnswer, {
        result_code: OK,
        equipment_status: Some(EquipmentStatus::Greylisted),
    })
}

/// All of them by name.
pub fn all() -> Vec<(&'static str, Message)> {
    vec![
        ("aia-eutran", eutran()),
        ("aia-geran", geran()),
        ("aia-unavailable", no_vectors()),
        ("air-eutran", air()),
        ("cla", cla()),
        ("clr-initial-attach", initial_attach()),
        ("dsa", dsa()),
        ("dsr", dsr()),
        ("eca", eca()),
        ("ecr", ecr()),
        ("ida", ida()),
        ("ida-user-unknown", ida_unknown()),
        ("idr", idr()),
        ("noa", noa()),
        ("noa-unknown-serving-node", not_serving()),
        ("nor", nor()),
        ("pua", pua()),
        ("pur", pur()),
        ("rsa", rsa()),
        ("rsr", rsr()),
        ("ula-mme", ula()),
        ("ula-roaming-not-allowed", roaming()),
        ("ulr-mme", ulr()),
    ]
}
