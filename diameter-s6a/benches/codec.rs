//! Reading and writing the hottest messages, with allocations per operation; the capabilities
//! exchange beside crate `diameter`, which reads no S6a.
#![allow(missing_docs)]
#[path = "../tests/common/samples.rs"]
mod samples;
use bytes::BytesMut;
use criterion::{Criterion, criterion_group, criterion_main};
use diameter::{DiameterMessage, dictionary};
use diameter_s6a::Message;
use std::{hint::black_box, io::Cursor, sync::Arc};

fn codec(c: &mut Criterion) {
    for (name, m) in [
        ("AIR", samples::air()),
        ("AIA, UTRAN vector", samples::aia()),
        ("ULA", samples::ula()),
        ("CER", samples::cer()),
    ] {
        let octets = m.to_bytes();
        let read = allocation_counter::measure(|| {
            black_box(Message::read(&octets)).ok();
        });
        let mut buffer = BytesMut::with_capacity(4096);
        let write = allocation_counter::measure(|| m.write(&mut buffer));
        println!("allocations of {name} read: {}", read.count_total);
        println!("allocations of {name} write: {}", write.count_total);
        c.bench_function(&format!("{name} read"), |b| {
            b.iter(|| Message::read(black_box(&octets)));
        });
        c.bench_function(&format!("{name} write"), |b| {
            b.iter(|| {
                buffer.clear();
                black_box(&m).write(&mut buffer);
            });
        });
    }
    let octets = samples::cer().to_bytes();
    let dict = dictionary::Dictionary::new(&[&dictionary::DEFAULT_DICT_XML]);
    let dict = Arc::new(dict);
    let theirs = || DiameterMessage::decode_from(&mut Cursor::new(&octets[..]), Arc::clone(&dict));
    let read = allocation_counter::measure(|| drop(black_box(theirs())));
    println!(
        "allocations of CER read, crate diameter: {}",
        read.count_total
    );
    c.bench_function("CER read, crate diameter", |b| {
        b.iter(theirs);
    });
    if let Ok(m) = theirs() {
        let mut buffer = Vec::with_capacity(4096);
        let write = allocation_counter::measure(|| drop(black_box(m.encode_to(&mut buffer))));
        println!(
            "allocations of CER write, crate diameter: {}",
            write.count_total
        );
        c.bench_function("CER write, crate diameter", |b| {
            b.iter(|| {
                buffer.clear();
                m.encode_to(&mut buffer)
            });
        });
    }
}

criterion_group!(benches, codec);
criterion_main!(benches);
