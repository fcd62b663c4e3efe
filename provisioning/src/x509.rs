//! Certificates by RFC 5280: made and checked. EC keys on P-256, ecdsa-with-SHA256 only.
//!
//! Left out: CRLs (status comes by OCSP), name constraints and policies (a critical extension that
//! is not understood is refused).
use crate::{
    error::{Error, Result, other},
    key::{Key, PublicKey, is, oid},
    text::hex,
};
use engine::{Rng, Utc};
use rasn::types::{Any, BitString, Integer, OctetString, SetOf, UtcTime};
use rasn_pkix::{
    AccessDescription, AlgorithmIdentifier, AttributeTypeAndValue, AuthorityKeyIdentifier,
    BasicConstraints, Certificate, Extension, Extensions, GeneralName, Name,
    RelativeDistinguishedName, TbsCertificate, Time, Validity, Version,
};
use std::fmt;

const ECDSA_SHA256: &[u32] = &[1, 2, 840, 10045, 4, 3, 2];
const COMMON_NAME: &[u32] = &[2, 5, 4, 3];
const ORGANIZATION: &[u32] = &[2, 5, 4, 10];
const SUBJECT_KEY_ID: &[u32] = &[2, 5, 29, 14];
const KEY_USAGE: &[u32] = &[2, 5, 29, 15];
const BASIC_CONSTRAINTS: &[u32] = &[2, 5, 29, 19];
const AUTHORITY_KEY_ID: &[u32] = &[2, 5, 29, 35];
const EXT_KEY_USAGE: &[u32] = &[2, 5, 29, 37];
const SERVER_AUTH: &[u32] = &[1, 3, 6, 1, 5, 5, 7, 3, 1];
const CLIENT_AUTH: &[u32] = &[1, 3, 6, 1, 5, 5, 7, 3, 2];
const SUBJECT_ALT_NAME: &[u32] = &[2, 5, 29, 17];
const OCSP_SIGNING: &[u32] = &[1, 3, 6, 1, 5, 5, 7, 3, 9];
const AUTHORITY_INFO: &[u32] = &[1, 3, 6, 1, 5, 5, 7, 1, 1];
const AD_OCSP: &[u32] = &[1, 3, 6, 1, 5, 5, 7, 48, 1];
const OCSP_NO_CHECK: &[u32] = &[1, 3, 6, 1, 5, 5, 7, 48, 1, 5];

/// What a certificate's key may do: key usage, extended key usage, basic constraints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// Signs certificates; at most this many CAs below it.
    Authority(u8),
    /// Signs what its holder says.
    Sign,
    /// Signs, and keys are agreed with it: a TRE's platform key.
    Platform,
    /// Signs OCSP responses for its issuer (RFC 6960 4.2.2.2).
    Ocsp,
    /// Either end of a TLS connection.
    Tls,
}

/// What goes into a certificate.
#[derive(Debug, Clone)]
pub struct Template {
    /// O of the subject: the operator.
    pub organization: String,
    /// CN of the subject: the host, or the TRE's id.
    pub name: String,
    /// From when it is valid.
    pub from: Utc,
    /// Until when.
    pub until: Utc,
    /// What its key may do.
    pub usage: Usage,
    /// Where its status is asked (AIA, id-ad-ocsp).
    pub ocsp_uri: Option<String>,
    /// One more extension, not critical: its arcs and DER value.
    pub extension: Option<(&'static [u32], Vec<u8>)>,
}

/// Subject alternative names (RFC 5280 4.2.1.6) for [`Template::extension`]: a host's name and
/// its addresses.
///
/// # Errors
/// A name that is not ASCII.
pub fn alternative_names(
    host: &str,
    addresses: &[std::net::IpAddr],
) -> Result<(&'static [u32], Vec<u8>)> {
    let host = host.as_bytes().to_vec().try_into();
    let host = GeneralName::DnsName(host.map_err(|_| Error::Malformed("host name"))?);
    let address = |a: &std::net::IpAddr| {
        GeneralName::IpAddress(OctetString::from(match a {
            std::net::IpAddr::V4(a) => a.octets().to_vec(),
            std::net::IpAddr::V6(a) => a.octets().to_vec(),
        }))
    };
    let names: Vec<GeneralName> = std::iter::once(host)
        .chain(addresses.iter().map(address))
        .collect();
    Ok((SUBJECT_ALT_NAME, der(&names)))
}

/// A certificate, with the octets as they came.
#[derive(Clone, PartialEq, Eq)]
pub struct Cert {
    der: Vec<u8>,
    pub(crate) inner: Certificate,
}

/// A CA: its certificate and key.
#[derive(Debug, Clone)]
pub struct Authority {
    /// Its certificate.
    pub cert: Cert,
    /// Its key.
    pub key: Key,
}

impl Authority {
    /// A root that signs itself. Serial number from `rng`.
    pub fn root(template: &Template, key: Key, rng: &mut Rng) -> Result<Self> {
        let issuer = name(&template.organization, &template.name);
        let cert = make(template, &key.public(), issuer, &key, rng)?;
        Ok(Self { cert, key })
    }

    /// Certifies `key`. Serial number from `rng`.
    pub fn issue(&self, template: &Template, key: &PublicKey, rng: &mut Rng) -> Result<Cert> {
        let issuer = self.cert.inner.tbs_certificate.subject.clone();
        make(template, key, issuer, &self.key, rng)
    }
}

impl Cert {
    /// From DER.
    pub fn parse(octets: &[u8]) -> Result<Self> {
        let inner: Certificate =
            rasn::der::decode(octets).map_err(|_| Error::Malformed("certificate"))?;
        if der(&inner) != octets {
            return Err(Error::Malformed("certificate"));
        }
        Ok(Self {
            der: octets.to_vec(),
            inner,
        })
    }

    /// As DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The serial number, lower-case hex without leading zero octets.
    pub fn serial(&self) -> String {
        serial_hex(&self.inner.tbs_certificate.serial_number)
    }

    /// CN of the subject.
    pub fn name(&self) -> Option<String> {
        attribute(&self.inner.tbs_certificate.subject, COMMON_NAME)
    }

    /// O of the subject.
    pub fn organization(&self) -> Option<String> {
        attribute(&self.inner.tbs_certificate.subject, ORGANIZATION)
    }

    /// The certified key.
    pub fn key(&self) -> Result<PublicKey> {
        PublicKey::from_spki(&self.inner.tbs_certificate.subject_public_key_info)
    }

    /// From when until when it is valid, both included.
    pub fn validity(&self) -> (Utc, Utc) {
        let v = &self.inner.tbs_certificate.validity;
        (moment(&v.not_before), moment(&v.not_after))
    }

    /// The DER value of an extension.
    pub fn extension(&self, arcs: &[u32]) -> Option<&[u8]> {
        self.extensions()
            .find(|e| is(&e.extn_id, arcs))
            .map(|e| e.extn_value.as_ref())
    }

    /// True where its key may sign certificates.
    pub fn is_authority(&self) -> bool {
        self.extension(BASIC_CONSTRAINTS)
            .and_then(|v| rasn::der::decode::<BasicConstraints>(v).ok())
            .is_some_and(|b| b.ca)
    }

    /// True where its key may sign OCSP responses for its issuer.
    pub fn may_sign_ocsp(&self) -> bool {
        self.extension(EXT_KEY_USAGE)
            .and_then(|v| rasn::der::decode::<Vec<rasn::types::ObjectIdentifier>>(v).ok())
            .is_some_and(|uses| uses.iter().any(|u| is(u, OCSP_SIGNING)))
    }

    /// Checks its time, and that `issuer` signed it and may (RFC 5280 6.1.3).
    pub fn verify(&self, what: &'static str, issuer: &Self, now: Utc) -> Result<()> {
        let (from, until) = self.validity();
        if now.secs() < from.secs() {
            return Err(Error::Early(what));
        }
        if now.secs() > until.secs() {
            return Err(Error::Expired(what));
        }
        let known = [
            SUBJECT_KEY_ID,
            KEY_USAGE,
            BASIC_CONSTRAINTS,
            AUTHORITY_KEY_ID,
            EXT_KEY_USAGE,
        ];
        if self
            .extensions()
            .any(|e| e.critical && !known.iter().any(|k| is(&e.extn_id, k)))
        {
            return Err(Error::Unsupported(what));
        }
        let tbs = &self.inner.tbs_certificate;
        if tbs.issuer != issuer.inner.tbs_certificate.subject || !issuer.is_authority() {
            return Err(Error::Chain(what));
        }
        if !is(&self.inner.signature_algorithm.algorithm, ECDSA_SHA256)
            || self.inner.signature_algorithm != tbs.signature
        {
            return Err(Error::Unsupported(what));
        }
        let signature = self.inner.signature_value.as_raw_slice();
        issuer.key()?.verify_der(what, &der(tbs), signature)
    }

    fn extensions(&self) -> impl Iterator<Item = &Extension> {
        let all = self.inner.tbs_certificate.extensions.as_ref();
        all.into_iter().flat_map(|e| e.iter())
    }
}

impl fmt::Debug for Cert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let o = self.organization().unwrap_or_default();
        let cn = self.name().unwrap_or_default();
        write!(f, "certificate {} of O={o}, CN={cn}", self.serial())
    }
}

/// Checks `chain` (the end first, each next one the issuer of the one before) up to `root` at
/// `now`. The root itself may or may not stand at its end.
pub fn verify_chain(what: &'static str, chain: &[Cert], root: &Cert, now: Utc) -> Result<()> {
    let Some(mut below) = chain.first() else {
        return Err(Error::Chain(what));
    };
    for above in chain.iter().skip(1).take(4) {
        if above == root {
            break;
        }
        below.verify(what, above, now)?;
        below = above;
    }
    below.verify(what, root, now)?;
    let (from, until) = root.validity();
    if now < from || now.secs() > until.secs() {
        return Err(Error::Expired("root certificate"));
    }
    Ok(())
}

/// Checks that the certificate's organisation is `wanted`.
pub fn check_organization(what: &'static str, cert: &Cert, wanted: &str) -> Result<()> {
    let found = cert.organization().unwrap_or_default();
    if found != wanted {
        return Err(other(what, found, wanted));
    }
    Ok(())
}

/// A value as DER. Our own values always have a DER form.
pub(crate) fn der<T: rasn::Encode>(value: &T) -> Vec<u8> {
    rasn::der::encode(value).unwrap_or_default()
}

/// A time as the certificate profile wants it (UTCTime until 2049).
pub(crate) fn utc_time(t: Utc) -> UtcTime {
    UtcTime::from_timestamp(t.secs() as i64, 0).unwrap_or_default()
}

/// ecdsa-with-SHA256, RFC 5758 3.2: without parameters.
pub(crate) fn ecdsa_sha256() -> AlgorithmIdentifier {
    AlgorithmIdentifier {
        algorithm: oid(ECDSA_SHA256),
        parameters: None,
    }
}

/// True for ecdsa-with-SHA256.
pub(crate) fn is_ecdsa_sha256(a: &AlgorithmIdentifier) -> bool {
    is(&a.algorithm, ECDSA_SHA256)
}

/// A serial number as lower-case hex without leading zero octets.
pub(crate) fn serial_hex(serial: &Integer) -> String {
    let octets = der(serial);
    let value = octets.get(2..).unwrap_or(&[]);
    let zeros = value.iter().take_while(|o| **o == 0).count();
    hex(value.get(zeros..).unwrap_or(&[]))
}

fn moment(t: &Time) -> Utc {
    let secs = match t {
        Time::Utc(t) => t.timestamp(),
        Time::General(t) => t.timestamp(),
    };
    Utc::from_secs(u64::try_from(secs).unwrap_or(0))
}

fn name(organization: &str, common: &str) -> Name {
    let part = |arcs, text: &str| {
        RelativeDistinguishedName::from(SetOf::from_vec(vec![AttributeTypeAndValue {
            r#type: oid(arcs),
            value: Any::new(der(&text.to_owned())),
        }]))
    };
    Name::RdnSequence(vec![
        part(ORGANIZATION, organization),
        part(COMMON_NAME, common),
    ])
}

fn attribute(name: &Name, arcs: &[u32]) -> Option<String> {
    let Name::RdnSequence(parts) = name;
    let found = parts
        .iter()
        .flat_map(|p| p.iter())
        .find(|a| is(&a.r#type, arcs))?;
    let octets = found.value.as_bytes();
    rasn::der::decode::<String>(octets).ok().or_else(|| {
        rasn::der::decode::<rasn::types::PrintableString>(octets)
            .ok()
            .and_then(|p| String::from_utf8(p.as_bytes().to_vec()).ok())
    })
}

fn make(
    template: &Template,
    key: &PublicKey,
    issuer: Name,
    signer: &Key,
    rng: &mut Rng,
) -> Result<Cert> {
    let extension = |arcs, critical, value: Vec<u8>| Extension {
        extn_id: oid(arcs),
        critical,
        extn_value: OctetString::from(value),
    };
    let mut extensions = Vec::new();
    // named bits: 0 digitalSignature, 4 keyAgreement, 5 keyCertSign, 6 cRLSign
    let key_usage: &[u8] = match template.usage {
        Usage::Authority(_) => &[3, 2, 1, 0b0000_0110],
        Usage::Platform => &[3, 2, 3, 0b1000_1000],
        Usage::Sign | Usage::Ocsp | Usage::Tls => &[3, 2, 7, 0b1000_0000],
    };
    if let Usage::Authority(below) = template.usage {
        let constraints = BasicConstraints {
            ca: true,
            path_len_constraint: Some(Integer::from(below)),
        };
        extensions.push(extension(BASIC_CONSTRAINTS, true, der(&constraints)));
    }
    extensions.push(extension(KEY_USAGE, true, key_usage.to_vec()));
    if template.usage == Usage::Ocsp {
        extensions.push(extension(
            EXT_KEY_USAGE,
            false,
            der(&vec![oid(OCSP_SIGNING)]),
        ));
        extensions.push(extension(OCSP_NO_CHECK, false, vec![5, 0]));
    }
    if template.usage == Usage::Tls {
        let uses = vec![oid(SERVER_AUTH), oid(CLIENT_AUTH)];
        extensions.push(extension(EXT_KEY_USAGE, false, der(&uses)));
    }
    let id = |k: &PublicKey| OctetString::from(k.id().to_vec());
    extensions.push(extension(SUBJECT_KEY_ID, false, der(&id(key))));
    let authority = AuthorityKeyIdentifier {
        key_identifier: Some(id(&signer.public())),
        ..Default::default()
    };
    extensions.push(extension(AUTHORITY_KEY_ID, false, der(&authority)));
    if let Some(uri) = &template.ocsp_uri {
        let uri = uri.as_bytes().to_vec().try_into();
        let access = vec![AccessDescription {
            access_method: oid(AD_OCSP),
            access_location: GeneralName::Uri(uri.map_err(|_| Error::Malformed("OCSP address"))?),
        }];
        extensions.push(extension(AUTHORITY_INFO, false, der(&access)));
    }
    if let Some((arcs, value)) = &template.extension {
        extensions.push(extension(arcs, false, value.clone()));
    }
    // 16 octets, positive, never 0 (RFC 5280 4.1.2.2)
    let serial = i128::from_be_bytes(rng.array()) & i128::MAX | 1 << 120;
    let tbs = TbsCertificate {
        version: Version::V3,
        serial_number: Integer::from(serial),
        signature: ecdsa_sha256(),
        issuer,
        validity: Validity {
            not_before: Time::Utc(utc_time(template.from)),
            not_after: Time::Utc(utc_time(template.until)),
        },
        subject: name(&template.organization, &template.name),
        subject_public_key_info: key.spki(),
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some(Extensions::from(extensions)),
    };
    let signature = signer.sign_der(&der(&tbs));
    let inner = Certificate {
        tbs_certificate: tbs,
        signature_algorithm: ecdsa_sha256(),
        signature_value: BitString::from_vec(signature),
    };
    Cert::parse(&der(&inner))
}
