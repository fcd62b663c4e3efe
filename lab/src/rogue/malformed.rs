//! T17: what nobody can read, for everybody. Each message has one fault, and each standard an answer
//! to it, or none.
use super::{
    AAA, Config, DIAMETER, Deed, GB, GTP_C, GTP_U, HTTP,
    cell::{BVCI, TLLI},
    gtp::own_context,
};
use bytes::{BufMut, BytesMut};
use diameter_s6a::{machine::Identity, msg as dia};
use std::{collections::VecDeque, net::SocketAddr};
use wire::Bytes;

/// NS over UDP.
pub(super) const NS: u16 = 2157;

/// All of it, in order.
pub(super) fn deeds(c: &Config) -> VecDeque<Deed> {
    let mut all = VecDeque::new();
    gb(c, &mut all);
    gtp(c, &mut all);
    diameter(c, &mut all);
    http(c, &mut all);
    radius(c, &mut all);
    inside(c, &mut all);
    all
}

/// NS (TS 48.016 8), BSSGP (TS 48.018 9), GMM (TS 24.008 8).
fn gb(c: &Config, all: &mut VecDeque<Deed>) {
    let mut say = |octets: &[u8]| {
        all.push_back(Deed::Datagram {
            port: GB,
            to: SocketAddr::new(c.sgsn, NS),
            bytes: Bytes::copy_from_slice(octets),
            asks: true,
        });
    };
    // a base station that nobody has met
    say(&[0x0a]);
    // a PDU type that is none
    say(&[0x55]);
    all.push_back(Deed::Cell);
    let mut in_cell = |pdu: &[u8]| {
        let [high, low] = BVCI.to_be_bytes();
        all.push_back(Deed::Datagram {
            port: GB,
            to: SocketAddr::new(c.sgsn, NS),
            bytes: [&[0, 0, high, low], pdu].concat().into(),
            asks: true,
        });
    };
    // UL-UNITDATA that ends in its QoS profile: no cell, no LLC-PDU
    in_cell(&[&[0x01], &TLLI.to_be_bytes()[..], &[0, 0, 0x20]].concat());
    // a PDU type that is none
    in_cell(&[0x7f]);
    // a message type of GMM that is none; an attach request that ends after two octets of identity
    for message in [
        &[0x08, 0x7e][..],
        &[0x08, 0x01, 0x02, 0xe5, 0xe0, 0x71, 0x01, 0x00, 0x08, 0x99],
    ] {
        all.push_back(Deed::Mobile(Bytes::copy_from_slice(message)));
    }
}

/// GTP-C and GTP-U: TS 29.060 11.1, TS 29.281 4.3.
fn gtp(c: &Config, all: &mut VecDeque<Deed>) {
    let message = |kind: u8, teid: u32, sequence: u16, elements: &[u8]| {
        let mut w = BytesMut::new();
        w.put_slice(&[0x32, kind]);
        w.put_u16(elements.len() as u16 + 4);
        w.put_u32(teid);
        w.put_u16(sequence);
        w.put_u16(0);
        w.put_slice(elements);
        w.freeze()
    };
    let mut say = |port, gsn, bytes: Bytes, asks| {
        let udp = match port {
            GTP_U => ::gtp::USER_PORT,
            _ => ::gtp::CONTROL_PORT,
        };
        all.push_back(Deed::Datagram {
            port,
            to: SocketAddr::new(gsn, udp),
            bytes,
            asks,
        });
    };
    // Create PDP Context without TEID Data I and all that follows
    say(GTP_C, c.ggsn, message(16, 0, 0x2001, &[14, 1]), true);
    // the same with an element that is longer than the message
    let cut = [16, 0, 0, 0, 1, 20, 5, 133, 0, 40, 127];
    say(GTP_C, c.ggsn, message(16, 0, 0x2002, &cut), true);
    // Delete PDP Context with an element of a type that nobody knows and cannot skip
    say(GTP_C, c.ggsn, message(20, 0, 0x2003, &[77, 1, 2]), true);
    // Update PDP Context towards the serving node, without anything
    say(GTP_C, c.sgsn, message(18, 0, 0x2004, &[]), true);
    // another version
    let version = Bytes::from_static(&[0x48, 32, 0, 8, 0, 0, 0, 0, 0, 0, 1, 0]);
    for gsn in [c.ggsn, c.sgsn] {
        say(GTP_C, gsn, version.clone(), true);
    }
    // a G-PDU with an extension header that has to be understood (TS 29.281 5.2.1)
    let extension = Bytes::from_static(&[0x34, 255, 0, 8, 0, 0, 0, 9, 0, 0, 0, 0x81, 1, 0, 0, 0]);
    say(GTP_U, c.ggsn, extension, true);
    // shorter than a header: nobody could be answered
    say(GTP_C, c.ggsn, Bytes::from_static(&[0x32, 16, 0]), false);
}

/// Diameter: RFC 6733 7.1, 7.5.
fn diameter(c: &Config, all: &mut VecDeque<Deed>) {
    let host = "rogue.epc.mnc009.mcc001.3gppnetwork.org";
    let realm = "epc.mnc009.mcc001.3gppnetwork.org";
    let mut identity = Identity::s6a(host, realm);
    identity.addresses = vec![c.address.into()];
    let mut cer = dia::Message::request(0, identity.cer());
    (cer.header.hop_by_hop, cer.header.end_to_end) = (1, 1);
    let session = avp(263, &[host.as_bytes(), b";1;1"].concat());
    let origin = [avp(264, host.as_bytes()), avp(296, realm.as_bytes())].concat();
    let of = [avp(283, c.realm.as_bytes()), avp(1, b"999010000000001")].concat();
    // Visited-PLMN-Id, TS 29.272 7.3.9
    let visited = [
        0, 0, 5, 0x7f, 0xc0, 0, 0, 15, 0, 0, 0x28, 0xaf, 0, 0xf1, 0x10, 0,
    ];
    let usual = [&session, &origin, &of, &visited[..]].concat();
    // Auth-Session-State that says that it is shorter than its own header
    let short = [0, 0, 1, 21, 0x40, 0, 0, 3];
    all.push_back(Deed::Talk {
        port: DIAMETER,
        to: c.icf,
        messages: VecDeque::from([
            cer.to_bytes(),
            // Authentication-Information without Auth-Session-State
            request(318, 2, &usual),
            request(318, 3, &[&usual[..], &short].concat()),
            // a command that S6a does not have
            request(399, 4, &usual),
        ]),
    });
}

/// A request of S6a, TS 29.272 7.1.8.
fn request(command: u32, id: u32, avps: &[u8]) -> Bytes {
    let mut w = BytesMut::new();
    w.put_u32(1 << 24 | (avps.len() as u32 + 20));
    // R and P
    w.put_u32(0xc0 << 24 | command);
    w.put_u32(dia::application::S6A);
    w.put_u32(id);
    w.put_u32(id);
    w.put_slice(avps);
    w.freeze()
}

/// A mandatory AVP of the base protocol.
fn avp(code: u32, value: &[u8]) -> Vec<u8> {
    let mut w = code.to_be_bytes().to_vec();
    w.extend((0x40 << 24 | (value.len() as u32 + 8)).to_be_bytes());
    w.extend(value);
    w.resize(w.len().next_multiple_of(4), 0);
    w
}

/// HTTP/1.1 (RFC 9112 2.2, RFC 9110 15.5.1), JSON bodies, OCSP (RFC 6960 2.3).
fn http(c: &Config, all: &mut VecDeque<Deed>) {
    let [drf, dpf, sho, pva] = c.http;
    let json = "POST /sho/registrations HTTP/1.1\r\nHost: sho\r\nContent-Type: application/json\r\n\
                Content-Length: 19\r\n\r\n{ \"registration\": ,";
    let ocsp = "POST /ocsp HTTP/1.1\r\nHost: pva\r\nContent-Type: application/ocsp-request\r\n\
                Content-Length: 4\r\n\r\n0\u{7f}ab";
    for (to, octets) in [
        (drf, "POST\r\n\r\n"),
        (
            dpf,
            "POST /dpf/accounts HTTP/1.1\r\nHost: dpf\r\nContent-Length: -1\r\n\r\n",
        ),
        (sho, json),
        (pva, ocsp),
    ] {
        all.push_back(Deed::Talk {
            port: HTTP,
            to,
            messages: VecDeque::from([Bytes::from_static(octets.as_bytes())]),
        });
    }
}

/// RADIUS accounting (RFC 2866 3): what is malformed, or whose authenticator is wrong, is discarded
/// without a word.
fn radius(c: &Config, all: &mut VecDeque<Deed>) {
    let wrong = [&[4, 1, 0, 26][..], &[0; 16], &[40, 6, 0, 0, 0, 1]].concat();
    let long = [&[4, 2, 0, 200][..], &[0; 16]].concat();
    for octets in [wrong, long] {
        all.push_back(Deed::Datagram {
            port: AAA,
            to: c.accounting,
            bytes: octets.into(),
            asks: false,
        });
    }
}

/// As a user of the registration operator's access point: JSON for the DRF, SyncML for the DPF.
fn inside(c: &Config, all: &mut VecDeque<Deed>) {
    all.push_back(own_context(c));
    let [drf, dpf] = c.inner;
    let json = "POST /drf/challenges HTTP/1.1\r\nHost: drf\r\nContent-Type: application/json\r\n\
                Content-Length: 8\r\n\r\n[\"pcid\":";
    // WBXML that ends within its string table
    let head = "POST /dm HTTP/1.1\r\nHost: dpf\r\nContent-Type: application/vnd.syncml.dm+wbxml\r\n\
                Content-Length: 5\r\n\r\n";
    let syncml = [head.as_bytes(), &[0x02, 0x00, 0x00, 0x6a, 0x1d]].concat();
    all.push_back(Deed::Inside(drf, Bytes::from_static(json.as_bytes())));
    all.push_back(Deed::Inside(dpf, syncml.into()));
}
