//! Bootstrap and package 0: octets by hand, both ways, hostile ones; tshark reads what we write.
#![allow(clippy::unwrap_used)]
use engine::Rng;
use provisioning::{
    bootstrap::{
        Application, Content, Given, Profile, Push, Refused, Sec, Shared,
        cp::{Characteristic, Document, Parm},
        security,
    },
    dm::{Account, Notification},
    json::DmAccount,
    text::{B64, SecretText, from_hex, hex},
};

const PCID: &str = "999010000000001";

fn given() -> Given {
    Given {
        uri: "http://10.32.0.3/dm".into(),
        account: DmAccount {
            client_name: "dm-999010000000001".into(),
            client_secret: SecretText("c-secret".into()),
            client_nonce: B64(vec![1, 2, 3, 4]),
            server_id: "dpf.example".into(),
            server_secret: SecretText("s-secret".into()),
            server_nonce: B64(vec![0xff; 16]),
        },
    }
}

fn shared() -> Shared {
    Shared {
        imsi: PCID.into(),
        pin: Some(SecretText("48151623".into())),
    }
}

fn octets(text: &str) -> Vec<u8> {
    from_hex(&text.replace([' ', '\n'], "")).unwrap()
}

#[test]
fn a_push_of_package_0_by_hand() {
    let mut push = Push::new(0x5a, Content::DmNotification, b"xyz".to_vec());
    push.application = Some(Application::SyncmlDm);
    // TID, Push, three octets of headers: content type 0x44, X-Wap-Application-Id 7
    assert_eq!(hex(&push.write()), "5a0603c4af8778797a");
    assert_eq!(Push::read(&push.write()).unwrap(), push);
}

#[test]
fn headers_of_every_form_are_passed() {
    // text content type; Content-Length as a long integer; a textual header; a header of page 2
    // with the number of ours; back on page 1 ours, as a long integer
    let head = [
        b"application/vnd.syncml.notification\0".to_vec(),
        octets("8d 02 0100"),
        b"X-Any\0thing\0".to_vec(),
        octets("7f02 af 88"),
        octets("01 af 01 07"),
    ]
    .concat();
    let pdu = [&[1, 6, head.len() as u8][..], &head, b"body"].concat();
    let push = Push::read(&pdu).unwrap();
    assert_eq!(push.content, Content::DmNotification);
    assert_eq!(push.application, Some(Application::SyncmlDm));
    assert_eq!(push.body, b"body");
    // parameters in text: SEC as a name, MAC quoted
    let value = [&b"\xc2SEC\0USERPIN\0MAC\0\"AB12\0"[..]].concat();
    let head = [&[value.len() as u8][..], &value].concat();
    let push = Push::read(&[&[1, 6, head.len() as u8][..], &head].concat()).unwrap();
    assert_eq!(
        (push.content, push.sec),
        (Content::DmWbxml, Some(Sec::UserPin))
    );
    assert_eq!(push.mac.as_deref(), Some("AB12"));
    for bad in [
        "",
        "01",
        "0104",
        "010601",
        "010602c4",
        "0106018d",
        "010601 80",
    ] {
        assert!(Push::read(&octets(bad)).is_err(), "{bad}");
    }
}

#[test]
fn a_provisioning_document_by_hand() {
    let document = Document(vec![
        Characteristic::new("APPLICATION")
            .parm("APPID", "w7")
            .parm("ADDR", "http://a/"),
    ]);
    // WBXML 1.3, PROV 1.0, UTF-8; the tokens of APPLICATION, APPID and ADDR are on page 1, that of
    // value on page 0
    let expected = "03 0b 6a 00 c5 46 01
        c6 0001 55 01
        87 36 0000 06 03 773700 01
        87 0001 34 0000 06 03 687474703a2f2f612f00 01
        01 01";
    assert_eq!(hex(&document.write()), hex(&octets(expected)));
    assert_eq!(Document::read(&document.write()).unwrap(), document);
    // tokens of values on both pages, a string table, a literal, an entity
    let other = "03 0b 6a 05 5041503200
        45 c6 55 01
        87 0c 06 9a 01
        87 05 83 00 06 83 03 02 41 03 6200 01
        87 0001 30 0000 06 0001 8d 01
        01 01";
    let read = Document::read(&octets(other)).unwrap();
    let parm = |name: &str, value: &str| Parm {
        name: name.into(),
        value: Some(value.into()),
    };
    let napdef = &read.0[0];
    assert_eq!(napdef.kind, "NAPDEF");
    let expected = [
        parm("AUTHTYPE", "PAP"),
        parm("PAP2", "2Ab"),
        parm("AAUTHLEVEL", "APPSRV"),
    ];
    assert_eq!(napdef.parms, expected);
}

#[test]
fn an_account_goes_both_ways() {
    for profile in [Profile::ClientProvisioning, Profile::DeviceManagement] {
        for sec in [Sec::UserPin, Sec::UserNetwPin] {
            let push = given().push(profile, sec, &shared(), "urn:m2me:1", 1);
            let push = push.unwrap();
            let back = Push::read(&push.write()).unwrap();
            assert_eq!(back, push);
            assert_eq!(Given::open(&back, &shared(), true), Ok(given()));
            assert_eq!(back.mac.as_ref().unwrap().len(), 40);
            // nothing of it is shown
            assert!(!format!("{back:?}").contains("secret"));
        }
    }
}

#[test]
fn the_two_profiles_join_pin_and_network_id_differently() {
    let mac = |profile, body: &[u8]| shared().mac(profile, Sec::UserNetwPin, body).unwrap();
    let cp = mac(Profile::ClientProvisioning, b"x");
    let dm = mac(Profile::DeviceManagement, b"x");
    assert_ne!(cp, dm);
    // openssl dgst -sha1 -mac HMAC over "x"
    assert_eq!(cp, "32BCA43A7376C59FBEE8DC6BF67FDE56A69BA844");
    assert_eq!(dm, "815AB768247669AD146A92A67744003069E41E9C");
    assert_eq!(
        shared().mac(Profile::ClientProvisioning, Sec::NetwPin, b"x"),
        Some("45795AD7725A670956820BCFCED7080BD7E4AE04".into())
    );
}

#[test]
fn what_is_not_proved_is_refused() {
    let cp = Profile::ClientProvisioning;
    let netwpin = given().push(cp, Sec::NetwPin, &shared(), "d", 1).unwrap();
    // R29: a PCID can be read on the air; the IMSI of an MCIM is not one
    assert_eq!(
        Given::open(&netwpin, &shared(), true),
        Err(Refused::NetworkPinAlone)
    );
    assert_eq!(Given::open(&netwpin, &shared(), false), Ok(given()));
    let pushed = given()
        .push(cp, Sec::UserNetwPin, &shared(), "d", 1)
        .unwrap();
    let refused = |change: &dyn Fn(&mut Push)| {
        let mut push = pushed.clone();
        change(&mut push);
        Given::open(&push, &shared(), true).unwrap_err()
    };
    assert_eq!(refused(&|p| p.sec = None), Refused::Unsecured);
    assert_eq!(refused(&|p| p.sec = Some(Sec(9))), Refused::Method);
    assert_eq!(refused(&|p| p.sec = Some(Sec::UserPin)), Refused::Mac);
    assert_eq!(refused(&|p| p.mac = None), Refused::Mac);
    assert_eq!(refused(&|p| p.mac = Some(String::new())), Refused::Mac);
    assert_eq!(refused(&|p| p.body[20] ^= 1), Refused::Mac);
    assert_eq!(
        refused(&|p| p.content = Content::DmNotification),
        Refused::Contents
    );
    let mut other = shared();
    other.pin = Some(SecretText("0000".into()));
    assert_eq!(Given::open(&pushed, &other, true), Err(Refused::Mac));
    other.pin = None;
    assert_eq!(Given::open(&pushed, &other, true), Err(Refused::NoPin));
    assert!(given().push(cp, Sec::UserPin, &other, "d", 1).is_none());
    // believed, and it holds another application
    let mut w4 = pushed.clone();
    w4.body = Document(vec![Characteristic::new("APPLICATION").parm("APPID", "w4")]).write();
    w4.mac = shared().mac(cp, Sec::UserNetwPin, &w4.body);
    assert_eq!(Given::open(&w4, &shared(), true), Err(Refused::Contents));
}

#[test]
fn a_pin_with_its_mac() {
    let cp = Profile::ClientProvisioning;
    let push = given()
        .push(cp, Sec::UserPinMac, &shared(), "d", 1)
        .unwrap();
    assert_eq!(push.mac, None);
    let mut told = shared();
    let pin = |key: &str| format!("{key}{}", security::pin_mac(key.as_bytes(), &push.body));
    told.pin = Some(SecretText(pin("31415")));
    assert_eq!(Given::open(&push, &told, true), Ok(given()));
    for bad in ["3141500000", "", "314"] {
        told.pin = Some(SecretText(bad.into()));
        assert!(Given::open(&push, &told, true).is_err());
    }
}

#[test]
fn any_octets_are_read_or_refused() {
    let account = Account::new("dpf.example", "s", b"n");
    let all = [
        given().document().write(),
        given()
            .push(Profile::DeviceManagement, Sec::UserPin, &shared(), "d", 1)
            .unwrap()
            .write(),
        Notification::new(&account, 7).write(),
    ];
    let mut rng = Rng::seed(3);
    for whole in all {
        for n in 0..4000 {
            let mut bad = whole.clone();
            let at = rng.below(bad.len() as u64) as usize;
            match n % 3 {
                0 => bad.truncate(at),
                1 => bad[at] = rng.u32() as u8,
                _ => bad.insert(at, rng.u32() as u8),
            }
            if let Ok(d) = Document::read(&bad) {
                assert_eq!(Document::read(&d.write()).unwrap(), d);
            }
            if let Ok(p) = Push::read(&bad) {
                let _ = (Given::read(&p), Given::open(&p, &shared(), true));
            }
            let _ = Notification::read(&bad).map(|n| n.is_of(&account));
        }
    }
}

#[test]
fn tshark_reads_our_pushes() {
    let Some(tshark) = oracle::tshark("bootstrap") else {
        return;
    };
    let mut call = Push::new(
        1,
        Content::DmNotification,
        Notification::new(&Account::new("dpf", "s", b"n"), 7).write(),
    );
    call.application = Some(Application::SyncmlDm);
    let push = |profile, sec| {
        let push = given().push(profile, sec, &shared(), "urn:m2me:1", 2);
        push.unwrap().write()
    };
    let all = [
        call.write(),
        push(Profile::ClientProvisioning, Sec::UserNetwPin),
        push(Profile::DeviceManagement, Sec::UserPin),
    ];
    let pdus = oracle::Pdus::new("wsp-cl", all.iter().map(Vec::as_slice));
    let path = pdus.path();
    let rows = tshark.fields(
        path,
        "wsp",
        &[
            "wsp.pdu_type",
            "wsp.header.content_type",
            "wsp.header.x_wap_application_id",
            "wsp.parameter.sec",
        ],
    );
    let expected = [
        [
            "0x06",
            "application/vnd.syncml.notification",
            "x-wap-application:syncml.dm",
            "",
        ],
        ["0x06", "application/vnd.wap.connectivity-wbxml", "", "0x02"],
        ["0x06", "application/vnd.syncml.dm+wbxml", "", "0x01"],
    ];
    assert_eq!(rows, expected);
    let errors = "_ws.malformed || _ws.expert.severity >= 6291456";
    assert_eq!(
        tshark.count(path, errors),
        0,
        "{}",
        tshark.text(path, "", &["-V"])
    );
    let text = tshark.text(path, "frame.number == 2", &["-O", "wbxml"]);
    for part in [
        "wap-provisioningdoc",
        "type='APPLICATION'",
        "name='APPID'",
        "name='PROVIDER-ID'",
        "type='APPAUTH'",
        "name='AAUTHSECRET'",
        "http://10.32.0.3/dm",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let text = tshark.text(path, "frame.number == 3", &["-O", "wbxml"]);
    for part in [
        "SyncML",
        "./Inbox",
        "application/vnd.syncml.dmtnds+wbxml",
        "SRVCRED",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
