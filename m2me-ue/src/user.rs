//! The user plane above the PDP context: a TCP/IP stack, HTTP requests on its connections, WAP
//! pushes to it.
use bytes::Bytes;
use engine::{Action, Input, Link, Now, Outputs, Port, Rng, Time, Why};
use http::{Clients, Failure, Limits, Request, Response};
use ip::stack::{Conn, Event, Options, Stack};
use provisioning::bootstrap::wsp;
use std::{
    collections::{BTreeMap, VecDeque},
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Duration,
};

/// What comes of a request: its tag and the response.
pub type Answer<T> = (T, Result<Response, Failure>);

/// Stack and HTTP clients. Requests carry a `T`.
pub struct UserPlane<T> {
    stack: Stack,
    clients: Clients<T>,
    /// What the clients want done on the stack.
    wanted: Outputs<Infallible>,
    conns: BTreeMap<Link, Conn>,
    links: BTreeMap<Conn, Link>,
    pongs: VecDeque<Ipv4Addr>,
    pushes: VecDeque<(SocketAddrV4, Bytes)>,
}

/// Pushes that wait at most: what a sender repeats is not missed.
const PUSHES: usize = 16;

impl<T> UserPlane<T> {
    /// Without an address.
    pub fn new(now: Now, rng: Rng) -> Self {
        let mut stack = Stack::new(now, rng, Options::default());
        // a new stack has every port free
        let _ = stack.bind(wsp::PORT);
        Self {
            stack,
            clients: Clients::new(Port(0), Limits::default()),
            wanted: Outputs::default(),
            conns: BTreeMap::new(),
            links: BTreeMap::new(),
            pongs: VecDeque::new(),
            pushes: VecDeque::new(),
        }
    }

    /// The addresses that the contexts gave. Connections from one that is gone are gone with it.
    pub fn set_addresses(&mut self, now: Now, addresses: &[Ipv4Addr]) {
        if self.stack.addresses() != addresses {
            self.stack.set_addresses(addresses);
            self.poll(now);
        }
    }

    /// A packet of the link.
    pub fn feed(&mut self, now: Now, packet: Bytes) {
        self.stack.feed(now, packet);
        self.poll(now);
    }

    /// The next packet for the link.
    pub fn packet(&mut self) -> Option<Bytes> {
        self.stack.packet()
    }

    /// Sends a request; the answer is at [`UserPlane::answer`] within `time`.
    pub fn ask(&mut self, now: Now, to: SocketAddrV4, request: Request, time: Duration, tag: T) {
        let to = SocketAddr::V4(to);
        self.clients
            .ask(now, to, request, time, tag, &mut self.wanted);
        self.poll(now);
    }

    /// The next answer.
    pub fn answer(&mut self) -> Option<Answer<T>> {
        self.clients.poll()
    }

    /// Closes the connections that carry no request; their ends are under way.
    pub fn hang_up(&mut self, now: Now) {
        self.tell(now, &Input::Stop);
        self.poll(now);
    }

    /// True where no connection is open: both sides have said that they are done.
    pub fn is_quiet(&self) -> bool {
        self.stack.open_connections() == 0
    }

    /// Sends an ICMP echo; false without an address.
    pub fn ping(&mut self, to: Ipv4Addr, sequence: u16) -> bool {
        self.stack.ping(to, 1, sequence).is_ok()
    }

    /// Who answered an echo.
    pub fn pong(&mut self) -> Option<Ipv4Addr> {
        self.pongs.pop_front()
    }

    /// The next WAP push, and who sent it.
    pub fn push(&mut self) -> Option<(SocketAddrV4, Bytes)> {
        self.pushes.pop_front()
    }

    /// What has ended by now.
    pub fn timeout(&mut self, now: Now) {
        let timer = Input::<Infallible, Infallible>::Timer;
        self.clients.handle(now, &timer, &mut self.wanted);
        self.poll(now);
    }

    /// When [`UserPlane::timeout`] is wanted.
    pub fn due(&self) -> Option<Time> {
        let all = [self.stack.due(), self.clients.due()];
        all.into_iter().flatten().min()
    }

    /// Moves what clients and stack want of each other until both are silent.
    fn poll(&mut self, now: Now) {
        loop {
            let wanted: Vec<Action> = self.wanted.drain().collect();
            let moved = !wanted.is_empty();
            for action in wanted {
                self.act(now, action);
            }
            self.stack.poll(now);
            let mut heard = false;
            while let Some(event) = self.stack.event() {
                heard = true;
                self.hear(now, event);
            }
            if !moved && !heard {
                return;
            }
        }
    }

    fn act(&mut self, now: Now, action: Action) {
        match action {
            Action::Connect { link, to, .. } => {
                let made = match to {
                    SocketAddr::V4(to) => self.stack.connect(to).ok(),
                    SocketAddr::V6(_) => None,
                };
                match made {
                    Some(conn) => {
                        self.conns.insert(link, conn);
                        self.links.insert(conn, link);
                    }
                    None => self.tell(
                        now,
                        &Input::Down {
                            link,
                            why: Why::Unreachable,
                        },
                    ),
                }
            }
            Action::Send { link, bytes, .. } => {
                if let Some(conn) = self.conns.get(&link).copied()
                    && self.stack.send(conn, &bytes).is_err()
                {
                    self.stack.abort(conn);
                    self.forget(conn);
                    let why = Why::Overflow;
                    self.tell(now, &Input::Down { link, why });
                }
            }
            Action::Close(link) => {
                if let Some(conn) = self.conns.get(&link).copied() {
                    self.stack.close(conn);
                    self.forget(conn);
                }
            }
            Action::Abort(link) => {
                if let Some(conn) = self.conns.get(&link).copied() {
                    self.stack.abort(conn);
                    self.forget(conn);
                }
            }
            Action::Trace(_) => {}
        }
    }

    fn hear(&mut self, now: Now, event: Event) {
        match event {
            Event::Connected(conn) => {
                let ends = self.stack.ends(conn);
                if let (Some(link), Some((_, peer))) = (self.links.get(&conn).copied(), ends) {
                    let peer = SocketAddr::V4(peer);
                    let port = Port(0);
                    self.tell(now, &Input::Up { link, port, peer });
                }
            }
            Event::Recv(conn, bytes) => {
                if let Some(link) = self.links.get(&conn).copied() {
                    let from = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0);
                    self.tell(
                        now,
                        &Input::Recv {
                            link,
                            from,
                            stream: 0,
                            ppid: 0,
                            bytes,
                        },
                    );
                }
            }
            Event::Closed(conn, why) => {
                if let Some(link) = self.forget(conn) {
                    self.tell(now, &Input::Down { link, why });
                }
            }
            Event::Pong { from, .. } => self.pongs.push_back(from),
            Event::Accepted { conn, .. } => self.stack.abort(conn),
            Event::Datagram { local, from, bytes } => {
                if local.port() == wsp::PORT && self.pushes.len() < PUSHES {
                    self.pushes.push_back((from, bytes));
                }
            }
            Event::Room(_) => {}
        }
    }

    fn tell(&mut self, now: Now, input: &Input<Infallible, Infallible>) {
        self.clients.handle(now, input, &mut self.wanted);
    }

    fn forget(&mut self, conn: Conn) -> Option<Link> {
        let link = self.links.remove(&conn)?;
        self.conns.remove(&link);
        Some(link)
    }
}
