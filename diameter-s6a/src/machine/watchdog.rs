//! Is the peer still there: the watchdog of RFC 3539 3.4.1. The rows of its table stand over the
//! arms.
use engine::{Rng, Time};
use std::time::Duration;

/// Where the connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Never been up.
    Initial,
    /// In use.
    Okay,
    /// Requests go elsewhere; what waits was handed to [`Output::Failover`].
    Suspect,
    /// Not there.
    Down,
    /// Up again, not in use before three watchdogs were answered.
    Reopen,
}

/// What happens to the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// The connection is up (after the capabilities exchange).
    Up,
    /// It is gone.
    Down,
    /// A watchdog was answered.
    ReceiveDwa,
    /// Anything else came, watchdog requests included.
    ReceiveNonDwa,
    /// Time has passed: looked at against [`Watchdog::due`].
    Timer,
}

/// What the machine wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Send a DWR.
    SendWatchdog,
    /// Close the transport connection.
    CloseConnection,
    /// Dial, if it is we who dial.
    AttemptOpen,
    /// Send what waits to another peer.
    Failover,
    /// This peer may be used again.
    Failback,
    /// The message that came is not to be used.
    Throwaway,
}

/// The machine.
#[derive(Debug, Clone)]
pub struct Watchdog {
    state: State,
    pending: bool,
    num_dwa: i8,
    due: Option<Time>,
    tw: Duration,
    tc: Duration,
}

impl Watchdog {
    /// Twinit, the interval that RFC 3539 3.4.1 recommends.
    pub const TW_INIT: Duration = Duration::from_secs(30);
    /// The least that it allows.
    pub const TW_LEAST: Duration = Duration::from_secs(6);
    /// Tc, how long after a connection was lost or refused it is tried again (RFC 6733 12).
    pub const TC: Duration = Duration::from_secs(30);

    /// A watchdog with the interval `tw`, at least [`Watchdog::TW_LEAST`]; each time it is drawn
    /// from two seconds less to two seconds more. It asks for a lost connection every `tc`, and up
    /// to a tenth later, so that not all come back at once.
    pub fn new(tw: Duration, tc: Duration) -> Self {
        Self {
            state: State::Initial,
            pending: false,
            num_dwa: 0,
            due: None,
            tw: tw.max(Self::TW_LEAST),
            tc,
        }
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// When [`Input::Timer`] is wanted.
    pub fn due(&self) -> Option<Time> {
        self.due
    }

    /// Takes one input.
    pub fn handle(&mut self, now: Time, rng: &mut Rng, input: Input, out: &mut Vec<Output>) {
        use {Input as I, State as S};
        if input == I::Timer && self.due.is_none_or(|t| now < t) {
            return;
        }
        let next = match (self.state, input) {
            // OKAY: Receive DWA -> Pending = FALSE, SetWatchdog(), OKAY
            (S::Okay, I::ReceiveDwa) => {
                self.pending = false;
                S::Okay
            }
            // OKAY: Receive non-DWA -> SetWatchdog(), OKAY
            (S::Okay, I::ReceiveNonDwa) => S::Okay,
            // SUSPECT: Receive DWA -> Pending = FALSE, Failback(), SetWatchdog(), OKAY
            (S::Suspect, I::ReceiveDwa) => {
                self.pending = false;
                out.push(Output::Failback);
                S::Okay
            }
            // SUSPECT: Receive non-DWA -> Failback(), SetWatchdog(), OKAY
            (S::Suspect, I::ReceiveNonDwa) => {
                out.push(Output::Failback);
                S::Okay
            }
            // REOPEN: Receive DWA & NumDWA == 2 -> Pending = FALSE, NumDWA++, Failback(), OKAY
            (S::Reopen, I::ReceiveDwa) if self.num_dwa >= 2 => {
                self.pending = false;
                self.num_dwa = self.num_dwa.saturating_add(1);
                out.push(Output::Failback);
                S::Okay
            }
            // REOPEN: Receive DWA & NumDWA < 2 -> Pending = FALSE, NumDWA++, REOPEN
            (S::Reopen, I::ReceiveDwa) => {
                self.pending = false;
                self.num_dwa = self.num_dwa.saturating_add(1);
                return;
            }
            // REOPEN, INITIAL, DOWN: Receive non-DWA -> Throwaway()
            (S::Reopen | S::Initial | S::Down, I::ReceiveNonDwa) => {
                out.push(Output::Throwaway);
                return;
            }
            // INITIAL, DOWN: Receive DWA -> Throwaway()
            (S::Initial | S::Down, I::ReceiveDwa) => {
                out.push(Output::Throwaway);
                return;
            }
            // OKAY, REOPEN: Timer expires & !Pending -> SendWatchdog(), SetWatchdog(), Pending = TRUE
            (s @ (S::Okay | S::Reopen), I::Timer) if !self.pending => {
                self.pending = true;
                out.push(Output::SendWatchdog);
                s
            }
            // OKAY: Timer expires & Pending -> Failover(), SetWatchdog(), SUSPECT
            (S::Okay, I::Timer) => {
                out.push(Output::Failover);
                S::Suspect
            }
            // SUSPECT: Timer expires -> CloseConnection(), SetWatchdog(), DOWN
            (S::Suspect, I::Timer) => {
                out.push(Output::CloseConnection);
                S::Down
            }
            // REOPEN: Timer expires & Pending & NumDWA < 0 -> CloseConnection(), SetWatchdog(), DOWN
            (S::Reopen, I::Timer) if self.num_dwa < 0 => {
                out.push(Output::CloseConnection);
                S::Down
            }
            // REOPEN: Timer expires & Pending & NumDWA >= 0 -> NumDWA = -1, SetWatchdog(), REOPEN
            (S::Reopen, I::Timer) => {
                self.num_dwa = -1;
                S::Reopen
            }
            // INITIAL, DOWN: Timer expires -> AttemptOpen(), SetWatchdog()
            (s @ (S::Initial | S::Down), I::Timer) => {
                out.push(Output::AttemptOpen);
                s
            }
            // INITIAL: Connection up -> SetWatchdog(), OKAY
            (S::Initial, I::Up) => {
                self.pending = false;
                S::Okay
            }
            // DOWN: Connection up -> NumDWA = 0, SendWatchdog(), SetWatchdog(), Pending = TRUE, REOPEN
            (S::Down, I::Up) => {
                self.num_dwa = 0;
                self.pending = true;
                out.push(Output::SendWatchdog);
                S::Reopen
            }
            // OKAY: Connection down -> Failover(), SetWatchdog(), DOWN
            (S::Okay, I::Down) => {
                out.push(Output::Failover);
                S::Down
            }
            // SUSPECT, REOPEN: Connection down -> SetWatchdog(), DOWN
            (S::Suspect | S::Reopen, I::Down) => S::Down,
            // INITIAL, DOWN: a dialled connection that was refused is tried again after Tw
            (s @ (S::Initial | S::Down), I::Down) => s,
            (S::Okay | S::Suspect | S::Reopen, I::Up) => return,
        };
        self.state = next;
        self.set(now, rng);
    }

    /// A peer that took leave is not suspected: the next connection begins anew. Nobody dials.
    pub fn forget(&mut self) {
        self.state = State::Initial;
        self.pending = false;
        self.due = None;
    }

    /// As [`Watchdog::forget`], but the peer comes back: it is dialled after Tc.
    pub fn rest(&mut self, now: Time, rng: &mut Rng) {
        self.forget();
        self.set(now, rng);
    }

    /// SetWatchdog(): Tw with a jitter of two seconds either way; Tc where there is no connection.
    fn set(&mut self, now: Time, rng: &mut Rng) {
        let (least, span) = match self.state {
            State::Initial | State::Down => {
                let tenth = self.tc.checked_div(10).unwrap_or_default();
                (self.tc, u64::try_from(tenth.as_millis()).unwrap_or(0))
            }
            _ => (self.tw.saturating_sub(Duration::from_secs(2)), 4000),
        };
        let jitter = Duration::from_millis(rng.below(span.saturating_add(1)));
        self.due = Some(now + least.saturating_add(jitter));
    }
}
