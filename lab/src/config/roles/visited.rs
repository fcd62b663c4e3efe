//! The machine and the visited network: `m2me`, `sgsn`, `ggsn`.
use crate::config::{
    declare::{choices, settings},
    sections::{
        Every, GsupPeer, Network, Numbering, Peer, SignallingGateway, Store, Translation, Tun,
        Tunnel,
    },
    types::{At, HostName, Span, Word},
};
use engine::Prefix;
use gb_gmm::gmm::Cause;
use m2me_ue::Goal;
use provisioning::{dm::AuthType, json::Entry, key::Key, syncml::Form, x509::Cert};
use sgsn_ggsn::ggsn::Report;
use std::{
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
};
use wire::{Apn, Digits, Plmn};

settings! {
    /// Machines with their radio side: a base station each.
    M2me {
        /// The UDP address of the first base station; each further one has the next port.
        req gb: At<2157>;
        /// The SGSN's Gb address.
        req sgsn: At<2157>;
        /// The network of the cells.
        req plmn: Plmn;
        /// Their location area.
        def lac: u16 = 1;
        /// Their routing area.
        def rac: u8 = 1;
        /// Cell identity of the first; each further one has the next.
        def cell: u16 = 1;
        /// Where the first machine hears cell broadcast, to find a network by it (R11); each further one
        /// has the next port. The SGSN of a cell is at the address that broadcasts it, with the port
        /// of `sgsn`. Without it machines know their network.
        opt hears: At<4729>;
        /// How long a machine listens before it picks a network.
        def scan: Span = "1s";
        /// NS-VCI and NSEI of the first base station; each further one has the next.
        def nsei: u16 = 101;
        /// BVCI of every cell, 2 or more.
        def bvci: u16 = 2;
        /// The only access point name that a PCID is good for.
        req registration_apn: Apn;
        /// The DRF's inner address.
        req drf: At<80>;
        /// The operators' root certificate: every home operator's signature leads to it.
        req [file] operators: Cert;
        /// How far a machine goes by itself.
        def goal: Goal = "provision";
        /// Whether a device management server has to prove who it is (T10).
        def checks_server: bool = true;
        /// Whether a machine that has a device-management account waits until the DPF calls it (R29),
        /// rather than call in by itself.
        def waits_for_call: bool = false;
        /// Whether a machine sends its platform credential with its registration; else the PVA holds
        /// it (R40), or it is read by device management (R39).
        def credential_goes: bool = true;
        /// Octets that a TRE has for sealed objects: what is larger is refused (T12).
        def capacity: u32 = 65536;
        /// The longest device-management message that a machine takes.
        def max_msg_size: u32 = 1400;
        /// The largest object that it takes by device management.
        def max_obj_size: u32 = 65536;
        /// How machine and DPF authenticate in a session (OMA-TS-DM-Security 5.3, 5.4).
        def auth: AuthType = "md5";
        /// How it writes device-management messages; the DPF answers in kind.
        def syncml: Form = "wbxml";
        /// Whether machines are switched on at the start.
        def power_on: bool = true;
        /// The first attach waits a random time of up to this.
        def spread: Span = "0s";
        /// A machine that has failed for good is switched off and on again after this time.
        def again: Every = "10s";
        /// Where TREs have their memories, each sealed to its platform key.
        def store: Store = "memory";
        /// What runs on them, in the order of the boot.
        def software: Vec<Component> = [{ name = "boot", code = "boot loader" }, { name = "os", code = "operating system" }, { name = "app", code = "metering" }];
        /// The machines.
        rep device: Device;
    }

    /// A piece of software: the hash of its code is what the TRE measures.
    Component {
        /// Its name.
        req name: String;
        /// Its version, numbers with dots.
        def version: String = "1.0";
        /// What stands for its code.
        req code: String;
    }

    /// A machine.
    Device {
        /// Its id.
        req id: String;
        /// Its TRE's id.
        req tre: String;
        /// What kind of machine it is.
        def device_type: String = "meter-1";
        /// IMEI, 15 digits.
        def imei: Digits = "001017000000010";
        /// IMEISV, 16 digits.
        def imeisv: Digits = "0010170000000101";
        /// Its PCID with the keys, as its maker has written it into the TRE.
        req [secret] pcid: Entry;
        /// The TRE's platform key.
        req [secret] key: Key;
        /// The platform credential: the certificate of that key.
        req [file] credential: Cert;
        /// Its line to a provider without 3GPP radio, where that is its first connectivity (R47).
        opt line: MachineLine;
    }

    /// A machine's end of a line.
    MachineLine {
        /// Its hardware address there, as 02:00:00:00:00:01.
        req hardware: String;
        /// The name of the network.
        def network: Network = "line";
        /// Leads to the gateway's host; none where both are in one process.
        opt tunnel: Tunnel;
    }

    /// SGSN of a visited network; it knows nothing of M2M.
    Sgsn {
        /// The network that it serves.
        req plmn: Plmn;
        /// Its Diameter identity; without it sgsn.REALM.
        opt host: HostName;
        /// Its realm; without it that of the PLMN (TS 23.003 19.2).
        opt realm: HostName;
        /// In whose name it asks home networks, where that is not its own: to try their defences (T4).
        opt claims: HostName;
        /// Its address on Gn and Gp; Diameter peers are dialled from it, too.
        req address: Ipv4Addr;
        /// Its Gb address; without it `address` with port 2157.
        opt gb: At<2157>;
        /// Diameter peers: home networks' HLRs, or agents.
        rep peer: Peer;
        /// Home networks that are asked by GSUP instead, dialled from the SGSN's address.
        rep gsup: GsupPeer;
        /// Home networks that are asked by MAP instead.
        opt map: SgsnMap;
        /// Which GGSN serves which subscribers; the first that fits counts.
        rep gateway: Gateway;
        /// How long a home network may take to answer.
        def patience: Span = "5s";
        /// Tw of the Diameter watchdog (RFC 3539).
        def watchdog: Span = "30s";
        /// Tc: a peer that is not there is dialled again after this time (RFC 6733 2.1).
        def redial: Span = "30s";
        /// T3-RESPONSE of GTP.
        def t3: Span = "5s";
        /// N3-REQUESTS of GTP.
        def n3: u8 = 3;
        /// Whether TEIDs are random and a tunnel's messages are taken from its gateway alone (T16).
        def guards_tunnels: bool = true;
        /// What a mobile is told whose home network does not know it.
        def unknown_user: Cause = "gprs-and-non-gprs-not-allowed";
        /// Home networks whose subscribers are not served, whatever they say.
        rep barred: Barred;
        /// Its cell, where that broadcasts (R11).
        opt cell: Cell;
        /// Whether RES is held against XRES; off, whoever answers a challenge is let in (T1).
        def check_res: bool = true;
        /// Mobiles known at most.
        def most: u32 = 100000;
        /// Attaches under way at most: one more is told congestion (22), and when to come again.
        def attaching: u32 = 1000;
        /// When those come again (T3346): after a time from this to twice this.
        def back_off: Span = "16s";
        /// The folder in which the GTP restart counter is kept; without it every start is the first.
        opt state: PathBuf;
    }

    /// An SGSN's SS7 signalling.
    SgsnMap {
        /// Its telephone number (SGSN number).
        req number: Digits;
        /// Its signalling point code.
        req point_code: u32;
        /// Signalling gateways that it dials, from the SGSN's address.
        rep gateway: SignallingGateway;
        /// Which telephone numbers stand for the home networks' IMSIs.
        rep numbering: Numbering;
        /// Which numbers lead to which signalling points, where gateways do not translate.
        rep translation: Translation;
        /// The networks whose subscribers are asked about by MAP; none for all.
        def plmns: Vec<Plmn> = [];
        /// How many vectors are asked for at once, 1 to 5.
        def vectors: u8 = 1;
    }

    /// A home network whose subscribers a visited network does not serve.
    Barred {
        /// Which.
        req plmn: Plmn;
        /// What they are told.
        def cause: Cause = "plmn-not-allowed";
    }

    /// What a cell broadcasts as GSMTAP: system information 3 and 13.
    Cell {
        /// Its location area.
        def lac: u16 = 1;
        /// Its routing area.
        def rac: u8 = 1;
        /// Its cell identity.
        def cell: u16 = 1;
        /// Its channel, 0 to 1023.
        def arfcn: u16 = 871;
        /// How loud it is where its hearers are, in dBm; without it -70. From -85 on it is of high
        /// quality.
        opt signal: i8;
        /// From one broadcast to the next.
        def every: Span = "400ms";
        /// Who hears it.
        req hearers: Vec<At<4729>>;
    }

    /// A way to a GGSN.
    Gateway {
        /// The GGSN's address for signalling.
        req address: IpAddr;
        /// Only for subscribers of this network.
        opt plmn: Plmn;
        /// Only for this access point name.
        opt apn: Apn;
    }

    /// GGSN of a home or registration operator.
    Ggsn {
        /// Its address on Gn and Gp, and its NAS-IP-Address.
        req address: Ipv4Addr;
        /// From whom it takes GTP; without it from everybody.
        opt peers: Vec<Prefix>;
        /// Serving nodes that a context may move to by Update PDP Context, besides its own.
        def handover: Vec<Prefix> = [];
        /// Whether TEIDs are random, a tunnel's messages are taken from its other end alone, and its
        /// packets from its user's address alone (T16).
        def guards_tunnels: bool = true;
        /// T3-RESPONSE.
        def t3: Span = "5s";
        /// N3-REQUESTS.
        def n3: u8 = 3;
        /// How often peers are asked by Echo, 60s at least.
        def echo: Every = "60s";
        /// The access point names that it serves.
        rep apn: GgsnApn;
        /// The RADIUS server that is told who has which address.
        opt accounting: Accounting;
        /// The name of the network behind it.
        def network: Network = "gi";
        /// Leads to the other hosts of that network; none where all are in one process.
        opt tunnel: Tunnel;
        /// Leads to what the kernel routes to: the network is not one of the lab's own then.
        opt tun: Tun;
        /// The folder in which the GTP restart counter is kept; without it every start is the first.
        opt state: PathBuf;
    }

    /// An access point name of a GGSN.
    GgsnApn {
        /// Its network identifier.
        req name: Apn;
        /// The addresses of its users.
        req pool: Prefix;
        /// Whom they may talk to; everything else is dropped.
        req allowed: Vec<Prefix>;
        /// What accounting means to its contexts.
        def report: Report = "await";
        /// Selection modes (TS 29.060 7.7.12) that are let in.
        def selection_modes: Vec<u8> = [0];
    }

    /// A RADIUS accounting server.
    Accounting {
        /// Where it listens.
        req server: At<1813>;
        /// The UDP port that it is asked from.
        def port: u16 = 20000;
        /// What both share.
        req [secret] secret: Word;
    }
}

choices! {
    AuthType, "a way to authenticate in device management" {
        "basic" => AuthType::Basic,
        "md5" => AuthType::Md5,
        "hmac" => AuthType::Hmac,
    }
    Form, "a form of SyncML" {
        "wbxml" => Form::Wbxml,
        "xml" => Form::Xml,
    }
    Goal, "a goal" {
        "attach" => Goal::Attach,
        "connect" => Goal::Connect,
        "provision" => Goal::Provision,
    }
    Report, "a use of accounting" {
        "await" => Report::Await,
        "tell" => Report::Tell,
        "off" => Report::Off,
    }
    Cause, "a cause of refusals (TS 24.008 10.5.5.14)" {
        "imsi-unknown-in-hlr" => Cause::ImsiUnknownInHlr,
        "gprs-not-allowed" => Cause::GprsNotAllowed,
        "gprs-and-non-gprs-not-allowed" => Cause::GprsAndNonGprsNotAllowed,
        "plmn-not-allowed" => Cause::PlmnNotAllowed,
        "location-area-not-allowed" => Cause::LocationAreaNotAllowed,
        "roaming-not-allowed" => Cause::RoamingNotAllowed,
        "gprs-not-allowed-in-plmn" => Cause::GprsNotAllowedInPlmn,
    }
}
