//! The GGSN between an SGSN, an accounting server and a packet data network, in virtual time.
use bytes::{Bytes, BytesMut};
use engine::{Action, Event, Forward, Input, Node, Now, Outputs, Port, Rng, Time};
use gtp::msg::{
    Cause, CreatePdpContextRequest, CreatePdpContextResponse, DeletePdpContextRequest, EchoRequest,
    ErrorIndication, GPdu, Header, Message, Nsapi, Pdu, SelectionMode, UpdatePdpContextRequest,
};
use ip::{
    machine::radius::{Retry, Server, Taken},
    msg::radius::{self, AccountingRequest, AcctStatus, Secret},
};
use sgsn_ggsn::ggsn::{
    AAA, Accounting, ApnConfig, Command, Config, GI, GTP_C, GTP_U, Ggsn, Report,
};
use std::{
    collections::VecDeque,
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use wire::{Apn, Octets, Pco, PcoItem, PdpAddress};

mod common;
use common::SGSN;

const IMSI: &str = "999010000000001";

/// A GGSN, the clock, and what it has sent.
struct Bench {
    ggsn: Ggsn,
    out: Outputs<Infallible>,
    now: Time,
    sequence: u16,
    sent: VecDeque<(Port, Bytes)>,
    events: Vec<Event>,
    server: Option<Server>,
    told: Vec<AccountingRequest>,
}

impl Bench {
    fn new(config: Config) -> Self {
        let mut b = Self {
            ggsn: Ggsn::new(config, &Rng::seed(1)),
            out: Outputs::default(),
            now: Time(0),
            sequence: 100,
            sent: VecDeque::new(),
            events: vec![],
            server: Some(Server::new(Secret::new(b"testing"))),
            told: vec![],
        };
        b.input(Input::Start);
        b
    }

    fn input(&mut self, input: Input<Infallible, Command>) {
        let now = Now::virtually(self.now);
        self.ggsn.handle(now, input, &mut self.out);
        let actions: Vec<_> = self.out.drain().collect();
        for a in actions {
            match a {
                Action::Send { link, bytes, .. } if link == AAA.into() => self.aaa(bytes),
                Action::Send { link, bytes, .. } => {
                    self.sent.push_back((Port(link.0 as u16), bytes));
                }
                Action::Trace(e) => self.events.push(e),
                other => panic!("{other:?}"),
            }
        }
    }

    fn recv(&mut self, port: Port, from: SocketAddr, bytes: Bytes) {
        let input = Input::Recv {
            link: port.into(),
            from,
            stream: 0,
            ppid: 0,
            bytes,
        };
        self.input(input);
    }

    /// The accounting server, where it is up.
    fn aaa(&mut self, bytes: Bytes) {
        let Some(server) = &mut self.server else {
            return;
        };
        let ggsn = "127.0.3.9:1813".parse().unwrap();
        if let Taken::New(p) = server.recv(self.now, ggsn, &bytes).unwrap() {
            let answer = server.answer(self.now, ggsn, &p);
            if let radius::Pdu::AccountingRequest(r) = p.pdu {
                self.told.push(r);
            }
            self.recv(AAA, "127.0.3.2:1813".parse().unwrap(), answer);
        }
    }

    /// Lets time pass, timers included.
    fn pass(&mut self, secs: u64) {
        let until = self.now + Duration::from_secs(secs);
        while let Some(t) = self.ggsn.due().filter(|t| *t <= until) {
            self.now = t;
            self.input(Input::Timer);
        }
        self.now = until;
    }

    fn request(&mut self, teid: u32, pdu: impl Into<Pdu>) -> Bytes {
        self.sequence += 1;
        let bytes = Message::request(self.sequence, teid, pdu).bytes();
        self.recv(GTP_C, SocketAddr::new(SGSN.into(), 2123), bytes.clone());
        bytes
    }

    /// The next message to the SGSN.
    fn message(&mut self) -> Message {
        let (port, bytes) = self.sent.pop_front().expect("nothing was sent");
        assert_eq!(port, GTP_C);
        Message::read(&bytes).unwrap()
    }

    fn created(&mut self) -> CreatePdpContextResponse {
        match self.message().pdu {
            Pdu::CreatePdpContextResponse(m) => m,
            other => panic!("{other}"),
        }
    }

    fn create(&mut self, request: CreatePdpContextRequest) -> CreatePdpContextResponse {
        self.request(0, request);
        self.created()
    }

    fn cause(&mut self) -> Cause {
        self.message().pdu.cause().unwrap()
    }

    fn forward(&mut self, port: Port, from: SocketAddr, packet: &[u8]) -> Forward {
        let (now, mut head) = (Now::virtually(self.now), BytesMut::new());
        let fast = self.ggsn.fast_path().unwrap();
        fast.forward(now, port, from, packet, &mut head)
    }

    fn names(&self) -> Vec<&str> {
        self.events.iter().map(|e| e.name).collect()
    }
}

fn config() -> Config {
    let mut c = Config::new([127, 0, 3, 9].into(), 3);
    let drf = "10.32.0.2/32".parse().unwrap();
    let pool = "10.33.0.0/29".parse().unwrap();
    c.apns.push(ApnConfig::new("registration", pool, vec![drf]));
    c.accounting = Some(Accounting {
        server: "127.0.3.2:1813".parse().unwrap(),
        secret: Secret::new(b"testing"),
        retry: Retry::default(),
    });
    c
}

fn request(imsi: &str) -> CreatePdpContextRequest {
    common::create_request(imsi, 0x5000_0001)
}

fn update(other: IpAddr, teid_data: Option<u32>) -> UpdatePdpContextRequest {
    UpdatePdpContextRequest {
        imsi: None,
        rai: None,
        recovery: None,
        teid_data,
        teid_control: Some(0x6000_0002),
        nsapi: Nsapi(5),
        trace_reference: None,
        trace_type: None,
        end_user_address: None,
        pco: None,
        sgsn_control: Some(other),
        sgsn_user: Some(other),
        alternative_sgsn_control: None,
        alternative_sgsn_user: None,
        qos: Some(request(IMSI).qos),
        tft: None,
        trigger_id: None,
        omc_identity: None,
        common_flags: None,
        apn_restriction: None,
        rat_type: None,
        user_location: None,
        ms_time_zone: None,
        additional_trace: None,
        ms_info_change_reporting: None,
        direct_tunnel_flags: None,
        bearer_control_mode: None,
        evolved_arp: None,
        extended_common_flags: None,
        user_csg: None,
        csg_reporting: None,
        apn_ambr: None,
        signalling_priority: None,
        cn_operator_selection: None,
        imei_sv: None,
        private: None,
        other: Default::default(),
    }
}

fn packet(from: IpAddr, to: &str) -> Vec<u8> {
    let mut w = BytesMut::new();
    let to = SocketAddr::new(to.parse().unwrap(), 80);
    wire::net::udp(&mut w, SocketAddr::new(from, 4000), to, 1, b"hello");
    w.to_vec()
}

fn g_pdu(teid: u32, inner: Vec<u8>) -> Bytes {
    Message {
        header: Header::user(255, teid),
        pdu: Pdu::GPdu(GPdu(inner.into())),
    }
    .bytes()
}

#[test]
fn create_use_delete() {
    let mut b = Bench::new(config());
    let m = b.create(request(IMSI));
    assert_eq!(m.cause, Cause::RequestAccepted);
    assert_eq!((m.recovery, m.nsapi), (Some(3), Some(Nsapi(5))));
    let address: IpAddr = m.end_user_address.unwrap().ipv4_address().unwrap().into();
    assert_eq!(b.ggsn.address_of(IMSI.parse().unwrap(), 5), Some(address));
    // the server knew before the SGSN did
    let [on, start] = &b.told[..] else {
        panic!("{:?}", b.told)
    };
    assert_eq!(on.status_type, AcctStatus::AccountingOn);
    assert_eq!(start.status_type, AcctStatus::Start);
    assert_eq!(start.imsi.as_ref().unwrap(), IMSI);
    assert_eq!(start.framed_ip_address.map(IpAddr::from), Some(address));
    assert_eq!(start.called_station_id.as_ref().unwrap(), "registration");
    let session = start.session_id.clone();
    // user packets: to the one allowed host, and back
    let teid = m.teid_data.unwrap();
    let sgsn = SocketAddr::new(SGSN.into(), 2152);
    let up = b.forward(GTP_U, sgsn, &g_pdu(teid, packet(address, "10.32.0.2")));
    let to = |port, to, skip| Forward::To { port, to, skip };
    assert_eq!(up, to(GI, None, 8));
    let free = b.forward(GTP_U, sgsn, &g_pdu(teid, packet(address, "8.8.8.8")));
    assert_eq!(free, Forward::Drop);
    let down = b.forward(
        GI,
        sgsn,
        &packet("10.32.0.2".parse().unwrap(), &address.to_string()),
    );
    assert_eq!(down, to(GTP_U, Some(sgsn), 0));
    // delete: answered under the SGSN's TEID, reported with what was carried
    b.pass(30);
    let teid_control = m.teid_control.unwrap();
    b.request(teid_control, DeletePdpContextRequest::teardown(5));
    let answer = b.message();
    assert_eq!(answer.header.teid, 0x5000_0002);
    assert_eq!(answer.pdu.cause(), Some(Cause::RequestAccepted));
    let stop = b.told.last().unwrap();
    assert_eq!(
        (stop.status_type, &stop.session_id),
        (AcctStatus::Stop, &session)
    );
    assert_eq!((stop.session_time, stop.input_packets), (Some(30), Some(1)));
    assert_eq!((b.ggsn.contexts(), b.ggsn.due()), (0, None));
    assert_eq!(b.names(), ["pdp.created", "pdp.deleted"]);
    let gone = b.forward(GTP_U, sgsn, &g_pdu(teid, packet(address, "10.32.0.2")));
    assert!(
        matches!(gone, Forward::To { port: GTP_U, .. }),
        "an error indication"
    );
}

#[test]
fn name_servers_are_told_to_whom_asks() {
    let mut c = config();
    c.apns[0].dns = vec![[10, 32, 0, 53].into()];
    let mut b = Bench::new(c);
    let asked = |items: &[PcoItem]| CreatePdpContextRequest {
        pco: Some(Pco::new(items)),
        ..request(IMSI)
    };
    let dns = |contents: &[u8]| PcoItem {
        id: 0x000d,
        contents: Octets::copy(contents),
    };
    let m = b.create(asked(&[dns(&[])]));
    assert_eq!(m.cause, Cause::RequestAccepted);
    assert_eq!(m.pco, Some(Pco::new(&[dns(&[10, 32, 0, 53])])));
    assert_eq!(b.create(request(IMSI)).pco, None);
}

#[test]
fn refusals() {
    let mut b = Bench::new(config());
    type Change = fn(&mut CreatePdpContextRequest);
    let cases: [(Change, Cause); 13] = [
        (|m| m.apn = Apn::new("internet"), Cause::MissingOrUnknownApn),
        (|m| m.apn = None, Cause::MissingOrUnknownApn),
        (|m| m.imsi = None, Cause::MandatoryIeMissing),
        (
            |m| m.imsi = Some(gtp::msg::Imsi([0xff; 8])),
            Cause::MandatoryIeIncorrect,
        ),
        (|m| m.teid_control = None, Cause::MandatoryIeMissing),
        (|m| m.selection_mode = None, Cause::MandatoryIeMissing),
        (|m| m.end_user_address = None, Cause::MandatoryIeMissing),
        (
            |m| m.selection_mode = Some(SelectionMode::MS_NOT_VERIFIED),
            Cause::ApnAccessDeniedNoSubscription,
        ),
        (
            |m| m.linked_nsapi = Some(Nsapi(6)),
            Cause::ServiceNotSupported,
        ),
        (
            |m| m.end_user_address.as_mut().unwrap().number = 0x57,
            Cause::UnknownPdpAddressOrPdpType,
        ),
        (
            |m| m.end_user_address.as_mut().unwrap().address = Bytes::from_static(&[10]),
            Cause::UnknownPdpAddressOrPdpType,
        ),
        (
            // an address of somebody else's pool
            |m| m.end_user_address = Some(PdpAddress::ipv4(Some([10, 34, 0, 1].into())).for_gtp()),
            Cause::UnknownPdpAddressOrPdpType,
        ),
        (|_| (), Cause::RequestAccepted),
    ];
    for (change, cause) in cases {
        let mut m = request(IMSI);
        change(&mut m);
        assert_eq!(b.create(m).cause, cause);
    }
    b.request(77, request(IMSI));
    assert_eq!(b.cause(), Cause::NonExistent);
    // what cannot be read at all: no QoS
    let whole = Message::request(9, 0, request("999010000000009")).bytes();
    let qos = whole.windows(2).rposition(|w| w == [135, 0]).unwrap();
    let mut cut = whole[..qos].to_vec();
    let length = (cut.len() - 8) as u16;
    cut[2..4].copy_from_slice(&length.to_be_bytes());
    b.recv(GTP_C, SocketAddr::new(SGSN.into(), 2123), cut.into());
    assert_eq!(b.cause(), Cause::MandatoryIeMissing);
    assert_eq!(b.ggsn.contexts(), 1);
}

#[test]
fn six_addresses_then_no_more_and_a_limit_before_that() {
    let mut b = Bench::new(config());
    for n in 0..6 {
        let m = b.create(request(&format!("99901000000001{n}")));
        assert_eq!(m.cause, Cause::RequestAccepted);
    }
    let m = b.create(request("999010000000020"));
    assert_eq!(m.cause, Cause::AllDynamicPdpAddressesAreOccupied);
    let mut c = config();
    c.apns[0].most = 1;
    let mut b = Bench::new(c);
    assert_eq!(b.create(request(IMSI)).cause, Cause::RequestAccepted);
    let m = b.create(request("999010000000002"));
    assert_eq!(m.cause, Cause::NoResourcesAvailable);
    // the same subscriber and NSAPI again: the old context makes room
    assert_eq!(b.create(request(IMSI)).cause, Cause::RequestAccepted);
    assert_eq!(b.ggsn.contexts(), 1);
}

#[test]
fn a_repeated_create_makes_one_context_and_gets_one_answer() {
    let mut b = Bench::new(config());
    let bytes = b.request(0, request(IMSI));
    let first = b.sent.pop_front().unwrap();
    b.pass(5);
    b.recv(GTP_C, SocketAddr::new(SGSN.into(), 2123), bytes);
    assert_eq!(b.sent.pop_front().unwrap(), first);
    assert_eq!((b.ggsn.contexts(), b.told.len()), (1, 2));
}

#[test]
fn a_context_waits_for_accounting_and_fails_with_it() {
    let mut b = Bench::new(config());
    b.server = None;
    let bytes = b.request(0, request(IMSI));
    b.pass(3);
    assert!(
        b.sent.is_empty(),
        "no answer before the accounting server's"
    );
    b.recv(GTP_C, SocketAddr::new(SGSN.into(), 2123), bytes);
    assert!(b.sent.is_empty(), "nor to a repeat");
    b.server = Some(Server::new(Secret::new(b"testing")));
    b.pass(4);
    assert_eq!(b.created().cause, Cause::RequestAccepted);
    // nobody answers to the end: refused, and nothing is left
    b.server = None;
    b.request(0, request("999010000000002"));
    b.pass(120);
    let answers: Vec<_> = b.sent.drain(..).collect();
    let causes: Vec<_> = answers
        .iter()
        .filter_map(|a| Message::read(&a.1).unwrap().pdu.cause())
        .collect();
    assert_eq!(causes, [Cause::SystemFailure]);
    assert_eq!(
        b.ggsn.address_of("999010000000002".parse().unwrap(), 5),
        None
    );
    // an APN that only tells does not wait
    let mut c = config();
    c.apns[0].report = Report::Tell;
    let mut b = Bench::new(c);
    b.server = None;
    assert_eq!(b.create(request(IMSI)).cause, Cause::RequestAccepted);
}

#[test]
fn update_moves_the_tunnel_to_another_sgsn() {
    let mut b = Bench::new(config());
    let m = b.create(request(IMSI));
    let other: IpAddr = "127.0.2.7".parse().unwrap();
    let teid = m.teid_control.unwrap();
    b.request(teid, update(other, None));
    assert_eq!(b.cause(), Cause::MandatoryIeMissing);
    b.request(teid ^ 1, update(other, Some(0x6000_0001)));
    assert_eq!(b.cause(), Cause::NonExistent);
    b.request(teid, update(other, Some(0x6000_0001)));
    let answer = b.message();
    assert_eq!(answer.header.teid, 0x6000_0002);
    assert_eq!(answer.pdu.cause(), Some(Cause::RequestAccepted));
    let address = m.end_user_address.unwrap().ipv4_address().unwrap();
    let sgsn = SocketAddr::new(other, 2152);
    let down = packet("10.32.0.2".parse().unwrap(), &address.to_string());
    let to = Forward::To {
        port: GTP_U,
        to: Some(sgsn),
        skip: 0,
    };
    assert_eq!(b.forward(GI, sgsn, &down), to);
    // the old SGSN is no longer the tunnel's end
    let up = g_pdu(m.teid_data.unwrap(), packet(address.into(), "10.32.0.2"));
    let old = SocketAddr::new(SGSN.into(), 2152);
    assert_eq!(b.forward(GTP_U, old, &up), Forward::Drop);
    b.request(teid, DeletePdpContextRequest::teardown(6));
    assert_eq!(b.cause(), Cause::NonExistent, "another NSAPI");
}

#[test]
fn contexts_go_when_the_path_is_down_the_peer_restarts_or_knows_nothing_of_them() {
    // Echo goes unanswered, on both planes
    let mut b = Bench::new(config());
    b.create(request(IMSI));
    b.pass(100);
    assert_eq!(b.ggsn.contexts(), 0);
    assert!(b.names().contains(&"gtp.path_down"), "{:?}", b.events);
    assert_eq!(b.told.last().unwrap().status_type, AcctStatus::Stop);
    // a higher restart counter in the next request
    let mut b = Bench::new(config());
    b.create(request(IMSI));
    let mut again = request("999010000000002");
    again.recovery = Some(2);
    assert_eq!(b.create(again).cause, Cause::RequestAccepted);
    assert_eq!(
        (
            b.ggsn.contexts(),
            b.ggsn.address_of(IMSI.parse().unwrap(), 5)
        ),
        (1, None)
    );
    // an Error Indication: from the tunnel's peer only
    let gone = ErrorIndication {
        teid_data: 0x5000_0001,
        gsn_address: SGSN.into(),
        private: None,
        other: Default::default(),
    };
    let bytes = Message::request(0, 0, gone).bytes();
    b.recv(GTP_U, "127.0.2.9:2152".parse().unwrap(), bytes.clone());
    assert_eq!(b.ggsn.contexts(), 1);
    b.recv(GTP_U, SocketAddr::new(SGSN.into(), 2152), bytes);
    assert_eq!(b.ggsn.contexts(), 0);
}

#[test]
fn echo_on_both_planes_and_a_release_by_command() {
    let mut b = Bench::new(config());
    let echo = EchoRequest {
        private: None,
        other: Default::default(),
    };
    let bytes = Message::request(1, 0, echo).bytes();
    for (port, recovery) in [(GTP_C, 3), (GTP_U, 0)] {
        b.recv(port, SocketAddr::new(SGSN.into(), 2123), bytes.clone());
        let (by, answer) = b.sent.pop_front().unwrap();
        let answer = Message::read(&answer).unwrap();
        assert_eq!((by, answer.pdu.recovery()), (port, Some(recovery)));
    }
    b.create(request(IMSI));
    b.input(Input::Command(Command::Release(IMSI.parse().unwrap())));
    let m = b.message();
    assert!(matches!(m.pdu, Pdu::DeletePdpContextRequest(_)), "{m}");
    assert_eq!((m.header.teid, b.ggsn.contexts()), (0x5000_0002, 1));
    let answer = gtp::msg::DeletePdpContextResponse::refusal(Cause::RequestAccepted);
    let answer = Message::response(m.header.sequence().unwrap(), 0, answer).bytes();
    b.recv(GTP_C, SocketAddr::new(SGSN.into(), 2123), answer);
    assert_eq!(b.ggsn.contexts(), 0);
    b.input(Input::Stop);
    assert_eq!(
        b.told.last().unwrap().status_type,
        AcctStatus::AccountingOff
    );
}

#[test]
fn a_stranger_with_the_right_teid_gets_nowhere() {
    let mut c = config();
    c.peers = Some(vec!["127.0.2.0/24".parse().unwrap()]);
    let mut b = Bench::new(c);
    let teid = b.create(request(IMSI)).teid_control.unwrap();
    let delete = Message::request(1, teid, DeletePdpContextRequest::teardown(5)).bytes();
    b.recv(GTP_C, "127.0.66.6:2123".parse().unwrap(), delete.clone());
    assert_eq!((b.ggsn.contexts(), b.sent.len()), (1, 0));
    assert_eq!(b.out.counters().get("gtp.stranger"), Some(&1));
    // one whom the gateway knows, and whose context it is not: as if there were none
    b.recv(GTP_C, "127.0.2.8:2123".parse().unwrap(), delete.clone());
    assert_eq!((b.cause(), b.ggsn.contexts()), (Cause::NonExistent, 1));
    b.recv(GTP_C, SocketAddr::new(SGSN.into(), 2123), delete);
    assert_eq!(b.ggsn.contexts(), 0);
}

#[test]
fn a_tunnel_moves_for_its_own_sgsn_and_for_those_it_may_move_to() {
    let new: SocketAddr = "127.0.2.7:2123".parse().unwrap();
    let moved = |c: Config| {
        let mut b = Bench::new(c);
        let teid = b.create(request(IMSI)).teid_control.unwrap();
        let m = Message::request(9, teid, update(new.ip(), Some(1))).bytes();
        b.recv(GTP_C, new, m);
        b.cause()
    };
    assert_eq!(moved(config()), Cause::NonExistent);
    let mut pool = config();
    pool.handover = vec!["127.0.2.0/24".parse().unwrap()];
    assert_eq!(moved(pool), Cause::RequestAccepted);
    let mut open = config();
    open.guards_tunnels = false;
    assert_eq!(moved(open), Cause::RequestAccepted);
}

#[test]
fn an_error_indication_of_somebody_else_ends_nothing_and_teids_are_not_counted() {
    for guarded in [true, false] {
        let mut c = config();
        c.guards_tunnels = guarded;
        let mut b = Bench::new(c);
        let m = b.create(request(IMSI));
        assert_eq!(m.teid_control == Some(1), !guarded);
        let lost = ErrorIndication {
            teid_data: 0x5000_0001,
            gsn_address: SGSN.into(),
            private: None,
            other: Default::default(),
        };
        let bytes = Message::request(1, 0, lost).bytes();
        b.recv(GTP_U, "127.0.66.6:2152".parse().unwrap(), bytes);
        assert_eq!(b.ggsn.contexts(), usize::from(guarded));
    }
}

/// Mutations of every request, in one long life: no panic, and every address comes back.
#[test]
fn hostile_signalling() {
    let mut c = config();
    c.apns[0].report = Report::Tell;
    let mut b = Bench::new(c);
    let teid = b.create(request(IMSI)).teid_control.unwrap();
    let seeds = [
        Message::request(1, 0, request(IMSI)).bytes(),
        Message::request(2, 0, request("999010000000002")).bytes(),
        Message::request(3, teid, DeletePdpContextRequest::teardown(5)).bytes(),
    ];
    let sgsn = SocketAddr::new(SGSN.into(), 2123);
    for (i, s) in seeds.iter().enumerate() {
        for (n, bad) in wire::mutations(s, i as u64, 5000).enumerate() {
            let port = if n % 5 == 0 { GTP_U } else { GTP_C };
            b.recv(port, sgsn, bad.into());
            b.sent.clear();
            b.told.clear();
        }
        b.pass(61);
    }
    assert!(b.names().contains(&"pdp.refused") && b.names().contains(&"pdp.created"));
    b.pass(1000);
    assert_eq!((b.ggsn.contexts(), b.ggsn.due()), (0, None));
}
