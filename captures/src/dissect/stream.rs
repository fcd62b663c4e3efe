//! A TCP connection: which protocol it carries, and its messages.
use super::{By, Layer, http::Http};
use bytes::{Bytes, BytesMut};
use diameter_s6a::msg as dia;
use serde_json::json;
use std::net::SocketAddr;
use wire::net::{Segment, TcpFlags};

/// A connection, both directions.
#[derive(Default)]
pub(super) struct Stream {
    kind: Kind,
    /// True where the octets come out of TLS.
    secure: bool,
    /// The last message of either direction.
    last: Option<String>,
    /// Octets of a message that is not whole yet, by direction: the lower address's first.
    partial: [BytesMut; 2],
}

#[derive(Default)]
enum Kind {
    #[default]
    Unknown,
    Diameter,
    Http(Box<Http>),
    Gsup,
    Other,
}

/// Ports of HTTP, as Wireshark binds them.
const HTTP: &[u16] = &[80, 8080];
const HTTPS: &[u16] = &[443, 8443];

impl Stream {
    /// What comes out of a TLS connection.
    pub(super) fn out_of_tls() -> Self {
        Self {
            secure: true,
            ..Self::default()
        }
    }

    /// Takes new octets of one direction.
    pub(super) fn take(
        &mut self,
        flow: (SocketAddr, SocketAddr),
        nest: u8,
        octets: &Bytes,
        to: &mut Vec<Layer>,
    ) {
        let (diameter_port, http_ports) = if self.secure {
            (diameter_s6a::TLS_PORT, HTTPS)
        } else {
            (diameter_s6a::PORT, HTTP)
        };
        let port = |p: &[u16]| p.contains(&flow.0.port()) || p.contains(&flow.1.port());
        if matches!(self.kind, Kind::Unknown) {
            self.kind = if port(&[diameter_port]) {
                Kind::Diameter
            } else if port(&[gsup::PORT]) && !self.secure {
                Kind::Gsup
            } else if port(http_ports) {
                Kind::Http(Box::default())
            } else {
                Kind::Other
            };
        }
        let before = to.len();
        match &mut self.kind {
            Kind::Diameter => {
                let buffer = &mut self.partial[usize::from(flow.0 > flow.1)];
                buffer.extend_from_slice(octets);
                diameter(buffer, flow, nest, to);
            }
            Kind::Gsup => {
                let buffer = &mut self.partial[usize::from(flow.0 > flow.1)];
                buffer.extend_from_slice(octets);
                frames(buffer, flow, nest, to);
            }
            Kind::Http(h) => {
                let asks = http_ports.contains(&flow.1.port());
                h.take(asks, flow, nest, octets, to);
            }
            Kind::Unknown | Kind::Other => {}
        }
        if let Some(l) = to.get(before) {
            self.last = Some(l.name.clone());
        }
    }

    /// What a segment that completes no message is good for.
    pub(super) fn describe(&self, s: &Segment<'_>) -> String {
        let what = [
            (TcpFlags::RST, "TCP RST"),
            (TcpFlags::SYN, "TCP SYN"),
            (TcpFlags::FIN, "TCP FIN"),
        ];
        let flag = what.iter().find(|w| s.flags.has(w.0)).map(|w| w.1);
        match flag {
            Some(f) => f.into(),
            None if !s.payload.is_empty() => "part of a message".into(),
            None => match &self.last {
                Some(m) => format!("TCP ACK after {m}"),
                None => "TCP ACK".into(),
            },
        }
    }
}

/// Frames of IPA, with connection management or GSUP in them.
fn frames(buffer: &mut BytesMut, flow: (SocketAddr, SocketAddr), nest: u8, to: &mut Vec<Layer>) {
    while let Ok(Some(n)) = gsup::frame_len(buffer)
        && n <= buffer.len()
    {
        let octets = buffer.split_to(n).freeze();
        to.push(gsup_frame(&octets, flow, nest));
    }
}

/// A frame of IPA.
pub(super) fn gsup_frame(octets: &Bytes, flow: (SocketAddr, SocketAddr), nest: u8) -> Layer {
    use gsup::msg::{Frame, Pdu};
    let layer = |name: String, body| Layer {
        protocol: "gsup",
        name,
        nest,
        flow,
        body,
    };
    let plain = |name: String| {
        let body = By(name.clone(), |t: &String| json!({ "name": t }));
        layer(name, Ok(Box::new(body) as _))
    };
    let unreadable = |e: wire::Error| layer("unreadable message".into(), Err(e.to_string()));
    match Frame::read(octets) {
        Ok(Frame::Ccm(c)) => plain(format!("CCM {}", c.name())),
        Ok(Frame::Other { stream, .. }) => plain(format!("IPA stream {stream:#04x}")),
        Ok(Frame::Gsup(m)) => match Pdu::decode(&m) {
            Ok(pdu) => {
                let name = pdu.name().to_owned();
                let json = |p: &Pdu| {
                    let mut v = p.json();
                    if let (Some(o), Some(c)) = (v.as_object_mut(), p.cause()) {
                        o.insert("outcome".into(), json!(c.to_string()));
                    }
                    v
                };
                layer(name, Ok(Box::new(By(pdu, json)) as _))
            }
            Err(e) => unreadable(e),
        },
        Err(e) => unreadable(e),
    }
}

fn diameter(buffer: &mut BytesMut, flow: (SocketAddr, SocketAddr), nest: u8, to: &mut Vec<Layer>) {
    loop {
        match dia::frame_len(buffer) {
            Ok(Some(n)) if n <= buffer.len() => {
                let octets = buffer.split_to(n).freeze();
                to.push(diameter_message(&octets, flow, nest));
            }
            Ok(_) => return,
            Err(e) => {
                let name = "unreadable message".into();
                let body = Err(e.to_string());
                to.push(Layer {
                    protocol: "diameter",
                    name,
                    nest,
                    flow,
                    body,
                });
                buffer.clear();
                return;
            }
        }
    }
}

/// A Diameter message.
pub(super) fn diameter_message(octets: &Bytes, flow: (SocketAddr, SocketAddr), nest: u8) -> Layer {
    let (name, body) = match dia::Message::read(octets) {
        Ok(m) => {
            let name = m.name();
            let json = |m: &dia::Message| {
                let mut v = m.json();
                if let (Some(o), Some(r)) = (v.as_object_mut(), m.result()) {
                    o.insert("outcome".into(), json!(r.to_string()));
                }
                v
            };
            (name, Ok(Box::new(By(m, json)) as _))
        }
        Err(e) => ("unreadable message".into(), Err(e.to_string())),
    };
    Layer {
        protocol: "diameter",
        name,
        nest,
        flow,
        body,
    }
}
