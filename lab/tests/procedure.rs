//! The whole procedure as tshark sees it: every promised message is there, in both modes, with
//! the identities and realms that belong to it.
use lab::scenarios::Mode;
use oracle::Tshark;
use std::{collections::BTreeSet, path::Path};

mod common;

/// Each finds frames in the merged capture.
const FOUND: &[&str] = &[
    "gsm_a.dtap.msg_gmm_type == 0x01 && e212.imsi",
    "gsm_a.dtap.msg_gmm_type == 0x12",
    "gsm_a.dtap.msg_gmm_type == 0x03",
    "gsm_a.dtap.msg_sm_type == 0x42",
    "diameter.cmd.code == 318 && diameter.avp.code == 1415",
    "diameter.cmd.code == 316",
    "diameter.cmd.code == 317 || diameter.cmd.code == 321",
    "gtp.message == 0x10",
    "gtp.message == 0x11 && gtp.cause == 128",
    "gtp.message == 0xff && http",
    "gtp && wbxml",
    "ocsp",
    "radius",
    "frame.comment contains \"R13\"",
];

const PCID: &str = "999010000000001";
const IMSI: &str = "999020000000001";
const RO: &str = "epc.mnc001.mcc999.3gppnetwork.org";
const SHO: &str = "epc.mnc002.mcc999.3gppnetwork.org";

fn judge(tshark: &Tshark, dir: &Path) {
    common::clean(tshark, dir);
    let merged = dir.join("merged.pcapng");
    for filter in FOUND {
        assert!(tshark.count(&merged, filter) > 0, "nothing: {filter}");
    }
    attached_twice(tshark, &merged);
    realms(tshark, &merged);
    legs_hold_what_merged_holds(tshark, dir);
    connections_are_closed(tshark, dir);
    labels(tshark, &merged);
}

/// Once as the PCID, then as the subscriber: each attach asked for, accepted and complete.
fn attached_twice(tshark: &Tshark, merged: &Path) {
    let rows = tshark.fields(
        merged,
        "gsm_a.dtap.msg_gmm_type in {0x01, 0x02, 0x03, 0x04}",
        &["gsm_a.dtap.msg_gmm_type", "e212.imsi"],
    );
    let seen: Vec<(&str, &str)> = rows.iter().map(|r| (&*r[0], &*r[1])).collect();
    let attach = |imsi| [("0x01", imsi), ("0x02", ""), ("0x03", "")];
    assert_eq!(seen, [attach(PCID), attach(IMSI)].concat());
}

/// AIR, ULR and PUR go to the realm of the identity that they name.
fn realms(tshark: &Tshark, merged: &Path) {
    let rows = tshark.fields(
        merged,
        "diameter.flags.request == 1 && diameter.cmd.code in {316, 318, 321}",
        &[
            "diameter.cmd.code",
            "diameter.User-Name",
            "diameter.Destination-Realm",
        ],
    );
    let seen: Vec<(&str, &str, &str)> = rows.iter().map(|r| (&*r[0], &*r[1], &*r[2])).collect();
    for (code, who, realm) in &seen {
        let right = match *who {
            PCID => RO,
            IMSI => SHO,
            _ => panic!("{code} about {who}"),
        };
        assert_eq!(*realm, right, "{code} about {who}");
    }
    // asked for vectors and updated by each; the PCID was let go, after which only the SHO is asked
    for (code, who, realm) in [
        ("318", PCID, RO),
        ("316", PCID, RO),
        ("318", IMSI, SHO),
        ("316", IMSI, SHO),
    ] {
        assert!(
            seen.contains(&(code, who, realm)),
            "no {code} about {who}: {seen:?}"
        );
    }
    let first_of_sho = seen.iter().position(|s| s.1 == IMSI);
    let last_vectors_of_pcid = seen.iter().rposition(|s| s.1 == PCID && s.0 == "318");
    assert!(last_vectors_of_pcid < first_of_sho, "{seen:?}");
    let ended =
        "(diameter.cmd.code == 321 || diameter.cmd.code == 317) && diameter.Result-Code == 2001";
    assert!(tshark.count(merged, ended) > 0, "the PCID was not let go");
}

/// Merged holds the user's packets once, in GTP-U; the legs hold them where they passed.
fn legs_hold_what_merged_holds(tshark: &Tshark, dir: &Path) {
    let merged = dir.join("merged.pcapng");
    assert_eq!(tshark.count(&merged, "sndcp"), 0, "user packets twice");
    for (leg, filter) in [
        ("gb", "gprs-ns && bssgp && llcgprs && sndcp"),
        ("gp", "gtp.message == 0xff && http"),
        ("gi", "http && ip.src == 10.33.0.1"),
        ("s6d-ro", "diameter.cmd.code == 318"),
        ("s6d-sho", "diameter.cmd.code == 318"),
        ("aaa", "radius.code == 4"),
        ("icf-drf", "http"),
        ("ro-sho", "http"),
        ("sho-pva", "ocsp"),
        ("dpf-sho", "http"),
    ] {
        let file = dir.join("legs").join(format!("{leg}.pcapng"));
        assert!(tshark.count(&file, filter) > 0, "{leg}: nothing: {filter}");
    }
}

/// An R number marks frames that belong to that requirement, and only those.
fn labels(tshark: &Tshark, merged: &Path) {
    for (requirement, filter) in [
        ("R11", "gsm_a.dtap.msg_gmm_type == 0x01"),
        ("R13", "diameter.cmd.code == 318"),
        (
            "R15",
            "diameter.cmd.code == 318 || gsm_a.dtap.msg_gmm_type in {0x12, 0x13}",
        ),
        ("R16", "diameter.cmd.code == 316 || gsm_a.dtap || gtp"),
        ("R28", "gsm_a.dtap || diameter || gtp || tcp || radius"),
    ] {
        let of = |has: &str| format!("frame.comment contains \"[{requirement} \" && {has}");
        assert!(
            tshark.count(merged, &of(&format!("({filter})"))) > 0,
            "{requirement}"
        );
        // acknowledgements name the message that they carry on
        let carried = "tcp.len == 0 || sctp.chunk_type == 3";
        let stray = format!("!({filter}) && !({carried})");
        let stray = tshark.text(merged, &of(&stray), &[]);
        assert_eq!(stray, "", "{requirement} on others than {filter}");
    }
    // inside a tunnel too: only the handshake, before the first message, belongs to no step
    let tunnelled = "gtp.message == 0xff && tcp && frame.comment contains \"[set-up]\"";
    assert!(tshark.count(merged, &format!("{tunnelled} && tcp.flags.syn == 1")) > 0);
    let stray = format!("{tunnelled} && (tcp.len > 0 || tcp.flags.fin == 1)");
    assert_eq!(tshark.text(merged, &stray, &[]), "");
    let carried = "gtp && frame.comment contains \"[R24 step 12] TCP\"";
    assert!(
        tshark.count(merged, carried) > 0,
        "acknowledgements of step 12"
    );
    // what only keeps connections belongs to no requirement
    let kept = "diameter.cmd.code in {257, 280, 282} || nsip.pdu_type in {2, 4, 6, 10}";
    let stray = format!("({kept}) && frame.comment contains \"[R\"");
    assert_eq!(tshark.text(merged, &stray, &[]), "");
}

/// The device ends its connections before it gives up its address: FIN both ways, no RST.
fn connections_are_closed(tshark: &Tshark, dir: &Path) {
    let gi = dir.join("legs").join("gi.pcapng");
    let streams = |filter: &str| -> BTreeSet<String> {
        let rows = tshark.fields(&gi, filter, &["tcp.stream"]);
        rows.into_iter().flatten().collect()
    };
    let opened = streams("tcp.flags.syn == 1");
    assert!(opened.len() >= 2, "to the DRF and to the DPF: {opened:?}");
    assert_eq!(opened, streams("tcp.flags.fin == 1 && ip.src == 10.33.0.1"));
    assert_eq!(opened, streams("tcp.flags.fin == 1 && ip.dst == 10.33.0.1"));
    assert_eq!(tshark.text(&gi, "tcp.flags.reset == 1", &[]), "");
}

#[test]
fn virtual_captures_are_clean_and_whole() {
    let Some(tshark) = common::strict("procedure-virtual") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    common::virtually(common::scenario("alt1"), 7, Some(dir.path()));
    judge(&tshark, dir.path());
}

#[test]
fn captures_of_sockets_are_clean_and_whole() {
    let Some(tshark) = common::strict("procedure-sockets") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    common::on_sockets(common::scenario("alt1"), 101, Some(dir.path()));
    judge(&tshark, dir.path());
}

/// What secures the download: HTTP and OCSP and OMA-DM's WBXML, all readable, the answers good.
#[test]
fn the_download_is_secured() {
    let Some(tshark) = common::strict("procedure-download") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    common::virtually(common::scenario("alt1"), 8, Some(dir.path()));
    let merged = dir.path().join("merged.pcapng");
    let found = |f: &str| tshark.count(&merged, f);
    assert!(found("gtp && http.request.method == \"POST\" && wbxml") >= 2);
    assert!(found("gtp && http.response.code == 200 && wbxml") >= 2);
    assert_eq!(found("ocsp && ocsp.responseStatus == 0"), 1);
    assert_eq!(found("ocsp && ocsp.certStatus == 0"), 1);
    let status = tshark.fields(&merged, "http.response", &["http.response.code"]);
    let bad = status.iter().filter(|r| !r[0].starts_with('2')).count();
    assert_eq!(bad, 0, "{status:?}");
}

/// Every scenario leaves captures that tshark has nothing to say against, with the frames that it
/// promises. In parts, so that they run side by side.
fn captures_of_scenarios(part: usize) {
    let Some(tshark) = common::strict(&format!("procedure-scenarios-{part}")) else {
        return;
    };
    for s in common::part(part).filter(|s| s.mode != Mode::Sockets) {
        let dir = tempfile::tempdir().unwrap();
        common::virtually(s, 3, Some(dir.path()));
        common::clean_in_short(&tshark, dir.path(), s);
        let merged = dir.path().join("merged.pcapng");
        assert!(!s.frames.is_empty(), "what does {} show?", s.name);
        for (filter, frames) in s.frames {
            let found = tshark.count(&merged, filter) as u64;
            assert!(
                frames.fits(found),
                "{}: {filter:?} finds {found}, not {frames:?}",
                s.name
            );
        }
    }
}

#[test]
fn captures_of_scenarios_1() {
    captures_of_scenarios(0);
}

#[test]
fn captures_of_scenarios_2() {
    captures_of_scenarios(1);
}

#[test]
fn captures_of_scenarios_3() {
    captures_of_scenarios(2);
}

#[test]
fn captures_of_scenarios_4() {
    captures_of_scenarios(3);
}
