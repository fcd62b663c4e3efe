//! Three hosts in network namespaces: the procedure completes, and what the kernel saw on the links
//! is what the daemons say that they sent and received.
use oracle::Tshark;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

/// Each host's daemons, by the names of their captures.
const HOSTS: &[(&str, &[u8], &[&str])] = &[
    ("vno", &[1, 2], &["sgsn", "m2me"]),
    ("ro", &[3, 7], &["icf", "drf", "dpf", "ggsn-ro", "ccif"]),
    ("sho", &[4, 6], &["pva", "hlr", "sho", "ggsn-sho"]),
];

/// The word that ends a link's capture.
const END: &str = "fosterling-end";

/// Payloads by flow: datagrams one by one, streams as one.
type Flows = BTreeMap<(String, String), Vec<String>>;

#[test]
#[ignore = "peers: network namespaces of three hosts, root"]
fn the_links_of_three_hosts_carry_what_the_daemons_say() {
    let Some(tshark) = oracle::tshark("three_hosts::links") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/three-hosts/run.sh");
    let ran = Command::new(example)
        .arg(dir.path())
        .arg(env!("CARGO_BIN_EXE_fosterling"))
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&ran.stdout) + String::from_utf8_lossy(&ran.stderr);
    assert!(
        ran.status.success() && words.contains("provisioned: "),
        "{words}"
    );

    let link = |host: &str| dir.path().join(format!("link-{host}.pcap"));
    for (host, filter) in [
        (
            "vno",
            "sctp && diameter.cmd.code == 318 && diameter.flags.request == 1",
        ),
        (
            "vno",
            "diameter.cmd.code == 316 && diameter.flags.request == 0",
        ),
        ("vno", "gtp.message == 0x11 && gtp.cause == 128"),
        ("ro", "gtp && wbxml"),
        ("sho", "http.request.uri contains \"registrations\""),
    ] {
        let n = tshark.count(link(host), filter);
        assert!(n > 0, "link of {host}: nothing fits {filter}");
    }
    for (host, octets, daemons) in HOSTS {
        let leaves = |a: &str, b: &str| is_at(a, octets) != is_at(b, octets);
        let seen = flows(&tshark, &[link(host)], &leaves);
        let files: Vec<PathBuf> = daemons
            .iter()
            .map(|d| dir.path().join(format!("{d}.pcapng")))
            .collect();
        let told = flows(&tshark, &files, &leaves);
        assert!(seen.len() >= 6, "{host}: {} flows", seen.len());
        let (a, b): (Vec<_>, Vec<_>) = (seen.keys().collect(), told.keys().collect());
        assert_eq!(a, b, "{host}: flows on the link, flows of the daemons");
        for (flow, payloads) in &seen {
            assert_eq!(payloads, &told[flow], "{host}: {flow:?}");
        }
    }
}

/// Whether an address is one of a host's.
fn is_at(address: &str, octets: &[u8]) -> bool {
    let third = address.split('.').nth(2).and_then(|o| o.parse().ok());
    third.is_some_and(|o| octets.contains(&o))
}

/// Payloads between hosts, as tshark takes them out: of the outermost UDP or TCP header.
fn flows(tshark: &Tshark, files: &[PathBuf], leaves: &dyn Fn(&str, &str) -> bool) -> Flows {
    let mut all = Flows::new();
    for file in files {
        for (protocol, filter) in [
            ("udp", "udp"),
            (
                "tcp",
                "tcp && !udp && tcp.len > 0 && !tcp.analysis.retransmission",
            ),
        ] {
            let names = ["srcport", "dstport", "payload"].map(|f| format!("{protocol}.{f}"));
            let mut args = vec!["-T", "fields", "-E", "occurrence=f", "-E", "separator=/t"];
            args.extend(["-e", "ip.src", "-e", "ip.dst"]);
            args.extend(names.iter().flat_map(|n| ["-e", n.as_str()]));
            let text = tshark.text(file, filter, &args);
            for line in text.lines() {
                let [from, to, sport, dport, payload] =
                    line.split('\t').collect::<Vec<_>>().try_into().unwrap();
                // what an ICMP message quotes, and the word at the end, is nobody's
                let end: String = END.bytes().map(|b| format!("{b:02x}")).collect();
                if !leaves(from, to) || payload.starts_with(&end) || payload.is_empty() {
                    continue;
                }
                let key = (
                    format!("{protocol} {from}:{sport}"),
                    format!("{to}:{dport}"),
                );
                let entry = all.entry(key).or_default();
                match (protocol, entry.last_mut()) {
                    ("tcp", Some(stream)) => stream.push_str(payload),
                    _ => entry.push(payload.to_owned()),
                }
            }
        }
    }
    all
}
