//! What every store does, in memory and in a file: the same questions, the same answers.
#![allow(clippy::unwrap_used)]
use aka::{Opc, Profile};
use engine::{AskId, Rng, Serve, Utc};
use hlr_auc::{
    Answer, Ask, Reserved, ServingNode, Standing, Subscriber,
    records::{Challenge, Purged, ReserveError},
};
use std::sync::{Arc, mpsc};
use store::{Memory, Redb};
use wire::Imsi;

/// A store, and how to wait for it.
struct Store<S> {
    store: S,
    woken: mpsc::Receiver<()>,
    asked: u64,
}

impl<S: Serve<Ask, Answer>> Store<S> {
    fn over(mut store: S) -> Self {
        let (wake, woken) = mpsc::channel();
        // nobody waits any more where a test fails
        store.wake_by(Arc::new(move || wake.send(()).unwrap_or_default()));
        let asked = 0;
        Self {
            store,
            woken,
            asked,
        }
    }

    /// The answers to questions that are asked at once, in the order of the questions.
    fn all(&mut self, asks: impl IntoIterator<Item = (usize, Ask)>) -> Vec<Answer> {
        let first = self.asked;
        let asks: Vec<_> = asks.into_iter().collect();
        let mut answers = vec![None; asks.len()];
        let mut asks = asks.into_iter().map(|(node, ask)| {
            self.asked += 1;
            (node, AskId(self.asked - 1), ask)
        });
        self.store.submit(&mut asks);
        while answers.contains(&None) {
            match self.store.ready() {
                Some((_, id, answer)) => {
                    let old = answers[(id.0 - first) as usize].replace(answer);
                    assert_eq!(old, None, "answered twice");
                }
                None => self.woken.recv().unwrap(),
            }
        }
        answers.into_iter().flatten().collect()
    }

    fn one(&mut self, ask: Ask) -> Answer {
        self.all([(0, ask)]).remove(0)
    }

    fn given(&mut self, ask: Ask) -> Box<Reserved> {
        reserved(self.one(ask))
    }
}

fn reserved(answer: Answer) -> Box<Reserved> {
    match answer {
        Answer::Reserved(Ok(r)) => r,
        other => panic!("{other:?}"),
    }
}

/// Each test twice: over a store in memory and over one in a file, both with sets for two nodes.
macro_rules! both {
    ($($name:ident)*) => {
        mod memory {
            use super::*;
            $(#[test]
            fn $name() {
                super::$name(Store::over(Memory::new()));
            })*
        }
        mod file {
            use super::*;
            $(#[test]
            fn $name() {
                let dir = tempfile::tempdir().unwrap();
                super::$name(Store::over(open(&dir.path().join("store"))));
            })*
        }
    };
}
both! {
    numbers_are_given_once_and_each_node_has_its_own_records
    questions_on_one_subscriber_are_answered_in_order
    a_repeated_request_is_given_the_same_for_four_minutes
    a_request_that_was_refused_is_not_remembered
    resynchronisation_counts_once
}

fn open(path: &std::path::Path) -> Redb {
    Redb::create(path).unwrap().with(0, "icf").with(1, "hlr")
}

fn imsi(n: u32) -> Imsi {
    format!("99901{n:010}").parse().unwrap()
}

fn subscriber(n: u32) -> Subscriber {
    Subscriber::new(imsi(n), [1; 16].into(), Opc::from([2; 16]).into())
}

fn put(n: u32) -> Ask {
    Ask::Put(subscriber(n).into())
}

/// `count` numbers for `node`, whose request has this identifier.
fn reserve(n: u32, node: &str, request: Option<u32>, count: u8, secs: u64) -> Ask {
    Ask::Reserve {
        imsi: imsi(n),
        node: node.to_owned(),
        request,
        rands: (0..count).map(|i| [i; 16]).collect(),
        resync: None,
        utc: Utc::from_secs(secs),
    }
}

fn seqs(challenges: &[Challenge]) -> Vec<u64> {
    let profile = Profile::PROFILE_2;
    challenges.iter().map(|(_, s)| profile.seq(*s)).collect()
}

fn numbers_are_given_once_and_each_node_has_its_own_records<S: Serve<Ask, Answer>>(
    mut store: Store<S>,
) {
    let answers = store.all([
        (0, put(1)),
        (0, reserve(1, "a", None, 2, 0)),
        (0, reserve(1, "b", None, 2, 0)),
        (1, reserve(1, "a", None, 2, 0)),
    ]);
    let [_, a, b, other] = answers.try_into().unwrap();
    let (a, b) = (reserved(a), reserved(b));
    assert_eq!(seqs(&a.challenges), [1, 2]);
    assert_eq!(seqs(&b.challenges), [3, 4]);
    assert_eq!(other, Answer::Reserved(Err(ReserveError::Unknown)));
    let rands: Vec<_> = a.challenges.iter().map(|(rand, _)| *rand).collect();
    assert_eq!(rands, [[0; 16], [1; 16]]);
    let ind = |r: &Reserved, i: usize| Profile::PROFILE_2.ind(r.challenges[i].1);
    assert_eq!(ind(&a, 0), ind(&a, 1));
    assert_ne!(ind(&a, 0), ind(&b, 0));
}

fn questions_on_one_subscriber_are_answered_in_order<S: Serve<Ask, Answer>>(mut store: Store<S>) {
    let node = |host: &str| ServingNode {
        host: host.to_owned(),
        realm: "visited".to_owned(),
        plmn: None,
        mme: false,
    };
    let moved = |known, previous: Option<&str>| Answer::Moved {
        known,
        previous: previous.map(node),
    };
    let serve = |host: &str| Ask::UpdateServing {
        imsi: imsi(1),
        node: node(host),
    };
    let purge = |host: &str| Ask::Purge {
        imsi: imsi(1),
        host: host.to_owned(),
    };
    let standing = Ask::SetStanding(imsi(1), Standing::Barred);
    let steps = [
        (Ask::Fetch(imsi(1)), Answer::Subscriber(None)),
        (serve("a"), moved(false, None)),
        (Ask::Insert(subscriber(1).into()), Answer::Stored(true)),
        (Ask::Insert(subscriber(1).into()), Answer::Stored(false)),
        (serve("a"), moved(true, None)),
        (purge("b"), Answer::Purged(Purged::Elsewhere)),
        (serve("b"), moved(true, Some("a"))),
        (purge("B"), Answer::Purged(Purged::Here)),
        (standing, moved(true, None)),
        (serve("c"), moved(true, None)),
        (Ask::Release(imsi(1)), moved(true, Some("c"))),
        (Ask::Release(imsi(1)), moved(true, None)),
        (serve("d"), moved(true, None)),
        (
            Ask::Fetch(imsi(1)),
            Answer::Subscriber(Some(Box::new(Subscriber {
                standing: Standing::Barred,
                serving: Some(node("d")),
                ..subscriber(1)
            }))),
        ),
        (Ask::Delete(imsi(1)), moved(true, Some("d"))),
        (Ask::Delete(imsi(1)), moved(false, None)),
        (purge("d"), Answer::Purged(Purged::Unknown)),
        (Ask::Fetch(imsi(1)), Answer::Subscriber(None)),
    ];
    // all at once, then one by one
    let answers = store.all(steps.iter().map(|(ask, _)| (0, ask.clone())));
    for (i, ((ask, expected), answer)) in steps.iter().zip(answers).enumerate() {
        assert_eq!(answer, *expected, "{i}: {ask:?}");
    }
    for (ask, expected) in steps {
        assert_eq!(store.one(ask.clone()), expected, "{ask:?}");
    }
}

fn a_repeated_request_is_given_the_same_for_four_minutes<S: Serve<Ask, Answer>>(
    mut store: Store<S>,
) {
    store.all([(0, put(1)), (0, put(2)), (1, put(1))]);
    let first = store.given(reserve(1, "SGSN", Some(7), 2, 100));
    let again = |secs| Ask::Reserve {
        imsi: imsi(1),
        node: "sgsn".to_owned(),
        request: Some(7),
        rands: vec![[0xee; 16]; 2],
        resync: None,
        utc: Utc::from_secs(secs),
    };
    let second = store.given(again(339));
    assert_eq!(second.challenges, first.challenges);
    assert_eq!(second.subscriber, first.subscriber);
    // another request, host, subscriber, set of records: none of them is a repetition
    let next = store.given(reserve(1, "sgsn", Some(8), 1, 339));
    assert_eq!(seqs(&next.challenges), [3]);
    let next = store.given(reserve(1, "sgsn2", Some(7), 1, 339));
    assert_eq!(seqs(&next.challenges), [4]);
    let next = store.given(reserve(2, "sgsn", Some(7), 1, 339));
    assert_eq!(seqs(&next.challenges), [1]);
    let next = store.all([(1, reserve(1, "sgsn", Some(7), 1, 339))]);
    assert_eq!(seqs(&reserved(next[0].clone()).challenges), [1]);
    // without an identifier nothing is a repetition
    let next = store.given(reserve(1, "sgsn", None, 1, 339));
    assert_eq!(seqs(&next.challenges), [5]);
    // both in one batch
    let twice = [9, 9].map(|request| (0, reserve(1, "sgsn", Some(request), 1, 339)));
    let [a, b] = store.all(twice).try_into().unwrap();
    assert_eq!(a, b);
    assert_eq!(seqs(&reserved(a).challenges), [6]);
    // four minutes after the first the identifier may be another request's
    let late = store.given(again(340));
    assert_eq!(seqs(&late.challenges), [7, 8]);
    // of a subscriber that is gone nothing is given
    store.one(Ask::Delete(imsi(1)));
    let gone = store.one(again(341));
    assert_eq!(gone, Answer::Reserved(Err(ReserveError::Unknown)));
}

fn a_request_that_was_refused_is_not_remembered<S: Serve<Ask, Answer>>(mut store: Store<S>) {
    let mut s = subscriber(1);
    s.seq = Profile::PROFILE_2.max_seq() - 1;
    store.one(Ask::Put(s.clone().into()));
    let exhausted = store.one(reserve(1, "sgsn", Some(1), 2, 0));
    assert_eq!(exhausted, Answer::Reserved(Err(ReserveError::Exhausted)));
    let there = store.one(Ask::Fetch(s.imsi));
    assert_eq!(there, Answer::Subscriber(Some(s.clone().into())));
    // a new K, and the request comes again
    s.seq = 0;
    store.one(Ask::Put(s.into()));
    let given = store.given(reserve(1, "sgsn", Some(1), 2, 0));
    assert_eq!(seqs(&given.challenges), [1, 2]);
}

fn resynchronisation_counts_once<S: Serve<Ask, Answer>>(mut store: Store<S>) {
    let s = subscriber(1);
    let functions = s.algorithm.keyed(&s.k, &s.operator_code).unwrap();
    store.one(Ask::Put(s.into()));
    let rand = [5; 16];
    let auts = functions.auts(&rand, Profile::PROFILE_2.sqn(5000, 0));
    let ask = |auts: aka::Auts| Ask::Reserve {
        imsi: imsi(1),
        node: "sgsn".to_owned(),
        request: Some(1),
        rands: vec![[6; 16]],
        resync: Some((rand, auts)),
        utc: Utc(0),
    };
    let mut forged = auts;
    forged[13] ^= 1;
    let refused = store.one(ask(forged));
    assert_eq!(refused, Answer::Reserved(Err(ReserveError::BadAuts)));
    let first = store.given(ask(auts));
    assert!(first.resync.is_some());
    assert_eq!(seqs(&first.challenges), [5001]);
    let again = store.given(ask(auts));
    assert_eq!(again.challenges, first.challenges);
    assert_eq!(again.resync, None, "it was done, and is told once");
}

/// A question on one of a few subscribers, by chance.
fn any(rng: &mut Rng, secs: u64) -> Ask {
    let n = rng.below(5) as u32;
    let imsi = imsi(n);
    let host = format!("sgsn{}", rng.below(3));
    match rng.below(12) {
        0 => put(n),
        1 => Ask::Insert(subscriber(n).into()),
        2 => Ask::Delete(imsi),
        3 => Ask::Release(imsi),
        4 => Ask::Purge { imsi, host },
        5 => Ask::UpdateServing {
            imsi,
            node: ServingNode {
                host,
                realm: "visited".to_owned(),
                plmn: "001-01".parse().ok(),
                mme: false,
            },
        },
        6 => Ask::SetStanding(imsi, Standing::Quarantined),
        7 | 8 => Ask::Fetch(imsi),
        _ => {
            let request = (rng.below(4) > 0).then(|| rng.below(40) as u32);
            reserve(n, &host, request, rng.below(3) as u8, secs)
        }
    }
}

/// Whatever is asked, in whatever batches: a file answers as memory does, over restarts too.
#[test]
fn a_file_and_memory_are_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store");
    let mut memory = Store::over(Memory::new());
    let mut rng = Rng::seed(33_812);
    let mut given = 0;
    for round in 0..60 {
        let mut file = Store::over(open(&path));
        for batch in 0..rng.below(6) {
            let secs = round * 20 + batch;
            let asks: Vec<_> = (0..rng.below(20))
                .map(|_| (rng.below(2) as usize, any(&mut rng, secs)))
                .collect();
            let answers = file.all(asks.clone());
            assert_eq!(answers, memory.all(asks.clone()), "{round}: {asks:?}");
            let is_given = |a: &&Answer| matches!(a, Answer::Reserved(Ok(_)));
            given += answers.iter().filter(is_given).count();
        }
        for (node, name) in [(0, "icf"), (1, "hlr")] {
            let mut seen = Vec::new();
            file.store.each(name, |s| seen.push(s.unwrap())).unwrap();
            let records = memory.store.records(node);
            let expected: Vec<_> = records.iter().flat_map(|r| r.iter().cloned()).collect();
            assert_eq!(seen, expected);
        }
    }
    assert!(given > 100, "{given}");
}

#[test]
fn a_person_lists_and_changes_what_is_in_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store");
    let store = Redb::create(&path).unwrap();
    assert_eq!(store.names().unwrap(), [""; 0]);
    for (name, n) in [("icf", 1), ("icf2", 7), ("hlr", 2), ("icf", 3)] {
        assert_eq!(store.ask(name, put(n)), Answer::Stored(true));
    }
    drop(store);
    let store = Redb::create(&path).unwrap();
    assert_eq!(store.names().unwrap(), ["hlr", "icf", "icf2"]);
    let list = |name| {
        let mut all = Vec::new();
        store.each(name, |s| all.push(s.unwrap().imsi)).unwrap();
        all
    };
    assert_eq!(list("icf"), [imsi(1), imsi(3)]);
    assert_eq!(list("ic"), []);
    let fetched = store.ask("hlr", Ask::Fetch(imsi(2)));
    assert_eq!(fetched, Answer::Subscriber(Some(subscriber(2).into())));
    store.ask("icf", Ask::Delete(imsi(1)));
    assert_eq!(list("icf"), [imsi(3)]);
}

#[test]
fn a_node_without_a_set_is_told_so() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::over(open(&dir.path().join("store")));
    let answers = store.all([(5, Ask::Fetch(imsi(1)))]);
    assert!(matches!(answers[0], Answer::Failed(_)), "{answers:?}");
}
