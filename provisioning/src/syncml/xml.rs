//! The same tree as XML: written for people and for `application/vnd.syncml.dm+xml`, read back.
//!
//! Name spaces are those of SyncML; other attributes, processing instructions, comments and the
//! document type are skipped. White space between elements is dropped.
use super::{Document, Element, Node, Space, Tag};
use crate::text::base64;
use std::fmt::Write;
use wire::{Error, Kind, Result};

const MAX_DEPTH: usize = 24;

impl Element {
    /// As XML, without a prolog. Opaque data that is a WBXML document is written as what it holds.
    pub fn to_xml(&self) -> String {
        let mut out = String::new();
        put(&mut out, self, None, 0);
        out
    }

    /// From XML.
    ///
    /// # Errors
    /// With the octet where it stopped: unknown element, tags that do not match, cut short.
    pub fn from_xml(text: &str) -> Result<Self> {
        let mut r = Xml { text, at: 0 };
        let root = loop {
            r.skip_misc()?;
            match r.node(Space::SyncMl, 0)? {
                Some(Node::Element(e)) => break e,
                Some(Node::Text(t)) if t.trim().is_empty() => {}
                _ => return Err(r.err(Kind::Missing, "root element")),
            }
        };
        r.skip_misc()?;
        match r.rest().trim().is_empty() {
            true => Ok(root),
            false => Err(r.err(Kind::Trailing(r.rest().len()), "root element")),
        }
    }
}

fn name_space(space: Space) -> &'static str {
    match space {
        Space::SyncMl => "SYNCML:SYNCML1.2",
        Space::MetInf => "syncml:metinf",
        Space::DevInf => "syncml:devinf",
        Space::DmDdf => "syncml:dmddf1.2",
    }
}

fn put(out: &mut String, e: &Element, outer: Option<Space>, depth: usize) {
    let name = e.tag.to_string();
    let space = match outer {
        Some(s) if s == e.tag.0 => String::new(),
        _ => format!(" xmlns='{}'", name_space(e.tag.0)),
    };
    if e.children.is_empty() {
        let _ = write!(out, "<{name}{space}/>");
        return;
    }
    let _ = write!(out, "<{name}{space}>");
    for child in &e.children {
        match child {
            Node::Element(c) => put(out, c, Some(e.tag.0), depth),
            Node::Text(t) => escape(out, t),
            Node::Opaque(o) => match (Document::read(o), std::str::from_utf8(o)) {
                (Ok(d), _) if depth < 2 => {
                    put(out, &d.root, Some(e.tag.0), depth.saturating_add(1))
                }
                (_, Ok(t)) if !t.chars().any(|c| c.is_control() && !c.is_whitespace()) => {
                    escape(out, t);
                }
                _ => out.push_str(&base64(o)),
            },
        }
    }
    let _ = write!(out, "</{name}>");
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
}

struct Xml<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Xml<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn err(&self, kind: Kind, field: &'static str) -> Error {
        Error::new(kind, self.at, field)
    }

    fn eat(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at = self.at.saturating_add(prefix.len());
        }
        found
    }

    /// What stands before `end`, both passed.
    fn until(&mut self, end: &str) -> Result<&'a str> {
        let (before, _) = self.rest().split_once(end).ok_or_else(|| {
            let kind = Kind::Truncated {
                need: end.len(),
                have: 0,
            };
            Error::new(kind, self.text.len(), "XML")
        })?;
        self.at = self
            .at
            .saturating_add(before.len())
            .saturating_add(end.len());
        Ok(before)
    }

    fn skip_misc(&mut self) -> Result<()> {
        loop {
            let rest = self.rest();
            let space = rest.len().saturating_sub(rest.trim_start().len());
            self.at = self.at.saturating_add(space);
            if self.eat("<!--") {
                self.until("-->")?;
            } else if self.eat("<?") {
                self.until("?>")?;
            } else if self.eat("<!DOCTYPE") {
                self.until(">")?;
            } else {
                return Ok(());
            }
        }
    }

    /// The next node; `None` at an end tag (not passed).
    fn node(&mut self, outer: Space, depth: usize) -> Result<Option<Node>> {
        if depth > MAX_DEPTH {
            return Err(self.err(Kind::TooDeep, "XML"));
        }
        if self.rest().starts_with("</") {
            return Ok(None);
        }
        if self.eat("<![CDATA[") {
            return Ok(Some(Node::Text(self.until("]]>")?.to_owned())));
        }
        if self.eat("<!--") {
            self.until("-->")?;
            return Ok(Some(Node::Text(String::new())));
        }
        if !self.eat("<") {
            let text = self.rest().split('<').next().unwrap_or("");
            if text.is_empty() {
                return Err(self.err(Kind::Truncated { need: 1, have: 0 }, "XML"));
            }
            let text = self.unescape(text)?;
            return Ok(Some(Node::Text(text)));
        }
        let start = self.at;
        let head = self.until(">")?;
        let (head, empty) = match head.strip_suffix('/') {
            Some(h) => (h, true),
            None => (head, false),
        };
        let (name, attributes) = head.split_once(char::is_whitespace).unwrap_or((head, ""));
        let space = self.space(attributes, outer);
        let unknown = Error::new(Kind::Unknown, start, "XML element");
        let mut e = Element::new(Tag::named(space, name).ok_or(unknown)?);
        if empty {
            return Ok(Some(Node::Element(e)));
        }
        while let Some(child) = self.node(space, depth.saturating_add(1))? {
            match (child, e.children.last_mut()) {
                (Node::Text(t), Some(Node::Text(before))) => before.push_str(&t),
                (child, _) => e.children.push(child),
            }
        }
        e.children
            .retain(|n| !matches!(n, Node::Text(t) if t.trim().is_empty()));
        self.at = self.at.saturating_add(2);
        let end = self.until(">")?;
        if end.trim_end() != name {
            return Err(self.err(Kind::Missing, "end tag"));
        }
        Ok(Some(Node::Element(e)))
    }

    fn space(&self, attributes: &str, outer: Space) -> Space {
        let value = attributes.split_once("xmlns").map_or("", |a| a.1);
        let value = value.trim_start_matches(['=', ' ', '\'', '"']);
        [Space::MetInf, Space::DevInf, Space::DmDdf, Space::SyncMl]
            .into_iter()
            .find(|s| {
                value
                    .to_ascii_lowercase()
                    .starts_with(&name_space(*s).to_ascii_lowercase())
            })
            .unwrap_or(outer)
    }

    fn unescape(&mut self, text: &str) -> Result<String> {
        let mut out = String::with_capacity(text.len());
        let mut parts = text.split('&');
        out.push_str(parts.next().unwrap_or(""));
        for part in parts {
            let bad = || self.err(Kind::Unknown, "XML entity");
            let (entity, rest) = part.split_once(';').ok_or_else(bad)?;
            out.push(match entity {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "quot" => '"',
                "apos" => '\'',
                e => {
                    let n = e.strip_prefix('#').ok_or_else(bad)?;
                    let n = match n.strip_prefix('x') {
                        Some(h) => u32::from_str_radix(h, 16),
                        None => n.parse(),
                    };
                    n.ok().and_then(char::from_u32).ok_or_else(bad)?
                }
            });
            out.push_str(rest);
        }
        self.at = self.at.saturating_add(text.len());
        Ok(out)
    }
}
