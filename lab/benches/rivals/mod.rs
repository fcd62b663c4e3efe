//! What benchmarks beside real peers share: a network namespace, programs in it, and the CPU time
//! that each has used.
#![allow(dead_code)] // each benchmark has a use for some of it
use nix::{
    sched::{CloneFlags, unshare},
    sys::signal::{Signal, kill},
    unistd::{Pid, SysconfVar, sysconf},
};
use std::{
    fs,
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How long a program may take to come up, and to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// Enters a network namespace of its own, with a loopback and one address that is none. False, and
/// a line that says why, where that cannot be.
pub fn enter(name: &str) -> bool {
    if !oracle::root_rights(name) {
        return false;
    }
    unshare(CloneFlags::CLONE_NEWNET).expect("a network namespace");
    for line in [
        "link set lo up",
        // freeDiameter wants one address that is not loopback
        "link add v0 type veth peer name v1",
        "addr add 10.99.0.30/24 dev v0",
        "link set v0 up",
        "link set v1 up",
    ] {
        done("ip", &line.split(' ').collect::<Vec<_>>());
    }
    true
}

/// Says what a figure of ours is by that of a rival, in the same run.
pub fn ratio(name: &str, ours: f64, theirs: f64) {
    println!("figure {name}: {:.2} x", ours / theirs);
}

/// Runs a program to its end; it has to end well. What it said.
pub fn done(program: &str, args: &[&str]) -> String {
    let out = Command::new(program).args(args).output().expect(program);
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    let why = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{program} {args:?}: {said}{why}");
    said
}

/// Compiles a client in C, with these libraries.
pub fn compiled(source: &Path, dir: &Path, libraries: &[&str]) -> PathBuf {
    let to = dir.join(source.file_stem().expect("a name"));
    let (from, out) = (source.to_str().unwrap(), to.to_str().unwrap());
    let args = ["-O2", "-w", "-pthread", from, "-o", out, "-lm"];
    done("gcc", &[&args, libraries].concat());
    to
}

/// A program that runs until this is dropped.
pub struct Running {
    name: String,
    child: Child,
}

impl Running {
    /// Starts it in a folder, its words in a file there.
    pub fn start(program: &str, args: &[&str], dir: &Path) -> Self {
        let name = Path::new(program).file_name().unwrap().to_str().unwrap();
        let log = fs::File::create(dir.join(format!("{name}.log"))).unwrap();
        let child = Command::new(program)
            .args(args)
            .current_dir(dir)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect(program);
        Self {
            name: name.to_owned(),
            child,
        }
    }

    /// Waits until somebody listens there.
    pub fn ready(self, at: SocketAddr) -> Self {
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect(at).is_err() {
            assert!(Instant::now() < until, "{} does not come up", self.name);
            std::thread::sleep(Duration::from_millis(20));
        }
        self
    }

    /// CPU time that it has used.
    pub fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // the name is in parentheses, and may hold anything
        let rest = stat.rsplit(')').next().unwrap();
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let ticks: u64 = [11, 12]
            .iter()
            .map(|i| fields[*i].parse::<u64>().unwrap())
            .sum();
        let hertz = sysconf(SysconfVar::CLK_TCK).unwrap().unwrap_or(100) as u64;
        Duration::from_millis(ticks * 1000 / hertz)
    }

    /// Waits for its end; what it said.
    pub fn end(mut self, dir: &Path) -> String {
        self.child.wait().unwrap();
        fs::read_to_string(dir.join(format!("{}.log", self.name))).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        let _ = kill(Pid::from_raw(self.child.id() as i32), Signal::SIGTERM);
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
