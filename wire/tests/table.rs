//! The tables' macros over three small protocols that frame their elements as real ones do:
//! flags and vendors (Diameter's way), positional heads and IEIs that mean different things in
//! different messages (GMM's way), tags of a SEQUENCE (BER's way).
use bytes::{BufMut, Bytes, BytesMut};
use wire::{Elements, Field, Kind, Reader, Value};

mod flagged {
    //! type (1 octet), flags (1 octet), length (1 octet).
    use bytes::{BufMut, BytesMut};
    use wire::{
        Element, Error, Framing, Hex, Info, Kind, Octets, Reader, Result, Slot, Value,
        table::Policy,
    };
    pub enum Proto {}
    wire::elements! { Proto:
        Name = 1, 0x40, Octets, "Name", "toy 1";
        Rand = 2, 0x40, Hex<16>, "RAND", "toy 2";
        Group = 3, 0x40, Vector, "Group", "toy 3";
        Count = 4, 0, u32, "Count", "toy 4";
    }
    impl Framing for Proto {
        type Form = u8;
        const REPEATED: Policy = Policy::Refuse;
        fn next<'a>(r: &mut Reader<'a>, _: &[Slot<u8>]) -> Result<Element<'a>> {
            let at = r.at();
            let (key, flags, n) = (u64::from(r.u8()?), r.u8()?, r.u8()?);
            let body = r
                .sub(n.into())
                .map_err(|e| e.within(key, wire::table::name::<Self>(key)))?;
            Ok(Element {
                key,
                flags,
                at,
                body,
            })
        }
        fn put(key: u64, flags: u8, v: &dyn Value, w: &mut BytesMut) {
            w.put_u8(key as u8);
            w.put_u8(flags);
            wire::with_len(1, w, |w| v.write(w));
        }
        fn info(key: u64) -> Option<&'static Info<u8>> {
            info(key)
        }
        fn flags(key: u64) -> u8 {
            info(key).map_or(0, |i| i.form)
        }
        fn unknown(e: &Element<'_>) -> Result<()> {
            match e.flags & 0x40 {
                0 => Ok(()),
                _ => Err(Error::new(Kind::Unknown, e.at, "")),
            }
        }
    }
    wire::messages! {
        Vector, "toy 3" { req rand: Rand; opt count: Count; }
        Answer, "toy 5" { req name: Name; rep groups: Group; opt count: Count; }
    }
}

mod positional {
    //! A head, then IEIs: type 1 (half octet), type 3 (fixed length), type 4 (length).
    use bytes::{BufMut, BytesMut};
    use wire::{Element, Framing, Info, Octets, Reader, Result, Slot, Value, table::Policy};
    #[derive(Debug, Clone, Copy)]
    pub enum Form {
        Half,
        Fixed(usize),
        Long,
    }
    pub enum Proto {}
    wire::elements! { Proto:
        Signature = 0x19, Form::Fixed(3), wire::Hex<3>, "P-TMSI signature", "toy 1";
        Other19 = 0x1_19, Form::Long, Octets, "another 19", "toy 2";
        Status = 0x90, Form::Half, u8, "status", "toy 3";
    }
    impl Framing for Proto {
        type Form = Form;
        const BAD_OPTIONAL: Policy = Policy::Keep;
        fn next<'a>(r: &mut Reader<'a>, slots: &[Slot<Form>]) -> Result<Element<'a>> {
            let at = r.at();
            let iei = r.peek().first().copied().unwrap_or(0);
            let slot = slots.iter().find(|s| match s.info.form {
                Form::Half => s.key == u64::from(iei & 0xf0),
                _ => s.key & 0xff == u64::from(iei),
            });
            let (key, form) = match slot {
                Some(s) => (s.key, s.info.form),
                None if iei & 0x80 != 0 => (u64::from(iei & 0xf0), Form::Half),
                None => (u64::from(iei), Form::Long),
            };
            let body = match form {
                Form::Half => r.sub(1)?,
                Form::Fixed(n) => r.u8().and_then(|_| r.sub(n))?,
                Form::Long => {
                    r.u8()?;
                    let n = r.u8()?;
                    r.sub(n.into())?
                }
            };
            Ok(Element {
                key,
                flags: 0,
                at,
                body,
            })
        }
        fn put(key: u64, _: u8, v: &dyn Value, w: &mut BytesMut) {
            match info(key).map_or(
                if key & 0x80 != 0 {
                    Form::Half
                } else {
                    Form::Long
                },
                |i| i.form,
            ) {
                Form::Half => {
                    let at = w.len();
                    v.write(w);
                    if let Some(b) = w.get_mut(at) {
                        *b = *b & 0x0f | key as u8;
                    }
                }
                Form::Fixed(_) => {
                    w.put_u8(key as u8);
                    v.write(w);
                }
                Form::Long => {
                    w.put_u8(key as u8);
                    wire::with_len(1, w, |w| v.write(w));
                }
            }
        }
        fn info(key: u64) -> Option<&'static Info<Form>> {
            info(key)
        }
    }
    wire::messages! {
        Attach, "toy 4" head(lv identity: Octets, "Mobile identity"; v rai: wire::Rai, "Old RAI";) {
            opt signature: Signature; opt status: Status;
        }
        Detach, "toy 5" head(v cause: u8, "Cause";) { opt what: Other19; }
    }
}

mod tagged {
    //! One octet of tag, one of length; a tag means another thing in every SEQUENCE.
    use bytes::{BufMut, BytesMut};
    use wire::{Element, Framing, Info, Octets, Reader, Result, Slot, Value};
    pub enum Proto {}
    wire::elements! { Proto:
        Imsi = 0x1_04, (), Octets, "imsi", "toy 1";
        Number = 0x02, (), u8, "number", "toy 2";
        List = 0x30, (), List, "list", "toy 3";
    }
    impl Framing for Proto {
        type Form = ();
        fn next<'a>(r: &mut Reader<'a>, _: &[Slot<()>]) -> Result<Element<'a>> {
            let (at, tag, n) = (r.at(), r.u8()?, r.u8()?);
            Ok(Element {
                key: tag.into(),
                flags: 0,
                at,
                body: r.sub(n.into())?,
            })
        }
        fn put(key: u64, _: u8, v: &dyn Value, w: &mut BytesMut) {
            w.put_u8(key as u8);
            wire::with_len(1, w, |w| v.write(w));
        }
        fn info(key: u64) -> Option<&'static Info<()>> {
            info(key)
        }
    }
    wire::messages! {
        List, "toy 3" { rep numbers: Number; }
        Arg, "toy 4" { req imsi [0x80]: Imsi; opt count [0x81]: Number; opt list [0xa2]: List; }
    }
}

use flagged::{Answer, Vector};

fn octets(m: &dyn Value) -> Bytes {
    let mut w = BytesMut::new();
    m.write(&mut w);
    w.freeze()
}

fn tlv(key: u8, flags: u8, body: &[u8]) -> Vec<u8> {
    let mut w = vec![key, flags, body.len() as u8];
    w.extend_from_slice(body);
    w
}

#[test]
fn another_order_and_other_flags_are_written_back() {
    let came: Vec<u8> = [
        tlv(4, 0x40, &[0, 0, 0, 9]),
        tlv(77, 0, b"odd"),
        tlv(3, 0x40, &tlv(2, 0x60, &[7; 16])),
        tlv(1, 0x40, b"hss"),
        tlv(3, 0x40, &tlv(2, 0x40, &[8; 16])),
    ]
    .concat();
    let mut m: Answer = Reader::new(&came).all().unwrap();
    assert_eq!(
        (m.groups.len(), m.count, &m.name[..]),
        (2, Some(9), &b"hss"[..])
    );
    assert_eq!(octets(&m), came);
    // changed after reading: order kept, what is new is added, what is gone is left out
    m.groups.pop();
    m.count = None;
    let text: Vec<u8> = [
        tlv(77, 0, b"odd"),
        tlv(3, 0x40, &tlv(2, 0x60, &[7; 16])),
        tlv(1, 0x40, b"hss"),
    ]
    .concat();
    assert_eq!(octets(&m), text);
    m.other.forget_order();
    m.groups[0].other.forget_order();
    let ours = [
        tlv(1, 0x40, b"hss"),
        tlv(3, 0x40, &tlv(2, 0x40, &[7; 16])),
        tlv(77, 0, b"odd"),
    ]
    .concat();
    assert_eq!(octets(&m), ours);
}

#[test]
fn owned_octets_share_the_pdu() {
    let pdu = Bytes::from(tlv(1, 0x40, b"a name that is long enough to be seen"));
    let m: Answer = Reader::shared(&pdu).all().unwrap();
    let inside = pdu.as_ptr_range();
    assert!(inside.contains(&m.name.0.as_ptr()));
}

#[test]
fn errors_name_element_and_octet() {
    let err = |b: &[u8]| Reader::new(b).all::<Answer>().unwrap_err();
    let inner = tlv(3, 0x40, &tlv(2, 0x40, &[7; 15]));
    let e = err(&[tlv(1, 0x40, b"x"), inner].concat());
    assert_eq!(
        (e.kind, e.at, e.key, e.field),
        (Kind::Truncated { need: 16, have: 15 }, 10, 2, "RAND")
    );
    assert_eq!(
        e.to_string(),
        "RAND is cut short: 16 octets needed, 15 left, at octet 10"
    );
    let e = err(&tlv(4, 0, &[0, 0, 0, 1]));
    assert_eq!((e.kind, e.key, e.field), (Kind::Missing, 1, "Name"));
    let e = err(&[tlv(1, 0x40, b"x"), tlv(1, 0x40, b"y")].concat());
    assert_eq!((e.kind, e.at, e.key), (Kind::Repeated, 4, 1));
    let e = err(&[1, 0x40, 9, 0]);
    assert_eq!(
        (e.kind, e.field),
        (Kind::Truncated { need: 9, have: 1 }, "Name")
    );
}

#[test]
fn an_end_point_refuses_what_may_not_be_skipped_a_relay_does_not() {
    let with = |flags| Bytes::from([tlv(1, 0x40, b"x"), tlv(99, flags, b"?")].concat());
    assert!(Reader::shared(&with(0x40)).all::<Answer>().is_ok());
    let e = Reader::shared(&with(0x40))
        .strict()
        .all::<Answer>()
        .unwrap_err();
    assert_eq!((e.kind, e.key, e.at), (Kind::Unknown, 99, 4));
    assert!(Reader::shared(&with(0)).strict().all::<Answer>().is_ok());
}

#[test]
fn memory_is_bounded_by_the_octets() {
    let many = tlv(99, 0, b"").repeat(500);
    let e = Reader::new(&many).all::<Answer>().unwrap_err();
    assert_eq!(e.kind, Kind::TooMany);
}

#[test]
fn text_and_json() {
    let m = Answer {
        name: b"hss".to_vec().into(),
        groups: vec![Vector {
            rand: [1; 16].into(),
            count: Some(3),
            other: Default::default(),
        }],
        count: None,
        other: Default::default(),
    };
    let rand = "01".repeat(16);
    assert_eq!(
        m.to_string(),
        format!(
            "Answer\n  Name                         687373\n  Group                        Vector\n    RAND                         {rand}\n    Count                        3"
        )
    );
    assert_eq!(
        m.json(),
        serde_json::json!({ "name": "687373", "groups": [{ "rand": rand, "count": 3 }] })
    );
    assert_eq!(
        (
            Answer::NAME,
            Answer::SLOTS.len(),
            Answer::SLOTS[1].info.spec
        ),
        ("Answer", 3, "toy 3")
    );
}

#[test]
fn iei_of_the_message_decides() {
    use positional::{Attach, Detach};
    let mut w = BytesMut::new();
    w.put_slice(&[2, 0xaa, 0xbb, 0x00, 0xf1, 0x10, 0, 1, 9]);
    w.put_slice(&[0x95, 0x19, 1, 2, 3]);
    let m: Attach = Reader::new(&w).all().unwrap();
    assert_eq!((m.rai.lac(), m.rai.rac()), (1, 9));
    assert_eq!(
        (m.signature, m.status.map(|s| s & 15)),
        (Some([1, 2, 3].into()), Some(5))
    );
    assert_eq!(octets(&m), w);
    let d: Detach = Reader::new(&[7, 0x19, 1, 0xfe]).all().unwrap();
    assert_eq!(d.what.as_deref(), Some(&[0xfe][..]));
    let e = Reader::new(&[5, 1]).all::<Attach>().unwrap_err();
    assert_eq!(e.field, "Mobile identity");
}

#[test]
fn tags_belong_to_their_sequence() {
    use tagged::Arg;
    let came = [0x80, 2, 1, 2, 0x81, 1, 5, 0xa2, 6, 2, 1, 1, 2, 1, 2];
    let m: Arg = Reader::new(&came).all().unwrap();
    assert_eq!(
        (m.count, m.list.as_ref().unwrap().numbers.as_slice()),
        (Some(5), &[1, 2][..])
    );
    assert_eq!(octets(&m), came[..]);
}

#[test]
fn mutations_are_stable() {
    let mut g = wire::Gen::seed(5);
    let m = octets(&Answer::sample(&mut g));
    let mut read = 0;
    for bad in wire::mutations(&m, 1, 20_000) {
        if let Ok(m) = Reader::new(&bad).all::<Answer>() {
            assert_eq!(octets(&m), bad);
            read += 1;
        }
    }
    assert!(read > 0);
}
