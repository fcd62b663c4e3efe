//! A mobile behind a base station: Gb, GMM and SM of the MS, told what to do by a story.
use super::{RAI, SGSN, imsi, res};
use engine::{Event, Framing, Input, Now, Outputs, Port, PortSpec, Rng, Time};
use gb_gmm::{
    bssgp::{
        bss,
        value::{CellId, Tlli},
    },
    gmm::{self, machine::ms},
    llc::machine::Side,
    nas::{Direction, Header, Pd},
    ns,
    sm::{self, machine::ms as session},
    stack::{BssOutput, BssStack, LogicalLink, Up},
};
use std::convert::Infallible;
use wire::{Apn, Bytes, Digits, PdpAddress, QosProfile, Reader};

/// A mobile behind a base station of its own.
pub struct Mobile {
    rng: Rng,
    pub bss: BssStack,
    pub gmm: ms::Machine,
    pub sm: session::Machine,
    link: LogicalLink,
    pub wrong_res: bool,
    /// A SIM: it answers with SRES alone.
    pub sim: bool,
}

pub enum Tell {
    Attach,
    Detach,
    Activate(&'static str),
    Deactivate,
    Ping,
}

pub const MS_PORTS: &[PortSpec] = &[PortSpec {
    port: Port(0),
    name: "gb",
    framing: Framing::Datagram,
}];

impl Mobile {
    pub fn new() -> Self {
        let d = |t| Digits::new(t).unwrap();
        let cell = bss::Cell {
            bvci: 2,
            id: CellId { rai: RAI, ci: 1 },
        };
        Self {
            rng: Rng::seed(5),
            bss: BssStack::new(
                101,
                101,
                ns::machine::Config::default(),
                bss::Config::new(vec![cell]),
            ),
            gmm: ms::Machine::new(ms::Config::small_device(
                imsi(),
                d("352099001761481"),
                d("3520990017614823"),
            )),
            sm: session::Machine::new(),
            link: LogicalLink::new(Side::Ms, Tlli(0)),
            wrong_res: false,
            sim: false,
        }
    }

    fn pump(&mut self, now: Now, out: &mut Outputs<Infallible>) {
        while let Some(o) = self.bss.poll() {
            match o {
                BssOutput::Send(bytes) => out.datagram(Port(0), (SGSN, 2157).into(), bytes),
                BssOutput::Event(bss::Event::Ready { .. }) => out.trace(Event::new("bss.ready")),
                BssOutput::Event(bss::Event::Llc { llc, .. }) => {
                    match self.link.receive(now.mono, &llc) {
                        Some(Up::Gmm(m)) => self.layer3(now, &m, out),
                        Some(Up::Npdu { nsapi, packet }) => out.trace(
                            Event::new("ms.packet")
                                .with("nsapi", nsapi)
                                .with("octets", packet.len()),
                        ),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
    }

    fn layer3(&mut self, now: Now, m: &Bytes, out: &mut Outputs<Infallible>) {
        match Header::read(&mut Reader::new(m)).unwrap().pd() {
            Pd::GprsMobilityManagement => {
                let pdu = gmm::Pdu::decode(Direction::Down, Reader::shared(m).strict());
                self.mobility(now, ms::In::Recv(pdu), out);
            }
            _ => {
                let m = sm::Message::decode(Reader::shared(m).strict());
                self.session(now, session::In::Recv(m), out);
            }
        }
    }

    fn send(&mut self, now: Now, tlli: u32, message: &[u8]) {
        let frame = self.link.gmm(message);
        assert!(self.bss.uplink(now.mono, 2, Tlli(tlli), frame));
    }

    fn mobility(&mut self, now: Now, input: ms::In, out: &mut Outputs<Infallible>) {
        let mut wants = vec![];
        self.gmm.handle(now.mono, &mut self.rng, input, &mut wants);
        for w in wants {
            match w {
                ms::Out::Send { tlli, pdu } => self.send(now, tlli, &pdu.encode()),
                ms::Out::AskUsim { rand, .. } => {
                    let r = if self.wrong_res { [0; 16] } else { rand };
                    let right = res(r);
                    let n = if self.sim { 4 } else { right.len() };
                    let right = wire::Octets::copy(&right[..n]);
                    self.mobility(now, ms::In::Usim(ms::UsimAnswer::Res(right)), out);
                }
                ms::Out::Tlli(t) => self.link.assign(Tlli(t)),
                ms::Out::Attached { .. } => out.trace(Event::new("ms.attached")),
                ms::Out::Refused { cause, .. } => {
                    out.trace(Event::new("ms.refused").with("cause", cause.0));
                }
                ms::Out::Detached { .. } => {
                    self.session(now, session::In::Lost, out);
                    out.trace(Event::new("ms.detached"));
                }
                ms::Out::AuthenticationRejected => out.trace(Event::new("ms.rejected")),
                _ => {}
            }
        }
    }

    fn session(&mut self, now: Now, input: session::In, out: &mut Outputs<Infallible>) {
        let mut wants = vec![];
        self.sm.handle(now.mono, input, &mut wants);
        self.sm_out(now, wants, out);
    }

    fn sm_out(&mut self, now: Now, wants: Vec<session::Out>, out: &mut Outputs<Infallible>) {
        for w in wants {
            match w {
                session::Out::Send(m) => {
                    let t = self.gmm.tlli();
                    self.send(now, t, &m.encode());
                }
                session::Out::Active(c) => {
                    let a = c.address.ipv4_address().unwrap();
                    out.trace(Event::new("ms.active").with("address", a));
                }
                session::Out::Refused { cause, .. } => {
                    out.trace(Event::new("ms.no-context").with("cause", cause.0));
                }
                session::Out::Inactive { cause, .. } => {
                    let cause = cause.map_or(0, |c| c.0);
                    out.trace(Event::new("ms.inactive").with("cause", cause));
                }
                _ => {}
            }
        }
    }

    /// An IPv4 packet of ours to a server.
    fn ping(&mut self, now: Now) {
        let c = self.sm.context(5).unwrap();
        let from = c.address.ipv4_address().unwrap().octets();
        let mut ip = vec![0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0];
        ip.extend_from_slice(&from);
        ip.extend_from_slice(&[10, 32, 0, 2]);
        ip.extend_from_slice(&[0; 8]);
        let t = self.gmm.tlli();
        for frame in self.link.npdu(5, &ip).unwrap() {
            assert!(self.bss.uplink(now.mono, 2, Tlli(t), frame));
        }
    }

    pub fn handle(
        &mut self,
        now: Now,
        input: Input<Infallible, Tell>,
        out: &mut Outputs<Infallible>,
    ) {
        let due = |t: Option<Time>| t.is_some_and(|t| t <= now.mono);
        match input {
            Input::Start => self.bss.start(now.mono),
            Input::Recv { bytes, .. } => self.bss.datagram(now.mono, &bytes),
            Input::Command(Tell::Attach) => self.mobility(now, ms::In::Attach(RAI), out),
            Input::Command(Tell::Detach) => {
                self.mobility(now, ms::In::Detach { power_off: false }, out);
            }
            Input::Command(Tell::Activate(apn)) => {
                let request = session::Request {
                    apn: Apn::new(apn),
                    qos: QosProfile::subscribed(),
                    address: PdpAddress::ipv4(None),
                    pco: None,
                };
                let mut wants = vec![];
                self.sm.activate(now.mono, request, &mut wants).unwrap();
                self.sm_out(now, wants, out);
            }
            Input::Command(Tell::Deactivate) => {
                let cause = sm::Cause::RegularDeactivation;
                self.session(now, session::In::Deactivate { nsapi: 5, cause }, out);
            }
            Input::Command(Tell::Ping) => self.ping(now),
            Input::Timer => {
                if due(self.bss.due()) {
                    self.bss.timeout(now.mono);
                }
                if due(self.gmm.due()) {
                    self.mobility(now, ms::In::Timer, out);
                }
                if due(self.sm.due()) {
                    self.session(now, session::In::Timer, out);
                }
            }
            _ => {}
        }
        self.pump(now, out);
    }
}
