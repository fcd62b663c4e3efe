//! Credentials, OCSP, token, measurement, MCIM, batches: what holds, and what must not.
#![allow(clippy::unwrap_used)]
use engine::{Now, Rng, Utc};
use provisioning::{
    Error, cms,
    credential::{Credential, TreInfo},
    json::{
        self, Batch, Credentials, DmAccount, Entry, Manifest, TreId, ValidationRequest, Verdict,
    },
    mcim::{Mcim, Outcome, Policy},
    measurement::{Component, Report},
    ocsp::{Answer, Ask, Failure, Status},
    pki::Pki,
    text::{B64, Secret16, SecretText, Sha256, Stamp},
    token::{Expected, Token},
    x509::Cert,
};

const NOW: Utc = Now::VIRTUAL_EPOCH;
const M2ME: &str = "urn:m2me:00a0b1c2d3e4f501";
const TRE: &str = "tre-1";

fn pki() -> Pki {
    Pki::new(&Rng::seed(7), NOW).unwrap()
}

fn later(secs: u64) -> Utc {
    Utc::from_secs(NOW.secs() + secs)
}

fn credential(pki: &Pki) -> Credential {
    let tre = TreInfo {
        tre_id: TRE.into(),
        m2me_id: M2ME.into(),
        device_type: "meter-1".into(),
        version: "1.0".into(),
    };
    let key = pki.platform_key(TRE).public();
    pki.pva
        .credential(&tre, &key, "http://127.0.6.1:8080/ocsp")
        .unwrap()
}

fn mcim() -> Mcim {
    Mcim {
        id: "m-1".into(),
        application: "usim".into(),
        version: 1,
        imsi: "999020000000001".into(),
        k: Secret16([0x46; 16]),
        opc: Secret16([0xcd; 16]),
        algorithm: "milenage".into(),
        access_class: 7,
        hplmn: "99902".into(),
        plmns: vec!["99902".into()],
        forbidden_plmns: vec![],
        apn: "internet.sho".into(),
        smsc: None,
        policy: Policy {
            m2me_id: M2ME.into(),
            replaces: None,
            fallback: "pcid".into(),
            not_after: Some(Stamp(NOW.secs() + 3600)),
        },
    }
}

fn sealed(pki: &Pki, m: &Mcim) -> Vec<u8> {
    let sho = pki.operator("99902", "sho").unwrap();
    let to = pki.platform_key(TRE).public();
    m.seal(&sho.key, &sho.chain, &to, NOW, &mut Rng::seed(1))
        .unwrap()
}

#[test]
fn one_seed_gives_the_same_octets_and_another_differs() {
    assert_eq!(sealed(&pki(), &mcim()), sealed(&pki(), &mcim()));
    assert_eq!(credential(&pki()).cert.der(), credential(&pki()).cert.der());
    let other = Pki::new(&Rng::seed(8), NOW).unwrap();
    assert_ne!(credential(&pki()).cert.der(), credential(&other).cert.der());
}

#[test]
fn a_credential_holds_under_its_pva_alone_and_in_its_time_alone() {
    let pki = pki();
    let c = Credential::parse(credential(&pki).cert.der()).unwrap();
    c.verify(&pki.pva.root.cert, NOW).unwrap();
    assert_eq!((c.tre.tre_id.as_str(), c.tre.m2me_id.as_str()), (TRE, M2ME));
    assert_eq!(c.key, pki.platform_key(TRE).public());
    let ten_years = later(11 * 365 * 86_400);
    assert!(matches!(
        c.verify(&pki.pva.root.cert, ten_years),
        Err(Error::Expired(_))
    ));
    assert!(matches!(
        c.verify(&pki.pva.root.cert, Utc(0)),
        Err(Error::Early(_))
    ));
    assert!(matches!(
        c.verify(&pki.operators.cert, NOW),
        Err(Error::Chain(_))
    ));
    let other = Pki::new(&Rng::seed(8), NOW).unwrap();
    assert!(matches!(
        c.verify(&other.pva.root.cert, NOW),
        Err(Error::Signature(_))
    ));
    // an end entity is no authority
    assert!(matches!(
        pki.pva.responder.cert.verify("x", &c.cert, NOW),
        Err(Error::Chain(_))
    ));
}

#[test]
fn ocsp_good_revoked_unknown_and_everything_that_must_fail_closed() {
    let pki = pki();
    let c = credential(&pki);
    let ca = &pki.pva.root.cert;
    let ask = Ask::new(&c.cert, ca, [9; 32]);
    let request = ask.to_der().unwrap();
    assert_eq!(Ask::parse(&request).unwrap(), ask);
    assert_eq!(ask.ids[0].serial, c.cert.serial());
    let answer = |s: Status| pki.pva.responder.answer(&ask, NOW, |_| s).unwrap();
    let good = answer(Status::Good);
    Answer::check(&good, &ask, ca, NOW).unwrap();
    let revoked = Status::Revoked {
        at: NOW,
        reason: Some(1),
    };
    assert!(matches!(
        Answer::check(&answer(revoked), &ask, ca, NOW),
        Err(Error::Revoked(_))
    ));
    match Answer::parse(&answer(revoked)).unwrap() {
        Answer::Basic(b) => assert_eq!(b.singles[0].status, revoked),
        Answer::Failure(f) => panic!("{f}"),
    }
    assert!(matches!(
        Answer::check(&answer(Status::Unknown), &ask, ca, NOW),
        Err(Error::Unknown(_))
    ));
    for f in [
        Failure::TryLater,
        Failure::Unauthorized,
        Failure::MalformedRequest,
    ] {
        assert_eq!(
            Answer::check(&f.to_der(), &ask, ca, NOW),
            Err(Error::NoStatus(f))
        );
    }
    // stale, replayed for another nonce, from the future, another CA
    let e = Answer::check(&good, &ask, ca, later(7200));
    assert!(matches!(e, Err(Error::Expired(_))), "{e:?}");
    let again = Ask::new(&c.cert, ca, [8; 32]);
    assert!(matches!(
        Answer::check(&good, &again, ca, NOW),
        Err(Error::Replayed(_))
    ));
    let early = Utc::from_secs(NOW.secs() - 600);
    assert!(matches!(
        Answer::check(&good, &ask, ca, early),
        Err(Error::Early(_))
    ));
    let other = Pki::new(&Rng::seed(8), NOW).unwrap();
    assert!(Answer::check(&good, &ask, &other.pva.root.cert, NOW).is_err());
    // a certificate of the same CA that may not sign statuses
    let mut rogue = pki.pva.responder.clone();
    rogue.key = pki.pva.verdicts.key.clone();
    rogue.cert = pki.pva.verdicts.chain[0].clone();
    let forged = rogue.answer(&ask, NOW, |_| Status::Good).unwrap();
    assert!(matches!(
        Answer::check(&forged, &ask, ca, NOW),
        Err(Error::Chain(_))
    ));
}

#[test]
fn no_changed_or_cut_octet_is_believed_or_panics() {
    let pki = pki();
    let c = credential(&pki);
    let ask = Ask::new(&c.cert, &pki.pva.root.cert, [9; 32]);
    let good = pki
        .pva
        .responder
        .answer(&ask, NOW, |_| Status::Good)
        .unwrap();
    let object = sealed(&pki, &mcim());
    let key = pki.platform_key(TRE);
    let inner = cms::open(&object, &key).unwrap();
    let mut rng = Rng::seed(3);
    let believed = |octets: &[u8], which: usize| match which {
        0 => Answer::check(octets, &ask, &pki.pva.root.cert, NOW).is_ok(),
        1 => Mcim::open(octets, &key, &pki.operators.cert, M2ME, NOW).is_ok(),
        2 => cms::verify(octets, &pki.operators.cert, NOW).is_ok(),
        _ => Credential::parse(octets).is_ok_and(|c| c.verify(&pki.pva.root.cert, NOW).is_ok()),
    };
    for (which, whole) in [&good, &object, &inner, &c.cert.der().to_vec()]
        .iter()
        .enumerate()
    {
        assert!(believed(whole, which));
        for cut in 0..whole.len() {
            assert!(!believed(&whole[..cut], which), "{which} cut at {cut}");
        }
        for _ in 0..400 {
            let mut bad = whole.to_vec();
            let at = rng.below(bad.len() as u64) as usize;
            bad[at] ^= 1 << rng.below(8);
            // CMS certificates beside the signer's, and the responder's copy, are covered by no
            // signature of ours but must still parse; whatever is believed says the same
            if believed(&bad, which) {
                let same = match which {
                    2 => {
                        cms::verify(&bad, &pki.operators.cert, NOW).unwrap().0
                            == cms::verify(whole, &pki.operators.cert, NOW).unwrap().0
                    }
                    _ => which == 0 || which == 1,
                };
                assert!(same, "{which} changed at {at}");
            }
        }
    }
}

#[test]
fn an_mcim_opens_in_its_tre_alone() {
    let pki = pki();
    let object = sealed(&pki, &mcim());
    let (key, root) = (pki.platform_key(TRE), &pki.operators.cert);
    assert_eq!(Mcim::open(&object, &key, root, M2ME, NOW).unwrap(), mcim());
    let outcome = |r: Result<Mcim, Error>| Outcome::of_object(&r.unwrap_err());
    let other_tre = pki.platform_key("tre-2");
    assert_eq!(
        outcome(Mcim::open(&object, &other_tre, root, M2ME, NOW)),
        Outcome::NotForThisTre
    );
    assert_eq!(
        outcome(Mcim::open(&object, &key, &pki.pva.root.cert, M2ME, NOW)),
        Outcome::BadSignature
    );
    assert_eq!(
        outcome(Mcim::open(&object, &key, root, "urn:m2me:2", NOW)),
        Outcome::BadContents
    );
    assert!(Mcim::open(&object, &key, root, M2ME, later(4000)).is_err());
    // signed by an operator that is not the home PLMN
    let stranger = pki.operator("99903", "sho").unwrap();
    let forged = mcim()
        .seal(
            &stranger.key,
            &stranger.chain,
            &key.public(),
            NOW,
            &mut Rng::seed(1),
        )
        .unwrap();
    assert!(Mcim::open(&forged, &key, root, M2ME, NOW).is_err());
    let shown = format!("{:?}", mcim());
    assert!(!shown.contains("46, 46") && !shown.contains("4646") && shown.contains("(secret)"));
}

#[test]
fn a_token_is_for_one_dpf_one_device_one_object_one_time() {
    let pki = pki();
    let sho = pki.operator("99902", "sho").unwrap();
    let object = sealed(&pki, &mcim());
    let token = Token {
        iss: "99902".into(),
        aud: "dpf.ro".into(),
        sub: M2ME.into(),
        pcid: "999010000000001".into(),
        tre: TRE.into(),
        jti: "AAAA".into(),
        iat: NOW.secs(),
        exp: NOW.secs() + 3600,
        mcim: Sha256::of(&object),
        ops: vec!["install".into()],
    };
    let text = token.sign(&sho.key, &sho.chain).unwrap();
    let expected = Expected {
        dpf: "dpf.ro",
        m2me_id: M2ME,
        tre_id: TRE,
        pcid: "999010000000001",
        sealed: &object,
        operation: "install",
    };
    let root = &pki.operators.cert;
    let check =
        |text: &str, e: &Expected<'_>, now, seen: bool| Token::verify(text, root, now, e, |_| seen);
    assert_eq!(check(&text, &expected, NOW, false).unwrap(), token);
    let outcome = |r: Result<Token, Error>| Outcome::of_token(&r.unwrap_err());
    assert_eq!(
        outcome(check(&text, &expected, NOW, true)),
        Outcome::TokenReplayed
    );
    assert_eq!(
        outcome(check(&text, &expected, later(3600), false)),
        Outcome::TokenExpired
    );
    for e in [
        Expected {
            dpf: "dpf.evil",
            ..expected
        },
        Expected {
            m2me_id: "urn:m2me:2",
            ..expected
        },
        Expected {
            tre_id: "tre-2",
            ..expected
        },
        Expected {
            pcid: "999010000000002",
            ..expected
        },
    ] {
        assert_eq!(
            outcome(check(&text, &e, NOW, false)),
            Outcome::WrongAudience
        );
    }
    let e = Expected {
        sealed: b"another",
        ..expected
    };
    assert_eq!(outcome(check(&text, &e, NOW, false)), Outcome::HashDiffers);
    let e = Expected {
        operation: "delete",
        ..expected
    };
    assert_eq!(outcome(check(&text, &e, NOW, false)), Outcome::TokenRefused);
    // claims of another token under this signature; another operator's word for 99902
    let other = Token {
        aud: "dpf.evil".into(),
        ..token.clone()
    };
    let other = other.sign(&sho.key, &sho.chain).unwrap();
    let part = |t: &str, i: usize| t.split('.').nth(i).unwrap().to_owned();
    let mixed = format!("{}.{}.{}", part(&text, 0), part(&other, 1), part(&text, 2));
    assert!(matches!(
        check(&mixed, &expected, NOW, false),
        Err(Error::Signature(_))
    ));
    let stranger = pki.operator("99903", "sho").unwrap();
    let forged = token.sign(&stranger.key, &stranger.chain).unwrap();
    assert!(matches!(
        check(&forged, &expected, NOW, false),
        Err(Error::Other { .. })
    ));
    let forged = token.sign(&stranger.key, &sho.chain).unwrap();
    assert!(matches!(
        check(&forged, &expected, NOW, false),
        Err(Error::Signature(_))
    ));
    for cut in 0..text.len() {
        assert!(check(&text[..cut], &expected, NOW, false).is_err());
    }
    assert!(check("eyJhbGciOiJub25lIn0.e30.", &expected, NOW, false).is_err());
}

fn log() -> Vec<Component> {
    ["boot", "os", "app"]
        .map(|c| Component {
            component: c.into(),
            version: "1.2".into(),
            sha256: Sha256::of(c.as_bytes()),
        })
        .to_vec()
}

#[test]
fn a_measurement_report_shows_who_measured_what() {
    let key = pki().platform_key(TRE);
    let report = Report::new((TRE, M2ME), "1.0", &[5; 32], NOW.secs(), 7, log());
    let text = report.sign(&key).unwrap();
    assert_eq!(Report::claimed_tre(&text).unwrap(), TRE);
    let got = Report::verify(&text, &key.public(), &[5; 32], TRE, M2ME).unwrap();
    assert_eq!(got, report);
    assert_eq!(got.compare(&log(), 7), []);
    assert!(matches!(
        Report::verify(&text, &key.public(), &[6; 32], TRE, M2ME),
        Err(Error::Replayed(_))
    ));
    let stranger = pki().platform_key("tre-2").public();
    assert!(matches!(
        Report::verify(&text, &stranger, &[5; 32], TRE, M2ME),
        Err(Error::Signature(_))
    ));
    assert!(Report::verify(&text, &key.public(), &[5; 32], TRE, "urn:m2me:2").is_err());
    // a log that does not give its register
    let mut lying = report.clone();
    lying.log[0].sha256 = Sha256::of(b"evil");
    let text = lying.sign(&key).unwrap();
    assert!(matches!(
        Report::verify(&text, &key.public(), &[5; 32], TRE, M2ME),
        Err(Error::Malformed("measurement log"))
    ));
    let reasons = |r: &Report, counter| {
        let f = r.compare(&log(), counter);
        f.into_iter()
            .map(|f| format!("{} {}", f.component, f.reason))
            .collect::<Vec<_>>()
    };
    assert_eq!(reasons(&lying, 0), ["boot measurement"]);
    assert_eq!(reasons(&report, 8), ["report rollback"]);
    let mut odd = report;
    odd.log[1].version = "1.1".into();
    odd.log[2].component = "game".into();
    assert_eq!(
        reasons(&odd, 0),
        ["os rollback", "app missing", "game extra"]
    );
}

#[test]
fn a_verdict_is_the_pvas_and_answers_the_question() {
    let pki = pki();
    let request = ValidationRequest {
        validation: "v-1".into(),
        m2me_id: M2ME.into(),
        tre_id: TRE.into(),
        nonce: B64(vec![5; 32]),
        report: "x".into(),
        want_credential: false,
    };
    let verdict = Verdict {
        validation: "v-1".into(),
        m2me_id: M2ME.into(),
        tre_id: TRE.into(),
        authentic: true,
        integrity: false,
        failing: vec![],
        checked_at: NOW.into(),
        valid_until: later(60).into(),
        credential: None,
        statement: String::new(),
    };
    let verdict = verdict.signed(&pki.pva.verdicts).unwrap();
    let pva = pki.pva.verdicts.key.public();
    verdict.verify(&request, &pva, NOW).unwrap();
    assert!(!verdict.is_positive());
    let turned = Verdict {
        integrity: true,
        ..verdict.clone()
    };
    assert!(matches!(
        turned.verify(&request, &pva, NOW),
        Err(Error::Signature(_))
    ));
    let elsewhere = ValidationRequest {
        validation: "v-2".into(),
        ..request.clone()
    };
    assert!(verdict.verify(&elsewhere, &pva, NOW).is_err());
    assert!(matches!(
        verdict.verify(&request, &pva, later(61)),
        Err(Error::Expired(_))
    ));
    let stranger = pki.platform_key("x").public();
    assert!(verdict.verify(&request, &stranger, NOW).is_err());
}

#[test]
fn a_batch_opens_for_its_receiver_and_only_as_issued() {
    let pki = pki();
    let ccif = pki.operator("ccif", "ccif").unwrap();
    let icf = pki.operator("99901", "icf").unwrap();
    let entry = |pcid: &str| Entry {
        pcid: pcid.into(),
        k: Secret16([1; 16]),
        opc: Secret16([2; 16]),
        algorithm: "milenage".into(),
        dm: Some(DmAccount {
            client_name: "c".into(),
            client_secret: SecretText("hush".into()),
            client_nonce: B64(vec![1]),
            server_id: "dpf".into(),
            server_secret: SecretText("hush".into()),
            server_nonce: B64(vec![2]),
        }),
        pin: None,
    };
    let manifest = Manifest {
        iss: "ccif".into(),
        batch: "b-1".into(),
        plmn: "99901".into(),
        iat: NOW.secs(),
        exp: NOW.secs() + 86_400,
        pcids: vec![],
        sha256: Sha256::default(),
    };
    let make = |pcids: &[&str]| {
        let credentials = Credentials {
            entries: pcids.iter().map(|p| entry(p)).collect(),
        };
        let to = icf.key.public();
        Batch::new(
            manifest.clone(),
            &credentials,
            &ccif.key,
            &to,
            &mut Rng::seed(1),
        )
        .unwrap()
    };
    let batch = make(&["999010000000001", "999010000000002"]);
    let body = json::write(&batch);
    let text = String::from_utf8(body.clone()).unwrap();
    assert!(!text.contains("hush") && !text.contains("0101010101"));
    let batch: Batch = json::parse(&body).unwrap();
    let (m, c) = batch.open(&ccif.key.public(), &icf.key).unwrap();
    assert_eq!(
        (m.pcids.len(), c.entries[1].pcid.as_str()),
        (2, "999010000000002")
    );
    assert!(batch.open(&icf.key.public(), &icf.key).is_err());
    assert!(batch.open(&ccif.key.public(), &ccif.key).is_err());
    let mixed = Batch {
        credentials: make(&["999010000000003"]).credentials,
        ..batch
    };
    assert!(matches!(
        mixed.open(&ccif.key.public(), &icf.key),
        Err(Error::Signature(_))
    ));
    let twice = make(&["999010000000001", "999010000000001"]);
    assert!(twice.open(&ccif.key.public(), &icf.key).is_err());
}

#[test]
fn json_errors_name_the_member_and_never_a_secret() {
    let e = json::parse::<json::Registration>(
        br#"{"pcid":"1","m2me_id":"m","device_type":"d","tre":{"id":"t"},"report":"r"}"#,
    );
    assert_eq!(
        e.unwrap_err().to_string(),
        "tre: missing field `version` at line 1 column 60"
    );
    let e = json::parse::<Entry>(br#"{"pcid":"1","k":5,"opc":"00","algorithm":"milenage"}"#);
    let text = e.unwrap_err().to_string();
    assert!(text.starts_with("k: invalid type"), "{text}");
    let e = json::parse::<Entry>(br#"{"pcid":"1","k":"deadbeef","opc":"00"}"#);
    let text = e.unwrap_err().to_string();
    assert!(
        text.starts_with("k: ") && !text.contains("deadbeef"),
        "{text}"
    );
    let tre: TreId = json::parse(br#"{"id":"t","version":"1","new":true}"#).unwrap();
    assert_eq!(tre.version, "1");
    let p = json::Problem::new(json::Kind::Policy, "no").decided("d-1");
    let back: json::Problem = json::parse(&json::write(&p)).unwrap();
    assert_eq!((back.known(), back.status), (Some(json::Kind::Policy), 403));
    assert!(json::parse::<TreId>(b"{} x").is_err());
    assert!(Cert::parse(b"").is_err());
}
