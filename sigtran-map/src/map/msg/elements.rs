//! The elements of MAP. Their keys are numbers of this table only; tags stand in the slots.
use super::{dialogue::*, operation::*, points::*, subscriber::*, values::*};
use crate::ber::{Ber, Bits, Int, List, Null, Oid};
use wire::{Apn, Hex, Octets};

crate::ber::framing! {
    /// Marks what belongs to MAP.
    Proto
}

wire::elements! { Proto:
    ImsiEl            = 1,  Ber, Imsi,                  "imsi",                       "TS 29.002 17.7.8";
    Extension         = 2,  Ber, Octets,                "extensionContainer",         "TS 29.002 17.7.11";
    SgsnNumber        = 3,  Ber, AddressString,         "sgsn-Number",                "TS 29.002 17.7.8";
    VlrNumber         = 4,  Ber, AddressString,         "vlr-Number",                 "TS 29.002 17.7.8";
    HlrNumber         = 5,  Ber, AddressString,         "hlr-Number",                 "TS 29.002 17.7.8";
    Msisdn            = 6,  Ber, AddressString,         "msisdn",                     "TS 29.002 17.7.8";
    SgsnAddress       = 7,  Ber, GsnAddress,            "sgsn-Address",               "TS 29.002 17.7.1";
    VGmlcAddress      = 8,  Ber, GsnAddress,            "v-gmlc-Address",             "TS 29.002 17.7.1";
    Lmsi              = 9,  Ber, Hex<4>,                "lmsi",                       "TS 29.002 17.7.8";

    NumberOfVectors   = 20, Ber, u8,                    "numberOfRequestedVectors",   "TS 29.002 17.7.1";
    NoSegmentation    = 21, Ber, Null,                  "segmentationProhibited",     "TS 29.002 17.7.1";
    Immediate         = 22, Ber, Null,                  "immediateResponsePreferred", "TS 29.002 17.7.1";
    Resync            = 23, Ber, ReSynchronisationInfo, "re-synchronisationInfo",     "TS 29.002 17.7.1";
    NodeType          = 24, Ber, RequestingNodeType,    "requestingNodeType",         "TS 29.002 17.7.1";
    RequestingPlmn    = 25, Ber, PlmnId,                "requestingPLMN-Id",          "TS 29.002 17.7.1";
    AdditionalVectors = 26, Ber, u8,                    "numberOfRequestedAdditional-Vectors", "TS 29.002 17.7.1";
    ForEps            = 27, Ber, Null,                  "additionalVectorsAreForEPS", "TS 29.002 17.7.1";
    Rand              = 28, Ber, Hex<16>,               "rand",                       "TS 29.002 17.7.1";
    Auts              = 29, Ber, Hex<14>,               "auts",                       "TS 29.002 17.7.1";
    Sres              = 30, Ber, Hex<4>,                "sres",                       "TS 29.002 17.7.1";
    Kc                = 31, Ber, Hex<8>,                "kc",                         "TS 29.002 17.7.1";
    Xres              = 32, Ber, Response,              "xres",                       "TS 29.002 17.7.1";
    Ck                = 33, Ber, Hex<16>,               "ck",                         "TS 29.002 17.7.1";
    Ik                = 34, Ber, Hex<16>,               "ik",                         "TS 29.002 17.7.1";
    Autn              = 35, Ber, Hex<16>,               "autn",                       "TS 29.002 17.7.1";
    Kasme             = 36, Ber, Hex<32>,               "kasme",                      "TS 29.002 17.7.1";
    Triplets          = 37, Ber, List<AuthenticationTriplet>, "tripletList",          "TS 29.002 17.7.1";
    Quintuplets       = 38, Ber, List<AuthenticationQuintuplet>, "quintupletList",    "TS 29.002 17.7.1";
    EpsSet            = 39, Ber, List<EpcAv>,           "eps-AuthenticationSetList",  "TS 29.002 17.7.1";

    SgsnCapabilityEl  = 50, Ber, SgsnCapability,        "sgsn-Capability",            "TS 29.002 17.7.1";
    InformPrevious    = 51, Ber, Null,                  "informPreviousNetworkEntity", "TS 29.002 17.7.1";
    NoPsLcs           = 52, Ber, Null,                  "ps-LCS-NotSupportedByUE",    "TS 29.002 17.7.1";
    Solsa             = 53, Ber, Null,                  "solsaSupportIndicator",      "TS 29.002 17.7.1";
    GprsEnhancements  = 54, Ber, Null,                  "gprsEnhancementsSupportIndicator", "TS 29.002 17.7.1";
    CamelPhases       = 55, Ber, Bits,                  "supportedCamelPhases",       "TS 29.002 17.7.1";
    LcsSets           = 56, Ber, Bits,                  "supportedLCS-CapabilitySets", "TS 29.002 17.7.1";
    Camel4Csis        = 57, Ber, Bits,                  "offeredCamel4CSIs",          "TS 29.002 17.7.1";
    RatTypes          = 58, Ber, Bits,                  "supportedRAT-TypesIndicator", "TS 29.002 17.7.1";
    Features          = 59, Ber, Bits,                  "supportedFeatures",          "TS 29.002 17.7.1";
    AddCapability     = 60, Ber, Null,                  "add-Capability",             "TS 29.002 17.7.1";
    SeparationSupported = 61, Ber, Null,                "sgsn-mmeSeparationSupported", "TS 29.002 17.7.1";

    Category          = 70, Ber, u8,                    "category",                   "TS 29.002 17.7.1";
    Status            = 71, Ber, SubscriberStatus,      "subscriberStatus",           "TS 29.002 17.7.1";
    OdbDataEl         = 72, Ber, OdbData,               "odb-Data",                   "TS 29.002 17.7.1";
    OdbGeneral        = 73, Ber, Bits,                  "odb-GeneralData",            "TS 29.002 17.7.1";
    OdbHplmn          = 74, Ber, Bits,                  "odb-HPLMN-Data",             "TS 29.002 17.7.1";
    RoamingRestricted = 75, Ber, Null,                  "roamingRestrictionDueToUnsupportedFeature", "TS 29.002 17.7.1";
    SgsnRestricted    = 76, Ber, Null,                  "roamingRestrictedInSgsnDueToUnsupportedFeature", "TS 29.002 17.7.1";
    AccessMode        = 77, Ber, NetworkAccessMode,     "networkAccessMode",          "TS 29.002 17.7.1";
    Charging          = 78, Ber, Hex<2>,                "chargingCharacteristics",    "TS 29.002 17.7.1";
    AccessRestriction = 79, Ber, Bits,                  "accessRestrictionData",      "TS 29.002 17.7.1";
    GprsData          = 80, Ber, GprsSubscriptionData,  "gprsSubscriptionData",       "TS 29.002 17.7.1";
    Complete          = 81, Ber, Null,                  "completeDataListIncluded",   "TS 29.002 17.7.1";
    GprsDataList      = 82, Ber, List<PdpContext>,      "gprsDataList",               "TS 29.002 17.7.1";
    OiReplacement     = 83, Ber, Apn,                   "apn-oi-Replacement",         "TS 29.002 17.7.1";
    ContextId         = 84, Ber, u8,                    "pdp-ContextId",              "TS 29.002 17.7.1";
    PdpType           = 85, Ber, Hex<2>,                "pdp-Type",                   "TS 29.002 17.7.1";
    PdpAddressEl      = 86, Ber, Octets,                "pdp-Address",                "TS 29.002 17.7.1";
    Qos               = 87, Ber, Hex<3>,                "qos-Subscribed",             "TS 29.002 17.7.1";
    VplmnAllowed      = 88, Ber, Null,                  "vplmnAddressAllowed",        "TS 29.002 17.7.1";
    ApnEl             = 89, Ber, Apn,                   "apn",                        "TS 29.002 17.7.1";
    ExtQos            = 90, Ber, Octets,                "ext-QoS-Subscribed",         "TS 29.002 17.7.1";
    PdpCharging       = 91, Ber, Hex<2>,                "pdp-ChargingCharacteristics", "TS 29.002 17.7.1";
    RegionalResponse  = 92, Ber, RegionalSubscriptionResponse, "regionalSubscriptionResponse", "TS 29.002 17.7.1";
    Withdraw          = 93, Ber, GprsSubscriptionDataWithdraw, "gprsSubscriptionDataWithdraw", "TS 29.002 17.7.1";
    AllGprsData       = 94, Ber, Null,                  "allGPRSData",                "TS 29.002 17.7.1";
    ContextIds        = 95, Ber, List<ContextIdItem>,   "contextIdList",              "TS 29.002 17.7.1";
    ChargingWithdraw  = 96, Ber, Null,                  "chargingCharacteristicsWithdraw", "TS 29.002 17.7.1";
    Zones             = 97, Ber, Octets,                "regionalSubscriptionData",   "TS 29.002 17.7.1";
    ZoneId            = 98, Ber, Octets,                "regionalSubscriptionIdentifier", "TS 29.002 17.7.1";

    WithLmsi          = 110, Ber, Octets,               "imsi-WithLMSI",              "TS 29.002 17.7.8";
    CancelType        = 111, Ber, CancellationType,     "cancellationType",           "TS 29.002 17.7.1";
    FreezeTmsi        = 112, Ber, Null,                 "freezeTMSI",                 "TS 29.002 17.7.1";
    FreezePTmsi       = 113, Ber, Null,                 "freezeP-TMSI",               "TS 29.002 17.7.1";
    HlrIds            = 114, Ber, List<HlrId>,          "hlr-List",                   "TS 29.002 17.7.1";
    Alert             = 115, Ber, AlertReason,          "alertReason",                "TS 29.002 17.7.6";
    AlertIndicator    = 116, Ber, Null,                 "alertReasonIndicator",       "TS 29.002 17.7.6";

    Resource          = 130, Ber, NetworkResource,      "networkResource",            "TS 29.002 17.7.7";
    AdditionalResource = 131, Ber, AdditionalNetworkResource, "additionalNetworkResource", "TS 29.002 17.7.7";
    FailureCause      = 132, Ber, Int,                  "failureCauseParam",          "TS 29.002 17.7.7";
    UnknownDiagnostic = 133, Ber, UnknownSubscriberDiagnostic, "unknownSubscriberDiagnostic", "TS 29.002 17.7.7";
    RoamingCause      = 134, Ber, RoamingNotAllowedCause, "roamingNotAllowedCause",   "TS 29.002 17.7.7";
    AdditionalRoaming = 135, Ber, Int,                  "additionalRoamingNotAllowedCause", "TS 29.002 17.7.7";

    DestinationRef    = 150, Ber, AddressString,        "destinationReference",       "TS 29.002 17.4";
    OriginationRef    = 151, Ber, AddressString,        "originationReference",       "TS 29.002 17.4";
    Reason            = 152, Ber, RefuseReason,         "reason",                     "TS 29.002 17.4";
    AlternativeContext = 153, Ber, Oid,                 "alternativeApplicationContext", "TS 29.002 17.4";
    ProviderReason    = 154, Ber, ProviderAbortReason,  "map-ProviderAbortReason",    "TS 29.002 17.4";
    UserReason        = 155, Ber, Null,                 "userSpecificReason",         "TS 29.002 17.4";
    UserLimitation    = 156, Ber, Null,                 "userResourceLimitation",     "TS 29.002 17.4";
    Cancellation      = 157, Ber, ProcedureCancellationReason, "applicationProcedureCancellation", "TS 29.002 17.4";
    OpenInfo          = 158, Ber, MapOpenInfo,          "map-open",                   "TS 29.002 17.4";
    RefuseInfo        = 159, Ber, MapRefuseInfo,        "map-refuse",                 "TS 29.002 17.4";
    UserAbortInfo     = 160, Ber, MapUserAbortInfo,     "map-userAbort",              "TS 29.002 17.4";
    ProviderAbortInfo = 161, Ber, MapProviderAbortInfo, "map-providerAbort",          "TS 29.002 17.4";
    AcceptInfo        = 162, Ber, Octets,               "map-accept",                 "TS 29.002 17.4";
    CloseInfo         = 163, Ber, Octets,               "map-close",                  "TS 29.002 17.4";
}
