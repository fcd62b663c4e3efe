//! Two ends of a connection in virtual time.
use bytes::Bytes;
use engine::{Now, Time};
use gsup::{
    machine::{Endpoint, Output, Reason, Settings, link::State},
    msg::{
        Cause, Ccm, Frame, InsertSubscriberDataRequest, InsertSubscriberDataResult, Name, Pdu,
        PurgeMsRequest, SendAuthInfoResult, Tags, UpdateLocationRequest, UpdateLocationResult,
    },
};
use std::time::Duration;
use wire::mutations;

mod common;
use common::imsi;

type Out = Output<&'static str>;

const PATIENCE: Duration = Duration::from_secs(5);

struct Pair {
    now: Now,
    client: Endpoint<&'static str>,
    server: Endpoint<&'static str>,
    /// What the two sides said that was no frame.
    client_said: Vec<Out>,
    server_said: Vec<Out>,
}

impl Pair {
    fn new() -> Self {
        Self {
            now: Now::virtually(Time(1_000_000_000)),
            client: Endpoint::new(Name::new("SGSN-1"), Settings::client()),
            server: Endpoint::new(Name::new("HLR-1"), Settings::server()),
            client_said: vec![],
            server_said: vec![],
        }
    }

    fn open() -> Self {
        let mut p = Self::new();
        let mut out = vec![];
        p.client.start(p.now, &mut out);
        assert_eq!(out, [Out::Connect]);
        p.up();
        assert_eq!(p.client_said, [Out::Opened(None)]);
        assert_eq!(p.server_said, [Out::Opened(Some(Name::new("SGSN-1")))]);
        p.client_said.clear();
        p.server_said.clear();
        p
    }

    fn up(&mut self) {
        let (mut c, mut s) = (vec![], vec![]);
        self.client.up(self.now, &mut c);
        self.server.up(self.now, &mut s);
        self.carry(c, s);
    }

    /// Carries frames to and fro until there are none.
    fn carry(&mut self, mut c: Vec<Out>, mut s: Vec<Out>) {
        while !(c.is_empty() && s.is_empty()) {
            let (mut to_c, mut to_s) = (vec![], vec![]);
            for o in c.drain(..) {
                match o {
                    Out::Send(f) => self.server.received(self.now, &f, &mut to_s),
                    other => self.client_said.push(other),
                }
            }
            for o in s.drain(..) {
                match o {
                    Out::Send(f) => self.client.received(self.now, &f, &mut to_c),
                    other => self.server_said.push(other),
                }
            }
            (c, s) = (to_c, to_s);
        }
    }

    fn ask(&mut self, ticket: &'static str, m: impl Into<Pdu>) {
        let mut c = vec![];
        let sent = self.client.request(self.now, ticket, m, PATIENCE, &mut c);
        assert_eq!(sent, Ok(()));
        self.carry(c, vec![]);
    }

    fn server_sends(&mut self, m: impl Into<Pdu>) {
        let mut s = vec![];
        self.server.send(&m.into(), &mut s);
        self.carry(vec![], s);
    }

    /// The names of what a side was asked or answered.
    fn names(said: &mut Vec<Out>) -> Vec<String> {
        let name = |o: Out| match o {
            Out::Request(_, m) => format!("asked {}", m.name()),
            Out::Answer { ticket, answer } => format!("{ticket}: {}", answer.name()),
            Out::Unanswered { ticket, request } => format!("{ticket}: no {}", request.name()),
            other => format!("{other:?}"),
        };
        said.drain(..).map(name).collect()
    }

    fn wait(&mut self, secs: u64) {
        self.now = Now::virtually(self.now.mono + Duration::from_secs(secs));
    }

    fn timers(&mut self) {
        let (mut c, mut s) = (vec![], vec![]);
        self.client.timer(self.now, &mut c);
        self.server.timer(self.now, &mut s);
        self.carry(c, s);
    }
}

fn frame(m: impl Into<Pdu>) -> Bytes {
    Frame::Gsup(m.into().bytes()).bytes()
}

#[test]
fn update_of_location_with_subscriber_data_between() {
    let mut p = Pair::open();
    p.ask("location", UpdateLocationRequest::new(imsi()));
    assert_eq!(
        Pair::names(&mut p.server_said),
        ["asked UpdateLocationRequest"]
    );
    let mut s = vec![];
    let insert = InsertSubscriberDataRequest::new(imsi());
    let sent = p.server.request(p.now, "data", insert, PATIENCE, &mut s);
    assert_eq!(sent, Ok(()));
    p.carry(vec![], s);
    assert_eq!(
        Pair::names(&mut p.client_said),
        ["asked InsertSubscriberDataRequest"]
    );
    let mut c = vec![];
    let taken = InsertSubscriberDataResult::new(imsi()).into();
    p.client.send(&taken, &mut c);
    p.carry(c, vec![]);
    assert_eq!(
        Pair::names(&mut p.server_said),
        ["data: InsertSubscriberDataResult"]
    );
    assert_eq!((p.client.waiting(), p.server.waiting()), (1, 0));
    p.server_sends(UpdateLocationResult::new(imsi()));
    assert_eq!(
        Pair::names(&mut p.client_said),
        ["location: UpdateLocationResult"]
    );
    assert_eq!(p.client.waiting(), 0);
}

#[test]
fn of_one_procedure_one_request_at_a_time() {
    let mut p = Pair::open();
    for ticket in ["first", "second", "third"] {
        p.ask(ticket, common::send_auth_info_request());
    }
    p.ask("purge", PurgeMsRequest::new(imsi()));
    assert_eq!(
        Pair::names(&mut p.server_said),
        ["asked SendAuthInfoRequest", "asked PurgeMsRequest"]
    );
    p.server_sends(SendAuthInfoResult::new(imsi()));
    assert_eq!(
        Pair::names(&mut p.client_said),
        ["first: SendAuthInfoResult"]
    );
    assert_eq!(
        Pair::names(&mut p.server_said),
        ["asked SendAuthInfoRequest"]
    );
    // the second is not answered: then it is the third's turn
    p.wait(5);
    p.timers();
    assert_eq!(
        Pair::names(&mut p.client_said),
        ["purge: no PurgeMsRequest", "second: no SendAuthInfoRequest"]
    );
    assert_eq!(
        Pair::names(&mut p.server_said),
        ["asked SendAuthInfoRequest"]
    );
    p.server_sends(common::send_auth_info_result());
    assert_eq!(
        Pair::names(&mut p.client_said),
        ["third: SendAuthInfoResult"]
    );
    p.server_sends(common::send_auth_info_result());
    assert_eq!(p.client_said, [Out::Dropped("answer to nothing")]);
}

#[test]
fn a_message_before_the_identity_waits_for_it() {
    let mut p = Pair::new();
    let mut out = vec![];
    p.server.up(p.now, &mut out);
    out.clear();
    let early = frame(common::send_auth_info_request());
    p.server.received(p.now, &early, &mut out);
    assert_eq!(out, []);
    let name = Name::new("SGSN-2");
    let answer = Ccm::IdResp(Tags::answer(&Tags::wanted(), &name));
    let answer = Frame::from(answer).bytes();
    p.server.received(p.now, &answer, &mut out);
    assert!(matches!(&out[..], [
        Out::Send(_),
        Out::Opened(Some(n)),
        Out::Request(h, _),
    ] if *n == name && h.imsi == imsi().into()));
    assert_eq!(p.server.remote(), Some(&name));
}

#[test]
fn who_does_not_say_its_name_is_not_let_in() {
    let mut p = Pair::new();
    let mut out = vec![];
    p.server.up(p.now, &mut out);
    out.clear();
    let nobody = Frame::from(Ccm::IdResp(Tags::default())).bytes();
    p.server.received(p.now, &nobody, &mut out);
    assert_eq!(out, [Out::Disconnect, Out::Closed(Reason::Nameless)]);
    // nor who says nothing
    let mut p = Pair::new();
    p.server.up(p.now, &mut vec![]);
    p.wait(10);
    let mut out = vec![];
    p.server.timer(p.now, &mut out);
    assert_eq!(out, [Out::Disconnect, Out::Closed(Reason::Timeout)]);
}

#[test]
fn silence_is_asked_about_and_ended() {
    let mut p = Pair::open();
    p.wait(20);
    p.timers();
    // both asked, both answered
    assert_eq!(
        (p.client.state(), p.server.state()),
        (State::Open, State::Open)
    );
    assert!(p.client_said.is_empty() && p.server_said.is_empty());
    p.wait(20);
    let mut out = vec![];
    p.client.timer(p.now, &mut out);
    assert_eq!(out, [Out::Send(Frame::from(Ccm::Ping).bytes())]);
    assert!(p.client.is_usable(), "until it is certain");
    let mut c = vec![];
    let ask = common::send_auth_info_request();
    p.client
        .request(p.now, "late", ask, Duration::from_secs(60), &mut c)
        .unwrap();
    p.wait(10);
    out.clear();
    p.client.timer(p.now, &mut out);
    assert_eq!(
        Pair::names(&mut out),
        [
            "Disconnect",
            "Closed(Timeout)",
            "late: no SendAuthInfoRequest"
        ]
    );
    // and dialled again after a while
    p.wait(5);
    p.client.timer(p.now, &mut out);
    assert_eq!(out, [Out::Connect]);
    out.clear();
    p.client.down(p.now, &mut out);
    assert_eq!(out, [Out::Closed(Reason::Transport)]);
    out.clear();
    p.client.stop(p.now, &mut out);
    p.wait(100);
    p.client.timer(p.now, &mut out);
    assert_eq!(
        (out, p.client.due()),
        (vec![], None),
        "who left does not come back"
    );
}

/// Observed of Osmocom: server and client acknowledge each other, and no acknowledgement of ours
/// answers one.
#[test]
fn acknowledgements_come_to_an_end() {
    let mut p = Pair::open();
    let ack = Frame::from(Ccm::IdAck).bytes();
    let mut out = vec![];
    for _ in 0..3 {
        p.client.received(p.now, &ack, &mut out);
        p.server.received(p.now, &ack, &mut out);
    }
    assert_eq!(out, []);
}

#[test]
fn what_is_not_understood_is_refused() {
    let mut p = Pair::open();
    let mut out = vec![];
    let head = [1, 8, 0x99, 0x09, 0x01, 0, 0, 0, 0, 0xf1];
    let of =
        |kind: u8, rest: &[u8]| Frame::Gsup([&[kind][..], &head, rest].concat().into()).bytes();
    let cause = |out: &mut Vec<Out>| match &std::mem::take(out)[..] {
        [Out::Send(f)] => match Frame::read(f).unwrap() {
            Frame::Gsup(m) => (m[0], m[m.len() - 1]),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    // no table, and no use of it here
    p.server.received(p.now, &of(0x20, &[]), &mut out);
    assert_eq!(cause(&mut out), (0x21, Cause::MessageTypeNonExistent.0));
    // AUTS of 3 octets
    p.server
        .received(p.now, &of(8, &[0x26, 3, 1, 2, 3]), &mut out);
    assert_eq!(cause(&mut out), (9, Cause::ConditionalElementError.0));
    // an error that cannot be read, and what is about nobody
    p.server.received(p.now, &of(0x11, &[2, 0]), &mut out);
    let nobody = Frame::Gsup(vec![8, 0x28, 1, 1].into()).bytes();
    p.server.received(p.now, &nobody, &mut out);
    let other = Bytes::from_static(&[0, 1, 0xfd, 0]);
    p.server.received(p.now, &other, &mut out);
    assert_eq!(
        out,
        [
            Out::Dropped("answer that cannot be read"),
            Out::Dropped("message about nobody"),
            Out::Dropped("frame of another protocol"),
        ]
    );
}

/// Whatever comes, an end says something at most twice per frame, and keeps little.
#[test]
fn machines_take_anything() {
    let mut p = Pair::open();
    let mut taken = 0;
    for (i, (_, s)) in common::all().iter().enumerate() {
        for bad in mutations(&s.bytes(), i as u64, 2_000) {
            let bad = Bytes::from(bad);
            for end in [&mut p.client, &mut p.server] {
                let mut out = vec![];
                end.received(p.now, &bad, &mut out);
                assert!(out.len() <= 2, "{out:?}");
                assert!(end.waiting() == 0);
                taken += 1;
            }
        }
    }
    assert!(taken > 40_000);
}
