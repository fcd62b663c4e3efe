//! Sequence numbers a second, and commits a second, with so many questions outstanding: in memory
//! and in a file. `cargo bench -p fosterling-store [-- DIRECTORY]` says on which disk.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]
use aka::Opc;
use engine::{AskId, Rng, Serve, Utc};
use hlr_auc::{Answer, Ask, Subscriber};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};
use store::{Memory, Redb};
use wire::Imsi;

const SUBSCRIBERS: u64 = 100_000;
const TIME: Duration = Duration::from_secs(3);

fn imsi(n: u64) -> Imsi {
    format!("99901{n:010}").parse().unwrap()
}

fn subscriber(n: u64) -> Subscriber {
    Subscriber::new(imsi(n), [1; 16].into(), Opc::from([2; 16]).into())
}

/// What a request for vectors asks: the record first, then a number.
struct Load {
    rng: Rng,
    next: u64,
    start: Instant,
}

impl Load {
    fn fetch(&mut self) -> Ask {
        Ask::Fetch(imsi(self.rng.below(SUBSCRIBERS)))
    }

    fn reserve(&mut self, imsi: Imsi) -> Ask {
        self.next += 1;
        Ask::Reserve {
            imsi,
            node: "sgsn.epc.mnc001.mcc001.3gppnetwork.org".to_owned(),
            request: Some(self.next as u32),
            rands: vec![self.rng.array()],
            resync: None,
            utc: Utc(self.start.elapsed().as_nanos() as u64),
        }
    }
}

fn measure<S: Serve<Ask, Answer>>(name: &str, store: &mut S, commits: &Commits, load: &mut Load) {
    for outstanding in [1, 16, 256] {
        let before = commits.count.load(Ordering::Relaxed);
        let mut times = Vec::new();
        let mut begun = vec![Instant::now(); outstanding];
        let first = (0..outstanding as u64).map(|i| (0, AskId(i), load.fetch()));
        let first: Vec<_> = first.collect();
        store.submit(&mut first.into_iter());
        let start = Instant::now();
        while start.elapsed() < TIME {
            let mut more = Vec::new();
            while let Some((_, id, answer)) = store.ready() {
                let ask = match answer {
                    Answer::Subscriber(Some(s)) => load.reserve(s.imsi),
                    Answer::Reserved(Ok(_)) => {
                        let slot = &mut begun[id.0 as usize];
                        times.push(slot.elapsed());
                        *slot = Instant::now();
                        load.fetch()
                    }
                    other => panic!("{other:?}"),
                };
                more.push((0, id, ask));
            }
            if more.is_empty() {
                commits.woken.recv().unwrap();
            }
            store.submit(&mut more.into_iter());
        }
        let secs = start.elapsed().as_secs_f64();
        let done = commits.count.load(Ordering::Relaxed) - before;
        // the rest is nobody's
        let mut left = outstanding;
        while left > 0 {
            match store.ready() {
                Some(_) => left -= 1,
                None => commits.woken.recv().unwrap(),
            }
        }
        times.sort();
        let at = |part: usize| times[(times.len() - 1) * part / 100].as_secs_f64() * 1e6;
        println!(
            "{name:<8} {outstanding:>11} {:>14.0} {:>10.0} {:>9.0} {:>9.0}",
            times.len() as f64 / secs,
            done as f64 / secs,
            at(50),
            at(99),
        );
    }
}

/// Each commit wakes.
struct Commits {
    count: Arc<AtomicU64>,
    woken: mpsc::Receiver<()>,
}

impl Commits {
    fn of<S: Serve<Ask, Answer>>(store: &mut S) -> Self {
        let count = Arc::new(AtomicU64::new(0));
        let (wake, woken) = mpsc::channel();
        let counted = count.clone();
        store.wake_by(Arc::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            wake.send(()).unwrap_or_default();
        }));
        Self { count, woken }
    }
}

fn main() {
    let at = std::env::args().skip(1).find(|a| !a.starts_with("--"));
    let dir = match at {
        Some(at) => tempfile::tempdir_in(at).unwrap(),
        None => tempfile::tempdir().unwrap(),
    };
    let start = Instant::now();
    let mut load = Load {
        rng: Rng::seed(1),
        next: 0,
        start,
    };
    println!("{SUBSCRIBERS} subscribers, one vector per request, the record fetched before");
    println!("store    outstanding reservations/s  commits/s   p50, us   p99, us");
    let mut memory = Memory::new();
    for n in 0..SUBSCRIBERS {
        memory.put(0, subscriber(n));
    }
    let commits = Commits::of(&mut memory);
    measure("memory", &mut memory, &commits, &mut load);
    drop(memory);
    let path = dir.path().join("store");
    let mut file = fill(&path);
    let commits = Commits::of(&mut file);
    measure("file", &mut file, &commits, &mut load);
    // as after a kill: the file is copied while it is open, and opened
    let killed = dir.path().join("killed");
    std::fs::copy(&path, &killed).unwrap();
    let start = Instant::now();
    drop(Redb::create(&killed).unwrap());
    let size = std::fs::metadata(&killed).unwrap().len() >> 20;
    println!("{size} MiB opened after a kill in {:?}", start.elapsed());
}

fn fill(path: &Path) -> Redb {
    let mut store = Redb::create(path).unwrap().with(0, "icf");
    let (wake, woken) = mpsc::channel();
    store.wake_by(Arc::new(move || wake.send(()).unwrap_or_default()));
    for from in (0..SUBSCRIBERS).step_by(10_000) {
        let puts = from..from + 10_000;
        let puts = puts.map(|n| (0, AskId(n), Ask::Put(subscriber(n).into())));
        store.submit(&mut { puts });
        let mut left = 10_000;
        while left > 0 {
            match store.ready() {
                Some(_) => left -= 1,
                None => woken.recv().unwrap(),
            }
        }
    }
    store
}
