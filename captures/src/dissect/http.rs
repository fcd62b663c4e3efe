//! HTTP, and what its bodies say: JSON, OCSP, SyncML.
use super::{By, Layer, Render};
use bytes::{Bytes, BytesMut};
use http::{Limits, Request, Response, client, server};
use provisioning::{ocsp, syncml};
use serde_json::{Value as Json, json};
use std::{fmt, net::SocketAddr};

/// A connection: requests are read as a server would, responses as the client that asked.
pub(super) struct Http {
    server: server::Connection,
    client: client::Connection,
    /// What was asked and not yet answered: for the names of the answers.
    asked: std::collections::VecDeque<String>,
}

impl Default for Http {
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            server: server::Connection::new(Default::default(), limits),
            client: client::Connection::new("observed", limits),
            asked: Default::default(),
        }
    }
}

/// A message with its head and what its body is.
struct Shown {
    start: String,
    headers: Vec<(String, String)>,
    body: usize,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.start)?;
        self.headers
            .iter()
            .try_for_each(|(k, v)| write!(f, "\n  {k:<28} {v}"))?;
        write!(f, "\n  {:<28} {} octets", "body", self.body)
    }
}

impl Http {
    /// Takes octets of one direction.
    pub(super) fn take(
        &mut self,
        request: bool,
        flow: (SocketAddr, SocketAddr),
        nest: u8,
        octets: &Bytes,
        to: &mut Vec<Layer>,
    ) {
        let mut scratch = BytesMut::new();
        if request {
            for (_, r) in self.server.feed(Default::default(), octets, &mut scratch) {
                self.client.send(&r, &mut BytesMut::new());
                let name = format!("{} {}", r.method.as_str(), r.path());
                self.asked.push_back(name);
                self::request(&r, flow, nest, to);
            }
            return;
        }
        for r in self.client.feed(octets).unwrap_or_default() {
            let asked = self.asked.pop_front().unwrap_or_default();
            let name = format!("{} to {asked}", r.status.0);
            response(&r, name, flow, nest, to);
        }
    }
}

/// A request and its body.
pub(super) fn request(r: &Request, flow: (SocketAddr, SocketAddr), nest: u8, to: &mut Vec<Layer>) {
    let name = format!("{} {}", r.method.as_str(), r.path());
    to.push(layer("http", name, flow, nest, head_of_request(r)));
    body(r.media_type(), &r.body, flow, nest, to);
}

/// A response and its body.
pub(super) fn response(
    r: &Response,
    name: String,
    flow: (SocketAddr, SocketAddr),
    nest: u8,
    to: &mut Vec<Layer>,
) {
    to.push(layer("http", name, flow, nest, head_of_response(r)));
    body(r.media_type(), &r.body, flow, nest, to);
}

fn layer(
    protocol: &'static str,
    name: String,
    flow: (SocketAddr, SocketAddr),
    nest: u8,
    body: Box<dyn Render>,
) -> Layer {
    Layer {
        protocol,
        name,
        nest,
        flow,
        body: Ok(body),
    }
}

fn shown(start: String, headers: &http::Headers, body: usize) -> Box<dyn Render> {
    let text = |v: &Bytes| String::from_utf8_lossy(v).into_owned();
    let headers = headers
        .iter()
        .map(|(k, v)| (k.to_owned(), text(v)))
        .collect();
    let json = |s: &Shown| -> Json {
        let headers: serde_json::Map<_, _> = s
            .headers
            .iter()
            .map(|(k, v)| (k.clone(), json!(v)))
            .collect();
        json!({ "start": s.start, "headers": headers, "body_octets": s.body })
    };
    Box::new(By(
        Shown {
            start,
            headers,
            body,
        },
        json,
    ))
}

fn head_of_request(r: &Request) -> Box<dyn Render> {
    let start = format!("{} {}", r.method.as_str(), r.target);
    shown(start, &r.headers, r.body.len())
}

fn head_of_response(r: &Response) -> Box<dyn Render> {
    shown(r.status.to_string(), &r.headers, r.body.len())
}

/// What a body says, by its type.
pub(super) fn body(
    media_type: Option<&str>,
    octets: &Bytes,
    flow: (SocketAddr, SocketAddr),
    nest: u8,
    to: &mut Vec<Layer>,
) {
    let (protocol, name, body) = match media_type.unwrap_or_default() {
        "application/json" | "application/problem+json" => {
            let body = serde_json::from_slice::<Json>(octets);
            let body = body.map(|v| Box::new(By(v, Json::clone)) as _);
            ("json", "JSON".to_owned(), body.map_err(|e| e.to_string()))
        }
        "application/ocsp-request" => ("ocsp", "OCSPRequest".to_owned(), ocsp_request(octets)),
        "application/ocsp-response" => ("ocsp", "OCSPResponse".to_owned(), ocsp_response(octets)),
        "application/vnd.syncml.dm+wbxml" => match syncml::Document::read(octets) {
            Ok(m) => ("syncml", "SyncML".to_owned(), Ok(Box::new(Dm(m)) as _)),
            Err(e) => (
                "syncml",
                "unreadable message".to_owned(),
                Err(e.to_string()),
            ),
        },
        "application/vnd.syncml.dm+xml" => {
            let text = String::from_utf8_lossy(octets);
            match syncml::Element::from_xml(&text) {
                Ok(root) => {
                    let shown = Dm(syncml::Document::new(root));
                    ("syncml", "SyncML".to_owned(), Ok(Box::new(shown) as _))
                }
                Err(e) => (
                    "syncml",
                    "unreadable message".to_owned(),
                    Err(e.to_string()),
                ),
            }
        }
        _ => return,
    };
    to.push(Layer {
        protocol,
        name,
        nest,
        flow,
        body,
    });
}

/// A device-management message: XML for people, names of commands and their data for programs.
struct Dm(syncml::Document);

impl Render for Dm {
    fn text(&self) -> String {
        self.0.root.to_xml()
    }
    fn json(&self) -> Json {
        element(&self.0.root)
    }
}

/// An element as JSON: its children by name, in a list where one repeats; its text where it has no
/// children.
fn element(e: &syncml::Element) -> Json {
    let mut out = serde_json::Map::new();
    for child in e.elements() {
        let name = child.tag.name().unwrap_or("unknown");
        match out.get_mut(name) {
            None => {
                out.insert(name.into(), element(child));
            }
            Some(Json::Array(list)) => list.push(element(child)),
            Some(one) => *one = json!([one.take(), element(child)]),
        }
    }
    match out.is_empty() {
        true => json!(e.contents()),
        false => out.into(),
    }
}

/// A debug text as a message that shows itself.
struct Plain(String, Json);

impl Render for Plain {
    fn text(&self) -> String {
        self.0.clone()
    }
    fn json(&self) -> Json {
        self.1.clone()
    }
}

fn ocsp_request(octets: &[u8]) -> Result<Box<dyn Render>, String> {
    let ask = ocsp::Ask::parse(octets).map_err(|e| e.to_string())?;
    let serials: Vec<&str> = ask.ids.iter().map(|i| i.serial.as_str()).collect();
    let text = format!("OCSPRequest serial {}", serials.join(", "));
    let nonce = ask.nonce.is_some();
    Ok(Box::new(Plain(
        text,
        json!({ "serials": serials, "nonce": nonce }),
    )))
}

fn ocsp_response(octets: &[u8]) -> Result<Box<dyn Render>, String> {
    let answer = ocsp::Answer::parse(octets).map_err(|e| e.to_string())?;
    let (status, serial) = match &answer {
        ocsp::Answer::Failure(f) => (format!("{f:?}"), String::new()),
        ocsp::Answer::Basic(b) => match b.singles.first() {
            Some(s) => {
                let status = match s.status {
                    ocsp::Status::Good => "good",
                    ocsp::Status::Revoked { .. } => "revoked",
                    ocsp::Status::Unknown => "unknown",
                };
                (status.to_owned(), s.id.serial.clone())
            }
            None => ("empty".to_owned(), String::new()),
        },
    };
    let text = format!("OCSPResponse {status} {serial}");
    Ok(Box::new(Plain(
        text,
        json!({ "status": status, "serial": serial }),
    )))
}
