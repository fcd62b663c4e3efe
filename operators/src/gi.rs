//! An HTTP door for devices on a raw-IP link: the node's own TCP/IP stack with a server above.
use engine::{Input, Now, Outputs, Port, Rng, Time};
use http::{Asked, Do, Exchange, Limits, Response, Servers};
use ip::stack::{Conn, Event, Options, Stack};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

#[derive(Debug)]
pub(crate) struct Gi {
    port: Port,
    address: Ipv4Addr,
    tcp: u16,
    /// The UDP port that datagrams are sent from.
    udp: Option<u16>,
    rng: Rng,
    stack: Option<Stack>,
    servers: Servers<Conn>,
}

impl Gi {
    /// A door on the raw-IP port `port`, at `address` and TCP port `tcp`.
    pub(crate) fn new(port: Port, address: Ipv4Addr, tcp: u16, rng: &Rng) -> Self {
        Self {
            port,
            address,
            tcp,
            udp: None,
            rng: rng.stream("gi"),
            stack: None,
            servers: Servers::new(Limits::default()),
        }
    }

    /// With a UDP port to send datagrams from.
    pub(crate) fn sending_from(self, port: u16) -> Self {
        Self {
            udp: Some(port),
            ..self
        }
    }

    /// Sends a datagram; [`Gi::flush`] brings it onto the link. False where it is too long, or
    /// nothing was handed to [`Gi::handle`] yet.
    pub(crate) fn send_to(&mut self, to: SocketAddrV4, octets: &[u8]) -> bool {
        match (&mut self.stack, self.udp) {
            (Some(stack), Some(port)) => stack.send_to(port, to, octets).is_ok(),
            _ => false,
        }
    }

    /// Takes an input where it concerns the link or a timer.
    pub(crate) fn handle<A, R, C>(&mut self, now: Now, input: &Input<R, C>, out: &mut Outputs<A>) {
        let stack = self.stack.get_or_insert_with(|| {
            let mut s = Stack::new(now, self.rng.clone(), Options::default());
            s.set_addresses(&[self.address]);
            // a new stack has every port free
            let _ = s.listen(self.tcp);
            if let Some(port) = self.udp {
                let _ = s.bind(port);
            }
            s
        });
        match input {
            Input::Recv { link, bytes, .. } if *link == self.port.into() => {
                stack.feed(now, bytes.clone());
            }
            Input::Timer => self.servers.timer(now),
            _ => {}
        }
        self.flush(now, out);
    }

    /// The next request of a device.
    pub(crate) fn poll(&mut self) -> Option<Asked<Conn>> {
        self.servers.poll()
    }

    /// Answers one. [`Gi::flush`] sends it.
    pub(crate) fn answer(&mut self, now: Now, to: Exchange<Conn>, response: Response) {
        self.servers.answer(now, to, response);
    }

    /// Moves octets between server and stack, and packets out.
    pub(crate) fn flush<A>(&mut self, now: Now, out: &mut Outputs<A>) {
        let Some(stack) = &mut self.stack else {
            return;
        };
        loop {
            while let Some(todo) = self.servers.transmit() {
                match todo {
                    Do::Send(conn, bytes) => {
                        if stack.send(conn, &bytes).is_err() {
                            out.count("gi.not_sent");
                            stack.abort(conn);
                            self.servers.down(conn);
                        }
                    }
                    Do::Close(conn) => stack.close(conn),
                }
            }
            stack.poll(now);
            let Some(event) = stack.event() else {
                break;
            };
            match event {
                Event::Accepted { conn, peer, .. } => {
                    self.servers.up(now, conn, SocketAddr::V4(peer));
                }
                Event::Recv(conn, bytes) => self.servers.recv(now, conn, &bytes),
                Event::Closed(conn, _) => self.servers.down(conn),
                Event::Connected(_)
                | Event::Room(_)
                | Event::Datagram { .. }
                | Event::Pong { .. } => {}
            }
        }
        while let Some(why) = self.servers.dropped() {
            out.count(why);
        }
        while let Some(packet) = stack.packet() {
            out.packet(self.port, packet);
        }
    }

    /// When [`Input::Timer`] is wanted.
    pub(crate) fn due(&self) -> Option<Time> {
        let stack = self.stack.as_ref().and_then(Stack::due);
        [stack, self.servers.due()].into_iter().flatten().min()
    }
}
