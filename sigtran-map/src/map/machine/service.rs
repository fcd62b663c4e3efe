//! MAP's protocol machine over TCAP, TS 29.002 15: application contexts, operations with their
//! types, and what is refused before a procedure hears of it.
use crate::{
    map::msg::{
        Argument, Context, ErrorCode, MapError, Operation, Outcome, dialogue::MapDialogue, refusal,
    },
    tcap::{
        machine::{
            Class, ComponentEvent, Config, DialogueId, Endpoint, Event as Tc, Output as TcOutput,
            Refused, Request,
        },
        msg::{
            InvokeProblem, PAbortCause, ReturnErrorProblem,
            component::{InvokeId, Problem},
        },
    },
};
use bytes::Bytes;
use engine::{Rng, Time};
use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    time::Duration,
};

/// Timer m: how long an answer is waited for, 15 to 30 s for each operation between SGSN and HLR
/// (TS 29.002 17.1.2).
pub const TIMER_M: Duration = Duration::from_secs(30);

/// Why something that we asked for was not done.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// The peer says so.
    Error(MapError),
    /// The peer did not understand what we asked for.
    Rejected(Option<Problem>),
    /// We do not understand the answer.
    Malformed,
    /// There was no answer in time.
    Timeout,
    /// The dialogue ended without an answer.
    NoAnswer,
    /// The peer does not support the application context; another one that would do.
    Unsupported(Option<Context>),
    /// The peer does not open the dialogue.
    Refused,
    /// The peer's user gave up.
    UserAbort,
    /// MAP or TCAP gave up, there or here.
    ProviderAbort(Option<PAbortCause>),
    /// The message could not be delivered.
    Undelivered,
    /// Too much is going on here already.
    Busy,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(e) => e.fmt(f),
            Self::Rejected(Some(p)) => write!(f, "rejected: {p}"),
            Self::Rejected(None) => f.write_str("rejected"),
            Self::Malformed => f.write_str("an answer that cannot be read"),
            Self::Timeout => f.write_str("no answer in time"),
            Self::NoAnswer => f.write_str("no answer"),
            Self::Unsupported(Some(c)) => write!(f, "context not supported, but {c}"),
            Self::Unsupported(None) => f.write_str("context not supported"),
            Self::Refused => f.write_str("dialogue refused"),
            Self::UserAbort => f.write_str("dialogue aborted by the user"),
            Self::ProviderAbort(Some(c)) => write!(f, "dialogue aborted: {c}"),
            Self::ProviderAbort(None) => f.write_str("dialogue aborted by the provider"),
            Self::Undelivered => f.write_str("not delivered"),
            Self::Busy => f.write_str("too many dialogues"),
        }
    }
}

/// What happens in a dialogue. Of one message, what was asked and answered comes first.
#[derive(Debug, Clone, PartialEq)]
pub enum Event<A> {
    /// The peer opened it (MAP-OPEN); what it asks for follows.
    Opened {
        /// Who.
        from: A,
        /// In which application context.
        context: Context,
    },
    /// The peer asks for something. No argument: for more of what it asked for before.
    Asked {
        /// Its identifier.
        invoke: InvokeId,
        /// What for.
        operation: Operation,
        /// With what.
        argument: Option<Box<Argument>>,
    },
    /// Something that we asked for is answered.
    Answered {
        /// What.
        operation: Operation,
        /// The result, where it has one.
        outcome: Result<Option<Box<Outcome>>, Failure>,
    },
    /// The peer's message is over, it waits for ours (MAP-DELIMITER).
    Paused,
    /// The dialogue is over (MAP-CLOSE).
    Closed,
    /// The dialogue is over, and not as it should be.
    Failed(Failure),
}

/// What comes out.
#[derive(Debug, Clone, PartialEq)]
pub enum Output<A> {
    /// Give this to SCCP.
    Send {
        /// For whom.
        to: A,
        /// A message of TCAP.
        octets: Bytes,
    },
    /// Something happened.
    Event {
        /// In which dialogue.
        dialogue: DialogueId,
        /// What.
        event: Event<A>,
    },
}

#[derive(Debug)]
struct Open {
    context: Context,
    /// True where we opened it.
    ours: bool,
    last_invoke: i8,
    asked: BTreeMap<InvokeId, Operation>,
    owed: BTreeMap<InvokeId, Operation>,
    queue: Vec<Request>,
}

impl Open {
    fn new(context: Context, ours: bool) -> Self {
        Self {
            context,
            ours,
            last_invoke: 0,
            asked: BTreeMap::new(),
            owed: BTreeMap::new(),
            queue: Vec::new(),
        }
    }

    fn ask(&mut self, operation: Operation, argument: Option<&Argument>, patience: Duration) {
        // identifiers count up, as real peers' do; by the time that they come round nothing waits
        self.last_invoke = self.last_invoke.checked_add(1).unwrap_or(1);
        let id = InvokeId(self.last_invoke);
        let class = match operation.is_unanswered() {
            true => Class::Neither,
            false => Class::Both,
        };
        if class == Class::Both {
            self.asked.insert(id, operation);
        }
        self.queue.push(Request::Invoke {
            id,
            operation: operation.0.into(),
            class,
            patience,
            parameter: argument.map(|a| a.parameter(Default::default())),
            linked: None,
        });
    }
}

/// MAP for one user: an SGSN or an HLR.
#[derive(Debug)]
pub struct Service<A> {
    tcap: Endpoint<A>,
    accepts: Vec<Context>,
    patience: Duration,
    dialogues: BTreeMap<DialogueId, Open>,
    out: VecDeque<Output<A>>,
}

impl<A: Clone + Ord> Service<A> {
    /// Peers may open dialogues in the contexts `accepts`, in each version that stands there.
    pub fn new(config: Config, rng: Rng, accepts: Vec<Context>) -> Self {
        Self {
            tcap: Endpoint::new(config, rng),
            accepts,
            patience: TIMER_M,
            dialogues: BTreeMap::new(),
            out: VecDeque::new(),
        }
    }

    /// The same with another [`TIMER_M`].
    #[must_use]
    pub fn with_timer(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// What came out next.
    pub fn poll(&mut self) -> Option<Output<A>> {
        self.out.pop_front()
    }

    /// When [`Service::timer`] is wanted.
    pub fn due(&self) -> Option<Time> {
        self.tcap.due()
    }

    /// How many dialogues there are.
    pub fn len(&self) -> usize {
        self.tcap.len()
    }

    /// True without a dialogue.
    pub fn is_empty(&self) -> bool {
        self.tcap.is_empty()
    }

    /// The application context of a dialogue.
    pub fn context(&self, dialogue: DialogueId) -> Option<Context> {
        self.dialogues.get(&dialogue).map(|d| d.context)
    }

    /// How many requests of the peer wait for an answer.
    pub fn owes(&self, dialogue: DialogueId) -> usize {
        self.dialogues.get(&dialogue).map_or(0, |d| d.owed.len())
    }

    /// How many of our requests wait for an answer.
    pub fn waits(&self, dialogue: DialogueId) -> usize {
        self.dialogues.get(&dialogue).map_or(0, |d| d.asked.len())
    }

    /// Opens a dialogue with one request.
    ///
    /// # Errors
    /// Too much is going on.
    pub fn open(
        &mut self,
        now: Time,
        to: A,
        context: Context,
        argument: &Argument,
    ) -> Result<DialogueId, Refused> {
        let mut open = Open::new(context, true);
        open.ask(
            Operation(argument.belongs_to()),
            Some(argument),
            self.patience,
        );
        let requests = std::mem::take(&mut open.queue);
        let oid = Some(context.oid());
        let dialogue = self.tcap.begin(now, to, oid, None, requests)?;
        self.dialogues.insert(dialogue, open);
        self.flush(now);
        Ok(dialogue)
    }

    /// Asks for something more, with the next message.
    pub fn ask(&mut self, dialogue: DialogueId, operation: Operation, argument: Option<&Argument>) {
        if let Some(d) = self.dialogues.get_mut(&dialogue) {
            d.ask(operation, argument, self.patience);
        }
    }

    /// Answers a request of the peer, with the next message.
    pub fn answer(
        &mut self,
        dialogue: DialogueId,
        invoke: InvokeId,
        answer: Result<Option<Outcome>, MapError>,
    ) {
        let Some(d) = self.dialogues.get_mut(&dialogue) else {
            return;
        };
        let Some(operation) = d.owed.remove(&invoke) else {
            return;
        };
        d.queue.push(match answer {
            Ok(outcome) => Request::Result {
                id: invoke,
                operation: operation.0.into(),
                last: true,
                parameter: outcome.map(|o| o.parameter(Default::default())),
            },
            Err(e) => Request::Error {
                id: invoke,
                error: e.code.0.into(),
                parameter: e.any(),
            },
        });
    }

    /// Sends what waits; the dialogue goes on.
    pub fn send(&mut self, now: Time, dialogue: DialogueId) {
        if let Some(d) = self.dialogues.get_mut(&dialogue) {
            let requests = std::mem::take(&mut d.queue);
            // no such dialogue any more: its end has been told
            let _gone = self.tcap.proceed(now, dialogue, requests);
            self.flush(now);
        }
    }

    /// Sends what waits, and that is all.
    pub fn close(&mut self, now: Time, dialogue: DialogueId) {
        if let Some(d) = self.dialogues.remove(&dialogue) {
            let _gone = self.tcap.end(now, dialogue, d.queue);
            self.flush(now);
        }
    }

    /// A dialogue of nothing but an unanswered operation is over with its first message.
    pub fn forget(&mut self, dialogue: DialogueId) {
        self.dialogues.remove(&dialogue);
        self.tcap.forget(dialogue);
    }

    /// Gives up (MAP-U-ABORT).
    pub fn abort(&mut self, now: Time, dialogue: DialogueId) {
        if self.dialogues.remove(&dialogue).is_some() {
            let why = MapDialogue::user_abort().user_info();
            self.tcap.abort(dialogue, Some(why));
            self.flush(now);
        }
    }

    /// SCCP brings a message.
    pub fn receive(&mut self, now: Time, from: A, octets: &Bytes) {
        self.tcap.receive(now, from, octets);
        self.flush(now);
    }

    /// SCCP brings back a message that it could not deliver.
    pub fn returned(&mut self, now: Time, octets: &Bytes) {
        self.tcap.returned(octets);
        self.flush(now);
    }

    /// [`Service::due`] has come.
    pub fn timer(&mut self, now: Time) {
        self.tcap.timer(now);
        self.flush(now);
    }

    fn flush(&mut self, now: Time) {
        while let Some(o) = self.tcap.poll() {
            match o {
                TcOutput::Send { to, octets } => self.out.push_back(Output::Send { to, octets }),
                TcOutput::Indication {
                    dialogue,
                    event,
                    components,
                } => self.indication(now, dialogue, event, components),
                // no operation of MAP between SGSN and HLR is unidirectional
                TcOutput::Unidirectional { .. } => {}
            }
        }
    }

    fn indication(
        &mut self,
        now: Time,
        dialogue: DialogueId,
        event: Tc<A>,
        components: Vec<ComponentEvent>,
    ) {
        match event {
            Tc::Begin { from, context, .. } => {
                let context = context.map(|oid| (Context::from_oid(&oid), oid));
                let Some((context, oid)) = context else {
                    // version 1 (15.2.2): none of our operations has one
                    return self.tcap.abort(dialogue, None);
                };
                let supported = |c: &Context| self.accepts.contains(c);
                let Some(context) = context.filter(supported) else {
                    let same = self
                        .accepts
                        .iter()
                        .filter(|a| context.is_some_and(|c| c.name == a.name));
                    let instead = same.max_by_key(|a| a.version).map_or(oid, Context::oid);
                    return self.tcap.refuse(dialogue, instead);
                };
                self.dialogues.insert(dialogue, Open::new(context, false));
                let before = self.out.len();
                self.tell(dialogue, Event::Opened { from, context });
                if self.components(dialogue, components) {
                    self.tell(dialogue, Event::Paused);
                } else {
                    // everything was refused here: that is the answer
                    self.out.truncate(before);
                    self.close(now, dialogue);
                }
            }
            Tc::Continue { .. } => {
                let refused = |c: &ComponentEvent| matches!(c, ComponentEvent::Refused { .. });
                let refused = components.iter().any(refused);
                let told = self.components(dialogue, components);
                let queued = self.dialogues.get(&dialogue).map(|d| !d.queue.is_empty());
                if !told && (refused || queued == Some(true)) {
                    // nobody else answers
                    self.send(now, dialogue);
                } else {
                    self.tell(dialogue, Event::Paused);
                }
            }
            Tc::Timeout => drop(self.components(dialogue, components)),
            Tc::End => {
                self.components(dialogue, components);
                self.unanswered(dialogue, &Failure::NoAnswer);
                self.gone(dialogue, Event::Closed);
            }
            Tc::Refuse {
                context,
                unsupported,
                info,
            } => {
                let asked = self.context(dialogue);
                // 17.4: the other context stands in the response, or in what MAP adds to it
                let map = info.and_then(|i| MapDialogue::of(&i).ok().flatten());
                let added = map.and_then(|m| m.refuse).and_then(|r| r.alternative);
                let named = [Some(context), added].into_iter().flatten();
                let mut named = named.filter_map(|oid| Context::from_oid(&oid));
                let instead = named.find(|c| Some(*c) != asked);
                let failure = match unsupported {
                    true => Failure::Unsupported(instead),
                    false => Failure::Refused,
                };
                self.gone(dialogue, Event::Failed(failure));
            }
            Tc::UserAbort { info } => {
                let map = info.and_then(|i| MapDialogue::of(&i).ok().flatten());
                let failure = match map {
                    Some(MapDialogue {
                        refuse: Some(_), ..
                    }) => Failure::Refused,
                    Some(MapDialogue {
                        provider_abort: Some(_),
                        ..
                    }) => Failure::ProviderAbort(None),
                    _ => Failure::UserAbort,
                };
                self.gone(dialogue, Event::Failed(failure));
            }
            Tc::ProviderAbort { cause } => {
                self.gone(dialogue, Event::Failed(Failure::ProviderAbort(cause)));
            }
            Tc::Undelivered => self.gone(dialogue, Event::Failed(Failure::Undelivered)),
        }
    }

    /// Takes the components of a message; true where the user was told of any, or none came.
    fn components(&mut self, dialogue: DialogueId, components: Vec<ComponentEvent>) -> bool {
        let mut told = components.is_empty();
        for c in components {
            let Some(d) = self.dialogues.get_mut(&dialogue) else {
                return told;
            };
            if let Some(event) = d.component(c) {
                told = true;
                self.tell(dialogue, event);
            }
        }
        told
    }

    /// What was asked for and will not be answered any more.
    fn unanswered(&mut self, dialogue: DialogueId, why: &Failure) {
        let asked = self
            .dialogues
            .get_mut(&dialogue)
            .map(|d| std::mem::take(&mut d.asked));
        for operation in asked.unwrap_or_default().into_values() {
            let outcome = Err(why.clone());
            self.tell(dialogue, Event::Answered { operation, outcome });
        }
    }

    fn gone(&mut self, dialogue: DialogueId, event: Event<A>) {
        // a dialogue that nobody was told of ends without a word too
        if self.dialogues.remove(&dialogue).is_some() {
            self.tell(dialogue, event);
        }
    }

    fn tell(&mut self, dialogue: DialogueId, event: Event<A>) {
        self.out.push_back(Output::Event { dialogue, event });
    }
}

impl Open {
    /// Takes a component; what the user is told of it.
    fn component<A>(&mut self, c: ComponentEvent) -> Option<Event<A>> {
        match c {
            ComponentEvent::Invoke {
                id,
                operation,
                parameter,
                ..
            } => {
                let known = match self.ours {
                    true => self.context.operations_back(),
                    false => self.context.operations(),
                };
                let operation = u8::try_from(operation).ok().map(Operation);
                let Some(operation) = operation.filter(|o| known.contains(o)) else {
                    return self.reject(id, Problem::Invoke(InvokeProblem::UnrecognizedOperation));
                };
                let argument = match &parameter {
                    Some(p) => Argument::expect(operation, p).map(|a| Some(Box::new(a))),
                    None => Ok(None),
                };
                match argument {
                    // only vectors are asked for in several parts (25.5.4)
                    Ok(None) if operation != Operation::SendAuthenticationInfo => {
                        self.reject(id, Problem::Invoke(InvokeProblem::MistypedParameter))
                    }
                    Ok(argument) => {
                        if !operation.is_unanswered() {
                            self.owed.insert(id, operation);
                        }
                        Some(Event::Asked {
                            invoke: id,
                            operation,
                            argument,
                        })
                    }
                    Err(e) => match refusal::of_argument(&e) {
                        Ok(e) => {
                            self.queue.push(Request::Error {
                                id,
                                error: e.code.0.into(),
                                parameter: e.any(),
                            });
                            None
                        }
                        Err(problem) => self.reject(id, problem),
                    },
                }
            }
            ComponentEvent::Result {
                id,
                last,
                parameter,
            } => {
                let operation = *self.asked.get(&id)?;
                if last {
                    self.asked.remove(&id);
                }
                let outcome = parameter.as_ref().map(|p| Outcome::expect(operation, p));
                let outcome = outcome.transpose().map(|o| o.map(Box::new));
                let outcome = outcome.map_err(|e| {
                    let problem = refusal::of_result(&e);
                    self.queue.push(Request::Reject {
                        id: Some(id),
                        problem,
                    });
                    Failure::Malformed
                });
                Some(Event::Answered { operation, outcome })
            }
            ComponentEvent::Error {
                id,
                error,
                parameter,
            } => {
                let operation = self.asked.remove(&id)?;
                let code = u8::try_from(error).ok().map(ErrorCode);
                let read = |c| MapError::expect(c, parameter.as_ref());
                let failure = match code.map(read) {
                    Some(Ok(e)) => Failure::Error(e),
                    bad => {
                        let problem = match bad {
                            Some(Err(e)) => refusal::of_error(&e),
                            _ => Problem::Error(ReturnErrorProblem::UnrecognizedError),
                        };
                        self.queue.push(Request::Reject {
                            id: Some(id),
                            problem,
                        });
                        Failure::Malformed
                    }
                };
                let outcome = Err(failure);
                Some(Event::Answered { operation, outcome })
            }
            // a rejected answer of ours: nothing can be done about it
            ComponentEvent::Rejected { id, problem } => self.failed(id, Failure::Rejected(problem)),
            ComponentEvent::Refused { id, problem } => match problem {
                Problem::Result(_) | Problem::Error(_) => self.failed(id, Failure::Malformed),
                _ => None,
            },
            ComponentEvent::Cancelled { id } => self.failed(Some(id), Failure::Timeout),
        }
    }

    fn failed<A>(&mut self, id: Option<InvokeId>, why: Failure) -> Option<Event<A>> {
        let operation = self.asked.remove(&id?)?;
        let outcome = Err(why);
        Some(Event::Answered { operation, outcome })
    }

    fn reject<A>(&mut self, id: InvokeId, problem: Problem) -> Option<Event<A>> {
        self.queue.push(Request::Reject {
            id: Some(id),
            problem,
        });
        None
    }
}
