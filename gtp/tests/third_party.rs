//! Messages that others made: read, and written back to the same octets.
use bytes::{Bytes, BytesMut};
use gtp::msg::{Header, Message, Pdu, foreign::Any};
use pcap_parser::{Linktype, PcapBlockOwned, PcapError};
use serde_json::Value as Json;
use std::{collections::BTreeMap, path::Path};
use wire::{
    Reader,
    net::{Fragments, Packet},
};

/// The UDP datagrams of a capture to or from these ports: port, payload. Fragments are put together.
fn datagrams(path: &Path, ports: &[u16]) -> Vec<(u16, Bytes)> {
    let file = std::fs::File::open(path).unwrap();
    let mut reader = pcap_parser::create_reader(1 << 20, file).unwrap();
    let mut fragments = Fragments::default();
    let mut out = Vec::new();
    loop {
        match reader.next() {
            Ok((n, block)) => {
                let frame = match &block {
                    PcapBlockOwned::Legacy(b) => Some(b.data),
                    PcapBlockOwned::LegacyHeader(h) => {
                        assert_eq!(h.network, Linktype::ETHERNET);
                        None
                    }
                    PcapBlockOwned::NG(pcap_parser::Block::EnhancedPacket(b)) => Some(b.data),
                    PcapBlockOwned::NG(pcap_parser::Block::InterfaceDescription(b)) => {
                        assert_eq!(b.linktype, Linktype::ETHERNET);
                        None
                    }
                    PcapBlockOwned::NG(_) => None,
                };
                if let Some(frame) = frame {
                    out.extend(datagram(frame, ports, &mut fragments));
                }
                reader.consume(n);
            }
            Err(PcapError::Eof) => return out,
            Err(PcapError::Incomplete(_)) => reader.refill().unwrap(),
            Err(e) => panic!("{}: {e:?}", path.display()),
        }
    }
}

fn datagram(frame: &[u8], ports: &[u16], fragments: &mut Fragments) -> Option<(u16, Bytes)> {
    let at = match frame.get(12..14)? {
        [8, 0] => 14,
        [0x81, 0] => 18,
        _ => return None,
    };
    let packet = Packet::read(&frame[at..]).ok()?;
    let whole = fragments.take(&packet)?;
    let packet = Packet {
        payload: &whole,
        fragment: None,
        ..packet
    };
    let udp = packet.udp()?.ok()?;
    let port = [udp.to.port(), udp.from.port()]
        .into_iter()
        .find(|p| ports.contains(p))?;
    Some((port, Bytes::copy_from_slice(udp.payload)))
}

fn written(m: &Any) -> BytesMut {
    let mut w = BytesMut::new();
    m.write(&mut w);
    w
}

/// Reads a datagram, holds what is written against it, and reads every truncation of it.
fn lossless(octets: &Bytes, charging: bool) -> Any {
    let m = Any::read(octets, charging).unwrap_or_else(|e| panic!("{e}: {octets:02x?}"));
    assert_eq!(written(&m), octets, "{m:?}");
    for n in 0..octets.len() {
        match Any::read(&octets.slice(..n), charging) {
            Err(e) => assert!(e.at <= n, "{e} of {n} octets"),
            Ok(short) => panic!("{n} octets of {octets:02x?} are {short:?}"),
        }
    }
    m
}

#[test]
fn captures() {
    let name = "gtp-captures";
    for file in [
        "create_pdp_ctx.pcap",
        "gb_gn_pdp_messages.pcapng",
        "gn_normal_fragments.pcap",
        "ext_header.pcap",
        "gtp9_short_payload.pcap",
        "gtp_prime.pcap",
    ] {
        let Some(path) = oracle::shared(name, &format!("captures/gtp/{file}")) else {
            return;
        };
        let Some(tshark) = oracle::tshark(name) else {
            return;
        };
        let mut seen = BTreeMap::new();
        for (port, octets) in datagrams(&path, &[2123, 2152, 3386]) {
            let (version, kind) = match lossless(&octets, port == 3386) {
                Any::V1(m) => (1, m.header.kind),
                Any::V0(m) => (0, m.kind),
                other => panic!("{file}: {other:?}"),
            };
            let named = gtp::msg::name(kind).is_some();
            assert!(named, "{file}: type {kind}");
            *seen.entry((version, kind)).or_insert(0) += 1;
        }
        for ((version, kind), count) in seen {
            let filter = format!("gtp.flags.version == {version} && gtp.message == {kind}");
            assert_eq!(count, tshark.count(&path, &filter), "{file}: {filter}");
        }
    }
}

#[test]
fn what_a_capture_says() {
    let path = "captures/gtp/create_pdp_ctx.pcap";
    let Some(path) = oracle::shared("gtp-capture-contents", path) else {
        return;
    };
    let all = datagrams(&path, &[2123]);
    let Pdu::CreatePdpContextRequest(request) = Message::read(&all[0].1).unwrap().pdu else {
        panic!("{all:?}");
    };
    let Some(tshark) = oracle::tshark("gtp-capture-contents") else {
        return;
    };
    let rows = tshark.fields(
        &path,
        "gtp.message == 0x10",
        &[
            "e212.imsi",
            "gtp.apn",
            "gtp.teid_data",
            "gtp.nsapi",
            "e164.msisdn",
        ],
    );
    let apn = request.apn.unwrap().to_string();
    let ours = vec![
        request.imsi.unwrap().to_string(),
        apn,
        format!("{:#010x}", request.teid_data),
        request.nsapi.nsapi().to_string(),
        request.msisdn.unwrap().digits().unwrap().to_string(),
    ];
    assert_eq!(rows, [ours]);
}

/// Whole messages among the vectors, by where they stand; what is invalid on purpose is left out.
#[test]
fn vectors() {
    let mut read = 0;
    for file in ["go-gtp_v0v1v2", "gtplib_v1v2"] {
        let path = format!("vectors/hex/{file}.json");
        let Some(path) = oracle::shared("gtp-vectors", &path) else {
            return;
        };
        let json: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        for v in json["vectors"].as_array().unwrap() {
            let text = |key: &str| v[key].as_str().unwrap_or_default();
            let (file, name) = (text("file"), text("name"));
            let octets = Bytes::from(hex::decode(text("hex")).unwrap());
            let whole = file.contains("/message/") || file.ends_with("_SUITE.erl");
            let invalid = name.contains("invalid")
                || name == "IncorrectLength"
                || name == "ExtFlagSetButMissingExt";
            if !whole || invalid {
                continue;
            }
            if file.ends_with("header_test.go") {
                // headers in front of no message: octets deadbeef
                if octets[0] >> 5 == 1 {
                    header_only(&octets);
                    read += 1;
                }
                continue;
            }
            let m = lossless(&octets, false);
            let named = !matches!(m, Any::V2(_)) || octets[1] <= 3;
            assert_eq!(m.name().is_some(), named, "{file} {name}: {m:?}");
            read += 1;
        }
    }
    assert!(read >= 90, "{read}");
}

fn header_only(octets: &Bytes) {
    let mut r = Reader::shared(octets);
    let header = Header::read(&mut r).unwrap();
    assert_eq!(r.peek(), [0xde, 0xad, 0xbe, 0xef]);
    let mut w = BytesMut::new();
    header.write(&mut w, |w| w.extend_from_slice(r.peek()));
    assert_eq!(w, octets);
}
