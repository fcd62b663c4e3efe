//! Watches the nodes of a daemon: logs, counts, captures; does what an operator would do at the
//! start and after failures.
use super::{Failure, capture::Capture, nodes::Task};
use crate::{admin::Shared, exit::Exit, nodes::AnyCommand};
use engine::{Directive, Director, Event, Now, Time, tap::Record};
use std::{collections::BTreeMap, time::Duration};

/// The capture is handed to the system so often.
const FLUSH: Duration = Duration::from_millis(500);

/// Directs a daemon.
pub(super) struct Daemon {
    names: Vec<String>,
    board: Shared,
    capture: Option<Capture>,
    tasks: Vec<Task>,
    /// What is to be told, and when.
    orders: Vec<(Time, usize, AnyCommand)>,
    begun: bool,
    flush: Option<Time>,
    stop: Option<Exit>,
}

impl Daemon {
    /// A director of nodes with these names.
    pub(super) fn new(
        names: Vec<String>,
        board: Shared,
        capture: Option<Capture>,
        tasks: Vec<Task>,
    ) -> Self {
        Self {
            names,
            board,
            capture,
            tasks,
            orders: Vec::new(),
            begun: false,
            flush: None,
            stop: None,
        }
    }

    /// How the daemon ended: its files are whole.
    pub(super) fn end(self) -> Result<Exit, Failure> {
        if let Some(c) = self.capture {
            c.finish()
                .map_err(|(path, why)| Failure::file(&path, why))?;
        }
        tracing::info!("ended");
        Ok(self.stop.unwrap_or(Exit::Good))
    }

    fn name(&self, node: usize) -> &str {
        self.names.get(node).map_or("?", String::as_str)
    }
}

/// Whether an event is about something that went wrong.
fn is_trouble(name: &str) -> bool {
    let wrong = [
        "fail",
        "refused",
        "-down",
        "_down",
        "lost",
        "reject",
        "unreadable",
        "not-",
    ];
    wrong.iter().any(|w| name.contains(w))
}

impl Director<AnyCommand> for Daemon {
    fn packet(&mut self, r: &Record<'_>) {
        let name = self.names.get(r.node).map_or("?", String::as_str);
        tracing::debug!(
            node = name,
            port = r.port,
            octets = r.packet.len(),
            "packet"
        );
        if let Some(c) = &mut self.capture {
            c.packet(r, name);
            self.flush.get_or_insert(r.now.mono + FLUSH);
        }
    }

    fn event(&mut self, now: Now, node: usize, event: &Event) {
        self.board.read().saw(node, event);
        let fields: Vec<String> = event
            .fields
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        let (name, text) = (self.name(node), fields.join(" "));
        match is_trouble(event.name) {
            true => tracing::warn!(node = name, event = event.name, "{text}"),
            false => tracing::info!(node = name, event = event.name, "{text}"),
        }
        for t in self
            .tasks
            .iter()
            .filter(|t| t.node == node && t.after.contains(&event.name))
        {
            if let Some(wait) = t.again {
                let at = now.mono + wait;
                // one failure of many devices is one repetition
                self.orders.retain(|o| o.1 != node);
                self.orders
                    .extend((t.commands)().into_iter().map(|c| (at, node, c)));
            }
        }
    }

    fn next(&mut self, now: Now) -> Directive<AnyCommand> {
        if self.stop.is_some() {
            return Directive::Stop;
        }
        if !self.begun {
            self.begun = true;
            // who reads this may send a signal at once: it is waited for by now
            tracing::info!("ready: {}", self.names.join(", "));
            for t in self.tasks.iter().filter(|t| t.at_start) {
                let at_once = (t.commands)().into_iter().map(|c| (now.mono, t.node, c));
                self.orders.extend(at_once);
            }
        }
        if self.flush.is_some_and(|t| t <= now.mono) {
            self.flush = None;
            if let Some(c) = &mut self.capture {
                c.flush();
            }
        }
        match self.orders.iter().position(|o| o.0 <= now.mono) {
            Some(i) => {
                let (_, node, command) = self.orders.remove(i);
                Directive::Command(node, command)
            }
            None => Directive::Wait,
        }
    }

    fn due(&self) -> Option<Time> {
        let orders = self.orders.iter().map(|o| o.0);
        orders.chain(self.flush).min()
    }

    fn interrupted(&mut self) {
        self.stop.get_or_insert(Exit::Interrupted);
    }

    fn terminated(&mut self) {
        self.stop.get_or_insert(Exit::Good);
    }

    fn counters(&mut self, node: usize, counters: &BTreeMap<&'static str, u64>) {
        self.board.read().count(node, counters);
        for (name, n) in counters {
            tracing::info!(node = self.name(node), counter = name, n, "counted");
        }
    }
}
