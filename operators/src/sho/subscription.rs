//! What a home operator makes for a device that it takes: identity and keys, the record for its
//! HLR, the sealed package, the token.
use super::Config;
use aka::{Secret, milenage::Milenage};
use engine::{Rng, Utc};
use provisioning::{
    Result, cms,
    json::{self, Credentials, Entry, Package, Subscriber},
    key::PublicKey,
    mcim::{Mcim, Policy},
    text::{B64, Secret16, Stamp, base64url},
    token::Token,
};
use serde::{Deserialize, Serialize};

/// A subscription that was made for one device. `Debug` shows no key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Subscription {
    pub(super) imsi: String,
    k: Secret16,
    opc: Secret16,
}

/// For whom a package and its token are.
#[derive(Debug, Clone)]
pub(super) struct Recipient<'a> {
    pub(super) m2me_id: &'a str,
    pub(super) tre_id: &'a str,
    pub(super) pcid: &'a str,
    pub(super) dpf_host: &'a str,
    pub(super) key: &'a PublicKey,
    pub(super) expires_at: Stamp,
    pub(super) activate: bool,
}

impl Subscription {
    /// The `n`th one of the operator: K at random, OPc from it and the operator's OP (TS 35.206).
    pub(super) fn new(config: &Config, n: u64, rng: &mut Rng) -> Self {
        let digits = 15usize.saturating_sub(config.plmn.len());
        let k: [u8; 16] = rng.array();
        let opc = Milenage::opc(&Secret::new(k), &config.op);
        Self {
            imsi: format!("{}{n:0digits$}", config.plmn),
            k: Secret16(k),
            opc: Secret16(*opc.0.expose()),
        }
    }

    /// The record for the HLR, the keys sealed to it.
    pub(super) fn record(&self, config: &Config, rng: &mut Rng) -> Result<Subscriber> {
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
        let sealed = cms::seal(&json::write(&credentials), &config.hlr_key, rng)?;
        Ok(Subscriber {
            imsi: self.imsi.clone(),
            credentials: B64(sealed),
            apn: config.apn.clone(),
            access_class: config.access_class,
            msisdn: None,
        })
    }

    /// The package sealed to the TRE, and the token that binds it.
    pub(super) fn package(
        &self,
        config: &Config,
        to: &Recipient<'_>,
        now: Utc,
        rng: &mut Rng,
    ) -> Result<(Package, String)> {
        let id = json::identifier("m", rng);
        let mcim = Mcim {
            id: id.clone(),
            application: "usim".into(),
            version: 1,
            imsi: self.imsi.clone(),
            k: self.k,
            opc: self.opc,
            algorithm: "milenage".into(),
            access_class: config.access_class,
            hplmn: config.plmn.clone(),
            plmns: vec![config.plmn.clone()],
            forbidden_plmns: Vec::new(),
            apn: config.apn.clone(),
            smsc: None,
            policy: Policy {
                m2me_id: to.m2me_id.to_owned(),
                replaces: None,
                fallback: "pcid".into(),
                not_after: Some(to.expires_at),
            },
        };
        let identity = &config.identity;
        let key = config.seals_to.as_ref().unwrap_or(to.key);
        let sealed = match config.seals {
            true => mcim.seal(&identity.key, &identity.chain, key, now, rng)?,
            false => mcim.sign(&identity.key, &identity.chain, now)?,
        };
        let package = Package::new(&id, "usim", sealed);
        let mut ops = vec!["install".to_owned()];
        if to.activate {
            ops.push("activate".to_owned());
        }
        let token = Token {
            iss: config.plmn.clone(),
            aud: to.dpf_host.to_owned(),
            sub: to.m2me_id.to_owned(),
            pcid: to.pcid.to_owned(),
            tre: to.tre_id.to_owned(),
            jti: base64url(&rng.array::<16>()),
            iat: now.secs(),
            exp: to.expires_at.0,
            mcim: package.sha256,
            ops,
        };
        let token = token.sign(&identity.key, &identity.chain)?;
        Ok((package, token))
    }
}
