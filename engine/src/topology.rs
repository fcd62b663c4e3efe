//! Which nodes there are and what their ports are attached to: the one description from which
//! the virtual network and the driver on sockets both start.
use crate::{Carrier, Node, Port, Prefix};
use bytes::{BufMut, Bytes, BytesMut};
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

/// What a port is attached to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attach {
    /// A UDP socket at this address.
    Udp(SocketAddr),
    /// Connections accepted at these addresses, each with what carries them.
    Listen(Vec<(Carrier, SocketAddr)>),
    /// Connections dialled from this address, each by the carrier that its destination has.
    Dial(IpAddr, Ways),
    /// A raw-IP network of this name inside the process; packets for these prefixes come here.
    Net(&'static str, Vec<Prefix>),
    /// A raw-IP network of this name between hosts: packets travel in GRE in UDP (RFC 8086) from
    /// this address, to the host whose prefix is the longest that fits.
    Tunnel(&'static str, SocketAddr, Vec<(Prefix, SocketAddr)>),
    /// The raw-IP network of this name behind a TUN device: what the kernel routes there comes here.
    /// The virtual network has no kernel: there nobody is behind it.
    Tun(&'static str, Tun),
}

/// A TUN device of the kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tun {
    /// Its name.
    pub device: String,
    /// The kernel's own address on it, and the network that its routes lead to. Without it the
    /// device is taken as whoever made it has set it up.
    pub address: Option<(Ipv4Addr, u8)>,
    /// The longest packet, where `address` is given.
    pub mtu: u16,
    /// Whether user packets between it and other ports are recorded. Off, a forwarding table
    /// carries them past the tap.
    pub recorded: bool,
}

impl Attach {
    /// Connections over TCP accepted at `at`.
    pub fn listen(at: SocketAddr) -> Self {
        Self::Listen(vec![(Carrier::Tcp, at)])
    }

    /// Connections over TCP dialled from `from`.
    pub fn dial(from: IpAddr) -> Self {
        Self::Dial(from, Ways::default())
    }
}

/// Which carrier a destination has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ways {
    /// Of all that `to` does not name.
    pub usual: Carrier,
    /// By destination.
    pub to: BTreeMap<SocketAddr, Carrier>,
}

impl Ways {
    /// The same one for every destination.
    pub fn all(usual: Carrier) -> Self {
        Self {
            usual,
            to: BTreeMap::new(),
        }
    }

    /// The carrier of a destination.
    pub fn of(&self, to: SocketAddr) -> Carrier {
        self.to.get(&to).copied().unwrap_or(self.usual)
    }
}

/// A node, its name, and what its ports are attached to.
#[derive(Debug)]
pub struct Placed<N> {
    /// The name, as captures and ladders show it.
    pub name: String,
    /// The node.
    pub node: N,
    /// Each of its ports, once.
    pub ports: Vec<(Port, Attach)>,
}

impl<N: Node> Placed<N> {
    /// A node with its attachments.
    ///
    /// # Panics
    /// Where a port of the node is attached to nothing or to two things: a mistake in the program
    /// that describes the topology.
    pub fn new(name: &str, node: N, ports: Vec<(Port, Attach)>) -> Self {
        for spec in node.ports() {
            let n = ports.iter().filter(|p| p.0 == spec.port).count();
            assert!(n == 1, "port {} of {name} is attached {n} times", spec.name);
        }
        assert_eq!(node.ports().len(), ports.len(), "ports of {name}");
        Self {
            name: name.to_owned(),
            node,
            ports,
        }
    }
}

/// The raw-IP networks inside the process: who gets a packet.
#[derive(Debug, Default)]
pub struct Networks(Vec<(&'static str, Prefix, usize, Port)>);

impl Networks {
    /// Adds a member.
    pub fn join(&mut self, net: &'static str, prefix: Prefix, node: usize, port: Port) {
        self.0.push((net, prefix, node, port));
    }

    /// The member of `net` that takes packets for `to`: by the longest prefix, never the sender.
    pub fn route(&self, net: &str, to: IpAddr, sender: usize) -> Option<(usize, Port)> {
        let fits = |m: &&(&'static str, Prefix, usize, Port)| {
            m.0 == net && m.2 != sender && m.1.contains(to)
        };
        let best = self.0.iter().filter(fits).max_by_key(|m| m.1.len)?;
        Some((best.2, best.3))
    }
}

/// The UDP port of GRE in UDP, RFC 8086 3.1.
pub const GRE_UDP: u16 = 4754;

/// The host of a [`Attach::Tunnel`] that takes this packet.
pub fn tunnel_end(routes: &[(Prefix, SocketAddr)], packet: &[u8]) -> Option<SocketAddr> {
    let to = destination(packet)?;
    let fits = routes.iter().filter(|r| r.0.contains(to));
    fits.max_by_key(|r| r.0.len).map(|r| r.1)
}

/// A raw-IP packet in GRE without checksum, key and sequence number (RFC 2784 2.1): what a
/// [`Attach::Tunnel`] sends in UDP.
pub fn into_gre(packet: &[u8]) -> Bytes {
    let kind: u16 = match packet.first().map(|b| b >> 4) {
        Some(6) => 0x86dd,
        _ => 0x0800,
    };
    let mut w = BytesMut::with_capacity(packet.len().saturating_add(4));
    w.put_u16(0);
    w.put_u16(kind);
    w.put_slice(packet);
    w.freeze()
}

/// The IP packet in a GRE packet; `None` for what is not plain GRE around IP.
pub fn from_gre(octets: &[u8]) -> Option<&[u8]> {
    match octets.split_at_checked(4)? {
        ([0, 0, 0x08, 0x00], ip) if ip.first().is_some_and(|b| b >> 4 == 4) => Some(ip),
        ([0, 0, 0x86, 0xdd], ip) if ip.first().is_some_and(|b| b >> 4 == 6) => Some(ip),
        _ => None,
    }
}

/// What a raw-IP packet is for.
pub fn destination(packet: &[u8]) -> Option<IpAddr> {
    match packet.first()? >> 4 {
        4 => Some(<[u8; 4]>::try_from(packet.get(16..20)?).ok()?.into()),
        6 => Some(<[u8; 16]>::try_from(packet.get(24..40)?).ok()?.into()),
        _ => None,
    }
}
