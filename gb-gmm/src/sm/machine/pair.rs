//! Both sides of SM against each other, in virtual time, over a link that loses what it is told.
use super::{Timer, ms, net};
use crate::{
    nas::Ti,
    sm::{Cause, Message, Pdu, msg::SmStatus},
};
use engine::Time;
use std::time::Duration;
use wire::{Apn, PdpAddress, QosProfile, Reader};

struct Pair {
    now: Time,
    ms: ms::Machine,
    net: net::Machine,
    queue: Vec<(Time, bool, Vec<u8>)>,
    sent: u64,
    lost: Vec<u64>,
    answer: Result<(), Cause>,
    log: Vec<String>,
}

fn request() -> ms::Request {
    ms::Request {
        apn: Apn::new("internet"),
        qos: QosProfile::subscribed(),
        address: PdpAddress::ipv4(None),
        pco: None,
    }
}

fn grant() -> net::Grant {
    net::Grant {
        qos: QosProfile::background_64k(),
        address: Some(PdpAddress::ipv4(Some([10, 33, 0, 1].into()))),
        pco: None,
        cause: None,
    }
}

impl Pair {
    fn new() -> Self {
        Self {
            now: Time(0),
            ms: ms::Machine::new(),
            net: net::Machine::new(),
            queue: vec![],
            sent: 0,
            lost: vec![],
            answer: Ok(()),
            log: vec![],
        }
    }

    fn send(&mut self, up: bool, m: &Message) {
        self.sent += 1;
        let lost = self.lost.contains(&self.sent);
        let (arrow, note) = (
            if up { ">" } else { "<" },
            if lost { " (lost)" } else { "" },
        );
        self.log.push(format!("{arrow} {}{note}", m.pdu.name()));
        if !lost {
            let at = self.now + Duration::from_millis(50);
            self.queue.push((at, up, m.encode().to_vec()));
        }
    }

    fn activate(&mut self) -> u8 {
        let mut out = vec![];
        let nsapi = self.ms.activate(self.now, request(), &mut out).unwrap();
        self.ms_out(out);
        nsapi
    }

    fn ms_out(&mut self, out: Vec<ms::Out>) {
        for o in out {
            match o {
                ms::Out::Send(m) => self.send(true, &m),
                o => self.log.push(format!("ms {}", name(&o))),
            }
        }
    }

    fn ms(&mut self, input: ms::In) {
        let mut out = vec![];
        self.ms.handle(self.now, input, &mut out);
        self.ms_out(out);
    }

    fn net(&mut self, input: net::In) {
        let mut out = vec![];
        self.net.handle(self.now, input, &mut out);
        for o in out {
            match o {
                net::Out::Send(m) => self.send(false, &m),
                net::Out::Create { ti, .. } => {
                    let answer = self.answer.map(|()| grant());
                    self.log.push("net Create".into());
                    self.net(net::In::Created { ti, answer });
                }
                o => self.log.push(format!("net {}", name(&o))),
            }
        }
    }

    fn run_for(&mut self, secs: u64) {
        let end = self.now + Duration::from_secs(secs);
        loop {
            let first = self.queue.first().map(|q| q.0);
            let next = [first, self.ms.due(), self.net.due()];
            let Some(at) = next.into_iter().flatten().min().filter(|at| *at <= end) else {
                break;
            };
            self.now = at;
            if first == Some(at) {
                let (_, up, octets) = self.queue.remove(0);
                let m = Message::decode(Reader::new(&octets).strict());
                match up {
                    true => self.net(net::In::Recv(m)),
                    false => self.ms(ms::In::Recv(m)),
                }
            } else if self.ms.due() == Some(at) {
                self.ms(ms::In::Timer);
            } else {
                self.net(net::In::Timer);
            }
        }
        self.now = end;
    }

    fn active() -> (Self, u8) {
        let mut p = Self::new();
        let nsapi = p.activate();
        p.run_for(1);
        p.log.clear();
        (p, nsapi)
    }
}

fn name(o: &impl std::fmt::Debug) -> String {
    let text = format!("{o:?}");
    text.split([' ', '(', '{']).next().unwrap().to_owned()
}

#[test]
fn activation_by_the_mobile() {
    let mut p = Pair::new();
    let nsapi = p.activate();
    p.run_for(1);
    assert_eq!(
        p.log,
        [
            "> ActivatePdpContextRequest",
            "net Create",
            "< ActivatePdpContextAccept",
            "net Active",
            "ms Active"
        ]
    );
    let c = p.ms.context(nsapi).unwrap();
    assert_eq!(
        (c.state, c.nsapi, c.ti, c.llc_sapi),
        (ms::State::Active, 5, 0, 3)
    );
    assert_eq!(c.address.ipv4_address(), Some([10, 33, 0, 1].into()));
    // a second one gets a transaction and an NSAPI of its own
    assert_eq!(p.activate(), 6);
    p.run_for(1);
    assert_eq!(p.net.nsapis().collect::<Vec<_>>(), [5, 6]);
}

#[test]
fn activation_survives_losses_and_creates_once() {
    for lost in [vec![1], vec![2], vec![1, 2], vec![2, 4], vec![1, 2, 3, 4]] {
        let mut p = Pair::new();
        p.lost = lost.clone();
        let nsapi = p.activate();
        p.run_for(149);
        assert_eq!(
            p.ms.context(nsapi).unwrap().state,
            ms::State::Active,
            "{lost:?}"
        );
        assert_eq!(p.log.iter().filter(|l| *l == "net Create").count(), 1);
    }
}

#[test]
fn activation_gives_up_after_five_requests() {
    let mut p = Pair::new();
    p.lost = (1..=5).collect();
    p.activate();
    p.run_for(149);
    assert_eq!(p.sent, 5);
    p.run_for(2);
    assert_eq!(p.log.last().unwrap(), "ms NoAnswer");
    assert_eq!((p.ms.contexts().count(), p.ms.due()), (0, None));
}

#[test]
fn activation_refused() {
    let mut p = Pair::new();
    p.answer = Err(Cause::MissingOrUnknownApn);
    p.activate();
    p.run_for(1);
    assert_eq!(&p.log[2..], ["< ActivatePdpContextReject", "ms Refused"]);
    assert_eq!((p.ms.contexts().count(), p.net.nsapis().count()), (0, 0));
}

#[test]
fn deactivation_by_either_side_with_losses() {
    let cause = Cause::RegularDeactivation;
    for by_ms in [true, false] {
        for lost in [vec![], vec![1], vec![2], vec![1, 3], (1..=9).collect()] {
            let (mut p, nsapi) = Pair::active();
            p.lost = lost.iter().map(|n: &u64| n + p.sent).collect();
            match by_ms {
                true => p.ms(ms::In::Deactivate { nsapi, cause }),
                false => p.net(net::In::Deactivate { nsapi, cause }),
            }
            p.run_for(60);
            let gone = if by_ms {
                p.ms.contexts().count()
            } else {
                p.net.nsapis().count()
            };
            assert_eq!(gone, 0, "{by_ms} {lost:?} {:#?}", p.log);
            if lost.len() < 5 {
                assert_eq!((p.ms.contexts().count(), p.net.nsapis().count()), (0, 0));
                assert_eq!(p.log.iter().filter(|l| *l == "net Delete").count(), 1);
            }
        }
    }
}

#[test]
fn deactivation_by_both_at_once() {
    let cause = Cause::RegularDeactivation;
    let (mut p, nsapi) = Pair::active();
    p.ms(ms::In::Deactivate { nsapi, cause });
    p.net(net::In::Deactivate { nsapi, cause });
    p.run_for(60);
    assert_eq!((p.ms.contexts().count(), p.net.nsapis().count()), (0, 0));
    assert_eq!((p.ms.due(), p.net.due()), (None, None));
}

#[test]
fn transactions_that_nobody_knows() {
    let (mut p, nsapi) = Pair::active();
    // the network lost its contexts: status 81 ends the mobile's
    p.net = net::Machine::new();
    let ti = Ti {
        to_originator: true,
        value: 0,
    };
    let status = SmStatus {
        cause: Cause::InvalidTransactionIdentifier,
        other: Default::default(),
    };
    p.ms(ms::In::Recv(Ok(Message::new(ti, status))));
    assert_eq!(p.log, ["ms Status", "ms Inactive"]);
    assert!(p.ms.context(nsapi).is_none());
    // a deactivation of nothing is confirmed all the same
    let request = Message::new(ti.reply(), ms::deactivate(Cause::RegularDeactivation));
    p.log.clear();
    p.net(net::In::Recv(Ok(request)));
    assert_eq!(p.log, ["< DeactivatePdpContextAccept"]);
}

#[test]
fn a_context_in_the_way_is_replaced() {
    let (mut p, _) = Pair::active();
    // the mobile was switched off and on without a word
    p.ms = ms::Machine::new();
    p.now = p.now + Duration::from_secs(1);
    let other = ms::Request {
        apn: Apn::new("other"),
        ..request()
    };
    let mut out = vec![];
    p.ms.activate(p.now, other, &mut out);
    p.ms_out(out);
    p.run_for(1);
    assert_eq!(
        p.log,
        [
            "> ActivatePdpContextRequest",
            "net Delete",
            "net Create",
            "< ActivatePdpContextAccept",
            "net Active",
            "ms Active"
        ]
    );
}

/// Every message that goes up against every state of a context in the network, as a table.
#[test]
fn states_and_events_of_the_network() {
    use std::fmt::Write as _;
    let mut table = String::new();
    for state in ["none", "ActivePending", "Active", "InactivePending"] {
        for n in 0..Pdu::COUNT {
            let mut m = net::Machine::new();
            let mut out = vec![];
            let mut first = ms::Machine::new();
            let mut sent = vec![];
            first.activate(Time(0), request(), &mut sent);
            let Some(ms::Out::Send(activate)) = sent.pop() else {
                panic!()
            };
            if state != "none" {
                m.handle(Time(0), net::In::Recv(Ok(activate)), &mut out);
            }
            if state.starts_with("Active") && state.len() == 6 || state == "InactivePending" {
                m.handle(
                    Time(0),
                    net::In::Created {
                        ti: 0,
                        answer: Ok(grant()),
                    },
                    &mut out,
                );
            }
            if state == "InactivePending" {
                let cause = Cause::NetworkFailure;
                m.handle(Time(0), net::In::Deactivate { nsapi: 5, cause }, &mut out);
            }
            let before = m.state(5).map_or("none".into(), |s| format!("{s:?}"));
            assert_eq!(before, state);
            out.clear();
            let pdu = Pdu::sample(n, &mut wire::Gen::seed(7));
            let event = pdu.name();
            m.handle(
                Time(0),
                net::In::Recv(Ok(Message {
                    ti: Ti::default(),
                    pdu,
                })),
                &mut out,
            );
            let out: Vec<String> = out
                .iter()
                .map(|o| match o {
                    net::Out::Send(m) => m.pdu.name().to_owned(),
                    o => name(o),
                })
                .collect();
            let after = m.state(5).map_or("none".into(), |s| format!("{s:?}"));
            writeln!(table, "{state} + {event} -> {after}: {}", out.join(", ")).unwrap();
        }
    }
    crate::gmm::machine::golden("sm_net.txt", &table);
}

#[test]
fn timers_have_the_lengths_of_the_standard() {
    let secs = [Timer::T3380, Timer::T3390, Timer::T3395].map(|t| t.length().as_secs());
    assert_eq!(secs, [30, 8, 8]);
}
