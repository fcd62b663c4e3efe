//! The two toy nodes in the virtual network.
use engine::{
    AskId, Attach, Directive, Director, Event, Now, Placed, Serve,
    sim::{Options, Sim, Wire},
    tap::{Fate, Record},
    toy::{NET, STREAM, Toy, UDP},
};
use std::{collections::BTreeMap, time::Duration};

/// Starts the caller, writes all down, stops when it is done.
#[derive(Default)]
struct Log {
    started: bool,
    done: bool,
    lines: Vec<String>,
    counters: BTreeMap<&'static str, u64>,
}

impl Director<&'static str> for Log {
    fn packet(&mut self, r: &Record<'_>) {
        let mut hex = String::new();
        for b in r.packet {
            hex.push_str(&format!("{b:02x}"));
        }
        self.lines.push(format!(
            "{} {} {} {:?} {hex}",
            r.now.mono, r.node, r.port, r.fate
        ));
    }
    fn event(&mut self, now: Now, node: usize, e: &Event) {
        self.lines.push(format!("{} {node} {e}", now.mono));
        self.done |= e.name == "toy.done" || e.name == "toy.down";
    }
    fn next(&mut self, _: Now) -> Directive<&'static str> {
        match (self.started, self.done) {
            (false, _) => {
                self.started = true;
                Directive::Command(0, "call")
            }
            (_, true) => Directive::Stop,
            _ => Directive::Wait,
        }
    }
    fn counters(&mut self, _: usize, c: &BTreeMap<&'static str, u64>) {
        self.counters.extend(c);
    }
}

/// Adds up what it is asked.
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

fn nodes() -> Vec<Placed<Toy>> {
    let at = |s: &str| s.parse().unwrap();
    let net = |p: &str| Attach::Net("toy", vec![p.parse().unwrap()]);
    let caller = Toy::caller(at("127.0.0.2:7000"), at("127.0.0.2:7001"));
    vec![
        Placed::new(
            "caller",
            caller,
            vec![
                (UDP, Attach::Udp(at("127.0.0.1:7000"))),
                (STREAM, Attach::dial("127.0.0.1".parse().unwrap())),
                (NET, net("10.0.0.1/32")),
            ],
        ),
        Placed::new(
            "echo",
            Toy::Echo,
            vec![
                (UDP, Attach::Udp(at("127.0.0.2:7000"))),
                (STREAM, Attach::listen(at("127.0.0.2:7001"))),
                (NET, net("10.0.0.2/32")),
            ],
        ),
    ]
}

fn run(options: Options) -> (Vec<String>, engine::Time) {
    let mut log = Log::default();
    let end = Sim::new(nodes(), Sum::default(), options).run(&mut log);
    (log.lines, end)
}

#[test]
fn every_seam_once() {
    let (lines, end) = run(Options::default());
    let events: Vec<&str> = lines
        .iter()
        .filter(|l| l.contains("toy."))
        .map(|l| &l[9..])
        .collect();
    assert_eq!(
        events,
        [
            "1 toy.stored n=3",
            "1 toy.stored n=5",
            "0 toy.echo octets=3",
            "0 toy.echo octets=2",
            "0 toy.done"
        ]
    );
    // ping, echo, SYN, SYN ACK, two echoes, packet and echo: each a millisecond
    assert_eq!(end.to_string(), "0.008000");
    let packets = lines.iter().filter(|l| l.contains("Sent")).count();
    assert_eq!(packets, 2 + 3 + 2 + 4 + 3 + 2, "{lines:#?}");
}

#[test]
fn one_seed_one_run() {
    let rough = |seed| Options {
        seed,
        wire: Wire {
            loss: 300,
            doubled: 200,
            jitter: Duration::from_millis(3),
            ..Wire::default()
        },
        ..Options::default()
    };
    assert_eq!(run(rough(7)), run(rough(7)));
    assert_ne!(run(rough(7)).0, run(rough(8)).0);
    let fates = |f: Fate| {
        (0..40)
            .flat_map(|s| run(rough(s)).0)
            .filter(|l| l.contains(&format!("{f:?}")))
            .count()
    };
    assert!(fates(Fate::Lost) > 0 && fates(Fate::Doubled) > 0);
}

#[test]
fn nobody_listens() {
    let mut nodes = nodes();
    nodes[1].ports[1].1 = Attach::listen("127.0.0.2:7009".parse().unwrap());
    let mut log = Log::default();
    Sim::new(nodes, Sum::default(), Options::default()).run(&mut log);
    assert!(
        log.lines
            .last()
            .unwrap()
            .contains("toy.down why=connection refused"),
        "{:#?}",
        log.lines
    );
}
