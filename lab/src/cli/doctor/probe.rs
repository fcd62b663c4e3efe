//! What the machine offers beside addresses.
use nix::{
    sys::resource::{Resource, getrlimit},
    unistd::{AccessFlags, access},
};
use socket2::{Domain, Protocol, Socket, Type};
use std::{env, fs, io, path::PathBuf, process::Command};

/// A line of the doctor's.
#[derive(Debug)]
pub(super) struct Finding {
    /// What was looked for.
    pub(super) thing: String,
    /// Whether it is there.
    pub(super) there: bool,
    /// Whether `fosterling run` cannot do without.
    pub(super) needed: bool,
    /// What was found.
    pub(super) detail: String,
    /// What it is good for, or how to get it.
    pub(super) advice: String,
}

/// Everything that is looked for, what the run needs first.
pub(super) fn findings() -> Vec<Finding> {
    let mut all = vec![
        files(),
        folder(),
        tshark(),
        sctp(),
        tun(),
        packets(),
        low_ports(),
    ];
    all.extend(PEERS.iter().map(peer));
    all
}

fn finding(thing: &str, there: bool, detail: String, good_for: &str, get: &str) -> Finding {
    let advice = match there {
        true => good_for.to_owned(),
        false => format!("{good_for}: {get}"),
    };
    Finding {
        thing: thing.into(),
        there,
        needed: false,
        detail,
        advice,
    }
}

/// Sockets, connections and files of a run, with room to spare.
const FILES: u64 = 256;

fn files() -> Finding {
    let soft = getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |l| l.0);
    let f = finding(
        "open files",
        soft >= FILES,
        format!("{soft} at a time"),
        &format!("a run takes fewer than {FILES}"),
        &format!("ulimit -n {FILES}"),
    );
    Finding { needed: true, ..f }
}

fn folder() -> Finding {
    let here = access(".", AccessFlags::W_OK);
    let f = finding(
        "folder for files",
        here.is_ok(),
        here.err().map(|e| e.desc().to_owned()).unwrap_or_default(),
        "fosterling-out/ is made in the working directory",
        "run --out DIR puts it elsewhere",
    );
    Finding { needed: true, ..f }
}

fn tshark() -> Finding {
    let version = Command::new("tshark").arg("--version").output();
    let version = version.ok().filter(|o| o.status.success()).and_then(|o| {
        let text = String::from_utf8_lossy(&o.stdout).into_owned();
        let first = text.lines().next()?;
        let word = |w: &&str| w.starts_with(|c: char| c.is_ascii_digit());
        first
            .split_whitespace()
            .find(word)
            .map(|v| v.trim_end_matches('.').to_owned())
    });
    finding(
        "Wireshark's tshark",
        version.is_some(),
        version.map(|v| format!("version {v}")).unwrap_or_default(),
        "judges captures independently, also in the tests",
        "apt-get install tshark",
    )
}

fn sctp() -> Finding {
    let probe = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::SCTP));
    finding(
        "SCTP in the kernel",
        probe.is_ok(),
        why(probe.err()),
        "Diameter peers over SCTP; a run takes TCP",
        "modprobe sctp, where the kernel has the module",
    )
}

/// Bits of capabilities, linux/capability.h.
const NET_BIND_SERVICE: u32 = 10;
const NET_ADMIN: u32 = 12;

/// Whether this process has a capability.
fn capable(bit: u32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("CapEff:"));
    let bits = line.and_then(|l| u64::from_str_radix(l.trim(), 16).ok());
    bits.is_some_and(|b| b >> bit & 1 == 1)
}

fn tun() -> Finding {
    let device = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/net/tun");
    let right = capable(NET_ADMIN);
    let detail = match (&device, right) {
        (Err(e), _) => format!("/dev/net/tun: {e}"),
        (Ok(_), false) => "the device is there, the right CAP_NET_ADMIN is not".into(),
        (Ok(_), true) => String::new(),
    };
    finding(
        "TUN device",
        device.is_ok() && right,
        detail,
        "user packets of a gateway to and from this machine's network",
        "root, or CAP_NET_ADMIN and /dev/net/tun",
    )
}

fn packets() -> Finding {
    let probe = Socket::new(Domain::PACKET, Type::RAW, None);
    finding(
        "packet capture",
        probe.is_ok(),
        why(probe.err()),
        "holding what is recorded against the wire; a run records by itself",
        "root, or CAP_NET_RAW",
    )
}

fn low_ports() -> Finding {
    let first = fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    let first: u16 = first
        .ok()
        .and_then(|t| t.trim().parse().ok())
        .unwrap_or(1024);
    let there = capable(NET_BIND_SERVICE) || first <= 53;
    finding(
        "ports below 1024",
        there,
        format!("free for all from {first}"),
        "DNS 53 and HTTP 80 on sockets; a run does without",
        "root, or CAP_NET_BIND_SERVICE",
    )
}

fn why(e: Option<io::Error>) -> String {
    e.map(|e| e.to_string()).unwrap_or_default()
}

/// A peer: its program, where else it may be, what it is good for, its Debian package.
struct Peer {
    program: &'static str,
    good_for: &'static str,
    package: &'static str,
}

const PEERS: &[Peer] = &[
    Peer {
        program: "osmo-ggsn",
        good_for: "a GGSN by others, GTPv1",
        package: "osmo-ggsn",
    },
    Peer {
        program: "osmo-sgsn",
        good_for: "an SGSN by others, Gb and GTPv1",
        package: "osmo-sgsn",
    },
    Peer {
        program: "osmo-hlr",
        good_for: "an HLR by others, GSUP",
        package: "osmo-hlr",
    },
    Peer {
        program: "nft",
        good_for: "the wall of run stock-vno",
        package: "nftables",
    },
    Peer {
        program: "osmo-stp",
        good_for: "a transfer point by others, M3UA",
        package: "osmo-stp",
    },
    Peer {
        program: "freeDiameterd",
        good_for: "a Diameter relay by others",
        package: "freediameterd",
    },
];

fn peer(p: &Peer) -> Finding {
    let place = on_path(p.program);
    finding(
        p.program,
        place.is_some(),
        place.map(|p| p.display().to_string()).unwrap_or_default(),
        p.good_for,
        &format!("apt-get install {}", p.package),
    )
}

/// Where a program is; daemons stand in folders that are on root's path only.
fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/sbin", "/usr/local/sbin", "/sbin"].map(PathBuf::from);
    env::split_paths(&path)
        .chain(usual)
        .map(|folder| folder.join(program))
        .find(|file| access(file, AccessFlags::X_OK).is_ok() && file.is_file())
}
