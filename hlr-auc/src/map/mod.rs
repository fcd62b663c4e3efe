//! The MAP door: SGSNs that speak TS 29.002 get the same records by the same questions to the store
//! as those at the S6d door.
//!
//! Of an SGSN no more is known than its telephone number (E.164). In which network it is says the
//! number's beginning, by configuration; a [`ServingNode`] that was heard here has the number, with
//! a + before it, for a host, and no realm.
//!
//! | file | what |
//! |---|---|
//! | `mod` | the door: connections, dialogues, what waits for the store |
//! | `answers` | vectors, refusals, subscriber data in the words of MAP |
mod answers;

use crate::hlr::{Hlr, Work as Asked};
use crate::records::{Answer, Ask, Purged, ReserveError, Reserved};
use crate::rules::{Asked as By, Refusal};
use crate::subscriber::{ServingNode, Subscriber};
use aka::Resynchronisation;
use diameter_s6a::msg::{CancellationType, ExperimentalResultCode, RatType};
use engine::{Event, Link, Now, Outputs, Port, PortSpec, Rng, Time};
use sigtran_map::{
    map::{
        machine::{Handle, Hlr as Machine, hlr::Output},
        msg::{
            AddressString, CancelLocationArg, CancellationType as Kind, Context, ErrorCode, HlrId,
            MapError, PurgeMsArg, PurgeMsRes, ReadyForSmArg, ResetArg, SendAuthenticationInfoArg,
            UpdateGprsLocationArg,
        },
    },
    point::{self, Point},
    sccp::msg::{Address, plan, ssn},
    tcap::machine::{Config as TcapConfig, DialogueId},
};
use std::collections::BTreeMap;
use wire::{Bytes, Digits, Imsi, Plmn};

/// How the door is set up.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its signalling point: gateways that it dials, ports.
    pub point: point::Config,
    /// The HLR's telephone number.
    pub number: Digits,
    /// In which network SGSNs are whose numbers begin so; the longest beginning counts.
    pub networks: Vec<(Digits, Plmn)>,
    /// The application contexts that it knows; none named: all that an HLR has for SGSNs.
    pub contexts: Option<Vec<Context>>,
    /// So many vectors in one message.
    pub per_message: usize,
    /// Whether it sends each of its operations twice: to try SGSNs.
    pub doubled: bool,
}

impl Config {
    /// A door with this number at a signalling point that dials from `dial`.
    pub fn new(pc: u32, number: Digits, dial: Port) -> Self {
        Self {
            point: point::Config::new(pc, ssn::HLR, dial),
            number,
            networks: Vec::new(),
            contexts: None,
            // two quintuplets and the dialogue portion fit into one message of SCCP
            per_message: 2,
            doubled: false,
        }
    }
}

/// What goes on when the store has answered.
#[derive(Debug)]
pub(crate) enum Work {
    /// The record for a request for vectors has come.
    Fetched(Handle, ServingNode, u8, Box<SendAuthenticationInfoArg>),
    /// Its sequence numbers have.
    Reserved(Handle, ServingNode, u8, Imsi),
    /// The record for an update of location has come.
    UpdateFetched(Handle, ServingNode, Imsi),
    /// The update is stored.
    Located(Handle, ServingNode, Box<Subscriber>),
    /// The purge is stored.
    Purged(Handle, ServingNode, Imsi),
    /// The record of somebody who can take short messages again.
    Ready(Handle, ServingNode, Imsi),
}

impl Work {
    fn handle(&self) -> Handle {
        match self {
            Self::Fetched(h, ..)
            | Self::Reserved(h, ..)
            | Self::UpdateFetched(h, ..)
            | Self::Located(h, ..)
            | Self::Purged(h, ..)
            | Self::Ready(h, ..) => *h,
        }
    }
}

/// How many SGSNs are remembered, for a reset.
const NODES: usize = 4096;

/// What a confirmation of an SGSN is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ticket {
    /// A cancellation.
    Cancel(Imsi),
    /// A change of a subscription.
    Change(Imsi),
}

/// The door.
#[derive(Debug)]
pub(crate) struct Door {
    config: Config,
    point: Point,
    machine: Machine<Address, Ticket>,
    /// Location updates whose subscriber data is under way.
    locating: BTreeMap<DialogueId, (Imsi, ServingNode)>,
    /// The SGSNs that were heard.
    heard: BTreeMap<Digits, Address>,
}

impl Door {
    pub(crate) fn new(config: Config, rng: &Rng) -> Self {
        let tcap = TcapConfig {
            doubled: config.doubled,
            ..TcapConfig::default()
        };
        let stream = rng.stream("tcap");
        let machine = match config.contexts.clone() {
            None => Machine::new(tcap, stream, config.per_message),
            Some(known) => Machine::with_contexts(tcap, stream, config.per_message, known),
        };
        Self {
            point: Point::new(config.point.clone(), &mut rng.stream("sccp")),
            machine,
            locating: BTreeMap::new(),
            heard: BTreeMap::new(),
            config,
        }
    }

    pub(crate) fn ports(&self) -> Vec<PortSpec> {
        self.point.ports()
    }

    pub(crate) fn due(&self) -> Option<Time> {
        let both = [self.point.due(), self.machine.due()];
        both.into_iter().flatten().min()
    }

    /// The SGSN behind an address, by its number.
    fn node(&self, from: &Address) -> ServingNode {
        let number = from.gt.number().unwrap_or_default();
        let text = number.to_string();
        let fits = |row: &&(Digits, Plmn)| text.starts_with(&row.0.to_string());
        let rows = self.config.networks.iter().filter(fits);
        ServingNode {
            host: format!("+{text}"),
            realm: String::new(),
            plmn: rows.max_by_key(|r| r.0.len()).map(|r| r.1),
            mme: false,
        }
    }

    fn own(&self) -> Address {
        Address::by_number(plan::E164, &self.config.number, ssn::HLR)
    }
}

/// Whether a node was heard at this door.
pub(crate) fn is_heard_so(node: &ServingNode) -> bool {
    node.realm.is_empty() && node.host.starts_with('+')
}

/// Where a node that was heard here is.
fn address(node: &ServingNode) -> Option<Address> {
    let number = Digits::new(node.host.strip_prefix('+')?)?;
    Some(Address::by_number(plan::E164, &number, ssn::SGSN))
}

impl Hlr {
    pub(crate) fn map_owns(&self, link: Link) -> bool {
        self.map.as_ref().is_some_and(|d| d.point.owns(link))
    }

    pub(crate) fn map_owns_port(&self, port: Port) -> bool {
        self.map.as_ref().is_some_and(|d| d.point.owns_port(port))
    }

    /// Lets the door's signalling point do something, and everything that follows from it.
    pub(crate) fn with_point(
        &mut self,
        now: Now,
        out: &mut Outputs<Ask>,
        act: impl FnOnce(&mut Point, &mut Outputs<Ask>),
    ) {
        let Some(door) = &mut self.map else { return };
        act(&mut door.point, out);
        self.map_events(now, out);
    }

    pub(crate) fn map_timer(&mut self, now: Now, out: &mut Outputs<Ask>) {
        let Some(door) = &mut self.map else { return };
        if door.machine.due().is_some_and(|t| t <= now.mono) {
            door.machine.timer(now.mono);
        }
        self.with_point(now, out, |p, out| p.timer(now, out));
    }

    /// Carries messages between dialogues and connections until nothing is left.
    fn map_events(&mut self, now: Now, out: &mut Outputs<Ask>) {
        loop {
            let Some(door) = &mut self.map else { return };
            if let Some(e) = door.point.poll() {
                match e {
                    point::Event::Unitdata { calling, data, .. } => {
                        if let Some(number) = calling.gt.number()
                            && (door.heard.len() < NODES || door.heard.contains_key(&number))
                        {
                            door.heard.insert(number, calling.clone());
                        }
                        door.machine.receive(now.mono, calling, &data);
                    }
                    point::Event::Returned { data, .. } => {
                        out.count("map message came back");
                        door.machine.returned(now.mono, &data);
                    }
                    point::Event::Open(name) => {
                        out.trace(Event::new("hlr.peer-open").with("peer", name));
                    }
                    point::Event::Closed(name) => {
                        out.trace(Event::new("hlr.peer-closed").with("peer", name));
                    }
                }
                continue;
            }
            match door.machine.poll() {
                None => return,
                Some(Output::Send { to, octets }) => {
                    let own = door.own();
                    door.point.send(now, &to, &own, &octets, out);
                }
                Some(o) => self.map_output(now, o, out),
            }
        }
    }

    fn map_output(&mut self, now: Now, o: Output<Address, Ticket>, out: &mut Outputs<Ask>) {
        let Some(door) = &mut self.map else { return };
        match o {
            Output::Send { .. } => {}
            Output::Authenticate {
                handle,
                from,
                version,
                argument,
            } => {
                let node = door.node(&from);
                let imsi = argument.imsi.0;
                let work = Work::Fetched(handle, node, version, argument);
                self.ask(Ask::Fetch(imsi), Asked::Map(work), out);
            }
            Output::Update {
                handle,
                from,
                argument,
            } => self.map_update(now, handle, &from, &argument, out),
            Output::Purge {
                handle,
                from,
                argument,
            } => self.map_purge(now, handle, &from, &argument, out),
            Output::Ready {
                handle,
                from,
                argument,
            } => self.map_ready(handle, &from, &argument, out),
            Output::Located { handle, outcome } => {
                let Some((imsi, node)) = door.locating.remove(&handle.dialogue) else {
                    return;
                };
                match outcome {
                    Ok(()) => {
                        let event = Event::new("hlr.located").with("imsi", imsi);
                        out.trace(event.with("node", node.host));
                    }
                    Err(why) => {
                        let event = Event::new("hlr.data-refused").with("imsi", imsi);
                        out.trace(event.with("cause", why));
                        self.leases.stop(&imsi);
                        self.ask(Ask::Release(imsi), Asked::Nothing, out);
                    }
                }
            }
            Output::Cancelled { token, outcome } => {
                confirmed(token, outcome.map_err(|e| e.to_string()), out);
            }
            Output::Inserted { token, outcome } => {
                confirmed(token, outcome.map(|_| ()).map_err(|e| e.to_string()), out);
            }
            Output::Deleted { token, outcome } => {
                confirmed(token, outcome.map(|_| ()).map_err(|e| e.to_string()), out);
            }
        }
    }

    /// UpdateGprsLocation, TS 29.002 19.1.1.8.
    fn map_update(
        &mut self,
        now: Now,
        handle: Handle,
        from: &Address,
        argument: &UpdateGprsLocationArg,
        out: &mut Outputs<Ask>,
    ) {
        let Some(door) = &self.map else { return };
        let node = door.node(from);
        // whoever says it is another SGSN than the one that sends (T4)
        if self.strangers_number(from, &argument.sgsn_number) {
            let why = Refusal::NOT_AUTHORISED;
            return self.map_no(now, handle, argument.imsi.0, true, why, out);
        }
        let work = Work::UpdateFetched(handle, node, argument.imsi.0);
        self.ask(Ask::Fetch(argument.imsi.0), Asked::Map(work), out);
    }

    fn map_purge(
        &mut self,
        now: Now,
        handle: Handle,
        from: &Address,
        argument: &PurgeMsArg,
        out: &mut Outputs<Ask>,
    ) {
        let Some(door) = &self.map else { return };
        let (imsi, node) = (argument.imsi.0, door.node(from));
        let named = argument.sgsn_number.as_ref();
        if named.is_some_and(|n| self.strangers_number(from, n)) {
            return self.map_no(now, handle, imsi, false, Refusal::NOT_AUTHORISED, out);
        }
        let host = node.host.clone();
        let work = Work::Purged(handle, node, imsi);
        self.ask(Ask::Purge { imsi, host }, Asked::Map(work), out);
    }

    fn map_ready(
        &mut self,
        handle: Handle,
        from: &Address,
        argument: &ReadyForSmArg,
        out: &mut Outputs<Ask>,
    ) {
        let Some(door) = &self.map else { return };
        let (imsi, node) = (argument.imsi.0, door.node(from));
        let work = Work::Ready(handle, node, imsi);
        self.ask(Ask::Fetch(imsi), Asked::Map(work), out);
    }

    /// Whether a number is another's than the sender's.
    fn strangers_number(&self, from: &Address, named: &AddressString) -> bool {
        self.config.rules.origin_must_match_peer && named.digits() != from.gt.number()
    }

    /// The store has answered.
    pub(crate) fn map_go_on(
        &mut self,
        now: Now,
        work: Work,
        answer: Answer,
        out: &mut Outputs<Ask>,
    ) {
        let handle = work.handle();
        match (work, answer) {
            (Work::Fetched(_, node, version, a), Answer::Subscriber(s)) => {
                self.map_vectors_for(now, handle, node, version, &a, s, out);
            }
            (Work::Reserved(_, node, version, _), Answer::Reserved(Ok(r))) => {
                self.map_vectors(now, handle, &node, version, &r, out);
            }
            (Work::Reserved(.., imsi), Answer::Reserved(Err(e))) => {
                out.trace(Event::new("hlr.no-vectors").with("why", e));
                let why = match e {
                    ReserveError::Unknown => Refusal::UNKNOWN,
                    ReserveError::Exhausted | ReserveError::BadAuts | ReserveError::Keys => {
                        Refusal::Experimental(ExperimentalResultCode::AuthenticationDataUnavailable)
                    }
                };
                self.map_no(now, handle, imsi, false, why, out);
            }
            (Work::UpdateFetched(_, node, imsi), Answer::Subscriber(s)) => {
                let judged = self.map_judged(now, &node, true, s).and_then(|s| {
                    if s.contexts.is_empty() {
                        let none = ExperimentalResultCode::UnknownEpsSubscription;
                        return Err(Refusal::Experimental(none));
                    }
                    // the SGSN does not say which access it is: it has both (TS 29.002 8.1.7)
                    match s.may_use(RatType::Geran) || s.may_use(RatType::Utran) {
                        true => Ok(s),
                        false => Err(Refusal::Experimental(ExperimentalResultCode::RatNotAllowed)),
                    }
                });
                match judged {
                    Err(why) => self.map_no(now, handle, imsi, true, why, out),
                    Ok(s) => {
                        let ask = Ask::UpdateServing {
                            imsi,
                            node: node.clone(),
                        };
                        let work = Work::Located(handle, node, s);
                        self.ask(ask, Asked::Map(work), out);
                    }
                }
            }
            (
                Work::Located(_, node, s),
                Answer::Moved {
                    known: true,
                    previous,
                },
            ) => self.map_located(now, handle, node, &s, previous, out),
            (Work::Located(_, _, s), Answer::Moved { known: false, .. }) => {
                self.map_no(now, handle, s.imsi, true, Refusal::UNKNOWN, out);
            }
            (Work::Purged(.., imsi), Answer::Purged(Purged::Unknown)) => {
                self.map_no(now, handle, imsi, false, Refusal::UNKNOWN, out);
            }
            (Work::Purged(_, node, imsi), Answer::Purged(done)) => {
                let here = done == Purged::Here;
                if here {
                    self.leases.stop(&imsi);
                    let event = Event::new("hlr.purged").with("imsi", imsi);
                    out.trace(event.with("node", node.host));
                }
                let answer = Ok(PurgeMsRes::frozen(false, here));
                self.machine(now, out, |m| m.purged(now.mono, handle, answer));
            }
            (Work::Ready(_, node, imsi), Answer::Subscriber(s)) => {
                let served = s.as_ref().map(|s| s.is_served_by(&node.host));
                let answer = match served {
                    None => Err(answers::refused(Refusal::UNKNOWN, false, 3)),
                    Some(false) => Err(ErrorCode::UnexpectedDataValue.into()),
                    Some(true) => {
                        out.trace(Event::new("hlr.alert").with("imsi", imsi));
                        Ok(())
                    }
                };
                self.machine(now, out, |m| m.ready(now.mono, handle, answer));
            }
            (work, answer) => {
                out.count("store failed");
                if let Answer::Failed(why) = answer {
                    out.trace(Event::new("hlr.store-failed").with("why", why));
                }
                let (update, imsi) = match &work {
                    Work::Fetched(.., a) => (false, a.imsi.0),
                    Work::Located(.., s) => (true, s.imsi),
                    Work::UpdateFetched(.., imsi) => (true, *imsi),
                    Work::Reserved(.., imsi) | Work::Purged(.., imsi) | Work::Ready(.., imsi) => {
                        (false, *imsi)
                    }
                };
                self.map_no(now, handle, imsi, update, Refusal::UNABLE, out);
            }
        }
    }

    fn map_judged(
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

    /// SendAuthenticationInfo with the record, TS 29.002 25.5.
    #[allow(clippy::too_many_arguments)] // what the request said, and what the store answered
    fn map_vectors_for(
        &mut self,
        now: Now,
        handle: Handle,
        node: ServingNode,
        version: u8,
        a: &SendAuthenticationInfoArg,
        s: Option<Box<Subscriber>>,
        out: &mut Outputs<Ask>,
    ) {
        let imsi = a.imsi.0;
        let Some(s) = s else {
            return self.map_no(now, handle, imsi, false, Refusal::UNKNOWN, out);
        };
        match self.map_judged(now, &node, false, Some(s.clone())) {
            Ok(_) => {}
            // of who may not serve MAP has no word here (TS 29.002 8.5.2): the location update has
            Err(Refusal::NOT_AUTHORISED) if !s.roaming.allows(node.plmn) => {}
            Err(why) => return self.map_no(now, handle, imsi, false, why, out),
        }
        let most = self.config.rules.most_vectors.max(1);
        let count = u32::from(a.vectors).clamp(1, most);
        let ask = Ask::Reserve {
            imsi: s.imsi,
            node: node.host.clone(),
            // MAP numbers no request: a repeated one is a new one
            request: None,
            rands: (0..count).map(|_| self.rng.array()).collect(),
            resync: a.resync.as_ref().map(|r| (r.rand.0, r.auts.0)),
            utc: now.utc,
        };
        let work = Work::Reserved(handle, node, version, imsi);
        self.ask(ask, Asked::Map(work), out);
    }

    /// SendAuthenticationInfo: the numbers have come.
    fn map_vectors(
        &mut self,
        now: Now,
        handle: Handle,
        node: &ServingNode,
        version: u8,
        r: &Reserved,
        out: &mut Outputs<Ask>,
    ) {
        let s = &r.subscriber;
        let Ok(functions) = s.algorithm.keyed(&s.k, &s.operator_code) else {
            let none = ExperimentalResultCode::AuthenticationDataUnavailable;
            let why = Refusal::Experimental(none);
            return self.map_no(now, handle, s.imsi, false, why, out);
        };
        if let Some(resync) = r.resync {
            let event = Event::new("hlr.resynchronised").with("imsi", s.imsi);
            let reset = matches!(resync, Resynchronisation::Reset { .. });
            out.trace(event.with("reset", reset));
        }
        let event = Event::new("hlr.vectors").with("imsi", s.imsi);
        out.trace(
            event
                .with("count", r.challenges.len())
                .with("node", &node.host),
        );
        let vectors = answers::vectors(s, &functions, &r.challenges, version);
        self.machine(now, out, |m| m.vectors(now.mono, handle, Ok(vectors)));
    }

    /// UpdateGprsLocation: it is stored. The node that served before is told, and this one what the
    /// subscriber may do; when it has taken that, it has its result.
    fn map_located(
        &mut self,
        now: Now,
        handle: Handle,
        node: ServingNode,
        s: &Subscriber,
        previous: Option<ServingNode>,
        out: &mut Outputs<Ask>,
    ) {
        if let Some(old) = previous.filter(|old| !old.host.eq_ignore_ascii_case(&node.host)) {
            let kind = CancellationType::SgsnUpdateProcedure;
            self.cancel(now, s.imsi, &old, kind, false, out);
        }
        self.lease(now, s);
        let Some(door) = &mut self.map else { return };
        door.locating.insert(handle.dialogue, (s.imsi, node));
        let number = AddressString::international(&door.config.number);
        let data = answers::subscriber_data(s);
        self.machine(now, out, |m| {
            m.located(now.mono, handle, Ok((number, data)))
        });
    }

    /// CancelLocation, TS 29.002 8.1.3.
    pub(crate) fn map_cancel(
        &mut self,
        now: Now,
        imsi: Imsi,
        node: &ServingNode,
        kind: CancellationType,
        out: &mut Outputs<Ask>,
    ) {
        let kind = match kind {
            CancellationType::SubscriptionWithdrawal => Kind::SubscriptionWithdraw,
            CancellationType::InitialAttachProcedure => Kind::InitialAttachProcedure,
            _ => Kind::UpdateProcedure,
        };
        let event = Event::new("hlr.cancelling").with("imsi", imsi);
        out.trace(event.with("node", &node.host).with("type", kind));
        match address(node).filter(|_| self.map.is_some()) {
            Some(sgsn) => {
                let argument = CancelLocationArg::new(imsi, kind);
                let ticket = Ticket::Cancel(imsi);
                self.machine(now, out, |m| m.cancel(now.mono, sgsn, ticket, argument));
            }
            None => {
                out.count("no connection to the serving node");
                out.trace(Event::new("hlr.not-cancelled").with("imsi", imsi));
            }
        }
    }

    /// DeleteSubscriberData and InsertSubscriberData: what is another (TS 29.002 8.8).
    pub(crate) fn map_changed(
        &mut self,
        now: Now,
        node: &ServingNode,
        old: &Subscriber,
        new: &Subscriber,
        out: &mut Outputs<Ask>,
    ) {
        let Some(sgsn) = address(node) else { return };
        let ticket = Ticket::Change(new.imsi);
        let (delete, insert) = answers::difference(old, new);
        if let Some(argument) = delete {
            let to = sgsn.clone();
            self.machine(now, out, |m| m.delete(now.mono, to, ticket, argument));
        }
        if let Some(argument) = insert {
            self.machine(now, out, |m| m.insert(now.mono, sgsn, ticket, argument));
        }
    }

    /// Reset, TS 29.002 8.10.1: all SGSNs that were heard, about IMSIs that begin with one of these.
    pub(crate) fn map_reset(&mut self, now: Now, users: &[String], out: &mut Outputs<Ask>) {
        let Some(door) = &self.map else { return };
        let all: Vec<Address> = door.heard.values().cloned().collect();
        let ids = users.iter().filter_map(|u| Digits::new(u));
        let ids: Vec<HlrId> = ids.map(HlrId::from).collect();
        let argument = ResetArg {
            hlr_number: AddressString::international(&door.config.number),
            hlr_list: (!ids.is_empty()).then(|| ids.into()),
            other: Default::default(),
        };
        for sgsn in all {
            out.trace(Event::new("hlr.resetting").with("node", &sgsn));
            let argument = argument.clone();
            self.machine(now, out, |m| {
                m.reset(now.mono, sgsn, argument);
            });
        }
    }

    /// Tells the dialogues something, and does what follows.
    fn machine(
        &mut self,
        now: Now,
        out: &mut Outputs<Ask>,
        act: impl FnOnce(&mut Machine<Address, Ticket>),
    ) {
        if let Some(door) = &mut self.map {
            act(&mut door.machine);
        }
        self.map_events(now, out);
    }

    /// Refuses a request.
    fn map_no(
        &mut self,
        now: Now,
        handle: Handle,
        imsi: Imsi,
        update: bool,
        why: Refusal,
        out: &mut Outputs<Ask>,
    ) {
        let event = Event::new("hlr.refused").with("imsi", imsi);
        out.trace(event.with("request", handle.operation).with("result", why));
        let Some(door) = &self.map else { return };
        let version = door.machine.version(handle);
        let e: MapError = answers::refused(why, update, version);
        use sigtran_map::map::msg::Operation as O;
        self.machine(now, out, |m| match handle.operation {
            O::SendAuthenticationInfo => m.vectors(now.mono, handle, Err(e)),
            O::UpdateGprsLocation => m.located(now.mono, handle, Err(e)),
            O::PurgeMs => m.purged(now.mono, handle, Err(e)),
            _ => m.ready(now.mono, handle, Err(e)),
        });
    }

    pub(crate) fn map_received(
        &mut self,
        now: Now,
        link: Link,
        octets: &Bytes,
        out: &mut Outputs<Ask>,
    ) {
        self.with_point(now, out, |p, out| p.received(now, link, octets, out));
    }
}

/// What an SGSN has confirmed, or why not.
fn confirmed(ticket: Ticket, outcome: Result<(), String>, out: &mut Outputs<Ask>) {
    let (imsi, yes, no) = match ticket {
        Ticket::Cancel(imsi) => (imsi, "hlr.cancelled", "hlr.not-cancelled"),
        Ticket::Change(imsi) => (imsi, "hlr.updated", "hlr.not-updated"),
    };
    match outcome {
        Ok(()) => out.trace(Event::new(yes).with("imsi", imsi)),
        Err(why) => {
            out.count("serving node has not answered");
            out.trace(Event::new(no).with("imsi", imsi).with("why", why));
        }
    }
}
