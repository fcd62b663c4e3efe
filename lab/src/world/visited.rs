//! Machines, visited networks, gateways, and the agent between the networks.
use super::{
    made,
    makings::{
        DEVICE_TYPE, GB, INNER_HTTP, Makings, OPERATIONAL_APN, RADIUS, REGISTRATION_APN, VERSION,
        apn, host, secs,
    },
};
use crate::{
    build::{self, Health, Who},
    config::{
        roles::{home, visited},
        sections::{Every, Network, Peer, Store},
        types::{At, HostName, Span, Transport},
    },
    nodes::AnyNode,
    places::{Inner, Role},
    run::counted,
    scenarios::{Signalling, Twist},
};
use engine::{Placed, Prefix};
use gb_gmm::gmm::Cause;
use m2me_ue::{Command, Goal, tre::Fault, usim};
use provisioning::{credential::TreInfo, syncml::Form};
use sgsn_ggsn::ggsn;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Duration,
};
use wire::{Digits, Plmn};

/// Somebody beyond the wall: an address for documentation (RFC 5737).
const OUTSIDE: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);
/// A port at which nobody listens.
const NOBODY: u16 = 3871;
const ANYBODY: Prefix = Prefix {
    address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    len: 0,
};

impl Makings {
    pub fn device(&self, n: u8, who: &Who<'_>) -> Placed<AnyNode> {
        let machine = self.machine(n);
        let key = self.pki.platform_key(&machine.tre);
        let info = TreInfo {
            tre_id: machine.tre.clone(),
            m2me_id: machine.id.clone(),
            device_type: DEVICE_TYPE.into(),
            version: VERSION.into(),
        };
        let pva = &self.pki.pva;
        let credential = pva.credential(&info, &key.public(), &self.ocsp());
        let digits = |text: String| Digits::new(&text).expect("digits");
        let mut pcid = self.entry(n);
        if self.twist == Twist::ForgedDpf
            && let Some(dm) = &mut pcid.dm
        {
            // the DPF that answers does not know what the true one would
            dm.server_secret = provisioning::text::SecretText("another".into());
        }
        if self.twist.bootstraps() {
            // its factory gives it a PIN alone
            pcid.dm = None;
        }
        let device = visited::Device {
            id: match self.twist {
                // T7: it says that it is another machine than its credential says
                Twist::Liar => "urn:m2me:somebody-else".into(),
                _ => machine.id,
            },
            tre: machine.tre,
            device_type: DEVICE_TYPE.into(),
            // a type allocation code for tests, TS 23.003 6.2
            imei: digits(format!("0010170000{:04}0", u16::from(n) + 1)),
            imeisv: digits(format!("0010170000{:04}01", u16::from(n) + 1)),
            pcid,
            credential: credential.expect("a platform credential").cert,
            key,
            line: self.line(n),
        };
        let (vno, ro) = (self.vno_of(n), self.ro_of(n));
        let c = visited::M2me {
            store: Store::Memory,
            gb: self.at::<GB>(Role::M2me, n),
            sgsn: self.at::<GB>(Role::Sgsn, vno),
            hears: self.broadcasts().then(|| self.at(Role::M2me, n)),
            scan: Span(Duration::from_millis(500)),
            plmn: self.plmn(Role::Sgsn, vno),
            lac: 1,
            rac: 1,
            cell: 1,
            nsei: 101,
            bvci: 2,
            registration_apn: apn(REGISTRATION_APN),
            drf: At(SocketAddr::new(
                self.inner(Role::Drf, ro).into(),
                match self.twist {
                    Twist::DrfClosed => INNER_HTTP + 1,
                    _ => INNER_HTTP,
                },
            )),
            credential_goes: !matches!(self.twist, Twist::OnDevice | Twist::LargeMcim),
            // weakened, it believes whoever signs
            operators: match self.twist == Twist::ForgedSho && self.weak(11) {
                true => self.forgers.operators.cert.clone(),
                false => self.pki.operators.cert.clone(),
            },
            checks_server: !self.weak(10),
            waits_for_call: self.twist == Twist::Called,
            max_msg_size: match self.twist {
                Twist::LargeMcim => 640,
                // an Atomic goes whole, and a token is as long as its chain; names are long in XML
                Twist::InstallFails | Twist::WrongSealingKey | Twist::Xml => 4096,
                _ => 1400,
            },
            max_obj_size: match self.twist {
                Twist::ObjectTooBig if !self.weak(12) => 256,
                _ => 65_536,
            },
            auth: self.auth(),
            syncml: match self.twist {
                Twist::Xml => Form::Xml,
                _ => Form::Wbxml,
            },
            capacity: match self.twist {
                Twist::FullTre if !self.weak(12) => 100,
                _ => 65_536,
            },
            goal: match self.twist {
                _ if self.shares() => Goal::Attach,
                Twist::ForeignApn
                | Twist::DuplicateBatch
                | Twist::ExhaustedRange
                | Twist::ReissuedPcid
                | Twist::ValidatedFirst => Goal::Attach,
                Twist::WalledGarden | Twist::ShortAccess => Goal::Connect,
                _ => Goal::Provision,
            },
            power_on: false,
            spread: secs(0),
            again: Every(None),
            software: self.software.clone(),
            device: Vec::new(),
        };
        build::m2me(&c, u16::from(n), &device, self.health(n), who)
    }

    /// Whether cells broadcast, and machines look for a network by that.
    fn broadcasts(&self) -> bool {
        matches!(self.twist, Twist::Broadcast(_))
    }

    /// The cell of the `n`th visited network: the first is the loudest.
    fn cell(&self, n: u8) -> Option<visited::Cell> {
        self.broadcasts().then(|| visited::Cell {
            lac: 1,
            rac: n.saturating_add(1),
            cell: 1,
            arfcn: 871 + u16::from(n),
            signal: Some(-60 - 30i8.saturating_mul(n as i8)),
            every: Span(Duration::from_millis(200)),
            hearers: self
                .places
                .all(Role::M2me)
                .map(|m| self.at(Role::M2me, m))
                .collect(),
        })
    }

    /// Home networks that the `n`th visited network does not serve.
    fn barred(&self, n: u8) -> Vec<visited::Barred> {
        match self.twist {
            Twist::Broadcast(Some(cause)) if n == 0 => vec![visited::Barred {
                plmn: self.plmn(Role::Icf, 0),
                cause,
            }],
            _ => Vec::new(),
        }
    }

    /// An address at which nothing is.
    fn nobody(&self) -> IpAddr {
        Ipv4Addr::new(127, self.setting.net, 250, 250).into()
    }

    fn health(&self, n: u8) -> Health {
        const AHEAD: u64 = 1 << 20;
        Health {
            faults: match self.twist {
                Twist::WrongMeasurement | Twist::Repair => vec![Fault::Changed("boot".into())],
                Twist::InstallFails => vec![Fault::InstallFails],
                Twist::Insider if self.weak(13) => vec![Fault::Unguarded],
                _ => Vec::new(),
            },
            usim: match self.twist {
                Twist::WrongKey => usim::Fault::WrongKey,
                Twist::SqnAhead if self.weak(2) => usim::Fault::Forgetful(AHEAD),
                Twist::SqnAhead => usim::Fault::Ahead(AHEAD),
                // each has been used for longer than the one before
                Twist::ResyncStorm => usim::Fault::Ahead(AHEAD << n),
                Twist::GuessedPcid => usim::Fault::Guessed,
                _ => usim::Fault::None,
            },
            // weakened, it does not take up what was cut
            attempts: (self.twist == Twist::SessionCut && self.weak(12)).then_some(0),
            // nobody answers where the wall is: a short wait shows it as well as a long one
            probe: Some(Duration::from_secs(2)),
        }
    }

    /// What the `n`th machine is told, and when.
    pub fn device_orders(&self, n: u8) -> Vec<(Vec<String>, Command)> {
        // an agent that is not ours connects when it likes
        let mut begin = match self.setting.relay {
            Some(_) => vec!["event.hlr.peer-open".to_owned()],
            None => vec![made(self.ro_of(n))],
        };
        // a transfer point drops what is for somebody who has not connected yet
        begin.extend(self.signalling_open());
        if self.twist == Twist::RoguePeer {
            return Vec::new();
        }
        match self.twist {
            // nobody has made it
            Twist::DuplicateBatch | Twist::ExhaustedRange if n > 0 => return Vec::new(),
            Twist::ExpiredPcid => begin.push("event.icf.expired".into()),
            Twist::ReissuedPcid if n > 0 => begin.push("event.ccif.reissued".into()),
            Twist::ValidatedFirst => begin.push(match n {
                0 => "event.m2mes.validated".into(),
                _ => "event.m2mes.unvalidated".into(),
            }),
            Twist::ResyncStorm if n > 0 => {
                begin = vec![counted("event.m2me.attached", n - 1)];
            }
            // the identity is in use by then
            _ if self.shares() && n > 0 => {
                begin = vec!["attach-accept.pcid".into(), "ula.pcid".into()];
            }
            _ => {}
        }
        let mut orders = vec![(begin, Command::PowerOn)];
        match self.twist {
            // the one that was given its time, and the one that has lost its identity to another
            Twist::SharedPcidQueue if n == 0 => {
                let waits = vec![counted("attach-reject.17", 1)];
                orders.push((waits, Command::Detach));
            }
            Twist::NeverAttached if n == 1 => {
                let provisioned = vec![counted("event.m2me.session-over", n)];
                orders.push((provisioned, Command::PowerOff));
            }
            Twist::ReissuedPcid if n == 0 => {
                let other = vec![counted("attach-accept.pcid", 1)];
                orders.push((other, Command::Attach));
            }
            Twist::ForeignApn => {
                let order = Command::ActivateApn(apn("internet"));
                orders.push((vec![counted("event.m2me.attached", n)], order));
            }
            Twist::WalledGarden => {
                let outside = SocketAddrV4::new(OUTSIDE, INNER_HTTP);
                let order = Command::SendTo(outside);
                orders.push((vec![counted("event.m2me.pdp-active", n)], order));
            }
            Twist::Decommission => {
                let withdrawn = vec!["event.dpf.withdrawing".to_owned()];
                orders.push((withdrawn, Command::Call));
            }
            Twist::SessionCut => {
                // in the middle of the package
                let piece = vec![counted("dm.piece", n)];
                orders.push((piece, Command::LoseContext));
            }
            // the wall is not ours there: that it holds is to be seen
            Twist::None if self.stock => {
                let order = Command::Ping(OUTSIDE);
                orders.push((vec![counted("event.m2me.pdp-active", n)], order));
            }
            _ => {}
        }
        orders
    }

    /// The `n`th agent; the first is the visited networks'.
    pub fn agent(&self, n: u8) -> home::Dra {
        let icf = host("icf", &self.plmn(Role::Icf, 0));
        let mut peer = self.homes();
        for p in peer.iter_mut().filter(|p| p.host.0 == icf) {
            match self.twist {
                // nobody is at this port
                Twist::PeerDown => p.address.0.set_port(NOBODY),
                // each says that the next one knows the way
                Twist::Loop => {
                    let other = (n + 1) % self.layout.agents.max(1);
                    let realms = std::mem::take(&mut p.realms);
                    *p = self.peer(Role::Dra, other);
                    p.realms = realms;
                }
                _ => {}
            }
        }
        if self.twist == Twist::NoRoute {
            peer.retain(|p| p.host.0 != icf);
        }
        let plmn = self.plmn(Role::Dra, n);
        if let Some(relay) = self.setting.relay {
            // another program's agent stands behind it
            peer = vec![Peer {
                host: HostName(host("relay", &plmn)),
                address: At(relay),
                transport: Transport::Fixed(self.setting.carrier),
                realms: Vec::new(),
                default: true,
            }];
        }
        home::Dra {
            host: HostName(host("dra", &plmn)),
            realm: HostName(plmn.realm()),
            listen: self.listen(Role::Dra, n),
            address: self.ip(Role::Dra, n),
            peer,
            mode: match self.twist {
                Twist::Redirect => home::Agent::Redirect,
                _ => home::Agent::Relay,
            },
            watchdog: secs(30),
            most_pending: 10_000,
        }
    }

    pub fn sgsn(&self, n: u8) -> visited::Sgsn {
        let plmn = self.plmn(Role::Sgsn, n);
        let agent = |host: String, address| Peer {
            host: HostName(host),
            address: At(address),
            transport: Transport::Fixed(self.setting.carrier),
            realms: Vec::new(),
            default: true,
        };
        let peer = if self.setting.signalling != Signalling::S6d {
            Vec::new()
        } else if let Some(relay) = self.setting.relay.filter(|_| self.layout.agents == 0) {
            vec![agent(host("relay", &plmn), relay)]
        } else if self.layout.agents > 0 {
            let name = host("dra", &self.plmn(Role::Dra, 0));
            let mut peers = vec![agent(name, self.diameter_at(Role::Dra, 0).0)];
            if self.twist == Twist::Redirect {
                // it knows them all, but not which realm is whose
                peers.extend(self.homes().into_iter().map(|p| Peer {
                    realms: Vec::new(),
                    ..p
                }));
            }
            peers
        } else {
            self.homes()
        };
        // T3: its realm is that of a network other than the one that it says the device visits
        let rogue = matches!(self.twist, Twist::RogueVno | Twist::RoguePeer);
        let stranger = Plmn {
            mnc: plmn.mnc + 8,
            ..plmn
        };
        let gateways = |role, home| {
            let one = move |n| visited::Gateway {
                address: match self.twist {
                    // nobody has this address
                    Twist::NoGateway => self.nobody(),
                    _ => self.ip(role, n),
                },
                plmn: Some(self.plmn(home, n)),
                apn: None,
            };
            self.places.all(role).map(one)
        };
        let to_ro = gateways(Role::RoGgsn, Role::Icf);
        visited::Sgsn {
            plmn,
            host: None,
            realm: rogue.then(|| HostName(stranger.realm())),
            // T4: it is who it says to its neighbours, and asks in the name of an honest network
            claims: (self.twist == Twist::RoguePeer).then(|| HostName(host("sgsn", &plmn))),
            address: self.v4(Role::Sgsn, n),
            gb: None,
            peer,
            gsup: self.sgsn_gsup(n),
            map: self.sgsn_map(n),
            gateway: to_ro.chain(gateways(Role::ShoGgsn, Role::Hlr)).collect(),
            patience: secs(5),
            watchdog: secs(30),
            redial: secs(30),
            t3: secs(match self.twist {
                Twist::NoGateway => 1,
                _ => 5,
            }),
            n3: 3,
            guards_tunnels: !self.weak(16),
            unknown_user: match self.twist {
                Twist::ExpiredPcid => Cause::GprsNotAllowed,
                _ => Cause::GprsAndNonGprsNotAllowed,
            },
            barred: self.barred(n),
            cell: self.cell(n),
            check_res: !self.weak(1),
            most: 100_000,
            attaching: match self.twist {
                Twist::Storm if !self.weak(15) => 1,
                _ => 1000,
            },
            back_off: secs(2),
            state: None,
        }
    }

    pub fn ro_ggsn(&self, n: u8) -> visited::Ggsn {
        let wall = [Role::Drf, Role::Dpf].map(|r| Prefix::host(self.inner(r, n).into()));
        let apn = visited::GgsnApn {
            name: apn(REGISTRATION_APN),
            pool: Inner(n).ro_pool(),
            allowed: match self.weak(5) {
                true => vec![ANYBODY],
                false => wall.to_vec(),
            },
            report: ggsn::Report::Await,
            selection_modes: vec![0],
        };
        let accounting = visited::Accounting {
            server: self.at::<RADIUS>(Role::Drf, n),
            port: 20_000,
            secret: self.secret.clone(),
        };
        self.ggsn((Role::RoGgsn, n), Network::Ro(n), apn, Some(accounting))
    }

    pub fn sho_ggsn(&self, n: u8) -> visited::Ggsn {
        let apn = visited::GgsnApn {
            name: apn(OPERATIONAL_APN),
            pool: Inner(n).sho_pool(),
            allowed: vec![ANYBODY],
            report: ggsn::Report::Off,
            selection_modes: vec![0],
        };
        // a machine in operation reaches the DPF where the operators' networks are one
        let network = match self.twist {
            Twist::Decommission => Network::Ro(n),
            _ => Network::Sho(n),
        };
        self.ggsn((Role::ShoGgsn, n), network, apn, None)
    }

    fn ggsn(
        &self,
        (role, n): (Role, u8),
        network: Network,
        apn: visited::GgsnApn,
        accounting: Option<visited::Accounting>,
    ) -> visited::Ggsn {
        visited::Ggsn {
            address: self.v4(role, n),
            peers: self.gtp_peers(),
            handover: Vec::new(),
            guards_tunnels: !self.weak(16),
            t3: secs(5),
            n3: 3,
            echo: Every(Some(secs(60))),
            apn: vec![apn],
            accounting,
            network,
            tunnel: None,
            tun: None,
            state: None,
        }
    }
}
