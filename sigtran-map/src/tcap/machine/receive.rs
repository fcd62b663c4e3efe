//! What an endpoint does with a message, Q.774 figures A.3 and A.5.
use super::{
    endpoint::{Dialogue, Endpoint, Event, Output, State, Timer},
    invocation::{ComponentEvent, Invocations, Step},
};
use crate::tcap::msg::{
    Abort, AbortSource, AssociateResult, Begin, Component, Continue, DialogueApdu, DialoguePortion,
    End, Message, PAbortCause, Pdu, TransactionId, UserDiagnostic, refusal,
};
use bytes::Bytes;
use engine::Time;

impl<A: Clone + PartialEq> Endpoint<A> {
    /// SCCP brings a message.
    pub fn receive(&mut self, now: Time, from: A, octets: &Bytes) {
        let m = match Message::read_strict(octets) {
            Ok(m) => m,
            Err(e) => return self.unreadable(from, octets, refusal::p_abort(&e)),
        };
        match m.pdu {
            Pdu::Unidirectional(m) => {
                let mut nobody = Invocations::default();
                let most = self.config.invocations;
                let step = |c| match nobody.receive(c, most) {
                    Step::Tell(e) | Step::Done(_, e) => e,
                };
                let components = m.components.items.into_iter().map(step).collect();
                self.out
                    .push_back(Output::Unidirectional { from, components });
            }
            Pdu::Begin(m) => self.begun(now, from, m),
            Pdu::Continue(m) => self.continued(now, from, m),
            Pdu::End(m) => self.ended(m),
            Pdu::Abort(m) => self.aborted(m),
            Pdu::Other(..) => {
                self.unreadable(from, octets, PAbortCause::UnrecognizedMessageType);
            }
        }
    }

    /// SCCP brings back a message of ours that it could not deliver: the dialogue is over.
    pub fn returned(&mut self, octets: &Bytes) {
        let ours = refusal::identifiers(octets).0.and_then(|t| t.number());
        if let Some(id) = ours.filter(|id| self.remove(*id).is_some()) {
            self.indicate(id, Event::Undelivered, Vec::new());
        }
    }

    // Q.774 figure A.5, idle: a begin
    fn begun(&mut self, now: Time, from: A, m: Begin) {
        let apdu = m.dialogue.as_ref().map(DialoguePortion::apdu);
        let (context, info) = match apdu {
            None => (None, None),
            Some(Some(DialogueApdu {
                request: Some(r), ..
            })) => {
                // Q.774 3.2.3.2: it speaks no version of dialogue portions that we do
                if r.protocol_version.as_ref().is_some_and(|v| !v.get(0)) {
                    let none = DialoguePortion::no_common(r.context.name.clone());
                    return self.say_abort(from, Some(m.otid), None, Some(none));
                }
                (Some(r.context.name.clone()), r.user_information.clone())
            }
            // a dialogue portion that begins nothing (Q.774 3.2.3.2)
            Some(_) => {
                let abort = DialoguePortion::abort(AbortSource::DialogueServiceProvider, None);
                return self.say_abort(from, Some(m.otid), None, Some(abort));
            }
        };
        let dialogue = Dialogue {
            peer: from.clone(),
            state: State::InitiationReceived,
            remote: Some(m.otid),
            context: context.clone(),
            invocations: Invocations::default(),
        };
        let Some(id) = self.insert(dialogue) else {
            let cause = PAbortCause::ResourceLimitation;
            return self.say_abort(from, Some(m.otid), Some(cause), None);
        };
        let components = self.take(id, m.components.unwrap_or_default().items);
        self.touch(now, id);
        let begin = Event::Begin {
            from,
            context,
            info,
        };
        self.indicate(id, begin, components);
    }

    fn continued(&mut self, now: Time, from: A, m: Continue) {
        let found = m.dtid.number().filter(|id| self.dialogues.contains_key(id));
        let Some((id, d)) = found.and_then(|id| Some((id, self.dialogues.get_mut(&id)?))) else {
            // Q.774 3.3.3.1.2: no such transaction here
            let cause = PAbortCause::UnrecognizedTransactionId;
            return self.say_abort(from, Some(m.otid), Some(cause), None);
        };
        let apdu = m.dialogue.as_ref().map(DialoguePortion::apdu);
        let context = match (d.state, apdu) {
            // its first message: it may answer from another address, and has an identifier
            (State::InitiationSent, None) => {
                // Q.774 3.2.3.3: who was asked for an application context answers with one
                if d.context.is_some() {
                    return self.abnormal(id, Some(m.otid));
                }
                None
            }
            (State::InitiationSent, Some(Some(apdu))) => match &apdu.response {
                Some(r) if r.result.value == AssociateResult::Accepted => {
                    Some(r.context.name.clone())
                }
                _ => return self.abnormal(id, Some(m.otid)),
            },
            (State::Active, None) if d.remote == Some(m.otid) => None,
            (State::Active, None) => {
                // somebody else who knows our identifier
                let cause = PAbortCause::UnrecognizedTransactionId;
                return self.say_abort(from, Some(m.otid), Some(cause), None);
            }
            // before our first message the peer cannot know our identifier
            (State::InitiationReceived, _) => return,
            (_, Some(_)) => return self.abnormal(id, Some(m.otid)),
        };
        d.state = State::Active;
        d.remote = Some(m.otid);
        d.peer = from;
        if context.is_some() {
            d.context.clone_from(&context);
        }
        let components = self.take(id, m.components.unwrap_or_default().items);
        self.touch(now, id);
        self.indicate(id, Event::Continue { context }, components);
    }

    fn ended(&mut self, m: End) {
        let Some(id) = self.known(m.dtid) else {
            // Q.774 3.3.3.1.2: an end for nobody is dropped
            return;
        };
        let apdu = m.dialogue.as_ref().map(DialoguePortion::apdu);
        let refused = match apdu {
            Some(Some(DialogueApdu {
                response: Some(r), ..
            })) => r.result.value != AssociateResult::Accepted,
            Some(_) => true,
            None => false,
        };
        let components = self.take(id, m.components.unwrap_or_default().items);
        self.remove(id);
        let event = match refused {
            true => Event::ProviderAbort { cause: None },
            false => Event::End,
        };
        self.indicate(id, event, components);
    }

    fn aborted(&mut self, m: Abort) {
        let Some(id) = self.known(m.dtid) else {
            return;
        };
        self.remove(id);
        let apdu = m.dialogue.as_ref().and_then(DialoguePortion::apdu);
        let event = match (m.p_abort, apdu) {
            (Some(cause), _) => Event::ProviderAbort { cause: Some(cause) },
            (
                None,
                Some(DialogueApdu {
                    response: Some(r), ..
                }),
            ) => {
                let user = r.diagnostic.user.as_ref().map(|u| u.value);
                let why = UserDiagnostic::ApplicationContextNameNotSupported;
                Event::Refuse {
                    context: r.context.name.clone(),
                    unsupported: user == Some(why),
                    info: r.user_information.clone(),
                }
            }
            (None, Some(DialogueApdu { abort: Some(a), .. })) => match a.source {
                AbortSource::DialogueServiceProvider => Event::ProviderAbort { cause: None },
                _ => Event::UserAbort {
                    info: a.user_information.clone(),
                },
            },
            (None, _) => Event::UserAbort { info: None },
        };
        self.indicate(id, event, Vec::new());
    }

    /// Q.774 3.2.3.3: a dialogue portion that cannot be ends the dialogue on both sides.
    fn abnormal(&mut self, id: u32, otid: Option<TransactionId>) {
        if let Some(d) = self.remove(id) {
            let abort = DialoguePortion::abort(AbortSource::DialogueServiceProvider, None);
            self.say_abort(d.peer, otid.or(d.remote), None, Some(abort));
            self.indicate(id, Event::ProviderAbort { cause: None }, Vec::new());
        }
    }

    /// Q.774 3.3.3.1.1: whoever can be told is told.
    fn unreadable(&mut self, from: A, octets: &Bytes, cause: PAbortCause) {
        let (otid, dtid) = refusal::identifiers(octets);
        if otid.is_some() {
            self.say_abort(from, otid, Some(cause), None);
        }
        let theirs = |d: &Dialogue<A>| otid.is_none() || d.remote.is_none() || d.remote == otid;
        let mine = dtid.and_then(|t| self.known(t));
        let mine = mine.filter(|id| self.dialogues.get(id).is_some_and(theirs));
        if let Some(id) = mine {
            self.remove(id);
            let cause = Some(cause);
            self.indicate(id, Event::ProviderAbort { cause }, Vec::new());
        }
    }

    /// Takes the components of a message.
    fn take(&mut self, id: u32, list: Vec<Component>) -> Vec<ComponentEvent> {
        let most = self.config.invocations;
        let Some(d) = self.dialogues.get_mut(&id) else {
            return Vec::new();
        };
        let mut events = Vec::with_capacity(list.len());
        for c in list {
            events.push(match d.invocations.receive(c, most) {
                Step::Tell(e) => e,
                Step::Done(invoke, e) => {
                    self.timers.stop(&Timer::Invocation(id, invoke));
                    e
                }
            });
        }
        events
    }

    /// The dialogue that an end or an abort is for.
    fn known(&self, dtid: TransactionId) -> Option<u32> {
        let has = |id: &u32| self.dialogues.contains_key(id);
        dtid.number().filter(has)
    }
}
