//! The commands of a message body, typed (OMA-TS-DM-RepPro 6).
use super::{Element, Node, Tag};

/// Meta information (`MetInf`). What is absent is not written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meta {
    /// `Format`: chr, int, bool, bin, node, null, xml, b64.
    pub format: Option<String>,
    /// `Type`: a media type, an alert type, an authentication type.
    pub kind: Option<String>,
    /// `Size` of a large object, octets.
    pub size: Option<u64>,
    /// `Mark`: importance of a generic alert.
    pub mark: Option<String>,
    /// `NextNonce`, base64.
    pub next_nonce: Option<String>,
    /// `MaxMsgSize`, octets.
    pub max_msg_size: Option<u32>,
    /// `MaxObjSize`, octets.
    pub max_obj_size: Option<u64>,
}

/// Data of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// Text.
    Text(String),
    /// Octets.
    Octets(Vec<u8>),
}

impl Data {
    /// Its octets.
    pub fn octets(&self) -> &[u8] {
        match self {
            Self::Text(t) => t.as_bytes(),
            Self::Octets(o) => o,
        }
    }
}

impl From<&str> for Data {
    fn from(t: &str) -> Self {
        Self::Text(t.to_owned())
    }
}

/// An item of a command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Item {
    /// `Target/LocURI`.
    pub target: Option<String>,
    /// `Source/LocURI`.
    pub source: Option<String>,
    /// `Meta`.
    pub meta: Meta,
    /// `Data`.
    pub data: Option<Data>,
    /// `MoreData`: the object goes on in the next message.
    pub more_data: bool,
}

/// Authentication as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cred {
    /// `Meta/Type`: `syncml:auth-md5`, ...
    pub kind: String,
    /// `Meta/Format`, where there is one.
    pub format: Option<String>,
    /// `Data`.
    pub data: Data,
}

/// A challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chal {
    /// `Meta/Type`.
    pub kind: String,
    /// `Meta/Format`.
    pub format: Option<String>,
    /// `Meta/NextNonce`, base64.
    pub next_nonce: Option<String>,
}

/// The answer to a command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// Its own number.
    pub cmd_id: u32,
    /// The message answered.
    pub msg_ref: u32,
    /// The command answered; 0 for the header.
    pub cmd_ref: u32,
    /// Its name.
    pub cmd: String,
    /// Targets it is about.
    pub target_ref: Vec<String>,
    /// Sources it is about.
    pub source_ref: Vec<String>,
    /// Authentication of the sender.
    pub cred: Option<Cred>,
    /// Challenge to the receiver.
    pub chal: Option<Chal>,
    /// The status code.
    pub code: u16,
}

/// What a Get found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Results {
    /// Its own number.
    pub cmd_id: u32,
    /// The message answered; 1 where absent.
    pub msg_ref: Option<u32>,
    /// The Get answered.
    pub cmd_ref: u32,
    /// `Meta` for all items.
    pub meta: Meta,
    /// The items.
    pub items: Vec<Item>,
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Alert {
    /// Its number.
    pub cmd_id: u32,
    /// The alert code: 1200, 1201, 1222, 1223, 1226, ...
    pub code: u16,
    /// `Correlator`.
    pub correlator: Option<String>,
    /// Its items.
    pub items: Vec<Item>,
}

/// Commands on the management tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Verb {
    Add,
    Replace,
    Delete,
    Get,
    Exec,
    Copy,
}

/// A command on the management tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What is to be done.
    pub verb: Verb,
    /// Its number.
    pub cmd_id: u32,
    /// No Status is wanted.
    pub no_resp: bool,
    /// `Correlator` of an Exec.
    pub correlator: Option<String>,
    /// `Meta` for all items.
    pub meta: Meta,
    /// On which nodes.
    pub items: Vec<Item>,
}

/// Commands that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// True for Atomic (all or none), false for Sequence.
    pub atomic: bool,
    /// Its number.
    pub cmd_id: u32,
    /// In order.
    pub commands: Vec<Command>,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Status.
    Status(Status),
    /// Results.
    Results(Results),
    /// Alert.
    Alert(Alert),
    /// Add, Replace, Delete, Get, Exec, Copy.
    Request(Request),
    /// Atomic, Sequence.
    Group(Group),
    /// Something else, kept as it came: refused with 406 (optional feature not supported) or 500.
    Other(Element),
}

impl Verb {
    const ALL: [(Self, Tag); 6] = [
        (Self::Add, Tag::Add),
        (Self::Replace, Tag::Replace),
        (Self::Delete, Tag::Delete),
        (Self::Get, Tag::Get),
        (Self::Exec, Tag::Exec),
        (Self::Copy, Tag::Copy),
    ];

    /// Its element.
    pub fn tag(self) -> Tag {
        Self::ALL
            .iter()
            .find(|v| v.0 == self)
            .map_or(Tag::Get, |v| v.1)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.tag().name().unwrap_or("")
    }
}

impl Request {
    /// A request on one node.
    pub fn on(verb: Verb, target: &str) -> Self {
        Self {
            verb,
            cmd_id: 0,
            no_resp: false,
            correlator: None,
            meta: Meta::default(),
            items: vec![Item {
                target: Some(target.to_owned()),
                ..Item::default()
            }],
        }
    }

    /// With data in a format, for Add, Replace, Exec.
    #[must_use]
    pub fn data(mut self, format: &str, data: Data) -> Self {
        if let Some(item) = self.items.first_mut() {
            item.meta.format = Some(format.to_owned());
            item.data = Some(data);
        }
        self
    }

    /// With a correlator, for Exec.
    #[must_use]
    pub fn correlator(mut self, text: &str) -> Self {
        self.correlator = Some(text.to_owned());
        self
    }
}

impl Command {
    /// Its number.
    pub fn cmd_id(&self) -> u32 {
        match self {
            Self::Status(c) => c.cmd_id,
            Self::Results(c) => c.cmd_id,
            Self::Alert(c) => c.cmd_id,
            Self::Request(c) => c.cmd_id,
            Self::Group(c) => c.cmd_id,
            Self::Other(e) => number(e, Tag::CmdID),
        }
    }

    /// Gives it the next number, and those inside it the numbers after.
    pub fn number(&mut self, next: &mut u32) {
        *next = next.saturating_add(1);
        let n = *next;
        match self {
            Self::Status(c) => c.cmd_id = n,
            Self::Results(c) => c.cmd_id = n,
            Self::Alert(c) => c.cmd_id = n,
            Self::Request(c) => c.cmd_id = n,
            Self::Group(c) => {
                c.cmd_id = n;
                c.commands.iter_mut().for_each(|c| c.number(next));
            }
            Self::Other(_) => {}
        }
    }

    /// Its element's name.
    pub fn name(&self) -> String {
        self.tag().to_string()
    }

    fn tag(&self) -> Tag {
        match self {
            Self::Status(_) => Tag::Status,
            Self::Results(_) => Tag::Results,
            Self::Alert(_) => Tag::Alert,
            Self::Request(r) => r.verb.tag(),
            Self::Group(g) if g.atomic => Tag::Atomic,
            Self::Group(_) => Tag::Sequence,
            Self::Other(e) => e.tag,
        }
    }

    /// From its element. Elements inside that are not known are ignored.
    pub fn read(e: &Element) -> Self {
        let items = || {
            e.elements()
                .filter(|c| c.tag == Tag::Item)
                .map(Item::read)
                .collect()
        };
        let cmd_id = number(e, Tag::CmdID);
        match e.tag {
            Tag::Status => Self::Status(Status {
                cmd_id,
                msg_ref: number(e, Tag::MsgRef),
                cmd_ref: number(e, Tag::CmdRef),
                cmd: e.text_of(Tag::Cmd).unwrap_or_default(),
                target_ref: texts(e, Tag::TargetRef),
                source_ref: texts(e, Tag::SourceRef),
                cred: e.find(Tag::Cred).map(Cred::read),
                chal: e.find(Tag::Chal).map(Chal::read),
                code: number(e, Tag::Data),
            }),
            Tag::Results => Self::Results(Results {
                cmd_id,
                msg_ref: e.find(Tag::MsgRef).map(|_| number(e, Tag::MsgRef)),
                cmd_ref: number(e, Tag::CmdRef),
                meta: Meta::of(e),
                items: items(),
            }),
            Tag::Alert => Self::Alert(Alert {
                cmd_id,
                code: number(e, Tag::Data),
                correlator: e.text_of(Tag::Correlator),
                items: items(),
            }),
            Tag::Atomic | Tag::Sequence => Self::Group(Group {
                atomic: e.tag == Tag::Atomic,
                cmd_id,
                commands: e
                    .elements()
                    .filter(|c| !matches!(c.tag, Tag::CmdID | Tag::Meta | Tag::NoResp))
                    .map(Self::read)
                    .collect(),
            }),
            tag => match Verb::ALL.iter().find(|v| v.1 == tag) {
                Some((verb, _)) => Self::Request(Request {
                    verb: *verb,
                    cmd_id,
                    no_resp: e.find(Tag::NoResp).is_some(),
                    correlator: e.text_of(Tag::Correlator),
                    meta: Meta::of(e),
                    items: items(),
                }),
                None => Self::Other(e.clone()),
            },
        }
    }

    /// As its element.
    pub fn write(&self) -> Element {
        let e = Element::new(self.tag());
        let id = |e: Element, n: u32| e.with(Element::text(Tag::CmdID, n.to_string()));
        let all = |e: Element, items: &[Item]| items.iter().fold(e, |e, i| e.with(i.write()));
        let maybe = |e: Element, tag, text: &Option<String>| match text {
            Some(t) => e.with(Element::text(tag, t)),
            None => e,
        };
        match self {
            Self::Status(s) => {
                let mut e = id(e, s.cmd_id)
                    .with(Element::text(Tag::MsgRef, s.msg_ref.to_string()))
                    .with(Element::text(Tag::CmdRef, s.cmd_ref.to_string()))
                    .with(Element::text(Tag::Cmd, &s.cmd));
                for t in &s.target_ref {
                    e = e.with(Element::text(Tag::TargetRef, t));
                }
                for t in &s.source_ref {
                    e = e.with(Element::text(Tag::SourceRef, t));
                }
                if let Some(c) = &s.cred {
                    e = e.with(c.write());
                }
                if let Some(c) = &s.chal {
                    e = e.with(c.write());
                }
                e.with(Element::text(Tag::Data, s.code.to_string()))
            }
            Self::Results(r) => {
                let mut e = id(e, r.cmd_id);
                if let Some(m) = r.msg_ref {
                    e = e.with(Element::text(Tag::MsgRef, m.to_string()));
                }
                e = e.with(Element::text(Tag::CmdRef, r.cmd_ref.to_string()));
                all(r.meta.append(e), &r.items)
            }
            Self::Alert(a) => {
                let e = id(e, a.cmd_id).with(Element::text(Tag::Data, a.code.to_string()));
                all(maybe(e, Tag::Correlator, &a.correlator), &a.items)
            }
            Self::Request(r) => {
                let mut e = id(e, r.cmd_id);
                if r.no_resp {
                    e = e.with(Element::new(Tag::NoResp));
                }
                let e = r.meta.append(e);
                all(maybe(e, Tag::Correlator, &r.correlator), &r.items)
            }
            Self::Group(g) => {
                let e = id(e, g.cmd_id);
                g.commands.iter().fold(e, |e, c| e.with(c.write()))
            }
            Self::Other(e) => e.clone(),
        }
    }
}

impl Item {
    fn read(e: &Element) -> Self {
        Self {
            target: uri(e, Tag::Target),
            source: uri(e, Tag::Source),
            meta: Meta::of(e),
            data: e.find(Tag::Data).map(data),
            more_data: e.find(Tag::MoreData).is_some(),
        }
    }

    fn write(&self) -> Element {
        let mut e = Element::new(Tag::Item);
        for (tag, text) in [(Tag::Target, &self.target), (Tag::Source, &self.source)] {
            if let Some(t) = text {
                e = e.with(Element::new(tag).with(Element::text(Tag::LocURI, t)));
            }
        }
        e = self.meta.append(e);
        if let Some(d) = &self.data {
            e = e.with(data_element(d));
        }
        if self.more_data {
            e = e.with(Element::new(Tag::MoreData));
        }
        e
    }
}

impl Meta {
    /// The `Meta` inside `e`; empty where there is none.
    pub(super) fn of(e: &Element) -> Self {
        let Some(m) = e.find(Tag::Meta) else {
            return Self::default();
        };
        Self {
            format: m.text_of(Tag::Format),
            kind: m.text_of(Tag::Type),
            size: m.text_of(Tag::Size).and_then(|t| t.trim().parse().ok()),
            mark: m.text_of(Tag::Mark),
            next_nonce: m.text_of(Tag::NextNonce),
            max_msg_size: m
                .text_of(Tag::MaxMsgSize)
                .and_then(|t| t.trim().parse().ok()),
            max_obj_size: m
                .text_of(Tag::MaxObjSize)
                .and_then(|t| t.trim().parse().ok()),
        }
    }

    /// Puts it into `e`, unless it is empty.
    pub(super) fn append(&self, e: Element) -> Element {
        let parts = [
            (Tag::Format, self.format.clone()),
            (Tag::Type, self.kind.clone()),
            (Tag::Mark, self.mark.clone()),
            (Tag::Size, self.size.map(|n| n.to_string())),
            (Tag::NextNonce, self.next_nonce.clone()),
            (Tag::MaxMsgSize, self.max_msg_size.map(|n| n.to_string())),
            (Tag::MaxObjSize, self.max_obj_size.map(|n| n.to_string())),
        ];
        let m = parts
            .into_iter()
            .fold(Element::new(Tag::Meta), |m, (tag, text)| match text {
                Some(t) => m.with(Element::text(tag, t)),
                None => m,
            });
        if m.children.is_empty() { e } else { e.with(m) }
    }
}

impl Cred {
    pub(super) fn read(e: &Element) -> Self {
        let meta = Meta::of(e);
        Self {
            kind: meta.kind.unwrap_or_default(),
            format: meta.format,
            data: e.find(Tag::Data).map_or(Data::Text(String::new()), data),
        }
    }

    pub(super) fn write(&self) -> Element {
        let meta = Meta {
            format: self.format.clone(),
            kind: Some(self.kind.clone()),
            ..Meta::default()
        };
        meta.append(Element::new(Tag::Cred))
            .with(data_element(&self.data))
    }
}

impl Chal {
    fn read(e: &Element) -> Self {
        let meta = Meta::of(e);
        Self {
            kind: meta.kind.unwrap_or_default(),
            format: meta.format,
            next_nonce: meta.next_nonce,
        }
    }

    fn write(&self) -> Element {
        let meta = Meta {
            format: self.format.clone(),
            kind: Some(self.kind.clone()),
            next_nonce: self.next_nonce.clone(),
            ..Meta::default()
        };
        meta.append(Element::new(Tag::Chal))
    }
}

fn data(e: &Element) -> Data {
    match e.children.as_slice() {
        [Node::Opaque(o)] => Data::Octets(o.clone()),
        // markup inside Data (an embedded document) is handed on as text
        _ if e.elements().next().is_some() => {
            Data::Text(e.elements().map(Element::to_xml).collect())
        }
        _ => Data::Text(e.contents()),
    }
}

fn data_element(d: &Data) -> Element {
    match d {
        Data::Text(t) => Element::text(Tag::Data, t),
        Data::Octets(o) => Element {
            tag: Tag::Data,
            children: vec![Node::Opaque(o.clone())],
        },
    }
}

pub(super) fn uri(e: &Element, tag: Tag) -> Option<String> {
    e.find(tag).and_then(|t| t.text_of(Tag::LocURI))
}

/// The number in `tag`; 0 where it is absent or none.
pub(super) fn number<N: std::str::FromStr + Default>(e: &Element, tag: Tag) -> N {
    let text = e.text_of(tag).unwrap_or_default();
    text.trim().parse().unwrap_or_default()
}

fn texts(e: &Element, tag: Tag) -> Vec<String> {
    e.elements()
        .filter(|c| c.tag == tag)
        .map(Element::contents)
        .collect()
}
