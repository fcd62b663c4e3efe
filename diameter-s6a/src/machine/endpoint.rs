//! One connection of a client or a server: octets and time in, requests and answers out.
//!
//! An [`Adjacent`] node that reads what comes, refuses what cannot be read, and keeps the
//! transport's part to four outputs. `T` is what the sender of a request wants back with its answer.
use super::{
    Adjacent, Identifiers, Identity, Watchdog,
    adjacent::{self, Context},
    peer::{self, Reason, Side, error_answer},
};
use crate::msg::{
    DisconnectCause, Header, Message, Pdu, ResultCode, avps, command, flags, id, refusal,
};
use bytes::{Bytes, BytesMut};
use engine::{Now, Rng, Time};
use std::time::Duration;
use wire::{Error, Octets, Text};

/// How a connection behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// True where we dial.
    pub dials: bool,
    /// Tw, see [`Watchdog::new`].
    pub tw: Duration,
    /// Tc: after how long a connection that was lost or refused is dialled again.
    pub tc: Duration,
    /// How long connecting, capabilities exchange and leave-taking may last.
    pub patience: Duration,
}

impl Settings {
    /// For whoever dials.
    pub fn client() -> Self {
        Self {
            dials: true,
            tw: Watchdog::TW_INIT,
            tc: Watchdog::TC,
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
    /// A redirect agent has answered (RFC 6733 6.1.8): others are to be asked.
    Redirected {
        /// What the sender wants back.
        ticket: T,
        /// The request, with its end-to-end identifier.
        request: Message,
        /// The hosts named, by their Diameter identities.
        hosts: Vec<String>,
    },
    /// Something was dropped, for this reason.
    Dropped(&'static str),
}

/// The connection.
#[derive(Debug)]
pub struct Endpoint<T> {
    local: Identity,
    side: Side,
    ids: Identifiers,
    node: Adjacent<T>,
}

impl<T> Endpoint<T> {
    /// A connection that is not there yet; who dials calls [`Endpoint::start`] next.
    pub fn new(local: Identity, settings: Settings, now: Now, rng: &mut Rng) -> Self {
        Self {
            local,
            side: if settings.dials { Side::I } else { Side::R },
            ids: Identifiers::new(now, rng),
            node: Adjacent::new(settings, None),
        }
    }

    /// Who we are.
    pub fn local(&self) -> &Identity {
        &self.local
    }

    /// Origin-Host of the peer, once it is open.
    pub fn remote(&self) -> Option<&Text> {
        self.node.remote().map(|r| &r.host)
    }

    /// True where requests may be sent: open, and the watchdog content.
    pub fn is_usable(&self) -> bool {
        self.node.is_usable()
    }

    /// The state of the peer machine.
    pub fn state(&self) -> peer::State {
        self.node.state()
    }

    /// When [`Endpoint::timer`] is wanted.
    pub fn due(&self) -> Option<Time> {
        self.node.due()
    }

    /// Dials.
    pub fn start(&mut self, now: Now, rng: &mut Rng, out: &mut Vec<Output<T>>) {
        self.on(now, rng, out, |n, cx, _, w| n.start(cx, w));
    }

    /// The transport connection is up.
    pub fn up(&mut self, now: Now, rng: &mut Rng, out: &mut Vec<Output<T>>) {
        self.on(now, rng, out, |n, cx, side, w| n.up(cx, side, w));
    }

    /// The transport connection is gone, or could not be made.
    pub fn down(&mut self, now: Now, rng: &mut Rng, out: &mut Vec<Output<T>>) {
        self.on(now, rng, out, |n, cx, side, w| n.down(cx, side, w));
    }

    /// Takes leave.
    pub fn stop(
        &mut self,
        now: Now,
        rng: &mut Rng,
        cause: DisconnectCause,
        out: &mut Vec<Output<T>>,
    ) {
        self.on(now, rng, out, |n, cx, _, w| n.stop(cx, cause, w));
    }

    /// Time has passed.
    pub fn timer(&mut self, now: Now, rng: &mut Rng, out: &mut Vec<Output<T>>) {
        self.on(now, rng, out, |n, cx, _, w| n.timer(cx, w));
    }

    /// Takes a message.
    pub fn received(&mut self, now: Now, rng: &mut Rng, octets: &Bytes, out: &mut Vec<Output<T>>) {
        self.on(now, rng, out, |n, cx, side, w| {
            n.received(cx, side, octets, w);
        });
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
        self.ids.number(&mut request.header);
        let octets = request.to_bytes();
        let sent = (request.header, octets.clone());
        match self.node.request(now, sent, ticket, patience) {
            Ok(_) => {
                out.push(Output::Send(octets));
                Ok(())
            }
            Err(ticket) => Err(Box::new((ticket, request))),
        }
    }

    /// Sends the answer to a request that came on this connection.
    pub fn answer(&mut self, answer: &Message, out: &mut Vec<Output<T>>) {
        if self.node.open().is_some() {
            out.push(Output::Send(answer.to_bytes()));
        } else {
            out.push(Output::Dropped("answer for a peer that is gone"));
        }
    }

    fn on(
        &mut self,
        now: Now,
        rng: &mut Rng,
        out: &mut Vec<Output<T>>,
        act: impl FnOnce(&mut Adjacent<T>, &mut Context<'_>, Side, &mut Vec<adjacent::Output<T>>),
    ) {
        let mut cx = Context {
            now,
            rng,
            local: &self.local,
            ids: &mut self.ids,
        };
        let mut wants = Vec::new();
        act(&mut self.node, &mut cx, self.side, &mut wants);
        for w in wants {
            self.said(w, out);
        }
    }

    fn said(&self, w: adjacent::Output<T>, out: &mut Vec<Output<T>>) {
        use adjacent::Output as W;
        out.push(match w {
            W::Connect => Output::Connect,
            W::Send(_, octets) => Output::Send(octets),
            W::Disconnect(side) if side == self.side => Output::Disconnect,
            W::Disconnect(_) => return,
            W::Opened => Output::Opened(self.remote().cloned().unwrap_or_default()),
            W::Closed(why) => Output::Closed(why),
            W::Request(header, octets) => return self.offer(&header, &octets, out),
            W::Answer {
                ticket,
                request,
                answer,
            } => match Message::read_strict(&answer) {
                Ok(answer) => match redirection(&answer).zip(Message::read(&request).ok()) {
                    Some((hosts, request)) => Output::Redirected {
                        ticket,
                        request,
                        hosts,
                    },
                    None => Output::Answer { ticket, answer },
                },
                Err(_) => {
                    out.push(Output::Dropped("answer that cannot be read"));
                    return unanswered(ticket, &request, out);
                }
            },
            W::Lost { ticket, request } | W::Expired { ticket, request } => {
                return unanswered(ticket, &request, out);
            }
            W::Dropped(why) => Output::Dropped(why),
        });
    }

    /// A request for the layer above, if its application and command are ours.
    fn offer(&self, header: &Header, octets: &Bytes, out: &mut Vec<Output<T>>) {
        let m = match Message::read_strict(octets) {
            Ok(m) => m,
            Err(e) => {
                out.extend(refused(&self.local, header, octets, &e).map(Output::Send));
                out.push(Output::Dropped("request that cannot be read"));
                return;
            }
        };
        let ours = |a: &super::Application| a.id == header.application;
        let relay = self.local.is_relay();
        let code = if header.application == 0 {
            ResultCode::CommandUnsupported
        } else if !relay && !self.local.applications.iter().any(ours) {
            ResultCode::ApplicationUnsupported
        } else if !relay && matches!(m.pdu, Pdu::Other(..)) {
            ResultCode::CommandUnsupported
        } else {
            out.push(Output::Request(m));
            return;
        };
        let session = session_of(&Octets::from(&m).0);
        let e = error_answer(&self.local, code, session);
        out.push(Output::Send(Message::answer(header, e).to_bytes()));
    }
}

/// Whom an answer names to ask instead: the hosts of its Diameter URIs (RFC 6733 4.3.1).
fn redirection(answer: &Message) -> Option<Vec<String>> {
    let Pdu::ErrorAnswer(e) = &answer.pdu else {
        return None;
    };
    let host = |uri: &Text| {
        let uri = uri.as_str()?;
        let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
        let end = rest.find([':', ';']).unwrap_or(rest.len());
        rest.get(..end).map(str::to_owned)
    };
    (e.result_code == ResultCode::RedirectIndication)
        .then(|| e.redirect_host.iter().filter_map(host).collect())
}

/// A request that was sent comes back to who sent it.
fn unanswered<T>(ticket: T, request: &Bytes, out: &mut Vec<Output<T>>) {
    match Message::read(request) {
        Ok(request) => out.push(Output::Unanswered { ticket, request }),
        // we wrote it
        Err(_) => out.push(Output::Dropped("request of ours that cannot be read")),
    }
}

/// The answer to a request that cannot be read: result code, Failed-AVP, and the request's
/// Session-Id where that can still be found. `None` where the result code wants no answer.
pub fn refused(local: &Identity, header: &Header, octets: &Bytes, e: &Error) -> Option<Bytes> {
    let r = refusal(e, octets);
    let body = octets.get(20..).map(|b| octets.slice_ref(b))?;
    if header.command == command::CAPABILITIES_EXCHANGE && !r.result_code.is_protocol_error() {
        // an answer that the peer can read as one
        let mut cea = local.cea(r.result_code);
        cea.failed_avp.extend(r.failed_avp.map(crate::msg::Avps));
        return Some(Message::answer(header, cea).to_bytes());
    }
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
