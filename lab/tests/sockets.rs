//! Runs on sockets: promises, the ladder of virtual time, two at once, files that cannot be
//! written, strangers, Ctrl-C.
// a test is outside of the machines: it may look at a clock and open sockets
#![allow(clippy::disallowed_methods)]
use lab::{
    run::{self, Trouble},
    scenarios::{Mode, Scenario},
};
use std::{
    fs,
    io::{Read, Write},
    net::{TcpStream, UdpSocket},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

mod common;

/// It keeps its promises, in time, and its ladder is the one of virtual time.
fn same_as_virtual(s: &'static Scenario, net: u8) {
    let name = s.name;
    let begin = Instant::now();
    let real = common::on_sockets(s, net, None);
    let took = begin.elapsed();
    // a probe into nothing waits until its sender gives up
    let most = match name {
        "walled-garden" | "map-hlr-gone" | "gsup-hlr-gone" => 15,
        "attach-storm" => 40,
        // authorisations end after three seconds, and a fourth is waited
        "never-attached" => 8,
        // T3311
        "shared-pcid-queue" => 20,
        _ => 5,
    };
    assert!(took < Duration::from_secs(most), "{name} took {took:?}");
    // how often each is sent away is chance, and what a node has still said when it ends
    if matches!(name, "attach-storm" | "map-hlr-gone" | "gsup-hlr-gone") {
        return;
    }
    let virt = common::virtually(s, 7, None);
    let (mut real, mut virt) = (common::blanked(&real), common::blanked(&virt));
    // what of the user's packets is still under way when the context goes, or the subscription, or
    // when the machine is switched off, is chance
    if matches!(name, "session-cut" | "never-attached" | "decommissioned") {
        let rest = |l: &&str| !l.contains("Error Indication");
        for ladder in [&mut real, &mut virt] {
            let told = ladder.contains("Error Indication");
            assert!(told || name != "session-cut", "{ladder}");
            *ladder = ladder.lines().filter(rest).collect::<Vec<_>>().join("\n");
        }
    }
    match s.layout.devices {
        1 => assert_eq!(real, virt, "{name}"),
        // who of several machines comes first is chance, and with it who gets which identity
        _ => assert_eq!(messages(&real), messages(&virt), "{name}"),
    }
}

/// The messages of a ladder without their fields, in the order of the alphabet.
fn messages(ladder: &str) -> Vec<String> {
    let lines = ladder.lines().map(|l| {
        let (head, message) = l.split_at(l.len().min(23));
        let message = message.split("  ").next().unwrap_or_default();
        let message = message.trim_end_matches(|c: char| c.is_ascii_digit());
        format!("{head}{message}")
    });
    let mut all: Vec<_> = lines.collect();
    all.sort();
    all
}

/// All scenarios that need no rights, in parts, each part on nets of its own.
fn all_the_same_as_virtual(part: usize) {
    let able = |s: &&Scenario| s.mode == Mode::Both && s.rights.is_empty();
    let net = u8::try_from(140 + part).unwrap();
    common::part(part)
        .filter(able)
        .for_each(|s| same_as_virtual(s, net));
}

#[test]
fn scenarios_1() {
    all_the_same_as_virtual(0);
}

#[test]
fn scenarios_2() {
    all_the_same_as_virtual(1);
}

#[test]
fn scenarios_3() {
    all_the_same_as_virtual(2);
}

#[test]
fn scenarios_4() {
    all_the_same_as_virtual(3);
}

/// The default run, as a user starts it: no file of configuration, its folder in the place.
#[test]
fn the_program_alone_is_enough() {
    let dir = tempfile::tempdir().unwrap();
    let o = common::program(&["run", "--net", "110"])
        .current_dir(dir.path())
        .env_remove("HOME")
        .output()
        .unwrap();
    let said = common::out(&o);
    assert_eq!(o.status.code(), Some(0), "{said}{}", common::err(&o));
    assert_eq!(common::err(&o), "");
    for n in (11..=28).filter(|n| *n != 14) {
        let line = said.lines().find(|l| l.starts_with(&format!("R{n} ")));
        let passed = line.is_some_and(|l| l.ends_with(" pass"));
        assert!(passed, "R{n}: {line:?}");
    }
    assert!(said.contains("fosterling-out/alt1-net110"), "{said}");
    let folder = dir.path().join("fosterling-out/alt1-net110");
    for file in ["merged.pcapng", "truth.jsonl", "ladder.txt", "verdict.json"] {
        let size = fs::metadata(folder.join(file)).unwrap().len();
        assert!(size > 0, "{file} is empty");
    }
    assert!(said.lines().all(|l| l.chars().count() <= 100), "{said}");
}

#[test]
fn a_second_run_is_told_of_the_address_and_another_net_is_free() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (first, second, beside) = (at("first"), at("second"), at("beside"));
    let line = ["run", "walled-garden", "--net", "111", "--out", &first];
    let running = common::Running::until(&line, "Activate PDP Context Accept");

    let o = common::answer(&["run", "--net", "111", "--out", &second]);
    let said = common::err(&o);
    assert_eq!(o.status.code(), Some(4), "{said}");
    assert!(said.contains("127.111."), "{said}");
    assert!(said.contains("--net"), "{said}");
    assert!(
        !Path::new(&second).exists(),
        "touched before the addresses were taken"
    );
    let trouble = run::on_sockets(common::scenario("alt1"), 111, None, false).err();
    assert!(matches!(trouble, Some(Trouble::Bind(_))), "{trouble:?}");

    let o = common::answer(&["run", "--net", "112", "--quiet", "--out", &beside]);
    assert_eq!(o.status.code(), Some(0), "{}", common::err(&o));
    let (code, said) = running.end();
    assert_eq!(code, Some(0), "the first was disturbed: {said}");
    // and its addresses are free again
    common::on_sockets(common::scenario("unknown-pcid"), 111, None);
}

#[test]
fn files_that_cannot_be_written_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "x").unwrap();
    let below = file.join("out");
    let s = common::scenario("unknown-pcid");
    let in_virtual = run::virtually(s, 0, 1, Some(&below), false).err();
    let on_sockets = run::on_sockets(s, 113, Some(&below), false).err();
    for t in [in_virtual, on_sockets] {
        let Some(t @ Trouble::Out(_)) = t else {
            panic!("{t:?}");
        };
        assert!(t.to_string().contains(file.to_str().unwrap()), "{t}");
        assert_eq!(t.exit().code(), 4);
    }
    let at = below.to_str().unwrap();
    let virt: &[&str] = &["run", "unknown-pcid", "--virtual", "--out", at];
    let real: &[&str] = &["run", "unknown-pcid", "--net", "113", "--out", at];
    for line in [virt, real] {
        let o = common::answer(line);
        let said = common::err(&o);
        assert_eq!(o.status.code(), Some(4), "{said}");
        assert!(said.contains(file.to_str().unwrap()), "{said}");
    }
    assert_eq!(fs::read(&file).unwrap(), b"x");
}

/// Each file in turn on a device that is always full: the run ends, says which, and exits 4.
#[test]
fn a_full_disk_is_told() {
    let full = Path::new("/dev/full");
    assert!(full.exists(), "this is Linux");
    for (n, file) in ["merged.pcapng", "truth.jsonl", "ladder.txt", "verdict.json"]
        .iter()
        .enumerate()
    {
        for virt in [true, false] {
            let dir = tempfile::tempdir().unwrap();
            let link = dir.path().join(file);
            std::os::unix::fs::symlink(full, &link).unwrap();
            let at = dir.path().to_str().unwrap();
            let net = (114 + n % 2).to_string();
            let mode: &[&str] = if virt {
                &["--virtual"]
            } else {
                &["--net", &net]
            };
            let line = [&["run", "alt1", "--quiet", "--out", at], mode].concat();
            let o = common::answer(&line);
            let said = common::err(&o);
            assert_eq!(
                o.status.code(),
                Some(4),
                "{file} {mode:?}: {said}{}",
                common::out(&o)
            );
            assert!(
                said.contains(link.to_str().unwrap()),
                "{file} {mode:?}: {said}"
            );
        }
    }
}

#[test]
fn ctrl_c_leaves_valid_files() {
    let Some(tshark) = common::strict("sockets-ctrl-c") else {
        return;
    };
    for (signal, net) in [("INT", "116"), ("TERM", "117")] {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().to_str().unwrap();
        let line = ["run", "walled-garden", "--net", net, "--out", at];
        let running = common::Running::until(&line, "Activate PDP Context Accept");
        let pid = running.id().to_string();
        let sent = Command::new("sh")
            .args(["-c", "kill -$0 $1", signal, &pid])
            .status();
        assert!(sent.unwrap().success());
        let begin = Instant::now();
        let (code, said) = running.end();
        assert_eq!(code, Some(130), "{said}");
        assert!(begin.elapsed() < Duration::from_secs(5), "slow to leave");
        assert!(said.contains("interrupted"), "{said}");
        common::clean(&tshark, dir.path());
        let verdict = fs::read_to_string(dir.path().join("verdict.json")).unwrap();
        let verdict: serde_json::Value = serde_json::from_str(&verdict).unwrap();
        assert_eq!(
            (&verdict["interrupted"], &verdict["passed"]),
            (&true.into(), &false.into())
        );
        let ladder = fs::read_to_string(dir.path().join("ladder.txt")).unwrap();
        assert!(ladder.contains("Activate PDP Context Accept"), "{ladder}");
        let truth = fs::read_to_string(dir.path().join("truth.jsonl")).unwrap();
        for line in truth.lines() {
            let line: Result<serde_json::Value, _> = serde_json::from_str(line);
            assert!(line.is_ok(), "{line:?}");
        }
    }
}

/// Strangers on every port: noise, answers to nothing, connections that close at once or halfway
/// through a message. The run keeps its promises and counts what it dropped.
#[test]
fn strangers_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().to_str().unwrap();
    let line = [
        "run",
        "walled-garden",
        "--transport",
        "tcp",
        "--net",
        "118",
        "--out",
        at,
    ];
    let running = common::Running::until(&line, "Activate PDP Context Accept");
    let stranger = UdpSocket::bind("127.118.200.1:0").unwrap();
    // Echo Response to nobody's question; Create PDP Context Response to an unknown transaction
    let late: &[&[u8]] = &[
        &[0x32, 2, 0, 6, 0, 0, 0, 0, 0x7f, 0xff, 0, 0, 14, 5],
        &[0x32, 17, 0, 6, 0, 0, 0, 1, 0x7f, 0xfe, 0, 0, 1, 128],
        &[0x32, 16, 0xff],
        &[0xff; 64],
        &[],
    ];
    for port in [
        "2.1:2123", "2.1:2152", "2.1:2157", "3.9:2123", "3.9:2152", "3.2:1813", "1.1:2157",
    ] {
        for packet in late {
            stranger.send_to(packet, format!("127.118.{port}")).unwrap();
        }
    }
    let mut open = Vec::new();
    for port in [
        "3.1:3868", "4.1:3868", "3.1:8080", "3.2:8080", "4.2:8080", "6.1:8080",
    ] {
        let to = format!("127.118.{port}");
        drop(TcpStream::connect(&to).unwrap_or_else(|e| panic!("{to}: {e}")));
        for bytes in [
            &[1_u8, 0, 0, 200, 0x80][..],
            &[0xff; 300],
            b"POST /x HTTP/1.1\r\nContent-Length: 9\r\n\r\nx",
        ] {
            let mut s = TcpStream::connect(&to).unwrap();
            s.write_all(bytes).unwrap();
            open.push(s);
        }
    }
    let (code, said) = running.end();
    assert_eq!(code, Some(0), "{said}");
    for mut s in open {
        s.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut answer = Vec::new();
        if let Err(e) = s.read_to_end(&mut answer) {
            assert_ne!(e.kind(), std::io::ErrorKind::WouldBlock, "left open");
        }
    }
    let verdict = fs::read_to_string(dir.path().join("verdict.json")).unwrap();
    let verdict: serde_json::Value = serde_json::from_str(&verdict).unwrap();
    for node in ["SGSN", "GGSN-RO", "DRF", "M2ME"] {
        let counted = verdict["counters"][node].as_object();
        let dropped = counted.is_some_and(|c| c.values().any(|n| n.as_u64() > Some(0)));
        assert!(dropped, "{node} counted nothing: {}", verdict["counters"]);
    }
    // who listens for Diameter and HTTP says what came instead
    let diameter = "connection broken off: no Diameter message";
    let http = ["http: not a request", "http: header field not to be met"];
    for (node, why) in [
        ("ICF", &[diameter][..]),
        ("HLR", &[diameter]),
        ("ICF", &http),
        ("DRF", &http),
        ("SHO", &http),
        ("PVA", &http),
    ] {
        for why in why {
            let n = verdict["counters"][node][*why].as_u64();
            assert!(n > Some(0), "{node}, {why}: {}", verdict["counters"]);
        }
    }
}

/// Strangers at the SCTP endpoints: noise, an INIT whose checksum is wrong, one that is right and
/// goes on to nothing, a COOKIE ECHO that nobody baked. The run keeps its promises.
#[test]
fn strangers_at_sctp_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().to_str().unwrap();
    let line = ["run", "walled-garden", "--net", "119", "--out", at];
    let running = common::Running::until(&line, "Activate PDP Context Accept");
    let stranger = UdpSocket::bind("127.119.200.1:9899").unwrap();
    let packet = |tag: u32, kind: u8, value: &[u8]| {
        let mut w = wire::BytesMut::new();
        let ends = (
            "127.119.200.1:40000".parse().unwrap(),
            "127.119.3.1:3868".parse().unwrap(),
        );
        wire::net::sctp(&mut w, ends, 1, tag, |w| {
            wire::net::sctp_chunk(w, kind, 0, &[value]);
        });
        w.split_off(20).to_vec()
    };
    // tag, window, streams each way, first TSN
    let init = [0, 0, 0, 7, 0, 1, 0, 0, 0, 4, 0, 4, 0, 0, 0, 1];
    let right = packet(0, 1, &init);
    let mut wrong = right.clone();
    wrong[8] ^= 1;
    let all = [
        vec![0xff; 64],
        vec![],
        wrong,
        packet(0, 1, &[0; 16]),
        packet(9, 10, &[0x5a; 120]),
        packet(9, 0, &[0; 20]),
        right,
    ];
    for port in ["2.1:9899", "3.1:9899", "4.1:9899"] {
        for octets in &all {
            let to = format!("127.119.{port}");
            stranger.send_to(octets, to).unwrap();
        }
    }
    let (code, said) = running.end();
    assert_eq!(code, Some(0), "{said}");
    let verdict = fs::read_to_string(dir.path().join("verdict.json")).unwrap();
    let verdict: serde_json::Value = serde_json::from_str(&verdict).unwrap();
    for node in ["SGSN", "ICF", "HLR"] {
        let counted = verdict["counters"][node].as_object();
        let dropped = counted.is_some_and(|c| {
            let seen = |reason| c.contains_key(reason);
            seen("checksum wrong") && seen("cookie forged") && seen("INIT malformed")
        });
        assert!(dropped, "{node} counted nothing: {}", verdict["counters"]);
    }
}
