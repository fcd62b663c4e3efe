//! OCSP, RFC 6960, with the nonce of RFC 9654: request and response, both sides.
//!
//! CertID with SHA-1 (what every responder knows); responses signed by a delegated responder or
//! by the issuer itself. Signatures other than ecdsa-with-SHA256 are read but not believed.
use crate::{
    error::{Error, Result},
    key::{Key, is, oid},
    x509::{Cert, der, ecdsa_sha256, is_ecdsa_sha256, serial_hex, utc_time},
};
use engine::Utc;
use rasn::types::{Any, BitString, GeneralizedTime, Integer, OctetString};
use rasn_ocsp::{
    BasicOcspResponse, CertId, CertStatus, OcspRequest, OcspResponse, OcspResponseStatus, Request,
    ResponderId, ResponseBytes, ResponseData, RevokedInfo, SingleResponse, TbsRequest,
};
use rasn_pkix::{AlgorithmIdentifier, CrlReason, Extension, Extensions};
use sha1::Digest;
use std::fmt;

/// Media type of a request.
pub const REQUEST_TYPE: &str = "application/ocsp-request";
/// Media type of a response.
pub const RESPONSE_TYPE: &str = "application/ocsp-response";

const SHA1: &[u32] = &[1, 3, 14, 3, 2, 26];
const NONCE: &[u32] = &[1, 3, 6, 1, 5, 5, 7, 48, 1, 2];
const BASIC: &[u32] = &[1, 3, 6, 1, 5, 5, 7, 48, 1, 1];
/// How far the clocks of two parties may be apart, seconds.
const SKEW: u64 = 60;

/// Which certificate: hashes of its issuer, and its serial number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id {
    /// SHA-1 of the issuer's name.
    pub issuer_name_hash: Vec<u8>,
    /// SHA-1 of the issuer's key.
    pub issuer_key_hash: Vec<u8>,
    /// Serial number, hex as [`Cert::serial`].
    pub serial: String,
    raw: Vec<u8>,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The certificates asked about.
    pub ids: Vec<Id>,
    /// The nonce, where there is one (RFC 9654: 1 to 128 octets).
    pub nonce: Option<Vec<u8>>,
}

/// What an authority knows about a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Not revoked.
    Good,
    /// Revoked, since when and why (RFC 5280 5.3.1).
    Revoked {
        /// Since when.
        at: Utc,
        /// Reason code.
        reason: Option<u8>,
    },
    /// Not issued here.
    Unknown,
}

/// Answers that carry no status (RFC 6960 4.2.1), and a responder that could not be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// malformedRequest (1).
    MalformedRequest,
    /// internalError (2).
    InternalError,
    /// tryLater (3).
    TryLater,
    /// sigRequired (5).
    SigRequired,
    /// unauthorized (6).
    Unauthorized,
}

/// One status with its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Single {
    /// Of which certificate.
    pub id: Id,
    /// What is known.
    pub status: Status,
    /// When it was known to be so.
    pub this_update: Utc,
    /// Until when this may be used.
    pub next_update: Option<Utc>,
}

/// A response: a failure, or signed statuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// No status.
    Failure(Failure),
    /// Statuses, not yet checked.
    Basic(Box<Basic>),
}

/// Signed statuses as they came. Believe them only after [`Basic::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basic {
    /// The statuses.
    pub singles: Vec<Single>,
    /// When the response was signed.
    pub produced_at: Utc,
    /// The nonce, where there is one.
    pub nonce: Option<Vec<u8>>,
    /// Certificates that came along.
    pub certs: Vec<Cert>,
    inner: BasicOcspResponse,
}

impl Id {
    /// Of `cert`, issued by `issuer`.
    pub fn of(cert: &Cert, issuer: &Cert) -> Self {
        let name = der(&issuer.inner.tbs_certificate.subject);
        let key = &issuer
            .inner
            .tbs_certificate
            .subject_public_key_info
            .subject_public_key;
        let hash = |octets: &[u8]| {
            OctetString::from(<[u8; 20]>::from(sha1::Sha1::digest(octets)).to_vec())
        };
        Self::read(&CertId {
            hash_algorithm: AlgorithmIdentifier {
                algorithm: oid(SHA1),
                parameters: Some(Any::new(vec![5, 0])),
            },
            issuer_name_hash: hash(&name),
            issuer_key_hash: hash(key.as_raw_slice()),
            serial_number: cert.inner.tbs_certificate.serial_number.clone(),
        })
    }

    fn read(id: &CertId) -> Self {
        Self {
            issuer_name_hash: id.issuer_name_hash.to_vec(),
            issuer_key_hash: id.issuer_key_hash.to_vec(),
            serial: serial_hex(&id.serial_number),
            raw: der(id),
        }
    }

    fn write(&self) -> Result<CertId> {
        rasn::der::decode(&self.raw).map_err(|_| Error::Malformed("CertID"))
    }
}

impl Ask {
    /// About one certificate, with a nonce of 32 octets.
    pub fn new(cert: &Cert, issuer: &Cert, nonce: [u8; 32]) -> Self {
        Self {
            ids: vec![Id::of(cert, issuer)],
            nonce: Some(nonce.to_vec()),
        }
    }

    /// As DER: the body of a POST.
    pub fn to_der(&self) -> Result<Vec<u8>> {
        let request_list = self
            .ids
            .iter()
            .map(|id| {
                Ok(Request {
                    req_cert: id.write()?,
                    single_request_extensions: None,
                })
            })
            .collect::<Result<_>>()?;
        Ok(der(&OcspRequest {
            tbs_request: TbsRequest {
                version: Integer::from(0),
                requestor_name: None,
                request_list,
                request_extensions: nonce_extension(self.nonce.as_deref()),
            },
            optional_signature: None,
        }))
    }

    /// From DER. A signature on the request is not looked at.
    pub fn parse(octets: &[u8]) -> Result<Self> {
        let what = "OCSP request";
        let r: OcspRequest = rasn::der::decode(octets).map_err(|_| Error::Malformed(what))?;
        Ok(Self {
            ids: r
                .tbs_request
                .request_list
                .iter()
                .map(|r| Id::read(&r.req_cert))
                .collect(),
            nonce: find_nonce(r.tbs_request.request_extensions.as_ref()),
        })
    }
}

/// Who signs responses: the responder's certificate and key.
#[derive(Debug, Clone)]
pub struct Responder {
    /// Its certificate: the issuer's own, or one with id-kp-OCSPSigning from it.
    pub cert: Cert,
    /// Its key.
    pub key: Key,
    /// For how many seconds an answer may be used.
    pub lifetime: u64,
}

impl Responder {
    /// Answers `ask` with what `status` says of each certificate.
    pub fn answer(
        &self,
        ask: &Ask,
        now: Utc,
        mut status: impl FnMut(&Id) -> Status,
    ) -> Result<Vec<u8>> {
        let time = |t: Utc| -> GeneralizedTime { utc_time(t).fixed_offset() };
        let until = Utc::from_secs(now.secs().saturating_add(self.lifetime));
        let responses = ask
            .ids
            .iter()
            .map(|id| {
                Ok(SingleResponse {
                    cert_id: id.write()?,
                    cert_status: match status(id) {
                        Status::Good => CertStatus::Good,
                        Status::Unknown => CertStatus::Unknown(()),
                        Status::Revoked { at, reason } => CertStatus::Revoked(RevokedInfo {
                            revocation_time: time(at),
                            revocation_reason: reason.and_then(crl_reason),
                        }),
                    },
                    this_update: time(now),
                    next_update: Some(time(until)),
                    single_extensions: None,
                })
            })
            .collect::<Result<_>>()?;
        let data = ResponseData {
            version: Integer::from(0),
            responder_id: ResponderId::ByKey(OctetString::from(self.key.public().id().to_vec())),
            produced_at: time(now),
            responses,
            response_extensions: nonce_extension(ask.nonce.as_deref()),
        };
        let signature = self.key.sign_der(&der(&data));
        let basic = BasicOcspResponse {
            tbs_response_data: data,
            signature_algorithm: ecdsa_sha256(),
            signature: BitString::from_vec(signature),
            certs: Some(vec![self.cert.inner.clone()]),
        };
        Ok(der(&OcspResponse {
            status: OcspResponseStatus::Successful,
            bytes: Some(ResponseBytes {
                r#type: oid(BASIC),
                response: OctetString::from(der(&basic)),
            }),
        }))
    }
}

impl Failure {
    /// The unsigned answer that says so.
    pub fn to_der(self) -> Vec<u8> {
        der(&OcspResponse {
            status: match self {
                Self::MalformedRequest => OcspResponseStatus::MalformedRequest,
                Self::InternalError => OcspResponseStatus::InternalError,
                Self::TryLater => OcspResponseStatus::TryLater,
                Self::SigRequired => OcspResponseStatus::SigRequired,
                Self::Unauthorized => OcspResponseStatus::Unauthorized,
            },
            bytes: None,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MalformedRequest => "malformedRequest",
            Self::InternalError => "internalError",
            Self::TryLater => "tryLater",
            Self::SigRequired => "sigRequired",
            Self::Unauthorized => "unauthorized",
        })
    }
}

impl Answer {
    /// From DER.
    pub fn parse(octets: &[u8]) -> Result<Self> {
        let bad = || Error::Malformed("OCSP response");
        let r: OcspResponse = rasn::der::decode(octets).map_err(|_| bad())?;
        let failure = match r.status {
            OcspResponseStatus::Successful => None,
            OcspResponseStatus::MalformedRequest => Some(Failure::MalformedRequest),
            OcspResponseStatus::InternalError => Some(Failure::InternalError),
            OcspResponseStatus::TryLater => Some(Failure::TryLater),
            OcspResponseStatus::SigRequired => Some(Failure::SigRequired),
            OcspResponseStatus::Unauthorized => Some(Failure::Unauthorized),
        };
        if let Some(f) = failure {
            return Ok(Self::Failure(f));
        }
        let bytes = r.bytes.ok_or_else(bad)?;
        if !is(&bytes.r#type, BASIC) {
            return Err(Error::Unsupported("OCSP response"));
        }
        let inner: BasicOcspResponse = rasn::der::decode(&bytes.response).map_err(|_| bad())?;
        if der(&inner) != bytes.response.as_ref() {
            return Err(bad());
        }
        let data = &inner.tbs_response_data;
        let certs = inner.certs.iter().flatten();
        Ok(Self::Basic(Box::new(Basic {
            singles: data.responses.iter().map(single).collect(),
            produced_at: moment(&data.produced_at),
            nonce: find_nonce(data.response_extensions.as_ref()),
            certs: certs.map(|c| Cert::parse(&der(c))).collect::<Result<_>>()?,
            inner,
        })))
    }

    /// The status of `cert`: parsed, signed by `issuer` or its delegate, fresh, with our nonce.
    /// Everything but `good` is an error (fail closed).
    pub fn check(octets: &[u8], ask: &Ask, issuer: &Cert, now: Utc) -> Result<()> {
        match Self::parse(octets)? {
            Self::Failure(f) => Err(Error::NoStatus(f)),
            Self::Basic(b) => match b.verify(ask, issuer, now)? {
                Status::Good => Ok(()),
                Status::Revoked { .. } => Err(Error::Revoked("platform credential")),
                Status::Unknown => Err(Error::Unknown("platform credential")),
            },
        }
    }
}

impl Basic {
    /// The status of the first certificate asked for, after all checks of RFC 6960 3.2.
    pub fn verify(&self, ask: &Ask, issuer: &Cert, now: Utc) -> Result<Status> {
        let what = "OCSP response";
        let data = &self.inner.tbs_response_data;
        let by = |c: &Cert| match &data.responder_id {
            ResponderId::ByKey(k) => c.key().is_ok_and(|key| key.id()[..] == **k),
            ResponderId::ByName(n) => c.inner.tbs_certificate.subject == *n,
        };
        let delegate = self.certs.iter().find(|c| by(c));
        let signer = match delegate {
            _ if by(issuer) => issuer,
            Some(c) => {
                c.verify("OCSP responder's certificate", issuer, now)?;
                if !c.may_sign_ocsp() {
                    return Err(Error::Chain(what));
                }
                c
            }
            None => return Err(Error::Chain(what)),
        };
        if !is_ecdsa_sha256(&self.inner.signature_algorithm) {
            return Err(Error::Unsupported(what));
        }
        let signature = self.inner.signature.as_raw_slice();
        signer.key()?.verify_der(what, &der(data), signature)?;
        if ask.nonce.is_some() && self.nonce != ask.nonce {
            return Err(Error::Replayed(what));
        }
        let wanted = ask.ids.first().ok_or(Error::Malformed("OCSP request"))?;
        let single = self
            .singles
            .iter()
            .find(|s| s.id == *wanted)
            .ok_or(Error::Unknown("certificate"))?;
        if single.this_update.secs() > now.secs().saturating_add(SKEW) {
            return Err(Error::Early(what));
        }
        if single
            .next_update
            .is_some_and(|t| t.secs().saturating_add(SKEW) < now.secs())
        {
            return Err(Error::Expired(what));
        }
        Ok(single.status)
    }
}

fn single(s: &SingleResponse) -> Single {
    Single {
        id: Id::read(&s.cert_id),
        status: match &s.cert_status {
            CertStatus::Good => Status::Good,
            CertStatus::Unknown(()) => Status::Unknown,
            CertStatus::Revoked(r) => Status::Revoked {
                at: moment(&r.revocation_time),
                reason: r.revocation_reason.map(|r| r as u8),
            },
        },
        this_update: moment(&s.this_update),
        next_update: s.next_update.as_ref().map(moment),
    }
}

fn moment(t: &GeneralizedTime) -> Utc {
    Utc::from_secs(u64::try_from(t.timestamp()).unwrap_or(0))
}

fn nonce_extension(nonce: Option<&[u8]>) -> Option<Extensions> {
    let value = der(&OctetString::from_slice(nonce?));
    Some(Extensions::from(vec![Extension {
        extn_id: oid(NONCE),
        critical: false,
        extn_value: OctetString::from(value),
    }]))
}

/// The nonce's octets; a bare value (older requesters leave the inner OCTET STRING out) as it stands.
fn find_nonce(extensions: Option<&Extensions>) -> Option<Vec<u8>> {
    let found = extensions?.iter().find(|e| is(&e.extn_id, NONCE))?;
    match rasn::der::decode::<OctetString>(&found.extn_value) {
        Ok(inner) => Some(inner.to_vec()),
        Err(_) => Some(found.extn_value.to_vec()),
    }
}

fn crl_reason(code: u8) -> Option<CrlReason> {
    rasn::der::decode(&[10, 1, code]).ok()
}
