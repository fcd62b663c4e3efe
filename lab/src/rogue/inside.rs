//! A user's TCP/IP in a tunnel of the rogue's own: what he says to hosts that stand behind the
//! gateway.
use super::Config;
use engine::{Now, Rng, Time};
use gtp::msg::{GPdu, Header, Message, Pdu, kind};
use ip::stack::{Conn, Event, Options, Stack};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use wire::Bytes;

/// His context, and the stack above it.
pub(super) struct Inside {
    /// The gateway's TEID for user packets.
    teid: u32,
    stack: Stack,
    /// What is said on the connection that is made now.
    says: Option<(Conn, Bytes)>,
}

impl std::fmt::Debug for Inside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inside").field("teid", &self.teid).finish()
    }
}

impl Inside {
    /// A context with this address, to the gateway's TEID.
    pub fn new(now: Now, rng: Rng, teid: u32, address: Ipv4Addr) -> Self {
        let mut stack = Stack::new(now, rng, Options::default());
        stack.set_addresses(&[address]);
        Self {
            teid,
            stack,
            says: None,
        }
    }

    /// Connects, and says this.
    pub fn say(&mut self, now: Now, to: SocketAddrV4, octets: Bytes) {
        if let Ok(conn) = self.stack.connect(to) {
            self.says = Some((conn, octets));
        }
        self.stack.poll(now);
    }

    /// A datagram of GTP-U; true where it brings an answer, or the end of the connection.
    pub fn datagram(&mut self, now: Now, octets: &Bytes) -> bool {
        if let Ok(m) = Message::read(octets)
            && let Pdu::GPdu(GPdu(inner)) = m.pdu
        {
            self.stack.feed(now, Bytes::copy_from_slice(&inner));
        }
        self.events(now)
    }

    /// Its time has come.
    pub fn timer(&mut self, now: Now) {
        self.stack.poll(now);
        self.events(now);
    }

    fn events(&mut self, now: Now) -> bool {
        let mut answered = false;
        while let Some(e) = self.stack.event() {
            match e {
                Event::Connected(conn) => {
                    if let Some((_, octets)) = self.says.take_if(|s| s.0 == conn) {
                        // a new connection takes a message as short as these
                        let _ = self.stack.send(conn, &octets);
                    }
                }
                Event::Recv(conn, _) => {
                    self.stack.close(conn);
                    answered = true;
                }
                Event::Closed(..) => answered |= self.says.take().is_some(),
                _ => {}
            }
            self.stack.poll(now);
        }
        answered
    }

    /// The next datagram for the gateway.
    pub fn transmit(&mut self, c: &Config) -> Option<(SocketAddr, Bytes)> {
        let packet = self.stack.packet()?;
        let m = Message {
            header: Header::user(kind::G_PDU, self.teid),
            pdu: Pdu::GPdu(GPdu(packet.into())),
        };
        Some((SocketAddr::new(c.ggsn, gtp::USER_PORT), m.bytes()))
    }

    /// When [`Inside::timer`] is wanted.
    pub fn due(&self) -> Option<Time> {
        self.stack.due()
    }
}
