//! `pcid plan`: a table that people read, JSON that programs read, a picture; and clear words for
//! what makes no sense. `pcid issue`, `import`, `release`, `list`, `show`: batches and stores, each
//! refusal with the numbers that it is about, and never a key.
use serde_json::Value as Json;
use std::{fs, path::Path, process::Output};

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
    let picture = fs::read_to_string(svg).unwrap();
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

/// A registration operator with four PCIDs, its stores in files.
const RO: &str = r#"
[icf]
plmn = "999-01"
http = "127.0.3.1"
drf = "127.0.3.2"
key_file = "keys/icf.key"
ccif_file = "keys/ccif.pub"
quarantine = "30d"
store = "icf.store"

[[icf.listen]]
address = "127.0.3.1"

[ccif]
plmn = "999-01"
http = "127.0.7.1"
key_file = "keys/ccif.key"
m2mes_key_file = "keys/m2mes.key"
op_file = "keys/m2me.op"
seed_file = "keys/pcids.seed"
apn = "ro.m2m"
pva = "127.0.6.1"
size = 4
store = "ccif.store"

[ccif.icf]
api = "127.0.3.1"
key_file = "keys/icf.pub"

[ccif.dpf]
api = "127.0.3.3"
key_file = "keys/dpf.pub"
"#;

/// A folder with that, and the commands in it.
struct Ro(tempfile::TempDir);

impl Ro {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("ro.toml"), RO).unwrap();
        let ro = Self(dir);
        let o = ro.run("config keys --out keys --devices 4");
        assert_eq!(o.status.code(), Some(0), "{}", common::err(&o));
        ro
    }

    fn run(&self, line: &str) -> Output {
        let words: Vec<&str> = line.split(' ').collect();
        let mut program = common::program(&words);
        program.current_dir(self.0.path()).output().unwrap()
    }

    /// What it says, where the answer is yes.
    fn yes(&self, line: &str) -> String {
        let o = self.run(line);
        assert_eq!(o.status.code(), Some(0), "{line}: {}", common::err(&o));
        common::out(&o)
    }

    /// What it says, where the answer is no.
    fn no(&self, line: &str) -> String {
        let o = self.run(line);
        let said = common::err(&o);
        assert_eq!(o.status.code(), Some(1), "{line}: {said}");
        assert_eq!(common::out(&o), "", "{line}");
        said
    }

    fn list(&self) -> Vec<(String, String)> {
        let json: Json = serde_json::from_str(&self.yes("pcid list ro.toml --json")).unwrap();
        let rows = json.as_array().unwrap().iter();
        let text = |r: &Json, k: &str| r[k].as_str().unwrap().to_owned();
        rows.map(|r| (text(r, "pcid"), text(r, "stage"))).collect()
    }
}

fn pcid(n: u8) -> String {
    format!("9990100000000{n:02}")
}

fn stages(all: &[(u8, &str)]) -> Vec<(String, String)> {
    let all = all.iter();
    all.map(|(n, stage)| (pcid(*n), (*stage).to_owned()))
        .collect()
}

/// Every K and OPc that the devices have.
fn keys(dir: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for n in 1..=4 {
        let file = dir.join(format!("keys/devices/{n}/pcid.json"));
        let json: Json = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        for key in ["k", "opc"] {
            all.push(json[key].as_str().unwrap().to_owned());
        }
    }
    all
}

#[test]
fn issued_imported_released() {
    let ro = Ro::new();
    let said = ro.yes("pcid issue ro.toml --batch b-1 --count 3 --out batches");
    assert!(
        said.starts_with(&format!("b-1: 3 PCIDs, {} to {}\n", pcid(1), pcid(3))),
        "{said}"
    );
    let said = ro.yes("pcid import ro.toml batches/b-1.icf.json");
    assert_eq!(said, "b-1: 3 PCIDs taken\n");
    let issued = [(1, "issued"), (2, "issued"), (3, "issued")];
    assert_eq!(ro.list(), stages(&issued));
    let said = ro.yes(&format!("pcid release ro.toml {}", pcid(2)));
    assert!(
        said.starts_with(&format!("{}: in quarantine until 2", pcid(2))),
        "{said}"
    );
    let after = [(1, "issued"), (2, "quarantine"), (3, "issued")];
    assert_eq!(ro.list(), stages(&after));
    let table = ro.yes("pcid list ro.toml");
    assert_eq!(table.lines().count(), 4, "{table}");
    assert!(table.lines().all(|l| l.chars().count() <= 100), "{table}");
    let shown = ro.yes(&format!("pcid show ro.toml {}", pcid(2)));
    for part in [
        "stage        quarantine",
        "APNs         ro.m2m",
        "served by    nobody",
    ] {
        assert!(shown.contains(part), "{shown}");
    }
    // nobody reads a key there, nor in the files that are handed out
    let json = ro.yes(&format!("pcid show ro.toml {} --json", pcid(1)));
    let files = ["icf", "dpf", "m2mes"].map(|to| {
        let file = ro.0.path().join(format!("batches/b-1.{to}.json"));
        fs::read_to_string(file).unwrap()
    });
    let all = [table, shown, json, files.concat()].concat().to_lowercase();
    for key in keys(ro.0.path()) {
        assert_eq!(key.len(), 32);
        assert!(!all.contains(&key.to_lowercase()));
    }
    let said = ro.no(&format!("pcid show ro.toml {}", pcid(4)));
    assert!(said.contains(&pcid(4)), "{said}");
}

#[test]
fn what_clashes_is_refused_with_its_numbers() {
    let ro = Ro::new();
    ro.yes("pcid issue ro.toml --batch b-1 --count 2");
    ro.yes("pcid import ro.toml b-1.icf.json");
    // the same again
    let said = ro.no("pcid import ro.toml b-1.icf.json");
    assert!(said.contains(&pcid(1)) && said.contains(&pcid(2)), "{said}");
    let said = ro.no("pcid issue ro.toml --batch b-1 --count 1");
    assert!(said.contains("b-1"), "{said}");
    // by a CCIF that has lost its books: one that is there, one that is not; nothing is taken
    fs::remove_file(ro.0.path().join("ccif.store")).unwrap();
    ro.yes("pcid issue ro.toml --batch b-2 --count 3");
    let said = ro.no("pcid import ro.toml b-2.icf.json");
    let named = |n| said.lines().any(|l| l.trim() == pcid(n));
    assert!(named(1) && named(2) && !named(3), "{said}");
    assert_eq!(ro.list(), stages(&[(1, "issued"), (2, "issued")]));
    // more than are left: none is issued
    let said = ro.no("pcid issue ro.toml --batch b-3 --count 2");
    assert!(said.contains("99901: 2 wanted, 1 free"), "{said}");
    assert!(!ro.0.path().join("b-3.icf.json").exists());
    // beyond the range that the operator has
    ro.yes("pcid issue ro.toml --batch b-4 --count 3 --set ccif.size=6");
    let said = ro.no("pcid import ro.toml b-4.icf.json");
    let named = |n| said.lines().any(|l| l.trim() == pcid(n));
    assert!(said.contains("used up") && !named(4), "{said}");
    assert!(named(5) && named(6), "{said}");
    assert_eq!(ro.list(), stages(&[(1, "issued"), (2, "issued")]));
}

#[test]
fn what_is_no_batch_or_no_store_is_told() {
    let ro = Ro::new();
    ro.yes("pcid issue ro.toml --batch b-1 --count 1");
    // sealed to somebody else, and changed on the way
    ro.no("pcid import ro.toml b-1.dpf.json");
    let file = ro.0.path().join("b-1.icf.json");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("\"b-1\"", "\"b-9\"")).unwrap();
    let said = ro.no("pcid import ro.toml b-1.icf.json");
    assert!(said.contains("malformed"), "{said}");
    assert!(ro.no("pcid import ro.toml ro.toml").contains("no batch"));
    assert_eq!(ro.list(), []);
    let said = ro.no(&format!("pcid release ro.toml {}", pcid(1)));
    assert!(said.contains(&pcid(1)), "{said}");
    for (line, code, words) in [
        ("pcid list ro.toml --set icf.store=memory", 3, "icf.store"),
        ("pcid import ro.toml missing.json", 4, "missing.json"),
        ("pcid list none.toml", 4, "none.toml"),
        ("pcid issue ro.toml --batch a/b --count 1", 2, "name"),
        ("pcid issue ro.toml --batch b --count 0", 2, "0"),
        ("pcid show ro.toml 12x", 2, "12x"),
    ] {
        let o = ro.run(line);
        let said = common::err(&o);
        assert_eq!(o.status.code(), Some(code), "{line}: {said}");
        assert!(said.contains(words), "{line}: {said}");
    }
}
