//! The procedure by MAP through a transfer point of others: osmo-stp over a kernel's SCTP, booted
//! for it.
// a test is outside of the machines: it may start programs
#![allow(clippy::disallowed_methods)]
use std::{fs, process::Command};

mod common;

/// Name, signalling point code, third octet of the address of each signalling point.
const POINTS: [(&str, u16, u8); 3] = [("sgsn", 201, 2), ("icf", 301, 3), ("hlr", 401, 4)];

/// Its configuration: it knows who connects from where, and which point code is whose.
fn settings() -> String {
    let mut text = "\
log stderr
 logging filter all 1
 logging color 0
 logging level set-all notice
line vty
 no login
 bind 127.0.0.1
cs7 instance 0
 point-code format 14
"
    .to_owned();
    for (name, _, third) in POINTS {
        text += &format!(
            " asp {name} 0 2905 m3ua\n  remote-ip 127.0.{third}.1\n  local-ip 127.0.9.2\n"
        );
    }
    for (name, pc, _) in POINTS {
        text += &format!(" as {name} m3ua\n  asp {name}\n  routing-key {pc} {pc}\n");
    }
    text += " listen m3ua 2905\n  local-ip 127.0.9.2\n route-table system\n";
    for (name, pc, _) in POINTS {
        text += &format!("  update route {pc} 16383 linkset {name}\n");
    }
    text
}

#[test]
#[ignore = "peers: boots a kernel with SCTP in qemu, with osmo-stp in it"]
fn the_procedure_by_map_through_osmo_stp() {
    const NAME: &str = "the procedure by MAP through osmo-stp";
    let Some(boot) = oracle::shared(NAME, "peers/kernel-lab/run.sh") else {
        return;
    };
    let Some(stp) = oracle::program(NAME, "osmo-stp") else {
        return;
    };
    if oracle::program(NAME, "qemu-system-x86_64").is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("osmo-stp.cfg");
    fs::write(&file, settings()).unwrap();
    let out = Command::new("bash")
        .arg(boot)
        .args(["-m", "768", "-t", "240", "-s"])
        .arg(dir.path())
        .arg("-f")
        .arg(format!("{}:/bin/osmo-stp", stp.display()))
        .arg("-e")
        .arg("osmo-stp -c /mnt/osmo-stp.cfg > /mnt/stp.log 2>&1 &")
        .arg(env!("CARGO_BIN_EXE_fosterling"))
        .args(["run", "map", "--transport", "sctp", "-q"])
        .args(["--stp", "127.0.9.2:2905", "--out", "/mnt/run"])
        .output()
        .unwrap();
    let log = fs::read_to_string(dir.path().join("stp.log")).unwrap_or_default();
    assert_eq!(
        out.status.code(),
        Some(0),
        "{}{}{log}",
        common::out(&out),
        common::err(&out)
    );
    let Some(tshark) = common::strict(NAME) else {
        return;
    };
    let run = dir.path().join("run");
    common::clean(&tshark, &run);
    let merged = run.join("merged.pcapng");
    // what the SGSN asks, and what the HLRs answer, both on their way through the stranger
    for filter in [
        "!udp && m3ua && gsm_old.localValue == 56 && ip.dst == 127.0.9.2",
        "!udp && m3ua && gsm_old.localValue == 56 && ip.src == 127.0.9.2",
        "!udp && m3ua && gsm_old.localValue == 7 && ip.src == 127.0.9.2",
        "m3ua.message_class == 4 && m3ua.message_type == 3",
    ] {
        assert!(tshark.count(&merged, filter) > 0, "{filter}");
    }
}
