//! What the tests of whole runs share: running, judging captures, comparing ladders.
// each test program uses its own part
#![allow(dead_code)]
use lab::{
    exit::Exit,
    run::{self, Lead},
    scenarios::{self, Scenario, Twist},
};
use oracle::Tshark;
use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

/// The scenario of this name.
pub fn scenario(name: &str) -> &'static Scenario {
    scenarios::find(name).unwrap_or_else(|| panic!("no scenario {name}"))
}

/// Every fourth scenario, from the one of this number on.
pub fn part(n: usize) -> impl Iterator<Item = &'static Scenario> {
    scenarios::all().skip(n).step_by(4)
}

/// A run in virtual time that keeps its scenario's promises.
pub fn virtually(s: &'static Scenario, seed: u64, dir: Option<&Path>) -> Lead {
    let lead = run::virtually(s, 0, seed, dir, false);
    kept(lead.unwrap_or_else(|t| panic!("{}: {t}", s.name)))
}

/// A run on sockets that keeps its scenario's promises.
pub fn on_sockets(s: &'static Scenario, net: u8, dir: Option<&Path>) -> Lead {
    let lead = run::on_sockets(s, net, dir, false);
    kept(lead.unwrap_or_else(|t| panic!("{}: {t}", s.name)))
}

/// A run that keeps its scenario's promises.
pub fn kept(lead: Lead) -> Lead {
    let name = lead.scenario.name;
    let (missing, wrong) = lead.broken();
    assert!(
        missing.is_empty() && wrong.is_empty(),
        "{name}: promised and not seen {missing:?}, seen and not allowed {wrong:?}\n{}",
        lead.observer.ladder.text(false)
    );
    assert_eq!(lead.outcome(), Exit::Good, "{name}");
    assert!(!lead.late, "{name} was not over in time");
    assert!(lead.observer.packets > 0, "{name} sent nothing");
    lead
}

/// A ladder without what chance makes; one that says something.
pub fn blanked(lead: &Lead) -> String {
    let text = lead.observer.ladder.text(true);
    let lines = text.lines().count();
    assert!(
        lines > 2,
        "{}: a ladder of {lines} lines",
        lead.scenario.name
    );
    text
}

/// The program, with these arguments; only what is given here decides what it does.
pub fn program(args: &[&str]) -> Command {
    let mut c = Command::new(env!("CARGO_BIN_EXE_fosterling"));
    c.args(args)
        .env_remove("FOSTERLING_NET")
        .stdin(Stdio::null());
    c
}

/// The program's answer.
pub fn answer(args: &[&str]) -> Output {
    program(args).output().expect("the program starts")
}

/// What it said on stderr.
pub fn err(o: &Output) -> String {
    String::from_utf8_lossy(&o.stderr).into_owned()
}

/// What it said on stdout.
pub fn out(o: &Output) -> String {
    String::from_utf8_lossy(&o.stdout).into_owned()
}

/// A run of the program under way; it is ended when this is dropped.
pub struct Running {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
    said: String,
}

impl Running {
    /// Starts a run and waits until its ladder has a line with `word`.
    pub fn until(args: &[&str], word: &str) -> Self {
        let mut child = program(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let mut running = Self {
            child,
            stdout,
            said: String::new(),
        };
        let mut line = String::new();
        while !line.contains(word) {
            line.clear();
            let n = running.stdout.read_line(&mut line).expect("stdout is text");
            running.said.push_str(&line);
            assert!(n > 0, "ended without {word:?}: {}", running.rest().1);
        }
        running
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The exit code and all that was said, stdout before stderr.
    pub fn end(mut self) -> (Option<i32>, String) {
        self.rest()
    }

    fn rest(&mut self) -> (Option<i32>, String) {
        use std::io::Read;
        let read = self.stdout.read_to_string(&mut self.said);
        read.expect("stdout is text");
        if let Some(mut e) = self.child.stderr.take() {
            e.read_to_string(&mut self.said).expect("stderr is text");
        }
        let status = self.child.wait().expect("the program ends");
        (status.code(), self.said.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // already ended: nothing to do
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The merged capture and those of the legs.
pub fn captures(dir: &Path) -> Vec<PathBuf> {
    let mut all: Vec<_> = fs::read_dir(dir.join("legs"))
        .expect("a folder of legs")
        .map(|f| f.expect("a leg").path())
        .filter(|f| f.extension().is_some_and(|e| e == "pcapng"))
        .collect();
    all.sort();
    all.insert(0, dir.join("merged.pcapng"));
    all
}

/// All files of a run by their path below its folder.
pub fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for f in fs::read_dir(&folder).expect("a folder") {
            let f = f.expect("a file").path();
            if f.is_dir() {
                folders.push(f);
            } else {
                let name = f.strip_prefix(dir).expect("below the folder").to_owned();
                all.push((name, fs::read(&f).expect("a readable file")));
            }
        }
    }
    all.sort();
    all
}

/// tshark that looks at every checksum.
pub fn strict(name: &str) -> Option<Tshark> {
    let tshark = oracle::tshark(name)?;
    Some(
        tshark
            .preference("ip.check_checksum:TRUE")
            .preference("tcp.check_checksum:TRUE")
            .preference("udp.check_checksum:TRUE")
            .preference("sctp.checksum:CRC 32c"),
    )
}

/// What no capture of ours holds.
const NEVER: &[&str] = &[
    // a device that gives up on an address beyond the wall says so by a reset, and so does a DRF at
    // a port where it does not listen: warnings
    "(_ws.malformed || _ws.expert.severity >= 6291456) && !(tcp.flags.reset == 1 && (ip.dst == 198.51.100.1 || tcp.srcport == 81))",
    "data && !icmp",
    "ip.checksum.status == \"Bad\" || tcp.checksum.status == \"Bad\" || udp.checksum.status == \"Bad\" || sctp.checksum.status == \"Bad\"",
];

/// Every capture of a run is one that tshark has nothing to say against, every packet labelled.
pub fn clean(tshark: &Tshark, dir: &Path) {
    judge(tshark, dir, &captures(dir), NOTHING);
}

/// The same of the merged capture and the leg that radio and user packets share alone: enough where
/// another test looks at every leg. Some frames are what the scenario is about.
pub fn clean_in_short(tshark: &Tshark, dir: &Path, s: &Scenario) {
    let meant = match s.twist {
        // connections of a node that is gone are reset, which is a warning
        Twist::HlrGone => "tcp.flags.reset == 1 && ip.src == 127.0.3.1",
        // what nobody can read, and answers that have to quote it
        Twist::Malformed => "frame.interface_name == \"rogue\"",
        // user packets to the discard port, in tunnels of others: nothing is in them
        Twist::TunnelHijack => "data && udp.dstport == 9 && frame.interface_name == \"rogue\"",
        _ => NOTHING,
    };
    let files = [dir.join("merged.pcapng"), dir.join("legs/gb.pcapng")];
    judge(tshark, dir, &files, meant);
}

/// A filter that finds no frame.
const NOTHING: &str = "!frame";

fn judge(tshark: &Tshark, dir: &Path, files: &[PathBuf], meant: &str) {
    for file in files {
        let at = file.display();
        // one look for all of it: a start of tshark costs half a second
        let all = NEVER.join(") || (");
        let lines = tshark.text(file, &format!("(({all})) && !({meant})"), &[]);
        assert_eq!(lines, "", "{at}");
        let open = fs::File::open(file).expect("a capture");
        let frames = captures::Reader::new(open).expect("a capture");
        let rows: Vec<_> = frames
            .map(|f| f.expect("a whole frame").comments.concat())
            .collect();
        assert!(!rows.is_empty(), "{at}: no packet");
        for row in &rows {
            assert!(row.starts_with('['), "{at}: frame {row:?}");
        }
    }
    // the checksums were looked at, not passed over
    let merged = dir.join("merged.pcapng");
    let status = [
        "ip.checksum.status",
        "udp.checksum.status",
        "tcp.checksum.status",
    ];
    let rows = tshark.fields(&merged, "", &status);
    for (i, field) in status.iter().enumerate() {
        let good = |r: &Vec<String>| r.get(i).is_some_and(|v| v.contains(['1', 'G']));
        assert!(rows.iter().any(good), "{field}: none is good");
    }
}
