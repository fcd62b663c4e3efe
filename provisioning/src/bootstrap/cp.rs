//! OMA client provisioning: a `wap-provisioningdoc` and its WBXML (OMA-WAP-TS-ProvCont 1.1).
use super::tokens::{STARTS, VALUES};
use std::fmt;
use wire::{Error, Kind, Reader, Result};

/// `-//WAPFORUM//DTD PROV 1.0//EN`.
pub const PUBLIC_ID: u32 = 0x0b;
const VERSION: u8 = 3;
const UTF_8: u32 = 106;
const US_ASCII: u32 = 3;
const MAX_DEPTH: usize = 8;

const SWITCH_PAGE: u8 = 0x00;
const END: u8 = 0x01;
const ENTITY: u8 = 0x02;
const STR_I: u8 = 0x03;
const LITERAL: u8 = 0x04;
const STR_T: u8 = 0x83;
const DOCUMENT: u8 = 0x05;
const CHARACTERISTIC: u8 = 0x06;
const PARM: u8 = 0x07;
const ATTRIBUTES: u8 = 0x80;
const CONTENT: u8 = 0x40;

/// A document: its characteristics.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document(pub Vec<Characteristic>);

/// A group of parameters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Characteristic {
    /// `APPLICATION`, `APPAUTH`, ...
    pub kind: String,
    /// Its parameters, in their order.
    pub parms: Vec<Parm>,
    /// The characteristics inside.
    pub inner: Vec<Self>,
}

/// A parameter.
#[derive(Clone, PartialEq, Eq)]
pub struct Parm {
    /// Its name.
    pub name: String,
    /// Its value; some parameters have none.
    pub value: Option<String>,
}

/// Secrets are among the values.
impl fmt::Debug for Parm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Characteristic {
    /// One without parameters.
    pub fn new(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            ..Self::default()
        }
    }

    /// With one more parameter.
    #[must_use]
    pub fn parm(mut self, name: &str, value: &str) -> Self {
        self.parms.push(Parm {
            name: name.to_owned(),
            value: Some(value.to_owned()),
        });
        self
    }

    /// With one more characteristic inside.
    #[must_use]
    pub fn with(mut self, inner: Self) -> Self {
        self.inner.push(inner);
        self
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        let parm = self.parms.iter().find(|p| p.name == name)?;
        parm.value.as_deref()
    }

    /// The characteristics of a kind inside.
    pub fn all<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Self> {
        self.inner.iter().filter(move |c| c.kind == kind)
    }
}

impl Document {
    /// As WBXML, strings inline.
    pub fn write(&self) -> Vec<u8> {
        let mut w = Writer {
            out: vec![VERSION],
            page: 0,
        };
        w.number(PUBLIC_ID);
        w.number(UTF_8);
        w.number(0);
        w.out.push(DOCUMENT | ATTRIBUTES | CONTENT);
        w.attribute("version", "1.0");
        w.out.push(END);
        for c in &self.0 {
            w.characteristic(c);
        }
        w.out.push(END);
        w.out
    }

    /// From WBXML.
    ///
    /// # Errors
    /// Another document type or charset, cut short, tokens that nobody knows, nested too deep.
    pub fn read(octets: &[u8]) -> Result<Self> {
        let mut r = Reader::new(octets);
        let bad = |value: u32, at, what| Err(Error::new(Kind::BadValue(value.into()), at, what));
        match r.u8()? {
            1..=VERSION => {}
            v => return bad(v.into(), 0, "WBXML version"),
        }
        match number(&mut r)? {
            PUBLIC_ID => {}
            id => return bad(id, r.at(), "public identifier"),
        }
        match number(&mut r)? {
            UTF_8 | US_ASCII => {}
            charset => return bad(charset, r.at(), "charset"),
        }
        let length = number(&mut r)? as usize;
        let mut w = Walk {
            strings: r.take(length).map_err(|e| e.within(0, "string table"))?,
            r,
            tags: 0,
            page: 0,
        };
        let (at, tag) = w.tag()?;
        if tag & 0x3f != DOCUMENT {
            return bad(tag.into(), at, "wap-provisioningdoc");
        }
        w.attributes(tag)?;
        let mut all = Vec::new();
        if tag & CONTENT != 0 {
            while let Some(inner) = w.element(0)? {
                match inner {
                    Inner::Characteristic(c) => all.push(c),
                    Inner::Parm(_) => return bad(PARM.into(), w.r.at(), "characteristic"),
                }
            }
        }
        w.r.done().map_err(|e| e.within(0, "wap-provisioningdoc"))?;
        Ok(Self(all))
    }
}

struct Writer {
    out: Vec<u8>,
    /// Code page of attributes. That of elements stays 0: both have the same.
    page: u8,
}

impl Writer {
    fn characteristic(&mut self, c: &Characteristic) {
        let empty = c.parms.is_empty() && c.inner.is_empty();
        let content = if empty { 0 } else { CONTENT };
        self.out.push(CHARACTERISTIC | ATTRIBUTES | content);
        self.attribute("type", &c.kind);
        self.out.push(END);
        for p in &c.parms {
            self.out.push(PARM | ATTRIBUTES);
            self.attribute("name", &p.name);
            if let Some(v) = &p.value {
                self.attribute("value", v);
            }
            self.out.push(END);
        }
        for i in &c.inner {
            self.characteristic(i);
        }
        if !empty {
            self.out.push(END);
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        let whole = |s: &&(u8, u8, &str, &str)| s.2 == name && s.3 == value && !value.is_empty();
        // on the present page, where it is there
        let mut rows = STARTS.iter().filter(whole);
        let found = rows.clone().find(|s| s.0 == self.page).or(rows.next());
        if let Some((page, token, ..)) = found {
            self.switch(*page);
            self.out.push(*token);
            return;
        }
        let bare = STARTS.iter().find(|s| s.2 == name && s.3.is_empty());
        if let Some((page, token, ..)) = bare {
            self.switch(*page);
            self.out.push(*token);
        }
        match VALUES.iter().find(|v| v.0 == self.page && v.2 == value) {
            Some((_, token, _)) => self.out.push(*token),
            None => {
                self.out.push(STR_I);
                // a string ends at a NUL
                self.out.extend(value.bytes().take_while(|o| *o != 0));
                self.out.push(0);
            }
        }
    }

    fn switch(&mut self, page: u8) {
        if self.page != page {
            self.out.extend([SWITCH_PAGE, page]);
            self.page = page;
        }
    }

    fn number(&mut self, n: u32) {
        for shift in [28u32, 21, 14, 7] {
            if n >> shift != 0 {
                self.out.push((n >> shift & 0x7f) as u8 | 0x80);
            }
        }
        self.out.push((n & 0x7f) as u8);
    }
}

enum Inner {
    Characteristic(Characteristic),
    Parm(Parm),
}

struct Walk<'a> {
    strings: &'a [u8],
    r: Reader<'a>,
    tags: u8,
    page: u8,
}

impl Walk<'_> {
    fn tag(&mut self) -> Result<(usize, u8)> {
        loop {
            let at = self.r.at();
            match self.r.u8()? {
                SWITCH_PAGE => self.tags = self.r.u8()?,
                tag => return Ok((at, tag)),
            }
        }
    }

    /// The next element inside; `None` at the end.
    fn element(&mut self, depth: usize) -> Result<Option<Inner>> {
        let (at, tag) = self.tag()?;
        if tag == END {
            return Ok(None);
        }
        let err = |kind| Error::new(kind, at, "characteristic");
        if depth > MAX_DEPTH {
            return Err(err(Kind::TooDeep));
        }
        let attributes = self.attributes(tag)?;
        let of = |name: &str| {
            let a = attributes.iter().find(|a| a.0 == name);
            a.map(|a| a.1.clone())
        };
        match (tag & 0x3f, self.tags) {
            (CHARACTERISTIC, 0 | 1) => {
                let mut c = Characteristic::new(&of("type").ok_or(err(Kind::Missing))?);
                if tag & CONTENT != 0 {
                    while let Some(inner) = self.element(depth.saturating_add(1))? {
                        match inner {
                            Inner::Parm(p) => c.parms.push(p),
                            Inner::Characteristic(i) => c.inner.push(i),
                        }
                    }
                }
                Ok(Some(Inner::Characteristic(c)))
            }
            (PARM, 0 | 1) if tag & CONTENT == 0 => Ok(Some(Inner::Parm(Parm {
                name: of("name").ok_or(err(Kind::Missing))?,
                value: of("value"),
            }))),
            _ => Err(err(Kind::BadValue(tag.into()))),
        }
    }

    fn attributes(&mut self, tag: u8) -> Result<Vec<(String, String)>> {
        let mut all: Vec<(String, String)> = Vec::new();
        if tag & ATTRIBUTES == 0 {
            return Ok(all);
        }
        loop {
            let at = self.r.at();
            let err = |kind| Error::new(kind, at, "attribute");
            let text = match self.r.u8()? {
                END => return Ok(all),
                SWITCH_PAGE => {
                    self.page = self.r.u8()?;
                    continue;
                }
                LITERAL => {
                    let name = self.string(at)?;
                    all.push((name, String::new()));
                    continue;
                }
                STR_I => inline(&mut self.r)?,
                STR_T => self.string(at)?,
                ENTITY => {
                    let n = number(&mut self.r)?;
                    let c = char::from_u32(n).ok_or(err(Kind::BadValue(n.into())))?;
                    c.to_string()
                }
                token @ 0x80.. => {
                    let mut rows = VALUES.iter();
                    let row = rows.find(|v| v.0 == self.page && v.1 == token);
                    row.ok_or(err(Kind::BadValue(token.into())))?.2.to_owned()
                }
                token => {
                    let mut rows = STARTS.iter();
                    let row = rows.find(|s| s.0 == self.page && s.1 == token);
                    let row = row.ok_or(err(Kind::BadValue(token.into())))?;
                    all.push((row.2.to_owned(), row.3.to_owned()));
                    continue;
                }
            };
            // values follow a start, in as many parts as there are
            let last = all.last_mut().ok_or(err(Kind::Missing))?;
            last.1.push_str(&text);
        }
    }

    /// A string of the table.
    fn string(&mut self, at: usize) -> Result<String> {
        let offset = number(&mut self.r)?;
        let bad = Error::new(Kind::BadValue(offset.into()), at, "string table");
        let from = self.strings.get(offset as usize..).ok_or(bad)?;
        inline(&mut Reader::new(from)).map_err(|_| bad)
    }
}

fn inline(r: &mut Reader<'_>) -> Result<String> {
    let at = r.at();
    let all = r.peek();
    let cut = Kind::Truncated {
        need: all.len().saturating_add(1),
        have: all.len(),
    };
    let end = all.iter().position(|o| *o == 0);
    let octets = r.take(end.ok_or(Error::new(cut, at, "string"))?)?;
    r.u8()?;
    let text = std::str::from_utf8(octets);
    text.map(str::to_owned)
        .map_err(|_| Error::new(Kind::BadValue(0), at, "string"))
}

/// mb_u_int32.
fn number(r: &mut Reader<'_>) -> Result<u32> {
    let at = r.at();
    let mut value = 0u32;
    for _ in 0..5 {
        let o = r.u8()?;
        if value >> 25 != 0 {
            break;
        }
        value = value << 7 | u32::from(o & 0x7f);
        if o & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Error::new(Kind::BadValue(value.into()), at, "mb_u_int32"))
}
