//! Runs scenario after scenario and says how each went, in a table.
use super::{Lead, Setting, Trouble, default_dir, on_sockets, report, virtually};
use crate::{
    cli::args::RunArgs,
    exit::Exit,
    scenarios::{self, Mode, Number, Scenario},
};
use serde_json::{Value as Json, json};
use std::{
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

/// How one scenario of several went.
struct Row {
    scenario: &'static Scenario,
    outcome: Outcome,
}

/// What became of it.
enum Outcome {
    /// It ran: exit code, verdict, why it failed.
    Ran(Exit, Json, String),
    /// It could not be run here.
    Skipped(String),
    /// It could not be run at all.
    Trouble(Trouble),
}

impl Outcome {
    fn of(lead: &Lead) -> Self {
        let (missing, wrong) = lead.broken();
        let mut why: Vec<String> = Vec::new();
        why.extend(missing.iter().map(|f| format!("not seen: {f}")));
        why.extend(wrong.iter().map(|f| format!("not allowed: {f}")));
        if lead.interrupted {
            why.push("interrupted".into());
        }
        Self::Ran(lead.outcome(), report::verdict(lead), why.join(", "))
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Ran(e, ..) => *e,
            Self::Skipped(_) => Exit::Good,
            Self::Trouble(t) => t.exit(),
        }
    }

    /// In a word, and why.
    fn words(&self) -> (&'static str, String) {
        match self {
            Self::Ran(Exit::Good, ..) => ("passed", String::new()),
            Self::Ran(_, _, why) => ("FAILED", why.clone()),
            Self::Skipped(why) => ("skipped", why.clone()),
            Self::Trouble(t) => ("TROUBLE", t.to_string()),
        }
    }
}

/// Runs all scenarios that have one of the numbers asked for, each into a folder of its own.
pub(super) fn run(args: &RunArgs, only: &[Number]) -> Exit {
    let chosen: Vec<_> = scenarios::all()
        .filter(|s| s.signalling.is_some() || s.speaks(args.signalling))
        .filter(|s| only.is_empty() || only.iter().any(|n| n.of(s)))
        .collect();
    // a run at another net may be under way: without a folder of its own each has its usual one
    let folder = |s: &Scenario| match &args.out {
        Some(out) => out.join(s.name),
        None => default_dir(s, args.net),
    };
    let shown = args.out.as_deref().unwrap_or(Path::new("fosterling-out"));
    let name = chosen.iter().map(|s| s.name.len()).max().unwrap_or(0);
    let tell = |row: &Row| {
        if !args.json {
            super::say(&line(row, name));
        }
    };
    let setting = Setting::of(args);
    let rows = match args.virtual_time {
        // each has a world of its own: as many at a time as there are processors
        true => side_by_side(&chosen, &tell, |s| {
            one(s, Mode::Sockets, &folder(s), |d| {
                virtually(s, setting, args.seed, Some(d), false)
            })
        }),
        // all want the same addresses
        false => {
            let mut rows = Vec::new();
            for s in chosen {
                let run = |d: &Path| on_sockets(s, setting, Some(d), false);
                let row = one(s, Mode::Virtual, &folder(s), run);
                tell(&row);
                let interrupted = row.outcome.exit() == Exit::Interrupted;
                rows.push(row);
                if interrupted {
                    break;
                }
            }
            rows
        }
    };
    if args.json {
        let all: Json = rows.iter().map(object).collect();
        super::say(&format!("{all:#}\n"));
    } else {
        super::say(&summary(&rows, shown));
    }
    worst(&rows)
}

/// Runs one where that is possible; `unfit` is the mode that cannot be had.
fn one(
    s: &'static Scenario,
    unfit: Mode,
    dir: &Path,
    run: impl FnOnce(&Path) -> Result<Lead, Trouble>,
) -> Row {
    let outcome = if s.mode == unfit {
        let why = match unfit {
            Mode::Sockets => "on sockets only",
            _ => "in virtual time only",
        };
        Outcome::Skipped(why.into())
    } else if let Some(lack) = (s.lacks)() {
        Outcome::Skipped(lack)
    } else {
        match run(dir).and_then(|mut lead| report::files(&mut lead).map(|()| lead)) {
            Ok(lead) => Outcome::of(&lead),
            Err(t) => Outcome::Trouble(t),
        }
    };
    Row {
        scenario: s,
        outcome,
    }
}

/// Runs on all processors and keeps the order of `chosen`.
fn side_by_side(
    chosen: &[&'static Scenario],
    tell: &(impl Fn(&Row) + Sync),
    run: impl Fn(&'static Scenario) -> Row + Sync,
) -> Vec<Row> {
    let next = AtomicUsize::new(0);
    let rows = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((i, s)) = {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    chosen.get(i).map(|s| (i, *s))
                } {
                    let row = run(s);
                    tell(&row);
                    if let Ok(mut rows) = rows.lock() {
                        rows.push((i, row));
                    }
                }
            });
        }
    });
    let mut rows = rows.into_inner().unwrap_or_default();
    rows.sort_by_key(|r| r.0);
    rows.into_iter().map(|r| r.1).collect()
}

/// The exit code of all together: the gravest trouble, else whether a verdict failed.
fn worst(rows: &[Row]) -> Exit {
    let exits = || rows.iter().map(|r| r.outcome.exit());
    [
        Exit::Interrupted,
        Exit::Usage,
        Exit::Environment,
        Exit::Failed,
    ]
    .into_iter()
    .find(|e| exits().any(|x| x == *e))
    .unwrap_or(Exit::Good)
}

/// A row in 100 columns: name, verdict, how long, what it is about or why it failed.
fn line(row: &Row, name: usize) -> String {
    let (word, why) = row.outcome.words();
    let seconds = match &row.outcome {
        Outcome::Ran(_, v, _) => v["seconds"].as_str().unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    let seconds = seconds.get(..seconds.len().min(7)).unwrap_or_default();
    let about = scenarios::about(row.scenario);
    let rest = match why.is_empty() {
        true => about,
        false => format!("{why} ({about})"),
    };
    let mut out = format!(
        "{:<name$}  {word:<7}  {seconds:>7}  {rest}",
        row.scenario.name
    );
    if out.chars().count() > 100 {
        out = out.chars().take(99).collect();
        out.push('…');
    }
    out.push('\n');
    out
}

fn summary(rows: &[Row], dir: &Path) -> String {
    let count = |word| rows.iter().filter(|r| r.outcome.words().0 == word).count();
    let troubled = match count("TROUBLE") {
        0 => String::new(),
        n => format!(", {n} in trouble"),
    };
    format!(
        "\n{} scenarios: {} passed, {} failed, {} skipped{troubled}; files in {}\n",
        rows.len(),
        count("passed"),
        count("FAILED"),
        count("skipped"),
        dir.display(),
    )
}

fn object(row: &Row) -> Json {
    let (word, why) = row.outcome.words();
    let verdict = match &row.outcome {
        Outcome::Ran(_, v, _) => v.clone(),
        _ => Json::Null,
    };
    json!({
        "scenario": row.scenario.name,
        "outcome": word.to_ascii_lowercase(),
        "why": why,
        "verdict": verdict,
    })
}
