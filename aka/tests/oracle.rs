//! MILENAGE against an implementation of other hands (crate `milenage`), on seeded inputs.

use aka::milenage::{Constants, Milenage};
use aka::{Op, Opc, Secret, Sqn};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

fn octets<const N: usize>(rng: &mut ChaCha8Rng) -> [u8; N] {
    let mut octets = [0; N];
    rng.fill_bytes(&mut octets);
    octets
}

#[test]
fn ten_thousand_challenges() {
    let mut rng = ChaCha8Rng::seed_from_u64(35_206);
    for _ in 0..10_000 {
        let (k, op) = (octets(&mut rng), octets(&mut rng));
        let (rand, sqn, amf) = (octets(&mut rng), octets(&mut rng), octets(&mut rng));
        let mut other = milenage::Milenage::new_with_op(k, op);

        let k = Secret::new(k);
        let opc = Milenage::opc(&k, &Op::from(op));
        assert_eq!(opc, Opc::from(*other.opc()));
        let ours = Milenage::new(&k, &opc, Constants::default());
        let number = Sqn::from_octets(sqn);
        assert_eq!(ours.f1(&rand, number, amf), other.f1(&rand, &sqn, &amf));
        assert_eq!(
            ours.f1_star(&rand, number, amf),
            other.f1star(&rand, &sqn, &amf)
        );
        let (mac_a, f2345) = ours.f12345(&rand, number, amf);
        let (res, ck, ik, ak) = other.f2345(&rand);
        assert_eq!(mac_a, other.f1(&rand, &sqn, &amf));
        assert_eq!((&*f2345.res, f2345.ak), (&res[..], ak));
        assert_eq!((f2345.ck.expose(), f2345.ik.expose()), (&ck, &ik));
        assert_eq!(ours.f5_star(&rand), other.f5star(&rand));
    }
}
