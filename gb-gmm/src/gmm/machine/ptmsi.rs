//! Temporary identities that are handed out.
use engine::Rng;
use std::collections::BTreeSet;

/// The P-TMSIs of one SGSN that are in use; bits 31 and 30 are 1 (TS 23.003 2.4).
#[derive(Debug, Clone, Default)]
pub struct Ptmsis(BTreeSet<u32>);

impl Ptmsis {
    /// One that nobody has; `None` where a thousand tries find none.
    pub fn allocate(&mut self, rng: &mut Rng) -> Option<u32> {
        (0..1000).find_map(|_| {
            let p = rng.u32() | 0xc000_0000;
            // all ones means "no valid TMSI"
            (p != u32::MAX && self.0.insert(p)).then_some(p)
        })
    }

    /// Gives one back.
    pub fn release(&mut self, ptmsi: u32) {
        self.0.remove(&ptmsi);
    }

    /// How many are in use.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True where none is in use.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
