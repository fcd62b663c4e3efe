//! What stands between a node's connections and what carries them: SCTP in user space over
//! datagrams, TLS over a stream. Pure, like a node: whoever runs nodes calls it.
use crate::{Now, Rng, Time, Why};
use bytes::Bytes;
use std::{fmt, net::SocketAddr};

/// How connections of a port are carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Carrier {
    /// TCP.
    #[default]
    Tcp,
    /// TLS over TCP.
    Tls,
    /// SCTP in user space, in UDP (RFC 6951).
    SctpUdp,
    /// SCTP in user space, in raw IP (protocol 132).
    SctpRaw,
    /// The kernel's SCTP.
    Sctp,
}

impl Carrier {
    /// Their names in configuration and on the command line.
    pub const ALL: [(&'static str, Self); 5] = [
        ("tcp", Self::Tcp),
        ("tls", Self::Tls),
        ("sctp-udp", Self::SctpUdp),
        ("sctp-raw", Self::SctpRaw),
        ("sctp", Self::Sctp),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        let row = Self::ALL.iter().find(|c| c.1 == self);
        row.map_or("?", |c| c.0)
    }

    /// True for SCTP in user space, which has an endpoint per address below its connections.
    pub fn is_endpoint(self) -> bool {
        matches!(self, Self::SctpUdp | Self::SctpRaw)
    }

    /// True where messages keep their bounds and have a stream and a payload protocol identifier.
    pub fn is_sctp(self) -> bool {
        matches!(self, Self::Sctp | Self::SctpUdp | Self::SctpRaw)
    }
}

/// The UDP port of SCTP in UDP, RFC 6951 5.1.
pub const SCTP_UDP: u16 = 9899;

/// One connection of a layer, by the layer's own numbering; never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flow(pub u64);

/// Connections above, datagrams (or the octets of one stream) below.
///
/// What follows from a call goes to `out`, in order. Octets from below never make it panic.
pub trait Layer {
    /// Takes what came from below. `from` is the sender's address: with its UDP port for SCTP in
    /// UDP, with port 0 for raw IP and for the one stream of TLS.
    fn below(&mut self, now: Now, from: SocketAddr, octets: &[u8], out: &mut Vec<LayerOutput>);

    /// Makes a connection to `to` (for SCTP: the peer's IP address and SCTP port). `Up` or `Down`
    /// follows, at once or later.
    fn connect(&mut self, now: Now, to: SocketAddr, out: &mut Vec<LayerOutput>) -> Flow;

    /// Sends a message; stream and payload protocol identifier are SCTP's. For a flow that is not
    /// there it does nothing.
    fn send(
        &mut self,
        now: Now,
        flow: Flow,
        to: (u16, u32),
        message: Bytes,
        out: &mut Vec<LayerOutput>,
    );

    /// Closes once all that was sent is through. No `Down` follows.
    fn close(&mut self, now: Now, flow: Flow, out: &mut Vec<LayerOutput>);

    /// Breaks off. No `Down` follows.
    fn abort(&mut self, now: Now, flow: Flow, out: &mut Vec<LayerOutput>);

    /// [`Layer::due`] has come.
    fn timer(&mut self, now: Now, out: &mut Vec<LayerOutput>);

    /// When [`Layer::timer`] is wanted.
    fn due(&self) -> Option<Time>;

    /// True while a connection is there, or is taking leave: whoever ends a run waits for that.
    fn is_busy(&self) -> bool;

    /// What was dropped and refused, by reason.
    fn counters(&self) -> Vec<(&'static str, u64)> {
        Vec::new()
    }
}

/// What a layer wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayerOutput {
    /// Send these octets below, to this address.
    Below {
        /// To whom, as in [`Layer::below`].
        to: SocketAddr,
        /// An SCTP packet, or octets of the stream.
        octets: Bytes,
    },
    /// A peer has made a connection.
    Accepted {
        /// The connection.
        flow: Flow,
        /// Which of the listening ports it came to.
        port: u16,
        /// The peer: its IP address and, for SCTP, its SCTP port.
        peer: SocketAddr,
    },
    /// A connection that we made is up.
    Up {
        /// The connection.
        flow: Flow,
        /// Our own SCTP port.
        port: u16,
        /// The peer.
        peer: SocketAddr,
    },
    /// It is gone, or could not be made. Messages that had come are given before.
    Down {
        /// The connection.
        flow: Flow,
        /// Why.
        why: Why,
    },
    /// A message, or, for TLS, octets as they come.
    Above {
        /// The connection.
        flow: Flow,
        /// Its stream.
        stream: u16,
        /// Its payload protocol identifier.
        ppid: u32,
        /// The message.
        message: Bytes,
    },
    /// The connection takes no more for now.
    Full(Flow),
    /// It takes more again.
    Room(Flow),
    /// A line of secrets (NSS key log) that opens what was sent below: for captures alone.
    Secret(String),
}

/// What an SCTP endpoint stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Underlay {
    /// Its node's name.
    pub node: String,
    /// Its own address; the port is the UDP port, or 0 on raw IP.
    pub at: SocketAddr,
    /// The SCTP ports at which it accepts.
    pub listen: Vec<u16>,
}

/// Makes layers: handed to whoever runs nodes, who knows none of them.
pub trait Layers: fmt::Debug {
    /// An SCTP endpoint for all connections of one address.
    fn sctp(&self, on: &Underlay, rng: Rng) -> Box<dyn Layer>;

    /// TLS over one stream: the client's side where we dialled. `None` where `node` has no
    /// certificate.
    fn tls(&self, node: &str, dialled: bool) -> Option<Box<dyn Layer>>;
}
