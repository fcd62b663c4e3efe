//! The nodes of a test in one process, with the keys and identities of the subscribers that the real
//! peers know.
use super::mobile::{self, Mobile};
use aka::{Algorithm, Functions, Opc, OperatorCode};
use engine::{Attach, FastPath, Input, Node, Now, Outputs, Placed, PortSpec, Rng, Time};
use gsup::PORT;
use hlr_auc::{Answer, Ask, Hlr, Subscriber, gsup as door};
use sgsn_ggsn::{ggsn::Ggsn, sgsn::Sgsn};
use std::net::{Ipv4Addr, SocketAddr};
use store::Memory;
use wire::{Apn, Imsi};

/// Those whose rounds they are, in turn.
pub fn imsis() -> [Imsi; 2] {
    ["999420000000001", "999420000000002"].map(|t| t.parse().unwrap())
}

/// Set 1 of TS 35.208 4.3, which all subscribers of the real HLR have.
fn keys() -> ([u8; 16], OperatorCode) {
    let octets = |t: &str| -> [u8; 16] {
        let pairs = (0..16).map(|i| u8::from_str_radix(&t[2 * i..][..2], 16).unwrap());
        pairs.collect::<Vec<_>>().try_into().unwrap()
    };
    let opc = Opc::from(octets("cd63cb71954a9f4e48a5994e37a02baf"));
    (octets("465b5ce8b199b49faa5f0a2ee238a6bc"), opc.into())
}

pub fn functions() -> Functions {
    let (k, opc) = keys();
    Algorithm::default().keyed(&k.into(), &opc).unwrap()
}

#[allow(clippy::large_enum_variant)]
pub enum Any {
    Mobile(Mobile),
    Sgsn(Sgsn),
    Hlr(Hlr),
    Ggsn(Ggsn),
}

impl Node for Any {
    type Ask = Ask;
    type Answer = Answer;
    type Command = ();

    fn ports(&self) -> &[PortSpec] {
        match self {
            Self::Mobile(_) => mobile::PORTS,
            Self::Sgsn(n) => n.ports(),
            Self::Hlr(n) => n.ports(),
            Self::Ggsn(n) => n.ports(),
        }
    }

    fn handle(&mut self, now: Now, input: Input<Answer, ()>, out: &mut Outputs<Ask>) {
        match self {
            Self::Mobile(n) => n.handle(now, &input, out),
            Self::Sgsn(n) => {
                let Some(input) = without_answers(input) else {
                    return;
                };
                out.scope(|never| match never {}, |out| n.handle(now, input, out));
            }
            Self::Ggsn(n) => {
                let Some(input) = without_answers(input) else {
                    return;
                };
                out.scope(|never| match never {}, |out| n.handle(now, input, out));
            }
            Self::Hlr(n) => {
                let input = match input {
                    Input::Answer(id, a) => Input::Answer(id, a),
                    other => match without_answers(other) {
                        Some(input) => input,
                        None => return,
                    },
                };
                n.handle(now, input, out);
            }
        }
    }

    fn due(&self) -> Option<Time> {
        match self {
            Self::Mobile(n) => n.due(),
            Self::Sgsn(n) => n.due(),
            Self::Hlr(n) => n.due(),
            Self::Ggsn(n) => n.due(),
        }
    }

    fn fast_path(&mut self) -> Option<&mut dyn FastPath> {
        match self {
            Self::Ggsn(n) => n.fast_path(),
            Self::Sgsn(n) => n.fast_path(),
            Self::Mobile(_) | Self::Hlr(_) => None,
        }
    }
}

/// The same input for a node of other answers and commands, of which there are none here.
fn without_answers<A, C>(input: Input<Answer, ()>) -> Option<Input<A, C>> {
    input.narrow(|_| None, |()| None)
}

pub fn udp(ip: Ipv4Addr, port: u16) -> Attach {
    Attach::Udp(SocketAddr::from((ip, port)))
}

/// Our HLR with doors at this address, and what it knows.
pub fn hlr(at: Ipv4Addr) -> (Placed<Any>, Memory) {
    let mut config = hlr_auc::Config::new("hlr.example", "example");
    let mut gsup = door::Config::new("HLR-FOSTERLING", engine::Port(1));
    gsup.network = Some("001-01".parse().unwrap());
    let ports = vec![
        (config.port, Attach::listen((at, 3868).into())),
        (gsup.port, Attach::listen((at, PORT).into())),
    ];
    config.gsup = Some(gsup);
    let hlr = Hlr::new(config, Rng::from_seed(transport::seed().unwrap()));
    let (k, opc) = keys();
    let mut store = Memory::new();
    for (n, imsi) in (1..).zip(imsis()) {
        let s = Subscriber::new(imsi, k.into(), opc.clone());
        let mut s = s.with_apn(Apn::new("internet").unwrap());
        s.msisdn = wire::Digits::new(&format!("99942555000{n}"));
        store.put(0, s);
    }
    (Placed::new("hlr", Any::Hlr(hlr), ports), store)
}
