//! Each test is a story: what happens, and what the machine makes of it.
use crate::{
    net::{Command as NetCommand, Order},
    world::{DRF, IMSI, Story, only, referral, refusal, refuse, run, run_on},
};
use gb_gmm::gmm::{Cause, NetworkDetachType};
use m2me_ue::{Command, Goal, usim};
use provisioning::json::{Kind, Problem};
use wire::Apn;

#[test]
fn from_power_on_to_operation() {
    let told = run(Story::default());
    assert_eq!(
        told.names(),
        [
            "m2me.power-on",
            "m2me.cell",
            "m2me.authenticated",
            "m2me.attached",
            "m2me.pdp-active",
            "m2me.register",
            "m2me.registered",
            "m2me.session",
            "tre.downloaded",
            "tre.installed",
            "tre.active",
            "m2me.session-over",
            "m2me.pdp-inactive",
            "m2me.detached",
            "m2me.switch",
            "m2me.authenticated",
            "m2me.attached",
            "m2me.pdp-active",
            "m2me.operational",
        ]
    );
    let last = told.last();
    assert_eq!(last.get("imsi"), Some(IMSI));
    assert_eq!(last.get("apn"), Some("internet.sho"));
    assert_eq!(last.get("address"), Some("10.34.0.1"));
    let install = "./MCIM/App/m-1/Operations/Install".to_owned();
    assert_eq!(told.alerts, [(install, "201".to_owned())]);
    let attached: Vec<&String> = told
        .network
        .iter()
        .filter(|l| l.starts_with("att"))
        .collect();
    assert_eq!(
        attached,
        ["attached 999010000000001", "attached 999020000000001"]
    );
}

#[test]
fn through_loss_to_operation() {
    let told = run(Story {
        loss: 30,
        ..Story::default()
    });
    assert_eq!(told.last().name, "m2me.operational", "{:?}", told.names());
}

#[test]
fn an_unknown_pcid_is_told_so() {
    let network = |n: &mut crate::net::Net| {
        n.subscribers.clear();
    };
    let told = run(Story {
        network: Box::new(network),
        ..Story::default()
    });
    assert_eq!(
        told.find("m2me.attach-refused").unwrap().get("cause"),
        Some("8")
    );
    assert_eq!(told.last().name, "m2me.failed");
    assert!(told.find("m2me.pdp-active").is_none());
}

#[test]
fn a_wrong_key_makes_the_network_a_stranger() {
    let told = run(Story {
        config: Box::new(|c| c.tre.usim_fault = usim::Fault::WrongKey),
        ..Story::default()
    });
    assert!(told.names().contains(&"m2me.mac-failure"));
    assert_eq!(told.last().name, "m2me.failed");
    assert!(told.find("m2me.attached").is_none());
}

#[test]
fn a_usim_ahead_is_met_by_resynchronisation() {
    let told = run(Story {
        config: Box::new(|c| c.tre.usim_fault = usim::Fault::Ahead(1 << 20)),
        ..Story::default()
    });
    assert!(told.names().contains(&"m2me.sync-failure"));
    assert!(told.network.contains(&"resynchronised".to_owned()));
    assert_eq!(told.last().name, "m2me.operational");
}

#[test]
fn an_apn_beyond_the_subscription_is_refused() {
    let foreign = Command::ActivateApn(Apn::new("internet.example").unwrap());
    let told = run(Story {
        config: only(Goal::Attach),
        orders: vec![("m2me.attached", 0, Order::Machine(foreign))],
        until: &["m2me.pdp-refused", "m2me.pdp-active"],
        ..Story::default()
    });
    assert_eq!(told.last().name, "m2me.pdp-refused");
    assert_eq!(told.last().get("cause"), Some("33"));
}

#[test]
fn what_is_within_answers_and_what_is_beyond_does_not() {
    let until: &[&str] = &["m2me.answered", "m2me.unanswered"];
    let ask = |command: Command| {
        run(Story {
            config: only(Goal::Connect),
            orders: vec![("m2me.pdp-active", 0, Order::Machine(command))],
            until,
            ..Story::default()
        })
    };
    let ping = ask(Command::Ping(DRF));
    assert_eq!(ping.last().name, "m2me.answered");
    let get = ask(Command::SendTo("10.32.0.2:80".parse().unwrap()));
    assert_eq!(get.last().get("status"), Some("404"));
    let outside = ask(Command::SendTo("192.0.2.1:80".parse().unwrap()));
    assert_eq!(outside.last().name, "m2me.unanswered");
    assert!(
        outside
            .network
            .contains(&"dropped for 192.0.2.1".to_owned())
    );
    let outside = ask(Command::Ping("192.0.2.1".parse().unwrap()));
    assert_eq!(outside.last().name, "m2me.unanswered");
}

#[test]
fn a_referral_is_followed_to_the_owner_s_choice() {
    let told = run(Story {
        config: Box::new(|c| c.sho = Some("99902".into())),
        registrations: vec![referral(&["99903", "99902"])],
        ..Story::default()
    });
    assert_eq!(
        told.find("m2me.referred").unwrap().get("sho"),
        Some("99902")
    );
    assert_eq!(told.last().name, "m2me.operational");
    let told = run(Story {
        config: Box::new(|c| c.sho = Some("99909".into())),
        registrations: vec![referral(&["99903", "99902"])],
        ..Story::default()
    });
    assert_eq!(told.last().name, "m2me.failed");
}

#[test]
fn a_refusal_by_policy_is_final() {
    let mut problem = Problem::new(Kind::Policy, "component boot differs").decided("d-1");
    problem.outcome = Some("deny".into());
    let told = run(Story {
        registrations: vec![refusal(problem)],
        ..Story::default()
    });
    let last = told.last();
    assert_eq!(
        (last.name, last.get("status")),
        ("m2me.refused", Some("403"))
    );
    assert_eq!(
        (last.get("decision"), last.get("outcome")),
        (Some("d-1"), Some("deny"))
    );
    assert!(told.find("m2me.session").is_none());
}

#[test]
fn what_is_down_is_tried_again_and_not_for_ever() {
    let down = || {
        let mut problem = Problem::new(Kind::Unavailable, "SHO down");
        problem.retry_after = Some(7);
        refusal(problem)
    };
    let told = run(Story {
        registrations: vec![down(), refusal(Problem::new(Kind::NoSho, ""))],
        ..Story::default()
    });
    let retries: Vec<&str> = told
        .events
        .iter()
        .filter(|e| e.name == "m2me.retry")
        .map(|e| e.get("seconds").unwrap())
        .collect();
    assert_eq!(retries.len(), 2);
    assert!((7..=10).contains(&retries[0].parse::<u64>().unwrap()));
    assert_eq!(told.last().name, "m2me.operational");
    let told = run(Story {
        registrations: (0..20).map(|_| down()).collect(),
        ..Story::default()
    });
    assert_eq!(told.last().name, "m2me.failed");
    let asked = told.network.iter().filter(|l| l.contains("registrations"));
    assert_eq!(asked.count(), 6);
}

#[test]
fn a_token_for_somebody_else_installs_nothing() {
    let told = run(Story {
        token: |t| t.tre = "tre-other".into(),
        ..Story::default()
    });
    let failed = told.find("m2me.provisioning-failed").unwrap();
    assert_eq!(failed.get("result"), Some("405"));
    assert_eq!(told.alerts[0].1, "405");
    assert_eq!(told.last().name, "m2me.failed");
    assert!(told.find("m2me.switch").is_none());
}

#[test]
fn an_object_of_another_operator_installs_nothing() {
    let told = run(Story {
        mcim: |m| m.imsi = "999030000000001".into(),
        ..Story::default()
    });
    assert_eq!(told.alerts[0].1, "412");
    assert_eq!(told.last().name, "m2me.failed");
}

#[test]
fn a_new_identity_that_cannot_attach_is_rolled_back_and_reported() {
    let told = run(Story {
        network: refuse(IMSI, Cause::PlmnNotAllowed),
        ..Story::default()
    });
    let fallback = told.find("m2me.fallback").unwrap();
    assert_eq!(fallback.get("package"), Some("m-1"));
    let attached: Vec<Option<&str>> = told
        .events
        .iter()
        .filter(|e| e.name == "m2me.attached")
        .map(|e| e.get("with"))
        .collect();
    assert_eq!(attached, [Some("pcid"), Some("pcid")]);
    let reported = (
        "./MCIM/App/m-1/Operations/Activate".to_owned(),
        "500".to_owned(),
    );
    assert_eq!(told.alerts.last(), Some(&reported));
    assert_eq!(told.last().name, "m2me.failed");
}

#[test]
fn an_apn_that_the_new_home_refuses_is_rolled_back_too() {
    let told = run(Story {
        mcim: |m| m.apn = "nowhere.sho".into(),
        ..Story::default()
    });
    assert!(told.find("m2me.fallback").is_some());
    assert_eq!(told.alerts.last().unwrap().1, "500");
}

#[test]
fn a_network_that_cancels_first_hinders_nothing() {
    let kind = NetworkDetachType::ReAttachNotRequired;
    let cancel = Order::Net(NetCommand::Detach(kind));
    let told = run(Story {
        orders: vec![("tre.active", 1, cancel)],
        ..Story::default()
    });
    assert_eq!(told.last().name, "m2me.operational", "{:?}", told.names());
}

#[test]
fn a_result_that_was_not_acknowledged_is_told_again() {
    // how many messages an undisturbed session takes; its last one carries the result
    for down in 0..8 {
        let told = run(Story {
            dm_down: vec![down],
            ..Story::default()
        });
        assert_eq!(told.last().name, "m2me.operational", "message {down}");
        let results: Vec<&str> = told.alerts.iter().map(|a| a.1.as_str()).collect();
        assert!(!results.is_empty() && results.iter().all(|r| *r == "201"));
    }
}

#[test]
fn nothing_that_the_network_says_stops_the_machine() {
    let mut operational = 0;
    for seed in 0..12u64 {
        let noise = move |n: &mut crate::net::Net| {
            n.noise = 20 + 20 * seed;
            n.reseed(seed);
        };
        let told = run_on(Story {
            network: Box::new(noise),
            until: &["m2me.operational"],
            ..Story::default()
        });
        let end = told.find("m2me.operational");
        operational += usize::from(end.is_some());
        // whatever was changed on its way, only the genuine object is ever in use
        assert!(end.is_none_or(|e| e.get("imsi") == Some(IMSI)));
        assert!(told.find("m2me.power-on").is_some());
    }
    assert!(operational > 0);
}

#[test]
fn a_machine_that_was_provisioned_comes_back_as_it_was() {
    let told = run(Story {
        orders: vec![
            ("m2me.operational", 0, Order::Machine(Command::PowerOff)),
            ("m2me.power-off", 0, Order::Machine(Command::PowerOn)),
        ],
        ends: 2,
        ..Story::default()
    });
    let starts: Vec<&str> = told
        .events
        .iter()
        .filter(|e| e.name == "m2me.power-on")
        .map(|e| e.get("starts").unwrap())
        .collect();
    assert_eq!(starts, ["1", "2"]);
    assert_eq!(told.last().name, "m2me.operational");
    // the DRF was asked once
    let asked = told.network.iter().filter(|l| l.contains("registrations"));
    assert_eq!(asked.count(), 1);
}

#[test]
fn a_page_is_answered_and_a_page_by_imsi_means_to_attach_again() {
    let page = |by_ptmsi| Order::Net(NetCommand::Page(by_ptmsi));
    let again = run(Story {
        config: only(Goal::Connect),
        orders: vec![("m2me.pdp-active", 1, page(false))],
        until: &["m2me.pdp-active"],
        ends: 2,
        ..Story::default()
    });
    let cause = again.find("m2me.detached").unwrap().get("cause");
    assert_eq!(cause, Some("Implicitly detached (10)"));
    let new = "page answered under a new TLLI".to_owned();
    assert!(again.network.contains(&new), "{:?}", again.network);
    let told = run_on(Story {
        config: only(Goal::Connect),
        orders: vec![("m2me.pdp-active", 1, page(true))],
        until: &[],
        ..Story::default()
    });
    let known = "page answered under a known TLLI".to_owned();
    assert!(told.network.contains(&known), "{:?}", told.network);
    let attached = told
        .names()
        .iter()
        .filter(|n| **n == "m2me.attached")
        .count();
    assert_eq!(attached, 1);
}

#[test]
fn tshark_reads_the_whole_procedure() {
    let Some(tshark) = oracle::tshark("m2me-ue: the procedure on Gb") else {
        return;
    };
    let told = run(Story::default());
    let pcap = told.pcap();
    let at = pcap.path();
    let bad = "_ws.malformed || _ws.expert.severity == error";
    assert_eq!(tshark.text(at, bad, &["-V"]), "");
    let attaches = tshark.fields(at, "gsm_a.dtap.msg_gmm_type == 0x01", &["e212.imsi"]);
    assert_eq!(attaches, [["999010000000001"], [IMSI]]);
    let posts = "http.request.method == POST";
    let paths = tshark.fields(at, posts, &["ip.dst", "http.request.uri"]);
    let paths: Vec<&str> = paths.iter().map(|row| row[1].as_str()).collect();
    let registration = ["/drf/challenges", "/drf/registrations"];
    assert_eq!(paths[..2], registration);
    assert!(paths.len() > 4 && paths[2..].iter().all(|p| *p == "/dm"));
    assert_eq!(tshark.count(at, "wbxml"), 2 * (paths.len() - 2));
}
