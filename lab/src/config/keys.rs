//! Keys and certificates for a lab: made once, from one seed, carried to its hosts.
use super::types::to_pem;
use crate::config::types::Hex;
use engine::{Rng, Utc};
use operators::ccif::Issuer;
use provisioning::{
    Result,
    credential::TreInfo,
    key::{Key, PublicKey},
    pki::Pki,
    text,
    x509::Cert,
};
use std::net::IpAddr;
use wire::Plmn;

/// A lab that keys are made for.
#[derive(Debug, Clone)]
pub struct Lab {
    /// The registration operator.
    pub ro: Plmn,
    /// The home operator.
    pub sho: Plmn,
    /// Where the status of platform credentials is asked.
    pub ocsp_uri: String,
    /// How many machines there are.
    pub devices: u32,
    /// What kind of machine they are.
    pub device_type: String,
    /// The version of their TREs.
    pub version: String,
    /// Hosts that get a certificate for TLS: their names and addresses.
    pub tls: Vec<(String, Vec<IpAddr>)>,
}

/// A file of the lab.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub text: String,
    /// Whether it is for its owner alone.
    pub secret: bool,
    /// Which host needs it.
    pub whose: &'static str,
}

/// Names of a machine and of its TRE: the same number gives the same ones.
pub fn device_names(n: u32) -> (String, String) {
    let serial = 0xf501u32.saturating_add(n);
    let names = format!("00a0b1c2d3e4{serial:04x}");
    (format!("urn:m2me:{names}"), format!("tre-{names}"))
}

/// Makes all files of a lab.
///
/// # Errors
/// Where a certificate cannot be made.
pub fn make(lab: &Lab, rng: &Rng, now: Utc) -> Result<Vec<Made>> {
    let mut files = Files(Vec::new());
    let pki = Pki::new(rng, now)?;
    let mut pva = pki.pva.clone();
    let serials: [u8; 32] = rng.stream("serial numbers").array();
    pva.rng = Rng::from_seed(serials);

    files.cert("operators.pem", &pki.operators.cert, "m2me");
    files.cert("pva/root.pem", &pva.root.cert, "pva, sho");
    files.key("pva/root.key", &pva.root.key, "pva")?;
    files.cert("pva/ocsp.pem", &pva.responder.cert, "pva");
    files.key("pva/ocsp.key", &pva.responder.key, "pva")?;
    for cert in &pva.verdicts.chain {
        files.cert("pva/verdicts.pem", cert, "pva, sho");
    }
    files.key("pva/verdicts.key", &pva.verdicts.key, "pva")?;
    files.hex("pva/serials.seed", &Hex(serials), "pva");

    let (ro, sho) = (digits(lab.ro), digits(lab.sho));
    let host = |function: &str, p: Plmn| format!("{function}.{}", p.realm());
    for (name, whose) in [("icf", "icf"), ("dpf", "dpf"), ("ccif", "ccif")] {
        let identity = pki.operator(&ro, &host(name, lab.ro))?;
        files.key(&format!("{name}.key"), &identity.key, whose)?;
        files.public(
            &format!("{name}.pub"),
            &identity.key.public(),
            "ccif, icf, dpf",
        );
    }
    let m2mes = pki.operator(&ro, "m2mes.example")?;
    files.key("m2mes.key", &m2mes.key, "ccif")?;
    let hlr = pki.operator(&sho, &host("hlr", lab.sho))?;
    files.key("hlr.key", &hlr.key, "hlr")?;
    files.public("hlr.pub", &hlr.key.public(), "sho");
    let identity = pki.operator(&sho, &host("sho", lab.sho))?;
    files.key("sho.key", &identity.key, "sho")?;
    let chain: Vec<String> = identity.chain.iter().map(pem).collect();
    files.add("sho.pem", chain.concat(), false, "sho");

    for (name, addresses) in &lab.tls {
        let realm = name.split_once('.').map_or(name.as_str(), |n| n.1);
        let made = pki.transport(realm, name, addresses)?;
        let chain: Vec<String> = made.chain.iter().map(pem).collect();
        files.add(
            &format!("tls/{name}.pem"),
            chain.concat(),
            false,
            "that host",
        );
        files.key(&format!("tls/{name}.key"), &made.key, "that host")?;
    }

    let mut secrets = rng.stream("secrets");
    let radius = text::hex(&secrets.array::<16>());
    files.add("radius.secret", radius, true, "ggsn, drf");
    let op: [u8; 16] = secrets.array();
    files.hex("m2me.op", &Hex(op), "ccif");
    files.hex(
        "sho.op",
        &Hex(rng.stream("op of the SHO").array::<16>()),
        "sho",
    );
    let seed: [u8; 32] = rng.stream("seed of PCIDs").array();
    files.hex("pcids.seed", &Hex(seed), "ccif");

    let issuer = Issuer {
        plmn: ro,
        first: 1,
        size: u64::from(lab.devices).max(1),
        op: op.into(),
        server_id: host("dpf", lab.ro),
        rng: Rng::from_seed(seed),
    };
    for n in 0..lab.devices {
        let (m2me_id, tre_id) = device_names(n);
        let key = pki.platform_key(&tre_id);
        let info = TreInfo {
            tre_id,
            m2me_id,
            device_type: lab.device_type.clone(),
            version: lab.version.clone(),
        };
        let credential = pva.credential(&info, &key.public(), &lab.ocsp_uri)?;
        let name = |file: &str| format!("devices/{}/{file}", n + 1);
        files.key(&name("platform.key"), &key, "m2me, ccif")?;
        files.cert(&name("platform.pem"), &credential.cert, "m2me");
        let entry = issuer
            .entry(operators::ccif::Number {
                n: n.into(),
                generation: 0,
            })
            .map(|e| serde_json::to_string_pretty(&e));
        if let Some(Ok(json)) = entry {
            files.add(&name("pcid.json"), json, true, "m2me");
        }
    }
    Ok(files.0)
}

struct Files(Vec<Made>);

impl Files {
    fn add(&mut self, name: &str, mut text: String, secret: bool, whose: &'static str) {
        if !text.ends_with('\n') {
            text.push('\n');
        }
        self.0.push(Made {
            name: name.to_owned(),
            text,
            secret,
            whose,
        });
    }

    fn cert(&mut self, name: &str, cert: &Cert, whose: &'static str) {
        self.add(name, pem(cert), false, whose);
    }

    fn key(&mut self, name: &str, key: &Key, whose: &'static str) -> Result<()> {
        self.add(name, to_pem("PRIVATE KEY", &key.to_pkcs8()?), true, whose);
        Ok(())
    }

    fn public(&mut self, name: &str, key: &PublicKey, whose: &'static str) {
        self.add(name, to_pem("PUBLIC KEY", &key.spki_der()), false, whose);
    }

    fn hex<const N: usize>(&mut self, name: &str, octets: &Hex<N>, whose: &'static str) {
        self.add(name, text::hex(&octets.0), true, whose);
    }
}

fn pem(cert: &Cert) -> String {
    to_pem("CERTIFICATE", cert.der())
}

fn digits(p: Plmn) -> String {
    p.to_string().replace('-', "")
}
