//! Builds the world of a scenario: every node with its configuration, its addresses and its keys,
//! all from one source of randomness.
use crate::{
    carriers::Carriers,
    nodes::{AnyCommand, AnyNode},
    places::{Places, Role, inner},
    run::{Order, Setting, Subject},
    scenario::{Scenario, Twist},
};
use aka::Op;
use diameter_s6a::{machine::route::Action, msg::application};
use engine::{Attach, Carrier, Placed, Port, Prefix, Rng, Utc, Ways};
use gb_gmm::bssgp::value::CellId;
use ip::{machine::radius::Retry, msg::radius::Secret};
use m2me_ue::{
    Command, Goal, radio,
    tre::{self, Fault, Image, tree::Device},
};
use operators::{ccif, dpf, drf, home, icf, pva, sho};
use provisioning::{
    credential::TreInfo,
    json::{Allowed, DpfAddress, Entry, TreId},
    pki::{Identity, Pki},
};
use sgsn_ggsn::{ggsn, sgsn};
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4},
    rc::Rc,
    time::Duration,
};
use store::Memory;
use transport::tls;
use wire::{Apn, Digits, MncLengths, Plmn, QosProfile, Rai};

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
/// MSIN of the first PCID, and of the SHO's first subscriber.
const FIRST: u64 = 1;

/// What several nodes have to agree on.
struct Makings {
    places: Places,
    setting: Setting,
    rng: Rng,
    pki: Pki,
    secret: Secret,
    op: Op,
    images: Vec<Image>,
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
        let m = Makings::new(setting, rng, now);
        let mut w = Self {
            layers: Rc::new(m.carriers()),
            nodes: Vec::new(),
            store: Memory::new(),
            orders: Vec::new(),
            subject: m.subject(scenario),
        };
        // the order of the ladder's columns
        let device = w.place(m.device(scenario));
        w.place(m.sgsn());
        w.place(m.icf());
        w.place(m.drf());
        w.place(m.dpf());
        w.place(m.ro_ggsn());
        w.place(m.home());
        w.place(m.sho());
        w.place(m.sho_ggsn());
        let pva = w.place(m.pva());
        let ccif = w.place(m.ccif());
        w.order("", ccif, AnyCommand::Ccif(m.make()));
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
    fn new(setting: Setting, rng: &Rng, now: Utc) -> Self {
        let pki = Pki::new(rng, now).expect("the lab's authorities");
        let identity = |plmn: &Plmn, host: &str| {
            let name = plmn_text(plmn);
            pki.operator(&name, host)
                .expect("an operator's certificate")
        };
        let mut secrets = rng.stream("secrets");
        Self {
            places: Places { net: setting.net },
            setting,
            secret: Secret::new(&secrets.array::<16>()),
            op: Op::from(secrets.array::<16>()),
            images: vec![
                Image::new("boot", VERSION, &b"boot loader"[..]),
                Image::new("os", VERSION, &b"operating system"[..]),
                Image::new("app", VERSION, &b"metering"[..]),
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
        let imsi = format!("{}{FIRST:010}", plmn_text(&SHO));
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

    fn at(&self, role: Role, port: u16) -> SocketAddr {
        self.places.at(role, port)
    }

    fn v4(&self, role: Role) -> Ipv4Addr {
        match self.places.ip(role) {
            IpAddr::V4(a) => a,
            IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
        }
    }

    fn url(&self, role: Role) -> String {
        format!("http://{}", self.at(role, HTTP))
    }

    fn stream(&self, role: Role) -> Rng {
        self.rng.stream(role.name())
    }

    fn placed(
        &self,
        role: Role,
        node: impl Into<AnyNode>,
        ports: Vec<(Port, Attach)>,
    ) -> Placed<AnyNode> {
        Placed::new(role.name(), node.into(), ports)
    }

    fn udp(&self, role: Role, port: u16) -> Attach {
        Attach::Udp(self.at(role, port))
    }

    /// Where a role's Diameter is, by the run's carrier.
    fn diameter_at(&self, role: Role) -> SocketAddr {
        let port = match self.setting.carrier {
            Carrier::Tls => diameter_s6a::TLS_PORT,
            _ => diameter_s6a::PORT,
        };
        self.at(role, port)
    }

    fn diameter(&self, role: Role) -> Attach {
        Attach::Listen(vec![(self.setting.carrier, self.diameter_at(role))])
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
        ];
        for (role, plmn, name) in nodes {
            let addresses = [self.places.ip(role)];
            let made = self
                .pki
                .transport(&plmn_text(&plmn), &host(name, &plmn), &addresses)
                .expect("a certificate for TLS");
            let chain: Vec<_> = made.chain.iter().map(|c| c.der().to_vec()).collect();
            let key = made.key.to_pkcs8().expect("a key for TLS");
            let roots = [self.pki.operators.cert.der().to_vec()];
            let identity = tls::Identity::new(&chain, &key, &roots, self.setting.secrets);
            all.identify(role.name(), identity.expect("an identity for TLS"));
        }
        all
    }

    fn listen(&self, role: Role, port: u16) -> Attach {
        Attach::listen(self.at(role, port))
    }

    fn dial(&self, role: Role) -> Attach {
        Attach::dial(self.places.ip(role))
    }

    fn issuer(&self) -> ccif::Issuer {
        ccif::Issuer {
            plmn: plmn_text(&RO),
            first: FIRST,
            size: 1000,
            op: self.op.clone(),
            server_id: host("dpf", &RO),
            rng: self.rng.stream("pcids"),
        }
    }

    /// The device's provisional credentials: what the CCIF issues, or in one scenario what it
    /// never has.
    fn entry(&self, scenario: &Scenario) -> Entry {
        let n = match scenario.twist {
            Twist::UnknownPcid => 99,
            _ => 0,
        };
        self.issuer().entry(n).expect("a PCID of the range")
    }

    fn dpf_address(&self) -> DpfAddress {
        DpfAddress {
            host: host("dpf", &RO),
            address: inner::DPF.to_string(),
            uri: dm_uri(),
            server_id: host("dpf", &RO),
        }
    }

    fn make(&self) -> ccif::Command {
        ccif::Command::Make {
            batch: "b-0000000000000001".into(),
            devices: vec![ccif::Blank {
                m2me_id: M2ME_ID.into(),
                device_type: DEVICE_TYPE.into(),
                tre: TreId {
                    id: TRE_ID.into(),
                    version: VERSION.into(),
                },
                key: self.pki.platform_key(TRE_ID),
                reference: tre::reference(&self.images),
            }],
        }
    }

    fn tre(&self, scenario: &Scenario) -> tre::Config {
        let key = self.pki.platform_key(TRE_ID);
        let info = TreInfo {
            tre_id: TRE_ID.into(),
            m2me_id: M2ME_ID.into(),
            device_type: DEVICE_TYPE.into(),
            version: VERSION.into(),
        };
        let credential = self.pki.credential(&info, &key.public(), &self.ocsp());
        tre::Config {
            id: TRE_ID.into(),
            version: VERSION.into(),
            m2me_id: M2ME_ID.into(),
            credential: credential
                .expect("a platform credential")
                .cert
                .der()
                .to_vec(),
            key,
            operators: self.pki.operators.cert.clone(),
            images: self.images.clone(),
            pcid: self.entry(scenario),
            capacity: 64 << 10,
            faults: match scenario.twist {
                Twist::WrongMeasurement => vec![Fault::Changed("boot".into())],
                _ => Vec::new(),
            },
            usim_fault: match scenario.twist {
                Twist::WrongKey => m2me_ue::usim::Fault::WrongKey,
                Twist::SqnAhead => m2me_ue::usim::Fault::Ahead(1 << 20),
                _ => m2me_ue::usim::Fault::None,
            },
        }
    }

    fn device(&self, scenario: &Scenario) -> Placed<AnyNode> {
        let digits = |text| Digits::new(text).expect("digits");
        let text = |t: &str| t.to_owned();
        let radio = radio::Config {
            sgsn: self.at(Role::Sgsn, GB),
            ns: (101, 101),
            bvci: 2,
            cell: CellId {
                rai: Rai::new(VNO, 1, 1),
                ci: 1,
            },
            ns_timers: Default::default(),
            // a type allocation code for tests, TS 23.003 6.2
            imei: digits("001017000000010"),
            imeisv: digits("0010170000000101"),
            qos: QosProfile::subscribed(),
        };
        let device = Device {
            man: text("Fosterling"),
            model: text("M2ME"),
            lang: text("en"),
            device_type: text(DEVICE_TYPE),
            oem: text("Fosterling"),
            firmware: text(VERSION),
            software: text(VERSION),
            hardware: text(VERSION),
        };
        let apn = |text| Apn::new(text).expect("an APN");
        let drf = SocketAddrV4::new(inner::DRF, INNER_HTTP);
        let rng = self.stream(Role::M2me);
        let mut c = m2me_ue::Config::new(
            self.tre(scenario),
            radio,
            device,
            apn(REGISTRATION_APN),
            drf,
            rng,
        );
        // nobody answers where the wall is: a short wait shows it as well as a long one
        c.times.probe = Duration::from_secs(2);
        c.goal = match scenario.twist {
            Twist::ForeignApn => Goal::Attach,
            Twist::WalledGarden => Goal::Connect,
            _ => Goal::Provision,
        };
        let node = m2me_ue::M2me::new(c).expect("a PCID that is an application");
        self.placed(
            Role::M2me,
            node,
            vec![(m2me_ue::GB, self.udp(Role::M2me, GB))],
        )
    }

    /// What the device is told, and when.
    fn device_orders(&self, scenario: &Scenario) -> Vec<(&'static str, Command)> {
        let mut orders = vec![("event.m2mes.made", Command::PowerOn)];
        match scenario.twist {
            Twist::ForeignApn => {
                let apn = Apn::new("internet").expect("an APN");
                orders.push(("event.m2me.attached", Command::ActivateApn(apn)));
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
        format!("{}/ocsp", self.url(Role::Pva))
    }

    fn sgsn(&self) -> Placed<AnyNode> {
        let mut c = sgsn::Config::new(VNO, &host("sgsn", &VNO), self.v4(Role::Sgsn));
        let mut routes = diameter_s6a::machine::Routes::default();
        for (role, plmn, name) in [(Role::Icf, RO, "icf"), (Role::Hlr, SHO, "hlr")] {
            let peer = host(name, &plmn);
            c.peers.push(sgsn::Peer {
                host: peer.clone(),
                address: self.diameter_at(role),
            });
            routes = routes.with(&plmn.realm(), application::S6A, Action::Peers(vec![peer]));
        }
        c.routes = routes;
        for (role, plmn) in [(Role::RoGgsn, RO), (Role::ShoGgsn, SHO)] {
            c.gateways.push(sgsn::Gateway {
                realm: Some(plmn.realm()),
                network_id: None,
                address: self.places.ip(role),
            });
        }
        let node = sgsn::Sgsn::new(c, self.stream(Role::Sgsn));
        self.placed(
            Role::Sgsn,
            node,
            vec![
                (sgsn::GB, self.udp(Role::Sgsn, GB)),
                (
                    sgsn::S6D,
                    Attach::Dial(self.places.ip(Role::Sgsn), Ways::all(self.setting.carrier)),
                ),
                (sgsn::GTP_C, self.udp(Role::Sgsn, gtp::CONTROL_PORT)),
                (sgsn::GTP_U, self.udp(Role::Sgsn, gtp::USER_PORT)),
            ],
        )
    }

    fn ro_ggsn(&self) -> Placed<AnyNode> {
        let mut c = ggsn::Config::new(self.v4(Role::RoGgsn), 1);
        let pool = pool(inner::RO_POOL);
        let wall = [inner::DRF, inner::DPF].map(|a| Prefix::host(a.into()));
        c.apns = vec![ggsn::ApnConfig::new(REGISTRATION_APN, pool, wall.to_vec())];
        c.accounting = Some(ggsn::Accounting {
            server: self.at(Role::Drf, RADIUS),
            secret: self.secret.clone(),
            retry: Retry::default(),
        });
        self.ggsn(Role::RoGgsn, c, "gi", pool)
    }

    fn sho_ggsn(&self) -> Placed<AnyNode> {
        let mut c = ggsn::Config::new(self.v4(Role::ShoGgsn), 1);
        let pool = pool(inner::SHO_POOL);
        let anybody = Prefix {
            address: Ipv4Addr::UNSPECIFIED.into(),
            len: 0,
        };
        let mut apn = ggsn::ApnConfig::new(OPERATIONAL_APN, pool, vec![anybody]);
        apn.report = ggsn::Report::Off;
        c.apns = vec![apn];
        self.ggsn(Role::ShoGgsn, c, "gi-sho", pool)
    }

    fn ggsn(
        &self,
        role: Role,
        c: ggsn::Config,
        net: &'static str,
        pool: Prefix,
    ) -> Placed<AnyNode> {
        let node = ggsn::Ggsn::new(c, &self.stream(role));
        self.placed(
            role,
            node,
            vec![
                (ggsn::GTP_C, self.udp(role, gtp::CONTROL_PORT)),
                (ggsn::GTP_U, self.udp(role, gtp::USER_PORT)),
                (ggsn::GI, Attach::Net(net, vec![pool])),
                // an ephemeral port of the kernel's would differ from run to run
                (ggsn::AAA, self.udp(role, 20_000)),
            ],
        )
    }

    fn icf(&self) -> Placed<AnyNode> {
        let mut hlr = hlr_auc::Config::new(host("icf", &RO), RO.realm());
        // steps 2 and 3 name the DRF once as the source of vectors (R13)
        hlr.aliases = vec![host("drf", &RO)];
        let port = hlr.port;
        let node = icf::Icf::new(icf::Config {
            hlr,
            key: self.icf.key.clone(),
            ccif: self.ccif.key.public(),
            plmn: plmn_text(&RO),
            drf: self.at(Role::Drf, HTTP),
            rng: self.stream(Role::Icf),
        });
        self.placed(
            Role::Icf,
            node,
            vec![
                (port, self.diameter(Role::Icf)),
                (icf::HTTP, self.listen(Role::Icf, HTTP)),
                (icf::DIAL, self.dial(Role::Icf)),
            ],
        )
    }

    fn drf(&self) -> Placed<AnyNode> {
        let node = drf::Drf::new(drf::Config {
            plmn: plmn_text(&RO),
            address: inner::DRF,
            port: INNER_HTTP,
            secret: self.secret.clone(),
            dpf: self.dpf_address(),
            dpf_api: self.url(Role::Dpf),
            relay: self.url(Role::Drf),
            pva: Some(self.at(Role::Pva, HTTP)),
            mode: drf::Mode::Resolve,
            shos: vec![drf::Sho {
                plmn: plmn_text(&SHO),
                name: "SHO".into(),
                api: self.at(Role::Sho, HTTP),
            }],
            table: vec![drf::Rule {
                sho: plmn_text(&SHO),
                ..Default::default()
            }],
            retry_after: 30,
            rng: self.stream(Role::Drf),
        });
        self.placed(
            Role::Drf,
            node,
            vec![
                (drf::HTTP, self.listen(Role::Drf, HTTP)),
                (drf::DIAL, self.dial(Role::Drf)),
                (drf::AAA, self.udp(Role::Drf, RADIUS)),
                (
                    drf::GI,
                    Attach::Net("gi", vec![Prefix::host(inner::DRF.into())]),
                ),
            ],
        )
    }

    fn dpf(&self) -> Placed<AnyNode> {
        let node = dpf::Dpf::new(dpf::Config {
            host: host("dpf", &RO),
            address: inner::DPF,
            port: INNER_HTTP,
            uri: dm_uri(),
            key: self.dpf.key.clone(),
            ccif: self.ccif.key.public(),
            shos: BTreeMap::from([(self.url(Role::Sho), self.at(Role::Sho, HTTP))]),
            max_msg_size: 1400,
            rng: self.stream(Role::Dpf),
        });
        self.placed(
            Role::Dpf,
            node,
            vec![
                (dpf::HTTP, self.listen(Role::Dpf, HTTP)),
                (dpf::DIAL, self.dial(Role::Dpf)),
                (
                    dpf::GI,
                    Attach::Net("gi", vec![Prefix::host(inner::DPF.into())]),
                ),
            ],
        )
    }

    fn home(&self) -> Placed<AnyNode> {
        let hlr = hlr_auc::Config::new(host("hlr", &SHO), SHO.realm());
        let port = hlr.port;
        let node = home::Home::new(home::Config {
            hlr,
            key: self.hlr.key.clone(),
            rng: self.stream(Role::Hlr),
        });
        self.placed(
            Role::Hlr,
            node,
            vec![
                (port, self.diameter(Role::Hlr)),
                (home::HTTP, self.listen(Role::Hlr, HTTP)),
            ],
        )
    }

    fn sho(&self) -> Placed<AnyNode> {
        let node = sho::Sho::new(sho::Config {
            plmn: plmn_text(&SHO),
            api: self.url(Role::Sho),
            identity: self.sho.clone(),
            op: Op::from(self.rng.stream("op of the SHO").array::<16>()),
            pva_root: self.pki.pva.cert.clone(),
            pva_verdicts: self.pki.verdicts.key.public(),
            pva: self.at(Role::Pva, HTTP),
            relay: false,
            hlr: self.at(Role::Hlr, HTTP),
            hlr_key: self.hlr.key.public(),
            apn: OPERATIONAL_APN.into(),
            access_class: 7,
            first_msin: FIRST,
            credentials: sho::Credentials::Known,
            rules: vec![sho::Rule::new("meters", sho::Outcome::Allow)],
            partners: vec![sho::Partner {
                plmn: plmn_text(&RO),
                dpf_host: host("dpf", &RO),
                dpf: self.at(Role::Dpf, HTTP),
                relay: self.at(Role::Drf, HTTP),
                icf: None,
            }],
            lifetime: 3600,
            rng: self.stream(Role::Sho),
        });
        self.placed(
            Role::Sho,
            node,
            vec![
                (sho::HTTP, self.listen(Role::Sho, HTTP)),
                (sho::DIAL, self.dial(Role::Sho)),
            ],
        )
    }

    fn pva(&self) -> Placed<AnyNode> {
        let node = pva::Pva::new(pva::Config {
            pki: self.pki.clone(),
            ocsp_uri: self.ocsp(),
            verdict_lifetime: 300,
            report_age: 120,
        });
        self.placed(
            Role::Pva,
            node,
            vec![(pva::HTTP, self.listen(Role::Pva, HTTP))],
        )
    }

    fn ccif(&self) -> Placed<AnyNode> {
        let receiver = |role, identity: &Identity| ccif::Receiver {
            api: self.at(role, HTTP),
            key: identity.key.public(),
        };
        let node = ccif::Ccif::new(ccif::Config {
            host: host("ccif", &RO),
            key: self.ccif.key.clone(),
            issuer: self.issuer(),
            allowed: Allowed {
                apn: REGISTRATION_APN.into(),
                lifetime: 3600,
            },
            validity: 365 * 86_400,
            icf: receiver(Role::Icf, &self.icf),
            dpf: receiver(Role::Dpf, &self.dpf),
            pva: self.at(Role::Pva, HTTP),
            api: self.at(Role::Ccif, HTTP),
            m2mes: "m2mes.example".into(),
            m2mes_key: self.m2mes.key.clone(),
            rng: self.stream(Role::Ccif),
        });
        self.placed(
            Role::Ccif,
            node,
            vec![
                (ccif::HTTP, self.listen(Role::Ccif, HTTP)),
                (ccif::DIAL, self.dial(Role::Ccif)),
            ],
        )
    }
}

/// A PLMN as JSON bodies write it: its digits.
fn plmn_text(p: &Plmn) -> String {
    p.to_string().replace('-', "")
}

/// A function's host name in its operator's realm (R3).
fn host(function: &str, p: &Plmn) -> String {
    format!("{function}.{}", p.realm())
}

fn dm_uri() -> String {
    format!("http://{}/dm", inner::DPF)
}

fn pool([a, b]: [u8; 2]) -> Prefix {
    Prefix {
        address: Ipv4Addr::new(a, b, 0, 0).into(),
        len: 16,
    }
}
