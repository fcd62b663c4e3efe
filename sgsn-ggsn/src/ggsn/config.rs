//! What a GGSN is told before it starts.
use engine::Prefix;
use ip::{machine::radius::Retry, msg::radius::Secret};
use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};
use wire::Apn;

/// A GGSN's configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its address on Gn and Gp, for signalling and user traffic; also its NAS-IP-Address.
    pub address: Ipv4Addr,
    /// Restart counter of this start, TS 23.007 18: one more than at the last, from stable storage.
    pub restart_counter: u8,
    /// T3-RESPONSE.
    pub t3: Duration,
    /// N3-REQUESTS.
    pub n3: u8,
    /// How often peers are asked by Echo, 60 s at least; `None` for never.
    pub echo: Option<Duration>,
    /// From whom signalling and tunnelled packets are taken; `None` for everybody. Others are
    /// counted and get no answer: a TEID that they guess is of no use to them.
    pub peers: Option<Vec<Prefix>>,
    /// The serving nodes that a context may move to by Update PDP Context, besides its own
    /// (TS 23.060 6.9.1.2.2).
    pub handover: Vec<Prefix>,
    /// Whether TEIDs are random, and signalling, Error Indications and packets of a tunnel are held
    /// against its other end and its user's address (T16).
    pub guards_tunnels: bool,
    /// The packet data networks that it leads to.
    pub apns: Vec<ApnConfig>,
    /// Who is told which subscriber has which address.
    pub accounting: Option<Accounting>,
}

impl Config {
    /// With timers as usual: T3-RESPONSE 5 s, N3-REQUESTS 3, Echo every 60 s.
    pub fn new(address: Ipv4Addr, restart_counter: u8) -> Self {
        Self {
            address,
            restart_counter,
            t3: Duration::from_secs(5),
            n3: 3,
            echo: Some(Duration::from_secs(60)),
            peers: None,
            handover: Vec::new(),
            guards_tunnels: true,
            apns: Vec::new(),
            accounting: None,
        }
    }
}

/// A packet data network.
#[derive(Debug, Clone)]
pub struct ApnConfig {
    /// The APN's network identifier, without operator identifier.
    pub network_id: String,
    /// The IPv4 addresses of its PDP contexts, dynamic and static.
    pub pool: Prefix,
    /// Whom its subscribers may talk to; everything else is dropped.
    pub allowed: Vec<Prefix>,
    /// Its name servers, at most two, for those who ask by protocol configuration options.
    pub dns: Vec<Ipv4Addr>,
    /// Selection modes (TS 29.060 7.7.12) that are let in.
    pub selection_modes: Vec<u8>,
    /// Contexts at most.
    pub most: usize,
    /// What accounting means to its contexts.
    pub report: Report,
}

impl ApnConfig {
    /// Open to subscribers whose subscription was verified, with as many contexts as addresses.
    pub fn new(network_id: &str, pool: Prefix, allowed: Vec<Prefix>) -> Self {
        Self {
            network_id: network_id.to_ascii_lowercase(),
            pool,
            allowed,
            dns: Vec::new(),
            selection_modes: vec![0],
            most: usize::MAX,
            report: Report::Await,
        }
    }

    /// True for an APN with this network identifier, whatever its operator identifier.
    pub fn is(&self, apn: &Apn) -> bool {
        apn.network_id()
            .is_some_and(|ni| ni.eq_ignore_ascii_case(&self.network_id))
    }
}

/// What accounting means to the contexts of an APN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// Nothing is reported.
    Off,
    /// Start and Stop are reported; a context does not wait for it.
    Tell,
    /// A context is not accepted before Start has been answered (TS 29.061 16.3).
    Await,
}

/// The RADIUS accounting server.
#[derive(Debug, Clone)]
pub struct Accounting {
    /// Its address, port 1813.
    pub server: SocketAddr,
    /// What both share.
    pub secret: Secret,
    /// How often it is asked.
    pub retry: Retry,
}
