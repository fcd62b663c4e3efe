//! Every node loses its power at every message boundary of the procedure (virtual time): the device
//! ends provisioned, once, and what the SHO holds is what the TRE has.
#![allow(clippy::disallowed_methods)] // runs that have nothing to do with each other
use lab::{
    run::cut::{Cut, Ended, virtually},
    scenarios::{self, Scenario},
};
use std::sync::Mutex;

mod common;

/// The whole procedure; it is over when the device is in operation and its SHO knows.
static CUT: Scenario = Scenario {
    name: "cut",
    text: "a node loses its power",
    until: &[],
    until_all: &["event.m2me.operational", "event.sho.report"],
    seconds: 7200,
    ..scenarios::USUAL
};

/// Those who may be cut.
const NODES: &[&str] = &[
    "M2ME", "SGSN", "ICF", "DRF", "DPF", "GGSN-RO", "HLR", "SHO", "GGSN-SHO", "PVA", "CCIF",
];

const SEED: u64 = 1;

fn run(cut: Option<Cut>) -> Ended {
    virtually(&CUT, 0, SEED, cut, None, false).unwrap()
}

/// What is wrong with how a run ended.
fn wrong(e: &Ended) -> Option<String> {
    let facts = &e.lead.observer.facts;
    if e.lead.late {
        let has = |f: &str| facts.has(f);
        return Some(format!(
            "late: operational {}, reported {}",
            has("event.m2me.operational"),
            has("event.sho.report")
        ));
    }
    let Some(imsi) = &e.device else {
        return Some("the TRE has no application".into());
    };
    let held: Vec<_> = e.subscriptions.iter().map(|s| &s.1).collect();
    if held != [imsi] {
        return Some(format!("the SHO holds {held:?}, the TRE {imsi}"));
    }
    let there: Vec<_> = e.subscribers.iter().map(ToString::to_string).collect();
    if there != [imsi.clone()] {
        return Some(format!("the HLR has {there:?}, the TRE {imsi}"));
    }
    (e.provisioned != 1).then(|| format!("provisioned {} times", e.provisioned))
}

#[test]
fn every_node_is_cut_at_every_message_boundary() {
    let whole = run(None);
    assert_eq!(wrong(&whole), None);
    let messages = whole.lead.observer.ladder.len();
    assert!(messages > 60, "{messages}");
    let all = NODES
        .iter()
        .flat_map(|n| (0..=messages).map(move |at| (*n, at)));
    let todo = Mutex::new(all.collect::<Vec<_>>());
    let failed = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let Some((node, after)) = todo.lock().unwrap().pop() else {
                        return;
                    };
                    let node = node.to_owned();
                    let cut = Cut { node, after };
                    if let Some(why) = wrong(&run(Some(cut.clone()))) {
                        let replay = format!("fosterling run --virtual --seed {SEED} --cut {cut}");
                        failed.lock().unwrap().push(format!("{replay}: {why}"));
                    }
                }
            });
        }
    });
    let mut failed = failed.into_inner().unwrap();
    failed.sort();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// What a restarted SGSN says to base station and mobile, as tshark reads it: the NS-VC is dead, the
/// mobile is to attach again, and hears it at the first word.
#[test]
fn tshark_reads_what_a_restarted_sgsn_says() {
    let Some(tshark) = common::strict("cuts::sgsn") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let cut = Cut {
        node: "SGSN".into(),
        after: 40,
    };
    let ended = virtually(&CUT, 0, SEED, Some(cut), Some(dir.path()), false).unwrap();
    assert_eq!(wrong(&ended), None);
    let merged = dir.path().join("merged.pcapng");
    let down = "ip.src == 127.0.2.1 && ip.dst == 127.0.1.1";
    let status = format!("{down} && nsip.pdu_type == 0x08 && nsip.cause == 0x0a");
    assert!(tshark.count(&merged, &status) > 0, "{status}");
    // TS 24.008 10.5.5.5: re-attach required; 10.5.5.14: implicitly detached
    let anew = "gsm_a.dtap.msg_gmm_type == 0x05 && gsm_a.gm.gmm.cause == 10";
    let asked = tshark.count(&merged, &format!("{down} && {anew}"));
    assert_eq!(asked, 1, "the mobile took it at the first word");
    let accepted = "gsm_a.dtap.msg_gmm_type == 0x06 && ip.src == 127.0.1.1";
    assert!(tshark.count(&merged, accepted) > 0, "{accepted}");
    let wrong = "_ws.malformed || _ws.expert.severity >= 8388608";
    assert_eq!(tshark.text(&merged, wrong, &[]), "");
}

/// On the command line: the ladder shows what follows.
#[test]
fn a_cut_by_hand() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().to_str().unwrap();
    let run = |cut: &str| {
        let line = ["run", "--virtual", "--cut", cut, "--out", out];
        common::answer(&line)
    };
    let o = run("dpf@40");
    assert_eq!(o.status.code(), Some(0), "{}", common::err(&o));
    let whole = self::run(None).lead.observer.ladder.len();
    let rungs = common::out(&o).lines().count();
    assert!(rungs > whole, "{rungs} {whole}");
    for (cut, words) in [
        ("nobody@4", "NOBODY"),
        ("DPF", "DPF@40"),
        ("DPF@x", "DPF@40"),
    ] {
        let o = run(cut);
        assert_eq!(o.status.code(), Some(2), "{cut}");
        assert!(common::err(&o).contains(words), "{}", common::err(&o));
    }
}
