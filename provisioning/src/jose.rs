//! Signed texts: JWS in compact form (RFC 7515) with ES256 (RFC 7518 3.4).
use crate::{
    error::{Error, Result, other},
    key::{Key, PublicKey},
    text::{base64, base64url, from_base64, from_base64url},
    x509::{Cert, verify_chain},
};
use engine::Utc;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The protected header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Always `ES256`.
    pub alg: String,
    /// Which kind of text.
    #[serde(default)]
    pub typ: String,
    /// Which key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// The signer's certificate and what leads to the root, base64 DER (RFC 7515 4.1.6).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub x5c: Vec<String>,
    /// Must not be there: we understand no extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crit: Option<serde_json::Value>,
}

/// A text taken apart, its signature not yet checked.
#[derive(Debug, Clone)]
pub struct Unchecked {
    /// The header.
    pub header: Header,
    what: &'static str,
    signed: String,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

/// Signs `claims`. `kid` names the key; `chain` goes into `x5c`.
pub fn sign<T: Serialize>(
    typ: &'static str,
    claims: &T,
    key: &Key,
    kid: Option<&str>,
    chain: &[Cert],
) -> Result<String> {
    let header = Header {
        alg: "ES256".to_owned(),
        typ: typ.to_owned(),
        kid: kid.map(str::to_owned),
        x5c: chain.iter().map(|c| base64(c.der())).collect(),
        crit: None,
    };
    let head = serde_json::to_vec(&header).map_err(|_| Error::Malformed(typ))?;
    let body = serde_json::to_vec(claims).map_err(|_| Error::Malformed(typ))?;
    let signed = format!("{}.{}", base64url(&head), base64url(&body));
    let signature = base64url(&key.sign(signed.as_bytes()));
    Ok(format!("{signed}.{signature}"))
}

/// Takes a text apart; `typ` is what it must be.
pub fn parse(typ: &'static str, text: &str) -> Result<Unchecked> {
    let bad = || Error::Malformed(typ);
    let mut parts = text.split('.');
    let (Some(head), Some(body), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(bad());
    };
    let octets = from_base64url(head).ok_or_else(bad)?;
    let header: Header = serde_json::from_slice(&octets).map_err(|_| bad())?;
    if header.alg != "ES256" || header.crit.is_some() {
        return Err(Error::Unsupported(typ));
    }
    if header.typ != typ {
        return Err(other("typ", header.typ, typ));
    }
    Ok(Unchecked {
        what: typ,
        signed: format!("{head}.{body}"),
        payload: from_base64url(body).ok_or_else(bad)?,
        signature: from_base64url(signature).ok_or_else(bad)?,
        header,
    })
}

impl Unchecked {
    /// The claims, when `key` signed them.
    pub fn verify<T: DeserializeOwned>(&self, key: &PublicKey) -> Result<T> {
        key.verify(self.what, self.signed.as_bytes(), &self.signature)?;
        crate::json::parse(&self.payload)
    }

    /// The claims, when the first certificate of `x5c` signed them and leads to `root`.
    pub fn verify_x5c<T: DeserializeOwned>(&self, root: &Cert, now: Utc) -> Result<(T, Cert)> {
        let chain = self
            .header
            .x5c
            .iter()
            .take(5)
            .map(|c| Cert::parse(&from_base64(c).ok_or(Error::Malformed("x5c"))?))
            .collect::<Result<Vec<_>>>()?;
        verify_chain("signer's certificate", &chain, root, now)?;
        let signer = chain.into_iter().next().ok_or(Error::Chain(self.what))?;
        Ok((self.verify(&signer.key()?)?, signer))
    }

    /// The claims unchecked: to find out whose key to check them with.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T> {
        crate::json::parse(&self.payload)
    }
}
