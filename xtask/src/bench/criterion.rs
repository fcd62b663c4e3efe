//! Reads the estimates that criterion leaves below its home folder.
use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use serde_json::Value;

use super::Figure;

/// The figures of all benchmarks that were measured since `begun`, by name.
pub(super) fn figures(home: &Path, begun: SystemTime) -> io::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    collect(home, begun, &mut figures)?;
    figures.sort_by(|a: &Figure, b| a.name.cmp(&b.name));
    Ok(figures)
}

fn collect(folder: &Path, begun: SystemTime, figures: &mut Vec<Figure>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let file = path.join("estimates.json");
        if path.ends_with("new") && file.exists() {
            if fs::metadata(&file)?.modified()? >= begun {
                let benchmark = json(&path.join("benchmark.json"))?;
                figures.extend(figure(&benchmark, &json(&file)?));
            }
        } else {
            collect(&path, begun, figures)?;
        }
    }
    Ok(())
}

fn json(file: &Path) -> io::Result<Value> {
    Ok(serde_json::from_slice(&fs::read(file)?)?)
}

/// The time of one iteration; with a throughput, its rate too.
fn figure(benchmark: &Value, estimates: &Value) -> Option<Figure> {
    let slope = &estimates["slope"];
    let estimate = if slope.is_object() {
        slope
    } else {
        &estimates["mean"]
    };
    let nanoseconds = estimate["point_estimate"].as_f64()?;
    let interval = &estimate["confidence_interval"];
    let (low, high) = (
        interval["lower_bound"].as_f64()?,
        interval["upper_bound"].as_f64()?,
    );
    let mut note = format!("{} to {}", short(low), short(high));
    if let Some(rate) = rate(&benchmark["throughput"], nanoseconds) {
        note = format!("{rate}, {note}");
    }
    Some(Figure {
        name: benchmark["full_id"].as_str()?.to_owned(),
        number: nanoseconds,
        value: time(nanoseconds),
        allocations: None,
        note,
    })
}

/// The rate of a throughput such as `{"Elements": 1}` or `{"Bytes": 1500}`.
fn rate(throughput: &Value, nanoseconds: f64) -> Option<String> {
    let (kind, amount) = throughput.as_object()?.iter().next()?;
    let per_second = amount.as_f64()? * 1e9 / nanoseconds;
    let unit = if kind.starts_with("Bytes") {
        "B/s"
    } else {
        "/s"
    };
    let (scaled, prefix) = match per_second {
        rate if rate >= 1e9 => (rate / 1e9, "G"),
        rate if rate >= 1e6 => (rate / 1e6, "M"),
        rate if rate >= 1e3 => (rate / 1e3, "k"),
        rate => (rate, ""),
    };
    Some(format!("{scaled:.1} {prefix}{unit}"))
}

/// In the table's unit, without it.
fn short(nanoseconds: f64) -> String {
    if nanoseconds < 1e3 {
        return format!("{nanoseconds:.0}");
    }
    let text = time(nanoseconds);
    text.split(' ').next().unwrap_or_default().to_owned()
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ns if ns < 1e3 => format!("{ns:.1} ns"),
        ns if ns < 1e6 => format!("{:.2} us", ns / 1e3),
        ns if ns < 1e9 => format!("{:.2} ms", ns / 1e6),
        ns => format!("{:.2} s", ns / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn estimate(nanoseconds: f64) -> Value {
        json!({
            "point_estimate": nanoseconds,
            "confidence_interval": { "lower_bound": nanoseconds - 1.0, "upper_bound": nanoseconds + 1.0 },
        })
    }

    #[test]
    fn time_and_rate() {
        let benchmark = json!({ "full_id": "vector/milenage", "throughput": { "Elements": 1 } });
        let figure = figure(
            &benchmark,
            &json!({ "slope": estimate(250.0), "mean": estimate(9.0) }),
        );
        let figure = figure.unwrap();
        assert_eq!(figure.name, "vector/milenage");
        assert_eq!(figure.value, "250.0 ns");
        assert_eq!(figure.note, "4.0 M/s, 249 to 251");
    }

    #[test]
    fn without_a_slope_the_mean_counts() {
        let benchmark = json!({ "full_id": "x", "throughput": null });
        let figure = figure(
            &benchmark,
            &json!({ "slope": null, "mean": estimate(2500.0) }),
        )
        .unwrap();
        assert_eq!(figure.value, "2.50 us");
        assert_eq!(figure.note, "2.50 to 2.50");
    }

    #[test]
    fn only_what_was_measured_now_counts() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("vector/milenage/new");
        fs::create_dir_all(&folder).unwrap();
        let benchmark = json!({ "full_id": "vector/milenage", "throughput": null });
        fs::write(folder.join("benchmark.json"), benchmark.to_string()).unwrap();
        let estimates = json!({ "mean": estimate(250.0) });
        fs::write(folder.join("estimates.json"), estimates.to_string()).unwrap();

        let all = figures(home.path(), SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(all.len(), 1);
        let later = SystemTime::now() + std::time::Duration::from_secs(60);
        assert_eq!(figures(home.path(), later).unwrap(), []);
        let none = figures(&home.path().join("none"), SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(none, []);
    }
}
