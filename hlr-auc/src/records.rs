//! What the HLR asks its store, and what each question does to a set of records.
//!
//! Every [`Ask`] is atomic: whatever store serves it, two of them on one subscriber come one after
//! the other. That is what keeps a sequence number from being spent twice. What a question does is
//! written once, in [`apply`]; a store brings a [`Table`].
mod given;

pub use given::{Challenge, Given, Ledger, RequestId};

use crate::subscriber::{ServingNode, Standing, Subscriber};
use aka::{Auts, Rand, Resynchronisation, SqnHe};
use engine::Utc;
use std::{collections::BTreeMap, convert::Infallible, fmt, time::Duration};
use wire::Imsi;

/// A question to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// The record of a subscriber: [`Answer::Subscriber`].
    Fetch(Imsi),
    /// Sequence numbers for vectors that `node` will hold: [`Answer::Reserved`].
    Reserve {
        /// For whom.
        imsi: Imsi,
        /// Origin-Host of the serving node: it holds an IND of its own.
        node: String,
        /// End-to-end identifier of the node's request, where it may come again: for as long as
        /// [`Ledger::KEEP`] its repetition is given what it was given.
        request: Option<u32>,
        /// Fresh challenges, one for each vector that is wanted.
        rands: Vec<Rand>,
        /// The challenge that failed and AUTS: SEQ_HE is set by them first (TS 33.102 6.3.5).
        resync: Option<(Rand, Auts)>,
        /// The time of day, for profiles that are time-based.
        utc: Utc,
    },
    /// From now on `node` serves the subscriber: [`Answer::Moved`].
    UpdateServing {
        /// Whom.
        imsi: Imsi,
        /// The node that serves it now.
        node: ServingNode,
    },
    /// The node `host` has purged the subscriber: [`Answer::Purged`].
    Purge {
        /// Whom.
        imsi: Imsi,
        /// The node that says so.
        host: String,
    },
    /// The subscriber is served no longer: [`Answer::Moved`].
    Release(Imsi),
    /// A new or a changed record: [`Answer::Stored`].
    Put(Box<Subscriber>),
    /// A new record, refused where there is one: [`Answer::Stored`].
    Insert(Box<Subscriber>),
    /// The record goes: [`Answer::Moved`].
    Delete(Imsi),
    /// Another standing: [`Answer::Moved`], which tells where it is served.
    SetStanding(Imsi, Standing),
}

impl Ask {
    /// About whom.
    pub fn imsi(&self) -> Imsi {
        match self {
            Self::Fetch(imsi)
            | Self::Reserve { imsi, .. }
            | Self::UpdateServing { imsi, .. }
            | Self::Purge { imsi, .. }
            | Self::Release(imsi)
            | Self::Delete(imsi)
            | Self::SetStanding(imsi, _) => *imsi,
            Self::Put(s) | Self::Insert(s) => s.imsi,
        }
    }
}

/// What the store says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The record, where there is one.
    Subscriber(Option<Box<Subscriber>>),
    /// The numbers, or why there are none.
    Reserved(Result<Box<Reserved>, ReserveError>),
    /// Whether the subscriber is known, and which node served it before.
    Moved {
        /// False for an unknown subscriber: nothing was changed.
        known: bool,
        /// The node that served it before, unless it had purged it.
        previous: Option<ServingNode>,
    },
    /// What a purge did.
    Purged(Purged),
    /// Whether the record was stored.
    Stored(bool),
    /// The store could not do it; nothing was changed.
    Failed(&'static str),
}

/// Sequence numbers, with the record that they were taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserved {
    /// The record, as it now is.
    pub subscriber: Subscriber,
    /// Challenges and their numbers, in order: those that were asked for, or those that the
    /// request was given when it came first.
    pub challenges: Vec<Challenge>,
    /// What AUTS did; nothing at a repetition.
    pub resync: Option<Resynchronisation>,
}

/// Why no sequence numbers were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReserveError {
    /// No such subscriber.
    Unknown,
    /// SEQ is at its end.
    Exhausted,
    /// MAC-S of AUTS is wrong.
    BadAuts,
    /// The keys do not fit the algorithm.
    Keys,
}

impl fmt::Display for ReserveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "the subscriber is unknown",
            Self::Exhausted => "the subscriber's sequence numbers are used up",
            Self::BadAuts => "MAC-S of AUTS is wrong",
            Self::Keys => "the keys do not fit the algorithm",
        })
    }
}

/// What a purge did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purged {
    /// No such subscriber.
    Unknown,
    /// The node serves it: marked as purged there.
    Here,
    /// Another node serves it: nothing was changed.
    Elsewhere,
}

/// Where records are kept: what [`apply`] needs of a store.
pub trait Table {
    /// Why it could not.
    type Error;

    /// The record of a subscriber.
    ///
    /// # Errors
    /// It cannot be read.
    fn get(&mut self, imsi: &Imsi) -> Result<Option<Subscriber>, Self::Error>;

    /// Puts a record in, whatever was there.
    ///
    /// # Errors
    /// It cannot be written.
    fn put(&mut self, s: Subscriber) -> Result<(), Self::Error>;

    /// Takes a record out.
    ///
    /// # Errors
    /// It cannot be written.
    fn remove(&mut self, imsi: &Imsi) -> Result<(), Self::Error>;

    /// Changes a record, where there is one.
    ///
    /// # Errors
    /// It cannot be read or written.
    fn change<R>(
        &mut self,
        imsi: &Imsi,
        change: impl FnOnce(&mut Subscriber) -> R,
    ) -> Result<Option<R>, Self::Error> {
        let Some(mut s) = self.get(imsi)? else {
            return Ok(None);
        };
        let result = change(&mut s);
        self.put(s)?;
        Ok(Some(result))
    }

    /// What a request was given, unless it is forgotten at `now`.
    ///
    /// # Errors
    /// It cannot be read.
    fn given(&mut self, request: &RequestId, now: Utc) -> Result<Option<Given>, Self::Error>;

    /// Remembers what a request was given.
    ///
    /// # Errors
    /// It cannot be written.
    fn give(&mut self, request: RequestId, given: Given) -> Result<(), Self::Error>;
}

/// Does what is asked.
///
/// # Errors
/// The table's: what was changed until then is to be taken back.
pub fn apply<T: Table>(table: &mut T, ask: Ask) -> Result<Answer, T::Error> {
    Ok(match ask {
        Ask::Fetch(imsi) => Answer::Subscriber(table.get(&imsi)?.map(Box::new)),
        Ask::Reserve {
            imsi,
            node,
            request,
            rands,
            resync,
            utc,
        } => {
            let request = request.map(|r| RequestId::new(&node, r, imsi));
            let given = match &request {
                Some(r) => table.given(r, utc)?,
                None => None,
            };
            if let Some(given) = given {
                Answer::Reserved(match table.get(&imsi)? {
                    None => Err(ReserveError::Unknown),
                    Some(subscriber) => Ok(Box::new(Reserved {
                        subscriber,
                        challenges: given.challenges,
                        resync: None,
                    })),
                })
            } else {
                let reserved = table.change(&imsi, |s| reserve(s, &node, rands, resync, utc))?;
                let reserved = reserved.unwrap_or(Err(ReserveError::Unknown));
                if let (Some(request), Ok(r)) = (request, &reserved) {
                    let challenges = r.challenges.clone();
                    table.give(
                        request,
                        Given {
                            at: utc,
                            challenges,
                        },
                    )?;
                }
                Answer::Reserved(reserved)
            }
        }
        Ask::UpdateServing { imsi, node } => moved(table, &imsi, |s| {
            s.serving = Some(node);
            s.purged = false;
        })?,
        Ask::Purge { imsi, host } => {
            let purged = table.change(&imsi, |s| {
                if !serves(s, &host) {
                    return Purged::Elsewhere;
                }
                s.purged = true;
                Purged::Here
            })?;
            Answer::Purged(purged.unwrap_or(Purged::Unknown))
        }
        Ask::Release(imsi) => moved(table, &imsi, |s| s.serving = None)?,
        Ask::Put(s) => {
            table.put(*s)?;
            Answer::Stored(true)
        }
        Ask::Insert(s) => {
            let new = table.get(&s.imsi)?.is_none();
            if new {
                table.put(*s)?;
            }
            Answer::Stored(new)
        }
        Ask::Delete(imsi) => {
            let answer = moved(table, &imsi, |_| {})?;
            table.remove(&imsi)?;
            answer
        }
        Ask::SetStanding(imsi, standing) => moved(table, &imsi, |s| s.standing = standing)?,
    })
}

fn moved<T: Table>(
    table: &mut T,
    imsi: &Imsi,
    change: impl FnOnce(&mut Subscriber),
) -> Result<Answer, T::Error> {
    let previous = table.change(imsi, |s| {
        let previous = s.serving.clone().filter(|_| !s.purged);
        change(s);
        previous
    })?;
    Ok(Answer::Moved {
        known: previous.is_some(),
        previous: previous.flatten(),
    })
}

fn serves(s: &Subscriber, host: &str) -> bool {
    let serving = s.serving.as_ref();
    serving.is_some_and(|n| n.host.eq_ignore_ascii_case(host))
}

/// Takes sequence numbers; on an error the record stays as it is.
fn reserve(
    s: &mut Subscriber,
    node: &str,
    rands: Vec<Rand>,
    resync: Option<(Rand, Auts)>,
    utc: Utc,
) -> Result<Box<Reserved>, ReserveError> {
    let keyed = s.algorithm.keyed(&s.k, &s.operator_code);
    let functions = keyed.map_err(|_| ReserveError::Keys)?;
    let clock = Duration::from_nanos(utc.0);
    let mut he = SqnHe::from_seq(s.seq);
    let resync = resync
        .map(|(rand, auts)| he.resynchronise(&s.profile, &functions, &rand, &auts, clock))
        .transpose()
        .map_err(|_| ReserveError::BadAuts)?;
    let mut indices = s.indices.clone();
    let ind = indices.assign(node);
    let challenges = rands.into_iter().map(|rand| {
        let sqn = he.next(&s.profile, ind, clock);
        sqn.map(|sqn| (rand, sqn))
    });
    let challenges: Result<_, _> = challenges.collect();
    let challenges = challenges.map_err(|_| ReserveError::Exhausted)?;
    s.seq = he.seq();
    s.indices = indices;
    Ok(Box::new(Reserved {
        subscriber: s.clone(),
        challenges,
        resync,
    }))
}

/// A set of records in memory.
#[derive(Debug, Clone, Default)]
pub struct Records {
    subscribers: BTreeMap<Imsi, Subscriber>,
    given: BTreeMap<RequestId, Given>,
    ledger: Ledger,
}

impl Records {
    /// The record of a subscriber.
    pub fn get(&self, imsi: &Imsi) -> Option<&Subscriber> {
        self.subscribers.get(imsi)
    }

    /// All records, by IMSI.
    pub fn iter(&self) -> impl Iterator<Item = &Subscriber> {
        self.subscribers.values()
    }

    /// Puts a record in, whatever was there.
    pub fn put(&mut self, s: Subscriber) {
        self.subscribers.insert(s.imsi, s);
    }

    /// Does what is asked.
    pub fn apply(&mut self, ask: Ask) -> Answer {
        match apply(self, ask) {
            Ok(answer) => answer,
            Err(never) => match never {},
        }
    }
}

impl Table for Records {
    type Error = Infallible;

    fn get(&mut self, imsi: &Imsi) -> Result<Option<Subscriber>, Infallible> {
        Ok(self.subscribers.get(imsi).cloned())
    }

    fn put(&mut self, s: Subscriber) -> Result<(), Infallible> {
        self.subscribers.insert(s.imsi, s);
        Ok(())
    }

    fn remove(&mut self, imsi: &Imsi) -> Result<(), Infallible> {
        self.subscribers.remove(imsi);
        Ok(())
    }

    fn change<R>(
        &mut self,
        imsi: &Imsi,
        change: impl FnOnce(&mut Subscriber) -> R,
    ) -> Result<Option<R>, Infallible> {
        Ok(self.subscribers.get_mut(imsi).map(change))
    }

    fn given(&mut self, request: &RequestId, now: Utc) -> Result<Option<Given>, Infallible> {
        while let Some(old) = self.ledger.forget(now) {
            self.given.remove(&old);
        }
        Ok(self.given.get(request).cloned())
    }

    fn give(&mut self, request: RequestId, given: Given) -> Result<(), Infallible> {
        self.ledger.push(given.at, request.clone());
        self.given.insert(request, given);
        Ok(())
    }
}
