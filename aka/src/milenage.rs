//! MILENAGE, f1 to f5* on AES-128 (TS 35.206).
//!
//! One key schedule serves all functions of a subscriber. All outputs of a challenge but f5* come
//! from five blocks: TEMP, then OUT1 to OUT4, which do not depend on each other and are encrypted
//! together.

use crate::secret::{Op, Opc, Secret};
use crate::vector::F2345;
use crate::{Amf, Rand, Res, Sqn};
use aes::Aes128Enc;
use aes::cipher::{
    Array, BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser,
    KeyInit, consts::U16, inout::InOutBuf, typenum::Unsigned,
};
use core::fmt;

/// The constants c1 to c5 and rotations r1 to r5 (TS 35.206 4.1). An operator may choose its own
/// (5.3); [`Constants::default`] has those of the specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constants {
    c: [u128; 5],
    r: [u8; 5],
}

impl Constants {
    /// Takes `c1..c5` (most significant octet first) and `r1..r5` (bits to rotate left by).
    ///
    /// # Errors
    /// When a rotation is above 127, or when two of the pairs (c2, r2) to (c5, r5) are the same,
    /// which would give two of f2/f5, f3, f4 and f5* the same output.
    pub fn new(c: [[u8; 16]; 5], r: [u8; 5]) -> Result<Self, ConstantsError> {
        if let Some(i) = r.iter().position(|r| *r > 127) {
            return Err(ConstantsError::Rotation { number: i + 1 });
        }
        let c = c.map(u128::from_be_bytes);
        let pairs: Vec<_> = c.iter().zip(r).enumerate().skip(1).collect();
        for (at, (i, pair)) in pairs.iter().enumerate() {
            if let Some((j, _)) = pairs[at + 1..].iter().find(|(_, other)| other == pair) {
                return Err(ConstantsError::Same {
                    numbers: (i + 1, j + 1),
                });
            }
        }
        Ok(Self { c, r })
    }

    /// `c1..c5`, most significant octet first.
    #[must_use]
    pub fn c(&self) -> [[u8; 16]; 5] {
        self.c.map(u128::to_be_bytes)
    }

    /// `r1..r5`, in bits.
    #[must_use]
    pub const fn r(&self) -> [u8; 5] {
        self.r
    }
}

impl Default for Constants {
    /// TS 35.206 4.1: c1 to c5 are 0, 1, 2, 4, 8; r1 to r5 are 64, 0, 32, 64, 96.
    fn default() -> Self {
        Self {
            c: [0, 1, 2, 4, 8],
            r: [64, 0, 32, 64, 96],
        }
    }
}

/// Why constants cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstantsError {
    /// A rotation of 128 bits or more.
    Rotation {
        /// Its number, 1 to 5.
        number: usize,
    },
    /// Two functions would have the same output.
    Same {
        /// The numbers of the two equal pairs of c and r, 2 to 5.
        numbers: (usize, usize),
    },
}

impl fmt::Display for ConstantsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rotation { number } => write!(f, "r{number} is above 127"),
            Self::Same { numbers: (i, j) } => {
                write!(f, "c{i} and r{i} are the same as c{j} and r{j}")
            }
        }
    }
}

impl core::error::Error for ConstantsError {}

/// MILENAGE under one subscriber's K and OPc.
#[derive(Clone)]
pub struct Milenage {
    kernel: Aes128Enc,
    opc: u128,
    constants: Constants,
}

impl Milenage {
    /// Expands K. This is the costly part of a vector: keep the value when several follow.
    #[must_use]
    #[inline]
    pub fn new(k: &Secret<16>, opc: &Opc, constants: Constants) -> Self {
        let kernel = Aes128Enc::new(k.expose().into());
        Self {
            kernel,
            opc: u128::from_be_bytes(*opc.0.expose()),
            constants,
        }
    }

    /// OPc = OP xor E\[OP\] under K (TS 35.206 4.1).
    #[must_use]
    pub fn opc(k: &Secret<16>, op: &Op) -> Opc {
        let mut block = Array::from(*op.0.expose());
        Aes128Enc::new(k.expose().into()).encrypt_block(&mut block);
        let opc = u128::from_be_bytes(block.into()) ^ u128::from_be_bytes(*op.0.expose());
        Opc::from(opc.to_be_bytes())
    }

    /// f1: MAC-A.
    #[must_use]
    pub fn f1(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> [u8; 8] {
        let [out1] = self.run(rand, |temp| [self.input1(temp, sqn, amf)]);
        high(out1)
    }

    /// f1*: MAC-S, for resynchronisation.
    #[must_use]
    pub fn f1_star(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> [u8; 8] {
        let [out1] = self.run(rand, |temp| [self.input1(temp, sqn, amf)]);
        low(out1)
    }

    /// f2 to f5: RES (8 octets), CK, IK, AK.
    #[must_use]
    pub fn f2345(&self, rand: &Rand) -> F2345 {
        let [out2, out3, out4] = self.run(rand, |temp| {
            [
                self.input(temp, 1),
                self.input(temp, 2),
                self.input(temp, 3),
            ]
        });
        outputs(out2, out3, out4)
    }

    /// f5*: AK for resynchronisation.
    #[must_use]
    pub fn f5_star(&self, rand: &Rand) -> [u8; 6] {
        let [out5] = self.run(rand, |temp| [self.input(temp, 4)]);
        ak(out5)
    }

    /// f1 and f2 to f5 of one challenge, OUT1 to OUT4 in one go.
    #[must_use]
    #[inline]
    pub fn f12345(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> ([u8; 8], F2345) {
        let [out1, out2, out3, out4] = self.run(rand, |temp| {
            [
                self.input1(temp, sqn, amf),
                self.input(temp, 1),
                self.input(temp, 2),
                self.input(temp, 3),
            ]
        });
        (high(out1), outputs(out2, out3, out4))
    }

    /// TEMP = E\[RAND xor OPc\], then the outputs whose `inputs` are made of it, each xor OPc.
    #[inline(always)]
    fn run<const N: usize>(
        &self,
        rand: &Rand,
        inputs: impl FnOnce(u128) -> [Block; N],
    ) -> [u128; N] {
        let temp = Block::from((u128::from_be_bytes(*rand) ^ self.opc).to_be_bytes());
        let mut outputs = [Block::default(); N];
        self.kernel.encrypt_with_backend(Run {
            temp,
            inputs,
            outputs: &mut outputs,
        });
        outputs.map(|block| u128::from_be_bytes(block.into()) ^ self.opc)
    }

    /// What is encrypted for OUT1: TEMP xor rot(IN1 xor OPc, r1) xor c1, with
    /// IN1 = SQN || AMF || SQN || AMF.
    #[inline(always)]
    fn input1(&self, temp: u128, sqn: Sqn, amf: Amf) -> Block {
        let half = u128::from(sqn.value() << 16 | u64::from(u16::from_be_bytes(amf)));
        let in1 = half << 64 | half;
        let [c, ..] = self.constants.c;
        let [r, ..] = self.constants.r;
        Block::from((temp ^ (in1 ^ self.opc).rotate_left(r.into()) ^ c).to_be_bytes())
    }

    /// What is encrypted for OUT2 to OUT5 (`i` = 1 to 4): rot(TEMP xor OPc, r) xor c.
    #[inline(always)]
    fn input(&self, temp: u128, i: usize) -> Block {
        let (c, r) = (self.constants.c[i], self.constants.r[i]);
        Block::from(((temp ^ self.opc).rotate_left(r.into()) ^ c).to_be_bytes())
    }
}

type Block = Array<u8, U16>;

/// TEMP and the blocks that follow from it, in one call of the cipher: which instructions the
/// machine has is then asked once, and the following blocks, independent of each other, overlap.
struct Run<'a, const N: usize, F> {
    temp: Block,
    inputs: F,
    outputs: &'a mut [Block; N],
}

impl<const N: usize, F> BlockSizeUser for Run<'_, N, F> {
    type BlockSize = U16;
}

impl<const N: usize, F: FnOnce(u128) -> [Block; N]> BlockCipherEncClosure for Run<'_, N, F> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(mut self, cipher: &B) {
        cipher.encrypt_block_inplace(&mut self.temp);
        let mut blocks = (self.inputs)(u128::from_be_bytes(self.temp.into()));
        if B::ParBlocksSize::USIZE > 1 {
            let (together, rest) = InOutBuf::from(&mut blocks[..]).into_chunks();
            for chunk in together {
                cipher.encrypt_par_blocks(chunk);
            }
            cipher.encrypt_tail_blocks(rest);
        } else {
            for block in &mut blocks {
                cipher.encrypt_block_inplace(block);
            }
        }
        *self.outputs = blocks;
    }
}

impl fmt::Debug for Milenage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Milenage")
            .field("constants", &self.constants)
            .finish_non_exhaustive()
    }
}

/// RES is the low half of OUT2, AK its first 48 bits; CK is OUT3, IK is OUT4.
#[inline]
fn outputs(out2: u128, out3: u128, out4: u128) -> F2345 {
    let mut res = [0; 16];
    let (octets, _) = res.split_at_mut(8);
    octets.copy_from_slice(&low(out2));
    F2345 {
        res: Res::first(8, res),
        ck: Secret::new(out3.to_be_bytes()),
        ik: Secret::new(out4.to_be_bytes()),
        ak: ak(out2),
    }
}

#[inline]
fn high(out: u128) -> [u8; 8] {
    ((out >> 64) as u64).to_be_bytes()
}

#[inline]
fn low(out: u128) -> [u8; 8] {
    (out as u64).to_be_bytes()
}

#[inline]
fn ak(out: u128) -> [u8; 6] {
    let [a, b, c, d, e, f, ..] = out.to_be_bytes();
    [a, b, c, d, e, f]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standard() -> ([[u8; 16]; 5], [u8; 5]) {
        (Constants::default().c(), Constants::default().r())
    }

    #[test]
    fn constants_are_checked() {
        let (c, r) = standard();
        assert_eq!(Constants::new(c, r), Ok(Constants::default()));
        assert_eq!(
            Constants::new(c, [64, 0, 32, 128, 96]),
            Err(ConstantsError::Rotation { number: 4 })
        );
        let mut same = c;
        same[4] = c[2];
        let error = Constants::new(same, [64, 0, 32, 64, 32]).unwrap_err();
        assert_eq!(error, ConstantsError::Same { numbers: (3, 5) });
        assert_eq!(error.to_string(), "c3 and r3 are the same as c5 and r5");
    }

    #[test]
    fn each_constant_changes_its_own_function() {
        let (k, opc) = (Secret::new([1; 16]), Opc::from([2; 16]));
        let (rand, sqn, amf) = ([3; 16], Sqn::new(77).unwrap(), [0x80, 0]);
        let all = |constants| {
            let m = Milenage::new(&k, &opc, constants);
            let F2345 { res, ck, ik, ak } = m.f2345(&rand);
            [
                m.f1(&rand, sqn, amf).to_vec(),
                [&*res, &ak].concat(),
                ck.expose().to_vec(),
                ik.expose().to_vec(),
                m.f5_star(&rand).to_vec(),
            ]
        };
        let plain = all(Constants::default());
        for i in 0..5 {
            let (mut c, mut r) = standard();
            c[i][0] ^= 0x10;
            let by_c = all(Constants::new(c, standard().1).unwrap());
            r[i] += 1;
            let by_r = all(Constants::new(standard().0, r).unwrap());
            for function in 0..5 {
                assert_eq!(by_c[function] != plain[function], function == i);
                assert_eq!(by_r[function] != plain[function], function == i);
            }
        }
    }

    #[test]
    fn keys_are_not_shown() {
        let m = Milenage::new(
            &Secret::new([0xab; 16]),
            &Opc::from([0xcd; 16]),
            Constants::default(),
        );
        let text = format!("{m:?}");
        assert!(text.starts_with("Milenage { constants"), "{text}");
        assert!(
            !text.contains("171") && !text.contains("205") && !text.contains("cd"),
            "{text}"
        );
    }
}
