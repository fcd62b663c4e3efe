//! The dialogues of one SCCP user, Q.774 3.3 (transactions) and 3.2.3 (dialogue portion).
use super::invocation::{Class, ComponentEvent, Invocations, Request};
use crate::{
    ber::Oid,
    tcap::msg::{
        Abort, AbortSource, Begin, Continue, DialoguePortion, End, Message, PAbortCause,
        TransactionId, Unidirectional, UserDiagnostic, component::InvokeId, dialogue::UserInfo,
    },
};
use bytes::Bytes;
use engine::{Rng, Time, Timers};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// What an endpoint allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// Dialogues at one time.
    pub dialogues: usize,
    /// Of these, dialogues that one peer began.
    pub per_peer: usize,
    /// Operations of a peer in one dialogue that wait for our answer, and of ours for its.
    pub invocations: usize,
    /// How long a dialogue may be silent while no operation of ours waits.
    pub idle: Duration,
    /// Whether each invocation goes out twice in its message, against Q.774 3.2.1.1.1: to try what
    /// peers make of a duplicate.
    pub doubled: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            dialogues: 65_536,
            per_peer: 16_384,
            invocations: 16,
            idle: Duration::from_secs(60),
            doubled: false,
        }
    }
}

/// A dialogue, by our transaction identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DialogueId(pub u32);

/// Why a request of the user is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// As many dialogues as are allowed.
    TooManyDialogues,
    /// As many operations as are allowed in one dialogue.
    TooManyInvocations,
    /// An operation with this identifier waits for its answer.
    InvokeIdInUse,
    /// There is no such dialogue (any more).
    NoDialogue,
}

/// What comes out.
#[derive(Debug, Clone, PartialEq)]
pub enum Output<A> {
    /// Give this to SCCP.
    Send {
        /// For whom.
        to: A,
        /// A message.
        octets: Bytes,
    },
    /// Something happened in a dialogue; the components stand in the order of the message.
    Indication {
        /// Which.
        dialogue: DialogueId,
        /// What.
        event: Event<A>,
        /// What came with it.
        components: Vec<ComponentEvent>,
    },
    /// Components outside of any dialogue (TC-UNI): operations whose outcome nobody reports.
    Unidirectional {
        /// From whom.
        from: A,
        /// What came.
        components: Vec<ComponentEvent>,
    },
}

/// What happens in a dialogue. All but the first three end it.
#[derive(Debug, Clone, PartialEq)]
pub enum Event<A> {
    /// The peer begins it.
    Begin {
        /// Who.
        from: A,
        /// The application context that it asks for, where it does.
        context: Option<Oid>,
        /// What else it says.
        info: Option<UserInfo>,
    },
    /// It goes on.
    Continue {
        /// The peer's answer to the application context that we asked for; in its first message.
        context: Option<Oid>,
    },
    /// An operation of ours timed out; the dialogue goes on.
    Timeout,
    /// The peer ends it.
    End,
    /// The peer refuses it.
    Refuse {
        /// An application context that would do, or the one that we asked for.
        context: Oid,
        /// True where the application context is why.
        unsupported: bool,
        /// What else it says.
        info: Option<UserInfo>,
    },
    /// The peer's user gives up.
    UserAbort {
        /// What it says.
        info: Option<UserInfo>,
    },
    /// TCAP gives up, there or here.
    ProviderAbort {
        /// Why; `None` for silence, or a dialogue portion that cannot be.
        cause: Option<PAbortCause>,
    },
    /// SCCP could not deliver our message (TC-NOTICE).
    Undelivered,
}

/// States of Q.774 figure A.5; idle is not to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    InitiationSent,
    InitiationReceived,
    Active,
}

#[derive(Debug)]
pub(super) struct Dialogue<A> {
    pub(super) peer: A,
    pub(super) state: State,
    pub(super) remote: Option<TransactionId>,
    /// What the dialogue is for, where anybody said.
    pub(super) context: Option<Oid>,
    pub(super) invocations: Invocations,
    /// Who began it, where the peer did.
    pub(super) begun_by: Option<A>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    Invocation(u32, InvokeId),
    Idle(u32),
}

/// Dialogues of one SCCP user; `A` is an address of SCCP.
#[derive(Debug)]
pub struct Endpoint<A> {
    pub(super) config: Config,
    rng: Rng,
    pub(super) dialogues: BTreeMap<u32, Dialogue<A>>,
    /// How many dialogues each peer began.
    begun: BTreeMap<A, usize>,
    pub(super) timers: Timers<Timer>,
    pub(super) out: VecDeque<Output<A>>,
}

impl<A: Clone + Ord> Endpoint<A> {
    /// Without a dialogue.
    pub fn new(config: Config, rng: Rng) -> Self {
        Self {
            config,
            rng,
            dialogues: BTreeMap::new(),
            begun: BTreeMap::new(),
            timers: Timers::default(),
            out: VecDeque::new(),
        }
    }

    /// What came out next.
    pub fn poll(&mut self) -> Option<Output<A>> {
        self.out.pop_front()
    }

    /// When [`Endpoint::timer`] is wanted.
    pub fn due(&self) -> Option<Time> {
        self.timers.due()
    }

    /// How many dialogues there are.
    pub fn len(&self) -> usize {
        self.dialogues.len()
    }

    /// True without a dialogue.
    pub fn is_empty(&self) -> bool {
        self.dialogues.is_empty()
    }

    /// TC-BEGIN: begins a dialogue.
    ///
    /// # Errors
    /// Nothing is sent.
    pub fn begin(
        &mut self,
        now: Time,
        to: A,
        context: Option<Oid>,
        info: Option<UserInfo>,
        requests: Vec<Request>,
    ) -> Result<DialogueId, Refused> {
        let invocations = Invocations::default();
        self.allowed(&invocations, &requests)?;
        let dialogue = Dialogue {
            peer: to.clone(),
            state: State::InitiationSent,
            remote: None,
            context: context.clone(),
            invocations,
            begun_by: None,
        };
        let id = self.insert(dialogue).ok_or(Refused::TooManyDialogues)?;
        let components = self.components(now, id, requests);
        let begin = Begin {
            otid: TransactionId::new(id),
            dialogue: context.map(|c| DialoguePortion::request(c, info)),
            components,
            other: Default::default(),
        };
        self.say(to, begin.into());
        Ok(DialogueId(id))
    }

    /// TC-UNI: operations whose outcome nobody reports, outside of any dialogue.
    pub fn unidirectional(&mut self, to: A, context: Option<Oid>, requests: Vec<Request>) {
        let m = Unidirectional {
            dialogue: context.map(DialoguePortion::unidirectional),
            components: Invocations::default().send(requests, false).into(),
            other: Default::default(),
        };
        self.say(to, m.into());
    }

    /// TC-CONTINUE: says more; the first time it accepts the dialogue in the application context
    /// that was asked for.
    ///
    /// # Errors
    /// Nothing is sent.
    pub fn proceed(
        &mut self,
        now: Time,
        dialogue: DialogueId,
        requests: Vec<Request>,
    ) -> Result<(), Refused> {
        let id = dialogue.0;
        let (to, remote, portion) = self.answering(id, &requests)?;
        let components = self.components(now, id, requests);
        if let Some(d) = self.dialogues.get_mut(&id) {
            d.state = State::Active;
        }
        let m = Continue {
            otid: TransactionId::new(id),
            dtid: remote,
            dialogue: portion,
            components,
            other: Default::default(),
        };
        self.say(to, m.into());
        Ok(())
    }

    /// TC-END, basic: says the last words. Operations of ours that wait are over (Q.774 3.2.1.2).
    ///
    /// # Errors
    /// Nothing is sent.
    pub fn end(
        &mut self,
        now: Time,
        dialogue: DialogueId,
        requests: Vec<Request>,
    ) -> Result<(), Refused> {
        let id = dialogue.0;
        let (to, remote, portion) = self.answering(id, &requests)?;
        let components = self.components(now, id, requests);
        self.remove(id);
        let m = End {
            dtid: remote,
            dialogue: portion,
            components,
            other: Default::default(),
        };
        self.say(to, m.into());
        Ok(())
    }

    /// TC-END, prearranged: both know that it is over, nothing is sent.
    pub fn forget(&mut self, dialogue: DialogueId) {
        self.remove(dialogue.0);
    }

    /// TC-U-ABORT: gives up.
    pub fn abort(&mut self, dialogue: DialogueId, info: Option<UserInfo>) {
        let Some(d) = self.remove(dialogue.0) else {
            return;
        };
        // without an application context there is no dialogue portion (Q.774 3.2.3)
        let portion = d
            .context
            .is_some()
            .then(|| DialoguePortion::abort(AbortSource::DialogueServiceUser, info));
        self.say_abort(d.peer, d.remote, None, portion);
    }

    /// TC-U-ABORT in answer to a begin: the application context is not supported, `instead` is.
    pub fn refuse(&mut self, dialogue: DialogueId, instead: Oid) {
        if let Some(d) = self.remove(dialogue.0) {
            let why = UserDiagnostic::ApplicationContextNameNotSupported;
            let portion = DialoguePortion::response(instead, Some(why));
            self.say_abort(d.peer, d.remote, None, Some(portion));
        }
    }

    /// TC-U-CANCEL: an answer is not waited for any more.
    pub fn cancel(&mut self, dialogue: DialogueId, id: InvokeId) {
        self.timers.stop(&Timer::Invocation(dialogue.0, id));
        if let Some(d) = self.dialogues.get_mut(&dialogue.0) {
            d.invocations.give_up(id);
        }
    }

    /// [`Endpoint::due`] has come.
    pub fn timer(&mut self, now: Time) {
        while let Some(timer) = self.timers.pop(now) {
            match timer {
                Timer::Invocation(id, invoke) => {
                    let d = self.dialogues.get_mut(&id);
                    if d.is_some_and(|d| d.invocations.give_up(invoke)) {
                        self.touch(now, id);
                        let cancelled = ComponentEvent::Cancelled { id: invoke };
                        self.indicate(id, Event::Timeout, vec![cancelled]);
                    }
                }
                Timer::Idle(id) => {
                    if let Some(d) = self.remove(id) {
                        let cause = PAbortCause::ResourceLimitation;
                        self.say_abort(d.peer, d.remote, Some(cause), None);
                        self.indicate(id, Event::ProviderAbort { cause: None }, Vec::new());
                    }
                }
            }
        }
    }

    pub(super) fn indicate(&mut self, id: u32, event: Event<A>, components: Vec<ComponentEvent>) {
        self.out.push_back(Output::Indication {
            dialogue: DialogueId(id),
            event,
            components,
        });
    }

    pub(super) fn say(&mut self, to: A, m: Message) {
        let octets = m.to_bytes();
        self.out.push_back(Output::Send { to, octets });
    }

    /// An abort, where the peer has an identifier that it can be told by.
    pub(super) fn say_abort(
        &mut self,
        to: A,
        dtid: Option<TransactionId>,
        p_abort: Option<PAbortCause>,
        dialogue: Option<DialoguePortion>,
    ) {
        if let Some(dtid) = dtid {
            let m = Abort {
                dtid,
                p_abort,
                dialogue,
                other: Default::default(),
            };
            self.say(to, m.into());
        }
    }

    pub(super) fn insert(&mut self, dialogue: Dialogue<A>) -> Option<u32> {
        if self.dialogues.len() >= self.config.dialogues {
            return None;
        }
        if let Some(peer) = &dialogue.begun_by {
            let begun = self.begun.entry(peer.clone()).or_default();
            if *begun >= self.config.per_peer {
                return None;
            }
            *begun = begun.saturating_add(1);
        }
        let id = loop {
            let id = self.rng.u32();
            if !self.dialogues.contains_key(&id) {
                break id;
            }
        };
        self.dialogues.insert(id, dialogue);
        Some(id)
    }

    pub(super) fn remove(&mut self, id: u32) -> Option<Dialogue<A>> {
        let d = self.dialogues.remove(&id)?;
        if let Some(peer) = &d.begun_by
            && let Some(begun) = self.begun.get_mut(peer)
        {
            *begun = begun.saturating_sub(1);
            if *begun == 0 {
                self.begun.remove(peer);
            }
        }
        self.timers.stop(&Timer::Idle(id));
        for invoke in d.invocations.ids() {
            self.timers.stop(&Timer::Invocation(id, invoke));
        }
        Some(d)
    }

    /// Whether these requests can be sent in a dialogue with these operations.
    fn allowed(&self, now: &Invocations, requests: &[Request]) -> Result<(), Refused> {
        let mut new: Vec<InvokeId> = Vec::new();
        for r in requests {
            if let Request::Invoke { id, .. } = r {
                if !now.is_free(*id) || new.contains(id) {
                    return Err(Refused::InvokeIdInUse);
                }
                new.push(*id);
            }
        }
        let waiting = now.waiting().saturating_add(new.len());
        match waiting > self.config.invocations && !new.is_empty() {
            true => Err(Refused::TooManyInvocations),
            false => Ok(()),
        }
    }

    /// Peer, its identifier, and the dialogue portion of our next message, which has one where it
    /// is our first.
    fn answering(
        &self,
        id: u32,
        requests: &[Request],
    ) -> Result<(A, TransactionId, Option<DialoguePortion>), Refused> {
        let d = self.dialogues.get(&id).ok_or(Refused::NoDialogue)?;
        self.allowed(&d.invocations, requests)?;
        // in the state "initiation sent" the peer has no identifier yet
        let remote = d.remote.ok_or(Refused::NoDialogue)?;
        let first = d.state == State::InitiationReceived;
        let context = d.context.clone().filter(|_| first);
        let portion = context.map(|c| DialoguePortion::response(c, None));
        Ok((d.peer.clone(), remote, portion))
    }

    /// The component portion of our next message; starts the timers of what it invokes.
    fn components(
        &mut self,
        now: Time,
        id: u32,
        requests: Vec<Request>,
    ) -> Option<crate::tcap::msg::Components> {
        for r in &requests {
            if let Request::Invoke {
                id: invoke,
                class,
                patience,
                ..
            } = r
                && *class != Class::Neither
            {
                let timer = Timer::Invocation(id, *invoke);
                self.timers.start(timer, now + *patience);
            }
        }
        let d = self.dialogues.get_mut(&id)?;
        let list = d.invocations.send(requests, self.config.doubled);
        self.touch(now, id);
        (!list.is_empty()).then(|| list.into())
    }

    /// The dialogue may be silent for a while from now, unless an answer is due anyway.
    pub(super) fn touch(&mut self, now: Time, id: u32) {
        let waiting = self.dialogues.get(&id).map(|d| d.invocations.waiting());
        match waiting {
            Some(0) => self.timers.start(Timer::Idle(id), now + self.config.idle),
            _ => drop(self.timers.stop(&Timer::Idle(id))),
        }
    }
}
