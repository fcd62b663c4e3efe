//! Loss, doubling and overtaking: nothing is lost, each stream stays in order, and a leave waits
//! for what is still on its way, on both sides.
mod common;

use common::{Net, Weather, in_order, numbered};
use engine::{Flow, Why};
use sctp::Config;
use std::time::Duration;

const STREAMS: u16 = 4;

/// Signalling that gives up late: single associations are not to die of bad luck here.
fn patient() -> Config {
    Config {
        retransmissions: 20,
        connect_timeout: Duration::from_secs(300),
        shutdown_guard: Duration::from_secs(300),
        ..Config::default()
    }
}

fn send(net: &mut Net, host: usize, flow: Flow, messages: u32) {
    for n in 0..messages {
        let (stream, number) = ((n % u32::from(STREAMS)) as u16, n / u32::from(STREAMS));
        net.send(host, flow, (stream, 46), numbered(stream, number, 300));
    }
}

/// Both sides queue messages; then one closes while most of them wait, and the other learns of it
/// from SHUTDOWN alone. What each got, in order.
fn leave_with_full_queues(seed: u64, loss: u64, messages: u32) -> [usize; 2] {
    let mut net = Net::new(seed, Weather::rough(loss));
    let (a, b) = net.pair(&patient());
    send(&mut net, 0, a, messages);
    net.close(0, a);
    send(&mut net, 1, b, messages);
    net.until_all_gone(600);
    assert_eq!(net.hosts[0].down(), [], "seed {seed}");
    let down = net.hosts[1].down();
    assert!(
        matches!(down[..], [(flow, Why::Closed | Why::Reset)] if flow == b),
        "seed {seed}: {down:?}"
    );
    let got = [net.hosts[0].messages(a), net.hosts[1].messages(b)];
    assert!(got.iter().all(|m| in_order(m)), "seed {seed}");
    got.map(|m| m.len())
}

fn nothing_is_lost(loss: u64, runs: u64, messages: u32) {
    let mut lost = [0; 2];
    for seed in 0..runs {
        let got = leave_with_full_queues(seed, loss, messages);
        lost[0] += messages as usize - got[1];
        lost[1] += messages as usize - got[0];
    }
    println!(
        "{loss} % loss, {runs} leaves, {messages} messages queued on each side: lost of the side \
         that closed {}, of the receiver of SHUTDOWN {}",
        lost[0], lost[1]
    );
    assert_eq!(lost, [0, 0]);
}

#[test]
fn leaves_without_loss() {
    nothing_is_lost(0, 10, 500);
}

#[test]
fn leaves_at_3_percent() {
    nothing_is_lost(3, 40, 500);
}

#[test]
fn leaves_at_15_percent() {
    nothing_is_lost(15, 40, 200);
}

#[test]
fn traffic_both_ways() {
    for loss in [3, 15] {
        let mut net = Net::new(loss, Weather::rough(loss));
        let (a, b) = net.pair(&patient());
        net.hosts[1].echo = true;
        send(&mut net, 0, a, 3000);
        net.until(600, "all came back", |net| net.hosts[0].messages == 3000);
        for (host, flow) in [(0, a), (1, b)] {
            assert!(in_order(&net.hosts[host].messages(flow)));
        }
        assert!(net.hosts.iter().all(|host| host.down().is_empty()));
    }
}

#[test]
fn both_close_at_once() {
    for seed in 0..20 {
        let mut net = Net::new(seed, Weather::rough(5));
        let (a, b) = net.pair(&patient());
        send(&mut net, 0, a, 100);
        send(&mut net, 1, b, 100);
        net.close(0, a);
        net.close(1, b);
        net.until_all_gone(600);
        for (host, flow) in [(0, a), (1, b)] {
            assert_eq!(net.hosts[host].messages(flow).len(), 100, "seed {seed}");
            assert_eq!(net.hosts[host].down(), [], "seed {seed}");
        }
    }
}

#[test]
fn sequence_numbers_wrap() {
    let mut net = Net::new(9, Weather::rough(1));
    let (a, b) = net.pair(&patient());
    // stream sequence numbers have 16 bits
    let mut sent = 0;
    while sent < 70_000 {
        for _ in 0..1000 {
            net.send(0, a, (1, 46), numbered(1, sent, 6));
            sent += 1;
        }
        net.until(600, "a thousand more", |net| {
            net.hosts[1].messages == sent as usize
        });
    }
    assert!(in_order(&net.hosts[1].messages(b)));
}
