//! TUAK, f1 to f5* on the permutation Keccak-f\[1600\] (TS 35.231).
//!
//! Lengths of MAC, RES, CK and IK are parameters of the algorithm. UMTS and EPS use MAC of 8
//! octets, CK and IK of 16 (TS 33.102 6.3.7); the others are here because the algorithm has them.

use crate::octets::Octets;
use crate::secret::{K, Secret, Top, Topc};
use crate::{Amf, Rand, Sqn};
use core::fmt;
use keccak::Keccak;
use zeroize::Zeroize;

/// Output lengths in octets, and how often the permutation is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    mac: u8,
    res: u8,
    ck: u8,
    ik: u8,
    iterations: u8,
}

impl Parameters {
    /// `mac` is 8, 16 or 32 octets, `res` 4, 8, 16 or 32, `ck` and `ik` 16 or 32; the
    /// permutation runs `iterations` times, at least once (TS 35.231).
    ///
    /// # Errors
    /// Any other number.
    pub const fn new(
        mac: u8,
        res: u8,
        ck: u8,
        ik: u8,
        iterations: u8,
    ) -> Result<Self, ParametersError> {
        if !matches!(mac, 8 | 16 | 32) {
            return Err(ParametersError {
                name: "MAC",
                value: mac,
            });
        }
        if !matches!(res, 4 | 8 | 16 | 32) {
            return Err(ParametersError {
                name: "RES",
                value: res,
            });
        }
        if !matches!(ck, 16 | 32) {
            return Err(ParametersError {
                name: "CK",
                value: ck,
            });
        }
        if !matches!(ik, 16 | 32) {
            return Err(ParametersError {
                name: "IK",
                value: ik,
            });
        }
        if iterations == 0 {
            return Err(ParametersError {
                name: "iterations",
                value: 0,
            });
        }
        Ok(Self {
            mac,
            res,
            ck,
            ik,
            iterations,
        })
    }

    /// MAC, RES, CK, IK and iterations, as [`Parameters::new`] takes them.
    #[must_use]
    pub const fn numbers(&self) -> [u8; 5] {
        [self.mac, self.res, self.ck, self.ik, self.iterations]
    }

    /// Whether an UMTS or EPS vector can carry the outputs: MAC of 8 octets, RES of at most 16,
    /// CK and IK of 16 (TS 33.102 6.3.7).
    #[must_use]
    pub const fn fit_aka(&self) -> bool {
        self.mac == 8 && self.res <= 16 && self.ck == 16 && self.ik == 16
    }
}

impl Default for Parameters {
    /// MAC and RES of 8 octets, CK and IK of 16, one permutation.
    fn default() -> Self {
        Self {
            mac: 8,
            res: 8,
            ck: 16,
            ik: 16,
            iterations: 1,
        }
    }
}

/// A parameter that TUAK does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParametersError {
    /// Which one.
    pub name: &'static str,
    /// Its value: octets, or a number of permutations.
    pub value: u8,
}

impl fmt::Display for ParametersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TUAK has no {} of {}", self.name, self.value)
    }
}

impl core::error::Error for ParametersError {}

/// Outputs of f2 to f5, as long as the parameters say.
#[derive(Clone, PartialEq, Eq)]
pub struct Outputs {
    /// f2: RES.
    pub res: Octets<32>,
    /// f3: CK.
    pub ck: Octets<32>,
    /// f4: IK.
    pub ik: Octets<32>,
    /// f5: AK.
    pub ak: [u8; 6],
}

impl fmt::Debug for Outputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outputs")
            .field("res", &self.res)
            .finish_non_exhaustive()
    }
}

/// TUAK under one subscriber's K and TOPc.
#[derive(Clone, Debug)]
pub struct Tuak {
    k: K,
    topc: Topc,
    parameters: Parameters,
}

impl Tuak {
    /// Takes the keys; there is nothing to precompute.
    #[must_use]
    pub const fn new(k: K, topc: Topc, parameters: Parameters) -> Self {
        Self {
            k,
            topc,
            parameters,
        }
    }

    /// TOPc, made of TOP and K with `iterations` permutations.
    #[must_use]
    pub fn topc(k: &K, top: &Top, parameters: Parameters) -> Topc {
        let instance = key_bit(k);
        let out = permute(
            &top.0,
            instance,
            &[0; 16],
            [0; 2],
            [0; 6],
            k,
            parameters.iterations,
        );
        Topc(Secret::new(field(&out, 0)))
    }

    /// f1: MAC-A.
    #[must_use]
    pub fn f1(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> Octets<32> {
        self.mac(0x00, rand, sqn, amf)
    }

    /// f1*: MAC-S, for resynchronisation.
    #[must_use]
    pub fn f1_star(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> Octets<32> {
        self.mac(0x80, rand, sqn, amf)
    }

    /// f2 to f5: RES, CK, IK, AK.
    #[must_use]
    pub fn f2345(&self, rand: &Rand) -> Outputs {
        let Parameters { res, ck, ik, .. } = self.parameters;
        // A RES of 4 octets has no bit of its own.
        let res_bits = if res == 4 { 0 } else { res };
        let instance =
            0x40 | res_bits | if ck == 32 { 4 } else { 0 } | if ik == 32 { 2 } else { 0 };
        let out = self.permute(instance, rand, [0; 2], [0; 6]);
        Outputs {
            res: leading(&out, 0, res),
            ck: leading(&out, 32, ck),
            ik: leading(&out, 64, ik),
            ak: field(&out, 96),
        }
    }

    /// f5*: AK for resynchronisation.
    #[must_use]
    pub fn f5_star(&self, rand: &Rand) -> [u8; 6] {
        field(&self.permute(0xc0, rand, [0; 2], [0; 6]), 96)
    }

    fn mac(&self, function: u8, rand: &Rand, sqn: Sqn, amf: Amf) -> Octets<32> {
        let out = self.permute(function | self.parameters.mac, rand, amf, sqn.octets());
        leading(&out, 0, self.parameters.mac)
    }

    /// `instance`: bits 0 and 1 tell the function, 2 to 4 the length of MAC or RES in units of 64
    /// bits, 5 and 6 a CK and an IK of 256 bits; bit 7, a K of 256 bits, is added here.
    fn permute(&self, instance: u8, rand: &Rand, amf: Amf, sqn: [u8; 6]) -> State {
        let instance = instance | key_bit(&self.k);
        permute(
            &self.topc.0,
            instance,
            rand,
            amf,
            sqn,
            &self.k,
            self.parameters.iterations,
        )
    }
}

/// The permutation's 200 octets; wiped on drop, because they can be run backwards to K.
struct State([u8; 200]);

impl Drop for State {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

const fn key_bit(k: &K) -> u8 {
    match k {
        K::Bits128(_) => 0,
        K::Bits256(_) => 1,
    }
}

/// IN of TS 35.231, permuted `iterations` times. Every field lies in it with its octets reversed:
/// TOP or TOPc, INSTANCE, the algorithm's name, RAND, AMF, SQN, K, then the padding of a sponge
/// with a rate of 1088 bits.
fn permute(
    code: &Secret<32>,
    instance: u8,
    rand: &Rand,
    amf: Amf,
    sqn: [u8; 6],
    k: &K,
    iterations: u8,
) -> State {
    let mut state = State([0; 200]);
    let parts: [&[u8]; 7] = [
        code.expose(),
        &[instance],
        b"TUAK1.0",
        rand,
        &amf,
        &sqn,
        k.expose(),
    ];
    let reversed = parts.iter().flat_map(|part| part.iter().rev());
    for (octet, value) in state.0.iter_mut().zip(reversed) {
        *octet = *value;
    }
    state.0[96] = 0x1f;
    state.0[135] = 0x80;

    let mut lanes = [0_u64; 25];
    for (lane, octets) in lanes.iter_mut().zip(state.0.as_chunks().0) {
        *lane = u64::from_le_bytes(*octets);
    }
    Keccak::new().with_f1600(|f1600| {
        for _ in 0..iterations {
            f1600(&mut lanes);
        }
    });
    for (octets, lane) in state.0.as_chunks_mut().0.iter_mut().zip(lanes) {
        *octets = lane.to_le_bytes();
    }
    lanes.zeroize();
    state
}

/// The `N` octets at `at`, put back in order.
fn field<const N: usize>(state: &State, at: usize) -> [u8; N] {
    let mut octets = [0; N];
    for (octet, value) in octets.iter_mut().rev().zip(&state.0[at..]) {
        *octet = *value;
    }
    octets
}

/// The `len` octets (at most 32) at `at`, put back in order.
fn leading(state: &State, at: usize, len: u8) -> Octets<32> {
    let mut octets = [0; 32];
    let len = usize::from(len);
    for (octet, value) in octets.iter_mut().zip(state.0[at..at + len].iter().rev()) {
        *octet = *value;
    }
    Octets::first(len, octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_checked() {
        assert_eq!(Parameters::new(8, 8, 16, 16, 1), Ok(Parameters::default()));
        for (mac, res, ck, ik, iterations, name) in [
            (4, 8, 16, 16, 1, "MAC"),
            (8, 12, 16, 16, 1, "RES"),
            (8, 8, 8, 16, 1, "CK"),
            (8, 8, 16, 64, 1, "IK"),
            (8, 8, 16, 16, 0, "iterations"),
        ] {
            let error = Parameters::new(mac, res, ck, ik, iterations).unwrap_err();
            assert_eq!(error.name, name);
        }
    }

    #[test]
    fn only_some_lengths_fit_a_vector() {
        assert!(Parameters::new(8, 16, 16, 16, 3).unwrap().fit_aka());
        for (mac, res, ck, ik) in [
            (16, 8, 16, 16),
            (8, 32, 16, 16),
            (8, 8, 32, 16),
            (8, 8, 16, 32),
        ] {
            assert!(!Parameters::new(mac, res, ck, ik, 1).unwrap().fit_aka());
        }
    }

    #[test]
    fn keys_are_not_shown() {
        let tuak = Tuak::new([0xab; 16].into(), [0xcd; 32].into(), Parameters::default());
        assert!(format!("{tuak:?}").starts_with(
            "Tuak { k: Bits128(Secret(16 octets)), topc: Topc(Secret(32 octets)), parameters"
        ));
        let outputs = tuak.f2345(&[0; 16]);
        assert_eq!(
            format!("{outputs:?}"),
            format!("Outputs {{ res: {}, .. }}", outputs.res)
        );
    }
}
