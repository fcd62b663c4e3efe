//! Code points.

wire::code_points! {
    /// Cause: the causes of GMM, TS 24.008 10.5.5.14.
    pub struct Cause(u8) {
        ImsiUnknownInHlr = 2, "IMSI unknown in HLR";
        IllegalMs = 3, "Illegal MS";
        ImeiNotAccepted = 5, "IMEI not accepted";
        IllegalMe = 6, "Illegal ME";
        GprsNotAllowed = 7, "GPRS services not allowed";
        GprsAndNonGprsNotAllowed = 8, "GPRS services and non-GPRS services not allowed";
        MsIdentityCannotBeDerived = 9, "MS identity cannot be derived by the network";
        ImplicitlyDetached = 10, "Implicitly detached";
        PlmnNotAllowed = 11, "PLMN not allowed";
        LocationAreaNotAllowed = 12, "Location area not allowed";
        RoamingNotAllowed = 13, "Roaming not allowed in this location area";
        GprsNotAllowedInPlmn = 14, "GPRS services not allowed in this PLMN";
        NoSuitableCells = 15, "No suitable cells in location area";
        MscTemporarilyNotReachable = 16, "MSC temporarily not reachable";
        NetworkFailure = 17, "Network failure";
        MacFailure = 20, "MAC failure";
        SynchFailure = 21, "Synch failure";
        Congestion = 22, "Congestion";
        GsmAuthenticationUnacceptable = 23, "GSM authentication unacceptable";
        NotAuthorizedForThisCsg = 25, "Not authorized for this CSG";
        NoPdpContextActivated = 40, "No PDP context activated";
        SemanticallyIncorrectMessage = 95, "Semantically incorrect message";
        InvalidMandatoryInformation = 96, "Invalid mandatory information";
        MessageTypeNonExistent = 97, "Message type non-existent or not implemented";
        MessageTypeNotCompatible = 98, "Message type not compatible with the protocol state";
        ElementNonExistent = 99, "Information element non-existent or not implemented";
        ConditionalElementError = 100, "Conditional IE error";
        MessageNotCompatible = 101, "Message not compatible with the protocol state";
        ProtocolErrorUnspecified = 111, "Protocol error, unspecified";
    }
}

wire::code_points! {
    /// Why a location is cancelled.
    pub struct CancelType(u8) {
        Update = 0, "update procedure";
        Withdraw = 1, "subscription withdraw";
    }
}

wire::code_points! {
    /// Core network domain.
    pub struct CnDomain(u8) {
        Ps = 1, "packet-switched";
        Cs = 2, "circuit-switched";
    }
}

wire::code_points! {
    /// What kind of procedure a message belongs to: for whoever routes messages.
    pub struct MessageClass(u8) {
        Unset = 0, "unset";
        SubscriberManagement = 1, "subscriber management";
        Sms = 2, "short messages";
        Ussd = 3, "supplementary services";
        InterMsc = 4, "between MSCs";
    }
}

wire::code_points! {
    /// Radio access technology.
    pub struct RatType(u8) {
        Unknown = 0, "unknown";
        Geran = 1, "GERAN";
        Utran = 2, "UTRAN";
        EutranSgs = 3, "E-UTRAN (SGs)";
    }
}

wire::code_points! {
    /// Where in its session a message stands.
    pub struct SessionState(u8) {
        None = 0, "none";
        Begin = 1, "begin";
        Continue = 2, "continue";
        End = 3, "end";
    }
}

wire::code_points! {
    /// Whether an equipment is accepted.
    pub struct ImeiResult(u8) {
        Ack = 0, "accepted";
        Nack = 1, "not accepted";
    }
}
