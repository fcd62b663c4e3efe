//! The lab's authorities and keys, all from one seed: the operators' root with a signing
//! certificate per function, and the PVA's root with its OCSP responder and verdict signer.
use crate::{
    credential::{Credential, TreInfo},
    error::Result,
    key::{Key, PublicKey},
    ocsp::Responder,
    x509::{Authority, Cert, Template, Usage, alternative_names},
};
use engine::{Rng, Utc};
use std::{net::IpAddr, time::Duration};

/// A key with the certificates that lead from it to a root (the root left out).
#[derive(Debug, Clone)]
pub struct Identity {
    /// The key.
    pub key: Key,
    /// Its certificate first.
    pub chain: Vec<Cert>,
}

/// The PVA's part: it knows nothing of the operators' keys.
#[derive(Debug, Clone)]
pub struct Platform {
    /// Its root.
    pub root: Authority,
    /// Its OCSP responder.
    pub responder: Responder,
    /// Its signer of verdicts.
    pub verdicts: Identity,
    /// Where the serial numbers of credentials come from: a stream for each TRE.
    pub rng: Rng,
    /// From when until when credentials are valid.
    pub validity: (Utc, Utc),
}

/// Both roots, and what makes more of everything.
#[derive(Debug, Clone)]
pub struct Pki {
    /// The operators' root: every TRE holds its certificate.
    pub operators: Authority,
    /// The PVA's part.
    pub pva: Platform,
    rng: Rng,
    validity: (Utc, Utc),
}

const HOUR: Duration = Duration::from_secs(3600);
const YEARS_10: Duration = Duration::from_secs(10 * 365 * 86_400);

impl Pki {
    /// All of it from `rng` (a stream of its own is taken, so that other draws change nothing) at `now`.
    pub fn new(rng: &Rng, now: Utc) -> Result<Self> {
        let mut rng = rng.stream("pki");
        let from = Utc(now.0.saturating_sub(HOUR.as_nanos() as u64));
        let validity = (from, from + YEARS_10);
        let root = |organization: &str, name: &str, rng: &mut Rng| {
            let key = Key::generate(rng);
            let usage = Usage::Authority(1);
            Authority::root(&template(organization, name, usage, validity), key, rng)
        };
        let operators = root("operators", "Operators root", &mut rng)?;
        let pva = root("pva", "Platform root", &mut rng)?;
        let ocsp = identity(
            &pva,
            "pva",
            "OCSP responder",
            Usage::Ocsp,
            validity,
            &mut rng,
        )?;
        let verdicts = identity(&pva, "pva", "Verdicts", Usage::Sign, validity, &mut rng)?;
        let responder = Responder {
            cert: ocsp
                .chain
                .into_iter()
                .next()
                .unwrap_or_else(|| pva.cert.clone()),
            key: ocsp.key,
            lifetime: 3600,
        };
        Ok(Self {
            operators,
            pva: Platform {
                root: pva,
                responder,
                verdicts,
                rng: rng.clone(),
                validity,
            },
            rng,
            validity,
        })
    }

    /// Key and signing certificate of an operator's function: `O=plmn`, `CN=host`. The same names
    /// give the same key, in whatever order they are asked for.
    pub fn operator(&self, plmn: &str, host: &str) -> Result<Identity> {
        let mut rng = self.rng.stream(&format!("operator {plmn} {host}"));
        let usage = Usage::Platform;
        identity(&self.operators, plmn, host, usage, self.validity, &mut rng)
    }

    /// Key and certificate of a host for TLS between operators: its name and its addresses.
    pub fn transport(&self, plmn: &str, host: &str, addresses: &[IpAddr]) -> Result<Identity> {
        let mut rng = self.rng.stream(&format!("transport {plmn} {host}"));
        let mut template = template(plmn, host, Usage::Tls, self.validity);
        template.extension = Some(alternative_names(host, addresses)?);
        let key = Key::generate(&mut rng);
        let cert = self.operators.issue(&template, &key.public(), &mut rng)?;
        Ok(Identity {
            key,
            chain: vec![cert],
        })
    }

    /// The platform key of a TRE: the same id gives the same key.
    pub fn platform_key(&self, tre_id: &str) -> Key {
        Key::generate(&mut self.rng.stream(&format!("tre {tre_id}")))
    }
}

impl Platform {
    /// A platform credential for `key`: the same TRE and key give the same one.
    pub fn credential(&self, tre: &TreInfo, key: &PublicKey, ocsp_uri: &str) -> Result<Credential> {
        let mut rng = self.rng.stream(&format!("credential {}", tre.tre_id));
        Credential::issue(&self.root, tre, key, self.validity, ocsp_uri, &mut rng)
    }
}

fn template(organization: &str, name: &str, usage: Usage, (from, until): (Utc, Utc)) -> Template {
    Template {
        organization: organization.to_owned(),
        name: name.to_owned(),
        from,
        until,
        usage,
        ocsp_uri: None,
        extension: None,
    }
}

fn identity(
    by: &Authority,
    organization: &str,
    name: &str,
    usage: Usage,
    validity: (Utc, Utc),
    rng: &mut Rng,
) -> Result<Identity> {
    let key = Key::generate(rng);
    let template = template(organization, name, usage, validity);
    let cert = by.issue(&template, &key.public(), rng)?;
    Ok(Identity {
        key,
        chain: vec![cert],
    })
}
