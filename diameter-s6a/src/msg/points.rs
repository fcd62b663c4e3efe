//! Enumerated values and result codes.
wire::code_points! {
    /// Result-Code, RFC 6733 7.1.
    pub struct ResultCode(u32) {
        Success = 2001, "DIAMETER_SUCCESS";
        LimitedSuccess = 2002, "DIAMETER_LIMITED_SUCCESS";
        CommandUnsupported = 3001, "DIAMETER_COMMAND_UNSUPPORTED";
        UnableToDeliver = 3002, "DIAMETER_UNABLE_TO_DELIVER";
        RealmNotServed = 3003, "DIAMETER_REALM_NOT_SERVED";
        TooBusy = 3004, "DIAMETER_TOO_BUSY";
        LoopDetected = 3005, "DIAMETER_LOOP_DETECTED";
        RedirectIndication = 3006, "DIAMETER_REDIRECT_INDICATION";
        ApplicationUnsupported = 3007, "DIAMETER_APPLICATION_UNSUPPORTED";
        InvalidHdrBits = 3008, "DIAMETER_INVALID_HDR_BITS";
        InvalidAvpBits = 3009, "DIAMETER_INVALID_AVP_BITS";
        UnknownPeer = 3010, "DIAMETER_UNKNOWN_PEER";
        AuthenticationRejected = 4001, "DIAMETER_AUTHENTICATION_REJECTED";
        OutOfSpace = 4002, "DIAMETER_OUT_OF_SPACE";
        ElectionLost = 4003, "DIAMETER_ELECTION_LOST";
        AvpUnsupported = 5001, "DIAMETER_AVP_UNSUPPORTED";
        UnknownSessionId = 5002, "DIAMETER_UNKNOWN_SESSION_ID";
        AuthorizationRejected = 5003, "DIAMETER_AUTHORIZATION_REJECTED";
        InvalidAvpValue = 5004, "DIAMETER_INVALID_AVP_VALUE";
        MissingAvp = 5005, "DIAMETER_MISSING_AVP";
        ResourcesExceeded = 5006, "DIAMETER_RESOURCES_EXCEEDED";
        ContradictingAvps = 5007, "DIAMETER_CONTRADICTING_AVPS";
        AvpNotAllowed = 5008, "DIAMETER_AVP_NOT_ALLOWED";
        AvpOccursTooManyTimes = 5009, "DIAMETER_AVP_OCCURS_TOO_MANY_TIMES";
        NoCommonApplication = 5010, "DIAMETER_NO_COMMON_APPLICATION";
        UnsupportedVersion = 5011, "DIAMETER_UNSUPPORTED_VERSION";
        UnableToComply = 5012, "DIAMETER_UNABLE_TO_COMPLY";
        InvalidBitInHeader = 5013, "DIAMETER_INVALID_BIT_IN_HEADER";
        InvalidAvpLength = 5014, "DIAMETER_INVALID_AVP_LENGTH";
        InvalidMessageLength = 5015, "DIAMETER_INVALID_MESSAGE_LENGTH";
        InvalidAvpBitCombo = 5016, "DIAMETER_INVALID_AVP_BIT_COMBO";
        NoCommonSecurity = 5017, "DIAMETER_NO_COMMON_SECURITY";
    }
}

impl ResultCode {
    /// True for the 3xxx: answers with these have the E bit (RFC 6733 7.1.3).
    pub fn is_protocol_error(self) -> bool {
        (3000..4000).contains(&self.0)
    }
    /// True for the 2xxx.
    pub fn is_success(self) -> bool {
        (2000..3000).contains(&self.0)
    }
}

wire::code_points! {
    /// Experimental-Result-Code of vendor 3GPP, TS 29.272 7.4 and TS 29.230 8.
    pub struct ExperimentalResultCode(u32) {
        AuthenticationDataUnavailable = 4181, "DIAMETER_AUTHENTICATION_DATA_UNAVAILABLE";
        CamelSubscriptionPresent = 4182, "DIAMETER_ERROR_CAMEL_SUBSCRIPTION_PRESENT";
        UserUnknown = 5001, "DIAMETER_ERROR_USER_UNKNOWN";
        RoamingNotAllowed = 5004, "DIAMETER_ERROR_ROAMING_NOT_ALLOWED";
        UnknownEpsSubscription = 5420, "DIAMETER_ERROR_UNKNOWN_EPS_SUBSCRIPTION";
        RatNotAllowed = 5421, "DIAMETER_ERROR_RAT_NOT_ALLOWED";
        EquipmentUnknown = 5422, "DIAMETER_ERROR_EQUIPMENT_UNKNOWN";
        UnknownServingNode = 5423, "DIAMETER_ERROR_UNKNOWN_SERVING_NODE";
    }
}

wire::code_points! {
    /// Disconnect-Cause, RFC 6733 5.4.3.
    pub struct DisconnectCause(u32) {
        Rebooting = 0, "REBOOTING";
        Busy = 1, "BUSY";
        DoNotWantToTalkToYou = 2, "DO_NOT_WANT_TO_TALK_TO_YOU";
    }
}
wire::code_points! {
    /// Auth-Session-State, RFC 6733 8.11.
    pub struct AuthSessionState(u32) {
        StateMaintained = 0, "STATE_MAINTAINED";
        NoStateMaintained = 1, "NO_STATE_MAINTAINED";
    }
}
wire::code_points! {
    /// Redirect-Host-Usage, RFC 6733 6.13.
    pub struct RedirectHostUsage(u32) {
        DontCare = 0, "DONT_CARE";
        AllSession = 1, "ALL_SESSION";
        AllRealm = 2, "ALL_REALM";
        RealmAndApplication = 3, "REALM_AND_APPLICATION";
        AllApplication = 4, "ALL_APPLICATION";
        AllHost = 5, "ALL_HOST";
        AllUser = 6, "ALL_USER";
    }
}
wire::code_points! {
    /// Inband-Security-Id, RFC 6733 6.10.
    pub struct InbandSecurityId(u32) {
        NoInbandSecurity = 0, "NO_INBAND_SECURITY";
        Tls = 1, "TLS";
    }
}
wire::code_points! {
    /// Cancellation-Type, TS 29.272 7.3.24.
    pub struct CancellationType(u32) {
        MmeUpdateProcedure = 0, "MME_UPDATE_PROCEDURE";
        SgsnUpdateProcedure = 1, "SGSN_UPDATE_PROCEDURE";
        SubscriptionWithdrawal = 2, "SUBSCRIPTION_WITHDRAWAL";
        UpdateProcedureIwf = 3, "UPDATE_PROCEDURE_IWF";
        InitialAttachProcedure = 4, "INITIAL_ATTACH_PROCEDURE";
    }
}
wire::code_points! {
    /// Network-Access-Mode, TS 29.272 7.3.21.
    pub struct NetworkAccessMode(u32) {
        PacketAndCircuit = 0, "PACKET_AND_CIRCUIT";
        OnlyPacket = 2, "ONLY_PACKET";
    }
}
wire::code_points! {
    /// Subscriber-Status, TS 29.272 7.3.29.
    pub struct SubscriberStatus(u32) {
        ServiceGranted = 0, "SERVICE_GRANTED";
        OperatorDeterminedBarring = 1, "OPERATOR_DETERMINED_BARRING";
    }
}
wire::code_points! {
    /// All-APN-Configurations-Included-Indicator, TS 29.272 7.3.33.
    pub struct AllApnConfigurationsIncluded(u32) {
        AllApnConfigurationsIncluded = 0, "All_APN_CONFIGURATIONS_INCLUDED";
        ModifiedAddedApnConfigurationsIncluded = 1, "MODIFIED_ADDED_APN_CONFIGURATIONS_INCLUDED";
    }
}
wire::code_points! {
    /// Complete-Data-List-Included-Indicator, TS 29.272 7.3.73.
    pub struct CompleteDataListIncluded(u32) {
        AllPdpContextsIncluded = 0, "All_PDP_CONTEXTS_INCLUDED";
        ModifiedAddedPdpContextsIncluded = 1, "MODIFIED_ADDED_PDP_CONTEXTS_INCLUDED";
    }
}
wire::code_points! {
    /// PDN-Type, TS 29.272 7.3.62.
    pub struct PdnType(u32) {
        IPv4 = 0, "IPv4";
        IPv6 = 1, "IPv6";
        IPv4v6 = 2, "IPv4v6";
        IPv4OrIPv6 = 3, "IPv4_OR_IPv6";
        NonIp = 4, "Non-IP";
    }
}
wire::code_points! {
    /// RAT-Type, TS 29.212 5.3.31.
    pub struct RatType(u32) {
        Wlan = 0, "WLAN";
        Virtual = 1, "VIRTUAL";
        Utran = 1000, "UTRAN";
        Geran = 1001, "GERAN";
        Gan = 1002, "GAN";
        HspaEvolution = 1003, "HSPA_EVOLUTION";
        Eutran = 1004, "EUTRAN";
        EutranNbIot = 1005, "EUTRAN-NB-IoT";
    }
}
wire::code_points! {
    /// Equipment-Status, TS 29.272 7.3.51.
    pub struct EquipmentStatus(u32) {
        Whitelisted = 0, "WHITELISTED";
        Blacklisted = 1, "BLACKLISTED";
        Greylisted = 2, "GREYLISTED";
    }
}
wire::code_points! {
    /// Alert-Reason, TS 29.272 7.3.83.
    pub struct AlertReason(u32) {
        UePresent = 0, "UE_PRESENT";
        UeMemoryAvailable = 1, "UE_MEMORY_AVAILABLE";
    }
}
wire::code_points! {
    /// Error-Diagnostic, TS 29.272 7.3.128.
    pub struct ErrorDiagnostic(u32) {
        GprsDataSubscribed = 0, "GPRS_DATA_SUBSCRIBED";
        NoGprsDataSubscribed = 1, "NO_GPRS_DATA_SUBSCRIBED";
        OdbAllApn = 2, "ODB-ALL-APN";
        OdbHplmnApn = 3, "ODB-HPLMN-APN";
        OdbVplmnApn = 4, "ODB-VPLMN-APN";
    }
}
wire::code_points! {
    /// VPLMN-Dynamic-Address-Allowed, TS 29.272 7.3.38.
    pub struct VplmnDynamicAddressAllowed(u32) {
        NotAllowed = 0, "NOTALLOWED";
        Allowed = 1, "ALLOWED";
    }
}
wire::code_points! {
    /// PDN-GW-Allocation-Type, TS 29.272 7.3.44.
    pub struct PdnGwAllocationType(u32) {
        Static = 0, "STATIC";
        Dynamic = 1, "DYNAMIC";
    }
}
wire::code_points! {
    /// An indicator (TS 29.272 7.3.104, 7.3.204).
    pub struct Indicator(u32) {
        False = 0, "FALSE";
        True = 1, "TRUE";
    }
}
wire::code_points! {
    /// Support of voice over packet-switched sessions (TS 29.272 7.3.106, 7.3.107).
    pub struct Support(u32) {
        NotSupported = 0, "NOT_SUPPORTED";
        Supported = 1, "SUPPORTED";
    }
}
wire::code_points! {
    /// UE-SRVCC-Capability, TS 29.272 7.3.130.
    pub struct UeSrvccCapability(u32) {
        NotSupported = 0, "UE-SRVCC-NOT-SUPPORTED";
        Supported = 1, "UE-SRVCC-SUPPORTED";
    }
}
wire::code_points! {
    /// Pre-emption-Capability, TS 29.212 5.3.46.
    pub struct PreEmptionCapability(u32) {
        Enabled = 0, "PRE-EMPTION_CAPABILITY_ENABLED";
        Disabled = 1, "PRE-EMPTION_CAPABILITY_DISABLED";
    }
}
wire::code_points! {
    /// Pre-emption-Vulnerability, TS 29.212 5.3.47.
    pub struct PreEmptionVulnerability(u32) {
        Enabled = 0, "PRE-EMPTION_VULNERABILITY_ENABLED";
        Disabled = 1, "PRE-EMPTION_VULNERABILITY_DISABLED";
    }
}
wire::code_points! {
    /// Network-Request-Support, TS 29.212 5.3.24.
    pub struct NetworkRequestSupport(u32) {
        NotSupported = 0, "NETWORK_REQUEST NOT SUPPORTED";
        Supported = 1, "NETWORK_REQUEST SUPPORTED";
    }
}
wire::code_points! {
    /// CC-Request-Type, RFC 8506 8.3.
    pub struct CcRequestType(u32) {
        InitialRequest = 1, "INITIAL_REQUEST";
        UpdateRequest = 2, "UPDATE_REQUEST";
        TerminationRequest = 3, "TERMINATION_REQUEST";
        EventRequest = 4, "EVENT_REQUEST";
    }
}
wire::code_points! {
    /// Subscription-Id-Type, RFC 8506 8.47.
    pub struct SubscriptionIdType(u32) {
        EndUserE164 = 0, "END_USER_E164";
        EndUserImsi = 1, "END_USER_IMSI";
        EndUserSipUri = 2, "END_USER_SIP_URI";
        EndUserNai = 3, "END_USER_NAI";
        EndUserPrivate = 4, "END_USER_PRIVATE";
    }
}
wire::code_points! {
    /// IP-CAN-Type, TS 29.212 5.3.27.
    pub struct IpCanType(u32) {
        Gprs = 0, "3GPP-GPRS";
        Docsis = 1, "DOCSIS";
        Xdsl = 2, "xDSL";
        Wimax = 3, "WiMAX";
        Tgpp2 = 4, "3GPP2";
        Eps = 5, "3GPP-EPS";
        NonEps = 6, "Non-3GPP-EPS";
    }
}

super::framing::fixed! {
    ResultCode ExperimentalResultCode DisconnectCause AuthSessionState RedirectHostUsage
    InbandSecurityId CancellationType NetworkAccessMode SubscriberStatus
    AllApnConfigurationsIncluded CompleteDataListIncluded PdnType RatType EquipmentStatus
    AlertReason ErrorDiagnostic VplmnDynamicAddressAllowed PdnGwAllocationType Indicator Support
    UeSrvccCapability PreEmptionCapability PreEmptionVulnerability NetworkRequestSupport
    CcRequestType SubscriptionIdType IpCanType
}
