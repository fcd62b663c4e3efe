//! Where the tests find third-party messages.
#![allow(dead_code)]
use bytes::Bytes;
use serde_json::Value as Json;
use std::path::PathBuf;
use wire::net::{Packet, sctp_chunks};

/// The capture that has Diameter in it.
pub fn capture(test: &str) -> Option<PathBuf> {
    oracle::shared(test, "captures/s6a/epc_attach.pcapng")
}

/// All Diameter messages of the capture, taken out of its frames by SCTP chunk.
pub fn captured(test: &str) -> Option<Vec<Bytes>> {
    let file = capture(test)?;
    let tshark = oracle::tshark(test)?;
    let text = tshark.text(
        file,
        "diameter",
        &["-T", "json", "--no-duplicate-keys", "-J", "frame", "-x"],
    );
    let frames: Vec<Json> = serde_json::from_str(&text).unwrap();
    let frames = frames.iter().map(|f| {
        let octets = f["_source"]["layers"]["frame_raw"][0].as_str().unwrap();
        hex::decode(octets).unwrap()
    });
    Some(frames.flat_map(|f| messages(&f)).collect())
}

/// The Diameter messages in a frame with the 16 octets of a Linux cooked header.
fn messages(frame: &[u8]) -> Vec<Bytes> {
    let packet = Packet::read(&frame[16..]).unwrap();
    let (_, _, chunks) = sctp_chunks(packet.payload).unwrap();
    let data = chunks.iter().filter(|c| c.kind == 0);
    // TSN, stream, sequence number, protocol identifier: 12 octets
    data.map(|c| Bytes::copy_from_slice(&c.value[12..]))
        .collect()
}

/// The whole messages among go-diameter's vectors, with their names; those named invalid excepted.
pub fn go_vectors(test: &str) -> Option<Vec<(String, Bytes)>> {
    let file = oracle::shared(test, "vectors/hex/go-diameter.json")?;
    let all: Json = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let list = all["vectors"].as_array().unwrap().iter();
    let list = list.map(|v| {
        let octets = hex::decode(v["hex"].as_str().unwrap()).unwrap();
        (v["name"].as_str().unwrap().to_owned(), Bytes::from(octets))
    });
    let whole = list.filter(|(name, o)| {
        let len = diameter_s6a::frame_len(o);
        len == Ok(Some(o.len())) && o.len() > 20 && !name.to_lowercase().contains("invalid")
    });
    Some(whole.collect())
}

/// What tshark makes of the `diameter` layer of each frame of the capture.
pub fn dissected(test: &str) -> Option<Vec<Json>> {
    let frames = oracle::tshark(test)?.json(capture(test)?, "diameter");
    let layers = frames
        .into_iter()
        .flat_map(|mut f| match f["diameter"].take() {
            Json::Array(several) => several,
            one => vec![one],
        });
    Some(layers.collect())
}
