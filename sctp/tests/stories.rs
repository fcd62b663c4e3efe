//! Associations from their beginning to their end, in virtual time.
mod common;

use bytes::Bytes;
use common::{DIAMETER, Net, Weather, in_order, numbered};
use engine::{Layer, LayerOutput, Why};
use sctp::Config;
use std::net::SocketAddr;

#[test]
fn connect_send_close() {
    let mut net = Net::new(1, Weather::FAIR);
    let (a, b) = net.pair(&Config::default());
    let up = &net.hosts[0].heard[0];
    assert!(matches!(up, LayerOutput::Up { port: 49152.., peer, .. }
        if *peer == SocketAddr::new(net.hosts[1].at.ip(), DIAMETER)));
    let accepted = &net.hosts[1].heard[0];
    assert!(
        matches!(accepted, LayerOutput::Accepted { port: DIAMETER, peer, .. }
        if peer.ip() == net.hosts[0].at.ip() && peer.port() >= 49152)
    );

    net.send(0, a, (0, 46), Bytes::from_static(b"request"));
    net.send(1, b, (15, 0xffff_fff0), Bytes::from_static(b"answer"));
    net.until(5, "both messages", |net| {
        net.hosts.iter().all(|host| host.messages_count() == 1)
    });
    let got = |host: usize, flow| net.hosts[host].messages(flow);
    assert_eq!(got(1, b), [(0, 46, Bytes::from_static(b"request"))]);
    assert_eq!(
        got(0, a),
        [(15, 0xffff_fff0, Bytes::from_static(b"answer"))]
    );

    net.close(0, a);
    net.until(5, "closed", |net| {
        net.hosts.iter().all(|host| !host.endpoint.is_busy())
    });
    // none for the side that closed
    assert_eq!(net.hosts[0].down(), []);
    assert_eq!(net.hosts[1].down(), [(b, Why::Closed)]);
    assert!(net.hosts.iter().all(|host| host.endpoint.due().is_none()));
}

#[test]
fn messages_up_to_the_limit_stay_whole() {
    let mut net = Net::new(2, Weather::rough(1));
    let (a, b) = net.pair(&Config::default());
    let lengths = [1, 65_535, 65_536, 100_000, 256 << 10];
    for (number, length) in lengths.into_iter().enumerate() {
        net.send(0, a, (3, 46), numbered(3, number as u32, length));
    }
    // one octet too many: refused, and counted
    net.send(0, a, (3, 46), numbered(3, 9, (256 << 10) + 1));
    net.send(0, a, (3, 46), Bytes::new());
    net.until(60, "all of them", |net| {
        net.hosts[1].messages_count() == lengths.len()
    });
    assert!(in_order(&net.hosts[1].messages(b)));
    assert_eq!(net.hosts[0].counter("message empty or too long"), 2);
}
