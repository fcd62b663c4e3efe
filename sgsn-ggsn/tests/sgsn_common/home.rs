//! The HLR of a home network on S6d, played by hand: it refuses, is silent or withdraws as told.
use super::{HOME, imsi, res};
use diameter_s6a::{
    PPID, frame_len,
    machine::{Endpoint, Identity, Output, Settings},
    msg::{
        ApnConfiguration, ApnConfigurationProfile, AuthSessionState, AuthenticationInfo,
        AuthenticationInformationAnswer, CancelLocationRequest, CancellationType, ClrFlags,
        DeleteSubscriberDataRequest, DsrFlags, ExperimentalResult, ExperimentalResultCode,
        IdrFlags, InsertSubscriberDataRequest, Message, NotifyAnswer, PdnType, Pdu, PurgeUeAnswer,
        ResetRequest, ResultCode, SubscriptionData, TGPP, UpdateLocationAnswer, UtranVector,
        application,
    },
};
use engine::{Event, Framing, Input, Link, Now, Outputs, Port, PortSpec, Rng, Time};
use std::{convert::Infallible, time::Duration};
use wire::Bytes;

/// A home network's HLR that says what it is told to say.
pub struct Home {
    pub rng: Rng,
    pub links: Vec<(Link, Endpoint<()>)>,
    pub refuse_air: Option<u32>,
    pub refuse_ulr: Option<u32>,
    /// Refuses an update of a mobile that is attached.
    pub refuse_again: Option<u32>,
    pub silent: bool,
    /// All that was said on S6d.
    pub said: Vec<Bytes>,
}

pub const HLR_PORTS: &[PortSpec] = &[PortSpec {
    port: Port(0),
    name: "s6d",
    framing: Framing::By(frame_len),
}];

pub fn experimental(code: u32) -> ExperimentalResult {
    ExperimentalResult {
        vendor_id: TGPP,
        experimental_result_code: ExperimentalResultCode(code),
        other: Default::default(),
    }
}

pub fn subscription() -> SubscriptionData {
    let apn = ApnConfiguration {
        context_identifier: 1,
        pdn_type: PdnType::IPv4,
        service_selection: "internet".into(),
        ..Default::default()
    };
    SubscriptionData {
        apn_configuration_profile: Some(ApnConfigurationProfile {
            context_identifier: 1,
            additional_context_identifier: None,
            all_apn_configurations_included_indicator: Default::default(),
            apn_configuration: vec![apn],
            other: Default::default(),
        }),
        ..Default::default()
    }
}

/// What the HLR is told to say.
pub enum Say {
    /// The subscription is withdrawn; true: attach again.
    Withdraw(bool),
    /// The mobile is served elsewhere.
    Cancel(CancellationType),
    /// Subscriber data, and a question.
    Insert(Box<SubscriptionData>, IdrFlags),
    /// Subscriber data is withdrawn: kinds and contexts.
    Delete(DsrFlags, Vec<u32>),
    /// Records were lost.
    Reset,
    /// As [`Say::Withdraw`], from a host of this realm.
    Forged(&'static str),
}

impl Home {
    fn answer(&mut self, m: &Message, out: &mut Outputs<Infallible>) -> Message {
        let id = Identity::s6a(format!("hss.{HOME}"), HOME);
        let (host, realm) = (id.origin_host(), id.origin_realm());
        let state = Some(AuthSessionState::NoStateMaintained);
        match &m.pdu {
            Pdu::AuthenticationInformationRequest(r) => {
                assert_eq!(r.user_name.as_str(), Some("999020000000001"));
                assert_eq!(r.visited_plmn_id.to_string(), "001-01");
                let asked = r
                    .requested_utran_geran_authentication_info
                    .as_ref()
                    .unwrap();
                assert_eq!(asked.number_of_requested_vectors, Some(1));
                assert!(r.requested_eutran_authentication_info.is_none());
                let rand: [u8; 16] = self.rng.array();
                let vector = UtranVector {
                    item_number: None,
                    rand: rand.into(),
                    xres: res(rand),
                    autn: [1; 16].into(),
                    confidentiality_key: [2; 16].into(),
                    integrity_key: [3; 16].into(),
                    other: Default::default(),
                };
                Message::answer(
                    &m.header,
                    AuthenticationInformationAnswer {
                        session_id: r.session_id.clone(),
                        result_code: self.refuse_air.is_none().then_some(ResultCode::Success),
                        experimental_result: self.refuse_air.map(experimental),
                        auth_session_state: state,
                        origin_host: host,
                        origin_realm: realm,
                        authentication_info: self.refuse_air.is_none().then(|| {
                            AuthenticationInfo {
                                utran_vector: vec![vector],
                                ..Default::default()
                            }
                        }),
                        ..Default::default()
                    },
                )
            }
            Pdu::UpdateLocationRequest(r) => {
                assert!(!r.ulr_flags.s6a(), "S6d has the indicator clear");
                let mut refused = self.refuse_ulr;
                if !r.ulr_flags.initial_attach() {
                    out.trace(Event::new("hlr.located-again"));
                    refused = self.refuse_again;
                }
                Message::answer(
                    &m.header,
                    UpdateLocationAnswer {
                        session_id: r.session_id.clone(),
                        result_code: refused.is_none().then_some(ResultCode::Success),
                        experimental_result: refused.map(experimental),
                        auth_session_state: state,
                        origin_host: host,
                        origin_realm: realm,
                        subscription_data: Some(subscription()),
                        ..Default::default()
                    },
                )
            }
            Pdu::PurgeUeRequest(r) => {
                out.trace(Event::new("hlr.purged"));
                Message::answer(
                    &m.header,
                    PurgeUeAnswer {
                        session_id: r.session_id.clone(),
                        result_code: Some(ResultCode::Success),
                        auth_session_state: state,
                        origin_host: host,
                        origin_realm: realm,
                        ..Default::default()
                    },
                )
            }
            Pdu::NotifyRequest(r) => {
                let reachable = r.nor_flags.unwrap().ue_reachable_from_sgsn();
                out.trace(Event::new("hlr.notified").with("reachable", reachable));
                Message::answer(
                    &m.header,
                    NotifyAnswer {
                        session_id: r.session_id.clone(),
                        result_code: Some(ResultCode::Success),
                        auth_session_state: state,
                        origin_host: host,
                        origin_realm: realm,
                        ..Default::default()
                    },
                )
            }
            other => panic!("{other}"),
        }
    }

    /// A request of ours.
    fn request(say: Say, e: &Endpoint<()>) -> Message {
        macro_rules! request {
            ($name:ident, { $($field:ident: $value:expr),* }) => {
                Message::request(application::S6A, $name {
                    session_id: "hss;1;1".into(),
                    auth_session_state: AuthSessionState::NoStateMaintained,
                    origin_host: e.local().origin_host(),
                    origin_realm: e.local().origin_realm(),
                    destination_host: e.remote().unwrap().clone(),
                    destination_realm: "epc.mnc001.mcc001.3gppnetwork.org".into(),
                    $($field: $value,)*
                    ..Default::default()
                })
            };
        }
        let user_name = imsi().to_string().as_str().into();
        match say {
            Say::Withdraw(again) => request!(CancelLocationRequest, {
                user_name: user_name,
                cancellation_type: CancellationType::SubscriptionWithdrawal,
                clr_flags: Some(ClrFlags(0).with_reattach_required(again))
            }),
            Say::Cancel(kind) => request!(CancelLocationRequest, {
                user_name: user_name,
                cancellation_type: kind
            }),
            Say::Insert(data, flags) => request!(InsertSubscriberDataRequest, {
                user_name: user_name,
                subscription_data: *data,
                idr_flags: Some(flags)
            }),
            Say::Delete(flags, contexts) => request!(DeleteSubscriberDataRequest, {
                user_name: user_name,
                dsr_flags: flags,
                context_identifier: contexts
            }),
            Say::Reset => request!(ResetRequest, { user_id: vec!["99902".into()] }),
            Say::Forged(realm) => {
                let mut m = Self::request(Say::Withdraw(false), e);
                if let Pdu::CancelLocationRequest(r) = &mut m.pdu {
                    r.origin_realm = realm.into();
                }
                m
            }
        }
    }

    /// What an answer says.
    fn told(m: &Message, out: &mut Outputs<Infallible>) {
        let name = match &m.pdu {
            Pdu::InsertSubscriberDataAnswer(_) => "hlr.inserted",
            Pdu::DeleteSubscriberDataAnswer(_) => "hlr.deleted",
            Pdu::ResetAnswer(_) => "hlr.reset",
            _ => "hlr.cancelled",
        };
        let mut event = Event::new(name);
        if !m.result().unwrap().is_success() {
            event = event.with("result", m.result().unwrap());
        }
        if let Pdu::InsertSubscriberDataAnswer(a) = &m.pdu {
            if let Some(s) = &a.eps_user_state {
                let state = s.sgsn_user_state.as_ref().unwrap().user_state.unwrap();
                event = event.with("state", state.0);
            }
            if let Some(l) = &a.eps_location_information {
                let l = l.sgsn_location_information.as_ref().unwrap();
                let area = l.routing_area_identity.as_ref().unwrap();
                let age = l.age_of_location_information.unwrap();
                event = event.with("area", area).with("age", age);
            }
            if let Some(rat) = a.rat_type {
                event = event.with("rat", rat.0);
            }
        }
        out.trace(event);
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
                let id = Identity::s6a(format!("hss.{HOME}"), HOME);
                let mut e = Endpoint::new(id, Settings::server(), now, &mut self.rng);
                e.up(now, &mut self.rng, &mut wants);
                self.links.push((link, e));
                on = Some(link);
            }
            Input::Recv { link, bytes, .. } => {
                self.said.push(bytes.clone());
                let e = self.links.iter_mut().find(|l| l.0 == link).unwrap();
                e.1.received(now, &mut self.rng, &bytes, &mut wants);
                on = Some(link);
            }
            Input::Down { link, .. } => self.links.retain(|l| l.0 != link),
            Input::Timer => {
                if let Some((link, e)) = self.links.first_mut() {
                    e.timer(now, &mut self.rng, &mut wants);
                    on = Some(*link);
                }
            }
            Input::Command(say) => {
                let (link, e) = self.links.first_mut().unwrap();
                let m = Self::request(say, e);
                let patience = Duration::from_secs(5);
                e.request(now, (), m, patience, &mut wants).unwrap();
                on = Some(*link);
            }
            _ => {}
        }
        let Some(link) = on else { return };
        let mut i = 0;
        while i < wants.len() {
            match &wants[i] {
                Output::Send(bytes) => {
                    self.said.push(bytes.clone());
                    out.message_on(link, 0, PPID, bytes.clone());
                }
                Output::Request(m) if !self.silent => {
                    let m = m.clone();
                    let a = self.answer(&m, out);
                    let e = self.links.iter_mut().find(|l| l.0 == link).unwrap();
                    e.1.answer(&a, &mut wants);
                }
                Output::Answer { answer, .. } => Self::told(answer, out),
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
