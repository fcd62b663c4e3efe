//! Requests a second through our Diameter agent and through freeDiameterd, and the CPU time that
//! each spends on one: the same client and the same server beside both, in one run, 64 outstanding.
//!
//! Says a line `figure NAME: REQUESTS /s, NOTE` each, which `cargo xtask bench diameter` reads.
// a benchmark is outside of the machines: it may start programs
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]
mod rivals;

use rivals::Running;
use std::{fs, net::SocketAddr, path::Path};

const NAME: &str = "Diameter relays side by side";
const SECONDS: &str = "4";
const WINDOW: &str = "64";
const HOME: &str = "home.example";
const HSS: &str = "hss1.home.example";
const MME: &str = "mme1.visited.example";

fn main() {
    let Some(source) = oracle::shared(NAME, "peers/clients/diabench.c") else {
        return;
    };
    if oracle::program(NAME, "freeDiameterd").is_none() || !rivals::enter(NAME) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let client = rivals::compiled(&source, dir.path(), &[]);
    let client = client.to_str().unwrap();
    let theirs = Running::start(
        "freeDiameterd",
        &["-c", &freediameter(dir.path())],
        dir.path(),
    );
    let theirs = theirs.ready(SocketAddr::from(([127, 0, 0, 30], 3868)));
    let by = measure("freeDiameterd", "127.0.0.30", &theirs, client, dir.path());
    drop(theirs);
    let own = env!("CARGO_BIN_EXE_fosterling");
    let ours = Running::start(
        own,
        &["node", "dra", "--config", &fosterling(dir.path())],
        dir.path(),
    );
    let ours = ours.ready(SocketAddr::from(([127, 0, 0, 40], 3868)));
    let each = measure("our dra", "127.0.0.40", &ours, client, dir.path());
    rivals::ratio("relay of AIR, CPU by freeDiameterd's", each, by);
}

/// Puts the load on a relay: microseconds of CPU time that a request takes it.
fn measure(name: &str, at: &str, relay: &Running, client: &str, dir: &Path) -> f64 {
    let home = dir.join(format!("hss of {name}"));
    fs::create_dir_all(&home).unwrap();
    // the server outlives the load by far, and ends with it
    let hss = Running::start(client, &["hss", at, "3868", HSS, HOME, "60"], &home);
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    let log = home.join("diabench.log");
    while !fs::read_to_string(&log)
        .unwrap_or_default()
        .contains("2001")
    {
        assert!(
            std::time::Instant::now() < until,
            "{name} refuses the server"
        );
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let before = relay.cpu();
    let args = [
        "mme",
        at,
        "3868",
        MME,
        "visited.example",
        HOME,
        SECONDS,
        WINDOW,
    ];
    let said = rivals::done(client, &args);
    let cpu = relay.cpu() - before;
    drop(hss);
    // mme W=64: sent 1 ok 1 bad 0 dwr 0 in 4.00s = 1 req/s, lat ms p50 ...
    let line = said.lines().find(|l| l.starts_with("mme ")).expect(&said);
    let words: Vec<&str> = line.split_whitespace().collect();
    let after = |word: &str| {
        let at = words.iter().position(|w| *w == word).expect(line);
        words[at + 1].parse::<f64>().expect(line)
    };
    let (ok, bad) = (after("ok"), after("bad"));
    assert!(ok > 0.0 && bad == 0.0, "{said}");
    let rate = after("=");
    let each = cpu.as_secs_f64() * 1e6 / ok;
    println!("figure relay of AIR, {name}: {rate:.0} /s, {each:.1} us CPU each");
    each
}

/// freeDiameterd as a relay: whoever connects may, and the home's realm is at its HSS.
fn freediameter(dir: &Path) -> String {
    let at = |name: &str| dir.join(name).to_str().unwrap().to_owned();
    let (cert, key) = (at("cert.pem"), at("key.pem"));
    let head = [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
    ];
    let rest = [
        "-subj",
        "/CN=relay.visited.example",
        "-keyout",
        &key,
        "-out",
        &cert,
    ];
    rivals::done("openssl", &[&head[..], &rest].concat());
    // a throw-away, for a daemon that insists on one
    rivals::done("openssl", &["dhparam", "-2", "-out", &at("dh.pem"), "512"]);
    fs::write(at("acl.conf"), "ALLOW_IPSEC *.example\n").unwrap();
    fs::write(
        at("rt.conf"),
        format!("dr=\"{HOME}\" : \"{HSS}\" += 50 ;\n"),
    )
    .unwrap();
    let folder = "/usr/lib/freeDiameter";
    let text = format!(
        "Identity = \"relay.visited.example\";\nRealm = \"visited.example\";\nPort = 3868;\n\
         SecPort = 0;\nNo_SCTP;\nNo_IPv6;\nListenOn = \"127.0.0.30\";\nTcTimer = 5;\nTwTimer = 30;\n\
         TLS_Cred = \"{cert}\", \"{key}\";\nTLS_CA = \"{cert}\";\nTLS_DH_File = \"{}\";\n\
         LoadExtension = \"{folder}/acl_wl.fdx\" : \"{}\";\n\
         LoadExtension = \"{folder}/rt_default.fdx\" : \"{}\";\n",
        at("dh.pem"),
        at("acl.conf"),
        at("rt.conf"),
    );
    fs::write(at("relay.conf"), text).unwrap();
    at("relay.conf")
}

/// Our agent likewise; it would dial the HSS where nobody is, and takes it when it comes.
fn fosterling(dir: &Path) -> String {
    let path = dir.join("dra.toml");
    let text = format!(
        "[log]\nlevel = \"warn\"\n\n[dra]\nhost = \"dra.visited.example\"\nrealm = \"visited.example\"\n\
         address = \"127.0.0.40\"\n\n[[dra.listen]]\naddress = \"127.0.0.40\"\n\n\
         [[dra.peer]]\nhost = \"{HSS}\"\naddress = \"127.0.0.41\"\nrealms = [\"{HOME}\"]\n"
    );
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}
