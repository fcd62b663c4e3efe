//! WAP push: the Push PDU of connectionless WSP (WAP-230-WSP 8.2.4.1), as a push proxy sends it in a
//! datagram (WAP-235-PushOTA 8.2).
//!
//! Read: well-known and textual content types, header fields of every form, code page shifts.
//! Written: our own form, one well-known content type and the application id.
use std::fmt;
use wire::{Error, Kind, Reader, Result};

/// The port on which devices take pushes: `wap-push`.
pub const PORT: u16 = 2948;
/// The port that connectionless WSP is sent from: `wap-wsp`.
pub const WSP_PORT: u16 = 9200;

/// PDU type of Push (WAP-230-WSP table 34).
const PUSH: u8 = 0x06;
/// Parameters of a content type (WAP-230-WSP table 38).
const SEC: u8 = 0x11;
const MAC: u8 = 0x12;
/// Header field X-Wap-Application-Id (WAP-230-WSP table 39).
const APPLICATION_ID: u8 = 0x2f;
/// A value length of more than 30 octets follows as a uintvar.
const LENGTH_QUOTE: u8 = 31;
const SHIFT_DELIMITER: u8 = 127;

wire::code_points! {
    /// Well-known content types (OMNA, WSP content type numbers).
    pub struct Content(u8) {
        ConnectivityWbxml = 0x36, "application/vnd.wap.connectivity-wbxml";
        DmWbxml = 0x42, "application/vnd.syncml.dm+wbxml";
        DmXml = 0x43, "application/vnd.syncml.dm+xml";
        DmNotification = 0x44, "application/vnd.syncml.notification";
    }
}

wire::code_points! {
    /// Applications behind the push port (OMNA, push application ids).
    pub struct Application(u32) {
        Any = 0x00, "x-wap-application:*";
        SyncmlDm = 0x07, "x-wap-application:syncml.dm";
    }
}

wire::code_points! {
    /// How a bootstrap proves whom it comes from: parameter SEC (OMA-WAP-TS-ProvCont 4.3).
    pub struct Sec(u8) {
        NetwPin = 0, "NETWPIN";
        UserPin = 1, "USERPIN";
        UserNetwPin = 2, "USERNETWPIN";
        UserPinMac = 3, "USERPINMAC";
    }
}

/// A push.
#[derive(Clone, PartialEq, Eq)]
pub struct Push {
    /// Transaction id.
    pub tid: u8,
    /// What `body` is.
    pub content: Content,
    /// Parameter SEC.
    pub sec: Option<Sec>,
    /// Parameter MAC: hexadecimal digits.
    pub mac: Option<String>,
    /// X-Wap-Application-Id.
    pub application: Option<Application>,
    /// The content.
    pub body: Vec<u8>,
}

/// A bootstrap holds an account's secrets: its octets are not shown.
impl fmt::Debug for Push {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Push")
            .field("content", &self.content)
            .field("sec", &self.sec)
            .field("body", &format_args!("{} octets", self.body.len()))
            .finish_non_exhaustive()
    }
}

impl Push {
    /// A push without parameters.
    pub fn new(tid: u8, content: Content, body: Vec<u8>) -> Self {
        Self {
            tid,
            content,
            sec: None,
            mac: None,
            application: None,
            body,
        }
    }

    /// As a datagram.
    pub fn write(&self) -> Vec<u8> {
        let mut head = Vec::new();
        let well_known = self.content.0 | 0x80;
        if self.sec.is_none() && self.mac.is_none() {
            head.push(well_known);
        } else {
            let mut value = vec![well_known];
            if let Some(sec) = self.sec {
                value.extend([SEC | 0x80, sec.0 | 0x80]);
            }
            if let Some(mac) = &self.mac {
                value.push(MAC | 0x80);
                value.extend_from_slice(mac.as_bytes());
                value.push(0);
            }
            match u8::try_from(value.len()) {
                Ok(n) if n < LENGTH_QUOTE => head.push(n),
                _ => {
                    head.push(LENGTH_QUOTE);
                    put_uintvar(&mut head, value.len() as u32);
                }
            }
            head.extend(value);
        }
        if let Some(id) = self.application {
            head.push(APPLICATION_ID | 0x80);
            match u8::try_from(id.0) {
                Ok(n) if n < 0x80 => head.push(n | 0x80),
                _ => {
                    let octets = id.0.to_be_bytes();
                    let zeros = octets.iter().take_while(|o| **o == 0).count();
                    head.push(4u8.saturating_sub(zeros as u8));
                    head.extend(octets.iter().skip(zeros));
                }
            }
        }
        let mut out = vec![self.tid, PUSH];
        put_uintvar(&mut out, head.len() as u32);
        out.extend(head);
        out.extend_from_slice(&self.body);
        out
    }

    /// From a datagram.
    ///
    /// # Errors
    /// Another PDU, headers that end within a field, a content type that is none of ours.
    pub fn read(octets: &[u8]) -> Result<Self> {
        let mut r = Reader::new(octets);
        let tid = r.u8()?;
        let at = r.at();
        match r.u8()? {
            PUSH => {}
            other => return Err(Error::new(Kind::BadValue(other.into()), at, "PDU type")),
        }
        let length = uintvar(&mut r)?;
        let mut head = r.sub(length as usize).map_err(|e| e.within(0, "headers"))?;
        let mut push = Self::new(tid, Content(0), r.rest().to_vec());
        push.content_type(&mut head)
            .map_err(|e| e.within(0, "Content-Type"))?;
        push.headers(&mut head)
            .map_err(|e| e.within(0, "headers"))?;
        Ok(push)
    }

    /// Content-type-value (WAP-230-WSP 8.4.2.24).
    fn content_type(&mut self, r: &mut Reader<'_>) -> Result<()> {
        let at = r.at();
        let known = |content: Option<Content>| {
            content.ok_or_else(|| Error::new(Kind::Unknown, at, "Content-Type"))
        };
        match r.peek().first() {
            Some(0..=LENGTH_QUOTE) => {
                let mut value = length(r)?;
                let media = match value.peek().first() {
                    Some(0x20..=0x7f) => by_name(text(&mut value)?),
                    _ => Some(Content(integer(&mut value)?.try_into().unwrap_or(0))),
                };
                self.content = known(media)?;
                while !value.is_empty() {
                    self.parameter(&mut value)?;
                }
            }
            Some(0x20..=0x7f) => self.content = known(by_name(text(r)?))?,
            _ => self.content = Content(integer(r)?.try_into().unwrap_or(0)),
        }
        match Content::KNOWN.iter().any(|n| n.0 == self.content) {
            true => Ok(()),
            false => Err(Error::new(Kind::Unknown, at, "Content-Type")),
        }
    }

    /// A parameter with its value (WAP-230-WSP 8.4.2.4).
    fn parameter(&mut self, r: &mut Reader<'_>) -> Result<()> {
        let name = match r.peek().first() {
            Some(0x20..=0x7f) => match text(r)? {
                n if n.eq_ignore_ascii_case("sec") => SEC,
                n if n.eq_ignore_ascii_case("mac") => MAC,
                _ => 0,
            },
            _ => u8::try_from(integer(r)?).unwrap_or(0),
        };
        match name {
            SEC => {
                let sec = match r.peek().first() {
                    Some(0x20..=0x7f) => {
                        let at = r.at();
                        let name = text(r)?;
                        let named = Sec::KNOWN.iter().find(|n| n.1 == name);
                        let bad = Error::new(Kind::Unknown, at, "SEC");
                        named.map(|n| n.0).ok_or(bad)?
                    }
                    _ => Sec(u8::try_from(integer(r)?).unwrap_or(u8::MAX)),
                };
                self.sec = Some(sec);
            }
            MAC => self.mac = Some(text(r)?.trim_start_matches('"').to_owned()),
            _ => skip(r)?,
        }
        Ok(())
    }

    fn headers(&mut self, r: &mut Reader<'_>) -> Result<()> {
        let mut page = 1u8;
        while let Some(first) = r.peek().first().copied() {
            match first {
                // Short-cut-shift-delimiter and Shift-delimiter (WAP-230-WSP 8.4.1.1)
                0..=LENGTH_QUOTE => page = r.u8()?,
                SHIFT_DELIMITER => {
                    r.u8()?;
                    page = r.u8()?;
                }
                0x20..=0x7e => {
                    text(r)?;
                    text(r)?;
                }
                _ => match (page, r.u8()? & 0x7f) {
                    (1, APPLICATION_ID) if !matches!(r.peek().first(), Some(0x20..=0x7f)) => {
                        self.application = Some(Application(integer(r)?));
                    }
                    _ => skip(r)?,
                },
            }
        }
        Ok(())
    }
}

fn by_name(name: &str) -> Option<Content> {
    let named = Content::KNOWN
        .iter()
        .find(|n| n.1.eq_ignore_ascii_case(name));
    named.map(|n| n.0)
}

/// The octets that a Value-length gives.
fn length<'a>(r: &mut Reader<'a>) -> Result<Reader<'a>> {
    let n = match r.u8()? {
        LENGTH_QUOTE => uintvar(r)?,
        n => u32::from(n),
    };
    r.sub(n as usize)
}

/// Integer-value: seven bits in an octet, or up to four octets behind their number.
fn integer(r: &mut Reader<'_>) -> Result<u32> {
    let at = r.at();
    match r.u8()? {
        short @ 0x80.. => Ok(u32::from(short & 0x7f)),
        n @ 1..=4 => {
            let octets = r.take(n.into())?;
            Ok(octets.iter().fold(0, |v, o| v << 8 | u32::from(*o)))
        }
        n => Err(Error::new(Kind::BadLength(n.into()), at, "")),
    }
}

/// Text up to its end; a quote before characters from 128 on does not count.
fn text<'a>(r: &mut Reader<'a>) -> Result<&'a str> {
    let at = r.at();
    let all = r.peek();
    let end = all.iter().position(|o| *o == 0);
    let cut = Kind::Truncated {
        need: all.len().saturating_add(1),
        have: all.len(),
    };
    let octets = r.take(end.ok_or(Error::new(cut, at, ""))?)?;
    r.u8()?;
    let octets = octets.strip_prefix(&[SHIFT_DELIMITER]).unwrap_or(octets);
    std::str::from_utf8(octets).map_err(|_| Error::new(Kind::BadValue(0), at, ""))
}

/// Passes a value of any header (WAP-230-WSP 8.4.1.2).
fn skip(r: &mut Reader<'_>) -> Result<()> {
    match r.peek().first() {
        Some(0..=LENGTH_QUOTE) => length(r).map(|_| ()),
        Some(0x20..=0x7f) => text(r).map(|_| ()),
        _ => r.u8().map(|_| ()),
    }
}

/// Seven bits an octet, the highest bit says that more follow (WAP-230-WSP 8.1.2).
fn uintvar(r: &mut Reader<'_>) -> Result<u32> {
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
    Err(Error::new(Kind::BadValue(value.into()), at, "uintvar"))
}

fn put_uintvar(out: &mut Vec<u8>, n: u32) {
    for shift in [28u32, 21, 14, 7] {
        if n >> shift != 0 {
            out.push((n >> shift & 0x7f) as u8 | 0x80);
        }
    }
    out.push((n & 0x7f) as u8);
}
