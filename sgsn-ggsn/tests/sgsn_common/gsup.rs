//! The HLR of a home network on GSUP, played by hand: it refuses, is silent, cancels, or goes away
//! as told.
#![allow(dead_code)]
use super::Say;
use super::{imsi, res};
use diameter_s6a::msg::PdpContext;
use engine::{Event, Framing, Input, Link, Now, Outputs, Port, PortSpec, Rng, Time};
use gsup::{
    frame_len,
    machine::{Endpoint, Output, Settings},
    msg::{
        AuthTuple, CancelType, Cause, CnDomain, DeleteSubscriberDataRequest, Head,
        InsertSubscriberDataRequest, LocationCancellationRequest, Name, Number, PdpInfo, Pdu,
        Present, PurgeMsResult, SendAuthInfoResult, UpdateLocationResult,
    },
};
use std::{convert::Infallible, time::Duration};
use wire::{Apn, Digits, Hex, PdpAddress};

const PATIENCE: Duration = Duration::from_secs(5);

/// A home network's HLR that says what it is told to say.
pub struct GsupHome {
    pub rng: Rng,
    pub links: Vec<(Link, Endpoint<Option<Head>>)>,
    pub refuse_vectors: Option<u8>,
    pub refuse_location: Option<u8>,
    pub silent: bool,
    /// Triplets instead of quintuplets.
    pub gsm: bool,
    /// It breaks the connection off when it is asked for the location.
    pub leaves: bool,
}

pub const GSUP_PORTS: &[PortSpec] = &[PortSpec {
    port: Port(0),
    name: "gsup",
    framing: Framing::By(frame_len),
}];

impl GsupHome {
    pub fn new() -> Self {
        Self {
            rng: Rng::seed(9),
            links: vec![],
            refuse_vectors: None,
            refuse_location: None,
            silent: false,
            gsm: false,
            leaves: false,
        }
    }

    fn tuple(&mut self) -> AuthTuple {
        let rand: [u8; 16] = self.rng.array();
        let right = res(rand);
        let triplet = AuthTuple::gsm(rand, right[..4].try_into().unwrap(), [4; 8]);
        if self.gsm {
            return triplet;
        }
        AuthTuple {
            ik: Some(Hex([3; 16])),
            ck: Some(Hex([2; 16])),
            autn: Some(Hex([1; 16])),
            res: Some(right),
            ..triplet
        }
    }

    /// The answer to a request; none where data go out first.
    fn answer(&mut self, head: &Head, m: &Pdu, out: &mut Outputs<Infallible>) -> Option<Pdu> {
        let refuse = |cause: u8| Pdu::refusal(head, Cause(cause));
        match m {
            Pdu::SendAuthInfoRequest(m) => {
                assert_eq!(m.imsi.to_string(), "999020000000001");
                assert_eq!(m.cn_domain, Some(CnDomain::Ps));
                if let Some(cause) = self.refuse_vectors {
                    return refuse(cause);
                }
                let result = SendAuthInfoResult {
                    auth_tuple: (0..5).map(|_| self.tuple()).collect(),
                    ..SendAuthInfoResult::new(head.imsi)
                };
                Some(result.into())
            }
            Pdu::UpdateLocationRequest(m) => {
                assert_eq!(m.cn_domain, Some(CnDomain::Ps));
                self.refuse_location.and_then(refuse)
            }
            Pdu::PurgeMsRequest(_) => {
                out.trace(Event::new("hlr.purged"));
                Some(PurgeMsResult::new(head.imsi).into())
            }
            other => panic!("{other}"),
        }
    }

    pub fn handle(
        &mut self,
        now: Now,
        input: Input<Infallible, Say>,
        out: &mut Outputs<Infallible>,
    ) {
        let mut wants = vec![];
        let mut on = None;
        match input {
            Input::Up { link, .. } => {
                let mut e = Endpoint::new(Name::new("HLR"), Settings::server());
                e.up(now, &mut wants);
                self.links.push((link, e));
                on = Some(link);
            }
            Input::Recv { link, bytes, .. } => {
                if let Some(e) = self.links.iter_mut().find(|l| l.0 == link) {
                    e.1.received(now, &bytes, &mut wants);
                    on = Some(link);
                }
            }
            Input::Down { link, .. } => self.links.retain(|l| l.0 != link),
            Input::Timer => {
                if let Some((link, e)) = self.links.first_mut() {
                    e.timer(now, &mut wants);
                    on = Some(*link);
                }
            }
            Input::Command(say) => {
                let (link, e) = self.links.first_mut().unwrap();
                let cancel = |kind| LocationCancellationRequest {
                    cancel_type: Some(kind),
                    ..LocationCancellationRequest::new(imsi())
                };
                let m: Pdu = match say {
                    Say::Cancel(_) => cancel(CancelType::Update).into(),
                    Say::Withdraw(_) => cancel(CancelType::Withdraw).into(),
                    Say::Delete(_, contexts) => DeleteSubscriberDataRequest {
                        pdp_context_id: contexts.iter().map(|c| *c as u8).collect(),
                        ..DeleteSubscriberDataRequest::new(imsi())
                    }
                    .into(),
                    // all APNs, these
                    Say::Insert(data, _) => {
                        let gprs = data.gprs_subscription_data.expect("PDP contexts");
                        let apn = |c: &PdpContext| {
                            let name = c.service_selection.as_str().unwrap();
                            info(c.context_identifier as u8, name)
                        };
                        InsertSubscriberDataRequest {
                            pdp_info_complete: Some(Present::YES),
                            pdp_info: gprs.pdp_context.iter().map(apn).collect(),
                            ..InsertSubscriberDataRequest::new(imsi())
                        }
                        .into()
                    }
                    _ => panic!("GSUP does not say this"),
                };
                e.request(now, None, m, PATIENCE, &mut wants).unwrap();
                on = Some(*link);
            }
            _ => {}
        }
        if let Some(link) = on {
            self.act(now, link, wants, out);
        }
    }

    fn act(
        &mut self,
        now: Now,
        link: Link,
        mut wants: Vec<Output<Option<Head>>>,
        out: &mut Outputs<Infallible>,
    ) {
        let mut i = 0;
        while i < wants.len() {
            match &wants[i] {
                Output::Send(bytes) => out.message(link, bytes.clone()),
                Output::Request(head, Pdu::UpdateLocationRequest(_)) if self.leaves => {
                    let _ = head;
                    self.links.retain(|l| l.0 != link);
                    out.abort(link);
                    return;
                }
                Output::Request(head, m) if !self.silent => {
                    let (head, m) = (head.clone(), m.clone());
                    let answer = self.answer(&head, &m, out);
                    let e = self.links.iter_mut().find(|l| l.0 == link).unwrap();
                    match answer {
                        Some(a) => e.1.send(&a, &mut wants),
                        None => {
                            let data = data(&head);
                            e.1.request(now, Some(head), data, PATIENCE, &mut wants)
                                .unwrap();
                        }
                    }
                }
                Output::Answer { ticket, answer } => {
                    assert_eq!(answer.cause(), None);
                    let ticket = ticket.clone();
                    let e = self.links.iter_mut().find(|l| l.0 == link).unwrap();
                    match ticket {
                        Some(head) => {
                            let result = UpdateLocationResult::new(head.imsi).into();
                            e.1.send(&result, &mut wants);
                        }
                        None => out.trace(Event::new(match answer {
                            Pdu::DeleteSubscriberDataResult(_) => "hlr.deleted",
                            Pdu::InsertSubscriberDataResult(_) => "hlr.inserted",
                            _ => "hlr.cancelled",
                        })),
                    }
                }
                Output::Disconnect => out.close(link),
                _ => {}
            }
            i += 1;
        }
    }

    pub fn due(&self) -> Option<Time> {
        self.links.iter().filter_map(|l| l.1.due()).min()
    }
}

/// The subscription: two APNs.
fn data(head: &Head) -> InsertSubscriberDataRequest {
    InsertSubscriberDataRequest {
        msisdn: Some(Number::international(&Digits::new("999025550001").unwrap())),
        pdp_info_complete: Some(Present::YES),
        pdp_info: vec![info(1, "internet"), info(2, "meters")],
        ..InsertSubscriberDataRequest::new(head.imsi)
    }
}

fn info(id: u8, name: &str) -> PdpInfo {
    let address = PdpAddress::ipv4(None).for_gtp();
    PdpInfo::new(id, address, Apn::new(name).unwrap())
}
