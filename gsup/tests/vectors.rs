//! Golden text: each frame of `vectors/*.hex` reads as the text beside it. With
//! `UPDATE_VECTORS=1` both are written anew from the samples.
use bytes::Bytes;
use gsup::msg::Frame;
use std::path::Path;

mod common;

#[test]
fn each_is_read_rendered_and_written_back() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    if std::env::var_os("UPDATE_VECTORS").is_some_and(|v| v == "1") {
        for (name, frame) in common::all() {
            let octets = hex::encode(frame.bytes());
            let lines: Vec<_> = octets
                .as_bytes()
                .chunks(64)
                .map(String::from_utf8_lossy)
                .collect();
            let text = format!("# made by tests/common/mod.rs\n{}\n", lines.join("\n"));
            std::fs::write(folder.join(format!("{name}.hex")), text).unwrap();
            let text = format!("{}\n", common::text(&frame));
            std::fs::write(folder.join(format!("{name}.txt")), text).unwrap();
        }
    }
    let mut seen = 0;
    for (name, frame) in common::all() {
        let read = |ext| std::fs::read_to_string(folder.join(format!("{name}.{ext}"))).unwrap();
        let octets: String = read("hex")
            .lines()
            .filter(|l| !l.starts_with('#'))
            .collect();
        let octets = Bytes::from(hex::decode(octets).unwrap());
        let golden = Frame::read(&octets).unwrap();
        assert_eq!(golden, frame, "{name}");
        assert_eq!(golden.bytes(), octets, "{name}");
        assert_eq!(
            format!("{}\n", common::text(&golden)),
            read("txt"),
            "{name}"
        );
        seen += 1;
    }
    let files = std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(files, 2 * seen, "every file belongs to a sample");
}
