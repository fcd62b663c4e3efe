//! Virtual time: one seed gives one set of files; what is too slow for a short run; the ladder.
use lab::{
    run::Setting,
    scenarios::{self, Mode, Scenario, Signalling},
};
use std::{fs, path::Path};

mod common;

#[test]
fn every_scenario_keeps_its_promises() {
    for s in scenarios::all().filter(|s| s.mode != Mode::Sockets) {
        for seed in [1, 2] {
            common::virtually(s, seed, None);
        }
    }
}

/// However home networks are asked: the same scenarios, the same promises.
#[test]
fn by_map_too() {
    by(Signalling::Map);
}

#[test]
fn by_gsup_too() {
    by(Signalling::Gsup);
}

fn by(signalling: Signalling) {
    let setting = Setting {
        signalling,
        ..Setting::from(0)
    };
    let all = scenarios::all().filter(|s| s.signalling.is_none() && s.speaks(signalling));
    let mut count = 0;
    for s in all {
        common::kept(lab::run::virtually(s, setting, 3, None, false).unwrap());
        count += 1;
    }
    assert!(count >= 20, "{count}");
}

#[test]
fn one_seed_gives_one_set_of_files() {
    let dir = tempfile::tempdir().unwrap();
    let run = |scenario: &str, seed: &str, out: &str| {
        let out = dir.path().join(out);
        let at = out.to_str().unwrap();
        let line = [
            "run",
            scenario,
            "--virtual",
            "--seed",
            seed,
            "--quiet",
            "--out",
            at,
        ];
        let o = common::answer(&line);
        assert_eq!(o.status.code(), Some(0), "{}", common::err(&o));
        common::files(&out)
    };
    for s in ["alt1", "resync", "walled-garden"] {
        let (a, b) = (
            run(s, "7", &format!("{s}-a")),
            run(s, "7", &format!("{s}-b")),
        );
        let names =
            |f: &[(std::path::PathBuf, Vec<u8>)]| f.iter().map(|f| f.0.clone()).collect::<Vec<_>>();
        assert_eq!(names(&a), names(&b));
        for file in [
            "ladder.txt",
            "legs/gb.pcapng",
            "merged.pcapng",
            "truth.jsonl",
            "verdict.json",
        ] {
            assert!(
                names(&a).iter().any(|n| n == Path::new(file)),
                "{s}: no {file}"
            );
        }
        for ((name, first), (_, again)) in a.iter().zip(&b) {
            assert!(
                first == again,
                "{s}: {} differs for one seed",
                name.display()
            );
        }
        let other = run(s, "8", &format!("{s}-c"));
        for file in ["merged.pcapng", "legs/gb.pcapng"] {
            let of = |f: &[(std::path::PathBuf, Vec<u8>)]| {
                f.iter()
                    .find(|f| f.0 == Path::new(file))
                    .map(|f| f.1.clone())
            };
            assert!(
                of(&a) != of(&other),
                "{s}: {file} is the same for another seed"
            );
        }
    }
}

/// A run over an older one leaves what a run into a new folder leaves.
#[test]
fn a_folder_is_used_again() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    common::virtually(common::scenario("alt1"), 1, Some(old.path()));
    common::virtually(common::scenario("wrong-key"), 1, Some(old.path()));
    common::virtually(common::scenario("wrong-key"), 1, Some(new.path()));
    assert!(common::files(old.path()) == common::files(new.path()));
}

#[test]
fn the_ladder_is_the_golden_one() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/alt1.ladder.txt");
    let ladder = common::blanked(&common::virtually(common::scenario("alt1"), 7, None));
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|v| v == "1") {
        fs::write(&golden, &ladder).unwrap();
    }
    let expected = fs::read_to_string(&golden).unwrap();
    assert_eq!(ladder, expected, "UPDATE_GOLDEN=1 writes the file anew");
    let other = common::blanked(&common::virtually(common::scenario("alt1"), 8, None));
    assert_eq!(ladder, other, "chance changes the ladder");
}

/// The whole procedure, and then nothing to do for ten minutes.
static IDLE: Scenario = Scenario {
    name: "idle",
    text: "connections are kept where nobody has anything to say",
    promise: &["event.m2me.operational"],
    never: &["event.m2me.failed", "realm-wrong", "wall.breach"],
    seconds: 600,
    ..scenarios::USUAL
};

#[test]
fn connections_without_traffic_are_kept_alive() {
    let Some(tshark) = common::strict("virtual-keep-alive") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let lead = lab::run::virtually(&IDLE, 0, 7, Some(dir.path()), false).unwrap();
    assert_eq!(lead.broken(), (vec![], vec![]));
    assert!(lead.late, "nothing but the clock ends it");
    let merged = dir.path().join("merged.pcapng");
    let wrong = "_ws.malformed || _ws.expert.severity >= 6291456 || tcp.flags.reset == 1";
    assert_eq!(tshark.text(&merged, wrong, &[]), "");
    let leg = |name: &str| dir.path().join("legs").join(format!("{name}.pcapng"));
    let times = |name: &str, filter: &str| -> Vec<f64> {
        let rows = tshark.fields(leg(name), filter, &["frame.time_relative"]);
        rows.iter().map(|r| r[0].parse().unwrap()).collect()
    };
    let regular = |what: &str, times: &[f64], least: f64, most: f64| {
        for pair in times.windows(2) {
            let gap = pair[1] - pair[0];
            assert!(
                (least..=most).contains(&gap),
                "{what}: {gap} s in {times:?}"
            );
        }
        let last = times.last().copied().unwrap_or_default();
        assert!(last > 600.0 - most, "{what} ends at {last} s: {times:?}");
    };
    // RFC 3539 3.4.1: Tw of 30 s with 2 s of jitter; each peer that is silent is asked and answers
    for (name, asker) in [("s6d-ro", "127.0.2.1"), ("s6d-sho", "127.0.2.1")] {
        let asked = times(
            name,
            "diameter.cmd.code == 280 && diameter.flags.request == 1",
        );
        let good = "diameter.cmd.code == 280 && diameter.flags.request == 0 && diameter.Result-Code == 2001";
        let answered = times(name, good);
        assert_eq!(asked.len(), answered.len(), "{name}");
        assert!(asked.len() >= 17, "{name}: {asked:?}");
        regular(name, &asked, 0.0, 33.0);
        let by = format!("diameter.cmd.code == 280 && ip.addr == {asker}");
        assert_eq!(tshark.count(leg(name), &by), asked.len() * 2, "{name}");
    }
    // TS 48.016 7.4: Tns-test of 30 s, from either side
    for (what, ip) in [("the BSS", "127.0.1.1"), ("the SGSN", "127.0.2.1")] {
        let tests = times("gb", &format!("nsip.pdu_type == 0x0a && ip.src == {ip}"));
        assert!(tests.len() >= 17, "{what}: {tests:?}");
        regular(what, &tests, 25.0, 33.0);
    }
    let (asked, acknowledged) = ("nsip.pdu_type == 0x0a", "nsip.pdu_type == 0x0b");
    assert_eq!(times("gb", asked).len(), times("gb", acknowledged).len());
    // TS 29.060 7.2.1: not more than once in 60 s
    let echoes = times("gp", "gtp.message == 0x01 && ip.dst == 127.0.4.9");
    regular("echo", &echoes, 59.999, 130.0);
    assert!(echoes.len() >= 5, "{echoes:?}");
}
