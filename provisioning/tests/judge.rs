//! OpenSSL as a judge of our certificates, OCSP responses and CMS objects.
#![allow(clippy::unwrap_used)]
use engine::{Now, Rng, Utc};
use provisioning::{
    Error, cms,
    credential::TreInfo,
    ocsp::{Answer, Ask, Status},
    pki::Pki,
    text::base64,
};
use std::{path::Path, process::Command};

const NOW: Utc = Now::VIRTUAL_EPOCH;

/// Runs openssl; its stdout, or `None` where there is no openssl. Under CI its absence is a failure.
fn openssl(dir: &Path, args: &str) -> Option<String> {
    let run = Command::new("openssl")
        .args(args.split(' '))
        .current_dir(dir)
        .output();
    let Ok(out) = run else {
        assert!(std::env::var_os("CI").is_none(), "openssl is missing");
        println!("not run: openssl is missing");
        return None;
    };
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let words = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "openssl {args}: {words}{text}");
    Some(format!("{text}{words}"))
}

fn pem(kind: &str, der: &[u8]) -> String {
    let text = base64(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|l| std::str::from_utf8(l).unwrap())
        .collect();
    format!(
        "-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n",
        lines.join("\n")
    )
}

#[test]
fn openssl_accepts_certificates_ocsp_and_cms() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, octets: &[u8]| std::fs::write(dir.path().join(name), octets).unwrap();
    let pki = Pki::new(&Rng::seed(7), NOW).unwrap();
    let tre = TreInfo {
        tre_id: "tre-1".into(),
        m2me_id: "urn:m2me:1".into(),
        device_type: "meter-1".into(),
        version: "1.0".into(),
    };
    let platform = pki.platform_key("tre-1");
    let credential = pki
        .pva
        .credential(&tre, &platform.public(), "http://127.0.6.1:8080/ocsp")
        .unwrap();
    let sho = pki.operator("99902", "sho").unwrap();
    write(
        "pva.pem",
        pem("CERTIFICATE", pki.pva.root.cert.der()).as_bytes(),
    );
    write(
        "root.pem",
        pem("CERTIFICATE", pki.operators.cert.der()).as_bytes(),
    );
    write(
        "tre.pem",
        pem("CERTIFICATE", credential.cert.der()).as_bytes(),
    );
    write("sho.pem", pem("CERTIFICATE", sho.chain[0].der()).as_bytes());
    write(
        "key.pem",
        pem("PRIVATE KEY", &platform.to_pkcs8().unwrap()).as_bytes(),
    );

    let Some(text) = openssl(dir.path(), "x509 -in tre.pem -noout -text") else {
        return;
    };
    for part in [
        "O = pva, CN = tre-1",
        "Digital Signature, Key Agreement",
        "OCSP - URI:http://127.0.6.1:8080/ocsp",
        "1.3.6.1.4.1.32473.33812.1",
        "ecdsa-with-SHA256",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let at = NOW.secs() + 60;
    let verify = |ca, end| {
        openssl(
            dir.path(),
            &format!("verify -x509_strict -attime {at} -CAfile {ca} {end}"),
        )
    };
    assert!(verify("pva.pem", "tre.pem").unwrap().contains("OK"));
    assert!(verify("root.pem", "sho.pem").unwrap().contains("OK"));

    let ask = Ask::new(&credential.cert, &pki.pva.root.cert, [9; 32]);
    write("ask.der", &ask.to_der().unwrap());
    let text = openssl(dir.path(), "ocsp -reqin ask.der -req_text").unwrap();
    assert!(
        text.to_lowercase()
            .contains(&format!("serial number: {}", credential.cert.serial())),
        "{text}"
    );
    let revoked = Status::Revoked {
        at: NOW,
        reason: Some(1),
    };
    for (status, word) in [
        (Status::Good, "good"),
        (revoked, "revoked"),
        (Status::Unknown, "unknown"),
    ] {
        write(
            "answer.der",
            &pki.pva.responder.answer(&ask, NOW, |_| status).unwrap(),
        );
        let args = format!(
            "ocsp -no_nonce -respin answer.der -reqin ask.der -CAfile pva.pem -issuer pva.pem -cert tre.pem -attime {at} -validity_period 999999999"
        );
        let text = openssl(dir.path(), &args).unwrap();
        assert!(
            text.contains("Response verify OK") && text.contains(&format!("tre.pem: {word}")),
            "{text}"
        );
        assert!(!text.contains("Nonce Verify error"), "{text}");
    }

    let signed = cms::sign(b"what the SHO says", &sho.key, &sho.chain, NOW).unwrap();
    write("signed.der", &signed);
    let args = format!(
        "cms -verify -inform DER -in signed.der -CAfile root.pem -attime {at} -purpose any -binary"
    );
    assert!(
        openssl(dir.path(), &args)
            .unwrap()
            .starts_with("what the SHO says")
    );
    write(
        "sealed.der",
        &cms::seal(&signed, &platform.public(), &mut Rng::seed(1)).unwrap(),
    );
    let args = "cms -decrypt -inform DER -in sealed.der -recip tre.pem -inkey key.pem -binary -out opened.der";
    openssl(dir.path(), args).unwrap();
    assert_eq!(
        std::fs::read(dir.path().join("opened.der")).unwrap(),
        signed
    );
}

/// The other way: OpenSSL is the responder, in the name of our authority, and its word is taken for
/// what it is.
#[test]
fn answers_of_openssl_are_believed_and_only_those() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, octets: &[u8]| std::fs::write(dir.path().join(name), octets).unwrap();
    // it answers as of today, which is when a file is written
    write("today", b"");
    let today = std::fs::metadata(dir.path().join("today"))
        .unwrap()
        .modified();
    let today = today.unwrap().duration_since(std::time::UNIX_EPOCH);
    let now = Utc::from_secs(today.unwrap().as_secs());
    let pki = Pki::new(&Rng::seed(8), now).unwrap();
    let tre = TreInfo {
        tre_id: "tre-1".into(),
        m2me_id: "urn:m2me:1".into(),
        device_type: "meter-1".into(),
        version: "1.0".into(),
    };
    let key = pki.platform_key("tre-1").public();
    let uri = "http://127.0.6.1:8080/ocsp";
    let credential = pki.pva.credential(&tre, &key, uri).unwrap();
    let responder = &pki.pva.responder;
    for (name, der) in [
        ("pva.pem", pki.pva.root.cert.der()),
        ("ocsp.pem", responder.cert.der()),
    ] {
        write(name, pem("CERTIFICATE", der).as_bytes());
    }
    let signs = responder.key.to_pkcs8().unwrap();
    write("ocsp.key", pem("PRIVATE KEY", &signs).as_bytes());
    let ask = Ask::new(&credential.cert, &pki.pva.root.cert, [9; 32]);
    write("ask.der", &ask.to_der().unwrap());
    let serial = credential.cert.serial().to_uppercase();
    let serial = match serial.len() % 2 {
        0 => serial,
        _ => format!("0{serial}"),
    };
    let check = |index: &str, at: Utc| {
        write("index.txt", index.as_bytes());
        let args = "ocsp -index index.txt -CA pva.pem -rsigner ocsp.pem -rkey ocsp.key -reqin ask.der -respout answer.der -ndays 1";
        openssl(dir.path(), args)?;
        let der = std::fs::read(dir.path().join("answer.der")).unwrap();
        Some(Answer::check(&der, &ask, &pki.pva.root.cert, at))
    };
    let row = |state: &str, revoked: &str| {
        format!("{state}\t400101000000Z\t{revoked}\t{serial}\tunknown\t/O=pva/CN=tre-1\n")
    };
    let Some(good) = check(&row("V", ""), now) else {
        return;
    };
    good.unwrap();
    let revoked = check(&row("R", "250101000000Z,keyCompromise"), now).unwrap();
    assert!(matches!(revoked, Err(Error::Revoked(_))), "{revoked:?}");
    let unknown = check("", now).unwrap();
    assert!(matches!(unknown, Err(Error::Unknown(_))), "{unknown:?}");
    let stale = check(
        &row("V", ""),
        now + std::time::Duration::from_secs(3 * 86_400),
    )
    .unwrap();
    assert!(stale.is_err(), "an answer of three days ago is taken");
    // an answer to another question
    let other = Ask::new(&credential.cert, &pki.pva.root.cert, [8; 32]);
    write("index.txt", row("V", "").as_bytes());
    let der = std::fs::read(dir.path().join("answer.der")).unwrap();
    let replayed = Answer::check(&der, &other, &pki.pva.root.cert, now);
    assert!(replayed.is_err(), "a replayed answer is taken");
}
