//! One connection of a client or a server: frames and time in, requests and answers out. `T` is
//! what the sender of a request wants back with its answer.
use super::{
    Pending,
    link::{self, Link, Reason, Settings},
};
use crate::msg::{Cause, Frame, Head, Name, Pdu, Role, cause_of};
use bytes::{Bytes, BytesMut};
use engine::{Now, Time};
use std::{collections::VecDeque, time::Duration};

/// How many messages of a client that has not yet said who it is are kept for then: clients send
/// as soon as they are connected.
const EARLY: usize = 32;

/// What the connection wants done, in order.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant)] // short-lived: made, looked at, dropped
pub enum Output<T> {
    /// Dial; give back [`Endpoint::up`] or [`Endpoint::down`].
    Connect,
    /// Send this frame.
    Send(Bytes),
    /// Close the transport connection after what was sent.
    Disconnect,
    /// The peer may be used; a client is known by this name.
    Opened(Option<Name>),
    /// It may no longer be used.
    Closed(Reason),
    /// A request or a report came: answer a request by [`Endpoint::send`].
    Request(Head, Pdu),
    /// The error or result that ends a request.
    Answer {
        /// What the sender wants back.
        ticket: T,
        /// The answer.
        answer: Pdu,
    },
    /// A request got no answer: its time was up, or the connection went.
    Unanswered {
        /// What the sender wants back.
        ticket: T,
        /// The request.
        request: Pdu,
    },
    /// Something was dropped, for this reason.
    Dropped(&'static str),
}

/// The connection.
#[derive(Debug)]
pub struct Endpoint<T> {
    link: Link,
    pending: Pending<T>,
    remote: Option<Name>,
    early: VecDeque<Bytes>,
    buffer: BytesMut,
}

impl<T> Endpoint<T> {
    /// A connection that is not there yet, of a node with this name; who dials calls
    /// [`Endpoint::start`] next.
    pub fn new(name: Name, settings: Settings) -> Self {
        Self {
            link: Link::new(name, settings),
            pending: Pending::default(),
            remote: None,
            early: VecDeque::new(),
            buffer: BytesMut::new(),
        }
    }

    /// The name of the client at the other end, once it is known.
    pub fn remote(&self) -> Option<&Name> {
        self.remote.as_ref()
    }

    /// True where requests may be sent.
    pub fn is_usable(&self) -> bool {
        self.link.is_open()
    }

    /// Where the connection stands.
    pub fn state(&self) -> link::State {
        self.link.state()
    }

    /// How many requests wait for their answers.
    pub fn waiting(&self) -> usize {
        self.pending.len()
    }

    /// When [`Endpoint::timer`] is wanted.
    pub fn due(&self) -> Option<Time> {
        [self.link.due(), self.pending.due()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Dials.
    pub fn start(&mut self, now: Now, out: &mut Vec<Output<T>>) {
        self.step(now, link::Input::Start, out);
    }

    /// The transport connection is up.
    pub fn up(&mut self, now: Now, out: &mut Vec<Output<T>>) {
        self.step(now, link::Input::Up, out);
    }

    /// The transport connection is gone, or could not be made.
    pub fn down(&mut self, now: Now, out: &mut Vec<Output<T>>) {
        self.step(now, link::Input::Down, out);
    }

    /// Leaves for good.
    pub fn stop(&mut self, now: Now, out: &mut Vec<Output<T>>) {
        self.step(now, link::Input::Stop, out);
    }

    /// [`Endpoint::due`] has come.
    pub fn timer(&mut self, now: Now, out: &mut Vec<Output<T>>) {
        while let Some((ticket, request, next)) = self.pending.expired(now.mono) {
            out.push(Output::Unanswered { ticket, request });
            if let Some(next) = next {
                out.push(Output::Send(frame(&mut self.buffer, next)));
            }
        }
        self.step(now, link::Input::Timer, out);
    }

    /// Takes a frame.
    pub fn received(&mut self, now: Now, octets: &Bytes, out: &mut Vec<Output<T>>) {
        match Frame::read(octets) {
            Ok(Frame::Ccm(m)) => {
                self.step(now, link::Input::Receive(m), out);
                while self.is_usable()
                    && let Some(m) = self.early.pop_front()
                {
                    self.message(now, &m, out);
                }
            }
            Ok(Frame::Gsup(m)) => {
                self.step(now, link::Input::Heard, out);
                if self.is_usable() {
                    self.message(now, &m, out);
                } else if self.link.state() == link::State::Identifying && self.early.len() < EARLY
                {
                    self.early.push_back(m);
                } else {
                    out.push(Output::Dropped("message before the identity"));
                }
            }
            Ok(Frame::Other { .. }) => out.push(Output::Dropped("frame of another protocol")),
            Err(_) => out.push(Output::Dropped("frame that cannot be read")),
        }
    }

    /// Sends a request whose answer is wanted.
    ///
    /// # Errors
    /// The ticket and the request back, where the connection cannot be used or the message is no
    /// request about a subscriber.
    #[allow(clippy::result_large_err)] // what is refused is given back
    pub fn request(
        &mut self,
        now: Now,
        ticket: T,
        request: impl Into<Pdu>,
        patience: Duration,
        out: &mut Vec<Output<T>>,
    ) -> Result<(), (T, Pdu)> {
        let request = request.into();
        let imsi = request.imsi().filter(|_| self.is_usable());
        let Some(imsi) = imsi.filter(|_| Role::of(request.code()) == Role::Request) else {
            return Err((ticket, request));
        };
        let octets = frame(&mut self.buffer, &request);
        let first = self
            .pending
            .push(now.mono, imsi.into(), request, ticket, patience);
        if first {
            out.push(Output::Send(octets));
        }
        Ok(())
    }

    /// Sends an answer or a report.
    pub fn send(&mut self, m: &Pdu, out: &mut Vec<Output<T>>) {
        if self.is_usable() {
            out.push(Output::Send(frame(&mut self.buffer, m)));
        } else {
            out.push(Output::Dropped("answer for a peer that is gone"));
        }
    }

    fn message(&mut self, now: Now, octets: &Bytes, out: &mut Vec<Output<T>>) {
        // what does not even tell whom it is about cannot be answered
        let Ok(head) = Head::read(octets) else {
            return out.push(Output::Dropped("message about nobody"));
        };
        let pdu = match Pdu::decode(octets) {
            Ok(pdu) => pdu,
            Err(e) => return self.refuse(&head, cause_of(&e), out),
        };
        match head.role() {
            Role::Request if matches!(pdu, Pdu::Other(..)) => {
                self.refuse(&head, Cause::MessageTypeNonExistent, out);
            }
            Role::Request | Role::Report => out.push(Output::Request(head, pdu)),
            Role::Error | Role::Result => match self.pending.answered(now.mono, &head) {
                Some((ticket, _, next)) => {
                    let next = next.map(|m| frame(&mut self.buffer, m));
                    out.push(Output::Answer {
                        ticket,
                        answer: pdu,
                    });
                    out.extend(next.map(Output::Send));
                }
                None if matches!(pdu, Pdu::RoutingError(_)) => {
                    out.push(Output::Dropped("routing error"));
                }
                None => out.push(Output::Dropped("answer to nothing")),
            },
        }
    }

    /// Answers a request with an error; what is none is dropped.
    fn refuse(&mut self, head: &Head, cause: Cause, out: &mut Vec<Output<T>>) {
        match Pdu::refusal(head, cause) {
            Some(error) => self.send(&error, out),
            None => out.push(Output::Dropped("answer that cannot be read")),
        }
    }

    fn step(&mut self, now: Now, input: link::Input, out: &mut Vec<Output<T>>) {
        let mut wants = Vec::new();
        self.link.handle(now, input, &mut wants);
        for w in wants {
            match w {
                link::Output::Connect => out.push(Output::Connect),
                link::Output::Send(m) => out.push(Output::Send(Frame::Ccm(m).bytes())),
                link::Output::Disconnect => out.push(Output::Disconnect),
                link::Output::Dropped(why) => out.push(Output::Dropped(why)),
                link::Output::Opened(name) => {
                    self.remote.clone_from(&name);
                    out.push(Output::Opened(name));
                }
                link::Output::Closed(why) => {
                    self.early.clear();
                    out.push(Output::Closed(why));
                    let all = self.pending.give_up();
                    out.extend(all.map(|(ticket, request)| Output::Unanswered { ticket, request }));
                }
            }
        }
    }
}

/// A message in its frame, in memory that is used again once nobody holds it.
fn frame(buffer: &mut BytesMut, m: &Pdu) -> Bytes {
    buffer.reserve(1024);
    Frame::gsup(buffer, |w| m.encode(w));
    buffer.split().freeze()
}
