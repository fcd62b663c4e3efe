//! GMM in the network, for one mobile, TS 24.008 4.1.3.3 and 4.7.
use super::{ATTEMPTS, Ptmsis, Timer, timed};
use crate::{
    gmm::{
        AttachResult, AttachResultAndStandby, Cause, CipheringAndImeisv, DetachTypeDown,
        IdentityTypeAndStandby, NO_KEY, NetworkDetachType, Pdu, RadioPriorities, Standby,
        StandbyAndReference, StandbyAndUpdateResult, UpdateResult, cause, msg::*,
    },
    nas::{GprsTimer, Half, IdentityType, MobileIdentity, MsNetworkCapability, tlli},
};
use engine::{Rng, Time, Timers};
use std::{collections::VecDeque, fmt};
use wire::{Hex, Imsi, Octets, Rai};

/// States of TS 24.008 4.1.3.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// GMM-DEREGISTERED.
    Deregistered,
    /// GMM-COMMON-PROCEDURE-INITIATED.
    CommonProcedureInitiated,
    /// GMM-REGISTERED.
    Registered,
    /// GMM-DEREGISTERED-INITIATED.
    DeregisteredInitiated,
}

/// How this network does it.
#[derive(Debug, Clone)]
pub struct Config {
    /// Ask for the IMEISV while authenticating.
    pub ask_imeisv: bool,
    /// Sent as the periodic RA update timer.
    pub t3312: GprsTimer,
    /// Sent as the negotiated READY timer.
    pub ready: GprsTimer,
    /// Give a P-TMSI signature.
    pub signature: bool,
    /// Refuse a mobile whose RES is not the one expected; off, anybody is let in (T1).
    pub check_res: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            ask_imeisv: false,
            t3312: GprsTimer::at_least(Timer::T3312.length()),
            ready: GprsTimer::at_least(Timer::T3314.length()),
            signature: true,
            check_res: true,
        }
    }
}

/// What the home network gave to authenticate with. Keys are not among it: nothing is ciphered.
#[derive(Clone, PartialEq, Eq)]
pub struct Vector {
    /// The challenge.
    pub rand: [u8; 16],
    /// What the right USIM answers: 4 to 16 octets, exactly 4 in GSM authentication.
    pub xres: Octets,
    /// The network's proof; none in GSM authentication.
    pub autn: Option<[u8; 16]>,
}

/// XRES is not shown.
impl fmt::Debug for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vector {{ rand: {} }}", Hex(self.rand))
    }
}

/// What goes in.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // moved once
pub enum In {
    /// A message from the mobile, read for an end point.
    Recv {
        /// The TLLI it came under.
        tlli: u32,
        /// The routing area of the cell it came from.
        cell: Rai,
        /// The message.
        pdu: wire::Result<Pdu>,
    },
    /// Answers [`Out::AskVectors`]: vectors, best first, or what the mobile is told.
    Vectors(Result<Vec<Vector>, Cause>),
    /// Answers [`Out::UpdateLocation`].
    Location(Result<(), Cause>),
    /// Detach the mobile: the home network cancelled its location, or an operator's word.
    Detach {
        /// Whether it shall attach again.
        kind: NetworkDetachType,
        /// Why.
        cause: Option<Cause>,
    },
    /// [`Machine::due`] has come.
    Timer,
}

/// Why a mobile is not attached any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// It took leave.
    Mobile,
    /// We detached it.
    Network,
    /// It was not heard of for too long.
    Implicit,
    /// It did not answer.
    NoAnswer,
    /// Its attach was refused.
    Refused(Cause),
    /// It failed authentication.
    NotAuthentic,
}

/// What comes out.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant)] // moved once
pub enum Out {
    /// Send a message under a TLLI.
    Send {
        /// The TLLI.
        tlli: u32,
        /// The message.
        pdu: Pdu,
    },
    /// Who it is has become known.
    Identified(Imsi),
    /// Ask the home network for vectors; [`In::Vectors`] follows.
    AskVectors {
        /// Whose.
        imsi: Imsi,
        /// The challenge that was refused, and AUTS.
        resync: Option<([u8; 16], [u8; 14])>,
    },
    /// The mobile proved who it is: tell the home network where it is; [`In::Location`] follows.
    UpdateLocation(Imsi),
    /// A P-TMSI is handed out: the mobile may use it from now on, and the old TLLI until
    /// [`Out::Attached`].
    Allocated(u32),
    /// Attached; downlink goes to the local TLLI of this P-TMSI.
    Attached {
        /// Who.
        imsi: Imsi,
        /// Its temporary identity.
        ptmsi: u32,
    },
    /// The routing area is updated.
    Updated,
    /// Not attached (any more).
    Detached(Why),
    /// The mobile reports an error.
    Status(Cause),
}

/// What the network waits for.
#[derive(Debug, Clone)]
enum Step {
    /// Nothing.
    Idle,
    /// Identity Response to this type.
    Identity { kind: IdentityType, tries: u8 },
    /// Vectors.
    Vectors,
    /// Authentication and Ciphering Response.
    Authenticating { vector: Vector, tries: u8 },
    /// The home network's word on the location.
    Location,
    /// Attach Complete to this Attach Accept.
    Completing {
        accept: Box<AttachAccept>,
        tries: u8,
    },
    /// Detach Accept to this request.
    Detaching {
        request: DetachRequestDown,
        tries: u8,
    },
}

/// GMM of one mobile.
#[derive(Debug)]
pub struct Machine {
    config: Config,
    step: Step,
    registered: bool,
    timers: Timers<Timer>,
    imsi: Option<Imsi>,
    imeisv: Option<MobileIdentity>,
    ptmsi: Option<u32>,
    old_ptmsi: Option<u32>,
    signature: Option<Hex<3>>,
    tlli: u32,
    cell: Rai,
    request: Option<AttachRequest>,
    capability: MsNetworkCapability,
    by_ptmsi: bool,
    identified: bool,
    resynchronised: bool,
    vectors: VecDeque<Vector>,
    reference: u8,
    cksn: u8,
}

impl Machine {
    /// A mobile of which nothing is known.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            step: Step::Idle,
            registered: false,
            timers: Timers::default(),
            imsi: None,
            imeisv: None,
            ptmsi: None,
            old_ptmsi: None,
            signature: None,
            tlli: 0,
            cell: Rai([0xff; 6]),
            request: None,
            capability: MsNetworkCapability::default(),
            by_ptmsi: false,
            identified: false,
            resynchronised: false,
            vectors: VecDeque::new(),
            reference: 0,
            cksn: NO_KEY,
        }
    }

    timed!();

    /// The state.
    pub fn state(&self) -> State {
        match (&self.step, self.registered) {
            (Step::Detaching { .. }, _) => State::DeregisteredInitiated,
            (Step::Idle, true) => State::Registered,
            (Step::Idle, false) => State::Deregistered,
            _ => State::CommonProcedureInitiated,
        }
    }

    /// Who it is, where that is known.
    pub fn imsi(&self) -> Option<Imsi> {
        self.imsi
    }

    /// Its equipment, where it was asked.
    pub fn imeisv(&self) -> Option<&MobileIdentity> {
        self.imeisv.as_ref()
    }

    /// Its temporary identity.
    pub fn ptmsi(&self) -> Option<u32> {
        self.ptmsi
    }

    /// The TLLI for what goes down now.
    pub fn tlli(&self) -> u32 {
        self.tlli
    }

    /// Takes one input.
    pub fn handle(
        &mut self,
        now: Time,
        rng: &mut Rng,
        ptmsis: &mut Ptmsis,
        input: In,
        out: &mut Vec<Out>,
    ) {
        match input {
            In::Recv { tlli, cell, pdu } => {
                self.tlli = tlli;
                self.cell = cell;
                if self.registered {
                    self.start(now, Timer::MobileReachable);
                }
                match pdu {
                    Ok(pdu) => self.recv(now, ptmsis, pdu, out),
                    Err(e) => {
                        if let Some(c) = cause(&e) {
                            self.status(c, out);
                        }
                    }
                }
            }
            In::Vectors(answer) => {
                if let Step::Vectors = self.step {
                    match answer {
                        Ok(v) => {
                            self.vectors = v.into();
                            self.authenticate(now, ptmsis, out);
                        }
                        Err(c) => self.refuse(ptmsis, c, out),
                    }
                }
            }
            In::Location(answer) => {
                if let Step::Location = self.step {
                    match answer {
                        Ok(()) => self.accept(now, rng, ptmsis, out),
                        Err(c) => self.refuse(ptmsis, c, out),
                    }
                }
            }
            In::Detach { kind, cause } => self.detach(now, ptmsis, kind, cause, out),
            In::Timer => {
                while let Some(t) = self.timers.pop(now) {
                    self.expired(now, ptmsis, t, out);
                }
            }
        }
    }

    fn send(&self, pdu: impl Into<Pdu>, out: &mut Vec<Out>) {
        out.push(Out::Send {
            tlli: self.tlli,
            pdu: pdu.into(),
        });
    }

    fn status(&self, cause: Cause, out: &mut Vec<Out>) {
        let status = GmmStatus {
            cause,
            other: Default::default(),
        };
        self.send(status, out);
    }

    fn recv(&mut self, now: Time, ptmsis: &mut Ptmsis, pdu: Pdu, out: &mut Vec<Out>) {
        match (&self.step, pdu) {
            (step, Pdu::AttachRequest(m)) => {
                let same = self.request.as_ref() == Some(&m);
                match step {
                    // 4.7.3.1.6 d: the same request again, the accept is on its way: once more
                    Step::Completing { accept, .. } if same => {
                        let again = (**accept).clone();
                        self.send(again, out);
                        self.start(now, Timer::T3350);
                    }
                    // 4.7.3.1.6 e: the same request again: go on
                    Step::Identity { .. }
                    | Step::Vectors
                    | Step::Authenticating { .. }
                    | Step::Location
                        if same => {}
                    // 4.7.3.1.6 f, 4.7.4.2.4 b: whatever ran is over
                    _ => self.attach(now, m, out),
                }
            }
            // 4.7.8.3
            (Step::Identity { kind, .. }, Pdu::IdentityResponse(m)) => {
                let kind = *kind;
                self.timers.stop(&Timer::T3370);
                match (kind, m.identity.imsi()) {
                    (IdentityType::Imsi, Some(imsi)) => self.identified(ptmsis, imsi, out),
                    // it has no IMSI to give, or gives another identity
                    _ => self.refuse(ptmsis, Cause::IdentityCannotBeDerived, out),
                }
            }
            // 4.7.7.3
            (Step::Authenticating { vector, .. }, Pdu::AuthenticationAndCipheringResponse(m)) => {
                if m.reference.reference() != self.reference {
                    return;
                }
                let mut res = m.res.map_or_else(Vec::new, |r| r.0.to_vec());
                if let Some(more) = &m.extended_res {
                    res.extend_from_slice(more);
                }
                let right = same(&res, &vector.xres) || !self.config.check_res;
                if let Some(i) = m.imeisv {
                    self.imeisv = Some(i);
                }
                self.timers.stop(&Timer::T3360);
                if right {
                    self.step = Step::Location;
                    if let Some(imsi) = self.imsi {
                        out.push(Out::UpdateLocation(imsi));
                    }
                } else {
                    self.not_authentic(now, ptmsis, out);
                }
            }
            // 4.7.7.6
            (Step::Authenticating { vector, .. }, Pdu::AuthenticationAndCipheringFailure(m)) => {
                let rand = vector.rand;
                self.timers.stop(&Timer::T3360);
                match (m.cause, m.auts, self.imsi) {
                    // g: once; a mobile that is out of step again is refused
                    (Cause::SynchFailure, Some(auts), Some(imsi)) if !self.resynchronised => {
                        self.resynchronised = true;
                        self.vectors.clear();
                        self.step = Step::Vectors;
                        out.push(Out::AskVectors {
                            imsi,
                            resync: Some((rand, auts.0)),
                        });
                    }
                    _ => self.not_authentic(now, ptmsis, out),
                }
            }
            // 4.7.3.1.3
            (Step::Completing { .. }, Pdu::AttachComplete(_)) => {
                self.timers.stop(&Timer::T3350);
                self.step = Step::Idle;
                self.registered = true;
                self.start(now, Timer::MobileReachable);
                if let Some(p) = self.old_ptmsi.take() {
                    ptmsis.release(p);
                }
                if let (Some(imsi), Some(ptmsi)) = (self.imsi, self.ptmsi) {
                    self.tlli = tlli::local(ptmsi);
                    out.push(Out::Attached { imsi, ptmsi });
                }
            }
            // 4.7.4.1.2
            (_, Pdu::DetachRequestUp(m)) => {
                if !m.detach.power_off() {
                    let accept = DetachAcceptDown {
                        standby: Standby(0),
                        other: Default::default(),
                    };
                    self.send(accept, out);
                }
                self.gone(ptmsis, Why::Mobile, out);
            }
            // 4.7.4.2.3
            (Step::Detaching { .. }, Pdu::DetachAcceptUp(_)) => {
                self.gone(ptmsis, Why::Network, out);
            }
            // 4.7.5.1
            (Step::Idle, Pdu::RoutingAreaUpdateRequest(m)) if self.registered => {
                self.update(&m, out);
            }
            (Step::Idle, Pdu::RoutingAreaUpdateRequest(_)) => {
                let reject = RoutingAreaUpdateReject {
                    cause: Cause::ImplicitlyDetached,
                    standby: Standby(0),
                    t3302: None,
                    t3346: None,
                    other: Default::default(),
                };
                self.send(reject, out);
            }
            // 4.7.13: Iu mode; a mobile that asks all the same is told whether it is known
            (Step::Idle, Pdu::ServiceRequest(_)) if self.registered => {
                let accept = ServiceAccept {
                    pdp_context_status: None,
                    mbms_context_status: None,
                    other: Default::default(),
                };
                self.send(accept, out);
            }
            (Step::Idle, Pdu::ServiceRequest(_)) => {
                let reject = ServiceReject {
                    cause: Cause::ImplicitlyDetached,
                    t3346: None,
                    other: Default::default(),
                };
                self.send(reject, out);
            }
            // 4.7.10
            (_, Pdu::GmmStatus(m)) => out.push(Out::Status(m.cause)),
            // answers that come again, after their procedure
            (
                _,
                Pdu::AttachComplete(_)
                | Pdu::IdentityResponse(_)
                | Pdu::DetachAcceptUp(_)
                | Pdu::RoutingAreaUpdateComplete(_)
                | Pdu::AuthenticationAndCipheringResponse(_)
                | Pdu::AuthenticationAndCipheringFailure(_),
            ) => {}
            // 8.4
            (_, Pdu::Other(..)) => self.status(Cause::MessageTypeNonExistent, out),
            (_, _) => self.status(Cause::MessageTypeNotCompatible, out),
        }
    }

    /// 4.7.3.1.2.
    fn attach(&mut self, now: Time, m: AttachRequest, out: &mut Vec<Out>) {
        self.timers = Timers::default();
        self.request = Some(m.clone());
        self.registered = false;
        self.resynchronised = false;
        self.identified = false;
        self.vectors.clear();
        self.capability = m.ms_network_capability;
        self.by_ptmsi = m.identity.imsi().is_none();
        match (m.identity.imsi(), m.identity.tmsi(), self.imsi) {
            (Some(imsi), ..) => self.know(imsi, out),
            // one of ours, and the mobile that it was given to
            (None, Some(p), Some(imsi)) if Some(p) == self.ptmsi => self.know(imsi, out),
            _ => self.ask_identity(now, out),
        }
    }

    fn ask_identity(&mut self, now: Time, out: &mut Vec<Out>) {
        self.identified = true;
        self.step = Step::Identity {
            kind: IdentityType::Imsi,
            tries: 1,
        };
        self.send_identity_request(IdentityType::Imsi, out);
        self.start(now, Timer::T3370);
    }

    fn send_identity_request(&self, kind: IdentityType, out: &mut Vec<Out>) {
        let request = IdentityRequest {
            identity: IdentityTypeAndStandby(0).with_identity_type(kind),
            other: Default::default(),
        };
        self.send(request, out);
    }

    fn know(&mut self, imsi: Imsi, out: &mut Vec<Out>) {
        self.imsi = Some(imsi);
        out.push(Out::Identified(imsi));
        self.step = Step::Vectors;
        out.push(Out::AskVectors { imsi, resync: None });
    }

    fn identified(&mut self, ptmsis: &mut Ptmsis, imsi: Imsi, out: &mut Vec<Out>) {
        match self.imsi {
            // asked because the response was wrong, and the P-TMSI was right: 4.7.7.5
            Some(old) if old == imsi && !self.vectors.is_empty() => {
                self.reject_authentication(ptmsis, out);
            }
            _ => self.know(imsi, out),
        }
    }

    /// 4.7.7.1.
    fn authenticate(&mut self, now: Time, ptmsis: &mut Ptmsis, out: &mut Vec<Out>) {
        let Some(vector) = self.vectors.front().cloned() else {
            return self.refuse(ptmsis, Cause::NetworkFailure, out);
        };
        self.reference = self.reference.wrapping_add(1) & 15;
        self.cksn = match self.cksn {
            0..=5 => self.cksn.wrapping_add(1),
            _ => 0,
        };
        self.step = Step::Authenticating { vector, tries: 1 };
        self.send_challenge(out);
        self.start(now, Timer::T3360);
    }

    fn send_challenge(&self, out: &mut Vec<Out>) {
        let Step::Authenticating { vector, .. } = &self.step else {
            return;
        };
        let request = AuthenticationAndCipheringRequest {
            ciphering: CipheringAndImeisv(0).with_imeisv_request(self.config.ask_imeisv.into()),
            reference: StandbyAndReference(0).with_reference(self.reference),
            rand: Some(Hex(vector.rand)),
            cksn: Some(Half(self.cksn)),
            autn: vector.autn.map(Hex),
            other: Default::default(),
        };
        self.send(request, out);
    }

    /// 4.7.7.5: where the mobile named a P-TMSI that may not be its own, it is asked who it is;
    /// else it is rejected.
    fn not_authentic(&mut self, now: Time, ptmsis: &mut Ptmsis, out: &mut Vec<Out>) {
        if self.by_ptmsi && !self.identified {
            self.ask_identity(now, out);
        } else {
            self.reject_authentication(ptmsis, out);
        }
    }

    fn reject_authentication(&mut self, ptmsis: &mut Ptmsis, out: &mut Vec<Out>) {
        let reject = AuthenticationAndCipheringReject {
            other: Default::default(),
        };
        self.send(reject, out);
        self.gone(ptmsis, Why::NotAuthentic, out);
    }

    /// 4.7.3.1.4.
    fn refuse(&mut self, ptmsis: &mut Ptmsis, cause: Cause, out: &mut Vec<Out>) {
        let reject = AttachReject {
            cause,
            t3302: None,
            t3346: None,
            other: Default::default(),
        };
        self.send(reject, out);
        self.gone(ptmsis, Why::Refused(cause), out);
    }

    fn gone(&mut self, ptmsis: &mut Ptmsis, why: Why, out: &mut Vec<Out>) {
        self.timers = Timers::default();
        self.step = Step::Idle;
        self.registered = false;
        self.request = None;
        self.vectors.clear();
        for p in [self.ptmsi.take(), self.old_ptmsi.take()]
            .into_iter()
            .flatten()
        {
            ptmsis.release(p);
        }
        self.signature = None;
        out.push(Out::Detached(why));
    }

    /// 4.7.3.1.3.
    fn accept(&mut self, now: Time, rng: &mut Rng, ptmsis: &mut Ptmsis, out: &mut Vec<Out>) {
        let Some(ptmsi) = ptmsis.allocate(rng) else {
            return self.refuse(ptmsis, Cause::Congestion, out);
        };
        if let Some(older) = std::mem::replace(&mut self.old_ptmsi, self.ptmsi) {
            ptmsis.release(older);
        }
        self.ptmsi = Some(ptmsi);
        out.push(Out::Allocated(ptmsi));
        self.signature = self.config.signature.then(|| Hex(rng.array()));
        let accept = AttachAccept {
            result: AttachResultAndStandby(0).with_result(AttachResult::GprsOnly),
            periodic_ra_update: self.config.t3312,
            // the lowest priority for both
            radio_priorities: RadioPriorities(0).with_sms(4).with_tom8(4),
            rai: self.cell,
            signature: self.signature,
            ready_timer: Some(self.config.ready),
            ptmsi: Some(MobileIdentity::Tmsi(ptmsi)),
            ms_identity: None,
            cause: None,
            t3302: None,
            cell_notification: None,
            equivalent_plmns: None,
            network_features: None,
            emergency_numbers: None,
            requested_ms_information: None,
            t3319: None,
            t3323: None,
            t3312_extended: None,
            additional_features: None,
            t3324: None,
            extended_drx: None,
            other: Default::default(),
        };
        self.send(accept.clone(), out);
        self.step = Step::Completing {
            accept: Box::new(accept),
            tries: 1,
        };
        self.start(now, Timer::T3350);
    }

    /// 4.7.5.1.3: within this SGSN, nothing new is handed out, and nothing is to be completed.
    fn update(&mut self, m: &RoutingAreaUpdateRequest, out: &mut Vec<Out>) {
        if let Some(c) = &m.ms_network_capability {
            self.capability = c.clone();
        }
        let accept = RoutingAreaUpdateAccept {
            result: StandbyAndUpdateResult(0).with_result(UpdateResult::RaUpdated),
            periodic_ra_update: self.config.t3312,
            rai: self.cell,
            signature: self.signature,
            ptmsi: None,
            ms_identity: None,
            receive_npdu_numbers: None,
            ready_timer: Some(self.config.ready),
            cause: None,
            t3302: None,
            cell_notification: None,
            equivalent_plmns: None,
            pdp_context_status: None,
            network_features: None,
            emergency_numbers: None,
            mbms_context_status: None,
            requested_ms_information: None,
            t3319: None,
            t3323: None,
            t3312_extended: None,
            additional_features: None,
            t3324: None,
            extended_drx: None,
            other: Default::default(),
        };
        self.send(accept, out);
        out.push(Out::Updated);
    }

    /// 4.7.4.2.1.
    fn detach(
        &mut self,
        now: Time,
        ptmsis: &mut Ptmsis,
        kind: NetworkDetachType,
        cause: Option<Cause>,
        out: &mut Vec<Out>,
    ) {
        // the mobile is attached once it has the accept, whether its complete has arrived or not
        if !self.registered && !matches!(self.step, Step::Completing { .. }) {
            if !matches!(self.step, Step::Idle | Step::Detaching { .. }) {
                self.refuse(ptmsis, cause.unwrap_or(Cause::NetworkFailure), out);
            }
            return;
        }
        self.timers = Timers::default();
        let request = DetachRequestDown {
            detach: DetachTypeDown(0).with_detach_type(kind),
            cause,
            other: Default::default(),
        };
        self.send(request.clone(), out);
        self.step = Step::Detaching { request, tries: 1 };
        self.start(now, Timer::T3322);
    }

    /// Each message four times more, then the procedure is over.
    fn expired(&mut self, now: Time, ptmsis: &mut Ptmsis, t: Timer, out: &mut Vec<Out>) {
        let tries = match (&mut self.step, t) {
            (Step::Identity { tries, .. }, Timer::T3370)
            | (Step::Authenticating { tries, .. }, Timer::T3360)
            | (Step::Completing { tries, .. }, Timer::T3350)
            | (Step::Detaching { tries, .. }, Timer::T3322) => tries,
            // 4.7.2.2
            (Step::Idle, Timer::MobileReachable) => {
                return self.gone(ptmsis, Why::Implicit, out);
            }
            _ => return,
        };
        *tries = tries.saturating_add(1);
        if *tries > ATTEMPTS {
            let why = match self.step {
                Step::Detaching { .. } => Why::Network,
                _ => Why::NoAnswer,
            };
            return self.gone(ptmsis, why, out);
        }
        match &self.step {
            Step::Identity { kind, .. } => self.send_identity_request(*kind, out),
            Step::Authenticating { .. } => self.send_challenge(out),
            Step::Completing { accept, .. } => self.send((**accept).clone(), out),
            Step::Detaching { request, .. } => self.send(request.clone(), out),
            Step::Idle | Step::Vectors | Step::Location => {}
        }
        self.start(now, t);
    }
}

/// Compares without stopping at the first difference.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && !a.is_empty() && a.iter().zip(b).fold(0, |d, (x, y)| d | (x ^ y)) == 0
}
