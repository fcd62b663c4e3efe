//! One connection of a client or a server: octets and time in, requests and answers out.
//!
//! It joins the machines of [`peer`], [`watchdog`] and [`Pending`] with
//! identifiers, answers watchdogs, refuses what cannot be read, and keeps the transport's part to
//! four outputs. `T` is what the sender of a request wants back with its answer.
use super::{
    Identifiers, Identity, Pending, Watchdog,
    peer::{self, Peer, Reason, error_answer},
    watchdog,
};
use crate::msg::{
    DeviceWatchdogAnswer, DeviceWatchdogRequest, DisconnectCause, Header, Message, Pdu, ResultCode,
    avps, command, flags, id, refusal,
};
use bytes::{Bytes, BytesMut};
use engine::{Now, Rng, Time};
use std::time::Duration;
use wire::{Error, Octets, Reader, Text};

/// How a connection behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// True where we dial.
    pub dials: bool,
    /// Tw, see [`Watchdog::new`].
    pub tw: Duration,
    /// How long connecting, capabilities exchange and leave-taking may last.
    pub patience: Duration,
}

impl Settings {
    /// For whoever dials.
    pub fn client() -> Self {
        Self {
            dials: true,
            tw: Watchdog::TW_INIT,
            patience: Duration::from_secs(10),
        }
    }

    /// For whoever accepts.
    pub fn server() -> Self {
        Self {
            dials: false,
            ..Self::client()
        }
    }
}

/// What the connection wants done, in order.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant)]
pub enum Output<T> {
    /// Dial; give back [`Endpoint::up`] or [`Endpoint::down`].
    Connect,
    /// Send these octets.
    Send(Bytes),
    /// Close the transport connection after what was sent.
    Disconnect,
    /// The peer of this name may be used.
    Opened(Text),
    /// It may no longer be used.
    Closed(Reason),
    /// A request came: answer it by [`Endpoint::answer`].
    Request(Message),
    /// The answer to a request.
    Answer {
        /// What the sender wants back.
        ticket: T,
        /// The answer.
        answer: Message,
    },
    /// A request got no answer: its time was up, or the connection went. It has the T flag where
    /// it may have arrived; whoever has another peer sends it there.
    Unanswered {
        /// What the sender wants back.
        ticket: T,
        /// The request.
        request: Message,
    },
    /// Something was dropped, for this reason.
    Dropped(&'static str),
}

/// The connection.
#[derive(Debug)]
pub struct Endpoint<T> {
    local: Identity,
    settings: Settings,
    peer: Peer,
    watchdog: Watchdog,
    pending: Pending<T>,
    ids: Identifiers,
    remote: Option<Text>,
    deadline: Option<Time>,
}

impl<T> Endpoint<T> {
    /// A connection that is not there yet; who dials calls [`Endpoint::start`] next.
    pub fn new(local: Identity, settings: Settings, now: Now, rng: &mut Rng) -> Self {
        Self {
            local,
            peer: Peer::new(),
            watchdog: Watchdog::new(settings.tw),
            settings,
            pending: Pending::default(),
            ids: Identifiers::new(now, rng),
            remote: None,
            deadline: None,
        }
    }

    /// Who we are.
    pub fn local(&self) -> &Identity {
        &self.local
    }

    /// Origin-Host of the peer, once it is open.
    pub fn remote(&self) -> Option<&Text> {
        self.remote.as_ref()
    }

    /// True where requests may be sent: open, and the watchdog content.
    pub fn is_usable(&self) -> bool {
        self.peer.is_open() && self.watchdog.state() == watchdog::State::Okay
    }

    /// The state of the peer machine.
    pub fn state(&self) -> peer::State {
        self.peer.state()
    }

    /// When [`Endpoint::timer`] is wanted.
    pub fn due(&self) -> Option<Time> {
        [self.watchdog.due(), self.pending.due(), self.deadline]
            .into_iter()
            .flatten()
            .min()
    }

    /// Dials.
    pub fn start(&mut self, now: Now, rng: &mut Rng, out: &mut Vec<Output<T>>) {
        self.step(now, rng, peer::Input::Start, out);
    }

    /// The transport connection is up.
    pub fn up(&mut self, now: Now, rng: &mut Rng, out: &mut Vec<Output<T>>) {
        if self.settings.dials {
            self.step(now, rng, peer::Input::RcvConnAck, out);
        } else {
            // whoever is let in has to say who it is
            self.deadline = Some(now.mono + self.settings.patience);
        }
    }

    /// The transport connection is gone, or could not be made.
    pub fn down(&mut self, now: Now, rng: &mut Rng, out: &mut Vec<Output<T>>) {
        self.step(now, rng, peer::Input::PeerDisc, out);
    }

    /// Takes leave.
    pub fn stop(
        &mut self,
        now: Now,
        rng: &mut Rng,
        cause: DisconnectCause,
        out: &mut Vec<Output<T>>,
    ) {
        self.step(now, rng, peer::Input::Stop(cause), out);
    }

    /// Time has passed.
    pub fn timer(&mut self, now: Now, rng: &mut Rng, out: &mut Vec<Output<T>>) {
        while let Some((ticket, request)) = self.pending.expired(now.mono) {
            out.push(Output::Unanswered { ticket, request });
        }
        if self.deadline.is_some_and(|t| t <= now.mono) {
            self.deadline = None;
            if !self.settings.dials && self.peer.state() == peer::State::Closed {
                out.push(Output::Closed(Reason::Timeout));
                out.push(Output::Disconnect);
            }
            self.step(now, rng, peer::Input::Timeout, out);
        }
        self.watch(now, rng, watchdog::Input::Timer, out);
    }

    /// Sends a request; identifiers are put in here, the end-to-end one only where it has none
    /// (one that is sent again keeps its own). After `patience` it is given up.
    ///
    /// # Errors
    /// The connection is not usable: ticket and request come back.
    pub fn request(
        &mut self,
        now: Now,
        ticket: T,
        mut request: Message,
        patience: Duration,
        out: &mut Vec<Output<T>>,
    ) -> Result<(), Box<(T, Message)>> {
        if !self.is_usable() {
            return Err(Box::new((ticket, request)));
        }
        self.number(&mut request);
        out.push(Output::Send(request.to_bytes()));
        self.pending.sent(now.mono, request, ticket, patience);
        Ok(())
    }

    /// Sends the answer to a request that came on this connection.
    pub fn answer(&mut self, answer: &Message, out: &mut Vec<Output<T>>) {
        if self.peer.is_open() {
            out.push(Output::Send(answer.to_bytes()));
        } else {
            out.push(Output::Dropped("answer for a peer that is gone"));
        }
    }

    /// Takes a message.
    pub fn received(&mut self, now: Now, rng: &mut Rng, octets: &Bytes, out: &mut Vec<Output<T>>) {
        let m = match Message::read_strict(octets) {
            Ok(m) => m,
            Err(e) => {
                self.refuse(now, rng, octets, &e, out);
                return;
            }
        };
        let base = m.header.application == 0;
        match m.header.command {
            command::CAPABILITIES_EXCHANGE | command::DISCONNECT_PEER if base => {
                self.step(now, rng, peer::Input::Receive(&m), out);
            }
            _ if !self.peer.is_open() => {
                // RFC 6733 5.6: nothing but the capabilities exchange before a connection is open
                self.step(now, rng, peer::Input::Receive(&m), out);
            }
            command::DEVICE_WATCHDOG if base => self.watchdog(now, rng, &m, out),
            _ => {
                if self.watch(now, rng, watchdog::Input::ReceiveNonDwa, out) {
                    return;
                }
                if m.header.is_request() {
                    self.offer(m, out);
                    return;
                }
                match self.pending.answered(&m.header) {
                    Ok((ticket, _)) => out.push(Output::Answer { ticket, answer: m }),
                    Err(stray) => out.push(Output::Dropped(stray.name())),
                }
            }
        }
    }

    /// A request for the layer above, if its application and command are ours.
    fn offer(&mut self, m: Message, out: &mut Vec<Output<T>>) {
        let ours = |a: &super::Application| {
            a.id == m.header.application || a.id == crate::msg::application::RELAY
        };
        let code = if !self.local.applications.iter().any(ours) {
            ResultCode::ApplicationUnsupported
        } else if matches!(m.pdu, Pdu::Other(..)) && !self.is_relay() {
            ResultCode::CommandUnsupported
        } else {
            out.push(Output::Request(m));
            return;
        };
        let session = session_of(&Octets::from(&m).0);
        let e = error_answer(&self.local, code, session);
        out.push(Output::Send(Message::answer(&m.header, e).to_bytes()));
    }

    fn is_relay(&self) -> bool {
        let relay = crate::msg::application::RELAY;
        self.local.applications.iter().any(|a| a.id == relay)
    }

    fn watchdog(&mut self, now: Now, rng: &mut Rng, m: &Message, out: &mut Vec<Output<T>>) {
        match &m.pdu {
            Pdu::DeviceWatchdogRequest(_) => {
                let dwa = DeviceWatchdogAnswer {
                    result_code: ResultCode::Success,
                    origin_host: self.local.origin_host(),
                    origin_realm: self.local.origin_realm(),
                    error_message: None,
                    failed_avp: vec![],
                    origin_state_id: self.local.origin_state_id,
                    other: Default::default(),
                };
                out.push(Output::Send(Message::answer(&m.header, dwa).to_bytes()));
                self.watch(now, rng, watchdog::Input::ReceiveNonDwa, out);
            }
            _ => {
                self.watch(now, rng, watchdog::Input::ReceiveDwa, out);
            }
        }
    }

    /// Answers a request that cannot be read (RFC 6733 7); drops an answer that cannot.
    fn refuse(
        &mut self,
        now: Now,
        rng: &mut Rng,
        octets: &Bytes,
        e: &Error,
        out: &mut Vec<Output<T>>,
    ) {
        let Ok((header, _)) = Header::read(&mut Reader::new(octets)) else {
            // the header itself: no identifiers to answer with
            out.push(Output::Dropped("message with a broken header"));
            return;
        };
        if !header.is_request() {
            out.push(Output::Dropped("answer that cannot be read"));
            return;
        }
        if let Some(bytes) = refused(&self.local, &header, octets, e) {
            out.push(Output::Send(bytes));
        }
        out.push(Output::Dropped("request that cannot be read"));
        if self.peer.is_open() {
            self.watch(now, rng, watchdog::Input::ReceiveNonDwa, out);
        } else {
            out.push(Output::Closed(Reason::Unexpected));
            out.push(Output::Disconnect);
        }
    }

    fn step(&mut self, now: Now, rng: &mut Rng, input: peer::Input<'_>, out: &mut Vec<Output<T>>) {
        let before = self.peer.state();
        let mut wants = Vec::new();
        self.peer.handle(&self.local, input, &mut wants);
        let after = self.peer.state();
        for w in wants {
            match w {
                peer::Output::Connect => out.push(Output::Connect),
                peer::Output::Send(mut m) => {
                    if m.header.is_request() {
                        self.number(&mut m);
                    }
                    out.push(Output::Send(m.to_bytes()));
                }
                peer::Output::Disconnect => out.push(Output::Disconnect),
                peer::Output::Dropped(why) => out.push(Output::Dropped(why)),
                peer::Output::Opened(name) => {
                    self.remote = Some(name.clone());
                    out.push(Output::Opened(name));
                    self.watch(now, rng, watchdog::Input::Up, out);
                }
                peer::Output::Closed(why) => {
                    out.push(Output::Closed(why));
                    match why {
                        Reason::Left(_) | Reason::PeerLeft(_) => {
                            self.give_up(out);
                            self.watchdog.forget();
                        }
                        _ => {
                            self.watch(now, rng, watchdog::Input::Down, out);
                        }
                    }
                }
            }
        }
        if after != before {
            self.deadline = self
                .peer
                .is_waiting()
                .then(|| now.mono + self.settings.patience);
        }
    }

    /// True where the message that came is to be thrown away.
    fn watch(
        &mut self,
        now: Now,
        rng: &mut Rng,
        input: watchdog::Input,
        out: &mut Vec<Output<T>>,
    ) -> bool {
        let mut wants = Vec::new();
        self.watchdog.handle(now.mono, rng, input, &mut wants);
        let mut throw = false;
        for w in wants {
            match w {
                watchdog::Output::SendWatchdog => {
                    let dwr = DeviceWatchdogRequest {
                        origin_host: self.local.origin_host(),
                        origin_realm: self.local.origin_realm(),
                        origin_state_id: self.local.origin_state_id,
                        other: Default::default(),
                    };
                    let mut m = Message::request(0, dwr);
                    self.number(&mut m);
                    out.push(Output::Send(m.to_bytes()));
                }
                watchdog::Output::CloseConnection => {
                    self.give_up(out);
                    out.push(Output::Disconnect);
                    self.step(now, rng, peer::Input::PeerDisc, out);
                }
                watchdog::Output::AttemptOpen => {
                    if self.settings.dials && self.peer.state() == peer::State::Closed {
                        self.step(now, rng, peer::Input::Start, out);
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
        out.extend(all.map(|(ticket, request)| Output::Unanswered { ticket, request }));
    }

    fn number(&mut self, request: &mut Message) {
        request.header.hop_by_hop = self.ids.hop_by_hop();
        if request.header.end_to_end == 0 {
            request.header.end_to_end = self.ids.end_to_end();
        }
    }
}

/// The answer to a request that cannot be read: result code, Failed-AVP, and the request's
/// Session-Id where that can still be found. `None` where the result code wants no answer.
pub fn refused(local: &Identity, header: &Header, octets: &Bytes, e: &Error) -> Option<Bytes> {
    let r = refusal(e, octets);
    let body = octets.get(20..).map(|b| octets.slice_ref(b))?;
    let mut answer = error_answer(local, r.result_code, session_of(&body));
    answer.failed_avp.extend(r.failed_avp.map(crate::msg::Avps));
    let mut m = Message::answer(header, answer);
    if !r.result_code.is_protocol_error() {
        m.header.flags &= !flags::E;
    }
    let mut w = BytesMut::new();
    m.write(&mut w);
    Some(w.freeze())
}

/// Session-Id among the AVPs of a message's body.
fn session_of(body: &Bytes) -> Option<Text> {
    let mut all = avps(body, 20).map_while(Result::ok);
    all.find(|a| a.key == id::SessionId).map(|a| Text(a.data))
}
