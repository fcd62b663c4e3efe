//! The procedures one by one, TS 29.272 5.2: what is checked, what the store is asked, what the
//! serving node is told.
use crate::answers::{self, aia, head, noa, pua, refuse, ula};
use crate::edit::{Edit, Gateway};
use crate::hlr::{Hlr, Work, key};
use crate::records::{Answer, Ask, Purged, ReserveError, Reserved};
use crate::rules::{Asked, Refusal};
use crate::subscriber::{ServingNode, Subscriber};
use crate::subscription::{For, subscription_data};
use diameter_s6a::msg::{
    AuthenticationInformationRequest, CancellationType, ErrorDiagnostic, ExperimentalResultCode,
    Features, Message, Pdu, Proto, PuaFlags, RatType, ResultCode, UpdateLocationRequest, id,
};
use engine::{Event, Link, Now, Outputs};
use wire::{Apn, Framing, Imsi, Octets, Text};

/// RAND and AUTS of Re-Synchronization-Info, TS 29.272 7.3.15.
type Resync = (aka::Rand, aka::Auts);

impl Hlr {
    /// A request that is new.
    pub(crate) fn serve(&mut self, link: Link, m: Message, out: &mut Outputs<Ask>) {
        let imsi = match self.addressed(&m) {
            Ok(imsi) => imsi,
            Err(why) => return self.no(link, &m, why, None, out),
        };
        let m = Box::new(m);
        match &m.pdu {
            Pdu::AuthenticationInformationRequest(_) => {
                self.ask(Ask::Fetch(imsi), Work::AirFetched(link, m), out);
            }
            Pdu::UpdateLocationRequest(_) => {
                self.ask(Ask::Fetch(imsi), Work::UlrFetched(link, m), out);
            }
            Pdu::NotifyRequest(r) => {
                let gateway = r.mip6_agent_info.clone().map(|agent| Gateway {
                    context: r.context_identifier,
                    apn: r
                        .service_selection
                        .as_ref()
                        .and_then(|s| Apn::new(s.as_str()?)),
                    agent,
                });
                let edit = Edit::Notified {
                    host: r.origin_host.to_string(),
                    terminal: r.terminal_information.clone().map(Box::new),
                    gateway: gateway.map(Box::new),
                };
                self.ask(Ask::Edit(imsi, edit), Work::Notified(link, m), out);
            }
            _ => {
                let host = head(&m).map(|h| h.origin_host.to_string());
                let ask = Ask::Purge {
                    imsi,
                    host: host.unwrap_or_default(),
                };
                self.ask(ask, Work::PurStored(link, m, imsi), out);
            }
        }
    }

    /// Whether a request is for us, and about whom.
    fn addressed(&self, m: &Message) -> Result<Imsi, Refusal> {
        let Some(h) = head(m) else {
            return Err(Refusal::Base(ResultCode::CommandUnsupported));
        };
        let local = &self.config.identity;
        if !local.is_realm(h.destination_realm) {
            return Err(Refusal::Base(ResultCode::RealmNotServed));
        }
        let alias = |host: &Text| {
            let aliases = self.config.aliases.iter();
            local.is_host(host)
                || aliases
                    .into_iter()
                    .any(|a| host.0.eq_ignore_ascii_case(a.as_bytes()))
        };
        if !h.destination_host.is_none_or(alias) {
            return Err(Refusal::Base(ResultCode::UnableToDeliver));
        }
        let imsi = h.user_name.as_str().and_then(|s| s.parse().ok());
        imsi.ok_or(Refusal::UNKNOWN)
    }

    /// The store has answered.
    pub(crate) fn go_on(&mut self, now: Now, work: Work, answer: Answer, out: &mut Outputs<Ask>) {
        match (work, answer) {
            (Work::AirFetched(link, m), Answer::Subscriber(s)) => {
                self.air(now, link, m, s, out);
            }
            (Work::AirReserved(link, m), Answer::Reserved(Ok(r))) => {
                self.vectors(link, &m, &r, out);
            }
            (Work::AirReserved(link, m), Answer::Reserved(Err(e))) => {
                let why = match e {
                    ReserveError::Unknown => Refusal::UNKNOWN,
                    ReserveError::Exhausted | ReserveError::BadAuts | ReserveError::Keys => {
                        Refusal::Experimental(ExperimentalResultCode::AuthenticationDataUnavailable)
                    }
                };
                out.trace(Event::new("hlr.no-vectors").with("why", e));
                self.no(link, &m, why, None, out);
            }
            (Work::UlrFetched(link, m), Answer::Subscriber(s)) => {
                self.ulr(now, link, m, s, out);
            }
            (Work::UlrStored(link, m, s), Answer::Moved { known, previous }) => {
                if known {
                    self.located(now, link, &m, &s, previous, out);
                } else {
                    self.no(link, &m, Refusal::UNKNOWN, None, out);
                }
            }
            (Work::PurStored(link, m, imsi), Answer::Purged(done)) => {
                self.purged(link, &m, imsi, done, out);
            }
            (Work::Notified(link, m), Answer::Edited(records)) => {
                self.notified(link, &m, records.map(|r| r.1), out);
            }
            (Work::Changed(imsi), Answer::Edited(records)) => {
                let event = Event::new("hlr.changed").with("imsi", imsi);
                out.trace(event.with("known", records.is_some()));
                if let Some(records) = records {
                    self.update(now, &records.0, &records.1, out);
                }
            }
            (Work::Query(imsi, flags), Answer::Subscriber(s)) => {
                self.query(now, imsi, s.as_deref(), flags, out);
            }
            (Work::Cancel(imsi, kind, again, event), Answer::Moved { known, previous }) => {
                out.trace(Event::new(event).with("imsi", imsi).with("known", known));
                if let Some(node) = previous {
                    self.cancel(now, imsi, &node, kind, again, out);
                }
            }
            (Work::CancelAndRelease(imsi), Answer::Moved { previous, .. }) => {
                if let Some(node) = previous {
                    self.cancel(
                        now,
                        imsi,
                        &node,
                        CancellationType::SubscriptionWithdrawal,
                        false,
                        out,
                    );
                    self.ask(Ask::Release(imsi), Work::Nothing, out);
                }
                self.leases.stop(&imsi);
            }
            (Work::Inserted(imsi), Answer::Stored(new)) => {
                let name = if new {
                    "hlr.inserted"
                } else {
                    "hlr.not-inserted"
                };
                out.trace(Event::new(name).with("imsi", imsi));
            }
            (Work::Gsup(work), answer) => self.gsup_go_on(now, work, answer, out),
            (Work::Map(work), answer) => self.map_go_on(now, work, answer, out),
            (Work::Nothing, _) => {}
            (work, answer) => self.store_failed(work, &answer, out),
        }
    }

    /// The store could not do it: whoever waits is told DIAMETER_UNABLE_TO_COMPLY.
    fn store_failed(&mut self, work: Work, answer: &Answer, out: &mut Outputs<Ask>) {
        out.count("store failed");
        if let Answer::Failed(why) = answer {
            out.trace(Event::new("hlr.store-failed").with("why", why));
        }
        match work {
            Work::AirFetched(link, m)
            | Work::AirReserved(link, m)
            | Work::UlrFetched(link, m)
            | Work::UlrStored(link, m, _)
            | Work::PurStored(link, m, _)
            | Work::Notified(link, m) => self.no(link, &m, Refusal::UNABLE, None, out),
            _ => {}
        }
    }

    /// AIR with the record: TS 29.272 5.2.3.1.3.
    fn air(
        &mut self,
        now: Now,
        link: Link,
        m: Box<Message>,
        s: Option<Box<Subscriber>>,
        out: &mut Outputs<Ask>,
    ) {
        let Pdu::AuthenticationInformationRequest(r) = &m.pdu else {
            return;
        };
        let judged = s.ok_or(Refusal::UNKNOWN).and_then(|s| {
            let asked = self.asked_by(now, &m, r.visited_plmn_id.plmn());
            self.config.rules.judge(&s, &asked)?;
            let (eutran, utran) = wanted(r, self.config.rules.most_vectors);
            match eutran.saturating_add(utran) {
                0 => Err(Refusal::UNABLE),
                // TS 29.272 5.2.3.1.3: no such subscription
                _ if eutran > 0 && !s.eps => Err(NO_SUBSCRIPTION),
                // TS 33.401 6.1.1: no access to E-UTRAN with a SIM
                _ if eutran > 0 && s.sim => Err(NO_VECTORS),
                count => Ok((s, count)),
            }
        });
        let (s, count) = match judged {
            Ok(j) => j,
            Err(why) => return self.no(link, &m, why, None, out),
        };
        let resync = match resync(r) {
            Ok(resync) => resync,
            Err(failed) => {
                let why = Refusal::Base(ResultCode::InvalidAvpValue);
                return self.no(link, &m, why, Some(failed), out);
            }
        };
        let ask = Ask::Reserve {
            imsi: s.imsi,
            node: r.origin_host.to_string(),
            request: Some(m.header.end_to_end),
            rands: (0..count).map(|_| self.rng.array()).collect(),
            resync,
            utc: now.utc,
        };
        self.ask(ask, Work::AirReserved(link, m), out);
    }

    /// AIA: the numbers have come.
    fn vectors(&mut self, link: Link, m: &Message, r: &Reserved, out: &mut Outputs<Ask>) {
        let (Pdu::AuthenticationInformationRequest(air), Some(h)) = (&m.pdu, head(m)) else {
            return;
        };
        let s = &r.subscriber;
        let Ok(functions) = s.algorithm.keyed(&s.k, &s.operator_code) else {
            let why = ExperimentalResultCode::AuthenticationDataUnavailable;
            return self.no(link, m, Refusal::Experimental(why), None, out);
        };
        let (eutran, utran) = wanted(air, self.config.rules.most_vectors);
        let visited = air.visited_plmn_id.0;
        let mut challenges = r.challenges.clone();
        if utran_first(air) {
            // what is used first has the lower numbers: a card takes no older one (TS 33.102 6.3.2)
            let utran = challenges.len().min(utran as usize);
            challenges.rotate_left(utran);
        }
        let info = answers::vectors(s, &functions, &challenges, eutran as usize, visited);
        if let Some(resync) = r.resync {
            let event = Event::new("hlr.resynchronised").with("imsi", s.imsi);
            let reset = matches!(resync, aka::Resynchronisation::Reset { .. });
            out.trace(event.with("reset", reset));
        }
        let event = Event::new("hlr.vectors").with("imsi", s.imsi);
        out.trace(
            event
                .with("count", r.challenges.len())
                .with("node", h.origin_host),
        );
        // TS 29.272 5.2.3.1.3: for the choice of a dedicated core network
        let usage = air.air_flags.is_some_and(|f| f.send_ue_usage_type());
        let usage = s.service.ue_usage_type.filter(|_| usage);
        let pdu = aia(&self.config.identity, &h, info, usage);
        let answer = Message::answer(&m.header, pdu);
        self.reply(link, m, &answer, out);
    }

    /// ULR with the record: TS 29.272 5.2.1.1.3.
    fn ulr(
        &mut self,
        now: Now,
        link: Link,
        m: Box<Message>,
        s: Option<Box<Subscriber>>,
        out: &mut Outputs<Ask>,
    ) {
        let Pdu::UpdateLocationRequest(r) = &m.pdu else {
            return;
        };
        let judged = s.ok_or(Refusal::UNKNOWN).and_then(|s| {
            let asked = self.asked_by(now, &m, r.visited_plmn_id.plmn());
            self.config.rules.judge(&s, &asked)?;
            let mme = r.ulr_flags.s6a();
            let gprs = !s.contexts.is_empty();
            if mme && !(gprs && s.eps) {
                // TS 29.272 7.3.128: whether another access would do
                return Err(Refusal::Diagnosed(
                    ExperimentalResultCode::UnknownEpsSubscription,
                    match gprs {
                        true => ErrorDiagnostic::GprsDataSubscribed,
                        false => ErrorDiagnostic::NoGprsDataSubscribed,
                    },
                ));
            }
            if !gprs {
                return Err(NO_SUBSCRIPTION);
            }
            if !s.may_use(r.rat_type) {
                let why = ExperimentalResultCode::RatNotAllowed;
                return Err(Refusal::Experimental(why));
            }
            let features = Features::of(&r.supported_features);
            if let Some(why) = s.barred_at(&features.list_1) {
                let code = ExperimentalResultCode::RoamingNotAllowed;
                return Err(Refusal::Diagnosed(code, why));
            }
            // an SGSN has no E-UTRAN, an MME nothing else
            let eutran = matches!(r.rat_type, RatType::Eutran | RatType::EutranNbIot);
            if eutran != mme {
                return Err(Refusal::UNABLE);
            }
            Ok(s)
        });
        let s = match judged {
            Ok(s) => s,
            Err(why) => return self.no(link, &m, why, None, out),
        };
        let ask = Ask::UpdateServing {
            imsi: s.imsi,
            node: node_of(r),
        };
        self.ask(ask, Work::UlrStored(link, m, s), out);
    }

    /// ULA: the update is stored.
    fn located(
        &mut self,
        now: Now,
        link: Link,
        m: &Message,
        s: &Subscriber,
        previous: Option<ServingNode>,
        out: &mut Outputs<Ask>,
    ) {
        let (Pdu::UpdateLocationRequest(r), Some(h)) = (&m.pdu, head(m)) else {
            return;
        };
        let node = node_of(r);
        if let Some(old) = previous.filter(|old| !old.host.eq_ignore_ascii_case(&node.host)) {
            let kind = match (old.mme, r.ulr_flags.initial_attach()) {
                (_, true) => CancellationType::InitialAttachProcedure,
                (true, false) => CancellationType::MmeUpdateProcedure,
                (false, false) => CancellationType::SgsnUpdateProcedure,
            };
            self.cancel(now, s.imsi, &old, kind, false, out);
        }
        self.lease(now, s);
        let theirs = Features::of(&r.supported_features);
        if let Some(h) = self.heard.get_mut(&key(&node.host)) {
            h.mme = Some(node.mme);
            h.features = Some(theirs);
        }
        if let Some(terminal) = r.terminal_information.clone() {
            let told = Edit::Notified {
                host: node.host.clone(),
                terminal: Some(Box::new(terminal)),
                gateway: None,
            };
            self.ask(Ask::Edit(s.imsi, told), Work::Nothing, out);
        }
        let skip = r.ulr_flags.skip_subscriber_data();
        let to = For {
            mme: node.mme,
            gprs: r.ulr_flags.gprs_subscription_data(),
            features: theirs,
        };
        let data = (!skip).then(|| subscription_data(s, to));
        let event = Event::new("hlr.located").with("imsi", s.imsi);
        out.trace(event.with("node", &node.host));
        let common = self.config.features.and(theirs);
        let pdu = ula(&self.config.identity, &h, common, data);
        let answer = Message::answer(&m.header, pdu);
        self.reply(link, m, &answer, out);
    }

    /// Access begins anew: it ends after the record's time.
    pub(crate) fn lease(&mut self, now: Now, s: &Subscriber) {
        match s.lease(now.utc) {
            Some(lease) => self.leases.start(s.imsi, now.mono + lease),
            None => {
                self.leases.stop(&s.imsi);
            }
        }
    }

    /// PUA: TS 29.272 5.2.1.3.3.
    fn purged(
        &mut self,
        link: Link,
        m: &Message,
        imsi: Imsi,
        done: Purged,
        out: &mut Outputs<Ask>,
    ) {
        let Some(h) = head(m) else { return };
        let here = match done {
            Purged::Unknown => return self.no(link, m, Refusal::UNKNOWN, None, out),
            Purged::Here => true,
            Purged::Elsewhere => false,
        };
        if here {
            self.leases.stop(&imsi);
            let event = Event::new("hlr.purged").with("imsi", imsi);
            out.trace(event.with("node", h.origin_host));
        }
        // an MME has M-TMSIs, an SGSN P-TMSIs; whoever has not said which it is may have both
        let mme = self
            .heard
            .get(&key(&h.origin_host.to_string()))
            .and_then(|n| n.mme);
        let flags = PuaFlags(0)
            .with_freeze_m_tmsi(here && mme != Some(false))
            .with_freeze_p_tmsi(here && mme != Some(true));
        let pdu = pua(&self.config.identity, &h, flags);
        let answer = Message::answer(&m.header, pdu);
        self.reply(link, m, &answer, out);
    }

    /// NOA: TS 29.272 5.2.5.1.3.
    fn notified(&mut self, link: Link, m: &Message, s: Option<Subscriber>, out: &mut Outputs<Ask>) {
        let (Pdu::NotifyRequest(r), Some(h)) = (&m.pdu, head(m)) else {
            return;
        };
        let why = match &s {
            None => Some(Refusal::UNKNOWN),
            Some(s) if !s.is_served_by(&r.origin_host.to_string()) => Some(Refusal::NOT_SERVING),
            Some(_) => None,
        };
        if let Some(why) = why {
            return self.no(link, m, why, None, out);
        }
        let event = Event::new("hlr.notified").with("imsi", h.user_name);
        out.trace(event.with("node", h.origin_host));
        let reachable = r
            .nor_flags
            .is_some_and(|f| f.ue_reachable_from_sgsn() || f.ue_reachable_from_mme());
        if reachable || r.alert_reason.is_some() {
            let event = Event::new("hlr.alert").with("imsi", h.user_name);
            let why = r.alert_reason.map(|a| a.to_string());
            out.trace(event.with("why", why.unwrap_or_else(|| "UE reachable".into())));
        }
        let pdu = noa(&self.config.identity, &h);
        let answer = Message::answer(&m.header, pdu);
        self.reply(link, m, &answer, out);
    }

    fn asked_by<'a>(&self, now: Now, m: &'a Message, visited: Option<wire::Plmn>) -> Asked<'a> {
        let text = |t: Option<&'a Text>| t.and_then(Text::as_str).unwrap_or_default();
        Asked {
            update: matches!(m.pdu, Pdu::UpdateLocationRequest(_)),
            host: text(head(m).map(|h| h.origin_host)),
            realm: text(head(m).map(|h| h.origin_realm)),
            visited,
            utc: now.utc,
        }
    }

    /// Refuses a request.
    fn no(
        &mut self,
        link: Link,
        m: &Message,
        why: Refusal,
        failed: Option<Octets>,
        out: &mut Outputs<Ask>,
    ) {
        if let Some(answer) = self.refusal(m, why, failed, out) {
            self.reply(link, m, &answer, out);
        }
    }

    /// The answer that refuses a request.
    pub(crate) fn refusal(
        &self,
        m: &Message,
        why: Refusal,
        failed: Option<Octets>,
        out: &mut Outputs<Ask>,
    ) -> Option<Message> {
        if let Some(h) = head(m) {
            let event = Event::new("hlr.refused").with("imsi", h.user_name);
            out.trace(event.with("request", m.name()).with("result", why));
        }
        refuse(&self.config.identity, m, why, failed)
    }
}

/// DIAMETER_ERROR_UNKNOWN_EPS_SUBSCRIPTION: the subscriber has none of the kind that is asked for.
const NO_SUBSCRIPTION: Refusal =
    Refusal::Experimental(ExperimentalResultCode::UnknownEpsSubscription);

/// DIAMETER_AUTHENTICATION_DATA_UNAVAILABLE.
const NO_VECTORS: Refusal =
    Refusal::Experimental(ExperimentalResultCode::AuthenticationDataUnavailable);

/// How many vectors for E-UTRAN and how many for UTRAN and GERAN are wanted, at most `most` of each.
fn wanted(r: &AuthenticationInformationRequest, most: u32) -> (u32, u32) {
    let count = |n: Option<u32>| n.unwrap_or(1).max(1).min(most);
    let eutran = r.requested_eutran_authentication_info.as_ref();
    let utran = r.requested_utran_geran_authentication_info.as_ref();
    (
        eutran.map_or(0, |i| count(i.number_of_requested_vectors)),
        utran.map_or(0, |i| count(i.number_of_requested_vectors)),
    )
}

/// Whether vectors for UTRAN and GERAN are used at once, and those for E-UTRAN are not (TS 29.272
/// 7.3.16: the AVP being there says so, whatever its value).
fn utran_first(r: &AuthenticationInformationRequest) -> bool {
    let eutran = r.requested_eutran_authentication_info.as_ref();
    let utran = r.requested_utran_geran_authentication_info.as_ref();
    utran.is_some_and(|i| i.immediate_response_preferred.is_some())
        && eutran.is_none_or(|i| i.immediate_response_preferred.is_none())
}

/// RAND and AUTS of a request.
///
/// # Errors
/// They do not have 30 octets together: the AVP for Failed-AVP.
fn resync(r: &AuthenticationInformationRequest) -> Result<Option<Resync>, Octets> {
    let eutran = r.requested_eutran_authentication_info.as_ref();
    let utran = r.requested_utran_geran_authentication_info.as_ref();
    let info = eutran
        .and_then(|i| i.re_synchronization_info.as_ref())
        .or_else(|| utran.and_then(|i| i.re_synchronization_info.as_ref()));
    let Some(info) = info else { return Ok(None) };
    let split = info.split_at_checked(16);
    let both = split.and_then(|(rand, auts)| Some((rand.try_into().ok()?, auts.try_into().ok()?)));
    both.map(Some).ok_or_else(|| {
        let mut w = wire::BytesMut::new();
        let key = id::ReSynchronizationInfo;
        Proto::put(key, Proto::flags(key), info, &mut w);
        w.freeze().into()
    })
}

fn node_of(r: &UpdateLocationRequest) -> ServingNode {
    ServingNode {
        host: r.origin_host.to_string(),
        realm: r.origin_realm.to_string(),
        plmn: r.visited_plmn_id.plmn(),
        mme: r.ulr_flags.s6a(),
    }
}
