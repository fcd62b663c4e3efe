//! Vectors per second: ours, crate `milenage`, and the AES operations that a vector cannot do
//! without (one key schedule, one block, four blocks together).

use aes::Aes128Enc;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use aka::milenage::{Constants, Milenage};
use aka::tuak::Parameters;
use aka::{Algorithm, K, Opc, OperatorCode, Profile, Secret, Sqn, SqnArray, SqnHe, Topc, usim};
use core::hint::black_box;
use core::time::Duration;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const K16: [u8; 16] = [0x46; 16];
const OPC: [u8; 16] = [0xcd; 16];
const RAND: [u8; 16] = [0x23; 16];
const AMF: [u8; 2] = [0x80, 0];

fn vectors(c: &mut Criterion) {
    let mut group = c.benchmark_group("vector");
    group.throughput(Throughput::Elements(1));
    let sqn = Sqn::new(0xff9b_b4d0_b607).unwrap_or_default();
    let algorithm = Algorithm::default();
    let k = K::from(K16);
    let code = OperatorCode::from(Opc::from(OPC));

    group.bench_function("aes only", |b| {
        b.iter(|| {
            let aes = Aes128Enc::new(&Array::from(black_box(K16)));
            let mut temp = Array::from(black_box(RAND));
            aes.encrypt_block(&mut temp);
            let mut blocks = [temp; 4];
            aes.encrypt_blocks(&mut blocks);
            blocks
        });
    });
    group.bench_function("aes only, key schedule kept", |b| {
        let aes = Aes128Enc::new(&Array::from(K16));
        b.iter(|| {
            let mut temp = Array::from(black_box(RAND));
            aes.encrypt_block(&mut temp);
            let mut blocks = [temp; 4];
            aes.encrypt_blocks(&mut blocks);
            blocks
        });
    });
    group.bench_function("milenage f1 to f5", |b| {
        let (k, opc) = (Secret::new(K16), Opc::from(OPC));
        b.iter(|| {
            let m = Milenage::new(black_box(&k), black_box(&opc), Constants::default());
            m.f12345(black_box(&RAND), sqn, AMF)
        });
    });
    group.bench_function("milenage quintuplet", |b| {
        b.iter(|| {
            algorithm.quintuplet(black_box(&k), black_box(&code), black_box(&RAND), sqn, AMF)
        });
    });
    group.bench_function("milenage quintuplet, key schedule kept", |b| {
        let Ok(functions) = algorithm.keyed(&k, &code) else {
            return;
        };
        b.iter(|| functions.quintuplet(black_box(&RAND), sqn, AMF));
    });
    group.bench_function("crate milenage", |b| {
        b.iter(|| {
            let mut m = milenage::Milenage::new_with_opc(black_box(K16), black_box(OPC));
            (
                m.f2345(black_box(&RAND)),
                m.f1(black_box(&RAND), &sqn.octets(), &AMF),
            )
        });
    });
    group.bench_function("tuak quintuplet", |b| {
        let algorithm = Algorithm::Tuak(Parameters::default());
        let code = Topc::from([0xcd; 32]).into();
        b.iter(|| {
            let functions = algorithm.keyed(black_box(&k), black_box(&code));
            functions.map(|f| f.quintuplet(black_box(&RAND), sqn, AMF))
        });
    });
    group.finish();
}

fn procedure(c: &mut Criterion) {
    let mut group = c.benchmark_group("procedure");
    group.throughput(Throughput::Elements(1));
    let (k, code) = (K::from(K16), OperatorCode::from(Opc::from(OPC)));
    let Ok(functions) = Algorithm::default().keyed(&k, &code) else {
        return;
    };
    group.bench_function("vector, challenge and answer", |b| {
        let profile = Profile::PROFILE_2;
        let (mut home, mut card) = (SqnHe::default(), SqnArray::new(profile));
        b.iter(|| {
            let sqn = home.next(&profile, 3, Duration::ZERO)?;
            let vector = functions.quintuplet(black_box(&RAND), sqn, AMF);
            let outcome = usim::authenticate(&functions, &vector.rand, &vector.autn, &mut card);
            Ok::<_, aka::he::Exhausted>(outcome)
        });
    });
    group.finish();
}

criterion_group!(benches, vectors, procedure);
criterion_main!(benches);
