//! Leads a run: gives the orders of its scenario, ends it when it is over or has taken too long.
use super::{observe::Observer, secrets};
use crate::{exit::Exit, nodes::AnyCommand, rogue, scenarios::Scenario};
use engine::{Directive, Director, Event, Now, Time, tap::Record};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// An order: once these facts are seen (none: at the start), tell this node.
pub struct Order {
    /// The facts.
    pub when: Vec<String>,
    /// The node.
    pub node: usize,
    /// What it is told; nothing: it loses its life.
    pub command: Option<AnyCommand>,
}

/// Leads one run.
pub struct Lead {
    /// The scenario.
    pub scenario: &'static Scenario,
    /// What was seen.
    pub observer: Observer,
    orders: VecDeque<Order>,
    /// When it was over, by the facts.
    over: Option<Time>,
    /// A person wants it to end.
    pub interrupted: bool,
    /// It took too long.
    pub late: bool,
    /// The end of its time.
    pub now: Now,
}

/// After the last fact, answers that are still under way get so long.
const AFTER: Duration = Duration::from_millis(300);

impl Lead {
    /// Leads `scenario`.
    pub fn new(scenario: &'static Scenario, observer: Observer, orders: Vec<Order>) -> Self {
        Self {
            scenario,
            observer,
            orders: orders.into(),
            over: None,
            interrupted: false,
            late: false,
            now: Now::default(),
        }
    }

    /// The run has ended: the files are whole.
    pub fn finish(&mut self) {
        self.observer.finish();
        if self.observer.search.is_some() {
            self.observer.facts.saw("secrets.searched", 0);
        }
        for what in secrets::told(self) {
            self.observer.facts.saw("secrets.told", 0);
            self.observer.facts.saw(format!("secrets.told.{what}"), 0);
        }
    }

    /// Facts promised and not seen, facts seen that must not be.
    pub fn broken(&self) -> (Vec<&'static str>, Vec<&'static str>) {
        let has = |f: &&&'static str| self.observer.facts.has(f);
        let missing = self.scenario.promise.iter().filter(|f| !has(f)).copied();
        let wrong = self.scenario.never.iter().filter(has).copied();
        (missing.collect(), wrong.collect())
    }

    /// How the program ends.
    pub fn outcome(&self) -> Exit {
        let (missing, wrong) = self.broken();
        if self.interrupted {
            Exit::Interrupted
        } else if self.observer.trouble.is_some() {
            Exit::Environment
        } else if missing.is_empty() && wrong.is_empty() {
            Exit::Good
        } else {
            Exit::Failed
        }
    }

    fn limit(&self) -> Time {
        Time::default() + Duration::from_secs(self.scenario.seconds)
    }
}

impl Director<AnyCommand> for Lead {
    fn packet(&mut self, record: &Record<'_>) {
        self.observer.packet(record);
    }

    fn event(&mut self, now: Now, node: usize, event: &Event) {
        self.observer.event(now, node, event);
    }

    fn next(&mut self, now: Now) -> Directive<AnyCommand> {
        self.now = now;
        let directive = self.decide(now);
        if matches!(directive, Directive::Stop) {
            self.observer.close();
        }
        directive
    }

    fn due(&self) -> Option<Time> {
        self.over.or(Some(self.limit()))
    }

    fn secret(&mut self, line: &str) {
        self.observer.secret(line);
    }

    fn interrupted(&mut self) {
        self.interrupted = true;
    }

    fn counters(&mut self, node: usize, counters: &BTreeMap<&'static str, u64>) {
        self.observer.count(node, counters);
    }
}

impl Lead {
    fn decide(&mut self, now: Now) -> Directive<AnyCommand> {
        let facts = &self.observer.facts;
        if self.interrupted || self.observer.trouble.is_some() {
            return Directive::Stop;
        }
        let ready = |o: &Order| o.when.iter().all(|f| facts.has(f));
        if let Some(i) = self.orders.iter().position(ready)
            && let Some(o) = self.orders.remove(i)
        {
            return match o.command {
                // who gets into a tunnel knows what was to be heard of it until now
                Some(AnyCommand::Rogue(rogue::Command::Hijack(None))) => {
                    let tunnel = rogue::Command::Hijack(self.observer.overheard());
                    Directive::Command(o.node, AnyCommand::Rogue(tunnel))
                }
                Some(command) => Directive::Command(o.node, command),
                None => Directive::Kill(o.node),
            };
        }
        let s = self.scenario;
        let all = !s.until_all.is_empty() && s.until_all.iter().all(|f| facts.has(f));
        if self.over.is_none() && (all || s.until.iter().any(|f| facts.has(f))) {
            self.over = Some(now.mono + AFTER);
        }
        if self.over.is_some_and(|t| t <= now.mono) {
            return Directive::Stop;
        }
        if now.mono >= self.limit() {
            self.late = true;
            return Directive::Stop;
        }
        Directive::Wait
    }
}
