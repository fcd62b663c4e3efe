//! UL-UNITDATA with an SN-UNITDATA of 500 octets: the whole way down and up.
use bytes::{Bytes, BytesMut};
use criterion::{Criterion, criterion_group, criterion_main};
use gb_gmm::{
    bssgp::{
        msg::{Pdu, UlUnitdata},
        value::{CellId, Qos, Tlli},
    },
    llc::{frame::Frame, machine::Side},
    ns,
    sndcp::msg::SnPdu,
    stack::LogicalLink,
};
use std::hint::black_box;
use wire::{Other, Rai};

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
        "allocations: {} to write, {} to read",
        writing.count_total, reading.count_total
    );
    c.bench_function("ul_unitdata_500/write", |b| {
        b.iter(|| datagram(&mut link, black_box(&packet)))
    });
    c.bench_function("ul_unitdata_500/read", |b| {
        b.iter(|| read(black_box(&octets)))
    });
}

criterion_group!(benches, codec);
criterion_main!(benches);
