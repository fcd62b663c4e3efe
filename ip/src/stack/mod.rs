//! A TCP/IP stack on a raw-IP link, over `smoltcp`: IPv4, TCP, UDP, ICMP echo.
//!
//! Pure: packets go in by [`Stack::feed`] and come out by [`Stack::packet`], what happens by
//! [`Stack::event`]; time is handed in, initial sequence numbers and ports come from the [`Rng`]
//! handed over at the start. A node feeds it, calls [`Stack::poll`] after each of its own inputs,
//! and takes what came out. Addresses come and go at run time (a PDP context); connections die
//! with theirs.
mod connection;
mod device;

use bytes::{Bytes, BytesMut};
use connection::Tcp;
use device::Device;
use engine::{Now, Rng, Time, Timers, Why};
use smoltcp::{
    iface::{Config, Interface, SocketHandle, SocketSet},
    socket::{tcp, udp},
    time::Instant,
    wire::{HardwareAddress, IpAddress, IpCidr, IpEndpoint},
};
use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Duration,
};
use wire::net::{Packet, TcpFlags};

/// What a stack can be told.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The longest packet on the link. 1400 leaves room for a tunnel's headers.
    pub mtu: usize,
    /// Octets of each of a connection's two windows.
    pub window: usize,
    /// Octets that a connection takes beyond its window before [`Error::Full`].
    pub queue: usize,
    /// Connections at a time, those being closed included.
    pub connections: usize,
    /// Connections that may be in the making on one port.
    pub backlog: usize,
    /// How long a peer may be silent, or keep its window shut, while octets wait for it.
    pub timeout: Duration,
    /// How long a connection may be idle, both sides silent, before it is given up; `None` for
    /// ever. What users of a connection agree on (HTTP) ends it before.
    pub idle: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mtu: 1400,
            window: 16 << 10,
            queue: 1 << 20,
            connections: 4096,
            backlog: 8,
            timeout: Duration::from_secs(20),
            idle: Some(Duration::from_secs(300)),
        }
    }
}

/// A TCP connection of the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Conn(pub u32);

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Somebody connected to a port we listen on.
    Accepted {
        /// The connection.
        conn: Conn,
        /// Our end.
        local: SocketAddrV4,
        /// The other end.
        peer: SocketAddrV4,
    },
    /// A connection of ours is made.
    Connected(Conn),
    /// Octets came.
    Recv(Conn, Bytes),
    /// A connection that was full takes more.
    Room(Conn),
    /// A connection is gone; what the peer sent before came first. Nothing follows.
    Closed(Conn, Why),
    /// A datagram came to a bound port.
    Datagram {
        /// Our end.
        local: SocketAddrV4,
        /// The other end.
        from: SocketAddrV4,
        /// What it carries.
        bytes: Bytes,
    },
    /// An answer to [`Stack::ping`].
    Pong {
        /// Who answers.
        from: Ipv4Addr,
        /// Identifier of the echo.
        identifier: u16,
        /// Its sequence number.
        sequence: u16,
    },
}

/// Why the stack does not do what it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// The connection takes no more for now; [`Event::Room`] follows.
    Full,
    /// No such connection, or it is being closed.
    Gone,
    /// There is no address to send from.
    NoAddress,
    /// The port is in use, or all are.
    PortTaken,
    /// There are as many connections as there may be.
    TooMany,
    /// The datagram is longer than the link takes, or its port is not bound.
    NotSent,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "the connection takes no more for now",
            Self::Gone => "no such connection",
            Self::NoAddress => "no address to send from",
            Self::PortTaken => "port in use",
            Self::TooMany => "too many connections",
            Self::NotSent => "datagram too long, or port not bound",
        })
    }
}

impl std::error::Error for Error {}

/// The stack.
pub struct Stack {
    options: Options,
    device: Device,
    iface: Interface,
    sockets: SocketSet<'static>,
    rng: Rng,
    addresses: Vec<Ipv4Addr>,
    conns: BTreeMap<Conn, Tcp>,
    last: u32,
    listeners: BTreeMap<u16, Vec<SocketHandle>>,
    bound: BTreeMap<u16, SocketHandle>,
    events: VecDeque<Event>,
    lingering: Timers<Conn>,
    due: Option<Time>,
    ids: u16,
}

/// How long a connection may take to be closed by both sides.
const LINGER: Duration = Duration::from_secs(30);
/// Datagrams that wait on a bound port.
const DATAGRAMS: usize = 64;

impl Stack {
    /// A stack without an address.
    pub fn new(now: Now, mut rng: Rng, options: Options) -> Self {
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = rng.u64();
        let mut device = Device::new(options.mtu);
        let mut iface = Interface::new(config, &mut device, instant(now.mono));
        // the link is the way to everybody; on a raw-IP link the gateway's address means nothing
        let _ = iface
            .routes_mut()
            .add_default_ipv4_route(Ipv4Addr::new(0, 0, 0, 1));
        Self {
            options,
            device,
            iface,
            sockets: SocketSet::new(Vec::new()),
            rng,
            addresses: Vec::new(),
            conns: BTreeMap::new(),
            last: 0,
            listeners: BTreeMap::new(),
            bound: BTreeMap::new(),
            events: VecDeque::new(),
            lingering: Timers::default(),
            due: None,
            ids: 0,
        }
    }

    /// Sets the stack's addresses (at most 8). Connections from an address that is gone are gone
    /// with it, without a packet: [`Why::Unreachable`].
    pub fn set_addresses(&mut self, addresses: &[Ipv4Addr]) {
        self.addresses = addresses.iter().take(8).copied().collect();
        let new = self.addresses.clone();
        self.iface.update_ip_addrs(|list| {
            list.clear();
            for a in &new {
                let _ = list.push(IpCidr::new(IpAddress::Ipv4(*a), 32));
            }
        });
        let gone = |t: &Tcp| !new.contains(t.local.ip());
        let lost: Vec<Conn> = self
            .conns
            .iter()
            .filter_map(|(c, t)| gone(t).then_some(*c))
            .collect();
        for conn in lost {
            self.drop_conn(conn, Why::Unreachable);
        }
        for handle in self.listeners.values().flatten() {
            let s = self.sockets.get_mut::<tcp::Socket<'_>>(*handle);
            if let Some(local) = s.local_endpoint()
                && !new.iter().any(|a| IpAddress::Ipv4(*a) == local.addr)
            {
                let port = local.port;
                *s = connection::socket(&self.options);
                let _ = s.listen(port);
            }
        }
        self.device.tx.clear();
        self.due = Some(Time(0));
    }

    /// The stack's addresses.
    pub fn addresses(&self) -> &[Ipv4Addr] {
        &self.addresses
    }

    /// Accepts connections on `port`, at every address.
    pub fn listen(&mut self, port: u16) -> Result<(), Error> {
        if port == 0 || self.listeners.contains_key(&port) {
            return Err(Error::PortTaken);
        }
        self.listeners.insert(port, Vec::new());
        self.refill();
        Ok(())
    }

    /// Connects to `to` from our first address; [`Event::Connected`] or [`Event::Closed`] follows.
    pub fn connect(&mut self, to: SocketAddrV4) -> Result<Conn, Error> {
        let from = *self.addresses.first().ok_or(Error::NoAddress)?;
        if self.conns.len() >= self.options.connections {
            return Err(Error::TooMany);
        }
        let local = SocketAddrV4::new(from, self.free_port()?);
        let mut socket = connection::socket(&self.options);
        let remote = (IpAddress::Ipv4(*to.ip()), to.port());
        let from = (IpAddress::Ipv4(*local.ip()), local.port());
        let made = socket.connect(self.iface.context(), remote, from);
        made.map_err(|_| Error::NoAddress)?;
        let handle = self.sockets.add(socket);
        let conn = self.new_conn(Tcp::new(handle, local, to, true));
        self.due = Some(Time(0));
        Ok(conn)
    }

    /// Sends octets on a connection, all or, where it is full, none.
    pub fn send(&mut self, conn: Conn, octets: &[u8]) -> Result<(), Error> {
        let t = self.conns.get_mut(&conn).ok_or(Error::Gone)?;
        if t.is_told() {
            return Err(Error::Gone);
        }
        if t.queue.len().saturating_add(octets.len()) > self.options.queue {
            t.full = true;
            return Err(Error::Full);
        }
        t.queue.extend_from_slice(octets);
        self.due = Some(Time(0));
        Ok(())
    }

    /// Closes a connection after all that was sent. No event follows.
    pub fn close(&mut self, conn: Conn) {
        if let Some(t) = self.conns.get_mut(&conn) {
            t.leave();
            self.forget_events(conn);
            self.due = Some(Time(0));
        }
    }

    /// Breaks a connection off. No event follows.
    pub fn abort(&mut self, conn: Conn) {
        if let Some(t) = self.conns.get_mut(&conn) {
            t.leave();
            self.sockets.get_mut::<tcp::Socket<'_>>(t.handle).abort();
            self.forget_events(conn);
            self.due = Some(Time(0));
        }
    }

    /// Leaves what comes on a connection in its window, so that the peer stops sending; or goes on.
    pub fn pause(&mut self, conn: Conn, pause: bool) {
        if let Some(t) = self.conns.get_mut(&conn) {
            t.paused = pause;
            self.due = Some(Time(0));
        }
    }

    /// Both ends of a connection, ours first.
    pub fn ends(&self, conn: Conn) -> Option<(SocketAddrV4, SocketAddrV4)> {
        self.conns.get(&conn).map(|t| (t.local, t.peer))
    }

    /// Connections that are not closed by both sides yet: there is more to be said, or to be heard.
    pub fn open_connections(&self) -> usize {
        let over = |t: &&Tcp| {
            let state = self.sockets.get::<tcp::Socket<'_>>(t.handle).state();
            !matches!(state, tcp::State::Closed | tcp::State::TimeWait)
        };
        self.conns.values().filter(over).count()
    }

    /// Connections that the stack still knows, those being closed included.
    pub fn connections(&self) -> usize {
        self.conns.len()
    }

    /// Takes datagrams on `port`, at every address.
    pub fn bind(&mut self, port: u16) -> Result<(), Error> {
        if port == 0 || self.bound.contains_key(&port) {
            return Err(Error::PortTaken);
        }
        let buffer = || {
            let meta = vec![udp::PacketMetadata::EMPTY; DATAGRAMS];
            udp::PacketBuffer::new(meta, vec![0; 64 << 10])
        };
        let mut socket = udp::Socket::new(buffer(), buffer());
        socket.bind(port).map_err(|_| Error::PortTaken)?;
        let handle = self.sockets.add(socket);
        self.bound.insert(port, handle);
        Ok(())
    }

    /// Sends a datagram from a bound port and our first address.
    pub fn send_to(&mut self, port: u16, to: SocketAddrV4, octets: &[u8]) -> Result<(), Error> {
        let from = *self.addresses.first().ok_or(Error::NoAddress)?;
        if octets.len().saturating_add(28) > self.options.mtu {
            return Err(Error::NotSent);
        }
        let handle = *self.bound.get(&port).ok_or(Error::NotSent)?;
        let endpoint = IpEndpoint::new(IpAddress::Ipv4(*to.ip()), to.port());
        let mut meta = udp::UdpMetadata::from(endpoint);
        meta.local_address = Some(IpAddress::Ipv4(from));
        let socket = self.sockets.get_mut::<udp::Socket<'_>>(handle);
        let sent = socket.send_slice(octets, meta);
        self.due = Some(Time(0));
        sent.map_err(|_| Error::NotSent)
    }

    /// Sends an ICMP echo request (RFC 792) from our first address.
    pub fn ping(&mut self, to: Ipv4Addr, identifier: u16, sequence: u16) -> Result<(), Error> {
        let from = *self.addresses.first().ok_or(Error::NoAddress)?;
        self.ids = self.ids.wrapping_add(1);
        let mut w = BytesMut::new();
        let ends = (from.into(), to.into());
        wire::net::ip_packet(&mut w, ends, 1, self.ids, |w| {
            let mut icmp = [8u8, 0, 0, 0, 0, 0, 0, 0];
            let [.., a, b, c, d] = &mut icmp;
            [*a, *b] = identifier.to_be_bytes();
            [*c, *d] = sequence.to_be_bytes();
            let sum = wire::net::checksum(&icmp).to_be_bytes();
            let [_, _, x, y, ..] = &mut icmp;
            [*x, *y] = sum;
            w.extend_from_slice(&icmp);
        });
        self.device.tx.push_back(w.freeze());
        Ok(())
    }

    /// Takes a packet of the link.
    pub fn feed(&mut self, now: Now, packet: Bytes) {
        self.look(&packet);
        self.device.rx.push_back(packet);
        self.poll(now);
    }

    /// Does what time and the calls since the last time want done.
    pub fn poll(&mut self, now: Now) {
        let at = instant(now.mono);
        while let Some(conn) = self.lingering.pop(now.mono) {
            if let Some(t) = self.conns.get(&conn) {
                self.sockets.get_mut::<tcp::Socket<'_>>(t.handle).abort();
            }
        }
        loop {
            // what was written goes out, what came goes up, until neither moves
            let moved = self.serve(now);
            self.iface.poll(at, &mut self.device, &mut self.sockets);
            if !self.serve(now) && !moved && self.device.rx.is_empty() {
                break;
            }
        }
        self.refill();
        let next = self.iface.poll_at(at, &self.sockets);
        let next = next.map(|i| {
            Time(
                u64::try_from(i.total_micros())
                    .unwrap_or(0)
                    .saturating_mul(1000),
            )
        });
        // nothing is left to be done now: what is due at once waits for room on the link
        let soon = now.mono + Duration::from_millis(1);
        let next = next.map(|t| if t <= now.mono { soon } else { t });
        self.due = [next, self.lingering.due()].into_iter().flatten().min();
    }

    /// When [`Stack::poll`] is wanted.
    pub fn due(&self) -> Option<Time> {
        self.due
    }

    /// The next packet for the link.
    pub fn packet(&mut self) -> Option<Bytes> {
        self.device.tx.pop_front()
    }

    /// The next thing that happened.
    pub fn event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Looks at a packet for what `smoltcp` does not tell: whether a connection was reset, and
    /// answers to our echoes.
    fn look(&mut self, packet: &[u8]) {
        let Ok(p) = Packet::read(packet) else {
            return;
        };
        if let Some(Ok(s)) = p.tcp()
            && s.flags.has(TcpFlags::RST)
        {
            let ends =
                |t: &&mut Tcp| SocketAddr::V4(t.local) == s.to && SocketAddr::V4(t.peer) == s.from;
            if let Some(t) = self.conns.values_mut().find(ends) {
                t.reset = true;
            }
        }
        if p.protocol == 1
            && let Some((&[0, 0, _, _, a, b, c, d], _)) = p.payload.split_first_chunk()
            && wire::net::checksum(p.payload) == 0
            && let std::net::IpAddr::V4(from) = p.from
        {
            self.events.push_back(Event::Pong {
                from,
                identifier: u16::from_be_bytes([a, b]),
                sequence: u16::from_be_bytes([c, d]),
            });
        }
    }

    /// Moves octets between sockets, queues and events; true where something moved.
    fn serve(&mut self, now: Now) -> bool {
        let before = self.events.len();
        let mut moved = self.accept();
        let mut gone = Vec::new();
        for (conn, t) in &mut self.conns {
            let socket = self.sockets.get_mut::<tcp::Socket<'_>>(t.handle);
            let served = t.serve(*conn, socket, &self.options, &mut self.events);
            moved |= served.moved;
            if served.gone {
                gone.push(*conn);
            } else if t.is_told() && self.lingering.get(conn).is_none() {
                self.lingering.start(*conn, now.mono + LINGER);
            }
        }
        for conn in gone {
            self.remove(conn);
        }
        for (port, handle) in &self.bound {
            let socket = self.sockets.get_mut::<udp::Socket<'_>>(*handle);
            while let Ok((octets, meta)) = socket.recv() {
                if let (Some(IpAddress::Ipv4(to)), IpAddress::Ipv4(from)) =
                    (meta.local_address, meta.endpoint.addr)
                {
                    self.events.push_back(Event::Datagram {
                        local: SocketAddrV4::new(to, *port),
                        from: SocketAddrV4::new(from, meta.endpoint.port),
                        bytes: Bytes::copy_from_slice(octets),
                    });
                }
            }
        }
        moved || self.events.len() != before
    }

    /// Takes connections off the listeners.
    fn accept(&mut self) -> bool {
        let mut accepted = Vec::new();
        for handles in self.listeners.values_mut() {
            handles.retain(|handle| {
                let s = self.sockets.get::<tcp::Socket<'_>>(*handle);
                let made = !matches!(s.state(), tcp::State::Listen | tcp::State::SynReceived);
                if let (true, Some(l), Some(p)) = (made, s.local_endpoint(), s.remote_endpoint()) {
                    accepted.push((*handle, l, p));
                }
                !made
            });
        }
        let any = !accepted.is_empty();
        for (handle, local, peer) in accepted {
            let (local, peer) = (v4(local), v4(peer));
            let conn = self.new_conn(Tcp::new(handle, local, peer, false));
            self.events.push_back(Event::Accepted { conn, local, peer });
        }
        any
    }

    /// Lets each listener have its backlog of sockets again.
    fn refill(&mut self) {
        let room = self.options.connections.saturating_sub(self.conns.len());
        let backlog = self.options.backlog.min(room);
        for (port, handles) in &mut self.listeners {
            while handles.len() < backlog {
                let mut s = connection::socket(&self.options);
                let _ = s.listen(*port);
                handles.push(self.sockets.add(s));
            }
        }
    }

    fn new_conn(&mut self, t: Tcp) -> Conn {
        self.last = self.last.wrapping_add(1);
        let conn = Conn(self.last);
        self.conns.insert(conn, t);
        conn
    }

    fn remove(&mut self, conn: Conn) {
        self.lingering.stop(&conn);
        if let Some(t) = self.conns.remove(&conn) {
            self.sockets.remove(t.handle);
        }
    }

    fn drop_conn(&mut self, conn: Conn, why: Why) {
        if self.conns.get(&conn).is_some_and(|t| !t.is_told()) {
            self.events.push_back(Event::Closed(conn, why));
        }
        self.remove(conn);
    }

    /// Events of a connection that its user has left.
    fn forget_events(&mut self, conn: Conn) {
        self.events.retain(|e| match e {
            Event::Connected(c) | Event::Recv(c, _) | Event::Room(c) | Event::Closed(c, _) => {
                *c != conn
            }
            _ => true,
        });
    }

    /// A local port that no connection uses.
    fn free_port(&mut self) -> Result<u16, Error> {
        for _ in 0..64 {
            let port = 49_152u16.saturating_add(self.rng.below(16_384) as u16);
            if !self.conns.values().any(|t| t.local.port() == port) {
                return Ok(port);
            }
        }
        Err(Error::PortTaken)
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stack")
            .field("addresses", &self.addresses)
            .field("connections", &self.conns)
            .finish_non_exhaustive()
    }
}

fn instant(at: Time) -> Instant {
    Instant::from_micros(i64::try_from(at.0.checked_div(1000).unwrap_or(0)).unwrap_or(i64::MAX))
}

fn v4(e: IpEndpoint) -> SocketAddrV4 {
    let IpAddress::Ipv4(a) = e.addr;
    SocketAddrV4::new(a, e.port)
}
