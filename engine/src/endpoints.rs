//! The SCTP endpoints of all nodes, and which connection of a node is which flow of an endpoint.
//! The virtual network and the driver on sockets keep one [`Endpoints`] each; they only move the
//! datagrams below it.
use crate::{
    Attach, Carrier, Flow, Input, Layer, LayerOutput, Layers, Link, Node, Now, Placed, Port, Rng,
    SCTP_UDP, Time, Underlay,
};
use bytes::Bytes;
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

/// All endpoints.
#[derive(Default)]
pub struct Endpoints {
    all: Vec<Endpoint>,
    links: BTreeMap<(usize, Link), (usize, Flow)>,
}

struct Endpoint {
    node: usize,
    at: SocketAddr,
    /// The port that its packets are said to leave by.
    port: Port,
    layer: Box<dyn Layer>,
    /// Which port accepts at which SCTP port.
    listen: BTreeMap<u16, Port>,
    flows: BTreeMap<Flow, Carries>,
    alive: bool,
}

/// The connection of a node that a flow is.
#[derive(Clone, Copy)]
struct Carries {
    link: Link,
    port: Port,
    peer: SocketAddr,
}

/// What follows from a call.
#[derive(Debug)]
pub enum Carried<A, C> {
    /// A datagram to be sent; ports are 0 on raw IP.
    Below {
        /// Of this node.
        node: usize,
        /// Of this port of it.
        port: Port,
        /// From here.
        from: SocketAddr,
        /// To there.
        to: SocketAddr,
        /// An SCTP packet.
        octets: Bytes,
    },
    /// An input for this node.
    Give(usize, Input<A, C>),
}

/// Gives a node a number for a connection that a peer has made.
type NewLink<'a> = &'a mut dyn FnMut(usize) -> Link;

impl Endpoints {
    /// Makes the endpoints that a node's attachments need: one per address.
    ///
    /// # Panics
    /// Where SCTP is wanted and `layers` is `None`: a mistake in the program.
    pub fn place<N: Node>(
        &mut self,
        node: usize,
        placed: &Placed<N>,
        layers: Option<&dyn Layers>,
        rng: &Rng,
    ) {
        let mut wanted: BTreeMap<SocketAddr, (Port, BTreeMap<u16, Port>)> = BTreeMap::new();
        for (port, attach) in &placed.ports {
            match attach {
                Attach::Listen(all) => {
                    for (carrier, a) in all {
                        if let Some(at) = underlay(*carrier, a.ip()) {
                            let entry = wanted.entry(at).or_insert((*port, BTreeMap::new()));
                            entry.1.insert(a.port(), *port);
                        }
                    }
                }
                Attach::Dial(ip, ways) => {
                    for carrier in ways.to.values().chain([&ways.usual]) {
                        if let Some(at) = underlay(*carrier, *ip) {
                            wanted.entry(at).or_insert((*port, BTreeMap::new()));
                        }
                    }
                }
                Attach::Udp(_) | Attach::Net(..) | Attach::Tunnel(..) | Attach::Tun(..) => {}
            }
        }
        for (at, (port, listen)) in wanted {
            let on = Underlay {
                node: placed.name.clone(),
                at,
                listen: listen.keys().copied().collect(),
            };
            let layers = layers.expect("SCTP in user space needs something that makes it");
            let rng = rng.stream(&format!("sctp {} {at}", placed.name));
            self.all.push(Endpoint {
                node,
                at,
                port,
                layer: layers.sctp(&on, rng),
                listen,
                flows: BTreeMap::new(),
                alive: true,
            });
        }
    }

    /// Number, node, port and own address of each.
    pub fn addresses(&self) -> impl Iterator<Item = (usize, usize, Port, SocketAddr)> {
        let all = self.all.iter().enumerate();
        all.map(|(e, x)| (e, x.node, x.port, x.at))
    }

    /// The endpoint that has this address, by a virtual network.
    pub fn at(&self, at: SocketAddr) -> Option<usize> {
        self.all.iter().position(|e| e.alive && e.at == at)
    }

    /// True where this connection is one of SCTP.
    pub fn carries(&self, node: usize, link: Link) -> bool {
        self.links.contains_key(&(node, link))
    }

    /// True while a connection of a node that lives is there.
    pub fn is_busy(&self) -> bool {
        self.all.iter().any(|e| e.alive && e.layer.is_busy())
    }

    /// When [`Endpoints::timer`] is wanted.
    pub fn due(&self) -> Option<Time> {
        let alive = self.all.iter().filter(|e| e.alive);
        alive.filter_map(|e| e.layer.due()).min()
    }

    /// Connects `link` of a node.
    pub fn connect<A, C>(
        &mut self,
        now: Now,
        (node, link, port): (usize, Link, Port),
        (carrier, from, to): (Carrier, IpAddr, SocketAddr),
        new_link: NewLink<'_>,
    ) -> Vec<Carried<A, C>> {
        let at = underlay(carrier, from);
        let own = |e: &Endpoint| e.alive && e.node == node && Some(e.at) == at;
        let Some(e) = self.all.iter().position(own) else {
            let why = crate::Why::Unreachable;
            return vec![Carried::Give(node, Input::Down { link, why })];
        };
        let mut out = Vec::new();
        let endpoint = &mut self.all[e];
        let flow = endpoint.layer.connect(now, to, &mut out);
        let peer = to;
        endpoint.flows.insert(flow, Carries { link, port, peer });
        self.links.insert((node, link), (e, flow));
        self.carried(e, out, new_link)
    }

    /// Sends a message on a connection.
    pub fn send<A, C>(
        &mut self,
        now: Now,
        (node, link): (usize, Link),
        to: (u16, u32),
        message: Bytes,
        new_link: NewLink<'_>,
    ) -> Vec<Carried<A, C>> {
        self.on(node, link, new_link, |layer, flow, out| {
            layer.send(now, flow, to, message, out);
        })
    }

    /// Closes a connection, or breaks it off.
    pub fn close<A, C>(
        &mut self,
        now: Now,
        (node, link): (usize, Link),
        abort: bool,
        new_link: NewLink<'_>,
    ) -> Vec<Carried<A, C>> {
        let wants = self.on(node, link, new_link, |layer, flow, out| {
            if abort {
                layer.abort(now, flow, out);
            } else {
                layer.close(now, flow, out);
            }
        });
        if let Some((e, flow)) = self.links.remove(&(node, link)) {
            self.all[e].flows.remove(&flow);
        }
        wants
    }

    /// A datagram has come to endpoint `e`.
    pub fn below<A, C>(
        &mut self,
        now: Now,
        e: usize,
        from: SocketAddr,
        octets: &[u8],
        new_link: NewLink<'_>,
    ) -> Vec<Carried<A, C>> {
        let mut out = Vec::new();
        if let Some(endpoint) = self.all.get_mut(e).filter(|e| e.alive) {
            endpoint.layer.below(now, from, octets, &mut out);
        }
        self.carried(e, out, new_link)
    }

    /// [`Endpoints::due`] has come: the timers of one endpoint whose time it is.
    pub fn timer<A, C>(&mut self, now: Now, new_link: NewLink<'_>) -> Vec<Carried<A, C>> {
        let due = |e: &Endpoint| e.alive && e.layer.due().is_some_and(|t| t <= now.mono);
        let Some(e) = self.all.iter().position(due) else {
            return Vec::new();
        };
        let mut out = Vec::new();
        self.all[e].layer.timer(now, &mut out);
        self.carried(e, out, new_link)
    }

    /// A node has lost its life, and its endpoints with it: they say no word more.
    pub fn kill(&mut self, node: usize) {
        self.links.retain(|k, _| k.0 != node);
        for e in self.all.iter_mut().filter(|e| e.node == node) {
            e.alive = false;
            e.flows.clear();
        }
    }

    /// What the endpoints of a node have dropped and refused, by reason.
    pub fn counters(&self, node: usize) -> BTreeMap<&'static str, u64> {
        let mut all = BTreeMap::new();
        for e in self.all.iter().filter(|e| e.node == node) {
            for (reason, n) in e.layer.counters().into_iter().filter(|c| c.1 > 0) {
                *all.entry(reason).or_default() += n;
            }
        }
        all
    }

    fn on<A, C>(
        &mut self,
        node: usize,
        link: Link,
        new_link: NewLink<'_>,
        act: impl FnOnce(&mut dyn Layer, Flow, &mut Vec<LayerOutput>),
    ) -> Vec<Carried<A, C>> {
        let Some((e, flow)) = self.links.get(&(node, link)).copied() else {
            return Vec::new();
        };
        let mut out = Vec::new();
        act(self.all[e].layer.as_mut(), flow, &mut out);
        self.carried(e, out, new_link)
    }

    fn carried<A, C>(
        &mut self,
        e: usize,
        out: Vec<LayerOutput>,
        new_link: NewLink<'_>,
    ) -> Vec<Carried<A, C>> {
        let Some(endpoint) = self.all.get_mut(e) else {
            return Vec::new();
        };
        let (node, port, from) = (endpoint.node, endpoint.port, endpoint.at);
        let mut wants = Vec::with_capacity(out.len());
        for o in out {
            let flows = &mut endpoint.flows;
            let input = match o {
                LayerOutput::Below { to, octets } => {
                    wants.push(Carried::Below {
                        node,
                        port,
                        from,
                        to,
                        octets,
                    });
                    continue;
                }
                LayerOutput::Accepted { flow, port, peer } => {
                    // the layer accepts at the ports that it was given, and at no other
                    let Some(port) = endpoint.listen.get(&port).copied() else {
                        continue;
                    };
                    let link = new_link(node);
                    flows.insert(flow, Carries { link, port, peer });
                    self.links.insert((node, link), (e, flow));
                    Some(Input::Up { link, port, peer })
                }
                LayerOutput::Up { flow, .. } => flows.get(&flow).map(|c| Input::Up {
                    link: c.link,
                    port: c.port,
                    peer: c.peer,
                }),
                LayerOutput::Down { flow, why } => flows.remove(&flow).map(|c| {
                    self.links.remove(&(node, c.link));
                    Input::Down { link: c.link, why }
                }),
                LayerOutput::Above {
                    flow,
                    stream,
                    ppid,
                    message,
                } => flows.get(&flow).map(|c| Input::Recv {
                    link: c.link,
                    from: c.peer,
                    stream,
                    ppid,
                    bytes: message,
                }),
                LayerOutput::Full(flow) => flows.get(&flow).map(|c| Input::Full(c.link)),
                LayerOutput::Room(flow) => flows.get(&flow).map(|c| Input::Room(c.link)),
                LayerOutput::Secret(_) => None,
            };
            wants.extend(input.map(|i| Carried::Give(node, i)));
        }
        wants
    }
}

/// What an SCTP endpoint at `ip` stands on; `None` for what is no SCTP in user space.
fn underlay(carrier: Carrier, ip: IpAddr) -> Option<SocketAddr> {
    match carrier {
        Carrier::SctpUdp => Some(SocketAddr::new(ip, SCTP_UDP)),
        Carrier::SctpRaw => Some(SocketAddr::new(ip, 0)),
        Carrier::Tcp | Carrier::Tls | Carrier::Sctp => None,
    }
}
