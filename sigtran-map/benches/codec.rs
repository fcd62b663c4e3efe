//! Reading and writing a SendAuthenticationInfo result, ours beside `rasn`.
//!
//! Both read from the message of TCAP to the vectors; `rasn` has the types of the parameter only,
//! so its message is our TCAP, and the parameter alone stands beside it.
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rasn::prelude::*;
use sigtran_map::{
    map::msg::{
        AuthenticationQuintuplet, Context, ContextName, Operation, Outcome,
        SendAuthenticationInfoRes,
    },
    tcap::msg::{Component, DialoguePortion, End, Message, TransactionId, component::InvokeId},
};
use std::hint::black_box;

#[derive(AsnType, Encode, Decode, Debug, PartialEq)]
struct Quintuplet {
    rand: OctetString,
    xres: OctetString,
    ck: OctetString,
    ik: OctetString,
    autn: OctetString,
}

#[derive(AsnType, Encode, Decode, Debug, PartialEq)]
#[rasn(tag(context, 3))]
struct SaiRes {
    #[rasn(tag(context, 1))]
    quintuplets: Option<SequenceOf<Quintuplet>>,
}

fn result(vectors: u8) -> Outcome {
    let one = |n| AuthenticationQuintuplet::new([n; 16], &[n; 8], [2; 16], [3; 16], [4; 16]);
    SendAuthenticationInfoRes::quintuplets((0..vectors).map(one).collect()).into()
}

fn codec(c: &mut Criterion) {
    for vectors in [1, 5] {
        let outcome = result(vectors);
        let parameter = outcome.parameter(Default::default());
        let octets = parameter.octets().clone();
        let code = Operation::SendAuthenticationInfo.0;
        let theirs: SaiRes = rasn::ber::decode(&octets).expect("both read it");
        assert_eq!(
            rasn::ber::encode(&theirs).expect("it can be written"),
            octets
        );
        let end = End {
            dtid: TransactionId::new(1),
            dialogue: Some(DialoguePortion::response(
                Context::new(ContextName::InfoRetrieval, 3).oid(),
                None,
            )),
            components: Some(
                vec![Component::ReturnResultLast(Component::result(
                    InvokeId(1),
                    code.into(),
                    Some(parameter.clone()),
                ))]
                .into(),
            ),
            other: Default::default(),
        };
        let message = Message::from(end).to_bytes();
        let mut group = c.benchmark_group(format!("send-authentication-info-result/{vectors}"));
        group.throughput(Throughput::Elements(1));
        group.bench_function("parameter/read", |b| {
            b.iter(|| Outcome::of(code, black_box(&parameter)))
        });
        group.bench_function("parameter/read-rasn", |b| {
            b.iter(|| rasn::ber::decode::<SaiRes>(black_box(&octets)));
        });
        group.bench_function("parameter/write", |b| {
            b.iter(|| black_box(&outcome).parameter(Default::default()));
        });
        group.bench_function("parameter/write-rasn", |b| {
            b.iter(|| rasn::ber::encode(black_box(&theirs)))
        });
        group.bench_function("message/read", |b| {
            b.iter(|| {
                let m = Message::read(black_box(&message)).expect("it is a message");
                let Some(Component::ReturnResultLast(r)) = m.components().first() else {
                    return None;
                };
                let p = r.result.as_ref()?.parameter.as_ref()?;
                Outcome::of(code, p).ok()
            });
        });
        group.finish();
    }
}

criterion_group!(benches, codec);
criterion_main!(benches);
