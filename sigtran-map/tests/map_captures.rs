//! MAP operations that others made: read as tshark reads them, and written back to the same octets.
use bytes::Bytes;
use sigtran_map::{
    ber::Any,
    map::msg::{
        Argument, AuthenticationQuintuplet, ErrorCode, MapError, Operation, Outcome, PdpContext,
    },
    tcap::msg::{Component, Message},
};
use wire::{Kind, QosProfile};

mod common;

/// A parameter of one of our operations, read.
#[derive(Debug)]
enum Parameter {
    Argument(Argument),
    Outcome(Outcome),
}

/// Reads all parameters of a message as what their operations say, and holds what is written
/// against them. Operations that we do not have are kept.
fn parameters(m: &Message) -> Vec<wire::Result<Parameter>> {
    let read = |c: &Component| -> Option<wire::Result<Parameter>> {
        let (operation, parameter) = match c {
            Component::Invoke(i) => (i.operation?, i.parameter.as_ref()?),
            Component::ReturnResultLast(r) => {
                let r = r.result.as_ref()?;
                (r.operation?, r.parameter.as_ref()?)
            }
            other => panic!("{other:?}"),
        };
        let code = operation.0 as u8;
        let same = |written: Any| assert_eq!(&written, parameter);
        Some(match c {
            Component::Invoke(_) => Argument::of(code, parameter).map(|(p, form)| {
                same(p.parameter(form));
                Parameter::Argument(p)
            }),
            _ => Outcome::of(code, parameter).map(|(p, form)| {
                same(p.parameter(form));
                Parameter::Outcome(p)
            }),
        })
    };
    m.components().iter().filter_map(read).collect()
}

const FIELDS: [&str; 12] = [
    "e212.imsi",
    "e164.msisdn",
    "gsm_map.ms.rand",
    "gsm_map.ms.xres",
    "gsm_map.ms.ck",
    "gsm_map.ms.ik",
    "gsm_map.ms.autn",
    "gsm_map.ms.numberOfRequestedVectors",
    "gsm_map.ms.requestingNodeType",
    "gsm_map.ms.pdp_ContextId",
    "gsm_map.ms.apn",
    "gsm_map.ms.subscriberStatus",
];

/// The same fields from what we hold.
fn row(p: &Parameter) -> Vec<Vec<String>> {
    let mut r = vec![vec![]; FIELDS.len()];
    let mut put = |field: &str, v: String| {
        let at = FIELDS.iter().position(|f| *f == field).unwrap();
        r[at].push(v);
    };
    match p {
        Parameter::Argument(Argument::SendAuthenticationInfoArg(a)) => {
            put("e212.imsi", a.imsi.to_string());
            put("gsm_map.ms.numberOfRequestedVectors", a.vectors.to_string());
            put(
                "gsm_map.ms.requestingNodeType",
                a.node_type.unwrap().0.to_string(),
            );
        }
        Parameter::Argument(Argument::UpdateGprsLocationArg(a)) => {
            put("e212.imsi", a.imsi.to_string());
            put("e164.msisdn", a.sgsn_number.digits().unwrap().to_string());
        }
        Parameter::Argument(Argument::InsertSubscriberDataArg(a)) => {
            put(
                "e164.msisdn",
                a.msisdn.as_ref().unwrap().digits().unwrap().to_string(),
            );
            put(
                "gsm_map.ms.subscriberStatus",
                a.status.unwrap().0.to_string(),
            );
            for c in a.gprs.iter().flat_map(|g| g.list.iter()) {
                put("gsm_map.ms.pdp_ContextId", c.id.to_string());
                let mut w = bytes::BytesMut::new();
                wire::Value::write(&c.apn, &mut w);
                put("gsm_map.ms.apn", hex::encode(w));
            }
        }
        Parameter::Outcome(Outcome::SendAuthenticationInfoRes(a)) => {
            for q in a.quintuplets.iter().flat_map(|q| q.iter()) {
                put("gsm_map.ms.rand", q.rand.to_string());
                put("gsm_map.ms.xres", q.xres.to_string());
                put("gsm_map.ms.ck", q.ck.to_string());
                put("gsm_map.ms.ik", q.ik.to_string());
                put("gsm_map.ms.autn", q.autn.to_string());
            }
        }
        Parameter::Outcome(Outcome::UpdateGprsLocationRes(a)) => {
            put("e164.msisdn", a.hlr_number.digits().unwrap().to_string());
        }
        Parameter::Outcome(Outcome::InsertSubscriberDataRes(a)) => {
            assert!(a.camel_phases.as_ref().unwrap().get(2));
        }
        _ => {}
    }
    r
}

/// Our operations in traces 3 and 4; what the others hold is kept.
#[test]
fn captures() {
    let name = "map-captures";
    let (Some(files), Some(tshark)) = (common::captures(name), oracle::tshark(name)) else {
        return;
    };
    let (mut ours, mut kept) = (0, 0);
    for (n, file) in files.into_iter().filter(|f| f.0 != 1) {
        for r in common::messages(&tshark, &file, &FIELDS) {
            let m = Message::read(&r.octets).unwrap();
            for p in parameters(&m) {
                let p = p.unwrap_or_else(|e| panic!("trace {n}: {e}: {:02x?}", r.octets));
                if let Parameter::Argument(Argument::Other(..))
                | Parameter::Outcome(Outcome::Other(..)) = p
                {
                    kept += 1;
                    continue;
                }
                assert_eq!(row(&p), r.fields, "trace {n}: {p:?}");
                ours += 1;
            }
        }
    }
    assert_eq!((ours, kept), (7 + 2, 5 + 4 + 1));
}

/// Trace 1 is no MAP: its operation 23 has another argument. tshark calls two frames broken; we
/// say where.
#[test]
fn broken_frames() {
    let name = "map-broken-frames";
    let (Some(files), Some(tshark)) = (common::captures(name), oracle::tshark(name)) else {
        return;
    };
    let file = &files[0].1;
    let filter = "_ws.expert.message contains \"BER Error\"";
    let broken = tshark.frames(file, filter);
    assert_eq!(broken, [3, 16]);
    let rows = common::messages(&tshark, file, &["frame.number"]);
    for r in rows
        .iter()
        .filter(|r| broken.contains(&r.fields[0][0].parse().unwrap()))
    {
        let m = Message::read(&r.octets).unwrap();
        let e = parameters(&m)[0].as_ref().unwrap_err().clone();
        assert_eq!((e.kind, e.field), (Kind::Missing, "imsi"));
        // just behind the header of the SEQUENCE, where tshark finds [0] and wants an OCTET STRING
        assert_eq!(r.octets[e.at], 0xa0, "{e}");
        assert_eq!(r.octets[e.at - 2..e.at], [0x30, 0x1c], "{e}");
    }
}

/// Every truncation of every parameter is an error at its place, or, between the optional elements
/// of a SEQUENCE without end, none at all; nothing panics.
#[test]
fn truncations() {
    let name = "map-truncations";
    let (Some(files), Some(tshark)) = (common::captures(name), oracle::tshark(name)) else {
        return;
    };
    let mut cut = 0;
    for (_, file) in files {
        for r in common::messages(&tshark, &file, &["frame.number"]) {
            for c in Message::read(&r.octets).unwrap().components() {
                let Component::Invoke(i) = c else { continue };
                let (Some(operation), Some(p)) = (i.operation, &i.parameter) else {
                    continue;
                };
                for n in 0..p.octets().len() {
                    let octets = p.octets().slice(..n);
                    let any: Any = wire::Reader::shared(&octets)
                        .at_offset(p.at())
                        .all()
                        .unwrap();
                    let e = Argument::of(operation.0 as u8, &any).unwrap_err();
                    assert!((p.at()..=p.at() + n).contains(&e.at), "{e}");
                    cut += 1;
                }
            }
        }
    }
    assert!(cut > 1000, "{cut}");
}

/// The vectors of trace 3 from its key, by the test algorithm.
#[test]
fn vectors_of_the_whole_attach() {
    let name = "map-vectors";
    let (Some(files), Some(tshark)) = (common::captures(name), oracle::tshark(name)) else {
        return;
    };
    let k = hex::decode("00112233445566778899aabbccddeeff").unwrap();
    let k: [u8; 16] = k.try_into().unwrap();
    let xor = aka::xor::Xor::new(k.into(), 16);
    let functions = aka::Algorithm::Xor { res: 16 };
    let functions = functions
        .keyed(&k.into(), &aka::OperatorCode::None)
        .unwrap();
    let mut seen = 0;
    for r in common::messages(&tshark, &files[2].1, &["frame.number"]) {
        for p in parameters(&Message::read(&r.octets).unwrap()) {
            let Ok(Parameter::Outcome(Outcome::SendAuthenticationInfoRes(a))) = p else {
                continue;
            };
            for q in a.quintuplets.unwrap().iter() {
                let rand = q.rand.0;
                // AUTN = SQN xor AK, AMF, MAC
                let ak = xor.f2345(&rand).ak;
                let sqn = std::array::from_fn(|i| q.autn.0[i] ^ ak[i]);
                let amf = [q.autn.0[6], q.autn.0[7]];
                let v = functions.quintuplet(&rand, aka::Sqn::from_octets(sqn), amf);
                let (ck, ik) = (*v.ck.expose(), *v.ik.expose());
                let ours = AuthenticationQuintuplet::new(rand, &v.xres, ck, ik, v.autn);
                assert_eq!(&ours, q);
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 2);
}

/// The PDP context of trace 3, made again from what it says.
#[test]
fn subscriber_data_is_made_as_others_make_it() {
    let name = "map-pdp-context";
    let (Some(files), Some(tshark)) = (common::captures(name), oracle::tshark(name)) else {
        return;
    };
    let rows = common::messages(&tshark, &files[2].1, &["frame.number"]);
    let p = parameters(&Message::read(&rows[5].octets).unwrap()).remove(0);
    let Ok(Parameter::Argument(Argument::InsertSubscriberDataArg(a))) = p else {
        panic!("{p:?}");
    };
    let theirs = &a.gprs.as_ref().unwrap().list[0];
    let (priority, qos) = theirs.profile();
    let expected = [0x1b, 0x42, 0x1f, 0x6b, 0x96, 0x40, 0x40, 0x74, 0x03, 0, 0];
    assert_eq!(
        (priority, &qos),
        (Some(2), &QosProfile(Bytes::copy_from_slice(&expected)))
    );
    let ours = PdpContext::new(1, &theirs.pdp_address(), 2, &qos, theirs.apn.clone());
    assert_eq!(&ours, theirs);
    assert_eq!(
        Operation(a_code(&a.into())),
        Operation::InsertSubscriberData
    );
}

fn a_code(a: &Argument) -> u8 {
    a.belongs_to()
}

/// An error with a parameter of another tag is none of ours.
#[test]
fn errors_by_their_parameters() {
    let e = MapError::system_failure(2, sigtran_map::map::msg::NetworkResource::Hlr);
    assert_eq!(e.any().unwrap().octets()[..], [0x0a, 1, 1]);
    let again = MapError::expect(ErrorCode::SystemFailure, e.any().as_ref()).unwrap();
    assert_eq!(again, e);
    let strange = Any::framed(0x04, Default::default(), |w| w.extend_from_slice(&[1]));
    assert!(MapError::expect(ErrorCode::SystemFailure, Some(&strange)).is_err());
    let plain = MapError::expect(ErrorCode::DataMissing, Some(&strange)).unwrap();
    assert_eq!(plain.any().unwrap(), strange);
}
