//! The home's side of sequence numbers: making SQN, resynchronisation, and IND per serving node
//! (TS 33.102 C.1 and 6.3.5).

use crate::algorithm::Functions;
use crate::sqn::{Generation, Ind, Profile, Sqn};
use crate::vector::AutsError;
use crate::{Auts, Rand};
use core::fmt;
use core::time::Duration;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// SEQ_HE, one subscriber's counter at the home. A store keeps [`SqnHe::seq`]; 0 for a new
/// subscriber.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SqnHe {
    seq: u64,
}

impl SqnHe {
    /// As a store kept it. A number that no SQN holds is cut to the highest, which is exhausted.
    #[must_use]
    pub const fn from_seq(seq: u64) -> Self {
        let end = Sqn::MAX.value();
        Self {
            seq: if seq < end { seq } else { end },
        }
    }

    /// SEQ_HE: the SEQ of the last vector.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// The next SQN for a serving node that holds `ind`; call it once for every vector of a batch.
    /// `utc` is the time since an epoch of the operator's choice; a profile that is not
    /// time-based does not look at it.
    ///
    /// # Errors
    /// [`Exhausted`] at the end of SEQ; the counter then stays.
    pub fn next(&mut self, profile: &Profile, ind: Ind, utc: Duration) -> Result<Sqn, Exhausted> {
        let seq = next_seq(profile, self.seq, utc);
        if seq > profile.max_seq() {
            return Err(Exhausted);
        }
        self.seq = seq;
        Ok(profile.sqn(seq, ind))
    }

    /// Takes an AUTS that answered `rand` (TS 33.102 6.3.5). When the card would not accept the
    /// next SQN, SEQ_HE is set to the SEQ_MS that AUTS tells; otherwise it stays.
    ///
    /// The clause lets the home leave MAC-S unchecked in the second case; here it is always
    /// checked, so that a forged AUTS is seen.
    ///
    /// # Errors
    /// [`AutsError`] when MAC-S is wrong; the counter then stays.
    pub fn resynchronise(
        &mut self,
        profile: &Profile,
        functions: &Functions,
        rand: &Rand,
        auts: &Auts,
        utc: Duration,
    ) -> Result<Resynchronisation, AutsError> {
        let sqn_ms = functions.verify_auts(rand, auts)?;
        let seq_ms = profile.seq(sqn_ms);
        let next = next_seq(profile, self.seq, utc);
        let accepted = next > seq_ms && next - seq_ms <= profile.delta();
        if accepted && next <= profile.max_seq() {
            return Ok(Resynchronisation::Kept { sqn_ms });
        }
        self.seq = seq_ms;
        Ok(Resynchronisation::Reset { sqn_ms })
    }
}

/// What an AUTS did to SEQ_HE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resynchronisation {
    /// Nothing: the card will accept the next SQN as it is.
    Kept {
        /// The card's highest SQN.
        sqn_ms: Sqn,
    },
    /// It is now the SEQ of `sqn_ms`.
    Reset {
        /// The card's highest SQN.
        sqn_ms: Sqn,
    },
}

/// SEQ is at its end; the subscriber needs a new K.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted;

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the subscriber's sequence numbers are used up")
    }
}

impl core::error::Error for Exhausted {}

/// Which serving node holds which IND (TS 33.102 C.1.2 and C.3.4): one each, so that vectors
/// which one node holds back do not outdate those of another.
///
/// A node's name decides its IND as far as that is free, else the next free one is taken, so a
/// table filled in the same order is the same table. Once all are taken, further nodes share by
/// their name alone and are not remembered: a peer that makes up names cannot fill the memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndTable {
    indices: usize,
    nodes: BTreeMap<String, Ind>,
}

impl IndTable {
    /// An empty table for the profile's number of IND.
    #[must_use]
    pub const fn new(profile: &Profile) -> Self {
        Self {
            indices: profile.indices(),
            nodes: BTreeMap::new(),
        }
    }

    /// The IND of a node, given by its name: a Diameter identity, a GSN number. Upper and lower
    /// case are the same.
    pub fn assign(&mut self, node: &str) -> Ind {
        let node = node.to_ascii_lowercase();
        if let Some(ind) = self.nodes.get(&node) {
            return *ind;
        }
        let wanted = by_name(&node, self.indices);
        if self.nodes.len() >= self.indices {
            return wanted;
        }
        let taken: Vec<Ind> = self.nodes.values().copied().collect();
        let ind = (0..self.indices)
            .map(|step| ((usize::from(wanted) + step) % self.indices) as Ind)
            .find(|ind| !taken.contains(ind))
            .unwrap_or(wanted);
        self.nodes.insert(node, ind);
        ind
    }

    /// The nodes that hold an IND of their own, by name, as a store keeps them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Ind)> {
        self.nodes.iter().map(|(node, ind)| (node.as_str(), *ind))
    }

    /// Puts back what a store kept. Says no to an IND that the profile does not have or that
    /// another node holds.
    pub fn restore(&mut self, node: &str, ind: Ind) -> bool {
        let node = node.to_ascii_lowercase();
        let free = self
            .nodes
            .iter()
            .all(|(name, taken)| *taken != ind || *name == node);
        let known = usize::from(ind) < self.indices;
        if free && known {
            self.nodes.insert(node, ind);
        }
        free && known
    }
}

/// The SEQ that follows `seq_he`; it may be beyond the last one.
fn next_seq(profile: &Profile, seq_he: u64, utc: Duration) -> u64 {
    let Generation::PartlyTimeBased { seq2_bits, d, unit } = profile.generation() else {
        // C.1.1.2
        return seq_he + 1;
    };
    let p = 1 << seq2_bits;
    let (seq1, seq2) = (seq_he >> seq2_bits, seq_he % p);
    let glc = (utc.as_nanos() / unit.as_nanos() % u128::from(p)) as u64;
    if seq2 < glc && glc <= seq2 + p - d {
        // C.1.1.1 (5)(i): the clock is ahead.
        seq1 << seq2_bits | glc
    } else if (glc <= seq2 && seq2 < glc + d) || seq2 + p - d < glc {
        // (ii): SEQ2 is ahead of the clock by less than D, the second time over the turn.
        seq_he + 1
    } else {
        // (iii): the clock has turned.
        (seq1 + 1) << seq2_bits | glc
    }
}

/// The IND that a name asks for: of the 32 first bits of its SHA-256.
fn by_name(node: &str, indices: usize) -> Ind {
    let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(node.as_bytes()).into();
    (u32::from_be_bytes([a, b, c, d]) as usize % indices) as Ind
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Algorithm, Opc};
    use std::collections::BTreeSet;

    const ZERO: Duration = Duration::ZERO;

    fn functions() -> Functions {
        Algorithm::default()
            .keyed(&[1; 16].into(), &Opc::from([2; 16]).into())
            .unwrap()
    }

    #[test]
    fn counted_until_the_end() {
        let profile = Profile::PROFILE_2;
        let mut he = SqnHe::default();
        assert_eq!(he.next(&profile, 3, ZERO), Ok(profile.sqn(1, 3)));
        assert_eq!(he.next(&profile, 4, ZERO), Ok(profile.sqn(2, 4)));
        let mut he = SqnHe::from_seq(profile.max_seq() - 1);
        assert_eq!(he.next(&profile, 31, ZERO), Ok(Sqn::MAX));
        assert_eq!(he.next(&profile, 31, ZERO), Err(Exhausted));
        assert_eq!(he.seq(), profile.max_seq());
    }

    /// The three cases of C.1.1.1 (5) on a small clock: n = 8, D = 4, one unit a second.
    #[test]
    fn partly_time_based_cases() {
        let generation = Generation::PartlyTimeBased {
            seq2_bits: 8,
            d: 4,
            unit: Duration::from_secs(1),
        };
        let profile = Profile::new(5, generation, 1 << 28, None).unwrap();
        for (seq_he, clock, next) in [
            (0x000, 0x10, 0x010), // (i) the clock is ahead
            (0x310, 0x11, 0x311),
            (0x310, 0x10, 0x311), // (ii) several in one second
            (0x313, 0x10, 0x314),
            (0x301, 0xff, 0x302), // (ii) a little ahead over the turn of SEQ2
            (0x300, 0xfc, 0x3fc), // not (ii): 256 - 4 = 252 units behind, so (i)
            (0x314, 0x10, 0x410), // (iii) the clock has turned
            (0x3ff, 0x00, 0x400),
            (0x3ff, 0xff, 0x400),
        ] {
            for turns in [0, 7 * 256] {
                let utc = Duration::from_millis((turns + clock) * 1000 + 999);
                assert_eq!(
                    next_seq(&profile, seq_he, utc),
                    next,
                    "SEQ_HE {seq_he:x} at {clock:x}"
                );
            }
        }
    }

    #[test]
    fn seq_always_grows_whatever_the_clock_does() {
        let generation = Generation::PartlyTimeBased {
            seq2_bits: 6,
            d: 5,
            unit: Duration::from_secs(1),
        };
        let profile = Profile::new(5, generation, 1 << 28, None).unwrap();
        for seq_he in 0..4 * 64 {
            for clock in 0..64 {
                let next = next_seq(&profile, seq_he, Duration::from_secs(clock));
                assert!(
                    next > seq_he && next <= seq_he + 64 + 1,
                    "{seq_he} {clock} {next}"
                );
            }
        }
    }

    #[test]
    fn resynchronisation_sets_the_counter_only_where_it_must() {
        let (profile, functions, rand) = (Profile::PROFILE_2, functions(), [7; 16]);
        let auts = |seq| functions.auts(&rand, profile.sqn(seq, 9));
        let take = |he: u64, seq_ms| {
            let mut he = SqnHe::from_seq(he);
            let outcome = he.resynchronise(&profile, &functions, &rand, &auts(seq_ms), ZERO);
            (outcome.unwrap(), he.seq())
        };
        let kept = |seq| Resynchronisation::Kept {
            sqn_ms: profile.sqn(seq, 9),
        };
        let reset = |seq| Resynchronisation::Reset {
            sqn_ms: profile.sqn(seq, 9),
        };

        assert_eq!(take(100, 5000), (reset(5000), 5000)); // the home is behind
        assert_eq!(take(100, 101), (reset(101), 101)); // the next one is not above
        assert_eq!(take(100, 100), (kept(100), 100));
        assert_eq!(take(100, 50), (kept(50), 100)); // in range: another node's IND was stale
        let delta = profile.delta();
        assert_eq!(take(delta + 9, 10), (kept(10), delta + 9));
        assert_eq!(take(delta + 10, 10), (reset(10), 10)); // the leap would be too long
        assert_eq!(take(profile.max_seq(), 10), (reset(10), 10));
    }

    #[test]
    fn a_forged_auts_changes_nothing() {
        let (profile, functions) = (Profile::PROFILE_2, functions());
        let mut auts = functions.auts(&[7; 16], profile.sqn(5000, 0));
        auts[13] ^= 1;
        let mut he = SqnHe::from_seq(100);
        let refused = he.resynchronise(&profile, &functions, &[7; 16], &auts, ZERO);
        assert_eq!((refused, he.seq()), (Err(AutsError), 100));
    }

    #[test]
    fn nodes_get_an_ind_each_until_there_is_none_left() {
        let mut table = IndTable::new(&Profile::PROFILE_2);
        let name = |i| format!("sgsn{i}.epc.mnc001.mcc001.3gppnetwork.org");
        let first: Vec<_> = (0..32).map(|i| table.assign(&name(i))).collect();
        let different: BTreeSet<_> = first.iter().collect();
        assert_eq!(different.len(), 32);
        assert!(different.iter().all(|ind| **ind < 32));

        // The 33rd shares one, and neither it nor anyone else moves.
        let shared = table.assign(&name(32));
        assert!(shared < 32);
        assert_eq!(table.assign(&name(32)), shared);
        let again: Vec<_> = (0..32)
            .map(|i| table.assign(&name(i).to_uppercase()))
            .collect();
        assert_eq!(again, first);
        assert_eq!(table.iter().count(), 32);
    }

    #[test]
    fn a_table_comes_back_from_a_store() {
        let mut table = IndTable::new(&Profile::PROFILE_2);
        for node in ["b.example", "a.example", "c.example"] {
            table.assign(node);
        }
        let mut copy = IndTable::new(&Profile::PROFILE_2);
        assert!(table.iter().all(|(node, ind)| copy.restore(node, ind)));
        assert_eq!(copy, table);
        let held = copy.assign("a.example");
        assert!(!copy.restore("d.example", held));
        assert!(!copy.restore("d.example", 32));
        assert_eq!(copy, table);
    }
}
