//! RADIUS accounting: a client that repeats itself, a server that answers the same twice.
use crate::msg::radius::{
    self, AccountingRequest, AccountingResponse, Packet, Pdu, Secret, request_holds, response_holds,
};
use bytes::Bytes;
use engine::{Time, Timers};
use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    time::Duration,
};

/// When a client repeats a request, and how often (RFC 2865 2.5 leaves both open).
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    /// The first wait; each following one is twice as long.
    pub after: Duration,
    /// How often a request is sent at most.
    pub times: u32,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            after: Duration::from_secs(2),
            times: 5,
        }
    }
}

/// Why octets are dropped without a word (RFC 2865 3). Its name is that of the counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dropped {
    /// Not a RADIUS packet.
    Malformed,
    /// The authenticator does not hold: sent by somebody without the secret.
    Authenticator,
    /// Not what this side takes.
    Unexpected,
}

impl Dropped {
    /// The counter's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Malformed => "radius.malformed",
            Self::Authenticator => "radius.bad_authenticator",
            Self::Unexpected => "radius.unexpected",
        }
    }
}

/// The side that reports sessions: a GGSN. `T` comes back with the outcome.
#[derive(Debug)]
pub struct Client<T> {
    secret: Secret,
    server: SocketAddr,
    retry: Retry,
    next: u8,
    pending: BTreeMap<u8, Pending<T>>,
    queue: VecDeque<(AccountingRequest, T)>,
    timers: Timers<u8>,
    transmit: VecDeque<Bytes>,
    done: VecDeque<(T, bool)>,
}

#[derive(Debug)]
struct Pending<T> {
    octets: Bytes,
    authenticator: [u8; 16],
    sent: u32,
    tag: T,
}

impl<T> Client<T> {
    /// A client of `server` whose identifiers start at `first`.
    pub fn new(server: SocketAddr, secret: Secret, retry: Retry, first: u8) -> Self {
        Self {
            secret,
            server,
            retry,
            next: first,
            pending: BTreeMap::new(),
            queue: VecDeque::new(),
            timers: Timers::default(),
            transmit: VecDeque::new(),
            done: VecDeque::new(),
        }
    }

    /// Where the datagrams go.
    pub fn server(&self) -> SocketAddr {
        self.server
    }

    /// Sends a request, or keeps it until one of the 256 identifiers is free.
    pub fn send(&mut self, now: Time, request: AccountingRequest, tag: T) {
        self.queue.push_back((request, tag));
        self.start(now);
    }

    /// Takes a datagram of the server.
    pub fn recv(&mut self, now: Time, from: SocketAddr, octets: &Bytes) -> Result<(), Dropped> {
        let packet = Packet::read(octets).map_err(|_| Dropped::Malformed)?;
        let id = packet.identifier;
        let pending = self.pending.get(&id).ok_or(Dropped::Unexpected)?;
        if from != self.server || !matches!(packet.pdu, Pdu::AccountingResponse(_)) {
            return Err(Dropped::Unexpected);
        }
        if !response_holds(octets, &pending.authenticator, &self.secret) {
            return Err(Dropped::Authenticator);
        }
        self.end(id, true);
        self.start(now);
        Ok(())
    }

    /// Repeats what is not answered.
    pub fn timer(&mut self, now: Time) {
        while let Some(id) = self.timers.pop(now) {
            match self.pending.get_mut(&id) {
                Some(p) if p.sent < self.retry.times => {
                    let wait = self.retry.after.saturating_mul(1 << p.sent.min(6));
                    p.sent = p.sent.saturating_add(1);
                    self.transmit.push_back(p.octets.clone());
                    self.timers.start(id, now + wait);
                }
                _ => self.end(id, false),
            }
        }
        self.start(now);
    }

    /// When [`Client::timer`] is wanted.
    pub fn due(&self) -> Option<Time> {
        self.timers.due()
    }

    /// The next datagram for the server.
    pub fn transmit(&mut self) -> Option<Bytes> {
        self.transmit.pop_front()
    }

    /// The next outcome: true where the server has answered.
    pub fn poll(&mut self) -> Option<(T, bool)> {
        self.done.pop_front()
    }

    fn start(&mut self, now: Time) {
        while self.pending.len() < 256
            && let Some((request, tag)) = self.queue.pop_front()
        {
            while self.pending.contains_key(&self.next) {
                self.next = self.next.wrapping_add(1);
            }
            let id = self.next;
            self.next = self.next.wrapping_add(1);
            let octets = radius::request(id, request, &self.secret);
            let sum = octets.get(4..20).and_then(|a| a.try_into().ok());
            self.transmit.push_back(octets.clone());
            self.timers.start(id, now + self.retry.after);
            let pending = Pending {
                octets,
                authenticator: sum.unwrap_or_default(),
                sent: 1,
                tag,
            };
            self.pending.insert(id, pending);
        }
    }

    fn end(&mut self, id: u8, answered: bool) {
        self.timers.stop(&id);
        if let Some(p) = self.pending.remove(&id) {
            self.done.push_back((p.tag, answered));
        }
    }
}

/// How long a server remembers what it has answered.
const MEMORY: Duration = Duration::from_secs(60);
/// How many answers it remembers at most.
const ANSWERS: usize = 65_536;

/// The side that is told of sessions.
#[derive(Debug)]
pub struct Server {
    secret: Secret,
    answers: BTreeMap<Key, Bytes>,
    oldest: VecDeque<(Time, Key)>,
}

/// Who asked, under which identifier, and exactly what (RFC 2866 2: duplicates).
type Key = (SocketAddr, u8, [u8; 16]);

/// A request that was taken, or one that was answered before.
#[derive(Debug, PartialEq)]
pub enum Taken {
    /// To be acted upon and answered, see [`Server::answer`].
    New(Box<Packet>),
    /// Known: send this again.
    Again(Bytes),
}

impl Server {
    /// A server of clients that know `secret`.
    pub fn new(secret: Secret) -> Self {
        Self {
            secret,
            answers: BTreeMap::new(),
            oldest: VecDeque::new(),
        }
    }

    /// Takes a datagram.
    pub fn recv(&mut self, now: Time, from: SocketAddr, octets: &Bytes) -> Result<Taken, Dropped> {
        self.forget(now);
        let packet = Packet::read(octets).map_err(|_| Dropped::Malformed)?;
        if !request_holds(octets, &self.secret) {
            return Err(Dropped::Authenticator);
        }
        let Pdu::AccountingRequest(_) = &packet.pdu else {
            return Err(Dropped::Unexpected);
        };
        let key = (from, packet.identifier, packet.authenticator.0);
        Ok(match self.answers.get(&key) {
            Some(answer) => Taken::Again(answer.clone()),
            None => Taken::New(packet.into()),
        })
    }

    /// Answers a request: the octets to send to `from`.
    pub fn answer(&mut self, now: Time, from: SocketAddr, packet: &Packet) -> Bytes {
        let response = match &packet.pdu {
            Pdu::AccountingRequest(r) => AccountingResponse::to(r),
            _ => AccountingResponse {
                proxy_states: Vec::new(),
                other: wire::Other::default(),
            },
        };
        let octets = radius::response(packet, response, &self.secret);
        let key = (from, packet.identifier, packet.authenticator.0);
        if self.answers.insert(key, octets.clone()).is_none() {
            self.oldest.push_back((now, key));
        }
        octets
    }

    fn forget(&mut self, now: Time) {
        while let Some((at, key)) = self.oldest.front().copied()
            && (now - at >= MEMORY || self.oldest.len() > ANSWERS)
        {
            self.oldest.pop_front();
            self.answers.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::msg::radius::AcctStatus;

    fn start(n: u32) -> AccountingRequest {
        let mut r = AccountingRequest::new(AcctStatus::Start);
        r.session_id = Some(format!("{n:08x}").into());
        r.proxy_states = vec![vec![1, 2].into(), vec![3].into()];
        r
    }

    fn at(s: u64) -> Time {
        Time(s * 1_000_000_000)
    }

    #[test]
    fn lost_answer_is_given_again_and_acted_upon_once() {
        let (ggsn, drf): (SocketAddr, SocketAddr) = (
            "127.0.3.9:3799".parse().unwrap(),
            "127.0.3.2:1813".parse().unwrap(),
        );
        let secret = Secret::new(b"between ggsn and drf");
        let mut c = Client::new(drf, secret.clone(), Retry::default(), 255);
        let mut s = Server::new(secret);
        c.send(at(0), start(1), "one");
        c.send(at(0), start(2), "two");
        let first = c.transmit().unwrap();
        let second = c.transmit().unwrap();
        assert_eq!((first[1], second[1]), (255, 0));
        let Taken::New(p) = s.recv(at(0), ggsn, &first).unwrap() else {
            panic!()
        };
        let answer = s.answer(at(0), ggsn, &p);
        // it gets lost: the client repeats, the server says the same
        assert_eq!(c.due(), Some(at(2)));
        c.timer(at(2));
        let again = c.transmit().unwrap();
        assert_eq!(again, first);
        let known = s.recv(at(2), ggsn, &again).unwrap();
        assert_eq!(known, Taken::Again(answer.clone()));
        // neither from elsewhere nor changed is it believed
        assert_eq!(c.recv(at(2), ggsn, &answer), Err(Dropped::Unexpected));
        let mut bad = answer.to_vec();
        *bad.last_mut().unwrap() ^= 1;
        let dropped = c.recv(at(2), drf, &bad.into());
        assert_eq!(dropped, Err(Dropped::Authenticator));
        assert_eq!(c.recv(at(2), drf, &answer), Ok(()));
        assert_eq!(c.recv(at(2), drf, &answer), Err(Dropped::Unexpected));
        assert_eq!(c.poll(), Some(("one", true)));
        // nobody answers the second: 2 + 4 + 8 + 16 + 32 seconds
        let mut sent = 2;
        while let Some(due) = c.due() {
            c.timer(due);
            sent += std::iter::from_fn(|| c.transmit()).count();
            assert!(due <= at(62));
        }
        assert_eq!((sent, c.poll()), (2 + 4, Some(("two", false))));
    }

    #[test]
    fn a_server_without_the_secret_a_client_without_an_identifier() {
        let drf: SocketAddr = "127.0.3.2:1813".parse().unwrap();
        let mut c = Client::new(drf, Secret::new(b"a"), Retry::default(), 0);
        let mut s = Server::new(Secret::new(b"b"));
        for n in 0..300 {
            c.send(at(0), start(n), n);
        }
        let sent: Vec<Bytes> = std::iter::from_fn(|| c.transmit()).collect();
        assert_eq!(sent.len(), 256);
        assert_eq!(s.recv(at(0), drf, &sent[0]), Err(Dropped::Authenticator));
        assert_eq!(
            s.recv(at(0), drf, &sent[0].slice(..19)),
            Err(Dropped::Malformed)
        );
        let mut right = Server::new(Secret::new(b"a"));
        let Ok(Taken::New(p)) = right.recv(at(0), drf, &sent[9]) else {
            panic!()
        };
        let answer = right.answer(at(0), drf, &p);
        c.recv(at(1), drf, &answer).unwrap();
        // the freed identifier carries the next request
        assert_eq!(c.transmit().unwrap()[1], 9);
        // an answer is no request
        assert!(right.recv(at(1), drf, &answer).is_err());
        // the same request a minute later is another one
        let late = right.recv(at(61), drf, &sent[9]).unwrap();
        assert!(matches!(late, Taken::New(_)));
    }
}
