//! Authentication vectors and the two tokens: AUTN to the card, AUTS back from it.

use crate::algorithm::{Algorithm, Functions, KeyError, OperatorCode};
use crate::kdf;
use crate::milenage::Milenage;
use crate::secret::{K, Secret, equal};
use crate::{Amf, Autn, Auts, Rand, Res, Sqn};
use core::fmt;

/// Outputs of f2 to f5 for one RAND.
#[derive(Clone, PartialEq, Eq)]
pub struct F2345 {
    /// f2: RES at the card, XRES in a vector.
    pub res: Res,
    /// f3: the cipher key.
    pub ck: Secret<16>,
    /// f4: the integrity key.
    pub ik: Secret<16>,
    /// f5: the anonymity key, which hides SQN.
    pub ak: [u8; 6],
}

impl fmt::Debug for F2345 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("F2345")
            .field("res", &self.res)
            .finish_non_exhaustive()
    }
}

/// An UMTS vector: RAND, XRES, CK, IK, AUTN (TS 33.102 6.3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quintuplet {
    /// The challenge.
    pub rand: Rand,
    /// The response that the serving node expects.
    pub xres: Res,
    /// The cipher key.
    pub ck: Secret<16>,
    /// The integrity key.
    pub ik: Secret<16>,
    /// The token that the card checks.
    pub autn: Autn,
}

/// A GSM vector: RAND, SRES, Kc (TS 33.102 6.8.1.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Triplet {
    /// The challenge.
    pub rand: Rand,
    /// The signed response that the serving node expects.
    pub sres: [u8; 4],
    /// The GSM cipher key.
    pub kc: Secret<8>,
}

/// An EPS vector: RAND, XRES, AUTN, KASME (TS 33.401 6.1.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpsVector {
    /// The challenge.
    pub rand: Rand,
    /// The response that the MME expects.
    pub xres: Res,
    /// The token that the card checks; its AMF has the separation bit set.
    pub autn: Autn,
    /// The root of the EPS key hierarchy, bound to one serving network.
    pub kasme: Secret<32>,
}

impl Functions {
    /// The vector for RAND and SQN (TS 33.102 6.3.2).
    #[must_use]
    #[inline]
    pub fn quintuplet(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> Quintuplet {
        let (mac_a, F2345 { res, ck, ik, ak }) = self.f12345(rand, sqn, amf);
        Quintuplet {
            rand: *rand,
            xres: res,
            ck,
            ik,
            autn: autn(sqn, ak, amf, mac_a),
        }
    }

    /// AUTS, by which the card tells the home its SQN_MS (TS 33.102 6.3.3).
    #[must_use]
    pub fn auts(&self, rand: &Rand, sqn_ms: Sqn) -> Auts {
        let mac_s = self.f1_star(rand, sqn_ms, AMF_STAR);
        let [a, b, c, d, e, f] = conceal(sqn_ms, self.f5_star(rand)).octets();
        let [m0, m1, m2, m3, m4, m5, m6, m7] = mac_s;
        [a, b, c, d, e, f, m0, m1, m2, m3, m4, m5, m6, m7]
    }

    /// SQN_MS of an AUTS that answered `rand` (TS 33.102 6.3.5).
    ///
    /// # Errors
    /// [`AutsError`] when MAC-S is not that of this subscriber and this RAND.
    pub fn verify_auts(&self, rand: &Rand, auts: &Auts) -> Result<Sqn, AutsError> {
        let [a, b, c, d, e, f, mac_s @ ..] = auts;
        let concealed = Sqn::from_octets([*a, *b, *c, *d, *e, *f]);
        let sqn_ms = conceal(concealed, self.f5_star(rand));
        let xmac_s = self.f1_star(rand, sqn_ms, AMF_STAR);
        if equal(&xmac_s, mac_s) {
            Ok(sqn_ms)
        } else {
            Err(AutsError)
        }
    }
}

impl Algorithm {
    /// One vector for a subscriber: [`Algorithm::keyed`] and [`Functions::quintuplet`] in one,
    /// without moving a key schedule about.
    ///
    /// # Errors
    /// As [`Algorithm::keyed`].
    #[inline]
    pub fn quintuplet(
        &self,
        k: &K,
        code: &OperatorCode,
        rand: &Rand,
        sqn: Sqn,
        amf: Amf,
    ) -> Result<Quintuplet, KeyError> {
        match (self, k, code) {
            (Self::Milenage(constants), K::Bits128(k), OperatorCode::Opc(opc)) => {
                let milenage = Milenage::new(k, opc, constants.clone());
                Ok(Quintuplet::new(
                    rand,
                    sqn,
                    amf,
                    milenage.f12345(rand, sqn, amf),
                ))
            }
            _ => Ok(self.keyed(k, code)?.quintuplet(rand, sqn, amf)),
        }
    }
}

impl Quintuplet {
    #[inline]
    fn new(rand: &Rand, sqn: Sqn, amf: Amf, (mac_a, f2345): ([u8; 8], F2345)) -> Self {
        let F2345 { res, ck, ik, ak } = f2345;
        Self {
            rand: *rand,
            xres: res,
            ck,
            ik,
            autn: autn(sqn, ak, amf, mac_a),
        }
    }

    /// SQN xor AK, as it stands in AUTN: what KASME, CK' and IK' are bound to.
    #[must_use]
    pub const fn concealed_sqn(&self) -> [u8; 6] {
        let [a, b, c, d, e, f, ..] = self.autn;
        [a, b, c, d, e, f]
    }

    /// The triplet for a serving node that knows GSM only (TS 33.102 6.8.1.2).
    #[must_use]
    pub fn triplet(&self) -> Triplet {
        Triplet {
            rand: self.rand,
            sres: c2(&self.xres),
            kc: c3(&self.ck, &self.ik),
        }
    }

    /// The vector for an MME of the serving network `sn_id`, the three octets of its PLMN
    /// identity (TS 33.401 6.1.2). Whoever made the quintuplet set the separation bit of AMF.
    #[must_use]
    pub fn eps(&self, sn_id: [u8; 3]) -> EpsVector {
        EpsVector {
            rand: self.rand,
            xres: self.xres,
            autn: self.autn,
            kasme: kdf::kasme(&self.ck, &self.ik, sn_id, self.concealed_sqn()),
        }
    }

    /// CK' and IK' in place of CK and IK, for EAP-AKA' in the access network named `network`
    /// (TS 33.402 A.2).
    ///
    /// # Errors
    /// The name has more than 65535 octets.
    pub fn eap_aka_prime(&self, network: &str) -> Result<Self, kdf::NameError> {
        let (ck, ik) = kdf::ck_ik_prime(&self.ck, &self.ik, network, self.concealed_sqn())?;
        Ok(Self {
            ck,
            ik,
            ..self.clone()
        })
    }
}

/// AUTS whose MAC-S is wrong: of another subscriber, another RAND, or forged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutsError;

impl fmt::Display for AutsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MAC-S of AUTS is wrong")
    }
}

impl core::error::Error for AutsError {}

/// c2: SRES from XRES or RES (TS 33.102 6.8.1.2): filled up with zeros to 128 bits, its four
/// words xored.
#[must_use]
pub fn c2(res: &Res) -> [u8; 4] {
    let mut sres = [0; 4];
    for (i, octet) in res.iter().enumerate() {
        sres[i % 4] ^= octet;
    }
    sres
}

/// c3: Kc from CK and IK (TS 33.102 6.8.1.2): the four halves xored.
#[must_use]
pub fn c3(ck: &Secret<16>, ik: &Secret<16>) -> Secret<8> {
    let all = u128::from_be_bytes(*ck.expose()) ^ u128::from_be_bytes(*ik.expose());
    Secret::new(((all >> 64) as u64 ^ all as u64).to_be_bytes())
}

/// AMF* of a MAC-S: all zero, so that AUTS need not carry it (TS 33.102 6.3.3).
const AMF_STAR: Amf = [0, 0];

/// AUTN = SQN xor AK || AMF || MAC (TS 33.102 6.3.2).
#[inline]
fn autn(sqn: Sqn, ak: [u8; 6], amf: Amf, mac: [u8; 8]) -> Autn {
    let front = conceal(sqn, ak).value() << 16 | u64::from(u16::from_be_bytes(amf));
    (u128::from(front) << 64 | u128::from(u64::from_be_bytes(mac))).to_be_bytes()
}

/// SQN xor AK; the same again reveals SQN.
#[inline]
pub(crate) fn conceal(sqn: Sqn, ak: [u8; 6]) -> Sqn {
    let [a, b, c, d, e, f] = ak;
    let ak = u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
    Sqn::truncate(sqn.value() ^ ak)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Op, Opc};

    fn functions() -> Functions {
        Algorithm::default()
            .keyed(&[1; 16].into(), &Opc::from([2; 16]).into())
            .unwrap()
    }

    #[test]
    fn a_short_res_is_filled_up_with_zeros() {
        assert_eq!(c2(&Res::new(&[1, 2, 3, 4]).unwrap()), [1, 2, 3, 4]);
        assert_eq!(c2(&Res::new(&[1, 2, 3, 4, 0x10]).unwrap()), [0x11, 2, 3, 4]);
    }

    #[test]
    fn auts_comes_back_and_every_bit_counts() {
        let functions = functions();
        let sqn_ms = Sqn::new(0x1234_5678_9abc).unwrap();
        let auts = functions.auts(&[9; 16], sqn_ms);
        assert_eq!(functions.verify_auts(&[9; 16], &auts), Ok(sqn_ms));
        assert_eq!(functions.verify_auts(&[8; 16], &auts), Err(AutsError));
        for bit in 0..14 * 8 {
            let mut other = auts;
            other[bit / 8] ^= 0x80 >> (bit % 8);
            assert_eq!(
                functions.verify_auts(&[9; 16], &other),
                Err(AutsError),
                "bit {bit}"
            );
        }
    }

    #[test]
    fn one_vector_is_the_same_either_way() {
        let (k, opc) = (K::from([1; 16]), Opc::from([2; 16]));
        let op = Op::from([3; 16]);
        for code in [OperatorCode::Opc(opc), OperatorCode::Op(op)] {
            let (rand, sqn) = ([4; 16], Sqn::MAX);
            let direct = Algorithm::default().quintuplet(&k, &code, &rand, sqn, [0x80, 1]);
            let keyed = Algorithm::default().keyed(&k, &code);
            assert_eq!(direct, keyed.map(|f| f.quintuplet(&rand, sqn, [0x80, 1])));
        }
        let wrong = Algorithm::default().quintuplet(
            &K::from([1; 32]),
            &OperatorCode::None,
            &[0; 16],
            Sqn::MAX,
            [0; 2],
        );
        assert_eq!(wrong, Err(KeyError::KLength));
    }

    #[test]
    fn session_keys_are_not_shown() {
        let vector = functions().quintuplet(&[0; 16], Sqn::default(), [0x80, 0]);
        let kc = vector.triplet().kc;
        let text = format!(
            "{vector:?} {:?} {:?}",
            vector.triplet(),
            vector.eps([0, 0xf1, 0x10])
        );
        for secret in [&vector.ck.expose()[..], vector.ik.expose(), kc.expose()] {
            assert!(!text.contains(&format!("{secret:?}")));
            assert!(!text.contains(&hex::encode(secret)));
        }
        assert!(text.contains("ck: Secret(16 octets)"), "{text}");
    }
}
