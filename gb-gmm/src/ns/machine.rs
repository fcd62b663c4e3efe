//! One NS-VC over UDP, either side (TS 48.016 7.2 to 7.4).
//!
//! The initiator (a BSS) resets, tests and unblocks; the acceptor (an SGSN) answers, and tests on
//! its own. Both are dead when NS-ALIVE stays without answer; the initiator then resets again.
use super::msg::{
    Cause, Control, NsAlive, NsAliveAck, NsBlock, NsBlockAck, NsReset, NsResetAck, NsStatus,
    NsUnblock, NsUnblockAck, Pdu, cause,
};
use bytes::{Bytes, BytesMut};
use engine::{Time, Timers};
use std::{collections::VecDeque, time::Duration};
use wire::{Octets, Other, Reader, Value as _};

/// Which side starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Sends NS-RESET and NS-UNBLOCK: the BSS.
    Initiator,
    /// Waits for them: the SGSN.
    Acceptor,
}

/// Timers and retries, TS 48.016 table 8.1.
#[derive(Debug, Clone)]
pub struct Config {
    /// Tns-reset: until NS-RESET is sent again.
    pub reset: Duration,
    /// Tns-block: until NS-BLOCK or NS-UNBLOCK is sent again.
    pub block: Duration,
    /// Tns-test: between two tests.
    pub test: Duration,
    /// Tns-alive: until NS-ALIVE is sent again.
    pub alive: Duration,
    /// How often NS-BLOCK is sent again.
    pub block_retries: u32,
    /// How often NS-UNBLOCK is sent again.
    pub unblock_retries: u32,
    /// How often NS-ALIVE is sent again before the NS-VC is dead.
    pub alive_retries: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            reset: Duration::from_secs(3),
            block: Duration::from_secs(3),
            test: Duration::from_secs(30),
            alive: Duration::from_secs(3),
            block_retries: 3,
            unblock_retries: 3,
            alive_retries: 10,
        }
    }
}

/// What the NS-VC is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Never reset, or lost.
    Dead,
    /// Alive, not in use.
    Blocked,
    /// In use.
    Unblocked,
}

/// What the NS-VC wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Send this datagram.
    Send(Bytes),
    /// It is in use from now on.
    Up,
    /// It is not any more.
    Down(Cause),
    /// A BSSGP PDU came.
    Sdu {
        /// On which BVC.
        bvci: u16,
        /// NS SDU control bits.
        control: Control,
        /// The PDU.
        sdu: Bytes,
    },
    /// The peer says that something was wrong.
    Status(NsStatus),
    /// Something came that is not for us; where an answer is due it was sent.
    Refused(Cause),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    Reset,
    Block,
    Unblock,
    Test,
    Alive,
}

/// One NS-VC.
#[derive(Debug)]
pub struct NsVc {
    role: Role,
    config: Config,
    /// NS-VCI and NSEI; an acceptor has none before the first NS-RESET, unless it was given some.
    id: Option<(u16, u16)>,
    state: State,
    reset_cause: Cause,
    block_cause: Cause,
    retries: u32,
    alive_retries: u32,
    timers: Timers<Timer>,
    out: VecDeque<Output>,
}

impl NsVc {
    /// The side that starts, with its NS-VCI and NSEI.
    pub fn initiator(ns_vci: u16, nsei: u16, config: Config) -> Self {
        Self::new(Role::Initiator, Some((ns_vci, nsei)), config)
    }

    /// The side that waits. With `only` it takes no other (NS-VCI, NSEI).
    pub fn acceptor(only: Option<(u16, u16)>, config: Config) -> Self {
        Self::new(Role::Acceptor, only, config)
    }

    fn new(role: Role, id: Option<(u16, u16)>, config: Config) -> Self {
        Self {
            role,
            config,
            id,
            state: State::Dead,
            reset_cause: Cause::OmIntervention,
            block_cause: Cause::OmIntervention,
            retries: 0,
            alive_retries: 0,
            timers: Timers::default(),
            out: VecDeque::new(),
        }
    }

    /// What it is good for.
    pub fn state(&self) -> State {
        self.state
    }

    /// The NS entity of the BSS, where known.
    pub fn nsei(&self) -> Option<u16> {
        self.id.map(|i| i.1)
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// When [`timeout`](Self::timeout) wants to be called.
    pub fn due(&self) -> Option<Time> {
        self.timers.due()
    }

    /// Starts, or starts anew: the initiator resets (TS 48.016 7.3).
    pub fn start(&mut self, now: Time) {
        self.reset(now, Cause::OmIntervention);
    }

    /// Resets the NS-VC, from either side.
    pub fn reset(&mut self, now: Time, cause: Cause) {
        self.leave(cause, State::Dead);
        self.timers = Timers::default();
        self.reset_cause = cause;
        if let Some((ns_vci, nsei)) = self.id {
            self.send(&NsReset {
                cause,
                ns_vci,
                nsei,
                other: Other::default(),
            });
            self.timers.start(Timer::Reset, now + self.config.reset);
        }
    }

    /// Takes the NS-VC out of use (TS 48.016 7.2).
    pub fn block(&mut self, now: Time, cause: Cause) {
        if self.state == State::Unblocked {
            self.leave(cause, State::Blocked);
            self.block_cause = cause;
            self.retries = 0;
            self.send_block(now);
        }
    }

    /// Takes the NS-VC into use.
    pub fn unblock(&mut self, now: Time) {
        if self.state == State::Blocked {
            self.timers.stop(&Timer::Block);
            self.retries = 0;
            self.send_unblock(now);
        }
    }

    /// Sends a BSSGP PDU; false where the NS-VC is not in use.
    pub fn unitdata(&mut self, bvci: u16, sdu: &dyn wire::Value) -> bool {
        if self.state != State::Unblocked {
            return false;
        }
        let mut w = BytesMut::with_capacity(1600);
        w.extend_from_slice(&[0, 0]);
        bvci.write(&mut w);
        sdu.write(&mut w);
        self.out.push_back(Output::Send(w.freeze()));
        true
    }

    /// Timers that have ended by `now`.
    pub fn timeout(&mut self, now: Time) {
        while let Some(timer) = self.timers.pop(now) {
            match timer {
                // 7.3: without an answer the reset goes on until there is one
                Timer::Reset => self.reset(now, self.reset_cause),
                Timer::Block if self.retries < self.config.block_retries => {
                    self.retries = self.retries.saturating_add(1);
                    self.send_block(now);
                }
                // 7.2: given up, the NS-VC counts as blocked
                Timer::Block => {}
                Timer::Unblock if self.retries < self.config.unblock_retries => {
                    self.retries = self.retries.saturating_add(1);
                    self.send_unblock(now);
                }
                // 7.2: given up, it stays blocked; the initiator starts from the beginning
                Timer::Unblock => {
                    if self.role == Role::Initiator {
                        self.reset(now, Cause::TransitNetworkFailure);
                    }
                }
                Timer::Test => {
                    self.alive_retries = 0;
                    self.send_alive(now);
                }
                Timer::Alive if self.alive_retries < self.config.alive_retries => {
                    self.alive_retries = self.alive_retries.saturating_add(1);
                    self.send_alive(now);
                }
                // 7.4: dead
                Timer::Alive => {
                    self.leave(Cause::TransitNetworkFailure, State::Dead);
                    self.timers = Timers::default();
                    if self.role == Role::Initiator {
                        self.reset(now, Cause::TransitNetworkFailure);
                    }
                }
            }
        }
    }

    /// A datagram of the peer.
    pub fn receive(&mut self, now: Time, octets: &Bytes) {
        // the one that counts, without taking the whole message apart
        if let [0, control, a, b, ..] = **octets {
            return self.on_unitdata(octets, Control(control), u16::from_be_bytes([a, b]));
        }
        match Pdu::parse(octets) {
            Ok(pdu) => self.on(now, pdu, octets),
            Err(e) => {
                // 7.4.6: a status is never answered by a status
                if octets.first() == Some(&0x08) {
                    self.out.push_back(Output::Refused(cause(&e)));
                } else {
                    self.refuse(cause(&e), octets);
                }
            }
        }
    }

    fn on_unitdata(&mut self, octets: &Bytes, control: Control, bvci: u16) {
        match self.state {
            State::Unblocked => {
                let mut r = Reader::shared(octets);
                if r.take(4).is_ok() {
                    let sdu = r.rest_bytes();
                    self.out.push_back(Output::Sdu { bvci, control, sdu });
                }
            }
            // 7.2.1: an NS-UNITDATA on a blocked NS-VC
            State::Blocked => self.refuse(Cause::NsVcBlocked, octets),
            State::Dead => self.refuse(Cause::PduNotCompatible, octets),
        }
    }

    fn on(&mut self, now: Time, pdu: Pdu, octets: &Bytes) {
        match (pdu, self.state) {
            (Pdu::NsReset(m), _) => self.on_reset(now, &m, octets),
            (Pdu::NsResetAck(m), State::Dead) if self.timers.get(&Timer::Reset).is_some() => {
                // 7.3.1: the answer to another NS-VC's reset is not ours
                if Some((m.ns_vci, m.nsei)) == self.id {
                    self.alive(now);
                    if self.role == Role::Initiator {
                        self.unblock(now);
                    }
                } else {
                    self.out.push_back(Output::Refused(Cause::NsVcUnknown));
                }
            }
            // a second answer to a reset that was sent twice
            (Pdu::NsResetAck(_), _) => {}
            // 7.4: who was never reset says so; who was, answers
            (Pdu::NsAlive(_), State::Dead) => self.refuse(Cause::PduNotCompatible, octets),
            (Pdu::NsAlive(_), _) => self.send(&NsAliveAck {
                other: Other::default(),
            }),
            (Pdu::NsAliveAck(_), _) => {
                if self.timers.stop(&Timer::Alive) {
                    self.timers.start(Timer::Test, now + self.config.test);
                }
            }
            (
                Pdu::NsBlock(_) | Pdu::NsBlockAck(_) | Pdu::NsUnblock(_) | Pdu::NsUnblockAck(_),
                State::Dead,
            ) => {
                self.refuse(Cause::PduNotCompatible, octets);
            }
            (Pdu::NsBlock(m), _) => {
                if self.knows(m.ns_vci, octets) {
                    self.timers.stop(&Timer::Unblock);
                    self.leave(m.cause, State::Blocked);
                    self.send(&NsBlockAck {
                        ns_vci: m.ns_vci,
                        other: Other::default(),
                    });
                }
            }
            (Pdu::NsBlockAck(m), _) => {
                if self.knows(m.ns_vci, octets) {
                    self.timers.stop(&Timer::Block);
                }
            }
            (Pdu::NsUnblock(_), _) => {
                self.send(&NsUnblockAck {
                    other: Other::default(),
                });
                self.enter();
            }
            (Pdu::NsUnblockAck(_), _) => {
                if self.timers.stop(&Timer::Unblock) {
                    self.enter();
                }
            }
            (Pdu::NsStatus(m), state) => {
                let begins_anew = state != State::Dead && self.is_dead_to_peer(&m);
                self.out.push_back(Output::Status(m));
                // 7.3: sooner than the test would find out (7.4)
                if begins_anew && self.role == Role::Initiator {
                    self.reset(now, Cause::TransitNetworkFailure);
                }
            }
            // read above
            (Pdu::NsUnitdata(_), _) => {}
            (Pdu::Other(..), _) => self.refuse(Cause::ProtocolError, octets),
        }
    }

    /// Whether a status says that the peer does not know this NS-VC any more: it quotes what only an
    /// NS-VC that was reset may carry.
    fn is_dead_to_peer(&self, m: &NsStatus) -> bool {
        let quoted = m.ns_pdu.as_ref().and_then(|p| p.0.first());
        match m.cause {
            Cause::PduNotCompatible => matches!(quoted, Some(0x00 | 0x0a)),
            Cause::NsVcUnknown => m.ns_vci.is_some() && m.ns_vci == self.id.map(|i| i.0),
            _ => false,
        }
    }

    /// NS-RESET, TS 48.016 7.3.
    fn on_reset(&mut self, now: Time, m: &NsReset, octets: &Bytes) {
        match self.id {
            // 7.3.1: another NSEI or NS-VCI than is configured; the answer says which is
            Some((ns_vci, nsei)) if (m.ns_vci, m.nsei) != (ns_vci, nsei) => {
                if m.ns_vci != ns_vci {
                    return self.refuse(Cause::NsVcUnknown, octets);
                }
                self.out.push_back(Output::Refused(Cause::NsVcUnknown));
                self.ack_reset(ns_vci, nsei);
            }
            _ => {
                self.id = Some((m.ns_vci, m.nsei));
                self.leave(m.cause, State::Dead);
                self.ack_reset(m.ns_vci, m.nsei);
                self.alive(now);
                if self.role == Role::Initiator {
                    self.unblock(now);
                }
            }
        }
    }

    fn ack_reset(&mut self, ns_vci: u16, nsei: u16) {
        self.send(&NsResetAck {
            ns_vci,
            nsei,
            other: Other::default(),
        });
    }

    fn knows(&mut self, ns_vci: u16, octets: &Bytes) -> bool {
        let ours = self.id.is_some_and(|i| i.0 == ns_vci);
        if !ours {
            self.refuse(Cause::NsVcUnknown, octets);
        }
        ours
    }

    /// Reset is done: blocked, and tested at once.
    fn alive(&mut self, now: Time) {
        self.timers = Timers::default();
        self.state = State::Blocked;
        self.alive_retries = 0;
        self.send_alive(now);
    }

    fn enter(&mut self) {
        if self.state != State::Unblocked {
            self.state = State::Unblocked;
            self.timers.stop(&Timer::Unblock);
            self.timers.stop(&Timer::Block);
            self.out.push_back(Output::Up);
        }
    }

    fn leave(&mut self, cause: Cause, to: State) {
        if self.state == State::Unblocked {
            self.out.push_back(Output::Down(cause));
        }
        self.state = to;
    }

    fn send_alive(&mut self, now: Time) {
        self.send(&NsAlive {
            other: Other::default(),
        });
        self.timers.start(Timer::Alive, now + self.config.alive);
    }

    fn send_unblock(&mut self, now: Time) {
        self.send(&NsUnblock {
            other: Other::default(),
        });
        self.timers.start(Timer::Unblock, now + self.config.block);
    }

    fn send_block(&mut self, now: Time) {
        self.send(&NsBlock {
            cause: self.block_cause,
            ns_vci: self.id.map_or(0, |i| i.0),
            other: Other::default(),
        });
        self.timers.start(Timer::Block, now + self.config.block);
    }

    /// NS-STATUS with what the cause wants beside it (TS 48.016 9.2.7).
    fn refuse(&mut self, cause: Cause, octets: &Bytes) {
        let vc = matches!(cause, Cause::NsVcBlocked | Cause::NsVcUnknown);
        let ns_vci = vc.then(|| self.id.map_or(0, |i| i.0));
        // no more of the message than finds room in one datagram
        let ns_pdu = (!vc).then(|| Octets(octets.slice(..octets.len().min(1400))));
        self.send(&NsStatus {
            cause,
            ns_vci,
            ns_pdu,
            bvci: None,
            other: Other::default(),
        });
        self.out.push_back(Output::Refused(cause));
    }

    fn send<M: Clone + Into<Pdu>>(&mut self, m: &M) {
        self.out.push_back(Output::Send(m.clone().into().encode()));
    }
}
