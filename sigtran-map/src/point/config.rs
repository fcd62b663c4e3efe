//! What a signalling end point is told before it starts.
use crate::m3ua::{machine::Config as AspConfig, msg::TrafficMode};
use crate::sccp::machine::Translations;
use engine::Port;
use std::{net::SocketAddr, time::Duration};

/// A signalling gateway, or a peer, that is dialled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    /// Under which name it is known here.
    pub name: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// Its signalling point code: whom messages go to, for it to find the way.
    pub pc: u32,
    /// The routing contexts that it has for us; empty where it needs none.
    pub contexts: Vec<u32>,
    /// How we share the traffic with others of our kind.
    pub mode: Option<TrafficMode>,
    /// Who we are, where it wants to know.
    pub identifier: Option<u32>,
}

impl Gateway {
    /// One that is known by its address and point code alone.
    pub fn new(name: impl Into<String>, address: SocketAddr, pc: u32) -> Self {
        Self {
            name: name.into(),
            address,
            pc,
            contexts: Vec::new(),
            mode: None,
            identifier: None,
        }
    }

    pub(super) fn asp(&self, ack: Duration) -> AspConfig {
        AspConfig {
            identifier: self.identifier,
            contexts: self.contexts.clone(),
            mode: self.mode,
            ack,
        }
    }
}

/// A signalling end point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Its signalling point code.
    pub pc: u32,
    /// Network indicator: 2 is national, 0 international (Q.704 14.2.2).
    pub network: u8,
    /// The subsystems that it has.
    pub users: Vec<u8>,
    /// Gateways and peers that it dials.
    pub gateways: Vec<Gateway>,
    /// Where it dials them from.
    pub dial: Port,
    /// Where peers come in, if anywhere.
    pub listen: Option<Port>,
    /// Which global titles lead to which signalling points, where it finds the way itself: to peers,
    /// or behind gateways that know points alone. What it does not name goes to a gateway's own point.
    pub translations: Translations,
    /// The routing contexts that peers may name.
    pub contexts: Vec<u32>,
    /// T(ack), RFC 4666 4.3.4.1.
    pub ack: Duration,
    /// After how long a gateway that is gone is dialled again.
    pub redial: Duration,
}

impl Config {
    /// A point with one subsystem that dials nobody yet, from `dial`.
    pub fn new(pc: u32, ssn: u8, dial: Port) -> Self {
        Self {
            pc,
            network: 2,
            users: vec![ssn],
            gateways: Vec::new(),
            dial,
            listen: None,
            translations: Translations::default(),
            contexts: Vec::new(),
            ack: Duration::from_secs(2),
            redial: Duration::from_secs(5),
        }
    }
}
