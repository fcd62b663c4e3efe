//! Octets of a peer lead to an error at worst, and to memory in proportion.
use bytes::{Bytes, BytesMut};
use gtp::msg::{Message, Pdu, foreign::Any};
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
