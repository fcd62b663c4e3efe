//! What a home operator says of a subscription: the record for its HLR, and the token that binds a
//! package to a device.
use super::Config;
use crate::subscription::{Subscription, Terms};
use engine::{Rng, Utc};
use provisioning::{
    Result,
    json::Subscriber,
    text::{B64, Sha256, Stamp, base64url},
    token::Token,
};

impl Config {
    /// What all its subscriptions have in common.
    pub(super) fn terms(&self) -> Terms<'_> {
        Terms {
            plmn: &self.plmn,
            apn: &self.apn,
            access_class: self.access_class,
        }
    }

    /// The record for the HLR, the keys sealed to it.
    pub(super) fn record(&self, s: &Subscription, apn: &str, rng: &mut Rng) -> Result<Subscriber> {
        Ok(Subscriber {
            imsi: s.imsi.clone(),
            credentials: B64(s.credentials(&self.hlr_key, rng)?),
            apn: apn.to_owned(),
            access_class: self.access_class,
            msisdn: None,
        })
    }
}

/// What a token says yes to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grant<'a> {
    pub(super) m2me_id: &'a str,
    pub(super) tre_id: &'a str,
    pub(super) pcid: &'a str,
    pub(super) dpf_host: &'a str,
    pub(super) expires_at: Stamp,
    pub(super) activate: bool,
}

impl Grant<'_> {
    /// The token that binds a package (R30).
    pub(super) fn token(
        &self,
        config: &Config,
        mcim: Sha256,
        now: Utc,
        rng: &mut Rng,
    ) -> Result<String> {
        let mut ops = vec!["install".to_owned()];
        if self.activate {
            ops.push("activate".to_owned());
        }
        self.signed(config, mcim, now, self.expires_at, ops, rng)
    }

    /// A token that is good for one operation on what is installed.
    pub(super) fn token_for(
        &self,
        config: &Config,
        mcim: Sha256,
        now: Utc,
        expires_at: Stamp,
        op: &str,
        rng: &mut Rng,
    ) -> Result<String> {
        self.signed(config, mcim, now, expires_at, vec![op.to_owned()], rng)
    }

    fn signed(
        &self,
        config: &Config,
        mcim: Sha256,
        now: Utc,
        expires_at: Stamp,
        ops: Vec<String>,
        rng: &mut Rng,
    ) -> Result<String> {
        let token = Token {
            iss: config.plmn.clone(),
            aud: self.dpf_host.to_owned(),
            sub: self.m2me_id.to_owned(),
            pcid: self.pcid.to_owned(),
            tre: self.tre_id.to_owned(),
            jti: base64url(&rng.array::<16>()),
            iat: now.secs(),
            exp: expires_at.0,
            mcim,
            ops,
        };
        token.sign(&config.identity.key, &config.identity.chain)
    }
}
