//! Endpoints in a small virtual network: packets are delayed, lost, doubled and overtaken as its
//! own random stream wants it, time passes from event to event.
#![allow(dead_code)] // each test file uses a part
use bytes::Bytes;
use engine::{Flow, Layer, LayerOutput, Now, Rng, Time, Underlay};
use sctp::{Config, Endpoint};
use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

/// What the network does to packets.
#[derive(Debug, Clone, Copy)]
pub struct Weather {
    /// Lost, in percent.
    pub loss: u64,
    /// Doubled, in percent.
    pub doubled: u64,
    /// The shortest way, in microseconds.
    pub delay: u64,
    /// Further delay at most, in microseconds: packets overtake.
    pub jitter: u64,
}

impl Weather {
    pub const FAIR: Self = Self {
        loss: 0,
        doubled: 0,
        delay: 500,
        jitter: 0,
    };

    pub const fn rough(loss: u64) -> Self {
        Self {
            loss,
            doubled: 2,
            delay: 500,
            jitter: 2000,
        }
    }
}

/// A packet as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub at: Time,
    pub from: SocketAddr,
    pub to: SocketAddr,
    pub octets: Bytes,
}

/// An endpoint and what it gave its user.
pub struct Host {
    pub at: SocketAddr,
    pub endpoint: Endpoint,
    pub heard: Vec<LayerOutput>,
    /// Answers each message with itself.
    pub echo: bool,
    /// Takes no packets.
    pub silent: bool,
}

pub struct Net {
    pub now: Time,
    pub hosts: Vec<Host>,
    pub weather: Weather,
    pub sent: Vec<Sent>,
    under_way: BTreeMap<(Time, u64), Sent>,
    count: u64,
    rng: Rng,
    seed: u64,
}

/// The SCTP port at which servers listen.
pub const DIAMETER: u16 = 3868;

impl Net {
    pub fn new(seed: u64, weather: Weather) -> Self {
        Self {
            now: Time(0),
            hosts: Vec::new(),
            weather,
            sent: Vec::new(),
            under_way: BTreeMap::new(),
            count: 0,
            rng: Rng::seed(seed).stream("network"),
            seed,
        }
    }

    /// Adds an endpoint in UDP that listens at [`DIAMETER`].
    pub fn host(&mut self, config: Config) -> usize {
        self.host_on(config, 9899, &[DIAMETER])
    }

    pub fn host_on(&mut self, config: Config, udp: u16, listen: &[u16]) -> usize {
        let number = self.hosts.len() + 1;
        let at = SocketAddr::new([127, 0, 8, number as u8].into(), udp);
        self.hosts.push(Host {
            at,
            endpoint: self.endpoint(config, at, listen, &format!("host {number}")),
            heard: Vec::new(),
            echo: false,
            silent: false,
        });
        number - 1
    }

    pub fn endpoint(&self, config: Config, at: SocketAddr, listen: &[u16], name: &str) -> Endpoint {
        let on = Underlay {
            node: name.to_owned(),
            at,
            listen: listen.to_vec(),
        };
        Endpoint::new(config, &on, Rng::seed(self.seed).stream(name))
    }

    /// Replaces an endpoint as after kill -9.
    pub fn reborn(&mut self, host: usize, config: Config) {
        let at = self.hosts[host].at;
        let name = format!("host {} again at {}", host + 1, self.now);
        self.hosts[host].endpoint = self.endpoint(config, at, &[DIAMETER], &name);
    }

    pub fn clock(&self) -> Now {
        Now::virtually(self.now)
    }

    pub fn connect(&mut self, from: usize, to: usize) -> Flow {
        let peer = SocketAddr::new(self.hosts[to].at.ip(), DIAMETER);
        self.act(from, |endpoint, now, out| endpoint.connect(now, peer, out))
    }

    pub fn send(&mut self, host: usize, flow: Flow, to: (u16, u32), message: Bytes) {
        self.act(host, |e, now, out| e.send(now, flow, to, message, out));
    }

    pub fn close(&mut self, host: usize, flow: Flow) {
        self.act(host, |e, now, out| e.close(now, flow, out));
    }

    pub fn abort(&mut self, host: usize, flow: Flow) {
        self.act(host, |e, now, out| e.abort(now, flow, out));
    }

    /// Hands octets to a host at once.
    pub fn inject(&mut self, host: usize, from: SocketAddr, octets: &[u8]) {
        self.act(host, |e, now, out| e.below(now, from, octets, out));
    }

    pub fn act<T>(
        &mut self,
        host: usize,
        call: impl FnOnce(&mut Endpoint, Now, &mut Vec<LayerOutput>) -> T,
    ) -> T {
        let (now, mut out) = (self.clock(), Vec::new());
        let result = call(&mut self.hosts[host].endpoint, now, &mut out);
        self.done(host, out);
        result
    }

    fn done(&mut self, host: usize, out: Vec<LayerOutput>) {
        for output in out {
            match output {
                LayerOutput::Below { to, octets } => self.post(host, to, octets),
                LayerOutput::Above {
                    flow,
                    stream,
                    ppid,
                    ref message,
                } if self.hosts[host].echo => {
                    let message = message.clone();
                    self.hosts[host].heard.push(output);
                    self.send(host, flow, (stream, ppid), message);
                }
                other => self.hosts[host].heard.push(other),
            }
        }
    }

    fn post(&mut self, host: usize, to: SocketAddr, octets: Bytes) {
        let from = self.hosts[host].at;
        let sent = Sent {
            at: self.now,
            from,
            to,
            octets,
        };
        self.sent.push(sent.clone());
        let copies = 1 + u64::from(self.rng.below(100) < self.weather.doubled);
        for _ in 0..copies {
            if self.rng.below(100) < self.weather.loss {
                continue;
            }
            let delay = self.weather.delay + self.rng.below(self.weather.jitter + 1);
            self.count += 1;
            let at = self.now + Duration::from_micros(delay);
            self.under_way.insert((at, self.count), sent.clone());
        }
    }

    /// The next thing happens; false where nothing will.
    pub fn step(&mut self) -> bool {
        let packet = self.under_way.keys().next().map(|key| key.0);
        let dues = self.hosts.iter().filter_map(|host| host.endpoint.due());
        let Some(next) = dues.chain(packet).min() else {
            return false;
        };
        self.now = self.now.max(next);
        if packet.is_some_and(|at| at <= self.now) {
            let (_, sent) = self.under_way.pop_first().unwrap();
            let to = self.hosts.iter().position(|host| host.at == sent.to);
            if let Some(to) = to.filter(|to| !self.hosts[*to].silent) {
                self.act(to, |e, now, out| e.below(now, sent.from, &sent.octets, out));
            }
            return true;
        }
        for host in 0..self.hosts.len() {
            if self.hosts[host]
                .endpoint
                .due()
                .is_some_and(|at| at <= self.now)
            {
                self.act(host, |e, now, out| e.timer(now, out));
            }
        }
        true
    }

    /// Runs until `done`; panics where that has not come about by `seconds` from now.
    #[track_caller]
    pub fn until(&mut self, seconds: u64, what: &str, mut done: impl FnMut(&Self) -> bool) {
        let end = self.now + Duration::from_secs(seconds);
        while !done(self) {
            let heard: Vec<_> = self.hosts.iter().map(|h| h.heard.len()).collect();
            assert!(
                self.step() && self.now <= end,
                "{what}: not by {}, heard {heard:?}, counters {:?}",
                self.now,
                self.hosts
                    .iter()
                    .map(|h| h.endpoint.counters())
                    .collect::<Vec<_>>()
            );
        }
    }

    /// Runs until that moment.
    pub fn run_for(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        loop {
            let packet = self.under_way.keys().next().map(|key| key.0);
            let dues = self.hosts.iter().filter_map(|host| host.endpoint.due());
            match dues.chain(packet).min() {
                Some(next) if next <= end => self.step(),
                _ => break,
            };
        }
        self.now = end;
    }

    /// Two hosts with a connection from the first to the second: the flow of each.
    #[track_caller]
    pub fn pair(&mut self, config: &Config) -> (Flow, Flow) {
        let (a, b) = (self.host(config.clone()), self.host(config.clone()));
        let flow = self.connect(a, b);
        self.until(60, "up", |net| {
            net.hosts[a].up() == [flow] && net.hosts[b].accepted().len() == 1
        });
        (flow, self.hosts[b].accepted()[0])
    }
}

impl Host {
    pub fn up(&self) -> Vec<Flow> {
        self.flows(|output| match output {
            LayerOutput::Up { flow, .. } => Some(*flow),
            _ => None,
        })
    }

    pub fn accepted(&self) -> Vec<Flow> {
        self.flows(|output| match output {
            LayerOutput::Accepted { flow, .. } => Some(*flow),
            _ => None,
        })
    }

    fn flows(&self, which: impl Fn(&LayerOutput) -> Option<Flow>) -> Vec<Flow> {
        self.heard.iter().filter_map(which).collect()
    }

    /// Why each connection that is gone is gone.
    pub fn down(&self) -> Vec<(Flow, engine::Why)> {
        let down = |output: &LayerOutput| match output {
            LayerOutput::Down { flow, why } => Some((*flow, *why)),
            _ => None,
        };
        self.heard.iter().filter_map(down).collect()
    }

    /// The messages of a connection: stream, payload protocol identifier, message.
    pub fn messages(&self, of: Flow) -> Vec<(u16, u32, Bytes)> {
        let message = |output: &LayerOutput| match output {
            LayerOutput::Above {
                flow,
                stream,
                ppid,
                message,
            } if *flow == of => Some((*stream, *ppid, message.clone())),
            _ => None,
        };
        self.heard.iter().filter_map(message).collect()
    }

    pub fn messages_count(&self) -> usize {
        let above = |output: &&LayerOutput| matches!(output, LayerOutput::Above { .. });
        self.heard.iter().filter(above).count()
    }

    /// A counter, 0 where it has never come up.
    pub fn counter(&self, reason: &str) -> u64 {
        let all = self.endpoint.counters();
        let found = all.iter().find(|(name, _)| *name == reason);
        found.map_or(0, |(_, n)| *n)
    }
}

/// A message that tells its stream and its number.
pub fn numbered(stream: u16, number: u32, length: usize) -> Bytes {
    let mut octets = vec![number as u8; length.max(6)];
    octets[..2].copy_from_slice(&stream.to_be_bytes());
    octets[2..6].copy_from_slice(&number.to_be_bytes());
    octets.into()
}

/// Whether messages are those of [`numbered`], each stream's in order from 0 and without a gap.
pub fn in_order(messages: &[(u16, u32, Bytes)]) -> bool {
    let mut next = BTreeMap::new();
    messages.iter().all(|(stream, _, message)| {
        let wanted = next.entry(*stream).or_insert(0u32);
        let right = numbered(*stream, *wanted, message.len()) == *message;
        *wanted += 1;
        right
    })
}
