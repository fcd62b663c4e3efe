//! The SGSN in the virtual network, between a mobile behind a base station, a home network's HLR
//! played by hand, and a GGSN.
use diameter_s6a::{
    PPID, frame_len,
    machine::{
        Endpoint, Identity, Output, Settings,
        route::{Action, Routes},
    },
    msg::{
        ApnConfiguration, ApnConfigurationProfile, AuthSessionState, AuthenticationInfo,
        AuthenticationInformationAnswer, CancelLocationRequest, CancellationType, ClrFlags,
        ExperimentalResult, ExperimentalResultCode, Message, PdnType, Pdu, PurgeUeAnswer,
        ResultCode, SubscriptionData, TGPP, UpdateLocationAnswer, UtranVector, application,
    },
};
use engine::{
    Attach, Directive, Director, Event, FastPath, Framing, Input, Link, NoStore, Node, Now,
    Outputs, Placed, Port, PortSpec, Rng, Time,
    sim::{Options, Sim},
    tap::Record,
};
use gb_gmm::{
    bssgp::{
        bss,
        value::{CellId, Tlli},
    },
    gmm::{self, Cause, machine::ms},
    llc::machine::Side,
    nas::{Direction, Header, Pd},
    ns,
    sm::{self, machine::ms as session},
    stack::{BssOutput, BssStack, LogicalLink, Up},
};
use sgsn_ggsn::{
    ggsn::{self, ApnConfig, Ggsn, Report},
    sgsn::{self, Gateway, Peer, Sgsn},
};
use std::{
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};
use wire::{Apn, Bytes, Digits, Imsi, Octets, PdpAddress, QosProfile, Rai, Reader};

const BSS: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 1);
const SGSN: Ipv4Addr = Ipv4Addr::new(127, 0, 2, 1);
const HLR: Ipv4Addr = Ipv4Addr::new(127, 0, 4, 1);
const GGSN: Ipv4Addr = Ipv4Addr::new(127, 0, 4, 9);
const HOME: &str = "epc.mnc002.mcc999.3gppnetwork.org";
const RAI: Rai = Rai([0x00, 0xf1, 0x10, 0, 1, 1]);

fn imsi() -> Imsi {
    "999020000000001".parse().unwrap()
}

/// The RES of the only USIM in this world.
fn res(rand: [u8; 16]) -> Octets {
    Octets::copy(&rand.map(|b| !b)[..8])
}

/// A mobile behind a base station of its own.
struct Mobile {
    rng: Rng,
    bss: BssStack,
    gmm: ms::Machine,
    sm: session::Machine,
    link: LogicalLink,
    wrong_res: bool,
}

enum Tell {
    Attach,
    Detach,
    Activate(&'static str),
    Deactivate,
    Ping,
}

const MS_PORTS: &[PortSpec] = &[PortSpec {
    port: Port(0),
    name: "gb",
    framing: Framing::Datagram,
}];

impl Mobile {
    fn new() -> Self {
        let d = |t| Digits::new(t).unwrap();
        let cell = bss::Cell {
            bvci: 2,
            id: CellId { rai: RAI, ci: 1 },
        };
        Self {
            rng: Rng::seed(5),
            bss: BssStack::new(
                101,
                101,
                ns::machine::Config::default(),
                bss::Config::new(vec![cell]),
            ),
            gmm: ms::Machine::new(ms::Config::small_device(
                imsi(),
                d("352099001761481"),
                d("3520990017614823"),
            )),
            sm: session::Machine::new(),
            link: LogicalLink::new(Side::Ms, Tlli(0)),
            wrong_res: false,
        }
    }

    fn pump(&mut self, now: Now, out: &mut Outputs<Infallible>) {
        while let Some(o) = self.bss.poll() {
            match o {
                BssOutput::Send(bytes) => out.datagram(Port(0), (SGSN, 2157).into(), bytes),
                BssOutput::Event(bss::Event::Ready { .. }) => out.trace(Event::new("bss.ready")),
                BssOutput::Event(bss::Event::Llc { llc, .. }) => {
                    match self.link.receive(now.mono, &llc) {
                        Some(Up::Gmm(m)) => self.layer3(now, &m, out),
                        Some(Up::Npdu { nsapi, packet }) => out.trace(
                            Event::new("ms.packet")
                                .with("nsapi", nsapi)
                                .with("octets", packet.len()),
                        ),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
    }

    fn layer3(&mut self, now: Now, m: &Bytes, out: &mut Outputs<Infallible>) {
        match Header::read(&mut Reader::new(m)).unwrap().pd() {
            Pd::GprsMobilityManagement => {
                let pdu = gmm::Pdu::decode(Direction::Down, Reader::shared(m).strict());
                self.mobility(now, ms::In::Recv(pdu), out);
            }
            _ => {
                let m = sm::Message::decode(Reader::shared(m).strict());
                self.session(now, session::In::Recv(m), out);
            }
        }
    }

    fn send(&mut self, now: Now, tlli: u32, message: &[u8]) {
        let frame = self.link.gmm(message);
        assert!(self.bss.uplink(now.mono, 2, Tlli(tlli), frame));
    }

    fn mobility(&mut self, now: Now, input: ms::In, out: &mut Outputs<Infallible>) {
        let mut wants = vec![];
        self.gmm.handle(now.mono, &mut self.rng, input, &mut wants);
        for w in wants {
            match w {
                ms::Out::Send { tlli, pdu } => self.send(now, tlli, &pdu.encode()),
                ms::Out::AskUsim { rand, .. } => {
                    let r = if self.wrong_res { [0; 16] } else { rand };
                    self.mobility(now, ms::In::Usim(ms::UsimAnswer::Res(res(r))), out);
                }
                ms::Out::Tlli(t) => self.link.assign(Tlli(t)),
                ms::Out::Attached { .. } => out.trace(Event::new("ms.attached")),
                ms::Out::Refused { cause, .. } => {
                    out.trace(Event::new("ms.refused").with("cause", cause.0));
                }
                ms::Out::Detached { .. } => {
                    self.session(now, session::In::Lost, out);
                    out.trace(Event::new("ms.detached"));
                }
                ms::Out::AuthenticationRejected => out.trace(Event::new("ms.rejected")),
                _ => {}
            }
        }
    }

    fn session(&mut self, now: Now, input: session::In, out: &mut Outputs<Infallible>) {
        let mut wants = vec![];
        self.sm.handle(now.mono, input, &mut wants);
        self.sm_out(now, wants, out);
    }

    fn sm_out(&mut self, now: Now, wants: Vec<session::Out>, out: &mut Outputs<Infallible>) {
        for w in wants {
            match w {
                session::Out::Send(m) => {
                    let t = self.gmm.tlli();
                    self.send(now, t, &m.encode());
                }
                session::Out::Active(c) => {
                    let a = c.address.ipv4_address().unwrap();
                    out.trace(Event::new("ms.active").with("address", a));
                }
                session::Out::Refused { cause, .. } => {
                    out.trace(Event::new("ms.no-context").with("cause", cause.0));
                }
                session::Out::Inactive { cause, .. } => {
                    let cause = cause.map_or(0, |c| c.0);
                    out.trace(Event::new("ms.inactive").with("cause", cause));
                }
                _ => {}
            }
        }
    }

    /// An IPv4 packet of ours to a server.
    fn ping(&mut self, now: Now) {
        let c = self.sm.context(5).unwrap();
        let from = c.address.ipv4_address().unwrap().octets();
        let mut ip = vec![0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0];
        ip.extend_from_slice(&from);
        ip.extend_from_slice(&[10, 32, 0, 2]);
        ip.extend_from_slice(&[0; 8]);
        let t = self.gmm.tlli();
        for frame in self.link.npdu(5, &ip).unwrap() {
            assert!(self.bss.uplink(now.mono, 2, Tlli(t), frame));
        }
    }

    fn handle(&mut self, now: Now, input: Input<Infallible, Tell>, out: &mut Outputs<Infallible>) {
        let due = |t: Option<Time>| t.is_some_and(|t| t <= now.mono);
        match input {
            Input::Start => self.bss.start(now.mono),
            Input::Recv { bytes, .. } => self.bss.datagram(now.mono, &bytes),
            Input::Command(Tell::Attach) => self.mobility(now, ms::In::Attach(RAI), out),
            Input::Command(Tell::Detach) => {
                self.mobility(now, ms::In::Detach { power_off: false }, out);
            }
            Input::Command(Tell::Activate(apn)) => {
                let request = session::Request {
                    apn: Apn::new(apn),
                    qos: QosProfile::subscribed(),
                    address: PdpAddress::ipv4(None),
                    pco: None,
                };
                let mut wants = vec![];
                self.sm.activate(now.mono, request, &mut wants).unwrap();
                self.sm_out(now, wants, out);
            }
            Input::Command(Tell::Deactivate) => {
                let cause = sm::Cause::RegularDeactivation;
                self.session(now, session::In::Deactivate { nsapi: 5, cause }, out);
            }
            Input::Command(Tell::Ping) => self.ping(now),
            Input::Timer => {
                if due(self.bss.due()) {
                    self.bss.timeout(now.mono);
                }
                if due(self.gmm.due()) {
                    self.mobility(now, ms::In::Timer, out);
                }
                if due(self.sm.due()) {
                    self.session(now, session::In::Timer, out);
                }
            }
            _ => {}
        }
        self.pump(now, out);
    }
}

/// A home network's HLR that says what it is told to say.
struct Home {
    rng: Rng,
    links: Vec<(Link, Endpoint<()>)>,
    refuse_air: Option<u32>,
    refuse_ulr: Option<u32>,
    silent: bool,
}

const HLR_PORTS: &[PortSpec] = &[PortSpec {
    port: Port(0),
    name: "s6d",
    framing: Framing::By(frame_len),
}];

fn experimental(code: u32) -> ExperimentalResult {
    ExperimentalResult {
        vendor_id: TGPP,
        experimental_result_code: ExperimentalResultCode(code),
        other: Default::default(),
    }
}

fn subscription() -> SubscriptionData {
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
                        drmp: None,
                        vendor_specific_application_id: None,
                        result_code: self.refuse_air.is_none().then_some(ResultCode::Success),
                        experimental_result: self.refuse_air.map(experimental),
                        error_diagnostic: None,
                        auth_session_state: state,
                        origin_host: host,
                        origin_realm: realm,
                        supported_features: vec![],
                        authentication_info: self.refuse_air.is_none().then(|| {
                            AuthenticationInfo {
                                e_utran_vector: vec![],
                                utran_vector: vec![vector],
                                geran_vector: vec![],
                                other: Default::default(),
                            }
                        }),
                        failed_avp: vec![],
                        error_message: None,
                        error_reporting_host: None,
                        proxy_info: vec![],
                        route_record: vec![],
                        other: Default::default(),
                    },
                )
            }
            Pdu::UpdateLocationRequest(r) => {
                assert!(!r.ulr_flags.s6a(), "S6d has the indicator clear");
                Message::answer(
                    &m.header,
                    UpdateLocationAnswer {
                        session_id: r.session_id.clone(),
                        drmp: None,
                        vendor_specific_application_id: None,
                        result_code: self.refuse_ulr.is_none().then_some(ResultCode::Success),
                        experimental_result: self.refuse_ulr.map(experimental),
                        error_diagnostic: None,
                        auth_session_state: state,
                        origin_host: host,
                        origin_realm: realm,
                        supported_features: vec![],
                        ula_flags: None,
                        subscription_data: Some(subscription()),
                        reset_id: vec![],
                        failed_avp: vec![],
                        error_message: None,
                        error_reporting_host: None,
                        proxy_info: vec![],
                        route_record: vec![],
                        other: Default::default(),
                    },
                )
            }
            Pdu::PurgeUeRequest(r) => {
                out.trace(Event::new("hlr.purged"));
                Message::answer(
                    &m.header,
                    PurgeUeAnswer {
                        session_id: r.session_id.clone(),
                        drmp: None,
                        vendor_specific_application_id: None,
                        result_code: Some(ResultCode::Success),
                        experimental_result: None,
                        auth_session_state: state,
                        origin_host: host,
                        origin_realm: realm,
                        supported_features: vec![],
                        pua_flags: None,
                        failed_avp: vec![],
                        error_message: None,
                        error_reporting_host: None,
                        proxy_info: vec![],
                        route_record: vec![],
                        other: Default::default(),
                    },
                )
            }
            other => panic!("{other}"),
        }
    }

    fn handle(&mut self, now: Now, input: Input<Infallible, bool>, out: &mut Outputs<Infallible>) {
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
                    drmp: None,
                    vendor_specific_application_id: None,
                    auth_session_state: AuthSessionState::NoStateMaintained,
                    origin_host: e.local().origin_host(),
                    origin_realm: e.local().origin_realm(),
                    destination_host: e.remote().unwrap().clone(),
                    destination_realm: "epc.mnc001.mcc001.3gppnetwork.org".into(),
                    user_name: imsi().to_string().as_str().into(),
                    supported_features: vec![],
                    cancellation_type: CancellationType::SubscriptionWithdrawal,
                    clr_flags: Some(ClrFlags(0).with_reattach_required(again)),
                    proxy_info: vec![],
                    route_record: vec![],
                    other: Default::default(),
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

    fn due(&self) -> Option<Time> {
        self.links.iter().filter_map(|l| l.1.due()).min()
    }
}

enum Any {
    Ms(Box<Mobile>),
    Sgsn(Box<Sgsn>),
    Hlr(Box<Home>),
    Ggsn(Box<Ggsn>),
    /// Sends every packet back to its sender.
    Echo,
}

const ECHO_PORTS: &[PortSpec] = &[PortSpec {
    port: Port(0),
    name: "gi",
    framing: Framing::Datagram,
}];

enum Command {
    Ms(Tell),
    Sgsn(sgsn::Command),
    Hlr(bool),
}

/// The same input with another kind of command.
fn narrow<C>(i: Input<Infallible, Command>, f: impl Fn(Command) -> C) -> Input<Infallible, C> {
    match i {
        Input::Start => Input::Start,
        Input::Stop => Input::Stop,
        Input::Up { link, port, peer } => Input::Up { link, port, peer },
        Input::Down { link, why } => Input::Down { link, why },
        Input::Full(l) => Input::Full(l),
        Input::Room(l) => Input::Room(l),
        Input::Recv {
            link,
            from,
            stream,
            ppid,
            bytes,
        } => Input::Recv {
            link,
            from,
            stream,
            ppid,
            bytes,
        },
        Input::Timer => Input::Timer,
        Input::Answer(_, never) => match never {},
        Input::Command(c) => Input::Command(f(c)),
    }
}

impl Node for Any {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Command;

    fn ports(&self) -> &[PortSpec] {
        match self {
            Self::Ms(_) => MS_PORTS,
            Self::Hlr(_) => HLR_PORTS,
            Self::Sgsn(n) => n.ports(),
            Self::Ggsn(n) => n.ports(),
            Self::Echo => ECHO_PORTS,
        }
    }

    fn handle(
        &mut self,
        now: Now,
        input: Input<Infallible, Command>,
        out: &mut Outputs<Infallible>,
    ) {
        macro_rules! to {
            ($n:expr, $kind:ident) => {
                $n.handle(
                    now,
                    narrow(input, |c| match c {
                        Command::$kind(c) => c,
                        _ => panic!("a command for another node"),
                    }),
                    out,
                )
            };
        }
        match self {
            Self::Ms(n) => to!(n, Ms),
            Self::Sgsn(n) => to!(n, Sgsn),
            Self::Hlr(n) => to!(n, Hlr),
            Self::Ggsn(n) => n.handle(
                now,
                narrow(input, |_| panic!("a command for the GGSN")),
                out,
            ),
            Self::Echo => {
                if let Input::Recv { bytes, .. } = input {
                    let mut back = bytes.to_vec();
                    back[12..16].copy_from_slice(&bytes[16..20]);
                    back[16..20].copy_from_slice(&bytes[12..16]);
                    out.packet(Port(0), back.into());
                }
            }
        }
    }

    fn due(&self) -> Option<Time> {
        match self {
            Self::Ms(n) => [n.bss.due(), n.gmm.due(), n.sm.due()]
                .into_iter()
                .flatten()
                .min(),
            Self::Sgsn(n) => n.due(),
            Self::Hlr(n) => n.due(),
            Self::Ggsn(n) => n.due(),
            Self::Echo => None,
        }
    }

    fn fast_path(&mut self) -> Option<&mut dyn FastPath> {
        match self {
            Self::Ggsn(n) => n.fast_path(),
            _ => None,
        }
    }
}

/// Tells each node something once an event was seen.
struct Story {
    steps: Vec<(&'static str, usize, Command)>,
    end: &'static str,
    seen: Vec<String>,
    ready: Option<(usize, Command)>,
    over: bool,
}

impl Story {
    fn new(steps: Vec<(&'static str, usize, Command)>, end: &'static str) -> Self {
        Self {
            steps,
            end,
            seen: vec![],
            ready: None,
            over: false,
        }
    }
}

impl Director<Command> for Story {
    fn packet(&mut self, _: &Record<'_>) {}

    fn event(&mut self, _: Now, _: usize, event: &Event) {
        let text = event.to_string();
        if text.starts_with("ms.") || text.starts_with("hlr.") {
            self.seen.push(text.clone());
        }
        if self.steps.first().is_some_and(|s| text.starts_with(s.0)) {
            let (_, node, command) = self.steps.remove(0);
            self.ready = Some((node, command));
        } else if self.steps.is_empty() && text.starts_with(self.end) {
            self.over = true;
        }
    }

    fn next(&mut self, now: Now) -> Directive<Command> {
        assert!(now.mono < Time(200_000_000_000), "stuck: {:#?}", self.seen);
        match self.ready.take() {
            Some((node, command)) => Directive::Command(node, command),
            None if self.over => Directive::Stop,
            None => Directive::Wait,
        }
    }
}

const MS: usize = 0;
const NODE: usize = 1;
const HOME_NODE: usize = 2;

fn world(change: impl Fn(&mut Mobile, &mut sgsn::Config, &mut Home)) -> Sim<Any, NoStore> {
    let plmn: wire::Plmn = "001-01".parse().unwrap();
    let mut config = sgsn::Config::new(plmn, "sgsn.epc.mnc001.mcc001.3gppnetwork.org", SGSN);
    let hss = format!("hss.{HOME}");
    config.peers = vec![Peer {
        host: hss.clone(),
        address: (HLR, 3868).into(),
    }];
    config.routes = Routes::default().with(HOME, application::S6A, Action::Peers(vec![hss]));
    config.gateways = vec![Gateway {
        realm: Some(HOME.into()),
        network_id: None,
        address: GGSN.into(),
    }];
    let mut mobile = Mobile::new();
    let mut home = Home {
        rng: Rng::seed(9),
        links: vec![],
        refuse_air: None,
        refuse_ulr: None,
        silent: false,
    };
    change(&mut mobile, &mut config, &mut home);
    let mut gateway = ggsn::Config::new(GGSN, 1);
    let all = vec!["10.32.0.0/16".parse().unwrap()];
    let mut apn = ApnConfig::new("internet", "10.34.0.0/24".parse().unwrap(), all);
    apn.report = Report::Off;
    gateway.apns = vec![apn];
    let udp = |a: Ipv4Addr, p: u16| Attach::Udp(SocketAddr::from((a, p)));
    let nodes = vec![
        Placed::new(
            "ms",
            Any::Ms(Box::new(mobile)),
            vec![(Port(0), udp(BSS, 2157))],
        ),
        Placed::new(
            "sgsn",
            Any::Sgsn(Box::new(Sgsn::new(config, Rng::seed(2)))),
            vec![
                (sgsn::GB, udp(SGSN, 2157)),
                (sgsn::S6D, Attach::Dial(SGSN.into())),
                (sgsn::GTP_C, udp(SGSN, 2123)),
                (sgsn::GTP_U, udp(SGSN, 2152)),
            ],
        ),
        Placed::new(
            "hlr",
            Any::Hlr(Box::new(home)),
            vec![(Port(0), Attach::Listen((HLR, 3868).into()))],
        ),
        Placed::new(
            "ggsn",
            Any::Ggsn(Box::new(Ggsn::new(gateway, &Rng::seed(3)))),
            vec![
                (ggsn::GTP_C, udp(GGSN, 2123)),
                (ggsn::GTP_U, udp(GGSN, 2152)),
                (
                    ggsn::GI,
                    Attach::Net("gi", vec!["10.34.0.0/24".parse().unwrap()]),
                ),
                (ggsn::AAA, udp(GGSN, 1812)),
            ],
        ),
        Placed::new(
            "server",
            Any::Echo,
            vec![(
                Port(0),
                Attach::Net("gi", vec!["10.32.0.2/32".parse().unwrap()]),
            )],
        ),
    ];
    Sim::new(nodes, NoStore, Options::default())
}

fn tell(t: Tell) -> Command {
    Command::Ms(t)
}

fn run(
    sim: &mut Sim<Any, NoStore>,
    steps: Vec<(&'static str, usize, Command)>,
    end: &'static str,
) -> Vec<String> {
    let mut story = Story::new(steps, end);
    sim.run(&mut story);
    story.seen
}

fn left(sim: &Sim<Any, NoStore>) -> (usize, usize) {
    match sim.node(NODE) {
        Any::Sgsn(s) => (s.mobiles(), s.contexts()),
        _ => panic!(),
    }
}

#[test]
fn attach_activate_ping_deactivate_detach() {
    let mut sim = world(|_, _, _| {});
    let seen = run(
        &mut sim,
        vec![
            ("bss.ready", MS, tell(Tell::Attach)),
            ("ms.attached", MS, tell(Tell::Activate("internet"))),
            ("ms.active", MS, tell(Tell::Ping)),
            ("ms.packet", MS, tell(Tell::Deactivate)),
            ("ms.inactive", MS, tell(Tell::Detach)),
        ],
        "ms.detached",
    );
    assert_eq!(
        seen,
        [
            "ms.attached",
            "ms.active address=10.34.0.1",
            "ms.packet nsapi=5 octets=28",
            "ms.inactive cause=0",
            "hlr.purged",
            "ms.detached"
        ]
    );
    assert_eq!(left(&sim), (0, 0));
}

#[test]
fn what_the_home_network_refuses() {
    for (air, ulr, cause) in [
        (Some(5001), None, "8"),
        (None, Some(5004), "11"),
        (None, Some(5421), "15"),
        (None, Some(5420), "15"),
    ] {
        let mut sim = world(|_, _, h| {
            h.refuse_air = air;
            h.refuse_ulr = ulr;
        });
        let steps = vec![("bss.ready", MS, tell(Tell::Attach))];
        let seen = run(&mut sim, steps, "ms.refused");
        assert_eq!(seen, [format!("ms.refused cause={cause}")]);
        assert_eq!(left(&sim), (0, 0));
    }
}

#[test]
fn unknown_user_by_configuration_and_network_failures() {
    let attach = || vec![("bss.ready", MS, tell(Tell::Attach))];
    let mut sim = world(|_, c, h| {
        c.unknown_user = Cause::ImsiUnknownInHlr;
        h.refuse_air = Some(5001);
    });
    assert_eq!(
        run(&mut sim, attach(), "ms.refused"),
        ["ms.refused cause=2"]
    );
    // a home network that says nothing, and one to which no way leads
    let mut sim = world(|_, _, h| h.silent = true);
    assert_eq!(
        run(&mut sim, attach(), "ms.refused"),
        ["ms.refused cause=17"]
    );
    let mut sim = world(|_, c, _| c.routes = Routes::default());
    assert_eq!(
        run(&mut sim, attach(), "ms.refused"),
        ["ms.refused cause=17"]
    );
    // a country whose numbers nobody knows
    let mut sim = world(|_, c, _| c.lengths = wire::MncLengths::default());
    assert_eq!(
        run(&mut sim, attach(), "ms.refused"),
        ["ms.refused cause=11"]
    );
}

#[test]
fn a_wrong_response_is_rejected() {
    let mut sim = world(|m, _, _| m.wrong_res = true);
    let steps = vec![("bss.ready", MS, tell(Tell::Attach))];
    assert_eq!(run(&mut sim, steps, "ms.rejected"), ["ms.rejected"]);
    assert_eq!(left(&sim), (0, 0));
}

#[test]
fn only_subscribed_apns_and_only_known_gateways() {
    let steps = |apn| {
        vec![
            ("bss.ready", MS, tell(Tell::Attach)),
            ("ms.attached", MS, tell(Tell::Activate(apn))),
        ]
    };
    let mut sim = world(|_, _, _| {});
    let seen = run(&mut sim, steps("other"), "ms.no-context");
    assert_eq!(seen[1], "ms.no-context cause=33");
    let mut sim = world(|_, c, _| c.gateways = vec![]);
    let seen = run(&mut sim, steps("internet"), "ms.no-context");
    assert_eq!(seen[1], "ms.no-context cause=27");
    // a gateway that does not answer
    let mut sim = world(|_, c, _| {
        c.gateways[0].address = Ipv4Addr::new(127, 0, 4, 77).into();
    });
    let seen = run(&mut sim, steps("internet"), "ms.no-context");
    assert_eq!(seen[1], "ms.no-context cause=38");
    assert_eq!(left(&sim), (1, 0));
}

#[test]
fn withdrawal_by_the_home_network_detaches() {
    let steps = |again| {
        vec![
            ("bss.ready", MS, tell(Tell::Attach)),
            ("ms.attached", MS, tell(Tell::Activate("internet"))),
            ("ms.active", HOME_NODE, Command::Hlr(again)),
        ]
    };
    let mut sim = world(|_, _, _| {});
    let seen = run(&mut sim, steps(false), "sgsn.detached");
    assert_eq!(
        &seen[2..],
        ["hlr.cancelled", "ms.inactive cause=0", "ms.detached"]
    );
    assert_eq!(left(&sim), (0, 0));
    let mut sim = world(|_, _, _| {});
    let seen = run(&mut sim, steps(true), "ms.attached");
    assert_eq!(seen.last().unwrap(), "ms.attached");
    assert!(seen.contains(&"ms.detached".to_owned()));
}

#[test]
fn detach_by_an_operator() {
    let mut sim = world(|_, _, _| {});
    let seen = run(
        &mut sim,
        vec![
            ("bss.ready", MS, tell(Tell::Attach)),
            (
                "ms.attached",
                NODE,
                Command::Sgsn(sgsn::Command::Detach(imsi())),
            ),
        ],
        "ms.attached",
    );
    assert_eq!(
        seen,
        ["ms.attached", "ms.detached", "hlr.purged", "ms.attached"]
    );
}
