//! `policy`: files of rules, right and wrong; which rule decides; a decision looked up.
// a test is outside of the machines: it may open sockets
#![allow(clippy::disallowed_methods)]
use lab::policy;
use std::{
    io::{Read, Write},
    net::TcpListener,
    path::Path,
    thread,
};

mod common;

const GOOD: &str = include_str!("../examples/policy.toml");

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name);
    path.to_str().unwrap().to_owned()
}

/// What is changed in the good file, and the words that it is met with.
const BAD: &[(&str, &str, &str)] = &[
    ("\"allow\"", "\"alow\"", "did you mean"),
    ("device_type", "devcie_type", "did you mean `device_type`?"),
    (
        "location = [\"001\"]",
        "location = [\"1\"]",
        "is not an MCC",
    ),
    (
        "visited = [\"001-01\"]",
        "visited = [\"home\"]",
        "is not a PLMN",
    ),
    ("pcid_age = \"1h\"", "pcid_age = 5", "is not a time"),
    ("[\"integrity\"]", "[\"integrty\"]", "did you mean"),
    ("[\"integrity\"]", "[]", "no result fits"),
    ("\"remediate\"", "\"allow\"", "nothing is provisioned (R23)"),
    (
        "\"others wait\"",
        "\"meters at home\"",
        "two rules are called",
    ),
    (
        "device_type = \"meter-1\"\nvisited = [\"001-01\"]\nlocation = [\"001\"]\ntre_version = \"1.0\"\nat_most = 3\npcid_age = \"1h\"\n",
        "",
        "is never reached",
    ),
    ("[[rule]]", "[rule", "not TOML"),
];

#[test]
fn what_is_wrong_is_said_with_its_place() {
    assert_eq!(policy::read("policy.toml", GOOD).unwrap().len(), 3);
    for (from, to, words) in BAD {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD, "{from}");
        let mistakes = policy::read("bad.toml", &text).unwrap_err();
        let all = mistakes.lines().collect::<Vec<_>>().join("\n");
        assert!(all.contains(words), "{to}: {all}");
        let place = all.strip_prefix("bad.toml:").and_then(|l| l.chars().next());
        assert!(place.is_some_and(|c| c.is_ascii_digit()), "{all}");
    }
    let none = policy::read("bad.toml", "").unwrap_err();
    assert!(none.lines().any(|l| l.contains("there is no rule")));
}

#[test]
fn the_rule_that_decides_is_told_and_why_not_those_before() {
    let at = file("policy.toml");
    let says = |more: &[&str]| {
        let o = common::answer(&[&["policy", "explain", &at], more].concat());
        assert_eq!(o.status.code(), Some(0), "{}", common::err(&o));
        common::out(&o)
    };
    let home = says(&["--visited", "001-01", "--pcid-age", "60"]);
    assert!(home.ends_with("meters at home: fits\nallow\n"), "{home}");
    let old = says(&["--visited", "001-01", "--pcid-age", "3601"]);
    assert!(
        old.contains("PCID attached since 3601 s, not 3600 s at most"),
        "{old}"
    );
    assert!(old.ends_with("others wait: fits\nlimited\n"), "{old}");
    assert!(says(&["--validation", "integrity"]).ends_with("fits\nremediate\n"));
    assert!(says(&["--validation", "revoked"]).ends_with("no rule fits\ndeny\n"));
    let o = common::answer(&["policy", "check", &at]);
    assert_eq!(o.status.code(), Some(0), "{}", common::err(&o));
    let o = common::answer(&["policy", "check", &file("three-hosts/sho.toml")]);
    assert_eq!(o.status.code(), Some(3), "{}", common::err(&o));
}

/// An operator asks its SHO: here one that knows a single decision.
#[test]
fn a_decision_is_looked_up() {
    const BODY: &str = r#"{"decision":"d-0011223344556677","registration":"r-1","m2me_id":"urn:m2me:1","outcome":"remediate","because":"repair: boot","facts":{"device_type":"meter-1","tre_version":"1.0","visited":"00101","count":0,"validation":"integrity"},"at":"2026-01-01T00:00:00Z"}"#;
    let sho = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = sho.local_addr().unwrap().to_string();
    let serves = thread::spawn(move || {
        for c in sho.incoming().take(2) {
            let mut c = c.unwrap();
            let mut asked = [0; 512];
            let n = c.read(&mut asked).unwrap();
            let known =
                asked[..n].starts_with(b"GET /sho/decisions/d-0011223344556677 HTTP/1.1\r\n");
            let answer = match known {
                true => format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{BODY}",
                    BODY.len()
                ),
                false => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
            };
            c.write_all(answer.as_bytes()).unwrap();
        }
    });
    let ask = |id: &str| common::answer(&["policy", "decision", id, "--sho", &at]);
    let o = ask("d-0011223344556677");
    let said = common::out(&o);
    assert_eq!(o.status.code(), Some(0), "{said}{}", common::err(&o));
    for words in [
        "remediate",
        "repair: boot",
        "validation   integrity",
        "location     001",
    ] {
        assert!(said.contains(words), "{said}");
    }
    let o = ask("d-77");
    assert_eq!(o.status.code(), Some(2), "{}", common::err(&o));
    assert!(common::err(&o).contains("knows no decision d-77"));
    serves.join().unwrap();
    assert_eq!(ask("../x").status.code(), Some(2));
}
