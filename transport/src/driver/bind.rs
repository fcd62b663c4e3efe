//! Takes all addresses before anything runs.
use super::{Attached, Driver, Endpoint, Listener, Slot};
use crate::{
    datagram::{Datagrams, Queue, Under},
    kernel, tun,
};
use engine::{Attach, Carrier, Framing, Node, Outputs, Placed, Serve};
use std::{
    collections::BTreeMap,
    fmt, io,
    net::{IpAddr, SocketAddr},
};

/// An address that could not be taken.
#[derive(Debug)]
pub struct BindError {
    /// The node that wants it.
    pub node: String,
    /// The port that wants it.
    pub port: &'static str,
    /// What it wants: an address of `udp`, `tcp`, `sctp` (the kernel's) or `raw IP 132`, a TUN device.
    pub wanted: Wanted,
    /// Why not.
    pub why: io::Error,
}

/// What a port wants to have.
#[derive(Debug)]
pub enum Wanted {
    /// An address of this transport.
    Address(&'static str, SocketAddr),
    /// The TUN device of this name.
    Device(String),
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(transport, at) => write!(f, "{transport} address {at}"),
            Self::Device(name) => write!(f, "TUN device {name}"),
        }
    }
}

impl Wanted {
    /// In words, why not.
    fn refused(&self, why: &io::Error) -> String {
        let text = match (self, why.kind()) {
            (Self::Device(_), io::ErrorKind::PermissionDenied) => {
                "takes root or CAP_NET_ADMIN, or one that was made for this user \
                 (`ip tuntap add dev NAME mode tun user USER`) and has no `address` here"
            }
            (Self::Device(_), io::ErrorKind::ResourceBusy) => "is in use by another program",
            (Self::Device(_), io::ErrorKind::NotFound) => {
                "cannot be had: there is no /dev/net/tun (`modprobe tun`)"
            }
            (_, io::ErrorKind::AddrInUse) => "is taken by another program",
            (_, io::ErrorKind::AddrNotAvailable) => "is not an address of this machine",
            (_, io::ErrorKind::PermissionDenied) => "needs rights that this user does not have",
            (_, io::ErrorKind::Unsupported) => "is not there: this kernel has no SCTP",
            _ => return why.to_string(),
        };
        text.to_owned()
    }
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            node,
            port,
            wanted,
            why,
        } = self;
        let why = wanted.refused(why);
        write!(f, "{wanted} (port {port} of {node}) {why}")
    }
}

impl std::error::Error for BindError {}

impl<N: Node, S: Serve<N::Ask, N::Answer>> Driver<N, S> {
    pub(super) fn place(&mut self, i: usize, placed: Placed<N>) -> Result<(), BindError> {
        self.place_endpoints(i, &placed)?;
        let mut ports = BTreeMap::new();
        for (port, attach) in placed.ports {
            let spec = placed.node.ports().iter().find(|s| s.port == port);
            let (name, framing) = spec.map_or(("?", Framing::Datagram), |s| (s.name, s.framing));
            let refuse = |wanted, why| BindError {
                node: placed.name.clone(),
                port: name,
                wanted,
                why,
            };
            let fail = |transport, at, why| refuse(Wanted::Address(transport, at), why);
            self.own.extend(addresses(&attach));
            let (mut bound, mut opened) = (None, None);
            match &attach {
                Attach::Udp(a) | Attach::Tunnel(_, a, _) => {
                    let s = Datagrams::bind(*a, Under::Udp).map_err(|e| fail("udp", *a, e))?;
                    bound = Some(s);
                }
                Attach::Listen(all) => {
                    for (carrier, a) in all.iter().filter(|c| !c.0.is_endpoint()) {
                        let l = match carrier {
                            Carrier::Sctp => kernel::listen(*a, &self.options.sctp_addresses)
                                .map_err(|e| fail("sctp", *a, e))?,
                            _ => listen(*a).map_err(|e| fail("tcp", *a, e))?,
                        };
                        self.listeners.push(Listener {
                            node: i,
                            port,
                            carrier: *carrier,
                            socket: l,
                        });
                    }
                }
                Attach::Dial(..) => {}
                Attach::Net(net, prefixes) => {
                    for p in prefixes {
                        self.networks.join(net, *p, i, port);
                    }
                }
                Attach::Tun(_, t) => {
                    let wanted = || Wanted::Device(t.device.clone());
                    opened = Some(tun::open(t).map_err(|e| refuse(wanted(), e))?);
                }
            }
            let (socket, queue, device) = (None, Queue::default(), None);
            ports.insert(
                port,
                Attached {
                    name,
                    framing,
                    attach,
                    bound,
                    socket,
                    queue,
                    opened,
                    device,
                },
            );
        }
        self.nodes.push(Slot {
            name: placed.name,
            node: placed.node,
            ports,
            out: Outputs::default(),
            due: None,
            links: BTreeMap::new(),
            alive: true,
        });
        Ok(())
    }

    /// The sockets below a node's SCTP endpoints.
    fn place_endpoints(&mut self, i: usize, placed: &Placed<N>) -> Result<(), BindError> {
        let layers = self.options.layers.as_deref();
        self.endpoints.place(i, placed, layers, &self.rng);
        let new: Vec<_> = self
            .endpoints
            .addresses()
            .skip(self.sockets.len())
            .collect();
        for (_, node, port, at) in new {
            let spec = placed.node.ports().iter().find(|s| s.port == port);
            let (under, transport) = match at.port() {
                0 => (Under::Ip, "raw IP 132"),
                _ => (Under::Udp, "udp"),
            };
            let bound = Datagrams::bind(at, under).map_err(|why| BindError {
                node: placed.name.clone(),
                port: spec.map_or("?", |s| s.name),
                wanted: Wanted::Address(transport, at),
                why,
            })?;
            self.sockets.push(Endpoint {
                node,
                at,
                bound: Some((bound, under)),
                socket: None,
                queue: Queue::default(),
            });
        }
        Ok(())
    }
}

fn listen(at: SocketAddr) -> io::Result<std::os::fd::OwnedFd> {
    use socket2::{Domain, Socket, Type};
    let s = Socket::new(Domain::for_address(at), Type::STREAM, None)?;
    // connections of an earlier run that still linger do not hold the address
    s.set_reuse_address(true)?;
    s.set_nonblocking(true)?;
    s.bind(&at.into())?;
    s.listen(1024)?;
    Ok(s.into())
}

/// The addresses that a node sends from by this attachment.
fn addresses(attach: &Attach) -> Vec<IpAddr> {
    match attach {
        Attach::Udp(a) | Attach::Tunnel(_, a, _) => vec![a.ip()],
        Attach::Listen(all) => all.iter().map(|(_, a)| a.ip()).collect(),
        Attach::Dial(ip, _) => vec![*ip],
        Attach::Net(..) | Attach::Tun(..) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_cannot_be_had_names_the_rights_that_it_takes() {
        let refused = |kind: io::ErrorKind| {
            let error = BindError {
                node: "ggsn".into(),
                port: "gi",
                wanted: Wanted::Device("tun-gi".into()),
                why: kind.into(),
            };
            error.to_string()
        };
        let said = refused(io::ErrorKind::PermissionDenied);
        assert!(
            said.starts_with("TUN device tun-gi (port gi of ggsn) takes root or CAP_NET_ADMIN")
        );
        let said = refused(io::ErrorKind::ResourceBusy);
        assert!(said.ends_with("is in use by another program"), "{said}");
    }
}
