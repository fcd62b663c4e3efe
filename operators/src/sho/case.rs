//! One registration from step 7 to step 11, asked in this order: PVA (verdict), PVA (OCSP), policy,
//! own HLR, DPF. Whoever says no ends it; no MCIM is made before the policy has said yes.
use super::{
    ASK_TIME, Credentials, Decision, NEXT, Outcome, Partner, Sho,
    policy::{self, Facts, Validation},
    subscription::Grant,
};
use crate::{
    errands::{self, Errand},
    subscription::{Recipient, Subscription},
    web,
};
use engine::{Event, Link, Now, Outputs, Rng};
use http::{Exchange, Failure, Request, Response, Status};
use provisioning::{
    credential::Credential,
    json::{
        self, Advice, Authorisation, Authorised, Kind, PackageAnswer, Problem, Release, ShoAnswer,
        ShoRegistration, Source, ValidationRequest, Verdict,
    },
    measurement::Failing,
    ocsp,
    text::{B64, Sha256, Stamp},
};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// A registration. It is kept; who waits for its answer, and a no that is not yet said, are gone
/// with the process.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Case {
    pub(super) registration: ShoRegistration,
    pub(super) partner: Partner,
    pub(super) authorisation: String,
    pub(super) expires_at: Stamp,
    pub(super) credential: Option<Credential>,
    #[serde(skip)]
    waiting: Vec<Exchange<Link>>,
    answer: Option<Said>,
    validation: ValidationRequest,
    decision: Option<(String, Outcome)>,
    subscription: Option<Subscription>,
    package: Option<PackageAnswer>,
    /// The verdict's no, while the status of the credential is still asked.
    #[serde(skip)]
    negative: Option<Problem>,
    /// Reports on it that were heard.
    pub(super) reports: Vec<String>,
    /// Whether one of them was of success.
    pub(super) provisioned: bool,
    /// The authorisation to take its MCIM out of the machine (R65).
    #[serde(default)]
    pub(super) withdrawal: Option<String>,
    /// Until when its subscriber has to be seen, where that is still open.
    #[serde(default)]
    pub(super) attach_by: Option<Stamp>,
}

/// How a registration was answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Said {
    Authorised(ShoAnswer),
    Refused(Problem),
}

impl Said {
    fn response(&self) -> Response {
        match self {
            Self::Authorised(body) => web::answer(Status::Created, body),
            Self::Refused(problem) => web::problem(problem),
        }
    }
}

/// What a question to somebody else was for: the registration's id with it.
#[derive(Debug)]
pub(super) enum Waiting {
    /// The DPF takes an MCIM away (R65).
    Withdrawn(String),
    /// Steps 8 and 9.
    Verdict(String),
    /// Beside it; with an exchange where a DPF waits for a package.
    Status(String, Box<ocsp::Ask>, Option<Exchange<Link>>),
    /// The new subscriber.
    Subscriber(String),
    /// The same of what a DPF has made, which waits for the answer (R31).
    Advised(String, Exchange<Link>, Box<Advice>),
    /// Step 11.
    Authorised(String),
    /// Whether the registration's subscriber was seen.
    Seen(String),
    /// Told until it is heard.
    Told(errands::Tag),
}

impl From<errands::Tag> for Waiting {
    fn from(tag: errands::Tag) -> Self {
        Self::Told(tag)
    }
}

impl Case {
    pub(super) fn new(
        r: ShoRegistration,
        partner: Partner,
        exchange: Exchange<Link>,
        rng: &mut Rng,
    ) -> Self {
        let validation = ValidationRequest {
            validation: json::identifier("v", rng),
            m2me_id: r.m2me_id.clone(),
            tre_id: r.tre.id.clone(),
            nonce: r.nonce.clone(),
            report: r.report.clone(),
            want_credential: false,
        };
        Self {
            registration: r,
            partner,
            authorisation: json::identifier("a", rng),
            expires_at: Stamp(0),
            credential: None,
            waiting: vec![exchange],
            answer: None,
            validation,
            decision: None,
            subscription: None,
            package: None,
            negative: None,
            reports: Vec::new(),
            provisioned: false,
            withdrawal: None,
            attach_by: None,
        }
    }

    /// The answer where there is one, else `exchange` gets it too.
    pub(super) fn answer_or_wait(&mut self, exchange: Exchange<Link>) -> Option<Response> {
        if self.answer.is_none() {
            self.waiting.push(exchange);
        }
        self.answer.as_ref().map(Said::response)
    }

    /// Id and hash of the package that was made for it.
    pub(super) fn delivered(&self) -> Option<(String, Sha256)> {
        let package = &self.package.as_ref()?.package;
        Some((package.id.clone(), package.sha256))
    }

    /// The IMSI that was made for it, while it stands.
    pub(super) fn imsi(&self) -> Option<&str> {
        self.subscription.as_ref().map(|s| s.imsi.as_str())
    }

    /// Whether whoever registered it has its answer.
    pub(super) fn is_answered(&self) -> bool {
        self.answer.is_some()
    }

    /// What was made for it.
    pub(super) fn subscribed(&mut self, s: Subscription) {
        self.subscription = Some(s);
    }

    /// It was not for it.
    pub(super) fn not_subscribed(&mut self) {
        self.subscription = None;
    }

    /// What a token for it says yes to, where it was decided so.
    pub(super) fn grant(&self) -> Option<Grant<'_>> {
        let allowed = self.decision.as_ref().filter(|d| d.1.provisions())?;
        Some(Grant {
            m2me_id: &self.registration.m2me_id,
            tre_id: &self.registration.tre.id,
            pcid: &self.registration.pcid,
            dpf_host: &self.partner.dpf_host,
            expires_at: self.expires_at,
            activate: allowed.1 == Outcome::Allow,
        })
    }

    /// A credential of another TRE or machine is refused (T11).
    pub(super) fn belongs(&self, c: &Credential) -> Result<(), Problem> {
        let r = &self.registration;
        match c.tre.tre_id == r.tre.id && c.tre.m2me_id == r.m2me_id {
            true => Ok(()),
            false => Err(Problem::new(Kind::Validation, "credential of another TRE")),
        }
    }
}

impl Sho {
    /// Steps 8 and 9: to the PVA, or to the RO that passes it on.
    pub(super) fn validate(&mut self, now: Now, id: &str, out: &mut Outputs<Infallible>) {
        let Some(case) = self.cases.get_mut(id) else {
            return;
        };
        let known = self.config.credentials == Credentials::Known;
        case.validation.want_credential = known && case.registration.credential.is_none();
        let (to, path) = match self.config.relay {
            true => (case.partner.relay, "/drf/validations"),
            false => (self.config.pva, "/pva/validations"),
        };
        let request = web::post(path, &case.validation);
        let tag = Waiting::Verdict(id.to_owned());
        self.clients.ask(now, to, request, ASK_TIME, tag, out);
    }

    /// What others have said.
    pub(super) fn answered(
        &mut self,
        now: Now,
        to: Waiting,
        result: Result<Response, Failure>,
        out: &mut Outputs<Infallible>,
    ) {
        let (id, went) = match to {
            Waiting::Verdict(id) => {
                let went = self.verdict(now, &id, result, out);
                (id, went)
            }
            Waiting::Status(id, ask, exchange) => {
                let good = self.good(now, &ask, result);
                match exchange {
                    None => {
                        let case = self.cases.get_mut(&id);
                        let went = match case.and_then(|c| c.negative.take()) {
                            Some(no) => good.and(Err(no)),
                            None => good.and_then(|()| self.decide(now, &id, out)),
                        };
                        (id, went)
                    }
                    Some(exchange) => {
                        let made = good.and_then(|()| self.deliver(now, &id));
                        let made = made.map(|p| web::answer(Status::Ok, &p));
                        self.servers.answer(now, exchange, web::either(made));
                        return;
                    }
                }
            }
            Waiting::Subscriber(id) => {
                let went = match result {
                    Ok(r) if matches!(r.status, Status::Ok | Status::Created) => {
                        self.authorise(now, &id, out)
                    }
                    Ok(r) => Err(web::unavailable(format!("HLR answers {}", r.status), 30)),
                    Err(f) => Err(web::unavailable(format!("HLR: {f}"), 30)),
                };
                (id, went)
            }
            Waiting::Advised(id, exchange, advice) => {
                let answer = self.hlr_advised(now, &id, &advice, result);
                self.servers.answer(now, exchange, web::either(answer));
                return;
            }
            Waiting::Authorised(id) => {
                let wanted = [Status::Created, Status::Ok];
                let read = web::read::<Authorised>(result, &wanted, "DPF");
                let went = read.and_then(|_| self.accepted(now, &id, out));
                (id, went)
            }
            Waiting::Withdrawn(id) => {
                // what the machine says of it comes as a report; without the DPF's yes it never will
                if let Err(f) = web::read::<Authorised>(result, &[Status::Created], "DPF") {
                    let e = Event::new("sho.not-decommissioned").with("registration", &id);
                    out.trace(e.with("why", f.detail));
                }
                return;
            }
            Waiting::Seen(id) => return self.looked(now, &id, result, out),
            Waiting::Told(tag) => {
                if let Some((name, _, heard)) = self.errands.answered(now, tag, &result)
                    && heard != errands::Heard::Taken
                {
                    let e = Event::new("sho.not_heard").with("errand", name);
                    out.trace(e.with("how", format!("{heard:?}")));
                }
                return;
            }
        };
        if let Err(problem) = went {
            self.refuse(now, &id, problem, out);
        }
    }

    fn verdict(
        &mut self,
        now: Now,
        id: &str,
        result: Result<Response, Failure>,
        out: &mut Outputs<Infallible>,
    ) -> Result<(), Problem> {
        let verdict: Verdict = web::read(result, &[Status::Ok], "PVA")?;
        let gone = || Problem::new(Kind::Unknown, id);
        let case = self.cases.get_mut(id).ok_or_else(gone)?;
        let signed = verdict.verify(&case.validation, &self.config.pva_verdicts, now.utc);
        signed.map_err(|e| web::unavailable(format!("PVA: {e}"), 30))?;
        let e = Event::new("sho.verdict").with("registration", id);
        out.trace(
            e.with("authentic", verdict.authentic)
                .with("integrity", verdict.integrity),
        );
        if !verdict.is_positive() {
            // whether a certificate is revoked is for its authority to say, in its own words: OCSP
            // is asked as well. The no stands whatever comes back
            let revoked = verdict.failing.iter().all(|f| f.reason == "revoked");
            let no = invalid(verdict.failing.clone());
            if !revoked || verdict.failing.is_empty() {
                return Err(no);
            }
            case.negative = Some(no);
        }
        let given = case
            .registration
            .credential
            .as_ref()
            .or(verdict.credential.as_ref());
        match given {
            Some(der) => {
                let refused =
                    |e: provisioning::Error| Problem::new(Kind::Validation, e.to_string());
                let c = Credential::parse(&der.0).map_err(refused)?;
                c.verify(&self.config.pva_root, now.utc).map_err(refused)?;
                if self.config.checks_identity {
                    case.belongs(&c)?;
                }
                case.credential = Some(c);
                self.status(now, id, None, out);
                Ok(())
            }
            None if case.negative.is_some() => Err(invalid(verdict.failing)),
            // its status is asked when it was read from the device
            None if self.config.credentials == Credentials::OnDevice => self.decide(now, id, out),
            None => Err(Problem::new(Kind::Validation, "no platform credential")),
        }
    }

    /// Asks for the status of the case's credential (RFC 6960).
    pub(super) fn status(
        &mut self,
        now: Now,
        id: &str,
        exchange: Option<Exchange<Link>>,
        out: &mut Outputs<Infallible>,
    ) {
        let nonce = self.config.rng.array();
        let Some(c) = self.cases.get(id).and_then(|c| c.credential.as_ref()) else {
            return;
        };
        let ask = ocsp::Ask::new(&c.cert, &self.config.pva_root, nonce);
        let der = ask.to_der().unwrap_or_default();
        let request = Request::post("/ocsp").content(ocsp::REQUEST_TYPE, der);
        let tag = Waiting::Status(id.to_owned(), ask.into(), exchange);
        self.clients
            .ask(now, self.config.pva, request, ASK_TIME, tag, out);
    }

    /// Fails closed: anything but a fresh `good` with our nonce is a refusal (T9).
    fn good(
        &self,
        now: Now,
        ask: &ocsp::Ask,
        result: Result<Response, Failure>,
    ) -> Result<(), Problem> {
        if !self.config.checks_ocsp {
            return Ok(());
        }
        let r = result.map_err(|f| web::unavailable(format!("OCSP: {f}"), 30))?;
        if r.status != Status::Ok || r.media_type() != Some(ocsp::RESPONSE_TYPE) {
            return Err(web::unavailable(format!("OCSP answers {}", r.status), 30));
        }
        use provisioning::Error;
        ocsp::Answer::check(&r.body, ask, &self.config.pva_root, now.utc).map_err(|e| match e {
            Error::NoStatus(_) => web::unavailable(format!("OCSP: {e}"), 30),
            Error::Revoked(_) => invalid(vec![Failing::new("credential", "revoked")]),
            Error::Unknown(_) => invalid(vec![Failing::new("credential", "unknown-tre")]),
            e => Problem::new(Kind::Validation, format!("OCSP: {e}")),
        })
    }

    /// What the policy looks at.
    fn facts(&self, now: Now, id: &str, validation: Validation) -> Option<Facts> {
        let r = &self.cases.get(id)?.registration;
        let access = r.access.as_ref();
        Some(Facts {
            device_type: r.device_type.clone(),
            tre_version: r.tre.version.clone(),
            visited: access.and_then(|a| a.visited_plmn.clone()),
            count: self.provisioned.get(&r.m2me_id).copied().unwrap_or(0),
            pcid_age: access.map(|a| now.utc.secs().saturating_sub(a.since.0)),
            validation,
        })
    }

    /// Step 11: the policy, and where it allows the new subscriber.
    fn decide(&mut self, now: Now, id: &str, out: &mut Outputs<Infallible>) -> Result<(), Problem> {
        let facts = self.facts(now, id, Validation::Good);
        let facts = facts.ok_or_else(|| Problem::new(Kind::Unknown, id))?;
        let (because, outcome) = match policy::decide(&self.config.rules, &facts) {
            Some(r) => (r.name.clone(), r.outcome),
            None => ("no rule fits".to_owned(), Outcome::Deny),
        };
        let decision = self.log(now, id, (outcome, because.clone()), Some(facts), out);
        if !outcome.provisions() {
            let mut p = Problem::new(Kind::Policy, because).decided(decision);
            p.outcome = Some(outcome.to_string());
            return Err(p);
        }
        self.supersede(now, id, out);
        let lifetime = now.utc.secs().saturating_add(self.config.lifetime);
        if self.config.dpf_rule.is_some() {
            // R31: the DPF makes it, and advises us
            if let Some(case) = self.cases.get_mut(id) {
                case.decision = Some((decision, outcome));
                case.expires_at = Stamp(lifetime);
            }
            return self.authorise(now, id, out);
        }
        let next = *self.next.get(NEXT).unwrap_or(&self.config.first_msin);
        let mut rng = self.config.rng.stream(&format!("subscription {next}"));
        let (plmn, op) = (&self.config.plmn, &self.config.op);
        let subscription = Subscription::new(plmn, next, rng.array(), op);
        self.next.insert(NEXT, next.saturating_add(1));
        let apn = &self.config.apn;
        let record = self
            .config
            .record(&subscription, apn, &mut rng)
            .map_err(web::bad)?;
        if let Some(case) = self.cases.get_mut(id) {
            case.decision = Some((decision, outcome));
            case.expires_at = Stamp(lifetime);
            case.subscription = Some(subscription);
        }
        let path = format!("/hlr/subscribers/{}", record.imsi);
        let request = Request::put(&path).json(json::write(&record));
        let tag = Waiting::Subscriber(id.to_owned());
        self.clients
            .ask(now, self.config.hlr, request, ASK_TIME, tag, out);
        Ok(())
    }

    /// Step 11: the DPF is told, with the package where the credential is known.
    fn authorise(
        &mut self,
        now: Now,
        id: &str,
        out: &mut Outputs<Infallible>,
    ) -> Result<(), Problem> {
        let rule = self.config.dpf_rule.clone();
        let made = match self.config.credentials {
            _ if rule.is_some() => None,
            Credentials::Known => Some(self.deliver(now, id)?),
            Credentials::OnDevice => None,
        };
        let gone = || Problem::new(Kind::Unknown, id);
        let case = self.cases.get(id).ok_or_else(gone)?;
        let r = &case.registration;
        let body = Authorisation {
            authorisation: case.authorisation.clone(),
            decision: case
                .decision
                .as_ref()
                .map_or_else(String::new, |d| d.0.clone()),
            registration: r.registration.clone(),
            pcid: r.pcid.clone(),
            m2me_id: r.m2me_id.clone(),
            tre_id: r.tre.id.clone(),
            address: r.access.as_ref().map(|a| a.address.clone()),
            expires_at: case.expires_at,
            source: match made {
                _ if rule.is_some() => Source::Rule,
                Some(_) => Source::Package,
                None => Source::OnDemand,
            },
            withdrawal: None,
            credential: match &case.credential {
                Some(c) if rule.is_some() => Some(B64(c.cert.der().to_vec())),
                None if rule.is_some() => {
                    let what = "a rule needs the platform credential";
                    return Err(Problem::new(Kind::Validation, what));
                }
                _ => None,
            },
            token: made.as_ref().map(|m| m.token.clone()),
            package: made.map(|m| m.package),
            rule,
            api: self.config.api.clone(),
        };
        let dpf = case.partner.dpf;
        self.authorisations
            .insert(case.authorisation.clone(), id.to_owned());
        let request = web::post("/dpf/authorisations", &body);
        let tag = Waiting::Authorised(id.to_owned());
        self.clients.ask(now, dpf, request, ASK_TIME, tag, out);
        Ok(())
    }

    /// The package and its token: made once, for the credential that was checked.
    fn deliver(&mut self, now: Now, id: &str) -> Result<PackageAnswer, Problem> {
        let gone = || Problem::new(Kind::Unknown, id);
        let case = self.cases.get_mut(id).ok_or_else(gone)?;
        if let Some(made) = &case.package {
            return Ok(made.clone());
        }
        let (Some(c), Some(s), Some(grant)) = (&case.credential, &case.subscription, case.grant())
        else {
            return Err(gone());
        };
        let to = Recipient {
            m2me_id: grant.m2me_id,
            key: self
                .config
                .seals
                .then(|| self.config.seals_to.as_ref().unwrap_or(&c.key)),
            expires_at: case.expires_at,
        };
        let mut rng = self.config.rng.stream(&case.authorisation);
        let (terms, signer) = (self.config.terms(), &self.config.identity);
        let package = s.package(terms, signer, to, now.utc, &mut rng);
        let package = package.map_err(web::bad)?;
        let token = grant.token(&self.config, package.sha256, now.utc, &mut rng);
        let token = token.map_err(web::bad)?;
        let made = PackageAnswer { package, token };
        case.package = Some(made.clone());
        Ok(made)
    }

    fn accepted(
        &mut self,
        now: Now,
        id: &str,
        out: &mut Outputs<Infallible>,
    ) -> Result<(), Problem> {
        let gone = || Problem::new(Kind::Unknown, id);
        let case = self.cases.get(id).ok_or_else(gone)?;
        let (decision, outcome) = case.decision.clone().ok_or_else(gone)?;
        let e = Event::new("sho.authorised").with("registration", id);
        out.trace(
            e.with("authorisation", &case.authorisation)
                .with("outcome", outcome),
        );
        let body = ShoAnswer {
            registration: id.to_owned(),
            decision,
            outcome: outcome.to_string(),
            authorisation: case.authorisation.clone(),
            expires_at: case.expires_at,
        };
        self.end(now, id, Said::Authorised(body));
        self.await_use(now, id);
        Ok(())
    }

    /// The end without an MCIM: what was made is taken back, and whoever waits is told.
    fn refuse(&mut self, now: Now, id: &str, mut problem: Problem, out: &mut Outputs<Infallible>) {
        if problem.decision.is_none() && problem.known() == Some(Kind::Validation) {
            // a rule may say what is to become of it; that it is not provisioned is certain (R23)
            let facts = self.facts(now, id, Validation::of(&problem.failing));
            let rule = facts.as_ref();
            let rule = rule.and_then(|f| policy::decide(&self.config.rules, f));
            let (outcome, because) = match rule {
                Some(r) => (r.outcome, format!("{}: {}", r.name, problem.detail)),
                None => (Outcome::Deny, problem.detail.clone()),
            };
            let decision = self.log(now, id, (outcome, because), facts, out);
            problem.decision = Some(decision);
            problem.outcome = Some(outcome.to_string());
        }
        let e = Event::new("sho.refused").with("registration", id);
        out.trace(
            e.with("type", &problem.kind)
                .with("detail", &problem.detail),
        );
        self.unsubscribe(now, id, out);
        let passing = problem.known() == Some(Kind::Unavailable);
        self.end(now, id, Said::Refused(problem));
        if passing {
            // not a decision: the same registration may come again
            self.cases.remove(id);
        }
    }

    fn end(&mut self, now: Now, id: &str, said: Said) {
        if let Some(case) = self.cases.get_mut(id) {
            for exchange in std::mem::take(&mut case.waiting) {
                self.servers.answer(now, exchange, said.response());
            }
            case.answer = Some(said);
        }
    }

    /// The subscriber made for a device that did not get it goes again.
    pub(super) fn unsubscribe(&mut self, now: Now, id: &str, out: &mut Outputs<Infallible>) {
        let made = self.cases.get_mut(id).and_then(|c| c.subscription.take());
        if let Some(s) = made {
            let path = format!("/hlr/subscribers/{}", s.imsi);
            let errand = Errand::delete(self.config.hlr, &path);
            self.errands
                .tell(now, &path, errand, &mut self.clients, out);
        }
    }

    /// What an earlier life has left half done is undone: whoever waited for its answer has lost
    /// the connection, and registers anew.
    pub(super) fn resume(&mut self, now: Now, out: &mut Outputs<Infallible>) {
        let all = self.cases.iter();
        for (id, case) in all.clone().filter(|(_, c)| c.subscription.is_some()) {
            self.authorisations
                .insert(case.authorisation.clone(), id.clone());
            if let Some(name) = &case.withdrawal {
                self.authorisations.insert(name.clone(), id.clone());
            }
        }
        self.order = all.clone().map(|(id, _)| id.clone()).collect();
        let cut: Vec<String> = all
            .filter(|(_, c)| c.answer.is_none())
            .map(|(id, _)| id.clone())
            .collect();
        for id in cut {
            out.trace(Event::new("sho.given_up").with("registration", &id));
            self.unsubscribe(now, &id, out);
            self.forget(&id);
        }
        self.errands.start(now, &mut self.clients, out);
    }

    /// A device that registers again did not get what was authorised for it before: no second
    /// subscription of it stays behind.
    fn supersede(&mut self, now: Now, id: &str, out: &mut Outputs<Infallible>) {
        let Some(m2me) = self.cases.get(id).map(|c| c.registration.m2me_id.clone()) else {
            return;
        };
        let earlier: Vec<String> = self
            .cases
            .iter()
            .filter(|(other, c)| *other != id && c.registration.m2me_id == m2me && !c.provisioned)
            .filter(|(_, c)| c.subscription.is_some())
            .map(|(other, _)| other.clone())
            .collect();
        for other in earlier {
            let e = Event::new("sho.superseded").with("registration", &other);
            out.trace(e.with("by", id));
            self.unsubscribe(now, &other, out);
        }
    }

    /// R28: the PCID is needed no longer.
    pub(super) fn release(&mut self, now: Now, id: &str, out: &mut Outputs<Infallible>) {
        let Some(case) = self.cases.get(id) else {
            return;
        };
        if let Some(icf) = case.partner.icf.filter(|_| case.partner.releases_early) {
            let body = Release {
                pcid: case.registration.pcid.clone(),
                reason: "provisioned".into(),
            };
            let errand = Errand::post(icf, "/icf/releases", &body);
            let name = format!("release {id}");
            self.errands
                .tell(now, &name, errand, &mut self.clients, out);
        }
    }

    fn log(
        &mut self,
        now: Now,
        id: &str,
        (outcome, because): (Outcome, String),
        facts: Option<Facts>,
        out: &mut Outputs<Infallible>,
    ) -> String {
        let decision = json::identifier("d", &mut self.config.rng);
        let m2me_id = self.cases.get(id).map(|c| c.registration.m2me_id.clone());
        let e = Event::new("sho.decision")
            .with("decision", &decision)
            .with("registration", id);
        out.trace(e.with("outcome", outcome).with("because", &because));
        let entry = Decision {
            decision: decision.clone(),
            registration: id.to_owned(),
            m2me_id: m2me_id.unwrap_or_default(),
            outcome,
            because,
            facts,
            at: now.utc.into(),
        };
        self.decisions.insert(decision.clone(), entry);
        decision
    }
}

fn invalid(failing: Vec<Failing>) -> Problem {
    let first = failing.first();
    let detail = first.map_or_else(String::new, |f| format!("{}: {}", f.component, f.reason));
    let mut p = Problem::new(Kind::Validation, detail);
    p.failing = failing;
    p
}
