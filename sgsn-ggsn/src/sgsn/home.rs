//! S6d: what the home network is asked and tells, TS 29.272 5.2.
use super::{Connection, Id, Out, S6D, Sgsn, causes};
use diameter_s6a::{
    PPID,
    machine::{
        Endpoint, Output,
        route::{Decision, Wanted, realm_of},
    },
    msg::{
        AlertReason, AuthSessionState, AuthenticationInformationRequest, DisconnectCause,
        FeatureList1, FeatureList2, Features, Message, NorFlags, NotifyRequest, Pdu, PlmnId,
        PurFlags, PurgeUeRequest, RatType, RequestedUtranGeranAuthenticationInfo, UlrFlags,
        UpdateLocationRequest, VendorSpecificApplicationId, application,
    },
};
use engine::{Event, Link, Now};
use gb_gmm::gmm::{Cause, machine::net as gmm};
use wire::{Bytes, Imsi, Octets, Text};

/// What an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ticket {
    /// Vectors for a mobile.
    Vectors(Id),
    /// The location of a mobile.
    Location(Id),
    /// The location of a mobile that is attached, of which its home network may not know.
    Again(Id),
    /// A purge: nobody waits.
    Purge,
    /// A notification: nobody waits.
    Notify,
    /// A subscription for which there is no mobile: nobody waits.
    Pull,
}

/// Redirected requests that are remembered.
const REDIRECTED: usize = 4096;

impl Sgsn {
    /// Dials all peers.
    pub(super) fn dial(&mut self, now: Now, out: &mut Out) {
        for n in 0..self.peers.len() {
            let identity = self.config.identity.clone();
            let settings = self.config.settings.clone();
            let mut endpoint = Endpoint::new(identity, settings, now, &mut self.rng);
            let mut wants = Vec::new();
            endpoint.start(now, &mut self.rng, &mut wants);
            if let Some(p) = self.peers.get_mut(n) {
                p.endpoint = Some(endpoint);
            }
            self.peer_acts(now, n, wants, out);
        }
    }

    /// Takes leave of all peers.
    pub(super) fn leave(&mut self, now: Now, out: &mut Out) {
        for n in 0..self.peers.len() {
            self.with_peer(now, n, out, |e, now, rng, wants| {
                e.stop(now, rng, DisconnectCause::Rebooting, wants);
            });
        }
    }

    pub(super) fn with_peer(
        &mut self,
        now: Now,
        n: usize,
        out: &mut Out,
        act: impl FnOnce(&mut Endpoint<Ticket>, Now, &mut engine::Rng, &mut Vec<Output<Ticket>>),
    ) {
        let mut wants = Vec::new();
        if let Some(e) = self.peers.get_mut(n).and_then(|p| p.endpoint.as_mut()) {
            act(e, now, &mut self.rng, &mut wants);
        }
        self.peer_acts(now, n, wants, out);
    }

    fn peer_of(&self, link: Link) -> Option<usize> {
        self.peers.iter().position(|p| p.link == Some(link))
    }

    pub(super) fn peer_up(&mut self, now: Now, link: Link, out: &mut Out) {
        if let Some(n) = self.peer_of(link) {
            self.with_peer(now, n, out, |e, now, rng, w| e.up(now, rng, w));
        }
    }

    pub(super) fn peer_down(&mut self, now: Now, link: Link, out: &mut Out) {
        if let Some(n) = self.peer_of(link) {
            if let Some(p) = self.peers.get_mut(n) {
                p.link = None;
            }
            self.with_peer(now, n, out, |e, now, rng, w| e.down(now, rng, w));
        }
    }

    pub(super) fn peer_message(&mut self, now: Now, link: Link, octets: &Bytes, out: &mut Out) {
        match self.peer_of(link) {
            Some(n) => self.with_peer(now, n, out, |e, now, rng, w| {
                e.received(now, rng, octets, w);
            }),
            None => out.count("s6d.message-on-a-closed-link"),
        }
    }

    pub(super) fn peer_timers(&mut self, now: Now, out: &mut Out) {
        for n in 0..self.peers.len() {
            let due = |p: &Connection| p.endpoint.as_ref().and_then(Endpoint::due);
            if self
                .peers
                .get(n)
                .and_then(due)
                .is_some_and(|t| t <= now.mono)
            {
                self.with_peer(now, n, out, |e, now, rng, w| e.timer(now, rng, w));
            }
        }
    }

    /// The peer of this name, where it can be used.
    pub(super) fn usable(&self, host: &str) -> Option<usize> {
        self.peers.iter().position(|p| {
            p.peer.host.eq_ignore_ascii_case(host)
                && p.endpoint.as_ref().is_some_and(Endpoint::is_usable)
        })
    }

    fn peer_acts(&mut self, now: Now, n: usize, wants: Vec<Output<Ticket>>, out: &mut Out) {
        for w in wants {
            let Some(p) = self.peers.get_mut(n) else {
                return;
            };
            match w {
                Output::Connect => p.link = Some(out.connect(S6D, p.peer.address)),
                Output::Send(bytes) => match p.link {
                    Some(link) => out.message_on(link, 0, PPID, bytes),
                    None => out.count("s6d.no-link"),
                },
                Output::Disconnect => {
                    if let Some(link) = p.link.take() {
                        out.close(link);
                    }
                }
                Output::Opened(host) => out.trace(Event::new("s6d.open").with("peer", host)),
                Output::Closed(why) => out.trace(
                    Event::new("s6d.closed")
                        .with("peer", &p.peer.host)
                        .with("why", format!("{why:?}")),
                ),
                Output::Request(m) => self.home_asks(now, n, &m, out),
                Output::Answer { ticket, answer } => self.home_answers(now, ticket, &answer, out),
                // another peer may reach it; where none does it has failed
                Output::Unanswered { ticket, request } => {
                    self.ask(now, ticket, request, Some(n), out)
                }
                Output::Redirected {
                    ticket,
                    request,
                    hosts,
                } => self.redirected(now, n, ticket, request, &hosts, out),
                Output::Dropped(why) => out.count(why),
            }
        }
    }

    /// Asks the first of the named hosts that is a peer (RFC 6733 6.1.8), once for a request: two
    /// redirect agents may name each other.
    fn redirected(
        &mut self,
        now: Now,
        by: usize,
        ticket: Ticket,
        request: Message,
        hosts: &[String],
        out: &mut Out,
    ) {
        let to = hosts
            .iter()
            .find_map(|h| self.usable(h))
            .filter(|n| *n != by);
        let again = self.redirected.contains(&request.header.end_to_end);
        let Some(to) = to.filter(|_| !again) else {
            return self.failed(now, ticket, Cause::NetworkFailure, out);
        };
        if self.redirected.len() >= REDIRECTED {
            self.redirected.clear();
        }
        self.redirected.insert(request.header.end_to_end);
        self.send(now, Some(to), ticket, request, out);
    }

    /// Sends a request to the first peer that serves its realm, but not to `except`.
    fn ask(&mut self, now: Now, ticket: Ticket, m: Message, except: Option<usize>, out: &mut Out) {
        let (realm, host) = match &m.pdu {
            Pdu::AuthenticationInformationRequest(r) => (&r.destination_realm, &r.destination_host),
            Pdu::UpdateLocationRequest(r) => (&r.destination_realm, &r.destination_host),
            Pdu::PurgeUeRequest(r) => (&r.destination_realm, &r.destination_host),
            Pdu::NotifyRequest(r) => (&r.destination_realm, &r.destination_host),
            _ => return,
        };
        let wanted = Wanted {
            application: application::S6A,
            realm,
            host: host.as_ref(),
            route_record: &[],
        };
        let open = |h: &str| self.usable(h).is_some_and(|n| Some(n) != except);
        let own = &self.config.identity.host;
        let n = match self.config.routes.decide(&wanted, own, open) {
            Decision::Forward(host) => self.usable(host),
            _ => None,
        };
        self.send(now, n, ticket, m, out);
    }

    /// Sends a request to this peer.
    fn send(&mut self, now: Now, n: Option<usize>, ticket: Ticket, m: Message, out: &mut Out) {
        let patience = self.config.patience;
        let mut wants = Vec::new();
        let endpoint = n.and_then(|n| self.peers.get_mut(n)?.endpoint.as_mut());
        let sent =
            endpoint.is_some_and(|e| e.request(now, ticket, m, patience, &mut wants).is_ok());
        match n {
            Some(n) if sent => self.peer_acts(now, n, wants, out),
            _ => self.failed(now, ticket, Cause::NetworkFailure, out),
        }
    }

    pub(super) fn failed(&mut self, now: Now, ticket: Ticket, cause: Cause, out: &mut Out) {
        match ticket {
            Ticket::Vectors(id) => self.mobility(now, id, gmm::In::Vectors(Err(cause)), out),
            Ticket::Location(id) => self.mobility(now, id, gmm::In::Location(Err(cause)), out),
            Ticket::Again(id) => self.not_located(now, id, cause, out),
            Ticket::Purge => out.count("s6d.purge-failed"),
            Ticket::Notify => out.count("s6d.notify-failed"),
            Ticket::Pull => out.count("s6d.pull-failed"),
        }
    }

    fn session_id(&mut self, now: Now) -> Text {
        self.sessions = self.sessions.wrapping_add(1);
        let host = &self.config.identity.host;
        format!("{host};{};{}", now.utc.secs() as u32, self.sessions).into()
    }

    /// The realm of a subscriber; `None`, and a refusal, where nobody knows its country's numbers.
    fn realm(&mut self, now: Now, ticket: Ticket, imsi: Imsi, out: &mut Out) -> Option<Text> {
        let realm = realm_of(&imsi, &self.config.lengths);
        if realm.is_none() {
            self.failed(now, ticket, Cause::PlmnNotAllowed, out);
        }
        realm.map(Text::from)
    }

    /// Authentication-Information-Request, TS 29.272 5.2.3.1.
    pub(super) fn ask_vectors(
        &mut self,
        now: Now,
        id: Id,
        imsi: Imsi,
        resync: Option<([u8; 16], [u8; 14])>,
        out: &mut Out,
    ) {
        let ticket = Ticket::Vectors(id);
        if let Some(n) = self.gsup_of(imsi) {
            return self.gsup_vectors(now, n, ticket, imsi, resync, out);
        }
        if self.by_map(imsi) {
            return self.map_vectors(now, ticket, imsi, resync, out);
        }
        let Some(destination_realm) = self.realm(now, ticket, imsi, out) else {
            return;
        };
        let request = AuthenticationInformationRequest {
            session_id: self.session_id(now),
            vendor_specific_application_id: Some(s6d()),
            auth_session_state: AuthSessionState::NoStateMaintained,
            origin_host: self.config.claimed().origin_host(),
            origin_realm: self.config.claimed().origin_realm(),
            destination_realm,
            user_name: imsi.to_string().into(),
            requested_utran_geran_authentication_info: Some(
                RequestedUtranGeranAuthenticationInfo {
                    number_of_requested_vectors: Some(1),
                    re_synchronization_info: resync
                        .map(|(rand, auts)| Octets::from([&rand[..], &auts].concat())),
                    ..Default::default()
                },
            ),
            visited_plmn_id: PlmnId::from(self.config.plmn),
            ..Default::default()
        };
        let m = Message::request(application::S6A, request);
        self.ask(now, ticket, m, None, out);
    }

    /// Update-Location-Request, TS 29.272 5.2.1.1; `attach` where the mobile attaches.
    pub(super) fn update_location(
        &mut self,
        now: Now,
        id: Id,
        imsi: Imsi,
        attach: bool,
        out: &mut Out,
    ) {
        let ticket = match attach {
            true => Ticket::Location(id),
            false => Ticket::Again(id),
        };
        if let Some(n) = self.gsup_of(imsi) {
            return self.gsup_location(now, n, ticket, imsi, out);
        }
        if self.by_map(imsi) {
            return self.map_location(now, ticket, imsi, out);
        }
        self.ask_subscription(now, ticket, imsi, attach, out);
    }

    /// Asks for a subscription that no mobile has shown (T4).
    pub(super) fn pull(&mut self, now: Now, imsi: Imsi, out: &mut Out) {
        self.ask_subscription(now, Ticket::Pull, imsi, true, out);
    }

    fn ask_subscription(
        &mut self,
        now: Now,
        ticket: Ticket,
        imsi: Imsi,
        attach: bool,
        out: &mut Out,
    ) {
        let Some(destination_realm) = self.realm(now, ticket, imsi, out) else {
            return;
        };
        let request = UpdateLocationRequest {
            session_id: self.session_id(now),
            vendor_specific_application_id: Some(s6d()),
            auth_session_state: AuthSessionState::NoStateMaintained,
            origin_host: self.config.claimed().origin_host(),
            origin_realm: self.config.claimed().origin_realm(),
            destination_realm,
            user_name: imsi.to_string().into(),
            rat_type: RatType::Geran,
            // from an SGSN: the S6a/S6d indicator is clear; GPRS data, not EPS data
            ulr_flags: UlrFlags(0)
                .with_gprs_subscription_data(true)
                .with_initial_attach(attach),
            supported_features: features().avps(),
            visited_plmn_id: PlmnId::from(self.config.plmn),
            ..Default::default()
        };
        let m = Message::request(application::S6A, request);
        self.ask(now, ticket, m, None, out);
    }

    /// Purge-UE-Request, TS 29.272 5.2.1.3, to the HLR that has the mobile here.
    pub(super) fn purge(&mut self, now: Now, imsi: Imsi, home: Text, out: &mut Out) {
        if let Some(n) = self.gsup_of(imsi) {
            return self.gsup_purge(now, n, imsi, out);
        }
        if self.by_map(imsi) {
            return self.map_purge(now, imsi, &home.to_string(), out);
        }
        let Some(destination_realm) = self.realm(now, Ticket::Purge, imsi, out) else {
            return;
        };
        let request = PurgeUeRequest {
            session_id: self.session_id(now),
            vendor_specific_application_id: Some(s6d()),
            auth_session_state: AuthSessionState::NoStateMaintained,
            origin_host: self.config.claimed().origin_host(),
            origin_realm: self.config.claimed().origin_realm(),
            destination_host: Some(home),
            destination_realm,
            user_name: imsi.to_string().into(),
            pur_flags: Some(PurFlags(0).with_purged_in_sgsn(true)),
            ..Default::default()
        };
        let m = Message::request(application::S6A, request);
        self.ask(now, Ticket::Purge, m, None, out);
    }

    /// Notify-Request, TS 29.272 5.2.5.1: the mobile can be reached again.
    pub(super) fn notify_reachable(&mut self, now: Now, imsi: Imsi, home: Text, out: &mut Out) {
        if self.by_map(imsi) {
            return self.map_reachable(now, imsi, &home.to_string(), out);
        }
        let Some(destination_realm) = self.realm(now, Ticket::Notify, imsi, out) else {
            return;
        };
        let request = NotifyRequest {
            session_id: self.session_id(now),
            vendor_specific_application_id: Some(s6d()),
            auth_session_state: AuthSessionState::NoStateMaintained,
            origin_host: self.config.claimed().origin_host(),
            origin_realm: self.config.claimed().origin_realm(),
            destination_host: Some(home),
            destination_realm,
            user_name: imsi.to_string().into(),
            alert_reason: Some(AlertReason::UePresent),
            nor_flags: Some(NorFlags(0).with_ue_reachable_from_sgsn(true)),
            ..Default::default()
        };
        let m = Message::request(application::S6A, request);
        self.ask(now, Ticket::Notify, m, None, out);
    }

    fn home_answers(&mut self, now: Now, ticket: Ticket, m: &Message, out: &mut Out) {
        let outcome = m.result();
        if !outcome.is_some_and(|o| o.is_success()) {
            let diagnostic = match &m.pdu {
                Pdu::UpdateLocationAnswer(a) => a.error_diagnostic,
                Pdu::AuthenticationInformationAnswer(a) => a.error_diagnostic,
                _ => None,
            };
            let cause = causes::of_home(outcome, diagnostic, self.config.unknown_user);
            return self.failed(now, ticket, cause, out);
        }
        match (ticket, &m.pdu) {
            (Ticket::Vectors(id), Pdu::AuthenticationInformationAnswer(a)) => {
                let info = a.authentication_info.as_ref();
                // UMTS vectors in their order, else GSM triplets (TS 33.102 6.8)
                let mut utran: Vec<_> = info.map_or(&[][..], |i| &i.utran_vector).iter().collect();
                utran.sort_by_key(|v| v.item_number);
                let umts = utran.into_iter().map(|v| gmm::Vector {
                    rand: v.rand.0,
                    xres: v.xres.clone(),
                    autn: Some(v.autn.0),
                });
                let mut geran: Vec<_> = info.map_or(&[][..], |i| &i.geran_vector).iter().collect();
                geran.sort_by_key(|v| v.item_number);
                let gsm = geran.into_iter().map(|v| gmm::Vector {
                    rand: v.rand.0,
                    xres: Octets::copy(&v.sres.0),
                    autn: None,
                });
                let vectors = umts.chain(gsm).collect();
                self.mobility(now, id, gmm::In::Vectors(Ok(vectors)), out);
            }
            (Ticket::Location(id) | Ticket::Again(id), Pdu::UpdateLocationAnswer(a)) => {
                if let Some(mobile) = self.mobiles.get_mut(&id) {
                    mobile.home = Some(a.origin_host.clone());
                }
                if let Some(new) = &a.subscription_data {
                    self.subscribe(id, |data| *data = new.clone());
                }
                match ticket {
                    Ticket::Location(id) => {
                        self.mobility(now, id, gmm::In::Location(Ok(())), out);
                    }
                    _ => {
                        let event = self.event(id, "sgsn.located-again");
                        out.trace(event);
                        self.subscription_changed(now, id, out);
                    }
                }
            }
            (Ticket::Purge | Ticket::Notify | Ticket::Pull, _) => {}
            _ => self.failed(now, ticket, Cause::NetworkFailure, out),
        }
    }
}

pub(super) fn s6d() -> VendorSpecificApplicationId {
    VendorSpecificApplicationId {
        vendor_id: diameter_s6a::msg::TGPP,
        auth_application_id: Some(application::S6A),
        acct_application_id: None,
        other: Default::default(),
    }
}

/// What this SGSN does of what it may do (TS 29.272 7.3.10): it holds barring of APNs, tells state
/// and location, and when a mobile is there again.
pub(super) fn features() -> Features {
    Features {
        list_1: FeatureList1(0)
            .with_odb_all_apn(true)
            .with_odb_hplmn_apn(true)
            .with_odb_vplmn_apn(true)
            .with_ue_reachability_notification(true)
            .with_state_location_information_retrieval(true),
        list_2: FeatureList2(0),
    }
}
