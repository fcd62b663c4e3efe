//! The lower layers against octets that others made, and our octets against tshark.
mod lower_common;
use bytes::Bytes;
use engine::Time;
use gb_gmm::{
    bssgp, llc,
    llc::machine::Side,
    ns,
    stack::{LogicalLink, Up},
};
use lower_common::{World, pcap, peer, secs};
use std::path::Path;

fn unhex(text: &str) -> Bytes {
    let digit = |b: u8| char::from(b).to_digit(16).unwrap() as u8;
    text.as_bytes()
        .chunks(2)
        .map(|p| digit(p[0]) << 4 | digit(p[1]))
        .collect()
}

/// NS datagram down to LLC frame: all read, all written back; the LLC frame.
fn down(datagram: &Bytes) -> Option<llc::frame::Frame> {
    let pdu = ns::msg::Pdu::parse(datagram).unwrap();
    assert_eq!(pdu.encode(), datagram, "{pdu}");
    let ns::msg::Pdu::NsUnitdata(unit) = pdu else {
        return None;
    };
    let pdu = bssgp::msg::Pdu::parse(&unit.sdu.0).unwrap();
    assert_eq!(pdu.encode(), unit.sdu.0, "{pdu}");
    let octets = match pdu {
        bssgp::msg::Pdu::UlUnitdata(m) => m.llc.0,
        bssgp::msg::Pdu::DlUnitdata(m) => m.llc.0,
        _ => return None,
    };
    let frame = llc::frame::Frame::parse(&octets).unwrap();
    assert_eq!(frame.encode(), octets);
    Some(frame)
}

/// What tshark says of each frame beside what we say, field by field.
fn judge(tshark: &oracle::Tshark, file: &Path) -> usize {
    let rows = tshark.fields(
        file,
        "gprs-ns",
        &[
            "udp.payload",
            "nsip.pdu_type",
            "nsip.bvci",
            "bssgp.pdu_type",
            "llcgprs.sapi",
            "llcgprs.nu",
        ],
    );
    for row in &rows {
        let octets = unhex(&row[0]);
        let number = |n: usize| {
            let t = row[n].split(',').next().unwrap();
            t.strip_prefix("0x")
                .map_or_else(|| t.parse().ok(), |h| u64::from_str_radix(h, 16).ok())
        };
        let frame = down(&octets);
        let pdu = ns::msg::Pdu::parse(&octets).unwrap();
        assert_eq!(number(1), Some(pdu.code().into()), "{row:?}");
        if let ns::msg::Pdu::NsUnitdata(unit) = &pdu {
            assert_eq!(number(2), Some(unit.bvci.into()), "{row:?}");
            assert_eq!(number(3), Some(unit.sdu[0].into()), "{row:?}");
        }
        if let Some(frame) = frame {
            assert_eq!(number(4), Some(frame.sapi.0.into()), "{row:?}");
            if let llc::frame::Control::Ui { nu, .. } = frame.control {
                assert_eq!(number(5), Some(nu.into()), "{row:?}");
            }
        }
    }
    rows.len()
}

#[test]
fn captures_of_others_are_read_and_written_back() {
    let name = "gb-lower-captures";
    let Some(tshark) = oracle::tshark(name) else {
        return;
    };
    for (path, least) in [
        ("captures/gtp/gb_gn_pdp_messages.pcapng", 2),
        ("captures/sigtran/map_trace3.pcap", 7),
    ] {
        let Some(file) = oracle::shared(name, path) else {
            return;
        };
        assert!(judge(&tshark, &file) >= least, "{path}");
    }
}

#[test]
fn tshark_finds_nothing_wrong_with_ours_and_reads_the_same() {
    let Some(tshark) = oracle::tshark("gb-lower-tshark") else {
        return;
    };
    let mut w = World::new(&[2, 3], |_, _| {});
    w.run(secs(1));
    let tlli = bssgp::value::Tlli::random(99);
    let (mut ms, mut net) = (
        LogicalLink::new(Side::Ms, tlli),
        LogicalLink::new(Side::Sgsn, tlli),
    );
    // an Identity Request and its answer, whole and segmented IP packets, an XID, a SABM
    let identity = ms.gmm(&unhex("0816080910101032547698"));
    assert!(w.bss.uplink(w.now, 2, tlli, identity));
    let request = net.gmm(&unhex("081501"));
    let xid = net.llc().xid(
        llc::frame::Sapi::User3,
        &[llc::xid::Xid::new(
            llc::xid::Parameter::N201U,
            Bytes::from_static(&[2, 0]),
        )],
    );
    w.sgsn
        .downlink(w.now, peer(), 2, tlli, None, request)
        .unwrap();
    let Some(Up::Reply(answer)) = ms.receive(Time(0), &xid) else {
        panic!()
    };
    w.sgsn
        .downlink(w.now, peer(), 2, tlli, Some(bssgp::value::Tlli(5)), xid)
        .unwrap();
    assert!(w.bss.uplink(w.now, 2, tlli, answer));
    for n in [40usize, 400, 1400] {
        for frame in ms.npdu(5, &icmp(n)).unwrap() {
            assert!(w.bss.uplink(w.now, 2, tlli, frame));
        }
        for frame in net.npdu(5, &icmp(n)).unwrap() {
            w.sgsn
                .downlink(w.now, peer(), 2, tlli, None, frame)
                .unwrap();
        }
    }
    let rai = lower_common::cell(2).id.rai;
    w.bss.suspend(w.now, tlli, rai);
    w.run(secs(2));
    w.bss.resume(w.now, tlli, rai, 1);
    w.bss
        .radio_status(w.now, 2, tlli, bssgp::value::RadioCause::ContactLost);
    w.bss.flow_control_ms(w.now, 2, tlli, 10, 10);
    let imsi = wire::Imsi::new(wire::Digits::new("001010000000001").unwrap()).unwrap();
    w.sgsn.page(w.now, peer(), 2, &imsi, Some(0xc000_0001));
    w.sgsn.flush(w.now, peer(), 2, tlli);
    w.bss.uplink(w.now, 3, tlli, ms.gmm(&unhex("0803")));
    w.bss.block(w.now, 3, bssgp::value::Cause::OmIntervention);
    w.run(secs(40));
    // a message that nobody knows brings BSSGP STATUS
    w.sgsn
        .datagram(w.now, peer(), &Bytes::from_static(b"\0\0\0\x09\x01"));
    w.run(secs(41));
    let file = pcap(&w.sent);
    assert_eq!(judge(&tshark, file.path()), w.sent.len());
    let wrong = "_ws.malformed || _ws.expert.severity >= 6291456 || _ws.expert.group == undecoded";
    assert_eq!(tshark.text(&file, wrong, &[]), "");
    assert_eq!(tshark.count(&file, "data && !icmp"), 0);
    assert_eq!(
        tshark.count(
            &file,
            "bssgp.extraneous_data || bssgp.missing_mandatory_element || bssgp.msg_type.unknown"
        ),
        0
    );
    let text = tshark.text(&file, "llcgprs", &["-V"]);
    let sums: Vec<&str> = text.lines().filter(|l| l.contains("FCS:")).collect();
    assert_eq!(sums.len(), tshark.count(&file, "llcgprs"));
    assert!(
        sums.iter().all(|l| l.contains("orrect")) && !text.contains("incorrect"),
        "{sums:?}"
    );
    // each N-PDU is whole again for tshark too: three each way
    let whole = tshark.fields(&file, "icmp", &["icmp.type", "ip.len"]);
    assert_eq!(whole.len(), 6, "{whole:?}");
    let npdus = tshark.fields(
        &file,
        "sndcp",
        &["sndcp.nsapib", "sndcp.segment", "sndcp.npdu"],
    );
    assert!(
        npdus.len() >= 10 && npdus.iter().all(|r| r[0] == "5"),
        "{npdus:?}"
    );
}

/// An ICMP echo request of `n` octets.
fn icmp(n: usize) -> Vec<u8> {
    let mut p = vec![0u8; n];
    p[..12].copy_from_slice(&[0x45, 0, (n >> 8) as u8, n as u8, 0, 1, 0, 0, 64, 1, 0, 0]);
    p[12..20].copy_from_slice(&[10, 0, 0, 1, 10, 0, 0, 2]);
    let sum = |o: &[u8]| {
        let mut s: u32 = o
            .chunks(2)
            .map(|c| u32::from(c[0]) << 8 | u32::from(*c.get(1).unwrap_or(&0)))
            .sum();
        while s > 0xffff {
            s = (s & 0xffff) + (s >> 16);
        }
        (!(s as u16)).to_be_bytes()
    };
    let head = sum(&p[..20]);
    p[10..12].copy_from_slice(&head);
    p[20] = 8;
    let body = sum(&p[20..]);
    p[22..24].copy_from_slice(&body);
    p
}
