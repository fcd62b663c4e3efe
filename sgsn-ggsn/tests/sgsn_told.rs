//! What a home network tells an SGSN of a mobile that is there, in the virtual network: subscriber
//! data, questions, cancellation, reset (TS 29.272 5.2).
mod sgsn_common;
use diameter_s6a::msg::{
    AccessRestrictionData, CancellationType, CompleteDataListIncluded, DsrFlags,
    GprsSubscriptionData, IdrFlags, OperatorDeterminedBarring, PdpContext, SubscriberStatus,
    SubscriptionData,
};
use sgsn_common::{Command, HOME_NODE, MS, Say, Tell, left, run, said, tell, world};

type Step = (&'static str, usize, Command);

/// Attached, with a context; then the home network says something.
fn active(then: Say) -> Vec<Step> {
    vec![
        ("bss.ready", MS, tell(Tell::Attach)),
        ("ms.attached", MS, tell(Tell::Activate("internet"))),
        ("ms.active", HOME_NODE, Command::Hlr(then)),
    ]
}

fn insert(data: SubscriptionData) -> Say {
    Say::Insert(Box::new(data), IdrFlags(0))
}

/// PDP contexts that are added or changed: they take the place of APN configurations.
fn apn(id: u32, name: &str) -> SubscriptionData {
    SubscriptionData {
        gprs_subscription_data: Some(GprsSubscriptionData {
            complete_data_list_included_indicator:
                CompleteDataListIncluded::ModifiedAddedPdpContextsIncluded,
            pdp_context: vec![PdpContext {
                context_identifier: id,
                pdp_type: [0xf1, 0x21].into(),
                service_selection: name.into(),
                ..Default::default()
            }],
            other: Default::default(),
        }),
        ..Default::default()
    }
}

#[test]
fn inserted_data_is_used_from_then_on() {
    let mut sim = world(|_, _, _| {});
    let steps = vec![
        ("bss.ready", MS, tell(Tell::Attach)),
        (
            "ms.attached",
            HOME_NODE,
            Command::Hlr(insert(apn(2, "internet"))),
        ),
        ("hlr.inserted", MS, tell(Tell::Activate("internet"))),
        // another name: the context on the old one ends
        (
            "ms.active",
            HOME_NODE,
            Command::Hlr(insert(apn(2, "other"))),
        ),
    ];
    let seen = run(&mut sim, steps, "ms.inactive");
    let ended = ["hlr.inserted", "ms.inactive cause=36"];
    assert_eq!(&seen[3..], ended);
    assert_eq!(left(&sim), (1, 0));
}

#[test]
fn a_withdrawn_context_is_deactivated_and_cannot_be_had_again() {
    let mut sim = world(|_, _, _| {});
    let mut steps = active(Say::Delete(DsrFlags(0).with_pdn_contexts(true), vec![1]));
    steps.push(("ms.inactive", MS, tell(Tell::Activate("internet"))));
    let seen = run(&mut sim, steps, "ms.no-context");
    let rest = [
        "hlr.deleted",
        "ms.inactive cause=36",
        "ms.no-context cause=33",
    ];
    assert_eq!(&seen[2..], rest);
    assert_eq!(left(&sim), (1, 0));
    // another one's withdrawal does not touch it
    let mut sim = world(|_, _, _| {});
    let mut steps = active(Say::Delete(DsrFlags(0).with_pdn_contexts(true), vec![7]));
    steps.push(("hlr.deleted", MS, tell(Tell::Ping)));
    let seen = run(&mut sim, steps, "ms.packet");
    assert!(seen.last().unwrap().starts_with("ms.packet"), "{seen:?}");
    assert_eq!(left(&sim), (1, 1));
}

#[test]
fn barring_ends_contexts_and_refuses_new_ones_until_it_ends() {
    let barred = SubscriptionData {
        subscriber_status: Some(SubscriberStatus::OperatorDeterminedBarring),
        operator_determined_barring: Some(
            OperatorDeterminedBarring(0).with_all_packet_services(true),
        ),
        ..Default::default()
    };
    let granted = SubscriptionData {
        subscriber_status: Some(SubscriberStatus::ServiceGranted),
        ..Default::default()
    };
    let mut sim = world(|_, _, _| {});
    let mut steps = active(insert(barred));
    steps.push(("ms.inactive", MS, tell(Tell::Activate("internet"))));
    steps.push(("ms.no-context", HOME_NODE, Command::Hlr(insert(granted))));
    steps.push(("hlr.inserted", MS, tell(Tell::Activate("internet"))));
    let seen = run(&mut sim, steps, "ms.active");
    let rest = [
        "hlr.inserted",
        "ms.inactive cause=8",
        "ms.no-context cause=8",
        "hlr.inserted",
    ];
    assert_eq!(&seen[2..6], rest);
    assert_eq!(left(&sim), (1, 1));
}

#[test]
fn an_access_that_is_restricted_detaches() {
    let mut sim = world(|_, _, _| {});
    let data = SubscriptionData {
        access_restriction_data: Some(AccessRestrictionData(0).with_geran(true)),
        ..Default::default()
    };
    let seen = run(&mut sim, active(insert(data)), "hlr.purged");
    // the mobile is told, and the home network that it is not here any more
    assert_eq!(
        &seen[2..],
        [
            "hlr.inserted",
            "ms.inactive cause=0",
            "ms.detached",
            "hlr.purged"
        ]
    );
    assert_eq!(left(&sim), (0, 0));
}

#[test]
fn state_and_place_are_told() {
    let asked = IdrFlags(0)
        .with_eps_user_state(true)
        .with_eps_location_information(true)
        .with_rat_type(true);
    let mut sim = world(|_, _, _| {});
    let ask = || Say::Insert(Box::default(), asked);
    let steps = vec![
        ("bss.ready", MS, tell(Tell::Attach)),
        ("ms.attached", HOME_NODE, Command::Hlr(ask())),
        ("hlr.inserted", MS, tell(Tell::Activate("internet"))),
        ("ms.active", HOME_NODE, Command::Hlr(ask())),
    ];
    let seen = run(&mut sim, steps, "hlr.inserted");
    let place = "area=00f110000101 age=0 rat=1001";
    assert_eq!(seen[1], format!("hlr.inserted state=2 {place}"));
    assert_eq!(seen[3], format!("hlr.inserted state=4 {place}"));
}

#[test]
fn the_home_network_is_notified_when_the_mobile_is_heard_again() {
    let mut sim = world(|_, _, _| {});
    let wanted = IdrFlags(0).with_ue_reachability(true);
    let mut steps = active(Say::Insert(Box::default(), wanted));
    steps.push(("hlr.inserted", MS, tell(Tell::Ping)));
    steps.push(("ms.packet", MS, tell(Tell::Ping)));
    let seen = run(&mut sim, steps, "ms.packet");
    let told = seen.iter().filter(|s| s.starts_with("hlr.notified"));
    assert_eq!(told.collect::<Vec<_>>(), ["hlr.notified reachable=true"]);
}

#[test]
fn after_a_reset_the_location_is_told_again_when_the_mobile_is_heard() {
    let mut sim = world(|_, _, _| {});
    let mut steps = active(Say::Reset);
    steps.push(("hlr.reset", MS, tell(Tell::Ping)));
    steps.push(("hlr.located-again", MS, tell(Tell::Ping)));
    steps.push(("ms.packet", MS, tell(Tell::Ping)));
    let seen = run(&mut sim, steps, "ms.packet");
    let again = seen.iter().filter(|s| *s == "hlr.located-again").count();
    assert_eq!(again, 1, "{seen:?}");
    assert_eq!(left(&sim), (1, 1), "nothing else has changed");
}

#[test]
fn a_home_network_that_does_not_want_it_any_more_after_a_reset() {
    let mut sim = world(|_, _, h| h.refuse_again = Some(5001));
    let mut steps = active(Say::Reset);
    steps.push(("hlr.reset", MS, tell(Tell::Ping)));
    let seen = run(&mut sim, steps, "sgsn.detached");
    assert!(seen.contains(&"ms.detached".to_owned()), "{seen:?}");
    assert_eq!(left(&sim), (0, 0));
}

#[test]
fn served_elsewhere_is_forgotten_without_a_word_to_the_mobile() {
    for kind in [
        CancellationType::MmeUpdateProcedure,
        CancellationType::SgsnUpdateProcedure,
        CancellationType::UpdateProcedureIwf,
        CancellationType::InitialAttachProcedure,
    ] {
        let mut sim = world(|_, _, _| {});
        let seen = run(&mut sim, active(Say::Cancel(kind)), "hlr.cancelled");
        assert_eq!(&seen[2..], ["hlr.cancelled"], "{kind}");
        assert_eq!(left(&sim), (0, 0));
    }
}

#[test]
fn another_network_cancels_nobody() {
    let mut sim = world(|_, _, _| {});
    let realm = "epc.mnc003.mcc999.3gppnetwork.org";
    let seen = run(&mut sim, active(Say::Forged(realm)), "hlr.cancelled");
    let refused = "hlr.cancelled result=DIAMETER_AUTHORIZATION_REJECTED (5003)";
    assert_eq!(seen[2], refused);
    assert_eq!(left(&sim), (1, 1));
}

#[test]
fn tshark_understands_all_of_it() {
    let Some(tshark) = oracle::tshark("sgsn-told") else {
        return;
    };
    let mut sim = world(|_, _, _| {});
    let all = IdrFlags(0)
        .with_ue_reachability(true)
        .with_t_ads_data(true)
        .with_eps_user_state(true)
        .with_eps_location_information(true);
    let data = SubscriptionData {
        subscriber_status: Some(SubscriberStatus::ServiceGranted),
        ..Default::default()
    };
    let mut steps = active(Say::Insert(Box::new(data), all));
    steps.push(("hlr.inserted", HOME_NODE, Command::Hlr(Say::Reset)));
    steps.push(("hlr.reset", MS, tell(Tell::Ping)));
    let delete = Say::Delete(DsrFlags(0).with_pdn_contexts(true), vec![1]);
    steps.push(("hlr.notified", HOME_NODE, Command::Hlr(delete)));
    steps.push(("ms.inactive", HOME_NODE, Command::Hlr(Say::Withdraw(false))));
    run(&mut sim, steps, "ms.detached");
    let said = said(&sim);
    let pdus = oracle::Pdus::new("diameter", said.iter().map(|b| &b[..]));
    assert_eq!(tshark.count(&pdus, "diameter"), said.len());
    let bad = "_ws.malformed || _ws.expert.severity >= 6291456";
    assert_eq!(tshark.text(&pdus, bad, &["-V"]), "");
    for (filter, n) in [
        (
            "diameter.cmd.code == 316 && diameter.Feature-List-ID == 1",
            2,
        ),
        ("diameter.cmd.code == 319 && diameter.User-State == 4", 1),
        ("diameter.Routing-Area-Identity", 1),
        ("diameter.Last-UE-Activity-Time", 1),
        ("diameter.cmd.code == 320", 2),
        ("diameter.cmd.code == 322", 2),
        (
            "diameter.cmd.code == 323 && diameter.3gpp.nor_flags_bit5 == 1",
            1,
        ),
        ("diameter.cmd.code == 317", 2),
    ] {
        assert_eq!(tshark.count(&pdus, filter), n, "{filter}");
    }
}
