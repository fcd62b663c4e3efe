//! Builds the world of a scenario: every node with its settings, its addresses and its keys, all
//! from one source of randomness.
use crate::{
    build::{self, Health, Who, plmn_text},
    carriers::Carriers,
    config::{
        roles::{home, registration, visited},
        sections::{Every, HomeOperator, Inner, Listen, Peer},
        types::{At, Chain, Hex, HostName, Span, Transport, Word},
    },
    nodes::{AnyCommand, AnyNode},
    places::{Places, Role, inner},
    run::{Order, Setting, Subject},
    scenarios::{Scenario, Twist},
};
use engine::{Carrier, Placed, Prefix, Rng, Utc};
use gb_gmm::gmm::Cause;
use m2me_ue::{Command, Goal, tre::Fault, usim};
use operators::{ccif, drf, pva, sho};
use provisioning::{
    credential::TreInfo,
    json::Entry,
    pki::{Identity, Pki},
    text,
};
use sgsn_ggsn::ggsn;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4},
    rc::Rc,
    time::Duration,
};
use store::Memory;
use transport::tls;
use wire::{Apn, Digits, MncLengths, Plmn};

/// A world that is ready to run.
pub struct World {
    /// Its nodes.
    pub nodes: Vec<Placed<AnyNode>>,
    /// What its HLRs ask.
    pub store: Memory,
    /// What is told to whom, and when.
    pub orders: Vec<Order>,
    /// What it is about.
    pub subject: Subject,
    /// What carries its connections.
    pub layers: Rc<Carriers>,
}

/// PLMNs of the operators (wires.md): visited network, registration operator, home operator.
const VNO: Plmn = plmn(1, 1);
const RO: Plmn = plmn(999, 1);
const SHO: Plmn = plmn(999, 2);

const fn plmn(mcc: u16, mnc: u16) -> Plmn {
    Plmn {
        mcc,
        mnc,
        mnc_digits: 2,
    }
}

/// Ports on sockets: an ordinary user cannot take those below 1024.
const HTTP: u16 = 8080;
const RADIUS: u16 = 1813;
const GB: u16 = 2157;
/// HTTP inside tunnels, where every port is free.
const INNER_HTTP: u16 = 80;

const REGISTRATION_APN: &str = "ro.m2m";
const OPERATIONAL_APN: &str = "internet.sho";
const M2ME_ID: &str = "urn:m2me:00a0b1c2d3e4f501";
const TRE_ID: &str = "tre-00a0b1c2d3e4f501";
const DEVICE_TYPE: &str = "meter-1";
const VERSION: &str = "1.0";
/// Somebody beyond the wall: an address for documentation (RFC 5737).
const OUTSIDE: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);
const ANYBODY: Prefix = Prefix {
    address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    len: 0,
};
/// MSIN of the first PCID, and of the SHO's first subscriber.
const FIRST: u64 = 1;
const PCIDS: u64 = 1000;

/// What several nodes have to agree on.
struct Makings {
    places: Places,
    setting: Setting,
    twist: Twist,
    rng: Rng,
    pki: Pki,
    secret: Word,
    op: [u8; 16],
    /// Where the PCIDs' secrets come from.
    pcids: [u8; 32],
    /// Where serial numbers of platform credentials come from.
    serials: [u8; 32],
    software: Vec<visited::Component>,
    /// Who signs and opens what.
    icf: Identity,
    dpf: Identity,
    sho: Identity,
    hlr: Identity,
    ccif: Identity,
    m2mes: Identity,
}

impl World {
    /// The world of `scenario` as it is at `now`.
    ///
    /// # Panics
    /// Where the lab's own certificates cannot be made: a mistake in the program.
    pub fn build(scenario: &Scenario, setting: Setting, rng: &Rng, now: Utc) -> Self {
        let m = Makings::new(setting, scenario.twist, rng, now);
        let mut w = Self {
            layers: Rc::new(m.carriers()),
            nodes: Vec::new(),
            store: Memory::new(),
            orders: Vec::new(),
            subject: m.subject(scenario),
        };
        // the order of the ladder's columns
        let device = w.place(m.device(scenario));
        w.place(m.node(Role::Sgsn, |w| build::sgsn(&m.sgsn(), 0, w)));
        if scenario.twist.has_agent() {
            w.place(m.node(Role::Dra, |w| build::dra(&m.agent(), w)));
        }
        w.place(m.node(Role::Icf, |w| build::icf(&m.icf(), w)));
        w.place(m.node(Role::Drf, |w| build::drf(&m.drf(), w)));
        w.place(m.node(Role::Dpf, |w| build::dpf(&m.dpf(), w)));
        w.place(m.node(Role::RoGgsn, |w| build::ggsn(&m.ro_ggsn(), 1, w)));
        w.place(m.node(Role::Hlr, |w| build::hlr(&m.home(), w).0));
        w.place(m.node(Role::Sho, |w| build::sho(&m.sho(), w)));
        w.place(m.node(Role::ShoGgsn, |w| build::ggsn(&m.sho_ggsn(), 1, w)));
        let pva = w.place(m.node(Role::Pva, |w| build::pva(&m.pva(), w)));
        let ccif = w.place(m.node(Role::Ccif, |w| build::ccif(&m.ccif(), w)));
        w.order("", ccif, build::ccif_order(&m.ccif(), "b-0000000000000001"));
        if scenario.twist == Twist::RevokedCredential {
            let tre_id = TRE_ID.to_owned();
            let revoke = pva::Command::Revoke { tre_id, reason: 1 };
            w.order("event.m2mes.made", pva, AnyCommand::Pva(revoke));
        }
        for (when, command) in m.device_orders(scenario) {
            w.order(when, device, AnyCommand::M2me(command));
        }
        w
    }

    fn place(&mut self, p: Placed<AnyNode>) -> usize {
        self.nodes.push(p);
        self.nodes.len() - 1
    }

    fn order(&mut self, when: &'static str, node: usize, command: AnyCommand) {
        self.orders.push(Order {
            when,
            node,
            command,
        });
    }
}

impl Makings {
    fn new(setting: Setting, twist: Twist, rng: &Rng, now: Utc) -> Self {
        let mut pki = Pki::new(rng, now).expect("the lab's authorities");
        let serials = rng.stream("serial numbers").array();
        pki.pva.rng = Rng::from_seed(serials);
        let identity = |plmn: &Plmn, host: &str| {
            pki.operator(&plmn_text(*plmn), host)
                .expect("an operator's certificate")
        };
        let mut secrets = rng.stream("secrets");
        let component = |name: &str, code: &str| visited::Component {
            name: name.into(),
            version: VERSION.into(),
            code: code.into(),
        };
        Self {
            places: Places { net: setting.net },
            setting,
            twist,
            secret: Word(text::hex(&secrets.array::<16>())),
            op: secrets.array(),
            pcids: rng.stream("seed of PCIDs").array(),
            serials,
            software: vec![
                component("boot", "boot loader"),
                component("os", "operating system"),
                component("app", "metering"),
            ],
            icf: identity(&RO, &host("icf", &RO)),
            dpf: identity(&RO, &host("dpf", &RO)),
            sho: identity(&SHO, &host("sho", &SHO)),
            hlr: identity(&SHO, &host("hlr", &SHO)),
            ccif: identity(&RO, &host("ccif", &RO)),
            m2mes: identity(&RO, "m2mes.example"),
            rng: rng.clone(),
            pki,
        }
    }

    fn subject(&self, scenario: &Scenario) -> Subject {
        let imsi = format!("{}{FIRST:010}", plmn_text(SHO));
        Subject {
            pcid: self
                .entry(scenario)
                .pcid
                .parse()
                .expect("a PCID is an IMSI"),
            imsi: imsi.parse().expect("an IMSI"),
            registration_apn: REGISTRATION_APN.into(),
            operational_apn: OPERATIONAL_APN.into(),
            mnc_lengths: MncLengths::test_networks(),
        }
    }

    fn at<const P: u16>(&self, role: Role) -> At<P> {
        At(self.places.at(role, P))
    }

    fn v4(&self, role: Role) -> Ipv4Addr {
        match self.places.ip(role) {
            IpAddr::V4(a) => a,
            IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
        }
    }

    fn node(&self, role: Role, build: impl FnOnce(&Who<'_>) -> Placed<AnyNode>) -> Placed<AnyNode> {
        build(&Who {
            name: role.name(),
            rng: self.rng.stream(role.name()),
        })
    }

    /// Where a role's Diameter is, by the run's carrier.
    fn diameter_at(&self, role: Role) -> At<3868> {
        let port = match self.setting.carrier {
            Carrier::Tls => diameter_s6a::TLS_PORT,
            _ => diameter_s6a::PORT,
        };
        At(self.places.at(role, port))
    }

    /// Certificates of the Diameter nodes, where TLS carries it.
    fn carriers(&self) -> Carriers {
        let mut all = Carriers::default();
        if self.setting.carrier != Carrier::Tls {
            return all;
        }
        let nodes = [
            (Role::Sgsn, VNO, "sgsn"),
            (Role::Icf, RO, "icf"),
            (Role::Hlr, SHO, "hlr"),
            (Role::Dra, VNO, "dra"),
        ];
        for (role, plmn, name) in nodes {
            let addresses = [self.places.ip(role)];
            let made = self
                .pki
                .transport(&plmn_text(plmn), &host(name, &plmn), &addresses)
                .expect("a certificate for TLS");
            let chain: Vec<_> = made.chain.iter().map(|c| c.der().to_vec()).collect();
            let key = made.key.to_pkcs8().expect("a key for TLS");
            let roots = [self.pki.operators.cert.der().to_vec()];
            let identity = tls::Identity::new(&chain, &key, &roots, self.setting.secrets);
            all.identify(role.name(), identity.expect("an identity for TLS"));
        }
        all
    }

    fn listen(&self, role: Role) -> Vec<Listen> {
        vec![Listen {
            address: self.diameter_at(role),
            transport: Transport::Fixed(self.setting.carrier),
        }]
    }

    /// The device's provisional credentials: what the CCIF issues, or in one scenario what it
    /// never has.
    fn entry(&self, scenario: &Scenario) -> Entry {
        let n = match scenario.twist {
            Twist::UnknownPcid => 99,
            _ => 0,
        };
        let issuer = ccif::Issuer {
            plmn: plmn_text(RO),
            first: FIRST,
            size: PCIDS,
            op: self.op.into(),
            server_id: host("dpf", &RO),
            rng: Rng::from_seed(self.pcids),
        };
        issuer.entry(n).expect("a PCID of the range")
    }

    fn device(&self, scenario: &Scenario) -> Placed<AnyNode> {
        let digits = |text| Digits::new(text).expect("digits");
        let key = self.pki.platform_key(TRE_ID);
        let info = TreInfo {
            tre_id: TRE_ID.into(),
            m2me_id: M2ME_ID.into(),
            device_type: DEVICE_TYPE.into(),
            version: VERSION.into(),
        };
        let pva = &self.pki.pva;
        let credential = pva.credential(&info, &key.public(), &self.ocsp());
        let device = visited::Device {
            id: M2ME_ID.into(),
            tre: TRE_ID.into(),
            device_type: DEVICE_TYPE.into(),
            // a type allocation code for tests, TS 23.003 6.2
            imei: digits("001017000000010"),
            imeisv: digits("0010170000000101"),
            pcid: self.entry(scenario),
            credential: credential.expect("a platform credential").cert,
            key,
        };
        let c = visited::M2me {
            gb: self.at::<GB>(Role::M2me),
            sgsn: self.at::<GB>(Role::Sgsn),
            plmn: VNO,
            lac: 1,
            rac: 1,
            cell: 1,
            nsei: 101,
            bvci: 2,
            registration_apn: apn(REGISTRATION_APN),
            drf: At(SocketAddr::new(inner::DRF.into(), INNER_HTTP)),
            operators: self.pki.operators.cert.clone(),
            goal: match scenario.twist {
                Twist::ForeignApn => Goal::Attach,
                Twist::WalledGarden => Goal::Connect,
                _ => Goal::Provision,
            },
            power_on: false,
            spread: secs(0),
            again: Every(None),
            software: self.software.clone(),
            device: Vec::new(),
        };
        let health = Health {
            faults: match scenario.twist {
                Twist::WrongMeasurement => vec![Fault::Changed("boot".into())],
                _ => Vec::new(),
            },
            usim: match scenario.twist {
                Twist::WrongKey => usim::Fault::WrongKey,
                Twist::SqnAhead if self.setting.weaken == Some(2) => {
                    usim::Fault::Forgetful(1 << 20)
                }
                Twist::SqnAhead => usim::Fault::Ahead(1 << 20),
                Twist::GuessedPcid => usim::Fault::Guessed,
                _ => usim::Fault::None,
            },
            // nobody answers where the wall is: a short wait shows it as well as a long one
            probe: Some(Duration::from_secs(2)),
        };
        self.node(Role::M2me, |w| build::m2me(&c, 0, &device, health, w))
    }

    /// What the device is told, and when.
    fn device_orders(&self, scenario: &Scenario) -> Vec<(&'static str, Command)> {
        // an agent that is not ours connects when it likes
        let begin = match self.setting.relay {
            Some(_) => "event.hlr.peer-open",
            None => "event.m2mes.made",
        };
        let mut orders = vec![(begin, Command::PowerOn)];
        match scenario.twist {
            Twist::ForeignApn => {
                orders.push(("event.m2me.attached", Command::ActivateApn(apn("internet"))));
            }
            Twist::WalledGarden => {
                let outside = SocketAddrV4::new(OUTSIDE, INNER_HTTP);
                orders.push(("event.m2me.pdp-active", Command::SendTo(outside)));
            }
            _ => {}
        }
        orders
    }

    fn ocsp(&self) -> String {
        format!("http://{}/ocsp", self.places.at(Role::Pva, HTTP))
    }

    /// A Diameter peer that serves its network's realm.
    fn peer(&self, role: Role, plmn: Plmn, name: &str) -> Peer {
        Peer {
            host: HostName(host(name, &plmn)),
            address: self.diameter_at(role),
            transport: Transport::Fixed(self.setting.carrier),
            realms: vec![HostName(plmn.realm())],
            default: false,
        }
    }

    /// The agent of the visited network.
    fn agent(&self) -> home::Dra {
        let icf = self.peer(Role::Icf, RO, "icf");
        let hlr = self.peer(Role::Hlr, SHO, "hlr");
        home::Dra {
            host: HostName(host("dra", &VNO)),
            realm: HostName(VNO.realm()),
            listen: self.listen(Role::Dra),
            address: self.places.ip(Role::Dra),
            peer: match self.twist {
                Twist::NoRoute => vec![hlr],
                _ => vec![icf, hlr],
            },
            mode: home::Agent::Relay,
            watchdog: secs(30),
            most_pending: 10_000,
        }
    }

    fn sgsn(&self) -> visited::Sgsn {
        let agent = |host: &str, address| Peer {
            host: HostName(host.into()),
            address: At(address),
            transport: Transport::Fixed(self.setting.carrier),
            realms: Vec::new(),
            default: true,
        };
        let peers = if let Some(relay) = self.setting.relay {
            vec![agent(&host("relay", &VNO), relay)]
        } else if self.twist.has_agent() {
            vec![agent(&host("dra", &VNO), self.diameter_at(Role::Dra).0)]
        } else {
            vec![
                self.peer(Role::Icf, RO, "icf"),
                self.peer(Role::Hlr, SHO, "hlr"),
            ]
        };
        // T3: its realm is that of a network other than the one that it says the device visits
        let rogue = self.twist == Twist::RogueVno;
        let realm = rogue.then(|| HostName(plmn(1, 9).realm()));
        let gateway = |role, plmn| visited::Gateway {
            address: self.places.ip(role),
            plmn: Some(plmn),
            apn: None,
        };
        visited::Sgsn {
            plmn: VNO,
            host: None,
            realm,
            address: self.v4(Role::Sgsn),
            gb: None,
            peer: peers,
            gateway: vec![gateway(Role::RoGgsn, RO), gateway(Role::ShoGgsn, SHO)],
            patience: secs(5),
            watchdog: secs(30),
            redial: secs(30),
            t3: secs(5),
            n3: 3,
            unknown_user: Cause::GprsAndNonGprsNotAllowed,
            check_res: self.setting.weaken != Some(1),
            most: 100_000,
            state: None,
        }
    }

    fn ro_ggsn(&self) -> visited::Ggsn {
        let wall = match self.setting.weaken {
            Some(5) => vec![ANYBODY],
            _ => [inner::DRF, inner::DPF]
                .map(|a| Prefix::host(a.into()))
                .to_vec(),
        };
        let apn = visited::GgsnApn {
            name: apn(REGISTRATION_APN),
            pool: pool(inner::RO_POOL),
            allowed: wall,
            report: ggsn::Report::Await,
            selection_modes: vec![0],
        };
        let accounting = visited::Accounting {
            server: self.at::<RADIUS>(Role::Drf),
            port: 20_000,
            secret: self.secret.clone(),
        };
        let network = visited::Network::Ro;
        self.ggsn(Role::RoGgsn, network, apn, Some(accounting))
    }

    fn sho_ggsn(&self) -> visited::Ggsn {
        let apn = visited::GgsnApn {
            name: apn(OPERATIONAL_APN),
            pool: pool(inner::SHO_POOL),
            allowed: vec![ANYBODY],
            report: ggsn::Report::Off,
            selection_modes: vec![0],
        };
        self.ggsn(Role::ShoGgsn, visited::Network::Sho, apn, None)
    }

    fn ggsn(
        &self,
        role: Role,
        network: visited::Network,
        apn: visited::GgsnApn,
        accounting: Option<visited::Accounting>,
    ) -> visited::Ggsn {
        visited::Ggsn {
            address: self.v4(role),
            peers: None,
            t3: secs(5),
            n3: 3,
            echo: Every(Some(secs(60))),
            apn: vec![apn],
            accounting,
            network,
            tunnel: None,
            state: None,
        }
    }

    fn icf(&self) -> registration::Icf {
        registration::Icf {
            plmn: RO,
            host: None,
            realm: None,
            // steps 2 and 3 name the DRF once as the source of vectors (R13)
            aliases: vec![HostName(host("drf", &RO))],
            listen: self.listen(Role::Icf),
            http: self.at(Role::Icf),
            drf: self.at(Role::Drf),
            key: self.icf.key.clone(),
            ccif: self.ccif.key.public(),
            watchdog: secs(30),
            concurrency: Default::default(),
            realm_must_match_plmn: self.setting.weaken != Some(3),
            store: crate::config::sections::Store::Memory,
        }
    }

    fn drf(&self) -> registration::Drf {
        registration::Drf {
            plmn: RO,
            http: self.at(Role::Drf),
            accounting: None,
            secret: self.secret.clone(),
            inner: place(inner::DRF),
            dpf_host: None,
            dpf_inner: At(SocketAddr::new(inner::DPF.into(), INNER_HTTP)),
            dpf: self.at(Role::Dpf),
            pva: Some(self.at(Role::Pva)),
            mode: drf::Mode::Resolve,
            sho: vec![HomeOperator {
                plmn: SHO,
                name: "SHO".into(),
                api: self.at(Role::Sho),
            }],
            rule: vec![registration::Claim {
                sho: SHO,
                m2me_id: None,
                device_type: None,
            }],
            retry_after: secs(30),
        }
    }

    fn dpf(&self) -> registration::Dpf {
        registration::Dpf {
            plmn: RO,
            host: None,
            http: self.at(Role::Dpf),
            inner: place(inner::DPF),
            key: self.dpf.key.clone(),
            ccif: self.ccif.key.public(),
            shos: vec![self.at(Role::Sho)],
            max_msg_size: 1400,
        }
    }

    fn home(&self) -> home::Hlr {
        home::Hlr {
            plmn: SHO,
            host: None,
            realm: None,
            listen: self.listen(Role::Hlr),
            http: self.at(Role::Hlr),
            key: self.hlr.key.clone(),
            watchdog: secs(30),
            concurrency: Default::default(),
            realm_must_match_plmn: true,
            store: crate::config::sections::Store::Memory,
            subscriber: Vec::new(),
        }
    }

    fn sho(&self) -> home::Sho {
        home::Sho {
            plmn: SHO,
            http: self.at(Role::Sho),
            key: self.sho.key.clone(),
            certificate: Chain(self.sho.chain.clone()),
            op: Hex(self.rng.stream("op of the SHO").array::<16>()),
            pva_root: self.pki.pva.root.cert.clone(),
            pva_verdicts: self.pki.pva.verdicts.key.public(),
            pva: self.at(Role::Pva),
            relay: false,
            hlr: self.at(Role::Hlr),
            hlr_key: self.hlr.key.public(),
            apn: apn(OPERATIONAL_APN),
            access_class: 7,
            first_msin: FIRST,
            credentials: sho::Credentials::Known,
            rule: vec![home::Rule {
                name: "meters".into(),
                outcome: sho::Outcome::Allow,
                device_type: None,
                visited: None,
                tre_version: None,
                at_most: None,
                pcid_age: None,
            }],
            partner: vec![home::Partner {
                plmn: RO,
                dpf_host: None,
                dpf: self.at(Role::Dpf),
                relay: self.at(Role::Drf),
                icf: None,
            }],
            lifetime: secs(3600),
        }
    }

    fn pva(&self) -> home::Pva {
        let p = &self.pki.pva;
        let verdicts = p.verdicts.chain.first().unwrap_or(&p.root.cert);
        home::Pva {
            http: self.at(Role::Pva),
            root: p.root.cert.clone(),
            root_key: p.root.key.clone(),
            ocsp: p.responder.cert.clone(),
            ocsp_key: p.responder.key.clone(),
            verdicts: verdicts.clone(),
            verdicts_key: p.verdicts.key.clone(),
            seed: Hex(self.serials),
            ocsp_uri: None,
            verdict_lifetime: secs(300),
            report_age: secs(120),
        }
    }

    fn ccif(&self) -> registration::Ccif {
        let receiver = |role, identity: &Identity| registration::Receiver {
            api: self.at(role),
            key: identity.key.public(),
        };
        registration::Ccif {
            plmn: RO,
            host: None,
            http: self.at(Role::Ccif),
            key: self.ccif.key.clone(),
            m2mes: "m2mes.example".into(),
            m2mes_key: self.m2mes.key.clone(),
            first: FIRST,
            size: PCIDS,
            op: Hex(self.op),
            seed: Hex(self.pcids),
            apn: apn(REGISTRATION_APN),
            lifetime: secs(3600),
            validity: secs(365 * 86_400),
            icf: receiver(Role::Icf, &self.icf),
            dpf: receiver(Role::Dpf, &self.dpf),
            dpf_host: None,
            pva: self.at(Role::Pva),
            again: secs(2),
            software: self.software.clone(),
            device: vec![registration::Blank {
                id: M2ME_ID.into(),
                tre: TRE_ID.into(),
                version: VERSION.into(),
                device_type: DEVICE_TYPE.into(),
                key: self.pki.platform_key(TRE_ID),
            }],
        }
    }
}

/// A function's host name in its operator's realm (R3).
fn host(function: &str, p: &Plmn) -> String {
    format!("{function}.{}", p.realm())
}

fn apn(text: &str) -> Apn {
    Apn::new(text).expect("an APN")
}

fn secs(n: u64) -> Span {
    Span(Duration::from_secs(n))
}

fn place(address: Ipv4Addr) -> Inner {
    Inner {
        address,
        port: INNER_HTTP,
        tunnel: None,
    }
}

fn pool([a, b]: [u8; 2]) -> Prefix {
    Prefix {
        address: Ipv4Addr::new(a, b, 0, 0).into(),
        len: 16,
    }
}
