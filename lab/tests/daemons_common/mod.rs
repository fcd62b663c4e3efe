//! The three-hosts lab on loopback: its configurations with other addresses, each role a process.
// each test program uses its own part; daemons are on sockets, and take their time
#![allow(dead_code, clippy::disallowed_methods)]
use super::common::{answer, err, program};

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

/// Roles in the order in which they are started, each with its configuration.
pub const ROLES: &[(&str, &str, &str)] = &[
    ("pva", "pva", "sho"),
    ("hlr", "hlr", "sho"),
    ("sho", "sho", "sho"),
    ("ggsn-sho", "ggsn", "sho"),
    ("icf", "icf", "ro"),
    ("drf", "drf", "ro"),
    ("dpf", "dpf", "ro"),
    ("ggsn-ro", "ggsn", "ro"),
    ("sgsn", "sgsn", "vno"),
    ("ccif", "ccif", "ro"),
    ("m2me", "m2me", "vno"),
];

/// A lab in a folder of its own, on 127.NET.x.y.
pub struct Lab {
    dir: tempfile::TempDir,
    net: u8,
    running: BTreeMap<&'static str, Child>,
    /// How often each was started.
    lives: BTreeMap<&'static str, u32>,
}

impl Lab {
    /// Its configurations and keys; nothing runs yet.
    pub fn new(net: u8) -> Self {
        Self::with(net, 1)
    }

    /// The same with so many machines.
    pub fn with(net: u8, machines: u32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/three-hosts");
        for host in ["vno", "ro", "sho"] {
            let name = format!("{host}.toml");
            let text = fs::read_to_string(from.join(&name)).unwrap();
            let text = text.replace("10.99.", &format!("127.{net}."));
            let more = (2..=machines).map(|n| match host {
                "vno" => device(
                    "m2me",
                    n,
                    "pcid_file = \"keys/devices/N/pcid.json\"\n\
                    credential_file = \"keys/devices/N/platform.pem\"\n",
                ),
                "ro" => device("ccif", n, ""),
                _ => String::new(),
            });
            let text = more.fold(text, |text, more| text + &more);
            fs::write(dir.path().join(name), text).unwrap();
        }
        let lab = Self {
            dir,
            net,
            running: BTreeMap::new(),
            lives: BTreeMap::new(),
        };
        let keys = lab.file("keys");
        let ocsp = format!("http://127.{net}.6.1:8080/ocsp");
        let tls = ["vno=127.N.2.1", "ro=127.N.3.1", "sho=127.N.4.1"].map(|t| {
            let (name, address) = t.split_once('=').unwrap();
            format!("{name}.example={}", address.replace('N', &net.to_string()))
        });
        let o = answer(&[
            "config",
            "keys",
            "--out",
            keys.to_str().unwrap(),
            "--devices",
            &machines.to_string(),
            "--ocsp",
            &ocsp,
            "--tls",
            &tls[0],
            "--tls",
            &tls[1],
            "--tls",
            &tls[2],
        ]);
        assert_eq!(o.status.code(), Some(0), "{}", err(&o));
        lab
    }

    /// Every Diameter connection over TLS.
    pub fn over_tls(&self) {
        self.over("tls", |host| {
            format!(
                "[tls]\ncertificate_file = \"keys/tls/{host}.example.pem\"\n\
                 key_file = \"keys/tls/{host}.example.key\"\nroots_file = \"keys/operators.pem\"\n"
            )
        });
    }

    /// Every Diameter connection over this transport, with what each host's file says before all.
    pub fn over(&self, transport: &str, first: impl Fn(&str) -> String) {
        let named = format!("\"{transport}\"");
        for host in ["vno", "ro", "sho"] {
            let path = self.file(&format!("{host}.toml"));
            let text = fs::read_to_string(&path)
                .unwrap()
                .replace("\"sctp-udp\"", &named);
            let plain = format!("address = \"127.{}.4.1\"\n", self.net);
            let text = text.replace(&plain, &format!("{plain}transport = {named}\n"));
            fs::write(path, first(host) + &text).unwrap();
        }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn config(&self, host: &str) -> String {
        self.file(&format!("{host}.toml"))
            .to_str()
            .unwrap()
            .to_owned()
    }

    /// The device's K, in hexadecimal digits.
    pub fn secret(&self) -> String {
        let text = fs::read_to_string(self.file("keys/devices/1/pcid.json")).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        json["k"].as_str().unwrap().to_owned()
    }

    pub fn admin(&self, name: &str) -> String {
        let i = ROLES.iter().position(|r| r.0 == name).unwrap();
        format!("127.{}.250.{}:9464", self.net, i + 1)
    }

    pub fn log(&self, name: &str) -> String {
        fs::read_to_string(self.file(&format!("{name}.log"))).unwrap_or_default()
    }

    /// Starts a role and waits until its addresses are taken.
    pub fn start(&mut self, name: &'static str, more: &[&str]) {
        let (_, role, host) = ROLES.iter().find(|r| r.0 == name).unwrap();
        let config = self.config(host);
        let admin = format!("admin.listen={}", self.admin(name));
        let log = fs::File::create(self.file(&format!("{name}.log"))).unwrap();
        let mut c = program(&["node", role, "--config", &config, "--set", &admin]);
        let life = self.lives.entry(name).or_default();
        *life += 1;
        if more.contains(&"--capture") {
            let file = match *life {
                1 => format!("{name}.pcapng"),
                n => format!("{name}-{n}.pcapng"),
            };
            c.arg("--capture").arg(self.dir.path().join(file));
        }
        let child = c.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        self.running.insert(name, child);
        self.until(name, "ready:", Duration::from_secs(30));
    }

    pub fn start_all(&mut self, more: &[&str]) {
        for (name, ..) in ROLES {
            self.start(name, more);
        }
    }

    /// Waits until a log says something.
    pub fn until(&mut self, name: &'static str, words: &str, most: Duration) {
        self.until_line(name, &[words], most);
    }

    /// Waits until a line of a log says all of this.
    pub fn until_line(&mut self, name: &'static str, words: &[&str], most: Duration) {
        let begun = Instant::now();
        let says = |log: &str| {
            let mut lines = log.lines();
            lines.any(|l| words.iter().all(|w| l.contains(w)))
        };
        while !says(&self.log(name)) {
            let child = self.running.get_mut(name).unwrap();
            if let Some(status) = child.try_wait().unwrap() {
                panic!("{name} ended with {status}:\n{}", self.log(name));
            }
            assert!(
                begun.elapsed() < most,
                "{name} does not say {words:?}:\n{}\n{}",
                self.log(name),
                self.log("sgsn")
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// SIGKILL, and the same role again; its log begins anew.
    pub fn kill_and_start(&mut self, name: &'static str, more: &[&str]) {
        let mut child = self.running.remove(name).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        self.start(name, more);
    }

    /// The captures of all lives of a role.
    pub fn captures(&self, name: &str) -> Vec<PathBuf> {
        let lives = 1..=self.lives.get(name).copied().unwrap_or(0);
        let names = lives.map(|n| match n {
            1 => format!("{name}.pcapng"),
            n => format!("{name}-{n}.pcapng"),
        });
        names.map(|n| self.file(&n)).collect()
    }

    /// SIGTERM; exit code 0; its log.
    pub fn stop(&mut self, name: &str) -> String {
        let mut child = self.running.remove(name).unwrap();
        signal(&child, "-TERM");
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{name}:\n{}", self.log(name));
        self.log(name)
    }

    /// Machines first, then those that they need.
    pub fn stop_all(&mut self) -> BTreeMap<&'static str, String> {
        let names = ROLES.iter().rev().map(|r| r.0);
        names.map(|n| (n, self.stop(n))).collect()
    }

    /// tshark reads what each daemon has captured, and finds the procedure in it.
    pub fn judge_captures(&self) {
        let Some(tshark) = oracle::tshark("daemons::captures") else {
            return;
        };
        for (name, ..) in ROLES {
            let file = self.file(&format!("{name}.pcapng"));
            let bad = tshark.frames(&file, "_ws.malformed");
            assert!(bad.is_empty(), "{name}: {bad:?}");
        }
        for (name, filter) in [
            ("sgsn", "gsm_a.dtap.msg_gmm_type == 0x02"),
            ("sgsn", "sctp && diameter.cmd.code == 318"),
            ("hlr", "diameter.cmd.code == 316"),
            ("ggsn-ro", "gtp.message == 0x11 && gtp.cause == 128"),
            ("dpf", "wbxml"),
            ("pva", "ocsp"),
            ("icf", "frame.comment contains \"R13\""),
        ] {
            let frames = tshark.frames(self.file(&format!("{name}.pcapng")), filter);
            assert!(!frames.is_empty(), "{name}: nothing fits {filter}");
        }
    }
}

impl Drop for Lab {
    /// What this lab started, and nothing else.
    fn drop(&mut self) {
        for c in self.running.values_mut() {
            let _ = c.kill();
            let _ = c.wait();
        }
    }
}

/// The `n`th machine, as the role with this section is told of it.
fn device(section: &str, n: u32, more: &str) -> String {
    let name = format!("00a0b1c2d3e4f5{n:02x}");
    let text = format!(
        "\n[[{section}.device]]\nid = \"urn:m2me:{name}\"\ntre = \"tre-{name}\"\n\
         key_file = \"keys/devices/N/platform.key\"\n{more}"
    );
    text.replace("/N/", &format!("/{n}/"))
}

fn signal(child: &Child, which: &str) {
    let pid = child.id().to_string();
    let kill = std::process::Command::new("kill")
        .args([which, &pid])
        .status();
    assert!(kill.unwrap().success());
}

/// The body of an answer of the admin port.
pub fn get(at: &str, path: &str) -> String {
    let mut s = TcpStream::connect(at).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n");
    s.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    s.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    body.to_owned()
}
