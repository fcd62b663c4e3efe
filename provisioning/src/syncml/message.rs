//! A whole message: header and body (OMA-TS-DM-RepPro 6.4, 6.5).
use super::{
    Command, Cred, Document, Element, Meta, Tag,
    command::{number, uri},
};
use wire::{Error, Kind, Result};

/// `SyncHdr`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Header {
    /// `VerDTD`, `1.2`.
    pub ver_dtd: String,
    /// `VerProto`, `DM/1.2`.
    pub ver_proto: String,
    /// `SessionID`.
    pub session_id: String,
    /// `MsgID`, from 1 on.
    pub msg_id: u32,
    /// `Target/LocURI`.
    pub target: String,
    /// `Source/LocURI`.
    pub source: String,
    /// `Source/LocName`: the name that authenticates.
    pub source_name: Option<String>,
    /// `RespURI`: where the answer goes.
    pub resp_uri: Option<String>,
    /// No Status is wanted.
    pub no_resp: bool,
    /// `Cred`.
    pub cred: Option<Cred>,
    /// `Meta`: MaxMsgSize, MaxObjSize.
    pub meta: Meta,
}

/// How messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// WBXML.
    #[default]
    Wbxml,
    /// XML.
    Xml,
}

impl Form {
    /// The form of a media type.
    pub fn of(media_type: &str) -> Option<Self> {
        [Self::Wbxml, Self::Xml]
            .into_iter()
            .find(|f| f.media_type().eq_ignore_ascii_case(media_type))
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Wbxml => super::TYPE_WBXML,
            Self::Xml => super::TYPE_XML,
        }
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// Its header.
    pub header: Header,
    /// Its commands, in order.
    pub commands: Vec<Command>,
    /// `Final`: the last message of its package.
    pub is_final: bool,
}

impl Message {
    /// From WBXML.
    pub fn read(octets: &[u8]) -> Result<Self> {
        Self::from_element(&Document::read(octets)?.root)
    }

    /// From octets in a form.
    ///
    /// # Errors
    /// As of [`Message::read`] and [`Message::from_xml`]; XML that is no UTF-8.
    pub fn read_as(form: Form, octets: &[u8]) -> Result<Self> {
        match form {
            Form::Wbxml => Self::read(octets),
            Form::Xml => {
                let text = std::str::from_utf8(octets)
                    .map_err(|e| Error::new(Kind::BadValue(0), e.valid_up_to(), "UTF-8"))?;
                Self::from_xml(text)
            }
        }
    }

    /// As octets in a form.
    pub fn write_as(&self, form: Form) -> Vec<u8> {
        match form {
            Form::Wbxml => self.write(),
            Form::Xml => {
                let text = self.to_element().to_xml();
                format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{text}").into_bytes()
            }
        }
    }

    /// From XML.
    pub fn from_xml(text: &str) -> Result<Self> {
        Self::from_element(&Element::from_xml(text)?)
    }

    /// As WBXML.
    pub fn write(&self) -> Vec<u8> {
        Document::new(self.to_element()).write()
    }

    /// From the tree.
    ///
    /// # Errors
    /// No SyncHdr, no SessionID, no MsgID, no Source, no SyncBody.
    pub fn from_element(root: &Element) -> Result<Self> {
        let missing = |field| Error::new(Kind::Missing, 0, field);
        if root.tag != Tag::SyncML {
            return Err(missing("SyncML"));
        }
        let h = root.find(Tag::SyncHdr).ok_or(missing("SyncHdr"))?;
        let body = root.find(Tag::SyncBody).ok_or(missing("SyncBody"))?;
        let header = Header {
            ver_dtd: h.text_of(Tag::VerDTD).unwrap_or_default(),
            ver_proto: h.text_of(Tag::VerProto).unwrap_or_default(),
            session_id: h.text_of(Tag::SessionID).ok_or(missing("SessionID"))?,
            msg_id: number(h, Tag::MsgID),
            target: uri(h, Tag::Target).ok_or(missing("Target"))?,
            source: uri(h, Tag::Source).ok_or(missing("Source"))?,
            source_name: h.find(Tag::Source).and_then(|s| s.text_of(Tag::LocName)),
            resp_uri: h.text_of(Tag::RespURI),
            no_resp: h.find(Tag::NoResp).is_some(),
            cred: h.find(Tag::Cred).map(Cred::read),
            meta: Meta::of(h),
        };
        if header.msg_id == 0 {
            return Err(missing("MsgID"));
        }
        Ok(Self {
            header,
            commands: body
                .elements()
                .filter(|e| e.tag != Tag::Final)
                .map(Command::read)
                .collect(),
            is_final: body.find(Tag::Final).is_some(),
        })
    }

    /// As the tree.
    pub fn to_element(&self) -> Element {
        let h = &self.header;
        let text = |tag, t: &str| Element::text(tag, t);
        let mut source = Element::new(Tag::Source).with(text(Tag::LocURI, &h.source));
        if let Some(n) = &h.source_name {
            source = source.with(text(Tag::LocName, n));
        }
        let mut header = Element::new(Tag::SyncHdr)
            .with(text(Tag::VerDTD, &h.ver_dtd))
            .with(text(Tag::VerProto, &h.ver_proto))
            .with(text(Tag::SessionID, &h.session_id))
            .with(text(Tag::MsgID, &h.msg_id.to_string()))
            .with(Element::new(Tag::Target).with(text(Tag::LocURI, &h.target)))
            .with(source);
        if let Some(r) = &h.resp_uri {
            header = header.with(text(Tag::RespURI, r));
        }
        if h.no_resp {
            header = header.with(Element::new(Tag::NoResp));
        }
        if let Some(c) = &h.cred {
            header = header.with(c.write());
        }
        header = h.meta.append(header);
        let body = Element::new(Tag::SyncBody);
        let mut body = self.commands.iter().fold(body, |b, c| b.with(c.write()));
        if self.is_final {
            body = body.with(Element::new(Tag::Final));
        }
        Element::new(Tag::SyncML).with(header).with(body)
    }
}
