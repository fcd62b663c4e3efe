//! One association: a socket of dcsctp and what it leaves to its user.
//!
//! - Data first, then the leave: `shutdown()` of dcsctp, and its answer to a SHUTDOWN, look at what
//!   is in flight and not at what is queued or waits for retransmission, which is then lost. So
//!   all that is sent is counted until it is acknowledged, our own SHUTDOWN waits for that, and a
//!   SHUTDOWN from the peer is kept back meanwhile, while its acknowledgement counts at once.
//! - An ABORT in answer to INIT means "refused" (dcsctp has no state yet that it could end).
//! - Streams that were not negotiated are refused both ways, buffers are bounded, connecting and
//!   taking leave end by themselves.
use crate::{
    config::Config,
    cookie::Signer,
    counters::Counters,
    packet::{ChunkType, Packet, T, Writer, cause, u16_at, u32_at},
    seed::seed,
};
use bytes::Bytes;
use dcsctp::api::{
    DcSctpSocket, ErrorKind, LifecycleId, Message, Options, PpId, SendOptions, Socket, SocketEvent,
    SocketState, SocketTime, StreamId,
};
use engine::{Flow, LayerOutput, Rng, Time, Why};
use std::{
    collections::VecDeque,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

/// What tells associations apart. The UDP port is no part of it, RFC 6951 5.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// Our SCTP port.
    pub(crate) local: u16,
    /// The peer's SCTP port.
    pub(crate) remote: u16,
    /// The peer's address.
    pub(crate) peer: IpAddr,
}

/// What an association needs of its endpoint for one call.
pub(crate) struct Context<'a> {
    pub(crate) now: Time,
    pub(crate) config: &'a Config,
    pub(crate) options: &'a Options,
    pub(crate) signer: &'a Signer,
    pub(crate) rng: &'a mut Rng,
    pub(crate) counters: &'a mut Counters,
    pub(crate) out: &'a mut Vec<LayerOutput>,
}

/// What became of an association in a call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It goes on.
    Lives,
    /// It is gone.
    Ended(Why),
    /// The peer has begun anew: this one is gone, and the same packet makes the next one.
    Restarted,
    /// The packet is none of its own.
    Stranger,
}

/// Who made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Made {
    ByUs,
    ByPeer,
}

pub(crate) struct Association {
    pub(crate) key: Key,
    flow: Flow,
    made: Made,
    socket: Socket,
    /// When the socket's own time began.
    began: Time,
    /// The UDP port from which the peer's packets come, 0 on raw IP.
    udp: u16,
    /// The tag that the peer wants.
    peer_tag: u32,
    up: bool,
    /// Negotiated streams.
    outgoing: u16,
    incoming: u16,
    /// Sent before it was up.
    early: VecDeque<((u16, u32), Bytes)>,
    /// Octets sent and not acknowledged, `early` included.
    unacknowledged: usize,
    full: bool,
    /// Closed from above.
    closing: bool,
    /// The peer's SHUTDOWN, kept back.
    kept: bool,
    /// The window that the peer offered last.
    window: u32,
    /// When connecting, or taking leave, has lasted too long.
    deadline: Option<Time>,
}

impl Association {
    /// Makes a connection.
    pub(crate) fn connect(cx: &mut Context<'_>, key: Key, flow: Flow, udp: u16) -> Self {
        let mut new = Self::new(cx, key, flow, udp, Made::ByUs);
        new.deadline = Some(cx.now + cx.config.connect_timeout);
        seed(cx.rng);
        new.socket.connect();
        let _lives = new.settle(cx, udp);
        new
    }

    /// Takes one from a COOKIE ECHO that the signer has found good; `None` where dcsctp does not
    /// take it.
    pub(crate) fn accept(
        cx: &mut Context<'_>,
        key: Key,
        flow: Flow,
        udp: u16,
        cookie_echo: &[u8],
    ) -> Option<(Self, Fate)> {
        let mut new = Self::new(cx, key, flow, udp, Made::ByPeer);
        seed(cx.rng);
        new.socket.handle_input(cookie_echo);
        let fate = new.settle(cx, udp);
        new.up.then_some((new, fate))
    }

    fn new(cx: &Context<'_>, key: Key, flow: Flow, udp: u16, made: Made) -> Self {
        Self {
            key,
            flow,
            made,
            socket: socket(cx.options, key),
            began: cx.now,
            udp,
            peer_tag: 0,
            up: false,
            outgoing: 0,
            incoming: 0,
            early: VecDeque::new(),
            unacknowledged: 0,
            full: false,
            closing: false,
            kept: false,
            window: 0,
            deadline: None,
        }
    }

    /// True until it is up.
    pub(crate) fn is_connecting(&self) -> bool {
        !self.up
    }

    /// True where nobody above waits for its end.
    pub(crate) fn is_closing(&self) -> bool {
        self.closing
    }

    /// The tag that its packets carry.
    pub(crate) fn tag(&self) -> u32 {
        self.socket.verification_tag()
    }

    /// An INIT: a collision, or a peer that begins anew. It is answered, and changes nothing.
    pub(crate) fn init(&mut self, cx: &mut Context<'_>, udp: u16, packet: &Packet<'_>) -> Fate {
        self.input(cx, packet.octets);
        self.settle(cx, udp)
    }

    /// A COOKIE ECHO that the signer has found good, RFC 9260 5.2.4.
    pub(crate) fn cookie_echo(&mut self, cx: &mut Context<'_>, udp: u16, octets: &[u8]) -> Fate {
        self.input(cx, octets);
        if u32_at(octets, 4) == self.tag() {
            self.udp = udp;
        }
        self.settle(cx, self.udp)
    }

    /// Any other packet.
    pub(crate) fn packet(&mut self, cx: &mut Context<'_>, udp: u16, packet: &Packet<'_>) -> Fate {
        use ChunkType as C;
        if !self.up && packet.has(C::ShutdownAck) {
            // RFC 9260 8.5.1 E: the leave of an association before this one
            return Fate::Stranger;
        }
        let ours = packet.tag == self.tag();
        let ends = matches!(packet.first.kind, C::Abort | C::ShutdownComplete);
        // 8.5.1 B and C: those two may carry the peer's own tag instead, which dcsctp looks at
        if !(ours || ends && packet.alone && packet.first.flags & T != 0) {
            cx.counters.count("tag wrong");
            return Fate::Lives;
        }
        if ours {
            self.udp = udp;
        }
        let connecting = self.socket.state() == SocketState::Connecting;
        match packet.first.kind {
            C::Abort if connecting && ours && packet.first.flags & T == 0 => {
                self.socket.close();
                return Fate::Ended(Why::Refused);
            }
            C::InitAck if !self.takes(cx, packet) => {
                self.socket.close();
                return Fate::Ended(Why::Refused);
            }
            _ => {}
        }
        if self.up && self.unacknowledged > 0 && packet.has(C::Shutdown) {
            let kept = self.keep_shutdown(cx, packet);
            self.input(cx, &kept);
        } else {
            self.input(cx, packet.octets);
        }
        self.settle(cx, self.udp)
    }

    /// Whether an INIT ACK can be used: RFC 9260 3.3.3, and a cookie that fits our packets.
    fn takes(&mut self, cx: &mut Context<'_>, packet: &Packet<'_>) -> bool {
        let fixed = packet.first.value;
        let tag = u32_at(fixed, 0);
        let (outbound, inbound) = (u16_at(fixed, 8), u16_at(fixed, 10));
        let cookie = fixed.len().saturating_sub(16) <= cx.config.longest_cookie();
        if tag != 0 && outbound != 0 && inbound != 0 && cookie {
            return true;
        }
        cx.counters.count("INIT ACK invalid");
        if tag != 0 {
            let abort = packet.reply(tag);
            let abort = abort.cause(ChunkType::Abort, cause::INVALID_MANDATORY_PARAMETER, &[]);
            self.below(cx, abort.seal(), self.udp);
        }
        false
    }

    /// Keeps a SHUTDOWN back while data of ours is not acknowledged: the packet that remains has a
    /// SACK in its place, for the SHUTDOWN acknowledges too (9.2).
    fn keep_shutdown(&mut self, cx: &mut Context<'_>, packet: &Packet<'_>) -> Vec<u8> {
        use ChunkType as C;
        if !self.kept {
            self.kept = true;
            self.guard(cx);
        }
        let writer = Writer::new(packet.source, packet.destination, packet.tag);
        let rest = packet.chunks().fold(writer, |w, chunk| match chunk.kind {
            C::Shutdown if packet.has(C::Sack) => w,
            C::Shutdown => {
                let acknowledged = chunk.value.get(..4).unwrap_or(&[0; 4]);
                let window = self.window.to_be_bytes();
                w.chunk(C::Sack, 0, &[acknowledged, &window, &[0; 4]])
            }
            kind => w.chunk(kind, chunk.flags, &[chunk.value]),
        });
        rest.seal()
    }

    /// Sends a message, or keeps it until the association is up.
    pub(crate) fn send(
        &mut self,
        cx: &mut Context<'_>,
        (stream, ppid): (u16, u32),
        message: Bytes,
    ) -> Fate {
        if self.closing || self.kept || self.socket.state() == SocketState::ShuttingDown {
            cx.counters.count("message while taking leave");
            return Fate::Lives;
        }
        if message.is_empty() || message.len() > cx.config.message {
            cx.counters.count("message empty or too long");
            return Fate::Lives;
        }
        let limit = cx.config.send_buffer.max(cx.config.message);
        if self.unacknowledged >= limit.saturating_mul(2) {
            cx.counters.count("send buffer overrun");
            self.abort(cx);
            return Fate::Ended(Why::Overflow);
        }
        self.unacknowledged = self.unacknowledged.saturating_add(message.len());
        if self.up {
            self.advance(cx.now);
            self.transmit(cx, (stream, ppid), message);
        } else {
            self.early.push_back(((stream, ppid), message));
        }
        let fate = self.settle(cx, self.udp);
        if fate == Fate::Lives && !self.full && self.unacknowledged >= limit {
            self.full = true;
            cx.out.push(LayerOutput::Full(self.flow));
        }
        fate
    }

    fn transmit(&mut self, cx: &mut Context<'_>, (stream, ppid): (u16, u32), message: Bytes) {
        let length = message.len();
        if stream < self.outgoing {
            // the identifier comes back with the acknowledgement: the length is all we want then
            let options = SendOptions {
                lifecycle_id: LifecycleId::new(length as u64),
                ..SendOptions::default()
            };
            let message = Message::new(StreamId(stream), PpId(ppid), message.into());
            // an error ends the message's life cycle, too
            let _counted = self.socket.send(message, &options);
        } else {
            cx.counters.count("stream not negotiated");
            self.unacknowledged = self.unacknowledged.saturating_sub(length);
        }
    }

    /// Closes once all that was sent is acknowledged.
    pub(crate) fn close(&mut self, cx: &mut Context<'_>) -> Fate {
        if self.closing {
            return Fate::Lives;
        }
        self.closing = true;
        if !self.up && self.early.is_empty() {
            self.abort(cx);
            return Fate::Ended(Why::Closed);
        }
        if self.up {
            self.guard(cx);
        }
        self.advance(cx.now);
        self.settle(cx, self.udp)
    }

    /// Breaks off at the user's wish.
    pub(crate) fn abort_by_user(&mut self, cx: &mut Context<'_>) {
        self.closing = true;
        self.abort(cx);
    }

    fn abort(&mut self, cx: &mut Context<'_>) {
        self.socket.close();
        self.deadline = None;
        self.events(cx, self.udp);
    }

    /// [`Association::due`] has come.
    pub(crate) fn timer(&mut self, cx: &mut Context<'_>) -> Fate {
        if self.deadline.is_some_and(|at| at <= cx.now) {
            let reason = if self.up {
                "took leave for too long"
            } else {
                "not up in time"
            };
            cx.counters.count(reason);
            self.abort(cx);
            return Fate::Ended(Why::Unreachable);
        }
        self.advance(cx.now);
        self.settle(cx, self.udp)
    }

    /// When it wants to be called.
    pub(crate) fn due(&self) -> Option<Time> {
        let at = self.socket.poll_timeout();
        let socket = (at != SocketTime::infinite_future()).then(|| self.began + since_birth(at));
        socket.into_iter().chain(self.deadline).min()
    }

    /// Bounds the time of taking leave.
    fn guard(&mut self, cx: &Context<'_>) {
        let at = cx.now + cx.config.shutdown_guard;
        self.deadline = Some(self.deadline.map_or(at, |before| before.min(at)));
    }

    fn advance(&mut self, now: Time) {
        self.socket.advance_time(socket_time(now - self.began));
    }

    fn input(&mut self, cx: &mut Context<'_>, octets: &[u8]) {
        self.advance(cx.now);
        let kind = octets.get(crate::packet::HEADER).copied().map(ChunkType);
        if let Some(ChunkType::Init | ChunkType::InitAck | ChunkType::CookieEcho) = kind {
            seed(cx.rng);
        }
        self.socket.handle_input(octets);
    }

    /// Gives away all that the socket has, and does what has become possible by it. INIT ACKs go
    /// to the UDP port `reply`.
    fn settle(&mut self, cx: &mut Context<'_>, reply: u16) -> Fate {
        loop {
            let fate = self.events(cx, reply);
            self.messages(cx);
            if fate != Fate::Lives {
                return fate;
            }
            if self.full && self.unacknowledged <= cx.config.send_buffer / 2 {
                self.full = false;
                cx.out.push(LayerOutput::Room(self.flow));
            }
            if !self.progress(cx) {
                return Fate::Lives;
            }
        }
    }

    /// Does the next thing that was waiting; false where nothing was.
    fn progress(&mut self, cx: &mut Context<'_>) -> bool {
        if !self.up {
            return false;
        }
        if let Some((to, message)) = self.early.pop_front() {
            self.transmit(cx, to, message);
            return true;
        }
        if self.unacknowledged > 0 || self.socket.state() != SocketState::Connected {
            return false;
        }
        if self.kept {
            self.kept = false;
            let shutdown = Writer::new(self.key.remote, self.key.local, self.tag());
            let shutdown = shutdown.chunk(ChunkType::Shutdown, 0, &[&[0; 4]]);
            self.socket.handle_input(&shutdown.seal());
            return true;
        }
        if self.closing {
            self.socket.shutdown();
            return true;
        }
        false
    }

    fn events(&mut self, cx: &mut Context<'_>, reply: u16) -> Fate {
        let mut fate = Fate::Lives;
        while let Some(event) = self.socket.poll_event() {
            match event {
                SocketEvent::SendPacket(octets) => self.packet_out(cx, octets, reply),
                SocketEvent::OnConnected() if !self.up => self.came_up(cx),
                // what the socket has queued was for the association before: it ends with it
                SocketEvent::OnConnected() | SocketEvent::OnConnectionRestarted() => {
                    return Fate::Restarted;
                }
                SocketEvent::OnClosed() => fate = Fate::Ended(Why::Closed),
                SocketEvent::OnAborted(kind, _) => fate = Fate::Ended(self.why(kind)),
                SocketEvent::OnError(kind, _) => cx.counters.count(reason(kind)),
                SocketEvent::OnLifecycleEnd(id) => {
                    let length = usize::try_from(id.value()).unwrap_or(usize::MAX);
                    self.unacknowledged = self.unacknowledged.saturating_sub(length);
                }
                _ => {}
            }
        }
        fate
    }

    fn came_up(&mut self, cx: &mut Context<'_>) {
        self.up = true;
        self.deadline = None;
        if self.closing {
            self.guard(cx);
        }
        if let Some(metrics) = self.socket.get_metrics() {
            self.outgoing = metrics.negotiated_maximum_outgoing_streams;
            self.incoming = metrics.negotiated_maximum_incoming_streams;
            self.window = metrics.peer_rwnd_bytes;
        }
        let peer = SocketAddr::new(self.key.peer, self.key.remote);
        let (flow, port) = (self.flow, self.key.local);
        match self.made {
            _ if self.closing => {}
            Made::ByUs => cx.out.push(LayerOutput::Up { flow, port, peer }),
            Made::ByPeer => cx.out.push(LayerOutput::Accepted { flow, port, peer }),
        }
    }

    fn why(&self, kind: ErrorKind) -> Why {
        match kind {
            ErrorKind::PeerReported if !self.up => Why::Refused,
            ErrorKind::TooManyRetries => Why::Unreachable,
            _ => Why::Reset,
        }
    }

    fn packet_out(&mut self, cx: &mut Context<'_>, octets: Vec<u8>, reply: u16) {
        match octets.get(crate::packet::HEADER).copied().map(ChunkType) {
            Some(ChunkType::InitAck) => {
                if let Some(signed) = cx.signer.sign(cx.now, self.key, &octets) {
                    self.below(cx, signed, reply);
                }
            }
            kind => {
                if kind != Some(ChunkType::Init) {
                    self.peer_tag = u32_at(&octets, 4);
                }
                self.below(cx, octets, self.udp);
            }
        }
    }

    fn below(&self, cx: &mut Context<'_>, octets: Vec<u8>, udp: u16) {
        let to = SocketAddr::new(self.key.peer, udp);
        let octets = octets.into();
        cx.out.push(LayerOutput::Below { to, octets });
    }

    fn messages(&mut self, cx: &mut Context<'_>) {
        while let Some(message) = self.socket.get_next_message() {
            let (flow, stream) = (self.flow, message.stream_id.0);
            if stream >= self.incoming {
                cx.counters.count("stream of the peer not negotiated");
                // RFC 9260 6.5
                let [high, low] = stream.to_be_bytes();
                let error = Writer::new(self.key.local, self.key.remote, self.peer_tag);
                let error =
                    error.cause(ChunkType::Error, cause::INVALID_STREAM, &[high, low, 0, 0]);
                self.below(cx, error.seal(), self.udp);
            } else if message.payload.len() > cx.config.message {
                cx.counters.count("message of the peer too long");
            } else {
                cx.out.push(LayerOutput::Above {
                    flow,
                    stream,
                    ppid: message.ppid.0,
                    message: message.payload.into(),
                });
            }
        }
    }
}

/// A socket's own time, which begins with it.
#[allow(clippy::arithmetic_side_effects)] // it saturates
fn socket_time(since: Duration) -> SocketTime {
    SocketTime::zero() + since
}

/// The way back from [`socket_time`].
#[allow(clippy::arithmetic_side_effects)] // it saturates
fn since_birth(at: SocketTime) -> Duration {
    at - SocketTime::zero()
}

/// A socket of dcsctp for this pair of ports.
pub(crate) fn socket(options: &Options, key: Key) -> Socket {
    let mut options = options.clone();
    options.local_port = key.local;
    options.remote_port = key.remote;
    Socket::new("", &options)
}

/// The counter of an error that an association survives.
fn reason(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::PeerReported => "peer reported an error",
        ErrorKind::ProtocolViolation => "protocol violated",
        ErrorKind::ResourceExhaustion => "buffer full",
        ErrorKind::WrongSequence => "out of sequence",
        ErrorKind::NotConnected => "not connected",
        _ => "packet malformed",
    }
}
