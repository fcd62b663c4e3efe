//! Every role a process of its own, on loopback: the procedure, the admin port, captures, and how
//! they end.
mod common;
mod daemons_common;

use common::{answer, err};
use daemons_common::{Lab, get};
use std::time::Duration;

#[test]
fn eleven_daemons_bring_a_device_from_its_pcid_to_its_home_operator() {
    let mut lab = Lab::new(71);
    lab.start_all(&["--capture"]);
    lab.until("m2me", "m2me.operational", Duration::from_secs(90));

    let status: serde_json::Value =
        serde_json::from_str(&get(&lab.admin("sgsn"), "/status")).unwrap();
    let node = &status["nodes"][0];
    assert_eq!(
        (&node["role"], &node["present"]["peers"]),
        (&"sgsn".into(), &2.into()),
        "{status}"
    );
    assert_eq!(get(&lab.admin("hlr"), "/healthz"), "ok\n");
    let metrics = get(&lab.admin("ggsn-ro"), "/metrics");
    for line in [
        "fosterling_event_total{node=\"GGSN\",name=\"pdp.created\"} 1",
        "fosterling_build_info",
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    for role in ["icf", "hlr", "pva", "ccif", "sho"] {
        let all = get(&lab.admin(role), "/status") + &get(&lab.admin(role), "/metrics");
        assert!(
            !all.contains("PRIVATE") && !all.contains(&lab.secret()),
            "{role}: {all}"
        );
    }

    // an address that is taken: named, exit code 4
    let config = lab.config("vno");
    let o = answer(&["node", "sgsn", "--config", &config]);
    assert_eq!(o.status.code(), Some(4), "{}", err(&o));
    assert!(err(&o).contains("127.71.2.1"), "{}", err(&o));

    let logs = lab.stop_all();
    let sgsn = &logs["sgsn"];
    assert!(sgsn.contains("ended"), "{sgsn}");
    // the HLR heard DPR: its peer went in order
    assert!(logs["hlr"].contains("hlr.peer-closed"), "{}", logs["hlr"]);
    for (role, log) in &logs {
        assert!(!log.contains(&lab.secret()), "{role} logs a secret");
    }
    lab.judge_captures();
}

/// Several machines in one process, each with an identity of its own in the end.
#[test]
fn three_machines_of_one_daemon_are_provisioned() {
    let mut lab = Lab::with(77, 3);
    lab.start_all(&[]);
    let most = Duration::from_secs(120);
    for machine in ["M2ME-1", "M2ME-2", "M2ME-3"] {
        lab.until_line("m2me", &["m2me.operational", machine], most);
    }
    let log = lab.stop_all().remove("m2me").unwrap();
    let mut identities: Vec<&str> = log
        .lines()
        .filter(|l| l.contains("m2me.operational"))
        .filter_map(|l| l.split_once("imsi=")?.1.split_whitespace().next())
        .collect();
    identities.sort_unstable();
    let expected = ["999020000000001", "999020000000002", "999020000000003"];
    assert_eq!(identities, expected, "{log}");
}

#[test]
fn what_a_daemon_cannot_be_told_is_said() {
    let lab = Lab::new(72);
    let (vno, ro) = (lab.config("vno"), lab.config("ro"));
    let no = |args: &[&str], code: i32, words: &str| {
        let o = answer(args);
        assert_eq!(o.status.code(), Some(code), "{args:?}: {}", err(&o));
        assert!(err(&o).contains(words), "{words}: {}", err(&o));
    };
    no(&["node", "icf", "--config", &vno], 3, "no section [icf]");
    no(
        &["node", "icf", "--config", &ro, "--set", "icf.http=nowhere"],
        3,
        "--set icf.http",
    );
    no(&["node", "ifc", "--config", &ro], 2, "'icf'");
    no(
        &["node", "icf", "--config", "no-such-file.toml"],
        4,
        "no-such-file.toml",
    );
    let help = answer(&["node", "--help"]);
    assert!(common::out(&help).matches("\n  fosterling node ").count() >= 2);
}

#[test]
fn a_restart_is_counted() {
    let mut lab = Lab::new(73);
    for expected in ["1", "2"] {
        lab.start("ggsn-ro", &[]);
        lab.stop("ggsn-ro");
        let file = lab.file("state/ggsn-127.73.3.9.restart");
        assert_eq!(std::fs::read_to_string(file).unwrap().trim(), expected);
    }
}

#[test]
fn what_a_role_has_kept_and_cannot_be_read_is_said() {
    let lab = Lab::new(76);
    let path = lab.file("drf.redb");
    let file = store::File::create(&path).unwrap();
    let rows = [("attached/999010000000001", Some(&b"{}"[..]))];
    store::Kept::new(&file, "drf").write(rows).unwrap();
    drop(file);
    let o = answer(&["node", "drf", "--config", &lab.config("ro")]);
    assert_eq!(o.status.code(), Some(4), "{}", err(&o));
    for words in ["DRF cannot read", "attached/999010000000001"] {
        assert!(err(&o).contains(words), "{words}: {}", err(&o));
    }
}

#[test]
fn daemons_speak_tls_with_certificates_of_the_labs_own_root() {
    let mut lab = Lab::new(74);
    lab.over_tls();
    lab.start_all(&[]);
    lab.until("m2me", "m2me.operational", Duration::from_secs(90));
    let logs = lab.stop_all();
    assert!(logs["icf"].contains("hlr.peer-open"), "{}", logs["icf"]);
}

#[test]
fn daemons_speak_sctp_in_raw_ip() {
    if !oracle::root_rights("daemons over SCTP in raw IP") {
        return;
    }
    let mut lab = Lab::new(79);
    lab.over("sctp-raw", |_| String::new());
    lab.start_all(&["--capture"]);
    lab.until("m2me", "m2me.operational", Duration::from_secs(90));
    let capture = lab.file("sgsn.pcapng");
    let logs = lab.stop_all();
    assert!(logs["icf"].contains("hlr.peer-open"), "{}", logs["icf"]);
    if let Some(tshark) = common::strict("daemons over SCTP in raw IP") {
        let filter = "!udp && sctp.data_payload_proto_id == 46 && diameter.cmd.code == 316";
        assert!(tshark.count(capture, filter) > 0);
    }
}

#[test]
fn killed_hlrs_know_their_subscribers_again() {
    let mut lab = Lab::new(75);
    for (name, ..) in daemons_common::ROLES.iter().filter(|r| r.0 != "m2me") {
        lab.start(name, &[]);
    }
    lab.until("ccif", "m2mes.made", Duration::from_secs(30));
    lab.kill_and_start("icf", &[]);
    lab.start("m2me", &[]);
    lab.until("sho", "sho.authorised", Duration::from_secs(90));
    lab.kill_and_start("hlr", &[]);
    lab.until("m2me", "m2me.operational", Duration::from_secs(120));
    let logs = lab.stop_all();
    assert!(logs["hlr"].contains("hlr.located"), "{}", logs["hlr"]);
    // the subscriber was put in before the kill
    assert!(!logs["hlr"].contains("home.subscriber"), "{}", logs["hlr"]);
}
