//! Cause values, and which of them answers a message that cannot be read.
use super::messages::slots;
use wire::{Error, Kind, Presence};

wire::code_points! {
    /// Cause, TS 29.060 7.7.1: below 128 in requests, from 128 acceptance, from 192 rejection.
    pub struct Cause(u8) {
        RequestImsi = 0, "Request IMSI";
        RequestImei = 1, "Request IMEI";
        RequestImsiAndImei = 2, "Request IMSI and IMEI";
        NoIdentityNeeded = 3, "No identity needed";
        MsRefusesNotification = 4, "MS refuses";
        MsIsNotGprsRespondingToNotification = 5, "MS is not GPRS responding";
        ReactivationRequested = 6, "Reactivation requested";
        PdpAddressInactivityTimerExpires = 7, "PDP address inactivity timer expires";
        NetworkFailure = 8, "Network failure";
        QosParameterMismatch = 9, "QoS parameter mismatch";
        RequestAccepted = 128, "Request accepted";
        NewPdpTypeDueToNetworkPreference = 129, "New PDP type due to network preference";
        NewPdpTypeDueToSingleAddressBearerOnly = 130, "New PDP type due to single address bearer only";
        NonExistent = 192, "Non-existent";
        InvalidMessageFormat = 193, "Invalid message format";
        ImsiNotKnown = 194, "IMSI/IMEI not known";
        MsIsGprsDetached = 195, "MS is GPRS detached";
        MsIsNotGprsResponding = 196, "MS is not GPRS responding";
        MsRefuses = 197, "MS refuses";
        VersionNotSupported = 198, "Version not supported";
        NoResourcesAvailable = 199, "No resources available";
        ServiceNotSupported = 200, "Service not supported";
        MandatoryIeIncorrect = 201, "Mandatory IE incorrect";
        MandatoryIeMissing = 202, "Mandatory IE missing";
        OptionalIeIncorrect = 203, "Optional IE incorrect";
        SystemFailure = 204, "System failure";
        RoamingRestriction = 205, "Roaming restriction";
        PTmsiSignatureMismatch = 206, "P-TMSI signature mismatch";
        GprsConnectionSuspended = 207, "GPRS connection suspended";
        AuthenticationFailure = 208, "Authentication failure";
        UserAuthenticationFailed = 209, "User authentication failed";
        ContextNotFound = 210, "Context not found";
        AllDynamicPdpAddressesAreOccupied = 211, "All dynamic PDP addresses are occupied";
        NoMemoryIsAvailable = 212, "No memory is available";
        RelocationFailure = 213, "Relocation failure";
        UnknownMandatoryExtensionHeader = 214, "Unknown mandatory extension header";
        SemanticErrorInTheTftOperation = 215, "Semantic error in the TFT operation";
        SyntacticErrorInTheTftOperation = 216, "Syntactic error in the TFT operation";
        SemanticErrorsInPacketFilters = 217, "Semantic errors in packet filter(s)";
        SyntacticErrorsInPacketFilters = 218, "Syntactic errors in packet filter(s)";
        MissingOrUnknownApn = 219, "Missing or unknown APN";
        UnknownPdpAddressOrPdpType = 220, "Unknown PDP address or PDP type";
        PdpContextWithoutTftAlreadyActivated = 221, "PDP context without TFT already activated";
        ApnAccessDeniedNoSubscription = 222, "APN access denied - no subscription";
        ApnRestrictionTypeIncompatibility = 223, "APN restriction type incompatibility with currently active PDP contexts";
        MsMbmsCapabilitiesInsufficient = 224, "MS MBMS capabilities insufficient";
        InvalidCorrelationId = 225, "Invalid Correlation-ID";
        MbmsBearerContextSuperseded = 226, "MBMS bearer context superseded";
        BearerControlModeViolation = 227, "Bearer control mode violation";
        CollisionWithNetworkInitiatedRequest = 228, "Collision with network initiated request";
        ApnCongestion = 229, "APN congestion";
        BearerHandlingNotSupported = 230, "Bearer handling not supported";
        TargetAccessRestricted = 231, "Target access restricted for the subscriber";
        UeIsTemporarilyNotReachable = 232, "UE is temporarily not reachable due to power saving";
        RelocationFailureDueToNasRedirection = 233, "Relocation failure due to NAS message redirection";
    }
}

impl Cause {
    /// True for the acceptance values 128 to 191.
    pub fn is_acceptance(self) -> bool {
        (128..192).contains(&self.0)
    }

    /// True for the rejection values 192 to 255.
    pub fn is_rejection(self) -> bool {
        self.0 >= 192
    }
}

/// The cause that the sender of a request of type `kind` must be told when reading it ended in
/// `error`, TS 29.060 11.1.
pub fn cause_of(kind: u8, error: &Error) -> Cause {
    match error.kind {
        Kind::Missing => Cause::MandatoryIeMissing,
        // what cannot be skipped, and what is not one element's fault
        Kind::Unknown | Kind::TooDeep | Kind::TooMany => Cause::InvalidMessageFormat,
        _ if error.key == 0 => Cause::InvalidMessageFormat,
        _ => {
            let of = |s: &&wire::Slot<super::Form>| s.key == error.key;
            let mandatory = slots(kind).iter().filter(of);
            match mandatory.map(|s| s.presence).next() {
                Some(Presence::Req) => Cause::MandatoryIeIncorrect,
                _ => Cause::OptionalIeIncorrect,
            }
        }
    }
}
