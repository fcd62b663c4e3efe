//! What we write, as tshark reads it: names and values must be the same.
use gtp::msg::{
    Cause, DeletePdpContextRequest, EchoResponse, ErrorIndication, Message, Pdu,
    PduNotificationRequest,
};
use oracle::Pdus;
use std::net::Ipv4Addr;
use wire::Gen;

mod common;

const FIELDS: [&str; 16] = [
    "gtp.message",
    "gtp.teid",
    "gtp.seq_number",
    "gtp.cause",
    "e212.imsi",
    "gtp.apn",
    "gtp.teid_data",
    "gtp.teid_cp",
    "gtp.nsapi",
    "gtp.recovery",
    "gtp.user_ipv4",
    "gtp.gsn_ipv4",
    "gtp.qos_al_ret_priority",
    "gtp.qos_delay",
    "gtp.qos_traf_class",
    "gtp.chrg_id",
];

/// The same row from what we hold.
fn row(m: &Message) -> Vec<String> {
    let mut r = vec![String::new(); FIELDS.len()];
    let mut put = |field: &str, v: Option<String>| {
        let at = FIELDS.iter().position(|f| *f == field).unwrap();
        r[at] = v.unwrap_or_default();
    };
    let hex = |v: u32| format!("{v:#010x}");
    put("gtp.message", Some(format!("{:#04x}", m.header.kind)));
    put("gtp.teid", Some(hex(m.header.teid)));
    let sequence = m.header.sequence().map(|n| format!("{n:#06x}"));
    put("gtp.seq_number", sequence);
    let cause = |c: Cause| Some(c.0.to_string());
    match &m.pdu {
        Pdu::EchoResponse(m) => put("gtp.recovery", Some(m.recovery.to_string())),
        Pdu::CreatePdpContextRequest(m) => {
            put("e212.imsi", m.imsi.map(|i| i.to_string()));
            put("gtp.apn", m.apn.as_ref().map(|a| a.to_string()));
            put("gtp.teid_data", Some(hex(m.teid_data)));
            put("gtp.teid_cp", m.teid_control.map(hex));
            put("gtp.nsapi", Some(m.nsapi.nsapi().to_string()));
            put("gtp.recovery", m.recovery.map(|v| v.to_string()));
            put(
                "gtp.gsn_ipv4",
                Some(format!("{},{}", m.sgsn_control, m.sgsn_user)),
            );
            put("gtp.qos_al_ret_priority", Some(m.qos.priority.to_string()));
            let q = &m.qos.profile;
            put("gtp.qos_delay", q.delay_class().map(|v| v.to_string()));
            put(
                "gtp.qos_traf_class",
                q.traffic_class().map(|v| v.to_string()),
            );
        }
        Pdu::CreatePdpContextResponse(m) => {
            put("gtp.cause", cause(m.cause));
            put("gtp.teid_data", m.teid_data.map(hex));
            put("gtp.teid_cp", m.teid_control.map(hex));
            put("gtp.nsapi", m.nsapi.map(|n| n.nsapi().to_string()));
            put("gtp.recovery", m.recovery.map(|v| v.to_string()));
            put("gtp.chrg_id", m.charging_id.map(hex));
            let address = m.end_user_address.as_ref().and_then(|a| a.ipv4_address());
            put("gtp.user_ipv4", address.map(|a| a.to_string()));
            let both = m.ggsn_control.zip(m.ggsn_user);
            put("gtp.gsn_ipv4", both.map(|(a, b)| format!("{a},{b}")));
            let qos = m.qos.as_ref();
            put(
                "gtp.qos_al_ret_priority",
                qos.map(|q| q.priority.to_string()),
            );
            let delay = qos.and_then(|q| q.profile.delay_class());
            put("gtp.qos_delay", delay.map(|v| v.to_string()));
            let class = qos.and_then(|q| q.profile.traffic_class());
            put("gtp.qos_traf_class", class.map(|v| v.to_string()));
        }
        Pdu::DeletePdpContextRequest(m) => put("gtp.nsapi", Some(m.nsapi.nsapi().to_string())),
        Pdu::DeletePdpContextResponse(m) => put("gtp.cause", cause(m.cause)),
        Pdu::UpdatePdpContextResponse(m) => put("gtp.cause", cause(m.cause)),
        Pdu::ErrorIndication(m) => {
            put("gtp.teid_data", Some(hex(m.teid_data)));
            put("gtp.gsn_ipv4", Some(m.gsn_address.to_string()));
        }
        Pdu::PduNotificationRequest(m) => {
            put("e212.imsi", Some(m.imsi.to_string()));
            put("gtp.apn", Some(m.apn.to_string()));
            put("gtp.teid_cp", Some(hex(m.teid_control)));
            let address = m.end_user_address.ipv4_address();
            put("gtp.user_ipv4", address.map(|a| a.to_string()));
            put("gtp.gsn_ipv4", Some(m.ggsn_control.to_string()));
        }
        other => panic!("{other}"),
    }
    r
}

fn messages() -> Vec<Message> {
    let mut g = Gen::seed(29_060);
    let mut all = Vec::new();
    let mut n = 0u16;
    let mut add = |teid: u32, pdu: Pdu| {
        n = n.wrapping_add(977);
        all.push(Message::request(n, teid, pdu));
    };
    for i in 0..60u8 {
        // 15 digits: where a whole octet is filler, tshark shows it as a digit
        let imsi = format!("99901{:010}", g.below(10_000_000_000));
        let apn = ["m2m.registration", "internet", "a.b.mnc001.mcc999.gprs"][usize::from(i % 3)];
        let teid = g.next() as u32;
        let request = common::create_request(&imsi, apn, teid);
        let address = Ipv4Addr::from(0x0a21_0000 | u32::from(i));
        let notification = PduNotificationRequest {
            imsi: request.imsi.unwrap(),
            teid_control: teid,
            end_user_address: wire::PdpAddress::ipv4(Some(address)).for_gtp(),
            apn: request.apn.clone().unwrap(),
            pco: None,
            ggsn_control: address.into(),
            private: None,
            other: Default::default(),
        };
        add(0, request.into());
        add(teid, common::create_response(address, teid).into());
        add(0, notification.into());
        add(teid, DeletePdpContextRequest::teardown(5 + i % 11).into());
        let recovery = g.next() as u8;
        add(
            0,
            EchoResponse {
                recovery,
                private: None,
                other: Default::default(),
            }
            .into(),
        );
        let gone = ErrorIndication {
            teid_data: teid,
            gsn_address: address.into(),
            private: None,
            other: Default::default(),
        };
        add(0, gone.into());
    }
    for (cause, _) in Cause::KNOWN {
        for kind in [16, 18, 20] {
            add(7, Pdu::refusal(kind, *cause).unwrap());
        }
    }
    all
}

#[test]
fn values() {
    let Some(tshark) = oracle::tshark("gtp-values") else {
        return;
    };
    let all = messages();
    let octets: Vec<_> = all.iter().map(Message::bytes).collect();
    let file = Pdus::new("gtp", octets.iter().map(|o| &o[..]));
    let rows = tshark.fields(&file, "", &FIELDS);
    assert_eq!(rows.len(), all.len());
    for (m, theirs) in all.iter().zip(rows) {
        assert_eq!(row(m), theirs, "{m}");
    }
    assert_eq!(
        tshark.count(&file, "_ws.malformed || _ws.expert.severity == error"),
        0
    );
}

/// Every message of the table, filled with samples: its name is tshark's.
#[test]
fn names() {
    let Some(tshark) = oracle::tshark("gtp-names") else {
        return;
    };
    let mut g = Gen::seed(1);
    let all: Vec<_> = (0..Pdu::COUNT)
        .map(|n| Message::request(1, 2, Pdu::sample(n, &mut g)))
        .collect();
    let octets: Vec<_> = all.iter().map(Message::bytes).collect();
    let file = Pdus::new("gtp", octets.iter().map(|o| &o[..]));
    let text = tshark.text(&file, "", &["-O", "gtp"]);
    let plain = |s: &str| {
        let s = s.to_lowercase().replace("routing", "routeing");
        let s: String = s.chars().filter(char::is_ascii_alphanumeric).collect();
        // where the standard's name is longer than ours
        match s.as_str() {
            "tpdu" => "gpdu".into(),
            "sendrouteinginformationforgprsrequest" => "sendrouteinginformationrequest".into(),
            "sendrouteinginformationforgprsresponse" => "sendrouteinginformationresponse".into(),
            "notemsgprspresentrequest" => "notemspresentrequest".into(),
            "notemsgprspresentresponse" => "notemspresentresponse".into(),
            "supportedextensionheadernotification" => {
                "supportedextensionheadersnotification".into()
            }
            "sgsncontextacknowledgement" => "sgsncontextacknowledge".into(),
            _ => s,
        }
    };
    let lines: Vec<_> = text
        .lines()
        .filter_map(|l| l.strip_prefix("    Message Type: ")?.rsplit_once(" ("))
        .collect();
    assert_eq!(lines.len(), all.len());
    for (m, (name, kind)) in all.iter().zip(lines) {
        assert_eq!(kind, format!("{:#04x})", m.header.kind));
        assert_eq!(plain(name), plain(m.pdu.name()));
    }
}
