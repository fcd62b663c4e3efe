//! PVA, the platform validation authority (R5): issues platform credentials, answers OCSP, and
//! judges signed measurement reports against reference values (R20, R21).
//!
//! | door | |
//! |---|---|
//! | `POST /pva/credentials`, `GET /pva/credentials/{tre id}` | platform credential for a TRE |
//! | `POST /pva/validations` | verdict on a measurement report |
//! | `POST /ocsp` | status of a platform credential, RFC 6960 |
mod registry;

use crate::web;
use engine::{Event, Framing, Input, Link, Node, Now, Outputs, Port, PortSpec, Time};
use http::{Asked, Limits, Method, Request, Response, Servers, Status};
use provisioning::{
    json::{IssueRequest, Issued, Kind, Problem, ValidationRequest},
    kept,
    ocsp::{self, Ask, Failure},
    pki::Platform,
};
use registry::Registry;
use std::convert::Infallible;

/// Where requests come in.
pub const HTTP: Port = Port(1);

/// What a PVA is told at its start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its root, responder and signer of verdicts.
    pub platform: Platform,
    /// Where the status of its credentials is asked: goes into them.
    pub ocsp_uri: String,
    /// For how many seconds a verdict may be used.
    pub verdict_lifetime: u64,
    /// The oldest measurement report that it takes, seconds.
    pub report_age: u64,
    /// Whether a machine has to be the one that its TRE's credential names (T7).
    pub checks_identity: bool,
    /// Whether measurements have to be those of the reference (T8).
    pub checks_measurements: bool,
}

/// What an operator of the PVA does.
#[derive(Debug, Clone)]
pub enum Command {
    /// The credential of this TRE is not good any more (RFC 5280 5.3.1: reason).
    Revoke {
        /// Whose.
        tre_id: String,
        /// CRLReason.
        reason: u8,
    },
    /// It answers tryLater and 503 from now on, or not any more.
    Down(bool),
    /// Its OCSP responder answers tryLater from now on, and all else goes on (T9).
    OcspDown,
}

/// The node.
#[derive(Debug)]
pub struct Pva {
    config: Config,
    registry: Registry,
    servers: Servers<Link>,
    down: bool,
    ocsp_down: bool,
}

impl Pva {
    /// A PVA that knows no TRE yet.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            registry: Registry::default(),
            servers: Servers::new(Limits::default()),
            down: false,
            ocsp_down: false,
        }
    }

    fn serve(&mut self, now: Now, r: &Request, out: &mut Outputs<Infallible>) -> Response {
        let found = match (&r.method, r.path()) {
            (m, "/ocsp") if *m == Method::POST => return self.ocsp(now, r, out),
            _ if self.down => Err(web::unavailable("maintenance", 30)),
            (m, "/pva/credentials") if *m == Method::POST => self.issue(now, r, out),
            (m, "/pva/validations") if *m == Method::POST => self.validate(now, r, out),
            (m, path) if *m == Method::GET => match path.strip_prefix("/pva/credentials/") {
                Some(tre) => self.credential(tre),
                None => Err(web::no_door(r)),
            },
            _ => Err(web::no_door(r)),
        };
        web::either(found)
    }

    fn issue(
        &mut self,
        now: Now,
        r: &Request,
        out: &mut Outputs<Infallible>,
    ) -> Result<Response, Problem> {
        let request: IssueRequest = web::body(r)?;
        let key = request.verify().map_err(web::bad)?;
        let fresh = self.registry.issue(&self.config, now.utc, &request, &key)?;
        if fresh {
            let e = Event::new("pva.credential_issued").with("tre", &request.tre.id);
            out.trace(e.with("m2me", &request.m2me_id));
        }
        self.credential(&request.tre.id).map(|mut r| {
            r.status = Status::Created;
            r
        })
    }

    fn credential(&self, tre_id: &str) -> Result<Response, Problem> {
        let tre = self.registry.get(tre_id);
        let tre = tre.ok_or_else(|| Problem::new(Kind::Unknown, tre_id))?;
        let issued = Issued {
            certificate: tre.credential.cert.der().to_vec().into(),
            issuer: self.config.platform.root.cert.der().to_vec().into(),
            serial: tre.credential.cert.serial(),
        };
        Ok(web::answer(Status::Ok, &issued))
    }

    fn validate(
        &mut self,
        now: Now,
        r: &Request,
        out: &mut Outputs<Infallible>,
    ) -> Result<Response, Problem> {
        let request: ValidationRequest = web::body(r)?;
        let (verdict, fresh) = self.registry.validate(&self.config, now.utc, &request)?;
        if fresh {
            let failing: Vec<String> = verdict
                .failing
                .iter()
                .map(|f| format!("{}:{}", f.component, f.reason))
                .collect();
            let e = Event::new("pva.verdict").with("tre", &verdict.tre_id);
            let e = e.with("authentic", verdict.authentic);
            let e = e.with("integrity", verdict.integrity);
            out.trace(e.with("failing", failing.join(",")));
        }
        Ok(web::answer(Status::Ok, &verdict))
    }

    fn ocsp(&self, now: Now, r: &Request, out: &mut Outputs<Infallible>) -> Response {
        let der = if self.down || self.ocsp_down {
            Failure::TryLater.to_der()
        } else if web::typed(r, ocsp::REQUEST_TYPE).is_err() {
            Failure::MalformedRequest.to_der()
        } else {
            match Ask::parse(&r.body) {
                Err(_) => Failure::MalformedRequest.to_der(),
                Ok(ask) => {
                    let answer = |id: &ocsp::Id| self.registry.status(&self.config, id);
                    let der = self.config.platform.responder.answer(&ask, now.utc, answer);
                    der.unwrap_or_else(|_| Failure::InternalError.to_der())
                }
            }
        };
        out.count("pva.ocsp");
        Response::new(Status::Ok).content(ocsp::RESPONSE_TYPE, der)
    }
}

impl Node for Pva {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Command;

    fn ports(&self) -> &[PortSpec] {
        &[PortSpec {
            port: HTTP,
            name: "pva",
            framing: Framing::Stream,
        }]
    }

    fn recall(&mut self, key: &str, octets: &[u8]) -> Result<(), String> {
        kept::recall(key, octets, &mut self.registry.tables())
    }

    fn handle(
        &mut self,
        now: Now,
        input: Input<Infallible, Command>,
        out: &mut Outputs<Infallible>,
    ) {
        self.servers.handle(now, HTTP, &input, out);
        match input {
            Input::Start => self.registry.start(),
            Input::Command(Command::Down(down)) => self.down = down,
            Input::Command(Command::OcspDown) => self.ocsp_down = true,
            Input::Command(Command::Revoke { tre_id, reason }) => {
                if self.registry.revoke(&tre_id, now.utc, reason) {
                    out.trace(Event::new("pva.credential_revoked").with("tre", tre_id));
                }
            }
            _ => {}
        }
        while let Some(Asked {
            exchange, request, ..
        }) = self.servers.poll()
        {
            let response = self.serve(now, &request, out);
            self.servers.answer(now, exchange, response);
        }
        self.registry.keep(out);
        self.servers.flush(out);
    }

    fn due(&self) -> Option<Time> {
        self.servers.due()
    }
}
