//! SM cause.
use wire::{Error, Kind};

wire::code_points! {
    /// SM cause, TS 24.008 10.5.6.6 and annex I.
    pub struct Cause(u8) {
        OperatorDeterminedBarring = 8, "Operator Determined Barring";
        MbmsBearerCapabilitiesInsufficient = 24, "MBMS bearer capabilities insufficient for the service";
        LlcOrSndcpFailure = 25, "LLC or SNDCP failure";
        InsufficientResources = 26, "Insufficient resources";
        MissingOrUnknownApn = 27, "Missing or unknown APN";
        UnknownPdpAddressOrType = 28, "Unknown PDP address or PDP type";
        UserAuthenticationFailed = 29, "User authentication failed";
        RejectedByGgsn = 30, "Activation rejected by GGSN, Serving GW or PDN GW";
        RejectedUnspecified = 31, "Activation rejected, unspecified";
        ServiceOptionNotSupported = 32, "Service option not supported";
        ServiceOptionNotSubscribed = 33, "Requested service option not subscribed";
        ServiceOptionOutOfOrder = 34, "Service option temporarily out of order";
        NsapiAlreadyUsed = 35, "NSAPI already used";
        RegularDeactivation = 36, "Regular deactivation";
        QosNotAccepted = 37, "QoS not accepted";
        NetworkFailure = 38, "Network failure";
        ReactivationRequested = 39, "Reactivation requested";
        FeatureNotSupported = 40, "Feature not supported";
        SemanticErrorInTft = 41, "Semantic error in the TFT operation";
        SyntacticalErrorInTft = 42, "Syntactical error in the TFT operation";
        UnknownPdpContext = 43, "Unknown PDP context";
        SemanticErrorsInPacketFilters = 44, "Semantic errors in packet filter(s)";
        SyntacticalErrorsInPacketFilters = 45, "Syntactical errors in packet filter(s)";
        PdpContextWithoutTft = 46, "PDP context without TFT already activated";
        MulticastGroupMembershipTimeout = 47, "Multicast group membership time-out";
        RequestRejectedBcm = 48, "Request rejected, BCM violation";
        PdpTypeIpv4Only = 50, "PDP type IPv4 only allowed";
        PdpTypeIpv6Only = 51, "PDP type IPv6 only allowed";
        SingleAddressBearersOnly = 52, "Single address bearers only allowed";
        CollisionWithNetworkInitiated = 56, "Collision with network initiated request";
        BearerHandlingNotSupported = 60, "Bearer handling not supported";
        MaximumPdpContexts = 65, "Maximum number of PDP contexts reached";
        ApnNotSupportedInRat = 66, "Requested APN not supported in current RAT and PLMN combination";
        InvalidTransactionIdentifier = 81, "Invalid transaction identifier value";
        SemanticallyIncorrectMessage = 95, "Semantically incorrect message";
        InvalidMandatoryInformation = 96, "Invalid mandatory information";
        MessageTypeNonExistent = 97, "Message type non-existent or not implemented";
        MessageTypeNotCompatible = 98, "Message type not compatible with the protocol state";
        InformationElementNonExistent = 99, "Information element non-existent or not implemented";
        ConditionalIeError = 100, "Conditional IE error";
        MessageNotCompatible = 101, "Message not compatible with the protocol state";
        ProtocolError = 111, "Protocol error, unspecified";
        ApnRestrictionIncompatible = 112, "APN restriction value incompatible with active PDP context";
    }
}

/// What the sender of a message that cannot be read is told (TS 24.008 8.3 to 8.8); `None` where
/// it is told nothing.
pub fn cause(e: &Error) -> Option<Cause> {
    match (e.field, e.kind) {
        ("header" | "protocol discriminator", _) => None,
        ("transaction identifier", _) => Some(Cause::InvalidTransactionIdentifier),
        ("message type", _) => Some(Cause::MessageTypeNonExistent),
        (_, Kind::TooDeep | Kind::TooMany | Kind::Trailing(_)) => Some(Cause::ProtocolError),
        (
            _,
            Kind::Truncated { .. }
            | Kind::Missing
            | Kind::BadLength(_)
            | Kind::BadValue(_)
            | Kind::Unknown
            | Kind::Repeated,
        ) => Some(Cause::InvalidMandatoryInformation),
    }
}
