//! DRF, discovery and registration (steps 5 to 7, R17 to R19): believes a PCID only from the address
//! that accounting gave it, finds its home operator or lets the device choose, and registers it
//! there.
//!
//! | door | from | |
//! |---|---|---|
//! | `POST /drf/pcids`, `DELETE /drf/pcids/{pcid}` | ICF | which PCID is attached |
//! | RADIUS accounting | GGSN | which PCID has which address |
//! | `POST /drf/challenges`, `POST /drf/registrations` | M2ME, on Gi | |
//! | `POST /drf/validations` | SHO | passed on to the PVA, unchanged both ways |
mod access;
mod discovery;

pub use discovery::{Mode, Rule, Sho};

use crate::{gi::Gi, web};
use access::Access;
use engine::{Event, Framing, Input, Link, Node, Now, Outputs, Port, PortSpec, Rng, Time, Utc};
use http::{Asked, Clients, Exchange, Failure, Limits, Method, Request, Response, Servers, Status};
use ip::{
    machine::radius::{Server, Taken},
    msg::radius::{Pdu, Secret},
    stack::Conn,
};
use provisioning::{
    credential::Credential,
    jose,
    json::{
        self, Candidate, Challenge, ChallengeRequest, DpfAddress, Kind, PcidNotice, Problem,
        Referral, Registered, Registration, RoAddress, ShoAnswer, ShoRegistration,
    },
    kept, measurement,
    text::{B64, Stamp, from_base64url},
    x509::Cert,
};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

/// Where ICF and SHO come in.
pub const HTTP: Port = Port(1);
/// Where it dials SHOs and the PVA from.
pub const DIAL: Port = Port(2);
/// Accounting, UDP 1813.
pub const AAA: Port = Port(3);
/// The raw-IP link behind the GGSN.
pub const GI: Port = Port(4);

/// How long a challenge is good.
const CHALLENGE_TIME: u64 = 60;
/// How long a SHO may take for steps 8 to 11.
const SHO_TIME: Duration = Duration::from_secs(25);
/// Challenges, answers and relays kept at a time.
const MOST: usize = 100_000;

/// What a DRF is told at its start.
#[derive(Debug, Clone)]
pub struct Config {
    /// PLMN of the registration operator.
    pub plmn: String,
    /// Its own address on Gi.
    pub address: Ipv4Addr,
    /// Its port there.
    pub port: u16,
    /// What it shares with the GGSN.
    pub secret: Secret,
    /// The root of platform credentials, where no gateway reports who has which address (R47): a
    /// device is believed then that signs the challenge with its platform key.
    pub platform: Option<Cert>,
    /// Whether such a device may come without an ICF's word, too: by a provider without 3GPP radio.
    pub without_icf: bool,
    /// The DPF as devices see it.
    pub dpf: DpfAddress,
    /// Where the DPF takes authorisations.
    pub dpf_api: String,
    /// Its own API, for validations to be relayed.
    pub relay: String,
    /// The PVA's API, where validations are relayed.
    pub pva: Option<SocketAddr>,
    /// Referral or resolve (R18).
    pub mode: Mode,
    /// The home operators it knows.
    pub shos: Vec<Sho>,
    /// Which device belongs to which.
    pub table: Vec<Rule>,
    /// When a device that nobody claims may ask again, seconds.
    pub retry_after: u32,
    /// Randomness of its own.
    pub rng: Rng,
}

/// What an operator of the DRF does.
#[derive(Debug, Clone)]
pub enum Command {
    /// A row more of the table: the subscriber's choice (R9).
    Claim(Rule),
}

/// What a question to somebody else was for.
#[derive(Debug)]
enum Waiting {
    /// Step 7, for the device behind this exchange.
    Sho(Box<Pending>),
    /// A validation of a SHO.
    Relay(Exchange<Link>),
}

#[derive(Debug)]
struct Pending {
    device: Exchange<Conn>,
    registration: String,
    m2me_id: String,
    pcid: String,
    sho: Candidate,
}

/// A nonce that a device may use once.
#[derive(Debug)]
struct Issued {
    pcid: String,
    m2me_id: String,
    until: u64,
}

/// The node.
#[derive(Debug)]
pub struct Drf {
    config: Config,
    gi: Gi,
    partners: Servers<Link>,
    clients: Clients<Waiting>,
    radius: Server,
    access: Access,
    challenges: BTreeMap<Vec<u8>, Issued>,
}

impl Drf {
    /// A DRF that knows no PCID yet.
    pub fn new(config: Config) -> Self {
        Self {
            gi: Gi::new(GI, config.address, config.port, &config.rng),
            partners: Servers::new(Limits::default()),
            clients: Clients::new(DIAL, Limits::default()),
            radius: Server::new(config.secret.clone()),
            access: Access::default(),
            challenges: BTreeMap::new(),
            config,
        }
    }

    /// A request of the ICF or of a SHO; `None` where the answer follows later.
    fn partner(
        &mut self,
        now: Now,
        exchange: Exchange<Link>,
        r: &Request,
        out: &mut Outputs<Infallible>,
    ) -> Option<Response> {
        let found = match (&r.method, r.path()) {
            (m, "/drf/pcids") if *m == Method::POST => self.attached(now, r, out),
            (m, "/drf/validations") if *m == Method::POST => {
                let Some(pva) = self.config.pva else {
                    return Some(web::problem(&web::no_door(r)));
                };
                let onward = Request::post("/pva/validations").json(r.body.clone());
                let tag = Waiting::Relay(exchange);
                self.clients.ask(now, pva, onward, SHO_TIME, tag, out);
                return None;
            }
            (m, path) if *m == Method::DELETE => match path.strip_prefix("/drf/pcids/") {
                Some(pcid) => {
                    self.access.detached(pcid);
                    out.trace(Event::new("drf.pcid_gone").with("pcid", pcid));
                    Ok(Response::new(Status::NoContent))
                }
                None => Err(web::no_door(r)),
            },
            _ => Err(web::no_door(r)),
        };
        Some(web::either(found))
    }

    fn attached(
        &mut self,
        now: Now,
        r: &Request,
        out: &mut Outputs<Infallible>,
    ) -> Result<Response, Problem> {
        let notice: PcidNotice = web::body(r)?;
        let e = Event::new("drf.pcid_attached").with("pcid", &notice.pcid);
        out.trace(e.with("visited", &notice.visited_plmn));
        self.access.attached(now.utc.secs(), notice);
        Ok(Response::new(Status::NoContent))
    }

    /// A request of a device; `None` where the answer follows later.
    fn device(
        &mut self,
        now: Now,
        a: &Asked<Conn>,
        out: &mut Outputs<Infallible>,
    ) -> Option<Response> {
        let r = &a.request;
        let found = match (&r.method, r.path()) {
            (m, "/drf/challenges") if *m == Method::POST => {
                self.challenge(now, a.peer.ip(), r, out)
            }
            (m, "/drf/registrations") if *m == Method::POST => match self.register(now, a, out) {
                Ok(answer) => return answer,
                Err(p) => Err(p),
            },
            _ => Err(web::no_door(r)),
        };
        if let Err(p) = &found {
            let e = Event::new("drf.refused").with("type", &p.kind);
            out.trace(e.with("address", a.peer.ip()).with("detail", &p.detail));
        }
        Some(web::either(found))
    }

    fn challenge(
        &mut self,
        now: Now,
        from: IpAddr,
        r: &Request,
        out: &mut Outputs<Infallible>,
    ) -> Result<Response, Problem> {
        let request: ChallengeRequest = web::body(r)?;
        let secs = now.utc.secs();
        match self.config.platform {
            // who it is shows the signature over the challenge
            Some(_) if self.config.without_icf => {}
            Some(_) => self.access.known(secs, &request.pcid).map(|_| ())?,
            None => self.access.check(secs, &request.pcid, from).map(|_| ())?,
        }
        self.challenges.retain(|_, c| c.until >= secs);
        if self.challenges.len() >= MOST {
            return Err(web::unavailable(
                "too many challenges",
                self.config.retry_after,
            ));
        }
        let nonce = self.config.rng.array::<32>().to_vec();
        let until = secs.saturating_add(CHALLENGE_TIME);
        let issued = Issued {
            pcid: request.pcid,
            m2me_id: request.m2me_id,
            until,
        };
        out.trace(Event::new("drf.challenge").with("pcid", &issued.pcid));
        self.challenges.insert(nonce.clone(), issued);
        let body = Challenge {
            nonce: B64(nonce),
            expires_at: Stamp(until),
        };
        Ok(web::answer(Status::Created, &body))
    }

    /// Steps 5 to 7. `Ok(None)` where a SHO is asked.
    fn register(
        &mut self,
        now: Now,
        a: &Asked<Conn>,
        out: &mut Outputs<Infallible>,
    ) -> Result<Option<Response>, Problem> {
        let r: Registration = web::body(&a.request)?;
        let secs = now.utc.secs();
        let access = match self.config.platform {
            Some(_) if self.config.without_icf => self.access.known(secs, &r.pcid).ok(),
            Some(_) => Some(self.access.known(secs, &r.pcid)?),
            None => Some(self.access.check(secs, &r.pcid, a.peer.ip())?),
        };
        let nonce = self.spend(secs, &r)?;
        if let Some(root) = &self.config.platform {
            proven(root, now.utc, &r, &nonce)?;
            let e = Event::new("drf.platform-proven").with("tre", &r.tre.id);
            out.trace(e.with("address", a.peer.ip()));
        }
        let sho = match discovery::find(&self.config, &r)? {
            discovery::Found::Sho(sho) => sho,
            discovery::Found::Choose(candidates) => {
                let e = Event::new("drf.referral").with("pcid", &r.pcid);
                out.trace(e.with("candidates", candidates.len()));
                let body = Referral { candidates };
                return Ok(Some(web::answer(Status::MultipleChoices, &body)));
            }
        };
        let registration = json::identifier("r", &mut self.config.rng);
        let c = &self.config;
        let body = ShoRegistration {
            registration: registration.clone(),
            pcid: r.pcid.clone(),
            m2me_id: r.m2me_id.clone(),
            device_type: r.device_type,
            tre: r.tre,
            access: Some(json::Access {
                since: access.as_ref().map_or(Stamp(secs), |n| n.at),
                visited_plmn: access.map(|n| n.visited_plmn),
                address: a.peer.ip().to_string(),
            }),
            ro: RoAddress {
                plmn: c.plmn.clone(),
                dpf: c.dpf.clone(),
                dpf_api: c.dpf_api.clone(),
                relay: c.relay.clone(),
            },
            nonce: B64(nonce),
            report: r.report,
            credential: r.credential,
        };
        let e = Event::new("drf.registering").with("pcid", &r.pcid);
        out.trace(e.with("registration", &registration).with("sho", &sho.plmn));
        let pending = Pending {
            device: a.exchange,
            registration,
            m2me_id: r.m2me_id,
            pcid: r.pcid,
            sho: Candidate {
                plmn: sho.plmn,
                name: sho.name,
            },
        };
        let request = web::post("/sho/registrations", &body);
        let tag = Waiting::Sho(pending.into());
        self.clients.ask(now, sho.api, request, SHO_TIME, tag, out);
        Ok(None)
    }

    /// The challenge that the report is made over, spent now whatever comes of it.
    fn spend(&mut self, secs: u64, r: &Registration) -> Result<Vec<u8>, Problem> {
        let refused = |why: &str| Problem::new(Kind::Challenge, why);
        let claims = jose::parse(measurement::TYPE, &r.report);
        let report: measurement::Report = claims.and_then(|c| c.claims()).map_err(web::bad)?;
        let nonce = from_base64url(&report.nonce).ok_or_else(|| refused("no nonce"))?;
        let issued = self.challenges.remove(&nonce);
        match issued.ok_or_else(|| refused("unknown or used"))? {
            c if c.until < secs => Err(refused("expired")),
            c if c.pcid != r.pcid || c.m2me_id != r.m2me_id => Err(refused("somebody else's")),
            _ => Ok(nonce),
        }
    }

    /// What a SHO or the PVA has said.
    fn answered(
        &mut self,
        now: Now,
        to: Waiting,
        result: Result<Response, Failure>,
        out: &mut Outputs<Infallible>,
    ) {
        match to {
            Waiting::Relay(exchange) => {
                let answer = match result {
                    Ok(r) => web::passed_on(r),
                    Err(f) => web::problem(&web::unavailable(format!("PVA: {f}"), 30)),
                };
                self.partners.answer(now, exchange, answer);
            }
            Waiting::Sho(p) => {
                let e = Event::new("drf.registered").with("pcid", &p.pcid);
                let e = e
                    .with("registration", &p.registration)
                    .with("m2me", &p.m2me_id);
                let read = web::read::<ShoAnswer>(result, &[Status::Created], "SHO");
                let answer = match read {
                    Ok(a) if a.registration == p.registration => {
                        out.trace(e.with("outcome", &a.outcome).with("sho", &p.sho.plmn));
                        let body = Registered {
                            registration: p.registration,
                            sho: p.sho,
                            dpf: self.config.dpf.clone(),
                            expires_at: a.expires_at,
                        };
                        web::answer(Status::Created, &body)
                    }
                    Ok(_) => {
                        web::problem(&web::unavailable("SHO answers another registration", 30))
                    }
                    Err(problem) => {
                        let e = e.with("outcome", &problem.kind);
                        out.trace(e.with("decision", problem.decision.as_deref().unwrap_or("-")));
                        web::problem(&problem)
                    }
                };
                self.gi.answer(now, p.device, answer);
            }
        }
    }

    fn accounting(
        &mut self,
        now: Now,
        from: SocketAddr,
        bytes: &bytes::Bytes,
        out: &mut Outputs<Infallible>,
    ) {
        match self.radius.recv(now.mono, from, bytes) {
            Err(dropped) => out.count(dropped.name()),
            Ok(Taken::Again(answer)) => out.datagram(AAA, from, answer),
            Ok(Taken::New(packet)) => {
                if let Pdu::AccountingRequest(r) = &packet.pdu {
                    let e = Event::new("drf.accounting").with("status", r.status_type);
                    let imsi = r.imsi.as_ref().map(ToString::to_string);
                    let e = e.with("imsi", imsi.as_deref().unwrap_or("-"));
                    let address = r.framed_ip_address.map(|a| a.to_string());
                    out.trace(e.with("address", address.as_deref().unwrap_or("-")));
                    self.access.accounting(r);
                }
                let answer = self.radius.answer(now.mono, from, &packet);
                out.datagram(AAA, from, answer);
            }
        }
    }
}

/// R47: the report is signed by the key that the credential certifies, over our challenge, and the
/// credential leads to the root.
fn proven(root: &Cert, now: Utc, r: &Registration, nonce: &[u8]) -> Result<(), Problem> {
    let refused = |why: String| Problem::new(Kind::Source, why);
    let der = r.credential.as_ref();
    let der = der.ok_or_else(|| refused("no platform credential".into()))?;
    let proof = Credential::parse(&der.0).and_then(|c| {
        c.verify(root, now)?;
        let (tre, m2me) = (&c.tre.tre_id, &c.tre.m2me_id);
        measurement::Report::verify(&r.report, &c.key, nonce, tre, m2me)
    });
    let report = proof.map_err(|e| refused(e.to_string()))?;
    match report.sub == r.m2me_id && report.iss == r.tre.id {
        true => Ok(()),
        false => Err(refused("somebody else's platform".into())),
    }
}

impl Node for Drf {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Command;

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
                spec(HTTP, "drf", Framing::Stream),
                spec(DIAL, "drf-dial", Framing::Stream),
                spec(AAA, "aaa", Framing::Datagram),
                spec(GI, "gi", Framing::Datagram),
            ]
        }
    }

    fn recall(&mut self, key: &str, octets: &[u8]) -> Result<(), String> {
        kept::recall(key, octets, &mut self.access.tables())
    }

    fn handle(
        &mut self,
        now: Now,
        input: Input<Infallible, Command>,
        out: &mut Outputs<Infallible>,
    ) {
        self.partners.handle(now, HTTP, &input, out);
        self.clients.handle(now, &input, out);
        self.gi.handle(now, &input, out);
        match input {
            Input::Recv {
                link, from, bytes, ..
            } if link == AAA.into() => self.accounting(now, from, &bytes, out),
            Input::Command(Command::Claim(rule)) => self.config.table.push(rule),
            _ => {}
        }
        while let Some(a) = self.gi.poll() {
            if let Some(answer) = self.device(now, &a, out) {
                self.gi.answer(now, a.exchange, answer);
            }
        }
        while let Some(a) = self.partners.poll() {
            if let Some(answer) = self.partner(now, a.exchange, &a.request, out) {
                self.partners.answer(now, a.exchange, answer);
            }
        }
        while let Some((tag, result)) = self.clients.poll() {
            self.answered(now, tag, result, out);
        }
        self.access.keep(out);
        self.partners.flush(out);
        self.gi.flush(now, out);
    }

    fn due(&self) -> Option<Time> {
        let all = [self.partners.due(), self.clients.due(), self.gi.due()];
        all.into_iter().flatten().min()
    }
}
