//! Sequence numbers: SQN = SEQ || IND, and the profiles by which home and card handle them
//! (TS 33.102 annex C).

use core::fmt;
use core::time::Duration;

/// IND, the index into the card's array (TS 33.102 C.1.2).
pub type Ind = u16;

/// SQN, a 48-bit sequence number (TS 33.102 6.3.7). How many of its last bits are IND is told by
/// a [`Profile`].
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sqn(u64);

impl Sqn {
    /// The highest one.
    pub const MAX: Self = Self((1 << 48) - 1);

    /// `None` above 48 bits.
    #[must_use]
    pub const fn new(value: u64) -> Option<Self> {
        if value <= Self::MAX.0 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// As it stands in AUTN or AUTS, once AK is taken off.
    #[must_use]
    pub const fn from_octets(octets: [u8; 6]) -> Self {
        let [a, b, c, d, e, f] = octets;
        Self(u64::from_be_bytes([0, 0, a, b, c, d, e, f]))
    }

    /// Six octets, most significant first.
    #[must_use]
    pub const fn octets(self) -> [u8; 6] {
        let [_, _, a, b, c, d, e, f] = self.0.to_be_bytes();
        [a, b, c, d, e, f]
    }

    /// The number.
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }

    /// The last 48 bits of `value`.
    #[inline]
    pub(crate) const fn truncate(value: u64) -> Self {
        Self(value & Self::MAX.0)
    }
}

impl fmt::Display for Sqn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012x}", self.0)
    }
}

impl fmt::Debug for Sqn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sqn({self})")
    }
}

/// How the home makes SEQ (TS 33.102 C.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// Not time-based: SEQ is counted (C.1.1.2).
    Counter,
    /// Partly time-based: SEQ = SEQ1 || SEQ2, and SEQ2 follows a clock (C.1.1.1).
    PartlyTimeBased {
        /// n, the length of SEQ2 and of the clock's value GLC, in bits.
        seq2_bits: u8,
        /// D: SEQ2 may be ahead of the clock by less than this.
        d: u64,
        /// What the clock counts.
        unit: Duration,
    },
}

/// The parameters of annex C that one operator chose. The home's [`crate::SqnHe`] and the card's
/// [`crate::SqnArray`] must be given the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    ind_bits: u8,
    generation: Generation,
    delta: u64,
    age_limit: Option<u64>,
}

impl Profile {
    /// Profile 1, partly time-based (TS 33.102 C.3.1): IND of 5 bits, SEQ2 of 24 bits counting
    /// seconds, D of 2^16, delta of 2^28, no age limit.
    pub const PROFILE_1: Self = Self {
        ind_bits: 5,
        generation: Generation::PartlyTimeBased {
            seq2_bits: 24,
            d: 1 << 16,
            unit: Duration::from_secs(1),
        },
        delta: 1 << 28,
        age_limit: None,
    };

    /// Profile 2, not time-based (TS 33.102 C.3.2): IND of 5 bits, delta of 2^28, no age limit.
    pub const PROFILE_2: Self = Self {
        ind_bits: 5,
        generation: Generation::Counter,
        delta: 1 << 28,
        age_limit: None,
    };

    /// The longest IND that [`Profile::new`] takes, in bits.
    pub const MAX_IND_BITS: u8 = 12;

    /// A profile of one's own.
    ///
    /// - `ind_bits`: length of IND; the card's array has 2^`ind_bits` entries.
    /// - `delta`: the card takes no SEQ that is ahead of its highest by more (C.2.1).
    /// - `age_limit`: L; if there is one, the card takes no SEQ that is L or more behind its
    ///   highest (C.2.2).
    ///
    /// # Errors
    /// Lengths that do not go into 48 bits, limits that nothing can keep.
    pub const fn new(
        ind_bits: u8,
        generation: Generation,
        delta: u64,
        age_limit: Option<u64>,
    ) -> Result<Self, ProfileError> {
        if ind_bits > Self::MAX_IND_BITS {
            return Err(ProfileError::IndBits);
        }
        if let Generation::PartlyTimeBased { seq2_bits, d, unit } = generation {
            if seq2_bits == 0 || seq2_bits + ind_bits >= 48 {
                return Err(ProfileError::Seq2Bits);
            }
            if d == 0 || d >= 1 << seq2_bits {
                return Err(ProfileError::D);
            }
            if unit.is_zero() {
                return Err(ProfileError::Unit);
            }
            // The clock alone may take SEQ forward by a whole turn of SEQ2.
            if delta < 1 << seq2_bits {
                return Err(ProfileError::Delta);
            }
        }
        if delta == 0 {
            return Err(ProfileError::Delta);
        }
        if let Some(0) = age_limit {
            return Err(ProfileError::AgeLimit);
        }
        Ok(Self {
            ind_bits,
            generation,
            delta,
            age_limit,
        })
    }

    /// Length of IND in bits.
    #[must_use]
    pub const fn ind_bits(&self) -> u8 {
        self.ind_bits
    }

    /// How many IND there are, and how many entries the card's array has: 2^`ind_bits`.
    #[must_use]
    pub const fn indices(&self) -> usize {
        1 << self.ind_bits
    }

    /// How the home makes SEQ.
    #[must_use]
    pub const fn generation(&self) -> Generation {
        self.generation
    }

    /// Delta, the longest leap that the card takes.
    #[must_use]
    pub const fn delta(&self) -> u64 {
        self.delta
    }

    /// L, if there is one.
    #[must_use]
    pub const fn age_limit(&self) -> Option<u64> {
        self.age_limit
    }

    /// The highest SEQ.
    #[must_use]
    pub const fn max_seq(&self) -> u64 {
        Sqn::MAX.0 >> self.ind_bits
    }

    /// SEQ of an SQN.
    #[must_use]
    pub const fn seq(&self, sqn: Sqn) -> u64 {
        sqn.0 >> self.ind_bits
    }

    /// IND of an SQN.
    #[must_use]
    pub const fn ind(&self, sqn: Sqn) -> Ind {
        (sqn.0 & ((1 << self.ind_bits) - 1)) as Ind
    }

    /// SQN = SEQ || IND; bits of either that do not fit are dropped.
    #[must_use]
    pub const fn sqn(&self, seq: u64, ind: Ind) -> Sqn {
        let mask = (1 << self.ind_bits) - 1;
        Sqn::truncate(seq << self.ind_bits | (ind as u64 & mask))
    }
}

/// Why a [`Profile`] cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileError {
    /// IND is longer than [`Profile::MAX_IND_BITS`].
    IndBits,
    /// SEQ2 is empty or leaves no bit for SEQ1.
    Seq2Bits,
    /// D is 0 or not below 2^n.
    D,
    /// The clock's unit is 0.
    Unit,
    /// Delta is 0, or shorter than one turn of the clock.
    Delta,
    /// L is 0: not even the highest SEQ would be young enough.
    AgeLimit,
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::IndBits => "IND has at most 12 bits",
            Self::Seq2Bits => "SEQ2 has at least one bit and leaves at least one to SEQ1",
            Self::D => "D is at least 1 and below 2^n",
            Self::Unit => "the clock's unit is above 0",
            Self::Delta => "delta is at least 1 and at least 2^n",
            Self::AgeLimit => "L is at least 1",
        })
    }
}

impl core::error::Error for ProfileError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqn_is_seq_and_ind() {
        let profile = Profile::PROFILE_2;
        let sqn = profile.sqn(229, 23);
        assert_eq!(sqn.value(), 7351);
        assert_eq!((profile.seq(sqn), profile.ind(sqn)), (229, 23));
        assert_eq!(Sqn::from_octets(sqn.octets()), sqn);
        assert_eq!(format!("{sqn:?}"), "Sqn(000000001cb7)");
        assert_eq!(profile.max_seq(), (1 << 43) - 1);
        assert_eq!(profile.sqn(profile.max_seq(), 31), Sqn::MAX);
        assert_eq!(Sqn::new(1 << 48), None);
    }

    #[test]
    fn the_named_profiles_pass_their_own_check() {
        for p in [Profile::PROFILE_1, Profile::PROFILE_2] {
            assert_eq!(
                Profile::new(p.ind_bits, p.generation, p.delta, p.age_limit),
                Ok(p)
            );
        }
    }

    #[test]
    fn profiles_are_checked() {
        let time = |seq2_bits, d, unit| Generation::PartlyTimeBased {
            seq2_bits,
            d,
            unit: Duration::from_millis(unit),
        };
        for (ind_bits, generation, delta, age_limit, error) in [
            (13, Generation::Counter, 1, None, ProfileError::IndBits),
            (5, time(43, 1, 1), 1 << 44, None, ProfileError::Seq2Bits),
            (5, time(0, 1, 1), 1 << 28, None, ProfileError::Seq2Bits),
            (5, time(4, 16, 1), 1 << 28, None, ProfileError::D),
            (5, time(4, 0, 1), 1 << 28, None, ProfileError::D),
            (5, time(4, 2, 0), 1 << 28, None, ProfileError::Unit),
            (5, time(4, 2, 1), 15, None, ProfileError::Delta),
            (5, Generation::Counter, 0, None, ProfileError::Delta),
            (5, Generation::Counter, 1, Some(0), ProfileError::AgeLimit),
        ] {
            assert_eq!(
                Profile::new(ind_bits, generation, delta, age_limit),
                Err(error)
            );
        }
    }
}
