//! What was dropped and refused, by reason.
use std::collections::BTreeMap;

/// A number for each reason that has come up.
#[derive(Debug, Default)]
pub(crate) struct Counters(BTreeMap<&'static str, u64>);

impl Counters {
    /// One more.
    pub(crate) fn count(&mut self, reason: &'static str) {
        let n = self.0.entry(reason).or_default();
        *n = n.saturating_add(1);
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<(&'static str, u64)> {
        self.0.iter().map(|(reason, n)| (*reason, *n)).collect()
    }
}
