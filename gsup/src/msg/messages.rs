//! The message tables: what concerns subscribers and their authentication. Elements are in the
//! order in which Osmocom's programs write them.
use super::elements::{Proto, id};

wire::messages! {
    /// The home network is told who serves a subscriber now.
    UpdateLocationRequest, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        opt cn_domain: CnDomain;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
        opt supported_rat_types: SupportedRatTypes;
        opt current_rat_type: CurrentRatType;
    }
    /// The home network refuses.
    UpdateLocationError, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        req cause: Cause;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
    }
    /// The home network agrees; older peers put the subscription in here.
    UpdateLocationResult, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        opt msisdn: Msisdn;
        opt hlr_number: HlrNumber;
        opt pdp_info_complete: PdpInfoComplete;
        rep pdp_info: PdpInfo;
        opt cn_domain: CnDomain;
        opt charging_characteristics: ChargingCharacteristics;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
    }
    /// Vectors are wanted; with RAND and AUTS after a synchronisation failure.
    SendAuthInfoRequest, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        opt auts: Auts;
        opt rand: Rand;
        opt cn_domain: CnDomain;
        opt num_vectors_requested: NumVectorsRequested;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
        opt current_rat_type: CurrentRatType;
    }
    /// There are none.
    SendAuthInfoError, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        req cause: Cause;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
    }
    /// Vectors.
    SendAuthInfoResult, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        rep auth_tuple: AuthTuple;
        opt cn_domain: CnDomain;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
    }
    /// A mobile did not authenticate itself. It is not answered.
    AuthFailureReport, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        opt auts: Auts;
        opt rand: Rand;
        opt cn_domain: CnDomain;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
    }
    /// A subscriber is no longer known where it was served.
    PurgeMsRequest, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        opt cn_domain: CnDomain;
        opt hlr_number: HlrNumber;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
    }
    /// The home network refuses.
    PurgeMsError, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        req cause: Cause;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
    }
    /// The home network has taken note.
    PurgeMsResult, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        opt freeze_p_tmsi: FreezePTmsi;
        opt cn_domain: CnDomain;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
    }
    /// A subscription, or a part of it.
    InsertSubscriberDataRequest, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        opt msisdn: Msisdn;
        opt hlr_number: HlrNumber;
        opt pdp_info_complete: PdpInfoComplete;
        rep pdp_info: PdpInfo;
        opt cn_domain: CnDomain;
        opt charging_characteristics: ChargingCharacteristics;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
    }
    /// The serving node refuses.
    InsertSubscriberDataError, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        req cause: Cause;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
    }
    /// The serving node has taken note.
    InsertSubscriberDataResult, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        opt cn_domain: CnDomain;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
    }
    /// A part of a subscription goes.
    DeleteSubscriberDataRequest, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        opt cn_domain: CnDomain;
        rep pdp_context_id: PdpContextId;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
    }
    /// The serving node refuses.
    DeleteSubscriberDataError, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        req cause: Cause;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
    }
    /// The serving node has taken note.
    DeleteSubscriberDataResult, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        opt cn_domain: CnDomain;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
    }
    /// A subscriber is served elsewhere, or nowhere any more.
    LocationCancellationRequest, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        opt cancel_type: CancelType;
        opt cn_domain: CnDomain;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
    }
    /// The serving node refuses.
    LocationCancellationError, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        req cause: Cause;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
    }
    /// The serving node has taken note.
    LocationCancellationResult, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        opt cn_domain: CnDomain;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
    }
    /// A message could not be brought to the name that it was for.
    RoutingError, "OsmoHLR manual, GSUP" {
        req imsi: Imsi;
        opt session_id: SessionId;
        opt session_state: SessionState;
        opt cause: Cause;
        opt message_class: MessageClass;
        opt source_name: SourceName;
        opt destination_name: DestinationName;
    }
    /// A vector: GSM's RAND, SRES, Kc, and UMTS's IK, CK, AUTN, RES.
    AuthTuple, "TS 33.102 6.3.2" {
        req rand: Rand;
        opt sres: Sres;
        opt kc: Kc;
        opt ik: Ik;
        opt ck: Ck;
        opt autn: Autn;
        opt res: Res;
    }
    /// A subscription to an access point, or with an identifier alone one that goes.
    PdpInfo, "OsmoHLR manual, GSUP" {
        opt context_id: PdpContextId;
        opt address: PdpAddress;
        opt apn: Apn;
        opt qos: PdpQos;
        opt charging_characteristics: ChargingCharacteristics;
    }
}

wire::pdus! {
    /// Messages of GSUP that have a table.
    pub enum Pdu(u8) {
        UpdateLocationRequest = 0x04;
        UpdateLocationError = 0x05;
        UpdateLocationResult = 0x06;
        SendAuthInfoRequest = 0x08;
        SendAuthInfoError = 0x09;
        SendAuthInfoResult = 0x0a;
        AuthFailureReport = 0x0b;
        PurgeMsRequest = 0x0c;
        PurgeMsError = 0x0d;
        PurgeMsResult = 0x0e;
        InsertSubscriberDataRequest = 0x10;
        InsertSubscriberDataError = 0x11;
        InsertSubscriberDataResult = 0x12;
        DeleteSubscriberDataRequest = 0x14;
        DeleteSubscriberDataError = 0x15;
        DeleteSubscriberDataResult = 0x16;
        LocationCancellationRequest = 0x1c;
        LocationCancellationError = 0x1d;
        LocationCancellationResult = 0x1e;
        RoutingError = 0x4e;
    }
}
