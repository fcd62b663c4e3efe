//! Each row of the tables against tshark's dictionary: code, vendor, name, type; the names of
//! enumerated values, and of the bits of flag words.
use bytes::{Bytes, BytesMut};
use diameter_s6a::msg::{
    self, Avp, AvpKind, Form, Message, OTHER_ELEMENTS, Proto, ResetRequest, application, avp, avps,
    key_parts,
};
use std::collections::BTreeMap;
use wire::{Framing, Info, Octets, Reader, Text};

/// Where tshark's dictionary names an AVP otherwise than the standard does now.
const RENAMED: &[(&str, &str)] = &[
    // TS 29.272 before 12.4.0
    ("Call-Barring-Info", "Call-Barring-Infor-List"),
    // RFC 6733 9.8.5 has the shorter name
    ("Acct-Multi-Session-Id", "Accounting-Multi-Session-Id"),
    // the name is RADIUS' already
    ("Service-Type", "3GPP-Service-Type"),
];

/// Where tshark's dictionary names a value or a bit otherwise than the standard does now.
const RENAMED_VALUES: &[(&str, &str)] = &[
    ("Ready for SM from SGSN", "Ready for SM"),
    ("UE Reachable from MME", "UE Reachable"),
    (
        "All_APN_CONFIGURATIONS_INCLUDED",
        "ALL_APN_CONFIGURATIONS_INCLUDED",
    ),
    (
        "MODIFIED_ADDED_APN_CONFIGURATIONS_INCLUDED",
        "MODIFIED/ADDED_APN_CONFIGURATIONS_INCLUDED",
    ),
    ("All_PDP_CONTEXTS_INCLUDED", "ALL_PDP_CONTEXTS_INCLUDED"),
    (
        "MODIFIED_ADDED_PDP_CONTEXTS_INCLUDED",
        "MODIFIED/ADDED_PDP CONTEXTS_INCLUDED",
    ),
    ("DONT_CARE", "Don't Care"),
    ("ALL_SESSION", "All Session"),
    ("ALL_REALM", "All Realm"),
    ("REALM_AND_APPLICATION", "Realm and Application"),
    ("ALL_APPLICATION", "All Application"),
    ("ALL_HOST", "All Host"),
];

fn theirs(name: &str) -> &str {
    RENAMED
        .iter()
        .chain(RENAMED_VALUES)
        .find(|r| r.0 == name)
        .map_or(name, |r| r.1)
}

fn rows() -> impl Iterator<Item = &'static Info<Form>> {
    avp::ELEMENTS.iter().chain(OTHER_ELEMENTS).copied()
}

/// A request of S6a with one AVP behind what all have.
fn message(key: u64, flags: u8, value: &[u8]) -> Bytes {
    let front = ResetRequest {
        session_id: "sgsn;1;1".into(),
        origin_host: "sgsn.example".into(),
        origin_realm: "example".into(),
        destination_host: "hlr.example".into(),
        destination_realm: "example".into(),
        ..Default::default()
    };
    let mut w = BytesMut::from(&Message::request(application::S6A, front).to_bytes()[..]);
    Proto::put(key, flags, &Octets::copy(value), &mut w);
    let len = (w.len() as u32).to_be_bytes();
    w[1..4].copy_from_slice(&len[1..]);
    w.freeze()
}

/// A value of the row's type.
fn sample(row: &Info<Form>) -> Vec<u8> {
    match row.form.kind {
        AvpKind::Octets => b"001019".to_vec(),
        AvpKind::Fixed(n) => vec![1; n.into()],
        AvpKind::Address => vec![0, 1, 127, 0, 3, 1],
        AvpKind::Grouped => {
            let mut w = BytesMut::new();
            Proto::put(
                avp::id::UserName,
                msg::flag::M,
                &Text::from("001019"),
                &mut w,
            );
            w.to_vec()
        }
    }
}

#[test]
fn each_row_has_the_code_vendor_name_and_kind_that_tshark_has() {
    let Some(tshark) = oracle::tshark("diameter-dictionary") else {
        return;
    };
    let all: Vec<_> = rows()
        .map(|r| message(r.key, r.form.flags, &sample(r)))
        .collect();
    let pdus = oracle::Pdus::new("diameter", all.iter().map(|m| &m[..]));
    let frames = tshark.json(&pdus, "");
    assert_eq!(frames.len(), all.len());
    let mut wrong = vec![];
    for (row, frame) in rows().zip(&frames) {
        let (vendor, code) = key_parts(row.key);
        let trees = frame["diameter"]["diameter.avp_tree"].as_array().unwrap();
        let t = trees.last().unwrap();
        assert_eq!(t["diameter.avp.code"], code.to_string());
        let field = format!("diameter.{}", theirs(row.name));
        match t.get(&field) {
            None => wrong.push(format!("{vendor}/{code} {} is not there", row.name)),
            Some(value) => {
                // a number is shown as a number, and only a group has AVPs inside
                let value = value.as_str().unwrap_or_default();
                let number = value.parse::<i64>().is_ok() || value.starts_with("0x");
                let inside = t[format!("{field}_tree")].get("diameter.avp").is_some();
                let octets = sample(row);
                let text = || {
                    let ours = (row.read)(Reader::new(&octets)).unwrap();
                    ours.json().is_string()
                };
                let fits = match row.form.kind {
                    AvpKind::Fixed(4 | 8) => number != text(),
                    kind => inside == (kind == AvpKind::Grouped),
                };
                if !fits {
                    wrong.push(format!("{vendor}/{code} {} shows {value}", row.name));
                }
            }
        }
        // V stands where there is a vendor, and only there
        assert_eq!(
            row.form.flags & msg::flag::V != 0,
            vendor != 0,
            "{}",
            row.name
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(frames.len() > 480, "{}", frames.len());
}

/// All that has a name: the row's own, and what tshark's text must say.
fn named() -> Vec<(Bytes, String)> {
    let mut all = vec![];
    for row in rows().filter(|r| r.form.kind == AvpKind::Fixed(4)) {
        let shown = |n: u32| {
            let m = message(row.key, row.form.flags, &n.to_be_bytes());
            let last: Avp = avps(&m.slice(20..), 20).last().unwrap().unwrap();
            (m.clone(), last.value().unwrap())
        };
        let values = (0..64).chain(1000..1008).chain(2000..2008);
        for n in values.chain(3000..3012).chain(4000..4200).chain(5000..5500) {
            let (m, v) = shown(n);
            if let Some(name) = v.json()["name"].as_str() {
                all.push((m, format!("{}: {} ({n})", theirs(row.name), theirs(name))));
            }
        }
        // a flag word is an object of bits
        let (_, none) = shown(0);
        let json = none.json();
        if json.as_object().is_some_and(|o| !o.contains_key("name")) {
            for bit in 0..32 {
                let (m, v) = shown(1 << bit);
                let text = v.to_string();
                if let Some((before, _)) = text.split_once(": true") {
                    let name = before.rsplit(", ").next().unwrap_or(before);
                    all.push((m, format!(" = {}: Set", theirs(name))));
                }
            }
        }
    }
    all
}

#[test]
fn enumerated_values_and_bits_have_the_names_that_tshark_has() {
    let Some(tshark) = oracle::tshark("diameter-names") else {
        return;
    };
    let all = named();
    let pdus = oracle::Pdus::new("diameter", all.iter().map(|(m, _)| &m[..]));
    let text = tshark.text(&pdus, "", &["-V"]);
    let frames: Vec<&str> = text.split("\nFrame ").collect();
    assert_eq!(frames.len(), all.len());
    let mut unlike: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut bits = 0;
    for ((_, want), frame) in all.iter().zip(&frames) {
        let avp = &frame[frame.rfind("AVP: ").unwrap()..];
        // what follows the vendor is the value; tshark does not know the bits of every word
        let value = avp.split_once("AVP Vendor Id").map_or(avp, |(_, v)| v);
        let is_bit = want.starts_with(" = ");
        if is_bit && !value.contains(": Set") {
            continue;
        }
        bits += usize::from(is_bit);
        if !value.contains(want.as_str()) {
            unlike.entry(want).or_default().push(value.to_owned());
        }
    }
    assert!(unlike.is_empty(), "{unlike:#?}");
    assert!(bits > 80 && all.len() > 290, "{bits} of {}", all.len());
}
