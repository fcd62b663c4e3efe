//! The procedure through another program's Diameter agent: freeDiameter between the SGSN and the
//! HLRs, in a network namespace of its own.
// a test is outside of the machines: it may start programs
#![allow(clippy::disallowed_methods)]
use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
};

use oracle::Tshark;

mod common;

const NAMESPACE: &str = "fosterling-relay";
/// freeDiameter takes its port on every address: not the one that our nodes take.
const PORT: u16 = 3870;
const VNO: &str = "epc.mnc001.mcc001.3gppnetwork.org";
const RO: &str = "epc.mnc001.mcc999.3gppnetwork.org";
const SHO: &str = "epc.mnc002.mcc999.3gppnetwork.org";

/// Runs a program to its end; it has to end well.
fn done(program: &str, args: &[&str]) {
    let out = Command::new(program).args(args).output().unwrap();
    assert!(
        out.status.success(),
        "{program} {args:?}: {}",
        common::err(&out)
    );
}

/// The namespace and the relay in it; both go when this is dropped.
struct Relay(Option<Child>);

impl Relay {
    fn start(dir: &Path) -> Self {
        let mut relay = Self(None);
        // what a run that died has left
        let _ = Command::new("ip")
            .args(["netns", "del", NAMESPACE])
            .stderr(Stdio::null())
            .status();
        done("ip", &["netns", "add", NAMESPACE]);
        done("ip", &["-n", NAMESPACE, "link", "set", "lo", "up"]);
        // freeDiameter wants one address that is not loopback
        let pair = ["link", "add", "v0", "type", "veth", "peer", "name", "v1"];
        done("ip", &[&["-n", NAMESPACE], &pair[..]].concat());
        let address = ["addr", "add", "10.99.0.30/24", "dev", "v0"];
        done("ip", &[&["-n", NAMESPACE], &address[..]].concat());
        for end in ["v0", "v1"] {
            done("ip", &["-n", NAMESPACE, "link", "set", end, "up"]);
        }
        let conf = configuration(dir);
        let log = fs::File::create(dir.join("log")).unwrap();
        let child = Command::new("ip")
            .args(["netns", "exec", NAMESPACE, "freeDiameterd", "-c", &conf])
            .stdin(Stdio::null())
            .stderr(log.try_clone().unwrap())
            .stdout(log)
            .spawn()
            .unwrap();
        relay.0 = Some(child);
        let listens = format!("until ss -ltnH | grep -q ':{PORT} '; do sleep .05; done");
        let wait = ["netns", "exec", NAMESPACE, "timeout", "20", "bash", "-c"];
        done("ip", &[&wait[..], &[&listens]].concat());
        relay
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = Command::new("ip")
            .args(["netns", "del", NAMESPACE])
            .status();
    }
}

/// Writes what freeDiameter is told; the path of its main file.
fn configuration(dir: &Path) -> String {
    let at = |name: &str| dir.join(name).to_str().unwrap().to_owned();
    let (cert, key) = (at("cert.pem"), at("key.pem"));
    let subject = format!("/CN=relay.{VNO}");
    let ask = [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
    ];
    let rest = ["-subj", &subject, "-keyout", &key, "-out", &cert];
    done("openssl", &[&ask[..], &rest].concat());
    // a throw-away, for a daemon that insists on one
    done("openssl", &["dhparam", "-2", "-out", &at("dh.pem"), "512"]);
    fs::write(at("acl.conf"), "ALLOW_IPSEC *.3gppnetwork.org\n").unwrap();
    let routes =
        format!("dr=\"{RO}\" : \"icf.{RO}\" += 50 ;\ndr=\"{SHO}\" : \"hlr.{SHO}\" += 50 ;\n");
    fs::write(at("rt.conf"), routes).unwrap();
    let peer = |host: &str, ip: &str| {
        format!(
            "ConnectPeer = \"{host}\" {{ ConnectTo = \"{ip}\"; No_TLS; No_IPv6; No_SCTP; Port = 3868; }};\n"
        )
    };
    let folder = "/usr/lib/freeDiameter";
    let text = format!(
        "Identity = \"relay.{VNO}\";\nRealm = \"{VNO}\";\nPort = {PORT};\nSecPort = 0;\n\
         No_SCTP;\nNo_IPv6;\nListenOn = \"127.0.9.9\";\nTcTimer = 1;\nTwTimer = 6;\n\
         TLS_Cred = \"{cert}\", \"{key}\";\nTLS_CA = \"{cert}\";\nTLS_DH_File = \"{dh}\";\n\
         LoadExtension = \"{folder}/acl_wl.fdx\" : \"{acl}\";\n\
         LoadExtension = \"{folder}/rt_default.fdx\" : \"{rt}\";\n{icf}{hlr}",
        dh = at("dh.pem"),
        acl = at("acl.conf"),
        rt = at("rt.conf"),
        icf = peer(&format!("icf.{RO}"), "127.0.3.1"),
        hlr = peer(&format!("hlr.{SHO}"), "127.0.4.1"),
    );
    fs::write(at("relay.conf"), text).unwrap();
    at("relay.conf")
}

/// Runs a scenario through the relay; the folder of its files, where there is a relay.
fn through_the_relay(name: &str, scenario: &str) -> Option<(tempfile::TempDir, Tshark)> {
    if !oracle::root_rights(name) {
        return None;
    }
    oracle::program(name, "freeDiameterd")?;
    let dir = tempfile::tempdir().unwrap();
    let relay = Relay::start(dir.path());
    let at = format!("127.0.9.9:{PORT}");
    let out = Command::new("ip")
        .args(["netns", "exec", NAMESPACE, env!("CARGO_BIN_EXE_fosterling")])
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

/// Wireshark does not know the relay's port.
const AS: [&str; 2] = ["-d", "tcp.port==3870,diameter"];

/// How many frames a filter finds, the relay's port included.
fn count(tshark: &Tshark, file: &Path, filter: &str) -> usize {
    tshark.text(file, filter, &AS).lines().count()
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
    assert_eq!(tshark.text(merged, wrong, &AS), "");
}

#[test]
#[ignore = "peers: freeDiameterd relays between our nodes, in a namespace (root)"]
fn the_procedure_through_freediameter() {
    let run = through_the_relay("the procedure through freeDiameter", "alt1");
    let Some((dir, tshark)) = run else { return };
    judge(&tshark, &dir.path().join("run/merged.pcapng"), "sgsn");
}

/// Our agent and freeDiameter are peers of each other: requests pass both.
#[test]
#[ignore = "peers: freeDiameterd beside our agent, in a namespace (root)"]
fn the_procedure_through_our_agent_and_freediameter() {
    let run = through_the_relay("the procedure through both agents", "agent");
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
