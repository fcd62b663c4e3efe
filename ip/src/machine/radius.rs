//! RADIUS: a client that repeats itself, a server that answers the same twice.
use crate::msg::radius::{
    self, AccessRequest, AccountingRequest, AccountingResponse, Packet, Pdu, Secret,
    access_request, access_request_holds, access_response, access_response_holds, request_holds,
    response_holds,
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

/// What a client sends.
#[derive(Debug)]
enum Ask {
    Accounting(Box<AccountingRequest>),
    Access {
        request: Box<AccessRequest>,
        password: Secret,
        authenticator: [u8; 16],
    },
}

/// The side that reports sessions, or asks for them: a GGSN, an access gateway. `T` comes back with
/// the outcome.
#[derive(Debug)]
pub struct Client<T> {
    secret: Secret,
    server: SocketAddr,
    retry: Retry,
    next: u8,
    pending: BTreeMap<u8, Pending<T>>,
    queue: VecDeque<(Ask, T)>,
    timers: Timers<u8>,
    transmit: VecDeque<Bytes>,
    done: VecDeque<(T, Option<Pdu>)>,
}

#[derive(Debug)]
struct Pending<T> {
    octets: Bytes,
    authenticator: [u8; 16],
    access: bool,
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
        self.queue.push_back((Ask::Accounting(request.into()), tag));
        self.start(now);
    }

    /// Sends an Access-Request with a password; `authenticator` is random.
    pub fn ask(
        &mut self,
        now: Time,
        request: AccessRequest,
        password: &Secret,
        authenticator: [u8; 16],
        tag: T,
    ) {
        let ask = Ask::Access {
            request: request.into(),
            password: password.clone(),
            authenticator,
        };
        self.queue.push_back((ask, tag));
        self.start(now);
    }

    /// Takes a datagram of the server.
    pub fn recv(&mut self, now: Time, from: SocketAddr, octets: &Bytes) -> Result<(), Dropped> {
        let packet = Packet::read(octets).map_err(|_| Dropped::Malformed)?;
        let id = packet.identifier;
        let pending = self.pending.get(&id).ok_or(Dropped::Unexpected)?;
        let access = match packet.pdu {
            Pdu::AccountingResponse(_) => false,
            Pdu::AccessAccept(_) | Pdu::AccessReject(_) => true,
            _ => return Err(Dropped::Unexpected),
        };
        if from != self.server || access != pending.access {
            return Err(Dropped::Unexpected);
        }
        let holds = match access {
            true => access_response_holds(octets, &pending.authenticator, &self.secret),
            false => response_holds(octets, &pending.authenticator, &self.secret),
        };
        if !holds {
            return Err(Dropped::Authenticator);
        }
        self.end(id, Some(packet.pdu));
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
                _ => self.end(id, None),
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

    /// The next outcome: what the server has answered, where it has.
    pub fn poll(&mut self) -> Option<(T, Option<Pdu>)> {
        self.done.pop_front()
    }

    fn start(&mut self, now: Time) {
        while self.pending.len() < 256
            && let Some((ask, tag)) = self.queue.pop_front()
        {
            while self.pending.contains_key(&self.next) {
                self.next = self.next.wrapping_add(1);
            }
            let id = self.next;
            self.next = self.next.wrapping_add(1);
            let access = matches!(ask, Ask::Access { .. });
            let octets = match ask {
                Ask::Accounting(request) => radius::request(id, *request, &self.secret),
                Ask::Access {
                    request,
                    password,
                    authenticator,
                } => access_request(id, *request, password.octets(), authenticator, &self.secret),
            };
            let sum = octets.get(4..20).and_then(|a| a.try_into().ok());
            self.transmit.push_back(octets.clone());
            self.timers.start(id, now + self.retry.after);
            let pending = Pending {
                octets,
                authenticator: sum.unwrap_or_default(),
                access,
                sent: 1,
                tag,
            };
            self.pending.insert(id, pending);
        }
    }

    fn end(&mut self, id: u8, answer: Option<Pdu>) {
        self.timers.stop(&id);
        if let Some(p) = self.pending.remove(&id) {
            self.done.push_back((p.tag, answer));
        }
    }
}

/// How long a server remembers what it has answered.
const MEMORY: Duration = Duration::from_secs(60);
/// How many answers it remembers at most.
const ANSWERS: usize = 65_536;

/// The side that is told of sessions, or asked for them.
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
        let holds = match &packet.pdu {
            Pdu::AccountingRequest(_) => request_holds(octets, &self.secret),
            Pdu::AccessRequest(_) => access_request_holds(octets, &self.secret),
            // whose it is nobody can tell, and it is no request
            _ if request_holds(octets, &self.secret) => return Err(Dropped::Unexpected),
            _ => false,
        };
        if !holds {
            return Err(Dropped::Authenticator);
        }
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
        self.remember(now, from, packet, octets)
    }

    /// The password of an Access-Request that was taken.
    pub fn password(&self, packet: &Packet) -> Option<Vec<u8>> {
        radius::password(packet, &self.secret)
    }

    /// Answers an Access-Request: the octets to send to `from`.
    pub fn decide(
        &mut self,
        now: Time,
        from: SocketAddr,
        packet: &Packet,
        answer: impl Into<Pdu>,
    ) -> Bytes {
        let octets = access_response(packet, answer, &self.secret);
        self.remember(now, from, packet, octets)
    }

    fn remember(&mut self, now: Time, from: SocketAddr, packet: &Packet, octets: Bytes) -> Bytes {
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
        let Some(("one", Some(Pdu::AccountingResponse(_)))) = c.poll() else {
            panic!()
        };
        // nobody answers the second: 2 + 4 + 8 + 16 + 32 seconds
        let mut sent = 2;
        while let Some(due) = c.due() {
            c.timer(due);
            sent += std::iter::from_fn(|| c.transmit()).count();
            assert!(due <= at(62));
        }
        assert_eq!((sent, c.poll()), (2 + 4, Some(("two", None))));
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

    #[test]
    fn access_is_asked_for_and_answered() {
        let (nas, aaa): (SocketAddr, SocketAddr) = (
            "127.0.8.1:20001".parse().unwrap(),
            "127.0.8.2:1812".parse().unwrap(),
        );
        let secret = Secret::new(b"between gateway and server");
        let mut c = Client::new(aaa, secret.clone(), Retry::default(), 0);
        let mut s = Server::new(secret);
        let request = || {
            let own = [127, 0, 8, 1].into();
            AccessRequest::new("line-1", own, 1, radius::PortType::Ethernet)
        };
        c.ask(at(0), request(), &Secret::new(b"pw"), [3; 16], 1);
        let octets = c.transmit().unwrap();
        let Taken::New(p) = s.recv(at(0), nas, &octets).unwrap() else {
            panic!()
        };
        assert_eq!(s.password(&p).unwrap(), b"pw");
        let Pdu::AccessRequest(r) = &p.pdu else {
            panic!()
        };
        let answer = s.decide(at(0), nas, &p, radius::AccessAccept::to(r, Some(60)));
        let again = s.recv(at(1), nas, &octets).unwrap();
        assert_eq!(again, Taken::Again(answer.clone()));
        // neither a changed answer nor one to accounting
        let mut bad = answer.to_vec();
        *bad.last_mut().unwrap() ^= 1;
        let dropped = c.recv(at(1), aaa, &bad.into());
        assert_eq!(dropped, Err(Dropped::Authenticator));
        c.recv(at(1), aaa, &answer).unwrap();
        let Some((1, Some(Pdu::AccessAccept(a)))) = c.poll() else {
            panic!()
        };
        assert_eq!(a.session_timeout, Some(60));
    }
}
