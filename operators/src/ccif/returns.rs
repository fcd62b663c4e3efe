//! PCIDs that come back (R53): the DPF forgets their accounts, then they are free.
use super::{ASK_TIME, Ccif, Waiting};
use crate::web;
use engine::{Event, Link, Now, Outputs};
use http::{Exchange, Failure, Method, Request, Response, Status};
use provisioning::json::{Kind, Problem, Return};
use std::convert::Infallible;

/// A return, until the DPF has forgotten all of its accounts.
#[derive(Debug)]
pub(super) struct Returning {
    exchange: Exchange<Link>,
    by: String,
    pcids: Vec<(u64, String)>,
    left: usize,
    failed: bool,
}

impl Ccif {
    /// `POST /ccif/returns`: answered once nothing of the PCIDs is left.
    pub(super) fn take_back(
        &mut self,
        now: Now,
        exchange: Exchange<Link>,
        r: &Request,
        out: &mut Outputs<Infallible>,
    ) -> Result<Option<Response>, Problem> {
        let body: Return = web::body(r)?;
        let issuer = &self.config.issuer;
        let number = |pcid: String| match issuer.number(&pcid) {
            Some(n) => Ok((n, pcid)),
            None => Err(Problem::new(Kind::Unknown, pcid)),
        };
        let pcids: Vec<_> = body
            .pcids
            .into_iter()
            .map(number)
            .collect::<Result<_, _>>()?;
        if pcids.is_empty() {
            return Err(Problem::new(Kind::Malformed, "pcids: none"));
        }
        if pcids.iter().all(|p| self.numbers.came_back(p.0, &body.id)) {
            return Ok(Some(Response::new(Status::NoContent)));
        }
        let id = self.next_return;
        self.next_return = id.wrapping_add(1);
        for (_, pcid) in &pcids {
            let path = format!("/dpf/accounts/{pcid}");
            let request = Request::new(Method::DELETE, &path);
            let (to, tag) = (self.config.dpf.api, Waiting::Account(id));
            self.clients.ask(now, to, request, ASK_TIME, tag, out);
        }
        let returning = Returning {
            exchange,
            by: body.id,
            left: pcids.len(),
            pcids,
            failed: false,
        };
        self.returns.insert(id, returning);
        Ok(None)
    }

    /// The DPF has forgotten an account, or not.
    pub(super) fn account_gone(
        &mut self,
        now: Now,
        id: u64,
        result: Result<Response, Failure>,
        out: &mut Outputs<Infallible>,
    ) {
        let Some(r) = self.returns.get_mut(&id) else {
            return;
        };
        // 404: an earlier return has done it
        let gone = |r: &Response| r.status.is_success() || r.status == Status::NotFound;
        r.failed |= !result.as_ref().is_ok_and(gone);
        r.left = r.left.saturating_sub(1);
        if r.left > 0 {
            return;
        }
        let Some(r) = self.returns.remove(&id) else {
            return;
        };
        let answer = match r.failed {
            // the ICF says it again
            true => web::problem(&web::unavailable("the DPF keeps the account", 30)),
            false => {
                for (n, pcid) in r.pcids {
                    let known = self.numbers.give_back(n, &r.by, now.utc.secs());
                    let e = Event::new("ccif.returned").with("pcid", pcid);
                    out.trace(e.with("known", known));
                }
                Response::new(Status::NoContent)
            }
        };
        self.servers.answer(now, r.exchange, answer);
    }
}
