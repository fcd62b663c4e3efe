//! Runs nodes on sockets: waits, calls, does what the node wants done, compares the clock itself.
mod bind;
mod datagrams;
mod streams;
mod user;

pub use bind::BindError;

use crate::{
    causes::Causes,
    connection::{Connection, Report, Socket},
    datagram::{Datagrams, Queue, Under},
    kernel, tun,
};
use bytes::{Bytes, BytesMut};
use engine::{
    Action, AskId, Attach, Carrier, Deframer, Directive, Director, Endpoints, Flow, Framing, Input,
    Layer, Layers, Link, Networks, Node, Now, Outputs, Placed, Port, Rng, Serve, Time, Utc,
    tap::{Sender, Tap},
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    future::poll_fn,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    os::fd::OwnedFd,
    rc::Rc,
    sync::Arc,
    task::Poll,
    time::{Duration, Instant, SystemTime},
};
use tokio::{io::Interest, net::TcpListener, sync::Notify, sync::mpsc};

/// What a run can be told besides its nodes.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long nodes get to take leave.
    pub leave: Duration,
    /// Makes what stands between connections and sockets: SCTP in user space, TLS.
    pub layers: Option<Rc<dyn Layers>>,
    /// Whether what comes in is recorded too: where the peers run elsewhere.
    pub both_ways: bool,
    /// Local addresses that associations of the kernel's SCTP have besides the node's own.
    pub sctp_addresses: Vec<IpAddr>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            leave: Duration::from_secs(2),
            layers: None,
            both_ways: false,
            sctp_addresses: Vec::new(),
        }
    }
}

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
    rng: Rng,
    listeners: Vec<Listener>,
    /// SCTP in user space, and the socket below each endpoint.
    endpoints: Endpoints,
    sockets: Vec<Endpoint>,
    report: mpsc::Sender<Report>,
    reports: Option<mpsc::Receiver<Report>>,
    networks: Networks,
    /// The addresses of all nodes: what they send is recorded where they send it.
    own: BTreeSet<IpAddr>,
    tap: Tap,
    timers: BTreeSet<(Time, usize)>,
    /// Packets on raw-IP networks, with the numbers of their records.
    local: VecDeque<(usize, Port, Bytes, u64)>,
    causes: Causes,
    asked: BTreeMap<(usize, AskId), Option<u64>>,
    head: BytesMut,
    start: Instant,
    epoch: Utc,
    /// The store has failed: the run ends.
    broken: Option<io::Error>,
}

/// The socket below an SCTP endpoint.
struct Endpoint {
    node: usize,
    at: SocketAddr,
    bound: Option<(std::net::UdpSocket, Under)>,
    socket: Option<Datagrams>,
    queue: Queue,
}

/// A socket that accepts connections for a port of a node.
struct Listener {
    node: usize,
    port: Port,
    carrier: Carrier,
    socket: OwnedFd,
}

struct Slot<N: Node> {
    name: String,
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
    opened: Option<OwnedFd>,
    device: Option<tun::Device>,
}

/// A connection, or one that is being made.
struct Open {
    port: Port,
    carrier: Carrier,
    connection: Option<Connection>,
    secured: Option<Secured>,
    /// Whether the other end is recorded by us alone: it runs elsewhere.
    outside: bool,
    full: bool,
    /// The packet that made the node dial.
    cause: Option<u64>,
}

/// TLS on a connection.
struct Secured {
    layer: Box<dyn Layer>,
    flow: Flow,
    deframer: Deframer,
}

/// The sender of a packet on a raw-IP link.
const NOBODY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

impl<N: Node, S: Serve<N::Ask, N::Answer>> Driver<N, S> {
    /// Takes all addresses.
    ///
    /// # Errors
    /// The first address that cannot be taken; those taken before are given back.
    pub fn bind(nodes: Vec<Placed<N>>, store: S, options: Options) -> Result<Self, BindError> {
        let (report, reports) = mpsc::channel(1024);
        // without randomness from the system no connection could be made safely
        let rng = seed().expect("randomness from the operating system");
        let mut driver = Self {
            nodes: Vec::new(),
            store,
            options,
            rng: Rng::from_seed(rng),
            listeners: Vec::new(),
            endpoints: Endpoints::default(),
            sockets: Vec::new(),
            report,
            reports: Some(reports),
            networks: Networks::default(),
            own: BTreeSet::new(),
            tap: Tap::default(),
            timers: BTreeSet::new(),
            local: VecDeque::new(),
            causes: Causes::default(),
            asked: BTreeMap::new(),
            head: BytesMut::new(),
            start: Instant::now(),
            epoch: calendar(),
            broken: None,
        };
        for (i, placed) in nodes.into_iter().enumerate() {
            driver.place(i, placed)?;
        }
        Ok(driver)
    }

    /// Runs until the director says stop and leave is taken. SIGINT and SIGTERM ask the director
    /// by [`Director::interrupted`].
    ///
    /// # Errors
    /// Where the runtime or a socket cannot be set up; where the store cannot be read, or cannot keep
    /// what a node wants kept.
    pub fn run(mut self, director: &mut dyn Director<N::Command>) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let local = tokio::task::LocalSet::new();
        local.block_on(&runtime, self.serve(director))
    }

    async fn serve(&mut self, director: &mut dyn Director<N::Command>) -> io::Result<()> {
        let Some(mut reports) = self.reports.take() else {
            return Ok(());
        };
        let (accepted, mut accepts) = mpsc::channel(64);
        for slot in &mut self.nodes {
            for p in slot.ports.values_mut() {
                let bound = p.bound.take().map(|b| Datagrams::new(b, Under::Udp));
                p.socket = bound.transpose()?;
                p.device = p.opened.take().map(tun::Device::new).transpose()?;
            }
        }
        for s in &mut self.sockets {
            let bound = s.bound.take().map(|(b, under)| Datagrams::new(b, under));
            s.socket = bound.transpose()?;
        }
        for l in self.listeners.drain(..) {
            listen(l, accepted.clone())?;
        }
        let wake = Arc::new(Notify::new());
        let waker = wake.clone();
        self.store.wake_by(Arc::new(move || waker.notify_one()));
        let mut interrupt =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
        let mut terminate =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        self.start = Instant::now();
        self.epoch = calendar();
        for (i, slot) in self.nodes.iter_mut().enumerate() {
            engine::recall(&mut slot.node, i, &mut self.store).map_err(|e| {
                let what = format!("{} cannot read what it has kept: {e}", slot.name);
                io::Error::new(e.kind(), what)
            })?;
        }
        for i in 0..self.nodes.len() {
            self.give(i, Input::Start, director);
        }
        let mut leave: Option<Time> = None;
        loop {
            self.settle(director);
            if leave.is_none() && self.direct(director) {
                leave = Some(self.now().mono + self.options.leave);
                self.tap.caused_by(None);
                for i in 0..self.nodes.len() {
                    self.give(i, Input::Stop, director);
                }
                self.settle(director);
            }
            self.flush();
            if let Some(e) = self.broken.take() {
                return Err(e);
            }
            let idle = self.nodes.iter().all(|s| s.links.is_empty()) && !self.endpoints.is_busy();
            if leave.is_some_and(|t| idle || self.now().mono >= t) {
                break;
            }
            let timer = self.timers.first().map(|t| t.0);
            let other = leave.or_else(|| director.due());
            let next = [timer, other, self.endpoints.due()];
            let next = next.into_iter().flatten().min();
            let sleep = async {
                match next {
                    Some(t) => tokio::time::sleep_until((self.start + since(t)).into()).await,
                    None => std::future::pending().await,
                }
            };
            let (nodes, sockets) = (&self.nodes, &self.sockets);
            let readable = poll_fn(|cx| {
                let ports = nodes.iter().flat_map(|s| s.ports.values());
                let ports = ports.map(|p| (&p.socket, &p.queue));
                let below = sockets.iter().map(|s| (&s.socket, &s.queue));
                let mut ready = Poll::Pending;
                for device in nodes.iter().flat_map(|s| s.ports.values()) {
                    if let Some(d) = &device.device
                        && d.poll(cx).is_ready()
                    {
                        ready = Poll::Ready(());
                    }
                }
                for (socket, queue) in ports.chain(below) {
                    if let Some(s) = socket
                        && s.poll(queue, cx).is_ready()
                    {
                        ready = Poll::Ready(());
                    }
                }
                ready
            });
            tokio::select! {
                _ = interrupt.recv() => director.interrupted(),
                _ = terminate.recv() => director.terminated(),
                Some(r) = reports.recv() => {
                    self.heard(r, director);
                    while let Ok(r) = reports.try_recv() {
                        self.heard(r, director);
                    }
                }
                Some((i, way, socket)) = accepts.recv() => self.accept(i, way, socket, director),
                () = wake.notified() => {}
                () = readable => self.receive(director),
                () = sleep => {}
            }
        }
        for (i, slot) in self.nodes.iter().enumerate() {
            let mut counters = slot.out.counters().clone();
            counters.extend(self.endpoints.counters(i));
            let dropped = |p: &Attached| {
                p.queue.dropped + p.device.as_ref().map_or(0, |device| device.dropped)
            };
            let dropped = slot.ports.values().map(dropped).sum();
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

    fn direct(&mut self, director: &mut dyn Director<N::Command>) -> bool {
        loop {
            match director.next(self.now()) {
                Directive::Wait => return false,
                Directive::Stop => return true,
                Directive::Command(i, c) => {
                    self.tap.caused_by(None);
                    self.give(i, Input::Command(c), director);
                    self.settle(director);
                }
                Directive::Kill(i) => self.kill(i, director),
                // a new process does that
                Directive::Revive(_) => {}
            }
        }
    }

    /// Packets on raw-IP networks, answers of the store, timers: until nothing is due.
    fn settle(&mut self, director: &mut dyn Director<N::Command>) {
        loop {
            if let Some((i, port, bytes, id)) = self.local.pop_front() {
                self.tap.caused_by(Some(id));
                self.packet(i, port, NOBODY, &bytes, director);
            } else if let Some((i, id, answer)) = self.store.ready() {
                self.tap.caused_by(self.asked.remove(&(i, id)).flatten());
                self.give(i, Input::Answer(id, answer), director);
            } else if let Some((t, i)) = self.timers.first().copied()
                && t <= self.now().mono
            {
                self.tap.caused_by(None);
                self.give(i, Input::Timer, director);
                // a node whose timer does not move must not hold up the others
                if self.nodes[i].due.is_some_and(|d| d <= t) {
                    let later = self.now().mono + Duration::from_millis(1);
                    self.set_due(i, Some(later));
                }
            } else if self.endpoints.due().is_some_and(|t| t <= self.now().mono) {
                self.tap.caused_by(None);
                let (now, nodes) = (self.now(), &mut self.nodes);
                let new = &mut |n: usize| nodes[n].out.new_link();
                let wants = self.endpoints.timer(now, new);
                self.carry(wants, director);
            } else {
                return;
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
        if let Err(e) = kept {
            // none of its words may leave: it has not done what they say
            slot.out.drain().for_each(drop);
            self.broken.get_or_insert(e);
            return;
        }
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
                    link,
                    to,
                    stream,
                    ppid,
                    bytes,
                } => self.send(i, link, to, (stream, ppid), bytes, director),
                Action::Connect { link, port, to } => self.connect(i, link, port, to, director),
                Action::Close(link) => self.close(i, link, false, director),
                Action::Abort(link) => self.close(i, link, true, director),
                Action::Trace(e) => director.event(self.now(), i, &e),
            }
        }
    }

    fn kill(&mut self, i: usize, director: &mut dyn Director<N::Command>) {
        let links: Vec<Link> = self.nodes[i].links.keys().copied().collect();
        for link in links {
            self.close(i, link, true, director);
        }
        self.endpoints.kill(i);
        for s in self.sockets.iter_mut().filter(|s| s.node == i) {
            s.socket = None;
        }
        let slot = &mut self.nodes[i];
        slot.alive = false;
        for p in slot.ports.values_mut() {
            p.socket = None;
            p.device = None;
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
        for e in &mut self.sockets {
            if let Some(s) = &e.socket {
                s.flush(&mut e.queue);
            }
        }
    }
}

/// What a listener brings: for which node, at which port of it.
type Accepted = (usize, (Port, Carrier), Socket);

/// Accepts in a task of its own.
fn listen(l: Listener, to: mpsc::Sender<Accepted>) -> io::Result<()> {
    let (i, way) = (l.node, (l.port, l.carrier));
    if l.carrier == Carrier::Sctp {
        let socket = kernel::watch(l.socket, Interest::READABLE)?;
        tokio::task::spawn_local(async move {
            while let Ok(a) = kernel::accept(&socket).await {
                if to.send((i, way, Socket::Sctp(a))).await.is_err() {
                    return;
                }
            }
        });
        return Ok(());
    }
    let socket = TcpListener::from_std(l.socket.into())?;
    tokio::task::spawn_local(async move {
        while let Ok((stream, _)) = socket.accept().await {
            if to.send((i, way, Socket::Tcp(stream))).await.is_err() {
                return;
            }
        }
    });
    Ok(())
}

/// The calendar now: for what is made before a run.
pub fn calendar() -> Utc {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Utc::default() + since.unwrap_or_default()
}

fn since(t: Time) -> Duration {
    t - Time::default()
}
