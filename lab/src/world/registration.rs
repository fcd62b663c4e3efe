//! Registration operators: ICF, DRF, DPF, and who issues their PCIDs.
use super::made;
use super::makings::{
    DEVICE_TYPE, FIRST, INNER_HTTP, M2MES, Makings, PCIDS, REGISTRATION_APN, VERSION, apn, host,
    of, secs,
};
use crate::{
    build::{self, plmn_text},
    config::{
        roles::registration,
        sections::{HomeOperator, Inner, Network, Route, Store, Tunnel},
        types::{At, Chain, Hex, HostName, Word},
    },
    nodes::AnyCommand,
    places::{Inner as Gi, Role, Site},
    scenarios::Twist,
};
use hlr_auc::Concurrency;
use operators::{dpf::Call, drf};
use provisioning::{bootstrap::Sec, dm::AuthType, key::PublicKey};
use std::net::SocketAddr;
use wire::Plmn;

/// The rule by which a DPF makes packages (R31).
pub(super) const RULE: &str = "meters";

/// The DPF that a spoofed DRF leads to (T6).
pub(super) fn spoofed() -> HostName {
    HostName("dpf.epc.mnc099.mcc999.3gppnetwork.org".into())
}

impl Makings {
    /// A function's place on its registration operator's Gi network.
    fn place(&self, role: Role, n: u8) -> Inner {
        Inner {
            address: self.inner(role, n),
            port: INNER_HTTP,
            network: Network::Ro(n),
            // another host is where the gateway is somebody else's
            tunnel: self.stock.then(|| Tunnel {
                address: self.at(role, n),
                route: vec![Route {
                    prefix: Gi(n).ro_pool(),
                    address: self.at(Role::RoGgsn, n),
                }],
            }),
        }
    }

    pub fn icf(&self, n: u8) -> registration::Icf {
        let plmn = self.plmn(Role::Icf, n);
        let validated = self.twist == Twist::ValidatedFirst;
        registration::Icf {
            plmn,
            host: None,
            realm: None,
            // steps 2 and 3 name the DRF once as the source of vectors (R13)
            aliases: vec![HostName(host("drf", &plmn))],
            listen: self.listen(Role::Icf, n),
            peers: Vec::new(),
            http: self.at(Role::Icf, n),
            drf: self.at(Role::Drf, n),
            key: self.identity(Role::Icf, n).key.clone(),
            ccif: self.identity(Role::Ccif, n).key.public(),
            third_party_ccif: self.third_party(),
            quarantine: matches!(self.twist, Twist::ReissuedPcid | Twist::Decommission)
                .then(|| secs(2)),
            returns: matches!(self.twist, Twist::ReissuedPcid | Twist::Decommission)
                .then(|| self.at(Role::Ccif, n)),
            pva: validated.then(|| self.at(Role::Pva, 0)),
            pva_verdicts: validated.then(|| self.pki.pva.verdicts.key.public()),
            watchdog: secs(30),
            concurrency: match self.twist {
                Twist::SharedPcid if !self.weak(14) => Concurrency::FirstWins,
                Twist::SharedPcidQueue if !self.weak(14) => Concurrency::Queue,
                _ => Concurrency::LastWins,
            },
            realm_must_match_plmn: !self.weak(3),
            origin_must_match_peer: !self.weak(4),
            // somebody else's network, a test one as well
            roaming: match self.twist {
                Twist::NoRoaming => vec![Plmn {
                    mcc: 1,
                    mnc: 99,
                    mnc_digits: 2,
                }],
                _ => Vec::new(),
            },
            makes_vectors: self.twist != Twist::NoVectors,
            gsup: self.hlr_gsup(Role::Icf, n),
            map: self.hlr_map(Role::Icf, n),
            store: Store::Memory,
        }
    }

    pub fn drf(&self, n: u8) -> registration::Drf {
        let plmn = |role, n| self.plmn(role, n);
        let homes = self.places.all(Role::Sho);
        let several = self.places.count(Role::Sho) > 1;
        // where there is one home operator, every machine is its own
        let claims: Vec<(Plmn, Option<String>)> = match several {
            _ if self.twist == Twist::NoSho => Vec::new(),
            _ if self.twist == Twist::TwoClaims => {
                let all = self.places.all(Role::Sho);
                all.map(|n| (plmn(Role::Sho, n), None)).collect()
            }
            false => vec![(plmn(Role::Sho, 0), None)],
            true => self
                .places
                .all(Role::M2me)
                .map(|m| (plmn(Role::Sho, self.sho_of(m)), Some(self.machine(m).id)))
                .collect(),
        };
        registration::Drf {
            store: Store::Memory,
            plmn: plmn(Role::Drf, n),
            http: self.at(Role::Drf, n),
            accounting: None,
            secret: self.secret.clone(),
            platform_root: (self.stock || self.access().is_some())
                .then(|| self.pki.pva.root.cert.clone()),
            without_icf: self.access().is_some(),
            inner: self.place(Role::Drf, n),
            dpf_host: (self.twist == Twist::SpoofedDrf).then(spoofed),
            dpf_inner: At(SocketAddr::new(self.inner(Role::Dpf, n).into(), INNER_HTTP)),
            dpf: self.at(Role::Dpf, n),
            pva: Some(self.at(Role::Pva, 0)),
            mode: match self.twist {
                Twist::Referral => drf::Mode::Referral,
                _ => drf::Mode::Resolve,
            },
            sho: homes
                .map(|s| HomeOperator {
                    plmn: plmn(Role::Sho, s),
                    name: Site {
                        role: Role::Sho,
                        n: s,
                    }
                    .to_string(),
                    api: self.at(Role::Sho, s),
                })
                .collect(),
            rule: claims
                .into_iter()
                .map(|(sho, m2me_id)| registration::Claim {
                    sho,
                    m2me_id,
                    device_type: None,
                })
                .collect(),
            retry_after: secs(30),
        }
    }

    pub fn dpf(&self, n: u8) -> registration::Dpf {
        registration::Dpf {
            store: Store::Memory,
            plmn: self.plmn(Role::Dpf, n),
            host: None,
            http: self.at(Role::Dpf, n),
            inner: self.place(Role::Dpf, n),
            key: self.identity(Role::Dpf, n).key.clone(),
            ccif: self.identity(Role::Ccif, n).key.public(),
            third_party_ccif: self.third_party(),
            shos: self
                .places
                .all(Role::Sho)
                .map(|s| self.at(Role::Sho, s))
                .collect(),
            max_msg_size: match self.twist {
                Twist::LargeMcim => 640,
                // shorter than anything that a device says first
                Twist::MessageTooBig => 200,
                _ => 1400,
            },
            auth: self.auth(),
            proves_itself: self.twist != Twist::NoCredential,
            atomic: matches!(self.twist, Twist::InstallFails | Twist::WrongSealingKey),
            insider: self.twist == Twist::Insider,
            bootstrap: match self.twist {
                Twist::Called => Call::Notification,
                Twist::BootstrapCp | Twist::NetwPinOnly | Twist::ForgedBootstrap => {
                    Call::ClientProvisioning
                }
                Twist::BootstrapDm => Call::Profile,
                _ => Call::Nothing,
            },
            bootstrap_security: match self.twist {
                Twist::NetwPinOnly => Sec::NetwPin,
                Twist::BootstrapDm => Sec::UserPin,
                _ => Sec::UserNetwPin,
            },
            // who forges it knows the PCID, and has to guess the PIN
            bootstrap_pin: (self.twist == Twist::ForgedBootstrap).then(|| Word("1234".into())),
            rule: match self.by_rule() {
                true => self
                    .places
                    .all(Role::Sho)
                    .map(|s| self.package_rule(n, s))
                    .collect(),
                false => Vec::new(),
            },
        }
    }

    /// The third party's CCIF that the registration operators believe, where there is one.
    fn third_party(&self) -> Option<PublicKey> {
        let third = self.places.count(Role::Icf);
        let there = self.places.count(Role::Ccif) > third;
        there.then(|| self.identity(Role::Ccif, third).key.public())
    }

    /// What CCIFs are told, and when: all machines of each at the start, or where one comes after
    /// another each by itself.
    pub fn batches(&self) -> Vec<(Vec<String>, u8, AnyCommand)> {
        let mut all = Vec::new();
        for n in self.places.all(Role::Ccif) {
            let whole = self.ccif(n);
            let one_by_one = matches!(self.twist, Twist::ExhaustedRange | Twist::ReissuedPcid);
            let each = if one_by_one { 1 } else { usize::from(u8::MAX) };
            for (i, devices) in whole.device.chunks(each).enumerate() {
                let when = match (self.twist, n, i) {
                    (Twist::ReissuedPcid, _, 1) => vec!["event.ccif.returned".to_owned()],
                    (_, 0, 0) => Vec::new(),
                    (Twist::ExhaustedRange | Twist::DuplicateBatch, ..) => vec![made(0)],
                    _ => Vec::new(),
                };
                let number = u16::from(n) + 1 + u16::try_from(i).unwrap_or_default();
                let batch = format!("b-{number:016}");
                let some = registration::Ccif {
                    device: devices.to_vec(),
                    ..whole.clone()
                };
                all.push((when, n, build::ccif_order(&some, &batch)));
            }
        }
        all
    }

    /// Whether the DPF makes packages (R31).
    pub fn by_rule(&self) -> bool {
        matches!(self.twist, Twist::DpfRule | Twist::DpfRuleUsedUp)
    }

    /// What the `s`th home operator has given the `n`th registration operator's DPF.
    fn package_rule(&self, n: u8, s: u8) -> registration::PackageRule {
        let sho = self.sho(s);
        let name = host("dpf", &self.plmn(Role::Dpf, n));
        let signer = self.pki.operator(&plmn_text(sho.plmn), &name);
        let signer = signer.expect("a certificate in the home operator's name");
        registration::PackageRule {
            name: RULE.into(),
            plmn: sho.plmn,
            api: sho.http,
            first_msin: FIRST,
            size: u64::from(self.twist == Twist::DpfRule).saturating_mul(PCIDS),
            op: sho.op,
            seed: Hex(self.rng.stream(&of("keys of the rule", s)).array()),
            apn: sho.apn,
            access_class: sho.access_class,
            key: signer.key,
            certificate: Chain(signer.chain),
            sho: sho.key.public(),
        }
    }

    /// How machines and DPFs authenticate.
    pub fn auth(&self) -> AuthType {
        match self.twist {
            Twist::Auth(method) => method,
            _ => AuthType::Md5,
        }
    }

    pub fn ccif(&self, n: u8) -> registration::Ccif {
        let ro = self.ro_of_issuer(n);
        let receiver = |role| registration::Receiver {
            api: self.at(role, ro),
            key: self.identity(role, ro).key.public(),
        };
        let makes = |m: &u8| match self.twist {
            Twist::DuplicateBatch => self.issuer_of(*m) == n,
            _ => self.ro_of(*m) == n,
        };
        let mine = self.places.all(Role::M2me).filter(makes);
        // the supplier's own CCIF issues nothing then
        let third_party =
            (self.twist == Twist::ThirdPartyCcif && n == 0).then(|| self.issuer_of(0));
        registration::Ccif {
            store: Store::Memory,
            plmn: self.plmn(Role::Icf, ro),
            host: Some(HostName(self.issuer(n))),
            http: self.at(Role::Ccif, n),
            key: self.identity(Role::Ccif, n).key.clone(),
            m2mes: M2MES.into(),
            m2mes_key: self.m2mes.key.clone(),
            orders_at: third_party.map(|i| self.at(Role::Ccif, i)),
            ordered_from: third_party.map(|i| self.identity(Role::Ccif, i).key.public()),
            first: FIRST,
            size: match self.twist {
                Twist::ExhaustedRange | Twist::ReissuedPcid => 1,
                _ => PCIDS,
            },
            op: Hex(self.op),
            seed: Hex(self.pcids(n)),
            apn: apn(REGISTRATION_APN),
            lifetime: secs(match self.twist {
                Twist::ShortAccess => 3,
                _ => 3600,
            }),
            validity: match self.twist {
                Twist::ExpiredPcid => secs(2),
                _ => secs(365 * 86_400),
            },
            icf: receiver(Role::Icf),
            dpf: receiver(Role::Dpf),
            dpf_host: None,
            pva: self.at(Role::Pva, 0),
            validates: self.twist == Twist::ValidatedFirst,
            again: secs(2),
            software: self.software.clone(),
            device: mine
                .map(|m| {
                    let machine = self.machine(m);
                    registration::Blank {
                        key: self.pki.platform_key(&machine.tre),
                        id: machine.id,
                        tre: machine.tre,
                        version: VERSION.into(),
                        device_type: DEVICE_TYPE.into(),
                        sound: self.twist != Twist::ValidatedFirst || m == 0,
                    }
                })
                .collect(),
        }
    }
}
