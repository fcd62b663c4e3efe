//! Authentication information of each kind, TS 29.272 5.2.3: E-UTRAN, UTRAN and GERAN vectors.
mod common;
use aka::{Outcome as Card, Profile, usim};
use common::{Lab, card, experimental, subscriber};
use diameter_s6a::msg::{
    AirFlags, AuthenticationInfo, ExperimentalResultCode, Message, Pdu,
    RequestedAuthenticationInfo, RequestedUtranGeranAuthenticationInfo,
};
use hlr_auc::Subscriber;
use std::time::Duration;

const VISITED: [u8; 3] = [0, 0xf1, 0x10];

/// How many, whether at once, RAND and AUTS.
type Wanted = (u32, bool, Option<Vec<u8>>);

/// A request for both kinds.
fn air(lab: &Lab, i: usize, eutran: Option<Wanted>, utran: Option<Wanted>) -> Message {
    let mut m = lab.air(i, 1, None);
    let Pdu::AuthenticationInformationRequest(r) = &mut m.pdu else {
        panic!()
    };
    r.requested_eutran_authentication_info =
        eutran.map(|(n, at_once, resync)| RequestedAuthenticationInfo {
            number_of_requested_vectors: Some(n),
            immediate_response_preferred: at_once.then_some(0),
            re_synchronization_info: resync.map(Into::into),
            other: Default::default(),
        });
    r.requested_utran_geran_authentication_info =
        utran.map(
            |(n, at_once, resync)| RequestedUtranGeranAuthenticationInfo {
                number_of_requested_vectors: Some(n),
                immediate_response_preferred: at_once.then_some(0),
                re_synchronization_info: resync.map(Into::into),
                other: Default::default(),
            },
        );
    m
}

fn info(m: &Message) -> &AuthenticationInfo {
    let Pdu::AuthenticationInformationAnswer(a) = &m.pdu else {
        panic!("{m}")
    };
    a.authentication_info
        .as_ref()
        .unwrap_or_else(|| panic!("{m}"))
}

fn eps() -> Subscriber {
    Subscriber {
        eps: true,
        ..subscriber()
    }
}

#[test]
fn each_kind_is_counted_by_itself() {
    let mut lab = Lab::new(eps());
    let m = air(&lab, 0, Some((2, true, None)), Some((3, false, None)));
    let m = lab.ask(0, m);
    let i = info(&m);
    let numbers = |n: &[Option<u32>]| n.iter().map(|n| n.unwrap()).collect::<Vec<_>>();
    let eutran: Vec<_> = i.e_utran_vector.iter().map(|v| v.item_number).collect();
    let utran: Vec<_> = i.utran_vector.iter().map(|v| v.item_number).collect();
    assert_eq!(
        (numbers(&eutran), numbers(&utran)),
        (vec![1, 2], vec![1, 2, 3])
    );
    assert_eq!(lab.record().seq, 5);
    let Pdu::AuthenticationInformationAnswer(a) = &m.pdu else {
        panic!()
    };
    assert_eq!(a.ue_usage_type, None, "nobody asked");
    // no more of a kind than the rules allow
    let m = air(&lab, 0, Some((9, true, None)), Some((9, true, None)));
    let m = lab.ask(0, m);
    assert_eq!(info(&m).e_utran_vector.len(), 5);
    assert_eq!(info(&m).utran_vector.len(), 5);
}

#[test]
fn the_usage_type_is_told_to_whoever_asks() {
    let mut s = eps();
    s.service.ue_usage_type = Some(7);
    let mut lab = Lab::new(s);
    let mut m = air(&lab, 0, Some((1, true, None)), None);
    if let Pdu::AuthenticationInformationRequest(r) = &mut m.pdu {
        r.air_flags = Some(AirFlags(0).with_send_ue_usage_type(true));
    }
    let Pdu::AuthenticationInformationAnswer(a) = lab.ask(0, m).pdu else {
        panic!()
    };
    assert_eq!(a.ue_usage_type, Some(7));
}

#[test]
fn what_is_used_at_once_comes_before_what_is_kept() {
    for at_once in [true, false] {
        let mut lab = Lab::new(eps());
        let m = air(&lab, 0, Some((1, at_once, None)), Some((1, !at_once, None)));
        let m = lab.ask(0, m);
        let i = info(&m);
        let eutran = (i.e_utran_vector[0].rand.0, i.e_utran_vector[0].autn.0);
        let utran = (i.utran_vector[0].rand.0, i.utran_vector[0].autn.0);
        let (first, then) = match at_once {
            true => (eutran, utran),
            false => (utran, eutran),
        };
        let (f, mut array) = card();
        for (rand, autn) in [first, then] {
            let outcome = usim::authenticate(&f, &rand, &autn, &mut array);
            assert!(matches!(outcome, Card::Accepted { .. }), "{outcome:?}");
        }
        // the other way round the card would have refused the older one
        let (f, mut array) = card();
        usim::authenticate(&f, &then.0, &then.1, &mut array);
        let outcome = usim::authenticate(&f, &first.0, &first.1, &mut array);
        assert!(matches!(outcome, Card::SyncFailure { .. }), "{outcome:?}");
    }
}

#[test]
fn kasme_is_bound_to_the_visited_network_and_utran_vectors_are_not_for_eps() {
    let mut lab = Lab::new(eps());
    let m = air(&lab, 0, Some((1, true, None)), Some((1, false, None)));
    let m = lab.ask(0, m);
    let i = info(&m);
    let (v, u) = (&i.e_utran_vector[0], &i.utran_vector[0]);
    // the separation bit of AMF, TS 33.401 6.1.1
    assert_eq!((v.autn.0[6] & 0x80, u.autn.0[6] & 0x80), (0x80, 0));
    let (f, mut array) = card();
    let Card::Accepted { res, ck, ik, .. } =
        usim::authenticate(&f, &v.rand.0, &v.autn.0, &mut array)
    else {
        panic!()
    };
    assert_eq!(&res[..], &v.xres[..]);
    let hidden: [u8; 6] = v.autn.0[..6].try_into().unwrap();
    let kasme = aka::kdf::kasme(&ck, &ik, VISITED, hidden);
    assert_eq!(kasme.expose(), &v.kasme.0);
    let other = aka::kdf::kasme(&ck, &ik, [0x99, 0xf9, 0x10], hidden);
    assert_ne!(other.expose(), &v.kasme.0);
}

#[test]
fn resynchronisation_for_each_kind() {
    for eutran in [true, false] {
        let mut lab = Lab::new(eps());
        let (f, mut array) = card();
        let ind = aka::IndTable::new(&Profile::PROFILE_2).assign(&lab.sgsns[0].identity.host);
        let mut ahead = aka::SqnHe::from_seq(5000);
        let sqn = ahead
            .next(&Profile::PROFILE_2, ind, Duration::ZERO)
            .unwrap();
        let v = f.quintuplet(&[1; 16], sqn, [0x80, 0]);
        usim::authenticate(&f, &v.rand, &v.autn, &mut array);
        let ask = |lab: &mut Lab, resync: Option<Vec<u8>>| {
            let want = Some((1, true, resync));
            let m = match eutran {
                true => air(lab, 0, want, None),
                false => air(lab, 0, None, want),
            };
            let m = lab.ask(0, m);
            let i = info(&m);
            match eutran {
                true => (i.e_utran_vector[0].rand.0, i.e_utran_vector[0].autn.0),
                false => (i.utran_vector[0].rand.0, i.utran_vector[0].autn.0),
            }
        };
        let (rand, autn) = ask(&mut lab, None);
        let Card::SyncFailure { auts, .. } = usim::authenticate(&f, &rand, &autn, &mut array)
        else {
            panic!()
        };
        let (rand, autn) = ask(&mut lab, Some([&rand[..], &auts].concat()));
        let outcome = usim::authenticate(&f, &rand, &autn, &mut array);
        assert!(matches!(outcome, Card::Accepted { .. }), "{outcome:?}");
        assert!(lab.record().seq > 5000 && lab.saw("hlr.resynchronised"));
    }
}

#[test]
fn a_sim_gets_triplets_and_no_e_utran() {
    let mut lab = Lab::new(Subscriber { sim: true, ..eps() });
    let m = air(&lab, 0, None, Some((2, true, None)));
    let m = lab.ask(0, m);
    let i = info(&m);
    assert_eq!((i.geran_vector.len(), i.utran_vector.len()), (2, 0));
    let v = &i.geran_vector[0];
    assert_eq!(v.item_number, Some(1));
    // what the card computes: TS 33.102 6.8.1.2
    let (f, _) = card();
    let q = f.quintuplet(&v.rand.0, aka::Sqn::default(), [0, 0]);
    let t = q.triplet();
    assert_eq!((t.sres, t.kc.expose()), (v.sres.0, &v.kc.0));
    let m = air(&lab, 0, Some((1, true, None)), None);
    let m = lab.ask(0, m);
    let none = ExperimentalResultCode::AuthenticationDataUnavailable;
    assert_eq!(m.result(), experimental(none));
}

#[test]
fn tshark_shows_all_three_kinds() {
    let Some(tshark) = oracle::tshark("hlr-vectors") else {
        return;
    };
    let mut lab = Lab::new(eps());
    let m = air(&lab, 0, Some((2, true, None)), Some((1, false, None)));
    lab.ask(0, m);
    let mut said = lab.said;
    let mut lab = Lab::new(Subscriber {
        sim: true,
        ..subscriber()
    });
    let m = air(&lab, 0, None, Some((1, true, None)));
    lab.ask(0, m);
    said.extend(lab.said);
    let pdus = oracle::Pdus::new("diameter", said.iter().map(|b| &b[..]));
    let bad = "_ws.malformed || _ws.expert.severity >= 6291456";
    assert_eq!(tshark.text(&pdus, bad, &["-V"]), "");
    let found = |filter| tshark.count(&pdus, filter);
    assert_eq!(found("diameter.E-UTRAN-Vector && diameter.KASME"), 1);
    assert_eq!(
        found("diameter.UTRAN-Vector && diameter.Item-Number == 2"),
        1
    );
    assert_eq!(
        found("diameter.GERAN-Vector && diameter.SRES && diameter.Kc"),
        1
    );
}
