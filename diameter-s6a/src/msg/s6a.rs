//! Messages of S6a and S6d, TS 29.272 7.2, and of S13 (7.2.19, 7.2.20).
//!
//! All requests begin alike and end alike, and so do all answers: a row says what is its own. In
//! answers Auth-Session-State is optional here: a peer that refuses a request it could not read
//! often leaves it out, and its result is still worth knowing. All have a default, so that a sender
//! names what it has to say; it is not a message that may be sent.
use super::{avp::id, framing::Proto};

macro_rules! commands {
    ($(
        $request:ident, $request_spec:literal ($($whom:tt)*) { $($asked:tt)* }
        $answer:ident, $answer_spec:literal { $($answered:tt)* }
    )*) => {
        wire::messages! { $(
            #[derive(Default)]
            $request, $request_spec {
                req session_id: SessionId; opt drmp: Drmp;
                opt vendor_specific_application_id: VendorSpecificApplicationId;
                req auth_session_state: AuthSessionState; req origin_host: OriginHost;
                req origin_realm: OriginRealm;
                $($whom)*
                opt oc_supported_features: OcSupportedFeatures;
                rep supported_features: SupportedFeatures;
                $($asked)*
                rep proxy_info: ProxyInfo; rep route_record: RouteRecord;
            }
            #[derive(Default)]
            $answer, $answer_spec {
                req session_id: SessionId; opt drmp: Drmp;
                opt vendor_specific_application_id: VendorSpecificApplicationId;
                opt result_code: ResultCode; opt experimental_result: ExperimentalResult;
                opt auth_session_state: AuthSessionState; req origin_host: OriginHost;
                req origin_realm: OriginRealm;
                opt oc_supported_features: OcSupportedFeatures; opt oc_olr: OcOlr; rep load: Load;
                rep supported_features: SupportedFeatures;
                $($answered)*
                rep failed_avp: FailedAvp; opt error_message: ErrorMessage;
                opt error_reporting_host: ErrorReportingHost; rep proxy_info: ProxyInfo;
                rep route_record: RouteRecord;
            }
        )* }
    };
}

commands! {
    UpdateLocationRequest, "TS 29.272 7.2.3" (
        opt destination_host: DestinationHost; req destination_realm: DestinationRealm;
        req user_name: UserName;
    ) {
        opt terminal_information: TerminalInformation; req rat_type: RatType;
        req ulr_flags: UlrFlags; opt ue_srvcc_capability: UeSrvccCapability;
        req visited_plmn_id: VisitedPlmnId; opt sgsn_number: SgsnNumber;
        opt homogeneous_ims_voice: HomogeneousImsVoice; opt gmlc_address: GmlcAddress;
        rep active_apn: ActiveApn; opt equivalent_plmn_list: EquivalentPlmnList;
        opt mme_number_for_mt_sms: MmeNumberForMtSms;
        opt sms_register_request: SmsRegisterRequest; opt sgs_mme_identity: SgsMmeIdentity;
        opt coupled_node_diameter_id: CoupledNodeDiameterId; opt adjacent_plmns: AdjacentPlmns;
        opt supported_services: SupportedServices;
    }
    UpdateLocationAnswer, "TS 29.272 7.2.4" {
        opt error_diagnostic: ErrorDiagnostic; opt ula_flags: UlaFlags; opt subscription_data: SubscriptionData;
        rep reset_id: ResetId;
    }
    AuthenticationInformationRequest, "TS 29.272 7.2.5" (
        opt destination_host: DestinationHost; req destination_realm: DestinationRealm;
        req user_name: UserName;
    ) {
        opt requested_eutran_authentication_info: RequestedEutranAuthenticationInfo;
        opt requested_utran_geran_authentication_info: RequestedUtranGeranAuthenticationInfo;
        req visited_plmn_id: VisitedPlmnId; opt air_flags: AirFlags;
    }
    AuthenticationInformationAnswer, "TS 29.272 7.2.6" {
        opt error_diagnostic: ErrorDiagnostic; opt authentication_info: AuthenticationInfo;
        opt ue_usage_type: UeUsageType;
    }
    CancelLocationRequest, "TS 29.272 7.2.7" (
        req destination_host: DestinationHost; req destination_realm: DestinationRealm;
        req user_name: UserName;
    ) {
        req cancellation_type: CancellationType; opt clr_flags: ClrFlags;
    }
    CancelLocationAnswer, "TS 29.272 7.2.8" {}
    InsertSubscriberDataRequest, "TS 29.272 7.2.9" (
        req destination_host: DestinationHost; req destination_realm: DestinationRealm;
        req user_name: UserName;
    ) {
        req subscription_data: SubscriptionData; opt idr_flags: IdrFlags; rep reset_id: ResetId;
    }
    InsertSubscriberDataAnswer, "TS 29.272 7.2.10" {
        opt ims_voice_over_ps_sessions_supported: ImsVoiceOverPsSessionsSupported;
        opt last_ue_activity_time: LastUeActivityTime; opt rat_type: RatType;
        opt ida_flags: IdaFlags; opt eps_user_state: EpsUserState;
        opt eps_location_information: EpsLocationInformation;
        opt local_time_zone: LocalTimeZone; opt supported_services: SupportedServices;
        rep monitoring_event_report: MonitoringEventReport;
        rep monitoring_event_config_status: MonitoringEventConfigStatus;
    }
    DeleteSubscriberDataRequest, "TS 29.272 7.2.11" (
        req destination_host: DestinationHost; req destination_realm: DestinationRealm;
        req user_name: UserName;
    ) {
        req dsr_flags: DsrFlags; opt scef_id: ScefId; rep context_identifier: ContextIdentifier;
        rep regional_subscription_zone_code: RegionalSubscriptionZoneCode;
        opt trace_reference: TraceReference; rep ts_code: TsCode; rep ss_code: SsCode;
        opt edrx_related_rat: EDrxRelatedRat; rep external_identifier: ExternalIdentifier;
    }
    DeleteSubscriberDataAnswer, "TS 29.272 7.2.12" { opt dsa_flags: DsaFlags; }
    PurgeUeRequest, "TS 29.272 7.2.13" (
        opt destination_host: DestinationHost; req destination_realm: DestinationRealm;
        req user_name: UserName;
    ) {
        opt pur_flags: PurFlags; opt eps_location_information: EpsLocationInformation;
    }
    PurgeUeAnswer, "TS 29.272 7.2.14" { opt pua_flags: PuaFlags; }
    ResetRequest, "TS 29.272 7.2.15" (
        req destination_host: DestinationHost; req destination_realm: DestinationRealm;
    ) {
        rep user_id: UserId; rep reset_id: ResetId; opt subscription_data: SubscriptionData;
        opt subscription_data_deletion: SubscriptionDataDeletion;
    }
    ResetAnswer, "TS 29.272 7.2.16" {}
    NotifyRequest, "TS 29.272 7.2.17" (
        opt destination_host: DestinationHost; req destination_realm: DestinationRealm;
        req user_name: UserName;
    ) {
        opt terminal_information: TerminalInformation;
        opt visited_plmn_id: VisitedPlmnId; opt context_identifier: ContextIdentifier;
        opt service_selection: ServiceSelection; opt mip6_agent_info: Mip6AgentInfo;
        opt alert_reason: AlertReason; opt ue_srvcc_capability: UeSrvccCapability;
        opt nor_flags: NorFlags; opt homogeneous_ims_voice: HomogeneousImsVoice;
        opt maximum_ue_availability_time: MaximumUeAvailabilityTime;
        rep monitoring_event_config_status: MonitoringEventConfigStatus;
        opt emergency_services: EmergencyServices;
    }
    NotifyAnswer, "TS 29.272 7.2.18" {}
    MeIdentityCheckRequest, "TS 29.272 7.2.19" (
        opt destination_host: DestinationHost; req destination_realm: DestinationRealm;
    ) {
        req terminal_information: TerminalInformation; opt user_name: UserName;
    }
    MeIdentityCheckAnswer, "TS 29.272 7.2.20" { opt equipment_status: EquipmentStatus; }
}
