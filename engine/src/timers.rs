//! Timers by name.
use crate::Time;
use std::collections::BTreeMap;

/// Running timers, each under a key that says what it is for. Starting one again moves it.
#[derive(Debug, Clone)]
pub struct Timers<K> {
    by_time: BTreeMap<(Time, u64), K>,
    by_key: BTreeMap<K, (Time, u64)>,
    count: u64,
}

impl<K> Default for Timers<K> {
    fn default() -> Self {
        Self {
            by_time: BTreeMap::new(),
            by_key: BTreeMap::new(),
            count: 0,
        }
    }
}

impl<K: Ord + Clone> Timers<K> {
    /// Starts the timer `key`, or moves it: it ends at `at`. Timers that end at one moment come in
    /// the order in which they were started.
    pub fn start(&mut self, key: K, at: Time) {
        self.stop(&key);
        self.count += 1;
        self.by_time.insert((at, self.count), key.clone());
        self.by_key.insert(key, (at, self.count));
    }

    /// Stops a timer; true where it ran.
    pub fn stop(&mut self, key: &K) -> bool {
        match self.by_key.remove(key) {
            Some(at) => self.by_time.remove(&at).is_some(),
            None => false,
        }
    }

    /// When `key` ends, where it runs.
    pub fn get(&self, key: &K) -> Option<Time> {
        self.by_key.get(key).map(|at| at.0)
    }

    /// When the next one ends.
    pub fn due(&self) -> Option<Time> {
        self.by_time.keys().next().map(|at| at.0)
    }

    /// The next timer that has ended by `now`, taken off.
    pub fn pop(&mut self, now: Time) -> Option<K> {
        let first = *self.by_time.keys().next()?;
        if first.0 > now {
            return None;
        }
        let key = self.by_time.remove(&first)?;
        self.by_key.remove(&key);
        Some(key)
    }

    /// How many run.
    pub fn len(&self) -> usize {
        self.by_time.len()
    }

    /// True where none runs.
    pub fn is_empty(&self) -> bool {
        self.by_time.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restart_moves_stop_removes_equal_times_keep_order() {
        let mut t = Timers::default();
        for (k, at) in [("T3310", 15), ("T3350", 6), ("T3360", 6), ("T3385", 8)] {
            t.start(k, Time(at));
        }
        t.start("T3350", Time(20));
        assert!(t.stop(&"T3385") && !t.stop(&"T3385"));
        assert_eq!(t.due(), Some(Time(6)));
        assert_eq!(t.pop(Time(5)), None);
        assert_eq!(
            (t.pop(Time(99)), t.pop(Time(99)), t.pop(Time(99))),
            (Some("T3360"), Some("T3310"), Some("T3350"))
        );
        t.start("b", Time(1));
        t.start("a", Time(1));
        assert_eq!(
            (t.pop(Time(1)), t.pop(Time(1)), t.len()),
            (Some("b"), Some("a"), 0)
        );
    }
}
