//! Connections of peers: election, capabilities, leave-taking with its causes, coming back, and what
//! a stranger can say, as RFC 6733 5 tells them.
use diameter_s6a::{
    machine::{
        Application, Identity, Routes,
        peers::{self, PeerConfig},
        route::Action,
    },
    msg::{self, DisconnectCause, Message, Pdu, ResultCode, application::S6A, flags},
};
use engine::{Input, Link, Node, Now, Outputs, Rng, Time};
use interconnect::dra::{self, Config, DIAMETER, Dra};
use std::{convert::Infallible, net::SocketAddr, time::Duration};
use wire::Bytes;
use world::{Command, HOME, Party, Reply, Seen, To, VISITED, air, at, avp, end, play, table};

mod world;

const A: usize = 0;
const B: usize = 1;

/// Two nodes of these names that know each other; those that dial do so at once.
fn pair(names: [&str; 2], dials: [bool; 2]) -> Vec<(&'static str, Party)> {
    let one = |me: usize| {
        let host = |n: usize| format!("{}.{HOME}", names[n]);
        let mut other = PeerConfig::new(host(1 - me));
        if dials[me] {
            other = other.at(at(1 - me as u8));
        }
        let config = peers::Config {
            routes: Routes::default().or_else(Action::Peers(vec![host(1 - me)])),
            ..table(Identity::s6a(host(me), HOME), vec![other])
        };
        end(config, &Rng::seed(1))
    };
    vec![("a", one(A)), ("b", one(B))]
}

fn host(name: &str) -> String {
    format!("{name}.{HOME}")
}

#[test]
fn both_dial_and_the_later_name_keeps_the_connection_that_it_accepted() {
    let seen = play(
        pair(["anna", "bert"], [true, true]),
        vec![
            (1000, A, Command::Ask(1, air(1, To::default(), &[]))),
            (1000, B, Command::Ask(2, air(2, To::default(), &[]))),
        ],
        2,
    );
    let log = seen.text(&[]);
    // both send a CER; bert wins, closes what it dialled and answers anna's
    assert_eq!(seen.between(A, B, 257).len(), 2 - 1, "{log}");
    let all = seen.text(&["Capabilities-Exchange-Answer"]);
    assert_eq!(all.lines().count(), 1, "{log}");
    assert!(all.contains("b > a"), "{log}");
    let opened = seen.text(&["open "]);
    assert_eq!(opened.lines().count(), 2, "{log}");
    assert_eq!(seen.text(&["why=T", "why=Ref"]).lines().count(), 0, "{log}");
    assert_eq!(
        seen.text(&["answered"]).matches("SUCCESS").count(),
        2,
        "{log}"
    );
}

#[test]
fn names_are_elected_without_case() {
    for (names, winner) in [
        (["ANNA", "bert"], "b > a"),
        (["zoe", "Bert"], "a > b"),
        (["hlr", "hlr2"], "b > a"),
    ] {
        let seen = play(pair(names, [true, true]), vec![], 1);
        let cea = seen.text(&["Capabilities-Exchange-Answer"]);
        assert!(
            cea.lines().count() == 1 && cea.contains(winner),
            "{}",
            seen.text(&[])
        );
    }
}

#[test]
fn a_second_connection_of_an_open_peer_is_rejected() {
    // b dials again while the connection that a dialled is open
    let script = vec![(1000, B, Command::Connect(host("anna")))];
    let seen = play(pair(["anna", "bert"], [true, true]), script, 3);
    assert_eq!(
        seen.text(&["Capabilities-Exchange-Answer"]).lines().count(),
        1
    );
    assert_eq!(seen.text(&["why=T", "why=Ref"]), "", "{}", seen.text(&[]));
}

#[test]
fn a_peer_with_another_name_than_expected_is_left() {
    let mut nodes = pair(["anna", "bert"], [true, false]);
    let impostor = Identity::s6a(host("eve"), HOME);
    let anna = PeerConfig::new(host("anna"));
    nodes[B].1 = end(table(impostor, vec![anna]), &Rng::seed(1));
    let seen = play(nodes, vec![], 2);
    let log = seen.text(&[]);
    assert!(
        log.contains("a closed to=bert why=Refused(DIAMETER_UNKNOWN_PEER"),
        "{log}"
    );
}

#[test]
fn who_is_busy_or_done_is_not_dialled_again_and_who_reboots_is() {
    for (cause, again) in [
        (DisconnectCause::Rebooting, true),
        (DisconnectCause::Busy, false),
        (DisconnectCause::DoNotWantToTalkToYou, false),
    ] {
        let script = vec![(1000, B, Command::Leave(host("anna"), cause))];
        let seen = play(pair(["anna", "bert"], [true, false]), script, 100);
        let log = seen.text(&["Disconnect", "open", "closed"]);
        assert!(log.contains("b > a: Disconnect-Peer-Request"), "{log}");
        assert!(
            log.contains("a > b: Disconnect-Peer-Answer DIAMETER_SUCCESS"),
            "{log}"
        );
        assert!(log.contains(&format!("PeerLeft({cause}")), "{log}");
        let opened = seen.lines.iter().filter(|l| l.contains("a open"));
        let times: Vec<_> = opened.map(|l| l[..7].trim().to_owned()).collect();
        assert_eq!(times.len(), 1 + usize::from(again), "{log}");
        if again {
            // Tc, and at most a tenth more
            let at: f64 = times[1].parse().unwrap();
            assert!((31.0..34.2).contains(&at), "{at}");
        }
    }
}

#[test]
fn whoever_left_stays_away_until_told_and_may_be_called_back() {
    let (leave, cause) = (host("bert"), DisconnectCause::DoNotWantToTalkToYou);
    let script = vec![
        (1000, A, Command::Leave(leave.clone(), cause)),
        (80_000, A, Command::Connect(leave)),
        (90_000, A, Command::Ask(1, air(1, To::default(), &[]))),
    ];
    let seen = play(pair(["anna", "bert"], [true, false]), script, 92);
    let log = seen.text(&["open", "answered"]);
    let opened: Vec<_> = seen.lines.iter().filter(|l| l.contains("a open")).collect();
    assert_eq!(opened.len(), 2, "{log}");
    assert!(opened[1].starts_with(" 80."), "{log}");
    // no watchdog holds a leave against the peer: usable at once
    assert!(
        log.contains("answered n=1 result=DIAMETER_SUCCESS"),
        "{log}"
    );
}

#[test]
fn an_absent_peer_is_dialled_every_tc_at_each_of_its_addresses_in_turn() {
    let bert = PeerConfig::new(host("bert")).at(at(5)).at(at(B as u8));
    let config = peers::Config {
        tc: Duration::from_secs(4),
        ..table(Identity::s6a(host("anna"), HOME), vec![bert])
    };
    let mut nodes = pair(["anna", "bert"], [false, false]);
    nodes[A].1 = end(config, &Rng::seed(1));
    let seen = play(nodes, vec![], 10);
    let log = seen.text(&["open", "closed"]);
    assert!(
        log.starts_with("  0.010 a closed to=bert why=Transport"),
        "{log}"
    );
    let open = seen.text(&["a open to=bert"]);
    let at: f64 = open[..7].trim().parse().unwrap();
    assert!((4.0..4.6).contains(&at), "{log}");
}

/// A host that leaves to restart: what waits goes to the next peer, and once it is back after Tc it
/// gets requests again.
#[test]
fn failover_and_failback() {
    let sgsn = |peers: Vec<PeerConfig>| {
        let all = peers.iter().map(|p| p.host.clone()).collect();
        let config = peers::Config {
            routes: Routes::default().or_else(Action::Peers(all)),
            answer_time: Duration::from_secs(120),
            ..table(Identity::s6a(format!("sgsn.{VISITED}"), VISITED), peers)
        };
        end(config, &Rng::seed(1))
    };
    let hlr = |n: u8| {
        let peers = vec![PeerConfig::new(format!("sgsn.{VISITED}"))];
        let identity = Identity::s6a(host(&format!("hlr{n}")), HOME);
        end(table(identity, peers), &Rng::seed(1))
    };
    let first = PeerConfig::new(host("hlr1")).at(at(1));
    let second = PeerConfig::new(host("hlr2")).at(at(2)).priority(1);
    let nodes = vec![
        ("sgsn", sgsn(vec![first, second])),
        ("hlr1", hlr(1)),
        ("hlr2", hlr(2)),
    ];
    let ask = |t, n| (t, A, Command::Ask(n, air(n, To::default(), &[])));
    let script = vec![
        (900, 1, Command::Reply(Reply::Nothing)),
        ask(1000, 1),
        // leave-taking: what waits there goes to the second
        (
            2000,
            1,
            Command::Leave(format!("sgsn.{VISITED}"), DisconnectCause::Rebooting),
        ),
        ask(3000, 2),
        (4000, 1, Command::Reply(Reply::Code(ResultCode::Success))),
        // it has come back: it has priority again
        ask(50_000, 3),
    ];
    let seen = play(nodes, script, 52);
    let log = seen.text(&["Authentication", "answered"]);
    let to = |node| seen.between(0, node, 318);
    assert_eq!((to(1).len(), to(2).len()), (2, 2), "{log}");
    assert_eq!(to(2)[0][4] & flags::T, flags::T, "{log}");
    assert_eq!(to(2)[1][4] & flags::T, 0, "{log}");
    assert_eq!(
        seen.text(&["answered"]).matches("SUCCESS").count(),
        3,
        "{log}"
    );
}

#[test]
fn capabilities_that_do_not_fit_are_refused_by_result_code() {
    let relay = || dra(vec![PeerConfig::new(host("anna"))]);
    let cer = |f: &dyn Fn(&mut msg::CapabilitiesExchangeRequest)| {
        let mut cer = table(Identity::s6a(host("anna"), HOME), vec![])
            .identity
            .cer();
        f(&mut cer);
        let mut m = Message::request(0, cer);
        (m.header.hop_by_hop, m.header.end_to_end) = (7, 9);
        m.to_bytes()
    };
    let code = |octets: Bytes| {
        let mut d = relay();
        let sent = d.says(octets);
        let m = sent.first().map(|o| Message::read(o).unwrap());
        let m = m.unwrap_or_else(|| panic!("no answer"));
        assert_eq!((m.header.hop_by_hop, m.header.end_to_end), (7, 9));
        let Some(msg::Outcome::Base(code)) = m.result() else {
            panic!("{m}")
        };
        assert_eq!(m.header.is_error(), code.is_protocol_error(), "{m}");
        // the connection is closed unless the peer was taken
        assert_eq!(d.closed, code != ResultCode::Success);
        code
    };
    assert_eq!(code(cer(&|_| {})), ResultCode::Success);
    let stranger = cer(&|c| c.origin_host = host("eve").into());
    assert_eq!(code(stranger), ResultCode::UnknownPeer);
    let own = cer(&|c| c.origin_host = format!("DRA.{VISITED}").into());
    assert_eq!(code(own), ResultCode::UnableToComply);
    let nothing = cer(&|c| c.vendor_specific_application_id.clear());
    assert_eq!(code(nothing), ResultCode::NoCommonApplication);
    let tls = cer(&|c| c.inband_security_id = vec![msg::InbandSecurityId::Tls]);
    assert_eq!(code(tls), ResultCode::NoCommonSecurity);
    // accounting alone is enough for a relay, a relay for everybody
    let accounting = cer(&|c| {
        c.vendor_specific_application_id.clear();
        c.acct_application_id = vec![3];
    });
    assert_eq!(code(accounting), ResultCode::Success);
    // without Product-Name; with an AVP cut short; with a mandatory one that nobody knows
    let whole = cer(&|_| {});
    let name = whole.windows(4).position(|w| w == [0, 0, 1, 13]).unwrap();
    let without = [&whole[..name], &whole[name + 20..]].concat();
    assert_eq!(code(with_length(without)), ResultCode::MissingAvp);
    let mut cut = whole.to_vec();
    cut[name + 7] = 200;
    assert_eq!(code(with_length(cut)), ResultCode::InvalidAvpLength);
    let odd = [&whole[..], &avp(0xfff0, 0, b"odd!")].concat();
    assert_eq!(code(with_length(odd)), ResultCode::AvpUnsupported);
}

fn with_length(mut octets: Vec<u8>) -> Bytes {
    let n = (octets.len() as u32).to_be_bytes();
    octets[1..4].copy_from_slice(&n[1..]);
    octets.into()
}

#[test]
fn an_end_point_refuses_other_applications() {
    let gx = Application {
        vendor: msg::TGPP,
        id: msg::application::GX,
    };
    let mut nodes = pair(["anna", "bert"], [true, false]);
    let other = Identity {
        applications: vec![gx],
        ..Identity::s6a(host("bert"), HOME)
    };
    let anna = PeerConfig::new(host("anna"));
    nodes[B].1 = end(table(other, vec![anna]), &Rng::seed(1));
    let seen = play(nodes, vec![], 1);
    let log = seen.text(&[]);
    assert!(
        log.contains("Refused(DIAMETER_NO_COMMON_APPLICATION"),
        "{log}"
    );
    assert!(
        log.contains("RefusedByPeer(DIAMETER_NO_COMMON_APPLICATION"),
        "{log}"
    );
}

#[test]
fn requests_that_no_relay_passes_on() {
    let code = |octets: Bytes| {
        let mut d = dra(vec![PeerConfig::new(host("anna"))]);
        d.opens("anna");
        let sent = d.says(octets);
        let m = Message::read(sent.first().unwrap()).unwrap();
        let Some(msg::Outcome::Base(code)) = m.result() else {
            panic!("{m}")
        };
        let failed = match m.pdu {
            Pdu::ErrorAnswer(e) => e.failed_avp.len(),
            Pdu::AuthenticationInformationAnswer(a) => a.failed_avp.len(),
            other => panic!("{other}"),
        };
        (code, failed)
    };
    let to = To {
        realm: Some(HOME),
        ..To::default()
    };
    let good = air(1, to, &[avp(9999, 0, &[0; 4])]).to_vec();
    let mut cut = good.clone();
    let n = cut.len();
    cut[n - 5] = 200;
    assert_eq!(code(cut.into()), (ResultCode::InvalidAvpLength, 1));
    for bits in [flags::E, 0x01, 0x08] {
        let mut odd = good.clone();
        odd[4] |= bits;
        assert_eq!(code(odd.into()), (ResultCode::InvalidHdrBits, 0));
    }
    // another version of the protocol
    let mut newer = good.clone();
    newer[0] = 2;
    assert_eq!(code(newer.into()), (ResultCode::UnsupportedVersion, 0));
    // a command of the base protocol that has no place here
    let mut base = good;
    base[8..12].copy_from_slice(&[0; 4]);
    assert_eq!(code(base.into()), (ResultCode::CommandUnsupported, 0));
}

#[test]
fn strangers_cannot_stay_and_are_not_many() {
    let mut d = dra(vec![]);
    let mut closed = 0;
    for n in 0..1000 {
        closed += d.dialled(Link(0x2_0000 + n));
    }
    assert_eq!(closed, 1000 - 256);
    d.now = Now::virtually(Time(0) + Duration::from_secs(10));
    let mut out = Outputs::default();
    d.dra.handle(d.now, Input::Timer, &mut out);
    let closed = out
        .drain()
        .filter(|a| matches!(a, engine::Action::Close(_)));
    assert_eq!(closed.count(), 256);
    assert_eq!(d.dra.due(), None);
    // and somebody who begins with something else is shown the door
    let mut d = dra(vec![PeerConfig::new(host("anna"))]);
    let sent = d.says(air(
        1,
        To {
            realm: Some(HOME),
            user: Some("999010000000001"),
            ..To::default()
        },
        &[],
    ));
    assert!(sent.is_empty() && d.closed);
}

#[test]
fn octets_of_a_peer_do_not_panic() {
    let mut rng = Rng::seed(3);
    let mut d = dra(vec![PeerConfig::new(host("anna"))]);
    d.opens("anna");
    let to = To {
        realm: Some(HOME),
        user: Some("999010000000001"),
        ..To::default()
    };
    let mut answered = 0;
    for n in 0..20_000u32 {
        let mut octets = air(n, to, &[avp(284, 0, &avp(280, 0, b"x"))]).to_vec();
        for _ in 0..=rng.below(3) {
            let at = rng.below(octets.len() as u64) as usize;
            octets[at] = rng.u32() as u8;
        }
        if rng.below(4) == 0 {
            octets.truncate(rng.below(octets.len() as u64) as usize);
        }
        answered += d.says(octets.into()).len();
        if d.closed {
            d = dra(vec![PeerConfig::new(host("anna"))]);
            d.opens("anna");
        }
    }
    assert!(answered > 5000, "{answered}");
}

/// An agent, and a peer that says to it what it likes.
struct Direct {
    dra: Dra,
    now: Now,
    link: Link,
    up: bool,
    closed: bool,
}

fn dra(known: Vec<PeerConfig>) -> Direct {
    let mut c = Config::new(format!("dra.{VISITED}"), VISITED);
    let away = Action::Peers(vec!["nobody".into()]);
    c.peers = peers::Config {
        routes: Routes::default().with(HOME, S6A, away),
        ..table(c.peers.identity, known)
    };
    Direct {
        dra: Dra::new(c, Rng::seed(1)),
        now: Now::virtually(Time(0)),
        link: Link(0x1_0000),
        up: false,
        closed: false,
    }
}

impl Direct {
    fn dialled(&mut self, link: Link) -> u32 {
        let peer = SocketAddr::from(([127, 0, 9, 200], 4000));
        self.give(Input::Up {
            link,
            port: DIAMETER,
            peer,
        });
        u32::from(std::mem::take(&mut self.closed))
    }

    fn give(&mut self, input: Input<Infallible, dra::Command>) -> Vec<Bytes> {
        let (mut out, mut sent) = (Outputs::default(), vec![]);
        self.dra.handle(self.now, input, &mut out);
        for a in out.drain() {
            match a {
                engine::Action::Send { bytes, ppid, .. } => {
                    assert_eq!(ppid, diameter_s6a::PPID);
                    sent.push(bytes);
                }
                engine::Action::Close(_) | engine::Action::Abort(_) => self.closed = true,
                _ => {}
            }
        }
        sent
    }

    /// The peer sends these octets; what the agent sends to that.
    fn says(&mut self, bytes: Bytes) -> Vec<Bytes> {
        if !self.up {
            self.dialled(self.link);
            self.up = true;
        }
        self.give(Input::Recv {
            link: self.link,
            from: SocketAddr::from(([127, 0, 9, 200], 4000)),
            stream: 0,
            ppid: diameter_s6a::PPID,
            bytes,
        })
    }

    fn opens(&mut self, name: &str) {
        let identity = table(Identity::s6a(host(name), HOME), vec![]).identity;
        let cea = self.says(Message::request(0, identity.cer()).to_bytes());
        let cea = Message::read(&cea[0]).unwrap();
        assert!(cea.result().unwrap().is_success(), "{cea}");
    }
}

/// What tshark makes of the base protocol as it was spoken here.
#[test]
fn tshark_reads_leave_taking_and_refusals() {
    let Some(tshark) = oracle::tshark("peers-base-protocol") else {
        return;
    };
    let leave = Command::Leave(host("anna"), DisconnectCause::Busy);
    let seen = play(
        pair(["anna", "bert"], [true, true]),
        vec![(70_000, B, leave)],
        80,
    );
    let stranger = |seen: &Seen| {
        seen.messages
            .iter()
            .map(|m| m.2.clone())
            .collect::<Vec<_>>()
    };
    let mut all = stranger(&seen);
    let mut d = dra(vec![]);
    all.extend(d.says(all[0].clone()));
    let pdus = oracle::Pdus::new("diameter", all.iter().map(|m| &m[..]));
    let count = |filter: &str| tshark.count(&pdus, filter);
    assert_eq!(count("_ws.malformed || _ws.expert.severity == error"), 0);
    assert_eq!(
        count("diameter.cmd.code == 257 && diameter.Result-Code == 2001"),
        1
    );
    assert_eq!(
        count("diameter.cmd.code == 282 && diameter.Disconnect-Cause == 1"),
        1
    );
    assert_eq!(
        count("diameter.cmd.code == 282 && diameter.Result-Code == 2001"),
        1
    );
    assert!(count("diameter.cmd.code == 280 && diameter.Result-Code == 2001") >= 2);
    let unknown =
        "diameter.cmd.code == 257 && diameter.flags.error == 1 && diameter.Result-Code == 3010";
    assert_eq!(count(unknown), 1);
}
