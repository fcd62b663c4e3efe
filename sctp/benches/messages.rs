//! Messages of 300 octets per second between two endpoints back to back, one window of 64 after
//! the other: what SCTP costs without sockets, both sides together.
use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use engine::{Flow, Layer, LayerOutput, Now, Rng, Time, Underlay};
use sctp::{Config, Endpoint};
use std::{collections::VecDeque, net::SocketAddr, time::Duration};

const WINDOW: u64 = 64;

struct Pair {
    ends: [Endpoint; 2],
    at: [SocketAddr; 2],
    under_way: VecDeque<(usize, Bytes)>,
    now: Time,
    flow: Flow,
    out: Vec<LayerOutput>,
    received: u64,
}

impl Pair {
    fn new() -> Self {
        let at = [1, 2].map(|n| SocketAddr::new([127, 0, 0, n].into(), 9899));
        let end = |n: usize| {
            let on = Underlay {
                node: String::new(),
                at: at[n],
                listen: vec![3868],
            };
            Endpoint::new(Config::default(), &on, Rng::seed(n as u64))
        };
        let mut pair = Self {
            ends: [end(0), end(1)],
            at,
            under_way: VecDeque::new(),
            now: Time(0),
            flow: Flow(0),
            out: Vec::new(),
            received: 0,
        };
        let to = SocketAddr::new(at[1].ip(), 3868);
        pair.flow = pair.ends[0].connect(pair.clock(), to, &mut pair.out);
        pair.deliver(0);
        pair.settle();
        pair
    }

    fn clock(&self) -> Now {
        Now::virtually(self.now)
    }

    fn deliver(&mut self, from: usize) {
        for output in self.out.drain(..) {
            match output {
                LayerOutput::Below { octets, .. } => self.under_way.push_back((1 - from, octets)),
                LayerOutput::Above { .. } => self.received += 1,
                LayerOutput::Down { why, .. } => panic!("{why}"),
                _ => {}
            }
        }
    }

    fn settle(&mut self) {
        while let Some((to, octets)) = self.under_way.pop_front() {
            let now = self.clock();
            self.ends[to].below(now, self.at[1 - to], &octets, &mut self.out);
            self.deliver(to);
        }
    }

    fn window(&mut self, message: &Bytes) {
        let wanted = self.received + WINDOW;
        for n in 0..WINDOW {
            let (now, to) = (self.clock(), (n as u16 % 4, 46));
            self.ends[0].send(now, self.flow, to, message.clone(), &mut self.out);
            self.deliver(0);
        }
        loop {
            self.settle();
            if self.received == wanted {
                break;
            }
            let next = self.ends.iter().filter_map(Layer::due).min();
            self.now = next.expect("an acknowledgement is due").max(self.now);
            for end in 0..2 {
                self.ends[end].timer(self.clock(), &mut self.out);
                self.deliver(end);
            }
        }
        self.now = self.now + Duration::from_micros(100);
    }
}

fn messages(c: &mut Criterion) {
    let message = Bytes::from(vec![7; 300]);
    let mut pair = Pair::new();
    let mut group = c.benchmark_group("sctp");
    group.throughput(Throughput::Elements(WINDOW));
    group.bench_function("messages of 300 octets", |b| {
        b.iter(|| pair.window(&message));
    });
    group.finish();
}

criterion_group!(benches, messages);
criterion_main!(benches);
