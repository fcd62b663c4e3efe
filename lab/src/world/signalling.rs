//! Signalling of a run other than Diameter. SS7: telephone numbers, signalling points, and the
//! transfer point between visited and home networks. GSUP: names, and the proxy of a visited network.
use super::makings::{Makings, host, secs};
use crate::{
    config::{
        roles::{home, visited},
        sections::{
            GsupDoor, GsupNode, GsupPeer, HlrMap, NumberedNetwork, Numbering, SignallingGateway,
            Translation,
        },
        types::{At, Transport},
    },
    places::{Role, Site},
    scenarios::{Signalling, Twist},
};
use engine::Carrier;
use sigtran_map::{m3ua::PORT, m3ua::msg::TrafficMode, sccp::msg::ssn};
use wire::{Digits, Plmn};

/// How numbers of a network begin: a country code that nobody has (E.164 lists 89 as spare), the
/// last digit of the MCC, the MNC. As long as MCC and MNC, so that a mobile global title holds the
/// whole IMSI.
pub fn number_prefix(p: Plmn) -> Digits {
    let text = format!("89{}{:02}", p.mcc % 10, p.mnc);
    Digits::new(&text).unwrap_or_default()
}

fn digits(text: &str) -> Digits {
    Digits::new(text).unwrap_or_default()
}

impl Makings {
    /// Whether home networks are asked by MAP.
    pub fn by_map(&self) -> bool {
        self.setting.signalling == Signalling::Map
    }

    /// A function's telephone number.
    fn number(&self, role: Role, n: u8) -> Digits {
        let prefix = number_prefix(self.plmn(role, n));
        let within = u16::from(role.home()) * 100 + u16::from(n) + 1;
        digits(&format!("{prefix}00{within:04}"))
    }

    /// A function's signalling point code.
    fn point_code(&self, role: Role, n: u8) -> u32 {
        u32::from(role.home()) * 100 + u32::from(n) + 1
    }

    /// What carries M3UA: SCTP in any case.
    fn m3ua(&self) -> Transport {
        Transport::Fixed(match self.setting.carrier {
            c if c.is_sctp() => c,
            _ => Carrier::SctpUdp,
        })
    }

    /// The facts that all who speak MAP or GSUP are connected.
    pub fn signalling_open(&self) -> Vec<String> {
        // a proxy answers for who has not connected yet, and that is a refusal
        if self.setting.signalling == Signalling::S6d {
            return Vec::new();
        }
        let roles = match self.stock {
            true => &[Role::Icf, Role::Hlr][..],
            false => &[Role::Sgsn, Role::Icf, Role::Hlr],
        };
        let all = self.places.spots().iter().map(|s| s.site);
        let all = all.filter(|s| roles.contains(&s.role));
        let ours = all.map(|s| format!("open.{s}"));
        // of somebody else's SGSN the proxy tells
        let theirs = self.stock.then(|| {
            let sgsn = host("sgsn", &self.plmn(Role::Sgsn, 0));
            format!("open.{}.{sgsn}", Site::from(Role::GsupProxy))
        });
        ours.chain(theirs).collect()
    }

    fn transfer_point(&self) -> SignallingGateway {
        SignallingGateway {
            name: Site::from(Role::Stp).to_string(),
            address: At(self
                .setting
                .stp
                .unwrap_or_else(|| self.places.at(Role::Stp, PORT))),
            transport: self.m3ua(),
            point_code: self.point_code(Role::Stp, 0),
            context: None,
        }
    }

    /// Every network that holds subscribers, with the function that does.
    fn registers(&self) -> Vec<(Role, u8, Plmn)> {
        let of = |role| {
            let all = self.places.all(role);
            all.map(move |n| (role, n, self.plmn(role, n)))
        };
        of(Role::Icf).chain(of(Role::Hlr)).collect()
    }

    fn numberings(&self) -> Vec<Numbering> {
        let row = |(_, _, p): (Role, u8, Plmn)| Numbering {
            imsi: digits(&p.to_string().replace('-', "")),
            number: number_prefix(p),
        };
        self.registers().into_iter().map(row).collect()
    }

    pub fn sgsn_map(&self, n: u8) -> Option<visited::SgsnMap> {
        self.by_map().then(|| visited::SgsnMap {
            number: self.number(Role::Sgsn, n),
            point_code: self.point_code(Role::Sgsn, n),
            gateway: vec![self.transfer_point()],
            numbering: self.numberings(),
            translation: self.ways_behind_a_stranger(),
            plmns: Vec::new(),
            vectors: 1,
        })
    }

    pub fn hlr_map(&self, role: Role, n: u8) -> Option<HlrMap> {
        let networks = self.places.all(Role::Sgsn).map(|v| {
            let plmn = self.plmn(Role::Sgsn, v);
            NumberedNetwork {
                number: number_prefix(plmn),
                plmn,
            }
        });
        self.by_map().then(|| HlrMap {
            number: self.number(role, n),
            point_code: self.point_code(role, n),
            gateway: vec![self.transfer_point()],
            translation: self.ways_behind_a_stranger(),
            network: networks.collect(),
            doubled: self.twist == Twist::DuplicateComponent,
            version: match self.twist {
                Twist::NoContext => 0,
                Twist::OldHlr => 2,
                _ => 3,
            },
        })
    }

    /// Which numbers lead to which points.
    fn translations(&self) -> Vec<Translation> {
        let row = |prefix, to| Translation {
            prefix,
            plan: None,
            to: vec![to],
            // translation ends there: each has one subsystem
            ssn: None,
            share: false,
        };
        let registers = self.registers();
        let registers = registers.iter().filter(|(role, ..)| {
            // a hole in the table: nobody knows where numbers of the registration operator lead
            !(self.twist == Twist::NoTranslation && *role == Role::Icf)
        });
        let lead = registers.map(|(role, n, p)| Translation {
            ssn: Some(ssn::HLR),
            ..row(number_prefix(*p), self.point_code(*role, *n))
        });
        let sgsns = self.places.all(Role::Sgsn).map(|n| Translation {
            ssn: Some(ssn::SGSN),
            ..row(self.number(Role::Sgsn, n), self.point_code(Role::Sgsn, n))
        });
        lead.chain(sgsns).collect()
    }

    /// The same for the nodes themselves, where the transfer point is another program's: it may know
    /// point codes alone.
    fn ways_behind_a_stranger(&self) -> Vec<Translation> {
        match self.setting.stp {
            Some(_) => self.translations(),
            None => Vec::new(),
        }
    }

    /// Whether home networks are asked by GSUP.
    fn by_gsup(&self) -> bool {
        self.setting.signalling == Signalling::Gsup
    }

    /// The proxy of the `n`th visited network, as its SGSN knows it: the one HLR there is.
    pub fn sgsn_gsup(&self, n: u8) -> Vec<GsupPeer> {
        let proxy = || GsupPeer {
            name: Site::from(Role::GsupProxy).to_string(),
            address: At(self.places.at(
                Site {
                    role: Role::GsupProxy,
                    n,
                },
                gsup::PORT,
            )),
            plmns: Vec::new(),
        };
        self.by_gsup().then(proxy).into_iter().collect()
    }

    pub fn hlr_gsup(&self, role: Role, n: u8) -> Option<GsupDoor> {
        let nodes = self.places.all(Role::Sgsn).map(|v| {
            let plmn = self.plmn(Role::Sgsn, v);
            GsupNode {
                name: host("sgsn", &plmn),
                plmn,
            }
        });
        self.by_gsup().then(|| GsupDoor {
            listen: At(self.places.at(Site { role, n }, gsup::PORT)),
            name: Site { role, n }.to_string(),
            node: nodes.collect(),
            plmn: None,
        })
    }

    pub fn gsup_proxy(&self, n: u8) -> home::GsupProxy {
        let at = |role, n| At(self.places.at(Site { role, n }, gsup::PORT));
        let home = |(role, n, plmn): (Role, u8, Plmn)| GsupPeer {
            name: Site { role, n }.to_string(),
            address: at(role, n),
            plmns: vec![plmn],
        };
        home::GsupProxy {
            name: Site {
                role: Role::GsupProxy,
                n,
            }
            .to_string(),
            listen: at(Role::GsupProxy, n),
            home: self.registers().into_iter().map(home).collect(),
            patience: secs(10),
        }
    }

    /// The transfer point.
    pub fn stp(&self) -> home::Stp {
        let server = |role, n| home::SignallingServer {
            name: Site { role, n }.to_string(),
            point_code: self.point_code(role, n),
            context: None,
            mode: TrafficMode::Loadshare,
            processes: vec![self.ip(role, n)],
        };
        let of = |role| self.places.all(role).map(move |n| server(role, n));
        home::Stp {
            point_code: self.point_code(Role::Stp, 0),
            listen: vec![home::SignallingListen {
                address: At(self.places.at(Role::Stp, PORT)),
                transport: self.m3ua(),
            }],
            server: of(Role::Sgsn)
                .chain(of(Role::Icf))
                .chain(of(Role::Hlr))
                .collect(),
            translation: self.translations(),
            numbering: self.numberings(),
        }
    }
}
