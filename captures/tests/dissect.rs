//! Captures that others made, taken apart: as many messages of each kind as tshark sees.
use captures::{Dissector, Reader, ip_packet};
use std::{collections::BTreeMap, fs::File};

/// How many messages of each protocol a capture holds, and how many of them cannot be read.
fn counts(path: &std::path::Path) -> (BTreeMap<String, usize>, Vec<String>) {
    let mut by_interface: BTreeMap<usize, Dissector> = BTreeMap::new();
    let mut all: BTreeMap<String, usize> = BTreeMap::new();
    let mut bad = Vec::new();
    for frame in Reader::new(File::open(path).unwrap()).unwrap() {
        let frame = frame.unwrap();
        let Some(packet) = ip_packet(frame.link, &frame.data) else {
            continue;
        };
        let packet = bytes::Bytes::copy_from_slice(packet);
        let seen = by_interface
            .entry(frame.interface)
            .or_default()
            .packet(&packet);
        for l in seen.layers {
            *all.entry(l.protocol.into()).or_default() += 1;
            match &l.body {
                Ok(b) => assert!(!b.text().is_empty() && !b.json().is_null()),
                Err(e) => bad.push(format!("{}: frame {}: {e}", l.protocol, frame.number)),
            }
        }
    }
    (all, bad)
}

#[test]
fn as_many_messages_as_tshark_sees() {
    let name = "captures: messages of third-party captures";
    let Some(tshark) = oracle::tshark(name) else {
        return;
    };
    for (file, protocol, filter, layer) in [
        (
            "captures/s6a/epc_attach.pcapng",
            "diameter",
            "diameter",
            "diameter.cmd.code",
        ),
        (
            "captures/gtp/gb_gn_pdp_messages.pcapng",
            "ns",
            "gprs-ns",
            "",
        ),
        (
            "captures/gtp/gb_gn_pdp_messages.pcapng",
            "sm",
            "gsm_a.dtap.msg_sm_type",
            "gsm_a.dtap.msg_sm_type",
        ),
        (
            "captures/sigtran/map_trace3.pcap",
            "gmm",
            "gsm_a.dtap.msg_gmm_type",
            "gsm_a.dtap.msg_gmm_type",
        ),
        ("captures/ocsp/good.pcap", "ocsp", "ocsp", ""),
        (
            "captures/gtp/create_pdp_ctx.pcap",
            "gtp",
            "gtp",
            "gtp.message",
        ),
    ] {
        let Some(path) = oracle::shared(name, file) else {
            return;
        };
        let (all, bad) = counts(&path);
        // GTPv2 with a second message behind the first is another protocol's business
        let bad: Vec<_> = bad.iter().filter(|b| b.starts_with(protocol)).collect();
        assert!(bad.is_empty(), "{file}: {bad:#?}");
        let rows = tshark.fields(
            &path,
            filter,
            &[if layer.is_empty() {
                "frame.number"
            } else {
                layer
            }],
        );
        let theirs: usize = rows.iter().map(|r| r[0].split(',').count()).sum();
        assert_eq!(
            all.get(protocol).copied().unwrap_or(0),
            theirs,
            "{file} {protocol}: {all:?}"
        );
    }
}
