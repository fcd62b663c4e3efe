//! All operators and a device in the virtual network: steps 5 to 14, and what goes wrong in them.
#![allow(clippy::unwrap_used)]
mod device;

use aka::Op;
use device::{Device, Word};
use engine::{
    AskId, Attach, Directive, Director, Event, Input, Node, Now, Outputs, Placed, PortSpec, Rng,
    Serve, Time,
    sim::{Options, Sim},
    tap::Record,
};
use hlr_auc::{Answer, Ask, Records};
use ip::msg::radius::Secret;
use operators::{ccif, dpf, drf, home, icf, pva, sho};
use provisioning::{
    credential::TreInfo,
    json::{Allowed, DpfAddress, TreId},
    key::Key,
    measurement::Component,
    pki::Pki,
    text::Sha256,
};
use std::{collections::BTreeMap, net::SocketAddr};

macro_rules! nodes {
    ($($name:ident($t:ty, $c:ty),)*) => {
        #[allow(clippy::large_enum_variant)]
        enum N { Icf(icf::Icf), Home(home::Home), $($name($t),)* }
        // a node without commands has a variant that nobody makes
        #[allow(dead_code)]
        enum C { $($name($c),)* }
        impl Node for N {
            type Ask = Ask;
            type Answer = Answer;
            type Command = C;
            fn ports(&self) -> &[PortSpec] {
                match self { Self::Icf(n) => n.ports(), Self::Home(n) => n.ports(), $(Self::$name(n) => n.ports(),)* }
            }
            fn handle(&mut self, now: Now, input: Input<Answer, C>, out: &mut Outputs<Ask>) {
                match self {
                    Self::Icf(n) => n.handle(now, other(input), out),
                    Self::Home(n) => n.handle(now, other(input), out),
                    $(Self::$name(n) => {
                        let input = match input {
                            Input::Command(C::$name(c)) => Input::Command(c),
                            input => other(input),
                        };
                        out.scope(|never| match never {}, |out| n.handle(now, input, out));
                    })*
                }
            }
            fn due(&self) -> Option<Time> {
                match self { Self::Icf(n) => n.due(), Self::Home(n) => n.due(), $(Self::$name(n) => n.due(),)* }
            }
        }
    };
}
nodes! {
    Ccif(ccif::Ccif, ccif::Command),
    Drf(drf::Drf, drf::Command),
    Dpf(dpf::Dpf, std::convert::Infallible),
    Sho(sho::Sho, sho::Command),
    Pva(pva::Pva, pva::Command),
    Device(Device, Word),
}

/// The same input without a command, and with an answer only where the node has asked.
fn other<A: From2, D>(input: Input<Answer, C>) -> Input<A, D> {
    let narrowed = input.narrow(|a| Some(A::of(a)), |_| None);
    narrowed.expect("no command for another node")
}

trait From2 {
    fn of(a: Answer) -> Self;
}
impl From2 for Answer {
    fn of(a: Answer) -> Self {
        a
    }
}
impl From2 for std::convert::Infallible {
    fn of(_: Answer) -> Self {
        panic!("an answer for nobody")
    }
}

/// A store per node.
#[derive(Default)]
struct Stores(BTreeMap<usize, Records>, Vec<(usize, AskId, Answer)>);

impl Serve<Ask, Answer> for Stores {
    fn submit(&mut self, asks: &mut dyn Iterator<Item = (usize, AskId, Ask)>) {
        for (node, id, ask) in asks {
            let answer = self.0.entry(node).or_default().apply(ask);
            self.1.push((node, id, answer));
        }
    }
    fn ready(&mut self) -> Option<(usize, AskId, Answer)> {
        (!self.1.is_empty()).then(|| self.1.remove(0))
    }
}

const ICF: usize = 0;
const HOME: usize = 1;
const CCIF: usize = 2;
const DRF: usize = 3;
const SHO: usize = 5;
const PVA: usize = 6;
const DEVICE: usize = 7;

struct Log {
    script: Vec<(u64, usize, C)>,
    lines: Vec<String>,
    octets: Vec<u8>,
    end: u64,
}

impl Director<C> for Log {
    fn packet(&mut self, r: &Record<'_>) {
        self.octets.extend_from_slice(r.packet);
    }
    fn event(&mut self, _: Now, _: usize, e: &Event) {
        self.lines.push(e.to_string());
    }
    fn next(&mut self, now: Now) -> Directive<C> {
        match self.script.first() {
            Some(s) if Time(s.0 * 1_000_000) <= now.mono => {
                let (_, node, c) = self.script.remove(0);
                Directive::Command(node, c)
            }
            None if now.mono >= Time(self.end * 1_000_000) => Directive::Stop,
            _ => Directive::Wait,
        }
    }
    fn due(&self) -> Option<Time> {
        let next = self.script.first().map_or(self.end, |s| s.0);
        Some(Time(next * 1_000_000))
    }
}

/// What a story changes.
struct Story {
    drf: drf::Config,
    sho: sho::Config,
    device: Device,
    more: Vec<(u64, usize, C)>,
}

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn tell(change: impl FnOnce(&mut Story)) -> (Log, BTreeMap<usize, Records>) {
    let now = Now::virtually(Time(0)).utc;
    let rng = Rng::seed(1);
    let pki = Pki::new(&rng, now).unwrap();
    let key = |name: &str| Key::generate(&mut rng.stream(name));
    let secret = Secret::new(b"between ggsn and drf");
    let component = |name: &str| Component {
        component: name.into(),
        version: "1.0".into(),
        sha256: Sha256::of(name.as_bytes()),
    };
    let log = vec![component("boot"), component("os")];
    let dpf_address = DpfAddress {
        host: "dpf.ro".into(),
        address: "10.32.0.3".into(),
        uri: "http://10.32.0.3/dm".into(),
        server_id: "dpf.ro".into(),
    };
    let sho_rule = sho::Rule::new("all", sho::Outcome::Allow);
    let issuer = ccif::Issuer {
        plmn: "99901".into(),
        first: 1,
        size: 100,
        op: Op::from([0x11; 16]),
        server_id: "dpf.ro".into(),
        rng: rng.stream("pcids"),
    };
    let tre = TreId {
        id: "tre-1".into(),
        version: "1.0".into(),
    };
    let m2me = "urn:m2me:1";
    let ocsp = "http://127.0.6.1:8080/ocsp";
    let info = TreInfo {
        tre_id: tre.id.clone(),
        m2me_id: m2me.into(),
        device_type: "meter-1".into(),
        version: "1.0".into(),
    };
    let platform = pki.platform_key("tre-1");
    let credential = pki.pva.credential(&info, &platform.public(), ocsp).unwrap();
    let mut story = Story {
        drf: drf::Config {
            platform: None,
            without_icf: false,
            plmn: "99901".into(),
            address: *device::DRF.ip(),
            port: 80,
            secret: secret.clone(),
            dpf: dpf_address,
            dpf_api: "http://127.0.3.3:8080".into(),
            relay: "http://127.0.3.2:8080".into(),
            pva: Some(at("127.0.6.1:8080")),
            mode: drf::Mode::Resolve,
            shos: vec![drf::Sho {
                plmn: "99902".into(),
                name: "Home".into(),
                api: at("127.0.4.2:8080"),
            }],
            table: vec![drf::Rule {
                sho: "99902".into(),
                m2me_id: Some("urn:m2me:".into()),
                device_type: None,
            }],
            retry_after: 300,
            rng: rng.stream("drf"),
        },
        sho: sho::Config {
            plmn: "99902".into(),
            api: "http://127.0.4.2:8080".into(),
            identity: pki.operator("99902", "sho.home").unwrap(),
            op: Op::from([0x22; 16]),
            pva_root: pki.pva.root.cert.clone(),
            pva_verdicts: pki.pva.verdicts.key.public(),
            pva: at("127.0.6.1:8080"),
            relay: false,
            hlr: at("127.0.4.1:8080"),
            hlr_key: key("hlr").public(),
            apn: "internet.sho".into(),
            access_class: 7,
            first_msin: 1,
            checks_identity: true,
            checks_ocsp: true,
            seals: true,
            seals_to: None,
            credentials: sho::Credentials::Known,
            dpf_rule: None,
            rules: vec![sho_rule],
            partners: vec![sho::Partner {
                plmn: "99901".into(),
                dpf_host: "dpf.ro".into(),
                dpf: at("127.0.3.3:8080"),
                relay: at("127.0.3.2:8080"),
                icf: Some(at("127.0.3.1:8080")),
                releases_early: true,
            }],
            lifetime: 3600,
            attach_within: None,
            rng: rng.stream("sho"),
        },
        device: Device::new(
            issuer
                .entry(ccif::Number {
                    n: 0,
                    generation: 0,
                })
                .unwrap(),
            tre.clone(),
            m2me,
            platform.clone(),
            pki.operators.cert.clone(),
            log.clone(),
            credential.cert.der().to_vec(),
            at("127.0.3.2:1813"),
            secret,
        ),
        more: vec![],
    };
    change(&mut story);
    let dpf = dpf::Config {
        host: "dpf.ro".into(),
        address: *device::DPF.ip(),
        port: 80,
        uri: "http://10.32.0.3/dm".into(),
        key: key("dpf"),
        ccifs: vec![key("ccif").public()],
        shos: BTreeMap::from([("http://127.0.4.2:8080".into(), at("127.0.4.2:8080"))]),
        rules: Vec::new(),
        max_msg_size: 4096,
        auth: provisioning::dm::AuthType::default(),
        proves_itself: true,
        atomic: false,
        insider: false,
        calling: dpf::Calling::default(),
        rng: rng.stream("dpf"),
    };
    let ccif = ccif::Config {
        host: "ccif.example".into(),
        key: key("ccif"),
        issuer,
        allowed: Allowed {
            apn: "ro.m2m".into(),
            lifetime: 3600,
        },
        validity: 86_400,
        icf: ccif::Receiver {
            api: at("127.0.3.1:8080"),
            key: key("icf").public(),
        },
        dpf: ccif::Receiver {
            api: at("127.0.3.3:8080"),
            key: key("dpf").public(),
        },
        pva: at("127.0.6.1:8080"),
        orders_at: at("127.0.7.1:8080"),
        ordered_from: key("ccif").public(),
        validates: false,
        m2mes: "m2mes.example".into(),
        m2mes_key: key("m2mes"),
        rng: rng.stream("ccif"),
    };
    let icf = icf::Config {
        hlr: hlr_auc::Config::new("icf.ro", "epc.mnc001.mcc999.3gppnetwork.org"),
        key: key("icf"),
        ccifs: vec![key("ccif").public()],
        plmn: "99901".into(),
        drf: at("127.0.3.2:8080"),
        quarantine: None,
        returns: None,
        validation: None,
        roaming: hlr_auc::Roaming::Anywhere,
        rng: rng.stream("icf"),
    };
    let home = home::Config {
        hlr: hlr_auc::Config::new("hlr.home", "epc.mnc002.mcc999.3gppnetwork.org"),
        key: key("hlr"),
        rng: rng.stream("home"),
    };
    let pva = pva::Config {
        platform: pki.pva,
        ocsp_uri: ocsp.into(),
        verdict_lifetime: 300,
        report_age: 120,
        checks_identity: true,
        checks_measurements: true,
    };
    let s6d = |a: &str| (engine::Port(0), Attach::listen(at(a)));
    let listen = |a: &str| (icf::HTTP, Attach::listen(at(a)));
    let dial = |a: &str| (icf::DIAL, Attach::dial(a.parse().unwrap()));
    let gi = |port, a: &str| {
        (
            port,
            Attach::Net("gi", vec![format!("{a}/32").parse().unwrap()]),
        )
    };
    let device_address = story.device.address.to_string();
    let nodes = vec![
        Placed::new(
            "icf",
            N::Icf(icf::Icf::new(icf)),
            vec![
                s6d("127.0.3.1:3868"),
                listen("127.0.3.1:8080"),
                dial("127.0.3.1"),
            ],
        ),
        Placed::new(
            "home",
            N::Home(home::Home::new(home)),
            vec![s6d("127.0.4.1:3868"), listen("127.0.4.1:8080")],
        ),
        Placed::new(
            "ccif",
            N::Ccif(ccif::Ccif::new(ccif)),
            vec![listen("127.0.7.1:8080"), dial("127.0.7.1")],
        ),
        Placed::new(
            "drf",
            N::Drf(drf::Drf::new(story.drf)),
            vec![
                listen("127.0.3.2:8080"),
                dial("127.0.3.2"),
                (drf::AAA, Attach::Udp(at("127.0.3.2:1813"))),
                gi(drf::GI, "10.32.0.2"),
            ],
        ),
        Placed::new(
            "dpf",
            N::Dpf(dpf::Dpf::new(dpf)),
            vec![
                listen("127.0.3.3:8080"),
                dial("127.0.3.3"),
                gi(dpf::GI, "10.32.0.3"),
            ],
        ),
        Placed::new(
            "sho",
            N::Sho(sho::Sho::new(story.sho)),
            vec![listen("127.0.4.2:8080"), dial("127.0.4.2")],
        ),
        Placed::new(
            "pva",
            N::Pva(pva::Pva::new(pva)),
            vec![listen("127.0.6.1:8080")],
        ),
        Placed::new(
            "device",
            N::Device(story.device),
            vec![
                gi(device::GI, &device_address),
                (device::DIAL, Attach::dial(at("127.0.1.1:0").ip())),
                (device::AAA, Attach::Udp(at("127.0.3.9:1813"))),
            ],
        ),
    ];
    let blank = ccif::Blank {
        m2me_id: m2me.into(),
        device_type: "meter-1".into(),
        tre,
        key: platform,
        reference: log.clone(),
        measured: log,
    };
    let make = ccif::Command::Make {
        batch: "b-1".into(),
        devices: vec![blank],
    };
    let mut script = vec![
        (0, CCIF, C::Ccif(make)),
        (1000, DEVICE, C::Device(Word::Attach)),
        (2000, DEVICE, C::Device(Word::Register)),
    ];
    script.extend(story.more);
    script.sort_by_key(|s| s.0);
    let mut log = Log {
        script,
        lines: vec![],
        octets: vec![],
        end: 60_000,
    };
    let mut sim = Sim::new(nodes, Stores::default(), Options::default());
    sim.run(&mut log);
    let records = std::mem::take(&mut sim.store().0);
    (log, records)
}

impl Log {
    fn has(&self, part: &str) -> bool {
        self.lines.iter().any(|l| l.contains(part))
    }

    fn sent(&self, part: &str) -> usize {
        let part = part.as_bytes();
        self.octets
            .windows(part.len())
            .filter(|w| *w == part)
            .count()
    }

    /// No MCIM was made, nor anybody told of one.
    fn nothing_provisioned(&self, records: &BTreeMap<usize, Records>) {
        assert_eq!(self.sent("POST /dpf/authorisations"), 0);
        assert_eq!(self.sent("PUT /hlr/subscribers"), 0);
        assert_eq!(records.get(&HOME).map_or(0, |r| r.iter().count()), 0);
        assert!(!self.has("device.registered") && !self.has("dpf.authorised"));
    }
}

const IMSI: &str = "999020000000001";

fn provisioned(log: &Log, records: &BTreeMap<usize, Records>) {
    assert!(
        log.has(&format!("device.dm_end complete=true imsi={IMSI}")),
        "{:#?}",
        log.lines
    );
    assert!(
        log.has("dpf.reported") && log.has("sho.report registration=r-"),
        "{:#?}",
        log.lines
    );
    assert_eq!(log.sent("POST /sho/reports"), 1);
    let home: Vec<String> = records[&HOME].iter().map(|s| s.imsi.to_string()).collect();
    assert_eq!(home, [IMSI]);
    // R28, by configuration
    assert!(log.has("icf.release pcid=999010000000001"));
}

#[test]
fn registered_validated_provisioned_reported() {
    let (log, records) = tell(|_| {});
    provisioned(&log, &records);
    assert!(log.has("result=201 state=active"), "{:#?}", log.lines);
    let pcids: Vec<String> = records[&ICF].iter().map(|s| s.imsi.to_string()).collect();
    assert_eq!(pcids, ["999010000000001"]);
    assert_eq!(log.sent("POST /ocsp"), 1);
}

#[test]
fn one_seed_gives_the_same_octets() {
    assert!(tell(|_| {}).0.octets == tell(|_| {}).0.octets);
}

#[test]
fn the_credential_is_read_from_the_device() {
    let (log, records) = tell(|s| {
        s.sho.credentials = sho::Credentials::OnDevice;
        s.device.gives = false;
    });
    provisioned(&log, &records);
    assert_eq!(log.sent("POST /sho/packages"), 1);
}

#[test]
fn validation_through_the_registration_operator_and_referral() {
    let (log, records) = tell(|s| {
        s.sho.relay = true;
        s.drf.mode = drf::Mode::Referral;
    });
    provisioned(&log, &records);
    assert_eq!(log.sent("POST /drf/validations"), 1);
    assert!(log.has("drf.referral"));
}

#[test]
fn a_limited_device_installs_but_does_not_activate() {
    let (log, records) = tell(|s| s.sho.rules[0].outcome = sho::Outcome::Limited);
    provisioned(&log, &records);
    assert!(log.has("result=200 state=installed"), "{:#?}", log.lines);
}

#[test]
fn a_broken_platform_gets_nothing() {
    let (log, records) = tell(|s| s.device.log[1].sha256 = Sha256::of(b"malware"));
    log.nothing_provisioned(&records);
    assert!(log.has("device.refused status=403 type=validation detail=os: measurement outcome=deny retry=- decided=true"), "{:#?}", log.lines);
}

#[test]
fn a_revoked_platform_gets_nothing() {
    let revoke = pva::Command::Revoke {
        tre_id: "tre-1".into(),
        reason: 1,
    };
    let (log, records) = tell(|s| s.more.push((1500, PVA, C::Pva(revoke))));
    log.nothing_provisioned(&records);
    assert!(
        log.has("type=validation detail=credential: revoked"),
        "{:#?}",
        log.lines
    );
    // the refusal is the certificate authority's own word, not only the verdict's
    assert_eq!(log.sent("POST /ocsp"), 1);
}

#[test]
fn without_the_pva_nothing_is_provisioned() {
    let (log, records) = tell(|s| s.more.push((1500, PVA, C::Pva(pva::Command::Down(true)))));
    log.nothing_provisioned(&records);
    assert!(
        log.has("device.refused status=503 type=unavailable"),
        "{:#?}",
        log.lines
    );
}

#[test]
fn policy_says_no() {
    for outcome in [sho::Outcome::Deny, sho::Outcome::Remediate] {
        let (log, records) = tell(|s| s.sho.rules[0].outcome = outcome);
        log.nothing_provisioned(&records);
        let said =
            format!("status=403 type=policy detail=all outcome={outcome} retry=- decided=true");
        assert!(log.has(&said), "{:#?}", log.lines);
    }
}

#[test]
fn a_pcid_from_another_address_is_not_believed() {
    let (log, records) = tell(|s| s.device.told = [10, 33, 0, 2].into());
    log.nothing_provisioned(&records);
    assert!(
        log.has("device.refused status=403 type=source"),
        "{:#?}",
        log.lines
    );
    assert_eq!(log.sent("POST /sho/registrations"), 0);
}

#[test]
fn nobody_or_two_claim_the_device() {
    let (log, records) = tell(|s| s.drf.table.clear());
    log.nothing_provisioned(&records);
    assert!(log.has("status=404 type=no-sho detail=nobody claims this device outcome=- retry=300"));
    let second = drf::Command::Claim(drf::Rule {
        sho: "99903".into(),
        ..drf::Rule::default()
    });
    let (log, records) = tell(|s| s.more.push((1500, DRF, C::Drf(second))));
    log.nothing_provisioned(&records);
    assert!(log.has("status=409 type=ambiguous"), "{:#?}", log.lines);
}

#[test]
fn a_home_operator_that_is_down() {
    let (log, records) = tell(|s| s.more.push((1500, SHO, C::Sho(sho::Command::Down(true)))));
    log.nothing_provisioned(&records);
    assert!(log.has("device.refused status=503 type=unavailable detail=no registrations now"));
}

#[test]
fn another_dpf_than_agreed_gets_no_token() {
    let (log, records) = tell(|s| s.drf.dpf.host = "dpf.rogue".into());
    log.nothing_provisioned(&records);
    assert!(log.has("status=403 type=policy"), "{:#?}", log.lines);
}

#[test]
fn no_key_travels_or_is_told_in_clear() {
    let mut keys = vec![];
    let (log, _) = tell(|s| {
        let e = &s.device.entry;
        let dm = e.dm.as_ref().unwrap();
        keys.extend([
            provisioning::text::hex(&e.k.0),
            provisioning::text::hex(&e.opc.0),
        ]);
        keys.extend([dm.client_secret.0.clone(), dm.server_secret.0.clone()]);
    });
    for k in &keys {
        assert_eq!(log.sent(k), 0);
        assert!(!log.has(k));
    }
}
