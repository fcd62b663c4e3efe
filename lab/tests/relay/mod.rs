//! freeDiameter as an agent, in a network namespace of its own.
#![allow(dead_code)] // each test has a use for some of it
use crate::common;
use oracle::Tshark;
use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
};

/// freeDiameter takes its port on every address: not the one that our nodes take.
pub const PORT: u16 = 3870;
pub const VNO: &str = "epc.mnc001.mcc001.3gppnetwork.org";
pub const RO: &str = "epc.mnc001.mcc999.3gppnetwork.org";
pub const SHO: &str = "epc.mnc002.mcc999.3gppnetwork.org";

/// Runs a program to its end; it has to end well.
pub fn done(program: &str, args: &[&str]) {
    let out = Command::new(program).args(args).output().unwrap();
    assert!(
        out.status.success(),
        "{program} {args:?}: {}",
        common::err(&out)
    );
}

/// Whom it lets in, and how it comes to others.
#[derive(Clone, Copy)]
pub struct Manner<'a> {
    /// Lines of its white list.
    pub allowed: &'a str,
    /// What its main file says besides.
    pub more: &'a str,
    /// How its connections are secured.
    pub security: &'a str,
}

impl Manner<'_> {
    /// In clear, with whoever fits `allowed`.
    pub const fn clear(allowed: &str) -> Manner<'_> {
        Manner {
            allowed,
            more: "",
            security: "No_TLS;",
        }
    }
}

/// Lets in everyone, the visited network's nodes, or the home's, without TLS.
pub const EVERYONE: Manner<'static> = Manner::clear("ALLOW_IPSEC *.3gppnetwork.org");
pub const VISITED: Manner<'static> =
    Manner::clear("ALLOW_IPSEC *.epc.mnc001.mcc001.3gppnetwork.org");
pub const HOME: Manner<'static> = Manner::clear("ALLOW_IPSEC *.epc.mnc001.mcc999.3gppnetwork.org");

/// The namespace and the relay in it; both go when this is dropped.
pub struct Relay {
    namespace: &'static str,
    child: Option<Child>,
}

impl Relay {
    pub fn start(namespace: &'static str, dir: &Path, manner: Manner<'_>) -> Self {
        let mut relay = Self {
            namespace,
            child: None,
        };
        // what a run that died has left
        let _ = Command::new("ip")
            .args(["netns", "del", namespace])
            .stderr(Stdio::null())
            .status();
        done("ip", &["netns", "add", namespace]);
        done("ip", &["-n", namespace, "link", "set", "lo", "up"]);
        // freeDiameter wants one address that is not loopback
        let pair = ["link", "add", "v0", "type", "veth", "peer", "name", "v1"];
        done("ip", &[&["-n", namespace], &pair[..]].concat());
        let address = ["addr", "add", "10.99.0.30/24", "dev", "v0"];
        done("ip", &[&["-n", namespace], &address[..]].concat());
        for end in ["v0", "v1"] {
            done("ip", &["-n", namespace, "link", "set", end, "up"]);
        }
        let conf = configuration(dir, manner);
        let log = fs::File::create(dir.join("log")).unwrap();
        let child = Command::new("ip")
            .args(["netns", "exec", namespace, "freeDiameterd", "-c", &conf])
            .stdin(Stdio::null())
            .stderr(log.try_clone().unwrap())
            .stdout(log)
            .spawn()
            .unwrap();
        relay.child = Some(child);
        let listens = format!("until ss -ltnH | grep -q ':{PORT} '; do sleep .05; done");
        let wait = ["netns", "exec", namespace, "timeout", "20", "bash", "-c"];
        done("ip", &[&wait[..], &[&listens]].concat());
        relay
    }

    /// SIGSTOP and SIGCONT: it stands still, and goes on.
    pub fn signal(&self, which: &str) {
        let child = self.child.as_ref().expect("a relay that runs");
        done("kill", &[which, &child.id().to_string()]);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // one that stands still hears nothing else
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = Command::new("ip")
            .args(["netns", "del", self.namespace])
            .status();
    }
}

/// Writes what freeDiameter is told; the path of its main file.
fn configuration(dir: &Path, manner: Manner<'_>) -> String {
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
    fs::write(at("acl.conf"), format!("{}\n", manner.allowed)).unwrap();
    let routes =
        format!("dr=\"{RO}\" : \"icf.{RO}\" += 50 ;\ndr=\"{SHO}\" : \"hlr.{SHO}\" += 50 ;\n");
    fs::write(at("rt.conf"), routes).unwrap();
    let peer = |host: &str, ip: &str| {
        format!(
            "ConnectPeer = \"{host}\" {{ ConnectTo = \"{ip}\"; {} No_IPv6; No_SCTP; Port = 3868; }};\n",
            manner.security
        )
    };
    let folder = "/usr/lib/freeDiameter";
    let text = format!(
        "Identity = \"relay.{VNO}\";\nRealm = \"{VNO}\";\nPort = {PORT};\nSecPort = 0;\n\
         No_SCTP;\nNo_IPv6;\nListenOn = \"127.0.9.9\";\nTcTimer = 1;\nTwTimer = 6;\n\
         TLS_Cred = \"{cert}\", \"{key}\";\nTLS_CA = \"{cert}\";\nTLS_DH_File = \"{dh}\";\n\
         LoadExtension = \"{folder}/acl_wl.fdx\" : \"{acl}\";\n\
         LoadExtension = \"{folder}/rt_default.fdx\" : \"{rt}\";\n{more}\n{icf}{hlr}",
        more = manner.more,
        dh = at("dh.pem"),
        acl = at("acl.conf"),
        rt = at("rt.conf"),
        icf = peer(&format!("icf.{RO}"), "127.0.3.1"),
        hlr = peer(&format!("hlr.{SHO}"), "127.0.4.1"),
    );
    fs::write(at("relay.conf"), text).unwrap();
    at("relay.conf")
}

/// Wireshark does not know the relay's port.
pub const AS: [&str; 2] = ["-d", "tcp.port==3870,diameter"];

/// How many frames a filter finds, the relay's port included.
pub fn count(tshark: &Tshark, file: &Path, filter: &str) -> usize {
    tshark.text(file, filter, &AS).lines().count()
}
