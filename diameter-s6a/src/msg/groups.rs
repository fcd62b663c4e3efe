//! The grouped AVPs. Those of which every member is optional have a default, which is empty.
use super::{avp::id, framing::Proto};

super::framing::groups! {
    // base protocol and other RFCs
    VendorSpecificApplicationId, "RFC 6733 6.11" {
        req vendor_id: VendorId; opt auth_application_id: AuthApplicationId;
        opt acct_application_id: AcctApplicationId;
    }
    ProxyInfo, "RFC 6733 6.7.2" { req proxy_host: ProxyHost; req proxy_state: ProxyState; }
    ExperimentalResult, "RFC 6733 7.6" {
        req vendor_id: VendorId; req experimental_result_code: ExperimentalResultCode;
    }
    #[derive(Default)]
    MipHomeAgentHost, "RFC 4004 7.11" {
        req destination_realm: DestinationRealm; req destination_host: DestinationHost;
    }
    #[derive(Default)]
    Mip6AgentInfo, "RFC 5447 4.2.1, TS 29.272 7.3.45" {
        rep mip_home_agent_address: MipHomeAgentAddress; opt mip_home_agent_host: MipHomeAgentHost;
    }
    #[derive(Default)]
    OcSupportedFeatures, "RFC 7683 7.1" { opt oc_feature_vector: OcFeatureVector; }
    OcOlr, "RFC 7683 7.3" {
        req oc_sequence_number: OcSequenceNumber; req oc_report_type: OcReportType;
        opt oc_reduction_percentage: OcReductionPercentage;
        opt oc_validity_duration: OcValidityDuration; rep source_id: SourceId;
    }
    #[derive(Default)]
    Load, "RFC 8583 7.1" {
        opt load_type: LoadType; opt load_value: LoadValue; opt source_id: SourceId;
    }

    // other specifications of 3GPP
    SupportedFeatures, "TS 29.229 6.3.29" {
        req vendor_id: VendorId; req feature_list_id: FeatureListId; req feature_list: FeatureList;
    }
    AllocationRetentionPriority, "TS 29.212 5.3.32" {
        req priority_level: PriorityLevel; opt pre_emption_capability: PreEmptionCapability;
        opt pre_emption_vulnerability: PreEmptionVulnerability;
    }
    UserCsgInformation, "TS 32.299 7.2.240A" {
        req csg_id: CsgId; req csg_access_mode: CsgAccessMode;
        opt csg_membership_indication: CsgMembershipIndication;
    }
    #[derive(Default)]
    SupportedServices, "TS 29.336 8.4.40" {
        opt supported_monitoring_events: SupportedMonitoringEvents;
    }
    ProseSubscriptionData, "TS 29.344 6.3.2" { req prose_permission: ProsePermission; }

    // S6a and S6d: what a subscription is
    #[derive(Default)]
    SubscriptionData, "TS 29.272 7.3.2" {
        opt subscriber_status: SubscriberStatus; opt msisdn: Msisdn; opt a_msisdn: AMsisdn;
        opt external_identifier: ExternalIdentifier;
        opt stn_sr: StnSr; opt ics_indicator: IcsIndicator;
        opt network_access_mode: NetworkAccessMode;
        opt operator_determined_barring: OperatorDeterminedBarring; opt hplmn_odb: HplmnOdb;
        rep regional_subscription_zone_code: RegionalSubscriptionZoneCode;
        opt access_restriction_data: AccessRestrictionData;
        opt apn_oi_replacement: ApnOiReplacement; opt lcs_info: LcsInfo;
        opt teleservice_list: TeleserviceList; rep call_barring_info: CallBarringInfo;
        opt charging_characteristics: ChargingCharacteristics; opt ambr: Ambr;
        opt apn_configuration_profile: ApnConfigurationProfile;
        opt rat_frequency_selection_priority_id: RatFrequencySelectionPriorityId;
        opt trace_data: TraceData; opt gprs_subscription_data: GprsSubscriptionData;
        rep csg_subscription_data: CsgSubscriptionData; opt roaming_restricted: RoamingRestricted;
        opt subscribed_periodic_rau_tau_timer: SubscribedPeriodicRauTauTimer;
        opt mps_priority: MpsPriority; opt vplmn_lipa_allowed: VplmnLipaAllowed;
        opt relay_node_indicator: RelayNodeIndicator; opt mdt_user_consent: MdtUserConsent;
        opt subscribed_vsrvcc: SubscribedVsrvcc; opt prose_subscription_data: ProseSubscriptionData;
        opt subscription_data_flags: SubscriptionDataFlags;
        rep adjacent_access_restriction_data: AdjacentAccessRestrictionData;
        opt dl_buffering_suggested_packet_count: DlBufferingSuggestedPacketCount;
        rep imsi_group_id: ImsiGroupId; opt ue_usage_type: UeUsageType;
        rep aese_communication_pattern: AeseCommunicationPattern;
        rep monitoring_event_configuration: MonitoringEventConfiguration;
        opt emergency_info: EmergencyInfo; opt v2x_subscription_data: V2xSubscriptionData;
        rep edrx_cycle_length: EDrxCycleLength; opt active_time: ActiveTime;
        opt service_gap_time: ServiceGapTime;
        opt broadcast_location_assistance_data_types: BroadcastLocationAssistanceDataTypes;
        opt aerial_ue_subscription_information: AerialUeSubscriptionInformation;
        opt core_network_restrictions: CoreNetworkRestrictions;
        rep paging_time_window: PagingTimeWindow;
    }
    ApnConfigurationProfile, "TS 29.272 7.3.34" {
        req context_identifier: ContextIdentifier;
        opt additional_context_identifier: AdditionalContextIdentifier;
        req all_apn_configurations_included_indicator: AllApnConfigurationsIncludedIndicator;
        rep apn_configuration: ApnConfiguration;
    }
    #[derive(Default)]
    ApnConfiguration, "TS 29.272 7.3.35" {
        req context_identifier: ContextIdentifier;
        rep served_party_ip_address: ServedPartyIpAddress; req pdn_type: PdnType;
        req service_selection: ServiceSelection;
        opt eps_subscribed_qos_profile: EpsSubscribedQosProfile;
        opt vplmn_dynamic_address_allowed: VplmnDynamicAddressAllowed;
        opt mip6_agent_info: Mip6AgentInfo;
        opt visited_network_identifier: VisitedNetworkIdentifier;
        opt pdn_gw_allocation_type: PdnGwAllocationType;
        opt charging_characteristics: ChargingCharacteristics; opt ambr: Ambr;
        rep specific_apn_info: SpecificApnInfo; opt apn_oi_replacement: ApnOiReplacement;
        opt sipto_permission: SiptoPermission; opt lipa_permission: LipaPermission;
        opt restoration_priority: RestorationPriority;
        opt sipto_local_network_permission: SiptoLocalNetworkPermission;
        opt wlan_offloadability: WlanOffloadability;
        opt non_ip_pdn_type_indicator: NonIpPdnTypeIndicator;
        opt non_ip_data_delivery_mechanism: NonIpDataDeliveryMechanism;
        opt scef_id: ScefId; opt scef_realm: ScefRealm;
        opt preferred_data_mode: PreferredDataMode;
        opt pdn_connection_continuity: PdnConnectionContinuity; opt rds_indicator: RdsIndicator;
        opt interworking_5gs_indicator: Interworking5gsIndicator;
    }
    EpsSubscribedQosProfile, "TS 29.272 7.3.37" {
        req qos_class_identifier: QosClassIdentifier;
        req allocation_retention_priority: AllocationRetentionPriority;
    }
    #[derive(Default)]
    Ambr, "TS 29.272 7.3.41" {
        req max_requested_bandwidth_ul: MaxRequestedBandwidthUl;
        req max_requested_bandwidth_dl: MaxRequestedBandwidthDl;
        opt extended_max_requested_bw_ul: ExtendedMaxRequestedBwUl;
        opt extended_max_requested_bw_dl: ExtendedMaxRequestedBwDl;
    }
    GprsSubscriptionData, "TS 29.272 7.3.72" {
        req complete_data_list_included_indicator: CompleteDataListIncludedIndicator;
        rep pdp_context: PdpContext;
    }
    #[derive(Default)]
    PdpContext, "TS 29.272 7.3.74" {
        req context_identifier: ContextIdentifier; req pdp_type: PdpType;
        opt pdp_address: PdpAddress; req qos_subscribed: QosSubscribed;
        opt vplmn_dynamic_address_allowed: VplmnDynamicAddressAllowed;
        req service_selection: ServiceSelection;
        opt charging_characteristics: ChargingCharacteristics; opt ext_pdp_type: ExtPdpType;
        opt ext_pdp_address: ExtPdpAddress; opt ambr: Ambr;
        opt apn_oi_replacement: ApnOiReplacement; opt sipto_permission: SiptoPermission;
        opt lipa_permission: LipaPermission; opt restoration_priority: RestorationPriority;
        opt sipto_local_network_permission: SiptoLocalNetworkPermission;
        opt non_ip_data_delivery_mechanism: NonIpDataDeliveryMechanism; opt scef_id: ScefId;
    }
    SpecificApnInfo, "TS 29.272 7.3.82" {
        req service_selection: ServiceSelection; req mip6_agent_info: Mip6AgentInfo;
        opt visited_network_identifier: VisitedNetworkIdentifier;
    }
    #[derive(Default)]
    WlanOffloadability, "TS 29.272 7.3.181" {
        opt wlan_offloadability_eutran: WlanOffloadabilityEutran;
        opt wlan_offloadability_utran: WlanOffloadabilityUtran;
    }
    AdjacentAccessRestrictionData, "TS 29.272 7.3.187" {
        req visited_plmn_id: VisitedPlmnId; req access_restriction_data: AccessRestrictionData;
    }
    ImsiGroupId, "TS 29.272 7.3.189" {
        req group_service_id: GroupServiceId; req group_plmn_id: GroupPlmnId;
        req local_group_id: LocalGroupId;
    }
    #[derive(Default)]
    EmergencyInfo, "TS 29.272 7.3.210" { opt mip6_agent_info: Mip6AgentInfo; }
    #[derive(Default)]
    V2xSubscriptionData, "TS 29.272 7.3.212" {
        opt v2x_permission: V2xPermission; opt ue_pc5_ambr: UePc5Ambr;
    }
    EDrxCycleLength, "TS 29.272 7.3.215" {
        req rat_type: RatType; req edrx_cycle_length_value: EDrxCycleLengthValue;
    }
    PagingTimeWindow, "TS 29.272 7.3.226" {
        req operation_mode: OperationMode; req paging_time_window_length: PagingTimeWindowLength;
    }
    #[derive(Default)]
    EDrxRelatedRat, "TS 29.272 7.3.229" { rep rat_type: RatType; }
    #[derive(Default)]
    SubscriptionDataDeletion, "TS 29.272 7.3.208" {
        req dsr_flags: DsrFlags; opt scef_id: ScefId; rep context_identifier: ContextIdentifier;
        rep regional_subscription_zone_code: RegionalSubscriptionZoneCode;
        opt trace_reference: TraceReference; rep ts_code: TsCode; rep ss_code: SsCode;
    }

    // location services, supplementary services, closed subscriber groups, trace
    #[derive(Default)]
    LcsInfo, "TS 29.272 7.3.84" {
        rep gmlc_number: GmlcNumber; rep lcs_privacy_exception: LcsPrivacyException;
        rep mo_lr: MoLr;
    }
    LcsPrivacyException, "TS 29.272 7.3.86" {
        req ss_code: SsCode; req ss_status: SsStatus;
        opt notification_to_ue_user: NotificationToUeUser; rep external_client: ExternalClient;
        rep plmn_client: PlmnClient; rep service_type: ServiceType;
    }
    ExternalClient, "TS 29.272 7.3.90" {
        req client_identity: ClientIdentity; opt gmlc_restriction: GmlcRestriction;
        opt notification_to_ue_user: NotificationToUeUser;
    }
    ServiceType, "TS 29.272 7.3.94" {
        req service_type_identity: ServiceTypeIdentity; opt gmlc_restriction: GmlcRestriction;
        opt notification_to_ue_user: NotificationToUeUser;
    }
    MoLr, "TS 29.272 7.3.96" { req ss_code: SsCode; req ss_status: SsStatus; }
    #[derive(Default)]
    TeleserviceList, "TS 29.272 7.3.99" { rep ts_code: TsCode; }
    CallBarringInfo, "TS 29.272 7.3.101" { req ss_code: SsCode; req ss_status: SsStatus; }
    CsgSubscriptionData, "TS 29.272 7.3.78" {
        req csg_id: CsgId; opt expiration_date: ExpirationDate;
        rep service_selection: ServiceSelection; opt visited_plmn_id: VisitedPlmnId;
    }
    VplmnCsgSubscriptionData, "TS 29.272 7.3.155" {
        req csg_id: CsgId; opt expiration_date: ExpirationDate;
    }
    TraceData, "TS 29.272 7.3.63" {
        req trace_reference: TraceReference; req trace_depth: TraceDepth;
        req trace_ne_type_list: TraceNeTypeList; opt trace_interface_list: TraceInterfaceList;
        req trace_event_list: TraceEventList; opt omc_id: OmcId;
        req trace_collection_entity: TraceCollectionEntity; opt mdt_configuration: MdtConfiguration;
    }
    MdtConfiguration, "TS 29.272 7.3.136" {
        req job_type: JobType; opt area_scope: AreaScope;
        opt list_of_measurements: ListOfMeasurements; opt reporting_trigger: ReportingTrigger;
        opt report_interval: ReportInterval; opt report_amount: ReportAmount;
        opt event_threshold_rsrp: EventThresholdRsrp; opt event_threshold_rsrq: EventThresholdRsrq;
        opt logging_interval: LoggingInterval; opt logging_duration: LoggingDuration;
        opt measurement_period_lte: MeasurementPeriodLte;
        opt measurement_period_umts: MeasurementPeriodUmts;
        opt collection_period_rrm_lte: CollectionPeriodRrmLte;
        opt collection_period_rrm_umts: CollectionPeriodRrmUmts;
        opt positioning_method: PositioningMethod; opt measurement_quantity: MeasurementQuantity;
        opt event_threshold_event_1f: EventThresholdEvent1F;
        opt event_threshold_event_1i: EventThresholdEvent1I;
        rep mdt_allowed_plmn_id: MdtAllowedPlmnId; rep mbsfn_area: MbsfnArea;
    }
    #[derive(Default)]
    AreaScope, "TS 29.272 7.3.138" {
        rep cell_global_identity: CellGlobalIdentity;
        rep e_utran_cell_global_identity: EUtranCellGlobalIdentity;
        rep routing_area_identity: RoutingAreaIdentity;
        rep location_area_identity: LocationAreaIdentity;
        rep tracking_area_identity: TrackingAreaIdentity;
    }
    MbsfnArea, "TS 29.272 7.3.219" {
        req mbsfn_area_id: MbsfnAreaId; req carrier_frequency: CarrierFrequency;
    }

    // the equipment, where it is and how
    #[derive(Default)]
    TerminalInformation, "TS 29.272 7.3.3" {
        opt imei: Imei; opt meid: Meid3gpp2; opt software_version: SoftwareVersion;
    }
    #[derive(Default)]
    EpsUserState, "TS 29.272 7.3.110" {
        opt mme_user_state: MmeUserState; opt sgsn_user_state: SgsnUserState;
    }
    #[derive(Default)]
    MmeUserState, "TS 29.272 7.3.112" { opt user_state: UserState; }
    #[derive(Default)]
    SgsnUserState, "TS 29.272 7.3.113" { opt user_state: UserState; }
    #[derive(Default)]
    EpsLocationInformation, "TS 29.272 7.3.111" {
        opt mme_location_information: MmeLocationInformation;
        opt sgsn_location_information: SgsnLocationInformation;
    }
    #[derive(Default)]
    MmeLocationInformation, "TS 29.272 7.3.115" {
        opt e_utran_cell_global_identity: EUtranCellGlobalIdentity;
        opt tracking_area_identity: TrackingAreaIdentity;
        opt geographical_information: GeographicalInformation;
        opt geodetic_information: GeodeticInformation;
        opt current_location_retrieved: CurrentLocationRetrieved;
        opt age_of_location_information: AgeOfLocationInformation;
        opt user_csg_information: UserCsgInformation;
    }
    #[derive(Default)]
    SgsnLocationInformation, "TS 29.272 7.3.116" {
        opt cell_global_identity: CellGlobalIdentity;
        opt location_area_identity: LocationAreaIdentity;
        opt service_area_identity: ServiceAreaIdentity;
        opt routing_area_identity: RoutingAreaIdentity;
        opt geographical_information: GeographicalInformation;
        opt geodetic_information: GeodeticInformation;
        opt current_location_retrieved: CurrentLocationRetrieved;
        opt age_of_location_information: AgeOfLocationInformation;
        opt user_csg_information: UserCsgInformation;
    }
    #[derive(Default)]
    ActiveApn, "TS 29.272 7.3.127" {
        req context_identifier: ContextIdentifier; opt service_selection: ServiceSelection;
        opt mip6_agent_info: Mip6AgentInfo;
        opt visited_network_identifier: VisitedNetworkIdentifier;
        rep specific_apn_info: SpecificApnInfo;
    }
    #[derive(Default)]
    EquivalentPlmnList, "TS 29.272 7.3.151" { rep visited_plmn_id: VisitedPlmnId; }
    #[derive(Default)]
    AdjacentPlmns, "TS 29.272 7.3.186" { rep visited_plmn_id: VisitedPlmnId; }
    LocalTimeZone, "TS 29.272 7.3.156" {
        req time_zone: TimeZone; req daylight_saving_time: DaylightSavingTime;
    }

    // authentication
    /// Requested-EUTRAN-Authentication-Info.
    #[derive(Default)]
    RequestedAuthenticationInfo, "TS 29.272 7.3.11" {
        opt number_of_requested_vectors: NumberOfRequestedVectors;
        opt immediate_response_preferred: ImmediateResponsePreferred;
        opt re_synchronization_info: ReSynchronizationInfo;
    }
    #[derive(Default)]
    RequestedUtranGeranAuthenticationInfo, "TS 29.272 7.3.12" {
        opt number_of_requested_vectors: NumberOfRequestedVectors;
        opt immediate_response_preferred: ImmediateResponsePreferred;
        opt re_synchronization_info: ReSynchronizationInfo;
    }
    #[derive(Default)]
    AuthenticationInfo, "TS 29.272 7.3.17" {
        rep e_utran_vector: EUtranVector; rep utran_vector: UtranVector;
        rep geran_vector: GeranVector;
    }
    EUtranVector, "TS 29.272 7.3.18" {
        opt item_number: ItemNumber; req rand: Rand; req xres: Xres; req autn: Autn;
        req kasme: Kasme;
    }
    UtranVector, "TS 29.272 7.3.19" {
        opt item_number: ItemNumber; req rand: Rand; req xres: Xres; req autn: Autn;
        req confidentiality_key: ConfidentialityKey; req integrity_key: IntegrityKey;
    }
    GeranVector, "TS 29.272 7.3.20" {
        opt item_number: ItemNumber; req rand: Rand; req sres: Sres; req kc: Kc;
    }
}
