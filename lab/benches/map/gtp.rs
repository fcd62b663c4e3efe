//! PDP contexts created and deleted at osmo-ggsn and at our GGSN as a daemon, by the same client.
#[path = "user.rs"]
mod user;

use crate::rivals::{self, Running};
use std::{fs, net::UdpSocket, path::Path, time::Duration};

const WINDOW: &str = "16";
const SECONDS: &str = "3";
/// The one gateway that the client knows.
const GGSN: &str = "127.0.0.2:2123";

/// Waits until a gateway answers an Echo Request (TS 29.060 7.2.1).
fn answers() {
    let socket = UdpSocket::bind("127.0.0.9:0").unwrap();
    socket
        .set_read_timeout(Some(Duration::from_millis(50)))
        .unwrap();
    let echo = [0x32, 1, 0, 4, 0, 0, 0, 0, 0, 1, 0, 0];
    let heard = (0..200).any(|_| {
        let _ = socket.send_to(&echo, GGSN);
        socket.recv(&mut [0; 64]).is_ok()
    });
    assert!(heard, "the gateway does not come up");
}

/// The number that a client says behind a word.
fn after(said: &str, word: &str) -> f64 {
    let mut words = said.split_whitespace();
    words.by_ref().find(|w| *w == word).expect(said);
    words.next().expect(said).parse().expect(said)
}

/// Microseconds of CPU time of a pair.
fn figure(name: &str, server: &Running, client: &str) -> f64 {
    answers();
    let before = server.cpu();
    let said = rivals::done(client, &["cd", SECONDS, WINDOW]);
    let cpu = server.cpu() - before;
    // cd W=16: created 1 deleted 1 rejected 0 retrans 0 stale 0 in 3.00s => 1 create+delete/s; ...
    let after = |word: &str| after(&said, word);
    let (pairs, bad) = (after("deleted"), after("rejected"));
    assert!(pairs > 0.0 && bad == 0.0, "{said}");
    let each = cpu.as_secs_f64() * 1e6 / pairs;
    println!(
        "figure PDP contexts created and deleted, {name}: {:.0} /s, {each:.1} us CPU each",
        after("=>")
    );
    each
}

/// osmo-ggsn, where it is there, with its state in this folder.
fn theirs(dir: &Path) -> Option<Running> {
    let name = "GTP beside osmo-ggsn";
    let conf = oracle::shared(name, "peers/cfg/osmo-ggsn-quiet.cfg")?;
    oracle::program(name, "osmo-ggsn")?;
    fs::create_dir_all(dir.join("ggsn")).unwrap();
    let run = dir.to_str().unwrap();
    let text = fs::read_to_string(conf).unwrap().replace("@RUN@", run);
    let file = dir.join("osmo-ggsn.cfg");
    fs::write(&file, text).unwrap();
    Some(Running::start(
        "osmo-ggsn",
        &["-c", file.to_str().unwrap()],
        dir,
    ))
}

/// Our gateway at the same address, with these addresses for its users, and what follows.
fn ours(dir: &Path, pool: &str, more: &str) -> Running {
    let file = dir.join("ggsn.toml");
    let text = format!(
        "[log]\nlevel = \"warn\"\n\n[ggsn]\naddress = \"127.0.0.2\"\nnetwork = \"gi-sho\"\n\n\
         [[ggsn.apn]]\nname = \"internet\"\npool = \"{pool}\"\n\
         allowed = [\"0.0.0.0/0\"]\nreport = \"off\"\n{more}"
    );
    fs::write(&file, text).unwrap();
    let own = env!("CARGO_BIN_EXE_fosterling");
    let args = ["node", "ggsn", "--config", file.to_str().unwrap()];
    Running::start(own, &args, dir)
}

pub fn figures(dir: &Path) {
    let name = "GTP beside osmo-ggsn";
    let Some(source) = oracle::shared(name, "peers/clients/gtpbench.c") else {
        return;
    };
    let client = rivals::compiled(&source, dir, &[]);
    let client = client.to_str().unwrap();
    let by = theirs(dir).map(|g| figure("osmo-ggsn", &g, client));
    let each = figure("our ggsn", &ours(dir, "10.45.0.0/16", ""), client);
    if let Some(by) = by {
        rivals::ratio("PDP contexts, CPU by osmo-ggsn's", each, by);
    }
    user::figures(dir, client);
}
