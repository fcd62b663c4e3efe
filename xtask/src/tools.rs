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
    let without = "the tests that need it are named as not run";
    see_to("tshark", &["--version"], &["tshark"], without, install)
}

/// The same for the headers of OpenSSL: crate `diameter`, a peer in tests and benchmarks, cannot be
/// built without (its tokio-native-tls is not optional). The program itself does not need them.
pub(crate) fn see_to_openssl(install: bool) -> Result<()> {
    let packages = ["pkg-config", "libssl-dev"];
    let without = "the tests of diameter-s6a do not build";
    see_to(
        "pkg-config",
        &["--exists", "openssl"],
        &packages,
        without,
        install,
    )
}

/// Asks a program whether something is there, and installs packages where it is not and may be.
fn see_to(
    program: &str,
    arguments: &[&str],
    packages: &[&str],
    without: &str,
    install: bool,
) -> Result<()> {
    if answers(program, arguments) {
        return Ok(());
    }
    let names = packages.join(" ");
    if !install {
        eprintln!("{names}: missing, {without}. To install:");
        eprintln!("  {}", apt_line(&names));
        return Ok(());
    }
    eprintln!("{names}: missing, installing");
    install_packages(packages)?;
    match answers(program, arguments) {
        true => Ok(()),
        false => Err(format!("{names}: installed, and still `{program}` fails").into()),
    }
}

/// Whether a program can be started with these arguments, and exits well.
fn answers(program: &str, arguments: &[&str]) -> bool {
    output_of(Command::new(program).args(arguments)).is_some()
}

/// What the tests against real peers need: a file that each package brings, and the package.
const PEERS: [(&str, &str); 17] = [
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
    ("/usr/include/usrsctp.h", "libusrsctp-dev"),
    ("/usr/bin/qemu-system-x86_64", "qemu-system-x86"),
    ("/bin/busybox", "busybox-static"),
    ("/usr/bin/cpio", "cpio"),
    ("/sbin/depmod", "kmod"),
    ("/sbin/ip", "iproute2"),
    ("/usr/sbin/nft", "nftables"),
    ("/usr/bin/sqlite3", "sqlite3"),
    ("/usr/bin/openssl", "openssl"),
    ("/usr/bin/wbxml2xml", "libwbxml2-utils"),
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

/// Installs Debian packages. Their services are not started: tests start what they need.
fn install_packages(packages: &[&str]) -> Result<()> {
    if output_of(Command::new("id").arg("-u")).is_none_or(|id| id.trim() != "0") {
        return Err(format!(
            "installing needs root. Install and call again:\n  {}",
            apt_line(&packages.join(" "))
        )
        .into());
    }
    let options = [&["install", "-y", "--no-install-recommends"], packages].concat();
    for arguments in [&["update"][..], &options[..]] {
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

fn apt_line(packages: &str) -> String {
    format!(
        "sudo apt-get update && \
         sudo DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends {packages}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_does_not_start() {
        assert!(answers("true", &[]));
        assert!(!answers("no-such-program", &[]));
        assert!(!answers("false", &[]));
    }

    #[test]
    fn what_is_missing_and_may_not_be_installed_is_only_told() {
        assert!(see_to("no-such-program", &[], &["none"], "nothing runs", false).is_ok());
        assert!(see_to("true", &[], &["none"], "nothing runs", true).is_ok());
    }

    #[test]
    fn the_line_to_type_stands_alone() {
        assert!(apt_line("tshark").starts_with("sudo apt-get update && sudo "));
        assert!(apt_line("tshark").ends_with("--no-install-recommends tshark"));
    }
}
