//! Wall time and peak memory of one program.
//!
//! The system keeps the largest resident set of all finished children of a process. So each
//! program is measured by a process of its own: this one, started again as `xtask measure`.
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;
use nix::sys::resource::{UsageWho, getrusage};

use crate::shell::{Doing, Fail, Result};

/// Options of the hidden command.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// The file for the figures
    #[arg(long)]
    to: PathBuf,
    /// The program and its arguments
    #[arg(trailing_var_arg = true, required = true, allow_hyphen_values = true)]
    program: Vec<String>,
}

/// What one program took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) wall: Duration,
    /// The largest resident set, in octets.
    pub(super) peak: u64,
}

/// Runs the hidden command: whether the program exited 0.
pub(crate) fn command(options: &Options) -> Result<bool> {
    let [program, arguments @ ..] = options.program.as_slice() else {
        return Err("no program to measure".into());
    };
    let begun = Instant::now();
    let status = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .doing(program)?;
    let usage = Usage {
        wall: begun.elapsed(),
        peak: peak_of_children()?,
    };
    std::fs::write(&options.to, usage.line()).doing(options.to.display())?;
    Ok(status.success())
}

/// Measures a program in a process of its own; `scratch` is a file for the figures.
pub(super) fn measure(program: &Path, arguments: &[&str], scratch: &Path) -> Result<Usage> {
    let own = std::env::current_exe().doing("this program's own path")?;
    let mut command = Command::new(own);
    command
        .arg("measure")
        .arg("--to")
        .arg(scratch)
        .arg("--")
        .arg(program)
        .args(arguments);
    let output = command
        .stdin(Stdio::null())
        .output()
        .doing("xtask measure")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last: Vec<_> = said.lines().rev().take(5).collect();
        let last: Vec<_> = last.into_iter().rev().collect();
        let line = arguments.join(" ");
        return Err(format!("{} {line} failed\n{}", program.display(), last.join("\n")).into());
    }
    let text = std::fs::read_to_string(scratch).doing(scratch.display())?;
    Usage::read(&text).ok_or_else(|| Fail::from("xtask measure wrote something else"))
}

impl Usage {
    fn line(self) -> String {
        format!("{} {}\n", self.wall.as_nanos(), self.peak)
    }

    fn read(line: &str) -> Option<Self> {
        let (wall, peak) = line.trim().split_once(' ')?;
        Some(Self {
            wall: Duration::from_nanos(wall.parse().ok()?),
            peak: peak.parse().ok()?,
        })
    }
}

fn peak_of_children() -> Result<u64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).doing("getrusage")?;
    let kilobytes = u64::try_from(usage.max_rss()).doing("getrusage")?;
    Ok(kilobytes.saturating_mul(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_is_written_and_read() {
        let usage = Usage {
            wall: Duration::from_millis(1500),
            peak: 4096,
        };
        assert_eq!(Usage::read(&usage.line()), Some(usage));
        assert_eq!(Usage::read("12"), None);
    }

    #[test]
    fn a_program_is_measured() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("usage");
        let options = |script: &str| Options {
            to: to.clone(),
            program: ["sh", "-c", script].map(str::to_owned).to_vec(),
        };
        assert!(command(&options("exit 0")).unwrap());
        let usage = Usage::read(&std::fs::read_to_string(&to).unwrap()).unwrap();
        assert!(
            usage.peak > 100 * 1024 && usage.wall > Duration::ZERO,
            "{usage:?}"
        );
        assert!(!command(&options("exit 3")).unwrap());
    }
}
