//! The SHO's HLR (R4): S6a/S6d, and GSUP where configured, as any other, and a JSON door by which the SHO's application puts new
//! subscribers in before their devices come (step 11).
//!
//! `PUT /hlr/subscribers/{imsi}`, `DELETE /hlr/subscribers/{imsi}`; the keys come sealed to it.
//! `GET /hlr/subscribers/{imsi}`: whether the subscriber was seen.
use crate::{
    hss::{Part, same, subscriber},
    web,
};
use engine::{AskId, Event, Framing, Input, Link, Node, Now, Outputs, Port, PortSpec, Rng, Time};
use hlr_auc::{Answer, Ask, Command, Config as HlrConfig, Hlr, Subscriber};
use http::{Exchange, Limits, Method, Request, Response, Servers, Status};
use provisioning::{
    cms,
    json::{self, Credentials, Kind, Problem, Seen},
    key::Key,
};
use std::collections::BTreeMap;

/// Where the SHO's application comes in. Serving nodes come in at the HLR's own port.
pub const HTTP: Port = Port(1);

/// What a home network's HLR is told at its start.
#[derive(Debug, Clone)]
pub struct Config {
    /// The HLR itself.
    pub hlr: HlrConfig,
    /// The key that credentials are sealed to.
    pub key: Key,
    /// Randomness of its own.
    pub rng: Rng,
}

/// The node.
#[derive(Debug)]
pub struct Home {
    key: Key,
    hlr: Part,
    servers: Servers<Link>,
    ports: Vec<PortSpec>,
    fetching: BTreeMap<AskId, (Exchange<Link>, Box<Subscriber>)>,
    looking: BTreeMap<AskId, (Exchange<Link>, wire::Imsi)>,
    inserting: BTreeMap<AskId, (Exchange<Link>, wire::Imsi)>,
}

impl Home {
    /// An HLR without connections.
    pub fn new(config: Config) -> Self {
        let hlr = Part::new(Hlr::new(config.hlr, config.rng));
        let door = PortSpec {
            port: HTTP,
            name: "hlr",
            framing: Framing::Stream,
        };
        Self {
            key: config.key,
            ports: [hlr.ports(), &[door]].concat(),
            hlr,
            servers: Servers::new(Limits::default()),
            fetching: BTreeMap::new(),
            looking: BTreeMap::new(),
            inserting: BTreeMap::new(),
        }
    }

    fn serve(
        &mut self,
        now: Now,
        exchange: Exchange<Link>,
        r: &Request,
        out: &mut Outputs<Ask>,
    ) -> Option<Response> {
        let found = match r.path().strip_prefix("/hlr/subscribers/") {
            Some(imsi) if r.method == Method::PUT => match self.record(imsi, r) {
                Ok(s) => {
                    let id = out.ask(Ask::Fetch(s.imsi));
                    self.fetching.insert(id, (exchange, s.into()));
                    return None;
                }
                Err(p) => Err(p),
            },
            Some(imsi) if r.method == Method::GET => match imsi.parse() {
                Ok(imsi) => {
                    let id = out.ask(Ask::Fetch(imsi));
                    self.looking.insert(id, (exchange, imsi));
                    return None;
                }
                Err(_) => Err(Problem::new(Kind::Unknown, imsi)),
            },
            Some(imsi) if r.method == Method::DELETE => match imsi.parse() {
                Ok(imsi) => {
                    self.hlr.command(now, Command::DeleteSubscriber(imsi), out);
                    Ok(Response::new(Status::NoContent))
                }
                Err(_) => Err(Problem::new(Kind::Malformed, "imsi")),
            },
            _ => Err(web::no_door(r)),
        };
        Some(web::either(found))
    }

    /// The record that a body describes.
    fn record(&self, imsi: &str, r: &Request) -> Result<Subscriber, Problem> {
        let body: json::Subscriber = web::body(r)?;
        let plain = cms::open(&body.credentials.0, &self.key).map_err(web::bad)?;
        let credentials: Credentials = json::parse(&plain).map_err(web::bad)?;
        let malformed = |what| Problem::new(Kind::Malformed, what);
        let [entry] = credentials.entries.as_slice() else {
            return Err(malformed("credentials: not one entry"));
        };
        if body.imsi != imsi || entry.pcid != imsi {
            return Err(malformed("imsi: differs"));
        }
        let mut s = subscriber(entry, &body.apn)?;
        s.msisdn = match &body.msisdn {
            Some(m) => Some(wire::Digits::new(m).ok_or_else(|| malformed("msisdn"))?),
            None => None,
        };
        Ok(s)
    }

    /// The store has answered one of our own questions.
    fn stored(&mut self, now: Now, id: AskId, answer: &Answer, out: &mut Outputs<Ask>) {
        if let Some((exchange, s)) = self.fetching.remove(&id) {
            let response = match answer {
                Answer::Subscriber(None) => {
                    let imsi = s.imsi;
                    let id = out.ask(Ask::Insert(s));
                    self.inserting.insert(id, (exchange, imsi));
                    return;
                }
                Answer::Subscriber(Some(old)) if same(old, &s) => Response::new(Status::Ok),
                Answer::Subscriber(Some(_)) => {
                    web::problem(&Problem::new(Kind::Duplicate, s.imsi.to_string()))
                }
                _ => web::problem(&web::unavailable("store", 30)),
            };
            self.servers.answer(now, exchange, response);
        } else if let Some((exchange, imsi)) = self.looking.remove(&id) {
            let response = match answer {
                Answer::Subscriber(Some(s)) => {
                    let seen = Seen {
                        imsi: imsi.to_string(),
                        authenticated: s.seq > 0,
                        served: s.serving.is_some(),
                    };
                    web::answer(Status::Ok, &seen)
                }
                Answer::Subscriber(None) => {
                    web::problem(&Problem::new(Kind::Unknown, imsi.to_string()))
                }
                _ => web::problem(&web::unavailable("store", 30)),
            };
            self.servers.answer(now, exchange, response);
        } else if let Some((exchange, imsi)) = self.inserting.remove(&id) {
            let response = match answer {
                Answer::Stored(true) => {
                    out.trace(Event::new("home.subscriber").with("imsi", imsi));
                    Response::new(Status::Created)
                }
                Answer::Stored(false) => {
                    web::problem(&Problem::new(Kind::Duplicate, imsi.to_string()))
                }
                _ => web::problem(&web::unavailable("store", 30)),
            };
            self.servers.answer(now, exchange, response);
        }
    }
}

impl Node for Home {
    type Ask = Ask;
    type Answer = Answer;
    type Command = Command;

    fn ports(&self) -> &[PortSpec] {
        &self.ports
    }

    fn handle(&mut self, now: Now, input: Input<Answer, Command>, out: &mut Outputs<Ask>) {
        if !self.servers.handle(now, HTTP, &input, out) {
            match input {
                Input::Command(c) => self.hlr.command(now, c, out),
                Input::Answer(id, answer) => {
                    self.stored(now, id, &answer, out);
                    self.hlr
                        .handle(now, Input::<_, ()>::Answer(id, answer), out);
                }
                input => {
                    self.hlr.handle(now, input, out);
                }
            }
        }
        while let Some(a) = self.servers.poll() {
            if let Some(answer) = self.serve(now, a.exchange, &a.request, out) {
                self.servers.answer(now, a.exchange, answer);
            }
        }
        self.servers.flush(out);
    }

    fn due(&self) -> Option<Time> {
        [self.hlr.due(), self.servers.due()]
            .into_iter()
            .flatten()
            .min()
    }
}
