//! A message as octets: a type, and elements behind it; and what of any message a relay needs.
use super::{Cause, Imsi, MessageClass, Name, Proto, elements::id, messages as m, messages::Pdu};
use bytes::{BufMut, Bytes, BytesMut};
use wire::{Octets, Reader, Result};

/// What a message is in its procedure: the last two bits of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It begins one.
    Request,
    /// It ends one, without success.
    Error,
    /// It ends one.
    Result,
    /// It wants no answer.
    Report,
}

impl Role {
    /// The role of messages of type `kind`.
    pub fn of(kind: u8) -> Self {
        match kind & 3 {
            0 => Self::Request,
            1 => Self::Error,
            2 => Self::Result,
            _ => Self::Report,
        }
    }
}

/// The name of the messages of type `kind`: those of the tables, and those that only have a name.
pub fn name(kind: u8) -> Option<&'static str> {
    if let Some(name) = Pdu::name_of(kind) {
        return Some(name);
    }
    Some(match kind {
        0x20 => "ProcSsRequest",
        0x21 => "ProcSsError",
        0x22 => "ProcSsResult",
        0x24 => "MoForwardSmRequest",
        0x25 => "MoForwardSmError",
        0x26 => "MoForwardSmResult",
        0x28 => "MtForwardSmRequest",
        0x29 => "MtForwardSmError",
        0x2a => "MtForwardSmResult",
        0x2c => "ReadyForSmRequest",
        0x2d => "ReadyForSmError",
        0x2e => "ReadyForSmResult",
        0x30 => "CheckImeiRequest",
        0x31 => "CheckImeiError",
        0x32 => "CheckImeiResult",
        0x34 => "EPrepareHandoverRequest",
        0x35 => "EPrepareHandoverError",
        0x36 => "EPrepareHandoverResult",
        0x38 => "EPrepareSubsequentHandoverRequest",
        0x39 => "EPrepareSubsequentHandoverError",
        0x3a => "EPrepareSubsequentHandoverResult",
        0x3c => "ESendEndSignalRequest",
        0x3d => "ESendEndSignalError",
        0x3e => "ESendEndSignalResult",
        0x40 => "EProcessAccessSignallingRequest",
        0x44 => "EForwardAccessSignallingRequest",
        0x47 => "EClose",
        0x4b => "EAbort",
        0x50 => "EpdgTunnelRequest",
        0x51 => "EpdgTunnelError",
        0x52 => "EpdgTunnelResult",
        _ => return None,
    })
}

/// What of any message its receiver needs to route or to refuse it, whether or not there is a table
/// for the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The type.
    pub kind: u8,
    /// Whom it concerns.
    pub imsi: Imsi,
    /// Who sends it, where names are used.
    pub source_name: Option<Name>,
    /// Who is to have it.
    pub destination_name: Option<Name>,
    /// What kind of procedure it belongs to.
    pub message_class: Option<MessageClass>,
    /// Its session.
    pub session_id: Option<u32>,
}

impl Head {
    /// Reads the type and these elements, and skips all others. The last of an element that
    /// stands more than once does not count.
    ///
    /// # Errors
    /// An element is cut short or has a wrong value, or there is no IMSI.
    pub fn read(message: &Bytes) -> Result<Self> {
        let mut r = Reader::shared(message);
        let kind = r.u8().map_err(|e| e.within(0, "message type"))?;
        let end = r.at().saturating_add(r.left());
        let mut imsi = None;
        let (mut source_name, mut destination_name) = (None, None);
        let (mut message_class, mut session_id) = (None, None);
        for e in wire::table::elements::<Proto>(r) {
            let e = e?;
            let named = |err: wire::Error| err.within(e.key, wire::table::name::<Proto>(e.key));
            match e.key {
                id::Imsi if imsi.is_none() => imsi = Some(e.body.all().map_err(named)?),
                id::SourceName if source_name.is_none() => {
                    source_name = Some(Name(e.body.octets()));
                }
                id::DestinationName if destination_name.is_none() => {
                    destination_name = Some(Name(e.body.octets()));
                }
                id::MessageClass if message_class.is_none() => {
                    message_class = Some(e.body.all().map_err(named)?);
                }
                id::SessionId if session_id.is_none() => {
                    session_id = Some(e.body.all().map_err(named)?);
                }
                _ => {}
            }
        }
        let Some(imsi) = imsi else {
            let missing = wire::Error::new(wire::Kind::Missing, end, "IMSI");
            return Err(wire::Error {
                key: id::Imsi,
                ..missing
            });
        };
        Ok(Self {
            kind,
            imsi,
            source_name,
            destination_name,
            message_class,
            session_id,
        })
    }

    /// What the message is in its procedure.
    pub fn role(&self) -> Role {
        Role::of(self.kind)
    }
}

impl Pdu {
    /// Reads a message, and all of it. Owned octets share its memory.
    pub fn decode(message: &Bytes) -> Result<Self> {
        let mut r = Reader::shared(message);
        let kind = r.u8().map_err(|e| e.within(0, "message type"))?;
        Self::read(kind, r)
    }

    /// Appends type and elements.
    #[inline]
    pub fn encode(&self, w: &mut BytesMut) {
        w.put_u8(self.code());
        self.write(w);
    }

    /// Type and elements.
    pub fn bytes(&self) -> Bytes {
        let mut w = BytesMut::with_capacity(256);
        self.encode(&mut w);
        w.freeze()
    }

    /// Whom it concerns; `None` for a message without a table.
    pub fn imsi(&self) -> Option<wire::Imsi> {
        self.parts().and_then(|(imsi, _)| imsi.imsi())
    }

    /// The cause, in errors.
    pub fn cause(&self) -> Option<Cause> {
        self.parts().and_then(|(_, cause)| cause)
    }

    fn parts(&self) -> Option<(Imsi, Option<Cause>)> {
        macro_rules! of {
            ($($plain:ident)*; $($error:ident)*) => {
                match self {
                    $(Self::$plain(m) => Some((m.imsi, None)),)*
                    $(Self::$error(m) => Some((m.imsi, Some(m.cause))),)*
                    Self::RoutingError(m) => Some((m.imsi, m.cause)),
                    Self::Other(..) => None,
                }
            };
        }
        of!(UpdateLocationRequest UpdateLocationResult SendAuthInfoRequest SendAuthInfoResult
            AuthFailureReport PurgeMsRequest PurgeMsResult InsertSubscriberDataRequest
            InsertSubscriberDataResult DeleteSubscriberDataRequest DeleteSubscriberDataResult
            LocationCancellationRequest LocationCancellationResult;
            UpdateLocationError SendAuthInfoError PurgeMsError InsertSubscriberDataError
            DeleteSubscriberDataError LocationCancellationError)
    }

    /// The same under other names; one without a table stays as it is.
    #[must_use]
    pub fn named(mut self, source: Option<Name>, destination: Option<Name>) -> Self {
        macro_rules! of {
            ($($name:ident)*) => {
                match &mut self {
                    $(Self::$name(m) => {
                        m.source_name = source;
                        m.destination_name = destination;
                    })*
                    Self::Other(..) => {}
                }
            };
        }
        of!(UpdateLocationRequest UpdateLocationError UpdateLocationResult SendAuthInfoRequest
            SendAuthInfoError SendAuthInfoResult AuthFailureReport PurgeMsRequest PurgeMsError
            PurgeMsResult InsertSubscriberDataRequest InsertSubscriberDataError
            InsertSubscriberDataResult DeleteSubscriberDataRequest DeleteSubscriberDataError
            DeleteSubscriberDataResult LocationCancellationRequest LocationCancellationError
            LocationCancellationResult RoutingError);
        self
    }

    /// The error that answers a request, back to whoever sent it; `None` where it is no request.
    pub fn refusal(request: &Head, cause: Cause) -> Option<Self> {
        if request.role() != Role::Request {
            return None;
        }
        macro_rules! of {
            ($($error:ident)*) => {
                $(if Self::name_of(request.kind | 1) == Some(stringify!($error)) {
                    return Some(m::$error::new(request.imsi, cause).answering(request).into());
                })*
            };
        }
        of!(UpdateLocationError SendAuthInfoError PurgeMsError InsertSubscriberDataError
            DeleteSubscriberDataError LocationCancellationError);
        // a procedure without a table has its error in the same shape
        let like = m::UpdateLocationError::new(request.imsi, cause).answering(request);
        let mut w = BytesMut::new();
        wire::Value::write(&like, &mut w);
        Some(Self::Other(request.kind | 1, Octets(w.freeze())))
    }
}
