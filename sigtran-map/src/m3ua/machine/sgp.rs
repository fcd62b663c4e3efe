//! The gateway's side of one association (RFC 4666 4.3.4): it answers what the ASP asks. An IPSP of
//! the single exchange model that is asked does the same (4.3.4.1, 5.6).
use super::State;
use crate::m3ua::msg::{
    AspActiveAck, AspDownAck, AspInactiveAck, AspUpAck, Data, Error, ErrorCode, HeartbeatAck,
    Message, Notify, Pdu, Status, TrafficMode, Words, error_of,
};
use bytes::Bytes;
use std::collections::VecDeque;

/// What an ASP may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// The routing contexts of the application servers that it may serve; empty where there is one
    /// without.
    pub contexts: Vec<u32>,
    /// How the traffic is shared among their ASPs; any way where it is left open.
    pub mode: Option<TrafficMode>,
    /// Refuse an ASP that does not say who it is.
    pub identified: bool,
}

/// What the gateway wants done, or is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// A message for the ASP.
    Send(Bytes),
    /// The ASP is in another state, with these routing contexts.
    State(State, Vec<u32>),
    /// A message for MTP3's user.
    Data(Data),
    /// The ASP asks whether these signalling points can be reached (DAUD).
    Audit(Vec<u32>),
    /// Something else that came, for whoever manages it.
    Told(Pdu),
}

/// The gateway's side of one association.
#[derive(Debug)]
pub struct Sgp {
    config: Config,
    state: State,
    /// Who the ASP says it is.
    identifier: Option<u32>,
    out: VecDeque<Output>,
}

impl Sgp {
    /// For an ASP that is down.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            state: State::Down,
            identifier: None,
            out: VecDeque::new(),
        }
    }

    /// The state of the ASP as the gateway sees it.
    pub fn state(&self) -> State {
        self.state
    }

    /// Who the ASP says it is.
    pub fn identifier(&self) -> Option<u32> {
        self.identifier
    }

    /// The next output.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// SCTP has lost the association.
    pub fn lost(&mut self) {
        self.enter(State::Down);
    }

    /// Another ASP has taken over (traffic mode override, 4.3.4.3): this one is inactive now, and is
    /// told.
    pub fn overridden(&mut self) {
        if self.state == State::Active {
            self.notify(Status::AlternateAspActive);
            self.enter(State::Inactive);
        }
    }

    /// Tells the ASP about its application server.
    pub fn notify(&mut self, status: Status) {
        let contexts = self.config.contexts.clone();
        self.send(Notify {
            status,
            asp_identifier: None,
            routing_context: (!contexts.is_empty()).then_some(Words(contexts)),
            info: None,
            other: Default::default(),
        });
    }

    /// The ASP's message.
    pub fn receive(&mut self, octets: &Bytes) {
        let m = match Message::read(octets) {
            Ok(m) => m,
            // an ERR is never answered by an ERR (3.8.1), not even one that cannot be read
            Err(_) if octets.get(2..4) == Some(&[0, 0]) => return,
            Err(e) => return self.complain(error_of(&e), octets),
        };
        let unsupported = m.unsupported();
        match (self.state, m.pdu) {
            (state, Pdu::AspUp(up)) => {
                if self.config.identified && up.asp_identifier.is_none() {
                    return self.complain(ErrorCode::AspIdentifierRequired, octets);
                }
                self.identifier = up.asp_identifier;
                self.send(AspUpAck {
                    asp_identifier: up.asp_identifier,
                    info: None,
                    other: Default::default(),
                });
                match state {
                    State::Down => self.enter(State::Inactive),
                    State::Inactive => {}
                    // it has begun anew without having said so (4.3.4.1)
                    State::Active => {
                        self.complain(ErrorCode::UnexpectedMessage, octets);
                        self.enter(State::Inactive);
                    }
                }
            }
            (State::Inactive | State::Active, Pdu::AspActive(a)) => {
                let contexts = match self.allowed(a.routing_context.as_ref()) {
                    Ok(contexts) => contexts,
                    Err(code) => return self.complain(code, octets),
                };
                let fits = |m| self.config.mode.is_none_or(|c| c == m);
                if a.traffic_mode.is_some_and(|m| !fits(m)) {
                    return self.complain(ErrorCode::UnsupportedTrafficMode, octets);
                }
                self.send(AspActiveAck {
                    traffic_mode: a.traffic_mode,
                    routing_context: a.routing_context,
                    info: None,
                    other: Default::default(),
                });
                self.state = State::Active;
                self.out.push_back(Output::State(State::Active, contexts));
            }
            (State::Inactive | State::Active, Pdu::AspInactive(i)) => {
                if let Err(code) = self.allowed(i.routing_context.as_ref()) {
                    return self.complain(code, octets);
                }
                self.send(AspInactiveAck {
                    routing_context: i.routing_context,
                    info: None,
                    other: Default::default(),
                });
                self.enter(State::Inactive);
            }
            (_, Pdu::AspDown(_)) => {
                self.send(AspDownAck {
                    info: None,
                    other: Default::default(),
                });
                self.enter(State::Down);
            }
            (_, Pdu::Heartbeat(b)) => self.send(HeartbeatAck {
                heartbeat_data: b.heartbeat_data,
                other: b.other,
            }),
            (State::Active, Pdu::Data(d)) => {
                let known = |w: &Words| w.0.iter().all(|c| self.config.contexts.contains(c));
                if !d.routing_context.as_ref().is_none_or(known) {
                    return self.complain(ErrorCode::InvalidRoutingContext, octets);
                }
                self.out.push_back(Output::Data(d));
            }
            (State::Inactive | State::Active, Pdu::Audit(a)) => {
                let points = a.affected_point_code.0;
                self.out.push_back(Output::Audit(points));
            }
            (_, told @ (Pdu::Error(_) | Pdu::Notify(_) | Pdu::Congestion(_))) => {
                self.out.push_back(Output::Told(told));
            }
            (_, Pdu::HeartbeatAck(_)) => {}
            _ => self.complain(unsupported.unwrap_or(ErrorCode::UnexpectedMessage), octets),
        }
    }

    /// The routing contexts that are meant.
    fn allowed(&self, named: Option<&Words>) -> Result<Vec<u32>, ErrorCode> {
        let mine = &self.config.contexts;
        match named {
            None => Ok(mine.clone()),
            Some(w) if w.0.iter().all(|c| mine.contains(c)) => Ok(w.0.clone()),
            Some(_) if mine.is_empty() => Err(ErrorCode::NoConfiguredAs),
            Some(_) => Err(ErrorCode::InvalidRoutingContext),
        }
    }

    fn enter(&mut self, state: State) {
        if self.state != state {
            self.state = state;
            let contexts = self.config.contexts.clone();
            self.out.push_back(Output::State(state, contexts));
        }
    }

    /// Sends a message to the ASP.
    pub fn send(&mut self, m: impl Into<Pdu>) {
        let octets = Message::from(m.into()).bytes();
        self.out.push_back(Output::Send(octets));
    }

    fn complain(&mut self, error_code: ErrorCode, octets: &Bytes) {
        /// So much of the message goes back (3.8.1).
        const DIAGNOSTIC: usize = 40;
        let contexts = self.config.contexts.clone();
        let routing_context = (error_code == ErrorCode::InvalidRoutingContext
            && !contexts.is_empty())
        .then_some(Words(contexts));
        self.send(Error {
            error_code,
            routing_context,
            network_appearance: None,
            affected_point_code: None,
            diagnostic: Some(octets.slice(..octets.len().min(DIAGNOSTIC)).into()),
            other: Default::default(),
        });
    }
}
