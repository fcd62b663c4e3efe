//! A USIM application: an identity, the keys behind it, and the answer to a challenge
//! (TS 31.102 7.1.2, TS 33.102 6.3.3). The keys go in and nothing but answers comes out.
use aka::{Algorithm, Autn, Auts, Functions, Opc, Profile, Rand, Res, Secret, SqnArray};
use provisioning::json::Entry;
use std::fmt;
use wire::{Digits, Imsi};

/// What is wrong with an application, for scenarios.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// Its K is not the one that the home holds: every challenge fails by its MAC.
    WrongKey,
    /// It has accepted this SEQ before: what the home sends next is behind it, until it has
    /// resynchronised.
    Ahead(u64),
    /// As [`Fault::Ahead`], and it takes a challenge that is not fresh (T2).
    Forgetful(u64),
    /// A guess (T1): it does not hold the key, and answers whatever it is asked.
    Guessed,
}

/// What the application says to a challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The network is genuine and the challenge fresh.
    Accepted {
        /// For the serving node.
        res: Res,
        /// The cipher key, for the radio.
        ck: Secret<16>,
        /// The integrity key, for the radio.
        ik: Secret<16>,
    },
    /// AUTN was not made with this application's keys (GMM cause 20).
    MacFailure,
    /// The challenge is not fresh (GMM cause 21).
    SyncFailure(Auts),
}

/// Why credentials are no application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// The identity is no IMSI.
    Imsi,
    /// An algorithm that this USIM does not have (R12), or keys of another length than it takes.
    Algorithm,
    /// Sequence numbers that no card of this profile has.
    Sequence,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Imsi => "the identity is no IMSI",
            Self::Algorithm => "the algorithm is not supported",
            Self::Sequence => "the sequence numbers do not fit the profile",
        })
    }
}

impl std::error::Error for Unusable {}

/// One application.
#[derive(Clone)]
pub struct Usim {
    imsi: Imsi,
    functions: Functions,
    array: SqnArray,
    fault: Fault,
}

impl fmt::Debug for Usim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Usim")
            .field("imsi", &self.imsi)
            .finish_non_exhaustive()
    }
}

impl Usim {
    /// From an identity and its keys; SQN by profile 2 of TS 33.102 C.3.
    ///
    /// # Errors
    /// An identity that is no IMSI, an algorithm other than `milenage`.
    pub fn new(
        imsi: &str,
        (k, opc): (&[u8; 16], &[u8; 16]),
        algorithm: &str,
        fault: Fault,
    ) -> Result<Self, Unusable> {
        let imsi = Digits::new(imsi)
            .and_then(Imsi::new)
            .ok_or(Unusable::Imsi)?;
        let own = Algorithm::default();
        if algorithm != own.name() {
            return Err(Unusable::Algorithm);
        }
        let mut k = *k;
        if matches!(fault, Fault::WrongKey | Fault::Guessed) {
            k[0] ^= 1;
        }
        let functions = own
            .keyed(&k.into(), &Opc::from(*opc).into())
            .map_err(|_| Unusable::Algorithm)?;
        let profile = Profile::PROFILE_2;
        let seen = match fault {
            Fault::Ahead(seq) | Fault::Forgetful(seq) => {
                vec![seq.min(profile.max_seq()); profile.indices()]
            }
            _ => vec![0; profile.indices()],
        };
        let array = SqnArray::restore(profile, seen).unwrap_or_else(|| SqnArray::new(profile));
        Ok(Self {
            imsi,
            functions,
            array,
            fault,
        })
    }

    /// The application of a provisional identity.
    ///
    /// # Errors
    /// As [`Usim::new`].
    pub fn provisional(entry: &Entry, fault: Fault) -> Result<Self, Unusable> {
        Self::new(
            &entry.pcid,
            (&entry.k.0, &entry.opc.0),
            &entry.algorithm,
            fault,
        )
    }

    /// SEQ_MS of every IND, for the TRE's memory.
    pub(crate) fn seq_ms(&self) -> &[u64] {
        self.array.seq_ms()
    }

    /// Takes SEQ_MS back out of the TRE's memory.
    ///
    /// # Errors
    /// Numbers that no card of this profile has.
    pub(crate) fn remember(&mut self, seq_ms: Vec<u64>) -> Result<(), Unusable> {
        self.array = SqnArray::restore(Profile::PROFILE_2, seq_ms).ok_or(Unusable::Sequence)?;
        Ok(())
    }

    /// Its identity.
    pub fn imsi(&self) -> Imsi {
        self.imsi
    }

    /// AUTHENTICATE (TS 31.102 7.1.2): the SQN array moves only where the challenge is accepted.
    pub fn authenticate(&mut self, rand: &Rand, autn: &Autn) -> Answer {
        let careless = matches!(self.fault, Fault::Guessed | Fault::Forgetful(_));
        match aka::usim::authenticate(&self.functions, rand, autn, &mut self.array) {
            aka::Outcome::Accepted { res, ck, ik } => Answer::Accepted { res, ck, ik },
            _ if careless => {
                let answer = self.functions.f2345(rand);
                Answer::Accepted {
                    res: answer.res,
                    ck: answer.ck,
                    ik: answer.ik,
                }
            }
            aka::Outcome::MacFailure => Answer::MacFailure,
            aka::Outcome::SyncFailure { auts, .. } => Answer::SyncFailure(auts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aka::{Resynchronisation, SqnHe};
    use std::time::Duration;

    const K: [u8; 16] = [0x46; 16];
    const OPC: [u8; 16] = [0xcd; 16];
    const P: Profile = Profile::PROFILE_2;

    fn home() -> Functions {
        let code = Opc::from(OPC).into();
        Algorithm::default().keyed(&K.into(), &code).unwrap()
    }

    fn usim(fault: Fault) -> Usim {
        Usim::new("999010000000001", (&K, &OPC), "milenage", fault).unwrap()
    }

    #[test]
    fn a_fresh_challenge_is_answered_once() {
        let (home, mut usim) = (home(), usim(Fault::None));
        let sqn = SqnHe::default().next(&P, 3, Duration::ZERO).unwrap();
        let vector = home.quintuplet(&[0x23; 16], sqn, [0x80, 0]);
        let Answer::Accepted { res, ck, ik } = usim.authenticate(&vector.rand, &vector.autn) else {
            panic!("refused");
        };
        assert_eq!((res, ck, ik), (vector.xres, vector.ck, vector.ik));
        // T2: the same challenge again is not fresh
        let Answer::SyncFailure(auts) = usim.authenticate(&vector.rand, &vector.autn) else {
            panic!("a replayed challenge was taken");
        };
        assert_eq!(home.verify_auts(&vector.rand, &auts), Ok(sqn));
    }

    #[test]
    fn a_wrong_key_and_a_changed_token_fail_by_the_mac() {
        let sqn = P.sqn(1, 0);
        let vector = home().quintuplet(&[0x23; 16], sqn, [0x80, 0]);
        let wrong = usim(Fault::WrongKey).authenticate(&vector.rand, &vector.autn);
        assert_eq!(wrong, Answer::MacFailure);
        let mut autn = vector.autn;
        autn[15] ^= 1;
        let changed = usim(Fault::None).authenticate(&vector.rand, &autn);
        assert_eq!(changed, Answer::MacFailure);
    }

    #[test]
    fn a_usim_ahead_of_its_home_brings_it_forward() {
        let (home, mut usim) = (home(), usim(Fault::Ahead(1000)));
        let mut he = SqnHe::default();
        let sqn = he.next(&P, 3, Duration::ZERO).unwrap();
        let vector = home.quintuplet(&[0x23; 16], sqn, [0x80, 0]);
        let Answer::SyncFailure(auts) = usim.authenticate(&vector.rand, &vector.autn) else {
            panic!("an old challenge was taken");
        };
        let told = he.resynchronise(&P, &home, &vector.rand, &auts, Duration::ZERO);
        let Ok(Resynchronisation::Reset { sqn_ms }) = told else {
            panic!("{told:?}");
        };
        assert_eq!(P.seq(sqn_ms), 1000);
        let sqn = he.next(&P, 3, Duration::ZERO).unwrap();
        let vector = home.quintuplet(&[0x24; 16], sqn, [0x80, 0]);
        let answer = usim.authenticate(&vector.rand, &vector.autn);
        assert!(matches!(answer, Answer::Accepted { .. }));
    }

    #[test]
    fn what_is_no_application_is_refused_and_no_key_is_shown() {
        let new = |imsi, algorithm| Usim::new(imsi, (&K, &OPC), algorithm, Fault::None).err();
        assert_eq!(new("99901", "milenage"), Some(Unusable::Imsi));
        assert_eq!(new("99901000000000x", "milenage"), Some(Unusable::Imsi));
        assert_eq!(new("999010000000001", "tuak"), Some(Unusable::Algorithm));
        assert_eq!(new("999010000000001", "comp128"), Some(Unusable::Algorithm));
        let shown = format!("{:?}", usim(Fault::None));
        assert!(shown.contains("999010000000001"));
        assert!(!shown.contains("46") && !shown.contains("cd"));
    }
}
