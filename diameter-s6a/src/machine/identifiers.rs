//! Hop-by-hop and end-to-end identifiers, RFC 6733 3.
use crate::msg::Header;
use engine::{Now, Rng};

/// Gives out identifiers.
///
/// End-to-end identifiers stay unique for four minutes and over restarts: their upper 12 bits start
/// as the lower 12 of the time of day in seconds, the rest at random, and they are counted on.
#[derive(Debug, Clone)]
pub struct Identifiers {
    hop_by_hop: u32,
    end_to_end: u32,
}

impl Identifiers {
    /// Those of a node that starts now.
    pub fn new(now: Now, rng: &mut Rng) -> Self {
        let time = (now.utc.secs() & 0xfff) as u32;
        Self {
            hop_by_hop: rng.u32(),
            end_to_end: time.wrapping_shl(20) | (rng.u32() & 0x000f_ffff),
        }
    }

    /// The next hop-by-hop identifier.
    pub fn hop_by_hop(&mut self) -> u32 {
        self.hop_by_hop = self.hop_by_hop.wrapping_add(1);
        self.hop_by_hop
    }

    /// The next end-to-end identifier.
    pub fn end_to_end(&mut self) -> u32 {
        self.end_to_end = self.end_to_end.wrapping_add(1);
        self.end_to_end
    }

    /// Numbers a request of ours; one that is sent again keeps its end-to-end identifier.
    pub fn number(&mut self, request: &mut Header) {
        request.hop_by_hop = self.hop_by_hop();
        if request.end_to_end == 0 {
            request.end_to_end = self.end_to_end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::Time;

    #[test]
    fn a_restart_does_not_bring_identifiers_back() {
        let at = |secs: u64| {
            let now = Now::virtually(Time(secs * 1_000_000_000));
            Identifiers::new(now, &mut Rng::seed(1)).end_to_end()
        };
        // the upper 12 bits come back after 4096 s only, far beyond the four minutes
        let all: std::collections::BTreeSet<_> = (0..240).map(|s| at(s) >> 20).collect();
        assert_eq!(all.len(), 240);
    }
}
