//! Authentication: `syncml:auth-md5` (OMA-TS-DM-Security 5.3) and the `x-syncml-hmac` header (5.4).
use crate::{
    json::DmAccount,
    syncml::{Chal, Cred},
    text::{base64, from_base64},
};
use engine::Rng;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The type that we use.
pub const MD5: &str = "syncml:auth-md5";

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
        }
    }

    /// The credential over the present nonce.
    pub fn cred(&self) -> Cred {
        Cred {
            kind: MD5.to_owned(),
            format: Some("b64".to_owned()),
            data: crate::syncml::Data::Text(self.digest()),
        }
    }

    /// True where `cred` is the credential over the present nonce.
    pub fn accepts(&self, cred: &Cred) -> bool {
        let sent = match &cred.data {
            crate::syncml::Data::Text(t) => t.trim().to_owned(),
            crate::syncml::Data::Octets(o) => base64(o),
        };
        cred.kind == MD5 && same(sent.as_bytes(), self.digest().as_bytes())
    }

    /// Draws the next nonce; the challenge that tells the other side.
    pub fn challenge(&mut self, rng: &mut Rng) -> Chal {
        self.nonce = rng.array::<16>().to_vec();
        Chal {
            kind: MD5.to_owned(),
            format: Some("b64".to_owned()),
            next_nonce: Some(base64(&self.nonce)),
        }
    }

    /// Takes the nonce out of a challenge; false where it holds none of ours.
    pub fn follow(&mut self, chal: &Chal) -> bool {
        let nonce = chal.next_nonce.as_deref().and_then(from_base64);
        match nonce {
            Some(n) if chal.kind == MD5 => {
                self.nonce = n;
                true
            }
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
