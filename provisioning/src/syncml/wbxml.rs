//! WBXML 1.2 and 1.3 (WAP-192) for SyncML documents.
//!
//! Read: inline strings, string table, opaque data, entities, page switches. Written: our own form,
//! the one without string table (`read` then `write` gives the same octets for it).
use super::{Element, Node, Space, Tag};
use nom::{
    IResult, Parser,
    bytes::complete::{tag, take, take_till},
    number::complete::u8 as octet,
};
use wire::{Error, Kind, Result};

/// `-//SYNCML//DTD SyncML 1.1//EN`.
pub const PUBLIC_ID_1_1: u32 = 0x0fd3;
/// `-//SYNCML//DTD SyncML 1.2//EN`.
pub const PUBLIC_ID_1_2: u32 = 0x1201;
/// `-//SYNCML//DTD DevInf 1.1//EN` and 1.2.
const DEVINF: [u32; 2] = [0x0fd4, 0x1203];
const UTF_8: u32 = 106;
const MAX_DEPTH: usize = 24;

const SWITCH_PAGE: u8 = 0x00;
const END: u8 = 0x01;
const ENTITY: u8 = 0x02;
const STR_I: u8 = 0x03;
const STR_T: u8 = 0x83;
const OPAQUE: u8 = 0xc3;

/// A document: its head and its tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// WBXML version octet: 0x02 for 1.2, 0x03 for 1.3.
    pub version: u8,
    /// Public identifier.
    pub public_id: u32,
    /// The root element.
    pub root: Element,
}

struct Table<'a> {
    strings: &'a [u8],
    space: Space,
    total: usize,
}

type Parsed<'a, T> = IResult<&'a [u8], T>;

impl Document {
    /// A document of SyncML 1.2 in WBXML 1.2.
    pub fn new(root: Element) -> Self {
        Self {
            version: 2,
            public_id: PUBLIC_ID_1_2,
            root,
        }
    }

    /// Reads a document.
    ///
    /// # Errors
    /// Cut short, another charset than UTF-8, unknown tokens of the grammar, octets left over.
    pub fn read(octets: &[u8]) -> Result<Self> {
        let total = octets.len();
        let at = |rest: &[u8]| total.saturating_sub(rest.len());
        let short = |_| {
            let kind = Kind::Truncated { need: 1, have: 0 };
            Error::new(kind, total, "WBXML document")
        };
        let mut head = (octet, number, number, number);
        let (rest, (version, public_id, charset, length)) = head.parse(octets).map_err(short)?;
        if !(1..=3).contains(&version) {
            return Err(Error::new(
                Kind::BadValue(version.into()),
                0,
                "WBXML version",
            ));
        }
        if charset != UTF_8 {
            return Err(Error::new(
                Kind::BadValue(charset.into()),
                at(rest),
                "charset",
            ));
        }
        let (rest, strings) = take::<_, _, nom::error::Error<&[u8]>>(length as usize)
            .parse(rest)
            .map_err(short)?;
        // public id 0: the identifier stands in the string table
        let (public_id, rest) = match public_id {
            0 => return Err(Error::new(Kind::Unknown, 1, "public identifier")),
            id => (id, rest),
        };
        let table = Table {
            strings,
            space: if DEVINF.contains(&public_id) {
                Space::DevInf
            } else {
                Space::SyncMl
            },
            total,
        };
        let mut page = 0;
        let mut rest = rest;
        let Some(Node::Element(root)) = table.node(&mut rest, &mut page, 0)? else {
            return Err(Error::new(Kind::Missing, at(rest), "root element"));
        };
        if !rest.is_empty() {
            return Err(Error::new(
                Kind::Trailing(rest.len()),
                at(rest),
                "root element",
            ));
        }
        Ok(Self {
            version,
            public_id,
            root,
        })
    }

    /// Writes it, all strings inline.
    pub fn write(&self) -> Vec<u8> {
        let mut out = vec![self.version];
        put_number(&mut out, self.public_id);
        put_number(&mut out, UTF_8);
        put_number(&mut out, 0);
        let mut page = 0;
        put_element(&mut out, &self.root, &mut page);
        out
    }
}

impl Table<'_> {
    /// The next node; `None` at END.
    fn node(&self, rest: &mut &[u8], page: &mut u8, depth: usize) -> Result<Option<Node>> {
        let at = self.total.saturating_sub(rest.len());
        let err = |kind| Error::new(kind, at, "WBXML token");
        let cut = |_: nom::Err<nom::error::Error<&[u8]>>| {
            Error::new(
                Kind::Truncated { need: 1, have: 0 },
                self.total,
                "WBXML token",
            )
        };
        if depth > MAX_DEPTH {
            return Err(err(Kind::TooDeep));
        }
        let (mut left, mut token) = octet.parse(*rest).map_err(cut)?;
        while token == SWITCH_PAGE {
            (left, *page) = octet.parse(left).map_err(cut)?;
            (left, token) = octet.parse(left).map_err(cut)?;
        }
        let node = match token {
            END => None,
            ENTITY => {
                let (l, n) = number(left).map_err(cut)?;
                left = l;
                let c = char::from_u32(n).ok_or_else(|| err(Kind::BadValue(n.into())))?;
                Some(Node::Text(c.to_string()))
            }
            STR_I => {
                let (l, s) = terminated(left).map_err(cut)?;
                left = l;
                Some(Node::Text(
                    utf8(s).ok_or_else(|| err(Kind::BadValue(STR_I.into())))?,
                ))
            }
            STR_T => {
                let (l, offset) = number(left).map_err(cut)?;
                left = l;
                let bad = || err(Kind::BadValue(offset.into()));
                let from = self.strings.get(offset as usize..).ok_or_else(bad)?;
                let (_, s) = terminated(from).map_err(|_| bad())?;
                Some(Node::Text(utf8(s).ok_or_else(bad)?))
            }
            OPAQUE => {
                let (l, length) = number(left).map_err(cut)?;
                let (l, o) = take::<_, _, nom::error::Error<&[u8]>>(length as usize)
                    .parse(l)
                    .map_err(cut)?;
                left = l;
                Some(Node::Opaque(o.to_vec()))
            }
            // an element with attributes, literals, processing instructions, extensions
            t if t & 0x80 != 0 || t & 0x3f < 5 => return Err(err(Kind::BadValue(t.into()))),
            t => {
                let space = match (self.space, *page) {
                    (space, 0) => space,
                    (Space::SyncMl, 1) => Space::MetInf,
                    (Space::SyncMl, 2) => Space::DmDdf,
                    (_, p) => return Err(err(Kind::BadValue(p.into()))),
                };
                let mut e = Element::new(Tag(space, t & 0x3f));
                if t & 0x40 != 0 {
                    while let Some(child) = self.node(&mut left, page, depth.saturating_add(1))? {
                        // a text may come in parts: inline, from the table, as entities
                        match (child, e.children.last_mut()) {
                            (Node::Text(t), Some(Node::Text(before))) => before.push_str(&t),
                            (child, _) => e.children.push(child),
                        }
                    }
                }
                Some(Node::Element(e))
            }
        };
        *rest = left;
        Ok(node)
    }
}

/// mb_u_int32: seven bits an octet, the highest bit says that more follow.
fn number(input: &[u8]) -> Parsed<'_, u32> {
    let mut rest = input;
    let mut value = 0u32;
    for _ in 0..5 {
        let (left, o) = octet.parse(rest)?;
        rest = left;
        if value >> 25 != 0 {
            break;
        }
        value = value << 7 | u32::from(o & 0x7f);
        if o & 0x80 == 0 {
            return Ok((rest, value));
        }
    }
    Err(nom::Err::Error(nom::error::Error::new(
        input,
        nom::error::ErrorKind::TooLarge,
    )))
}

fn terminated(input: &[u8]) -> Parsed<'_, &[u8]> {
    let (rest, (text, _)) = (take_till(|o| o == 0), tag(&[0u8][..])).parse(input)?;
    Ok((rest, text))
}

fn utf8(octets: &[u8]) -> Option<String> {
    String::from_utf8(octets.to_vec()).ok()
}

fn put_number(out: &mut Vec<u8>, n: u32) {
    for shift in [28u32, 21, 14, 7] {
        if n >> shift != 0 {
            out.push((n >> shift & 0x7f) as u8 | 0x80);
        }
    }
    out.push((n & 0x7f) as u8);
}

fn put_element(out: &mut Vec<u8>, e: &Element, page: &mut u8) {
    let own = match e.tag.0 {
        Space::SyncMl | Space::DevInf => 0,
        Space::MetInf => 1,
        Space::DmDdf => 2,
    };
    if own != *page {
        out.extend([SWITCH_PAGE, own]);
        *page = own;
    }
    out.push(e.tag.1 | if e.children.is_empty() { 0 } else { 0x40 });
    for child in &e.children {
        match child {
            Node::Element(e) => put_element(out, e, page),
            Node::Text(t) if !t.contains('\0') => {
                out.push(STR_I);
                out.extend_from_slice(t.as_bytes());
                out.push(0);
            }
            Node::Text(t) => put_opaque(out, t.as_bytes()),
            Node::Opaque(o) => put_opaque(out, o),
        }
    }
    if !e.children.is_empty() {
        out.push(END);
    }
}

fn put_opaque(out: &mut Vec<u8>, octets: &[u8]) {
    out.push(OPAQUE);
    put_number(out, octets.len() as u32);
    out.extend_from_slice(octets);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_one_to_five_octets() {
        for (n, octets) in [
            (0, &[0][..]),
            (0x7f, &[0x7f]),
            (0xa0, &[0x81, 0x20]),
            (PUBLIC_ID_1_2, &[0xa4, 0x01]),
            (u32::MAX, &[0x8f, 0xff, 0xff, 0xff, 0x7f]),
        ] {
            let mut out = Vec::new();
            put_number(&mut out, n);
            assert_eq!(out, octets);
            assert_eq!(number(octets).unwrap(), (&[][..], n));
        }
        assert!(number(&[0x90, 0x80, 0x80, 0x80, 0]).is_err());
        assert!(number(&[0x80; 9]).is_err());
    }
}
