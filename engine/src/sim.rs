//! The virtual network: nodes, wires and clocks without sockets. A run is decided by its seed and
//! its nodes.
mod lives;
mod wire;

pub use wire::{Options, Wire};

use lives::Revive;

use crate::{
    Action, AskId, Attach, Carried, Deframer, Directive, Director, Endpoints, Forward, Framing,
    Input, Link, Networks, Node, Now, Outputs, Placed, Port, Rng, Serve, Time, Why, destination,
    from_gre, into_gre,
    tap::{Fate, Record, Sender, Tap},
    tunnel_end,
};
use bytes::{Bytes, BytesMut};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

/// Nodes in a virtual network.
pub struct Sim<N: Node, S> {
    nodes: Vec<Slot<N>>,
    store: S,
    options: Options,
    rng: Rng,
    now: Time,
    /// What arrives when, and the packet that it is or that made it.
    queue: BTreeMap<(Time, u64), Caused<N>>,
    asked: BTreeMap<(usize, AskId), Option<u64>>,
    count: u64,
    timers: BTreeSet<(Time, usize)>,
    udp: BTreeMap<SocketAddr, (usize, Port)>,
    listeners: BTreeMap<SocketAddr, (usize, Port)>,
    networks: Networks,
    endpoints: Endpoints,
    ends: BTreeMap<(usize, Link), End>,
    ephemeral: BTreeMap<IpAddr, u16>,
    tap: Tap,
    head: BytesMut,
    revive: Option<Box<Revive<N>>>,
}

struct Slot<N: Node> {
    node: N,
    ports: BTreeMap<Port, (&'static str, Framing, Attach)>,
    out: Outputs<N::Ask>,
    due: Option<Time>,
    alive: bool,
    /// How often it was revived.
    lives: u32,
}

/// One end of a connection.
struct End {
    port: Port,
    peer: Option<(usize, Link)>,
    local: SocketAddr,
    remote: SocketAddr,
    deframer: Deframer,
    /// When the last octets sent from here arrive: a stream keeps its order.
    last: Time,
}

/// A delivery and the packet that it is or that made it.
type Caused<N> = (
    Option<u64>,
    Delivery<<N as Node>::Answer, <N as Node>::Command>,
);

enum Delivery<A, C> {
    /// Straight to the node.
    Input(usize, Input<A, C>),
    /// A datagram or packet, by the fast path where there is one.
    Packet(usize, Port, SocketAddr, Bytes),
    /// A connection reaches its listener.
    Accept { from: (usize, Link), to: SocketAddr },
    /// A datagram for an SCTP endpoint.
    Endpoint {
        e: usize,
        from: SocketAddr,
        octets: Bytes,
    },
    /// Octets on a connection.
    Octets {
        to: (usize, Link),
        stream: u16,
        ppid: u32,
        bytes: Bytes,
    },
    /// The other end is gone.
    Gone { to: (usize, Link), why: Why },
}

impl<N: Node, S: Serve<N::Ask, N::Answer>> Sim<N, S> {
    /// Nodes at their places, at time 0.
    ///
    /// # Panics
    /// Where two ports have one address: a mistake in the program that describes the topology.
    pub fn new(nodes: Vec<Placed<N>>, store: S, options: Options) -> Self {
        let mut sim = Self {
            nodes: Vec::new(),
            store,
            rng: Rng::seed(options.seed).stream("network"),
            options,
            now: Time(0),
            queue: BTreeMap::new(),
            asked: BTreeMap::new(),
            count: 0,
            timers: BTreeSet::new(),
            udp: BTreeMap::new(),
            listeners: BTreeMap::new(),
            networks: Networks::default(),
            endpoints: Endpoints::default(),
            ends: BTreeMap::new(),
            ephemeral: BTreeMap::new(),
            tap: Tap::default(),
            head: BytesMut::new(),
            revive: None,
        };
        for (i, placed) in nodes.into_iter().enumerate() {
            sim.place(i, placed);
        }
        sim
    }

    fn place(&mut self, i: usize, placed: Placed<N>) {
        let mut ports = BTreeMap::new();
        let rng = Rng::seed(self.options.seed);
        let layers = self.options.layers.as_deref();
        self.endpoints.place(i, &placed, layers, &rng);
        for (port, attach) in placed.ports {
            let taken = match &attach {
                Attach::Udp(a) => self.udp.insert(*a, (i, port)),
                Attach::Listen(all) => all
                    .iter()
                    .filter(|(carrier, _)| !carrier.is_endpoint())
                    .filter_map(|(_, a)| self.listeners.insert(*a, (i, port)))
                    .next(),
                Attach::Tunnel(_, a, _) => self.udp.insert(*a, (i, port)),
                Attach::Dial(..) | Attach::Tun(..) => None,
                Attach::Net(net, prefixes) => {
                    for p in prefixes {
                        self.networks.join(net, *p, i, port);
                    }
                    None
                }
            };
            assert!(taken.is_none(), "{}: {attach:?} is taken", placed.name);
            let spec = placed.node.ports().iter().find(|s| s.port == port);
            let (name, framing) = spec.map_or(("?", Framing::Datagram), |s| (s.name, s.framing));
            ports.insert(port, (name, framing, attach));
        }
        self.nodes.push(Slot {
            node: placed.node,
            ports,
            out: Outputs::default(),
            due: None,
            alive: true,
            lives: 0,
        });
        self.enqueue(Time(0), None, Delivery::Input(i, Input::Start));
    }

    /// The present moment.
    pub fn now(&self) -> Now {
        Now::virtually(self.now)
    }

    /// A node, to look into.
    pub fn node(&self, i: usize) -> &N {
        &self.nodes[i].node
    }

    /// The store.
    pub fn store(&mut self) -> &mut S {
        &mut self.store
    }

    /// Runs until the director says stop and leave is taken, or until nothing can happen any more.
    /// Returns the end's time.
    pub fn run(&mut self, director: &mut dyn Director<N::Command>) -> Time {
        let mut leave = None;
        loop {
            if leave.is_none() && self.direct(director) {
                let until = self.now + self.options.leave;
                leave = Some(until);
                self.tap.caused_by(None);
                for i in 0..self.nodes.len() {
                    self.give(i, Input::Stop, director);
                }
            }
            // leave is taken where no connection is left; timers of the idle do not count
            let left = leave.is_some()
                && self.ends.is_empty()
                && self.queue.is_empty()
                && !self.endpoints.is_busy();
            let queued = self.queue.keys().next().map(|k| k.0);
            let timer = self.timers.first().map(|t| t.0);
            let director_due = director.due().filter(|_| leave.is_none());
            let next = [queued, timer, self.endpoints.due(), director_due];
            let next = next.into_iter().flatten().min();
            match next {
                Some(t) if !left && leave.is_none_or(|l| t <= l) => self.now = self.now.max(t),
                _ => break,
            }
            self.step(director);
        }
        for (i, slot) in self.nodes.iter().enumerate() {
            let mut counters = slot.out.counters().clone();
            counters.extend(self.endpoints.counters(i));
            director.counters(i, &counters);
        }
        self.now
    }

    /// Asks the director; true for stop.
    fn direct(&mut self, director: &mut dyn Director<N::Command>) -> bool {
        loop {
            match director.next(self.now()) {
                Directive::Wait => return false,
                Directive::Stop => return true,
                Directive::Command(i, c) => {
                    self.tap.caused_by(None);
                    self.give(i, Input::Command(c), director);
                }
                Directive::Kill(i) => self.kill(i, director),
                Directive::Revive(i) => self.begin_again(i, director),
            }
        }
    }

    /// All that is due now: deliveries first, then timers.
    fn step(&mut self, director: &mut dyn Director<N::Command>) {
        if let Some(entry) = self.queue.first_entry()
            && entry.key().0 <= self.now
        {
            let (cause, d) = entry.remove();
            self.tap.caused_by(cause);
            self.deliver(d, director);
            return;
        }
        if let Some((t, i)) = self.timers.first().copied()
            && t <= self.now
        {
            self.tap.caused_by(None);
            self.give(i, Input::Timer, director);
            // a node whose timer does not move would stop the clock
            if self.nodes[i].due.is_some_and(|d| d <= t) && t == self.now {
                self.set_due(i, Some(t + Duration::from_millis(1)));
            }
            return;
        }
        if self.endpoints.due().is_some_and(|t| t <= self.now) {
            self.tap.caused_by(None);
            let (now, nodes) = (self.now(), &mut self.nodes);
            let new = &mut |n: usize| nodes[n].out.new_link();
            let wants = self.endpoints.timer(now, new);
            self.carry(wants, director);
        }
    }

    /// Does what an endpoint wants done.
    fn carry(
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
                } => self.below((node, port), (from, to), octets, director),
            }
        }
    }

    /// A datagram of an SCTP endpoint.
    fn below(
        &mut self,
        (node, port): (usize, Port),
        (from, to): (SocketAddr, SocketAddr),
        octets: Bytes,
        director: &mut dyn Director<N::Command>,
    ) {
        let (now, sender) = (self.now(), self.sender(node, port));
        let wire = self.wire(node, port);
        let target = self.endpoints.at(to);
        let fate = self.fate(target.is_some(), wire);
        let sink = &mut |r: &Record<'_>| director.packet(r);
        let id = if from.port() == 0 {
            let flow = (from.ip(), to.ip());
            self.tap.sctp(now, sender, flow, fate, &octets, sink)
        } else {
            self.tap
                .datagram(now, sender, (from, to), fate, &octets, sink)
        };
        for _ in 0..copies(fate) {
            if let Some(e) = target {
                let at = self.now + wire.delay + self.jitter(wire);
                let octets = octets.clone();
                self.enqueue(at, Some(id), Delivery::Endpoint { e, from, octets });
            }
        }
    }

    fn fate(&mut self, somebody: bool, wire: Wire) -> Fate {
        let mut permille = || self.rng.below(1000) as u16;
        if !somebody {
            Fate::Nobody
        } else if permille() < wire.loss {
            Fate::Lost
        } else if permille() < wire.doubled {
            Fate::Doubled
        } else {
            Fate::Sent
        }
    }

    fn deliver(
        &mut self,
        d: Delivery<N::Answer, N::Command>,
        director: &mut dyn Director<N::Command>,
    ) {
        match d {
            Delivery::Input(i, input) => self.give(i, input, director),
            Delivery::Packet(i, port, from, bytes) => self.packet(i, port, from, bytes, director),
            Delivery::Accept { from, to } => self.accept(from, to, director),
            Delivery::Endpoint { e, from, octets } => {
                let (now, nodes) = (self.now(), &mut self.nodes);
                let new = &mut |n: usize| nodes[n].out.new_link();
                let wants = self.endpoints.below(now, e, from, &octets, new);
                self.carry(wants, director);
            }
            Delivery::Octets {
                to,
                stream,
                ppid,
                bytes,
            } => {
                self.octets(to, stream, ppid, &bytes, director);
            }
            Delivery::Gone { to: (i, link), why } => {
                if self.ends.remove(&(i, link)).is_some() {
                    self.give(i, Input::Down { link, why }, director);
                }
            }
        }
    }

    fn packet(
        &mut self,
        i: usize,
        port: Port,
        from: SocketAddr,
        bytes: Bytes,
        director: &mut dyn Director<N::Command>,
    ) {
        let now = self.now();
        self.head.clear();
        let slot = &mut self.nodes[i];
        if !slot.alive {
            return;
        }
        let tunnelled = matches!(slot.ports.get(&port), Some((_, _, Attach::Tunnel(..))));
        let (from, bytes) = match from_gre(&bytes).filter(|_| tunnelled) {
            Some(ip) => (NOBODY, bytes.slice_ref(ip)),
            None if tunnelled => return slot.out.count("tunnel.not GRE around IP"),
            None => (from, bytes),
        };
        let forward = match slot.node.fast_path() {
            Some(f) => f.forward(now, port, from, &bytes, &mut self.head),
            None => Forward::Slow,
        };
        match forward {
            Forward::Slow => {
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
                self.head.extend_from_slice(&bytes[skip.min(bytes.len())..]);
                let bytes = self.head.split().freeze();
                self.send(i, port.into(), to, (0, 0), bytes, director);
            }
            Forward::Drop => {}
        }
    }

    fn accept(
        &mut self,
        from: (usize, Link),
        to: SocketAddr,
        director: &mut dyn Director<N::Command>,
    ) {
        let Some(end) = self.ends.get(&from) else {
            return;
        };
        let (local, dialled) = (end.local, end.port);
        let listener = self.listeners.get(&to).copied();
        let sender = self.sender(from.0, dialled);
        let now = self.now();
        let Some((i, port)) = listener.filter(|l| self.nodes[l.0].alive) else {
            self.tap
                .refused(now, sender, (local, to), &mut |r| director.packet(r));
            self.ends.remove(&from);
            let down = Input::Down {
                link: from.1,
                why: Why::Refused,
            };
            self.give(from.0, down, director);
            return;
        };
        self.tap
            .opened(now, sender, (local, to), &mut |r| director.packet(r));
        let link = self.nodes[i].out.new_link();
        let framing = self.nodes[i].ports[&port].1;
        self.ends.insert(
            (i, link),
            End {
                port,
                peer: Some(from),
                local: to,
                remote: local,
                deframer: Deframer::new(framing),
                last: self.now,
            },
        );
        if let Some(end) = self.ends.get_mut(&from) {
            end.peer = Some((i, link));
        }
        // before anything that the listener says: who dialled hears first that it is connected
        let up = Input::Up {
            link: from.1,
            port: dialled,
            peer: to,
        };
        let at = self.now + self.options.wire.delay;
        self.enqueue(at, self.tap.cause(), Delivery::Input(from.0, up));
        let peer = local;
        self.give(i, Input::Up { link, port, peer }, director);
    }

    fn octets(
        &mut self,
        to: (usize, Link),
        stream: u16,
        ppid: u32,
        bytes: &[u8],
        director: &mut dyn Director<N::Command>,
    ) {
        let Some(end) = self.ends.get_mut(&to) else {
            return;
        };
        end.deframer.push(bytes);
        loop {
            let Some(end) = self.ends.get_mut(&to) else {
                return;
            };
            let from = end.remote;
            match end.deframer.message() {
                Ok(None) => return,
                Ok(Some(bytes)) => {
                    let recv = Input::Recv {
                        link: to.1,
                        from,
                        stream,
                        ppid,
                        bytes,
                    };
                    self.give(to.0, recv, director);
                }
                Err(e) => {
                    self.close(to.0, to.1, true, director);
                    let down = Input::Down {
                        link: to.1,
                        why: Why::Framing(e),
                    };
                    self.give(to.0, down, director);
                    return;
                }
            }
        }
    }

    /// Gives one input to a node and does what it wants done.
    fn give(
        &mut self,
        i: usize,
        input: Input<N::Answer, N::Command>,
        director: &mut dyn Director<N::Command>,
    ) {
        let now = self.now();
        let slot = &mut self.nodes[i];
        if !slot.alive {
            return;
        }
        slot.node.handle(now, input, &mut slot.out);
        let kept = self.store.keep(i, &mut slot.out.drain_kept());
        let actions: Vec<Action> = slot.out.drain().collect();
        if kept.is_err() {
            // as a daemon would end
            slot.out.count("store.failed");
            return self.kill(i, director);
        }
        let (cause, asked) = (self.tap.cause(), &mut self.asked);
        self.store.submit(&mut slot.out.drain_asks().map(|(id, a)| {
            asked.insert((i, id), cause);
            (i, id, a)
        }));
        let due = slot.node.due();
        self.set_due(i, due);
        for a in actions {
            self.act(i, a, director);
        }
        while let Some((node, id, answer)) = self.store.ready() {
            self.answer(node, id, answer);
        }
    }

    fn answer(&mut self, node: usize, id: AskId, answer: N::Answer) {
        let cause = self.asked.remove(&(node, id)).flatten();
        let input = Input::Answer(id, answer);
        self.enqueue(self.now, cause, Delivery::Input(node, input));
    }

    fn act(&mut self, i: usize, a: Action, director: &mut dyn Director<N::Command>) {
        match a {
            Action::Send {
                link,
                to,
                stream,
                ppid,
                bytes,
            } => {
                self.send(i, link, to, (stream, ppid), bytes, director);
            }
            Action::Connect { link, port, to } => self.connect(i, link, port, to, director),
            Action::Close(link) => self.close(i, link, false, director),
            Action::Abort(link) => self.close(i, link, true, director),
            Action::Trace(e) => director.event(self.now(), i, &e),
        }
    }

    fn connect(
        &mut self,
        i: usize,
        link: Link,
        port: Port,
        to: SocketAddr,
        director: &mut dyn Director<N::Command>,
    ) {
        let (_, framing, attach) = &self.nodes[i].ports[&port];
        let (framing, Attach::Dial(ip, ways)) = (*framing, attach) else {
            let down = Input::Down {
                link,
                why: Why::Unreachable,
            };
            self.enqueue(self.now, self.tap.cause(), Delivery::Input(i, down));
            return;
        };
        let carrier = ways.of(to);
        if carrier.is_endpoint() {
            let (now, ip, nodes) = (self.now(), *ip, &mut self.nodes);
            let new = &mut |n: usize| nodes[n].out.new_link();
            let wants = self
                .endpoints
                .connect(now, (i, link, port), (carrier, ip, to), new);
            return self.carry(wants, director);
        }
        let number = self.ephemeral.entry(*ip).or_insert(49_151);
        *number = number.checked_add(1).unwrap_or(49_152);
        let local = SocketAddr::new(*ip, *number);
        self.ends.insert(
            (i, link),
            End {
                port,
                peer: None,
                local,
                remote: to,
                deframer: Deframer::new(framing),
                last: self.now,
            },
        );
        let at = self.now + self.wire(i, port).delay;
        self.enqueue(
            at,
            self.tap.cause(),
            Delivery::Accept {
                from: (i, link),
                to,
            },
        );
    }

    fn send(
        &mut self,
        i: usize,
        link: Link,
        to: Option<SocketAddr>,
        (stream, ppid): (u16, u32),
        bytes: Bytes,
        director: &mut dyn Director<N::Command>,
    ) {
        if link.0 >= Link::FIRST_CONNECTION {
            self.send_stream(i, link, (stream, ppid), bytes, director);
            return;
        }
        let port = Port(link.0 as u16);
        let Some((name, _, attach)) = self.nodes[i].ports.get(&port) else {
            return;
        };
        let sender = Sender {
            node: i,
            port: name,
        };
        // a datagram between addresses, or a packet on a network of this name
        let (target, way, bytes) = match (attach, to) {
            (Attach::Udp(from), Some(to)) => (self.udp.get(&to).copied(), Ok((*from, to)), bytes),
            (Attach::Tunnel(_, from, routes), _) => match tunnel_end(routes, &bytes) {
                Some(to) => {
                    let target = self.udp.get(&to).copied();
                    (target, Ok((*from, to)), into_gre(&bytes))
                }
                None => return self.nodes[i].out.count("tunnel.no route"),
            },
            (Attach::Net(net, _), _) => {
                let to = destination(&bytes);
                let target = to.and_then(|to| self.networks.route(net, to, i));
                (target, Err(*net), bytes)
            }
            (Attach::Tun(net, _), _) => (None, Err(*net), bytes),
            _ => return,
        };
        let wire = self.wire(i, port);
        let fate = self.fate(target.is_some(), wire);
        let now = self.now();
        let sink = &mut |r: &Record<'_>| director.packet(r);
        let (id, source) = match way {
            Ok(flow) => {
                let id = self.tap.datagram(now, sender, flow, fate, &bytes, sink);
                (id, flow.0)
            }
            Err(net) => {
                let id = self.tap.raw(now, sender, net, fate, &bytes, sink);
                (id, NOBODY)
            }
        };
        for _ in 0..copies(fate) {
            if let Some((node, port)) = target {
                let at = self.now + wire.delay + self.jitter(wire);
                let d = Delivery::Packet(node, port, source, bytes.clone());
                self.enqueue(at, Some(id), d);
            }
        }
    }

    fn send_stream(
        &mut self,
        i: usize,
        link: Link,
        (stream, ppid): (u16, u32),
        bytes: Bytes,
        director: &mut dyn Director<N::Command>,
    ) {
        if self.endpoints.carries(i, link) {
            let (now, nodes) = (self.now(), &mut self.nodes);
            let new = &mut |n: usize| nodes[n].out.new_link();
            let wants = self
                .endpoints
                .send(now, (i, link), (stream, ppid), bytes, new);
            return self.carry(wants, director);
        }
        let Some(end) = self.ends.get(&(i, link)) else {
            return;
        };
        let Some(peer) = end.peer else { return };
        let (port, flow, last) = (end.port, (end.local, end.remote), end.last);
        let (now, sender, wire) = (self.now(), self.sender(i, port), self.wire(i, port));
        let id = self
            .tap
            .stream(now, sender, flow, &bytes, &mut |r| director.packet(r));
        let at = (self.now + wire.delay + self.jitter(wire)).max(last);
        if let Some(end) = self.ends.get_mut(&(i, link)) {
            end.last = at;
        }
        self.enqueue(
            at,
            Some(id),
            Delivery::Octets {
                to: peer,
                stream,
                ppid,
                bytes,
            },
        );
    }

    fn close(
        &mut self,
        i: usize,
        link: Link,
        abort: bool,
        director: &mut dyn Director<N::Command>,
    ) {
        if self.endpoints.carries(i, link) {
            let (now, nodes) = (self.now(), &mut self.nodes);
            let new = &mut |n: usize| nodes[n].out.new_link();
            let wants = self.endpoints.close(now, (i, link), abort, new);
            return self.carry(wants, director);
        }
        let Some(end) = self.ends.remove(&(i, link)) else {
            return;
        };
        let Some(peer) = end.peer else { return };
        // the second end to close has nothing to say any more
        if self.ends.contains_key(&peer) {
            let (now, sender) = (self.now(), self.sender(i, end.port));
            let flow = (end.local, end.remote);
            self.tap
                .closed(now, sender, flow, abort, &mut |r| director.packet(r));
        }
        let why = if abort { Why::Reset } else { Why::Closed };
        let at = (self.now + self.wire(i, end.port).delay).max(end.last);
        self.enqueue(at, self.tap.cause(), Delivery::Gone { to: peer, why });
    }

    fn sender(&self, node: usize, port: Port) -> Sender {
        let port = self.nodes[node].ports.get(&port).map_or("?", |p| p.0);
        Sender { node, port }
    }

    fn wire(&self, node: usize, port: Port) -> Wire {
        let own = self.options.wires.get(&(node, port));
        own.copied().unwrap_or(self.options.wire)
    }

    fn jitter(&mut self, wire: Wire) -> Duration {
        match u64::try_from(wire.jitter.as_nanos()) {
            Ok(0) | Err(_) => Duration::ZERO,
            Ok(n) => Duration::from_nanos(self.rng.below(n)),
        }
    }

    fn set_due(&mut self, i: usize, due: Option<Time>) {
        let slot = &mut self.nodes[i];
        if let Some(old) = slot.due.take() {
            self.timers.remove(&(old, i));
        }
        if let Some(t) = due.filter(|_| slot.alive) {
            slot.due = Some(t);
            self.timers.insert((t, i));
        }
    }

    fn enqueue(&mut self, at: Time, cause: Option<u64>, d: Delivery<N::Answer, N::Command>) {
        self.count += 1;
        self.queue.insert((at, self.count), (cause, d));
    }
}

/// The sender of a packet on a raw-IP link.
const NOBODY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// How many copies of a packet arrive.
fn copies(fate: Fate) -> usize {
    match fate {
        Fate::Sent => 1,
        Fate::Doubled => 2,
        Fate::Lost | Fate::Nobody => 0,
    }
}
