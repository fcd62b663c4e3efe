//! `run --all`: a table of verdicts, those of some numbers only, and verdicts that can fail.
use lab::{
    run::Setting,
    scenarios::{self, Mode},
};
use serde_json::Value as Json;

mod common;

fn all(args: &[&str]) -> (Option<i32>, Json) {
    let dir = tempfile::tempdir().unwrap();
    let line = [&["run", "--all", "--virtual", "--json", "--out", "o"], args].concat();
    let o = common::program(&line)
        .current_dir(dir.path())
        .output()
        .unwrap();
    let rows =
        serde_json::from_slice(&o.stdout).unwrap_or_else(|e| panic!("{e}: {}", common::err(&o)));
    (o.status.code(), rows)
}

fn names(rows: &Json) -> Vec<&str> {
    let rows = rows.as_array().unwrap();
    rows.iter()
        .map(|r| r["scenario"].as_str().unwrap())
        .collect()
}

#[test]
fn numbers_choose() {
    let (code, rows) = all(&["--only", "T3,R11"]);
    assert_eq!(code, Some(0), "{rows:#}");
    let meant: Vec<_> = scenarios::all()
        .filter(|s| s.threats.contains(&3) || s.requirements.contains(&11))
        .map(|s| s.name)
        .collect();
    assert_eq!(names(&rows), meant);
    for row in rows.as_array().unwrap() {
        assert_eq!(row["outcome"], "passed", "{row:#}");
        assert_eq!(row["verdict"]["passed"], true, "{row:#}");
    }
}

#[test]
fn unknown_numbers_are_usage_errors() {
    for args in [
        ["--only", "T77"],
        ["--only", "17"],
        ["--weaken", "T77"],
        ["--weaken", "R15"],
    ] {
        let line = [&["run", "--all", "--virtual"], &args[..]].concat();
        let o = common::answer(&line);
        assert_eq!(o.status.code(), Some(2), "{args:?}: {}", common::err(&o));
    }
}

/// With the countermeasure against a threat switched off, a scenario about it turns red: for every
/// threat, in virtual time.
#[test]
fn verdicts_can_fail() {
    for threat in 1..=19 {
        let about =
            |s: &&scenarios::Scenario| s.threats.contains(&threat) && s.mode != Mode::Sockets;
        let mut about = scenarios::all().filter(about).peekable();
        if about.peek().is_none() {
            continue;
        }
        let setting = Setting {
            weaken: Some(threat),
            ..Setting::from(0)
        };
        let red = about.any(|s| {
            let lead = lab::run::virtually(s, setting, 1, None, false).unwrap();
            lead.broken() != (vec![], vec![])
        });
        assert!(
            red,
            "T{threat}: every scenario passes without its countermeasure"
        );
    }
}

#[test]
fn a_red_scenario_ends_with_1() {
    let (code, rows) = all(&["--only", "T3", "--weaken", "T3"]);
    assert_eq!(code, Some(1), "{rows:#}");
    let red = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["outcome"] == "failed");
    assert!(red.count() >= 1, "{rows:#}");
}
