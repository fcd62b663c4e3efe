//! The procedure over the SCTP of a Linux kernel, booted for it.
// a test is outside of the machines: it may start programs
#![allow(clippy::disallowed_methods)]
use std::{fs, process::Command};

mod common;

/// A ladder as far as chance does not make it: each line up to its first value.
fn names(ladder: &str) -> Vec<&str> {
    let lines = ladder.lines();
    lines
        .map(|l| l.split('=').next().unwrap_or_default())
        .collect()
}

#[test]
#[ignore = "peers: boots a kernel with SCTP in qemu"]
fn the_procedure_over_kernel_sctp() {
    const NAME: &str = "the procedure over kernel SCTP";
    let Some(boot) = oracle::shared(NAME, "peers/kernel-lab/run.sh") else {
        return;
    };
    if oracle::program(NAME, "qemu-system-x86_64").is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let out = Command::new("bash")
        .arg(boot)
        .args(["-m", "768", "-t", "240", "-s"])
        .arg(dir.path())
        .arg(env!("CARGO_BIN_EXE_fosterling"))
        .args(["run", "--transport", "sctp", "-q", "--out", "/mnt/run"])
        .output()
        .unwrap();
    assert_eq!(
        out.status.code(),
        Some(0),
        "{}{}",
        common::out(&out),
        common::err(&out)
    );
    let run = dir.path().join("run");
    let virt = common::virtually(common::scenario("alt1"), 7, None);
    let ladder = fs::read_to_string(run.join("ladder.txt")).unwrap();
    let expected = virt.observer.ladder.text(false);
    assert_eq!(names(&ladder), names(&expected));
    drop(virt);
    let Some(tshark) = common::strict(NAME) else {
        return;
    };
    common::clean(&tshark, &run);
    let filter = "!udp && sctp.data_payload_proto_id == 46 && diameter.cmd.code == 318";
    assert!(tshark.count(run.join("merged.pcapng"), filter) > 0);
}
