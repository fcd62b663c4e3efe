//! Every state meets every event: the peer state machine of RFC 6733 5.6 and the watchdog of RFC 3539
//! 3.4.1, as tables.
use diameter_s6a::{
    machine::{
        Identity,
        peer::{self, Output, Peer, Reason, Side},
        watchdog::{self, Watchdog},
    },
    msg::{
        CapabilitiesExchangeRequest, DisconnectCause, DisconnectPeerAnswer, DisconnectPeerRequest,
        Message, Pdu, ResultCode,
    },
};
use engine::{Rng, Time};
use std::time::Duration;

const REALM: &str = "epc.mnc001.mcc001.3gppnetwork.org";

/// `m` lies between the two peers that it has connections with: it wins against one and loses
/// against the other.
fn local() -> Identity {
    Identity::s6a(format!("m.{REALM}"), REALM)
}

fn other(first: &str) -> Identity {
    Identity::s6a(format!("{first}.{REALM}"), REALM)
}

/// An event by its name in the table.
fn events(them: &Identity) -> Vec<(&'static str, Event)> {
    let cer: CapabilitiesExchangeRequest = them.cer();
    let cer = Message::request(0, cer);
    let answer = |code| Message::answer(&cer.header, them.cea(code));
    let (host, realm) = (them.origin_host(), them.origin_realm());
    let dpr = Message::request(
        0,
        DisconnectPeerRequest {
            origin_host: host.clone(),
            origin_realm: realm.clone(),
            disconnect_cause: DisconnectCause::Rebooting,
            other: Default::default(),
        },
    );
    let dpa = Message::answer(
        &dpr.header,
        DisconnectPeerAnswer {
            result_code: ResultCode::Success,
            origin_host: host,
            origin_realm: realm,
            error_message: None,
            failed_avp: vec![],
            other: Default::default(),
        },
    );
    use Event as E;
    vec![
        ("Start", E::Start),
        ("I-Ack", E::Ack),
        ("I-Nack", E::Nack),
        ("R-CER", E::Receive(Side::R, cer.clone())),
        ("I-CEA", E::Receive(Side::I, answer(ResultCode::Success))),
        (
            "I-CEA-no",
            E::Receive(Side::I, answer(ResultCode::ElectionLost)),
        ),
        ("I-DPR", E::Receive(Side::I, dpr.clone())),
        ("R-DPR", E::Receive(Side::R, dpr)),
        ("I-DPA", E::Receive(Side::I, dpa)),
        ("I-Disc", E::Gone(Side::I)),
        ("R-Disc", E::Gone(Side::R)),
        ("Timeout", E::Timeout),
        ("Stop", E::Stop),
    ]
}

#[allow(clippy::large_enum_variant)] // a test's
enum Event {
    Start,
    Ack,
    Nack,
    Receive(Side, Message),
    Gone(Side),
    Timeout,
    Stop,
}

impl Event {
    fn input(&self) -> peer::Input<'_> {
        use peer::Input as I;
        match self {
            Self::Start => I::Start,
            Self::Ack => I::RcvConnAck,
            Self::Nack => I::RcvConnNack,
            Self::Receive(side, m) => I::Receive(*side, m),
            Self::Gone(side) => I::PeerDisc(*side),
            Self::Timeout => I::Timeout,
            Self::Stop => I::Stop(DisconnectCause::Rebooting),
        }
    }
}

/// What the machine wants, in the words of the RFC's table.
fn word(o: &Output) -> String {
    match o {
        Output::Connect => "I-Snd-Conn-Req".into(),
        Output::Send(side, m) => {
            let name = match &m.pdu {
                Pdu::CapabilitiesExchangeRequest(_) => "CER".into(),
                Pdu::CapabilitiesExchangeAnswer(a) => match a.result_code.is_success() {
                    true => "CEA".into(),
                    false => format!("CEA({})", a.result_code.0),
                },
                Pdu::DisconnectPeerRequest(_) => "DPR".into(),
                Pdu::DisconnectPeerAnswer(_) => "DPA".into(),
                other => format!("{other:?}"),
            };
            format!("{side:?}-Snd-{name}")
        }
        Output::Disconnect(side) => format!("{side:?}-Disc"),
        Output::Opened(_) => "open".into(),
        Output::Closed(Reason::Transport) => "lost".into(),
        Output::Closed(why) => format!("{why:?}")
            .split('(')
            .next()
            .unwrap_or("")
            .to_lowercase(),
        Output::Dropped(_) => "drop".into(),
    }
}

/// The ways into each state.
fn states(them: &Identity) -> Vec<Vec<&'static str>> {
    let wins = them.host.starts_with('a');
    let mut all = vec![
        vec![],
        vec!["Start"],
        vec!["Start", "I-Ack"],
        vec!["Start", "R-CER"],
        vec!["R-CER"],
        vec!["Start", "I-Ack", "I-CEA"],
        vec!["R-CER", "Stop"],
        vec!["Start", "I-Ack", "I-CEA", "Stop"],
    ];
    // who wins decides at once, who loses waits for what the winner does
    if !wins {
        all.insert(4, vec!["Start", "I-Ack", "R-CER"]);
    }
    all
}

fn table(them: &Identity) -> String {
    let (us, events) = (local(), events(them));
    let find = |name: &str| &events.iter().find(|e| e.0 == name).expect("an event").1;
    let mut text = String::new();
    for way in states(them) {
        let mut there = Peer::new(Some(them.host.clone()));
        let mut out = Vec::new();
        for step in &way {
            there.handle(&us, find(step).input(), &mut out);
        }
        text.push_str(&format!("{:?} ({})\n", there.state(), way.join(", ")));
        for (name, event) in &events {
            // R-Conn-CER where no second connection is accepted: the caller closes it
            if *name == "R-CER" && !there.accepts() && !matches!(there.state(), peer::State::ROpen)
            {
                text.push_str("  R-CER: R-Reject\n");
                continue;
            }
            let (mut p, mut out) = (there.clone(), Vec::new());
            p.handle(&us, event.input(), &mut out);
            let wants: Vec<String> = out.iter().map(word).collect();
            let same = p.state() == there.state() && wants.is_empty();
            if !same {
                let wants = wants.join(" ");
                text.push_str(format!("  {name}: {wants} -> {:?}", p.state()).trim_end());
                text.push('\n');
            }
        }
    }
    text
}

#[test]
fn peers_of_rfc_6733_5_6_when_we_lose_the_election() {
    assert_eq!(table(&other("z")), include_str!("tables/peer-loses.txt"));
}

#[test]
fn peers_of_rfc_6733_5_6_when_we_win_the_election() {
    assert_eq!(table(&other("a")), include_str!("tables/peer-wins.txt"));
}

/// The watchdog: each state meets each event, its timer with and without an answer outstanding.
#[test]
fn watchdogs_of_rfc_3539_3_4_1() {
    use watchdog::Input as I;
    let tw = Duration::from_secs(30);
    let late = Time(0) + Duration::from_secs(100_000);
    let fire = |w: &mut Watchdog, rng: &mut Rng, out: &mut Vec<_>, i: I| {
        let now = match i {
            I::Timer => w.due().unwrap_or(late),
            _ => Time(0),
        };
        w.handle(now, rng, i, out);
    };
    let ways: &[(&str, &[I])] = &[
        ("INITIAL", &[]),
        ("OKAY", &[I::Up]),
        ("OKAY, pending", &[I::Up, I::Timer]),
        ("SUSPECT", &[I::Up, I::Timer, I::Timer]),
        ("DOWN", &[I::Up, I::Down]),
        ("REOPEN, pending", &[I::Up, I::Down, I::Up]),
        ("REOPEN, 1 DWA", &[I::Up, I::Down, I::Up, I::ReceiveDwa]),
        (
            "REOPEN, 2 DWAs, pending",
            &[
                I::Up,
                I::Down,
                I::Up,
                I::ReceiveDwa,
                I::Timer,
                I::ReceiveDwa,
                I::Timer,
            ],
        ),
        ("REOPEN, NumDWA -1", &[I::Up, I::Down, I::Up, I::Timer]),
    ];
    let events = [
        ("up", I::Up),
        ("down", I::Down),
        ("DWA", I::ReceiveDwa),
        ("non-DWA", I::ReceiveNonDwa),
        ("timer", I::Timer),
    ];
    let mut text = String::new();
    for (name, way) in ways {
        let mut rng = Rng::seed(1);
        let mut there = Watchdog::new(tw, tw);
        way.iter()
            .for_each(|i| fire(&mut there, &mut rng, &mut Vec::new(), *i));
        text.push_str(&format!("{name}\n"));
        for (event, input) in events {
            let (mut w, mut out) = (there.clone(), Vec::new());
            fire(&mut w, &mut rng, &mut out, input);
            let wants: Vec<String> = out.iter().map(|o| format!("{o:?}")).collect();
            let row = format!("  {event}: {} -> {:?}", wants.join(" "), w.state());
            text.push_str(row.trim_end());
            text.push('\n');
        }
    }
    assert_eq!(text, include_str!("tables/watchdog.txt"));
}
