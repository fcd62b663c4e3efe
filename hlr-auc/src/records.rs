//! What the HLR asks its store, and what each question does to a set of records.
//!
//! Every [`Ask`] is atomic: whatever store serves it, two of them on one subscriber come one after
//! the other. That is what keeps a sequence number from being spent twice.
use crate::edit::Edit;
use crate::subscriber::{ServingNode, Standing, Subscriber};
use aka::{Auts, Rand, Resynchronisation, Sqn, SqnHe};
use engine::Utc;
use std::{collections::BTreeMap, fmt, time::Duration};
use wire::Imsi;

/// A question to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// The record of a subscriber: [`Answer::Subscriber`].
    Fetch(Imsi),
    /// Sequence numbers for `count` vectors that `node` will hold: [`Answer::Reserved`].
    Reserve {
        /// For whom.
        imsi: Imsi,
        /// Origin-Host of the serving node: it holds an IND of its own.
        node: String,
        /// How many.
        count: u32,
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
    /// A change of the subscription or of what is known of its user: [`Answer::Edited`].
    Edit(Imsi, Edit),
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
    /// The record before the change and after it, where there is one.
    Edited(Option<Box<(Subscriber, Subscriber)>>),
    /// The store could not do it; nothing was changed.
    Failed(&'static str),
}

/// Sequence numbers, with the record that they were taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserved {
    /// The record, as it now is.
    pub subscriber: Subscriber,
    /// The numbers, in order.
    pub sqn: Vec<Sqn>,
    /// What AUTS did.
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

/// A set of records in memory: what every store does, written once.
#[derive(Debug, Clone, Default)]
pub struct Records(BTreeMap<Imsi, Subscriber>);

impl Records {
    /// The record of a subscriber.
    pub fn get(&self, imsi: &Imsi) -> Option<&Subscriber> {
        self.0.get(imsi)
    }

    /// All records, by IMSI.
    pub fn iter(&self) -> impl Iterator<Item = &Subscriber> {
        self.0.values()
    }

    /// Puts a record in, whatever was there.
    pub fn put(&mut self, s: Subscriber) {
        self.0.insert(s.imsi, s);
    }

    /// Does what is asked.
    pub fn apply(&mut self, ask: Ask) -> Answer {
        match ask {
            Ask::Fetch(imsi) => Answer::Subscriber(self.0.get(&imsi).cloned().map(Box::new)),
            Ask::Reserve {
                imsi,
                node,
                count,
                resync,
                utc,
            } => Answer::Reserved(match self.0.get_mut(&imsi) {
                None => Err(ReserveError::Unknown),
                Some(s) => reserve(s, &node, count, resync, utc),
            }),
            Ask::UpdateServing { imsi, node } => self.moved(&imsi, |s| {
                s.serving = Some(node);
                s.purged = false;
            }),
            Ask::Purge { imsi, host } => Answer::Purged(match self.0.get_mut(&imsi) {
                None => Purged::Unknown,
                Some(s) if serves(s, &host) => {
                    s.purged = true;
                    Purged::Here
                }
                Some(_) => Purged::Elsewhere,
            }),
            Ask::Release(imsi) => self.moved(&imsi, |s| s.serving = None),
            Ask::Put(s) => {
                self.put(*s);
                Answer::Stored(true)
            }
            Ask::Insert(s) => {
                let new = !self.0.contains_key(&s.imsi);
                if new {
                    self.put(*s);
                }
                Answer::Stored(new)
            }
            Ask::Delete(imsi) => {
                let answer = self.moved(&imsi, |_| {});
                self.0.remove(&imsi);
                answer
            }
            Ask::SetStanding(imsi, standing) => self.moved(&imsi, |s| s.standing = standing),
            Ask::Edit(imsi, edit) => Answer::Edited(self.0.get_mut(&imsi).map(|s| {
                let before = s.clone();
                edit.apply(s);
                Box::new((before, s.clone()))
            })),
        }
    }

    fn moved(&mut self, imsi: &Imsi, change: impl FnOnce(&mut Subscriber)) -> Answer {
        let Some(s) = self.0.get_mut(imsi) else {
            return Answer::Moved {
                known: false,
                previous: None,
            };
        };
        let previous = s.serving.clone().filter(|_| !s.purged);
        change(s);
        Answer::Moved {
            known: true,
            previous,
        }
    }
}

fn serves(s: &Subscriber, host: &str) -> bool {
    let serving = s.serving.as_ref();
    serving.is_some_and(|n| n.host.eq_ignore_ascii_case(host))
}

/// Takes sequence numbers; on an error the record's counter stays as it is.
fn reserve(
    s: &mut Subscriber,
    node: &str,
    count: u32,
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
    let ind = s.indices.assign(node);
    let sqn: Result<Vec<_>, _> = (0..count)
        .map(|_| he.next(&s.profile, ind, clock))
        .collect();
    let sqn = sqn.map_err(|_| ReserveError::Exhausted)?;
    s.seq = he.seq();
    Ok(Box::new(Reserved {
        subscriber: s.clone(),
        sqn,
        resync,
    }))
}
