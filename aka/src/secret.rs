//! Key material: readable only by [`Secret::expose`], compared in constant time, wiped on drop.

use core::fmt;
use core::hint::black_box;
use core::str::FromStr;
use zeroize::Zeroize;

/// `N` octets that must not be seen. `Debug` and `Display` print the length alone.
#[derive(Clone)]
pub struct Secret<const N: usize>([u8; N]);

impl<const N: usize> Secret<N> {
    /// Takes the octets.
    #[must_use]
    pub const fn new(octets: [u8; N]) -> Self {
        Self(octets)
    }

    /// The octets themselves. The name is long on purpose: every use can be found.
    #[must_use]
    pub const fn expose(&self) -> &[u8; N] {
        &self.0
    }

    /// For whoever derives a key in place.
    pub(crate) const fn expose_mut(&mut self) -> &mut [u8; N] {
        &mut self.0
    }
}

impl<const N: usize> Drop for Secret<N> {
    #[inline]
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<const N: usize> From<[u8; N]> for Secret<N> {
    fn from(octets: [u8; N]) -> Self {
        Self(octets)
    }
}

impl<const N: usize> TryFrom<&[u8]> for Secret<N> {
    type Error = SecretError;

    /// Fails when the length is not `N`; the error names the lengths, never the content.
    fn try_from(octets: &[u8]) -> Result<Self, SecretError> {
        match octets.try_into() {
            Ok(octets) => Ok(Self(octets)),
            Err(_) => Err(SecretError::Length {
                need: N,
                have: octets.len(),
            }),
        }
    }
}

impl<const N: usize> FromStr for Secret<N> {
    type Err = SecretError;

    /// Reads `2 * N` hexadecimal digits, as configuration files write keys.
    fn from_str(text: &str) -> Result<Self, SecretError> {
        if text.len() != 2 * N {
            return Err(SecretError::Length {
                need: N,
                have: text.len() / 2,
            });
        }
        let mut key = Self([0; N]);
        for (octet, pair) in key.0.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            for digit in pair {
                let value = char::from(*digit).to_digit(16).ok_or(SecretError::NotHex)?;
                *octet = *octet << 4 | value as u8;
            }
        }
        Ok(key)
    }
}

impl<const N: usize> PartialEq for Secret<N> {
    fn eq(&self, other: &Self) -> bool {
        equal(&self.0, &other.0)
    }
}

impl<const N: usize> Eq for Secret<N> {}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({N} octets)")
    }
}

impl<const N: usize> fmt::Display for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({N} secret octets)")
    }
}

/// Why octets or text are no key. It never repeats them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretError {
    /// Another number of octets than the key has.
    Length {
        /// Octets that the key has.
        need: usize,
        /// Octets that were given.
        have: usize,
    },
    /// The text has a character that is no hexadecimal digit.
    NotHex,
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { need, have } => write!(f, "a key of {need} octets, not {have}"),
            Self::NotHex => f.write_str("a key is written in hexadecimal digits"),
        }
    }
}

impl core::error::Error for SecretError {}

/// K, the subscriber's long-term key. MILENAGE and XOR take 128 bits (TS 33.102 6.3.7), TUAK
/// 128 or 256 (TS 35.231).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum K {
    /// 16 octets.
    Bits128(Secret<16>),
    /// 32 octets.
    Bits256(Secret<32>),
}

impl K {
    /// The key's octets: 16 or 32 of them.
    #[must_use]
    pub const fn expose(&self) -> &[u8] {
        match self {
            Self::Bits128(key) => key.expose(),
            Self::Bits256(key) => key.expose(),
        }
    }
}

impl From<[u8; 16]> for K {
    fn from(octets: [u8; 16]) -> Self {
        Self::Bits128(octets.into())
    }
}

impl From<[u8; 32]> for K {
    fn from(octets: [u8; 32]) -> Self {
        Self::Bits256(octets.into())
    }
}

impl FromStr for K {
    type Err = SecretError;

    /// Reads 32 or 64 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, SecretError> {
        match text.len() {
            64 => text.parse().map(Self::Bits256),
            _ => text.parse().map(Self::Bits128),
        }
    }
}

macro_rules! code {
    ($($(#[$doc:meta])* $name:ident($len:literal);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(pub Secret<$len>);

        impl From<[u8; $len]> for $name {
            fn from(octets: [u8; $len]) -> Self {
                Self(octets.into())
            }
        }

        impl FromStr for $name {
            type Err = SecretError;

            /// Reads hexadecimal digits, two for each octet.
            fn from_str(text: &str) -> Result<Self, SecretError> {
                text.parse().map(Self)
            }
        }
    )*};
}

code! {
    /// OP, the operator's code for MILENAGE (TS 35.206).
    Op(16);
    /// OPc, made of OP and K (TS 35.206 4.1).
    Opc(16);
    /// TOP, the operator's code for TUAK (TS 35.231).
    Top(32);
    /// TOPc, made of TOP and K (TS 35.231).
    Topc(32);
}

/// Compares without leaving early, so that the time tells nothing about the place of the first
/// difference. Different lengths are unequal.
#[must_use]
pub(crate) fn equal(a: &[u8], b: &[u8]) -> bool {
    let differ = a
        .iter()
        .zip(b)
        .fold(0, |acc, (a, b)| black_box(acc | (a ^ b)));
    a.len() == b.len() && differ == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_shown() {
        let k = K::from([0xab; 16]);
        let opc = Opc::from([0xcd; 16]);
        assert_eq!(format!("{k:?}"), "Bits128(Secret(16 octets))");
        assert_eq!(format!("{opc:?}"), "Opc(Secret(16 octets))");
        assert_eq!(format!("{}", opc.0), "(16 secret octets)");
    }

    #[test]
    fn text_is_read_and_errors_do_not_repeat_it() {
        let read: Secret<2> = "0aF1".parse().unwrap();
        assert_eq!(read, Secret::new([0x0a, 0xf1]));
        assert_eq!(
            "0aF".parse::<Secret<2>>(),
            Err(SecretError::Length { need: 2, have: 1 })
        );
        let error = "0ag1".parse::<Secret<2>>().unwrap_err();
        assert_eq!(error.to_string(), "a key is written in hexadecimal digits");
        assert!(matches!("00".repeat(32).parse(), Ok(K::Bits256(_))));
    }

    #[test]
    fn every_bit_and_the_length_count() {
        let zero = [0_u8; 16];
        for bit in 0..128 {
            let mut other = zero;
            other[bit / 8] = 1 << (bit % 8);
            assert!(!equal(&zero, &other));
        }
        assert!(equal(&zero, &zero));
        assert!(!equal(&zero, &zero[..15]));
    }
}
