//! SCTP in UDP against usrsctp, an implementation of others: as client and as server, messages,
//! streams, payload protocol identifiers, leave, abort, return after kill -9.
//!
//! Debian's example programs are taken as they are (`libusrsctp-examples`). An echo server that
//! keeps long messages whole is compiled from the third-party data (`libusrsctp-dev`).
// a test is outside of the machines: it may look at a clock and open sockets
#![allow(clippy::disallowed_methods)]
use bytes::Bytes;
use engine::{Flow, Layer, LayerOutput, Now, Rng, Time, Underlay, Utc, Why};
use std::{
    collections::{BTreeMap, VecDeque},
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, UdpSocket},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// Where Debian puts usrsctp's examples.
const EXAMPLES: &str = "/usr/lib/usrsctp";
/// The port of usrsctp's echo server.
const ECHO: u16 = 7;

/// An endpoint on a socket.
struct Driver {
    socket: UdpSocket,
    endpoint: sctp::Endpoint,
    begun: Instant,
    heard: Vec<LayerOutput>,
    echo: bool,
    /// In percent, each way.
    loss: u64,
    weather: Rng,
}

impl Driver {
    fn new(udp: u16, remote_udp: u16, listen: &[u16]) -> Self {
        let at = SocketAddr::new([127, 0, 0, 1].into(), udp);
        let socket = UdpSocket::bind(at).unwrap();
        let config = sctp::Config {
            remote_udp,
            heartbeat: Duration::from_secs(1),
            retransmissions: 4,
            ..sctp::Config::default()
        };
        let on = Underlay {
            node: "test".to_owned(),
            at,
            listen: listen.to_vec(),
        };
        let begun = Instant::now();
        let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let rng = Rng::seed(seed.as_nanos() as u64);
        Self {
            socket,
            endpoint: sctp::Endpoint::new(config, &on, rng.stream("endpoint")),
            begun,
            heard: Vec::new(),
            echo: false,
            loss: 0,
            weather: rng.stream("weather"),
        }
    }

    fn now(&self) -> Now {
        let mono = Time(self.begun.elapsed().as_nanos() as u64);
        Now { mono, utc: Utc(0) }
    }

    fn act<T>(
        &mut self,
        call: impl FnOnce(&mut sctp::Endpoint, Now, &mut Vec<LayerOutput>) -> T,
    ) -> T {
        let (now, mut out) = (self.now(), Vec::new());
        let result = call(&mut self.endpoint, now, &mut out);
        let mut queue = VecDeque::from(out);
        while let Some(output) = queue.pop_front() {
            match &output {
                LayerOutput::Below { to, octets } => {
                    if self.weather.below(100) >= self.loss {
                        self.socket.send_to(octets, to).unwrap();
                    }
                    continue;
                }
                LayerOutput::Above {
                    flow,
                    stream,
                    ppid,
                    message,
                } if self.echo => {
                    let mut more = Vec::new();
                    let message = message.clone();
                    self.endpoint
                        .send(now, *flow, (*stream, *ppid), message, &mut more);
                    queue.extend(more);
                }
                _ => {}
            }
            self.heard.push(output);
        }
        result
    }

    /// Waits for a packet or a timer, and does what is to be done then.
    fn step(&mut self) {
        let now = self.now().mono;
        let due = self.endpoint.due().map(|at| at - now);
        let wait = due.unwrap_or(Duration::MAX).min(Duration::from_millis(100));
        if wait.is_zero() {
            self.act(|e, now, out| e.timer(now, out));
            return;
        }
        self.socket.set_read_timeout(Some(wait)).unwrap();
        let mut buffer = [0; 65_536];
        match self.socket.recv_from(&mut buffer) {
            Ok((n, from)) if self.weather.below(100) >= self.loss => {
                self.act(|e, now, out| e.below(now, from, &buffer[..n], out));
            }
            _ => self.act(|e, now, out| e.timer(now, out)),
        }
    }

    #[track_caller]
    fn until(&mut self, seconds: u64, what: &str, mut done: impl FnMut(&Self) -> bool) {
        let end = Instant::now() + Duration::from_secs(seconds);
        while !done(self) {
            assert!(
                Instant::now() < end,
                "{what}: {:?}, {} heard, {:?}",
                self.endpoint,
                self.heard.len(),
                self.endpoint.counters()
            );
            self.step();
        }
    }

    fn messages(&self) -> impl Iterator<Item = (u16, u32, &Bytes)> {
        self.heard.iter().filter_map(|output| match output {
            LayerOutput::Above {
                stream,
                ppid,
                message,
                ..
            } => Some((*stream, *ppid, message)),
            _ => None,
        })
    }

    fn is_up(&self) -> bool {
        let up = |output: &LayerOutput| matches!(output, LayerOutput::Up { .. });
        self.heard.iter().any(up)
    }

    fn down(&self) -> Vec<(Flow, Why)> {
        let down = |output: &LayerOutput| match output {
            LayerOutput::Down { flow, why } => Some((*flow, *why)),
            _ => None,
        };
        self.heard.iter().filter_map(down).collect()
    }

    /// Makes a connection; again where the other program does not listen yet.
    #[track_caller]
    fn reach(&mut self, to: SocketAddr) -> Flow {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            self.heard.clear();
            let flow = self.act(|e, now, out| e.connect(now, to, out));
            self.until(20, "up", |d| d.is_up() || !d.down().is_empty());
            if self.is_up() {
                return flow;
            }
            assert_eq!(self.down(), [(flow, Why::Refused)]);
            assert!(Instant::now() < end, "refused");
        }
    }

    /// Makes a connection, sends `count` messages on three streams, at most 64 ahead of the echo,
    /// checks the echoes and closes.
    #[track_caller]
    fn echoes(&mut self, to: SocketAddr, count: usize, length: usize) {
        let flow = self.reach(to);
        let mut sent: BTreeMap<u16, Vec<(u32, Bytes)>> = BTreeMap::new();
        for n in 0..count {
            let (stream, ppid) = (n as u16 % 3, 46 + n as u32 % 2);
            let message: Bytes = (0..length).map(|i| (i * 7 + n) as u8).collect();
            let of_stream = sent.entry(stream).or_default();
            of_stream.push((ppid, message.clone()));
            self.act(|e, now, out| e.send(now, flow, (stream, ppid), message, out));
            let enough = if n + 1 == count {
                count
            } else {
                n.saturating_sub(64)
            };
            let what = format!("echo {enough} of {count}");
            self.until(60, &what, |d| d.messages().count() >= enough);
        }
        let mut got: BTreeMap<u16, Vec<(u32, Bytes)>> = BTreeMap::new();
        for (stream, ppid, message) in self.messages() {
            let of_stream = got.entry(stream).or_default();
            of_stream.push((ppid, message.clone()));
        }
        assert!(sent == got, "echoes of {length} octets differ");
        self.act(|e, now, out| e.close(now, flow, out));
        self.until(20, "closed", |d| !d.endpoint.is_busy());
        assert_eq!(self.down(), []);
    }
}

/// A program of others, ended with the test; its lines.
struct Stranger {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Stranger {
    fn start(program: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (tx, lines) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if tx.send(line).is_err() {
                    break;
                }
            }
        });
        Self { child, lines }
    }

    fn say(&mut self, line: &str) {
        let mut input = self.child.stdin.as_ref().unwrap();
        writeln!(input, "{line}").unwrap();
        input.flush().unwrap();
    }

    /// End of its input: it closes.
    fn end_of_input(&mut self) {
        drop(self.child.stdin.take());
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        // it may have ended by itself
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn example(name: &str) -> std::path::PathBuf {
    let program = Path::new(EXAMPLES).join(name);
    assert!(program.exists(), "it needs the package libusrsctp-examples");
    program
}

fn echo_server(local: u16, remote: u16) -> (Stranger, SocketAddr) {
    let (local, remote) = (local.to_string(), remote.to_string());
    let server = Stranger::start(&example("echo_server"), &[&local, &remote]);
    (server, SocketAddr::new([127, 0, 0, 1].into(), ECHO))
}

#[test]
#[ignore = "peers: usrsctp"]
fn client_of_usrsctp() {
    let (server, to) = echo_server(29_001, 29_002);
    let mut us = Driver::new(29_002, 29_001, &[]);
    us.echoes(to, 3000, 300);
    us.echoes(to, 50, 9000);
    us.loss = 3;
    us.echoes(to, 300, 300);
    us.loss = 15;
    us.echoes(to, 30, 300);
    drop(server);
    println!("{:?}", us.endpoint.counters());
}

/// The library compiled into an echo server that keeps long messages whole, and that refuses
/// aloud.
#[test]
#[ignore = "peers: usrsctp"]
fn long_messages_refusal_and_return_of_usrsctp() {
    let source = "peers/clients/uecho.c";
    let Some(source) = oracle::shared("sctp-long-messages-through-usrsctp", source) else {
        return;
    };
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("uecho");
    let mut cc = Command::new("cc");
    cc.arg("-o").arg(&program).arg(source).arg("-lusrsctp");
    let compiled = cc.status().unwrap();
    assert!(compiled.success(), "it needs the package libusrsctp-dev");
    let arguments = ["29011", "29012", "3868"];
    let start = || Stranger::start(&program, &arguments);
    let server = start();
    let mut us = Driver::new(29_012, 29_011, &[]);
    let to = SocketAddr::new([127, 0, 0, 1].into(), 3868);
    us.echoes(to, 1000, 300);
    us.echoes(to, 20, 65_536);
    us.echoes(to, 20, 100_000);
    us.loss = 3;
    us.echoes(to, 10, 65_536);
    us.loss = 0;

    // nobody listens there
    us.heard.clear();
    let nobody = SocketAddr::new(to.ip(), 8);
    let flow = us.act(|e, now, out| e.connect(now, nobody, out));
    us.until(20, "refused", |d| !d.endpoint.is_busy());
    assert_eq!(us.down(), [(flow, Why::Refused)]);

    // kill -9, and back: it does not know us, and says so at our next heartbeat
    let flow = us.reach(to);
    drop(server);
    let server = start();
    us.until(20, "noticed", |d| !d.endpoint.is_busy());
    assert_eq!(us.down(), [(flow, Why::Reset)]);
    us.echoes(to, 10, 300);
    drop(server);
}

#[test]
#[ignore = "peers: usrsctp"]
fn server_for_usrsctp() {
    let mut us = Driver::new(29_022, 29_021, &[3868]);
    us.echo = true;
    let start = || {
        let arguments = ["127.0.0.1", "3868", "4000", "29021", "29022"];
        Stranger::start(&example("client"), &arguments)
    };
    let accepted = |d: &Driver| -> Vec<Flow> {
        let flow = |o: &LayerOutput| match o {
            LayerOutput::Accepted { flow, port, peer } => {
                assert_eq!((*port, peer.port()), (3868, 4000));
                Some(*flow)
            }
            _ => None,
        };
        d.heard.iter().filter_map(flow).collect()
    };
    let mut client = start();
    us.until(10, "accepted", |d| accepted(d).len() == 1);
    for word in ["one", "two", "three"] {
        client.say(word);
    }
    let mut echoed = Vec::new();
    us.until(10, "echoes at the client", |_| {
        echoed.extend(client.lines.try_iter());
        let said = echoed.join("\n");
        ["one", "two", "three"]
            .iter()
            .all(|word| said.contains(word))
    });
    assert_eq!(us.messages().count(), 3);

    // kill -9, and back from the same port
    drop(client);
    let mut client = start();
    us.until(20, "accepted again", |d| accepted(d).len() == 2);
    let flows = accepted(&us);
    assert_eq!(us.down(), [(flows[0], Why::Reset)]);
    client.say("again");
    us.until(10, "the message", |d| d.messages().count() == 4);

    // the client closes
    client.end_of_input();
    us.until(20, "closed", |d| !d.endpoint.is_busy());
    assert_eq!(us.down(), [(flows[0], Why::Reset), (flows[1], Why::Closed)]);

    // it dies and does not come back
    drop(client);
    let client = start();
    us.until(10, "accepted", |d| accepted(d).len() == 3);
    drop(client);
    us.until(20, "noticed", |d| !d.endpoint.is_busy());
    let third = accepted(&us)[2];
    assert_eq!(us.down().last(), Some(&(third, Why::Unreachable)));
}
