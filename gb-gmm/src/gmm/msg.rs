//! The messages of GMM, TS 24.008 9.4.
use super::{element::Proto, id, value::*};
use crate::nas::{Drx, GprsTimer, MobileIdentity, MsNetworkCapability};
use wire::{Octets, Rai};

wire::messages! {
    AttachRequest, "TS 24.008 9.4.1" head(
        lv ms_network_capability: MsNetworkCapability, "MS network capability";
        v attach: AttachTypeAndCksn, "Attach type and CKSN";
        v drx: Drx, "DRX parameter";
        lv identity: MobileIdentity, "P-TMSI or IMSI";
        v old_rai: Rai, "Old routing area identification";
        lv radio_access: Octets, "MS Radio Access capability";
    ) {
        opt old_signature: PtmsiSignature; opt ready_timer: ReadyTimer; opt tmsi_status: TmsiStatus;
        opt ps_lcs: PsLcsCapability; opt classmark2: MobileStationClassmark2;
        opt classmark3: MobileStationClassmark3; opt codecs: SupportedCodecs;
        opt ue_network_capability: UeNetworkCapability; opt additional_identity: AdditionalIdentity;
        opt additional_old_rai: AdditionalOldRai; opt voice_domain: VoiceDomainPreference;
        opt device_properties: DeviceProperties; opt ptmsi_type: PtmsiType;
        opt ms_features: MsNetworkFeatureSupport; opt old_lai: OldLai;
        opt additional_update_type: AdditionalUpdateType; opt tmsi_nri: TmsiBasedNri;
        opt t3324: T3324; opt t3312_extended: T3312Extended; opt extended_drx: ExtendedDrx;
    }
    AttachAccept, "TS 24.008 9.4.2" head(
        v result: AttachResultAndStandby, "Attach result and force to standby";
        v periodic_ra_update: GprsTimer, "Periodic RA update timer";
        v radio_priorities: RadioPriorities, "Radio priority for SMS and TOM8";
        v rai: Rai, "Routing area identification";
    ) {
        opt signature: PtmsiSignature; opt ready_timer: ReadyTimer; opt ptmsi: Ptmsi;
        opt ms_identity: MsIdentity; opt cause: GmmCause; opt t3302: T3302;
        opt cell_notification: CellNotification; opt equivalent_plmns: EquivalentPlmns;
        opt network_features: NetworkFeatureSupport; opt emergency_numbers: EmergencyNumbers;
        opt requested_ms_information: RequestedMsInformation; opt t3319: T3319; opt t3323: T3323;
        opt t3312_extended: T3312Extended; opt additional_features: AdditionalNetworkFeatures;
        opt t3324: T3324; opt extended_drx: ExtendedDrx;
    }
    AttachComplete, "TS 24.008 9.4.3" {
        opt inter_rat: InterRatHandover; opt eutran: EutranHandover;
    }
    AttachReject, "TS 24.008 9.4.4" head(v cause: super::Cause, "GMM cause";) {
        opt t3302: T3302; opt t3346: T3346;
    }
    /// From the mobile.
    DetachRequestUp, "TS 24.008 9.4.5.2" head(v detach: DetachTypeUp, "Detach type";) {
        opt ptmsi: Ptmsi; opt signature: PtmsiSignature2;
    }
    /// From the network.
    DetachRequestDown, "TS 24.008 9.4.5.1" head(v detach: DetachTypeDown, "Detach type and force to standby";) {
        opt cause: GmmCause;
    }
    /// From the mobile.
    DetachAcceptUp, "TS 24.008 9.4.6.2" {}
    /// From the network.
    DetachAcceptDown, "TS 24.008 9.4.6.1" head(v standby: Standby, "Force to standby";) {}
    PtmsiReallocationCommand, "TS 24.008 9.4.7" head(
        lv ptmsi: MobileIdentity, "Allocated P-TMSI";
        v rai: Rai, "Routing area identification";
        v standby: Standby, "Force to standby";
    ) { opt signature: PtmsiSignature; }
    PtmsiReallocationComplete, "TS 24.008 9.4.8" {}
    AuthenticationAndCipheringRequest, "TS 24.008 9.4.9" head(
        v ciphering: CipheringAndImeisv, "Ciphering algorithm and IMEISV request";
        v reference: StandbyAndReference, "Force to standby and A&C reference number";
    ) { opt rand: Rand; opt cksn: Cksn; opt autn: Autn; }
    AuthenticationAndCipheringResponse, "TS 24.008 9.4.10" head(v reference: Reference, "A&C reference number";) {
        opt res: Res; opt imeisv: Imeisv; opt extended_res: ExtendedRes;
    }
    AuthenticationAndCipheringFailure, "TS 24.008 9.4.10a" head(v cause: super::Cause, "GMM cause";) {
        opt auts: Auts;
    }
    AuthenticationAndCipheringReject, "TS 24.008 9.4.11" {}
    IdentityRequest, "TS 24.008 9.4.12" head(v identity: IdentityTypeAndStandby, "Identity type and force to standby";) {}
    IdentityResponse, "TS 24.008 9.4.13" head(lv identity: MobileIdentity, "Mobile identity";) {}
    RoutingAreaUpdateRequest, "TS 24.008 9.4.14" head(
        v update: UpdateTypeAndCksn, "Update type and CKSN";
        v old_rai: Rai, "Old routing area identification";
        lv radio_access: Octets, "MS Radio Access capability";
    ) {
        opt old_signature: PtmsiSignature; opt ready_timer: ReadyTimer; opt drx: DrxParameter;
        opt tmsi_status: TmsiStatus; opt ptmsi: Ptmsi; opt ms_network_capability: NetworkCapability;
        opt pdp_context_status: PdpContextStatus; opt ps_lcs: PsLcsCapability;
        opt mbms_context_status: MbmsContextStatus; opt ue_network_capability: UeNetworkCapability;
        opt additional_identity: AdditionalIdentity; opt additional_old_rai: AdditionalOldRai;
        opt classmark2: MobileStationClassmark2; opt classmark3: MobileStationClassmark3;
        opt codecs: SupportedCodecs; opt voice_domain: VoiceDomainPreference;
        opt ptmsi_type: PtmsiType; opt device_properties: DeviceProperties;
        opt ms_features: MsNetworkFeatureSupport; opt old_lai: OldLai;
        opt additional_update_type: AdditionalUpdateType; opt tmsi_nri: TmsiBasedNri;
        opt t3324: T3324; opt t3312_extended: T3312Extended; opt extended_drx: ExtendedDrx;
    }
    RoutingAreaUpdateAccept, "TS 24.008 9.4.15" head(
        v result: StandbyAndUpdateResult, "Force to standby and update result";
        v periodic_ra_update: GprsTimer, "Periodic RA update timer";
        v rai: Rai, "Routing area identification";
    ) {
        opt signature: PtmsiSignature; opt ptmsi: Ptmsi; opt ms_identity: MsIdentity;
        opt receive_npdu_numbers: ReceiveNpduNumbers; opt ready_timer: ReadyTimer;
        opt cause: GmmCause; opt t3302: T3302; opt cell_notification: CellNotification;
        opt equivalent_plmns: EquivalentPlmns; opt pdp_context_status: PdpContextStatus;
        opt network_features: NetworkFeatureSupport; opt emergency_numbers: EmergencyNumbers;
        opt mbms_context_status: MbmsContextStatus; opt requested_ms_information: RequestedMsInformation;
        opt t3319: T3319; opt t3323: T3323; opt t3312_extended: T3312Extended;
        opt additional_features: AdditionalNetworkFeatures; opt t3324: T3324; opt extended_drx: ExtendedDrx;
    }
    RoutingAreaUpdateComplete, "TS 24.008 9.4.16" {
        opt receive_npdu_numbers: ReceiveNpduNumbers; opt inter_rat: InterRatHandover; opt eutran: EutranHandover;
    }
    RoutingAreaUpdateReject, "TS 24.008 9.4.17" head(
        v cause: super::Cause, "GMM cause";
        v standby: Standby, "Force to standby";
    ) { opt t3302: T3302; opt t3346: T3346; }
    GmmStatus, "TS 24.008 9.4.18" head(v cause: super::Cause, "GMM cause";) {}
    GmmInformation, "TS 24.008 9.4.19" {
        opt full_name: FullName; opt short_name: ShortName; opt time_zone: TimeZone;
        opt universal_time: UniversalTime; opt lsa: LsaIdentity; opt daylight_saving: DaylightSaving;
    }
    ServiceRequest, "TS 24.008 9.4.20" head(
        v service: CksnAndServiceType, "CKSN and service type";
        lv ptmsi: MobileIdentity, "P-TMSI";
    ) {
        opt pdp_context_status: PdpContextStatus; opt mbms_context_status: MbmsContextStatus;
        opt uplink_data_status: UplinkDataStatus; opt device_properties: DeviceProperties;
    }
    ServiceAccept, "TS 24.008 9.4.21" {
        opt pdp_context_status: PdpContextStatus; opt mbms_context_status: MbmsContextStatus;
    }
    ServiceReject, "TS 24.008 9.4.22" head(v cause: super::Cause, "GMM cause";) { opt t3346: T3346; }
}
