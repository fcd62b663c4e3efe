//! A subscription that is made for one device: identity and keys, their sealed form for whoever has
//! to know them, and the package for the device's TRE. A home operator makes it, or a DPF by the
//! home operator's rule (R31).
use aka::{Op, Secret, milenage::Milenage};
use engine::{Rng, Utc};
use provisioning::{
    Result, cms,
    json::{self, Credentials, Entry, Package},
    key::PublicKey,
    mcim::{Mcim, Policy},
    pki::Identity,
    text::{Secret16, Stamp},
};
use serde::{Deserialize, Serialize};

/// Identity and keys. `Debug` shows no key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) imsi: String,
    k: Secret16,
    opc: Secret16,
}

/// What all subscriptions of an operator have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms<'a> {
    /// The operator's PLMN.
    pub(crate) plmn: &'a str,
    /// The operational APN.
    pub(crate) apn: &'a str,
    pub(crate) access_class: u8,
}

/// For whom a package is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recipient<'a> {
    pub(crate) m2me_id: &'a str,
    /// Its TRE's platform key; without it the package is signed alone (T19).
    pub(crate) key: Option<&'a PublicKey>,
    pub(crate) expires_at: Stamp,
}

impl Subscription {
    /// The `n`th one of an operator: OPc from K and the operator's OP (TS 35.206).
    pub(crate) fn new(plmn: &str, n: u64, k: [u8; 16], op: &Op) -> Self {
        let digits = 15usize.saturating_sub(plmn.len());
        let opc = Milenage::opc(&Secret::new(k), op);
        Self {
            imsi: format!("{plmn}{n:0digits$}"),
            k: Secret16(k),
            opc: Secret16(*opc.0.expose()),
        }
    }

    /// What somebody else has made and says of it: sealed [`Credentials`] with one entry, of that
    /// IMSI.
    pub(crate) fn open(sealed: &[u8], key: &provisioning::key::Key, imsi: &str) -> Result<Self> {
        let credentials: Credentials = json::parse(&cms::open(sealed, key)?)?;
        match credentials.entries.as_slice() {
            [e] if e.pcid == imsi => Ok(Self {
                imsi: imsi.to_owned(),
                k: e.k,
                opc: e.opc,
            }),
            _ => Err(provisioning::Error::Malformed("credentials")),
        }
    }

    /// [`Credentials`] with one entry, sealed to whoever has to know the keys.
    pub(crate) fn credentials(&self, to: &PublicKey, rng: &mut Rng) -> Result<Vec<u8>> {
        let credentials = Credentials {
            entries: vec![Entry {
                pcid: self.imsi.clone(),
                k: self.k,
                opc: self.opc,
                algorithm: "milenage".into(),
                dm: None,
                pin: None,
            }],
        };
        cms::seal(&json::write(&credentials), to, rng)
    }

    /// The package: signed in the operator's name, sealed to the TRE.
    pub(crate) fn package(
        &self,
        terms: Terms<'_>,
        signer: &Identity,
        to: Recipient<'_>,
        now: Utc,
        rng: &mut Rng,
    ) -> Result<Package> {
        let id = json::identifier("m", rng);
        let mcim = Mcim {
            id: id.clone(),
            application: "usim".into(),
            version: 1,
            imsi: self.imsi.clone(),
            k: self.k,
            opc: self.opc,
            algorithm: "milenage".into(),
            access_class: terms.access_class,
            hplmn: terms.plmn.to_owned(),
            plmns: vec![terms.plmn.to_owned()],
            forbidden_plmns: Vec::new(),
            apn: terms.apn.to_owned(),
            smsc: None,
            policy: Policy {
                m2me_id: to.m2me_id.to_owned(),
                replaces: None,
                fallback: "pcid".into(),
                not_after: Some(to.expires_at),
            },
        };
        let sealed = match to.key {
            Some(key) => mcim.seal(&signer.key, &signer.chain, key, now, rng)?,
            None => mcim.sign(&signer.key, &signer.chain, now)?,
        };
        Ok(Package::new(&id, "usim", sealed))
    }
}
