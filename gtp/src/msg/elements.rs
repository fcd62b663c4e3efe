//! The element table: TS 29.060 7.7, table 37. Types below 128 have a length that the table says
//! (TV), all others carry it (TLV).
use super::{
    Cause, ChargingCharacteristics, ImeiSv, Imsi, Msisdn, Nsapi, PrivateExtension, Qos, RatType,
    ReorderingRequired, SelectionMode, TeardownInd, UserLocation,
};
use bytes::{BufMut, BytesMut};
use std::net::IpAddr;
use wire::{
    Apn, Element, Error, Framing, Hex, Info, Kind, Octets, Pco, PdpAddress, Rai, Reader, Result,
    Slot, Value, with_len,
};

/// The elements of GTPv1.
#[derive(Debug)]
pub enum Proto {}

/// How an element stands on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Type, value of so many octets.
    Tv(u8),
    /// Type, length in two octets, value.
    Tlv,
    /// Type, length in one octet, value: only the Extension Header Type List (7.7.40).
    Tlv1,
}
use Form::{Tlv, Tlv1, Tv};

wire::elements! { Proto:
    Cause = 1, Tv(1), Cause, "Cause", "TS 29.060 7.7.1";
    Imsi = 2, Tv(8), Imsi, "IMSI", "TS 29.060 7.7.2";
    Rai = 3, Tv(6), Rai, "Routeing Area Identity", "TS 29.060 7.7.3";
    Tlli = 4, Tv(4), Hex<4>, "TLLI", "TS 29.060 7.7.4";
    PTmsi = 5, Tv(4), Hex<4>, "P-TMSI", "TS 29.060 7.7.5";
    ReorderingRequired = 8, Tv(1), ReorderingRequired, "Reordering Required", "TS 29.060 7.7.6";
    AuthenticationTriplet = 9, Tv(28), Hex<28>, "Authentication Triplet", "TS 29.060 7.7.7";
    MapCause = 11, Tv(1), u8, "MAP Cause", "TS 29.060 7.7.8";
    PTmsiSignature = 12, Tv(3), Hex<3>, "P-TMSI Signature", "TS 29.060 7.7.9";
    MsValidated = 13, Tv(1), u8, "MS Validated", "TS 29.060 7.7.10";
    Recovery = 14, Tv(1), u8, "Recovery", "TS 29.060 7.7.11";
    SelectionMode = 15, Tv(1), SelectionMode, "Selection Mode", "TS 29.060 7.7.12";
    TeidDataI = 16, Tv(4), u32, "TEID Data I", "TS 29.060 7.7.13";
    TeidControl = 17, Tv(4), u32, "TEID Control Plane", "TS 29.060 7.7.14";
    TeidDataII = 18, Tv(5), Hex<5>, "TEID Data II", "TS 29.060 7.7.15";
    TeardownInd = 19, Tv(1), TeardownInd, "Teardown Ind", "TS 29.060 7.7.16";
    Nsapi = 20, Tv(1), Nsapi, "NSAPI", "TS 29.060 7.7.17";
    RanapCause = 21, Tv(1), u8, "RANAP Cause", "TS 29.060 7.7.18";
    RabContext = 22, Tv(9), Hex<9>, "RAB Context", "TS 29.060 7.7.19";
    RadioPrioritySms = 23, Tv(1), u8, "Radio Priority SMS", "TS 29.060 7.7.20";
    RadioPriority = 24, Tv(1), u8, "Radio Priority", "TS 29.060 7.7.21";
    PacketFlowId = 25, Tv(2), Hex<2>, "Packet Flow Id", "TS 29.060 7.7.22";
    ChargingCharacteristics = 26, Tv(2), ChargingCharacteristics, "Charging Characteristics", "TS 29.060 7.7.23";
    TraceReference = 27, Tv(2), u16, "Trace Reference", "TS 29.060 7.7.24";
    TraceType = 28, Tv(2), u16, "Trace Type", "TS 29.060 7.7.25";
    MsNotReachableReason = 29, Tv(1), u8, "MS Not Reachable Reason", "TS 29.060 7.7.25A";
    PacketTransferCommand = 126, Tv(1), u8, "Packet Transfer Command", "TS 32.295 6.2.4.5.2";
    ChargingId = 127, Tv(4), u32, "Charging ID", "TS 29.060 7.7.26";
    EndUserAddress = 128, Tlv, PdpAddress, "End User Address", "TS 29.060 7.7.27";
    MmContext = 129, Tlv, Octets, "MM Context", "TS 29.060 7.7.28";
    PdpContext = 130, Tlv, Octets, "PDP Context", "TS 29.060 7.7.29";
    Apn = 131, Tlv, Apn, "Access Point Name", "TS 29.060 7.7.30";
    Pco = 132, Tlv, Pco, "Protocol Configuration Options", "TS 29.060 7.7.31";
    GsnAddress = 133, Tlv, IpAddr, "GSN Address", "TS 29.060 7.7.32";
    Msisdn = 134, Tlv, Msisdn, "MSISDN", "TS 29.060 7.7.33";
    Qos = 135, Tlv, Qos, "Quality of Service Profile", "TS 29.060 7.7.34";
    AuthenticationQuintuplet = 136, Tlv, Octets, "Authentication Quintuplet", "TS 29.060 7.7.35";
    Tft = 137, Tlv, Octets, "Traffic Flow Template", "TS 29.060 7.7.36";
    TargetIdentification = 138, Tlv, Octets, "Target Identification", "TS 29.060 7.7.37";
    UtranTransparentContainer = 139, Tlv, Octets, "UTRAN Transparent Container", "TS 29.060 7.7.38";
    RabSetupInformation = 140, Tlv, Octets, "RAB Setup Information", "TS 29.060 7.7.39";
    ExtensionHeaderTypeList = 141, Tlv1, Octets, "Extension Header Type List", "TS 29.060 7.7.40";
    TriggerId = 142, Tlv, Octets, "Trigger Id", "TS 29.060 7.7.41";
    OmcIdentity = 143, Tlv, Octets, "OMC Identity", "TS 29.060 7.7.42";
    RanTransparentContainer = 144, Tlv, Octets, "RAN Transparent Container", "TS 29.060 7.7.43";
    PdpContextPrioritization = 145, Tlv, Octets, "PDP Context Prioritization", "TS 29.060 7.7.45";
    AdditionalRabSetupInformation = 146, Tlv, Octets, "Additional RAB Setup Information", "TS 29.060 7.7.45A";
    SgsnNumber = 147, Tlv, Octets, "SGSN Number", "TS 29.060 7.7.47";
    CommonFlags = 148, Tlv, Octets, "Common Flags", "TS 29.060 7.7.48";
    ApnRestriction = 149, Tlv, Octets, "APN Restriction", "TS 29.060 7.7.49";
    RadioPriorityLcs = 150, Tlv, Octets, "Radio Priority LCS", "TS 29.060 7.7.25B";
    RatType = 151, Tlv, RatType, "RAT Type", "TS 29.060 7.7.50";
    UserLocation = 152, Tlv, UserLocation, "User Location Information", "TS 29.060 7.7.51";
    MsTimeZone = 153, Tlv, Octets, "MS Time Zone", "TS 29.060 7.7.52";
    ImeiSv = 154, Tlv, ImeiSv, "IMEI(SV)", "TS 29.060 7.7.53";
    CamelChargingInformation = 155, Tlv, Octets, "CAMEL Charging Information Container", "TS 29.060 7.7.54";
    MbmsUeContext = 156, Tlv, Octets, "MBMS UE Context", "TS 29.060 7.7.55";
    Tmgi = 157, Tlv, Octets, "Temporary Mobile Group Identity", "TS 29.060 7.7.56";
    RimRoutingAddress = 158, Tlv, Octets, "RIM Routing Address", "TS 29.060 7.7.57";
    MbmsPco = 159, Tlv, Octets, "MBMS Protocol Configuration Options", "TS 29.060 7.7.58";
    MbmsServiceArea = 160, Tlv, Octets, "MBMS Service Area", "TS 29.060 7.7.60";
    SourceRncPdcpContextInfo = 161, Tlv, Octets, "Source RNC PDCP context info", "TS 29.060 7.7.61";
    AdditionalTraceInfo = 162, Tlv, Octets, "Additional Trace Info", "TS 29.060 7.7.62";
    HopCounter = 163, Tlv, Octets, "Hop Counter", "TS 29.060 7.7.63";
    SelectedPlmnId = 164, Tlv, Octets, "Selected PLMN ID", "TS 29.060 7.7.64";
    MbmsSessionIdentifier = 165, Tlv, Octets, "MBMS Session Identifier", "TS 29.060 7.7.65";
    Mbms2g3gIndicator = 166, Tlv, Octets, "MBMS 2G/3G Indicator", "TS 29.060 7.7.66";
    EnhancedNsapi = 167, Tlv, Octets, "Enhanced NSAPI", "TS 29.060 7.7.67";
    MbmsSessionDuration = 168, Tlv, Octets, "MBMS Session Duration", "TS 29.060 7.7.59";
    AdditionalMbmsTraceInfo = 169, Tlv, Octets, "Additional MBMS Trace Info", "TS 29.060 7.7.68";
    MbmsSessionRepetitionNumber = 170, Tlv, Octets, "MBMS Session Identity Repetition Number", "TS 29.060 7.7.69";
    MbmsTimeToDataTransfer = 171, Tlv, Octets, "MBMS Time To Data Transfer", "TS 29.060 7.7.70";
    PsHandoverRequestContext = 172, Tlv, Octets, "PS Handover Request Context", "TS 29.060 7.7.71";
    BssContainer = 173, Tlv, Octets, "BSS Container", "TS 29.060 7.7.72";
    CellIdentification = 174, Tlv, Octets, "Cell Identification", "TS 29.060 7.7.73";
    PduNumbers = 175, Tlv, Octets, "PDU Numbers", "TS 29.060 7.7.74";
    BssgpCause = 176, Tlv, Octets, "BSSGP Cause", "TS 29.060 7.7.75";
    RequiredMbmsBearerCapabilities = 177, Tlv, Octets, "Required MBMS Bearer Capabilities", "TS 29.060 7.7.76";
    RimRoutingAddressDiscriminator = 178, Tlv, Octets, "RIM Routing Address Discriminator", "TS 29.060 7.7.77";
    ListOfSetUpPfcs = 179, Tlv, Octets, "List of set-up PFCs", "TS 29.060 7.7.78";
    PsHandoverXidParameters = 180, Tlv, Octets, "PS Handover XID Parameters", "TS 29.060 7.7.79";
    MsInfoChangeReportingAction = 181, Tlv, Octets, "MS Info Change Reporting Action", "TS 29.060 7.7.80";
    DirectTunnelFlags = 182, Tlv, Octets, "Direct Tunnel Flags", "TS 29.060 7.7.81";
    CorrelationId = 183, Tlv, Octets, "Correlation-ID", "TS 29.060 7.7.82";
    BearerControlMode = 184, Tlv, Octets, "Bearer Control Mode", "TS 29.060 7.7.83";
    MbmsFlowIdentifier = 185, Tlv, Octets, "MBMS Flow Identifier", "TS 29.060 7.7.84";
    MbmsIpMulticastDistribution = 186, Tlv, Octets, "MBMS IP Multicast Distribution", "TS 29.060 7.7.85";
    MbmsDistributionAcknowledgement = 187, Tlv, Octets, "MBMS Distribution Acknowledgement", "TS 29.060 7.7.86";
    ReliableInterRatHandoverInfo = 188, Tlv, Octets, "Reliable INTER RAT HANDOVER INFO", "TS 29.060 7.7.87";
    RfspIndex = 189, Tlv, Octets, "RFSP Index", "TS 29.060 7.7.88";
    Fqdn = 190, Tlv, Octets, "Fully Qualified Domain Name", "TS 29.060 7.7.90";
    EvolvedAllocationRetentionPriorityI = 191, Tlv, Octets, "Evolved Allocation/Retention Priority I", "TS 29.060 7.7.91";
    EvolvedAllocationRetentionPriorityII = 192, Tlv, Octets, "Evolved Allocation/Retention Priority II", "TS 29.060 7.7.92";
    ExtendedCommonFlags = 193, Tlv, Octets, "Extended Common Flags", "TS 29.060 7.7.93";
    UserCsgInformation = 194, Tlv, Octets, "User CSG Information", "TS 29.060 7.7.94";
    CsgInformationReportingAction = 195, Tlv, Octets, "CSG Information Reporting Action", "TS 29.060 7.7.95";
    CsgId = 196, Tlv, Octets, "CSG ID", "TS 29.060 7.7.96";
    CsgMembershipIndication = 197, Tlv, Octets, "CSG Membership Indication", "TS 29.060 7.7.97";
    Ambr = 198, Tlv, Octets, "Aggregate Maximum Bit Rate", "TS 29.060 7.7.98";
    UeNetworkCapability = 199, Tlv, Octets, "UE Network Capability", "TS 29.060 7.7.99";
    UeAmbr = 200, Tlv, Octets, "UE-AMBR", "TS 29.060 7.7.100";
    ApnAmbrWithNsapi = 201, Tlv, Octets, "APN-AMBR with NSAPI", "TS 29.060 7.7.101";
    GgsnBackOffTime = 202, Tlv, Octets, "GGSN Back-Off Time", "TS 29.060 7.7.102";
    SignallingPriorityIndication = 203, Tlv, Octets, "Signalling Priority Indication", "TS 29.060 7.7.103";
    SignallingPriorityIndicationWithNsapi = 204, Tlv, Octets, "Signalling Priority Indication with NSAPI", "TS 29.060 7.7.104";
    HigherBitratesFlag = 205, Tlv, Octets, "Higher bitrates than 16 Mbps flag", "TS 29.060 7.7.105";
    AdditionalMmContextForSrvcc = 207, Tlv, Octets, "Additional MM context for SRVCC", "TS 29.060 7.7.107";
    AdditionalFlagsForSrvcc = 208, Tlv, Octets, "Additional flags for SRVCC", "TS 29.060 7.7.108";
    StnSr = 209, Tlv, Octets, "STN-SR", "TS 29.060 7.7.109";
    CMsisdn = 210, Tlv, Octets, "C-MSISDN", "TS 29.060 7.7.110";
    ExtendedRanapCause = 211, Tlv, Octets, "Extended RANAP Cause", "TS 29.060 7.7.111";
    ENodeBId = 212, Tlv, Octets, "eNodeB ID", "TS 29.060 7.7.112";
    SelectionModeWithNsapi = 213, Tlv, Octets, "Selection Mode with NSAPI", "TS 29.060 7.7.113";
    UliTimestamp = 214, Tlv, Octets, "ULI Timestamp", "TS 29.060 7.7.114";
    LhnIdWithNsapi = 215, Tlv, Octets, "Local Home Network ID with NSAPI", "TS 29.060 7.7.115";
    CnOperatorSelectionEntity = 216, Tlv, Octets, "CN Operator Selection Entity", "TS 29.060 7.7.116";
    UeUsageType = 217, Tlv, Octets, "UE Usage Type", "TS 29.060 7.7.117";
    ExtendedCommonFlagsII = 218, Tlv, Octets, "Extended Common Flags II", "TS 29.060 7.7.118";
    NodeIdentifier = 219, Tlv, Octets, "Node Identifier", "TS 29.060 7.7.119";
    CiotOptimizationsSupport = 220, Tlv, Octets, "CIoT Optimizations Support Indication", "TS 29.060 7.7.120";
    ScefPdnConnection = 221, Tlv, Octets, "SCEF PDN Connection", "TS 29.060 7.7.121";
    IovUpdatesCounter = 222, Tlv, Octets, "IOV_updates counter", "TS 29.060 7.7.122";
    MappedUeUsageType = 223, Tlv, Octets, "Mapped UE Usage Type", "TS 29.060 7.7.123";
    UpFunctionSelectionFlags = 224, Tlv, Octets, "UP Function Selection Indication Flags", "TS 29.060 7.7.124";
    ChargingGatewayAddress = 251, Tlv, IpAddr, "Charging Gateway Address", "TS 29.060 7.7.44";
    PrivateExtension = 255, Tlv, PrivateExtension, "Private Extension", "TS 29.060 7.7.46";
}

impl Framing for Proto {
    type Form = Form;

    #[inline]
    fn next<'a>(r: &mut Reader<'a>, _: &[Slot<Form>]) -> Result<Element<'a>> {
        let at = r.at();
        let kind = r.u8()?;
        let key = u64::from(kind);
        let row = info(key);
        let n = match row.map(|i| i.form) {
            Some(Tv(n)) => usize::from(n),
            Some(Tlv1) => usize::from(r.u8()?),
            Some(Tlv) => usize::from(r.u16()?),
            None if kind >= 128 => usize::from(r.u16()?),
            // its length is not known: nothing behind it can be read, 11.1
            None => {
                return Err(Error {
                    key,
                    ..Error::new(Kind::Unknown, at, "")
                });
            }
        };
        let name = row.map_or("unknown element", |i| i.name);
        let body = r.sub(n).map_err(|e| e.within(key, name))?;
        Ok(Element {
            key,
            flags: 0,
            at,
            body,
        })
    }

    #[inline]
    fn put(key: u64, _: u8, body: &dyn Value, w: &mut BytesMut) {
        w.put_u8(key as u8);
        match info(key).map_or(Tlv, |i| i.form) {
            Tv(_) => body.write(w),
            Tlv1 => with_len(1, w, |w| body.write(w)),
            Tlv => with_len(2, w, |w| body.write(w)),
        }
    }

    fn info(key: u64) -> Option<&'static Info<Form>> {
        info(key)
    }
}
