//! Third-party data: captures and vectors that are not part of the project.
use std::path::{Path, PathBuf};

/// A file of the third-party data, `path` being relative to its root (`captures/gtp/x.pcap`);
/// `None` where the data is not on this machine, with the test `name` named as not run.
///
/// # Panics
/// Where the data is there but not this file, if `FOSTERLING_REQUIRE=1`.
#[track_caller]
pub fn shared(name: &str, path: &str) -> Option<PathBuf> {
    let Some(root) = root() else {
        crate::not_run(name, "there is no third-party data", false);
        return None;
    };
    let file = root.join(path);
    if !file.exists() {
        let reason = format!("the third-party data has no {path}");
        crate::not_run(name, &reason, crate::required());
        return None;
    }
    crate::tally::run(name);
    Some(file)
}

/// The root of the third-party data: `FOSTERLING_SHARED` (a relative path starts at the
/// workspace), else `../shared` beside the workspace, if it holds `captures` or `vectors`.
pub fn root() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let place = match std::env::var_os(crate::SHARED) {
        Some(given) => workspace.join(given),
        None => workspace.join("../shared"),
    };
    let place = place.canonicalize().ok()?;
    ["captures", "vectors"]
        .iter()
        .any(|folder| place.join(folder).is_dir())
        .then_some(place)
}
