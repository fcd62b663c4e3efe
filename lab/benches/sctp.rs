//! Messages a second over SCTP in UDP, one way, of our endpoint and of usrsctp, each as sender and
//! as receiver of the other and of itself, and the CPU time that each side spends on a message.
//!
//! Says a line `figure NAME: MESSAGES /s, NOTE` each, which `cargo xtask bench diameter` reads.
// a benchmark is outside of the machines: it may look at a clock, open sockets, start programs
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]
#[path = "map/load.rs"]
#[allow(dead_code)] // a flood waits for no answers
mod load;
mod rivals;

use bytes::Bytes;
use engine::{
    Attach, Carrier, Event, Framing, Input, Layer, Layers, Link, Node, Now, Outputs, Placed, Port,
    PortSpec, Rng, Time, Underlay, Ways,
};
use load::{Nothing, Until};
use nix::sys::resource::{UsageWho, getrusage};
use rivals::Running;
use std::{
    cell::Cell,
    convert::Infallible,
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
    rc::Rc,
    sync::{Arc, atomic::AtomicBool, mpsc},
    thread,
    time::Duration,
};
use transport::{Driver, Options};

const NAME: &str = "SCTP side by side";
const MESSAGES: u64 = 300_000;
const LENGTH: usize = 300;
const STREAMS: u16 = 4;
/// Diameter in SCTP (RFC 6733 11.4 names it): what most associations here carry.
const PPID: u32 = 46;
/// Ours is at the port of RFC 6951 5.1, usrsctp at another one of all addresses.
const OURS: u16 = engine::SCTP_UDP;
const THEIRS: [u16; 2] = [19_899, 19_900];
/// SCTP port of whoever takes the messages.
const SINK: u16 = 5001;
/// usrsctp sends from one address and to one address, as its program has it; two of ours have one
/// each, for both are at the same port.
const AT: Ipv4Addr = Ipv4Addr::LOCALHOST;
const SENDER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// As many as are handed over before others have their turn.
const BURST: u64 = 64;

/// Messages keep their bounds here.
const PORTS: &[PortSpec] = &[PortSpec {
    port: Port(0),
    name: "flood",
    framing: Framing::By(|octets| Ok(Some(octets.len()))),
}];

/// Endpoints that look for their peers at this UDP port.
#[derive(Debug)]
struct To(u16);

impl Layers for To {
    fn sctp(&self, on: &Underlay, rng: Rng) -> Box<dyn Layer> {
        let config = sctp::Config {
            remote_udp: self.0,
            ..sctp::Config::default()
        };
        Box::new(sctp::Endpoint::new(config, on, rng))
    }

    fn tls(&self, _: &str, _: bool) -> Option<Box<dyn Layer>> {
        None
    }
}

/// Sends all messages as fast as they are taken, then takes its leave.
struct Flood {
    link: Option<Link>,
    message: Bytes,
    sent: u64,
    full: bool,
    due: Option<Time>,
}

impl Flood {
    fn new() -> Self {
        Self {
            link: None,
            message: vec![b'x'; LENGTH].into(),
            sent: 0,
            full: false,
            due: None,
        }
    }

    fn burst(&mut self, now: Now, out: &mut Outputs<Infallible>) {
        self.due = None;
        let Some(link) = self.link else { return };
        for _ in 0..BURST.min(MESSAGES - self.sent) {
            let stream = (self.sent % u64::from(STREAMS)) as u16;
            out.message_on(link, stream, PPID, self.message.clone());
            self.sent += 1;
        }
        if self.sent < MESSAGES {
            self.due = Some(now.mono);
            return;
        }
        out.close(link);
        self.link = None;
        out.trace(Event::new("load.done"));
    }
}

impl Node for Flood {
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
            Input::Start => drop(out.connect(Port(0), SocketAddr::from((AT, SINK)))),
            Input::Up { link, .. } => {
                self.link = Some(link);
                self.burst(now, out);
            }
            Input::Full(_) => self.full = true,
            Input::Room(_) => {
                self.full = false;
                self.burst(now, out);
            }
            Input::Timer if self.full => self.due = None,
            Input::Timer => self.burst(now, out),
            Input::Down { why, .. } => panic!("the association of the flood: {why:?}"),
            _ => {}
        }
    }

    fn due(&self) -> Option<Time> {
        self.due
    }
}

/// Counts what comes, and the time from the first to the last.
struct Sink {
    heard: u64,
    begun: Time,
    took: Rc<Cell<Duration>>,
}

impl Node for Sink {
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
        let Input::Recv { bytes, ppid, .. } = input else {
            return;
        };
        assert_eq!((bytes.len(), ppid), (LENGTH, PPID), "a message");
        if self.heard == 0 {
            self.begun = now.mono;
        }
        self.heard += 1;
        if self.heard == MESSAGES {
            let took = now.mono.0.saturating_sub(self.begun.0);
            self.took.set(Duration::from_nanos(took));
            out.trace(Event::new("load.done"));
        }
    }

    fn due(&self) -> Option<Time> {
        None
    }
}

/// A side's CPU time for a message, in microseconds.
struct Cpu(f64);

/// CPU time of this thread so far.
fn cpu() -> Duration {
    let used = getrusage(UsageWho::RUSAGE_THREAD).unwrap();
    let of = |t: nix::sys::time::TimeVal| {
        Duration::from_micros(t.tv_sec() as u64 * 1_000_000 + t.tv_usec() as u64)
    };
    of(used.user_time()) + of(used.system_time())
}

/// Runs a node of ours to the end of its load.
fn drive<N>(node: N, at: Attach, to: u16, ready: impl FnOnce()) -> Cpu
where
    N: Node<Ask = Infallible, Answer = Infallible, Command = Infallible>,
{
    let options = Options {
        layers: Some(Rc::new(To(to))),
        ..Default::default()
    };
    let placed = Placed::new("load", node, vec![(Port(0), at)]);
    let driver = Driver::bind(vec![placed], Nothing, options).expect("the address is free");
    ready();
    let before = cpu();
    let mut until = Until {
        stop: Arc::new(AtomicBool::new(false)),
        now: Now::default(),
    };
    driver.run(&mut until).unwrap();
    Cpu((cpu() - before).as_secs_f64() * 1e6 / MESSAGES as f64)
}

/// Sends all from a thread of its own.
fn flood(from: Ipv4Addr, to: u16) -> thread::JoinHandle<Cpu> {
    thread::spawn(move || {
        let ways = Ways {
            usual: Carrier::SctpUdp,
            ..Default::default()
        };
        let at = Attach::Dial(IpAddr::V4(from), ways);
        drive(Flood::new(), at, to, || {})
    })
}

/// Takes all in a thread of its own: the time it took, and the CPU time. Returns once it listens.
fn sink(to: u16) -> thread::JoinHandle<(Duration, Cpu)> {
    let (ready, bound) = mpsc::channel();
    let thread = thread::spawn(move || {
        let took = Rc::new(Cell::new(Duration::ZERO));
        let node = Sink {
            heard: 0,
            begun: Time(0),
            took: took.clone(),
        };
        let at = Attach::Listen(vec![(Carrier::SctpUdp, SocketAddr::from((AT, SINK)))]);
        let cpu = drive(node, at, to, || ready.send(()).unwrap());
        (took.get(), cpu)
    });
    bound.recv().expect("a sink");
    thread
}

/// usrsctp's side of a flood, `srv` or `cli`, between these UDP ports.
fn usrsctp(program: &Path, role: &str, ports: [u16; 2], dir: &Path) -> Running {
    let home = dir.join(format!("{role}-{}-{}", ports[0], ports[1]));
    fs::create_dir_all(&home).unwrap();
    let numbers = [ports[0].into(), ports[1].into(), SINK.into(), MESSAGES];
    let numbers = numbers.map(|n: u64| n.to_string());
    let args: Vec<&str> = std::iter::once(role)
        .chain(numbers.iter().map(String::as_str))
        .collect();
    Running::start(program.to_str().unwrap(), &args, &home)
}

/// What usrsctp's side says at its end: messages a second, and its CPU time for one.
fn said(running: Running, role: &str, ports: [u16; 2], dir: &Path) -> (f64, Cpu) {
    let text = running.end(&dir.join(format!("{role}-{}-{}", ports[0], ports[1])));
    let words: Vec<&str> = text.split_whitespace().collect();
    let rate = words.iter().position(|w| *w == "=").expect(&text);
    let number = |text: &str| text.parse::<f64>().expect(text);
    let cpu = words.iter().find_map(|w| w.strip_prefix("cpu="));
    let count = words.iter().find_map(|w| w.parse::<u64>().ok());
    assert_eq!(count, Some(MESSAGES), "{text}");
    let each = number(cpu.expect(&text)) * 1e6 / MESSAGES as f64;
    (number(words[rate + 1]), Cpu(each))
}

fn rate(took: Duration) -> f64 {
    MESSAGES as f64 / took.as_secs_f64()
}

fn figure(name: &str, rate: f64, sender: &Cpu, receiver: &Cpu) {
    println!(
        "figure SCTP in UDP, {name}: {rate:.0} /s, {:.1} us CPU sending, {:.1} receiving",
        sender.0, receiver.0
    );
}

fn main() {
    let taking = sink(OURS);
    let sending = flood(SENDER, OURS).join().expect("a flood");
    let (took, receiving) = taking.join().expect("a sink");
    figure("ours to ours", rate(took), &sending, &receiving);

    let Some(source) = oracle::shared(NAME, "peers/clients/uflood.c") else {
        return;
    };
    // the namespace keeps usrsctp's raw sockets from the packets of others
    if oracle::program(NAME, "gcc").is_none() || !rivals::enter(NAME) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let program = rivals::compiled(&source, dir, &["-lusrsctp"]);

    let ports = [THEIRS[0], OURS];
    let server = usrsctp(&program, "srv", ports, dir);
    let sending = flood(AT, ports[0]).join().expect("a flood");
    let (to_theirs, receiving) = said(server, "srv", ports, dir);
    figure("ours to usrsctp", to_theirs, &sending, &receiving);

    let taking = sink(THEIRS[1]);
    let ports = [THEIRS[1], OURS];
    let client = usrsctp(&program, "cli", ports, dir);
    let (took, taken) = taking.join().expect("a sink");
    let (_, theirs) = said(client, "cli", ports, dir);
    let from_theirs = rate(took);
    figure("usrsctp to ours", from_theirs, &theirs, &taken);

    let (at, from) = ([THEIRS[0], THEIRS[1]], [THEIRS[1], THEIRS[0]]);
    let server = usrsctp(&program, "srv", at, dir);
    let client = usrsctp(&program, "cli", from, dir);
    let (_, sends) = said(client, "cli", from, dir);
    let (among, takes) = said(server, "srv", at, dir);
    figure("usrsctp to usrsctp", among, &sends, &takes);

    rivals::ratio("SCTP sent, rate by usrsctp's", to_theirs, among);
    rivals::ratio("SCTP taken, rate by usrsctp's", from_theirs, among);
    rivals::ratio("SCTP sent, CPU by usrsctp's", sending.0, sends.0);
    rivals::ratio("SCTP taken, CPU by usrsctp's", taken.0, takes.0);
}
