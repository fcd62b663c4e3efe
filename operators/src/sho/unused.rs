//! Subscriptions that nobody uses: a device that was provisioned and never attached, or never told how
//! it ended, leaves one behind. Once its authorisation has ended, and some time more, the HLR is asked
//! whether the subscriber was ever seen; one that was not is taken back.
use super::{ASK_TIME, Sho, case::Waiting};
use crate::web;
use engine::{Event, Now, Outputs, Utc};
use http::{Failure, Method, Request, Response, Status};
use provisioning::json::{Kind, Seen};
use std::{convert::Infallible, time::Duration};

/// The HLR is asked again after this time where it does not answer.
const AGAIN: Duration = Duration::from_secs(60);
/// A timer looks at the calendar again after this time at the latest.
const LONGEST: Duration = Duration::from_secs(30 * 86_400);

impl Sho {
    /// The registration is authorised: its subscription has this long to be used.
    pub(super) fn await_use(&mut self, now: Now, id: &str) {
        let Some(within) = self.config.attach_within else {
            return;
        };
        if let Some(case) = self.cases.get_mut(id) {
            let end = Utc::from(case.expires_at) + within;
            case.attach_by = Some(end.into());
            self.look_later(now, id, end);
        }
    }

    fn look_later(&mut self, now: Now, id: &str, at: Utc) {
        let rest = Duration::from_nanos(at.0.saturating_sub(now.utc.0));
        self.unused
            .start(id.to_owned(), now.mono + rest.min(LONGEST));
    }

    /// What an earlier life of the node has waited for.
    pub(super) fn await_again(&mut self, now: Now) {
        let all = self.cases.iter();
        let all = all.filter_map(|(id, c)| Some((id.clone(), c.attach_by?)));
        let all: Vec<_> = all.collect();
        for (id, end) in all {
            self.look_later(now, &id, end.into());
        }
    }

    /// Whose time is over: the HLR is asked.
    pub(super) fn look(&mut self, now: Now, out: &mut Outputs<Infallible>) {
        while let Some(id) = self.unused.pop(now.mono) {
            let Some(case) = self.cases.get(&id) else {
                continue;
            };
            let (Some(end), Some(imsi)) = (case.attach_by, case.imsi()) else {
                continue;
            };
            if Utc::from(end) > now.utc {
                self.look_later(now, &id, end.into());
                continue;
            }
            let request = Request::new(Method::GET, &format!("/hlr/subscribers/{imsi}"));
            let tag = Waiting::Seen(id);
            self.clients
                .ask(now, self.config.hlr, request, ASK_TIME, tag, out);
        }
    }

    /// The HLR has answered.
    pub(super) fn looked(
        &mut self,
        now: Now,
        id: &str,
        result: Result<Response, Failure>,
        out: &mut Outputs<Infallible>,
    ) {
        let seen = match web::read::<Seen>(result, &[Status::Ok], "HLR") {
            Ok(s) => s.authenticated || s.served,
            // it is gone by another way
            Err(p) if p.known() == Some(Kind::Unknown) => true,
            Err(_) => {
                self.unused.start(id.to_owned(), now.mono + AGAIN);
                return;
            }
        };
        let Some(case) = self.cases.get_mut(id) else {
            return;
        };
        case.attach_by = None;
        let name = match seen {
            true => "sho.in-use",
            false => "sho.unused",
        };
        let e = Event::new(name).with("registration", id);
        out.trace(e.with("imsi", case.imsi().unwrap_or_default()));
        if !seen {
            self.unsubscribe(now, id, out);
        }
    }
}
