//! A store whose process is killed: what was answered stays, and no sequence number is given twice.
#![allow(clippy::unwrap_used)]
use aka::{Opc, Profile, Sqn};
use engine::{AskId, Rng, Serve, Utc};
use hlr_auc::{Answer, Ask, ServingNode, Subscriber, records::Challenge};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead, BufReader, Read, Write},
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, mpsc},
};
use store::Redb;
use wire::Imsi;

const SUBSCRIBERS: u32 = 8;
const OUTSTANDING: usize = 16;
/// The file and the first identifier, for the process that is killed.
const CHILD: &str = "FOSTERLING_TEST_STORE";

fn imsi(n: u32) -> Imsi {
    format!("99901{n:010}").parse().unwrap()
}

/// What the request with this identifier asks, and about whom.
fn reserve(request: u32) -> Ask {
    Ask::Reserve {
        imsi: imsi(request % SUBSCRIBERS),
        node: "sgsn".to_owned(),
        request: Some(request),
        rands: vec![Rng::seed(request.into()).array()],
        resync: None,
        utc: Utc(0),
    }
}

/// Each request is followed by an update that carries its identifier.
fn serve(request: u32) -> Ask {
    Ask::UpdateServing {
        imsi: imsi(request % SUBSCRIBERS),
        node: ServingNode {
            host: format!("{request:010}"),
            realm: String::new(),
            plmn: None,
            mme: false,
        },
    }
}

/// Asks until it is killed, and tells what it asks and what it is answered.
fn child(path: &Path, mut next: u32) {
    let mut store = Redb::create(path).unwrap().with(0, "icf");
    for n in 0..SUBSCRIBERS {
        let s = Subscriber::new(imsi(n), [1; 16].into(), Opc::from([2; 16]).into());
        store.ask("icf", Ask::Insert(s.into()));
    }
    let (wake, woken) = mpsc::channel();
    store.wake_by(Arc::new(move || wake.send(()).unwrap_or_default()));
    let mut out = io::stdout();
    let mut outstanding = 0;
    loop {
        while outstanding < OUTSTANDING {
            writeln!(out, "asked {next}").unwrap();
            let id = AskId(u64::from(next) * 2);
            let asks = [(0, id, reserve(next)), (0, AskId(id.0 + 1), serve(next))];
            store.submit(&mut asks.into_iter());
            outstanding += 2;
            next += 1;
        }
        let Some((_, AskId(id), answer)) = store.ready() else {
            woken.recv().unwrap();
            continue;
        };
        outstanding -= 1;
        let request = id / 2;
        match answer {
            Answer::Reserved(Ok(r)) => {
                let (_, sqn) = r.challenges[0];
                writeln!(out, "given {request} {}", sqn.value()).unwrap();
            }
            Answer::Moved { known: true, .. } => writeln!(out, "served {request}").unwrap(),
            other => panic!("{other:?}"),
        }
    }
}

/// All that was told by processes of which none lives.
#[derive(Default)]
struct Told {
    asked: BTreeSet<u32>,
    given: BTreeMap<u32, u64>,
    /// The last update that was answered, by subscriber.
    served: BTreeMap<u32, u32>,
    numbers: BTreeSet<(u32, u64)>,
}

impl Told {
    fn line(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |i: usize| words.get(i).and_then(|w| w.parse::<u64>().ok());
        match (words[0], number(1), number(2)) {
            ("asked", Some(request), None) => {
                self.asked.insert(request as u32);
            }
            ("given", Some(request), Some(sqn)) => self.give(request as u32, sqn),
            ("served", Some(request), None) => {
                let request = request as u32;
                self.served.insert(request % SUBSCRIBERS, request);
            }
            // what the test's own process prints
            _ => {}
        }
    }

    fn give(&mut self, request: u32, sqn: u64) {
        self.given.insert(request, sqn);
        let new = self.numbers.insert((request % SUBSCRIBERS, sqn));
        assert!(new, "{sqn:x} was given twice, at last to request {request}");
    }

    /// Holds the store against what was told.
    fn check(&mut self, store: &Redb) {
        let profile = Profile::PROFILE_2;
        for n in 0..SUBSCRIBERS {
            let answer = store.ask("icf", Ask::Fetch(imsi(n)));
            let Answer::Subscriber(Some(s)) = answer else {
                panic!("subscriber {n} is gone: {answer:?}")
            };
            let numbers = self.numbers.range((n, 0)..(n + 1, 0)).next_back();
            let highest = numbers.map_or(0, |(_, sqn)| profile.seq(Sqn::new(*sqn).unwrap()));
            assert!(s.seq >= highest, "{} is below {highest}", s.seq);
            let there = s.serving.map(|node| node.host.parse::<u32>().unwrap());
            let mine = |r: &&u32| **r % SUBSCRIBERS == n;
            let last = self.asked.iter().rev().find(mine).copied();
            assert!(there >= self.served.get(&n).copied(), "subscriber {n}");
            assert!(there <= last, "nobody asked for that");
        }
        let given = |request| match store.ask("icf", reserve(request)) {
            Answer::Reserved(Ok(r)) => r.challenges[0],
            other => panic!("{other:?}"),
        };
        // whatever was given is given again: the last ones, as their senders repeat them
        let (_, fresh): (Vec<_>, Vec<_>) =
            self.asked.iter().partition(|r| self.given.contains_key(r));
        for (request, sqn) in self.given.iter().rev().take(64) {
            let (rand, again): Challenge = given(*request);
            assert_eq!(again.value(), *sqn, "request {request}");
            assert_eq!(rand, Rng::seed((*request).into()).array());
        }
        // what was asked and not answered is given what nobody has
        for request in fresh {
            self.give(request, given(request).1.value());
        }
    }
}

#[test]
fn kill_9_and_restart() {
    if let Some(order) = std::env::var_os(CHILD) {
        let order = order.into_string().unwrap();
        let (first, path) = order.split_once(' ').unwrap();
        child(Path::new(path), first.parse().unwrap());
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store");
    let mut told = Told::default();
    for round in 0..20 {
        let first = told.asked.last().map_or(0, |last| last + 1);
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill_9_and_restart", "--nocapture"])
            .env(CHILD, format!("{first} {}", path.display()))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        // how many lines it lives for
        for _ in 0..=Rng::seed(round).below(1200) {
            line.clear();
            lines.read_line(&mut line).unwrap();
            told.line(line.trim_end());
        }
        process.kill().unwrap();
        process.wait().unwrap();
        // what it had said when it was killed; half a line is none
        let mut rest = String::new();
        lines.read_to_string(&mut rest).unwrap();
        let whole = rest.rfind('\n').map_or("", |end| &rest[..end]);
        whole.lines().for_each(|line| told.line(line));
        let store = Redb::create(&path).unwrap();
        told.check(&store);
    }
    assert!(told.given.len() > 1000, "{}", told.given.len());
}
