//! What a store file refuses, and what a disk that loses power or has no room does to it.
use super::*;
use crate::{Kept, Redb};
use engine::{AskId, Serve, Utc};
use hlr_auc::{Answer, Ask, Subscriber};
use redb::StorageBackend;
use std::{
    os::unix::fs::PermissionsExt,
    sync::{Mutex, mpsc},
};

fn subscriber(n: u32) -> Subscriber {
    let imsi = format!("99901{n:010}").parse().unwrap();
    Subscriber::new(imsi, [1; 16].into(), aka::Opc::from([2; 16]).into())
}

fn why(opened: Result<File, Error>) -> Why {
    let e = opened.unwrap_err();
    assert!(e.to_string().contains(e.path.to_str().unwrap()), "{e}");
    e.why
}

#[test]
fn one_process_holds_it_and_only_its_owner_reads_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store");
    assert!(matches!(why(File::open(&path)), Why::Io(e) if e.kind() == ErrorKind::NotFound));
    let file = File::create(&path).unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(matches!(why(File::open(&path)), Why::InUse));
    assert!(matches!(why(File::create(&path)), Why::InUse));
    drop(file);
    File::open(&path).unwrap();
}

#[test]
fn what_is_no_store_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let text = dir.path().join("text");
    let words = "[hlr]\nname = \"icf\"\n".repeat(400);
    fs::write(&text, &words).unwrap();
    assert!(matches!(why(File::create(&text)), Why::Foreign));
    assert_eq!(fs::read_to_string(&text).unwrap(), words);
    // a database of somebody else
    let other = dir.path().join("other");
    let table = TableDefinition::<&str, u64>::new("theirs");
    let database = Database::create(&other).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction
        .open_table(table)
        .unwrap()
        .insert("a", 1)
        .unwrap();
    transaction.commit().unwrap();
    drop(database);
    assert!(matches!(why(File::create(&other)), Why::Foreign));
    // one whose table has our name and other things in it
    let database = Database::create(dir.path().join("odd")).unwrap();
    let transaction = database.begin_write().unwrap();
    let odd = TableDefinition::<u64, u64>::new("fosterling");
    transaction.open_table(odd).unwrap();
    transaction.commit().unwrap();
    drop(database);
    assert!(matches!(
        why(File::create(dir.path().join("odd"))),
        Why::Foreign
    ));
    assert!(matches!(why(File::create(dir.path())), Why::Io(_)));
}

#[test]
fn a_newer_format_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store");
    drop(File::create(&path).unwrap());
    let database = Database::open(&path).unwrap();
    let transaction = database.begin_write().unwrap();
    let newer = FORMAT + 1;
    transaction
        .open_table(ABOUT)
        .unwrap()
        .insert(FORMAT_KEY, newer)
        .unwrap();
    transaction.commit().unwrap();
    drop(database);
    let e = File::open(&path).unwrap_err();
    assert!(matches!(e.why, Why::Newer(n) if n == newer));
    assert!(
        e.to_string()
            .ends_with("newer version (format 2; this one knows formats up to 1)")
    );
}

/// A disk: what was written, what of it is safe, how much goes on it.
#[derive(Debug, Default)]
struct Disk {
    written: Mutex<Vec<u8>>,
    safe: Mutex<Vec<u8>>,
    room: Mutex<Option<u64>>,
    /// Each wait for the disk is told here, and goes on once it was answered.
    gate: Mutex<Option<(mpsc::Sender<()>, mpsc::Receiver<()>)>>,
}

#[derive(Debug, Clone)]
struct Backend(Arc<Disk>);

impl StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.written.lock().unwrap().len() as u64)
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let written = self.0.written.lock().unwrap();
        let from = offset as usize;
        out.copy_from_slice(&written[from..from + out.len()]);
        Ok(())
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        if self.0.room.lock().unwrap().is_some_and(|room| len > room) {
            return Err(ErrorKind::StorageFull.into());
        }
        self.0.written.lock().unwrap().resize(len as usize, 0);
        Ok(())
    }
    fn sync_data(&self) -> io::Result<()> {
        if let Some((told, go)) = &*self.0.gate.lock().unwrap() {
            // once the test lets go, nobody waits
            let _ = told
                .send(())
                .and_then(|()| go.recv().map_err(|_| mpsc::SendError(())));
        }
        *self.0.safe.lock().unwrap() = self.0.written.lock().unwrap().clone();
        Ok(())
    }
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let from = offset as usize;
        self.0.written.lock().unwrap()[from..from + data.len()].copy_from_slice(data);
        Ok(())
    }
}

impl Disk {
    fn database(self: &Arc<Self>) -> Result<Database, Why> {
        let backend = Backend(self.clone());
        let database = Builder::new().create_with_backend(backend);
        ours(database.map_err(redb::Error::from)?)
    }

    fn file(self: &Arc<Self>) -> File {
        let again = self.clone();
        let opened = self.database();
        File::over(Path::new("disk"), opened, move || again.database()).unwrap()
    }

    /// The same disk after a loss of power: what was not safe is gone.
    fn without_power(&self) -> Arc<Self> {
        let safe = self.safe.lock().unwrap().clone();
        Arc::new(Self {
            written: Mutex::new(safe.clone()),
            safe: Mutex::new(safe),
            ..Self::default()
        })
    }
}

fn reserve(n: u32, request: u32) -> Ask {
    Ask::Reserve {
        imsi: subscriber(n).imsi,
        node: "sgsn".to_owned(),
        request: Some(request),
        rands: vec![[request as u8; 16]],
        resync: None,
        utc: Utc(0),
    }
}

#[test]
fn no_answer_leaves_before_its_commit_is_on_the_disk() {
    let disk = Arc::new(Disk::default());
    let mut store = Redb::new(disk.file()).unwrap().with(0, "icf");
    assert_eq!(
        store.ask("icf", Ask::Put(subscriber(1).into())),
        Answer::Stored(true)
    );
    let (awake, woken) = mpsc::channel();
    store.wake_by(Arc::new(move || awake.send(()).unwrap()));
    let (told, waits) = mpsc::channel();
    let (go, goes) = mpsc::channel();
    *disk.gate.lock().unwrap() = Some((told, goes));
    let asks = [(0, AskId(1), reserve(1, 7))];
    store.submit(&mut asks.into_iter());
    // the thread waits for the disk, and nobody has an answer
    waits.recv().unwrap();
    assert!(store.ready().is_none());
    assert!(woken.try_recv().is_err());
    // another subscriber's record need not wait for that; this one's must
    let fetch = [2, 1].map(|n| (0, AskId(n.into()), Ask::Fetch(subscriber(n).imsi)));
    store.submit(&mut fetch.into_iter());
    let first = store.ready().unwrap();
    assert_eq!((first.1, first.2), (AskId(2), Answer::Subscriber(None)));
    assert!(store.ready().is_none());
    // power is lost in this moment: the number was not given, and is free
    let before = Redb::new(disk.without_power().file()).unwrap();
    let Answer::Subscriber(Some(s)) = before.ask("icf", Ask::Fetch(subscriber(1).imsi)) else {
        panic!()
    };
    assert_eq!(s.seq, 0);
    // the disk has written it: the answer leaves, and the number is spent
    go.send(()).unwrap();
    drop(go);
    woken.recv().unwrap();
    let (_, _, answer) = store.ready().unwrap();
    let Answer::Reserved(Ok(given)) = answer else {
        panic!("{answer:?}")
    };
    let after = Redb::new(disk.without_power().file()).unwrap();
    let Answer::Reserved(Ok(again)) = after.ask("icf", reserve(1, 7)) else {
        panic!()
    };
    assert_eq!(again.challenges, given.challenges);
    assert_eq!(again.subscriber.seq, 1);
    *disk.gate.lock().unwrap() = None;
}

#[test]
fn a_full_disk_changes_nothing_and_recovers() {
    let disk = Arc::new(Disk::default());
    let file = disk.file();
    let mut store = Redb::new(file.clone()).unwrap().with(0, "icf");
    store.ask("icf", Ask::Put(subscriber(1).into()));
    let taken = disk.written.lock().unwrap().len() as u64;
    *disk.room.lock().unwrap() = Some(taken);
    // until there is no room any more
    let full = Answer::Failed("the store's disk is full");
    let mut stored = 1;
    while store.ask("icf", Ask::Put(subscriber(stored + 1).into())) == Answer::Stored(true) {
        stored += 1;
        assert!(stored < 100_000);
    }
    // a batch fails as a whole: all its questions are told, and none has done anything
    let many = (0..20).map(|i| (0, AskId(i), Ask::Put(subscriber(200_000 + i as u32).into())));
    let (awake, woken) = mpsc::channel();
    store.wake_by(Arc::new(move || awake.send(()).unwrap()));
    store.submit(&mut many.into_iter());
    let mut answers = Vec::new();
    while answers.len() < 20 {
        match store.ready() {
            Some((_, id, answer)) => answers.push((id, answer)),
            None => woken.recv().unwrap(),
        }
    }
    assert!(answers.iter().all(|(_, a)| *a == full), "{answers:?}");
    let kept = Kept::new(&file, "pva");
    let big = vec![1; 1 << 20];
    let e = kept.write([("a", Some(&big[..]))]).unwrap_err();
    assert!(matches!(e.why, Why::Full), "{e}");
    assert_eq!(kept.get("a").unwrap(), None);
    // all that was acknowledged is there, nothing else is
    let mut seen = Vec::new();
    store.each("icf", |s| seen.push(s.unwrap().imsi)).unwrap();
    let expected: Vec<_> = (1..=stored).map(|n| subscriber(n).imsi).collect();
    assert_eq!(seen, expected);
    // there is room again
    *disk.room.lock().unwrap() = None;
    let new = subscriber(stored + 1);
    assert_eq!(
        store.ask("icf", Ask::Put(new.clone().into())),
        Answer::Stored(true)
    );
    let there = store.ask("icf", Ask::Fetch(new.imsi));
    assert_eq!(there, Answer::Subscriber(Some(new.into())));
}
