//! A transfer point between an SGSN and two HLRs that share one number: global titles find them,
//! the loss of one is survived, and whatever was begun is ended.
use aka::Opc;
use engine::{
    Attach, Carrier, Directive, Director, Event, Input, Node, Now, Outputs, Placed, Port, PortSpec,
    Rng, Time, Ways,
    sim::{Options, Sim},
    tap::Record,
};
use hlr_auc::{Hlr, Subscriber};
use interconnect::stp::{self, ServerConfig, Stp};
use sigtran_map::{
    m3ua::PORT,
    map::{
        machine::{Sgsn as Machine, sgsn::Output},
        msg::SendAuthenticationInfoArg,
    },
    point::{self, Gateway, Point},
    sccp::{
        machine::{Numbering, Row, Target},
        msg::{Address, plan, ssn},
    },
    tcap::machine::Config as Tcap,
};
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};
use store::Memory;
use wire::{Apn, Digits, Imsi};

const STP: Ipv4Addr = Ipv4Addr::new(127, 0, 9, 1);
const SGSN: Ipv4Addr = Ipv4Addr::new(127, 0, 9, 2);
const HLR: [Ipv4Addr; 2] = [Ipv4Addr::new(127, 0, 9, 3), Ipv4Addr::new(127, 0, 9, 4)];
const DIAL: Port = Port(1);

fn digits(text: &str) -> Digits {
    Digits::new(text).unwrap()
}

fn imsi(n: u64) -> Imsi {
    format!("99901{n:010}").parse().unwrap()
}

/// An SGSN, as far as MAP goes: it asks for vectors, a request every 20 ms.
struct Asker {
    point: Point,
    machine: Machine<Address, u64>,
    ports: Vec<PortSpec>,
    next: Option<Time>,
    asked: u64,
    most: u64,
}

impl Asker {
    fn new(most: u64) -> Self {
        let mut c = point::Config::new(201, ssn::SGSN, DIAL);
        c.gateways = vec![Gateway::new("stp", (STP, PORT).into(), 901)];
        let point = Point::new(c, &mut Rng::seed(3));
        Self {
            ports: point.ports(),
            point,
            machine: Machine::new(Tcap::default(), Rng::seed(4)).with_timer(Duration::from_secs(5)),
            next: None,
            asked: 0,
            most,
        }
    }

    fn go_on(&mut self, now: Now, out: &mut Outputs<hlr_auc::Ask>) {
        loop {
            if let Some(e) = self.point.poll() {
                match e {
                    point::Event::Unitdata { calling, data, .. } => {
                        self.machine.receive(now.mono, calling, &data);
                    }
                    point::Event::Returned { data, cause, .. } => {
                        out.trace(Event::new("sgsn.returned").with("cause", cause));
                        self.machine.returned(now.mono, &data);
                    }
                    point::Event::Open(_) => {
                        self.next = Some(now.mono + Duration::from_millis(500));
                        out.trace(Event::new("sgsn.open"));
                    }
                    point::Event::Closed(_) => {}
                }
                continue;
            }
            match self.machine.poll() {
                None => return,
                Some(Output::Send { to, octets }) => {
                    let own = Address::by_number(plan::E164, &digits("8910100201"), ssn::SGSN);
                    self.point.send(now, &to, &own, &octets, out);
                }
                Some(Output::Authenticated { token, outcome }) => {
                    let event = Event::new("sgsn.told").with("n", token);
                    out.trace(match outcome {
                        Ok(v) => event.with("vectors", v.len()),
                        Err(why) => event.with("why", why),
                    });
                }
                Some(other) => panic!("{other:?}"),
            }
        }
    }
}

enum Any {
    Sgsn(Box<Asker>),
    Stp(Box<Stp>),
    Hlr(Box<Hlr>),
}

impl Node for Any {
    type Ask = hlr_auc::Ask;
    type Answer = hlr_auc::Answer;
    type Command = ();

    fn ports(&self) -> &[PortSpec] {
        match self {
            Self::Sgsn(n) => &n.ports,
            Self::Stp(n) => n.ports(),
            Self::Hlr(n) => n.ports(),
        }
    }

    fn handle(&mut self, now: Now, input: Input<Self::Answer, ()>, out: &mut Outputs<Self::Ask>) {
        match self {
            Self::Sgsn(n) => {
                match input {
                    Input::Start => n.point.start(out),
                    Input::Up { link, .. } => n.point.up(now, link, out),
                    Input::Down { link, .. } => n.point.down(now, link, out),
                    Input::Recv { link, bytes, .. } => n.point.received(now, link, &bytes, out),
                    Input::Stop => n.point.stop(now, out),
                    Input::Timer => {
                        n.machine.timer(now.mono);
                        n.point.timer(now, out);
                        if n.next.is_some_and(|t| t <= now.mono) {
                            n.next = None;
                            if n.asked < n.most {
                                n.next = Some(now.mono + Duration::from_millis(20));
                                n.asked += 1;
                                let to = Address::by_number(
                                    plan::E212,
                                    imsi(n.asked).digits(),
                                    ssn::HLR,
                                );
                                let a = SendAuthenticationInfoArg::sgsn(imsi(n.asked), 5);
                                n.machine.authenticate(now.mono, to, n.asked, a);
                            }
                        }
                    }
                    _ => {}
                }
                n.go_on(now, out);
            }
            Self::Stp(n) => {
                let input = input.narrow(|_| None, |()| None);
                if let Some(input) = input {
                    out.scope(|never| match never {}, |out| n.handle(now, input, out));
                }
            }
            Self::Hlr(n) => {
                if let Some(input) = input.narrow(Some, |()| None) {
                    n.handle(now, input, out);
                }
            }
        }
    }

    fn due(&self) -> Option<Time> {
        match self {
            Self::Sgsn(n) => [n.point.due(), n.machine.due(), n.next]
                .into_iter()
                .flatten()
                .min(),
            Self::Stp(n) => n.due(),
            Self::Hlr(n) => n.due(),
        }
    }
}

/// What was seen; a node is killed after so many answers.
#[derive(Default)]
struct Seen {
    told: BTreeMap<u64, String>,
    events: Vec<String>,
    most: usize,
    kill: Option<(usize, usize)>,
    until: Option<Time>,
}

impl Director<()> for Seen {
    fn packet(&mut self, _: &Record<'_>) {}

    fn event(&mut self, _: Now, node: usize, e: &Event) {
        let text = e.to_string();
        if let Some(rest) = text.strip_prefix("sgsn.told n=") {
            let (n, what) = rest.split_once(' ').unwrap();
            let old = self.told.insert(n.parse().unwrap(), what.to_owned());
            assert_eq!(old, None, "told twice of {n}");
        }
        self.events.push(format!("{node} {text}"));
    }

    fn next(&mut self, now: Now) -> Directive<()> {
        if let Some((after, node)) = self.kill
            && self.told.len() >= after
        {
            self.kill = None;
            return Directive::Kill(node);
        }
        let late = now.mono > Time(120_000_000_000);
        assert!(!late, "stuck: {:#?}", self.events);
        match self.told.len() >= self.most || self.until.is_some_and(|t| now.mono >= t) {
            true => Directive::Stop,
            false => Directive::Wait,
        }
    }
}

const SGSN_NODE: usize = 0;
const FIRST_HLR: usize = 2;

/// The world, where titles that begin with `prefix` lead to these signalling points.
fn world(most: u64, prefix: &str, to: &[u32]) -> (Sim<Any, Memory>, Seen) {
    let mut store = Memory::new();
    let mut c = stp::Config::new(901)
        .serving(ServerConfig::new("sgsn", 201), SGSN.into())
        .serving(ServerConfig::new("hlr-1", 401), HLR[0].into())
        .serving(ServerConfig::new("hlr-2", 402), HLR[1].into());
    let row = |prefix: &str, to: &[u32], ssn| Row {
        plan: None,
        prefix: digits(prefix),
        to: to
            .iter()
            .map(|pc| Target {
                pc: *pc,
                ssn: Some(ssn),
            })
            .collect(),
        share: true,
    };
    c.translations.numbering = Numbering::default().with(digits("99901"), digits("89901"));
    c.translations.rows = vec![
        row(prefix, to, ssn::HLR),
        // each HLR has a number of its own for what follows in its dialogues
        row("8990100401", &[401], ssn::HLR),
        row("8990100402", &[402], ssn::HLR),
        row("8910100201", &[201], ssn::SGSN),
    ];
    let sctp = |from: Ipv4Addr| {
        let ways = Ways::all(Carrier::SctpUdp);
        Attach::Dial(IpAddr::V4(from), ways)
    };
    let mut nodes = vec![
        Placed::new(
            "sgsn",
            Any::Sgsn(Box::new(Asker::new(most))),
            vec![(DIAL, sctp(SGSN))],
        ),
        Placed::new(
            "stp",
            Any::Stp(Box::new(Stp::new(c))),
            vec![(
                stp::M3UA,
                Attach::Listen(vec![(Carrier::SctpUdp, SocketAddr::from((STP, PORT)))]),
            )],
        ),
    ];
    for (n, at) in HLR.into_iter().enumerate() {
        let mut c = hlr_auc::Config::new(format!("hlr-{n}.home"), "home");
        let number = digits(&format!("899010040{}", n + 1));
        let mut map = hlr_auc::map::Config::new(401 + n as u32, number, DIAL);
        map.point.gateways = vec![Gateway::new("stp", (STP, PORT).into(), 901)];
        c.map = Some(map);
        let port = c.port;
        let hlr = Hlr::new(c, Rng::seed(10 + n as u64));
        let s6d = Attach::listen((at, 3868).into());
        nodes.push(Placed::new(
            ["hlr-1", "hlr-2"][n],
            Any::Hlr(Box::new(hlr)),
            vec![(port, s6d), (DIAL, sctp(at))],
        ));
        for i in 1..=most {
            let s = Subscriber::new(imsi(i), [7; 16].into(), Opc::from([9; 16]).into());
            store.put(FIRST_HLR + n, s.with_apn(Apn::new("internet").unwrap()));
        }
    }
    let options = Options {
        layers: Some(std::rc::Rc::new(Layers)),
        ..Options::default()
    };
    let seen = Seen {
        most: most as usize,
        ..Seen::default()
    };
    (Sim::new(nodes, store, options), seen)
}

/// SCTP and nothing else.
#[derive(Debug)]
struct Layers;

impl engine::Layers for Layers {
    fn sctp(&self, on: &engine::Underlay, rng: Rng) -> Box<dyn engine::Layer> {
        Box::new(sctp::Endpoint::new(sctp::Config::default(), on, rng))
    }

    fn tls(&self, _: &str, _: bool) -> Option<Box<dyn engine::Layer>> {
        None
    }
}

fn vectors(seen: &Seen) -> usize {
    seen.told.values().filter(|t| *t == "vectors=5").count()
}

fn served(seen: &Seen, node: usize) -> usize {
    let prefix = format!("{node} hlr.vectors");
    seen.events
        .iter()
        .filter(|e| e.starts_with(&prefix))
        .count()
}

#[test]
fn both_hlrs_share_the_load() {
    let (mut sim, mut seen) = world(40, "89901", &[401, 402]);
    sim.run(&mut seen);
    assert_eq!(vectors(&seen), 40, "{:#?}", seen.told);
    let (one, two) = (served(&seen, FIRST_HLR), served(&seen, FIRST_HLR + 1));
    assert_eq!((one + two, one), (40, 20));
}

#[test]
fn the_loss_of_one_hlr_leaves_no_dialogue_open() {
    let (mut sim, mut seen) = world(3000, "89901", &[401, 402]);
    seen.kill = Some((50, FIRST_HLR));
    sim.run(&mut seen);
    // each was told once, and the other HLR has served the rest
    assert_eq!(seen.told.len(), 3000);
    // a peer that is dead says nothing: SCTP has to find that out first
    let (lost, rest): (Vec<_>, Vec<_>) = seen.told.iter().partition(|t| *t.1 != "vectors=5");
    let last = lost.last().map_or(0, |t| *t.0);
    assert!(
        rest.len() > 1500 && last < 2900,
        "{} lost, {last} last",
        lost.len()
    );
    let timeout = |t: &&(&u64, &String)| *t.1 == "why=no answer in time";
    assert_eq!(lost.iter().filter(timeout).count(), lost.len());
    let Any::Sgsn(n) = sim.node(SGSN_NODE) else {
        panic!()
    };
    assert_eq!(n.machine.dialogues(), 0);
}

#[test]
fn where_there_is_no_way_the_message_comes_back() {
    for (prefix, to, cause) in [
        // Q.713 3.12: nobody knows the number; nobody is there
        (
            "7",
            &[401][..],
            "no translation for this specific address (1)",
        ),
        ("89901", &[409][..], "MTP failure (5)"),
    ] {
        let (mut sim, mut seen) = world(3, prefix, to);
        sim.run(&mut seen);
        assert!(seen.told.values().all(|t| t == "why=not delivered"));
        let came = format!("{SGSN_NODE} sgsn.returned cause={cause}");
        let count = seen.events.iter().filter(|e| **e == came).count();
        assert_eq!(count, 3, "{:#?}", seen.events);
    }
}
