//! One connection of IPA: who is at the other end, and whether anybody still is.
//!
//! The server asks for the client's identity (ID_GET), the client gives it (ID_RESP) and both
//! acknowledge (ID_ACK). After that each side sends a PING when nothing was heard for a while, and
//! any frame is a sign of life. Who dials dials again some time after a connection was lost.
use crate::msg::{Ccm, Name, Tags};
use engine::{Now, Time};
use std::time::Duration;

/// How a connection behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// True where we dial.
    pub dials: bool,
    /// After how long without a frame the peer is asked whether it is still there.
    pub ping: Duration,
    /// How long connecting, the exchange of identities and a PONG may last.
    pub patience: Duration,
    /// After how long a lost connection is dialled again.
    pub retry: Duration,
}

impl Settings {
    /// For whoever dials.
    pub fn client() -> Self {
        Self {
            dials: true,
            ping: Duration::from_secs(20),
            patience: Duration::from_secs(10),
            retry: Duration::from_secs(5),
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

/// Where the connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// There is none.
    Closed,
    /// Dialled, not yet connected.
    Connecting,
    /// Connected; the identity was not yet exchanged.
    Identifying,
    /// In use.
    Open,
    /// In use; nothing was heard for some time, and a PING was sent.
    Doubted,
}

/// What happens to the machine.
#[derive(Debug)]
pub enum Input {
    /// Whoever dials is to begin.
    Start,
    /// The transport connection is up.
    Up,
    /// It is gone, or could not be made.
    Down,
    /// A message of connection management has come.
    Receive(Ccm),
    /// Any other frame has come.
    Heard,
    /// [`Link::due`] has come.
    Timer,
    /// We leave for good.
    Stop,
}

/// What the machine wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Dial.
    Connect,
    /// Send this.
    Send(Ccm),
    /// Close the transport connection after what was sent.
    Disconnect,
    /// The peer may be used; a client is known by this name.
    Opened(Option<Name>),
    /// It may no longer be used.
    Closed(Reason),
    /// A message that has no place in this state was dropped.
    Dropped(&'static str),
}

/// Why a connection is not, or no longer, of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It could not be made, or was lost.
    Transport,
    /// The peer did not say who it is.
    Nameless,
    /// The peer did not answer in time.
    Timeout,
    /// We left.
    Left,
}

/// The machine.
#[derive(Debug, Clone)]
pub struct Link {
    settings: Settings,
    name: Name,
    state: State,
    /// When a frame was heard last.
    heard: Time,
    deadline: Option<Time>,
    stopped: bool,
}

impl Link {
    /// A connection that is not there yet, of a node with this name.
    pub fn new(name: Name, settings: Settings) -> Self {
        Self {
            settings,
            name,
            state: State::Closed,
            heard: Time::default(),
            deadline: None,
            stopped: false,
        }
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// True where messages may be sent.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Open | State::Doubted)
    }

    /// When [`Input::Timer`] is wanted.
    pub fn due(&self) -> Option<Time> {
        match self.state {
            State::Open => Some(self.heard + self.settings.ping),
            _ => self.deadline,
        }
    }

    /// Takes one input.
    pub fn handle(&mut self, now: Now, input: Input, out: &mut Vec<Output>) {
        let now = now.mono;
        // servers speak first: what they say may be told before the connection is
        if self.state == State::Connecting && matches!(input, Input::Receive(_) | Input::Heard) {
            self.enter(now, State::Identifying);
        }
        match (self.state, input) {
            // Closed, dials: start -> connect
            (State::Closed, Input::Start) => self.dial(now, out),
            // Closed, dials: the time to try again has come
            (State::Closed, Input::Timer) => {
                if self.deadline.take_if(|t| *t <= now).is_some() {
                    self.dial(now, out);
                }
            }
            // Closed, accepts: up -> ID_GET
            (State::Closed, Input::Up) => {
                out.push(Output::Send(Ccm::IdGet(Tags::wanted())));
                self.enter(now, State::Identifying);
            }
            // Connecting: up -> the server asks first
            (State::Connecting, Input::Up) => self.enter(now, State::Identifying),
            // any: lost
            (State::Closed, Input::Down) => {}
            (_, Input::Down) => self.close(now, Reason::Transport, out),
            // any: we leave
            (State::Closed, Input::Stop) => {
                (self.stopped, self.deadline) = (true, None);
            }
            (_, Input::Stop) => {
                self.stopped = true;
                out.push(Output::Disconnect);
                self.close(now, Reason::Left, out);
            }
            // any with a connection: PING -> PONG
            (State::Identifying | State::Open | State::Doubted, Input::Receive(Ccm::Ping)) => {
                out.push(Output::Send(Ccm::Pong));
                self.hear(now);
            }
            // client, any with a connection: ID_GET -> ID_RESP, ID_ACK
            (
                State::Identifying | State::Open | State::Doubted,
                Input::Receive(Ccm::IdGet(wanted)),
            ) if self.settings.dials => {
                let mine = Tags::answer(&wanted, &self.name);
                out.push(Output::Send(Ccm::IdResp(mine)));
                out.push(Output::Send(Ccm::IdAck));
                self.hear(now);
            }
            // client, identifying: ID_ACK -> open
            (State::Identifying, Input::Receive(Ccm::IdAck)) if self.settings.dials => {
                out.push(Output::Opened(None));
                self.open(now);
            }
            // server, identifying: ID_RESP -> ID_ACK, open
            (State::Identifying, Input::Receive(Ccm::IdResp(tags))) if !self.settings.dials => {
                match tags.name() {
                    Some(name) => {
                        out.push(Output::Send(Ccm::IdAck));
                        out.push(Output::Opened(Some(name)));
                        self.open(now);
                    }
                    None => {
                        out.push(Output::Disconnect);
                        self.close(now, Reason::Nameless, out);
                    }
                }
            }
            // the other acknowledgements: an answer to one would be answered for ever
            (State::Identifying | State::Open | State::Doubted, Input::Receive(Ccm::IdAck)) => {
                self.hear(now);
            }
            // open: PONG, or anything else, is a sign of life
            (
                State::Identifying | State::Open | State::Doubted,
                Input::Receive(Ccm::Pong) | Input::Heard,
            ) => self.hear(now),
            (_, Input::Receive(_)) => {
                out.push(Output::Dropped("connection management out of place"));
                if self.is_open() {
                    self.hear(now);
                }
            }
            // open: nothing heard -> PING
            (State::Open, Input::Timer) => {
                if self.due().is_some_and(|t| t <= now) {
                    out.push(Output::Send(Ccm::Ping));
                    self.enter(now, State::Doubted);
                }
            }
            // any that may not last: time is up
            (State::Connecting | State::Identifying | State::Doubted, Input::Timer) => {
                if self.deadline.is_some_and(|t| t <= now) {
                    out.push(Output::Disconnect);
                    self.close(now, Reason::Timeout, out);
                }
            }
            (State::Closed | State::Connecting, Input::Heard)
            | (State::Identifying | State::Open | State::Doubted, Input::Up)
            | (_, Input::Start) => {}
        }
    }

    fn dial(&mut self, now: Time, out: &mut Vec<Output>) {
        if self.settings.dials && !self.stopped {
            out.push(Output::Connect);
            self.enter(now, State::Connecting);
        }
    }

    fn open(&mut self, now: Time) {
        self.state = State::Open;
        self.hear(now);
    }

    fn hear(&mut self, now: Time) {
        self.heard = now;
        if self.state == State::Doubted {
            self.state = State::Open;
        }
        if self.state == State::Open {
            self.deadline = None;
        }
    }

    /// Into a state that may not last.
    fn enter(&mut self, now: Time, state: State) {
        self.state = state;
        self.deadline = Some(now + self.settings.patience);
    }

    fn close(&mut self, now: Time, why: Reason, out: &mut Vec<Output>) {
        self.state = State::Closed;
        let again = self.settings.dials && !self.stopped;
        self.deadline = again.then(|| now + self.settings.retry);
        out.push(Output::Closed(why));
    }
}
