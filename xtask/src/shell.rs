//! Starting other programs: cargo with a clean environment, output passed on and kept.
use std::ffi::OsStr;
use std::fmt;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

/// What went wrong, in words for a person.
#[derive(Debug)]
pub(crate) struct Fail(String);

/// The result of a developer command.
pub(crate) type Result<T> = std::result::Result<T, Fail>;

impl fmt::Display for Fail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<S: Into<String>> From<S> for Fail {
    fn from(words: S) -> Self {
        Self(words.into())
    }
}

/// Adds what was being done to an error of the system.
pub(crate) trait Doing<T> {
    /// `what` says what was being done, or to which file.
    fn doing(self, what: impl fmt::Display) -> Result<T>;
}

impl<T, E: fmt::Display> Doing<T> for std::result::Result<T, E> {
    fn doing(self, what: impl fmt::Display) -> Result<T> {
        self.map_err(|error| Fail(format!("{what}: {error}")))
    }
}

/// cargo in `root`, without the variables that `cargo run` sets for this program: build scripts
/// that watch them would run again.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    for (name, _) in std::env::vars_os() {
        if is_of_cargo_run(&name) {
            command.env_remove(name);
        }
    }
    command
}

fn is_of_cargo_run(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("CARGO_PKG_")
        || name.starts_with("CARGO_MANIFEST_")
        || [
            "CARGO_BIN_NAME",
            "CARGO_CRATE_NAME",
            "CARGO_PRIMARY_PACKAGE",
            "OUT_DIR",
        ]
        .contains(&name.as_ref())
}

/// Runs a command with our own stdout and stderr: whether it exits 0.
pub(crate) fn succeeds(command: &mut Command) -> Result<bool> {
    let status = command.stdin(Stdio::null()).status();
    Ok(status.doing(program(command))?.success())
}

/// Runs a command silently: its stdout if it exits 0.
pub(crate) fn output_of(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}

/// Runs a command, passes its stdout and stderr on line by line, and gives both back without
/// colours.
pub(crate) fn tee(command: &mut Command) -> Result<(ExitStatus, String)> {
    if std::io::stderr().is_terminal() && std::env::var_os("CARGO_TERM_COLOR").is_none() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let name = program(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .doing(&name)?;
    let stderr = child.stderr.take();
    let said = thread::spawn(move || stderr.map(|from| copy(from, std::io::stderr())));
    let mut text = child
        .stdout
        .take()
        .map_or_else(String::new, |from| copy(from, std::io::stdout()));
    text.push_str(&said.join().ok().flatten().unwrap_or_default());
    let status = child.wait().doing(&name)?;
    Ok((status, text))
}

/// A duration as a person reads it: `4.2 s`, `3 min 07 s`.
pub(crate) fn human(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{:.1} s", duration.as_secs_f64()),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// The program of a command, for messages.
fn program(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

/// Copies lines to `to`: what was copied, without colours. That nobody reads on (a closed pipe)
/// is no reason to stop.
fn copy(from: impl Read, mut to: impl Write) -> String {
    let mut text = String::new();
    let mut reader = BufReader::new(from);
    let mut line = Vec::new();
    while reader
        .read_until(b'\n', &mut line)
        .is_ok_and(|length| length > 0)
    {
        let _ = to.write_all(&line).and_then(|()| to.flush());
        text.push_str(&plain(&String::from_utf8_lossy(&line)));
        line.clear();
    }
    text
}

/// Text without the escape sequences of colours.
fn plain(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| ('@'..='~').contains(&c));
        out.push_str(end.and_then(|end| part.get(end + 1..)).unwrap_or_default());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_taken_out() {
        assert_eq!(plain("\x1b[32;1m  PASS\x1b[0m a \x1b[1mb"), "  PASS a b");
    }

    #[test]
    fn output_is_kept_and_the_exit_code_seen() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2; exit 3"]);
        let (status, text) = tee(&mut command).unwrap();
        assert_eq!((status.code(), text.as_str()), (Some(3), "out\nerr\n"));
    }

    #[test]
    fn times_are_for_people() {
        assert_eq!(human(Duration::from_millis(4249)), "4.2 s");
        assert_eq!(human(Duration::from_secs(187)), "3 min 07 s");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let fail = succeeds(&mut Command::new("no-such-program")).unwrap_err();
        assert!(fail.to_string().starts_with("no-such-program: "), "{fail}");
    }
}
