//! PDP contexts created and deleted at osmo-ggsn and at our GGSN as a daemon, by the same client.
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

/// Microseconds of CPU time of a pair.
fn figure(name: &str, server: &Running, client: &str) -> f64 {
    answers();
    let before = server.cpu();
    let said = rivals::done(client, &["cd", SECONDS, WINDOW]);
    let cpu = server.cpu() - before;
    // cd W=16: created 1 deleted 1 rejected 0 retrans 0 stale 0 in 3.00s => 1 create+delete/s; ...
    let words: Vec<&str> = said.split_whitespace().collect();
    let after = |word: &str| -> f64 {
        let at = words.iter().position(|w| *w == word).expect(&said);
        words[at + 1].parse().expect(&said)
    };
    let (pairs, bad) = (after("deleted"), after("rejected"));
    assert!(pairs > 0.0 && bad == 0.0, "{said}");
    let each = cpu.as_secs_f64() * 1e6 / pairs;
    println!(
        "figure PDP contexts created and deleted, {name}: {:.0} /s, {each:.1} us CPU each",
        after("=>")
    );
    each
}

pub fn figures(dir: &Path) {
    let name = "GTP beside osmo-ggsn";
    let Some(source) = oracle::shared(name, "peers/clients/gtpbench.c") else {
        return;
    };
    let client = rivals::compiled(&source, dir);
    let client = client.to_str().unwrap();
    let conf = oracle::shared(name, "peers/cfg/osmo-ggsn-quiet.cfg");
    let mut by = None;
    if let Some(conf) = conf
        && oracle::program(name, "osmo-ggsn").is_some()
    {
        fs::create_dir_all(dir.join("ggsn")).unwrap();
        let run = dir.to_str().unwrap();
        let text = fs::read_to_string(conf).unwrap().replace("@RUN@", run);
        let file = dir.join("osmo-ggsn.cfg");
        fs::write(&file, text).unwrap();
        let theirs = Running::start("osmo-ggsn", &["-c", file.to_str().unwrap()], dir);
        by = Some(figure("osmo-ggsn", &theirs, client));
    }
    let file = dir.join("ggsn.toml");
    let text = "[log]\nlevel = \"warn\"\n\n[ggsn]\naddress = \"127.0.0.2\"\nnetwork = \"gi-sho\"\n\n\
                [[ggsn.apn]]\nname = \"internet\"\npool = \"10.45.0.0/16\"\n\
                allowed = [\"0.0.0.0/0\"]\nreport = \"off\"\n";
    fs::write(&file, text).unwrap();
    let own = env!("CARGO_BIN_EXE_fosterling");
    let args = ["node", "ggsn", "--config", file.to_str().unwrap()];
    let ours = Running::start(own, &args, dir);
    let each = figure("our ggsn", &ours, client);
    if let Some(by) = by {
        rivals::ratio("PDP contexts, CPU by osmo-ggsn's", each, by);
    }
}
