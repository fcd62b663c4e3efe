//! `cargo xtask bench`: groups of measurements, their figures in one table, aims beside them.
//!
//! Times come from criterion's files, allocations from the lines `allocations of NAME: N` that a
//! benchmark prints, where NAME is that of the time.
mod aims;
mod criterion;
pub(crate) mod measure;
mod run;

use std::time::SystemTime;

use clap::Args;
use clap::builder::PossibleValuesParser;

use aims::Aim;

use crate::shell::{Doing, Result, cargo, tee};
use crate::workspace::Workspace;

/// Options of `cargo xtask bench`.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// The group to run; all without it
    #[arg(value_parser = PossibleValuesParser::new(GROUPS.iter().map(|group| group.name)))]
    name: Option<String>,
}

/// Measurements under one name.
struct Group {
    name: &'static str,
    parts: &'static [Part],
}

/// One source of figures.
enum Part {
    /// A criterion benchmark: the folder of the crate, the name of the benchmark.
    Criterion(&'static str, &'static str),
    /// A benchmark that says its figures in lines: the folder of the crate, its name.
    Lines(&'static str, &'static str),
    /// Whole runs of the program.
    Runs,
}

const GROUPS: &[Group] = &[
    Group {
        name: "aka",
        parts: &[Part::Criterion("aka", "vectors")],
    },
    Group {
        name: "codec",
        parts: &[
            Part::Criterion("gtp", "codec"),
            Part::Criterion("diameter-s6a", "codec"),
            Part::Criterion("gb-gmm", "codec"),
            Part::Criterion("sigtran-map", "codec"),
        ],
    },
    Group {
        name: "diameter",
        parts: &[
            Part::Lines("lab", "diameter"),
            Part::Lines("lab", "relay"),
            Part::Lines("lab", "sctp"),
        ],
    },
    Group {
        name: "map",
        parts: &[Part::Lines("lab", "map")],
    },
    Group {
        name: "run",
        parts: &[Part::Runs],
    },
];

/// One line of the table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) name: String,
    /// The value in nanoseconds, octets, or per second.
    pub(crate) number: f64,
    /// The value and its unit, for people.
    pub(crate) value: String,
    /// Allocations of one operation.
    pub(crate) allocations: Option<u64>,
    /// The spread, the rate, or how it was measured.
    pub(crate) note: String,
}

/// Runs one group or all: whether every measurement could be made.
pub(crate) fn command(workspace: &Workspace, options: &Options) -> Result<bool> {
    let mut figures = Vec::new();
    let mut missing = Vec::new();
    for group in GROUPS {
        if options.name.as_ref().is_some_and(|name| name != group.name) {
            continue;
        }
        for part in group.parts {
            let made = match *part {
                Part::Criterion(folder, name) => benchmark(workspace, folder, name),
                Part::Lines(folder, name) => said(workspace, folder, name),
                Part::Runs => run::figures(workspace),
            };
            match made {
                Ok(more) => figures.extend(more),
                Err(fail) => missing.push(format!("not measured: {}: {fail}", group.name)),
            }
        }
    }
    if !figures.is_empty() {
        println!("\n{}", table(&figures));
    }
    for line in &missing {
        println!("{line}");
    }
    Ok(missing.is_empty())
}

/// Long enough for a table, and short enough for some thirty figures in a row.
const TIMES: [&str; 4] = ["--warm-up-time", "1", "--measurement-time", "2"];

/// Runs one criterion benchmark and reads what it left.
fn benchmark(workspace: &Workspace, folder: &str, name: &str) -> Result<Vec<Figure>> {
    let package = workspace
        .packages
        .iter()
        .find(|package| package.folder == folder);
    let package = package.ok_or_else(|| format!("there is no crate in {folder}"))?;
    let file = format!("{folder}/benches/{name}.rs");
    if !workspace.root.join(&file).exists() {
        return Err(format!("there is no {file}").into());
    }
    let home = workspace.target.join("criterion");
    let begun = SystemTime::now();
    let mut command = cargo(&workspace.root);
    command
        .args(["bench", "--package", &package.name, "--bench", name, "--"])
        .args(TIMES)
        .env("CRITERION_HOME", &home);
    let (status, text) = tee(&mut command)?;
    if !status.success() {
        return Err(format!("{file} failed").into());
    }
    let mut figures = criterion::figures(&home, begun).doing(home.display())?;
    for figure in &mut figures {
        figure.allocations = allocations(&text, &figure.name);
        figure.name = format!("{folder} {}", figure.name);
    }
    Ok(figures)
}

/// Runs a benchmark that says lines as [`figure_of`] reads them.
fn said(workspace: &Workspace, folder: &str, name: &str) -> Result<Vec<Figure>> {
    let mut all = workspace.packages.iter();
    let package = all.find(|package| package.folder == folder);
    let package = package.ok_or_else(|| format!("there is no crate in {folder}"))?;
    let mut command = cargo(&workspace.root);
    command.args(["bench", "--package", &package.name, "--bench", name]);
    let (status, text) = tee(&mut command)?;
    if !status.success() {
        return Err(format!("{folder}/benches/{name}.rs failed").into());
    }
    let figures: Vec<_> = text.lines().filter_map(figure_of).collect();
    match figures.is_empty() {
        true => Err(format!("{folder}/benches/{name}.rs said no figure").into()),
        false => Ok(figures),
    }
}

/// The figure of a line `figure NAME: NUMBER /s, NOTE`, or of `figure NAME: NUMBER x`: a ratio.
fn figure_of(line: &str) -> Option<Figure> {
    let (name, rest) = line.trim().strip_prefix("figure ")?.split_once(": ")?;
    let mut all = [" /s", " x"].into_iter();
    let (unit, (number, note)) = all.find_map(|unit| Some((unit, rest.split_once(unit)?)))?;
    Some(Figure {
        name: name.to_owned(),
        number: number.parse().ok()?,
        value: format!("{number}{unit}"),
        allocations: None,
        note: note.trim_start_matches(", ").to_owned(),
    })
}

/// What a benchmark says about the allocations of one of its figures.
fn allocations(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| {
        let count = line.trim().strip_prefix("allocations of ")?;
        count.strip_prefix(name)?.strip_prefix(": ")?.parse().ok()
    })
}

/// The widest line.
const WIDTH: usize = 100;

fn table(figures: &[Figure]) -> String {
    let mut lines = vec![line("", "figure", "allocs", "aim", "")];
    for figure in figures {
        let aim = Aim::of(&figure.name);
        let count = figure.allocations.map(|n| n.to_string());
        lines.push(line(
            &figure.name,
            &figure.value,
            count.as_deref().unwrap_or(""),
            aim.map_or("", |aim| aim.text),
            &figure.note,
        ));
        if let Some(aim) = aim.filter(|aim| !aim.is_met(figure.number)) {
            let why = aim.profile.unwrap_or("not profiled");
            lines.extend(wrapped(&format!("missed: {why}")));
        }
    }
    lines.join("\n")
}

fn line(name: &str, value: &str, allocations: &str, aim: &str, note: &str) -> String {
    let line = format!("{name:<49} {value:>10} {allocations:>6}  {aim:<9}  {note}");
    line.trim_end().chars().take(WIDTH).collect()
}

/// Words in lines that stand in below a figure.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::from("   ")];
    for word in text.split_whitespace() {
        if let Some(last) = lines.last_mut() {
            if last.chars().count() + 1 + word.chars().count() > WIDTH {
                lines.push(format!("    {word}"));
            } else {
                last.push(' ');
                last.push_str(word);
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allocations_belong_to_their_figure() {
        let text = "AIR read  time: [1 ns]\n allocations of AIR read: 3\n";
        assert_eq!(allocations(text, "AIR read"), Some(3));
        assert_eq!(allocations(text, "AIR"), None);
    }

    #[test]
    fn figures_are_read_from_lines() {
        let line = "figure AIR over TCP, 16 outstanding: 1234 /s, p50 10 us, p99 20 us";
        let figure = figure_of(line).unwrap();
        assert_eq!(figure.name, "AIR over TCP, 16 outstanding");
        assert_eq!((figure.number, &*figure.value), (1234.0, "1234 /s"));
        assert_eq!(figure.note, "p50 10 us, p99 20 us");
        let ratio = figure_of("figure relay, CPU by theirs: 0.09 x").unwrap();
        assert_eq!((ratio.number, &*ratio.value), (0.09, "0.09 x"));
        assert!(figure_of("figures of today: 3 /s").is_none());
        assert!(figure_of("figure x: many /s").is_none());
    }

    fn figure(name: &str, number: f64, note: &str) -> Figure {
        Figure {
            name: name.into(),
            number,
            value: format!("{number} ns"),
            allocations: Some(2),
            note: note.into(),
        }
    }

    #[test]
    fn a_figure_stands_beside_its_aim() {
        let name = "gtp create-pdp-context-request/read";
        let text = table(&[figure(name, 250.0, "4.0 M/s"), figure("aka x", 1.0, "")]);
        let lines: Vec<_> = text.lines().map(str::trim_end).collect();
        assert_eq!(lines.len(), 3, "{text}");
        let words: Vec<_> = lines[1].split_whitespace().collect();
        let wanted = ["gtp", "create-pdp-context-request/read"];
        let wanted = [
            &wanted[..],
            &["250", "ns", "2", "<", "300", "ns", "4.0", "M/s"],
        ]
        .concat();
        assert_eq!(words, wanted);
    }

    #[test]
    fn a_missed_aim_has_its_reason_and_no_line_is_too_wide() {
        let all: Vec<_> = aims::AIMS
            .iter()
            .map(|aim| {
                let missed = match aim.bound {
                    aims::Bound::AtMost(most) => most + 1.0,
                    aims::Bound::AtLeast(least) => least / 2.0,
                };
                figure(aim.name, missed, &"note ".repeat(20))
            })
            .collect();
        let text = table(&all);
        assert_eq!(text.matches("    missed: ").count(), aims::AIMS.len());
        assert!(text.lines().all(|l| l.chars().count() <= WIDTH), "{text}");
    }

    #[test]
    fn group_names_are_unique() {
        let mut names: Vec<_> = GROUPS.iter().map(|group| group.name).collect();
        names.dedup();
        assert_eq!(names.len(), GROUPS.len());
    }
}
