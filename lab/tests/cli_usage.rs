//! What the command line says of itself, and how it ends.
#![allow(clippy::disallowed_methods)]
use std::process::{Command, Output};

fn fosterling(args: &[&str]) -> Output {
    let mut c = Command::new(env!("CARGO_BIN_EXE_fosterling"));
    c.args(args).env_remove("FOSTERLING_NET").output().unwrap()
}

fn out(o: &Output) -> String {
    String::from_utf8(o.stdout.clone()).unwrap()
}

fn err(o: &Output) -> String {
    String::from_utf8(o.stderr.clone()).unwrap()
}

#[test]
fn help_is_an_answer_with_examples_and_exit_codes() {
    let o = fosterling(&["--help"]);
    assert_eq!(o.status.code(), Some(0));
    for code in [
        "Exit codes:",
        "  0  good",
        " 70  a fault",
        "130  interrupted",
    ] {
        assert!(out(&o).contains(code), "{code}");
    }
    for command in [
        "run",
        "scenarios",
        "topology",
        "decode",
        "doctor",
        "completions",
        "man",
    ] {
        let o = fosterling(&[command, "--help"]);
        assert_eq!((o.status.code(), err(&o).as_str()), (Some(0), ""));
        let examples = out(&o).matches("\n  fosterling ").count();
        assert!(examples >= 2, "{command}: {}", out(&o));
        let widest = out(&o).lines().map(|l| l.chars().count()).max();
        assert!(widest <= Some(100), "{command}: {widest:?}");
    }
}

#[test]
fn a_slip_of_the_fingers_is_met_with_the_nearest() {
    for (args, nearest) in [
        (&["dekode"][..], "'decode'"),
        (&["run", "wrong-kay"], "'wrong-key'"),
        (&["run", "--vitual"], "'--virtual'"),
        (&["decode", "--as", "gpt", "32"], "'gtp'"),
        (&["decode", "--as", "diametre", "32"], "'diameter'"),
        (&["completions", "zhs"], "'zsh'"),
    ] {
        let o = fosterling(args);
        assert_eq!(
            (o.status.code(), out(&o).as_str()),
            (Some(2), ""),
            "{args:?}"
        );
        assert!(err(&o).contains(nearest), "{args:?}: {}", err(&o));
    }
    for args in [&["run", "--net", "256"][..], &["run", "--seed", "3"], &[]] {
        let o = fosterling(args);
        assert_eq!(
            (o.status.code(), out(&o).as_str()),
            (Some(2), ""),
            "{args:?}"
        );
    }
}

#[test]
fn scenarios_fit_and_say_the_same_twice() {
    let o = fosterling(&["scenarios"]);
    assert_eq!(o.status.code(), Some(0));
    assert!(out(&o).lines().all(|l| l.chars().count() <= 100));
    let all: serde_json::Value =
        serde_json::from_slice(&fosterling(&["scenarios", "--json"]).stdout).unwrap();
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), lab::scenarios::all().count());
    for s in all {
        let name = s["name"].as_str().unwrap();
        assert!(
            out(&o)
                .lines()
                .any(|l| l.split_whitespace().next() == Some(name))
        );
        assert!(s["requirements"][0].as_str().unwrap().starts_with('R'));
        assert!(s["threats"].is_array() && s["rights"].is_string());
    }
}

#[test]
fn completions_and_manual_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let o = fosterling(&["completions", shell]);
        assert_eq!(o.status.code(), Some(0));
        assert!(out(&o).contains("doctor"), "{shell}");
        // the others do not complete values of positional arguments
        if ["bash", "zsh"].contains(&shell) {
            assert!(out(&o).contains("walled-garden"), "{shell}");
        }
    }
    let page = fosterling(&["man"]);
    assert!(out(&page).contains(".TH fosterling") && page.status.success());
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("man1");
    assert!(
        fosterling(&["man", "--out", to.to_str().unwrap()])
            .status
            .success()
    );
    for page in ["fosterling.1", "fosterling-run.1", "fosterling-decode.1"] {
        assert!(
            std::fs::metadata(to.join(page)).unwrap().len() > 500,
            "{page}"
        );
    }
}

#[test]
fn the_doctor_names_what_is_taken() {
    let net = "211";
    let o = fosterling(&["doctor", "--net", net, "--json"]);
    let all: serde_json::Value = serde_json::from_slice(&o.stdout).unwrap();
    let all = all.as_array().unwrap();
    let lacks = all
        .iter()
        .any(|f| f["needed"] == true && f["there"] == false);
    assert_eq!(o.status.code(), Some(if lacks { 4 } else { 0 }));
    assert_eq!(
        (&all[0]["thing"], &all[0]["there"]),
        (&"addresses of the run".into(), &true.into())
    );
    for thing in [
        "Wireshark's tshark",
        "TUN device",
        "SCTP in the kernel",
        "packet capture",
        "open files",
    ] {
        assert!(all.iter().any(|f| f["thing"] == thing), "{thing}");
    }
    let _taken = std::net::UdpSocket::bind("127.211.2.1:2123").unwrap();
    let o = fosterling(&["doctor", "--net", net]);
    assert_eq!(o.status.code(), Some(4));
    assert!(out(&o).contains("127.211.2.1:2123") && out(&o).contains("--net N"));
    assert!(out(&o).lines().all(|l| l.chars().count() <= 100));
}
