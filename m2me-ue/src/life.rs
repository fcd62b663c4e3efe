//! The procedure, from power on with a PCID to operation with the SHO's identity
//! (steps 1 to 14 and R28), and what follows when one of its steps fails.
//!
//! ```text
//! PowerOn > attach (PCID) > PDP context > challenge > registration > DM session > MCIM active
//!         > deactivate, detach > attach (IMSI) > PDP context > m2me.operational
//! ```
//! Where the first attach with the new identity fails the TRE rolls back, and the machine attaches
//! with the PCID again and tells the DPF.
use crate::{
    config::Goal,
    node::{M2me, Out},
    radio::Event as Heard,
    tre::tree,
    usim::Answer,
};
use engine::{Event, Now};
use gb_gmm::{gmm::machine::ms::Verdict, sm};
use http::{Failure, Request, Response};
use provisioning::{dm, mcim::Outcome};
use std::{
    net::{Ipv4Addr, SocketAddrV4},
    time::Duration,
};
use wire::Apn;

/// Where the procedure stands.
#[derive(Debug)]
pub(crate) enum Phase {
    /// Switched off.
    Off,
    /// It listens to what cells broadcast.
    Searching,
    /// An attach runs.
    Attaching,
    /// A context is asked for.
    Activating,
    /// The DRF is asked for a nonce.
    Challenge,
    /// The DRF is asked to register.
    Registration,
    /// The DPF is to call.
    Waiting,
    /// A DM session runs.
    Session(Box<dm::Client>),
    /// The DM session's last message is under way.
    Closing(dm::End),
    /// The connections are closed by both sides, then the context is ended.
    HangingUp {
        /// They are closed; the last acknowledgements are under way.
        closed: bool,
    },
    /// The context is ended, then the machine detaches, to come back with the new identity.
    Leaving,
    /// As far as the goal says, with the provisional identity.
    Connected,
    /// In use with the SHO's identity.
    Operational,
    /// Nothing follows by itself, unless a repetition waits.
    Idle,
}

/// A step that can be begun, and repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Attach,
    Activate,
    Register,
    Session,
}

/// What a request was for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tag {
    /// Of the procedure, with its generation.
    Step(u32),
    /// [`crate::Command::SendTo`].
    Probe(SocketAddrV4),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    Retry,
    Scan,
    HangUp,
    Call,
    Ping(Ipv4Addr),
}

impl M2me {
    pub(crate) fn power_on(&mut self, now: Now, out: &mut Out) {
        if !matches!(self.phase, Phase::Off) {
            return;
        }
        self.tre.boot();
        self.rest();
        // a result that the DPF has not heard: the provisional identity serves once more, for it
        // leads there
        let told = self.is_all_told();
        let active = self.tre.active().filter(|_| self.proved || told);
        self.using = active.map(|a| a.0.to_owned());
        let imsi = self.imsi();
        out.trace(
            Event::new("m2me.power-on")
                .with("starts", self.tre.starts())
                .with("imsi", imsi),
        );
        self.leave_line(out);
        self.radio.restart(now, imsi, out);
        let spread = u64::try_from(self.config.times.spread.as_nanos()).unwrap_or(u64::MAX);
        let wait = Duration::from_nanos(self.rng.below(spread));
        if wait.is_zero() {
            self.step(now, Step::Attach, out);
        } else {
            self.retry = Some(Step::Attach);
            self.timers.start(Timer::Retry, now.mono + wait);
        }
    }

    pub(crate) fn power_off(&mut self, now: Now, out: &mut Out) {
        if matches!(self.phase, Phase::Off) {
            return;
        }
        self.rest();
        self.say_goodbye(now, out);
        self.phase = Phase::Off;
        self.networks.off();
        self.leave_line(out);
        self.radio.detach(now, true, out);
        out.trace(Event::new("m2me.power-off"));
    }

    /// The identity that the machine attaches with.
    pub(crate) fn imsi(&mut self) -> wire::Imsi {
        self.tre.usim(self.using.as_deref()).imsi()
    }

    /// Nothing runs and nothing waits.
    pub(crate) fn rest(&mut self) {
        self.phase = Phase::Idle;
        self.failures = 0;
        self.retry = None;
        self.resume = None;
        self.timers.stop(&Timer::Retry);
        self.timers.stop(&Timer::Scan);
        self.timers.stop(&Timer::Call);
        self.generation = self.generation.wrapping_add(1);
    }

    /// Begins a step.
    pub(crate) fn step(&mut self, now: Now, step: Step, out: &mut Out) {
        self.retry = None;
        self.timers.stop(&Timer::Retry);
        self.generation = self.generation.wrapping_add(1);
        // what the step stands on may be gone meanwhile: that comes first
        let below = match step {
            Step::Attach => None,
            // without 3GPP radio an address is all there is to have
            _ if self.is_wired() => (!self.has_lease()).then_some(Step::Attach),
            _ if !self.radio.is_attached() => Some(Step::Attach),
            Step::Register | Step::Session if self.context.is_none() => Some(Step::Activate),
            _ => None,
        };
        if below.is_some() && step != Step::Activate {
            self.resume = Some(step);
        }
        match below.unwrap_or(step) {
            Step::Attach if self.is_wired() => self.ask_line(now),
            Step::Attach if self.config.hears && self.networks.camped.is_none() => {
                self.search(now);
            }
            Step::Attach => {
                self.phase = Phase::Attaching;
                self.radio.attach(now, out);
            }
            Step::Activate => self.activate(now, out),
            Step::Register => self.challenge(now, out),
            Step::Session => self.open_session(now, out),
        }
    }

    /// The step has failed for no lasting reason: again after a while, or never again.
    pub(crate) fn again(
        &mut self,
        now: Now,
        step: Step,
        after: Option<u32>,
        why: &str,
        out: &mut Out,
    ) {
        let t = &self.config.times;
        let failures = self.failures;
        self.failures = failures.saturating_add(1);
        if failures >= t.attempts {
            // the MCIM is in use in the TRE, whether the DPF heard of it or not
            return match self.is_provisioned() {
                true => self.leave(now, out),
                false => self.failed(why, out),
            };
        }
        let doubled = t
            .retry
            .saturating_mul(1u32.checked_shl(failures).unwrap_or(u32::MAX));
        let told = after.map(|s| Duration::from_secs(s.into()));
        let wait = told.unwrap_or(doubled).min(t.retry_most);
        let half = u64::try_from(wait.as_nanos() / 2).unwrap_or(u64::MAX);
        let wait = wait.saturating_add(Duration::from_nanos(self.rng.below(half)));
        self.phase = Phase::Idle;
        self.retry = Some(step);
        self.timers.start(Timer::Retry, now.mono + wait);
        out.trace(
            Event::new("m2me.retry")
                .with("cause", why)
                .with("seconds", wait.as_secs()),
        );
    }

    /// The procedure has failed.
    pub(crate) fn failed(&mut self, why: &str, out: &mut Out) {
        self.rest();
        out.trace(Event::new("m2me.failed").with("cause", why));
    }

    pub(crate) fn expired(&mut self, now: Now, timer: Timer, out: &mut Out) {
        match timer {
            Timer::Retry => {
                if let Some(step) = self.retry.take() {
                    self.step(now, step, out);
                }
            }
            Timer::Scan => self.camp(now, out),
            Timer::HangUp => self.end_context(now, out),
            Timer::Call => self.uncalled(now, out),
            Timer::Ping(to) => {
                self.pings.remove(&to);
                out.trace(Event::new("m2me.unanswered").with("to", to));
            }
        }
    }

    /// What the USIM made of a challenge.
    pub(crate) fn challenged(&mut self, answer: Option<&Answer>, out: &mut Out) {
        out.trace(match answer {
            Some(Answer::Accepted { .. }) => Event::new("m2me.authenticated"),
            Some(Answer::MacFailure) => Event::new("m2me.mac-failure"),
            Some(Answer::SyncFailure(_)) => Event::new("m2me.sync-failure"),
            None => Event::new("m2me.gsm-challenge"),
        });
    }

    pub(crate) fn learned(&mut self, now: Now, heard: Heard, out: &mut Out) {
        match heard {
            Heard::Cell => out.trace(Event::new("m2me.cell").with("cell", self.radio.cell())),
            Heard::NoCell => {
                out.trace(Event::new("m2me.no-cell"));
                self.networks.camped = None;
                if self.config.hears && matches!(self.phase, Phase::Attaching) {
                    self.step(now, Step::Attach, out);
                }
            }
            Heard::Attached { ptmsi } => self.attached(now, ptmsi, out),
            Heard::AttachRefused { cause, verdict } => {
                out.trace(
                    Event::new("m2me.attach-refused")
                        .with("cause", cause.0)
                        .with("text", cause),
                );
                // the machine below tries again by itself for all other reasons
                let lasting = !matches!(
                    verdict,
                    Verdict::TryAgain | Verdict::Congestion | Verdict::Anew
                );
                if self.is_elsewhere(verdict, out) {
                    self.camp(now, out);
                } else if lasting {
                    self.cannot_attach(now, &format!("attach refused: {cause}"), out);
                }
            }
            Heard::NoAnswer => self.cannot_attach(now, "no answer to the attach", out),
            Heard::AuthenticationRejected => {
                self.cannot_attach(now, "the network rejects the authentication", out);
            }
            Heard::NetworkNotAuthentic => {
                self.cannot_attach(now, "the network is not authentic", out);
            }
            Heard::Detached { cause } => self.detached(now, cause.map(|c| c.to_string()), out),
            Heard::Active {
                nsapi,
                apn,
                address,
            } => self.active(now, (nsapi, &apn), address, out),
            Heard::Refused { nsapi, apn, cause } => {
                self.pdp_refused(now, (nsapi, &apn), cause, out)
            }
            Heard::Inactive { nsapi, cause } => self.inactive(now, nsapi, cause, out),
            Heard::Status(text) => out.trace(Event::new("m2me.status").with("cause", text)),
            Heard::Challenge { .. } | Heard::Packet(_) => {}
        }
    }

    fn attached(&mut self, now: Now, ptmsi: Option<u32>, out: &mut Out) {
        let event = Event::new("m2me.attached")
            .with("imsi", self.imsi())
            .with("with", if self.using.is_some() { "imsi" } else { "pcid" });
        out.trace(match ptmsi {
            Some(p) => event.with("ptmsi", format_args!("{p:08x}")),
            None => event,
        });
        self.failures = 0;
        match self.config.goal {
            Goal::Attach => self.phase = Phase::Connected,
            _ => self.step(now, Step::Activate, out),
        }
    }

    fn activate(&mut self, now: Now, out: &mut Out) {
        self.phase = Phase::Activating;
        let using = self.using.as_ref().and_then(|id| self.tre.apps().get(id));
        let apn = match using.and_then(|app| app.profile()) {
            Some(profile) => Apn::new(&profile.apn),
            None => Some(self.config.registration_apn.clone()),
        };
        let Some(apn) = apn else {
            return self.cannot_attach(now, "the MCIM's APN is none", out);
        };
        self.context = self.radio.activate(now, &apn, out);
        if self.context.is_none() {
            self.again(now, Step::Activate, None, "no NSAPI is free", out);
        }
    }

    fn active(
        &mut self,
        now: Now,
        (nsapi, apn): (u8, &str),
        address: Option<Ipv4Addr>,
        out: &mut Out,
    ) {
        let Some(address) = address else {
            let why = "the context has no address";
            return self.again(now, Step::Activate, None, why, out);
        };
        out.trace(
            Event::new("m2me.pdp-active")
                .with("apn", apn)
                .with("address", address),
        );
        if self.context != Some(nsapi) || !matches!(self.phase, Phase::Activating) {
            return;
        }
        self.user.set_addresses(now, &self.addresses());
        self.failures = 0;
        if self.using.is_some() {
            self.tre.confirm();
            self.proved = true;
            self.rest();
            self.phase = Phase::Operational;
            out.trace(
                Event::new("m2me.operational")
                    .with("imsi", self.imsi())
                    .with("apn", apn)
                    .with("address", address),
            );
        } else {
            self.connected(now, out);
        }
    }

    /// The provisional identity has its way to the RO: what it is there for.
    pub(crate) fn connected(&mut self, now: Now, out: &mut Out) {
        if let Some(step) = self.resume.take() {
            self.step(now, step, out);
        } else if !self.is_all_told() && self.dpf.is_some() {
            self.step(now, Step::Session, out);
        } else if self.is_provisioned() {
            self.leave(now, out);
        } else if self.config.goal == Goal::Provision {
            self.step(now, Step::Register, out);
        } else {
            self.rest();
            self.phase = Phase::Connected;
        }
    }

    fn pdp_refused(
        &mut self,
        now: Now,
        (nsapi, apn): (u8, &str),
        cause: Option<sm::Cause>,
        out: &mut Out,
    ) {
        let text = cause.map_or("no answer".to_owned(), |c| c.to_string());
        let event = Event::new("m2me.pdp-refused").with("apn", apn);
        out.trace(match cause {
            Some(c) => event.with("cause", c.0).with("text", &text),
            None => event.with("text", &text),
        });
        if self.context != Some(nsapi) || !matches!(self.phase, Phase::Activating) {
            return;
        }
        self.context = None;
        let why = format!("PDP context refused: {text}");
        // TS 24.008 6.1.3.1.3: what another try may cure
        let passing = matches!(
            cause,
            None | Some(
                sm::Cause::InsufficientResources
                    | sm::Cause::ServiceOptionOutOfOrder
                    | sm::Cause::NetworkFailure
                    | sm::Cause::RejectedUnspecified
                    // an SGSN that accepts before it has told the home network does not yet know
                    // what is subscribed
                    | sm::Cause::ServiceOptionNotSubscribed
            )
        );
        if passing && self.failures < self.config.times.attempts {
            self.again(now, Step::Activate, None, &why, out);
        } else {
            self.cannot_attach(now, &why, out);
        }
    }

    fn inactive(&mut self, now: Now, nsapi: u8, cause: Option<sm::Cause>, out: &mut Out) {
        let event = Event::new("m2me.pdp-inactive").with("nsapi", nsapi);
        out.trace(match cause {
            Some(c) => event.with("cause", c.0).with("text", c),
            None => event,
        });
        if self.context != Some(nsapi) {
            return;
        }
        self.context = None;
        match self.phase {
            Phase::Leaving if self.radio.is_attached() => self.radio.detach(now, false, out),
            Phase::HangingUp { .. } => self.end_context(now, out),
            Phase::Off | Phase::Leaving | Phase::Idle => {}
            _ if !self.radio.is_attached() => {}
            // cut: what the DPF has sent stands in the tree, and the next session goes on with it
            Phase::Session(_) | Phase::Closing(_) => {
                self.again(now, Step::Session, Some(1), "the session was cut", out);
            }
            // the network took it away under the procedure
            _ => self.again(now, Step::Activate, None, "the context was ended", out),
        }
    }

    fn detached(&mut self, now: Now, cause: Option<String>, out: &mut Out) {
        let event = Event::new("m2me.detached");
        out.trace(match &cause {
            Some(c) => event.with("cause", c),
            None => event,
        });
        self.context = None;
        match self.phase {
            Phase::Off => {}
            Phase::Leaving | Phase::HangingUp { .. } if self.is_provisioned() => {
                self.switch(now, out)
            }
            _ if self.is_provisioned() && self.is_all_told() => self.switch(now, out),
            Phase::Idle => {}
            _ => {
                let why = cause.unwrap_or_else(|| "detached by the network".to_owned());
                self.again(now, Step::Attach, None, &why, out);
            }
        }
    }

    /// True where the DPF has heard every result.
    pub(crate) fn is_all_told(&self) -> bool {
        self.alerts.is_empty() && self.carried.is_empty()
    }

    /// True where the machine is on the network with the application that the TRE has in use.
    pub(crate) fn is_in_operation(&self) -> bool {
        self.using.is_some() && self.proved && !self.is_provisioned()
    }

    /// It was called away from its work, and goes back to it.
    pub(crate) fn operate(&mut self, out: &mut Out) {
        self.rest();
        self.phase = Phase::Operational;
        out.trace(Event::new("m2me.operates").with("imsi", self.imsi()));
    }

    /// True where the TRE's application in use is not the one that the machine is attached with.
    pub(crate) fn is_provisioned(&self) -> bool {
        self.tre.active().map(|a| a.0) != self.using.as_deref()
    }

    /// Connections are closed from this side before the machine is off the network.
    pub(crate) fn say_goodbye(&mut self, now: Now, out: &mut Out) {
        self.user.hang_up(now);
        while let Some(packet) = self.user.packet() {
            self.send_packet(now, &packet, out);
        }
    }

    /// The MCIM is active: the PCID has served (R28).
    pub(crate) fn leave(&mut self, now: Now, out: &mut Out) {
        self.rest();
        let quiet = self.user.is_quiet();
        self.user.hang_up(now);
        self.phase = Phase::HangingUp { closed: false };
        let until = now.mono + self.config.times.hang_up;
        self.timers.start(Timer::HangUp, until);
        if quiet {
            self.end_context(now, out);
        }
    }

    /// Once all connections are closed the last acknowledgements get their time.
    pub(crate) fn hung_up(&mut self, now: Now) {
        if matches!(self.phase, Phase::HangingUp { closed: false }) && self.user.is_quiet() {
            self.phase = Phase::HangingUp { closed: true };
            let until = now.mono + self.config.times.time_wait;
            self.timers.start(Timer::HangUp, until);
        }
    }

    /// Ends the context; the connections are closed, or have taken too long for that.
    fn end_context(&mut self, now: Now, out: &mut Out) {
        if !matches!(self.phase, Phase::HangingUp { .. }) {
            return;
        }
        self.timers.stop(&Timer::HangUp);
        self.phase = Phase::Leaving;
        match self.context {
            Some(nsapi) => self.radio.deactivate(now, nsapi, out),
            None if self.radio.is_attached() => self.radio.detach(now, false, out),
            None => self.switch(now, out),
        }
    }

    /// Attaches with the application that is active now.
    fn switch(&mut self, now: Now, out: &mut Out) {
        self.rest();
        self.using = self.tre.active().map(|a| a.0.to_owned());
        self.proved = false;
        let imsi = self.imsi();
        let event = Event::new("m2me.switch").with("imsi", imsi);
        out.trace(match &self.using {
            Some(package) => event.with("package", package),
            None => event.with("package", "pcid"),
        });
        self.context = None;
        // another card looks for a network of its own
        self.networks.camped = None;
        self.leave_line(out);
        self.radio.restart(now, imsi, out);
        self.step(now, Step::Attach, out);
    }

    /// The identity does not get the machine onto the network: one that has never proved itself is
    /// given up for the one before (R63).
    pub(crate) fn cannot_attach(&mut self, now: Now, why: &str, out: &mut Out) {
        if matches!(self.phase, Phase::Off | Phase::Idle) && self.retry.is_none() {
            return;
        }
        if self.using.is_none() && self.is_provisioned() {
            // it was wanted only to tell a result
            return self.switch(now, out);
        }
        if self.using.is_none() || self.proved {
            return self.failed(why, out);
        }
        let Some(package) = self.tre.roll_back() else {
            return self.failed(why, out);
        };
        out.trace(
            Event::new("m2me.fallback")
                .with("package", &package)
                .with("cause", why),
        );
        let app = self.tre.apps().get(&package);
        let name = app.and_then(|a| a.correlator());
        let told = tree::alert(&package, "Activate", Outcome::Failed, name);
        self.alerts.push_back(told);
        self.switch(now, out);
    }

    pub(crate) fn probe(&mut self, now: Now, to: SocketAddrV4, out: &mut Out) {
        out.trace(Event::new("m2me.probe").with("to", to));
        let time = self.config.times.probe;
        let request = Request::get("/");
        self.user.ask(now, to, request, time, Tag::Probe(to));
    }

    pub(crate) fn ping(&mut self, now: Now, to: Ipv4Addr, out: &mut Out) {
        let sequence = self.pings.get(&to).map_or(1, |n| n.wrapping_add(1));
        if self.user.ping(to, sequence) {
            self.pings.insert(to, sequence);
            let until = now.mono + self.config.times.probe;
            self.timers.start(Timer::Ping(to), until);
        } else {
            let event = Event::new("m2me.unanswered").with("to", to);
            out.trace(event.with("cause", "no address to send from"));
        }
    }

    pub(crate) fn pong(&mut self, from: Ipv4Addr, out: &mut Out) {
        if self.pings.remove(&from).is_some() {
            self.timers.stop(&Timer::Ping(from));
            out.trace(Event::new("m2me.answered").with("by", from));
        }
    }

    pub(crate) fn answered(
        &mut self,
        now: Now,
        tag: Tag,
        result: Result<Response, Failure>,
        out: &mut Out,
    ) {
        match (tag, result) {
            (Tag::Probe(to), Ok(r)) => {
                let event = Event::new("m2me.answered").with("by", to);
                out.trace(event.with("status", r.status.0));
            }
            (Tag::Probe(to), Err(e)) => {
                out.trace(
                    Event::new("m2me.unanswered")
                        .with("to", to)
                        .with("cause", e),
                );
            }
            (Tag::Step(n), _) if n != self.generation => out.count("http: late answer"),
            (Tag::Step(_), result) => self.step_answered(now, result, out),
        }
    }
}
