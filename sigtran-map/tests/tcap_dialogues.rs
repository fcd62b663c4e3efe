//! Two endpoints of TCAP, in virtual time: dialogues, operations, what goes wrong with them.
use bytes::Bytes;
use engine::{Rng, Time};
use sigtran_map::{
    ber::Any,
    map::msg::{Context, ContextName},
    tcap::{
        machine::{
            Class, ComponentEvent as C, Config, DialogueId, Endpoint, Event, Output, Refused,
            Request,
        },
        msg::{
            Component, GeneralProblem, InvokeProblem, Message, PAbortCause, Pdu,
            ReturnResultProblem, TransactionId,
            component::{InvokeId, Problem},
        },
    },
};
use std::time::Duration;
use wire::{Gen, mutations};

const SGSN: u8 = 1;
const HLR: u8 = 2;
const SECOND: Time = Time(1_000_000_000);

type Indication = (DialogueId, Event<u8>, Vec<C>);

/// Two endpoints; what one sends the other gets at once.
struct Pair {
    sgsn: Endpoint<u8>,
    hlr: Endpoint<u8>,
}

impl Pair {
    fn new(config: Config) -> Self {
        Self {
            sgsn: Endpoint::new(config, Rng::seed(1)),
            hlr: Endpoint::new(config, Rng::seed(2)),
        }
    }

    /// Carries messages until nobody says anything; what each side was told.
    fn settle(&mut self, now: Time) -> (Vec<Indication>, Vec<Indication>) {
        let mut told = (vec![], vec![]);
        loop {
            let mut quiet = true;
            while let Some(o) = self.sgsn.poll() {
                quiet = false;
                match o {
                    Output::Send { to, octets } => {
                        assert_eq!(to, HLR);
                        self.hlr.receive(now, SGSN, &octets);
                    }
                    Output::Indication {
                        dialogue,
                        event,
                        components,
                    } => told.0.push((dialogue, event, components)),
                    other => panic!("{other:?}"),
                }
            }
            while let Some(o) = self.hlr.poll() {
                quiet = false;
                match o {
                    Output::Send { to, octets } => {
                        assert_eq!(to, SGSN);
                        self.sgsn.receive(now, HLR, &octets);
                    }
                    Output::Indication {
                        dialogue,
                        event,
                        components,
                    } => told.1.push((dialogue, event, components)),
                    other => panic!("{other:?}"),
                }
            }
            if quiet {
                return told;
            }
        }
    }

    /// A dialogue with one operation, as the HLR sees it.
    fn begun(&mut self, class: Class) -> (DialogueId, DialogueId) {
        let ours = self.begin(vec![invoke(1, class)]).unwrap();
        let (_, hlr) = self.settle(Time(0));
        let [
            (
                theirs,
                Event::Begin {
                    from: SGSN,
                    context: asked,
                    ..
                },
                components,
            ),
        ] = &hlr[..]
        else {
            panic!("{hlr:?}");
        };
        assert_eq!(asked, &Some(context().oid()));
        assert!(matches!(
            components[..],
            [C::Invoke {
                id: InvokeId(1),
                operation: 56,
                ..
            }]
        ));
        (ours, *theirs)
    }

    fn begin(&mut self, requests: Vec<Request>) -> Result<DialogueId, Refused> {
        self.sgsn
            .begin(Time(0), HLR, Some(context().oid()), None, requests)
    }
}

fn context() -> Context {
    Context::new(ContextName::InfoRetrieval, 3)
}

fn invoke(id: i8, class: Class) -> Request {
    Request::Invoke {
        id: InvokeId(id),
        operation: 56,
        class,
        patience: Duration::from_secs(30),
        parameter: None,
        linked: None,
    }
}

fn result(id: i8, operation: i32) -> Request {
    Request::Result {
        id: InvokeId(id),
        operation,
        last: true,
        parameter: Some(Any::framed(0x04, Default::default(), |w| {
            w.extend_from_slice(&[7])
        })),
    }
}

#[test]
fn a_dialogue_from_begin_to_end() {
    let mut p = Pair::new(Config::default());
    let (ours, theirs) = p.begun(Class::Both);
    p.hlr
        .proceed(Time(0), theirs, vec![result(1, 56), invoke(1, Class::Both)])
        .unwrap();
    let (sgsn, _) = p.settle(Time(0));
    let [(id, Event::Continue { context: Some(c) }, components)] = &sgsn[..] else {
        panic!("{sgsn:?}");
    };
    assert_eq!((*id, c), (ours, &context().oid()));
    assert!(matches!(
        components[..],
        [
            C::Result {
                id: InvokeId(1),
                last: true,
                ..
            },
            C::Invoke {
                id: InvokeId(1),
                ..
            }
        ]
    ));
    p.sgsn.proceed(Time(0), ours, vec![result(1, 56)]).unwrap();
    let (_, hlr) = p.settle(Time(0));
    assert!(matches!(
        hlr[..],
        [(_, Event::Continue { context: None }, _)]
    ));
    p.hlr.end(Time(0), theirs, vec![]).unwrap();
    let (sgsn, _) = p.settle(Time(0));
    assert_eq!(sgsn, [(ours, Event::End, vec![])]);
    assert!(p.sgsn.is_empty() && p.hlr.is_empty());
    assert_eq!((p.sgsn.due(), p.hlr.due()), (None, None));
    assert_eq!(
        p.sgsn.proceed(Time(0), ours, vec![]),
        Err(Refused::NoDialogue)
    );
}

#[test]
fn an_unknown_transaction_is_aborted_by_the_provider() {
    let mut p = Pair::new(Config::default());
    let (ours, theirs) = p.begun(Class::Both);
    p.hlr.proceed(Time(0), theirs, vec![]).unwrap();
    p.settle(Time(0));
    p.hlr.forget(theirs);
    p.sgsn.proceed(Time(0), ours, vec![]).unwrap();
    let (sgsn, hlr) = p.settle(Time(0));
    let cause = Some(PAbortCause::UnrecognizedTransactionId);
    assert_eq!(sgsn, [(ours, Event::ProviderAbort { cause }, vec![])]);
    assert!(hlr.is_empty() && p.sgsn.is_empty());
}

/// Somebody else who guesses our identifier ends nothing.
#[test]
fn another_transaction_with_our_identifier_is_not_taken() {
    let mut p = Pair::new(Config::default());
    let (ours, theirs) = p.begun(Class::Both);
    p.hlr.proceed(Time(0), theirs, vec![]).unwrap();
    p.settle(Time(0));
    let m = sigtran_map::tcap::msg::Continue {
        otid: TransactionId::new(99),
        dtid: TransactionId::new(ours.0),
        dialogue: None,
        components: None,
        other: Default::default(),
    };
    p.sgsn.receive(Time(0), 9, &Message::from(m).to_bytes());
    let out = p.sgsn.poll().unwrap();
    let Output::Send { to: 9, octets } = out else {
        panic!("{out:?}")
    };
    let Pdu::Abort(a) = Message::read(&octets).unwrap().pdu else {
        panic!()
    };
    assert_eq!(a.dtid, TransactionId::new(99));
    assert!(p.sgsn.poll().is_none() && p.sgsn.len() == 1);
}

#[test]
fn a_duplicate_invocation_is_rejected_and_the_first_goes_on() {
    let mut p = Pair::new(Config::default());
    let twice = vec![
        Component::invoke(InvokeId(5), 56, None),
        Component::invoke(InvokeId(5), 56, None),
    ];
    let begin = sigtran_map::tcap::msg::Begin {
        otid: TransactionId::new(7),
        dialogue: None,
        components: Some(twice.into()),
        other: Default::default(),
    };
    p.hlr
        .receive(Time(0), SGSN, &Message::from(begin).to_bytes());
    let Some(Output::Indication {
        dialogue,
        components,
        ..
    }) = p.hlr.poll()
    else {
        panic!()
    };
    let problem = Problem::Invoke(InvokeProblem::DuplicateInvokeId);
    let refused = C::Refused {
        id: Some(InvokeId(5)),
        problem,
    };
    assert!(matches!(components[0], C::Invoke { .. }));
    assert_eq!(components[1], refused);
    p.hlr.end(Time(0), dialogue, vec![result(5, 56)]).unwrap();
    let Some(Output::Send { octets, .. }) = p.hlr.poll() else {
        panic!()
    };
    let m = Message::read(&octets).unwrap();
    let [Component::Reject(r), Component::ReturnResultLast(_)] = m.components() else {
        panic!("{m}");
    };
    assert_eq!(r.problem(), Some(problem));
}

#[test]
fn an_operation_without_an_answer_is_cancelled_and_silence_ends_the_dialogue() {
    let mut p = Pair::new(Config::default());
    let (ours, _) = p.begun(Class::Both);
    assert_eq!(p.sgsn.due(), Some(Time(30 * SECOND.0)));
    let later = Time(30 * SECOND.0);
    p.sgsn.timer(later);
    let (sgsn, _) = p.settle(later);
    assert_eq!(
        sgsn,
        [(ours, Event::Timeout, vec![C::Cancelled { id: InvokeId(1) }])]
    );
    let end = p.sgsn.due().unwrap();
    assert_eq!(end, Time(90 * SECOND.0));
    p.sgsn.timer(end);
    p.hlr.timer(end);
    let (sgsn, hlr) = p.settle(end);
    // the peer, which never answered, gave up first and said so
    let silence = Event::ProviderAbort { cause: None };
    assert_eq!((&sgsn[0].1, &hlr[0].1), (&silence, &silence));
    assert!(p.sgsn.is_empty() && p.hlr.is_empty());
}

#[test]
fn limits_are_answered_with_resource_limitation() {
    let config = Config {
        dialogues: 2,
        invocations: 2,
        ..Config::default()
    };
    let mut p = Pair::new(Config::default());
    p.hlr = Endpoint::new(config, Rng::seed(3));
    for _ in 0..3 {
        p.begin(vec![
            invoke(1, Class::Both),
            invoke(2, Class::Both),
            invoke(3, Class::Both),
        ])
        .unwrap();
    }
    let (sgsn, hlr) = p.settle(Time(0));
    assert_eq!((sgsn.len(), hlr.len(), p.hlr.len()), (1, 2, 2));
    let cause = Some(PAbortCause::ResourceLimitation);
    assert_eq!(sgsn[0].1, Event::ProviderAbort { cause });
    let problem = Problem::Invoke(InvokeProblem::ResourceLimitation);
    assert_eq!(
        hlr[0].2[2],
        C::Refused {
            id: Some(InvokeId(3)),
            problem
        }
    );
    // and of what we want ourselves
    let mut own = Endpoint::<u8>::new(config, Rng::seed(4));
    let many = vec![
        invoke(1, Class::Both),
        invoke(2, Class::Both),
        invoke(3, Class::Both),
    ];
    assert_eq!(
        own.begin(Time(0), HLR, None, None, many),
        Err(Refused::TooManyInvocations)
    );
    let same = vec![invoke(1, Class::Both), invoke(1, Class::Both)];
    assert_eq!(
        own.begin(Time(0), HLR, None, None, same),
        Err(Refused::InvokeIdInUse)
    );
    assert!(own.is_empty() && own.poll().is_none());
}

#[test]
fn an_application_context_is_refused_with_another() {
    let mut p = Pair::new(Config::default());
    let (ours, theirs) = p.begun(Class::Both);
    p.hlr.refuse(theirs, context().version(2).oid());
    let (sgsn, _) = p.settle(Time(0));
    let refuse = Event::Refuse {
        context: context().version(2).oid(),
        unsupported: true,
        info: None,
    };
    assert_eq!(sgsn, [(ours, refuse, vec![])]);
    let (ours, theirs) = p.begun(Class::Both);
    p.hlr.abort(theirs, None);
    let (sgsn, _) = p.settle(Time(0));
    assert_eq!(sgsn, [(ours, Event::UserAbort { info: None }, vec![])]);
}

/// Q.774 table 3: which answers an operation of each class may have.
#[test]
fn answers_by_operation_class() {
    for (class, good) in [
        (Class::Both, true),
        (Class::Success, true),
        (Class::Failure, false),
        (Class::Neither, false),
    ] {
        let mut p = Pair::new(Config::default());
        let (_, theirs) = p.begun(class);
        p.hlr.proceed(Time(0), theirs, vec![result(1, 56)]).unwrap();
        let (sgsn, _) = p.settle(Time(0));
        let problem = match (good, class) {
            (true, _) => None,
            (_, Class::Neither) => Some(ReturnResultProblem::UnrecognizedInvokeId),
            _ => Some(ReturnResultProblem::ReturnResultUnexpected),
        };
        match (&sgsn[0].2[..], problem) {
            ([C::Result { .. }], None) => {}
            ([C::Refused { problem, .. }], Some(p)) => assert_eq!(*problem, Problem::Result(p)),
            other => panic!("{class:?}: {other:?}"),
        }
    }
    // a result of another operation than the one that was asked for
    let mut p = Pair::new(Config::default());
    let (ours, theirs) = p.begun(Class::Both);
    p.hlr.proceed(Time(0), theirs, vec![result(1, 23)]).unwrap();
    let (sgsn, _) = p.settle(Time(0));
    let problem = Problem::Result(ReturnResultProblem::MistypedParameter);
    assert_eq!(
        sgsn[0].2,
        [C::Refused {
            id: Some(InvokeId(1)),
            problem
        }]
    );
    // the peer is told with the next message
    p.sgsn.end(Time(0), ours, vec![]).unwrap();
    let (_, hlr) = p.settle(Time(0));
    assert_eq!(
        hlr[0].2,
        [C::Rejected {
            id: Some(InvokeId(1)),
            problem: Some(problem)
        }]
    );
}

#[test]
fn what_cannot_be_delivered_ends_its_dialogue() {
    let mut p = Pair::new(Config::default());
    let ours = p.begin(vec![invoke(1, Class::Both)]).unwrap();
    let Some(Output::Send { octets, .. }) = p.sgsn.poll() else {
        panic!()
    };
    p.hlr.returned(&octets);
    assert!(p.hlr.poll().is_none());
    p.sgsn.returned(&octets);
    let (sgsn, _) = p.settle(Time(0));
    assert_eq!(sgsn, [(ours, Event::Undelivered, vec![])]);
    assert_eq!((p.sgsn.len(), p.sgsn.due()), (0, None));
}

#[test]
fn what_cannot_be_read_is_told_to_its_sender() {
    let mut hlr = Endpoint::<u8>::new(Config::default(), Rng::seed(5));
    for (octets, cause) in [
        // a type that is not there
        (
            &[0x63, 6, 0x48, 4, 0, 0, 0, 7][..],
            Some(PAbortCause::UnrecognizedMessageType),
        ),
        // a continue without the receiver's identifier
        (
            &[0x65, 6, 0x48, 4, 0, 0, 0, 7],
            Some(PAbortCause::IncorrectTransactionPortion),
        ),
        // a dialogue portion that ends too early
        (
            &[0x62, 8, 0x48, 4, 0, 0, 0, 7, 0x6b, 5],
            Some(PAbortCause::BadlyFormattedTransactionPortion),
        ),
        // nobody to be told
        (&[0x64, 2, 0x6b, 0], None),
    ] {
        hlr.receive(Time(0), SGSN, &Bytes::copy_from_slice(octets));
        let said = match hlr.poll() {
            None => None,
            Some(Output::Send { to: SGSN, octets }) => {
                let Pdu::Abort(a) = Message::read(&octets).unwrap().pdu else {
                    panic!()
                };
                assert_eq!(a.dtid, TransactionId::new(7));
                a.p_abort
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(said, cause, "{octets:02x?}");
        assert!(hlr.is_empty());
    }
    // a component that is none, and one whose operation is missing, are rejected alone
    let components = [0x6c, 14, 0xa1, 3, 2, 1, 1, 0xa9, 3, 2, 1, 2, 0xa2, 2, 5, 0];
    let octets = [&[0x62, 22, 0x48, 4, 0, 0, 0, 7][..], &components].concat();
    hlr.receive(Time(0), SGSN, &Bytes::from(octets));
    let Some(Output::Indication { components, .. }) = hlr.poll() else {
        panic!()
    };
    let refused = |id: Option<i8>, problem| C::Refused {
        id: id.map(InvokeId),
        problem,
    };
    assert_eq!(
        components,
        [
            refused(
                Some(1),
                Problem::Invoke(InvokeProblem::UnrecognizedOperation)
            ),
            refused(
                Some(2),
                Problem::General(GeneralProblem::UnrecognizedComponent)
            ),
            refused(None, Problem::General(GeneralProblem::MistypedComponent)),
        ]
    );
}

/// Whatever comes, an endpoint says at most one thing per message, and keeps no more than it may.
#[test]
fn an_endpoint_takes_anything() {
    let config = Config {
        dialogues: 50,
        ..Config::default()
    };
    let mut e = Endpoint::<u8>::new(config, Rng::seed(6));
    let mut g = Gen::seed(41);
    let mut told = 0;
    for n in 0..200 {
        let octets = Message::sample(n, &mut g).to_bytes();
        for bad in mutations(&octets, n as u64, 100) {
            e.receive(Time(n as u64), SGSN, &Bytes::from(bad));
            let out: Vec<_> = std::iter::from_fn(|| e.poll()).collect();
            assert!(
                out.iter()
                    .filter(|o| matches!(o, Output::Send { .. }))
                    .count()
                    <= 1
            );
            told += out.len();
            assert!(e.len() <= 50);
        }
    }
    assert!(told > 1000, "{told}");
}
