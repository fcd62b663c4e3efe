//! What a run leaves behind for people and programs: ladder, verdict, table.
use super::{
    Lead, Trouble,
    verdict::{REQUIREMENTS, Status},
};
use crate::cli::args::RunArgs;
use serde_json::{Value as Json, json};
use std::path::Path;

/// Writes the files that need the whole run, and prints the table.
///
/// # Errors
/// A file that cannot be written.
pub fn write(mut lead: Lead, dir: &Path, args: &RunArgs) -> Result<(), Trouble> {
    files(&mut lead)?;
    if args.json {
        super::say(&format!("{}\n", verdict(&lead)));
    } else {
        super::say(&table(&lead, dir));
    }
    Ok(())
}

/// Writes the files that need the whole run.
///
/// # Errors
/// A file that cannot be written.
pub fn files(lead: &mut Lead) -> Result<(), Trouble> {
    if let Some(e) = lead.observer.trouble.take() {
        return Err(Trouble::Out(e));
    }
    let verdict = verdict(lead);
    let ladder = lead.observer.ladder.text(false);
    if let Some(out) = lead.observer.out() {
        out.file("ladder.txt", &ladder).map_err(Trouble::Out)?;
        let text = serde_json::to_string_pretty(&verdict).unwrap_or_default();
        out.file("verdict.json", &(text + "\n"))
            .map_err(Trouble::Out)?;
    }
    Ok(())
}

/// The verdict as JSON.
pub fn verdict(lead: &Lead) -> Json {
    let (missing, wrong) = lead.broken();
    json!({
        "scenario": lead.scenario.name,
        "passed": missing.is_empty() && wrong.is_empty() && !lead.interrupted,
        "interrupted": lead.interrupted,
        "late": lead.late,
        "seconds": lead.now.mono.to_string(),
        "packets": lead.observer.packets,
        "promised_and_not_seen": missing,
        "seen_and_not_allowed": wrong,
        "requirements": lead.observer.facts.json(lead.scenario.not_here, lead.scenario.spared),
        "facts": lead.observer.facts.all(),
        "counters": lead.observer.counters,
    })
}

/// The verdict for a person, in 100 columns.
fn table(lead: &Lead, dir: &Path) -> String {
    let mut out = String::from("\n");
    for r in REQUIREMENTS {
        let (status, missing) =
            lead.observer
                .facts
                .status(r, lead.scenario.not_here, lead.scenario.spared);
        let mut line = format!("R{:<3} {:<44} {}", r.number, r.text, status.text());
        if status == Status::Fail {
            line.push_str(&format!(" (not seen: {})", missing.join(", ")));
        }
        out.push_str(&line);
        out.push('\n');
    }
    let (missing, wrong) = lead.broken();
    out.push('\n');
    if lead.interrupted {
        out.push_str("interrupted; what was written until then is whole\n");
    }
    if lead.late {
        let n = lead.scenario.seconds;
        out.push_str(&format!("not over after {n} s: ended\n"));
    }
    for f in missing {
        out.push_str(&format!("promised and not seen: {f}\n"));
    }
    for f in wrong {
        out.push_str(&format!("seen and not allowed: {f}\n"));
    }
    let passed = lead.broken() == (vec![], vec![]) && !lead.interrupted;
    out.push_str(&format!(
        "{} {}, {} packets in {} s; files in {}\n",
        lead.scenario.name,
        if passed { "passed" } else { "FAILED" },
        lead.observer.packets,
        lead.now.mono,
        dir.display(),
    ));
    out
}
