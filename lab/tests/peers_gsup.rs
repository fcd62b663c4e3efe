//! GSUP and GTP with real peers, which nobody here wrote: our SGSN with osmo-hlr and osmo-ggsn, our
//! HLR with osmo-sgsn and osmo-ggsn, our HLR and our GGSN with osmo-sgsn. Each pair goes many rounds
//! of attach, PDP context and detach, and at the end neither side has anything left of them.
mod peers;

use aka::{Profile, SqnArray};
use engine::{Attach, Directive, Director, Event, Now, Placed, Prefix, Rng, Time, tap::Record};
use gsup::PORT;
use peers::{
    Peers,
    mobile::{self, Mobile, Use},
    nodes::{Any, functions, hlr, imsis, udp},
};
use sgsn_ggsn::{
    ggsn::{self, Ggsn},
    sgsn::{self, Gateway, Sgsn},
};
use std::{net::Ipv4Addr, time::Duration};
use store::Memory;
use transport::{Driver, Options};
use wire::Rai;

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

/// No word of them is left.
fn gone(said: &str) {
    for imsi in imsis() {
        assert!(!said.contains(&imsi.to_string()), "{said}");
    }
}

/// Ends with the mobile's last round, or with what should not happen.
#[derive(Default)]
struct Watch {
    events: Vec<String>,
    rounds: usize,
    /// Contexts that our GGSN has made, and those that it has ended.
    created: usize,
    deleted: usize,
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
        match event.name {
            "gsup.open" | "hlr.peer-open" => self.ready = true,
            "pdp.created" => self.created += 1,
            "pdp.deleted" => self.deleted += 1,
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

fn mobile(sgsn: Ipv4Addr) -> Placed<Any> {
    let mobile = Mobile::new(mobile::Config {
        usims: imsis()
            .map(|i| (i, SqnArray::new(Profile::PROFILE_2)))
            .to_vec(),
        sgsn: (sgsn, GB).into(),
        rai: RAI,
        apn: "internet",
        functions: functions(),
        rounds: ROUNDS,
        with: Use::Nothing,
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
    let nodes = vec![Placed::new("sgsn", Any::Sgsn(sgsn), ports), mobile(SGSN)];
    let driver = Driver::bind(nodes, Memory::new(), Options::default()).unwrap();
    let mut watch = Watch::default();
    driver.run(&mut watch).unwrap();
    watch.judge();
    assert!(watch.saw("gsup.open") && watch.saw("ms.active address=10.45."));
    for imsi in imsis() {
        let said = peers.console(HLR_CONSOLE, &format!("show subscriber imsi {imsi}"));
        assert!(said.contains("PS purged"), "{said}");
        assert!(said.contains("SGSN-FOSTERLING"), "{said}");
    }
    gone(&peers.console(GGSN_CONSOLE, "show pdp-context ggsn ggsn0"));
}

#[test]
#[ignore = "peers: osmo-sgsn, osmo-ggsn, and root for their namespace"]
fn our_hlr_with_osmo_sgsn_and_osmo_ggsn() {
    let Some(peers) = Peers::up("our-hlr", &["ggsn", "sgsn"]) else {
        return;
    };
    let (hlr, store) = hlr(OSMO_HLR);
    let nodes = vec![hlr, mobile(OSMO_SGSN)];
    let driver = Driver::bind(nodes, store, Options::default()).unwrap();
    let mut watch = Watch::default();
    driver.run(&mut watch).unwrap();
    watch.judge();
    our_hlr_has_served(&watch);
    assert!(watch.saw("ms.active address=10.45."));
    osmo_sgsn_has_nothing_left(&peers);
    gone(&peers.console(GGSN_CONSOLE, "show pdp-context ggsn ggsn0"));
}

#[test]
#[ignore = "peers: osmo-sgsn, and root for its namespace"]
fn our_ggsn_with_osmo_sgsn() {
    let Some(peers) = Peers::up("our-ggsn", &["sgsn"]) else {
        return;
    };
    let (hlr, store) = hlr(OSMO_HLR);
    // where osmo-sgsn looks for its GGSN
    let mut config = ggsn::Config::new(OSMO_GGSN, 1);
    let everybody: Prefix = "0.0.0.0/0".parse().unwrap();
    let pool: Prefix = "10.46.0.0/24".parse().unwrap();
    let apn = ggsn::ApnConfig::new("internet", pool, vec![everybody]);
    config.apns.push(apn);
    let ggsn = Ggsn::new(config, &Rng::from_seed(transport::seed().unwrap()));
    let ports = vec![
        (ggsn::GTP_C, udp(OSMO_GGSN, 2123)),
        (ggsn::GTP_U, udp(OSMO_GGSN, 2152)),
        (ggsn::GI, Attach::Net("gi", vec![pool])),
        (ggsn::AAA, udp(OSMO_GGSN, 20_000)),
    ];
    let ggsn = Placed::new("ggsn", Any::Ggsn(ggsn), ports);
    let nodes = vec![hlr, mobile(OSMO_SGSN), ggsn];
    let driver = Driver::bind(nodes, store, Options::default()).unwrap();
    let mut watch = Watch::default();
    driver.run(&mut watch).unwrap();
    watch.judge();
    our_hlr_has_served(&watch);
    assert!(watch.saw("ms.active address=10.46."));
    osmo_sgsn_has_nothing_left(&peers);
    // every context of a round, and each is ended
    assert_eq!((watch.created, watch.deleted), (ROUNDS, ROUNDS));
}

fn our_hlr_has_served(watch: &Watch) {
    for event in [
        "hlr.peer-open peer=SGSN-LAB1",
        "hlr.vectors",
        "hlr.located",
        "hlr.purged",
    ] {
        assert!(watch.saw(event), "no {event}: {:#?}", watch.events);
    }
}

fn osmo_sgsn_has_nothing_left(peers: &Peers) {
    for command in ["show mm-context all", "show pdp-context all"] {
        gone(&peers.console(SGSN_CONSOLE, command));
    }
}
