//! SendAuthenticationInfo against our HLR with its records in memory, over M3UA over SCTP in UDP,
//! each end in a thread of its own.
use crate::load::{Measured, Nothing, TIME, Until, WARM};
use engine::{
    Attach, Carrier, Event, Input, Node, Now, Outputs, Placed, Port, PortSpec, Rng, Time, Ways,
};
use hlr_auc::{Hlr, Subscriber};
use lab::carriers::Carriers;
use sigtran_map::{
    m3ua::PORT,
    map::{
        machine::{Sgsn as Machine, sgsn::Output},
        msg::SendAuthenticationInfoArg,
    },
    point::{self, Gateway, Point},
    sccp::msg::{Address, plan, ssn},
    tcap::machine::Config as Tcap,
};
use std::{
    cell::RefCell,
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    rc::Rc,
    sync::{Arc, atomic::AtomicBool, mpsc},
};
use store::Memory;
use transport::{Driver, Options};
use wire::{Apn, Digits, Imsi};

const SUBSCRIBERS: u64 = 1000;
const HLR: [u8; 4] = [127, 212, 4, 1];
const SGSN: [u8; 4] = [127, 212, 2, 1];
const LISTEN: Port = Port(1);
const DIAL: Port = Port(2);

fn imsi(n: u64) -> Imsi {
    format!("99902{n:010}").parse().unwrap()
}

fn number(text: &str, ssn: u8) -> Address {
    Address::by_number(plan::E164, &Digits::new(text).unwrap(), ssn)
}

/// Asks as soon as it is answered, of one subscriber after the other.
struct Asker {
    point: Point,
    machine: Machine<Address, ()>,
    ports: Vec<PortSpec>,
    window: usize,
    sent: u64,
    answered: usize,
    begun: Option<Time>,
    over: bool,
    result: Rc<RefCell<Measured>>,
}

impl Asker {
    fn ask(&mut self, now: Now) {
        self.sent += 1;
        let a = SendAuthenticationInfoArg::sgsn(imsi(self.sent % SUBSCRIBERS + 1), 1);
        let hlr = number("89902000401", ssn::HLR);
        self.machine.authenticate(now.mono, hlr, (), a);
    }

    fn go_on(&mut self, now: Now, out: &mut Outputs<Infallible>) {
        loop {
            if let Some(e) = self.point.poll() {
                match e {
                    point::Event::Unitdata { calling, data, .. } => {
                        self.machine.receive(now.mono, calling, &data);
                    }
                    point::Event::Open(_) => {
                        for _ in 0..self.window {
                            self.ask(now);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match self.machine.poll() {
                None => return,
                Some(Output::Send { to, octets }) => {
                    let own = number("89101000201", ssn::SGSN);
                    self.point.send(now, &to, &own, &octets, out);
                }
                Some(Output::Authenticated { outcome, .. }) => {
                    self.answered += 1;
                    self.count(now, outcome.is_ok(), out);
                }
                Some(_) => {}
            }
        }
    }

    fn count(&mut self, now: Now, good: bool, out: &mut Outputs<Infallible>) {
        if self.over {
            return;
        }
        let mut r = self.result.borrow_mut();
        r.refused += usize::from(!good);
        if self.answered >= WARM {
            let begun = *self.begun.get_or_insert(now.mono);
            r.answers += 1;
            r.took = now.mono - begun;
            if r.took >= TIME {
                self.over = true;
                return out.trace(Event::new("load.done"));
            }
        }
        drop(r);
        self.ask(now);
    }
}

impl Node for Asker {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Infallible;

    fn ports(&self) -> &[PortSpec] {
        &self.ports
    }

    fn handle(
        &mut self,
        now: Now,
        input: Input<Infallible, Infallible>,
        out: &mut Outputs<Infallible>,
    ) {
        match input {
            Input::Start => self.point.start(out),
            Input::Up { link, .. } => self.point.up(now, link, out),
            Input::Down { link, .. } => self.point.down(now, link, out),
            Input::Recv { link, bytes, .. } => self.point.received(now, link, &bytes, out),
            Input::Timer => {
                self.machine.timer(now.mono);
                self.point.timer(now, out);
            }
            _ => {}
        }
        self.go_on(now, out);
    }

    fn due(&self) -> Option<Time> {
        [self.point.due(), self.machine.due()]
            .into_iter()
            .flatten()
            .min()
    }
}

fn options() -> Options {
    Options {
        layers: Some(Rc::new(Carriers::default())),
        ..Default::default()
    }
}

fn hlr(stop: Arc<AtomicBool>, ready: &mpsc::Sender<()>) {
    let mut config = hlr_auc::Config::new("hlr.example", "example");
    let own = Digits::new("89902000401").unwrap();
    let mut map = hlr_auc::map::Config::new(401, own, DIAL);
    // an IPSP: the SGSN comes to it
    map.point.listen = Some(LISTEN);
    config.map = Some(map);
    let s6d = config.port;
    let mut store = Memory::new();
    for n in 1..=SUBSCRIBERS {
        let code = aka::Opc::from([2; 16]).into();
        let s = Subscriber::new(imsi(n), [1; 16].into(), code);
        store.put(0, s.with_apn(Apn::new("internet.sho").unwrap()));
    }
    let at = SocketAddr::from((HLR, PORT));
    let ports = vec![
        (s6d, Attach::listen((HLR, 3868).into())),
        (LISTEN, Attach::Listen(vec![(Carrier::SctpUdp, at)])),
    ];
    let node = Placed::new("hlr", Hlr::new(config, Rng::seed(1)), ports);
    let driver = Driver::bind(vec![node], store, options()).expect("the HLR's address is free");
    ready.send(()).unwrap();
    let now = Now::default();
    driver.run(&mut Until { stop, now }).unwrap();
}

fn measure(window: usize) -> Measured {
    let stop = Arc::new(AtomicBool::new(false));
    let (ready, bound) = mpsc::channel();
    let thread = std::thread::spawn({
        let stop = stop.clone();
        move || hlr(stop, &ready)
    });
    bound.recv().expect("an HLR");
    let result = Rc::new(RefCell::new(Measured::default()));
    let mut c = point::Config::new(201, ssn::SGSN, Port(0));
    c.gateways = vec![Gateway::new("hlr", (HLR, PORT).into(), 401)];
    let point = Point::new(c, &mut Rng::seed(2));
    let asker = Asker {
        ports: point.ports(),
        point,
        machine: Machine::new(Tcap::default(), Rng::seed(3)),
        window,
        sent: 0,
        answered: 0,
        begun: None,
        over: false,
        result: result.clone(),
    };
    let at = Attach::Dial(IpAddr::from(SGSN), Ways::all(Carrier::SctpUdp));
    let node = Placed::new("sgsn", asker, vec![(Port(0), at)]);
    let driver = Driver::bind(vec![node], Nothing, options()).expect("the SGSN's address is free");
    let now = Now::default();
    driver.run(&mut Until { stop, now }).unwrap();
    thread.join().expect("the HLR ends");
    result.take()
}

pub fn figures() {
    for window in [1, 16, 64] {
        let m = measure(window);
        assert_eq!(m.refused, 0, "answers that are no vectors");
        println!(
            "figure sendAuthenticationInfo over M3UA, {window} outstanding: {:.0} /s, SCTP in UDP, records in memory",
            m.rate()
        );
    }
}
