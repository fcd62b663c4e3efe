//! Steps 5 to 7: ICF to DRF, M2ME to DRF, DRF to SHO.
use crate::text::{B64, Stamp};
use serde::{Deserialize, Serialize};

/// A TRE.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreId {
    /// Its unique id.
    pub id: String,
    /// Its version.
    pub version: String,
}

/// ICF to DRF, `POST /drf/pcids`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PcidNotice {
    /// Which PCID is attached.
    pub pcid: String,
    /// Where.
    pub visited_plmn: String,
    /// At which SGSN or MME.
    pub serving_node: String,
    /// Since when.
    pub at: Stamp,
    /// For how many seconds.
    pub lifetime: u32,
}

/// M2ME to DRF, `POST /drf/challenges`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChallengeRequest {
    /// The PCID in use.
    pub pcid: String,
    /// The machine.
    pub m2me_id: String,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// To be signed in the measurement report.
    pub nonce: B64,
    /// Until when it is good.
    pub expires_at: Stamp,
}

/// M2ME to DRF, `POST /drf/registrations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The PCID in use.
    pub pcid: String,
    /// The machine.
    pub m2me_id: String,
    /// What kind.
    pub device_type: String,
    /// Its TRE.
    pub tre: TreId,
    /// PLMN of the SHO, where the device or its owner chose one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sho: Option<String>,
    /// JWS over [`crate::measurement::Report`].
    pub report: String,
    /// Platform credential, where it is not kept for OMA-DM (R39).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<B64>,
}

/// A home operator that could be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its PLMN.
    pub plmn: String,
    /// Its name.
    pub name: String,
}

/// The DRF's answer in referral mode, 300.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referral {
    /// Whom the device may choose.
    pub candidates: Vec<Candidate>,
}

/// The DPF as the device sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DpfAddress {
    /// Its host name: the token's audience.
    pub host: String,
    /// Its address inside the tunnel.
    pub address: String,
    /// Where DM sessions are opened.
    pub uri: String,
    /// Its name in the device's DMAcc.
    pub server_id: String,
}

/// The DRF's answer, 201.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// The registration.
    pub registration: String,
    /// The SHO that took the device.
    pub sho: Candidate,
    /// Who provisions.
    pub dpf: DpfAddress,
    /// Until when.
    pub expires_at: Stamp,
}

/// How a device came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Over which network; none without 3GPP radio (R47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visited_plmn: Option<String>,
    /// Its inner address.
    pub address: String,
    /// Since when.
    pub since: Stamp,
}

/// The RO's functions, for the SHO.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoAddress {
    /// Its PLMN.
    pub plmn: String,
    /// The DPF as the device sees it.
    pub dpf: DpfAddress,
    /// Where the DPF takes authorisations.
    pub dpf_api: String,
    /// Where validations may be relayed.
    pub relay: String,
}

/// DRF to SHO, `POST /sho/registrations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShoRegistration {
    /// Made by the DRF.
    pub registration: String,
    /// The PCID.
    pub pcid: String,
    /// The machine.
    pub m2me_id: String,
    /// What kind.
    pub device_type: String,
    /// Its TRE.
    pub tre: TreId,
    /// How it came in; absent behind an N3G-ICP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
    /// Whose functions serve it.
    pub ro: RoAddress,
    /// The challenge's nonce.
    pub nonce: B64,
    /// The measurement report over it.
    pub report: String,
    /// Platform credential, where the device gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<B64>,
}

/// The SHO's answer after step 11, 201.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShoAnswer {
    /// The registration.
    pub registration: String,
    /// The entry in the SHO's log.
    pub decision: String,
    /// `allow` or `limited`.
    pub outcome: String,
    /// What the DPF was given.
    pub authorisation: String,
    /// Until when.
    pub expires_at: Stamp,
}
