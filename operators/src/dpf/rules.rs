//! R31: packages that the DPF makes itself, by rules that home operators have given it.
use super::{ASK_TIME, Dpf, Grant, Waiting, authorised};
use crate::{
    subscription::{Recipient, Subscription, Terms},
    web,
};
use aka::Op;
use engine::{Event, Link, Now, Outputs, Rng};
use http::{Exchange, Failure, Response, Status};
use provisioning::{
    credential::Credential,
    json::{Advice, Advised, Authorisation, Kind, Package, PackageAnswer, Problem},
    key::PublicKey,
    pki::Identity,
    text::B64,
};
use std::convert::Infallible;

/// How packages of a home operator are made.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name: authorisations call for it.
    pub name: String,
    /// The home operator's API: no other one may call for it.
    pub api: String,
    /// The home operator's PLMN.
    pub plmn: String,
    /// MSIN of the first subscriber.
    pub first: u64,
    /// How many there are.
    pub size: u64,
    /// The home operator's OP (TS 35.206).
    pub op: Op,
    /// Where the subscribers' K come from, each a stream by its IMSI.
    pub keys: Rng,
    /// The operational APN.
    pub apn: String,
    /// Access class, 0 to 15.
    pub access_class: u8,
    /// Who signs packages, certified in the home operator's name.
    pub signer: Identity,
    /// The home operator's key: what is told it of a subscriber is sealed to it.
    pub sho: PublicKey,
}

/// What has been made, and waits for the home operator's token.
#[derive(Debug)]
pub(super) struct Made {
    exchange: Exchange<Link>,
    body: Authorisation,
    package: Package,
}

impl Dpf {
    /// Makes the package, and advises the home operator of it: the authorisation is answered once
    /// that has said yes.
    pub(super) fn generate(
        &mut self,
        now: Now,
        exchange: Exchange<Link>,
        body: Authorisation,
        out: &mut Outputs<Infallible>,
    ) -> Result<(), Problem> {
        let name = body.rule.clone().unwrap_or_default();
        let its = |r: &&Rule| r.name == name && r.api == body.api;
        let rule = self.config.rules.iter().find(its);
        let rule = rule.ok_or_else(|| Problem::new(Kind::Unknown, format!("rule {name:?}")))?;
        let credential = body.credential.as_ref().ok_or_else(|| {
            Problem::new(Kind::Malformed, "credential: a rule needs the TRE's key")
        })?;
        let credential = Credential::parse(&credential.0).map_err(web::bad)?;
        if credential.tre.tre_id != body.tre_id || credential.tre.m2me_id != body.m2me_id {
            return Err(Problem::new(Kind::Malformed, "credential: of another TRE"));
        }
        let api = self.config.shos.get(&body.api).copied();
        let api = api.ok_or_else(|| Problem::new(Kind::Token, "no agreement"))?;
        let range = format!("{} {name}", rule.plmn);
        let used = self.used.get(&range).copied().unwrap_or(0);
        if used >= rule.size {
            let why = format!("rule {name}: all {} subscribers are made", rule.size);
            return Err(Problem::new(Kind::Exhausted, why));
        }
        let n = rule.first.saturating_add(used);
        let imsi = format!("{} {n}", rule.plmn);
        let mut keys = rule.keys.stream(&imsi);
        let made = Subscription::new(&rule.plmn, n, keys.array(), &rule.op);
        let terms = Terms {
            plmn: &rule.plmn,
            apn: &rule.apn,
            access_class: rule.access_class,
        };
        let to = Recipient {
            m2me_id: &body.m2me_id,
            key: Some(&credential.key),
            expires_at: body.expires_at,
        };
        let rng = &mut self.config.rng;
        let package = made.package(terms, &rule.signer, to, now.utc, rng);
        let package = package.map_err(web::bad)?;
        let advice = Advice {
            authorisation: body.authorisation.clone(),
            imsi: made.imsi.clone(),
            apn: rule.apn.clone(),
            mcim_id: package.id.clone(),
            sha256: package.sha256,
            credentials: B64(made.credentials(&rule.sho, rng).map_err(web::bad)?),
        };
        let e = Event::new("dpf.generated").with("authorisation", &body.authorisation);
        out.trace(e.with("rule", &name).with("imsi", &made.imsi));
        // given once, whatever comes of it
        self.used.insert(range, used.saturating_add(1));
        let request = web::post("/sho/advices", &advice);
        let made = Made {
            exchange,
            body,
            package,
        };
        let tag = Waiting::Advised(made.into());
        self.clients.ask(now, api, request, ASK_TIME, tag, out);
        Ok(())
    }

    /// The home operator's word on what was made.
    pub(super) fn advised(
        &mut self,
        now: Now,
        made: Made,
        result: Result<Response, Failure>,
        out: &mut Outputs<Infallible>,
    ) {
        let Made {
            exchange,
            body,
            package,
        } = made;
        let answer = match web::read::<Advised>(result, &[Status::Ok], "SHO") {
            Ok(Advised { token }) => {
                let answer = authorised(&body, "waiting");
                let package = Some(PackageAnswer { package, token });
                self.grant(now, Grant::new(body, package), out);
                answer
            }
            Err(p) => web::problem(&p),
        };
        self.servers.answer(now, exchange, answer);
    }
}
