//! All peers of a node: who they are, their connections, and which of them gets a request.
//!
//! A table of configured peers, each an [`Adjacent`] node with the one or two connections that it
//! has. Connections that others dialled wait apart until their CER says whose they are. Requests go
//! by Destination-Host and by [`super::Routes`] to the peer with the best priority, by weight; what
//! waits for a peer that is suspected or gone goes to the next with the T flag (RFC 6733 5.5.4).
//! Messages are octets in both directions: agents pass them on, end points read them.
mod config;
mod send;

use self::send::Carried;
use super::{
    Adjacent, Identifiers, Identity, Remote, Settings,
    adjacent::{self, Context},
    endpoint,
    peer::{self, Reason, Side},
    route::lowered,
};
use crate::{
    PPID,
    msg::{DisconnectCause, Header, Message, Pdu, ResultCode},
};
use bytes::Bytes;
pub use config::{Config, PeerConfig};
use engine::{Input, Link, Now, Outputs, Port, Rng, Time};
pub use send::Verdict;
use std::collections::{BTreeMap, VecDeque};

/// A peer, by its place in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u32);

/// Who sent a request: the peer, and the how manieth time that it was open then. A peer that has
/// left since gets no answers to what it asked before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sender {
    /// The peer.
    pub peer: PeerId,
    life: u32,
}

/// What has happened, for the layer above.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened<T> {
    /// A peer may be used.
    Opened(PeerId),
    /// It may no longer be used, or could not be.
    Closed(PeerId, Reason),
    /// A request of an application: it is answered by [`Peers::answer`], or passed on by
    /// [`Peers::send`].
    Request(Sender, Bytes),
    /// The answer to a request.
    Answer {
        /// What the sender wants back.
        ticket: T,
        /// The answer, with the hop-by-hop identifier of this hop.
        answer: Bytes,
    },
    /// A request got no answer, and no other peer takes it.
    Unanswered {
        /// What the sender wants back.
        ticket: T,
        /// The request as it was sent.
        request: Bytes,
        /// What whoever asked is told.
        code: ResultCode,
    },
}

/// How many connections may be there that have not said whose they are.
const UNKNOWN: usize = 256;

/// The peers of a node.
#[derive(Debug)]
pub struct Peers<T> {
    config: Config,
    rng: Rng,
    ids: Option<Identifiers>,
    slots: Vec<Slot<T>>,
    names: BTreeMap<String, PeerId>,
    links: BTreeMap<Link, (PeerId, Side)>,
    /// Connections without a CER, and until when they may be so.
    unknown: BTreeMap<Link, Time>,
    waiting: usize,
    happened: VecDeque<Happened<T>>,
    /// Lent to the machines, so that it is made once.
    wants: Vec<adjacent::Output<Carried<T>>>,
}

#[derive(Debug)]
struct Slot<T> {
    config: PeerConfig,
    /// Not of the table: its place is free again when it is gone.
    other: bool,
    node: Adjacent<Carried<T>>,
    initiator: Option<Link>,
    responder: Option<Link>,
    /// Which address is dialled next.
    next: usize,
    /// Its connection takes no more for now.
    full: bool,
    /// The how manieth time it is open.
    life: u32,
}

impl<T> Slot<T> {
    fn link(&mut self, side: Side) -> &mut Option<Link> {
        match side {
            Side::I => &mut self.initiator,
            Side::R => &mut self.responder,
        }
    }

    fn open(&mut self) -> Option<Link> {
        let side = self.node.open()?;
        *self.link(side)
    }
}

impl<T> Peers<T> {
    /// A table without connections; `Start` dials.
    pub fn new(mut config: Config, rng: Rng) -> Self {
        let configured = std::mem::take(&mut config.peers);
        let mut peers = Self {
            config,
            rng,
            ids: None,
            slots: Vec::new(),
            names: BTreeMap::new(),
            links: BTreeMap::new(),
            unknown: BTreeMap::new(),
            waiting: 0,
            happened: VecDeque::new(),
            wants: Vec::new(),
        };
        for c in configured {
            peers.place(c, false);
        }
        peers
    }

    /// Who we are.
    pub fn identity(&self) -> &Identity {
        &self.config.identity
    }

    /// The peer of this name.
    pub fn find(&self, host: &[u8]) -> Option<PeerId> {
        lowered(host, |host| self.names.get(host).copied()).flatten()
    }

    /// All peers by name, and whether each takes requests.
    pub fn iter(&self) -> impl Iterator<Item = (&str, bool)> {
        let known = self.slots.iter().filter(|s| !s.config.host.is_empty());
        known.map(|s| (s.config.host.as_str(), s.node.is_usable()))
    }

    /// The configured name of a peer.
    pub fn host(&self, peer: PeerId) -> &str {
        self.slot(peer).map_or("", |s| &s.config.host)
    }

    /// What a peer said of itself when it was last open.
    pub fn remote(&self, peer: PeerId) -> Option<&Remote> {
        self.slot(peer)?.node.remote()
    }

    /// The state of a peer's machine.
    pub fn state(&self, peer: PeerId) -> Option<peer::State> {
        Some(self.slot(peer)?.node.state())
    }

    /// True where a peer takes requests.
    pub fn is_usable(&self, peer: PeerId) -> bool {
        self.slot(peer).is_some_and(|s| s.node.is_usable())
    }

    /// How many requests wait for answers, over all peers.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// What has happened, one after the other: asked until there is nothing more.
    pub fn poll(&mut self) -> Option<Happened<T>> {
        self.happened.pop_front()
    }

    /// When [`Input::Timer`] is wanted.
    pub fn due(&self) -> Option<Time> {
        let slots = self.slots.iter().filter_map(|s| s.node.due());
        slots.chain(self.unknown.values().copied()).min()
    }

    /// Takes an input of the node; true where it was for a connection of these peers.
    pub fn handle<R, C, A>(&mut self, now: Now, input: &Input<R, C>, out: &mut Outputs<A>) -> bool {
        match input {
            Input::Start => {
                let all = 0..self.slots.len() as u32;
                all.for_each(|n| self.connect(now, PeerId(n), out));
                false
            }
            Input::Stop => {
                let all = 0..self.slots.len() as u32;
                all.for_each(|n| self.leave(now, PeerId(n), DisconnectCause::Rebooting, out));
                for link in std::mem::take(&mut self.unknown).into_keys() {
                    out.close(link);
                }
                false
            }
            Input::Timer => {
                self.timer(now, out);
                false
            }
            Input::Up { link, port, .. } => self.up(now, *link, *port, out),
            Input::Down { link, .. } => self.down(now, *link, out),
            Input::Full(link) | Input::Room(link) => {
                let Some((peer, _)) = self.links.get(link).copied() else {
                    return self.unknown.contains_key(link);
                };
                if let Some(s) = self.slot_mut(peer) {
                    s.full = matches!(input, Input::Full(_));
                }
                true
            }
            Input::Recv { link, bytes, .. } => match self.links.get(link).copied() {
                Some((peer, side)) => {
                    self.on(now, peer, out, |n, cx, w| n.received(cx, side, bytes, w));
                    true
                }
                None => self.introduced(now, *link, bytes, out),
            },
            Input::Answer(..) | Input::Command(_) => false,
        }
    }

    /// Dials a peer that has an address, is not connected, and may have left before.
    pub fn connect<A>(&mut self, now: Now, peer: PeerId, out: &mut Outputs<A>) {
        let dials = |s: &Slot<T>| !s.config.addresses.is_empty();
        if self.config.dial.is_some() && self.slot(peer).is_some_and(dials) {
            self.on(now, peer, out, |n, cx, w| n.start(cx, w));
        }
    }

    /// Takes leave of a peer. It is not dialled again, but may come back.
    pub fn leave<A>(
        &mut self,
        now: Now,
        peer: PeerId,
        cause: DisconnectCause,
        out: &mut Outputs<A>,
    ) {
        self.on(now, peer, out, |n, cx, w| n.stop(cx, cause, w));
    }

    /// Sends the answer to a request: whole octets with the request's hop-by-hop identifier.
    pub fn answer<A>(&mut self, to: Sender, answer: Bytes, out: &mut Outputs<A>) {
        let slot = self.slot_mut(to.peer).filter(|s| s.life == to.life);
        match slot.and_then(Slot::open) {
            Some(link) => out.message_on(link, 0, PPID, answer),
            None => out.count("answer for a peer that is gone"),
        }
    }

    fn slot(&self, peer: PeerId) -> Option<&Slot<T>> {
        self.slots.get(peer.0 as usize)
    }

    fn slot_mut(&mut self, peer: PeerId) -> Option<&mut Slot<T>> {
        self.slots.get_mut(peer.0 as usize)
    }

    /// A place in the table.
    fn place(&mut self, config: PeerConfig, other: bool) -> PeerId {
        let c = &self.config;
        let settings = Settings {
            dials: !config.addresses.is_empty() && c.dial.is_some(),
            tw: c.tw,
            tc: c.tc,
            patience: c.patience,
        };
        let name = config.host.to_ascii_lowercase();
        let mut slot = Slot {
            node: Adjacent::new(settings, Some(config.host.clone())),
            config,
            other,
            initiator: None,
            responder: None,
            next: 0,
            full: false,
            life: 0,
        };
        let free = |s: &Slot<T>| s.other && s.config.host.is_empty();
        let n = match self.slots.iter().position(free) {
            Some(n) => {
                if let Some(old) = self.slots.get_mut(n) {
                    slot.life = old.life;
                    *old = slot;
                }
                n
            }
            None => {
                self.slots.push(slot);
                self.slots.len().saturating_sub(1)
            }
        };
        let peer = PeerId(n as u32);
        self.names.insert(name, peer);
        peer
    }

    fn up<A>(&mut self, now: Now, link: Link, port: Port, out: &mut Outputs<A>) -> bool {
        if let Some((peer, side)) = self.links.get(&link).copied() {
            self.on(now, peer, out, |n, cx, w| n.up(cx, side, w));
            return true;
        }
        if self.config.listen != Some(port) {
            return false;
        }
        if self.unknown.len() >= UNKNOWN {
            out.count("more connections than peers");
            out.close(link);
        } else {
            let until = now.mono + self.config.patience;
            self.unknown.insert(link, until);
        }
        true
    }

    fn down<A>(&mut self, now: Now, link: Link, out: &mut Outputs<A>) -> bool {
        let Some((peer, side)) = self.links.remove(&link) else {
            return self.unknown.remove(&link).is_some();
        };
        if let Some(s) = self.slot_mut(peer) {
            *s.link(side) = None;
        }
        self.on(now, peer, out, |n, cx, w| n.down(cx, side, w));
        true
    }

    fn timer<A>(&mut self, now: Now, out: &mut Outputs<A>) {
        for n in 0..self.slots.len() {
            let due = self.slots.get(n).and_then(|s| s.node.due());
            if due.is_some_and(|t| t <= now.mono) {
                self.on(now, PeerId(n as u32), out, |n, cx, w| n.timer(cx, w));
            }
        }
        let silent = |(link, until): (&Link, &Time)| (*until <= now.mono).then_some(*link);
        while let Some(link) = self.unknown.iter().find_map(silent) {
            self.unknown.remove(&link);
            out.count("connection without a capabilities exchange");
            out.close(link);
        }
    }

    /// The first message of a connection that somebody dialled: whose is it?
    fn introduced<A>(
        &mut self,
        now: Now,
        link: Link,
        octets: &Bytes,
        out: &mut Outputs<A>,
    ) -> bool {
        if self.unknown.remove(&link).is_none() {
            return false;
        }
        let local = &self.config.identity;
        let refused = match Message::read_strict(octets) {
            Ok(m) => match &m.pdu {
                Pdu::CapabilitiesExchangeRequest(cer) => {
                    let peer = self.find(&cer.origin_host.0);
                    let open = peer
                        .and_then(|p| self.slot(p))
                        .is_none_or(|s| s.node.accepts());
                    let others = self
                        .slots
                        .iter()
                        .filter(|s| s.other && s.node.open().is_some());
                    match peer {
                        // R-Conn-CER -> R-Reject
                        Some(_) if !open => {
                            out.count("peer is connected already");
                            None
                        }
                        Some(peer) => return self.attach(now, link, peer, octets, out),
                        None if local.is_host(&cer.origin_host) => {
                            Some(peer::refusal(local, &m.header, ResultCode::UnableToComply))
                        }
                        None if others.count() < self.config.others => {
                            let config = PeerConfig::new(cer.origin_host.to_string());
                            let peer = self.place(config, true);
                            return self.attach(now, link, peer, octets, out);
                        }
                        None => {
                            out.count("unknown peer");
                            Some(peer::refusal(local, &m.header, ResultCode::UnknownPeer))
                        }
                    }
                }
                _ => {
                    out.count("connection without a capabilities exchange");
                    None
                }
            }
            .map(|m| m.to_bytes()),
            Err(e) => {
                out.count("capabilities exchange that cannot be read");
                let header = Header::of(octets).filter(Header::is_request);
                header.and_then(|h| endpoint::refused(local, &h, octets, &e))
            }
        };
        if let Some(answer) = refused {
            out.message_on(link, 0, PPID, answer);
        }
        out.close(link);
        true
    }

    fn attach<A>(
        &mut self,
        now: Now,
        link: Link,
        peer: PeerId,
        cer: &Bytes,
        out: &mut Outputs<A>,
    ) -> bool {
        let side = Side::R;
        self.links.insert(link, (peer, side));
        if let Some(s) = self.slot_mut(peer) {
            *s.link(side) = Some(link);
        }
        self.on(now, peer, out, |n, cx, w| n.received(cx, side, cer, w));
        true
    }

    /// Lets a peer's machine act, and does what it wants.
    fn on<A>(
        &mut self,
        now: Now,
        peer: PeerId,
        out: &mut Outputs<A>,
        act: impl FnOnce(
            &mut Adjacent<Carried<T>>,
            &mut Context<'_>,
            &mut Vec<adjacent::Output<Carried<T>>>,
        ),
    ) {
        let mut wants = std::mem::take(&mut self.wants);
        let rng = &mut self.rng;
        let ids = self.ids.get_or_insert_with(|| Identifiers::new(now, rng));
        if let Some(s) = self.slots.get_mut(peer.0 as usize) {
            let mut cx = Context {
                now,
                rng,
                local: &self.config.identity,
                ids,
            };
            act(&mut s.node, &mut cx, &mut wants);
        }
        for w in wants.drain(..) {
            self.did(now, peer, w, out);
        }
        self.wants = wants;
        let gone = |s: &&mut Slot<T>| {
            s.other
                && s.node.state() == peer::State::Closed
                && s.initiator.is_none()
                && s.responder.is_none()
        };
        if let Some(s) = self.slots.get_mut(peer.0 as usize).filter(gone) {
            let name = std::mem::take(&mut s.config.host);
            self.names.remove(&name.to_ascii_lowercase());
        }
    }

    fn did<A>(
        &mut self,
        now: Now,
        peer: PeerId,
        want: adjacent::Output<Carried<T>>,
        out: &mut Outputs<A>,
    ) {
        use adjacent::Output as W;
        let Some(s) = self.slots.get_mut(peer.0 as usize) else {
            return;
        };
        match want {
            W::Connect => {
                let all = &s.config.addresses;
                let at = s.next.checked_rem(all.len()).and_then(|n| all.get(n));
                if let (Some(port), Some(at)) = (self.config.dial, at) {
                    let link = out.connect(port, *at);
                    s.next = s.next.wrapping_add(1);
                    s.initiator = Some(link);
                    self.links.insert(link, (peer, Side::I));
                }
            }
            W::Send(side, octets) => match *s.link(side) {
                // RFC 6733 2.1.1: what keeps the connection goes on stream 0
                Some(link) => out.message_on(link, 0, PPID, octets),
                None => out.count("message on a closed connection"),
            },
            W::Disconnect(side) => {
                if let Some(link) = s.link(side).take() {
                    self.links.remove(&link);
                    out.close(link);
                }
            }
            W::Opened => {
                s.life = s.life.wrapping_add(1);
                s.full = false;
                self.happened.push_back(Happened::Opened(peer));
            }
            W::Closed(why) => self.happened.push_back(Happened::Closed(peer, why)),
            W::Request(_, octets) => {
                let sender = Sender { peer, life: s.life };
                self.happened.push_back(Happened::Request(sender, octets));
            }
            W::Answer {
                ticket,
                request,
                answer,
            } => self.answered(now, peer, ticket, &request, answer, out),
            W::Lost { ticket, request } => self.lost(now, ticket, request, out),
            W::Expired { ticket, request } => self.expired(ticket, request, out),
            W::Dropped(why) => out.count(why),
        }
    }
}
