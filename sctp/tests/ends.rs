//! How associations fail, and how they begin anew.
mod common;

use bytes::Bytes;
use common::{DIAMETER, Net, Weather, numbered};
use engine::{Layer, LayerOutput, Why};
use sctp::Config;
use std::{net::SocketAddr, time::Duration};

const WORD: Bytes = Bytes::from_static(b"word");

#[test]
fn abort() {
    let mut net = Net::new(1, Weather::FAIR);
    let (a, b) = net.pair(&Config::default());
    net.send(0, a, (0, 46), WORD);
    net.until(5, "the message", |net| net.hosts[1].messages == 1);
    net.abort(0, a);
    assert!(!net.hosts[0].is_busy());
    net.until_all_gone(5);
    assert_eq!(net.hosts[0].down(), []);
    assert_eq!(net.hosts[1].down(), [(b, Why::Reset)]);
    // a flow that is gone takes nothing, and does no harm
    net.send(0, a, (0, 46), WORD);
    net.close(0, a);
    net.abort(0, a);
    assert!(net.hosts[0].endpoint.due().is_none());
}

#[test]
fn nobody_listens() {
    let mut net = Net::new(2, Weather::FAIR);
    let (a, b) = (
        net.host(Config::default()),
        net.host_on(Config::default(), 9899, &[7]),
    );
    let flow = net.connect(a, b);
    net.until(1, "refused", |net| !net.hosts[a].down().is_empty());
    assert_eq!(net.hosts[a].down(), [(flow, Why::Refused)]);
    assert_eq!(net.hosts[b].counter("INIT refused: no listener"), 1);
    assert!(!net.hosts[a].is_busy() && !net.hosts[b].is_busy());
}

#[test]
fn nobody_answers() {
    let mut net = Net::new(3, Weather::FAIR);
    let config = Config {
        connect_timeout: Duration::from_secs(7),
        ..Config::default()
    };
    let (a, b) = (net.host(config.clone()), net.host(config));
    net.hosts[b].silent = true;
    let flow = net.connect(a, b);
    net.until_all_gone(60);
    assert_eq!(net.hosts[a].down(), [(flow, Why::Unreachable)]);
    assert_eq!(net.now.0, 7_000_000_000);
    // closed before it came up: nobody is told
    let flow = net.connect(a, b);
    net.close(a, flow);
    assert!(!net.hosts[a].is_busy());
    assert_eq!(net.hosts[a].down().len(), 1);
}

#[test]
fn what_is_sent_and_closed_before_it_is_up_arrives() {
    let mut net = Net::new(4, Weather::FAIR);
    let (a, b) = (net.host(Config::default()), net.host(Config::default()));
    let flow = net.connect(a, b);
    for n in 0..20 {
        net.send(a, flow, (0, 46), numbered(0, n, 300));
    }
    net.close(a, flow);
    net.until_all_gone(60);
    assert_eq!(net.hosts[b].messages, 20);
    assert_eq!(net.hosts[a].heard, []);
}

#[test]
fn a_peer_that_falls_silent() {
    for with_data in [false, true] {
        let mut net = Net::new(5, Weather::FAIR);
        let config = Config {
            heartbeat: Duration::from_secs(1),
            retransmissions: 3,
            ..Config::default()
        };
        let (a, _) = net.pair(&config);
        net.run_for(20);
        assert!(net.hosts[0].is_busy(), "heartbeats keep it");
        net.hosts[1].silent = true;
        let silent = net.now;
        if with_data {
            net.send(0, a, (0, 46), WORD);
        }
        net.until(60, "noticed", |net| !net.hosts[0].is_busy());
        assert_eq!(net.hosts[0].down(), [(a, Why::Unreachable)]);
        // HB.Interval * (Association.Max.Retrans + 1) + RTO
        assert!(net.now - silent <= Duration::from_secs(5));
    }
}

#[test]
fn heartbeats_by_the_interval() {
    let mut net = Net::new(6, Weather::FAIR);
    net.pair(&Config::default());
    net.sent.clear();
    net.run_for(61);
    // HEARTBEAT and HEARTBEAT ACK, each way, every five seconds
    let kinds: Vec<_> = net.sent.iter().map(|sent| sent.octets[12]).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == 4).count(), 24);
    assert_eq!(kinds.iter().filter(|kind| **kind == 5).count(), 24);
    assert_eq!(kinds.len(), 48);
}

#[test]
fn leave_of_a_peer_that_is_gone_ends() {
    let mut net = Net::new(7, Weather::FAIR);
    let config = Config {
        shutdown_guard: Duration::from_secs(6),
        ..Config::default()
    };
    let (a, _) = net.pair(&config);
    net.hosts[1].silent = true;
    let begun = net.now;
    net.send(0, a, (0, 46), WORD);
    net.close(0, a);
    net.until(60, "gone", |net| !net.hosts[0].is_busy());
    assert_eq!(net.now - begun, Duration::from_secs(6));
    assert_eq!(net.hosts[0].down(), []);
    assert_eq!(net.hosts[0].counter("took leave for too long"), 1);
}

/// A client that comes back from the same SCTP port after kill -9.
fn returns(from_udp: u16) {
    let mut net = Net::new(8, Weather::FAIR);
    let config = Config {
        local_port: Some(4000),
        ..Config::default()
    };
    let (_, b) = net.pair(&config);
    // what the server has sent and the old client has never acknowledged goes with it
    net.hosts[0].silent = true;
    net.send(1, b, (0, 46), WORD);
    net.run_for(1);
    net.hosts[0].silent = false;
    net.hosts[0].at.set_port(from_udp);
    net.reborn(0, config);
    let again = net.connect(0, 1);
    net.until(10, "up again", |net| {
        net.hosts[0].up().last() == Some(&again)
    });
    net.send(0, again, (1, 46), WORD);
    net.until(10, "a message", |net| net.hosts[1].messages == 1);
    let server = &net.hosts[1];
    let new = *server.accepted().last().unwrap();
    assert_ne!(new, b);
    assert_eq!(server.down(), [(b, Why::Reset)]);
    assert_eq!(server.messages(new), [(1, 46, WORD)]);
    let order: Vec<_> = server.heard.iter().map(std::mem::discriminant).collect();
    let kinds = [
        LayerOutput::Accepted {
            flow: b,
            port: 0,
            peer: server.at,
        },
        LayerOutput::Down {
            flow: b,
            why: Why::Reset,
        },
    ];
    let [accepted, down] = kinds.map(|kind| std::mem::discriminant(&kind));
    assert_eq!(order[..3], [accepted, down, accepted]);
    assert_eq!(server.endpoint.associations(), 1);
    // the new client has not been sent what was for the old one
    net.send(1, new, (0, 46), WORD);
    net.until(10, "the answer", |net| net.hosts[0].messages == 1);
    net.run_for(10);
    assert_eq!(net.hosts[0].messages, 1);
    assert_eq!(net.hosts[1].counter("peer began anew"), 1);
}

#[test]
fn a_client_returns() {
    returns(9899);
}

#[test]
fn a_client_returns_from_another_udp_port() {
    returns(20_000);
}

#[test]
fn a_server_returns() {
    let mut net = Net::new(9, Weather::FAIR);
    let (a, _) = net.pair(&Config::default());
    net.reborn(1, Config::default());
    // the next thing that the client sends is out of the blue there
    net.send(0, a, (0, 46), WORD);
    net.until(10, "noticed", |net| !net.hosts[0].is_busy());
    assert_eq!(net.hosts[0].down(), [(a, Why::Reset)]);
    assert_eq!(net.hosts[1].counter("out of the blue"), 1);
    let again = net.connect(0, 1);
    net.until(10, "up again", |net| {
        net.hosts[0].up().last() == Some(&again)
    });
}

#[test]
fn inits_that_cross() {
    for seed in 0..50 {
        let mut net = Net::new(seed, Weather::rough(if seed < 10 { 0 } else { 10 }));
        let config = Config {
            local_port: Some(DIAMETER),
            connect_timeout: Duration::from_secs(300),
            retransmissions: 20,
            ..Config::default()
        };
        let (a, b) = (net.host(config.clone()), net.host(config));
        let (from_a, from_b) = (net.connect(a, b), net.connect(b, a));
        // one association, and both sides have the flow that they asked for
        net.until(300, "both up", |net| {
            net.hosts[a].up() == [from_a] && net.hosts[b].up() == [from_b]
        });
        net.send(a, from_a, (0, 46), WORD);
        net.send(b, from_b, (0, 46), WORD);
        net.until(60, "both messages", |net| {
            net.hosts[a].messages == 1 && net.hosts[b].messages == 1
        });
        net.close(a, from_a);
        net.until_all_gone(100);
        assert_eq!(net.hosts[b].down(), [(from_b, Why::Closed)], "seed {seed}");
        assert_eq!(
            net.hosts[a].accepted().len() + net.hosts[b].accepted().len(),
            0
        );
    }
}

#[test]
fn many_peers_on_one_port() {
    let mut net = Net::new(10, Weather::rough(1));
    let server = net.host(Config::default());
    net.hosts[server].echo = true;
    let clients: Vec<_> = (0..20).map(|_| net.host(Config::default())).collect();
    let mut flows = Vec::new();
    for n in 0..200 {
        let client = clients[n % clients.len()];
        flows.push((client, net.connect(client, server)));
    }
    for &(client, flow) in &flows {
        for n in 0..10 {
            net.send(
                client,
                flow,
                (n % 3, 46),
                numbered(n % 3, flow.0 as u32, 200),
            );
        }
    }
    net.until(120, "all echoes", |net| {
        clients
            .iter()
            .map(|c| net.hosts[*c].messages)
            .sum::<usize>()
            == 2000
    });
    assert_eq!(net.hosts[server].endpoint.associations(), 200);
    for &(client, flow) in &flows {
        let echoes = net.hosts[client].messages(flow);
        let own = |(stream, _, m): &(u16, u32, Bytes)| *m == numbered(*stream, flow.0 as u32, 200);
        assert!(echoes.len() == 10 && echoes.iter().all(own));
        net.close(client, flow);
    }
    net.until_all_gone(120);
    let down = net.hosts[server].down();
    assert!(down.len() == 200 && down.iter().all(|(_, why)| *why == Why::Closed));
}

#[test]
fn full_and_room() {
    let mut net = Net::new(11, Weather::FAIR);
    let config = Config {
        send_buffer: 100_000,
        message: 10_000,
        ..Config::default()
    };
    let (a, b) = net.pair(&config);
    let mut sent = 0;
    while !net.hosts[0].heard.contains(&LayerOutput::Full(a)) {
        net.send(0, a, (0, 46), numbered(0, sent, 1000));
        sent += 1;
    }
    assert_eq!(sent, 100);
    net.until(60, "room", |net| {
        net.hosts[0].heard.contains(&LayerOutput::Room(a))
    });
    net.until(60, "all", |net| net.hosts[1].messages == 100);
    assert!(common::in_order(&net.hosts[1].messages(b)));
    // who does not stop is cut off
    for n in 0..300 {
        net.send(0, a, (0, 46), numbered(0, n, 1000));
    }
    assert_eq!(net.hosts[0].down(), [(a, Why::Overflow)]);
    net.until_all_gone(10);
    assert_eq!(net.hosts[1].down(), [(b, Why::Reset)]);
}

#[test]
fn streams_that_were_not_negotiated() {
    let mut net = Net::new(12, Weather::FAIR);
    let of = |streams| Config {
        streams,
        ..Config::default()
    };
    let (a, b) = (net.host(of(16)), net.host(of(3)));
    let flow = net.connect(a, b);
    // before it is up nobody knows the number
    net.send(a, flow, (3, 46), WORD);
    net.send(a, flow, (2, 46), WORD);
    net.until(5, "the one", |net| net.hosts[b].messages == 1);
    net.send(a, flow, (15, 46), WORD);
    net.send(a, flow, (0, 46), WORD);
    net.until(5, "the other", |net| net.hosts[b].messages == 2);
    assert_eq!(net.hosts[a].counter("stream not negotiated"), 2);
    net.close(a, flow);
    net.until_all_gone(10);
}

#[test]
fn no_more_than_so_many_associations() {
    let mut net = Net::new(13, Weather::FAIR);
    let few = Config {
        associations: 2,
        ..Config::default()
    };
    let (a, b) = (net.host(Config::default()), net.host(few));
    let flows: Vec<_> = (0..3).map(|_| net.connect(a, b)).collect();
    // all three INITs were answered; the third COOKIE ECHO, or a later INIT, was not
    net.run_for(60);
    assert_eq!(net.hosts[a].up().len(), 2);
    assert_eq!(net.hosts[a].down().len(), 1);
    let peer = SocketAddr::new(net.hosts[a].at.ip(), DIAMETER);
    let own = net.act(b, |e, now, out| e.connect(now, peer, out));
    assert_eq!(net.hosts[b].down(), [(own, Why::Unreachable)]);
    let fourth = net.connect(a, b);
    net.until(5, "refused", |net| {
        net.hosts[a].down().contains(&(fourth, Why::Refused))
    });
    net.close(a, flows[0]);
    net.run_for(5);
    let fifth = net.connect(a, b);
    net.until(5, "up", |net| net.hosts[a].up().contains(&fifth));
}

#[test]
fn data_behind_the_cookie() {
    let mut net = Net::new(14, Weather::FAIR);
    let config = Config {
        local_port: Some(4000),
        ..Config::default()
    };
    let (a, b) = (net.host(config.clone()), net.host(config.clone()));
    for round in 1..=2 {
        net.connect(a, b);
        while net.sent.last().is_none_or(|sent| sent.octets[12] != 10) {
            assert!(net.step());
        }
        let inits: Vec<_> = net.sent.iter().filter(|s| s.octets[12] == 1).collect();
        let first_tsn = &inits.last().unwrap().octets[28..32];
        let data = [first_tsn, &[0, 3, 0, 0, 0, 0, 0, 46], &WORD[..]].concat();
        let echo = net.sent.last().unwrap().octets.clone();
        let head = |at: usize| u16::from_be_bytes([echo[at], echo[at + 1]]);
        let tag = u32::from_be_bytes(echo[4..8].try_into().unwrap());
        let cookie = &echo[16..];
        let both = common::packet(head(0), head(2), tag, &[(10, 0, cookie), (0, 3, &data)]);
        let from = net.hosts[a].at;
        net.inject(b, from, &both);
        // the message is the new flow's, and comes after it
        let new = *net.hosts[b].accepted().last().unwrap();
        assert_eq!(net.hosts[b].messages(new), [(3, 46, WORD)]);
        assert_eq!(
            (net.hosts[b].messages, net.hosts[b].accepted().len()),
            (round, round)
        );
        assert_eq!(net.hosts[b].down().len(), round - 1);
        net.reborn(a, config.clone());
    }
}

#[test]
fn in_ipv6() {
    let mut net = Net::new(15, Weather::rough(1));
    let (a, b) = (net.host(Config::default()), net.host(Config::default()));
    for host in [a, b] {
        let at = SocketAddr::new([0xfd00, 0, 0, 0, 0, 0, 0, 1 + host as u16].into(), 9899);
        net.hosts[host].at = at;
        net.hosts[host].endpoint = net.endpoint(Config::default(), at, &[DIAMETER], "six");
    }
    let flow = net.connect(a, b);
    net.send(a, flow, (0, 46), WORD);
    net.close(a, flow);
    net.until_all_gone(60);
    assert_eq!(net.hosts[b].messages, 1);
    // the other family is not reached from here
    let four = "127.0.8.1:3868".parse().unwrap();
    let flow = net.act(a, |e, now, out| e.connect(now, four, out));
    assert_eq!(net.hosts[a].down(), [(flow, Why::Unreachable)]);
}
