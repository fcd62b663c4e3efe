//! SS7 signalling: M3UA, SCCP and its segments, TCAP with MAP in it. An answer names neither its
//! operation nor its subscriber: both are known of the dialogue.
use super::{By, Layer, Render};
use bytes::Bytes;
use serde_json::{Value as Json, json};
use sigtran_map::{
    m3ua::msg::{Message as M3ua, Pdu},
    map::msg::{ErrorCode, Operation, View},
    sccp::msg::{Address, Head, Message as Sccp, Segments, Taken, Unitdata},
    tcap::msg::{Component, Message as Tcap, Pdu as TcapPdu},
};
use std::{collections::BTreeMap, net::SocketAddr};

/// Service indicator of SCCP (Q.704 14.2.1).
const SCCP: u8 = 3;
/// Dialogues remembered.
const DIALOGUES: usize = 4096;

/// What one place has seen of SS7.
#[derive(Default)]
pub(super) struct Ss7 {
    segments: Segments<()>,
    /// By a side's transaction identifier: the operation that it asked for, and about whom.
    dialogues: BTreeMap<Bytes, (String, String)>,
}

type Ends = ((SocketAddr, SocketAddr), u8);

fn layer(
    protocol: &'static str,
    name: String,
    (flow, nest): Ends,
    body: Result<Box<dyn Render>, String>,
) -> Layer {
    Layer {
        protocol,
        name,
        nest,
        flow,
        body,
    }
}

fn unreadable(protocol: &'static str, ends: Ends, why: impl ToString) -> Layer {
    let name = "unreadable message".into();
    layer(protocol, name, ends, Err(why.to_string()))
}

impl Ss7 {
    /// Takes a message of M3UA apart.
    pub(super) fn take(&mut self, octets: &Bytes, ends: Ends, to: &mut Vec<Layer>) {
        let m = match M3ua::read(octets) {
            Ok(m) => m,
            Err(e) => return to.push(unreadable("m3ua", ends, e)),
        };
        let user = match &m.pdu {
            Pdu::Data(d) if d.protocol_data.si == SCCP => Some(d.protocol_data.data.0.clone()),
            _ => None,
        };
        let name = m.pdu.name().to_owned();
        let body = By(m.pdu, |p: &Pdu| p.json());
        to.push(layer("m3ua", name, ends, Ok(Box::new(body))));
        if let Some(octets) = user {
            self.sccp(&octets, ends, to);
        }
    }

    /// Takes a message of SCCP apart.
    pub(super) fn sccp(&mut self, octets: &Bytes, ends: Ends, to: &mut Vec<Layer>) {
        let m = match Sccp::read(octets) {
            Ok(Sccp::Unitdata(m)) => m,
            Ok(Sccp::Other(code, _)) => {
                let text = format!("message {code:#04x}");
                let body = By(text.clone(), |t: &String| json!({ "name": t }));
                return to.push(layer("sccp", text, ends, Ok(Box::new(body))));
            }
            Err(e) => return to.push(unreadable("sccp", ends, e)),
        };
        let (name, text, json) = said(&m);
        let body = By(text, move |_: &String| json.clone());
        to.push(layer("sccp", name.to_owned(), ends, Ok(Box::new(body))));
        let head = m.head;
        // nothing here has a clock: what is put together waits for its rest as long as it takes
        match self.segments.take((), m) {
            Taken::Whole(m) => {
                let back = match head {
                    Head::Return(cause) => Some(cause.to_string()),
                    Head::Class(_) => None,
                };
                let addresses = (m.called.to_string(), m.calling.to_string());
                self.tcap(&m.data.0, addresses, back, ends, to);
            }
            Taken::Part | Taken::Failed(..) => {}
        }
    }

    /// Takes a message of TCAP apart. `back`: why it came back to its sender.
    fn tcap(
        &mut self,
        octets: &Bytes,
        (called, calling): (String, String),
        back: Option<String>,
        ends: Ends,
        to: &mut Vec<Layer>,
    ) {
        let m = match Tcap::read(octets) {
            Ok(m) => m,
            Err(e) => return to.push(unreadable("map", ends, e)),
        };
        let ours = |t: Option<sigtran_map::tcap::msg::TransactionId>| {
            t.map(|t| Bytes::copy_from_slice(t.to_string().as_bytes()))
        };
        let (otid, dtid) = (ours(m.otid()), ours(m.dtid()));
        let known = dtid
            .as_ref()
            .and_then(|d| self.dialogues.get(d))
            .or_else(|| otid.as_ref().and_then(|o| self.dialogues.get(o)))
            .cloned();
        let view = View(&m).json();
        let mut what = what(&m, back.is_some());
        if what.operation.is_empty() {
            what.operation = known.as_ref().map(|k| k.0.clone()).unwrap_or_default();
        }
        let imsi = imsi_of(&view).or(known.map(|k| k.1)).unwrap_or_default();
        if matches!(m.pdu, TcapPdu::Begin(_))
            && let Some(o) = otid
        {
            if self.dialogues.len() >= DIALOGUES {
                self.dialogues.clear();
            }
            let row = (what.operation.clone(), imsi.clone());
            self.dialogues.insert(o, row);
        }
        let name = format!("{} {}", what.operation, what.kind);
        let text = format!("{}\ncalled {called}\ncalling {calling}", View(&m));
        let mut json = view;
        if let Some(o) = json.as_object_mut() {
            o.insert("called".into(), called.into());
            o.insert("calling".into(), calling.into());
            o.insert("imsi".into(), imsi.into());
            let outcome = back.unwrap_or(what.outcome);
            o.insert("outcome".into(), outcome.into());
        }
        let body = By(text, move |_: &String| json.clone());
        let name = name.trim().to_owned();
        to.push(layer("map", name, ends, Ok(Box::new(body))));
    }
}

/// A message of TCAP in words.
struct What {
    operation: String,
    kind: &'static str,
    outcome: String,
}

/// What the first component that says something does.
fn what(m: &Tcap, back: bool) -> What {
    let mut all = What {
        operation: String::new(),
        kind: match &m.pdu {
            _ if back => "undelivered",
            TcapPdu::Abort(_) => "abort",
            TcapPdu::Continue(_) => "continue",
            TcapPdu::End(_) => "end",
            _ => "begin",
        },
        outcome: String::new(),
    };
    let named = |code: Option<sigtran_map::ber::Int>| {
        let code = code.and_then(|c| u8::try_from(c.0).ok());
        code.map(|c| {
            Operation(c)
                .name()
                .map_or_else(|| c.to_string(), str::to_owned)
        })
    };
    let Some(c) = m.components().first() else {
        return all;
    };
    let kind = match c {
        Component::Invoke(i) => {
            all.operation = named(i.operation).unwrap_or_default();
            "invoke"
        }
        Component::ReturnResultLast(r) | Component::ReturnResultNotLast(r) => {
            let operation = r.result.as_ref().and_then(|r| r.operation);
            all.operation = named(operation).unwrap_or_default();
            all.outcome = "success".into();
            "result"
        }
        Component::ReturnError(e) => {
            let code = e.error.and_then(|c| u8::try_from(c.0).ok());
            all.outcome = code.map(|c| ErrorCode(c).to_string()).unwrap_or_default();
            "error"
        }
        Component::Reject(r) => {
            all.outcome = r.problem().map(|p| p.to_string()).unwrap_or_default();
            "reject"
        }
        Component::Other(..) => "component",
    };
    if !back {
        all.kind = kind;
    }
    all
}

/// The subscriber that a parameter names.
fn imsi_of(view: &Json) -> Option<String> {
    let components = view.get("components")?.as_array()?;
    components.iter().find_map(|c| {
        let p = c.get("parameter")?;
        let named = p.get("imsi").and_then(Json::as_str);
        // version 2 asks for vectors with the IMSI alone
        let alone = p
            .as_str()
            .filter(|t| t.len() >= 6 && t.bytes().all(|b| b.is_ascii_digit()));
        named.or(alone).map(str::to_owned)
    })
}

fn said(m: &Unitdata) -> (&'static str, String, Json) {
    let name = match m.code() {
        0x09 => "UDT",
        0x0a => "UDTS",
        0x11 => "XUDT",
        _ => "XUDTS",
    };
    let address = |a: &Address| {
        json!({
            "text": a.to_string(), "ssn": a.ssn, "pc": a.pc,
            "digits": a.gt.digits(), "plan": a.gt.plan(),
        })
    };
    let cause = match m.head {
        Head::Return(c) => Some(c.to_string()),
        Head::Class(_) => None,
    };
    let text = match &cause {
        Some(c) => format!("{name}: {c}\ncalled {}\ncalling {}", m.called, m.calling),
        None => format!("{name}\ncalled {}\ncalling {}", m.called, m.calling),
    };
    let json = json!({
        "name": name, "cause": cause,
        "called": address(&m.called), "calling": address(&m.calling),
    });
    (name, text, json)
}
