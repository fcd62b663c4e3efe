//! Log lines of a daemon: for people on a terminal, or as JSON. They go to stderr.
use crate::config::sections::{Level, Log};
use std::io::IsTerminal;
use tracing::level_filters::LevelFilter;

/// Logs from here on.
pub(super) fn start(settings: Option<&Log>, json: bool) {
    let level = match settings.map_or(Level::Info, |l| l.level) {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
    };
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_target(false)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // a second daemon in one process keeps the first one's log
    let _ = match json {
        true => log.json().flatten_event(true).try_init(),
        false => log.try_init(),
    };
}
