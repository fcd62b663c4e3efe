//! What is written is read again, by us and by tshark; what is broken is said.
use captures::{ReadError, Reader, Writer};
use std::io::Cursor;

fn sample() -> Vec<u8> {
    let mut w = Writer::new(Vec::new(), "fosterling", "a test").unwrap();
    let gb = w.interface("gb", "M2ME - SGSN").unwrap();
    let gp = w.interface("gp", "SGSN - GGSN").unwrap();
    let mut packet = bytes::BytesMut::new();
    let at = |s: &str| s.parse().unwrap();
    wire::net::udp(
        &mut packet,
        at("127.0.1.1:40000"),
        at("127.0.2.1:40001"),
        1,
        b"x",
    );
    w.packet(
        gb,
        1_767_225_600_123_456_789,
        &packet,
        Some("[R11 step 1] Attach Request"),
    )
    .unwrap();
    w.packet(gp, 1_767_225_601_000_000_000, &packet, None)
        .unwrap();
    w.flush().unwrap();
    w.into_inner()
}

#[test]
fn both_ways() {
    let file = sample();
    let mut r = Reader::new(Cursor::new(file.clone())).unwrap();
    let frames: Vec<_> = r.by_ref().collect::<Result<_, _>>().unwrap();
    assert_eq!(frames.len(), 2);
    assert_eq!(
        (frames[0].utc, frames[0].link, frames[0].interface),
        (1_767_225_600_123_456_789, 101, 0)
    );
    assert_eq!(frames[0].comments, ["[R11 step 1] Attach Request"]);
    assert_eq!((frames[1].number, frames[1].interface), (2, 1));
    assert_eq!(r.interface_name(1), Some("gp"));
    for cut in 1..file.len() {
        let frames: Result<Vec<_>, _> = match Reader::new(Cursor::new(file[..cut].to_vec())) {
            Ok(r) => r.collect(),
            Err(e) => Err(e),
        };
        if let Ok(frames) = frames {
            assert!(frames.len() < 2, "cut at {cut}");
        }
    }
    assert!(matches!(
        Reader::new(Cursor::new(b"hello, this is text".to_vec())),
        Err(ReadError::NotACapture)
    ));
}

#[test]
fn tshark_reads_time_comment_and_interface() {
    let Some(tshark) = oracle::tshark("captures: pcapng as tshark reads it") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sample.pcapng");
    std::fs::write(&path, sample()).unwrap();
    let rows = tshark.fields(
        &path,
        "frame.comment contains \"R11\"",
        &[
            "frame.interface_name",
            "frame.time_epoch",
            "frame.interface_description",
        ],
    );
    assert_eq!(rows, [["gb", "1767225600.123456789", "M2ME - SGSN"]]);
    assert_eq!(
        tshark.count(&path, "udp.checksum.status == \"Good\" || udp"),
        2
    );
}
