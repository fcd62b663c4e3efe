//! `docs/lab.md`: every command of the page, in its order.
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

#[test]
fn every_command_of_the_page_does_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = fs::read_to_string(root.join("docs/lab.md")).unwrap();
    let mut script = String::from("set -eu\ntrap 'kill $(jobs -p) 2>/dev/null || :' EXIT\n");
    let blocks = page.split("```sh\n").skip(1);
    let blocks: Vec<&str> = blocks.filter_map(|b| b.split("```").next()).collect();
    assert!(blocks.len() >= 6, "{} blocks", blocks.len());
    script.extend(blocks.iter().flat_map(|b| [*b, "\n"]));
    let commands = script
        .lines()
        .filter(|l| l.starts_with("fosterling "))
        .count();
    assert!(commands >= 10, "{commands} commands");

    let program = Path::new(env!("CARGO_BIN_EXE_fosterling"));
    let path = std::env::var("PATH").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let ran = Command::new("bash")
        .args(["-c", &script])
        .current_dir(dir.path())
        .env(
            "PATH",
            format!("{}:{path}", program.parent().unwrap().display()),
        )
        .env("FOSTERLING", root)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap_or_default();
    let logs = ["sho", "ro", "sgsn", "m2me"].map(|n| read(&format!("{n}.log")));
    assert!(
        ran.status.success(),
        "{}\n{}\n{}",
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr),
        logs.join("\n----\n")
    );
    for line in read("m2me.log").lines() {
        let json: Result<serde_json::Value, _> = serde_json::from_str(line);
        assert!(json.is_ok(), "not JSON: {line}");
    }
    for (name, log) in ["sho", "ro", "sgsn"].iter().zip(&logs) {
        assert!(log.contains("ended"), "{name} did not end in order:\n{log}");
    }
    let text = read("ro.txt");
    for message in [
        "Authentication-Information-Answer",
        "Update-Location-Answer",
    ] {
        assert!(text.contains(message), "{message}:\n{text}");
    }
}
