//! Our RADIUS packets as tshark reads them, and packets that somebody has damaged.
use bytes::{Bytes, BytesMut};
use ip::msg::radius::{
    self, AccountingRequest, AccountingResponse, AcctStatus, FramedProto, Packet, PdpType, Pdu,
    Rat, Secret, Service,
};
use std::{net::SocketAddr, process::Command, time::Duration};

const SECRET: &[u8] = b"between ggsn and drf";

/// What a GGSN of the RO reports when a PCID's context is up (TS 29.061 16.4.3).
fn start() -> AccountingRequest {
    let mut r = AccountingRequest::new(AcctStatus::Start);
    r.session_id = Some("7f00030900000001".into());
    r.user_name = Some("999010000000001".into());
    r.nas_ip_address = Some([127, 0, 3, 9].into());
    r.service_type = Some(Service::Framed);
    r.framed_protocol = Some(FramedProto::GprsPdpContext);
    r.framed_ip_address = Some([10, 33, 0, 1].into());
    r.called_station_id = Some("ro.m2m".into());
    r.imsi = Some("999010000000001".into());
    r.charging_id = Some(1);
    r.pdp_type = Some(PdpType::Ipv4);
    r.sgsn_address = Some([127, 0, 2, 1].into());
    r.ggsn_address = Some([127, 0, 3, 9].into());
    r.imsi_mcc_mnc = Some("99901".into());
    r.nsapi = Some("5".into());
    r.sgsn_mcc_mnc = Some("00101".into());
    r.rat_type = Some(Rat::Geran);
    r
}

fn exchange() -> (Bytes, Bytes) {
    let secret = Secret::new(SECRET);
    let request = radius::request(9, start(), &secret);
    let packet = Packet::read(&request).unwrap();
    let Pdu::AccountingRequest(r) = &packet.pdu else {
        panic!()
    };
    let response = radius::response(&packet, AccountingResponse::to(r), &secret);
    (request, response)
}

#[test]
fn what_is_read_is_written_back() {
    let (request, response) = exchange();
    for octets in [&request, &response] {
        let mut w = BytesMut::new();
        Packet::read(octets).unwrap().write(&mut w);
        assert_eq!(w, octets);
    }
    let padded = Bytes::from([&request[..], &[0; 9]].concat());
    assert_eq!(
        Packet::read(&padded).unwrap(),
        Packet::read(&request).unwrap()
    );
}

#[test]
fn cut_and_mutated_packets_lead_to_errors_only() {
    let (request, _) = exchange();
    for n in 0..request.len() {
        assert!(Packet::read(&request.slice(..n)).is_err(), "{n}");
    }
    let mut read = 0;
    for bad in wire::mutations(&request, 3, 20_000) {
        let bad = Bytes::from(bad);
        if let Ok(p) = Packet::read(&bad) {
            let mut w = BytesMut::new();
            p.write(&mut w);
            assert_eq!(w, bad.slice(..w.len()));
            let _ = (p.pdu.to_string(), p.pdu.json());
            read += 1;
        }
    }
    assert!(read > 1000, "{read}");
}

#[test]
fn tshark_names_every_attribute_and_checks_the_authenticator() {
    let Some(tshark) = oracle::tshark("radius") else {
        return;
    };
    let secret = String::from_utf8_lossy(SECRET);
    let tshark = tshark
        .preference(&format!("radius.shared_secret:{secret}"))
        .preference("radius.validate_authenticator:TRUE");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("radius.pcap");
    let header = pcap_file::pcap::PcapHeader {
        datalink: pcap_file::DataLink::RAW,
        ..Default::default()
    };
    let file = std::fs::File::create(&path).unwrap();
    let mut w = pcap_file::pcap::PcapWriter::with_header(file, header).unwrap();
    let ggsn: SocketAddr = "127.0.3.9:1813".parse().unwrap();
    let drf: SocketAddr = "127.0.3.2:1813".parse().unwrap();
    let (request, response) = exchange();
    for (from, to, octets) in [(ggsn, drf, request), (drf, ggsn, response)] {
        let mut p = BytesMut::new();
        wire::net::udp(&mut p, from, to, 1, &octets);
        let t = Duration::from_millis(1);
        let p = pcap_file::pcap::PcapPacket::new(t, p.len() as u32, &p[..]).unwrap();
        w.write_packet(&p).unwrap();
    }
    drop(w);
    let text = tshark.text(&path, "", &["-O", "radius", "-V"]);
    let shown: Vec<&str> = text
        .lines()
        .filter_map(|l| {
            l.trim()
                .strip_prefix("AVP: ")?
                .split_once(" val=")
                .map(|v| v.1)
        })
        .collect();
    for name in [
        "t=Acct-Status-Type(40) l=6 val=Start(1)",
        "t=Acct-Session-Id(44) l=18 val=7f00030900000001",
        "t=NAS-IP-Address(4) l=6 val=127.0.3.9",
        "t=Framed-Protocol(7) l=6 val=GPRS-PDP-Context(7)",
        "t=Framed-IP-Address(8) l=6 val=10.33.0.1",
        "t=Called-Station-Id(30) l=8 val=ro.m2m",
        "t=3GPP-IMSI(1) l=17 val=999010000000001",
        "t=3GPP-Charging-ID(2) l=6 val=1",
        "t=3GPP-PDP-Type(3) l=6 val=IPv4(0)",
        "t=3GPP-SGSN-Address(6) l=6 val=127.0.2.1",
        "t=3GPP-GGSN-Address(7) l=6 val=127.0.3.9",
        "t=3GPP-IMSI-MCC-MNC(8) l=7 val=99901",
        "t=3GPP-NSAPI(10) l=3 val=5",
        "t=3GPP-SGSN-MCC-MNC(18) l=7 val=00101",
        "t=3GPP-RAT-Type(21) l=3 val=GERAN(2)",
    ] {
        assert!(text.contains(name), "{name} not in {shown:?}\n{text}");
    }
    let good = tshark.fields(&path, "radius.authenticator.valid == 1", &["radius.code"]);
    // this tshark checks responses only; the request's sum is checked below
    assert_eq!(good, [["5"]], "{text}");
    let odd =
        "_ws.malformed || _ws.expert.severity >= \"Note\" || radius.authenticator.invalid == 1";
    assert_eq!(tshark.text(&path, odd, &[]), "");
}

#[test]
fn md5sum_gives_the_same_request_authenticator() {
    let (request, _) = exchange();
    let over = [&request[..4], &[0; 16], &request[20..], SECRET].concat();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("octets");
    std::fs::write(&path, over).unwrap();
    let out = Command::new("md5sum").arg(&path).output().unwrap();
    let sum: String = request[4..20].iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(
        String::from_utf8(out.stdout).unwrap().split(' ').next(),
        Some(&*sum)
    );
}

/// What an access gateway asks of its server, and a yes and a no.
#[test]
fn tshark_reads_access_packets_and_finds_their_authenticators_right() {
    use ip::msg::radius::{
        AccessAccept, AccessReject, AccessRequest, PortType, access_request, access_response,
    };
    let Some(tshark) = oracle::tshark("radius-access") else {
        return;
    };
    let secret = Secret::new(SECRET);
    let mut r = AccessRequest::new("line-1", [127, 0, 8, 1].into(), 1, PortType::Ethernet);
    r.calling_station_id = Some("02-00-00-00-00-01".into());
    let request = access_request(9, r.clone(), b"of the line", [5; 16], &secret);
    let packet = Packet::read(&request).unwrap();
    let yes = access_response(&packet, AccessAccept::to(&r, Some(3600)), &secret);
    let no = access_response(&packet, AccessReject::to(&r, "unknown line"), &secret);
    let all = oracle::Pdus::new("radius", [&request[..], &yes, &no]);
    let judge = tshark
        .preference(&format!(
            "radius.shared_secret:{}",
            std::str::from_utf8(SECRET).unwrap()
        ))
        .preference("radius.validate_authenticator:TRUE");
    assert_eq!(judge.count(&all, "_ws.malformed || _ws.expert"), 0);
    let rows = judge.fields(
        &all,
        "radius",
        &[
            "radius.code",
            "radius.User_Name",
            "radius.Session_Timeout",
            "radius.Reply_Message",
        ],
    );
    let row = |r: [&str; 4]| r.map(str::to_owned).to_vec();
    assert_eq!(
        rows,
        [
            row(["1", "line-1", "", ""]),
            row(["2", "line-1", "3600", ""]),
            row(["3", "", "", "unknown line"])
        ]
    );
    // deciphered by the secret, which only holds where the password was hidden right
    let text = judge.text(&all, "radius.code == 1", &["-V"]);
    assert!(text.contains("of the line"), "{text}");
    assert!(text.contains("Message-Authenticator"), "{text}");
}
