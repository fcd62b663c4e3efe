//! Messages that libosmocore's own tests write: read, and written back to the same octets.
use bytes::Bytes;
use gsup::msg::{CancelType, Cause, Head, Name, Pdu, Role, name};
use serde_json::Value as Json;

fn vectors(test: &str) -> Option<Vec<Bytes>> {
    let path = oracle::shared(test, "vectors/hex/libosmocore_gsup.json")?;
    let json: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let all = json["vectors"].as_array().unwrap().iter();
    Some(
        all.map(|v| hex::decode(v["hex"].as_str().unwrap()).unwrap().into())
            .collect(),
    )
}

#[test]
fn vectors_are_read_and_written_back() {
    let Some(all) = vectors("gsup-vectors") else {
        return;
    };
    assert!(all.len() >= 40, "{}", all.len());
    let mut tabled = 0;
    for octets in &all {
        let m = Pdu::decode(octets).unwrap_or_else(|e| panic!("{e}: {octets:02x?}"));
        assert_eq!(m.bytes(), octets, "{m:?}");
        let head = Head::read(octets).unwrap();
        assert_eq!(head.imsi.to_string(), "123456789012345");
        // 0x2b is the filler of a test of sessions, and no message
        assert_eq!(name(head.kind).is_some(), head.kind != 0x2b);
        tabled += usize::from(!matches!(m, Pdu::Other(..)));
        for n in 0..octets.len() {
            let short = octets.slice(..n);
            match Pdu::decode(&short) {
                Err(e) => assert!(e.at <= n, "{e} of {n} octets"),
                // cut between elements, or without a table
                Ok(m) => assert_eq!(m.bytes(), short),
            }
            if let Err(e) = Head::read(&short) {
                assert!(e.at <= n, "{e} of {n} octets");
            }
        }
    }
    assert!(tabled >= 15, "{tabled}");
}

/// Values that libosmocore's test puts in, looked for where we have read them.
#[test]
fn what_they_say() {
    let Some(all) = vectors("gsup-vector-contents") else {
        return;
    };
    let find = |kind: u8, len: usize| {
        let one = all.iter().find(|o| o[0] == kind && o.len() == len);
        Pdu::decode(one.unwrap()).unwrap()
    };
    let Pdu::SendAuthInfoResult(m) = find(0x0a, 211) else {
        panic!()
    };
    assert_eq!(m.auth_tuple.len(), 2);
    assert!(m.auth_tuple.iter().all(|t| t.is_umts()));
    assert_eq!(m.auth_tuple[1].kc.unwrap().to_string(), "c1c2c3c4c5c6c7c8");
    let Pdu::SendAuthInfoResult(m) = find(0x0a, 83) else {
        panic!()
    };
    assert!(m.auth_tuple.iter().all(|t| !t.is_umts() && t.kc.is_some()));
    let Pdu::UpdateLocationResult(m) = find(0x06, 81) else {
        panic!()
    };
    assert_eq!(m.msisdn.unwrap().to_string(), "+491664234234");
    assert!(m.pdp_info_complete.is_some());
    let apns = m.pdp_info.iter().map(|p| p.apn.as_ref().unwrap().text());
    assert_eq!(
        apns.collect::<Vec<_>>(),
        [Some("test.apn".into()), Some("foo.apn".into())]
    );
    let ids: Vec<_> = m.pdp_info.iter().filter_map(|p| p.context_id).collect();
    assert_eq!(ids, [1, 2]);
    assert!(m.pdp_info[0].address.as_ref().unwrap().is_ipv4());
    let Pdu::LocationCancellationRequest(m) = find(0x1c, 14) else {
        panic!()
    };
    assert_eq!(m.cancel_type, Some(CancelType::Update));
    let error = find(0x05, 14);
    assert_eq!(error.cause(), Some(Cause::GprsNotAllowed));
    let Pdu::SendAuthInfoRequest(m) = find(0x08, 45) else {
        panic!()
    };
    assert_eq!(m.auts.unwrap().to_string(), "0102030405060708090a0b0c0d0e");
    assert!(m.rand.is_some());
    let Pdu::SendAuthInfoRequest(m) = find(0x08, 17) else {
        panic!()
    };
    assert_eq!(m.num_vectors_requested, Some(10));
    let Pdu::RoutingError(m) = find(0x4e, 37) else {
        panic!()
    };
    // without the NUL: libosmocore's test gives lengths of its own
    assert_eq!(m.source_name, Some(Name(b"MSC-A".to_vec().into())));
    assert_eq!(m.session_id, Some(0xdead_beef));
}

#[test]
fn roles_and_refusals() {
    let Some(all) = vectors("gsup-vector-refusals") else {
        return;
    };
    let requests: Vec<_> = all
        .iter()
        .map(|o| Head::read(o).unwrap())
        .filter(|h| h.role() == Role::Request)
        .collect();
    assert!(requests.len() > 10);
    for h in requests {
        let error = Pdu::refusal(&h, Cause::NetworkFailure).unwrap();
        let back = Head::read(&error.bytes()).unwrap();
        assert_eq!((back.kind, back.imsi), (h.kind | 1, h.imsi));
        assert_eq!(back.destination_name, h.source_name);
        assert_eq!(back.source_name, h.destination_name);
        assert_eq!(back.message_class, h.message_class);
    }
}
