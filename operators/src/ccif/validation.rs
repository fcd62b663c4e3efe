//! The supplier shows the ICF what a device measured at its first start (R61): there are no vectors for
//! its PCID before.
use super::{ASK_TIME, Blank, Ccif, Waiting};
use crate::web;
use engine::{Event, Now, Outputs};
use http::{Failure, Response, Status};
use provisioning::{
    json::{Challenge, ChallengeRequest, FirstStart, Problem, TreId},
    key::Key,
    measurement::{Component, Report},
};
use std::convert::Infallible;

/// The first start of a device.
#[derive(Debug)]
pub(super) struct Start {
    pcid: String,
    tre: TreId,
    key: Key,
    measured: Vec<Component>,
}

impl Start {
    pub(super) fn new(device: &Blank, pcid: &str) -> Self {
        Self {
            pcid: pcid.to_owned(),
            tre: device.tre.clone(),
            key: device.key.clone(),
            measured: device.measured.clone(),
        }
    }
}

impl Ccif {
    /// The PVA knows the device: the ICF is asked for a nonce.
    pub(super) fn begin_validation(&mut self, now: Now, m2me: &str, out: &mut Outputs<Infallible>) {
        let Some(start) = self.starts.get(m2me) else {
            return;
        };
        let body = ChallengeRequest {
            pcid: start.pcid.clone(),
            m2me_id: m2me.to_owned(),
        };
        let request = web::post("/icf/challenges", &body);
        let (to, tag) = (self.config.icf.api, Waiting::Challenge(m2me.to_owned()));
        self.clients.ask(now, to, request, ASK_TIME, tag, out);
    }

    /// The TRE signs its log over the nonce.
    pub(super) fn challenged(
        &mut self,
        now: Now,
        m2me: String,
        result: Result<Response, Failure>,
        out: &mut Outputs<Infallible>,
    ) {
        let Some(start) = self.starts.remove(&m2me) else {
            return;
        };
        let made = web::read::<Challenge>(result, &[Status::Created], "ICF").and_then(|c| {
            // before the device's own starts, which it counts from 1
            let report = Report::new(
                (&start.tre.id, &m2me),
                &start.tre.version,
                &c.nonce.0,
                now.utc.secs(),
                0,
                start.measured,
            );
            report.sign(&start.key).map_err(web::bad)
        });
        match made {
            Ok(report) => {
                let body = FirstStart {
                    pcid: start.pcid,
                    m2me_id: m2me.clone(),
                    tre_id: start.tre.id,
                    report,
                };
                let request = web::post("/icf/validations", &body);
                let (to, tag) = (self.config.icf.api, Waiting::Validated(m2me));
                self.clients.ask(now, to, request, ASK_TIME, tag, out);
            }
            Err(p) => unvalidated(&m2me, &p, out),
        }
    }

    /// What the ICF makes of it.
    pub(super) fn validated(
        m2me: &str,
        result: Result<Response, Failure>,
        out: &mut Outputs<Infallible>,
    ) {
        match result {
            Ok(r) if r.status == Status::NoContent => {
                out.trace(Event::new("m2mes.validated").with("m2me", m2me));
            }
            other => {
                if let Err(p) = web::read::<()>(other, &[], "ICF") {
                    unvalidated(m2me, &p, out);
                }
            }
        }
    }
}

fn unvalidated(m2me: &str, p: &Problem, out: &mut Outputs<Infallible>) {
    let e = Event::new("m2mes.unvalidated").with("m2me", m2me);
    out.trace(e.with("type", &p.kind).with("detail", &p.detail));
}
