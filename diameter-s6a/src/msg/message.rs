//! Header and body together.
use super::{
    base::*,
    framing::avps,
    header::{FLAGS, HEADER, Header, LENGTH, command, flags},
    s6a::*,
};
use bytes::{Bytes, BytesMut};
use serde_json::{Value as Json, json};
use std::fmt;
use wire::{Error, Gen, Kind, Octets, Reader, Result, Value};

const fn req(command: u32) -> u32 {
    command << 1 | 1
}
const fn ans(command: u32) -> u32 {
    command << 1
}
/// The type code of all answers with the E bit: no command has it, 0 is not assigned.
const ERROR: u32 = 0;

wire::pdus! {
    /// The body of a message by command code and R bit (`command << 1 | R`); answers with the E bit
    /// are one kind of their own.
    pub enum Pdu(u32) {
        CapabilitiesExchangeRequest = req(command::CAPABILITIES_EXCHANGE);
        CapabilitiesExchangeAnswer = ans(command::CAPABILITIES_EXCHANGE);
        DeviceWatchdogRequest = req(command::DEVICE_WATCHDOG);
        DeviceWatchdogAnswer = ans(command::DEVICE_WATCHDOG);
        DisconnectPeerRequest = req(command::DISCONNECT_PEER);
        DisconnectPeerAnswer = ans(command::DISCONNECT_PEER);
        UpdateLocationRequest = req(command::UPDATE_LOCATION);
        UpdateLocationAnswer = ans(command::UPDATE_LOCATION);
        CancelLocationRequest = req(command::CANCEL_LOCATION);
        CancelLocationAnswer = ans(command::CANCEL_LOCATION);
        AuthenticationInformationRequest = req(command::AUTHENTICATION_INFORMATION);
        AuthenticationInformationAnswer = ans(command::AUTHENTICATION_INFORMATION);
        InsertSubscriberDataRequest = req(command::INSERT_SUBSCRIBER_DATA);
        InsertSubscriberDataAnswer = ans(command::INSERT_SUBSCRIBER_DATA);
        DeleteSubscriberDataRequest = req(command::DELETE_SUBSCRIBER_DATA);
        DeleteSubscriberDataAnswer = ans(command::DELETE_SUBSCRIBER_DATA);
        PurgeUeRequest = req(command::PURGE_UE);
        PurgeUeAnswer = ans(command::PURGE_UE);
        ResetRequest = req(command::RESET);
        ResetAnswer = ans(command::RESET);
        NotifyRequest = req(command::NOTIFY);
        NotifyAnswer = ans(command::NOTIFY);
        MeIdentityCheckRequest = req(command::ME_IDENTITY_CHECK);
        MeIdentityCheckAnswer = ans(command::ME_IDENTITY_CHECK);
        ErrorAnswer = ERROR;
    }
}

/// A Diameter message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The header, as it came.
    pub header: Header,
    /// The AVPs.
    pub pdu: Pdu,
}

impl Message {
    /// A request of `application` with the P bit for all but the base protocol; identifiers are
    /// given by whoever sends it.
    pub fn request(application: u32, pdu: impl Into<Pdu>) -> Self {
        let pdu = pdu.into();
        let proxiable = if application == 0 { 0 } else { flags::P };
        Self {
            header: Header {
                flags: flags::R | proxiable,
                command: pdu.code().wrapping_shr(1),
                application,
                ..Header::default()
            },
            pdu,
        }
    }

    /// The answer to a request with this header.
    pub fn answer(to: &Header, pdu: impl Into<Pdu>) -> Self {
        let pdu = pdu.into();
        let mut header = to.answer();
        if pdu.code() == ERROR {
            header.flags |= flags::E;
        }
        Self { header, pdu }
    }

    /// Reads one whole message.
    ///
    /// # Errors
    /// What is broken, where, in which AVP.
    pub fn read(octets: &Bytes) -> Result<Self> {
        Self::from_reader(Reader::shared(octets))
    }

    /// Reads one whole message for an end point: an AVP that it does not know and must know, or a
    /// header bit that must not be set, is an error too (RFC 6733 4.1, 3).
    ///
    /// # Errors
    /// As [`Message::read`].
    pub fn read_strict(octets: &Bytes) -> Result<Self> {
        let m = Self::from_reader(Reader::shared(octets).strict())?;
        let f = m.header.flags;
        let bad = (f & flags::R != 0 && f & flags::E != 0) || f & 0x0f != 0;
        if bad {
            return Err(Error::new(Kind::BadValue(f.into()), 4, FLAGS));
        }
        Ok(m)
    }

    fn from_reader(mut r: Reader<'_>) -> Result<Self> {
        let whole = r.left();
        let (header, len) = Header::read(&mut r)?;
        if len != whole {
            return Err(match len.checked_sub(HEADER) {
                Some(need) if len > whole => r.error(Kind::Truncated {
                    need,
                    have: r.left(),
                }),
                _ => r.error(Kind::Trailing(whole.saturating_sub(len))),
            }
            .within(0, LENGTH));
        }
        let code = match header.flags & (flags::R | flags::E) {
            flags::E => ERROR,
            f if f & flags::R != 0 => req(header.command),
            _ => ans(header.command),
        };
        let pdu = Pdu::read(code, r)?;
        if let Pdu::Other(_, octets) = &pdu {
            // kept generically, but its AVPs must be AVPs
            avps(&octets.0, HEADER).try_for_each(|a| a.map(|_| ()))?;
        }
        Ok(Self { header, pdu })
    }

    /// Appends the message.
    pub fn write(&self, w: &mut BytesMut) {
        let start = w.len();
        self.header.write(HEADER, w);
        self.pdu.write(w);
        let len = w.len().saturating_sub(start) as u32 & 0x00ff_ffff;
        let to = start..start.saturating_add(4);
        if let Some(to) = w.get_mut(to) {
            to.copy_from_slice(&(0x0100_0000 | len).to_be_bytes());
        }
    }

    /// The message's octets.
    pub fn to_bytes(&self) -> Bytes {
        let mut w = BytesMut::with_capacity(512);
        self.write(&mut w);
        w.freeze()
    }

    /// Its name in the standard, `Authentication-Information-Request`; unknown commands by number.
    pub fn name(&self) -> String {
        let kind = if self.header.is_request() {
            "Request"
        } else {
            "Answer"
        };
        match command::name(self.header.command) {
            Some(n) => format!("{n}-{kind}"),
            None => format!("Command-{}-{kind}", self.header.command),
        }
    }

    /// Header and AVPs as JSON.
    pub fn json(&self) -> Json {
        let h = &self.header;
        let body = match &self.pdu {
            Pdu::Other(_, octets) => avps(&octets.0, HEADER)
                .filter_map(std::result::Result::ok)
                .map(|a| a.json())
                .collect(),
            known => known.json(),
        };
        json!({
            "name": self.name(),
            "header": {
                "flags": h.flags,
                "command": h.command,
                "application": h.application,
                "hop_by_hop": h.hop_by_hop,
                "end_to_end": h.end_to_end,
            },
            "avps": body,
        })
    }

    /// The result of an answer: its Result-Code or Experimental-Result-Code, the latter marked.
    pub fn result(&self) -> Option<Outcome> {
        macro_rules! of {
            ($($m:ident)*) => {
                match &self.pdu {
                    $(Pdu::$m(a) => (
                        a.result_code,
                        a.experimental_result.as_ref().map(|e| e.experimental_result_code),
                    ),)*
                    Pdu::CapabilitiesExchangeAnswer(a) => (Some(a.result_code), None),
                    Pdu::DeviceWatchdogAnswer(a) => (Some(a.result_code), None),
                    Pdu::DisconnectPeerAnswer(a) => (Some(a.result_code), None),
                    Pdu::ErrorAnswer(a) => (
                        Some(a.result_code),
                        a.experimental_result.as_ref().map(|e| e.experimental_result_code),
                    ),
                    _ => (None, None),
                }
            };
        }
        let (base, experimental) = of!(UpdateLocationAnswer CancelLocationAnswer
            AuthenticationInformationAnswer InsertSubscriberDataAnswer DeleteSubscriberDataAnswer
            PurgeUeAnswer ResetAnswer NotifyAnswer MeIdentityCheckAnswer);
        experimental
            .map(Outcome::Experimental)
            .or(base.map(Outcome::Base))
    }

    /// A sample of the message at place `n` of the table, for tests and load.
    pub fn sample(n: usize, g: &mut Gen) -> Self {
        let pdu = Pdu::sample(n, g);
        let request = pdu.code() & 1 != 0;
        let base = pdu.code().wrapping_shr(1) < 300;
        let mut m = Self::request(if base { 0 } else { super::application::S6A }, pdu);
        m.header.hop_by_hop = g.next() as u32;
        m.header.end_to_end = g.next() as u32;
        if !request {
            m = Self::answer(&m.header, m.pdu);
        }
        m
    }
}

/// What an answer tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A Result-Code of the base protocol.
    Base(super::ResultCode),
    /// An Experimental-Result-Code of 3GPP: its 5001 is not the base protocol's.
    Experimental(super::ExperimentalResultCode),
}

impl Outcome {
    /// True where the request was served.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Base(c) if c.is_success())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base(c) => c.fmt(f),
            Self::Experimental(c) => write!(f, "experimental {c}"),
        }
    }
}

/// Name and identifiers in a line, then a line per AVP, inner ones set in.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let h = &self.header;
        let flag = |bit, c| if h.flags & bit != 0 { c } else { '-' };
        writeln!(
            f,
            "{} ({}) application {} flags {}{}{}{} hop-by-hop {:#010x} end-to-end {:#010x}",
            self.name(),
            h.command,
            h.application,
            flag(flags::R, 'R'),
            flag(flags::P, 'P'),
            flag(flags::E, 'E'),
            flag(flags::T, 'T'),
            h.hop_by_hop,
            h.end_to_end,
        )?;
        match &self.pdu {
            Pdu::Other(_, octets) => {
                f.write_str("Message")?;
                avps(&octets.0, HEADER)
                    .filter_map(std::result::Result::ok)
                    .try_for_each(|a| write!(f, "\n  {}", a.to_string().replace('\n', "\n  ")))
            }
            known => known.fmt(f),
        }
    }
}

/// The octets behind the header, for whoever forwards a message.
impl From<&Message> for Octets {
    fn from(m: &Message) -> Self {
        let mut w = BytesMut::new();
        m.pdu.write(&mut w);
        w.freeze().into()
    }
}

/// Lets a message stand where values stand.
impl Value for Message {
    fn write(&self, w: &mut BytesMut) {
        Self::write(self, w);
    }
    fn json(&self) -> Json {
        Self::json(self)
    }
}
