//! An SGSN and an HLR that hear each other at once.
use engine::{Rng, Time};
use sigtran_map::{
    map::{
        machine::{Failure, Handle, Hlr, Sgsn, Vectors, hlr, sgsn},
        msg::*,
    },
    tcap::{machine::Config, msg::Message},
};
use wire::{Apn, Digits, PdpAddress, QosProfile};

pub const SGSN: u8 = 149;
pub const HLR: u8 = 6;
pub const START: Time = Time(0);

pub type SgsnOut = sgsn::Output<u8, u32>;
pub type HlrOut = hlr::Output<u8, u32>;

pub struct Pair {
    pub sgsn: Sgsn<u8, u32>,
    pub hlr: Hlr<u8, u32>,
    /// All messages: who sent it, what.
    pub wire: Vec<(u8, Message)>,
}

impl Pair {
    pub fn new() -> Self {
        Self::with(Hlr::new(Config::default(), Rng::seed(2), 2))
    }

    pub fn with(hlr: Hlr<u8, u32>) -> Self {
        Self {
            sgsn: Sgsn::new(Config::default(), Rng::seed(1)),
            hlr,
            wire: vec![],
        }
    }

    /// Carries messages until nobody says anything; what each node was told.
    pub fn settle(&mut self, now: Time) -> (Vec<SgsnOut>, Vec<HlrOut>) {
        let mut told = (vec![], vec![]);
        loop {
            let mut quiet = true;
            while let Some(o) = self.sgsn.poll() {
                quiet = false;
                match o {
                    SgsnOut::Send { to, octets } => {
                        assert_eq!(to, HLR);
                        self.wire.push((SGSN, Message::read(&octets).unwrap()));
                        self.hlr.receive(now, SGSN, &octets);
                    }
                    other => told.0.push(other),
                }
            }
            while let Some(o) = self.hlr.poll() {
                quiet = false;
                match o {
                    HlrOut::Send { to, octets } => {
                        assert_eq!(to, SGSN);
                        self.wire.push((HLR, Message::read(&octets).unwrap()));
                        self.sgsn.receive(now, HLR, &octets);
                    }
                    other => told.1.push(other),
                }
            }
            if quiet {
                return told;
            }
        }
    }

    /// Nothing is left of any dialogue.
    pub fn is_clean(&self) -> bool {
        (self.sgsn.dialogues(), self.hlr.dialogues()) == (0, 0)
            && (self.sgsn.due(), self.hlr.due()) == (None, None)
    }

    /// The messages by name, in order.
    pub fn names(&self) -> Vec<&'static str> {
        self.wire.iter().map(|(_, m)| m.pdu.name()).collect()
    }

    pub fn authenticate(&mut self, vectors: u8) -> Handle {
        let a = SendAuthenticationInfoArg::sgsn(imsi(), vectors);
        self.sgsn.authenticate(START, HLR, 1, a);
        let (sgsn, hlr) = self.settle(START);
        assert!(sgsn.is_empty());
        let [
            HlrOut::Authenticate {
                handle, from: SGSN, ..
            },
        ] = &hlr[..]
        else {
            panic!("{hlr:?}");
        };
        *handle
    }

    pub fn update(&mut self) -> Handle {
        let address = std::net::IpAddr::from([127, 0, 2, 1]);
        let a = UpdateGprsLocationArg::new(imsi(), number("99901200"), address.into());
        self.sgsn.update_location(START, HLR, 2, a);
        let (_, hlr) = self.settle(START);
        let [
            HlrOut::Update {
                handle, argument, ..
            },
        ] = &hlr[..]
        else {
            panic!("{hlr:?}");
        };
        assert_eq!(argument.imsi.0, imsi());
        *handle
    }
}

pub fn imsi() -> wire::Imsi {
    "999010000000017".parse().unwrap()
}

pub fn number(digits: &str) -> AddressString {
    AddressString::international(&Digits::new(digits).unwrap())
}

pub fn quintuplets(n: u8) -> Vec<AuthenticationQuintuplet> {
    let one = |n| AuthenticationQuintuplet::new([n; 16], &[n; 8], [n; 16], [n; 16], [n; 16]);
    (1..=n).map(one).collect()
}

pub fn triplets(n: u8) -> Vec<AuthenticationTriplet> {
    (1..=n)
        .map(|n| AuthenticationTriplet::new([n; 16], [n; 4], [n; 8]))
        .collect()
}

pub fn data(id: u8) -> InsertSubscriberDataArg {
    let apn = Apn::new("m2m.registration").unwrap();
    let context = PdpContext::new(
        id,
        &PdpAddress::ipv4(None),
        2,
        &QosProfile::background_64k(),
        apn,
    );
    GprsSubscriptionData::complete(vec![context]).into()
}

pub fn authenticated(out: Vec<SgsnOut>) -> Result<Vectors, Failure> {
    match <[SgsnOut; 1]>::try_from(out) {
        Ok([SgsnOut::Authenticated { token: 1, outcome }]) => outcome,
        other => panic!("{other:?}"),
    }
}
