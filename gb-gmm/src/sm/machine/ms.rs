//! SM in the mobile, TS 24.008 6.1.3.
use super::{ATTEMPTS, NSAPIS, Timer};
use crate::{
    nas::Ti,
    sm::{Cause, LlcSapi, Message, Nsapi, Pdu, cause, msg::*},
};
use engine::{Time, Timers};
use std::collections::BTreeMap;
use wire::{Apn, Pco, PdpAddress, QosProfile};

/// States of TS 24.008 6.1.2.1 that a context has while it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// PDP-ACTIVE-PENDING.
    ActivePending,
    /// PDP-ACTIVE.
    Active,
    /// PDP-INACTIVE-PENDING.
    InactivePending,
}

/// What a mobile asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Where to; the subscription's default where it does not say.
    pub apn: Option<Apn>,
    /// How good.
    pub qos: QosProfile,
    /// Which kind of address.
    pub address: PdpAddress,
    /// What is passed on to the gateway.
    pub pco: Option<Pco>,
}

/// A context of this mobile.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    /// Its NSAPI, 5 to 15.
    pub nsapi: u8,
    /// Its transaction identifier, 0 to 6.
    pub ti: u8,
    /// Its state.
    pub state: State,
    /// Where its user data goes: LLC SAPI 3, 5, 9 or 11.
    pub llc_sapi: u8,
    /// What was negotiated, or asked for.
    pub qos: QosProfile,
    /// The address, once it is given.
    pub address: PdpAddress,
    /// What the gateway answered.
    pub pco: Option<Pco>,
    sent: Pdu,
    tries: u8,
}

/// What goes in besides [`Machine::activate`].
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // moved once
pub enum In {
    /// End a context.
    Deactivate {
        /// Which.
        nsapi: u8,
        /// Why.
        cause: Cause,
    },
    /// A message from the network, read for an end point.
    Recv(wire::Result<Message>),
    /// The mobile is not attached any more: all contexts are gone, without a word.
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
    /// A context is active.
    Active(Context),
    /// A context was changed by the network.
    Modified(Context),
    /// A context was refused.
    Refused {
        /// Which.
        nsapi: u8,
        /// Why.
        cause: Cause,
    },
    /// The network did not answer for the fifth time.
    NoAnswer {
        /// Which context was asked for.
        nsapi: u8,
    },
    /// A context is gone.
    Inactive {
        /// Which.
        nsapi: u8,
        /// The network's word, where it was the network's wish.
        cause: Option<Cause>,
    },
    /// The network reports an error of ours.
    Status(Cause),
}

/// SM of one mobile: its contexts by transaction.
#[derive(Debug, Default)]
pub struct Machine {
    contexts: BTreeMap<u8, Context>,
    timers: Timers<(u8, Timer)>,
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

    /// All contexts.
    pub fn contexts(&self) -> impl Iterator<Item = &Context> {
        self.contexts.values()
    }

    /// A context by its NSAPI.
    pub fn context(&self, nsapi: u8) -> Option<&Context> {
        self.contexts.values().find(|c| c.nsapi == nsapi)
    }

    /// Asks for a context (6.1.3.1.1); its NSAPI, or `None` where no transaction is free.
    pub fn activate(&mut self, now: Time, request: Request, out: &mut Vec<Out>) -> Option<u8> {
        let ti = (0..7).find(|t| !self.contexts.contains_key(t))?;
        let nsapi = NSAPIS
            .clone()
            .find(|n| self.contexts.values().all(|c| c.nsapi != *n))?;
        let message = ActivatePdpContextRequest {
            nsapi: Nsapi(nsapi),
            llc_sapi: LlcSapi(3),
            qos: request.qos.clone(),
            pdp_address: request.address.clone().for_sm(),
            apn: request.apn,
            pco: request.pco,
            request_type: None,
            device_properties: None,
            nbifom: None,
            extended_pco: None,
            other: Default::default(),
        };
        let context = Context {
            nsapi,
            ti,
            state: State::ActivePending,
            llc_sapi: 3,
            qos: request.qos,
            address: request.address,
            pco: None,
            sent: message.into(),
            tries: 1,
        };
        out.push(send(ti, context.sent.clone()));
        self.contexts.insert(ti, context);
        self.start(now, ti, Timer::T3380);
        Some(nsapi)
    }

    fn start(&mut self, now: Time, ti: u8, t: Timer) {
        self.timers.start((ti, t), now + t.length());
    }

    /// Takes one input.
    pub fn handle(&mut self, now: Time, input: In, out: &mut Vec<Out>) {
        match input {
            // 6.1.3.4.1
            In::Deactivate { nsapi, cause } => {
                let Some(c) = self
                    .contexts
                    .values_mut()
                    .find(|c| c.nsapi == nsapi && c.state != State::InactivePending)
                else {
                    return;
                };
                c.state = State::InactivePending;
                c.tries = 1;
                c.sent = deactivate(cause).into();
                let ti = c.ti;
                out.push(send(ti, c.sent.clone()));
                self.timers.stop(&(ti, Timer::T3380));
                self.start(now, ti, Timer::T3390);
            }
            In::Recv(Ok(m)) => self.recv(m, out),
            In::Recv(Err(e)) => {
                if let Some(c) = cause(&e) {
                    out.push(send(0, status(c).into()));
                }
            }
            In::Lost => {
                self.timers = Timers::default();
                for c in std::mem::take(&mut self.contexts).into_values() {
                    out.push(Out::Inactive {
                        nsapi: c.nsapi,
                        cause: None,
                    });
                }
            }
            In::Timer => {
                while let Some((ti, t)) = self.timers.pop(now) {
                    self.expired(now, ti, t, out);
                }
            }
        }
    }

    fn recv(&mut self, m: Message, out: &mut Vec<Out>) {
        let ti = m.ti.value;
        if !m.ti.to_originator {
            // transactions of the network's own
            return match m.pdu {
                // 6.1.3.2.2: no context that the network asks for
                Pdu::RequestPdpContextActivation(_) => {
                    let reject = RequestPdpContextActivationReject {
                        cause: Cause::FeatureNotSupported,
                        pco: None,
                        nbifom: None,
                        extended_pco: None,
                        other: Default::default(),
                    };
                    out.push(Out::Send(Message::new(m.ti.reply(), reject)));
                }
                Pdu::SmStatus(s) => out.push(Out::Status(s.cause)),
                _ => {
                    let status = status(Cause::InvalidTransactionIdentifier);
                    out.push(Out::Send(Message::new(m.ti.reply(), status)));
                }
            };
        }
        let state = self.contexts.get(&ti).map(|c| c.state);
        match (state, m.pdu) {
            // 6.1.3.1.1
            (Some(State::ActivePending), Pdu::ActivatePdpContextAccept(a)) => {
                self.timers.stop(&(ti, Timer::T3380));
                if let Some(c) = self.contexts.get_mut(&ti) {
                    c.state = State::Active;
                    c.llc_sapi = a.llc_sapi.sapi();
                    c.qos = a.qos;
                    c.pco = a.pco;
                    if let Some(address) = a.pdp_address {
                        c.address = address;
                    }
                    out.push(Out::Active(c.clone()));
                }
            }
            // 6.1.3.1.2
            (Some(State::ActivePending), Pdu::ActivatePdpContextReject(r)) => {
                if let Some(nsapi) = self.remove(ti) {
                    let cause = r.cause;
                    out.push(Out::Refused { nsapi, cause });
                }
            }
            // the accept once more: nothing is owed
            (Some(State::Active), Pdu::ActivatePdpContextAccept(_)) => {}
            // 6.1.3.3.1
            (Some(State::Active), Pdu::ModifyPdpContextRequestDown(r)) => {
                if let Some(c) = self.contexts.get_mut(&ti) {
                    c.qos = r.qos;
                    c.llc_sapi = r.llc_sapi.sapi();
                    if let Some(address) = r.pdp_address {
                        c.address = address;
                    }
                    let accept = ModifyPdpContextAcceptUp {
                        pco: None,
                        nbifom: None,
                        extended_pco: None,
                        other: Default::default(),
                    };
                    out.push(send(ti, accept.into()));
                    out.push(Out::Modified(c.clone()));
                }
            }
            // 6.1.3.4.2; also where both end it at once (6.1.3.4.3 b), or it is gone already
            (_, Pdu::DeactivatePdpContextRequest(r)) => {
                let accept = DeactivatePdpContextAccept {
                    pco: None,
                    mbms_options: None,
                    extended_pco: None,
                    other: Default::default(),
                };
                out.push(send(ti, accept.into()));
                if let Some(nsapi) = self.remove(ti) {
                    let cause = Some(r.cause);
                    out.push(Out::Inactive { nsapi, cause });
                }
            }
            // 6.1.3.4.1
            (Some(State::InactivePending), Pdu::DeactivatePdpContextAccept(_)) => {
                if let Some(nsapi) = self.remove(ti) {
                    out.push(Out::Inactive { nsapi, cause: None });
                }
            }
            (_, Pdu::DeactivatePdpContextAccept(_)) => {}
            // 6.1.3.7: a transaction that the network does not know is over
            (_, Pdu::SmStatus(s)) => {
                out.push(Out::Status(s.cause));
                if s.cause == Cause::InvalidTransactionIdentifier
                    && let Some(nsapi) = self.remove(ti)
                {
                    let cause = Some(s.cause);
                    out.push(Out::Inactive { nsapi, cause });
                }
            }
            // 8.3.2
            (None, _) => {
                let status = status(Cause::InvalidTransactionIdentifier);
                out.push(send(ti, status.into()));
            }
            // 8.4
            (_, Pdu::Other(..)) => {
                out.push(send(ti, status(Cause::MessageTypeNonExistent).into()));
            }
            (Some(_), _) => {
                out.push(send(ti, status(Cause::MessageTypeNotCompatible).into()));
            }
        }
    }

    fn remove(&mut self, ti: u8) -> Option<u8> {
        for t in [Timer::T3380, Timer::T3390] {
            self.timers.stop(&(ti, t));
        }
        self.contexts.remove(&ti).map(|c| c.nsapi)
    }

    /// 6.1.3.1.3 a, 6.1.3.4.3 a: four times more, then the procedure is over.
    fn expired(&mut self, now: Time, ti: u8, t: Timer, out: &mut Vec<Out>) {
        let Some(c) = self.contexts.get_mut(&ti) else {
            return;
        };
        c.tries = c.tries.saturating_add(1);
        if c.tries <= ATTEMPTS {
            out.push(send(ti, c.sent.clone()));
            return self.start(now, ti, t);
        }
        if let Some(nsapi) = self.remove(ti) {
            out.push(match t {
                Timer::T3380 => Out::NoAnswer { nsapi },
                Timer::T3390 | Timer::T3395 => Out::Inactive { nsapi, cause: None },
            });
        }
    }
}

/// A message in a transaction that the mobile began.
fn send(ti: u8, pdu: Pdu) -> Out {
    let ti = Ti {
        to_originator: false,
        value: ti,
    };
    Out::Send(Message { ti, pdu })
}

fn status(cause: Cause) -> SmStatus {
    SmStatus {
        cause,
        other: Default::default(),
    }
}

pub(super) fn deactivate(cause: Cause) -> DeactivatePdpContextRequest {
    DeactivatePdpContextRequest {
        cause,
        tear_down: None,
        pco: None,
        mbms_options: None,
        back_off: None,
        wlan_offload: None,
        nbifom: None,
        extended_pco: None,
        other: Default::default(),
    }
}
