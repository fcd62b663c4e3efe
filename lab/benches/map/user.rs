//! GTP-U through a TUN device, osmo-ggsn's and ours: how many packets a second each carries with a
//! loss of at most half a percent, and what one costs at the highest rate that both carry.
use super::{after, answers, ours, theirs};
use crate::rivals::{self, Running};
use std::path::Path;

/// What is offered, in packets a second: as fast as goes at last.
const RATES: [u32; 10] = [
    10_000, 20_000, 30_000, 45_000, 60_000, 80_000, 100_000, 130_000, 170_000, 220_000,
];
const SECONDS: &str = "2";
/// Lost of those offered.
const MOST_LOST: f64 = 0.005;
/// Runs before a loss is believed: others use the machine, too.
const TRIES: usize = 3;
/// Direction, and octets of an inner packet.
const LOADS: [(&str, &str); 4] = [
    ("up", "100"),
    ("up", "1400"),
    ("down", "100"),
    ("down", "1400"),
];
/// Where the kernel's end of the device is that the client sends to, and the users beside it.
const TUN: &str = "[ggsn.tun]\ndevice = \"tun-gi\"\naddress = \"10.45.0.1/20\"\nmtu = 1500\n\
                   recorded = false\n";
const POOL: &str = "10.45.8.0/21";

/// What was carried under an offered rate.
struct Carried {
    offered: u32,
    /// Packets a second that came through.
    rate: f64,
    lost: f64,
    /// Microseconds of CPU time for each.
    each: f64,
}

/// One run, for which the server's CPU time is taken.
fn once(server: &Running, client: &str, (way, size): (&str, &str), offered: u32) -> Carried {
    let before = server.cpu();
    let said = rivals::done(client, &[way, SECONDS, size, &offered.to_string()]);
    let cpu = server.cpu() - before;
    // "sender: 9 pkts 9 pps ..." and "sink: 9 pkts 9 pps ..."
    let (sent, came) = (after(&said, "sender:"), after(&said, "sink:"));
    let seconds: f64 = SECONDS.parse().unwrap();
    Carried {
        offered,
        rate: came / seconds,
        lost: 1.0 - came / sent,
        each: cpu.as_secs_f64() * 1e6 / came,
    }
}

/// What a server carries of each load, rate by rate up to the first that it does not carry.
fn carried(server: &Running, client: &str) -> Vec<Vec<Carried>> {
    answers();
    let rate = |load, offered| {
        let mut tries = (0..TRIES).map(|_| once(server, client, load, offered));
        tries.find(|c| c.lost <= MOST_LOST)
    };
    LOADS
        .iter()
        .map(|load| RATES.iter().map_while(|r| rate(*load, *r)).collect())
        .collect()
}

fn say(name: &str, (way, size): (&str, &str), all: &[Carried]) {
    let most = all.last().expect("the lowest rate is carried");
    println!(
        "figure GTP-U {way}, {size} octets, {name}: {:.0} /s, {:.2} us CPU each, {:.2} % lost",
        most.rate,
        most.each,
        most.lost * 100.0
    );
}

pub fn figures(dir: &Path, client: &str) {
    let by = theirs(dir).map(|g| carried(&g, client));
    let own = carried(&ours(dir, POOL, TUN), client);
    for (i, load) in LOADS.iter().enumerate() {
        if let Some(by) = &by {
            say("osmo-ggsn", *load, &by[i]);
        }
        say("our ggsn", *load, &own[i]);
        let Some(by) = &by else { continue };
        let same =
            |o: &Carried| Some((o.each, by[i].iter().find(|b| b.offered == o.offered)?.each));
        let (mine, other) = own[i]
            .iter()
            .rev()
            .find_map(same)
            .expect("the lowest rate is carried");
        let name = format!("GTP-U {} {}, CPU by osmo-ggsn's", load.0, load.1);
        rivals::ratio(&name, mine, other);
    }
}
