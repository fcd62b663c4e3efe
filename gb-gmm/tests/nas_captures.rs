//! GMM and SM messages out of captures that others made: all of them read, every octet written
//! back, and types, identities and causes as tshark sees them.
mod nas_common;
use gb_gmm::{
    gmm,
    nas::{Direction, MobileIdentity, tlli},
    sm,
};
use nas_common::hex;
use wire::Reader;

/// The layer 3 message in a frame with NS over UDP 2157, with its direction; by the layers' own
/// rules, not by ours.
fn layer3(frame: &[u8]) -> Option<(Direction, u32, Vec<u8>)> {
    let udp = frame.windows(8).position(|w| ns_follows(frame, w))?;
    let ns = &frame[udp + 8..];
    let bssgp = &ns[4..];
    let way = match bssgp[0] {
        0 => Direction::Down,
        1 => Direction::Up,
        _ => return None,
    };
    let tlli = u32::from_be_bytes(bssgp[1..5].try_into().unwrap());
    let mut ies = &bssgp[8..];
    while ies.len() > 2 {
        let (n, head) = match ies[1] & 0x80 {
            0 => (usize::from(ies[1]) << 8 | usize::from(ies[2]), 3),
            _ => (usize::from(ies[1] & 0x7f), 2),
        };
        if ies[0] == 0x0e {
            let llc = &ies[head..head + n];
            return Some((way, tlli, llc[3..llc.len() - 3].to_vec()));
        }
        ies = &ies[head + n..];
    }
    None
}

/// Whether a UDP header between these ports stands here whose length reaches the frame's end.
fn ns_follows(frame: &[u8], header: &[u8]) -> bool {
    let at = header.as_ptr() as usize - frame.as_ptr() as usize;
    let n = usize::from(u16::from_be_bytes([header[4], header[5]]));
    n > 20 && at + n == frame.len() && frame.get(at + 8) == Some(&0)
}

/// The whole frames that the display filter finds.
fn frames(tshark: &oracle::Tshark, path: &std::path::Path, filter: &str) -> Vec<Vec<u8>> {
    let text = tshark.text(path, filter, &["-T", "json", "-x", "-j", "frame"]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let raw = |p: &serde_json::Value| p["_source"]["layers"]["frame_raw"][0].as_str().map(hex);
    json.as_array().unwrap().iter().filter_map(raw).collect()
}

/// tshark and a third-party capture, for the test `name`.
fn judged(name: &str, path: &str) -> Option<(oracle::Tshark, std::path::PathBuf)> {
    Some((oracle::tshark(name)?, oracle::shared(name, path)?))
}

#[test]
fn a_whole_gprs_attach() {
    let path = "captures/sigtran/map_trace3.pcap";
    let Some((tshark, path)) = judged("nas-gprs-attach", path) else {
        return;
    };
    let mut seen = Vec::new();
    let mut tllis = Vec::new();
    let mut allocated = None;
    for frame in frames(&tshark, &path, "gprscdr or llcgprs") {
        let (way, tlli, l3) = layer3(&frame).unwrap();
        let pdu = gmm::Pdu::decode(way, Reader::new(&l3).strict()).unwrap();
        assert_eq!(pdu.encode(), l3, "{pdu}");
        seen.push(pdu.name());
        tllis.push(tlli);
        match &pdu {
            gmm::Pdu::IdentityResponse(m) => {
                assert!(!matches!(m.identity, MobileIdentity::Other(_)), "{pdu}");
            }
            gmm::Pdu::AuthenticationAndCipheringRequest(m) => {
                assert!(m.rand.is_some() && m.autn.is_some());
            }
            gmm::Pdu::AuthenticationAndCipheringResponse(m) => assert!(m.res.is_some()),
            gmm::Pdu::AttachAccept(m) => {
                allocated = m.ptmsi.as_ref().and_then(MobileIdentity::tmsi);
            }
            _ => {}
        }
    }
    assert_eq!(
        seen,
        [
            "AttachRequest",
            "IdentityRequest",
            "IdentityResponse",
            "AuthenticationAndCipheringRequest",
            "AuthenticationAndCipheringResponse",
            "AttachAccept",
            "AttachComplete"
        ]
    );
    assert!(
        tllis
            .iter()
            .all(|t| tlli::is_foreign(*t) || tlli::is_local(*t))
            && allocated.is_some(),
        "{tllis:08x?}"
    );
    let theirs = tshark.fields(&path, "", &["gsm_a.dtap.msg_gmm_type", "e212.imsi"]);
    assert_eq!(theirs.iter().filter(|r| !r[0].is_empty()).count(), 7);
}

#[test]
fn a_pdp_context_activation() {
    let path = "captures/gtp/gb_gn_pdp_messages.pcapng";
    let Some((tshark, path)) = judged("nas-pdp-context-activation", path) else {
        return;
    };
    let mut seen = Vec::new();
    for frame in frames(&tshark, &path, "llcgprs") {
        let (_, _, l3) = layer3(&frame).unwrap();
        let m = sm::Message::decode(Reader::new(&l3).strict()).unwrap();
        assert_eq!(m.encode(), l3, "{}", m.pdu);
        match &m.pdu {
            sm::Pdu::ActivatePdpContextRequest(r) => {
                assert!(r.apn.as_ref().and_then(wire::Apn::text).is_some());
                assert!(!m.ti.to_originator);
                seen.push((m.pdu.name(), r.pdp_address.is_ipv4()));
            }
            sm::Pdu::ActivatePdpContextAccept(r) => {
                let address = r.pdp_address.as_ref().and_then(|a| a.ipv4_address());
                assert!(m.ti.to_originator);
                seen.push((m.pdu.name(), address.is_some()));
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(
        seen,
        [
            ("ActivatePdpContextRequest", true),
            ("ActivatePdpContextAccept", true)
        ]
    );
}
