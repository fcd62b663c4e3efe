//! A message: header and elements.
use super::{Cause, Header, Pdu, messages as m};
use bytes::{Bytes, BytesMut};
use std::fmt;
use wire::{Other, Reader, Result};

/// A GTPv1 message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its header; the type in it is the PDU's.
    pub header: Header,
    /// What it says.
    pub pdu: Pdu,
}

impl Message {
    /// A request or another message of GTP-C, with a sequence number of our own path.
    pub fn request(sequence: u16, teid: u32, pdu: impl Into<Pdu>) -> Self {
        let pdu = pdu.into();
        Self {
            header: Header::control(pdu.code(), teid, sequence),
            pdu,
        }
    }

    /// The answer to a request that carried `sequence`.
    pub fn response(sequence: u16, teid: u32, pdu: impl Into<Pdu>) -> Self {
        Self::request(sequence, teid, pdu)
    }

    /// Reads a datagram, and all of it. Owned octets share its memory.
    pub fn read(datagram: &Bytes) -> Result<Self> {
        let mut r = Reader::shared(datagram);
        let header = Header::read(&mut r)?;
        let pdu = Pdu::read(header.kind, r)?;
        Ok(Self { header, pdu })
    }

    /// Appends the message.
    pub fn write(&self, w: &mut BytesMut) {
        self.header.write(w, |w| self.pdu.write(w));
    }

    /// The message's octets.
    pub fn bytes(&self) -> Bytes {
        let mut w = BytesMut::with_capacity(256);
        self.write(&mut w);
        w.freeze()
    }
}

/// Its name, TEID, sequence number and elements.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TEID {:#010x}", self.header.teid)?;
        if let Some(n) = self.header.sequence() {
            write!(f, ", sequence {n}")?;
        }
        if let Some(n) = self.header.npdu() {
            write!(f, ", N-PDU {n}")?;
        }
        for e in self.header.extensions() {
            write!(f, ", extension {:#04x} {}", e.kind, e.contents)?;
        }
        write!(f, "\n{}", self.pdu)
    }
}

/// Message types by name, TS 29.060 7.1.
#[allow(missing_docs)]
pub mod kind {
    pub const ECHO_REQUEST: u8 = 1;
    pub const ECHO_RESPONSE: u8 = 2;
    pub const VERSION_NOT_SUPPORTED: u8 = 3;
    pub const CREATE_PDP_CONTEXT_REQUEST: u8 = 16;
    pub const CREATE_PDP_CONTEXT_RESPONSE: u8 = 17;
    pub const UPDATE_PDP_CONTEXT_REQUEST: u8 = 18;
    pub const UPDATE_PDP_CONTEXT_RESPONSE: u8 = 19;
    pub const DELETE_PDP_CONTEXT_REQUEST: u8 = 20;
    pub const DELETE_PDP_CONTEXT_RESPONSE: u8 = 21;
    pub const ERROR_INDICATION: u8 = 26;
    pub const SUPPORTED_EXTENSION_HEADERS_NOTIFICATION: u8 = 31;
    pub const END_MARKER: u8 = 254;
    pub const G_PDU: u8 = 255;
}

/// The name of the messages of type `kind`: those of the tables, and those that only have a name.
pub fn name(kind: u8) -> Option<&'static str> {
    if let Some(name) = Pdu::name_of(kind) {
        return Some(name);
    }
    Some(match kind {
        4 => "NodeAliveRequest",
        5 => "NodeAliveResponse",
        6 => "RedirectionRequest",
        7 => "RedirectionResponse",
        96 => "MbmsNotificationRequest",
        97 => "MbmsNotificationResponse",
        98 => "MbmsNotificationRejectRequest",
        99 => "MbmsNotificationRejectResponse",
        100 => "CreateMbmsContextRequest",
        101 => "CreateMbmsContextResponse",
        102 => "UpdateMbmsContextRequest",
        103 => "UpdateMbmsContextResponse",
        104 => "DeleteMbmsContextRequest",
        105 => "DeleteMbmsContextResponse",
        112 => "MbmsRegistrationRequest",
        113 => "MbmsRegistrationResponse",
        114 => "MbmsDeRegistrationRequest",
        115 => "MbmsDeRegistrationResponse",
        116 => "MbmsSessionStartRequest",
        117 => "MbmsSessionStartResponse",
        118 => "MbmsSessionStopRequest",
        119 => "MbmsSessionStopResponse",
        120 => "MbmsSessionUpdateRequest",
        121 => "MbmsSessionUpdateResponse",
        240 => "DataRecordTransferRequest",
        241 => "DataRecordTransferResponse",
        _ => return None,
    })
}

impl Pdu {
    /// The type of the answer to a request of type `kind`; `None` where it is no request.
    pub fn answer_kind(kind: u8) -> Option<u8> {
        Some(match kind {
            55 => 59,
            58 => 60,
            1 | 4 | 6 | 16 | 18 | 20 | 22 | 27 | 29 | 32 | 34 | 36 | 48 | 50 | 51 | 53 | 56
            | 61 | 96 | 98 | 100 | 102 | 104 | 112 | 114 | 116 | 118 | 120 | 128 | 240 => {
                kind.saturating_add(1)
            }
            _ => return None,
        })
    }

    /// The restart counter, in the messages that carry one for path management.
    pub fn recovery(&self) -> Option<u8> {
        match self {
            Self::EchoResponse(m) => Some(m.recovery),
            Self::CreatePdpContextRequest(m) => m.recovery,
            Self::CreatePdpContextResponse(m) => m.recovery,
            Self::UpdatePdpContextRequest(m) => m.recovery,
            Self::UpdatePdpContextResponse(m) => m.recovery,
            _ => None,
        }
    }

    /// The cause, in the messages that carry one.
    pub fn cause(&self) -> Option<Cause> {
        Some(match self {
            Self::CreatePdpContextResponse(m) => m.cause,
            Self::UpdatePdpContextResponse(m) => m.cause,
            Self::DeletePdpContextRequest(m) => m.cause?,
            Self::DeletePdpContextResponse(m) => m.cause,
            Self::InitiatePdpContextActivationResponse(m) => m.cause,
            Self::PduNotificationResponse(m) => m.cause,
            Self::PduNotificationRejectRequest(m) => m.cause,
            Self::PduNotificationRejectResponse(m) => m.cause,
            Self::SendRouteingInformationResponse(m) => m.cause,
            Self::FailureReportResponse(m) => m.cause,
            Self::NoteMsPresentResponse(m) => m.cause,
            Self::IdentificationResponse(m) => m.cause,
            Self::SgsnContextResponse(m) => m.cause,
            Self::SgsnContextAcknowledge(m) => m.cause,
            Self::ForwardRelocationResponse(m) => m.cause,
            Self::RelocationCancelResponse(m) => m.cause,
            Self::ForwardRelocationCompleteAcknowledge(m) => m.cause,
            Self::ForwardSrnsContextAcknowledge(m) => m.cause,
            Self::UeRegistrationQueryResponse(m) => m.cause,
            Self::MsInfoChangeNotificationResponse(m) => m.cause,
            _ => return None,
        })
    }

    /// The answer to a request of type `kind` that says no more than `cause`; `None` where such a
    /// request has no answer, or none with a cause alone.
    pub fn refusal(kind: u8, cause: Cause) -> Option<Self> {
        let other = Other::default();
        Some(match kind {
            kind::CREATE_PDP_CONTEXT_REQUEST => m::CreatePdpContextResponse::refusal(cause).into(),
            kind::UPDATE_PDP_CONTEXT_REQUEST => m::UpdatePdpContextResponse::refusal(cause).into(),
            kind::DELETE_PDP_CONTEXT_REQUEST => m::DeletePdpContextResponse::refusal(cause).into(),
            27 => m::PduNotificationResponse {
                cause,
                private: None,
                other,
            }
            .into(),
            29 => m::PduNotificationRejectResponse {
                cause,
                private: None,
                other,
            }
            .into(),
            36 => m::NoteMsPresentResponse {
                cause,
                private: None,
                other,
            }
            .into(),
            56 => m::RelocationCancelResponse {
                cause,
                private: None,
                other,
            }
            .into(),
            _ => return None,
        })
    }
}

impl m::CreatePdpContextResponse {
    /// With a cause and nothing else.
    pub fn refusal(cause: Cause) -> Self {
        Self {
            cause,
            reordering_required: None,
            recovery: None,
            teid_data: None,
            teid_control: None,
            nsapi: None,
            charging_id: None,
            end_user_address: None,
            pco: None,
            ggsn_control: None,
            ggsn_user: None,
            alternative_ggsn_control: None,
            alternative_ggsn_user: None,
            qos: None,
            charging_gateway: None,
            alternative_charging_gateway: None,
            common_flags: None,
            apn_restriction: None,
            ms_info_change_reporting: None,
            bearer_control_mode: None,
            evolved_arp: None,
            extended_common_flags: None,
            csg_reporting: None,
            apn_ambr: None,
            back_off_time: None,
            extended_common_flags_2: None,
            private: None,
            other: Other::default(),
        }
    }
}

impl m::UpdatePdpContextResponse {
    /// With a cause and nothing else.
    pub fn refusal(cause: Cause) -> Self {
        Self {
            cause,
            recovery: None,
            teid_data: None,
            teid_control: None,
            charging_id: None,
            pco: None,
            gsn_control: None,
            gsn_user: None,
            alternative_gsn_control: None,
            alternative_gsn_user: None,
            qos: None,
            charging_gateway: None,
            alternative_charging_gateway: None,
            common_flags: None,
            apn_restriction: None,
            user_location: None,
            ms_time_zone: None,
            bearer_control_mode: None,
            ms_info_change_reporting: None,
            direct_tunnel_flags: None,
            evolved_arp: None,
            csg_reporting: None,
            apn_ambr: None,
            private: None,
            other: Other::default(),
        }
    }
}

impl m::DeletePdpContextResponse {
    /// With a cause and nothing else.
    pub fn refusal(cause: Cause) -> Self {
        Self {
            cause,
            pco: None,
            user_location: None,
            ms_time_zone: None,
            uli_timestamp: None,
            private: None,
            other: Other::default(),
        }
    }
}

impl m::DeletePdpContextRequest {
    /// For one NSAPI, all contexts of its address with it.
    pub fn teardown(nsapi: u8) -> Self {
        Self {
            cause: None,
            teardown: Some(super::TeardownInd::YES),
            nsapi: super::Nsapi(nsapi),
            pco: None,
            user_location: None,
            ms_time_zone: None,
            extended_common_flags: None,
            uli_timestamp: None,
            private: None,
            other: Other::default(),
        }
    }
}
