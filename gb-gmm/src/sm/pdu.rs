//! SM messages by their types, TS 24.008 10.4 table 10.4a.
use super::msg::*;
use crate::nas::{Header, Pd, Ti};
use bytes::{Bytes, BytesMut};
use wire::{Error, Kind, Reader, Result};

wire::pdus! {
    /// The body of an SM message. The types of a modification tell its direction.
    pub enum Pdu(u8) {
        ActivatePdpContextRequest = 0x41; ActivatePdpContextAccept = 0x42; ActivatePdpContextReject = 0x43;
        RequestPdpContextActivation = 0x44; RequestPdpContextActivationReject = 0x45;
        DeactivatePdpContextRequest = 0x46; DeactivatePdpContextAccept = 0x47;
        ModifyPdpContextRequestDown = 0x48; ModifyPdpContextAcceptUp = 0x49;
        ModifyPdpContextRequestUp = 0x4a; ModifyPdpContextAcceptDown = 0x4b; ModifyPdpContextReject = 0x4c;
        ActivateSecondaryPdpContextRequest = 0x4d; ActivateSecondaryPdpContextAccept = 0x4e;
        ActivateSecondaryPdpContextReject = 0x4f; SmStatus = 0x55;
        ActivateMbmsContextRequest = 0x56; ActivateMbmsContextAccept = 0x57; ActivateMbmsContextReject = 0x58;
        RequestMbmsContextActivation = 0x59; RequestMbmsContextActivationReject = 0x5a;
        RequestSecondaryPdpContextActivation = 0x5b; RequestSecondaryPdpContextActivationReject = 0x5c;
        Notification = 0x5d;
    }
}

/// An SM message: a transaction and what is said in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The transaction.
    pub ti: Ti,
    /// What is said.
    pub pdu: Pdu,
}

impl Message {
    /// A message in a transaction.
    pub fn new(ti: Ti, pdu: impl Into<Pdu>) -> Self {
        Self {
            ti,
            pdu: pdu.into(),
        }
    }

    /// Reads a whole message; a type that the table does not have is [`Pdu::Other`], or an error
    /// for an end point.
    ///
    /// # Errors
    /// Another protocol, or a body that cannot be read; [`super::cause`] tells them apart.
    pub fn decode(mut r: Reader<'_>) -> Result<Self> {
        let at = r.at();
        let bad = |v: u8, field| Err(Error::new(Kind::BadValue(v.into()), at, field));
        match Header::read(&mut r)? {
            Header::Transaction {
                pd: Pd::GprsSessionManagement,
                ti,
                kind,
            } => {
                if r.is_strict() && Pdu::name_of(kind).is_none() {
                    return bad(kind, "message type");
                }
                Ok(Self {
                    ti,
                    pdu: Pdu::read(kind, r)?,
                })
            }
            other => bad(other.pd().0, "protocol discriminator"),
        }
    }

    /// The whole message.
    pub fn encode(&self) -> Bytes {
        let mut w = BytesMut::new();
        Header::Transaction {
            pd: Pd::GprsSessionManagement,
            ti: self.ti,
            kind: self.pdu.code(),
        }
        .write(&mut w);
        self.pdu.write(&mut w);
        w.freeze()
    }
}
