//! The GGSN in the virtual network: datagrams are lost, doubled, overtaken, and in the end every
//! context that its SGSN believes in exists, or none does. The same seed gives the same run.
use engine::{
    Attach, Directive, Director, Event, FastPath, Framing, Input, NoStore, Node, Now, Outputs,
    Placed, Port, PortSpec, Rng, Time,
    sim::{Options, Sim, Wire},
    tap::Record,
};
use gtp::{
    machine::path::{Config as PathConfig, Output, Paths},
    msg::{Cause, DeletePdpContextRequest, Pdu},
};
use sgsn_ggsn::ggsn::{self, ApnConfig, Command, Config, Ggsn, Report};
use std::{convert::Infallible, net::Ipv4Addr, time::Duration};

mod common;

const GN: Port = Port(9);
const GN_PORTS: &[PortSpec] = &[PortSpec {
    port: GN,
    name: "gn",
    framing: Framing::Datagram,
}];
const GGSN: Ipv4Addr = Ipv4Addr::new(127, 0, 3, 9);

/// Makes contexts and deletes every other one.
struct Sgsn {
    paths: Paths<usize>,
    /// GGSN's control TEID of each context that there should be.
    held: Vec<Option<u32>>,
    failed: usize,
}

enum Any {
    Ggsn(Box<Ggsn>),
    Sgsn(Box<Sgsn>),
}

impl Sgsn {
    fn settle(&mut self, now: Now, out: &mut Outputs<Infallible>) {
        while let Some(o) = self.paths.poll() {
            match o {
                Output::Send { to, bytes } => out.datagram(GN, to, bytes),
                Output::Answer { tag, message, .. } => match message.pdu {
                    Pdu::CreatePdpContextResponse(m) => {
                        assert_eq!(m.cause, Cause::RequestAccepted);
                        let teid = m.teid_control.unwrap();
                        self.held[tag] = Some(teid);
                        if tag % 2 == 1 {
                            let delete = DeletePdpContextRequest::teardown(5);
                            self.paths.request(now.mono, GGSN.into(), teid, delete, tag);
                        }
                    }
                    Pdu::DeletePdpContextResponse(m) => {
                        assert_eq!(m.cause, Cause::RequestAccepted, "{tag}");
                        self.held[tag] = None;
                    }
                    other => panic!("{other}"),
                },
                Output::NoAnswer { .. } => self.failed += 1,
                _ => {}
            }
        }
    }
}

impl Node for Any {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Command;

    fn ports(&self) -> &[PortSpec] {
        match self {
            Self::Ggsn(g) => g.ports(),
            Self::Sgsn(_) => GN_PORTS,
        }
    }

    fn handle(
        &mut self,
        now: Now,
        input: Input<Infallible, Command>,
        out: &mut Outputs<Infallible>,
    ) {
        match self {
            Self::Ggsn(g) => g.handle(now, input, out),
            Self::Sgsn(s) => {
                match input {
                    Input::Start => {
                        for n in 0..s.held.len() {
                            let imsi = format!("99901{n:010}");
                            let request = common::create_request(&imsi, n as u32 + 1);
                            s.paths.request(now.mono, GGSN.into(), 0, request, n);
                        }
                    }
                    Input::Recv { from, bytes, .. } => s.paths.receive(now.mono, from, &bytes),
                    Input::Timer => s.paths.timer(now.mono),
                    _ => {}
                }
                s.settle(now, out);
            }
        }
    }

    fn due(&self) -> Option<Time> {
        match self {
            Self::Ggsn(g) => g.due(),
            Self::Sgsn(s) => s.paths.due(),
        }
    }

    fn fast_path(&mut self) -> Option<&mut dyn FastPath> {
        match self {
            Self::Ggsn(g) => g.fast_path(),
            Self::Sgsn(_) => None,
        }
    }
}

/// Keeps every packet; stops after two minutes.
#[derive(Default)]
struct Watch {
    packets: Vec<(Time, Vec<u8>)>,
}

impl Director<Command> for Watch {
    fn packet(&mut self, record: &Record<'_>) {
        self.packets.push((record.now.mono, record.packet.to_vec()));
    }
    fn event(&mut self, _: Now, _: usize, _: &Event) {}
    fn next(&mut self, now: Now) -> Directive<Command> {
        match now.mono < END {
            true => Directive::Wait,
            false => Directive::Stop,
        }
    }
    fn due(&self) -> Option<Time> {
        Some(END)
    }
}

const END: Time = Time(50_000_000_000);

/// What a run ends with.
struct Ended {
    packets: Vec<(Time, Vec<u8>)>,
    contexts: usize,
    believed: usize,
    failed: usize,
}

fn run(seed: u64, loss: u16) -> Ended {
    let mut config = Config::new(GGSN, 1);
    let pool = "10.33.0.0/16".parse().unwrap();
    config.apns.push(ApnConfig {
        report: Report::Off,
        ..ApnConfig::new("registration", pool, vec![])
    });
    let rng = Rng::seed(seed);
    let ggsn = Ggsn::new(config, &rng.stream("ggsn"));
    let control = PathConfig {
        n3: 5,
        ..PathConfig::control(1)
    };
    let sgsn = Sgsn {
        paths: Paths::new(control, rng.stream("sgsn")),
        held: vec![None; 100],
        failed: 0,
    };
    let at = |ip: Ipv4Addr, port| Attach::Udp((ip, port).into());
    let nodes = vec![
        Placed::new(
            "ggsn",
            Any::Ggsn(ggsn.into()),
            vec![
                (ggsn::GTP_C, at(GGSN, 2123)),
                (ggsn::GTP_U, at(GGSN, 2152)),
                (ggsn::GI, Attach::Net("gi", vec![pool])),
                (ggsn::AAA, at(GGSN, 1813)),
            ],
        ),
        Placed::new(
            "sgsn",
            Any::Sgsn(sgsn.into()),
            vec![(GN, at([127, 0, 2, 1].into(), 2123))],
        ),
    ];
    let wire = Wire {
        jitter: Duration::from_millis(20),
        loss,
        doubled: loss,
        ..Wire::default()
    };
    let options = Options {
        seed,
        wire,
        ..Options::default()
    };
    let mut sim = Sim::new(nodes, NoStore, options);
    let mut watch = Watch::default();
    sim.run(&mut watch);
    match (sim.node(0), sim.node(1)) {
        (Any::Ggsn(g), Any::Sgsn(s)) => Ended {
            packets: watch.packets,
            contexts: g.contexts(),
            believed: s.held.iter().flatten().count(),
            failed: s.failed,
        },
        _ => unreachable!(),
    }
}

#[test]
fn both_sides_agree_whatever_the_network_does() {
    for (seed, loss) in [(1, 0), (2, 100), (3, 100), (4, 250)] {
        let Ended {
            packets,
            contexts,
            believed,
            failed,
        } = run(seed, loss);
        // 5 tries at 25 % loss both ways: a few requests may have failed
        let most = if loss < 250 { 2 } else { 30 };
        assert!(failed <= most, "seed {seed}: {failed} requests failed");
        let apart = contexts.abs_diff(believed);
        assert!(apart <= failed, "seed {seed}: {contexts} and {believed}");
        if loss == 0 {
            assert_eq!((contexts, failed, packets.len()), (50, 0, 300));
        }
    }
}

#[test]
fn the_same_seed_is_the_same_run() {
    assert_eq!(run(7, 150).packets, run(7, 150).packets);
    assert_ne!(run(7, 150).packets, run(8, 150).packets);
}
