//! The test algorithm: K xor RAND, cut and rotated (TS 34.108 8.1.2). It protects nothing.

use crate::secret::Secret;
use crate::vector::F2345;
use crate::{Amf, Rand, Res, Sqn};

/// The test algorithm under one K.
#[derive(Clone, Debug)]
pub struct Xor {
    k: Secret<16>,
    res: u8,
}

impl Xor {
    /// `res` is the length of RES: 4 to 16 octets; others are cut to that range.
    #[must_use]
    pub fn new(k: Secret<16>, res: u8) -> Self {
        Self {
            k,
            res: res.clamp(4, 16),
        }
    }

    /// f1, and f1* too: the first 64 bits of XDOUT xor CDOUT, with CDOUT = SQN || AMF.
    #[must_use]
    pub fn f1(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> [u8; 8] {
        let cdout = sqn.value() << 16 | u64::from(u16::from_be_bytes(amf));
        ((self.xdout(rand) >> 64) as u64 ^ cdout).to_be_bytes()
    }

    /// f2 to f5: RES is the beginning of XDOUT, CK is XDOUT rotated left by 8 bits, IK by 16, AK
    /// the bits 24 to 71. f5* is f5.
    #[must_use]
    pub fn f2345(&self, rand: &Rand) -> F2345 {
        let xdout = self.xdout(rand);
        let [_, _, _, a, b, c, d, e, f, ..] = xdout.to_be_bytes();
        F2345 {
            res: Res::first(self.res.into(), xdout.to_be_bytes()),
            ck: Secret::new(xdout.rotate_left(8).to_be_bytes()),
            ik: Secret::new(xdout.rotate_left(16).to_be_bytes()),
            ak: [a, b, c, d, e, f],
        }
    }

    /// XDOUT = K xor RAND.
    fn xdout(&self, rand: &Rand) -> u128 {
        u128::from_be_bytes(*self.k.expose()) ^ u128::from_be_bytes(*rand)
    }
}
