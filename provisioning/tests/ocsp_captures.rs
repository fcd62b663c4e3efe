//! OCSP of third-party captures: parsed, and what can be checked without RSA is checked.
#![allow(clippy::unwrap_used)]
use engine::Rng;
use provisioning::ocsp::{Answer, Ask, Status};
use wire::net::{Packet, Streams};

/// The bodies of all HTTP messages of `kind` in a little-endian pcap of Ethernet.
fn bodies(pcap: &[u8], kind: &str) -> Vec<Vec<u8>> {
    let number = |at: usize| u32::from_le_bytes(pcap[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!(
        (number(0), number(20)),
        (0xa1b2_c3d4, 1),
        "another kind of pcap"
    );
    let (mut streams, mut at, mut ways) = (Streams::default(), 24, Vec::new());
    while at < pcap.len() {
        let len = number(at + 8);
        let frame = &pcap[at + 16..at + 16 + len];
        at += 16 + len;
        if let Some(Ok(s)) = Packet::read(&frame[14..]).unwrap().tcp() {
            streams.take(&s);
            if !ways.contains(&(s.from, s.to)) {
                ways.push((s.from, s.to));
            }
        }
    }
    let mut found = Vec::new();
    for way in ways {
        let mut rest = streams.ready(&way);
        while let Some(end) = rest.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&rest[..end]).to_lowercase();
            let length = head
                .split("content-length:")
                .nth(1)
                .map_or(0, |l| l.lines().next().unwrap().trim().parse().unwrap());
            rest = &rest[end + 4..];
            let (body, left) = rest.split_at(usize::min(length, rest.len()));
            if head.contains(kind) && body.len() == length {
                found.push(body.to_vec());
            }
            rest = left;
        }
    }
    found
}

#[test]
fn captured_requests_and_responses_say_what_they_should() {
    for (name, revoked, count) in [("good", false, 1), ("revoked", true, 4)] {
        let file = format!("captures/ocsp/{name}.pcap");
        let Some(file) = oracle::shared(&format!("ocsp-{name}"), &file) else {
            continue;
        };
        let pcap = std::fs::read(file).unwrap();
        let asks = bodies(&pcap, "content-type: application/ocsp-request");
        let answers = bodies(&pcap, "content-type: application/ocsp-response");
        assert_eq!((asks.len(), answers.len()), (count, count), "{name}");
        for (ask, answer) in asks.iter().zip(&answers) {
            let request = Ask::parse(ask).unwrap();
            assert_eq!(request.to_der().unwrap(), *ask, "{name}");
            let Answer::Basic(basic) = Answer::parse(answer).unwrap() else {
                panic!("{name}: a failure");
            };
            let single = &basic.singles[0];
            assert_eq!(single.id, request.ids[0], "{name}");
            assert_eq!(
                matches!(single.status, Status::Revoked { .. }),
                revoked,
                "{name}"
            );
            assert!(single.this_update <= basic.produced_at, "{name}");
            assert!(single.next_update.unwrap() > single.this_update, "{name}");
            // the responder's certificate came along, names itself, and may sign for its issuer
            let responder = &basic.certs[0];
            assert!(responder.may_sign_ocsp(), "{name}: {responder:?}");
            // signed with RSA: read, never believed
            let issuer = responder.clone();
            assert!(basic.verify(&request, &issuer, single.this_update).is_err());
            let mut rng = Rng::seed(1);
            for _ in 0..500 {
                for whole in [ask, answer] {
                    let mut bad = whole.clone();
                    let at = rng.below(bad.len() as u64) as usize;
                    bad[at] = rng.u32() as u8;
                    let _ = (
                        Ask::parse(&bad),
                        Answer::parse(&bad),
                        Ask::parse(&whole[..at]),
                    );
                }
            }
        }
    }
}
