//! An HLR over a store file is killed after it answered: the request that its peer sends again, with
//! the T flag (RFC 6733 3, 5.5.4), gets the answer that it got before.
// a test is outside of the machines: it may start programs
#![allow(clippy::disallowed_methods)]
#[path = "../../hlr-auc/tests/common/mod.rs"]
mod common;

use common::{Lab, subscriber, vectors};
use diameter_s6a::msg::flags;
use engine::Rng;
use hlr_auc::{Answer, Ask, Hlr};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};
use store::Redb;

/// Which life of the HLR, the end-to-end identifier, whether it is a repetition, and the file: for
/// the process that is killed.
const LIFE: &str = "FOSTERLING_TEST_HLR";

/// Answers one request, and waits to be killed.
fn life(n: u64, end_to_end: u32, again: bool, file: &Path) {
    let redb = Redb::create(file).unwrap();
    let known = redb.ask("icf", Ask::Fetch(common::imsi()));
    if let Answer::Subscriber(None) = known {
        redb.ask("icf", Ask::Insert(subscriber().into()));
    }
    let mut lab = Lab::new(subscriber());
    lab.store = Some(Box::new(move |ask| redb.ask("icf", ask)));
    // each life draws other challenges
    lab.hlr = Hlr::new(lab.hlr.config().clone(), Rng::seed(n));
    let host = lab.sgsns[0].identity.host.clone();
    let sgsn = lab.sgsn(&host);
    let mut air = lab.air(sgsn, 2, None);
    air.header.end_to_end = end_to_end;
    if again {
        air.header.flags |= flags::T;
    }
    let aia = lab.ask(sgsn, air);
    let given = vectors(&aia)
        .iter()
        .map(|v| (&v.rand.0, &v.autn.0, &v.xres[..]));
    let given: Vec<_> = given.collect();
    assert_eq!(given.len(), 2);
    println!("answer {given:02x?}");
    // until it is killed: nothing is closed, nothing is flushed
    loop {
        std::thread::park();
    }
}

/// One life, from its start to SIGKILL; what it answered.
fn answered(n: u64, end_to_end: u32, again: bool, file: &Path) -> String {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_same_answer_after_kill_9", "--nocapture"])
        .env(LIFE, format!("{n} {end_to_end} {again} {}", file.display()))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut lines = lines.map_while(Result::ok);
    let answer = lines.find_map(|l| Some(l.split_once("answer ")?.1.to_owned()));
    process.kill().unwrap();
    process.wait().unwrap();
    answer.expect("no answer")
}

#[test]
fn the_same_answer_after_kill_9() {
    if let Some(order) = std::env::var_os(LIFE) {
        let order = order.into_string().unwrap();
        let mut words = order.splitn(4, ' ');
        let mut word = || words.next().unwrap();
        let n = word().parse().unwrap();
        let end_to_end = word().parse().unwrap();
        let again = word().parse().unwrap();
        return life(n, end_to_end, again, Path::new(word()));
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store");
    let first = answered(1, 7, false, &file);
    assert_eq!(answered(2, 7, true, &file), first);
    // and a third time; another request is given what nobody had
    let other = answered(3, 8, false, &file);
    assert_ne!(other, first);
    assert_eq!(answered(4, 7, true, &file), first);
    assert_eq!(answered(5, 8, true, &file), other);
}
