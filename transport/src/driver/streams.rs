//! Connections that the kernel carries, TCP or SCTP, with TLS where it is wanted.
use super::{Driver, Open, Secured};
use crate::connection::{self, Connection, FULL, Heard, OVERFLOW, Report, Socket};
use bytes::Bytes;
use engine::{
    Attach, Carrier, Deframer, Director, Framing, Input, LayerOutput, Link, Node, Port, Serve, Why,
    tap::Record,
};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

impl<N: Node, S: Serve<N::Ask, N::Answer>> Driver<N, S> {
    pub(super) fn accept(
        &mut self,
        i: usize,
        (port, carrier): (Port, Carrier),
        socket: Socket,
        director: &mut dyn Director<N::Command>,
    ) {
        let slot = &mut self.nodes[i];
        if !slot.alive {
            return;
        }
        let link = slot.out.new_link();
        let framing = self.framing_below(i, port, carrier);
        let Ok(c) = Connection::new(socket, framing, (i, link), self.report.clone()) else {
            return;
        };
        let (peer, flow) = (c.remote, (c.remote, c.local));
        let dials = |a: &Attach| matches!(a, Attach::Dial(ip, _) if *ip == peer.ip());
        let outside = self.is_outside(dials);
        self.tap.caused_by(None);
        if outside {
            self.record_opened(i, port, carrier, flow, director);
        }
        let open = Open {
            port,
            carrier,
            connection: Some(c),
            secured: None,
            outside,
            full: false,
            cause: None,
        };
        self.nodes[i].links.insert(link, open);
        if carrier == Carrier::Tls {
            self.secure(i, link, false, peer, director);
        } else {
            self.give(i, Input::Up { link, port, peer }, director);
        }
    }

    pub(super) fn heard(
        &mut self,
        (i, link, heard): Report,
        director: &mut dyn Director<N::Command>,
    ) {
        let Some(open) = self.nodes[i].links.get_mut(&link) else {
            return;
        };
        let (port, carrier) = (open.port, open.carrier);
        self.tap.caused_by(open.cause);
        let input = match heard {
            Heard::Up(socket) => {
                let framing = self.framing_below(i, port, carrier);
                let Ok(c) = Connection::new(socket, framing, (i, link), self.report.clone()) else {
                    self.nodes[i].links.remove(&link);
                    let why = Why::Reset;
                    return self.give(i, Input::Down { link, why }, director);
                };
                let (local, peer) = (c.local, c.remote);
                if let Some(open) = self.nodes[i].links.get_mut(&link) {
                    open.connection = Some(c);
                }
                self.record_opened(i, port, carrier, (local, peer), director);
                if carrier == Carrier::Tls {
                    return self.secure(i, link, true, peer, director);
                }
                Input::Up { link, port, peer }
            }
            Heard::Failed(why) => {
                self.nodes[i].links.remove(&link);
                Input::Down { link, why }
            }
            Heard::Message(bytes, stream, ppid) => {
                let Some((at, from)) = open.connection.as_ref().map(|c| (c.local, c.remote)) else {
                    return;
                };
                let cause = self.causes.octets_came((from, at), bytes.len());
                self.tap.caused_by(cause);
                if open.outside {
                    let id = self.record(i, link, (from, at), (stream, ppid), &bytes, director);
                    self.tap.caused_by(id);
                }
                if carrier == Carrier::Tls {
                    return self.unseal(i, link, &bytes, director);
                }
                Input::Recv {
                    link,
                    from,
                    stream,
                    ppid,
                    bytes,
                }
            }
            Heard::Room => {
                open.full = false;
                Input::Room(link)
            }
            Heard::Down(why) => {
                if let Some(open) = self.nodes[i].links.remove(&link) {
                    self.gone(i, open, why, director);
                }
                Input::Down { link, why }
            }
        };
        self.give(i, input, director);
    }

    /// The peer's end of a connection is gone.
    fn gone(&mut self, i: usize, open: Open, why: Why, director: &mut dyn Director<N::Command>) {
        let Some(c) = open.connection else { return };
        let (local, remote) = (c.local, c.remote);
        self.causes.forget((local, remote));
        let broken = matches!(why, Why::Framing(_));
        if broken {
            c.abort();
            self.record_closed(i, &open.port, (local, remote), true, director);
        } else if open.outside {
            let reset = why == Why::Reset;
            self.record_closed(i, &open.port, (remote, local), reset, director);
        }
    }

    pub(super) fn connect(
        &mut self,
        i: usize,
        link: Link,
        port: Port,
        to: SocketAddr,
        director: &mut dyn Director<N::Command>,
    ) {
        let (local, carrier) = match &self.nodes[i].ports[&port].attach {
            Attach::Dial(ip, ways) => (*ip, ways.of(to)),
            _ => (IpAddr::V4(Ipv4Addr::UNSPECIFIED), Carrier::Tcp),
        };
        if carrier.is_endpoint() {
            let (now, nodes) = (self.now(), &mut self.nodes);
            let new = &mut |n: usize| nodes[n].out.new_link();
            let way = (carrier, local, to);
            let wants = self.endpoints.connect(now, (i, link, port), way, new);
            return self.carry(wants, director);
        }
        let listens = |a: &Attach| match a {
            Attach::Listen(all) => all.iter().any(|l| l.1 == to),
            _ => false,
        };
        let open = Open {
            port,
            carrier,
            connection: None,
            secured: None,
            outside: self.is_outside(listens),
            full: false,
            cause: self.tap.cause(),
        };
        self.nodes[i].links.insert(link, open);
        let sctp = (carrier == Carrier::Sctp).then(|| self.options.sctp_addresses.clone());
        let report = self.report.clone();
        tokio::task::spawn_local(connection::dial(sctp, local, to, (i, link), report));
    }

    /// A message of a node on a connection.
    pub(super) fn send_message(
        &mut self,
        i: usize,
        link: Link,
        way: (u16, u32),
        bytes: Bytes,
        director: &mut dyn Director<N::Command>,
    ) {
        let now = self.now();
        if self.endpoints.carries(i, link) {
            let nodes = &mut self.nodes;
            let new = &mut |n: usize| nodes[n].out.new_link();
            let wants = self.endpoints.send(now, (i, link), way, bytes, new);
            return self.carry(wants, director);
        }
        let Some(open) = self.nodes[i].links.get_mut(&link) else {
            return;
        };
        match &mut open.secured {
            Some(s) => {
                let mut out = Vec::new();
                self.tap.enciphers(Some(bytes.clone()));
                s.layer.send(now, s.flow, way, bytes, &mut out);
                self.below_tls(i, link, out, director);
                self.tap.enciphers(None);
            }
            None => self.send_stream(i, link, way, bytes, director),
        }
    }

    fn send_stream(
        &mut self,
        i: usize,
        link: Link,
        way: (u16, u32),
        bytes: Bytes,
        director: &mut dyn Director<N::Command>,
    ) {
        let Some(open) = self.nodes[i].links.get_mut(&link) else {
            return;
        };
        let was_full = open.full;
        let Some(c) = &open.connection else { return };
        let flow = (c.local, c.remote);
        let queued = c.send(way, bytes.clone());
        open.full |= queued >= FULL;
        if let Some(id) = self.record(i, link, flow, way, &bytes, director) {
            self.causes.octets_sent(flow, bytes.len(), id);
        }
        if queued >= OVERFLOW {
            self.close(i, link, true, director);
            let why = Why::Overflow;
            self.give(i, Input::Down { link, why }, director);
        } else if queued >= FULL && !was_full {
            self.give(i, Input::Full(link), director);
        }
    }

    pub(super) fn close(
        &mut self,
        i: usize,
        link: Link,
        abort: bool,
        director: &mut dyn Director<N::Command>,
    ) {
        let now = self.now();
        if self.endpoints.carries(i, link) {
            let nodes = &mut self.nodes;
            let new = &mut |n: usize| nodes[n].out.new_link();
            let wants = self.endpoints.close(now, (i, link), abort, new);
            return self.carry(wants, director);
        }
        if let Some(open) = self.nodes[i].links.get_mut(&link)
            && let Some(s) = &mut open.secured
            && !abort
        {
            let mut out = Vec::new();
            s.layer.close(now, s.flow, &mut out);
            self.below_tls(i, link, out, director);
        }
        let Some(open) = self.nodes[i].links.remove(&link) else {
            return;
        };
        let Some(c) = open.connection else { return };
        self.record_closed(i, &open.port, (c.local, c.remote), abort, director);
        if abort { c.abort() } else { c.close() }
    }

    /// True where no node here is the other end, so that nobody else records what it says.
    fn is_outside(&self, is_its_end: impl Fn(&Attach) -> bool) -> bool {
        let mut ports = self.nodes.iter().flat_map(|n| n.ports.values());
        self.options.both_ways || !ports.any(|p| is_its_end(&p.attach))
    }

    /// How octets below a port's connections become messages: not at all where TLS is between.
    fn framing_below(&self, i: usize, port: Port, carrier: Carrier) -> Framing {
        match carrier {
            Carrier::Tls => Framing::Stream,
            _ => self.nodes[i].ports[&port].framing,
        }
    }

    /// Puts TLS on a connection that is up.
    fn secure(
        &mut self,
        i: usize,
        link: Link,
        dialled: bool,
        peer: SocketAddr,
        director: &mut dyn Director<N::Command>,
    ) {
        let now = self.now();
        let layers = self.options.layers.as_deref();
        let name = &self.nodes[i].name;
        let Some(mut layer) = layers.and_then(|l| l.tls(name, dialled)) else {
            self.close(i, link, true, director);
            let why = Why::Unreachable;
            return self.give(i, Input::Down { link, why }, director);
        };
        let mut out = Vec::new();
        let flow = layer.connect(now, peer, &mut out);
        let framing = self.nodes[i].links.get(&link).map(|o| o.port);
        let framing = framing.map_or(Framing::Stream, |p| self.nodes[i].ports[&p].framing);
        if let Some(open) = self.nodes[i].links.get_mut(&link) {
            open.secured = Some(Secured {
                layer,
                flow,
                deframer: Deframer::new(framing),
            });
        }
        self.below_tls(i, link, out, director);
    }

    /// Octets came below TLS.
    fn unseal(
        &mut self,
        i: usize,
        link: Link,
        octets: &[u8],
        director: &mut dyn Director<N::Command>,
    ) {
        let now = self.now();
        let mut out = Vec::new();
        if let Some(open) = self.nodes[i].links.get_mut(&link)
            && let (Some(s), Some(c)) = (&mut open.secured, &open.connection)
        {
            s.layer.below(now, c.remote, octets, &mut out);
        }
        self.below_tls(i, link, out, director);
    }

    /// Does what TLS wants done.
    fn below_tls(
        &mut self,
        i: usize,
        link: Link,
        out: Vec<LayerOutput>,
        director: &mut dyn Director<N::Command>,
    ) {
        for o in out {
            let Some(open) = self.nodes[i].links.get_mut(&link) else {
                return;
            };
            let (port, peer) = (open.port, open.connection.as_ref().map(|c| c.remote));
            let Some(peer) = peer else { return };
            match o {
                LayerOutput::Below { octets, .. } => {
                    self.send_stream(i, link, (0, 0), octets, director);
                }
                LayerOutput::Accepted { .. } | LayerOutput::Up { .. } => {
                    self.give(i, Input::Up { link, port, peer }, director);
                }
                LayerOutput::Above { message, .. } => {
                    if let Some(s) = &mut open.secured {
                        s.deframer.push(&message);
                    }
                    self.messages(i, link, peer, director);
                }
                LayerOutput::Down { why, .. } => {
                    self.close(i, link, true, director);
                    self.give(i, Input::Down { link, why }, director);
                }
                LayerOutput::Secret(line) => director.secret(&line),
                LayerOutput::Full(_) | LayerOutput::Room(_) => {}
            }
        }
    }

    /// All messages that came whole out of TLS.
    fn messages(
        &mut self,
        i: usize,
        link: Link,
        from: SocketAddr,
        director: &mut dyn Director<N::Command>,
    ) {
        loop {
            let open = self.nodes[i].links.get_mut(&link);
            let Some(s) = open.and_then(|o| o.secured.as_mut()) else {
                return;
            };
            let bytes = match s.deframer.message() {
                Ok(Some(bytes)) => bytes,
                Ok(None) => return,
                Err(e) => {
                    self.close(i, link, true, director);
                    let why = Why::Framing(e);
                    return self.give(i, Input::Down { link, why }, director);
                }
            };
            let recv = Input::Recv {
                link,
                from,
                stream: 0,
                ppid: 0,
                bytes,
            };
            self.give(i, recv, director);
        }
    }

    /// Records octets of a connection.
    fn record(
        &mut self,
        i: usize,
        link: Link,
        flow: (SocketAddr, SocketAddr),
        (stream, ppid): (u16, u32),
        octets: &[u8],
        director: &mut dyn Director<N::Command>,
    ) -> Option<u64> {
        let open = self.nodes[i].links.get(&link)?;
        let (now, sender) = (self.now(), self.sender(i, open.port));
        let carrier = open.carrier;
        let sink = &mut |r: &Record<'_>| director.packet(r);
        Some(if carrier == Carrier::Sctp {
            self.tap
                .sctp_message(now, sender, flow, (stream, ppid), octets, sink)
        } else {
            self.tap.stream(now, sender, flow, octets, sink)
        })
    }

    fn record_opened(
        &mut self,
        i: usize,
        port: Port,
        carrier: Carrier,
        flow: (SocketAddr, SocketAddr),
        director: &mut dyn Director<N::Command>,
    ) {
        let (now, sender) = (self.now(), self.sender(i, port));
        let sink = &mut |r: &Record<'_>| director.packet(r);
        if carrier == Carrier::Sctp {
            self.tap.sctp_opened(now, sender, flow, sink);
        } else {
            self.tap.opened(now, sender, flow, sink);
        }
    }

    fn record_closed(
        &mut self,
        i: usize,
        port: &Port,
        flow: (SocketAddr, SocketAddr),
        abort: bool,
        director: &mut dyn Director<N::Command>,
    ) {
        let (now, sender) = (self.now(), self.sender(i, *port));
        let sink = &mut |r: &Record<'_>| director.packet(r);
        self.tap.closed(now, sender, flow, abort, sink);
    }
}
