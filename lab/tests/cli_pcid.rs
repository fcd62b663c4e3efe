//! `pcid plan`: a table that people read, JSON that programs read, a picture; and clear words for
//! what makes no sense.
use serde_json::Value as Json;

mod common;

const FLEET: [&str; 10] = [
    "pcid",
    "plan",
    "--devices",
    "100000",
    "--session-time",
    "90s",
    "--arrival-rate",
    "500",
    "--blocking",
    "0.01",
];

#[test]
fn the_formula_and_the_simulation_stand_side_by_side() {
    let dir = tempfile::tempdir().unwrap();
    let svg = dir.path().join("plan.svg");
    let o = common::answer(&[&FLEET[..], &["--svg", svg.to_str().unwrap()]].concat());
    assert_eq!(o.status.code(), Some(0), "{}", common::err(&o));
    let text = common::out(&o);
    // 12.5 erlangs: the tables of Erlang's formula give 21 servers for 1 %
    assert!(
        text.starts_with("100000 devices need 21 PCIDs: 12.50 "),
        "{text}"
    );
    assert!(text.lines().all(|l| l.chars().count() <= 100), "{text}");
    let picture = std::fs::read_to_string(svg).unwrap();
    assert!(picture.contains("<polyline") && picture.ends_with("</svg>\n"));
    assert_eq!(
        picture.matches("<circle").count(),
        text.matches("  0.").count() / 3
    );
    let o = common::answer(&[&FLEET[..], &["--json", "--seed", "5"]].concat());
    let json: Json = serde_json::from_slice(&o.stdout).unwrap();
    assert_eq!(json["needed"], 21);
    let rows = json["rows"].as_array().unwrap();
    let held = rows.iter().filter(|r| {
        let of = |k: &str| r[k].as_f64().unwrap();
        (of("erlang_b") - of("simulated")).abs() <= of("within")
    });
    // one interval in twenty misses by chance
    assert!(held.count() + 1 >= rows.len(), "{rows:#?}");
}

#[test]
fn a_small_fleet_is_counted() {
    let line = "pcid plan --devices 40 --session-time 1h --arrival-rate 6 --blocking 0.02";
    let o = common::answer(&line.split(' ').collect::<Vec<_>>());
    let text = common::out(&o);
    assert!(text.contains("Engset"), "{text}");
}

#[test]
fn what_makes_no_sense_is_a_usage_error() {
    for (key, value, words) in [
        ("--devices", "0", "0"),
        ("--session-time", "90", "a time is a number with"),
        ("--session-time", "0s", "takes some time"),
        ("--arrival-rate", "-3", "-3"),
        ("--arrival-rate", "many", "not a number"),
        ("--blocking", "1", "0.01 is one in a hundred"),
        ("--blocking", "0", "above 0"),
        ("--arrival-rate", "1e15", "more than 1000000 PCIDs"),
    ] {
        let mut line: Vec<&str> = FLEET.to_vec();
        let at = line.iter().position(|w| *w == key).unwrap();
        line[at + 1] = value;
        let o = common::answer(&line);
        assert_eq!(o.status.code(), Some(2), "{line:?}");
        assert!(common::err(&o).contains(words), "{}", common::err(&o));
    }
}
