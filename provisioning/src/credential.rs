//! Platform credentials (R38): X.509 certificates by the PVA for a TRE's platform key, with an
//! extension that says which TRE in which machine. Its status is asked by OCSP.
use crate::{
    error::{Error, Result, other},
    key::PublicKey,
    text::B64,
    x509::{Authority, Cert, Template, Usage, verify_chain},
};
use engine::{Rng, Utc};
use rasn::{AsnType, Decode, Decoder, Encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The TRE extension: under the documentation enterprise number of RFC 5612.
pub const TRE_EXTENSION: &[u32] = &[1, 3, 6, 1, 4, 1, 32473, 33812, 1];

/// What the TRE extension says.
#[derive(Debug, Clone, PartialEq, Eq, Hash, AsnType, Encode, Decode)]
pub struct TreInfo {
    /// The TRE's unique id.
    pub tre_id: String,
    /// The machine that holds it.
    pub m2me_id: String,
    /// What kind of machine: the key to reference values and policy.
    pub device_type: String,
    /// The TRE's version when the credential was issued.
    pub version: String,
}

/// A platform credential whose form is right: a certificate with the TRE extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// The certificate.
    pub cert: Cert,
    /// Which TRE.
    pub tre: TreInfo,
    /// The platform key's public part.
    pub key: PublicKey,
}

impl Credential {
    /// Issues one. `ocsp_uri`: where its status is asked.
    pub fn issue(
        pva: &Authority,
        tre: &TreInfo,
        key: &PublicKey,
        (from, until): (Utc, Utc),
        ocsp_uri: &str,
        rng: &mut Rng,
    ) -> Result<Self> {
        let template = Template {
            organization: pva.cert.organization().unwrap_or_default(),
            name: tre.tre_id.clone(),
            from,
            until,
            usage: Usage::Platform,
            ocsp_uri: Some(ocsp_uri.to_owned()),
            extension: Some((TRE_EXTENSION, crate::x509::der(tre))),
        };
        Self::of(pva.issue(&template, key, rng)?)
    }

    /// From DER; says nothing yet about who issued it.
    pub fn parse(der: &[u8]) -> Result<Self> {
        Self::of(Cert::parse(der)?)
    }

    /// Checks issuer, time, and that subject and extension name one TRE.
    pub fn verify(&self, pva: &Cert, now: Utc) -> Result<()> {
        verify_chain(
            "platform credential",
            std::slice::from_ref(&self.cert),
            pva,
            now,
        )?;
        let name = self.cert.name().unwrap_or_default();
        if name != self.tre.tre_id {
            return Err(other("TRE of the credential", name, &self.tre.tre_id));
        }
        Ok(())
    }

    fn of(cert: Cert) -> Result<Self> {
        let value = cert
            .extension(TRE_EXTENSION)
            .ok_or(Error::Malformed("TRE extension"))?;
        let tre = rasn::der::decode(value).map_err(|_| Error::Malformed("TRE extension"))?;
        let key = cert.key()?;
        Ok(Self { cert, tre, key })
    }
}

/// As DER in base64.
impl Serialize for Credential {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        B64(self.cert.der().to_vec()).serialize(s)
    }
}

impl<'de> Deserialize<'de> for Credential {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        Self::parse(&B64::deserialize(d)?.0).map_err(D::Error::custom)
    }
}
