//! GSUP proxy: serving nodes that know one HLR reach the HLRs of many networks. The network of the
//! IMSI decides (R13); the home network learns the serving node's name as the source of what it is
//! asked, and names it as the destination of what it tells.
//!
//! | a request of | goes to | |
//! |---|---|---|
//! | a serving node | the home of the IMSI's MCC and MNC | cause 2 where there is none |
//! | a home | the node that it names, else the one that asked last about the IMSI | cause 2 |
//!
//! It keeps no subscriber: only who asked last about whom, and what waits for its answer.
use engine::{Event, Framing, Input, Link, Node, Now, Outputs, Port, PortSpec, Time};
use gsup::{
    frame_len,
    machine::{Endpoint, Output, Settings},
    msg::{Cause, Head, Name, Pdu, Role},
};
use std::{collections::BTreeMap, convert::Infallible, net::SocketAddr, time::Duration};
use wire::{Bytes, Imsi, MncLengths, Plmn};

/// Where serving nodes connect.
pub const NODES: Port = Port(0);
/// Where homes are dialled from.
pub const HOMES: Port = Port(1);

const PORTS: &[PortSpec] = &[
    PortSpec {
        port: NODES,
        name: "gsup",
        framing: Framing::By(frame_len),
    },
    PortSpec {
        port: HOMES,
        name: "gsup-out",
        framing: Framing::By(frame_len),
    },
];

/// A home network's HLR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeConfig {
    /// Under which name it is known here.
    pub name: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// The networks whose subscribers it knows; all where there are none.
    pub plmns: Vec<Plmn>,
}

/// What a proxy is told at its start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its name on its connections.
    pub name: String,
    /// Whom to ask: the first that fits.
    pub homes: Vec<HomeConfig>,
    /// How long an answer may take.
    pub patience: Duration,
    /// How long MNCs are.
    pub lengths: MncLengths,
}

impl Config {
    /// A proxy that knows nobody.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            homes: Vec::new(),
            patience: Duration::from_secs(10),
            lengths: MncLengths::test_networks(),
        }
    }
}

/// Serving nodes connected at one time, and requests of one that wait.
const MOST_NODES: usize = 256;
const MOST_WAITING: usize = 10_000;
/// IMSIs of which it is remembered who asked last.
const MOST_IMSIS: usize = 1_000_000;

type Out = Outputs<Infallible>;

/// One of the connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Node(Link),
    Home(usize),
}

/// Where an answer goes back to, and what it answers there.
#[derive(Debug, Clone)]
struct Back {
    to: Side,
    head: Head,
}

#[derive(Debug)]
struct Home {
    config: HomeConfig,
    link: Option<Link>,
    endpoint: Endpoint<Back>,
}

/// The node.
#[derive(Debug)]
pub struct GsupProxy {
    config: Config,
    nodes: BTreeMap<Link, Endpoint<Back>>,
    homes: Vec<Home>,
    /// Which connection asked last about whom.
    asked: BTreeMap<Imsi, Link>,
}

impl GsupProxy {
    /// A proxy without connections.
    pub fn new(config: Config) -> Self {
        let home = |c: &HomeConfig| Home {
            config: c.clone(),
            link: None,
            endpoint: Endpoint::new(Name::new(&config.name), Settings::client()),
        };
        Self {
            nodes: BTreeMap::new(),
            homes: config.homes.iter().map(home).collect(),
            asked: BTreeMap::new(),
            config,
        }
    }

    fn with(
        &mut self,
        now: Now,
        side: Side,
        out: &mut Out,
        act: impl FnOnce(&mut Endpoint<Back>, Now, &mut Vec<Output<Back>>),
    ) {
        let mut wants = Vec::new();
        let endpoint = match side {
            Side::Node(link) => self.nodes.get_mut(&link),
            Side::Home(n) => self.homes.get_mut(n).map(|h| &mut h.endpoint),
        };
        if let Some(e) = endpoint {
            act(e, now, &mut wants);
        }
        self.act(now, side, wants, out);
    }

    fn act(&mut self, now: Now, side: Side, wants: Vec<Output<Back>>, out: &mut Out) {
        for w in wants {
            match w {
                Output::Connect => {
                    if let Side::Home(n) = side
                        && let Some(h) = self.homes.get_mut(n)
                    {
                        h.link = Some(out.connect(HOMES, h.config.address));
                    }
                }
                Output::Send(frame) => match self.link(side) {
                    Some(link) => out.message(link, frame),
                    None => out.count("no link"),
                },
                Output::Disconnect => {
                    if let Some(link) = self.link(side) {
                        self.forget(link);
                        out.close(link);
                    }
                }
                Output::Opened(name) => {
                    let name = name.as_ref().map(Name::text);
                    let name = name.unwrap_or_else(|| self.name(side));
                    out.trace(Event::new("proxy.open").with("peer", name));
                }
                Output::Closed(why) => {
                    let event = Event::new("proxy.closed").with("peer", self.name(side));
                    out.trace(event.with("why", format!("{why:?}")));
                }
                Output::Request(head, pdu) => self.request(now, side, head, pdu, out),
                Output::Answer { ticket, answer } => self.answer(now, &ticket, answer, out),
                Output::Unanswered { ticket, .. } => {
                    self.refuse(now, ticket.to, &ticket.head, Cause::NetworkFailure, out);
                }
                Output::Dropped(why) => out.count(why),
            }
        }
    }

    fn link(&self, side: Side) -> Option<Link> {
        match side {
            Side::Node(link) => Some(link),
            Side::Home(n) => self.homes.get(n)?.link,
        }
    }

    fn side(&self, link: Link) -> Option<Side> {
        if self.nodes.contains_key(&link) {
            return Some(Side::Node(link));
        }
        let at = self.homes.iter().position(|h| h.link == Some(link));
        at.map(Side::Home)
    }

    fn name(&self, side: Side) -> String {
        match side {
            Side::Node(link) => {
                let remote = self.nodes.get(&link).and_then(Endpoint::remote);
                remote.map(Name::text).unwrap_or_default()
            }
            Side::Home(n) => {
                let home = self.homes.get(n);
                home.map(|h| h.config.name.clone()).unwrap_or_default()
            }
        }
    }

    fn forget(&mut self, link: Link) {
        self.nodes.remove(&link);
        self.asked.retain(|_, l| *l != link);
        for h in self.homes.iter_mut().filter(|h| h.link == Some(link)) {
            h.link = None;
        }
    }

    /// The home of an IMSI.
    fn home_of(&self, imsi: &Imsi) -> Option<usize> {
        let plmn = imsi.plmn(&self.config.lengths);
        self.homes.iter().position(|h| {
            let list = &h.config.plmns;
            list.is_empty() || plmn.is_some_and(|p| list.contains(&p))
        })
    }

    /// The serving node that a home means.
    fn node_of(&self, head: &Head, imsi: &Imsi) -> Option<Link> {
        let named = head.destination_name.as_ref().and_then(|name| {
            let mut all = self.nodes.iter();
            all.find(|(_, e)| e.remote() == Some(name)).map(|n| *n.0)
        });
        named.or_else(|| self.asked.get(imsi).copied())
    }

    /// A request or report of either side.
    fn request(&mut self, now: Now, from: Side, head: Head, pdu: Pdu, out: &mut Out) {
        let Some(imsi) = head.imsi.imsi() else {
            return self.refuse(now, from, &head, Cause::InvalidMandatoryInformation, out);
        };
        let (to, source, destination) = match from {
            Side::Node(link) => {
                if self.asked.len() < MOST_IMSIS || self.asked.contains_key(&imsi) {
                    self.asked.insert(imsi, link);
                }
                let Some(n) = self.home_of(&imsi) else {
                    let event = Event::new("proxy.no-home").with("imsi", imsi);
                    out.trace(event);
                    return self.refuse(now, from, &head, Cause::ImsiUnknownInHlr, out);
                };
                let own = self.nodes.get(&link).and_then(Endpoint::remote).cloned();
                let source = head.source_name.clone().or(own);
                (Side::Home(n), source, head.destination_name.clone())
            }
            Side::Home(_) => {
                let Some(link) = self.node_of(&head, &imsi) else {
                    return self.refuse(now, from, &head, Cause::ImsiUnknownInHlr, out);
                };
                // a node that knows one HLR does not know names
                (Side::Node(link), None, None)
            }
        };
        let pdu = pdu.named(source, destination);
        if head.role() == Role::Report {
            return self.with(now, to, out, |e, _, w| e.send(&pdu, w));
        }
        let patience = self.config.patience;
        let mut refused = None;
        self.with(now, to, out, |e, now, w| {
            let back = Back { to: from, head };
            if e.waiting() >= MOST_WAITING {
                refused = Some((back, Cause::Congestion));
                return;
            }
            let sent = e.request(now, back, pdu, patience, w);
            refused = sent.err().map(|(back, _)| (back, Cause::NetworkFailure));
        });
        if let Some((back, cause)) = refused {
            self.refuse(now, back.to, &back.head, cause, out);
        }
    }

    /// The answer to a request goes back under the names that the request had.
    fn answer(&mut self, now: Now, back: &Back, answer: Pdu, out: &mut Out) {
        let head = &back.head;
        let (source, destination) = (head.destination_name.clone(), head.source_name.clone());
        let answer = answer.named(source, destination);
        self.with(now, back.to, out, |e, _, w| e.send(&answer, w));
    }

    fn refuse(&mut self, now: Now, to: Side, head: &Head, cause: Cause, out: &mut Out) {
        out.count("request refused");
        if let Some(error) = Pdu::refusal(head, cause) {
            self.with(now, to, out, |e, _, w| e.send(&error, w));
        }
    }

    fn up(&mut self, now: Now, link: Link, port: Port, out: &mut Out) {
        if port == NODES {
            if self.nodes.len() >= MOST_NODES {
                out.count("too many nodes");
                return out.close(link);
            }
            let name = Name::new(&self.config.name);
            self.nodes
                .insert(link, Endpoint::new(name, Settings::server()));
        }
        if let Some(side) = self.side(link) {
            self.with(now, side, out, Endpoint::up);
        }
    }

    fn received(&mut self, now: Now, link: Link, frame: &Bytes, out: &mut Out) {
        match self.side(link) {
            Some(side) => self.with(now, side, out, |e, now, w| e.received(now, frame, w)),
            None => out.count("message on a closed link"),
        }
    }
}

impl Node for GsupProxy {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Infallible;

    fn ports(&self) -> &[PortSpec] {
        PORTS
    }

    fn handle(&mut self, now: Now, input: Input<Infallible, Infallible>, out: &mut Out) {
        match input {
            Input::Start => {
                for n in 0..self.homes.len() {
                    self.with(now, Side::Home(n), out, Endpoint::start);
                }
            }
            Input::Stop => {
                let nodes: Vec<Link> = self.nodes.keys().copied().collect();
                let homes = (0..self.homes.len()).map(Side::Home);
                for side in nodes.into_iter().map(Side::Node).chain(homes) {
                    self.with(now, side, out, Endpoint::stop);
                }
            }
            Input::Up { link, port, .. } => self.up(now, link, port, out),
            Input::Down { link, .. } => {
                if let Some(side) = self.side(link) {
                    if let Side::Home(n) = side
                        && let Some(h) = self.homes.get_mut(n)
                    {
                        h.link = None;
                    }
                    self.with(now, side, out, Endpoint::down);
                    self.forget(link);
                }
            }
            Input::Recv { link, bytes, .. } => self.received(now, link, &bytes, out),
            Input::Timer => {
                let due = |e: &Endpoint<Back>| e.due().is_some_and(|t| t <= now.mono);
                let nodes = self.nodes.iter().filter(|(_, e)| due(e));
                let nodes: Vec<Side> = nodes.map(|(l, _)| Side::Node(*l)).collect();
                let homes = self.homes.iter().enumerate();
                let homes = homes.filter(|(_, h)| due(&h.endpoint));
                let homes: Vec<Side> = homes.map(|(n, _)| Side::Home(n)).collect();
                for side in nodes.into_iter().chain(homes) {
                    self.with(now, side, out, Endpoint::timer);
                }
            }
            Input::Full(_) | Input::Room(_) => {}
            Input::Answer(_, never) | Input::Command(never) => match never {},
        }
    }

    fn due(&self) -> Option<Time> {
        let nodes = self.nodes.values().filter_map(Endpoint::due);
        let homes = self.homes.iter().filter_map(|h| h.endpoint.due());
        nodes.chain(homes).min()
    }
}
