//! T19: no secret of a run stands in the files that it leaves behind; with the countermeasure off one
//! does, and is found.
use lab::run::{self, Setting};
use std::path::Path;

mod common;

const NAME: &str = "secrets-in-captures";

/// What stands in the files below `dir`, and how many files there are.
fn found(lead: &run::Lead, dir: &Path) -> (Vec<String>, usize) {
    let search = lead.observer.search.as_ref().unwrap();
    assert!(search.count() >= 20, "{search:?}");
    let files = common::files(dir);
    let mut all = Vec::new();
    for (name, _) in &files {
        let found = search.found_in(&dir.join(name)).unwrap();
        all.extend(found.iter().map(|s| format!("{}: {s}", name.display())));
    }
    (all, files.len())
}

/// The program's files of a run, and the same run in this process, which knows its secrets.
fn files_of(weaken: &[&str]) -> (Vec<String>, usize) {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().to_str().unwrap();
    let line = ["run", NAME, "--virtual", "--seed", "5", "--out", at];
    let o = common::answer(&[&line[..], weaken].concat());
    let said = common::out(&o) + &common::err(&o);
    std::fs::write(dir.path().join("said.txt"), said).unwrap();
    let setting = Setting {
        weaken: (!weaken.is_empty()).then_some(19),
        ..Setting::from(0)
    };
    let lead = run::virtually(common::scenario(NAME), setting, 5, None, false).unwrap();
    found(&lead, dir.path())
}

#[test]
fn no_file_of_a_run_tells_a_secret() {
    let (found, files) = files_of(&[]);
    assert_eq!(found, Vec::<String>::new());
    // captures of every leg, ladder, verdict, ground truth, what the program said
    assert!(files >= 18, "{files}");
}

#[test]
fn an_object_that_is_not_sealed_shows_its_keys() {
    let (found, _) = files_of(&["--weaken", "T19"]);
    for what in [
        "merged.pcapng: K of 99902",
        "legs/dpf-sho.pcapng: OPc of 99902",
    ] {
        assert!(
            found.iter().any(|f| f.starts_with(what)),
            "{what}: {found:?}"
        );
    }
}

/// TLS: its secrets stand in no file unless that was asked for.
#[test]
fn secrets_of_tls_are_there_where_they_are_asked_for() {
    for (net, asked) in [(114, false), (115, true)] {
        let dir = tempfile::tempdir().unwrap();
        let setting = Setting {
            carrier: engine::Carrier::Tls,
            secrets: asked,
            ..Setting::from(net)
        };
        let lead = run::on_sockets(common::scenario(NAME), setting, Some(dir.path()), false);
        let lead = lead.unwrap();
        assert!(!lead.observer.facts.has("secrets.told"));
        assert_eq!(found(&lead, dir.path()).0, Vec::<String>::new());
        let word: &[u8] = b"CLIENT_TRAFFIC_SECRET_0";
        let told = |f: &&(std::path::PathBuf, Vec<u8>)| f.1.windows(word.len()).any(|w| w == word);
        let files = common::files(dir.path());
        assert_eq!(files.iter().any(|f| told(&f)), asked);
    }
}
