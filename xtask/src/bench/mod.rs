//! `cargo xtask bench`: groups of measurements, their figures in one table.
//!
//! Times come from criterion's files. What a benchmark prints about allocations stands below the
//! times of its crate, word for word.
mod criterion;
pub(crate) mod measure;
mod run;

use std::time::SystemTime;

use clap::Args;
use clap::builder::PossibleValuesParser;

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
        name: "run",
        parts: &[Part::Runs],
    },
];

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Figure {
    /// The group and what was measured.
    pub(crate) name: String,
    /// The value and its unit.
    pub(crate) value: String,
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
                Part::Runs => run::figures(workspace),
            };
            match made {
                Ok(more) => figures.extend(more.into_iter().map(|figure| Figure {
                    name: format!("{}: {}", group.name, figure.name),
                    ..figure
                })),
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
        .args(["bench", "--package", &package.name, "--bench", name])
        .env("CRITERION_HOME", &home);
    let (status, text) = tee(&mut command)?;
    if !status.success() {
        return Err(format!("{file} failed").into());
    }
    let mut figures = criterion::figures(&home, begun).doing(home.display())?;
    for figure in &mut figures {
        figure.name = format!("{folder} {}", figure.name);
    }
    figures.extend(allocations(&text).into_iter().map(|line| Figure {
        name: folder.to_owned(),
        value: String::new(),
        note: line.to_owned(),
    }));
    Ok(figures)
}

/// What a benchmark says about allocations, each line once.
fn allocations(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.contains("allocations") && !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

fn table(figures: &[Figure]) -> String {
    let width = |part: fn(&Figure) -> &str| {
        let widths = figures.iter().map(|figure| part(figure).chars().count());
        widths.max().unwrap_or(0)
    };
    let (name, value) = (width(|f| &f.name), width(|f| &f.value));
    let line = |f: &Figure| {
        let line = format!("{:<name$}  {:>value$}  {}", f.name, f.value, f.note);
        line.trim_end().to_owned()
    };
    figures.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allocations_are_shown_once() {
        let text = "AIR: allocations: read 3\nAIR read  time: [1 ns]\nAIR: allocations: read 3\n";
        assert_eq!(allocations(text), ["AIR: allocations: read 3"]);
    }

    #[test]
    fn the_table_is_aligned() {
        let figure = |name: &str, value: &str, note: &str| Figure {
            name: name.into(),
            value: value.into(),
            note: note.into(),
        };
        let text = table(&[figure("a", "10 ns", "note"), figure("long", "1 ns", "")]);
        assert_eq!(text, "a     10 ns  note\nlong   1 ns");
    }

    #[test]
    fn group_names_are_unique() {
        let mut names: Vec<_> = GROUPS.iter().map(|group| group.name).collect();
        names.dedup();
        assert_eq!(names.len(), GROUPS.len());
    }
}
