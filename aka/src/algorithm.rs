//! The choice among MILENAGE, TUAK and XOR, and the functions f1 to f5* of whichever was chosen
//! (TS 33.102 6.3).

use crate::milenage::{Constants, Milenage};
use crate::secret::{K, Op, Opc, Secret, Top, Topc};
use crate::tuak::{Parameters, Tuak};
use crate::vector::F2345;
use crate::xor::Xor;
use crate::{Amf, Rand, Res, Sqn};
use core::fmt;

/// An operator's algorithm with the parameters that all its subscribers share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// TS 35.206.
    Milenage(Constants),
    /// TS 35.231.
    Tuak(Parameters),
    /// TS 34.108 8.1.2, for tests.
    Xor {
        /// Length of RES in octets, 4 to 16.
        res: u8,
    },
}

impl Algorithm {
    /// Puts a subscriber's keys to the algorithm.
    ///
    /// # Errors
    /// A K of another length than the algorithm takes, a code of another algorithm, or TUAK
    /// lengths that no vector carries.
    pub fn keyed(&self, k: &K, code: &OperatorCode) -> Result<Functions, KeyError> {
        match self {
            Self::Milenage(constants) => {
                let k = short(k)?;
                let functions = match code {
                    OperatorCode::Opc(opc) => Milenage::new(k, opc, constants.clone()),
                    OperatorCode::Op(op) => {
                        Milenage::new(k, &Milenage::opc(k, op), constants.clone())
                    }
                    _ => return Err(KeyError::Code { need: "OP or OPc" }),
                };
                Ok(Functions(Keyed::Milenage(functions)))
            }
            Self::Tuak(parameters) if !parameters.fit_aka() => Err(KeyError::Lengths),
            Self::Tuak(parameters) => {
                let topc = match code {
                    OperatorCode::Topc(topc) => topc.clone(),
                    OperatorCode::Top(top) => Tuak::topc(k, top, *parameters),
                    _ => {
                        return Err(KeyError::Code {
                            need: "TOP or TOPc",
                        });
                    }
                };
                Ok(Functions(Keyed::Tuak(Tuak::new(
                    k.clone(),
                    topc,
                    *parameters,
                ))))
            }
            Self::Xor { res } if !(4..=16).contains(res) => Err(KeyError::Lengths),
            Self::Xor { res } => match code {
                OperatorCode::None => Ok(Functions(Keyed::Xor(Xor::new(short(k)?.clone(), *res)))),
                _ => Err(KeyError::Code {
                    need: "no operator code",
                }),
            },
        }
    }

    /// The algorithm's name in lower case: `milenage`, `tuak` or `xor`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Milenage(_) => "milenage",
            Self::Tuak(_) => "tuak",
            Self::Xor { .. } => "xor",
        }
    }
}

impl Default for Algorithm {
    /// MILENAGE with the constants of its specification.
    fn default() -> Self {
        Self::Milenage(Constants::default())
    }
}

/// What the operator adds to K: one code for all subscribers (OP, TOP), or what was made of it
/// for one of them (OPc, TOPc).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperatorCode {
    /// Nothing, for XOR.
    None,
    /// For MILENAGE, of all subscribers.
    Op(Op),
    /// For MILENAGE, of this subscriber.
    Opc(Opc),
    /// For TUAK, of all subscribers.
    Top(Top),
    /// For TUAK, of this subscriber.
    Topc(Topc),
}

impl From<Op> for OperatorCode {
    fn from(op: Op) -> Self {
        Self::Op(op)
    }
}

impl From<Opc> for OperatorCode {
    fn from(opc: Opc) -> Self {
        Self::Opc(opc)
    }
}

impl From<Top> for OperatorCode {
    fn from(top: Top) -> Self {
        Self::Top(top)
    }
}

impl From<Topc> for OperatorCode {
    fn from(topc: Topc) -> Self {
        Self::Topc(topc)
    }
}

/// Why keys do not go with an algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// K has 32 octets where the algorithm takes 16.
    KLength,
    /// The operator code belongs to another algorithm.
    Code {
        /// What the algorithm takes.
        need: &'static str,
    },
    /// MAC, RES, CK or IK would have a length that no vector carries (TS 33.102 6.3.7).
    Lengths,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KLength => f.write_str("K must have 16 octets"),
            Self::Code { need } => write!(f, "the algorithm takes {need}"),
            Self::Lengths => f.write_str("no vector carries MAC, RES, CK or IK of this length"),
        }
    }
}

impl core::error::Error for KeyError {}

/// f1 to f5* under one subscriber's keys; [`Algorithm::keyed`] makes it.
#[derive(Clone, Debug)]
pub struct Functions(Keyed);

#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a key schedule on the stack, made for one vector"
)]
enum Keyed {
    Milenage(Milenage),
    Tuak(Tuak),
    Xor(Xor),
}

impl Functions {
    /// f1: MAC-A, or XMAC-A on the card.
    #[must_use]
    pub fn f1(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> [u8; 8] {
        match &self.0 {
            Keyed::Milenage(m) => m.f1(rand, sqn, amf),
            Keyed::Tuak(t) => leading(&t.f1(rand, sqn, amf)),
            Keyed::Xor(x) => x.f1(rand, sqn, amf),
        }
    }

    /// f1*: MAC-S, or XMAC-S at the home.
    #[must_use]
    pub fn f1_star(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> [u8; 8] {
        match &self.0 {
            Keyed::Milenage(m) => m.f1_star(rand, sqn, amf),
            Keyed::Tuak(t) => leading(&t.f1_star(rand, sqn, amf)),
            Keyed::Xor(x) => x.f1(rand, sqn, amf),
        }
    }

    /// f2 to f5: RES, CK, IK, AK.
    #[must_use]
    pub fn f2345(&self, rand: &Rand) -> F2345 {
        match &self.0 {
            Keyed::Milenage(m) => m.f2345(rand),
            Keyed::Tuak(t) => narrow(&t.f2345(rand)),
            Keyed::Xor(x) => x.f2345(rand),
        }
    }

    /// f5*: AK for resynchronisation.
    #[must_use]
    pub fn f5_star(&self, rand: &Rand) -> [u8; 6] {
        match &self.0 {
            Keyed::Milenage(m) => m.f5_star(rand),
            Keyed::Tuak(t) => t.f5_star(rand),
            Keyed::Xor(x) => x.f2345(rand).ak,
        }
    }

    /// f1 and f2 to f5 of one challenge, sharing what they have in common.
    #[must_use]
    #[inline]
    pub fn f12345(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> ([u8; 8], F2345) {
        match &self.0 {
            Keyed::Milenage(m) => m.f12345(rand, sqn, amf),
            _ => (self.f1(rand, sqn, amf), self.f2345(rand)),
        }
    }
}

fn short(k: &K) -> Result<&Secret<16>, KeyError> {
    match k {
        K::Bits128(k) => Ok(k),
        K::Bits256(_) => Err(KeyError::KLength),
    }
}

/// The first `N` octets; [`Algorithm::keyed`] has seen to it that there are as many.
fn leading<const N: usize>(octets: &[u8]) -> [u8; N] {
    let mut first = [0; N];
    for (to, from) in first.iter_mut().zip(octets) {
        *to = *from;
    }
    first
}

fn narrow(outputs: &crate::tuak::Outputs) -> F2345 {
    F2345 {
        res: Res::first(outputs.res.len(), leading(&outputs.res)),
        ck: Secret::new(leading(&outputs.ck)),
        ik: Secret::new(leading(&outputs.ik)),
        ak: outputs.ak,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_must_go_with_the_algorithm() {
        let (k16, k32) = (K::from([1; 16]), K::from([1; 32]));
        let (opc, topc) = (Opc::from([2; 16]).into(), Topc::from([2; 32]).into());
        let error = |algorithm: Algorithm, k, code| algorithm.keyed(k, code).unwrap_err();
        let tuak = || Algorithm::Tuak(Parameters::default());

        assert_eq!(error(Algorithm::default(), &k32, &opc), KeyError::KLength);
        assert_eq!(
            error(Algorithm::default(), &k16, &topc).to_string(),
            "the algorithm takes OP or OPc"
        );
        assert_eq!(
            error(tuak(), &k16, &opc),
            KeyError::Code {
                need: "TOP or TOPc"
            }
        );
        assert!(tuak().keyed(&k32, &topc).is_ok());
        let wide = Algorithm::Tuak(Parameters::new(16, 8, 16, 16, 1).unwrap());
        assert_eq!(error(wide, &k16, &topc), KeyError::Lengths);
        let xor = |res| Algorithm::Xor { res };
        assert_eq!(
            error(xor(8), &k16, &opc),
            KeyError::Code {
                need: "no operator code"
            }
        );
        assert_eq!(error(xor(8), &k32, &OperatorCode::None), KeyError::KLength);
        assert_eq!(error(xor(3), &k16, &OperatorCode::None), KeyError::Lengths);
    }

    #[test]
    fn op_and_opc_give_the_same_functions() {
        let (k, op) = (Secret::new([7; 16]), Op::from([9; 16]));
        let opc = Milenage::opc(&k, &op);
        let k = K::Bits128(k);
        let res = |code: OperatorCode| {
            Algorithm::default()
                .keyed(&k, &code)
                .unwrap()
                .f2345(&[5; 16])
                .res
        };
        assert_eq!(res(op.into()), res(opc.into()));
        let parameters = Parameters::default();
        let top = Top::from([4; 32]);
        let topc = Tuak::topc(&k, &top, parameters);
        let res = |code: OperatorCode| {
            Algorithm::Tuak(parameters)
                .keyed(&k, &code)
                .unwrap()
                .f2345(&[5; 16])
                .res
        };
        assert_eq!(res(top.into()), res(topc.into()));
    }
}
