//! Answers a second and their latency, of Authentication-Information-Requests to our HLR with its
//! records in memory, each end in a thread of its own: over TCP and over SCTP in UDP, with so many
//! requests outstanding.
//!
//! Says a line `figure NAME: ANSWERS /s, NOTE` each, which `cargo xtask bench diameter` reads.
// a benchmark is outside of the machines: it may look at a clock and open sockets
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]
use diameter_s6a::{
    PPID, frame_len,
    machine::{Endpoint, Identity, Output, Settings},
    msg::{
        AuthSessionState, AuthenticationInformationRequest, Message, PlmnId,
        RequestedUtranGeranAuthenticationInfo, application,
    },
};
use engine::{
    Attach, Carrier, Directive, Director, Event, Framing, Input, Link, Node, Now, Outputs, Placed,
    Port, PortSpec, Rng, Serve, Time, Ways, tap::Record,
};
use hlr_auc::{Hlr, Subscriber};
use lab::carriers::Carriers;
use std::{
    cell::RefCell,
    convert::Infallible,
    net::SocketAddr,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};
use store::Memory;
use transport::{Driver, Options};
use wire::{Apn, Imsi, Plmn};

const SUBSCRIBERS: u64 = 1000;
const WARM: usize = 1000;
const TIME: Duration = Duration::from_secs(3);
const HLR: ([u8; 4], u16) = ([127, 212, 4, 1], 3868);
const SGSN: [u8; 4] = [127, 212, 2, 1];
const HOME: Plmn = plmn(999, 2);
const VISITED: Plmn = plmn(1, 1);

const fn plmn(mcc: u16, mnc: u16) -> Plmn {
    Plmn {
        mcc,
        mnc,
        mnc_digits: 2,
    }
}

fn imsi(n: u64) -> Imsi {
    format!("99902{n:010}").parse().unwrap()
}

/// Asks for a vector as soon as one has come, of one subscriber after the other.
struct Load {
    endpoint: Option<Endpoint<Time>>,
    rng: Rng,
    link: Option<Link>,
    requests: Vec<Message>,
    window: usize,
    sent: usize,
    answered: usize,
    begun: Option<Time>,
    /// The measurement is over: what is still outstanding does not count.
    over: bool,
    result: Rc<RefCell<Measured>>,
}

#[derive(Default)]
struct Measured {
    nanoseconds: Vec<u64>,
    took: Duration,
    refused: usize,
}

const PORTS: &[PortSpec] = &[PortSpec {
    port: Port(0),
    name: "s6d",
    framing: Framing::By(frame_len),
}];

impl Load {
    fn new(window: usize, result: Rc<RefCell<Measured>>) -> Self {
        let (host, realm) = (format!("sgsn.{}", VISITED.realm()), VISITED.realm());
        let identity = Identity::s6a(host.clone(), realm);
        let request = |n| {
            let request = AuthenticationInformationRequest {
                session_id: format!("{host};1;{n}").into(),
                auth_session_state: AuthSessionState::NoStateMaintained,
                origin_host: identity.origin_host(),
                origin_realm: identity.origin_realm(),
                destination_realm: HOME.realm().into(),
                user_name: imsi(n).to_string().into(),
                requested_utran_geran_authentication_info: Some(
                    RequestedUtranGeranAuthenticationInfo {
                        number_of_requested_vectors: Some(1),
                        ..Default::default()
                    },
                ),
                visited_plmn_id: PlmnId::from(VISITED),
                ..Default::default()
            };
            Message::request(application::S6A, request)
        };
        Self {
            endpoint: None,
            rng: Rng::seed(2),
            link: None,
            requests: (1..=SUBSCRIBERS).map(request).collect(),
            window,
            sent: 0,
            answered: 0,
            begun: None,
            over: false,
            result,
        }
    }

    fn act(
        &mut self,
        now: Now,
        out: &mut Outputs<Infallible>,
        act: impl FnOnce(&mut Endpoint<Time>, &mut Rng, &mut Vec<Output<Time>>),
    ) {
        let mut wants = Vec::new();
        if let Some(e) = &mut self.endpoint {
            act(e, &mut self.rng, &mut wants);
        }
        let mut more = 0;
        for w in wants {
            match w {
                Output::Connect => self.link = Some(out.connect(Port(0), SocketAddr::from(HLR))),
                Output::Send(octets) => self.say(octets, out),
                Output::Opened(_) => more = self.window,
                Output::Answer { ticket, answer } => {
                    self.answered += 1;
                    more += usize::from(self.count(now, ticket, &answer, out));
                }
                Output::Unanswered { .. } if !self.over => self.result.borrow_mut().refused += 1,
                _ => {}
            }
        }
        for _ in 0..more {
            self.ask(now, out);
        }
    }

    fn ask(&mut self, now: Now, out: &mut Outputs<Infallible>) {
        let request = self.requests[self.sent % self.requests.len()].clone();
        self.sent += 1;
        let (mut wants, patience) = (Vec::new(), Duration::from_secs(5));
        if let Some(e) = &mut self.endpoint
            && e.request(now, now.mono, request, patience, &mut wants)
                .is_err()
        {
            self.result.borrow_mut().refused += 1;
        }
        for w in wants {
            if let Output::Send(octets) = w {
                self.say(octets, out);
            }
        }
    }

    fn say(&self, octets: wire::Bytes, out: &mut Outputs<Infallible>) {
        if let Some(link) = self.link {
            out.message_on(link, 0, PPID, octets);
        }
    }

    /// Counts an answer; whether the load goes on.
    fn count(
        &mut self,
        now: Now,
        sent: Time,
        answer: &Message,
        out: &mut Outputs<Infallible>,
    ) -> bool {
        if self.over {
            return false;
        }
        let mut result = self.result.borrow_mut();
        result.refused += usize::from(!answer.result().is_some_and(|r| r.is_success()));
        if self.answered < WARM {
            return true;
        }
        let begun = *self.begun.get_or_insert(now.mono);
        result.nanoseconds.push(now.mono.0.saturating_sub(sent.0));
        result.took = Duration::from_nanos(now.mono.0.saturating_sub(begun.0));
        if result.took < TIME {
            return true;
        }
        self.over = true;
        out.trace(Event::new("load.done"));
        false
    }
}

impl Node for Load {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Infallible;

    fn ports(&self) -> &[PortSpec] {
        PORTS
    }

    fn handle(
        &mut self,
        now: Now,
        input: Input<Infallible, Infallible>,
        out: &mut Outputs<Infallible>,
    ) {
        match input {
            Input::Start => {
                let identity = Identity::s6a(format!("sgsn.{}", VISITED.realm()), VISITED.realm());
                self.endpoint = Some(Endpoint::new(
                    identity,
                    Settings::client(),
                    now,
                    &mut self.rng,
                ));
                self.act(now, out, |e, rng, wants| e.start(now, rng, wants));
            }
            Input::Up { .. } => self.act(now, out, |e, rng, wants| e.up(now, rng, wants)),
            Input::Recv { bytes, .. } => {
                self.act(now, out, |e, rng, wants| {
                    e.received(now, rng, &bytes, wants)
                });
            }
            Input::Timer => self.act(now, out, |e, rng, wants| e.timer(now, rng, wants)),
            _ => {}
        }
    }

    fn due(&self) -> Option<Time> {
        self.endpoint.as_ref().and_then(Endpoint::due)
    }
}

/// Ends a run when it is told to, or when an event says so.
struct Until {
    stop: Arc<AtomicBool>,
    now: Now,
}

impl<C> Director<C> for Until {
    fn packet(&mut self, _: &Record<'_>) {}

    fn event(&mut self, _: Now, _: usize, e: &Event) {
        if e.name == "load.done" {
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    fn next(&mut self, now: Now) -> Directive<C> {
        self.now = now;
        match self.stop.load(Ordering::Relaxed) {
            true => Directive::Stop,
            false => Directive::Wait,
        }
    }

    fn due(&self) -> Option<Time> {
        Some(self.now.mono + Duration::from_millis(50))
    }
}

/// A store of whoever asks nothing.
struct Nothing;

impl Serve<Infallible, Infallible> for Nothing {
    fn submit(&mut self, _: &mut dyn Iterator<Item = (usize, engine::AskId, Infallible)>) {}

    fn ready(&mut self) -> Option<(usize, engine::AskId, Infallible)> {
        None
    }
}

fn options() -> Options {
    Options {
        layers: Some(Rc::new(Carriers::default())),
        ..Default::default()
    }
}

fn hlr(carrier: Carrier, stop: Arc<AtomicBool>, ready: &mpsc::Sender<()>) {
    let config = hlr_auc::Config::new(format!("hlr.{}", HOME.realm()), HOME.realm());
    let port = config.port;
    let mut store = Memory::new();
    for n in 1..=SUBSCRIBERS {
        let code = aka::Opc::from([2; 16]).into();
        let s = Subscriber::new(imsi(n), [1; 16].into(), code);
        store.put(0, s.with_apn(Apn::new("internet.sho").unwrap()));
    }
    let at = Attach::Listen(vec![(carrier, SocketAddr::from(HLR))]);
    let node = Placed::new("hlr", Hlr::new(config, Rng::seed(1)), vec![(port, at)]);
    let driver = Driver::bind(vec![node], store, options()).expect("the HLR's address is free");
    ready.send(()).unwrap();
    let mut until = Until {
        stop,
        now: Now::default(),
    };
    driver.run(&mut until).unwrap();
}

fn measure(carrier: Carrier, window: usize) -> Measured {
    let stop = Arc::new(AtomicBool::new(false));
    let (ready, bound) = mpsc::channel();
    let thread = std::thread::spawn({
        let stop = stop.clone();
        move || hlr(carrier, stop, &ready)
    });
    bound.recv().expect("an HLR");
    let result = Rc::new(RefCell::new(Measured::default()));
    let ways = Ways {
        usual: carrier,
        ..Default::default()
    };
    let at = Attach::Dial(SGSN.into(), ways);
    let load = Load::new(window, result.clone());
    let node = Placed::new("load", load, vec![(Port(0), at)]);
    let driver = Driver::bind(vec![node], Nothing, options()).expect("the load's address is free");
    let mut until = Until {
        stop,
        now: Now::default(),
    };
    driver.run(&mut until).unwrap();
    thread.join().expect("the HLR ends");
    result.take()
}

fn main() {
    for (name, carrier) in [("TCP", Carrier::Tcp), ("SCTP in UDP", Carrier::SctpUdp)] {
        for window in [1, 16, 64] {
            let mut m = measure(carrier, window);
            assert_eq!(m.refused, 0, "answers that are no vectors");
            m.nanoseconds.sort_unstable();
            let count = m.nanoseconds.len();
            let at = |percent: usize| m.nanoseconds[(count - 1) * percent / 100] as f64 / 1000.0;
            let rate = count as f64 / m.took.as_secs_f64();
            println!(
                "figure AIR over {name}, {window} outstanding: {rate:.0} /s, {:.0}/{:.0} us p50/p99",
                at(50),
                at(99)
            );
        }
    }
}
