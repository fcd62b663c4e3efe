//! The messages of BSSGP, TS 48.018 clauses 10 and 11.
use super::value::{Cause, CellId, FlushAction, ImsiIe, Qos, RadioCause, Tlli, U24};
use crate::ns::tlv::{
    Form::{Long, Short},
    framing,
};
use bytes::{Bytes, BytesMut};
use wire::{Error, Kind, Octets, Rai, Reader, Result};

/// BSSGP.
pub enum Proto {}

wire::elements! { Proto:
    Alignment = 0x00, Short, Octets, "Alignment octets", "TS 48.018 11.3.1";
    BmaxDefaultMs = 0x01, Short, u16, "Bmax default MS", "TS 48.018 11.3.2";
    BssAreaIndication = 0x02, Short, u8, "BSS Area Indication", "TS 48.018 11.3.3";
    BucketLeakRate = 0x03, Short, u16, "Bucket Leak Rate", "TS 48.018 11.3.4";
    Bvci = 0x04, Short, u16, "BVCI", "TS 48.018 11.3.6";
    BvcBucketSize = 0x05, Short, u16, "BVC Bucket Size", "TS 48.018 11.3.5";
    BvcMeasurement = 0x06, Short, u16, "BVC Measurement", "TS 48.018 11.3.7";
    Cause = 0x07, Short, Cause, "Cause", "TS 48.018 11.3.8";
    CellIdentifier = 0x08, Short, CellId, "Cell Identifier", "TS 48.018 11.3.9";
    DrxParameters = 0x0a, Short, Octets, "DRX Parameters", "TS 48.018 11.3.11";
    FlushAction = 0x0c, Short, FlushAction, "Flush Action", "TS 48.018 11.3.13";
    Imsi = 0x0d, Short, ImsiIe, "IMSI", "TS 48.018 11.3.14";
    LlcPdu = 0x0e, Long, Octets, "LLC-PDU", "TS 48.018 11.3.15";
    LlcFramesDiscarded = 0x0f, Short, u8, "LLC Frames Discarded", "TS 48.018 11.3.16";
    LocationArea = 0x10, Short, Octets, "Location Area", "TS 48.018 11.3.17";
    MsBucketSize = 0x12, Short, u16, "MS Bucket Size", "TS 48.018 11.3.21";
    MsRadioAccessCapability = 0x13, Short, Octets, "MS Radio Access Capability", "TS 48.018 11.3.22";
    PduInError = 0x15, Short, Octets, "PDU In Error", "TS 48.018 11.3.24";
    PduLifetime = 0x16, Short, u16, "PDU Lifetime", "TS 48.018 11.3.25";
    Priority = 0x17, Short, u8, "Priority", "TS 48.018 11.3.27";
    QosProfile = 0x18, Short, Qos, "QoS Profile", "TS 48.018 11.3.28";
    RadioCause = 0x19, Short, RadioCause, "Radio Cause", "TS 48.018 11.3.29";
    RoutingArea = 0x1b, Short, Rai, "Routeing Area", "TS 48.018 11.3.31";
    RDefaultMs = 0x1c, Short, u16, "R_default_MS", "TS 48.018 11.3.32";
    SuspendReference = 0x1d, Short, u8, "Suspend Reference Number", "TS 48.018 11.3.33";
    Tag = 0x1e, Short, u8, "Tag", "TS 48.018 11.3.34";
    Tlli = 0x1f, Short, Tlli, "TLLI", "TS 48.018 11.3.35";
    Tmsi = 0x20, Short, u32, "TMSI", "TS 48.018 11.3.36";
    OctetsAffected = 0x25, Short, U24, "Number of octets affected", "TS 48.018 11.3.41";
    LsaIdentifierList = 0x26, Short, Octets, "LSA Identifier List", "TS 48.018 11.3.18";
    LsaInformation = 0x27, Short, Octets, "LSA Information", "TS 48.018 11.3.19";
    PacketFlowIdentifier = 0x28, Short, u8, "Packet Flow Identifier", "TS 48.018 11.3.42";
    FeatureBitmap = 0x3b, Short, u8, "Feature Bitmap", "TS 48.018 11.3.45";
    BucketFullRatio = 0x3c, Short, u8, "Bucket Full Ratio", "TS 48.018 11.3.46";
    ServiceUtranCco = 0x3d, Short, u8, "Service UTRAN CCO", "TS 48.018 11.3.47";
    Nsei = 0x3e, Short, u16, "NSEI", "TS 48.018 11.3.48";
    FlowControlGranularity = 0x7e, Short, u8, "Flow Control Granularity", "TS 48.018 11.3.102";
}

framing!(Proto);

mod table {
    use super::{Proto, Qos, id};
    use crate::bssgp::value::Tlli;
    wire::messages! {
        /// An LLC-PDU to a mobile.
        DlUnitdata, "TS 48.018 10.2.1" head(v tlli: Tlli, "TLLI (current)"; v qos: Qos, "QoS Profile";) {
            opt lifetime: PduLifetime; opt radio_access: MsRadioAccessCapability; opt priority: Priority;
            opt drx: DrxParameters; opt imsi: Imsi; opt old_tlli: Tlli; opt pfi: PacketFlowIdentifier;
            opt lsa: LsaInformation; opt utran_cco: ServiceUtranCco; opt alignment: Alignment;
            req llc: LlcPdu;
        }
        /// An LLC-PDU from a mobile, with the cell it is in.
        UlUnitdata, "TS 48.018 10.2.2" head(v tlli: Tlli, "TLLI"; v qos: Qos, "QoS Profile";) {
            req cell: CellIdentifier; opt pfi: PacketFlowIdentifier; opt lsa_list: LsaIdentifierList;
            opt alignment: Alignment; req llc: LlcPdu;
        }
        /// Pages a mobile.
        PagingPs, "TS 48.018 10.3.1" {
            req imsi: Imsi; opt drx: DrxParameters; opt bvci: Bvci; opt location_area: LocationArea;
            opt routing_area: RoutingArea; opt bss_area: BssAreaIndication; opt pfi: PacketFlowIdentifier;
            req qos: QosProfile; opt ptmsi: Tmsi;
        }
        /// Contact to a mobile is lost, or it is sent elsewhere.
        RadioStatus, "TS 48.018 10.3.5" { opt tlli: Tlli; opt tmsi: Tmsi; opt imsi: Imsi; req cause: RadioCause; }
        /// A mobile suspends GPRS.
        Suspend, "TS 48.018 10.3.6" { req tlli: Tlli; req routing_area: RoutingArea; }
        /// It is suspended; the reference number is for Resume.
        SuspendAck, "TS 48.018 10.3.7" { req tlli: Tlli; req routing_area: RoutingArea; req reference: SuspendReference; }
        /// It is not.
        SuspendNack, "TS 48.018 10.3.8" { req tlli: Tlli; req routing_area: RoutingArea; opt cause: Cause; }
        /// A mobile resumes GPRS.
        Resume, "TS 48.018 10.3.9" { req tlli: Tlli; req routing_area: RoutingArea; req reference: SuspendReference; }
        /// It is resumed.
        ResumeAck, "TS 48.018 10.3.10" { req tlli: Tlli; req routing_area: RoutingArea; }
        /// It is not.
        ResumeNack, "TS 48.018 10.3.11" { req tlli: Tlli; req routing_area: RoutingArea; opt cause: Cause; }
        /// Takes a BVC out of use.
        BvcBlock, "TS 48.018 10.4.8" { req bvci: Bvci; req cause: Cause; }
        /// Answers the above.
        BvcBlockAck, "TS 48.018 10.4.9" { req bvci: Bvci; }
        /// Asks for a new start of a BVC.
        BvcReset, "TS 48.018 10.4.12" {
            req bvci: Bvci; req cause: Cause; opt cell: CellIdentifier; opt features: FeatureBitmap;
        }
        /// Answers the above.
        BvcResetAck, "TS 48.018 10.4.13" { req bvci: Bvci; opt cell: CellIdentifier; opt features: FeatureBitmap; }
        /// Takes a BVC into use.
        BvcUnblock, "TS 48.018 10.4.10" { req bvci: Bvci; }
        /// Answers the above.
        BvcUnblockAck, "TS 48.018 10.4.11" { req bvci: Bvci; }
        /// How much a cell takes: sizes in 100 octets, rates in 100 bits a second.
        FlowControlBvc, "TS 48.018 10.4.4" {
            req tag: Tag; req bucket_size: BvcBucketSize; req leak_rate: BucketLeakRate;
            req ms_bucket_size: BmaxDefaultMs; req ms_leak_rate: RDefaultMs; opt full_ratio: BucketFullRatio;
            opt measurement: BvcMeasurement; opt granularity: FlowControlGranularity;
        }
        /// Answers the above.
        FlowControlBvcAck, "TS 48.018 10.4.5" { req tag: Tag; }
        /// How much a mobile takes.
        FlowControlMs, "TS 48.018 10.4.6" {
            req tlli: Tlli; req tag: Tag; req bucket_size: MsBucketSize; req leak_rate: BucketLeakRate;
            opt full_ratio: BucketFullRatio; opt granularity: FlowControlGranularity;
        }
        /// Answers the above.
        FlowControlMsAck, "TS 48.018 10.4.7" { req tlli: Tlli; req tag: Tag; }
        /// What waits for a mobile in its old cell is to be deleted, or moved to its new one.
        FlushLl, "TS 48.018 10.4.1" { req tlli: Tlli; req bvci_old: Bvci; opt bvci_new: Bvci; opt nsei: Nsei; }
        /// Answers the above.
        FlushLlAck, "TS 48.018 10.4.2" {
            req tlli: Tlli; req action: FlushAction; opt bvci_new: Bvci; req octets: OctetsAffected; opt nsei: Nsei;
        }
        /// LLC-PDUs for a mobile were thrown away.
        LlcDiscarded, "TS 48.018 10.4.3" {
            req tlli: Tlli; req frames: LlcFramesDiscarded; req bvci: Bvci; req octets: OctetsAffected;
        }
        /// Says what was wrong with a message.
        Status, "TS 48.018 10.4.14" { req cause: Cause; opt bvci: Bvci; opt pdu: PduInError; }
    }
}
pub use table::*;

wire::pdus! {
    /// The messages of BSSGP by type, TS 48.018 11.3.26.
    pub enum Pdu(u8) {
        DlUnitdata = 0x00;
        UlUnitdata = 0x01;
        PagingPs = 0x06;
        RadioStatus = 0x0a;
        Suspend = 0x0b;
        SuspendAck = 0x0c;
        SuspendNack = 0x0d;
        Resume = 0x0e;
        ResumeAck = 0x0f;
        ResumeNack = 0x10;
        BvcBlock = 0x20;
        BvcBlockAck = 0x21;
        BvcReset = 0x22;
        BvcResetAck = 0x23;
        BvcUnblock = 0x24;
        BvcUnblockAck = 0x25;
        FlowControlBvc = 0x26;
        FlowControlBvcAck = 0x27;
        FlowControlMs = 0x28;
        FlowControlMsAck = 0x29;
        FlushLl = 0x2a;
        FlushLlAck = 0x2b;
        LlcDiscarded = 0x2c;
        Status = 0x41;
    }
}

impl Pdu {
    /// Reads a whole message.
    ///
    /// # Errors
    /// Where it is cut short or an element that must stand does not, or cannot be read.
    pub fn parse(octets: &Bytes) -> Result<Self> {
        let mut r = Reader::shared(octets);
        let code = r.u8().map_err(|e| e.within(0, "PDU type"))?;
        Self::read(code, r)
    }

    /// The whole message.
    pub fn encode(&self) -> Bytes {
        let mut w = BytesMut::with_capacity(64);
        self.put(&mut w);
        w.freeze()
    }

    /// Appends the whole message.
    pub fn put(&self, w: &mut BytesMut) {
        w.extend_from_slice(&[self.code()]);
        self.write(w);
    }
}

/// A message with its type in front is what NS carries.
impl wire::Value for Pdu {
    fn write(&self, w: &mut BytesMut) {
        self.put(w);
    }
}

/// The cause to answer with where a message could not be read (TS 48.018 9.2 and following).
pub fn cause(e: &Error) -> Cause {
    match e.kind {
        Kind::Missing => Cause::MissingMandatoryIe,
        Kind::Truncated { .. } if e.key == 0 => Cause::ProtocolError,
        Kind::Truncated { .. } | Kind::BadLength(_) | Kind::BadValue(_) | Kind::Trailing(_) => {
            Cause::InvalidMandatoryInformation
        }
        _ => Cause::ProtocolError,
    }
}
