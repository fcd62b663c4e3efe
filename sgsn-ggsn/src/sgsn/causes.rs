//! What the mobile is told of what went wrong elsewhere.
use diameter_s6a::msg::{ErrorDiagnostic, ExperimentalResultCode, Outcome};
use gb_gmm::{gmm, sm};
use gtp::msg::Cause as Gtp;
use sigtran_map::map;

/// The GMM cause of a home network's refusal, TS 29.272 annex A. `unknown` is the cause for an
/// unknown subscriber.
pub fn of_home(
    outcome: Option<Outcome>,
    diagnostic: Option<ErrorDiagnostic>,
    unknown: gmm::Cause,
) -> gmm::Cause {
    use ExperimentalResultCode as E;
    use gmm::Cause as C;
    match outcome {
        Some(Outcome::Experimental(E::UserUnknown)) => unknown,
        Some(Outcome::Experimental(E::RoamingNotAllowed)) => match diagnostic {
            None => C::PlmnNotAllowed,
            Some(ErrorDiagnostic::OdbAllApn) => C::NoSuitableCells,
            Some(_) => C::GprsNotAllowedInPlmn,
        },
        Some(Outcome::Experimental(E::RatNotAllowed | E::UnknownEpsSubscription)) => {
            C::NoSuitableCells
        }
        Some(Outcome::Experimental(E::EquipmentUnknown)) => C::IllegalMe,
        // 3002, 3003, 3005, 4181, 5012 and no answer at all: another try may help
        _ => C::NetworkFailure,
    }
}

/// The GMM cause of a home network's refusal by GSUP, whose causes are those of GMM. `unknown` is
/// the cause for an unknown subscriber.
pub fn of_gsup(cause: ::gsup::msg::Cause, unknown: gmm::Cause) -> gmm::Cause {
    match cause {
        ::gsup::msg::Cause::ImsiUnknownInHlr => unknown,
        // what may stand in an Attach Reject (TS 24.008 4.7.3.1.4); all else is between the two nodes
        ::gsup::msg::Cause(3 | 6..=8 | 11..=15 | 22) => gmm::Cause(cause.0),
        _ => gmm::Cause::NetworkFailure,
    }
}

/// The GMM cause of a home network's refusal by MAP, TS 29.010 table 8.1. `unknown` is the cause for
/// an unknown subscriber.
pub fn of_map(why: &map::machine::Failure, unknown: gmm::Cause) -> gmm::Cause {
    use gmm::Cause as C;
    use map::msg::{
        ErrorCode as E, ErrorParameter as P, RoamingNotAllowedCause as R,
        UnknownSubscriberDiagnostic as U,
    };
    let map::machine::Failure::Error(e) = why else {
        // nobody there, too late, no common language: another try may help
        return C::NetworkFailure;
    };
    match (e.code, &e.parameter) {
        (E::UnknownSubscriber, Some(P::UnknownSubscriberParam(p)))
            if p.diagnostic == Some(U::GprsEpsSubscriptionUnknown) =>
        {
            C::GprsNotAllowed
        }
        (E::UnknownSubscriber, _) => unknown,
        (E::RoamingNotAllowed, p) => {
            let cause = match p {
                Some(P::RoamingNotAllowedParam(p)) => p.cause,
                Some(P::RoamingNotAllowedCauseParam(c)) => Some(*c),
                _ => None,
            };
            match cause {
                Some(R::OperatorDeterminedBarring) => C::GprsNotAllowedInPlmn,
                _ => C::PlmnNotAllowed,
            }
        }
        (E::IllegalSubscriber, _) => C::IllegalMs,
        (E::IllegalEquipment, _) => C::IllegalMe,
        _ => C::NetworkFailure,
    }
}

/// The SM cause of a GGSN's refusal, TS 29.060 7.7.1 and TS 24.008 6.1.3.1.2.
pub fn of_gateway(cause: Gtp) -> sm::Cause {
    use sm::Cause as C;
    match cause {
        Gtp::NoResourcesAvailable
        | Gtp::AllDynamicPdpAddressesAreOccupied
        | Gtp::NoMemoryIsAvailable
        | Gtp::ApnCongestion => C::InsufficientResources,
        Gtp::MissingOrUnknownApn => C::MissingOrUnknownApn,
        Gtp::UnknownPdpAddressOrPdpType => C::UnknownPdpAddressOrType,
        Gtp::UserAuthenticationFailed => C::UserAuthenticationFailed,
        Gtp::ServiceNotSupported => C::ServiceOptionNotSupported,
        Gtp::ApnAccessDeniedNoSubscription => C::ServiceOptionNotSubscribed,
        Gtp::ApnRestrictionTypeIncompatibility => C::ApnRestrictionIncompatible,
        Gtp::SystemFailure => C::NetworkFailure,
        _ => C::RejectedByGgsn,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diameter_s6a::msg::ResultCode;

    #[test]
    fn home_networks_words() {
        let of = |code| {
            let outcome = Outcome::Experimental(ExperimentalResultCode(code));
            of_home(Some(outcome), None, gmm::Cause::ImsiUnknownInHlr).0
        };
        assert_eq!([5001, 5004, 5420, 5421, 5422].map(of), [2, 11, 15, 15, 6]);
        let base = |code| of_home(Some(Outcome::Base(ResultCode(code))), None, gmm::Cause(8)).0;
        assert_eq!([3002, 3003, 3005, 5001, 5012].map(base), [17; 5]);
        assert_eq!(of_home(None, None, gmm::Cause(8)).0, 17);
    }

    #[test]
    fn home_networks_words_by_gsup() {
        let of = |code| of_gsup(::gsup::msg::Cause(code), gmm::Cause(8)).0;
        assert_eq!(
            [2, 7, 11, 15, 17, 22, 96, 111].map(of),
            [8, 7, 11, 15, 17, 22, 17, 17]
        );
    }

    #[test]
    fn home_networks_words_by_map() {
        use map::{machine::Failure, msg::*};
        let of = |e: MapError| of_map(&Failure::Error(e), gmm::Cause(8)).0;
        use UnknownSubscriberDiagnostic as U;
        let unknown = [U::ImsiUnknown, U::GprsEpsSubscriptionUnknown];
        assert_eq!(unknown.map(|u| of(MapError::unknown_subscriber(u))), [8, 7]);
        use RoamingNotAllowedCause as R;
        let roaming = [R::PlmnRoamingNotAllowed, R::OperatorDeterminedBarring];
        assert_eq!(
            roaming.map(|r| of(MapError::roaming_not_allowed(r))),
            [11, 14]
        );
        let plain = [ErrorCode::IllegalSubscriber, ErrorCode::DataMissing];
        assert_eq!(plain.map(|e| of(e.into())), [3, 17]);
        assert_eq!(of_map(&Failure::Timeout, gmm::Cause(8)).0, 17);
    }

    #[test]
    fn gateways_words() {
        let of = |code| of_gateway(Gtp(code)).0;
        assert_eq!(
            [199, 219, 220, 209, 222, 200, 204, 197].map(of),
            [26, 27, 28, 29, 33, 32, 38, 30]
        );
    }
}
