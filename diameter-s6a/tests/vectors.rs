//! Golden text: each message of `vectors/*.hex` reads as the text beside it. With
//! `FOSTERLING_UPDATE=1` both are written anew from the samples.
#[path = "common/samples.rs"]
mod samples;
use bytes::Bytes;
use diameter_s6a::Message;
use std::path::Path;

#[test]
fn vectors_read_as_their_text() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    if std::env::var_os("FOSTERLING_UPDATE").is_some_and(|v| v == "1") {
        for (name, m) in samples::all() {
            let octets = hex::encode(m.to_bytes());
            let lines: Vec<_> = octets
                .as_bytes()
                .chunks(64)
                .map(String::from_utf8_lossy)
                .collect();
            let text = format!("# made by tests/common/samples.rs\n{}\n", lines.join("\n"));
            std::fs::write(folder.join(format!("{name}.hex")), text).unwrap();
            std::fs::write(folder.join(format!("{name}.txt")), format!("{m}\n")).unwrap();
        }
    }
    let mut seen = 0;
    for (name, m) in samples::all() {
        let read = |ext| std::fs::read_to_string(folder.join(format!("{name}.{ext}"))).unwrap();
        let octets: String = read("hex")
            .lines()
            .filter(|l| !l.starts_with('#'))
            .collect();
        let octets = Bytes::from(hex::decode(octets).unwrap());
        let golden = Message::read_strict(&octets).unwrap();
        assert_eq!(golden, m, "{name}");
        assert_eq!(golden.to_bytes(), octets, "{name}");
        assert_eq!(format!("{golden}\n"), read("txt"), "{name}");
        seen += 1;
    }
    let files = std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(files, 2 * seen, "every file belongs to a sample");
}

#[test]
fn tshark_finds_nothing_wrong_with_them() {
    let Some(tshark) = oracle::tshark("diameter-vectors") else {
        return;
    };
    let all: Vec<Bytes> = samples::all().iter().map(|(_, m)| m.to_bytes()).collect();
    let pdus = oracle::Pdus::new("diameter", all.iter().map(|b| &b[..]));
    assert_eq!(tshark.count(&pdus, "diameter"), all.len());
    let bad = "_ws.malformed || _ws.expert.severity >= 6291456";
    let said = tshark.text(&pdus, bad, &["-V"]);
    assert_eq!(said, "");
    assert_eq!(
        tshark.count(&pdus, "diameter.Experimental-Result-Code == 5001"),
        1
    );
    assert_eq!(
        tshark.count(&pdus, "diameter.Service-Selection == \"m2m.ro\""),
        1
    );
}
