//! Cell broadcast in GSMTAP.
use super::{By, Layer, Render};
use gb_gmm::broadcast::{Message, read};
use serde_json::{Value as Json, json};
use std::net::SocketAddr;
use wire::Value;

/// A datagram of the broadcast port.
pub(super) fn broadcast(payload: &[u8], flow: (SocketAddr, SocketAddr), nest: u8) -> Layer {
    let (name, body) = match read(payload) {
        Err(e) => ("unreadable message", Err(e.to_string())),
        Ok((header, message)) => {
            let (name, text, json) = match &message {
                Message::Si3(m) => ("SystemInformationType3", m.to_string(), m.json()),
                Message::Si13(m) => ("SystemInformationType13", m.to_string(), m.json()),
                Message::Other => ("block of another channel", String::new(), json!({})),
            };
            let text = format!(
                "ARFCN {} {} dBm: {text}",
                header.arfcn & 0x3fff,
                header.signal
            );
            let shown = By(text, move |_: &String| -> Json { json.clone() });
            (name, Ok(Box::new(shown) as Box<dyn Render>))
        }
    };
    Layer {
        protocol: "gsmtap",
        name: name.into(),
        nest,
        flow,
        body,
    }
}
