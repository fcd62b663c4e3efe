//! Subscriber records in a store file, kept over a restart and a kill.
//!
//! A thread of its own takes what has been asked meanwhile, all at once, does it, commits once, and
//! only then lets the answers go: a batch costs one write to the disk, however large it is. So a
//! busy store answers many questions per commit, an idle one the only question at once.
//!
//! Questions on one subscriber are answered in their order. One that only reads does not wait for a
//! commit, unless there is another on the same subscriber before it.
use crate::{
    Error, File,
    file::Why,
    table::{self, Remembered, Tables, Trouble},
};
use engine::{AskId, Serve};
use hlr_auc::{Answer, Ask, Subscriber, records};
use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    path::Path,
    sync::{Arc, mpsc},
    thread,
};
use wire::Imsi;

/// Questions in a commit at most.
const BATCH: usize = 1024;
/// Questions that wait at most: beyond it they are told so. Each waits with what was asked.
const WAITING: usize = 1 << 16;

/// A store in a file for any number of HLRs, each with a set of records of its own, by name.
pub struct Redb {
    file: File,
    names: BTreeMap<usize, Arc<str>>,
    questions: Option<mpsc::Sender<Message>>,
    answers: mpsc::Receiver<Vec<Done>>,
    ready: VecDeque<(usize, AskId, Answer)>,
    /// How many questions on a subscriber wait, and how many there are in all.
    waiting: BTreeMap<(usize, Imsi), usize>,
    all_waiting: usize,
    thread: Option<thread::JoinHandle<()>>,
}

type Wake = Arc<dyn Fn() + Send + Sync>;

/// What the thread is told.
enum Message {
    Question(Question),
    WakeBy(Wake),
}

struct Question {
    name: Arc<str>,
    ask: Ask,
    from: Asker,
}

/// Who asks.
enum Asker {
    Node(usize, AskId, Imsi),
    Caller(mpsc::Sender<Answer>),
}

struct Done {
    node: usize,
    id: AskId,
    imsi: Imsi,
    answer: Answer,
}

impl fmt::Debug for Redb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redb")
            .field("file", &self.file)
            .field("names", &self.names)
            .field("waiting", &self.all_waiting)
            .finish_non_exhaustive()
    }
}

impl Redb {
    /// A store over an open file.
    ///
    /// # Errors
    /// What the file remembers of earlier requests cannot be read, or there can be no thread.
    pub fn new(file: File) -> Result<Self, Error> {
        let remembered = file.read(table::remembered).map_err(|e| file.error(e))?;
        let (questions, asked) = mpsc::channel();
        let (answered, answers) = mpsc::channel();
        let writer = Writer {
            file: file.clone(),
            remembered,
            answered,
            wake: None,
        };
        let thread = thread::Builder::new().name("store".to_owned());
        let thread = thread.spawn(move || writer.run(&asked));
        Ok(Self {
            thread: Some(thread.map_err(|e| file.error(e.into()))?),
            file,
            names: BTreeMap::new(),
            questions: Some(questions),
            answers,
            ready: VecDeque::new(),
            waiting: BTreeMap::new(),
            all_waiting: 0,
        })
    }

    /// A store in the file at `path`, which is made where there is none.
    ///
    /// # Errors
    /// As [`File::create`].
    pub fn create(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::new(File::create(path)?)
    }

    /// With the set `name` for the node with this number. A node's number is one of this run, the
    /// name is one for all time. A node without a set is answered [`Answer::Failed`].
    #[must_use]
    pub fn with(mut self, node: usize, name: &str) -> Self {
        self.names.insert(node, name.into());
        self
    }

    /// The file.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Asks as a node does, and waits for the answer: `Ask::Fetch`, `Ask::Put`, `Ask::Insert` and
    /// `Ask::Delete` are what a person wants of the set `name`.
    pub fn ask(&self, name: &str, ask: Ask) -> Answer {
        let (from, answer) = mpsc::channel();
        self.send(Question {
            name: name.into(),
            ask,
            from: Asker::Caller(from),
        });
        answer.recv().unwrap_or(GONE)
    }

    /// Shows each record of the set `name`, by IMSI, as of the last commit; those that cannot be
    /// read too.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn each(&self, name: &str, see: impl FnMut(wire::Result<Subscriber>)) -> Result<(), Error> {
        let read = self.file.read(|t| table::each(t, name, see));
        read.map_err(|e| self.file.error(e))
    }

    /// The names of the sets that hold records.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn names(&self) -> Result<Vec<String>, Error> {
        self.file.read(table::names).map_err(|e| self.file.error(e))
    }

    /// Gives a question to the thread; false where that is gone.
    fn send(&self, question: Question) -> bool {
        let questions = self.questions.as_ref();
        questions.is_some_and(|q| q.send(Message::Question(question)).is_ok())
    }

    /// A question of a node waits no longer.
    fn answered(&mut self, done: Done) {
        let Done {
            node,
            id,
            imsi,
            answer,
        } = done;
        if let Some(n) = self.waiting.get_mut(&(node, imsi)) {
            (*n, self.all_waiting) = (*n - 1, self.all_waiting - 1);
            if *n == 0 {
                self.waiting.remove(&(node, imsi));
            }
        }
        self.ready.push_back((node, id, answer));
    }

    /// The answer to a question that only reads and need not wait.
    fn at_once(&self, node: usize, name: &str, ask: &Ask) -> Option<Answer> {
        let Ask::Fetch(imsi) = ask else { return None };
        if self.waiting.contains_key(&(node, *imsi)) {
            return None;
        }
        match self.file.read(|t| table::fetch(t, name, imsi)).ok()? {
            Some(record) => Some(Answer::Subscriber(Some(Box::new(record.ok()?)))),
            None => Some(Answer::Subscriber(None)),
        }
    }
}

const GONE: Answer = Answer::Failed("the store has ended");

impl Serve<Ask, Answer> for Redb {
    fn submit(&mut self, asks: &mut dyn Iterator<Item = (usize, AskId, Ask)>) {
        for (node, id, ask) in asks {
            let Some(name) = self.names.get(&node).cloned() else {
                let failed = Answer::Failed("the store has no records for this node");
                self.ready.push_back((node, id, failed));
                continue;
            };
            if let Some(answer) = self.at_once(node, &name, &ask) {
                self.ready.push_back((node, id, answer));
                continue;
            }
            let imsi = ask.imsi();
            if self.all_waiting >= WAITING {
                let failed = Answer::Failed("the store is busy");
                self.ready.push_back((node, id, failed));
                continue;
            }
            let from = Asker::Node(node, id, imsi);
            if self.send(Question { name, ask, from }) {
                *self.waiting.entry((node, imsi)).or_default() += 1;
                self.all_waiting += 1;
            } else {
                self.ready.push_back((node, id, GONE));
            }
        }
    }

    fn ready(&mut self) -> Option<(usize, AskId, Answer)> {
        while self.ready.is_empty()
            && let Ok(batch) = self.answers.try_recv()
        {
            for done in batch {
                self.answered(done);
            }
        }
        self.ready.pop_front()
    }

    fn wake_by(&mut self, wake: Wake) {
        if let Some(questions) = &self.questions {
            // a thread that is gone wakes nobody
            let _ = questions.send(Message::WakeBy(wake));
        }
    }
}

impl Drop for Redb {
    /// What was asked is done and committed first.
    fn drop(&mut self) {
        self.questions = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The thread.
struct Writer {
    file: File,
    remembered: Remembered,
    answered: mpsc::Sender<Vec<Done>>,
    wake: Option<Wake>,
}

impl Writer {
    fn run(mut self, asked: &mpsc::Receiver<Message>) {
        while let Ok(first) = asked.recv() {
            let mut batch = Vec::new();
            let mut next = Some(first);
            while let Some(message) = next {
                match message {
                    Message::Question(q) => batch.push(q),
                    Message::WakeBy(wake) => self.wake = Some(wake),
                }
                next = (batch.len() < BATCH)
                    .then(|| asked.try_recv().ok())
                    .flatten();
            }
            if !batch.is_empty() {
                self.serve(batch);
            }
        }
    }

    /// Does what a batch asks, commits it, gives the answers.
    fn serve(&mut self, batch: Vec<Question>) {
        let mut from = Vec::with_capacity(batch.len());
        let mut asks = Vec::with_capacity(batch.len());
        for q in batch {
            from.push(q.from);
            asks.push((q.name, q.ask));
        }
        let remembered = &mut self.remembered;
        let answers = self.file.write(|transaction| {
            let mut tables = Tables::new(transaction, remembered)?;
            let mut answers = Vec::with_capacity(asks.len());
            for (name, ask) in asks {
                answers.push(match records::apply(&mut tables.set(&name), ask) {
                    Ok(answer) => answer,
                    // nothing was changed: a question reads before it writes
                    Err(Trouble::Record) => Answer::Failed("the record cannot be read"),
                    Err(Trouble::File(e)) => return Err(e.into()),
                });
            }
            Ok((answers, tables.changed))
        });
        let answers = answers.unwrap_or_else(|why| self.failed(&why, from.len()));
        let mut done = Vec::with_capacity(from.len());
        for (from, answer) in from.into_iter().zip(answers) {
            match from {
                Asker::Node(node, id, imsi) => done.push(Done {
                    node,
                    id,
                    imsi,
                    answer,
                }),
                // who does not wait any longer wants no answer
                Asker::Caller(caller) => drop(caller.send(answer)),
            }
        }
        if done.is_empty() {
            return;
        }
        // the store is being dropped where nobody receives
        let _ = self.answered.send(done);
        if let Some(wake) = &self.wake {
            wake();
        }
    }

    /// Nothing of a batch was done.
    fn failed(&mut self, why: &Why, questions: usize) -> Vec<Answer> {
        if let Ok(remembered) = self.file.read(table::remembered) {
            self.remembered = remembered;
        }
        vec![Answer::Failed(why.brief()); questions]
    }
}
