//! Steps 5 to 14 on the user plane: registration at the DRF, the DM session with the DPF.
use crate::{
    life::{Phase, Step, Tag},
    node::{M2me, Out},
    tre::tree::DeviceTree,
};
use engine::{Event, Now};
use http::{Failure, Request, Response, Status};
use provisioning::{
    dm::{self, ClientConfig, End, HMAC_HEADER},
    json::{
        self, Challenge, ChallengeRequest, DpfAddress, Kind, Problem, Referral, Registered,
        Registration, TreId,
    },
    mcim::{Outcome, State},
    syncml::Form,
    text::B64,
};
use std::net::{Ipv4Addr, SocketAddrV4};

/// Referrals that are followed in one registration.
const REFERRALS: u8 = 3;

impl M2me {
    /// Step 5: asks the DRF for a nonce.
    pub(crate) fn challenge(&mut self, now: Now, out: &mut Out) {
        self.phase = Phase::Challenge;
        out.trace(Event::new("m2me.register").with("drf", self.config.drf));
        let body = ChallengeRequest {
            pcid: self.tre.pcid().to_owned(),
            m2me_id: self.tre.m2me_id().to_owned(),
        };
        self.post(now, "/drf/challenges", json::write(&body));
    }

    /// Step 5: sends the registration over the nonce.
    fn register(&mut self, now: Now, nonce: &[u8], out: &mut Out) {
        let report = match self.tre.report(nonce, now.utc) {
            Ok(report) => report,
            Err(e) => return self.failed(&format!("no report: {e}"), out),
        };
        self.phase = Phase::Registration;
        let credential = self.tre.credential().to_vec();
        let body = Registration {
            pcid: self.tre.pcid().to_owned(),
            m2me_id: self.tre.m2me_id().to_owned(),
            device_type: self.config.device.device_type.clone(),
            tre: TreId {
                id: self.tre.id().to_owned(),
                version: self.tre.version().to_owned(),
            },
            sho: self.sho.clone(),
            report,
            credential: self.config.credential_goes.then_some(B64(credential)),
        };
        self.post(now, "/drf/registrations", json::write(&body));
    }

    fn post(&mut self, now: Now, path: &str, body: Vec<u8>) {
        let request = Request::post(path).json(body);
        self.send(now, self.config.drf, request);
    }

    fn send(&mut self, now: Now, to: SocketAddrV4, request: Request) {
        self.generation = self.generation.wrapping_add(1);
        let (time, tag) = (self.config.times.answer, Tag::Step(self.generation));
        self.user.ask(now, to, request, time, tag);
    }

    /// An answer to what the procedure asked last.
    pub(crate) fn step_answered(
        &mut self,
        now: Now,
        result: Result<Response, Failure>,
        out: &mut Out,
    ) {
        match (&self.phase, result) {
            (Phase::Challenge, Ok(r)) if r.status == Status::Created => {
                match json::parse::<Challenge>(&r.body) {
                    Ok(c) => self.register(now, &c.nonce.0, out),
                    Err(e) => self.again(now, Step::Register, None, &e.to_string(), out),
                }
            }
            (Phase::Registration, Ok(r)) if r.status == Status::Created => {
                self.registered(now, &r, out);
            }
            (Phase::Registration, Ok(r)) if r.status == Status::MultipleChoices => {
                self.referred(now, &r, out);
            }
            (Phase::Challenge | Phase::Registration, Ok(r)) => self.refused(now, &r, out),
            (Phase::Challenge | Phase::Registration, Err(e)) => {
                let why = format!("DRF: {e}");
                self.again(now, Step::Register, None, &why, out);
            }
            (Phase::Session(_), Ok(r)) if r.status == Status::Ok => self.dm_message(now, &r, out),
            // in operation nothing hangs on it: the DPF has nothing, or is not there
            (Phase::Session(_), result) if self.is_in_operation() => {
                out.trace(match result {
                    Ok(r) => Event::new("m2me.call-over").with("status", r.status.0),
                    Err(e) => Event::new("m2me.call-over").with("cause", e),
                });
                self.operate(out);
            }
            (Phase::Session(_), Ok(r)) => {
                let after = r.headers.get("Retry-After").and_then(|t| t.parse().ok());
                let why = format!("DPF: HTTP {}", r.status.0);
                self.again(now, Step::Session, after, &why, out);
            }
            (Phase::Session(_), Err(e)) => {
                let why = format!("DPF: {e}");
                self.again(now, Step::Session, None, &why, out);
            }
            (Phase::Closing(end), result) => {
                let end = end.clone();
                match result {
                    Ok(_) => self.carried.clear(),
                    Err(_) => out.count("dm: last message lost"),
                }
                self.session_over(now, end, out);
            }
            _ => out.count("http: answer to nothing"),
        }
    }

    fn registered(&mut self, now: Now, r: &Response, out: &mut Out) {
        let registered: Registered = match json::parse(&r.body) {
            Ok(registered) => registered,
            Err(e) => return self.again(now, Step::Register, None, &e.to_string(), out),
        };
        out.trace(
            Event::new("m2me.registered")
                .with("registration", &registered.registration)
                .with("sho", &registered.sho.plmn)
                .with("dpf", &registered.dpf.host),
        );
        self.referrals = 0;
        self.failures = 0;
        self.dpf = Some(registered.dpf);
        self.step(now, Step::Session, out);
    }

    /// Step 6, referral mode: the machine chooses what its owner has set, else the first.
    fn referred(&mut self, now: Now, r: &Response, out: &mut Out) {
        let referral: Referral = match json::parse(&r.body) {
            Ok(referral) => referral,
            Err(e) => return self.again(now, Step::Register, None, &e.to_string(), out),
        };
        let wanted = self.config.sho.as_ref();
        let chosen = match wanted {
            Some(plmn) => referral.candidates.iter().find(|c| c.plmn == *plmn),
            None => referral.candidates.first(),
        };
        let Some(chosen) = chosen else {
            return self.failed("the referral names no home operator of ours", out);
        };
        self.referrals = self.referrals.saturating_add(1);
        if self.referrals > REFERRALS {
            self.referrals = 0;
            return self.failed("referred in a circle", out);
        }
        out.trace(Event::new("m2me.referred").with("sho", &chosen.plmn));
        self.sho = Some(chosen.plmn.clone());
        self.step(now, Step::Register, out);
    }

    fn refused(&mut self, now: Now, r: &Response, out: &mut Out) {
        let problem: Option<Problem> = json::parse(&r.body).ok();
        let kind = problem.as_ref().and_then(Problem::known);
        let title = problem.as_ref().map_or("", |p| p.title.as_str());
        let why = match problem.as_ref().map(|p| p.detail.as_str()) {
            Some(detail) if !detail.is_empty() => {
                format!("HTTP {}: {title}: {detail}", r.status.0)
            }
            _ => format!("HTTP {}: {title}", r.status.0),
        };
        match kind {
            // what another nonce, or a while, may cure
            Some(
                Kind::Source | Kind::Challenge | Kind::NoSho | Kind::Ambiguous | Kind::Unavailable,
            ) => {
                let after = problem.and_then(|p| p.retry_after);
                self.again(now, Step::Register, after, &why, out);
            }
            None if r.status.0 >= 500 => self.again(now, Step::Register, None, &why, out),
            _ => {
                let mut event = Event::new("m2me.refused")
                    .with("status", r.status.0)
                    .with("cause", &why);
                if let Some(p) = problem {
                    if let Some(decision) = p.decision {
                        event = event.with("decision", decision);
                    }
                    if let Some(outcome) = p.outcome {
                        event = event.with("outcome", outcome);
                    }
                    for f in p.failing {
                        event = event.with("failing", format_args!("{} {}", f.component, f.reason));
                    }
                }
                out.trace(event);
                self.rest();
            }
        }
    }

    /// Step 12: opens a DM session with the DPF.
    pub(crate) fn open_session(&mut self, now: Now, out: &mut Out) {
        if self.is_to_wait() {
            return self.wait_for_call(now, out);
        }
        let Some(mut dpf) = self.dpf.clone() else {
            return self.failed("no DPF is known", out);
        };
        let Some((client, server)) = self.accounts.clone() else {
            return self.failed("no DM account", out);
        };
        if let Some(uri) = &self.called.uri {
            // where the account says that its server is
            dpf.uri.clone_from(uri);
            self.dpf = Some(dpf.clone());
        }
        // T6: whoever the DRF names, only the server of the account is believed
        if dpf.server_id != self.shown.server_id {
            return self.failed("the DPF is not the server of the DM account", out);
        }
        self.shown.uri.clone_from(&dpf.uri);
        while let Some(lost) = self.carried.pop() {
            self.alerts.push_front(lost);
        }
        let (client, server) = (client.by(self.config.auth), server.by(self.config.auth));
        let config = ClientConfig {
            server_uri: dpf.uri.clone(),
            device_id: self.tre.m2me_id().to_owned(),
            client,
            server,
            max_msg_size: self.config.max_msg_size,
            max_obj_size: self.config.max_obj_size,
            form: self.config.form,
            checks_server: self.config.checks_server,
            server_initiated: self.called.session.is_some(),
            dev_info: self.config.device.dev_info(self.tre.m2me_id()),
        };
        let own = format!("{:04x}", self.rng.u32() & 0xffff);
        let id = self.called.session.take().unwrap_or(own);
        let mut tree = DeviceTree {
            tre: &mut self.tre,
            device: &self.config.device,
            account: &self.shown,
            dpf: &dpf.host,
            waiting: &mut self.alerts,
            carried: &mut self.carried,
        };
        let (client, message) = dm::Client::start(config, &id, &mut tree);
        out.trace(
            Event::new("m2me.session")
                .with("id", &id)
                .with("dpf", &dpf.host),
        );
        let hmac = client.hmac().map(str::to_owned);
        self.phase = Phase::Session(Box::new(client));
        self.post_dm(now, &dpf, message, hmac, out);
    }

    fn post_dm(
        &mut self,
        now: Now,
        dpf: &DpfAddress,
        message: Vec<u8>,
        hmac: Option<String>,
        out: &mut Out,
    ) {
        let Some((to, path)) = place(dpf) else {
            return self.failed("the DPF has no address", out);
        };
        let media_type = self.config.form.media_type();
        let mut request = Request::post(&path).content(media_type, message);
        if let Some(header) = hmac {
            request = request.header(HMAC_HEADER, &header);
        }
        self.send(now, to, request);
    }

    fn dm_message(&mut self, now: Now, r: &Response, out: &mut Out) {
        let Some(dpf) = self.dpf.clone() else { return };
        let Phase::Session(client) = &mut self.phase else {
            return;
        };
        let carried = self.carried.len();
        let mut tree = DeviceTree {
            tre: &mut self.tre,
            device: &self.config.device,
            account: &self.shown,
            dpf: &dpf.host,
            waiting: &mut self.alerts,
            carried: &mut self.carried,
        };
        client.set_hmac(r.headers.get(HMAC_HEADER));
        let step = match r.media_type() {
            Some(t) if Form::of(t) == Some(self.config.form) => {
                client.receive(&r.body, now, &mut self.rng, &mut tree)
            }
            other => dm::Step::Done(End::Malformed(format!("media type {other:?}"))),
        };
        let hmac = client.hmac().map(str::to_owned);
        let (own, server) = client.accounts();
        self.accounts = Some((own.clone(), server.clone()));
        if client.was_accepted() {
            // what is carried from here on goes with the next message
            self.carried.drain(..carried.min(self.carried.len()));
        }
        match step {
            dm::Step::Send(message) => self.post_dm(now, &dpf, message, hmac, out),
            dm::Step::Last(message, end) => {
                self.phase = Phase::Closing(end);
                self.post_dm(now, &dpf, message, hmac, out);
            }
            dm::Step::Done(end) => self.session_over(now, end, out),
        }
    }

    fn session_over(&mut self, now: Now, end: End, out: &mut Out) {
        let event = Event::new("m2me.session-over");
        out.trace(match &end {
            End::Complete => event.with("end", "complete"),
            End::Aborted => event.with("end", "aborted"),
            End::Refused(c) => event.with("end", "refused").with("cause", c),
            End::Malformed(why) => event.with("end", "malformed").with("cause", why),
        });
        if self.is_provisioned() {
            // the SHO has to know as well (R26)
            return match self.is_all_told() {
                true => self.leave(now, out),
                false => self.again(now, Step::Session, None, "a result is untold", out),
            };
        }
        if self.is_in_operation() {
            return self.operate(out);
        }
        match end {
            // a rolled-back MCIM was reported: its SHO has the next word
            End::Complete if self.failed_result().is_some() => {
                let code = self.failed_result().unwrap_or(Outcome::Failed);
                self.rest();
                let event = Event::new("m2me.provisioning-failed");
                out.trace(event.with("result", code.0).with("cause", code));
                self.failed(&format!("no MCIM installed: {code}"), out);
            }
            End::Complete => {
                let why = "the session brought no MCIM";
                self.again(now, Step::Session, None, why, out);
            }
            // somebody who does not know our secrets, or whom we do not know (T10)
            End::Refused(c) => self.failed(&format!("DM session refused: {c}"), out),
            End::Aborted => self.again(now, Step::Session, None, "DM session aborted", out),
            End::Malformed(why) => self.again(now, Step::Session, None, &why, out),
        }
    }

    /// The result of a package that failed.
    fn failed_result(&self) -> Option<Outcome> {
        let apps = self.tre.apps().values();
        apps.filter(|a| a.state() == State::Failed)
            .filter_map(|a| a.result())
            .last()
            .or(self.tre.undone())
    }
}

/// Where a DPF takes messages: the host of its URI where that is an address, else the address
/// beside it.
fn place(dpf: &DpfAddress) -> Option<(SocketAddrV4, String)> {
    let rest = dpf.uri.strip_prefix("http://")?;
    let (authority, path) = match rest.split_once('/') {
        Some((authority, path)) => (authority, format!("/{path}")),
        None => (rest, "/".to_owned()),
    };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, 80),
    };
    let address: Option<Ipv4Addr> = host.parse().ok().or_else(|| dpf.address.parse().ok());
    Some((SocketAddrV4::new(address?, port), path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dpf_is_found_by_its_uri() {
        let at = |uri: &str| {
            let dpf = DpfAddress {
                host: "dpf".into(),
                address: "10.32.0.3".into(),
                uri: uri.into(),
                server_id: "dpf".into(),
            };
            place(&dpf).map(|(to, path)| format!("{to} {path}"))
        };
        let on = |text: &str| Some(text.to_owned());
        assert_eq!(at("http://10.32.0.4/dm"), on("10.32.0.4:80 /dm"));
        assert_eq!(at("http://10.32.0.4:8080"), on("10.32.0.4:8080 /"));
        assert_eq!(at("http://dpf.example/dm/x"), on("10.32.0.3:80 /dm/x"));
        assert_eq!(at("http://10.32.0.4:99999/dm"), None);
        assert_eq!(at("coap://10.32.0.4/dm"), None);
    }
}
