//! The SGSN in the virtual network, between a mobile behind a base station, a home network's HLR
//! played by hand, and a GGSN.
mod sgsn_common;
use diameter_s6a::machine::route::Routes;
use gb_gmm::gmm::Cause;
use sgsn_common::{Command, HOME_NODE, MS, NODE, Say, Tell, imsi, left, run, tell, world};
use sgsn_ggsn::sgsn;
use std::net::Ipv4Addr;

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
    for (air, ulr, cause) in [
        (Some(5001), None, "8"),
        (None, Some(5004), "11"),
        (None, Some(5421), "15"),
        (None, Some(5420), "15"),
    ] {
        let mut sim = world(|_, _, h| {
            h.refuse_air = air;
            h.refuse_ulr = ulr;
        });
        let steps = vec![("bss.ready", MS, tell(Tell::Attach))];
        let seen = run(&mut sim, steps, "ms.refused");
        assert_eq!(seen, [format!("ms.refused cause={cause}")]);
        assert_eq!(left(&sim), (0, 0));
    }
}

#[test]
fn unknown_user_by_configuration_and_network_failures() {
    let attach = || vec![("bss.ready", MS, tell(Tell::Attach))];
    let mut sim = world(|_, c, h| {
        c.unknown_user = Cause::ImsiUnknownInHlr;
        h.refuse_air = Some(5001);
    });
    assert_eq!(
        run(&mut sim, attach(), "ms.refused"),
        ["ms.refused cause=2"]
    );
    // a home network that says nothing, and one to which no way leads
    let mut sim = world(|_, _, h| h.silent = true);
    assert_eq!(
        run(&mut sim, attach(), "ms.refused"),
        ["ms.refused cause=17"]
    );
    let mut sim = world(|_, c, _| c.routes = Routes::default());
    assert_eq!(
        run(&mut sim, attach(), "ms.refused"),
        ["ms.refused cause=17"]
    );
    // a country whose numbers nobody knows
    let mut sim = world(|_, c, _| c.lengths = wire::MncLengths::default());
    assert_eq!(
        run(&mut sim, attach(), "ms.refused"),
        ["ms.refused cause=11"]
    );
}

#[test]
fn a_wrong_response_is_rejected() {
    let mut sim = world(|m, _, _| m.wrong_res = true);
    let steps = vec![("bss.ready", MS, tell(Tell::Attach))];
    assert_eq!(run(&mut sim, steps, "ms.rejected"), ["ms.rejected"]);
    assert_eq!(left(&sim), (0, 0));
}

#[test]
fn only_subscribed_apns_and_only_known_gateways() {
    let steps = |apn| {
        vec![
            ("bss.ready", MS, tell(Tell::Attach)),
            ("ms.attached", MS, tell(Tell::Activate(apn))),
        ]
    };
    let mut sim = world(|_, _, _| {});
    let seen = run(&mut sim, steps("other"), "ms.no-context");
    assert_eq!(seen[1], "ms.no-context cause=33");
    let mut sim = world(|_, c, _| c.gateways = vec![]);
    let seen = run(&mut sim, steps("internet"), "ms.no-context");
    assert_eq!(seen[1], "ms.no-context cause=27");
    // a gateway that does not answer
    let mut sim = world(|_, c, _| {
        c.gateways[0].address = Ipv4Addr::new(127, 0, 4, 77).into();
    });
    let seen = run(&mut sim, steps("internet"), "ms.no-context");
    assert_eq!(seen[1], "ms.no-context cause=38");
    assert_eq!(left(&sim), (1, 0));
}

#[test]
fn withdrawal_by_the_home_network_detaches() {
    let steps = |again| {
        vec![
            ("bss.ready", MS, tell(Tell::Attach)),
            ("ms.attached", MS, tell(Tell::Activate("internet"))),
            ("ms.active", HOME_NODE, Command::Hlr(Say::Withdraw(again))),
        ]
    };
    let mut sim = world(|_, _, _| {});
    let seen = run(&mut sim, steps(false), "sgsn.detached");
    assert_eq!(
        &seen[2..],
        ["hlr.cancelled", "ms.inactive cause=0", "ms.detached"]
    );
    assert_eq!(left(&sim), (0, 0));
    let mut sim = world(|_, _, _| {});
    let seen = run(&mut sim, steps(true), "ms.attached");
    assert_eq!(seen.last().unwrap(), "ms.attached");
    assert!(seen.contains(&"ms.detached".to_owned()));
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
