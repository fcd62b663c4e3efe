//! Paths: what lies between us and a peer, TS 29.060 7.2, 9 and 11.2, TS 23.007 18.
//!
//! A [`Paths`] serves one UDP port. Requests go out with the path's sequence number, are repeated
//! after T3-RESPONSE until N3-REQUESTS of them went unanswered, and end in exactly one
//! [`Output::Answer`] or [`Output::NoAnswer`]. Requests that come in are offered once; their repeats
//! get the stored answer. Echo, restart counters and versions are dealt with here.
use crate::msg::{
    Cause, EchoRequest, EchoResponse, Extension, Header, Message, Pdu, VersionNotSupported,
    cause_of, kind,
};
use bytes::Bytes;
use engine::{Rng, Time, Timers};
use std::{
    collections::{BTreeMap, VecDeque},
    net::{IpAddr, SocketAddr},
    time::Duration,
};

/// What a path is told by configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// T3-RESPONSE: how long an answer may take before the request is repeated.
    pub t3: Duration,
    /// N3-REQUESTS: how often a request is sent at most; at least once.
    pub n3: u8,
    /// How often a peer with tunnels is asked whether it lives; 60 s at least (7.2.1). `None` for
    /// never.
    pub echo: Option<Duration>,
    /// Our restart counter on the control plane; `None` on the user plane, where 0 is sent and
    /// nothing is read (TS 29.281 7.2.2).
    pub restart_counter: Option<u8>,
    /// The peers' port: 2123 or 2152.
    pub port: u16,
}

impl Config {
    /// Of GTP-C: T3-RESPONSE 5 s, N3-REQUESTS 3, Echo every 60 s.
    pub fn control(restart_counter: u8) -> Self {
        Self {
            t3: Duration::from_secs(5),
            n3: 3,
            echo: Some(ECHO_LEAST),
            restart_counter: Some(restart_counter),
            port: crate::CONTROL_PORT,
        }
    }

    /// Of GTP-U: the same timers.
    pub fn user() -> Self {
        Self {
            restart_counter: None,
            port: crate::USER_PORT,
            ..Self::control(0)
        }
    }
}

/// Echo requests are not sent more often on a path, TS 29.060 7.2.1.
pub const ECHO_LEAST: Duration = Duration::from_secs(60);
/// How long an answer is kept for repeats of its request.
pub const KEPT: Duration = Duration::from_secs(60);
/// Answers kept at most, all peers together: beyond it the oldest go.
const KEPT_MOST: usize = 65_536;
/// Peers known at most: a flood of forged sources does not make us forget those with tunnels.
const PEERS_MOST: usize = 4096;

/// A request of a peer, to be answered with [`Paths::respond`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestId {
    /// Who asks; the answer goes there.
    pub from: SocketAddr,
    /// The peer's sequence number.
    pub sequence: u16,
    /// Message type of the request.
    pub kind: u8,
}

/// What comes out.
#[derive(Debug, Clone, PartialEq)]
pub enum Output<T> {
    /// A datagram to be sent.
    Send {
        /// To whom.
        to: SocketAddr,
        /// The message.
        bytes: Bytes,
    },
    /// A request of a peer, once.
    Request {
        /// What to answer it by.
        id: RequestId,
        /// The request.
        message: Message,
    },
    /// A message that wants no answer: Error Indication and the like.
    Notice {
        /// Who sent it.
        from: SocketAddr,
        /// The message.
        message: Message,
    },
    /// The answer to a request of ours.
    Answer {
        /// The request's tag.
        tag: T,
        /// Who answered.
        from: SocketAddr,
        /// The answer.
        message: Message,
    },
    /// A request of ours was never answered.
    NoAnswer {
        /// The request's tag.
        tag: T,
        /// Who should have answered.
        to: SocketAddr,
    },
    /// A peer came back with a higher restart counter: the tunnels with it are gone (TS 23.007 18).
    Restarted {
        /// The peer.
        peer: IpAddr,
        /// Its counter now.
        counter: u8,
    },
    /// A peer does not answer Echo any more: the path is down.
    Down {
        /// The peer.
        peer: IpAddr,
    },
    /// A path that was down works again.
    Up {
        /// The peer.
        peer: IpAddr,
    },
    /// A message that could not be read; where it was a request it has been answered.
    Bad {
        /// Who sent it.
        from: SocketAddr,
        /// Why.
        error: wire::Error,
    },
    /// Something was discarded, as the standard wants it: the reason, to be counted.
    Discarded(&'static str),
}

/// The paths of one UDP port. `T` says what a request of ours was for.
#[derive(Debug)]
pub struct Paths<T> {
    config: Config,
    rng: Rng,
    peers: BTreeMap<IpAddr, Peer>,
    open: BTreeMap<(IpAddr, u16), Open<T>>,
    answered: BTreeMap<RequestId, Option<Bytes>>,
    order: VecDeque<(Time, RequestId)>,
    timers: Timers<Timer>,
    out: VecDeque<Output<T>>,
}

#[derive(Debug)]
struct Peer {
    sequence: u16,
    counter: Option<u8>,
    tunnels: usize,
    echoed: Option<Time>,
    down: bool,
}

/// A request of ours that waits for its answer.
#[derive(Debug)]
struct Open<T> {
    to: SocketAddr,
    bytes: Bytes,
    answer: u8,
    sent: u8,
    /// `None` for Echo.
    tag: Option<T>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    T3(IpAddr, u16),
    Echo(IpAddr),
}

impl<T> Paths<T> {
    /// No peers yet. `rng` gives each path its first sequence number.
    pub fn new(config: Config, rng: Rng) -> Self {
        Self {
            config,
            rng,
            peers: BTreeMap::new(),
            open: BTreeMap::new(),
            answered: BTreeMap::new(),
            order: VecDeque::new(),
            timers: Timers::default(),
            out: VecDeque::new(),
        }
    }

    /// The next thing to be done; call it until it says `None`.
    pub fn poll(&mut self) -> Option<Output<T>> {
        self.out.pop_front()
    }

    /// When [`Paths::timer`] is wanted next.
    pub fn due(&self) -> Option<Time> {
        self.timers.due()
    }

    /// True for a peer whose Echo went unanswered and who has not been heard since.
    pub fn is_down(&self, peer: IpAddr) -> bool {
        self.peers.get(&peer).is_some_and(|p| p.down)
    }

    /// A tunnel with `peer` was made: from the first on, Echo watches over the path.
    pub fn tunnel_up(&mut self, now: Time, peer: IpAddr) {
        let echo = self.config.echo;
        if let Some(p) = self.peer(peer, true) {
            p.tunnels = p.tunnels.saturating_add(1);
            if p.tunnels == 1
                && let Some(every) = echo
            {
                // never sooner than 60 s after the last one on this path
                let last = p.echoed.map(|t| t + ECHO_LEAST);
                let at = (now + every.max(ECHO_LEAST)).max(last.unwrap_or_default());
                self.timers.start(Timer::Echo(peer), at);
            }
        }
    }

    /// A tunnel with `peer` is gone: after the last, Echo stops.
    pub fn tunnel_down(&mut self, peer: IpAddr) {
        if let Some(p) = self.peers.get_mut(&peer) {
            p.tunnels = p.tunnels.saturating_sub(1);
            if p.tunnels == 0 {
                self.timers.stop(&Timer::Echo(peer));
            }
        }
    }

    /// Sends a request to a peer's port. Its answer, or that there is none, comes back with `tag`.
    pub fn request(&mut self, now: Time, peer: IpAddr, teid: u32, pdu: impl Into<Pdu>, tag: T) {
        self.send_request(now, peer, teid, pdu.into(), Some(tag));
    }

    /// Sends a message that wants no answer.
    pub fn notify(&mut self, peer: IpAddr, teid: u32, pdu: impl Into<Pdu>) {
        let Some(sequence) = self.next_sequence(peer) else {
            return;
        };
        let to = SocketAddr::new(peer, self.config.port);
        let bytes = Message::request(sequence, teid, pdu).bytes();
        self.out.push_back(Output::Send { to, bytes });
    }

    /// Answers a request, and keeps the answer for repeats of it.
    pub fn respond(&mut self, now: Time, id: RequestId, teid: u32, pdu: impl Into<Pdu>) {
        let bytes = Message::response(id.sequence, teid, pdu).bytes();
        self.keep(now, id, Some(bytes.clone()));
        self.out.push_back(Output::Send { to: id.from, bytes });
    }

    /// A request that shall have no answer: its repeats are as if they came first.
    pub fn abandon(&mut self, id: RequestId) {
        self.answered.remove(&id);
    }

    /// Takes a datagram.
    pub fn receive(&mut self, now: Time, from: SocketAddr, datagram: &Bytes) {
        self.forget(now);
        match Message::read(datagram) {
            Ok(message) => self.message(now, from, message),
            Err(error) => self.unreadable(now, from, datagram, error),
        }
    }

    /// [`Paths::due`] has come.
    pub fn timer(&mut self, now: Time) {
        self.forget(now);
        while let Some(t) = self.timers.pop(now) {
            match t {
                Timer::T3(peer, sequence) => self.t3(now, peer, sequence),
                Timer::Echo(peer) => self.echo(now, peer),
            }
        }
    }

    fn t3(&mut self, now: Time, peer: IpAddr, sequence: u16) {
        let key = (peer, sequence);
        let n3 = self.config.n3;
        match self.open.get_mut(&key) {
            Some(o) if o.sent < n3 => {
                o.sent = o.sent.saturating_add(1);
                let (to, bytes) = (o.to, o.bytes.clone());
                self.out.push_back(Output::Send { to, bytes });
                self.timers
                    .start(Timer::T3(peer, sequence), now + self.config.t3);
            }
            Some(_) => {
                let Some(o) = self.open.remove(&key) else {
                    return;
                };
                match o.tag {
                    Some(tag) => self.out.push_back(Output::NoAnswer { tag, to: o.to }),
                    None => self.went_down(peer),
                }
            }
            None => {}
        }
    }

    fn went_down(&mut self, peer: IpAddr) {
        if let Some(p) = self.peers.get_mut(&peer)
            && !p.down
        {
            p.down = true;
            self.out.push_back(Output::Down { peer });
        }
    }

    fn echo(&mut self, now: Time, peer: IpAddr) {
        let Some(p) = self.peers.get_mut(&peer).filter(|p| p.tunnels > 0) else {
            return;
        };
        p.echoed = Some(now);
        let request = EchoRequest {
            private: None,
            other: Default::default(),
        };
        self.send_request(now, peer, 0, request.into(), None);
        if let Some(every) = self.config.echo {
            let at = now + every.max(ECHO_LEAST);
            self.timers.start(Timer::Echo(peer), at);
        }
    }

    fn send_request(&mut self, now: Time, peer: IpAddr, teid: u32, pdu: Pdu, tag: Option<T>) {
        let to = SocketAddr::new(peer, self.config.port);
        let (Some(answer), Some(sequence)) =
            (Pdu::answer_kind(pdu.code()), self.next_sequence(peer))
        else {
            // no request, or no room for one more peer: it will not be answered
            if let Some(tag) = tag {
                self.out.push_back(Output::NoAnswer { tag, to });
            }
            return;
        };
        let bytes = Message::request(sequence, teid, pdu).bytes();
        let open = Open {
            to,
            bytes: bytes.clone(),
            answer,
            sent: 1,
            tag,
        };
        self.open.insert((peer, sequence), open);
        self.timers
            .start(Timer::T3(peer, sequence), now + self.config.t3);
        self.out.push_back(Output::Send { to, bytes });
    }

    /// The next number of the path's one counter that no request waits under.
    fn next_sequence(&mut self, peer: IpAddr) -> Option<u16> {
        self.peer(peer, true)?;
        let p = self.peers.get_mut(&peer)?;
        let open = &self.open;
        for _ in 0..=u16::MAX {
            let n = p.sequence;
            p.sequence = n.wrapping_add(1);
            if !open.contains_key(&(peer, n)) {
                return Some(n);
            }
        }
        None
    }

    fn peer(&mut self, peer: IpAddr, ours: bool) -> Option<&mut Peer> {
        if !self.peers.contains_key(&peer) {
            if !ours && self.peers.len() >= PEERS_MOST {
                return None;
            }
            let sequence = self.rng.u32() as u16;
            let new = Peer {
                sequence,
                counter: None,
                tunnels: 0,
                echoed: None,
                down: false,
            };
            self.peers.insert(peer, new);
        }
        self.peers.get_mut(&peer)
    }

    fn message(&mut self, now: Time, from: SocketAddr, message: Message) {
        let header = &message.header;
        if message.pdu.code() != kind::SUPPORTED_EXTENSION_HEADERS_NOTIFICATION
            && header.extensions().any(|e| must_refuse(&e))
        {
            self.refuse_extension(from, header);
            return;
        }
        let Some(sequence) = header.sequence() else {
            // an end marker, a supported extension headers notification: no number, no answer
            self.out.push_back(Output::Notice { from, message });
            return;
        };
        match Pdu::answer_kind(header.kind) {
            // an SGSN Context Response is the answer to one request and asks for another message
            Some(_) if !self.awaits(from.ip(), sequence, header.kind) => {
                self.incoming(now, from, sequence, message);
            }
            None if !is_answer(header.kind) => {
                self.heard(from.ip(), &message.pdu);
                self.out.push_back(Output::Notice { from, message });
            }
            _ => self.answer(from, sequence, message),
        }
    }

    fn awaits(&self, peer: IpAddr, sequence: u16, kind: u8) -> bool {
        let open = self.open.get(&(peer, sequence));
        open.is_some_and(|o| o.answer == kind)
    }

    fn incoming(&mut self, now: Time, from: SocketAddr, sequence: u16, message: Message) {
        let kind = message.header.kind;
        let id = RequestId {
            from,
            sequence,
            kind,
        };
        match self.answered.get(&id) {
            Some(Some(bytes)) => {
                let bytes = bytes.clone();
                self.out.push_back(Output::Send { to: from, bytes });
                self.out
                    .push_back(Output::Discarded("gtp.request_repeated"));
                return;
            }
            Some(None) => {
                self.out.push_back(Output::Discarded("gtp.request_in_hand"));
                return;
            }
            None => {}
        }
        self.heard(from.ip(), &message.pdu);
        if kind == kind::ECHO_REQUEST {
            let response = EchoResponse {
                recovery: self.config.restart_counter.unwrap_or(0),
                private: None,
                other: Default::default(),
            };
            // an Echo Response costs less to write again than to keep
            let bytes = Message::response(sequence, 0, response).bytes();
            self.out.push_back(Output::Send { to: from, bytes });
            return;
        }
        self.keep(now, id, None);
        self.out.push_back(Output::Request { id, message });
    }

    fn answer(&mut self, from: SocketAddr, sequence: u16, message: Message) {
        let key = (from.ip(), sequence);
        let code = message.header.kind;
        let fits = |o: &Open<T>| o.answer == code || code == kind::VERSION_NOT_SUPPORTED;
        if !self.open.get(&key).is_some_and(fits) {
            self.out
                .push_back(Output::Discarded("gtp.answer_to_nothing"));
            return;
        }
        let Some(open) = self.open.remove(&key) else {
            return;
        };
        self.timers.stop(&Timer::T3(key.0, key.1));
        self.heard(from.ip(), &message.pdu);
        if let Some(tag) = open.tag {
            self.out.push_back(Output::Answer { tag, from, message });
        }
    }

    /// A peer was heard: it lives, and may say that it has lived anew.
    fn heard(&mut self, from: IpAddr, pdu: &Pdu) {
        let control = self.config.restart_counter.is_some();
        let Some(p) = self.peer(from, false) else {
            return;
        };
        if std::mem::take(&mut p.down) {
            self.out.push_back(Output::Up { peer: from });
        }
        let Some(counter) = pdu.recovery().filter(|_| control) else {
            return;
        };
        let Some(p) = self.peers.get_mut(&from) else {
            return;
        };
        // rolled over where the difference is above half the range: TS 23.007 18
        match p.counter.map(|old| counter.wrapping_sub(old)) {
            Some(0) => {}
            Some(128..) => self
                .out
                .push_back(Output::Discarded("gtp.restart_counter_of_the_past")),
            Some(_) => {
                p.counter = Some(counter);
                p.tunnels = 0;
                self.timers.stop(&Timer::Echo(from));
                self.out.push_back(Output::Restarted {
                    peer: from,
                    counter,
                });
            }
            None => p.counter = Some(counter),
        }
    }

    /// TS 29.060 11.1.1 (version), 11.1.2 to 11.1.11 (what cannot be read).
    fn unreadable(&mut self, now: Time, from: SocketAddr, datagram: &Bytes, error: wire::Error) {
        self.out.push_back(Output::Bad { from, error });
        let (first, code) = match datagram.as_ref() {
            [first, code, _, _, ..] => (*first, *code),
            _ => return,
        };
        if error.field == "GTP version" {
            let other_version = first.wrapping_shr(5) != 1;
            let quiet = matches!(code, kind::ECHO_RESPONSE | kind::VERSION_NOT_SUPPORTED);
            if other_version && !quiet {
                let pdu = VersionNotSupported {
                    other: Default::default(),
                };
                let bytes = Message::response(0, 0, pdu).bytes();
                self.out.push_back(Output::Send { to: from, bytes });
            }
            return;
        }
        // the sequence number stands at a fixed place, whatever is wrong behind it
        let sequence = match datagram.get(8..10).and_then(|s| s.as_array::<2>()) {
            Some(s) if first & 2 != 0 => u16::from_be_bytes(*s),
            _ => return,
        };
        let id = RequestId {
            from,
            sequence,
            kind: code,
        };
        let cause = cause_of(code, &error);
        match Pdu::refusal(code, cause) {
            Some(pdu) if !self.answered.contains_key(&id) => self.respond(now, id, 0, pdu),
            Some(_) => self
                .out
                .push_back(Output::Discarded("gtp.request_repeated")),
            None if is_answer(code) => self.bad_answer(from, sequence, code, cause),
            None => {}
        }
    }

    /// An answer that cannot be read is treated as one that says so: the request is over.
    fn bad_answer(&mut self, from: SocketAddr, sequence: u16, code: u8, cause: Cause) {
        if self.awaits(from.ip(), sequence, code)
            && let Some(pdu) = Pdu::refusal(code.wrapping_sub(1), cause)
        {
            let message = Message {
                header: Header::control(code, 0, sequence),
                pdu,
            };
            self.answer(from, sequence, message);
        }
    }

    /// TS 29.060 7.2.4: the peer is told which extension headers we understand: PDCP PDU numbers,
    /// which we may disregard.
    fn refuse_extension(&mut self, from: SocketAddr, header: &Header) {
        let pdu = crate::msg::SupportedExtensionHeadersNotification {
            types: vec![PDCP_PDU_NUMBER].into(),
            other: Default::default(),
        };
        let sequence = header.sequence().unwrap_or(0);
        let bytes = Message::response(sequence, 0, pdu).bytes();
        self.out.push_back(Output::Send { to: from, bytes });
        self.out
            .push_back(Output::Discarded("gtp.extension_header_not_understood"));
    }

    fn keep(&mut self, now: Time, id: RequestId, answer: Option<Bytes>) {
        if self.answered.insert(id, answer).is_none() {
            self.order.push_back((now + KEPT, id));
        }
        while self.order.len() > KEPT_MOST {
            if let Some((_, old)) = self.order.pop_front() {
                self.answered.remove(&old);
            }
        }
    }

    fn forget(&mut self, now: Time) {
        while let Some((until, id)) = self.order.front().copied()
            && until <= now
        {
            self.order.pop_front();
            self.answered.remove(&id);
        }
    }
}

/// PDCP PDU number, TS 29.060 6.1.
const PDCP_PDU_NUMBER: u8 = 0xc0;

fn must_refuse(e: &Extension) -> bool {
    e.must_be_understood() && e.kind != PDCP_PDU_NUMBER
}

/// True for the types that answer a request.
fn is_answer(code: u8) -> bool {
    match code {
        kind::VERSION_NOT_SUPPORTED | 59 | 60 => true,
        _ => Pdu::answer_kind(code.wrapping_sub(1)) == Some(code),
    }
}
