//! A run in virtual time in which a node loses its power between two messages, and gets it back: it
//! goes on with what it has kept, and nothing else.
use super::{Lead, Setting, Trouble, out::Out, prepare};
use crate::{
    nodes::{AnyCommand, AnyNode},
    scenarios::Scenario,
    world::World,
};
use engine::{
    Carrier, Directive, Director, Event, Now, Rng, Time,
    sim::{self, Sim},
    tap::Record,
};
use m2me_ue::Command;
use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    path::Path,
    str::FromStr,
    time::Duration,
};
use wire::Imsi;

/// Where a node is cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Its name.
    pub node: String,
    /// After so many messages of the ladder.
    pub after: usize,
}

/// For so long it has no power.
const PAUSE: Duration = Duration::from_secs(2);

impl FromStr for Cut {
    type Err = String;

    /// `NODE@N`.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('@');
        let read = |(node, after): (&str, &str)| {
            Some(Self {
                node: node.to_uppercase(),
                after: after.parse().ok()?,
            })
        };
        let read = parts.filter(|p| !p.0.is_empty()).and_then(read);
        read.ok_or_else(|| "a node, @, and how many messages come before: DPF@40".to_owned())
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.node, self.after)
    }
}

/// What was there at the end.
pub struct Ended {
    /// The run.
    pub lead: Lead,
    /// The identity of the first machine's application in use, where that is an SHO's.
    pub device: Option<String>,
    /// The subscriptions that the first SHO holds: machine and IMSI.
    pub subscriptions: Vec<(String, String)>,
    /// How often it has heard that its first machine was provisioned.
    pub provisioned: u32,
    /// The subscribers of the first HLR.
    pub subscribers: Vec<Imsi>,
}

/// What an operator does who wants things to go on.
const AGAIN: Duration = Duration::from_secs(5);

/// Runs a scenario in virtual time, with a cut or without one.
///
/// # Errors
/// A file that cannot be written; a node to be cut that is not there.
pub fn virtually(
    scenario: &'static Scenario,
    setting: impl Into<Setting>,
    seed: u64,
    cut: Option<Cut>,
    dir: Option<&Path>,
    live: bool,
) -> Result<Ended, Trouble> {
    let setting = setting.into();
    if matches!(setting.carrier, Carrier::Tls | Carrier::Sctp) {
        return Err(Trouble::Carrier(setting.carrier));
    }
    let start = Now::VIRTUAL_EPOCH;
    let mut world = World::build(scenario, setting, &Rng::seed(seed), start);
    let names: Vec<String> = world.nodes.iter().map(|n| n.name.clone()).collect();
    let place = |name: &str| names.iter().position(|n| n == name);
    let cut = match cut {
        None => None,
        Some(cut) => match place(&cut.node) {
            Some(node) => Some((cut, node)),
            None => return Err(Trouble::Cut(cut.node, names)),
        },
    };
    let out = dir.map(|d| Out::create(d, scenario.name)).transpose();
    let out = out.map_err(Trouble::Out)?;
    let options = sim::Options {
        seed,
        layers: Some(world.layers.clone()),
        ..Default::default()
    };
    let remake = std::mem::replace(&mut world.remake, Box::new(|_, _| unreachable!()));
    let order = world.orders.iter().find_map(|o| match &o.command {
        Some(AnyCommand::Ccif(c)) => Some((o.node, c.clone())),
        _ => None,
    });
    let (m2me, sho, hlr) = (place("M2ME"), place("SHO"), place("HLR"));
    let (nodes, store, lead) = prepare(scenario, world, out, live);
    let mut sim = Sim::new(nodes, store, options);
    let mut lives = BTreeMap::<usize, u32>::new();
    sim.revive_by(move |i| {
        let life = lives.entry(i).or_default();
        *life += 1;
        remake(i, *life)
    });
    let mut director = Cutting {
        lead,
        persists: cut.is_some(),
        cut,
        m2me,
        order,
        power: None,
        todo: VecDeque::new(),
    };
    sim.run(&mut director);
    director.lead.finish();
    let machine = m2me.and_then(|i| match sim.node(i) {
        AnyNode::M2me(m) => Some(m.tre()),
        _ => None,
    });
    let device = machine.and_then(|tre| Some(tre.active()?.1.imsi.clone()));
    let (mut subscriptions, mut provisioned) = (Vec::new(), 0);
    if let Some(AnyNode::Sho(s)) = sho.map(|i| sim.node(i)) {
        let all = s.subscriptions();
        subscriptions = all.map(|(m, i)| (m.to_owned(), i.to_owned())).collect();
        provisioned = machine.map_or(0, |tre| s.provisioned(tre.m2me_id()));
    }
    let records = hlr.and_then(|i| sim.store().records(i));
    let subscribers = records.into_iter().flat_map(|r| r.iter().map(|s| s.imsi));
    Ok(Ended {
        subscribers: subscribers.collect(),
        lead: director.lead,
        device,
        subscriptions,
        provisioned,
    })
}

/// Leads the run, cuts the node, and gives it its power back; gives orders again that have failed, as
/// a daemon does.
struct Cutting {
    lead: Lead,
    /// The cut that is to come, and the node's number.
    cut: Option<(Cut, usize)>,
    /// Whether what fails is tried again: where there was a cut.
    persists: bool,
    m2me: Option<usize>,
    /// What the CCIF is told at the start.
    order: Option<(usize, operators::ccif::Command)>,
    /// The node that has no power, until when.
    power: Option<(usize, Time)>,
    todo: VecDeque<(Time, usize, AnyCommand)>,
}

impl Cutting {
    /// What follows by itself.
    fn own(&mut self, now: Now) -> Option<Directive<AnyCommand>> {
        let here = |c: &mut (Cut, usize)| self.lead.observer.ladder.len() >= c.0.after;
        if let Some((_, node)) = self.cut.take_if(here) {
            self.power = Some((node, now.mono + PAUSE));
            self.todo.retain(|o| o.1 != node);
            return Some(Directive::Kill(node));
        }
        if let Some((node, _)) = self.power.take_if(|p| p.1 <= now.mono) {
            if Some(node) == self.m2me && self.lead.observer.facts.has("event.m2mes.made") {
                let on = AnyCommand::M2me(Command::PowerOn);
                self.todo.push_back((now.mono, node, on));
            }
            if let Some((ccif, order)) = self.order.clone().filter(|o| o.0 == node) {
                let order = AnyCommand::Ccif(order);
                self.todo.push_back((now.mono, ccif, order));
            }
            return Some(Directive::Revive(node));
        }
        let i = self.todo.iter().position(|o| o.0 <= now.mono)?;
        let (_, node, command) = self.todo.remove(i)?;
        Some(Directive::Command(node, command))
    }
}

impl Director<AnyCommand> for Cutting {
    fn packet(&mut self, record: &Record<'_>) {
        self.lead.packet(record);
    }

    fn event(&mut self, now: Now, node: usize, event: &Event) {
        self.lead.event(now, node, event);
        if !self.persists {
            return;
        }
        let at = now.mono + AGAIN;
        if matches!(event.name, "m2me.failed" | "m2me.refused") {
            for c in [Command::PowerOff, Command::PowerOn] {
                self.todo.push_back((at, node, AnyCommand::M2me(c)));
            }
        }
        if event.name == "m2mes.failed"
            && let Some((ccif, order)) = self.order.clone()
        {
            self.todo.push_back((at, ccif, AnyCommand::Ccif(order)));
        }
    }

    fn next(&mut self, now: Now) -> Directive<AnyCommand> {
        match self.own(now) {
            Some(directive) => directive,
            None => self.lead.next(now),
        }
    }

    fn due(&self) -> Option<Time> {
        let todo = self.todo.iter().map(|o| o.0);
        let all = todo.chain(self.power.map(|p| p.1)).chain(self.lead.due());
        all.min()
    }

    fn counters(&mut self, node: usize, counters: &BTreeMap<&'static str, u64>) {
        self.lead.counters(node, counters);
    }
}
