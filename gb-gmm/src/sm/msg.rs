//! The messages of SM, TS 24.008 9.5.
use super::{element::Proto, id, value::*};
use wire::{Apn, Octets, PdpAddress, QosProfile};

wire::messages! {
    ActivatePdpContextRequest, "TS 24.008 9.5.1" head(
        v nsapi: Nsapi, "Requested NSAPI"; v llc_sapi: LlcSapi, "Requested LLC SAPI";
        lv qos: QosProfile, "Requested QoS"; lv pdp_address: PdpAddress, "Requested PDP address";
    ) {
        opt apn: AccessPointName; opt pco: ProtocolConfigurationOptions; opt request_type: Request;
        opt device_properties: DeviceProperties; opt nbifom: Nbifom; opt extended_pco: ExtendedOptions;
    }
    ActivatePdpContextAccept, "TS 24.008 9.5.2" head(
        v llc_sapi: LlcSapi, "Negotiated LLC SAPI"; lv qos: QosProfile, "Negotiated QoS";
        v radio_priority: RadioPriority, "Radio priority";
    ) {
        opt pdp_address: PdpAddr; opt pco: ProtocolConfigurationOptions; opt packet_flow: PacketFlowId;
        opt cause: SmCause; opt connectivity: ConnectivityType; opt wlan_offload: WlanOffload;
        opt nbifom: Nbifom; opt extended_pco: ExtendedOptions;
    }
    ActivatePdpContextReject, "TS 24.008 9.5.3" head(v cause: super::Cause, "SM cause";) {
        opt pco: ProtocolConfigurationOptions; opt back_off: BackOffTimer; opt re_attempt: ReAttemptIndicator;
        opt nbifom: Nbifom; opt extended_pco: ExtendedOptions;
    }
    ActivateSecondaryPdpContextRequest, "TS 24.008 9.5.4" head(
        v nsapi: Nsapi, "Requested NSAPI"; v llc_sapi: LlcSapi, "Requested LLC SAPI";
        lv qos: QosProfile, "Requested QoS"; lv linked_ti: Octets, "Linked TI";
    ) {
        opt tft: Tft; opt pco: ProtocolConfigurationOptions; opt device_properties: DeviceProperties;
        opt nbifom: Nbifom; opt extended_pco: ExtendedOptions;
    }
    ActivateSecondaryPdpContextAccept, "TS 24.008 9.5.5" head(
        v llc_sapi: LlcSapi, "Negotiated LLC SAPI"; lv qos: QosProfile, "Negotiated QoS";
        v radio_priority: RadioPriority, "Radio priority";
    ) {
        opt packet_flow: PacketFlowId; opt pco: ProtocolConfigurationOptions; opt wlan_offload: WlanOffload;
        opt nbifom: Nbifom; opt extended_pco: ExtendedOptions;
    }
    ActivateSecondaryPdpContextReject, "TS 24.008 9.5.6" head(v cause: super::Cause, "SM cause";) {
        opt pco: ProtocolConfigurationOptions; opt back_off: BackOffTimer; opt re_attempt: ReAttemptIndicator;
        opt nbifom: Nbifom; opt extended_pco: ExtendedOptions;
    }
    RequestPdpContextActivation, "TS 24.008 9.5.7" head(lv pdp_address: PdpAddress, "Offered PDP address";) {
        opt apn: AccessPointName; opt pco: ProtocolConfigurationOptions; opt nbifom: Nbifom;
        opt extended_pco: ExtendedOptions;
    }
    RequestPdpContextActivationReject, "TS 24.008 9.5.8" head(v cause: super::Cause, "SM cause";) {
        opt pco: ProtocolConfigurationOptions; opt nbifom: Nbifom; opt extended_pco: ExtendedOptions;
    }
    /// From the network.
    ModifyPdpContextRequestDown, "TS 24.008 9.5.9" head(
        v radio_priority: RadioPriority, "Radio priority"; v llc_sapi: LlcSapi, "Requested LLC SAPI";
        lv qos: QosProfile, "New QoS";
    ) {
        opt pdp_address: PdpAddr; opt packet_flow: PacketFlowId; opt pco: ProtocolConfigurationOptions;
        opt tft: Tft; opt wlan_offload: WlanOffload; opt nbifom: Nbifom; opt extended_pco: ExtendedOptions;
    }
    /// From the mobile.
    ModifyPdpContextRequestUp, "TS 24.008 9.5.10" {
        opt llc_sapi: NewLlcSapi; opt qos: NewQos; opt tft: NewTft; opt pco: ProtocolConfigurationOptions;
        opt device_properties: DeviceProperties; opt nbifom: Nbifom; opt extended_pco: ExtendedOptions;
    }
    /// From the mobile.
    ModifyPdpContextAcceptUp, "TS 24.008 9.5.11" {
        opt pco: ProtocolConfigurationOptions; opt nbifom: Nbifom; opt extended_pco: ExtendedOptions;
    }
    /// From the network.
    ModifyPdpContextAcceptDown, "TS 24.008 9.5.12" {
        opt qos: NewQos; opt llc_sapi: NewLlcSapi; opt radio_priority: NewRadioPriority;
        opt packet_flow: PacketFlowId; opt pco: ProtocolConfigurationOptions; opt wlan_offload: WlanOffload;
        opt nbifom: Nbifom; opt extended_pco: ExtendedOptions;
    }
    ModifyPdpContextReject, "TS 24.008 9.5.13" head(v cause: super::Cause, "SM cause";) {
        opt pco: ProtocolConfigurationOptions; opt back_off: BackOffTimer; opt re_attempt: ReAttemptIndicator;
        opt nbifom: Nbifom; opt extended_pco: ExtendedOptions;
    }
    DeactivatePdpContextRequest, "TS 24.008 9.5.14" head(v cause: super::Cause, "SM cause";) {
        opt tear_down: TearDown; opt pco: ProtocolConfigurationOptions; opt mbms_options: MbmsOptions;
        opt back_off: BackOffTimer; opt wlan_offload: WlanOffload; opt nbifom: Nbifom;
        opt extended_pco: ExtendedOptions;
    }
    DeactivatePdpContextAccept, "TS 24.008 9.5.15" {
        opt pco: ProtocolConfigurationOptions; opt mbms_options: MbmsOptions; opt extended_pco: ExtendedOptions;
    }
    RequestSecondaryPdpContextActivation, "TS 24.008 9.5.15a" head(
        lv qos: QosProfile, "Required QoS"; lv linked_ti: Octets, "Linked TI";
    ) {
        opt tft: Tft; opt pco: ProtocolConfigurationOptions; opt wlan_offload: WlanOffload; opt nbifom: Nbifom;
        opt extended_pco: ExtendedOptions;
    }
    RequestSecondaryPdpContextActivationReject, "TS 24.008 9.5.15b" head(v cause: super::Cause, "SM cause";) {
        opt pco: ProtocolConfigurationOptions; opt nbifom: Nbifom; opt extended_pco: ExtendedOptions;
    }
    Notification, "TS 24.008 9.5.16a" head(lv indicator: u8, "Notification indicator";) {}
    SmStatus, "TS 24.008 9.5.21" head(v cause: super::Cause, "SM cause";) {}
    ActivateMbmsContextRequest, "TS 24.008 9.5.22" head(
        v nsapi: Nsapi, "Requested MBMS NSAPI"; v llc_sapi: LlcSapi, "Requested LLC SAPI";
        lv capabilities: Octets, "Supported MBMS bearer capabilities";
        lv address: PdpAddress, "Requested multicast address"; lv apn: Apn, "Access point name";
    ) { opt mbms_options: MbmsOptions; opt device_properties: DeviceProperties; }
    ActivateMbmsContextAccept, "TS 24.008 9.5.23" head(
        lv tmgi: Octets, "Temporary Mobile Group Identity"; v llc_sapi: LlcSapi, "Negotiated LLC SAPI";
    ) { opt mbms_options: MbmsOptions; }
    ActivateMbmsContextReject, "TS 24.008 9.5.24" head(v cause: super::Cause, "SM cause";) {
        opt mbms_options: MbmsOptions; opt back_off: BackOffTimer; opt re_attempt: ReAttemptIndicator;
    }
    RequestMbmsContextActivation, "TS 24.008 9.5.25" head(
        v nsapi: Nsapi, "Linked NSAPI"; lv address: PdpAddress, "Offered multicast address";
        lv apn: Apn, "Access point name";
    ) { opt mbms_options: MbmsOptions; }
    RequestMbmsContextActivationReject, "TS 24.008 9.5.26" head(v cause: super::Cause, "SM cause";) {
        opt mbms_options: MbmsOptions;
    }
}
