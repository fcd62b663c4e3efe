//! Octets of a peer lead to an error at worst, and to memory in proportion.
use bytes::{Bytes, BytesMut};
use engine::{FastPath, Now, Port, Rng, Time};
use gtp::{
    machine::{
        forward::{Route, Table},
        path::{Config, Paths},
    },
    msg::{Header, Message, Pdu, foreign::Any},
};
use wire::{Gen, mutations};

/// A sample of each message of the table, as octets.
fn samples() -> Vec<Bytes> {
    let mut g = Gen::seed(11);
    let message = |n| {
        let pdu = Pdu::sample(n, &mut g);
        let mut m = Message::request(g.next() as u16, g.next() as u32, pdu);
        if g.flip() {
            m.header = m.header.with_extension(0x40, &[1, 2]);
        }
        m.bytes()
    };
    (0..Pdu::COUNT).map(message).collect()
}

fn octets(m: &Any) -> Bytes {
    let mut w = BytesMut::new();
    m.write(&mut w);
    w.freeze()
}

#[test]
fn samples_are_read_and_written_back_and_no_truncation_is_a_message() {
    for s in samples() {
        let m = Message::read(&s).unwrap_or_else(|e| panic!("{e}: {s:02x?}"));
        assert_eq!(m.bytes(), s);
        assert!(!m.to_string().is_empty() && m.pdu.json() != serde_json::Value::Null);
        for n in 0..s.len() {
            let e = Message::read(&s.slice(..n)).unwrap_err();
            assert!(e.at <= n, "{e}");
        }
    }
}

#[test]
fn mutations_neither_panic_nor_grow_nor_change() {
    let samples = samples();
    let per_sample = 100_000usize.div_ceil(samples.len());
    let mut read = 0;
    for (i, s) in samples.iter().enumerate() {
        for bad in mutations(s, i as u64, per_sample) {
            let bad = Bytes::from(bad);
            let mut result = None;
            let used = allocation_counter::measure(|| result = Some(Any::read(&bad, false)));
            let most = 16 * bad.len() as u64 + 4096;
            assert!(
                used.bytes_max <= most,
                "{} octets took {}",
                bad.len(),
                used.bytes_max
            );
            if let Some(Ok(m)) = result {
                let once = octets(&m);
                let again = Any::read(&once, false).unwrap_or_else(|e| panic!("{e}: {bad:02x?}"));
                assert_eq!(octets(&again), once);
                read += 1;
            }
        }
    }
    assert!(read > 1000, "{read} of the mutations were still messages");
}

/// The most elements, the most extension headers that a datagram can hold.
#[test]
fn memory_stays_in_proportion_for_the_worst_shapes() {
    let elements = [
        &[0x32, 50, 0xff, 0xf0, 0, 0, 0, 0, 0, 0, 0, 0][..],
        &[200, 0, 0].repeat(21_832),
    ]
    .concat();
    let chain = [
        &[0x34, 255, 0xff, 0xf8, 0, 0, 0, 0, 0, 0, 0, 0x40][..],
        &[1, 0, 0, 0x40].repeat(16_381),
    ]
    .concat();
    for shape in [elements, chain] {
        let shape = Bytes::from(shape);
        let used = allocation_counter::measure(|| drop(Message::read(&shape)));
        let most = 16 * shape.len() as u64 + 4096;
        assert!(used.bytes_max <= most, "{} of {most}", used.bytes_max);
    }
}

/// Whatever comes, a path says something to one peer at most once per datagram, and a forwarding
/// table lets nothing through that is not in its rows.
#[test]
fn machines_take_anything() {
    let peer = "127.0.2.1:2123".parse().unwrap();
    let mut paths = Paths::<()>::new(Config::control(1), Rng::seed(1));
    let mut taken = 0;
    for (i, s) in samples().iter().enumerate() {
        for bad in mutations(s, i as u64, 500) {
            paths.receive(Time(taken), peer, &Bytes::from(bad));
            let sent = std::iter::from_fn(|| paths.poll())
                .filter(|o| matches!(o, gtp::machine::path::Output::Send { .. }))
                .count();
            assert!(sent <= 1);
            taken += 1;
        }
    }
    let (user, inner) = (Port(1), Port(2));
    let mut table = Table::new(user, inner, [127, 0, 3, 9].into());
    table.insert(Route {
        local_teid: 7,
        remote_teid: 8,
        remote: [127, 0, 2, 1].into(),
        address: [10, 33, 0, 1].into(),
        allowed: ["10.32.0.2/32".parse().unwrap()].into(),
    });
    let mut packet = BytesMut::new();
    let ends = (
        "10.33.0.1:1".parse().unwrap(),
        "10.32.0.2:2".parse().unwrap(),
    );
    wire::net::udp(&mut packet, ends.0, ends.1, 1, b"payload");
    let mut good = BytesMut::new();
    let header = Header::user(255, 7).with_extension(0x40, &[1, 2]);
    header.write(&mut good, |w| w.extend_from_slice(&packet));
    let mut through = 0;
    for bad in mutations(&good, 3, 50_000) {
        let mut head = BytesMut::new();
        let f = table.forward(Now::default(), user, peer, &bad, &mut head);
        if let engine::Forward::To { port, skip, .. } = f
            && port == inner
        {
            let p = wire::net::Packet::read(&bad[skip..]).unwrap();
            assert_eq!((p.from, p.to), (ends.0.ip(), ends.1.ip()));
            through += 1;
        }
    }
    assert!(through > 100, "{through}");
}
