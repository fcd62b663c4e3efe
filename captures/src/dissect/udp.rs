//! Datagrams: which protocol a port carries, and its messages.
use super::{By, DEPTH, Dissector, Layer, Seen, dhcp, um, wsp};
use bytes::Bytes;
use gtp::msg as g;
use ip::msg::{dhcp::PORTS as DHCP, radius};
use serde_json::{Value as Json, json};
use std::net::SocketAddr;

/// Ports of Gb over IP: the standard's and Osmocom's.
const GB: [u16; 2] = [2157, 23000];
/// SCTP in UDP (RFC 6951), GRE in UDP (RFC 8086).
const SCTP_UDP: u16 = 9899;
const GRE_UDP: u16 = 4754;
const RADIUS: [u16; 4] = [1812, 1813, 1645, 1646];

impl Dissector {
    pub(super) fn datagram(
        &mut self,
        flow: (SocketAddr, SocketAddr),
        nest: u8,
        payload: &Bytes,
        seen: &mut Seen,
    ) {
        let port = |p: &[u16]| p.contains(&flow.0.port()) || p.contains(&flow.1.port());
        if port(&[gtp::CONTROL_PORT, gtp::USER_PORT, gtp::PRIME_PORT]) {
            let (layer, inner) = gtp_message(payload, port(&[gtp::PRIME_PORT]), flow, nest);
            seen.layers.push(layer);
            if let Some(packet) = inner
                && nest < DEPTH
            {
                self.ip(&packet, nest + 1, seen);
            }
        } else if port(&GB) {
            if let Some(packet) = self.gb.take(payload, flow, nest, &mut seen.layers)
                && nest < DEPTH
            {
                self.ip(&packet, nest + 1, seen);
            }
        } else if port(&[gb_gmm::broadcast::gsmtap::PORT]) {
            seen.layers.push(um::broadcast(payload, flow, nest));
        } else if port(&[DHCP.0]) && port(&[DHCP.1]) {
            seen.layers.push(dhcp::message(payload, flow, nest));
        } else if port(&RADIUS) {
            seen.layers.push(radius_message(payload, flow, nest));
        } else if port(&[SCTP_UDP]) {
            self.sctp((flow.0.ip(), flow.1.ip()), payload, nest, seen);
        } else if port(&wsp::PORTS) {
            seen.layers.push(wsp::push(payload, flow, nest));
        } else if port(&[GRE_UDP])
            && let Some((&[0, 0, _, _], packet)) = payload.split_first_chunk::<4>()
            && nest < DEPTH
        {
            self.ip(&payload.slice_ref(packet), nest + 1, seen);
        }
    }
}

/// A GTP message, and the user's packet in it.
pub(super) fn gtp_message(
    payload: &Bytes,
    charging: bool,
    flow: (SocketAddr, SocketAddr),
    nest: u8,
) -> (Layer, Option<Bytes>) {
    let layer = |name: String, body| Layer {
        protocol: "gtp",
        name,
        nest,
        flow,
        body,
    };
    match g::foreign::Any::read(payload, charging) {
        Ok(g::foreign::Any::V1(m)) => {
            let inner = match &m.pdu {
                g::Pdu::GPdu(p) => Some(p.0.0.clone()),
                _ => None,
            };
            let name = m.pdu.name().to_owned();
            let json = |m: &g::Message| -> Json {
                let mut v = m.pdu.json();
                if let Some(o) = v.as_object_mut() {
                    o.insert("teid".into(), json!(m.header.teid));
                    o.insert("sequence".into(), json!(m.header.sequence()));
                }
                v
            };
            (layer(name, Ok(Box::new(By(m, json)))), inner)
        }
        // GTPv0, GTP' and GTPv2: named, not taken apart
        Ok(other) => {
            let name = other.name().unwrap_or("unknown message").to_owned();
            let text = format!("{name} (of another version of GTP)");
            (
                layer(name, Ok(Box::new(By(text, |t: &String| json!(t))))),
                None,
            )
        }
        Err(e) => (layer("unreadable message".into(), Err(e.to_string())), None),
    }
}

fn radius_message(payload: &Bytes, flow: (SocketAddr, SocketAddr), nest: u8) -> Layer {
    let (name, body) = match radius::Packet::read(payload) {
        Ok(m) => {
            let name = m.pdu.name().to_owned();
            (name, Ok(Box::new(By(m.pdu, radius::Pdu::json)) as _))
        }
        Err(e) => ("unreadable message".to_owned(), Err(e.to_string())),
    };
    Layer {
        protocol: "radius",
        name,
        nest,
        flow,
        body,
    }
}
