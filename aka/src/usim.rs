//! The card's side: freshness of SQN, and the answer to a challenge (TS 33.102 C.2 and 6.3.3).

use crate::algorithm::Functions;
use crate::secret::{Secret, equal};
use crate::sqn::{Profile, Sqn};
use crate::vector::{F2345, conceal};
use crate::{Autn, Auts, Rand, Res};

/// The highest SEQ that the card accepted for every IND (TS 33.102 C.2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqnArray {
    profile: Profile,
    seq_ms: Vec<u64>,
}

impl SqnArray {
    /// A new card: all zero.
    #[must_use]
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            seq_ms: vec![0; profile.indices()],
        }
    }

    /// As a store kept it. `None` when the number of entries or one of them does not go with the
    /// profile.
    #[must_use]
    pub fn restore(profile: Profile, seq_ms: Vec<u64>) -> Option<Self> {
        let fits =
            seq_ms.len() == profile.indices() && seq_ms.iter().all(|seq| *seq <= profile.max_seq());
        fits.then_some(Self { profile, seq_ms })
    }

    /// SEQ_MS of every IND, for a store.
    #[must_use]
    pub fn seq_ms(&self) -> &[u64] {
        &self.seq_ms
    }

    /// The profile that the card follows.
    #[must_use]
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    /// SQN_MS: the highest SQN ever accepted, whatever its IND. AUTS tells it.
    #[must_use]
    pub fn sqn_ms(&self) -> Sqn {
        let all = (0..)
            .zip(&self.seq_ms)
            .map(|(ind, seq)| self.profile.sqn(*seq, ind));
        // Entries that were never used do not count, or a new card would tell an IND.
        all.filter(|sqn| self.profile.seq(*sqn) > 0)
            .max()
            .unwrap_or_default()
    }

    /// Takes `sqn` if it is fresh, and remembers it.
    ///
    /// # Errors
    /// Why it is not; the array then stays.
    pub fn accept(&mut self, sqn: Sqn) -> Result<(), NotFresh> {
        let (seq, ind) = (self.profile.seq(sqn), self.profile.ind(sqn));
        let highest = self.profile.seq(self.sqn_ms());
        // C.2.1: no leap above delta.
        if seq > highest && seq - highest > self.profile.delta() {
            return Err(NotFresh::Leap);
        }
        // C.2.2: nothing that is L or more behind.
        if let Some(limit) = self.profile.age_limit()
            && highest.saturating_sub(seq) >= limit
        {
            return Err(NotFresh::Old);
        }
        // C.2.2 (a) and (b)
        match self.seq_ms.get_mut(usize::from(ind)) {
            Some(entry) if seq > *entry => {
                *entry = seq;
                Ok(())
            }
            _ => Err(NotFresh::Used),
        }
    }
}

/// Why the card does not take an SQN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotFresh {
    /// Not above the last one of its IND.
    Used,
    /// Behind the highest one by L or more.
    Old,
    /// Ahead of the highest one by more than delta.
    Leap,
}

/// The card's answer to a challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The network is genuine and the vector fresh.
    Accepted {
        /// To be sent to the serving node.
        res: Res,
        /// The cipher key.
        ck: Secret<16>,
        /// The integrity key.
        ik: Secret<16>,
    },
    /// AUTN was not made with this card's keys: GMM cause 20 (TS 24.008 4.7.7.5.1).
    MacFailure,
    /// The vector is not fresh: GMM cause 21 with AUTS (TS 24.008 4.7.7.5.1).
    SyncFailure {
        /// For the home.
        auts: Auts,
        /// Why; it is told to nobody.
        why: NotFresh,
    },
}

/// Checks a challenge and answers it (TS 33.102 6.3.3). `array` changes only when the challenge
/// is accepted.
pub fn authenticate(
    functions: &Functions,
    rand: &Rand,
    autn: &Autn,
    array: &mut SqnArray,
) -> Outcome {
    let F2345 { res, ck, ik, ak } = functions.f2345(rand);
    let [a, b, c, d, e, f, amf0, amf1, mac @ ..] = autn;
    let sqn = conceal(Sqn::from_octets([*a, *b, *c, *d, *e, *f]), ak);
    if !equal(&functions.f1(rand, sqn, [*amf0, *amf1]), mac) {
        return Outcome::MacFailure;
    }
    match array.accept(sqn) {
        Ok(()) => Outcome::Accepted { res, ck, ik },
        Err(why) => Outcome::SyncFailure {
            auts: functions.auts(rand, array.sqn_ms()),
            why,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqn::Generation;

    const P: Profile = Profile::PROFILE_2;

    #[test]
    fn every_ind_has_its_own_order() {
        let mut array = SqnArray::new(P);
        assert_eq!(array.accept(P.sqn(0, 3)), Err(NotFresh::Used));
        assert_eq!(array.accept(P.sqn(10, 3)), Ok(()));
        assert_eq!(array.accept(P.sqn(10, 3)), Err(NotFresh::Used));
        assert_eq!(array.accept(P.sqn(9, 3)), Err(NotFresh::Used));
        // A vector that another node held back is behind the highest, and still good.
        assert_eq!(array.accept(P.sqn(5, 4)), Ok(()));
        assert_eq!(array.accept(P.sqn(5, 4)), Err(NotFresh::Used));
        assert_eq!(array.sqn_ms(), P.sqn(10, 3));
        assert_eq!(array.accept(P.sqn(11, 4)), Ok(()));
        assert_eq!(array.sqn_ms(), P.sqn(11, 4));
    }

    #[test]
    fn a_new_card_tells_zero() {
        assert_eq!(SqnArray::new(P).sqn_ms(), Sqn::default());
    }

    #[test]
    fn leaps_end_at_delta() {
        let mut array = SqnArray::new(P);
        array.accept(P.sqn(100, 1)).unwrap();
        assert_eq!(array.accept(P.sqn(101 + P.delta(), 2)), Err(NotFresh::Leap));
        assert_eq!(array.accept(P.sqn(100 + P.delta(), 2)), Ok(()));
        // The leap is measured from the highest SEQ, not from that of the IND.
        assert_eq!(array.accept(P.sqn(101 + P.delta(), 3)), Ok(()));
    }

    #[test]
    fn age_ends_below_the_limit() {
        let profile = Profile::new(5, Generation::Counter, 1 << 28, Some(8)).unwrap();
        let mut array = SqnArray::new(profile);
        array.accept(profile.sqn(100, 1)).unwrap();
        assert_eq!(array.accept(profile.sqn(92, 2)), Err(NotFresh::Old));
        assert_eq!(array.accept(profile.sqn(93, 2)), Ok(()));
    }

    #[test]
    fn without_ind_there_is_one_order() {
        let profile = Profile::new(0, Generation::Counter, 1 << 28, None).unwrap();
        let mut array = SqnArray::new(profile);
        assert_eq!(array.accept(Sqn::new(2).unwrap()), Ok(()));
        assert_eq!(array.accept(Sqn::new(1).unwrap()), Err(NotFresh::Used));
    }

    #[test]
    fn comes_back_from_a_store() {
        let mut array = SqnArray::new(P);
        array.accept(P.sqn(100, 1)).unwrap();
        assert_eq!(SqnArray::restore(P, array.seq_ms().to_vec()), Some(array));
        assert_eq!(SqnArray::restore(P, vec![0; 31]), None);
        assert_eq!(SqnArray::restore(P, vec![1 << 43; 32]), None);
    }
}
