//! The procedure through another program's Diameter agent: freeDiameter between the SGSN and the
//! HLRs, in a network namespace of its own.
// a test is outside of the machines: it may start programs
#![allow(clippy::disallowed_methods)]
use std::{fs, path::Path, process::Command};

use oracle::Tshark;
use relay::{PORT, Relay, VNO, count};

mod common;
mod relay;

/// Runs a scenario through the relay; the folder of its files, where there is a relay.
fn through_the_relay(
    space: &'static str,
    name: &str,
    scenario: &str,
) -> Option<(tempfile::TempDir, Tshark)> {
    if !oracle::root_rights(name) {
        return None;
    }
    oracle::program(name, "freeDiameterd")?;
    let dir = tempfile::tempdir().unwrap();
    let relay = Relay::start(space, dir.path(), relay::EVERYONE);
    let at = format!("127.0.9.9:{PORT}");
    let out = Command::new("ip")
        .args(["netns", "exec", space, env!("CARGO_BIN_EXE_fosterling")])
        .args([
            "run",
            scenario,
            "--transport",
            "tcp",
            "--relay",
            &at,
            "--out",
        ])
        .arg(dir.path().join("run"))
        .output()
        .unwrap();
    let log = fs::read_to_string(dir.path().join("log")).unwrap_or_default();
    assert_eq!(
        out.status.code(),
        Some(0),
        "{}{}\n{log}",
        common::out(&out),
        common::err(&out)
    );
    drop(relay);
    let tshark = common::strict(name)?;
    Some((dir, tshark))
}

/// What passes the relay, and what it and our nodes say to each other.
fn judge(tshark: &Tshark, merged: &Path, before: &str) {
    // what comes to the HLRs has passed the relay, which has noted who sent it in Route-Record
    for code in [316, 318] {
        let passed = format!(
            "diameter.flags.request == 1 && diameter.cmd.code == {code} && tcp.dstport == 3868 \
             && diameter.Route-Record == \"{before}.{VNO}\""
        );
        assert_eq!(count(tshark, merged, &passed), 2, "{passed}");
    }
    // capabilities and leave-taking with it, in both directions, and each agreed to
    for filter in [
        "diameter.cmd.code == 257 && diameter.flags.request == 1 && tcp.dstport == 3870",
        "diameter.cmd.code == 257 && diameter.flags.request == 0 && tcp.srcport == 3870 && diameter.Result-Code == 2001",
        "diameter.cmd.code == 282 && diameter.flags.request == 1 && tcp.dstport == 3870",
        "diameter.cmd.code == 282 && diameter.flags.request == 0 && tcp.srcport == 3870 && diameter.Result-Code == 2001",
    ] {
        assert!(count(tshark, merged, filter) > 0, "{filter}");
    }
    let wrong = "_ws.malformed || _ws.expert.severity >= 6291456 || (data && !icmp)";
    assert_eq!(tshark.text(merged, wrong, &relay::AS), "");
}

#[test]
#[ignore = "peers: freeDiameterd relays between our nodes, in a namespace (root)"]
fn the_procedure_through_freediameter() {
    let run = through_the_relay(
        "fosterling-relay",
        "the procedure through freeDiameter",
        "alt1",
    );
    let Some((dir, tshark)) = run else { return };
    judge(&tshark, &dir.path().join("run/merged.pcapng"), "sgsn");
}

/// Our agent and freeDiameter are peers of each other: requests pass both.
#[test]
#[ignore = "peers: freeDiameterd beside our agent, in a namespace (root)"]
fn the_procedure_through_our_agent_and_freediameter() {
    let run = through_the_relay(
        "fosterling-agents",
        "the procedure through both agents",
        "agent",
    );
    let Some((dir, tshark)) = run else { return };
    let merged = dir.path().join("run/merged.pcapng");
    judge(&tshark, &merged, "sgsn");
    // each agent has noted its neighbour: the SGSN by ours, ours by freeDiameter
    let both = format!(
        "diameter.cmd.code == 318 && diameter.flags.request == 1 && tcp.dstport == 3868 \
         && diameter.Route-Record == \"sgsn.{VNO}\" && diameter.Route-Record == \"dra.{VNO}\""
    );
    assert_eq!(count(&tshark, &merged, &both), 2, "{both}");
}
