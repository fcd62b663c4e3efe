//! The transaction portion, Q.773 4.2.1: five messages.
use super::{
    component::Components,
    dialogue::DialoguePortion,
    elements::{Proto, id},
};
use crate::ber::tlv::{self, Form, Tlv};
use bytes::{Bytes, BytesMut};
use serde_json::{Value as Json, json};
use std::fmt;
use wire::{Field, Gen, Kind, Reader, Result, Value};

const OTID: u64 = 0x48;
const DTID: u64 = 0x49;
const P_ABORT: u64 = 0x4a;
const DIALOGUE: u64 = 0x6b;
const COMPONENTS: u64 = 0x6c;

wire::messages! {
    Unidirectional, "Q.773 4.2.1.1" { opt dialogue [DIALOGUE]: Dialogue; req components [COMPONENTS]: ComponentPortion; }
    Begin, "Q.773 4.2.1.1" { req otid [OTID]: Otid; opt dialogue [DIALOGUE]: Dialogue; opt components [COMPONENTS]: ComponentPortion; }
    End, "Q.773 4.2.1.1" { req dtid [DTID]: Dtid; opt dialogue [DIALOGUE]: Dialogue; opt components [COMPONENTS]: ComponentPortion; }
    Continue, "Q.773 4.2.1.1" { req otid [OTID]: Otid; req dtid [DTID]: Dtid; opt dialogue [DIALOGUE]: Dialogue; opt components [COMPONENTS]: ComponentPortion; }
    Abort, "Q.773 4.2.1.1" { req dtid [DTID]: Dtid; opt p_abort [P_ABORT]: PAbort; opt dialogue [DIALOGUE]: Dialogue; }
}

wire::pdus! {
    /// A message by its tag.
    pub enum Pdu(u64) { Unidirectional = 0x61; Begin = 0x62; End = 0x64; Continue = 0x65; Abort = 0x67; }
}

/// A transaction identifier: one to four octets, kept as they came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionId {
    octets: [u8; 4],
    len: u8,
}

impl TransactionId {
    /// Four octets.
    pub fn new(id: u32) -> Self {
        Self {
            octets: id.to_be_bytes(),
            len: 4,
        }
    }

    /// Its number, where it has four octets, as ours have.
    pub fn number(&self) -> Option<u32> {
        (self.len == 4).then(|| u32::from_be_bytes(self.octets))
    }

    fn octets(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or(&[])
    }
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.octets().iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Value for TransactionId {
    fn write(&self, w: &mut BytesMut) {
        w.extend_from_slice(self.octets());
    }
}

impl Field for TransactionId {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        let n = r.left();
        if !(1..=4).contains(&n) {
            return Err(r.error(Kind::BadLength(n)));
        }
        let mut octets = [0; 4];
        octets.iter_mut().zip(r.rest()).for_each(|(to, b)| *to = *b);
        let len = n as u8;
        Ok(Self { octets, len })
    }
    fn sample(g: &mut Gen) -> Self {
        Self::new(g.next() as u32)
    }
}

/// A TCAP message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// What it says.
    pub pdu: Pdu,
    form: Form,
}

impl<P: Into<Pdu>> From<P> for Message {
    fn from(pdu: P) -> Self {
        Self {
            pdu: pdu.into(),
            form: Form::SHORTEST,
        }
    }
}

impl Message {
    /// Reads one whole message.
    ///
    /// # Errors
    /// What is broken, where, in which element.
    pub fn read(octets: &Bytes) -> Result<Self> {
        Self::from_reader(Reader::shared(octets))
    }

    /// Reads one whole message for an end point: a component that cannot be read is
    /// [`Component::Other`](super::Component::Other), to be rejected by itself (Q.774 3.2.2).
    ///
    /// # Errors
    /// As [`Message::read`], but of the transaction and dialogue portions only.
    pub fn read_strict(octets: &Bytes) -> Result<Self> {
        Self::from_reader(Reader::shared(octets).strict())
    }

    fn from_reader(mut r: Reader<'_>) -> Result<Self> {
        let t = Tlv::take(&mut r).map_err(|e| e.within(0, "message type tag"))?;
        r.done().map_err(|e| e.within(t.tag, "message"))?;
        Ok(Self {
            pdu: Pdu::read(t.tag, t.body)?,
            form: t.form,
        })
    }

    /// Appends the message.
    pub fn write(&self, w: &mut BytesMut) {
        tlv::put(self.pdu.code(), self.form, w, |w| self.pdu.write(w));
    }

    /// The message's octets.
    pub fn to_bytes(&self) -> Bytes {
        let mut w = BytesMut::with_capacity(256);
        self.write(&mut w);
        w.freeze()
    }

    /// The sender's identifier.
    pub fn otid(&self) -> Option<TransactionId> {
        match &self.pdu {
            Pdu::Begin(m) => Some(m.otid),
            Pdu::Continue(m) => Some(m.otid),
            _ => None,
        }
    }

    /// The receiver's identifier.
    pub fn dtid(&self) -> Option<TransactionId> {
        match &self.pdu {
            Pdu::Continue(m) => Some(m.dtid),
            Pdu::End(m) => Some(m.dtid),
            Pdu::Abort(m) => Some(m.dtid),
            _ => None,
        }
    }

    /// The dialogue portion.
    pub fn dialogue(&self) -> Option<&DialoguePortion> {
        match &self.pdu {
            Pdu::Unidirectional(m) => m.dialogue.as_ref(),
            Pdu::Begin(m) => m.dialogue.as_ref(),
            Pdu::End(m) => m.dialogue.as_ref(),
            Pdu::Continue(m) => m.dialogue.as_ref(),
            Pdu::Abort(m) => m.dialogue.as_ref(),
            Pdu::Other(..) => None,
        }
    }

    /// The components.
    pub fn components(&self) -> &[super::Component] {
        let c: Option<&Components> = match &self.pdu {
            Pdu::Unidirectional(m) => Some(&m.components),
            Pdu::Begin(m) => m.components.as_ref(),
            Pdu::End(m) => m.components.as_ref(),
            Pdu::Continue(m) => m.components.as_ref(),
            Pdu::Abort(_) | Pdu::Other(..) => None,
        };
        c.map_or(&[], |c| c.items.as_slice())
    }

    /// As JSON: name and elements.
    pub fn json(&self) -> Json {
        json!({ "name": self.pdu.name(), "elements": self.pdu.json() })
    }

    /// A sample of the message at place `n` of the table, for tests and load.
    pub fn sample(n: usize, g: &mut Gen) -> Self {
        Pdu::sample(n, g).into()
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pdu.fmt(f)
    }
}
