//! Every role a daemon over the SCTP of a Linux kernel, booted for it, with several addresses each.
// a test is outside of the machines: it may start programs
#![allow(clippy::disallowed_methods)]
use daemons_common::{Lab, ROLES};
use std::{fs, process::Command};

mod common;
mod daemons_common;

const NET: u8 = 80;
/// Addresses that the associations of a role have besides its own.
const MORE: [(&str, &str); 3] = [
    ("sgsn", "127.80.202.1"),
    ("icf", "127.80.203.1"),
    ("hlr", "127.80.204.1"),
];

/// Starts all roles one after the other, waits for the end of the procedure, says who is connected
/// with whom, and takes leave. Their stores do not work on the file system of the host.
fn script(lab: &Lab) -> String {
    let mut text = String::from(
        "d=$(mktemp -d) && cp -r /mnt/. $d && cd $d || exit 9\n\
         give() { cp *.log assocs /mnt/ 2>/dev/null; exit $1; }\n",
    );
    for (name, role, host) in ROLES {
        let more = MORE.iter().find(|m| m.0 == *name);
        let more = more.map_or(String::new(), |m| {
            format!("--set 'sctp.addresses=[\"{}\"]'", m.1)
        });
        text += &format!(
            "fosterling node {role} --config {host}.toml --set admin.listen={} {more} \
             2>{name}.log >/dev/null &\np=\"$p $!\"\nuntil grep -q ready: {name}.log; do \
             kill -0 $! || {{ cat {name}.log; give 8; }}; usleep 50000; done\n",
            lab.admin(name)
        );
    }
    text + "n=0\nuntil grep -q m2me.operational m2me.log; do n=$((n+1)); \
            [ $n -gt 900 ] && give 7; usleep 200000; done\n\
            cat /proc/net/sctp/assocs >assocs\nkill -TERM $p\nwait\ngive 0\n"
}

#[test]
#[ignore = "peers: boots a kernel with SCTP in qemu, all roles as daemons in it"]
fn daemons_over_kernel_sctp_have_several_addresses() {
    const NAME: &str = "daemons over kernel SCTP";
    let Some(boot) = oracle::shared(NAME, "peers/kernel-lab/run.sh") else {
        return;
    };
    if oracle::program(NAME, "qemu-system-x86_64").is_none() {
        return;
    }
    let lab = Lab::new(NET);
    lab.over("sctp", |_| String::new());
    fs::write(lab.file("go.sh"), script(&lab)).unwrap();
    let out = Command::new("bash")
        .arg(boot)
        .args(["-m", "2048", "-t", "400", "-f"])
        .arg(concat!(
            env!("CARGO_BIN_EXE_fosterling"),
            ":/bin/fosterling"
        ))
        .arg("-s")
        .arg(lab.file(""))
        .args(["sh", "/mnt/go.sh"])
        .output()
        .unwrap();
    assert_eq!(
        out.status.code(),
        Some(0),
        "{}{}\n{}\n{}",
        common::out(&out),
        common::err(&out),
        lab.log("sgsn"),
        lab.log("m2me")
    );
    assert!(lab.log("icf").contains("hlr.peer-open"));
    // a line an association: its own addresses, <->, the peer's, the main one with a star
    let assocs = fs::read_to_string(lab.file("assocs")).unwrap();
    let to_icf = format!("*127.{NET}.3.1");
    let line = assocs.lines().find(|l| l.contains(&to_icf)).expect(&assocs);
    let (ours, theirs) = line.split_once("<->").expect(line);
    for (ends, more) in [(ours, MORE[0].1), (theirs, MORE[1].1)] {
        assert!(ends.contains(more), "{line}");
    }
    assert!(ours.contains(&format!("127.{NET}.2.1")), "{line}");
}
