//! SyncML against third-party samples (libwbxml) and tshark.
#![allow(clippy::unwrap_used)]
use engine::Rng;
use provisioning::syncml::{
    Alert, Command, Cred, Data, Document, Element, Header, Item, Message, Meta, Node, Request,
    Results, Status, TYPE_WBXML, Verb,
};
use std::net::SocketAddr;
use wire::BytesMut;
use wire::net::TcpFlags;

/// Texts trimmed, embedded documents opened, the media type of an embedded document as in XML.
fn plain(e: &Element) -> Element {
    let children = e.children.iter().filter_map(|n| {
        Some(match n {
            Node::Element(c) => Node::Element(plain(c)),
            Node::Opaque(o) => match Document::read(o) {
                Ok(d) => Node::Element(plain(&d.root)),
                Err(_) => Node::Text(String::from_utf8(o.clone()).unwrap()),
            },
            Node::Text(t) if t.trim().is_empty() => return None,
            Node::Text(t) => Node::Text(t.trim().replace("+wbxml", "+xml")),
        })
    });
    Element {
        tag: e.tag,
        children: children.collect(),
    }
}

#[test]
fn samples_decode_to_their_xml_and_are_written_back_equivalent() {
    for n in 1..=7 {
        let name = format!("syncml-00{n}");
        let file = |kind| oracle::shared(&name, &format!("captures/syncml/{name}.{kind}"));
        let (Some(wbxml), Some(xml)) = (file("wbxml"), file("xml")) else {
            continue;
        };
        let octets = std::fs::read(wbxml).unwrap();
        let text = std::fs::read_to_string(xml).unwrap();
        let document = Document::read(&octets).unwrap();
        let xml = Element::from_xml(&text).unwrap();
        let (got, wanted) = (plain(&document.root).to_xml(), plain(&xml).to_xml());
        assert_eq!(got, wanted, "sample {n}");
        let ours = document.write();
        assert_eq!(Document::read(&ours).unwrap(), document, "sample {n}");
        // our own XML of the decoded tree says the same again
        let again = Element::from_xml(&document.root.to_xml()).unwrap();
        assert_eq!(plain(&again), plain(&xml), "sample {n}");
        for cut in 0..octets.len() {
            assert!(
                Document::read(&octets[..cut]).is_err(),
                "sample {n} cut at {cut}"
            );
        }
        let mut rng = Rng::seed(n);
        for _ in 0..2000 {
            let mut bad = octets.clone();
            let at = rng.below(bad.len() as u64) as usize;
            bad[at] = rng.u32() as u8;
            if let Ok(d) = Document::read(&bad) {
                assert_eq!(Document::read(&d.write()).unwrap().root, d.root);
                let _ = (Message::from_element(&d.root), d.root.to_xml());
            }
        }
    }
}

fn message() -> Message {
    let mut commands = vec![
        Command::Status(Status {
            msg_ref: 1,
            cmd: "SyncHdr".into(),
            target_ref: vec!["http://10.32.0.3/dm".into()],
            source_ref: vec!["urn:m2me:1".into()],
            code: 212,
            ..Status::default()
        }),
        Command::Alert(Alert {
            code: 1201,
            ..Alert::default()
        }),
        Command::Results(Results {
            msg_ref: Some(1),
            cmd_ref: 3,
            items: vec![Item {
                source: Some("./MCIM/TRE/Id".into()),
                data: Some("tre-1".into()),
                ..Item::default()
            }],
            ..Results::default()
        }),
        Command::Request(
            Request::on(Verb::Add, "./MCIM/App/m-1/Package")
                .data("bin", Data::Octets(vec![0, 1, 0xff])),
        ),
        Command::Request(
            Request::on(Verb::Exec, "./MCIM/App/m-1/Operations/Install").correlator("c-1"),
        ),
    ];
    let mut n = 0;
    commands.iter_mut().for_each(|c| c.number(&mut n));
    Message {
        header: Header {
            ver_dtd: "1.2".into(),
            ver_proto: "DM/1.2".into(),
            session_id: "1".into(),
            msg_id: 2,
            target: "http://10.32.0.3/dm".into(),
            source: "urn:m2me:1".into(),
            source_name: Some("client".into()),
            cred: Some(Cred {
                kind: "syncml:auth-md5".into(),
                format: Some("b64".into()),
                data: "AAAA".into(),
            }),
            meta: Meta {
                max_msg_size: Some(1400),
                max_obj_size: Some(65536),
                ..Meta::default()
            },
            ..Header::default()
        },
        commands,
        is_final: true,
    }
}

#[test]
fn messages_are_the_same_through_wbxml_and_xml() {
    let m = message();
    let octets = m.write();
    assert_eq!(octets[..4], [2, 0xa4, 0x01, 0x6a]);
    assert_eq!(Message::read(&octets).unwrap(), m);
    assert_eq!(Document::read(&octets).unwrap().write(), octets);
    let mut text = m.clone();
    if let Command::Request(r) = &mut text.commands[3] {
        r.items[0].data = Some("a < b & c".into());
    }
    assert_eq!(
        Message::from_xml(&text.to_element().to_xml()).unwrap(),
        text
    );
    for bad in [
        "<SyncML><SyncHdr/></SyncML>",
        "<SyncML><SyncHdr></SyncML>",
        "<Foo/>",
        "",
        "<SyncML>&bad;</SyncML>",
    ] {
        assert!(Message::from_xml(bad).is_err(), "{bad}");
    }
}

#[test]
fn deep_and_hostile_documents_are_refused() {
    let mut deep = vec![2, 0xa4, 0x01, 0x6a, 0];
    deep.extend([0x6d; 5000]);
    assert!(Document::read(&deep).is_err());
    assert!(Element::from_xml(&"<SyncML>".repeat(5000)).is_err());
    // a string table or opaque length larger than the message
    assert!(Document::read(&[2, 0xa4, 0x01, 0x6a, 0x8f, 0xff, 0xff, 0xff, 0x7f]).is_err());
    assert!(
        Document::read(&[
            2, 0xa4, 1, 0x6a, 0, 0x6d, 0xc3, 0x8f, 0xff, 0xff, 0xff, 0x7f
        ])
        .is_err()
    );
    // attributes, an unknown page, a token of the grammar, another charset
    for bad in [&[0xed, 1, 1][..], &[0, 7, 0x45, 1], &[0x43, 1]] {
        let mut d = vec![2, 0xa4, 0x01, 0x6a, 0];
        d.extend(bad);
        assert!(Document::read(&d).is_err(), "{bad:?}");
    }
    assert!(Document::read(&[2, 0xa4, 0x01, 4, 0, 0x2d]).is_err());
}

/// A capture of one HTTP POST in classic pcap of raw IP.
fn capture(body: &[u8]) -> Vec<u8> {
    let (device, dpf): (SocketAddr, SocketAddr) = (
        "10.33.0.1:40000".parse().unwrap(),
        "10.32.0.3:80".parse().unwrap(),
    );
    let mut http = format!(
        "POST /dm HTTP/1.1\r\nHost: dpf\r\nContent-Type: {TYPE_WBXML}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    http.extend_from_slice(body);
    let mut file = Vec::new();
    for n in [0xa1b2_c3d4u32, 0x0004_0002, 0, 0, 65535, 101] {
        file.extend(n.to_le_bytes());
    }
    let segments = [
        (device, dpf, 0, 0, TcpFlags::SYN, &[][..]),
        (dpf, device, 0, 1, TcpFlags::SYN.and(TcpFlags::ACK), &[]),
        (device, dpf, 1, 1, TcpFlags::ACK, &[]),
        (device, dpf, 1, 1, TcpFlags::PSH.and(TcpFlags::ACK), &http),
    ];
    for (from, to, seq, ack, flags, payload) in segments {
        let mut packet = BytesMut::new();
        wire::net::tcp(&mut packet, (from, to), 0, (seq, ack), flags, 1400, payload);
        for n in [0, 0, packet.len() as u32, packet.len() as u32] {
            file.extend(n.to_le_bytes());
        }
        file.extend_from_slice(&packet);
    }
    file
}

#[test]
fn tshark_names_every_tag_of_our_messages() {
    let Some(tshark) = oracle::tshark("syncml-messages") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("dm.pcap");
    std::fs::write(&path, capture(&message().write())).unwrap();
    let text = tshark.text(&path, "http && wbxml", &["-O", "wbxml"]);
    assert!(!text.contains("Malformed"), "{text}");
    let open: Vec<&str> = text
        .lines()
        .filter_map(|l| l.split_once('<').map(|x| x.1))
        .filter(|t| !t.starts_with('/') && !t.starts_with('?'))
        .map(|t| {
            t.trim_end_matches(" />")
                .trim_end_matches('>')
                .split('>')
                .next()
                .unwrap()
        })
        .collect();
    fn names(e: &Element, out: &mut Vec<String>) {
        out.push(e.tag.to_string());
        e.elements().for_each(|c| names(c, out));
    }
    let mut ours = Vec::new();
    names(&message().to_element(), &mut ours);
    assert!(text.contains("SyncML 1.2"), "{text}");
    assert_eq!(open, ours, "{text}");
}

#[test]
fn tshark_names_the_whole_table_as_we_do() {
    let Some(tshark) = oracle::tshark("syncml-table") else {
        return;
    };
    use provisioning::syncml::{Space, Tag};
    // every token of both pages in one document
    let mut root = Element::new(Tag::SyncML);
    let all: Vec<Tag> = [Space::SyncMl, Space::MetInf]
        .into_iter()
        .flat_map(|s| (5..0x40).map(move |t| Tag(s, t)))
        .filter(|t| t.name().is_some())
        .collect();
    for t in &all {
        root = root.with(Element::new(*t));
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("all.pcap");
    std::fs::write(&path, capture(&Document::new(root).write())).unwrap();
    let text = tshark.text(&path, "wbxml", &["-O", "wbxml"]);
    let mut missing: Vec<String> = all
        .iter()
        .map(Tag::to_string)
        .filter(|n| !text.contains(&format!("<{n} />")))
        .collect();
    missing.dedup();
    assert_eq!(missing, Vec::<String>::new(), "{text}");
}

/// What a tool of libwbxml makes of a file; `None` where the tool is missing.
fn libwbxml(tool: &str, from: &[u8]) -> Option<Vec<u8>> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("in"), from).unwrap();
    let run = std::process::Command::new(tool)
        .args(["-o", "out", "in"])
        .current_dir(dir.path())
        .output();
    let Ok(out) = run else {
        assert!(std::env::var_os("CI").is_none(), "{tool} is missing");
        println!("not run: {tool} is missing");
        return None;
    };
    let words =
        String::from_utf8_lossy(&out.stderr).into_owned() + &String::from_utf8_lossy(&out.stdout);
    let made = std::fs::read(dir.path().join("out"));
    Some(made.unwrap_or_else(|e| panic!("{tool}: {e}: {words}")))
}

/// Judge: libwbxml reads what we write, and we read what it writes.
#[test]
#[ignore = "peers: libwbxml's tools"]
fn libwbxml_reads_ours_and_we_read_its() {
    let m = message();
    let Some(xml) = libwbxml("wbxml2xml", &m.write()) else {
        return;
    };
    // it copies the octets of a leaf as they are, which is no text
    assert!(xml.windows(3).any(|w| w == [0, 1, 0xff]));
    let mut text = m;
    if let Command::Request(r) = &mut text.commands[3] {
        r.items[0].data = Some("text in place of octets".into());
    }
    let xml = libwbxml("wbxml2xml", &text.write()).unwrap();
    let theirs = Element::from_xml(std::str::from_utf8(&xml).unwrap()).unwrap();
    let ours = Element::from_xml(&text.to_element().to_xml()).unwrap();
    assert_eq!(plain(&theirs).to_xml(), plain(&ours).to_xml());
    let xml = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE SyncML PUBLIC \"-//SYNCML//DTD SyncML 1.2//EN\" \
         \"http://www.openmobilealliance.org/tech/DTD/OMA-TS-SyncML_RepPro_DTD-V1_2.dtd\">{}",
        text.to_element().to_xml()
    );
    let octets = libwbxml("xml2wbxml", xml.as_bytes()).unwrap();
    // all that it finds in a Data it writes as octets
    if let Command::Request(r) = &mut text.commands[3] {
        r.items[0].data = Some(Data::Octets(b"text in place of octets".to_vec()));
    }
    assert_eq!(Message::read(&octets).unwrap(), text);
}
