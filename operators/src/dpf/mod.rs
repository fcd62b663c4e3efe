//! DPF, download and provisioning (steps 12 to 14, R29 to R36): the OMA-DM 1.2 server that puts
//! the package into the device it was authorised for, and tells the home operator how it ended.
//!
//! | door | from | |
//! |---|---|---|
//! | `POST /dpf/accounts` | CCIF | device-management accounts of a batch |
//! | `DELETE /dpf/accounts/{pcid}` | CCIF | the PCID is free again (R53) |
//! | `POST /dpf/authorisations` | SHO | for one device, with the package or on demand |
//! | `POST /dm` | M2ME, on Gi | SyncML in WBXML |
//!
//! Where it is told to it does not wait for the device but calls it ([`Calling`], R29).
mod calling;
mod rules;
mod session;

pub use calling::{Call, Calling};
pub use rules::Rule;

use crate::{
    errands::{self, Errand, Errands, Heard},
    gi::Gi,
    web,
};
use engine::{Event, Framing, Input, Link, Node, Now, Outputs, Port, PortSpec, Rng, Time, Timers};
use http::{Asked, Clients, Exchange, Limits, Method, Request, Response, Servers, Status};
use ip::stack::Conn;
use provisioning::{
    bootstrap::wsp,
    dm::{Account, AuthType, HMAC_HEADER},
    json::{
        self, Authorisation, Authorised, DeviceOutcome, Import, Imported, Kind, PackageAnswer,
        PackageRequest, Problem, Report, Source,
    },
    kept::{self, Table},
    key::{Key, PublicKey},
    mcim,
    syncml::Form,
    text::{B64, SecretText},
};
use serde::{Deserialize, Serialize};
use session::{Session, Want};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

/// Where CCIF and SHO come in.
pub const HTTP: Port = Port(1);
/// Where it dials SHOs from.
pub const DIAL: Port = Port(2);
/// The raw-IP link behind the GGSN.
pub const GI: Port = Port(3);

/// How long a SHO may take for a package.
const ASK_TIME: Duration = Duration::from_secs(15);
/// How long a session may stand still.
const SESSION_TIME: Duration = Duration::from_secs(60);

/// What a DPF is told at its start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its host name: the audience of tokens.
    pub host: String,
    /// Its own address on Gi, and TCP port.
    pub address: Ipv4Addr,
    /// Its port there.
    pub port: u16,
    /// Where DM sessions are opened.
    pub uri: String,
    /// The key that accounts are sealed to.
    pub key: Key,
    /// Who signs manifests: one's own CCIF, a third party's (R52).
    pub ccifs: Vec<PublicKey>,
    /// The home operators that may authorise: what their API is called, and where it is.
    pub shos: BTreeMap<String, SocketAddr>,
    /// How it makes packages itself (R31).
    pub rules: Vec<Rule>,
    /// The longest message it takes.
    pub max_msg_size: u32,
    /// How both sides authenticate.
    pub auth: AuthType,
    /// Whether it authenticates itself at all; off, to try devices' defences (T10).
    pub proves_itself: bool,
    /// Whether token and installation go in one Atomic.
    pub atomic: bool,
    /// Whether somebody inside takes away what was installed, without the SHO's leave; to try
    /// devices' defences (T13).
    pub insider: bool,
    /// How a device is made to call in.
    pub calling: Calling,
    /// Randomness of its own.
    pub rng: Rng,
}

/// A device-management account.
#[derive(Debug, Serialize, Deserialize)]
struct Dm {
    pcid: String,
    device: Account,
    own: Account,
    #[serde(default)]
    pin: Option<SecretText>,
}

/// An authorisation and how far it is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Grant {
    body: Authorisation,
    package: Option<PackageAnswer>,
    /// What the device said of it, once it has.
    outcome: Option<u16>,
}

impl Grant {
    fn new(body: Authorisation, package: Option<PackageAnswer>) -> Self {
        Self {
            body,
            package,
            outcome: None,
        }
    }
}

/// The answer to an authorisation.
fn authorised(body: &Authorisation, state: &str) -> Response {
    let body = Authorised {
        authorisation: body.authorisation.clone(),
        state: state.to_owned(),
    };
    web::answer(Status::Created, &body)
}

/// What a SHO was asked or told.
#[derive(Debug)]
enum Waiting {
    /// The package, for the session of this device that waits.
    Package {
        grant: String,
        m2me: String,
        exchange: Exchange<Conn>,
    },
    /// The token for what was made by a rule.
    Advised(Box<rules::Made>),
    /// A report.
    Report(errands::Tag),
}

impl From<errands::Tag> for Waiting {
    fn from(tag: errands::Tag) -> Self {
        Self::Report(tag)
    }
}

/// The node.
#[derive(Debug)]
pub struct Dpf {
    config: Config,
    gi: Gi,
    servers: Servers<Link>,
    clients: Clients<Waiting>,
    /// By the device's name in its account.
    accounts: Table<Dm>,
    batches: Table<(Import, Imported)>,
    grants: Table<Grant>,
    /// The present authorisation of a machine.
    latest: Table<String>,
    /// How many subscribers each rule has given, by the operator's PLMN and the rule's name.
    used: Table<u64>,
    /// By machine. One that is cut by a restart is opened anew by the device.
    sessions: BTreeMap<String, Session>,
    /// When a session has stood still for too long, by machine.
    timers: Timers<String>,
    reports: Errands,
    calls: calling::Calls,
}

impl Dpf {
    /// A DPF without accounts.
    pub fn new(config: Config) -> Self {
        Self {
            gi: Gi::new(GI, config.address, config.port, &config.rng).sending_from(wsp::WSP_PORT),
            servers: Servers::new(Limits::default()),
            clients: Clients::new(DIAL, Limits::default()),
            accounts: Table::new("account"),
            batches: Table::new("batch"),
            grants: Table::new("grant"),
            latest: Table::new("latest"),
            used: Table::new("rule"),
            sessions: BTreeMap::new(),
            reports: Errands::default(),
            calls: calling::Calls::default(),
            timers: Timers::default(),
            config,
        }
    }

    /// `None` where the answer comes later.
    fn serve(
        &mut self,
        now: Now,
        exchange: Exchange<Link>,
        r: &Request,
        out: &mut Outputs<Infallible>,
    ) -> Option<Response> {
        let post = r.method == Method::POST;
        Some(web::either(match r.path() {
            "/dpf/accounts" if post => self.import(now, r, out),
            "/dpf/authorisations" if post => match self.authorise(now, exchange, r, out) {
                Ok(answer) => return answer,
                Err(p) => Err(p),
            },
            path => match path.strip_prefix("/dpf/accounts/") {
                Some(pcid) if r.method == Method::DELETE => self.forget(pcid, out),
                _ => Err(web::no_door(r)),
            },
        }))
    }

    /// A PCID is nobody's any more.
    fn forget(&mut self, pcid: &str, out: &mut Outputs<Infallible>) -> Result<Response, Problem> {
        let count = self.accounts.len();
        self.accounts.retain(|_, a| a.pcid != pcid);
        if self.accounts.len() == count {
            return Err(Problem::new(Kind::Unknown, pcid));
        }
        out.trace(Event::new("dpf.account-gone").with("pcid", pcid));
        Ok(Response::new(Status::NoContent))
    }

    /// All accounts of a batch, or none.
    fn import(
        &mut self,
        now: Now,
        r: &Request,
        out: &mut Outputs<Infallible>,
    ) -> Result<Response, Problem> {
        let body: Import = web::body(r)?;
        if let Some((known, answer)) = self.batches.get(&body.batch.batch) {
            return match *known == body {
                true => Ok(web::answer(Status::Created, answer)),
                false => Err(Problem::new(Kind::Duplicate, &body.batch.batch)),
            };
        }
        let opened = body.batch.open_of(&self.config.ccifs, &self.config.key);
        let (manifest, credentials) = opened.map_err(web::bad)?;
        if manifest.exp <= now.utc.secs() {
            return Err(Problem::new(Kind::Malformed, "manifest: expired"));
        }
        let mut new = Vec::new();
        let mut taken = Vec::new();
        for e in &credentials.entries {
            let missing = || Problem::new(Kind::Malformed, "entries.dm: missing field");
            let dm = e.dm.as_ref().ok_or_else(missing)?;
            if self.accounts.contains(&dm.client_name) {
                taken.push(e.pcid.clone());
            }
            let (device, own) = dm.accounts();
            let pcid = e.pcid.clone();
            let account = Dm {
                pcid,
                device,
                own,
                pin: e.pin.clone(),
            };
            new.push((dm.client_name.clone(), account));
        }
        web::none_taken(taken)?;
        let answer = Imported {
            batch: body.batch.batch.clone(),
            imported: u32::try_from(new.len()).unwrap_or(u32::MAX),
        };
        out.trace(Event::new("dpf.accounts").with("batch", &answer.batch));
        for (name, account) in new {
            self.accounts.insert(name, account);
        }
        let response = web::answer(Status::Created, &answer);
        self.batches.insert(answer.batch.clone(), (body, answer));
        Ok(response)
    }

    /// Step 11: a home operator that we know says that this device may be provisioned.
    fn authorise(
        &mut self,
        now: Now,
        exchange: Exchange<Link>,
        r: &Request,
        out: &mut Outputs<Infallible>,
    ) -> Result<Option<Response>, Problem> {
        let body: Authorisation = web::body(r)?;
        let answer = |state: &str| Some(authorised(&body, state));
        if let Some(known) = self.grants.get(&body.authorisation) {
            return match (known.body == body, known.outcome) {
                (false, _) => Err(Problem::new(Kind::Duplicate, &body.authorisation)),
                (true, None) => {
                    let response = answer("waiting");
                    self.call(now, &body, out);
                    Ok(response)
                }
                (true, Some(_)) => Ok(answer("done")),
            };
        }
        if !self.config.shos.contains_key(&body.api) {
            return Err(Problem::new(
                Kind::Token,
                "no agreement with this home operator",
            ));
        }
        if body.expires_at.0 <= now.utc.secs() {
            return Err(Problem::new(Kind::Token, "expired"));
        }
        if !self.accounts.values().any(|a| a.pcid == body.pcid) {
            return Err(Problem::new(Kind::Unknown, "no device-management account"));
        }
        if (body.source == Source::Withdrawal) != body.withdrawal.is_some() {
            return Err(Problem::new(
                Kind::Malformed,
                "withdrawal: does not fit source",
            ));
        }
        let package = match (body.source, &body.package, &body.token) {
            (Source::Package, Some(p), Some(t)) => Some(PackageAnswer {
                package: p.clone(),
                token: t.clone(),
            }),
            (Source::OnDemand | Source::Withdrawal, None, None) => None,
            (Source::Rule, None, None) => {
                self.generate(now, exchange, body, out)?;
                return Ok(None);
            }
            _ => {
                return Err(Problem::new(
                    Kind::Malformed,
                    "package: does not fit source",
                ));
            }
        };
        let response = answer("waiting");
        self.grant(now, Grant::new(body, package), out);
        Ok(response)
    }

    /// From now on this device may be provisioned.
    fn grant(&mut self, now: Now, grant: Grant, out: &mut Outputs<Infallible>) {
        let body = grant.body.clone();
        let e = Event::new("dpf.authorised").with("authorisation", &body.authorisation);
        out.trace(e.with("pcid", &body.pcid).with("m2me", &body.m2me_id));
        if let Some(w) = &body.withdrawal {
            let e = Event::new("dpf.withdrawing").with("m2me", &body.m2me_id);
            out.trace(e.with("package", &w.mcim));
        }
        self.latest
            .insert(body.m2me_id.clone(), body.authorisation.clone());
        self.grants.insert(body.authorisation.clone(), grant);
        self.call(now, &body, out);
    }

    /// A message of a device. `None` where the package has to be fetched first.
    fn device(
        &mut self,
        now: Now,
        a: &Asked<Conn>,
        out: &mut Outputs<Infallible>,
    ) -> Option<Response> {
        let r = &a.request;
        if r.method != Method::POST || r.path() != "/dm" {
            return Some(web::problem(&web::no_door(r)));
        }
        let form = r.media_type().and_then(Form::of).unwrap_or_default();
        if let Err(p) = web::typed(r, form.media_type()) {
            return Some(web::problem(&p));
        }
        let m2me = match self.session(now, form, &r.body, out) {
            Ok(m2me) => m2me,
            Err(p) => return Some(web::problem(&p)),
        };
        let session = self.sessions.get_mut(&m2me)?;
        let grant = self.grants.get_mut(session.grant())?;
        let hmac = r.headers.get(HMAC_HEADER);
        match session.receive(&r.body, hmac, grant, &mut self.config.rng, out) {
            Want::Reply(reply) => {
                let response = self.reply(now, &m2me, reply);
                self.report(now, &m2me, out);
                Some(response)
            }
            Want::Package(credential) => {
                let body = PackageRequest {
                    authorisation: grant.body.authorisation.clone(),
                    credential: B64(credential),
                };
                let to = self.config.shos.get(&grant.body.api).copied()?;
                let tag = Waiting::Package {
                    grant: grant.body.authorisation.clone(),
                    m2me,
                    exchange: a.exchange,
                };
                let request = web::post("/sho/packages", &body);
                self.clients.ask(now, to, request, ASK_TIME, tag, out);
                None
            }
        }
    }

    /// The session that a message belongs to, or a new one for a device that is authorised.
    fn session(
        &mut self,
        now: Now,
        form: Form,
        octets: &[u8],
        out: &mut Outputs<Infallible>,
    ) -> Result<String, Problem> {
        let (id, m2me, name) = provisioning::dm::Server::peek(form, octets)
            .map_err(|e| Problem::new(Kind::Malformed, e.to_string()))?;
        let at = now.mono + SESSION_TIME;
        if self.sessions.get(&m2me).is_some_and(|s| s.id() == id) {
            self.timers.start(m2me.clone(), at);
            return Ok(m2me);
        }
        let unknown = |what: &str| Problem::new(Kind::Unknown, what);
        let grant = self.latest.get(&m2me).and_then(|g| self.grants.get(g));
        let grant = grant.ok_or_else(|| unknown("no authorisation for this device"))?;
        if grant.body.expires_at.0 <= now.utc.secs() {
            return Err(Problem::new(Kind::Token, "the authorisation has expired"));
        }
        let mine = |(n, a): &(&String, &Dm)| {
            a.pcid == grant.body.pcid && name.as_ref().is_none_or(|named| named == *n)
        };
        let account = self.accounts.iter().find(mine);
        let (_, account) = account.ok_or_else(|| unknown("no account of this name"))?;
        let session = Session::new(
            &self.config,
            &account.device,
            &account.own,
            &id,
            &m2me,
            &grant.body.authorisation,
            form,
        );
        out.trace(
            Event::new("dpf.session")
                .with("m2me", &m2me)
                .with("session", &id),
        );
        self.timers.start(m2me.clone(), at);
        self.calls.answered(&m2me);
        self.sessions.insert(m2me.clone(), session);
        Ok(m2me)
    }

    /// The next message to the device; a session that is over is forgotten, its nonces are kept.
    fn reply(&mut self, now: Now, m2me: &str, reply: Option<Vec<u8>>) -> Response {
        let _ = now;
        let mut form = Form::default();
        let mut hmac = None;
        if let Some(s) = self.sessions.get(m2me) {
            let (device, own) = s.accounts();
            if let Some(account) = self.accounts.get_mut(&device.name) {
                account.device = device.clone();
                account.own = own.clone();
            }
            form = s.form();
            hmac = s.hmac().map(str::to_owned);
        }
        match reply {
            Some(octets) => {
                let response = Response::new(Status::Ok).content(form.media_type(), octets);
                match hmac {
                    Some(header) => response.header(HMAC_HEADER, &header),
                    None => response,
                }
            }
            None => Response::new(Status::NoContent),
        }
    }

    /// Step 14: once the device has said how it ended, the home operator is told until it answers.
    fn report(&mut self, now: Now, m2me: &str, out: &mut Outputs<Infallible>) {
        let Some(session) = self.sessions.get_mut(m2me) else {
            return;
        };
        let Some(result) = session.take_result() else {
            return;
        };
        let Some(grant) = self.grants.get_mut(session.grant()) else {
            return;
        };
        let outcome = mcim::Outcome(result);
        let fails = !outcome.is_success();
        // once, unless what had succeeded was rolled back since: the new identity found no network
        match grant.outcome.replace(result) {
            Some(before) if !(fails && mcim::Outcome(before).is_success()) => return,
            _ => {}
        }
        let state = match outcome {
            mcim::Outcome::Active => mcim::State::Active,
            mcim::Outcome::Deleted => mcim::State::Deleted,
            o if o.is_success() => mcim::State::Installed,
            _ => mcim::State::Failed,
        };
        let e = Event::new("dpf.result")
            .with("m2me", m2me)
            .with("result", outcome);
        out.trace(e.with("authorisation", &grant.body.authorisation));
        let report = Report {
            report: json::identifier("s", &mut self.config.rng),
            authorisation: grant.body.authorisation.clone(),
            registration: grant.body.registration.clone(),
            pcid: grant.body.pcid.clone(),
            m2me_id: m2me.to_owned(),
            outcome: match outcome.is_success() {
                true => DeviceOutcome::Success,
                false => DeviceOutcome::Failure,
            },
            state,
            result,
            sha256: grant.package.as_ref().map(|p| p.package.sha256),
            at: now.utc.into(),
        };
        let Some(to) = self.config.shos.get(&grant.body.api).copied() else {
            return;
        };
        let errand = Errand::post(to, "/sho/reports", &report);
        self.reports
            .tell(now, &report.report, errand, &mut self.clients, out);
    }

    fn answered(
        &mut self,
        now: Now,
        to: Waiting,
        result: Result<Response, http::Failure>,
        out: &mut Outputs<Infallible>,
    ) {
        match to {
            Waiting::Advised(made) => self.advised(now, *made, result, out),
            Waiting::Report(tag) => {
                if let Some((report, _, heard)) = self.reports.answered(now, tag, &result) {
                    let name = match heard {
                        Heard::Taken => "dpf.reported",
                        Heard::Refused | Heard::Never => "dpf.report_refused",
                    };
                    out.trace(Event::new(name).with("report", report));
                }
            }
            Waiting::Package {
                grant,
                m2me,
                exchange,
            } => {
                let made = web::read::<PackageAnswer>(result, &[Status::Ok], "SHO");
                let Some(session) = self.sessions.get_mut(&m2me) else {
                    return;
                };
                let reply = match (made, self.grants.get_mut(&grant)) {
                    (Ok(made), Some(g)) => {
                        g.package = Some(made);
                        session.send_package(g)
                    }
                    (Err(p), _) => {
                        let e = Event::new("dpf.no_package").with("m2me", &m2me);
                        out.trace(e.with("type", p.kind).with("detail", p.detail));
                        session.abort()
                    }
                    (Ok(_), None) => session.abort(),
                };
                let response = self.reply(now, &m2me, reply);
                self.gi.answer(now, exchange, response);
            }
        }
    }

    fn timer(&mut self, now: Now, out: &mut Outputs<Infallible>) {
        self.reports.timer(now, &mut self.clients, out);
        self.calls.timer(now, &mut self.gi, out);
        while let Some(m2me) = self.timers.pop(now.mono) {
            // the device opens another one
            self.sessions.remove(&m2me);
        }
    }
}

impl Node for Dpf {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Infallible;

    fn ports(&self) -> &[PortSpec] {
        const fn spec(port: Port, name: &'static str, framing: Framing) -> PortSpec {
            PortSpec {
                port,
                name,
                framing,
            }
        }
        const {
            &[
                spec(HTTP, "dpf", Framing::Stream),
                spec(DIAL, "dpf-dial", Framing::Stream),
                spec(GI, "gi", Framing::Datagram),
            ]
        }
    }

    fn recall(&mut self, key: &str, octets: &[u8]) -> Result<(), String> {
        let tables: &mut [&mut dyn kept::Recall] = &mut [
            &mut self.accounts,
            &mut self.batches,
            &mut self.grants,
            &mut self.latest,
            &mut self.used,
            self.reports.table(),
        ];
        kept::recall(key, octets, tables)
    }

    fn handle(
        &mut self,
        now: Now,
        input: Input<Infallible, Infallible>,
        out: &mut Outputs<Infallible>,
    ) {
        self.servers.handle(now, HTTP, &input, out);
        self.clients.handle(now, &input, out);
        self.gi.handle(now, &input, out);
        match input {
            Input::Start => self.reports.start(now, &mut self.clients, out),
            Input::Timer => self.timer(now, out),
            _ => {}
        }
        while let Some(a) = self.servers.poll() {
            if let Some(answer) = self.serve(now, a.exchange, &a.request, out) {
                self.servers.answer(now, a.exchange, answer);
            }
        }
        while let Some(a) = self.gi.poll() {
            if let Some(answer) = self.device(now, &a, out) {
                self.gi.answer(now, a.exchange, answer);
            }
        }
        while let Some((tag, result)) = self.clients.poll() {
            self.answered(now, tag, result, out);
        }
        self.accounts.keep(out);
        self.batches.keep(out);
        self.grants.keep(out);
        self.latest.keep(out);
        self.used.keep(out);
        self.reports.keep(out);
        self.servers.flush(out);
        self.gi.flush(now, out);
    }

    fn due(&self) -> Option<Time> {
        let all = [
            self.servers.due(),
            self.clients.due(),
            self.gi.due(),
            self.timers.due(),
            self.reports.due(),
            self.calls.due(),
        ];
        all.into_iter().flatten().min()
    }
}
