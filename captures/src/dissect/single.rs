//! One message whose protocol is known: from a hex dump rather than from a packet.
use super::{By, Dissector, Layer, gb, http as web, ss7, stream};
use bytes::{Bytes, BytesMut};
use diameter_s6a::msg as dia;
use gb_gmm::{bssgp, gmm, llc, nas, ns, sm, sndcp};
use gtp::msg as g;
use http::{Limits, Request, client, server};
use ip::msg::radius;
use provisioning::{ocsp, syncml};
use serde_json::{Value as Json, json};
use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
};
use wire::{Kind, Reader, net::Packet};

/// The names that [`message`] knows, and what each stands for.
pub const SINGLES: &[(&str, &str)] = &[
    ("gmm", "GPRS mobility management, TS 24.008 9.4"),
    ("sm", "session management, TS 24.008 9.5"),
    (
        "llc",
        "logical link control, TS 44.064, with its frame check",
    ),
    ("bssgp", "BSS GPRS protocol, TS 48.018"),
    ("ns", "network service, TS 48.016"),
    (
        "gsmtap",
        "cell broadcast in GSMTAP: system information of TS 44.018",
    ),
    ("sndcp", "subnetwork dependent convergence, TS 44.065"),
    ("gtp", "GTP-C and GTP-U, TS 29.060 and TS 29.281"),
    ("gtp-prime", "GTP' of charging, TS 32.295 (named only)"),
    ("diameter", "Diameter, RFC 6733, with S6a/S6d of TS 29.272"),
    ("radius", "RADIUS, RFC 2865 and 2866, with TS 29.061 16.4"),
    ("dhcp", "DHCP, RFC 2131"),
    ("m3ua", "M3UA, RFC 4666, with SCCP, TCAP and MAP in it"),
    ("sccp", "SCCP, Q.713, with TCAP and MAP in it"),
    (
        "gsup",
        "GSUP of Osmocom's HLR, a frame of IPA with its length",
    ),
    ("http", "a whole HTTP/1.1 request or response, RFC 9112"),
    ("ocsp", "OCSPRequest or OCSPResponse in DER, RFC 6960"),
    ("syncml", "SyncML of OMA-DM, as WBXML or XML"),
    ("wbxml", "the same"),
    (
        "wsp",
        "WAP push, WAP-230-WSP 8.2.4.1, with package 0 or a bootstrap in it",
    ),
    ("ip", "an IPv4 or IPv6 packet and what it carries"),
];

/// Which way a message of the radio side goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From the machine to the network.
    Up,
    /// From the network to the machine.
    Down,
}

/// Why a message cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// What was wrong with which element.
    pub text: String,
    /// At which octet, from 0, where the protocol can tell.
    pub at: Option<usize>,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Unreadable {}

impl From<wire::Error> for Unreadable {
    fn from(e: wire::Error) -> Self {
        Self {
            text: e.to_string(),
            at: Some(e.at),
        }
    }
}

impl Unreadable {
    fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            at: None,
        }
    }
}

/// Takes one message of a protocol of [`SINGLES`] apart: the message, then what it carries. A
/// part that it carries and that cannot be read is a [`Layer`] that says so. Without a way,
/// messages of the radio side are read as going up, and where that fails as going down.
///
/// The ends in [`Layer::flow`] mean nothing here.
///
/// # Errors
/// Where the message itself cannot be read, or the protocol has no such name.
pub fn message(protocol: &str, octets: &Bytes, way: Option<Way>) -> Result<Vec<Layer>, Unreadable> {
    if octets.is_empty() {
        return Err(Unreadable::new("there are no octets"));
    }
    let Some(way) = way else {
        let up = message(protocol, octets, Some(Way::Up));
        return match (up, message(protocol, octets, Some(Way::Down))) {
            (Ok(up), Ok(down)) if bad(&up) > bad(&down) => Ok(down),
            (Err(_), Ok(down)) => Ok(down),
            (up, _) => up,
        };
    };
    let way = match way {
        Way::Up => nas::Direction::Up,
        Way::Down => nas::Direction::Down,
    };
    let mut to = Vec::new();
    match protocol {
        "gmm" | "sm" => to.extend(layer3(protocol, octets, way)?),
        "ns" => {
            ns::msg::Pdu::parse(octets)?;
            return Ok(datagram(NS, octets));
        }
        "gsmtap" => {
            gb_gmm::broadcast::read(octets)?;
            return Ok(datagram(gb_gmm::broadcast::gsmtap::PORT, octets));
        }
        "bssgp" => {
            let pdu = bssgp::msg::Pdu::parse(octets)?;
            base_station(pdu, &mut to);
        }
        "llc" => {
            llc::frame::Frame::parse(octets)?;
            let mut gb = gb::Gb::default();
            let inner = gb.frame(way, 0, octets, (NOWHERE, 0), &mut to);
            carried(inner, &mut to);
        }
        "sndcp" => {
            sndcp::msg::SnPdu::parse(octets)?;
            let mut gb = gb::Gb::default();
            let inner = gb.user((0, way), octets, (NOWHERE, 0), &mut to);
            carried(inner, &mut to);
        }
        "gtp" | "gtp-prime" => {
            let charging = protocol == "gtp-prime";
            g::foreign::Any::read(octets, charging)?;
            let port = if charging {
                gtp::PRIME_PORT
            } else {
                gtp::CONTROL_PORT
            };
            return Ok(datagram(port, octets));
        }
        "diameter" => {
            dia::Message::read(octets)?;
            to.push(stream::diameter_message(octets, NOWHERE, 0));
        }
        "m3ua" => {
            sigtran_map::m3ua::msg::Message::read(octets)?;
            ss7::Ss7::default().take(octets, (NOWHERE, 0), &mut to);
        }
        "sccp" => {
            sigtran_map::sccp::msg::Message::read(octets)?;
            ss7::Ss7::default().sccp(octets, (NOWHERE, 0), &mut to);
        }
        "gsup" => {
            gsup::msg::Frame::read(octets)?;
            to.push(stream::gsup_frame(octets, NOWHERE, 0));
        }
        "dhcp" => {
            ip::msg::dhcp::Message::read(octets)?;
            let (server, client) = ip::msg::dhcp::PORTS;
            to.push(super::dhcp::message(
                octets,
                (ends(client).1, ends(server).1),
                0,
            ));
        }
        "radius" => {
            radius::Packet::read(octets)?;
            return Ok(datagram(RADIUS, octets));
        }
        "http" => return hypertext(octets),
        "ocsp" => return status(octets),
        "syncml" | "wbxml" => return management(octets),
        "wsp" => {
            provisioning::bootstrap::Push::read(octets)?;
            return Ok(datagram(provisioning::bootstrap::wsp::PORT, octets));
        }
        "ip" => {
            let packet = Packet::read(octets)?;
            to.push(summary(&packet));
            let seen = Dissector::default().packet(octets);
            to.extend(seen.layers);
        }
        other => return Err(Unreadable::new(format!("no protocol is called {other:?}"))),
    }
    Ok(to)
}

/// The ends of no transport.
const NOWHERE: (SocketAddr, SocketAddr) = ends(0);
const NS: u16 = 2157;
const RADIUS: u16 = 1813;

const fn ends(port: u16) -> (SocketAddr, SocketAddr) {
    use std::net::IpAddr::V4;
    let from = SocketAddr::new(V4(Ipv4Addr::UNSPECIFIED), 0);
    let to = SocketAddr::new(V4(Ipv4Addr::UNSPECIFIED), port);
    (from, to)
}

/// How many layers cannot be read.
fn bad(layers: &[Layer]) -> usize {
    layers.iter().filter(|l| l.body.is_err()).count()
}

fn datagram(port: u16, octets: &Bytes) -> Vec<Layer> {
    let mut seen = super::Seen::default();
    Dissector::default().datagram(ends(port), 0, octets, &mut seen);
    seen.layers
}

/// The user's packet in a message.
fn carried(packet: Option<Bytes>, to: &mut Vec<Layer>) {
    if let Some(p) = packet {
        let mut seen = super::Seen::default();
        Dissector::default().ip(&p, 1, &mut seen);
        to.extend(seen.layers);
    }
}

fn layer3(
    protocol: &str,
    octets: &Bytes,
    way: nas::Direction,
) -> Result<Option<Layer>, Unreadable> {
    let discriminator = octets.first().copied().unwrap_or(0) & 15;
    let wanted = if protocol == "gmm" { GMM } else { SM };
    if discriminator != wanted {
        let kind = Kind::BadValue(discriminator.into());
        return Err(wire::Error::new(kind, 0, "protocol discriminator").into());
    }
    if wanted == GMM {
        gmm::Pdu::decode(way, Reader::shared(octets))?;
    } else {
        sm::Message::decode(Reader::shared(octets))?;
    }
    Ok(gb::layer3(way, octets, NOWHERE, 0))
}

/// Protocol discriminators, TS 24.007 11.2.3.1.1.
const GMM: u8 = 8;
const SM: u8 = 10;

fn base_station(pdu: bssgp::msg::Pdu, to: &mut Vec<Layer>) {
    let frame = match &pdu {
        bssgp::msg::Pdu::UlUnitdata(u) => Some((nas::Direction::Up, u.tlli.0, u.llc.0.clone())),
        bssgp::msg::Pdu::DlUnitdata(u) => Some((nas::Direction::Down, u.tlli.0, u.llc.0.clone())),
        _ => None,
    };
    let name = pdu.name().to_owned();
    to.push(layer("bssgp", name, pdu, |p| p.json()));
    if let Some((way, tlli, llc)) = frame {
        let inner = gb::Gb::default().frame(way, tlli, &llc, (NOWHERE, 0), to);
        carried(inner, to);
    }
}

fn layer<T: fmt::Display + 'static>(
    protocol: &'static str,
    name: String,
    value: T,
    json: impl Fn(&T) -> Json + 'static,
) -> Layer {
    Layer {
        protocol,
        name,
        nest: 0,
        flow: NOWHERE,
        body: Ok(Box::new(By(value, json))),
    }
}

/// What only the packet itself says.
fn summary(p: &Packet<'_>) -> Layer {
    let version = if p.from.is_ipv4() { "IPv4" } else { "IPv6" };
    let mut text = format!(
        "{version} {} > {} protocol {} TTL {}, {} octets",
        p.from,
        p.to,
        p.protocol,
        p.ttl,
        p.payload.len()
    );
    if let Some((id, offset, more)) = p.fragment {
        let last = if more { "" } else { ", the last" };
        text.push_str(&format!(", fragment {id:#06x} at {offset}{last}"));
    }
    let ports = if let Some(Ok(u)) = p.udp() {
        Some(("udp", u.from.port(), u.to.port()))
    } else if let Some(Ok(t)) = p.tcp() {
        Some(("tcp", t.from.port(), t.to.port()))
    } else {
        None
    };
    if let Some((transport, from, to)) = ports {
        text.push_str(&format!(", {transport} {from} > {to}"));
    }
    let json = json!({
        "from": p.from.to_string(),
        "to": p.to.to_string(),
        "protocol": p.protocol,
        "ttl": p.ttl,
        "octets": p.payload.len(),
        "transport": ports.map(|t| t.0),
        "from_port": ports.map(|t| t.1),
        "to_port": ports.map(|t| t.2),
    });
    layer("ip", version.into(), text, move |_| json.clone())
}

fn hypertext(octets: &Bytes) -> Result<Vec<Layer>, Unreadable> {
    let limits = Limits::default();
    let mut said = BytesMut::new();
    let short = || Unreadable {
        text: format!(
            "the message is cut short: {} octets are not all",
            octets.len()
        ),
        at: Some(octets.len()),
    };
    let mut to = Vec::new();
    if octets.starts_with(b"HTTP/") {
        let mut c = client::Connection::new("observed", limits);
        c.send(&Request::get("/"), &mut said);
        let got = c.feed(octets).map_err(|e| Unreadable::new(e.to_string()))?;
        for r in &got {
            web::response(r, r.status.0.to_string(), NOWHERE, 0, &mut to);
        }
    } else {
        let mut s = server::Connection::new(Default::default(), limits);
        for (_, r) in s.feed(Default::default(), octets, &mut said) {
            web::request(&r, NOWHERE, 0, &mut to);
        }
        if to.is_empty() && !said.is_empty() {
            let line = said[..].split(|b| *b == b'\r').next().unwrap_or_default();
            let line = String::from_utf8_lossy(line);
            return Err(Unreadable::new(format!("a server would say {line:?}")));
        }
    }
    if to.is_empty() { Err(short()) } else { Ok(to) }
}

/// OCSP: an answer begins with its status, a question with its body.
fn status(octets: &Bytes) -> Result<Vec<Layer>, Unreadable> {
    const ENUMERATED: u8 = 10;
    let head = match octets.get(1) {
        Some(n) if n & 0x80 != 0 => usize::from(n & 0x7f) + 2,
        _ => 2,
    };
    let mut to = Vec::new();
    let kind = if octets.get(head) == Some(&ENUMERATED) {
        ocsp::Answer::parse(octets).map_err(|e| Unreadable::new(e.to_string()))?;
        "application/ocsp-response"
    } else {
        ocsp::Ask::parse(octets).map_err(|e| Unreadable::new(e.to_string()))?;
        "application/ocsp-request"
    };
    web::body(Some(kind), octets, NOWHERE, 0, &mut to);
    Ok(to)
}

fn management(octets: &Bytes) -> Result<Vec<Layer>, Unreadable> {
    let document = if octets.trim_ascii_start().starts_with(b"<") {
        let text = std::str::from_utf8(octets).map_err(|e| Unreadable {
            text: e.to_string(),
            at: Some(e.valid_up_to()),
        })?;
        syncml::Document::new(syncml::Element::from_xml(text)?)
    } else {
        syncml::Document::read(octets)?
    };
    let mut to = Vec::new();
    let octets = Bytes::from(document.write());
    let kind = "application/vnd.syncml.dm+wbxml";
    web::body(Some(kind), &octets, NOWHERE, 0, &mut to);
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn octets(hex: &str) -> Bytes {
        let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        let two = |d: &[u8]| u8::from_str_radix(std::str::from_utf8(d).unwrap(), 16).unwrap();
        digits.chunks(2).map(two).collect()
    }

    fn names(protocol: &str, octets: &Bytes, way: Option<Way>) -> Vec<String> {
        let layers = message(protocol, octets, way).unwrap();
        layers
            .iter()
            .map(|l| {
                let body = l.body.as_ref().unwrap();
                assert!(!body.text().is_empty() && !body.json().is_null());
                format!("{} {}", l.protocol, l.name)
            })
            .collect()
    }

    #[test]
    fn what_a_message_carries_follows_it() {
        // TS 24.008 9.4.14: GMM Status, protocol error
        let status = octets("0820 6f");
        assert_eq!(names("gmm", &status, Some(Way::Up)), ["gmm GmmStatus"]);
        let frame = llc::frame::Frame::parse(&octets("01c0 01 0820 6f 000000"));
        assert!(frame.is_err_and(|e| e.field.contains("FCS")));
    }

    #[test]
    fn the_way_decides_and_is_found() {
        // TS 24.008 9.4.5: what the type of detach means depends on the way
        let detach = octets("0805 01");
        let up = ["gmm DetachRequestUp"];
        assert_eq!(names("gmm", &detach, Some(Way::Up)), up);
        let down = ["gmm DetachRequestDown"];
        assert_eq!(names("gmm", &detach, Some(Way::Down)), down);
        assert_eq!(names("gmm", &detach, None), up);
        // where the type itself says who sends it, the way does not matter
        let accept = octets("0802 01 36 44 00f110000101");
        assert_eq!(names("gmm", &accept, Some(Way::Up)), ["gmm AttachAccept"]);
        assert_eq!(names("gmm", &accept, None), ["gmm AttachAccept"]);
        let wrong = message("gmm", &octets("0a41"), None).unwrap_err();
        assert_eq!(wrong.at, Some(0));
    }

    #[test]
    fn whole_hypertext_only() {
        let whole =
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
        let whole = Bytes::from_static(whole);
        assert_eq!(names("http", &whole, None), ["http 200", "json JSON"]);
        for n in 1..whole.len() {
            assert!(message("http", &whole.slice(..n), None).is_err(), "{n}");
        }
        let post = Bytes::from_static(b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(names("http", &post, None), ["http POST /a"]);
        let bad = message("http", &Bytes::from_static(b"hello\r\n\r\n"), None).unwrap_err();
        assert!(bad.text.contains("400"), "{bad}");
    }

    #[test]
    fn every_name_takes_any_octets() {
        for (name, _) in SINGLES {
            assert!(message(name, &Bytes::new(), None).is_err());
            for n in 1..64usize {
                let noise: Bytes = (0..n).map(|i| (i * 89 + n * 31) as u8).collect();
                if let Err(e) = message(name, &noise, None) {
                    assert!(
                        !e.text.is_empty() && !e.text.contains("no protocol"),
                        "{name}"
                    );
                }
            }
        }
        assert!(message("gpt", &Bytes::from_static(b"x"), None).is_err());
    }
}
