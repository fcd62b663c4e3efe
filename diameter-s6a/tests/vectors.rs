//! Golden text: each message of `vectors/*.hex` reads as the text beside it. With
//! `FOSTERLING_UPDATE=1` both are written anew from the samples.
#[path = "common/messages.rs"]
mod messages;
#[path = "common/samples.rs"]
mod samples;
use bytes::Bytes;
use diameter_s6a::Message;
use std::path::Path;

fn all() -> Vec<(&'static str, Message)> {
    [samples::all(), messages::all()].concat()
}

#[test]
fn vectors_read_as_their_text() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    if std::env::var_os("FOSTERLING_UPDATE").is_some_and(|v| v == "1") {
        for (name, m) in all() {
            let octets = hex::encode(m.to_bytes());
            let lines: Vec<_> = octets
                .as_bytes()
                .chunks(64)
                .map(String::from_utf8_lossy)
                .collect();
            let text = format!("# made by tests/common\n{}\n", lines.join("\n"));
            std::fs::write(folder.join(format!("{name}.hex")), text).unwrap();
            std::fs::write(folder.join(format!("{name}.txt")), format!("{m}\n")).unwrap();
        }
    }
    let mut seen = 0;
    for (name, m) in all() {
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
    let all: Vec<Bytes> = all().iter().map(|(_, m)| m.to_bytes()).collect();
    let pdus = oracle::Pdus::new("diameter", all.iter().map(|b| &b[..]));
    assert_eq!(tshark.count(&pdus, "diameter"), all.len());
    let bad = "_ws.malformed || _ws.expert.severity >= 6291456";
    let said = tshark.text(&pdus, bad, &["-V"]);
    assert_eq!(said, "");
    assert_eq!(
        tshark.count(&pdus, "diameter.Experimental-Result-Code == 5001"),
        2
    );
    assert_eq!(
        tshark.count(&pdus, "diameter.Service-Selection == \"m2m.ro\""),
        4
    );
    // each command of TS 29.272 7.2, both ways
    for code in 316..=324 {
        for request in [0, 1] {
            let one = format!("diameter.cmd.code == {code} && diameter.flags.request == {request}");
            assert!(tshark.count(&pdus, &one) > 0, "{one}");
        }
    }
    for filter in [
        "diameter.KASME && diameter.Item-Number == 2",
        "diameter.Kc && diameter.SRES",
        "diameter.Error-Diagnostic == 3 && diameter.Experimental-Result-Code == 5004",
        "diameter.Experimental-Result-Code == 4181",
        "diameter.Experimental-Result-Code == 5423",
        "diameter.QoS-Class-Identifier == 9 && diameter.Priority-Level == 8",
        "diameter.MIP-Home-Agent-Host && diameter.PDN-GW-Allocation-Type == 0",
        "diameter.LCS-PrivacyException && diameter.PLMN-Client == 3",
        "diameter.Operator-Determined-Barring && diameter.HPLMN-ODB",
        "diameter.Trace-Collection-Entity.IPv4 == 127.0.3.8",
        "diameter.CSG-Id == 77 && diameter.STN-SR",
        "diameter.3gpp.dsr_flags_bit4 == 1 && diameter.3gpp.dsr_flags_bit6 == 1",
        "diameter.Local-Time-Zone && diameter.Time-Zone == \"+01:00\"",
        "diameter.Equipment-Status == 2",
    ] {
        assert_eq!(tshark.count(&pdus, filter), 1, "{filter}");
    }
}
