//! Sealing and signing, CMS: AuthEnvelopedData (RFC 5083) with AES-256-GCM (RFC 5084) and ECDH
//! (RFC 5753); SignedData (RFC 5652) with ECDSA. Content is always id-data.
use crate::{
    error::{Error, Result},
    key::{Key, PublicKey, is, oid},
    x509::{Cert, der, ecdsa_sha256, is_ecdsa_sha256, utc_time},
};
use aes::{
    Aes256,
    cipher::{BlockCipherDecrypt, BlockCipherEncrypt},
};
use aes_gcm::{Aes256Gcm, KeyInit, aead::Aead};
use engine::{Rng, Utc};
use rasn::{
    AsnType, Decode, Decoder, Encode, Encoder,
    types::{Any, BitString, Integer, OctetString, SetOf},
};
use rasn_cms::{
    AlgorithmIdentifier, Attribute, AuthEnvelopedData, CertificateChoices, ContentInfo,
    EncapsulatedContentInfo, EncryptedContentInfo, IssuerAndSerialNumber,
    KeyAgreeRecipientIdentifier, KeyAgreeRecipientInfo, OriginatorIdentifierOrKey,
    OriginatorPublicKey, RecipientEncryptedKey, RecipientInfo, RecipientKeyIdentifier, SignedData,
    SignerIdentifier, SignerInfo,
};
use sha2::{Digest, Sha256};

const DATA: &[u32] = &[1, 2, 840, 113549, 1, 7, 1];
const SIGNED_DATA: &[u32] = &[1, 2, 840, 113549, 1, 7, 2];
const AUTH_ENVELOPED: &[u32] = &[1, 2, 840, 113549, 1, 9, 16, 1, 23];
const CONTENT_TYPE: &[u32] = &[1, 2, 840, 113549, 1, 9, 3];
const MESSAGE_DIGEST: &[u32] = &[1, 2, 840, 113549, 1, 9, 4];
const SIGNING_TIME: &[u32] = &[1, 2, 840, 113549, 1, 9, 5];
const SHA256: &[u32] = &[2, 16, 840, 1, 101, 3, 4, 2, 1];
const AES256_GCM: &[u32] = &[2, 16, 840, 1, 101, 3, 4, 1, 46];
const AES256_WRAP: &[u32] = &[2, 16, 840, 1, 101, 3, 4, 1, 45];
/// dhSinglePass-stdDH-sha256kdf-scheme, RFC 5753 7.1.4.
const STD_DH_SHA256: &[u32] = &[1, 3, 132, 1, 11, 1];
const EC_PUBLIC_KEY: &[u32] = &[1, 2, 840, 10045, 2, 1];

/// GCMParameters, RFC 5084 3.2.
#[derive(AsnType, Encode, Decode)]
struct GcmParameters {
    nonce: OctetString,
    icv_len: Option<Integer>,
}

/// ECC-CMS-SharedInfo, RFC 5753 7.2.
#[derive(AsnType, Encode)]
struct SharedInfo {
    key_info: AlgorithmIdentifier,
    #[rasn(tag(explicit(0)))]
    entity_u_info: Option<OctetString>,
    #[rasn(tag(explicit(2)))]
    supp_pub_info: OctetString,
}

/// Seals `content` to `to`: ContentInfo DER. The ephemeral key, content key and nonce come from `rng`.
pub fn seal(content: &[u8], to: &PublicKey, rng: &mut Rng) -> Result<Vec<u8>> {
    let what = "sealed object";
    let ephemeral = Key::generate(rng);
    let content_key: [u8; 32] = rng.array();
    let nonce: [u8; 12] = rng.array();
    let sealed = Aes256Gcm::new(&content_key.into())
        .encrypt(&nonce.into(), content)
        .map_err(|_| Error::Malformed(what))?;
    let (octets, tag) = sealed
        .split_at_checked(content.len())
        .ok_or(Error::Malformed(what))?;
    let kek = key_encryption_key(&ephemeral, to, None);
    let recipient = KeyAgreeRecipientInfo {
        version: Integer::from(3),
        originator: OriginatorIdentifierOrKey::OriginatorPublicKey(OriginatorPublicKey {
            algorithm: algorithm(EC_PUBLIC_KEY, None),
            public_key: BitString::from_vec(ephemeral.public().point()),
        }),
        user_keying_material: None,
        key_encryption_algorithm: algorithm(STD_DH_SHA256, Some(der(&wrap_algorithm()))),
        recipient_encrypted_keys: vec![RecipientEncryptedKey {
            key_agree_recipient_identifier: KeyAgreeRecipientIdentifier::RecipientKeyIdentifier(
                RecipientKeyIdentifier {
                    subject_key_identifier: OctetString::from(to.id().to_vec()),
                    date: None,
                    other: None,
                },
            ),
            encrypted_key: OctetString::from(wrap(&kek, &content_key)),
        }],
    };
    let parameters = GcmParameters {
        nonce: OctetString::from(nonce.to_vec()),
        icv_len: Some(Integer::from(16)),
    };
    let envelope = AuthEnvelopedData {
        version: Integer::from(0),
        originator_info: None,
        recipient_infos: SetOf::from_vec(vec![RecipientInfo::KeyAgreeRecipientInfo(recipient)]),
        auth_encrypted_content_info: EncryptedContentInfo {
            content_type: oid(DATA),
            content_encryption_algorithm: algorithm(AES256_GCM, Some(der(&parameters))),
            encrypted_content: Some(OctetString::from_slice(octets)),
        },
        auth_attrs: None,
        mac: OctetString::from_slice(tag),
        unauth_attrs: None,
    };
    Ok(content_info(AUTH_ENVELOPED, der(&envelope)))
}

/// Opens what was sealed to `key`.
///
/// # Errors
/// [`Error::Sealed`] where it was sealed to another key or changed.
pub fn open(sealed: &[u8], key: &Key) -> Result<Vec<u8>> {
    let what = "sealed object";
    let envelope: AuthEnvelopedData = rasn::der::decode(&content_of(what, sealed, AUTH_ENVELOPED)?)
        .map_err(|_| Error::Malformed(what))?;
    let own = key.public().id();
    let (agree, wrapped) = envelope
        .recipient_infos
        .iter()
        .filter_map(|r| match r {
            RecipientInfo::KeyAgreeRecipientInfo(k) => Some(k),
            _ => None,
        })
        .find_map(|k| {
            let ours = k.recipient_encrypted_keys.iter().find(|r| {
                matches!(&r.key_agree_recipient_identifier,
                    KeyAgreeRecipientIdentifier::RecipientKeyIdentifier(id)
                        if *id.subject_key_identifier == own[..])
            })?;
            Some((k, &ours.encrypted_key))
        })
        .ok_or(Error::Sealed(what))?;
    let OriginatorIdentifierOrKey::OriginatorPublicKey(sender) = &agree.originator else {
        return Err(Error::Unsupported(what));
    };
    let wrapping = agree.key_encryption_algorithm.parameters.as_ref();
    let wrapping: Option<AlgorithmIdentifier> =
        wrapping.and_then(|p| rasn::der::decode(p.as_bytes()).ok());
    if !is(&agree.key_encryption_algorithm.algorithm, STD_DH_SHA256)
        || !wrapping.is_some_and(|w| is(&w.algorithm, AES256_WRAP))
    {
        return Err(Error::Unsupported(what));
    }
    let sender = PublicKey::from_point(sender.public_key.as_raw_slice())?;
    let kek = key_encryption_key(key, &sender, agree.user_keying_material.as_ref());
    let content_key = unwrap(&kek, wrapped).ok_or(Error::Sealed(what))?;
    let info = &envelope.auth_encrypted_content_info;
    let encryption = &info.content_encryption_algorithm;
    let parameters = encryption.parameters.as_ref();
    let parameters: GcmParameters = parameters
        .and_then(|p| rasn::der::decode(p.as_bytes()).ok())
        .ok_or(Error::Malformed(what))?;
    let nonce: [u8; 12] = (*parameters.nonce)
        .try_into()
        .map_err(|_| Error::Unsupported(what))?;
    if !is(&encryption.algorithm, AES256_GCM)
        || parameters.icv_len != Some(Integer::from(16))
        || envelope.auth_attrs.is_some()
    {
        return Err(Error::Unsupported(what));
    }
    let mut octets = info.encrypted_content.as_deref().unwrap_or(&[]).to_vec();
    octets.extend_from_slice(&envelope.mac);
    Aes256Gcm::new(&content_key.into())
        .decrypt(&nonce.into(), octets.as_slice())
        .map_err(|_| Error::Sealed(what))
}

/// Signs `content` with the key of `chain`'s first certificate: ContentInfo DER, content and
/// chain inside.
pub fn sign(content: &[u8], key: &Key, chain: &[Cert], now: Utc) -> Result<Vec<u8>> {
    let what = "signed object";
    let signer = &chain.first().ok_or(Error::Chain(what))?.inner;
    let attributes = signed_attributes(content, now);
    let info = SignerInfo {
        version: Integer::from(1),
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: signer.tbs_certificate.issuer.clone(),
            serial_number: signer.tbs_certificate.serial_number.clone(),
        }),
        digest_algorithm: algorithm(SHA256, None),
        signature: OctetString::from(key.sign_der(&der(&attributes))),
        signed_attrs: Some(attributes),
        signature_algorithm: ecdsa_sha256(),
        unsigned_attrs: None,
    };
    let certificates = chain
        .iter()
        .map(|c| CertificateChoices::Certificate(Box::new(c.inner.clone())))
        .collect();
    let data = SignedData {
        version: Integer::from(1),
        digest_algorithms: SetOf::from_vec(vec![algorithm(SHA256, None)]),
        encap_content_info: EncapsulatedContentInfo {
            content_type: oid(DATA),
            content: Some(OctetString::from_slice(content)),
        },
        certificates: Some(SetOf::from_vec(certificates)),
        crls: None,
        signer_infos: SetOf::from_vec(vec![info]),
    };
    Ok(content_info(SIGNED_DATA, der(&data)))
}

/// Checks what was signed: signature, digest, and the chain to `root` at `now`. Gives the content
/// and the signer's certificate.
pub fn verify(signed: &[u8], root: &Cert, now: Utc) -> Result<(Vec<u8>, Cert)> {
    let what = "signed object";
    let bad = || Error::Malformed(what);
    let data: SignedData =
        rasn::der::decode(&content_of(what, signed, SIGNED_DATA)?).map_err(|_| bad())?;
    let content = data.encap_content_info.content.ok_or_else(bad)?;
    let mut signers = data.signer_infos.iter();
    let (Some(info), None) = (signers.next(), signers.next()) else {
        return Err(Error::Unsupported(what));
    };
    let certs = data
        .certificates
        .iter()
        .flat_map(|set| set.iter())
        .filter_map(|c| match c {
            CertificateChoices::Certificate(c) => Some(Cert::parse(&der(c.as_ref()))),
            _ => None,
        })
        .collect::<Result<Vec<_>>>()?;
    let SignerIdentifier::IssuerAndSerialNumber(id) = &info.sid else {
        return Err(Error::Unsupported(what));
    };
    let signer = certs
        .iter()
        .find(|c| {
            c.inner.tbs_certificate.serial_number == id.serial_number
                && c.inner.tbs_certificate.issuer == id.issuer
        })
        .ok_or(Error::Chain(what))?;
    crate::x509::verify_chain("signer's certificate", &path(signer, &certs), root, now)?;
    if !is(&info.digest_algorithm.algorithm, SHA256) || !is_ecdsa_sha256(&info.signature_algorithm)
    {
        return Err(Error::Unsupported(what));
    }
    let attributes = info.signed_attrs.as_ref().ok_or_else(bad)?;
    let value = |arcs| {
        let a = attributes.iter().find(|a| is(&a.r#type, arcs))?;
        a.values.iter().next().map(|v| v.as_bytes().to_vec())
    };
    if value(CONTENT_TYPE) != Some(der(&oid(DATA)))
        || !is(&data.encap_content_info.content_type, DATA)
    {
        return Err(bad());
    }
    if value(MESSAGE_DIGEST) != Some(der(&digest(&content))) {
        return Err(Error::Signature(what));
    }
    signer
        .key()?
        .verify_der(what, &der(attributes), &info.signature)?;
    Ok((content.to_vec(), signer.clone()))
}

/// The way up from `end` through `certs`.
fn path(end: &Cert, certs: &[Cert]) -> Vec<Cert> {
    let mut way = vec![end.clone()];
    while let Some(last) = way.last() {
        let above = certs.iter().find(|c| {
            c.inner.tbs_certificate.subject == last.inner.tbs_certificate.issuer && !way.contains(c)
        });
        match above {
            Some(c) if way.len() < 5 => way.push(c.clone()),
            _ => break,
        }
    }
    way
}

fn signed_attributes(content: &[u8], now: Utc) -> SetOf<Attribute> {
    let attribute = |arcs, value| Attribute {
        r#type: oid(arcs),
        values: SetOf::from_vec(vec![Any::new(value)]),
    };
    SetOf::from_vec(vec![
        attribute(CONTENT_TYPE, der(&oid(DATA))),
        attribute(SIGNING_TIME, der(&utc_time(now))),
        attribute(MESSAGE_DIGEST, der(&digest(content))),
    ])
}

fn digest(content: &[u8]) -> OctetString {
    OctetString::from(<[u8; 32]>::from(Sha256::digest(content)).to_vec())
}

fn algorithm(arcs: &'static [u32], parameters: Option<Vec<u8>>) -> AlgorithmIdentifier {
    AlgorithmIdentifier {
        algorithm: oid(arcs),
        parameters: parameters.map(Any::new),
    }
}

fn wrap_algorithm() -> AlgorithmIdentifier {
    algorithm(AES256_WRAP, None)
}

fn content_info(arcs: &'static [u32], content: Vec<u8>) -> Vec<u8> {
    der(&ContentInfo {
        content_type: oid(arcs),
        content: Any::new(content),
    })
}

fn content_of(what: &'static str, octets: &[u8], arcs: &[u32]) -> Result<Vec<u8>> {
    let info: ContentInfo = rasn::der::decode(octets).map_err(|_| Error::Malformed(what))?;
    if !is(&info.content_type, arcs) {
        return Err(Error::Unsupported(what));
    }
    Ok(info.content.into_bytes())
}

/// ANSI X9.63 KDF with SHA-256, RFC 5753 7.2: one round gives the 32 octets.
fn key_encryption_key(own: &Key, peer: &PublicKey, ukm: Option<&OctetString>) -> [u8; 32] {
    let info = SharedInfo {
        key_info: wrap_algorithm(),
        entity_u_info: ukm.cloned(),
        supp_pub_info: OctetString::from_static(&[0, 0, 1, 0]),
    };
    Sha256::new()
        .chain_update(own.agree(peer))
        .chain_update([0, 0, 0, 1])
        .chain_update(der(&info))
        .finalize()
        .into()
}

/// AES key wrap, RFC 3394 2.2.1.
fn wrap(kek: &[u8; 32], key: &[u8; 32]) -> Vec<u8> {
    let cipher = Aes256::new(kek.into());
    let mut a = [0xa6u8; 8];
    let mut r: [[u8; 8]; 4] = split(key);
    for j in 0..6u64 {
        for (i, block) in (1u64..).zip(r.iter_mut()) {
            let mut b: aes::Block = join(a, *block).into();
            cipher.encrypt_block(&mut b);
            let (hi, lo) = halves(b.into());
            let t = j.wrapping_mul(4).wrapping_add(i);
            a = (u64::from_be_bytes(hi) ^ t).to_be_bytes();
            *block = lo;
        }
    }
    a.into_iter().chain(r.into_iter().flatten()).collect()
}

/// The same back, RFC 3394 2.2.2; `None` where the integrity check fails.
fn unwrap(kek: &[u8; 32], wrapped: &[u8]) -> Option<[u8; 32]> {
    let cipher = Aes256::new(kek.into());
    let (a, rest) = wrapped.split_first_chunk::<8>()?;
    let mut a = *a;
    let mut r: [[u8; 8]; 4] = split(rest.try_into().ok()?);
    for j in (0..6u64).rev() {
        for (i, block) in (1u64..)
            .zip(r.iter_mut())
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
        {
            let t = j.wrapping_mul(4).wrapping_add(i);
            let mut b: aes::Block = join((u64::from_be_bytes(a) ^ t).to_be_bytes(), *block).into();
            cipher.decrypt_block(&mut b);
            (a, *block) = halves(b.into());
        }
    }
    let mut key = [0; 32];
    for (to, from) in key.iter_mut().zip(r.into_iter().flatten()) {
        *to = from;
    }
    (a == [0xa6; 8]).then_some(key)
}

fn split(key: &[u8; 32]) -> [[u8; 8]; 4] {
    let mut r = [[0; 8]; 4];
    for (to, from) in r.iter_mut().flatten().zip(key) {
        *to = *from;
    }
    r
}

fn join(a: [u8; 8], b: [u8; 8]) -> [u8; 16] {
    (u128::from(u64::from_be_bytes(a)) << 64 | u128::from(u64::from_be_bytes(b))).to_be_bytes()
}

fn halves(b: [u8; 16]) -> ([u8; 8], [u8; 8]) {
    let n = u128::from_be_bytes(b);
    (((n >> 64) as u64).to_be_bytes(), (n as u64).to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_wrap_vector_of_rfc_3394_4_6() {
        let kek: [u8; 32] = std::array::from_fn(|i| i as u8);
        let key: [u8; 32] = crate::text::from_hex(
            "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
        )
        .unwrap()
        .try_into()
        .unwrap();
        let wrapped = wrap(&kek, &key);
        assert_eq!(
            crate::text::hex(&wrapped),
            "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"
        );
        assert_eq!(unwrap(&kek, &wrapped), Some(key));
        let mut bad = wrapped;
        bad[9] ^= 1;
        assert_eq!(unwrap(&kek, &bad), None);
    }
}
