//! Clocks, chance, threads and sockets come in from outside (invariant 2).
use super::Violation;
use super::tokens::paths;
use super::tree::Tree;

/// The crates that hand them in.
const OUTSIDE: [&str; 4] = ["transport", "store", "lab", "xtask"];

/// Paths that only those crates may name, with what to do instead.
const PATHS: &[(&[&str], &str)] = &[
    (&["std", "time", "Instant"], TIME),
    (&["std", "time", "SystemTime"], TIME),
    (&["Instant", "now"], TIME),
    (&["SystemTime", "now"], TIME),
    (&["Utc", "now"], TIME),
    (&["std", "thread"], THREAD),
    (&["thread", "spawn"], THREAD),
    (&["thread", "sleep"], THREAD),
    (&["thread", "scope"], THREAD),
    (&["tokio"], SOCKET),
    (&["socket2"], SOCKET),
    (&["nix"], SOCKET),
    (&["libc"], SOCKET),
    (&["TcpStream"], SOCKET),
    (&["TcpListener"], SOCKET),
    (&["UdpSocket"], SOCKET),
    (&["UnixStream"], SOCKET),
    (&["UnixListener"], SOCKET),
    (&["UnixDatagram"], SOCKET),
    (&["getrandom"], CHANCE),
    (&["fastrand"], CHANCE),
    (&["thread_rng"], CHANCE),
    (&["ThreadRng"], CHANCE),
    (&["OsRng"], CHANCE),
    (&["SysRng"], CHANCE),
    (&["rand", "rng"], CHANCE),
    (&["rand", "random"], CHANCE),
    (&["RandomState"], CHANCE),
];
const TIME: &str = "take `engine::Now` as an argument";
const THREAD: &str = "write a machine that is called; threads belong to transport, store and lab";
const SOCKET: &str = "open a link of the node; sockets belong to transport";
const CHANCE: &str = "take `engine::Rng` (or bytes drawn from it) as an argument";

/// What a file may name all the same, with the reason beside it.
const EXCEPTIONS: &[(&str, &str)] = &[
    // dcsctp draws from the thread-local fastrand: seeded at every run, one thread per simulation
    ("sctp/src/seed.rs", "fastrand"),
];

/// A crate that depends on a package of the list below all the same, with the reason beside it.
const DEPENDS: &[(&str, &str)] = &[
    // to seed what dcsctp draws from, in sctp/src/seed.rs alone
    ("sctp", "fastrand"),
];

/// Packages that bring sockets, threads, clocks or chance.
const PACKAGES: [&str; 14] = [
    "tokio",
    "async-std",
    "mio",
    "socket2",
    "nix",
    "libc",
    "rustix",
    "io-uring",
    "sctp-rs",
    "tun-rs",
    "getrandom",
    "rand",
    "fastrand",
    "chrono",
];

/// No source of a pure crate, tests included, names them.
pub(super) fn sources(tree: &Tree, violations: &mut Vec<Violation>) {
    for file in tree
        .rust()
        .filter(|file| !OUTSIDE.contains(&file.crate_folder()))
    {
        for path in paths(&file.tokens) {
            let found = PATHS.iter().find(|(segments, _)| path.has(segments));
            let Some((segments, fix)) = found else {
                continue;
            };
            let excepted = |(at, word): &(&str, &str)| *at == file.path && segments.contains(word);
            if !EXCEPTIONS.iter().any(excepted) {
                violations.push(file.violation(
                    path.line,
                    "purity",
                    format!("`{}`", path.text()),
                    fix,
                ));
            }
        }
    }
}

/// No pure crate depends on a package that brings them; its tests may.
pub(super) fn dependencies(tree: &Tree, violations: &mut Vec<Violation>) {
    for package in &tree.packages {
        let top = package.folder.split('/').next().unwrap_or_default();
        if OUTSIDE.contains(&top) {
            continue;
        }
        let manifest = format!("{}/Cargo.toml", package.folder);
        for dependency in package
            .dependencies
            .iter()
            .filter(|dependency| !dependency.dev)
        {
            let name = dependency.name.as_str();
            if PACKAGES.contains(&name) && !DEPENDS.contains(&(top, name)) {
                let line = tree
                    .file(&manifest)
                    .map_or(1, |file| file.line_of(&dependency.name));
                violations.push(Violation {
                    file: manifest.clone(),
                    line,
                    rule: "purity",
                    found: format!("depends on {}", dependency.name),
                    fix: "what it brings is passed in from transport, store or lab",
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_is_found_in_a_pure_crate() {
        for (segments, _) in PATHS {
            let text = format!("//! x\nfn f() {{ {}(); }}", segments.join("::"));
            let tree = Tree::of(&[("gtp/src/machine/path.rs", &text)]);
            assert_eq!(
                tree.broken(sources),
                ["gtp/src/machine/path.rs:2"],
                "{text}"
            );
            for outside in [
                "transport/src/a.rs",
                "lab/tests/a.rs",
                "xtask/oracle/src/a.rs",
            ] {
                let tree = Tree::of(&[(outside, &text)]);
                assert!(tree.broken(sources).is_empty(), "{outside}: {text}");
            }
        }
    }

    #[test]
    fn a_group_and_another_name_are_found() {
        let text = "use std::{fmt, time::{Duration, Instant as Clock}};\n";
        assert_eq!(
            Tree::of(&[("ip/src/lib.rs", text)]).broken(sources),
            ["ip/src/lib.rs:1"]
        );
        let text = "use smoltcp::time::Instant;\nlet now = Instant::now();\n";
        assert_eq!(
            Tree::of(&[("ip/src/lib.rs", text)]).broken(sources),
            ["ip/src/lib.rs:2"]
        );
    }

    #[test]
    fn tests_of_a_pure_crate_are_pure() {
        let tree = Tree::of(&[("gtp/tests/a.rs", "fn f() { std::thread::sleep(d); }")]);
        assert_eq!(tree.broken(sources), ["gtp/tests/a.rs:1"]);
    }

    #[test]
    fn words_of_documentation_are_not_code() {
        let tree = Tree::of(&[(
            "gtp/src/lib.rs",
            "//! Never `Instant::now`.\nconst A: &str = \"tokio\";",
        )]);
        assert!(tree.broken(sources).is_empty());
    }

    #[test]
    fn a_dependency_that_brings_sockets() {
        let tree = Tree::of(&[("http/Cargo.toml", "[dependencies]\ntokio = 1\n")])
            .with("http", &["tokio", "httparse"])
            .with("gtp", &["dev:tokio"])
            .with("transport", &["tokio", "nix"]);
        assert_eq!(tree.broken(dependencies), ["http/Cargo.toml:2"]);
    }
}
