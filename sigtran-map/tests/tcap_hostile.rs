//! Octets of a peer lead to an error at worst, and to memory in proportion.
use bytes::Bytes;
use sigtran_map::tcap::msg::{Message, Pdu};
use wire::{Gen, mutations};

/// Samples of each message, and one with indefinite lengths wherever they may stand.
fn samples() -> Vec<Bytes> {
    let mut g = Gen::seed(29);
    let mut all: Vec<Bytes> = (0..Pdu::COUNT * 4)
        .map(|n| Message::sample(n, &mut g).to_bytes())
        .collect();
    all.push(Bytes::from_static(&[
        0x64, 0x80, 0x49, 0x04, 1, 2, 3, 4, 0x6c, 0x80, 0xa2, 0x80, 0x02, 0x01, 0x01, 0x30, 0x80,
        0x02, 0x01, 0x38, 0xa3, 0x80, 0xa1, 0x80, 0x30, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0,
    ]));
    all
}

#[test]
fn samples_are_written_back_and_no_truncation_is_a_message() {
    for s in samples() {
        let m = Message::read(&s).unwrap_or_else(|e| panic!("{e}: {s:02x?}"));
        assert_eq!(m.to_bytes(), s);
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
            let used = allocation_counter::measure(|| result = Some(Message::read(&bad)));
            let most = 16 * bad.len() as u64 + 4096;
            let took = used.bytes_max;
            assert!(took <= most, "{} octets took {took}", bad.len());
            if let Some(Ok(m)) = result {
                assert_eq!(m.to_bytes(), bad, "{m}");
                read += 1;
            }
        }
    }
    assert!(read > 1000, "{read} of the mutations were still messages");
}

/// The most components, the most elements, the deepest nesting that so many octets can hold.
#[test]
fn memory_stays_in_proportion_for_the_worst_shapes() {
    let wrap = |tag: &[u8], body: &[u8]| {
        [
            tag,
            &[0x83, 0, (body.len() >> 8) as u8, body.len() as u8],
            body,
        ]
        .concat()
    };
    let components = wrap(&[0x6c], &[0xa2, 3, 2, 1, 1].repeat(8000));
    let unknown = [0x80, 0].repeat(20_000);
    let deep = [0x30, 0x80].repeat(20_000);
    for shape in [components, unknown, deep] {
        let body = [&[0x49, 1, 7][..], &shape].concat();
        let shape = Bytes::from(wrap(&[0x64], &body));
        let used = allocation_counter::measure(|| drop(Message::read(&shape)));
        let most = 16 * shape.len() as u64 + 4096;
        assert!(used.bytes_max <= most, "{} of {most}", used.bytes_max);
    }
}
