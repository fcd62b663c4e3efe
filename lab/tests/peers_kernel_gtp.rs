//! GTP with the `gtp` module of a Linux kernel, booted for it.
//!
//! The module carries user packets and nothing else: it has no GTP-C. So our own sets the sessions
//! up, an SGSN's with a GGSN's, each in a network namespace; and then the user plane of one of the
//! two is the module's, as a gateway is built on it. Ours on the other side meets a stranger.
//!
//! The module answers Echo Requests. It sends no Error Indication: what has an unknown TEID it leaves
//! to whoever holds its socket. That direction has nothing to be seen.
// a test is outside of the machines: it may start programs, and what it drives has threads
#![allow(clippy::disallowed_methods)]
mod peers;

use aka::{Profile, SqnArray};
use engine::{
    Attach, Directive, Director, Event, Now, Placed, Prefix, Rng, Time, Tun, tap::Record,
};
use gtp::msg::{EchoRequest, Message, Pdu};
use nix::{
    net::if_::if_nametoindex,
    sched::{CloneFlags, setns},
};
use peers::{
    gtp_module::{Context, GtpModule},
    mobile::{self, Mobile, Use},
    nodes::{Any, functions, hlr, imsis, udp},
};
use sgsn_ggsn::{
    ggsn::{self, Ggsn},
    sgsn::{self, Gateway, Sgsn},
};
use std::{
    fs::{self, File},
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    process::Command,
    sync::mpsc::{self, Receiver, Sender},
    thread,
    time::Duration,
};
use store::Memory;
use transport::{Driver, Options};
use wire::{Bytes, Rai, net::Packet};

const BSS: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 1);
const HLR: Ipv4Addr = Ipv4Addr::new(127, 0, 4, 1);
// the two ends of Gn, each in a namespace of its own
const SGSN: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
const GGSN: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
const BESIDE_SGSN: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 3);
const BESIDE_GGSN: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 4);
/// A host of the packet data network, in the GGSN's namespace.
const HOST: Ipv4Addr = Ipv4Addr::new(172, 16, 0, 1);
/// The users, beside it.
const POOL: &str = "172.16.8.0/21";
/// Somebody for whom the module has a context and nobody else has.
const STRAY: Ipv4Addr = Ipv4Addr::new(172, 16, 99, 1);
const UNKNOWN_TEID: u32 = 0xdead_0001;
/// Octets of the inner packets: the last fill a packet of Ethernet in GTP-U.
const SIZES: [usize; 6] = [28, 100, 576, 1280, 1400, 1464];
const MTU: u16 = 1464;

const PATIENCE: Duration = Duration::from_secs(60);
/// The GGSN's namespace; the SGSN is in the guest's own.
const HOME: &str = "home";
/// Set in the guest: the test is there already.
const GUEST: &str = "FOSTERLING_GUEST";
const IP: &str = "/usr/sbin/ip";

#[test]
#[ignore = "peers: boots a kernel with its gtp module in qemu"]
fn our_sgsn_with_a_kernel_behind_the_ggsn() {
    const NAME: &str = "our_sgsn_with_a_kernel_behind_the_ggsn";
    if std::env::var_os(GUEST).is_none() {
        return boot(NAME);
    }
    wire_up();
    let module = at_home(|| {
        ip("addr add 172.16.0.1/32 dev lo");
        device("ggsn", "172.16.0.0/16", HOST)
    });
    let (home, seen) = home(Side::Control, true);
    let mut visited = Visited::new(module, GGSN, SGSN);
    visited.sgsn(Side::Whole, Use::Pings(HOST, SIZES.to_vec()), |v, step| {
        match step {
            // the way of every packet of the mobile, and of the kernel's answers to it
            Step::Pinged => {
                v.stray();
                at_home(|| datagram(HOST, STRAY));
            }
            Step::Said(pdu) => match *pdu {
                Pdu::ErrorIndication(e) => {
                    assert_eq!((e.teid_data, e.gsn_address), (UNKNOWN_TEID, SGSN.into()));
                    echo(BESIDE_SGSN, GGSN);
                    v.module.echo(GGSN, SGSN);
                }
                Pdu::EchoResponse(_) => v.end = true,
                _ => {}
            },
        }
    });
    // its end of the user plane was the kernel's: it has said nothing there
    home.end();
    assert_eq!(seen.try_iter().count(), 0);
}

#[test]
#[ignore = "peers: boots a kernel with its gtp module in qemu"]
fn our_ggsn_with_a_kernel_behind_the_sgsn() {
    our_ggsn("our_ggsn_with_a_kernel_behind_the_sgsn", true);
}

#[test]
#[ignore = "peers: boots a kernel with its gtp module in qemu"]
fn our_ggsn_passes_packets_that_nobody_records() {
    our_ggsn("our_ggsn_passes_packets_that_nobody_records", false);
}

/// Our GGSN, with the kernel's own networks behind a TUN device.
fn our_ggsn(name: &str, recorded: bool) {
    if std::env::var_os(GUEST).is_none() {
        return boot(name);
    }
    wire_up();
    let module = device("sgsn", "172.16.0.0/16", STRAY);
    let (home, seen) = home(Side::Whole, recorded);
    let mut visited = Visited::new(module, SGSN, GGSN);
    visited.sgsn(Side::Control, Use::Pings(HOST, Vec::new()), |v, step| {
        let Step::Pinged = step else { return };
        let mobile = v.mobile.expect("a context");
        ip(&format!("addr add {mobile}/32 dev lo"));
        for size in SIZES {
            ping(mobile, HOST, size);
            at_home(|| ping(HOST, mobile, size));
        }
        v.stray();
        ip(&format!("addr add {STRAY}/32 dev lo"));
        datagram(STRAY, HOST);
        let Ok(Pdu::ErrorIndication(e)) = seen.recv_timeout(PATIENCE) else {
            panic!("no Error Indication");
        };
        assert_eq!((e.teid_data, e.gsn_address), (UNKNOWN_TEID, GGSN.into()));
        at_home(|| echo(BESIDE_GGSN, SGSN));
        v.module.echo(SGSN, GGSN);
        let said = seen.recv_timeout(PATIENCE);
        assert!(matches!(said, Ok(Pdu::EchoResponse(_))), "{said:?}");
        v.end = true;
    });
    // two requests and two answers of each size, from either end
    let expected = if recorded { SIZES.len() * 8 } else { 0 };
    assert_eq!(home.end(), expected);
}

/// Runs a test of this program in a guest with a kernel of its own.
fn boot(test: &str) {
    let Some(boot) = oracle::shared(test, "peers/kernel-lab/run.sh") else {
        return;
    };
    let programs = ["qemu-system-x86_64", "ip"].map(|p| oracle::program(test, p));
    let [Some(_), Some(iproute2)] = programs else {
        return;
    };
    let out = Command::new("bash")
        .arg(boot)
        .args(["-m", "1024", "-t", "240"])
        .arg("-f")
        .arg(format!("{}:{IP}", iproute2.display()))
        .args(["-e", &format!("export {GUEST}=1")])
        .arg(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", test])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    let why = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{said}{why}");
    assert!(said.contains("test result: ok. 1 passed"), "{said}");
}

/// Two namespaces and Gn between them.
fn wire_up() {
    fs::create_dir_all("/run/netns").unwrap();
    fs::create_dir_all("/var/run").unwrap();
    for line in [
        "netns add home",
        "link add gn type veth peer name gn-home",
        "link set gn-home netns home",
        "addr add 10.0.0.1/24 dev gn",
        "addr add 10.0.0.3/24 dev gn",
        "link set gn up",
        "-n home addr add 10.0.0.2/24 dev gn-home",
        "-n home addr add 10.0.0.4/24 dev gn-home",
        "-n home link set gn-home up",
        "-n home link set lo up",
    ] {
        ip(line);
    }
}

/// A device of the kernel's module in the namespace of the calling thread, with these users behind
/// its tunnels.
fn device(role: &str, users: &str, from: Ipv4Addr) -> GtpModule {
    ip(&format!("link add gtp0 type gtp role {role}"));
    ip(&format!("link set gtp0 mtu {MTU} up"));
    if role == "ggsn" {
        ip(&format!("route add {users} dev gtp0 src {from}"));
    } else {
        ip(&format!("route add {users} dev gtp0"));
    }
    GtpModule::new(if_nametoindex("gtp0").unwrap())
}

/// What is done in the GGSN's namespace.
fn at_home<T: Send>(f: impl FnOnce() -> T + Send) -> T {
    let inside = || {
        let namespace = File::open(format!("/run/netns/{HOME}")).unwrap();
        setns(namespace, CloneFlags::CLONE_NEWNET).unwrap();
        f()
    };
    thread::scope(|s| s.spawn(inside).join().unwrap())
}

fn done(program: &str, args: &[&str]) {
    let out = Command::new(program).args(args).output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    let why = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{program} {args:?}: {said}{why}");
}

fn ip(line: &str) {
    done(IP, &line.split(' ').collect::<Vec<_>>());
}

/// Echo requests of the kernel (RFC 792) in packets of this size; every one has to be answered.
fn ping(from: Ipv4Addr, to: Ipv4Addr, size: usize) {
    let (from, to, data) = (from.to_string(), to.to_string(), (size - 28).to_string());
    let args = ["-c", "2", "-W", "20", "-s", &data, "-I", &from, &to];
    done("ping", &args);
}

fn datagram(from: Ipv4Addr, to: Ipv4Addr) {
    let socket = UdpSocket::bind((from, 0)).unwrap();
    socket.send_to(b"astray", (to, 9)).unwrap();
}

/// Asks the kernel's module by Echo Request, TS 29.281 7.2.1, and reads its answer, 7.2.2. That goes
/// to port 2152 whichever port has asked, hence the address of its own, and has sequence number 0
/// whatever was asked: our paths would not know it for an answer (4.3.1).
fn echo(from: Ipv4Addr, module: Ipv4Addr) {
    let socket = UdpSocket::bind((from, gtp::USER_PORT)).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let request = EchoRequest {
        private: None,
        other: Default::default(),
    };
    let request = Message::request(0, 0, request).bytes();
    socket.send_to(&request, (module, gtp::USER_PORT)).unwrap();
    let mut answer = [0; 64];
    let (n, from) = socket.recv_from(&mut answer).unwrap();
    assert_eq!(from.ip(), IpAddr::from(module));
    let answer = Message::read(&Bytes::copy_from_slice(&answer[..n])).unwrap();
    assert_eq!(answer.header.sequence(), Some(0));
    assert!(matches!(answer.pdu, Pdu::EchoResponse(_)), "{answer}");
}

/// How much of a node is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// All of it.
    Whole,
    /// Its signalling: the user plane at its address is the kernel's.
    Control,
}

impl Side {
    fn user_plane(self, at: Ipv4Addr) -> Attach {
        match self {
            Self::Whole => udp(at, gtp::USER_PORT),
            Self::Control => Attach::Net("none", Vec::new()),
        }
    }
}

/// The message of GTP in a record of a port.
fn message(r: &Record<'_>, port: u16) -> Option<(SocketAddr, Message)> {
    let datagram = Packet::read(r.packet).ok()?.udp()?.ok()?;
    if datagram.to.port() != port && datagram.from.port() != port {
        return None;
    }
    let message = Message::read(&Bytes::copy_from_slice(datagram.payload)).ok()?;
    Some((datagram.from, message))
}

/// The GGSN in its namespace, in a thread of its own.
struct Home {
    over: Sender<()>,
    thread: thread::JoinHandle<usize>,
}

/// Starts it; what it says on its user plane besides user packets.
fn home(side: Side, recorded: bool) -> (Home, Receiver<Pdu>) {
    let (over, until) = mpsc::channel();
    let (says, seen) = mpsc::channel();
    let (ready, bound) = mpsc::channel();
    let thread = thread::spawn(move || {
        let namespace = File::open(format!("/run/netns/{HOME}")).unwrap();
        setns(namespace, CloneFlags::CLONE_NEWNET).unwrap();
        let driver = Driver::bind(vec![ggsn(side, recorded)], Memory::new(), both_ways()).unwrap();
        ready.send(()).unwrap();
        let mut gateways = Gateways {
            until,
            says,
            packets: 0,
            now: Time::default(),
        };
        driver.run(&mut gateways).unwrap();
        gateways.packets
    });
    bound.recv_timeout(PATIENCE).unwrap();
    (Home { over, thread }, seen)
}

impl Home {
    /// Ends it; how many IPv4 packets of users it has recorded on the device.
    fn end(self) -> usize {
        self.over.send(()).unwrap();
        self.thread.join().unwrap()
    }
}

fn both_ways() -> Options {
    Options {
        both_ways: true,
        ..Options::default()
    }
}

fn ggsn(side: Side, recorded: bool) -> Placed<Any> {
    let mut config = ggsn::Config::new(GGSN, 1);
    let everybody: Prefix = "0.0.0.0/0".parse().unwrap();
    let mut apn = ggsn::ApnConfig::new("internet", POOL.parse().unwrap(), vec![everybody]);
    apn.report = ggsn::Report::Off;
    config.apns.push(apn);
    let gi = match side {
        Side::Whole => Attach::Tun(
            "gi",
            Tun {
                device: "tun-gi".to_owned(),
                address: Some((HOST, 16)),
                mtu: MTU,
                recorded,
            },
        ),
        Side::Control => Attach::Net("gi", Vec::new()),
    };
    let ports = vec![
        (ggsn::GTP_C, udp(GGSN, gtp::CONTROL_PORT)),
        (ggsn::GTP_U, side.user_plane(GGSN)),
        (ggsn::GI, gi),
        (ggsn::AAA, udp(GGSN, 20_000)),
    ];
    let rng = Rng::from_seed(transport::seed().unwrap());
    Placed::new("ggsn", Any::Ggsn(Ggsn::new(config, &rng)), ports)
}

/// Watches the GGSN until it is over.
struct Gateways {
    until: Receiver<()>,
    says: Sender<Pdu>,
    packets: usize,
    now: Time,
}

impl Director<()> for Gateways {
    fn packet(&mut self, r: &Record<'_>) {
        if r.net == Some("gi") && Packet::read(r.packet).is_ok_and(|p| p.from.is_ipv4()) {
            self.packets += 1;
        }
        if r.port == "gtp-u"
            && let Some((from, m)) = message(r, gtp::USER_PORT)
            && from.ip() == IpAddr::from(GGSN)
            && !matches!(m.pdu, Pdu::GPdu(_))
        {
            self.says.send(m.pdu).unwrap();
        }
    }

    fn event(&mut self, _: Now, _: usize, _: &Event) {}

    fn next(&mut self, now: Now) -> Directive<()> {
        self.now = now.mono;
        match self.until.try_recv() {
            Ok(()) => Directive::Stop,
            Err(_) => Directive::Wait,
        }
    }

    fn due(&self) -> Option<Time> {
        Some(self.now + Duration::from_millis(50))
    }
}

/// What the visited network has come to.
enum Step {
    /// The mobile's echo requests are answered, however many it had to send.
    Pinged,
    /// The SGSN has said this on its user plane.
    Said(Box<Pdu>),
}

/// The visited network: what it has seen, and what it wants of the kernel.
struct Visited {
    module: GtpModule,
    /// Whose user plane the module is, and that of the other end.
    own: Ipv4Addr,
    peer: Ipv4Addr,
    /// TEIDs of user packets to the SGSN and to the GGSN.
    teids: (Option<u32>, Option<u32>),
    mobile: Option<Ipv4Addr>,
    events: Vec<String>,
    ready: bool,
    /// The context is to end.
    end: bool,
    over: bool,
    give_up: Option<Time>,
}

const MOBILE: usize = 1;

impl Visited {
    fn new(module: GtpModule, own: Ipv4Addr, peer: Ipv4Addr) -> Self {
        Self {
            module,
            own,
            peer,
            teids: (None, None),
            mobile: None,
            events: Vec::new(),
            ready: false,
            end: false,
            over: false,
            give_up: None,
        }
    }

    /// Packets for somebody that the module sends by a TEID that the other end does not have.
    fn stray(&self) {
        self.module.add(&Context {
            ours: 77,
            theirs: UNKNOWN_TEID,
            peer: self.peer,
            mobile: STRAY,
        });
    }

    /// Runs mobile, SGSN and HLR until the mobile has detached.
    fn sgsn(&mut self, side: Side, with: Use, then: impl FnMut(&mut Self, Step)) {
        let plmn = "001-01".parse().unwrap();
        let mut config = sgsn::Config::new(plmn, "SGSN-FOSTERLING", SGSN);
        config.gsup.peers = vec![sgsn::gsup::Peer {
            name: "hlr".into(),
            address: (HLR, gsup::PORT).into(),
            plmns: vec!["999-42".parse().unwrap()],
        }];
        config.gateways = vec![Gateway {
            realm: None,
            network_id: None,
            address: GGSN.into(),
        }];
        let sgsn = Sgsn::new(config, Rng::from_seed(transport::seed().unwrap()));
        let ports = vec![
            (sgsn::GB, udp(SGSN, 2157)),
            (sgsn::S6D, Attach::dial(SGSN.into())),
            (sgsn::GTP_C, udp(SGSN, gtp::CONTROL_PORT)),
            (sgsn::GTP_U, side.user_plane(SGSN)),
            (sgsn::GSUP, Attach::dial(SGSN.into())),
        ];
        let mobile = Mobile::new(mobile::Config {
            usims: vec![(imsis()[0], SqnArray::new(Profile::PROFILE_2))],
            sgsn: (SGSN, 2157).into(),
            rai: Rai([0x00, 0xf1, 0x10, 0, 1, 1]),
            apn: "internet",
            functions: functions(),
            rounds: 1,
            with,
        });
        let gb = vec![(engine::Port(0), udp(BSS, 2157))];
        let (hlr, store) = hlr(HLR);
        let nodes = vec![
            hlr,
            Placed::new("ms", Any::Mobile(mobile), gb),
            Placed::new("sgsn", Any::Sgsn(sgsn), ports),
        ];
        let driver = Driver::bind(nodes, store, both_ways()).unwrap();
        driver
            .run(&mut Directed {
                visited: self,
                then,
            })
            .unwrap();
        let done = self.events.iter().any(|e| e.starts_with("ms.done"));
        let failed = self.events.iter().any(|e| e.starts_with("ms.failed"));
        assert!(done && !failed, "{:#?}", self.events);
    }

    /// The kernel has its context before the mobile hears that it has one: this is read before the
    /// SGSN has read it.
    fn control(&mut self, m: &Message) {
        match &m.pdu {
            Pdu::CreatePdpContextRequest(r) => self.teids.0 = Some(r.teid_data),
            Pdu::CreatePdpContextResponse(r) => {
                self.teids.1 = r.teid_data;
                let address = r.end_user_address.as_ref();
                self.mobile = address.and_then(|a| a.ipv4_address());
                let ((Some(sgsn), Some(ggsn)), Some(mobile)) = (self.teids, self.mobile) else {
                    panic!("no context: {m}");
                };
                let (ours, theirs) = match self.own == GGSN {
                    true => (ggsn, sgsn),
                    false => (sgsn, ggsn),
                };
                let peer = self.peer;
                self.module.add(&Context {
                    ours,
                    theirs,
                    peer,
                    mobile,
                });
            }
            _ => {}
        }
    }
}

/// It runs, and what is done at each of its steps.
struct Directed<'a, F> {
    visited: &'a mut Visited,
    then: F,
}

impl<F: FnMut(&mut Visited, Step)> Director<()> for Directed<'_, F> {
    fn packet(&mut self, r: &Record<'_>) {
        if r.port == "gtp-c"
            && let Some((_, m)) = message(r, gtp::CONTROL_PORT)
        {
            self.visited.control(&m);
        }
        if r.port == "gtp-u"
            && let Some((from, m)) = message(r, gtp::USER_PORT)
            && from.ip() == IpAddr::from(SGSN)
        {
            (self.then)(self.visited, Step::Said(Box::new(m.pdu)));
        }
    }

    fn event(&mut self, now: Now, _: usize, event: &Event) {
        let v = &mut *self.visited;
        v.give_up.get_or_insert(now.mono + PATIENCE * 2);
        v.events.push(event.to_string());
        match event.name {
            "gsup.open" => v.ready = true,
            "ms.pinged" => (self.then)(v, Step::Pinged),
            "ms.done" | "ms.failed" => v.over = true,
            _ => {}
        }
    }

    fn next(&mut self, now: Now) -> Directive<()> {
        let v = &mut *self.visited;
        if v.over || v.give_up.is_some_and(|t| now.mono >= t) {
            Directive::Stop
        } else if std::mem::take(&mut v.ready) || std::mem::take(&mut v.end) {
            Directive::Command(MOBILE, ())
        } else {
            Directive::Wait
        }
    }

    fn due(&self) -> Option<Time> {
        self.visited.give_up
    }
}
