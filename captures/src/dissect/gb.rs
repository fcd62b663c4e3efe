//! Gb: network service, BSSGP, LLC, and what LLC carries.
use super::{By, Layer, Render};
use bytes::{Bytes, BytesMut};
use gb_gmm::{
    bssgp::msg as bssgp,
    gmm, llc, nas, ns, sm,
    sndcp::msg::{Sequence, SnPdu},
};
use serde_json::{Value as Json, json};
use std::{collections::BTreeMap, net::SocketAddr};
use wire::Reader;

/// What a Gb link needs to remember: user packets of which not all segments have come.
#[derive(Default)]
pub(super) struct Gb {
    open: BTreeMap<(u32, nas::Direction, u8), Open>,
}

/// An N-PDU in pieces.
#[derive(Default)]
struct Open {
    npdu: u16,
    next: u8,
    octets: BytesMut,
}

/// User packets kept while incomplete.
const MOST: usize = 4096;

type Flow = (SocketAddr, SocketAddr);

impl Gb {
    /// Takes a datagram apart; gives the user's packet that it completes.
    pub(super) fn take(
        &mut self,
        octets: &Bytes,
        flow: Flow,
        nest: u8,
        to: &mut Vec<Layer>,
    ) -> Option<Bytes> {
        let mut push = |protocol, name: String, body| {
            to.push(Layer {
                protocol,
                name,
                nest,
                flow,
                body,
            });
        };
        let pdu = match ns::msg::Pdu::parse(octets) {
            Ok(p) => p,
            Err(e) => {
                push("ns", "unreadable message".into(), Err(e.to_string()));
                return None;
            }
        };
        let sdu = match &pdu {
            ns::msg::Pdu::NsUnitdata(u) => Some(u.sdu.0.clone()),
            _ => None,
        };
        push("ns", pdu.name().into(), shown(pdu, |p| p.json()));
        let pdu = match bssgp::Pdu::parse(&sdu?) {
            Ok(p) => p,
            Err(e) => {
                push("bssgp", "unreadable message".into(), Err(e.to_string()));
                return None;
            }
        };
        let frame = match &pdu {
            bssgp::Pdu::UlUnitdata(u) => Some((nas::Direction::Up, u.tlli.0, u.llc.0.clone())),
            bssgp::Pdu::DlUnitdata(u) => Some((nas::Direction::Down, u.tlli.0, u.llc.0.clone())),
            _ => None,
        };
        push("bssgp", pdu.name().into(), shown(pdu, |p| p.json()));
        let (way, tlli, octets) = frame?;
        self.frame(way, tlli, &octets, (flow, nest), to)
    }

    /// An LLC frame; gives the user's packet that it completes.
    pub(super) fn frame(
        &mut self,
        way: nas::Direction,
        tlli: u32,
        octets: &Bytes,
        (flow, nest): (Flow, u8),
        to: &mut Vec<Layer>,
    ) -> Option<Bytes> {
        let mut push = |protocol, name: String, body| {
            to.push(Layer {
                protocol,
                name,
                nest,
                flow,
                body,
            });
        };
        let frame = match llc::frame::Frame::parse(octets) {
            Ok(f) => f,
            Err(e) => {
                push("llc", "unreadable frame".into(), Err(e.to_string()));
                return None;
            }
        };
        let control = match frame.control {
            llc::frame::Control::Ui { nu, .. } => format!("UI {nu}"),
            llc::frame::Control::U { function, .. } => function.to_string(),
            llc::frame::Control::Confirmed => "confirmed".into(),
        };
        let sapi = frame.sapi;
        let line = format!("LLC {sapi} {control}");
        let json = json!({ "sapi": sapi.0, "control": control, "tlli": tlli });
        push("llc", control, shown(line, move |_| json.clone()));
        if !matches!(
            frame.control,
            llc::frame::Control::Ui {
                ciphered: false,
                ..
            }
        ) {
            return None;
        }
        if sapi.is_user() {
            return self.user((tlli, way), &frame.info, (flow, nest), to);
        }
        if let Some(l) = layer3(way, &frame.info, flow, nest) {
            to.push(l);
        }
        None
    }

    /// An SNDCP PDU; gives the user's packet that it completes.
    pub(super) fn user(
        &mut self,
        (tlli, way): (u32, nas::Direction),
        octets: &Bytes,
        (flow, nest): (Flow, u8),
        to: &mut Vec<Layer>,
    ) -> Option<Bytes> {
        let mut push = |name: &str, body| {
            let name = name.to_owned();
            to.push(Layer {
                protocol: "sndcp",
                name,
                nest,
                flow,
                body,
            });
        };
        let pdu = match SnPdu::parse(octets) {
            Ok(p) => p,
            Err(e) => {
                push("unreadable message", Err(e.to_string()));
                return None;
            }
        };
        let nsapi = pdu.first.nsapi();
        let Sequence::Unitdata { segment, npdu } = pdu.sequence else {
            push(
                "SN-DATA",
                shown(format!("SN-DATA NSAPI {nsapi}"), |s| json!(s)),
            );
            return None;
        };
        let line = format!("SN-UNITDATA NSAPI {nsapi} N-PDU {npdu} segment {segment}");
        let json = json!({ "nsapi": nsapi, "npdu": npdu, "segment": segment });
        push("SN-UNITDATA", shown(line, move |_| json.clone()));
        if self.open.len() >= MOST {
            self.open.clear();
        }
        let open = self.open.entry((tlli, way, nsapi)).or_default();
        if segment == 0 {
            *open = Open {
                npdu,
                ..Open::default()
            };
        }
        if open.npdu != npdu || open.next != segment {
            return None;
        }
        open.next = (segment + 1) & 15;
        open.octets.extend_from_slice(&pdu.data);
        (!pdu.first.more()).then(|| open.octets.split().freeze())
    }
}

/// A GMM or SM message.
pub(super) fn layer3(way: nas::Direction, octets: &Bytes, flow: Flow, nest: u8) -> Option<Layer> {
    let pd = *octets.first()? & 15;
    let (protocol, name, body) = match pd {
        8 => match gmm::Pdu::decode(way, Reader::shared(octets)) {
            Ok(m) => ("gmm", m.name().to_owned(), shown(m, |m| m.json())),
            Err(e) => ("gmm", "unreadable message".to_owned(), Err(e.to_string())),
        },
        10 => match sm::Message::decode(Reader::shared(octets)) {
            Ok(m) => ("sm", m.pdu.name().to_owned(), shown(m.pdu, |m| m.json())),
            Err(e) => ("sm", "unreadable message".to_owned(), Err(e.to_string())),
        },
        _ => return None,
    };
    Some(Layer {
        protocol,
        name,
        nest,
        flow,
        body,
    })
}

fn shown<T: std::fmt::Display + 'static>(
    v: T,
    json: impl Fn(&T) -> Json + 'static,
) -> Result<Box<dyn Render>, String> {
    Ok(Box::new(By(v, json)))
}
