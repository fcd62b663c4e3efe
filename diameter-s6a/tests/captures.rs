//! Messages of others: every Diameter message of the shared captures and of go-diameter's tests is
//! read, written back to the same octets, refused when cut short, and held against tshark AVP by AVP.
mod common;
use bytes::Bytes;
use common::{captured, dissected, go_vectors};
use diameter_s6a::msg::{self, AvpKind, Message, Pdu, avps};
use serde_json::Value as Json;
use wire::{Framing, Kind};

#[test]
fn captured_messages_come_back_octet_by_octet() {
    let Some(all) = captured("diameter-captures") else {
        return;
    };
    assert_eq!(all.len(), 98);
    for octets in &all {
        let m = Message::read(octets).unwrap_or_else(|e| panic!("{e}: {octets:02x?}"));
        assert_eq!(m.to_bytes(), octets);
        assert_eq!(msg::frame_len(octets), Ok(Some(octets.len())));
        assert!(!m.to_string().contains("element "), "{m}");
        assert!(!m.to_string().contains("AVP "), "every AVP has a name: {m}");
        Message::read_strict(octets).unwrap();
    }
}

#[test]
fn messages_of_go_diameter_come_back_octet_by_octet() {
    let Some(all) = go_vectors("diameter-go-vectors") else {
        return;
    };
    assert!(!all.is_empty());
    for (name, octets) in &all {
        // its Vendor-Id has 12 octets: made to be refused
        if name == "testMismatchMessage" {
            let e = Message::read(octets).unwrap_err();
            assert_eq!((e.kind, e.field), (Kind::Trailing(8), "Vendor-Id"));
            let r = msg::refusal(&e, octets);
            assert_eq!(r.result_code, msg::ResultCode::InvalidAvpLength);
            continue;
        }
        let m = Message::read(octets).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(m.to_bytes(), octets, "{name}");
    }
}

#[test]
fn every_truncation_is_an_error_at_an_octet_of_the_message() {
    let Some(all) = captured("diameter-captures") else {
        return;
    };
    for octets in &all {
        for cut in 0..octets.len() {
            let e = Message::read(&octets.slice(..cut)).unwrap_err();
            assert!(e.at <= cut, "{e} of {cut}");
            // the same with a length that agrees: inside the AVPs, or a whole number of them less
            if cut >= 20 && cut % 4 == 0 {
                let mut short = octets[..cut].to_vec();
                short[1..4].copy_from_slice(&(cut as u32).to_be_bytes()[1..]);
                if let Err(e) = Message::read(&short.into()) {
                    assert!(e.at <= cut, "{e} of {cut}");
                }
            }
        }
    }
}

#[test]
fn mutations_neither_panic_nor_claim_memory_and_are_stable() {
    let Some(all) = captured("diameter-captures") else {
        return;
    };
    let per_message = 100_000 / all.len() + 1;
    let mut read = 0;
    for (seed, octets) in all.iter().enumerate() {
        for bad in wire::mutations(octets, seed as u64, per_message) {
            let mut bad = bad;
            // most mutations would end at the length; every second one gets past it
            if bad.len() % 4 == 0 && bad.len() >= 20 && seed % 2 == 0 {
                let n = (bad.len() as u32).to_be_bytes();
                bad[1..4].copy_from_slice(&n[1..]);
            }
            let bad = Bytes::from(bad);
            let mut result = None;
            let seen = allocation_counter::measure(|| result = Some(Message::read(&bad)));
            let (result, claimed) = (result.unwrap(), seen.bytes_total as usize);
            let most = 16 * bad.len() + 4096;
            assert!(claimed <= most, "{claimed} octets for {}", bad.len());
            match result {
                Ok(m) => {
                    read += 1;
                    let once = m.to_bytes();
                    let again = Message::read(&once).unwrap();
                    assert_eq!(again.to_bytes(), once);
                    let _ = (m.to_string(), m.json(), m.result());
                }
                Err(e) => {
                    let _ = msg::refusal(&e, &bad);
                }
            }
        }
    }
    assert!(read > 10_000, "only {read} could be read");
}

#[test]
fn tshark_sees_the_same_avps_with_the_same_names_and_values() {
    let (Some(all), Some(theirs)) = (captured("diameter-tshark"), dissected("diameter-tshark"))
    else {
        return;
    };
    assert_eq!(all.len(), theirs.len());
    let mut compared = 0;
    for (octets, theirs) in all.iter().zip(&theirs) {
        let m = Message::read(octets).unwrap();
        let number = |field: &str| {
            let text = theirs[field].as_str().unwrap();
            let hex = text.strip_prefix("0x").map(|h| u64::from_str_radix(h, 16));
            hex.unwrap_or_else(|| text.parse()).unwrap()
        };
        assert_eq!(number("diameter.cmd.code"), u64::from(m.header.command));
        assert_eq!(number("diameter.flags"), u64::from(m.header.flags));
        assert_eq!(
            number("diameter.applicationId"),
            u64::from(m.header.application)
        );
        assert_eq!(
            number("diameter.hopbyhopid"),
            u64::from(m.header.hop_by_hop)
        );
        assert_eq!(
            number("diameter.endtoendid"),
            u64::from(m.header.end_to_end)
        );
        compared += compare(&octets.slice(20..), 20, theirs);
    }
    assert!(compared == 1597, "only {compared} AVPs");
}

/// Holds the AVPs of `octets` against tshark's tree; the number of AVPs.
fn compare(octets: &Bytes, at: usize, theirs: &Json) -> usize {
    let one = |v: &Json| match v {
        Json::Array(a) => a.clone(),
        Json::Null => vec![],
        v => vec![v.clone()],
    };
    let trees = one(&theirs["diameter.avp_tree"]);
    let ours: Vec<_> = avps(octets, at).map(Result::unwrap).collect();
    assert_eq!(ours.len(), trees.len(), "{theirs}");
    let mut n = ours.len();
    for (a, t) in ours.iter().zip(&trees) {
        let text = |field: &str| t[field].as_str().unwrap_or_default().to_owned();
        assert_eq!(text("diameter.avp.code"), a.code().to_string());
        let vendor = t["diameter.avp.vendorId"].as_str().unwrap_or("0");
        assert_eq!(vendor, a.vendor().to_string());
        let flags = u8::from_str_radix(text("diameter.avp.flags").trim_start_matches("0x"), 16);
        assert_eq!(flags, Ok(a.flags), "{a}");
        let name = a.name().unwrap();
        let field = format!("diameter.{name}");
        let shown = t
            .get(&field)
            .unwrap_or_else(|| panic!("tshark has no {field}: {t}"));
        let info = msg::Proto::info(a.key).unwrap();
        assert_eq!(info.name, name);
        if info.form.kind == AvpKind::Grouped {
            n += compare(
                &a.data,
                a.at + if a.vendor() == 0 { 8 } else { 12 },
                &t[format!("{field}_tree")],
            );
            continue;
        }
        let shown = shown.as_str().unwrap();
        let value = a.value().unwrap();
        let ours = match value.json() {
            Json::Number(n) => n.to_string(),
            Json::Object(o) if o.contains_key("value") => o["value"].to_string(),
            // flag words: tshark shows the number
            Json::Object(_) => u32::from_be_bytes(a.data[..].try_into().unwrap()).to_string(),
            Json::String(s) => s,
            other => panic!("{other}"),
        };
        let hex = shown.replace(':', "");
        let raw: String = a.data.iter().map(|b| format!("{b:02x}")).collect();
        let decimal = shown
            .strip_prefix("0x")
            .and_then(|h| u64::from_str_radix(h, 16).ok())
            .map(|n| n.to_string());
        assert!(
            shown == ours || hex == raw || decimal.as_deref() == Some(&ours),
            "{name}: tshark {shown}, ours {ours}"
        );
    }
    n
}

/// What is shown of an AVP: depth, name, code, length, flags, value.
type Shown = (usize, String, u32, usize, String, Option<String>);

/// The AVPs of `octets` as tshark writes them, groups before what they hold.
fn shown(octets: &Bytes, at: usize, depth: usize, to: &mut Vec<Shown>) {
    for a in avps(octets, at).map(Result::unwrap) {
        let head = if a.vendor() == 0 { 8 } else { 12 };
        let flag = |bit, c| if a.flags & bit != 0 { c } else { '-' };
        let flags = [
            flag(msg::flag::V, 'V'),
            flag(msg::flag::M, 'M'),
            flag(msg::flag::P, 'P'),
        ];
        let value = (!a.is_grouped()).then(|| {
            let value = a.value().unwrap();
            match value.json() {
                // an enumerated value: its name, and its number behind it
                Json::Object(o) if o.contains_key("name") => value.to_string(),
                Json::Object(_) => u32::from_be_bytes(a.data[..].try_into().unwrap()).to_string(),
                Json::String(s) => s,
                other => other.to_string(),
            }
        });
        let flags = flags.iter().collect();
        let name = a.name().unwrap().to_owned();
        to.push((depth, name, a.code(), head + a.data.len(), flags, value));
        if a.is_grouped() {
            shown(&a.data, a.at + head, depth + 1, to);
        }
    }
}

/// A line of tshark's text: `AVP: Name(code) l=12 f=-M- vnd=TGPP val=…`.
fn line(text: &str) -> Option<Shown> {
    let indent = text.len() - text.trim_start().len();
    let rest = text.trim_start().strip_prefix("AVP: ")?;
    let (name, rest) = rest.split_once('(')?;
    let (code, rest) = rest.split_once(") l=")?;
    let (length, rest) = rest.split_once(" f=")?;
    let (flags, rest) = rest.split_at(3);
    let value = rest.split_once("val=").map(|(_, v)| v.to_owned());
    let number = |t: &str| t.parse::<usize>().unwrap();
    let depth = (indent - 4) / 8;
    let (code, length) = (number(code) as u32, number(length));
    Some((depth, name.into(), code, length, flags.into(), value))
}

#[test]
fn tshark_writes_each_avp_as_we_do_with_the_names_of_its_values() {
    let (Some(all), Some(file)) = (captured("diameter-text"), common::capture("diameter-text"))
    else {
        return;
    };
    let Some(tshark) = oracle::tshark("diameter-text") else {
        return;
    };
    let text = tshark.text(file, "diameter", &["-V"]);
    let theirs: Vec<_> = text.lines().filter_map(line).collect();
    let mut ours = vec![];
    for octets in &all {
        shown(&octets.slice(20..), 20, 0, &mut ours);
    }
    assert_eq!(ours.len(), theirs.len());
    assert_eq!(ours.len(), 1597);
    let (mut named, mut inside) = (0, 0);
    for (a, t) in ours.iter().zip(&theirs) {
        assert_eq!((a.0, &a.1, a.2, a.3, &a.4), (t.0, &t.1, t.2, t.3, &t.4));
        inside += usize::from(a.0 > 0);
        let (Some(our), Some(their)) = (&a.5, &t.5) else {
            assert_eq!(a.5, t.5, "{}: a group has no value", a.1);
            continue;
        };
        match a.2 {
            // tshark takes these apart in its own words
            22 | 23 => {}
            1407 => {
                let (mcc, mnc) = our.split_once('-').unwrap();
                assert!(their.contains(&format!("MCC {mcc}")), "{our}: {their}");
                assert!(their.contains(&format!("MNC {mnc}")), "{our}: {their}");
            }
            // the number of an application; tshark has its name too
            258 => assert!(their.ends_with(&format!("({our})")), "{our}: {their}"),
            97 => assert_eq!(&our.replace(':', ""), their),
            _ => {
                let their = their.replace("ALL_APN_CONF", "All_APN_CONF");
                assert_eq!(our, &their, "{}", a.1);
                named += usize::from(our.ends_with(')'));
            }
        }
    }
    assert!(
        named > 300 && inside > 500,
        "{named} named, {inside} in groups"
    );
}

#[test]
fn commands_without_a_table_show_their_avps_by_name() {
    let Some(all) = captured("diameter-captures") else {
        return;
    };
    let gx = all
        .iter()
        .map(|o| Message::read(o).unwrap())
        .find(|m| m.header.command == 272 && m.header.is_request())
        .unwrap();
    assert!(matches!(gx.pdu, Pdu::Other(..)));
    let text = gx.to_string();
    assert!(text.starts_with("Credit-Control-Request (272)"), "{text}");
    assert!(text.contains("Subscription-Id-Data"), "{text}");
}
