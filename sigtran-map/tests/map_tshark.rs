//! What we write, as tshark reads it: names and values must be the same, and nothing may be
//! marked as wrong.
use oracle::Pdus;
use sigtran_map::{
    ber::Null,
    map::msg::{dialogue::MapDialogue, error::PlainParam, *},
    tcap::msg::{
        Abort, AbortSource, Begin, Component, Continue, DialoguePortion, End, GeneralProblem,
        InvokeProblem, Message, PAbortCause, ReturnErrorProblem, ReturnResultProblem,
        TransactionId, UserDiagnostic,
        component::{InvokeId, Problem},
    },
};
use wire::{Apn, Digits, Hex, PdpAddress, QosProfile};

fn imsi() -> wire::Imsi {
    "999010000000017".parse().unwrap()
}

fn number(digits: &str) -> AddressString {
    AddressString::international(&Digits::new(digits).unwrap())
}

fn context_of(operation: Operation) -> Context {
    let name = match operation {
        Operation::SendAuthenticationInfo => ContextName::InfoRetrieval,
        Operation::UpdateGprsLocation => ContextName::GprsLocationUpdate,
        Operation::CancelLocation => ContextName::LocationCancellation,
        Operation::PurgeMs => ContextName::MsPurging,
        Operation::Reset => ContextName::Reset,
        Operation::ReadyForSm => ContextName::MwdMngt,
        _ => ContextName::SubscriberDataMngt,
    };
    Context::new(name, if operation == Operation::Reset { 2 } else { 3 })
}

fn begin(context: Context, component: Component) -> Message {
    let begin = Begin {
        otid: TransactionId::new(0x0a0b_0c0d),
        dialogue: Some(DialoguePortion::request(context.oid(), None)),
        components: Some(vec![component].into()),
        other: Default::default(),
    };
    begin.into()
}

fn answer(context: Context, component: Component) -> Message {
    let answer = Continue {
        otid: TransactionId::new(1),
        dtid: TransactionId::new(0x0a0b_0c0d),
        dialogue: Some(DialoguePortion::response(context.oid(), None)),
        components: Some(vec![component].into()),
        other: Default::default(),
    };
    answer.into()
}

fn pdp_context(id: u8) -> PdpContext {
    let qos = QosProfile::background_64k();
    let apn = Apn::new("m2m.registration").unwrap();
    PdpContext::new(id, &PdpAddress::ipv4(None), 2, &qos, apn)
}

fn arguments() -> Vec<(Context, Argument)> {
    let mut v: Vec<Argument> = vec![
        SendAuthenticationInfoArg::sgsn(imsi(), 3).into(),
        SendAuthenticationInfoArg::sgsn(imsi(), 1)
            .resynchronise([0x11; 16], [0x22; 14])
            .into(),
    ];
    let mut update = UpdateGprsLocationArg::new(
        imsi(),
        number("99901200"),
        std::net::IpAddr::from([127, 0, 2, 1]).into(),
    );
    update.capability = Some(SgsnCapability {
        solsa: None,
        extension: None,
        gprs_enhancements: Some(Null),
        camel_phases: None,
        lcs_sets: None,
        camel4: None,
        rat_types: None,
        features: None,
        other: Default::default(),
    });
    v.push(update.into());
    let mut insert: InsertSubscriberDataArg =
        GprsSubscriptionData::complete(vec![pdp_context(1), pdp_context(2)]).into();
    insert.msisdn = Some(number("99901300017"));
    v.push(insert.into());
    let delete = |all, contexts: Option<Vec<u8>>| DeleteSubscriberDataArg {
        imsi: imsi().into(),
        roaming_restricted: None,
        zone: None,
        extension: None,
        gprs: Some(GprsSubscriptionDataWithdraw {
            all,
            contexts: contexts.map(|c| c.into_iter().map(ContextIdItem).collect::<Vec<_>>().into()),
            other: Default::default(),
        }),
        sgsn_restricted: None,
        charging: None,
        other: Default::default(),
    };
    v.push(delete(Some(Null), None).into());
    v.push(delete(None, Some(vec![1, 2])).into());
    v.push(CancelLocationArg::new(imsi(), CancellationType::SubscriptionWithdraw).into());
    v.push(PurgeMsArg::new(imsi(), number("99901200")).into());
    let reset = ResetArg {
        hlr_number: number("99901100"),
        hlr_list: Some(vec![HlrId::from(Digits::new("9990100").unwrap())].into()),
        other: Default::default(),
    };
    v.push(reset.into());
    let ready = ReadyForSmArg {
        imsi: imsi().into(),
        reason: AlertReason::MsPresent,
        indicator: None,
        extension: None,
        other: Default::default(),
    };
    v.push(ready.into());
    let mut all: Vec<(Context, Argument)> = v
        .into_iter()
        .map(|a| (context_of(Operation(a.belongs_to())), a))
        .collect();
    let v2 = context_of(Operation::SendAuthenticationInfo).version(2);
    all.push((v2, SendAuthenticationInfoV2Arg::from(imsi()).into()));
    all
}

fn outcomes() -> Vec<(Context, Outcome)> {
    let q = AuthenticationQuintuplet::new([1; 16], &[2; 8], [3; 16], [4; 16], [5; 16]);
    let t = AuthenticationTriplet::new([6; 16], [7; 4], [8; 8]);
    let mut with_eps = SendAuthenticationInfoRes::quintuplets(vec![]);
    with_eps.quintuplets = None;
    with_eps.eps = Some(
        vec![EpcAv {
            rand: Hex([1; 16]),
            xres: q.xres.clone(),
            autn: Hex([5; 16]),
            kasme: Hex([9; 32]),
            extension: None,
            other: Default::default(),
        }]
        .into(),
    );
    let v: Vec<Outcome> = vec![
        SendAuthenticationInfoRes::quintuplets(vec![q.clone(), q]).into(),
        SendAuthenticationInfoRes::triplets(vec![t.clone()]).into(),
        with_eps.into(),
        UpdateGprsLocationRes::new(number("99901100")).into(),
        InsertSubscriberDataRes::empty().into(),
        DeleteSubscriberDataRes {
            regional: None,
            extension: None,
            other: Default::default(),
        }
        .into(),
        CancelLocationRes {
            extension: None,
            other: Default::default(),
        }
        .into(),
        PurgeMsRes::frozen(false, true).into(),
        ReadyForSmRes {
            extension: None,
            other: Default::default(),
        }
        .into(),
    ];
    let mut all: Vec<(Context, Outcome)> = v
        .into_iter()
        .map(|o| (context_of(Operation(o.belongs_to())), o))
        .collect();
    let v2 = context_of(Operation::SendAuthenticationInfo).version(2);
    all.push((v2, SendAuthenticationInfoV2Res::from(vec![t]).into()));
    all
}

/// What tshark must find: fields and values.
type Expected = Vec<(&'static str, String)>;

fn expected_of_argument(a: &Argument) -> Expected {
    let mut v = vec![("gsm_old.localValue", a.belongs_to().to_string())];
    if !matches!(
        a,
        Argument::InsertSubscriberDataArg(_) | Argument::ResetArg(_)
    ) {
        v.push(("e212.imsi", imsi().to_string()));
    }
    match a {
        Argument::SendAuthenticationInfoArg(a) => {
            v.push(("gsm_map.ms.numberOfRequestedVectors", a.vectors.to_string()));
            v.push(("gsm_map.ms.requestingNodeType", "1".into()));
            if let Some(r) = &a.resync {
                v.push(("gsm_map.ms.rand", r.rand.to_string()));
                v.push(("gsm_map.ms.auts", r.auts.to_string()));
            }
        }
        Argument::UpdateGprsLocationArg(_) => {
            v.push(("e164.msisdn", "99901200".into()));
            v.push(("gsm_map.gsnaddress_ipv4", "127.0.2.1".into()));
            v.push((
                "gsm_map.ms.gprsEnhancementsSupportIndicator_element",
                "1".into(),
            ));
        }
        Argument::InsertSubscriberDataArg(_) => {
            v.push(("e164.msisdn", "99901300017".into()));
            v.push(("gsm_map.ms.networkAccessMode", "2".into()));
            v.push(("gsm_map.ms.pdp_ContextId", "1,2".into()));
            v.push((
                "gsm_map.apn_str",
                "m2m.registration,m2m.registration".into(),
            ));
            v.push(("gsm_map.ms.completeDataListIncluded_element", "1".into()));
        }
        Argument::DeleteSubscriberDataArg(a) => match &a.gprs.as_ref().unwrap().contexts {
            Some(_) => v.push(("gsm_map.ms.ContextId", "1,2".into())),
            None => v.push(("gsm_map.ms.allGPRSData_element", "1".into())),
        },
        Argument::CancelLocationArg(_) => v.push(("gsm_map.ms.cancellationType", "1".into())),
        Argument::PurgeMsArg(_) => v.push(("e164.msisdn", "99901200".into())),
        Argument::ResetArg(_) => {
            v.push(("e164.msisdn", "99901100".into()));
            v.push(("gsm_map.HLR_Id", "990901f0".into()));
        }
        Argument::ReadyForSmArg(_) => v.push(("gsm_map.sm.alertReason", "0".into())),
        Argument::SendAuthenticationInfoV2Arg(_) => {}
        other => panic!("{other:?}"),
    }
    v
}

fn expected_of_outcome(o: &Outcome) -> Expected {
    let mut v = vec![("gsm_old.localValue", o.belongs_to().to_string())];
    let (one, two) = (
        |b: &str, n: usize| b.repeat(n),
        |s: String| format!("{s},{s}"),
    );
    match o {
        Outcome::SendAuthenticationInfoRes(r) if r.quintuplets.is_some() => {
            v.push(("gsm_map.ms.rand", two(one("01", 16))));
            v.push(("gsm_map.ms.xres", two(one("02", 8))));
            v.push(("gsm_map.ms.ck", two(one("03", 16))));
            v.push(("gsm_map.ms.ik", two(one("04", 16))));
            v.push(("gsm_map.ms.autn", two(one("05", 16))));
        }
        Outcome::SendAuthenticationInfoRes(r) if r.eps.is_some() => {
            v.push(("gsm_map.ms.kasme", one("09", 32)));
        }
        Outcome::SendAuthenticationInfoRes(_) => {
            v.push(("gsm_map.ms.sres", one("07", 4)));
            v.push(("gsm_map.ms.kc", one("08", 8)));
        }
        Outcome::SendAuthenticationInfoV2Res(_) => v.push(("gsm_old.kc", one("08", 8))),
        Outcome::UpdateGprsLocationRes(_) => v.push(("e164.msisdn", "99901100".into())),
        Outcome::PurgeMsRes(_) => v.push(("gsm_map.ms.freezeP_TMSI_element", "1".into())),
        _ => {}
    }
    v
}

/// Writes the messages, and asks tshark for what each should say.
fn judge(name: &str, all: &[(Message, Expected)]) {
    let Some(tshark) = oracle::tshark(name) else {
        return;
    };
    let octets: Vec<_> = all.iter().map(|(m, _)| m.to_bytes()).collect();
    let pdus = Pdus::new("tcap", octets.iter().map(|o| &o[..]));
    let wrong = tshark.text(
        &pdus,
        "_ws.malformed || _ws.expert.severity >= 6291456",
        &["-V"],
    );
    assert_eq!(wrong, "");
    let mut fields: Vec<&str> = all
        .iter()
        .flat_map(|(_, e)| e.iter().map(|f| f.0))
        .collect();
    fields.sort_unstable();
    fields.dedup();
    let rows = tshark.fields(&pdus, "", &fields);
    assert_eq!(rows.len(), all.len());
    for ((m, expected), row) in all.iter().zip(rows) {
        for (field, value) in expected {
            let at = fields.iter().position(|f| f == field).unwrap();
            assert_eq!(&row[at], value, "{field} of {m}");
        }
        assert_eq!(&Message::read(&m.to_bytes()).unwrap(), m);
    }
}

#[test]
fn arguments_as_tshark_reads_them() {
    let all: Vec<_> = arguments()
        .iter()
        .map(|(context, a)| {
            let p = a.parameter(Default::default());
            let c = Component::invoke(InvokeId(1), a.belongs_to().into(), Some(p));
            let mut e = expected_of_argument(a);
            e.push(("tcap.application_context_name", context.oid().to_string()));
            (begin(*context, c), e)
        })
        .collect();
    assert_eq!(all.len(), 11);
    judge("map-arguments", &all);
}

#[test]
fn outcomes_as_tshark_reads_them() {
    let all: Vec<_> = outcomes()
        .iter()
        .map(|(context, o)| {
            let p = o.parameter(Default::default());
            let r = Component::result(InvokeId(1), o.belongs_to().into(), Some(p));
            (
                answer(*context, Component::ReturnResultLast(r)),
                expected_of_outcome(o),
            )
        })
        .collect();
    assert_eq!(all.len(), 10);
    judge("map-outcomes", &all);
}

#[test]
fn errors_as_tshark_reads_them() {
    let context = context_of(Operation::UpdateGprsLocation);
    let plain = |code| MapError {
        code,
        parameter: None,
    };
    let empty = PlainParam {
        extension: None,
        other: Default::default(),
    };
    assert_eq!(empty, wire::Reader::new(&[]).all().unwrap());
    let mut errors = vec![
        (
            MapError::unknown_subscriber(UnknownSubscriberDiagnostic::GprsEpsSubscriptionUnknown),
            Some(("gsm_map.er.unknownSubscriberDiagnostic", "1")),
        ),
        (
            MapError::roaming_not_allowed(RoamingNotAllowedCause::OperatorDeterminedBarring),
            Some(("gsm_map.er.roamingNotAllowedCause", "3")),
        ),
        (
            MapError::system_failure(3, NetworkResource::Hlr),
            Some(("gsm_map.er.networkResource", "1")),
        ),
        (
            MapError::system_failure(2, NetworkResource::Hlr),
            Some(("gsm_map.er.networkResource", "1")),
        ),
    ];
    errors.extend(
        ErrorCode::KNOWN
            .iter()
            .map(|(code, _)| (plain(*code), None)),
    );
    let all: Vec<_> = errors
        .iter()
        .map(|(e, field)| {
            let c = Component::error(InvokeId(1), e.code.0.into(), e.any());
            let mut expected = vec![("gsm_old.localValue", e.code.0.to_string())];
            expected.extend(field.map(|(f, v)| (f, v.to_owned())));
            (answer(context, c), expected)
        })
        .collect();
    judge("map-errors", &all);
}

#[test]
fn rejections_and_aborts_as_tshark_reads_them() {
    let context = context_of(Operation::UpdateGprsLocation);
    let problems = [
        (
            Problem::General(GeneralProblem::BadlyStructuredComponent),
            "gsm_old.generalProblem",
            "2",
        ),
        (
            Problem::Invoke(InvokeProblem::DuplicateInvokeId),
            "gsm_old.invokeProblem",
            "0",
        ),
        (
            Problem::Result(ReturnResultProblem::MistypedParameter),
            "gsm_old.returnResultProblem",
            "2",
        ),
        (
            Problem::Error(ReturnErrorProblem::UnexpectedError),
            "gsm_old.returnErrorProblem",
            "3",
        ),
    ];
    let mut all: Vec<(Message, Expected)> = problems
        .iter()
        .map(|(p, field, v)| {
            let c = Component::reject(Some(InvokeId(1)), *p);
            (answer(context, c), vec![(*field, (*v).to_owned())])
        })
        .collect();
    let abort = |p_abort, dialogue| Abort {
        dtid: TransactionId::new(7),
        p_abort,
        dialogue,
        other: Default::default(),
    };
    let provider = abort(Some(PAbortCause::UnrecognizedTransactionId), None);
    all.push((provider.into(), vec![("tcap.p_abortCause", "1".into())]));
    let user = DialoguePortion::abort(
        AbortSource::DialogueServiceUser,
        Some(MapDialogue::user_abort().user_info()),
    );
    let specific = "gsm_map.dialogue.userSpecificReason_element";
    all.push((
        abort(None, Some(user)).into(),
        vec![("tcap.abort_source", "0".into()), (specific, "1".into())],
    ));
    let v2 = context.version(2);
    let refused = DialoguePortion::response(
        v2.oid(),
        Some(UserDiagnostic::ApplicationContextNameNotSupported),
    );
    all.push((
        abort(None, Some(refused)).into(),
        vec![
            ("tcap.result", "1".into()),
            ("tcap.dialogue_service_user", "2".into()),
            ("tcap.application_context_name", v2.oid().to_string()),
        ],
    ));
    let end = End {
        dtid: TransactionId::new(7),
        dialogue: None,
        components: None,
        other: Default::default(),
    };
    all.push((end.into(), vec![("tcap.dtid", "00000007".into())]));
    judge("tcap-rejections", &all);
}
