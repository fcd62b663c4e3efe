//! What tests against real peers share: the peers in a namespace of their own, and their consoles.
// each test program uses its own part
#![allow(dead_code)]
pub mod gtp_module;
pub mod mobile;
pub mod nodes;

use nix::sched::{CloneFlags, setns};
use std::{
    fs::File,
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::Command,
    time::Duration,
};

/// Real peers that run in a network namespace, in which this thread then is too. They end, and it
/// goes, with this value.
pub struct Peers {
    script: PathBuf,
    namespace: String,
    run: tempfile::TempDir,
}

impl Peers {
    /// Starts peers by the names that the third-party `peers.sh` gives them; `None` where there is
    /// no third-party data.
    pub fn up(test: &str, names: &[&str]) -> Option<Self> {
        let script = oracle::shared(test, "peers/peers.sh")?;
        let peers = Self {
            script,
            namespace: format!("fosterling-{test}-{}", std::process::id()),
            run: tempfile::tempdir().unwrap(),
        };
        peers.script(&[&["up"], names].concat());
        let namespace = File::open(format!("/run/netns/{}", peers.namespace)).unwrap();
        setns(namespace, CloneFlags::CLONE_NEWNET).unwrap();
        Some(peers)
    }

    fn script(&self, arguments: &[&str]) {
        let done = Command::new(&self.script)
            .args(arguments)
            .env("PEERS_NS", &self.namespace)
            .env("PEERS_RUN", self.run.path())
            .env("PEERS_SUBS", "20")
            .output()
            .unwrap();
        assert!(done.status.success(), "{arguments:?}: {done:?}");
    }

    /// What a peer says on its console, at this port, when it is asked.
    #[allow(clippy::disallowed_methods)] // a console is asked once a run is over
    pub fn console(&self, port: u16, command: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        prompt(&mut stream);
        let mut said = String::new();
        for line in ["enable", command] {
            stream.write_all(format!("{line}\n").as_bytes()).unwrap();
            said = prompt(&mut stream);
        }
        said
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        let down = Command::new(&self.script)
            .arg("down")
            .env("PEERS_NS", &self.namespace)
            .env("PEERS_RUN", self.run.path())
            .output();
        if !std::thread::panicking() {
            assert!(down.unwrap().status.success());
        }
    }
}

/// All up to the next prompt.
fn prompt(stream: &mut TcpStream) -> String {
    let (mut said, mut octet) = (Vec::new(), [0]);
    while !(said.ends_with(b"> ") || said.ends_with(b"# ")) {
        stream.read_exact(&mut octet).unwrap();
        said.push(octet[0]);
    }
    String::from_utf8_lossy(&said).into_owned()
}
