//! A machine, the operators around it, and what is to go wrong.
use crate::net::{Either, GB, Net, Order, Servers, Subscriber};
use aka::{Algorithm, Opc, SqnHe};
use engine::{
    Attach, Directive, Director, Event, NoStore, Now, Placed, Rng, Time, Utc,
    sim::{Options, Sim, Wire},
    tap::Record,
};
use gb_gmm::{bssgp::value::CellId, gmm, ns};
use http::{Request, Response, Status};
use m2me_ue::{
    Command, Config, Goal, M2me, radio,
    tre::{self, Fault, Image, tree::Device},
    usim,
};
use provisioning::{
    credential::{Credential, TreInfo},
    dm::{self, Account, Server, ServerConfig},
    json::{
        self, Candidate, Challenge, ChallengeRequest, DmAccount, DpfAddress, Entry, Problem,
        Referral, Registered, Registration,
    },
    mcim::{Mcim, Policy},
    measurement::Report,
    pki::{Identity, Pki},
    syncml::{self, Data, TYPE_WBXML, Verb},
    text::{B64, Secret16, SecretText, Sha256, Stamp},
    token::Token,
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    net::{Ipv4Addr, SocketAddr},
    rc::Rc,
};
use wire::{Apn, Digits, Plmn, QosProfile, Rai};

pub const M2ME: &str = "urn:m2me:00a0b1c2d3e4f501";
pub const TRE: &str = "tre-00a0b1c2d3e4f501";
pub const PCID: &str = "999010000000001";
pub const IMSI: &str = "999020000000001";
pub const DPF_HOST: &str = "dpf.epc.mnc001.mcc999.3gppnetwork.org";
pub const DRF: Ipv4Addr = Ipv4Addr::new(10, 32, 0, 2);
pub const DPF: Ipv4Addr = Ipv4Addr::new(10, 32, 0, 3);
const BSS: &str = "127.0.1.1:2157";
const SGSN: &str = "127.0.2.1:2157";
const K_PCID: [u8; 16] = [0x11; 16];
const K_IMSI: [u8; 16] = [0x33; 16];
const OPC: [u8; 16] = [0x22; 16];

/// What a story changes.
pub struct Story {
    pub config: Box<dyn Fn(&mut Config)>,
    pub network: Box<dyn Fn(&mut Net)>,
    /// Registrations that are answered otherwise, first ones first.
    pub registrations: Vec<Response>,
    pub token: fn(&mut Token),
    pub mcim: fn(&mut Mcim),
    /// Messages to the DPF whose answer is 503 instead, by their number from 0.
    pub dm_down: Vec<usize>,
    /// Datagrams lost, of a thousand.
    pub loss: u16,
    /// What a node is told when an event of this name has come.
    pub orders: Vec<(&'static str, usize, Order)>,
    /// The run ends with one of these.
    pub until: &'static [&'static str],
    /// The run ends when so many of them have come.
    pub ends: usize,
}

impl Default for Story {
    fn default() -> Self {
        Self {
            config: Box::new(|_| ()),
            network: Box::new(|_| ()),
            registrations: Vec::new(),
            token: |_| (),
            mcim: |_| (),
            dm_down: Vec::new(),
            loss: 0,
            orders: Vec::new(),
            until: &["m2me.operational", "m2me.failed", "m2me.refused"],
            ends: 1,
        }
    }
}

/// What came of it.
pub struct Told {
    pub events: Vec<Event>,
    pub network: Vec<String>,
    /// Generic alerts that reached the DPF: source and result.
    pub alerts: Vec<(String, String)>,
    /// The IP packets on Gb.
    pub packets: Vec<(Time, Vec<u8>)>,
}

impl Told {
    /// All packets as a classic pcap of raw IP.
    pub fn pcap(&self) -> tempfile::NamedTempFile {
        let mut all = Vec::new();
        for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 0x0004_0000, 101] {
            all.extend(word.to_le_bytes());
        }
        for (at, packet) in &self.packets {
            let micros = at.0 / 1000;
            let (secs, rest) = (micros / 1_000_000, micros % 1_000_000);
            let len = packet.len() as u32;
            for word in [secs as u32, rest as u32, len, len] {
                all.extend(word.to_le_bytes());
            }
            all.extend(packet);
        }
        let file = tempfile::Builder::new().suffix(".pcap").tempfile().unwrap();
        std::fs::write(file.path(), all).unwrap();
        file
    }

    pub fn names(&self) -> Vec<&str> {
        self.events.iter().map(|e| e.name).collect()
    }

    pub fn find(&self, name: &str) -> Option<&Event> {
        self.events.iter().find(|e| e.name == name)
    }

    pub fn last(&self) -> &Event {
        self.events.last().unwrap()
    }
}

/// DRF, SHO and DPF.
struct Operators {
    pki: Pki,
    sho: Identity,
    rng: Rng,
    nonce: Vec<u8>,
    registrations: VecDeque<Response>,
    token: fn(&mut Token),
    mcim: fn(&mut Mcim),
    accounts: (Account, Account),
    session: Option<(String, Server)>,
    authorised: bool,
    made: Option<Vec<syncml::Command>>,
    dm_down: Vec<usize>,
    dm_count: usize,
    alerts: Rc<RefCell<Vec<(String, String)>>>,
}

impl Servers for Operators {
    fn answer(&mut self, now: Now, to: Ipv4Addr, from: Ipv4Addr, r: &Request) -> Response {
        match (to, r.path()) {
            (DRF, "/drf/challenges") => {
                let asked: ChallengeRequest = json::parse(&r.body).unwrap();
                assert_eq!((asked.pcid.as_str(), asked.m2me_id.as_str()), (PCID, M2ME));
                self.nonce = self.rng.array::<32>().to_vec();
                let body = Challenge {
                    nonce: B64(self.nonce.clone()),
                    expires_at: Stamp(now.utc.secs() + 60),
                };
                Response::new(Status::Created).json(json::write(&body))
            }
            (DRF, "/drf/registrations") => self.register(from, r),
            (DPF, "/dm") => self.dm(now.utc, r),
            _ => Response::new(Status::NotFound),
        }
    }
}

impl Operators {
    fn register(&mut self, from: Ipv4Addr, r: &Request) -> Response {
        assert_eq!(from, Ipv4Addr::new(10, 33, 0, 1));
        let asked: Registration = json::parse(&r.body).unwrap();
        let credential = Credential::parse(&asked.credential.unwrap().0).unwrap();
        let key = &credential.key;
        Report::verify(&asked.report, key, &self.nonce, TRE, M2ME).unwrap();
        if let Some(answer) = self.registrations.pop_front() {
            return answer;
        }
        assert!(asked.sho.is_none_or(|s| s == "99902"));
        self.authorised = true;
        let body = Registered {
            registration: "r-1".into(),
            sho: Candidate {
                plmn: "99902".into(),
                name: "SHO".into(),
            },
            dpf: DpfAddress {
                host: DPF_HOST.into(),
                address: DPF.to_string(),
                uri: format!("http://{DPF}/dm"),
                server_id: DPF_HOST.into(),
            },
            expires_at: Stamp(0),
        };
        Response::new(Status::Created).json(json::write(&body))
    }

    fn dm(&mut self, now: Utc, r: &Request) -> Response {
        assert_eq!(r.media_type(), Some(TYPE_WBXML));
        let (id, device, _) = Server::peek(Default::default(), &r.body).unwrap();
        if self.session.as_ref().is_none_or(|s| s.0 != id) {
            let config = ServerConfig {
                uri: format!("http://{DPF}/dm"),
                client: self.accounts.0.clone(),
                server: self.accounts.1.clone(),
                max_msg_size: 1400,
                form: Default::default(),
                max_obj_size: 65_536,
            };
            self.session = Some((id.clone(), Server::new(config, &id, &device)));
        }
        let mut rng = self.rng.clone();
        let (_, mut server) = self.session.take().unwrap();
        for e in server.receive(&r.body, &mut rng) {
            match e {
                dm::Event::Opened { .. } if self.authorised => {
                    let package = self.package(now);
                    for c in self.made.get_or_insert(package).clone() {
                        server.push(c);
                    }
                }
                dm::Event::Alert(a) => {
                    assert_eq!(a.correlator.as_deref(), Some("a-1"));
                    self.authorised = false;
                    self.alerts.borrow_mut().push((a.source, a.data));
                }
                _ => {}
            }
        }
        self.rng = rng;
        let (client, own) = server.accounts();
        self.accounts = (client.clone(), own.clone());
        let body = server.reply().unwrap_or_default();
        self.session = Some((id, server));
        self.dm_count += 1;
        if self.dm_down.contains(&(self.dm_count - 1)) {
            return Response::new(Status::ServiceUnavailable);
        }
        Response::new(Status::Ok).content(TYPE_WBXML, body)
    }

    fn package(&mut self, now: Utc) -> Vec<syncml::Command> {
        let mut mcim = Mcim {
            id: "m-1".into(),
            application: "usim".into(),
            version: 1,
            imsi: IMSI.into(),
            k: Secret16(K_IMSI),
            opc: Secret16(OPC),
            algorithm: "milenage".into(),
            access_class: 7,
            hplmn: "99902".into(),
            plmns: vec!["99902".into()],
            forbidden_plmns: vec![],
            apn: "internet.sho".into(),
            smsc: None,
            policy: Policy {
                m2me_id: M2ME.into(),
                replaces: None,
                fallback: "pcid".into(),
                not_after: None,
            },
        };
        (self.mcim)(&mut mcim);
        let to = self.pki.platform_key(TRE).public();
        let (key, chain) = (&self.sho.key, &self.sho.chain);
        let sealed = mcim.seal(key, chain, &to, now, &mut self.rng).unwrap();
        let mut token = Token {
            iss: "99902".into(),
            aud: DPF_HOST.into(),
            sub: M2ME.into(),
            pcid: PCID.into(),
            tre: TRE.into(),
            jti: format!("{:016x}", self.rng.u64()),
            iat: now.secs(),
            exp: now.secs() + 3600,
            mcim: Sha256::of(&sealed),
            ops: vec!["install".into(), "activate".into()],
        };
        (self.token)(&mut token);
        let token = token.sign(key, chain).unwrap();
        let at = |leaf: &str| format!("./MCIM/App/m-1/{leaf}");
        let add = |leaf: &str, format: &str, data: Data| {
            syncml::Command::Request(syncml::Request::on(Verb::Add, &at(leaf)).data(format, data))
        };
        let install = syncml::Request::on(Verb::Exec, &at("Operations/Install"));
        vec![
            add("Application", "chr", Data::Text("usim".into())),
            add("Token", "chr", Data::Text(token)),
            add("Package", "bin", Data::Octets(sealed)),
            syncml::Command::Request(install.correlator("a-1")),
        ]
    }
}

/// A refusal of the DRF.
pub fn refusal(problem: Problem) -> Response {
    let status = Status(problem.status);
    Response::new(status).content(json::PROBLEM_TYPE, json::write(&problem))
}

/// A referral to these networks.
pub fn referral(plmns: &[&str]) -> Response {
    let candidate = |p: &&str| Candidate {
        plmn: (*p).into(),
        name: (*p).into(),
    };
    let body = Referral {
        candidates: plmns.iter().map(candidate).collect(),
    };
    Response::new(Status::MultipleChoices).json(json::write(&body))
}

fn account() -> DmAccount {
    DmAccount {
        client_name: "meter-1".into(),
        client_secret: SecretText("one".into()),
        client_nonce: B64(vec![1; 16]),
        server_id: DPF_HOST.into(),
        server_secret: SecretText("two".into()),
        server_nonce: B64(vec![2; 16]),
    }
}

fn config(pki: &Pki, rng: &Rng) -> Config {
    let key = pki.platform_key(TRE);
    let info = TreInfo {
        tre_id: TRE.into(),
        m2me_id: M2ME.into(),
        device_type: "meter-1".into(),
        version: "1.0".into(),
    };
    let credential = pki.pva.credential(&info, &key.public(), "http://pva/ocsp");
    let tre = tre::Config {
        id: TRE.into(),
        version: "1.0".into(),
        m2me_id: M2ME.into(),
        key,
        credential: credential.unwrap().cert.der().to_vec(),
        operators: pki.operators.cert.clone(),
        images: vec![Image::new("boot", "1.0", &b"boot"[..])],
        pcid: Entry {
            pcid: PCID.into(),
            k: Secret16(K_PCID),
            opc: Secret16(OPC),
            algorithm: "milenage".into(),
            dm: Some(account()),
            pin: None,
        },
        capacity: 16 << 10,
        faults: Vec::<Fault>::new(),
        usim_fault: usim::Fault::None,
    };
    let vno: Plmn = "001-01".parse().unwrap();
    let radio = radio::Config {
        sgsn: SGSN.parse().unwrap(),
        ns: (1, 1),
        bvci: 2,
        cell: CellId {
            rai: Rai::new(vno, 1, 1),
            ci: 1,
        },
        ns_timers: ns::machine::Config::default(),
        imei: Digits::new("001010000000018").unwrap(),
        imeisv: Digits::new("0010100000000101").unwrap(),
        qos: QosProfile::background_64k(),
    };
    let device = Device {
        man: "Fosterling".into(),
        model: "Meter".into(),
        lang: "en".into(),
        device_type: "meter-1".into(),
        oem: "Fosterling".into(),
        firmware: "1.0".into(),
        software: "1.0".into(),
        hardware: "1.0".into(),
    };
    let apn = Apn::new("ro.m2m").unwrap();
    let drf = std::net::SocketAddrV4::new(DRF, 80);
    Config::new(tre, radio, device, apn, drf, rng.stream("m2me"))
}

/// A run without an end is cut off here.
const LONGEST: Time = Time(3600 * 1_000_000_000);

struct Lead {
    started: bool,
    orders: Vec<(&'static str, usize, Order)>,
    ready: VecDeque<(usize, Order)>,
    until: &'static [&'static str],
    /// Ends that have not come yet.
    ends: usize,
    events: Vec<Event>,
    packets: Vec<(Time, Vec<u8>)>,
}

impl Director<Order> for Lead {
    fn packet(&mut self, r: &Record<'_>) {
        self.packets.push((r.now.mono, r.packet.to_vec()));
    }

    fn event(&mut self, _: Now, _: usize, e: &Event) {
        self.ends -= usize::from(self.ends > 0 && self.until.contains(&e.name));
        if let Some(i) = self.orders.iter().position(|o| o.0 == e.name) {
            let (_, node, order) = self.orders.remove(i);
            self.ready.push_back((node, order));
        }
        self.events.push(e.clone());
    }

    fn next(&mut self, now: Now) -> Directive<Order> {
        if !std::mem::replace(&mut self.started, true) {
            return Directive::Command(0, Order::Machine(Command::PowerOn));
        }
        if self.ends == 0 || now.mono >= LONGEST {
            return Directive::Stop;
        }
        match self.ready.pop_front() {
            Some((node, order)) => Directive::Command(node, order),
            None => Directive::Wait,
        }
    }

    fn due(&self) -> Option<Time> {
        Some(LONGEST)
    }
}

/// Runs a story to one of its ends.
pub fn run(story: Story) -> Told {
    let (until, ends) = (story.until, story.ends);
    let mut told = run_on(story);
    let all = told.events.iter().enumerate();
    let mut over = all.filter(|(_, e)| until.contains(&e.name));
    let Some((end, _)) = over.nth(ends - 1) else {
        let all: Vec<String> = told.events.iter().map(ToString::to_string).collect();
        panic!("no end:\n{}\n{:?}", all.join("\n"), told.network);
    };
    told.events.truncate(end + 1);
    told
}

/// Runs a story to one of its ends, or for an hour.
pub fn run_on(story: Story) -> Told {
    let rng = Rng::seed(33);
    let pki = Pki::new(&rng, Now::VIRTUAL_EPOCH).unwrap();
    let mut config = config(&pki, &rng);
    (story.config)(&mut config);
    let alerts = Rc::new(RefCell::new(Vec::new()));
    let operators = Operators {
        sho: pki.operator("99902", "sho.example").unwrap(),
        pki,
        rng: rng.stream("operators"),
        nonce: Vec::new(),
        registrations: story.registrations.into(),
        token: story.token,
        mcim: story.mcim,
        accounts: account().accounts(),
        session: None,
        authorised: false,
        made: None,
        dm_down: story.dm_down,
        dm_count: 0,
        alerts: Rc::clone(&alerts),
    };
    let mut net = Net::new(&[DRF, DPF], Box::new(operators), rng.stream("net"));
    for (imsi, k, apn, address) in [
        (PCID, K_PCID, "ro.m2m", [10, 33, 0, 1]),
        (IMSI, K_IMSI, "internet.sho", [10, 34, 0, 1]),
    ] {
        let code = Opc::from(OPC).into();
        let subscriber = Subscriber {
            functions: Algorithm::default().keyed(&k.into(), &code).unwrap(),
            sqn: SqnHe::default(),
            apn: apn.into(),
            address: address.into(),
            refused: None,
        };
        net.subscribers.insert(imsi.into(), subscriber);
    }
    (story.network)(&mut net);
    let at = |s: &str| -> SocketAddr { s.parse().unwrap() };
    let machine = Either::Machine(M2me::new(config).unwrap());
    let nodes = vec![
        Placed::new("m2me", machine, vec![(m2me_ue::GB, Attach::Udp(at(BSS)))]),
        Placed::new("net", Either::Net(net), vec![(GB, Attach::Udp(at(SGSN)))]),
    ];
    let options = Options {
        wire: Wire {
            loss: story.loss,
            ..Wire::default()
        },
        wires: BTreeMap::new(),
        ..Options::default()
    };
    let mut lead = Lead {
        started: false,
        orders: story.orders,
        ready: VecDeque::new(),
        until: story.until,
        ends: story.ends,
        events: Vec::new(),
        packets: Vec::new(),
    };
    let mut sim = Sim::new(nodes, NoStore, options);
    sim.run(&mut lead);
    let Either::Net(net) = sim.node(1) else {
        unreachable!()
    };
    let told = alerts.borrow().clone();
    Told {
        events: lead.events,
        network: net.log.clone(),
        alerts: told,
        packets: lead.packets,
    }
}

/// As far as `goal` and no further.
pub fn only(goal: Goal) -> Box<dyn Fn(&mut Config)> {
    Box::new(move |c| c.goal = goal)
}

/// The home refuses the location of `imsi`.
pub fn refuse(imsi: &'static str, cause: gmm::Cause) -> Box<dyn Fn(&mut Net)> {
    Box::new(move |n| n.subscribers.get_mut(imsi).unwrap().refused = Some(cause))
}
