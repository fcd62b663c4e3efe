//! TCAP messages that others made, as tshark takes them out of SCTP, M3UA or M2PA, and SCCP.
#![allow(dead_code)] // each test takes what it needs
use bytes::Bytes;
use oracle::Tshark;
use serde_json::Value as Json;
use std::path::{Path, PathBuf};

/// A TCAP message of a capture, and what tshark says of it.
pub struct Row {
    /// The message.
    pub octets: Bytes,
    /// The values of the fields that were asked for, each time that they stand there.
    pub fields: Vec<Vec<String>>,
}

/// The captures of MAP over SIGTRAN: their numbers and files.
pub fn captures(name: &str) -> Option<Vec<(u8, PathBuf)>> {
    let path = |n| format!("captures/sigtran/map_trace{n}.pcap");
    (1..=5)
        .map(|n| Some((n, oracle::shared(name, &path(n))?)))
        .collect()
}

/// The TCAP messages of a file. Segments that stand alone are left out: they begin with no tag of
/// a message.
pub fn messages(tshark: &Tshark, file: &Path, fields: &[&str]) -> Vec<Row> {
    let rows = tshark.fields(file, "tcap", fields);
    let text = tshark.text(file, "tcap", &["-T", "jsonraw", "-J", "tcap"]);
    let frames: Vec<Json> = serde_json::from_str(&text).unwrap();
    assert_eq!(frames.len(), rows.len());
    let row = |(frame, values): (Json, Vec<String>)| {
        let raw = frame["_source"]["layers"]["tcap_raw"][0].as_str().unwrap();
        let split = |v: String| {
            v.split(',')
                .filter(|v| !v.is_empty())
                .map(str::to_owned)
                .collect()
        };
        Row {
            octets: hex::decode(raw).unwrap().into(),
            fields: values.into_iter().map(split).collect(),
        }
    };
    let rows = frames.into_iter().zip(rows).map(row);
    rows.filter(|r| (0x61..=0x67).contains(&r.octets[0]))
        .collect()
}
