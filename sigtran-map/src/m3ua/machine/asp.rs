//! The ASP side of one association: up, active, and answers to the gateway (RFC 4666 4.3.4).
use crate::m3ua::msg::{
    AspActive, AspDown, AspInactive, AspUp, Data, Error, ErrorCode, HeartbeatAck, Message, Pdu,
    TrafficMode, Words, error_of,
};
use bytes::Bytes;
use engine::Time;
use std::{collections::VecDeque, time::Duration};
use wire::Octets;

/// What an ASP is set up with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its identifier, where the gateway wants one.
    pub identifier: Option<u32>,
    /// The routing contexts that it serves; empty where the gateway knows them.
    pub contexts: Vec<u32>,
    /// How it shares traffic.
    pub mode: Option<TrafficMode>,
    /// T(ack), RFC 4666 4.3.4.1: two seconds.
    pub ack: Duration,
}

/// The state of the ASP, RFC 4666 4.3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// ASP-DOWN.
    Down,
    /// ASP-INACTIVE.
    Inactive,
    /// ASP-ACTIVE.
    Active,
}

/// What the ASP wants done, or tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// A message for the gateway.
    Send(Bytes),
    /// The state is another now.
    State(State),
    /// A message for MTP3's user.
    Data(Data),
    /// NTFY, ERR or news of destinations, for whoever manages routes.
    Told(Pdu),
}

/// The ASP side of one association.
#[derive(Debug)]
pub struct Asp {
    config: Config,
    state: State,
    due: Option<Time>,
    /// Its own doing: a gateway that says ASPDN ACK is not asked again.
    left: bool,
    out: VecDeque<Output>,
}

impl Asp {
    /// An ASP without an association.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            state: State::Down,
            due: None,
            left: false,
            out: VecDeque::new(),
        }
    }

    /// The state.
    pub fn state(&self) -> State {
        self.state
    }

    /// When T(ack) runs out.
    pub fn due(&self) -> Option<Time> {
        self.due
    }

    /// The next output.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// SCTP has set up the association.
    pub fn connected(&mut self, now: Time) {
        self.left = false;
        self.enter(State::Down);
        self.ask(now);
    }

    /// SCTP has lost the association.
    pub fn lost(&mut self) {
        self.due = None;
        self.enter(State::Down);
    }

    /// Takes leave: no more traffic, then down (RFC 4666 4.3.4.2, 4.3.4.4). Acknowledgements are not
    /// waited for: the association is closed next.
    pub fn leave(&mut self) {
        self.due = None;
        if self.state == State::Active {
            let contexts = self.config.contexts.clone();
            self.send(AspInactive {
                routing_context: (!contexts.is_empty()).then_some(Words(contexts)),
                info: None,
                other: Default::default(),
            });
        }
        if self.state != State::Down {
            self.send(AspDown {
                info: None,
                other: Default::default(),
            });
            self.left = true;
        }
        self.enter(State::Down);
    }

    /// T(ack) has run out: the request is sent again until it is answered (RFC 4666 4.3.4.1).
    pub fn expire(&mut self, now: Time) {
        if self.due.is_some_and(|due| due <= now) {
            self.ask(now);
        }
    }

    /// The gateway's message.
    pub fn receive(&mut self, now: Time, octets: &Bytes) {
        let m = match Message::read(octets) {
            Ok(m) => m,
            // an ERR is never answered by an ERR (3.8.1), not even one that cannot be read
            Err(_) if octets.get(2..4) == Some(&[0, 0]) => return,
            Err(e) => return self.complain(error_of(&e)),
        };
        let unsupported = m.unsupported();
        match (self.state, m.pdu) {
            // ASP-DOWN: ASPUP ACK: ASP-INACTIVE
            (State::Down, Pdu::AspUpAck(_)) => {
                self.enter(State::Inactive);
                self.ask(now);
            }
            // ASP-INACTIVE: ASPAC ACK: ASP-ACTIVE
            (State::Inactive, Pdu::AspActiveAck(_)) => {
                self.due = None;
                self.enter(State::Active);
            }
            // an acknowledgement that comes again changes nothing
            (_, Pdu::AspUpAck(_) | Pdu::AspActiveAck(_)) => {}
            // any: ASPDN ACK nobody asked for: up once more (4.3.4.2)
            (_, Pdu::AspDownAck(_)) if !self.left => self.connected(now),
            // ASP-ACTIVE: ASPIA ACK nobody asked for: active once more (4.3.4.4)
            (State::Active, Pdu::AspInactiveAck(_)) => {
                self.enter(State::Inactive);
                self.ask(now);
            }
            (_, Pdu::Heartbeat(b)) => self.send(HeartbeatAck {
                heartbeat_data: b.heartbeat_data,
                other: b.other,
            }),
            (State::Active, Pdu::Data(d)) => self.out.push_back(Output::Data(d)),
            (
                _,
                told @ (Pdu::Error(_)
                | Pdu::Notify(_)
                | Pdu::Unavailable(_)
                | Pdu::Available(_)
                | Pdu::Congestion(_)
                | Pdu::UserUnavailable(_)
                | Pdu::Restricted(_)),
            ) => self.out.push_back(Output::Told(told)),
            (_, Pdu::HeartbeatAck(_) | Pdu::AspInactiveAck(_) | Pdu::AspDownAck(_)) => {}
            _ => self.complain(unsupported.unwrap_or(ErrorCode::UnexpectedMessage)),
        }
    }

    /// Sends the request that the state waits on, and starts T(ack).
    fn ask(&mut self, now: Time) {
        match self.state {
            State::Down => self.send(AspUp {
                asp_identifier: self.config.identifier,
                info: None,
                other: Default::default(),
            }),
            State::Inactive => {
                let contexts = self.config.contexts.clone();
                self.send(AspActive {
                    traffic_mode: self.config.mode,
                    routing_context: (!contexts.is_empty()).then_some(Words(contexts)),
                    info: None,
                    other: Default::default(),
                });
            }
            State::Active => return,
        }
        self.due = Some(now + self.config.ack);
    }

    fn enter(&mut self, state: State) {
        if self.state != state {
            self.state = state;
            self.out.push_back(Output::State(state));
        }
    }

    fn send(&mut self, m: impl Into<Pdu>) {
        let octets = Message::from(m.into()).bytes();
        self.out.push_back(Output::Send(octets));
    }

    fn complain(&mut self, error_code: ErrorCode) {
        self.send(Error {
            error_code,
            routing_context: None,
            network_appearance: None,
            affected_point_code: None,
            diagnostic: None::<Octets>,
            other: Default::default(),
        });
    }
}
