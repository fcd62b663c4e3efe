//! The way of user packets, past the node's state machines.
use crate::{Now, Port};
use bytes::BytesMut;
use std::net::SocketAddr;

/// A forwarding table that a node fills and whoever runs the node consults for each datagram,
/// before [`crate::Node::handle`].
pub trait FastPath {
    /// Says what becomes of one packet. A new header for it is appended to `head`; no allocation.
    fn forward(
        &mut self,
        now: Now,
        port: Port,
        from: SocketAddr,
        packet: &[u8],
        head: &mut BytesMut,
    ) -> Forward;
}

/// What becomes of a user packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forward {
    /// It goes out on `port`: what was appended to the head, then the packet without its first
    /// `skip` octets.
    To {
        /// The way out.
        port: Port,
        /// To whom, on datagram ports.
        to: Option<SocketAddr>,
        /// Octets of the packet left behind.
        skip: usize,
    },
    /// It is no user packet: the node handles it.
    Slow,
    /// It goes nowhere; the table has counted why.
    Drop,
}
