//! SGSNs that speak GSUP and an HLR in virtual time.
use aka::{Algorithm, Opc, OperatorCode, Outcome as Card, Profile, SqnArray, usim};
use engine::{Action, Event, Input, Link, Node, Now, Outputs, Port, Rng, Time};
use gsup::{
    machine::{Endpoint, Output, Settings},
    msg::{
        AuthFailureReport, AuthTuple, CancelType, Cause, CnDomain, DeleteSubscriberDataResult,
        InsertSubscriberDataError, InsertSubscriberDataResult, LocationCancellationResult, Name,
        Pdu, PurgeMsRequest, RatType, SendAuthInfoRequest, UpdateLocationRequest,
    },
};
use hlr_auc::{
    Answer, Ask, Command, Config, Hlr, PdpSubscription, Records, Roaming, Standing, Subscriber,
    Subscription, gsup as door,
};
use std::{collections::VecDeque, time::Duration};
use wire::{Apn, Bytes, Digits, Hex, Imsi};

const GSUP: Port = Port(9);
const PATIENCE: Duration = Duration::from_secs(30);

/// What an SGSN does with subscriber data.
#[derive(Clone, Copy, PartialEq)]
enum Data {
    Takes,
    Refuses,
    Ignores,
}

struct Sgsn {
    link: Link,
    endpoint: Endpoint<()>,
    data: Data,
    answers: Vec<Pdu>,
    /// What the HLR asked, and the name it was for.
    asked: Vec<Pdu>,
    inbox: VecDeque<Bytes>,
}

struct Lab {
    now: Time,
    hlr: Hlr,
    out: Outputs<Ask>,
    records: Records,
    sgsns: Vec<Sgsn>,
    events: Vec<Event>,
    store_fails: bool,
}

fn imsi() -> Imsi {
    "999010000000001".parse().unwrap()
}

fn opc() -> OperatorCode {
    Opc::from([0xcd; 16]).into()
}

fn subscriber() -> Subscriber {
    let mut s =
        Subscriber::new(imsi(), [0x46; 16].into(), opc()).with_apn(Apn::new("m2m.ro").unwrap());
    s.msisdn = Digits::new("999015550001");
    s
}

impl Lab {
    /// An HLR with one subscriber, and an SGSN of 001-01.
    fn new(s: Subscriber) -> Self {
        let mut config = Config::new("hlr.example", "example");
        let mut gsup = door::Config::new("HLR", GSUP);
        let plmn = |s: &str| s.parse().unwrap();
        gsup.networks.insert("SGSN-1".into(), plmn("001-01"));
        gsup.networks.insert("SGSN-2".into(), plmn("001-02"));
        config.gsup = Some(gsup);
        let mut records = Records::default();
        records.put(s);
        let mut lab = Self {
            now: Time(0),
            hlr: Hlr::new(config, Rng::seed(4)),
            out: Outputs::default(),
            records,
            sgsns: vec![],
            events: vec![],
            store_fails: false,
        };
        lab.sgsn("SGSN-1");
        lab
    }

    fn sgsn(&mut self, name: &str) -> usize {
        let link = self.out.new_link();
        self.sgsns.push(Sgsn {
            link,
            endpoint: Endpoint::new(Name::new(name), Settings::client()),
            data: Data::Takes,
            answers: vec![],
            asked: vec![],
            inbox: VecDeque::new(),
        });
        let i = self.sgsns.len() - 1;
        let peer = "127.0.2.1:40000".parse().unwrap();
        self.at(i, |e, now, out| {
            e.start(now, out);
            e.up(now, out);
        });
        self.hlr(Input::Up {
            link,
            port: GSUP,
            peer,
        });
        self.settle();
        assert!(self.sgsns[i].endpoint.is_usable());
        i
    }

    fn hlr(&mut self, input: Input<Answer, Command>) {
        let now = Now::virtually(self.now);
        self.hlr.handle(now, input, &mut self.out);
    }

    fn at(&mut self, i: usize, f: impl FnOnce(&mut Endpoint<()>, Now, &mut Vec<Output<()>>)) {
        let wants = self.wants(i, f);
        self.did(i, wants);
    }

    fn wants(
        &mut self,
        i: usize,
        f: impl FnOnce(&mut Endpoint<()>, Now, &mut Vec<Output<()>>),
    ) -> Vec<Output<()>> {
        let mut wants = vec![];
        f(
            &mut self.sgsns[i].endpoint,
            Now::virtually(self.now),
            &mut wants,
        );
        wants
    }

    fn did(&mut self, i: usize, wants: Vec<Output<()>>) {
        let link = self.sgsns[i].link;
        for w in wants {
            match w {
                Output::Send(bytes) => self.hlr(Input::Recv {
                    link,
                    from: "127.0.2.1:40000".parse().unwrap(),
                    stream: 0,
                    ppid: 0,
                    bytes,
                }),
                Output::Request(head, m) => {
                    let answer: Option<Pdu> = match (&m, self.sgsns[i].data) {
                        (Pdu::LocationCancellationRequest(_), _) => Some(
                            LocationCancellationResult::new(head.imsi)
                                .answering(&head)
                                .into(),
                        ),
                        (Pdu::DeleteSubscriberDataRequest(_), Data::Takes) => Some(
                            DeleteSubscriberDataResult::new(head.imsi)
                                .answering(&head)
                                .into(),
                        ),
                        (_, Data::Takes) => Some(
                            InsertSubscriberDataResult::new(head.imsi)
                                .answering(&head)
                                .into(),
                        ),
                        (_, Data::Refuses) => Some(
                            InsertSubscriberDataError::new(head.imsi, Cause(22))
                                .answering(&head)
                                .into(),
                        ),
                        (_, Data::Ignores) => None,
                    };
                    self.sgsns[i].asked.push(m);
                    if let Some(answer) = answer {
                        let wants = self.wants(i, |e, _, out| e.send(&answer, out));
                        self.did(i, wants);
                    }
                }
                Output::Answer { answer, .. } => self.sgsns[i].answers.push(answer),
                Output::Dropped(why) => panic!("{why}"),
                _ => {}
            }
        }
    }

    /// Carries messages and questions until nothing moves.
    fn settle(&mut self) {
        loop {
            let asks: Vec<_> = self.out.drain_asks().collect();
            let actions: Vec<_> = self.out.drain().collect();
            if asks.is_empty() && actions.is_empty() {
                let waiting = self.sgsns.iter().position(|s| !s.inbox.is_empty());
                let Some(i) = waiting else { break };
                let bytes = self.sgsns[i].inbox.pop_front().unwrap();
                self.at(i, |e, now, out| e.received(now, &bytes, out));
                continue;
            }
            for (id, ask) in asks {
                let answer = match self.store_fails {
                    true => Answer::Failed("disk full"),
                    false => self.records.apply(ask),
                };
                self.hlr(Input::Answer(id, answer));
            }
            for a in actions {
                match a {
                    Action::Send { link, bytes, .. } => {
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
    fn ask(&mut self, i: usize, m: impl Into<Pdu>) -> Pdu {
        self.send(i, m);
        self.sgsns[i].answers.pop().unwrap()
    }

    fn send(&mut self, i: usize, m: impl Into<Pdu>) {
        let m = m.into();
        self.at(i, |e, now, out| {
            e.request(now, (), m, PATIENCE, out).unwrap();
        });
        self.settle();
    }

    fn pass(&mut self, d: Duration) {
        let end = self.now + d;
        while let Some(t) = self.due().filter(|t| *t <= end) {
            self.now = self.now.max(t);
            self.hlr(Input::Timer);
            for i in 0..self.sgsns.len() {
                self.at(i, |e, now, out| e.timer(now, out));
            }
            self.settle();
        }
        self.now = end;
    }

    fn due(&self) -> Option<Time> {
        let ends = self.sgsns.iter().filter_map(|s| s.endpoint.due());
        ends.chain(self.hlr.due()).min()
    }

    fn record(&self) -> &Subscriber {
        self.records.get(&imsi()).unwrap()
    }

    fn serving(&self) -> Option<&str> {
        self.record().serving.as_ref().map(|n| n.host.as_str())
    }

    fn saw(&self, name: &str) -> bool {
        self.events.iter().any(|e| e.name == name)
    }

    fn refused(&mut self, m: impl Into<Pdu>) -> u8 {
        let answer = self.ask(0, m);
        answer.cause().unwrap_or_else(|| panic!("{answer}")).0
    }
}

fn sai() -> SendAuthInfoRequest {
    SendAuthInfoRequest {
        cn_domain: Some(CnDomain::Ps),
        ..SendAuthInfoRequest::new(imsi())
    }
}

fn update() -> UpdateLocationRequest {
    UpdateLocationRequest {
        cn_domain: Some(CnDomain::Ps),
        ..UpdateLocationRequest::new(imsi())
    }
}

fn tuples(m: Pdu) -> Vec<AuthTuple> {
    match m {
        Pdu::SendAuthInfoResult(m) => m.auth_tuple,
        other => panic!("{other}"),
    }
}

fn card() -> (aka::Functions, SqnArray) {
    let functions = Algorithm::default()
        .keyed(&[0x46; 16].into(), &opc())
        .unwrap();
    (functions, SqnArray::new(Profile::PROFILE_2))
}

#[test]
fn send_auth_info_gives_what_a_card_accepts() {
    let mut lab = Lab::new(subscriber());
    let all = tuples(lab.ask(0, sai()));
    assert_eq!(all.len(), 5);
    let (functions, mut array) = card();
    for t in &all {
        assert!(t.is_umts());
        let autn = t.autn.unwrap().0;
        let Card::Accepted { res, ck, ik } =
            usim::authenticate(&functions, &t.rand.0, &autn, &mut array)
        else {
            panic!("{t}")
        };
        assert_eq!(&res[..], &t.res.as_ref().unwrap()[..]);
        assert_eq!(
            (*ck.expose(), *ik.expose()),
            (t.ck.unwrap().0, t.ik.unwrap().0)
        );
        // TS 33.102 6.8.1.2: c2 and c3 make the triplet
        let sres: Vec<u8> = (0..4).map(|i| res[i] ^ res[i + 4]).collect();
        assert_eq!(sres, t.sres.unwrap().0);
        let (ck, ik) = (ck.expose(), ik.expose());
        let kc: Vec<u8> = (0..8)
            .map(|i| ck[i] ^ ck[i + 8] ^ ik[i] ^ ik[i + 8])
            .collect();
        assert_eq!(kc, t.kc.unwrap().0);
    }
    let fewer = SendAuthInfoRequest {
        num_vectors_requested: Some(2),
        ..sai()
    };
    assert_eq!(tuples(lab.ask(0, fewer)).len(), 2);
    let more = SendAuthInfoRequest {
        num_vectors_requested: Some(200),
        ..sai()
    };
    assert_eq!(tuples(lab.ask(0, more)).len(), 5);
}

#[test]
fn resynchronisation() {
    let mut lab = Lab::new(subscriber());
    let (functions, mut array) = card();
    // the card has seen numbers far ahead, from whatever node
    for ind in 0..Profile::PROFILE_2.indices() {
        let seen = Profile::PROFILE_2.sqn(1 << 20, ind as u16);
        array.accept(seen).unwrap();
    }
    let first = tuples(lab.ask(0, sai())).remove(0);
    let autn = first.autn.unwrap().0;
    let Card::SyncFailure { auts, .. } =
        usim::authenticate(&functions, &first.rand.0, &autn, &mut array)
    else {
        panic!()
    };
    let again = SendAuthInfoRequest {
        auts: Some(Hex(auts)),
        rand: Some(first.rand),
        ..sai()
    };
    let fresh = tuples(lab.ask(0, again.clone())).remove(0);
    let autn = fresh.autn.unwrap().0;
    let outcome = usim::authenticate(&functions, &fresh.rand.0, &autn, &mut array);
    assert!(matches!(outcome, Card::Accepted { .. }));
    assert!(lab.saw("hlr.resynchronised"));
    // another challenge's AUTS, and one without its challenge
    let wrong = SendAuthInfoRequest {
        rand: Some(Hex([7; 16])),
        ..again.clone()
    };
    let seq = lab.record().seq;
    assert_eq!(lab.refused(wrong), Cause::SynchFailure.0);
    let lost = SendAuthInfoRequest {
        rand: None,
        ..again
    };
    assert_eq!(lab.refused(lost), Cause::ConditionalElementError.0);
    assert_eq!(lab.record().seq, seq, "no number is spent on a wrong AUTS");
}

#[test]
fn update_of_location_brings_the_subscription() {
    let mut lab = Lab::new(subscriber());
    let result = lab.ask(0, update());
    assert_eq!(result.name(), "UpdateLocationResult");
    let Pdu::InsertSubscriberDataRequest(data) = &lab.sgsns[0].asked[0] else {
        panic!()
    };
    assert_eq!(data.msisdn.as_ref().unwrap().to_string(), "+999015550001");
    assert!(data.pdp_info_complete.is_some());
    let [info] = &data.pdp_info[..] else { panic!() };
    assert_eq!(info.apn, Apn::new("m2m.ro"));
    assert_eq!(info.context_id, Some(1));
    assert!(info.address.as_ref().unwrap().is_ipv4());
    assert!(info.qos.as_ref().unwrap().len() >= 11);
    assert_eq!(lab.serving(), Some("SGSN-1"));
    let plmn = lab.record().serving.as_ref().unwrap().plmn;
    assert_eq!(plmn.unwrap().to_string(), "001-01");
    assert!(lab.saw("hlr.located"));
}

#[test]
fn the_result_waits_for_the_data() {
    let mut lab = Lab::new(subscriber());
    lab.sgsns[0].data = Data::Ignores;
    lab.send(0, update());
    assert!(lab.sgsns[0].answers.is_empty());
    lab.pass(Duration::from_secs(10));
    let error = lab.sgsns[0].answers.pop().unwrap();
    assert_eq!(error.name(), "UpdateLocationError");
    assert_eq!(error.cause(), Some(Cause::NetworkFailure));
    assert_eq!(lab.serving(), None);
    lab.sgsns[0].data = Data::Refuses;
    assert_eq!(lab.refused(update()), Cause::NetworkFailure.0);
    assert_eq!(lab.serving(), None);
    lab.sgsns[0].data = Data::Takes;
    assert_eq!(lab.ask(0, update()).name(), "UpdateLocationResult");
}

#[test]
fn the_old_node_is_told() {
    let mut lab = Lab::new(subscriber());
    let second = lab.sgsn("SGSN-2");
    lab.ask(0, update());
    lab.ask(0, update());
    assert!(!lab.saw("hlr.cancelling"), "it was the same node");
    lab.ask(second, update());
    let Some(Pdu::LocationCancellationRequest(m)) = lab.sgsns[0].asked.last() else {
        panic!("{:?}", lab.sgsns[0].asked)
    };
    assert_eq!(m.cancel_type, Some(CancelType::Update));
    assert!(lab.saw("hlr.cancelled"));
    assert_eq!(lab.serving(), Some("SGSN-2"));
    // who purges elsewhere keeps nothing reserved
    let Pdu::PurgeMsResult(late) = lab.ask(0, PurgeMsRequest::new(imsi())) else {
        panic!()
    };
    assert!(late.freeze_p_tmsi.is_none() && !lab.record().purged);
    let Pdu::PurgeMsResult(here) = lab.ask(second, PurgeMsRequest::new(imsi())) else {
        panic!()
    };
    assert!(here.freeze_p_tmsi.is_some() && lab.record().purged);
}

#[test]
fn withdrawal_and_the_end_of_access() {
    let mut s = subscriber();
    s.lifetime = Some(Duration::from_secs(600));
    let mut lab = Lab::new(s);
    lab.ask(0, update());
    lab.hlr(Input::Command(Command::Withdraw(imsi())));
    lab.settle();
    let kinds = |lab: &Lab| {
        let of = |m: &Pdu| match m {
            Pdu::LocationCancellationRequest(m) => m.cancel_type,
            _ => None,
        };
        lab.sgsns[0].asked.iter().filter_map(of).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&lab), [CancelType::Withdraw]);
    lab.ask(0, update());
    lab.pass(Duration::from_secs(599));
    assert_eq!(kinds(&lab).len(), 1);
    lab.pass(Duration::from_secs(2));
    assert_eq!(kinds(&lab), [CancelType::Withdraw; 2]);
    assert!(lab.saw("hlr.access-ended"));
}

#[test]
fn causes() {
    let mut lab = Lab::new(subscriber());
    let other: Imsi = "999010000000002".parse().unwrap();
    assert_eq!(lab.refused(SendAuthInfoRequest::new(other)), 2);
    assert_eq!(lab.refused(UpdateLocationRequest::new(other)), 2);
    assert_eq!(lab.refused(PurgeMsRequest::new(other)), 2);
    let cs = UpdateLocationRequest {
        cn_domain: Some(CnDomain::Cs),
        ..update()
    };
    assert_eq!(lab.refused(cs), 11);
    let set = |lab: &mut Lab, change: &dyn Fn(&mut Subscriber)| {
        let mut s = subscriber();
        change(&mut s);
        lab.records.put(s);
    };
    set(&mut lab, &|s| s.standing = Standing::Quarantined);
    assert_eq!(lab.refused(sai()), 2);
    let home = "001-02".parse().unwrap();
    set(&mut lab, &|s| s.roaming = Roaming::Only([home].into()));
    assert_eq!(lab.refused(update()), 11);
    assert_eq!(lab.refused(sai()), 17);
    set(&mut lab, &|s| s.contexts.clear());
    assert_eq!(lab.refused(update()), 7);
    set(&mut lab, &|s| {
        s.access_restriction = s.access_restriction.with_geran(true)
    });
    let geran = UpdateLocationRequest {
        current_rat_type: Some(RatType::Geran),
        ..update()
    };
    assert_eq!(lab.refused(geran), 15);
    set(&mut lab, &|s| s.seq = Profile::PROFILE_2.max_seq());
    assert_eq!(lab.refused(sai()), 17);
    lab.store_fails = true;
    assert_eq!(lab.refused(sai()), 17);
    assert_eq!(lab.refused(update()), 17);
    assert_eq!(lab.refused(PurgeMsRequest::new(imsi())), 17);
    assert!(lab.sgsns[0].asked.is_empty(), "nobody was told data");
    // what only an HLR asks
    let cancel = gsup::msg::LocationCancellationRequest::new(imsi());
    assert_eq!(lab.refused(cancel), 98);
}

/// Nodes behind another are known by the names that they put into their messages.
#[test]
fn nodes_behind_another() {
    let mut lab = Lab::new(subscriber());
    let relay = lab.sgsn("RELAY");
    let from = |name: &str| UpdateLocationRequest {
        source_name: Some(Name::new(name)),
        ..update()
    };
    let Pdu::UpdateLocationResult(m) = lab.ask(relay, from("SGSN-A")) else {
        panic!()
    };
    assert_eq!(m.destination_name, Some(Name::new("SGSN-A")));
    assert_eq!(lab.serving(), Some("SGSN-A"));
    lab.ask(relay, from("SGSN-B"));
    let cancelled = lab.sgsns[relay].asked.iter().find_map(|m| match m {
        Pdu::LocationCancellationRequest(m) => m.destination_name.clone(),
        _ => None,
    });
    assert_eq!(cancelled, Some(Name::new("SGSN-A")));
}

#[test]
fn a_node_that_left_is_not_told() {
    let mut lab = Lab::new(subscriber());
    let second = lab.sgsn("SGSN-2");
    lab.ask(second, update());
    let link = lab.sgsns[second].link;
    let why = engine::Why::Closed;
    lab.hlr(Input::Down { link, why });
    lab.ask(0, update());
    assert!(lab.saw("hlr.not-cancelled"));
    // it says so, and is not answered
    let report = AuthFailureReport::new(imsi()).into();
    lab.at(0, |e, _, out| e.send(&report, out));
    lab.settle();
    assert!(lab.saw("hlr.authentication-failed"));
}

/// Several access points, of several types.
#[test]
fn all_contexts_are_told() {
    let mut s = subscriber().with_apn(Apn::new("internet").unwrap());
    s.contexts.push(PdpSubscription {
        pdp_type: [0xf1, 0x57],
        ..PdpSubscription::ipv4(3, Apn::new("*").unwrap())
    });
    let mut lab = Lab::new(s);
    lab.ask(0, update());
    let Pdu::InsertSubscriberDataRequest(data) = &lab.sgsns[0].asked[0] else {
        panic!()
    };
    let all = data.pdp_info.iter();
    let all = all.map(|p| (p.context_id.unwrap(), p.address.as_ref().unwrap().number));
    assert_eq!(all.collect::<Vec<_>>(), [(1, 0x21), (2, 0x21), (3, 0x57)]);
}

#[test]
fn a_changed_subscription_is_told() {
    let first = subscriber().with_apn(Apn::new("internet").unwrap());
    let mut lab = Lab::new(first.clone());
    lab.ask(0, update());
    let change = |lab: &mut Lab, contexts: &[PdpSubscription]| {
        lab.sgsns[0].asked.clear();
        let mut s = Subscription::from(&first);
        s.contexts = contexts.to_vec();
        lab.hlr(Input::Command(Command::Change(imsi(), Box::new(s))));
        lab.settle();
        lab.sgsns[0].asked.clone()
    };
    let context = |id, apn| PdpSubscription::ipv4(id, Apn::new(apn).unwrap());
    // one goes, and another comes; what stays is not told
    let asked = change(&mut lab, &[first.contexts[0].clone(), context(3, "meters")]);
    let [
        Pdu::DeleteSubscriberDataRequest(d),
        Pdu::InsertSubscriberDataRequest(i),
    ] = asked.as_slice()
    else {
        panic!("{asked:?}")
    };
    assert_eq!(d.pdp_context_id, [2]);
    let ids: Vec<_> = i.pdp_info.iter().map(|p| p.context_id).collect();
    assert!(ids == [Some(3)] && i.pdp_info_complete.is_none() && i.msisdn.is_none());
    assert!(lab.saw("hlr.updated"));
    // all go: none is named
    let asked = change(&mut lab, &[]);
    let [Pdu::DeleteSubscriberDataRequest(d)] = asked.as_slice() else {
        panic!("{asked:?}")
    };
    assert!(d.pdp_context_id.is_empty());
    // who refuses is known
    lab.sgsns[0].data = Data::Refuses;
    change(&mut lab, &[context(1, "m2m.ro")]);
    assert!(lab.saw("hlr.not-updated"));
}
