//! Keys on P-256: they sign (ECDSA with SHA-256, nonce by RFC 6979) and agree (ECDH).
use crate::error::{Error, Result};
use engine::Rng;
use p256::ecdsa::{
    Signature, SigningKey, VerifyingKey,
    signature::{Signer, Verifier},
};
use rasn::types::{BitString, ObjectIdentifier, Oid};
use rasn_pkix::{AlgorithmIdentifier, SubjectPublicKeyInfo};
use sha1::Digest;
use std::fmt;

/// id-ecPublicKey, RFC 5480.
const EC_PUBLIC_KEY: &[u32] = &[1, 2, 840, 10045, 2, 1];
/// secp256r1, RFC 5480.
const P256: &[u32] = &[1, 2, 840, 10045, 3, 1, 7];

/// A private key. Never shown.
#[derive(Clone)]
pub struct Key(p256::SecretKey);

/// A public key.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(p256::PublicKey);

impl Key {
    /// A new key from `rng`: the same source gives the same key.
    pub fn generate(rng: &mut Rng) -> Self {
        loop {
            // all but about 2^-32 of the 256-bit numbers are private keys
            if let Ok(key) = p256::SecretKey::from_slice(&rng.array::<32>()) {
                return Self(key);
            }
        }
    }

    /// From PKCS#8 DER.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self> {
        use p256::pkcs8::DecodePrivateKey;
        p256::SecretKey::from_pkcs8_der(der)
            .map(Self)
            .map_err(|_| Error::Malformed("private key"))
    }

    /// As PKCS#8 DER: for a key store or a judge, never for a log.
    pub fn to_pkcs8(&self) -> Result<Vec<u8>> {
        use p256::pkcs8::EncodePrivateKey;
        self.0
            .to_pkcs8_der()
            .map(|d| d.as_bytes().to_vec())
            .map_err(|_| Error::Malformed("private key"))
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.public_key())
    }

    /// ECDSA with SHA-256 over `message`: r and s, 32 octets each (RFC 7518 3.4).
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let s: Signature = SigningKey::from(&self.0).sign(message);
        s.to_bytes().into()
    }

    /// The same as DER (RFC 3279 2.2.3).
    pub fn sign_der(&self, message: &[u8]) -> Vec<u8> {
        let s: Signature = SigningKey::from(&self.0).sign(message);
        s.to_der().as_bytes().to_vec()
    }

    /// ECDH: the x coordinate shared with `peer`.
    pub(crate) fn agree(&self, peer: &PublicKey) -> [u8; 32] {
        (*self.0.diffie_hellman(&peer.0).raw_secret_bytes()).into()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "private key of {:?}", self.public())
    }
}

impl PublicKey {
    /// From SubjectPublicKeyInfo DER (RFC 5480).
    pub fn from_spki_der(der: &[u8]) -> Result<Self> {
        let info: SubjectPublicKeyInfo =
            rasn::der::decode(der).map_err(|_| Error::Malformed("public key"))?;
        Self::from_spki(&info)
    }

    /// As SubjectPublicKeyInfo DER.
    pub fn spki_der(&self) -> Vec<u8> {
        crate::x509::der(&self.spki())
    }

    /// From an uncompressed or compressed point (SEC 1 2.3.4).
    pub fn from_point(point: &[u8]) -> Result<Self> {
        p256::PublicKey::from_sec1_bytes(point)
            .map(Self)
            .map_err(|_| Error::Malformed("public key"))
    }

    /// As an uncompressed point, 65 octets.
    pub fn point(&self) -> Vec<u8> {
        self.0.to_sec1_bytes().into_vec()
    }

    /// SHA-1 of the point: subject key identifier (RFC 5280 4.2.1.2), issuer key hash (RFC 6960 4.1.1).
    pub fn id(&self) -> [u8; 20] {
        sha1::Sha1::digest(self.point()).into()
    }

    /// Checks r and s as in [`Key::sign`].
    pub fn verify(&self, what: &'static str, message: &[u8], signature: &[u8]) -> Result<()> {
        let s = Signature::from_slice(signature).map_err(|_| Error::Signature(what))?;
        VerifyingKey::from(&self.0)
            .verify(message, &s)
            .map_err(|_| Error::Signature(what))
    }

    /// Checks a DER signature as in [`Key::sign_der`].
    pub fn verify_der(&self, what: &'static str, message: &[u8], signature: &[u8]) -> Result<()> {
        let s = Signature::from_der(signature).map_err(|_| Error::Signature(what))?;
        VerifyingKey::from(&self.0)
            .verify(message, &s)
            .map_err(|_| Error::Signature(what))
    }

    pub(crate) fn from_spki(info: &SubjectPublicKeyInfo) -> Result<Self> {
        let curve = info.algorithm.parameters.as_ref().map(|p| p.as_bytes());
        if !is(&info.algorithm.algorithm, EC_PUBLIC_KEY)
            || curve != Some(&crate::x509::der(&oid(P256)))
        {
            return Err(Error::Unsupported("public key"));
        }
        Self::from_point(info.subject_public_key.as_raw_slice())
    }

    pub(crate) fn spki(&self) -> SubjectPublicKeyInfo {
        SubjectPublicKeyInfo {
            algorithm: AlgorithmIdentifier {
                algorithm: oid(EC_PUBLIC_KEY),
                parameters: Some(rasn::types::Any::new(crate::x509::der(&oid(P256)))),
            },
            subject_public_key: BitString::from_vec(self.point()),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P-256 key {}", crate::text::hex(&self.id()))
    }
}

/// An object identifier from its arcs.
pub(crate) fn oid(arcs: &'static [u32]) -> ObjectIdentifier {
    ObjectIdentifier::from(Oid::const_new(arcs))
}

/// True where `id` has these arcs.
pub(crate) fn is(id: &ObjectIdentifier, arcs: &[u32]) -> bool {
    **id == *arcs
}
