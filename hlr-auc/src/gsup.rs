//! The GSUP door: nodes that speak Osmocom's protocol get the same records by the same questions to
//! the store as those at the S6d door.
//!
//! GSUP tells less: neither the network that a node is in nor its realm. So the networks of nodes
//! are configuration, and a [`ServingNode`] that was heard here has no realm.
use crate::hlr::{Hlr, Work as Asked};
use crate::records::{Answer, Ask, Challenge, Purged, ReserveError, Reserved};
use crate::rules::{Asked as By, Refusal};
use crate::subscriber::{PdpSubscription, ServingNode, Subscriber};
use ::gsup::{
    frame_len,
    machine::{Endpoint, Output, Settings},
    msg::{
        AuthTuple, CancelType, Cause, CnDomain, DeleteSubscriberDataRequest, Head,
        InsertSubscriberDataRequest, LocationCancellationRequest, Name, Number, PdpInfo, Pdu,
        Present, PurgeMsResult, RatType as Rat, SendAuthInfoRequest, SendAuthInfoResult,
        UpdateLocationRequest, UpdateLocationResult,
    },
};
use aka::{Functions, Rand, Resynchronisation, Sqn};
use diameter_s6a::msg::{CancellationType, ExperimentalResultCode, RatType};
use engine::{Event, Framing, Link, Now, Outputs, Port, PortSpec, Time};
use std::{collections::BTreeMap, time::Duration};
use wire::{Bytes, Hex, Imsi, Octets, PdpAddress, Plmn};

/// How the door is set up.
#[derive(Debug, Clone)]
pub struct Config {
    /// The name of the HLR on its connections.
    pub name: String,
    /// The port at which serving nodes connect.
    pub port: Port,
    /// How its connections behave.
    pub settings: Settings,
    /// In which network nodes are, by name.
    pub networks: BTreeMap<String, Plmn>,
    /// In which network all others are.
    pub network: Option<Plmn>,
    /// How long it waits for the answer to subscriber data and cancellations.
    pub patience: Duration,
}

impl Config {
    /// A door at `port` of an HLR with this name, for nodes of nobody knows which network.
    pub fn new(name: impl Into<String>, port: Port) -> Self {
        Self {
            name: name.into(),
            port,
            settings: Settings::server(),
            networks: BTreeMap::new(),
            network: None,
            patience: Duration::from_secs(10),
        }
    }
}

/// What goes on when the store has answered.
#[derive(Debug)]
pub(crate) enum Work {
    /// The record for a request for vectors has come.
    Fetched(Link, Head, Box<SendAuthInfoRequest>),
    /// Its sequence numbers have.
    Reserved(Link, Head),
    /// The record for an update of location has come.
    UpdateFetched(Link, Head, Box<UpdateLocationRequest>),
    /// The update is stored.
    Located(Link, Head, Box<Subscriber>),
    /// The purge is stored.
    Purged(Link, Head, String),
}

/// What an answer of a serving node is for.
#[derive(Debug)]
pub(crate) enum Ticket {
    /// Subscriber data: the update of location that it belongs to.
    Data(Head),
    /// A change of a subscription.
    Change(Imsi),
    /// A cancellation.
    Cancel(Imsi),
}

/// How many nodes are remembered behind others.
const NODES: usize = 4096;
/// How many procedures a node may have begun at once.
const UNDER_WAY: usize = 10_000;

/// The connections of the door.
#[derive(Debug)]
pub(crate) struct Door {
    config: Config,
    links: BTreeMap<Link, Endpoint<Ticket>>,
    /// Over which connection a node was last heard: its own, or with its name that of another.
    heard: BTreeMap<String, (Link, Option<Name>)>,
}

impl Door {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            config,
            links: BTreeMap::new(),
            heard: BTreeMap::new(),
        }
    }

    pub(crate) fn port(&self) -> PortSpec {
        PortSpec {
            port: self.config.port,
            name: "gsup",
            framing: Framing::By(frame_len),
        }
    }

    pub(crate) fn due(&self) -> Option<Time> {
        self.links.values().filter_map(Endpoint::due).min()
    }

    /// The name of whoever sent a message.
    fn sender(&self, link: Link, head: &Head) -> String {
        let own = || self.links.get(&link).and_then(Endpoint::remote);
        let name = head.source_name.as_ref().or_else(own);
        name.map(Name::text).unwrap_or_default()
    }

    fn network(&self, name: &str) -> Option<Plmn> {
        self.config
            .networks
            .get(name)
            .copied()
            .or(self.config.network)
    }
}

/// Whether a node was heard at this door.
pub(crate) fn is_heard_so(node: &ServingNode) -> bool {
    node.realm.is_empty()
}

/// The cause that a refusal is here.
fn cause_of(why: Refusal) -> Cause {
    use ExperimentalResultCode as E;
    match why {
        Refusal::Experimental(E::UserUnknown) => Cause::ImsiUnknownInHlr,
        Refusal::Experimental(E::RoamingNotAllowed) => Cause::PlmnNotAllowed,
        Refusal::Experimental(E::UnknownEpsSubscription) => Cause::GprsNotAllowed,
        Refusal::Experimental(E::RatNotAllowed) => Cause::NoSuitableCells,
        // another try may help
        _ => Cause::NetworkFailure,
    }
}

impl Hlr {
    pub(crate) fn gsup_owns(&self, link: Link) -> bool {
        let door = self.gsup.as_ref();
        door.is_some_and(|d| d.links.contains_key(&link))
    }

    pub(crate) fn gsup_up(&mut self, now: Now, link: Link, port: Port, out: &mut Outputs<Ask>) {
        let Some(door) = self.gsup.as_mut().filter(|d| d.config.port == port) else {
            return out.count("connection at no door");
        };
        let name = Name::new(&door.config.name);
        let mut endpoint = Endpoint::new(name, door.config.settings.clone());
        let mut wants = Vec::new();
        endpoint.up(now, &mut wants);
        door.links.insert(link, endpoint);
        self.gsup_act(now, link, wants, out);
    }

    pub(crate) fn gsup_down(&mut self, now: Now, link: Link, out: &mut Outputs<Ask>) {
        self.with(now, link, out, Endpoint::down);
        self.gsup_forget(link);
    }

    pub(crate) fn gsup_received(
        &mut self,
        now: Now,
        link: Link,
        frame: &Bytes,
        out: &mut Outputs<Ask>,
    ) {
        self.with(now, link, out, |e, now, w| e.received(now, frame, w));
    }

    pub(crate) fn gsup_timer(&mut self, now: Now, out: &mut Outputs<Ask>) {
        let due = |e: &Endpoint<_>| e.due().is_some_and(|t| t <= now.mono);
        let links = self.gsup.iter().flat_map(|d| &d.links);
        let links: Vec<Link> = links.filter(|(_, e)| due(e)).map(|(l, _)| *l).collect();
        for link in links {
            self.with(now, link, out, Endpoint::timer);
        }
    }

    pub(crate) fn gsup_stop(&mut self, now: Now, out: &mut Outputs<Ask>) {
        let links = self.gsup.iter().flat_map(|d| d.links.keys());
        for link in links.copied().collect::<Vec<_>>() {
            self.with(now, link, out, Endpoint::stop);
        }
    }

    fn gsup_forget(&mut self, link: Link) {
        if let Some(door) = &mut self.gsup {
            door.links.remove(&link);
            door.heard.retain(|_, (l, _)| *l != link);
        }
    }

    fn with(
        &mut self,
        now: Now,
        link: Link,
        out: &mut Outputs<Ask>,
        act: impl FnOnce(&mut Endpoint<Ticket>, Now, &mut Vec<Output<Ticket>>),
    ) {
        let mut wants = Vec::new();
        if let Some(e) = self.gsup.as_mut().and_then(|d| d.links.get_mut(&link)) {
            act(e, now, &mut wants);
        }
        self.gsup_act(now, link, wants, out);
    }

    /// Does what a connection wants.
    fn gsup_act(
        &mut self,
        now: Now,
        link: Link,
        wants: Vec<Output<Ticket>>,
        out: &mut Outputs<Ask>,
    ) {
        for w in wants {
            match w {
                Output::Send(frame) => out.message(link, frame),
                Output::Disconnect => {
                    self.gsup_forget(link);
                    out.close(link);
                }
                // only who dials is told to
                Output::Connect => {}
                Output::Opened(name) => {
                    let name = name.as_ref().map(Name::text).unwrap_or_default();
                    self.heard_from(&name, link, None);
                    out.trace(Event::new("hlr.peer-open").with("peer", name));
                }
                Output::Closed(why) => {
                    out.trace(Event::new("hlr.peer-closed").with("why", format!("{why:?}")));
                }
                Output::Dropped(why) => out.count(why),
                Output::Request(head, pdu) => self.gsup_request(now, link, head, pdu, out),
                Output::Answer { ticket, answer } => match ticket {
                    Ticket::Data(head) => self.data_taken(now, link, &head, answer.cause(), out),
                    Ticket::Change(imsi) => {
                        let name = match answer.cause() {
                            Some(_) => "hlr.not-updated",
                            None => "hlr.updated",
                        };
                        let event = Event::new(name).with("imsi", imsi);
                        out.trace(event.with("result", answer.name()));
                    }
                    Ticket::Cancel(imsi) => {
                        let event = Event::new("hlr.cancelled").with("imsi", imsi);
                        out.trace(event.with("result", answer.name()));
                    }
                },
                Output::Unanswered { ticket, .. } => match ticket {
                    Ticket::Data(head) => {
                        let why = Some(Cause::NetworkFailure);
                        self.data_taken(now, link, &head, why, out);
                    }
                    Ticket::Change(imsi) => {
                        out.count("change of a subscription unanswered");
                        out.trace(Event::new("hlr.not-updated").with("imsi", imsi));
                    }
                    Ticket::Cancel(imsi) => {
                        out.count("cancel location unanswered");
                        out.trace(Event::new("hlr.not-cancelled").with("imsi", imsi));
                    }
                },
            }
        }
    }

    fn heard_from(&mut self, name: &str, link: Link, behind: Option<Name>) {
        if let Some(door) = &mut self.gsup
            && (door.heard.len() < NODES || door.heard.contains_key(name))
        {
            door.heard.insert(name.to_owned(), (link, behind));
        }
    }

    /// A request of a serving node.
    fn gsup_request(&mut self, now: Now, link: Link, head: Head, pdu: Pdu, out: &mut Outputs<Ask>) {
        let Some((imsi, door)) = head.imsi.imsi().zip(self.gsup.as_ref()) else {
            return out.count("request about nobody");
        };
        let sender = door.sender(link, &head);
        let busy = door.links.get(&link).map_or(0, Endpoint::waiting);
        if let Some(name) = &head.source_name {
            self.heard_from(&sender, link, Some(name.clone()));
        }
        if busy >= UNDER_WAY {
            return self.gsup_no(now, link, &head, Cause::Congestion, out);
        }
        let (ask, then) = match pdu {
            Pdu::SendAuthInfoRequest(m) => {
                (Ask::Fetch(imsi), Work::Fetched(link, head, Box::new(m)))
            }
            // circuit-switched service is nobody's here
            Pdu::UpdateLocationRequest(m) if m.cn_domain == Some(CnDomain::Cs) => {
                return self.gsup_no(now, link, &head, Cause::PlmnNotAllowed, out);
            }
            Pdu::UpdateLocationRequest(m) => (
                Ask::Fetch(imsi),
                Work::UpdateFetched(link, head, Box::new(m)),
            ),
            Pdu::PurgeMsRequest(_) => {
                let host = sender.clone();
                (Ask::Purge { imsi, host }, Work::Purged(link, head, sender))
            }
            Pdu::AuthFailureReport(_) => {
                let event = Event::new("hlr.authentication-failed").with("imsi", imsi);
                return out.trace(event.with("node", sender));
            }
            // what only an HLR asks
            _ => return self.gsup_no(now, link, &head, Cause::MessageTypeNotCompatible, out),
        };
        self.ask(ask, Asked::Gsup(then), out);
    }

    /// The store has answered.
    pub(crate) fn gsup_go_on(
        &mut self,
        now: Now,
        work: Work,
        answer: Answer,
        out: &mut Outputs<Ask>,
    ) {
        match (work, answer) {
            (Work::Fetched(link, head, m), Answer::Subscriber(s)) => {
                self.send_auth_info(now, link, head, &m, s, out);
            }
            (Work::Reserved(link, head), Answer::Reserved(Ok(r))) => {
                self.tuples(now, link, &head, &r, out);
            }
            (Work::Reserved(link, head), Answer::Reserved(Err(e))) => {
                out.trace(Event::new("hlr.no-vectors").with("why", e));
                let why = match e {
                    ReserveError::Unknown => Cause::ImsiUnknownInHlr,
                    ReserveError::BadAuts => Cause::SynchFailure,
                    ReserveError::Exhausted | ReserveError::Keys => Cause::NetworkFailure,
                };
                self.gsup_no(now, link, &head, why, out);
            }
            (Work::UpdateFetched(link, head, m), Answer::Subscriber(s)) => {
                self.gsup_update(now, link, head, &m, s, out);
            }
            (
                Work::Located(link, head, s),
                Answer::Moved {
                    known: true,
                    previous,
                },
            ) => {
                self.gsup_located(now, link, head, &s, previous, out);
            }
            (Work::Located(link, head, _), Answer::Moved { known: false, .. })
            | (Work::Purged(link, head, _), Answer::Purged(Purged::Unknown)) => {
                self.gsup_no(now, link, &head, Cause::ImsiUnknownInHlr, out);
            }
            (Work::Purged(link, head, sender), Answer::Purged(done)) => {
                let here = done == Purged::Here;
                if let Some(imsi) = head.imsi.imsi().filter(|_| here) {
                    self.leases.stop(&imsi);
                    let event = Event::new("hlr.purged").with("imsi", imsi);
                    out.trace(event.with("node", sender));
                }
                let result = PurgeMsResult {
                    freeze_p_tmsi: here.then_some(Present::YES),
                    ..PurgeMsResult::new(head.imsi)
                };
                self.gsup_send(now, link, &result.answering(&head).into(), out);
            }
            (work, answer) => {
                out.count("store failed");
                if let Answer::Failed(why) = answer {
                    out.trace(Event::new("hlr.store-failed").with("why", why));
                }
                let (Work::Fetched(link, head, _)
                | Work::Reserved(link, head)
                | Work::UpdateFetched(link, head, _)
                | Work::Located(link, head, _)
                | Work::Purged(link, head, _)) = work;
                self.gsup_no(now, link, &head, Cause::NetworkFailure, out);
            }
        }
    }

    /// SendAuthInfo with the record.
    fn send_auth_info(
        &mut self,
        now: Now,
        link: Link,
        head: Head,
        m: &SendAuthInfoRequest,
        s: Option<Box<Subscriber>>,
        out: &mut Outputs<Ask>,
    ) {
        let node = self.node(link, &head);
        let s = match self.judged(now, &node, false, s) {
            Ok(s) => s,
            Err(why) => return self.gsup_no(now, link, &head, cause_of(why), out),
        };
        let resync = match (m.rand, m.auts) {
            (Some(rand), Some(auts)) => Some((rand.0, auts.0)),
            (_, None) => None,
            // what failed is not told
            (None, Some(_)) => {
                let why = Cause::ConditionalElementError;
                return self.gsup_no(now, link, &head, why, out);
            }
        };
        let most = self.config.rules.most_vectors.max(1);
        let count = m.num_vectors_requested.map_or(most, u32::from);
        let ask = Ask::Reserve {
            imsi: s.imsi,
            node: node.host,
            // GSUP numbers no request: a repeated one is a new one
            request: None,
            rands: (0..count.clamp(1, most))
                .map(|_| self.rng.array())
                .collect(),
            resync,
            utc: now.utc,
        };
        self.ask(ask, Asked::Gsup(Work::Reserved(link, head)), out);
    }

    /// SendAuthInfo: the numbers have come.
    fn tuples(&mut self, now: Now, link: Link, head: &Head, r: &Reserved, out: &mut Outputs<Ask>) {
        let s = &r.subscriber;
        let Ok(functions) = s.algorithm.keyed(&s.k, &s.operator_code) else {
            return self.gsup_no(now, link, head, Cause::NetworkFailure, out);
        };
        if let Some(resync) = r.resync {
            let event = Event::new("hlr.resynchronised").with("imsi", s.imsi);
            let reset = matches!(resync, Resynchronisation::Reset { .. });
            out.trace(event.with("reset", reset));
        }
        let of = |(rand, sqn): &Challenge| tuple(s, &functions, rand, *sqn);
        let result = SendAuthInfoResult {
            auth_tuple: r.challenges.iter().map(of).collect(),
            ..SendAuthInfoResult::new(head.imsi)
        };
        let event = Event::new("hlr.vectors").with("imsi", s.imsi);
        let node = self.node(link, head);
        out.trace(
            event
                .with("count", r.challenges.len())
                .with("node", node.host),
        );
        self.gsup_send(now, link, &result.answering(head).into(), out);
    }

    /// UpdateLocation with the record.
    fn gsup_update(
        &mut self,
        now: Now,
        link: Link,
        head: Head,
        m: &UpdateLocationRequest,
        s: Option<Box<Subscriber>>,
        out: &mut Outputs<Ask>,
    ) {
        let node = self.node(link, &head);
        let judged = self.judged(now, &node, true, s).and_then(|s| {
            if s.contexts.is_empty() {
                let none = ExperimentalResultCode::UnknownEpsSubscription;
                return Err(Refusal::Experimental(none));
            }
            let rat = match m.current_rat_type {
                Some(Rat::Geran) => Some(RatType::Geran),
                Some(Rat::Utran) => Some(RatType::Utran),
                Some(Rat::EutranSgs) => Some(RatType::Eutran),
                _ => None,
            };
            if rat.is_some_and(|rat| !s.may_use(rat)) {
                return Err(Refusal::Experimental(ExperimentalResultCode::RatNotAllowed));
            }
            Ok(s)
        });
        let s = match judged {
            Ok(s) => s,
            Err(why) => return self.gsup_no(now, link, &head, cause_of(why), out),
        };
        let ask = Ask::UpdateServing { imsi: s.imsi, node };
        self.ask(ask, Asked::Gsup(Work::Located(link, head, s)), out);
    }

    /// UpdateLocation: it is stored. The node that served before is told, and this one what the
    /// subscriber may do; when it has taken that, it has its result.
    fn gsup_located(
        &mut self,
        now: Now,
        link: Link,
        head: Head,
        s: &Subscriber,
        previous: Option<ServingNode>,
        out: &mut Outputs<Ask>,
    ) {
        let node = self.node(link, &head);
        let same = |old: &ServingNode| (&old.host, &old.realm) == (&node.host, &node.realm);
        if let Some(old) = previous.filter(|old| !same(old)) {
            let kind = CancellationType::SgsnUpdateProcedure;
            self.cancel(now, s.imsi, &old, kind, false, out);
        }
        self.lease(now, s);
        let data = InsertSubscriberDataRequest {
            msisdn: s.msisdn.as_ref().map(Number::international),
            pdp_info_complete: Some(Present::YES),
            pdp_info: s.contexts.iter().map(pdp_info).collect(),
            cn_domain: Some(CnDomain::Ps),
            ..InsertSubscriberDataRequest::new(head.imsi)
        };
        let data = data.answering(&head);
        if !self.gsup_ask(now, link, Ticket::Data(head), data.into(), out) {
            out.count("answer for a peer that is gone");
        }
    }

    /// UpdateLocation: the node has taken the data, or why it has not.
    fn data_taken(
        &mut self,
        now: Now,
        link: Link,
        head: &Head,
        failed: Option<Cause>,
        out: &mut Outputs<Ask>,
    ) {
        let Some(imsi) = head.imsi.imsi() else { return };
        let event = |name| Event::new(name).with("imsi", imsi);
        if let Some(why) = failed {
            out.trace(event("hlr.data-refused").with("cause", why));
            self.leases.stop(&imsi);
            self.ask(Ask::Release(imsi), Asked::Nothing, out);
            return self.gsup_no(now, link, head, Cause::NetworkFailure, out);
        }
        let node = self.node(link, head);
        out.trace(event("hlr.located").with("node", node.host));
        let result = UpdateLocationResult {
            cn_domain: Some(CnDomain::Ps),
            ..UpdateLocationResult::new(head.imsi)
        };
        self.gsup_send(now, link, &result.answering(head).into(), out);
    }

    /// LocationCancellation.
    pub(crate) fn gsup_cancel(
        &mut self,
        now: Now,
        imsi: Imsi,
        node: &ServingNode,
        kind: CancellationType,
        out: &mut Outputs<Ask>,
    ) {
        let cancel_type = match kind {
            CancellationType::SubscriptionWithdrawal => CancelType::Withdraw,
            _ => CancelType::Update,
        };
        let event = Event::new("hlr.cancelling").with("imsi", imsi);
        out.trace(event.with("node", &node.host).with("type", cancel_type));
        let request = |behind| LocationCancellationRequest {
            cancel_type: Some(cancel_type),
            cn_domain: Some(CnDomain::Ps),
            destination_name: behind,
            ..LocationCancellationRequest::new(imsi)
        };
        if !self.gsup_tell(now, node, Ticket::Cancel(imsi), request, out) {
            out.trace(Event::new("hlr.not-cancelled").with("imsi", imsi));
        }
    }

    /// DeleteSubscriberData and InsertSubscriberData: what has changed. What is withdrawn goes
    /// first, as at the other doors.
    pub(crate) fn gsup_changed(
        &mut self,
        now: Now,
        node: &ServingNode,
        old: &Subscriber,
        new: &Subscriber,
        out: &mut Outputs<Ask>,
    ) {
        let imsi = new.imsi;
        let stays = |o: &&PdpSubscription| new.contexts.iter().any(|n| n.id == o.id);
        let gone = old.contexts.iter().filter(|o| !stays(o));
        let gone: Vec<u8> = gone.map(|o| o.id as u8).collect();
        let fresh = new.contexts.iter().filter(|n| !old.contexts.contains(n));
        let fresh: Vec<PdpInfo> = fresh.map(pdp_info).collect();
        let number = new.msisdn.as_ref().filter(|_| old.msisdn != new.msisdn);
        let mut told = true;
        if !gone.is_empty() {
            let request = |behind| DeleteSubscriberDataRequest {
                cn_domain: Some(CnDomain::Ps),
                // none in particular is all of them
                pdp_context_id: match new.contexts.is_empty() {
                    true => Vec::new(),
                    false => gone,
                },
                destination_name: behind,
                ..DeleteSubscriberDataRequest::new(imsi)
            };
            told = self.gsup_tell(now, node, Ticket::Change(imsi), request, out);
        }
        if told && (!fresh.is_empty() || number.is_some()) {
            let request = |behind| InsertSubscriberDataRequest {
                msisdn: number.map(Number::international),
                pdp_info: fresh,
                cn_domain: Some(CnDomain::Ps),
                destination_name: behind,
                ..InsertSubscriberDataRequest::new(imsi)
            };
            told = self.gsup_tell(now, node, Ticket::Change(imsi), request, out);
        }
        if !told {
            out.trace(Event::new("hlr.not-updated").with("imsi", imsi));
        }
    }

    /// Sends a serving node a request, for which its name is known where it is behind another; false
    /// where that cannot be.
    fn gsup_tell<M: Into<Pdu>>(
        &mut self,
        now: Now,
        node: &ServingNode,
        ticket: Ticket,
        request: impl FnOnce(Option<Name>) -> M,
        out: &mut Outputs<Ask>,
    ) -> bool {
        let heard = self.gsup.as_ref().and_then(|d| d.heard.get(&node.host));
        let sent = heard.cloned().is_some_and(|(link, behind)| {
            self.gsup_ask(now, link, ticket, request(behind).into(), out)
        });
        if !sent {
            out.count("no connection to the serving node");
        }
        sent
    }

    fn node(&self, link: Link, head: &Head) -> ServingNode {
        let door = self.gsup.as_ref();
        let host = door.map(|d| d.sender(link, head)).unwrap_or_default();
        ServingNode {
            plmn: door.and_then(|d| d.network(&host)),
            host,
            realm: String::new(),
            mme: false,
        }
    }

    fn judged(
        &self,
        now: Now,
        node: &ServingNode,
        update: bool,
        s: Option<Box<Subscriber>>,
    ) -> Result<Box<Subscriber>, Refusal> {
        let s = s.ok_or(Refusal::UNKNOWN)?;
        let asked = By {
            update,
            host: &node.host,
            realm: &node.realm,
            visited: node.plmn,
            utc: now.utc,
        };
        self.config.rules.judge(&s, &asked)?;
        Ok(s)
    }

    /// Sends a request of ours; false where it cannot be sent.
    fn gsup_ask(
        &mut self,
        now: Now,
        link: Link,
        ticket: Ticket,
        m: Pdu,
        out: &mut Outputs<Ask>,
    ) -> bool {
        let mut sent = false;
        let patience = self.gsup.as_ref().map(|d| d.config.patience);
        self.with(now, link, out, |e, now, w| {
            let patience = patience.unwrap_or_default();
            sent = e.request(now, ticket, m, patience, w).is_ok();
        });
        sent
    }

    fn gsup_send(&mut self, now: Now, link: Link, m: &Pdu, out: &mut Outputs<Ask>) {
        if !self.gsup_owns(link) {
            return out.count("answer for a peer that is gone");
        }
        self.with(now, link, out, |e, _, w| e.send(m, w));
    }

    /// Refuses a request.
    fn gsup_no(
        &mut self,
        now: Now,
        link: Link,
        request: &Head,
        why: Cause,
        out: &mut Outputs<Ask>,
    ) {
        let event = Event::new("hlr.refused").with("imsi", request.imsi);
        let name = ::gsup::msg::name(request.kind).unwrap_or("unknown message");
        out.trace(event.with("request", name).with("result", why));
        if let Some(error) = Pdu::refusal(request, why) {
            self.gsup_send(now, link, &error, out);
        }
    }
}

/// A vector with both halves: a mobile without UMTS, or a network, uses the triplet.
fn tuple(s: &Subscriber, functions: &Functions, rand: &Rand, sqn: Sqn) -> AuthTuple {
    // TS 33.401 6.1.1: the separation bit of AMF is 1 for E-UTRAN only
    let [high, low] = s.amf;
    let q = functions.quintuplet(rand, sqn, [high & 0x7f, low]);
    let t = q.triplet();
    AuthTuple {
        ik: Some(Hex(*q.ik.expose())),
        ck: Some(Hex(*q.ck.expose())),
        autn: Some(Hex(q.autn)),
        res: Some(Octets::copy(&q.xres)),
        ..AuthTuple::gsm(t.rand, t.sres, *t.kc.expose())
    }
}

/// A subscription to an access point. Its identifier has one octet here (TS 29.002 17.7.1).
fn pdp_info(c: &PdpSubscription) -> PdpInfo {
    let [organisation, number] = c.pdp_type;
    let address = PdpAddress {
        organisation,
        number,
        address: Bytes::new(),
    };
    PdpInfo {
        qos: Some(c.qos.0.clone().into()),
        ..PdpInfo::new(c.id as u8, address, c.apn.clone())
    }
}
