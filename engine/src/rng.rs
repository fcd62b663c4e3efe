//! Randomness that is handed in.
use rand_chacha::ChaCha12Rng;
use rand_core::{Rng as _, SeedableRng, TryCryptoRng, TryRng};
use std::{convert::Infallible, fmt};

/// A cryptographic random source: seeded from the operating system on sockets, from the run's seed
/// in virtual time. Every node gets a stream of its own, so that one more node changes no other.
#[derive(Clone)]
pub struct Rng(ChaCha12Rng);

impl Rng {
    /// From 32 octets.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(ChaCha12Rng::from_seed(seed))
    }

    /// From a number that a person can type.
    pub fn seed(seed: u64) -> Self {
        Self(ChaCha12Rng::seed_from_u64(seed))
    }

    /// A stream of its own for `name`. The same name from the same source is the same stream; from
    /// another stream it is another one: two nodes may call their parts alike.
    #[must_use]
    pub fn stream(&self, name: &str) -> Self {
        // FNV-1a: which stream number a name gets has only to be fixed and spread
        let begin = 0xcbf2_9ce4_8422_2325u64 ^ self.0.get_stream();
        let id = name.bytes().fold(begin, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut other = self.0.clone();
        other.set_stream(id);
        other.set_word_pos(0);
        Self(other)
    }

    /// 32 random bits.
    pub fn u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// 64 random bits.
    pub fn u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `n`; 0 for `n` = 0.
    pub fn below(&mut self, n: u64) -> u64 {
        // multiply and shift: unbiased enough for 64 bits, and without a loop
        ((u128::from(self.u64()) * u128::from(n)) >> 64) as u64
    }

    /// `N` random octets.
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut a = [0; N];
        self.0.fill_bytes(&mut a);
        a
    }

    /// Fills `to`.
    pub fn fill(&mut self, to: &mut [u8]) {
        self.0.fill_bytes(to);
    }
}

impl fmt::Debug for Rng {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rng")
    }
}

impl TryRng for Rng {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.u32())
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.u64())
    }
    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        self.fill(to);
        Ok(())
    }
}

impl TryCryptoRng for Rng {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_fixed_and_apart() {
        let root = Rng::seed(7);
        let mut used = root.clone();
        used.u64();
        assert_eq!(root.stream("sgsn").u64(), used.stream("sgsn").u64());
        assert_ne!(root.stream("sgsn").u64(), root.stream("ggsn").u64());
        assert_ne!(Rng::seed(8).stream("sgsn").u64(), root.stream("sgsn").u64());
        let part = |node: &str| root.stream(node).stream("radio").u64();
        assert_eq!(part("M2ME"), part("M2ME"));
        assert_ne!(part("M2ME"), part("M2ME-2"));
        assert_ne!(part("M2ME"), root.stream("radio").u64());
        let mut r = Rng::seed(1);
        assert!((0..1000).all(|_| r.below(10) < 10));
    }
}
