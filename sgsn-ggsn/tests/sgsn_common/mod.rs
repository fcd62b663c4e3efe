//! A world for the SGSN's stories: a mobile, the SGSN, an HLR, a GGSN and a server that echoes.
#![allow(dead_code)] // each test has a use for some of it
mod gsup;
mod home;
pub mod map;
mod mobile;

use diameter_s6a::{
    machine::route::{Action, Routes},
    msg::application,
};
use engine::{
    Attach, Directive, Director, Event, FastPath, Framing, Input, NoStore, Node, Now, Outputs,
    Placed, Port, PortSpec, Rng, Time,
    sim::{Options, Sim},
    tap::Record,
};
use gsup::GSUP_PORTS;
pub use gsup::GsupHome;
pub use home::Say;
use home::{HLR_PORTS, Home};
use map::{MapHome, MapSay};
pub use mobile::Tell;
use mobile::{MS_PORTS, Mobile};
use sgsn_ggsn::{
    ggsn::{self, ApnConfig, Ggsn, Report},
    sgsn::{self, Gateway, Peer, Sgsn},
};
use sigtran_map::{point::Gateway as Gateway7, sccp::machine::Numbering};
use std::{
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
};
use wire::{Imsi, Octets, Rai};

pub const BSS: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 1);
pub const SGSN: Ipv4Addr = Ipv4Addr::new(127, 0, 2, 1);
pub const HLR: Ipv4Addr = Ipv4Addr::new(127, 0, 4, 1);
pub const GGSN: Ipv4Addr = Ipv4Addr::new(127, 0, 4, 9);
pub const HOME: &str = "epc.mnc002.mcc999.3gppnetwork.org";
pub const RAI: Rai = Rai([0x00, 0xf1, 0x10, 0, 1, 1]);

pub fn imsi() -> Imsi {
    "999020000000001".parse().unwrap()
}

/// The RES of the only USIM in this world.
pub fn res(rand: [u8; 16]) -> Octets {
    Octets::copy(&rand.map(|b| !b)[..8])
}

pub enum Any {
    Ms(Box<Mobile>),
    Sgsn(Box<Sgsn>),
    Hlr(Box<Home>),
    Gsup(Box<GsupHome>),
    Map(Box<MapHome>),
    Ggsn(Box<Ggsn>),
    /// Sends every packet back to its sender.
    Echo,
}

pub const ECHO_PORTS: &[PortSpec] = &[PortSpec {
    port: Port(0),
    name: "gi",
    framing: Framing::Datagram,
}];

pub enum Command {
    Ms(Tell),
    Sgsn(sgsn::Command),
    Hlr(Say),
    /// With this number.
    Map(&'static str, MapSay),
}

/// The same input with another kind of command.
pub fn narrow<C>(i: Input<Infallible, Command>, f: impl Fn(Command) -> C) -> Input<Infallible, C> {
    i.narrow(Some, |c| Some(f(c))).expect("nothing is left out")
}

impl Node for Any {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Command;

    fn ports(&self) -> &[PortSpec] {
        match self {
            Self::Ms(_) => MS_PORTS,
            Self::Hlr(_) => HLR_PORTS,
            Self::Gsup(_) => GSUP_PORTS,
            Self::Map(n) => n.ports(),
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
            Self::Gsup(n) => to!(n, Hlr),
            Self::Map(n) => n.handle(
                now,
                narrow(input, |c| match c {
                    Command::Map(number, say) => (number, say),
                    _ => panic!("a command for another node"),
                }),
                out,
            ),
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
            Self::Gsup(n) => n.due(),
            Self::Map(n) => n.due(),
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
pub struct Story {
    steps: Vec<(&'static str, usize, Command)>,
    end: String,
    seen: Vec<String>,
    ready: Option<(usize, Command)>,
    over: bool,
}

impl Story {
    fn new(steps: Vec<(&'static str, usize, Command)>, end: &str) -> Self {
        Self {
            steps,
            end: end.to_owned(),
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
        } else if self.steps.is_empty() && text.starts_with(&self.end) {
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

pub const MS: usize = 0;
pub const NODE: usize = 1;
pub const HOME_NODE: usize = 2;

pub fn world(change: impl Fn(&mut Mobile, &mut sgsn::Config, &mut Home)) -> Sim<Any, NoStore> {
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
        refuse_again: None,
        silent: false,
        said: vec![],
    };
    change(&mut mobile, &mut config, &mut home);
    placed(mobile, config, Any::Hlr(Box::new(home)), 3868)
}

/// The same with a home network that speaks GSUP.
pub fn gsup_world(
    change: impl Fn(&mut Mobile, &mut sgsn::Config, &mut GsupHome),
) -> Sim<Any, NoStore> {
    let plmn: wire::Plmn = "001-01".parse().unwrap();
    let mut config = sgsn::Config::new(plmn, "SGSN-1", SGSN);
    config.gsup.peers = vec![sgsn::gsup::Peer {
        name: "home".into(),
        address: (HLR, 4222).into(),
        plmns: vec!["999-02".parse().unwrap()],
    }];
    config.gateways = vec![Gateway {
        realm: Some(HOME.into()),
        network_id: None,
        address: GGSN.into(),
    }];
    let mut mobile = Mobile::new();
    let mut home = GsupHome::new();
    change(&mut mobile, &mut config, &mut home);
    placed(mobile, config, Any::Gsup(Box::new(home)), 4222)
}

/// The same with a home network that speaks MAP; whether the SGSN knows which numbers are whose.
pub fn map_world(numbering: bool) -> Sim<Any, NoStore> {
    let plmn: wire::Plmn = "001-01".parse().unwrap();
    let digits = |text| wire::Digits::new(text).unwrap();
    let mut config = sgsn::Config::new(plmn, "SGSN-1", SGSN);
    let mut door = sgsn::map::Config::new(201, digits(map::SGSN_NUMBER));
    let gateway = Gateway7::new("home", (HLR, 2905).into(), 401);
    door.point.gateways = vec![gateway];
    if numbering {
        door.numbering = Numbering::default()
            .with(digits("99902"), digits("99902"))
            .with(digits("99903"), digits("99903"));
    }
    config.map = Some(door);
    config.gateways = vec![Gateway {
        realm: Some(HOME.into()),
        network_id: None,
        address: GGSN.into(),
    }];
    placed(
        Mobile::new(),
        config,
        Any::Map(Box::new(MapHome::new())),
        2905,
    )
}

fn placed(mobile: Mobile, config: sgsn::Config, home: Any, port: u16) -> Sim<Any, NoStore> {
    let mut gateway = ggsn::Config::new(GGSN, 1);
    let all = vec!["10.32.0.0/16".parse().unwrap()];
    let mut apn = ApnConfig::new("internet", "10.34.0.0/24".parse().unwrap(), all);
    apn.report = Report::Off;
    gateway.apns = vec![apn];
    let udp = |a: Ipv4Addr, p: u16| Attach::Udp(SocketAddr::from((a, p)));
    let gsup = !config.gsup.peers.is_empty();
    let gsup = gsup.then(|| (sgsn::GSUP, Attach::dial(SGSN.into())));
    let m3ua = config.map.is_some();
    let m3ua = m3ua.then(|| (sgsn::M3UA, Attach::dial(SGSN.into())));
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
                (sgsn::S6D, Attach::dial(SGSN.into())),
                (sgsn::GTP_C, udp(SGSN, 2123)),
                (sgsn::GTP_U, udp(SGSN, 2152)),
            ]
            .into_iter()
            .chain(gsup)
            .chain(m3ua)
            .collect(),
        ),
        Placed::new(
            "hlr",
            home,
            vec![(Port(0), Attach::listen((HLR, port).into()))],
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

pub fn tell(t: Tell) -> Command {
    Command::Ms(t)
}

pub fn run(
    sim: &mut Sim<Any, NoStore>,
    steps: Vec<(&'static str, usize, Command)>,
    end: &str,
) -> Vec<String> {
    let mut story = Story::new(steps, end);
    sim.run(&mut story);
    story.seen
}

/// All that was said on S6d.
pub fn said(sim: &Sim<Any, NoStore>) -> &[wire::Bytes] {
    match sim.node(HOME_NODE) {
        Any::Hlr(h) => &h.said,
        _ => panic!(),
    }
}

pub fn left(sim: &Sim<Any, NoStore>) -> (usize, usize) {
    match sim.node(NODE) {
        Any::Sgsn(s) => (s.mobiles(), s.contexts()),
        _ => panic!(),
    }
}
