//! SHO, the selected home operator (R4): decides on a registration after the PVA has judged the
//! device (steps 8 to 11), makes the subscription, tells its HLR, authorises the DPF, and hears how
//! it ended (step 14).
//!
//! | door | from | |
//! |---|---|---|
//! | `POST /sho/registrations` | DRF | answered after step 11 |
//! | `POST /sho/packages` | DPF | the package for a credential read from the device (R39) |
//! | `POST /sho/advices` | DPF | what it has made by a rule (R31) |
//! | `POST /sho/reports` | DPF | how it ended, once |
//! | `GET /sho/decisions/{id}` | operator | what was decided and why |
mod advice;
mod case;
mod policy;
mod subscription;
mod unused;
mod withdrawal;

pub use policy::{Decision, Facts, Outcome, Rule, Validation, decide};

use crate::{errands::Errands, web};
use aka::Op;
use case::{Case, Waiting};
use engine::{Event, Framing, Input, Link, Node, Now, Outputs, Port, PortSpec, Rng, Time, Timers};
use http::{Clients, Exchange, Limits, Method, Request, Response, Servers, Status};
use provisioning::{
    credential::Credential,
    json::{DeviceOutcome, Kind, PackageRequest, Problem, Report, ShoRegistration},
    kept::{self, Table},
    key::PublicKey,
    pki::Identity,
    x509::Cert,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, VecDeque},
    convert::Infallible,
    net::SocketAddr,
    time::Duration,
};

/// Where DRF and DPF come in.
pub const HTTP: Port = Port(1);
/// Where it dials PVA, HLR and DPF from.
pub const DIAL: Port = Port(2);

/// How long each of the parties asked may take.
const ASK_TIME: Duration = Duration::from_secs(5);
/// Registrations kept at a time; the oldest that are over are forgotten.
const MOST: usize = 100_000;
/// The row of the MSIN that the next subscriber gets.
const NEXT: &str = "msin";

/// A registration operator that the SHO has an agreement with. What a registration says of it
/// must agree: a token is never made for another DPF (T6, T10).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Partner {
    /// Its PLMN.
    pub plmn: String,
    /// Host of its DPF: the token's audience.
    pub dpf_host: String,
    /// Where its DPF takes authorisations.
    pub dpf: SocketAddr,
    /// Where its DRF relays validations.
    pub relay: SocketAddr,
    /// Where its ICF takes releases, where that is agreed.
    pub icf: Option<SocketAddr>,
    /// True where a PCID is released as soon as its machine is provisioned (R28); else when that is
    /// decommissioned (R65).
    pub releases_early: bool,
}

/// Where packages come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Credentials {
    /// The platform credential is at the PVA or comes with the registration: the package is built
    /// in advance (R40).
    #[default]
    Known,
    /// It is in the device and read by OMA-DM (R39).
    OnDevice,
}

/// What a SHO is told at its start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its PLMN.
    pub plmn: String,
    /// Its API, as DPFs are told it.
    pub api: String,
    /// Its signing key with the chain to the operators' root.
    pub identity: Identity,
    /// OP of its MILENAGE.
    pub op: Op,
    /// The PVA's CA: what platform credentials and OCSP answers lead to.
    pub pva_root: Cert,
    /// Who signs the PVA's verdicts.
    pub pva_verdicts: PublicKey,
    /// The PVA's API.
    pub pva: SocketAddr,
    /// True to ask for validation through the registration operator (R20).
    pub relay: bool,
    /// Its HLR's door.
    pub hlr: SocketAddr,
    /// The key that its HLR opens credentials with.
    pub hlr_key: PublicKey,
    /// The operational APN.
    pub apn: String,
    /// Access class of new subscribers.
    pub access_class: u8,
    /// MSIN of the first subscriber that it makes.
    pub first_msin: u64,
    /// Whether a machine has to be the one that its TRE's credential names (T7).
    pub checks_identity: bool,
    /// Whether nothing goes on without a fresh good answer of OCSP (T9).
    pub checks_ocsp: bool,
    /// Whether a package is sealed to the TRE; else it is signed alone, and whoever carries it reads
    /// the keys in it (T19).
    pub seals: bool,
    /// The key that packages are sealed to in place of the TRE's: to try devices' defences (T11).
    pub seals_to: Option<PublicKey>,
    /// Where packages come from.
    pub credentials: Credentials,
    /// By which rule the DPF makes packages (R31); without one they are made here.
    pub dpf_rule: Option<String>,
    /// Its policy.
    pub rules: Vec<Rule>,
    /// The registration operators that it knows.
    pub partners: Vec<Partner>,
    /// For how many seconds an authorisation is good.
    pub lifetime: u64,
    /// How long after the end of an authorisation a subscriber may take to attach, before its
    /// subscription is taken back; none: for ever.
    pub attach_within: Option<Duration>,
    /// Randomness of its own.
    pub rng: Rng,
}

/// What an operator of the SHO does.
#[derive(Debug, Clone)]
pub enum Command {
    /// Another policy from now on.
    Policy(Vec<Rule>),
    /// It refuses all registrations with 503 from now on, or not any more.
    Down(bool),
    /// The MCIM of this machine goes (R65).
    Decommission(String),
}

/// The node.
#[derive(Debug)]
pub struct Sho {
    config: Config,
    servers: Servers<Link>,
    clients: Clients<Waiting>,
    cases: Table<Case>,
    order: VecDeque<String>,
    /// Registrations by authorisation.
    authorisations: BTreeMap<String, String>,
    decisions: Table<Decision>,
    /// How often a machine was provisioned.
    provisioned: Table<u32>,
    next: Table<u64>,
    errands: Errands,
    /// When it is looked whether a registration's subscriber has attached.
    unused: Timers<String>,
    down: bool,
}

impl Sho {
    /// A SHO without subscribers of this kind yet.
    pub fn new(config: Config) -> Self {
        Self {
            servers: Servers::new(Limits::default()),
            clients: Clients::new(DIAL, Limits::default()),
            cases: Table::new("case"),
            order: VecDeque::new(),
            authorisations: BTreeMap::new(),
            decisions: Table::new("decision"),
            provisioned: Table::new("provisioned"),
            next: Table::new("next"),
            errands: Errands::default(),
            unused: Timers::default(),
            down: false,
            config,
        }
    }

    /// The decisions so far.
    pub fn decisions(&self) -> impl Iterator<Item = &Decision> {
        self.decisions.values()
    }

    /// The subscriptions that stand: machine and IMSI.
    pub fn subscriptions(&self) -> impl Iterator<Item = (&str, &str)> {
        let cases = self.cases.values();
        cases.filter_map(|c| Some((&*c.registration.m2me_id, c.imsi()?)))
    }

    /// How often this machine was provisioned.
    pub fn provisioned(&self, m2me_id: &str) -> u32 {
        self.provisioned.get(m2me_id).copied().unwrap_or(0)
    }

    fn serve(
        &mut self,
        now: Now,
        exchange: Exchange<Link>,
        r: &Request,
        out: &mut Outputs<Infallible>,
    ) -> Option<Response> {
        let post = r.method == Method::POST;
        let found = match r.path() {
            "/sho/registrations" if post => match self.register(now, exchange, r, out) {
                Ok(answer) => return answer,
                Err(p) => Err(p),
            },
            "/sho/packages" if post => match self.package(now, exchange, r, out) {
                Ok(()) => return None,
                Err(p) => Err(p),
            },
            "/sho/advices" if post => match self.advise(now, exchange, r, out) {
                Ok(()) => return None,
                Err(p) => Err(p),
            },
            "/sho/reports" if post => self.report(now, r, out),
            path if r.method == Method::GET => {
                let id = path.strip_prefix("/sho/decisions/").unwrap_or("");
                let unknown = || web::no_door(r);
                let found = self.decisions.get(id).ok_or_else(unknown);
                found.map(|d| web::answer(Status::Ok, d))
            }
            _ => Err(web::no_door(r)),
        };
        Some(web::either(found))
    }

    /// Step 7. Steps 8 to 11 follow; a registration that is known gets the answer that it got.
    fn register(
        &mut self,
        now: Now,
        exchange: Exchange<Link>,
        r: &Request,
        out: &mut Outputs<Infallible>,
    ) -> Result<Option<Response>, Problem> {
        if self.down {
            return Err(web::unavailable("no registrations now", 60));
        }
        let registration: ShoRegistration = web::body(r)?;
        if let Some(known) = self.cases.get_mut(&registration.registration) {
            if known.registration != registration {
                return Err(Problem::new(Kind::Duplicate, registration.registration));
            }
            return Ok(known.answer_or_wait(exchange));
        }
        let host = &registration.ro.dpf.host;
        let fits = |p: &&Partner| p.plmn == registration.ro.plmn && p.dpf_host == *host;
        let Some(partner) = self.config.partners.iter().find(fits).cloned() else {
            return Err(Problem::new(
                Kind::Policy,
                "no agreement with this operator and DPF",
            ));
        };
        let e = Event::new("sho.registration").with("registration", &registration.registration);
        out.trace(
            e.with("pcid", &registration.pcid)
                .with("m2me", &registration.m2me_id),
        );
        let id = registration.registration.clone();
        let case = Case::new(registration, partner, exchange, &mut self.config.rng);
        if self.cases.len() >= MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.forget(&oldest);
        }
        self.order.push_back(id.clone());
        self.cases.insert(id.clone(), case);
        self.validate(now, &id, out);
        Ok(None)
    }

    /// R39: the credential was read from the device; it is checked as any other, then the package
    /// is made.
    fn package(
        &mut self,
        now: Now,
        exchange: Exchange<Link>,
        r: &Request,
        out: &mut Outputs<Infallible>,
    ) -> Result<(), Problem> {
        let request: PackageRequest = web::body(r)?;
        let unknown = || Problem::new(Kind::Unknown, &request.authorisation);
        let id = self
            .authorisations
            .get(&request.authorisation)
            .cloned()
            .ok_or_else(unknown)?;
        let case = self.cases.get_mut(&id).ok_or_else(unknown)?;
        if case.expires_at.0 < now.utc.secs() {
            return Err(Problem::new(Kind::Token, "the authorisation has expired"));
        }
        let refused = |e: provisioning::Error| Problem::new(Kind::Validation, e.to_string());
        let credential = Credential::parse(&request.credential.0).map_err(refused)?;
        credential
            .verify(&self.config.pva_root, now.utc)
            .map_err(refused)?;
        case.belongs(&credential)?;
        case.credential = Some(credential);
        self.status(now, &id, Some(exchange), out);
        Ok(())
    }

    /// Step 14, once.
    fn report(
        &mut self,
        now: Now,
        r: &Request,
        out: &mut Outputs<Infallible>,
    ) -> Result<Response, Problem> {
        let report: Report = web::body(r)?;
        let done = Ok(Response::new(Status::NoContent));
        let unknown = || Problem::new(Kind::Unknown, &report.authorisation);
        let id = self
            .authorisations
            .get(&report.authorisation)
            .cloned()
            .ok_or_else(unknown)?;
        let case = self.cases.get_mut(&id).ok_or_else(unknown)?;
        if case.registration.pcid != report.pcid || case.registration.m2me_id != report.m2me_id {
            return Err(unknown());
        }
        if case.reports.contains(&report.report) {
            out.count("sho.report_again");
            return done;
        }
        case.reports.push(report.report.clone());
        let e = Event::new("sho.report").with("registration", &id);
        let e = e.with("result", report.result).with("state", report.state);
        out.trace(e.with("pcid", &report.pcid));
        if case.withdrawal.as_ref() == Some(&report.authorisation) {
            self.withdrawn(now, &id, &report, out);
            return done;
        }
        match report.outcome {
            DeviceOutcome::Success => {
                case.provisioned = true;
                let n = self.provisioned.entry(&report.m2me_id, || 0);
                *n = n.saturating_add(1);
                self.release(now, &id, out);
            }
            DeviceOutcome::Failure => {
                // it may have been a success before, and rolled back
                if std::mem::take(&mut case.provisioned) {
                    let n = self.provisioned.entry(&report.m2me_id, || 0);
                    *n = n.saturating_sub(1);
                }
                self.unsubscribe(now, &id, out);
            }
        }
        done
    }

    fn forget(&mut self, id: &str) {
        if let Some(case) = self.cases.remove(id) {
            self.authorisations.remove(&case.authorisation);
        }
    }
}

impl Node for Sho {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Command;

    fn ports(&self) -> &[PortSpec] {
        const fn spec(port: Port, name: &'static str) -> PortSpec {
            PortSpec {
                port,
                name,
                framing: Framing::Stream,
            }
        }
        const { &[spec(HTTP, "sho"), spec(DIAL, "sho-dial")] }
    }

    fn recall(&mut self, key: &str, octets: &[u8]) -> Result<(), String> {
        let tables: &mut [&mut dyn kept::Recall] = &mut [
            &mut self.cases,
            &mut self.decisions,
            &mut self.provisioned,
            &mut self.next,
            self.errands.table(),
        ];
        kept::recall(key, octets, tables)
    }

    fn handle(
        &mut self,
        now: Now,
        input: Input<Infallible, Command>,
        out: &mut Outputs<Infallible>,
    ) {
        self.servers.handle(now, HTTP, &input, out);
        self.clients.handle(now, &input, out);
        match input {
            Input::Start => {
                self.resume(now, out);
                self.await_again(now);
            }
            Input::Timer => {
                self.errands.timer(now, &mut self.clients, out);
                self.look(now, out);
            }
            Input::Command(Command::Policy(rules)) => self.config.rules = rules,
            Input::Command(Command::Down(down)) => self.down = down,
            Input::Command(Command::Decommission(m2me)) => {
                if let Err(p) = self.decommission(now, &m2me, out) {
                    let e = Event::new("sho.not-decommissioned").with("m2me", m2me);
                    out.trace(e.with("why", p.detail));
                }
            }
            _ => {}
        }
        while let Some(a) = self.servers.poll() {
            if let Some(answer) = self.serve(now, a.exchange, &a.request, out) {
                self.servers.answer(now, a.exchange, answer);
            }
        }
        while let Some((tag, result)) = self.clients.poll() {
            self.answered(now, tag, result, out);
        }
        self.cases.keep(out);
        self.decisions.keep(out);
        self.provisioned.keep(out);
        self.next.keep(out);
        self.errands.keep(out);
        self.servers.flush(out);
    }

    fn due(&self) -> Option<Time> {
        let all = [
            self.servers.due(),
            self.clients.due(),
            self.errands.due(),
            self.unused.due(),
        ];
        all.into_iter().flatten().min()
    }
}
