//! Serving nodes and an HLR in virtual time.
#![allow(dead_code)] // each test has a use for some of it
use aka::{Algorithm, Opc, OperatorCode, Profile, SqnArray};
use bytes::Bytes;
use diameter_s6a::machine::{Endpoint, Identity, Output, Settings};
use diameter_s6a::msg::{
    self, AuthSessionState, ExperimentalResultCode, Message, Outcome, Pdu, PlmnId, RatType,
    ResultCode, UlrFlags,
};
use engine::{Action, Event, Input, Link, Node, Now, Outputs, Port, Rng, Time};
use hlr_auc::{Answer, Ask, Command, Config, Hlr, Records, Subscriber};
use std::{collections::VecDeque, time::Duration};
use wire::{Apn, Imsi};

pub const REALM: &str = "epc.mnc001.mcc999.3gppnetwork.org";
pub const IMSI: &str = "999010000000001";

/// An SGSN, as far as S6d goes.
pub struct Sgsn {
    pub link: Link,
    pub identity: Identity,
    pub endpoint: Endpoint<u32>,
    pub answers: Vec<Message>,
    pub requests: Vec<Message>,
    pub inbox: VecDeque<Bytes>,
}

pub struct Lab {
    pub now: Time,
    pub rng: Rng,
    pub hlr: Hlr,
    pub out: Outputs<Ask>,
    pub records: Records,
    pub sgsns: Vec<Sgsn>,
    pub events: Vec<Event>,
    pub store_fails: bool,
    /// What answers in the place of the records here.
    pub store: Option<Box<dyn FnMut(Ask) -> Answer>>,
    /// All that was said on S6a and S6d.
    pub said: Vec<Bytes>,
}

pub fn imsi() -> Imsi {
    IMSI.parse().unwrap()
}

pub fn opc() -> OperatorCode {
    Opc::from([0xcd; 16]).into()
}

pub fn subscriber() -> Subscriber {
    Subscriber::new(imsi(), [0x46; 16].into(), opc()).with_apn(Apn::new("m2m.ro").unwrap())
}

impl Lab {
    pub fn new(s: Subscriber) -> Self {
        Self::with(s, |_| {})
    }

    pub fn with(s: Subscriber, set: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::new(format!("icf.{REALM}"), REALM);
        config.aliases.push(format!("drf.{REALM}"));
        set(&mut config);
        let mut records = Records::default();
        records.put(s);
        let mut lab = Self {
            now: Time(0),
            rng: Rng::seed(3),
            hlr: Hlr::new(config, Rng::seed(4)),
            out: Outputs::default(),
            records,
            sgsns: vec![],
            events: vec![],
            store_fails: false,
            store: None,
            said: vec![],
        };
        lab.sgsn("sgsn1.epc.mnc001.mcc001.3gppnetwork.org");
        lab
    }

    pub fn sgsn(&mut self, host: &str) -> usize {
        let realm = host.split_once('.').unwrap().1.to_owned();
        self.node(Identity::s6a(host, realm))
    }

    pub fn node(&mut self, identity: Identity) -> usize {
        let now = Now::virtually(self.now);
        let link = self.out.new_link();
        let endpoint = Endpoint::new(identity.clone(), Settings::client(), now, &mut self.rng);
        self.sgsns.push(Sgsn {
            link,
            identity,
            endpoint,
            answers: vec![],
            requests: vec![],
            inbox: VecDeque::new(),
        });
        let i = self.sgsns.len() - 1;
        let peer = "127.0.2.1:40000".parse().unwrap();
        let port = Port(0);
        self.hlr(Input::Up { link, port, peer });
        self.at(i, |e, now, rng, out| {
            e.start(now, rng, out);
            e.up(now, rng, out);
        });
        self.settle();
        assert!(self.sgsns[i].endpoint.is_usable());
        i
    }

    pub fn hlr(&mut self, input: Input<Answer, Command>) {
        let now = Now::virtually(self.now);
        self.hlr.handle(now, input, &mut self.out);
    }

    pub fn at(
        &mut self,
        i: usize,
        f: impl FnOnce(&mut Endpoint<u32>, Now, &mut Rng, &mut Vec<Output<u32>>),
    ) {
        let now = Now::virtually(self.now);
        let mut wants = vec![];
        let s = &mut self.sgsns[i];
        f(&mut s.endpoint, now, &mut self.rng, &mut wants);
        let link = s.link;
        self.did(i, link, wants);
    }

    pub fn did(&mut self, i: usize, link: Link, wants: Vec<Output<u32>>) {
        for w in wants {
            match w {
                Output::Send(bytes) => {
                    self.said.push(bytes.clone());
                    self.hlr(Input::Recv {
                        link,
                        from: "127.0.2.1:40000".parse().unwrap(),
                        stream: 0,
                        ppid: 46,
                        bytes,
                    });
                }
                Output::Request(m) => {
                    let answer = answer(&self.sgsns[i].identity, &m);
                    self.sgsns[i].requests.push(m);
                    self.at(i, |e, _, _, out| e.answer(&answer, out));
                }
                Output::Answer { answer, .. } => self.sgsns[i].answers.push(answer),
                Output::Dropped(why) => panic!("{why}"),
                _ => {}
            }
        }
    }

    /// Carries messages and questions until nothing moves.
    pub fn settle(&mut self) {
        loop {
            let asks: Vec<_> = self.out.drain_asks().collect();
            let actions: Vec<_> = self.out.drain().collect();
            if asks.is_empty() && actions.is_empty() {
                let waiting = self.sgsns.iter().position(|s| !s.inbox.is_empty());
                let Some(i) = waiting else { break };
                let bytes = self.sgsns[i].inbox.pop_front().unwrap();
                self.at(i, |e, now, rng, out| e.received(now, rng, &bytes, out));
                continue;
            }
            for (id, ask) in asks {
                let answer = match &mut self.store {
                    _ if self.store_fails => Answer::Failed("disk full"),
                    Some(store) => store(ask),
                    None => self.records.apply(ask),
                };
                self.hlr(Input::Answer(id, answer));
            }
            for a in actions {
                match a {
                    Action::Send {
                        link, ppid, bytes, ..
                    } => {
                        assert_eq!(ppid, 46);
                        self.said.push(bytes.clone());
                        let s = self.sgsns.iter_mut().find(|s| s.link == link).unwrap();
                        s.inbox.push_back(bytes);
                    }
                    Action::Trace(e) => self.events.push(e),
                    _ => {}
                }
            }
        }
    }

    /// Sends a request from SGSN `i` and gives its answer.
    pub fn ask(&mut self, i: usize, m: Message) -> Message {
        self.at(i, |e, now, _, out| {
            e.request(now, 0, m, Duration::from_secs(5), out).unwrap();
        });
        self.settle();
        self.sgsns[i].answers.pop().unwrap()
    }

    pub fn pass(&mut self, d: Duration) {
        let end = self.now + d;
        while let Some(t) = self.due().filter(|t| *t <= end) {
            self.now = self.now.max(t);
            self.hlr(Input::Timer);
            for i in 0..self.sgsns.len() {
                self.at(i, |e, now, rng, out| e.timer(now, rng, out));
            }
            self.settle();
        }
        self.now = end;
    }

    pub fn due(&self) -> Option<Time> {
        let ends = self.sgsns.iter().filter_map(|s| s.endpoint.due());
        ends.chain(self.hlr.due()).min()
    }

    pub fn saw(&self, name: &str) -> bool {
        self.events.iter().any(|e| e.name == name)
    }

    pub fn record(&self) -> &Subscriber {
        self.records.get(&imsi()).unwrap()
    }

    pub fn air(&self, i: usize, count: u32, resync: Option<Vec<u8>>) -> Message {
        let id = &self.sgsns[i].identity;
        let info = msg::RequestedUtranGeranAuthenticationInfo {
            number_of_requested_vectors: Some(count),
            re_synchronization_info: resync.map(Into::into),
            ..Default::default()
        };
        Message::request(
            msg::application::S6A,
            msg::AuthenticationInformationRequest {
                session_id: format!("{};1;1", id.host).into(),
                auth_session_state: AuthSessionState::NoStateMaintained,
                origin_host: id.origin_host(),
                origin_realm: id.origin_realm(),
                destination_realm: REALM.into(),
                user_name: IMSI.into(),
                requested_utran_geran_authentication_info: Some(info),
                visited_plmn_id: PlmnId([0, 0xf1, 0x10]),
                ..Default::default()
            },
        )
    }

    pub fn ulr(&self, i: usize) -> Message {
        let id = &self.sgsns[i].identity;
        Message::request(
            msg::application::S6A,
            msg::UpdateLocationRequest {
                session_id: format!("{};1;2", id.host).into(),
                auth_session_state: AuthSessionState::NoStateMaintained,
                origin_host: id.origin_host(),
                origin_realm: id.origin_realm(),
                destination_realm: REALM.into(),
                user_name: IMSI.into(),
                rat_type: RatType::Geran,
                ulr_flags: UlrFlags(0),
                visited_plmn_id: PlmnId([0, 0xf1, 0x10]),
                ..Default::default()
            },
        )
    }

    pub fn pur(&self, i: usize) -> Message {
        let id = &self.sgsns[i].identity;
        Message::request(
            msg::application::S6A,
            msg::PurgeUeRequest {
                session_id: format!("{};1;3", id.host).into(),
                auth_session_state: AuthSessionState::NoStateMaintained,
                origin_host: id.origin_host(),
                origin_realm: id.origin_realm(),
                destination_realm: REALM.into(),
                user_name: IMSI.into(),
                ..Default::default()
            },
        )
    }
}

/// A serving node's answer to what an HLR tells it.
pub fn answer(local: &Identity, m: &Message) -> Message {
    macro_rules! answer {
        ($name:ident, $r:ident, { $($field:ident: $value:expr),* }) => {
            Message::answer(&m.header, msg::$name {
                session_id: $r.session_id.clone(),
                result_code: Some(ResultCode::Success),
                auth_session_state: Some(AuthSessionState::NoStateMaintained),
                origin_host: local.origin_host(),
                origin_realm: local.origin_realm(),
                $($field: $value,)*
                ..Default::default()
            })
        };
    }
    match &m.pdu {
        Pdu::CancelLocationRequest(r) => answer!(CancelLocationAnswer, r, {}),
        Pdu::DeleteSubscriberDataRequest(r) => answer!(DeleteSubscriberDataAnswer, r, {}),
        Pdu::ResetRequest(r) => answer!(ResetAnswer, r, {}),
        Pdu::InsertSubscriberDataRequest(r) => {
            let asked = r.idr_flags.unwrap_or_default();
            let state = || msg::EpsUserState {
                sgsn_user_state: Some(msg::SgsnUserState {
                    user_state: Some(msg::UserState::AttachedReachableForPaging),
                    other: Default::default(),
                }),
                ..Default::default()
            };
            answer!(InsertSubscriberDataAnswer, r, {
                eps_user_state: asked.eps_user_state().then(state)
            })
        }
        _ => panic!("{m}"),
    }
}

pub fn vectors(m: &Message) -> &[msg::UtranVector] {
    let Pdu::AuthenticationInformationAnswer(a) = &m.pdu else {
        panic!("{m}")
    };
    assert_eq!(a.result_code, Some(ResultCode::Success), "{m}");
    &a.authentication_info.as_ref().unwrap().utran_vector
}

pub fn base(code: ResultCode) -> Option<Outcome> {
    Some(Outcome::Base(code))
}

pub fn experimental(code: ExperimentalResultCode) -> Option<Outcome> {
    Some(Outcome::Experimental(code))
}

/// The subscriber's card.
pub fn card() -> (aka::Functions, SqnArray) {
    let f = Algorithm::default().keyed(&[0x46; 16].into(), &opc());
    (f.unwrap(), SqnArray::new(Profile::PROFILE_2))
}
