//! Watches a run: takes every packet apart, labels it, writes it down, keeps ladder and facts.
use super::{
    facts::{Witness, counted},
    labels::{self, Label, Rule, words},
    ladder::{self, Ladder, Rung},
    out::{Out, OutError},
    rogue::{self, Watch},
    secrets::Search,
    verdict::Facts,
};
use crate::places::{self, Leg, Places, Role, Site};
use bytes::Bytes;
use captures::{Dissector, Layer, Seen};
use engine::tap::{Fate, Record};
use engine::{Event, Now};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, SocketAddr},
};
use wire::net::Packet;

/// The leg of those who have no part in the procedure.
const ROGUE: &str = "rogue";

/// Is shown a line as it comes.
type Live = Box<dyn FnMut(&str)>;

/// A leg and, where there is one, the connection: in a tunnel the inner one.
type Flow = (&'static str, Option<(SocketAddr, SocketAddr)>);

/// Everything that a run leaves behind, as it grows.
pub struct Observer {
    places: Places,
    names: Vec<String>,
    dissectors: BTreeMap<&'static str, Dissector>,
    /// Which machine has which inner address, as its uplink shows.
    inner: BTreeMap<IpAddr, Site>,
    /// The label that packets of a leg carry on: of the last message, on each connection apart.
    last: BTreeMap<Flow, Label>,
    witness: Witness,
    /// What machines have heard cells broadcast.
    heard: BTreeSet<(Site, Site, String)>,
    /// Of those who have no part in the procedure.
    rogues: Watch,
    /// Where secrets are looked for in what it leaves behind.
    pub search: Option<Search>,
    /// Messages in the order of cause.
    pub ladder: Ladder,
    /// What was seen.
    pub facts: Facts,
    out: Option<Out>,
    /// The first file that could not be written.
    pub trouble: Option<OutError>,
    /// Called with each rung as it comes.
    live: Option<Live>,
    /// Counters of all nodes, by node.
    pub counters: BTreeMap<String, BTreeMap<&'static str, u64>>,
    /// Packets seen.
    pub packets: u64,
    /// True once the nodes take leave: what they say then belongs to no step.
    closing: bool,
    /// True while the accounting that was asked for last is a gateway's own.
    of_gateway: bool,
    /// True where nothing of Gp is seen: users' packets are shown behind the gateway.
    behind: bool,
}

impl Observer {
    /// An observer of nodes with these names.
    pub fn new(places: Places, names: Vec<String>, witness: Witness, out: Option<Out>) -> Self {
        Self {
            places,
            names,
            dissectors: BTreeMap::new(),
            inner: BTreeMap::new(),
            last: BTreeMap::new(),
            witness,
            heard: BTreeSet::new(),
            rogues: Watch::default(),
            search: None,
            ladder: Ladder::default(),
            facts: Facts::default(),
            out,
            trouble: None,
            live: None,
            counters: BTreeMap::new(),
            packets: 0,
            closing: false,
            of_gateway: false,
            behind: false,
        }
    }

    /// The gateway is somebody else's: users' packets are seen behind it.
    pub fn look_behind_the_gateway(&mut self) {
        self.behind = true;
    }

    /// Watches those who have no part in the procedure.
    pub fn watch(&mut self, rogues: Watch) {
        self.rogues = rogues;
    }

    /// The tunnel that somebody knows who reads along on Gp.
    pub fn overheard(&self) -> Option<crate::rogue::Tunnel> {
        self.rogues.tunnel()
    }

    /// Shows each rung as it comes.
    pub fn show(&mut self, live: impl FnMut(&str) + 'static) {
        self.live = Some(Box::new(live));
    }

    /// A packet was sent.
    pub fn packet(&mut self, r: &Record<'_>) {
        self.packets += 1;
        let leg = self.leg(r);
        let packet = Bytes::copy_from_slice(r.packet);
        let dissector = self.dissectors.entry(leg.name).or_default();
        let seen = match r.clear {
            Some(clear) => dissector.enciphered(&packet, clear),
            None => dissector.packet(&packet),
        };
        if let [(outer, _), (inner, _), ..] = &seen.ends[..]
            && let site @ Site {
                role: Role::M2me, ..
            } = self.places.site(*outer)
        {
            self.inner.insert(*inner, site);
        }
        let user = user_packet(leg, &seen);
        for l in seen.layers.iter().filter(|l| l.name == "AccountingRequest") {
            self.of_gateway = labels::is_set_up(l);
        }
        let main = seen.layers.iter().find_map(|l| Some((l, Rule::of(l)?)));
        let idle = |l: &Layer| self.of_gateway && l.name == "AccountingResponse";
        let main = main.filter(|(l, _)| !self.closing && !idle(l));
        if let Some(fact) = self.witness.packet(&self.places, leg, &seen.ends) {
            self.facts.saw(fact, r.id);
        }
        for fact in self.rogues.packet(&self.places, leg, r, &seen) {
            self.facts.saw(fact, r.id);
        }
        let mut comment = None;
        let mut is_rung = false;
        if leg.name == ROGUE {
            let ends = self.outer(&seen);
            comment = Some(self.rogues.says(ends, &seen));
            if let Some(rung) = self.try_of_rogue(r, ends, &seen) {
                is_rung = true;
                self.rung(rung, r, ends.1);
            }
        } else if let Some((layer, rule)) = main {
            let (from, to) = self.ends(layer);
            let label =
                rule.label_between(self.witness.has_left(layer, from, to), from.role, to.role);
            if self.is_first_sight(leg, layer) && self.is_news(layer, from, to) {
                for fact in self.witness.message(&self.places, &seen.layers, from, to) {
                    self.facts.saw(fact, r.id);
                }
                if let Some(n) = label.requirement {
                    self.facts.touch(n);
                }
                is_rung = true;
                let rung = Rung {
                    id: r.id,
                    node: r.node,
                    depth: 0,
                    step: label.step.to_string(),
                    from: from.to_string(),
                    to: to.to_string(),
                    message: words(&layer.name),
                    fields: rule.fields(layer),
                };
                self.rung(rung, r, to);
            }
            let text = words(&layer.name);
            let says = format!("{from} -> {to}: {text}");
            comment = Some(format!("{} {says}", tag(label)));
            self.last.insert((leg.name, seen.connection), label);
        }
        if !is_rung {
            self.ladder.pass(r.id, r.cause, r.node);
        }
        let mut comment = comment.unwrap_or_else(|| self.carried(leg, &seen));
        match r.fate {
            Fate::Sent => {}
            Fate::Lost => comment.push_str(" (lost on the way)"),
            Fate::Doubled => comment.push_str(" (delivered twice)"),
            Fate::Nobody => comment.push_str(" (nobody has this address)"),
        }
        if let Some(search) = &mut self.search {
            search.packet(leg.name, r.packet, &comment);
        }
        let shown = match self.behind {
            true => places::is_behind_gateway(leg),
            // where the device's packets pass first
            false => leg.name.starts_with("gp") || leg.name.starts_with("line"),
        };
        self.write(leg, r, &comment, &seen, !user || shown);
    }

    /// False for what a cell broadcasts again: how often it does is a matter of time alone.
    fn is_news(&mut self, layer: &Layer, from: Site, to: Site) -> bool {
        layer.protocol != "gsmtap" || self.heard.insert((from, to, layer.name.clone()))
    }

    fn rung(&mut self, rung: Rung, r: &Record<'_>, to: Site) {
        let to = self.names.iter().position(|n| *n == to.to_string());
        let rung = self.ladder.push(rung, r.cause, r.node, to);
        if let Some(live) = &mut self.live {
            live(&ladder::line(rung, false));
        }
    }

    /// What a rogue sends or is answered, as a rung outside of the procedure's steps.
    fn try_of_rogue(&self, r: &Record<'_>, (from, to): (Site, Site), seen: &Seen) -> Option<Rung> {
        let layer = rogue::significant(seen).filter(|_| !self.closing)?;
        let rule = Rule::of(layer);
        Some(Rung {
            id: r.id,
            node: r.node,
            depth: 0,
            step: "-".into(),
            from: from.to_string(),
            to: to.to_string(),
            message: words(&layer.name),
            fields: rule.map(|r| r.fields(layer)).unwrap_or_default(),
        })
    }

    /// The outer ends of a packet.
    fn outer(&self, seen: &Seen) -> (Site, Site) {
        let ends = seen
            .ends
            .first()
            .map(|(a, b)| (self.places.site(*a), self.places.site(*b)));
        ends.unwrap_or((Site::OUTSIDE, Site::OUTSIDE))
    }

    /// A node told something.
    pub fn event(&mut self, now: Now, node: usize, event: &Event) {
        let name = self.names.get(node).map_or("?", String::as_str);
        let n = number(name);
        self.facts
            .saw(counted(&format!("event.{}", event.name), n), 0);
        // a connection to others can be used
        if event.name.ends_with("open") {
            self.facts.saw(format!("open.{name}"), 0);
            if let Some(peer) = event.get("peer") {
                self.facts.saw(format!("open.{name}.{peer}"), 0);
            }
        }
        for fact in self.witness.event(event) {
            self.facts.saw(counted(&fact, n), 0);
        }
        let fields: serde_json::Map<_, _> = event
            .fields
            .iter()
            .map(|(k, v)| ((*k).to_owned(), json!(v)))
            .collect();
        let line = json!({
            "time": now.mono.to_string(), "node": name, "event": event.name, "fields": fields,
        });
        self.truth(&line);
    }

    /// Secrets of TLS, where the captures are meant to hold them.
    pub fn secret(&mut self, line: &str) {
        if let Some(out) = &mut self.out
            && self.trouble.is_none()
            && let Err(e) = out.secret(line)
        {
            self.trouble = Some(e);
        }
    }

    /// The nodes take leave from here on.
    pub fn close(&mut self) {
        self.closing = true;
    }

    /// The run is over: the files are whole. What could not be said before is said now.
    pub fn finish(&mut self) {
        if !self.facts.has("wall.breach") {
            self.facts.saw("wall", 0);
        }
        if let Some(out) = &mut self.out
            && let Err(e) = out.flush()
        {
            self.trouble.get_or_insert(e);
        }
    }

    /// From here on everything is written to these files.
    pub fn write_to(&mut self, out: Out) {
        self.out = Some(out);
    }

    /// The counters of a node, at the end.
    pub fn count(&mut self, node: usize, counters: &BTreeMap<&'static str, u64>) {
        if let Some(name) = self.names.get(node)
            && !counters.is_empty()
        {
            self.counters.insert(name.clone(), counters.clone());
        }
    }

    /// The files.
    pub fn out(&mut self) -> Option<&mut Out> {
        self.out.as_mut()
    }

    fn leg(&self, r: &Record<'_>) -> Leg {
        if let Some(net) = r.net {
            return places::leg_of_net(net);
        }
        if let Ok(Some(Ok(d))) = Packet::read(r.packet).map(|p| p.udp())
            && [d.from.port(), d.to.port()].contains(&engine::GRE_UDP)
        {
            return places::leg_of_net("gi");
        }
        let ends =
            Packet::read(r.packet).map(|p| (self.places.role(p.from), self.places.role(p.to)));
        ends.map_or_else(
            |_| places::leg_between(Role::Outside, Role::Outside),
            |(a, b)| places::leg_between(a, b),
        )
    }

    fn ends(&self, layer: &Layer) -> (Site, Site) {
        let site = |a: SocketAddr| {
            let known = self.inner.get(&a.ip()).copied();
            known.unwrap_or_else(|| self.places.site(a.ip()))
        };
        (site(layer.flow.0), site(layer.flow.1))
    }

    /// A message in a tunnel passes several legs: it counts where its sender sent it.
    fn is_first_sight(&self, leg: Leg, layer: &Layer) -> bool {
        if layer.nest == 0 && !places::is_behind_gateway(leg) {
            return true;
        }
        let from_device = self.places.role(layer.flow.0.ip()) == Role::M2me;
        match leg.name {
            // between the two alone
            _ if layer.protocol == "dhcp" => true,
            "gb" => from_device,
            line if line.starts_with("line") => from_device,
            _ => places::is_behind_gateway(leg) && !from_device,
        }
    }

    /// What to say of a packet that completes no message of the procedure.
    fn carried(&self, leg: Leg, seen: &Seen) -> String {
        if self.closing {
            let names: Vec<String> = seen
                .layers
                .last()
                .map(|l| words(&l.name))
                .into_iter()
                .collect();
            let what = seen.carries.as_ref().or(names.first());
            return format!("[clean-up] {}", what.map_or("", String::as_str));
        }
        let named = seen
            .layers
            .iter()
            .rev()
            .find(|l| !["llc", "sndcp"].contains(&l.protocol));
        match (named, &seen.carries) {
            (Some(l), None)
                if labels::is_set_up(l) || l.protocol == "ns" || l.protocol == "bssgp" =>
            {
                format!("[set-up] {}", words(&l.name))
            }
            // what comes before a connection's first message sets it up
            (_, Some(c)) => match self.last.get(&(leg.name, seen.connection)) {
                Some(label) => format!("{} {c}", tag(*label)),
                None => format!("[set-up] {c}"),
            },
            (Some(l), _) => format!("[set-up] {}", words(&l.name)),
            (None, None) => "[set-up]".into(),
        }
    }

    fn write(&mut self, leg: Leg, r: &Record<'_>, comment: &str, seen: &Seen, merged: bool) {
        let Some(out) = &mut self.out else { return };
        if self.trouble.is_some() {
            return;
        }
        let written = out.packet(leg, r.now.utc.0, r.packet, comment, merged);
        match written {
            Ok(number) => {
                let layers: Vec<String> = seen
                    .layers
                    .iter()
                    .map(|l| format!("{}:{}", l.protocol, l.name))
                    .collect();
                let line = json!({
                    "packet": number, "record": r.id, "cause": r.cause, "leg": leg.name,
                    "time": r.now.mono.to_string(), "node": self.names.get(r.node),
                    "comment": comment, "messages": layers,
                });
                self.truth(&line);
            }
            Err(e) => self.trouble = Some(e),
        }
    }

    fn truth(&mut self, line: &serde_json::Value) {
        if let Some(search) = &mut self.search {
            search.text(&line.to_string());
        }
        if let Some(out) = &mut self.out
            && self.trouble.is_none()
            && let Err(e) = out.truth(line)
        {
            self.trouble = Some(e);
        }
    }
}

/// The number in the name of a node: 1 of `SGSN-2`.
fn number(name: &str) -> u8 {
    let last = name
        .rsplit_once('-')
        .and_then(|(_, n)| n.parse::<u8>().ok());
    last.map_or(0, |n| n.saturating_sub(1))
}

/// True for a packet of the user, on whichever leg: the merged capture holds it once, on Gp.
fn user_packet(leg: Leg, seen: &Seen) -> bool {
    let has = |p: &str| seen.layers.iter().any(|l| l.protocol == p);
    places::is_behind_gateway(leg) || has("sndcp")
}

fn tag(label: Label) -> String {
    match label.requirement {
        Some(r) => format!("[R{r} step {}]", label.step),
        None => "[set-up]".into(),
    }
}
