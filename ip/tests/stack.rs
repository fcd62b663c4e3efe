//! Two stacks on a virtual link.
use bytes::Bytes;
use engine::{Now, Rng, Time, Why};
use ip::stack::{Conn, Error, Event, Options, Stack};
use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddrV4},
    time::Duration,
};

const A: Ipv4Addr = Ipv4Addr::new(10, 33, 0, 1);
const B: Ipv4Addr = Ipv4Addr::new(10, 32, 0, 2);

/// Two stacks, and a link that takes 20 ms and loses some packets of a hundred.
struct Pair {
    now: Now,
    stacks: [Stack; 2],
    wire: BTreeMap<(Time, u64), (usize, Bytes)>,
    count: u64,
    loss: u64,
    rng: Rng,
    cut: bool,
    packets: Vec<Bytes>,
    events: [Vec<Event>; 2],
}

impl Pair {
    fn new(seed: u64, loss: u64, options: Options) -> Self {
        let now = Now::virtually(Time(0));
        let rng = Rng::seed(seed);
        let stack = |name| Stack::new(now, rng.stream(name), options);
        let mut stacks = [stack("a"), stack("b")];
        stacks[0].set_addresses(&[A]);
        stacks[1].set_addresses(&[B]);
        Self {
            now,
            stacks,
            wire: BTreeMap::new(),
            count: 0,
            loss,
            rng: rng.stream("wire"),
            cut: false,
            packets: Vec::new(),
            events: [vec![], vec![]],
        }
    }

    fn settle(&mut self) {
        for i in 0..2 {
            self.stacks[i].poll(self.now);
            while let Some(p) = self.stacks[i].packet() {
                assert!(wire::net::checksums_hold(&p).unwrap() && p.len() <= 1400);
                self.packets.push(p.clone());
                self.count += 1;
                if !self.cut && self.rng.below(100) >= self.loss {
                    let at = self.now.mono + Duration::from_millis(20);
                    self.wire.insert((at, self.count), (1 - i, p));
                }
            }
            while let Some(e) = self.stacks[i].event() {
                self.events[i].push(e);
            }
        }
    }

    fn due(&self) -> Option<Time> {
        let due = self.stacks.iter().filter_map(Stack::due);
        self.wire.keys().map(|k| k.0).chain(due).min()
    }

    /// Lets time pass, and no more than that: an idle connection has its limit.
    fn pass(&mut self, d: Duration) {
        let end = self.now.mono + d;
        self.settle();
        while self.due().is_some_and(|t| t <= end) && self.step() {}
        self.now = Now::virtually(end);
        self.settle();
    }

    /// One step of virtual time; false where nothing is to come.
    fn step(&mut self) -> bool {
        self.settle();
        let Some(next) = self.due() else {
            return false;
        };
        self.now = Now::virtually(next.max(self.now.mono));
        while let Some(e) = self.wire.first_entry()
            && e.key().0 <= self.now.mono
        {
            let (to, p) = e.remove();
            self.stacks[to].feed(self.now, p);
        }
        self.settle();
        true
    }

    fn until(&mut self, seconds: u64, mut done: impl FnMut(&mut Self) -> bool) -> bool {
        let end = self.now.mono + Duration::from_secs(seconds);
        while !done(self) {
            if !self.step() || self.now.mono > end {
                return done(self);
            }
        }
        true
    }

    /// A connection from the first to the second, by both names.
    fn connected(&mut self) -> (Conn, Conn) {
        self.stacks[1].listen(80).unwrap();
        let a = self.stacks[0].connect(SocketAddrV4::new(B, 80)).unwrap();
        assert!(self.until(60, |p| {
            p.events[1]
                .iter()
                .any(|e| matches!(e, Event::Accepted { .. }))
        }));
        assert!(self.until(60, |p| p.events[0] == [Event::Connected(a)]));
        let Event::Accepted { conn, local, peer } = self.events[1][0] else {
            panic!()
        };
        assert_eq!((*local.ip(), local.port(), *peer.ip()), (B, 80, A));
        assert_eq!(self.stacks[0].ends(a).unwrap().0, peer);
        (a, conn)
    }

    fn received(&self, i: usize) -> Vec<u8> {
        let octets = self.events[i].iter().filter_map(|e| match e {
            Event::Recv(_, b) => Some(b.to_vec()),
            _ => None,
        });
        octets.flatten().collect()
    }
}

fn transfer(seed: u64, loss: u64) -> (Vec<Bytes>, Time) {
    let mut p = Pair::new(seed, loss, Options::default());
    let (a, b) = p.connected();
    let octets: Vec<u8> = (0..1_000_000u32)
        .map(|n| (n * 7 + (n >> 9)) as u8)
        .collect();
    p.stacks[0].send(a, &octets).unwrap();
    p.stacks[0].close(a);
    assert!(p.until(600, |p| p.events[1].last()
        == Some(&Event::Closed(b, Why::Closed))));
    assert!(p.received(1) == octets);
    // both sides forget
    assert!(p.until(120, |p| p.stacks.iter().all(|s| s.connections() == 0)));
    assert_eq!(p.events[0], [Event::Connected(a)]);
    (p.packets, p.now.mono)
}

#[test]
fn a_megabyte_with_and_without_loss() {
    transfer(1, 0);
    for seed in 0..3 {
        transfer(seed, 5);
    }
}

#[test]
fn one_seed_gives_the_same_packets() {
    let one = transfer(7, 3);
    assert!(one == transfer(7, 3));
    assert!(one != transfer(8, 3));
}

#[test]
fn refused_unreachable_reset() {
    let mut p = Pair::new(1, 0, Options::default());
    let a = p.stacks[0].connect(SocketAddrV4::new(B, 81)).unwrap();
    assert!(p.until(5, |p| p.events[0] == [Event::Closed(a, Why::Refused)]));
    p.events[0].clear();
    p.cut = true;
    let a = p.stacks[0].connect(SocketAddrV4::new(B, 80)).unwrap();
    assert!(p.until(60, |p| p.events[0] == [Event::Closed(a, Why::Unreachable)]));
    p.cut = false;
    p.events[0].clear();
    let (a, b) = p.connected();
    p.stacks[0].send(a, b"hello").unwrap();
    p.until(1, |p| p.received(1) == b"hello");
    p.stacks[1].abort(b);
    assert!(p.until(5, |p| p.events[0].last()
        == Some(&Event::Closed(a, Why::Reset))));
    assert_eq!(p.stacks[0].send(a, b"more"), Err(Error::Gone));
    assert!(p.until(5, |p| p.stacks.iter().all(|s| s.connections() == 0)));
    assert!(!p.events[1].iter().any(|e| matches!(e, Event::Closed(..))));
}

#[test]
fn a_peer_that_falls_silent() {
    let mut p = Pair::new(1, 0, Options::default());
    let (a, _) = p.connected();
    p.cut = true;
    p.stacks[0].send(a, b"hello").unwrap();
    let gone = Event::Closed(a, Why::Unreachable);
    assert!(p.until(60, |p| p.events[0].last() == Some(&gone)));
    assert_eq!(p.stacks[0].connections(), 0);
    // one that closes without a peer lingers for a while only
    let mut p = Pair::new(1, 0, Options::default());
    let (a, _) = p.connected();
    p.cut = true;
    p.stacks[0].close(a);
    assert!(p.until(60, |p| p.stacks[0].connections() == 0));
}

#[test]
fn an_idle_connection_lives_as_long_as_it_may() {
    let idle = |seconds| Options {
        idle: seconds,
        ..Options::default()
    };
    let long = Duration::from_secs(100_000);
    // for ever: it is as good as new after a day, and is closed by both sides
    let mut p = Pair::new(1, 0, idle(None));
    let (a, b) = p.connected();
    p.pass(long);
    p.stacks[0].send(a, b"still there").unwrap();
    assert!(p.until(1, |p| p.received(1) == b"still there"));
    p.pass(long);
    p.stacks[0].close(a);
    let closed = Event::Closed(b, Why::Closed);
    assert!(p.until(1, |p| p.events[1].last() == Some(&closed)));
    assert!(p.until(1, |p| p.stacks.iter().all(|s| s.open_connections() == 0)));
    // with a limit: both give it up by then, and not before
    let mut p = Pair::new(1, 0, idle(Some(Duration::from_secs(60))));
    let (a, _) = p.connected();
    p.pass(Duration::from_secs(55));
    assert_eq!(p.events[0], [Event::Connected(a)]);
    p.pass(Duration::from_secs(10));
    assert!(matches!(p.events[0][..], [_, Event::Closed(..)]));
    assert!(p.until(60, |p| p.stacks.iter().all(|s| s.connections() == 0)));
}

#[test]
fn back_pressure() {
    let options = Options {
        queue: 50_000,
        ..Options::default()
    };
    let mut p = Pair::new(1, 0, options);
    let (a, b) = p.connected();
    p.stacks[1].pause(b, true);
    let piece = [7; 10_000];
    let mut sent = 0;
    loop {
        match p.stacks[0].send(a, &piece) {
            Ok(()) => sent += piece.len(),
            Err(e) => {
                assert_eq!(e, Error::Full);
                break;
            }
        }
        p.pass(Duration::from_millis(300));
    }
    // queue, sending window, receiving window
    assert!((50_000..=50_000 + (32 << 10)).contains(&sent), "{sent}");
    assert!(p.received(1).is_empty());
    p.stacks[1].pause(b, false);
    assert!(p.until(60, |p| p.received(1).len() == sent));
    assert!(p.events[0].contains(&Event::Room(a)));
    p.stacks[0].send(a, b"x").unwrap();
}

#[test]
fn addresses_come_and_go() {
    let mut p = Pair::new(1, 0, Options::default());
    let (a, b) = p.connected();
    p.stacks[0].bind(5000).unwrap();
    p.stacks[0].set_addresses(&[]);
    p.settle();
    assert_eq!(
        p.events[0].last(),
        Some(&Event::Closed(a, Why::Unreachable))
    );
    assert_eq!(p.stacks[0].connections(), 0);
    let to = SocketAddrV4::new(B, 80);
    assert_eq!(p.stacks[0].connect(to), Err(Error::NoAddress));
    assert_eq!(p.stacks[0].send_to(5000, to, b"x"), Err(Error::NoAddress));
    // the other end finds out when it speaks
    p.stacks[1].send(b, b"are you there").unwrap();
    let gone = Event::Closed(b, Why::Unreachable);
    assert!(p.until(60, |p| p.events[1].last() == Some(&gone)));
    // another address, another connection
    let other = Ipv4Addr::new(10, 33, 0, 9);
    p.stacks[0].set_addresses(&[other, A]);
    let a = p.stacks[0].connect(to).unwrap();
    assert!(p.until(5, |p| p.events[0].last() == Some(&Event::Connected(a))));
    assert_eq!(*p.stacks[0].ends(a).unwrap().0.ip(), other);
    // both addresses are alive
    p.stacks[1].ping(A, 1, 2).unwrap();
    p.stacks[1].ping(other, 1, 3).unwrap();
    let pong = |from, sequence| Event::Pong {
        from,
        identifier: 1,
        sequence,
    };
    p.until(1, |p| p.events[1].ends_with(&[pong(other, 3)]));
    assert!(p.events[1].contains(&pong(A, 2)) && p.events[1].contains(&pong(other, 3)));
}

#[test]
fn datagrams() {
    let mut p = Pair::new(1, 0, Options::default());
    p.stacks[0].bind(2948).unwrap();
    p.stacks[1].bind(9200).unwrap();
    assert_eq!(p.stacks[1].bind(9200), Err(Error::PortTaken));
    let to = SocketAddrV4::new(A, 2948);
    p.stacks[1].send_to(9200, to, b"push").unwrap();
    let from = SocketAddrV4::new(B, 9200);
    let came = Event::Datagram {
        local: to,
        from,
        bytes: Bytes::from_static(b"push"),
    };
    assert!(p.until(1, |p| p.events[0] == [came.clone()]));
    assert_eq!(
        p.stacks[1].send_to(9200, to, &[0; 1373]),
        Err(Error::NotSent)
    );
    p.stacks[1].send_to(9200, to, &[0; 1372]).unwrap();
    assert!(p.until(1, |p| p.events[0].len() == 2));
}

#[test]
fn many_connections_leave_nothing_behind() {
    let options = Options {
        connections: 20,
        ..Options::default()
    };
    let mut p = Pair::new(1, 2, options);
    p.stacks[1].listen(80).unwrap();
    let to = SocketAddrV4::new(B, 80);
    for _ in 0..5 {
        let mine: Vec<Conn> = (0..20).map(|_| p.stacks[0].connect(to).unwrap()).collect();
        assert_eq!(p.stacks[0].connect(to), Err(Error::TooMany));
        p.until(10, |_| false);
        for c in mine {
            p.stacks[0].abort(c);
        }
        p.until(60, |_| false);
        let left: Vec<Conn> = p.events[1]
            .iter()
            .filter_map(|e| match e {
                Event::Accepted { conn, .. } => Some(*conn),
                _ => None,
            })
            .collect();
        for c in left {
            p.stacks[1].close(c);
        }
        assert!(p.until(120, |p| p.stacks.iter().all(|s| s.connections() == 0)));
        p.events = [vec![], vec![]];
    }
}

#[test]
fn mutated_packets_do_no_harm() {
    let (packets, _) = transfer(3, 0);
    let mut p = Pair::new(3, 0, Options::default());
    let (a, b) = p.connected();
    let mut fed = 0;
    for (n, packet) in packets.iter().take(200).enumerate() {
        for bad in wire::mutations(packet, n as u64, 40) {
            p.stacks[n % 2].feed(p.now, bad.into());
            fed += 1;
        }
        p.settle();
    }
    assert_eq!(fed, 8000);
    // whether these lived or not, new ones can be made
    p.stacks[0].abort(a);
    p.stacks[1].abort(b);
    let c = p.stacks[0].connect(SocketAddrV4::new(B, 80)).unwrap();
    assert!(p.until(60, |p| p.events[0].contains(&Event::Connected(c))));
}
