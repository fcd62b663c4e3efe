//! A network that loses and doubles messages: whatever happens, each request is confirmed exactly
//! once within its timers, and nothing is left on either side.
use bytes::Bytes;
use engine::{Rng, Time};
use sigtran_map::map::{
    machine::{Failure, Vectors},
    msg::*,
};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

mod common;
use common::pair::*;

/// Messages on their way, and who gets them.
type Wire = VecDeque<(u8, Bytes)>;

/// Puts a message on the wire: not at all, once, or twice.
fn put(wire: &mut Wire, chance: &mut Rng, to: u8, octets: Bytes, loss: u64) {
    let copies = match chance.below(100) {
        n if n < loss => 0,
        // TCAP has no remedy for doubles: they may end a dialogue, not leave one open
        n if loss > 0 && n < loss + 5 => 2,
        _ => 1,
    };
    wire.extend((0..copies).map(|_| (to, octets.clone())));
}

/// How often each token was confirmed, and how many confirmations were good.
#[derive(Debug, Default)]
struct Confirmed {
    times: BTreeMap<u32, u32>,
    good: u32,
}

impl Confirmed {
    fn count<V>(&mut self, token: u32, outcome: &Result<V, Failure>) {
        *self.times.entry(token).or_default() += 1;
        self.good += u32::from(outcome.is_ok());
    }
}

/// Both nodes answer whatever they are asked; the wire carries until it is empty.
fn settle(
    p: &mut Pair,
    now: Time,
    wire: &mut Wire,
    chance: &mut Rng,
    loss: u64,
    c: &mut Confirmed,
) {
    loop {
        while let Some(o) = p.sgsn.poll() {
            match o {
                SgsnOut::Send { octets, .. } => put(wire, chance, HLR, octets, loss),
                SgsnOut::Authenticated { token, outcome } => {
                    if let Ok(v) = &outcome {
                        assert!(v.len() <= 5);
                    }
                    c.count(token, &outcome);
                }
                SgsnOut::Updated { token, outcome } => c.count(token, &outcome),
                SgsnOut::Purged { token, outcome } => c.count(token, &outcome),
                SgsnOut::ReadyTold { token, outcome } => c.count(token, &outcome),
                SgsnOut::Insert { handle, .. }
                | SgsnOut::Delete { handle, .. }
                | SgsnOut::Cancel { handle, .. } => p.sgsn.answer(now, handle, Ok(None)),
                SgsnOut::Reset { .. } => {}
            }
        }
        while let Some(o) = p.hlr.poll() {
            match o {
                HlrOut::Send { octets, .. } => put(wire, chance, SGSN, octets, loss),
                HlrOut::Authenticate {
                    handle, argument, ..
                } => {
                    let v = Vectors::Quintuplets(quintuplets(argument.vectors));
                    p.hlr.vectors(now, handle, Ok(v));
                }
                HlrOut::Update { handle, .. } => {
                    let all = vec![data(1), data(2)];
                    p.hlr.located(now, handle, Ok((number("99901100"), all)));
                }
                HlrOut::Purge { handle, .. } => {
                    p.hlr
                        .purged(now, handle, Ok(PurgeMsRes::frozen(false, true)));
                }
                HlrOut::Ready { handle, .. } => p.hlr.ready(now, handle, Ok(())),
                HlrOut::Cancelled { token, outcome } => c.count(token, &outcome),
                HlrOut::Inserted { token, outcome } => c.count(token, &outcome),
                HlrOut::Deleted { token, outcome } => c.count(token, &outcome),
                HlrOut::Located { .. } => {}
            }
        }
        match wire.pop_front() {
            Some((SGSN, octets)) => p.sgsn.receive(now, HLR, &octets),
            Some((_, octets)) => p.hlr.receive(now, SGSN, &octets),
            None => return,
        }
    }
}

/// Ten requests of every kind over a wire with so much loss; how many succeeded.
fn run(seed: u64, loss: u64) -> u32 {
    let mut p = Pair::new();
    let mut chance = Rng::seed(seed);
    let (mut wire, mut c) = (Wire::new(), Confirmed::default());
    let address = std::net::IpAddr::from([127, 0, 2, 1]);
    for _ in 0..2 {
        let n = c.times.len() as u32;
        p.sgsn
            .authenticate(START, HLR, n, SendAuthenticationInfoArg::sgsn(imsi(), 5));
        let update = UpdateGprsLocationArg::new(imsi(), number("99901200"), address.into());
        p.sgsn.update_location(START, HLR, n + 1, update);
        p.sgsn.purge(
            START,
            HLR,
            n + 2,
            PurgeMsArg::new(imsi(), number("99901200")),
        );
        let cancel = CancelLocationArg::new(imsi(), CancellationType::SubscriptionWithdraw);
        p.hlr.cancel(START, SGSN, n + 3, cancel);
        let mut insert = data(1);
        insert.imsi = Some(imsi().into());
        p.hlr.insert(START, SGSN, n + 4, insert);
        for token in n..n + 5 {
            c.times.insert(token, 0);
        }
    }
    let mut now = START;
    settle(&mut p, now, &mut wire, &mut chance, loss, &mut c);
    while let Some(due) = [p.sgsn.due(), p.hlr.due()].into_iter().flatten().min() {
        now = due.max(now);
        p.sgsn.timer(now);
        p.hlr.timer(now);
        settle(&mut p, now, &mut wire, &mut chance, loss, &mut c);
        assert!(
            now < START + Duration::from_secs(600),
            "seed {seed}: no end"
        );
    }
    assert!(
        c.times.len() == 10 && c.times.values().all(|n| *n == 1),
        "seed {seed}: {c:?}"
    );
    assert!(p.is_clean(), "seed {seed}");
    c.good
}

#[test]
fn without_loss_all_succeed() {
    for seed in 0..20 {
        assert_eq!(run(seed, 0), 10);
    }
}

#[test]
fn with_loss_each_request_ends_once() {
    for loss in [5, 20, 60, 100] {
        let good: u32 = (0..100).map(|seed| run(seed, loss)).sum();
        match loss {
            5 => assert!(good > 600, "{good}"),
            100 => assert_eq!(good, 0),
            _ => assert!(good > 0, "{good}"),
        }
    }
}
