//! Authentication and key agreement of UMTS and EPS: arithmetic without a network.
//!
//! | file | what | clause |
//! |---|---|---|
//! | [`milenage`] | f1 to f5* on AES | TS 35.206 |
//! | [`tuak`] | f1 to f5* on Keccak | TS 35.231 |
//! | [`xor`] | the test algorithm | TS 34.108 8.1.2 |
//! | [`algorithm`] | the choice among the three, keyed for a subscriber | TS 33.102 6.3 |
//! | [`vector`] | quintuplet, triplet, EPS vector, AUTN, AUTS | TS 33.102 6.3.2, 6.3.3, 6.8.1 |
//! | [`kdf`] | KASME, CK' and IK' | TS 33.401 A.2, TS 33.402 A.2 |
//! | [`sqn`] | SQN = SEQ \|\| IND and its profiles | TS 33.102 C.3 |
//! | [`he`] | the home's counter, its resynchronisation, IND per serving node | TS 33.102 C.1, 6.3.5 |
//! | [`usim`] | the card's array and its answer to a challenge | TS 33.102 C.2, 6.3.3 |
//!
//! Everything here is a pure function or a plain value: RAND and the time of day are
//! arguments, and nothing is stored. Keys live in [`Secret`], which no `Debug` or `Display`
//! shows. Clause numbers are those of release 9 (TUAK: release 12).
//!
//! ```
//! use aka::{Algorithm, Opc, Outcome, Profile, SqnArray, SqnHe, usim};
//!
//! let k = [0x46; 16].into();
//! let functions = Algorithm::default().keyed(&k, &Opc::from([0xcd; 16]).into())?;
//!
//! // The home makes a vector for the serving node that holds IND 3 ...
//! let mut sqn_he = SqnHe::default();
//! let sqn = sqn_he.next(&Profile::PROFILE_2, 3, core::time::Duration::ZERO)?;
//! let vector = functions.quintuplet(&[0x23; 16], sqn, [0x80, 0]);
//!
//! // ... and the card answers the challenge.
//! let mut array = SqnArray::new(Profile::PROFILE_2);
//! match usim::authenticate(&functions, &vector.rand, &vector.autn, &mut array) {
//!     Outcome::Accepted { res, .. } => assert_eq!(res, vector.xres),
//!     refused => panic!("{refused:?}"),
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod algorithm;
pub mod he;
pub mod kdf;
pub mod milenage;
pub mod octets;
pub mod secret;
pub mod sqn;
pub mod tuak;
pub mod usim;
pub mod vector;
pub mod xor;

pub use algorithm::{Algorithm, Functions, KeyError, OperatorCode};
pub use he::{IndTable, Resynchronisation, SqnHe};
pub use octets::Octets;
pub use secret::{K, Op, Opc, Secret, Top, Topc};
pub use sqn::{Generation, Ind, Profile, Sqn};
pub use usim::{Outcome, SqnArray};
pub use vector::{AutsError, EpsVector, Quintuplet, Triplet};

/// RAND, the random challenge: 16 octets (TS 33.102 6.3.7).
pub type Rand = [u8; 16];

/// AMF, the authentication management field: 2 octets (TS 33.102 6.3.7 and annex F). The most
/// significant bit is the separation bit, 1 for vectors that serve EPS only (annex H).
pub type Amf = [u8; 2];

/// AUTN = SQN xor AK || AMF || MAC: 16 octets (TS 33.102 6.3.2).
pub type Autn = [u8; 16];

/// AUTS = SQN_MS xor AK || MAC-S: 14 octets (TS 33.102 6.3.3).
pub type Auts = [u8; 14];

/// RES or XRES: 4 to 16 octets (TS 33.102 6.3.7).
pub type Res = Octets<16>;
