//! What several nodes have to agree on: addresses, names, keys.
use crate::{
    build::plmn_text,
    carriers::Carriers,
    config::{
        roles::visited,
        sections::{Listen, Peer},
        types::{At, HostName, Span, Transport, Word},
    },
    places::{Inner, Places, Role, Site},
    run::{Setting, Subject},
    scenarios::{Scenario, Twist},
    topology::Layout,
};
use engine::{Carrier, Rng, Utc};
use operators::ccif;
use provisioning::{
    json::Entry,
    pki::{Identity, Pki},
    text,
};
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};
use transport::tls;
use wire::{Apn, MncLengths, Plmn};

/// Ports on sockets: an ordinary user cannot take those below 1024.
pub(super) const HTTP: u16 = 8080;
pub(super) const RADIUS: u16 = 1813;
pub(super) const GB: u16 = 2157;
/// HTTP inside tunnels, where every port is free.
pub(super) const INNER_HTTP: u16 = 80;

pub(crate) const REGISTRATION_APN: &str = "ro.m2m";
pub(crate) const OPERATIONAL_APN: &str = "internet.sho";
pub(super) const M2MES: &str = "m2mes.example";
pub(super) const DEVICE_TYPE: &str = "meter-1";
pub(super) const VERSION: &str = "1.0";
/// MSIN of the first PCID, and of an SHO's first subscriber.
pub(super) const FIRST: u64 = 1;
pub(super) const PCIDS: u64 = 1000;

/// A machine as its maker knows it.
pub(super) struct Machine {
    /// Its id.
    pub id: String,
    /// Its TRE's id.
    pub tre: String,
}

/// What several nodes have to agree on.
pub(super) struct Makings {
    pub places: Places,
    pub layout: Layout,
    pub setting: Setting,
    pub twist: Twist,
    /// The threat that it is about.
    pub threat: Option<u8>,
    /// The visited network is one of others.
    pub stock: bool,
    pub rng: Rng,
    pub pki: Pki,
    /// The authorities of forgers.
    pub forgers: Pki,
    pub secret: Word,
    pub op: [u8; 16],
    /// Where serial numbers of platform credentials come from.
    pub serials: [u8; 32],
    pub software: Vec<visited::Component>,
    /// Who signs and opens what.
    identities: BTreeMap<Site, Identity>,
    pub m2mes: Identity,
}

impl Makings {
    pub fn new(setting: Setting, scenario: &Scenario, rng: &Rng, now: Utc) -> Self {
        let setting = Setting {
            signalling: scenario.signalling.unwrap_or(setting.signalling),
            ..setting
        };
        let layout = scenario.layout(setting.signalling);
        let (topology, devices) = match setting.topology {
            Some(plan) => (plan.topology.clone(), plan.machines),
            None => (layout.topology(), layout.devices),
        };
        let places = Places::new(setting.net, &topology, devices);
        let mut pki = Pki::new(rng, now).expect("the lab's authorities");
        let serials = rng.stream("serial numbers").array();
        pki.pva.rng = Rng::from_seed(serials);
        let mut secrets = rng.stream("secrets");
        let component = |name: &str, code: &str| visited::Component {
            name: name.into(),
            version: VERSION.into(),
            code: code.into(),
        };
        let signs = |role| {
            matches!(
                role,
                Role::Icf | Role::Dpf | Role::Sho | Role::Hlr | Role::Ccif
            )
        };
        let identities = places
            .spots()
            .iter()
            .filter(|s| signs(s.site.role))
            .map(|s| {
                // an issuer has the PLMN of the registration operator that it works for
                let plmn = s.plmn.or_else(|| {
                    places
                        .spot(Site {
                            role: Role::Icf,
                            n: s.site.n,
                        })?
                        .plmn
                });
                let plmn = plmn.expect("an operator that signs has a PLMN");
                let host = match s.site.role {
                    Role::Ccif => issuer(&places, s.site.n, &plmn),
                    role => host(role.word(), &plmn),
                };
                let made = pki.operator(&plmn_text(plmn), &host);
                (s.site, made.expect("an operator's certificate"))
            })
            .collect();
        let ro = plmn_of(&places, Role::Icf, 0);
        let m2mes = pki.operator(&plmn_text(ro), M2MES);
        Self {
            places,
            layout,
            setting,
            twist: scenario.twist,
            threat: scenario.threats.first().copied(),
            stock: scenario.stock,
            secret: Word(text::hex(&secrets.array::<16>())),
            op: secrets.array(),
            serials,
            software: vec![
                component("boot", "boot loader"),
                component("os", "operating system"),
                component("app", "metering"),
            ],
            identities,
            m2mes: m2mes.expect("a supplier's certificate"),
            rng: rng.clone(),
            forgers: Pki::new(&rng.stream("forgers"), now).expect("the forgers' authorities"),
            pki,
        }
    }

    pub fn subject(&self) -> Subject {
        let pcid = |n| self.entry(n).pcid.parse().expect("a PCID is an IMSI");
        Subject {
            pcids: self.places.all(Role::M2me).map(pcid).collect(),
            registration_apn: REGISTRATION_APN.into(),
            operational_apn: OPERATIONAL_APN.into(),
            mnc_lengths: MncLengths::test_networks(),
            threat: self.threat,
        }
    }

    /// Who signs in a function's name, certified by somebody whom no operator knows.
    pub fn forger(&self, role: Role, n: u8) -> Identity {
        let plmn = self.plmn(role, n);
        let made = self
            .forgers
            .operator(&plmn_text(plmn), &host(role.word(), &plmn));
        made.expect("a forger's certificate")
    }

    /// Whether what is done against this threat is switched off.
    pub fn weak(&self, threat: u8) -> bool {
        self.setting.weaken == Some(threat)
    }

    /// The visited network of the `n`th machine.
    pub fn vno_of(&self, n: u8) -> u8 {
        n % self.places.count(Role::Sgsn).max(1)
    }

    /// The registration operator of the `n`th machine's PCID.
    pub fn ro_of(&self, n: u8) -> u8 {
        n % self.places.count(Role::Icf).max(1)
    }

    /// The home operator that the `n`th machine is meant for.
    pub fn sho_of(&self, n: u8) -> u8 {
        n % self.places.count(Role::Sho).max(1)
    }

    /// The `n`th machine.
    pub fn machine(&self, n: u8) -> Machine {
        let number = u16::from(n) + 1;
        Machine {
            id: format!("urn:m2me:00a0b1c2d3e4f5{number:02x}"),
            tre: format!("tre-00a0b1c2d3e4f5{number:02x}"),
        }
    }

    pub fn plmn(&self, role: Role, n: u8) -> Plmn {
        plmn_of(&self.places, role, n)
    }

    /// Who signs and opens what.
    pub fn identities(&self) -> &BTreeMap<Site, Identity> {
        &self.identities
    }

    pub fn identity(&self, role: Role, n: u8) -> &Identity {
        &self.identities[&Site { role, n }]
    }

    pub fn at<const P: u16>(&self, role: Role, n: u8) -> At<P> {
        At(self.places.at(Site { role, n }, P))
    }

    pub fn ip(&self, role: Role, n: u8) -> IpAddr {
        self.places.ip(Site { role, n })
    }

    pub fn v4(&self, role: Role, n: u8) -> Ipv4Addr {
        match self.ip(role, n) {
            IpAddr::V4(a) => a,
            IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
        }
    }

    /// Where a function's Diameter is, by the run's carrier.
    pub fn diameter_at(&self, role: Role, n: u8) -> At<3868> {
        let port = match self.setting.carrier {
            Carrier::Tls => diameter_s6a::TLS_PORT,
            _ => diameter_s6a::PORT,
        };
        At(self.places.at(Site { role, n }, port))
    }

    /// Certificates of the Diameter nodes, where TLS carries it.
    pub fn carriers(&self) -> Carriers {
        let mut all = Carriers::default();
        if self.setting.carrier != Carrier::Tls {
            return all;
        }
        // a rogue has what any network has
        let speaks = |role| {
            let network = [Role::Sgsn, Role::Icf, Role::Hlr, Role::Dra, Role::Rogue];
            network.contains(&role)
        };
        for spot in self.places.spots().iter().filter(|s| speaks(s.site.role)) {
            let Some(plmn) = spot.plmn else { continue };
            let addresses = [self.places.ip(spot.site)];
            let made = self
                .pki
                .transport(
                    &plmn_text(plmn),
                    &host(spot.site.role.word(), &plmn),
                    &addresses,
                )
                .expect("a certificate for TLS");
            let chain: Vec<_> = made.chain.iter().map(|c| c.der().to_vec()).collect();
            let key = made.key.to_pkcs8().expect("a key for TLS");
            let roots = [self.pki.operators.cert.der().to_vec()];
            let identity = tls::Identity::new(&chain, &key, &roots, self.setting.secrets);
            all.identify(
                &spot.site.to_string(),
                identity.expect("an identity for TLS"),
            );
        }
        all
    }

    pub fn listen(&self, role: Role, n: u8) -> Vec<Listen> {
        vec![Listen {
            address: self.diameter_at(role, n),
            transport: Transport::Fixed(self.setting.carrier),
        }]
    }

    /// A Diameter peer that serves its network's realm.
    pub fn peer(&self, role: Role, n: u8) -> Peer {
        let plmn = self.plmn(role, n);
        Peer {
            host: HostName(host(role.word(), &plmn)),
            address: self.diameter_at(role, n),
            transport: Transport::Fixed(self.setting.carrier),
            realms: vec![HostName(plmn.realm())],
            default: false,
        }
    }

    /// All who hold subscribers, provisional ones or others.
    pub fn homes(&self) -> Vec<Peer> {
        let of = |role| self.places.all(role).map(move |n| self.peer(role, n));
        of(Role::Icf).chain(of(Role::Hlr)).collect()
    }

    /// Where the secrets of the `n`th CCIF's PCIDs come from.
    pub fn pcids(&self, n: u8) -> [u8; 32] {
        self.rng.stream(&of("seed of PCIDs", n)).array()
    }

    /// Whether all machines have one PCID, with the same key.
    pub fn shares(&self) -> bool {
        matches!(
            self.twist,
            Twist::SharedPcid | Twist::SharedPcidLast | Twist::SharedPcidQueue | Twist::ResyncStorm
        )
    }

    /// The CCIF that issues the `n`th machine's PCID.
    pub fn issuer_of(&self, n: u8) -> u8 {
        match self.twist {
            // the one that is not the supplier's
            Twist::ThirdPartyCcif => self.places.count(Role::Icf),
            Twist::DuplicateBatch => n,
            _ => self.ro_of(n),
        }
    }

    /// The registration operator that the `n`th CCIF issues for.
    pub fn ro_of_issuer(&self, n: u8) -> u8 {
        n % self.places.count(Role::Icf).max(1)
    }

    /// The name of the `n`th CCIF.
    pub fn issuer(&self, n: u8) -> String {
        issuer(&self.places, n, &self.plmn(Role::Icf, self.ro_of_issuer(n)))
    }

    /// The `n`th machine's provisional credentials: what the CCIF issues, or in one scenario what
    /// it never has.
    pub fn entry(&self, n: u8) -> Entry {
        let ro = self.ro_of(n);
        let first = |n| ccif::Number { n, generation: 0 };
        let number = match self.twist {
            Twist::UnknownPcid => first(99),
            // each CCIF begins with the same one
            Twist::DuplicateBatch => first(0),
            // what the first machine has given back
            Twist::ReissuedPcid => ccif::Number {
                n: 0,
                generation: n.into(),
            },
            // all have the same one
            _ if self.shares() => first(0),
            _ => first(u64::from(n / self.places.count(Role::Icf).max(1))),
        };
        let plmn = self.plmn(Role::Icf, ro);
        let issuer = ccif::Issuer {
            plmn: plmn_text(plmn),
            first: FIRST,
            size: PCIDS,
            op: self.op.into(),
            server_id: host("dpf", &plmn),
            rng: Rng::from_seed(self.pcids(self.issuer_of(n))),
        };
        issuer.entry(number).expect("a PCID of the range")
    }

    /// The inner address of a DRF or DPF.
    pub fn inner(&self, role: Role, n: u8) -> Ipv4Addr {
        match role {
            Role::Dpf => Inner(n).dpf(),
            _ => Inner(n).drf(),
        }
    }
}

fn plmn_of(places: &Places, role: Role, n: u8) -> Plmn {
    let spot = places.spot(Site { role, n });
    spot.and_then(|s| s.plmn)
        .expect("an operator with a network")
}

/// A function's host name in its operator's realm (R3).
pub(crate) fn host(function: &str, p: &Plmn) -> String {
    format!("{function}.{}", p.realm())
}

/// The name of a CCIF: a third party's has a number.
fn issuer(places: &Places, n: u8, plmn: &Plmn) -> String {
    match n < places.count(Role::Icf) {
        true => host("ccif", plmn),
        false => host(&format!("ccif-{}", u16::from(n) + 1), plmn),
    }
}

/// The name of a source of randomness, and those of further ones of its kind.
pub(super) fn of(name: &str, n: u8) -> String {
    match n {
        0 => name.to_owned(),
        n => format!("{name} {}", u16::from(n) + 1),
    }
}

pub(super) fn apn(text: &str) -> Apn {
    Apn::new(text).expect("an APN")
}

pub(super) fn secs(n: u64) -> Span {
    Span(Duration::from_secs(n))
}
