//! `decode`: golden messages as hex, captures of our own, captures of others.
#![allow(clippy::disallowed_methods)]
use serde_json::Value as Json;
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

fn fosterling(args: &[&str], stdin: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_fosterling"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stdin).unwrap();
    child.wait_with_output().unwrap()
}

fn out(o: &Output) -> String {
    String::from_utf8(o.stdout.clone()).unwrap()
}

fn err(o: &Output) -> String {
    String::from_utf8(o.stderr.clone()).unwrap()
}

/// What a message and the messages in it are called.
fn names(args: &[&str], stdin: &[u8]) -> Vec<String> {
    let args = [&["decode", "--json"], args].concat();
    let o = fosterling(&args, stdin);
    assert!(o.status.success(), "{args:?}: {}", err(&o));
    let line: Json = serde_json::from_slice(&o.stdout).unwrap();
    let messages = line["messages"].as_array().unwrap();
    let name = |m: &Json| {
        assert!(!m["message"].is_null(), "{m}");
        format!("{} {}", m["protocol"], m["name"]).replace('"', "")
    };
    messages.iter().map(name).collect()
}

fn hex(octets: &[u8]) -> Vec<u8> {
    let all = octets.iter().map(|o| format!("{o:02x}"));
    all.collect::<String>().into_bytes()
}

#[test]
fn golden_messages_read_as_their_renderings() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (folder, protocol) in [("gtp/vectors", "gtp"), ("diameter-s6a/vectors", "diameter")] {
        let mut seen = 0;
        for file in fs::read_dir(root.join(folder)).unwrap() {
            let file = file.unwrap().path();
            if file.extension().is_none_or(|e| e != "hex") {
                continue;
            }
            seen += 1;
            let o = fosterling(&["decode", "--as", protocol], &fs::read(&file).unwrap());
            let golden = fs::read_to_string(file.with_extension("txt")).unwrap();
            let first = golden.lines().find(|l| !l.starts_with('#')).unwrap();
            assert!(o.status.success(), "{}: {}", file.display(), err(&o));
            assert!(
                out(&o).contains(&format!("  {first}\n")),
                "{}: {}",
                file.display(),
                out(&o)
            );
        }
        assert!(seen >= 10, "{folder}: {seen}");
    }
}

#[test]
fn each_protocol_by_a_message_of_its_standard() {
    let http = hex(b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
    let xml = hex(b"<SyncML><SyncHdr><VerDTD>1.2</VerDTD></SyncHdr></SyncML>");
    let ip = hex(&packet());
    let llc = hex(&frame());
    for (protocol, text, wanted) in [
        // TS 24.008 9.4.2, 9.5.15; TS 48.016 9.2.1; TS 48.018 10.4.9
        (
            "gmm",
            &b"08 02 01 36 44 00 f1 10 00 01 01"[..],
            &["gmm AttachAccept"][..],
        ),
        ("sm", b"0a 46 25", &["sm DeactivatePdpContextRequest"]),
        ("ns", b"0a", &["ns NsAlive"]),
        (
            "ns",
            b"00 00 00 00 21 04 82 00 02",
            &["ns NsUnitdata", "bssgp BvcBlockAck"],
        ),
        ("bssgp", b"21 04 82 00 02", &["bssgp BvcBlockAck"]),
        ("llc", &llc, &["llc UI 5", "gmm GmmStatus"]),
        ("sndcp", b"65 00 00 01 45", &["sndcp SN-UNITDATA"]),
        // RFC 2866 4.1
        (
            "radius",
            b"05 07 00 14 00000000000000000000000000000000",
            &["radius AccountingResponse"],
        ),
        // RFC 6960 4.2.1: tryLater
        ("ocsp", b"30 03 0a 01 03", &["ocsp OCSPResponse"]),
        ("http", &http, &["http POST /x", "json JSON"]),
        ("syncml", &xml, &["syncml SyncML"]),
        ("ip", &ip, &["ip IPv4", "gtp EchoRequest"]),
    ] {
        assert_eq!(names(&["--as", protocol], text), wanted, "{protocol}");
    }
}

/// GMM Status (TS 24.008 9.4.18) in an LLC frame of SAPI 1.
fn frame() -> Vec<u8> {
    use gb_gmm::llc::frame::{Control, put};
    let control = Control::Ui {
        nu: 5,
        ciphered: false,
        protected: true,
        spare: 0,
    };
    let mut to = bytes::BytesMut::new();
    put(&mut to, false, 0, 1.into(), control, &[0x08, 0x20, 0x6f]);
    to.to_vec()
}

/// An Echo Request of GTP between two loopback addresses.
fn packet() -> Vec<u8> {
    let mut to = bytes::BytesMut::new();
    let echo = [0x32, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0];
    let (a, b) = (
        "127.0.2.1:2123".parse().unwrap(),
        "127.0.3.9:2123".parse().unwrap(),
    );
    wire::net::udp(&mut to, a, b, 1, &echo);
    to.to_vec()
}

#[test]
fn what_cannot_be_read_has_its_place() {
    // TEID Data I of TS 29.060 7.3.1 is missing; a length that the octets do not have
    for (protocol, text, place) in [
        ("gtp", "32 10 00 04 00000000 00000000", "at octet 12"),
        ("diameter", "01 00 00 20 80", "octet"),
        ("gmm", "08 02 01", "octet"),
    ] {
        let o = fosterling(&["decode", "--as", protocol, text], b"");
        assert_eq!(
            (o.status.code(), out(&o).as_str()),
            (Some(1), ""),
            "{protocol}"
        );
        assert!(err(&o).contains(place), "{}", err(&o));
    }
    let o = fosterling(&["decode", "--as", "gtp"], b"32 01 0g");
    assert_eq!(o.status.code(), Some(2));
    assert!(err(&o).contains("'g' is no hex digit") && err(&o).contains("character 8"));
    let o = fosterling(&["decode", "--as", "gtp"], b" ");
    assert_eq!(o.status.code(), Some(2));
    let o = fosterling(&["decode", "3201"], b"");
    assert!(o.status.code() == Some(2) && err(&o).contains("--as PROTOCOL"));
    let o = fosterling(&["decode", "no such file.pcap"], b"");
    assert!(o.status.code() == Some(4) && err(&o).contains("no such file.pcap"));
}

/// A run in virtual time, and its capture.
fn run(dir: &Path) -> PathBuf {
    let to = dir.to_str().unwrap();
    let o = fosterling(&["run", "--virtual", "--quiet", "--out", to], b"");
    assert!(o.status.success(), "{}", out(&o));
    dir.join("merged.pcapng")
}

#[test]
fn our_own_capture_whole_and_cut() {
    let dir = tempfile::tempdir().unwrap();
    let path = run(dir.path());
    let o = fosterling(&["decode", path.to_str().unwrap()], b"");
    assert!(
        o.status.success() && err(&o).contains(" 0 of them unreadable"),
        "{}",
        err(&o)
    );
    for message in [
        "gmm AttachRequest",
        "diameter Authentication-Information-Request",
    ] {
        assert!(out(&o).contains(message), "{message}");
    }
    let whole = fs::read(&path).unwrap();
    let o = fosterling(&["decode", "--json", "-"], &whole);
    let lines: Vec<Json> = out(&o)
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    for (i, l) in lines.iter().enumerate() {
        assert_eq!(l["frame"], i + 1);
        assert!(l["from"].is_string() && l["interface"].is_string(), "{l}");
        assert!(l["comments"][0].as_str().unwrap().starts_with('['), "{l}");
    }
    // what was there before the file broke off is shown
    let cut = dir.path().join("cut.pcapng");
    fs::write(&cut, &whole[..whole.len() / 2 + 1]).unwrap();
    let o = fosterling(&["decode", cut.to_str().unwrap()], b"");
    assert_eq!(o.status.code(), Some(1));
    let frames = out(&o).lines().count();
    assert!(frames > 20 && frames < lines.len());
    assert!(
        err(&o).contains(&format!("after frame {frames}")),
        "{}",
        err(&o)
    );
    fs::write(&cut, b"hello, this is no capture").unwrap();
    let o = fosterling(&["decode", cut.to_str().unwrap()], b"");
    assert_eq!(o.status.code(), Some(1));
    assert!(err(&o).contains("neither a pcap nor a pcapng"));
}

#[test]
fn nobody_listening_is_no_failure() {
    let dir = tempfile::tempdir().unwrap();
    let path = run(dir.path());
    let mut child = Command::new(env!("CARGO_BIN_EXE_fosterling"))
        .args(["decode", "-v", path.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let o = child.wait_with_output().unwrap();
    assert_eq!((o.status.code(), err(&o).as_str()), (Some(0), ""));
}

#[test]
fn captures_of_others_frame_by_frame() {
    let name = "lab: decode of third-party captures";
    let Some(tshark) = oracle::tshark(name) else {
        return;
    };
    for (file, message) in [
        (
            "captures/s6a/epc_attach.pcapng",
            "diameter Update-Location-Request",
        ),
        (
            "captures/gtp/create_pdp_ctx.pcap",
            "gtp CreatePdpContextRequest",
        ),
        (
            "captures/gtp/gb_gn_pdp_messages.pcapng",
            "sm ActivatePdpContextRequest",
        ),
        ("captures/sigtran/map_trace3.pcap", "gmm "),
        ("captures/ocsp/revoked.pcap", "ocsp OCSPResponse"),
        ("captures/gtp/gn_normal_fragments.pcap", "gtp "),
    ] {
        let Some(path) = oracle::shared(name, file) else {
            return;
        };
        let path_text = path.to_str().unwrap();
        let o = fosterling(&["decode", path_text], b"");
        assert!(o.status.success(), "{file}: {}", err(&o));
        assert!(out(&o).contains(message), "{file}");
        let frames = tshark.fields(&path, "frame", &["frame.number"]).len();
        let o = fosterling(&["decode", "--json", path_text], b"");
        let lines: Vec<Json> = out(&o)
            .lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect();
        assert_eq!(lines.len(), frames, "{file}");
    }
}

#[test]
fn device_management_messages_of_others() {
    let name = "lab: decode of third-party SyncML";
    let Some(path) = oracle::shared(name, "captures/syncml/syncml-001.wbxml") else {
        return;
    };
    let text = hex(&fs::read(path).unwrap());
    assert_eq!(names(&["--as", "wbxml"], &text), ["syncml SyncML"]);
}
