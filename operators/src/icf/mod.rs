//! ICF, the initial connectivity function: HLR and AuC of PCIDs (steps 2 to 4), with the rules of a
//! provisional identity. A PCID is free until a batch is imported, issued until its validity ends,
//! in use while a node serves it, in quarantine once it is given back, and free again after that
//! (R53, [`life`]); its access is temporary (R16). What it knows of attached PCIDs it hands to the DRF (step 5).
//!
//! | door | from | |
//! |---|---|---|
//! | S6a/S6d, GSUP where configured | serving nodes | |
//! | `POST /icf/pcids` | CCIF | a batch: all of it or nothing |
//! | `POST /icf/releases` | SHO | the PCID is needed no longer (R28) |
//! | `POST /icf/challenges`, `POST /icf/validations` | M2MES | a device's first start, where there are vectors only after that (R61) |
pub mod life;
mod validation;

pub use validation::Validation;

use crate::{
    errands::{self, Errand, Errands, Heard},
    hss::{self, Change, Part, subscriber},
    web,
};
use engine::{
    AskId, Event, Framing, Input, Link, Node, Now, Outputs, Port, PortSpec, Rng, Time, Utc,
};
use hlr_auc::{
    Answer, Ask, Command as HlrCommand, Config as HlrConfig, Hlr, Roaming, Standing, Subscriber,
};
use http::{Clients, Exchange, Limits, Method, Request, Response, Servers, Status};
use life::{Lives, Turn};
use provisioning::{
    json::{self, Import, Imported, Kind, PcidNotice, Problem, Release, Return},
    kept::{self, Table},
    key::{Key, PublicKey},
};
use std::{collections::BTreeMap, net::SocketAddr, time::Duration};
use validation::Waiting;
use wire::Imsi;

/// Where CCIF and SHO come in. Serving nodes come in at the HLR's own port.
pub const HTTP: Port = Port(1);
/// Where it dials the DRF from.
pub const DIAL: Port = Port(2);

/// What the CCIF is told of a PCID goes by another name than what the DRF is.
const RETURN: &str = "return ";

/// What an ICF is told at its start.
#[derive(Debug, Clone)]
pub struct Config {
    /// The HLR itself.
    pub hlr: HlrConfig,
    /// The key that credentials are sealed to.
    pub key: Key,
    /// Who signs manifests: one's own CCIF, a third party's (R52).
    pub ccifs: Vec<PublicKey>,
    /// PLMN of its PCIDs.
    pub plmn: String,
    /// The DRF's API.
    pub drf: SocketAddr,
    /// For how long a PCID that was given back, or has expired, is nobody's before it is free again;
    /// none: it is withdrawn, and stays its device's (R53).
    pub quarantine: Option<Duration>,
    /// The CCIF's API, where it is told which PCIDs are free again.
    pub returns: Option<SocketAddr>,
    /// Who has to validate a PCID's device before there are vectors for it (R61); none: nobody.
    pub validation: Option<Validation>,
    /// Where its PCIDs may be served.
    pub roaming: Roaming,
    /// Randomness of its own.
    pub rng: Rng,
}

/// What an operator of the ICF does.
#[derive(Debug, Clone)]
pub enum Command {
    /// A PCID that nobody may use for now: as if it were unknown (R53).
    Quarantine(Imsi),
    /// It may be used again.
    Reinstate(Imsi),
    /// It is needed no longer.
    Release(Imsi),
    /// Any word to the HLR.
    Hlr(HlrCommand),
}

/// The node.
#[derive(Debug)]
pub struct Icf {
    config: Config,
    hlr: Part,
    servers: Servers<Link>,
    clients: Clients<Waiting>,
    nonces: validation::Nonces,
    ports: Vec<PortSpec>,
    asked: BTreeMap<AskId, Own>,
    imports: BTreeMap<String, Importing>,
    /// What the DRF is told, by PCID.
    notices: Errands,
    /// For how many seconds a PCID may be used.
    lifetimes: Table<u32>,
    lives: Lives,
    rng: Rng,
}

/// A question of our own.
#[derive(Debug)]
enum Own {
    /// Is this PCID of that batch free?
    Free(String, Imsi),
    /// Is it stored?
    Stored(String),
    /// Does a PCID whose device is validated wait for that?
    Validated(Exchange<Link>, Imsi),
    /// Is a PCID that shall be released known?
    Release(Exchange<Link>, Imsi),
}

/// A batch on its way into the store; the answer once it is in.
#[derive(Debug)]
struct Importing {
    body: Import,
    waiting: Vec<Exchange<Link>>,
    subscribers: Vec<Subscriber>,
    left: usize,
    taken: Vec<String>,
    answer: Option<Response>,
}

impl Icf {
    /// An ICF without connections.
    pub fn new(config: Config) -> Self {
        let hlr = Part::new(Hlr::new(config.hlr.clone(), config.rng.clone()));
        let spec = |port, name| PortSpec {
            port,
            name,
            framing: Framing::Stream,
        };
        Self {
            ports: [hlr.ports(), &[spec(HTTP, "icf"), spec(DIAL, "icf-dial")]].concat(),
            hlr,
            servers: Servers::new(Limits::default()),
            clients: Clients::new(DIAL, Limits::default()),
            nonces: BTreeMap::new(),
            asked: BTreeMap::new(),
            imports: BTreeMap::new(),
            notices: Errands::default(),
            lifetimes: lifetimes(),
            lives: Lives::new(config.quarantine),
            rng: config.rng.stream("returns"),
            config,
        }
    }

    fn serve(
        &mut self,
        now: Now,
        exchange: Exchange<Link>,
        r: &Request,
        out: &mut Outputs<Ask>,
    ) -> Option<Response> {
        let post = r.method == Method::POST;
        let found = match r.path() {
            "/icf/pcids" if post => self.import(now, exchange, r, out),
            "/icf/releases" if post => self.release(exchange, r, out),
            "/icf/challenges" if post => self.challenge(now, r).map(Some),
            "/icf/validations" if post => self.first_start(now, exchange, r, out),
            _ => Err(web::no_door(r)),
        };
        found.unwrap_or_else(|p| Some(web::problem(&p)))
    }

    fn import(
        &mut self,
        now: Now,
        exchange: Exchange<Link>,
        r: &Request,
        out: &mut Outputs<Ask>,
    ) -> Result<Option<Response>, Problem> {
        let body: Import = web::body(r)?;
        let batch = body.batch.batch.clone();
        if let Some(known) = self.imports.get_mut(&batch) {
            if known.body != body {
                return Err(Problem::new(Kind::Duplicate, batch));
            }
            if known.answer.is_none() {
                known.waiting.push(exchange);
            }
            return Ok(known.answer.clone());
        }
        let subscribers = self.open(now, &body)?;
        for s in &subscribers {
            let id = out.ask(Ask::Fetch(s.imsi));
            self.asked.insert(id, Own::Free(batch.clone(), s.imsi));
        }
        let importing = Importing {
            body,
            waiting: vec![exchange],
            left: subscribers.len(),
            subscribers,
            taken: Vec::new(),
            answer: None,
        };
        self.imports.insert(batch, importing);
        Ok(None)
    }

    fn open(&self, now: Now, body: &Import) -> Result<Vec<Subscriber>, Problem> {
        let c = &self.config;
        let mut all = records(&c.plmn, &c.ccifs, &c.key, &c.roaming, now.utc, body)?;
        if c.validation.is_some() {
            for s in &mut all {
                s.standing = Standing::Unvalidated;
            }
        }
        Ok(all)
    }

    fn release(
        &mut self,
        exchange: Exchange<Link>,
        r: &Request,
        out: &mut Outputs<Ask>,
    ) -> Result<Option<Response>, Problem> {
        let body: Release = web::body(r)?;
        let unknown = |_| Problem::new(Kind::Unknown, &body.pcid);
        let imsi: Imsi = body.pcid.parse().map_err(unknown)?;
        let id = out.ask(Ask::Fetch(imsi));
        self.asked.insert(id, Own::Release(exchange, imsi));
        Ok(None)
    }

    /// The store has answered one of our own questions.
    fn stored(&mut self, now: Now, own: Own, answer: Answer, out: &mut Outputs<Ask>) {
        match own {
            Own::Release(exchange, imsi) => {
                let known = matches!(&answer, Answer::Subscriber(Some(_)));
                let response = match known {
                    true => {
                        self.let_go(now, imsi, out);
                        Response::new(Status::Accepted)
                    }
                    false => web::problem(&Problem::new(Kind::Unknown, imsi.to_string())),
                };
                self.servers.answer(now, exchange, response);
            }
            Own::Validated(exchange, imsi) => {
                let standing = match &answer {
                    Answer::Subscriber(Some(s)) => Some(s.standing),
                    _ => None,
                };
                let response = match standing {
                    Some(standing) => {
                        // one that is in quarantine stays there
                        if standing == Standing::Unvalidated {
                            out.trace(Event::new("icf.validated").with("pcid", imsi));
                            let lifted = HlrCommand::SetStanding(imsi, Standing::Active);
                            self.hlr.command(now, lifted, out);
                        }
                        Response::new(Status::NoContent)
                    }
                    None => web::problem(&Problem::new(Kind::Unknown, imsi.to_string())),
                };
                self.servers.answer(now, exchange, response);
            }
            Own::Free(batch, imsi) => {
                let Some(i) = self.imports.get_mut(&batch) else {
                    return;
                };
                i.left = i.left.saturating_sub(1);
                // what a batch that is handed out again finds are its own PCIDs
                let own = |old: &Subscriber| {
                    let mut all = i.subscribers.iter();
                    all.any(|new| new.imsi == imsi && hss::same(old, new))
                };
                let free = match &answer {
                    Answer::Subscriber(None) => true,
                    Answer::Subscriber(Some(old)) => own(old),
                    _ => false,
                };
                if !free {
                    i.taken.push(imsi.to_string());
                }
                if i.left > 0 {
                    return;
                }
                if let Err(p) = web::none_taken(std::mem::take(&mut i.taken)) {
                    let e = Event::new("icf.duplicate").with("batch", &batch);
                    out.trace(e.with("pcids", p.pcids.join(" ")));
                    self.imported(now, &batch, web::problem(&p), false);
                    return;
                }
                i.left = i.subscribers.len();
                for s in i.subscribers.clone() {
                    let id = out.ask(Ask::Insert(s.into()));
                    self.asked.insert(id, Own::Stored(batch.clone()));
                }
            }
            Own::Stored(batch) => {
                let Some(i) = self.imports.get_mut(&batch) else {
                    return;
                };
                i.left = i.left.saturating_sub(1);
                if i.left > 0 {
                    return;
                }
                let n = i.subscribers.len();
                for s in std::mem::take(&mut i.subscribers) {
                    let secs = s.lifetime.map_or(0, |l| l.as_secs());
                    let secs = u32::try_from(secs).unwrap_or(u32::MAX);
                    let pcid = s.imsi.to_string();
                    let end = s.valid_until.map_or(u64::MAX, Utc::secs);
                    self.lives.issue(now, &pcid, end);
                    self.lifetimes.insert(pcid, secs);
                }
                let e = Event::new("icf.imported").with("batch", &batch);
                out.trace(e.with("pcids", n));
                let body = Imported {
                    batch: batch.clone(),
                    imported: u32::try_from(n).unwrap_or(u32::MAX),
                };
                self.imported(now, &batch, web::answer(Status::Created, &body), true);
            }
        }
    }

    /// A PCID is needed no longer: it goes into quarantine, or where there is none whoever serves it
    /// is told to cancel.
    fn let_go(&mut self, now: Now, imsi: Imsi, out: &mut Outputs<Ask>) {
        out.trace(Event::new("icf.release").with("pcid", imsi));
        match self.config.quarantine {
            Some(_) => self.put_apart(now, imsi, out),
            None => self.hlr.command(now, HlrCommand::Withdraw(imsi), out),
        }
    }

    fn put_apart(&mut self, now: Now, imsi: Imsi, out: &mut Outputs<Ask>) {
        if self.lives.release(now, &imsi.to_string()) {
            out.trace(Event::new("icf.quarantine").with("pcid", imsi));
            let apart = HlrCommand::SetStanding(imsi, Standing::Quarantined);
            self.hlr.command(now, apart, out);
        }
    }

    /// Validities and quarantines that have ended.
    fn turn(&mut self, now: Now, out: &mut Outputs<Ask>) {
        while let Some(turn) = self.lives.turn(now) {
            match turn {
                Turn::Expired(pcid) => {
                    out.trace(Event::new("icf.expired").with("pcid", &pcid));
                    if let Ok(imsi) = pcid.parse() {
                        self.put_apart(now, imsi, out);
                    }
                }
                Turn::Free(pcid) => {
                    out.trace(Event::new("icf.free").with("pcid", &pcid));
                    self.lives.free(&pcid);
                    self.lifetimes.remove(&pcid);
                    if let Ok(imsi) = pcid.parse() {
                        self.hlr
                            .command(now, HlrCommand::DeleteSubscriber(imsi), out);
                    }
                    if let Some(ccif) = self.config.returns {
                        let name = format!("{RETURN}{pcid}");
                        let body = Return {
                            id: json::identifier("x", &mut self.rng),
                            pcids: vec![pcid],
                        };
                        let errand = Errand::post(ccif, "/ccif/returns", &body);
                        self.notices
                            .tell(now, &name, errand, &mut self.clients, out);
                    }
                }
            }
        }
    }

    fn imported(&mut self, now: Now, batch: &str, answer: Response, keep: bool) {
        if let Some(i) = self.imports.get_mut(batch) {
            for exchange in std::mem::take(&mut i.waiting) {
                self.servers.answer(now, exchange, answer.clone());
            }
            i.answer = Some(answer);
        }
        if !keep {
            self.imports.remove(batch);
        }
    }

    /// Step 5: the DRF is told which PCIDs are attached, and which are not any more. What is newer
    /// takes the place of what it has not heard yet.
    fn tell(&mut self, now: Now, change: Change, out: &mut Outputs<Ask>) {
        let drf = self.config.drf;
        match &change {
            Change::Served(imsi, _) => self.lives.served(&imsi.to_string(), true),
            Change::Left(imsi) => self.lives.served(&imsi.to_string(), false),
        }
        let (pcid, errand) = match change {
            Change::Served(imsi, node) => {
                let plmn = node.plmn.map(|p| p.to_string().replace('-', ""));
                let pcid = imsi.to_string();
                let body = PcidNotice {
                    visited_plmn: plmn.unwrap_or_default(),
                    serving_node: node.host,
                    at: now.utc.into(),
                    lifetime: self.lifetimes.get(&pcid).copied().unwrap_or(3600),
                    pcid: pcid.clone(),
                };
                (pcid, Errand::post(drf, "/drf/pcids", &body))
            }
            Change::Left(imsi) => {
                let pcid = imsi.to_string();
                let path = format!("/drf/pcids/{pcid}");
                (pcid, Errand::delete(drf, &path))
            }
        };
        self.notices
            .tell(now, &pcid, errand, &mut self.clients, out);
    }

    /// The DRF has answered, or not.
    fn told(
        &mut self,
        now: Now,
        tag: errands::Tag,
        result: &Result<Response, http::Failure>,
        out: &mut Outputs<Ask>,
    ) {
        match self.notices.answered(now, tag, result) {
            Some((pcid, errand, Heard::Taken)) => {
                let (name, pcid) = match (pcid.strip_prefix(RETURN), errand.is_post()) {
                    (Some(pcid), _) => ("icf.returned", pcid),
                    (None, true) => ("icf.told", &*pcid),
                    (None, false) => ("icf.untold", &*pcid),
                };
                out.trace(Event::new(name).with("pcid", pcid));
            }
            Some((name, ..)) if name.starts_with(RETURN) => out.count("icf.ccif_not_told"),
            Some(_) => out.count("icf.drf_not_told"),
            None => {}
        }
    }
}

/// For how many seconds each PCID may be used, as an ICF keeps it.
pub const fn lifetimes() -> Table<u32> {
    Table::new("lifetime")
}

/// The records of a batch for this network whose manifest one of the CCIFs has signed.
///
/// # Errors
/// What is wrong with the batch.
pub fn records(
    plmn: &str,
    ccifs: &[PublicKey],
    key: &Key,
    roaming: &Roaming,
    utc: Utc,
    body: &Import,
) -> Result<Vec<Subscriber>, Problem> {
    let malformed = |what: &str| Problem::new(Kind::Malformed, what);
    let allowed = body
        .allowed
        .as_ref()
        .ok_or_else(|| malformed("allowed: missing field"))?;
    let opened = body.batch.open_of(ccifs, key);
    let (manifest, credentials) = opened.map_err(web::bad)?;
    if manifest.plmn != plmn || manifest.exp <= utc.secs() {
        return Err(malformed("manifest: another network's, or expired"));
    }
    if credentials.entries.is_empty() {
        return Err(malformed("manifest: no PCIDs"));
    }
    let record = |e| {
        let mut s = subscriber(e, &allowed.apn)?;
        if !e.pcid.starts_with(plmn) {
            return Err(malformed("manifest: another network's PCID"));
        }
        s.roaming = roaming.clone();
        s.valid_until = Some(Utc::from_secs(manifest.exp));
        s.lifetime = Some(Duration::from_secs(allowed.lifetime.into()));
        Ok(s)
    };
    credentials.entries.iter().map(record).collect()
}

impl Node for Icf {
    type Ask = Ask;
    type Answer = Answer;
    type Command = Command;

    fn ports(&self) -> &[PortSpec] {
        &self.ports
    }

    fn recall(&mut self, key: &str, octets: &[u8]) -> Result<(), String> {
        let (lives, notices) = (self.lives.table(), self.notices.table());
        kept::recall(key, octets, &mut [&mut self.lifetimes, lives, notices])
    }

    fn handle(&mut self, now: Now, input: Input<Answer, Command>, out: &mut Outputs<Ask>) {
        let mine =
            self.servers.handle(now, HTTP, &input, out) | self.clients.handle(now, &input, out);
        let change = match input {
            _ if mine => None,
            Input::Command(c) => {
                let c = match c {
                    Command::Quarantine(pcid) => {
                        Some(HlrCommand::SetStanding(pcid, Standing::Quarantined))
                    }
                    Command::Reinstate(pcid) => {
                        Some(HlrCommand::SetStanding(pcid, Standing::Active))
                    }
                    Command::Release(pcid) => {
                        self.let_go(now, pcid, out);
                        None
                    }
                    Command::Hlr(c) => Some(c),
                };
                if let Some(c) = c {
                    self.hlr.command(now, c, out);
                }
                None
            }
            Input::Answer(id, answer) => match self.asked.remove(&id) {
                Some(own) => {
                    self.stored(now, own, answer, out);
                    None
                }
                None => self
                    .hlr
                    .handle(now, Input::<_, ()>::Answer(id, answer), out),
            },
            input => {
                match input {
                    Input::Start => {
                        self.lives.start(now);
                        self.notices.start(now, &mut self.clients, out);
                    }
                    Input::Timer => {
                        self.turn(now, out);
                        self.notices.timer(now, &mut self.clients, out);
                    }
                    _ => {}
                }
                self.hlr.handle(now, input, out)
            }
        };
        if let Some(change) = change {
            self.tell(now, change, out);
        }
        while let Some((tag, result)) = self.clients.poll() {
            match tag {
                Waiting::Told(tag) => self.told(now, tag, &result, out),
                Waiting::Verdict(about) => self.judged(now, *about, result, out),
            }
        }
        while let Some(a) = self.servers.poll() {
            if let Some(answer) = self.serve(now, a.exchange, &a.request, out) {
                self.servers.answer(now, a.exchange, answer);
            }
        }
        self.notices.keep(out);
        self.lifetimes.keep(out);
        self.lives.keep(out);
        self.servers.flush(out);
    }

    fn due(&self) -> Option<Time> {
        let all = [
            self.hlr.due(),
            self.servers.due(),
            self.clients.due(),
            self.notices.due(),
            self.lives.due(),
        ];
        all.into_iter().flatten().min()
    }
}
