//! Takes packets apart down to the messages of the applications, across fragments, TCP segments and
//! tunnels.
mod dhcp;
mod gb;
mod http;
mod sctp;
mod single;
mod ss7;
mod stream;
mod udp;
mod um;
mod wsp;

pub use single::{SINGLES, Unreadable, Way, message};

use bytes::Bytes;
use serde_json::Value as Json;
use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};
use stream::Stream;
use wire::net::{Fragments, Packet, Streams, TcpFlags, proto};

/// What a packet holds.
#[derive(Default)]
pub struct Seen {
    /// The messages that it completes, outer ones first.
    pub layers: Vec<Layer>,
    /// For a TCP segment that completes no message: what it carries on, or carries out.
    pub carries: Option<String>,
    /// Source and destination of the packet, and of each packet in a tunnel in it.
    pub ends: Vec<(IpAddr, IpAddr)>,
    /// The innermost TCP connection: its ends, the lower one first.
    pub connection: Option<(SocketAddr, SocketAddr)>,
}

/// A message in a packet.
pub struct Layer {
    /// Its protocol, in the words of [`PROTOCOLS`].
    pub protocol: &'static str,
    /// Its name in the standard.
    pub name: String,
    /// How many tunnels it is in: 0 between real addresses, 1 inside GTP-U or SNDCP.
    pub nest: u8,
    /// The ends of the transport that carried it.
    pub flow: (SocketAddr, SocketAddr),
    /// What it says, or why it cannot be read.
    pub body: Result<Box<dyn Render>, String>,
}

/// What a message says.
pub trait Render {
    /// As text, a line per element.
    fn text(&self) -> String;
    /// As JSON.
    fn json(&self) -> Json;
}

/// The protocols that are taken apart.
pub const PROTOCOLS: &[&str] = &[
    "gsmtap", "ns", "bssgp", "llc", "gmm", "sm", "sndcp", "diameter", "gtp", "radius", "dhcp",
    "http", "json", "ocsp", "syncml", "wsp", "m3ua", "sccp", "map", "gsup",
];

impl Layer {
    /// A member of the message by its JSON pointer, as text; empty where it is not there.
    pub fn get(&self, pointer: &str) -> String {
        let Ok(body) = &self.body else {
            return String::new();
        };
        match body.json().pointer(pointer) {
            Some(Json::String(s)) => s.clone(),
            Some(Json::Null) | None => String::new(),
            Some(v) => v.to_string(),
        }
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.protocol, self.name, self.nest)
    }
}

/// A value that shows itself, and how it becomes JSON.
struct By<T, J>(T, J);

impl<T: fmt::Display, J: Fn(&T) -> Json> Render for By<T, J> {
    fn text(&self) -> String {
        self.0.to_string()
    }
    fn json(&self) -> Json {
        (self.1)(&self.0)
    }
}

/// Takes the packets of one place apart, in their order. Packets of several legs of one path need
/// one each: the same TCP segment seen twice is a retransmission.
#[derive(Default)]
pub struct Dissector {
    fragments: Fragments,
    nests: Vec<Nest>,
    gb: gb::Gb,
}

/// The streams of one depth of tunnels.
#[derive(Default)]
struct Nest {
    streams: Streams,
    open: std::collections::BTreeMap<(SocketAddr, SocketAddr), Stream>,
    associations: sctp::Associations,
    /// What connections carry enciphered, as far as it was told.
    clear: std::collections::BTreeMap<(SocketAddr, SocketAddr), Stream>,
}

/// Tunnels in tunnels are not followed further.
const DEPTH: u8 = 3;

impl Dissector {
    /// Takes an IP packet apart.
    pub fn packet(&mut self, packet: &Bytes) -> Seen {
        let mut seen = Seen::default();
        self.ip(packet, 0, &mut seen);
        seen
    }

    fn ip(&mut self, packet: &Bytes, nest: u8, seen: &mut Seen) {
        let Ok(p) = Packet::read(packet) else {
            return;
        };
        seen.ends.push((p.from, p.to));
        let whole;
        let p = if p.fragment.is_some() {
            match self.fragments.take(&p) {
                None => {
                    seen.carries = Some("IP fragment".into());
                    return;
                }
                Some(payload) => {
                    whole = payload;
                    Packet {
                        fragment: None,
                        payload: &whole,
                        ..p
                    }
                }
            }
        } else {
            p
        };
        if let Some(Ok(d)) = p.udp() {
            let payload = Bytes::copy_from_slice(d.payload);
            self.datagram((d.from, d.to), nest, &payload, seen);
        } else if let Some(Ok(s)) = p.tcp() {
            self.segment(&s, nest, seen);
        } else if p.protocol == proto::SCTP {
            let packet = Bytes::copy_from_slice(p.payload);
            self.sctp((p.from, p.to), &packet, nest, seen);
        }
    }

    /// Takes an IP packet apart whose TCP segment carries `clear` enciphered.
    pub fn enciphered(&mut self, packet: &Bytes, clear: &[u8]) -> Seen {
        let mut seen = self.packet(packet);
        let Some(Ok(s)) = Packet::read(packet).ok().and_then(|p| p.tcp()) else {
            return seen;
        };
        let flow = (s.from, s.to);
        let key = if s.from < s.to { flow } else { (s.to, s.from) };
        if let Some(n) = self.nest(0) {
            let stream = n.clear.entry(key).or_insert_with(Stream::out_of_tls);
            let octets = Bytes::copy_from_slice(clear);
            stream.take(flow, 0, &octets, &mut seen.layers);
        }
        seen
    }

    fn nest(&mut self, nest: u8) -> Option<&mut Nest> {
        while self.nests.len() <= usize::from(nest) {
            self.nests.push(Nest::default());
        }
        self.nests.get_mut(usize::from(nest))
    }

    fn sctp(&mut self, ends: (IpAddr, IpAddr), packet: &Bytes, nest: u8, seen: &mut Seen) {
        if let Some(n) = self.nest(nest) {
            n.associations.take(ends, packet, nest, seen);
        }
    }

    fn segment(&mut self, s: &wire::net::Segment<'_>, nest: u8, seen: &mut Seen) {
        let Some(n) = self.nest(nest) else { return };
        let flow = (s.from, s.to);
        let key = if s.from < s.to { flow } else { (s.to, s.from) };
        if s.flags.has(TcpFlags::SYN) && !s.flags.has(TcpFlags::ACK) {
            n.open.remove(&key);
        }
        let new = n.streams.take(s);
        let stream = n.open.entry(key).or_default();
        seen.connection = Some(key);
        let before = seen.layers.len();
        if new {
            let ready = n.streams.ready(&flow).len();
            let octets = n.streams.consume(&flow, ready);
            stream.take(flow, nest, &octets, &mut seen.layers);
        }
        if seen.layers.len() == before {
            seen.carries = Some(stream.describe(s));
        }
    }
}
