//! The operations of one dialogue, Q.774 3.2.1: ours that wait for an answer, and the peer's that
//! we owe one.
use crate::{
    ber::Any,
    tcap::msg::{
        Component, Invoke, InvokeProblem, ReturnError, ReturnErrorProblem, ReturnResult,
        ReturnResultProblem,
        component::{InvokeId, Problem},
        refusal,
    },
};
use std::{collections::BTreeMap, time::Duration};

/// What an operation reports, Q.771 3.1.3.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Success and failure.
    Both,
    /// Failure only.
    Failure,
    /// Success only.
    Success,
    /// Neither.
    Neither,
}

/// A component that the user wants sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// TC-INVOKE.
    Invoke {
        /// Not in use in this dialogue.
        id: InvokeId,
        /// What to do.
        operation: i32,
        /// What it reports.
        class: Class,
        /// How long its answer is waited for.
        patience: Duration,
        /// With what.
        parameter: Option<Any>,
        /// The peer's operation that this one belongs to.
        linked: Option<InvokeId>,
    },
    /// TC-RESULT-L, or TC-RESULT-NL where more follow.
    Result {
        /// Of which of the peer's operations.
        id: InvokeId,
        /// Its code.
        operation: i32,
        /// True for the last part.
        last: bool,
        /// The result.
        parameter: Option<Any>,
    },
    /// TC-U-ERROR.
    Error {
        /// Of which of the peer's operations.
        id: InvokeId,
        /// Why.
        error: i32,
        /// More about it.
        parameter: Option<Any>,
    },
    /// TC-U-REJECT.
    Reject {
        /// Of which operation.
        id: Option<InvokeId>,
        /// Why.
        problem: Problem,
    },
}

/// A component that came, or something that became of one.
#[derive(Debug, Clone, PartialEq)]
pub enum ComponentEvent {
    /// The peer wants something done.
    Invoke {
        /// Its identifier.
        id: InvokeId,
        /// What.
        operation: i32,
        /// With what.
        parameter: Option<Any>,
        /// Our operation that it belongs to.
        linked: Option<InvokeId>,
    },
    /// An operation of ours has a result.
    Result {
        /// Which.
        id: InvokeId,
        /// False where more parts follow.
        last: bool,
        /// The result.
        parameter: Option<Any>,
    },
    /// An operation of ours failed.
    Error {
        /// Which.
        id: InvokeId,
        /// Why.
        error: i32,
        /// More about it.
        parameter: Option<Any>,
    },
    /// The peer refuses a component of ours (TC-R-REJECT, TC-U-REJECT).
    Rejected {
        /// The operation.
        id: Option<InvokeId>,
        /// Why; `None` where it does not say.
        problem: Option<Problem>,
    },
    /// We refuse a component of the peer (TC-L-REJECT); the rejection goes out with what is sent
    /// next.
    Refused {
        /// The operation.
        id: Option<InvokeId>,
        /// Why.
        problem: Problem,
    },
    /// The answer to an operation of ours did not come in time (TC-L-CANCEL). Of a class that does
    /// not report success that is success.
    Cancelled {
        /// Which.
        id: InvokeId,
    },
}

#[derive(Debug)]
struct Ours {
    operation: i32,
    class: Class,
}

/// The operations of a dialogue.
#[derive(Debug, Default)]
pub(super) struct Invocations {
    ours: BTreeMap<InvokeId, Ours>,
    /// What we owe an answer: identifiers and operations of the peer.
    theirs: BTreeMap<InvokeId, i32>,
    /// Rejections that wait for the next message.
    rejections: Vec<Component>,
}

/// What a component leads to.
pub(super) enum Step {
    /// Tell the user.
    Tell(ComponentEvent),
    /// Tell the user, and stop the operation's timer.
    Done(InvokeId, ComponentEvent),
}

impl Invocations {
    /// How many of ours wait.
    pub(super) fn waiting(&self) -> usize {
        self.ours.len()
    }

    /// Identifiers of ours that wait.
    pub(super) fn ids(&self) -> impl Iterator<Item = InvokeId> {
        self.ours.keys().copied()
    }

    /// Whether an identifier can be used for an operation of ours.
    pub(super) fn is_free(&self, id: InvokeId) -> bool {
        !self.ours.contains_key(&id)
    }

    /// Turns what the user wants into components, behind the rejections that wait; where it is
    /// wanted so, invocations twice.
    pub(super) fn send(&mut self, requests: Vec<Request>, doubled: bool) -> Vec<Component> {
        let mut all = std::mem::take(&mut self.rejections);
        for request in requests {
            let component = self.component(request);
            if doubled && matches!(component, Component::Invoke(_)) {
                all.push(component.clone());
            }
            all.push(component);
        }
        all
    }

    fn component(&mut self, request: Request) -> Component {
        match request {
            Request::Invoke {
                id,
                operation,
                class,
                parameter,
                linked,
                ..
            } => {
                // class 4 has no state: nothing can come back but a rejection
                if class != Class::Neither {
                    self.ours.insert(id, Ours { operation, class });
                }
                let mut c = Component::invoke(id, operation, parameter);
                if let Component::Invoke(i) = &mut c {
                    i.linked_id = linked;
                }
                c
            }
            Request::Result {
                id,
                operation,
                last,
                parameter,
            } => {
                let r = Component::result(id, operation, parameter);
                if last {
                    self.theirs.remove(&id);
                    Component::ReturnResultLast(r)
                } else {
                    Component::ReturnResultNotLast(r)
                }
            }
            Request::Error {
                id,
                error,
                parameter,
            } => {
                self.theirs.remove(&id);
                Component::error(id, error, parameter)
            }
            Request::Reject { id, problem } => {
                if let (Some(id), Problem::Invoke(_) | Problem::General(_)) = (id, problem) {
                    self.theirs.remove(&id);
                }
                Component::reject(id, problem)
            }
        }
    }

    /// An operation of ours that is given up; false where it does not wait.
    pub(super) fn give_up(&mut self, id: InvokeId) -> bool {
        self.ours.remove(&id).is_some()
    }

    /// Takes a component of the peer; `most` is how many of its operations may be open.
    pub(super) fn receive(&mut self, c: Component, most: usize) -> Step {
        match c {
            Component::Invoke(i) => self.invoked(i, most),
            Component::ReturnResultLast(r) => self.result(r, true),
            Component::ReturnResultNotLast(r) => self.result(r, false),
            Component::ReturnError(e) => self.failed(e),
            Component::Reject(r) => {
                let rejected = ComponentEvent::Rejected {
                    id: r.invoke_id,
                    problem: r.problem(),
                };
                // Q.774 3.2.1.1.3: a rejected invocation is over, a rejected answer is none of ours
                let of_invoke =
                    !matches!(r.problem(), Some(Problem::Result(_) | Problem::Error(_)));
                match r.invoke_id.filter(|id| of_invoke && self.give_up(*id)) {
                    Some(id) => Step::Done(id, rejected),
                    None => Step::Tell(rejected),
                }
            }
            Component::Other(tag, ref octets) => {
                let problem = refusal::problem(tag, &octets.0);
                self.refuse(c.invoke_id(), problem)
            }
        }
    }

    fn refuse(&mut self, id: Option<InvokeId>, problem: Problem) -> Step {
        self.rejections.push(Component::reject(id, problem));
        Step::Tell(ComponentEvent::Refused { id, problem })
    }

    fn invoked(&mut self, i: Invoke, most: usize) -> Step {
        let id = i.invoke_id;
        let problem = match (i.operation, i.linked_id) {
            // Q.774 3.2.2.2
            _ if self.theirs.contains_key(&id) => InvokeProblem::DuplicateInvokeId,
            (_, Some(l)) if !self.ours.contains_key(&l) => InvokeProblem::UnrecognizedLinkedId,
            _ if self.theirs.len() >= most => InvokeProblem::ResourceLimitation,
            // operations by object identifier belong to no application that we have
            (None, _) => InvokeProblem::UnrecognizedOperation,
            (Some(operation), linked) => {
                self.theirs.insert(id, operation.0);
                return Step::Tell(ComponentEvent::Invoke {
                    id,
                    operation: operation.0,
                    parameter: i.parameter,
                    linked,
                });
            }
        };
        self.refuse(Some(id), Problem::Invoke(problem))
    }

    fn result(&mut self, r: ReturnResult, last: bool) -> Step {
        let id = r.invoke_id;
        let refuse = |p| Problem::Result(p);
        let Some(ours) = self.ours.get(&id) else {
            let problem = refuse(ReturnResultProblem::UnrecognizedInvokeId);
            return self.refuse(Some(id), problem);
        };
        // Q.774 table 3: classes 2 and 4 report no success
        if !matches!(ours.class, Class::Both | Class::Success) {
            return self.ended(id, refuse(ReturnResultProblem::ReturnResultUnexpected));
        }
        let other = |r: &crate::tcap::msg::ResultParameter| {
            r.operation.is_some_and(|o| o.0 != ours.operation)
        };
        if r.result.as_ref().is_some_and(other) {
            return self.ended(id, refuse(ReturnResultProblem::MistypedParameter));
        }
        let result = ComponentEvent::Result {
            id,
            last,
            parameter: r.result.and_then(|r| r.parameter),
        };
        if last {
            self.ours.remove(&id);
            return Step::Done(id, result);
        }
        Step::Tell(result)
    }

    fn failed(&mut self, e: ReturnError) -> Step {
        let id = e.invoke_id;
        let refuse = |p| Problem::Error(p);
        let Some(ours) = self.ours.get(&id) else {
            let problem = refuse(ReturnErrorProblem::UnrecognizedInvokeId);
            return self.refuse(Some(id), problem);
        };
        // Q.774 table 3: classes 3 and 4 report no failure
        if !matches!(ours.class, Class::Both | Class::Failure) {
            return self.ended(id, refuse(ReturnErrorProblem::ReturnErrorUnexpected));
        }
        let Some(error) = e.error else {
            return self.ended(id, refuse(ReturnErrorProblem::UnrecognizedError));
        };
        self.ours.remove(&id);
        let failed = ComponentEvent::Error {
            id,
            error: error.0,
            parameter: e.parameter,
        };
        Step::Done(id, failed)
    }

    /// An operation of ours ends with an answer that it cannot have (Q.774 3.2.1.1.3).
    fn ended(&mut self, id: InvokeId, problem: Problem) -> Step {
        self.ours.remove(&id);
        self.rejections.push(Component::reject(Some(id), problem));
        let id_ = Some(id);
        Step::Done(id, ComponentEvent::Refused { id: id_, problem })
    }
}
