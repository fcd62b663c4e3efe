//! freeDiameter and our daemons as neighbours: who is let in, watchdogs, and one that stands still.
// a test is outside of the machines: it may start programs
#![allow(clippy::disallowed_methods)]
use relay::{Manner, PORT, RO, Relay, SHO, VNO, count};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

mod common;
mod relay;

/// A daemon in the relay's namespace; it goes when this is dropped.
struct Daemon {
    child: Child,
    log: PathBuf,
    capture: PathBuf,
}

impl Daemon {
    fn start(namespace: &str, dir: &Path, role: &str, config: &str) -> Self {
        let at = |kind: &str| dir.join(format!("{role}.{kind}"));
        fs::write(at("toml"), config).unwrap();
        let log = fs::File::create(at("log")).unwrap();
        let child = Command::new("ip")
            .args(["netns", "exec", namespace, env!("CARGO_BIN_EXE_fosterling")])
            .args(["node", role, "--config"])
            .arg(at("toml"))
            .arg("--capture")
            .arg(at("pcapng"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut daemon = Self {
            child,
            log: at("log"),
            capture: at("pcapng"),
        };
        daemon.until("ready", 20, |d| d.says("ready:") > 0);
        daemon
    }

    /// How often its log says this.
    fn says(&self, words: &str) -> usize {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        log.matches(words).count()
    }

    fn until(&mut self, what: &str, seconds: u64, mut seen: impl FnMut(&Self) -> bool) {
        let begun = Instant::now();
        while !seen(self) {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("{status} before {what}: {log}");
            }
            assert!(
                begun.elapsed() < Duration::from_secs(seconds),
                "no {what}: {log}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An SGSN whose only peer is the relay.
fn sgsn() -> String {
    format!(
        "[sgsn]\nplmn = \"001-01\"\naddress = \"127.0.2.1\"\nredial = \"2s\"\nwatchdog = \"6s\"\n\
         [[sgsn.peer]]\nhost = \"relay.{VNO}\"\naddress = \"127.0.9.9:{PORT}\"\n\
         transport = \"tcp\"\nrealms = [\"{RO}\", \"{SHO}\"]\n"
    )
}

/// The SHO's HLR, which freeDiameter dials.
fn hlr(dir: &Path, peers: &str) -> String {
    let key = dir.join("hlr.key");
    let made = [
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
    ];
    let out = ["-out", key.to_str().unwrap()];
    relay::done("openssl", &[&made[..], &out].concat());
    format!(
        "[hlr]\nplmn = \"999-02\"\nhttp = \"127.0.4.1\"\nkey_file = \"hlr.key\"\nwatchdog = \"6s\"\n\
         peers = [{peers}]\n[[hlr.listen]]\naddress = \"127.0.4.1\"\ntransport = \"tcp\"\n"
    )
}

/// A machine that attaches at that SGSN.
fn m2me(dir: &Path) -> String {
    let keys = dir.join("keys");
    let out = common::answer(&["config", "keys", "--out", keys.to_str().unwrap()]);
    assert!(out.status.success(), "{}", common::err(&out));
    "[m2me]\ngb = \"127.0.1.1\"\nsgsn = \"127.0.2.1\"\nplmn = \"001-01\"\n\
     registration_apn = \"ro.m2m\"\ndrf = \"10.32.0.2\"\noperators_file = \"keys/operators.pem\"\n\
     again = \"1s\"\n[[m2me.device]]\nid = \"urn:m2me:00a0b1c2d3e4f501\"\n\
     tre = \"tre-00a0b1c2d3e4f501\"\npcid_file = \"keys/devices/1/pcid.json\"\n\
     key_file = \"keys/devices/1/platform.key\"\n\
     credential_file = \"keys/devices/1/platform.pem\"\n"
        .to_owned()
}

/// Whether this machine has what the tests need.
fn has(name: &str) -> bool {
    oracle::root_rights(name) && oracle::program(name, "freeDiameterd").is_some()
}

/// Our HLR and freeDiameter refuse each other, and freeDiameter refuses our SGSN, with this code.
fn refused_both_ways(name: &'static str, space: &'static str, code: u32, manner: Manner<'_>) {
    if !has(name) {
        return;
    }
    let Some(tshark) = common::strict(name) else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let _relay = Relay::start(space, dir.path(), manner);
    // our HLR lets in the SGSN alone where that is what is tried
    let peers = match code {
        3010 => format!("\"sgsn.{VNO}\""),
        _ => String::new(),
    };
    let mut hlr = Daemon::start(space, dir.path(), "hlr", &hlr(dir.path(), &peers));
    let mut sgsn = Daemon::start(space, dir.path(), "sgsn", &sgsn());
    // only protocol errors have the E bit (RFC 6733 7.1.3)
    let refused = format!(
        "diameter.cmd.code == 257 && diameter.flags.request == 0 \
         && diameter.flags.error == {} && diameter.Result-Code == {code}",
        u8::from(code < 4000)
    );
    let by_it = format!("{refused} && tcp.srcport == {PORT}");
    sgsn.until("refusal by freeDiameter", 30, |d| d.says("s6d.closed") > 0);
    sgsn.until("the code of freeDiameter", 30, |d| {
        count(&tshark, &d.capture, &by_it) > 0
    });
    assert_eq!(sgsn.says("s6d.open"), 0);
    let by_us = format!("{refused} && tcp.srcport == 3868");
    hlr.until("the code of ours", 30, |d| {
        count(&tshark, &d.capture, &by_us) > 0
    });
    assert_eq!(hlr.says("hlr.peer-open"), 0);
    // and it is tried again, not given up
    sgsn.until("another try", 30, |d| d.says("s6d.closed") > 1);
}

#[test]
#[ignore = "peers: freeDiameterd refuses and is refused, in a namespace (root)"]
fn whoever_is_not_in_the_table_is_told_3010() {
    // it lets in the home network's nodes alone
    let name = "refusals by freeDiameter and of it: 3010";
    refused_both_ways(name, "fosterling-refuses", 3010, relay::HOME);
}

#[test]
#[ignore = "peers: freeDiameterd without an application, in a namespace (root)"]
fn whoever_shares_no_application_is_told_5010() {
    let name = "refusals by freeDiameter and of it: 5010";
    // it relays nothing, and has no application of its own
    let manner = Manner {
        more: "NoRelay;",
        ..relay::EVERYONE
    };
    refused_both_ways(name, "fosterling-no-app", 5010, manner);
}

#[test]
#[ignore = "peers: freeDiameterd that insists on TLS, in a namespace (root)"]
fn whoever_shares_no_security_is_told_5017() {
    let name = "refusals by freeDiameter and of it: 5017";
    // TLS by Inband-Security-Id alone, as RFC 3588 had it
    let manner = Manner {
        allowed: "ALLOW_OLD_TLS *.3gppnetwork.org",
        security: "TLS_old_method;",
        more: "",
    };
    refused_both_ways(name, "fosterling-no-tls", 5017, manner);
}

#[test]
#[ignore = "peers: watchdogs with freeDiameterd, and freeDiameterd stopped, in a namespace (root)"]
fn watchdogs_are_answered_and_one_that_stands_still_is_left_and_taken_back() {
    let name = "watchdogs with freeDiameter";
    if !has(name) {
        return;
    }
    let Some(tshark) = common::strict(name) else {
        return;
    };
    let space = "fosterling-watches";
    let dir = tempfile::tempdir().unwrap();
    let relay = Relay::start(space, dir.path(), relay::VISITED);
    let mut sgsn = Daemon::start(space, dir.path(), "sgsn", &sgsn());
    sgsn.until("open", 20, |d| d.says("s6d.open") == 1);
    // either asks, and is answered: 280 with 2001
    let answered = |from: &str| {
        format!(
            "diameter.cmd.code == 280 && diameter.flags.request == 0 \
             && diameter.Result-Code == 2001 && tcp.{from} == {PORT}"
        )
    };
    for from in ["srcport", "dstport"] {
        let filter = answered(from);
        sgsn.until("watchdog", 60, |d| count(&tshark, &d.capture, &filter) > 0);
    }
    // RFC 3539 3.4.1: SUSPECT after a watchdog without answer, closed after another Tw
    relay.signal("-STOP");
    sgsn.until("suspicion", 60, |d| d.says("s6d.closed") > 0);
    // somebody now wants to attach, again and again
    let _m2me = Daemon::start(space, dir.path(), "m2me", &m2me(dir.path()));
    let rejected = "gsm_a.dtap.msg_gmm_type == 0x04 && gsm_a.gm.gmm.cause == 17";
    sgsn.until("nobody to ask", 60, |d| {
        count(&tshark, &d.capture, rejected) > 0
    });
    relay.signal("-CONT");
    let asked = format!("diameter.cmd.code == 318 && tcp.dstport == {PORT}");
    sgsn.until("a request through it", 120, |d| {
        count(&tshark, &d.capture, &asked) > 0
    });
    // REOPEN: three answers before it is used
    let opened =
        format!("diameter.cmd.code == 257 && diameter.flags.request == 0 && tcp.srcport == {PORT}");
    let numbers = |filter: &str| -> Vec<u64> {
        let fields = [&relay::AS[..], &["-T", "fields", "-e", "frame.number"]].concat();
        let text = tshark.text(&sgsn.capture, filter, &fields);
        text.lines().map(|l| l.parse().expect(l)).collect()
    };
    let back = numbers(&opened)
        .pop()
        .expect("a second capabilities exchange");
    let first = numbers(&asked)[0];
    assert!(back < first, "asked in {first}, open in {back}");
    let between = |n: &&u64| (back..first).contains(*n);
    let answers = numbers(&answered("srcport"));
    assert!(answers.iter().filter(between).count() >= 3, "{answers:?}");
    let wrong = "_ws.malformed || _ws.expert.severity >= 8388608";
    assert_eq!(tshark.text(&sgsn.capture, wrong, &relay::AS), "");
}
