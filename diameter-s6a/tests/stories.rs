//! Two endpoints on a wire of 20 ms in virtual time: capabilities exchange, watchdog, leave-taking,
//! transactions, as RFC 6733 and RFC 3539 tell them.
use bytes::Bytes;
use diameter_s6a::machine::{
    Application, Duplicates, Endpoint, Identity, Known, Output, Pending, Seen, Settings, Watchdog,
    peer::{Reason, State},
    pending::Stray,
    watchdog,
};
use diameter_s6a::msg::{
    self, AuthSessionState, Avps, DisconnectCause, Header, Message, Outcome, Pdu, ResultCode, flags,
};
use engine::{Now, Rng, Time};
use std::{collections::BTreeMap, time::Duration};

const REALM: &str = "epc.mnc001.mcc999.3gppnetwork.org";

/// Both ends, the wire between them, and what happened, in words.
struct Pair {
    now: Time,
    rng: Rng,
    ends: [Endpoint<&'static str>; 2],
    wire: BTreeMap<(Time, u64), (usize, Event)>,
    count: u64,
    /// False: what side 1 sends is lost, as if its host hung.
    answers: bool,
    log: Vec<String>,
}

enum Event {
    Up,
    Down,
    Octets(Bytes),
}

impl Pair {
    fn new(client: Identity, server: Identity) -> Self {
        let mut rng = Rng::seed(7);
        let now = Now::virtually(Time(0));
        let ends = [
            Endpoint::new(client, Settings::client(), now, &mut rng),
            Endpoint::new(server, Settings::server(), now, &mut rng),
        ];
        let mut pair = Self {
            now: Time(0),
            rng,
            ends,
            wire: BTreeMap::new(),
            count: 0,
            answers: true,
            log: vec![],
        };
        pair.on(0, |e, now, rng, out| e.start(now, rng, out));
        pair
    }

    fn on(
        &mut self,
        side: usize,
        f: impl FnOnce(&mut Endpoint<&'static str>, Now, &mut Rng, &mut Vec<Output<&'static str>>),
    ) {
        let mut out = vec![];
        let now = Now::virtually(self.now);
        f(&mut self.ends[side], now, &mut self.rng, &mut out);
        for o in out {
            self.did(side, o);
        }
    }

    fn carry(&mut self, to: usize, event: Event) {
        self.count += 1;
        let at = self.now + Duration::from_millis(20);
        self.wire.insert((at, self.count), (to, event));
    }

    fn did(&mut self, side: usize, o: Output<&'static str>) {
        let who = ["sgsn", "hlr"][side];
        let secs = self.now.0 / 1_000_000_000;
        let said = match o {
            Output::Connect => {
                self.carry(0, Event::Up);
                self.carry(1, Event::Up);
                "dials".to_owned()
            }
            Output::Send(b) => {
                let m = Message::read(&b).unwrap();
                let lost = side == 1 && !self.answers;
                let name = m.name();
                let result = m.result().map(|r| format!(" {r}")).unwrap_or_default();
                if !lost {
                    self.carry(1 - side, Event::Octets(b));
                }
                format!("{name}{result}{}", if lost { " (lost)" } else { "" })
            }
            Output::Disconnect => {
                self.carry(1 - side, Event::Down);
                "disconnects".to_owned()
            }
            Output::Opened(name) => format!("open to {name}"),
            Output::Closed(why) => format!("closed: {why:?}"),
            Output::Request(m) => {
                self.log.push(format!("{secs:>4} {who} got {}", m.name()));
                let answer = purged(&m);
                self.on(side, |e, _, _, out| e.answer(&answer, out));
                return;
            }
            Output::Answer { ticket, answer } => {
                format!("{ticket} answered: {}", answer.result().unwrap())
            }
            Output::Redirected { ticket, hosts, .. } => format!("{ticket} redirected to {hosts:?}"),
            Output::Unanswered { ticket, request } => {
                let t = request.header.is_retransmitted();
                format!("{ticket} unanswered{}", if t { ", T" } else { "" })
            }
            Output::Dropped(why) => format!("dropped: {why}"),
        };
        self.log.push(format!("{secs:>4} {who} {said}"));
    }

    /// Lets time pass until `secs` seconds after the start.
    fn until(&mut self, secs: u64) {
        let end = Time(secs * 1_000_000_000);
        loop {
            let wire = self.wire.keys().next().map(|k| k.0);
            let due = [wire, self.ends[0].due(), self.ends[1].due()];
            let Some(next) = due.into_iter().flatten().min().filter(|t| *t <= end) else {
                break;
            };
            self.now = self.now.max(next);
            let first = self.wire.first_key_value().map(|(k, _)| *k);
            if let Some(k) = first.filter(|k| k.0 <= self.now) {
                let (to, event) = self.wire.remove(&k).unwrap();
                self.on(to, |e, now, rng, out| match event {
                    Event::Up => e.up(now, rng, out),
                    Event::Down => e.down(now, rng, out),
                    Event::Octets(b) => e.received(now, rng, &b, out),
                });
                continue;
            }
            for side in 0..2 {
                self.on(side, |e, now, rng, out| e.timer(now, rng, out));
            }
        }
        self.now = end;
    }

    fn request(&mut self, ticket: &'static str) {
        let mut sent = Ok(());
        self.on(0, |e, now, _, out| {
            sent = e.request(now, ticket, pur(), Duration::from_secs(5), out);
        });
        sent.unwrap();
    }

    fn take(&mut self) -> String {
        std::mem::take(&mut self.log).join("\n")
    }
}

fn client() -> Identity {
    Identity::s6a(
        "sgsn.epc.mnc001.mcc001.3gppnetwork.org",
        "epc.mnc001.mcc001.3gppnetwork.org",
    )
}

fn server() -> Identity {
    Identity::s6a(format!("hlr.{REALM}"), REALM)
}

fn pur() -> Message {
    Message::request(
        msg::application::S6A,
        msg::PurgeUeRequest {
            session_id: "sgsn;1;1".into(),
            drmp: None,
            vendor_specific_application_id: None,
            auth_session_state: AuthSessionState::NoStateMaintained,
            origin_host: client().origin_host(),
            origin_realm: client().origin_realm(),
            destination_host: None,
            destination_realm: REALM.into(),
            user_name: "999010000000001".into(),
            pur_flags: None,
            supported_features: vec![],
            proxy_info: vec![],
            route_record: vec![],
            ..Default::default()
        },
    )
}

fn purged(to: &Message) -> Message {
    let pua = msg::PurgeUeAnswer {
        session_id: "sgsn;1;1".into(),
        drmp: None,
        vendor_specific_application_id: None,
        result_code: Some(ResultCode::Success),
        experimental_result: None,
        auth_session_state: Some(AuthSessionState::NoStateMaintained),
        origin_host: server().origin_host(),
        origin_realm: server().origin_realm(),
        supported_features: vec![],
        pua_flags: None,
        failed_avp: vec![],
        error_message: None,
        error_reporting_host: None,
        proxy_info: vec![],
        route_record: vec![],
        ..Default::default()
    };
    Message::answer(&to.header, pua)
}

#[test]
fn capabilities_exchange_request_answer_leave() {
    let mut p = Pair::new(client(), server());
    p.until(1);
    p.request("pur");
    p.until(2);
    p.on(0, |e, now, rng, out| {
        e.stop(now, rng, DisconnectCause::Rebooting, out);
    });
    p.until(3);
    assert_eq!(
        p.take(),
        "   0 sgsn dials
   0 sgsn Capabilities-Exchange-Request
   0 hlr Capabilities-Exchange-Answer DIAMETER_SUCCESS (2001)
   0 hlr open to sgsn.epc.mnc001.mcc001.3gppnetwork.org
   0 sgsn open to hlr.epc.mnc001.mcc999.3gppnetwork.org
   1 sgsn Purge-UE-Request
   1 hlr got Purge-UE-Request
   1 hlr Purge-UE-Answer DIAMETER_SUCCESS (2001)
   1 sgsn pur answered: DIAMETER_SUCCESS (2001)
   2 sgsn Disconnect-Peer-Request
   2 sgsn closed: Left(REBOOTING (0))
   2 hlr Disconnect-Peer-Answer DIAMETER_SUCCESS (2001)
   2 hlr closed: PeerLeft(REBOOTING (0))
   2 sgsn disconnects"
    );
    // who left stays away
    p.until(400);
    assert_eq!(p.take(), "");
}

#[test]
fn refusals_of_a_capabilities_exchange() {
    let other_application = Identity {
        applications: vec![Application {
            vendor: msg::TGPP,
            id: msg::application::GX,
        }],
        ..client()
    };
    let choosy = Identity {
        known: Known::Hosts([format!("mme.{REALM}")].into()),
        ..server()
    };
    for (client, server, code) in [
        (other_application, server(), ResultCode::NoCommonApplication),
        (client(), choosy, ResultCode::UnknownPeer),
        (server(), server(), ResultCode::UnableToComply),
    ] {
        let mut p = Pair::new(client, server);
        p.until(1);
        assert_eq!(p.ends[0].state(), State::Closed);
        let log = p.take();
        let refused = format!("sgsn closed: {:?}", Reason::RefusedByPeer(code));
        assert!(log.contains(&refused), "{log}");
        assert!(
            log.contains(&format!("hlr closed: {:?}", Reason::Refused(code))),
            "{log}"
        );
    }
}

#[test]
fn whoever_says_nothing_is_not_kept() {
    let mut p = Pair::new(client(), server());
    p.wire.clear();
    p.log.clear();
    p.on(1, |e, now, rng, out| e.up(now, rng, out));
    p.until(11);
    assert!(
        p.take()
            .contains("  10 hlr closed: Timeout\n  10 hlr disconnects")
    );
}

#[test]
fn watchdogs_keep_an_idle_connection() {
    let mut p = Pair::new(client(), server());
    p.until(200);
    let log = p.take();
    let answers = log.matches("Device-Watchdog-Answer").count();
    assert!((5..=8).contains(&answers), "{log}");
    assert!(!log.contains("closed"), "{log}");
}

#[test]
fn a_silent_peer_is_suspected_left_and_trusted_again_after_three_watchdogs() {
    let mut p = Pair::new(client(), server());
    p.until(1);
    p.answers = false;
    p.request("pur");
    p.until(7);
    // its own time is up first
    assert!(p.take().contains("   6 sgsn pur unanswered"));
    p.until(62);
    p.request_refused_or_sent();
    p.until(100);
    let log = p.take();
    assert!(log.contains("Device-Watchdog-Request"), "{log}");
    assert!(log.contains("sgsn disconnects"), "{log}");
    assert_eq!(p.ends[0].state(), State::Closed, "{log}");
    // the host comes back with nothing remembered
    let now = Now::virtually(p.now);
    p.ends[1] = Endpoint::new(server(), Settings::server(), now, &mut p.rng);
    p.answers = true;
    p.until(220);
    let log = p.take();
    let opened = log.find("sgsn open to").unwrap();
    let after = &log[opened..];
    assert!(
        after.matches("hlr Device-Watchdog-Answer").count() >= 3,
        "{after}"
    );
    assert!(p.ends[0].is_usable(), "{after}");
    p.request("again");
    p.until(221);
    assert!(p.take().contains("again answered: DIAMETER_SUCCESS"));
}

impl Pair {
    /// While the watchdog is pending requests are still taken; once suspected they are not.
    fn request_refused_or_sent(&mut self) {
        let usable = self.ends[0].is_usable();
        let mut sent = Ok(());
        self.on(0, |e, now, _, out| {
            sent = e.request(now, "later", pur(), Duration::from_secs(50), out);
        });
        assert_eq!(sent.is_ok(), usable);
    }
}

#[test]
fn what_waits_on_a_lost_connection_comes_back_with_the_t_flag() {
    let mut p = Pair::new(client(), server());
    p.until(1);
    p.answers = false;
    p.request("pur");
    p.on(0, |e, now, rng, out| e.down(now, rng, out));
    let log = p.take();
    assert!(log.contains("sgsn closed: Transport"), "{log}");
    assert!(log.contains("pur unanswered, T"), "{log}");
}

#[test]
fn requests_that_cannot_be_served_are_refused_by_result_code() {
    let mut p = Pair::new(client(), server());
    p.until(1);
    let refuse = |p: &mut Pair, m: &Message, octets: Option<Bytes>| {
        let mut out = vec![];
        let now = Now::virtually(p.now);
        let octets = octets.unwrap_or_else(|| m.to_bytes());
        let rng = &mut p.rng;
        p.ends[1].received(now, rng, &octets, &mut out);
        let sent = out.into_iter().find_map(|o| match o {
            Output::Send(b) => Some(Message::read(&b).unwrap_or_else(|e| panic!("{e}: {b:02x?}"))),
            _ => None,
        });
        sent.unwrap()
    };
    // an application that is not ours: 3007 with the E bit, session kept
    let mut m = pur();
    m.header.application = msg::application::GX;
    m.header.hop_by_hop = 77;
    let a = refuse(&mut p, &m, None);
    assert_eq!(
        a.result(),
        Some(Outcome::Base(ResultCode::ApplicationUnsupported))
    );
    assert!(a.header.is_error());
    let Pdu::ErrorAnswer(e) = &a.pdu else {
        panic!("{a}")
    };
    assert_eq!(
        (a.header.hop_by_hop, &e.session_id),
        (77, &Some("sgsn;1;1".into()))
    );
    // a command that we do not know: 3001
    let mut m = pur();
    m.header.command = 8_388_000;
    let a = refuse(&mut p, &m, None);
    assert_eq!(
        a.result(),
        Some(Outcome::Base(ResultCode::CommandUnsupported))
    );
    // a mandatory AVP that nobody knows: 5001 with the AVP; no E bit
    let odd = [0u8, 0, 0xff, 0xff, 0x40, 0, 0, 12, 1, 2, 3, 4];
    let mut octets = pur().to_bytes().to_vec();
    octets.extend_from_slice(&odd);
    let n = (octets.len() as u32).to_be_bytes();
    octets[1..4].copy_from_slice(&n[1..]);
    let a = refuse(&mut p, &m, Some(octets.into()));
    assert!(!a.header.is_error());
    let Pdu::PurgeUeAnswer(pua) = &a.pdu else {
        panic!("{a}")
    };
    assert_eq!(pua.result_code, Some(ResultCode::AvpUnsupported));
    assert_eq!(pua.failed_avp, [Avps(odd.to_vec().into())]);
    // the message ends in the midst of an AVP's header: 5014 with the header, zeros for its rest
    let cut = [0u8, 0, 0x05, 0x7f];
    let mut octets = pur().to_bytes().to_vec();
    octets.extend_from_slice(&cut);
    let n = (octets.len() as u32).to_be_bytes();
    octets[1..4].copy_from_slice(&n[1..]);
    let a = refuse(&mut p, &m, Some(octets.into()));
    let Pdu::PurgeUeAnswer(pua) = &a.pdu else {
        panic!("{a}")
    };
    assert_eq!(pua.result_code, Some(ResultCode::InvalidAvpLength));
    let header = [&cut[..], &[0, 0, 0, 8]].concat();
    assert_eq!(pua.failed_avp, [Avps(header.into())]);
    // a mandatory AVP that is missing: 5005 with an example of it
    let Pdu::PurgeUeRequest(mut r) = pur().pdu else {
        panic!()
    };
    r.other.forget_order();
    let whole = Message {
        pdu: r.into(),
        ..pur()
    }
    .to_bytes();
    let user = whole
        .windows(5)
        .position(|w| w == [0, 0, 0, 1, 0x40])
        .unwrap();
    let without = [&whole[..user], &whole[user + 24..]].concat();
    let mut without = without;
    let n = (without.len() as u32).to_be_bytes();
    without[1..4].copy_from_slice(&n[1..]);
    let a = refuse(&mut p, &m, Some(without.into()));
    let Pdu::PurgeUeAnswer(pua) = &a.pdu else {
        panic!("{a}")
    };
    assert_eq!(pua.result_code, Some(ResultCode::MissingAvp));
    assert_eq!(pua.failed_avp[0].0[..], [0, 0, 0, 1, 0x40, 0, 0, 8]);
    // another version of the protocol: 5011, and the connection stays
    let mut newer = pur().to_bytes().to_vec();
    newer[0] = 2;
    let a = refuse(&mut p, &m, Some(newer.into()));
    let code = Outcome::Base(ResultCode::UnsupportedVersion);
    assert_eq!(a.result(), Some(code));
    // header bits that no request has: 3008
    let mut m = pur();
    m.header.flags |= flags::E;
    let a = refuse(&mut p, &m, None);
    assert_eq!(a.result(), Some(Outcome::Base(ResultCode::InvalidHdrBits)));
}

#[test]
fn answers_late_twice_or_foreign_are_told_apart() {
    let mut p: Pending<u32> = Pending::default();
    let request = |hop| {
        let mut m = pur();
        m.header.hop_by_hop = hop;
        m.header.end_to_end = 100 + hop;
        m
    };
    let answer = |hop| request(hop).header.answer();
    let patience = Duration::from_secs(5);
    let send = |p: &mut Pending<u32>, hop| {
        let m = request(hop);
        p.sent(Time(0), m.header, m.to_bytes(), hop, patience);
    };
    send(&mut p, 1);
    send(&mut p, 2);
    assert_eq!(p.answered(&answer(1)).unwrap().0, 1);
    assert_eq!(p.answered(&answer(1)).unwrap_err(), Stray::Unknown);
    let foreign = Header {
        command: 316,
        ..answer(2)
    };
    assert_eq!(p.answered(&foreign).unwrap_err(), Stray::Mismatch);
    assert!(p.expired(Time(4_999_999_999)).is_none());
    assert_eq!(p.expired(Time(5_000_000_000)).unwrap().0, 2);
    assert_eq!(p.answered(&answer(2)).unwrap_err(), Stray::Late);
    send(&mut p, 3);
    let moved = p.failover();
    let again = Message::read(&moved[0].1).unwrap();
    assert!(again.header.is_retransmitted() && p.is_empty());
    assert_eq!(again.header.end_to_end, 103);
}

#[test]
fn a_repeated_request_gets_the_same_answer_for_four_minutes() {
    let mut d = Duplicates::default();
    let host = client().origin_host();
    let mut m = pur();
    (m.header.hop_by_hop, m.header.end_to_end) = (1, 9);
    let secs = |s: u64| Time(s * 1_000_000_000);
    assert_eq!(d.look(secs(0), &host, &m), Seen::New);
    assert_eq!(d.look(secs(1), &host, &m), Seen::InWork);
    let answer = purged(&m);
    d.answered(&host, &answer);
    m.header.flags |= flags::T;
    m.header.hop_by_hop = 2;
    let Seen::Answered(again) = d.look(secs(239), &host, &m) else {
        panic!()
    };
    assert_eq!((again.header.hop_by_hop, &again.pdu), (2, &answer.pdu));
    // another host may use the same number
    assert_eq!(d.look(secs(239), &"other".into(), &m), Seen::New);
    assert_eq!(d.look(secs(241), &host, &m), Seen::New);
    // no peer makes us keep more than we want
    let mut small = Duplicates::new(Duplicates::KEEP, 10);
    for i in 0..1000 {
        m.header.end_to_end = i;
        small.look(secs(1), &host, &m);
    }
    assert!(small.len() <= 10);
}

/// Every state of the watchdog with every input: what it becomes, what it wants.
#[test]
fn watchdog_table() {
    use watchdog::{Input as I, Output as O, State as S};
    let mut rng = Rng::seed(1);
    let tw = Duration::from_secs(30);
    let late = Time(1_000_000_000_000);
    // the inputs that lead to a state, from a new machine
    let reach: [(S, &[I]); 5] = [
        (S::Initial, &[]),
        (S::Okay, &[I::Up]),
        (S::Suspect, &[I::Up, I::Timer, I::Timer]),
        (S::Down, &[I::Up, I::Down]),
        (S::Reopen, &[I::Up, I::Down, I::Up]),
    ];
    let expected = |s: S, i: I| -> (S, &[O]) {
        match (s, i) {
            (S::Initial, I::Up) => (S::Okay, &[]),
            (S::Initial | S::Down, I::ReceiveDwa | I::ReceiveNonDwa) => (s, &[O::Throwaway]),
            (S::Down, I::Timer) => (s, &[O::AttemptOpen]),
            (S::Down, I::Up) => (S::Reopen, &[O::SendWatchdog]),
            (S::Okay, I::Timer) => (s, &[O::SendWatchdog]),
            (S::Okay, I::Down) => (S::Down, &[O::Failover]),
            (S::Suspect, I::ReceiveDwa | I::ReceiveNonDwa) => (S::Okay, &[O::Failback]),
            (S::Suspect, I::Timer) => (S::Down, &[O::CloseConnection]),
            (S::Suspect | S::Reopen, I::Down) => (S::Down, &[]),
            (S::Reopen, I::ReceiveNonDwa) => (s, &[O::Throwaway]),
            _ => (s, &[]),
        }
    };
    for (state, way) in reach {
        for input in [I::Up, I::Down, I::ReceiveDwa, I::ReceiveNonDwa, I::Timer] {
            let mut w = Watchdog::new(tw, Watchdog::TC);
            let mut out = vec![];
            let mut now = Time(0);
            for i in way {
                now = w.due().unwrap_or(now);
                w.handle(now, &mut rng, *i, &mut out);
            }
            assert_eq!(w.state(), state);
            out.clear();
            w.handle(late, &mut rng, input, &mut out);
            let (next, wants) = expected(state, input);
            assert_eq!((w.state(), &out[..]), (next, wants), "{state:?} {input:?}");
        }
    }
    // the interval varies by two seconds either way
    let mut seen = std::collections::BTreeSet::new();
    let mut w = Watchdog::new(tw, Watchdog::TC);
    w.handle(Time(0), &mut rng, I::Up, &mut vec![]);
    for _ in 0..100 {
        w.handle(Time(0), &mut rng, I::ReceiveNonDwa, &mut vec![]);
        seen.insert(w.due().unwrap());
    }
    let secs = |s: u64| Time(s * 1_000_000_000);
    assert!(seen.len() > 50);
    assert!(*seen.first().unwrap() >= secs(28) && *seen.last().unwrap() <= secs(32));
}
