//! SM in the network, for one mobile, TS 24.008 6.1.3.
use super::{ATTEMPTS, NSAPIS, Timer, ms::deactivate};
use crate::{
    nas::Ti,
    sm::{Cause, LlcSapi, Message, Pdu, RadioPriority, cause, msg::*},
};
use engine::{Time, Timers};
use std::collections::BTreeMap;
use wire::{Pco, PdpAddress, QosProfile};

/// States of TS 24.008 6.1.2.2 that a context has while it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// PDP-ACTIVE-PENDING, with the gateway's answer outstanding.
    ActivePending,
    /// PDP-ACTIVE.
    Active,
    /// PDP-INACTIVE-PENDING.
    InactivePending,
}

/// What the gateway gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// How good.
    pub qos: QosProfile,
    /// The address; `None` where the mobile named it itself.
    pub address: Option<PdpAddress>,
    /// What is passed on to the mobile.
    pub pco: Option<Pco>,
    /// Why it is not quite what was asked for (50 to 52).
    pub cause: Option<Cause>,
}

/// What goes in.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // moved once
pub enum In {
    /// A message from the mobile, read for an end point.
    Recv(wire::Result<Message>),
    /// Answers [`Out::Create`].
    Created {
        /// Which.
        ti: u8,
        /// What the gateway gave, or why it did not.
        answer: Result<Grant, Cause>,
    },
    /// Answers [`Out::Modify`].
    Modified {
        /// Which.
        ti: u8,
        /// What is granted.
        answer: Result<QosProfile, Cause>,
    },
    /// End a context.
    Deactivate {
        /// Which.
        nsapi: u8,
        /// Why.
        cause: Cause,
    },
    /// The mobile is not attached any more: all contexts are gone, without a word to it.
    Lost,
    /// [`Machine::due`] has come.
    Timer,
}

/// What comes out.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant)] // moved once
pub enum Out {
    /// Send a message.
    Send(Message),
    /// Create a context at a gateway; [`In::Created`] follows.
    Create {
        /// Its transaction.
        ti: u8,
        /// Its NSAPI.
        nsapi: u8,
        /// What the mobile asks for.
        request: Box<ActivatePdpContextRequest>,
    },
    /// The mobile has its accept: user data may flow.
    Active {
        /// Its NSAPI.
        nsapi: u8,
        /// Where its user data goes.
        llc_sapi: u8,
    },
    /// The mobile wants another quality; [`In::Modified`] follows.
    Modify {
        /// Its transaction.
        ti: u8,
        /// Its NSAPI.
        nsapi: u8,
        /// What it wants.
        qos: QosProfile,
    },
    /// A context is gone: delete it at the gateway.
    Delete {
        /// Its NSAPI.
        nsapi: u8,
    },
    /// The mobile reports an error.
    Status(Cause),
}

#[derive(Debug, Clone)]
struct Context {
    nsapi: u8,
    state: State,
    request: ActivatePdpContextRequest,
    sent: Option<Pdu>,
    tries: u8,
}

/// SM of one mobile: its contexts by transaction.
#[derive(Debug, Default)]
pub struct Machine {
    contexts: BTreeMap<u8, Context>,
    timers: Timers<u8>,
}

impl Machine {
    /// Without a context.
    pub fn new() -> Self {
        Self::default()
    }

    /// When the next timer ends.
    pub fn due(&self) -> Option<Time> {
        self.timers.due()
    }

    /// The state of a context.
    pub fn state(&self, nsapi: u8) -> Option<State> {
        let c = self.contexts.values().find(|c| c.nsapi == nsapi)?;
        Some(c.state)
    }

    /// The NSAPIs of all contexts.
    pub fn nsapis(&self) -> impl Iterator<Item = u8> {
        self.contexts.values().map(|c| c.nsapi)
    }

    /// Takes one input.
    pub fn handle(&mut self, now: Time, input: In, out: &mut Vec<Out>) {
        match input {
            In::Recv(Ok(m)) => self.recv(m, out),
            In::Recv(Err(e)) => {
                if let Some(c) = cause(&e) {
                    out.push(send(0, status(c)));
                }
            }
            In::Created { ti, answer } => self.created(ti, answer, out),
            In::Modified { ti, answer } => {
                if self.contexts.get(&ti).map(|c| c.state) == Some(State::Active) {
                    out.push(send(ti, modified(answer)));
                }
            }
            // 6.1.3.4.2
            In::Deactivate { nsapi, cause } => {
                let found = self.contexts.iter_mut().find(|(_, c)| c.nsapi == nsapi);
                let Some((ti, c)) = found else {
                    return;
                };
                let ti = *ti;
                match c.state {
                    State::ActivePending => self.created(ti, Err(cause), out),
                    State::InactivePending => {}
                    State::Active => {
                        let request: Pdu = deactivate(cause).into();
                        c.state = State::InactivePending;
                        c.tries = 1;
                        c.sent = Some(request.clone());
                        out.push(send(ti, request));
                        self.timers.start(ti, now + Timer::T3395.length());
                    }
                }
            }
            In::Lost => {
                let all: Vec<u8> = self.contexts.keys().copied().collect();
                for ti in all {
                    self.remove(ti, out);
                }
            }
            In::Timer => {
                while let Some(ti) = self.timers.pop(now) {
                    self.expired(now, ti, out);
                }
            }
        }
    }

    fn recv(&mut self, m: Message, out: &mut Vec<Out>) {
        let ti = m.ti.value;
        if m.ti.to_originator {
            // we begin no transactions, so none of ours is answered
            return match m.pdu {
                Pdu::SmStatus(s) => out.push(Out::Status(s.cause)),
                _ => out.push(Out::Send(Message {
                    ti: m.ti.reply(),
                    pdu: status(Cause::InvalidTransactionIdentifier),
                })),
            };
        }
        let state = self.contexts.get(&ti).map(|c| c.state);
        match (state, m.pdu) {
            (_, Pdu::ActivatePdpContextRequest(r)) => self.requested(ti, r, out),
            // 6.1.3.2.1 and 6.1.5.1: neither secondary nor MBMS contexts here
            (_, Pdu::ActivateSecondaryPdpContextRequest(_)) => {
                let reject = ActivateSecondaryPdpContextReject {
                    cause: Cause::ServiceOptionNotSupported,
                    pco: None,
                    back_off: None,
                    re_attempt: None,
                    nbifom: None,
                    extended_pco: None,
                    other: Default::default(),
                };
                out.push(send(ti, reject.into()));
            }
            (_, Pdu::ActivateMbmsContextRequest(_)) => {
                let reject = ActivateMbmsContextReject {
                    cause: Cause::ServiceOptionNotSupported,
                    mbms_options: None,
                    back_off: None,
                    re_attempt: None,
                    other: Default::default(),
                };
                out.push(send(ti, reject.into()));
            }
            // 6.1.3.4.1; also where both end it at once, or it is gone already
            (_, Pdu::DeactivatePdpContextRequest(_)) => {
                let accept = DeactivatePdpContextAccept {
                    pco: None,
                    mbms_options: None,
                    extended_pco: None,
                    other: Default::default(),
                };
                out.push(send(ti, accept.into()));
                self.remove(ti, out);
            }
            // 6.1.3.4.2
            (Some(State::InactivePending), Pdu::DeactivatePdpContextAccept(_)) => {
                self.remove(ti, out);
            }
            (_, Pdu::DeactivatePdpContextAccept(_)) => {}
            // 6.1.3.3.2; a change of nothing but filters or options is none that we know
            (Some(State::Active), Pdu::ModifyPdpContextRequestUp(r)) => {
                let nsapi = self.contexts.get(&ti).map(|c| c.nsapi);
                match (nsapi, r.qos) {
                    (Some(nsapi), Some(qos)) => out.push(Out::Modify { ti, nsapi, qos }),
                    _ => out.push(send(ti, modified(Err(Cause::ServiceOptionNotSupported)))),
                }
            }
            // 6.1.3.7
            (_, Pdu::SmStatus(s)) => {
                out.push(Out::Status(s.cause));
                if s.cause == Cause::InvalidTransactionIdentifier {
                    self.remove(ti, out);
                }
            }
            // 8.3.1
            (None, _) => out.push(send(ti, status(Cause::InvalidTransactionIdentifier))),
            // 8.4
            (_, Pdu::Other(..)) => out.push(send(ti, status(Cause::MessageTypeNonExistent))),
            (Some(_), _) => out.push(send(ti, status(Cause::MessageTypeNotCompatible))),
        }
    }

    /// 6.1.3.1.1 and its abnormal cases in 6.1.3.1.3.
    fn requested(&mut self, ti: u8, r: ActivatePdpContextRequest, out: &mut Vec<Out>) {
        let nsapi = r.nsapi.nsapi();
        if !NSAPIS.contains(&nsapi) || !matches!(r.llc_sapi.sapi(), 3 | 5 | 9 | 11) {
            let reject = refuse(Cause::InvalidMandatoryInformation);
            return out.push(send(ti, reject));
        }
        if let Some(c) = self.contexts.get(&ti).filter(|c| c.request == r) {
            // b: the same request again: wait on, or answer it again
            match (c.state, &c.sent) {
                (State::ActivePending, _) => return,
                (State::Active, Some(accept)) => return out.push(send(ti, accept.clone())),
                _ => {}
            }
        }
        // c: an old context in the way is gone
        let old = self
            .contexts
            .iter()
            .filter(|(t, c)| **t == ti || c.nsapi == nsapi);
        for old in old.map(|(t, _)| *t).collect::<Vec<_>>() {
            self.remove(old, out);
        }
        out.push(Out::Create {
            ti,
            nsapi,
            request: Box::new(r.clone()),
        });
        let context = Context {
            nsapi,
            state: State::ActivePending,
            request: r,
            sent: None,
            tries: 0,
        };
        self.contexts.insert(ti, context);
    }

    fn created(&mut self, ti: u8, answer: Result<Grant, Cause>, out: &mut Vec<Out>) {
        let Some(c) = self
            .contexts
            .get_mut(&ti)
            .filter(|c| c.state == State::ActivePending)
        else {
            return;
        };
        match answer {
            Ok(g) => {
                let llc_sapi = c.request.llc_sapi.sapi();
                let accept: Pdu = ActivatePdpContextAccept {
                    llc_sapi: LlcSapi(llc_sapi),
                    qos: g.qos,
                    radio_priority: RadioPriority(4),
                    pdp_address: g.address.map(PdpAddress::for_sm),
                    pco: g.pco,
                    packet_flow: None,
                    cause: g.cause,
                    connectivity: None,
                    wlan_offload: None,
                    nbifom: None,
                    extended_pco: None,
                    other: Default::default(),
                }
                .into();
                c.state = State::Active;
                c.sent = Some(accept.clone());
                let nsapi = c.nsapi;
                out.push(send(ti, accept));
                out.push(Out::Active { nsapi, llc_sapi });
            }
            Err(cause) => {
                self.contexts.remove(&ti);
                out.push(send(ti, refuse(cause)));
            }
        }
    }

    fn remove(&mut self, ti: u8, out: &mut Vec<Out>) {
        self.timers.stop(&ti);
        if let Some(c) = self.contexts.remove(&ti) {
            out.push(Out::Delete { nsapi: c.nsapi });
        }
    }

    /// 6.1.3.4.3 a: four times more, then it is gone all the same.
    fn expired(&mut self, now: Time, ti: u8, out: &mut Vec<Out>) {
        let Some(c) = self.contexts.get_mut(&ti) else {
            return;
        };
        c.tries = c.tries.saturating_add(1);
        match &c.sent {
            Some(request) if c.tries <= ATTEMPTS => {
                out.push(send(ti, request.clone()));
                self.timers.start(ti, now + Timer::T3395.length());
            }
            _ => self.remove(ti, out),
        }
    }
}

/// A message in a transaction that the mobile began.
fn send(ti: u8, pdu: Pdu) -> Out {
    let ti = Ti {
        to_originator: true,
        value: ti,
    };
    Out::Send(Message { ti, pdu })
}

fn status(cause: Cause) -> Pdu {
    SmStatus {
        cause,
        other: Default::default(),
    }
    .into()
}

fn refuse(cause: Cause) -> Pdu {
    ActivatePdpContextReject {
        cause,
        pco: None,
        back_off: None,
        re_attempt: None,
        nbifom: None,
        extended_pco: None,
        other: Default::default(),
    }
    .into()
}

fn modified(answer: Result<QosProfile, Cause>) -> Pdu {
    match answer {
        Ok(qos) => ModifyPdpContextAcceptDown {
            qos: Some(qos),
            llc_sapi: None,
            radio_priority: None,
            packet_flow: None,
            pco: None,
            wlan_offload: None,
            nbifom: None,
            extended_pco: None,
            other: Default::default(),
        }
        .into(),
        Err(cause) => ModifyPdpContextReject {
            cause,
            pco: None,
            back_off: None,
            re_attempt: None,
            nbifom: None,
            extended_pco: None,
            other: Default::default(),
        }
        .into(),
    }
}
