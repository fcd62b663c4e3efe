//! The HLR of a home network on S6d, played by hand: it refuses, is silent or withdraws as told.
use super::{HOME, imsi, res};
use diameter_s6a::{
    PPID, frame_len,
    machine::{Endpoint, Identity, Output, Settings},
    msg::{
        ApnConfiguration, ApnConfigurationProfile, AuthSessionState, AuthenticationInfo,
        AuthenticationInformationAnswer, CancelLocationRequest, CancellationType, ClrFlags,
        ExperimentalResult, ExperimentalResultCode, Message, PdnType, Pdu, PurgeUeAnswer,
        ResultCode, SubscriptionData, TGPP, UpdateLocationAnswer, UtranVector, application,
    },
};
use engine::{Event, Framing, Input, Link, Now, Outputs, Port, PortSpec, Rng, Time};
use std::{convert::Infallible, time::Duration};

/// A home network's HLR that says what it is told to say.
pub struct Home {
    pub rng: Rng,
    pub links: Vec<(Link, Endpoint<()>)>,
    pub refuse_air: Option<u32>,
    pub refuse_ulr: Option<u32>,
    pub silent: bool,
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
    let mut d = <SubscriptionData as wire::Field>::sample(&mut wire::Gen::seed(1));
    d.gprs_subscription_data = None;
    let mut apn = <ApnConfiguration as wire::Field>::sample(&mut wire::Gen::seed(1));
    apn.pdn_type = PdnType(0);
    apn.service_selection = "internet".into();
    let mut profile = <ApnConfigurationProfile as wire::Field>::sample(&mut wire::Gen::seed(1));
    profile.apn_configuration = vec![apn];
    d.apn_configuration_profile = Some(profile);
    d.msisdn = None;
    d
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
                Message::answer(
                    &m.header,
                    UpdateLocationAnswer {
                        session_id: r.session_id.clone(),
                        result_code: self.refuse_ulr.is_none().then_some(ResultCode::Success),
                        experimental_result: self.refuse_ulr.map(experimental),
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
            other => panic!("{other}"),
        }
    }

    pub fn handle(
        &mut self,
        now: Now,
        input: Input<Infallible, bool>,
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
            // the subscription is withdrawn; true: attach again
            Input::Command(again) => {
                let (link, e) = self.links.first_mut().unwrap();
                let clr = CancelLocationRequest {
                    session_id: "hss;1;1".into(),
                    auth_session_state: AuthSessionState::NoStateMaintained,
                    origin_host: e.local().origin_host(),
                    origin_realm: e.local().origin_realm(),
                    destination_host: e.remote().unwrap().clone(),
                    destination_realm: "epc.mnc001.mcc001.3gppnetwork.org".into(),
                    user_name: imsi().to_string().as_str().into(),
                    cancellation_type: CancellationType::SubscriptionWithdrawal,
                    clr_flags: Some(ClrFlags(0).with_reattach_required(again)),
                    ..Default::default()
                };
                let m = Message::request(application::S6A, clr);
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
                Output::Send(bytes) => out.message_on(link, 0, PPID, bytes.clone()),
                Output::Request(m) if !self.silent => {
                    let m = m.clone();
                    let a = self.answer(&m, out);
                    let e = self.links.iter_mut().find(|l| l.0 == link).unwrap();
                    e.1.answer(&a, &mut wants);
                }
                Output::Answer { answer, .. } => {
                    assert!(answer.result().unwrap().is_success());
                    out.trace(Event::new("hlr.cancelled"));
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
