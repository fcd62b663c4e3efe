//! The HLR's side: vectors (25.5), location (19.1.1.8), purging (19.1.4), and what it asks itself:
//! subscriber data (19.4.1), cancelling (19.1.2), reset (19.5.1).
use super::{
    Handle, Vectors,
    service::{Event, Failure, Output as MapOutput, Service},
};
use crate::{
    map::msg::{
        AddressString, Argument, CancelLocationArg, Context, ContextName, DeleteSubscriberDataArg,
        DeleteSubscriberDataRes, ErrorCode, InsertSubscriberDataArg, InsertSubscriberDataRes,
        MapError, NetworkResource, Operation, Outcome, PurgeMsArg, PurgeMsRes, ReadyForSmArg,
        ResetArg, SendAuthenticationInfoArg, UpdateGprsLocationArg, UpdateGprsLocationRes,
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
    /// An SGSN asks for vectors: [`Hlr::vectors`] answers.
    Authenticate {
        /// To be answered.
        handle: Handle,
        /// Who asks.
        from: A,
        /// In version 2 there are only triplets.
        version: u8,
        /// For whom, how many.
        argument: Box<SendAuthenticationInfoArg>,
    },
    /// An SGSN tells where a subscriber is: [`Hlr::located`] answers.
    Update {
        /// To be answered.
        handle: Handle,
        /// Who tells.
        from: A,
        /// Who is where.
        argument: Box<UpdateGprsLocationArg>,
    },
    /// How a location update ended that [`Hlr::located`] granted: with all data taken, or not.
    Located {
        /// Which.
        handle: Handle,
        /// Done, or why not.
        outcome: Result<(), Failure>,
    },
    /// An SGSN deleted a subscriber's data: [`Hlr::purged`] answers.
    Purge {
        /// To be answered.
        handle: Handle,
        /// Who tells.
        from: A,
        /// Whose.
        argument: Box<PurgeMsArg>,
    },
    /// A subscriber can take short messages again: [`Hlr::ready`] answers.
    Ready {
        /// To be answered.
        handle: Handle,
        /// Who tells.
        from: A,
        /// Who.
        argument: Box<ReadyForSmArg>,
    },
    /// Confirms [`Hlr::cancel`].
    Cancelled {
        /// Whose.
        token: T,
        /// Done or not.
        outcome: Result<(), Failure>,
    },
    /// Confirms [`Hlr::insert`].
    Inserted {
        /// Whose.
        token: T,
        /// What the SGSN does not support of it.
        outcome: Result<InsertSubscriberDataRes, Failure>,
    },
    /// Confirms [`Hlr::delete`].
    Deleted {
        /// Whose.
        token: T,
        /// The SGSN's answer.
        outcome: Result<DeleteSubscriberDataRes, Failure>,
    },
}

#[derive(Debug)]
enum Job<A, T> {
    /// Opened by an SGSN.
    Serve(A),
    /// An SGSN waits for vectors, all in one message.
    Whole,
    /// Vectors that wait until the SGSN asks for more.
    More(Vectors),
    /// Subscriber data on its way to the SGSN, the first of them sent.
    Locate {
        handle: Handle,
        number: AddressString,
        left: VecDeque<InsertSubscriberDataArg>,
    },
    Cancel(T),
    Insert(T),
    Delete(T),
}

/// MAP of an HLR: `A` is an address of SCCP, `T` a token of the node.
#[derive(Debug)]
pub struct Hlr<A, T> {
    service: Service<A>,
    /// Vectors in one message.
    per_message: usize,
    jobs: BTreeMap<DialogueId, Job<A, T>>,
    out: VecDeque<Output<A, T>>,
}

impl<A: Clone + Ord, T> Hlr<A, T> {
    /// Without a dialogue; a message holds up to `per_message` vectors, 1 at least.
    pub fn new(config: Config, rng: Rng, per_message: usize) -> Self {
        let accepts = vec![
            Context::new(ContextName::InfoRetrieval, 3),
            Context::new(ContextName::InfoRetrieval, 2),
            Context::new(ContextName::GprsLocationUpdate, 3),
            Context::new(ContextName::MsPurging, 3),
            Context::new(ContextName::MwdMngt, 3),
        ];
        Self::with_contexts(config, rng, per_message, accepts)
    }

    /// The same, in these contexts only: an HLR of an earlier release, for instance.
    pub fn with_contexts(
        config: Config,
        rng: Rng,
        per_message: usize,
        accepts: Vec<Context>,
    ) -> Self {
        Self {
            service: Service::new(config, rng, accepts),
            per_message: per_message.max(1),
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

    /// When [`Hlr::timer`] is wanted.
    pub fn due(&self) -> Option<Time> {
        self.service.due()
    }

    /// How many dialogues there are.
    pub fn dialogues(&self) -> usize {
        self.service.len()
    }

    /// The version of the context that a request came in.
    pub fn version(&self, handle: Handle) -> u8 {
        let context = self.service.context(handle.dialogue);
        context.map_or(3, |c| c.version)
    }

    /// Answers [`Output::Authenticate`].
    pub fn vectors(&mut self, now: Time, handle: Handle, answer: Result<Vectors, MapError>) {
        let version = self.version(handle);
        match answer {
            Ok(all) => self.part(now, handle, version, all),
            Err(e) => self.reply(now, handle, Err(e)),
        }
    }

    /// Answers [`Output::Update`]: with the HLR's number after all `data` was taken, one by one.
    pub fn located(
        &mut self,
        now: Time,
        handle: Handle,
        answer: Result<(AddressString, Vec<InsertSubscriberDataArg>), MapError>,
    ) {
        match answer {
            Ok((number, data)) => {
                let left = data.into();
                let job = Job::Locate {
                    handle,
                    number,
                    left,
                };
                self.jobs.insert(handle.dialogue, job);
                self.insert_next(now, handle.dialogue);
            }
            Err(e) => self.reply(now, handle, Err(e)),
        }
    }

    /// Answers [`Output::Purge`].
    pub fn purged(&mut self, now: Time, handle: Handle, answer: Result<PurgeMsRes, MapError>) {
        self.reply(now, handle, answer.map(|r| Some(r.into())));
    }

    /// Answers [`Output::Ready`].
    pub fn ready(&mut self, now: Time, handle: Handle, answer: Result<(), MapError>) {
        self.reply(now, handle, answer.map(|()| None));
    }

    /// Tells an SGSN that a subscriber is not its own any more.
    pub fn cancel(&mut self, now: Time, sgsn: A, token: T, argument: CancelLocationArg) {
        let context = Context::new(ContextName::LocationCancellation, 3);
        self.open(now, sgsn, context, &argument.into(), Job::Cancel(token));
    }

    /// Changes subscriber data at an SGSN; the argument must name the subscriber.
    pub fn insert(&mut self, now: Time, sgsn: A, token: T, argument: InsertSubscriberDataArg) {
        let context = Context::new(ContextName::SubscriberDataMngt, 3);
        self.open(now, sgsn, context, &argument.into(), Job::Insert(token));
    }

    /// Removes subscriber data at an SGSN.
    pub fn delete(&mut self, now: Time, sgsn: A, token: T, argument: DeleteSubscriberDataArg) {
        let context = Context::new(ContextName::SubscriberDataMngt, 3);
        self.open(now, sgsn, context, &argument.into(), Job::Delete(token));
    }

    /// Tells an SGSN that data was lost here; nothing comes back. False where it was not told.
    pub fn reset(&mut self, now: Time, sgsn: A, argument: ResetArg) -> bool {
        let context = Context::new(ContextName::Reset, 2);
        let opened = self.service.open(now, sgsn, context, &argument.into());
        if let Ok(dialogue) = opened {
            // prearranged end: both know that nothing follows (19.5.1)
            self.service.forget(dialogue);
        }
        self.flush(now);
        opened.is_ok()
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

    /// [`Hlr::due`] has come.
    pub fn timer(&mut self, now: Time) {
        self.service.timer(now);
        self.flush(now);
    }

    /// Sends as many vectors as a message holds; the rest when the SGSN asks for it (25.5.4).
    fn part(&mut self, now: Time, handle: Handle, version: u8, mut all: Vectors) {
        // version 2 has no way to ask for more, and version 3 may forbid it (25.5.4)
        let whole = matches!(self.jobs.get(&handle.dialogue), Some(Job::Whole));
        let first = match version < 3 || whole {
            true => all.split(all.len()),
            false => all.split(self.per_message),
        };
        let Some(outcome) = first.outcome(version) else {
            // quintuplets for an SGSN that does not know them
            let place = MapError::system_failure(version, NetworkResource::Hlr);
            return self.reply(now, handle, Err(place));
        };
        if all.is_empty() {
            return self.reply(now, handle, Ok(Some(outcome)));
        }
        let dialogue = handle.dialogue;
        self.service
            .answer(dialogue, handle.invoke, Ok(Some(outcome)));
        self.jobs.insert(dialogue, Job::More(all));
        self.service.send(now, dialogue);
        self.flush(now);
    }

    /// The last word of a dialogue that an SGSN opened.
    fn reply(&mut self, now: Time, handle: Handle, answer: Result<Option<Outcome>, MapError>) {
        let dialogue = handle.dialogue;
        self.service.answer(dialogue, handle.invoke, answer);
        if self.service.owes(dialogue) == 0 {
            self.jobs.remove(&dialogue);
            self.service.close(now, dialogue);
        }
        self.flush(now);
    }

    /// Sends the next subscriber data, or confirms the location where none is left.
    fn insert_next(&mut self, now: Time, dialogue: DialogueId) {
        let Some(Job::Locate { left, .. }) = self.jobs.get_mut(&dialogue) else {
            return;
        };
        if let Some(data) = left.pop_front() {
            let argument = data.into();
            let operation = Operation::InsertSubscriberData;
            self.service.ask(dialogue, operation, Some(&argument));
            self.service.send(now, dialogue);
            return self.flush(now);
        }
        if let Some(Job::Locate { handle, number, .. }) = self.jobs.remove(&dialogue) {
            let result = UpdateGprsLocationRes::new(number).into();
            self.reply(now, handle, Ok(Some(result)));
            let outcome = Ok(());
            self.out.push_back(Output::Located { handle, outcome });
        }
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
            Event::Paused => match self.jobs.get(&dialogue) {
                // answered, yet not closed: nothing is left to say
                None => self.service.close(now, dialogue),
                Some(Job::Serve(_)) if self.service.owes(dialogue) == 0 => {
                    self.jobs.remove(&dialogue);
                    self.service.close(now, dialogue);
                }
                Some(_) => {}
            },
            Event::Closed | Event::Failed(_) => {
                let why = match event {
                    Event::Failed(why) => why,
                    _ => Failure::NoAnswer,
                };
                if let Some(job) = self.jobs.remove(&dialogue) {
                    self.failed(job, why);
                }
            }
        }
    }

    fn asked(&mut self, now: Time, handle: Handle, argument: Option<Argument>) {
        let dialogue = handle.dialogue;
        let Some(argument) = argument else {
            // more vectors (25.5.4); before the first there is nothing to go on with
            return match self.jobs.remove(&dialogue) {
                Some(Job::More(rest)) => {
                    let version = self.service.context(dialogue).map_or(3, |c| c.version);
                    self.part(now, handle, version, rest);
                }
                _ => self.reply(now, handle, Err(ErrorCode::DataMissing.into())),
            };
        };
        let Some(Job::Serve(from)) = self.jobs.get(&dialogue) else {
            let value = ErrorCode::UnexpectedDataValue;
            return self.reply(now, handle, Err(value.into()));
        };
        let from = from.clone();
        let version = self.service.context(dialogue).map_or(3, |c| c.version);
        let output = match argument {
            // 17.7.1: 1 to 5
            Argument::SendAuthenticationInfoArg(a) if !(1..=5).contains(&a.vectors) => {
                let value = ErrorCode::UnexpectedDataValue;
                return self.reply(now, handle, Err(value.into()));
            }
            Argument::SendAuthenticationInfoArg(a) => {
                if a.no_segmentation.is_some() {
                    self.jobs.insert(dialogue, Job::Whole);
                }
                Output::Authenticate {
                    handle,
                    from,
                    version,
                    argument: Box::new(a),
                }
            }
            // version 2 names no number: five are the most that there can be
            Argument::SendAuthenticationInfoV2Arg(imsi) => Output::Authenticate {
                handle,
                from,
                version,
                argument: Box::new(SendAuthenticationInfoArg {
                    node_type: None,
                    immediate: None,
                    ..SendAuthenticationInfoArg::sgsn(imsi.0, 5)
                }),
            },
            Argument::UpdateGprsLocationArg(a) => Output::Update {
                handle,
                from,
                argument: Box::new(a),
            },
            Argument::PurgeMsArg(a) => Output::Purge {
                handle,
                from,
                argument: Box::new(a),
            },
            Argument::ReadyForSmArg(a) => Output::Ready {
                handle,
                from,
                argument: Box::new(a),
            },
            _ => {
                let facility = ErrorCode::FacilityNotSupported;
                return self.reply(now, handle, Err(facility.into()));
            }
        };
        self.out.push_back(output);
    }

    fn answered(
        &mut self,
        now: Time,
        dialogue: DialogueId,
        outcome: Result<Option<Box<Outcome>>, Failure>,
    ) {
        let job = match self.jobs.get(&dialogue) {
            None => return,
            Some(Job::Locate { .. }) => return self.inserted(now, dialogue, outcome),
            Some(_) => self.jobs.remove(&dialogue),
        };
        let Some(job) = job else {
            return;
        };
        let o = match outcome {
            Ok(o) => o.map(|o| *o),
            Err(why) => {
                if why == Failure::Timeout {
                    self.service.abort(now, dialogue);
                }
                return self.failed(job, why);
            }
        };
        // a result may be left out where it holds nothing (8.1.3, 8.8.1, 8.8.2)
        self.out.push_back(match (job, o) {
            (Job::Cancel(token), _) => {
                let outcome = Ok(());
                Output::Cancelled { token, outcome }
            }
            (Job::Insert(token), o) => Output::Inserted {
                token,
                outcome: match o {
                    Some(Outcome::InsertSubscriberDataRes(r)) => Ok(r),
                    None => Ok(InsertSubscriberDataRes::empty()),
                    Some(_) => Err(Failure::Malformed),
                },
            },
            (Job::Delete(token), o) => Output::Deleted {
                token,
                outcome: match o {
                    Some(Outcome::DeleteSubscriberDataRes(r)) => Ok(r),
                    None => Ok(DeleteSubscriberDataRes::empty()),
                    Some(_) => Err(Failure::Malformed),
                },
            },
            (Job::Serve(_) | Job::Whole | Job::More(_) | Job::Locate { .. }, _) => return,
        });
    }

    /// Subscriber data of a location update was taken, or not (19.1.1.8).
    fn inserted(
        &mut self,
        now: Time,
        dialogue: DialogueId,
        outcome: Result<Option<Box<Outcome>>, Failure>,
    ) {
        let Err(why) = outcome else {
            return self.insert_next(now, dialogue);
        };
        if let Some(Job::Locate { handle, .. }) = self.jobs.remove(&dialogue) {
            let place = MapError::system_failure(3, NetworkResource::Hlr);
            self.reply(now, handle, Err(place));
            let outcome = Err(why);
            self.out.push_back(Output::Located { handle, outcome });
        }
    }

    fn failed(&mut self, job: Job<A, T>, why: Failure) {
        let e = why;
        self.out.push_back(match job {
            Job::Locate { handle, .. } => Output::Located {
                handle,
                outcome: Err(e),
            },
            Job::Cancel(token) => Output::Cancelled {
                token,
                outcome: Err(e),
            },
            Job::Insert(token) => Output::Inserted {
                token,
                outcome: Err(e),
            },
            Job::Delete(token) => Output::Deleted {
                token,
                outcome: Err(e),
            },
            // the SGSN gave up what it asked for
            Job::Serve(_) | Job::Whole | Job::More(_) => return,
        });
    }
}
