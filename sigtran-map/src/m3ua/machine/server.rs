//! An application server as its gateway sees it (RFC 4666 4.3.2): the processes that serve it, and
//! which of them takes a message.
use super::State;
use crate::m3ua::msg::{Status, TrafficMode};
use bytes::Bytes;
use engine::Time;
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// T(r): how long messages wait for a process that takes over (4.3.2).
const T_R: Duration = Duration::from_secs(2);
/// Messages that wait at most.
const WAITING: usize = 1024;

/// The state of an application server, 4.3.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerState {
    /// AS-DOWN: no process is up.
    Down,
    /// AS-INACTIVE: one is up, none active.
    Inactive,
    /// AS-ACTIVE.
    Active,
    /// AS-PENDING: the last active one has gone, others may take over until T(r) has run out.
    Pending,
}

/// What processes are told, by their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// NTFY with this status.
    Status(u32, Status),
    /// Another process has taken over (override).
    Overridden(u32),
}

/// The processes of an application server.
#[derive(Debug)]
pub struct Server {
    mode: TrafficMode,
    /// Processes by number, those that are not down.
    processes: BTreeMap<u32, State>,
    state: ServerState,
    due: Option<Time>,
    /// Messages that wait in AS-PENDING.
    waiting: VecDeque<(u8, Bytes)>,
    notices: VecDeque<Notice>,
}

impl Server {
    /// Without processes.
    pub fn new(mode: TrafficMode) -> Self {
        Self {
            mode,
            processes: BTreeMap::new(),
            state: ServerState::Down,
            due: None,
            waiting: VecDeque::new(),
            notices: VecDeque::new(),
        }
    }

    /// The state.
    pub fn state(&self) -> ServerState {
        self.state
    }

    /// Whom to tell what.
    pub fn notice(&mut self) -> Option<Notice> {
        self.notices.pop_front()
    }

    /// A process is in another state.
    pub fn process(&mut self, now: Time, n: u32, state: State) {
        match state {
            State::Down => self.processes.remove(&n),
            s => self.processes.insert(n, s),
        };
        if state == State::Active && self.mode == TrafficMode::Override {
            let others = self.processes.iter_mut();
            for (k, s) in others.filter(|(k, s)| **k != n && **s == State::Active) {
                *s = State::Inactive;
                self.notices.push_back(Notice::Overridden(*k));
            }
        }
        let active = self.processes.values().any(|s| *s == State::Active);
        let next = match (active, self.state, self.processes.is_empty()) {
            (true, ..) => ServerState::Active,
            // those who wait learn about the time when it has run out
            (false, ServerState::Active | ServerState::Pending, _) => ServerState::Pending,
            (false, _, false) => ServerState::Inactive,
            (false, _, true) => ServerState::Down,
        };
        self.due = match next {
            ServerState::Pending => self.due.or(Some(now + T_R)),
            _ => None,
        };
        let fresh = state == State::Inactive && next == self.state;
        self.enter(next, fresh.then_some(n));
    }

    /// T(r) has run out: what waited is lost. How many messages that were.
    pub fn expire(&mut self, now: Time) -> usize {
        if self.due.is_none_or(|due| due > now) {
            return 0;
        }
        self.due = None;
        let lost = self.waiting.len();
        self.waiting.clear();
        let next = match self.processes.is_empty() {
            true => ServerState::Down,
            false => ServerState::Inactive,
        };
        self.enter(next, None);
        lost
    }

    /// When T(r) runs out.
    pub fn due(&self) -> Option<Time> {
        self.due
    }

    /// Whether messages are taken: at once, or within T(r).
    pub fn takes(&self) -> bool {
        matches!(self.state, ServerState::Active | ServerState::Pending)
    }

    /// The processes that take a message: one, all of them (broadcast), or none.
    pub fn pick(&self, sls: u8) -> Vec<u32> {
        let active = self.processes.iter().filter(|(_, s)| **s == State::Active);
        let active: Vec<u32> = active.map(|(n, _)| *n).collect();
        match self.mode {
            TrafficMode::Broadcast => active,
            TrafficMode::Loadshare => {
                let nth = usize::from(sls).checked_rem(active.len()).unwrap_or(0);
                active.get(nth).copied().into_iter().collect()
            }
            _ => active.first().copied().into_iter().collect(),
        }
    }

    /// A message waits until a process is active again. False where too many do.
    pub fn wait(&mut self, sls: u8, octets: Bytes) -> bool {
        let room = self.state == ServerState::Pending && self.waiting.len() < WAITING;
        if room {
            self.waiting.push_back((sls, octets));
        }
        room
    }

    /// A message that has waited, once a process is active.
    pub fn waited(&mut self) -> Option<(u8, Bytes)> {
        match self.state {
            ServerState::Active => self.waiting.pop_front(),
            _ => None,
        }
    }

    /// Enters a state; all processes that are not down are told (4.3.4.5), or where nothing changed
    /// the one that is new.
    fn enter(&mut self, next: ServerState, fresh: Option<u32>) {
        let status = match next {
            ServerState::Down => None,
            ServerState::Inactive => Some(Status::AsInactive),
            ServerState::Active => Some(Status::AsActive),
            ServerState::Pending => Some(Status::AsPending),
        };
        let changed = self.state != next;
        self.state = next;
        let Some(status) = status else { return };
        let told = self
            .processes
            .keys()
            .filter(|n| changed || Some(**n) == fresh);
        let told = told.map(|n| Notice::Status(*n, status));
        self.notices.extend(told);
    }
}
