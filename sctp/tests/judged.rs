//! What the endpoints write: the same for one seed, and right to others.
mod common;

use bytes::Bytes;
use common::{DIAMETER, Net, Sent, Weather, numbered, write_capture};
use engine::Layer;
use sctp::Config;
use std::{net::SocketAddr, time::Duration};

/// Messages long and short both ways, heartbeats, loss, refusal, stale cookie, restart, leave,
/// abort: what was sent on the way.
fn run(seed: u64, udp: u16) -> Vec<Sent> {
    let config = Config {
        local_port: Some(4000),
        ..Config::default()
    };
    let mut net = Net::new(seed, Weather::rough(3));
    let (a, b) = (
        net.host_on(config.clone(), udp, &[DIAMETER]),
        net.host_on(config.clone(), udp, &[DIAMETER]),
    );
    net.hosts[b].echo = true;
    let flow = net.connect(a, b);
    for n in 0..100 {
        let length = 20 + n as usize * 37 % 3000;
        net.send(
            a,
            flow,
            (n as u16 % 5, 46),
            numbered(n as u16 % 5, n, length),
        );
    }
    net.until(100, "echoes", |net| net.hosts[a].messages == 100);
    net.run_for(20);
    net.reborn(a, config.clone());
    let again = net.connect(a, b);
    net.until(100, "again", |net| net.hosts[a].up().contains(&again));
    net.send(a, again, (0, 46), Bytes::from_static(b"word"));
    net.close(a, again);
    net.until_all_gone(100);

    let echo = net.sent.iter().rev().find(|sent| sent.octets[12] == 10);
    let echo = echo.unwrap().clone();
    net.now = net.now + Duration::from_secs(70);
    net.inject(b, echo.from, &echo.octets);
    let nobody = SocketAddr::new(net.hosts[b].at.ip(), 7);
    net.act(a, |e, now, out| e.connect(now, nobody, out));
    net.until_all_gone(100);
    let flow = net.connect(a, b);
    net.until(100, "up", |net| net.hosts[a].up().contains(&flow));
    net.abort(a, flow);
    net.until_all_gone(100);
    net.sent
}

#[test]
fn one_seed_one_run() {
    let first = run(1, 9899);
    assert!(first.len() > 300, "{} packets", first.len());
    assert_eq!(first, run(1, 9899));
    let other = run(2, 9899);
    assert_ne!(first[0].octets, other[0].octets);
    assert_ne!(first, other);
}

#[test]
fn other_runs_on_the_thread_change_nothing() {
    let first = run(3, 9899);
    let mut others = Net::new(4, Weather::rough(10));
    others.pair(&Config::default());
    assert_eq!(first, run(3, 9899));
}

#[test]
fn as_tshark_reads_it() {
    let Some(tshark) = oracle::tshark("sctp-as-tshark-reads-it") else {
        return;
    };
    let tshark = tshark.preference("sctp.checksum:CRC 32c");
    let tshark = tshark.preference("udp.check_checksum:TRUE");
    for (name, udp) in [("sctp-in-udp.pcap", 9899), ("sctp-in-ip.pcap", 0)] {
        let sent = run(5, udp);
        let file = write_capture(name, &sent);
        let broken = "_ws.malformed || _ws.expert.severity >= 6291456";
        assert_eq!(tshark.count(&file, broken), 0);
        let fields = [
            "sctp.checksum.status",
            "udp.checksum.status",
            "sctp.chunk_type",
            "sctp.cause_code",
            "sctp.data_payload_proto_id",
        ];
        let rows = tshark.fields(&file, "sctp", &fields);
        assert_eq!(rows.len(), sent.len());
        let good = |row: &Vec<String>| row[0] == "1" && row[1] == if udp == 0 { "" } else { "1" };
        assert!(rows.iter().all(good));
        let with = |at: usize, value: &str| {
            let has = |row: &&Vec<String>| row[at].split(',').any(|v| v == value);
            rows.iter().filter(has).count()
        };
        for kind in [
            "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "14",
        ] {
            assert!(with(2, kind) > 0, "chunk type {kind}");
        }
        assert_eq!(with(3, "0x0003"), 1, "stale cookie");
        assert!(with(4, "46") > 100);
        // 48 octets of dcsctp's and 28 of ours
        let cookies = tshark.fields(&file, "sctp.chunk_type == 10", &["sctp.chunk_length"]);
        let signed = |row: &Vec<String>| row[0].split(',').next() == Some("80");
        assert!(cookies.iter().all(signed), "{cookies:?}");
    }
}
