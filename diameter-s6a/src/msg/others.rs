//! AVPs of applications that are not spoken here, by name and type: network access (RFC 7155),
//! credit control (RFC 8506), Gi and SGi (TS 29.061), Rx (TS 29.214), Gx (TS 29.212). They name what
//! stands in other people's messages, which are kept generically; to a message of S6a or S6d they
//! are unknown, and one with the M bit is refused.
use super::{
    framing::{Form, Kinded, Proto, flag},
    points::*,
    types::{Address, Avps, DiameterTime, Integer32, Integer64},
};
use std::net::Ipv4Addr;
use wire::{Octets, Text};

/// Flags of RFCs' AVPs: must be understood.
const M: u8 = flag::M;
/// Flags of 3GPP AVPs that must be understood.
const MV: u8 = flag::M | flag::V;
/// Flags of 3GPP AVPs that need not.
const V: u8 = flag::V;

/// The key of an AVP of 3GPP.
const fn tgpp(code: u32) -> u64 {
    super::framing::key(super::TGPP, code)
}

super::framing::table! {
    // network access servers
    NasPort = 5, M, u32, "NAS-Port", "RFC 7155 4.2.2";
    FramedProtocol = 7, M, u32, "Framed-Protocol", "RFC 7155 4.4.10.1";
    FilterId = 11, M, Text, "Filter-Id", "RFC 7155 4.4.7";
    FramedMtu = 12, M, u32, "Framed-MTU", "RFC 7155 4.4.10.3";
    CallingStationId = 31, M, Text, "Calling-Station-Id", "RFC 7155 4.2.6";
    NasIdentifier = 32, M, Text, "NAS-Identifier", "RFC 7155 4.3.2";
    NasPortType = 61, M, u32, "NAS-Port-Type", "RFC 7155 4.2.4";
    FramedPool = 88, M, Octets, "Framed-Pool", "RFC 7155 4.4.10.5.4";
    FramedInterfaceId = 96, M, u64, "Framed-Interface-Id", "RFC 7155 4.4.10.5.5";
    FramedIpv6Pool = 100, M, Octets, "Framed-IPv6-Pool", "RFC 7155 4.4.10.5.8";
    FramedIpAddress = 8, M, Ipv4Addr, "Framed-IP-Address", "RFC 7155 4.4.10.5.1";
    CalledStationId = 30, M, Text, "Called-Station-Id", "RFC 7155 4.2.5";
    FramedIpv6Prefix = 97, M, Octets, "Framed-IPv6-Prefix", "RFC 7155 4.4.10.5.6";

    // credit control
    CcCorrelationId = 411, M, Octets, "CC-Correlation-Id", "RFC 8506 8.1";
    CcInputOctets = 412, M, u64, "CC-Input-Octets", "RFC 8506 8.24";
    CcMoney = 413, M, Avps, "CC-Money", "RFC 8506 8.22";
    CcOutputOctets = 414, M, u64, "CC-Output-Octets", "RFC 8506 8.25";
    CcRequestNumber = 415, M, u32, "CC-Request-Number", "RFC 8506 8.2";
    CcRequestType = 416, M, CcRequestType, "CC-Request-Type", "RFC 8506 8.3";
    CcServiceSpecificUnits = 417, M, u64, "CC-Service-Specific-Units", "RFC 8506 8.26";
    CcSessionFailover = 418, M, u32, "CC-Session-Failover", "RFC 8506 8.4";
    CcSubSessionId = 419, M, u64, "CC-Sub-Session-Id", "RFC 8506 8.5";
    CcTime = 420, M, u32, "CC-Time", "RFC 8506 8.21";
    CcTotalOctets = 421, M, u64, "CC-Total-Octets", "RFC 8506 8.23";
    CheckBalanceResult = 422, M, u32, "Check-Balance-Result", "RFC 8506 8.6";
    CostInformation = 423, M, Avps, "Cost-Information", "RFC 8506 8.7";
    CostUnit = 424, M, Text, "Cost-Unit", "RFC 8506 8.12";
    CurrencyCode = 425, M, u32, "Currency-Code", "RFC 8506 8.11";
    CreditControl = 426, M, u32, "Credit-Control", "RFC 8506 8.13";
    CreditControlFailureHandling = 427, M, u32, "Credit-Control-Failure-Handling", "RFC 8506 8.14";
    DirectDebitingFailureHandling = 428, M, u32, "Direct-Debiting-Failure-Handling", "RFC 8506 8.15";
    Exponent = 429, M, Integer32, "Exponent", "RFC 8506 8.9";
    FinalUnitIndication = 430, M, Avps, "Final-Unit-Indication", "RFC 8506 8.34";
    GrantedServiceUnit = 431, M, Avps, "Granted-Service-Unit", "RFC 8506 8.17";
    RatingGroup = 432, M, u32, "Rating-Group", "RFC 8506 8.29";
    RedirectAddressType = 433, M, u32, "Redirect-Address-Type", "RFC 8506 8.38";
    RedirectServer = 434, M, Avps, "Redirect-Server", "RFC 8506 8.37";
    RedirectServerAddress = 435, M, Text, "Redirect-Server-Address", "RFC 8506 8.39";
    RequestedAction = 436, M, u32, "Requested-Action", "RFC 8506 8.41";
    RequestedServiceUnit = 437, M, Avps, "Requested-Service-Unit", "RFC 8506 8.18";
    RestrictionFilterRule = 438, M, Text, "Restriction-Filter-Rule", "RFC 8506 8.36";
    ServiceIdentifier = 439, M, u32, "Service-Identifier", "RFC 8506 8.28";
    ServiceParameterInfo = 440, M, Avps, "Service-Parameter-Info", "RFC 8506 8.43";
    ServiceParameterType = 441, M, u32, "Service-Parameter-Type", "RFC 8506 8.44";
    SubscriptionId = 443, M, SubscriptionId, "Subscription-Id", "RFC 8506 8.46";
    SubscriptionIdData = 444, M, Text, "Subscription-Id-Data", "RFC 8506 8.48";
    UnitValue = 445, M, Avps, "Unit-Value", "RFC 8506 8.8";
    UsedServiceUnit = 446, M, Avps, "Used-Service-Unit", "RFC 8506 8.19";
    ValueDigits = 447, M, Integer64, "Value-Digits", "RFC 8506 8.10";
    ValidityTime = 448, M, u32, "Validity-Time", "RFC 8506 8.33";
    FinalUnitAction = 449, M, u32, "Final-Unit-Action", "RFC 8506 8.35";
    SubscriptionIdType = 450, M, SubscriptionIdType, "Subscription-Id-Type", "RFC 8506 8.47";
    TariffTimeChange = 451, M, DiameterTime, "Tariff-Time-Change", "RFC 8506 8.20";
    TariffChangeUsage = 452, M, u32, "Tariff-Change-Usage", "RFC 8506 8.27";
    GSUPoolIdentifier = 453, M, u32, "G-S-U-Pool-Identifier", "RFC 8506 8.31";
    CcUnitType = 454, M, u32, "CC-Unit-Type", "RFC 8506 8.32";
    MultipleServicesIndicator = 455, M, u32, "Multiple-Services-Indicator", "RFC 8506 8.40";
    MultipleServicesCreditControl = 456, M, Avps, "Multiple-Services-Credit-Control", "RFC 8506 8.16";
    GSUPoolReference = 457, M, Avps, "G-S-U-Pool-Reference", "RFC 8506 8.30";
    UserEquipmentInfo = 458, M, Avps, "User-Equipment-Info", "RFC 8506 8.49";
    UserEquipmentInfoType = 459, M, u32, "User-Equipment-Info-Type", "RFC 8506 8.50";
    UserEquipmentInfoValue = 460, M, Octets, "User-Equipment-Info-Value", "RFC 8506 8.51";
    ServiceContextId = 461, M, Text, "Service-Context-Id", "RFC 8506 8.42";

    // GPRS and SAE at external networks
    Imsi3gpp = tgpp(1), MV, Text, "3GPP-IMSI", "TS 29.061 16.4.7";
    ChargingId = tgpp(2), MV, Octets, "3GPP-Charging-Id", "TS 29.061 16.4.7";
    PdpTypeOfPdn = tgpp(3), MV, u32, "3GPP-PDP-Type", "TS 29.061 16.4.7";
    CgAddress = tgpp(4), MV, Octets, "3GPP-CG-Address", "TS 29.061 16.4.7";
    GprsNegotiatedQosProfile = tgpp(5), MV, Text, "3GPP-GPRS-Negotiated-QoS-Profile", "TS 29.061 16.4.7";
    SgsnAddress = tgpp(6), MV, Octets, "3GPP-SGSN-Address", "TS 29.061 16.4.7";
    GgsnAddress = tgpp(7), MV, Octets, "3GPP-GGSN-Address", "TS 29.061 16.4.7";
    ImsiMccMnc = tgpp(8), MV, Text, "3GPP-IMSI-MCC-MNC", "TS 29.061 16.4.7";
    GgsnMccMnc = tgpp(9), MV, Text, "3GPP-GGSN-MCC-MNC", "TS 29.061 16.4.7";
    Nsapi = tgpp(10), MV, Text, "3GPP-NSAPI", "TS 29.061 16.4.7";
    SessionStopIndicator = tgpp(11), MV, Text, "3GPP-Session-Stop-Indicator", "TS 29.061 16.4.7";
    SelectionMode = tgpp(12), MV, Text, "3GPP-Selection-Mode", "TS 29.061 16.4.7";
    CgIpv6Address = tgpp(14), MV, Octets, "3GPP-CG-IPv6-Address", "TS 29.061 16.4.7";
    SgsnIpv6Address = tgpp(15), MV, Octets, "3GPP-SGSN-IPv6-Address", "TS 29.061 16.4.7";
    GgsnIpv6Address = tgpp(16), MV, Octets, "3GPP-GGSN-IPv6-Address", "TS 29.061 16.4.7";
    Ipv6DnsServer = tgpp(17), MV, Octets, "3GPP-IPv6-DNS-Server", "TS 29.061 16.4.7";
    SgsnMccMnc = tgpp(18), MV, Text, "3GPP-SGSN-MCC-MNC", "TS 29.061 16.4.7";
    ImeiSv = tgpp(20), MV, Octets, "3GPP-IMEISV", "TS 29.061 16.4.7";
    RatTypeOfPdn = tgpp(21), MV, Octets, "3GPP-RAT-Type", "TS 29.061 16.4.7";
    UserLocationInfo = tgpp(22), MV, Octets, "3GPP-User-Location-Info", "TS 29.061 16.4.7";
    MsTimeZone = tgpp(23), MV, Octets, "3GPP-MS-TimeZone", "TS 29.061 16.4.7";
    CamelChargingInfo = tgpp(24), MV, Octets, "3GPP-CAMEL-Charging-Info", "TS 29.061 16.4.7";
    PacketFilter = tgpp(25), MV, Octets, "3GPP-Packet-Filter", "TS 29.061 16.4.7";
    NegotiatedDscp = tgpp(26), MV, Octets, "3GPP-Negotiated-DSCP", "TS 29.061 16.4.7";
    AllocateIpType = tgpp(27), MV, Octets, "3GPP-Allocate-IP-Type", "TS 29.061 16.4.7";

    // Rx
    AbortCause = tgpp(500), MV, u32, "Abort-Cause", "TS 29.214 5.3.1";
    AccessNetworkChargingAddress = tgpp(501), MV, Address, "Access-Network-Charging-Address", "TS 29.214 5.3.2";
    AccessNetworkChargingIdentifier = tgpp(502), MV, Avps, "Access-Network-Charging-Identifier", "TS 29.214 5.3.3";
    AccessNetworkChargingIdentifierValue = tgpp(503), MV, Octets, "Access-Network-Charging-Identifier-Value", "TS 29.214 5.3.4";
    AfApplicationIdentifier = tgpp(504), MV, Octets, "AF-Application-Identifier", "TS 29.214 5.3.5";
    AfChargingIdentifier = tgpp(505), MV, Octets, "AF-Charging-Identifier", "TS 29.214 5.3.6";
    FlowDescription = tgpp(507), MV, Text, "Flow-Description", "TS 29.214 5.3.8";
    FlowNumber = tgpp(509), MV, u32, "Flow-Number", "TS 29.214 5.3.9";
    Flows = tgpp(510), MV, Avps, "Flows", "TS 29.214 5.3.10";
    FlowStatus = tgpp(511), MV, u32, "Flow-Status", "TS 29.214 5.3.11";
    FlowUsage = tgpp(512), MV, u32, "Flow-Usage", "TS 29.214 5.3.12";
    SpecificAction = tgpp(513), MV, u32, "Specific-Action", "TS 29.214 5.3.13";
    MediaComponentDescription = tgpp(517), MV, Avps, "Media-Component-Description", "TS 29.214 5.3.16";
    MediaComponentNumber = tgpp(518), MV, u32, "Media-Component-Number", "TS 29.214 5.3.17";
    MediaSubComponent = tgpp(519), MV, Avps, "Media-Sub-Component", "TS 29.214 5.3.18";
    MediaType = tgpp(520), MV, u32, "Media-Type", "TS 29.214 5.3.19";
    RrBandwidth = tgpp(521), MV, u32, "RR-Bandwidth", "TS 29.214 5.3.20";
    RsBandwidth = tgpp(522), MV, u32, "RS-Bandwidth", "TS 29.214 5.3.21";
    SipForkingIndication = tgpp(523), MV, u32, "SIP-Forking-Indication", "TS 29.214 5.3.22";
    CodecData = tgpp(524), MV, Text, "Codec-Data", "TS 29.214 5.3.7";
    ServiceUrn = tgpp(525), MV, Octets, "Service-URN", "TS 29.214 5.3.23";
    AcceptableServiceInfo = tgpp(526), MV, Avps, "Acceptable-Service-Info", "TS 29.214 5.3.24";
    ServiceInfoStatus = tgpp(527), MV, u32, "Service-Info-Status", "TS 29.214 5.3.25";
    MpsIdentifier = tgpp(528), V, Octets, "MPS-Identifier", "TS 29.214 5.3.30";
    AfSignallingProtocol = tgpp(529), V, u32, "AF-Signalling-Protocol", "TS 29.214 5.3.26";
    SponsoredConnectivityData = tgpp(530), V, Avps, "Sponsored-Connectivity-Data", "TS 29.214 5.3.27";
    SponsorIdentity = tgpp(531), V, Text, "Sponsor-Identity", "TS 29.214 5.3.28";
    ApplicationServiceProviderIdentity = tgpp(532), V, Text, "Application-Service-Provider-Identity", "TS 29.214 5.3.29";
    RxRequestType = tgpp(533), V, u32, "Rx-Request-Type", "TS 29.214 5.3.31";
    MinRequestedBandwidthDl = tgpp(534), V, u32, "Min-Requested-Bandwidth-DL", "TS 29.214 5.3.32";
    MinRequestedBandwidthUl = tgpp(535), V, u32, "Min-Requested-Bandwidth-UL", "TS 29.214 5.3.33";
    RequiredAccessInfo = tgpp(536), V, u32, "Required-Access-Info", "TS 29.214 5.3.34";

    // Gx
    BearerUsage = tgpp(1000), MV, u32, "Bearer-Usage", "TS 29.212 5.3.1";
    ChargingRuleInstall = tgpp(1001), MV, Avps, "Charging-Rule-Install", "TS 29.212 5.3.2";
    ChargingRuleRemove = tgpp(1002), MV, Avps, "Charging-Rule-Remove", "TS 29.212 5.3.3";
    ChargingRuleDefinition = tgpp(1003), MV, Avps, "Charging-Rule-Definition", "TS 29.212 5.3.4";
    ChargingRuleBaseName = tgpp(1004), MV, Text, "Charging-Rule-Base-Name", "TS 29.212 5.3.6";
    ChargingRuleName = tgpp(1005), MV, Octets, "Charging-Rule-Name", "TS 29.212 5.3.5";
    EventTrigger = tgpp(1006), MV, u32, "Event-Trigger", "TS 29.212 5.3.7";
    MeteringMethod = tgpp(1007), MV, u32, "Metering-Method", "TS 29.212 5.3.8";
    Offline = tgpp(1008), MV, u32, "Offline", "TS 29.212 5.3.9";
    Online = tgpp(1009), MV, u32, "Online", "TS 29.212 5.3.10";
    Precedence = tgpp(1010), MV, u32, "Precedence", "TS 29.212 5.3.11";
    ReportingLevel = tgpp(1011), MV, u32, "Reporting-Level", "TS 29.212 5.3.12";
    TftFilter = tgpp(1012), MV, Text, "TFT-Filter", "TS 29.212 5.3.13";
    TftPacketFilterInformation = tgpp(1013), MV, Avps, "TFT-Packet-Filter-Information", "TS 29.212 5.3.14";
    TosTrafficClass = tgpp(1014), MV, Octets, "ToS-Traffic-Class", "TS 29.212 5.3.15";
    QosInformation = tgpp(1016), MV, Avps, "QoS-Information", "TS 29.212 5.3.16";
    ChargingRuleReport = tgpp(1018), MV, Avps, "Charging-Rule-Report", "TS 29.212 5.3.18";
    PccRuleStatus = tgpp(1019), MV, u32, "PCC-Rule-Status", "TS 29.212 5.3.19";
    BearerIdentifier = tgpp(1020), MV, Octets, "Bearer-Identifier", "TS 29.212 5.3.20";
    BearerOperation = tgpp(1021), MV, u32, "Bearer-Operation", "TS 29.212 5.3.21";
    AccessNetworkChargingIdentifierGx = tgpp(1022), MV, Avps, "Access-Network-Charging-Identifier-Gx", "TS 29.212 5.3.22";
    BearerControlMode = tgpp(1023), MV, u32, "Bearer-Control-Mode", "TS 29.212 5.3.23";
    NetworkRequestSupport = tgpp(1024), MV, NetworkRequestSupport, "Network-Request-Support", "TS 29.212 5.3.24";
    GuaranteedBitrateDl = tgpp(1025), MV, u32, "Guaranteed-Bitrate-DL", "TS 29.212 5.3.25";
    GuaranteedBitrateUl = tgpp(1026), MV, u32, "Guaranteed-Bitrate-UL", "TS 29.212 5.3.26";
    IpCanType = tgpp(1027), MV, IpCanType, "IP-CAN-Type", "TS 29.212 5.3.27";
    QosNegotiation = tgpp(1029), MV, u32, "QoS-Negotiation", "TS 29.212 5.3.28";
    QosUpgrade = tgpp(1030), MV, u32, "QoS-Upgrade", "TS 29.212 5.3.29";
    RuleFailureCode = tgpp(1031), MV, u32, "Rule-Failure-Code", "TS 29.212 5.3.38";
    EventReportIndication = tgpp(1033), V, Avps, "Event-Report-Indication", "TS 29.212 5.3.30";
    CoaIpAddress = tgpp(1035), V, Address, "CoA-IP-Address", "TS 29.212 5.3.33";
    TunnelHeaderFilter = tgpp(1036), V, Text, "Tunnel-Header-Filter", "TS 29.212 5.3.34";
    TunnelHeaderLength = tgpp(1037), V, u32, "Tunnel-Header-Length", "TS 29.212 5.3.35";
    TunnelInformation = tgpp(1038), V, Avps, "Tunnel-Information", "TS 29.212 5.3.36";
    CoaInformation = tgpp(1039), V, Avps, "CoA-Information", "TS 29.212 5.3.37";
    ApnAggregateMaxBitrateDl = tgpp(1040), V, u32, "APN-Aggregate-Max-Bitrate-DL", "TS 29.212 5.3.39";
    ApnAggregateMaxBitrateUl = tgpp(1041), V, u32, "APN-Aggregate-Max-Bitrate-UL", "TS 29.212 5.3.40";
    RevalidationTime = tgpp(1042), MV, DiameterTime, "Revalidation-Time", "TS 29.212 5.3.41";
    RuleActivationTime = tgpp(1043), MV, DiameterTime, "Rule-Activation-Time", "TS 29.212 5.3.42";
    RuleDeactivationTime = tgpp(1044), MV, DiameterTime, "Rule-Deactivation-Time", "TS 29.212 5.3.43";
    SessionReleaseCause = tgpp(1045), MV, u32, "Session-Release-Cause", "TS 29.212 5.3.44";
    DefaultEpsBearerQos = tgpp(1049), V, Avps, "Default-EPS-Bearer-QoS", "TS 29.212 5.3.48";
    AnGwAddress = tgpp(1050), V, Address, "AN-GW-Address", "TS 29.212 5.3.49";
    SecurityParameterIndex = tgpp(1056), V, Octets, "Security-Parameter-Index", "TS 29.212 5.3.51";
    FlowLabel = tgpp(1057), V, Octets, "Flow-Label", "TS 29.212 5.3.52";
    FlowInformation = tgpp(1058), V, Avps, "Flow-Information", "TS 29.212 5.3.53";
    PacketFilterContent = tgpp(1059), V, Text, "Packet-Filter-Content", "TS 29.212 5.3.54";
    PacketFilterIdentifier = tgpp(1060), V, Octets, "Packet-Filter-Identifier", "TS 29.212 5.3.55";
    PacketFilterInformation = tgpp(1061), V, Avps, "Packet-Filter-Information", "TS 29.212 5.3.56";
    PacketFilterOperation = tgpp(1062), V, u32, "Packet-Filter-Operation", "TS 29.212 5.3.57";
    ResourceAllocationNotification = tgpp(1063), V, u32, "Resource-Allocation-Notification", "TS 29.212 5.3.50";
    PdnConnectionId = tgpp(1065), V, Octets, "PDN-Connection-ID", "TS 29.212 5.3.58";
    MonitoringKey = tgpp(1066), V, Octets, "Monitoring-Key", "TS 29.212 5.3.59";
    UsageMonitoringInformation = tgpp(1067), V, Avps, "Usage-Monitoring-Information", "TS 29.212 5.3.60";
    UsageMonitoringLevel = tgpp(1068), V, u32, "Usage-Monitoring-Level", "TS 29.212 5.3.61";
    UsageMonitoringReport = tgpp(1069), V, u32, "Usage-Monitoring-Report", "TS 29.212 5.3.62";
    UsageMonitoringSupport = tgpp(1070), V, u32, "Usage-Monitoring-Support", "TS 29.212 5.3.63";
    CsgInformationReporting = tgpp(1071), V, u32, "CSG-Information-Reporting", "TS 29.212 5.3.64";
    PacketFilterUsage = tgpp(1072), V, u32, "Packet-Filter-Usage", "TS 29.212 5.3.66";
    ChargingCorrelationIndicator = tgpp(1073), V, u32, "Charging-Correlation-Indicator", "TS 29.212 5.3.67";
    FlowDirection = tgpp(1080), V, u32, "Flow-Direction", "TS 29.212 5.3.65";
    RedirectInformation = tgpp(1085), V, Avps, "Redirect-Information", "TS 29.212 5.3.82";
    RedirectSupport = tgpp(1086), V, u32, "Redirect-Support", "TS 29.212 5.3.83";
    TdfInformation = tgpp(1087), V, Avps, "TDF-Information", "TS 29.212 5.3.78";
    TdfApplicationIdentifier = tgpp(1088), V, Octets, "TDF-Application-Identifier", "TS 29.212 5.3.77";
    TdfDestinationHost = tgpp(1089), V, Text, "TDF-Destination-Host", "TS 29.212 5.3.80";
    TdfDestinationRealm = tgpp(1090), V, Text, "TDF-Destination-Realm", "TS 29.212 5.3.79";
    TdfIpAddress = tgpp(1091), V, Address, "TDF-IP-Address", "TS 29.212 5.3.81";
    ApplicationDetectionInformation = tgpp(1098), V, Avps, "Application-Detection-Information", "TS 29.212 5.3.91";
    PsToCsSessionContinuity = tgpp(1099), V, u32, "PS-to-CS-Session-Continuity", "TS 29.212 5.3.84";
}

super::framing::groups! {
    SubscriptionId, "RFC 8506 8.46" {
        req subscription_id_type: SubscriptionIdType; req subscription_id_data: SubscriptionIdData;
    }
}
