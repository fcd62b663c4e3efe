//! The SGSN's side of BSSGP, TS 48.018 clauses 7 and 8, towards one NS entity.
//!
//! BVCs come into being by the BSS's BVC-RESET. Downlink waits in [`super::flow`] until the cell
//! has said how much it takes.
use super::{
    bss::status,
    flow::{self, Downlink},
    msg::{
        BvcBlockAck, BvcReset, BvcResetAck, BvcUnblockAck, DlUnitdata, FlowControlBvcAck,
        FlowControlMsAck, FlushLl, FlushLlAck, LlcDiscarded, PagingPs, Pdu, RadioStatus, ResumeAck,
        ResumeNack, Status, SuspendAck, cause,
    },
    value::{Cause, CellId, ImsiIe, Qos, QosFlags, Tlli},
};
use bytes::Bytes;
use engine::{Time, Timers};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};
use wire::{Imsi, Octets, Other, Rai};

/// Bounds and times.
#[derive(Debug, Clone)]
pub struct Config {
    /// The queue of each cell.
    pub queue: flow::Limits,
    /// How many BVCs one BSS may have.
    pub bvcs: usize,
    /// How many suspended mobiles are remembered; the oldest are forgotten.
    pub suspended: usize,
    /// PDU lifetime in hundredths of a second, 0xffff for without end (TS 48.018 11.3.25).
    pub lifetime: u16,
    /// T2: for the answer to BVC-RESET.
    pub t2: Duration,
    /// How often it is sent again.
    pub retries: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            queue: flow::Limits::default(),
            bvcs: 1024,
            suspended: 10_000,
            lifetime: 600,
            t2: Duration::from_secs(3),
            retries: 3,
        }
    }
}

/// What the SGSN learns.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A cell is in use and has said how much it takes.
    Ready {
        /// Its BVC.
        bvci: u16,
        /// Where it is.
        cell: CellId,
    },
    /// A cell is not in use any more.
    Down {
        /// Its BVC.
        bvci: u16,
    },
    /// The BSS does not answer a reset of this BVC.
    Failed {
        /// The BVC.
        bvci: u16,
    },
    /// An LLC-PDU of a mobile.
    Llc {
        /// On which BVC.
        bvci: u16,
        /// Of which TLLI.
        tlli: Tlli,
        /// In which cell.
        cell: CellId,
        /// The PDU.
        llc: Bytes,
    },
    /// A mobile suspended GPRS; acknowledged already.
    Suspended {
        /// The mobile.
        tlli: Tlli,
        /// Where it is.
        rai: Rai,
    },
    /// It is back; acknowledged already.
    Resumed {
        /// The mobile.
        tlli: Tlli,
        /// Where it is.
        rai: Rai,
    },
    /// The BSS lost contact to a mobile, or sends it elsewhere.
    RadioStatus(RadioStatus),
    /// The BSS threw LLC-PDUs away.
    Discarded(LlcDiscarded),
    /// The BSS flushed what waited.
    Flushed(FlushLlAck),
    /// The BSS says that something was wrong.
    Status(Status),
    /// Something came that is not for us; the BSS was told.
    Refused(Cause),
}

/// What the SGSN wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Send this on a BVC.
    Send(u16, Bytes),
    /// Know this.
    Event(Event),
}

/// Why an LLC-PDU was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// No such BVC, or it is blocked.
    Bvc,
    /// The cell's queue is full.
    Full,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Bvc => "the cell is not in use",
            Self::Full => "the cell's queue is full",
        })
    }
}

impl std::error::Error for Refused {}

#[derive(Debug)]
struct Bvc {
    cell: CellId,
    blocked: bool,
    ready: bool,
    downlink: Downlink,
}

/// The machine.
#[derive(Debug)]
pub struct Sgsn {
    config: Config,
    bvcs: BTreeMap<u16, Bvc>,
    suspended: VecDeque<(Tlli, u8)>,
    reference: u8,
    /// Resets of ours that wait for their answer.
    resets: BTreeMap<u16, u32>,
    timers: Timers<u16>,
    out: VecDeque<Output>,
}

impl Sgsn {
    /// Without BVCs.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            bvcs: BTreeMap::new(),
            suspended: VecDeque::new(),
            reference: 0,
            resets: BTreeMap::new(),
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
        let queues = self.bvcs.values().filter_map(|b| b.downlink.due()).min();
        queues.into_iter().chain(self.timers.due()).min()
    }

    /// The cells: BVC, place, and whether LLC-PDUs pass.
    pub fn cells(&self) -> impl Iterator<Item = (u16, CellId, bool)> {
        self.bvcs
            .iter()
            .map(|(n, b)| (*n, b.cell, b.ready && !b.blocked))
    }

    /// What the queue of a cell threw away, and how many octets wait in it.
    pub fn queue(&self, bvci: u16) -> Option<(flow::Counters, usize)> {
        let q = &self.bvcs.get(&bvci)?.downlink;
        Some((q.counters(), q.waiting()))
    }

    /// The NS-VC went out of use: so did all cells.
    pub fn ns_down(&mut self) {
        self.timers = Timers::default();
        self.resets.clear();
        for (bvci, _) in std::mem::take(&mut self.bvcs) {
            self.event(Event::Down { bvci });
        }
    }

    /// An LLC-PDU for a mobile; `old` where its TLLI has just been changed and the BSS is to know.
    ///
    /// # Errors
    /// Where the cell is not in use or its queue is full.
    pub fn downlink(
        &mut self,
        now: Time,
        bvci: u16,
        tlli: Tlli,
        old: Option<Tlli>,
        llc: Bytes,
    ) -> Result<(), Refused> {
        let bvc = self.bvcs.get_mut(&bvci).filter(|b| !b.blocked);
        let bvc = bvc.ok_or(Refused::Bvc)?;
        let octets = llc.len();
        let lifetime = self.config.lifetime;
        let m = DlUnitdata {
            tlli,
            qos: Qos::of(&llc),
            lifetime: Some(lifetime),
            radio_access: None,
            priority: None,
            drx: None,
            imsi: None,
            old_tlli: old,
            pfi: None,
            lsa: None,
            utran_cco: None,
            alignment: None,
            llc: Octets(llc),
            other: Other::default(),
        };
        let until = (lifetime != u16::MAX)
            .then(|| now + Duration::from_millis(u64::from(lifetime).saturating_mul(10)));
        let pdu = Pdu::from(m).encode();
        bvc.downlink
            .push(now, tlli, pdu, octets, until)
            .map_err(|flow::Full| Refused::Full)?;
        self.pump(now, bvci);
        Ok(())
    }

    /// Pages a mobile in a cell (TS 48.018 7.1).
    pub fn page(&mut self, bvci: u16, imsi: &Imsi, ptmsi: Option<u32>) {
        let m = PagingPs {
            imsi: ImsiIe::from(imsi),
            drx: None,
            bvci: Some(bvci),
            location_area: None,
            routing_area: None,
            bss_area: None,
            pfi: None,
            qos: Qos {
                peak: 0,
                flags: QosFlags(0).with_precedence(2),
            },
            ptmsi,
            other: Other::default(),
        };
        self.send(bvci, m);
    }

    /// Tells the BSS to delete what waits for a mobile in a cell, and deletes it here.
    pub fn flush(&mut self, bvci: u16, tlli: Tlli) {
        if let Some(bvc) = self.bvcs.get_mut(&bvci) {
            bvc.downlink.flush(tlli);
            let m = FlushLl {
                tlli,
                bvci_old: bvci,
                bvci_new: None,
                nsei: None,
                other: Other::default(),
            };
            self.send(0, m);
        }
    }

    /// Resets a BVC: 0 for all (TS 48.018 8.4).
    pub fn reset(&mut self, now: Time, bvci: u16) {
        if bvci == 0 {
            for (bvci, _) in std::mem::take(&mut self.bvcs) {
                self.event(Event::Down { bvci });
            }
        } else if !self.bvcs.contains_key(&bvci) {
            return;
        } else {
            self.forget_flow(bvci);
        }
        self.resets.insert(bvci, 0);
        self.send_reset(now, bvci);
    }

    /// Timers and queues that have something to do by `now`.
    pub fn timeout(&mut self, now: Time) {
        while let Some(bvci) = self.timers.pop(now) {
            let Some(n) = self.resets.get_mut(&bvci) else {
                continue;
            };
            if *n < self.config.retries {
                *n = n.saturating_add(1);
                self.send_reset(now, bvci);
            } else {
                self.resets.remove(&bvci);
                self.event(Event::Failed { bvci });
            }
        }
        let awake = |b: &Bvc| b.downlink.due().is_some_and(|at| at <= now);
        let all: Vec<u16> = self
            .bvcs
            .iter()
            .filter(|(_, b)| awake(b))
            .map(|b| *b.0)
            .collect();
        for bvci in all {
            self.pump(now, bvci);
        }
    }

    /// A BSSGP PDU of the BSS.
    pub fn receive(&mut self, now: Time, bvci: u16, octets: &Bytes) {
        if bvci != 0 && !self.bvcs.contains_key(&bvci) {
            return self.refuse(Cause::BvciUnknown, Some(bvci), octets);
        }
        match Pdu::parse(octets) {
            Ok(pdu) => self.on(now, bvci, pdu, octets),
            Err(e) => self.refuse(cause(&e), None, octets),
        }
    }

    fn on(&mut self, now: Time, on: u16, pdu: Pdu, octets: &Bytes) {
        let other = Other::default();
        match (pdu, on) {
            (Pdu::UlUnitdata(m), 1..) => {
                if self.bvcs.get(&on).is_none_or(|b| b.blocked) {
                    return self.refuse(Cause::BvciBlocked, Some(on), octets);
                }
                self.event(Event::Llc {
                    bvci: on,
                    tlli: m.tlli,
                    cell: m.cell,
                    llc: m.llc.0,
                });
            }
            (Pdu::BvcReset(m), 0) => self.on_reset(&m, octets),
            (Pdu::BvcResetAck(m), 0) => {
                if self.resets.remove(&m.bvci).is_some() {
                    self.timers.stop(&m.bvci);
                }
            }
            (Pdu::BvcBlock(m), 0) => {
                let Some(bvc) = self.bvcs.get_mut(&m.bvci) else {
                    return self.refuse(Cause::BvciUnknown, Some(m.bvci), octets);
                };
                bvc.blocked = true;
                self.forget_flow(m.bvci);
                let bvci = m.bvci;
                self.send(0, BvcBlockAck { bvci, other });
            }
            (Pdu::BvcUnblock(m), 0) => {
                let Some(bvc) = self.bvcs.get_mut(&m.bvci) else {
                    return self.refuse(Cause::BvciUnknown, Some(m.bvci), octets);
                };
                bvc.blocked = false;
                let bvci = m.bvci;
                self.send(0, BvcUnblockAck { bvci, other });
            }
            // 8.2.3.2: acknowledged before anything is sent by it
            (Pdu::FlowControlBvc(m), 1..) => {
                self.send(on, FlowControlBvcAck { tag: m.tag, other });
                if let Some(bvc) = self.bvcs.get_mut(&on) {
                    bvc.downlink.cell(now, &m);
                    let (was, cell) = (std::mem::replace(&mut bvc.ready, true), bvc.cell);
                    if !was {
                        self.event(Event::Ready { bvci: on, cell });
                    }
                }
                self.pump(now, on);
            }
            (Pdu::FlowControlMs(m), 1..) => {
                let (tlli, tag) = (m.tlli, m.tag);
                // without room for it no answer: the BSS says it again
                if self
                    .bvcs
                    .get_mut(&on)
                    .is_some_and(|b| b.downlink.mobile(now, &m))
                {
                    self.send(on, FlowControlMsAck { tlli, tag, other });
                }
                self.pump(now, on);
            }
            (Pdu::Suspend(m), 0) => {
                self.reference = self.reference.wrapping_add(1);
                self.suspended.retain(|s| s.0 != m.tlli);
                if self.suspended.len() >= self.config.suspended {
                    self.suspended.pop_front();
                }
                self.suspended.push_back((m.tlli, self.reference));
                let ack = SuspendAck {
                    tlli: m.tlli,
                    routing_area: m.routing_area,
                    reference: self.reference,
                    other,
                };
                self.send(0, ack);
                self.event(Event::Suspended {
                    tlli: m.tlli,
                    rai: m.routing_area,
                });
            }
            (Pdu::Resume(m), 0) => {
                let (tlli, routing_area) = (m.tlli, m.routing_area);
                let known = self
                    .suspended
                    .iter()
                    .position(|s| *s == (tlli, m.reference));
                if let Some(at) = known {
                    self.suspended.remove(at);
                    let ack = ResumeAck {
                        tlli,
                        routing_area,
                        other,
                    };
                    self.send(0, ack);
                    let rai = routing_area;
                    self.event(Event::Resumed { tlli, rai });
                } else {
                    let cause = Some(Cause::UnknownMs);
                    let nack = ResumeNack {
                        tlli,
                        routing_area,
                        cause,
                        other,
                    };
                    self.send(0, nack);
                }
            }
            (Pdu::RadioStatus(m), 1..) => self.event(Event::RadioStatus(m)),
            (Pdu::LlcDiscarded(m), 0) => self.event(Event::Discarded(m)),
            (Pdu::FlushLlAck(m), 0) => self.event(Event::Flushed(m)),
            (Pdu::Status(m), _) => self.event(Event::Status(m)),
            (Pdu::Other(..), _) => self.refuse(Cause::ProtocolError, None, octets),
            _ => self.refuse(Cause::PduNotCompatible, None, octets),
        }
    }

    /// BVC-RESET, TS 48.018 8.4: the BVC is as new, and in use.
    fn on_reset(&mut self, m: &BvcReset, octets: &Bytes) {
        match (m.bvci, m.cell) {
            (0, _) => {
                for (bvci, bvc) in std::mem::take(&mut self.bvcs) {
                    if bvc.ready {
                        self.event(Event::Down { bvci });
                    }
                }
            }
            (1, _) => return self.refuse(Cause::BvciUnknown, Some(1), octets),
            // 8.4.1: a cell says where it is
            (_, None) => return self.refuse(Cause::MissingConditionalIe, None, octets),
            (bvci, Some(cell)) => {
                self.forget_flow(bvci);
                if self.bvcs.len() >= self.config.bvcs && !self.bvcs.contains_key(&bvci) {
                    return self.refuse(Cause::ProcessorOverload, None, octets);
                }
                let bvc = Bvc {
                    cell,
                    blocked: false,
                    ready: false,
                    downlink: Downlink::new(self.config.queue.clone()),
                };
                self.bvcs.insert(bvci, bvc);
            }
        }
        let ack = BvcResetAck {
            bvci: m.bvci,
            cell: m.cell,
            features: None,
            other: Other::default(),
        };
        self.send(0, ack);
    }

    /// What a cell takes is not known any more, and what waited is gone.
    fn forget_flow(&mut self, bvci: u16) {
        if let Some(bvc) = self.bvcs.get_mut(&bvci) {
            bvc.downlink = Downlink::new(self.config.queue.clone());
            if std::mem::replace(&mut bvc.ready, false) {
                self.event(Event::Down { bvci });
            }
        }
    }

    fn pump(&mut self, now: Time, bvci: u16) {
        let Some(bvc) = self.bvcs.get_mut(&bvci) else {
            return;
        };
        while let Some(pdu) = bvc.downlink.pop(now) {
            self.out.push_back(Output::Send(bvci, pdu));
        }
    }

    fn send_reset(&mut self, now: Time, bvci: u16) {
        let m = BvcReset {
            bvci,
            cause: Cause::OmIntervention,
            cell: self.bvcs.get(&bvci).map(|b| b.cell),
            features: None,
            other: Other::default(),
        };
        self.send(0, m);
        self.timers.start(bvci, now + self.config.t2);
    }

    /// STATUS; never in answer to one.
    fn refuse(&mut self, cause: Cause, bvci: Option<u16>, octets: &Bytes) {
        if octets.first() != Some(&0x41) {
            self.send(0, status(cause, bvci, octets));
        }
        self.event(Event::Refused(cause));
    }

    fn send(&mut self, bvci: u16, m: impl Into<Pdu>) {
        self.out.push_back(Output::Send(bvci, m.into().encode()));
    }

    fn event(&mut self, e: Event) {
        self.out.push_back(Output::Event(e));
    }
}
