//! freeDiameter and our daemons as neighbours: who is let in, watchdogs, and one that stands still.
// a test is outside of the machines: it may start programs
#![allow(clippy::disallowed_methods)]
use relay::{PORT, RO, Relay, SHO, VNO, count};
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

/// Whether this machine has what the tests need.
fn has(name: &str) -> bool {
    oracle::root_rights(name) && oracle::program(name, "freeDiameterd").is_some()
}

#[test]
#[ignore = "peers: freeDiameterd refuses and is refused, in a namespace (root)"]
fn whoever_is_not_in_the_table_is_told_3010() {
    let name = "refusals by freeDiameter and of it";
    if !has(name) {
        return;
    }
    let Some(tshark) = common::strict(name) else {
        return;
    };
    let space = "fosterling-refuses";
    let dir = tempfile::tempdir().unwrap();
    // it lets in the home network's nodes alone, and our HLR the SGSN alone
    let _relay = Relay::start(space, dir.path(), "*.epc.mnc001.mcc999.3gppnetwork.org");
    let config = hlr(dir.path(), &format!("\"sgsn.{VNO}\""));
    let mut hlr = Daemon::start(space, dir.path(), "hlr", &config);
    let mut sgsn = Daemon::start(space, dir.path(), "sgsn", &sgsn());
    let refused = "diameter.cmd.code == 257 && diameter.flags.request == 0 \
                   && diameter.flags.error == 1 && diameter.Result-Code == 3010";
    let by_it = format!("{refused} && tcp.srcport == {PORT}");
    sgsn.until("refusal by freeDiameter", 30, |d| d.says("s6d.closed") > 0);
    sgsn.until("3010 of freeDiameter", 30, |d| {
        count(&tshark, &d.capture, &by_it) > 0
    });
    assert!(sgsn.says("UnknownPeer") > 0 || sgsn.says("3010") > 0);
    assert_eq!(sgsn.says("s6d.open"), 0);
    let by_us = format!("{refused} && tcp.srcport == 3868");
    hlr.until("3010 of ours", 30, |d| {
        count(&tshark, &d.capture, &by_us) > 0
    });
    assert_eq!(hlr.says("hlr.peer-open"), 0);
    // and it is tried again, not given up
    sgsn.until("another try", 30, |d| d.says("s6d.closed") > 1);
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
    let relay = Relay::start(space, dir.path(), "*.epc.mnc001.mcc001.3gppnetwork.org");
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
    let before = count(&tshark, &sgsn.capture, &answered("srcport"));
    relay.signal("-CONT");
    sgsn.until("open again", 60, |d| d.says("s6d.open") > 1);
    // REOPEN: three answers before it is used
    sgsn.until("three answers", 60, |d| {
        count(&tshark, &d.capture, &answered("srcport")) >= before + 3
    });
    let wrong = "_ws.malformed || _ws.expert.severity >= 8388608";
    assert_eq!(tshark.text(&sgsn.capture, wrong, &relay::AS), "");
}
