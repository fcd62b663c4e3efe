//! Messages as octets, for whoever passes them on: what decides their way is read, what the standard
//! tells an agent to change is changed (RFC 6733 6.1.8, 6.1.9, 6.2.2), all else stays as it came.
use super::identity::Identity;
use super::peer::error_answer;
use crate::msg::{ErrorAnswer, Header, Message, Proto, ResultCode, avps, flags, id};
use bytes::{Bytes, BytesMut};
use wire::{Error, Framing, Kind, Octets, Reader, Result, Text};

/// Octets of a header.
const HEADER: usize = 20;

/// What of a request decides its way; the rest of it is not looked into.
#[derive(Debug, Clone, Copy)]
pub struct Routing<'a> {
    /// The whole message.
    pub octets: &'a Bytes,
    /// Its header.
    pub header: Header,
    /// Session-Id.
    pub session_id: Option<&'a [u8]>,
    /// Origin-Host.
    pub origin_host: Option<&'a [u8]>,
    /// Origin-Realm.
    pub origin_realm: Option<&'a [u8]>,
    /// Destination-Host.
    pub destination_host: Option<&'a [u8]>,
    /// Destination-Realm.
    pub destination_realm: Option<&'a [u8]>,
    /// User-Name.
    pub user_name: Option<&'a [u8]>,
}

impl<'a> Routing<'a> {
    /// Looks at a whole message. Every AVP is walked over, so that nothing broken is passed on.
    ///
    /// # Errors
    /// A header or an AVP whose length is wrong, or header bits that no message has.
    pub fn read(octets: &'a Bytes) -> Result<Self> {
        let mut r = Reader::new(octets);
        let (header, len) = Header::read(&mut r)?;
        if len != octets.len() {
            return Err(Error::new(Kind::BadLength(len), 1, "Message Length"));
        }
        let f = header.flags;
        if f & 0x0f != 0 || f & (flags::R | flags::E) == flags::R | flags::E {
            return Err(Error::new(Kind::BadValue(f.into()), 4, "Command Flags"));
        }
        let mut found = Self {
            octets,
            header,
            session_id: None,
            origin_host: None,
            origin_realm: None,
            destination_host: None,
            destination_realm: None,
            user_name: None,
        };
        for e in wire::table::elements::<Proto>(r) {
            let e = e?;
            let place = match e.key {
                id::SessionId => &mut found.session_id,
                id::OriginHost => &mut found.origin_host,
                id::OriginRealm => &mut found.origin_realm,
                id::DestinationHost => &mut found.destination_host,
                id::DestinationRealm => &mut found.destination_realm,
                id::UserName => &mut found.user_name,
                _ => continue,
            };
            place.get_or_insert(e.body.peek());
        }
        Ok(found)
    }

    /// True where `host` is among the hosts that it passed (RFC 6733 6.1.3).
    pub fn passed(&self, host: &str) -> bool {
        bodies(self.octets, id::RouteRecord).any(|b| b.eq_ignore_ascii_case(host.as_bytes()))
    }
}

/// The values of the AVPs with this key, first to last.
fn bodies(octets: &[u8], key: u64) -> impl Iterator<Item = &[u8]> {
    let body = Reader::new(octets.get(HEADER..).unwrap_or_default()).at_offset(HEADER);
    let all = wire::table::elements::<Proto>(body).map_while(Result::ok);
    all.filter(move |e| e.key == key).map(|e| e.body.peek())
}

/// The first unsigned number under this key.
pub(super) fn number(octets: &[u8], key: u64) -> Option<u32> {
    let first = bodies(octets, key).next()?;
    Some(u32::from_be_bytes(first.try_into().ok()?))
}

/// The texts under this key.
pub(super) fn texts(octets: &[u8], key: u64) -> impl Iterator<Item = &str> {
    bodies(octets, key).filter_map(|b| std::str::from_utf8(b).ok())
}

/// Appends a request as an agent sends it on: with its own hop-by-hop identifier and, behind all
/// other AVPs, the name of the peer that it came from as Route-Record (RFC 6733 6.1.9).
pub fn forwarded(request: &[u8], hop_by_hop: u32, from: &Text, w: &mut BytesMut) {
    let start = w.len();
    w.extend_from_slice(request);
    Proto::put(id::RouteRecord, Proto::flags(id::RouteRecord), from, w);
    let end = w.len().saturating_sub(start);
    patch(w, start.saturating_add(12), &hop_by_hop.to_be_bytes());
    length(w, start, end);
}

/// Appends a request with this Destination-Realm, in the place of the one that it has or behind all
/// other AVPs.
pub fn addressed(request: &Routing<'_>, realm: &str, w: &mut BytesMut) {
    let (start, octets) = (w.len(), request.octets);
    let named = avps(&octets.slice(HEADER..), HEADER)
        .map_while(Result::ok)
        .find(|a| a.key == id::DestinationRealm);
    let flags = Proto::flags(id::DestinationRealm);
    let (from, to) = named.map_or((octets.len(), octets.len()), |a| {
        let head = if a.vendor() == 0 { 8 } else { 12 };
        let len = a.data.len().saturating_add(head).next_multiple_of(4);
        (a.at, a.at.saturating_add(len))
    });
    w.extend_from_slice(octets.get(..from).unwrap_or_default());
    Proto::put(id::DestinationRealm, flags, &Text::from(realm), w);
    w.extend_from_slice(octets.get(to..).unwrap_or_default());
    let end = w.len().saturating_sub(start);
    length(w, start, end);
}

/// Appends a message with another hop-by-hop identifier: an answer on its way back
/// (RFC 6733 6.2.2), or a request that is sent again.
pub fn renumbered(message: &[u8], hop_by_hop: u32, w: &mut BytesMut) {
    let start = w.len();
    w.extend_from_slice(message);
    patch(w, start.saturating_add(12), &hop_by_hop.to_be_bytes());
}

/// The same request with the T flag: it may have arrived before.
pub(super) fn retransmitted(request: &[u8]) -> Bytes {
    let mut w = BytesMut::from(request);
    if let Some(f) = w.get_mut(4) {
        *f |= flags::T;
    }
    w.freeze()
}

/// The answer of an agent to a request that it does not pass on: Session-Id and the Proxy-Info AVPs
/// of the request come back in it (RFC 6733 6.2). Answers of 3xxx have the E bit, others not.
pub fn refusal(
    local: &Identity,
    request: &Routing<'_>,
    code: ResultCode,
    more: impl FnOnce(&mut ErrorAnswer),
) -> Bytes {
    let session = request.session_id.map(|s| Text(Bytes::copy_from_slice(s)));
    let mut e = error_answer(local, code, session);
    more(&mut e);
    let mut m = Message::answer(&request.header, e);
    if !code.is_protocol_error() {
        m.header.flags &= !flags::E;
    }
    let mut w = BytesMut::with_capacity(256);
    m.write(&mut w);
    for info in bodies(request.octets, id::ProxyInfo) {
        let flags = Proto::flags(id::ProxyInfo);
        Proto::put(id::ProxyInfo, flags, &Octets::copy(info), &mut w);
    }
    let end = w.len();
    length(&mut w, 0, end);
    w.freeze()
}

fn patch(w: &mut BytesMut, at: usize, octets: &[u8]) {
    if let Some(to) = w.get_mut(at..at.saturating_add(octets.len())) {
        to.copy_from_slice(octets);
    }
}

fn length(w: &mut BytesMut, start: usize, len: usize) {
    let word = 0x0100_0000 | (len as u32 & 0x00ff_ffff);
    patch(w, start, &word.to_be_bytes());
}
