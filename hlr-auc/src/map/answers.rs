//! What an SGSN is told by MAP: vectors, subscriber data, and refusals in MAP's words (TS 29.305
//! has the same table the other way round).
use crate::records::Challenge;
use crate::rules::Refusal;
use crate::subscriber::{PdpSubscription, Subscriber};
use aka::Functions;
use diameter_s6a::msg::{ErrorDiagnostic, ExperimentalResultCode};
use sigtran_map::map::{
    machine::Vectors,
    msg::{
        AddressString, AuthenticationQuintuplet, AuthenticationTriplet, ContextIdItem,
        DeleteSubscriberDataArg, ErrorCode, GprsSubscriptionData, GprsSubscriptionDataWithdraw,
        InsertSubscriberDataArg, MapError, NetworkResource, PdpContext, RoamingNotAllowedCause,
        UnknownSubscriberDiagnostic,
    },
};
use wire::PdpAddress;

/// The most subscriber data in one message: PDP contexts of so many octets stay below what SCCP
/// carries whole.
const CONTEXTS: usize = 3;

/// The error that a refusal is; of an update of location or of something else.
pub(super) fn refused(why: Refusal, update: bool, version: u8) -> MapError {
    use ExperimentalResultCode as E;
    let plmn = RoamingNotAllowedCause::PlmnRoamingNotAllowed;
    let barred = RoamingNotAllowedCause::OperatorDeterminedBarring;
    match why {
        Refusal::Experimental(E::UserUnknown) => {
            MapError::unknown_subscriber(UnknownSubscriberDiagnostic::ImsiUnknown)
        }
        Refusal::Experimental(E::UnknownEpsSubscription)
        | Refusal::Diagnosed(E::UnknownEpsSubscription, _) => {
            let none = UnknownSubscriberDiagnostic::GprsEpsSubscriptionUnknown;
            MapError::unknown_subscriber(none)
        }
        Refusal::Diagnosed(E::RoamingNotAllowed, ErrorDiagnostic::OdbAllApn) => {
            MapError::roaming_not_allowed(barred)
        }
        Refusal::Experimental(E::RoamingNotAllowed | E::RatNotAllowed)
        | Refusal::Diagnosed(E::RoamingNotAllowed, _) => MapError::roaming_not_allowed(plmn),
        // who may not ask: an update has a word for it, all else has not
        Refusal::Base(diameter_s6a::msg::ResultCode::AuthorizationRejected) if update => {
            MapError::roaming_not_allowed(plmn)
        }
        Refusal::Base(diameter_s6a::msg::ResultCode::AuthorizationRejected) => {
            ErrorCode::UnexpectedDataValue.into()
        }
        _ => MapError::system_failure(version, NetworkResource::Hlr),
    }
}

/// Vectors for a USIM, or for a SIM; in version 2 whatever a USIM has of a SIM (TS 33.102 6.8.1.2).
pub(super) fn vectors(
    s: &Subscriber,
    functions: &Functions,
    challenges: &[Challenge],
    version: u8,
) -> Vectors {
    // TS 33.401 6.1.1: the separation bit of AMF is 1 for E-UTRAN only
    let [high, low] = s.amf;
    let amf = [high & 0x7f, low];
    let quintuplets = challenges
        .iter()
        .map(|(rand, sqn)| functions.quintuplet(rand, *sqn, amf));
    if s.sim || version < 3 {
        let of = |q: aka::Quintuplet| {
            let t = q.triplet();
            AuthenticationTriplet::new(t.rand, t.sres, *t.kc.expose())
        };
        return Vectors::Triplets(quintuplets.map(of).collect());
    }
    let of = |q: aka::Quintuplet| {
        AuthenticationQuintuplet::new(q.rand, &q.xres, *q.ck.expose(), *q.ik.expose(), q.autn)
    };
    Vectors::Quintuplets(quintuplets.map(of).collect())
}

/// All that an SGSN needs, in messages that are not too long: one after the other is taken.
pub(super) fn subscriber_data(s: &Subscriber) -> Vec<InsertSubscriberDataArg> {
    let msisdn = s.msisdn.as_ref().map(AddressString::international);
    let mut all: Vec<InsertSubscriberDataArg> = s
        .contexts
        .chunks(CONTEXTS)
        .map(|some| {
            let contexts = some.iter().map(context).collect();
            GprsSubscriptionData::complete(contexts).into()
        })
        .collect();
    for (n, part) in all.iter_mut().enumerate() {
        if n > 0 {
            // what follows adds to the list that the first one has begun
            *part = addition(part.gprs.take());
        }
    }
    if let Some(first) = all.first_mut() {
        first.msisdn = msisdn;
        first.imsi = None;
    }
    all
}

/// PDP contexts that are added to a list.
fn addition(gprs: Option<GprsSubscriptionData>) -> InsertSubscriberDataArg {
    InsertSubscriberDataArg {
        gprs: gprs.map(|g| GprsSubscriptionData {
            complete: None,
            ..g
        }),
        ..InsertSubscriberDataArg::empty()
    }
}

/// What of a subscription is withdrawn, and what is new or another.
pub(super) fn difference(
    old: &Subscriber,
    new: &Subscriber,
) -> (
    Option<DeleteSubscriberDataArg>,
    Option<InsertSubscriberDataArg>,
) {
    let gone: Vec<ContextIdItem> = old
        .contexts
        .iter()
        .filter(|o| !new.contexts.iter().any(|n| n.id == o.id))
        .map(|o| ContextIdItem(o.id as u8))
        .collect();
    let fresh: Vec<PdpContext> = new
        .contexts
        .iter()
        .filter(|n| !old.contexts.contains(n))
        .map(context)
        .collect();
    let all = new.contexts.is_empty();
    let delete = (!gone.is_empty()).then(|| DeleteSubscriberDataArg {
        imsi: new.imsi.into(),
        roaming_restricted: None,
        zone: None,
        extension: None,
        gprs: Some(GprsSubscriptionDataWithdraw {
            all: all.then_some(sigtran_map::ber::Null),
            contexts: (!all).then(|| gone.into()),
            other: Default::default(),
        }),
        sgsn_restricted: None,
        charging: None,
        other: Default::default(),
    });
    let msisdn = (old.msisdn != new.msisdn)
        .then(|| new.msisdn.as_ref().map(AddressString::international))
        .flatten();
    let any = !fresh.is_empty() || msisdn.is_some();
    let insert = any.then(|| {
        let gprs = (!fresh.is_empty()).then(|| GprsSubscriptionData::complete(fresh));
        InsertSubscriberDataArg {
            imsi: Some(new.imsi.into()),
            msisdn,
            ..addition(gprs)
        }
    });
    (delete, insert)
}

/// A subscription to an access point. Its identifier has one octet here (TS 29.002 17.7.1).
fn context(c: &PdpSubscription) -> PdpContext {
    let [organisation, number] = c.pdp_type;
    let address = PdpAddress {
        organisation: organisation & 15,
        number,
        address: wire::Bytes::new(),
    };
    PdpContext::new(c.id as u8, &address, c.priority, &c.qos, c.apn.clone())
}
