//! Messages of S6a and S6d, TS 29.272 7.2.
//!
//! In answers Auth-Session-State is optional here: a peer that refuses a request it could not read
//! often leaves it out, and its result is still worth knowing.
use super::{avp::id, framing::Proto};

wire::messages! {
    UpdateLocationRequest, "TS 29.272 7.2.3" {
        req session_id: SessionId; opt drmp: Drmp;
        opt vendor_specific_application_id: VendorSpecificApplicationId;
        req auth_session_state: AuthSessionState; req origin_host: OriginHost;
        req origin_realm: OriginRealm;
        opt destination_host: DestinationHost; req destination_realm: DestinationRealm;
        req user_name: UserName;
        rep supported_features: SupportedFeatures;
        opt terminal_information: TerminalInformation; req rat_type: RatType;
        req ulr_flags: UlrFlags; opt ue_srvcc_capability: UeSrvccCapability;
        req visited_plmn_id: VisitedPlmnId; opt sgsn_number: SgsnNumber;
        opt homogeneous_ims_voice: HomogeneousImsVoice;
        rep proxy_info: ProxyInfo; rep route_record: RouteRecord;
    }
    UpdateLocationAnswer, "TS 29.272 7.2.4" {
        req session_id: SessionId; opt drmp: Drmp;
        opt vendor_specific_application_id: VendorSpecificApplicationId;
        opt result_code: ResultCode; opt experimental_result: ExperimentalResult;
        opt error_diagnostic: ErrorDiagnostic;
        opt auth_session_state: AuthSessionState; req origin_host: OriginHost;
        req origin_realm: OriginRealm; rep supported_features: SupportedFeatures;
        opt ula_flags: UlaFlags; opt subscription_data: SubscriptionData; rep reset_id: ResetId;
        rep failed_avp: FailedAvp; opt error_message: ErrorMessage;
        opt error_reporting_host: ErrorReportingHost; rep proxy_info: ProxyInfo;
        rep route_record: RouteRecord;
    }
    AuthenticationInformationRequest, "TS 29.272 7.2.5" {
        req session_id: SessionId; opt drmp: Drmp;
        opt vendor_specific_application_id: VendorSpecificApplicationId;
        req auth_session_state: AuthSessionState; req origin_host: OriginHost;
        req origin_realm: OriginRealm;
        opt destination_host: DestinationHost; req destination_realm: DestinationRealm;
        req user_name: UserName;
        rep supported_features: SupportedFeatures;
        opt requested_eutran_authentication_info: RequestedEutranAuthenticationInfo;
        opt requested_utran_geran_authentication_info: RequestedUtranGeranAuthenticationInfo;
        req visited_plmn_id: VisitedPlmnId;
        rep proxy_info: ProxyInfo; rep route_record: RouteRecord;
    }
    AuthenticationInformationAnswer, "TS 29.272 7.2.6" {
        req session_id: SessionId; opt drmp: Drmp;
        opt vendor_specific_application_id: VendorSpecificApplicationId;
        opt result_code: ResultCode; opt experimental_result: ExperimentalResult;
        opt error_diagnostic: ErrorDiagnostic;
        opt auth_session_state: AuthSessionState; req origin_host: OriginHost;
        req origin_realm: OriginRealm; rep supported_features: SupportedFeatures;
        opt authentication_info: AuthenticationInfo;
        rep failed_avp: FailedAvp; opt error_message: ErrorMessage;
        opt error_reporting_host: ErrorReportingHost; rep proxy_info: ProxyInfo;
        rep route_record: RouteRecord;
    }
    CancelLocationRequest, "TS 29.272 7.2.7" {
        req session_id: SessionId; opt drmp: Drmp;
        opt vendor_specific_application_id: VendorSpecificApplicationId;
        req auth_session_state: AuthSessionState; req origin_host: OriginHost;
        req origin_realm: OriginRealm;
        req destination_host: DestinationHost; req destination_realm: DestinationRealm;
        req user_name: UserName;
        rep supported_features: SupportedFeatures;
        req cancellation_type: CancellationType; opt clr_flags: ClrFlags;
        rep proxy_info: ProxyInfo; rep route_record: RouteRecord;
    }
    CancelLocationAnswer, "TS 29.272 7.2.8" {
        req session_id: SessionId; opt drmp: Drmp;
        opt vendor_specific_application_id: VendorSpecificApplicationId;
        opt result_code: ResultCode; opt experimental_result: ExperimentalResult;
        opt auth_session_state: AuthSessionState; req origin_host: OriginHost;
        req origin_realm: OriginRealm; rep supported_features: SupportedFeatures;
        rep failed_avp: FailedAvp; opt error_message: ErrorMessage;
        opt error_reporting_host: ErrorReportingHost; rep proxy_info: ProxyInfo;
        rep route_record: RouteRecord;
    }
    InsertSubscriberDataRequest, "TS 29.272 7.2.9" {
        req session_id: SessionId; opt drmp: Drmp;
        opt vendor_specific_application_id: VendorSpecificApplicationId;
        req auth_session_state: AuthSessionState; req origin_host: OriginHost;
        req origin_realm: OriginRealm;
        req destination_host: DestinationHost; req destination_realm: DestinationRealm;
        req user_name: UserName;
        rep supported_features: SupportedFeatures;
        req subscription_data: SubscriptionData; opt idr_flags: IdrFlags;
        rep reset_id: ResetId;
        rep proxy_info: ProxyInfo; rep route_record: RouteRecord;
    }
    InsertSubscriberDataAnswer, "TS 29.272 7.2.10" {
        req session_id: SessionId; opt drmp: Drmp;
        opt vendor_specific_application_id: VendorSpecificApplicationId;
        opt result_code: ResultCode; opt experimental_result: ExperimentalResult;
        opt auth_session_state: AuthSessionState; req origin_host: OriginHost;
        req origin_realm: OriginRealm; rep supported_features: SupportedFeatures;
        opt ims_voice_over_ps_sessions_supported: ImsVoiceOverPsSessionsSupported;
        opt last_ue_activity_time: LastUeActivityTime; opt rat_type: RatType;
        opt ida_flags: IdaFlags; opt eps_user_state: EpsUserState;
        opt eps_location_information: EpsLocationInformation;
        rep failed_avp: FailedAvp; opt error_message: ErrorMessage;
        opt error_reporting_host: ErrorReportingHost; rep proxy_info: ProxyInfo;
        rep route_record: RouteRecord;
    }
    DeleteSubscriberDataRequest, "TS 29.272 7.2.11" {
        req session_id: SessionId; opt drmp: Drmp;
        opt vendor_specific_application_id: VendorSpecificApplicationId;
        req auth_session_state: AuthSessionState; req origin_host: OriginHost;
        req origin_realm: OriginRealm;
        req destination_host: DestinationHost; req destination_realm: DestinationRealm;
        req user_name: UserName;
        rep supported_features: SupportedFeatures;
        req dsr_flags: DsrFlags; rep context_identifier: ContextIdentifier;
        rep regional_subscription_zone_code: RegionalSubscriptionZoneCode;
        opt trace_reference: TraceReference; rep ts_code: TsCode; rep ss_code: SsCode;
        rep proxy_info: ProxyInfo; rep route_record: RouteRecord;
    }
    DeleteSubscriberDataAnswer, "TS 29.272 7.2.12" {
        req session_id: SessionId; opt drmp: Drmp;
        opt vendor_specific_application_id: VendorSpecificApplicationId;
        opt result_code: ResultCode; opt experimental_result: ExperimentalResult;
        opt auth_session_state: AuthSessionState; req origin_host: OriginHost;
        req origin_realm: OriginRealm; rep supported_features: SupportedFeatures;
        opt dsa_flags: DsaFlags;
        rep failed_avp: FailedAvp; opt error_message: ErrorMessage;
        opt error_reporting_host: ErrorReportingHost; rep proxy_info: ProxyInfo;
        rep route_record: RouteRecord;
    }
    PurgeUeRequest, "TS 29.272 7.2.13" {
        req session_id: SessionId; opt drmp: Drmp;
        opt vendor_specific_application_id: VendorSpecificApplicationId;
        req auth_session_state: AuthSessionState; req origin_host: OriginHost;
        req origin_realm: OriginRealm;
        opt destination_host: DestinationHost; req destination_realm: DestinationRealm;
        req user_name: UserName;
        opt pur_flags: PurFlags;
        rep supported_features: SupportedFeatures;
        rep proxy_info: ProxyInfo; rep route_record: RouteRecord;
    }
    PurgeUeAnswer, "TS 29.272 7.2.14" {
        req session_id: SessionId; opt drmp: Drmp;
        opt vendor_specific_application_id: VendorSpecificApplicationId;
        opt result_code: ResultCode; opt experimental_result: ExperimentalResult;
        opt auth_session_state: AuthSessionState; req origin_host: OriginHost;
        req origin_realm: OriginRealm; rep supported_features: SupportedFeatures;
        opt pua_flags: PuaFlags;
        rep failed_avp: FailedAvp; opt error_message: ErrorMessage;
        opt error_reporting_host: ErrorReportingHost; rep proxy_info: ProxyInfo;
        rep route_record: RouteRecord;
    }
    ResetRequest, "TS 29.272 7.2.15" {
        req session_id: SessionId; opt drmp: Drmp;
        opt vendor_specific_application_id: VendorSpecificApplicationId;
        req auth_session_state: AuthSessionState; req origin_host: OriginHost;
        req origin_realm: OriginRealm;
        req destination_host: DestinationHost; req destination_realm: DestinationRealm;
        rep supported_features: SupportedFeatures;
        rep user_id: UserId; rep reset_id: ResetId;
        rep proxy_info: ProxyInfo; rep route_record: RouteRecord;
    }
    ResetAnswer, "TS 29.272 7.2.16" {
        req session_id: SessionId; opt drmp: Drmp;
        opt vendor_specific_application_id: VendorSpecificApplicationId;
        opt result_code: ResultCode; opt experimental_result: ExperimentalResult;
        opt auth_session_state: AuthSessionState; req origin_host: OriginHost;
        req origin_realm: OriginRealm; rep supported_features: SupportedFeatures;
        rep failed_avp: FailedAvp; opt error_message: ErrorMessage;
        opt error_reporting_host: ErrorReportingHost; rep proxy_info: ProxyInfo;
        rep route_record: RouteRecord;
    }
    NotifyRequest, "TS 29.272 7.2.17" {
        req session_id: SessionId; opt drmp: Drmp;
        opt vendor_specific_application_id: VendorSpecificApplicationId;
        req auth_session_state: AuthSessionState; req origin_host: OriginHost;
        req origin_realm: OriginRealm;
        opt destination_host: DestinationHost; req destination_realm: DestinationRealm;
        req user_name: UserName;
        rep supported_features: SupportedFeatures;
        opt terminal_information: TerminalInformation;
        opt visited_plmn_id: VisitedPlmnId; opt context_identifier: ContextIdentifier;
        opt service_selection: ServiceSelection; opt mip6_agent_info: Mip6AgentInfo;
        opt alert_reason: AlertReason; opt nor_flags: NorFlags;
        opt homogeneous_ims_voice: HomogeneousImsVoice;
        rep proxy_info: ProxyInfo; rep route_record: RouteRecord;
    }
    NotifyAnswer, "TS 29.272 7.2.18" {
        req session_id: SessionId; opt drmp: Drmp;
        opt vendor_specific_application_id: VendorSpecificApplicationId;
        opt result_code: ResultCode; opt experimental_result: ExperimentalResult;
        opt auth_session_state: AuthSessionState; req origin_host: OriginHost;
        req origin_realm: OriginRealm; rep supported_features: SupportedFeatures;
        rep failed_avp: FailedAvp; opt error_message: ErrorMessage;
        opt error_reporting_host: ErrorReportingHost; rep proxy_info: ProxyInfo;
        rep route_record: RouteRecord;
    }
}
