//! GSUP with real peers, which nobody here wrote: our SGSN with osmo-hlr and osmo-ggsn, our HLR with
//! osmo-sgsn and osmo-ggsn. Each pair goes many rounds of attach, PDP context and detach, and at the
//! end neither side has anything left of them.
mod peers;

use aka::{Algorithm, Functions, Opc, OperatorCode, Profile, SqnArray};
use engine::{
    Attach, Directive, Director, Event, FastPath, Input, Node, Now, Outputs, Placed, PortSpec,
    Prefix, Rng, Time, tap::Record,
};
use gsup::PORT;
use hlr_auc::{Answer, Ask, Hlr, Subscriber, gsup as door};
use peers::{
    Peers,
    mobile::{self, Mobile},
};
use sgsn_ggsn::{
    ggsn::{self, ApnConfig, Ggsn, Report},
    sgsn::{self, Gateway, Sgsn},
};
use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};
use store::Memory;
use transport::{Driver, Options};
use wire::{Apn, Imsi, Rai};

// where the peers listen, by their configuration
const OSMO_HLR: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 1);
const OSMO_GGSN: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const OSMO_SGSN: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);
const SGSN_CONSOLE: u16 = 4245;
const HLR_CONSOLE: u16 = 4258;
const GGSN_CONSOLE: u16 = 4260;

const SGSN: Ipv4Addr = Ipv4Addr::new(127, 0, 2, 1);
const BSS: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 1);
const GB: u16 = 2157;
const RAI: Rai = Rai([0x00, 0xf1, 0x10, 0, 1, 1]);
const ROUNDS: usize = 1000;
const MOBILE: usize = 1;

fn imsi() -> Imsi {
    "999420000000001".parse().unwrap()
}

/// Set 1 of TS 35.208 4.3, which all subscribers of the real HLR have.
fn keys() -> ([u8; 16], OperatorCode) {
    let octets = |t: &str| -> [u8; 16] {
        let pairs = (0..16).map(|i| u8::from_str_radix(&t[2 * i..][..2], 16).unwrap());
        pairs.collect::<Vec<_>>().try_into().unwrap()
    };
    let opc = Opc::from(octets("cd63cb71954a9f4e48a5994e37a02baf"));
    (octets("465b5ce8b199b49faa5f0a2ee238a6bc"), opc.into())
}

fn functions() -> Functions {
    let (k, opc) = keys();
    Algorithm::default().keyed(&k.into(), &opc).unwrap()
}

#[allow(clippy::large_enum_variant)]
enum Any {
    Mobile(Mobile),
    Sgsn(Sgsn),
    Hlr(Hlr),
    Ggsn(Ggsn),
}

impl Node for Any {
    type Ask = Ask;
    type Answer = Answer;
    type Command = ();

    fn ports(&self) -> &[PortSpec] {
        match self {
            Self::Mobile(_) => mobile::PORTS,
            Self::Sgsn(n) => n.ports(),
            Self::Hlr(n) => n.ports(),
            Self::Ggsn(n) => n.ports(),
        }
    }

    fn handle(&mut self, now: Now, input: Input<Answer, ()>, out: &mut Outputs<Ask>) {
        match self {
            Self::Mobile(n) => n.handle(now, &input, out),
            Self::Sgsn(n) => {
                let Some(input) = without_answers(input) else {
                    return;
                };
                out.scope(|never| match never {}, |out| n.handle(now, input, out));
            }
            Self::Ggsn(n) => {
                let Some(input) = without_answers(input) else {
                    return;
                };
                out.scope(|never| match never {}, |out| n.handle(now, input, out));
            }
            Self::Hlr(n) => {
                let input = match input {
                    Input::Answer(id, a) => Input::Answer(id, a),
                    other => match without_answers(other) {
                        Some(input) => input,
                        None => return,
                    },
                };
                n.handle(now, input, out);
            }
        }
    }

    fn due(&self) -> Option<Time> {
        match self {
            Self::Mobile(n) => n.due(),
            Self::Sgsn(n) => n.due(),
            Self::Hlr(n) => n.due(),
            Self::Ggsn(n) => n.due(),
        }
    }

    fn fast_path(&mut self) -> Option<&mut dyn FastPath> {
        match self {
            Self::Ggsn(n) => n.fast_path(),
            _ => None,
        }
    }
}

/// The same input for a node of other answers and commands, of which there are none here.
fn without_answers<A, C>(input: Input<Answer, ()>) -> Option<Input<A, C>> {
    input.narrow(|_| None, |()| None)
}

/// Ends with the mobile's last round, or with what should not happen.
#[derive(Default)]
struct Watch {
    events: Vec<String>,
    rounds: usize,
    /// How often each event was seen.
    counts: BTreeMap<&'static str, usize>,
    over: bool,
    /// The HLR has its SGSN: the mobile may begin.
    ready: bool,
    give_up: Option<Time>,
}

impl Director<()> for Watch {
    fn packet(&mut self, _: &Record<'_>) {}

    fn event(&mut self, now: Now, _: usize, event: &Event) {
        let limit = *self
            .give_up
            .get_or_insert(now.mono + Duration::from_secs(300));
        *self.counts.entry(event.name).or_default() += 1;
        match event.name {
            // osmo-sgsn forgets a subscriber who comes again before its purge is answered
            "gsup.open" | "hlr.peer-open" | "hlr.purged" => self.ready = true,
            "ms.round" => self.rounds += 1,
            "ms.done" | "ms.failed" => self.over = true,
            _ => {}
        }
        self.over |= now.mono >= limit;
        if self.rounds < 2 || event.name.starts_with("ms.") || self.over {
            self.events.push(event.to_string());
        }
    }

    fn next(&mut self, now: Now) -> Directive<()> {
        let late = self.give_up.is_some_and(|t| now.mono >= t);
        if self.over || late {
            Directive::Stop
        } else if std::mem::take(&mut self.ready) {
            Directive::Command(MOBILE, ())
        } else {
            Directive::Wait
        }
    }

    fn due(&self) -> Option<Time> {
        self.give_up
    }
}

impl Watch {
    fn saw(&self, text: &str) -> bool {
        self.events.iter().any(|e| e.starts_with(text))
    }

    /// All rounds, and nothing wrong in any.
    fn judge(&self) {
        let last = &self.events[self.events.len().saturating_sub(40)..];
        assert_eq!(self.rounds, ROUNDS, "{last:#?}");
        assert!(self.saw("ms.done") && !self.saw("ms.failed"), "{last:#?}");
    }
}

fn udp(ip: Ipv4Addr, port: u16) -> Attach {
    Attach::Udp(SocketAddr::from((ip, port)))
}

fn mobile(sgsn: Ipv4Addr, waits: bool) -> Placed<Any> {
    let mobile = Mobile::new(mobile::Config {
        imsi: imsi(),
        sgsn: (sgsn, GB).into(),
        rai: RAI,
        apn: "internet",
        functions: functions(),
        array: SqnArray::new(Profile::PROFILE_2),
        rounds: ROUNDS,
        waits,
    });
    let ports = vec![(engine::Port(0), udp(BSS, GB))];
    Placed::new("ms", Any::Mobile(mobile), ports)
}

#[test]
#[ignore = "peers: osmo-hlr, osmo-ggsn, and root for their namespace"]
fn our_sgsn_with_osmo_hlr_and_osmo_ggsn() {
    let Some(peers) = Peers::up("our-sgsn", &["hlr", "ggsn"]) else {
        return;
    };
    let plmn = "001-01".parse().unwrap();
    let mut config = sgsn::Config::new(plmn, "SGSN-FOSTERLING", SGSN);
    config.gsup.peers = vec![sgsn::gsup::Peer {
        name: "osmo-hlr".into(),
        address: (OSMO_HLR, PORT).into(),
        plmns: vec!["999-42".parse().unwrap()],
    }];
    config.gateways = vec![Gateway {
        realm: None,
        network_id: None,
        address: OSMO_GGSN.into(),
    }];
    // its TEIDs and sequence numbers begin at random
    let sgsn = Sgsn::new(config, Rng::from_seed(transport::seed().unwrap()));
    let ports = vec![
        (sgsn::GB, udp(SGSN, GB)),
        (sgsn::S6D, Attach::dial(SGSN.into())),
        (sgsn::GTP_C, udp(SGSN, 2123)),
        (sgsn::GTP_U, udp(SGSN, 2152)),
        (sgsn::GSUP, Attach::dial(SGSN.into())),
    ];
    let nodes = vec![
        Placed::new("sgsn", Any::Sgsn(sgsn), ports),
        mobile(SGSN, false),
    ];
    let driver = Driver::bind(nodes, Memory::new(), Options::default()).unwrap();
    let mut watch = Watch::default();
    driver.run(&mut watch).unwrap();
    watch.judge();
    assert!(watch.saw("gsup.open") && watch.saw("ms.active address=10.45."));
    let said = peers.console(HLR_CONSOLE, &format!("show subscriber imsi {}", imsi()));
    assert!(said.contains("PS purged"), "{said}");
    assert!(said.contains("SGSN-FOSTERLING"), "{said}");
    let said = peers.console(GGSN_CONSOLE, "show pdp-context ggsn ggsn0");
    assert!(!said.contains(&imsi().to_string()), "{said}");
}

#[test]
#[ignore = "peers: osmo-sgsn, osmo-ggsn, and root for their namespace"]
fn our_hlr_with_osmo_sgsn_and_osmo_ggsn() {
    let Some(peers) = Peers::up("our-hlr", &["ggsn", "sgsn"]) else {
        return;
    };
    let watch = serve(None);
    nothing_left_at_the_sgsn(&peers);
    let said = peers.console(GGSN_CONSOLE, "show pdp-context ggsn ggsn0");
    assert!(!said.contains(&imsi().to_string()), "{said}");
    assert!(watch.saw("ms.active address=10.45."));
}

#[test]
#[ignore = "peers: osmo-sgsn, and root for its namespace"]
fn our_ggsn_with_osmo_sgsn() {
    let Some(peers) = Peers::up("our-ggsn", &["sgsn"]) else {
        return;
    };
    let mut config = ggsn::Config::new(OSMO_GGSN, 3);
    let pool = Prefix {
        address: Ipv4Addr::new(10, 46, 0, 0).into(),
        len: 20,
    };
    let mut apn = ApnConfig::new("internet", pool, vec![pool]);
    apn.report = Report::Off;
    config.apns.push(apn);
    let node = Ggsn::new(config, &Rng::from_seed(transport::seed().unwrap()));
    let ports = vec![
        (ggsn::GTP_C, udp(OSMO_GGSN, 2123)),
        (ggsn::GTP_U, udp(OSMO_GGSN, 2152)),
        (ggsn::GI, Attach::Net("gi", vec![pool])),
        (ggsn::AAA, udp(OSMO_GGSN, 20_000)),
    ];
    let watch = serve(Some(Placed::new("ggsn", Any::Ggsn(node), ports)));
    nothing_left_at_the_sgsn(&peers);
    assert!(watch.saw("ms.active address=10.46."));
    // each round made one context and took it back
    let count = |n: &str| watch.counts.get(n).copied().unwrap_or(0);
    let (made, gone) = (count("pdp.created"), count("pdp.deleted"));
    assert_eq!((made, made), (gone, ROUNDS), "{:?}", watch.counts);
}

fn nothing_left_at_the_sgsn(peers: &Peers) {
    for command in ["show mm-context all", "show pdp-context all"] {
        let said = peers.console(SGSN_CONSOLE, command);
        assert!(!said.contains(&imsi().to_string()), "{said}");
    }
}

/// Our HLR behind osmo-sgsn, the mobile before it, and maybe our gateway: all rounds.
fn serve(gateway: Option<Placed<Any>>) -> Watch {
    let mut config = hlr_auc::Config::new("hlr.example", "example");
    let mut gsup = door::Config::new("HLR-FOSTERLING", engine::Port(1));
    gsup.network = Some("001-01".parse().unwrap());
    let ports = vec![
        (config.port, Attach::listen((OSMO_HLR, 3868).into())),
        (gsup.port, Attach::listen((OSMO_HLR, PORT).into())),
    ];
    config.gsup = Some(gsup);
    let hlr = Hlr::new(config, Rng::from_seed(transport::seed().unwrap()));
    let (k, opc) = keys();
    let mut s = Subscriber::new(imsi(), k.into(), opc).with_apn(Apn::new("internet").unwrap());
    s.msisdn = wire::Digits::new("999425550001");
    let mut store = Memory::new();
    store.put(0, s);
    // the mobile is told by the end of each purge
    let mut nodes = vec![
        Placed::new("hlr", Any::Hlr(hlr), ports),
        mobile(OSMO_SGSN, true),
    ];
    nodes.extend(gateway);
    let driver = Driver::bind(nodes, store, Options::default()).unwrap();
    let mut watch = Watch::default();
    driver.run(&mut watch).unwrap();
    watch.judge();
    for event in [
        "hlr.peer-open peer=SGSN-LAB1",
        "hlr.vectors",
        "hlr.located",
        "hlr.purged",
    ] {
        assert!(watch.saw(event), "no {event}: {:#?}", watch.events);
    }
    watch
}
