//! What comes out of a node.
use crate::{AskId, Event, Link, Port};
use bytes::{Bytes, BytesMut};
use std::{collections::BTreeMap, net::SocketAddr};

/// Collects what a node wants done. It belongs to whoever runs the node and lives as long, so that
/// its buffers are made once.
#[derive(Debug)]
pub struct Outputs<A> {
    core: Core,
    asks: Vec<(AskId, A)>,
}

#[derive(Debug, Default)]
struct Core {
    actions: Vec<Action>,
    arena: BytesMut,
    links: u32,
    asks: u64,
    kept: Vec<(String, Option<Vec<u8>>)>,
    counters: BTreeMap<&'static str, u64>,
}

/// One thing to be done, in order.
#[derive(Debug)]
pub enum Action {
    /// Send a message.
    Send {
        /// Where.
        link: Link,
        /// To whom, on datagram ports.
        to: Option<SocketAddr>,
        /// SCTP stream.
        stream: u16,
        /// SCTP payload protocol identifier.
        ppid: u32,
        /// The message.
        bytes: Bytes,
    },
    /// Make a connection.
    Connect {
        /// Its name from now on.
        link: Link,
        /// The port that dials.
        port: Port,
        /// The other end.
        to: SocketAddr,
    },
    /// Close a connection after all that was sent.
    Close(Link),
    /// Break a connection off.
    Abort(Link),
    /// Something worth knowing has happened.
    Trace(Event),
}

impl<A> Default for Outputs<A> {
    fn default() -> Self {
        Self {
            core: Core::default(),
            asks: Vec::new(),
        }
    }
}

impl<A> Outputs<A> {
    /// Sends a datagram from `port`.
    pub fn datagram(&mut self, port: Port, to: SocketAddr, bytes: Bytes) {
        self.send(port.into(), Some(to), 0, 0, bytes);
    }

    /// Sends the datagram that `write` writes.
    pub fn datagram_with(&mut self, port: Port, to: SocketAddr, write: impl FnOnce(&mut BytesMut)) {
        let bytes = self.write(write);
        self.datagram(port, to, bytes);
    }

    /// Sends an IP packet on a raw-IP port.
    pub fn packet(&mut self, port: Port, bytes: Bytes) {
        self.send(port.into(), None, 0, 0, bytes);
    }

    /// Sends a message on a connection: stream 0, no payload protocol identifier.
    pub fn message(&mut self, link: Link, bytes: Bytes) {
        self.send(link, None, 0, 0, bytes);
    }

    /// Sends a message on a connection.
    pub fn message_on(&mut self, link: Link, stream: u16, ppid: u32, bytes: Bytes) {
        self.send(link, None, stream, ppid, bytes);
    }

    fn send(&mut self, link: Link, to: Option<SocketAddr>, stream: u16, ppid: u32, bytes: Bytes) {
        self.core.actions.push(Action::Send {
            link,
            to,
            stream,
            ppid,
            bytes,
        });
    }

    /// Octets written into the lent buffer: no allocation while earlier ones are given back.
    pub fn write(&mut self, write: impl FnOnce(&mut BytesMut)) -> Bytes {
        self.core.arena.reserve(2048);
        write(&mut self.core.arena);
        self.core.arena.split().freeze()
    }

    /// Makes a connection from `port` to `to`; `Up` or `Down` follows.
    pub fn connect(&mut self, port: Port, to: SocketAddr) -> Link {
        let link = self.new_link();
        self.core.actions.push(Action::Connect { link, port, to });
        link
    }

    /// Closes a connection once all that was sent is through. No `Down` follows.
    pub fn close(&mut self, link: Link) {
        self.core.actions.push(Action::Close(link));
    }

    /// Breaks a connection off. No `Down` follows.
    pub fn abort(&mut self, link: Link) {
        self.core.actions.push(Action::Abort(link));
    }

    /// Asks the store.
    pub fn ask(&mut self, ask: A) -> AskId {
        self.core.asks += 1;
        let id = AskId(self.core.asks);
        self.asks.push((id, ask));
        id
    }

    /// Keeps octets under `key`, in place of what stood there, for another life of this node: they
    /// come back by [`crate::Node::recall`] after a restart. Where the node has a store, nothing
    /// that this input makes it send leaves before they are in it.
    pub fn keep(&mut self, key: impl Into<String>, octets: Vec<u8>) {
        self.core.kept.push((key.into(), Some(octets)));
    }

    /// Keeps what stands under `key` no longer.
    pub fn forget(&mut self, key: impl Into<String>) {
        self.core.kept.push((key.into(), None));
    }

    /// Tells observers.
    pub fn trace(&mut self, event: Event) {
        self.core.actions.push(Action::Trace(event));
    }

    /// Counts, by reason: what was dropped and why.
    pub fn count(&mut self, reason: &'static str) {
        let n = self.core.counters.entry(reason).or_default();
        *n = n.saturating_add(1);
    }

    /// All counters.
    pub fn counters(&self) -> &BTreeMap<&'static str, u64> {
        &self.core.counters
    }

    /// Runs a part that asks other questions: they become ours by `wrap`.
    pub fn scope<B>(&mut self, wrap: impl Fn(B) -> A, run: impl FnOnce(&mut Outputs<B>)) {
        let mut inner = Outputs {
            core: std::mem::take(&mut self.core),
            asks: Vec::new(),
        };
        run(&mut inner);
        self.core = inner.core;
        self.asks
            .extend(inner.asks.into_iter().map(|(id, a)| (id, wrap(a))));
    }

    /// A number for a connection that somebody else opened: for whoever runs the node.
    pub fn new_link(&mut self) -> Link {
        let n = self.core.links;
        self.core.links = n.wrapping_add(1) & 0x7fff_ffff;
        Link(Link::FIRST_CONNECTION.wrapping_add(n))
    }

    /// What is to be done, taken off: for whoever runs the node.
    pub fn drain(&mut self) -> std::vec::Drain<'_, Action> {
        self.core.actions.drain(..)
    }

    /// The questions, taken off: for whoever runs the node.
    pub fn drain_asks(&mut self) -> std::vec::Drain<'_, (AskId, A)> {
        self.asks.drain(..)
    }

    /// What is to be kept, in order, taken off: for whoever runs the node.
    pub fn drain_kept(&mut self) -> std::vec::Drain<'_, (String, Option<Vec<u8>>)> {
        self.core.kept.drain(..)
    }

    /// The questions so far: for whoever runs a part in a [`Outputs::scope`].
    pub fn asks(&self) -> &[(AskId, A)] {
        &self.asks
    }

    /// True where nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.core.actions.is_empty() && self.asks.is_empty() && self.core.kept.is_empty()
    }
}
