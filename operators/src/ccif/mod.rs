//! CCIF, the credential issuing function (R6), run together with the equipment supplier M2MES (R7,
//! R51): issues batches of PCIDs, hands them to ICF and DPF, and makes devices: a PCID and a
//! platform credential for each.
//!
//! `POST /ccif/batches` from any supplier; answered when ICF and DPF have the batch. The supplier
//! of its own uses the same door, or that of a third party (R52). `POST /ccif/returns` from the ICF:
//! PCIDs that are free again (R53); they are issued anew with fresh secrets.
mod books;
mod issuer;
mod numbers;
pub mod plan;
mod returns;
mod validation;

pub use books::{Books, Handed};
pub use issuer::Issuer;
pub use numbers::{Number, Numbers};

use crate::web;
use engine::{Event, Framing, Input, Link, Node, Now, Outputs, Port, PortSpec, Rng, Time, Utc};
use http::{Clients, Exchange, Failure, Limits, Method, Request, Response, Servers, Status};
use provisioning::{
    json::{
        Allowed, Batch, BatchRequest, Credentials, Entry, Import, Imported, IssueRequest, Issued,
        Kind, Manifest, Problem, TreId,
    },
    kept::{self, Table},
    key::{Key, PublicKey},
    measurement::Component,
    text::{B64, Sha256},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, convert::Infallible, net::SocketAddr, time::Duration};

/// Where suppliers come in.
pub const HTTP: Port = Port(1);
/// Where it dials ICF, DPF, PVA and, as a supplier, itself from.
pub const DIAL: Port = Port(2);

/// How long others may take.
const ASK_TIME: Duration = Duration::from_secs(10);
/// PCIDs in one batch, so that its body stays under 64 KiB.
const MOST: u32 = 64;

/// Somebody whom batches are handed to.
#[derive(Debug, Clone)]
pub struct Receiver {
    /// Its API.
    pub api: SocketAddr,
    /// The key that credentials are sealed to.
    pub key: PublicKey,
}

/// What a CCIF is told at its start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its name: the issuer of manifests.
    pub host: String,
    /// The key that it signs manifests with.
    pub key: Key,
    /// The PCIDs.
    pub issuer: Issuer,
    /// What they may do.
    pub allowed: Allowed,
    /// For how many seconds they are valid.
    pub validity: u64,
    /// The ICF.
    pub icf: Receiver,
    /// The DPF.
    pub dpf: Receiver,
    /// The PVA's API.
    pub pva: SocketAddr,
    /// The API that its supplier orders at: its own, or a third party's (R52).
    pub orders_at: SocketAddr,
    /// Who signs what is ordered there.
    pub ordered_from: PublicKey,
    /// Whether the ICF wants to know what a device measured at its first start (R61).
    pub validates: bool,
    /// The supplier's name.
    pub m2mes: String,
    /// The supplier's key.
    pub m2mes_key: Key,
    /// Randomness of its own.
    pub rng: Rng,
}

/// A device to be made.
#[derive(Debug, Clone)]
pub struct Blank {
    /// The machine.
    pub m2me_id: String,
    /// What kind.
    pub device_type: String,
    /// Its TRE.
    pub tre: TreId,
    /// The platform key made in the TRE.
    pub key: Key,
    /// What a sound one measures.
    pub reference: Vec<Component>,
    /// What this one measured at its first start.
    pub measured: Vec<Component>,
}

/// A device that is made.
#[derive(Debug, Clone)]
pub struct Made {
    /// PCID, keys, device-management account.
    pub entry: Entry,
    /// The platform credential, once the PVA has issued it.
    pub credential: Option<Issued>,
}

/// What the supplier is told.
#[derive(Debug, Clone)]
pub enum Command {
    /// Make these devices. Event `m2mes.made` for each, `m2mes.failed` where one cannot be made.
    Make {
        /// The order's id.
        batch: String,
        /// The devices.
        devices: Vec<Blank>,
    },
}

/// What somebody was asked.
#[derive(Debug)]
enum Waiting {
    /// A receiver of a batch.
    Import(String),
    /// The CCIF, by the supplier.
    Batch(String),
    /// The PVA, by the supplier.
    Credential(String),
    /// The ICF, by the supplier: a nonce for this machine's first start.
    Challenge(String),
    /// The same: what it makes of that.
    Validated(String),
    /// The DPF: an account goes, of this return.
    Account(u64),
}

/// A batch. It is kept: the same order again has the same PCIDs, and no other has them.
#[derive(Debug, Serialize, Deserialize)]
struct Issuing {
    request: BatchRequest,
    answer: Batch,
    /// The first of its numbers, where they are in order.
    #[serde(default)]
    first: u64,
    /// Its numbers, where they are not.
    #[serde(default)]
    numbers: Vec<Number>,
    /// Whether ICF and DPF have it.
    handed_out: bool,
    #[serde(skip)]
    waiting: Vec<Exchange<Link>>,
    /// How many of both are yet to answer.
    #[serde(skip)]
    left: u8,
    #[serde(skip)]
    failed: Option<Problem>,
}

impl Issuing {
    fn numbers(&self) -> Vec<Number> {
        if !self.numbers.is_empty() {
            return self.numbers.clone();
        }
        let all = 0..u64::from(self.request.count);
        all.map(|i| Number {
            n: self.first.saturating_add(i),
            generation: 0,
        })
        .collect()
    }
}

/// The node.
#[derive(Debug)]
pub struct Ccif {
    config: Config,
    servers: Servers<Link>,
    clients: Clients<Waiting>,
    numbers: Numbers,
    batches: Table<Issuing>,
    /// Machines whose first start the ICF has not heard of.
    starts: BTreeMap<String, validation::Start>,
    returns: BTreeMap<u64, returns::Returning>,
    next_return: u64,
    orders: BTreeMap<String, Vec<Blank>>,
    made: BTreeMap<String, Made>,
}

impl Ccif {
    /// A CCIF with its whole range free.
    pub fn new(config: Config) -> Self {
        Self {
            servers: Servers::new(Limits::default()),
            clients: Clients::new(DIAL, Limits::default()),
            numbers: Numbers::new(config.issuer.capacity()),
            batches: Table::new("batch"),
            starts: BTreeMap::new(),
            returns: BTreeMap::new(),
            next_return: 0,
            orders: BTreeMap::new(),
            made: BTreeMap::new(),
            config,
        }
    }

    /// The devices made so far, by machine.
    pub fn made(&self) -> &BTreeMap<String, Made> {
        &self.made
    }

    /// `POST /ccif/batches`: `Ok(None)` where the answer follows later.
    fn issue(
        &mut self,
        now: Now,
        exchange: Exchange<Link>,
        r: &Request,
        out: &mut Outputs<Infallible>,
    ) -> Result<Option<Response>, Problem> {
        match r.path() {
            "/ccif/batches" if r.method == Method::POST => {}
            "/ccif/returns" if r.method == Method::POST => {
                return self.take_back(now, exchange, r, out);
            }
            _ => return Err(web::no_door(r)),
        }
        let request: BatchRequest = web::body(r)?;
        let id = request.batch.clone();
        if let Some(known) = self.batches.get_mut(&id) {
            if known.request != request {
                return Err(Problem::new(Kind::Duplicate, id));
            }
            if known.handed_out {
                return Ok(Some(web::answer(Status::Created, &known.answer)));
            }
            known.waiting.push(exchange);
            if known.left == 0 {
                self.hand_out(now, &id, out)?;
            }
            return Ok(None);
        }
        let malformed = |what: &str| Problem::new(Kind::Malformed, what);
        if request.plmn != self.config.issuer.plmn || !(1..=MOST).contains(&request.count) {
            return Err(malformed("plmn, count: not what is issued here"));
        }
        let to = PublicKey::from_spki_der(&request.seal_to.0).map_err(web::bad)?;
        let numbers = self.numbers.take(request.count).map_err(|free| {
            let e = Event::new("ccif.exhausted").with("batch", &id);
            out.trace(e.with("wanted", request.count).with("free", free));
            exhausted(&request.plmn, request.count, free)
        })?;
        let credentials = self.config.entries(&numbers)?;
        let answer = self.batch(now, &id, &credentials, &to)?;
        let issuing = Issuing {
            answer,
            first: 0,
            numbers,
            waiting: vec![exchange],
            handed_out: false,
            left: 0,
            failed: None,
            request,
        };
        self.batches.insert(id.clone(), issuing);
        self.hand_out(now, &id, out)?;
        Ok(None)
    }

    fn batch(
        &mut self,
        now: Now,
        id: &str,
        credentials: &Credentials,
        to: &PublicKey,
    ) -> Result<Batch, Problem> {
        self.config.seal(now.utc, id, credentials, to)
    }

    /// To ICF and DPF, each sealed to it. Both take the same batch twice without harm.
    fn hand_out(
        &mut self,
        now: Now,
        id: &str,
        out: &mut Outputs<Infallible>,
    ) -> Result<(), Problem> {
        let gone = || Problem::new(Kind::Unknown, id);
        let i = self.batches.get(id).ok_or_else(gone)?;
        let credentials = self.config.entries(&i.numbers())?;
        let (icf, dpf) = (self.config.icf.clone(), self.config.dpf.clone());
        let allowed = Some(self.config.allowed.clone());
        let receivers = [(icf, "/icf/pcids", allowed), (dpf, "/dpf/accounts", None)];
        for (to, path, allowed) in receivers {
            let batch = self.batch(now, id, &credentials, &to.key)?;
            let request = web::post(path, &Import { batch, allowed });
            let tag = Waiting::Import(id.to_owned());
            self.clients.ask(now, to.api, request, ASK_TIME, tag, out);
        }
        if let Some(i) = self.batches.get_mut(id) {
            i.left = 2;
            i.failed = None;
        }
        Ok(())
    }

    fn answered(
        &mut self,
        now: Now,
        to: Waiting,
        result: Result<Response, Failure>,
        out: &mut Outputs<Infallible>,
    ) {
        match to {
            Waiting::Import(id) => {
                let read = web::read::<Imported>(result, &[Status::Created], "receiver");
                let Some(i) = self.batches.get_mut(&id) else {
                    return;
                };
                i.left = i.left.saturating_sub(1);
                // one that took this batch when the other did not has it: each hand-out is signed
                // and sealed anew, so that it looks like another to whoever compares octets
                let has_it = |p: &Problem| p.known() == Some(Kind::Duplicate) && p.detail == id;
                if let Err(p) = read
                    && !has_it(&p)
                {
                    let e = Event::new("ccif.refused").with("batch", &id);
                    out.trace(e.with("detail", &p.detail).with("type", &p.kind));
                    i.failed = Some(p);
                }
                if i.left > 0 {
                    return;
                }
                let answer = match &i.failed {
                    None => {
                        i.handed_out = true;
                        let e = Event::new("ccif.issued").with("batch", &id);
                        out.trace(e.with("pcids", i.request.count));
                        for again in i.numbers.iter().filter(|n| n.generation > 0) {
                            let e = Event::new("ccif.reissued").with("n", again.n);
                            out.trace(e.with("generation", again.generation));
                        }
                        web::answer(Status::Created, &i.answer)
                    }
                    Some(p) => web::problem(p),
                };
                for exchange in std::mem::take(&mut i.waiting) {
                    self.servers.answer(now, exchange, answer.clone());
                }
            }
            Waiting::Challenge(m2me) => self.challenged(now, m2me, result, out),
            Waiting::Validated(m2me) => Self::validated(&m2me, result, out),
            Waiting::Account(id) => self.account_gone(now, id, result, out),
            Waiting::Batch(id) => {
                let devices = self.orders.remove(&id).unwrap_or_default();
                let read = web::read::<Batch>(result, &[Status::Created], "CCIF");
                let made = read.and_then(|b| self.make(now, &b, devices, out));
                if let Err(p) = made {
                    let e = Event::new("m2mes.failed").with("batch", &id);
                    out.trace(e.with("type", p.kind).with("detail", p.detail));
                }
            }
            Waiting::Credential(m2me) => {
                let read = web::read::<Issued>(result, &[Status::Created], "PVA");
                match (read, self.made.get_mut(&m2me)) {
                    (Ok(issued), Some(made)) => {
                        let e = Event::new("m2mes.made").with("m2me", &m2me);
                        let e = e.with("pcid", &made.entry.pcid);
                        out.trace(e.with("serial", &issued.serial));
                        made.credential = Some(issued);
                        self.begin_validation(now, &m2me, out);
                    }
                    (Err(p), _) => {
                        let e = Event::new("m2mes.failed").with("m2me", &m2me);
                        out.trace(e.with("type", p.kind).with("detail", p.detail));
                    }
                    (Ok(_), None) => {}
                }
            }
        }
    }

    /// Writes a PCID into each device and asks for its platform credential.
    fn make(
        &mut self,
        now: Now,
        batch: &Batch,
        devices: Vec<Blank>,
        out: &mut Outputs<Infallible>,
    ) -> Result<(), Problem> {
        let opened = batch.open(&self.config.ordered_from, &self.config.m2mes_key);
        let (_, credentials) = opened.map_err(web::bad)?;
        for (device, entry) in devices.into_iter().zip(credentials.entries) {
            if self.config.validates {
                let start = validation::Start::new(&device, &entry.pcid);
                self.starts.insert(device.m2me_id.clone(), start);
            }
            let request = IssueRequest::new(
                &device.m2me_id,
                &device.device_type,
                &device.tre,
                &device.key,
                device.reference,
            );
            let request = web::post("/pva/credentials", &request.map_err(web::bad)?);
            let made = Made {
                entry,
                credential: None,
            };
            self.made.insert(device.m2me_id.clone(), made);
            let tag = Waiting::Credential(device.m2me_id);
            self.clients
                .ask(now, self.config.pva, request, ASK_TIME, tag, out);
        }
        Ok(())
    }

    fn order(
        &mut self,
        now: Now,
        batch: String,
        devices: Vec<Blank>,
        out: &mut Outputs<Infallible>,
    ) {
        let request = BatchRequest {
            batch: batch.clone(),
            m2mes: self.config.m2mes.clone(),
            count: u32::try_from(devices.len()).unwrap_or(u32::MAX),
            plmn: self.config.issuer.plmn.clone(),
            seal_to: B64(self.config.m2mes_key.public().spki_der()),
        };
        self.orders.insert(batch.clone(), devices);
        let request = web::post("/ccif/batches", &request);
        let tag = Waiting::Batch(batch);
        // longer than what the CCIF itself waits for
        let time = ASK_TIME.saturating_mul(2);
        self.clients
            .ask(now, self.config.orders_at, request, time, tag, out);
    }
}

impl Config {
    /// The credentials of these numbers.
    fn entries(&self, numbers: &[Number]) -> Result<Credentials, Problem> {
        let issuer = &self.issuer;
        let all = numbers.iter().map(|n| issuer.entry(*n));
        let entries = all.collect::<Option<_>>();
        Ok(Credentials {
            entries: entries.ok_or_else(|| Problem::new(Kind::Exhausted, &issuer.plmn))?,
        })
    }

    /// A batch for one receiver.
    fn seal(
        &mut self,
        utc: Utc,
        id: &str,
        credentials: &Credentials,
        to: &PublicKey,
    ) -> Result<Batch, Problem> {
        let iat = utc.secs();
        let manifest = Manifest {
            iss: self.host.clone(),
            batch: id.to_owned(),
            plmn: self.issuer.plmn.clone(),
            iat,
            exp: iat.saturating_add(self.validity),
            pcids: Vec::new(),
            sha256: Sha256::default(),
        };
        Batch::new(manifest, credentials, &self.key, to, &mut self.rng).map_err(web::bad)
    }
}

/// What whoever orders more than is free is told.
pub fn exhausted(plmn: &str, wanted: u32, free: u64) -> Problem {
    let detail = format!("{plmn}: {wanted} wanted, {free} free");
    Problem::new(Kind::Exhausted, detail)
}

impl Node for Ccif {
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
        const { &[spec(HTTP, "ccif"), spec(DIAL, "ccif-dial")] }
    }

    fn recall(&mut self, key: &str, octets: &[u8]) -> Result<(), String> {
        kept::recall(key, octets, &mut [&mut self.batches, self.numbers.table()])
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
                for b in self.batches.values() {
                    self.numbers.given(&b.numbers());
                }
            }
            Input::Command(Command::Make { batch, devices }) => {
                self.order(now, batch, devices, out);
            }
            _ => {}
        }
        while let Some(a) = self.servers.poll() {
            let answer = self.issue(now, a.exchange, &a.request, out);
            if let Some(answer) = answer.unwrap_or_else(|p| Some(web::problem(&p))) {
                self.servers.answer(now, a.exchange, answer);
            }
        }
        while let Some((tag, result)) = self.clients.poll() {
            self.answered(now, tag, result, out);
        }
        self.batches.keep(out);
        self.numbers.keep(out);
        self.servers.flush(out);
    }

    fn due(&self) -> Option<Time> {
        let all = [self.servers.due(), self.clients.due()];
        all.into_iter().flatten().min()
    }
}
