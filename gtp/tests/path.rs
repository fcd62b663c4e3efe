//! Stories of the path machine in virtual time.
use bytes::Bytes;
use engine::{Rng, Time};
use gtp::{
    machine::path::{Config, Output, Paths},
    msg::{
        Cause, CreatePdpContextResponse, DeletePdpContextRequest, DeletePdpContextResponse,
        EchoRequest, EchoResponse, Message, Pdu,
    },
};
use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 2, 1));

fn paths(seed: u64) -> Paths<&'static str> {
    Paths::new(Config::control(7), Rng::seed(seed))
}

fn at(secs: u64) -> Time {
    Time(0) + Duration::from_secs(secs)
}

fn peer() -> SocketAddr {
    SocketAddr::new(PEER, 2123)
}

fn drain<T>(p: &mut Paths<T>) -> Vec<Output<T>> {
    std::iter::from_fn(|| p.poll()).collect()
}

/// The messages sent, and what else came out.
fn split<T>(out: Vec<Output<T>>) -> (Vec<Message>, Vec<Output<T>>) {
    let (sent, rest): (Vec<_>, Vec<_>) = out
        .into_iter()
        .partition(|o| matches!(o, Output::Send { .. }));
    let read = |o| match o {
        Output::Send { bytes, .. } => Message::read(&bytes).unwrap(),
        _ => unreachable!(),
    };
    (sent.into_iter().map(read).collect(), rest)
}

fn echo_response(sequence: u16, recovery: u8) -> Bytes {
    let pdu = EchoResponse {
        recovery,
        private: None,
        other: Default::default(),
    };
    Message::response(sequence, 0, pdu).bytes()
}

fn delete_response(sequence: u16) -> Bytes {
    let pdu = DeletePdpContextResponse::refusal(Cause::RequestAccepted);
    Message::response(sequence, 9, pdu).bytes()
}

/// Runs timers up to `until`; when datagrams left, in whole seconds, and the rest of what came out.
fn run<T>(p: &mut Paths<T>, until: u64) -> (Vec<(u64, Message)>, Vec<Output<T>>) {
    let (mut sent, mut rest) = (vec![], vec![]);
    while let Some(t) = p.due().filter(|t| *t <= at(until)) {
        p.timer(t);
        let (s, r) = split(drain(p));
        sent.extend(s.into_iter().map(|m| (t.0 / 1_000_000_000, m)));
        rest.extend(r);
    }
    (sent, rest)
}

#[test]
fn a_request_is_sent_n3_times_then_given_up_once() {
    let mut p = paths(1);
    p.request(
        at(0),
        PEER,
        5,
        DeletePdpContextRequest::teardown(5),
        "delete",
    );
    let (first, _) = split(drain(&mut p));
    let (again, rest) = run(&mut p, 100);
    let times: Vec<_> = again.iter().map(|s| s.0).collect();
    assert_eq!(times, [5, 10]);
    assert!(
        again.iter().all(|s| s.1 == first[0]),
        "a repeat is the same message"
    );
    let tag = "delete";
    assert_eq!(rest, [Output::NoAnswer { tag, to: peer() }]);
    assert_eq!(p.due(), None);
}

#[test]
fn an_answer_ends_it_and_a_second_answer_is_nobodys() {
    let mut p = paths(1);
    p.request(
        at(0),
        PEER,
        5,
        DeletePdpContextRequest::teardown(5),
        "delete",
    );
    let sequence = split(drain(&mut p)).0[0].header.sequence().unwrap();
    // from elsewhere, of another type, of another number: not the answer
    let elsewhere = "127.0.2.9:2123".parse().unwrap();
    p.receive(at(1), elsewhere, &delete_response(sequence));
    p.receive(at(1), peer(), &echo_response(sequence, 1));
    p.receive(at(1), peer(), &delete_response(sequence.wrapping_add(1)));
    let nothing = Output::Discarded("gtp.answer_to_nothing");
    assert_eq!(
        drain(&mut p),
        [nothing.clone(), nothing.clone(), nothing.clone()]
    );
    p.receive(at(2), peer(), &delete_response(sequence));
    match &drain(&mut p)[..] {
        [
            Output::Answer {
                tag: "delete",
                message,
                ..
            },
        ] => {
            assert_eq!(message.pdu.cause(), Some(Cause::RequestAccepted));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(p.due(), None);
    p.receive(at(3), peer(), &delete_response(sequence));
    assert_eq!(drain(&mut p), [nothing]);
}

#[test]
fn one_counter_per_path_from_a_random_start() {
    let start = |seed, peer: &str| {
        let mut p = paths(seed);
        let peer = peer.parse().unwrap();
        let numbers: Vec<u16> = (0..3)
            .map(|_| {
                p.request(at(0), peer, 0, DeletePdpContextRequest::teardown(5), "x");
                split(drain(&mut p)).0[0].header.sequence().unwrap()
            })
            .collect();
        assert_eq!(numbers[1], numbers[0].wrapping_add(1));
        assert_eq!(numbers[2], numbers[0].wrapping_add(2));
        numbers[0]
    };
    assert_ne!(start(1, "127.0.2.1"), start(2, "127.0.2.1"));
    let mut p = paths(1);
    let mut first = |peer: &str| {
        p.request(
            at(0),
            peer.parse().unwrap(),
            0,
            DeletePdpContextRequest::teardown(5),
            "x",
        );
        split(drain(&mut p)).0[0].header.sequence().unwrap()
    };
    assert_ne!(first("127.0.2.1"), first("127.0.2.2"));
}

#[test]
fn a_repeated_request_gets_the_stored_answer_for_a_minute() {
    let mut p = paths(1);
    let request = Message::request(77, 0, DeletePdpContextRequest::teardown(5)).bytes();
    p.receive(at(0), peer(), &request);
    let id = match &drain(&mut p)[..] {
        [Output::Request { id, .. }] => *id,
        other => panic!("{other:?}"),
    };
    // still in hand: the repeat is not offered again
    p.receive(at(1), peer(), &request);
    assert_eq!(drain(&mut p), [Output::Discarded("gtp.request_in_hand")]);
    let answer = DeletePdpContextResponse::refusal(Cause::RequestAccepted);
    p.respond(at(2), id, 3, answer);
    let (sent, _) = split(drain(&mut p));
    p.receive(at(59), peer(), &request);
    let (again, rest) = split(drain(&mut p));
    assert_eq!((sent.len(), &again), (1, &sent));
    assert_eq!(rest, [Output::Discarded("gtp.request_repeated")]);
    // from another port it is another request
    p.receive(at(59), "127.0.2.1:4000".parse().unwrap(), &request);
    assert!(matches!(drain(&mut p)[..], [Output::Request { .. }]));
    // after a minute it is a new one
    p.receive(at(61), peer(), &request);
    assert!(matches!(drain(&mut p)[..], [Output::Request { .. }]));
}

#[test]
fn echo_is_answered_with_our_restart_counter() {
    let mut p = paths(1);
    let echo = EchoRequest {
        private: None,
        other: Default::default(),
    };
    p.receive(at(0), peer(), &Message::request(3, 0, echo).bytes());
    let (sent, rest) = split(drain(&mut p));
    assert_eq!(
        (sent[0].header.sequence(), sent[0].pdu.recovery()),
        (Some(3), Some(7))
    );
    assert!(rest.is_empty());
}

#[test]
fn echo_watches_a_path_with_tunnels_every_minute_until_it_is_down() {
    let mut p = paths(1);
    assert_eq!(p.due(), None);
    p.tunnel_up(at(0), PEER);
    p.tunnel_up(at(1), PEER);
    p.timer(at(60));
    let (sent, _) = split(drain(&mut p));
    let sequence = sent[0].header.sequence().unwrap();
    p.receive(at(61), peer(), &echo_response(sequence, 1));
    assert_eq!(drain(&mut p), []);
    // nobody answers from now on: 120, 125, 130 s, then down; Echo goes on a minute later
    let (sent, rest) = run(&mut p, 180);
    let times: Vec<_> = sent.iter().map(|s| s.0).collect();
    assert_eq!(times, [120, 125, 130, 180]);
    assert_eq!(rest, [Output::Down { peer: PEER }]);
    assert!(p.is_down(PEER));
    let last = sent[3].1.header.sequence().unwrap();
    p.receive(at(181), peer(), &echo_response(last, 1));
    assert_eq!(drain(&mut p), [Output::Up { peer: PEER }]);
    // the last tunnel is gone: nothing more to watch
    p.tunnel_down(PEER);
    p.tunnel_down(PEER);
    assert_eq!(p.due(), None);
    // a new one: never sooner than a minute after the last Echo
    p.tunnel_up(at(190), PEER);
    assert_eq!(p.due(), Some(at(250)));
}

#[test]
fn a_higher_restart_counter_means_a_restart_a_lower_one_the_past() {
    let mut p = paths(1);
    p.tunnel_up(at(0), PEER);
    let mut hear = |t: u64, recovery: u8| {
        p.timer(at(t));
        let sent = split(drain(&mut p)).0;
        let sequence = sent[0].header.sequence().unwrap();
        p.receive(at(t), peer(), &echo_response(sequence, recovery));
        let out = drain(&mut p);
        p.tunnel_up(at(t), PEER);
        out
    };
    assert_eq!(hear(60, 254), []);
    assert_eq!(hear(120, 254), []);
    let restarted = |counter| Output::Restarted {
        peer: PEER,
        counter,
    };
    assert_eq!(hear(180, 255), [restarted(255)]);
    assert_eq!(hear(240, 1), [restarted(1)], "rolled over");
    let past = Output::Discarded("gtp.restart_counter_of_the_past");
    assert_eq!(hear(300, 250), [past]);
}

#[test]
fn what_cannot_be_read_is_answered_by_its_cause() {
    let mut p = paths(1);
    let mut refused = |octets: &[u8]| {
        p.receive(at(0), peer(), &Bytes::copy_from_slice(octets));
        let (sent, rest) = split(drain(&mut p));
        assert!(matches!(rest[..], [Output::Bad { .. }]), "{rest:?}");
        sent.first()
            .map(|m| (m.header.sequence(), m.pdu.name(), m.pdu.cause()))
    };
    let answer = |n, cause| Some((Some(n), "DeletePdpContextResponse", Some(cause)));
    // no NSAPI; an unknown TV element; NSAPI cut off; a length that disagrees
    let missing = [0x32, 20, 0, 4, 0, 0, 0, 1, 0, 1, 0, 0];
    assert_eq!(refused(&missing), answer(1, Cause::MandatoryIeMissing));
    let unknown = [0x32, 20, 0, 8, 0, 0, 0, 1, 0, 2, 0, 0, 20, 5, 99, 0];
    assert_eq!(refused(&unknown), answer(2, Cause::InvalidMessageFormat));
    let cut = [0x32, 20, 0, 5, 0, 0, 0, 1, 0, 3, 0, 0, 20];
    assert_eq!(refused(&cut), answer(3, Cause::MandatoryIeIncorrect));
    let optional = [0x32, 20, 0, 9, 0, 0, 0, 1, 0, 4, 0, 0, 20, 5, 132, 0, 9];
    assert_eq!(refused(&optional), answer(4, Cause::OptionalIeIncorrect));
    let long = [0x32, 20, 0, 99, 0, 0, 0, 1, 0, 5, 0, 0, 20, 5];
    assert_eq!(refused(&long), answer(5, Cause::InvalidMessageFormat));
    // another version; but a refusal is never answered by a refusal
    let v2 = [0x40, 1, 0, 4, 0, 0, 1, 0];
    assert_eq!(refused(&v2), Some((Some(0), "VersionNotSupported", None)));
    assert_eq!(refused(&[0x40, 3, 0, 4, 0, 0, 1, 0]), None);
    assert_eq!(refused(&[0x32, 1]), None);
}

#[test]
fn an_extension_header_that_must_be_understood_is_refused() {
    let mut p = paths(1);
    let mut m = Message::request(5, 1, DeletePdpContextRequest::teardown(5));
    m.header = m.header.with_extension(0xc1, &[0xff, 0xff]);
    p.receive(at(0), peer(), &m.bytes());
    let (sent, rest) = split(drain(&mut p));
    assert!(matches!(
        &sent[0].pdu,
        Pdu::SupportedExtensionHeadersNotification(_)
    ));
    assert_eq!(
        rest,
        [Output::Discarded("gtp.extension_header_not_understood")]
    );
    let mut m = Message::request(6, 1, DeletePdpContextRequest::teardown(5));
    m.header = m.header.with_extension(0x40, &[1, 2]);
    p.receive(at(0), peer(), &m.bytes());
    assert!(matches!(drain(&mut p)[..], [Output::Request { .. }]));
}

#[test]
fn an_answer_that_cannot_be_read_ends_the_request_too() {
    let mut p = paths(1);
    p.request(
        at(0),
        PEER,
        5,
        DeletePdpContextRequest::teardown(5),
        "delete",
    );
    let sequence = split(drain(&mut p)).0[0].header.sequence().unwrap();
    let mut octets = delete_response(sequence).to_vec();
    octets.truncate(12);
    octets[3] = 4;
    p.receive(at(1), peer(), &octets.into());
    match &drain(&mut p)[..] {
        [Output::Bad { .. }, Output::Answer { message, .. }] => {
            assert_eq!(message.pdu.cause(), Some(Cause::MandatoryIeMissing));
        }
        other => panic!("{other:?}"),
    }
    let refusal = CreatePdpContextResponse::refusal(Cause::SystemFailure);
    assert!(refusal.cause.is_rejection());
}
