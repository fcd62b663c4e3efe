//! The message tables: TS 29.060 7.2 to 7.5B, TS 29.281 7. MBMS messages (7.5A) are left out.
//!
//! Elements are in the order of the standard's tables. A message that two kinds of node send with
//! different elements is one table here, with what not both send optional.
use super::{
    elements::{Form, Proto, id},
    values::GPdu,
};
use wire::{Elements, Slot};

wire::messages! {
    /// Echo Request.
    EchoRequest, "TS 29.060 7.2.1" {
        opt private: PrivateExtension;
    }
    /// Echo Response.
    EchoResponse, "TS 29.060 7.2.2" {
        req recovery: Recovery;
        opt private: PrivateExtension;
    }
    /// Version Not Supported.
    VersionNotSupported, "TS 29.060 7.2.3" {
    }
    /// Create PDP Context Request.
    CreatePdpContextRequest, "TS 29.060 7.3.1" {
        opt imsi: Imsi;
        opt rai: Rai;
        opt recovery: Recovery;
        opt selection_mode: SelectionMode;
        req teid_data: TeidDataI;
        opt teid_control: TeidControl;
        req nsapi: Nsapi;
        opt linked_nsapi: Nsapi;
        opt charging_characteristics: ChargingCharacteristics;
        opt trace_reference: TraceReference;
        opt trace_type: TraceType;
        opt end_user_address: EndUserAddress;
        opt apn: Apn;
        opt pco: Pco;
        req sgsn_control: GsnAddress;
        req sgsn_user: GsnAddress;
        opt msisdn: Msisdn;
        req qos: Qos;
        opt tft: Tft;
        opt trigger_id: TriggerId;
        opt omc_identity: OmcIdentity;
        opt common_flags: CommonFlags;
        opt apn_restriction: ApnRestriction;
        opt rat_type: RatType;
        opt user_location: UserLocation;
        opt ms_time_zone: MsTimeZone;
        opt imei_sv: ImeiSv;
        opt camel_charging: CamelChargingInformation;
        opt additional_trace: AdditionalTraceInfo;
        opt correlation_id: CorrelationId;
        opt evolved_arp: EvolvedAllocationRetentionPriorityI;
        opt extended_common_flags: ExtendedCommonFlags;
        opt user_csg: UserCsgInformation;
        opt apn_ambr: Ambr;
        opt signalling_priority: SignallingPriorityIndication;
        opt cn_operator_selection: CnOperatorSelectionEntity;
        opt mapped_ue_usage_type: MappedUeUsageType;
        opt up_function_selection: UpFunctionSelectionFlags;
        opt private: PrivateExtension;
    }
    /// Create PDP Context Response.
    CreatePdpContextResponse, "TS 29.060 7.3.2" {
        req cause: Cause;
        opt reordering_required: ReorderingRequired;
        opt recovery: Recovery;
        opt teid_data: TeidDataI;
        opt teid_control: TeidControl;
        opt nsapi: Nsapi;
        opt charging_id: ChargingId;
        opt end_user_address: EndUserAddress;
        opt pco: Pco;
        opt ggsn_control: GsnAddress;
        opt ggsn_user: GsnAddress;
        opt alternative_ggsn_control: GsnAddress;
        opt alternative_ggsn_user: GsnAddress;
        opt qos: Qos;
        opt charging_gateway: ChargingGatewayAddress;
        opt alternative_charging_gateway: ChargingGatewayAddress;
        opt common_flags: CommonFlags;
        opt apn_restriction: ApnRestriction;
        opt ms_info_change_reporting: MsInfoChangeReportingAction;
        opt bearer_control_mode: BearerControlMode;
        opt evolved_arp: EvolvedAllocationRetentionPriorityI;
        opt extended_common_flags: ExtendedCommonFlags;
        opt csg_reporting: CsgInformationReportingAction;
        opt apn_ambr: Ambr;
        opt back_off_time: GgsnBackOffTime;
        opt extended_common_flags_2: ExtendedCommonFlagsII;
        opt private: PrivateExtension;
    }
    /// Update PDP Context Request, from an SGSN or (TEID, addresses and QoS absent) from a GGSN.
    UpdatePdpContextRequest, "TS 29.060 7.3.3" {
        opt imsi: Imsi;
        opt rai: Rai;
        opt recovery: Recovery;
        opt teid_data: TeidDataI;
        opt teid_control: TeidControl;
        req nsapi: Nsapi;
        opt trace_reference: TraceReference;
        opt trace_type: TraceType;
        opt end_user_address: EndUserAddress;
        opt pco: Pco;
        opt sgsn_control: GsnAddress;
        opt sgsn_user: GsnAddress;
        opt alternative_sgsn_control: GsnAddress;
        opt alternative_sgsn_user: GsnAddress;
        opt qos: Qos;
        opt tft: Tft;
        opt trigger_id: TriggerId;
        opt omc_identity: OmcIdentity;
        opt common_flags: CommonFlags;
        opt apn_restriction: ApnRestriction;
        opt rat_type: RatType;
        opt user_location: UserLocation;
        opt ms_time_zone: MsTimeZone;
        opt additional_trace: AdditionalTraceInfo;
        opt ms_info_change_reporting: MsInfoChangeReportingAction;
        opt direct_tunnel_flags: DirectTunnelFlags;
        opt bearer_control_mode: BearerControlMode;
        opt evolved_arp: EvolvedAllocationRetentionPriorityI;
        opt extended_common_flags: ExtendedCommonFlags;
        opt user_csg: UserCsgInformation;
        opt csg_reporting: CsgInformationReportingAction;
        opt apn_ambr: Ambr;
        opt signalling_priority: SignallingPriorityIndication;
        opt cn_operator_selection: CnOperatorSelectionEntity;
        opt imei_sv: ImeiSv;
        opt private: PrivateExtension;
    }
    /// Update PDP Context Response, from a GGSN or an SGSN.
    UpdatePdpContextResponse, "TS 29.060 7.3.4" {
        req cause: Cause;
        opt recovery: Recovery;
        opt teid_data: TeidDataI;
        opt teid_control: TeidControl;
        opt charging_id: ChargingId;
        opt pco: Pco;
        opt gsn_control: GsnAddress;
        opt gsn_user: GsnAddress;
        opt alternative_gsn_control: GsnAddress;
        opt alternative_gsn_user: GsnAddress;
        opt qos: Qos;
        opt charging_gateway: ChargingGatewayAddress;
        opt alternative_charging_gateway: ChargingGatewayAddress;
        opt common_flags: CommonFlags;
        opt apn_restriction: ApnRestriction;
        opt user_location: UserLocation;
        opt ms_time_zone: MsTimeZone;
        opt bearer_control_mode: BearerControlMode;
        opt ms_info_change_reporting: MsInfoChangeReportingAction;
        opt direct_tunnel_flags: DirectTunnelFlags;
        opt evolved_arp: EvolvedAllocationRetentionPriorityI;
        opt csg_reporting: CsgInformationReportingAction;
        opt apn_ambr: Ambr;
        opt private: PrivateExtension;
    }
    /// Delete PDP Context Request.
    DeletePdpContextRequest, "TS 29.060 7.3.5" {
        opt cause: Cause;
        opt teardown: TeardownInd;
        req nsapi: Nsapi;
        opt pco: Pco;
        opt user_location: UserLocation;
        opt ms_time_zone: MsTimeZone;
        opt extended_common_flags: ExtendedCommonFlags;
        opt uli_timestamp: UliTimestamp;
        opt private: PrivateExtension;
    }
    /// Delete PDP Context Response.
    DeletePdpContextResponse, "TS 29.060 7.3.6" {
        req cause: Cause;
        opt pco: Pco;
        opt user_location: UserLocation;
        opt ms_time_zone: MsTimeZone;
        opt uli_timestamp: UliTimestamp;
        opt private: PrivateExtension;
    }
    /// Initiate PDP Context Activation Request.
    InitiatePdpContextActivationRequest, "TS 29.060 7.3.12" {
        req linked_nsapi: Nsapi;
        opt pco: Pco;
        req qos: Qos;
        opt tft: Tft;
        req correlation_id: CorrelationId;
        opt evolved_arp: EvolvedAllocationRetentionPriorityI;
        opt private: PrivateExtension;
    }
    /// Initiate PDP Context Activation Response.
    InitiatePdpContextActivationResponse, "TS 29.060 7.3.13" {
        req cause: Cause;
        opt pco: Pco;
        opt private: PrivateExtension;
    }
    /// Error Indication.
    ErrorIndication, "TS 29.060 7.3.7" {
        req teid_data: TeidDataI;
        req gsn_address: GsnAddress;
        opt private: PrivateExtension;
    }
    /// PDU Notification Request.
    PduNotificationRequest, "TS 29.060 7.3.8" {
        req imsi: Imsi;
        req teid_control: TeidControl;
        req end_user_address: EndUserAddress;
        req apn: Apn;
        opt pco: Pco;
        req ggsn_control: GsnAddress;
        opt private: PrivateExtension;
    }
    /// PDU Notification Response.
    PduNotificationResponse, "TS 29.060 7.3.9" {
        req cause: Cause;
        opt private: PrivateExtension;
    }
    /// PDU Notification Reject Request.
    PduNotificationRejectRequest, "TS 29.060 7.3.10" {
        req cause: Cause;
        req teid_control: TeidControl;
        req end_user_address: EndUserAddress;
        req apn: Apn;
        opt pco: Pco;
        opt private: PrivateExtension;
    }
    /// PDU Notification Reject Response.
    PduNotificationRejectResponse, "TS 29.060 7.3.11" {
        req cause: Cause;
        opt private: PrivateExtension;
    }
    /// Supported Extension Headers Notification.
    SupportedExtensionHeadersNotification, "TS 29.060 7.2.4" {
        req types: ExtensionHeaderTypeList;
    }
    /// Send Routeing Information for GPRS Request.
    SendRouteingInformationRequest, "TS 29.060 7.4.1" {
        req imsi: Imsi;
        opt private: PrivateExtension;
    }
    /// Send Routeing Information for GPRS Response.
    SendRouteingInformationResponse, "TS 29.060 7.4.2" {
        req cause: Cause;
        req imsi: Imsi;
        opt map_cause: MapCause;
        opt not_reachable_reason: MsNotReachableReason;
        opt gsn_address: GsnAddress;
        opt private: PrivateExtension;
    }
    /// Failure Report Request.
    FailureReportRequest, "TS 29.060 7.4.3" {
        req imsi: Imsi;
        opt private: PrivateExtension;
    }
    /// Failure Report Response.
    FailureReportResponse, "TS 29.060 7.4.4" {
        req cause: Cause;
        opt map_cause: MapCause;
        opt private: PrivateExtension;
    }
    /// Note MS GPRS Present Request.
    NoteMsPresentRequest, "TS 29.060 7.4.5" {
        req imsi: Imsi;
        req gsn_address: GsnAddress;
        opt private: PrivateExtension;
    }
    /// Note MS GPRS Present Response.
    NoteMsPresentResponse, "TS 29.060 7.4.6" {
        req cause: Cause;
        opt private: PrivateExtension;
    }
    /// Identification Request.
    IdentificationRequest, "TS 29.060 7.5.1" {
        req rai: Rai;
        req p_tmsi: PTmsi;
        opt p_tmsi_signature: PTmsiSignature;
        opt sgsn_control: GsnAddress;
        opt hop_counter: HopCounter;
        opt private: PrivateExtension;
    }
    /// Identification Response.
    IdentificationResponse, "TS 29.060 7.5.2" {
        req cause: Cause;
        opt imsi: Imsi;
        rep triplets: AuthenticationTriplet;
        rep quintuplets: AuthenticationQuintuplet;
        opt ue_usage_type: UeUsageType;
        opt iov_updates_counter: IovUpdatesCounter;
        opt private: PrivateExtension;
    }
    /// SGSN Context Request.
    SgsnContextRequest, "TS 29.060 7.5.3" {
        opt imsi: Imsi;
        req rai: Rai;
        opt tlli: Tlli;
        opt p_tmsi: PTmsi;
        opt p_tmsi_signature: PTmsiSignature;
        opt ms_validated: MsValidated;
        req teid_control: TeidControl;
        req sgsn_control: GsnAddress;
        opt alternative_sgsn_control: GsnAddress;
        opt sgsn_number: SgsnNumber;
        opt rat_type: RatType;
        opt hop_counter: HopCounter;
        opt private: PrivateExtension;
    }
    /// SGSN Context Response.
    SgsnContextResponse, "TS 29.060 7.5.4" {
        req cause: Cause;
        opt imsi: Imsi;
        opt teid_control: TeidControl;
        rep rab_contexts: RabContext;
        opt radio_priority_sms: RadioPrioritySms;
        rep radio_priorities: RadioPriority;
        rep packet_flow_ids: PacketFlowId;
        opt charging_characteristics: ChargingCharacteristics;
        opt radio_priority_lcs: RadioPriorityLcs;
        opt mm_context: MmContext;
        rep pdp_contexts: PdpContext;
        opt sgsn_control: GsnAddress;
        opt prioritization: PdpContextPrioritization;
        rep mbms_ue_contexts: MbmsUeContext;
        opt subscribed_rfsp_index: RfspIndex;
        opt rfsp_index: RfspIndex;
        opt collocated_ggsn: Fqdn;
        rep evolved_arps: EvolvedAllocationRetentionPriorityII;
        opt extended_common_flags: ExtendedCommonFlags;
        opt ue_network_capability: UeNetworkCapability;
        opt ue_ambr: UeAmbr;
        rep apn_ambrs: ApnAmbrWithNsapi;
        rep signalling_priorities: SignallingPriorityIndicationWithNsapi;
        rep higher_bitrates: HigherBitratesFlag;
        rep selection_modes: SelectionModeWithNsapi;
        rep local_home_networks: LhnIdWithNsapi;
        opt ue_usage_type: UeUsageType;
        opt extended_common_flags_2: ExtendedCommonFlagsII;
        rep scef_pdn_connections: ScefPdnConnection;
        opt iov_updates_counter: IovUpdatesCounter;
        rep alternative_addresses: GsnAddress;
        opt private: PrivateExtension;
    }
    /// SGSN Context Acknowledge.
    SgsnContextAcknowledge, "TS 29.060 7.5.5" {
        req cause: Cause;
        rep teids_data_2: TeidDataII;
        opt sgsn_user: GsnAddress;
        opt sgsn_number: SgsnNumber;
        opt node_identifier: NodeIdentifier;
        opt private: PrivateExtension;
    }
    /// Forward Relocation Request.
    ForwardRelocationRequest, "TS 29.060 7.5.6" {
        opt imsi: Imsi;
        req teid_control: TeidControl;
        req ranap_cause: RanapCause;
        rep packet_flow_ids: PacketFlowId;
        opt charging_characteristics: ChargingCharacteristics;
        req mm_context: MmContext;
        rep pdp_contexts: PdpContext;
        rep gsn_addresses: GsnAddress;
        req target: TargetIdentification;
        req utran_container: UtranTransparentContainer;
        opt prioritization: PdpContextPrioritization;
        rep mbms_ue_contexts: MbmsUeContext;
        opt selected_plmn: SelectedPlmnId;
        opt bss_container: BssContainer;
        opt cell: CellIdentification;
        opt bssgp_cause: BssgpCause;
        opt xid_parameters: PsHandoverXidParameters;
        opt direct_tunnel_flags: DirectTunnelFlags;
        opt inter_rat_info: ReliableInterRatHandoverInfo;
        opt subscribed_rfsp_index: RfspIndex;
        opt rfsp_index: RfspIndex;
        opt collocated_ggsn: Fqdn;
        rep evolved_arps: EvolvedAllocationRetentionPriorityII;
        opt extended_common_flags: ExtendedCommonFlags;
        opt csg_id: CsgId;
        opt csg_membership: CsgMembershipIndication;
        opt ue_network_capability: UeNetworkCapability;
        opt ue_ambr: UeAmbr;
        rep apn_ambrs: ApnAmbrWithNsapi;
        rep signalling_priorities: SignallingPriorityIndicationWithNsapi;
        rep higher_bitrates: HigherBitratesFlag;
        opt srvcc_mm_context: AdditionalMmContextForSrvcc;
        opt srvcc_flags: AdditionalFlagsForSrvcc;
        opt stn_sr: StnSr;
        opt c_msisdn: CMsisdn;
        opt extended_ranap_cause: ExtendedRanapCause;
        opt enodeb_id: ENodeBId;
        rep selection_modes: SelectionModeWithNsapi;
        opt ue_usage_type: UeUsageType;
        opt extended_common_flags_2: ExtendedCommonFlagsII;
        rep scef_pdn_connections: ScefPdnConnection;
        opt private: PrivateExtension;
    }
    /// Forward Relocation Response.
    ForwardRelocationResponse, "TS 29.060 7.5.7" {
        req cause: Cause;
        opt teid_control: TeidControl;
        rep teids_data_2: TeidDataII;
        opt ranap_cause: RanapCause;
        opt sgsn_control: GsnAddress;
        opt sgsn_user: GsnAddress;
        opt utran_container: UtranTransparentContainer;
        rep rab_setup: RabSetupInformation;
        rep additional_rab_setup: AdditionalRabSetupInformation;
        opt sgsn_number: SgsnNumber;
        opt bss_container: BssContainer;
        opt bssgp_cause: BssgpCause;
        opt set_up_pfcs: ListOfSetUpPfcs;
        opt extended_ranap_cause: ExtendedRanapCause;
        opt node_identifier: NodeIdentifier;
        opt private: PrivateExtension;
    }
    /// Forward Relocation Complete.
    ForwardRelocationComplete, "TS 29.060 7.5.8" {
        opt private: PrivateExtension;
    }
    /// Relocation Cancel Request.
    RelocationCancelRequest, "TS 29.060 7.5.9" {
        opt imsi: Imsi;
        opt imei_sv: ImeiSv;
        opt extended_common_flags: ExtendedCommonFlags;
        opt extended_ranap_cause: ExtendedRanapCause;
        opt private: PrivateExtension;
    }
    /// Relocation Cancel Response.
    RelocationCancelResponse, "TS 29.060 7.5.10" {
        req cause: Cause;
        opt private: PrivateExtension;
    }
    /// Forward SRNS Context.
    ForwardSrnsContext, "TS 29.060 7.5.13" {
        rep rab_contexts: RabContext;
        opt source_rnc_pdcp: SourceRncPdcpContextInfo;
        opt pdu_numbers: PduNumbers;
        opt private: PrivateExtension;
    }
    /// Forward Relocation Complete Acknowledge.
    ForwardRelocationCompleteAcknowledge, "TS 29.060 7.5.11" {
        req cause: Cause;
        opt private: PrivateExtension;
    }
    /// Forward SRNS Context Acknowledge.
    ForwardSrnsContextAcknowledge, "TS 29.060 7.5.12" {
        req cause: Cause;
        opt private: PrivateExtension;
    }
    /// UE Registration Query Request.
    UeRegistrationQueryRequest, "TS 29.060 7.5.15" {
        req imsi: Imsi;
        opt private: PrivateExtension;
    }
    /// UE Registration Query Response.
    UeRegistrationQueryResponse, "TS 29.060 7.5.16" {
        req cause: Cause;
        req imsi: Imsi;
        opt selected_plmn: SelectedPlmnId;
        opt private: PrivateExtension;
    }
    /// RAN Information Relay.
    RanInformationRelay, "TS 29.060 7.5.14.1" {
        req container: RanTransparentContainer;
        opt routing_address: RimRoutingAddress;
        opt discriminator: RimRoutingAddressDiscriminator;
        opt private: PrivateExtension;
    }
    /// MS Info Change Notification Request.
    MsInfoChangeNotificationRequest, "TS 29.060 7.5B.1.1" {
        opt imsi: Imsi;
        opt linked_nsapi: Nsapi;
        opt rat_type: RatType;
        opt user_location: UserLocation;
        opt imei_sv: ImeiSv;
        opt extended_common_flags: ExtendedCommonFlags;
        opt user_csg: UserCsgInformation;
        opt private: PrivateExtension;
    }
    /// MS Info Change Notification Response.
    MsInfoChangeNotificationResponse, "TS 29.060 7.5B.1.2" {
        req cause: Cause;
        opt imsi: Imsi;
        opt linked_nsapi: Nsapi;
        opt imei_sv: ImeiSv;
        opt ms_info_change_reporting: MsInfoChangeReportingAction;
        opt csg_reporting: CsgInformationReportingAction;
        opt private: PrivateExtension;
    }
    /// End Marker.
    EndMarker, "TS 29.281 7.3.2" {
        opt private: PrivateExtension;
    }
}

macro_rules! table {
    ($($msg:ident = $code:literal;)*) => {
        wire::pdus! {
            /// Messages of GTPv1 by their type, TS 29.060 7.1.
            pub enum Pdu(u8) { $($msg = $code;)* GPdu = 255; }
        }

        /// The rows of the messages of type `kind`; none where the table does not have it.
        pub fn slots(kind: u8) -> &'static [Slot<Form>] {
            match kind {
                $($code => $msg::SLOTS,)*
                _ => &[],
            }
        }
    };
}

table! {
    EchoRequest = 1;
    EchoResponse = 2;
    VersionNotSupported = 3;
    CreatePdpContextRequest = 16;
    CreatePdpContextResponse = 17;
    UpdatePdpContextRequest = 18;
    UpdatePdpContextResponse = 19;
    DeletePdpContextRequest = 20;
    DeletePdpContextResponse = 21;
    InitiatePdpContextActivationRequest = 22;
    InitiatePdpContextActivationResponse = 23;
    ErrorIndication = 26;
    PduNotificationRequest = 27;
    PduNotificationResponse = 28;
    PduNotificationRejectRequest = 29;
    PduNotificationRejectResponse = 30;
    SupportedExtensionHeadersNotification = 31;
    SendRouteingInformationRequest = 32;
    SendRouteingInformationResponse = 33;
    FailureReportRequest = 34;
    FailureReportResponse = 35;
    NoteMsPresentRequest = 36;
    NoteMsPresentResponse = 37;
    IdentificationRequest = 48;
    IdentificationResponse = 49;
    SgsnContextRequest = 50;
    SgsnContextResponse = 51;
    SgsnContextAcknowledge = 52;
    ForwardRelocationRequest = 53;
    ForwardRelocationResponse = 54;
    ForwardRelocationComplete = 55;
    RelocationCancelRequest = 56;
    RelocationCancelResponse = 57;
    ForwardSrnsContext = 58;
    ForwardRelocationCompleteAcknowledge = 59;
    ForwardSrnsContextAcknowledge = 60;
    UeRegistrationQueryRequest = 61;
    UeRegistrationQueryResponse = 62;
    RanInformationRelay = 70;
    MsInfoChangeNotificationRequest = 128;
    MsInfoChangeNotificationResponse = 129;
    EndMarker = 254;
}
