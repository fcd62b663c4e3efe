//! Topologies of files: read, shown, run; what is wrong with one is said with its place.
use lab::{run::Setting, topology::file};

mod common;

const MIXED: &str = include_str!("../examples/topologies/mixed.toml");

#[test]
fn a_mixed_topology_carries_two_machines_through() {
    let plan = file::read("mixed.toml", MIXED).unwrap();
    let setting = Setting {
        topology: Some(Box::leak(Box::new(plan))),
        ..Setting::from(0)
    };
    let lead = lab::run::virtually(common::scenario("alt1"), setting, 5, None, false).unwrap();
    assert_eq!(lead.broken(), (vec![], vec![]));
    let both = lead.observer.ladder.text(false);
    // the first machine's vectors come from its visited operator's own ICF
    assert!(both.contains("SGSN-2"), "{both}");
}

#[test]
fn it_is_shown_and_run_from_the_command_line() {
    let dir = tempfile::tempdir().unwrap();
    let (file, out) = (dir.path().join("mixed.toml"), dir.path().join("out"));
    std::fs::write(&file, MIXED).unwrap();
    let (file, out) = (file.to_str().unwrap(), out.to_str().unwrap());
    let o = common::answer(&["topology", "--file", file]);
    assert_eq!(o.status.code(), Some(0), "{}", common::err(&o));
    for line in [
        "  ICF        127.0.2.31",
        "  DPF        127.0.4.33",
        "VNO-2 001-11",
    ] {
        assert!(common::out(&o).contains(line), "{}", common::out(&o));
    }
    let line = [
        "run",
        "--virtual",
        "--quiet",
        "--topology",
        file,
        "--out",
        out,
    ];
    let o = common::answer(&line);
    assert_eq!(o.status.code(), Some(0), "{}", common::err(&o));
    // a scenario about a topology has its own
    let o = common::answer(&[
        "run",
        "two-vnos",
        "--virtual",
        "--topology",
        file,
        "--out",
        out,
    ]);
    assert_eq!(o.status.code(), Some(2), "{}", common::err(&o));
    let o = common::answer(&["topology", "--file", "no-such-file.toml"]);
    assert_eq!(o.status.code(), Some(4), "{}", common::err(&o));
}

/// What is changed in the good file, and the words that it is met with.
const BAD: &[(&str, &str, &str)] = &[
    ("\"dpf\"", "\"dfp\"", "did you mean \"dpf\"?"),
    ("machines = 2", "machines = 0", "there is no machine"),
    ("machines = 2", "machines = \"two\"", "is not a number"),
    ("\"999-02\"", "\"234-15\"", "234-15 is no test network"),
    ("\"sho\", ", "", "nobody hosts a SHO"),
    ("subnet = 12\n", "", "has the name or the subnet of VNO"),
    ("subnet = 12", "subnet = 250", "no such subnet"),
    (", \"pva\"]", "]", "nobody hosts a PVA"),
    (
        "functions = [\"drf\", \"ccif\"]",
        "functions = [\"drf\", \"drf\", \"ccif\"]",
        "there are 2 of a registration operator's functions, and 1 ICF",
    ),
    (
        "plmns = [\"999-02\"]\n",
        "",
        "hosts a HLR and has no network",
    ),
    (
        "functions = [\"drf\", \"ccif\"]",
        "functions = []",
        "RO hosts nothing",
    ),
    ("name = \"RO\"", "nmae = \"RO\"", "nmae"),
    ("[[operator]]", "[operator", "not TOML"),
];

#[test]
fn what_is_wrong_is_said() {
    for (from, to, words) in BAD {
        let text = MIXED.replacen(from, to, 1);
        assert_ne!(text, MIXED, "{from}");
        let mistakes = file::read("bad.toml", &text).unwrap_err();
        let said: Vec<String> = mistakes.lines().collect();
        let all = said.join("\n");
        assert!(all.contains(words), "{to}: {all}");
        assert!(all.contains("bad.toml:"), "{all}");
    }
}
