//! The base station's side of BSSGP, TS 48.018 clauses 7 and 8, for the cells behind one NS entity.
//!
//! When NS is in use it resets the signalling BVC, then each cell's BVC, unblocks it and says how
//! much the cell takes; when the SGSN has acknowledged that, the cell is ready.
use super::{
    msg::{
        BvcReset, BvcResetAck, BvcUnblock, FlowControlBvc, FlowControlMs, FlushLlAck, PagingPs,
        Pdu, RadioStatus, Resume, Status, Suspend, UlUnitdata, cause,
    },
    value::{Cause, CellId, FlushAction, Qos, Tlli, U24},
};
use bytes::Bytes;
use engine::{Time, Timers};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};
use wire::{Octets, Other, Rai};

/// A cell and its BVC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// 2 or more: 0 is signalling, 1 point-to-multipoint.
    pub bvci: u16,
    /// Where it is.
    pub id: CellId,
}

/// What a cell takes, and how long the BSS waits.
#[derive(Debug, Clone)]
pub struct Config {
    /// The cells.
    pub cells: Vec<Cell>,
    /// Bucket of a cell in 100 octets.
    pub bucket_size: u16,
    /// Its rate in 100 bits a second.
    pub leak_rate: u16,
    /// Bucket of a mobile in 100 octets.
    pub ms_bucket_size: u16,
    /// Its rate in 100 bits a second.
    pub ms_leak_rate: u16,
    /// T1: for the answer to BVC-UNBLOCK and to FLOW-CONTROL-BVC.
    pub t1: Duration,
    /// T2: for the answer to BVC-RESET.
    pub t2: Duration,
    /// How often each is sent again.
    pub retries: u32,
    /// After which FLOW-CONTROL-BVC is said again; nothing for never.
    pub repeat: Option<Duration>,
}

impl Config {
    /// These cells, each taking 1 Mbit/s.
    pub fn new(cells: Vec<Cell>) -> Self {
        Self {
            cells,
            bucket_size: 640,
            leak_rate: 10_000,
            ms_bucket_size: 320,
            ms_leak_rate: 5_000,
            t1: Duration::from_secs(3),
            t2: Duration::from_secs(3),
            retries: 3,
            repeat: Some(Duration::from_secs(30)),
        }
    }
}

/// What the BSS learns.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A cell is in use.
    Ready {
        /// Its BVC.
        bvci: u16,
    },
    /// A cell is not in use any more.
    Down {
        /// Its BVC.
        bvci: u16,
    },
    /// The SGSN does not answer for this BVC, whatever the retries.
    Failed {
        /// The BVC.
        bvci: u16,
    },
    /// An LLC-PDU for a mobile.
    Llc {
        /// In which cell.
        bvci: u16,
        /// For which TLLI.
        tlli: Tlli,
        /// Which TLLI it had, where the SGSN has just changed it.
        old_tlli: Option<Tlli>,
        /// The PDU.
        llc: Bytes,
    },
    /// A mobile is paged: in one cell, or in all of an area.
    Paging(PagingPs),
    /// What the SGSN said to a suspension or resumption: SUSPEND-ACK, -NACK, RESUME-ACK, -NACK.
    Suspension(Pdu),
    /// What waited for a mobile is to be deleted; acknowledged already.
    Flush {
        /// The mobile.
        tlli: Tlli,
    },
    /// The SGSN says that something was wrong.
    Status(Status),
    /// Something came that is not for us; the SGSN was told.
    Refused(Cause),
}

/// What the BSS wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Send this on a BVC.
    Send(u16, Pdu),
    /// Know this.
    Event(Event),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Down,
    Resetting,
    Unblocking,
    FlowControl,
    Ready,
}

#[derive(Debug)]
struct Bvc {
    cell: Option<CellId>,
    state: State,
    retries: u32,
    tag: u8,
}

/// The machine.
#[derive(Debug)]
pub struct Bss {
    config: Config,
    bvcs: BTreeMap<u16, Bvc>,
    timers: Timers<u16>,
    out: VecDeque<Output>,
}

impl Bss {
    /// All BVCs down.
    pub fn new(config: Config) -> Self {
        let signalling = std::iter::once((0, None));
        let cells = config.cells.iter().map(|c| (c.bvci, Some(c.id)));
        let bvcs = signalling
            .chain(cells)
            .map(|(bvci, cell)| {
                let bvc = Bvc {
                    cell,
                    state: State::Down,
                    retries: 0,
                    tag: 0,
                };
                (bvci, bvc)
            })
            .collect();
        Self {
            config,
            bvcs,
            timers: Timers::default(),
            out: VecDeque::new(),
        }
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// When [`timeout`](Self::timeout) wants to be called.
    pub fn due(&self) -> Option<Time> {
        self.timers.due()
    }

    /// True where LLC-PDUs pass.
    pub fn is_ready(&self, bvci: u16) -> bool {
        bvci != 0
            && self
                .bvcs
                .get(&bvci)
                .is_some_and(|b| b.state == State::Ready)
    }

    /// The NS-VC came into use: everything starts from the beginning.
    pub fn ns_up(&mut self, now: Time) {
        self.ns_down();
        self.go(now, 0, State::Resetting);
    }

    /// The NS-VC went out of use.
    pub fn ns_down(&mut self) {
        self.timers = Timers::default();
        let all: Vec<u16> = self.bvcs.keys().copied().collect();
        for bvci in all {
            self.leave(bvci, State::Down);
        }
    }

    /// An LLC-PDU of a mobile; false where its cell is not in use.
    pub fn uplink(&mut self, bvci: u16, tlli: Tlli, llc: Bytes) -> bool {
        let Some(cell) = self.bvcs.get(&bvci).and_then(|b| b.cell) else {
            return false;
        };
        if !self.is_ready(bvci) {
            return false;
        }
        let m = UlUnitdata {
            tlli,
            qos: Qos::of(&llc),
            cell,
            pfi: None,
            lsa_list: None,
            alignment: None,
            llc: Octets(llc),
            other: Other::default(),
        };
        self.send(bvci, m);
        true
    }

    /// A mobile suspends GPRS (TS 48.018 7.4); the answer comes as [`Event::Suspension`].
    pub fn suspend(&mut self, tlli: Tlli, routing_area: Rai) {
        let other = Other::default();
        self.send(
            0,
            Suspend {
                tlli,
                routing_area,
                other,
            },
        );
    }

    /// A mobile resumes GPRS (TS 48.018 7.5), with the reference that the suspension was given.
    pub fn resume(&mut self, tlli: Tlli, routing_area: Rai, reference: u8) {
        self.send(
            0,
            Resume {
                tlli,
                routing_area,
                reference,
                other: Other::default(),
            },
        );
    }

    /// How much one mobile takes: bucket in 100 octets, rate in 100 bits a second.
    pub fn flow_control_ms(&mut self, bvci: u16, tlli: Tlli, bucket_size: u16, leak_rate: u16) {
        if self.is_ready(bvci) {
            let m = FlowControlMs {
                tlli,
                tag: 0,
                bucket_size,
                leak_rate,
                full_ratio: None,
                granularity: None,
                other: Other::default(),
            };
            self.send(bvci, m);
        }
    }

    /// RADIO-STATUS: contact with a mobile is lost or it goes elsewhere.
    pub fn radio_status(&mut self, bvci: u16, tlli: Tlli, cause: super::value::RadioCause) {
        if self.is_ready(bvci) {
            let m = RadioStatus {
                tlli: Some(tlli),
                tmsi: None,
                imsi: None,
                cause,
                other: Other::default(),
            };
            self.send(bvci, m);
        }
    }

    /// Takes a cell's BVC out of use (TS 48.018 8.3) until the next reset.
    pub fn block(&mut self, bvci: u16, cause: Cause) {
        if self.is_ready(bvci) {
            self.leave(bvci, State::Down);
            self.timers.stop(&bvci);
            let other = Other::default();
            self.send(0, super::msg::BvcBlock { bvci, cause, other });
        }
    }

    /// Resets a BVC: 0 for all, TS 48.018 8.4.
    pub fn reset(&mut self, now: Time, bvci: u16) {
        match bvci {
            0 => self.ns_up(now),
            _ => self.go(now, bvci, State::Resetting),
        }
    }

    /// Timers that have ended by `now`.
    pub fn timeout(&mut self, now: Time) {
        while let Some(bvci) = self.timers.pop(now) {
            let Some(bvc) = self.bvcs.get_mut(&bvci) else {
                continue;
            };
            match bvc.state {
                State::Down => {}
                // the cell says again how much it takes
                State::Ready => {
                    bvc.retries = 0;
                    self.say(now, bvci);
                }
                _ if bvc.retries < self.config.retries => {
                    bvc.retries = bvc.retries.saturating_add(1);
                    self.say(now, bvci);
                }
                _ => {
                    bvc.state = State::Down;
                    self.event(Event::Failed { bvci });
                }
            }
        }
    }

    /// A BSSGP PDU of the SGSN.
    pub fn receive(&mut self, now: Time, bvci: u16, octets: &Bytes) {
        if !self.bvcs.contains_key(&bvci) {
            return self.refuse(Cause::BvciUnknown, Some(bvci), octets);
        }
        match Pdu::parse(octets) {
            Ok(pdu) => self.on(now, bvci, pdu, octets),
            Err(e) => self.refuse(cause(&e), None, octets),
        }
    }

    fn on(&mut self, now: Time, on: u16, pdu: Pdu, octets: &Bytes) {
        match (pdu, on) {
            (Pdu::DlUnitdata(m), 1..) => {
                if !self.is_ready(on) {
                    return self.refuse(Cause::BvciBlocked, Some(on), octets);
                }
                self.event(Event::Llc {
                    bvci: on,
                    tlli: m.tlli,
                    old_tlli: m.old_tlli,
                    llc: m.llc.0,
                });
            }
            (Pdu::PagingPs(m), _) => self.event(Event::Paging(m)),
            (Pdu::BvcResetAck(m), 0) => {
                if self.state(m.bvci) == Some(State::Resetting) {
                    match m.bvci {
                        0 => {
                            self.done(now, 0);
                            let cells: Vec<u16> =
                                self.bvcs.keys().copied().filter(|b| *b > 0).collect();
                            for cell in cells {
                                self.go(now, cell, State::Resetting);
                            }
                        }
                        cell => self.go(now, cell, State::Unblocking),
                    }
                }
            }
            (Pdu::BvcUnblockAck(m), 0) => {
                if self.state(m.bvci) == Some(State::Unblocking) {
                    self.go(now, m.bvci, State::FlowControl);
                }
            }
            // 8.2.3.2: without an answer it is said again
            (Pdu::FlowControlBvcAck(m), 1..) => {
                let fits = self.bvcs.get(&on).is_some_and(|b| b.tag == m.tag);
                if fits && matches!(self.state(on), Some(State::FlowControl | State::Ready)) {
                    self.done(now, on);
                }
            }
            (Pdu::FlowControlMsAck(_), 1..) | (Pdu::BvcBlockAck(_), 0) => {}
            // 8.4: the SGSN starts anew
            (Pdu::BvcReset(m), 0) => self.on_reset(now, &m, octets),
            (
                pdu @ (Pdu::SuspendAck(_)
                | Pdu::SuspendNack(_)
                | Pdu::ResumeAck(_)
                | Pdu::ResumeNack(_)),
                0,
            ) => self.event(Event::Suspension(pdu)),
            (Pdu::FlushLl(m), 0) => {
                self.event(Event::Flush { tlli: m.tlli });
                let ack = FlushLlAck {
                    tlli: m.tlli,
                    action: FlushAction::Deleted,
                    bvci_new: None,
                    octets: U24(0),
                    nsei: None,
                    other: Other::default(),
                };
                self.send(0, ack);
            }
            (Pdu::Status(m), _) => self.event(Event::Status(m)),
            (Pdu::Other(..), _) => self.refuse(Cause::ProtocolError, None, octets),
            _ => self.refuse(Cause::PduNotCompatible, None, octets),
        }
    }

    fn on_reset(&mut self, now: Time, m: &BvcReset, octets: &Bytes) {
        let Some(bvc) = self.bvcs.get(&m.bvci) else {
            return self.refuse(Cause::BvciUnknown, Some(m.bvci), octets);
        };
        let ack = BvcResetAck {
            bvci: m.bvci,
            cell: bvc.cell,
            features: None,
            other: Other::default(),
        };
        self.send(0, ack);
        if m.bvci == 0 {
            self.ns_down();
            self.done(now, 0);
            let cells: Vec<u16> = self.bvcs.keys().copied().filter(|b| *b > 0).collect();
            for cell in cells {
                self.go(now, cell, State::Resetting);
            }
        } else {
            self.go(now, m.bvci, State::FlowControl);
        }
    }

    fn state(&self, bvci: u16) -> Option<State> {
        self.bvcs.get(&bvci).map(|b| b.state)
    }

    /// Enters a state that waits for an answer, and asks.
    fn go(&mut self, now: Time, bvci: u16, state: State) {
        self.leave(bvci, state);
        if let Some(bvc) = self.bvcs.get_mut(&bvci) {
            bvc.retries = 0;
            self.say(now, bvci);
        }
    }

    /// The answer came.
    fn done(&mut self, now: Time, bvci: u16) {
        self.timers.stop(&bvci);
        let Some(bvc) = self.bvcs.get_mut(&bvci) else {
            return;
        };
        let was = std::mem::replace(&mut bvc.state, State::Ready);
        if bvci != 0 {
            if let Some(again) = self.config.repeat {
                self.timers.start(bvci, now + again);
            }
            if was != State::Ready {
                self.event(Event::Ready { bvci });
            }
        }
    }

    fn leave(&mut self, bvci: u16, to: State) {
        if let Some(bvc) = self.bvcs.get_mut(&bvci) {
            let was = std::mem::replace(&mut bvc.state, to);
            if was == State::Ready && bvci != 0 {
                self.event(Event::Down { bvci });
            }
        }
    }

    /// Sends what the state of a BVC asks, and waits for the answer.
    fn say(&mut self, now: Time, bvci: u16) {
        let Some(bvc) = self.bvcs.get_mut(&bvci) else {
            return;
        };
        let (to, wait, pdu): (u16, Duration, Pdu) = match bvc.state {
            State::Down => return,
            State::Resetting => {
                let m = BvcReset {
                    bvci,
                    cause: Cause::OmIntervention,
                    cell: bvc.cell,
                    features: None,
                    other: Other::default(),
                };
                (0, self.config.t2, m.into())
            }
            State::Unblocking => {
                let other = Other::default();
                (0, self.config.t1, BvcUnblock { bvci, other }.into())
            }
            State::FlowControl | State::Ready => {
                bvc.tag = bvc.tag.wrapping_add(1);
                let m = FlowControlBvc {
                    tag: bvc.tag,
                    bucket_size: self.config.bucket_size,
                    leak_rate: self.config.leak_rate,
                    ms_bucket_size: self.config.ms_bucket_size,
                    ms_leak_rate: self.config.ms_leak_rate,
                    full_ratio: None,
                    measurement: None,
                    granularity: None,
                    other: Other::default(),
                };
                (bvci, self.config.t1, m.into())
            }
        };
        self.out.push_back(Output::Send(to, pdu));
        self.timers.start(bvci, now + wait);
    }

    /// STATUS, TS 48.018 10.4.14; never in answer to one.
    fn refuse(&mut self, cause: Cause, bvci: Option<u16>, octets: &Bytes) {
        if octets.first() != Some(&0x41) {
            self.send(0, status(cause, bvci, octets));
        }
        self.event(Event::Refused(cause));
    }

    fn send(&mut self, bvci: u16, m: impl Into<Pdu>) {
        self.out.push_back(Output::Send(bvci, m.into()));
    }

    fn event(&mut self, e: Event) {
        self.out.push_back(Output::Event(e));
    }
}

/// A STATUS with what its cause wants beside it: the BVCI, or the message.
pub(super) fn status(cause: Cause, bvci: Option<u16>, octets: &Bytes) -> Status {
    let pdu = match bvci {
        Some(_) => None,
        None => Some(Octets(octets.slice(..octets.len().min(1400)))),
    };
    Status {
        cause,
        bvci,
        pdu,
        other: Other::default(),
    }
}
