//! Home operators, and the authority that validates platforms.
use super::{
    makings::{FIRST, HTTP, Makings, OPERATIONAL_APN, apn, of, secs},
    registration::{RULE, spoofed},
};
use crate::{
    config::{
        roles::home,
        sections::Store,
        types::{Chain, Hex},
    },
    places::Role,
    scenarios::Twist,
};
use operators::sho;

impl Makings {
    pub fn home(&self, n: u8) -> home::Hlr {
        home::Hlr {
            plmn: self.plmn(Role::Hlr, n),
            host: None,
            realm: None,
            listen: self.listen(Role::Hlr, n),
            peers: Vec::new(),
            http: self.at(Role::Hlr, n),
            key: self.identity(Role::Hlr, n).key.clone(),
            watchdog: secs(30),
            concurrency: Default::default(),
            realm_must_match_plmn: !self.weak(3),
            origin_must_match_peer: !self.weak(4),
            gsup: self.hlr_gsup(Role::Hlr, n),
            map: self.hlr_map(Role::Hlr, n),
            store: Store::Memory,
            subscriber: Vec::new(),
        }
    }

    pub fn sho(&self, n: u8) -> home::Sho {
        // T11: what it signs leads to an authority of its own
        let forged = (self.twist == Twist::ForgedSho).then(|| self.forger(Role::Sho, n));
        let identity = forged.as_ref().unwrap_or(self.identity(Role::Sho, n));
        home::Sho {
            store: Store::Memory,
            plmn: self.plmn(Role::Sho, n),
            http: self.at(Role::Sho, n),
            key: identity.key.clone(),
            certificate: Chain(identity.chain.clone()),
            op: Hex(self.rng.stream(&of("op of the SHO", n)).array::<16>()),
            pva_root: self.pki.pva.root.cert.clone(),
            pva_verdicts: self.pki.pva.verdicts.key.public(),
            pva: self.at(Role::Pva, 0),
            relay: self.twist == Twist::Relayed,
            hlr: self.at(Role::Hlr, n),
            hlr_key: self.identity(Role::Hlr, n).key.public(),
            apn: apn(OPERATIONAL_APN),
            access_class: 7,
            first_msin: FIRST,
            checks_identity: !self.weak(7),
            checks_ocsp: !self.weak(9),
            seals: !self.weak(19),
            // another TRE's
            seals_to: (self.twist == Twist::WrongSealingKey)
                .then(|| self.pki.platform_key("tre-of-somebody-else").public()),
            credentials: match self.twist {
                Twist::OnDevice | Twist::LargeMcim => sho::Credentials::OnDevice,
                _ => sho::Credentials::Known,
            },
            dpf_rule: self.by_rule().then(|| RULE.into()),
            rule: self.rules(),
            policy: None,
            partner: self
                .places
                .all(Role::Drf)
                .map(|ro| home::Partner {
                    plmn: self.plmn(Role::Drf, ro),
                    // weakened, it takes whatever DPF it is told
                    dpf_host: (self.twist == Twist::SpoofedDrf && self.weak(6)).then(spoofed),
                    dpf: self.at(Role::Dpf, ro),
                    relay: self.at(Role::Drf, ro),
                    icf: matches!(self.twist, Twist::Release | Twist::Decommission)
                        .then(|| self.at(Role::Icf, ro)),
                    releases_early: self.twist != Twist::Decommission,
                })
                .collect(),
            lifetime: secs(match self.twist {
                Twist::NeverAttached => 3,
                _ => 3600,
            }),
            attach_within: (self.twist == Twist::NeverAttached).then(|| secs(1)),
        }
    }

    /// The home operators' policy.
    fn rules(&self) -> Vec<home::Rule> {
        let rule = |name: &str, outcome| home::Rule {
            name: name.into(),
            outcome,
            device_type: None,
            visited: None,
            location: None,
            validation: None,
            tre_version: None,
            at_most: None,
            pcid_age: None,
        };
        let meters = match self.twist {
            Twist::Policy(outcome) => outcome,
            _ => sho::Outcome::Allow,
        };
        let repairs = home::Rule {
            validation: Some(vec![sho::Validation::Integrity]),
            ..rule("repair", sho::Outcome::Remediate)
        };
        let repairs = (self.twist == Twist::Repair).then_some(repairs);
        repairs
            .into_iter()
            .chain([rule("meters", meters)])
            .collect()
    }

    /// Where the PVA answers OCSP.
    pub fn ocsp(&self) -> String {
        format!("http://{}/ocsp", self.at::<HTTP>(Role::Pva, 0).0)
    }

    pub fn pva(&self) -> home::Pva {
        let p = &self.pki.pva;
        let verdicts = p.verdicts.chain.first().unwrap_or(&p.root.cert);
        home::Pva {
            store: Store::Memory,
            http: self.at(Role::Pva, 0),
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
            checks_identity: !self.weak(7),
            checks_measurements: !self.weak(8),
        }
    }
}
