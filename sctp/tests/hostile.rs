//! Packets that wish us ill: no panic, no state, no growth, and no answer where there is none.
mod common;

use bytes::Bytes;
use common::{DIAMETER, Net, Weather, numbered, packet, reseal};
use engine::{Layer, LayerOutput, Rng, Why};
use sctp::Config;
use std::{net::SocketAddr, time::Duration};

const WORD: Bytes = Bytes::from_static(b"word");
const INIT: u8 = 1;
const INIT_ACK: u8 = 2;
const ABORT: u8 = 6;
const SHUTDOWN_ACK: u8 = 8;
const ERROR: u8 = 9;
const COOKIE_ECHO: u8 = 10;
const SHUTDOWN_COMPLETE: u8 = 14;

/// Answers are not limited, so that nothing else keeps floods away.
fn open() -> Config {
    Config {
        strangers_per_second: 1_000_000_000,
        ..Config::default()
    }
}

fn stranger() -> SocketAddr {
    "198.51.100.7:9899".parse().unwrap()
}

/// The value of an INIT or INIT ACK without parameters.
fn init(tag: u32, window: u32, outbound: u16, inbound: u16) -> Vec<u8> {
    let mut value = tag.to_be_bytes().to_vec();
    value.extend(window.to_be_bytes());
    value.extend(outbound.to_be_bytes());
    value.extend(inbound.to_be_bytes());
    value.extend([0, 0, 0, 1]);
    value
}

/// What one packet to `host` is answered with: chunk type, flags, tag.
fn answers(net: &mut Net, host: usize, from: SocketAddr, octets: &[u8]) -> Vec<(u8, u8, u32)> {
    net.sent.clear();
    net.inject(host, from, octets);
    let answer = |sent: &common::Sent| {
        assert_eq!(sent.to, from);
        let tag = sent.octets[4..8].try_into().unwrap();
        (sent.octets[12], sent.octets[13], u32::from_be_bytes(tag))
    };
    net.sent.iter().map(answer).collect()
}

#[test]
fn a_flood_of_inits_leaves_nothing() {
    const FLOOD: u32 = 200_000;
    let mut net = Net::new(1, Weather::FAIR);
    let host = net.host(open());
    let mut grown = 0;
    for n in 0..FLOOD {
        let from = SocketAddr::new(n.to_be_bytes().map(|octet| octet | 1).into(), 9899);
        let value = init(n + 1, 65_535, 10, 10);
        let port = 1 + (n % 60_000) as u16;
        let octets = packet(port, DIAMETER, 0, &[(INIT, 0, &value)]);
        let now = net.clock();
        let mut out = Vec::new();
        net.hosts[host].endpoint.below(now, from, &octets, &mut out);
        let [LayerOutput::Below { octets, .. }] = &out[..] else {
            panic!("{out:?}");
        };
        assert_eq!(octets[12], INIT_ACK);
        if n == FLOOD / 10 {
            grown = resident();
        }
    }
    let endpoint = &net.hosts[host].endpoint;
    assert_eq!(endpoint.associations(), 0);
    assert!(!endpoint.is_busy() && endpoint.due().is_none());
    // a hundred octets for each would be more; other tests run beside this one
    let grown = resident().saturating_sub(grown);
    assert!(grown < 16 << 20, "{grown} octets more");
}

#[test]
fn a_flood_is_answered_within_limits() {
    let mut net = Net::new(2, Weather::FAIR);
    let host = net.host(Config::default());
    let octets = packet(9, DIAMETER, 0, &[(INIT, 0, &init(1, 65_535, 1, 1))]);
    for _ in 0..5000 {
        net.inject(host, stranger(), &octets);
    }
    assert_eq!(net.sent.len(), 1000);
    assert_eq!(
        net.hosts[host].counter("stranger left without an answer"),
        4000
    );
    // others still come through
    let client = net.host(Config::default());
    let flow = net.connect(client, host);
    net.until(5, "up", |net| net.hosts[client].up() == [flow]);
}

/// Octets of memory in use.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// A connection up to its COOKIE ECHO, which has not arrived; and the INIT ACK's cookie.
fn cookie_echo(net: &mut Net) -> (usize, usize, Bytes) {
    let (client, server) = (net.host(open()), net.host(open()));
    net.connect(client, server);
    loop {
        assert!(net.step());
        let last = net.sent.last().unwrap();
        if last.octets[12] == COOKIE_ECHO {
            let echo = last.octets.clone();
            return (client, server, echo);
        }
    }
}

#[test]
fn forged_cookies_get_nothing() {
    let mut net = Net::new(3, Weather::FAIR);
    let (client, server, echo) = cookie_echo(&mut net);
    let from = net.hosts[client].at;
    let data = [&[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 46], &WORD[..]].concat();

    // dcsctp's own cookie, made by hand, with data behind it
    let mut plain = b"dcSCTPr0".to_vec();
    plain.extend([0, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 1]);
    plain.extend([0, 1, 0, 0]);
    plain.resize(44, 0);
    plain.extend([0, 10, 0, 10]);
    let mut forged = vec![packet(
        9,
        DIAMETER,
        9,
        &[(COOKIE_ECHO, 0, &plain), (0, 3, &data)],
    )];
    // a good one with a bit of its tag, its length or its cookie turned (its flags are not
    // signed, and with another type it is no cookie), and cut anywhere
    for bit in (32..64).chain(112..echo.len() * 8) {
        let mut turned = echo.to_vec();
        turned[bit / 8] ^= 1 << (bit % 8);
        forged.push(reseal(turned));
    }
    for end in 12..echo.len() {
        let mut cut = echo[..end].to_vec();
        if let Some(length) = cut.get_mut(14..16) {
            length.copy_from_slice(&(end as u16 - 12).to_be_bytes());
        }
        forged.push(reseal(cut));
    }
    let total = forged.len() as u64;
    for octets in &forged {
        let answered = answers(&mut net, server, from, octets);
        assert_eq!(answered, [], "to {octets:02x?}");
        assert_eq!(net.hosts[server].endpoint.associations(), 0);
    }
    // a good one from another address, or with other ports
    let mut other_port = echo.to_vec();
    other_port[1] ^= 1;
    let other_port = reseal(other_port);
    assert_eq!(answers(&mut net, server, stranger(), &echo), []);
    assert_eq!(answers(&mut net, server, from, &other_port), []);
    assert_eq!(net.hosts[server].heard, []);
    assert!(net.hosts[server].counter("cookie forged") > total * 3 / 4);

    // and the good one
    net.inject(server, from, &echo);
    assert_eq!(net.hosts[server].accepted().len(), 1);
}

#[test]
fn stale_cookies_are_named() {
    let mut net = Net::new(4, Weather::FAIR);
    let (client, server, echo) = cookie_echo(&mut net);
    let from = net.hosts[client].at;
    // the tag that the client chose stands in its INIT
    let tag = net.sent[0].octets[16..20].try_into().unwrap();
    let tag = u32::from_be_bytes(tag);
    net.now = net.now + Duration::from_secs(61);
    assert_eq!(answers(&mut net, server, from, &echo), [(ERROR, 0, tag)]);
    let error = &net.sent[0].octets;
    assert_eq!(error[16..20], [0, 3, 0, 8]);
    let late = u32::from_be_bytes(error[20..24].try_into().unwrap());
    assert!((900_000..1_100_000).contains(&late), "{late} microseconds");
    assert!(!net.hosts[server].is_busy());
    assert_eq!(net.hosts[server].counter("cookie stale"), 1);
}

#[test]
fn an_echo_of_the_association_that_is_there_is_never_stale() {
    let mut net = Net::new(5, Weather::FAIR);
    let (client, server, echo) = cookie_echo(&mut net);
    let from = net.hosts[client].at;
    net.until(5, "up", |net| net.hosts[client].up().len() == 1);
    net.run_for(100);
    let acknowledged = answers(&mut net, server, from, &echo);
    assert_eq!(acknowledged.iter().map(|a| a.0).collect::<Vec<_>>(), [11]);
    assert_eq!(net.hosts[server].heard.len(), 1);
}

#[test]
fn inits_that_are_wrong() {
    let mut net = Net::new(6, Weather::FAIR);
    let host = net.host(open());
    let to_listener = |value: &[u8]| packet(9, DIAMETER, 0, &[(INIT, 0, value)]);
    let mut of = |octets: &[u8]| answers(&mut net, host, stranger(), octets);
    let (good, none) = (init(5, 1500, 1, 1), init(0, 1500, 1, 1));
    assert_eq!(of(&to_listener(&good))[0].0, INIT_ACK);
    // tag 0, too short, with a tag in the header, with another chunk: dropped
    assert_eq!(of(&to_listener(&none)), []);
    assert_eq!(of(&to_listener(&good[..12])), []);
    assert_eq!(of(&packet(9, DIAMETER, 5, &[(INIT, 0, &good)])), []);
    let two = packet(9, DIAMETER, 0, &[(INIT, 0, &good), (INIT, 0, &good)]);
    assert_eq!(of(&two), []);
    // no streams, no window: refused
    for value in [
        init(5, 1500, 0, 1),
        init(5, 1500, 1, 0),
        init(5, 1499, 1, 1),
    ] {
        assert_eq!(of(&to_listener(&value)), [(ABORT, 0, 5)]);
    }
    // nobody there
    let elsewhere = packet(9, 7, 0, &[(INIT, 0, &good)]);
    assert_eq!(of(&elsewhere), [(ABORT, 0, 5)]);
    assert!(!net.hosts[host].is_busy());
}

#[test]
fn out_of_the_blue() {
    let mut net = Net::new(7, Weather::FAIR);
    let in_udp = net.host(open());
    let raw = net.host_on(open(), 0, &[DIAMETER]);
    let only = net.host(Config {
        peers: vec!["127.0.8.0/24".parse().unwrap()],
        ..open()
    });
    let mut from_raw = stranger();
    from_raw.set_port(0);
    let data = |port| packet(9, port, 77, &[(0, 3, &[1; 16])]);
    let reflected = [(ABORT, 1, 77)];
    assert_eq!(answers(&mut net, in_udp, stranger(), &data(7)), reflected);
    assert_eq!(answers(&mut net, raw, from_raw, &data(DIAMETER)), reflected);
    // on raw IP it may be for somebody else on this host
    assert_eq!(answers(&mut net, raw, from_raw, &data(7)), []);
    assert_eq!(net.hosts[raw].counter("port of others"), 1);
    assert_eq!(answers(&mut net, only, stranger(), &data(DIAMETER)), []);
    assert_eq!(net.hosts[only].counter("source not allowed"), 1);
    // its own connections make ports ours
    let peer = SocketAddr::new(stranger().ip(), 9);
    net.act(raw, |e, now, out| e.connect(now, peer, out));
    let own = net.sent.last().unwrap().octets[..2].try_into().unwrap();
    assert_eq!(net.sent.last().unwrap().to, from_raw);
    let elsewhere = "203.0.113.1:0".parse().unwrap();
    let to_own = packet(9, u16::from_be_bytes(own), 77, &[(0, 3, &[1; 16])]);
    assert_eq!(answers(&mut net, raw, elsewhere, &to_own), reflected);

    let leave = packet(9, DIAMETER, 77, &[(SHUTDOWN_ACK, 0, &[])]);
    let complete = [(SHUTDOWN_COMPLETE, 1, 77)];
    assert_eq!(answers(&mut net, in_udp, stranger(), &leave), complete);
    for silent in [ABORT, SHUTDOWN_COMPLETE, ERROR, 11] {
        let octets = packet(9, DIAMETER, 77, &[(silent, 0, &[])]);
        assert_eq!(answers(&mut net, in_udp, stranger(), &octets), []);
    }
    for no_host in ["224.0.0.1:9899", "255.255.255.255:9899", "0.0.0.0:9899"] {
        let from = no_host.parse().unwrap();
        assert_eq!(answers(&mut net, in_udp, from, &data(DIAMETER)), []);
    }
    let mut wrong = data(DIAMETER);
    wrong[8] ^= 1;
    assert_eq!(answers(&mut net, in_udp, stranger(), &wrong), []);
    assert_eq!(net.hosts[in_udp].counter("checksum wrong"), 1);
}

#[test]
fn init_acks_that_are_wrong() {
    let long = [
        init(5, 65_535, 1, 1),
        vec![0, 7, 0x40, 0],
        vec![7; 0x4000 - 4],
    ]
    .concat();
    for value in [
        init(0, 65_535, 1, 1),
        init(5, 65_535, 0, 1),
        init(5, 65_535, 1, 0),
        long,
    ] {
        let mut net = Net::new(8, Weather::FAIR);
        let (client, server) = (net.host(open()), net.host(open()));
        let flow = net.connect(client, server);
        let sent = net.sent[0].clone();
        let tag = u32::from_be_bytes(sent.octets[16..20].try_into().unwrap());
        let port = u16::from_be_bytes(sent.octets[..2].try_into().unwrap());
        let octets = packet(DIAMETER, port, tag, &[(INIT_ACK, 0, &value)]);
        let answered = answers(&mut net, client, sent.to, &octets);
        let peer_tag = u32::from_be_bytes(value[..4].try_into().unwrap());
        let abort = [(ABORT, 0, peer_tag)];
        assert_eq!(answered, abort[..usize::from(peer_tag != 0)]);
        assert_eq!(net.hosts[client].down(), [(flow, Why::Refused)]);
        assert!(!net.hosts[client].is_busy());
    }
}

#[test]
fn whoever_does_not_know_the_tag_changes_nothing() {
    let mut net = Net::new(9, Weather::FAIR);
    let (client, server) = (net.host(open()), net.host(open()));
    let flow = net.connect(client, server);
    let port = u16::from_be_bytes(net.sent[0].octets[..2].try_into().unwrap());
    let peer = net.hosts[server].at;
    let data = [&[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 46], &WORD[..]].concat();
    // while it connects, a SHUTDOWN ACK needs no tag: what stands beside it is not taken
    let leave = packet(DIAMETER, port, 1, &[(SHUTDOWN_ACK, 0, &[]), (0, 3, &data)]);
    let complete = [(SHUTDOWN_COMPLETE, 1, 1)];
    assert_eq!(answers(&mut net, client, peer, &leave), complete);
    net.until(5, "up", |net| net.hosts[client].up() == [flow]);

    let mut elsewhere = peer;
    elsewhere.set_port(5);
    for chunks in [
        &[(ABORT, 0, &[][..])][..],
        &[(ABORT, 1, &[])],
        &[(SHUTDOWN_ACK, 0, &[])],
        &[(SHUTDOWN_COMPLETE, 1, &[])],
        &[(7, 0, &[0; 4])],
        &[(0, 3, &data)],
        &[(0, 3, &data), (COOKIE_ECHO, 0, &[1; 76])],
    ] {
        let octets = packet(DIAMETER, port, 1, chunks);
        assert_eq!(answers(&mut net, client, elsewhere, &octets), []);
    }
    // nor is the peer's UDP port learnt from them
    net.send(client, flow, (0, 46), WORD);
    assert_eq!(net.sent.last().unwrap().to, peer);
    net.until(5, "the message", |net| net.hosts[server].messages == 1);
    assert_eq!(net.hosts[client].heard.len(), 1);
}

#[test]
fn another_address_of_a_peer_is_not_told_off() {
    let mut net = Net::new(10, Weather::FAIR);
    let (a, b) = net.pair(&open());
    net.send(0, a, (0, 46), WORD);
    let data = net.sent.last().unwrap().octets.clone();
    net.until(5, "the message", |net| net.hosts[1].messages == 1);
    assert_eq!(answers(&mut net, 1, stranger(), &data), []);
    assert_eq!(net.hosts[1].counter("other address of a peer"), 1);
    net.send(1, b, (0, 46), WORD);
    net.until(5, "the answer", |net| net.hosts[0].messages == 1);
}

#[test]
fn a_stream_of_the_peer_that_was_not_negotiated() {
    let mut net = Net::new(11, Weather::FAIR);
    let (a, _) = net.pair(&open());
    net.send(0, a, (0, 46), WORD);
    let mut data = net.sent.last().unwrap().octets.to_vec();
    assert_eq!((data[12], &data[20..22]), (0, &[0, 0][..]));
    data[21] = 16;
    let from = net.hosts[0].at;
    let answered = answers(&mut net, 1, from, &reseal(data));
    assert!(
        answered.iter().any(|(kind, ..)| *kind == ERROR),
        "{answered:?}"
    );
    let error = net
        .sent
        .iter()
        .find(|sent| sent.octets[12] == ERROR)
        .unwrap();
    assert_eq!(error.octets[16..], [0, 1, 0, 8, 0, 16, 0, 0]);
    assert_eq!(net.hosts[1].messages, 0);
    assert_eq!(net.hosts[1].counter("stream of the peer not negotiated"), 1);
    net.run_for(1);
    assert_eq!(net.hosts[0].counter("peer reported an error"), 1);
}

#[test]
fn hostile_captures() {
    for name in ["ip132", "udp9899"] {
        let file = format!("captures/sctp/usrsctp_fuzz_corpus_{name}.pcap");
        let Some(file) = oracle::shared("sctp-hostile-captures", &file) else {
            return;
        };
        let packets = common::capture(&file);
        assert!(packets.len() > 100, "{} packets", packets.len());
        let (mut survived, mut noticed) = (0, 0);
        for octets in &packets {
            let mut net = Net::new(12, Weather::FAIR);
            let (_, b) = net.pair(&open());
            let from = net.hosts[0].at;
            let echo = net.sent.iter().find(|s| s.octets[12] == COOKIE_ECHO);
            let live = echo.unwrap().octets.clone();
            // as it is; for our listener; and for the association that is there
            net.inject(1, stranger(), octets);
            let mut aimed = octets.clone();
            if aimed.len() >= 12 {
                aimed[2..4].copy_from_slice(&live[2..4]);
                net.inject(1, stranger(), &reseal(aimed.clone()));
                aimed[..2].copy_from_slice(&live[..2]);
                if aimed[4..8] != [0; 4] {
                    aimed[4..8].copy_from_slice(&live[4..8]);
                }
                net.inject(1, from, &reseal(aimed));
            }
            net.run_for(1);
            let host = &net.hosts[1];
            assert_eq!(host.accepted(), [b]);
            assert!(host.down().iter().all(|(flow, _)| *flow == b));
            survived += usize::from(host.is_busy());
            noticed += host.endpoint.counters().len();
        }
        println!(
            "{name}: {survived} of {} associations survive",
            packets.len()
        );
        assert!(noticed > packets.len());
    }
}

/// Live packets, changed, with the right ports, tag and checksum. `FOSTERLING_MUTATIONS` says how
/// many.
#[test]
fn mutations() {
    let wanted = std::env::var("FOSTERLING_MUTATIONS");
    let wanted: u32 = wanted.map_or(20_000, |n| n.parse().unwrap());
    let mut rng = Rng::seed(13);
    let (mut done, mut lives, mut base) = (0, 0u32, 0);
    while done < wanted {
        let mut net = Net::new(rng.u64(), Weather::FAIR);
        let (a, b) = net.pair(&open());
        lives += 1;
        let from = net.hosts[0].at;
        let echo = net.sent.iter().find(|s| s.octets[12] == COOKIE_ECHO);
        let head = echo.unwrap().octets.slice(..8);
        let mut pool: Vec<Bytes> = net.sent.iter().map(|sent| sent.octets.clone()).collect();
        while done < wanted && net.hosts[0].is_busy() && net.hosts[1].is_busy() {
            if done % 16 == 0 {
                let (stream, length) = (rng.below(4) as u16, 1 + rng.below(3000) as usize);
                net.send(0, a, (stream, 46), numbered(stream, done, length));
                net.send(1, b, (stream, 46), numbered(stream, done, length));
                net.run_for(rng.below(2) * rng.below(2) * rng.below(9));
                let new = net
                    .sent
                    .iter()
                    .rev()
                    .take(8)
                    .map(|sent| sent.octets.clone());
                pool.extend(new);
                pool.drain(..pool.len().saturating_sub(64));
                net.sent.clear();
                net.hosts.iter_mut().for_each(|host| host.heard.clear());
            }
            let mut octets = mutate(&mut rng, &pool);
            let known = if octets[12] == INIT { 4 } else { 8 };
            octets[..known].copy_from_slice(&head[..known]);
            net.inject(1, from, &reseal(octets));
            done += 1;
        }
        if base == 0 {
            base = resident();
        }
    }
    let grown = resident().saturating_sub(base);
    println!("{done} mutations, {lives} associations, {grown} octets more");
    assert!(grown < 32 << 20, "{grown} octets more");
    assert!(lives < done / 20, "they survive: {lives} associations");
}

/// The same for a client in each state in which it waits for its server: COOKIE-WAIT,
/// COOKIE-ECHOED, data not acknowledged, SHUTDOWN-SENT, SHUTDOWN kept back.
#[test]
fn mutations_while_it_waits() {
    let wanted = std::env::var("FOSTERLING_MUTATIONS");
    let rounds: u32 = wanted.map_or(20_000, |n| n.parse().unwrap()) / 20;
    let mut rng = Rng::seed(14);
    let pool = {
        let mut net = Net::new(15, Weather::FAIR);
        let (a, b) = net.pair(&open());
        net.send(1, b, (0, 46), numbered(0, 0, 3000));
        net.run_for(11);
        net.close(1, b);
        net.run_for(1);
        net.abort(0, a);
        let own = net.hosts[1].at;
        let sent = net.sent.iter().filter(|sent| sent.from == own);
        sent.map(|sent| sent.octets.clone()).collect::<Vec<_>>()
    };
    let (mut survived, mut ended) = (0, 0);
    for round in 0..rounds {
        let mut net = Net::new(rng.u64(), Weather::FAIR);
        let (client, server) = (net.host(open()), net.host(open()));
        let flow = net.connect(client, server);
        if round % 5 > 0 {
            while net.sent.last().unwrap().octets[12] != COOKIE_ECHO {
                assert!(net.step());
            }
        }
        if round % 5 > 1 {
            net.until(5, "up", |net| net.hosts[client].up() == [flow]);
        }
        net.hosts[server].silent = true;
        if round % 5 > 2 {
            net.run_for(1);
        }
        match round % 5 {
            2 | 4 => net.send(client, flow, (0, 46), numbered(0, 0, 5000)),
            3 => net.close(client, flow),
            _ => {}
        }
        let init = &net.sent[0].octets;
        let head = [&init[2..4], &init[..2], &init[16..20]].concat();
        let from = net.hosts[server].at;
        if round % 5 == 4 {
            let shutdown = [&head[..], &[0; 4], &[7, 0, 0, 8, 0, 0, 0, 0]].concat();
            net.inject(client, from, &reseal(shutdown));
        }
        for _ in 0..20 {
            let mut octets = mutate(&mut rng, &pool);
            octets[..8].copy_from_slice(&head);
            if octets[12] == INIT {
                octets[4..8].fill(0);
            }
            net.inject(client, from, &reseal(octets));
            net.run_for(rng.below(3) / 2);
        }
        assert!(net.hosts[client].endpoint.associations() <= 1);
        if net.hosts[client].is_busy() {
            survived += 1;
        } else {
            ended += 1;
        }
        // whatever happened: it ends by itself
        net.close(client, flow);
        net.until(200, "gone", |net| !net.hosts[client].is_busy());
    }
    println!("{survived} clients survive, {ended} do not");
    assert!(survived > 0 && ended > 0);
}

/// A packet of the pool with something wrong behind its header.
fn mutate(rng: &mut Rng, pool: &[Bytes]) -> Vec<u8> {
    let pick = |rng: &mut Rng| pool[rng.below(pool.len() as u64) as usize].to_vec();
    let mut octets = pick(rng);
    for _ in 0..=rng.below(3) {
        let at = 12 + rng.below(octets.len() as u64 - 12) as usize;
        let any = rng.u32() as u8;
        match rng.below(8) {
            0 => octets[at] ^= 1 << (any % 8),
            1 => octets[at] = any,
            2 => octets[at] = [0, 1, 0x7f, 0x80, 0xff][usize::from(any) % 5],
            // the chunk's length
            3 => octets[15] = any & 0x3f,
            4 => octets.truncate((at & !3).max(16)),
            5 => octets.extend(&pick(rng)[12..]),
            // the chunk's type
            6 => {
                octets[12] =
                    [0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 64, 130, 192, any][usize::from(any) % 15]
            }
            _ => {
                let more = vec![any; 4 * (1 + rng.below(8) as usize)];
                octets.splice(at..at, more);
            }
        }
    }
    octets
}
