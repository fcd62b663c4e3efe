//! Authentication (OMA-TS-DM-Security 5.3, 5.4): `syncml:auth-basic` and `syncml:auth-md5` in the
//! message, `syncml:auth-MAC` in the `x-syncml-hmac` header beside it.
use crate::{
    json::DmAccount,
    syncml::{Chal, Cred},
    text::{base64, from_base64},
};
use engine::Rng;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The header of a message that authenticates by HMAC.
pub const HMAC_HEADER: &str = "x-syncml-hmac";

/// How one side proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum AuthType {
    /// It sends name and secret, in base64.
    Basic,
    /// It sends a digest over its secret and a nonce, once in a session.
    #[default]
    Md5,
    /// Each message has a digest over itself, secret and nonce in a header.
    Hmac,
    /// Not at all: to try the other side's defences.
    Nothing,
}

impl AuthType {
    /// Its name as `AAuthType` of an account (OMA-TS-DM-StdObj 5.3.1).
    pub fn of_account(self) -> &'static str {
        match self {
            Self::Basic => "BASIC",
            Self::Md5 | Self::Nothing => "DIGEST",
            Self::Hmac => "HMAC",
        }
    }

    /// Its name as the type of a credential.
    pub fn name(self) -> &'static str {
        match self {
            Self::Basic => "syncml:auth-basic",
            Self::Md5 | Self::Nothing => "syncml:auth-md5",
            Self::Hmac => "syncml:auth-MAC",
        }
    }
}

/// Name, secret and next nonce of one side.
///
/// Its serde form is for a store: it holds the secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The name that authenticates.
    pub name: String,
    /// Its secret.
    pub secret: String,
    /// The nonce for the next credential.
    pub nonce: Vec<u8>,
    /// How it authenticates.
    #[serde(default)]
    pub method: AuthType,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "account of {}", self.name)
    }
}

impl Account {
    /// An account.
    pub fn new(name: &str, secret: &str, nonce: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            secret: secret.to_owned(),
            nonce: nonce.to_vec(),
            method: AuthType::default(),
        }
    }

    /// The same account with another method.
    #[must_use]
    pub fn by(self, method: AuthType) -> Self {
        Self { method, ..self }
    }

    /// The credential in a message; none where it goes beside the message, or not at all.
    pub fn cred(&self) -> Option<Cred> {
        let data = match self.method {
            AuthType::Basic => self.basic(),
            AuthType::Md5 => self.digest(),
            AuthType::Hmac | AuthType::Nothing => return None,
        };
        Some(Cred {
            kind: self.method.name().to_owned(),
            format: Some("b64".to_owned()),
            data: crate::syncml::Data::Text(data),
        })
    }

    /// The header beside a message, where that is how it authenticates.
    pub fn header(&self, body: &[u8]) -> Option<String> {
        (self.method == AuthType::Hmac).then(|| self.hmac_header(body))
    }

    fn basic(&self) -> String {
        base64(format!("{}:{}", self.name, self.secret).as_bytes())
    }

    /// True where `cred` is the credential over the present nonce.
    pub fn accepts(&self, cred: &Cred) -> bool {
        let sent = match &cred.data {
            crate::syncml::Data::Text(t) => t.trim().to_owned(),
            crate::syncml::Data::Octets(o) => base64(o),
        };
        let ours = match self.method {
            AuthType::Basic => self.basic(),
            AuthType::Md5 => self.digest(),
            AuthType::Hmac | AuthType::Nothing => return false,
        };
        cred.kind == self.method.name() && same(sent.as_bytes(), ours.as_bytes())
    }

    /// Draws the next nonce; the challenge that tells the other side.
    pub fn challenge(&mut self, rng: &mut Rng) -> Chal {
        self.nonce = rng.array::<16>().to_vec();
        Chal {
            kind: self.method.name().to_owned(),
            format: Some("b64".to_owned()),
            next_nonce: Some(base64(&self.nonce)),
        }
    }

    /// Takes the nonce out of a challenge; false where it holds none of ours.
    pub fn follow(&mut self, chal: &Chal) -> bool {
        let nonce = chal.next_nonce.as_deref().and_then(from_base64);
        match nonce {
            Some(n) if chal.kind == self.method.name() => {
                self.nonce = n;
                true
            }
            // a name and its secret need no nonce
            None => self.method == AuthType::Basic && chal.kind == self.method.name(),
            _ => false,
        }
    }

    /// `B64(MD5(B64(MD5(name ":" secret)) ":" nonce))`.
    fn digest(&self) -> String {
        let mut text = self.inner().into_bytes();
        text.push(b':');
        text.extend_from_slice(&self.nonce);
        base64(&Md5::digest(&text))
    }

    fn inner(&self) -> String {
        base64(&Md5::digest(format!("{}:{}", self.name, self.secret)))
    }

    /// The `x-syncml-hmac` header over a message body.
    pub fn hmac_header(&self, body: &[u8]) -> String {
        format!(
            "algorithm=MD5, username=\"{}\", mac={}",
            self.name,
            self.mac(body)
        )
    }

    /// True where an `x-syncml-hmac` header holds for `body`.
    pub fn accepts_hmac(&self, header: &str, body: &[u8]) -> bool {
        let (mut named, mut signed) = (false, false);
        for part in header.split(',') {
            let (name, value) = part.trim().split_once('=').unwrap_or((part, ""));
            let value = value.trim().trim_matches('"');
            match name.trim() {
                "algorithm" if value != "MD5" => return false,
                "username" => named = value == self.name,
                "mac" => signed = same(value.as_bytes(), self.mac(body).as_bytes()),
                _ => {}
            }
        }
        named && signed
    }

    fn mac(&self, body: &[u8]) -> String {
        base64(&self.trigger_digest(body))
    }

    /// `MD5(B64(MD5(name ":" secret)) ":" nonce ":" B64(MD5(body)))`: the digest of a notification's
    /// trigger (OMA-TS-DM-Notification 6.2.2), and in base64 the MAC of a message (OMA-TS-DM-Security
    /// 5.4).
    pub(super) fn trigger_digest(&self, body: &[u8]) -> [u8; 16] {
        let mut text = self.inner().into_bytes();
        text.push(b':');
        text.extend_from_slice(&self.nonce);
        text.push(b':');
        text.extend_from_slice(base64(&Md5::digest(body)).as_bytes());
        Md5::digest(&text).into()
    }
}

impl DmAccount {
    /// Both sides' accounts: the device's and the server's.
    pub fn accounts(&self) -> (Account, Account) {
        (
            Account::new(
                &self.client_name,
                &self.client_secret.0,
                &self.client_nonce.0,
            ),
            Account::new(&self.server_id, &self.server_secret.0, &self.server_nonce.0),
        )
    }
}

/// Compares without telling by the time taken where they differ.
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |d, (a, b)| d | (a ^ b)) == 0
}
