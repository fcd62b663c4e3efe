//! `docs/variants/`: a page per scenario with its ladder, made from a run and held against it.
//! UPDATE_GOLDEN=1 writes them anew.
use lab::{
    run::{
        Lead, Setting,
        verdict::{REQUIREMENTS, Status},
    },
    scenarios::{self, Frames, Mode, Scenario, about},
};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

mod common;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/variants")
}

fn page(s: &Scenario, lead: &Lead) -> String {
    let mut out = String::from(
        "<!-- made from a run: UPDATE_GOLDEN=1 cargo test -p fosterling --test variant_pages -->\n",
    );
    let mut say = |line: &str| {
        out.push_str(line);
        out.push('\n');
    };
    say(&format!("# {}\n", s.name));
    say(&format!("{}.\n", capital(s.text)));
    say(&format!("    fosterling run {}\n", s.name));
    say(&format!("About {}.", about(s)));
    say("\n| requirement | | seen |\n|---|---|---|");
    for r in REQUIREMENTS {
        // a scenario of a failure stops where it has to
        let seen = match lead.observer.facts.status(r, s.not_here, s.spared) {
            (Status::Fail, missing) => format!("in part: no `{}`", missing.join("`, `")),
            (status, _) => status.text().to_owned(),
        };
        say(&format!("| R{} | {} | {seen} |", r.number, r.text));
    }
    if !s.frames.is_empty() {
        say("\nIn `merged.pcapng` Wireshark finds:\n\n| filter | frames |\n|---|---|");
        for (filter, frames) in s.frames {
            let frames = match frames {
                Frames::None => "none".to_owned(),
                Frames::Some => "some".to_owned(),
                Frames::Exactly(n) => n.to_string(),
            };
            say(&format!("| `{}` | {frames} |", filter.replace('|', "\\|")));
        }
    }
    say(
        "\n## Ladder\nDigits that chance decides are left out. `fosterling run --virtual` gives it with them.\n",
    );
    say("```");
    for line in common::blanked(lead).lines() {
        say(line.trim_end());
    }
    say("```");
    out
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

fn index(all: &BTreeMap<&str, &Scenario>) -> String {
    let mut out = String::from(
        "# Variants, failures and threats\n\nA page per scenario of `fosterling run`, made from a run in virtual time.\n\n| page | what it shows | about |\n|---|---|---|\n",
    );
    for s in scenarios::all().filter(|s| all.contains_key(s.name)) {
        let _ = writeln!(
            out,
            "| [{}]({}.md) | {} | {} |",
            s.name,
            s.name,
            s.text,
            about(s)
        );
    }
    out
}

#[test]
fn the_pages_are_those_of_the_runs() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some_and(|v| v == "1");
    let all: BTreeMap<&str, &Scenario> = scenarios::all()
        .filter(|s| s.mode != Mode::Sockets)
        .map(|s| (s.name, s))
        .collect();
    let mut pages = BTreeMap::from([("README.md".to_owned(), index(&all))]);
    for s in all.values() {
        let s = common::scenario(s.name);
        let lead = lab::run::virtually(s, Setting::from(0), 7, None, false).unwrap();
        pages.insert(format!("{}.md", s.name), page(s, &lead));
    }
    if update {
        fs::create_dir_all(folder()).unwrap();
        for (name, text) in &pages {
            fs::write(folder().join(name), text).unwrap();
        }
    }
    for (name, text) in &pages {
        let there = fs::read_to_string(folder().join(name)).unwrap_or_default();
        assert!(
            there == *text,
            "docs/variants/{name} is not that of the run; UPDATE_GOLDEN=1 writes it anew"
        );
    }
    let there = fs::read_dir(folder()).unwrap();
    let there = there.map(|f| f.unwrap().file_name().into_string().unwrap());
    let strangers: Vec<_> = there.filter(|f| !pages.contains_key(f)).collect();
    assert!(strangers.is_empty(), "no scenario has {strangers:?}");
}
