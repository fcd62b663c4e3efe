//! Datagrams, packets on raw-IP networks, and what is below SCTP endpoints.
use super::{Driver, NOBODY};
use bytes::{Bytes, BytesMut};
use engine::{
    Attach, Carried, Director, Forward, Input, Link, Node, Port, Serve, destination, from_gre,
    into_gre,
    tap::{Fate, Record},
    tunnel_end,
};
use std::net::{IpAddr, SocketAddr};

impl<N: Node, S: Serve<N::Ask, N::Answer>> Driver<N, S> {
    /// One batch of each datagram socket.
    pub(super) fn receive(&mut self, director: &mut dyn Director<N::Command>) {
        for i in 0..self.nodes.len() {
            let ports: Vec<Port> = self.nodes[i].ports.keys().copied().collect();
            for port in ports {
                let entry = self.nodes[i].ports.get_mut(&port);
                let Some(entry) = entry else { continue };
                if let Some(device) = entry.device.take() {
                    self.receive_tun(i, port, device, director);
                    continue;
                }
                let Some(mut socket) = entry.socket.take() else {
                    continue;
                };
                let (at, tunnelled) = match &self.nodes[i].ports[&port].attach {
                    Attach::Udp(a) => (*a, false),
                    Attach::Tunnel(_, a, _) => (*a, true),
                    _ => continue,
                };
                let now = self.passes_by(i).then(|| self.now());
                socket.receive(|from, bytes| {
                    if now.is_some_and(|now| self.pass(now, i, port, from, bytes, director)) {
                        return;
                    }
                    let cause = self.causes.datagram_came((from, at), bytes);
                    self.tap.caused_by(cause);
                    self.came(i, port, (from, at), bytes, director);
                    match from_gre(bytes).filter(|_| tunnelled) {
                        Some(ip) => self.packet(i, port, NOBODY, ip, director),
                        None if tunnelled => {
                            self.nodes[i].out.count("tunnel.not GRE around IP");
                        }
                        None => self.packet(i, port, from, bytes, director),
                    }
                });
                if now.is_some() {
                    self.passed(i);
                }
                let slot = &mut self.nodes[i];
                if let Some(p) = slot.ports.get_mut(&port) {
                    p.socket = slot.alive.then_some(socket);
                }
            }
        }
        for e in 0..self.sockets.len() {
            let Some(mut socket) = self.sockets[e].socket.take() else {
                continue;
            };
            let (node, at) = (self.sockets[e].node, self.sockets[e].at);
            socket.receive(|from, octets| {
                let cause = self.causes.datagram_came((from, at), octets);
                self.tap.caused_by(cause);
                self.came(node, Port(0), (from, at), octets, director);
                let (now, nodes) = (self.now(), &mut self.nodes);
                let new = &mut |n: usize| nodes[n].out.new_link();
                let wants = self.endpoints.below(now, e, from, octets, new);
                self.carry(wants, director);
            });
            self.sockets[e].socket = self.nodes[node].alive.then_some(socket);
        }
    }

    /// Records a datagram that came from outside, or where that is wanted from any of our nodes.
    fn came(
        &mut self,
        i: usize,
        port: Port,
        (from, at): (SocketAddr, SocketAddr),
        octets: &[u8],
        director: &mut dyn Director<N::Command>,
    ) {
        // whoever is bound to all addresses may have this one
        let any = |ip: &IpAddr| ip.is_unspecified();
        let ours = || self.own.contains(&from.ip()) || self.own.iter().any(any);
        if !self.options.both_ways && ours() {
            return;
        }
        let (now, sender) = (self.now(), self.sender(i, port));
        let sink = &mut |r: &Record<'_>| director.packet(r);
        let id = if at.port() == 0 {
            let flow = (from.ip(), at.ip());
            self.tap.sctp(now, sender, flow, Fate::Sent, octets, sink)
        } else {
            self.tap
                .datagram(now, sender, (from, at), Fate::Sent, octets, sink)
        };
        self.tap.caused_by(Some(id));
    }

    pub(super) fn packet(
        &mut self,
        i: usize,
        port: Port,
        from: SocketAddr,
        bytes: &[u8],
        director: &mut dyn Director<N::Command>,
    ) {
        let now = self.now();
        let slot = &mut self.nodes[i];
        if !slot.alive {
            return;
        }
        let mut head = std::mem::take(&mut self.head);
        head.clear();
        let forward = match slot.node.fast_path() {
            Some(f) => f.forward(now, port, from, bytes, &mut head),
            None => Forward::Slow,
        };
        self.forwarded(i, (port, from), (bytes, &mut head), forward, director);
        self.head = head;
    }

    /// Does with a packet what a forwarding table has said, which has appended to `head`.
    pub(super) fn forwarded(
        &mut self,
        i: usize,
        (port, from): (Port, SocketAddr),
        (bytes, head): (&[u8], &mut BytesMut),
        forward: Forward,
        director: &mut dyn Director<N::Command>,
    ) {
        match forward {
            Forward::Slow => {
                let bytes = Bytes::copy_from_slice(bytes);
                let link = port.into();
                let recv = Input::Recv {
                    link,
                    from,
                    stream: 0,
                    ppid: 0,
                    bytes,
                };
                self.give(i, recv, director);
            }
            Forward::To { port, to, skip } => {
                head.extend_from_slice(&bytes[skip.min(bytes.len())..]);
                let bytes = head.split().freeze();
                self.send(i, port.into(), to, (0, 0), bytes, director);
            }
            Forward::Drop => {}
        }
    }

    pub(super) fn send(
        &mut self,
        i: usize,
        link: Link,
        to: Option<SocketAddr>,
        way: (u16, u32),
        bytes: Bytes,
        director: &mut dyn Director<N::Command>,
    ) {
        let now = self.now();
        if link.0 >= Link::FIRST_CONNECTION {
            return self.send_message(i, link, way, bytes, director);
        }
        let port = Port(link.0 as u16);
        let sender = self.sender(i, port);
        let Some(p) = self.nodes[i].ports.get_mut(&port) else {
            return;
        };
        let (from, to, bytes) = match (&p.attach, to) {
            (Attach::Udp(from), Some(to)) => (*from, to, bytes),
            (Attach::Tunnel(_, from, routes), _) => match tunnel_end(routes, &bytes) {
                Some(to) => (*from, to, into_gre(&bytes)),
                None => return self.nodes[i].out.count("tunnel.no route"),
            },
            (Attach::Net(net, _), _) => {
                let target = destination(&bytes).and_then(|to| self.networks.route(net, to, i));
                let fate = if target.is_some() {
                    Fate::Sent
                } else {
                    Fate::Nobody
                };
                let sink = &mut |r: &Record<'_>| director.packet(r);
                let id = self.tap.raw(now, sender, net, fate, &bytes, sink);
                if let Some((node, port)) = target {
                    self.local.push_back((node, port, bytes, id));
                }
                return;
            }
            (Attach::Tun(net, _), _) => {
                let sink = &mut |r: &Record<'_>| director.packet(r);
                self.tap.raw(now, sender, net, Fate::Sent, &bytes, sink);
                if let Some(d) = &mut p.device {
                    d.send(&bytes);
                }
                return;
            }
            _ => return,
        };
        let sink = &mut |r: &Record<'_>| director.packet(r);
        let flow = (from, to);
        let id = self
            .tap
            .datagram(now, sender, flow, Fate::Sent, &bytes, sink);
        self.causes.datagram_sent(flow, &bytes, id);
        p.queue.push(to, bytes);
    }

    /// Does what an endpoint wants done.
    pub(super) fn carry(
        &mut self,
        wants: Vec<Carried<N::Answer, N::Command>>,
        director: &mut dyn Director<N::Command>,
    ) {
        for w in wants {
            match w {
                Carried::Give(i, input) => self.give(i, input, director),
                Carried::Below {
                    node,
                    port,
                    from,
                    to,
                    octets,
                } => {
                    let (now, sender) = (self.now(), self.sender(node, port));
                    let sink = &mut |r: &Record<'_>| director.packet(r);
                    let id = if from.port() == 0 {
                        let flow = (from.ip(), to.ip());
                        self.tap.sctp(now, sender, flow, Fate::Sent, &octets, sink)
                    } else {
                        let flow = (from, to);
                        self.tap
                            .datagram(now, sender, flow, Fate::Sent, &octets, sink)
                    };
                    self.causes.datagram_sent((from, to), &octets, id);
                    if let Some(s) = self.sockets.iter_mut().find(|s| s.at == from) {
                        s.queue.push(to, octets);
                    }
                }
            }
        }
    }
}
