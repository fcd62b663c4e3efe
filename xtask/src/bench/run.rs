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

/// Builds the program and measures it; virtual runs are a process each, one after the other.
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
        figures.push(Figure {
            name: format!("run {name}: wall time"),
            number: usage.wall.as_nanos() as f64,
            value: human_short(usage.wall),
            allocations: None,
            note: "with its start".to_owned(),
        });
        figures.push(Figure {
            name: format!("run {name}: peak memory"),
            number: usage.peak as f64,
            value: megabytes(usage.peak),
            allocations: None,
            note: "resident".to_owned(),
        });
    }
    let begun = Instant::now();
    let mut count = 0_u32;
    while begun.elapsed() < COUNTED {
        count += 1;
        runs.one(&["--virtual", "--seed", &count.to_string()])?;
    }
    let took = begun.elapsed();
    let rate = f64::from(count) / took.as_secs_f64();
    figures.push(Figure {
        name: "run virtual: runs per second".to_owned(),
        number: rate,
        value: format!("{rate:.1} /s"),
        allocations: None,
        note: format!("{count} seeds in {}", human(took)),
    });
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
