//! Sections that several roles share.
use super::{
    declare::{choices, settings},
    types::{At, Chain, DeviceName, HostName, Span, Transport},
};
use engine::Prefix;
use provisioning::key::Key;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use wire::{Digits, Plmn};

settings! {
    /// What a daemon says of itself.
    Log {
        /// How much it says.
        def level: Level = "info";
    }

    /// Where a daemon is watched: /metrics, /status, /healthz.
    Admin {
        /// Where it listens. Keep it on loopback: it asks nobody who he is.
        def listen: At<9464> = "127.0.0.1";
    }

    /// What the kernel's SCTP is told for all roles of a process.
    KernelSctp {
        /// Local addresses that each association has besides its role's own (bindx, RFC 6458 9.1): a
        /// peer goes on by another one when a path fails. Where a role listens, they are this
        /// process's alone.
        def addresses: Vec<IpAddr> = [];
    }

    /// Who the daemon is on TLS, and whom it believes. Both ends show a certificate.
    Tls {
        /// Its certificate, and those that lead from it to a root: of its name and addresses.
        req [file] certificate: Chain;
        /// The key of the certificate.
        req [secret] key: Key;
        /// The roots that peers' certificates must lead to.
        req [file] roots: Chain;
    }

    /// Where Diameter peers connect.
    Listen {
        /// The address.
        req address: At<3868>;
        /// What carries their connections.
        def transport: Transport = "tcp";
    }

    /// A Diameter peer that is dialled.
    Peer {
        /// Its Diameter identity.
        req host: HostName;
        /// Where it listens.
        req address: At<3868>;
        /// What carries the connection.
        def transport: Transport = "tcp";
        /// The realms that it serves.
        def realms: Vec<HostName> = [];
        /// Whether it is asked for every realm that nobody serves: an agent.
        def default: bool = false;
    }

    /// A signalling gateway, or a peer, that is dialled (M3UA).
    SignallingGateway {
        /// Under which name it is known here.
        def name: String = "stp";
        /// Where it listens.
        req address: At<2905>;
        /// What carries the connection.
        def transport: Transport = "sctp-udp";
        /// Its signalling point code.
        req point_code: u32;
        /// The routing context that it has for us, where it needs one.
        opt context: u32;
    }

    /// A row of the table of global titles.
    Translation {
        /// How the digits begin.
        req prefix: Digits;
        /// Only titles of this numbering plan: 1 is E.164, 6 E.212, 7 E.214.
        opt plan: u8;
        /// The signalling points that they lead to.
        req to: Vec<u32>;
        /// The subsystem there; without it that point translates further.
        opt ssn: u8;
        /// Whether all of the points share the traffic; else the first that can be reached has it.
        def share: bool = false;
    }

    /// A node that is asked by GSUP: an HLR, or a proxy.
    GsupPeer {
        /// Under which name it is known here.
        req name: String;
        /// Where it listens.
        req address: At<4222>;
        /// The networks whose subscribers it knows; none for all.
        def plmns: Vec<Plmn> = [];
    }

    /// The door of an HLR for nodes that speak GSUP.
    GsupDoor {
        /// Where they connect.
        req listen: At<4222>;
        /// The HLR's name on its connections.
        def name: String = "HLR";
        /// In which network nodes are whose names are known.
        rep node: GsupNode;
        /// In which network all others are.
        opt plmn: Plmn;
    }

    /// A node that speaks GSUP.
    GsupNode {
        /// Its name: a serving node's own, also behind a proxy.
        req name: String;
        /// The network that it is in.
        req plmn: Plmn;
    }

    /// Which telephone numbers stand for which IMSIs (E.214).
    Numbering {
        /// How the IMSIs begin.
        req imsi: Digits;
        /// How the numbers begin that stand for them.
        req number: Digits;
    }

    /// The network of the nodes whose telephone numbers begin so.
    NumberedNetwork {
        /// How the numbers begin.
        req number: Digits;
        /// The network.
        req plmn: Plmn;
    }

    /// The door of an HLR for SGSNs that speak MAP.
    HlrMap {
        /// The HLR's telephone number.
        req number: Digits;
        /// Its signalling point code.
        req point_code: u32;
        /// Signalling gateways that it dials.
        rep gateway: SignallingGateway;
        /// Which numbers lead to which signalling points, where gateways do not translate.
        rep translation: Translation;
        /// In which networks SGSNs are.
        rep network: NumberedNetwork;
        /// Whether it sends each of its operations twice in one message: to try SGSNs.
        def doubled: bool = false;
        /// The highest version of its application contexts: 3, or 2 for an older HLR that has
        /// triplets only; 0 for one that has no context of an SGSN.
        def version: u8 = 3;
    }

    /// A raw-IP network between hosts: its packets travel in GRE in UDP (RFC 8086).
    Tunnel {
        /// The UDP address of this end.
        req address: At<4754>;
        /// The other hosts of the network.
        rep route: Route;
    }

    /// Another host of a raw-IP network.
    Route {
        /// Packets for these addresses go there.
        req prefix: Prefix;
        /// The UDP address of its end.
        req address: At<4754>;
    }

    /// A TUN device, behind which the kernel's own networks are. It takes root or CAP_NET_ADMIN;
    /// without them, one that was made for this user, and then without `address`.
    Tun {
        /// The device's name.
        req device: DeviceName;
        /// The kernel's own address on it, with the length of the prefix that is routed to it: one
        /// that holds the pools. Without it the device stays as whoever made it has set it up.
        opt address: Prefix;
        /// The longest packet, where there is an `address`: one that, with 40 octets of GTP-U, UDP
        /// and IP before it, fits into a packet of Ethernet.
        def mtu: u16 = 1460;
        /// Whether a capture holds users' packets, on the device and in GTP-U. Without them they cost
        /// less; tcpdump has them on the device all the same.
        def recorded: bool = true;
    }

    /// A function on the RO's Gi network, as devices see it.
    Inner {
        /// Its inner address.
        req address: Ipv4Addr;
        /// Its TCP port there.
        def port: u16 = 80;
        /// The name of the network.
        def network: Network = "gi";
        /// Leads to the other hosts of the network; none where all are in one process.
        opt tunnel: Tunnel;
    }

    /// A home operator as a registration operator knows it.
    HomeOperator {
        /// Its PLMN.
        req plmn: Plmn;
        /// Its name, as devices are shown it.
        def name: String = "SHO";
        /// Its API.
        req api: At<8080>;
    }
}

/// A network behind gateways: a leg of its own in captures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// That of the registration operator with this number.
    Ro(u8),
    /// That of the home operator with this number.
    Sho(u8),
    /// The line with this number, to a provider without 3GPP radio.
    Line(u8),
}

impl Network {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ro(0) => "gi",
            Self::Ro(1) => "gi-2",
            Self::Ro(_) => "gi-3",
            Self::Sho(0) => "gi-sho",
            Self::Sho(1) => "gi-sho-2",
            Self::Sho(_) => "gi-sho-3",
            Self::Line(0) => "line",
            Self::Line(1) => "line-2",
            Self::Line(_) => "line-3",
        }
    }
}

/// How much a daemon says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What went wrong.
    Error,
    /// What may become a problem.
    Warn,
    /// What happened.
    Info,
    /// Every packet, too.
    Debug,
}

choices! {
    Network, "a network" {
        "gi" => Network::Ro(0),
        "gi-2" => Network::Ro(1),
        "gi-3" => Network::Ro(2),
        "gi-sho" => Network::Sho(0),
        "gi-sho-2" => Network::Sho(1),
        "gi-sho-3" => Network::Sho(2),
        "line" => Network::Line(0),
        "line-2" => Network::Line(1),
        "line-3" => Network::Line(2),
    }
    Level, "a level" {
        "error" => Level::Error,
        "warn" => Level::Warn,
        "info" => Level::Info,
        "debug" => Level::Debug,
    }
}

impl Tunnel {
    /// The other hosts.
    pub fn routes(&self) -> Vec<(Prefix, SocketAddr)> {
        self.route.iter().map(|r| (r.prefix, r.address.0)).collect()
    }
}

impl Tun {
    /// As a port is attached to it.
    pub fn attached(&self) -> engine::Tun {
        let v4 = |p: Prefix| match p.address {
            IpAddr::V4(a) => Some((a, p.len)),
            IpAddr::V6(_) => None,
        };
        engine::Tun {
            device: self.device.0.clone(),
            address: self.address.and_then(v4),
            mtu: self.mtu,
            recorded: self.recorded,
        }
    }
}

/// Where records are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Store {
    /// In memory: gone with the process.
    Memory,
    /// In this file.
    File(std::path::PathBuf),
}

impl super::declare::Setting for Store {
    fn shape() -> super::declare::Shape {
        super::declare::Shape::Scalar(super::declare::Scalar {
            json: "string",
            words: "\"memory\", or the name of a database file",
            example: "\"memory\"",
            choices: &[],
        })
    }

    fn read(value: &super::value::Value, r: &mut super::declare::Reader<'_>) -> Option<Self> {
        let name = String::read(value, r)?;
        Some(match name.as_str() {
            "memory" => Self::Memory,
            file => Self::File(r.path(file)),
        })
    }
}

/// A time that may also be `"never"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Every(pub Option<Span>);

impl super::declare::Setting for Every {
    fn shape() -> super::declare::Shape {
        super::declare::Shape::Scalar(super::declare::Scalar {
            json: "string",
            words: "a time (a number with ms, s, min, h or d), or \"never\"",
            example: "\"60s\"",
            choices: &[],
        })
    }

    fn read(value: &super::value::Value, r: &mut super::declare::Reader<'_>) -> Option<Self> {
        match &value.data {
            super::value::Data::Text(t) if t == "never" => Some(Self(None)),
            _ => Span::read(value, r).map(|s| Self(Some(s))),
        }
    }
}
