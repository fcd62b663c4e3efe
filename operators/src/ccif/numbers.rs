//! The numbers of a range and whose they are (R53): never given yet, given, come back and free again.
use engine::Outputs;
use provisioning::kept::{Recall, Table};
use serde::{Deserialize, Serialize};

/// A number of the range, and how often it was somebody else's before: each time it has fresh
/// secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Number {
    /// Its place in the range, from 0.
    pub n: u64,
    /// How often it came back.
    #[serde(default)]
    pub generation: u32,
}

/// A number that came back, at least once.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Back {
    generation: u32,
    /// By which return.
    by: String,
    /// When it came back last, seconds since 1970.
    since: u64,
    /// False once it is given again.
    free: bool,
}

/// All numbers of a range.
#[derive(Debug)]
pub struct Numbers {
    size: u64,
    /// The first that was never given.
    next: u64,
    back: Table<Back>,
}

impl Numbers {
    /// A range of which nothing was given yet.
    pub const fn new(size: u64) -> Self {
        Self {
            size,
            next: 0,
            back: Table::new("number"),
        }
    }

    /// How many are free.
    pub fn free(&self) -> u64 {
        let back = self.back.values().filter(|b| b.free).count();
        let back = u64::try_from(back).unwrap_or(u64::MAX);
        self.size.saturating_sub(self.next).saturating_add(back)
    }

    /// Takes as many as are wanted, or none: those that nobody has had yet, then those that are
    /// free again, the longest first, so that each rests as long as can be.
    ///
    /// # Errors
    /// How many are free, where that is not enough.
    pub fn take(&mut self, count: u32) -> Result<Vec<Number>, u64> {
        let free = self.free();
        if u64::from(count) > free {
            return Err(free);
        }
        let mut rested: Vec<(u64, u64)> = self
            .back
            .iter()
            .filter(|(_, b)| b.free)
            .filter_map(|(n, b)| Some((b.since, n.parse().ok()?)))
            .collect();
        rested.sort_unstable();
        let mut rested = rested.into_iter();
        let mut all = Vec::new();
        for _ in 0..count {
            if self.next < self.size {
                all.push(Number {
                    n: self.next,
                    generation: 0,
                });
                self.next = self.next.saturating_add(1);
            } else if let Some((_, n)) = rested.next()
                && let Some(b) = self.back.get_mut(&n.to_string())
            {
                b.free = false;
                let generation = b.generation;
                all.push(Number { n, generation });
            }
        }
        Ok(all)
    }

    /// These are given already.
    pub fn given(&mut self, numbers: &[Number]) {
        for number in numbers {
            self.next = self.next.max(number.n.saturating_add(1));
        }
    }

    /// Whether a number came back by this return: one that is told again changes nothing, whoever
    /// has the number meanwhile.
    pub fn came_back(&self, n: u64, by: &str) -> bool {
        self.back.get(&n.to_string()).is_some_and(|b| b.by == by)
    }

    /// A number is free again. False for one that nobody has; one that is free stays so.
    pub fn give_back(&mut self, n: u64, by: &str, now: u64) -> bool {
        if n >= self.next {
            return false;
        }
        let row = n.to_string();
        if self.back.get(&row).is_some_and(|b| b.free) || self.came_back(n, by) {
            return true;
        }
        let b = self.back.entry(&row, || Back {
            generation: 0,
            by: String::new(),
            since: now,
            free: false,
        });
        b.generation = b.generation.saturating_add(1);
        b.by = by.to_owned();
        b.since = now;
        b.free = true;
        true
    }

    /// What is kept of them.
    pub fn table(&mut self) -> &mut dyn Recall {
        &mut self.back
    }

    /// Keeps what was changed.
    pub fn keep<A>(&mut self, out: &mut Outputs<A>) {
        self.back.keep(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(n: u64, generation: u32) -> Number {
        Number { n, generation }
    }

    #[test]
    fn all_or_none_and_what_came_back_comes_last() {
        let mut all = Numbers::new(3);
        assert_eq!(all.take(2), Ok(vec![number(0, 0), number(1, 0)]));
        assert_eq!(all.take(2), Err(1));
        assert!(!all.give_back(2, "a", 5), "nobody has it");
        assert!(all.give_back(1, "b", 5) && all.give_back(0, "c", 6) && all.give_back(1, "d", 7));
        assert_eq!(all.free(), 3);
        // the one that nobody has had, then the one that has rested longest
        assert_eq!(all.take(2), Ok(vec![number(2, 0), number(1, 1)]));
        // said again, it is not given back by who has it now
        assert!(all.came_back(1, "b") && all.give_back(1, "b", 8) && all.free() == 1);
        assert!(all.give_back(1, "e", 8));
        assert_eq!(all.take(2), Ok(vec![number(0, 1), number(1, 2)]));
        assert_eq!(all.take(1), Err(0));
    }

    #[test]
    fn what_came_back_is_free_after_a_restart() {
        let mut out = Outputs::<()>::default();
        let mut all = Numbers::new(1);
        assert_eq!(all.take(1).map(|n| n.len()), Ok(1));
        assert!(all.give_back(0, "a", 9));
        all.keep(&mut out);
        let rows: Vec<_> = out.drain_kept().collect();
        let mut again = Numbers::new(1);
        again.given(&[number(0, 0)]);
        assert_eq!(again.take(1), Err(0));
        for (key, row) in &rows {
            let read = again
                .table()
                .recall(key, row.as_deref().unwrap_or_default());
            assert!(matches!(read, Some(Ok(()))), "{key}");
        }
        assert_eq!(again.take(1), Ok(vec![number(0, 1)]));
    }
}
