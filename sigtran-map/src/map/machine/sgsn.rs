//! The SGSN's side: vectors (25.5), location (19.1.1.8), purging (19.1.4), and what the HLR asks.
use super::{
    Handle, Vectors,
    service::{Event, Failure, Output as MapOutput, Service},
};
use crate::{
    map::msg::{
        Argument, CancelLocationArg, Context, ContextName, DeleteSubscriberDataArg, Imsi,
        InsertSubscriberDataArg, MapError, Operation, Outcome, PurgeMsArg, PurgeMsRes,
        ReadyForSmArg, ResetArg, SendAuthenticationInfoArg, UpdateGprsLocationArg,
        UpdateGprsLocationRes,
    },
    tcap::machine::{Config, DialogueId},
};
use bytes::Bytes;
use engine::{Rng, Time};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// What comes out.
#[derive(Debug, Clone, PartialEq)]
pub enum Output<A, T> {
    /// Give this to SCCP.
    Send {
        /// For whom.
        to: A,
        /// A message of TCAP.
        octets: Bytes,
    },
    /// Confirms [`Sgsn::authenticate`].
    Authenticated {
        /// Whose.
        token: T,
        /// The vectors, maybe none.
        outcome: Result<Vectors, Failure>,
    },
    /// Confirms [`Sgsn::update_location`]; the subscriber data has come by then.
    Updated {
        /// Whose.
        token: T,
        /// The HLR's answer.
        outcome: Result<UpdateGprsLocationRes, Failure>,
    },
    /// Confirms [`Sgsn::purge`].
    Purged {
        /// Whose.
        token: T,
        /// Whether the P-TMSI is frozen.
        outcome: Result<PurgeMsRes, Failure>,
    },
    /// Confirms [`Sgsn::ready_for_sm`].
    ReadyTold {
        /// Whose.
        token: T,
        /// Done or not.
        outcome: Result<(), Failure>,
    },
    /// The HLR inserts subscriber data.
    Insert {
        /// To be answered.
        handle: Handle,
        /// Whose: while a location is updated, that subscriber's.
        imsi: wire::Imsi,
        /// What.
        data: Box<InsertSubscriberDataArg>,
    },
    /// The HLR deletes subscriber data.
    Delete {
        /// To be answered.
        handle: Handle,
        /// Whose and what.
        data: Box<DeleteSubscriberDataArg>,
    },
    /// The HLR cancels a location.
    Cancel {
        /// To be answered.
        handle: Handle,
        /// Whose.
        imsi: wire::Imsi,
        /// Why.
        argument: Box<CancelLocationArg>,
    },
    /// An HLR has lost its data; there is no answer.
    Reset {
        /// Which.
        from: A,
        /// Whose subscribers.
        argument: Box<ResetArg>,
    },
}

#[derive(Debug)]
enum Job<A, T> {
    Authenticate {
        token: T,
        hlr: A,
        argument: Box<SendAuthenticationInfoArg>,
        got: Option<Vectors>,
        /// How many there were when more were asked for.
        before: usize,
    },
    Update {
        token: T,
        imsi: wire::Imsi,
    },
    Purge(T),
    Ready(T),
    /// Opened by an HLR.
    Serve(A),
}

/// MAP of an SGSN: `A` is an address of SCCP, `T` a token of the node.
#[derive(Debug)]
pub struct Sgsn<A, T> {
    service: Service<A>,
    jobs: BTreeMap<DialogueId, Job<A, T>>,
    out: VecDeque<Output<A, T>>,
}

const AUTHENTICATION: Context = Context::new(ContextName::InfoRetrieval, 3);
/// So many vectors are taken in one procedure, whatever an HLR likes to send.
const MOST_VECTORS: usize = 32;

impl<A: Clone + Ord, T> Sgsn<A, T> {
    /// Without a dialogue.
    pub fn new(config: Config, rng: Rng) -> Self {
        let accepts = vec![
            Context::new(ContextName::LocationCancellation, 3),
            Context::new(ContextName::SubscriberDataMngt, 3),
            Context::new(ContextName::Reset, 2),
        ];
        Self {
            service: Service::new(config, rng, accepts),
            jobs: BTreeMap::new(),
            out: VecDeque::new(),
        }
    }

    /// The same with another timer m than [`TIMER_M`](super::service::TIMER_M).
    #[must_use]
    pub fn with_timer(self, patience: Duration) -> Self {
        Self {
            service: self.service.with_timer(patience),
            ..self
        }
    }

    /// What came out next.
    pub fn poll(&mut self) -> Option<Output<A, T>> {
        self.out.pop_front()
    }

    /// When [`Sgsn::timer`] is wanted.
    pub fn due(&self) -> Option<Time> {
        self.service.due()
    }

    /// How many dialogues there are.
    pub fn dialogues(&self) -> usize {
        self.service.len()
    }

    /// Asks for vectors, in version 3, or 2 where the HLR has no other.
    pub fn authenticate(
        &mut self,
        now: Time,
        hlr: A,
        token: T,
        argument: SendAuthenticationInfoArg,
    ) {
        let job = Job::Authenticate {
            token,
            hlr: hlr.clone(),
            argument: Box::new(argument.clone()),
            got: None,
            before: 0,
        };
        self.open(now, hlr, AUTHENTICATION, &argument.into(), job);
    }

    /// Tells where a subscriber is; its data comes before the confirmation.
    pub fn update_location(
        &mut self,
        now: Time,
        hlr: A,
        token: T,
        argument: UpdateGprsLocationArg,
    ) {
        let imsi = argument.imsi.0;
        let context = Context::new(ContextName::GprsLocationUpdate, 3);
        self.open(
            now,
            hlr,
            context,
            &argument.into(),
            Job::Update { token, imsi },
        );
    }

    /// Tells that a subscriber's data was deleted here.
    pub fn purge(&mut self, now: Time, hlr: A, token: T, argument: PurgeMsArg) {
        let context = Context::new(ContextName::MsPurging, 3);
        self.open(now, hlr, context, &argument.into(), Job::Purge(token));
    }

    /// Tells that a subscriber can take short messages again.
    pub fn ready_for_sm(&mut self, now: Time, hlr: A, token: T, argument: ReadyForSmArg) {
        let context = Context::new(ContextName::MwdMngt, 3);
        self.open(now, hlr, context, &argument.into(), Job::Ready(token));
    }

    /// Answers what an HLR asked.
    pub fn answer(&mut self, now: Time, handle: Handle, answer: Result<Option<Outcome>, MapError>) {
        let Handle {
            dialogue, invoke, ..
        } = handle;
        self.service.answer(dialogue, invoke, answer);
        if self.service.owes(dialogue) == 0 {
            match self.jobs.get(&dialogue) {
                Some(Job::Serve(_)) => {
                    self.jobs.remove(&dialogue);
                    self.service.close(now, dialogue);
                }
                _ => self.service.send(now, dialogue),
            }
        }
        self.flush(now);
    }

    /// Who has opened the dialogue of a question; `None` where that was us.
    pub fn asker(&self, handle: &Handle) -> Option<&A> {
        match self.jobs.get(&handle.dialogue)? {
            Job::Serve(from) => Some(from),
            _ => None,
        }
    }

    /// SCCP brings a message.
    pub fn receive(&mut self, now: Time, from: A, octets: &Bytes) {
        self.service.receive(now, from, octets);
        self.flush(now);
    }

    /// SCCP brings back a message that it could not deliver.
    pub fn returned(&mut self, now: Time, octets: &Bytes) {
        self.service.returned(now, octets);
        self.flush(now);
    }

    /// [`Sgsn::due`] has come.
    pub fn timer(&mut self, now: Time) {
        self.service.timer(now);
        self.flush(now);
    }

    fn open(&mut self, now: Time, to: A, context: Context, argument: &Argument, job: Job<A, T>) {
        match self.service.open(now, to, context, argument) {
            Ok(dialogue) => {
                self.jobs.insert(dialogue, job);
            }
            Err(_) => self.failed(job, Failure::Busy),
        }
        self.flush(now);
    }

    fn flush(&mut self, now: Time) {
        while let Some(o) = self.service.poll() {
            match o {
                MapOutput::Send { to, octets } => self.out.push_back(Output::Send { to, octets }),
                MapOutput::Event { dialogue, event } => self.event(now, dialogue, event),
            }
        }
    }

    fn event(&mut self, now: Time, dialogue: DialogueId, event: Event<A>) {
        match event {
            Event::Opened { from, .. } => {
                self.jobs.insert(dialogue, Job::Serve(from));
            }
            Event::Asked {
                invoke,
                operation,
                argument,
            } => {
                let handle = Handle {
                    dialogue,
                    invoke,
                    operation,
                };
                self.asked(now, handle, argument.map(|a| *a));
            }
            Event::Answered { outcome, .. } => self.answered(now, dialogue, outcome),
            Event::Paused => self.paused(now, dialogue),
            Event::Closed => self.closed(dialogue),
            Event::Failed(why) => {
                let job = self.jobs.remove(&dialogue);
                match (job, why) {
                    // 25.5.3: again in the version that the HLR has, which knows triplets only
                    (
                        Some(Job::Authenticate {
                            token,
                            hlr,
                            argument,
                            got: None,
                            ..
                        }),
                        Failure::Unsupported(instead),
                    ) if instead.is_none_or(|c| c == AUTHENTICATION.in_version(2)) => {
                        self.authenticate_v2(now, hlr, token, argument);
                    }
                    (Some(job), why) => self.failed(job, why),
                    (None, _) => {}
                }
            }
        }
    }

    /// All vectors have come (25.5.6).
    fn closed(&mut self, dialogue: DialogueId) {
        if let Some(Job::Authenticate { token, got, .. }) = self.jobs.remove(&dialogue) {
            let outcome = Ok(got.unwrap_or(Vectors::Quintuplets(Vec::new())));
            self.out.push_back(Output::Authenticated { token, outcome });
        }
    }

    fn authenticate_v2(
        &mut self,
        now: Time,
        hlr: A,
        token: T,
        argument: Box<SendAuthenticationInfoArg>,
    ) {
        let v2: Argument = Imsi(argument.imsi.0).into();
        let job = Job::Authenticate {
            token,
            hlr: hlr.clone(),
            argument,
            // marks that there is no version before
            got: Some(Vectors::Triplets(Vec::new())),
            before: 0,
        };
        self.open(now, hlr, AUTHENTICATION.in_version(2), &v2, job);
    }

    fn asked(&mut self, now: Time, handle: Handle, argument: Option<Argument>) {
        let job = self.jobs.get(&handle.dialogue);
        let output = match (argument, job) {
            (Some(Argument::InsertSubscriberDataArg(data)), Some(Job::Update { imsi, .. })) => {
                Some(Output::Insert {
                    handle,
                    imsi: *imsi,
                    data: Box::new(data),
                })
            }
            // in a dialogue of its own it must say whose data it is (8.8.1)
            (Some(Argument::InsertSubscriberDataArg(data)), _) => {
                data.imsi.map(|imsi| Output::Insert {
                    handle,
                    imsi: imsi.0,
                    data: Box::new(data),
                })
            }
            (Some(Argument::DeleteSubscriberDataArg(data)), _) => Some(Output::Delete {
                handle,
                data: Box::new(data),
            }),
            (Some(Argument::CancelLocationArg(argument)), _) => {
                argument.subscriber().map(|imsi| Output::Cancel {
                    handle,
                    imsi,
                    argument: Box::new(argument),
                })
            }
            (Some(Argument::ResetArg(argument)), Some(Job::Serve(from))) => Some(Output::Reset {
                from: from.clone(),
                argument: Box::new(argument),
            }),
            _ => None,
        };
        match output {
            Some(o) => self.out.push_back(o),
            None => {
                let missing = crate::map::msg::ErrorCode::DataMissing;
                self.answer(now, handle, Err(missing.into()));
            }
        }
    }

    fn answered(
        &mut self,
        now: Time,
        dialogue: DialogueId,
        outcome: Result<Option<Box<Outcome>>, Failure>,
    ) {
        // vectors are collected until the HLR closes
        if let Some(Job::Authenticate { got, .. }) = self.jobs.get_mut(&dialogue)
            && let Ok(outcome) = outcome
        {
            let Some(more) = outcome.and_then(|o| Vectors::of(*o)) else {
                return;
            };
            match got {
                Some(v) if !v.is_empty() => {
                    let room = v.len().saturating_add(more.len()) <= MOST_VECTORS;
                    if !(room && v.append(more)) {
                        self.give_up(now, dialogue, Failure::Malformed);
                    }
                }
                _ => *got = Some(more),
            }
            return;
        }
        let why = match (self.jobs.get(&dialogue), outcome) {
            (None, _) => return,
            (Some(_), Err(why)) => why,
            (Some(_), Ok(o)) => {
                let Some(job) = self.jobs.remove(&dialogue) else {
                    return;
                };
                let o = o.map(|o| *o);
                return self.out.push_back(match (job, o) {
                    (Job::Update { token, .. }, Some(Outcome::UpdateGprsLocationRes(r))) => {
                        let outcome = Ok(r);
                        Output::Updated { token, outcome }
                    }
                    (Job::Purge(token), Some(Outcome::PurgeMsRes(r))) => {
                        let outcome = Ok(r);
                        Output::Purged { token, outcome }
                    }
                    // the result may be left out (8.1.6)
                    (Job::Purge(token), None) => {
                        let outcome = Ok(PurgeMsRes::frozen(false, false));
                        Output::Purged { token, outcome }
                    }
                    (Job::Ready(token), _) => {
                        let outcome = Ok(());
                        Output::ReadyTold { token, outcome }
                    }
                    (job, _) => return self.failed(job, Failure::Malformed),
                });
            }
        };
        // an HLR that is too slow is not waited for any longer (25.5.6, 19.1.1.8)
        match why {
            Failure::Timeout => self.give_up(now, dialogue, why),
            why => {
                if let Some(job) = self.jobs.remove(&dialogue) {
                    self.failed(job, why);
                }
            }
        }
    }

    /// The HLR has said what it has to say, and the dialogue is open.
    fn paused(&mut self, now: Time, dialogue: DialogueId) {
        let waits = self.service.waits(dialogue) > 0;
        match self.jobs.get_mut(&dialogue) {
            Some(Job::Authenticate { .. }) if waits => {}
            // 25.5.6: it has more vectors than one message holds, unless the last one held none
            Some(Job::Authenticate { got, before, .. }) => {
                let has = got.as_ref().map_or(0, Vectors::len);
                if has <= *before {
                    self.service.close(now, dialogue);
                    return self.closed(dialogue);
                }
                *before = has;
                self.service
                    .ask(dialogue, Operation::SendAuthenticationInfo, None);
                self.service.send(now, dialogue);
            }
            // the node answers, and that sends
            Some(Job::Update { .. }) => {}
            // nothing that it asked for needs an answer
            Some(Job::Serve(_)) if self.service.owes(dialogue) == 0 => {
                self.jobs.remove(&dialogue);
                self.service.close(now, dialogue);
            }
            Some(Job::Serve(_)) => {}
            // answered, yet not closed: nothing is left to say
            Some(Job::Purge(_) | Job::Ready(_)) | None => self.service.close(now, dialogue),
        }
    }

    fn give_up(&mut self, now: Time, dialogue: DialogueId, why: Failure) {
        self.service.abort(now, dialogue);
        if let Some(job) = self.jobs.remove(&dialogue) {
            self.failed(job, why);
        }
    }

    fn failed(&mut self, job: Job<A, T>, why: Failure) {
        let e = why;
        self.out.push_back(match job {
            Job::Authenticate { token, .. } => Output::Authenticated {
                token,
                outcome: Err(e),
            },
            Job::Update { token, .. } => Output::Updated {
                token,
                outcome: Err(e),
            },
            Job::Purge(token) => Output::Purged {
                token,
                outcome: Err(e),
            },
            Job::Ready(token) => Output::ReadyTold {
                token,
                outcome: Err(e),
            },
            // the HLR gave up what it asked for
            Job::Serve(_) => return,
        });
    }
}
