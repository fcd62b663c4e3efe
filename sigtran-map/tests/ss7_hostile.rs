//! Octets of a peer lead to an error at worst, and to memory in proportion.
use bytes::Bytes;
use sigtran_map::{
    m3ua::msg::{Message as M3ua, Pdu},
    sccp::msg::{Address, Class, Extended, GlobalTitle, Head, Message as Sccp, Unitdata},
};
use wire::{Gen, Octets, mutations};

fn within(octets: &Bytes, read: impl FnOnce()) {
    let used = allocation_counter::measure(read);
    let most = 16 * octets.len() as u64 + 4096;
    let took = used.bytes_max;
    assert!(took <= most, "{} octets took {took}", octets.len());
}

#[test]
fn m3ua_mutations_neither_panic_nor_grow() {
    let mut g = Gen::seed(31);
    let all = Pdu::COUNT * 4;
    let mut read = 0;
    for n in 0..all {
        let s = M3ua::from(Pdu::sample(n, &mut g)).bytes();
        assert_eq!(M3ua::read(&s).map(|m| m.bytes()).as_ref(), Ok(&s));
        for bad in mutations(&s, n as u64, 100_000usize.div_ceil(all)) {
            let bad = Bytes::from(bad);
            let mut result = None;
            within(&bad, || result = Some(M3ua::read(&bad)));
            if let Some(Ok(m)) = result {
                // padding is ignored, and written as zeros: all else stays
                let again = M3ua::read(&m.bytes());
                assert_eq!(again.as_ref(), Ok(&m));
                assert_eq!(m.bytes().len(), bad.len());
                read += 1;
            }
        }
    }
    assert!(read > 1000, "{read} of the mutations were still messages");
}

#[test]
fn sccp_mutations_neither_panic_nor_grow_nor_change() {
    let address = |ssn| Address {
        pc: Some(9),
        ssn: Some(ssn),
        gt: GlobalTitle::Full(0, 0x12, 4, Octets::copy(&[0x99, 0x10, 0x32])),
        ..Address::default()
    };
    let (called, calling) = (address(6), address(149));
    let head = Head::Class(Class(0x81));
    let mut m = Unitdata::new(head, called, calling, Octets::copy(&[7; 20]));
    let short = Sccp::Unitdata(m.clone()).bytes();
    m.extended = Some(Extended {
        hops: 15,
        optional: vec![
            (0x10, Octets::copy(&[0xc0, 1, 2, 3])),
            (0x77, Octets::copy(&[1])),
        ],
    });
    let long = Sccp::Unitdata(m).bytes();
    let mut read = 0;
    for (seed, s) in [short, long].iter().enumerate() {
        for n in 1..s.len() {
            assert!(Sccp::read(&s.slice(..n)).is_err());
        }
        for bad in mutations(s, seed as u64, 50_000) {
            let bad = Bytes::from(bad);
            let mut result = None;
            within(&bad, || result = Some(Sccp::read(&bad)));
            if let Some(Ok(m)) = result {
                assert_eq!(m.bytes(), bad);
                read += 1;
            }
        }
    }
    assert!(read > 1000, "{read} of the mutations were still messages");
}

#[test]
fn what_the_peer_is_told() {
    use sigtran_map::m3ua::msg::{ErrorCode, error_of};
    let of = |octets: &'static [u8]| match M3ua::read(&Bytes::from_static(octets)) {
        Ok(m) => m.unsupported(),
        Err(e) => Some(error_of(&e)),
    };
    let cases: [(&[u8], _); 7] = [
        (&[2, 0, 3, 1, 0, 0, 0, 8], Some(ErrorCode::InvalidVersion)),
        (&[1, 0, 3, 1, 0, 0, 0, 8], None),
        (
            &[1, 0, 3, 9, 0, 0, 0, 8],
            Some(ErrorCode::UnsupportedMessageType),
        ),
        (
            &[1, 0, 9, 1, 0, 0, 0, 8],
            Some(ErrorCode::UnsupportedMessageClass),
        ),
        (&[1, 0, 1, 1, 0, 0, 0, 8], Some(ErrorCode::MissingParameter)),
        (&[1, 0, 3, 1, 0, 0, 0, 9], Some(ErrorCode::ProtocolError)),
        (
            &[1, 0, 3, 1, 0, 0, 0, 16, 0, 0x11, 0, 9, 0, 0, 0, 0],
            Some(ErrorCode::ParameterFieldError),
        ),
    ];
    for (octets, code) in cases {
        assert_eq!(of(octets), code, "{octets:02x?}");
    }
}

#[test]
fn undelivered_messages_go_back_where_that_is_wanted() {
    use sigtran_map::sccp::msg::ReturnCause;
    let at = |ssn| Address {
        ssn: Some(ssn),
        on_ssn: true,
        ..Address::default()
    };
    let sent = |class| {
        let head = Head::Class(Class(class));
        Unitdata::new(head, at(6), at(149), Octets::copy(&[1, 2]))
    };
    assert_eq!(sent(1).returned(ReturnCause::NoTranslation), None);
    let back = sent(0x81).returned(ReturnCause::NoTranslation).unwrap();
    let octets = Sccp::Unitdata(back).bytes();
    assert_eq!(
        octets[..],
        [0x0a, 1, 3, 5, 7, 2, 0x42, 149, 2, 0x42, 6, 2, 1, 2]
    );
}
