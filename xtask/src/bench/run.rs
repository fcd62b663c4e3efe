//! Whole runs of the program: wall time and peak memory on sockets and in virtual time, and
//! virtual runs per second.
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Figure;
use super::measure::{Usage, measure};
use crate::shell::{Doing, Result, cargo, human, succeeds};
use crate::workspace::Workspace;

/// The address space of the measured runs, so that a run with the defaults may go on beside it.
const NET: &str = "211";
/// Virtual runs are counted for this long.
const COUNTED: Duration = Duration::from_secs(5);

/// Builds the program and measures it.
pub(super) fn figures(workspace: &Workspace) -> Result<Vec<Figure>> {
    let mut build = cargo(&workspace.root);
    if !succeeds(build.args(["build", "--release", "--package", "fosterling"]))? {
        return Err("the program does not build".into());
    }
    let program = workspace.target.join("release").join("fosterling");
    let folder = workspace
        .target
        .join("xtask")
        .join(format!("runs-{}", std::process::id()));
    fs::create_dir_all(&folder).doing(folder.display())?;
    let figures = measured(&Runs {
        program: &program,
        folder: &folder,
    });
    fs::remove_dir_all(&folder).doing(folder.display())?;
    figures
}

fn measured(runs: &Runs<'_>) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (name, options) in [
        ("on sockets", &["--net", NET][..]),
        ("virtual", &["--virtual", "--seed", "1"][..]),
    ] {
        let usage = runs.one(options)?;
        figures.push(figure(
            name,
            human_short(usage.wall),
            "wall time, with the program's start",
        ));
        figures.push(figure(name, megabytes(usage.peak), "peak resident memory"));
    }
    let begun = Instant::now();
    let mut count = 0_u32;
    while begun.elapsed() < COUNTED {
        count += 1;
        runs.one(&["--virtual", "--seed", &count.to_string()])?;
    }
    let took = begun.elapsed();
    let rate = f64::from(count) / took.as_secs_f64();
    let note = format!(
        "{count} seeds in {}, one process each, one after the other",
        human(took)
    );
    figures.push(figure("virtual", format!("{rate:.1} runs/s"), &note));
    Ok(figures)
}

/// Where the runs take place.
struct Runs<'a> {
    program: &'a Path,
    folder: &'a Path,
}

impl Runs<'_> {
    /// One run of the default scenario, with proof that it wrote its files.
    fn one(&self, options: &[&str]) -> Result<Usage> {
        let out = self.folder.join("out");
        if out.exists() {
            fs::remove_dir_all(&out).doing(out.display())?;
        }
        let path = out.display().to_string();
        let arguments = [&["run", "--out", &path], options].concat();
        let usage = measure(self.program, &arguments, &self.folder.join("usage"))?;
        let merged: PathBuf = out.join("merged.pcapng");
        if !merged.exists() {
            return Err(format!(
                "`fosterling {}` wrote no merged.pcapng",
                arguments.join(" ")
            )
            .into());
        }
        Ok(usage)
    }
}

fn figure(name: &str, value: String, note: &str) -> Figure {
    Figure {
        name: name.to_owned(),
        value,
        note: note.to_owned(),
    }
}

fn human_short(duration: Duration) -> String {
    format!("{:.3} s", duration.as_secs_f64())
}

fn megabytes(octets: u64) -> String {
    format!("{}.{} MB", octets / 1_000_000, octets / 100_000 % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_units() {
        assert_eq!(human_short(Duration::from_millis(1250)), "1.250 s");
        assert_eq!(megabytes(12_345_678), "12.3 MB");
    }
}
