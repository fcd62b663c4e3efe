//! UL-UNITDATA with an SN-UNITDATA of 500 octets: the whole way down and up.
use bytes::{Bytes, BytesMut};
use criterion::{Criterion, criterion_group, criterion_main};
use gb_gmm::{
    bssgp::{
        msg::{Pdu, UlUnitdata},
        value::{CellId, Qos, Tlli},
    },
    gmm,
    llc::{frame::Frame, machine::Side},
    nas::Direction,
    ns,
    sndcp::msg::SnPdu,
    stack::LogicalLink,
};
use std::hint::black_box;
use wire::{Other, Rai, Reader};

fn datagram(link: &mut LogicalLink, packet: &[u8]) -> Bytes {
    let llc = link.npdu(5, packet).ok().and_then(|mut all| all.pop());
    let m = UlUnitdata {
        tlli: Tlli(0xc000_0001),
        qos: Qos::default(),
        cell: CellId {
            rai: Rai([0x62, 0xf2, 0x24, 0, 1, 1]),
            ci: 2,
        },
        pfi: None,
        lsa_list: None,
        alignment: None,
        llc: llc.unwrap_or_default().into(),
        other: Other::default(),
    };
    let mut w = BytesMut::with_capacity(600);
    w.extend_from_slice(&[0, 0, 0, 2]);
    Pdu::from(m).put(&mut w);
    w.freeze()
}

fn read(octets: &Bytes) -> usize {
    let Ok(ns::msg::Pdu::NsUnitdata(unit)) = ns::msg::Pdu::parse(octets) else {
        return 0;
    };
    let Ok(Pdu::UlUnitdata(m)) = Pdu::parse(&unit.sdu.0) else {
        return 0;
    };
    let Ok(frame) = Frame::parse(&m.llc.0) else {
        return 0;
    };
    SnPdu::parse(&frame.info).map_or(0, |p| p.data.len())
}

fn codec(c: &mut Criterion) {
    let mut link = LogicalLink::new(Side::Ms, Tlli(0xc000_0001));
    let packet = [0x5a; 496];
    let octets = datagram(&mut link, &packet);
    assert_eq!(read(&octets), packet.len());
    let writing = allocation_counter::measure(|| {
        black_box(datagram(&mut link, &packet));
    });
    let reading = allocation_counter::measure(|| {
        black_box(read(&octets));
    });
    println!(
        "allocations of ul_unitdata_500/write: {}",
        writing.count_total
    );
    println!(
        "allocations of ul_unitdata_500/read: {}",
        reading.count_total
    );
    c.bench_function("ul_unitdata_500/write", |b| {
        b.iter(|| datagram(&mut link, black_box(&packet)))
    });
    c.bench_function("ul_unitdata_500/read", |b| {
        b.iter(|| read(black_box(&octets)))
    });
}

/// An Attach Request of an IMSI, with a P-TMSI signature.
const ATTACH_REQUEST: &[u8] = &[
    0x08, 0x01, 0x02, 0xe5, 0x60, 0x71, 0x0a, 0x00, 0x08, 0x09, 0x10, 0x10, 0x21, 0x43, 0x65, 0x87,
    0x09, 0x00, 0xf1, 0x10, 0x00, 0x01, 0x01, 0x05, 0x13, 0x43, 0x50, 0x2b, 0x25, 0x19, 0xa1, 0xb2,
    0xc3,
];

fn attach(c: &mut Criterion) {
    let octets = Bytes::from_static(ATTACH_REQUEST);
    let read = || gmm::Pdu::decode(Direction::Up, Reader::shared(&octets));
    let Ok(m) = read() else {
        panic!("the sample is an Attach Request");
    };
    let reading = allocation_counter::measure(|| drop(black_box(read())));
    let writing = allocation_counter::measure(|| drop(black_box(m.encode())));
    println!(
        "allocations of attach_request/read: {}",
        reading.count_total
    );
    println!(
        "allocations of attach_request/write: {}",
        writing.count_total
    );
    c.bench_function("attach_request/read", |b| b.iter(read));
    c.bench_function("attach_request/write", |b| {
        b.iter(|| black_box(&m).encode())
    });
}

criterion_group!(benches, codec, attach);
criterion_main!(benches);
