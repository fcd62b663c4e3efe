//! Vectors only after the PVA has validated (R61): a PCID that comes in with a batch is of no use until
//! the device that it was written into has shown what it measured at its first start. The supplier
//! brings that report, signed by the TRE over a nonce of the ICF's; the PVA judges it; a yes lifts
//! the PCID's standing.
//!
//! `POST /icf/challenges`, then `POST /icf/validations`: 204, or 403 with what is not as it should be.
use super::{Icf, Own};
use crate::{errands, web};
use engine::{Event, Link, Now, Outputs};
use hlr_auc::Ask;
use http::{Exchange, Failure, Request, Response, Status};
use provisioning::{
    json::{
        self, Challenge, ChallengeRequest, FirstStart, Kind, Problem, ValidationRequest, Verdict,
    },
    key::PublicKey,
    text::{B64, Stamp},
};
use std::{collections::BTreeMap, net::SocketAddr, time::Duration};
use wire::Imsi;

/// Who validates.
#[derive(Debug, Clone)]
pub struct Validation {
    /// The PVA's API.
    pub pva: SocketAddr,
    /// Who signs its verdicts.
    pub verdicts: PublicKey,
}

/// For how long a nonce is good, in seconds.
const GOOD: u64 = 300;
/// Nonces kept at a time.
const MOST: usize = 10_000;
/// How long the PVA may take.
const ASK_TIME: Duration = Duration::from_secs(5);

/// What somebody was asked.
#[derive(Debug)]
pub(super) enum Waiting {
    /// Told until it is heard.
    Told(errands::Tag),
    /// The PVA, about this PCID's device.
    Verdict(Box<(Exchange<Link>, Imsi, ValidationRequest)>),
}

impl From<errands::Tag> for Waiting {
    fn from(tag: errands::Tag) -> Self {
        Self::Told(tag)
    }
}

/// Nonces that are out: by PCID, with their end.
pub(super) type Nonces = BTreeMap<String, (Vec<u8>, Stamp)>;

impl Icf {
    /// `POST /icf/challenges`.
    pub(super) fn challenge(&mut self, now: Now, r: &Request) -> Result<Response, Problem> {
        let body: ChallengeRequest = web::body(r)?;
        if self.config.validation.is_none() {
            return Err(web::no_door(r));
        }
        let secs = now.utc.secs();
        if self.nonces.len() >= MOST {
            self.nonces.retain(|_, (_, end)| end.0 > secs);
        }
        if self.nonces.len() >= MOST && !self.nonces.contains_key(&body.pcid) {
            return Err(web::unavailable("too many challenges", 30));
        }
        let nonce: [u8; 32] = self.rng.array();
        let expires_at = Stamp(secs.saturating_add(GOOD));
        self.nonces.insert(body.pcid, (nonce.to_vec(), expires_at));
        let nonce = B64(nonce.to_vec());
        let answer = Challenge { nonce, expires_at };
        Ok(web::answer(Status::Created, &answer))
    }

    /// `POST /icf/validations`: the PVA is asked. A nonce is good once.
    pub(super) fn first_start(
        &mut self,
        now: Now,
        exchange: Exchange<Link>,
        r: &Request,
        out: &mut Outputs<Ask>,
    ) -> Result<Option<Response>, Problem> {
        let body: FirstStart = web::body(r)?;
        let Some(v) = self.config.validation.clone() else {
            return Err(web::no_door(r));
        };
        let unknown = |_| Problem::new(Kind::Unknown, &body.pcid);
        let imsi: Imsi = body.pcid.parse().map_err(unknown)?;
        let nonce = self.nonces.remove(&body.pcid);
        let nonce = nonce.filter(|(_, end)| end.0 > now.utc.secs());
        let stale = || Problem::new(Kind::Challenge, "ask for a challenge first");
        let (nonce, _) = nonce.ok_or_else(stale)?;
        let request = ValidationRequest {
            validation: json::identifier("v", &mut self.rng),
            m2me_id: body.m2me_id,
            tre_id: body.tre_id,
            nonce: B64(nonce),
            report: body.report,
            want_credential: false,
        };
        let post = web::post("/pva/validations", &request);
        let tag = Waiting::Verdict((exchange, imsi, request).into());
        self.clients.ask(now, v.pva, post, ASK_TIME, tag, out);
        Ok(None)
    }

    /// The PVA has judged, or not.
    pub(super) fn judged(
        &mut self,
        now: Now,
        (exchange, imsi, request): (Exchange<Link>, Imsi, ValidationRequest),
        result: Result<Response, Failure>,
        out: &mut Outputs<Ask>,
    ) {
        let verdict = self.verdict(now, &request, result);
        match verdict {
            Ok(()) => {
                // whether it still waits for that is for the store to say
                let id = out.ask(Ask::Fetch(imsi));
                self.asked.insert(id, Own::Validated(exchange, imsi));
            }
            Err(p) => {
                let e = Event::new("icf.not-validated").with("pcid", imsi);
                out.trace(e.with("detail", &p.detail).with("type", &p.kind));
                self.servers.answer(now, exchange, web::problem(&p));
            }
        }
    }

    fn verdict(
        &self,
        now: Now,
        request: &ValidationRequest,
        result: Result<Response, Failure>,
    ) -> Result<(), Problem> {
        let verdict: Verdict = web::read(result, &[Status::Ok], "PVA")?;
        let down = || web::unavailable("no PVA", 30);
        let v = self.config.validation.as_ref().ok_or_else(down)?;
        let signed = verdict.verify(request, &v.verdicts, now.utc);
        signed.map_err(|e| web::unavailable(format!("PVA: {e}"), 30))?;
        if verdict.is_positive() {
            return Ok(());
        }
        let first = verdict.failing.first();
        let detail = first.map_or_else(String::new, |f| format!("{}: {}", f.component, f.reason));
        let mut p = Problem::new(Kind::Validation, detail);
        p.failing = verdict.failing;
        Err(p)
    }
}
