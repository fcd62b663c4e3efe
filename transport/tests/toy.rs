//! The two toy nodes on sockets, held against the same nodes in virtual time.
use engine::{
    AskId, Attach, Directive, Director, Event, Now, Placed, Serve, Time,
    sim::Sim,
    tap::Record,
    toy::{NET, STREAM, Toy, UDP},
};
use std::{net::SocketAddr, time::Duration};
use transport::{Driver, Options};
use wire::net::{Packet, checksums_hold};

/// What happened, without times and without the numbers that chance or the kernel decides.
#[derive(Default)]
struct Log {
    started: bool,
    done: bool,
    lines: Vec<String>,
    give_up: Option<Time>,
}

impl Director<&'static str> for Log {
    fn packet(&mut self, r: &Record<'_>) {
        assert!(checksums_hold(r.packet).unwrap());
        let p = Packet::read(r.packet).unwrap();
        let what = match (p.udp(), p.tcp()) {
            (Some(u), _) => format!("{:02x?}", u.unwrap().payload),
            (_, Some(t)) => {
                let t = t.unwrap();
                format!("{:?} {:02x?}", t.flags, t.payload)
            }
            _ => format!("{:02x?}", p.payload),
        };
        let line = format!("{} {} {} > {} {what}", r.node, r.port, p.from, p.to);
        self.lines.push(line);
    }
    fn event(&mut self, _: Now, node: usize, e: &Event) {
        self.done |= e.name == "toy.done";
        self.lines.push(format!("{node} {e}"));
    }
    fn next(&mut self, now: Now) -> Directive<&'static str> {
        let give_up = *self
            .give_up
            .get_or_insert(now.mono + Duration::from_secs(20));
        if !self.started {
            self.started = true;
            return Directive::Command(0, "call");
        }
        if self.done || now.mono >= give_up {
            return Directive::Stop;
        }
        Directive::Wait
    }
    fn due(&self) -> Option<Time> {
        self.give_up
    }
}

#[derive(Default)]
struct Sum(Vec<(usize, AskId, u8)>, u8);

impl Serve<u8, u8> for Sum {
    fn submit(&mut self, asks: &mut dyn Iterator<Item = (usize, AskId, u8)>) {
        for (node, id, n) in asks {
            self.1 += n;
            self.0.push((node, id, self.1));
        }
    }
    fn ready(&mut self) -> Option<(usize, AskId, u8)> {
        (!self.0.is_empty()).then(|| self.0.remove(0))
    }
}

fn nodes(third: u8) -> Vec<Placed<Toy>> {
    let at = |last: u8, port| SocketAddr::from(([127, 77, third, last], port));
    let net = |p: &str| Attach::Net("toy", vec![p.parse().unwrap()]);
    vec![
        Placed::new(
            "caller",
            Toy::caller(at(2, 7000), at(2, 7001)),
            vec![
                (UDP, Attach::Udp(at(1, 7000))),
                (STREAM, Attach::dial(at(1, 0).ip())),
                (NET, net("10.0.0.1/32")),
            ],
        ),
        Placed::new(
            "echo",
            Toy::Echo,
            vec![
                (UDP, Attach::Udp(at(2, 7000))),
                (STREAM, Attach::listen(at(2, 7001))),
                (NET, net("10.0.0.2/32")),
            ],
        ),
    ]
}

#[test]
fn sockets_and_virtual_time_give_the_same_packets() {
    let (mut real, mut virt) = (Log::default(), Log::default());
    let driver = Driver::bind(nodes(1), Sum::default(), Options::default()).unwrap();
    driver.run(&mut real).unwrap();
    Sim::new(nodes(1), Sum::default(), Default::default()).run(&mut virt);
    assert!(real.done, "{:#?}", real.lines);
    // two echoes may come in one segment or two: the order between nodes is the network's
    for node in ["0 ", "1 "] {
        let of = |l: &Log| -> Vec<String> {
            l.lines
                .iter()
                .filter(|l| l.starts_with(node))
                .cloned()
                .collect()
        };
        assert_eq!(of(&real), of(&virt));
    }
}

#[test]
fn an_address_that_is_taken_is_named() {
    let first = Driver::bind(nodes(2), Sum::default(), Options::default()).unwrap();
    let second = Driver::bind(nodes(2), Sum::default(), Options::default());
    let e = second.err().unwrap().to_string();
    assert_eq!(
        e,
        "udp address 127.77.2.1:7000 (port udp of caller) is taken by another program"
    );
    drop(first);
    Driver::bind(nodes(2), Sum::default(), Options::default()).unwrap();
}
