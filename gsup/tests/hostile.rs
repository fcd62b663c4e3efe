//! Octets of a peer lead to an error at worst, and to memory in proportion.
use bytes::Bytes;
use gsup::msg::{Ccm, Frame, Head, Name, Pdu, Tags};
use wire::{Gen, mutations};

mod common;

/// A sample of each message of the table, and of connection management, as frames.
fn samples() -> Vec<Bytes> {
    let mut g = Gen::seed(11);
    let mut all: Vec<Bytes> = (0..Pdu::COUNT)
        .map(|n| Frame::Gsup(Pdu::sample(n, &mut g).bytes()).bytes())
        .collect();
    all.extend(common::all().iter().map(|(_, f)| f.bytes()));
    all
}

/// A frame, and the message in it.
fn read(octets: &Bytes) -> Result<(Frame, Option<Pdu>), wire::Error> {
    let frame = Frame::read(octets)?;
    let pdu = match &frame {
        Frame::Gsup(m) => Some(Pdu::decode(m)?),
        _ => None,
    };
    Ok((frame, pdu))
}

fn written((frame, pdu): &(Frame, Option<Pdu>)) -> Bytes {
    match pdu {
        Some(pdu) => Frame::Gsup(pdu.bytes()).bytes(),
        None => frame.bytes(),
    }
}

#[test]
fn samples_are_read_and_written_back_and_no_truncation_is_a_frame() {
    for s in samples() {
        let m = read(&s).unwrap_or_else(|e| panic!("{e}: {s:02x?}"));
        assert_eq!(written(&m), s);
        for n in 0..s.len() {
            let e = Frame::read(&s.slice(..n)).unwrap_err();
            assert!(e.at <= n, "{e}");
            // a stream waits for the rest
            let len = gsup::frame_len(&s[..n]).unwrap();
            assert!(len.is_none_or(|len| len == s.len()) && len.is_some() == (n >= 3));
        }
    }
}

#[test]
fn mutations_neither_panic_nor_grow_nor_change() {
    let samples = samples();
    let per_sample = 100_000usize.div_ceil(samples.len());
    let mut whole = 0;
    for (i, s) in samples.iter().enumerate() {
        for mut bad in mutations(s, i as u64, per_sample) {
            if bad.len() >= 3 && i % 2 == 0 {
                // a length that fits, so that what is behind it is looked at
                let n = (bad.len() - 3) as u16;
                bad[..2].copy_from_slice(&n.to_be_bytes());
            }
            let bad = Bytes::from(bad);
            let mut result = None;
            let used = allocation_counter::measure(|| result = Some(read(&bad)));
            let most = 16 * bad.len() as u64 + 4096;
            assert!(used.bytes_max <= most, "{} of {most}", used.bytes_max);
            if let Ok(Frame::Gsup(m)) = Frame::read(&bad) {
                drop(Head::read(&m));
            }
            if let Some(Ok(m)) = result {
                let once = written(&m);
                let again = read(&once).unwrap_or_else(|e| panic!("{e}: {bad:02x?}"));
                assert_eq!(written(&again), once);
                whole += 1;
            }
        }
    }
    assert!(whole > 1000, "{whole} of the mutations were still messages");
}

/// The most elements that a frame can hold, of messages and of identities.
#[test]
fn memory_stays_in_proportion_for_the_worst_shapes() {
    let message = [
        &[0x0a, 1, 3, 0x99, 0x09, 0xf1][..],
        &[0x77, 0].repeat(32_000),
    ]
    .concat();
    let tuples = [&[0x0a, 1, 3, 0x99, 0x09, 0xf1][..], &[3, 0].repeat(32_000)].concat();
    let shapes = [
        Frame::Gsup(message.into()).bytes(),
        Frame::Gsup(tuples.into()).bytes(),
        Bytes::from([&[0xff, 0xff, 0xfe, 4][..], &[1, 8].repeat(32_767)].concat()),
    ];
    for shape in shapes {
        let used = allocation_counter::measure(|| drop(read(&shape)));
        let most = 16 * shape.len() as u64 + 4096;
        assert!(used.bytes_max <= most, "{} of {most}", used.bytes_max);
    }
}

/// The NUL belongs to the name.
#[test]
fn names_keep_their_nul() {
    let name = Name::new("SGSN-1");
    assert_eq!((name.0.len(), name.text()), (7, "SGSN-1".into()));
    let bare = Name(b"SGSN-1".to_vec().into());
    assert_eq!(bare.text(), name.text());
    assert_ne!(bare, name);
    let Frame::Ccm(Ccm::IdResp(tags)) =
        Frame::read(&Frame::from(Ccm::IdResp(Tags::answer(&Tags::wanted(), &name))).bytes())
            .unwrap()
    else {
        panic!()
    };
    assert_eq!(tags.name(), Some(name));
    // an empty serial number is none
    let other = Tags(vec![
        (gsup::msg::Tag::SerialNumber, Name::new("").0),
        (gsup::msg::Tag::UnitName, bare.0.clone()),
    ]);
    assert_eq!(other.name(), Some(bare));
}
