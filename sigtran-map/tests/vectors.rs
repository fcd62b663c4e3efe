//! `vectors/*.hex`: messages, each beside the text that we make of it. A first line after `#` says
//! where the octets come from. `UPDATE_VECTORS=1` writes the texts anew.
use bytes::Bytes;
use sigtran_map::{map::msg::View, tcap::msg::Message};
use std::{fs, path::Path};

#[test]
fn each_is_read_rendered_and_written_back() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let mut n = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "hex") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("# "), "{}: no source", path.display());
        let digits: String = text
            .lines()
            .filter(|l| !l.starts_with('#'))
            .flat_map(str::split_whitespace)
            .collect();
        let octets = Bytes::from(hex::decode(digits).unwrap());
        let m = Message::read(&octets).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!(m.to_bytes(), octets, "{}", path.display());
        assert_eq!(View(&m).json()["name"], m.pdu.name());
        let beside = path.with_extension("txt");
        let ours = format!("{}\n", View(&m));
        if std::env::var_os("UPDATE_VECTORS").is_some_and(|v| v == "1") {
            fs::write(&beside, &ours).unwrap();
        }
        let theirs = fs::read_to_string(&beside).unwrap_or_default();
        assert_eq!(ours, theirs, "{}", path.display());
        n += 1;
    }
    assert!(n >= 10, "{n} vectors");
}
