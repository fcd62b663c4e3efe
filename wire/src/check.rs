//! What every message owes, whatever it is: the tables write a test per message that calls this.
use crate::{Field, Gen, Reader};
use bytes::{Bytes, BytesMut};
use std::fmt;

/// Writes samples of `M`, reads them back, prints them, cuts them short and turns bits in them.
///
/// # Panics
/// Where what was written is not read, or not written back to the same octets; it is a test.
pub fn check<M: Field + fmt::Debug>() {
    for seed in 0..500 {
        let mut g = Gen::seed(seed);
        let m = M::sample(&mut g);
        let mut a = BytesMut::new();
        m.write(&mut a);
        let back = Reader::new(&a).all::<M>();
        assert!(back.is_ok(), "seed {seed}: {back:?} from {a:02x?} of {m:?}");
        if let Ok(back) = back {
            let mut b = BytesMut::new();
            back.write(&mut b);
            assert_eq!(a, b, "seed {seed}: {m:?}");
            let (_, _) = (back.json(), back.to_string());
        }
        // long ones are cut at some places only, at others with each seed: the work stays linear
        let step = (a.len() / 64).max(1);
        let first = (seed as usize).checked_rem(step).unwrap_or(0);
        for cut in (first..a.len()).step_by(step) {
            stable::<M>(&Bytes::copy_from_slice(a.get(..cut).unwrap_or(&[])));
        }
        for _ in 0..4 {
            let mut bad = a.clone();
            if let Some(b) = bad.get_mut(g.below(a.len() as u64) as usize) {
                *b ^= g.next() as u8;
            }
            stable::<M>(&bad.freeze());
        }
    }
}

/// What can be read is printed, and written and read again, without a panic and without a change.
fn stable<M: Field>(octets: &Bytes) {
    if let Ok(m) = Reader::shared(octets).all::<M>() {
        let mut b = BytesMut::new();
        m.write(&mut b);
        let again = Reader::new(&b).all::<M>();
        assert!(again.is_ok(), "{octets:02x?} became {b:02x?}");
        if let Ok(again) = again {
            let mut c = BytesMut::new();
            again.write(&mut c);
            assert_eq!(b, c, "from {octets:02x?}");
            let (_, _) = (again.json(), again.to_string());
        }
    }
}

/// `n` seeded mutations of `octets`: bits turned, octets replaced, removed, doubled, cut.
pub fn mutations(octets: &[u8], seed: u64, n: usize) -> impl Iterator<Item = Vec<u8>> + use<'_> {
    let mut g = Gen::seed(seed);
    (0..n).map(move |_| {
        let mut v = octets.to_vec();
        for _ in 0..=g.below(4) {
            let at = g.below(v.len() as u64) as usize;
            match (g.below(6), v.get_mut(at)) {
                (0, Some(b)) => *b ^= 1u8.wrapping_shl(g.below(8) as u32),
                (1, Some(b)) => *b = g.next() as u8,
                (2, Some(b)) => *b = *g.pick(&[0, 1, 0x7f, 0x80, 0xfe, 0xff]).unwrap_or(&0),
                (3, Some(_)) => {
                    v.remove(at);
                }
                (4, Some(b)) => {
                    let b = *b;
                    v.insert(at, b);
                }
                (5, Some(_)) => v.truncate(at),
                _ => v.push(g.next() as u8),
            }
        }
        v
    })
}
