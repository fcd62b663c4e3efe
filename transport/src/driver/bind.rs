//! Takes all addresses before anything runs.
use super::{Attached, Driver, Endpoint, Listener, Slot};
use crate::{
    datagram::{Datagrams, Queue, Under},
    kernel,
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
    /// The address.
    pub address: SocketAddr,
    /// What is wanted there: `udp`, `tcp`, `sctp` (the kernel's), `raw IP 132`.
    pub transport: &'static str,
    /// Why not.
    pub why: io::Error,
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            node,
            port,
            address,
            transport,
            why,
        } = self;
        let why = match why.kind() {
            io::ErrorKind::AddrInUse => "is taken by another program".to_owned(),
            io::ErrorKind::AddrNotAvailable => "is not an address of this machine".to_owned(),
            io::ErrorKind::PermissionDenied => {
                "needs rights that this user does not have".to_owned()
            }
            io::ErrorKind::Unsupported => "is not there: this kernel has no SCTP".to_owned(),
            _ => why.to_string(),
        };
        write!(
            f,
            "{transport} address {address} (port {port} of {node}) {why}"
        )
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
            let fail = |transport, address, why| BindError {
                node: placed.name.clone(),
                port: name,
                address,
                transport,
                why,
            };
            self.own.extend(addresses(&attach));
            let mut bound = None;
            match &attach {
                Attach::Udp(a) | Attach::Tunnel(_, a, _) => {
                    let s = Datagrams::bind(*a, Under::Udp).map_err(|e| fail("udp", *a, e))?;
                    bound = Some(s);
                }
                Attach::Listen(all) => {
                    for (carrier, a) in all.iter().filter(|c| !c.0.is_endpoint()) {
                        let l = match carrier {
                            Carrier::Sctp => kernel::listen(*a).map_err(|e| fail("sctp", *a, e))?,
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
            }
            let (socket, queue) = (None, Queue::default());
            ports.insert(
                port,
                Attached {
                    name,
                    framing,
                    attach,
                    bound,
                    socket,
                    queue,
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
                address: at,
                transport,
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
        Attach::Net(..) => Vec::new(),
    }
}
