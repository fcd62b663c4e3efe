//! Which peer gets a request, and who gets it next.
use super::{Happened, PeerId, Peers, Sender};
use crate::{
    PPID,
    machine::{
        Identifiers,
        octets::{Routing, forwarded, number, renumbered, texts},
        route::Action,
    },
    msg::{Header, ResultCode, flags, id},
};
use bytes::Bytes;
use engine::{Now, Outputs};

/// Why a request is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is for us.
    Local,
    /// Whoever asked is to ask these hosts itself: an [`Action::Redirect`].
    Redirect(Action),
    /// Whoever asked is told this.
    Refuse(ResultCode),
}

/// A request on its way.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Carried<T> {
    ticket: T,
    /// The peer that it came from: it does not go back there.
    from: Option<PeerId>,
    tried: Tried,
}

/// The peers that had a request already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Tried {
    /// One bit each for the first 128 of the table.
    bits: u128,
    times: u8,
}

/// How many peers a request is sent to, one after the other.
const ATTEMPTS: u8 = 8;

impl Tried {
    fn has(self, peer: PeerId) -> bool {
        1u128
            .checked_shl(peer.0)
            .is_some_and(|b| self.bits & b != 0)
    }

    fn with(self, peer: PeerId) -> Self {
        Self {
            bits: self.bits | 1u128.checked_shl(peer.0).unwrap_or(0),
            times: self.times.saturating_add(1),
        }
    }
}

/// How a peer stands to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It has had it, or is not there.
    Away,
    /// It does not speak the application.
    Foreign,
    /// It has enough to do.
    Busy,
    /// It may get it.
    Good,
}

impl<T> Peers<T> {
    /// Sends a request to the peer that it is for. One that came from a peer goes on with that
    /// peer's name as Route-Record (RFC 6733 6.1.9); one of our own has its end-to-end identifier
    /// already, see [`Peers::end_to_end`].
    ///
    /// # Errors
    /// The ticket comes back, and what whoever asked is to be told.
    pub fn send<A>(
        &mut self,
        now: Now,
        request: &Routing<'_>,
        from: Option<Sender>,
        ticket: T,
        out: &mut Outputs<A>,
    ) -> Result<PeerId, (T, Verdict)> {
        let from = from.map(|f| f.peer);
        let (tried, chance) = (Tried::default(), self.rng.u64());
        let peer = match self.choose(request, from, tried, chance) {
            Ok(peer) => peer,
            Err(verdict) => return Err((ticket, verdict)),
        };
        let hop = self.hop_by_hop(now);
        let record = from
            .and_then(|f| self.slot(f)?.node.remote())
            .map(|r| &r.host);
        let octets = out.write(|w| match record {
            Some(name) => forwarded(request.octets, hop, name, w),
            None => renumbered(request.octets, hop, w),
        });
        let carried = Carried {
            ticket,
            from,
            tried,
        };
        let header = Header {
            hop_by_hop: hop,
            ..request.header
        };
        match self.hand(now, peer, (header, octets), carried, out) {
            Ok(()) => Ok(peer),
            Err(c) => Err((c.ticket, Verdict::Refuse(ResultCode::UnableToDeliver))),
        }
    }

    /// The realm to which a request is to be addressed before it is sent, where it goes by its IMSI
    /// and not by a peer that it names.
    pub fn home_realm(&self, request: &Routing<'_>) -> Option<String> {
        if request
            .destination_host
            .is_some_and(|h| self.find(h).is_some())
        {
            return None;
        }
        self.config.routes.home_realm(
            request.header.application,
            request.destination_realm,
            request.user_name,
        )
    }

    /// An end-to-end identifier for a request of our own.
    pub fn end_to_end(&mut self, now: Now) -> u32 {
        self.identifiers(now).end_to_end()
    }

    fn hop_by_hop(&mut self, now: Now) -> u32 {
        self.identifiers(now).hop_by_hop()
    }

    fn identifiers(&mut self, now: Now) -> &mut Identifiers {
        let rng = &mut self.rng;
        self.ids.get_or_insert_with(|| Identifiers::new(now, rng))
    }

    /// Gives a request to a peer.
    fn hand<A>(
        &mut self,
        now: Now,
        peer: PeerId,
        (header, octets): (Header, Bytes),
        carried: Carried<T>,
        out: &mut Outputs<A>,
    ) -> Result<(), Carried<T>> {
        let patience = self.config.answer_time;
        let carried = Carried {
            tried: carried.tried.with(peer),
            ..carried
        };
        let Some(s) = self.slots.get_mut(peer.0 as usize) else {
            return Err(carried);
        };
        let (Some(link), sent) = (s.open(), octets.clone()) else {
            return Err(carried);
        };
        s.node.request(now, (header, sent), carried, patience)?;
        self.waiting = self.waiting.saturating_add(1);
        out.message_on(link, 0, PPID, octets);
        Ok(())
    }

    /// The peer for a request: the host that it names, else by the routes.
    fn choose(
        &self,
        request: &Routing<'_>,
        from: Option<PeerId>,
        tried: Tried,
        chance: u64,
    ) -> Result<PeerId, Verdict> {
        let refuse = |code| Err(Verdict::Refuse(code));
        let application = request.header.application;
        if self.waiting >= self.config.pending {
            return refuse(ResultCode::TooBusy);
        }
        let fit = |p: PeerId| match Some(p) == from || tried.has(p) {
            true => Fit::Away,
            false => self.fit(p, application),
        };
        // RFC 6733 6.1.5: the host that is named, where it is a peer
        if let Some(peer) = request.destination_host.and_then(|h| self.find(h)) {
            match fit(peer) {
                Fit::Good => return Ok(peer),
                Fit::Busy => return refuse(ResultCode::TooBusy),
                Fit::Away | Fit::Foreign => {}
            }
        }
        // RFC 6733 6.1.6: by realm and application
        let way = self
            .config
            .routes
            .way(application, request.destination_realm, request.user_name);
        let hosts = match way {
            Err(code) => return refuse(code),
            Ok(Action::Local) => return Err(Verdict::Local),
            Ok(redirect @ Action::Redirect { .. }) => {
                return Err(Verdict::Redirect(redirect.clone()));
            }
            Ok(Action::Peers(hosts)) => hosts,
        };
        let each = || {
            let ids = hosts.iter().filter_map(|h| self.find(h.as_bytes()));
            ids.map(|p| (p, fit(p)))
        };
        let good = || each().filter(|(_, f)| *f == Fit::Good).map(|(p, _)| p);
        let priority = |p: &PeerId| self.slot(*p).map_or(u16::MAX, |s| s.config.priority);
        let weight = |p: &PeerId| u64::from(self.slot(*p).map_or(0, |s| s.config.weight.max(1)));
        let Some(best) = good().map(|p| priority(&p)).min() else {
            return refuse(match each().map(|(_, f)| f).max() {
                Some(Fit::Busy) => ResultCode::TooBusy,
                Some(Fit::Foreign) => ResultCode::ApplicationUnsupported,
                _ => ResultCode::UnableToDeliver,
            });
        };
        let first = || good().filter(|p| priority(p) == best);
        let total = first().map(|p| weight(&p)).fold(0, u64::saturating_add);
        // a number below the total, from 64 random bits
        let mut draw = (u128::from(chance).wrapping_mul(total.into()) >> 64) as u64;
        let chosen = first().find(|p| match draw.checked_sub(weight(p)) {
            Some(left) => {
                draw = left;
                false
            }
            None => true,
        });
        chosen.ok_or(Verdict::Refuse(ResultCode::UnableToDeliver))
    }

    fn fit(&self, peer: PeerId, application: u32) -> Fit {
        let Some(s) = self.slot(peer).filter(|s| s.node.is_usable()) else {
            return Fit::Away;
        };
        if !s.node.remote().is_some_and(|r| r.speaks(application)) {
            Fit::Foreign
        } else if s.full || s.node.waiting() >= s.config.pending {
            Fit::Busy
        } else {
            Fit::Good
        }
    }

    /// Sends a request to another peer than those that had it.
    fn again<A>(
        &mut self,
        now: Now,
        carried: Carried<T>,
        request: &Bytes,
        named: Option<PeerId>,
        out: &mut Outputs<A>,
    ) -> Result<(), (Carried<T>, ResultCode)> {
        let Ok(routing) = Routing::read(request) else {
            return Err((carried, ResultCode::UnableToDeliver));
        };
        let chance = self.rng.u64();
        let peer = match named {
            Some(peer) => peer,
            None if carried.tried.times >= ATTEMPTS => {
                return Err((carried, ResultCode::UnableToDeliver));
            }
            None => match self.choose(&routing, carried.from, carried.tried, chance) {
                Ok(peer) => peer,
                Err(Verdict::Refuse(ResultCode::TooBusy)) => {
                    return Err((carried, ResultCode::TooBusy));
                }
                Err(_) => return Err((carried, ResultCode::UnableToDeliver)),
            },
        };
        let hop = self.hop_by_hop(now);
        let octets = out.write(|w| renumbered(request, hop, w));
        let header = Header {
            hop_by_hop: hop,
            ..routing.header
        };
        self.hand(now, peer, (header, octets), carried, out)
            .map_err(|c| (c, ResultCode::UnableToDeliver))
    }

    /// An answer. One that tells that the request was not delivered gives the next peer its turn
    /// (RFC 6733 7.1.3), a redirection the host that it names, where that is a peer (6.1.8).
    pub(super) fn answered<A>(
        &mut self,
        now: Now,
        peer: PeerId,
        carried: Carried<T>,
        request: &Bytes,
        answer: Bytes,
        out: &mut Outputs<A>,
    ) {
        self.waiting = self.waiting.saturating_sub(1);
        let error = answer.get(4).is_some_and(|f| f & flags::E != 0);
        let code = error.then(|| number(&answer, id::ResultCode)).flatten();
        let carried = match code.map(ResultCode) {
            Some(ResultCode::UnableToDeliver | ResultCode::TooBusy) => {
                match self.again(now, carried, request, None, out) {
                    Ok(()) => return out.count("request sent to another peer after a refusal"),
                    Err((carried, _)) => carried,
                }
            }
            Some(ResultCode::RedirectIndication) => {
                let named = texts(&answer, id::RedirectHost).find_map(|uri| {
                    let host = self.find(host_of(uri)?.as_bytes())?;
                    let fits = self.fit(host, u32::from_be_bytes(*answer.get(8..)?.first_chunk()?));
                    let fresh = host != peer && !carried.tried.has(host);
                    (fits == Fit::Good && fresh).then_some(host)
                });
                let sent = match named {
                    Some(_) => self.again(now, carried, request, named, out),
                    None => Err((carried, ResultCode::RedirectIndication)),
                };
                match sent {
                    Ok(()) => return out.count("redirection followed"),
                    Err((carried, _)) => carried,
                }
            }
            _ => carried,
        };
        let ticket = carried.ticket;
        self.happened.push_back(Happened::Answer { ticket, answer });
    }

    /// The peer is suspected or gone.
    pub(super) fn lost<A>(
        &mut self,
        now: Now,
        carried: Carried<T>,
        request: Bytes,
        out: &mut Outputs<A>,
    ) {
        self.waiting = self.waiting.saturating_sub(1);
        match self.again(now, carried, &request, None, out) {
            Ok(()) => out.count("request sent to another peer"),
            Err((carried, code)) => self.unanswered(carried, request, code, out),
        }
    }

    /// Its time is up.
    pub(super) fn expired<A>(&mut self, carried: Carried<T>, request: Bytes, out: &mut Outputs<A>) {
        self.waiting = self.waiting.saturating_sub(1);
        self.unanswered(carried, request, ResultCode::UnableToDeliver, out);
    }

    fn unanswered<A>(
        &mut self,
        carried: Carried<T>,
        request: Bytes,
        code: ResultCode,
        out: &mut Outputs<A>,
    ) {
        out.count("request without an answer");
        self.happened.push_back(Happened::Unanswered {
            ticket: carried.ticket,
            request,
            code,
        });
    }
}

/// The host of a DiameterURI, RFC 6733 4.3.1.
fn host_of(uri: &str) -> Option<&str> {
    let rest = uri
        .strip_prefix("aaa://")
        .or_else(|| uri.strip_prefix("aaas://"))?;
    rest.split([':', ';']).next()
}
