//! Third-party tools: what is here, and installing what is missing from Debian packages.
use std::process::Command;

use crate::shell::{Result, output_of, succeeds};

/// Whether missing tools are installed and must then be there: under `CI=true`, or where asked.
pub(crate) fn may_install(asked: bool) -> bool {
    asked || std::env::var_os("CI").is_some_and(|value| value == "true" || value == "1")
}

/// Sees to it that tshark can be started, or says how to get it. Fails where it must be there
/// and cannot be.
pub(crate) fn see_to_tshark(install: bool) -> Result<()> {
    if starts("tshark", "--version") {
        return Ok(());
    }
    if !install {
        eprintln!("tshark is missing: the tests that need it are named as not run. To install it:");
        eprintln!("  {}", apt_line("tshark"));
        return Ok(());
    }
    eprintln!("tshark is missing: installing it");
    install_packages(&["tshark"])?;
    if starts("tshark", "--version") {
        Ok(())
    } else {
        Err("tshark was installed and does not start".into())
    }
}

/// What the tests against real peers need: a file that each package brings, and the package.
const PEERS: [(&str, &str); 14] = [
    ("/usr/bin/osmo-sgsn", "osmo-sgsn"),
    ("/usr/bin/osmo-ggsn", "osmo-ggsn"),
    ("/usr/bin/osmo-hlr", "osmo-hlr"),
    ("/usr/bin/osmo-stp", "osmo-stp"),
    ("/usr/bin/freeDiameterd", "freediameterd"),
    (
        "/usr/lib/freeDiameter/rt_default.fdx",
        "freediameter-extensions",
    ),
    ("/usr/lib/usrsctp/echo_server", "libusrsctp-examples"),
    ("/usr/bin/qemu-system-x86_64", "qemu-system-x86"),
    ("/bin/busybox", "busybox-static"),
    ("/usr/bin/cpio", "cpio"),
    ("/sbin/depmod", "kmod"),
    ("/sbin/ip", "iproute2"),
    ("/usr/bin/sqlite3", "sqlite3"),
    ("/usr/bin/openssl", "openssl"),
];

/// Sees to it that the programs of real peers are there, or says how to get them.
pub(crate) fn see_to_peers(install: bool) -> Result<()> {
    let missing: Vec<&str> = PEERS
        .iter()
        .filter(|(file, _)| !std::path::Path::new(file).exists())
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let all = missing.join(" ");
    if !install {
        eprintln!("real peers are missing: tests that need them are named as not run. To install:");
        eprintln!("  {}", apt_line(&all));
        return Ok(());
    }
    eprintln!("real peers are missing: installing {all}");
    install_packages(&missing)
}

/// Whether a program can be started with this one argument.
pub(crate) fn starts(program: &str, argument: &str) -> bool {
    output_of(Command::new(program).arg(argument)).is_some()
}

/// Installs Debian packages. Their services are not started: tests start what they need.
fn install_packages(packages: &[&str]) -> Result<()> {
    let all = packages.join(" ");
    if output_of(Command::new("id").arg("-u")).is_none_or(|id| id.trim() != "0") {
        return Err(format!(
            "installing {all} needs root. Install it and call again:\n  {}",
            apt_line(&all)
        )
        .into());
    }
    let options = ["install", "-y", "--no-install-recommends"];
    for arguments in [&["update"][..], &[&options[..], packages].concat()] {
        let mut command = Command::new("apt-get");
        command
            .args(arguments)
            // the runlevel in which Debian's scripts start no service
            .env("RUNLEVEL", "1")
            .env("DEBIAN_FRONTEND", "noninteractive");
        if !succeeds(&mut command)? {
            return Err(format!("apt-get {} failed", arguments.join(" ")).into());
        }
    }
    Ok(())
}

fn apt_line(package: &str) -> String {
    format!(
        "sudo apt-get update && \
         sudo DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends {package}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_does_not_start() {
        assert!(starts("sh", "--version") || starts("true", "--version"));
        assert!(!starts("no-such-program", "--version"));
        assert!(!starts("false", "--no-such-option"));
    }

    #[test]
    fn the_line_to_type_stands_alone() {
        assert!(apt_line("tshark").starts_with("sudo apt-get update && sudo "));
        assert!(apt_line("tshark").ends_with("--no-install-recommends tshark"));
    }
}
