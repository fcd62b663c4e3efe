//! An ASP comes up, is active, and starts again where its gateway forgets it.
use bytes::Bytes;
use engine::Time;
use sigtran_map::m3ua::{
    machine::{Asp, Config, Output, State},
    msg::{Message, Pdu},
};
use std::time::Duration;

/// A message of the gateway: class, type, no parameters.
fn bare(class: u8, kind: u8) -> Bytes {
    vec![1, 0, class, kind, 0, 0, 0, 8].into()
}

/// What the ASP does: names of messages, and states.
fn told(asp: &mut Asp) -> Vec<String> {
    let name = |o| match o {
        Output::Send(b) => match Message::read(&b).unwrap().pdu {
            Pdu::Error(e) => format!("Error {}", e.error_code.0),
            m => m.name().to_owned(),
        },
        Output::State(s) => format!("{s:?}"),
        other => panic!("{other:?}"),
    };
    std::iter::from_fn(|| asp.poll()).map(name).collect()
}

#[test]
fn up_active_and_again() {
    let ack = Duration::from_secs(2);
    let mut asp = Asp::new(Config {
        identifier: Some(1),
        contexts: vec![7],
        mode: None,
        ack,
    });
    let t = Time(0);
    asp.connected(t);
    assert_eq!(told(&mut asp), ["AspUp"]);
    asp.expire(t + ack / 2);
    assert!(told(&mut asp).is_empty());
    asp.expire(t + ack);
    assert_eq!(told(&mut asp), ["AspUp"]);
    asp.receive(t, &bare(3, 4));
    assert_eq!(told(&mut asp), ["Inactive", "AspActive"]);
    asp.receive(t, &bare(4, 3));
    assert_eq!(told(&mut asp), ["Active"]);
    assert_eq!(asp.due(), None);
    asp.receive(t, &bare(3, 3));
    asp.receive(t, &bare(3, 1));
    asp.receive(t, &bare(9, 1));
    asp.receive(t, &bare(0, 0));
    assert_eq!(told(&mut asp), ["HeartbeatAck", "Error 6", "Error 3"]);
    asp.receive(t, &bare(4, 4));
    assert_eq!(told(&mut asp), ["Inactive", "AspActive"]);
    asp.receive(t, &bare(3, 5));
    assert_eq!(told(&mut asp), ["Down", "AspUp"]);
    asp.lost();
    assert_eq!((asp.state(), asp.due()), (State::Down, None));
}
