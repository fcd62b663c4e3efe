//! What we write, as tshark reads it: names and values must be the same.
use gsup::msg::{Cause, Frame, Pdu, SendAuthInfoError, UpdateLocationError};
use wire::Gen;

#[path = "common/capture.rs"]
mod capture;
mod common;
use capture::capture;

const FIELDS: [&str; 15] = [
    "gsup.msg_type",
    "e212.imsi",
    "gsup.cause",
    "gsup.rand",
    "gsup.sres",
    "gsup.kc",
    "gsup.ik",
    "gsup.ck",
    "gsup.autn",
    "gsup.auts",
    "gsup.res",
    "gsup.cn_domain",
    "gsup.cancel_type",
    "gsup.apn",
    "gsup.pdp_context_id",
];

fn joined<T: ToString>(all: impl Iterator<Item = Option<T>>) -> String {
    let all: Vec<_> = all.flatten().map(|v| v.to_string()).collect();
    all.join(",")
}

/// The same row from what we hold.
fn row(m: &Pdu) -> Vec<String> {
    let mut r = vec![String::new(); FIELDS.len()];
    let mut put = |field: &str, v: String| {
        let at = FIELDS.iter().position(|f| *f == field).unwrap();
        r[at] = v;
    };
    put("gsup.msg_type", m.code().to_string());
    put("e212.imsi", m.imsi().unwrap().to_string());
    put(
        "gsup.cause",
        joined(std::iter::once(m.cause().map(|c| format!("{:#04x}", c.0)))),
    );
    match m {
        Pdu::SendAuthInfoRequest(m) => {
            put("gsup.rand", joined([m.rand].into_iter()));
            put("gsup.auts", joined([m.auts].into_iter()));
            put(
                "gsup.cn_domain",
                joined([m.cn_domain.map(|d| d.0)].into_iter()),
            );
        }
        Pdu::UpdateLocationRequest(m) => {
            put(
                "gsup.cn_domain",
                joined([m.cn_domain.map(|d| d.0)].into_iter()),
            );
        }
        Pdu::SendAuthInfoResult(m) => {
            let each = || m.auth_tuple.iter();
            put("gsup.rand", joined(each().map(|t| Some(t.rand))));
            put("gsup.sres", joined(each().map(|t| t.sres)));
            put("gsup.kc", joined(each().map(|t| t.kc)));
            put("gsup.ik", joined(each().map(|t| t.ik)));
            put("gsup.ck", joined(each().map(|t| t.ck)));
            put("gsup.autn", joined(each().map(|t| t.autn)));
            put("gsup.res", joined(each().map(|t| t.res.clone())));
        }
        Pdu::InsertSubscriberDataRequest(m) => {
            let each = || m.pdp_info.iter();
            put("gsup.apn", joined(each().map(|p| p.apn.clone())));
            put("gsup.pdp_context_id", joined(each().map(|p| p.context_id)));
            put(
                "gsup.cn_domain",
                joined([m.cn_domain.map(|d| d.0)].into_iter()),
            );
        }
        Pdu::LocationCancellationRequest(m) => {
            put(
                "gsup.cancel_type",
                joined([m.cancel_type.map(|d| d.0)].into_iter()),
            );
        }
        _ => {}
    }
    r
}

fn messages() -> Vec<Pdu> {
    let of = |f: Frame| match f {
        Frame::Gsup(m) => Some(Pdu::decode(&m).unwrap()),
        _ => None,
    };
    let mut all: Vec<Pdu> = common::all()
        .into_iter()
        .filter_map(|(_, f)| of(f))
        .collect();
    for (cause, _) in Cause::KNOWN {
        all.push(SendAuthInfoError::new(common::imsi(), *cause).into());
        all.push(UpdateLocationError::new(common::imsi(), *cause).into());
    }
    all
}

#[test]
fn values() {
    let Some(tshark) = oracle::tshark("gsup-values") else {
        return;
    };
    let all = messages();
    let octets: Vec<_> = all.iter().map(|m| Frame::Gsup(m.bytes()).bytes()).collect();
    let file = capture(&octets);
    let rows = tshark.fields(&file, "", &FIELDS);
    assert_eq!(rows.len(), all.len());
    for (m, theirs) in all.iter().zip(rows) {
        assert_eq!(row(m), theirs, "{m}");
    }
    let bad = "_ws.malformed || _ws.expert.severity >= 6291456";
    assert_eq!(tshark.text(&file, bad, &["-V"]), "");
}

/// Every message of the table, filled with samples: its name is tshark's.
#[test]
fn names() {
    let Some(tshark) = oracle::tshark("gsup-names") else {
        return;
    };
    let mut g = Gen::seed(1);
    let mut octets: Vec<_> = (0..Pdu::COUNT)
        .map(|n| Pdu::sample(n, &mut g).bytes())
        .collect();
    let named = |k: &u8| gsup::msg::name(*k).is_some() && Pdu::name_of(*k).is_none();
    // the tunnels of an ePDG came after tshark's table
    let only_named = (0..0x50u8).filter(named);
    octets.extend(only_named.map(|k| bytes::Bytes::from(vec![k, 1, 3, 0x99, 0x09, 0xf1])));
    let frames: Vec<_> = octets
        .iter()
        .map(|m| Frame::Gsup(m.clone()).bytes())
        .collect();
    let file = capture(&frames);
    let text = tshark.text(&file, "", &["-O", "gsup"]);
    let plain = |s: &str| {
        let s: String = s.chars().filter(char::is_ascii_alphanumeric).collect();
        // where the manual's name is longer than tshark's
        s.to_lowercase()
            .replace("authfailreport", "authfailurereport")
            .replace("locationcancelr", "locationcancellationr")
            .replace("locationcancele", "locationcancellatione")
            .replace("supplementaryservice", "procss")
            .replace("eroutingerror", "routingerror")
    };
    let lines: Vec<_> = text
        .lines()
        .filter_map(|l| l.strip_prefix("    Message Type: ")?.rsplit_once(" ("))
        .collect();
    assert_eq!(lines.len(), octets.len());
    for (m, (name, kind)) in octets.iter().zip(lines) {
        assert_eq!(kind, format!("{})", m[0]));
        assert_eq!(plain(name), plain(gsup::msg::name(m[0]).unwrap()));
    }
}

/// Connection management, as tshark reads it.
#[test]
fn identities() {
    let Some(tshark) = oracle::tshark("gsup-identities") else {
        return;
    };
    let octets: Vec<_> = common::all()
        .iter()
        .take(5)
        .map(|(_, f)| f.bytes())
        .collect();
    let file = capture(&octets);
    let rows = tshark.fields(&file, "", &["ipaccess.msg_type", "ipaccess.attr_string"]);
    let kinds: Vec<_> = rows.iter().map(|r| r[0].as_str()).collect();
    assert_eq!(kinds, ["0x00", "0x01", "0x04", "0x05", "0x06"]);
    let said = &rows[3][1];
    assert_eq!(said.matches("SGSN-00-00-00-00-00-01").count(), 2, "{said}");
    let bad = "_ws.malformed || _ws.expert.severity >= 6291456";
    assert_eq!(tshark.text(&file, bad, &["-V"]), "");
}
