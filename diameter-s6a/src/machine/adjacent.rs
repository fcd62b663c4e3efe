//! An adjacent node, over the one or two connections that it has: octets and time in, octets out.
//!
//! It joins the machines of [`peer`], [`watchdog`] and [`Pending`]. Messages of the base protocol
//! end here; those of applications are handed up as they came, for an end point to read
//! ([`super::Endpoint`]) or for an agent to pass on ([`super::Peers`]). `T` is what the sender of a
//! request wants back with its answer.
use super::{
    Identifiers, Identity, Pending, Remote, Settings, Watchdog, endpoint,
    peer::{self, Peer, Reason, Side},
    watchdog,
};
use crate::msg::{
    DeviceWatchdogAnswer, DeviceWatchdogRequest, DisconnectCause, Header, Message, Pdu, ResultCode,
    command,
};
use bytes::Bytes;
use engine::{Now, Rng, Time};
use std::time::Duration;
use wire::{Error, Reader};

/// What a node lends to the machines of its peers.
#[derive(Debug)]
pub struct Context<'a> {
    /// The time.
    pub now: Now,
    /// Chance.
    pub rng: &'a mut Rng,
    /// Who we are.
    pub local: &'a Identity,
    /// Identifiers for requests of our own.
    pub ids: &'a mut Identifiers,
}

/// What is wanted done, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Output<T> {
    /// Dial; give back [`Adjacent::up`] or [`Adjacent::down`] with [`Side::I`].
    Connect,
    /// Send these octets.
    Send(Side, Bytes),
    /// Close the transport connection after what was sent.
    Disconnect(Side),
    /// The peer may be used.
    Opened,
    /// It may no longer be used.
    Closed(Reason),
    /// A request of an application came.
    Request(Header, Bytes),
    /// The answer to a request.
    Answer {
        /// What the sender wants back.
        ticket: T,
        /// The request as it was sent.
        request: Bytes,
        /// The answer.
        answer: Bytes,
    },
    /// The peer is suspected or gone, and the request may have arrived: it has the T flag now.
    Lost {
        /// What the sender wants back.
        ticket: T,
        /// The request as it was sent.
        request: Bytes,
    },
    /// The request's time is up.
    Expired {
        /// What the sender wants back.
        ticket: T,
        /// The request as it was sent.
        request: Bytes,
    },
    /// Something was dropped, for this reason.
    Dropped(&'static str),
}

/// The node.
#[derive(Debug)]
pub struct Adjacent<T> {
    settings: Settings,
    peer: Peer,
    watchdog: Watchdog,
    pending: Pending<T>,
    remote: Option<Remote>,
    deadline: Option<Time>,
}

impl<T> Adjacent<T> {
    /// A node without connections; where `name` is given, nobody else is taken for it.
    pub fn new(settings: Settings, name: Option<String>) -> Self {
        Self {
            peer: Peer::new(name),
            watchdog: Watchdog::new(settings.tw, settings.tc),
            settings,
            pending: Pending::default(),
            remote: None,
            deadline: None,
        }
    }

    /// What the peer said of itself when it was last open.
    pub fn remote(&self) -> Option<&Remote> {
        self.remote.as_ref()
    }

    /// The state of the peer machine.
    pub fn state(&self) -> peer::State {
        self.peer.state()
    }

    /// The state of the watchdog.
    pub fn watchdog(&self) -> watchdog::State {
        self.watchdog.state()
    }

    /// The connection on which messages may be sent.
    pub fn open(&self) -> Option<Side> {
        self.peer.open()
    }

    /// True where requests may be sent: open, and the watchdog content.
    pub fn is_usable(&self) -> bool {
        self.peer.open().is_some() && self.watchdog.state() == watchdog::State::Okay
    }

    /// Whether a connection that the peer dialled is taken now, see [`Peer::accepts`].
    pub fn accepts(&self) -> bool {
        self.peer.accepts()
    }

    /// How many requests wait for their answers.
    pub fn waiting(&self) -> usize {
        self.pending.len()
    }

    /// When [`Adjacent::timer`] is wanted.
    pub fn due(&self) -> Option<Time> {
        [self.watchdog.due(), self.pending.due(), self.deadline]
            .into_iter()
            .flatten()
            .min()
    }

    /// Dials.
    pub fn start(&mut self, cx: &mut Context<'_>, out: &mut Vec<Output<T>>) {
        self.step(cx, peer::Input::Start, out);
    }

    /// A transport connection is up.
    pub fn up(&mut self, cx: &mut Context<'_>, side: Side, out: &mut Vec<Output<T>>) {
        match side {
            Side::I => self.step(cx, peer::Input::RcvConnAck, out),
            // whoever is let in has to say who it is
            Side::R => self.deadline = Some(cx.now.mono + self.settings.patience),
        }
    }

    /// A transport connection is gone, or could not be made.
    pub fn down(&mut self, cx: &mut Context<'_>, side: Side, out: &mut Vec<Output<T>>) {
        self.step(cx, peer::Input::PeerDisc(side), out);
    }

    /// Takes leave.
    pub fn stop(&mut self, cx: &mut Context<'_>, cause: DisconnectCause, out: &mut Vec<Output<T>>) {
        if self.peer.open().is_none() {
            // who was told to leave does not dial again
            self.watchdog.forget();
        }
        self.step(cx, peer::Input::Stop(cause), out);
    }

    /// Time has passed.
    pub fn timer(&mut self, cx: &mut Context<'_>, out: &mut Vec<Output<T>>) {
        while let Some((ticket, request)) = self.pending.expired(cx.now.mono) {
            out.push(Output::Expired { ticket, request });
        }
        if self.deadline.is_some_and(|t| t <= cx.now.mono) {
            self.deadline = None;
            if !self.settings.dials && self.peer.state() == peer::State::Closed {
                out.push(Output::Closed(Reason::Timeout));
                out.push(Output::Disconnect(Side::R));
            }
            self.step(cx, peer::Input::Timeout, out);
        }
        self.watch(cx, watchdog::Input::Timer, out);
    }

    /// A request with this header is being sent; after `patience` it is given up. Tells on which
    /// connection the octets go.
    ///
    /// # Errors
    /// The node is not usable: the ticket comes back.
    pub fn request(
        &mut self,
        now: Now,
        (header, octets): (Header, Bytes),
        ticket: T,
        patience: Duration,
    ) -> Result<Side, T> {
        match self.peer.open() {
            Some(side) if self.is_usable() => {
                self.pending
                    .sent(now.mono, header, octets, ticket, patience);
                Ok(side)
            }
            _ => Err(ticket),
        }
    }

    /// Takes a message that came on one of its connections.
    pub fn received(
        &mut self,
        cx: &mut Context<'_>,
        side: Side,
        octets: &Bytes,
        out: &mut Vec<Output<T>>,
    ) {
        let header = match Header::read(&mut Reader::new(octets)) {
            Ok((header, _)) => header,
            Err(_) => match Header::of(octets).filter(Header::is_request) {
                // of another version: answered below, as what else cannot be read
                Some(header) => header,
                // no identifiers to answer with, or nothing to answer
                None => {
                    out.push(Output::Dropped("message with a broken header"));
                    return;
                }
            },
        };
        let base = header.application == 0;
        let open = self.peer.open() == Some(side);
        let own = match header.command {
            command::CAPABILITIES_EXCHANGE | command::DISCONNECT_PEER => base,
            command::DEVICE_WATCHDOG => base && open,
            // RFC 6733 5.6: nothing but the capabilities exchange before a connection is open
            _ => !open,
        };
        if own || !open {
            match Message::read_strict(octets) {
                Ok(m) if header.command == command::DEVICE_WATCHDOG && open => {
                    self.watchdog_message(cx, side, &m, out);
                }
                Ok(m) => self.step(cx, peer::Input::Receive(side, &m), out),
                Err(e) => self.refuse(cx, side, &header, octets, &e, out),
            }
            return;
        }
        if self.watch(cx, watchdog::Input::ReceiveNonDwa, out) {
            return;
        }
        if header.is_request() {
            out.push(Output::Request(header, octets.clone()));
            return;
        }
        match self.pending.answered(&header) {
            Ok((ticket, request)) => out.push(Output::Answer {
                ticket,
                request,
                answer: octets.clone(),
            }),
            Err(stray) => out.push(Output::Dropped(stray.name())),
        }
    }

    fn watchdog_message(
        &mut self,
        cx: &mut Context<'_>,
        side: Side,
        m: &Message,
        out: &mut Vec<Output<T>>,
    ) {
        let Pdu::DeviceWatchdogRequest(_) = &m.pdu else {
            self.watch(cx, watchdog::Input::ReceiveDwa, out);
            return;
        };
        let dwa = DeviceWatchdogAnswer {
            result_code: ResultCode::Success,
            origin_host: cx.local.origin_host(),
            origin_realm: cx.local.origin_realm(),
            error_message: None,
            failed_avp: vec![],
            origin_state_id: cx.local.origin_state_id,
            other: Default::default(),
        };
        let dwa = Message::answer(&m.header, dwa).to_bytes();
        out.push(Output::Send(side, dwa));
        self.watch(cx, watchdog::Input::ReceiveNonDwa, out);
    }

    /// Answers a request of the base protocol that cannot be read (RFC 6733 7); drops an answer
    /// that cannot.
    fn refuse(
        &mut self,
        cx: &mut Context<'_>,
        side: Side,
        header: &Header,
        octets: &Bytes,
        e: &Error,
        out: &mut Vec<Output<T>>,
    ) {
        if !header.is_request() {
            out.push(Output::Dropped("answer that cannot be read"));
            return;
        }
        if let Some(bytes) = endpoint::refused(cx.local, header, octets, e) {
            out.push(Output::Send(side, bytes));
        }
        out.push(Output::Dropped("request that cannot be read"));
        if self.peer.open() == Some(side) {
            self.watch(cx, watchdog::Input::ReceiveNonDwa, out);
        } else {
            out.push(Output::Closed(Reason::Unexpected));
            out.push(Output::Disconnect(side));
            self.step(cx, peer::Input::PeerDisc(side), out);
        }
    }

    fn step(&mut self, cx: &mut Context<'_>, input: peer::Input<'_>, out: &mut Vec<Output<T>>) {
        let before = self.peer.state();
        let mut wants = Vec::new();
        self.peer.handle(cx.local, input, &mut wants);
        let after = self.peer.state();
        for w in wants {
            match w {
                peer::Output::Connect => out.push(Output::Connect),
                peer::Output::Send(side, mut m) => {
                    if m.header.is_request() {
                        cx.ids.number(&mut m.header);
                    }
                    out.push(Output::Send(side, m.to_bytes()));
                }
                peer::Output::Disconnect(side) => out.push(Output::Disconnect(side)),
                peer::Output::Dropped(why) => out.push(Output::Dropped(why)),
                peer::Output::Opened(remote) => {
                    self.remote = Some(remote);
                    out.push(Output::Opened);
                    self.watch(cx, watchdog::Input::Up, out);
                }
                peer::Output::Closed(why) => {
                    out.push(Output::Closed(why));
                    self.closed(cx, after, why, out);
                }
            }
        }
        if after != before {
            self.deadline = self
                .peer
                .is_waiting()
                .then(|| cx.now.mono + self.settings.patience);
        }
    }

    /// What becomes of the requests that wait, and of the next connection.
    fn closed(
        &mut self,
        cx: &mut Context<'_>,
        state: peer::State,
        why: Reason,
        out: &mut Vec<Output<T>>,
    ) {
        match why {
            // RFC 6733 5.4.3: who reboots comes back; who is busy or done is not dialled again
            Reason::PeerLeft(DisconnectCause::Rebooting) => {
                self.give_up(out);
                self.watchdog.rest(cx.now.mono, cx.rng);
            }
            Reason::Left(_) | Reason::PeerLeft(_) => {
                self.give_up(out);
                self.watchdog.forget();
            }
            // the other connection may still become one
            _ if !matches!(state, peer::State::Closed | peer::State::Closing) => {}
            _ => {
                self.watch(cx, watchdog::Input::Down, out);
            }
        }
    }

    /// True where the message that came is to be thrown away.
    fn watch(
        &mut self,
        cx: &mut Context<'_>,
        input: watchdog::Input,
        out: &mut Vec<Output<T>>,
    ) -> bool {
        let (now, mut wants) = (cx.now.mono, Vec::new());
        self.watchdog.handle(now, cx.rng, input, &mut wants);
        let mut throw = false;
        for w in wants {
            match w {
                watchdog::Output::SendWatchdog => {
                    let dwr = DeviceWatchdogRequest {
                        origin_host: cx.local.origin_host(),
                        origin_realm: cx.local.origin_realm(),
                        origin_state_id: cx.local.origin_state_id,
                        other: Default::default(),
                    };
                    let mut m = Message::request(0, dwr);
                    cx.ids.number(&mut m.header);
                    if let Some(side) = self.peer.open() {
                        out.push(Output::Send(side, m.to_bytes()));
                    }
                }
                watchdog::Output::CloseConnection => {
                    self.give_up(out);
                    if let Some(side) = self.peer.open() {
                        out.push(Output::Disconnect(side));
                        self.step(cx, peer::Input::PeerDisc(side), out);
                    }
                }
                watchdog::Output::AttemptOpen => {
                    if self.settings.dials && self.peer.state() == peer::State::Closed {
                        self.step(cx, peer::Input::Start, out);
                    }
                }
                watchdog::Output::Failover => self.give_up(out),
                watchdog::Output::Failback => {}
                watchdog::Output::Throwaway => {
                    throw = true;
                    out.push(Output::Dropped(
                        "message on a connection that is not yet trusted",
                    ));
                }
            }
        }
        throw
    }

    fn give_up(&mut self, out: &mut Vec<Output<T>>) {
        let all = self.pending.failover().into_iter();
        out.extend(all.map(|(ticket, request)| Output::Lost { ticket, request }));
    }
}
