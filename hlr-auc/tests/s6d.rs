//! SGSNs and an HLR in virtual time, named by the procedures of TS 29.272 5.2.
mod common;
use aka::{Algorithm, Outcome as Card, Profile, usim};
use common::{IMSI, Lab, REALM, base, card, experimental, imsi, subscriber, vectors};
use diameter_s6a::msg::{
    self, AccessRestrictionData, CancellationType, ExperimentalResultCode, Pdu, PlmnId, RatType,
    ResultCode, UlrFlags, flags,
};
use engine::{Input, Rng, Utc};
use hlr_auc::{Ask, Command, Concurrency, Hlr, Roaming, Standing, Subscriber};
use std::time::Duration;

#[test]
fn vectors_are_accepted_by_the_card_and_location_brings_the_subscription() {
    let mut lab = Lab::new(subscriber());
    let air = lab.air(0, 2, None);
    let aia = lab.ask(0, air);
    let (functions, mut array) = card();
    let list = vectors(&aia);
    assert_eq!(list.len(), 2);
    assert_eq!(
        (list[0].item_number, list[1].item_number),
        (Some(1), Some(2))
    );
    for v in list {
        match usim::authenticate(&functions, &v.rand.0, &v.autn.0, &mut array) {
            Card::Accepted { res, ck, ik, .. } => {
                assert_eq!(&res[..], &v.xres[..]);
                assert_eq!(ck.expose(), &v.confidentiality_key.0);
                assert_eq!(ik.expose(), &v.integrity_key.0);
            }
            refused => panic!("{refused:?}"),
        }
    }
    let ulr = lab.ulr(0);
    let m = lab.ask(0, ulr);
    let Pdu::UpdateLocationAnswer(ula) = &m.pdu else {
        panic!("{m}")
    };
    assert_eq!(ula.result_code, Some(ResultCode::Success));
    let gprs = ula.subscription_data.as_ref().unwrap();
    let context = &gprs.gprs_subscription_data.as_ref().unwrap().pdp_context;
    assert_eq!(context.len(), 1);
    assert_eq!(&context[0].service_selection, "m2m.ro");
    assert_eq!(context[0].pdp_type.0, [0xf1, 0x21]);
    let serving = lab.record().serving.as_ref().unwrap();
    assert_eq!(serving.host, lab.sgsns[0].identity.host);
    assert!(lab.saw("hlr.vectors") && lab.saw("hlr.located"));
}

#[test]
fn a_repeated_request_gets_the_same_vectors_and_spends_no_number() {
    let mut lab = Lab::new(subscriber());
    let mut air = lab.air(0, 1, None);
    air.header.end_to_end = 0x1234_5678;
    let first = lab.ask(0, air.clone());
    let seq = lab.record().seq;
    air.header.flags |= flags::T;
    let second = lab.ask(0, air.clone());
    assert_eq!(first.pdu, second.pdu);
    assert_eq!(lab.record().seq, seq);
    assert_eq!(lab.out.counters().get("request repeated"), Some(&1));
    // a new one spends the next
    air.header.end_to_end += 1;
    let third = lab.ask(0, air);
    assert_ne!(first.pdu, third.pdu);
    assert_eq!(lab.record().seq, seq + 1);
}

#[test]
fn a_restart_forgets_no_request_that_spent_a_number() {
    let mut lab = Lab::new(subscriber());
    let mut air = lab.air(0, 2, None);
    air.header.end_to_end = 0x1234_5678;
    let first = lab.ask(0, air.clone());
    let (seq, host) = (lab.record().seq, lab.sgsns[0].identity.host.clone());
    // nothing is left of the HLR but its records
    lab.hlr = Hlr::new(lab.hlr.config().clone(), Rng::seed(99));
    let back = lab.sgsn(&host);
    let second = lab.ask(back, air.clone());
    assert_eq!(first.pdu, second.pdu);
    assert_eq!(lab.record().seq, seq);
    // another host with the same identifier is another request
    let other = lab.sgsn("sgsn2.epc.mnc001.mcc001.3gppnetwork.org");
    let mut theirs = lab.air(other, 2, None);
    theirs.header.end_to_end = 0x1234_5678;
    assert_ne!(lab.ask(other, theirs).pdu, first.pdu);
    assert_eq!(lab.record().seq, seq + 2);
    // four minutes later the identifier may be another request's
    lab.hlr = Hlr::new(lab.hlr.config().clone(), Rng::seed(100));
    lab.now = lab.now + Duration::from_secs(240);
    let late = lab.sgsn(&host);
    let third = lab.ask(late, air);
    assert_ne!(third.pdu, first.pdu);
    assert_eq!(lab.record().seq, seq + 4);
}

#[test]
fn resynchronisation_by_auts() {
    let mut lab = Lab::new(subscriber());
    // the card is far ahead of the home
    let (functions, mut array) = card();
    let ind = aka::IndTable::new(&Profile::PROFILE_2).assign(&lab.sgsns[0].identity.host);
    let mut ahead = aka::SqnHe::from_seq(5000);
    let sqn = ahead
        .next(&Profile::PROFILE_2, ind, Duration::ZERO)
        .unwrap();
    let v = functions.quintuplet(&[1; 16], sqn, [0, 0]);
    assert!(matches!(
        usim::authenticate(&functions, &v.rand, &v.autn, &mut array),
        Card::Accepted { .. }
    ));
    let air = lab.air(0, 1, None);
    let aia = lab.ask(0, air);
    let stale = vectors(&aia)[0].clone();
    let auts = match usim::authenticate(&functions, &stale.rand.0, &stale.autn.0, &mut array) {
        Card::SyncFailure { auts, .. } => auts,
        refused => panic!("{refused:?}"),
    };
    let info = [&stale.rand.0[..], &auts[..]].concat();
    assert_eq!(info.len(), 30);
    let air = lab.air(0, 1, Some(info.clone()));
    let aia = lab.ask(0, air);
    let fresh = &vectors(&aia)[0];
    assert!(matches!(
        usim::authenticate(&functions, &fresh.rand.0, &fresh.autn.0, &mut array),
        Card::Accepted { .. }
    ));
    assert!(lab.record().seq > 5000);
    assert!(lab.saw("hlr.resynchronised"));
    // a forged AUTS changes nothing
    let seq = lab.record().seq;
    let mut forged = info.clone();
    forged[29] ^= 1;
    let air = lab.air(0, 1, Some(forged));
    let no = ExperimentalResultCode::AuthenticationDataUnavailable;
    assert_eq!(lab.ask(0, air).result(), experimental(no));
    assert_eq!(lab.record().seq, seq);
    // neither does one of another length: 5004 with the AVP
    let air = lab.air(0, 1, Some(info[..29].to_vec()));
    let m = lab.ask(0, air);
    assert_eq!(m.result(), base(ResultCode::InvalidAvpValue));
    let Pdu::AuthenticationInformationAnswer(a) = &m.pdu else {
        panic!()
    };
    let failed = &a.failed_avp[0].0;
    assert_eq!(failed[..4], 1411u32.to_be_bytes());
    assert_eq!(lab.record().seq, seq);
}

#[test]
fn who_is_refused_and_how() {
    use ExperimentalResultCode as X;
    type Change = fn(&mut Subscriber);
    let plain: Change = |_| {};
    let air = |change: Change, edit: fn(&mut msg::AuthenticationInformationRequest)| {
        let mut s = subscriber();
        change(&mut s);
        let mut lab = Lab::new(s);
        let mut m = lab.air(0, 1, None);
        if let Pdu::AuthenticationInformationRequest(r) = &mut m.pdu {
            edit(r);
        }
        let answer = lab.ask(0, m);
        assert_eq!(lab.record().seq, 0, "no number is spent on a refusal");
        assert_eq!(
            answer.header.is_error(),
            matches!(answer.pdu, Pdu::ErrorAnswer(_))
        );
        answer.result()
    };
    let ulr = |change: Change, edit: fn(&mut msg::UpdateLocationRequest)| {
        let mut s = subscriber();
        change(&mut s);
        let mut lab = Lab::new(s);
        let mut m = lab.ulr(0);
        if let Pdu::UpdateLocationRequest(r) = &mut m.pdu {
            edit(r);
        }
        let answer = lab.ask(0, m);
        assert_eq!(lab.record().serving, None);
        answer.result()
    };
    // unknown, malformed, quarantined, not yet and no longer valid
    assert_eq!(
        air(plain, |r| r.user_name = "999010000000009".into()),
        experimental(X::UserUnknown)
    );
    assert_eq!(
        air(plain, |r| r.user_name = "abc".into()),
        experimental(X::UserUnknown)
    );
    assert_eq!(
        air(|s| s.standing = Standing::Quarantined, |_| {}),
        experimental(X::UserUnknown)
    );
    assert_eq!(
        air(|s| s.valid_until = Some(Utc::from_secs(1)), |_| {}),
        experimental(X::UserUnknown)
    );
    assert_eq!(
        air(|s| s.valid_from = Some(Utc(u64::MAX)), |_| {}),
        experimental(X::UserUnknown)
    );
    // addressed to others
    assert_eq!(
        air(plain, |r| r.destination_realm = "x".into()),
        base(ResultCode::RealmNotServed)
    );
    assert_eq!(
        air(plain, |r| r.destination_host = Some("x".into())),
        base(ResultCode::UnableToDeliver)
    );
    // nothing asked for; vectors that the subscriber has no use for
    assert_eq!(
        air(plain, |r| r.requested_utran_geran_authentication_info =
            None),
        base(ResultCode::UnableToComply)
    );
    let eutran = |r: &mut msg::AuthenticationInformationRequest| {
        r.requested_eutran_authentication_info = Some(msg::RequestedAuthenticationInfo {
            ..Default::default()
        });
    };
    assert_eq!(air(plain, eutran), experimental(X::UnknownEpsSubscription));
    // keys that do not fit the algorithm
    assert_eq!(
        air(|s| s.algorithm = Algorithm::Xor { res: 8 }, |_| {}),
        experimental(X::AuthenticationDataUnavailable)
    );
    // a network that may not serve, one that claims to be another
    let rogue = |r: &mut msg::AuthenticationInformationRequest| {
        r.visited_plmn_id = PlmnId([0x99, 0xf9, 0x10]);
    };
    assert_eq!(air(plain, rogue), base(ResultCode::AuthorizationRejected));
    let roaming: Change = |s| s.roaming = Roaming::Only(["999-01".parse().unwrap()].into());
    assert_eq!(
        air(roaming, |_| {}),
        base(ResultCode::AuthorizationRejected)
    );
    assert_eq!(ulr(roaming, |_| {}), experimental(X::RoamingNotAllowed));
    // no packet subscription; an access that is barred; an SGSN that says E-UTRAN
    assert_eq!(
        ulr(|s| s.contexts.clear(), |_| {}),
        experimental(X::UnknownEpsSubscription)
    );
    let no_geran: Change = |s| {
        s.access_restriction = AccessRestrictionData(0).with_geran(true);
    };
    assert_eq!(ulr(no_geran, |_| {}), experimental(X::RatNotAllowed));
    assert_eq!(
        ulr(plain, |r| r.rat_type = RatType::Eutran),
        base(ResultCode::UnableToComply)
    );
    assert_eq!(
        ulr(plain, |r| r.user_name = "999010000000009".into()),
        experimental(X::UserUnknown)
    );
}

#[test]
fn an_alias_of_the_host_is_served() {
    let mut lab = Lab::new(subscriber());
    let mut m = lab.air(0, 1, None);
    if let Pdu::AuthenticationInformationRequest(r) = &mut m.pdu {
        r.destination_host = Some(format!("DRF.{REALM}").into());
    }
    assert_eq!(vectors(&lab.ask(0, m)).len(), 1);
}

#[test]
fn a_store_that_fails_is_not_the_subscribers_fault() {
    let mut lab = Lab::new(subscriber());
    lab.store_fails = true;
    let air = lab.air(0, 1, None);
    assert_eq!(lab.ask(0, air).result(), base(ResultCode::UnableToComply));
    assert!(lab.saw("hlr.store-failed"));
}

#[test]
fn another_sgsn_and_the_old_one_cancels() {
    let mut lab = Lab::new(subscriber());
    let second = lab.sgsn("sgsn2.epc.mnc001.mcc001.3gppnetwork.org");
    for i in [0, second] {
        let ulr = lab.ulr(i);
        assert!(lab.ask(i, ulr).result().unwrap().is_success());
    }
    let Pdu::CancelLocationRequest(clr) = &lab.sgsns[0].requests[0].pdu else {
        panic!()
    };
    assert_eq!(clr.cancellation_type, CancellationType::SgsnUpdateProcedure);
    assert_eq!(&clr.user_name, IMSI);
    assert!(lab.saw("hlr.cancelled"));
    // the same one again: nothing to cancel
    let ulr = lab.ulr(second);
    lab.ask(second, ulr);
    assert_eq!(
        lab.sgsns[0].requests.len() + lab.sgsns[second].requests.len(),
        1
    );
    // and each node holds an IND of its own
    for i in [0, second] {
        let air = lab.air(i, 1, None);
        lab.ask(i, air);
    }
    assert_eq!(lab.record().indices.iter().count(), 2);
}

#[test]
fn where_the_first_wins_the_second_waits_for_a_purge() {
    let mut lab = Lab::with(subscriber(), |c| {
        c.rules.concurrency = Concurrency::FirstWins;
    });
    let second = lab.sgsn("sgsn2.epc.mnc001.mcc001.3gppnetwork.org");
    let ulr = lab.ulr(0);
    lab.ask(0, ulr);
    let air = lab.air(second, 1, None);
    assert_eq!(
        lab.ask(second, air).result(),
        base(ResultCode::AuthorizationRejected)
    );
    // a purge by somebody else frees nothing
    let pur = lab.pur(second);
    lab.ask(second, pur);
    assert!(!lab.record().purged);
    let pur = lab.pur(0);
    let m = lab.ask(0, pur);
    let Pdu::PurgeUeAnswer(pua) = &m.pdu else {
        panic!()
    };
    assert!(pua.pua_flags.unwrap().freeze_p_tmsi());
    let ulr = lab.ulr(second);
    assert!(lab.ask(second, ulr).result().unwrap().is_success());
    assert!(
        lab.sgsns[0].requests.is_empty(),
        "who purged is not told to cancel"
    );
}

#[test]
fn there_are_no_vectors_before_the_platform_is_validated() {
    let mut s = subscriber();
    s.standing = Standing::Unvalidated;
    let mut lab = Lab::with(s, |_| {});
    let air = lab.air(0, 1, None);
    assert_eq!(
        lab.ask(0, air).result(),
        experimental(ExperimentalResultCode::AuthenticationDataUnavailable)
    );
    let ulr = lab.ulr(0);
    assert_eq!(lab.ask(0, ulr).result(), base(ResultCode::UnableToComply));
    assert_eq!(lab.record().seq, 0, "a number was spent");
}

#[test]
fn in_a_queue_the_second_is_told_to_come_again() {
    let mut lab = Lab::with(subscriber(), |c| {
        c.rules.concurrency = Concurrency::Queue;
    });
    let second = lab.sgsn("sgsn2.epc.mnc001.mcc001.3gppnetwork.org");
    let ulr = lab.ulr(0);
    lab.ask(0, ulr);
    let air = lab.air(second, 1, None);
    assert_eq!(
        lab.ask(second, air).result(),
        experimental(ExperimentalResultCode::AuthenticationDataUnavailable)
    );
    let ulr = lab.ulr(second);
    assert_eq!(
        lab.ask(second, ulr).result(),
        base(ResultCode::UnableToComply)
    );
    // who is served is not turned away
    let air = lab.air(0, 1, None);
    assert!(lab.ask(0, air).result().unwrap().is_success());
    let pur = lab.pur(0);
    lab.ask(0, pur);
    let air = lab.air(second, 1, None);
    assert!(lab.ask(second, air).result().unwrap().is_success());
    let ulr = lab.ulr(second);
    assert!(lab.ask(second, ulr).result().unwrap().is_success());
    assert!(lab.sgsns[0].requests.is_empty());
}

#[test]
fn temporary_access_ends() {
    let lifetime = Some(Duration::from_secs(600));
    let mut lab = Lab::new(Subscriber {
        lifetime,
        ..subscriber()
    });
    let ulr = lab.ulr(0);
    lab.ask(0, ulr);
    lab.pass(Duration::from_secs(599));
    assert!(lab.sgsns[0].requests.is_empty());
    lab.pass(Duration::from_secs(2));
    let Pdu::CancelLocationRequest(clr) = &lab.sgsns[0].requests[0].pdu else {
        panic!()
    };
    assert_eq!(
        clr.cancellation_type,
        CancellationType::SubscriptionWithdrawal
    );
    assert_eq!(lab.record().serving, None);
    assert!(lab.saw("hlr.access-ended") && lab.saw("hlr.cancelled"));
    // a purge before the end: nothing to cancel
    let ulr = lab.ulr(0);
    lab.ask(0, ulr);
    let pur = lab.pur(0);
    lab.ask(0, pur);
    lab.pass(Duration::from_secs(700));
    assert_eq!(lab.sgsns[0].requests.len(), 1);
}

#[test]
fn operator_commands() {
    let mut lab = Lab::new(subscriber());
    let ulr = lab.ulr(0);
    lab.ask(0, ulr);
    let command = |lab: &mut Lab, c: Command| {
        lab.hlr(Input::Command(c));
        lab.settle();
    };
    command(&mut lab, Command::Withdraw(imsi()));
    assert_eq!(lab.sgsns[0].requests.len(), 1);
    let ulr = lab.ulr(0);
    lab.ask(0, ulr);
    command(
        &mut lab,
        Command::SetStanding(imsi(), Standing::Quarantined),
    );
    assert_eq!(lab.sgsns[0].requests.len(), 2);
    assert_eq!(lab.record().serving, None);
    let air = lab.air(0, 1, None);
    let unknown = experimental(ExperimentalResultCode::UserUnknown);
    assert_eq!(lab.ask(0, air.clone()).result(), unknown);
    command(&mut lab, Command::SetStanding(imsi(), Standing::Active));
    assert_eq!(vectors(&lab.ask(0, air.clone())).len(), 1);
    // an inserted subscriber does not replace one that is there
    let mut other = subscriber();
    other.imsi = "999010000000002".parse().unwrap();
    command(&mut lab, Command::InsertSubscriber(Box::new(other.clone())));
    assert!(lab.saw("hlr.inserted") && lab.records.get(&other.imsi).is_some());
    command(&mut lab, Command::InsertSubscriber(Box::new(other)));
    assert!(lab.saw("hlr.not-inserted"));
    command(&mut lab, Command::DeleteSubscriber(imsi()));
    assert_eq!(lab.ask(0, air).result(), unknown);
}

#[test]
fn an_mme_gets_kasme_and_apn_configurations() {
    let mut lab = Lab::new(Subscriber {
        eps: true,
        ..subscriber()
    });
    let mut m = lab.air(0, 1, None);
    if let Pdu::AuthenticationInformationRequest(r) = &mut m.pdu {
        r.requested_utran_geran_authentication_info = None;
        r.requested_eutran_authentication_info = Some(msg::RequestedAuthenticationInfo {
            number_of_requested_vectors: Some(1),
            ..Default::default()
        });
    }
    let m = lab.ask(0, m);
    let Pdu::AuthenticationInformationAnswer(a) = &m.pdu else {
        panic!()
    };
    let v = &a.authentication_info.as_ref().unwrap().e_utran_vector[0];
    // the separation bit of AMF, octet 6 of AUTN
    assert_eq!(v.autn.0[6] & 0x80, 0x80);
    let mut m = lab.ulr(0);
    if let Pdu::UpdateLocationRequest(r) = &mut m.pdu {
        r.ulr_flags = UlrFlags(0).with_s6a(true);
        r.rat_type = RatType::Eutran;
    }
    let m = lab.ask(0, m);
    let Pdu::UpdateLocationAnswer(a) = &m.pdu else {
        panic!()
    };
    let data = a.subscription_data.as_ref().unwrap();
    let profile = data.apn_configuration_profile.as_ref().unwrap();
    assert_eq!(profile.apn_configuration.len(), 1);
    assert_eq!(data.gprs_subscription_data, None);
}

#[test]
fn keys_are_shown_nowhere() {
    let mut lab = Lab::new(subscriber());
    let air = lab.air(0, 1, None);
    lab.ask(0, air);
    let ask = Ask::Put(Box::new(subscriber()));
    let text = format!("{:?} {:?} {:?} {ask:?}", lab.records, lab.events, lab.hlr);
    for secret in ["70, 70, 70", "46464646", "205, 205, 205", "cdcdcdcd"] {
        assert!(!text.contains(secret), "{secret}");
    }
}
