//! DHCP.
use super::{By, Layer};
use bytes::Bytes;
use ip::msg::dhcp::Message;
use std::net::SocketAddr;

/// A datagram of its ports.
pub(super) fn message(payload: &Bytes, flow: (SocketAddr, SocketAddr), nest: u8) -> Layer {
    let (name, body) = match Message::read(payload) {
        Ok(m) => {
            let name = m.kind.name().unwrap_or("DHCP message").to_owned();
            (name, Ok(Box::new(By(m, Message::json)) as _))
        }
        Err(e) => ("unreadable message".to_owned(), Err(e.to_string())),
    };
    Layer {
        protocol: "dhcp",
        name,
        nest,
        flow,
        body,
    }
}
