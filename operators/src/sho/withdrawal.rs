//! Decommissioning (R65): the SHO takes an MCIM out of a machine, by the DPF and with tokens of its
//! own. Once that is reported the subscription ends, and the PCID goes back where that is agreed.
use super::{ASK_TIME, Sho, case::Waiting};
use crate::{errands::Errand, web};
use engine::{Event, Now, Outputs};
use provisioning::{
    json::{Authorisation, DeviceOutcome, Kind, Problem, Release, Report, Source, Withdrawal},
    text::{Stamp, base64url},
};
use std::convert::Infallible;

impl Sho {
    /// Begins it for a machine that was provisioned here.
    ///
    /// # Errors
    /// A machine that has no MCIM of this SHO.
    pub(super) fn decommission(
        &mut self,
        now: Now,
        m2me_id: &str,
        out: &mut Outputs<Infallible>,
    ) -> Result<(), Problem> {
        let unknown = || Problem::new(Kind::Unknown, m2me_id);
        let mut all = self.cases.iter();
        let found = all.find(|(_, c)| {
            c.registration.m2me_id == m2me_id && c.provisioned && c.imsi().is_some()
        });
        let id = found.map(|(id, _)| id.clone()).ok_or_else(unknown)?;
        let name = format!("w-{}", base64url(&self.config.rng.array::<12>()));
        let expires_at = Stamp(now.utc.secs().saturating_add(self.config.lifetime));
        let case = self.cases.get_mut(&id).ok_or_else(unknown)?;
        // the object that the tokens speak of is the one that was delivered
        let (mcim, sha256) = case.delivered().ok_or_else(unknown)?;
        let grant = case.grant().ok_or_else(unknown)?;
        let (config, mut rng) = (&self.config, self.config.rng.stream(&name));
        // a token is good once, and each says one thing
        let mut token =
            |op: &str| grant.token_for(config, sha256, now.utc, expires_at, op, &mut rng);
        let withdrawal = Withdrawal {
            mcim,
            deactivate: token("deactivate").map_err(web::bad)?,
            delete: token("delete").map_err(web::bad)?,
        };
        let r = &case.registration;
        let body = Authorisation {
            authorisation: name.clone(),
            decision: String::new(),
            registration: r.registration.clone(),
            pcid: r.pcid.clone(),
            m2me_id: r.m2me_id.clone(),
            tre_id: r.tre.id.clone(),
            // it is elsewhere by now, and calls in
            address: None,
            expires_at,
            source: Source::Withdrawal,
            package: None,
            token: None,
            credential: None,
            rule: None,
            withdrawal: Some(withdrawal),
            api: config.api.clone(),
        };
        let dpf = case.partner.dpf;
        case.withdrawal = Some(name.clone());
        let e = Event::new("sho.decommissioning").with("registration", &id);
        out.trace(e.with("m2me", m2me_id).with("authorisation", &name));
        self.authorisations.insert(name, id.clone());
        let request = web::post("/dpf/authorisations", &body);
        let tag = Waiting::Withdrawn(id);
        self.clients.ask(now, dpf, request, ASK_TIME, tag, out);
        Ok(())
    }

    /// What the device said of it.
    pub(super) fn withdrawn(
        &mut self,
        now: Now,
        id: &str,
        report: &Report,
        out: &mut Outputs<Infallible>,
    ) {
        let Some(case) = self.cases.get_mut(id) else {
            return;
        };
        let e = Event::new("sho.decommissioned").with("registration", id);
        out.trace(e.with("outcome", report.result));
        if report.outcome == DeviceOutcome::Failure {
            // it still has it: its subscription stands
            return;
        }
        case.provisioned = false;
        let icf = case.partner.icf.filter(|_| !case.partner.releases_early);
        let pcid = case.registration.pcid.clone();
        self.unsubscribe(now, id, out);
        if let Some(icf) = icf {
            let body = Release {
                pcid,
                reason: "decommissioned".into(),
            };
            let errand = Errand::post(icf, "/icf/releases", &body);
            let name = format!("return {id}");
            self.errands
                .tell(now, &name, errand, &mut self.clients, out);
        }
    }
}
