//! What a message and what a user packet cost: time by criterion, allocations by counting.
use bytes::{Bytes, BytesMut};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use engine::{FastPath, Now, Port};
use gtp::{
    machine::forward::{Route, Table},
    msg::{CreatePdpContextRequest, Message, Pdu},
};
use std::{hint::black_box, net::SocketAddr};

#[path = "../tests/common/mod.rs"]
mod common;

/// The request of 15 elements that the numbers of other codecs are compared with.
fn request() -> Bytes {
    let m = common::create_request("999010000000001", "m2m.registration", 0x1122_3344);
    let m = CreatePdpContextRequest {
        charging_characteristics: None,
        ms_time_zone: None,
        imei_sv: None,
        ..m
    };
    Message::request(1, 0, m).bytes()
}

fn allocations(name: &str, mut run: impl FnMut()) {
    run();
    let used = allocation_counter::measure(run);
    println!("allocations of {name}: {}", used.count_total);
}

fn codec(c: &mut Criterion) {
    let octets = request();
    let message = Message::read(&octets).expect("a request of our own can be read");
    assert!(matches!(message.pdu, Pdu::CreatePdpContextRequest(_)));
    let mut w = BytesMut::with_capacity(4096);
    let mut group = c.benchmark_group("create-pdp-context-request");
    group.throughput(Throughput::Elements(1));
    group.bench_function("read", |b| b.iter(|| Message::read(black_box(&octets))));
    group.bench_function("write", |b| {
        b.iter(|| {
            w.clear();
            black_box(&message).write(&mut w);
        });
    });
    group.finish();
    allocations("create-pdp-context-request/read", || {
        drop(black_box(Message::read(&octets)));
    });
    allocations("create-pdp-context-request/write", || {
        w.clear();
        message.write(&mut w);
    });
}

fn forwarding(c: &mut Criterion) {
    let (user, inner) = (Port(2), Port(3));
    let mut table = Table::new(user, inner, [127, 0, 3, 9].into());
    for i in 0..10_000u32 {
        table.insert(Route {
            local_teid: i.wrapping_mul(0x9e37_79b9) | 1,
            remote_teid: i,
            remote: [127, 0, 2, 1].into(),
            address: std::net::Ipv4Addr::from(0x0a21_0001 + i).into(),
            allowed: ["10.32.0.0/24".parse().expect("a prefix")].into(),
        });
    }
    let sgsn: SocketAddr = "127.0.2.1:2152".parse().expect("an address");
    let up = common::g_pdu(1, &[7; 500]).bytes();
    let down = {
        let mut w = BytesMut::new();
        let ends = ("10.32.0.2:80", "10.33.0.1:4000");
        let [from, to] = [ends.0, ends.1].map(|a| a.parse().expect("an address"));
        wire::net::udp(&mut w, from, to, 1, &[7; 500]);
        w.freeze()
    };
    let mut head = BytesMut::with_capacity(64);
    let mut group = c.benchmark_group("forward-10000-contexts");
    group.throughput(Throughput::Elements(1));
    for (name, port, packet) in [("up", user, &up), ("down", inner, &down)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                head.clear();
                table.forward(Now::default(), port, sgsn, black_box(packet), &mut head)
            });
        });
        allocations(&format!("forward-10000-contexts/{name}"), || {
            head.clear();
            black_box(table.forward(Now::default(), port, sgsn, packet, &mut head));
        });
    }
    group.finish();
    assert_eq!(table.counters().count(), 0, "no packet may be dropped");
}

criterion_group!(benches, codec, forwarding);
criterion_main!(benches);
