//! The HLR of a home network on MAP, played by hand; it can also speak with the number of another.
#![allow(dead_code)]
use super::{imsi, res};
use engine::{Event, Input, Now, Outputs, Port, PortSpec, Rng, Time};
use sigtran_map::{
    ber::Null,
    map::{
        machine::{Hlr as Machine, Vectors, hlr::Output},
        msg::{
            AddressString, AuthenticationQuintuplet, CancelLocationArg, CancellationType,
            DeleteSubscriberDataArg, GprsSubscriptionDataWithdraw, InsertSubscriberDataArg,
            ResetArg,
        },
    },
    point::{self, Point},
    sccp::msg::{Address, plan, ssn},
    tcap::machine::Config as Tcap,
};
use std::convert::Infallible;
use wire::{Apn, Digits, PdpAddress, QosProfile};

/// The home network's telephone numbers, and one of another network.
pub const NUMBER: &str = "99902100401";
pub const STRANGER: &str = "99903100401";
pub const SGSN_NUMBER: &str = "00101100201";

/// What it tells the SGSN by itself.
#[derive(Debug, Clone, Copy)]
pub enum MapSay {
    Cancel,
    Insert,
    Delete,
    Reset,
}

/// A home network's HLR, reached without a transfer point.
pub struct MapHome {
    point: Point,
    machine: Machine<Address, &'static str>,
    ports: Vec<PortSpec>,
    rng: Rng,
    /// With which number it speaks.
    number: &'static str,
}

fn digits(text: &str) -> Digits {
    Digits::new(text).unwrap()
}

impl MapHome {
    pub fn new() -> Self {
        let mut c = point::Config::new(401, ssn::HLR, Port(1));
        c.listen = Some(Port(0));
        let point = Point::new(c, &mut Rng::seed(3));
        Self {
            ports: point.ports(),
            point,
            machine: Machine::new(Tcap::default(), Rng::seed(4), 5),
            rng: Rng::seed(9),
            number: NUMBER,
        }
    }

    pub fn ports(&self) -> &[PortSpec] {
        &self.ports
    }

    pub fn due(&self) -> Option<Time> {
        let both = [self.point.due(), self.machine.due()];
        both.into_iter().flatten().min()
    }

    pub fn handle(
        &mut self,
        now: Now,
        input: Input<Infallible, (&'static str, MapSay)>,
        out: &mut Outputs<Infallible>,
    ) {
        match input {
            Input::Start => self.point.start(out),
            Input::Up { link, .. } => self.point.up(now, link, out),
            Input::Down { link, .. } => self.point.down(now, link, out),
            Input::Recv { link, bytes, .. } => self.point.received(now, link, &bytes, out),
            Input::Timer => {
                self.machine.timer(now.mono);
                self.point.timer(now, out);
            }
            Input::Command((number, say)) => {
                self.number = number;
                self.say(now, say, out);
            }
            _ => {}
        }
        self.go_on(now, out);
    }

    fn say(&mut self, now: Now, say: MapSay, out: &mut Outputs<Infallible>) {
        let sgsn = Address::by_number(plan::E164, &digits(SGSN_NUMBER), ssn::SGSN);
        let m = &mut self.machine;
        match say {
            MapSay::Cancel => {
                let kind = CancellationType::SubscriptionWithdraw;
                m.cancel(
                    now.mono,
                    sgsn,
                    "cancelled",
                    CancelLocationArg::new(imsi(), kind),
                );
            }
            MapSay::Insert => {
                let argument = InsertSubscriberDataArg {
                    imsi: Some(imsi().into()),
                    msisdn: Some(AddressString::international(&digits("99902777"))),
                    ..InsertSubscriberDataArg::empty()
                };
                m.insert(now.mono, sgsn, "inserted", argument);
            }
            MapSay::Delete => {
                let argument = DeleteSubscriberDataArg {
                    imsi: imsi().into(),
                    roaming_restricted: None,
                    zone: None,
                    extension: None,
                    gprs: Some(GprsSubscriptionDataWithdraw {
                        all: Some(Null),
                        contexts: None,
                        other: Default::default(),
                    }),
                    sgsn_restricted: None,
                    charging: None,
                    other: Default::default(),
                };
                m.delete(now.mono, sgsn, "deleted", argument);
            }
            MapSay::Reset => {
                let argument = ResetArg {
                    hlr_number: AddressString::international(&digits(NUMBER)),
                    hlr_list: None,
                    other: Default::default(),
                };
                assert!(m.reset(now.mono, sgsn, argument));
                out.trace(Event::new("hlr.reset-told"));
            }
        }
    }

    fn go_on(&mut self, now: Now, out: &mut Outputs<Infallible>) {
        loop {
            if let Some(e) = self.point.poll() {
                match e {
                    point::Event::Unitdata { calling, data, .. } => {
                        self.machine.receive(now.mono, calling, &data);
                    }
                    point::Event::Returned { cause, .. } => panic!("came back: {cause}"),
                    point::Event::Open(_) | point::Event::Closed(_) => {}
                }
                continue;
            }
            let told = |what: &str, outcome: Result<(), String>| match outcome {
                Ok(()) => Event::new("hlr.told").with("what", what),
                Err(why) => Event::new("hlr.told").with("what", what).with("why", why),
            };
            match self.machine.poll() {
                None => return,
                Some(Output::Send { to, octets }) => {
                    let own = Address::by_number(plan::E164, &digits(self.number), ssn::HLR);
                    self.point.send(now, &to, &own, &octets, out);
                }
                Some(Output::Authenticate { handle, .. }) => {
                    let rand: [u8; 16] = self.rng.array();
                    let q =
                        AuthenticationQuintuplet::new(rand, &res(rand), [2; 16], [3; 16], [1; 16]);
                    let vectors = Ok(Vectors::Quintuplets(vec![q]));
                    self.machine.vectors(now.mono, handle, vectors);
                }
                Some(Output::Update { handle, .. }) => {
                    let number = AddressString::international(&digits(NUMBER));
                    let data = vec![subscription()];
                    self.machine.located(now.mono, handle, Ok((number, data)));
                }
                Some(Output::Purge { handle, .. }) => {
                    let frozen = sigtran_map::map::msg::PurgeMsRes::frozen(false, false);
                    self.machine.purged(now.mono, handle, Ok(frozen));
                }
                Some(Output::Cancelled { token, outcome }) => {
                    out.trace(told(token, outcome.map_err(|e| e.to_string())));
                }
                Some(Output::Inserted { token, outcome }) => {
                    out.trace(told(token, outcome.map(drop).map_err(|e| e.to_string())));
                }
                Some(Output::Deleted { token, outcome }) => {
                    out.trace(told(token, outcome.map(drop).map_err(|e| e.to_string())));
                }
                Some(_) => {}
            }
        }
    }
}

/// One APN.
fn subscription() -> InsertSubscriberDataArg {
    use sigtran_map::map::msg::{GprsSubscriptionData, PdpContext};
    let (apn, qos) = (Apn::new("internet").unwrap(), QosProfile::background_64k());
    let context = PdpContext::new(1, &PdpAddress::ipv4(None), 2, &qos, apn);
    GprsSubscriptionData::complete(vec![context]).into()
}
