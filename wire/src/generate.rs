//! Where sample values come from.

/// A small seeded stream of numbers for samples and mutations; not for keys.
#[derive(Debug, Clone)]
pub struct Gen(u64);

impl Gen {
    /// A stream decided by `seed`.
    pub fn seed(seed: u64) -> Self {
        // spread close seeds apart; xorshift must not start at 0
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next number (xorshift64).
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0.wrapping_shl(13);
        self.0 ^= self.0.wrapping_shr(7);
        self.0 ^= self.0.wrapping_shl(17);
        self.0
    }

    /// A number below `n`; 0 for `n` = 0.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next().checked_rem(n).unwrap_or(0)
    }

    /// One of `from`.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len() as u64) as usize)
    }

    /// True once in two.
    pub fn flip(&mut self) -> bool {
        self.below(2) == 1
    }
}
