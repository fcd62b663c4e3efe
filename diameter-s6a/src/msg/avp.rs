//! The AVP table: a row per AVP (RFC 6733 4.5, TS 29.272 7.3.1, and what these use of RFC 4005,
//! RFC 5447, RFC 5778, RFC 8506, TS 29.061, TS 29.212, TS 29.214, TS 29.229, TS 29.329), then the
//! grouped ones. The rows of Gx and credit control give names to messages that are kept generically.
use super::{
    framing::{AvpKind, Form, Kinded, Proto, flag},
    points::*,
    types::{Address, Avps, DiameterTime, Integer32, PlmnId, Tbcd},
};
use std::net::Ipv4Addr;
use wire::{Hex, Octets, Text};

/// Flags of the base protocol's AVPs: must be understood.
const M: u8 = flag::M;
/// Flags of those that need not be understood.
const NONE: u8 = 0;
/// Flags of 3GPP AVPs that must be understood.
const MV: u8 = flag::M | flag::V;
/// Flags of 3GPP AVPs that need not.
const V: u8 = flag::V;

/// The key of an AVP of 3GPP.
const fn tgpp(code: u32) -> u64 {
    super::framing::key(super::TGPP, code)
}

macro_rules! avps {
    ($($name:ident = $key:expr, $flags:expr, $t:ty, $text:literal, $spec:literal;)*) => {
        wire::elements! { Proto:
            $($name = $key, Form { flags: $flags, kind: <$t as Kinded>::KIND }, $t, $text, $spec;)*
        }
    };
}

avps! {
    // base protocol and what the 3GPP applications use of other RFCs: no vendor
    UserName = 1, M, Text, "User-Name", "RFC 6733 8.14";
    FramedIpAddress = 8, M, Ipv4Addr, "Framed-IP-Address", "RFC 7155 4.4.10.5.1";
    Class = 25, M, Octets, "Class", "RFC 6733 8.20";
    SessionTimeout = 27, M, u32, "Session-Timeout", "RFC 6733 8.13";
    CalledStationId = 30, M, Text, "Called-Station-Id", "RFC 7155 4.2.5";
    ProxyState = 33, M, Octets, "Proxy-State", "RFC 6733 6.7.4";
    AcctSessionId = 44, M, Octets, "Acct-Session-Id", "RFC 6733 9.8.4";
    AcctMultiSessionId = 50, M, Text, "Acct-Multi-Session-Id", "RFC 6733 9.8.5";
    EventTimestamp = 55, M, DiameterTime, "Event-Timestamp", "RFC 6733 8.21";
    AcctInterimInterval = 85, M, u32, "Acct-Interim-Interval", "RFC 6733 9.8.2";
    FramedIpv6Prefix = 97, M, Octets, "Framed-IPv6-Prefix", "RFC 7155 4.4.10.5.6";
    HostIpAddress = 257, M, Address, "Host-IP-Address", "RFC 6733 5.3.5";
    AuthApplicationId = 258, M, u32, "Auth-Application-Id", "RFC 6733 6.8";
    AcctApplicationId = 259, M, u32, "Acct-Application-Id", "RFC 6733 6.9";
    VendorSpecificApplicationId = 260, M, VendorSpecificApplicationId, "Vendor-Specific-Application-Id", "RFC 6733 6.11";
    RedirectHostUsage = 261, M, RedirectHostUsage, "Redirect-Host-Usage", "RFC 6733 6.13";
    RedirectMaxCacheTime = 262, M, u32, "Redirect-Max-Cache-Time", "RFC 6733 6.14";
    SessionId = 263, M, Text, "Session-Id", "RFC 6733 8.8";
    OriginHost = 264, M, Text, "Origin-Host", "RFC 6733 6.3";
    SupportedVendorId = 265, M, u32, "Supported-Vendor-Id", "RFC 6733 5.3.6";
    VendorId = 266, M, u32, "Vendor-Id", "RFC 6733 5.3.3";
    FirmwareRevision = 267, NONE, u32, "Firmware-Revision", "RFC 6733 5.3.4";
    ResultCode = 268, M, ResultCode, "Result-Code", "RFC 6733 7.1";
    ProductName = 269, NONE, Text, "Product-Name", "RFC 6733 5.3.7";
    SessionBinding = 270, M, u32, "Session-Binding", "RFC 6733 8.17";
    SessionServerFailover = 271, M, u32, "Session-Server-Failover", "RFC 6733 8.18";
    MultiRoundTimeOut = 272, M, u32, "Multi-Round-Time-Out", "RFC 6733 8.19";
    DisconnectCause = 273, M, DisconnectCause, "Disconnect-Cause", "RFC 6733 5.4.3";
    AuthRequestType = 274, M, u32, "Auth-Request-Type", "RFC 6733 8.7";
    AuthGracePeriod = 276, M, u32, "Auth-Grace-Period", "RFC 6733 8.10";
    AuthSessionState = 277, M, AuthSessionState, "Auth-Session-State", "RFC 6733 8.11";
    OriginStateId = 278, M, u32, "Origin-State-Id", "RFC 6733 8.16";
    FailedAvp = 279, M, Avps, "Failed-AVP", "RFC 6733 7.5";
    ProxyHost = 280, M, Text, "Proxy-Host", "RFC 6733 6.7.3";
    ErrorMessage = 281, NONE, Text, "Error-Message", "RFC 6733 7.3";
    RouteRecord = 282, M, Text, "Route-Record", "RFC 6733 6.7.1";
    DestinationRealm = 283, M, Text, "Destination-Realm", "RFC 6733 6.6";
    ProxyInfo = 284, M, ProxyInfo, "Proxy-Info", "RFC 6733 6.7.2";
    ReAuthRequestType = 285, M, u32, "Re-Auth-Request-Type", "RFC 6733 8.12";
    AccountingSubSessionId = 287, M, u64, "Accounting-Sub-Session-Id", "RFC 6733 9.8.6";
    AuthorizationLifetime = 291, M, u32, "Authorization-Lifetime", "RFC 6733 8.9";
    RedirectHost = 292, M, Text, "Redirect-Host", "RFC 6733 6.12";
    DestinationHost = 293, M, Text, "Destination-Host", "RFC 6733 6.5";
    ErrorReportingHost = 294, NONE, Text, "Error-Reporting-Host", "RFC 6733 7.4";
    TerminationCause = 295, M, u32, "Termination-Cause", "RFC 6733 8.15";
    OriginRealm = 296, M, Text, "Origin-Realm", "RFC 6733 6.4";
    ExperimentalResult = 297, M, ExperimentalResult, "Experimental-Result", "RFC 6733 7.6";
    ExperimentalResultCode = 298, M, ExperimentalResultCode, "Experimental-Result-Code", "RFC 6733 7.7";
    InbandSecurityId = 299, M, InbandSecurityId, "Inband-Security-Id", "RFC 6733 6.10";
    Drmp = 301, NONE, u32, "DRMP", "RFC 7944 9.1";
    MipHomeAgentAddress = 334, M, Address, "MIP-Home-Agent-Address", "RFC 4004 7.4";
    MipHomeAgentHost = 348, M, Avps, "MIP-Home-Agent-Host", "RFC 4004 7.11";
    CcRequestNumber = 415, M, u32, "CC-Request-Number", "RFC 8506 8.2";
    CcRequestType = 416, M, CcRequestType, "CC-Request-Type", "RFC 8506 8.3";
    SubscriptionId = 443, M, SubscriptionId, "Subscription-Id", "RFC 8506 8.46";
    SubscriptionIdData = 444, M, Text, "Subscription-Id-Data", "RFC 8506 8.48";
    SubscriptionIdType = 450, M, SubscriptionIdType, "Subscription-Id-Type", "RFC 8506 8.47";
    AccountingRecordType = 480, M, u32, "Accounting-Record-Type", "RFC 6733 9.8.1";
    AccountingRealtimeRequired = 483, M, u32, "Accounting-Realtime-Required", "RFC 6733 9.8.7";
    AccountingRecordNumber = 485, M, u32, "Accounting-Record-Number", "RFC 6733 9.8.3";
    Mip6AgentInfo = 486, M, Mip6AgentInfo, "MIP6-Agent-Info", "RFC 5447 4.2.1";
    ServiceSelection = 493, M, Text, "Service-Selection", "RFC 5778 6.2";

    // 3GPP, reused by S6a/S6d and by Gx
    ChargingCharacteristics = tgpp(13), MV, Text, "3GPP-Charging-Characteristics", "TS 29.061 16.4.7";
    UserLocationInfo = tgpp(22), MV, Octets, "3GPP-User-Location-Info", "TS 29.061 16.4.7";
    MsTimeZone = tgpp(23), MV, Octets, "3GPP-MS-TimeZone", "TS 29.061 16.4.7";
    MaxRequestedBandwidthDl = tgpp(515), MV, u32, "Max-Requested-Bandwidth-DL", "TS 29.214 5.3.14";
    MaxRequestedBandwidthUl = tgpp(516), MV, u32, "Max-Requested-Bandwidth-UL", "TS 29.214 5.3.15";
    ConfidentialityKey = tgpp(625), MV, Hex<16>, "Confidentiality-Key", "TS 29.229 6.3.27";
    IntegrityKey = tgpp(626), MV, Hex<16>, "Integrity-Key", "TS 29.229 6.3.28";
    SupportedFeatures = tgpp(628), V, SupportedFeatures, "Supported-Features", "TS 29.229 6.3.29";
    FeatureListId = tgpp(629), V, u32, "Feature-List-ID", "TS 29.229 6.3.30";
    FeatureList = tgpp(630), V, u32, "Feature-List", "TS 29.229 6.3.31";
    Msisdn = tgpp(701), MV, Tbcd, "MSISDN", "TS 29.329 6.3.2";
    ServedPartyIpAddress = tgpp(848), MV, Address, "Served-Party-IP-Address", "TS 32.299 7.2.187";
    QosInformation = tgpp(1016), MV, QosInformation, "QoS-Information", "TS 29.212 5.3.16";
    NetworkRequestSupport = tgpp(1024), MV, Indicator, "Network-Request-Support", "TS 29.212 5.3.24";
    IpCanType = tgpp(1027), MV, IpCanType, "IP-CAN-Type", "TS 29.212 5.3.27";
    QosClassIdentifier = tgpp(1028), MV, u32, "QoS-Class-Identifier", "TS 29.212 5.3.17";
    RatType = tgpp(1032), V, RatType, "RAT-Type", "TS 29.212 5.3.31";
    AllocationRetentionPriority = tgpp(1034), V, AllocationRetentionPriority, "Allocation-Retention-Priority", "TS 29.212 5.3.32";
    ApnAggregateMaxBitrateDl = tgpp(1040), V, u32, "APN-Aggregate-Max-Bitrate-DL", "TS 29.212 5.3.39";
    ApnAggregateMaxBitrateUl = tgpp(1041), V, u32, "APN-Aggregate-Max-Bitrate-UL", "TS 29.212 5.3.40";
    PriorityLevel = tgpp(1046), V, u32, "Priority-Level", "TS 29.212 5.3.45";
    PreEmptionCapability = tgpp(1047), V, PreEmption, "Pre-emption-Capability", "TS 29.212 5.3.46";
    PreEmptionVulnerability = tgpp(1048), V, PreEmption, "Pre-emption-Vulnerability", "TS 29.212 5.3.47";
    DefaultEpsBearerQos = tgpp(1049), V, DefaultEpsBearerQos, "Default-EPS-Bearer-QoS", "TS 29.212 5.3.48";
    PdpAddress = tgpp(1227), MV, Address, "PDP-Address", "TS 32.299 7.2.137";

    // S6a and S6d
    SubscriptionData = tgpp(1400), MV, SubscriptionData, "Subscription-Data", "TS 29.272 7.3.2";
    TerminalInformation = tgpp(1401), MV, TerminalInformation, "Terminal-Information", "TS 29.272 7.3.3";
    Imei = tgpp(1402), MV, Text, "IMEI", "TS 29.272 7.3.4";
    SoftwareVersion = tgpp(1403), MV, Text, "Software-Version", "TS 29.272 7.3.5";
    QosSubscribed = tgpp(1404), MV, Octets, "QoS-Subscribed", "TS 29.272 7.3.77";
    UlrFlags = tgpp(1405), MV, UlrFlags, "ULR-Flags", "TS 29.272 7.3.7";
    UlaFlags = tgpp(1406), MV, UlaFlags, "ULA-Flags", "TS 29.272 7.3.8";
    VisitedPlmnId = tgpp(1407), MV, PlmnId, "Visited-PLMN-Id", "TS 29.272 7.3.9";
    RequestedEutranAuthenticationInfo = tgpp(1408), MV, RequestedAuthenticationInfo, "Requested-EUTRAN-Authentication-Info", "TS 29.272 7.3.11";
    RequestedUtranGeranAuthenticationInfo = tgpp(1409), MV, RequestedUtranGeranAuthenticationInfo, "Requested-UTRAN-GERAN-Authentication-Info", "TS 29.272 7.3.12";
    NumberOfRequestedVectors = tgpp(1410), MV, u32, "Number-Of-Requested-Vectors", "TS 29.272 7.3.14";
    ReSynchronizationInfo = tgpp(1411), MV, Octets, "Re-Synchronization-Info", "TS 29.272 7.3.15";
    ImmediateResponsePreferred = tgpp(1412), MV, u32, "Immediate-Response-Preferred", "TS 29.272 7.3.16";
    AuthenticationInfo = tgpp(1413), MV, AuthenticationInfo, "Authentication-Info", "TS 29.272 7.3.17";
    EUtranVector = tgpp(1414), MV, EUtranVector, "E-UTRAN-Vector", "TS 29.272 7.3.18";
    UtranVector = tgpp(1415), MV, UtranVector, "UTRAN-Vector", "TS 29.272 7.3.19";
    GeranVector = tgpp(1416), MV, GeranVector, "GERAN-Vector", "TS 29.272 7.3.20";
    NetworkAccessMode = tgpp(1417), MV, NetworkAccessMode, "Network-Access-Mode", "TS 29.272 7.3.21";
    HplmnOdb = tgpp(1418), MV, u32, "HPLMN-ODB", "TS 29.272 7.3.22";
    ItemNumber = tgpp(1419), MV, u32, "Item-Number", "TS 29.272 7.3.23";
    CancellationType = tgpp(1420), MV, CancellationType, "Cancellation-Type", "TS 29.272 7.3.24";
    DsrFlags = tgpp(1421), MV, DsrFlags, "DSR-Flags", "TS 29.272 7.3.25";
    DsaFlags = tgpp(1422), MV, DsaFlags, "DSA-Flags", "TS 29.272 7.3.26";
    ContextIdentifier = tgpp(1423), MV, u32, "Context-Identifier", "TS 29.272 7.3.27";
    SubscriberStatus = tgpp(1424), MV, SubscriberStatus, "Subscriber-Status", "TS 29.272 7.3.29";
    OperatorDeterminedBarring = tgpp(1425), MV, u32, "Operator-Determined-Barring", "TS 29.272 7.3.30";
    AccessRestrictionData = tgpp(1426), MV, AccessRestrictionData, "Access-Restriction-Data", "TS 29.272 7.3.31";
    ApnOiReplacement = tgpp(1427), MV, Text, "APN-OI-Replacement", "TS 29.272 7.3.32";
    AllApnConfigurationsIncludedIndicator = tgpp(1428), MV, AllApnConfigurationsIncluded, "All-APN-Configurations-Included-Indicator", "TS 29.272 7.3.33";
    ApnConfigurationProfile = tgpp(1429), MV, ApnConfigurationProfile, "APN-Configuration-Profile", "TS 29.272 7.3.34";
    ApnConfiguration = tgpp(1430), MV, ApnConfiguration, "APN-Configuration", "TS 29.272 7.3.35";
    EpsSubscribedQosProfile = tgpp(1431), MV, EpsSubscribedQosProfile, "EPS-Subscribed-QoS-Profile", "TS 29.272 7.3.37";
    VplmnDynamicAddressAllowed = tgpp(1432), MV, VplmnDynamicAddressAllowed, "VPLMN-Dynamic-Address-Allowed", "TS 29.272 7.3.38";
    StnSr = tgpp(1433), MV, Tbcd, "STN-SR", "TS 29.272 7.3.39";
    AlertReason = tgpp(1434), MV, AlertReason, "Alert-Reason", "TS 29.272 7.3.83";
    Ambr = tgpp(1435), MV, Ambr, "AMBR", "TS 29.272 7.3.41";
    CsgSubscriptionData = tgpp(1436), MV, Avps, "CSG-Subscription-Data", "TS 29.272 7.3.78";
    CsgId = tgpp(1437), MV, u32, "CSG-Id", "TS 29.272 7.3.79";
    PdnGwAllocationType = tgpp(1438), MV, PdnGwAllocationType, "PDN-GW-Allocation-Type", "TS 29.272 7.3.44";
    ExpirationDate = tgpp(1439), MV, DiameterTime, "Expiration-Date", "TS 29.272 7.3.80";
    RatFrequencySelectionPriorityId = tgpp(1440), MV, u32, "RAT-Frequency-Selection-Priority-ID", "TS 29.272 7.3.46";
    IdaFlags = tgpp(1441), MV, IdaFlags, "IDA-Flags", "TS 29.272 7.3.47";
    PuaFlags = tgpp(1442), MV, PuaFlags, "PUA-Flags", "TS 29.272 7.3.48";
    NorFlags = tgpp(1443), MV, NorFlags, "NOR-Flags", "TS 29.272 7.3.49";
    UserId = tgpp(1444), V, Text, "User-Id", "TS 29.272 7.3.50";
    EquipmentStatus = tgpp(1445), MV, EquipmentStatus, "Equipment-Status", "TS 29.272 7.3.51";
    RegionalSubscriptionZoneCode = tgpp(1446), MV, Octets, "Regional-Subscription-Zone-Code", "TS 29.272 7.3.52";
    Rand = tgpp(1447), MV, Hex<16>, "RAND", "TS 29.272 7.3.53";
    Xres = tgpp(1448), MV, Octets, "XRES", "TS 29.272 7.3.54";
    Autn = tgpp(1449), MV, Hex<16>, "AUTN", "TS 29.272 7.3.55";
    Kasme = tgpp(1450), MV, Hex<32>, "KASME", "TS 29.272 7.3.56";
    TraceCollectionEntity = tgpp(1452), MV, Address, "Trace-Collection-Entity", "TS 29.272 7.3.98";
    Kc = tgpp(1453), MV, Hex<8>, "Kc", "TS 29.272 7.3.59";
    Sres = tgpp(1454), MV, Hex<4>, "SRES", "TS 29.272 7.3.60";
    PdnType = tgpp(1456), MV, PdnType, "PDN-Type", "TS 29.272 7.3.62";
    RoamingRestricted = tgpp(1457), MV, u32, "Roaming-Restricted-Due-To-Unsupported-Feature", "TS 29.272 7.3.81";
    TraceData = tgpp(1458), MV, Avps, "Trace-Data", "TS 29.272 7.3.63";
    TraceReference = tgpp(1459), MV, Octets, "Trace-Reference", "TS 29.272 7.3.64";
    TraceDepth = tgpp(1462), MV, u32, "Trace-Depth", "TS 29.272 7.3.67";
    TraceNeTypeList = tgpp(1463), MV, Octets, "Trace-NE-Type-List", "TS 29.272 7.3.68";
    TraceInterfaceList = tgpp(1464), MV, Octets, "Trace-Interface-List", "TS 29.272 7.3.69";
    TraceEventList = tgpp(1465), MV, Octets, "Trace-Event-List", "TS 29.272 7.3.70";
    OmcId = tgpp(1466), MV, Octets, "OMC-Id", "TS 29.272 7.3.71";
    GprsSubscriptionData = tgpp(1467), MV, GprsSubscriptionData, "GPRS-Subscription-Data", "TS 29.272 7.3.72";
    CompleteDataListIncludedIndicator = tgpp(1468), MV, CompleteDataListIncluded, "Complete-Data-List-Included-Indicator", "TS 29.272 7.3.73";
    PdpContext = tgpp(1469), MV, PdpContext, "PDP-Context", "TS 29.272 7.3.74";
    PdpType = tgpp(1470), MV, Hex<2>, "PDP-Type", "TS 29.272 7.3.75";
    Meid3gpp2 = tgpp(1471), MV, Octets, "3GPP2-MEID", "TS 29.272 7.3.6";
    SpecificApnInfo = tgpp(1472), MV, Avps, "Specific-APN-Info", "TS 29.272 7.3.82";
    LcsInfo = tgpp(1473), MV, Avps, "LCS-Info", "TS 29.272 7.3.84";
    GmlcNumber = tgpp(1474), MV, Tbcd, "GMLC-Number", "TS 29.272 7.3.85";
    SsCode = tgpp(1476), MV, Octets, "SS-Code", "TS 29.272 7.3.87";
    TeleserviceList = tgpp(1486), MV, Avps, "Teleservice-List", "TS 29.272 7.3.99";
    TsCode = tgpp(1487), MV, Octets, "TS-Code", "TS 29.272 7.3.100";
    CallBarringInfo = tgpp(1488), MV, Avps, "Call-Barring-Infor-List", "TS 29.272 7.3.101";
    SgsnNumber = tgpp(1489), MV, Tbcd, "SGSN-Number", "TS 29.272 7.3.102";
    IdrFlags = tgpp(1490), MV, IdrFlags, "IDR-Flags", "TS 29.272 7.3.103";
    IcsIndicator = tgpp(1491), V, Indicator, "ICS-Indicator", "TS 29.272 7.3.104";
    ImsVoiceOverPsSessionsSupported = tgpp(1492), V, Indicator, "IMS-Voice-Over-PS-Sessions-Supported", "TS 29.272 7.3.106";
    HomogeneousImsVoice = tgpp(1493), V, Indicator, "Homogeneous-Support-of-IMS-Voice-Over-PS-Sessions", "TS 29.272 7.3.107";
    LastUeActivityTime = tgpp(1494), V, DiameterTime, "Last-UE-Activity-Time", "TS 29.272 7.3.108";
    EpsUserState = tgpp(1495), V, Avps, "EPS-User-State", "TS 29.272 7.3.110";
    EpsLocationInformation = tgpp(1496), V, Avps, "EPS-Location-Information", "TS 29.272 7.3.111";
    SiptoPermission = tgpp(1613), V, u32, "SIPTO-Permission", "TS 29.272 7.3.135";
    ErrorDiagnostic = tgpp(1614), V, ErrorDiagnostic, "Error-Diagnostic", "TS 29.272 7.3.128";
    UeSrvccCapability = tgpp(1615), V, Indicator, "UE-SRVCC-Capability", "TS 29.272 7.3.130";
    MpsPriority = tgpp(1616), V, u32, "MPS-Priority", "TS 29.272 7.3.131";
    VplmnLipaAllowed = tgpp(1617), V, u32, "VPLMN-LIPA-Allowed", "TS 29.272 7.3.132";
    LipaPermission = tgpp(1618), V, u32, "LIPA-Permission", "TS 29.272 7.3.133";
    SubscribedPeriodicRauTauTimer = tgpp(1619), V, u32, "Subscribed-Periodic-RAU-TAU-Timer", "TS 29.272 7.3.134";
    ExtPdpType = tgpp(1620), V, Hex<2>, "Ext-PDP-Type", "TS 29.272 7.3.75A";
    ExtPdpAddress = tgpp(1621), V, Address, "Ext-PDP-Address", "TS 29.272 7.3.74A";
    PurFlags = tgpp(1635), V, PurFlags, "PUR-Flags", "TS 29.272 7.3.149";
    ClrFlags = tgpp(1638), V, ClrFlags, "CLR-Flags", "TS 29.272 7.3.152";
    AMsisdn = tgpp(1643), V, Tbcd, "A-MSISDN", "TS 29.272 7.3.157";
    ResetId = tgpp(1670), V, Octets, "Reset-ID", "TS 29.272 7.3.184";
    DlBufferingSuggestedPacketCount = tgpp(1674), V, Integer32, "DL-Buffering-Suggested-Packet-Count", "TS 29.272 7.3.188";
}

macro_rules! groups {
    ($($(#[$m:meta])* $msg:ident, $spec:literal { $($body:tt)* })*) => {
        wire::messages! { $($(#[$m])* $msg, $spec { $($body)* })* }
        $(impl Kinded for $msg { const KIND: AvpKind = AvpKind::Grouped; })*
    };
}

groups! {
    VendorSpecificApplicationId, "RFC 6733 6.11" {
        req vendor_id: VendorId; opt auth_application_id: AuthApplicationId;
        opt acct_application_id: AcctApplicationId;
    }
    ProxyInfo, "RFC 6733 6.7.2" { req proxy_host: ProxyHost; req proxy_state: ProxyState; }
    ExperimentalResult, "RFC 6733 7.6" {
        req vendor_id: VendorId; req experimental_result_code: ExperimentalResultCode;
    }
    Mip6AgentInfo, "RFC 5447 4.2.1, TS 29.272 7.3.45" {
        rep mip_home_agent_address: MipHomeAgentAddress; opt mip_home_agent_host: MipHomeAgentHost;
    }
    SubscriptionId, "RFC 8506 8.46" {
        req subscription_id_type: SubscriptionIdType; req subscription_id_data: SubscriptionIdData;
    }
    SupportedFeatures, "TS 29.229 6.3.29" {
        req vendor_id: VendorId; req feature_list_id: FeatureListId; req feature_list: FeatureList;
    }
    QosInformation, "TS 29.212 5.3.16" {
        opt qos_class_identifier: QosClassIdentifier;
        opt max_requested_bandwidth_ul: MaxRequestedBandwidthUl;
        opt max_requested_bandwidth_dl: MaxRequestedBandwidthDl;
        opt allocation_retention_priority: AllocationRetentionPriority;
        opt apn_aggregate_max_bitrate_ul: ApnAggregateMaxBitrateUl;
        opt apn_aggregate_max_bitrate_dl: ApnAggregateMaxBitrateDl;
    }
    AllocationRetentionPriority, "TS 29.212 5.3.32" {
        req priority_level: PriorityLevel; opt pre_emption_capability: PreEmptionCapability;
        opt pre_emption_vulnerability: PreEmptionVulnerability;
    }
    DefaultEpsBearerQos, "TS 29.212 5.3.48" {
        opt qos_class_identifier: QosClassIdentifier;
        opt allocation_retention_priority: AllocationRetentionPriority;
    }
    SubscriptionData, "TS 29.272 7.3.2" {
        opt subscriber_status: SubscriberStatus; opt msisdn: Msisdn; opt a_msisdn: AMsisdn;
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
    }
    TerminalInformation, "TS 29.272 7.3.3" {
        opt imei: Imei; opt meid: Meid3gpp2; opt software_version: SoftwareVersion;
    }
    /// Requested-EUTRAN-Authentication-Info.
    RequestedAuthenticationInfo, "TS 29.272 7.3.11" {
        opt number_of_requested_vectors: NumberOfRequestedVectors;
        opt immediate_response_preferred: ImmediateResponsePreferred;
        opt re_synchronization_info: ReSynchronizationInfo;
    }
    RequestedUtranGeranAuthenticationInfo, "TS 29.272 7.3.12" {
        opt number_of_requested_vectors: NumberOfRequestedVectors;
        opt immediate_response_preferred: ImmediateResponsePreferred;
        opt re_synchronization_info: ReSynchronizationInfo;
    }
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
    ApnConfigurationProfile, "TS 29.272 7.3.34" {
        req context_identifier: ContextIdentifier;
        req all_apn_configurations_included_indicator: AllApnConfigurationsIncludedIndicator;
        rep apn_configuration: ApnConfiguration;
    }
    ApnConfiguration, "TS 29.272 7.3.35" {
        req context_identifier: ContextIdentifier;
        rep served_party_ip_address: ServedPartyIpAddress; req pdn_type: PdnType;
        req service_selection: ServiceSelection;
        opt eps_subscribed_qos_profile: EpsSubscribedQosProfile;
        opt vplmn_dynamic_address_allowed: VplmnDynamicAddressAllowed;
        opt mip6_agent_info: Mip6AgentInfo; opt pdn_gw_allocation_type: PdnGwAllocationType;
        opt charging_characteristics: ChargingCharacteristics; opt ambr: Ambr;
        rep specific_apn_info: SpecificApnInfo; opt apn_oi_replacement: ApnOiReplacement;
        opt sipto_permission: SiptoPermission; opt lipa_permission: LipaPermission;
    }
    EpsSubscribedQosProfile, "TS 29.272 7.3.37" {
        req qos_class_identifier: QosClassIdentifier;
        req allocation_retention_priority: AllocationRetentionPriority;
    }
    Ambr, "TS 29.272 7.3.41" {
        req max_requested_bandwidth_ul: MaxRequestedBandwidthUl;
        req max_requested_bandwidth_dl: MaxRequestedBandwidthDl;
    }
    GprsSubscriptionData, "TS 29.272 7.3.72" {
        req complete_data_list_included_indicator: CompleteDataListIncludedIndicator;
        rep pdp_context: PdpContext;
    }
    PdpContext, "TS 29.272 7.3.74" {
        req context_identifier: ContextIdentifier; req pdp_type: PdpType;
        opt pdp_address: PdpAddress; req qos_subscribed: QosSubscribed;
        opt vplmn_dynamic_address_allowed: VplmnDynamicAddressAllowed;
        req service_selection: ServiceSelection;
        opt charging_characteristics: ChargingCharacteristics; opt ext_pdp_type: ExtPdpType;
        opt ext_pdp_address: ExtPdpAddress; opt ambr: Ambr;
        opt apn_oi_replacement: ApnOiReplacement; opt sipto_permission: SiptoPermission;
        opt lipa_permission: LipaPermission;
    }
}
