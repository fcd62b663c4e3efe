//! Parameters of a peer lead to an error at worst, and to memory in proportion.
use bytes::Bytes;
use sigtran_map::{
    ber::Any,
    map::msg::{Argument, ErrorParameter, Outcome},
};
use wire::{Gen, Reader, mutations};

fn any(octets: &Bytes) -> Any {
    Reader::shared(octets).all().unwrap()
}

/// Reads, and writes back.
type Read = fn(u8, &Any) -> Option<Any>;

/// A sample of each argument, result and error parameter, how it is read, and its code.
fn samples() -> Vec<(Read, u8, Bytes)> {
    let mut g = Gen::seed(31);
    let mut all: Vec<(Read, u8, Bytes)> = Vec::new();
    macro_rules! of {
        ($($t:ident)*) => { $(
            for n in 0..$t::COUNT {
                let p = $t::sample(n, &mut g);
                let read: Read = |code, any| $t::of(code, any).ok().map(|(p, form)| {
                    assert!(!p.to_string().is_empty() && p.json() != serde_json::Value::Null);
                    p.parameter(form)
                });
                all.push((read, p.belongs_to(), p.parameter(Default::default()).octets().clone()));
            }
        )* };
    }
    of!(Argument Outcome ErrorParameter);
    all
}

#[test]
fn samples_are_written_back() {
    for (read, code, octets) in samples() {
        assert_eq!(read(code, &any(&octets)).unwrap().octets(), &octets);
    }
}

#[test]
fn mutations_neither_panic_nor_change() {
    let samples = samples();
    let per_sample = 100_000usize.div_ceil(samples.len());
    let mut seen = 0;
    for (i, (read, code, octets)) in samples.iter().enumerate() {
        for bad in mutations(octets, i as u64, per_sample) {
            let bad = Bytes::from(bad);
            if let Some(written) = read(*code, &any(&bad)) {
                assert_eq!(written.octets(), &bad);
                seen += 1;
            }
        }
    }
    assert!(seen > 1000, "{seen} of the mutations were still parameters");
}

#[test]
fn memory_stays_in_proportion() {
    let mut g = Gen::seed(37);
    let mut most_seen = 0;
    for n in 0..Argument::COUNT * 8 {
        let p = Argument::sample(n, &mut g);
        let octets = p.parameter(Default::default()).octets().clone();
        for bad in mutations(&octets, n as u64, 500) {
            let bad = any(&Bytes::from(bad));
            let used = allocation_counter::measure(|| drop(Argument::of(p.belongs_to(), &bad)));
            let most = 16 * bad.octets().len() as u64 + 4096;
            assert!(used.bytes_max <= most, "{} of {most}", used.bytes_max);
            most_seen = most_seen.max(used.bytes_max);
        }
    }
    assert!(most_seen > 0);
}

/// The most PDP contexts, the most vectors that so many octets can hold.
#[test]
fn memory_stays_in_proportion_for_the_worst_shapes() {
    let wrap = |tag: u8, body: &[u8]| {
        let n = u16::try_from(body.len()).unwrap().to_be_bytes();
        [&[tag, 0x82, n[0], n[1]][..], body].concat()
    };
    let context = [0x30, 12, 2, 1, 1, 0x90, 2, 0xf1, 0x21, 0x92, 3, 0, 0, 0];
    let context = [&[0x30, 14][..], &context[2..], &[0x94, 0]].concat();
    let contexts = wrap(0x30, &wrap(0xb0, &wrap(0xa1, &context.repeat(3000))));
    let empty = wrap(0x30, &wrap(0xb0, &wrap(0xa1, &[0x30, 0].repeat(20_000))));
    let ids = wrap(0x30, &wrap(0xaa, &wrap(0x30, &[2, 1, 1].repeat(20_000))));
    let vectors = wrap(0xa3, &wrap(0xa1, &[0x30, 0].repeat(20_000)));
    for (code, shape) in [(7, contexts), (7, empty), (8, ids), (56, vectors)] {
        let shape = any(&Bytes::from(shape));
        let used = allocation_counter::measure(|| {
            drop(Argument::of(code, &shape));
            drop(Outcome::of(code, &shape));
        });
        let most = 16 * shape.octets().len() as u64 + 4096;
        assert!(used.bytes_max <= most, "{} of {most}", used.bytes_max);
    }
}
