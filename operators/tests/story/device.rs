//! A device with its own TCP/IP stack, TRE and DM client; and what serving node, GGSN and ICF say of
//! it to the DRF.
use bytes::BytesMut;
use engine::{Event, Framing, Input, Node, Now, Outputs, Port, PortSpec, Rng, Time};
use http::{Clients, Limits, Request, client::Connection};
use ip::{
    machine::radius::{Client as Radius, Retry},
    msg::radius::{AccountingRequest, AcctStatus, Secret},
    stack::{self, Conn, Stack},
};
use provisioning::{
    dm::{self, Client, ClientConfig, Code, Found, GenericAlert, Step, Tree},
    json::{
        self, Challenge, ChallengeRequest, Entry, PcidNotice, Problem, Referral, Registered,
        Registration, TreId,
    },
    key::Key,
    mcim::{Mcim, Outcome},
    measurement::{Component, Report},
    syncml::{Data, TYPE_WBXML},
    text::B64,
    token::{Expected, Token},
    x509::Cert,
};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Duration,
};

pub const GI: Port = Port(1);
pub const DIAL: Port = Port(2);
pub const AAA: Port = Port(3);

pub const DRF: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(10, 32, 0, 2), 80);
pub const DPF: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(10, 32, 0, 3), 80);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Word {
    /// ICF and GGSN tell the DRF.
    Attach,
    /// The device registers.
    Register,
}

pub struct Device {
    pub entry: Entry,
    pub tre: TreId,
    pub m2me_id: String,
    pub key: Key,
    pub root: Cert,
    pub log: Vec<Component>,
    pub credential: Vec<u8>,
    /// It gives its credential at registration.
    pub gives: bool,
    /// Its address, and the one that accounting knows.
    pub address: Ipv4Addr,
    pub told: Ipv4Addr,
    pub rng: Rng,
    pub icf: Clients<()>,
    pub radius: Radius<()>,
    pub stack: Option<Stack>,
    pub conn: Option<(Conn, Connection)>,
    pub pending: Option<Request>,
    pub sho: Option<String>,
    pub dm: Option<(Client, Box<Leaves>)>,
    pub installed: Option<Mcim>,
    pub counter: u64,
}

/// The device's tree, as far as the story needs it.
pub struct Leaves {
    leaves: BTreeMap<String, Vec<u8>>,
    alerts: Vec<GenericAlert>,
    key: Key,
    root: Cert,
    m2me: String,
    tre: String,
    pcid: String,
    pub installed: Option<Mcim>,
}

impl Tree for Leaves {
    fn get(&mut self, uri: &str) -> Result<Found, Code> {
        let data = Data::Octets(self.leaves.get(uri).ok_or(Code::NotFound)?.clone());
        Ok(Found {
            format: "bin",
            data,
        })
    }
    fn add(&mut self, uri: &str, _: &str, data: &[u8]) -> Code {
        self.leaves.insert(uri.into(), data.to_vec());
        Code::Ok
    }
    fn replace(&mut self, _: &str, _: &str, _: &[u8]) -> Code {
        Code::NotAllowed
    }
    fn delete(&mut self, _: Now, _: &str) -> Code {
        Code::NotAllowed
    }
    fn exec(&mut self, now: Now, uri: &str, correlator: Option<&str>, _: &[u8]) -> Code {
        let node = uri.strip_suffix("/Operations/Install").unwrap();
        let leaf = |name: &str| self.leaves.get(&format!("{node}/{name}")).unwrap();
        let token = std::str::from_utf8(leaf("Token")).unwrap();
        let sealed = leaf("Package");
        let expected = Expected {
            dpf: "dpf.ro",
            m2me_id: &self.m2me,
            tre_id: &self.tre,
            pcid: &self.pcid,
            sealed,
            operation: "install",
        };
        let result = match Token::verify(token, &self.root, now.utc, &expected, |_| false) {
            Err(e) => Outcome::of_token(&e),
            Ok(t) => match Mcim::open(sealed, &self.key, &self.root, &self.m2me, now.utc) {
                Err(e) => Outcome::of_object(&e),
                Ok(m) => {
                    self.installed = Some(m);
                    match t.ops.iter().any(|o| o == "activate") {
                        true => Outcome::Active,
                        false => Outcome::Installed,
                    }
                }
            },
        };
        self.alerts.push(GenericAlert {
            correlator: correlator.map(str::to_owned),
            source: uri.into(),
            kind: "urn:fosterling:at:mcim".into(),
            mark: "informational".into(),
            data: result.0.to_string(),
        });
        Code::Accepted
    }
    fn room(&mut self, _: &str, _: u64) -> Code {
        Code::Ok
    }
    fn alerts(&mut self) -> Vec<GenericAlert> {
        std::mem::take(&mut self.alerts)
    }
}

impl Device {
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        entry: Entry,
        tre: TreId,
        m2me_id: &str,
        key: Key,
        root: Cert,
        log: Vec<Component>,
        credential: Vec<u8>,
        aaa: SocketAddr,
        secret: Secret,
    ) -> Self {
        let address = Ipv4Addr::new(10, 33, 0, 1);
        Self {
            entry,
            tre,
            m2me_id: m2me_id.into(),
            key,
            root,
            log,
            credential,
            gives: true,
            address,
            told: address,
            rng: Rng::seed(99),
            icf: Clients::new(DIAL, Limits::default()),
            radius: Radius::new(aaa, secret, Retry::default(), 0),
            stack: None,
            conn: None,
            pending: None,
            sho: None,
            dm: None,
            installed: None,
            counter: 1,
        }
    }

    fn attach(&mut self, now: Now, drf: SocketAddr, out: &mut Outputs<Infallible>) {
        let notice = PcidNotice {
            pcid: self.entry.pcid.clone(),
            visited_plmn: "00101".into(),
            serving_node: "sgsn".into(),
            at: now.utc.into(),
            lifetime: 3600,
        };
        let r = Request::post("/drf/pcids").json(json::write(&notice));
        self.icf.ask(now, drf, r, Duration::from_secs(5), (), out);
        let mut r = AccountingRequest::new(AcctStatus::Start);
        r.imsi = Some(self.entry.pcid.as_str().into());
        r.framed_ip_address = Some(self.told);
        r.session_id = Some("1".into());
        self.radius.send(now.mono, r, ());
    }

    fn ask(&mut self, to: SocketAddrV4, r: Request) {
        let stack = self.stack.as_mut().unwrap();
        if let Some((conn, c)) = &mut self.conn
            && stack.ends(*conn).is_some_and(|e| e.1 == to)
        {
            let mut w = BytesMut::new();
            c.send(&r, &mut w);
            stack.send(*conn, &w).unwrap();
            return;
        }
        if let Some((conn, _)) = self.conn.take() {
            stack.close(conn);
        }
        let conn = stack.connect(to).unwrap();
        self.conn = Some((conn, Connection::new("drf", Limits::default())));
        self.pending = Some(r);
    }

    fn challenge(&mut self) {
        let body = ChallengeRequest {
            pcid: self.entry.pcid.clone(),
            m2me_id: self.m2me_id.clone(),
        };
        self.ask(
            DRF,
            Request::post("/drf/challenges").json(json::write(&body)),
        );
    }

    fn answer(&mut self, now: Now, r: http::Response, out: &mut Outputs<Infallible>) {
        if r.media_type() == Some(TYPE_WBXML) {
            return self.session(now, &r.body, out);
        }
        if r.media_type() == Some(json::PROBLEM_TYPE) {
            let p: Problem = json::parse(&r.body).unwrap();
            let e = Event::new("device.refused").with("status", p.status);
            let kind = p.kind.rsplit(':').next().unwrap().to_owned();
            let e = e.with("type", kind).with("detail", p.detail);
            let retry = p.retry_after.map_or("-".into(), |s| s.to_string());
            let e = e.with("outcome", p.outcome.as_deref().unwrap_or("-"));
            out.trace(e.with("retry", retry).with("decided", p.decision.is_some()));
        } else if r.status.0 == 300 {
            let referral: Referral = json::parse(&r.body).unwrap();
            self.sho = Some(referral.candidates[0].plmn.clone());
            self.challenge();
        } else if let Ok(c) = json::parse::<Challenge>(&r.body) {
            let ids = (&*self.tre.id, &*self.m2me_id);
            let log = self.log.clone();
            let report = Report::new(
                ids,
                &self.tre.version,
                &c.nonce.0,
                now.utc.secs(),
                self.counter,
                log,
            );
            let body = Registration {
                pcid: self.entry.pcid.clone(),
                m2me_id: self.m2me_id.clone(),
                device_type: "meter-1".into(),
                tre: self.tre.clone(),
                sho: self.sho.clone(),
                report: report.sign(&self.key).unwrap(),
                credential: self.gives.then(|| B64(self.credential.clone())),
            };
            self.ask(
                DRF,
                Request::post("/drf/registrations").json(json::write(&body)),
            );
        } else if let Ok(registered) = json::parse::<Registered>(&r.body) {
            out.trace(Event::new("device.registered").with("sho", registered.sho.plmn));
            let (client, server) = self.entry.dm.as_ref().unwrap().accounts();
            let config = ClientConfig {
                server_uri: registered.dpf.uri,
                device_id: self.m2me_id.clone(),
                client,
                server,
                max_msg_size: 1400,
                form: Default::default(),
                max_obj_size: 65_536,
                checks_server: true,
                server_initiated: false,
                dev_info: vec![("./DevInfo/DevId".into(), self.m2me_id.clone())],
            };
            let mut tree = Leaves {
                leaves: BTreeMap::from([(
                    "./MCIM/TRE/PlatformCredential".into(),
                    self.credential.clone(),
                )]),
                alerts: vec![],
                key: self.key.clone(),
                root: self.root.clone(),
                m2me: self.m2me_id.clone(),
                tre: self.tre.id.clone(),
                pcid: self.entry.pcid.clone(),
                installed: None,
            };
            let (client, first) = Client::start(config, "1", &mut tree);
            self.dm = Some((client, tree.into()));
            self.ask(DPF, Request::post("/dm").content(TYPE_WBXML, first));
        }
    }

    fn session(&mut self, now: Now, octets: &[u8], out: &mut Outputs<Infallible>) {
        let (client, tree) = self.dm.as_mut().unwrap();
        let step = client.receive(octets, now, &mut self.rng, tree.as_mut());
        self.installed = tree.installed.clone();
        match step {
            Step::Send(b) => self.ask(DPF, Request::post("/dm").content(TYPE_WBXML, b)),
            Step::Last(b, end) => {
                out.trace(Event::new("device.dm_end").with("end", format!("{end:?}")));
                self.ask(DPF, Request::post("/dm").content(TYPE_WBXML, b));
            }
            Step::Done(end) => {
                let imsi = self.installed.as_ref().map_or("-", |m| m.imsi.as_str());
                let ok = end == dm::End::Complete;
                let e = Event::new("device.dm_end").with("complete", ok);
                out.trace(e.with("imsi", imsi));
            }
        }
    }
}

impl Node for Device {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Word;

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
                spec(GI, "gi", Framing::Datagram),
                spec(DIAL, "dial", Framing::Stream),
                spec(AAA, "aaa", Framing::Datagram),
            ]
        }
    }

    fn handle(&mut self, now: Now, input: Input<Infallible, Word>, out: &mut Outputs<Infallible>) {
        self.icf.handle(now, &input, out);
        while self.icf.poll().is_some() {}
        if self.stack.is_none() {
            let mut s = Stack::new(now, self.rng.stream("ip"), stack::Options::default());
            s.set_addresses(&[self.address]);
            self.stack = Some(s);
        }
        match input {
            Input::Recv { link, bytes, .. } if link == GI.into() => {
                self.stack.as_mut().unwrap().feed(now, bytes);
            }
            Input::Recv {
                link, from, bytes, ..
            } if link == AAA.into() => {
                self.radius.recv(now.mono, from, &bytes).unwrap();
            }
            Input::Timer => self.radius.timer(now.mono),
            Input::Command(Word::Attach) => {
                let drf = "127.0.3.2:8080".parse().unwrap();
                self.attach(now, drf, out);
            }
            Input::Command(Word::Register) => self.challenge(),
            _ => {}
        }
        loop {
            let stack = self.stack.as_mut().unwrap();
            stack.poll(now);
            match stack.event() {
                None => break,
                Some(stack::Event::Connected(c)) => {
                    let (_, http) = self.conn.as_mut().unwrap();
                    let mut w = BytesMut::new();
                    http.send(&self.pending.take().unwrap(), &mut w);
                    stack.send(c, &w).unwrap();
                }
                Some(stack::Event::Recv(_, b)) => {
                    let got = self.conn.as_mut().unwrap().1.feed(&b).unwrap();
                    for r in got {
                        self.answer(now, r, out);
                    }
                }
                Some(stack::Event::Closed(_, why)) => {
                    out.trace(Event::new("device.closed").with("why", why));
                    self.conn = None;
                }
                Some(_) => {}
            }
        }
        while let Some(p) = self.stack.as_mut().unwrap().packet() {
            out.packet(GI, p);
        }
        while let Some(b) = self.radius.transmit() {
            out.datagram(AAA, self.radius.server(), b);
        }
    }

    fn due(&self) -> Option<Time> {
        let stack = self.stack.as_ref().and_then(Stack::due);
        let all = [stack, self.icf.due(), self.radius.due()];
        all.into_iter().flatten().min()
    }
}
