//! The test sets of the standards, kept in `vectors/`.

use aka::milenage::{Constants, Milenage};
use aka::tuak::{Parameters, Tuak};
use aka::{
    Algorithm, K, Op, Opc, OperatorCode, Outcome, Profile, Quintuplet, Res, Secret, Sqn, SqnArray,
    Top, Topc, kdf, usim,
};
use serde_json::Value;

/// Octets of a field in hexadecimal digits.
fn octets(set: &Value, field: &str) -> Vec<u8> {
    let text = set[field]
        .as_str()
        .unwrap_or_else(|| panic!("{field} in {set}"));
    hex::decode(text).unwrap()
}

fn array<const N: usize>(set: &Value, field: &str) -> [u8; N] {
    octets(set, field).try_into().unwrap()
}

fn sqn(set: &Value) -> Sqn {
    Sqn::from_octets(array(set, "sqn"))
}

fn k(set: &Value) -> K {
    set["k"].as_str().unwrap().parse().unwrap()
}

/// The sets of a file, `count` of them.
fn sets(file: &str, count: usize) -> Vec<Value> {
    let file: Value = serde_json::from_str(file).unwrap();
    let sets = file
        .get("sets")
        .unwrap_or(&file)
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(sets.len(), count);
    sets
}

#[test]
fn milenage() {
    let mut all = sets(include_str!("../vectors/milenage_ts35207.json"), 6);
    all.extend(sets(include_str!("../vectors/milenage_ts35208.json"), 20));
    for set in &all {
        let k = Secret::new(array(set, "k"));
        let opc = Milenage::opc(&k, &Op::from(array(set, "op")));
        assert_eq!(opc, Opc::from(array(set, "opc")));
        let (rand, sqn, amf) = (array(set, "rand"), sqn(set), array(set, "amf"));

        let milenage = Milenage::new(&k, &opc, Constants::default());
        assert_eq!(milenage.f1(&rand, sqn, amf), array(set, "f1"));
        assert_eq!(milenage.f1_star(&rand, sqn, amf), array(set, "f1star"));
        let f2345 = milenage.f2345(&rand);
        assert_eq!(*f2345.res, octets(set, "f2"));
        assert_eq!(f2345.ck, Secret::new(array(set, "f3")));
        assert_eq!(f2345.ik, Secret::new(array(set, "f4")));
        assert_eq!(f2345.ak, array(set, "f5"));
        assert_eq!(milenage.f5_star(&rand), array(set, "f5star"));
        assert_eq!(milenage.f12345(&rand, sqn, amf), (array(set, "f1"), f2345));
    }
}

#[test]
fn tuak() {
    for set in sets(include_str!("../vectors/tuak_ts35233.json"), 6) {
        let (i, o) = (&set["in"], &set["out"]);
        let length = |field| u8::try_from(octets(o, field).len()).unwrap();
        let iterations = i["keccak_iterations"].as_str().unwrap().parse().unwrap();
        let (mac, res, ck, ik) = (length("f1"), length("f2"), length("f3"), length("f4"));
        let parameters = Parameters::new(mac, res, ck, ik, iterations).unwrap();
        let topc = Tuak::topc(&k(i), &Top::from(array(i, "top")), parameters);
        assert_eq!(topc, Topc::from(array(o, "topc")), "{}", set["name"]);
        let (rand, sqn, amf) = (array(i, "rand"), sqn(i), array(i, "amf"));

        let tuak = Tuak::new(k(i), topc, parameters);
        assert_eq!(*tuak.f1(&rand, sqn, amf), octets(o, "f1"));
        assert_eq!(*tuak.f1_star(&rand, sqn, amf), octets(o, "f1star"));
        let f2345 = tuak.f2345(&rand);
        assert_eq!(*f2345.res, octets(o, "f2"));
        assert_eq!(*f2345.ck, octets(o, "f3"));
        assert_eq!(*f2345.ik, octets(o, "f4"));
        assert_eq!(f2345.ak, array(o, "f5"));
        assert_eq!(tuak.f5_star(&rand), array(o, "f5star"));
    }
}

#[test]
fn xor() {
    for set in sets(include_str!("../vectors/xor3g_ts34108.json"), 2) {
        let functions = Algorithm::Xor { res: 16 }
            .keyed(&k(&set), &OperatorCode::None)
            .unwrap();
        let vector = functions.quintuplet(&array(&set, "rand"), sqn(&set), array(&set, "amf"));
        let expected = Quintuplet {
            rand: array(&set, "rand"),
            xres: Res::new(&octets(&set, "xres")).unwrap(),
            ck: array(&set, "ck").into(),
            ik: array(&set, "ik").into(),
            autn: array(&set, "autn"),
        };
        assert_eq!(vector, expected);
        accepted(&functions, &vector);
    }
}

#[test]
fn ck_prime_and_ik_prime() {
    for set in sets(include_str!("../vectors/rfc5448_ckprime.json"), 4) {
        let vector = Quintuplet {
            rand: [0; 16],
            xres: Res::new(&[0; 8]).unwrap(),
            ck: array(&set, "ck").into(),
            ik: array(&set, "ik").into(),
            autn: array(&set, "autn"),
        };
        let network = set["network"].as_str().unwrap();
        let prime = vector.eap_aka_prime(network).unwrap();
        assert_eq!(prime.ck, Secret::new(array(&set, "ckprime")));
        assert_eq!(prime.ik, Secret::new(array(&set, "ikprime")));
        assert_eq!(prime.autn, vector.autn);
        let sqn = vector.concealed_sqn();
        let both = kdf::ck_ik_prime(&vector.ck, &vector.ik, network, sqn).unwrap();
        assert_eq!(both, (prime.ck, prime.ik));
    }
}

#[test]
fn kasme() {
    for set in sets(include_str!("../vectors/kasme_ts33401.json"), 1) {
        let code = Op::from(array(&set, "op")).into();
        let functions = Algorithm::default().keyed(&k(&set), &code).unwrap();
        let vector = functions.quintuplet(&array(&set, "rand"), sqn(&set), array(&set, "amf"));
        let eps = vector.eps(array(&set, "sn_id"));
        assert_eq!(*eps.xres, octets(&set, "xres"));
        assert_eq!(eps.autn, array(&set, "autn"));
        assert_eq!(eps.kasme, Secret::new(array(&set, "kasme")));
        accepted(&functions, &vector);
    }
}

#[test]
fn triplet() {
    for set in sets(include_str!("../vectors/triplet_ts55205.json"), 1) {
        let code = Opc::from(array(&set, "opc")).into();
        let functions = Algorithm::default().keyed(&k(&set), &code).unwrap();
        let vector = functions.quintuplet(&array(&set, "rand"), Sqn::default(), [0; 2]);
        let triplet = vector.triplet();
        assert_eq!(triplet.rand, vector.rand);
        assert_eq!(triplet.sres, array(&set, "sres"));
        assert_eq!(triplet.kc, Secret::new(array(&set, "kc")));
    }
}

/// A card without limits takes the vector and gives the same response and keys.
fn accepted(functions: &aka::Functions, vector: &Quintuplet) {
    let wide = Profile::new(5, aka::Generation::Counter, 1 << 43, None).unwrap();
    let outcome = usim::authenticate(
        functions,
        &vector.rand,
        &vector.autn,
        &mut SqnArray::new(wide),
    );
    let Quintuplet { xres, ck, ik, .. } = vector.clone();
    assert_eq!(outcome, Outcome::Accepted { res: xres, ck, ik });
}
