//! GMM messages by their types, TS 24.008 10.4 table 10.4.
use super::msg::*;
use crate::nas::{Direction, Header, Pd};
use bytes::{Bytes, BytesMut};
use wire::{Error, Kind, Reader, Result};

/// Above the message type: the type means another message from the network than from the mobile.
const DOWN: u16 = 0x100;

wire::pdus! {
    /// A GMM message. The code is the message type, plus 0x100 for the network's side of a type
    /// that means different messages each way.
    pub enum Pdu(u16) {
        AttachRequest = 0x01; AttachAccept = 0x02; AttachComplete = 0x03; AttachReject = 0x04;
        DetachRequestUp = 0x05; DetachRequestDown = 0x105; DetachAcceptUp = 0x06; DetachAcceptDown = 0x106;
        RoutingAreaUpdateRequest = 0x08; RoutingAreaUpdateAccept = 0x09;
        RoutingAreaUpdateComplete = 0x0a; RoutingAreaUpdateReject = 0x0b;
        ServiceRequest = 0x0c; ServiceAccept = 0x0d; ServiceReject = 0x0e;
        PtmsiReallocationCommand = 0x10; PtmsiReallocationComplete = 0x11;
        AuthenticationAndCipheringRequest = 0x12; AuthenticationAndCipheringResponse = 0x13;
        AuthenticationAndCipheringReject = 0x14; IdentityRequest = 0x15; IdentityResponse = 0x16;
        AuthenticationAndCipheringFailure = 0x1c; GmmStatus = 0x20; GmmInformation = 0x21;
    }
}

impl Pdu {
    /// Reads a whole message that goes `way`; a type that the table does not have is
    /// [`Pdu::Other`].
    ///
    /// # Errors
    /// Another protocol, a skip indicator other than 0 (TS 24.008 10.3.1: ignore it), or a body
    /// that cannot be read; [`super::cause`] tells them apart.
    pub fn decode(way: Direction, mut r: Reader<'_>) -> Result<Self> {
        let at = r.at();
        let bad = |v: u8, field| Err(Error::new(Kind::BadValue(v.into()), at, field));
        match Header::read(&mut r)? {
            Header::Skip {
                pd: Pd::GprsMobilityManagement,
                skip: 0,
                kind,
            } => {
                let code = match (way, kind) {
                    (Direction::Down, 5 | 6) => u16::from(kind) | DOWN,
                    _ => u16::from(kind),
                };
                if r.is_strict() && Self::name_of(code).is_none() {
                    return bad(kind, "message type");
                }
                Self::read(code, r)
            }
            Header::Skip {
                pd: Pd::GprsMobilityManagement,
                skip,
                ..
            } => bad(skip, "skip indicator"),
            other => bad(other.pd().0, "protocol discriminator"),
        }
    }

    /// The whole message.
    pub fn encode(&self) -> Bytes {
        let mut w = BytesMut::new();
        Header::Skip {
            pd: Pd::GprsMobilityManagement,
            skip: 0,
            kind: self.code() as u8,
        }
        .write(&mut w);
        self.write(&mut w);
        w.freeze()
    }
}
