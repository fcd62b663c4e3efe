//! DHCP (RFC 2131): a client that keeps its lease, and a server's pool.
use crate::msg::dhcp::{Message, MessageType, PORTS, option};
use bytes::{Bytes, BytesMut};
use engine::{Prefix, Rng, Time};
use std::{
    collections::{BTreeMap, VecDeque},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

/// The first wait for an answer, doubled each time up to the last (RFC 2131 4.1); a random part of a
/// second on either side.
const WAITS: (Duration, Duration) = (Duration::from_secs(4), Duration::from_secs(64));
/// How often a client asks before it gives up: some two minutes.
const TIMES: u32 = 5;
/// Renewal is not tried more often than this (RFC 2131 4.4.5).
const RENEWAL: Duration = Duration::from_secs(60);

/// What comes of a client's trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It has an address, for so long.
    Bound {
        /// The address.
        address: Ipv4Addr,
        /// The lease.
        lease: Duration,
    },
    /// It has none any more: the server says so, or nobody renewed it in time.
    Lost,
    /// Nobody answers.
    NoServer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lease {
    address: Ipv4Addr,
    server: Ipv4Addr,
    t1: Time,
    t2: Time,
    until: Time,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Off,
    Selecting,
    Requesting { address: Ipv4Addr, server: Ipv4Addr },
    Bound(Lease),
    Renewing(Lease),
    Rebinding(Lease),
}

/// The client. Datagrams go out as IP packets: before it has an address no stack would send them.
#[derive(Debug)]
pub struct Client {
    hardware: [u8; 6],
    state: State,
    transaction: u32,
    began: Time,
    tried: u32,
    due: Option<Time>,
    rng: Rng,
    packets: VecDeque<Bytes>,
    events: VecDeque<Event>,
}

impl Client {
    /// A client that is silent, with this hardware address.
    pub fn new(hardware: [u8; 6], rng: Rng) -> Self {
        Self {
            hardware,
            state: State::Off,
            transaction: 0,
            began: Time(0),
            tried: 0,
            due: None,
            rng,
            packets: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// Asks for an address.
    pub fn start(&mut self, now: Time) {
        self.state = State::Selecting;
        self.transaction = self.rng.u64() as u32;
        (self.began, self.tried) = (now, 0);
        self.ask(now);
    }

    /// Gives the address back (RFC 2131 4.4.6), or gives up.
    pub fn release(&mut self) {
        if let State::Bound(l) | State::Renewing(l) | State::Rebinding(l) = self.state {
            let mut m = Message::of(MessageType::Release, self.rng.u64() as u32, self.hardware)
                .with(option::SERVER, &l.server.octets())
                .with(option::CLIENT, &self.identifier());
            m.client = l.address;
            self.send(l.address, l.server, &m);
        }
        self.state = State::Off;
        self.due = None;
    }

    /// The address that it has.
    pub fn address(&self) -> Option<Ipv4Addr> {
        match self.state {
            State::Bound(l) | State::Renewing(l) | State::Rebinding(l) => Some(l.address),
            _ => None,
        }
    }

    /// Takes a message of a server.
    pub fn receive(&mut self, now: Time, m: &Message) {
        if m.transaction != self.transaction || m.hardware != self.hardware || m.is_request() {
            return;
        }
        let server = m.address(option::SERVER);
        match (self.state, m.kind, server) {
            (State::Selecting, MessageType::Offer, Some(server)) if usable(m.yours) => {
                let address = m.yours;
                self.state = State::Requesting { address, server };
                self.tried = 0;
                self.ask(now);
            }
            (State::Requesting { server, .. }, MessageType::Ack, Some(by)) if by == server => {
                self.bound(now, m, server);
            }
            (State::Renewing(_) | State::Rebinding(_), MessageType::Ack, Some(server)) => {
                self.bound(now, m, server);
            }
            (State::Requesting { .. }, MessageType::Nak, _) => self.start(now),
            (State::Renewing(_) | State::Rebinding(_), MessageType::Nak, _) => self.lost(),
            _ => {}
        }
    }

    fn bound(&mut self, now: Time, m: &Message, server: Ipv4Addr) {
        // RFC 2131 4.4.5: half of the lease, seven eighths of it
        let Some(lease) = m.time(option::LEASE_TIME).filter(|_| usable(m.yours)) else {
            return;
        };
        let part = |n: u32| lease.saturating_mul(n).checked_div(8).unwrap_or(lease);
        let (half, most) = (part(4), part(7));
        let had = self.address();
        let t1 = m.time(option::T1).unwrap_or(half).min(lease);
        let t2 = m.time(option::T2).unwrap_or(most).min(lease);
        let l = Lease {
            address: m.yours,
            server,
            t1: now + t1,
            t2: now + t2.max(t1),
            until: now + lease,
        };
        self.state = State::Bound(l);
        self.due = Some(l.t1);
        if had != Some(l.address) {
            self.events.push_back(Event::Bound {
                address: l.address,
                lease,
            });
        }
    }

    fn lost(&mut self) {
        self.state = State::Off;
        self.due = None;
        self.events.push_back(Event::Lost);
    }

    /// What has ended by now.
    pub fn timer(&mut self, now: Time) {
        if self.due.is_none_or(|t| t > now) {
            return;
        }
        match self.state {
            State::Off => self.due = None,
            State::Selecting | State::Requesting { .. } if self.tried >= TIMES => {
                self.state = State::Off;
                self.due = None;
                self.events.push_back(Event::NoServer);
            }
            State::Selecting | State::Requesting { .. } => self.ask(now),
            State::Bound(l) => {
                self.transaction = self.rng.u64() as u32;
                (self.began, self.tried) = (now, 0);
                self.state = State::Renewing(l);
                self.renew(now, l, l.t2);
            }
            State::Renewing(l) if now >= l.t2 => {
                self.state = State::Rebinding(l);
                self.renew(now, l, l.until);
            }
            State::Renewing(l) => self.renew(now, l, l.t2),
            State::Rebinding(l) if now >= l.until => self.lost(),
            State::Rebinding(l) => self.renew(now, l, l.until),
        }
    }

    /// When [`Client::timer`] is wanted.
    pub fn due(&self) -> Option<Time> {
        self.due
    }

    /// The next IP packet for the link.
    pub fn packet(&mut self) -> Option<Bytes> {
        self.packets.pop_front()
    }

    /// The next event.
    pub fn poll(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// DHCPDISCOVER, or DHCPREQUEST of what was offered; both to everybody.
    fn ask(&mut self, now: Time) {
        let kind = match self.state {
            State::Requesting { .. } => MessageType::Request,
            _ => MessageType::Discover,
        };
        let mut m = self.message(now, kind);
        if let State::Requesting { address, server } = self.state {
            m = m
                .with(option::REQUESTED, &address.octets())
                .with(option::SERVER, &server.octets());
        }
        self.send(Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST, &m);
        let wait = WAITS.0.saturating_mul(1 << self.tried.min(6)).min(WAITS.1);
        let around = Duration::from_millis(self.rng.below(2000));
        let wait = wait
            .saturating_add(around)
            .saturating_sub(Duration::from_secs(1));
        self.tried = self.tried.saturating_add(1);
        self.due = Some(now + wait);
    }

    /// DHCPREQUEST of what it has: to its server, later to everybody. Half of what is left is
    /// waited for the answer (RFC 2131 4.4.5).
    fn renew(&mut self, now: Time, l: Lease, until: Time) {
        let mut m = self.message(now, MessageType::Request);
        m.client = l.address;
        let to = match self.state {
            State::Renewing(_) => l.server,
            _ => Ipv4Addr::BROADCAST,
        };
        self.send(l.address, to, &m);
        let left = until - now;
        let wait = left.checked_div(2).unwrap_or(left).max(RENEWAL);
        self.due = Some(now + wait.min(left));
    }

    fn message(&self, now: Time, kind: MessageType) -> Message {
        let mut m = Message::of(kind, self.transaction, self.hardware)
            .with(option::CLIENT, &self.identifier())
            .with(
                option::PARAMETERS,
                &[option::SUBNET_MASK, option::ROUTER, option::T1, option::T2],
            );
        m.secs = u16::try_from((now - self.began).as_secs()).unwrap_or(u16::MAX);
        m
    }

    /// Client identifier: hardware type and address (RFC 2132 9.14).
    fn identifier(&self) -> [u8; 7] {
        let [a, b, c, d, e, f] = self.hardware;
        [1, a, b, c, d, e, f]
    }

    fn send(&mut self, from: Ipv4Addr, to: Ipv4Addr, m: &Message) {
        let packet = datagram((from, PORTS.1), (to, PORTS.0), m);
        self.packets.push_back(packet);
    }
}

/// An address that a host can have.
fn usable(a: Ipv4Addr) -> bool {
    !(a.is_unspecified() || a.is_broadcast() || a.is_multicast() || a.is_loopback())
}

/// A message in an IP packet.
pub fn datagram(from: (Ipv4Addr, u16), to: (Ipv4Addr, u16), m: &Message) -> Bytes {
    let mut payload = BytesMut::new();
    m.write(&mut payload);
    let mut w = BytesMut::new();
    let (from, to) = (SocketAddr::from(from), SocketAddr::from(to));
    wire::net::udp(&mut w, from, to, 0, &payload);
    w.freeze()
}

/// A server's addresses: one for each client, the same again where it comes again.
#[derive(Debug)]
pub struct Pool {
    server: Ipv4Addr,
    prefix: Prefix,
    lease: Duration,
    /// By client: address, and until when.
    clients: BTreeMap<[u8; 6], (Ipv4Addr, Time)>,
    most: usize,
}

impl Pool {
    /// Addresses of `prefix` but the server's own, `most` clients at a time.
    pub fn new(server: Ipv4Addr, prefix: Prefix, lease: Duration, most: usize) -> Self {
        Self {
            server,
            prefix,
            lease,
            clients: BTreeMap::new(),
            most,
        }
    }

    /// The answer to a client's message: none where it is for another server, asks for nothing, or
    /// no address is free.
    pub fn answer(&mut self, now: Time, m: &Message) -> Option<Message> {
        let for_us = m.address(option::SERVER).is_none_or(|s| s == self.server);
        match m.kind {
            MessageType::Discover => {
                let address = self.reserve(now, m.hardware)?;
                Some(self.grant(m, MessageType::Offer, address))
            }
            MessageType::Request if for_us => {
                let wanted = match m.client.is_unspecified() {
                    true => m.address(option::REQUESTED)?,
                    false => m.client,
                };
                match self.clients.get_mut(&m.hardware) {
                    Some((address, until)) if *address == wanted => {
                        *until = now + self.lease;
                        Some(self.grant(m, MessageType::Ack, wanted))
                    }
                    _ => Some(m.answer(MessageType::Nak, self.server)),
                }
            }
            MessageType::Release | MessageType::Decline if for_us => {
                self.clients.remove(&m.hardware);
                None
            }
            _ => None,
        }
    }

    /// Who has this address at present.
    pub fn owner(&self, now: Time, address: Ipv4Addr) -> Option<[u8; 6]> {
        let mut all = self.clients.iter();
        let found = all.find(|(_, (a, until))| *a == address && *until > now);
        found.map(|(client, _)| *client)
    }

    /// Whether a client has an address at present.
    pub fn holds(&self, now: Time, client: &[u8; 6]) -> bool {
        self.clients.get(client).is_some_and(|c| c.1 > now)
    }

    fn reserve(&mut self, now: Time, client: [u8; 6]) -> Option<Ipv4Addr> {
        self.clients
            .retain(|c, (_, until)| *until > now || *c == client);
        let until = now + self.lease;
        if let Some((address, end)) = self.clients.get_mut(&client) {
            *end = until;
            return Some(*address);
        }
        if self.clients.len() >= self.most {
            return None;
        }
        let taken = |a: Ipv4Addr| a == self.server || self.clients.values().any(|c| c.0 == a);
        let IpAddr::V4(first) = self.prefix.address else {
            return None;
        };
        let size = 1u32.checked_shl(32u32.saturating_sub(self.prefix.len.into()));
        let size = size.unwrap_or(u32::MAX);
        // neither network nor broadcast address
        let mut all = (1..size.saturating_sub(1)).map(|n| Ipv4Addr::from(first.to_bits() | n));
        let free = all.find(|a| !taken(*a))?;
        self.clients.insert(client, (free, until));
        Some(free)
    }

    fn grant(&self, m: &Message, kind: MessageType, address: Ipv4Addr) -> Message {
        let bits = u32::MAX.checked_shl(32u32.saturating_sub(self.prefix.len.into()));
        let mut answer = m
            .answer(kind, self.server)
            .with_time(option::LEASE_TIME, self.lease)
            .with(option::SUBNET_MASK, &bits.unwrap_or(0).to_be_bytes())
            .with(option::ROUTER, &self.server.octets());
        answer.yours = address;
        if kind == MessageType::Ack {
            answer.client = m.client;
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::net::Packet;

    const SERVER: Ipv4Addr = Ipv4Addr::new(10, 36, 0, 1);
    const MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];

    fn pool(most: usize) -> Pool {
        let prefix = Prefix {
            address: Ipv4Addr::new(10, 36, 0, 0).into(),
            len: 29,
        };
        Pool::new(SERVER, prefix, Duration::from_secs(600), most)
    }

    fn said(c: &mut Client) -> (Packet<'static>, Message) {
        let packet: &'static [u8] = Vec::leak(c.packet().unwrap().to_vec());
        let p = Packet::read(packet).unwrap();
        let udp = p.udp().unwrap().unwrap();
        assert_eq!((udp.from.port(), udp.to.port()), (68, 67));
        let m = Message::read(&Bytes::copy_from_slice(udp.payload)).unwrap();
        (p, m)
    }

    fn client() -> Client {
        Client::new(MAC, Rng::seed(1))
    }

    fn at(s: u64) -> Time {
        Time(0) + Duration::from_secs(s)
    }

    /// The server hears what the client says, and is heard.
    fn turn(c: &mut Client, p: &mut Pool, now: Time) -> MessageType {
        let (_, m) = said(c);
        if let Some(a) = p.answer(now, &m) {
            let mut w = BytesMut::new();
            a.write(&mut w);
            c.receive(now, &Message::read(&w.freeze()).unwrap());
        }
        m.kind
    }

    #[test]
    fn an_address_is_got_kept_and_given_back() {
        let (mut c, mut p) = (client(), pool(10));
        c.start(at(0));
        assert_eq!(turn(&mut c, &mut p, at(0)), MessageType::Discover);
        assert_eq!(turn(&mut c, &mut p, at(0)), MessageType::Request);
        let lease = Duration::from_secs(600);
        let address = Ipv4Addr::new(10, 36, 0, 2);
        assert_eq!(c.poll(), Some(Event::Bound { address, lease }));
        assert_eq!(p.owner(at(1), address), Some(MAC));
        // half of the lease later it is renewed, by itself and silently
        assert_eq!(c.due(), Some(at(300)));
        c.timer(at(300));
        assert_eq!(turn(&mut c, &mut p, at(300)), MessageType::Request);
        assert_eq!((c.poll(), c.due()), (None, Some(at(600))));
        c.release();
        assert_eq!(turn(&mut c, &mut p, at(301)), MessageType::Release);
        assert_eq!((c.address(), p.owner(at(301), address)), (None, None));
    }

    #[test]
    fn nobody_answers_and_nobody_renews() {
        let mut c = client();
        c.start(at(0));
        let mut asked = 0;
        while let Some(due) = c.due() {
            asked += std::iter::from_fn(|| c.packet()).count();
            c.timer(due);
        }
        assert_eq!((asked, c.poll()), (5, Some(Event::NoServer)));
        let (mut c, mut p) = (client(), pool(10));
        c.start(at(0));
        turn(&mut c, &mut p, at(0));
        turn(&mut c, &mut p, at(0));
        assert!(matches!(c.poll(), Some(Event::Bound { .. })));
        // first its server is asked, then everybody
        let mut to = Vec::new();
        while let Some(due) = c.due() {
            c.timer(due);
            while c.packets.front().is_some() {
                to.push(said(&mut c).0.to);
            }
            assert!(due <= at(600));
        }
        assert_eq!(to.first(), Some(&SERVER.into()));
        assert_eq!(to.last(), Some(&Ipv4Addr::BROADCAST.into()));
        assert_eq!(c.poll(), Some(Event::Lost));
    }

    #[test]
    fn a_pool_has_an_end_and_refuses_what_it_did_not_give() {
        let mut p = pool(10);
        let ask = |n: u8| Message::of(MessageType::Discover, 7, [2, 0, 0, 0, 0, n]);
        let given: Vec<_> = (0..20).filter_map(|n| p.answer(at(0), &ask(n))).collect();
        // of 8 addresses: not the network's, not the broadcast one, not the server's
        assert_eq!(given.len(), 5);
        assert!(given.iter().all(|m| m.yours != SERVER));
        // the same client has the same address
        assert_eq!(p.answer(at(1), &ask(3)).unwrap().yours, given[3].yours);
        let other = Message::of(MessageType::Request, 7, [2, 0, 0, 0, 0, 4])
            .with(option::REQUESTED, &given[3].yours.octets());
        assert_eq!(p.answer(at(1), &other).unwrap().kind, MessageType::Nak);
        // leases that are over are free again
        assert!(p.answer(at(700), &ask(19)).is_some());
        // few at a time, however many addresses there are
        let mut few = pool(2);
        assert_eq!(
            (0..20).filter_map(|n| few.answer(at(0), &ask(n))).count(),
            2
        );
    }
}
