//! Configurations: what is wrong with bad ones, word for word; what is in force of good ones.
mod common;

use common::{answer, err, out};
use lab::config::{self, Mistakes, Overlay, RoleName, keys, schema, show};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Set to write the expected texts anew; then read what changed.
const UPDATE: &str = "UPDATE_GOLDEN";

fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

/// The keys that the configurations here name.
fn lab_keys() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let lab = keys::Lab {
        ro: "999-01".parse().unwrap(),
        sho: "999-02".parse().unwrap(),
        ocsp_uri: "http://10.0.6.1:8080/ocsp".into(),
        devices: 1,
        device_type: "meter-1".into(),
        version: "1.0".into(),
        tls: Vec::new(),
    };
    let now = transport::calendar();
    for m in keys::make(&lab, &engine::Rng::seed(1), now).unwrap() {
        let path = dir.path().join(&m.name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, m.text).unwrap();
    }
    dir
}

/// What a file says in its first lines of environment and command line.
fn overlay(text: &str) -> Overlay {
    let lines = |what: &str| -> Vec<String> {
        let head = format!("# {what}: ");
        text.lines()
            .filter_map(|l| l.strip_prefix(&head))
            .map(str::to_owned)
            .collect()
    };
    let variable = |v: String| {
        let (k, v) = v.split_once('=').unwrap();
        (k.to_owned(), v.to_owned())
    };
    Overlay {
        variables: lines("variable").into_iter().map(variable).collect(),
        set: lines("set"),
    }
}

fn mistakes(path: &Path, keys: &Path) -> Option<Mistakes> {
    let text = fs::read_to_string(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy();
    let overlay = overlay(&text);
    config::read(&name, text, keys, &overlay).err()
}

#[test]
fn bad_files_are_refused_in_the_words_beside_them() {
    let keys = lab_keys();
    let bless = std::env::var_os(UPDATE).is_some();
    let (mut n, mut wrong) = (0, Vec::new());
    let mut files: Vec<PathBuf> = fs::read_dir(here("bad-config"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    for path in files {
        let expected = path.with_extension("txt");
        let Some(m) = mistakes(&path, keys.path()) else {
            wrong.push(format!("{} is taken for good", path.display()));
            continue;
        };
        let text: String = m.lines().map(|l| l + "\n").collect();
        if bless {
            fs::write(&expected, &text).unwrap();
        }
        n += 1;
        let known = fs::read_to_string(&expected).unwrap_or_default();
        if known != text {
            wrong.push(format!("{}:\n{text}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(n >= 40, "{n} files");
}

/// The keys of this test's subscribers, and what the lab's files hold: in no words about mistakes.
#[test]
fn no_mistake_repeats_a_secret() {
    let keys = lab_keys();
    for entry in fs::read_dir(here("bad-config")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "toml") {
            continue;
        }
        let m = mistakes(&path, keys.path()).unwrap();
        let picture = format!("{:?}", miette::Report::new(m));
        for secret in ["465b5ce8", "cd63cb71", "00112233", "a6bc"] {
            assert!(!picture.contains(secret), "{}:\n{picture}", path.display());
        }
    }
}

#[test]
fn a_mistake_is_shown_with_file_line_and_column_and_ends_with_3() {
    let file = here("bad-config/unknown-key.toml");
    let o = answer(&["config", "check", file.to_str().unwrap()]);
    assert_eq!(o.status.code(), Some(3));
    let text = err(&o);
    for words in [
        "unknown-key.toml:3:1",
        "no key `adress`",
        "did you mean `address`?",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    let o = answer(&["config", "check", "no-such-file.toml"]);
    assert_eq!(o.status.code(), Some(4));
}

#[test]
fn a_good_file_names_its_roles_and_shows_its_values_without_secrets() {
    let keys = lab_keys();
    let file = keys.path().join("all.toml");
    fs::copy(here("good-config/every-role.toml"), &file).unwrap();
    let file = file.to_str().unwrap();
    let o = answer(&["config", "check", file]);
    assert_eq!((o.status.code(), err(&o).as_str()), (Some(0), ""));
    for role in RoleName::ALL {
        assert!(out(&o).contains(role.name()), "{}", out(&o));
    }
    let o = common::program(&["config", "show", file, "--set", "sgsn.t3=2s"])
        .env("FOSTERLING_SGSN__N3", "7")
        .env("FOSTERLING_SGSN__T3", "9s")
        .output()
        .unwrap();
    let text = out(&o);
    let line = |key: &str| {
        let found = text.lines().find(|l| l.starts_with(key));
        let (value, origin) = found
            .unwrap_or_else(|| panic!("{key}\n{text}"))
            .split_once('#')
            .unwrap();
        (value.trim().to_owned(), origin.trim().to_owned())
    };
    assert_eq!(line("t3"), ("t3 = \"2s\"".into(), "--set".into()));
    assert_eq!(line("n3"), ("n3 = 7".into(), "FOSTERLING_SGSN__N3".into()));
    assert_eq!(
        line("patience"),
        ("patience = \"5s\"".into(), "default".into())
    );
    assert!(line("registration_apn").1.contains("all.toml:5:"), "{text}");
    assert_eq!(line("k "), ("k = \"(secret)\"".into(), line("k ").1));
    assert!(!text.contains("465b5ce8"), "{text}");
    let o = answer(&["config", "show", file, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&out(&o)).unwrap();
    assert_eq!(json["sgsn"]["t3"]["value"], "5s");
    assert_eq!(json["hlr"]["subscriber"][0]["k"]["value"], "(secret)");
    assert!(!out(&o).contains("465b5ce8"));
}

/// The schema is written from the declarations: a file made of nothing but its examples of
/// optional keys and its defaults is one that the same declarations read.
#[test]
fn the_schema_of_each_role_lists_every_key_and_its_text_is_toml() {
    for role in RoleName::ALL {
        let text = schema::toml(Some(role));
        let parsed: toml::Table = text
            .parse()
            .unwrap_or_else(|e| panic!("{}: {e}\n{text}", role.name()));
        assert!(parsed.contains_key(role.name()));
        let json = schema::json(Some(role));
        let properties = json["properties"].as_object().unwrap();
        assert!(properties.len() > 3, "{}", role.name());
        for key in properties.keys() {
            let bare = key.strip_suffix("_file").unwrap_or(key);
            assert!(text.contains(bare), "{}: {key}", role.name());
        }
        assert!(!show::of_role(role).is_empty());
        let o = answer(&["config", "schema", role.name()]);
        assert_eq!((o.status.code(), out(&o)), (Some(0), text));
    }
    let o = answer(&["config", "schema", "sgns"]);
    assert_eq!(o.status.code(), Some(2));
    assert!(err(&o).contains("'sgsn'"), "{}", err(&o));
}

#[test]
fn keys_are_the_same_for_one_seed_and_private_to_their_owner() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let make = |name: &str, seed: &str| {
        let to = dir.path().join(name);
        let o = answer(&[
            "config",
            "keys",
            "--out",
            to.to_str().unwrap(),
            "--seed",
            seed,
            "--devices",
            "2",
        ]);
        assert_eq!(o.status.code(), Some(0), "{}", err(&o));
        to
    };
    let (a, b, c) = (make("a", "7"), make("b", "7"), make("c", "8"));
    let read = |p: &Path, f: &str| fs::read_to_string(p.join(f)).unwrap();
    for f in ["devices/2/pcid.json", "icf.key", "pva/serials.seed"] {
        assert_eq!(read(&a, f), read(&b, f));
        assert_ne!(read(&a, f), read(&c, f));
        let mode = fs::metadata(a.join(f)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{f}");
    }
    let again = answer(&["config", "keys", "--out", a.to_str().unwrap()]);
    assert_eq!(again.status.code(), Some(4), "{}", err(&again));
}
