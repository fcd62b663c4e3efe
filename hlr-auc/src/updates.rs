//! What the HLR tells serving nodes of its own accord: CLR, IDR, DSR, RSR (TS 29.272 5.2.1.2,
//! 5.2.2, 5.2.4).
use crate::answers::s6a;
use crate::gsup;
use crate::hlr::{Hlr, key};
use crate::map;
use crate::records::Ask;
use crate::subscriber::{ServingNode, Subscriber};
use crate::subscription::{For, difference, subscription_data};
use diameter_s6a::msg::{
    AuthSessionState, CancelLocationRequest, CancellationType, ClrFlags,
    DeleteSubscriberDataRequest, IdrFlags, InsertSubscriberDataAnswer, InsertSubscriberDataRequest,
    Message, Pdu, ResetRequest, SubscriptionData, application,
};
use engine::{Event, Now, Outputs};
use wire::{Imsi, Text};

/// What an answer of a serving node is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ticket {
    /// A cancellation.
    Cancel(Imsi),
    /// A change of a subscription.
    Change(Imsi),
    /// A question.
    Query(Imsi),
    /// A reset, of this host.
    Reset(String),
}

impl Ticket {
    /// The event of an answer, and that of none.
    fn events(&self) -> (Event, Event) {
        let pair = |yes, no| (Event::new(yes), Event::new(no));
        match self {
            Self::Cancel(imsi) => {
                let (yes, no) = pair("hlr.cancelled", "hlr.not-cancelled");
                (yes.with("imsi", imsi), no.with("imsi", imsi))
            }
            Self::Change(imsi) => {
                let (yes, no) = pair("hlr.updated", "hlr.not-updated");
                (yes.with("imsi", imsi), no.with("imsi", imsi))
            }
            Self::Query(imsi) => {
                let (yes, no) = pair("hlr.state", "hlr.no-state");
                (yes.with("imsi", imsi), no.with("imsi", imsi))
            }
            Self::Reset(host) => {
                let (yes, no) = pair("hlr.reset", "hlr.not-reset");
                (yes.with("node", host), no.with("node", host))
            }
        }
    }
}

/// A request to a serving node.
macro_rules! request {
    ($hlr:ident, $now:ident, $name:ident, $host:expr, $realm:expr, { $($field:ident: $value:expr),* $(,)? }) => {{
        let session_id = $hlr.session_id($now);
        let local = &$hlr.config.identity;
        Message::request(application::S6A, $name {
            session_id,
            vendor_specific_application_id: Some(s6a()),
            auth_session_state: AuthSessionState::NoStateMaintained,
            origin_host: local.origin_host(),
            origin_realm: local.origin_realm(),
            destination_host: $host.into(),
            destination_realm: $realm.into(),
            $($field: $value,)*
            ..Default::default()
        })
    }};
}

impl Hlr {
    /// RFC 6733 8.8: unique for ever, by the time of the start and a count.
    fn session_id(&mut self, now: Now) -> Text {
        self.sessions = self.sessions.wrapping_add(1);
        let host = &self.config.identity.host;
        format!("{host};{};{}", now.utc.secs() as u32, self.sessions).into()
    }

    /// CLR: TS 29.272 5.2.1.2.
    pub(crate) fn cancel(
        &mut self,
        now: Now,
        imsi: Imsi,
        node: &ServingNode,
        kind: CancellationType,
        again: bool,
        out: &mut Outputs<Ask>,
    ) {
        if map::is_heard_so(node) {
            return self.map_cancel(now, imsi, node, kind, out);
        }
        if gsup::is_heard_so(node) {
            return self.gsup_cancel(now, imsi, node, kind, out);
        }
        // tells MME from SGSN where the type does not (TS 29.272 7.3.152)
        let initial = kind == CancellationType::InitialAttachProcedure;
        let flags = ClrFlags(0)
            .with_s6a(initial && node.mme)
            .with_reattach_required(again);
        let m = request!(self, now, CancelLocationRequest, node.host.as_str(), node.realm.as_str(), {
            user_name: imsi.to_string().into(),
            cancellation_type: kind,
            clr_flags: (initial || again).then_some(flags),
        });
        let event = Event::new("hlr.cancelling").with("imsi", imsi);
        out.trace(event.with("node", &node.host).with("type", kind));
        self.tell(now, Ticket::Cancel(imsi), &node.host, m, out);
    }

    /// IDR and DSR: TS 29.272 5.2.2. What is withdrawn goes first, so that a context that takes the
    /// place of another is not taken for it.
    pub(crate) fn update(
        &mut self,
        now: Now,
        old: &Subscriber,
        new: &Subscriber,
        out: &mut Outputs<Ask>,
    ) {
        let Some(node) = new.serving.clone().filter(|_| !new.purged) else {
            return;
        };
        if map::is_heard_so(&node) {
            return self.map_changed(now, &node, old, new, out);
        }
        if gsup::is_heard_so(&node) {
            return self.gsup_changed(now, &node, old, new, out);
        }
        let features = self.heard.get(&key(&node.host)).and_then(|h| h.features);
        let to = For {
            mme: node.mme,
            gprs: true,
            features: features.unwrap_or(self.config.features),
        };
        let changes = difference(subscription_data(old, to), subscription_data(new, to));
        let user_name = Text::from(new.imsi.to_string());
        let (host, realm) = (node.host.as_str(), node.realm.as_str());
        if let Some((flags, contexts)) = changes.delete {
            let m = request!(self, now, DeleteSubscriberDataRequest, host, realm, {
                user_name: user_name.clone(),
                dsr_flags: flags,
                context_identifier: contexts,
            });
            self.tell(now, Ticket::Change(new.imsi), host, m, out);
        }
        if let Some(data) = changes.insert {
            let m = request!(self, now, InsertSubscriberDataRequest, host, realm, {
                user_name: user_name,
                subscription_data: data,
            });
            self.tell(now, Ticket::Change(new.imsi), host, m, out);
        }
    }

    /// IDR with flags, and with data that says nothing new: TS 29.272 5.2.2.1.1.
    pub(crate) fn query(
        &mut self,
        now: Now,
        imsi: Imsi,
        s: Option<&Subscriber>,
        flags: IdrFlags,
        out: &mut Outputs<Ask>,
    ) {
        let served = s.filter(|s| !s.purged);
        let Some((s, node)) = served.and_then(|s| Some((s, s.serving.as_ref()?))) else {
            return self.unanswered(Ticket::Query(imsi), out);
        };
        let to = For {
            mme: node.mme,
            gprs: true,
            features: self.config.features,
        };
        let (host, realm) = (node.host.as_str(), node.realm.as_str());
        let m = request!(self, now, InsertSubscriberDataRequest, host, realm, {
            user_name: imsi.to_string().into(),
            subscription_data: SubscriptionData {
                network_access_mode: subscription_data(s, to).network_access_mode,
                ..Default::default()
            },
            idr_flags: Some(flags),
        });
        self.tell(now, Ticket::Query(imsi), host, m, out);
    }

    /// RSR: TS 29.272 5.2.4.1.
    pub(crate) fn reset(&mut self, now: Now, host: &str, users: &[String], out: &mut Outputs<Ask>) {
        let Some(realm) = self.heard.get(&key(host)).map(|h| h.realm.clone()) else {
            return;
        };
        let m = request!(self, now, ResetRequest, host, realm, {
            user_id: users.iter().map(|u| u.as_str().into()).collect(),
        });
        out.trace(Event::new("hlr.resetting").with("node", host));
        self.tell(now, Ticket::Reset(host.to_owned()), host, m, out);
    }

    /// A serving node has answered.
    pub(crate) fn answered(&mut self, ticket: Ticket, m: &Message, out: &mut Outputs<Ask>) {
        let result = m.result().map(|r| r.to_string()).unwrap_or_default();
        let mut event = ticket.events().0.with("result", result);
        if let (Ticket::Query(_), Pdu::InsertSubscriberDataAnswer(ida)) = (&ticket, &m.pdu) {
            event = told(event, ida);
        }
        out.trace(event);
    }

    /// It has not, or could not be asked.
    pub(crate) fn unanswered(&mut self, ticket: Ticket, out: &mut Outputs<Ask>) {
        out.count("serving node has not answered");
        out.trace(ticket.events().1);
    }
}

/// What an answer tells of state and place.
fn told(event: Event, ida: &InsertSubscriberDataAnswer) -> Event {
    let state = ida.eps_user_state.as_ref().and_then(|s| {
        let sgsn = s.sgsn_user_state.as_ref().and_then(|s| s.user_state);
        sgsn.or(s.mme_user_state.as_ref().and_then(|s| s.user_state))
    });
    let place = ida.eps_location_information.as_ref().and_then(|l| {
        let sgsn = l.sgsn_location_information.as_ref();
        let mme = l.mme_location_information.as_ref();
        sgsn.and_then(|s| {
            s.routing_area_identity
                .clone()
                .or(s.cell_global_identity.clone())
        })
        .or_else(|| mme.and_then(|m| m.tracking_area_identity.clone()))
    });
    let event = match state {
        Some(state) => event.with("state", state),
        None => event,
    };
    let event = match place {
        Some(place) => event.with("place", place),
        None => event,
    };
    match ida.rat_type {
        Some(rat) => event.with("rat", rat),
        None => event,
    }
}
