//! Enumerated values of subscription, location and state, TS 29.272 7.3, and of what it borrows.
wire::code_points! {
    /// Requesting-Node-Type, TS 29.272 7.3.61.
    pub struct RequestingNodeType(u32) {
        Mme = 0, "MME";
        Sgsn = 1, "SGSN";
        MmeSgsn = 2, "MME/SGSN";
    }
}
wire::code_points! {
    /// Roaming-Restricted-Due-To-Unsupported-Feature, TS 29.272 7.3.81.
    pub struct RoamingRestricted(u32) {
        RoamingRestrictedDueToUnsupportedFeature = 0, "Roaming-Restricted-Due-To-Unsupported-Feature";
    }
}
wire::code_points! {
    /// Trace-Depth, TS 29.272 7.3.67 (values of TS 32.422).
    pub struct TraceDepth(u32) {
        Minimum = 0, "Minimum";
        Medium = 1, "Medium";
        Maximum = 2, "Maximum";
        MinimumWithoutVendorSpecificExtension = 3, "MinimumWithoutVendorSpecificExtension";
        MediumWithoutVendorSpecificExtension = 4, "MediumWithoutVendorSpecificExtension";
        MaximumWithoutVendorSpecificExtension = 5, "MaximumWithoutVendorSpecificExtension";
    }
}
wire::code_points! {
    /// Job-Type, TS 29.272 7.3.137 (values of TS 32.422).
    pub struct JobType(u32) {
        ImmediateMdtOnly = 0, "Immediate-MDT-only";
        LoggedMdtOnly = 1, "Logged-MDT-only";
        TraceOnly = 2, "Trace-only";
        ImmediateMdtAndTrace = 3, "Immediate-MDT-and-Trace";
        RlfReportsOnly = 4, "RLF-reports-only";
    }
}
wire::code_points! {
    /// Notification-To-UE-User, TS 29.272 7.3.89.
    pub struct NotificationToUeUser(u32) {
        NotifyLocationAllowed = 0, "NOTIFY_LOCATION_ALLOWED";
        NotifyAndVerifyLocationAllowedIfNoResponse = 1, "NOTIFYANDVERIFY_LOCATION_ALLOWED_IF_NO_RESPONSE";
        NotifyAndVerifyLocationNotAllowedIfNoResponse = 2, "NOTIFYANDVERIFY_LOCATION_NOT_ALLOWED_IF_NO_RESPONSE";
        LocationNotAllowed = 3, "LOCATION_NOT_ALLOWED";
    }
}
wire::code_points! {
    /// GMLC-Restriction, TS 29.272 7.3.92.
    pub struct GmlcRestriction(u32) {
        GmlcList = 0, "GMLC_LIST";
        HomeCountry = 1, "HOME_COUNTRY";
    }
}
wire::code_points! {
    /// PLMN-Client, TS 29.272 7.3.93.
    pub struct PlmnClient(u32) {
        BroadcastService = 0, "BROADCAST_SERVICE";
        OAndMHplmn = 1, "O_AND_M_HPLMN";
        OAndMVplmn = 2, "O_AND_M_VPLMN";
        AnonymousLocation = 3, "ANONYMOUS_LOCATION";
        TargetUeSubscribedService = 4, "TARGET_UE_SUBSCRIBED_SERVICE";
    }
}
wire::code_points! {
    /// User-State, TS 29.272 7.3.114.
    pub struct UserState(u32) {
        Detached = 0, "DETACHED";
        AttachedNotReachableForPaging = 1, "ATTACHED_NOT_REACHABLE_FOR_PAGING";
        AttachedReachableForPaging = 2, "ATTACHED_REACHABLE_FOR_PAGING";
        ConnectedNotReachableForPaging = 3, "CONNECTED_NOT_REACHABLE_FOR_PAGING";
        ConnectedReachableForPaging = 4, "CONNECTED_REACHABLE_FOR_PAGING";
        NetworkDeterminedNotReachable = 5, "NETWORK_DETERMINED_NOT_REACHABLE";
    }
}
wire::code_points! {
    /// Current-Location-Retrieved, TS 29.272 7.3.125.
    pub struct CurrentLocationRetrieved(u32) {
        ActiveLocationRetrieval = 0, "ACTIVE-LOCATION-RETRIEVAL";
    }
}
wire::code_points! {
    /// VPLMN-LIPA-Allowed, TS 29.272 7.3.132.
    pub struct VplmnLipaAllowed(u32) {
        NotAllowed = 0, "LIPA-NOTALLOWED";
        Allowed = 1, "LIPA-ALLOWED";
    }
}
wire::code_points! {
    /// LIPA-Permission, TS 29.272 7.3.133.
    pub struct LipaPermission(u32) {
        Prohibited = 0, "LIPA-PROHIBITED";
        Only = 1, "LIPA-ONLY";
        Conditional = 2, "LIPA-CONDITIONAL";
    }
}
wire::code_points! {
    /// SIPTO-Permission, TS 29.272 7.3.135.
    pub struct SiptoPermission(u32) {
        Allowed = 0, "SIPTO_ALLOWED";
        NotAllowed = 1, "SIPTO_NOTALLOWED";
    }
}
wire::code_points! {
    /// SIPTO-Local-Network-Permission, TS 29.272 7.3.176.
    pub struct SiptoLocalNetworkPermission(u32) {
        Allowed = 0, "SIPTO at Local Network ALLOWED";
        NotAllowed = 1, "SIPTO at Local Network NOTALLOWED";
    }
}
wire::code_points! {
    /// Relay-Node-Indicator, TS 29.272 7.3.147.
    pub struct RelayNodeIndicator(u32) {
        NotRelayNode = 0, "NOT_RELAY_NODE";
        RelayNode = 1, "RELAY_NODE";
    }
}
wire::code_points! {
    /// MDT-User-Consent, TS 29.272 7.3.148.
    pub struct MdtUserConsent(u32) {
        NotGiven = 0, "CONSENT_NOT_GIVEN";
        Given = 1, "CONSENT_GIVEN";
    }
}
wire::code_points! {
    /// Subscribed-VSRVCC, TS 29.272 7.3.150.
    pub struct SubscribedVsrvcc(u32) {
        VsrvccSubscribed = 0, "VSRVCC_SUBSCRIBED";
    }
}
wire::code_points! {
    /// SMS-Register-Request, TS 29.272 7.3.162.
    pub struct SmsRegisterRequest(u32) {
        Required = 0, "SMS_REGISTRATION_REQUIRED";
        NotPreferred = 1, "SMS_REGISTRATION_NOT_PREFERRED";
        NoPreference = 2, "NO_PREFERENCE";
    }
}
wire::code_points! {
    /// Daylight-Saving-Time, TS 29.272 7.3.164.
    pub struct DaylightSavingTime(u32) {
        NoAdjustment = 0, "NO_ADJUSTMENT";
        PlusOneHour = 1, "PLUS_ONE_HOUR_ADJUSTMENT";
        PlusTwoHours = 2, "PLUS_TWO_HOURS_ADJUSTMENT";
    }
}
wire::code_points! {
    /// Non-IP-Data-Delivery-Mechanism, TS 29.272 7.3.205.
    pub struct NonIpDataDeliveryMechanism(u32) {
        SgiBased = 0, "SGi-BASED-DATA-DELIVERY";
        ScefBased = 1, "SCEF-BASED-DATA-DELIVERY";
    }
}
wire::code_points! {
    /// PDN-Connection-Continuity, TS 29.272 7.3.214.
    pub struct PdnConnectionContinuity(u32) {
        Maintain = 0, "MAINTAIN-PDN-CONNECTION";
        DisconnectWithReactivation = 1, "DISCONNECT-PDN-CONNECTION-WITH-REACTIVATION-REQUEST";
        DisconnectWithoutReactivation = 2, "DISCONNECT-PDN-CONNECTION-WITHOUT-REACTIVATION-REQUEST";
    }
}
wire::code_points! {
    /// RDS-Indicator, TS 29.272 7.3.222.
    pub struct RdsIndicator(u32) {
        Disabled = 0, "DISABLED";
        Enabled = 1, "ENABLED";
    }
}
wire::code_points! {
    /// Interworking-5GS-Indicator, TS 29.272 7.3.231.
    pub struct Interworking5gsIndicator(u32) {
        NotSubscribed = 0, "NOT-SUBSCRIBED";
        Subscribed = 1, "SUBSCRIBED";
    }
}
wire::code_points! {
    /// OC-Report-Type, RFC 7683 7.6.
    pub struct OcReportType(u32) {
        HostReport = 0, "HOST_REPORT";
        RealmReport = 1, "REALM_REPORT";
    }
}
wire::code_points! {
    /// Load-Type, RFC 8583 7.2.
    pub struct LoadType(u32) {
        Host = 0, "HOST";
        Peer = 1, "PEER";
    }
}
wire::code_points! {
    /// CSG-Access-Mode, TS 32.299 7.2.46A.
    pub struct CsgAccessMode(u32) {
        Closed = 0, "Closed mode";
        Hybrid = 1, "Hybrid Mode";
    }
}
wire::code_points! {
    /// CSG-Membership-Indication, TS 32.299 7.2.46B.
    pub struct CsgMembershipIndication(u32) {
        NotMember = 0, "Not CSG member";
        Member = 1, "CSG Member";
    }
}

super::framing::fixed! {
    RequestingNodeType RoamingRestricted TraceDepth JobType
    NotificationToUeUser GmlcRestriction PlmnClient UserState
    CurrentLocationRetrieved VplmnLipaAllowed LipaPermission SiptoPermission
    SiptoLocalNetworkPermission RelayNodeIndicator MdtUserConsent SubscribedVsrvcc
    SmsRegisterRequest DaylightSavingTime NonIpDataDeliveryMechanism PdnConnectionContinuity
    RdsIndicator Interworking5gsIndicator OcReportType LoadType
    CsgAccessMode CsgMembershipIndication
}
