//! What an HLR and serving nodes tell each other beyond vectors and locations, named by the
//! procedures of TS 29.272 5.2: subscriber data, cancellation, reset, notification, features.
mod common;
use common::{Lab, REALM, experimental, imsi, subscriber};
use diameter_s6a::{
    machine::Identity,
    msg::{
        self, CancellationType, ErrorDiagnostic, ExperimentalResultCode as X, FeatureList1,
        Features, IdrFlags, Message, OperatorDeterminedBarring, Outcome, Pdu, RatType, ResultCode,
        UlrFlags, application,
    },
};
use engine::Input;
use hlr_auc::{Command, Subscriber, Subscription};
use wire::{Apn, Digits};

const MME: &str = "mme1.epc.mnc001.mcc001.3gppnetwork.org";

fn command(lab: &mut Lab, c: Command) {
    lab.hlr(Input::Command(c));
    lab.settle();
}

/// SGSN `i` serves the subscriber, with these features.
fn located(lab: &mut Lab, i: usize, edit: impl FnOnce(&mut msg::UpdateLocationRequest)) -> Message {
    let mut m = lab.ulr(i);
    let Pdu::UpdateLocationRequest(r) = &mut m.pdu else {
        panic!()
    };
    edit(r);
    lab.ask(i, m)
}

fn everything(r: &mut msg::UpdateLocationRequest) {
    r.supported_features = Features {
        list_1: FeatureList1(u32::MAX),
        ..Default::default()
    }
    .avps();
}

fn on_s6a(r: &mut msg::UpdateLocationRequest) {
    r.ulr_flags = UlrFlags(0).with_s6a(true);
    r.rat_type = RatType::Eutran;
}

fn data(m: &Message) -> &msg::SubscriptionData {
    let Pdu::UpdateLocationAnswer(a) = &m.pdu else {
        panic!("{m}")
    };
    assert_eq!(a.result_code, Some(ResultCode::Success), "{m}");
    a.subscription_data.as_ref().unwrap()
}

fn change(lab: &mut Lab, edit: impl FnOnce(&mut Subscription)) {
    let mut s = Subscription::from(lab.record());
    edit(&mut s);
    command(lab, Command::Change(imsi(), Box::new(s)));
}

fn nor(lab: &Lab, i: usize) -> msg::NotifyRequest {
    let id = &lab.sgsns[i].identity;
    msg::NotifyRequest {
        session_id: format!("{};1;4", id.host).into(),
        auth_session_state: msg::AuthSessionState::NoStateMaintained,
        origin_host: id.origin_host(),
        origin_realm: id.origin_realm(),
        destination_realm: REALM.into(),
        user_name: imsi().to_string().into(),
        ..Default::default()
    }
}

fn notify(lab: &mut Lab, i: usize, r: msg::NotifyRequest) -> Message {
    lab.ask(i, Message::request(application::S6A, r))
}

#[test]
fn insert_and_delete_subscriber_data() {
    let mut lab = Lab::new(subscriber().with_apn(Apn::new("second.ro").unwrap()));
    // nobody serves it: nobody to tell
    change(&mut lab, |s| s.msisdn = Digits::new("99901"));
    assert!(lab.sgsns[0].requests.is_empty() && lab.saw("hlr.changed"));
    located(&mut lab, 0, everything);
    change(&mut lab, |s| {
        s.msisdn = Digits::new("99902");
        s.service.subscribed_periodic_rau_tau_timer = Some(1200);
    });
    let Pdu::InsertSubscriberDataRequest(idr) = &lab.sgsns[0].requests[0].pdu else {
        panic!()
    };
    let told = &idr.subscription_data;
    let number = told.msisdn.as_ref().unwrap().digits();
    assert_eq!(number, Digits::new("99902"));
    assert_eq!(told.subscribed_periodic_rau_tau_timer, Some(1200));
    assert_eq!(told.gprs_subscription_data, None, "only what has changed");
    assert!(lab.saw("hlr.updated"));
    // an APN is withdrawn, and another quality is given to the other one
    change(&mut lab, |s| {
        s.contexts.remove(0);
        s.contexts[0].priority = 1;
        s.service.subscribed_periodic_rau_tau_timer = None;
    });
    let [_, dsr, idr] = &lab.sgsns[0].requests[..] else {
        panic!()
    };
    let Pdu::DeleteSubscriberDataRequest(dsr) = &dsr.pdu else {
        panic!()
    };
    assert!(dsr.dsr_flags.pdp_contexts() && dsr.dsr_flags.periodic_timer());
    assert_eq!(dsr.context_identifier, [1]);
    let Pdu::InsertSubscriberDataRequest(idr) = &idr.pdu else {
        panic!()
    };
    let gprs = idr.subscription_data.gprs_subscription_data.as_ref();
    assert_eq!(gprs.unwrap().pdp_context[0].context_identifier, 2);
    assert_eq!(lab.record().contexts.len(), 1);
    // the same again: nothing to tell
    change(&mut lab, |_| {});
    assert_eq!(lab.sgsns[0].requests.len(), 3);
}

#[test]
fn state_and_location_are_asked_for() {
    let mut lab = Lab::new(subscriber());
    let flags = IdrFlags(0)
        .with_eps_user_state(true)
        .with_eps_location_information(true);
    command(&mut lab, Command::Query(imsi(), flags));
    assert!(lab.saw("hlr.no-state"), "nobody serves it");
    located(&mut lab, 0, everything);
    command(&mut lab, Command::Query(imsi(), flags));
    let Pdu::InsertSubscriberDataRequest(idr) = &lab.sgsns[0].requests[0].pdu else {
        panic!()
    };
    assert_eq!(idr.idr_flags, Some(flags));
    assert_eq!(idr.subscription_data.msisdn, None);
    let event = lab.events.iter().find(|e| e.name == "hlr.state").unwrap();
    let state = event.to_string();
    assert!(state.contains("ATTACHED_REACHABLE_FOR_PAGING"), "{state}");
}

#[test]
fn every_type_of_cancellation() {
    for kind in 0..5 {
        let kind = CancellationType(kind);
        let mut lab = Lab::new(subscriber());
        located(&mut lab, 0, everything);
        command(&mut lab, Command::Cancel(imsi(), kind, kind.0 == 2));
        let Pdu::CancelLocationRequest(clr) = &lab.sgsns[0].requests[0].pdu else {
            panic!()
        };
        assert_eq!(clr.cancellation_type, kind);
        let again = clr.clr_flags.is_some_and(|f| f.reattach_required());
        assert_eq!(again, kind == CancellationType::SubscriptionWithdrawal);
        assert_eq!(lab.record().serving, None);
        assert!(lab.saw("hlr.released") && lab.saw("hlr.cancelled"));
    }
    // an initial attach at an MME: the SGSN is told which of its registrations it is
    let mut lab = Lab::new(Subscriber {
        eps: true,
        ..subscriber()
    });
    let mme = lab.sgsn(MME);
    located(&mut lab, 0, everything);
    located(&mut lab, mme, |r| {
        on_s6a(r);
        r.ulr_flags = r.ulr_flags.with_initial_attach(true);
    });
    let Pdu::CancelLocationRequest(clr) = &lab.sgsns[0].requests[0].pdu else {
        panic!()
    };
    assert_eq!(
        clr.cancellation_type,
        CancellationType::InitialAttachProcedure
    );
    assert!(!clr.clr_flags.unwrap().s6a());
}

#[test]
fn reset_after_a_loss_of_records() {
    let mut lab = Lab::new(subscriber());
    let second = lab.sgsn("sgsn2.epc.mnc001.mcc001.3gppnetwork.org");
    command(&mut lab, Command::Reset(vec!["99901".into()]));
    for i in [0, second] {
        let Pdu::ResetRequest(rsr) = &lab.sgsns[i].requests[0].pdu else {
            panic!()
        };
        assert_eq!(rsr.user_id[0].as_str(), Some("99901"));
        assert_eq!(rsr.destination_host, lab.sgsns[i].identity.origin_host());
    }
    assert!(lab.saw("hlr.reset"));
    // one that comes back without its records says so to everybody, once
    let mut lab = Lab::with(subscriber(), |c| c.lost = true);
    assert!(matches!(lab.sgsns[0].requests[0].pdu, Pdu::ResetRequest(_)));
    located(&mut lab, 0, everything);
    assert_eq!(lab.sgsns[0].requests.len(), 1);
}

#[test]
fn notifications() {
    let mut lab = Lab::new(Subscriber {
        eps: true,
        ..subscriber()
    });
    let mme = lab.sgsn(MME);
    let r = nor(&lab, mme);
    let not_serving = notify(&mut lab, mme, r.clone());
    assert_eq!(not_serving.result(), experimental(X::UnknownServingNode));
    let mut stranger = r.clone();
    stranger.user_name = "999010000000009".into();
    let unknown = notify(&mut lab, mme, stranger);
    assert_eq!(unknown.result(), experimental(X::UserUnknown));
    located(&mut lab, mme, |r| {
        on_s6a(r);
        r.terminal_information = Some(msg::TerminalInformation {
            imei: Some("35123456789012".into()),
            ..Default::default()
        });
    });
    let imei = |lab: &Lab| {
        lab.record()
            .terminal
            .as_ref()
            .unwrap()
            .imei
            .clone()
            .unwrap()
    };
    assert_eq!(&imei(&lab), "35123456789012");
    // another terminal, a gateway that was chosen, and the UE is there again
    let gateway = msg::Mip6AgentInfo {
        mip_home_agent_host: Some(msg::MipHomeAgentHost {
            destination_realm: "gw".into(),
            destination_host: "pgw1.gw".into(),
            other: Default::default(),
        }),
        ..Default::default()
    };
    let told = msg::NotifyRequest {
        terminal_information: Some(msg::TerminalInformation {
            imei: Some("35000000000001".into()),
            software_version: Some("01".into()),
            ..Default::default()
        }),
        service_selection: Some("M2M.ro".into()),
        mip6_agent_info: Some(gateway.clone()),
        alert_reason: Some(msg::AlertReason::UePresent),
        ..r
    };
    let ok = notify(&mut lab, mme, told);
    assert_eq!(ok.result(), Some(Outcome::Base(ResultCode::Success)));
    assert!(lab.saw("hlr.notified") && lab.saw("hlr.alert"));
    assert_eq!(&imei(&lab), "35000000000001");
    // the next node is told which gateway the APN has
    let ula = located(&mut lab, mme, on_s6a);
    let profile = data(&ula).apn_configuration_profile.as_ref().unwrap();
    let apn = &profile.apn_configuration[0];
    assert_eq!(apn.mip6_agent_info, Some(gateway));
    let dynamic = Some(msg::PdnGwAllocationType::Dynamic);
    assert_eq!(apn.pdn_gw_allocation_type, dynamic);
}

#[test]
fn what_a_purge_freezes() {
    let mut lab = Lab::new(Subscriber {
        eps: true,
        ..subscriber()
    });
    let mme = lab.sgsn(MME);
    let purge = |lab: &mut Lab, i| {
        let pur = lab.pur(i);
        let m = lab.ask(i, pur);
        let Pdu::PurgeUeAnswer(a) = &m.pdu else {
            panic!("{m}")
        };
        let f = a.pua_flags.unwrap();
        (f.freeze_m_tmsi(), f.freeze_p_tmsi())
    };
    located(&mut lab, 0, everything);
    assert_eq!(purge(&mut lab, 0), (false, true));
    located(&mut lab, mme, on_s6a);
    assert_eq!(purge(&mut lab, 0), (false, false), "it is elsewhere");
    assert_eq!(purge(&mut lab, mme), (true, false));
}

#[test]
fn features_in_common() {
    let mut lab = Lab::new(subscriber());
    let m = located(&mut lab, 0, everything);
    let Pdu::UpdateLocationAnswer(a) = &m.pdu else {
        panic!()
    };
    let ours = lab.hlr.config().features;
    assert_eq!(Features::of(&a.supported_features).list_1, ours.list_1);
    assert_eq!(a.supported_features.len(), 1, "none of the second list");
    let m = located(&mut lab, 0, |_| {});
    let Pdu::UpdateLocationAnswer(a) = &m.pdu else {
        panic!()
    };
    assert!(a.supported_features.is_empty());
}

#[test]
fn barring_that_a_node_cannot_hold_refuses_roaming() {
    let odb = OperatorDeterminedBarring(0);
    for (odb, why) in [
        (
            odb.with_all_packet_services(true),
            ErrorDiagnostic::OdbAllApn,
        ),
        (odb.with_hplmn_ap(true), ErrorDiagnostic::OdbHplmnApn),
        (odb.with_vplmn_ap(true), ErrorDiagnostic::OdbVplmnApn),
    ] {
        let mut s = subscriber();
        s.service.operator_determined_barring = Some(odb);
        let mut lab = Lab::new(s);
        let m = located(&mut lab, 0, |_| {});
        assert_eq!(m.result(), experimental(X::RoamingNotAllowed));
        let Pdu::UpdateLocationAnswer(a) = &m.pdu else {
            panic!()
        };
        assert_eq!((a.error_diagnostic, a.result_code), (Some(why), None));
        let m = located(&mut lab, 0, everything);
        assert_eq!(data(&m).operator_determined_barring, Some(odb));
        let barred = Some(msg::SubscriberStatus::OperatorDeterminedBarring);
        assert_eq!(data(&m).subscriber_status, barred);
    }
}

#[test]
fn no_eps_subscription_and_whether_gprs_would_do() {
    for (apn, why) in [
        (true, ErrorDiagnostic::GprsDataSubscribed),
        (false, ErrorDiagnostic::NoGprsDataSubscribed),
    ] {
        let mut s = subscriber();
        if !apn {
            s.contexts.clear();
        }
        let mut lab = Lab::new(s);
        let mme = lab.sgsn(MME);
        let m = located(&mut lab, mme, on_s6a);
        assert_eq!(m.result(), experimental(X::UnknownEpsSubscription));
        let Pdu::UpdateLocationAnswer(a) = &m.pdu else {
            panic!()
        };
        assert_eq!(a.error_diagnostic, Some(why));
    }
}

#[test]
fn an_sgsn_gets_pdp_contexts_apn_configurations_or_both() {
    let mut lab = Lab::new(Subscriber {
        eps: true,
        ..subscriber()
    });
    let m = located(&mut lab, 0, everything);
    let d = data(&m);
    assert!(d.gprs_subscription_data.is_none() && d.apn_configuration_profile.is_some());
    let m = located(&mut lab, 0, |r| {
        r.ulr_flags = r.ulr_flags.with_gprs_subscription_data(true);
    });
    let d = data(&m);
    assert!(d.gprs_subscription_data.is_some() && d.apn_configuration_profile.is_some());
    let m = located(&mut lab, 0, |r| {
        r.ulr_flags = r.ulr_flags.with_skip_subscriber_data(true);
    });
    let Pdu::UpdateLocationAnswer(a) = &m.pdu else {
        panic!()
    };
    assert_eq!(a.subscription_data, None);
}

/// T3 and T4: a neighbour that speaks in another network's name gets neither vectors nor a
/// profile, and purges nobody. The last rule is what stands in its way.
#[test]
fn a_rogue_neighbour() {
    let rogue = || Identity::s6a("hub.evil.example", "evil.example");
    let forged = |lab: &Lab, i: usize| {
        let victim = lab.sgsns[0].identity.clone();
        let (mut air, mut ulr, mut pur) = (lab.air(i, 5, None), lab.ulr(i), lab.pur(i));
        for m in [&mut air, &mut ulr, &mut pur] {
            let (host, realm) = match &mut m.pdu {
                Pdu::AuthenticationInformationRequest(r) => {
                    (&mut r.origin_host, &mut r.origin_realm)
                }
                Pdu::UpdateLocationRequest(r) => (&mut r.origin_host, &mut r.origin_realm),
                Pdu::PurgeUeRequest(r) => (&mut r.origin_host, &mut r.origin_realm),
                _ => panic!(),
            };
            (*host, *realm) = (victim.origin_host(), victim.origin_realm());
        }
        [air, ulr, pur]
    };
    let no = Some(Outcome::Base(ResultCode::AuthorizationRejected));
    let mut lab = Lab::new(subscriber());
    located(&mut lab, 0, everything);
    let i = lab.node(rogue());
    let seq = lab.record().seq;
    for m in forged(&lab, i) {
        assert_eq!(lab.ask(i, m).result(), no);
    }
    assert_eq!(lab.record().seq, seq);
    assert!(!lab.record().purged);
    // in its own name: its realm is no network, and roaming agreements decide
    let air = lab.air(i, 1, None);
    assert!(lab.ask(i, air).result().unwrap().is_success());
    // an agent may, where agents are not named
    let mut agent = rogue();
    agent.applications.push(diameter_s6a::machine::Application {
        vendor: 0,
        id: application::RELAY,
    });
    let mut lab = Lab::new(subscriber());
    let i = lab.node(agent.clone());
    let [air, ..] = forged(&lab, i);
    assert!(lab.ask(i, air).result().unwrap().is_success());
    let mut lab = Lab::with(subscriber(), |c| c.rules.agents = Some(Default::default()));
    let i = lab.node(agent);
    let [air, ..] = forged(&lab, i);
    assert_eq!(lab.ask(i, air).result(), no);
    // with the countermeasure off both threats come true
    let mut lab = Lab::with(subscriber(), |c| c.rules.origin_must_match_peer = false);
    let i = lab.node(rogue());
    let [air, ulr, _] = forged(&lab, i);
    assert_eq!(common::vectors(&lab.ask(i, air)).len(), 5);
    let profile = lab.ask(i, ulr);
    assert!(data(&profile).gprs_subscription_data.is_some());
}

#[test]
fn tshark_understands_all_of_it() {
    let Some(tshark) = oracle::tshark("hlr-updates") else {
        return;
    };
    let mut s = subscriber().with_apn(Apn::new("second.ro").unwrap());
    s.eps = true;
    let mut lab = Lab::new(s);
    let mme = lab.sgsn(MME);
    located(&mut lab, 0, everything);
    located(&mut lab, mme, on_s6a);
    let r = msg::NotifyRequest {
        nor_flags: Some(
            msg::NorFlags(0)
                .with_ue_reachable_from_mme(true)
                .with_s6a(true),
        ),
        ..nor(&lab, mme)
    };
    notify(&mut lab, mme, r);
    change(&mut lab, |s| {
        s.contexts.remove(0);
        s.service.stn_sr = Some(msg::Tbcd::new(&Digits::new("99900").unwrap()));
    });
    command(
        &mut lab,
        Command::Query(imsi(), IdrFlags(0).with_eps_user_state(true)),
    );
    command(&mut lab, Command::Reset(vec![]));
    let pur = lab.pur(mme);
    lab.ask(mme, pur);
    let pdus = oracle::Pdus::new("diameter", lab.said.iter().map(|b| &b[..]));
    assert_eq!(tshark.count(&pdus, "diameter"), lab.said.len());
    let bad = "_ws.malformed || _ws.expert.severity >= 6291456";
    assert_eq!(tshark.text(&pdus, bad, &["-V"]), "");
    for (filter, n) in [
        ("diameter.cmd.code == 316 && diameter.flags.request == 1", 2),
        ("diameter.cmd.code == 317", 2),
        ("diameter.cmd.code == 319 && diameter.IDR-Flags == 4", 1),
        (
            "diameter.cmd.code == 320 && diameter.Context-Identifier == 1",
            1,
        ),
        ("diameter.3gpp.dsr_flags_bit3 == 1", 1),
        ("diameter.cmd.code == 321 && diameter.PUA-Flags == 1", 1),
        ("diameter.cmd.code == 322", 4),
        (
            "diameter.cmd.code == 323 && diameter.3gpp.nor_flags_bit3 == 1",
            1,
        ),
        ("diameter.Feature-List-ID == 1", 2),
        ("diameter.SGSN-User-State", 1),
        ("diameter.STN-SR", 1),
        ("e212.imsi == \"999010000000001\"", 8),
    ] {
        assert_eq!(tshark.count(&pdus, filter), n, "{filter}");
    }
}
