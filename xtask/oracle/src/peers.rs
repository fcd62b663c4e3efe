//! Real peers: programs that others wrote, and the rights to run them.
use std::path::{Path, PathBuf};

/// A program of a real peer (`osmo-sgsn`, `freeDiameterd`), found on the search path and in the
/// folders of daemons; `None` where it is not on this machine, with the test `name` named as not
/// run.
///
/// # Panics
/// Where it is missing and `FOSTERLING_REQUIRE=1`.
#[track_caller]
pub fn program(name: &str, program: &str) -> Option<PathBuf> {
    let found = find(program);
    match found {
        Some(_) => crate::tally::run(name),
        None => crate::not_run(
            name,
            &format!("{program} is not installed"),
            crate::required(),
        ),
    }
    found
}

/// True where this process may make network namespaces: root; else the test `name` is named as
/// not run.
#[track_caller]
pub fn root_rights(name: &str) -> bool {
    // /proc belongs to whoever runs: no call into the system's library is needed
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let uid = status
        .lines()
        .find_map(|l| l.strip_prefix("Uid:"))
        .and_then(|l| l.split_whitespace().nth(1));
    let root = uid == Some("0");
    if !root {
        crate::not_run(name, "it needs root", false);
    }
    root
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin", "/usr/lib/usrsctp"].map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}
