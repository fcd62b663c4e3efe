//! GMM cause.
use wire::{Error, Kind};

wire::code_points! {
    /// GMM cause, TS 24.008 10.5.5.14 and annex G.
    pub struct Cause(u8) {
        ImsiUnknownInHlr = 2, "IMSI unknown in HLR";
        IllegalMs = 3, "Illegal MS";
        ImeiNotAccepted = 5, "IMEI not accepted";
        IllegalMe = 6, "Illegal ME";
        GprsNotAllowed = 7, "GPRS services not allowed";
        GprsAndNonGprsNotAllowed = 8, "GPRS services and non-GPRS services not allowed";
        IdentityCannotBeDerived = 9, "MS identity cannot be derived by the network";
        ImplicitlyDetached = 10, "Implicitly detached";
        PlmnNotAllowed = 11, "PLMN not allowed";
        LocationAreaNotAllowed = 12, "Location Area not allowed";
        RoamingNotAllowed = 13, "Roaming not allowed in this location area";
        GprsNotAllowedInPlmn = 14, "GPRS services not allowed in this PLMN";
        NoSuitableCells = 15, "No Suitable Cells In Location Area";
        MscTemporarilyNotReachable = 16, "MSC temporarily not reachable";
        NetworkFailure = 17, "Network failure";
        MacFailure = 20, "MAC failure";
        SynchFailure = 21, "Synch failure";
        Congestion = 22, "Congestion";
        GsmAuthenticationUnacceptable = 23, "GSM authentication unacceptable";
        NotAuthorizedForCsg = 25, "Not authorized for this CSG";
        SmsByGprsInRoutingArea = 28, "SMS provided via GPRS in this routing area";
        NoPdpContextActivated = 40, "No PDP context activated";
        SemanticallyIncorrectMessage = 95, "Semantically incorrect message";
        InvalidMandatoryInformation = 96, "Invalid mandatory information";
        MessageTypeNonExistent = 97, "Message type non-existent or not implemented";
        MessageTypeNotCompatible = 98, "Message type not compatible with the protocol state";
        InformationElementNonExistent = 99, "Information element non-existent or not implemented";
        ConditionalIeError = 100, "Conditional IE error";
        MessageNotCompatible = 101, "Message not compatible with the protocol state";
        ProtocolError = 111, "Protocol error, unspecified";
    }
}

/// What the sender of a message that cannot be read is told (TS 24.008 8.4 to 8.8); `None` where
/// it is told nothing: a message too short for its header, or for another protocol (8.2, 8.3).
///
/// An element that is unknown and marked as not to be skipped counts as invalid mandatory
/// information (8.5). Causes 98 and 101 depend on the state, 100 on the procedure: neither comes
/// from reading.
pub fn cause(e: &Error) -> Option<Cause> {
    match (e.field, e.kind) {
        ("header" | "skip indicator" | "protocol discriminator" | "transaction identifier", _) => {
            None
        }
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
