//! GSUP: what a home network that has an HLR of Osmocom's kind is asked and tells. Mobility is the
//! same as by S6d; which of both is spoken is configured by the network of the IMSI.
use super::{GSUP, Id, Out, Sgsn, causes, home::Ticket, mobile::Subscribed};
use ::gsup::{
    frame_len,
    machine::{Endpoint, Output, Settings},
    msg::{
        AuthTuple, CancelType, Cause, CnDomain, DeleteSubscriberDataRequest,
        DeleteSubscriberDataResult, Head, InsertSubscriberDataRequest, InsertSubscriberDataResult,
        LocationCancellationRequest, LocationCancellationResult, Name, Number, PdpInfo, Pdu,
        PurgeMsRequest, SendAuthInfoRequest, UpdateLocationRequest,
    },
};
use engine::{Event, Framing, Link, Now, PortSpec, Time};
use gb_gmm::gmm::{Cause as Gmm, machine::net as gmm};
use std::net::SocketAddr;
use wire::{Bytes, Hex, Imsi, Octets, Plmn};

/// The most APNs of a subscription (TS 29.002, maxNumOfPDP-Contexts).
const MOST: usize = 50;

/// A home network's HLR, or a proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Under which name it is known here.
    pub name: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// The networks whose subscribers it knows; all where there are none.
    pub plmns: Vec<Plmn>,
}

/// The home networks that are asked by GSUP.
#[derive(Debug, Clone)]
pub struct Config {
    /// Our name on the connections.
    pub name: String,
    /// How the connections behave.
    pub settings: Settings,
    /// Whom to ask: the first that fits.
    pub peers: Vec<Peer>,
}

impl Config {
    /// Nobody is asked so.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            settings: Settings::client(),
            peers: Vec::new(),
        }
    }
}

/// A peer and the connection to it.
#[derive(Debug)]
pub(super) struct Home {
    peer: Peer,
    link: Option<Link>,
    endpoint: Endpoint<Ticket>,
}

impl Home {
    pub(super) fn due(&self) -> Option<Time> {
        self.endpoint.due()
    }
}

/// The peers, none of them connected.
pub(super) fn homes(config: &Config) -> Vec<Home> {
    let home = |peer: &Peer| Home {
        peer: peer.clone(),
        link: None,
        endpoint: Endpoint::new(Name::new(&config.name), config.settings.clone()),
    };
    config.peers.iter().map(home).collect()
}

/// The port that they need.
pub(super) fn ports(config: &Config) -> &'static [PortSpec] {
    const PORT: &[PortSpec] = &[PortSpec {
        port: GSUP,
        name: "gsup",
        framing: Framing::By(frame_len),
    }];
    if config.peers.is_empty() { &[] } else { PORT }
}

impl Sgsn {
    /// The peer that is asked about a subscriber; `None` where S6d is spoken.
    pub(super) fn gsup_of(&self, imsi: Imsi) -> Option<usize> {
        let plmn = imsi.plmn(&self.config.lengths);
        let fits = |h: &Home| {
            let list = &h.peer.plmns;
            list.is_empty() || plmn.is_some_and(|p| list.contains(&p))
        };
        self.gsup.iter().position(fits)
    }

    pub(super) fn gsup_usable(&self, name: &str) -> bool {
        let mut all = self.gsup.iter();
        all.any(|h| h.peer.name == name && h.endpoint.is_usable())
    }

    pub(super) fn gsup_owns(&self, link: Link) -> bool {
        self.gsup_at(link).is_some()
    }

    fn gsup_at(&self, link: Link) -> Option<usize> {
        self.gsup.iter().position(|h| h.link == Some(link))
    }

    /// Dials all.
    pub(super) fn gsup_dial(&mut self, now: Now, out: &mut Out) {
        for n in 0..self.gsup.len() {
            self.with_home(now, n, out, Endpoint::start);
        }
    }

    /// Takes leave of all.
    pub(super) fn gsup_leave(&mut self, now: Now, out: &mut Out) {
        for n in 0..self.gsup.len() {
            self.with_home(now, n, out, Endpoint::stop);
        }
    }

    pub(super) fn gsup_up(&mut self, now: Now, link: Link, out: &mut Out) {
        if let Some(n) = self.gsup_at(link) {
            self.with_home(now, n, out, Endpoint::up);
        }
    }

    pub(super) fn gsup_down(&mut self, now: Now, link: Link, out: &mut Out) {
        if let Some(n) = self.gsup_at(link) {
            if let Some(h) = self.gsup.get_mut(n) {
                h.link = None;
            }
            self.with_home(now, n, out, Endpoint::down);
        }
    }

    pub(super) fn gsup_received(&mut self, now: Now, link: Link, frame: &Bytes, out: &mut Out) {
        if let Some(n) = self.gsup_at(link) {
            self.with_home(now, n, out, |e, now, w| e.received(now, frame, w));
        }
    }

    pub(super) fn gsup_timers(&mut self, now: Now, out: &mut Out) {
        for n in 0..self.gsup.len() {
            let due = self.gsup.get(n).and_then(Home::due);
            if due.is_some_and(|t| t <= now.mono) {
                self.with_home(now, n, out, Endpoint::timer);
            }
        }
    }

    fn with_home(
        &mut self,
        now: Now,
        n: usize,
        out: &mut Out,
        act: impl FnOnce(&mut Endpoint<Ticket>, Now, &mut Vec<Output<Ticket>>),
    ) {
        let mut wants = Vec::new();
        if let Some(h) = self.gsup.get_mut(n) {
            act(&mut h.endpoint, now, &mut wants);
        }
        self.gsup_acts(now, n, wants, out);
    }

    fn gsup_acts(&mut self, now: Now, n: usize, wants: Vec<Output<Ticket>>, out: &mut Out) {
        for w in wants {
            let Some(h) = self.gsup.get_mut(n) else {
                return;
            };
            match w {
                Output::Connect => h.link = Some(out.connect(GSUP, h.peer.address)),
                Output::Send(frame) => match h.link {
                    Some(link) => out.message(link, frame),
                    None => out.count("gsup.no-link"),
                },
                Output::Disconnect => {
                    if let Some(link) = h.link.take() {
                        out.close(link);
                    }
                }
                Output::Opened(_) => {
                    out.trace(Event::new("gsup.open").with("peer", &h.peer.name));
                }
                Output::Closed(why) => out.trace(
                    Event::new("gsup.closed")
                        .with("peer", &h.peer.name)
                        .with("why", format!("{why:?}")),
                ),
                Output::Request(head, pdu) => self.gsup_asks(now, n, &head, &pdu, out),
                Output::Answer { ticket, answer } => {
                    self.gsup_answers(now, n, ticket, &answer, out);
                }
                Output::Unanswered { ticket, .. } => {
                    self.failed(now, ticket, Gmm::NetworkFailure, out);
                }
                Output::Dropped(why) => out.count(why),
            }
        }
    }

    fn gsup_ask(&mut self, now: Now, n: usize, ticket: Ticket, m: Pdu, out: &mut Out) {
        let patience = self.config.patience;
        let mut refused = None;
        self.with_home(now, n, out, |e, now, w| {
            refused = e.request(now, ticket, m, patience, w).err();
        });
        if let Some((ticket, _)) = refused {
            self.failed(now, ticket, Gmm::NetworkFailure, out);
        }
    }

    pub(super) fn gsup_vectors(
        &mut self,
        now: Now,
        n: usize,
        ticket: Ticket,
        imsi: Imsi,
        resync: Option<([u8; 16], [u8; 14])>,
        out: &mut Out,
    ) {
        let m = SendAuthInfoRequest {
            auts: resync.map(|(_, auts)| Hex(auts)),
            rand: resync.map(|(rand, _)| Hex(rand)),
            cn_domain: Some(CnDomain::Ps),
            ..SendAuthInfoRequest::new(imsi)
        };
        self.gsup_ask(now, n, ticket, m.into(), out);
    }

    pub(super) fn gsup_location(
        &mut self,
        now: Now,
        n: usize,
        ticket: Ticket,
        imsi: Imsi,
        out: &mut Out,
    ) {
        let m = UpdateLocationRequest {
            cn_domain: Some(CnDomain::Ps),
            ..UpdateLocationRequest::new(imsi)
        };
        self.gsup_ask(now, n, ticket, m.into(), out);
    }

    pub(super) fn gsup_purge(&mut self, now: Now, n: usize, imsi: Imsi, out: &mut Out) {
        let m = PurgeMsRequest {
            cn_domain: Some(CnDomain::Ps),
            ..PurgeMsRequest::new(imsi)
        };
        self.gsup_ask(now, n, Ticket::Purge, m.into(), out);
    }

    fn gsup_answers(&mut self, now: Now, n: usize, ticket: Ticket, m: &Pdu, out: &mut Out) {
        if let Some(cause) = m.cause() {
            let cause = causes::of_gsup(cause, self.config.unknown_user);
            return self.failed(now, ticket, cause, out);
        }
        match (ticket, m) {
            (Ticket::Vectors(id), Pdu::SendAuthInfoResult(m)) => {
                let vectors = m.auth_tuple.iter().filter_map(vector).collect();
                self.mobility(now, id, gmm::In::Vectors(Ok(vectors)), out);
            }
            (Ticket::Location(id), Pdu::UpdateLocationResult(m)) => {
                let home = self.gsup.get(n).map(|h| h.peer.name.as_str().into());
                if let Some(mobile) = self.mobiles.get_mut(&id) {
                    mobile.home = home;
                }
                // peers of old put the subscription in here
                if !m.pdp_info.is_empty() {
                    let all = m.pdp_info_complete.is_some();
                    self.subscribe_by_gsup(id, m.msisdn.as_ref(), all, &m.pdp_info);
                }
                self.mobility(now, id, gmm::In::Location(Ok(())), out);
            }
            (Ticket::Purge, _) => {}
            _ => self.failed(now, ticket, Gmm::NetworkFailure, out),
        }
    }

    /// What a home network asks.
    fn gsup_asks(&mut self, now: Now, n: usize, head: &Head, pdu: &Pdu, out: &mut Out) {
        let imsi = head.imsi.imsi();
        // what is told by somebody else than whom we would ask is told of nobody
        let imsi = imsi.filter(|i| self.gsup_of(*i) == Some(n));
        let known = imsi.and_then(|i| self.by_imsi.get(&i)).copied();
        let answer = match (pdu, known) {
            (Pdu::InsertSubscriberDataRequest(m), Some(id)) => {
                self.insert(id, m);
                InsertSubscriberDataResult::new(head.imsi)
                    .answering(head)
                    .into()
            }
            (Pdu::DeleteSubscriberDataRequest(m), Some(id)) => {
                self.withdraw(id, m);
                DeleteSubscriberDataResult::new(head.imsi)
                    .answering(head)
                    .into()
            }
            // it is not here: as good as cancelled
            (Pdu::LocationCancellationRequest(_), _) => LocationCancellationResult::new(head.imsi)
                .answering(head)
                .into(),
            (_, None) => match Pdu::refusal(head, Cause::ImsiUnknownInHlr) {
                Some(error) => error,
                None => return out.count("gsup.report"),
            },
            _ => match Pdu::refusal(head, Cause::MessageTypeNotCompatible) {
                Some(error) => error,
                None => return out.count("gsup.report"),
            },
        };
        self.with_home(now, n, out, |e, _, w| e.send(&answer, w));
        match (pdu, known) {
            (Pdu::LocationCancellationRequest(m), _) => self.gsup_cancelled(now, known, m, out),
            (Pdu::DeleteSubscriberDataRequest(_), Some(id)) => {
                self.subscription_changed(now, id, out);
            }
            // while it attaches nothing is in use; a list that drops an APN ends contexts on it
            (Pdu::InsertSubscriberDataRequest(_), Some(id)) if self.is_attached(id) => {
                self.subscription_changed(now, id, out);
            }
            _ => {}
        }
    }

    fn insert(&mut self, id: Id, m: &InsertSubscriberDataRequest) {
        let all = m.pdp_info_complete.is_some();
        self.subscribe_by_gsup(id, m.msisdn.as_ref(), all, &m.pdp_info);
    }

    /// The APNs of a subscription: all of them, or some more.
    fn subscribe_by_gsup(&mut self, id: Id, msisdn: Option<&Number>, all: bool, info: &[PdpInfo]) {
        let Some(mobile) = self.mobiles.get_mut(&id) else {
            return;
        };
        if let Some(digits) = msisdn.and_then(Number::digits) {
            mobile.msisdn = Some(digits);
        }
        if all {
            mobile.subscription.clear();
        }
        for new in info.iter().filter_map(subscribed) {
            // one of the same identifier takes the place of the other (TS 29.002 8.8.1)
            let known = &mut mobile.subscription;
            known.retain(|old| new.id.is_none() || old.id != new.id);
            if mobile.subscription.len() < MOST && !mobile.subscription.contains(&new) {
                mobile.subscription.push(new);
            }
        }
    }

    /// Those APNs go, or where none is named all of them.
    fn withdraw(&mut self, id: Id, m: &DeleteSubscriberDataRequest) {
        let named = &m.pdp_context_id;
        let goes = |s: &Subscribed| named.is_empty() || s.id.is_some_and(|id| named.contains(&id));
        if let Some(mobile) = self.mobiles.get_mut(&id) {
            mobile.subscription.retain(|s| !goes(s));
        }
    }

    /// The subscriber is somewhere else now, or nobody's any more.
    fn gsup_cancelled(
        &mut self,
        now: Now,
        known: Option<Id>,
        m: &LocationCancellationRequest,
        out: &mut Out,
    ) {
        let Some(id) = known else {
            return out.count("gsup.cancel-of-nobody");
        };
        out.trace(Event::new("sgsn.cancelled").with("imsi", m.imsi));
        // the home network knows that it is not here: no purge
        if let Some(mobile) = self.mobiles.get_mut(&id) {
            mobile.home = None;
        }
        match m.cancel_type {
            Some(CancelType::Withdraw) => self.detach(now, id, false, out),
            // it is registered elsewhere: nothing to tell it here
            _ => self.forget(now, id, out),
        }
    }
}

/// A vector for UMTS, else for GSM (TS 33.102 6.8).
fn vector(t: &AuthTuple) -> Option<gmm::Vector> {
    if t.is_umts() {
        return Some(gmm::Vector {
            rand: t.rand.0,
            xres: t.res.clone()?,
            autn: Some(t.autn?.0),
        });
    }
    Some(gmm::Vector {
        rand: t.rand.0,
        xres: Octets::copy(&t.sres?.0),
        autn: None,
    })
}

fn subscribed(info: &PdpInfo) -> Option<Subscribed> {
    let text = info.apn.as_ref()?.text()?.to_ascii_lowercase();
    Some(Subscribed {
        id: info.context_id,
        network_id: match text.as_str() {
            "*" => text,
            _ => info.apn.as_ref()?.network_id()?,
        },
        // HLRs that say nothing mean IPv4
        ipv4: info.address.as_ref().is_none_or(|a| a.number == 0x21),
    })
}
