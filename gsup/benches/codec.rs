//! Reading and writing SendAuthInfo, with allocations per operation.
#![allow(missing_docs)]
use bytes::BytesMut;
use criterion::{Criterion, criterion_group, criterion_main};
use gsup::msg::{Head, Pdu};
use std::hint::black_box;

#[path = "../tests/common/mod.rs"]
mod common;

fn codec(c: &mut Criterion) {
    for (name, m) in [
        ("SendAuthInfoRequest", common::send_auth_info_request()),
        (
            "SendAuthInfoResult, 5 vectors",
            common::send_auth_info_result(),
        ),
    ] {
        let octets = m.bytes();
        let read = allocation_counter::measure(|| {
            black_box(Pdu::decode(&octets)).ok();
        });
        let mut buffer = BytesMut::with_capacity(4096);
        let write = allocation_counter::measure(|| m.encode(&mut buffer));
        println!(
            "{name}: {} octets, allocations: read {} ({} octets), write {}",
            octets.len(),
            read.count_total,
            read.bytes_total,
            write.count_total,
        );
        c.bench_function(&format!("{name} read"), |b| {
            b.iter(|| Pdu::decode(black_box(&octets)));
        });
        c.bench_function(&format!("{name} head"), |b| {
            b.iter(|| Head::read(black_box(&octets)));
        });
        c.bench_function(&format!("{name} write"), |b| {
            b.iter(|| {
                buffer.clear();
                black_box(&m).encode(&mut buffer);
            });
        });
    }
}

criterion_group!(benches, codec);
criterion_main!(benches);
