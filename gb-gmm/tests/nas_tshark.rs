//! Every message of GMM and SM with every optional element, as tshark sees it: the same type, all
//! octets understood, no warning; and as we see it: every element in its slot, the same octets
//! written back.
mod nas_common;
use gb_gmm::{
    gmm::{self, msg as g},
    nas::{Direction, Form},
    sm::{self, msg as s},
};
use nas_common::{capture, hex, wrap};
use wire::{Bytes, Elements, Reader, Slot, Value};

/// A body that a network could send in element `key`.
fn body(key: u64) -> &'static str {
    match key {
        0x11 => "331981",
        0x10 => "0040",
        0x14 => "00f1100001",
        0x17 => "21",
        0x18 | 0x1a => "f4c0123456",
        0x19 | 0x05_19 => "010203",
        0x1b => "00f110000101",
        0x20 => "601400",
        0x21 | 0x28 => "000102030405060708090a0b0c0d0e0f",
        0x22 => "01020304",
        0x13_23 => "33250199100617184132f0".get(..18).unwrap(),
        0x23 => "f4c0123456",
        0x25 => "02",
        0x26 => "5010",
        0x08_27 => "0a00",
        0x27 => "00",
        0x29 => "05060708",
        0x2a => "2c",
        0x2b => "0000",
        0x30 => "000102030405060708090a0b0c0d",
        0x31 => "e560",
        0x32 | 0x36 => "2000",
        0x33 => "01",
        0x34 => "031f11f2",
        0x35 => "00",
        0x37 | 0x38 | 0x3a => "21",
        0x39 | 0x6a => "21",
        0x40 => "00020400",
        0x43 => "83c6371b",
        0x45 => "83c6371b",
        0x46 => "40",
        0x47 => "62215080902340",
        0x48 => "000000",
        0x49 => "00",
        0x4a => "00f11000f120",
        0x58 => "e0e0",
        0x5d => "00",
        0x66 => "00",
        0x6e => "10",
        _ => "",
    }
}

fn sm_body(key: u64) -> &'static str {
    match key {
        0x27 => "80000d00",
        0x28 => "08696e7465726e6574",
        0x2b => "01210a210001",
        0x30 => "23121f9396404074000000",
        0x31 | 0x36 => "2130 00 02 30 11",
        0x32 => "03",
        0x33 => "01",
        0x34 => "08",
        0x35 => "00",
        0x37 => "21",
        0x39 => "34",
        0x6b => "01",
        0x7b => "80000d00",
        _ => "",
    }
}

/// A message of our own writing: header, head, all slots in the order of the table.
fn build<M: Elements>(
    header: &[u8],
    head: &str,
    body: fn(u64) -> &'static str,
    skip: &[u64],
) -> Vec<u8>
where
    M::Proto: wire::Framing<Form = Form>,
{
    let mut w = header.to_vec();
    w.extend(hex(head));
    for Slot { key, info, .. } in M::SLOTS {
        let (iei, body) = (*key as u8, hex(body(*key)));
        match info.form {
            _ if skip.contains(key) => continue,
            Form::Half => w.push(iei | 1),
            Form::Flag => w.push(iei),
            Form::Fixed(n) => {
                assert_eq!(body.len(), n, "{}", info.name);
                w.push(iei);
            }
            Form::Long => {
                assert!(!body.is_empty(), "{}", info.name);
                w.extend([iei, body.len() as u8]);
            }
            Form::Longer => w.extend([iei, 0, body.len() as u8]),
        }
        w.extend(body);
    }
    w
}

struct Case {
    name: &'static str,
    up: bool,
    kind: u8,
    octets: Vec<u8>,
}

macro_rules! gmm_case {
    ($skip:expr; $($dir:ident $msg:ident $kind:literal $head:literal;)*) => {
        vec![$({
            let octets = build::<g::$msg>(&[8, $kind], $head, body, $skip);
            let way = Direction::$dir;
            let pdu = gmm::Pdu::decode(way, Reader::new(&octets).strict()).unwrap();
            let gmm::Pdu::$msg(m) = &pdu else { panic!("{} became {pdu}", stringify!($msg)) };
            assert_eq!(m.other, Default::default(), "{pdu}");
            assert_eq!(pdu.encode(), octets);
            Case { name: stringify!($msg), up: way == Direction::Up, kind: $kind, octets }
        }),*]
    };
}

macro_rules! sm_case {
    ($skip:expr; $($dir:ident $msg:ident $kind:literal $head:literal;)*) => {
        vec![$({
            let octets = build::<s::$msg>(&[0x1a, $kind], $head, sm_body, $skip);
            let m = sm::Message::decode(Reader::new(&octets).strict()).unwrap();
            let sm::Pdu::$msg(body) = &m.pdu else { panic!("{} became {}", stringify!($msg), m.pdu) };
            assert_eq!(body.other, Default::default(), "{}", m.pdu);
            assert_eq!(m.encode(), octets);
            Case { name: stringify!($msg), up: Direction::$dir == Direction::Up, kind: $kind, octets }
        }),*]
    };
}

fn judge(file: &str, cases: &[Case], kind_field: &str) {
    let Some(tshark) = oracle::tshark(&format!("nas-{file}")) else {
        return;
    };
    let packets: Vec<_> = cases.iter().map(|c| wrap(c.up, &c.octets)).collect();
    let path = capture(&format!("{file}.pcap"), &packets);
    let seen = tshark.fields(
        &path,
        "",
        &[kind_field, "_ws.expert.message", "_ws.malformed"],
    );
    assert_eq!(seen.len(), cases.len());
    let mut bad = Vec::new();
    for (c, seen) in cases.iter().zip(&seen) {
        let kind = format!("0x{:02x}", c.kind);
        if seen != &[kind, String::new(), String::new()] {
            bad.push(format!("{} {:02x?}: {seen:?}", c.name, c.octets));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn every_gmm_message_with_every_element() {
    // containers of radio resource control, which this crate carries and does not write
    let cases = gmm_case! { &[0x27, 0x2b];
        Up AttachRequest 0x01 "02e560 71 0a00 0809101021436587 09 00f110000101 051343502b25";
        Down AttachAccept 0x02 "11 49 22 00f110000101";
        Up AttachComplete 0x03 "";
        Down AttachReject 0x04 "0b";
        Up DetachRequestUp 0x05 "09";
        Down DetachRequestDown 0x05 "12";
        Up DetachAcceptUp 0x06 "";
        Down DetachAcceptDown 0x06 "01";
        Up RoutingAreaUpdateRequest 0x08 "73 00f110000101 051343502b25";
        Down RoutingAreaUpdateAccept 0x09 "01 49 00f110000101";
        Up RoutingAreaUpdateComplete 0x0a "";
        Down RoutingAreaUpdateReject 0x0b "0a 01";
        Up ServiceRequest 0x0c "17 05f4c0123456";
        Down ServiceAccept 0x0d "";
        Down ServiceReject 0x0e "09";
        Down PtmsiReallocationCommand 0x10 "05f4c0123456 00f110000101 01";
        Up PtmsiReallocationComplete 0x11 "";
        Down AuthenticationAndCipheringRequest 0x12 "10 10";
        Up AuthenticationAndCipheringResponse 0x13 "01";
        Up AuthenticationAndCipheringFailure 0x1c "15";
        Down AuthenticationAndCipheringReject 0x14 "";
        Down IdentityRequest 0x15 "01";
        Up IdentityResponse 0x16 "0809101021436587 09";
        Down GmmStatus 0x20 "60";
        Down GmmInformation 0x21 "";
    };
    assert_eq!(cases.len(), gmm::Pdu::COUNT);
    judge("gmm", &cases, "gsm_a.dtap.msg_gmm_type");
}

#[test]
fn every_sm_message_with_every_element() {
    // elements of release 13 that this tshark does not know are read by us alone
    let cases = sm_case! { &[0x33, 0x7b];
        Up ActivatePdpContextRequest 0x41 "05 03 0b23121f9396404074000000 020121";
        Down ActivatePdpContextAccept 0x42 "03 0b23121f9396404074000000 04";
        Down ActivatePdpContextReject 0x43 "21";
        Down RequestPdpContextActivation 0x44 "0601210a210001";
        Up RequestPdpContextActivationReject 0x45 "1a";
        Up DeactivatePdpContextRequest 0x46 "24";
        Down DeactivatePdpContextAccept 0x47 "";
        Down ModifyPdpContextRequestDown 0x48 "04 03 0b23121f9396404074000000";
        Up ModifyPdpContextAcceptUp 0x49 "";
        Up ModifyPdpContextRequestUp 0x4a "";
        Down ModifyPdpContextAcceptDown 0x4b "";
        Down ModifyPdpContextReject 0x4c "1a";
        Up ActivateSecondaryPdpContextRequest 0x4d "06 03 0b23121f9396404074000000 0150";
        Down ActivateSecondaryPdpContextAccept 0x4e "03 0b23121f9396404074000000 04";
        Down ActivateSecondaryPdpContextReject 0x4f "1a";
        Down RequestSecondaryPdpContextActivation 0x5b "0b23121f9396404074000000 0150";
        Up RequestSecondaryPdpContextActivationReject 0x5c "1a";
        Down Notification 0x5d "0101";
        Down SmStatus 0x55 "61";
        Up ActivateMbmsContextRequest 0x56 "80 03 0101 0601210a210001 0908696e7465726e6574";
        Down ActivateMbmsContextAccept 0x57 "06000001 00f110 03";
        Down ActivateMbmsContextReject 0x58 "1a";
        Down RequestMbmsContextActivation 0x59 "05 0601210a210001 0908696e7465726e6574";
        Up RequestMbmsContextActivationReject 0x5a "1a";
    };
    assert_eq!(cases.len(), sm::Pdu::COUNT);
    judge("sm", &cases, "gsm_a.dtap.msg_sm_type");
}

#[test]
fn causes_have_the_names_that_tshark_gives_them() {
    let Some(tshark) = oracle::tshark("nas-causes") else {
        return;
    };
    let gmm: Vec<_> = (0..=255)
        .map(|c| wrap(false, &[8, 0x20, c]))
        .chain((0..=255).map(|c| wrap(false, &[0x0a, 0x55, c])))
        .collect();
    let path = capture("causes.pcap", &gmm);
    let text = tshark.text(&path, "", &["-V", "-O", "gsm_a.dtap"]);
    let seen: std::collections::BTreeMap<(bool, u8), String> = text
        .lines()
        .filter_map(|l| {
            let l = l.trim();
            let gmm = l.strip_prefix("GMM Cause: ");
            let (gmm, rest) = match gmm {
                Some(r) => (true, r),
                None => (false, l.strip_prefix("SM Cause: ")?),
            };
            let (name, n) = rest.rsplit_once(" (")?;
            let name = name.split('(').next()?.trim();
            Some((
                (gmm, n.trim_end_matches(')').parse().ok()?),
                name.to_owned(),
            ))
        })
        .collect();
    assert!(seen.len() > 60, "{} causes in {text:.400}", seen.len());
    let plain = |s: &str| {
        s.chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_lowercase()
    };
    let mut unlike = Vec::new();
    let ours = gmm::Cause::KNOWN.iter().map(|(c, n)| ((true, c.0), *n));
    let ours = ours.chain(sm::Cause::KNOWN.iter().map(|(c, n)| ((false, c.0), *n)));
    for (key, name) in ours {
        let theirs = seen.get(&key).map_or("nothing", String::as_str);
        if plain(theirs) != plain(name.split('(').next().unwrap_or_default()) {
            unlike.push(format!("{key:?}: {name} / {theirs}"));
        }
    }
    assert!(unlike.is_empty(), "{}", unlike.join("\n"));
}

#[test]
fn mutations_never_panic_and_are_stable() {
    let mut read = 0;
    for n in 0..gmm::Pdu::COUNT {
        let pdu = gmm::Pdu::sample(n, &mut wire::Gen::seed(n as u64));
        let way = if pdu.code() > 0xff {
            Direction::Down
        } else {
            Direction::Up
        };
        for bad in wire::mutations(&pdu.encode(), n as u64, 4_000) {
            let bad = Bytes::from(bad);
            if let Ok(m) = gmm::Pdu::decode(way, Reader::shared(&bad)) {
                let (again, _, _) = (m.encode(), m.to_string(), m.json());
                assert_eq!(again, bad);
                read += 1;
            }
        }
    }
    for n in 0..sm::Pdu::COUNT {
        let pdu = sm::Pdu::sample(n, &mut wire::Gen::seed(n as u64));
        let m = sm::Message::new(Default::default(), pdu);
        for bad in wire::mutations(&m.encode(), n as u64, 4_000) {
            let bad = Bytes::from(bad);
            if let Ok(m) = sm::Message::decode(Reader::shared(&bad)) {
                let (again, _, _) = (m.encode(), m.pdu.to_string(), m.pdu.json());
                assert_eq!(again, bad);
                read += 1;
            }
        }
    }
    assert!(read > 20_000, "{read}");
}

#[test]
fn what_may_not_be_skipped_is_refused_by_an_end_point() {
    let text = hex("08 03 05 01 00");
    let read = |r: Reader<'_>| gmm::Pdu::decode(Direction::Up, r);
    assert_eq!(read(Reader::new(&text)).unwrap().encode(), text);
    let e = read(Reader::new(&text).strict()).unwrap_err();
    assert_eq!(
        gmm::cause(&e),
        Some(gmm::Cause::InvalidMandatoryInformation)
    );
    let e = read(Reader::new(&[0x08, 0x77]).strict()).unwrap_err();
    assert_eq!(gmm::cause(&e), Some(gmm::Cause::MessageTypeNonExistent));
    for ignored in [&[0x08u8][..], &[0x18, 3], &[0x05, 3], &[]] {
        let e = read(Reader::new(ignored).strict()).unwrap_err();
        assert_eq!(gmm::cause(&e), None, "{ignored:?}");
    }
    let e = sm::Message::decode(Reader::new(&[0x7a, 0x03, 0x41])).unwrap_err();
    assert_eq!(sm::cause(&e), Some(sm::Cause::InvalidTransactionIdentifier));
    let mut w = wire::BytesMut::new();
    gb_gmm::nas::MobileIdentity::Tmsi(7).write(&mut w);
    assert_eq!(w[..], [0xf4, 0, 0, 0, 7]);
}
