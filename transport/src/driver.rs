//! Runs nodes on sockets: waits, calls, does what the node wants done, compares the clock itself.
use crate::{
    causes::Causes,
    connection::{self, Connection, FULL, Heard, OVERFLOW, Report},
    datagram::{Datagrams, Queue},
};
use bytes::{Bytes, BytesMut};
use engine::{
    Action, AskId, Attach, Directive, Director, Forward, Framing, Input, Link, Networks, Node, Now,
    Outputs, Placed, Port, Serve, Time, Utc, Why, destination,
    tap::{Fate, Record, Sender, Tap},
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt,
    future::poll_fn,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    task::Poll,
    time::{Duration, Instant, SystemTime},
};
use tokio::{net::TcpListener, sync::mpsc};

/// What a run can be told besides its nodes.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long nodes get to take leave.
    pub leave: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            leave: Duration::from_secs(2),
        }
    }
}

/// An address that could not be taken.
#[derive(Debug)]
pub struct BindError {
    /// The node that wants it.
    pub node: String,
    /// The port that wants it.
    pub port: &'static str,
    /// The address.
    pub address: SocketAddr,
    /// `udp` or `tcp`.
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
            _ => why.to_string(),
        };
        write!(
            f,
            "{transport} address {address} (port {port} of {node}) {why}"
        )
    }
}

impl std::error::Error for BindError {}

/// A random seed from the operating system.
///
/// # Errors
/// Where the operating system has no randomness to give.
pub fn seed() -> io::Result<[u8; 32]> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(io::Error::other)?;
    Ok(seed)
}

/// Nodes whose addresses are all taken, ready to run.
pub struct Driver<N: Node, S> {
    nodes: Vec<Slot<N>>,
    store: S,
    options: Options,
    listeners: Vec<(usize, Port, std::net::TcpListener)>,
    networks: Networks,
    tap: Tap,
    timers: BTreeSet<(Time, usize)>,
    /// Packets on raw-IP networks, with the numbers of their records.
    local: VecDeque<(usize, Port, Bytes, u64)>,
    causes: Causes,
    asked: BTreeMap<(usize, AskId), Option<u64>>,
    head: BytesMut,
    start: Instant,
    epoch: Utc,
}

struct Slot<N: Node> {
    node: N,
    ports: BTreeMap<Port, Attached>,
    out: Outputs<N::Ask>,
    due: Option<Time>,
    links: BTreeMap<Link, Open>,
    alive: bool,
}

struct Attached {
    name: &'static str,
    framing: Framing,
    attach: Attach,
    bound: Option<std::net::UdpSocket>,
    socket: Option<Datagrams>,
    queue: Queue,
}

/// A connection, or one that is being made.
struct Open {
    port: Port,
    connection: Option<Connection>,
    full: bool,
    /// The packet that made the node dial.
    cause: Option<u64>,
}

impl<N: Node, S: Serve<N::Ask, N::Answer>> Driver<N, S> {
    /// Takes all addresses.
    ///
    /// # Errors
    /// The first address that cannot be taken; those taken before are given back.
    pub fn bind(nodes: Vec<Placed<N>>, store: S, options: Options) -> Result<Self, BindError> {
        let mut driver = Self {
            nodes: Vec::new(),
            store,
            options,
            listeners: Vec::new(),
            networks: Networks::default(),
            tap: Tap::default(),
            timers: BTreeSet::new(),
            local: VecDeque::new(),
            causes: Causes::default(),
            asked: BTreeMap::new(),
            head: BytesMut::new(),
            start: Instant::now(),
            epoch: calendar(),
        };
        for (i, placed) in nodes.into_iter().enumerate() {
            driver.place(i, placed)?;
        }
        Ok(driver)
    }

    fn place(&mut self, i: usize, placed: Placed<N>) -> Result<(), BindError> {
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
            let mut bound = None;
            match &attach {
                Attach::Udp(a) => {
                    bound = Some(Datagrams::bind(*a).map_err(|e| fail("udp", *a, e))?);
                }
                Attach::Listen(all) => {
                    for (_, a) in all {
                        let l = listen(*a).map_err(|e| fail("tcp", *a, e))?;
                        self.listeners.push((i, port, l));
                    }
                }
                Attach::Dial(..) => {}
                Attach::Tunnel(_, a, _) => {
                    bound = Some(Datagrams::bind(*a).map_err(|e| fail("udp", *a, e))?);
                }
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
            node: placed.node,
            ports,
            out: Outputs::default(),
            due: None,
            links: BTreeMap::new(),
            alive: true,
        });
        Ok(())
    }

    /// Runs until the director says stop and leave is taken. SIGINT and SIGTERM ask the director
    /// by [`Director::interrupted`].
    ///
    /// # Errors
    /// Where the runtime or a socket cannot be set up.
    pub fn run(mut self, director: &mut dyn Director<N::Command>) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let local = tokio::task::LocalSet::new();
        local.block_on(&runtime, self.serve(director))
    }

    async fn serve(&mut self, director: &mut dyn Director<N::Command>) -> io::Result<()> {
        let (report, mut reports) = mpsc::channel::<Report>(1024);
        let (accepted, mut accepts) = mpsc::channel(64);
        for slot in &mut self.nodes {
            for p in slot.ports.values_mut() {
                p.socket = p.bound.take().map(Datagrams::new).transpose()?;
            }
        }
        for (i, port, l) in self.listeners.drain(..) {
            let (l, accepted) = (TcpListener::from_std(l)?, accepted.clone());
            tokio::task::spawn_local(async move {
                while let Ok((stream, peer)) = l.accept().await {
                    if accepted.send((i, port, stream, peer)).await.is_err() {
                        return;
                    }
                }
            });
        }
        let mut interrupt =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
        let mut terminate =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        self.start = Instant::now();
        self.epoch = calendar();
        for i in 0..self.nodes.len() {
            self.give(i, Input::Start, &report, director);
        }
        let mut leave: Option<Time> = None;
        loop {
            self.settle(&report, director);
            if leave.is_none() && self.direct(&report, director) {
                leave = Some(self.now().mono + self.options.leave);
                self.tap.caused_by(None);
                for i in 0..self.nodes.len() {
                    self.give(i, Input::Stop, &report, director);
                }
                self.settle(&report, director);
            }
            self.flush();
            let idle = self.nodes.iter().all(|s| s.links.is_empty());
            if leave.is_some_and(|t| idle || self.now().mono >= t) {
                break;
            }
            let timer = self.timers.first().map(|t| t.0);
            let other = leave.or_else(|| director.due());
            let next = [timer, other].into_iter().flatten().min();
            let sleep = async {
                match next {
                    Some(t) => tokio::time::sleep_until((self.start + since(t)).into()).await,
                    None => std::future::pending().await,
                }
            };
            let nodes = &self.nodes;
            let readable = poll_fn(|cx| {
                let mut ready = Poll::Pending;
                for p in nodes.iter().flat_map(|s| s.ports.values()) {
                    if let Some(s) = &p.socket
                        && s.poll(&p.queue, cx).is_ready()
                    {
                        ready = Poll::Ready(());
                    }
                }
                ready
            });
            tokio::select! {
                _ = interrupt.recv() => director.interrupted(),
                _ = terminate.recv() => director.interrupted(),
                Some(r) = reports.recv() => {
                    self.heard(r, &report, director);
                    while let Ok(r) = reports.try_recv() {
                        self.heard(r, &report, director);
                    }
                }
                Some((i, port, stream, peer)) = accepts.recv() => {
                    self.accept(i, port, stream, peer, &report, director);
                }
                () = readable => self.receive(&report, director),
                () = sleep => {}
            }
        }
        for (i, slot) in self.nodes.iter().enumerate() {
            let mut counters = slot.out.counters().clone();
            let dropped = slot.ports.values().map(|p| p.queue.dropped).sum();
            if dropped > 0 {
                counters.insert("transport.dropped", dropped);
            }
            director.counters(i, &counters);
        }
        Ok(())
    }

    /// Both clocks.
    fn now(&self) -> Now {
        let passed = self.start.elapsed();
        Now {
            mono: Time::default() + passed,
            utc: self.epoch + passed,
        }
    }

    fn direct(
        &mut self,
        report: &mpsc::Sender<Report>,
        director: &mut dyn Director<N::Command>,
    ) -> bool {
        loop {
            match director.next(self.now()) {
                Directive::Wait => return false,
                Directive::Stop => return true,
                Directive::Command(i, c) => {
                    self.tap.caused_by(None);
                    self.give(i, Input::Command(c), report, director);
                    self.settle(report, director);
                }
                Directive::Kill(i) => self.kill(i, director),
            }
        }
    }

    /// Packets on raw-IP networks, answers of the store, timers: until nothing is due.
    fn settle(&mut self, report: &mpsc::Sender<Report>, director: &mut dyn Director<N::Command>) {
        loop {
            if let Some((i, port, bytes, id)) = self.local.pop_front() {
                self.tap.caused_by(Some(id));
                let from = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0);
                self.packet(i, port, from, &bytes, report, director);
            } else if let Some((i, id, answer)) = self.store.ready() {
                self.tap.caused_by(self.asked.remove(&(i, id)).flatten());
                self.give(i, Input::Answer(id, answer), report, director);
            } else if let Some((t, i)) = self.timers.first().copied()
                && t <= self.now().mono
            {
                self.tap.caused_by(None);
                self.give(i, Input::Timer, report, director);
                // a node whose timer does not move must not hold up the others
                if self.nodes[i].due.is_some_and(|d| d <= t) {
                    let later = self.now().mono + Duration::from_millis(1);
                    self.set_due(i, Some(later));
                }
            } else {
                return;
            }
        }
    }

    /// One batch of each datagram socket.
    fn receive(&mut self, report: &mpsc::Sender<Report>, director: &mut dyn Director<N::Command>) {
        for i in 0..self.nodes.len() {
            let ports: Vec<Port> = self.nodes[i].ports.keys().copied().collect();
            for port in ports {
                let entry = self.nodes[i].ports.get_mut(&port);
                let Some(mut socket) = entry.and_then(|p| p.socket.take()) else {
                    continue;
                };
                let at = match &self.nodes[i].ports[&port].attach {
                    Attach::Udp(a) => *a,
                    _ => continue,
                };
                socket.receive(|from, bytes| {
                    self.tap
                        .caused_by(self.causes.datagram_came((from, at), bytes));
                    self.packet(i, port, from, bytes, report, director);
                });
                let slot = &mut self.nodes[i];
                if let Some(p) = slot.ports.get_mut(&port) {
                    p.socket = slot.alive.then_some(socket);
                }
            }
        }
    }

    fn packet(
        &mut self,
        i: usize,
        port: Port,
        from: SocketAddr,
        bytes: &[u8],
        report: &mpsc::Sender<Report>,
        director: &mut dyn Director<N::Command>,
    ) {
        let now = self.now();
        let slot = &mut self.nodes[i];
        if !slot.alive {
            return;
        }
        self.head.clear();
        let forward = match slot.node.fast_path() {
            Some(f) => f.forward(now, port, from, bytes, &mut self.head),
            None => Forward::Slow,
        };
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
                self.give(i, recv, report, director);
            }
            Forward::To { port, to, skip } => {
                self.head.extend_from_slice(&bytes[skip.min(bytes.len())..]);
                let bytes = self.head.split().freeze();
                self.send(i, port.into(), to, bytes, report, director);
            }
            Forward::Drop => {}
        }
    }

    fn accept(
        &mut self,
        i: usize,
        port: Port,
        stream: tokio::net::TcpStream,
        peer: SocketAddr,
        report: &mpsc::Sender<Report>,
        director: &mut dyn Director<N::Command>,
    ) {
        let slot = &mut self.nodes[i];
        if !slot.alive {
            return;
        }
        let link = slot.out.new_link();
        let framing = slot.ports[&port].framing;
        let Ok(c) = Connection::new(stream, framing, (i, link), report.clone()) else {
            return;
        };
        let connection = Some(c);
        self.tap.caused_by(None);
        slot.links.insert(
            link,
            Open {
                port,
                connection,
                full: false,
                cause: None,
            },
        );
        self.give(i, Input::Up { link, port, peer }, report, director);
    }

    fn heard(
        &mut self,
        (i, link, heard): Report,
        report: &mpsc::Sender<Report>,
        director: &mut dyn Director<N::Command>,
    ) {
        let now = self.now();
        let slot = &mut self.nodes[i];
        let Some(open) = slot.links.get_mut(&link) else {
            return;
        };
        let port = open.port;
        self.tap.caused_by(open.cause);
        let input = match heard {
            Heard::Up(stream) => {
                let framing = slot.ports[&port].framing;
                let Ok(c) = Connection::new(stream, framing, (i, link), report.clone()) else {
                    slot.links.remove(&link);
                    let why = Why::Reset;
                    return self.give(i, Input::Down { link, why }, report, director);
                };
                let (local, peer) = (c.local, c.remote);
                open.connection = Some(c);
                let sender = self.sender(i, port);
                self.tap
                    .opened(now, sender, (local, peer), &mut |r| director.packet(r));
                Input::Up { link, port, peer }
            }
            Heard::Failed(why) => {
                slot.links.remove(&link);
                Input::Down { link, why }
            }
            Heard::Message(bytes) => {
                let Some((at, from)) = open.connection.as_ref().map(|c| (c.local, c.remote)) else {
                    return;
                };
                let cause = self.causes.octets_came((from, at), bytes.len());
                self.tap.caused_by(cause);
                Input::Recv {
                    link,
                    from,
                    stream: 0,
                    ppid: 0,
                    bytes,
                }
            }
            Heard::Room => {
                open.full = false;
                Input::Room(link)
            }
            Heard::Down(why) => {
                let gone = slot.links.remove(&link).and_then(|o| o.connection);
                if let Some(c) = &gone {
                    self.causes.forget((c.local, c.remote));
                }
                if let (Why::Framing(_), Some(c)) = (why, gone) {
                    let flow = (c.local, c.remote);
                    c.abort();
                    let sender = self.sender(i, port);
                    self.tap
                        .closed(now, sender, flow, true, &mut |r| director.packet(r));
                }
                Input::Down { link, why }
            }
        };
        self.give(i, input, report, director);
    }

    /// Gives one input to a node and does what it wants done.
    fn give(
        &mut self,
        i: usize,
        input: Input<N::Answer, N::Command>,
        report: &mpsc::Sender<Report>,
        director: &mut dyn Director<N::Command>,
    ) {
        let now = self.now();
        let slot = &mut self.nodes[i];
        if !slot.alive {
            return;
        }
        slot.node.handle(now, input, &mut slot.out);
        let actions: Vec<Action> = slot.out.drain().collect();
        let (cause, asked) = (self.tap.cause(), &mut self.asked);
        self.store.submit(&mut slot.out.drain_asks().map(|(id, a)| {
            asked.insert((i, id), cause);
            (i, id, a)
        }));
        let due = slot.node.due();
        self.set_due(i, due);
        for a in actions {
            match a {
                Action::Send {
                    link, to, bytes, ..
                } => {
                    self.send(i, link, to, bytes, report, director);
                }
                Action::Connect { link, port, to } => self.connect(i, link, port, to, report),
                Action::Close(link) => self.close(i, link, false, director),
                Action::Abort(link) => self.close(i, link, true, director),
                Action::Trace(e) => director.event(self.now(), i, &e),
            }
        }
    }

    fn connect(
        &mut self,
        i: usize,
        link: Link,
        port: Port,
        to: SocketAddr,
        report: &mpsc::Sender<Report>,
    ) {
        let local = match &self.nodes[i].ports[&port].attach {
            Attach::Dial(ip, _) => *ip,
            _ => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        };
        let open = Open {
            port,
            connection: None,
            full: false,
            cause: self.tap.cause(),
        };
        self.nodes[i].links.insert(link, open);
        tokio::task::spawn_local(connection::dial(local, to, (i, link), report.clone()));
    }

    fn send(
        &mut self,
        i: usize,
        link: Link,
        to: Option<SocketAddr>,
        bytes: Bytes,
        report: &mpsc::Sender<Report>,
        director: &mut dyn Director<N::Command>,
    ) {
        let now = self.now();
        if link.0 >= Link::FIRST_CONNECTION {
            return self.send_stream(i, link, bytes, report, director);
        }
        let port = Port(link.0 as u16);
        let sender = self.sender(i, port);
        let Some(p) = self.nodes[i].ports.get_mut(&port) else {
            return;
        };
        match (&p.attach, to) {
            (Attach::Udp(from), Some(to)) => {
                let flow = (*from, to);
                let sink = &mut |r: &Record<'_>| director.packet(r);
                let id = self
                    .tap
                    .datagram(now, sender, flow, Fate::Sent, &bytes, sink);
                self.causes.datagram_sent(flow, &bytes, id);
                p.queue.push(to, bytes);
            }
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
            }
            _ => {}
        }
    }

    fn send_stream(
        &mut self,
        i: usize,
        link: Link,
        bytes: Bytes,
        report: &mpsc::Sender<Report>,
        director: &mut dyn Director<N::Command>,
    ) {
        let now = self.now();
        let Some(open) = self.nodes[i].links.get_mut(&link) else {
            return;
        };
        let (port, was_full) = (open.port, open.full);
        let Some(c) = &open.connection else { return };
        let flow = (c.local, c.remote);
        let queued = c.send(bytes.clone());
        open.full |= queued >= FULL;
        let sender = self.sender(i, port);
        let sink = &mut |r: &Record<'_>| director.packet(r);
        let id = self.tap.stream(now, sender, flow, &bytes, sink);
        self.causes.octets_sent(flow, bytes.len(), id);
        if queued >= OVERFLOW {
            self.close(i, link, true, director);
            let why = Why::Overflow;
            self.give(i, Input::Down { link, why }, report, director);
        } else if queued >= FULL && !was_full {
            self.give(i, Input::Full(link), report, director);
        }
    }

    fn close(
        &mut self,
        i: usize,
        link: Link,
        abort: bool,
        director: &mut dyn Director<N::Command>,
    ) {
        let Some(open) = self.nodes[i].links.remove(&link) else {
            return;
        };
        let Some(c) = open.connection else { return };
        let (now, sender, flow) = (self.now(), self.sender(i, open.port), (c.local, c.remote));
        self.tap
            .closed(now, sender, flow, abort, &mut |r| director.packet(r));
        if abort { c.abort() } else { c.close() }
    }

    fn kill(&mut self, i: usize, director: &mut dyn Director<N::Command>) {
        let links: Vec<Link> = self.nodes[i].links.keys().copied().collect();
        for link in links {
            self.close(i, link, true, director);
        }
        let slot = &mut self.nodes[i];
        slot.alive = false;
        for p in slot.ports.values_mut() {
            p.socket = None;
        }
        self.set_due(i, None);
    }

    fn sender(&self, node: usize, port: Port) -> Sender {
        let port = self.nodes[node].ports.get(&port).map_or("?", |p| p.name);
        Sender { node, port }
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

    fn flush(&mut self) {
        for p in self.nodes.iter_mut().flat_map(|s| s.ports.values_mut()) {
            if let Some(s) = &p.socket {
                s.flush(&mut p.queue);
            }
        }
    }
}

fn listen(at: SocketAddr) -> io::Result<std::net::TcpListener> {
    use socket2::{Domain, Socket, Type};
    let s = Socket::new(Domain::for_address(at), Type::STREAM, None)?;
    // connections of an earlier run that still linger do not hold the address
    s.set_reuse_address(true)?;
    s.set_nonblocking(true)?;
    s.bind(&at.into())?;
    s.listen(1024)?;
    Ok(s.into())
}

/// The calendar now: for what is made before a run.
pub fn calendar() -> Utc {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Utc::default() + since.unwrap_or_default()
}

fn since(t: Time) -> Duration {
    t - Time::default()
}
