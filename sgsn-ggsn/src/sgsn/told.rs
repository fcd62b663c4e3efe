//! S6d: what home networks tell of mobiles that are here: CLR, IDR, DSR, RSR (TS 29.272 5.2).
use super::{
    Id, Out, Sgsn,
    home::s6d,
    mobile::{Mobile, Subscribed},
};
use diameter_s6a::{
    machine::{peer::error_answer, route::realm_of},
    msg::{
        AuthSessionState, CancelLocationAnswer, CancelLocationRequest, CancellationType,
        DeleteSubscriberDataAnswer, DiameterTime, EpsLocationInformation, EpsUserState,
        ExperimentalResult, ExperimentalResultCode, IdrFlags, InsertSubscriberDataAnswer, Message,
        Pdu, RatType, ResetAnswer, ResetRequest, ResultCode, SgsnLocationInformation,
        SgsnUserState, SubscriptionData, Support, TGPP, UserState,
    },
};
use engine::{Event, Now, Time};
use gb_gmm::{
    gmm::{Cause, machine::net as gmm},
    sm::{self, machine::net as session},
};
use wire::{Apn, Imsi, Octets, Text};

/// An answer to a request of a home network.
macro_rules! answer {
    ($sgsn:ident, $m:ident, $r:ident, $name:ident, $results:expr, { $($field:ident: $value:expr),* }) => {{
        let (result_code, experimental_result) = $results;
        let local = &$sgsn.config.identity;
        Message::answer(&$m.header, $name {
            session_id: $r.session_id.clone(),
            vendor_specific_application_id: Some(s6d()),
            result_code,
            experimental_result,
            auth_session_state: Some(AuthSessionState::NoStateMaintained),
            origin_host: local.origin_host(),
            origin_realm: local.origin_realm(),
            proxy_info: $r.proxy_info.clone(),
            $($field: $value,)*
            ..Default::default()
        })
    }};
}

type Results = (Option<ResultCode>, Option<ExperimentalResult>);

const DONE: Results = (Some(ResultCode::Success), None);
/// TS 29.272 5.2: what is told by somebody else than the home network is not done.
const NOT_ITS_HOME: Results = (Some(ResultCode::AuthorizationRejected), None);

/// DIAMETER_ERROR_USER_UNKNOWN.
fn unknown() -> Results {
    let result = ExperimentalResult {
        vendor_id: TGPP,
        experimental_result_code: ExperimentalResultCode::UserUnknown,
        other: Default::default(),
    };
    (None, Some(result))
}

impl Sgsn {
    /// A home network asks.
    pub(super) fn home_asks(&mut self, now: Now, n: usize, m: &Message, out: &mut Out) {
        match &m.pdu {
            Pdu::CancelLocationRequest(r) => {
                // an SGSN that does not have it (any more) has it cancelled all the same
                let id = self.told_of(&r.user_name, &r.origin_realm);
                let results = match id.clone() {
                    Ok(_) => DONE,
                    Err(results) if results == unknown() => DONE,
                    Err(results) => results,
                };
                let answer = answer!(self, m, r, CancelLocationAnswer, results, {});
                self.reply(now, n, &answer, out);
                match id {
                    Ok(id) => self.cancelled(now, id, r, out),
                    Err(_) => out.count("s6d.cancel-of-nobody"),
                }
            }
            Pdu::InsertSubscriberDataRequest(r) => {
                let id = self.told_of(&r.user_name, &r.origin_realm);
                let results = id.as_ref().map_or_else(Clone::clone, |_| DONE);
                let mut told = InsertSubscriberDataAnswer::default();
                if let Ok(id) = id {
                    told = self.state_of(now, id, r.idr_flags.unwrap_or_default());
                    self.subscribe(id, |data| data.merge(&r.subscription_data));
                }
                let answer = answer!(self, m, r, InsertSubscriberDataAnswer, results, {
                    ims_voice_over_ps_sessions_supported:
                        told.ims_voice_over_ps_sessions_supported,
                    last_ue_activity_time: told.last_ue_activity_time,
                    rat_type: told.rat_type,
                    eps_user_state: told.eps_user_state,
                    eps_location_information: told.eps_location_information
                });
                self.reply(now, n, &answer, out);
                if let Ok(id) = id {
                    self.subscription_changed(now, id, out);
                }
            }
            Pdu::DeleteSubscriberDataRequest(r) => {
                let id = self.told_of(&r.user_name, &r.origin_realm);
                let results = id.as_ref().map_or_else(Clone::clone, |_| DONE);
                let answer = answer!(self, m, r, DeleteSubscriberDataAnswer, results, {});
                self.reply(now, n, &answer, out);
                if let Ok(id) = id {
                    self.subscribe(id, |data| data.withdraw(r.dsr_flags, &r.context_identifier));
                    self.subscription_changed(now, id, out);
                }
            }
            Pdu::ResetRequest(r) => {
                let answer = answer!(self, m, r, ResetAnswer, DONE, {});
                self.reply(now, n, &answer, out);
                self.reset(r, out);
            }
            _ => {
                let code = ResultCode::CommandUnsupported;
                let e = error_answer(&self.config.identity, code, None);
                self.reply(now, n, &Message::answer(&m.header, e), out);
            }
        }
    }

    /// Whether this is not the mobile's home network.
    pub(super) fn is_abroad(&self, imsi: &Imsi) -> bool {
        realm_of(imsi, &self.config.lengths) != Some(self.config.plmn.realm())
    }

    /// Whether a mobile has been let in.
    pub(super) fn is_attached(&self, id: Id) -> bool {
        let attached = |m: &Mobile| m.gmm.state() == gmm::State::Registered;
        self.mobiles.get(&id).is_some_and(attached)
    }

    /// Changes what a mobile's home network has told of its subscription.
    pub(super) fn subscribe(&mut self, id: Id, change: impl FnOnce(&mut SubscriptionData)) {
        if let Some(m) = self.mobiles.get_mut(&id) {
            change(&mut m.data);
            m.subscription = subscribed(&m.data);
            m.msisdn = m.data.msisdn.as_ref().and_then(|n| n.digits());
        }
    }

    fn reply(&mut self, now: Now, n: usize, answer: &Message, out: &mut Out) {
        self.with_peer(now, n, out, |e, _, _, w| e.answer(answer, w));
    }

    /// The mobile that a home network speaks of, where it is that mobile's.
    fn told_of(&self, user_name: &Text, origin_realm: &Text) -> Result<Id, Results> {
        let imsi = user_name.as_str().and_then(|s| s.parse::<Imsi>().ok());
        let imsi = imsi.ok_or_else(unknown)?;
        let id = self.by_imsi.get(&imsi).copied().ok_or_else(unknown)?;
        let home = realm_of(&imsi, &self.config.lengths);
        match home.is_some_and(|h| h.as_bytes().eq_ignore_ascii_case(&origin_realm.0)) {
            true => Ok(id),
            false => Err(NOT_ITS_HOME),
        }
    }

    /// TS 29.272 5.2.1.2.3: the subscriber is somewhere else now, or nobody's any more.
    fn cancelled(&mut self, now: Now, id: Id, r: &CancelLocationRequest, out: &mut Out) {
        out.trace(Event::new("sgsn.cancelled").with("imsi", &r.user_name));
        // the home network knows that it is not here: no purge
        if let Some(m) = self.mobiles.get_mut(&id) {
            m.home = None;
        }
        let again = r.clr_flags.is_some_and(|f| f.reattach_required());
        match r.cancellation_type {
            CancellationType::SubscriptionWithdrawal => self.detach(now, id, again, out),
            // told to come back: it must be told itself
            _ if again => self.detach(now, id, true, out),
            // it is registered elsewhere: nothing to tell it here
            _ => self.forget(now, id, out),
        }
    }

    /// What an Insert-Subscriber-Data-Answer tells (TS 29.272 5.2.2.1.2); what is wanted later is
    /// remembered.
    fn state_of(&mut self, now: Now, id: Id, asked: IdrFlags) -> InsertSubscriberDataAnswer {
        let mut told = InsertSubscriberDataAnswer::default();
        let active = self.contexts.iter().any(|c| c.extra == id);
        let Some(m) = self.mobiles.get_mut(&id) else {
            return told;
        };
        if asked.ue_reachability() {
            m.announce = true;
        }
        if asked.t_ads_data() {
            told.ims_voice_over_ps_sessions_supported = Some(Support::NotSupported);
            let ago = (now.mono - m.heard).as_secs();
            let then = now.utc.secs().saturating_sub(ago);
            told.last_ue_activity_time = Some(DiameterTime::from_unix(then));
        }
        if asked.t_ads_data() || asked.rat_type() {
            told.rat_type = Some(RatType::Geran);
        }
        if asked.eps_user_state() {
            let state = match active {
                true => UserState::ConnectedReachableForPaging,
                false => UserState::AttachedReachableForPaging,
            };
            told.eps_user_state = Some(EpsUserState {
                sgsn_user_state: Some(SgsnUserState {
                    user_state: Some(state),
                    other: Default::default(),
                }),
                ..Default::default()
            });
        }
        if asked.eps_location_information() {
            told.eps_location_information = Some(EpsLocationInformation {
                sgsn_location_information: Some(place(m, now.mono)),
                ..Default::default()
            });
        }
        told
    }

    /// TS 29.272 5.2.4.1.3: whoever's home network may have forgotten it is told of again when it is
    /// heard next.
    fn reset(&mut self, r: &ResetRequest, out: &mut Out) {
        let mut count = 0u32;
        for (imsi, id) in &self.by_imsi {
            let home = realm_of(imsi, &self.config.lengths);
            let digits = imsi.to_string();
            let named = |user: &Text| user.as_str().is_some_and(|u| digits.starts_with(u));
            let meant = home.is_some_and(|h| h.as_bytes().eq_ignore_ascii_case(&r.origin_realm.0))
                && (r.user_id.is_empty() || r.user_id.iter().any(named));
            if let Some(m) = self.mobiles.get_mut(id).filter(|_| meant) {
                m.confirmed = false;
                count = count.saturating_add(1);
            }
        }
        let event = Event::new("sgsn.home-reset").with("home", &r.origin_host);
        out.trace(event.with("mobiles", count));
    }

    /// A mobile was heard: what waited for that.
    pub(super) fn heard(&mut self, now: Now, id: Id, out: &mut Out) {
        let Some(m) = self.mobiles.get_mut(&id) else {
            return;
        };
        m.heard = now.mono;
        let Some(imsi) = m
            .gmm
            .imsi()
            .filter(|_| m.gmm.state() == gmm::State::Registered)
        else {
            return;
        };
        let lost = !std::mem::replace(&mut m.confirmed, true);
        let announce = std::mem::take(&mut m.announce);
        let home = m.home.clone();
        if lost {
            self.update_location(now, id, imsi, false, out);
        }
        if let Some(home) = home.filter(|_| announce) {
            self.notify_reachable(now, imsi, home, out);
        }
    }

    /// The home network has not taken the location of a mobile that is attached.
    pub(super) fn not_located(&mut self, now: Now, id: Id, cause: Cause, out: &mut Out) {
        let Some(m) = self.mobiles.get_mut(&id) else {
            return;
        };
        if cause == Cause::NetworkFailure {
            // another try, when it is heard again
            m.confirmed = false;
            return;
        }
        m.home = None;
        let event = self.event(id, "sgsn.not-located");
        out.trace(event.with("cause", cause));
        self.detach(now, id, false, out);
    }

    /// What a changed subscription does not allow any more ends (TS 29.272 5.2.2.1.2, 5.2.2.2.2).
    pub(super) fn subscription_changed(&mut self, now: Now, id: Id, out: &mut Out) {
        let Some(m) = self.mobiles.get(&id) else {
            return;
        };
        let data = &m.data;
        if data.access_restriction_data.is_some_and(|a| a.geran()) {
            let event = self.event(id, "sgsn.access-restricted");
            out.trace(event);
            return self.detach(now, id, false, out);
        }
        let imsi = m.gmm.imsi();
        let barred = is_barred(data, imsi.is_none_or(|i| self.is_abroad(&i)));
        let apns = &m.subscription;
        let gone = |apn: &Apn| {
            let name = apn.network_id();
            let named =
                |a: &Subscribed| a.network_id == "*" || Some(&a.network_id) == name.as_ref();
            !apns.iter().any(named)
        };
        let contexts = self.contexts.iter().filter(|c| c.extra == id);
        let ends: Vec<_> = contexts
            .filter_map(|c| match barred {
                true => Some((c.nsapi, sm::Cause::OperatorDeterminedBarring)),
                false => gone(&c.apn).then_some((c.nsapi, sm::Cause::RegularDeactivation)),
            })
            .collect();
        let event = self.event(id, "sgsn.subscription-changed");
        out.trace(event.with("contexts-ended", ends.len()));
        for (nsapi, cause) in ends {
            self.session(now, id, session::In::Deactivate { nsapi, cause }, out);
        }
    }
}

/// Where a mobile was heard last, and how many minutes ago (TS 29.272 7.3.116, 7.3.126).
fn place(m: &Mobile, now: Time) -> SgsnLocationInformation {
    let area = m.cell.0;
    SgsnLocationInformation {
        location_area_identity: area.get(..5).map(Octets::copy),
        routing_area_identity: Some(Octets::copy(&area)),
        age_of_location_information: Some(((now - m.heard).as_secs() / 60) as u32),
        ..Default::default()
    }
}

/// Whether no APN may be used: those of the home network, and there are no others here, are barred
/// for a mobile that is abroad.
pub(super) fn is_barred(data: &SubscriptionData, abroad: bool) -> bool {
    let odb = data.operator_determined_barring;
    odb.is_some_and(|b| b.all_packet_services() || (abroad && b.hplmn_ap()))
}

/// The APNs of a subscription: those for GPRS, else those for EPS.
fn subscribed(data: &SubscriptionData) -> Vec<Subscribed> {
    let name = |t: &Text| {
        let t = t.as_str()?.to_ascii_lowercase();
        match t.as_str() {
            "*" => Some(t),
            _ => Apn::new(&t)?.network_id(),
        }
    };
    if let Some(gprs) = &data.gprs_subscription_data {
        let each = gprs.pdp_context.iter().filter_map(|c| {
            Some(Subscribed {
                id: None,
                network_id: name(&c.service_selection)?,
                ipv4: c.pdp_type.0[1] == 0x21,
            })
        });
        return each.collect();
    }
    let profile = data.apn_configuration_profile.iter();
    let each = profile.flat_map(|p| &p.apn_configuration).filter_map(|c| {
        Some(Subscribed {
            id: None,
            network_id: name(&c.service_selection)?,
            // PDN-Type: 1 is IPv6 alone
            ipv4: c.pdn_type.0 != 1,
        })
    });
    each.collect()
}
