//! The forwarding table: every way of a user packet, and no allocation on any of them.
use bytes::BytesMut;
use engine::{FastPath, Forward, Now, Port};
use gtp::{
    machine::forward::{Reason, Route, Table},
    msg::{Header, Message, Pdu},
};
use std::net::{IpAddr, SocketAddr};

const USER: Port = Port(2);
const GI: Port = Port(3);

fn ip(s: &str) -> IpAddr {
    s.parse().unwrap()
}

fn sgsn() -> SocketAddr {
    "127.0.2.1:2152".parse().unwrap()
}

fn table() -> Table {
    let mut t = Table::new(USER, GI, ip("127.0.3.9"));
    t.insert(Route {
        local_teid: 0x1111_1111,
        remote_teid: 0x2222_2222,
        remote: ip("127.0.2.1"),
        address: ip("10.33.0.1"),
        allowed: [
            "10.32.0.2/32".parse().unwrap(),
            "10.32.0.8/29".parse().unwrap(),
        ]
        .into(),
    });
    t
}

fn packet(from: &str, to: &str) -> Vec<u8> {
    let mut w = BytesMut::new();
    let ends = |s: &str| SocketAddr::new(ip(s), 4000);
    wire::net::udp(&mut w, ends(from), ends(to), 1, b"hello");
    w.to_vec()
}

fn tunnelled(header: Header, inner: &[u8]) -> Vec<u8> {
    let mut w = BytesMut::new();
    header.write(&mut w, |w| w.extend_from_slice(inner));
    w.to_vec()
}

fn forward(t: &mut Table, port: Port, from: SocketAddr, packet: &[u8]) -> (Forward, BytesMut) {
    let mut head = BytesMut::new();
    let f = t.forward(Now::default(), port, from, packet, &mut head);
    (f, head)
}

#[test]
fn up_the_header_goes_down_it_comes() {
    let mut t = table();
    let inner = packet("10.33.0.1", "10.32.0.2");
    let plain = Header::user(255, 0x1111_1111);
    let numbered = Header::control(255, 0x1111_1111, 9);
    let extended = plain
        .clone()
        .with_extension(0x40, &[1, 2])
        .with_extension(0xc0, &[0, 1]);
    for (header, skip) in [(plain, 8), (numbered, 12), (extended, 20)] {
        let (f, head) = forward(&mut t, USER, sgsn(), &tunnelled(header, &inner));
        let to = Forward::To {
            port: GI,
            to: None,
            skip,
        };
        assert_eq!((f, head.is_empty()), (to, true));
    }
    let back = packet("10.32.0.9", "10.33.0.1");
    let (f, mut head) = forward(&mut t, GI, sgsn(), &back);
    let to = Forward::To {
        port: USER,
        to: Some(sgsn()),
        skip: 0,
    };
    assert_eq!(f, to);
    head.extend_from_slice(&back);
    let m = Message::read(&head.freeze()).unwrap();
    assert_eq!((m.header.teid, m.header.sequence()), (0x2222_2222, None));
    assert!(matches!(m.pdu, Pdu::GPdu(p) if p.0[..] == back[..]));
    let u = t.remove(0x1111_1111).unwrap();
    assert_eq!((u.packets_up, u.octets_up), (3, 3 * 33));
    assert_eq!((u.packets_down, u.octets_down), (1, 33));
    assert_eq!(t.counters().count(), 0);
}

#[test]
fn whatever_is_not_as_it_must_be_goes_nowhere_and_is_counted() {
    let mut t = table();
    let header = || Header::user(255, 0x1111_1111);
    let good = packet("10.33.0.1", "10.32.0.2");
    let elsewhere: SocketAddr = "127.0.2.2:2152".parse().unwrap();
    let mut long = tunnelled(header(), &good);
    long.push(0);
    let six = [&[0x60, 0, 0, 0, 0, 9, 17, 64][..], &[0; 32]].concat();
    let cases = [
        (
            USER,
            elsewhere,
            tunnelled(header(), &good),
            Reason::WrongPeer,
        ),
        (USER, sgsn(), long, Reason::BadHeader),
        (
            USER,
            sgsn(),
            vec![0x36, 255, 0, 6, 0, 0, 0, 1, 0, 0, 0, 0x40, 0, 0],
            Reason::BadHeader,
        ),
        (
            USER,
            sgsn(),
            vec![0x32, 255, 0, 2, 0, 0, 0, 1, 0, 0],
            Reason::BadHeader,
        ),
        (
            USER,
            sgsn(),
            tunnelled(header(), b"not a packet"),
            Reason::NotIp,
        ),
        (
            USER,
            sgsn(),
            tunnelled(header(), &good[..30]),
            Reason::NotIp,
        ),
        (USER, sgsn(), tunnelled(header(), &six), Reason::NotIp),
        (
            USER,
            sgsn(),
            tunnelled(header(), &packet("10.33.0.2", "10.32.0.2")),
            Reason::WrongSource,
        ),
        (
            USER,
            sgsn(),
            tunnelled(header(), &packet("10.33.0.1", "8.8.8.8")),
            Reason::NotAllowed,
        ),
        (
            USER,
            sgsn(),
            tunnelled(header(), &packet("10.33.0.1", "10.33.0.2")),
            Reason::NotAllowed,
        ),
        (
            GI,
            sgsn(),
            packet("10.32.0.2", "10.33.0.7"),
            Reason::UnknownAddress,
        ),
        (
            GI,
            sgsn(),
            packet("8.8.8.8", "10.33.0.1"),
            Reason::NotAllowedFrom,
        ),
    ];
    for (port, from, octets, reason) in cases {
        let before = t.dropped(reason);
        let (f, head) = forward(&mut t, port, from, &octets);
        assert_eq!((f, head.is_empty()), (Forward::Drop, true), "{reason:?}");
        assert_eq!(t.dropped(reason), before + 1, "{reason:?}");
    }
    // every truncation of a good G-PDU too
    let whole = tunnelled(header(), &good);
    for n in 8..whole.len() {
        assert_eq!(
            forward(&mut t, USER, sgsn(), &whole[..n]).0,
            Forward::Drop,
            "{n}"
        );
    }
}

#[test]
fn an_unknown_tunnel_is_told_of() {
    let mut t = table();
    let inner = packet("10.33.0.1", "10.32.0.2");
    let octets = tunnelled(Header::user(255, 0x3333_3333), &inner);
    let (f, head) = forward(&mut t, USER, "127.0.2.1:40000".parse().unwrap(), &octets);
    let to = Forward::To {
        port: USER,
        to: Some(sgsn()),
        skip: octets.len(),
    };
    assert_eq!((f, t.dropped(Reason::UnknownTeid)), (to, 1));
    match Message::read(&head.freeze()).unwrap().pdu {
        Pdu::ErrorIndication(e) => {
            assert_eq!((e.teid_data, e.gsn_address), (0x3333_3333, ip("127.0.3.9")));
        }
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_no_user_packet_is_the_nodes() {
    let mut t = table();
    let suspend = Header::user(255, 0x1111_1111).with_extension(0xc1, &[0xff, 0xff]);
    for octets in [
        vec![0x32, 1, 0, 4, 0, 0, 0, 0, 0, 1, 0, 0],
        vec![0x48, 1, 0, 8, 0, 0, 0, 0, 0, 0, 1, 0],
        vec![0x30],
        tunnelled(suspend, &packet("10.33.0.1", "10.32.0.2")),
    ] {
        assert_eq!(forward(&mut t, USER, sgsn(), &octets).0, Forward::Slow);
    }
    assert_eq!(forward(&mut t, Port(1), sgsn(), b"x").0, Forward::Slow);
}

#[test]
fn no_allocation_per_packet() {
    let mut t = table();
    let up = tunnelled(
        Header::user(255, 0x1111_1111),
        &packet("10.33.0.1", "10.32.0.2"),
    );
    let down = packet("10.32.0.2", "10.33.0.1");
    let mut head = BytesMut::with_capacity(64);
    let allocated = allocation_counter::measure(|| {
        for _ in 0..1000 {
            head.clear();
            t.forward(Now::default(), USER, sgsn(), &up, &mut head);
            t.forward(Now::default(), GI, sgsn(), &down, &mut head);
        }
    });
    assert_eq!(allocated.count_total, 0);
    assert_eq!(t.usage(0x1111_1111).unwrap().packets_down, 1000);
}
