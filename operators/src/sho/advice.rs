//! R31: a DPF makes the package by a rule that it has been given, and advises the home operator of
//! what it has made. The HLR knows the subscriber, and the token binds the package, before the
//! device gets it.
use super::{ASK_TIME, Sho, case::Waiting};
use crate::{subscription::Subscription, web};
use engine::{Event, Link, Now, Outputs};
use http::{Exchange, Failure, Request, Response, Status};
use provisioning::json::{self, Advice, Advised, Kind, Problem};
use std::convert::Infallible;

impl Sho {
    /// What a DPF has made for a registration that was allowed.
    pub(super) fn advise(
        &mut self,
        now: Now,
        exchange: Exchange<Link>,
        r: &Request,
        out: &mut Outputs<Infallible>,
    ) -> Result<(), Problem> {
        let advice: Advice = web::body(r)?;
        let unknown = || Problem::new(Kind::Unknown, &advice.authorisation);
        let known = self.authorisations.get(&advice.authorisation);
        let id = known.cloned().ok_or_else(unknown)?;
        let case = self.cases.get_mut(&id).ok_or_else(unknown)?;
        if self.config.dpf_rule.is_none() {
            return Err(Problem::new(Kind::Policy, "packages are made here"));
        }
        if case.expires_at.0 < now.utc.secs() {
            return Err(Problem::new(Kind::Token, "the authorisation has expired"));
        }
        // refused meanwhile, or done: whoever is late has nothing to wait for
        if case.is_answered() {
            return Err(unknown());
        }
        if case.imsi().is_some() {
            return Err(Problem::new(Kind::Duplicate, &advice.authorisation));
        }
        let digits = advice.imsi.len() <= 15 && advice.imsi.bytes().all(|c| c.is_ascii_digit());
        if !digits || !advice.imsi.starts_with(&self.config.plmn) {
            return Err(Problem::new(Kind::Malformed, "imsi: not of this network"));
        }
        let key = &self.config.identity.key;
        let made = Subscription::open(&advice.credentials.0, key, &advice.imsi);
        let made = made.map_err(web::bad)?;
        let mut rng = self.config.rng.stream(&advice.authorisation);
        let record = self.config.record(&made, &advice.apn, &mut rng);
        let record = record.map_err(web::bad)?;
        case.subscribed(made);
        let e = Event::new("sho.advised").with("authorisation", &advice.authorisation);
        out.trace(e.with("imsi", &advice.imsi));
        let path = format!("/hlr/subscribers/{}", advice.imsi);
        let request = Request::put(&path).json(json::write(&record));
        let tag = Waiting::Advised(id, exchange, advice.into());
        let hlr = self.config.hlr;
        self.clients.ask(now, hlr, request, ASK_TIME, tag, out);
        Ok(())
    }

    /// The HLR has answered: the token, or why not.
    pub(super) fn hlr_advised(
        &mut self,
        now: Now,
        id: &str,
        advice: &Advice,
        result: Result<Response, Failure>,
    ) -> Result<Response, Problem> {
        let gone = || Problem::new(Kind::Unknown, id);
        let case = self.cases.get_mut(id).ok_or_else(gone)?;
        match result {
            Ok(r) if matches!(r.status, Status::Ok | Status::Created) => {}
            Ok(r) if r.status == Status::Conflict => {
                // somebody else's: not ours to take back
                case.not_subscribed();
                return Err(Problem::new(Kind::Duplicate, &advice.imsi));
            }
            Ok(r) => return Err(web::unavailable(format!("HLR answers {}", r.status), 30)),
            Err(f) => return Err(web::unavailable(format!("HLR: {f}"), 30)),
        }
        let grant = case.grant().ok_or_else(gone)?;
        let mut rng = self
            .config
            .rng
            .stream(&format!("token {}", advice.authorisation));
        let token = grant.token(&self.config, advice.sha256, now.utc, &mut rng);
        let token = token.map_err(web::bad)?;
        Ok(web::answer(Status::Ok, &Advised { token }))
    }
}
