//! An SGSN and an HLR by MAP, in virtual time: procedures, refusals, loss; and each of them with
//! the other side of a third-party trace.
use engine::Rng;
use sigtran_map::{
    map::{
        machine::{Failure, Hlr, Sgsn, Vectors, service::TIMER_M},
        msg::*,
    },
    tcap::{
        machine::Config,
        msg::{
            Component, DialoguePortion, InvokeProblem, Message, Pdu, TransactionId, UserDiagnostic,
            component::{InvokeId, Problem},
        },
    },
};

mod common;
use common::pair::*;

#[test]
fn vectors_in_one_message() {
    let mut p = Pair::new();
    let handle = p.authenticate(2);
    p.hlr
        .vectors(START, handle, Ok(Vectors::Quintuplets(quintuplets(2))));
    let (sgsn, _) = p.settle(START);
    assert_eq!(
        authenticated(sgsn),
        Ok(Vectors::Quintuplets(quintuplets(2)))
    );
    assert_eq!(p.names(), ["Begin", "End"]);
    assert!(p.is_clean());
}

/// As in the third-party trace: the HLR continues, the SGSN asks again without argument.
#[test]
fn vectors_in_several_messages() {
    let mut p = Pair::new();
    let handle = p.authenticate(5);
    p.hlr
        .vectors(START, handle, Ok(Vectors::Quintuplets(quintuplets(5))));
    let (sgsn, _) = p.settle(START);
    assert_eq!(
        authenticated(sgsn),
        Ok(Vectors::Quintuplets(quintuplets(5)))
    );
    assert_eq!(
        p.names(),
        [
            "Begin", "Continue", "Continue", "Continue", "Continue", "End"
        ]
    );
    let Component::Invoke(again) = &p.wire[2].1.components()[0] else {
        panic!()
    };
    assert_eq!((again.invoke_id, &again.parameter), (InvokeId(2), &None));
    assert!(p.is_clean());
}

/// Segmentation prohibited: whatever a message of the HLR holds at most.
#[test]
fn vectors_in_one_message_where_the_sgsn_insists() {
    let mut p = Pair::new();
    let a = SendAuthenticationInfoArg {
        no_segmentation: Some(sigtran_map::ber::Null),
        ..SendAuthenticationInfoArg::sgsn(imsi(), 5)
    };
    p.sgsn.authenticate(START, HLR, 1, a);
    let (_, hlr) = p.settle(START);
    let [HlrOut::Authenticate { handle, .. }] = hlr[..] else {
        panic!("{hlr:?}");
    };
    let all = Vectors::Quintuplets(quintuplets(5));
    p.hlr.vectors(START, handle, Ok(all.clone()));
    let (sgsn, _) = p.settle(START);
    assert_eq!(authenticated(sgsn), Ok(all));
    assert_eq!(p.names(), ["Begin", "End"]);
    assert!(p.is_clean());
}

#[test]
fn resynchronisation_reaches_the_hlr() {
    let mut p = Pair::new();
    let a = SendAuthenticationInfoArg::sgsn(imsi(), 1).resynchronise([7; 16], [9; 14]);
    p.sgsn.authenticate(START, HLR, 1, a);
    let (_, hlr) = p.settle(START);
    let [
        HlrOut::Authenticate {
            argument,
            version: 3,
            ..
        },
    ] = &hlr[..]
    else {
        panic!("{hlr:?}")
    };
    let resync = argument.resync.as_ref().unwrap();
    assert_eq!((resync.rand.0, resync.auts.0), ([7; 16], [9; 14]));
}

/// 25.5.3: an HLR of version 2 refuses version 3, and is asked again.
#[test]
fn version_2_where_the_hlr_has_no_other() {
    let old = vec![Context::new(ContextName::InfoRetrieval, 2)];
    let mut p = Pair::with(Hlr::with_contexts(Config::default(), Rng::seed(2), 2, old));
    p.sgsn
        .authenticate(START, HLR, 1, SendAuthenticationInfoArg::sgsn(imsi(), 3));
    let (_, hlr) = p.settle(START);
    let [
        HlrOut::Authenticate {
            handle,
            version: 2,
            argument,
            ..
        },
    ] = &hlr[..]
    else {
        panic!("{hlr:?}");
    };
    assert_eq!((argument.imsi.0, argument.node_type), (imsi(), None));
    p.hlr
        .vectors(START, *handle, Ok(Vectors::Triplets(triplets(3))));
    let (sgsn, _) = p.settle(START);
    assert_eq!(authenticated(sgsn), Ok(Vectors::Triplets(triplets(3))));
    assert_eq!(p.names(), ["Begin", "Abort", "Begin", "End"]);
    assert!(p.is_clean());
    // an HLR that knows neither, and quintuplets in version 2
    let mut p = Pair::with(Hlr::with_contexts(
        Config::default(),
        Rng::seed(2),
        5,
        vec![],
    ));
    p.sgsn
        .authenticate(START, HLR, 1, SendAuthenticationInfoArg::sgsn(imsi(), 3));
    let (sgsn, _) = p.settle(START);
    assert_eq!(authenticated(sgsn), Err(Failure::Unsupported(None)));
    assert_eq!(p.names(), ["Begin", "Abort", "Begin", "Abort"]);
    assert!(p.is_clean());
}

/// 17.4: the other version may stand in what MAP adds to the refusal.
#[test]
fn version_2_named_in_the_refusal() {
    let mut p = Pair::new();
    let context = Context::new(ContextName::InfoRetrieval, 3);
    let a = SendAuthenticationInfoArg::sgsn(imsi(), 3);
    p.sgsn.authenticate(START, HLR, 1, a);
    let Some(SgsnOut::Send { octets, .. }) = p.sgsn.poll() else {
        panic!();
    };
    let why = UserDiagnostic::ApplicationContextNameNotSupported;
    let mut portion = DialoguePortion::response(context.oid(), Some(why));
    let apdu = portion.external.apdu.as_mut().unwrap();
    let refuse = dialogue::MapDialogue::refuse(Some(context.in_version(2).oid()));
    apdu.response.as_mut().unwrap().user_information = Some(refuse.user_info());
    let abort = sigtran_map::tcap::msg::Abort {
        dtid: Message::read(&octets).unwrap().otid().unwrap(),
        p_abort: None,
        dialogue: Some(portion),
        other: Default::default(),
    };
    p.sgsn.receive(START, HLR, &Message::from(abort).to_bytes());
    let Some(SgsnOut::Send { octets, .. }) = p.sgsn.poll() else {
        panic!();
    };
    let again = Message::read(&octets).unwrap();
    let text = View(&again).to_string();
    assert!(text.contains("infoRetrievalContext-v2"), "{text}");
}

#[test]
fn refusals_reach_the_sgsn_with_their_parameters() {
    let errors = [
        MapError::unknown_subscriber(UnknownSubscriberDiagnostic::ImsiUnknown),
        MapError::system_failure(3, NetworkResource::Hlr),
        ErrorCode::DataMissing.into(),
    ];
    for e in errors {
        let mut p = Pair::new();
        let handle = p.authenticate(1);
        p.hlr.vectors(START, handle, Err(e.clone()));
        let (sgsn, _) = p.settle(START);
        assert_eq!(authenticated(sgsn), Err(Failure::Error(e)));
        assert!(p.is_clean());
    }
    let mut p = Pair::new();
    let handle = p.update();
    let e = MapError::roaming_not_allowed(RoamingNotAllowedCause::PlmnRoamingNotAllowed);
    p.hlr.located(START, handle, Err(e.clone()));
    let (sgsn, hlr) = p.settle(START);
    let outcome = Err(Failure::Error(e));
    assert_eq!(sgsn, [SgsnOut::Updated { token: 2, outcome }]);
    assert!(hlr.is_empty() && p.is_clean());
}

/// What the HLR refuses by itself: numbers out of range, the wrong operation, no operation.
#[test]
fn the_hlr_refuses_what_cannot_be() {
    let mut p = Pair::new();
    p.sgsn
        .authenticate(START, HLR, 1, SendAuthenticationInfoArg::sgsn(imsi(), 9));
    let (sgsn, hlr) = p.settle(START);
    let value = ErrorCode::UnexpectedDataValue;
    assert_eq!(authenticated(sgsn), Err(Failure::Error(value.into())));
    assert!(hlr.is_empty() && p.is_clean());
    // by hand: operation 23 in the context of operation 56, an argument that is none, no argument
    let missing = |c: &Component| match c {
        Component::ReturnError(e) => e.error.unwrap().0 as u8 == ErrorCode::DataMissing.0,
        _ => false,
    };
    let problem = |p| move |c: &Component| matches!(c, Component::Reject(r) if r.problem() == Some(Problem::Invoke(p)));
    let broken =
        sigtran_map::ber::Any::framed(0x30, Default::default(), |w| w.extend_from_slice(&[5, 0]));
    type Is = Box<dyn Fn(&Component) -> bool>;
    let cases: [(Component, Is); 3] = [
        (
            Component::invoke(InvokeId(1), 23, Some(broken.clone())),
            Box::new(problem(InvokeProblem::UnrecognizedOperation)),
        ),
        (
            Component::invoke(InvokeId(1), 56, Some(broken)),
            Box::new(problem(InvokeProblem::MistypedParameter)),
        ),
        (Component::invoke(InvokeId(1), 56, None), Box::new(missing)),
    ];
    for (component, is) in cases {
        let begin = sigtran_map::tcap::msg::Begin {
            otid: TransactionId::new(1),
            dialogue: Some(DialoguePortion::request(
                Context::new(ContextName::InfoRetrieval, 3).oid(),
                None,
            )),
            components: Some(vec![component].into()),
            other: Default::default(),
        };
        p.hlr.receive(START, SGSN, &Message::from(begin).to_bytes());
        let Some(HlrOut::Send { octets, .. }) = p.hlr.poll() else {
            panic!()
        };
        let m = Message::read(&octets).unwrap();
        assert!(
            matches!(m.pdu, Pdu::End(_)) && is(&m.components()[0]),
            "{m}"
        );
        assert!(p.hlr.poll().is_none() && p.hlr.dialogues() == 0);
    }
}

#[test]
fn a_location_update_brings_the_subscriber_data_first() {
    let mut p = Pair::new();
    let handle = p.update();
    p.hlr.located(
        START,
        handle,
        Ok((number("99901100"), vec![data(1), data(2)])),
    );
    for n in [1, 2] {
        let (sgsn, hlr) = p.settle(START);
        assert!(hlr.is_empty());
        let [
            SgsnOut::Insert {
                handle,
                imsi: whose,
                data: d,
            },
        ] = &sgsn[..]
        else {
            panic!("{sgsn:?}");
        };
        assert_eq!((*whose, &**d), (imsi(), &data(n)));
        p.sgsn.answer(
            START,
            *handle,
            Ok(Some(InsertSubscriberDataRes::empty().into())),
        );
    }
    let (sgsn, hlr) = p.settle(START);
    let outcome = Ok(UpdateGprsLocationRes::new(number("99901100")));
    assert_eq!(sgsn, [SgsnOut::Updated { token: 2, outcome }]);
    assert_eq!(
        hlr,
        [HlrOut::Located {
            handle,
            outcome: Ok(())
        }]
    );
    assert_eq!(
        p.names(),
        [
            "Begin", "Continue", "Continue", "Continue", "Continue", "End"
        ]
    );
    assert!(p.is_clean());
}

#[test]
fn subscriber_data_that_is_not_taken_fails_the_update() {
    let mut p = Pair::new();
    let handle = p.update();
    p.hlr
        .located(START, handle, Ok((number("99901100"), vec![data(1)])));
    let (sgsn, _) = p.settle(START);
    let [SgsnOut::Insert { handle: insert, .. }] = sgsn[..] else {
        panic!("{sgsn:?}")
    };
    let e = MapError::from(ErrorCode::UnexpectedDataValue);
    p.sgsn.answer(START, insert, Err(e.clone()));
    let (sgsn, hlr) = p.settle(START);
    let failed = Err(Failure::Error(MapError::system_failure(
        3,
        NetworkResource::Hlr,
    )));
    assert_eq!(
        sgsn,
        [SgsnOut::Updated {
            token: 2,
            outcome: failed
        }]
    );
    assert_eq!(
        hlr,
        [HlrOut::Located {
            handle,
            outcome: Err(Failure::Error(e))
        }]
    );
    assert!(p.is_clean());
}

#[test]
fn the_hlr_cancels_inserts_deletes_and_resets() {
    let mut p = Pair::new();
    p.hlr.cancel(
        START,
        SGSN,
        11,
        CancelLocationArg::new(imsi(), CancellationType::UpdateProcedure),
    );
    let mut insert = data(3);
    insert.imsi = Some(imsi().into());
    p.hlr.insert(START, SGSN, 12, insert);
    let delete = DeleteSubscriberDataArg {
        imsi: imsi().into(),
        roaming_restricted: None,
        zone: None,
        extension: None,
        gprs: None,
        sgsn_restricted: None,
        charging: None,
        other: Default::default(),
    };
    p.hlr.delete(START, SGSN, 13, delete.clone());
    // whose data it is, nobody can tell
    p.hlr.insert(START, SGSN, 14, data(4));
    let reset = ResetArg {
        hlr_number: number("99901100"),
        hlr_list: None,
        other: Default::default(),
    };
    assert!(p.hlr.reset(START, SGSN, reset.clone()));
    let (sgsn, hlr) = p.settle(START);
    let missing = MapError::from(ErrorCode::DataMissing);
    assert_eq!(
        hlr,
        [HlrOut::Inserted {
            token: 14,
            outcome: Err(Failure::Error(missing))
        }]
    );
    let [
        SgsnOut::Cancel {
            handle: a,
            imsi: whose,
            argument,
        },
        SgsnOut::Insert { handle: b, .. },
        SgsnOut::Delete { handle: c, data: d },
        SgsnOut::Reset {
            from: HLR,
            argument: r,
        },
    ] = &sgsn[..]
    else {
        panic!("{sgsn:?}");
    };
    assert_eq!(
        (*whose, argument.cancellation_type),
        (imsi(), Some(CancellationType::UpdateProcedure))
    );
    assert_eq!((&**d, &**r), (&delete, &reset));
    p.sgsn.answer(START, *a, Ok(None));
    p.sgsn
        .answer(START, *b, Ok(Some(InsertSubscriberDataRes::empty().into())));
    p.sgsn
        .answer(START, *c, Err(ErrorCode::UnidentifiedSubscriber.into()));
    let (_, hlr) = p.settle(START);
    let unidentified = MapError::from(ErrorCode::UnidentifiedSubscriber);
    assert_eq!(
        hlr,
        [
            HlrOut::Cancelled {
                token: 11,
                outcome: Ok(())
            },
            HlrOut::Inserted {
                token: 12,
                outcome: Ok(InsertSubscriberDataRes::empty())
            },
            HlrOut::Deleted {
                token: 13,
                outcome: Err(Failure::Error(unidentified))
            },
        ]
    );
    assert!(p.is_clean());
}

#[test]
fn purging_and_readiness() {
    let mut p = Pair::new();
    p.sgsn
        .purge(START, HLR, 21, PurgeMsArg::new(imsi(), number("99901200")));
    let ready = ReadyForSmArg {
        imsi: imsi().into(),
        reason: AlertReason::MsPresent,
        indicator: None,
        extension: None,
        other: Default::default(),
    };
    p.sgsn.ready_for_sm(START, HLR, 22, ready);
    let (_, hlr) = p.settle(START);
    let [
        HlrOut::Purge {
            handle: a,
            argument,
            ..
        },
        HlrOut::Ready { handle: b, .. },
    ] = &hlr[..]
    else {
        panic!("{hlr:?}");
    };
    assert_eq!(argument.sgsn_number, Some(number("99901200")));
    p.hlr.purged(START, *a, Ok(PurgeMsRes::frozen(false, true)));
    p.hlr.ready(START, *b, Ok(()));
    let (sgsn, _) = p.settle(START);
    let frozen = Ok(PurgeMsRes::frozen(false, true));
    assert_eq!(
        sgsn,
        [
            SgsnOut::Purged {
                token: 21,
                outcome: frozen
            },
            SgsnOut::ReadyTold {
                token: 22,
                outcome: Ok(())
            }
        ]
    );
    assert!(p.is_clean());
}

/// Whatever is lost, each side is told within its timers, and nothing is left.
#[test]
fn an_hlr_that_is_gone_mid_dialogue() {
    let mut p = Pair::new();
    let handle = p.update();
    p.hlr
        .located(START, handle, Ok((number("99901100"), vec![data(1)])));
    let (sgsn, _) = p.settle(START);
    let [SgsnOut::Insert { handle: insert, .. }] = sgsn[..] else {
        panic!("{sgsn:?}")
    };
    // the HLR comes back without memory: it knows no such transaction
    p.hlr = Hlr::new(Config::default(), Rng::seed(9), 2);
    p.sgsn.answer(START, insert, Ok(None));
    let (sgsn, _) = p.settle(START);
    let cause = sigtran_map::tcap::msg::PAbortCause::UnrecognizedTransactionId;
    let outcome = Err(Failure::ProviderAbort(Some(cause)));
    assert_eq!(sgsn, [SgsnOut::Updated { token: 2, outcome }]);
    assert!(p.is_clean());
    // the HLR never answers
    p.authenticate(1);
    let end = p.sgsn.due().unwrap();
    assert_eq!(end, START + TIMER_M);
    p.sgsn.timer(end);
    let (sgsn, _) = p.settle(end);
    assert_eq!(authenticated(sgsn), Err(Failure::Timeout));
    assert_eq!(p.sgsn.dialogues(), 0);
    // and its own memory of it ends by itself
    p.hlr.timer(p.hlr.due().unwrap());
    p.settle(end);
    assert!(p.is_clean());
}

#[test]
fn a_shorter_timer() {
    let mut p = Pair::new();
    let short = std::time::Duration::from_secs(2);
    p.sgsn = Sgsn::new(Config::default(), Rng::seed(1)).with_timer(short);
    p.authenticate(1);
    assert_eq!(p.sgsn.due(), Some(START + short));
}

#[test]
fn a_request_that_sccp_returns() {
    let mut p = Pair::new();
    p.sgsn
        .authenticate(START, HLR, 1, SendAuthenticationInfoArg::sgsn(imsi(), 1));
    let Some(SgsnOut::Send { octets, .. }) = p.sgsn.poll() else {
        panic!()
    };
    p.sgsn.returned(START, &octets);
    let (sgsn, _) = p.settle(START);
    assert_eq!(authenticated(sgsn), Err(Failure::Undelivered));
    assert!(p.is_clean());
}

#[test]
fn more_dialogues_than_allowed() {
    let config = Config {
        dialogues: 1,
        ..Config::default()
    };
    let mut p = Pair::new();
    p.sgsn = Sgsn::new(config, Rng::seed(1));
    p.authenticate(1);
    p.sgsn
        .authenticate(START, HLR, 1, SendAuthenticationInfoArg::sgsn(imsi(), 1));
    let (sgsn, _) = p.settle(START);
    assert_eq!(authenticated(sgsn), Err(Failure::Busy));
}

/// An HLR that continues without end and without vectors does not keep the SGSN busy.
#[test]
fn an_hlr_that_never_ends() {
    let mut p = Pair::new();
    let handle = p.authenticate(5);
    p.hlr
        .vectors(START, handle, Ok(Vectors::Quintuplets(quintuplets(3))));
    let Some(HlrOut::Send { octets, .. }) = p.hlr.poll() else {
        panic!()
    };
    let first = Message::read(&octets).unwrap();
    p.sgsn.receive(START, HLR, &octets);
    let Some(SgsnOut::Send { octets, .. }) = p.sgsn.poll() else {
        panic!()
    };
    assert!(matches!(
        Message::read(&octets).unwrap().pdu,
        Pdu::Continue(_)
    ));
    let empty = sigtran_map::tcap::msg::Continue {
        otid: first.otid().unwrap(),
        dtid: first.dtid().unwrap(),
        dialogue: None,
        components: Some(
            vec![Component::ReturnResultLast(Component::result(
                InvokeId(2),
                56,
                None,
            ))]
            .into(),
        ),
        other: Default::default(),
    };
    p.sgsn.receive(START, HLR, &Message::from(empty).to_bytes());
    let out: Vec<_> = std::iter::from_fn(|| p.sgsn.poll()).collect();
    let [
        SgsnOut::Authenticated { outcome, .. },
        SgsnOut::Send { octets, .. },
    ] = &out[..]
    else {
        panic!("{out:?}");
    };
    assert!(matches!(Message::read(octets).unwrap().pdu, Pdu::End(_)));
    assert_eq!(outcome, &Ok(Vectors::Quintuplets(quintuplets(2))));
    assert_eq!(p.sgsn.dialogues(), 0);
}

/// A run is decided by its seeds.
#[test]
fn the_same_seeds_say_the_same() {
    let run = || {
        let mut p = Pair::new();
        let handle = p.authenticate(5);
        p.hlr
            .vectors(START, handle, Ok(Vectors::Quintuplets(quintuplets(5))));
        p.settle(START);
        p.wire.iter().map(|(_, m)| m.to_bytes()).collect::<Vec<_>>()
    };
    assert_eq!(run(), run());
}
