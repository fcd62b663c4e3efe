//! An ASP and its gateway agree, strangers are refused with the right codes, and an application
//! server hands its traffic to whoever serves it.
use bytes::Bytes;
use engine::Time;
use sigtran_map::m3ua::{
    machine::{Asp, Config, Notice, Output, Server, ServerState, Sgp, SgpConfig, SgpOutput, State},
    msg::{Message, Pdu, ProtocolData, Status, TrafficMode, Words},
};
use std::time::Duration;

const START: Time = Time(0);

fn asp(contexts: &[u32], mode: Option<TrafficMode>) -> Asp {
    Asp::new(Config {
        identifier: Some(1),
        contexts: contexts.to_vec(),
        mode,
        ack: Duration::from_secs(2),
    })
}

fn sgp(contexts: &[u32]) -> Sgp {
    Sgp::new(SgpConfig {
        contexts: contexts.to_vec(),
        mode: Some(TrafficMode::Loadshare),
        identified: true,
    })
}

/// Carries messages until nobody says anything: their names, in their order.
fn settle(asp: &mut Asp, sgp: &mut Sgp) -> Vec<String> {
    let mut names = Vec::new();
    let name = |b: &Bytes| match Message::read(b).unwrap().pdu {
        Pdu::Error(e) => format!("Error {}", e.error_code.0),
        m => m.name().to_owned(),
    };
    loop {
        let before = names.len();
        while let Some(o) = asp.poll() {
            if let Output::Send(b) = o {
                names.push(name(&b));
                sgp.receive(&b);
            }
        }
        while let Some(o) = sgp.poll() {
            if let SgpOutput::Send(b) = o {
                names.push(name(&b));
                asp.receive(START, &b);
            }
        }
        if names.len() == before {
            return names;
        }
    }
}

fn data(contexts: Option<Vec<u32>>) -> Bytes {
    Message::from(Pdu::from(sigtran_map::m3ua::msg::Data {
        network_appearance: None,
        routing_context: contexts.map(Words),
        protocol_data: ProtocolData {
            opc: 1,
            dpc: 2,
            si: 3,
            ni: 2,
            mp: 0,
            sls: 0,
            data: vec![9].into(),
        },
        correlation_id: None,
        other: Default::default(),
    }))
    .bytes()
}

#[test]
fn up_active_leave() {
    let (mut a, mut s) = (asp(&[7], Some(TrafficMode::Loadshare)), sgp(&[7, 8]));
    a.connected(START);
    let up = ["AspUp", "AspUpAck", "AspActive", "AspActiveAck"];
    assert_eq!(settle(&mut a, &mut s), up);
    assert_eq!((a.state(), s.state()), (State::Active, State::Active));
    assert_eq!(s.identifier(), Some(1));
    a.leave();
    let down = ["AspInactive", "AspDown", "AspInactiveAck", "AspDownAck"];
    assert_eq!(settle(&mut a, &mut s), down);
    assert_eq!((a.state(), s.state()), (State::Down, State::Down));
}

#[test]
fn what_is_refused() {
    let refused = |contexts: &[u32], mode, mine: &[u32]| {
        let (mut a, mut s) = (asp(contexts, mode), sgp(mine));
        a.connected(START);
        let last = settle(&mut a, &mut s).pop();
        assert_eq!(s.state(), State::Inactive);
        last.unwrap()
    };
    let share = Some(TrafficMode::Loadshare);
    // RFC 4666 3.8.1: Unsupported Traffic Mode Type, Invalid Routing Context, No Configured AS
    assert_eq!(refused(&[7], Some(TrafficMode::Broadcast), &[7]), "Error 5");
    assert_eq!(refused(&[9], share, &[7]), "Error 25");
    assert_eq!(refused(&[9], share, &[]), "Error 26");
    // who does not say who it is: ASP Identifier Required
    let mut s = sgp(&[7]);
    s.receive(&vec![1, 0, 3, 1, 0, 0, 0, 8].into());
    let Some(SgpOutput::Send(b)) = s.poll() else {
        panic!()
    };
    let Pdu::Error(e) = Message::read(&b).unwrap().pdu else {
        panic!()
    };
    assert_eq!(e.error_code.0, 14);
    assert_eq!(s.state(), State::Down);
}

#[test]
fn traffic_only_while_active_and_in_its_contexts() {
    let (mut a, mut s) = (asp(&[7], None), sgp(&[7]));
    let told = |s: &mut Sgp| match s.poll() {
        Some(SgpOutput::Send(b)) => match Message::read(&b).unwrap().pdu {
            Pdu::Error(e) => format!("Error {}", e.error_code.0),
            m => m.name().to_owned(),
        },
        Some(SgpOutput::Data(_)) => "data".to_owned(),
        other => format!("{other:?}"),
    };
    s.receive(&data(None));
    assert_eq!(told(&mut s), "Error 6");
    a.connected(START);
    settle(&mut a, &mut s);
    s.receive(&data(None));
    s.receive(&data(Some(vec![7])));
    s.receive(&data(Some(vec![8])));
    let all: Vec<String> = (0..3).map(|_| told(&mut s)).collect();
    assert_eq!(all, ["data", "data", "Error 25"]);
    // a second ASPUP: it has begun anew (4.3.4.1)
    s.receive(
        &Message::from(Pdu::from(sigtran_map::m3ua::msg::AspUp {
            asp_identifier: Some(1),
            info: None,
            other: Default::default(),
        }))
        .bytes(),
    );
    assert_eq!(told(&mut s), "AspUpAck");
    assert_eq!(told(&mut s), "Error 6");
    assert_eq!(s.state(), State::Inactive);
}

fn notices(server: &mut Server) -> Vec<Notice> {
    std::iter::from_fn(|| server.notice()).collect()
}

#[test]
fn an_application_server_waits_for_who_takes_over() {
    let mut server = Server::new(TrafficMode::Loadshare);
    server.process(START, 1, State::Inactive);
    server.process(START, 2, State::Inactive);
    let inactive = |n| Notice::Status(n, Status::AsInactive);
    assert_eq!(notices(&mut server), [inactive(1), inactive(2)]);
    server.process(START, 1, State::Active);
    let active = |n| Notice::Status(n, Status::AsActive);
    assert_eq!(notices(&mut server), [active(1), active(2)]);
    server.process(START, 2, State::Active);
    assert_eq!((server.pick(0), server.pick(1)), (vec![1], vec![2]));
    server.process(START, 1, State::Down);
    assert_eq!((server.pick(0), server.pick(1)), (vec![2], vec![2]));
    server.process(START, 2, State::Inactive);
    assert_eq!(server.state(), ServerState::Pending);
    assert!(server.wait(0, Bytes::from_static(b"x")) && server.takes());
    let due = server.due().unwrap();
    assert_eq!(due, START + Duration::from_secs(2));
    server.process(START, 2, State::Active);
    assert_eq!(server.waited(), Some((0, Bytes::from_static(b"x"))));
    assert_eq!(server.due(), None);
    server.process(START, 2, State::Down);
    assert!(server.wait(0, Bytes::from_static(b"y")));
    assert_eq!((server.expire(START), server.expire(due)), (0, 1));
    assert_eq!((server.state(), server.takes()), (ServerState::Down, false));
}

#[test]
fn override_and_broadcast() {
    let mut server = Server::new(TrafficMode::Override);
    server.process(START, 1, State::Active);
    server.process(START, 2, State::Active);
    assert!(notices(&mut server).contains(&Notice::Overridden(1)));
    assert_eq!(server.pick(1), [2]);
    let mut server = Server::new(TrafficMode::Broadcast);
    server.process(START, 1, State::Active);
    server.process(START, 2, State::Active);
    assert_eq!(server.pick(1), [1, 2]);
}
