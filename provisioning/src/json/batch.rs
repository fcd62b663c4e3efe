//! Before step 1: platform credentials, batches of PCIDs.
use crate::{
    error::{Error, Result, other},
    jose,
    key::{Key, PublicKey},
    measurement::Component,
    text::{B64, Secret16, SecretText, Sha256},
};
use engine::Rng;
use serde::{Deserialize, Serialize};

use super::TreId;

/// `typ` of a manifest.
pub const MANIFEST_TYPE: &str = "manifest+jwt";
/// `typ` of a proof of possession.
pub const PROOF_TYPE: &str = "tre-proof+jwt";

/// M2MES to PVA, `POST /pva/credentials`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueRequest {
    /// The machine.
    pub m2me_id: String,
    /// What kind.
    pub device_type: String,
    /// Its TRE.
    pub tre: TreId,
    /// The platform key, SubjectPublicKeyInfo.
    pub public_key: B64,
    /// JWS by the platform key over [`Proof`].
    pub proof: String,
    /// What a sound device of this type measures.
    pub reference: Vec<Component>,
}

/// What the platform key signs to prove that the TRE holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// As in the request.
    pub m2me_id: String,
    /// As in the request.
    pub device_type: String,
    /// As in the request.
    pub tre: TreId,
    /// As in the request.
    pub public_key: B64,
}

/// The PVA's answer, and that of `GET /pva/credentials/{tre id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// X.509, DER.
    pub certificate: B64,
    /// The PVA's CA, DER.
    pub issuer: B64,
    /// Serial number, hex.
    pub serial: String,
}

/// M2MES to CCIF, `POST /ccif/batches`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchRequest {
    /// The order's id.
    pub batch: String,
    /// Who orders.
    pub m2mes: String,
    /// How many PCIDs.
    pub count: u32,
    /// The RO whose PCIDs they are.
    pub plmn: String,
    /// The orderer's key, SubjectPublicKeyInfo.
    pub seal_to: B64,
}

/// The CCIF's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// The order's id.
    pub batch: String,
    /// JWS by the CCIF over [`Manifest`].
    pub manifest: String,
    /// [`Credentials`], sealed to the receiver.
    pub credentials: B64,
}

/// CCIF to ICF `POST /icf/pcids`, to DPF `POST /dpf/accounts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// The batch.
    #[serde(flatten)]
    pub batch: Batch,
    /// What the PCIDs may do (to the ICF).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Allowed>,
}

/// What a PCID's subscription allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// The only APN.
    pub apn: String,
    /// For how many seconds after an attach.
    pub lifetime: u32,
}

/// The answer to an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// The batch.
    pub batch: String,
    /// How many were taken.
    pub imported: u32,
}

/// ICF to CCIF, `POST /ccif/returns`: these PCIDs are free again (R53).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    /// The return's id: a word that is said again is the same one.
    pub id: String,
    /// The PCIDs.
    pub pcids: Vec<String>,
}

/// The manifest's claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The CCIF.
    pub iss: String,
    /// The batch.
    pub batch: String,
    /// Whose PCIDs.
    pub plmn: String,
    /// Issued, seconds since 1970.
    pub iat: u64,
    /// The PCIDs are good until, seconds since 1970.
    pub exp: u64,
    /// The PCIDs.
    pub pcids: Vec<String>,
    /// Hash of the plain credentials.
    pub sha256: Sha256,
}

/// What is sealed beside a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// One per PCID.
    pub entries: Vec<Entry>,
}

/// Credentials of one PCID (or of one IMSI, SHO to its HLR).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The PCID, or the IMSI.
    #[serde(alias = "imsi")]
    pub pcid: String,
    /// K.
    pub k: Secret16,
    /// OPc.
    pub opc: Secret16,
    /// `milenage` or `tuak`.
    pub algorithm: String,
    /// The device-management account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dm: Option<DmAccount>,
    /// The PIN by which the device knows a bootstrap of its own DPF (R29).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<SecretText>,
}

/// A device-management account (DMAcc), both directions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DmAccount {
    /// Name of the device at the DPF.
    pub client_name: String,
    /// Its secret.
    pub client_secret: SecretText,
    /// First nonce of the device.
    pub client_nonce: B64,
    /// Name of the DPF at the device.
    pub server_id: String,
    /// Its secret.
    pub server_secret: SecretText,
    /// First nonce of the DPF.
    pub server_nonce: B64,
}

impl IssueRequest {
    /// A request, the proof made with the platform key.
    pub fn new(
        m2me_id: &str,
        device_type: &str,
        tre: &TreId,
        key: &Key,
        reference: Vec<Component>,
    ) -> Result<Self> {
        let proof = Proof {
            m2me_id: m2me_id.to_owned(),
            device_type: device_type.to_owned(),
            tre: tre.clone(),
            public_key: B64(key.public().spki_der()),
        };
        Ok(Self {
            proof: jose::sign(PROOF_TYPE, &proof, key, None, &[])?,
            m2me_id: proof.m2me_id,
            device_type: proof.device_type,
            tre: proof.tre,
            public_key: proof.public_key,
            reference,
        })
    }

    /// The platform key, when the proof holds.
    pub fn verify(&self) -> Result<PublicKey> {
        let key = PublicKey::from_spki_der(&self.public_key.0)?;
        let proof: Proof = jose::parse(PROOF_TYPE, &self.proof)?.verify(&key)?;
        let said = (
            &self.m2me_id,
            &self.device_type,
            &self.tre,
            &self.public_key,
        );
        if (
            &proof.m2me_id,
            &proof.device_type,
            &proof.tre,
            &proof.public_key,
        ) != said
        {
            return Err(other("proof", proof.m2me_id, &self.m2me_id));
        }
        Ok(key)
    }
}

impl Manifest {
    /// Signs it as the CCIF.
    pub fn sign(&self, key: &Key) -> Result<String> {
        jose::sign(MANIFEST_TYPE, self, key, Some(&self.iss), &[])
    }
}

impl Batch {
    /// A batch for one receiver: the manifest's hash and PCIDs are those of `credentials`.
    pub fn new(
        mut manifest: Manifest,
        credentials: &Credentials,
        ccif: &Key,
        to: &PublicKey,
        rng: &mut Rng,
    ) -> Result<Self> {
        let plain = super::write(credentials);
        manifest.sha256 = Sha256::of(&plain);
        manifest.pcids = credentials.entries.iter().map(|e| e.pcid.clone()).collect();
        Ok(Self {
            batch: manifest.batch.clone(),
            manifest: manifest.sign(ccif)?,
            credentials: B64(crate::cms::seal(&plain, to, rng)?),
        })
    }

    /// The same by any of several CCIFs (R51, R52).
    ///
    /// # Errors
    /// The batch is none of them's, or not sealed to `key`.
    pub fn open_of(&self, ccifs: &[PublicKey], key: &Key) -> Result<(Manifest, Credentials)> {
        let mut why = Error::Signature("manifest of the batch");
        for ccif in ccifs {
            match self.open(ccif, key) {
                Ok(opened) => return Ok(opened),
                Err(e) => why = e,
            }
        }
        Err(why)
    }

    /// Manifest and credentials, when the CCIF signed them, they were sealed to `key`, and agree.
    pub fn open(&self, ccif: &PublicKey, key: &Key) -> Result<(Manifest, Credentials)> {
        let manifest: Manifest = jose::parse(MANIFEST_TYPE, &self.manifest)?.verify(ccif)?;
        let plain = crate::cms::open(&self.credentials.0, key)?;
        if Sha256::of(&plain) != manifest.sha256 || manifest.batch != self.batch {
            return Err(Error::Signature("credentials of the batch"));
        }
        let credentials: Credentials = super::parse(&plain)?;
        let mut seen = std::collections::BTreeSet::new();
        let listed = credentials
            .entries
            .iter()
            .map(|e| &e.pcid)
            .eq(manifest.pcids.iter());
        if !listed || !manifest.pcids.iter().all(|p| seen.insert(p)) {
            return Err(Error::Malformed("PCIDs of the batch"));
        }
        Ok((manifest, credentials))
    }
}
