//! A program of others: its configuration, its log, its console, its end.
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{
    env,
    fs::File,
    io,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How long a program may take to come up, and to end.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(20);

/// Where a program is.
pub(super) fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let more = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    let all = env::split_paths(&path).chain(more);
    all.map(|d| d.join(name)).find(|p| p.is_file())
}

/// A program that runs; it ends with this.
#[derive(Debug)]
pub(super) struct Program {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Program {
    /// Starts it with a configuration; what it says goes to a file beside that.
    pub(super) fn start(name: &'static str, folder: &Path, settings: &str) -> io::Result<Self> {
        let file = folder.join(format!("{name}.cfg"));
        std::fs::write(&file, settings)?;
        let log = folder.join(format!("{name}.log"));
        let out = File::create(&log)?;
        let program = find(name).ok_or_else(|| io::Error::other(format!("no {name}")))?;
        let child = Command::new(program)
            .arg("-c")
            .arg(file.canonicalize()?)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .spawn()?;
        Ok(Self { name, child, log })
    }

    /// Waits until its console answers.
    pub(super) fn ready(&self, port: u16) -> io::Result<()> {
        let at = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let until = Instant::now() + PATIENCE;
        loop {
            if TcpStream::connect(at).is_ok() {
                return Ok(());
            }
            if Instant::now() >= until {
                let log = std::fs::read_to_string(&self.log).unwrap_or_default();
                let last: Vec<&str> = log.lines().rev().take(3).collect();
                return Err(io::Error::other(format!(
                    "{} has not come up: {}",
                    self.name,
                    last.join(" / ")
                )));
            }
            std::thread::sleep(LOOK);
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let id = Pid::from_raw(self.child.id().cast_signed());
        let _ = kill(id, Signal::SIGTERM);
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(LOOK);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
