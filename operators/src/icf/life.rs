//! The life of a PCID (R53): free, issued, in use, in quarantine, free again.
//!
//! ```text
//! free > issued <> in use > quarantine > free
//!            \\_______/ the end of its validity: expired, or quarantine where there is one
//! ```
//! In quarantine nobody may use it: whoever still has it, and vectors of it that serving nodes may
//! hold, cannot be taken for what the next owner has.
use engine::{Now, Outputs, Time, Timers, Utc};
use provisioning::kept::{Recall, Table};
use serde::{Deserialize, Serialize};
use std::{collections::btree_map, fmt, time::Duration};

/// Where a PCID stands; one that is not there is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Somebody has it.
    Issued,
    /// A node serves it.
    InUse,
    /// Its validity has ended.
    Expired,
    /// Nobody may use it for a time.
    Quarantine,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Issued => "issued",
            Self::InUse => "in use",
            Self::Expired => "expired",
            Self::Quarantine => "quarantine",
        })
    }
}

/// What is known of a PCID's life. Times are seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    /// Where it stands.
    pub stage: Stage,
    /// The end of its validity.
    pub valid_until: u64,
    /// The end of its quarantine.
    #[serde(default)]
    pub free_at: Option<u64>,
}

impl Life {
    /// One that was just issued.
    pub const fn issued(valid_until: u64) -> Self {
        Self {
            stage: Stage::Issued,
            valid_until,
            free_at: None,
        }
    }

    /// When it goes on by itself.
    fn next(&self) -> Option<u64> {
        match self.stage {
            Stage::Issued | Stage::InUse => Some(self.valid_until),
            Stage::Expired => None,
            Stage::Quarantine => self.free_at,
        }
    }
}

/// What time brings about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Turn {
    /// The validity of this PCID has ended.
    Expired(String),
    /// The quarantine of this one has.
    Free(String),
}

/// A timer looks at the calendar again after this time at the latest.
const LONGEST: Duration = Duration::from_secs(30 * 86_400);

/// The lives of all PCIDs that are not free.
#[derive(Debug)]
pub struct Lives {
    table: Table<Life>,
    timers: Timers<String>,
    /// How long a quarantine is, where there is one.
    quarantine: Option<Duration>,
}

impl Lives {
    /// Nothing is issued yet.
    pub fn new(quarantine: Option<Duration>) -> Self {
        Self {
            table: Table::new("life"),
            timers: Timers::default(),
            quarantine,
        }
    }

    /// All, by PCID.
    pub fn iter(&self) -> btree_map::Iter<'_, String, Life> {
        self.table.iter()
    }

    /// One.
    pub fn get(&self, pcid: &str) -> Option<&Life> {
        self.table.get(pcid)
    }

    /// It is issued, and may be used until then.
    pub fn issue(&mut self, now: Now, pcid: &str, valid_until: u64) {
        self.table.insert(pcid, Life::issued(valid_until));
        self.schedule(now, pcid);
    }

    /// A node serves it, or does no longer.
    pub(super) fn served(&mut self, pcid: &str, yes: bool) {
        let (from, to) = match yes {
            true => (Stage::Issued, Stage::InUse),
            false => (Stage::InUse, Stage::Issued),
        };
        if self.table.get(pcid).is_some_and(|l| l.stage == from)
            && let Some(life) = self.table.get_mut(pcid)
        {
            life.stage = to;
        }
    }

    /// It is needed no longer. True where it goes into quarantine now.
    pub fn release(&mut self, now: Now, pcid: &str) -> bool {
        let Some(time) = self.quarantine else {
            return false;
        };
        let there = self.table.get(pcid);
        if there.is_some_and(|l| l.stage == Stage::Quarantine) {
            return false;
        }
        let life = self.table.entry(pcid, || Life::issued(u64::MAX));
        life.stage = Stage::Quarantine;
        life.free_at = Some((now.utc + time).secs());
        self.schedule(now, pcid);
        true
    }

    /// It is free.
    pub(super) fn free(&mut self, pcid: &str) {
        self.table.remove(pcid);
        self.timers.stop(&pcid.to_owned());
    }

    /// At the start: what an earlier life of the node has left.
    pub(super) fn start(&mut self, now: Now) {
        let all: Vec<String> = self.table.iter().map(|l| l.0.clone()).collect();
        for pcid in all {
            self.schedule(now, &pcid);
        }
    }

    /// What is due.
    pub(super) fn turn(&mut self, now: Now) -> Option<Turn> {
        while let Some(pcid) = self.timers.pop(now.mono) {
            let Some(life) = self.table.get(&pcid) else {
                continue;
            };
            match (life.stage, life.next()) {
                (stage, Some(at)) if Utc::from_secs(at) <= now.utc => {
                    if stage == Stage::Quarantine {
                        return Some(Turn::Free(pcid));
                    }
                    if let Some(life) = self.table.get_mut(&pcid) {
                        life.stage = Stage::Expired;
                    }
                    return Some(Turn::Expired(pcid));
                }
                // a long time, or the calendar was set
                (_, Some(_)) => self.schedule(now, &pcid),
                (_, None) => {}
            }
        }
        None
    }

    fn schedule(&mut self, now: Now, pcid: &str) {
        if let Some(at) = self.table.get(pcid).and_then(Life::next) {
            let rest = Utc::from_secs(at).0.saturating_sub(now.utc.0);
            let rest = Duration::from_nanos(rest).min(LONGEST);
            self.timers.start(pcid.to_owned(), now.mono + rest);
        }
    }

    pub(super) fn due(&self) -> Option<Time> {
        self.timers.due()
    }

    /// What is kept of them.
    pub fn table(&mut self) -> &mut dyn Recall {
        &mut self.table
    }

    /// Keeps what was changed.
    pub fn keep<A>(&mut self, out: &mut Outputs<A>) {
        self.table.keep(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PCID: &str = "999010000000001";

    fn at(secs: u64) -> Now {
        Now::virtually(Time(secs * 1_000_000_000))
    }

    fn stage(lives: &Lives) -> Option<Stage> {
        lives.get(PCID).map(|l| l.stage)
    }

    #[test]
    fn issued_in_use_quarantine_free() {
        let mut lives = Lives::new(Some(Duration::from_secs(50)));
        let end = at(1000).utc.secs();
        lives.issue(at(0), PCID, end);
        lives.served(PCID, true);
        assert_eq!(stage(&lives), Some(Stage::InUse));
        lives.served(PCID, false);
        assert_eq!(stage(&lives), Some(Stage::Issued));
        assert!(lives.release(at(10), PCID));
        assert!(
            !lives.release(at(20), PCID),
            "its quarantine is no longer for that"
        );
        lives.served(PCID, true);
        assert_eq!(stage(&lives), Some(Stage::Quarantine));
        assert_eq!(lives.turn(at(59)), None);
        assert_eq!(lives.turn(at(60)), Some(Turn::Free(PCID.into())));
        lives.free(PCID);
        assert_eq!((stage(&lives), lives.due()), (None, None));
    }

    #[test]
    fn validity_ends_and_without_a_quarantine_that_is_all() {
        let mut lives = Lives::new(None);
        let far = LONGEST * 3;
        lives.issue(at(0), PCID, (at(0).utc + far).secs());
        assert!(!lives.release(at(1), PCID));
        let mut turns = Vec::new();
        while let Some(due) = lives.due() {
            turns.extend(lives.turn(Now::virtually(due)));
        }
        assert_eq!(turns, [Turn::Expired(PCID.into())]);
        assert_eq!(stage(&lives), Some(Stage::Expired));
    }
}
