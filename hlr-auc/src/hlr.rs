//! The HLR as a node: its connections, and who does what when a store has answered.
use crate::edit::{Edit, Subscription};
use crate::gsup::{self, Door};
use crate::map;
use crate::records::{Answer, Ask};
use crate::rules::{Neighbour, Rules};
use crate::subscriber::{Standing, Subscriber};
use crate::updates::Ticket;
use diameter_s6a::machine::{Duplicates, Endpoint, Identity, Output, Seen, Settings};
use diameter_s6a::msg::{
    CancellationType, DisconnectCause, FeatureList1, FeatureList2, Features, IdrFlags, Message,
    Pdu, ResultCode, application,
};
use diameter_s6a::{PPID, frame_len, machine::peer::error_answer};
use engine::{
    AskId, Event, Framing, Input, Link, Node, Now, Outputs, Port, PortSpec, Rng, Time, Timers, Why,
};
use std::{collections::BTreeMap, time::Duration};
use wire::Imsi;

/// How an HLR is set up.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its name, realm and application.
    pub identity: Identity,
    /// Other host names in its realm under which it may be asked.
    pub aliases: Vec<String>,
    /// What it allows.
    pub rules: Rules,
    /// How its connections behave.
    pub settings: Settings,
    /// The port at which serving nodes connect.
    pub port: Port,
    /// How long it waits for the answer to a request of its own.
    pub patience: Duration,
    /// Its door for nodes that speak GSUP, where it has one.
    pub gsup: Option<gsup::Config>,
    /// Its door for SGSNs that speak MAP, where it has one.
    pub map: Option<map::Config>,
    /// What it supports of what serving nodes may support (TS 29.272 7.3.10).
    pub features: Features,
    /// Where subscribers are served was lost before this start: each serving node that is heard of
    /// is told so by a Reset-Request (TS 29.272 5.2.4.1).
    pub lost: bool,
}

impl Config {
    /// An HLR of this name and realm that accepts connections on port 0.
    pub fn new(host: impl Into<String>, realm: impl Into<String>) -> Self {
        Self {
            identity: Identity::s6a(host, realm),
            aliases: Vec::new(),
            rules: Rules::default(),
            settings: Settings::server(),
            port: Port(0),
            patience: Duration::from_secs(10),
            gsup: None,
            map: None,
            features: Features {
                list_1: FeatureList1(0)
                    .with_odb_all_apn(true)
                    .with_odb_hplmn_apn(true)
                    .with_odb_vplmn_apn(true)
                    .with_reg_sub(true)
                    .with_ue_reachability_notification(true)
                    .with_state_location_information_retrieval(true)
                    .with_additional_msisdn(true),
                list_2: FeatureList2(0).with_removal_of_msisdn(true),
            },
            lost: false,
        }
    }
}

/// What an operator tells the HLR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A new subscriber. Event `hlr.inserted`, or `hlr.not-inserted` where there is one already.
    InsertSubscriber(Box<Subscriber>),
    /// The subscriber goes; the node that serves it is told to cancel.
    DeleteSubscriber(Imsi),
    /// The subscription is withdrawn: the node that serves it is told so (Cancellation-Type 2).
    Withdraw(Imsi),
    /// Another standing; unless it is [`Standing::Active`], the node that serves it is told to
    /// cancel.
    SetStanding(Imsi, Standing),
    /// The subscription is this from now on: the node that serves it is told what is new or another
    /// (Insert-Subscriber-Data) and what is withdrawn (Delete-Subscriber-Data). Event `hlr.changed`.
    Change(Imsi, Box<Subscription>),
    /// The subscriber is served no longer: the node that serves it is told to cancel, for this
    /// reason, and whether the mobile shall attach again.
    Cancel(Imsi, CancellationType, bool),
    /// The node that serves the subscriber is asked for what the flags want: event `hlr.state`.
    Query(Imsi, IdrFlags),
    /// Where subscribers are served was lost: all serving nodes that were heard are told, for IMSIs
    /// that begin with one of these, or for all where there is none.
    Reset(Vec<String>),
}

/// What goes on when the store has answered.
#[derive(Debug)]
pub(crate) enum Work {
    /// The record for a request for vectors has come.
    AirFetched(Link, Box<Message>),
    /// Its sequence numbers have.
    AirReserved(Link, Box<Message>),
    /// The record for an update of location has come.
    UlrFetched(Link, Box<Message>),
    /// The update is stored.
    UlrStored(Link, Box<Message>, Box<Subscriber>),
    /// The purge is stored.
    PurStored(Link, Box<Message>, Imsi),
    /// What a node has told is stored.
    Notified(Link, Box<Message>),
    /// A subscription has changed: tell the node that serves it.
    Changed(Imsi),
    /// Where the subscriber is served has come: ask there.
    Query(Imsi, IdrFlags),
    /// The subscriber is served no longer: tell the node that did, and whether the mobile shall
    /// attach again.
    Cancel(Imsi, CancellationType, bool, &'static str),
    /// A standing was set: tell the node that serves it, and release it.
    CancelAndRelease(Imsi),
    /// A record was inserted.
    Inserted(Imsi),
    /// A procedure of GSUP.
    Gsup(gsup::Work),
    /// Something at the MAP door.
    Map(map::Work),
    /// Nothing.
    Nothing,
}

/// The HLR. A node of its own, or a part of another that lends it a port and its own
/// [`Outputs::scope`].
#[derive(Debug)]
pub struct Hlr {
    pub(crate) config: Config,
    pub(crate) rng: Rng,
    links: BTreeMap<Link, Endpoint<Ticket>>,
    /// Who is at the other end of them.
    neighbours: BTreeMap<Link, Neighbour>,
    /// The serving nodes that were heard.
    pub(crate) heard: BTreeMap<String, Heard>,
    asked: BTreeMap<AskId, Work>,
    duplicates: Duplicates,
    pub(crate) leases: Timers<Imsi>,
    pub(crate) sessions: u64,
    pub(crate) gsup: Option<Door>,
    pub(crate) map: Option<map::Door>,
    ports: Vec<PortSpec>,
}

/// How many hosts are remembered behind agents.
const HOSTS: usize = 4096;

/// What is known of a serving node.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    /// Over which connection it was heard last, its own or an agent's; none where that has gone.
    pub link: Option<Link>,
    /// Its realm.
    pub realm: String,
    /// Whether it is an MME, by its last update of location.
    pub mme: Option<bool>,
    /// What it supports, by the same.
    pub features: Option<Features>,
    /// Whether it knows that records were lost.
    told: bool,
}

impl Hlr {
    /// An HLR without connections.
    pub fn new(config: Config, rng: Rng) -> Self {
        let s6d = PortSpec {
            port: config.port,
            name: "s6d",
            framing: Framing::By(frame_len),
        };
        let gsup = config.gsup.clone().map(Door::new);
        let map = config.map.clone().map(|c| map::Door::new(c, &rng));
        let ports = [s6d].into_iter().chain(gsup.as_ref().map(Door::port));
        let ports = ports.chain(map.iter().flat_map(map::Door::ports)).collect();
        Self {
            config,
            rng,
            links: BTreeMap::new(),
            neighbours: BTreeMap::new(),
            heard: BTreeMap::new(),
            asked: BTreeMap::new(),
            duplicates: Duplicates::default(),
            leases: Timers::default(),
            sessions: 0,
            gsup,
            map,
            ports,
        }
    }

    /// How it is set up.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Whether a connection is one of its own: for whoever it is a part of.
    pub fn owns(&self, link: Link) -> bool {
        self.links.contains_key(&link) || self.gsup_owns(link) || self.map_owns(link)
    }

    /// Whether the store's answer to this question is for it.
    pub fn awaits(&self, id: AskId) -> bool {
        self.asked.contains_key(&id)
    }

    fn up(&mut self, now: Now, link: Link, out: &mut Outputs<Ask>) {
        let c = &self.config;
        let mut e = Endpoint::new(c.identity.clone(), c.settings.clone(), now, &mut self.rng);
        let mut wants = Vec::new();
        e.up(now, &mut self.rng, &mut wants);
        self.links.insert(link, e);
        self.act(now, link, wants, out);
    }

    fn down(&mut self, now: Now, link: Link, out: &mut Outputs<Ask>) {
        if let Some(mut e) = self.links.remove(&link) {
            let mut wants = Vec::new();
            e.down(now, &mut self.rng, &mut wants);
            self.act(now, link, wants, out);
        }
        self.forget(link);
    }

    /// A connection is gone.
    fn forget(&mut self, link: Link) {
        self.neighbours.remove(&link);
        for h in self.heard.values_mut().filter(|h| h.link == Some(link)) {
            h.link = None;
        }
    }

    fn timer(&mut self, now: Now, out: &mut Outputs<Ask>) {
        let links: Vec<Link> = self.links.keys().copied().collect();
        for link in links {
            let mut wants = Vec::new();
            if let Some(e) = self.links.get_mut(&link)
                && e.due().is_some_and(|t| t <= now.mono)
            {
                e.timer(now, &mut self.rng, &mut wants);
            }
            self.act(now, link, wants, out);
        }
        while let Some(imsi) = self.leases.pop(now.mono) {
            let end = Work::Cancel(
                imsi,
                CancellationType::SubscriptionWithdrawal,
                false,
                "hlr.access-ended",
            );
            self.ask(Ask::Release(imsi), end, out);
        }
    }

    /// Does what a connection wants.
    fn act(&mut self, now: Now, link: Link, wants: Vec<Output<Ticket>>, out: &mut Outputs<Ask>) {
        for w in wants {
            match w {
                Output::Send(bytes) => out.message_on(link, 0, PPID, bytes),
                Output::Disconnect => {
                    self.links.remove(&link);
                    self.forget(link);
                    out.close(link);
                }
                // only who dials is told to
                Output::Connect => {}
                Output::Opened(host) => {
                    out.trace(Event::new("hlr.peer-open").with("peer", host));
                    let node = self.neighbours.get(&link).filter(|n| !n.relays).cloned();
                    if let Some(n) = node {
                        self.hear(now, link, &n.host, &n.realm, out);
                    }
                }
                Output::Closed(why) => {
                    out.trace(Event::new("hlr.peer-closed").with("why", format!("{why:?}")));
                }
                Output::Dropped(why) => out.count(why),
                Output::Request(m) => self.request(now, link, m, out),
                Output::Answer { ticket, answer } => self.answered(ticket, &answer, out),
                Output::Unanswered { ticket, .. } | Output::Redirected { ticket, .. } => {
                    self.unanswered(ticket, out);
                }
            }
        }
    }

    /// Who is at the other end, by its capabilities exchange.
    fn introduced(&mut self, link: Link, octets: &wire::Bytes) {
        let Ok(m) = Message::read(octets) else { return };
        if let Pdu::CapabilitiesExchangeRequest(cer) = &m.pdu {
            let neighbour = Neighbour {
                host: cer.origin_host.to_string(),
                realm: cer.origin_realm.to_string(),
                relays: cer.auth_application_id.contains(&application::RELAY)
                    || cer.acct_application_id.contains(&application::RELAY),
            };
            self.neighbours.insert(link, neighbour);
        }
    }

    /// A serving node was heard; where records were lost it is told, once.
    fn hear(&mut self, now: Now, link: Link, host: &str, realm: &str, out: &mut Outputs<Ask>) {
        let key = key(host);
        if self.heard.len() >= HOSTS && !self.heard.contains_key(&key) {
            // whoever is not reachable anyway makes room
            self.heard.retain(|_, h| h.link.is_some());
            if self.heard.len() >= HOSTS {
                return out.count("too many serving nodes");
            }
        }
        let lost = self.config.lost;
        let h = self.heard.entry(key).or_insert_with(|| Heard {
            link: None,
            realm: realm.to_owned(),
            mme: None,
            features: None,
            told: !lost,
        });
        h.link = Some(link);
        if !std::mem::replace(&mut h.told, true) {
            self.reset(now, host, &[], out);
        }
    }

    /// A request of a serving node: repeated ones get the answer that was given.
    fn request(&mut self, now: Now, link: Link, m: Message, out: &mut Outputs<Ask>) {
        let Some(h) = crate::answers::head(&m) else {
            let code = ResultCode::CommandUnsupported;
            let e = error_answer(&self.config.identity, code, None);
            self.send(link, &Message::answer(&m.header, e), out);
            return;
        };
        let (host, realm) = (h.origin_host.to_string(), h.origin_realm.to_string());
        let peer = self.neighbours.get(&link);
        let speaks = peer.map_or(Ok(()), |p| self.config.rules.speaks(p, &host, &realm));
        if let Err(why) = speaks {
            // not kept for repetitions: those are the other's, in whose name this came
            let answer = self.refusal(&m, why, None, out);
            return answer.into_iter().for_each(|a| self.send(link, &a, out));
        }
        let origin = h.origin_host.clone();
        self.hear(now, link, &host, &realm, out);
        match self.duplicates.look(now.mono, &origin, &m) {
            Seen::New => self.serve(link, m, out),
            Seen::InWork => out.count("request repeated while in work"),
            Seen::Answered(again) => {
                out.count("request repeated");
                self.send(link, &again, out);
            }
        }
    }

    /// Sends the answer to a request, and keeps it for repetitions.
    pub(crate) fn reply(
        &mut self,
        link: Link,
        request: &Message,
        answer: &Message,
        out: &mut Outputs<Ask>,
    ) {
        if let Some(h) = crate::answers::head(request) {
            self.duplicates.answered(h.origin_host, answer);
        }
        self.send(link, answer, out);
    }

    fn send(&mut self, link: Link, answer: &Message, out: &mut Outputs<Ask>) {
        let mut wants: Vec<Output<Ticket>> = Vec::new();
        match self.links.get_mut(&link) {
            Some(e) => e.answer(answer, &mut wants),
            None => out.count("answer for a peer that is gone"),
        }
        for w in wants {
            match w {
                Output::Send(bytes) => out.message_on(link, 0, PPID, bytes),
                Output::Dropped(why) => out.count(why),
                _ => {}
            }
        }
    }

    /// Sends a request of ours to a serving node.
    pub(crate) fn tell(
        &mut self,
        now: Now,
        ticket: Ticket,
        host: &str,
        m: Message,
        out: &mut Outputs<Ask>,
    ) {
        let mut wants = Vec::new();
        let link = self.heard.get(&key(host)).and_then(|h| h.link);
        let endpoint = link.and_then(|l| self.links.get_mut(&l));
        let sent = endpoint
            .map(|e| e.request(now, ticket.clone(), m, self.config.patience, &mut wants))
            .is_some_and(|r| r.is_ok());
        if let (Some(link), true) = (link, sent) {
            self.act(now, link, wants, out);
        } else {
            out.count("no connection to the serving node");
            self.unanswered(ticket, out);
        }
    }

    pub(crate) fn ask(&mut self, ask: Ask, then: Work, out: &mut Outputs<Ask>) {
        let id = out.ask(ask);
        self.asked.insert(id, then);
    }

    fn command(&mut self, now: Now, command: Command, out: &mut Outputs<Ask>) {
        let withdrawn = CancellationType::SubscriptionWithdrawal;
        match command {
            Command::InsertSubscriber(s) => {
                let imsi = s.imsi;
                self.ask(Ask::Insert(s), Work::Inserted(imsi), out);
            }
            Command::DeleteSubscriber(imsi) => {
                self.leases.stop(&imsi);
                let then = Work::Cancel(imsi, withdrawn, false, "hlr.deleted");
                self.ask(Ask::Delete(imsi), then, out);
            }
            Command::Withdraw(imsi) => {
                self.leases.stop(&imsi);
                let then = Work::Cancel(imsi, withdrawn, false, "hlr.withdrawn");
                self.ask(Ask::Release(imsi), then, out);
            }
            Command::SetStanding(imsi, standing) => {
                let then = match standing {
                    Standing::Active => Work::Nothing,
                    _ => Work::CancelAndRelease(imsi),
                };
                self.ask(Ask::SetStanding(imsi, standing), then, out);
            }
            Command::Change(imsi, new) => {
                let edit = Ask::Edit(imsi, Edit::Subscription(new));
                self.ask(edit, Work::Changed(imsi), out);
            }
            Command::Cancel(imsi, kind, again) => {
                self.leases.stop(&imsi);
                let then = Work::Cancel(imsi, kind, again, "hlr.released");
                self.ask(Ask::Release(imsi), then, out);
            }
            Command::Query(imsi, flags) => {
                self.ask(Ask::Fetch(imsi), Work::Query(imsi, flags), out);
            }
            Command::Reset(users) => {
                let hosts: Vec<String> = self.heard.keys().cloned().collect();
                for host in hosts {
                    self.reset(now, &host, &users, out);
                }
                self.map_reset(now, &users, out);
            }
        }
    }
}

impl Node for Hlr {
    type Ask = Ask;
    type Answer = Answer;
    type Command = Command;

    fn ports(&self) -> &[PortSpec] {
        &self.ports
    }

    fn handle(&mut self, now: Now, input: Input<Answer, Command>, out: &mut Outputs<Ask>) {
        match input {
            Input::Up { link, port, .. } if port == self.config.port => self.up(now, link, out),
            Input::Up { link, port, .. } if self.map_owns_port(port) => {
                self.with_point(now, out, |p, out| p.up(now, link, out));
            }
            Input::Up { link, port, .. } => self.gsup_up(now, link, port, out),
            Input::Down { link, .. } if self.map_owns(link) => {
                self.with_point(now, out, |p, out| p.down(now, link, out));
            }
            Input::Down { link, .. } if self.gsup_owns(link) => self.gsup_down(now, link, out),
            Input::Down { link, why } => {
                if self.owns(link) && matches!(why, Why::Framing(_)) {
                    out.count("connection broken off: no Diameter message");
                }
                self.down(now, link, out);
            }
            Input::Recv { link, bytes, .. } if self.map_owns(link) => {
                self.map_received(now, link, &bytes, out);
            }
            Input::Recv { link, bytes, .. } if self.gsup_owns(link) => {
                self.gsup_received(now, link, &bytes, out);
            }
            Input::Recv { link, bytes, .. } => {
                let mut wants = Vec::new();
                if self.links.contains_key(&link) && !self.neighbours.contains_key(&link) {
                    self.introduced(link, &bytes);
                }
                match self.links.get_mut(&link) {
                    Some(e) => e.received(now, &mut self.rng, &bytes, &mut wants),
                    None => out.count("message on a link that is not ours"),
                }
                self.act(now, link, wants, out);
            }
            Input::Timer => {
                self.timer(now, out);
                self.gsup_timer(now, out);
                self.map_timer(now, out);
            }
            Input::Answer(id, answer) => match self.asked.remove(&id) {
                Some(work) => self.go_on(now, work, answer, out),
                None => out.count("answer of the store to nothing"),
            },
            Input::Command(c) => self.command(now, c, out),
            Input::Stop => {
                let links: Vec<Link> = self.links.keys().copied().collect();
                for link in links {
                    let mut wants = Vec::new();
                    if let Some(e) = self.links.get_mut(&link) {
                        e.stop(now, &mut self.rng, DisconnectCause::Rebooting, &mut wants);
                    }
                    self.act(now, link, wants, out);
                }
                self.gsup_stop(now, out);
                self.with_point(now, out, |p, out| p.stop(now, out));
            }
            Input::Start => self.with_point(now, out, |p, out| p.start(out)),
            Input::Full(_) | Input::Room(_) => {}
        }
    }

    fn due(&self) -> Option<Time> {
        let links = self.links.values().filter_map(Endpoint::due).min();
        let gsup = self.gsup.as_ref().and_then(Door::due);
        let map = self.map.as_ref().and_then(map::Door::due);
        let all = [links, gsup, map, self.leases.due()];
        all.into_iter().flatten().min()
    }
}

pub(crate) fn key(host: &str) -> String {
    host.to_ascii_lowercase()
}
