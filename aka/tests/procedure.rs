//! Home and card together: authentication (TS 33.102 6.3.3) and resynchronisation (6.3.5).

use aka::tuak::Parameters;
use aka::usim::NotFresh;
use aka::{
    Algorithm, Functions, IndTable, K, Opc, OperatorCode, Outcome, Profile, Quintuplet,
    Resynchronisation, Secret, SqnArray, SqnHe, Topc, usim,
};
use core::time::Duration;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

const AMF: [u8; 2] = [0x80, 0x00];

struct Home {
    functions: Functions,
    profile: Profile,
    sqn: SqnHe,
    nodes: IndTable,
    utc: Duration,
    rng: ChaCha8Rng,
}

impl Home {
    fn new(functions: Functions, profile: Profile) -> Self {
        let utc = Duration::from_secs(1_700_000_000);
        let (sqn, nodes) = (SqnHe::default(), IndTable::new(&profile));
        Self {
            functions,
            profile,
            sqn,
            nodes,
            utc,
            rng: ChaCha8Rng::seed_from_u64(33_102),
        }
    }

    fn vector(&mut self, node: &str) -> Quintuplet {
        let ind = self.nodes.assign(node);
        let sqn = self.sqn.next(&self.profile, ind, self.utc).unwrap();
        let mut rand = [0; 16];
        self.rng.fill_bytes(&mut rand);
        self.functions.quintuplet(&rand, sqn, AMF)
    }
}

fn algorithms() -> Vec<(Algorithm, K, OperatorCode)> {
    vec![
        (
            Algorithm::default(),
            [1; 16].into(),
            Opc::from([2; 16]).into(),
        ),
        (
            Algorithm::Tuak(Parameters::default()),
            [1; 32].into(),
            Topc::from([2; 32]).into(),
        ),
        (
            Algorithm::Xor { res: 8 },
            [1; 16].into(),
            OperatorCode::None,
        ),
    ]
}

fn milenage() -> Functions {
    let (algorithm, k, code) = algorithms().remove(0);
    algorithm.keyed(&k, &code).unwrap()
}

fn challenge(functions: &Functions, vector: &Quintuplet, card: &mut SqnArray) -> Outcome {
    usim::authenticate(functions, &vector.rand, &vector.autn, card)
}

fn accepted(vector: &Quintuplet) -> Outcome {
    let Quintuplet { xres, ck, ik, .. } = vector.clone();
    Outcome::Accepted { res: xres, ck, ik }
}

#[test]
fn authentication_with_every_algorithm_and_profile() {
    for (algorithm, k, code) in algorithms() {
        for profile in [Profile::PROFILE_1, Profile::PROFILE_2] {
            let mut home = Home::new(algorithm.keyed(&k, &code).unwrap(), profile);
            let functions = algorithm.keyed(&k, &code).unwrap();
            let mut card = SqnArray::new(profile);
            for _ in 0..40 {
                let vector = home.vector("sgsn.example");
                assert_eq!(challenge(&functions, &vector, &mut card), accepted(&vector));
                home.utc += Duration::from_millis(700);
            }
        }
    }
}

#[test]
fn a_replayed_vector_is_a_synchronisation_failure() {
    let (mut home, card_side) = (Home::new(milenage(), Profile::PROFILE_2), milenage());
    let mut card = SqnArray::new(Profile::PROFILE_2);
    let vector = home.vector("sgsn.example");
    assert_eq!(challenge(&card_side, &vector, &mut card), accepted(&vector));
    let before = card.clone();
    match challenge(&card_side, &vector, &mut card) {
        Outcome::SyncFailure {
            why: NotFresh::Used,
            auts,
        } => {
            assert_eq!(
                home.functions.verify_auts(&vector.rand, &auts),
                Ok(card.sqn_ms())
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(card, before);
}

#[test]
fn a_flipped_bit_anywhere_is_a_mac_failure() {
    let mut home = Home::new(milenage(), Profile::PROFILE_2);
    let vector = home.vector("sgsn.example");
    let mut card = SqnArray::new(Profile::PROFILE_2);
    for bit in 0..256 {
        let mut other = vector.clone();
        let octet = bit / 8;
        let flip = 1 << (bit % 8);
        if octet < 16 {
            other.rand[octet] ^= flip;
        } else {
            other.autn[octet - 16] ^= flip;
        }
        assert_eq!(
            challenge(&home.functions, &other, &mut card),
            Outcome::MacFailure
        );
    }
    assert_eq!(card, SqnArray::new(Profile::PROFILE_2));
    assert_eq!(
        challenge(&home.functions, &vector, &mut card),
        accepted(&vector)
    );
}

#[test]
fn a_wrong_key_or_code_is_a_mac_failure() {
    let mut home = Home::new(milenage(), Profile::PROFILE_2);
    let vector = home.vector("sgsn.example");
    let others = [([3; 16], [2; 16]), ([1; 16], [3; 16])];
    for (k, opc) in others {
        let other = Algorithm::default()
            .keyed(&k.into(), &Opc::from(opc).into())
            .unwrap();
        let mut card = SqnArray::new(Profile::PROFILE_2);
        assert_eq!(challenge(&other, &vector, &mut card), Outcome::MacFailure);
    }
}

#[test]
fn a_home_that_lost_its_counter_is_resynchronised() {
    for (algorithm, k, code) in algorithms() {
        let functions = algorithm.keyed(&k, &code).unwrap();
        let mut home = Home::new(algorithm.keyed(&k, &code).unwrap(), Profile::PROFILE_2);
        let mut card = SqnArray::new(Profile::PROFILE_2);
        for _ in 0..100 {
            let vector = home.vector("sgsn.example");
            assert_eq!(challenge(&functions, &vector, &mut card), accepted(&vector));
        }
        home.sqn = SqnHe::default();
        let stale = home.vector("sgsn.example");
        let Outcome::SyncFailure { auts, .. } = challenge(&functions, &stale, &mut card) else {
            panic!("{} accepted an old SQN", algorithm.name());
        };
        let outcome =
            home.sqn
                .resynchronise(&home.profile, &home.functions, &stale.rand, &auts, home.utc);
        assert_eq!(
            outcome,
            Ok(Resynchronisation::Reset {
                sqn_ms: card.sqn_ms()
            })
        );
        let fresh = home.vector("sgsn.example");
        assert_eq!(challenge(&functions, &fresh, &mut card), accepted(&fresh));
    }
}

#[test]
fn a_node_may_use_its_vectors_after_those_of_another() {
    let mut home = Home::new(milenage(), Profile::PROFILE_2);
    let functions = milenage();
    let mut card = SqnArray::new(Profile::PROFILE_2);
    let kept: Vec<_> = (0..5).map(|_| home.vector("sgsn-a.example")).collect();
    for _ in 0..50 {
        let vector = home.vector("sgsn-b.example");
        assert_eq!(challenge(&functions, &vector, &mut card), accepted(&vector));
    }
    for vector in &kept {
        assert_eq!(challenge(&functions, vector, &mut card), accepted(vector));
    }
}

/// Two cards with one PCID and one K (T14), two serving nodes, and a home that now and then falls
/// back to an old counter. A clock heals that unseen; without one, one AUTS and one new vector is
/// all it ever takes.
#[test]
fn cards_that_share_a_key_survive_a_home_that_falls_back() {
    for (profile, heals_unseen) in [(Profile::PROFILE_1, true), (Profile::PROFILE_2, false)] {
        let mut home = Home::new(milenage(), profile);
        let functions = milenage();
        let mut cards = [SqnArray::new(profile), SqnArray::new(profile)];
        let mut rng = ChaCha8Rng::seed_from_u64(14);
        let mut failures = 0;
        for _ in 0..2000 {
            let node = ["sgsn-a.example", "sgsn-b.example"][(rng.next_u32() % 2) as usize];
            let card = &mut cards[(rng.next_u32() % 2) as usize];
            home.utc += Duration::from_millis(u64::from(rng.next_u32() % 100_000));
            if rng.next_u32().is_multiple_of(10) {
                home.sqn = SqnHe::from_seq(home.sqn.seq() / 2);
            }
            let vector = home.vector(node);
            match challenge(&functions, &vector, card) {
                Outcome::Accepted { .. } => {}
                Outcome::MacFailure => panic!("the keys are the same"),
                Outcome::SyncFailure { auts, .. } => {
                    failures += 1;
                    home.sqn
                        .resynchronise(&profile, &home.functions, &vector.rand, &auts, home.utc)
                        .unwrap();
                    let again = home.vector(node);
                    assert_eq!(challenge(&functions, &again, card), accepted(&again));
                }
            }
        }
        assert_eq!(failures == 0, heals_unseen, "{failures} failures");
    }
}

#[test]
fn nothing_printed_tells_a_key() {
    let key = Secret::new([0x5a; 16]);
    let k = K::Bits128(key.clone());
    let opc = Opc::from([0xa5; 16]);
    let functions = Algorithm::default().keyed(&k, &opc.clone().into()).unwrap();
    let code = OperatorCode::from(opc.clone());
    let text = format!("{key:?} {key} {k:?} {opc:?} {code:?} {functions:?}");
    for digits in ["5a", "a5", "90", "165"] {
        assert!(!text.to_lowercase().contains(digits), "{text}");
    }
}
