//! The SGSN in the virtual network with a home network that speaks GSUP: the same stories as by S6d,
//! and the same ends.
mod sgsn_common;
use diameter_s6a::msg::{
    CancellationType, CompleteDataListIncluded, DsrFlags, GprsSubscriptionData, IdrFlags,
    PdpContext, SubscriptionData,
};
use gb_gmm::gmm::Cause;
use sgsn_common::{
    Command, HOME_NODE, MS, NODE, Say, Tell, gsup_world as world, imsi, left, run, tell,
};
use sgsn_ggsn::sgsn;

fn attach() -> Vec<(&'static str, usize, Command)> {
    vec![("bss.ready", MS, tell(Tell::Attach))]
}

#[test]
fn attach_activate_ping_deactivate_detach() {
    let mut sim = world(|_, _, _| {});
    let seen = run(
        &mut sim,
        vec![
            ("bss.ready", MS, tell(Tell::Attach)),
            ("ms.attached", MS, tell(Tell::Activate("internet"))),
            ("ms.active", MS, tell(Tell::Ping)),
            ("ms.packet", MS, tell(Tell::Deactivate)),
            ("ms.inactive", MS, tell(Tell::Detach)),
        ],
        "ms.detached",
    );
    assert_eq!(
        seen,
        [
            "ms.attached",
            "ms.active address=10.34.0.1",
            "ms.packet nsapi=5 octets=28",
            "ms.inactive cause=0",
            "hlr.purged",
            "ms.detached"
        ]
    );
    assert_eq!(left(&sim), (0, 0));
}

#[test]
fn what_the_home_network_refuses() {
    for (vectors, location, cause) in [
        (Some(2), None, "8"),
        (Some(11), None, "11"),
        (Some(111), None, "17"),
        (None, Some(2), "8"),
        (None, Some(7), "7"),
        (None, Some(13), "13"),
    ] {
        let mut sim = world(|_, _, h| {
            h.refuse_vectors = vectors;
            h.refuse_location = location;
        });
        let seen = run(&mut sim, attach(), "ms.refused");
        assert_eq!(seen, [format!("ms.refused cause={cause}")]);
        assert_eq!(left(&sim), (0, 0));
    }
}

#[test]
fn a_home_network_that_is_silent_or_goes_away() {
    let mut sim = world(|_, c, h| {
        c.unknown_user = Cause::ImsiUnknownInHlr;
        h.refuse_vectors = Some(2);
    });
    let seen = run(&mut sim, attach(), "ms.refused");
    assert_eq!(seen, ["ms.refused cause=2"]);
    let mut sim = world(|_, _, h| h.silent = true);
    let seen = run(&mut sim, attach(), "ms.refused");
    assert_eq!(seen, ["ms.refused cause=17"]);
    let mut sim = world(|_, _, h| h.leaves = true);
    let seen = run(&mut sim, attach(), "ms.refused");
    assert_eq!(seen, ["ms.refused cause=17"]);
    // subscribers of another network are nobody's: S6d knows no way either
    let mut sim = world(|_, c, _| {
        c.gsup.peers[0].plmns = vec!["999-01".parse().unwrap()];
    });
    let seen = run(&mut sim, attach(), "ms.refused");
    assert_eq!(seen, ["ms.refused cause=17"]);
    assert_eq!(left(&sim), (0, 0));
}

#[test]
fn a_wrong_response_is_rejected_and_triplets_do() {
    let mut sim = world(|m, _, _| m.wrong_res = true);
    assert_eq!(run(&mut sim, attach(), "ms.rejected"), ["ms.rejected"]);
    assert_eq!(left(&sim), (0, 0));
    // the right answer to a triplet is SRES, of four octets
    let mut sim = world(|m, _, h| (m.sim, h.gsm) = (true, true));
    assert_eq!(run(&mut sim, attach(), "ms."), ["ms.attached"]);
}

#[test]
fn only_subscribed_apns() {
    let mut sim = world(|_, _, _| {});
    let steps = vec![
        ("bss.ready", MS, tell(Tell::Attach)),
        ("ms.attached", MS, tell(Tell::Activate("other"))),
    ];
    let seen = run(&mut sim, steps, "ms.no-context");
    assert_eq!(seen[1], "ms.no-context cause=33");
}

#[test]
fn withdrawal_and_cancellation_by_the_home_network() {
    let steps = |say| {
        vec![
            ("bss.ready", MS, tell(Tell::Attach)),
            ("ms.attached", MS, tell(Tell::Activate("internet"))),
            ("ms.active", HOME_NODE, Command::Hlr(say)),
        ]
    };
    let mut sim = world(|_, _, _| {});
    let seen = run(&mut sim, steps(Say::Withdraw(false)), "sgsn.detached");
    assert_eq!(
        &seen[2..],
        ["hlr.cancelled", "ms.inactive cause=0", "ms.detached"]
    );
    assert_eq!(left(&sim), (0, 0));
    // served elsewhere: it is forgotten, and nothing is purged
    let mut sim = world(|_, _, _| {});
    let seen = run(
        &mut sim,
        steps(Say::Cancel(CancellationType::SgsnUpdateProcedure)),
        "hlr.cancelled",
    );
    assert_eq!(&seen[2..], ["hlr.cancelled"]);
    assert_eq!(left(&sim).0, 0);
}

#[test]
fn withdrawal_of_one_context_or_of_all() {
    // whether the context in use ends, and whether its APN can be had again
    for (contexts, ends) in [(vec![1], true), (vec![2], false), (vec![], true)] {
        let mut sim = world(|_, _, _| {});
        let say = Say::Delete(DsrFlags(0), contexts);
        let mut steps = vec![
            ("bss.ready", MS, tell(Tell::Attach)),
            ("ms.attached", MS, tell(Tell::Activate("internet"))),
            ("ms.active", HOME_NODE, Command::Hlr(say)),
        ];
        if ends {
            steps.push(("ms.inactive", MS, tell(Tell::Activate("internet"))));
            let seen = run(&mut sim, steps, "ms.no-context");
            let end = [
                "hlr.deleted",
                "ms.inactive cause=36",
                "ms.no-context cause=33",
            ];
            assert_eq!(&seen[2..], end);
        } else {
            steps.push(("hlr.deleted", MS, tell(Tell::Ping)));
            let seen = run(&mut sim, steps, "ms.packet");
            assert_eq!(&seen[2..], ["hlr.deleted", "ms.packet nsapi=5 octets=28"]);
        }
    }
}

#[test]
fn a_complete_list_that_drops_an_apn_ends_contexts_on_it() {
    let apn = |id: u32, name: &str| PdpContext {
        context_identifier: id,
        service_selection: name.into(),
        ..Default::default()
    };
    for (list, ends) in [
        (vec![apn(2, "meters")], true),
        (vec![apn(1, "internet")], false),
    ] {
        let mut sim = world(|_, _, _| {});
        let data = SubscriptionData {
            gprs_subscription_data: Some(GprsSubscriptionData {
                complete_data_list_included_indicator:
                    CompleteDataListIncluded::AllPdpContextsIncluded,
                pdp_context: list,
                other: Default::default(),
            }),
            ..Default::default()
        };
        let say = Say::Insert(Box::new(data), IdrFlags(0));
        let mut steps = vec![
            ("bss.ready", MS, tell(Tell::Attach)),
            ("ms.attached", MS, tell(Tell::Activate("internet"))),
            ("ms.active", HOME_NODE, Command::Hlr(say)),
        ];
        if ends {
            let seen = run(&mut sim, steps, "ms.inactive");
            assert_eq!(&seen[2..], ["hlr.inserted", "ms.inactive cause=36"]);
        } else {
            steps.push(("hlr.inserted", MS, tell(Tell::Ping)));
            let seen = run(&mut sim, steps, "ms.packet");
            assert_eq!(&seen[2..], ["hlr.inserted", "ms.packet nsapi=5 octets=28"]);
        }
    }
}

#[test]
fn detach_by_an_operator() {
    let mut sim = world(|_, _, _| {});
    let seen = run(
        &mut sim,
        vec![
            ("bss.ready", MS, tell(Tell::Attach)),
            (
                "ms.attached",
                NODE,
                Command::Sgsn(sgsn::Command::Detach(imsi())),
            ),
        ],
        "ms.attached",
    );
    assert_eq!(
        seen,
        ["ms.attached", "ms.detached", "hlr.purged", "ms.attached"]
    );
}
