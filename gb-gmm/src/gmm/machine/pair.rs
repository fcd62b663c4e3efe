//! Both sides of GMM against each other, in virtual time, over a link that loses what it is told.
use super::{Ptmsis, Timer, ms, net};
use crate::{
    gmm::{Cause, NetworkDetachType, Pdu, msg::*},
    nas::{Direction, tlli},
};
use engine::{Rng, Time};
use std::{collections::BTreeMap, fmt::Write as _, time::Duration};
use wire::{Digits, Imsi, Octets, Rai, Reader};

const CELL: Rai = Rai([0x00, 0xf1, 0x10, 0, 1, 1]);
const OTHER_CELL: Rai = Rai([0x00, 0xf1, 0x10, 0, 2, 1]);
const DELAY: Duration = Duration::from_millis(50);

/// The RES of the only USIM in this world: its challenge turned round.
fn res(rand: [u8; 16]) -> Octets {
    Octets::copy(&rand.map(|b| !b)[..8])
}

fn imsi() -> Imsi {
    "001010000000001".parse().unwrap()
}

fn mobile() -> ms::Machine {
    let d = |t| Digits::new(t).unwrap();
    let imeisv = "3520990017614823";
    ms::Machine::new(ms::Config::small_device(
        imsi(),
        d("352099001761481"),
        d(imeisv),
    ))
}

struct Pair {
    now: Time,
    rng: Rng,
    ms: ms::Machine,
    net: net::Machine,
    ptmsis: Ptmsis,
    queue: BTreeMap<(Time, u64), (Direction, u32, Vec<u8>)>,
    sent: u64,
    lost: Vec<u64>,
    /// How the USIM answers the n-th challenge; RES by default.
    usim: Vec<ms::UsimAnswer>,
    vectors: Result<(), Cause>,
    location: Result<(), Cause>,
    resyncs: Vec<[u8; 14]>,
    log: Vec<String>,
}

impl Pair {
    fn new() -> Self {
        Self {
            now: Time(0),
            rng: Rng::seed(1),
            ms: mobile(),
            net: net::Machine::new(net::Config {
                ask_imeisv: true,
                ..Default::default()
            }),
            ptmsis: Ptmsis::default(),
            queue: BTreeMap::new(),
            sent: 0,
            lost: vec![],
            usim: vec![],
            vectors: Ok(()),
            location: Ok(()),
            resyncs: vec![],
            log: vec![],
        }
    }

    fn ms(&mut self, input: ms::In) {
        let mut out = vec![];
        self.ms.handle(self.now, &mut self.rng, input, &mut out);
        for o in out {
            match o {
                ms::Out::Send { tlli, pdu } => self.send(Direction::Up, tlli, &pdu),
                ms::Out::AskUsim { rand, .. } => {
                    let answer = match self.usim.is_empty() {
                        true => ms::UsimAnswer::Res(res(rand)),
                        false => self.usim.remove(0),
                    };
                    self.ms(ms::In::Usim(answer));
                }
                ms::Out::Tlli(_) => {}
                o => self.log.push(format!("ms {}", short(&o))),
            }
        }
    }

    fn net(&mut self, input: net::In) {
        let mut out = vec![];
        self.net
            .handle(self.now, &mut self.rng, &mut self.ptmsis, input, &mut out);
        for o in out {
            match o {
                net::Out::Send { tlli, pdu } => self.send(Direction::Down, tlli, &pdu),
                net::Out::AskVectors { resync, .. } => {
                    self.resyncs.extend(resync.map(|r| r.1));
                    let rand = self.rng.array();
                    let vector = net::Vector {
                        rand,
                        xres: res(rand),
                        autn: Some([1; 16]),
                    };
                    self.net(net::In::Vectors(self.vectors.map(|()| vec![vector])));
                }
                net::Out::UpdateLocation(_) => self.net(net::In::Location(self.location)),
                o => self.log.push(format!("net {}", short(&o))),
            }
        }
    }

    fn send(&mut self, way: Direction, tlli: u32, pdu: &Pdu) {
        self.sent += 1;
        let lost = self.lost.contains(&self.sent);
        let arrow = if way == Direction::Up { ">" } else { "<" };
        self.log.push(format!(
            "{arrow} {}{}",
            pdu.name(),
            if lost { " (lost)" } else { "" }
        ));
        if !lost {
            let at = (self.now + DELAY, self.sent);
            self.queue.insert(at, (way, tlli, pdu.encode().to_vec()));
        }
    }

    /// Runs until `end`, or until nothing is under way and no timer runs.
    fn run(&mut self, end: Duration) {
        let end = Time(0) + end;
        loop {
            let next = [
                self.queue.keys().next().map(|k| k.0),
                self.ms.due(),
                self.net.due(),
            ];
            let Some(at) = next.into_iter().flatten().min().filter(|at| *at <= end) else {
                break;
            };
            self.now = at;
            if let Some(e) = self.queue.first_entry().filter(|e| e.key().0 == at) {
                let (way, tlli, octets) = e.remove();
                let pdu = Pdu::decode(way, Reader::new(&octets).strict());
                match way {
                    Direction::Up => self.net(net::In::Recv {
                        tlli,
                        cell: CELL,
                        pdu,
                    }),
                    Direction::Down => self.ms(ms::In::Recv(pdu)),
                }
            } else if self.ms.due() == Some(at) {
                self.ms(ms::In::Timer);
            } else {
                self.net(net::In::Timer);
            }
        }
        self.now = end;
    }

    fn run_for(&mut self, secs: u64) {
        let end = self.now + Duration::from_secs(secs) - Time(0);
        self.run(end);
    }

    fn attached() -> Self {
        let mut p = Self::new();
        p.ms(ms::In::Attach(CELL));
        p.run_for(5);
        assert_eq!(p.ms.state(), ms::State::Registered);
        p.log.clear();
        p
    }

    fn both_attached(&self) -> bool {
        (self.ms.state(), self.net.state()) == (ms::State::Registered, net::State::Registered)
    }
}

fn short(o: &impl std::fmt::Debug) -> String {
    let text = format!("{o:?}");
    text.split([' ', '(', '{']).next().unwrap().to_owned()
}

#[test]
fn attach_with_imsi() {
    let mut p = Pair::new();
    p.ms(ms::In::Attach(CELL));
    p.run_for(5);
    assert_eq!(
        p.log,
        [
            "> AttachRequest",
            "net Identified",
            "< AuthenticationAndCipheringRequest",
            "> AuthenticationAndCipheringResponse",
            "net Allocated",
            "< AttachAccept",
            "> AttachComplete",
            "ms Attached",
            "net Attached",
        ]
    );
    let ptmsi = p.ms.ptmsi().unwrap();
    assert_eq!(
        (Some(ptmsi), p.net.tlli()),
        (p.net.ptmsi(), tlli::local(ptmsi))
    );
    assert_eq!(
        p.net.imeisv().unwrap().to_string(),
        "IMEISV 3520990017614823"
    );
    assert_eq!(p.ptmsis.len(), 1);
}

#[test]
fn attach_survives_each_lost_message_and_each_pair_of_them() {
    for a in 1..=9 {
        for b in a..=10 {
            let mut p = Pair::new();
            p.lost = vec![a, b];
            p.ms(ms::In::Attach(CELL));
            p.run_for(100);
            assert!(p.both_attached(), "{a} {b}: {:#?}", p.log);
            assert_eq!(p.ms.ptmsi(), p.net.ptmsi(), "{a} {b}");
            assert_eq!(p.ptmsis.len(), 1, "{a} {b}");
        }
    }
}

#[test]
fn attach_with_a_ptmsi_that_the_network_does_not_know() {
    let mut p = Pair::attached();
    p.ms(ms::In::Detach { power_off: false });
    p.run_for(5);
    p.net = net::Machine::new(net::Config::default());
    p.log.clear();
    p.ms(ms::In::Attach(OTHER_CELL));
    assert!(tlli::is_foreign(p.ms.tlli()));
    p.run_for(5);
    assert_eq!(
        &p.log[..4],
        [
            "> AttachRequest",
            "< IdentityRequest",
            "> IdentityResponse",
            "net Identified"
        ]
    );
    assert!(p.both_attached());
}

#[test]
fn attach_gives_up_after_five_attempts_and_tries_again_after_t3302() {
    let mut p = Pair::new();
    p.lost = (1..=5).collect();
    p.ms(ms::In::Attach(CELL));
    // five times T3310, four times T3311
    p.run_for(9 * 15);
    assert_eq!(p.log.last().unwrap(), "ms NoAnswer");
    assert_eq!((p.sent, p.ms.state()), (5, ms::State::Deregistered));
    p.run_for(12 * 60 + 5);
    assert!(p.both_attached());
}

#[test]
fn authentication_with_a_wrong_response_is_rejected() {
    let mut p = Pair::new();
    p.usim = vec![ms::UsimAnswer::Res(Octets::copy(&[0; 8]))];
    p.ms(ms::In::Attach(CELL));
    p.run_for(200);
    assert_eq!(
        &p.log[3..],
        [
            "> AuthenticationAndCipheringResponse",
            "< AuthenticationAndCipheringReject",
            "net Detached",
            "ms AuthenticationRejected"
        ]
    );
    // the USIM serves no more
    p.ms(ms::In::Attach(CELL));
    assert_eq!(p.sent, 4);
    p.ms.restart(imsi());
    p.ms(ms::In::Attach(CELL));
    p.run_for(5);
    assert!(p.both_attached());
}

#[test]
fn wrong_response_after_a_ptmsi_asks_who_it_is_first() {
    let mut p = Pair::attached();
    p.usim = vec![ms::UsimAnswer::Res(Octets::copy(&[0; 8]))];
    // the mobile lost its attachment, the network did not
    p.ms(ms::In::Recv(Ok(DetachRequestDown {
        detach: crate::gmm::DetachTypeDown(1),
        cause: None,
        other: Default::default(),
    }
    .into())));
    p.run_for(5);
    assert!(p.log.contains(&"< IdentityRequest".to_owned()));
    assert_eq!(
        p.log.last().unwrap(),
        "ms AuthenticationRejected",
        "{:#?}",
        p.log
    );
}

#[test]
fn network_that_cannot_prove_itself_is_left() {
    let mut p = Pair::new();
    p.usim = vec![ms::UsimAnswer::MacFailure];
    p.ms(ms::In::Attach(CELL));
    p.run_for(1);
    assert_eq!(
        &p.log[3..5],
        [
            "> AuthenticationAndCipheringFailure",
            "< AuthenticationAndCipheringReject"
        ]
    );
    // where the reject does not come, T3318 ends the waiting
    let mut p = Pair::new();
    p.usim = vec![ms::UsimAnswer::MacFailure];
    p.lost = vec![4];
    p.ms(ms::In::Attach(CELL));
    p.run_for(21);
    assert_eq!(p.log.last().unwrap(), "ms NetworkNotAuthentic");
}

#[test]
fn synch_failure_leads_to_new_vectors_once() {
    let mut p = Pair::new();
    p.usim = vec![ms::UsimAnswer::SynchFailure([9; 14])];
    p.ms(ms::In::Attach(CELL));
    p.run_for(5);
    assert!(p.both_attached(), "{:#?}", p.log);
    assert_eq!(p.resyncs, [[9; 14]]);
    let mut p = Pair::new();
    p.usim = vec![
        ms::UsimAnswer::SynchFailure([9; 14]),
        ms::UsimAnswer::SynchFailure([9; 14]),
    ];
    p.ms(ms::In::Attach(CELL));
    p.run_for(5);
    assert_eq!(p.log.last().unwrap(), "ms AuthenticationRejected");
}

#[test]
fn the_home_networks_word_becomes_the_cause() {
    use ms::Verdict as V;
    for (cause, verdict) in [
        (Cause::ImsiUnknownInHlr, V::UsimInvalid),
        (Cause::GprsAndNonGprsNotAllowed, V::UsimInvalid),
        (Cause::PlmnNotAllowed, V::PlmnForbidden),
        (Cause::RoamingNotAllowed, V::AreaForbiddenForRoaming),
        (Cause::GprsNotAllowedInPlmn, V::GprsForbiddenInPlmn),
        (Cause::NoSuitableCells, V::NoSuitableCells),
    ] {
        for early in [true, false] {
            let mut p = Pair::new();
            match early {
                true => p.vectors = Err(cause),
                false => p.location = Err(cause),
            }
            let mut seen = vec![];
            p.ms(ms::In::Attach(CELL));
            p.run_for(1);
            seen.extend(p.log.iter().filter(|l| l.starts_with("ms ")).cloned());
            assert_eq!(seen, ["ms Refused"], "{cause} {early}");
            assert_eq!(ms::Verdict::of(cause), verdict);
            assert_eq!(p.net.state(), net::State::Deregistered);
            assert!(p.ptmsis.is_empty());
            // a refused mobile does not try again by itself
            assert_eq!(p.ms.due(), None, "{cause}");
        }
    }
    let mut p = Pair::new();
    p.vectors = Err(Cause::NetworkFailure);
    p.ms(ms::In::Attach(CELL));
    p.run_for(1);
    p.vectors = Ok(());
    p.run_for(20);
    assert!(
        p.both_attached(),
        "after a network failure it tries again: {:#?}",
        p.log
    );
}

#[test]
fn detach_by_the_mobile() {
    for lost in [vec![], vec![1], vec![2], vec![1, 3]] {
        let mut p = Pair::attached();
        p.lost = lost.iter().map(|n| n + p.sent).collect();
        p.ms(ms::In::Detach { power_off: false });
        p.run_for(100);
        assert_eq!(p.ms.state(), ms::State::Deregistered, "{:?}", p.log);
        assert_eq!(p.net.state(), net::State::Deregistered);
        assert!(p.ptmsis.is_empty());
    }
    let mut p = Pair::attached();
    p.ms(ms::In::Detach { power_off: true });
    p.run_for(100);
    assert_eq!(p.log, ["> DetachRequestUp", "ms Detached", "net Detached"]);
    assert_eq!(p.ms.state(), ms::State::Null);
}

#[test]
fn detach_by_the_network() {
    for (kind, cause, state) in [
        (
            NetworkDetachType::ReAttachNotRequired,
            Some(Cause::ImsiUnknownInHlr),
            ms::State::Deregistered,
        ),
        (
            NetworkDetachType::ReAttachRequired,
            None,
            ms::State::Registered,
        ),
    ] {
        for lost in [vec![], vec![1], vec![2]] {
            let mut p = Pair::attached();
            p.lost = lost.iter().map(|n| n + p.sent).collect();
            p.net(net::In::Detach { kind, cause });
            assert_eq!(p.net.state(), net::State::DeregisteredInitiated);
            p.run_for(60);
            assert_eq!(p.ms.state(), state, "{lost:?} {:#?}", p.log);
        }
    }
}

#[test]
fn periodic_updating_keeps_the_attachment_and_silence_ends_it() {
    let mut p = Pair::attached();
    p.run_for(3 * 3600);
    assert!(p.both_attached());
    assert!(p.log.iter().filter(|l| *l == "ms Updated").count() >= 3);
    p.ms(ms::In::Detach { power_off: true });
    p.queue.clear();
    p.log.clear();
    p.run_for(3600);
    assert_eq!(p.log, ["net Detached"]);
    // a mobile that comes back is told
    let mut p = Pair::attached();
    p.net = net::Machine::new(net::Config::default());
    p.ms(ms::In::Moved(OTHER_CELL));
    p.run_for(10);
    assert!(p.both_attached());
    assert!(p.log.contains(&"ms Refused".to_owned()));
}

#[test]
fn a_response_to_another_challenge_is_ignored() {
    let mut p = Pair::new();
    p.net(net::In::Recv {
        tlli: 0x7800_0001,
        cell: CELL,
        pdu: Ok(attach_request()),
    });
    p.queue.clear();
    let response = |reference| {
        Pdu::from(AuthenticationAndCipheringResponse {
            reference: crate::gmm::Reference(reference),
            res: Some([0; 4].into()),
            imeisv: None,
            extended_res: None,
            other: Default::default(),
        })
    };
    let mut deliver = |pdu| {
        p.net(net::In::Recv {
            tlli: 0x7800_0001,
            cell: CELL,
            pdu: Ok(pdu),
        });
        p.log.last().unwrap().clone()
    };
    assert_eq!(deliver(response(9)), "< AuthenticationAndCipheringRequest");
    assert_eq!(deliver(response(1)), "net Detached");
}

fn attach_request() -> Pdu {
    let mut m = mobile();
    let mut out = vec![];
    m.handle(Time(0), &mut Rng::seed(3), ms::In::Attach(CELL), &mut out);
    out.into_iter()
        .find_map(|o| match o {
            ms::Out::Send { pdu, .. } => Some(pdu),
            _ => None,
        })
        .unwrap()
}

/// A sample of each message that the network sends.
fn downlink() -> Vec<Pdu> {
    (0..Pdu::COUNT)
        .map(|n| Pdu::sample(n, &mut wire::Gen::seed(4)))
        .filter(|p| {
            let name = p.name();
            let up = ["Request", "Up", "Response", "Complete", "Failure"];
            p.code() > 0xff
                || ["Authentic", "Identity"]
                    .iter()
                    .any(|n| name.starts_with(n) && name.ends_with("Request"))
                || !up.iter().any(|e| name.ends_with(e))
        })
        .collect()
}

/// Every state of the mobile against every event, as a table.
#[test]
fn states_and_events_of_the_mobile() {
    let registered = || Pair::attached().ms;
    type Make = Box<dyn Fn() -> ms::Machine>;
    let states: Vec<(&str, Make)> = vec![
        ("Deregistered", Box::new(mobile)),
        (
            "RegisteredInitiated",
            Box::new(|| drive(mobile(), &[ms::In::Attach(CELL)])),
        ),
        ("Registered", Box::new(registered)),
        (
            "RoutingAreaUpdatingInitiated",
            Box::new(|| drive(Pair::attached().ms, &[ms::In::Moved(OTHER_CELL)])),
        ),
        (
            "DeregisteredInitiated",
            Box::new(|| drive(Pair::attached().ms, &[ms::In::Detach { power_off: false }])),
        ),
    ];
    let mut events: Vec<(String, ms::In)> = vec![
        ("attach".into(), ms::In::Attach(CELL)),
        ("moved".into(), ms::In::Moved(OTHER_CELL)),
        ("detach".into(), ms::In::Detach { power_off: false }),
        ("power off".into(), ms::In::Detach { power_off: true }),
    ];
    events.extend(
        downlink()
            .into_iter()
            .map(|p| (p.name().to_owned(), ms::In::Recv(Ok(p)))),
    );
    let mut table = String::new();
    for (name, make) in &states {
        for (event, input) in &events {
            let mut m = make();
            assert_eq!(format!("{:?}", m.state()), *name);
            let mut out = vec![];
            m.handle(Time(0), &mut Rng::seed(1), input.clone(), &mut out);
            let out: Vec<String> = out
                .iter()
                .map(|o| match o {
                    ms::Out::Send { pdu, .. } => pdu.name().to_owned(),
                    o => short(o),
                })
                .collect();
            writeln!(
                table,
                "{name} + {event} -> {:?}: {}",
                m.state(),
                out.join(", ")
            )
            .unwrap();
        }
    }
    golden("gmm_ms.txt", &table);
}

fn drive(mut m: ms::Machine, inputs: &[ms::In]) -> ms::Machine {
    for i in inputs {
        m.handle(Time(0), &mut Rng::seed(1), i.clone(), &mut vec![]);
    }
    m
}

/// Compares with the golden file; `UPDATE_GOLDEN=1` writes it.
pub(crate) fn golden(name: &str, text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("vectors")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn timers_have_the_lengths_of_the_standard() {
    let secs = |t: Timer| t.length().as_secs();
    assert_eq!(
        [Timer::T3310, Timer::T3311, Timer::T3321, Timer::T3330].map(secs),
        [15; 4]
    );
    assert_eq!(
        [Timer::T3322, Timer::T3350, Timer::T3360, Timer::T3370].map(secs),
        [6; 4]
    );
    assert_eq!(
        [
            Timer::T3302,
            Timer::T3312,
            Timer::T3314,
            Timer::T3318,
            Timer::T3320
        ]
        .map(secs),
        [720, 3240, 44, 20, 15]
    );
}
