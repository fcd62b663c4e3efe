//! `/metrics`: the board in Prometheus's words.
use super::Board;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, info::Info},
    registry::Registry,
};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    node: String,
    name: String,
}

/// The board as text.
pub(super) fn text(board: &Board) -> String {
    let counters = Family::<Labels, Counter>::default();
    let events = Family::<Labels, Counter>::default();
    let present = Family::<Labels, Gauge>::default();
    for n in board.nodes() {
        let labels = |name: &str| Labels {
            node: n.name.clone(),
            name: name.to_owned(),
        };
        for (name, v) in &n.counters {
            counters.get_or_create(&labels(name)).inc_by(*v);
        }
        for (name, v) in &n.events {
            events.get_or_create(&labels(name)).inc_by(*v);
        }
        for (name, all) in &n.present {
            let n = i64::try_from(all.len()).unwrap_or(i64::MAX);
            present.get_or_create(&labels(name)).set(n);
        }
    }
    let uptime = Gauge::<i64>::default();
    uptime.set(i64::try_from(board.uptime()).unwrap_or(i64::MAX));
    let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
    let mut all = Registry::with_prefix("fosterling");
    all.register("build", "The program", build);
    all.register("uptime_seconds", "Since the start", uptime);
    all.register(
        "counter",
        "What nodes count: drops, refusals, by reason",
        counters,
    );
    all.register("event", "What happened in nodes", events);
    all.register("present", "What is there now", present);
    let mut text = String::new();
    // a String takes everything
    let _ = encode(&mut text, &all);
    text
}
