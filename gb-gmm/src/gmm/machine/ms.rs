//! GMM in the mobile, TS 24.008 4.1.3.1 and 4.7.
mod event;

pub use event::{Config, In, Out, State, UsimAnswer, Verdict};

use super::{ATTEMPTS, Timer, timed};
use crate::{
    gmm::{
        AttachType, AttachTypeAndCksn, Cause, DetachType, DetachTypeUp, NO_KEY, NetworkDetachType,
        Pdu, Reference, UpdateType, UpdateTypeAndCksn, cause, msg::*,
    },
    nas::{IdentityType, MobileIdentity, tlli},
};
use engine::{Rng, Time, Timers};
use std::time::Duration;
use wire::{Hex, Imsi, Octets, Rai};

/// What was asked of the USIM.
#[derive(Debug, Clone, Copy)]
struct Challenge {
    rand: [u8; 16],
    reference: u8,
    imeisv: bool,
    cksn: u8,
}

/// GMM of one mobile.
#[derive(Debug)]
pub struct Machine {
    config: Config,
    state: State,
    timers: Timers<Timer>,
    usim_valid: bool,
    ptmsi: Option<u32>,
    signature: Option<Hex<3>>,
    rai: Option<Rai>,
    cell: Rai,
    cksn: u8,
    tlli: u32,
    attempts: u8,
    detach_attempts: u8,
    update: UpdateType,
    challenge: Option<Challenge>,
    answered: Option<([u8; 16], UsimAnswer)>,
    failures: u8,
    held: Option<Timer>,
    t3302: Duration,
    t3312: Option<Duration>,
    t3314: Option<Duration>,
}

/// A routing area that a mobile without one names: deleted LAC (TS 23.003 4.2).
fn no_rai(cell: Rai) -> Rai {
    let [a, b, c, ..] = cell.0;
    Rai([a, b, c, 0xff, 0xfe, 0xff])
}

impl Machine {
    /// A mobile that is switched on, with a USIM that was never used.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            state: State::Deregistered,
            timers: Timers::default(),
            usim_valid: true,
            ptmsi: None,
            signature: None,
            rai: None,
            cell: Rai([0xff; 6]),
            cksn: NO_KEY,
            tlli: 0,
            attempts: 0,
            detach_attempts: 0,
            update: UpdateType::RaUpdating,
            challenge: None,
            answered: None,
            failures: 0,
            held: None,
            t3302: Timer::T3302.length(),
            t3312: Some(Timer::T3312.length()),
            t3314: Some(Timer::T3314.length()),
        }
    }

    timed!();

    /// The state.
    pub fn state(&self) -> State {
        self.state
    }

    /// The TLLI in use.
    pub fn tlli(&self) -> u32 {
        self.tlli
    }

    /// The temporary identity, where there is one.
    pub fn ptmsi(&self) -> Option<u32> {
        self.ptmsi
    }

    /// Another USIM, or the same after the mobile was switched off and on: nothing is remembered
    /// but the device. Anything that ran is over.
    pub fn restart(&mut self, imsi: Imsi) {
        let config = Config {
            imsi,
            ..self.config.clone()
        };
        *self = Self::new(config);
    }

    /// Takes one input.
    pub fn handle(&mut self, now: Time, rng: &mut Rng, input: In, out: &mut Vec<Out>) {
        match input {
            In::Attach(rai) => {
                self.cell = rai;
                // 4.7.3.1: from GMM-DEREGISTERED only, with a valid USIM, not while congested
                if self.state == State::Deregistered
                    && self.usim_valid
                    && self.timers.get(&Timer::T3346).is_none()
                {
                    self.attempts = 0;
                    self.attach(now, rng, out);
                }
            }
            In::Moved(rai) => {
                self.cell = rai;
                if self.state == State::Registered && self.rai != Some(rai) {
                    self.attempts = 0;
                    self.update(now, UpdateType::RaUpdating, out);
                }
            }
            In::Detach { power_off } => self.detach(now, power_off, out),
            In::Recv(Ok(pdu)) => self.recv(now, rng, pdu, out),
            In::Recv(Err(e)) => {
                if let Some(c) = cause(&e) {
                    self.send(
                        now,
                        GmmStatus {
                            cause: c,
                            other: Default::default(),
                        },
                        out,
                    );
                }
            }
            In::Usim(answer) => self.usim(now, answer, out),
            In::Traffic => self.ready(now),
            In::Timer => {
                while let Some(t) = self.timers.pop(now) {
                    self.expired(now, rng, t, out);
                }
            }
        }
    }

    fn send(&mut self, now: Time, pdu: impl Into<Pdu>, out: &mut Vec<Out>) {
        self.ready(now);
        out.push(Out::Send {
            tlli: self.tlli,
            pdu: pdu.into(),
        });
    }

    /// 4.7.2.1: each frame that goes up starts READY anew.
    fn ready(&mut self, now: Time) {
        if let (State::Registered, Some(d)) = (self.state, self.t3314) {
            self.timers.start(Timer::T3314, now + d);
            self.timers.stop(&Timer::T3312);
        }
    }

    fn use_tlli(&mut self, tlli: u32, out: &mut Vec<Out>) {
        if self.tlli != tlli {
            self.tlli = tlli;
            out.push(Out::Tlli(tlli));
        }
    }

    /// 4.7.3.1.1; TLLI by TS 23.003 2.6.
    fn attach(&mut self, now: Time, rng: &mut Rng, out: &mut Vec<Out>) {
        let tlli = match (self.ptmsi, self.rai) {
            (Some(p), Some(rai)) if rai == self.cell => tlli::local(p),
            (Some(p), _) => tlli::foreign(p),
            // kept while attempts go on
            (None, _) if tlli::is_random(self.tlli) && self.attempts > 0 => self.tlli,
            (None, _) => tlli::random(rng.u32()),
        };
        self.use_tlli(tlli, out);
        self.state = State::RegisteredInitiated;
        self.start(now, Timer::T3310);
        let identity = match self.ptmsi {
            Some(p) => MobileIdentity::Tmsi(p),
            None => MobileIdentity::Imsi(self.config.imsi),
        };
        let request = AttachRequest {
            ms_network_capability: self.config.network_capability.clone(),
            attach: AttachTypeAndCksn(0)
                .with_attach_type(AttachType::Gprs)
                .with_cksn(self.cksn),
            drx: self.config.drx,
            identity,
            old_rai: self.rai.unwrap_or(no_rai(self.cell)),
            radio_access: self.config.radio_access.clone(),
            old_signature: self.signature,
            ready_timer: None,
            tmsi_status: None,
            ps_lcs: None,
            classmark2: None,
            classmark3: None,
            codecs: None,
            ue_network_capability: None,
            additional_identity: None,
            additional_old_rai: None,
            voice_domain: None,
            device_properties: None,
            ptmsi_type: None,
            ms_features: None,
            old_lai: None,
            additional_update_type: None,
            tmsi_nri: None,
            t3324: None,
            t3312_extended: None,
            extended_drx: None,
            other: Default::default(),
        };
        self.send(now, request, out);
    }

    /// 4.7.5.1.1 and 4.7.5.1.2.
    fn update(&mut self, now: Time, kind: UpdateType, out: &mut Vec<Out>) {
        self.update = kind;
        self.state = State::RoutingAreaUpdatingInitiated;
        self.timers.stop(&Timer::T3312);
        self.start(now, Timer::T3330);
        if let (Some(p), true) = (self.ptmsi, self.rai != Some(self.cell)) {
            self.use_tlli(tlli::foreign(p), out);
        }
        let request = RoutingAreaUpdateRequest {
            update: UpdateTypeAndCksn(0)
                .with_update_type(kind)
                .with_cksn(self.cksn),
            old_rai: self.rai.unwrap_or(no_rai(self.cell)),
            radio_access: self.config.radio_access.clone(),
            old_signature: self.signature,
            ready_timer: None,
            drx: None,
            tmsi_status: None,
            ptmsi: None,
            ms_network_capability: Some(self.config.network_capability.clone()),
            pdp_context_status: None,
            ps_lcs: None,
            mbms_context_status: None,
            ue_network_capability: None,
            additional_identity: None,
            additional_old_rai: None,
            classmark2: None,
            classmark3: None,
            codecs: None,
            voice_domain: None,
            ptmsi_type: None,
            device_properties: None,
            ms_features: None,
            old_lai: None,
            additional_update_type: None,
            tmsi_nri: None,
            t3324: None,
            t3312_extended: None,
            extended_drx: None,
            other: Default::default(),
        };
        self.send(now, request, out);
    }

    /// 4.7.4.1.
    fn detach(&mut self, now: Time, power_off: bool, out: &mut Vec<Out>) {
        match self.state {
            State::Null | State::Deregistered => {
                self.timers = Timers::default();
                if power_off {
                    self.state = State::Null;
                }
            }
            _ => {
                self.timers = Timers::default();
                let request = DetachRequestUp {
                    detach: DetachTypeUp(0)
                        .with_detach_type(DetachType::Gprs)
                        .with_power_off(power_off),
                    ptmsi: self.ptmsi.map(MobileIdentity::Tmsi),
                    signature: self.signature,
                    other: Default::default(),
                };
                self.state = State::DeregisteredInitiated;
                self.send(now, request, out);
                if power_off {
                    self.leave(State::Null, None, out);
                } else {
                    self.start(now, Timer::T3321);
                }
            }
        }
    }

    fn leave(&mut self, to: State, cause: Option<Cause>, out: &mut Vec<Out>) {
        self.timers = Timers::default();
        self.challenge = None;
        self.answered = None;
        self.detach_attempts = 0;
        self.state = to;
        out.push(Out::Detached { cause });
    }

    fn forget(&mut self) {
        self.ptmsi = None;
        self.signature = None;
        self.rai = None;
        self.cksn = NO_KEY;
    }

    fn recv(&mut self, now: Time, rng: &mut Rng, pdu: Pdu, out: &mut Vec<Out>) {
        use State as S;
        match (self.state, pdu) {
            (S::Null | S::Deregistered, _) => {}
            // 4.7.3.1.3, and again where the Attach Complete did not arrive (4.7.3.1.6 c)
            (S::Registered, Pdu::AttachAccept(m))
                if self.ptmsi.is_some()
                    && m.ptmsi.as_ref().and_then(MobileIdentity::tmsi) == self.ptmsi =>
            {
                self.attach_accept(now, &m, out);
            }
            (S::RegisteredInitiated, Pdu::AttachAccept(m)) => self.attach_accept(now, &m, out),
            // 4.7.3.1.4
            (S::RegisteredInitiated, Pdu::AttachReject(m)) => {
                self.timers.stop(&Timer::T3310);
                if let Some(d) = m.t3302.and_then(|t| t.duration()) {
                    self.t3302 = d;
                }
                self.refused(now, rng, m.cause, m.t3346.and_then(|t| t.duration()), out);
            }
            // 4.7.5.1.3
            (S::RoutingAreaUpdatingInitiated, Pdu::RoutingAreaUpdateAccept(m)) => {
                self.update_accept(now, &m, out);
            }
            // 4.7.5.1.4
            (S::RoutingAreaUpdatingInitiated, Pdu::RoutingAreaUpdateReject(m)) => {
                self.timers.stop(&Timer::T3330);
                self.refused(now, rng, m.cause, m.t3346.and_then(|t| t.duration()), out);
            }
            // 4.7.4.1.2
            (S::DeregisteredInitiated, Pdu::DetachAcceptDown(_)) => {
                self.leave(S::Deregistered, None, out);
            }
            // 4.7.4.2.2, and where both detach at once (4.7.4.1.4 c)
            (_, Pdu::DetachRequestDown(m)) => self.detached(now, rng, &m, out),
            // 4.7.7.2
            (_, Pdu::AuthenticationAndCipheringRequest(m)) => self.challenged(now, &m, out),
            // 4.7.7.5
            (_, Pdu::AuthenticationAndCipheringReject(_)) => {
                self.timers = Timers::default();
                self.forget();
                self.usim_valid = false;
                self.challenge = None;
                self.answered = None;
                self.state = S::Deregistered;
                out.push(Out::AuthenticationRejected);
            }
            // 4.7.8.2
            (_, Pdu::IdentityRequest(m)) => {
                let identity = match m.identity.identity_type() {
                    IdentityType::Imsi => MobileIdentity::Imsi(self.config.imsi),
                    IdentityType::Imei => MobileIdentity::Imei(self.config.imei),
                    IdentityType::Imeisv => MobileIdentity::Imeisv(self.config.imeisv),
                    IdentityType::Tmsi => self
                        .ptmsi
                        .map_or_else(MobileIdentity::none, MobileIdentity::Tmsi),
                    _ => MobileIdentity::none(),
                };
                let response = IdentityResponse {
                    identity,
                    other: Default::default(),
                };
                self.send(now, response, out);
            }
            // 4.7.6.2
            (S::Registered, Pdu::PtmsiReallocationCommand(m)) => {
                self.ptmsi = m.ptmsi.tmsi();
                self.signature = m.signature.or(self.signature);
                self.rai = Some(m.rai);
                let complete = PtmsiReallocationComplete {
                    other: Default::default(),
                };
                self.send(now, complete, out);
                if let Some(p) = self.ptmsi {
                    self.use_tlli(tlli::local(p), out);
                }
            }
            // 4.7.10
            (_, Pdu::GmmStatus(m)) => out.push(Out::Status(m.cause)),
            // 4.7.12
            (_, Pdu::GmmInformation(_)) => {}
            // 8.4
            (_, Pdu::Other(..)) => self.status(now, Cause::MessageTypeNonExistent, out),
            (_, _) => self.status(now, Cause::MessageTypeNotCompatible, out),
        }
    }

    fn status(&mut self, now: Time, cause: Cause, out: &mut Vec<Out>) {
        let status = GmmStatus {
            cause,
            other: Default::default(),
        };
        self.send(now, status, out);
    }

    fn attach_accept(&mut self, now: Time, m: &AttachAccept, out: &mut Vec<Out>) {
        let again = self.state == State::Registered;
        for t in [Timer::T3310, Timer::T3318, Timer::T3320, Timer::T3316] {
            self.timers.stop(&t);
        }
        self.answered = None;
        self.attempts = 0;
        self.rai = Some(m.rai);
        self.t3312 = m.periodic_ra_update.duration();
        if let Some(t) = m.ready_timer {
            self.t3314 = t.duration();
        }
        if let Some(d) = m.t3302.and_then(|t| t.duration()) {
            self.t3302 = d;
        }
        self.signature = m.signature.or(self.signature);
        self.state = State::Registered;
        let allocated = m.ptmsi.as_ref().and_then(MobileIdentity::tmsi);
        if let Some(p) = allocated {
            self.ptmsi = Some(p);
            // still under the TLLI of the request: both are valid until this has arrived
            let complete = AttachComplete {
                inter_rat: None,
                eutran: None,
                other: Default::default(),
            };
            self.send(now, complete, out);
        } else {
            self.ready(now);
        }
        if let Some(p) = self.ptmsi {
            self.use_tlli(tlli::local(p), out);
        }
        if !again {
            out.push(Out::Attached {
                ptmsi: self.ptmsi,
                rai: m.rai,
            });
        }
    }

    fn update_accept(&mut self, now: Time, m: &RoutingAreaUpdateAccept, out: &mut Vec<Out>) {
        self.timers.stop(&Timer::T3330);
        self.attempts = 0;
        self.rai = Some(m.rai);
        self.t3312 = m.periodic_ra_update.duration();
        if let Some(t) = m.ready_timer {
            self.t3314 = t.duration();
        }
        self.signature = m.signature.or(self.signature);
        self.state = State::Registered;
        self.ready(now);
        if let Some(p) = m.ptmsi.as_ref().and_then(MobileIdentity::tmsi) {
            self.ptmsi = Some(p);
            let complete = RoutingAreaUpdateComplete {
                receive_npdu_numbers: None,
                inter_rat: None,
                eutran: None,
                other: Default::default(),
            };
            self.send(now, complete, out);
        }
        if let Some(p) = self.ptmsi {
            self.use_tlli(tlli::local(p), out);
        }
        out.push(Out::Updated(m.rai));
    }

    /// 4.7.3.1.4, 4.7.5.1.4 and the abnormal cases that follow them.
    fn refused(
        &mut self,
        now: Time,
        rng: &mut Rng,
        cause: Cause,
        t3346: Option<Duration>,
        out: &mut Vec<Out>,
    ) {
        let verdict = Verdict::of(cause);
        out.push(Out::Refused { cause, verdict });
        self.challenge = None;
        self.answered = None;
        self.held = None;
        self.timers = Timers::default();
        // 4.7.5.1.5 d: an update that failed for no lasting reason leaves the mobile registered
        self.state = match (self.state, verdict) {
            (State::RoutingAreaUpdatingInitiated, Verdict::TryAgain | Verdict::Congestion) => {
                State::Registered
            }
            _ => State::Deregistered,
        };
        match verdict {
            Verdict::UsimInvalid => {
                self.usim_valid = false;
                self.forget();
            }
            Verdict::PlmnForbidden
            | Verdict::GprsForbiddenInPlmn
            | Verdict::AreaForbidden
            | Verdict::AreaForbiddenForRoaming
            | Verdict::NoSuitableCells => {
                self.forget();
                self.attempts = 0;
            }
            Verdict::Anew => {
                self.forget();
                self.attempts = 0;
                self.attach(now, rng, out);
            }
            Verdict::Congestion => {
                self.attempts = 0;
                let d = t3346.unwrap_or(Timer::T3346.length());
                self.timers.start(Timer::T3346, now + d);
            }
            Verdict::TryAgain => {
                // 4.7.3.1.5 d: these say that another try would not help soon
                if matches!(cause.0, 95 | 96 | 97 | 99 | 111) {
                    self.attempts = ATTEMPTS.wrapping_sub(1);
                }
                self.failed(now, out);
            }
        }
    }

    /// 4.7.3.1.5 and 4.7.5.1.5, at their ends: another try after T3311, or after T3302.
    fn failed(&mut self, now: Time, out: &mut Vec<Out>) {
        self.attempts = self.attempts.saturating_add(1);
        if self.attempts < ATTEMPTS {
            self.start(now, Timer::T3311);
        } else {
            self.forget();
            self.state = State::Deregistered;
            self.timers.start(Timer::T3302, now + self.t3302);
            out.push(Out::NoAnswer);
        }
    }

    /// 4.7.4.2.2.
    fn detached(&mut self, now: Time, rng: &mut Rng, m: &DetachRequestDown, out: &mut Vec<Out>) {
        if m.detach.detach_type() == NetworkDetachType::Imsi {
            // no IMSI attachment here to end: only the answer is owed
            let accept = DetachAcceptUp {
                other: Default::default(),
            };
            return self.send(now, accept, out);
        }
        let accept = DetachAcceptUp {
            other: Default::default(),
        };
        self.send(now, accept, out);
        self.leave(State::Deregistered, m.cause, out);
        if m.detach.detach_type() == NetworkDetachType::ReAttachRequired {
            self.attempts = 0;
            return self.attach(now, rng, out);
        }
        match m.cause.map(Verdict::of) {
            Some(Verdict::UsimInvalid) => {
                self.usim_valid = false;
                self.forget();
            }
            Some(Verdict::TryAgain | Verdict::Congestion) | None => {}
            Some(_) => self.forget(),
        }
    }

    /// 4.7.7.2 and 4.7.7.3.
    fn challenged(&mut self, now: Time, m: &AuthenticationAndCipheringRequest, out: &mut Vec<Out>) {
        let reference = m.reference.reference();
        self.timers.stop(&Timer::T3318);
        self.timers.stop(&Timer::T3320);
        let challenge = Challenge {
            rand: m.rand.map_or([0; 16], |r| r.0),
            reference,
            imeisv: m.ciphering.imeisv_request() == 1,
            cksn: m.cksn.map_or(NO_KEY, |c| c.0 & 7),
        };
        self.challenge = Some(challenge);
        match (&m.rand, &self.answered) {
            // no challenge: only ciphering is set
            (None, _) => {
                self.respond(now, challenge, None, out);
            }
            // 4.7.7.3: the same challenge again while T3316 runs gets the same answer
            (Some(rand), Some((old, answer))) if rand.0 == *old => {
                let answer = answer.clone();
                self.usim(now, answer, out);
            }
            (Some(rand), _) => out.push(Out::AskUsim {
                rand: rand.0,
                autn: m.autn.map(|a| a.0),
            }),
        }
    }

    fn usim(&mut self, now: Time, answer: UsimAnswer, out: &mut Vec<Out>) {
        let Some(challenge) = self.challenge.take() else {
            return;
        };
        let (cause, auts, timer) = match &answer {
            UsimAnswer::Res(_) | UsimAnswer::Sres(_) => {
                self.failures = 0;
                self.cksn = challenge.cksn;
                self.resume(now);
                self.answered = Some((challenge.rand, answer.clone()));
                self.start(now, Timer::T3316);
                return self.respond(now, challenge, Some(&answer), out);
            }
            // 4.7.7.6 f, g, h
            UsimAnswer::MacFailure => (Cause::MacFailure, None, Timer::T3318),
            UsimAnswer::GsmUnacceptable => {
                (Cause::GsmAuthenticationUnacceptable, None, Timer::T3318)
            }
            UsimAnswer::SynchFailure(a) => (Cause::SynchFailure, Some(Hex(*a)), Timer::T3320),
        };
        let failure = AuthenticationAndCipheringFailure {
            cause,
            auts,
            other: Default::default(),
        };
        self.send(now, failure, out);
        self.failures = self.failures.saturating_add(1);
        if self.failures >= 3 {
            // 4.7.7.6.1: three in a row
            return self.not_authentic(now, out);
        }
        for t in [Timer::T3310, Timer::T3330, Timer::T3321] {
            if self.timers.stop(&t) {
                self.held = Some(t);
            }
        }
        self.start(now, timer);
    }

    /// Starts again what an authentication failure had stopped.
    fn resume(&mut self, now: Time) {
        if let Some(t) = self.held.take() {
            self.start(now, t);
        }
    }

    fn not_authentic(&mut self, now: Time, out: &mut Vec<Out>) {
        self.failures = 0;
        self.resume(now);
        out.push(Out::NetworkNotAuthentic);
    }

    fn respond(
        &mut self,
        now: Time,
        challenge: Challenge,
        answer: Option<&UsimAnswer>,
        out: &mut Vec<Out>,
    ) {
        // RES is split: four octets here, the rest in the extension (10.5.3.2.1)
        let res: &[u8] = match answer {
            Some(UsimAnswer::Res(r)) => r,
            Some(UsimAnswer::Sres(s)) => s,
            _ => &[],
        };
        let (first, rest) = match res.split_first_chunk::<4>() {
            Some((a, rest)) => (Some(Hex(*a)), rest),
            None => (None, &[][..]),
        };
        let response = AuthenticationAndCipheringResponse {
            reference: Reference(challenge.reference),
            res: first,
            imeisv: challenge
                .imeisv
                .then_some(MobileIdentity::Imeisv(self.config.imeisv)),
            extended_res: (!rest.is_empty()).then(|| Octets::copy(rest)),
            other: Default::default(),
        };
        self.send(now, response, out);
    }

    fn expired(&mut self, now: Time, rng: &mut Rng, t: Timer, out: &mut Vec<Out>) {
        match (self.state, t) {
            // 4.7.3.1.5 c
            (State::RegisteredInitiated, Timer::T3310) => {
                self.state = State::Deregistered;
                self.failed(now, out);
            }
            // 4.7.5.1.5 c
            (State::RoutingAreaUpdatingInitiated, Timer::T3330) => {
                self.state = State::Registered;
                self.failed(now, out);
            }
            (State::Deregistered, Timer::T3311 | Timer::T3302 | Timer::T3346) => {
                if t != Timer::T3311 {
                    self.attempts = 0;
                }
                if self.usim_valid {
                    self.attach(now, rng, out);
                }
            }
            (State::Registered, Timer::T3311 | Timer::T3346) => self.update(now, self.update, out),
            // 4.7.4.1.4 a: four repetitions, then detached all the same
            (State::DeregisteredInitiated, Timer::T3321) => {
                self.detach_attempts = self.detach_attempts.saturating_add(1);
                if self.detach_attempts < ATTEMPTS {
                    self.detach(now, false, out);
                } else {
                    self.leave(State::Deregistered, None, out);
                }
            }
            // 4.7.2.1
            (State::Registered, Timer::T3314) => {
                out.push(Out::Standby);
                if let Some(d) = self.t3312 {
                    self.timers.start(Timer::T3312, now + d);
                }
            }
            // 4.7.2.2
            (State::Registered, Timer::T3312) => {
                self.attempts = 0;
                self.update(now, UpdateType::Periodic, out);
            }
            (_, Timer::T3316) => self.answered = None,
            // 4.7.7.6.1: no better challenge came in time
            (_, Timer::T3318 | Timer::T3320) => self.not_authentic(now, out),
            _ => {}
        }
    }
}
