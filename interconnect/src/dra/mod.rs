//! DRA: a Diameter agent (RFC 6733 2.8, 6.1), relay and redirect agent in one.
//!
//! | a request goes by | |
//! |---|---|
//! | Destination-Host | where that is a peer |
//! | Destination-Realm and application | to a peer of the row, or is redirected |
//! | the network of the IMSI in User-Name | where the realm is absent or has no row, if configured |
//! | application alone, or a default | where no row fits |
//!
//! It passes on the octets that it received: commands and AVPs that it does not know stay as they
//! are. It changes the hop-by-hop identifier, sets the T flag where a request goes to a second peer,
//! and appends Route-Record; an answer gets its hop-by-hop identifier back. A request that goes by
//! its IMSI gets that network's realm as Destination-Realm, which its HSS holds it against
//! (TS 29.272 7.1.6). It keeps no sessions.
mod config;

pub use config::{Config, Realms};
use diameter_s6a::{
    Header, frame_len,
    machine::{
        Peers, endpoint,
        octets::{Routing, addressed, refusal, renumbered},
        peers::{Happened, PeerId, Sender, Verdict},
        route::{Action, lowered},
    },
    msg::{DisconnectCause, RedirectHostUsage, ResultCode, flags},
};
use engine::{Event, Framing, Input, Node, Now, Outputs, Port, PortSpec, Rng, Time};
use std::{collections::BTreeMap, convert::Infallible};
use wire::{Bytes, Text};

/// Where peers connect.
pub const DIAMETER: Port = Port(0);
/// Where it dials peers from.
pub const DIAL: Port = Port(1);

const PORTS: &[PortSpec] = &[
    PortSpec {
        port: DIAMETER,
        name: "diameter",
        framing: Framing::By(frame_len),
    },
    PortSpec {
        port: DIAL,
        name: "diameter-out",
        framing: Framing::By(frame_len),
    },
];

/// What an operator of the agent does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Takes leave of a peer.
    Leave(String, DisconnectCause),
    /// Dials a peer that was left, or that has left.
    Connect(String),
}

/// Where an answer goes back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Back {
    to: Sender,
    hop_by_hop: u32,
}

/// The node.
#[derive(Debug)]
pub struct Dra {
    peers: Peers<Back>,
    realms: BTreeMap<String, Realms>,
    other_realms: Realms,
}

impl Dra {
    /// An agent without connections.
    pub fn new(mut config: Config, rng: Rng) -> Self {
        config.peers.listen = Some(DIAMETER);
        config.peers.dial = Some(DIAL);
        Self {
            peers: Peers::new(config.peers, rng),
            realms: config.realms,
            other_realms: config.other_realms,
        }
    }

    /// Its peers, to look at.
    pub fn peers(&self) -> impl Iterator<Item = (&str, bool)> {
        self.peers.iter()
    }

    fn request(&mut self, now: Now, from: Sender, octets: &Bytes, out: &mut Outputs<Infallible>) {
        let routing = match Routing::read(octets) {
            Ok(routing) => routing,
            Err(e) => {
                out.count("request that cannot be read");
                let answer = Header::of(octets).and_then(|header| {
                    endpoint::refused(self.peers.identity(), &header, octets, &e)
                });
                if let Some(answer) = answer {
                    self.peers.answer(from, answer, out);
                }
                return;
            }
        };
        let back = Back {
            to: from,
            hop_by_hop: routing.header.hop_by_hop,
        };
        // by the network of the IMSI: whoever gets it serves its own realm alone
        let home = self.peers.home_realm(&routing);
        let home = home.map(|realm| out.write(|w| addressed(&routing, &realm, w)));
        let routing = match home.as_ref().map(Routing::read) {
            Some(Ok(at_home)) => at_home,
            _ => routing,
        };
        let verdict = match self.admit(from.peer, &routing) {
            Some(code) => Verdict::Refuse(code),
            None => match self.peers.send(now, &routing, Some(from), back, out) {
                Ok(_) => return out.count("request passed on"),
                Err((_, verdict)) => verdict,
            },
        };
        let (code, redirect) = match verdict {
            Verdict::Refuse(code) => (code, None),
            // whoever is asked for an application here asks in vain
            Verdict::Local => (ResultCode::ApplicationUnsupported, None),
            Verdict::Redirect(to) => (ResultCode::RedirectIndication, Some(to)),
        };
        self.refuse(back, &routing, code, redirect.as_ref(), out);
    }

    /// The result code of the refusal where a request is not passed on whatever its way is.
    fn admit(&self, from: PeerId, request: &Routing<'_>) -> Option<ResultCode> {
        let local = self.peers.identity();
        let named = |name: &[u8]| name.eq_ignore_ascii_case(local.host.as_bytes());
        // RFC 6733 6.1.3
        if request.passed(&local.host) {
            return Some(ResultCode::LoopDetected);
        }
        let host = self.peers.host(from).as_bytes();
        let realms = lowered(host, |host| self.realms.get(host)).flatten();
        let realms = realms.unwrap_or(&self.other_realms);
        let own = self.peers.remote(from).map(|r| &r.realm);
        // RFC 6733 2.9: in whose name a request comes has to fit to whom it comes from
        if !realms.include(own, request.origin_realm) {
            return Some(ResultCode::AuthorizationRejected);
        }
        if request.header.application == 0 {
            return Some(ResultCode::CommandUnsupported);
        }
        // RFC 6733 6.1.4: for us by name
        if request.destination_host.is_some_and(named) {
            return Some(ResultCode::ApplicationUnsupported);
        }
        // RFC 6733 3: without the P bit it must be served here, which nothing is
        if request.header.flags & flags::P == 0 {
            return Some(ResultCode::UnableToDeliver);
        }
        None
    }

    fn refuse(
        &mut self,
        back: Back,
        request: &Routing<'_>,
        code: ResultCode,
        redirect: Option<&Action>,
        out: &mut Outputs<Infallible>,
    ) {
        out.count(code.name().unwrap_or("request refused"));
        let answer = refusal(self.peers.identity(), request, code, |e| {
            if let Some(Action::Redirect {
                hosts,
                usage,
                max_cache,
            }) = redirect
            {
                e.redirect_host = hosts.iter().map(|h| Text::from(h.as_str())).collect();
                // RFC 6733 6.13, 6.14: both or none
                let cached = *usage != RedirectHostUsage::DontCare;
                e.redirect_host_usage = cached.then_some(*usage);
                e.redirect_max_cache_time = cached.then_some(*max_cache);
            }
        });
        self.peers.answer(back.to, answer, out);
    }

    fn happened(&mut self, now: Now, what: Happened<Back>, out: &mut Outputs<Infallible>) {
        match what {
            Happened::Opened(p) => {
                out.trace(Event::new("dra.peer-open").with("peer", self.peers.host(p)));
            }
            Happened::Closed(p, why) => {
                let event = Event::new("dra.peer-closed").with("peer", self.peers.host(p));
                out.trace(event.with("why", format!("{why:?}")));
            }
            Happened::Request(from, octets) => self.request(now, from, &octets, out),
            Happened::Answer { ticket, answer } => {
                let answer = out.write(|w| renumbered(&answer, ticket.hop_by_hop, w));
                out.count("answer passed back");
                self.peers.answer(ticket.to, answer, out);
            }
            Happened::Unanswered {
                ticket,
                request,
                code,
            } => {
                if let Ok(mut routing) = Routing::read(&request) {
                    routing.header.hop_by_hop = ticket.hop_by_hop;
                    self.refuse(ticket, &routing, code, None, out);
                }
            }
        }
    }
}

impl Node for Dra {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Command;

    fn ports(&self) -> &[PortSpec] {
        PORTS
    }

    fn handle(
        &mut self,
        now: Now,
        input: Input<Infallible, Command>,
        out: &mut Outputs<Infallible>,
    ) {
        self.peers.handle(now, &input, out);
        if let Input::Command(command) = input {
            let (Command::Leave(host, _) | Command::Connect(host)) = &command;
            match (self.peers.find(host.as_bytes()), &command) {
                (Some(peer), Command::Leave(_, cause)) => {
                    self.peers.leave(now, peer, *cause, out);
                }
                (Some(peer), Command::Connect(_)) => self.peers.connect(now, peer, out),
                (None, _) => out.count("command for an unknown peer"),
            }
        }
        while let Some(what) = self.peers.poll() {
            self.happened(now, what, out);
        }
    }

    fn due(&self) -> Option<Time> {
        self.peers.due()
    }
}
